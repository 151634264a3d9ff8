/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/witness/state.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/witness/settings.h"
#include "tests/support/files.h"
#include "tests/support/ledger.h"
#include "tests/unit/test.h"

static struct asv_bytes bytes(const char *text)
{
    return (struct asv_bytes){(const uint8_t *)text, strlen(text)};
}

static const char *origin(void)
{
    return asv_test_note_key(ASV_TEST_LOG)->name;
}

static enum asv_status parse(struct asv_bytes data, struct asv_witness_state *out)
{
    return asv_witness_state_parse(out, data, origin(), asv_test_note_key(ASV_TEST_DPO), NULL);
}

/* LG-060: every byte of it counts, and so does its end. */
static void a_damaged_state_is_none(void **state)
{
    (void)state;
    struct asv_witness_state parsed;
    uint8_t note[2048];
    size_t len = asv_test_checkpoint(note, sizeof note, 300, 1);
    assert_int_equal(parse((struct asv_bytes){note, len}, &parsed), ASV_OK);
    assert_true(parsed.head.size == 300 && parsed.len == len);
    for (size_t i = 0; i < len; i++) {
        assert_int_equal(parse((struct asv_bytes){note, i}, &parsed), ASV_E_DIGEST);
    }
    const size_t cosigned =
        asv_test_checkpoint(note, sizeof note, 300, 0); /* what follows is the cosignature */
    asv_test_checkpoint(note, sizeof note, 300, 1);
    for (size_t i = 0; i < len; i++) {
        bool text = i < 64 || i >= cosigned;
        note[i] ^= 1;
        enum asv_status status = parse((struct asv_bytes){note, len}, &parsed);
        assert_true(status == ASV_E_DIGEST || !text); /* the log's signature is not what it rests on */
        assert_true(status != ASV_OK || parsed.head.size == 300);
        note[i] ^= 1;
    }
}

static void a_state_is_of_one_log_and_one_key(void **state)
{
    (void)state;
    struct asv_witness_state parsed;
    uint8_t note[2048];
    struct asv_err err = {0};
    size_t len = asv_test_checkpoint(note, sizeof note, 9, 2); /* by another witness */
    assert_int_equal(parse((struct asv_bytes){note, len}, &parsed), ASV_E_DIGEST);
    len = asv_test_checkpoint(note, sizeof note, 9, 1);
    assert_int_equal(asv_witness_state_parse(&parsed, (struct asv_bytes){note, len}, "other.example",
                                             asv_test_note_key(ASV_TEST_DPO), &err),
                     ASV_E_DIGEST);
    assert_string_equal(err.text, "the state of other.example is damaged: it is another log's");
    static uint8_t long_one[ASV_WITNESS_STATE_BYTES + 1];
    assert_int_equal(parse((struct asv_bytes){long_one, sizeof long_one}, &parsed), ASV_E_DIGEST);
}

static void what_was_begun_has_nothing_cosigned(void **state)
{
    (void)state;
    struct asv_witness_state parsed;
    char text[512];
    snprintf(text, sizeof text, "begun %s\n", origin());
    assert_int_equal(parse(bytes(text), &parsed), ASV_OK);
    assert_true(parsed.head.size == 0 && parsed.len == 0);
    static const char *const bad[] = {"", "begun", "begun \n", "begun other.example\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(parse(bytes(bad[i]), &parsed), ASV_E_DIGEST);
    }
    text[strlen(text) - 1] = '\0';
    assert_int_equal(parse(bytes(text), &parsed), ASV_E_DIGEST);
}

static void a_log_is_begun_once(void **state)
{
    const char *path = *state;
    asv_auto_fd int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const struct asv_note_key *dpo = asv_test_note_key(ASV_TEST_DPO);
    struct asv_witness_state parsed;
    assert_int_equal(asv_witness_state_load(dir, origin(), dpo, &parsed, NULL), ASV_E_NOT_FOUND);
    assert_int_equal(asv_witness_state_begin(dir, origin(), NULL), ASV_OK);
    assert_int_equal(asv_witness_state_load(dir, origin(), dpo, &parsed, NULL), ASV_OK);
    assert_true(parsed.head.size == 0);
    parsed.len = asv_test_checkpoint(parsed.data, sizeof parsed.data, 7, 1);
    assert_int_equal(asv_witness_state_store(dir, origin(), &parsed, NULL), ASV_OK);
    assert_int_equal(asv_witness_state_begin(dir, origin(), NULL), ASV_E_EXISTS);
    assert_int_equal(asv_witness_state_load(dir, origin(), dpo, &parsed, NULL), ASV_OK);
    assert_true(parsed.head.size == 7);
}

static void settings_name_each_key_once(void **state)
{
    const char *dir = *state;
    struct asv_witness_settings settings;
    struct asv_err err = {0};
    char path[600];
    char text[2048];
    char log[ASV_VKEY_BYTES];
    char witness[ASV_VKEY_BYTES];
    asv_vkey_format(log, asv_test_note_key(ASV_TEST_LOG));
    asv_vkey_format(witness, asv_test_note_key(ASV_TEST_DPO));
    snprintf(path, sizeof path, "%s/witness.conf", dir);
    assert_int_equal(asv_witness_settings_read(&settings, path, &err),
                     ASV_OK); /* none is as good as an empty one */
    assert_string_equal(settings.listen, "127.0.0.1:8470");
    snprintf(text, sizeof text, "log.a = %s\n", log);
    asv_test_write_file(dir, "witness.conf", text, strlen(text));
    assert_int_equal(asv_witness_settings_read(&settings, path, &err), ASV_OK);
    assert_int_equal(settings.log_count, 1);
    assert_string_equal(settings.logs[0].name, origin());
    snprintf(text, sizeof text, "log.a = %s\nlog.b = %s\n", log, log);
    asv_test_write_file(dir, "witness.conf", text, strlen(text));
    assert_int_equal(asv_witness_settings_read(&settings, path, &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "witness.conf:2: log.b: this key stands in the file twice"));
    snprintf(text, sizeof text, "log.a = %s\n", witness); /* cosigns, and has no tree */
    asv_test_write_file(dir, "witness.conf", text, strlen(text));
    assert_int_equal(asv_witness_settings_read(&settings, path, &err), ASV_E_USAGE);
}

static int make_directory(void **state)
{
    static char path[512];
    asv_test_make_directory(path, sizeof path);
    *state = path;
    return 0;
}

static int remove_directory(void **state)
{
    asv_test_remove_directory(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_state_is_none), cmocka_unit_test(a_state_is_of_one_log_and_one_key),
        cmocka_unit_test(what_was_begun_has_nothing_cosigned),
        cmocka_unit_test_setup_teardown(a_log_is_begun_once, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(settings_name_each_key_once, make_directory, remove_directory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
