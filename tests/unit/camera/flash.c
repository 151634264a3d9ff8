/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Both flashes, the one on a file system and the one of the tests, keep the same contract. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/camera/flash_posix.h"
#include "tests/sim/flash_mem.h"
#include "tests/unit/test.h"

static char dir[64];
static struct asv_flash_posix posix;
static struct asv_flash_mem mem;

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/asv-flash-XXXXXX");
    asv_flash_mem_init(&mem);
    return mkdtemp(dir) == NULL || asv_flash_posix_open(&posix, dir, ASV_FLASH_WRITE, NULL) != ASV_OK ? -1
                                                                                                      : 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    asv_flash_posix_close(&posix);
    asv_flash_mem_free(&mem);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command); /* NOLINT(cert-env33-c): a fixed command on our own temporary directory */
}

static void write_file(const struct asv_flash *flash, const char *path, const char *text)
{
    int file = ASV_FLASH_NO_FILE;
    assert_int_equal(flash->ops->create(flash->ctx, path, &file), ASV_OK);
    assert_int_equal(asv_flash_append(flash, file, text, strlen(text), NULL), ASV_OK);
    assert_int_equal(flash->ops->sync(flash->ctx, file), ASV_OK);
    flash->ops->close(flash->ctx, file);
}

static enum asv_status count_name(void *arg, const char *name)
{
    (void)name;
    (*(int *)arg)++;
    return ASV_OK;
}

static enum asv_status stop_at_once(void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return ASV_E_BUSY;
}

static void keeps_the_contract(const struct asv_flash *flash)
{
    const struct asv_flash_ops *ops = flash->ops;
    void *ctx = flash->ctx;
    char data[64];
    size_t len = 0;
    uint64_t size = 0;
    uint64_t total = 0;
    int file = ASV_FLASH_NO_FILE;
    int count = 0;
    assert_int_equal(ops->mkdir(ctx, "a"), ASV_OK);
    assert_int_equal(ops->mkdir(ctx, "a"), ASV_E_EXISTS);
    assert_int_equal(asv_flash_ensure_dir(flash, "a"), ASV_OK);
    assert_int_equal(ops->mkdir(ctx, "b/c"), ASV_E_NOT_FOUND);
    write_file(flash, "a/x", "one");
    assert_int_equal(ops->create(ctx, "a/x", &file), ASV_E_EXISTS);
    assert_int_equal(ops->create(ctx, "b/x", &file), ASV_E_NOT_FOUND);
    assert_int_equal(ops->create(ctx, "../x", &file), ASV_E_USAGE);
    assert_int_equal(ops->create(ctx, "/x", &file), ASV_E_USAGE);
    assert_int_equal(ops->create(ctx, "X", &file), ASV_E_USAGE);
    assert_int_equal(ops->read(ctx, "a/x", 0, data, sizeof data, &len), ASV_OK);
    assert_int_equal(len, 3);
    assert_int_equal(ops->read(ctx, "a/x", 2, data, sizeof data, &len), ASV_OK);
    assert_int_equal(len, 1);
    assert_int_equal(ops->read(ctx, "a/x", 9, data, sizeof data, &len), ASV_OK);
    assert_int_equal(len, 0);
    assert_int_equal(ops->read(ctx, "a/y", 0, data, sizeof data, &len), ASV_E_NOT_FOUND);
    assert_int_equal(ops->size(ctx, "a/x", &size), ASV_OK);
    assert_int_equal(size, 3);
    assert_int_equal(ops->size(ctx, "a", &size), ASV_E_NOT_FOUND);
    assert_int_equal(ops->overwrite(ctx, "a/x", 1, 2), ASV_OK);
    assert_int_equal(ops->read(ctx, "a/x", 0, data, sizeof data, &len), ASV_OK);
    assert_memory_equal(data, "o\0\0", 3);
    enum asv_status discarded = ops->discard(ctx, "a/x");
    assert_true(discarded == ASV_OK || discarded == ASV_E_UNSUPPORTED);
    assert_int_equal(asv_flash_replace(flash, "a/x", "two!", 4), ASV_OK);
    assert_int_equal(asv_flash_load(flash, "a/x", data, sizeof data, &len), ASV_OK);
    assert_memory_equal(data, "two!", 4);
    assert_int_equal(asv_flash_load(flash, "a/x", data, 3, &len), ASV_E_LIMIT);
    assert_int_equal(ops->settle(ctx, "a/x"), ASV_OK);
    assert_int_equal(ops->settle(ctx, "a/y"), ASV_E_NOT_FOUND);
    assert_int_equal(ops->cut(ctx, "a/x", 5), ASV_E_USAGE);
    assert_int_equal(ops->cut(ctx, "a/y", 0), ASV_E_NOT_FOUND);
    assert_int_equal(ops->cut(ctx, "a/x", 3), ASV_OK);
    assert_int_equal(asv_flash_load(flash, "a/x", data, sizeof data, &len), ASV_OK);
    assert_int_equal(len, 3);
    assert_memory_equal(data, "two", 3);
    assert_int_equal(ops->rename(ctx, "a/x", "a/z"), ASV_OK);
    assert_int_equal(ops->rename(ctx, "a/x", "a/z"), ASV_E_NOT_FOUND);
    assert_int_equal(ops->rmdir(ctx, "a"), ASV_E_EXISTS);
    assert_int_equal(ops->list(ctx, "a", count_name, &count), ASV_OK);
    assert_int_equal(count, 1);
    assert_int_equal(ops->list(ctx, "a", stop_at_once, NULL), ASV_E_BUSY);
    assert_int_equal(ops->list(ctx, "b", count_name, &count), ASV_E_NOT_FOUND);
    assert_int_equal(ops->sync_dir(ctx, "a"), ASV_OK);
    assert_int_equal(ops->sync_dir(ctx, "."), ASV_OK);
    assert_int_equal(ops->unlink(ctx, "a/z"), ASV_OK);
    assert_int_equal(ops->unlink(ctx, "a/z"), ASV_E_NOT_FOUND);
    assert_int_equal(asv_flash_remove(flash, "a/z"), ASV_OK);
    static const char *const names[] = {"a/10", "a/9", "a/01", "a/7.tmp", "a/x", "a/18446744073709551615",
                                        "a/100"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(ops->mkdir(ctx, names[i]), ASV_OK);
    }
    uint64_t *numbers = NULL;
    size_t found = 0;
    assert_int_equal(asv_flash_numbers(flash, "b", 9, &numbers, &found), ASV_E_NOT_FOUND);
    assert_int_equal(asv_flash_numbers(flash, "a", 2, &numbers, &found), ASV_E_LIMIT);
    assert_int_equal(asv_flash_numbers(flash, "a", 3, &numbers, &found), ASV_OK);
    assert_int_equal(found, 3);
    assert_true(numbers[0] == 9 && numbers[1] == 10 && numbers[2] == 100);
    free(numbers);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(ops->rmdir(ctx, names[i]), ASV_OK);
    }
    assert_int_equal(ops->rmdir(ctx, "a"), ASV_OK);
    assert_int_equal(ops->space(ctx, &size, &total), ASV_OK);
    assert_true(size <= total && total > 0);
}

static void the_file_system_keeps_the_contract(void **state)
{
    (void)state;
    keeps_the_contract(&posix.flash);
}

static void the_memory_keeps_the_contract(void **state)
{
    (void)state;
    keeps_the_contract(&mem.flash);
}

static void one_writer_and_any_number_who_look(void **state)
{
    (void)state;
    struct asv_flash_posix other;
    int file = ASV_FLASH_NO_FILE;
    size_t written = 9;
    write_file(&posix.flash, "x", "one");
    assert_int_equal(asv_flash_posix_open(&other, dir, ASV_FLASH_WRITE, NULL), ASV_E_BUSY);
    assert_int_equal(asv_flash_posix_open(&other, dir, ASV_FLASH_READ, NULL), ASV_OK);
    const struct asv_flash_ops *ops = other.flash.ops;
    assert_int_equal(ops->create(&other, "y", &file), ASV_E_DENIED);
    assert_int_equal(ops->append(&other, 0, "x", 1, &written), ASV_E_DENIED);
    assert_int_equal(written, 0);
    assert_int_equal(ops->unlink(&other, "x"), ASV_E_DENIED);
    assert_int_equal(ops->rename(&other, "x", "y"), ASV_E_DENIED);
    assert_int_equal(ops->mkdir(&other, "z"), ASV_E_DENIED);
    assert_int_equal(ops->rmdir(&other, "z"), ASV_E_DENIED);
    assert_int_equal(ops->overwrite(&other, "x", 0, 1), ASV_E_DENIED);
    assert_int_equal(ops->discard(&other, "x"), ASV_E_DENIED);
    assert_int_equal(ops->cut(&other, "x", 0), ASV_E_DENIED);
    assert_int_equal(ops->settle(&other, "x"), ASV_OK);
    assert_int_equal(ops->sync_dir(&other, "."), ASV_E_DENIED);
    asv_flash_posix_close(&other);
    asv_flash_posix_close(&other);
    assert_int_equal(asv_flash_posix_open(&other, "/tmp/asv-no-such-dir", ASV_FLASH_READ, NULL),
                     ASV_E_NOT_FOUND);
}

static void a_link_out_of_the_store_is_not_followed(void **state)
{
    (void)state;
    char path[128];
    char data[8];
    size_t len = 0;
    uint64_t size = 0;
    snprintf(path, sizeof path, "%s/evil", dir);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(posix.flash.ops->read(&posix, "evil", 0, data, sizeof data, &len), ASV_E_IO);
    assert_int_equal(posix.flash.ops->size(&posix, "evil", &size), ASV_E_NOT_FOUND);
}

static void without_power_everything_fails(void **state)
{
    (void)state;
    char data[8];
    size_t len = 0;
    int file = ASV_FLASH_NO_FILE;
    const struct asv_flash_ops *ops = posix.flash.ops;
    assert_int_equal(ops->create(&posix, "x", &file), ASV_OK);
    atomic_store(&posix.cut, true);
    assert_int_equal(ops->append(&posix, file, "x", 1, &len), ASV_E_IO);
    assert_int_equal(ops->sync(&posix, file), ASV_E_IO);
    assert_int_equal(ops->read(&posix, "x", 0, data, sizeof data, &len), ASV_E_IO);
    assert_int_equal(ops->unlink(&posix, "x"), ASV_E_IO);
    assert_int_equal(ops->rename(&posix, "x", "y"), ASV_E_IO);
    assert_int_equal(ops->sync_dir(&posix, "."), ASV_E_IO);
    ops->close(&posix, file);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_file_system_keeps_the_contract), TEST(the_memory_keeps_the_contract),
        TEST(one_writer_and_any_number_who_look), TEST(a_link_out_of_the_store_is_not_followed),
        TEST(without_power_everything_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
