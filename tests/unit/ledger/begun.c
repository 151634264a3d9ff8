/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How a log began: what its first entry may say, and that no other one does. */
#include <string.h>

#include "server/ledger/begun.h"
#include "server/ledger/kind.h"
#include "tests/unit/test.h"

#define ORIGIN "asservat.example/ledger"

static uint8_t facts_data[512];
static struct asv_writer facts;
static uint8_t data[ASV_LEDGER_ENTRY_MAX_BYTES];
static struct asv_begun begun;

static void put(uint8_t tag, const void *value, size_t len)
{
    asv_write_u8(&facts, tag);
    asv_write_view16(&facts, value, len);
}

static void put_label(const char *label, size_t len)
{
    static const uint8_t counts[16] = {[7] = 2, [15] = 5};
    put(ASV_LEDGER_COUNTS, counts, sizeof counts);
    put(ASV_LEDGER_LABEL, label, len);
}

static void put_head(const char *origin, size_t origin_len)
{
    uint8_t head[8 + ASV_SHA256_BYTES + 128] = {[7] = 5, [8] = 1};
    memcpy(head + 8 + ASV_SHA256_BYTES, origin, origin_len);
    put(ASV_LEDGER_HEAD, head, 8 + ASV_SHA256_BYTES + origin_len);
}

static enum asv_status read_it(uint16_t kind, uint64_t index, const char *origin, bool closed)
{
    static const uint8_t text[] = {ASV_LEDGER_TEXT, 0, 1, 'x'};
    static const uint8_t key[ASV_LEDGER_KEY_BYTES] = {1};
    const struct asv_ledger_event event = {.kind = kind, .id = {7}, .recorded_ms = 1767600000000};
    struct asv_ledger_entry entry;
    size_t len = 0;
    assert_int_equal(asv_ledger_entry_write(data, &len, &event, (struct asv_bytes){facts_data, facts.len},
                                            (struct asv_bytes){text, closed ? sizeof text : 0}, key, NULL,
                                            NULL),
                     ASV_OK);
    assert_int_equal(asv_ledger_entry_read(&entry, (struct asv_bytes){data, len}, NULL), ASV_OK);
    return asv_begun_read(&begun, &entry, index, origin, NULL);
}

static int set_up(void **state)
{
    (void)state;
    asv_writer_init(&facts, facts_data, sizeof facts_data);
    return 0;
}

/* LG-114 */
static void the_first_entry_and_no_other_one_says_it(void **state)
{
    (void)state;
    put_label(ORIGIN, strlen(ORIGIN));
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, ORIGIN, false), ASV_OK);
    assert_false(begun.names);
    assert_true(begun.number == 2 && begun.stayed == 5);
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 1, ORIGIN, false), ASV_E_MALFORMED);
    assert_int_equal(read_it(ASV_LEDGER_ACCESS, 0, ORIGIN, false), ASV_E_MALFORMED);
    assert_int_equal(read_it(ASV_LEDGER_ACCESS, 1, ORIGIN, false), ASV_E_NOT_FOUND);
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, ORIGIN "/2", false), ASV_E_MALFORMED);
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, "asservat.example", false), ASV_E_MALFORMED);
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, ORIGIN, true), ASV_E_MALFORMED);
}

/* LG-114 */
static void of_a_long_name_the_beginning_is_there(void **state)
{
    static const char name[] =
        "asservat.example/a-name-of-which-the-label-has-no-more-than-sixty-four-of-them";
    (void)state;
    put_label(name, 64);
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, name, false), ASV_OK);
    set_up(NULL);
    put_label(name, 63);
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, name, false), ASV_E_MALFORMED);
}

/* LG-114 */
static void it_names_an_earlier_head(void **state)
{
    (void)state;
    put_label(ORIGIN "/2", strlen(ORIGIN "/2"));
    put_head(ORIGIN, strlen(ORIGIN));
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, ORIGIN "/2", false), ASV_OK);
    assert_true(begun.names && begun.head.size == 5 && begun.head.root[0] == 1);
    assert_true(begun.origin.len == strlen(ORIGIN) && memcmp(begun.origin.data, ORIGIN, strlen(ORIGIN)) == 0);
    set_up(NULL);
    put_label(ORIGIN "/2", strlen(ORIGIN "/2"));
    put_head("asservat\0.example", 17);
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, ORIGIN "/2", false), ASV_E_MALFORMED);
}

/* LG-114 */
static void it_says_nothing_else(void **state)
{
    static const uint8_t at[8] = {0};
    (void)state;
    put(ASV_LEDGER_AT, at, sizeof at);
    put_label(ORIGIN, strlen(ORIGIN));
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, ORIGIN, false), ASV_E_MALFORMED);
    set_up(NULL);
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, ORIGIN, false),
                     ASV_E_MALFORMED);          /* not even its name */
    for (size_t len = 8; len <= 24; len += 8) { /* LG-125 */
        uint8_t counts[24] = {0};
        set_up(NULL);
        put(ASV_LEDGER_COUNTS, counts, len);
        put(ASV_LEDGER_LABEL, ORIGIN, strlen(ORIGIN));
        assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, ORIGIN, false),
                         len == 16 ? ASV_OK : ASV_E_MALFORMED);
    }
    set_up(NULL);
    put(ASV_LEDGER_LABEL, ORIGIN, strlen(ORIGIN));
    assert_int_equal(read_it(ASV_LEDGER_LOG_BEGUN, 0, ORIGIN, false), ASV_E_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_first_entry_and_no_other_one_says_it, set_up),
        cmocka_unit_test_setup(of_a_long_name_the_beginning_is_there, set_up),
        cmocka_unit_test_setup(it_names_an_earlier_head, set_up),
        cmocka_unit_test_setup(it_says_nothing_else, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
