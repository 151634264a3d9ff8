/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The keeper's record of decisions, on a real disk. */
#include "server/keeper/journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/calendar.h"
#include "tests/unit/test.h"

#define NOW_MS INT64_C(1767592800000) /* 2026-01-05 */

static struct asv_disk_files files;
static struct asv_disk disk;
static struct asv_mirror mirror; /* of it alone */
static char dir[64];
static char line[ASV_JOURNAL_LINE_BYTES];

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(asv_calendar_set_zone(ASV_CALENDAR_ZONE, NULL), ASV_OK);
    snprintf(dir, sizeof dir, "/tmp/asv-journal-XXXXXX");
    assert_non_null(mkdtemp(dir));
    files = (struct asv_disk_files){.path = dir};
    assert_int_equal(asv_disk_posix_make(&files, NULL), ASV_OK);
    disk = asv_disk_posix(&files);
    mirror = (struct asv_mirror){.disks = {disk}, .count = 1, .there = {true}, .used = {true}};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlinkat(files.dir, "decisions-2026", 0);
    (void)unlinkat(files.dir, "decisions-2027", 0);
    asv_disk_posix_end(&files);
    return rmdir(dir);
}

static enum asv_status record(int64_t now_ms, const char *answer)
{
    const struct asv_bytes proposal = {(const uint8_t *)"\x01\xab", 2};
    return asv_journal_write(&mirror, now_ms, "HOLD", proposal,
                             (struct asv_bytes){(const uint8_t *)answer, strlen(answer)}, line, NULL);
}

static void expect(const char *text)
{
    uint8_t *data = NULL;
    size_t len = 0;
    assert_int_equal(disk.read(disk.ctx, "decisions-2026", 4096, &data, &len, NULL), ASV_OK);
    assert_int_equal(len, strlen(text));
    assert_memory_equal(data, text, len);
    free(data);
}

static void each_decision_is_a_line(void **state)
{
    (void)state;
    assert_int_equal(record(NOW_MS, ""), ASV_OK);
    expect("1767592800000 HOLD 01ab -\n");
    assert_int_equal(record(NOW_MS + 1, "\x02"), ASV_OK);
    expect("1767592800000 HOLD 01ab -\n1767592800001 HOLD 01ab 02\n");
}

static void a_line_that_a_crash_cut_spoils_no_other(void **state)
{
    (void)state;
    int fd = -1;
    assert_int_equal(record(NOW_MS, ""), ASV_OK);
    fd = openat(files.dir, "decisions-2026", O_WRONLY | O_CLOEXEC);
    assert_int_equal(ftruncate(fd, 20), 0);
    close(fd);
    assert_int_equal(record(NOW_MS + 1, "\x02"), ASV_OK);
    expect("1767592800000 HOLD 0\n1767592800001 HOLD 01ab 02\n");
}

static void a_years_file_goes_with_the_end_of_the_next(void **state)
{
    (void)state; /* LAW L3 */
    assert_int_equal(record(NOW_MS, ""), ASV_OK);
    assert_int_equal(record(NOW_MS + INT64_C(366) * 86400000, ""), ASV_OK);
    assert_int_equal(asv_journal_sweep(&mirror, 20271231, NULL), ASV_OK);
    assert_int_equal(faccessat(files.dir, "decisions-2026", F_OK, 0), 0);
    assert_int_equal(asv_journal_sweep(&mirror, 20280101, NULL), ASV_OK);
    assert_int_not_equal(faccessat(files.dir, "decisions-2026", F_OK, 0), 0);
    assert_int_equal(faccessat(files.dir, "decisions-2027", F_OK, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_decision_is_a_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_that_a_crash_cut_spoils_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_years_file_goes_with_the_end_of_the_next, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
