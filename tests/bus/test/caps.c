/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Caps on bandwidth and memory. The bus runs on a manual clock, so that what a cap lets through is a matter
 * of counting, not of this machine's speed.
 */
#include "tests/bus/test/host.h"

#include <inttypes.h>
#include <string.h>

#define FRAME 10001
#define RATE  10001000 /* one frame per millisecond */

#define TICKS 40

struct stream {
    struct camera camera;
    const char *port;
    struct libusb_transfer *transfers[2];
    uint8_t data[2][16384];
    uint64_t started; /* of the port, before: it counts for as long as the bus is there */
    unsigned frames;
    unsigned in_flight;
    bool ending;
};

static void LIBUSB_CALL on_frame(struct libusb_transfer *transfer)
{
    struct stream *stream = transfer->user_data;
    stream->frames += transfer->status == LIBUSB_TRANSFER_COMPLETED && transfer->actual_length == FRAME;
    if (stream->ending || libusb_submit_transfer(transfer) != 0) {
        stream->in_flight--;
    }
}

/* Before any cap: the command that starts the frames takes no time then. */
static void stream_prepare(struct stream *s, struct host *host, const char *port)
{
    memset(s, 0, sizeof *s);
    s->port = port;
    camera_open(&s->camera, host, port);
    camera_generate(&s->camera, 0, FRAME, 1);
    s->started = host_stat(host, port, "in_started");
}

static void stream_start(struct stream *s)
{
    for (unsigned i = 0; i < 2; i++) {
        s->transfers[i] = libusb_alloc_transfer(0);
        libusb_fill_bulk_transfer(s->transfers[i], s->camera.handle, s->camera.in, s->data[i],
                                  (int)sizeof s->data[i], on_frame, s, 0);
        assert_int_equal(libusb_submit_transfer(s->transfers[i]), 0);
        s->in_flight++;
    }
}

static void stream_end(struct stream *s, struct host *host)
{
    s->ending = true;
    for (unsigned i = 0; i < 2; i++) {
        (void)libusb_cancel_transfer(s->transfers[i]);
    }
    while (s->in_flight > 0) {
        assert_int_equal(libusb_handle_events(host->ctx), 0);
    }
    for (unsigned i = 0; i < 2; i++) {
        libusb_free_transfer(s->transfers[i]);
    }
    camera_close(&s->camera);
}

static unsigned total(const struct stream *streams, unsigned count)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < count; i++) {
        sum += streams[i].frames;
    }
    return sum;
}

/* Handles events until so many frames have come in all, and never more. */
static void until_total(struct host *host, const struct stream *streams, unsigned count, unsigned want)
{
    while (total(streams, count) < want) {
        struct timeval limit = {.tv_sec = HOST_DEADLINE_MS / 1000};
        unsigned before = total(streams, count);
        assert_int_equal(libusb_handle_events_timeout_completed(host->ctx, &limit, NULL), 0);
        if (limit.tv_sec == 0 && total(streams, count) == before) {
            fail_msg("the cap lets nothing through");
        }
    }
    assert_int_equal(total(streams, count), want);
}

/* One frame per tick in all, shared fairly, when where is capped to one frame per tick. */
static void one_frame_per_tick(struct host *host, const char *where, const char *const *ports, unsigned count)
{
    static struct stream streams[4];
    for (unsigned i = 0; i < count; i++) {
        stream_prepare(&streams[i], host, ports[i]);
    }
    host_ok(host, "rate %s %d", where, RATE);
    for (unsigned i = 0; i < count; i++) {
        stream_start(&streams[i]);
    }
    for (unsigned tick = 1; tick <= TICKS; tick++) {
        for (unsigned i = 0; i < count; i++) { /* each has its next frame on the wire */
            host_ok(host, "wait %s in-started %" PRIu64 " %d", ports[i],
                    streams[i].started + streams[i].frames + 1, HOST_DEADLINE_MS);
        }
        assert_int_equal(total(streams, count), tick - 1);
        host_ok(host, "tick 1000");
        until_total(host, streams, count, tick);
    }
    for (unsigned i = 0; i < count; i++) {
        assert_in_range(streams[i].frames, TICKS / count - 1, TICKS / count + 1);
        stream_end(&streams[i], host);
    }
}

static int setup(void **state)
{
    static const char *const ports[] = {"1-1.1", "1-1.2", "1-2.1", "1-3.10.1"};
    static struct host host;
    *state = &host;
    host_open(&host);
    for (unsigned i = 0; i < 4; i++) {
        host_ok(&host, "camera cam%u loopback %s", i, ports[i]);
    }
    host_ok(&host, "plug all");
    host_until_count(&host, 4);
    return 0;
}

static int teardown(void **state)
{
    static const char *const capped[] = {"bus", "ports", "1-1", "1-3"};
    struct host *host = *state;
    for (unsigned i = 0; i < 4; i++) {
        host_ok(host, "rate %s 0", capped[i]);
        host_ok(host, "remove cam%u", i);
    }
    host_until_count(host, 0);
    host_close(host);
    return 0;
}

static void a_port_has_its_own_cap(void **state)
{
    static const char *const ports[] = {"1-1.1"};
    one_frame_per_tick(*state, "1-1.1", ports, 1);
}

static void a_hubs_cap_is_shared_by_its_ports(void **state)
{
    static const char *const ports[] = {"1-1.1", "1-1.2"};
    one_frame_per_tick(*state, "1-1", ports, 2);
}

static void a_hubs_cap_holds_for_the_hub_behind_it(void **state)
{
    static const char *const ports[] = {"1-3.10.1"};
    one_frame_per_tick(*state, "1-3", ports, 1);
}

static void the_bus_has_a_cap_for_all(void **state)
{
    static const char *const ports[] = {"1-1.1", "1-1.2", "1-2.1", "1-3.10.1"};
    one_frame_per_tick(*state, "bus", ports, 4);
}

static void without_a_cap_the_clock_does_not_matter(void **state)
{
    struct host *host = *state;
    static struct stream stream;
    stream_prepare(&stream, host, "1-1.1");
    stream_start(&stream);
    while (stream.frames < 100) {
        assert_int_equal(libusb_handle_events(host->ctx), 0);
    }
    stream_end(&stream, host);
}

static void transfers_beyond_the_usbfs_limit_are_refused(void **state)
{
    struct host *host = *state;
    struct camera camera;
    struct flight flights[3];
    static uint8_t data[262144];
    int got = 0;
    camera_open(&camera, host, "1-1.1");
    for (unsigned i = 0; i < 3; i++) {
        flight_start(&flights[i], &camera, 262144);
    }
    assert_int_equal(libusb_bulk_transfer(camera.handle, camera.in, data, (int)sizeof data, &got, 1000),
                     LIBUSB_ERROR_NO_MEM);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(libusb_cancel_transfer(flights[i].transfer), 0);
        host_until(host, &flights[i].done);
        flight_free(&flights[i]);
    }
    assert_int_equal(camera_send(&camera, data, sizeof data), 0);
    camera_close(&camera);
}

#define CAP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAP_TEST(a_port_has_its_own_cap),
        CAP_TEST(a_hubs_cap_is_shared_by_its_ports),
        CAP_TEST(a_hubs_cap_holds_for_the_hub_behind_it),
        CAP_TEST(the_bus_has_a_cap_for_all),
        CAP_TEST(without_a_cap_the_clock_does_not_matter),
        CAP_TEST(transfers_beyond_the_usbfs_limit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
