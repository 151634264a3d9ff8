/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Little space on the vault's disk. */
#include "dock/space.h"

#include <semaphore.h>

#include "tests/unit/dock/kit.h"

static struct asv_space_watch *watch;

static int teardown(void **state)
{
    asv_space_unwatch(watch);
    watch = NULL;
    return kit_teardown(state);
}

static bool looked(struct rig *r)
{
    return r->dock.space.known && asv_pool_pending(r->dock.pool) == 0;
}

static void look(uint64_t warn)
{
    rig->dock.site.limits.free_warn_bytes = warn;
    assert_int_equal(asv_space_watch(&rig->dock, &watch), ASV_OK);
    rig_run(rig, looked);
}

static void enough_space_is_no_alarm(void **state)
{
    (void)state;
    look(1);
    assert_false(rig->dock.space.low);
    assert_true(rig->dock.space.free_bytes > 0);
    assert_int_equal(rig->alarms, 0);
}

static void little_space_is_one_alarm(void **state)
{
    (void)state;
    look(UINT64_MAX);
    assert_true(rig->dock.space.low);
    assert_int_equal(rig->alarms, 1);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_STORAGE], 1);
}

static sem_t walked;

static void walk_run(struct asv_job *job)
{
    (void)job;
    while (sem_wait(&walked)) /* interrupted */
        ;
}

static void walk_done(struct asv_job *job)
{
    (void)job;
}

static bool known(struct rig *r)
{
    return r->dock.space.known;
}

static void it_is_looked_at_while_the_recovery_walks(void **state)
{
    (void)state;
    struct asv_job walk = {.run = walk_run, .done = walk_done};
    assert_int_equal(sem_init(&walked, 0, 0), 0);
    asv_pool_submit(rig->dock.pool, ASV_LANE_RECOVERY, &walk);
    assert_int_equal(asv_space_watch(&rig->dock, &watch), ASV_OK);
    rig_run(rig, known);
    sem_post(&walked);
    rig_run(rig, looked);
    sem_destroy(&walked);
}

static void it_is_enough_again_with_an_eighth_more(void **state)
{
    (void)state;
    assert_true(asv_space_is_low(false, 799, 800));
    assert_false(asv_space_is_low(false, 800, 800));
    assert_true(asv_space_is_low(true, 800, 800));
    assert_true(asv_space_is_low(true, 899, 800));
    assert_false(asv_space_is_low(true, 900, 800));
    assert_false(asv_space_is_low(true, 0, 0));
    assert_true(asv_space_is_low(true, UINT64_MAX - 1, UINT64_MAX));
    assert_false(asv_space_is_low(true, UINT64_MAX, 8));
}

#define T(test) cmocka_unit_test_setup_teardown(test, kit_setup, teardown)

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        T(enough_space_is_no_alarm),
        T(little_space_is_one_alarm),
        T(it_is_looked_at_while_the_recovery_walks),
        cmocka_unit_test(it_is_enough_again_with_an_eighth_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
