/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Texts in statements: what is signed is what is seen.
 */
#include "server/statement/text.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/base/utf8.h"
#include "tests/unit/test.h"

static bool good(const char *text, size_t max)
{
    return asv_text_is_good((struct asv_bytes){(const uint8_t *)text, strlen(text)}, max);
}

static bool valid(const char *text, size_t len)
{
    return asv_utf8_is_valid((struct asv_bytes){(const uint8_t *)text, len});
}

static void what_people_write_is_good(void **state)
{
    (void)state;
    assert_true(
        good("T\xc3\xa4tlicher Angriff, Gro\xc3\x9f-Umst\xc3\xa4nde \xe2\x80\x9ezitiert\xe2\x80\x9c", 100));
    assert_true(good("\xc2\xa7\xc2\xa0"
                     "24 OBG \xe2\x80\x93 5 \xe2\x82\xac",
                     100)); /* a blank that does not break, inside */
    assert_true(good("\xf0\x9f\x93\xb9", 100));
    assert_true(good("x", 1));
}

static void a_text_has_something_in_it_and_an_end(void **state)
{
    (void)state; /* ST-004 */
    assert_false(good("", 10));
    assert_true(good("0123456789", 10));
    assert_false(good("0123456789a", 10));
    /* Nothing but blanks, of whichever kind, is no reason; none at either end. */
    static const char *const blanks[] = {" ",
                                         "\xc2\xa0",
                                         "\xe1\x9a\x80",
                                         "\xe2\x80\x80",
                                         "\xe2\x80\x8a",
                                         "\xe2\x80\xaf",
                                         "\xe2\x81\x9f",
                                         "\xe2\xa0\x80",
                                         "\xe3\x80\x80"};
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        char text[32];
        assert_false(good(blanks[i], 10));
        snprintf(text, sizeof text, "%sa", blanks[i]);
        assert_false(good(text, 10));
        snprintf(text, sizeof text, "a%s", blanks[i]);
        assert_false(good(text, 10));
        snprintf(text, sizeof text, "a%sa", blanks[i]);
        assert_true(good(text, 10));
    }
}

static void bytes_that_are_no_utf_8_are_refused(void **state)
{
    (void)state; /* ST-005 */
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = {
        {"\x80", 1},             /* continues nothing */
        {"\xbf", 1},             /* neither */
        {"\xc3", 1},             /* ends too soon */
        {"\xe2\x82", 2},         /* and so on */
        {"\xf0\x9f\x93", 3},     /* and so on */
        {"\xc3(", 2},            /* is not continued */
        {"\xe2\x28\xa1", 3},     /* is not continued */
        {"\xc0\xaf", 2},         /* a longer way to write '/' */
        {"\xc1\xbf", 2},         /* longer */
        {"\xe0\x9f\xbf", 3},     /* longer */
        {"\xf0\x8f\xbf\xbf", 4}, /* longer */
        {"\xed\xa0\x80", 3},     /* surrogate */
        {"\xed\xbf\xbf", 3},     /* surrogate */
        {"\xf4\x90\x80\x80", 4}, /* past the last */
        {"\xf8\x88\x80\x80\x80", 5},
        {"\xff", 1},
        {"\xe4\xf6\xfc", 3}, /* Latin 1 */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[16] = "a";
        memcpy(text + 1, bad[i].bytes, bad[i].len);
        assert_false(valid(bad[i].bytes, bad[i].len));
        assert_false(good(text, 16));
        text[1 + bad[i].len] = 'a';
        assert_false(good(text, 16));
    }
    assert_true(valid("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\xc2\x80\xe0\xa0\x80\xf0\x90\x80\x80", 20));
    assert_true(valid("", 0));
    assert_true(valid("a\0b", 3)); /* well-formed; a text it is not */
}

static bool point_is_good(uint32_t point)
{
    char text[8] = {'a'};
    size_t len = 1;
    if (point >= 0x10000) {
        text[len++] = (char)(0xf0 | point >> 18);
        text[len++] = (char)(0x80 | (point >> 12 & 0x3f));
    } else if (point >= 0x800) {
        text[len++] = (char)(0xe0 | point >> 12);
    } else {
        text[len++] = (char)(0xc0 | point >> 6);
    }
    if (point >= 0x800) {
        text[len++] = (char)(0x80 | (point >> 6 & 0x3f));
    }
    text[len++] = (char)(0x80 | (point & 0x3f));
    text[len] = 'b';
    return good(text, sizeof text);
}

/* DerivedCoreProperties.txt of Unicode 15, Default_Ignorable_Code_Point. */
static void what_a_program_may_leave_out_is_refused(void **state)
{
    (void)state; /* ST-006 */
    static const uint32_t ranges[][2] = {
        {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x061c, 0x061c}, {0x115f, 0x1160}, {0x17b4, 0x17b5},
        {0x180b, 0x180f},   {0x200b, 0x200f},   {0x202a, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164},
        {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff0, 0xfff8}, {0x1bca0, 0x1bca3},
        {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        for (uint32_t point = ranges[i][0]; point <= ranges[i][1]; point++) {
            if (point_is_good(point)) {
                fail_msg("U+%04X", point);
            }
        }
    }
    static const uint32_t seen[] = {0x00ae, 0x034e, 0x0350, 0x17b3, 0x17b6, 0x1bc9f, 0x1d172, 0x1d17b};
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        assert_true(point_is_good(seen[i]));
    }
}

static void what_is_not_seen_is_refused(void **state)
{
    (void)state; /* ST-006 */
    static const char *const hidden[] = {"\x01",
                                         "\t",
                                         "\n",
                                         "\r",
                                         "\x1f",
                                         "\x7f",
                                         "\xc2\x80",
                                         "\xc2\x9f",
                                         "\xc2\xad",
                                         "\xd8\x9c",
                                         "\xe1\x85\x9f",
                                         "\xe1\xa0\x8e",
                                         "\xe2\x80\x8b",
                                         "\xe2\x80\x8f",
                                         "\xe2\x80\xa8",
                                         "\xe2\x80\xae",
                                         "\xe2\x81\xa0",
                                         "\xe2\x81\xa7",
                                         "\xe3\x85\xa4",
                                         "\xee\x80\x80",
                                         "\xef\xb7\x90",
                                         "\xef\xb8\x8f",
                                         "\xef\xbb\xbf",
                                         "\xef\xbe\xa0",
                                         "\xef\xbf\xbd",
                                         "\xef\xbf\xbf",
                                         "\xf0\x9f\xbf\xbe",
                                         "\xf3\xa0\x81\x81",
                                         "\xf4\x8f\xbf\xbd"};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        char text[16];
        snprintf(text, sizeof text, "a%sb", hidden[i]);
        assert_true(valid(text, strlen(text)));
        assert_false(good(text, 16));
    }
    assert_false(asv_text_is_good((struct asv_bytes){(const uint8_t *)"a\0b", 3}, 16));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_write_is_good),
        cmocka_unit_test(a_text_has_something_in_it_and_an_end),
        cmocka_unit_test(bytes_that_are_no_utf_8_are_refused),
        cmocka_unit_test(what_a_program_may_leave_out_is_refused),
        cmocka_unit_test(what_is_not_seen_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
