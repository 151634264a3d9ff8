/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/base64.h"
#include "server/web/cursor.h"
#include "server/web/rows.h"
#include "tests/unit/test.h"

/* ---- rows ---- */

#define CELL(n, k, v)                           \
    {                                           \
        .name = (n), .kind = (k), .number = (v) \
    }
#define BYTES(n, k, d)                                                            \
    {                                                                             \
        .name = (n), .kind = (k), .bytes = {(const uint8_t *)(d), sizeof(d) - 1 } \
    }

static void assert_row(const struct asv_db_cell *cells, size_t count, const char *want)
{
    json_t *row = asv_web_row(cells, count);
    assert_non_null(row);
    char *got = json_dumps(row, JSON_COMPACT);
    assert_string_equal(got, want);
    free(got);
    json_decref(row);
}

static void a_row_is_its_columns(void **state)
{
    (void)state;
    const struct asv_db_cell cells[] = {
        BYTES("clip", ASV_DB_CELL_UUID, "\x01\x93\xe2\xa0\x00\x00\x70\x00\x80\x00\x00\x00\x00\x00\x00\x01"),
        CELL("marked", ASV_DB_CELL_BOOL, 1),
        CELL("since", ASV_DB_CELL_TIME, 1700000000123),
        CELL("day", ASV_DB_CELL_DATE, 20260228),
        CELL("offset", ASV_DB_CELL_NUMBER, -12),
        CELL("large", ASV_DB_CELL_NUMBER, INT64_MAX),
        BYTES("header", ASV_DB_CELL_BYTES, "\x00\xff"),
        BYTES("unit", ASV_DB_CELL_TEXT, "M\xc3\xbcller </script>\""),
        BYTES("kept", ASV_DB_CELL_JSON, "{\"a\": [1, null]}"),
        CELL("reason", ASV_DB_CELL_NULL, 0),
        BYTES("after", ASV_DB_CELL_TEXT, "key"),
    };
    assert_row(cells, sizeof cells / sizeof *cells,
               "{\"clip\":\"0193e2a0-0000-7000-8000-000000000001\",\"marked\":true,"
               "\"since\":\"2023-11-14T22:13:20.123Z\","
               "\"day\":\"2026-02-28\",\"offset\":-12,\"large\":9223372036854775807,\"header\":\"00ff\","
               "\"unit\":\"M\xc3\xbcller </script>\\\"\",\"kept\":{\"a\":[1,null]}}");
    assert_row(cells, 0, "{}");
}

static void what_is_no_text_is_no_row(void **state)
{
    (void)state;
    const struct asv_db_cell bad[] = {
        BYTES("text", ASV_DB_CELL_TEXT, "\xff\xfe"),
        BYTES("json", ASV_DB_CELL_JSON, "{"),
        BYTES("json", ASV_DB_CELL_JSON, "{\"a\":1,\"a\":2}"),
        BYTES("uuid", ASV_DB_CELL_UUID, "short"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(asv_web_row(&bad[i], 1));
    }
}

/* ---- cursors ---- */

static size_t bytes_of(const char *text, uint8_t out[ASV_WEB_CURSOR_BYTES])
{
    char plain[ASV_WEB_CURSOR_TEXT];
    size_t len = 0;
    strcpy(plain, text);
    for (char *at = plain; *at != '\0'; at++) {
        if (*at == '-') {
            *at = '+';
        } else if (*at == '_') {
            *at = '/';
        }
    }
    assert_int_equal(asv_base64_decode(out, ASV_WEB_CURSOR_BYTES, &len,
                                       (struct asv_bytes){(const uint8_t *)plain, strlen(plain)}),
                     ASV_OK);
    return len;
}

/* */
static void a_cursor_is_one_list_s(void **state)
{
    (void)state;
    static const char key[] = "2026-11-23/0193e2a0-0000-7000-8000-000000000001";
    uint8_t list[ASV_SHA256_BYTES] = {7}, other[ASV_SHA256_BYTES] = {8};
    uint8_t cursor[ASV_WEB_CURSOR_BYTES];
    char text[ASV_WEB_CURSOR_TEXT], got[ASV_WEB_KEY_BYTES + 1];
    assert_true(asv_web_cursor_write(text, list, (struct asv_bytes){(const uint8_t *)key, sizeof key - 1}));
    assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                     strlen(text));
    size_t len = bytes_of(text, cursor);
    assert_true(asv_web_cursor_read(got, list, (struct asv_bytes){cursor, len}));
    assert_string_equal(got, key);
    assert_false(asv_web_cursor_read(got, other, (struct asv_bytes){cursor, len}));
    for (size_t shorter = 0; shorter < len; shorter++) {
        assert_false(asv_web_cursor_read(got, list, (struct asv_bytes){cursor, shorter}));
    }
    for (size_t i = 0; i < len; i++) {
        cursor[i] ^= 1;
        assert_false(asv_web_cursor_read(got, list, (struct asv_bytes){cursor, len}));
        cursor[i] ^= 1;
    }
}

static void a_key_has_its_length(void **state)
{
    (void)state;
    uint8_t list[ASV_SHA256_BYTES] = {0}, key[ASV_WEB_KEY_BYTES + 1], cursor[ASV_WEB_CURSOR_BYTES];
    char text[ASV_WEB_CURSOR_TEXT], got[ASV_WEB_KEY_BYTES + 1];
    memset(key, 'k', sizeof key);
    assert_false(asv_web_cursor_write(text, list, (struct asv_bytes){key, sizeof key}));
    assert_false(asv_web_cursor_write(text, list, (struct asv_bytes){key, 0}));
    assert_true(asv_web_cursor_write(text, list, (struct asv_bytes){key, ASV_WEB_KEY_BYTES}));
    assert_true(asv_web_cursor_read(got, list, (struct asv_bytes){cursor, bytes_of(text, cursor)}));
    assert_int_equal(strlen(got), ASV_WEB_KEY_BYTES);
    key[3] = '\0';
    assert_true(asv_web_cursor_write(text, list, (struct asv_bytes){key, 9}));
    assert_false(asv_web_cursor_read(got, list, (struct asv_bytes){cursor, bytes_of(text, cursor)}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_its_columns),
        cmocka_unit_test(what_is_no_text_is_no_row),
        cmocka_unit_test(a_cursor_is_one_list_s),
        cmocka_unit_test(a_key_has_its_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
