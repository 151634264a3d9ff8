/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is docked after its period and lives on all the same: people hold it (K-091), or its day has a longer
 * period than the dock knew of. No tombstone is made without the keeper's word. */
#include <stdio.h>
#include <string.h>

#include "tests/support/files.h"
#include "tests/unit/dock/kit.h"
#include "tests/unit/test.h"

#define DAY_MS UINT64_C(86400000)

static void pass(uint64_t days)
{
    asv_test_world_step(&camera->world, days * DAY_MS);
    asv_test_world_step(&rig->world, days * DAY_MS);
}

static void check_stored(uint64_t number)
{
    const struct rig_commit *told = rig_find(rig, camera, number);
    assert_non_null(told);
    assert_int_equal(told->facts.kind, ASV_COMMIT_STORED);
    assert_int_equal(told->facts.day, 20260105);
    assert_true(told->facts.due_ms > 0 && told->facts.due_ms < told->facts.committed_ms);
    assert_int_equal(told->facts.integrity, ASV_INTEGRITY_VALID);
    assert_false(told->ordered);
    assert_int_equal(rig_count(rig, ASV_VAULT_TOMBSTONES), 0);
}

static void T3_what_people_hold_is_stored_although_its_period_is_over(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 20);
    fake_camera_record(camera, 2, 0);
    pass(20);
    rig->held = true;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    check_stored(1);
    check_stored(2);
    assert_true(rig_find(rig, camera, 1)->erased);
    assert_int_equal(camera->erased, 2);
    assert_int_equal(camera->chunks_given, 20);
    assert_int_equal(rig->slots[0].counts.pulled, 2);
    assert_int_equal(rig->orders, 0);
    assert_int_equal(rig->opens, 4); /* whether it lives, and whether it opens */
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 2);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
}

static void so_is_what_the_key_of_its_own_day_still_opens(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    pass(20);
    rig->key_lives = true; /* people decided on a longer period, of which the dock has not heard */
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    check_stored(1);
}

static void to_the_reserve_key(struct asv_seal_header *header)
{
    header->key_kind = ASV_KEY_RESERVE;
    header->key_date = 0;
}

static void to_a_later_day(struct asv_seal_header *header)
{
    header->key_date = 20260110;
}

/* Those keys live for others' sake. */
static void T1_another_days_key_and_the_reserve_key_prolong_nothing(void **state)
{
    (void)state;
    static void (*const changes[])(struct asv_seal_header *) = {to_the_reserve_key, to_a_later_day};
    for (uint64_t i = 0; i < 2; i++) {
        const struct asv_test_plan plan = {.number = i + 1, .chunks = 5, .change = changes[i]};
        fake_camera_record_as(camera, &plan, 0);
    }
    pass(17);
    rig->key_lives = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(kind_of(1), ASV_COMMIT_EXPIRED_ON_ARRIVAL);
    assert_int_equal(kind_of(2), ASV_COMMIT_EXPIRED_ON_ARRIVAL);
    assert_int_equal(camera->chunks_given, 0);
    assert_int_equal(camera->erased, 0);
}

static void but_what_people_hold_is_stored_whatever_its_key(void **state)
{
    (void)state;
    const struct asv_test_plan plan = {.number = 1, .chunks = 5, .change = to_the_reserve_key};
    fake_camera_record_as(camera, &plan, 0);
    pass(20);
    rig->held = true;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    check_stored(1);
}

/* T6: the tombstone is a fact of custody. A hold that was decided since finds nothing that it could prolong.
 */
static void what_has_its_tombstone_keeps_it(void **state)
{
    (void)state;
    char tombstone[KIT_PATH_BYTES];
    const struct asv_test_plan plan = {.number = 1, .chunks = 5, .change = to_the_reserve_key};
    fake_camera_record_as(camera, &plan, 0);
    pass(20);
    rig->key_lives = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    rig_take_out(rig, 0);
    find_file(tombstone, 0, "tombstones/*/*/*/*"); /* the database knows of it, wherever it lies */
    asv_test_remove_directory(tombstone);
    rig->held = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(kind_of(1), ASV_COMMIT_EXPIRED_ON_ARRIVAL);
    assert_int_equal(rig->commit_count, 1);
    assert_int_equal(camera->chunks_given, 0);
    assert_int_equal(camera->erased, 0); /* no order while people hold it */
}

static void also_when_the_database_was_not_told_of_it(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    pass(20);
    crash_before_custody();
    rig->held = true;
    rig_dock(rig, 1, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(kind_of(1), ASV_COMMIT_EXPIRED_ON_ARRIVAL);
    assert_int_equal(rig_count(rig, ASV_VAULT_TOMBSTONES), 1);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    assert_int_equal(camera->chunks_given, 0);
}

static enum asv_status held_until_it_is_pulled(void *ctx, struct asv_bytes chain,
                                               const struct asv_take_evidence *evidence,
                                               enum asv_opens *opens, struct asv_err *err)
{
    (void)ctx;
    (void)chain;
    (void)err;
    *opens = evidence->chunks == 0 ? ASV_OPENS_HELD : ASV_OPENS_NO;
    return ASV_OK;
}

/* So it is with one whose period ends while it is taken in: no fault of it, and nothing for quarantine. */
static void what_people_let_go_of_meanwhile_gets_its_tombstone(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    pass(20);
    rig->services.opens = held_until_it_is_pulled;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(camera->chunks_given, 5);
    assert_int_equal(kind_of(1), ASV_COMMIT_EXPIRED_ON_ARRIVAL);
    assert_int_equal(camera->erased, 1);
    assert_int_equal(rig_count(rig, ASV_VAULT_TOMBSTONES), 1);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED) + rig_count(rig, ASV_VAULT_QUARANTINE), 0);
}

/* ---- without the keeper ---- */

static void without_the_keepers_word_there_is_no_tombstone(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 7; number++)
        fake_camera_record(camera, number, 5);
    pass(20);
    const struct asv_test_plan today = {.number = 8, .chunks = 5, .change = to_the_reserve_key};
    fake_camera_record_as(camera, &today, 0); /* one that is not over, and is pulled meanwhile */
    rig->keeper_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    assert_non_null(strstr(rig->slots[0].reason, "keeper is away"));
    assert_true(rig->slots[0].committing <= ASV_SLOT_COMMITS); /* the others are put down */
    assert_int_equal(rig->commit_count, 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_TOMBSTONES), 0);
    assert_int_equal(camera->chunks_given, 5);
    rig->keeper_away = false;
    rig_run_to(rig, 0, ASV_SLOT_READY);
    for (uint64_t number = 1; number <= 7; number++)
        assert_int_equal(kind_of(number), ASV_COMMIT_EXPIRED_ON_ARRIVAL);
    assert_int_equal(kind_of(8), ASV_COMMIT_STORED);
    assert_int_equal(camera->erased, 8);
}

static enum asv_status stands_still(void *ctx, struct asv_bytes chain,
                                    const struct asv_take_evidence *evidence, enum asv_opens *opens,
                                    struct asv_err *err)
{
    (void)ctx;
    (void)chain;
    *opens = ASV_OPENS_YES;
    return evidence->chunks > 0 ? ASV_OK : asv_fail(err, ASV_E_AWAY, "destruction stands still");
}

static bool second_is_stored(struct rig *r)
{
    (void)r;
    return kind_of(2) != 0;
}

/* K-059: its clock is in doubt, until two people confirm it. */
static void what_the_keeper_cannot_say_of_one_holds_up_no_other(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    pass(20);
    const struct asv_test_plan today = {.number = 2, .chunks = 5, .change = to_the_reserve_key};
    fake_camera_record_as(camera, &today, 0);
    rig->services.opens = stands_still;
    rig_plug(rig, 0, camera);
    rig_run(rig, second_is_stored);
    assert_int_equal(kind_of(2), ASV_COMMIT_STORED);
    assert_int_equal(rig->commit_count, 1);
}

static void nor_when_the_keeper_refuses_to_say(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    pass(20);
    rig->keeper_refuses = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_non_null(strstr(rig->slots[0].reason, "could not be brought into custody"));
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_INTERNAL], 1);
    assert_int_equal(rig->commit_count, 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_TOMBSTONES), 0);
}

/* The question needs no camera; what people hold waits in staging for its next docking, what they do not gets
 * its tombstone. */
static void taken_out_before_the_keeper_is_back(void **state)
{
    (void)state;
    for (int held = 0; held <= 1; held++) {
        if (held) {
            kit_teardown(NULL);
            kit_setup(NULL);
        }
        fake_camera_record(camera, 1, 5);
        pass(20);
        rig->keeper_away = true;
        rig_plug(rig, 0, camera);
        rig_run(rig, all_staged);
        rig_take_out(rig, 0);
        rig->held = held;
        rig->keeper_away = false;
        rig_run(rig, rig_nothing_runs);
        assert_int_equal(kind_of(1), held ? 0 : ASV_COMMIT_EXPIRED_ON_ARRIVAL);
        assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), held);
        rig_dock(rig, 1, camera, ASV_SLOT_READY);
        assert_int_equal(kind_of(1), held ? ASV_COMMIT_STORED : ASV_COMMIT_EXPIRED_ON_ARRIVAL);
        assert_int_equal(camera->erased, 1);
    }
}

/* ---- quarantine ---- */

static void what_would_be_quarantined_is(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    pass(20);
    rig->held = rig->number_back = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    const struct rig_commit *told = rig_find(rig, camera, 1);
    assert_non_null(told);
    assert_int_equal(told->facts.kind, ASV_COMMIT_QUARANTINED);
    assert_string_equal(told->facts.reason, "another camera may be using this certificate");
    assert_int_equal(camera->erased, 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_QUARANTINE), 1);
}

static void within_its_quota(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    pass(20);
    rig->held = rig->number_back = true;
    rig->dock.site.limits.quarantine_bytes = 65552;
    rig_plug(rig, 0, camera);
    rig_run(rig, settled_in_waiting);
    assert_non_null(strstr(rig->slots[0].reason, "quarantine is full"));
    assert_int_equal(rig->coming, 0);
    assert_int_equal(rig->commit_count, 0);
    assert_int_equal(camera->chunks_given, 0);
    rig->dock.site.limits.quarantine_bytes = UINT64_C(1) << 30;
    asv_dock_kick(&rig->dock);
    rig_run_to(rig, 0, ASV_SLOT_ATTENTION);
    assert_int_equal(kind_of(1), ASV_COMMIT_QUARANTINED);
}

/* ---- cut short ---- */

static void pulled_out_in_the_middle_it_goes_on_at_the_chunk(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 300);
    pass(20);
    rig->held = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, some_chunks);
    rig_restart(rig);
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 1);
    assert_int_equal(rig->commit_count, 0);
    rig_dock(rig, 2, camera, ASV_SLOT_READY);
    check_stored(1);
    assert_true(camera->chunks_given < 300 + 60);
}

/* Its period ended between two dockings, and the dock has a part of it. */
static void begun_before_its_period_ended_it_goes_on_at_the_chunk(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 300);
    rig_plug(rig, 0, camera);
    rig_run(rig, some_chunks);
    rig_restart(rig);
    pass(20);
    rig->held = true;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    check_stored(1);
    assert_true(camera->chunks_given < 300 + 60);
}

static void stage_whole(void)
{
    fake_camera_record(camera, 1, 12);
    rig->db_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    rig_restart(rig);
    rig->db_away = false;
    pass(20);
}

static void staged_whole_before_its_period_ended_it_is_committed_without_the_camera(void **state)
{
    (void)state;
    stage_whole();
    rig->held = true;
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    check_stored(1);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    rig_dock(rig, 1, camera, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
    assert_int_equal(camera->chunks_given, 12);
}

static bool keeper_is_missed(struct rig *r)
{
    return !r->dock.keeper.up && asv_pool_pending(r->dock.pool) == 0;
}

static void or_gets_its_tombstone_when_nobody_holds_it(void **state)
{
    (void)state;
    stage_whole();
    rig->keeper_away = true;
    rig_recover(rig);
    rig_run(rig, keeper_is_missed);
    assert_int_equal(rig->commit_count, 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 1);
    rig->keeper_away = false;
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(kind_of(1), ASV_COMMIT_EXPIRED_ON_ARRIVAL);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_TOMBSTONES), 1);
}

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        KIT_TEST(T3_what_people_hold_is_stored_although_its_period_is_over),
        KIT_TEST(so_is_what_the_key_of_its_own_day_still_opens),
        KIT_TEST(T1_another_days_key_and_the_reserve_key_prolong_nothing),
        KIT_TEST(but_what_people_hold_is_stored_whatever_its_key),
        KIT_TEST(what_has_its_tombstone_keeps_it),
        KIT_TEST(also_when_the_database_was_not_told_of_it),
        KIT_TEST(what_people_let_go_of_meanwhile_gets_its_tombstone),
        KIT_TEST(without_the_keepers_word_there_is_no_tombstone),
        KIT_TEST(what_the_keeper_cannot_say_of_one_holds_up_no_other),
        KIT_TEST(nor_when_the_keeper_refuses_to_say),
        KIT_TEST(taken_out_before_the_keeper_is_back),
        KIT_TEST(what_would_be_quarantined_is),
        KIT_TEST(within_its_quota),
        KIT_TEST(pulled_out_in_the_middle_it_goes_on_at_the_chunk),
        KIT_TEST(begun_before_its_period_ended_it_goes_on_at_the_chunk),
        KIT_TEST(staged_whole_before_its_period_ended_it_is_committed_without_the_camera),
        KIT_TEST(or_gets_its_tombstone_when_nobody_holds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
