/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A docking that is cut short goes on where it was: the camera is unplugged, the dock is killed, the database
 * or the keeper is away, the disk is full. */
#include <string.h>

#include "tests/unit/dock/kit.h"
#include "tests/unit/test.h"

static void unplugged_in_the_middle_it_goes_on_at_the_chunk_in_another_slot(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 300);
    rig_plug(rig, 0, camera);
    rig_run(rig, some_chunks);
    assert_int_equal(rig->slots[0].state, ASV_SLOT_PULLING);
    rig_take_out(rig, 0);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 1);
    unsigned before = camera->chunks_given;
    assert_true(before < 300);
    rig_dock(rig, 2, camera, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(rig_find(rig, camera, 1)->facts.slot, 3);
    assert_true(camera->chunks_given < 300 + 40); /* only what was on its way is given twice */
    assert_int_equal(camera->erased, 1);
}

static void killed_in_the_middle_it_goes_on_at_the_chunk(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 300);
    rig_plug(rig, 0, camera);
    rig_run(rig, some_chunks);
    rig_restart(rig);
    rig_recover(rig);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_true(camera->chunks_given < 300 + 60);
}

static void parking_leaves_everything_staged_or_committed(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 300);
    fake_camera_record(second, 1, 300);
    rig_plug(rig, 0, camera);
    rig_plug(rig, 1, second);
    rig_run(rig, some_chunks);
    rig_restart(rig); /* stops as SIGTERM would */
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED) + rig_count(rig, ASV_VAULT_STAGING), 2);
    rig_recover(rig);
    rig_plug(rig, 2, camera);
    rig_plug(rig, 3, second);
    rig_run_to(rig, 2, ASV_SLOT_READY);
    rig_run_to(rig, 3, ASV_SLOT_READY);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 2);
}

static void without_the_database_it_goes_on_into_staging_and_commits_later(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 7; number++)
        fake_camera_record(camera, number, 5);
    rig->db_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    assert_int_equal(camera->chunks_given, 35);
    assert_int_equal(camera->erased, 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 7);
    assert_non_null(strstr(rig->slots[0].reason, "database is away"));
    rig->db_away = false;
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 7);
    assert_int_equal(camera->chunks_given, 35); /* nothing was pulled twice */
    assert_int_equal(rig->slots[0].counts.pulled, 7);
    assert_int_equal(rig->started, 1); /* it said once that it begins, however often the database went */
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 7);
}

static bool keeper_is_up(struct rig *it)
{
    return it->dock.keeper.up;
}

static bool keeper_is_told(struct rig *it)
{
    return it->keeper_told == it->keeper_run + 1;
}

static unsigned pings_before;

static bool keeper_was_asked(struct rig *it)
{
    return it->keeper_pings > pings_before && rig_nothing_runs(it);
}

/* LG-080 */
static void each_start_of_the_keeper_is_told_once(void **state)
{
    (void)state;
    rig->keeper_away = true; /* so that it is asked for */
    fake_camera_record(camera, 1, 5);
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    rig->keeper_away = false;
    rig_run(rig, keeper_is_told);
    rig_run_to(rig, 0, ASV_SLOT_READY);
    rig_take_out(rig, 0);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig->keeper_starts, 1);
    rig->keeper_run++;
    rig->keeper_away = true;
    fake_camera_record(second, 1, 5);
    rig_plug(rig, 0, second);
    rig_run(rig, all_staged);
    rig->db_away = true;
    rig->keeper_away = false;
    rig_run(rig, keeper_is_up);
    assert_false(keeper_is_told(rig)); /* the database is away: it is told when it is back */
    rig->db_away = false;
    rig_run(rig, keeper_is_told);
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(rig->keeper_starts, 2);
}

/* LG-080: it was away for so short a time that nobody missed it. */
static void a_start_of_the_keeper_that_nobody_noticed_is_told_with_the_next_look(void **state)
{
    (void)state;
    for (rig->keeper_run = 0; rig->keeper_run < 3; rig->keeper_run++) {
        asv_dock_watch(&rig->dock);
        rig_run(rig, keeper_is_told);
        rig_run(rig, rig_nothing_runs);
        assert_int_equal(rig->keeper_starts, rig->keeper_run + 1);
    }
    rig->keeper_run--; /* the same one */
    pings_before = rig->keeper_pings;
    asv_dock_watch(&rig->dock);
    rig_run(rig, keeper_was_asked);
    assert_int_equal(rig->keeper_starts, 3);
}

static void without_the_keeper_the_receipt_waits(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    rig->keeper_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    assert_int_equal(camera->erased, 0);
    assert_int_equal(kind_of(1), 0);
    assert_non_null(strstr(rig->slots[0].reason, "keeper is away"));
    rig->keeper_away = false;
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
}

static void what_the_database_refuses_does_not_hold_up_the_others(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 7; number++)
        fake_camera_record(camera, number, 3);
    rig->db_refuses = ASV_SLOT_COMMITS;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_non_null(strstr(rig->slots[0].reason, "4 that could not be brought into custody"));
    assert_int_equal(rig->commit_count, 3);
    assert_int_equal(camera->erased, 3);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_INTERNAL], 4);
}

static void what_the_database_knows_of_a_camera_counts_when_it_is_back(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    rig->db_away = rig->number_back = true;
    rig_dock(rig, 0, camera, ASV_SLOT_WAITING);
    rig->db_away = false;
    rig_run_to(rig, 0, ASV_SLOT_ATTENTION);
    assert_int_equal(camera->held[ASV_WIRE_HELD_BULLETIN].number, 0);
}

static void staged_whole_it_is_committed_without_the_camera(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 12);
    rig->db_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    rig_restart(rig);
    rig->db_away = false;
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    assert_int_equal(camera->erased, 0);
    rig_dock(rig, 1, camera, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
    assert_int_equal(camera->chunks_given, 12);
}

static void recorded_but_unknown_to_the_database_it_is_told(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 12);
    crash_before_custody();
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 1);
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    rig_dock(rig, 1, camera, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 1);
}

static void no_room_is_met_before_the_first_chunk_and_waited_for(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    rig->dock.site.limits.free_floor_bytes = UINT64_MAX / 2;
    rig_plug(rig, 0, camera);
    rig_run(rig, settled_in_waiting);
    assert_int_equal(camera->chunks_given, 0);
    assert_non_null(strstr(rig->slots[0].reason, "disk is full"));
    rig->dock.site.limits.free_floor_bytes = 0;
    asv_dock_kick(&rig->dock);
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
}

static unsigned refused_logs;

static enum asv_status log_away(void *ctx, const uint8_t session[32], struct asv_bytes block,
                                struct asv_err *err)
{
    struct rig *r = ctx;
    (void)session;
    (void)block;
    r->logs++;
    return refused_logs++ == 0 ? asv_fail(err, ASV_E_AWAY, "database is away") : ASV_OK;
}

/* The camera forgets what a finished session was told: that one is not finished. */
static void a_log_that_the_database_did_not_take_is_asked_for_again(void **state)
{
    (void)state;
    refused_logs = 0;
    rig->services.log_append = log_away;
    rig_dock(rig, 0, camera, ASV_SLOT_FAULT);
    assert_int_equal(camera->finished, 0);
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->finished, 1);
    rig_take_out(rig, 0);
    asv_dock_heard_db(&rig->dock, ASV_OK, NULL); /* it is back */
    dock_once();
    assert_true(rig->logs >= 2);
}

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_log_that_the_database_did_not_take_is_asked_for_again),
        KIT_TEST(unplugged_in_the_middle_it_goes_on_at_the_chunk_in_another_slot),
        KIT_TEST(killed_in_the_middle_it_goes_on_at_the_chunk),
        KIT_TEST(parking_leaves_everything_staged_or_committed),
        KIT_TEST(without_the_database_it_goes_on_into_staging_and_commits_later),
        KIT_TEST(each_start_of_the_keeper_is_told_once),
        KIT_TEST(a_start_of_the_keeper_that_nobody_noticed_is_told_with_the_next_look),
        KIT_TEST(without_the_keeper_the_receipt_waits),
        KIT_TEST(what_the_database_refuses_does_not_hold_up_the_others),
        KIT_TEST(what_the_database_knows_of_a_camera_counts_when_it_is_back),
        KIT_TEST(staged_whole_it_is_committed_without_the_camera),
        KIT_TEST(recorded_but_unknown_to_the_database_it_is_told),
        KIT_TEST(no_room_is_met_before_the_first_chunk_and_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
