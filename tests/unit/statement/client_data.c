/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The JSON of an assertion: strict, and never understood in two ways.
 */
#include "server/statement/client_data.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

#define TYPE   "\"type\":\"webauthn.get\""
#define CHALL  "\"challenge\":\"abc\""
#define ORIGIN "\"origin\":\"https://a.example\""
#define THREE  TYPE "," CHALL "," ORIGIN

static struct asv_client_data data;

/* Exactly as long as the text, so that the sanitizer sees a read past the end. */
static enum asv_status read_text(const char *text)
{
    size_t len = strlen(text);
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    assert_non_null(copy);
    memcpy(copy, text, len);
    enum asv_status status = asv_client_data_read(&data, (struct asv_bytes){copy, len});
    if (status == ASV_OK) {
        assert_true(data.type.len == 12 && memcmp(data.type.data, "webauthn.get", 12) == 0);
        assert_true(data.challenge.len == 3 && memcmp(data.challenge.data, "abc", 3) == 0);
        assert_true(data.origin.len == 17 && memcmp(data.origin.data, "https://a.example", 17) == 0);
    }
    free(copy);
    return status;
}

static void what_browsers_write_is_read(void **state)
{
    (void)state;
    assert_int_equal(read_text("{" THREE ",\"crossOrigin\":false}"), ASV_OK);
    assert_false(data.cross_origin);
    assert_int_equal(read_text("{" THREE ",\"crossOrigin\":true}"), ASV_OK);
    assert_true(data.cross_origin);
    assert_int_equal(read_text("{" THREE "}"), ASV_OK);
    assert_false(data.cross_origin);
    assert_int_equal(read_text(" {\n" ORIGIN " ,\t" CHALL ",\r " TYPE " , \"crossOrigin\" : false } "),
                     ASV_OK);
}

static void members_that_nobody_asked_for_are_passed_over(void **state)
{
    (void)state; /* ST-073 */
    static const char *const values[] = {"null",
                                         "true",
                                         "0",
                                         "-0.5e+10",
                                         "1E3",
                                         "19e-90",
                                         "12",
                                         "\"\"",
                                         "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u09af\\uAF09\xc3\xa4\"",
                                         "[]",
                                         "{}",
                                         "[ 1 , [ ] , {\"type\":\"webauthn.create\"} ]",
                                         "{ \"a\" : 1 , \"a\" : [ 2 ] }",
                                         "[[[[]]]]"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"more\": %s ," THREE "}", values[i]);
        assert_int_equal(read_text(text), ASV_OK);
        snprintf(text, sizeof text, "{" THREE ",\"more\":%s}", values[i]);
        assert_int_equal(read_text(text), ASV_OK);
    }
}

static void what_is_not_json_is_refused(void **state)
{
    (void)state; /* ST-071 */
    static const char *const texts[] = {
        "",
        " ",
        "null",
        "[]",
        "{}",
        "\"type\"",
        "{" TYPE "," CHALL "}",
        "{" TYPE "," ORIGIN "}",
        "{" CHALL "," ORIGIN "}",
        "{" THREE,
        "{" THREE ",",
        "{" THREE ",}",
        "{," THREE "}",
        "{" THREE "}}",
        "{" THREE "} x",
        "{" THREE "}{}",
        "{" THREE " " TYPE "}",
        "{'type':1," THREE "}",
        "{more:1," THREE "}",
        "{:1," THREE "}",
        "{" THREE ",\"more\"",
        "{" THREE ",\"more\":{\"a\"}",
        "{\"more\":\"a\n," THREE "}",
        "{\"more\":\"a\\," THREE "}",
        "{\"more\" 1," THREE "}",
        "{\"more\":," THREE "}",
        "{\"more\":tru," THREE "}",
        "{\"more\":True," THREE "}",
        "{\"more\":01," THREE "}",
        "{\"more\":+1," THREE "}",
        "{\"more\":.5," THREE "}",
        "{\"more\":1.," THREE "}",
        "{\"more\":1e," THREE "}",
        "{\"more\":-," THREE "}",
        "{\"more\":NaN," THREE "}",
        "{\"more\":\"\n\"," THREE "}",
        "{\"more\":\"\\x\"," THREE "}",
        "{\"more\":\"\\u12g4\"," THREE "}",
        "{\"more\":\"\\u123\"," THREE "}",
        "{\"more\":\"," THREE "}",
        "{\"more\":[1," THREE "}",
        "{\"more\":[1,]," THREE "}",
        "{\"more\":[,1]," THREE "}",
        "{\"more\":{\"a\"}," THREE "}",
        "{\"more\":{\"a\":1,}," THREE "}",
        "{\"more\":{1:1}," THREE "}",
        "{\"more\":[}," THREE "}",
        "{" THREE ",\"more\":\"\\",
        "{" THREE ",\"more\":\"\\u",
        "{" THREE ",\"more\":\"\\u12",
        "{" THREE ",\"more",
        "{" THREE ",\"more\":[",
        "{" THREE ",\"more\":{\"",
        "{\"type\":7," CHALL "," ORIGIN "}",
        "{\"type\":null," CHALL "," ORIGIN "}",
        "{" THREE ",\"crossOrigin\":0}",
        "{" THREE ",\"crossOrigin\":null}",
        "{" THREE ",\"crossOrigin\":\"false\"}",
        "\xef\xbb\xbf{" THREE "}",
        "{" THREE ",\"more\":\"\xe4\"}",
        "{" THREE ",\"more\":\"\xc0\xaf\"}",
        "{" THREE ",\"more\":\"\xed\xa0\x80\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (read_text(texts[i]) != ASV_E_MALFORMED) {
            fail_msg("%s", texts[i]);
        }
    }
    static const char nul[] = "{" THREE ",\"more\":\"a\0b\"}";
    assert_int_equal(asv_client_data_read(&data, (struct asv_bytes){(const uint8_t *)nul, sizeof nul - 1}),
                     ASV_E_MALFORMED);
}

static void a_member_stands_once_and_as_itself(void **state)
{
    (void)state; /* ST-072 */
    static const char *const texts[] = {
        "{" TYPE "," THREE "}",
        "{" THREE "," CHALL "}",
        "{" THREE ",\"origin\":\"https://evil.example\"}",
        "{" THREE ",\"crossOrigin\":true,\"crossOrigin\":false}",
        "{" THREE ",\"more\":1,\"more\":1}",
        "{" THREE ",\"\":1,\"\":1}",
        "{" THREE ",\"t\\u0079pe\":\"webauthn.create\"}",         /* the same name to another reader */
        "{" THREE ",\"mo\\u0072e\":1}",                           /* no name needs it */
        "{\"type\":\"webauthn\\u002eget\"," CHALL "," ORIGIN "}", /* neither does what we compare */
        "{" TYPE ",\"challenge\":\"\\u0061bc\"," ORIGIN "}",
        "{" TYPE "," CHALL ",\"origin\":\"https:\\/\\/a.example\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (read_text(texts[i]) != ASV_E_MALFORMED) {
            fail_msg("%s", texts[i]);
        }
    }
}

static void it_has_limits(void **state)
{
    (void)state; /* ST-071 */
    char text[1024] = "{" THREE;
    size_t len = strlen(text);
    assert_int_equal(read_text("{\"more\":[[[[[]]]]]," THREE "}"), ASV_E_LIMIT);
    assert_int_equal(read_text("{\"more\":{\"a\":[{\"a\":[{}]}]}," THREE "}"), ASV_E_LIMIT);
    for (int i = 3; i <= ASV_CLIENT_DATA_MEMBERS_MAX; i++) {
        snprintf(text + len, sizeof text - len, "}");
        assert_int_equal(read_text(text), ASV_OK);
        len += (size_t)snprintf(text + len, sizeof text - len, ",\"%d\":0", i);
    }
    snprintf(text + len, sizeof text - len, "}");
    assert_int_equal(read_text(text), ASV_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_browsers_write_is_read),
        cmocka_unit_test(members_that_nobody_asked_for_are_passed_over),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(a_member_stands_once_and_as_itself),
        cmocka_unit_test(it_has_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
