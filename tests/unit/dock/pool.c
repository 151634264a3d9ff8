/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/pool.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "dock/dock.h"
#include "tests/unit/test.h"

struct work {
    struct asv_job job; /* first */
    unsigned lane;
    int number;
    bool was_run, was_done;
};

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* held by the test: jobs that ask for it wait */
static atomic_int running, most_running, sequence;
static int ran_as[64];
static pthread_t main_thread;

static void run(struct asv_job *job)
{
    struct work *work = (struct work *)(void *)job;
    int now = atomic_fetch_add(&running, 1) + 1;
    int most = atomic_load(&most_running);
    while (now > most && !atomic_compare_exchange_weak(&most_running, &most, now))
        ;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    ran_as[atomic_fetch_add(&sequence, 1)] = work->number;
    work->was_run = true;
    atomic_fetch_sub(&running, 1);
}

static void done(struct asv_job *job)
{
    struct work *work = (struct work *)(void *)job;
    assert_true(pthread_equal(pthread_self(), main_thread));
    assert_true(work->was_run);
    work->was_done = true;
}

static void submit(struct asv_pool *pool, struct work *work, unsigned lane, int number)
{
    *work = (struct work){{.run = run, .done = done}, lane, number, false, false};
    asv_pool_submit(pool, lane, &work->job);
}

static int setup(void **state)
{
    (void)state;
    atomic_store(&running, 0);
    atomic_store(&most_running, 0);
    atomic_store(&sequence, 0);
    main_thread = pthread_self();
    return 0;
}

static void wait_all(struct asv_pool *pool)
{
    while (asv_pool_pending(pool)) {
        struct pollfd fd = {.fd = asv_pool_fd(pool), .events = POLLIN};
        assert_int_equal(poll(&fd, 1, 60000), 1);
        asv_pool_reap(pool);
    }
}

static void jobs_run_on_workers_and_are_done_on_the_callers_thread(void **state)
{
    (void)state;
    struct asv_pool *pool;
    assert_int_equal(asv_pool_start(3, 4, &pool, NULL), ASV_OK);
    struct work works[40];
    for (int i = 0; i < 40; i++)
        submit(pool, &works[i], (unsigned)i % 4, i);
    wait_all(pool);
    for (int i = 0; i < 40; i++)
        assert_true(works[i].was_done);
    asv_pool_stop(pool);
}

static void lanes_take_turns_and_each_keeps_its_order(void **state)
{
    (void)state;
    struct asv_pool *pool;
    assert_int_equal(asv_pool_start(1, 3, &pool, NULL), ASV_OK);
    pthread_mutex_lock(&gate);
    struct work works[13];
    submit(pool, &works[12], 2, 99); /* occupies the thread; lane 0 is next in turn */
    while (atomic_load(&running) == 0)
        ;
    for (int i = 0; i < 8; i++) /* lane 0 has much to do, lanes 1 and 2 little */
        submit(pool, &works[i], 0, i);
    for (int i = 0; i < 2; i++) {
        submit(pool, &works[8 + i], 1, 10 + i);
        submit(pool, &works[10 + i], 2, 20 + i);
    }
    pthread_mutex_unlock(&gate);
    wait_all(pool);
    static const int want[] = {99, 0, 10, 20, 1, 11, 21, 2, 3, 4, 5, 6, 7};
    assert_memory_equal(ran_as, want, sizeof want);
    asv_pool_stop(pool);
}

static void a_limited_lane_never_holds_more_threads_than_its_limit(void **state)
{
    (void)state;
    struct asv_pool *pool;
    assert_int_equal(asv_pool_start(3, 2, &pool, NULL), ASV_OK);
    asv_pool_limit(pool, 1, 1);
    pthread_mutex_lock(&gate);
    struct work works[6];
    for (int i = 0; i < 5; i++)
        submit(pool, &works[i], 1, i);
    submit(pool, &works[5], 0, 50);
    while (atomic_load(&running) < 2) /* one of lane 1 and the one of lane 0 */
        ;
    pthread_mutex_unlock(&gate);
    wait_all(pool);
    assert_int_equal(atomic_load(&most_running), 2);
    int next = 0; /* lane 1 in order */
    for (int i = 0; i < 6; i++)
        if (ran_as[i] != 50)
            assert_int_equal(ran_as[i], next++);
    asv_pool_stop(pool);
}

static void a_group_of_lanes_leaves_a_thread_to_the_others(void **state)
{
    (void)state;
    struct asv_pool *pool;
    assert_int_equal(asv_pool_start(2, 4, &pool, NULL), ASV_OK);
    asv_pool_group(pool, 1, 3, 1);
    pthread_mutex_lock(&gate);
    struct work works[7];
    for (int i = 0; i < 6; i++)
        submit(pool, &works[i], 1 + (unsigned)i % 3, i);
    submit(pool, &works[6], 0, 60);
    while (atomic_load(&running) < 2) /* one of the group and the one of lane 0 */
        ;
    pthread_mutex_unlock(&gate);
    wait_all(pool);
    assert_int_equal(atomic_load(&most_running), 2);
    for (int i = 0; i < 7; i++)
        assert_true(works[i].was_done);
    asv_pool_stop(pool);
}

static void run_at_once(struct asv_job *job)
{
    struct work *work = (struct work *)(void *)job;
    work->was_run = true;
}

/* Keeper, database and disks that do not answer, all at once. */
static void chunks_wait_for_nothing(void **state)
{
    (void)state;
    static const unsigned slow[] = {ASV_LANE_KEEPER, ASV_LANE_DB, ASV_LANE_RECOVERY, ASV_LANE_LONG,
                                    ASV_LANE_LONG + 1};
    struct asv_pool *pool;
    assert_int_equal(asv_pool_start(3, ASV_LANES, &pool, NULL), ASV_OK);
    asv_dock_shape_pool(pool, 3);
    pthread_mutex_lock(&gate);
    struct work works[5];
    struct work chunk = {.job = {.run = run_at_once, .done = done}};
    for (int i = 0; i < 5; i++)
        submit(pool, &works[i], slow[i], i);
    while (atomic_load(&running) < 2)
        ;
    asv_pool_submit(pool, 7, &chunk.job);
    struct pollfd fd = {.fd = asv_pool_fd(pool), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 60000), 1);
    asv_pool_reap(pool);
    assert_true(chunk.was_done);
    pthread_mutex_unlock(&gate);
    wait_all(pool);
    asv_pool_stop(pool);
}

static void stopping_finishes_what_was_submitted(void **state)
{
    (void)state;
    struct asv_pool *pool;
    assert_int_equal(asv_pool_start(2, 1, &pool, NULL), ASV_OK);
    struct work works[10];
    for (int i = 0; i < 10; i++)
        submit(pool, &works[i], 0, i);
    asv_pool_stop(pool);
    for (int i = 0; i < 10; i++)
        assert_true(works[i].was_done);
    asv_pool_stop(NULL);
}

static struct asv_pool *shared;

static void done_and_again(struct asv_job *job)
{
    struct work *work = (struct work *)(void *)job;
    if (++work->number < 5)
        asv_pool_submit(shared, 0, job);
}

static void a_done_job_may_be_submitted_again(void **state)
{
    (void)state;
    assert_int_equal(asv_pool_start(2, 1, &shared, NULL), ASV_OK);
    struct work work = {{.run = run, .done = done_and_again}, 0, 0, false, false};
    asv_pool_submit(shared, 0, &work.job);
    wait_all(shared);
    assert_int_equal(work.number, 5);
    asv_pool_stop(shared);
}

static void impossible_sizes_are_refused(void **state)
{
    (void)state;
    struct asv_pool *pool;
    assert_int_equal(asv_pool_start(0, 1, &pool, NULL), ASV_E_USAGE);
    assert_int_equal(asv_pool_start(ASV_POOL_MAX_THREADS + 1, 1, &pool, NULL), ASV_E_USAGE);
    assert_int_equal(asv_pool_start(1, 0, &pool, NULL), ASV_E_USAGE);
    assert_int_equal(asv_pool_start(1, ASV_POOL_MAX_LANES + 1, &pool, NULL), ASV_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(jobs_run_on_workers_and_are_done_on_the_callers_thread, setup),
        cmocka_unit_test_setup(lanes_take_turns_and_each_keeps_its_order, setup),
        cmocka_unit_test_setup(a_limited_lane_never_holds_more_threads_than_its_limit, setup),
        cmocka_unit_test_setup(a_group_of_lanes_leaves_a_thread_to_the_others, setup),
        cmocka_unit_test_setup(chunks_wait_for_nothing, setup),
        cmocka_unit_test_setup(stopping_finishes_what_was_submitted, setup),
        cmocka_unit_test_setup(a_done_job_may_be_submitted_again, setup),
        cmocka_unit_test_setup(impossible_sizes_are_refused, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
