/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/handover_passphrase.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/unit/test.h"

static char dir[512], path[600];
static struct asv_passphrase_file file;
static struct asv_err err;

static int set_up(void **state)
{
    (void)state;
    asv_test_make_directory(dir, sizeof dir);
    snprintf(path, sizeof path, "%s/letter", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(dir);
    return 0;
}

/* HO-088: into no pipe, and into no journal. */
static void a_passphrase_is_told_on_a_terminal_alone(void **state)
{
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    FILE *out = fdopen(ends[1], "w");
    assert_int_equal(asv_passphrase_open(&file, NULL, out, &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "--passphrase FILE"));
    fclose(out);
    close(ends[0]);
    char *text = NULL;
    size_t len = 0;
    out = open_memstream(&text, &len);
    assert_int_equal(asv_passphrase_open(&file, NULL, out, &err), ASV_E_USAGE);
    fclose(out);
    free(text);
    int leader = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(leader >= 0 && grantpt(leader) == 0 && unlockpt(leader) == 0);
    out = fopen(ptsname(leader), "w");
    assert_non_null(out);
    assert_int_equal(asv_passphrase_open(&file, NULL, out, &err), ASV_OK);
    assert_int_equal(asv_passphrase_put(&file, "abcd", &err), ASV_OK); /* who has the terminal prints it */
    asv_passphrase_close(&file, false);
    fclose(out);
    close(leader);
}

/* HO-088 */
static void or_in_a_new_file_that_nobody_else_reads(void **state)
{
    struct stat st;
    uint8_t *data = NULL;
    size_t len = 0;
    (void)state;
    mode_t mask = umask(0);
    assert_int_equal(asv_passphrase_open(&file, path, stdout, &err), ASV_OK);
    (void)umask(mask);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(asv_passphrase_check(&file, st.st_dev + 1, &err), ASV_OK);
    assert_int_equal(asv_passphrase_check(&file, st.st_dev, &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "lies on the medium itself"));
    assert_int_equal(asv_passphrase_put(&file, "abcd-efgh", &err), ASV_OK);
    asv_passphrase_close(&file, true);
    asv_passphrase_close(&file, false); /* twice */
    asv_test_read_file(dir, "letter", &data, &len);
    assert_int_equal(len, 10);
    assert_memory_equal(data, "abcd-efgh\n", 10);
    free(data);
    assert_int_not_equal(asv_passphrase_open(&file, path, stdout, &err), ASV_OK); /* it is there */
    asv_passphrase_close(&file, false);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_int_not_equal(asv_passphrase_open(&file, path, stdout, &err), ASV_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(asv_passphrase_open(&file, path, stdout, &err), ASV_OK);
    asv_passphrase_close(&file, false); /* what was written came to nothing */
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_passphrase_is_told_on_a_terminal_alone),
        TEST(or_in_a_new_file_that_nobody_else_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
