/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The writer of packages: its bytes, its names, and what a run that was killed leaves to the next. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/package/zip_write.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

static char dir_name[256];
static int dir = -1;
static const uint8_t plan[ASV_PLAN_BYTES] = {1};
static const uint8_t other_plan[ASV_PLAN_BYTES] = {2};
static struct asv_zip_writer writer;

static int set_up(void **state)
{
    (void)state;
    asv_test_make_directory(dir_name, sizeof dir_name);
    dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir < 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(dir);
    asv_test_remove_directory(dir_name);
    return 0;
}

static struct asv_bytes text(const char *value)
{
    return (struct asv_bytes){(const uint8_t *)value, strlen(value)};
}

static enum asv_status add(const char *name, const char *content)
{
    struct asv_bytes left = text(content);
    struct asv_source source = asv_source_bytes(&left);
    struct asv_zip_entry entry;
    return asv_zip_add(&writer, text(name), &source, &entry, NULL);
}

/* PK-002, PK-003: these bytes and no others, written down by hand after APPNOTE. */
static void a_file_is_these_bytes(void **state)
{
    static const uint8_t want[] =
        "PK\3\4\x0a\0\0\x08\0\0\0\0\x21\0\x86\xa6\x10\x36\x05\0\0\0\x05\0\0\0\x03\0\0\0a\xc3\xa4"
        "hello"
        "PK\1\2\x2d\3\x0a\0\0\x08\0\0\0\0\x21\0\x86\xa6\x10\x36\x05\0\0\0\x05\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0"
        "\xa4\x81\0\0\0\0a\xc3\xa4"
        "PK\5\6\0\0\0\0\1\0\1\0\x31\0\0\0\x26\0\0\0\0";
    uint8_t *got = NULL;
    size_t len = 0;
    (void)state;
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "bytes", plan, NULL));
    assert_int_equal(ASV_OK, add("a\xc3\xa4", "hello"));
    assert_int_equal(ASV_OK, asv_zip_finish(&writer, NULL));
    asv_test_read_file(dir_name, "bytes", &got, &len);
    assert_int_equal(len, sizeof want);
    assert_memory_equal(got, want, len);
    free(got);
    assert_int_equal(faccessat(dir, "bytes.journal", F_OK, 0), -1);
    assert_int_equal(faccessat(dir, "bytes.partial", F_OK, 0), -1);
}

/* By the processor's folding and without it, against a bit at a time. PK-002 */
static void the_crc_is_the_crc(void **state)
{
    static struct asv_crc32 tables;
    static uint8_t data[700];
    (void)state;
    asv_crc32_init(&tables);
    assert_int_equal(asv_crc32(&tables, 0, "123456789", 9), 0xcbf43926);
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * i + 7 * i + (i >> 3));
    }
    for (int round = 0; round < 2; round++, tables.folds = false) {
        for (size_t from = 0; from < 20; from++) {
            uint32_t want = UINT32_MAX;
            for (size_t len = 0; from + len < sizeof data; len++) {
                uint32_t half = asv_crc32(&tables, 0, data + from, len / 3);
                assert_int_equal(asv_crc32(&tables, half, data + from + len / 3, len - len / 3), ~want);
                want ^= data[from + len];
                for (int bit = 0; bit < 8; bit++) {
                    want = (want >> 1) ^ ((want & 1) != 0 ? 0xedb88320u : 0);
                }
            }
        }
    }
}

static void expect_digits(const uint8_t *at, size_t len, const char *digits)
{
    char got[2 * ASV_ZIP_HEADER_MAX_BYTES + 1] = "";
    for (size_t i = 0; i < len; i++) {
        snprintf(got + 2 * i, 3, "%02x", at[i]);
    }
    assert_string_equal(got, digits);
}

/* PK-003: at the first number that has no room in 32 bits, and not before. */
static void large_numbers_are_in_zip64(void **state)
{
    struct asv_zip_entry entry = {.name = "a", .name_len = 1};
    struct asv_zip_end end = {.count = 65534, .offset = 0xfffffffe, .size = 0xfffffffe};
    uint8_t out[ASV_ZIP_HEADER_MAX_BYTES];
    size_t len = 0;
    (void)state;
    entry.size = entry.offset = 0xfffffffe;
    len = asv_zip_local(out, &entry);
    expect_digits(out, len,
                  "504b03040a0000000000000021000000000"
                  "0fefffffffeffffff0100000061");
    assert_int_equal(asv_zip_central(out, &entry), ASV_ZIP_CENTRAL_BYTES + 1);
    assert_int_equal(asv_zip_tail(out, &end), ASV_ZIP_END_BYTES);
    entry.size++;
    len = asv_zip_local(out, &entry);
    expect_digits(out, len,
                  "504b03042d00000000000000210000000000ffffffffffffffff010014006101001000ffffffff00000000ffff"
                  "ffff00000000");
    assert_int_equal(asv_zip_central(out, &entry), ASV_ZIP_CENTRAL_BYTES + 1 + 4 + 16);
    entry.offset++;
    expect_digits(
        out, asv_zip_central(out, &entry),
        "504b01022d032d00000000000000210000000000ffffffffffffffff01001c000000000000000000a481ffffffff61"
        "01001800ffffffff00000000ffffffff00000000ffffffff00000000");
    end.count++;
    assert_int_equal(asv_zip_tail(out, &end), ASV_ZIP_TAIL_MAX_BYTES);
    end.count--;
    end.offset++;
    assert_int_equal(asv_zip_tail(out, &end), ASV_ZIP_TAIL_MAX_BYTES);
}

/* PK-004, PK-054 */
static void only_names_that_every_system_can_make_are_taken(void **state)
{
    static const char *const good[] = {"a",
                                       "mimetype",
                                       "META-INF/x",
                                       ("data/\xc3\x9c"
                                        "bergabe (1).pdf"),
                                       "a b/.c",
                                       "a/console.txt",
                                       "COM",
                                       "com10.txt",
                                       "lpt/x.nul",
                                       "\xc3\x9f\xc3\xbf"};
    static const char *const bad[] = {"",       "/a",    "a/",   "a//b",         ".",       "..",    "../a",
                                      "a/../b", "a/./b", "a\\b", "C:a",          "a*",      "a?",    "a\"b",
                                      "a<b",    "a>b",   "a|b",  "a%b",          "a\nb",    "a\x7f", "a.",
                                      "a /b",   "a/b ",  "\xc3", "\xed\xa0\x80", "\xc0\xaf"};
    static const char *const misleading[] = {"a\xcc\x88", /* a and its dots, which another system composes */
                                             "\xc2\x9b[2J",          /* an order to a terminal */
                                             "a\xe2\x80\xaetxt.exe", /* which looks like aexe.txt */
                                             "a\xc3\x97",
                                             "\xc3\xb7",
                                             "\xc4\xb0",
                                             "\xc5\xb8",
                                             "\xce\xa3",
                                             "\xe1\xba\x9e",
                                             "\xe2\x80\x8b",
                                             "\xc2\xa0",
                                             "CON",
                                             "nul",
                                             "data/aux",
                                             "PRN.txt",
                                             "com1",
                                             "LPT9.a.pdf",
                                             "data/Com0/a",
                                             "NUL .txt",
                                             "conout$.a/b"};
    char longest[ASV_PACKAGE_NAME_BYTES + 2];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(asv_package_name_is_good(text(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (asv_package_name_is_good(text(bad[i]))) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    for (size_t i = 0; i < sizeof misleading / sizeof *misleading; i++) {
        if (asv_package_name_is_good(text(misleading[i]))) {
            fail_msg("taken: %s", misleading[i]);
        }
    }
    memset(longest, 'a', sizeof longest);
    longest[ASV_PACKAGE_NAME_BYTES + 1] = '\0';
    assert_false(asv_package_name_is_good(text(longest)));
    longest[ASV_PACKAGE_NAME_BYTES] = '\0';
    assert_true(asv_package_name_is_good(text(longest)));
    assert_false(asv_package_name_is_good((struct asv_bytes){(const uint8_t *)"a\0b", 3}));
}

/* PK-004 */
static void no_name_is_there_twice(void **state)
{
    (void)state;
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "twice", plan, NULL));
    assert_int_equal(ASV_OK, add("data/a", "1"));
    assert_int_equal(ASV_E_EXISTS, add("data/a", "1"));
    assert_int_equal(ASV_E_EXISTS, add("DATA/A", "1"));
    assert_int_equal(ASV_E_EXISTS, add("data/a/b", "1"));
    assert_int_equal(ASV_E_EXISTS, add("Data", "1"));
    assert_int_equal(ASV_OK, add("data/\xc3\xa4", "1"));
    assert_int_equal(ASV_E_EXISTS, add("data/\xc3\x84", "1"));
    assert_int_equal(ASV_OK, add("data/gro\xc3\x9f", "1"));
    assert_int_equal(ASV_E_EXISTS, add("data/GROSS", "1"));
    assert_int_equal(ASV_E_EXISTS, add("data/gross/a", "1"));
    assert_int_equal(ASV_OK, add("data/b", "1"));
    asv_zip_close(&writer);
}

/* PK-014 */
static void a_source_gives_what_it_says(void **state)
{
    struct asv_bytes left = text("hello");
    struct asv_source source = asv_source_bytes(&left);
    struct asv_zip_entry entry;
    struct asv_err err = {0};
    (void)state;
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "sizes", plan, NULL));
    source.size = 6;
    assert_int_equal(ASV_E_MISMATCH, asv_zip_add(&writer, text("a"), &source, &entry, &err));
    assert_string_equal(err.text, "a: its input ends early, after 5 bytes");
    left = text("hello");
    source.size = 4;
    assert_int_equal(ASV_E_MISMATCH, asv_zip_add(&writer, text("b"), &source, &entry, &err));
    assert_string_equal(err.text, "b: its input has more than the 4 bytes");
    asv_zip_close(&writer);
}

/* PK-014: one that somebody cuts off while it is read, or that is longer than when it was looked at. */
static void a_file_that_changes_is_found(void **state)
{
    struct asv_zip_entry entry;
    struct asv_err err = {0};
    int fd = openat(dir, "sparse", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct asv_source source = asv_source_file(&fd, 1 << 20);
    (void)state;
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "changes", plan, NULL));
    assert_int_equal(ftruncate(fd, 1 << 20), 0); /* nothing but a hole */
    assert_int_equal(ASV_OK, asv_zip_add(&writer, text("whole"), &source, &entry, &err));
    assert_int_equal(ftruncate(fd, (1 << 20) - 1), 0);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(ASV_E_MISMATCH, asv_zip_add(&writer, text("cut"), &source, &entry, &err));
    assert_int_equal(ftruncate(fd, (1 << 20) + 1), 0);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(ASV_E_MISMATCH, asv_zip_add(&writer, text("longer"), &source, &entry, &err));
    close(fd);
    assert_int_equal(ASV_E_IO, asv_zip_add(&writer, text("gone"), &source, &entry, &err));
    assert_non_null(strstr(err.text, "gone: input: Bad file descriptor"));
    asv_zip_close(&writer);
}

/* ---- after a kill ---- */

struct counted {
    uint64_t size, at;
    uint64_t reads; /* bytes that were asked for */
};

static enum asv_status read_counted(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct counted *counted = ctx;
    uint64_t left = counted->size - counted->at;
    (void)err;
    *got = left < cap ? (size_t)left : cap;
    memset(out, (int)(counted->at >> 16), *got);
    counted->at += *got;
    counted->reads += *got;
    return ASV_OK;
}

#define CLIPS      4
#define CLIP_BYTES (17 << 20) /* above ASV_ZIP_SYNC_BYTES */

/* Adds the clips, and dies in the middle of number `die`; the bytes that were read, and the status. */
static enum asv_status run(const char *name, const uint8_t *of, int die, uint64_t *reads)
{
    enum asv_status status = asv_zip_begin(&writer, dir, name, of, NULL);
    *reads = 0;
    for (int i = 0; i < CLIPS && status == ASV_OK; i++) {
        struct counted counted = {.size = CLIP_BYTES + (uint64_t)i};
        struct asv_source source = {&counted, counted.size, read_counted};
        struct asv_zip_entry entry;
        char file[32];
        snprintf(file, sizeof file, "data/clip-%d", i);
        if (i == die) { /* half of it is there, and no header */
            uint8_t half[4096] = {9};
            assert_int_equal(pwrite(writer.fd, half, sizeof half, (off_t)writer.at + 50), sizeof half);
            raise(SIGKILL);
        }
        status = asv_zip_add(&writer, text(file), &source, &entry, NULL);
        *reads += counted.reads;
    }
    if (status == ASV_OK) {
        return asv_zip_finish(&writer, NULL);
    }
    asv_zip_close(&writer);
    return status;
}

static void run_and_die(const char *name, int die)
{
    int how = 0;
    pid_t pid = fork();
    assert_int_not_equal(pid, -1);
    if (pid == 0) {
        uint64_t reads;
        (void)!run(name, plan, die, &reads);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
}

static void expect_same(const char *a, const char *b)
{
    char path_a[512];
    char path_b[512];
    snprintf(path_a, sizeof path_a, "%s/%s", dir_name, a);
    snprintf(path_b, sizeof path_b, "%s/%s", dir_name, b);
    assert_int_equal(asv_test_run(dir_name, (const char *const[]){"cmp", path_a, path_b, NULL}), 0);
}

/* PK-002, PK-010, PK-012, PK-013 */
static void what_was_finished_before_a_kill_is_not_read_again(void **state)
{
    uint64_t reads = 0;
    (void)state;
    assert_int_equal(ASV_OK, run("whole", plan, -1, &reads));
    assert_int_equal(reads, CLIPS * (uint64_t)CLIP_BYTES + 6);
    run_and_die("killed", 2);
    assert_int_equal(faccessat(dir, "killed", F_OK, 0), -1);
    run_and_die("killed", 3);
    assert_int_equal(ASV_OK, run("killed", plan, -1, &reads));
    assert_int_equal(reads, CLIP_BYTES + 3); /* the last one alone */
    expect_same("whole", "killed");
    assert_int_equal(ASV_E_EXISTS, asv_zip_begin(&writer, dir, "killed", plan, NULL));
    assert_int_equal(unlinkat(dir, "whole", 0) | unlinkat(dir, "killed", 0), 0);
}

/* PK-012: what another decision began is no part of this one's package. */
static void another_plan_begins_anew(void **state)
{
    uint64_t reads = 0;
    (void)state;
    run_and_die("planned", 1);
    assert_int_equal(ASV_OK, run("planned", other_plan, -1, &reads));
    assert_int_equal(reads, CLIPS * (uint64_t)CLIP_BYTES + 6);
    assert_int_equal(unlinkat(dir, "planned", 0), 0);
}

/* Begins a package with two files, and leaves it. */
static void begin_two(const char *name)
{
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, name, plan, NULL));
    assert_int_equal(ASV_OK, add("data/a", "first"));
    assert_int_equal(ASV_OK, add("data/b", "second"));
    struct asv_journal_cursor cursor;
    assert_int_equal(ASV_OK, asv_zip_first(&writer, &cursor, NULL)); /* to the medium */
    asv_zip_close(&writer);
}

/* PK-012: a package of as many files as there may be is gone on with too. */
static void the_last_file_that_there_may_be_is_kept(void **state)
{
    struct asv_zip_entry entry = {.size = 0};
    (void)state;
    begin_two("most");
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "most", plan, NULL));
    assert_int_equal(ASV_OK, asv_zip_keep(&writer, text("data/a"), &entry, NULL));
    writer.journal.count = ASV_PACKAGE_FILES_MAX; /* as if there were others before */
    assert_int_equal(ASV_OK, asv_zip_keep(&writer, text("data/b"), &entry, NULL));
    assert_int_equal(ASV_E_LIMIT, add("data/c", "one too many"));
    asv_zip_close(&writer);
}

/* Writes no file beyond this: as if the medium were full. */
static void limit_files_to(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* PK-010, PK-012: whoever makes room goes on with what is finished. */
static void a_full_medium_costs_the_file_that_was_being_written(void **state)
{
    static uint64_t reads[2];
    (void)state;
    assert_int_equal(ASV_OK, run("roomy", plan, -1, &reads[0]));
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    for (rlim_t clips = 1; clips <= CLIPS; clips++) { /* the last time for the directory alone */
        limit_files_to(clips * (CLIP_BYTES + 64) + 10);
        assert_int_equal(ASV_E_IO, run("full", plan, -1, &reads[0]));
        assert_int_equal(faccessat(dir, "full", F_OK, 0), -1);
        assert_true(reads[0] <= 2 * (uint64_t)CLIP_BYTES + 8);
    }
    limit_files_to(RLIM_INFINITY);
    assert_int_equal(ASV_OK, run("full", plan, -1, &reads[1]));
    assert_int_equal(reads[1], 0);
    expect_same("roomy", "full");
    assert_int_equal(unlinkat(dir, "roomy", 0) | unlinkat(dir, "full", 0), 0);
}

/* PK-012 */
static void a_package_goes_on_as_it_was_begun(void **state)
{
    struct asv_zip_entry entry = {.size = 0};
    struct asv_journal_cursor cursor;
    (void)state;
    begin_two("order");
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "order", plan, NULL));
    assert_int_equal(ASV_E_STATE, asv_zip_keep(&writer, text("data/b"), &entry, NULL));
    assert_int_equal(ASV_E_STATE, add("data/a", "another")); /* of another size */
    asv_zip_close(&writer);
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "order", plan, NULL));
    assert_int_equal(ASV_OK, asv_zip_keep(&writer, text("data/a"), &entry, NULL));
    assert_int_equal(entry.size, 5);
    assert_int_equal(ASV_OK, asv_zip_first(&writer, &cursor, NULL));
    assert_int_equal(ASV_OK, asv_zip_next(&writer, &cursor, &entry, NULL));
    assert_int_equal(ASV_E_NOT_FOUND, asv_zip_next(&writer, &cursor, &entry, NULL)); /* b is not added yet */
    assert_int_equal(ASV_E_BUSY, asv_zip_begin(&(struct asv_zip_writer){.fd = -1}, dir, "order", plan, NULL));
    asv_zip_close(&writer);
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "order", plan, NULL));
    assert_int_equal(ASV_E_STATE, asv_zip_finish(&writer, NULL)); /* with none of them */
}

/* PK-055 */
static void another_plans_records_count_for_nothing(void **state)
{
    (void)state;
    begin_two("headed");
    int fd = openat(dir, "headed.journal", O_RDWR);
    assert_int_equal(pwrite(fd, other_plan, sizeof other_plan, 27), sizeof other_plan); /* the head alone */
    close(fd);
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "headed", other_plan, NULL));
    assert_int_equal(writer.kept_count, 0);
    asv_zip_close(&writer);
}

/* PK-013: a record that is torn, or speaks of bytes that are not there, is none. */
static void a_torn_journal_costs_the_files_behind_it(void **state)
{
    struct asv_zip_entry entry;
    uint8_t last = 0;
    struct stat st;
    (void)state;
    begin_two("torn");
    int fd = openat(dir, "torn.journal", O_RDWR);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(pread(fd, &last, 1, st.st_size - 1), 1);
    last ^= 1;
    assert_int_equal(pwrite(fd, &last, 1, st.st_size - 1), 1);
    close(fd);
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "torn", plan, NULL));
    assert_int_equal(ASV_OK, asv_zip_keep(&writer, text("data/a"), &entry, NULL));
    assert_int_equal(ASV_E_NOT_FOUND, asv_zip_keep(&writer, text("data/b"), &entry, NULL));
    asv_zip_close(&writer);
    begin_two("short");
    fd = openat(dir, "short.partial", O_RDWR);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(ftruncate(fd, st.st_size - 1), 0);
    close(fd);
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "short", plan, NULL));
    assert_int_equal(writer.kept_count, 1);
    asv_zip_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_these_bytes),
        cmocka_unit_test(the_crc_is_the_crc),
        cmocka_unit_test(large_numbers_are_in_zip64),
        cmocka_unit_test(only_names_that_every_system_can_make_are_taken),
        cmocka_unit_test(no_name_is_there_twice),
        cmocka_unit_test(a_source_gives_what_it_says),
        cmocka_unit_test(a_file_that_changes_is_found),
        cmocka_unit_test(what_was_finished_before_a_kill_is_not_read_again),
        cmocka_unit_test(another_plan_begins_anew),
        cmocka_unit_test(a_full_medium_costs_the_file_that_was_being_written),
        cmocka_unit_test(the_last_file_that_there_may_be_is_kept),
        cmocka_unit_test(a_package_goes_on_as_it_was_begun),
        cmocka_unit_test(another_plans_records_count_for_nothing),
        cmocka_unit_test(a_torn_journal_costs_the_files_behind_it),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
