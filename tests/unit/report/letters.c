/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * HD-003, HD-004, HD-006: letters, times and texts of the documents. */
#include "server/report/letters.h"

#include <string.h>

#include "server/report/moment.h"
#include "server/report/words.h"
#include "tests/unit/test.h"

static uint32_t bad(const char *text, enum asv_letters letters)
{
    return asv_letters_bad((struct asv_bytes){(const uint8_t *)text, strlen(text)}, letters);
}

static void HD_003_what_deceives_a_reader_is_found(void **state)
{
    (void)state;
    assert_int_equal(bad("Jörg Öztürk, Łódź, Ђорђе, Αθήνα: „so“ – 5 €", ASV_LETTERS_DOCUMENT), 0);
    assert_int_equal(bad("a\x1b[2J", ASV_LETTERS_DOCUMENT), 0x1b);
    assert_int_equal(bad("a\nb", ASV_LETTERS_DOCUMENT), '\n');
    assert_int_equal(bad("a\x7f", ASV_LETTERS_DOCUMENT), 0x7f);
    assert_int_equal(bad("a\xc2\x85", ASV_LETTERS_DOCUMENT), 0x85);
    assert_int_equal(bad("fdp.\u202e4pm", ASV_LETTERS_DOCUMENT), 0x202e); /* shows as mp4.pdf */
    assert_int_equal(bad("a\u200f", ASV_LETTERS_DOCUMENT), 0x200f);
    assert_int_equal(bad("a\u2066b", ASV_LETTERS_DOCUMENT), 0x2066);
    assert_int_equal(bad("a\u200bb", ASV_LETTERS_DOCUMENT), 0x200b);
    assert_int_equal(bad("a\u00adb", ASV_LETTERS_DOCUMENT), 0xad);
    assert_int_equal(bad("a\u2028b", ASV_LETTERS_DOCUMENT), 0x2028);
    assert_int_equal(bad("\ufeff", ASV_LETTERS_DOCUMENT), 0xfeff);
    assert_int_equal(bad("\u05d0", ASV_LETTERS_DOCUMENT), 0x5d0);
    assert_int_equal(bad("a\xed\xa0\x80", ASV_LETTERS_DOCUMENT), UINT32_MAX);
    assert_int_equal(asv_letters_bad((struct asv_bytes){(const uint8_t *)"a\0", 2}, ASV_LETTERS_DOCUMENT),
                     UINT32_MAX);
}

static void HD_003_marks_stand_on_letters(void **state)
{
    (void)state;
    assert_int_equal(bad("a\u0304\u0301", ASV_LETTERS_DOCUMENT), 0);
    assert_int_equal(bad("a\u0304\u0301\u0302", ASV_LETTERS_DOCUMENT), 0x302);
    assert_int_equal(bad("\u0301a", ASV_LETTERS_DOCUMENT), 0x301);
}

static void HD_004_the_message_has_fewer_letters(void **state)
{
    (void)state;
    assert_int_equal(bad("Bürger- und Ordnungsamt, Łódź", ASV_LETTERS_MESSAGE), 0);
    assert_int_equal(bad("63–65", ASV_LETTERS_MESSAGE), 0x2013);
    assert_int_equal(bad("Αθήνα", ASV_LETTERS_MESSAGE), 0x391);
    const char *const own[] = {asv_words_de.message.playable, asv_words_de.message.excerpt,
                               asv_words_de.message.sealed,   asv_words_de.message.seal,
                               asv_words_de.facts_title,      asv_words_de.documents[0],
                               asv_words_de.documents[1],     asv_words_de.documents[2],
                               asv_words_de.documents[3],     asv_words_de.documents[4]};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        assert_int_equal(bad(own[i], ASV_LETTERS_MESSAGE), 0);
    }
}

static void times_are_those_of_the_place(void **state)
{
    (void)state;
    char out[ASV_MOMENT_BYTES];
    int64_t ms = 0;
    assert_true(asv_moment_read("2026-10-25T00:59:59.999Z", &ms));
    assert_string_equal(asv_moment_text(out, ms), "25.10.2026, 02:59:59 MESZ");
    assert_string_equal(asv_moment_text(out, ms + 1), "25.10.2026, 02:00:00 MEZ"); /* the hour comes twice */
    assert_string_equal(asv_moment_clock(out, ms, ms + 1), "25.10.2026, 02:59:59 MESZ");
    assert_string_equal(asv_moment_clock(out, ms, ms - 1000), "02:59:59");
    assert_string_equal(asv_moment_span(out, 3723250), "1:02:03,250");
    assert_string_equal(asv_moment_seconds(out, -1250), "1,250");
    static const char *const wrong[] = {"2026-02-29T00:00:00.000Z", "2026-10-25T24:00:00.000Z",
                                        "2026-10-25T00:00:60.000Z", "2026-10-25T00:00:00.000",
                                        "2026-10-25 00:00:00.000Z", "2026-13-25T00:00:00.000Z"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(asv_moment_read(wrong[i], &ms));
    }
    assert_false(asv_moment_read(NULL, &ms));
}

static void HD_006_no_text_is_forgotten(void **state)
{
    (void)state;
    const char *const *texts = (const char *const *)(const void *)&asv_words_de;
    for (size_t i = 0; i < sizeof asv_words_de / sizeof *texts; i++) {
        if (texts[i] == NULL) {
            fail_msg("text %zu of %zu is missing", i, sizeof asv_words_de / sizeof *texts);
        }
    }
    char out[ASV_SENTENCE_BYTES];
    const char *const values[] = {"{}", "b", NULL};
    assert_string_equal(asv_sentence(out, "x {} y {} z {}", values), "x {} y b z {}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(HD_003_what_deceives_a_reader_is_found),
        cmocka_unit_test(HD_003_marks_stand_on_letters),
        cmocka_unit_test(HD_004_the_message_has_fewer_letters),
        cmocka_unit_test(times_are_those_of_the_place),
        cmocka_unit_test(HD_006_no_text_is_forgotten),
    };
    (void)setenv("TZ", "Europe/Berlin", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
