/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Sets of a backup: the manifest's lines, names and their order, what is whole, what goes. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/backup/base.h"
#include "server/backup/set.h"
#include "server/backup/tree.h"
#include "server/base/io.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

#define DAY_MS INT64_C(86400000)

static struct asv_backup_dir backups;
static char dir_name[256];

static int set_up(void **state)
{
    struct asv_err err = {0};
    (void)state;
    asv_test_make_directory(dir_name, sizeof dir_name);
    assert_int_equal(ASV_OK, asv_backup_open(dir_name, true, &backups, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_backup_close(&backups);
    asv_test_remove_directory(dir_name);
    return 0;
}

static void write_file(int dir, const char *name, const char *text)
{
    assert_int_equal(ASV_OK, asv_io_replace_file(dir, name, text, strlen(text), 0600, NULL));
}

/* Reads a manifest with this text to its end; how it ended. */
static enum asv_status read_all(const char *text, uint64_t *files)
{
    struct asv_manifest manifest = {.file = NULL};
    struct asv_manifest_entry entry;
    write_file(backups.fd, ASV_MANIFEST, text);
    enum asv_status status = asv_manifest_open(backups.fd, &manifest, NULL);
    while (status == ASV_OK) {
        status = asv_manifest_next(&manifest, &entry, NULL);
    }
    *files = manifest.files;
    asv_manifest_close(&manifest);
    return status;
}

#define FIRST "# asservat backup 1\n"
#define HEX   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define END1  "# end: 1 files, 0 bytes\n"

static void a_manifest_is_read_as_it_was_written(void **state)
{
    struct asv_manifest manifest = {.file = NULL};
    struct asv_manifest_entry entry = {.path = "vault/sealed/2026/11/23/x/payload"};
    struct asv_manifest_entry got;
    char text[512] = "";
    size_t len = 0;
    (void)state;
    asv_sha256(entry.sha256, "", 0);
    assert_int_equal(ASV_OK, asv_manifest_begin(backups.fd, &manifest, NULL));
    assert_int_equal(ASV_OK, asv_manifest_add(&manifest, &entry, 7, NULL));
    entry.damaged = true;
    snprintf(entry.path, sizeof entry.path, "a");
    assert_int_equal(ASV_OK, asv_manifest_add(&manifest, &entry, 5, NULL));
    assert_int_equal(faccessat(backups.fd, ASV_MANIFEST, F_OK, 0), -1); /* not before it is complete */
    assert_int_equal(ASV_OK, asv_manifest_finish(backups.fd, &manifest, NULL));
    assert_int_equal(ASV_OK, asv_io_read_file(backups.fd, ASV_MANIFEST, text, sizeof text - 1, &len, NULL));
    assert_string_equal(text, FIRST HEX "  vault/sealed/2026/11/23/x/payload\n# damaged\n" HEX
                                        "  a\n# end: 2 files, 12 bytes\n");
    assert_int_equal(ASV_OK, asv_manifest_open(backups.fd, &manifest, NULL));
    assert_int_equal(ASV_OK, asv_manifest_next(&manifest, &got, NULL));
    assert_false(got.damaged);
    assert_string_equal(got.path, "vault/sealed/2026/11/23/x/payload");
    assert_int_equal(ASV_OK, asv_manifest_next(&manifest, &got, NULL));
    assert_true(got.damaged);
    assert_memory_equal(got.sha256, entry.sha256, sizeof got.sha256);
    assert_int_equal(ASV_E_NOT_FOUND, asv_manifest_next(&manifest, &got, NULL));
    assert_true(manifest.ended);
    asv_manifest_close(&manifest);
}

static void no_other_manifest_is_read(void **state)
{
    static const char *const bad[] = {"",
                                      "# asservat backup 2\n" END1,
                                      FIRST,
                                      FIRST HEX "  a\n",
                                      FIRST END1,
                                      FIRST HEX "  a\n" END1 "\n",
                                      FIRST HEX "  a\n" HEX "  b\n" END1,
                                      FIRST HEX "  a\n# end: 1 files, 0 bytes",
                                      FIRST HEX " *a\n" END1,
                                      FIRST HEX "  /a\n" END1,
                                      FIRST HEX "  ../a\n" END1,
                                      FIRST HEX "  a/../b\n" END1,
                                      FIRST HEX "  a/./b\n" END1,
                                      FIRST HEX "  a//b\n" END1,
                                      FIRST HEX "  a/\n" END1,
                                      FIRST HEX "  a b\n" END1,
                                      FIRST HEX "  a\\b\n" END1,
                                      FIRST HEX "  \n" END1,
                                      FIRST HEX "\n" END1,
                                      FIRST "g3" HEX "  a\n" END1,
                                      FIRST "# damaged\n" END1,
                                      FIRST "# other\n" HEX "  a\n" END1,
                                      FIRST HEX "  a\n# end: 1 files, 0 bytes more\n",
                                      FIRST HEX "  \xc3\xbc\n" END1};
    uint64_t files = 0;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (read_all(bad[i], &files) != ASV_E_MALFORMED) {
            fail_msg("was read: %s", bad[i]);
        }
    }
    assert_int_equal(ASV_E_NOT_FOUND, read_all(FIRST HEX "  a\n" END1, &files));
    assert_int_equal(files, 1);
    char line[1200];
    memset(line, 'a', sizeof line);
    snprintf(line, 32, FIRST);
    line[strlen(FIRST)] = 'a';
    line[sizeof line - 2] = '\n';
    line[sizeof line - 1] = '\0';
    assert_int_equal(ASV_E_MALFORMED, read_all(line, &files));
}

static void make_set(int64_t now_ms, bool whole, char name[ASV_SET_NAME_BYTES])
{
    int set = -1;
    assert_int_equal(ASV_OK, asv_backup_begin(&backups, now_ms, name, &set, NULL));
    write_file(set, "file", "x");
    if (whole) {
        write_file(set, ASV_MANIFEST, FIRST "# end: 0 files, 0 bytes\n");
    }
    close(set);
}

static void sets_are_named_by_their_instant_and_only_go_forward(void **state)
{
    char name[ASV_SET_NAME_BYTES];
    int64_t ms = 0;
    struct asv_err err = {0};
    (void)state;
    assert_int_equal(ASV_E_NOT_FOUND, asv_backup_newest(&backups, name, &err));
    make_set(INT64_C(1790000000123), true, name);
    assert_string_equal(name, "set-20260921T141320Z");
    assert_int_equal(ASV_OK, asv_backup_time(name, &ms));
    assert_int_equal(ms, INT64_C(1790000000000));
    make_set(INT64_C(1790000000999), true, name); /* the same second */
    assert_string_equal(name, "set-20260921T141321Z");
    make_set(INT64_C(1790000000000) - DAY_MS, true, name); /* a clock that was set back */
    assert_string_equal(name, "set-20260921T141322Z");
    assert_int_equal(ASV_OK, asv_backup_newest(&backups, name, &err));
    assert_string_equal(name, "set-20260921T141322Z");
    static const char *const none[] = {"set-20260921T141322",  "set-20260921T141322Zx", "lock", "",
                                       "set-20261321T141322Z", "xet-20260921T141322Z"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(ASV_E_MALFORMED, asv_backup_time(none[i], &ms));
    }
}

static bool there(const char *name)
{
    return faccessat(backups.fd, name, F_OK, 0) == 0;
}

static void an_interrupted_set_counts_for_nothing_and_is_swept(void **state)
{
    char whole[ASV_SET_NAME_BYTES];
    char cut[ASV_SET_NAME_BYTES];
    char name[ASV_SET_NAME_BYTES];
    char left[ASV_SET_NAME_BYTES];
    (void)state;
    make_set(DAY_MS, true, whole);
    make_set(2 * DAY_MS, false, cut);
    assert_int_equal(ASV_OK, asv_backup_newest(&backups, name, NULL));
    assert_string_equal(name, whole);
    write_file(backups.fd, "of-somebody-else", "x");
    assert_int_equal(ASV_OK, asv_backup_sweep(&backups, left, NULL));
    assert_true(there(whole) && !there(cut) && there("of-somebody-else"));
    assert_string_equal(left, "");
}

static void put_in(const char *name, const char *file, const char *text)
{
    int set = -1;
    assert_int_equal(ASV_OK, asv_io_open_dir(backups.fd, name, false, &set, NULL));
    write_file(set, file, text);
    close(set);
}

static void of_interrupted_sets_the_one_that_came_furthest_stays(void **state)
{
    char cut[4][ASV_SET_NAME_BYTES];
    char left[ASV_SET_NAME_BYTES];
    (void)state;
    for (int i = 0; i < 4; i++) {
        make_set((i + 1) * DAY_MS, false, cut[i]);
    }
    put_in(cut[0], ASV_MANIFEST_PARTIAL, FIRST);
    put_in(cut[1], ASV_MANIFEST_PARTIAL, FIRST HEX "  about\n");
    put_in(cut[2], ASV_MANIFEST_PARTIAL, ""); /* the fourth one's removal was interrupted */
    assert_int_equal(ASV_OK, asv_backup_sweep(&backups, left, NULL));
    assert_string_equal(left, cut[1]);
    assert_true(!there(cut[0]) && there(cut[1]) && !there(cut[2]) && !there(cut[3]));
}

static void the_oldest_sets_go_first_and_the_newest_stays(void **state)
{
    char names[4][ASV_SET_NAME_BYTES];
    size_t removed = 0;
    (void)state;
    for (int i = 0; i < 4; i++) {
        make_set((i + 1) * DAY_MS, i != 2, names[i]);
    }
    assert_int_equal(ASV_OK, asv_backup_rotate(&backups, 2, &removed, NULL));
    assert_int_equal(removed, 1);
    assert_true(!there(names[0]) && there(names[1]) && there(names[2]) && there(names[3]));
    assert_int_equal(ASV_OK, asv_backup_rotate(&backups, 1, &removed, NULL));
    assert_true(!there(names[1]) && there(names[3]));
}

/* The walk goes name by name, so a "/" comes before every other character. */
static void the_set_before_is_read_beside_the_walk(void **state)
{
    char name[ASV_SET_NAME_BYTES];
    int set = -1;
    struct asv_backup_base *base = calloc(1, sizeof *base);
    (void)state;
    assert_non_null(base);
    make_set(DAY_MS, false, name);
    assert_int_equal(ASV_OK, asv_io_open_dir(backups.fd, name, false, &set, NULL));
    write_file(set, ASV_MANIFEST,
               FIRST HEX "  about\n" HEX "  vault/q/a/commit\n" HEX "  vault/q/a/seal\n" HEX
                         "  vault/q/a-b/commit\n# damaged\n" HEX "  vault/q/a-b/payload\n" HEX
                         "  vault/q/c/commit\n# end: 6 files, 0 bytes\n");
    assert_int_equal(ASV_OK, asv_base_add_take(base, set, false, NULL));
    asv_base_go(base, "vault/q/a");
    assert_non_null(asv_base_find(base, "seal"));
    assert_null(asv_base_find(base, "payload"));
    asv_base_go(base, "vault/q/a-b");
    assert_non_null(asv_base_find(base, "commit"));
    assert_null(asv_base_find(base, "payload")); /* damaged: to be copied anew */
    asv_base_go(base, "vault/q/b");              /* new */
    assert_null(asv_base_find(base, "commit"));
    asv_base_go(base, "vault/q/c");
    assert_non_null(asv_base_find(base, "commit"));
    asv_base_go(base, "vault/s/a");
    assert_null(asv_base_find(base, "commit"));
    asv_base_close(base);
    free(base);
}

static int open_set(int64_t ms, const char *manifest, const char *text)
{
    char name[ASV_SET_NAME_BYTES];
    int set = -1;
    make_set(ms, false, name);
    assert_int_equal(ASV_OK, asv_io_open_dir(backups.fd, name, false, &set, NULL));
    write_file(set, manifest, text);
    return set;
}

/* What was interrupted comes first, as far as its lines are whole and a clip is in it with its commit record.
 */
static void what_an_interrupted_set_has_is_taken_and_the_rest_from_the_one_before(void **state)
{
    struct asv_backup_base *base = calloc(1, sizeof *base);
    (void)state;
    assert_non_null(base);
    int left = open_set(2 * DAY_MS, ASV_MANIFEST_PARTIAL,
                        FIRST HEX "  vault/q/a/commit\n" HEX "  vault/q/b/payload\n" HEX "  vault/q/c/com");
    int before = open_set(DAY_MS, ASV_MANIFEST,
                          FIRST HEX "  vault/q/b/commit\n" HEX "  vault/q/b/payload\n" HEX
                                    "  vault/q/c/commit\n# end: 3 files, 0 bytes\n");
    assert_int_equal(ASV_OK, asv_base_add_take(base, left, true, NULL));
    assert_int_equal(ASV_OK, asv_base_add_take(base, before, false, NULL));
    asv_base_go(base, "vault/q/a");
    assert_ptr_equal(base->chosen, &base->sets[0]);
    assert_non_null(asv_base_find(base, "commit"));
    asv_base_go(base, "vault/q/b"); /* its commit record is not among what was left */
    assert_ptr_equal(base->chosen, &base->sets[1]);
    assert_non_null(asv_base_find(base, "payload"));
    asv_base_go(base, "vault/q/c"); /* the line was cut off */
    assert_ptr_equal(base->chosen, &base->sets[1]);
    asv_base_go(base, "vault/q/d");
    assert_null(base->chosen);
    assert_null(asv_base_find(base, "commit"));
    asv_base_close(base);
    free(base);
}

static void a_set_without_its_manifest_is_no_base(void **state)
{
    struct asv_backup_base *base = calloc(1, sizeof *base);
    (void)state;
    assert_non_null(base);
    int set = open_set(DAY_MS, "about", "x");
    assert_int_equal(ASV_E_NOT_FOUND, asv_base_add_take(base, set, true, NULL));
    assert_int_equal(base->count, 0);
    asv_base_go(base, "vault/q/a");
    assert_null(asv_base_find(base, "commit"));
    asv_base_close(base);
    free(base);
}

static void a_path_that_no_line_can_hold_is_refused(void **state)
{
    struct asv_manifest manifest = {.file = NULL};
    struct asv_manifest_entry entry = {.path = "etc/my own.conf"};
    (void)state;
    assert_int_equal(ASV_OK, asv_manifest_begin(backups.fd, &manifest, NULL));
    assert_int_equal(ASV_E_USAGE, asv_manifest_add(&manifest, &entry, 1, NULL));
    asv_manifest_close(&manifest);
}

int main(void)
{
#define SETS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SETS(a_manifest_is_read_as_it_was_written),
        SETS(no_other_manifest_is_read),
        SETS(a_path_that_no_line_can_hold_is_refused),
        SETS(sets_are_named_by_their_instant_and_only_go_forward),
        SETS(an_interrupted_set_counts_for_nothing_and_is_swept),
        SETS(the_oldest_sets_go_first_and_the_newest_stays),
        SETS(the_set_before_is_read_beside_the_walk),
        SETS(of_interrupted_sets_the_one_that_came_furthest_stays),
        SETS(what_an_interrupted_set_has_is_taken_and_the_rest_from_the_one_before),
        SETS(a_set_without_its_manifest_is_no_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
