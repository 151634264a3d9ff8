/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What opens fields of an entry: written, read, and refused when it opens another one. */
#include <string.h>

#include "server/ledger/opened.h"
#include "tests/support/golden.h"
#include "tests/unit/test.h"

static const uint8_t key[ASV_LEDGER_KEY_BYTES] = {1, 2, 3};
static const uint8_t day_key[ASV_LEDGER_KEY_BYTES] = {9};
static const uint8_t camera[ASV_SHA256_BYTES] = {0xca};
static uint8_t closed_data[ASV_LEDGER_FIELDS_MAX_BYTES];
static struct asv_writer closed;
static uint8_t entry_data[ASV_LEDGER_ENTRY_MAX_BYTES];
static struct asv_ledger_entry entry;
static struct asv_opened opened;
static uint8_t text[ASV_OPENED_MAX_BYTES + 1];

static void put(struct asv_writer *writer, uint8_t tag, const void *data, size_t len)
{
    asv_write_u8(writer, tag);
    asv_write_view16(writer, data, len);
}

static int set_up(void **state)
{
    static const uint8_t day[4] = {0x01, 0x35, 0x28, 0xb9};
    const struct asv_ledger_event event = {.kind = 34, .id = {7}, .recorded_ms = 1767600000000};
    uint8_t facts_data[64];
    struct asv_writer facts;
    size_t len = 0;
    (void)state;
    asv_writer_init(&facts, facts_data, sizeof facts_data);
    put(&facts, ASV_LEDGER_DAY, day, sizeof day);
    asv_writer_init(&closed, closed_data, sizeof closed_data);
    put(&closed, ASV_LEDGER_TEXT, "Streife 12", 10);
    put(&closed, ASV_LEDGER_CERTIFICATE, camera, sizeof camera);
    assert_int_equal(asv_ledger_entry_write(entry_data, &len, &event,
                                            (struct asv_bytes){facts_data, facts.len},
                                            (struct asv_bytes){closed_data, closed.len}, key, day_key, NULL),
                     ASV_OK);
    assert_int_equal(asv_ledger_entry_read(&entry, (struct asv_bytes){entry_data, len}, NULL), ASV_OK);
    return 0;
}

static enum asv_status make(void)
{
    return asv_opened_make(&opened, &entry, (struct asv_bytes){closed_data, closed.len}, key, day_key, NULL);
}

static size_t write_text(void)
{
    struct asv_writer writer;
    size_t len = 0;
    asv_writer_init(&writer, text, sizeof text);
    asv_opened_write(&writer, &opened);
    assert_int_equal(asv_write_end(&writer, &len), ASV_OK);
    return len;
}

static void every_field_opens_as_it_was_written(void **state)
{
    (void)state;
    assert_int_equal(make(), ASV_OK);
    assert_int_equal(opened.count, 3);
    size_t len = write_text();
    asv_golden_check("ledger-opened", "opens text, camera and camera of the day of the entry in this test",
                     text, len);
    asv_golden_seed("ledger_opened", "three", text, len);
    static struct asv_opened read;
    assert_int_equal(asv_opened_parse(&read, (struct asv_bytes){text, len}, NULL), ASV_OK);
    assert_int_equal(read.count, 3);
    assert_int_equal(asv_opened_check(&read, &entry, NULL), ASV_OK);
    assert_memory_equal(asv_opened_find(&read, ASV_LEDGER_TEXT)->value.data, "Streife 12", 10);
    asv_opened_drop(&read, ASV_LEDGER_TEXT);
    assert_null(asv_opened_find(&read, ASV_LEDGER_TEXT));
    assert_int_equal(asv_opened_check(&read, &entry, NULL), ASV_OK); /* the others open by themselves */
}

/* LG-071 */
static void another_value_or_key_opens_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct asv_err err = {0};
        uint8_t value[ASV_SHA256_BYTES];
        assert_int_equal(make(), ASV_OK);
        opened.fields[i].key[5] ^= 1;
        assert_int_equal(asv_opened_check(&opened, &entry, &err), ASV_E_DIGEST);
        assert_non_null(strstr(err.text, asv_ledger_tag_name(opened.fields[i].tag)));
        opened.fields[i].key[5] ^= 1;
        memcpy(value, opened.fields[i].value.data, opened.fields[i].value.len);
        value[0] ^= 1;
        opened.fields[i].value.data = value;
        assert_int_equal(asv_opened_check(&opened, &entry, NULL), ASV_E_DIGEST);
    }
    assert_int_equal(make(), ASV_OK);
    opened.fields[0].tag = ASV_LEDGER_PLACE; /* which the entry does not have */
    assert_int_equal(asv_opened_check(&opened, &entry, NULL), ASV_E_NOT_FOUND);
    closed_data[3] ^= 1; /* what lies beside the entry was changed */
    assert_int_equal(make(), ASV_E_DIGEST);
}

/* LG-005: what was committed to may be of a length that no such field has. */
static void a_value_of_another_length_opens_nothing(void **state)
{
    static const uint8_t short_person[2] = {1, 2};
    uint8_t field_key[ASV_SHA256_BYTES];
    uint8_t bytes[ASV_LEDGER_ENTRY_MAX_BYTES] = {0, 1, 0, 98};
    struct asv_writer writer;
    struct asv_err err = {0};
    (void)state;
    asv_ledger_field_key(field_key, key, ASV_LEDGER_PERSON);
    asv_writer_init(&writer, bytes, sizeof bytes);
    writer.len = 28;
    uint8_t commitment[ASV_SHA256_BYTES];
    asv_ledger_commit(commitment, field_key, (struct asv_bytes){short_person, sizeof short_person});
    put(&writer, ASV_LEDGER_PERSON, commitment, sizeof commitment);
    assert_int_equal(asv_ledger_entry_read(&entry, (struct asv_bytes){bytes, writer.len}, NULL), ASV_OK);
    opened.count = 1;
    opened.fields[0] =
        (struct asv_opened_field){.tag = ASV_LEDGER_PERSON, .value = {short_person, sizeof short_person}};
    memcpy(opened.fields[0].key, field_key, sizeof field_key);
    assert_int_equal(asv_opened_check(&opened, &entry, &err), ASV_E_MALFORMED);
    assert_non_null(strstr(err.text, "person"));
}

static void what_is_no_such_file_is_refused(void **state)
{
    static const char twice[] =
        "asservat/v1/opened\nfield 130 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= AAAA\n"
        "field 130 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= AAAA\n";
    static const char *const bad[] = {
        "asservat/v1/opened\nfield 130 AAAA AAAA\n",
        "asservat/v1/opened\nfield 200 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= AAAA\n",
        "asservat/v1/opened\nfield 0130 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= AAAA\n",
        "asservat/v1/opened\nfield 130 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= AAAA",
        "asservat/v1/opened\nfield 130 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= AAA\n",
        twice,
        "asservat/v1/opened\n\n"};
    struct asv_err err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(
            asv_opened_parse(&opened, (struct asv_bytes){(const uint8_t *)bad[i], strlen(bad[i])}, &err),
            ASV_E_MALFORMED);
    }
    assert_int_equal(
        asv_opened_parse(&opened, (struct asv_bytes){(const uint8_t *)"asservat/v2/opened\n", 19}, NULL),
        ASV_E_UNSUPPORTED);
    memset(text, 'A', sizeof text);
    assert_int_equal(asv_opened_parse(&opened, (struct asv_bytes){text, sizeof text}, NULL), ASV_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_field_opens_as_it_was_written, set_up),
        cmocka_unit_test_setup(another_value_or_key_opens_nothing, set_up),
        cmocka_unit_test_setup(a_value_of_another_length_opens_nothing, set_up),
        cmocka_unit_test_setup(what_is_no_such_file_is_refused, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
