/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The thread between the bus and a device: what a reset, a refusal and a power cut leave behind.
 */
#include <poll.h>
#include <semaphore.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/bus/worker.h"
#include "tests/unit/test.h"

/* A device that stops inside its functions until the test lets it go on. */
struct slow {
    sem_t entered, go; /* in() */
    bool hold;
    unsigned resets, refusals, taken;
    bool detached_by_cut;
    char next;
};

static enum asv_status slow_attach(void *self, uint64_t now, struct asv_err *err)
{
    (void)self;
    (void)now;
    (void)err;
    return ASV_OK;
}

static void slow_detach(void *self, bool cut)
{
    ((struct slow *)self)->detached_by_cut = cut;
}

static void slow_cut(void *self)
{
    (void)sem_post(&((struct slow *)self)->go);
}

static void slow_reset(void *self, uint64_t now)
{
    (void)now;
    ((struct slow *)self)->resets++;
}

static enum asv_status slow_out(void *self, uint64_t now, const uint8_t *frame, size_t len)
{
    struct slow *s = self;
    (void)now;
    (void)frame;
    (void)len;
    if (s->refusals > 0) {
        s->refusals--;
        return ASV_E_AGAIN;
    }
    s->taken++;
    return ASV_OK;
}

static enum asv_status slow_in(void *self, uint64_t now, uint8_t *frame, size_t *len, uint64_t *wake)
{
    struct slow *s = self;
    (void)now;
    (void)wake;
    if (s->next == 0) {
        return ASV_E_AGAIN;
    }
    if (s->hold) {
        s->hold = false;
        (void)sem_post(&s->entered);
        (void)sem_wait(&s->go);
    }
    frame[0] = (uint8_t)s->next++;
    *len = 1;
    return ASV_OK;
}

static const struct asv_bus_device_ops slow_ops = {.kind = "slow",
                                                   .frame_max = 16,
                                                   .attach = slow_attach,
                                                   .detach = slow_detach,
                                                   .cut = slow_cut,
                                                   .reset = slow_reset,
                                                   .out = slow_out,
                                                   .in = slow_in};

struct fixture {
    struct slow slow;
    struct asv_bus_clock clock;
    struct asv_bus_worker *worker;
    int wake;
};

static void start(struct fixture *f, char first, bool hold)
{
    const struct asv_bus_device device = {.ops = &slow_ops, .self = &f->slow};
    memset(f, 0, sizeof *f);
    assert_int_equal(sem_init(&f->slow.entered, 0, 0), 0);
    assert_int_equal(sem_init(&f->slow.go, 0, 0), 0);
    f->slow.next = first;
    f->slow.hold = hold;
    f->wake = eventfd(0, EFD_CLOEXEC);
    assert_true(f->wake >= 0);
    assert_int_equal(asv_bus_worker_start(&f->worker, &device, &f->clock, f->wake), ASV_OK);
}

static void end(struct fixture *f, bool cut)
{
    asv_bus_worker_stop(f->worker, cut);
    asv_bus_worker_join(f->worker);
    close(f->wake);
    (void)sem_destroy(&f->slow.entered);
    (void)sem_destroy(&f->slow.go);
}

/* The next frame; waits for the thread to say that there is something new. */
static char take(struct fixture *f)
{
    for (;;) {
        struct asv_bus_frame *frame = asv_bus_worker_take(f->worker);
        if (frame != NULL) {
            char byte = (char)frame->data[0];
            free(frame);
            return byte;
        }
        struct pollfd wake = {.fd = f->wake, .events = POLLIN};
        uint64_t times;
        assert_int_equal(poll(&wake, 1, 60000), 1);
        assert_int_equal(read(f->wake, &times, sizeof times), sizeof times);
    }
}

static void frames_come_in_order(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, 'a', false);
    for (int c = 'a'; c <= 'z'; c++) {
        assert_int_equal(take(&f), c);
    }
    end(&f, false);
    assert_false(f.slow.detached_by_cut);
}

static void a_frame_that_a_reset_overtakes_is_never_sent(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, 'a', true);
    assert_int_equal(sem_wait(&f.slow.entered), 0); /* the device is making frame a */
    asv_bus_worker_reset(f.worker);
    assert_int_equal(sem_post(&f.slow.go), 0);
    assert_int_equal(take(&f), 'b');
    assert_int_equal(f.slow.resets, 1);
    end(&f, false);
}

static void a_refused_frame_is_offered_again_until_it_is_taken(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, 'a', true);
    assert_int_equal(sem_wait(&f.slow.entered), 0);
    f.slow.refusals = 1; /* the thread waits and does not look */
    struct asv_bus_frame *frame = asv_bus_frame_new(4);
    assert_non_null(frame);
    frame->len = 4;
    assert_true(asv_bus_worker_offer(f.worker, frame));
    assert_int_equal(sem_post(&f.slow.go), 0);
    for (int c = 'a'; c < 'g'; c++) { /* after each it may be offered again */
        assert_int_equal(take(&f), c);
    }
    end(&f, false);
    assert_int_equal(f.slow.refusals, 0);
    assert_int_equal(f.slow.taken, 1);
}

static void a_full_queue_gives_the_frame_back(void **state)
{
    struct fixture f;
    struct asv_bus_frame *frame;
    unsigned offered = 0;
    (void)state;
    start(&f, 'a', true);
    assert_int_equal(sem_wait(&f.slow.entered), 0);
    while ((frame = asv_bus_frame_new(1)) != NULL && asv_bus_worker_offer(f.worker, frame)) {
        offered++;
    }
    free(frame);
    assert_int_equal(offered, ASV_BUS_QUEUE_OUT);
    assert_int_equal(sem_post(&f.slow.go), 0);
    end(&f, false);
}

/* A device in the middle of something is reached by the cut, or join would wait for ever. */
static void a_power_cut_reaches_a_device_that_is_busy(void **state)
{
    struct fixture f;
    (void)state;
    start(&f, 'a', true);
    assert_int_equal(sem_wait(&f.slow.entered), 0);
    end(&f, true);
    assert_true(f.slow.detached_by_cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_in_order),
        cmocka_unit_test(a_frame_that_a_reset_overtakes_is_never_sent),
        cmocka_unit_test(a_refused_frame_is_offered_again_until_it_is_taken),
        cmocka_unit_test(a_full_queue_gives_the_frame_back),
        cmocka_unit_test(a_power_cut_reaches_a_device_that_is_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
