/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The administration's options, tables and times.
 */
#include <string.h>
#include <time.h>

#include "firmware-proto/base/world.h"
#include "server/cli/args.h"
#include "server/cli/text.h"
#include "tests/unit/test.h"

static const struct asv_cli_option options[] = {
    {"file", ASV_CLI_TEXT, "FILE", "a file", true, false, 0, 0},
    {"name", ASV_CLI_LABEL, "NAME", "a name", false, false, 0, 0},
    {"count", ASV_CLI_NUMBER, "N", "a number", false, false, 1, 100},
    {"rate", ASV_CLI_SIZE, "BYTES", "a size", false, false, 1, UINT64_MAX},
    {"day", ASV_CLI_DATE, "DATE", "a day", false, false, 0, 0},
    {"who", ASV_CLI_WORDS, "NAME", "a person", false, false, 0, 0},
    {"also", ASV_CLI_TEXT, "X", "several", false, true, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "a flag", false, false, 0, 0},
};

static struct asv_cli_args args;
static struct asv_err err;

#define parse(...)                                  \
    parse_words((const char *const[]){__VA_ARGS__}, \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static enum asv_status parse_words(const char *const *words, size_t count)
{
    err = (struct asv_err){0};
    asv_cli_args_clear(&args);
    return asv_cli_args_parse(&args, options, sizeof options / sizeof *options, (int)count, words, &err);
}

static void options_are_read_in_every_form(void **state)
{
    (void)state;
    assert_int_equal(parse("--file", "a", "--json", "one", "--also=x", "--also", "y", "--", "--two", "-"),
                     ASV_OK);
    assert_string_equal(asv_cli_text(&args, "file"), "a");
    assert_true(asv_cli_flag(&args, "json"));
    assert_string_equal(asv_cli_text_at(&args, "also", 0), "x");
    assert_string_equal(asv_cli_text_at(&args, "also", 1), "y");
    assert_null(asv_cli_text_at(&args, "also", 2));
    assert_null(asv_cli_text(&args, "name"));
    assert_int_equal(asv_cli_operand_count(&args), 3);
    assert_string_equal(asv_cli_operand(&args, 0), "one");
    assert_string_equal(asv_cli_operand(&args, 1), "--two");
    assert_string_equal(asv_cli_operand(&args, 2), "-");
    assert_null(asv_cli_operand(&args, 3));
    assert_int_equal(parse("--file="), ASV_OK);
    assert_string_equal(asv_cli_text(&args, "file"), "");
}

/* ST-007 */
static void what_people_type_is_in_one_form(void **state)
{
    (void)state;
    static const char composed[] = "M\xc3\xbcller", decomposed[] = "Mu\xcc\x88ller";
    assert_int_equal(parse("--file", decomposed, "--who", decomposed, decomposed), ASV_OK);
    assert_string_equal(asv_cli_text(&args, "who"), composed);
    assert_string_equal(asv_cli_text(&args, "file"), decomposed); /* a path is what it is */
    assert_string_equal(asv_cli_operand(&args, 0), decomposed);
    assert_int_equal(asv_cli_args_normal(&args, &err), ASV_OK);
    assert_string_equal(asv_cli_operand(&args, 0), composed);
    assert_int_equal(parse("--file", "a", "--who", composed, composed), ASV_OK);
    assert_int_equal(asv_cli_args_normal(&args, &err), ASV_OK);
    assert_string_equal(asv_cli_text(&args, "who"), composed);
    assert_string_equal(asv_cli_operand(&args, 0), composed);
    assert_int_equal(parse("--file", "a", "--who", "n\xcc\x88"), ASV_OK); /* there is no such one character */
    assert_string_equal(asv_cli_text(&args, "who"), "n\xcc\x88");
    assert_int_equal(parse("--file", "a", "--who", "\xff"), ASV_OK); /* no UTF-8: whoever takes it says so */
    assert_string_equal(asv_cli_text(&args, "who"), "\xff");
    asv_cli_args_clear(&args);
}

static void what_is_wrong_with_options_is_said(void **state)
{
    (void)state;
    assert_int_equal(parse("x"), ASV_E_USAGE);
    assert_string_equal(err.text, "--file FILE is missing; see --help");
    assert_int_equal(parse("--file"), ASV_E_USAGE);
    assert_string_equal(err.text, "--file needs a value: --file FILE");
    assert_int_equal(parse("--file", "a", "--file", "b"), ASV_E_USAGE);
    assert_string_equal(err.text, "--file was given twice");
    assert_int_equal(parse("--file", "a", "--json=yes"), ASV_E_USAGE);
    assert_string_equal(err.text, "--json takes no value");
    assert_int_equal(parse("--file", "a", "--nonsense=1"), ASV_E_USAGE);
    assert_string_equal(err.text, "there is no option --nonsense here; see --help");
    assert_int_equal(parse("--fil", "a"), ASV_E_USAGE);
    assert_int_equal(parse("-f", "a"), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "written out"));
    assert_int_equal(parse("--help"), ASV_OK); /* nothing else is required then */
    assert_true(asv_cli_flag(&args, "help"));
}

static void numbers_are_checked(void **state)
{
    (void)state;
    static const char *const wrong[] = {"0", "101", "", "-1", "+1", " 1", "1x", "0x1", "99999999999999999999",
                                        "1K"};
    assert_int_equal(parse("--file", "a", "--count", "100"), ASV_OK);
    assert_true(asv_cli_number(&args, "count", 7) == 100);
    assert_true(asv_cli_number(&args, "rate", 7) == 7);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(parse("--file", "a", "--count", wrong[i]), ASV_E_USAGE);
        assert_non_null(strstr(err.text, "from 1 to 100"));
    }
    assert_int_equal(parse("--file", "a", "--rate", "20M"), ASV_OK);
    assert_true(asv_cli_number(&args, "rate", 0) == 20u << 20);
    assert_int_equal(parse("--file", "a", "--rate", "18446744073709551615K"), ASV_E_USAGE);
    assert_int_equal(parse("--file", "a", "--rate", "1MB"), ASV_E_USAGE);
}

static void dates_and_labels_are_checked(void **state)
{
    (void)state;
    static const char *const no_dates[] = {"2026-02-29",  "2026-2-1", "20260201",
                                           "2026-02-01x", "",         "2026/02/01"};
    char label[66];
    assert_int_equal(parse("--file", "a", "--day", "2028-02-29"), ASV_OK);
    assert_true(asv_cli_number(&args, "day", 0) == 20280229);
    for (size_t i = 0; i < sizeof no_dates / sizeof *no_dates; i++) {
        assert_int_equal(parse("--file", "a", "--day", no_dates[i]), ASV_E_USAGE);
    }
    memset(label, 'n', sizeof label);
    label[64] = '\0';
    assert_int_equal(parse("--file", "a", "--name", label), ASV_OK);
    label[64] = 'n';
    label[65] = '\0';
    assert_int_equal(parse("--file", "a", "--name", label), ASV_E_USAGE);
    assert_int_equal(parse("--file", "a", "--name", ""), ASV_E_USAGE);
    assert_int_equal(parse("--file", "a", "--name", "Stadt D\xc3\xbcren"), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "umlauts"));
}

static void values_read_well(void **state)
{
    (void)state;
    char out[ASV_TEXT_BYTES];
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    assert_string_equal(asv_text_time(out, INT64_C(1795408640123)), "2026-11-23 05:37:20");
    assert_string_equal(asv_text_time(out, ASV_TIME_UNKNOWN), "-");
    assert_string_equal(asv_text_instant(out, INT64_C(1795408640123)), "2026-11-23T04:37:20.123Z");
    assert_string_equal(asv_text_instant(out, -1), "1969-12-31T23:59:59.999Z");
    assert_string_equal(asv_text_date(out, 20261123), "2026-11-23");
    assert_string_equal(asv_text_date(out, 0), "-");
    assert_string_equal(asv_text_bytes(out, 0), "0 B");
    assert_string_equal(asv_text_bytes(out, 1023), "1023 B");
    assert_string_equal(asv_text_bytes(out, 1536), "1.5 KiB");
    assert_string_equal(asv_text_bytes(out, UINT64_MAX), "16384.0 PiB");
    assert_string_equal(asv_text_duration(out, 62000), "1:02");
    assert_string_equal(asv_text_duration(out, 3723999), "1:02:03");
    assert_string_equal(asv_text_duration(out, -1), "-");
}

static size_t printed(struct asv_table *table, char *out, size_t size)
{
    FILE *file = fmemopen(out, size, "w");
    assert_non_null(file);
    assert_int_equal(asv_table_print(table, file, "nothing", NULL), ASV_OK);
    size_t len = (size_t)ftell(file);
    fclose(file);
    return len;
}

static void tables_are_aligned_and_say_when_they_are_empty(void **state)
{
    (void)state;
    static const char *const columns[] = {"NAME", ">SIZE", "STATE"};
    char out[512];
    struct asv_table table = {.column_count = 3, .columns = columns};
    printed(&table, out, sizeof out);
    assert_string_equal(out, "nothing\n");
    asv_table_add(&table, "K\xc3\xb6ln");
    asv_table_add(&table, "1 B");
    asv_table_add(&table, "sealed");
    asv_table_add(&table, "A longer one");
    asv_table_add(&table, "12345 B");
    asv_table_add(&table, "");
    printed(&table, out, sizeof out);
    assert_string_equal(out, "NAME             SIZE  STATE\n"
                             "K\xc3\xb6ln              1 B  sealed\n"
                             "A longer one  12345 B  \n");
}

static void no_value_speaks_to_the_terminal(void **state)
{
    (void)state;
    char out[64];
    FILE *file = fmemopen(out, sizeof out, "w");
    assert_non_null(file);
    asv_text_print(file, "a\x1b[2Jb\nc\x7f"
                         "d\xc2\x9b"
                         "e\xc3\xa4");
    fclose(file);
    assert_string_equal(out, "a?[2Jb?c?d?e\xc3\xa4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read_in_every_form),
        cmocka_unit_test(what_people_type_is_in_one_form),
        cmocka_unit_test(what_is_wrong_with_options_is_said),
        cmocka_unit_test(numbers_are_checked),
        cmocka_unit_test(dates_and_labels_are_checked),
        cmocka_unit_test(values_read_well),
        cmocka_unit_test(tables_are_aligned_and_say_when_they_are_empty),
        cmocka_unit_test(no_value_speaks_to_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
