/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/support/world.h"
#include "tests/unit/test.h"

static struct asv_test_world test_world;
static char output[8192];

static struct asv_log open_log(void)
{
    asv_test_world_init(&test_world, 1);
    return (struct asv_log){
        .fd = memfd_create("log", 0), .level = ASV_LOG_INFO, .world = &test_world.world, .slot = -1};
}

static const char *lines(struct asv_log *log)
{
    ssize_t len = pread(log->fd, output, sizeof output - 1, 0);
    assert_true(len >= 0);
    output[len] = '\0';
    close(log->fd);
    return output;
}

static void a_line_has_time_level_event_slot_clip_and_fields(void **state)
{
    (void)state;
    struct asv_log log = open_log();
    static const uint8_t clip[16] = {0x01, 0x93, 0x5f, 0x00, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xff};
    struct asv_log slot = asv_log_for_slot(&log, 7);
    struct asv_log both = asv_log_for_clip(&slot, clip);
    asv_log_event(&both, ASV_LOG_INFO, "clip-stored", asv_log_u64("bytes", UINT64_MAX),
                  asv_log_i64("offset_ms", -12), asv_log_hex("digest", clip, 4),
                  asv_log_status("status", ASV_E_DIGEST), asv_log_text("port", "1-2.7"));
    assert_string_equal(lines(&log),
                        "2026-01-05T06:00:00.000Z INFO clip-stored slot=7 "
                        "clip=01935f00-0000-7000-8000-0000000000ff bytes=18446744073709551615 offset_ms=-12 "
                        "digest=01935f00 status=DIGEST port=1-2.7\n");
}

static void the_journal_gets_its_level_prefix_and_no_time(void **state)
{
    (void)state;
    struct asv_log log = open_log();
    log.journal = true;
    asv_log_write(&log, ASV_LOG_WARNING, "vault-low", NULL, 0);
    asv_log_write(&log, ASV_LOG_DEBUG, "not-shown", NULL, 0);
    asv_log_write(NULL, ASV_LOG_ERROR, "nowhere", NULL, 0);
    assert_string_equal(lines(&log), "<4>vault-low\n");
}

static void hostile_text_stays_inside_its_quotes(void **state)
{
    (void)state;
    struct asv_log log = open_log();
    log.journal = true;
    asv_log_event(&log, ASV_LOG_INFO, "e",
                  asv_log_text("serial", "x\" slot=1\n<0>fake \033[31m\\\x7f\xc3\xa4"),
                  asv_log_text("empty", ""), asv_log_text("null", NULL), asv_log_text_n("nul", "a\0b", 3));
    assert_string_equal(lines(&log),
                        "<6>e serial=\"x\\\" slot=1\\x0a<0>fake \\x1b[31m\\\\\\x7f\\xc3\\xa4\" empty=\"\" "
                        "null=\"\" nul=\"a\\x00b\"\n");
}

static void a_long_value_is_cut_and_the_line_stays_whole(void **state)
{
    (void)state;
    struct asv_log log = open_log();
    char text[4096];
    struct asv_log_field fields[8];
    memset(text, '\n', sizeof text);
    for (size_t i = 0; i < 8; i++) {
        fields[i] = asv_log_text_n("k", text, sizeof text);
    }
    log.journal = true;
    asv_log_write(&log, ASV_LOG_INFO, "long", fields, 8);
    const char *got = lines(&log);
    size_t len = strlen(got);
    assert_true(len > 1200 && len <= ASV_LOG_LINE_BYTES);
    assert_ptr_equal(strchr(got, '\n'), got + len - 1);
    assert_string_equal(got + len - 12, " fields=cut\n");
    assert_non_null(strstr(got, "...\" k="));
}

static void a_failure_says_status_and_detail(void **state)
{
    (void)state;
    struct asv_log log = open_log();
    struct asv_err err = {.status = ASV_E_NO_SPACE, .text = "payload: No space left on device"};
    log.journal = true;
    asv_log_failure(&log, ASV_LOG_ERROR, "clip-failed", &err);
    assert_string_equal(lines(&log),
                        "<3>clip-failed status=NO_SPACE detail=\"payload: No space left on device\"\n");
}

static void levels_are_read_by_name(void **state)
{
    (void)state;
    enum asv_log_level level = ASV_LOG_ERROR;
    assert_int_equal(asv_log_level_parse(&level, "debug"), ASV_OK);
    assert_int_equal(level, ASV_LOG_DEBUG);
    assert_int_equal(asv_log_level_parse(&level, "loud"), ASV_E_USAGE);
    assert_int_equal(level, ASV_LOG_DEBUG);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_event_slot_clip_and_fields),
        cmocka_unit_test(the_journal_gets_its_level_prefix_and_no_time),
        cmocka_unit_test(hostile_text_stays_inside_its_quotes),
        cmocka_unit_test(a_long_value_is_cut_and_the_line_stays_whole),
        cmocka_unit_test(a_failure_says_status_and_detail),
        cmocka_unit_test(levels_are_read_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
