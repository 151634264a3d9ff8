/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Two disks that do not agree: what a crash between them, or one of them that fails, leaves behind. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/io.h"
#include "tests/sim/fault_disk.h"
#include "tests/unit/dock/kit.h"
#include "tests/unit/test.h"

#define CHUNKS 5

static int setup(void **state)
{
    if (kit_setup_mirrored(state))
        return 1;
    fake_camera_record(camera, 1, CHUNKS);
    return 0;
}

static int teardown(void **state)
{
    fault_disk_disarm();
    return kit_teardown(state);
}

/* ---- files ---- */

static bool exists(int root, const char *pattern)
{
    char path[KIT_PATH_BYTES];
    find_file(path, root, pattern);
    return path[0] != '\0';
}

static void unlink_in(int root, const char *pattern)
{
    char path[KIT_PATH_BYTES];
    find_file(path, root, pattern);
    assert_int_equal(unlink(path), 0);
}

static size_t load(int root, const char *pattern, uint8_t *out, size_t cap)
{
    char path[KIT_PATH_BYTES];
    size_t len = 0;
    find_file(path, root, pattern);
    assert_int_equal(asv_io_read_file(AT_FDCWD, path, out, cap, &len, NULL), ASV_OK);
    return len;
}

static void assert_same_in_both(const char *pattern)
{
    static uint8_t a[1 << 20], b[1 << 20];
    size_t len = load(0, pattern, a, sizeof a);
    assert_int_equal(load(1, pattern, b, sizeof b), len);
    assert_memory_equal(a, b, len);
}

static void assert_whole_in_both(void)
{
    static const char *const files[] = {"payload", "seal", "stanzas", "link", "chain", "receipt", "commit"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char pattern[64];
        snprintf(pattern, sizeof pattern, "sealed/*/*/*/*/%s", files[i]);
        assert_same_in_both(pattern);
    }
    assert_false(exists(0, "staging/*"));
    assert_false(exists(1, "staging/*"));
}

/* ---- moments ---- */

static bool alarmed(struct rig *r)
{
    return r->alarm_kinds[ASV_DB_ALARM_STORAGE] > 0 && asv_pool_pending(r->dock.pool) == 0;
}

/* Pulled, and waiting in staging for a database that is away. */
static void stage(void)
{
    rig->db_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
}

static void crash_and_recover(void)
{
    rig_restart(rig);
    rig->db_away = false;
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
}

static void store(void)
{
    dock_once();
    assert_int_equal(camera->erased, 1);
}

static const struct asv_commit *facts(void)
{
    const struct rig_commit *commit = rig_find(rig, camera, 1);
    return commit ? &commit->facts : NULL;
}

/* ---- what the disks give back ---- */

static void a_staged_file_that_one_disk_lost_is_taken_from_the_other(void **state)
{
    (void)state;
    static const char *const files[] = {"seal", "stanzas", "link", "chain"};
    stage();
    rig_restart(rig);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char pattern[64];
        snprintf(pattern, sizeof pattern, "staging/*/%s", files[i]);
        flip_byte(1, pattern, -20);
    }
    crash_and_recover();
    assert_int_equal(facts()->kind, ASV_COMMIT_STORED);
    assert_int_equal(facts()->replicas, 2);
    assert_whole_in_both();
    rig_run(rig, alarmed);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
}

static void a_staged_seal_that_cannot_be_believed_is_pulled_again(void **state)
{
    (void)state;
    stage();
    rig_restart(rig);
    flip_byte(0, "staging/*/seal", -20);
    crash_and_recover();
    assert_null(facts());
    store();
    assert_whole_in_both();
}

static void a_final_chunk_that_no_disk_kept_is_written_again(void **state)
{
    (void)state;
    stage();
    flip_byte(0, "staging/*/payload", -1);
    flip_byte(1, "staging/*/payload", -1);
    rig->db_away = false;
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
    assert_int_equal(camera->chunks_given, CHUNKS); /* the seal has it */
    assert_whole_in_both();
}

static void a_disk_that_keeps_no_seal_needs_attention_and_the_camera_keeps_it(void **state)
{
    (void)state;
    stage();
    flip_byte(0, "staging/*/seal", -20);
    flip_byte(1, "staging/*/seal", -20);
    rig->db_away = false;
    rig_run_to(rig, 0, ASV_SLOT_ATTENTION);
    assert_non_null(strstr(rig->slots[0].reason, "disk does not keep"));
    assert_int_equal(camera->erased, 0);
    assert_null(facts());
    rig_run(rig, alarmed);
    asv_slot_again(&rig->slots[0]);
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
    assert_whole_in_both();
}

/* ---- a commit record in one of them ---- */

static void a_commit_record_in_one_root_is_enough(void **state)
{
    (void)state;
    store();
    unlink_in(0, "sealed/*/*/*/*/commit");
    unlink_in(0, "sealed/*/*/*/*/receipt");
    flip_byte(0, "sealed/*/*/*/*/payload", 100); /* its disk failed in the middle of it */
    crash_and_recover();
    assert_true(exists(1, "sealed/*/*/*/*/payload"));
    assert_true(exists(1, "sealed/*/*/*/*/commit"));
}

static void what_has_a_commit_record_is_never_discarded(void **state)
{
    (void)state;
    static const char *const files[] = {"commit", "chain", "receipt"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char pattern[64];
        snprintf(pattern, sizeof pattern, "sealed/*/*/*/*/%s", files[i]);
        if (i == 0)
            store();
        flip_byte(0, pattern, -10);
        flip_byte(1, pattern, -10);
        flip_byte(0, "sealed/*/*/*/*/payload", 100);
        rig->commit_count = 0; /* as after a restore of the database */
        crash_and_recover();
        assert_true(exists(0, "sealed/*/*/*/*/payload"));
        assert_true(exists(1, "sealed/*/*/*/*/payload"));
        flip_byte(0, pattern, -10);
        flip_byte(1, pattern, -10);
        flip_byte(0, "sealed/*/*/*/*/payload", 100);
    }
    rig->commit_count = 0;
    crash_and_recover();
    assert_int_equal(facts()->kind, ASV_COMMIT_STORED);
}

static void a_crash_between_the_two_commit_records_is_made_up_for(void **state)
{
    (void)state;
    store();
    unlink_in(1, "sealed/*/*/*/*/commit");
    unlink_in(1, "sealed/*/*/*/*/receipt");
    rig->commit_count = 0;
    crash_and_recover();
    assert_int_equal(facts()->kind, ASV_COMMIT_STORED);
    assert_whole_in_both();
}

/* ---- half a move ---- */

/* Renamed in the first root; in the second one the place could not be made. */
static void move_by_half(void)
{
    char sealed[KIT_PATH_BYTES];
    stage();
    snprintf(sealed, sizeof sealed, "%s/sealed", rig->mirror);
    fault_disk_arm(FAULT_NAME, 1, ENOSPC, true, sealed);
    rig->db_away = false;
    asv_dock_kick(&rig->dock);
}

static bool is_half_moved(struct rig *r)
{
    return fault_disk_struck() && asv_pool_pending(r->dock.pool) == 0;
}

static void a_move_that_failed_in_one_root_is_repeated(void **state)
{
    (void)state;
    move_by_half();
    rig_run(rig, is_half_moved);
    fault_disk_disarm();
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(facts()->replicas, 2);
    assert_int_equal(camera->erased, 1);
    assert_whole_in_both();
}

static void a_crash_in_the_middle_of_a_move_costs_no_copy(void **state)
{
    (void)state;
    move_by_half();
    rig_run(rig, is_half_moved);
    rig_restart(rig);
    fault_disk_disarm();
    assert_true(exists(0, "sealed/*/*/*/*/payload"));
    assert_true(exists(1, "staging/*/payload"));
    crash_and_recover();
    assert_int_equal(facts()->kind, ASV_COMMIT_STORED);
    assert_int_equal(facts()->replicas, 2);
    assert_whole_in_both();
}

/* ---- leftovers ---- */

static void a_root_that_was_left_out_keeps_nothing_in_staging(void **state)
{
    (void)state;
    char staging[KIT_PATH_BYTES];
    snprintf(staging, sizeof staging, "%s/staging", rig->mirror);
    fault_disk_arm(FAULT_WRITE, 1, EIO, true, staging);
    store();
    fault_disk_disarm();
    assert_int_equal(facts()->replicas, 1);
    assert_false(exists(1, "staging/*"));
}

/* Copies the directory that matches, in both roots. */
static void copy_aside(const char *from, const char *to)
{
    static uint8_t data[1 << 20];
    for (int root = 0; root < 2; root++) {
        char path[KIT_PATH_BYTES], files[KIT_PATH_BYTES + 8];
        glob_t found;
        int dir = -1;
        snprintf(path, sizeof path, "%s/%s", root_dir(root), to);
        assert_int_equal(asv_io_open_dir(AT_FDCWD, path, true, &dir, NULL), ASV_OK);
        find_file(path, root, from);
        snprintf(files, sizeof files, "%s/*", path);
        assert_int_equal(glob(files, 0, NULL, &found), 0);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            const char *file = found.gl_pathv[i];
            size_t len = 0;
            assert_int_equal(asv_io_read_file(AT_FDCWD, file, data, sizeof data, &len, NULL), ASV_OK);
            assert_int_equal(asv_io_replace_file(dir, strrchr(file, '/') + 1, data, len, 0600, NULL), ASV_OK);
        }
        globfree(&found);
        close(dir);
    }
}

static void parts_of_what_is_in_custody_are_removed_after_a_crash(void **state)
{
    (void)state;
    stage();
    copy_aside("staging/*", "aside");
    rig->db_away = false;
    rig_run_to(rig, 0, ASV_SLOT_READY);
    copy_aside("aside", "staging/again");
    flip_byte(0, "staging/again/payload", 100);
    crash_and_recover();
    assert_whole_in_both();
}

static void parts_of_what_is_in_custody_are_removed_with_the_next_receipt(void **state)
{
    (void)state;
    struct asv_clip_dir *dir = NULL;
    camera->cannot_erase = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    rig_take_out(rig, 0);
    assert_int_equal(
        asv_vault_stage(rig->dock.site.vault, facts()->camera_cert, facts()->epoch, 1, &dir, NULL), ASV_OK);
    asv_clip_close(dir);
    camera->cannot_erase = false;
    store();
    assert_whole_in_both();
}

static void a_proof_of_erasure_that_comes_later_is_kept_beside_the_payload_too(void **state)
{
    (void)state;
    store();
    unlink_in(0, "sealed/*/*/*/*/erasure");
    unlink_in(1, "sealed/*/*/*/*/erasure");
    camera->clips[0].outstanding = true; /* a crash before anything was done with it */
    rig->commits[0].erased = false;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_true(rig->commits[0].erased);
    assert_false(camera->clips[0].outstanding);
    assert_same_in_both("sealed/*/*/*/*/erasure");
}

static void a_proof_of_erasure_that_the_vault_cannot_keep_is_not_acknowledged(void **state)
{
    (void)state;
    store();
    camera->clips[0].outstanding = true;
    fault_disk_arm(FAULT_WRITE, 1, ENOSPC, true, "/tmp/asv-rig-"); /* both disks */
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_true(camera->clips[0].outstanding);
}

/* ---- what only a careful look finds ---- */

static void what_one_root_spoilt_is_replaced_before_a_later_receipt(void **state)
{
    (void)state;
    static const char *const files[] = {"seal", "stanzas", "link"};
    store_without_the_camera();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char pattern[64];
        snprintf(pattern, sizeof pattern, "sealed/*/*/*/*/%s", files[i]);
        flip_byte(1, pattern, -20);
    }
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
    assert_whole_in_both();
    rig_run(rig, alarmed);
}

static void a_final_chunk_that_one_root_spoilt_earns_no_later_receipt(void **state)
{
    (void)state;
    store_without_the_camera();
    flip_byte(1, "sealed/*/*/*/*/payload", -1);
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(camera->erased, 0);
}

static void a_recovered_recording_whose_uuid_is_taken_goes_to_quarantine(void **state)
{
    (void)state;
    store();
    rig->commit_count = 0;
    rig->uuid_taken = true;
    crash_and_recover();
    assert_int_equal(facts()->kind, ASV_COMMIT_QUARANTINED);
    assert_true(exists(0, "quarantine/*/receipt"));
    assert_true(exists(1, "quarantine/*/receipt"));
}

/* The place is taken by something that cannot be opened: it is not taken for a place that was cleared. */
static void a_place_that_cannot_be_looked_into_costs_no_recording(void **state)
{
    (void)state;
    uint8_t notes[ASV_COMMIT_MAX_BYTES];
    struct asv_commit staged;
    char place[ASV_VAULT_PATH_BYTES], path[KIT_PATH_BYTES + ASV_VAULT_PATH_BYTES];
    int parent = -1;
    stage();
    size_t len = load(0, "staging/*/docking", notes, sizeof notes);
    assert_int_equal(asv_commit_decode(&staged, notes, len, NULL, NULL), ASV_OK);
    assert_int_equal(
        asv_vault_place(place, ASV_VAULT_SEALED, staged.day, staged.clip, staged.header_digest, NULL),
        ASV_OK);
    snprintf(path, sizeof path, "%s/%s", rig->dir, place);
    *strrchr(path, '/') = '\0';
    assert_int_equal(asv_io_open_dir(AT_FDCWD, path, true, &parent, NULL), ASV_OK);
    int fd = openat(parent, strrchr(place, '/') + 1, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    close(fd);
    close(parent);
    rig->db_away = false;
    asv_dock_kick(&rig->dock);
    rig_run(rig, alarmed);
    assert_int_equal(camera->erased, 0);
    assert_null(facts());
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        T(a_staged_file_that_one_disk_lost_is_taken_from_the_other),
        T(a_staged_seal_that_cannot_be_believed_is_pulled_again),
        T(a_final_chunk_that_no_disk_kept_is_written_again),
        T(a_disk_that_keeps_no_seal_needs_attention_and_the_camera_keeps_it),
        T(a_commit_record_in_one_root_is_enough),
        T(what_has_a_commit_record_is_never_discarded),
        T(a_crash_between_the_two_commit_records_is_made_up_for),
        T(a_move_that_failed_in_one_root_is_repeated),
        T(a_crash_in_the_middle_of_a_move_costs_no_copy),
        T(a_root_that_was_left_out_keeps_nothing_in_staging),
        T(parts_of_what_is_in_custody_are_removed_after_a_crash),
        T(parts_of_what_is_in_custody_are_removed_with_the_next_receipt),
        T(a_proof_of_erasure_that_comes_later_is_kept_beside_the_payload_too),
        T(a_proof_of_erasure_that_the_vault_cannot_keep_is_not_acknowledged),
        T(what_one_root_spoilt_is_replaced_before_a_later_receipt),
        T(a_final_chunk_that_one_root_spoilt_earns_no_later_receipt),
        T(a_recovered_recording_whose_uuid_is_taken_goes_to_quarantine),
        T(a_place_that_cannot_be_looked_into_costs_no_recording),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
