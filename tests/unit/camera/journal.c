/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/journal.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/base/world.h"
#include "tests/sim/flash_mem.h"
#include "tests/support/golden.h"
#include "tests/unit/test.h"

static struct asv_flash_mem flash;
static struct asv_journal journal;
static const uint8_t boot[ASV_UUID_BYTES] = {0xb0, 0x07};

static void open_journal(void)
{
    assert_int_equal(asv_journal_open(&journal, &flash.flash, boot, NULL), ASV_OK);
}

static int setup(void **state)
{
    (void)state;
    if (asv_crypto_init() != ASV_OK) {
        return -1;
    }
    asv_flash_mem_init(&flash);
    if (flash.flash.ops->mkdir(&flash, "log") != ASV_OK ||
        flash.flash.ops->mkdir(&flash, "state") != ASV_OK ||
        flash.flash.ops->sync_dir(&flash, ".") != ASV_OK) {
        return -1;
    }
    open_journal();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_journal_close(&journal);
    asv_flash_mem_free(&flash);
    return 0;
}

static void reboot(enum asv_flash_mem_loss loss, uint64_t seed)
{
    asv_journal_close(&journal);
    asv_flash_mem_reboot(&flash, loss, seed);
    open_journal();
}

static enum asv_status add(uint16_t kind, const char *value)
{
    return asv_journal_add(&journal, kind, 1767592800000 + (int64_t)journal.next, 1000 * journal.next, value,
                           strlen(value));
}

/* Reads everything from `from` on in pieces of `count`, checking numbers and the chain; how many entries. */
static uint64_t read_all(uint64_t from, uint16_t count)
{
    static uint8_t data[ASV_DEVLOG_MAX_BYTES];
    uint8_t digest[ASV_SHA256_BYTES] = {0};
    uint64_t entries = 0;
    bool first = true;
    for (;;) {
        struct asv_journal_run run;
        struct asv_reader reader;
        assert_int_equal(asv_journal_read(&journal, from, count, data, sizeof data, &run), ASV_OK);
        if (!first) {
            assert_memory_equal(run.before, digest, sizeof digest);
        }
        first = false;
        memcpy(digest, run.before, sizeof digest);
        if (run.count == 0) {
            assert_int_equal(run.first, journal.next);
            assert_memory_equal(digest, journal.digest, sizeof digest);
            return entries;
        }
        asv_reader_init(&reader, data, run.len);
        for (uint16_t i = 0; i < run.count; i++) {
            struct asv_devlog_entry entry;
            size_t at = reader.at;
            assert_int_equal(asv_devlog_entry_decode(&reader, &entry), ASV_OK);
            assert_int_equal(entry.number, run.first + i);
            asv_devlog_digest(digest, data + at, reader.at - at);
        }
        assert_int_equal(asv_reader_left(&reader), 0);
        entries += run.count;
        from = run.first + run.count;
    }
}

static void entries_are_chained_over_boots_and_files(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 7; j++) {
            assert_int_equal(add(ASV_DEVLOG_MARKER, "12345678"), ASV_OK);
        }
        reboot(ASV_FLASH_MEM_DROP, 0);
    }
    assert_int_equal(journal.next, 36);
    assert_int_equal(journal.part_count, 5);
    for (uint16_t count = 1; count < 40; count++) {
        assert_int_equal(read_all(1, count), 35);
    }
    assert_int_equal(read_all(20, 3), 16);
    assert_int_equal(read_all(36, 3), 0);
    assert_int_equal(read_all(99, 3), 0);
    assert_int_equal(journal.torn_bytes, 0);
}

/* The bytes on the flash, and with them the running digest, never change their form. */
static void the_file_keeps_its_form(void **state)
{
    (void)state;
    uint8_t data[1024];
    size_t len = 0;
    assert_int_equal(add(ASV_DEVLOG_BOOT, "asservat-camera 0.1.0"), ASV_OK);
    assert_int_equal(add(ASV_DEVLOG_DISPLAY_ON, ""), ASV_OK);
    assert_int_equal(
        asv_journal_add(&journal, ASV_DEVLOG_RECORD_START, ASV_TIME_UNKNOWN, 7, "\0\0\0\0\0\0\0\1", 8),
        ASV_OK);
    assert_int_equal(asv_flash_load(&flash.flash, "log/1", data, sizeof data, &len), ASV_OK);
    asv_golden_check("camera-journal", "a device log file of three entries, as it lies on the camera's flash",
                     data, len);
    asv_golden_seed("camera_journal", "three", data, len);
}

static void a_torn_entry_is_not_told_and_its_number_is_given_again(void **state)
{
    (void)state;
    uint64_t whole = 0;
    assert_int_equal(add(ASV_DEVLOG_MARKER, "a"), ASV_OK);
    assert_int_equal(add(ASV_DEVLOG_MARKER, "b"), ASV_OK);
    assert_int_equal(flash.flash.ops->size(&flash, "log/1", &whole), ASV_OK);
    for (uint64_t len = whole; len > ASV_JOURNAL_HEADER_BYTES; len--) {
        asv_journal_close(&journal);
        assert_true(asv_flash_mem_truncate(&flash, "log/1", len));
        open_journal();
        uint64_t held = len == whole ? 2 : len >= (whole + ASV_JOURNAL_HEADER_BYTES) / 2 ? 1 : 0;
        assert_int_equal(read_all(1, 10), held);
        assert_int_equal(journal.next, held + 1);
        if (held == 0) {
            break;
        }
        assert_int_equal(journal.torn_bytes != 0,
                         len != whole && len != (whole + ASV_JOURNAL_HEADER_BYTES) / 2);
    }
    assert_int_equal(add(ASV_DEVLOG_MARKER, "c"), ASV_OK);
    assert_int_equal(read_all(1, 10), 1);
}

static void power_fails_at_every_operation_and_byte(void **state)
{
    (void)state;
    for (uint64_t cut = 1; cut < 30; cut++) {
        for (size_t byte = 0; byte < 80; byte++) {
            for (int loss = 0; loss < 3; loss++) {
                uint64_t durable = 0;
                asv_journal_close(&journal);
                asv_flash_mem_free(&flash);
                assert_int_equal(setup(NULL), 0);
                flash.operations = 0;
                flash.cut_at = cut;
                flash.cut_byte = byte;
                while (!flash.off && durable < 6) {
                    durable += add(ASV_DEVLOG_MARKER, "12345678") == ASV_OK;
                    if (durable == 3) {
                        enum asv_status told = asv_journal_acknowledge(&journal, 2);
                        assert_true(told == ASV_OK || flash.off);
                        asv_journal_close(&journal); /* on in a new file, as at the 256th */
                    }
                }
                reboot((enum asv_flash_mem_loss)loss, cut + byte);
                uint64_t next = journal.next;
                assert_true(next >= durable + 1 && next <= durable + 2);
                assert_int_equal(add(ASV_DEVLOG_BOOT, "x"), ASV_OK);
                assert_int_equal(read_all(asv_journal_first(&journal), 4),
                                 next + 1 - asv_journal_first(&journal));
            }
        }
    }
}

static void what_the_medium_did_not_take_is_counted_and_told(void **state)
{
    (void)state;
    static uint8_t data[ASV_DEVLOG_MAX_BYTES];
    struct asv_journal_run run;
    for (uint64_t at = 1; at <= 6; at++) {
        for (int fault = 0; fault < 2; fault++) {
            asv_journal_close(&journal);
            asv_flash_mem_free(&flash);
            assert_int_equal(setup(NULL), 0);
            flash.operations = 0;
            flash.fail_at = at;
            flash.fail_status = fault == 0 ? ASV_E_IO : ASV_E_NO_SPACE;
            unsigned failed = 0;
            for (int i = 0; i < 4; i++) {
                failed += add(ASV_DEVLOG_MARKER, "x") != ASV_OK;
            }
            assert_true(failed == 1);
            reboot(ASV_FLASH_MEM_DROP, 0);
            assert_int_equal(asv_journal_read(&journal, 1, 100, data, sizeof data, &run), ASV_OK);
            assert_int_equal(run.count, 4); /* three, and one that tells of the fourth */
            assert_non_null(memmem(data, run.len, "1 entries were lost", 19));
            assert_int_equal(read_all(1, 2), 4);
        }
    }
}

static void acknowledged_files_are_forgotten_and_numbers_go_on(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(add(ASV_DEVLOG_BOOT, "x"), ASV_OK);
        assert_int_equal(add(ASV_DEVLOG_MARKER, "y"), ASV_OK);
        reboot(ASV_FLASH_MEM_DROP, 0);
    }
    assert_int_equal(asv_journal_acknowledge(&journal, 6), ASV_OK); /* in the middle of the third file */
    assert_int_equal(asv_journal_first(&journal), 5);
    assert_int_equal(read_all(1, 10), 4);
    assert_int_equal(asv_journal_acknowledge(&journal, 99), ASV_E_USAGE);
    assert_int_equal(asv_journal_acknowledge(&journal, 9), ASV_OK);
    assert_int_equal(asv_journal_first(&journal), 7); /* the newest file stays: the chain hangs on it */
    reboot(ASV_FLASH_MEM_DROP, 0);
    assert_int_equal(journal.acknowledged, 9);
    assert_int_equal(add(ASV_DEVLOG_BOOT, "z"), ASV_OK);
    assert_int_equal(journal.next, 10);
    assert_int_equal(read_all(9, 10), 1);
}

static void a_log_that_nobody_reads_stays_bounded_and_tells_what_it_lost(void **state)
{
    (void)state;
    static uint8_t data[ASV_DEVLOG_MAX_BYTES];
    struct asv_journal_run run;
    unsigned told = 0;
    for (unsigned i = 0; i < 3 * ASV_JOURNAL_MAX_ENTRIES; i++) {
        assert_int_equal(add(ASV_DEVLOG_DISPLAY_ON, ""), ASV_OK);
    }
    assert_true(journal.next - asv_journal_first(&journal) <= ASV_JOURNAL_MAX_ENTRIES);
    assert_true(asv_journal_first(&journal) > 2 * ASV_JOURNAL_MAX_ENTRIES);
    assert_int_equal(read_all(1, 1000), journal.next - asv_journal_first(&journal));
    assert_int_equal(asv_journal_read(&journal, 1, 1024, data, sizeof data, &run), ASV_OK);
    for (const uint8_t *at = data;
         (at = memmem(at, run.len - (size_t)(at - data), "entries were lost", 17)) != NULL; at++) {
        told++;
    }
    assert_true(told >= 3);
    /* So many boots, each with one entry. */
    for (unsigned i = 0; i < 3 * ASV_JOURNAL_MAX_FILES; i++) {
        reboot(ASV_FLASH_MEM_DROP, 0);
        assert_int_equal(add(ASV_DEVLOG_BOOT, "x"), ASV_OK);
        assert_true(journal.part_count <= ASV_JOURNAL_MAX_FILES);
    }
    assert_int_equal(read_all(1, 1000), journal.next - asv_journal_first(&journal));
}

static void what_was_read_and_then_lost_is_no_loss(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ASV_JOURNAL_MAX_ENTRIES; i++) {
        assert_int_equal(add(ASV_DEVLOG_DISPLAY_ON, ""), ASV_OK);
        if (i % 1000 == 999) {
            assert_int_equal(asv_journal_acknowledge(&journal, journal.next), ASV_OK);
        }
    }
    assert_int_equal(journal.next, ASV_JOURNAL_MAX_ENTRIES + 1); /* no entry about losses among them */
}

static void a_file_that_the_medium_lost_leaves_a_gap_and_no_number_twice(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(add(ASV_DEVLOG_BOOT, "x"), ASV_OK);
        reboot(ASV_FLASH_MEM_DROP, 0);
    }
    asv_journal_close(&journal);
    assert_true(asv_flash_mem_flip(&flash, "log/3", 0, 3));
    open_journal();
    assert_int_equal(journal.next, 3 + ASV_JOURNAL_FILE_ENTRIES);
    assert_int_equal(add(ASV_DEVLOG_BOOT, "y"), ASV_OK);
    static uint8_t data[1024];
    struct asv_journal_run run;
    assert_int_equal(asv_journal_read(&journal, 1, 10, data, sizeof data, &run), ASV_OK);
    assert_int_equal(run.count, 2);
    assert_int_equal(asv_journal_read(&journal, 3, 10, data, sizeof data, &run), ASV_OK);
    assert_int_equal(run.first, 3 + ASV_JOURNAL_FILE_ENTRIES);
    assert_int_equal(run.count, 1);
}

static void numbers_that_a_dock_has_are_not_given_again(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(add(ASV_DEVLOG_MARKER, "12345678"), ASV_OK);
    }
    assert_int_equal(asv_journal_acknowledge(&journal, 6), ASV_OK);
    asv_journal_close(&journal);
    assert_int_equal(flash.flash.ops->unlink(&flash, "log/1"), ASV_OK); /* the medium lost it */
    open_journal();
    assert_true(journal.torn_bytes != 0);
    assert_int_equal(add(ASV_DEVLOG_MARKER, "new"), ASV_OK);
    reboot(ASV_FLASH_MEM_DROP, 0);
    assert_int_equal(add(ASV_DEVLOG_MARKER, "newer"), ASV_OK);
    assert_int_equal(asv_journal_acknowledge(&journal, 6), ASV_OK); /* does not drop what no dock has */
    assert_int_equal(asv_journal_first(&journal), 6);
    assert_int_equal(journal.next, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(entries_are_chained_over_boots_and_files, setup, teardown),
        cmocka_unit_test_setup_teardown(the_file_keeps_its_form, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_that_a_dock_has_are_not_given_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_torn_entry_is_not_told_and_its_number_is_given_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(power_fails_at_every_operation_and_byte, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_medium_did_not_take_is_counted_and_told, setup, teardown),
        cmocka_unit_test_setup_teardown(acknowledged_files_are_forgotten_and_numbers_go_on, setup, teardown),
        cmocka_unit_test_setup_teardown(a_log_that_nobody_reads_stays_bounded_and_tells_what_it_lost, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_was_read_and_then_lost_is_no_loss, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_the_medium_lost_leaves_a_gap_and_no_number_twice, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
