/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the recovery finds when the dock starts: rows without files. */
#include <string.h>

#include "dock/recovery.h"
#include "server/base/fail.h"
#include "tests/unit/dock/kit.h"

#define MANY 40 /* more than get an alarm of their own */

static unsigned lists; /* that nobody answered */

static enum asv_status list_away(void *ctx, const uint8_t *after, struct asv_db_in_custody *rows, size_t cap,
                                 size_t *count, struct asv_err *err)
{
    (void)ctx;
    (void)after;
    (void)rows;
    (void)cap;
    (void)count;
    lists++;
    return asv_fail(err, ASV_E_AWAY, "database is away");
}

static bool was_asked(struct rig *r)
{
    return asv_pool_pending(r->dock.pool) == 0 && lists == 1;
}

static void store(unsigned clips)
{
    for (unsigned i = 0; i < clips; i++)
        fake_camera_record(camera, i + 1, 1);
    rig_plug(rig, 0, camera);
    rig_run_to(rig, 0, ASV_SLOT_READY);
}

static void remove_clip(const struct rig_commit *commit)
{
    const struct asv_commit *facts = &commit->facts;
    char path[ASV_VAULT_PATH_BYTES];
    struct asv_clip_dir *dir = NULL;
    assert_int_equal(asv_vault_place_of(path, facts->kind, facts->day, facts->latest_ms, facts->clip,
                                        facts->header_digest, NULL),
                     ASV_OK);
    assert_int_equal(
        asv_vault_open_clip(rig->dock.site.vault, asv_vault_area_of(facts->kind), path, &dir, NULL), ASV_OK);
    assert_int_equal(asv_clip_discard_take(dir, NULL), ASV_OK);
}

static unsigned missing_after_a_restart(void)
{
    rig_restart(rig);
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    return rig->alarm_kinds[ASV_DB_ALARM_MISSING_CLIP];
}

static void what_is_in_custody_and_in_the_vault_is_no_alarm(void **state)
{
    (void)state;
    store(3);
    assert_int_equal(missing_after_a_restart(), 0);
}

static void a_row_without_files_is_an_alarm(void **state)
{
    (void)state;
    store(3);
    remove_clip(rig_find(rig, camera, 2));
    assert_int_equal(missing_after_a_restart(), 1);
}

static void a_row_without_its_tombstone_is_an_alarm(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 1);
    asv_test_world_step(&camera->world, UINT64_C(20) * 86400000);
    asv_test_world_step(&rig->world, UINT64_C(20) * 86400000);
    rig_plug(rig, 0, camera);
    rig_run_to(rig, 0, ASV_SLOT_ATTENTION);
    assert_int_equal(missing_after_a_restart(), 0);
    remove_clip(rig_find(rig, camera, 1));
    assert_int_equal(missing_after_a_restart(), 1);
}

static void what_is_erased_as_it_should_be_is_no_alarm(void **state)
{
    (void)state;
    store(1);
    remove_clip(rig_find(rig, camera, 1));
    rig->commits[0].erasing = true; /* since the list was read */
    assert_int_equal(missing_after_a_restart(), 0);
}

static void many_that_are_gone_have_one_alarm_more_that_counts_them(void **state)
{
    (void)state;
    store(1);
    for (unsigned i = 1; i < MANY; i++) {
        rig->commits[i] = rig->commits[0];
        rig->commits[i].facts.number = i + 1;
    }
    rig->commit_count = MANY;
    remove_clip(rig_find(rig, camera, 1));
    assert_int_equal(missing_after_a_restart(), 32 + 1);
}

static void without_the_database_they_are_looked_for_when_it_is_back(void **state)
{
    (void)state;
    store(1);
    remove_clip(rig_find(rig, camera, 1));
    enum asv_status (*list)(void *, const uint8_t *, struct asv_db_in_custody *, size_t, size_t *,
                            struct asv_err *) = rig->services.custody_list;
    rig->services.custody_list = list_away;
    rig_restart(rig);
    rig_recover(rig);
    rig_run(rig, was_asked);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_MISSING_CLIP], 0);
    rig->services.custody_list = list;
    asv_recovery_resume(&rig->dock);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_MISSING_CLIP], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(what_is_in_custody_and_in_the_vault_is_no_alarm),
        KIT_TEST(a_row_without_files_is_an_alarm),
        KIT_TEST(a_row_without_its_tombstone_is_an_alarm),
        KIT_TEST(what_is_erased_as_it_should_be_is_no_alarm),
        KIT_TEST(many_that_are_gone_have_one_alarm_more_that_counts_them),
        KIT_TEST(without_the_database_they_are_looked_for_when_it_is_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
