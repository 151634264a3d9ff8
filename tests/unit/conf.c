/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/conf.h"

#include <string.h>

#include "tests/unit/test.h"

static const char *const colours[] = {"red", "green", NULL};

struct settings {
    char name[16];
    char dir[32];
    char log[32];
    bool on;
    uint64_t count, room, wait;
    unsigned colour;
    char slots[64];
};

static enum asv_status add_slot(void *out, const char *rest, const char *value, struct asv_err *err)
{
    struct settings *settings = out;
    if (rest[0] < '0' || rest[0] > '9') {
        return asv_fail(err, ASV_E_USAGE, "a slot has a number");
    }
    strncat(settings->slots, rest, 8);
    strncat(settings->slots, "=", 2);
    strncat(settings->slots, value, 8);
    strncat(settings->slots, ";", 2);
    return ASV_OK;
}

#define AT(field) offsetof(struct settings, field)
static const struct asv_conf_key keys[] = {
    {.name = "name", .type = ASV_CONF_TEXT, .offset = AT(name), .size = 16, .fallback = "dock"},
    {.name = "dir", .type = ASV_CONF_PATH, .offset = AT(dir), .size = 32},
    {.name = "log", .type = ASV_CONF_PATH, .offset = AT(log), .size = 32, .fallback = ""},
    {.name = "on", .type = ASV_CONF_BOOL, .offset = AT(on), .fallback = "yes"},
    {.name = "count", .type = ASV_CONF_NUMBER, .offset = AT(count), .fallback = "3", .min = 1, .max = 64},
    {.name = "room", .type = ASV_CONF_SIZE, .offset = AT(room), .fallback = "2G", .max = UINT64_MAX},
    {.name = "wait", .type = ASV_CONF_DURATION, .offset = AT(wait), .fallback = "5 min", .max = 86400000},
    {.name = "colour",
     .type = ASV_CONF_CHOICE,
     .offset = AT(colour),
     .fallback = "green",
     .choices = colours},
    {.name = "slot.", .type = ASV_CONF_EACH, .each = add_slot},
};
#define KEYS (sizeof keys / sizeof keys[0])

static enum asv_status parse(const char *text, struct settings *out, struct asv_err *err)
{
    *out = (struct settings){0};
    return asv_conf_parse("dock.conf", text, strlen(text), keys, KEYS, out, err);
}

static void absent_keys_have_their_defaults(void **state)
{
    (void)state;
    struct settings got;
    struct asv_err err = {0};
    assert_int_equal(parse("dir = /srv/asservat", &got, &err), ASV_OK);
    assert_string_equal(got.name, "dock");
    assert_string_equal(got.dir, "/srv/asservat");
    assert_string_equal(got.log, "");
    assert_true(got.on && got.count == 3 && got.room == UINT64_C(2) << 30 && got.wait == 300000);
    assert_int_equal(got.colour, 1);
}

static void values_are_read_by_their_type(void **state)
{
    (void)state;
    struct settings got;
    struct asv_err err = {0};
    const char *text =
        "# a comment\n\n  dir=/a b = c\t\r\nname = Wache \xc3\x9c\non = no\ncount = 64\nroom = 512K\n"
        "wait = 30s\ncolour = red\nslot.1 = 1-2.4\nslot.2 = 1-3\n";
    assert_int_equal(parse(text, &got, &err), ASV_OK);
    assert_string_equal(got.dir, "/a b = c");
    assert_string_equal(got.name, "Wache \xc3\x9c");
    assert_true(!got.on && got.count == 64 && got.room == 512 * 1024 && got.wait == 30000 && got.colour == 0);
    assert_string_equal(got.slots, "1=1-2.4;2=1-3;");
}

static void an_error_says_where_it_stands_and_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } table[] = {
        {"dir = /a\nnme = x\n", "dock.conf:2: unknown key \"nme\"; remove it or correct its spelling"},
        {"dir = /a\n\n\ncount = 65\n", "dock.conf:4: count: \"65\" is out of range; give 1 to 64"},
        {"dir = /a\ncount = 0\n", "dock.conf:2: count: \"0\" is out of range"},
        {"dir = /a\ncount = -1\n", "dock.conf:2: count: \"-1\" is not a whole number"},
        {"dir = /a\ncount = 1K\n", "dock.conf:2: count: \"1K\" is not a whole number"},
        {"dir = /a\ncount =\n", "dock.conf:2: count: \"\" is not a whole number"},
        {"dir = /a\nroom = 99999999999999999999\n",
         "dock.conf:2: room: \"99999999999999999999\" is too large"},
        {"dir = /a\nroom = 99999999T\n", "dock.conf:2: room: \"99999999T\" is out of range"},
        {"dir = /a\nwait = 2d\n", "dock.conf:2: wait: \"2d\" is out of range; give 0 to 86400000 ms"},
        {"dir = /a\nwait = 2 days\n", "dock.conf:2: wait: \"2 days\" is not a duration such as 30s"},
        {"dir = /a\ncolour = blue\n", "dock.conf:2: colour: \"blue\" is not known; give one of red, green"},
        {"dir = /a\non = true\n", "dock.conf:2: on: \"true\" is neither yes nor no"},
        {"dir = a\n", "dock.conf:1: dir: \"a\" is not an absolute path; start it with /"},
        {"dir =\n", "dock.conf:1: dir: \"\" is not an absolute path"},
        {"dir = /a\ndir = /b\n", "dock.conf:2: dir: was already given in line 1; keep one of them"},
        {"dir = /0123456789012345678901234567890\n", "dock.conf:1: dir: longer than 31 bytes"},
        {"dir = /a\nnonsense\n", "dock.conf:2: \"nonsense\" is not of the form key = value"},
        {"dir = /a\033[31m\n", "dock.conf:1: holds a control character; write plain text"},
        {"dir = /a\nslot.x = 1-1\n", "dock.conf:2: slot.x: a slot has a number"},
        {"name = x\n", "dock.conf:2: dir: is missing; add a line \"dir = ...\""},
        {"", "dock.conf:1: dir: is missing; add a line \"dir = ...\""},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct settings got;
        struct asv_err err = {0};
        assert_int_equal(parse(table[i].text, &got, &err), ASV_E_USAGE);
        if (strncmp(err.text, table[i].says, strlen(table[i].says)) != 0) {
            fail_msg("\"%s\" says \"%s\"", table[i].text, err.text);
        }
    }
}

static void a_nul_or_an_endless_line_is_refused(void **state)
{
    (void)state;
    struct settings got = {0};
    struct asv_err err = {0};
    char line[4096];
    assert_int_equal(asv_conf_parse("x", "dir = /a\0b\n", 11, keys, KEYS, &got, &err), ASV_E_USAGE);
    memset(line, 'a', sizeof line);
    assert_int_equal(asv_conf_parse("x", line, sizeof line, keys, KEYS, &got, &err), ASV_E_USAGE);
    assert_string_equal(err.text, "x:1: is longer than 1023 bytes");
}

static void a_missing_file_is_an_error_unless_it_is_optional(void **state)
{
    (void)state;
    struct settings got = {0};
    struct asv_err err = {0};
    assert_int_equal(asv_conf_read("/nonexistent/dock.conf", false, keys, KEYS, &got, &err), ASV_E_NOT_FOUND);
    assert_int_equal(asv_conf_read("/nonexistent/dock.conf", true, keys, KEYS, &got, &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "dir: is missing"));
    assert_int_equal(asv_conf_read("/nonexistent/dock.conf", true, keys + 3, KEYS - 3, &got, &err), ASV_OK);
    assert_true(got.on);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_keys_have_their_defaults),
        cmocka_unit_test(values_are_read_by_their_type),
        cmocka_unit_test(an_error_says_where_it_stands_and_what_to_do),
        cmocka_unit_test(a_nul_or_an_endless_line_is_refused),
        cmocka_unit_test(a_missing_file_is_an_error_unless_it_is_optional),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
