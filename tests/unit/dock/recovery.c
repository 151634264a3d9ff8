/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the recovery finds: rows without files, and recordings that the database does not know. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dock/recovery.h"
#include "server/base/fail.h"
#include "server/base/io.h"
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
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
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

static void it_is_looked_for_once(void **state)
{
    (void)state;
    store(3);
    remove_clip(rig_find(rig, camera, 2));
    assert_int_equal(missing_after_a_restart(), 1);
    asv_recovery_again(&rig->dock);
    asv_recovery_resume(&rig->dock);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_MISSING_CLIP], 1);
}

static void a_row_without_its_tombstone_is_an_alarm(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 1);
    asv_test_world_step(&camera->world, UINT64_C(20) * 86400000);
    asv_test_world_step(&rig->world, UINT64_C(20) * 86400000);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(missing_after_a_restart(), 0);
    remove_clip(rig_find(rig, camera, 1));
    assert_int_equal(missing_after_a_restart(), 1);
}

static void a_row_of_no_day_is_an_alarm_and_hides_no_other(void **state)
{
    (void)state;
    store(2);
    rig->commits[0].facts.day = 0;
    rig->commits[0].facts.latest_ms = INT64_MAX;
    remove_clip(&rig->commits[1]);
    assert_int_equal(missing_after_a_restart(), 2);
}

static void what_is_erased_as_it_should_be_is_no_alarm(void **state)
{
    (void)state;
    store(1);
    remove_clip(rig_find(rig, camera, 1));
    rig->commits[0].erasing = true; /* since the list was read */
    assert_int_equal(missing_after_a_restart(), 0);
}

/* What has its one copy on the disk that is away is not lost. */
static void while_a_disk_is_away_nothing_is_called_missing(void **state)
{
    (void)state;
    char aside[sizeof rig->mirror + 8];
    store(1);
    remove_clip(rig_find(rig, camera, 1));
    snprintf(aside, sizeof aside, "%s.aside", rig->mirror);
    rig_stop(rig);
    assert_int_equal(rename(rig->mirror, aside), 0);
    rig_start(rig);
    assert_non_null(asv_vault_away(rig->dock.site.vault));
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_MISSING_CLIP], 0);
    rig_stop(rig);
    assert_int_equal(rename(aside, rig->mirror), 0);
    rig_start(rig);
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_MISSING_CLIP], 1);
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
    lists = 0;
    rig_restart(rig);
    rig_recover(rig);
    rig_run(rig, was_asked);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_MISSING_CLIP], 0);
    rig->services.custody_list = list;
    asv_recovery_resume(&rig->dock);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_MISSING_CLIP], 1);
}

static bool was_asked_thrice(struct rig *r)
{
    bool over = asv_pool_pending(r->dock.pool) == 0 && lists >= 3;
    asv_recovery_resume(&r->dock);
    return over;
}

static void what_keeps_failing_is_logged_once(void **state)
{
    (void)state;
    char lines[4096] = "";
    rig_restart(rig);
    int fd = memfd_create("log", MFD_CLOEXEC);
    assert_true(fd >= 0);
    rig->dock.log.fd = fd;
    rig->dock.log.level = ASV_LOG_INFO;
    rig->services.custody_list = list_away;
    lists = 0;
    rig_recover(rig);
    rig_run(rig, was_asked_thrice);
    assert_true(pread(fd, lines, sizeof lines - 1, 0) > 0);
    close(fd);
    rig->dock.log.level = (enum asv_log_level)0;
    const char *first = strstr(lines, "recovery-waits");
    assert_non_null(first);
    assert_null(strstr(first + 1, "recovery-waits"));
}

/* ---- files without rows ---- */

/* A walk that waits for its time need not. */
static bool at_rest(struct rig *r)
{
    asv_recovery_resume(&r->dock);
    return rig_nothing_runs(r);
}

static bool ready(struct rig *r)
{
    asv_recovery_resume(&r->dock);
    return r->slots[0].state == ASV_SLOT_READY;
}

static bool needs_a_person(struct rig *r)
{
    asv_recovery_resume(&r->dock);
    return r->slots[0].state == ASV_SLOT_ATTENTION;
}

static void recover(void)
{
    rig_restart(rig);
    rig_recover(rig);
    rig_run(rig, at_rest);
}

static void what_the_database_has_forgotten_it_is_told_however_old(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 3);
    store_without_the_camera();
    recover();
    asv_test_world_step(&rig->world, UINT64_C(3) * 86400000);
    asv_test_world_step(&camera->world, UINT64_C(3) * 86400000);
    asv_recovery_later(&rig->dock);
    rig_run(rig, at_rest); /* it asks about the last two days only from now on */
    rig->commit_count = 0; /* put back to an earlier state */
    rig_plug(rig, 0, camera);
    rig_run(rig, ready);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(camera->erased, 1);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
}

static void what_the_database_never_takes_is_pulled_once_and_left(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 3);
    crash_before_custody();
    rig->db_refuses = 1;
    recover();
    fake_camera_record(camera, 2, 1);
    unsigned given = camera->chunks_given;
    rig_plug(rig, 0, camera);
    rig_run(rig, needs_a_person);
    assert_int_equal(camera->chunks_given - given, 3 + 1);
    assert_int_equal(rig->slots[0].left_count, 1);
    assert_int_equal(rig->slots[0].left[0].why, ASV_LEFT_FAILED);
    assert_true(rig->alarm_kinds[ASV_DB_ALARM_INTERNAL] > 0);
    assert_int_equal(kind_of(2), ASV_COMMIT_STORED);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    assert_int_equal(camera->erased, 1);
    rig_take_out(rig, 0);
    rig->db_refuses = 0;
    fake_camera_record(second, 1, 1); /* of the same number */
    rig_dock(rig, 0, second, ASV_SLOT_READY);
    assert_int_equal(second->erased, 1);
}

/* ---- what fails at first ---- */

static unsigned lookups, lookups_that_fail;
static const struct fake_camera *asked_about;
static enum asv_status (*lookup_of_the_rig)(void *, const struct asv_db_identity *, const uint8_t *,
                                            struct asv_db_known *, struct asv_err *);

/* For one camera's recordings: the first few are not answered. */
static enum asv_status lookup_away(void *ctx, const struct asv_db_identity *identity, const uint8_t *clip,
                                   struct asv_db_known *known, struct asv_err *err)
{
    bool fails = memcmp(identity->camera_cert, asked_about->identity.cert_digest, ASV_SHA256_BYTES) == 0 &&
                 lookups++ < lookups_that_fail;
    return fails ? asv_fail(err, ASV_E_AWAY, "database is away")
                 : lookup_of_the_rig(ctx, identity, clip, known, err);
}

static void fail_lookups(const struct fake_camera *of, unsigned count)
{
    asked_about = of;
    lookups = 0;
    lookups_that_fail = count;
    lookup_of_the_rig = rig->services.lookup;
    rig->services.lookup = lookup_away;
}

static bool some_of_second(struct rig *r)
{
    (void)r;
    return second->chunks_given >= 120;
}

static bool nothing_is_begun(struct rig *r)
{
    return asv_pool_pending(r->dock.pool) == 0 && !asv_timer_is_set(&r->dock.kick_timer);
}

/* Half a recording of the second camera is staged: the database is asked about it. */
static void stage_half(void)
{
    fake_camera_record(second, 1, 300);
    rig_plug(rig, 1, second);
    rig_run(rig, some_of_second);
    rig_take_out(rig, 1);
    rig_run(rig, rig_nothing_runs);
}

/* Staged, and there is nothing in them; sorted behind all that is real. */
static void make_empty(unsigned count)
{
    char path[KIT_PATH_BYTES];
    for (unsigned i = 0; i < count; i++) {
        int dir = -1;
        snprintf(path, sizeof path, "%s/staging/z-%03u", rig->dir, i);
        assert_int_equal(asv_io_open_dir(AT_FDCWD, path, true, &dir, NULL), ASV_OK);
        close(dir);
    }
}

static void what_is_not_answered_is_asked_again_after_a_pause(void **state)
{
    (void)state;
    stage_half();
    fail_lookups(second, UINT_MAX);
    rig_restart(rig);
    rig_recover(rig);
    rig_run(rig, nothing_is_begun);
    assert_int_equal(lookups, 1);
}

static void what_failed_is_tried_again_though_the_walk_goes_on_behind_it(void **state)
{
    (void)state;
    stage_half();
    make_empty(ASV_RECOVERY_PATHS + 5);
    fail_lookups(second, 1);
    recover();
    assert_int_equal(lookups, 2);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 1);
}

static void what_the_database_did_not_answer_is_not_passed_over(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 3);
    store_without_the_camera();
    rig->commit_count = 0;
    make_empty(ASV_RECOVERY_PATHS + 5);
    fail_lookups(camera, 1);
    recover();
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
}

static void what_fails_beside_it_does_not_keep_a_camera_waiting(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 3);
    store_without_the_camera();
    stage_half();
    fail_lookups(second, UINT_MAX);
    rig_restart(rig);
    rig_recover(rig);
    rig_run(rig, nothing_is_begun);
    rig->commit_count = 0;
    rig_plug(rig, 0, camera);
    rig_run(rig, ready);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(camera->erased, 1);
}

/* Commit records that nothing belongs to, sorted before all that is real. */
static void make_ruins(unsigned count)
{
    char path[KIT_PATH_BYTES], commit[KIT_PATH_BYTES + 16];
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    find_file(commit, 0, "sealed/*/*/*/*/commit");
    assert_int_equal(asv_io_read_file(AT_FDCWD, commit, data, sizeof data, &len, NULL), ASV_OK);
    *strrchr(commit, '/') = '\0';
    *strrchr(commit, '/') = '\0'; /* the day */
    for (unsigned i = 0; i < count; i++) {
        int dir = -1;
        snprintf(path, sizeof path, "%.200s/00000000-0000-7000-8000-%012u", commit, i);
        assert_int_equal(asv_io_open_dir(AT_FDCWD, path, true, &dir, NULL), ASV_OK);
        assert_int_equal(asv_io_replace_file(dir, "commit", data, len, 0600, NULL), ASV_OK);
        close(dir);
    }
}

#define WAITING 6 /* more than are taken up at once */

static bool all_wait(struct rig *r)
{
    return r->dock.intake_count == WAITING && asv_pool_pending(r->dock.pool) == 0;
}

static void what_waits_for_the_keeper_does_not_keep_others_from_being_taken_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < WAITING; i++)
        fake_camera_record(camera, i + 1, 1);
    rig->keeper_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    rig_take_out(rig, 0);
    rig_restart(rig);
    rig_recover(rig);
    rig_run(rig, all_wait);
    rig->keeper_away = false;
    rig_run(rig, rig_nothing_runs);
    for (unsigned i = 0; i < WAITING; i++)
        assert_int_equal(kind_of(i + 1), ASV_COMMIT_STORED);
}

static void what_cannot_be_taken_up_does_not_hide_what_can(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 1);
    store_without_the_camera();
    make_ruins(ASV_RECOVERY_PATHS + 5);
    asv_test_world_step(&rig->world, UINT64_C(3) * 86400000); /* only the first round asks about it */
    rig->commit_count = 0;
    recover();
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
}

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        KIT_TEST(what_is_in_custody_and_in_the_vault_is_no_alarm),
        KIT_TEST(a_row_without_files_is_an_alarm),
        KIT_TEST(it_is_looked_for_once),
        KIT_TEST(a_row_without_its_tombstone_is_an_alarm),
        KIT_TEST(a_row_of_no_day_is_an_alarm_and_hides_no_other),
        KIT_TEST(what_is_erased_as_it_should_be_is_no_alarm),
        cmocka_unit_test_setup_teardown(while_a_disk_is_away_nothing_is_called_missing, kit_setup_mirrored,
                                        kit_teardown),
        KIT_TEST(many_that_are_gone_have_one_alarm_more_that_counts_them),
        KIT_TEST(without_the_database_they_are_looked_for_when_it_is_back),
        KIT_TEST(what_keeps_failing_is_logged_once),
        KIT_TEST(what_the_database_has_forgotten_it_is_told_however_old),
        KIT_TEST(what_the_database_never_takes_is_pulled_once_and_left),
        KIT_TEST(what_is_not_answered_is_asked_again_after_a_pause),
        KIT_TEST(what_failed_is_tried_again_though_the_walk_goes_on_behind_it),
        KIT_TEST(what_the_database_did_not_answer_is_not_passed_over),
        KIT_TEST(what_fails_beside_it_does_not_keep_a_camera_waiting),
        KIT_TEST(what_waits_for_the_keeper_does_not_keep_others_from_being_taken_up),
        KIT_TEST(what_cannot_be_taken_up_does_not_hide_what_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
