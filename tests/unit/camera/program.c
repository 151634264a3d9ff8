/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The parts that only the program has: the control socket, and what is told to FunctionFS. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware-proto/camera/commands.h"
#include "firmware-proto/camera/control.h"
#include "firmware-proto/camera/gadget.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/fmp4.h"
#include "tests/unit/test.h"

static uint32_t little32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Walks the descriptors of one speed; the packet size of its endpoints. */
static size_t walk_speed(const uint8_t *at, unsigned count, unsigned packet)
{
    size_t len = 0;
    unsigned in = 0;
    unsigned out = 0;
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *one = at + len;
        if (one[1] == 4) { /* interface: vendor-specific, two endpoints */
            assert_int_equal(one[0], 9);
            assert_int_equal(one[4], 2);
            assert_int_equal(one[5], 0xff);
        } else if (one[1] == 5) { /* endpoint: bulk */
            assert_int_equal(one[0], 7);
            assert_int_equal(one[3], 2);
            assert_int_equal(one[4] | one[5] << 8, packet);
            in += one[2] == 0x81;
            out += one[2] == 0x01;
        } else {
            assert_int_equal(one[1], 0x30);
            assert_int_equal(one[0], 6);
            assert_int_equal(packet, 1024);
        }
        len += one[0];
    }
    assert_int_equal(in, 1);
    assert_int_equal(out, 1);
    return len;
}

static void the_descriptors_have_one_bulk_endpoint_each_way_at_every_speed(void **state)
{
    (void)state;
    uint8_t data[ASV_GADGET_DESCRIPTORS_MAX];
    size_t len = asv_gadget_descriptors(data);
    assert_int_equal(little32(data), 3); /* FUNCTIONFS_DESCRIPTORS_MAGIC_V2 */
    assert_int_equal(little32(data + 4), len);
    assert_int_equal(little32(data + 8), 7); /* full, high and super speed */
    size_t at = 24;
    at += walk_speed(data + at, little32(data + 12), 64);
    at += walk_speed(data + at, little32(data + 16), 512);
    at += walk_speed(data + at, little32(data + 20), 1024);
    assert_int_equal(at, len);
    len = asv_gadget_strings(data);
    assert_int_equal(little32(data), 2);
    assert_int_equal(little32(data + 4), len);
    assert_int_equal(data[len - 1], 0);
}

static struct asv_rig rig;
static struct asv_recorder recorder;
static char dir[64];

static int setup(void **state)
{
    (void)state;
    const struct asv_recorder_options options = {.standby = true};
    asv_rig_init(&rig, 71);
    asv_rig_boot(&rig);
    snprintf(dir, sizeof dir, "/tmp/asv-control-XXXXXX");
    return mkdtemp(dir) == NULL || asv_recorder_open(&recorder, rig.store, &options, NULL) != ASV_OK ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_recorder_close(&recorder);
    asv_rig_free(&rig);
    return rmdir(dir);
}

static void buttons_do_what_they_say(void **state)
{
    (void)state;
    struct asv_rig_verdict verdict;
    size_t len = 0;
    uint8_t *stream = asv_fmp4_stream(2, 1000, 1000, &len);
    static const char *const wrong[] = {"", "mark", "dwelling perhaps", "announcedx", "display", "start now"};
    assert_int_equal(asv_recorder_feed(&recorder, stream, len, &rig.err), ASV_OK);
    static const char *const commands[] = {"start",           "display-on",
                                           "announced",       "announced too dangerous",
                                           "dwelling",        "dwelling ordered",
                                           "dwelling danger", "display-off",
                                           "marker",          "stop"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        assert_int_equal(asv_control_apply(&recorder, commands[i], &rig.err), ASV_OK);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(asv_control_apply(&recorder, wrong[i], &rig.err), ASV_E_USAGE);
    }
    assert_true(asv_rig_judge(&rig, 1, &verdict));
    assert_int_equal(verdict.record_count, 8);
    assert_int_equal(verdict.records[1].value[0], 1);
    assert_memory_equal(verdict.records[2].value, "\0\15too dangerous", 15);
    assert_int_equal(verdict.records[3].value[0], 0);
    assert_int_equal(verdict.records[4].value[0], 1);
    assert_int_equal(verdict.records[5].value[0], 2);
    asv_rig_verdict_free(&verdict);
    free(stream);
}

static void what_is_wrong_with_a_button_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } wrong[] = {
        {"announced kein Platz f\xc3\xbcr mehr", "ASCII"},
        {"announced 12345678901234567890123456789012345678901234567890123456789012345", "64"},
        {"dwelling now", "ordered"},
        {"bogus", "marker"},
    };
    bool records = true;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(asv_control_check(wrong[i].text, &records, &rig.err), ASV_E_USAGE);
        assert_non_null(strstr(rig.err.text, wrong[i].says));
        assert_int_equal(asv_control_apply(&recorder, wrong[i].text, &rig.err), ASV_E_USAGE);
        assert_non_null(strstr(rig.err.text, wrong[i].says));
    }
    assert_int_equal(asv_control_check("display-on", &records, &rig.err), ASV_OK);
    assert_false(records);
    assert_int_equal(asv_control_check("start", &records, &rig.err), ASV_OK);
    assert_true(records);
}

static void a_command_reaches_who_records_and_is_answered(void **state)
{
    (void)state;
    struct asv_control control;
    char text[ASV_CONTROL_TEXT_MAX + 1];
    char answer[ASV_CONTROL_TEXT_MAX + 1];
    int fd = -1;
    assert_int_equal(asv_control_send(dir, "marker", answer), ASV_E_AWAY);
    assert_int_equal(asv_control_open(&control, dir, &rig.err), ASV_OK);
    assert_int_equal(asv_control_take(&control, text, &fd), ASV_E_AGAIN);
    pid_t child = fork();
    if (child == 0) {
        enum asv_status status = asv_control_send(dir, "announced too loud", answer);
        _exit(status == ASV_OK && strcmp(answer, "no: not now") == 0 ? 0 : 1);
    }
    do {
        struct pollfd ready = {.fd = control.listen_fd, .events = POLLIN};
        assert_int_equal(poll(&ready, 1, 60000), 1);
    } while (asv_control_take(&control, text, &fd) == ASV_E_AGAIN);
    assert_string_equal(text, "announced too loud");
    asv_control_answer(fd, "no: not now");
    int exit_status = -1;
    assert_int_equal(waitpid(child, &exit_status, 0), child);
    assert_int_equal(exit_status, 0);
    asv_control_close(&control);
    assert_int_equal(asv_control_send(dir, "marker", answer), ASV_E_AWAY);
}

static void numbers_and_times_are_read_and_written_strictly(void **state)
{
    (void)state;
    uint64_t value = 7;
    char text[ASV_COMMAND_TIME_SIZE];
    assert_int_equal(asv_command_number("65535", 65535, &value), ASV_OK);
    assert_int_equal(value, 65535);
    assert_int_equal(asv_command_number("65536", 65535, &value), ASV_E_USAGE);
    assert_int_equal(asv_command_number("", 9, &value), ASV_E_USAGE);
    assert_int_equal(asv_command_number("1x", 9, &value), ASV_E_USAGE);
    assert_int_equal(asv_command_number("-1", 9, &value), ASV_E_USAGE);
    assert_int_equal(asv_command_number("99999999999999999999", UINT64_MAX, &value), ASV_E_USAGE);
    asv_command_bytes(text, 3880000);
    assert_string_equal(text, "3.88 MB");
    asv_command_bytes(text, UINT64_C(79440000000));
    assert_string_equal(text, "79.44 GB");
    asv_command_time(text, ASV_TEST_NOW_MS);
    assert_string_equal(text, "2026-01-05T06:00:00Z");
    asv_command_time(text, 784073); /* since boot: no date */
    assert_string_equal(text, "unknown");
    asv_command_time(text, ASV_TIME_UNKNOWN);
    assert_string_equal(text, "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_descriptors_have_one_bulk_endpoint_each_way_at_every_speed),
        cmocka_unit_test_setup_teardown(buttons_do_what_they_say, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_with_a_button_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(a_command_reaches_who_records_and_is_answered, setup, teardown),
        cmocka_unit_test(numbers_and_times_are_read_and_written_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
