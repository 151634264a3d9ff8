/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Entries of the ledger: their bytes, what they refuse, and what can be opened of them. */
#include <string.h>

#include "server/ledger/entry.h"
#include "tests/support/golden.h"
#include "tests/unit/test.h"

static const uint8_t key[ASV_LEDGER_KEY_BYTES] = {1, 2, 3};
static const uint8_t day_key[ASV_LEDGER_KEY_BYTES] = {9};
static const uint8_t certificate[ASV_SHA256_BYTES] = {0xca};
static const char reason[] = "Angriff auf den Au\xc3\x9f"
                             "endienst";
static const struct asv_ledger_event event = {.kind = 34, .id = {0x01, 0x9b}, .recorded_ms = 1767600000000};

static uint8_t facts_data[ASV_LEDGER_FIELDS_MAX_BYTES];
static uint8_t closed_data[ASV_LEDGER_FIELDS_MAX_BYTES];
static struct asv_writer facts;
static struct asv_writer closed;
static uint8_t entry[ASV_LEDGER_ENTRY_MAX_BYTES];
static size_t entry_len;

static void put(struct asv_writer *writer, uint8_t tag, const void *data, size_t len)
{
    asv_write_u8(writer, tag);
    asv_write_view16(writer, data, len);
}

static int set_up(void **state)
{
    static const uint8_t at[8] = {0, 0, 1, 0x9b, 0x8c, 0xbd, 0xaf, 0};
    static const uint8_t day[4] = {0x01, 0x35, 0x28, 0xb9}; /* 20260105 + something: any number will do */
    static const uint8_t object[ASV_SHA256_BYTES] = {0x0b};
    (void)state;
    asv_writer_init(&facts, facts_data, sizeof facts_data);
    put(&facts, ASV_LEDGER_AT, at, sizeof at);
    put(&facts, ASV_LEDGER_DAY, day, sizeof day);
    put(&facts, ASV_LEDGER_OBJECT, object, sizeof object);
    asv_writer_init(&closed, closed_data, sizeof closed_data);
    put(&closed, ASV_LEDGER_TEXT, reason, sizeof reason - 1);
    put(&closed, ASV_LEDGER_CERTIFICATE, certificate, sizeof certificate);
    return 0;
}

static struct asv_bytes written(const struct asv_writer *writer)
{
    return (struct asv_bytes){writer->data, writer->len};
}

static enum asv_status write_entry(const uint8_t *camera_day_key)
{
    return asv_ledger_entry_write(entry, &entry_len, &event, written(&facts), written(&closed), key,
                                  camera_day_key, NULL);
}

static enum asv_status read_entry(struct asv_ledger_entry *out)
{
    return asv_ledger_entry_read(out, (struct asv_bytes){entry, entry_len}, NULL);
}

static void an_entry_is_read_as_it_was_written(void **state)
{
    struct asv_ledger_entry read;
    struct asv_bytes value;
    (void)state;
    assert_int_equal(write_entry(day_key), ASV_OK);
    asv_golden_check("ledger-entry",
                     "an entry of kind 34: at, day, camera of the day, signed object; text, camera", entry,
                     entry_len);
    asv_golden_seed("ledger_entry", "entry", entry, entry_len);
    assert_int_equal(read_entry(&read), ASV_OK);
    assert_int_equal(read.event.kind, event.kind);
    assert_memory_equal(read.event.id, event.id, sizeof event.id);
    assert_int_equal(read.event.recorded_ms, event.recorded_ms);
    assert_true(asv_ledger_entry_find(&read, ASV_LEDGER_OBJECT, &value));
    assert_int_equal(value.data[0], 0x0b);
    assert_false(asv_ledger_entry_find(&read, ASV_LEDGER_ROOT, &value));
}

/* What leads to a person is not in the bytes. */
static void closed_values_do_not_stand_in_the_entry(void **state)
{
    (void)state;
    assert_int_equal(write_entry(day_key), ASV_OK);
    assert_null(memmem(entry, entry_len, reason, sizeof reason - 1));
    assert_null(memmem(entry, entry_len, certificate, sizeof certificate));
    assert_null(memmem(entry, entry_len, key, sizeof key));
    assert_null(memmem(entry, entry_len, day_key, sizeof day_key));
}

/* LG-012 */
static void a_field_opens_with_its_own_key_and_value_alone(void **state)
{
    struct asv_ledger_entry read;
    uint8_t text_key[ASV_SHA256_BYTES];
    uint8_t other_key[ASV_SHA256_BYTES];
    struct asv_bytes text = {(const uint8_t *)reason, sizeof reason - 1};
    (void)state;
    assert_int_equal(write_entry(NULL), ASV_OK);
    assert_int_equal(read_entry(&read), ASV_OK);
    asv_ledger_field_key(text_key, key, ASV_LEDGER_TEXT);
    asv_ledger_field_key(other_key, key, ASV_LEDGER_CERTIFICATE);
    assert_int_equal(asv_ledger_entry_opens(&read, ASV_LEDGER_TEXT, text_key, text), ASV_OK);
    assert_int_equal(asv_ledger_entry_opens(&read, ASV_LEDGER_TEXT, other_key, text), ASV_E_DIGEST);
    text.len--;
    assert_int_equal(asv_ledger_entry_opens(&read, ASV_LEDGER_TEXT, text_key, text), ASV_E_DIGEST);
    assert_int_equal(asv_ledger_entry_opens(&read, ASV_LEDGER_PERSON, text_key, text), ASV_E_NOT_FOUND);
    assert_int_equal(asv_ledger_entry_opens(&read, ASV_LEDGER_AT, text_key, text), ASV_E_NOT_FOUND);
}

/* Its fields are walked with the lengths that they have there, not with those of their values. */
static void an_entrys_fields_are_walked_to_the_last(void **state)
{
    static const uint8_t tags[] = {ASV_LEDGER_AT, ASV_LEDGER_DAY, ASV_LEDGER_OBJECT, ASV_LEDGER_PERSON,
                                   ASV_LEDGER_PLACE};
    static const uint8_t person[ASV_UUID_BYTES] = {1};
    struct asv_ledger_entry read;
    struct asv_ledger_field field;
    struct asv_reader reader;
    uint8_t before = 0;
    (void)state;
    asv_writer_init(&closed, closed_data, sizeof closed_data);
    put(&closed, ASV_LEDGER_PERSON, person, sizeof person);
    put(&closed, ASV_LEDGER_PLACE, "dock", 4);
    assert_int_equal(write_entry(NULL), ASV_OK);
    assert_int_equal(read_entry(&read), ASV_OK);
    asv_reader_init(&reader, read.fields.data, read.fields.len);
    for (size_t i = 0; i < sizeof tags; i++) {
        assert_int_equal(asv_ledger_next_in_entry(&reader, &before, &field), ASV_OK);
        assert_int_equal(field.tag, tags[i]);
    }
    assert_int_equal(field.value.len, ASV_SHA256_BYTES);
    assert_int_equal(asv_ledger_next_in_entry(&reader, &before, &field), ASV_E_NOT_FOUND);
}

/* LG-011 */
static void a_camera_has_another_name_each_day(void **state)
{
    struct asv_ledger_entry read;
    struct asv_bytes name;
    uint8_t camera_key[ASV_SHA256_BYTES];
    uint8_t made[ASV_SHA256_BYTES];
    uint8_t next[ASV_SHA256_BYTES];
    (void)state;
    assert_int_equal(write_entry(day_key), ASV_OK);
    assert_int_equal(read_entry(&read), ASV_OK);
    assert_true(asv_ledger_entry_find(&read, ASV_LEDGER_CAMERA, &name));
    asv_ledger_camera_key(camera_key, day_key, certificate);
    asv_ledger_camera_name(made, camera_key, certificate, 0x013528b9);
    assert_memory_equal(made, name.data, sizeof made);
    asv_ledger_camera_name(next, camera_key, certificate, 0x013528ba);
    assert_memory_not_equal(made, next, sizeof made);
    assert_int_equal(write_entry(NULL), ASV_OK);
    assert_int_equal(read_entry(&read), ASV_OK);
    assert_false(asv_ledger_entry_find(&read, ASV_LEDGER_CAMERA, &name));
}

/* LG-006 */
static void lists_that_are_mixed_up_are_refused(void **state)
{
    static const uint8_t digest[ASV_SHA256_BYTES];
    (void)state;
    put(&facts, ASV_LEDGER_PERSON, digest, ASV_UUID_BYTES);
    assert_int_equal(write_entry(NULL), ASV_E_MALFORMED);
    set_up(NULL);
    facts.len -= 3 + ASV_SHA256_BYTES;
    put(&facts, ASV_LEDGER_CAMERA, digest, sizeof digest);
    assert_int_equal(write_entry(NULL), ASV_E_MALFORMED);
    set_up(NULL);
    asv_writer_init(&closed, closed_data, sizeof closed_data);
    put(&closed, ASV_LEDGER_ROOT, digest, sizeof digest);
    assert_int_equal(write_entry(NULL), ASV_E_MALFORMED);
    closed.len = 0;
    assert_int_equal(write_entry(day_key), ASV_E_MALFORMED); /* the camera of a day, and no camera */
    set_up(NULL);
    facts.len = 0;
    assert_int_equal(write_entry(day_key), ASV_E_MALFORMED); /* and no day */
}

struct bad {
    const char *what;
    enum asv_status status;
    size_t at; /* behind the 28 bytes before the fields */
    uint8_t value;
};

static void an_entry_that_is_wrong_anywhere_is_refused(void **state)
{
    static const struct bad bads[] = {
        {"LG-001: format", ASV_E_UNSUPPORTED, 1, 2},
        {"LG-003: tag", ASV_E_UNSUPPORTED, 28, 127},
        {"LG-003: tag 0", ASV_E_UNSUPPORTED, 28, 0},
        {"LG-004: tags descend", ASV_E_MALFORMED, 28, ASV_LEDGER_DUE},
        {"LG-005: longer than it may be", ASV_E_LIMIT, 30, 9},
        {"LG-005: shorter", ASV_E_MALFORMED, 30, 7},
    };
    struct asv_ledger_entry read;
    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
        assert_int_equal(write_entry(NULL), ASV_OK);
        entry[bads[i].at] = bads[i].value;
        if (read_entry(&read) != bads[i].status) {
            fail_msg("%s", bads[i].what);
        }
    }
    assert_int_equal(write_entry(NULL), ASV_OK);
    for (size_t len = 0; len < entry_len; len++) { /* LG-005: wherever it is cut, but behind a field */
        enum asv_status status = asv_ledger_entry_read(&read, (struct asv_bytes){entry, len}, NULL);
        bool whole = len == 28 || len == 28 + 11 || len == 28 + 11 + 7 || len == 28 + 11 + 7 + 35 ||
                     len == 28 + 11 + 7 + 35 + 35;
        assert_int_equal(status, whole ? ASV_OK : ASV_E_MALFORMED);
    }
}

/* LG-002 */
static void an_entry_is_not_longer_than_its_limit(void **state)
{
    static const uint8_t long_entry[ASV_LEDGER_ENTRY_MAX_BYTES + 1] = {0, 1};
    static const uint8_t counts[256];
    struct asv_ledger_entry read;
    (void)state;
    assert_int_equal(asv_ledger_entry_read(&read, (struct asv_bytes){long_entry, sizeof long_entry}, NULL),
                     ASV_E_LIMIT);
    put(&facts, ASV_LEDGER_COUNTS, counts, sizeof counts);
    put(&facts, ASV_LEDGER_LABEL, counts, 64);
    put(&facts, ASV_LEDGER_HEAD, counts, 168);
    asv_writer_init(&closed, closed_data, sizeof closed_data);
    for (unsigned tag = ASV_LEDGER_ACTOR; tag <= ASV_LEDGER_PLACE; tag++) {
        bool is_uuid = tag == ASV_LEDGER_PERSON || tag == ASV_LEDGER_INCIDENT;
        put(&closed, (uint8_t)tag, counts, is_uuid ? ASV_UUID_BYTES : ASV_SHA256_BYTES);
    }
    assert_int_equal(write_entry(day_key), ASV_OK); /* whatever there is at once fits */
    assert_int_equal(read_entry(&read), ASV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_entry_is_read_as_it_was_written, set_up),
        cmocka_unit_test_setup(closed_values_do_not_stand_in_the_entry, set_up),
        cmocka_unit_test_setup(a_field_opens_with_its_own_key_and_value_alone, set_up),
        cmocka_unit_test_setup(an_entrys_fields_are_walked_to_the_last, set_up),
        cmocka_unit_test_setup(a_camera_has_another_name_each_day, set_up),
        cmocka_unit_test_setup(lists_that_are_mixed_up_are_refused, set_up),
        cmocka_unit_test_setup(an_entry_that_is_wrong_anywhere_is_refused, set_up),
        cmocka_unit_test_setup(an_entry_is_not_longer_than_its_limit, set_up),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
