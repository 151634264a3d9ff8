/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Reports on the ledger: texts from elsewhere, and words for people who read German. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/ledger/kind.h"
#include "server/verify/ledger_say.h"
#include "server/verify/ledger_say_value.h"
#include "tests/unit/test.h"

static void every_kind_and_field_has_a_german_name(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind <= UINT16_MAX; kind++) {
        const char *name = asv_ledger_kind_name((uint16_t)kind);
        const char *german = asv_say_kind_name(ASV_LANGUAGE_DE, (uint16_t)kind);
        assert_ptr_equal(asv_say_kind_name(ASV_LANGUAGE_EN, (uint16_t)kind), name);
        assert_int_equal(german != NULL, name != NULL);
        if (name != NULL && german == name) {
            fail_msg("%s has no German name", name);
        }
    }
    for (unsigned tag = 0; tag <= UINT8_MAX; tag++) {
        const char *name = asv_ledger_tag_name((uint8_t)tag);
        const char *german = asv_say_tag_name(ASV_LANGUAGE_DE, (uint8_t)tag);
        assert_ptr_equal(asv_say_tag_name(ASV_LANGUAGE_EN, (uint8_t)tag), name);
        assert_int_equal(german != NULL, name != NULL);
        if (name != NULL && german == name) {
            fail_msg("%s has no German name", name);
        }
    }
}

static void check_text(const char *in, const char *plain, const char *json)
{
    for (int i = 0; i < 2; i++) {
        char *out = NULL;
        size_t len = 0;
        FILE *stream = open_memstream(&out, &len);
        assert_non_null(stream);
        asv_print_text(stream, (struct asv_bytes){(const uint8_t *)in, strlen(in)}, i == 1);
        assert_int_equal(fclose(stream), 0);
        assert_string_equal(out, i == 1 ? json : plain);
        free(out);
    }
}

static void text_from_elsewhere_is_harmless(void **state)
{
    (void)state;
    check_text("M\xc3\xbcller \xe2\x80\x9eX\xe2\x80\x9c", "M\xc3\xbcller \xe2\x80\x9eX\xe2\x80\x9c",
               "M\xc3\xbcller \xe2\x80\x9eX\xe2\x80\x9c");
    check_text("a\x1b[2J\x7f\n", "a?[2J??", "a?[2J??");
    check_text("\xc2\x9b"
               "2J",
               "?2J", "?2J");
    check_text("a\xe2\x80\xae"
               "b\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8f",
               "a?b????", "a?b????");
    check_text("\xe2\x80\xa9\xe2\x81\xa5\xc2\xa0", "\xe2\x80\xa9\xe2\x81\xa5\xc2\xa0",
               "\xe2\x80\xa9\xe2\x81\xa5\xc2\xa0");
    check_text("\"\\", "\"\\", "\\\"\\\\");
    check_text("\xe2\x80", "??", "??");
}

static void a_claim_says_its_times_to_the_millisecond(void **state)
{
    const struct asv_claim claim = {.kind = ASV_CLAIM_TIME, .from = 1250, .until = 1999};
    (void)state;
    for (int language = ASV_LANGUAGE_EN; language <= ASV_LANGUAGE_DE; language++) {
        struct asv_ledger_say say = {.language = (enum asv_language)language};
        char *text = NULL;
        size_t len = 0;
        say.out = open_memstream(&text, &len);
        assert_non_null(say.out);
        asv_say_claim(&say, &claim, 3);
        assert_int_equal(fclose(say.out), 0);
        assert_non_null(strstr(text, "1970-01-01T00:00:01.250Z"));
        assert_non_null(strstr(text, "1970-01-01T00:00:01.999Z"));
        assert_non_null(
            strstr(text, language == ASV_LANGUAGE_DE ? "anderen Zertifikat" : "another certificate"));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_and_field_has_a_german_name),
        cmocka_unit_test(text_from_elsewhere_is_harmless),
        cmocka_unit_test(a_claim_says_its_times_to_the_millisecond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
