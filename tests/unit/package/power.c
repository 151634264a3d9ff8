/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The power fails before each write of a package: of each file there is what was flushed, or all that was
 * written, as the system pleases. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/io.h"
#include "server/package/zip_read.h"
#include "server/package/zip_write.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

#define NAME    "package"
#define PARTIAL NAME ".partial"
#define JOURNAL NAME ".journal"
#define FILES   4
#define BYTES   8192

static char dir_name[256];
static int dir = -1;
static struct asv_zip_writer writer;
static const uint8_t plans[2][ASV_PLAN_BYTES] = {{'a'}, {'b'}};

/* ---- the medium ---- */

static int writes_left; /* before the power fails */
static struct flushed {
    const char *name;
    uint8_t data[BYTES];
    size_t len;
} flushed[2] = {{.name = PARTIAL}, {.name = JOURNAL}};

/* NOLINTNEXTLINE(bugprone-reserved-identifier): the linker's names (--wrap) */
enum asv_status __wrap_asv_io_sync_data(int fd, const char *what, struct asv_err *err);
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
enum asv_status __wrap_asv_io_sync_data(int fd, const char *what, struct asv_err *err)
{
    struct flushed *to = &flushed[strcmp(what, NAME) != 0];
    ssize_t len = pread(fd, to->data, sizeof to->data, 0);
    assert_in_range(len, 0, sizeof to->data - 1);
    to->len = (size_t)len;
    (void)err;
    return ASV_OK;
}

/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
enum asv_status __wrap_asv_io_sync_dir(int of, const char *what, struct asv_err *err);
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
enum asv_status __wrap_asv_io_sync_dir(int of, const char *what, struct asv_err *err)
{
    (void)of;
    (void)what;
    (void)err;
    return ASV_OK;
}

/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
enum asv_status __real_asv_io_pwrite(int fd, const void *data, size_t len, uint64_t offset, const char *what,
                                     struct asv_err *err);
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
enum asv_status __wrap_asv_io_pwrite(int fd, const void *data, size_t len, uint64_t offset, const char *what,
                                     struct asv_err *err);
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
enum asv_status __wrap_asv_io_pwrite(int fd, const void *data, size_t len, uint64_t offset, const char *what,
                                     struct asv_err *err)
{
    return writes_left-- > 0 ? __real_asv_io_pwrite(fd, data, len, offset, what, err) : ASV_E_IO;
}

/* Of which files nothing is left but what was flushed: a bit for each. */
static void fail_power(unsigned lost)
{
    for (unsigned i = 0; i < 2; i++) {
        if ((lost & 1u << i) != 0 && faccessat(dir, flushed[i].name, F_OK, 0) == 0) {
            asv_test_write_file(dir_name, flushed[i].name, flushed[i].data, flushed[i].len);
        }
    }
}

/* ---- runs ---- */

/* Files of a plan, of the same sizes in each; no two runs write the same bytes, as with signatures. */
static enum asv_status add(int plan, int i)
{
    static uint8_t run;
    char name[16];
    uint8_t data[100] = {(uint8_t)('a' + plan), ++run};
    struct asv_bytes left = {data, sizeof data};
    struct asv_source source = asv_source_bytes(&left);
    struct asv_zip_entry entry;
    int len = snprintf(name, sizeof name, "data/%d", i);
    return asv_zip_add(&writer, (struct asv_bytes){(const uint8_t *)name, (size_t)len}, &source, &entry,
                       NULL);
}

/* To the medium behind the second file and, if finish is false, behind the last. */
static enum asv_status run(int plan, bool finish)
{
    struct asv_journal_cursor cursor;
    enum asv_status status = asv_zip_begin(&writer, dir, NAME, plans[plan], NULL);
    for (int i = 0; i < FILES && status == ASV_OK; i++) {
        status = add(plan, i);
        if (status == ASV_OK && (i == 1 || (i == FILES - 1 && !finish))) {
            status = asv_zip_first(&writer, &cursor, NULL);
        }
    }
    if (status == ASV_OK && finish) {
        return asv_zip_finish(&writer, NULL);
    }
    asv_zip_close(&writer);
    return status;
}

/* The package is whole, and this plan's. */
static void expect_whole(int plan)
{
    struct asv_zip_reader reader;
    struct asv_fault fault;
    struct asv_zip_entry entry;
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_read_file(dir_name, NAME, &data, &len);
    struct asv_bytes bytes = {data, len};
    const struct asv_package_input input = asv_package_input_bytes(&bytes);
    assert_int_equal(ASV_OK, asv_zip_open(&reader, &input, &fault, NULL));
    for (int i = 0; i < FILES; i++) {
        assert_int_equal(ASV_OK, asv_zip_read(&reader, &entry, &fault, NULL));
        assert_int_equal(data[asv_zip_data_offset(&entry)], 'a' + plan);
    }
    assert_int_equal(ASV_E_NOT_FOUND, asv_zip_read(&reader, &entry, &fault, NULL));
    asv_zip_reader_close(&reader);
    free(data);
}

/* Plan a is nearly done; then the power fails before write number `at` of another run; then a is made. True:
 * that run did all its writes. */
static bool survives(int other, int at, unsigned lost)
{
    writes_left = INT32_MAX;
    assert_int_equal(ASV_OK, run(0, false));
    writes_left = at;
    enum asv_status status = run(other, false);
    writes_left = INT32_MAX;
    fail_power(lost);
    assert_int_equal(ASV_OK, run(0, true));
    expect_whole(0);
    assert_int_equal(unlinkat(dir, NAME, 0), 0);
    return status == ASV_OK;
}

/* PK-013, PK-055 */
static void what_the_journal_names_is_there_whenever_the_power_fails(void **state)
{
    (void)state;
    for (int other = 0; other < 2; other++) {
        for (unsigned lost = 0; lost < 4; lost++) {
            int at = 0;
            while (!survives(other, at, lost)) {
                at++;
            }
            assert_in_range(at, other == 0 ? 0 : 8, 40);
        }
    }
}

/* The same from nothing, with the end in it. PK-010, PK-013 */
static void a_package_is_there_when_it_is_whole(void **state)
{
    (void)state;
    for (unsigned lost = 0; lost < 4; lost++) {
        enum asv_status status = ASV_E_IO;
        for (int at = 0; status != ASV_OK; at++) {
            flushed[0].len = flushed[1].len = 0;
            writes_left = at;
            status = run(0, true);
            writes_left = INT32_MAX;
            assert_int_equal(faccessat(dir, NAME, F_OK, 0) == 0, status == ASV_OK);
            if (status != ASV_OK) {
                fail_power(lost);
                assert_int_equal(ASV_OK, run(0, true));
            }
            expect_whole(0);
            assert_int_equal(unlinkat(dir, NAME, 0), 0);
        }
    }
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_journal_names_is_there_whenever_the_power_fails),
        cmocka_unit_test(a_package_is_there_when_it_is_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
