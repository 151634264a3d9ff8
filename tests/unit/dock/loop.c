/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/loop.h"

#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/unit/test.h"

static struct asv_loop *loop;

struct ticker {
    struct asv_timer timer; /* first */
    char name;
};

static char order[64];

static void note(char name)
{
    size_t len = strlen(order);
    assert_true(len + 1 < sizeof order);
    order[len] = name;
}

static void tick(struct asv_timer *timer)
{
    note(((struct ticker *)(void *)timer)->name);
}

static void tick_and_stop(struct asv_timer *timer)
{
    tick(timer);
    asv_loop_stop(loop);
}

static int setup(void **state)
{
    (void)state;
    memset(order, 0, sizeof order);
    return asv_loop_open(&loop, NULL) == ASV_OK ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    asv_loop_close(loop);
    return 0;
}

static void timers_fire_in_the_order_of_their_time_and_not_when_stopped(void **state)
{
    (void)state;
    struct ticker tickers[6] = {
        {{.fire = tick}, 'a'}, {{.fire = tick}, 'b'}, {{.fire = tick}, 'c'},
        {{.fire = tick}, 'd'}, {{.fire = tick}, 'e'}, {{.fire = tick_and_stop}, 'f'},
    };
    static const uint64_t delays[6] = {30, 10, 20, 5, 15, 40};
    for (size_t i = 0; i < 6; i++)
        asv_timer_start(loop, &tickers[i].timer, delays[i]);
    asv_timer_stop(loop, &tickers[2].timer);
    asv_timer_stop(loop, &tickers[2].timer);
    asv_timer_start(loop, &tickers[3].timer, 35); /* moved */
    assert_false(asv_timer_is_set(&tickers[2].timer));
    assert_int_equal(asv_loop_run(loop, NULL), ASV_OK);
    assert_string_equal(order, "beadf");
    assert_false(asv_timer_is_set(&tickers[5].timer));
}

static struct ticker other = {{.fire = tick_and_stop}, 'o'};

static void tick_again(struct asv_timer *timer)
{
    tick(timer);
    if (strlen(order) < 10)
        asv_timer_start(loop, timer, 0);
}

static void a_timer_that_restarts_itself_at_once_does_not_starve_the_others(void **state)
{
    (void)state;
    struct ticker again = {{.fire = tick_again}, 'x'};
    asv_timer_start(loop, &again.timer, 0);
    asv_timer_start(loop, &other.timer, 1);
    assert_int_equal(asv_loop_run(loop, NULL), ASV_OK);
    assert_non_null(strchr(order, 'o'));
    asv_timer_stop(loop, &again.timer);
}

struct end {
    struct asv_watch watch; /* first */
    struct end *victim;
    char name;
};

static void end_ready(struct asv_watch *watch, uint32_t events)
{
    struct end *end = (struct end *)(void *)watch;
    assert_true((events & EPOLLIN) != 0);
    note(end->name);
    asv_loop_unwatch(loop, &end->victim->watch);
    asv_loop_unwatch(loop, &end->watch);
    asv_loop_stop(loop);
}

static void a_watch_taken_away_is_not_called_even_when_its_event_is_already_there(void **state)
{
    (void)state;
    int fds[2][2];
    struct end ends[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pipe(fds[i]), 0);
        assert_int_equal(write(fds[i][1], "!", 1), 1);
        ends[i] = (struct end){{fds[i][0], end_ready}, &ends[1 - i], (char)('0' + i)};
        assert_int_equal(asv_loop_watch(loop, &ends[i].watch, EPOLLIN, NULL), ASV_OK);
    }
    assert_int_equal(asv_loop_run(loop, NULL), ASV_OK);
    assert_int_equal(strlen(order), 1);
    for (int i = 0; i < 4; i++)
        close(fds[i / 2][i % 2]);
}

static void caught(void *ctx, int number)
{
    *(int *)ctx = number;
    asv_loop_stop(loop);
}

static void a_signal_is_an_event_like_any_other(void **state)
{
    (void)state;
    int number = 0;
    assert_int_equal(asv_loop_signals(loop, caught, &number, NULL), ASV_OK);
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(asv_loop_run(loop, NULL), ASV_OK);
    assert_int_equal(number, SIGTERM);
}

static void many_timers_keep_their_order(void **state)
{
    (void)state;
    static struct ticker many[200];
    for (size_t i = 0; i < 200; i++) {
        many[i] = (struct ticker){{.fire = tick}, 'z'};
        many[i].timer.due_ms = 0;
        asv_timer_start(loop, &many[i].timer, 100000 + (i * 7919) % 200);
    }
    for (size_t i = 0; i < 200; i += 2)
        asv_timer_stop(loop, &many[i].timer);
    struct ticker last = {{.fire = tick_and_stop}, 'l'};
    asv_timer_start(loop, &last.timer, 1);
    assert_int_equal(asv_loop_run(loop, NULL), ASV_OK);
    assert_string_equal(order, "l");
    for (size_t i = 1; i < 200; i += 2) {
        assert_true(asv_timer_is_set(&many[i].timer));
        asv_timer_stop(loop, &many[i].timer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(timers_fire_in_the_order_of_their_time_and_not_when_stopped, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_timer_that_restarts_itself_at_once_does_not_starve_the_others,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_watch_taken_away_is_not_called_even_when_its_event_is_already_there,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_signal_is_an_event_like_any_other, setup, teardown),
        cmocka_unit_test_setup_teardown(many_timers_keep_their_order, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
