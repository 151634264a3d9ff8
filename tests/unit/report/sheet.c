/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * HD-003, HD-007: what the fonts have, and the same bytes each time. */
#include "server/report/sheet.h"

#include <stdio.h>
#include <string.h>

#include "server/report/letters.h"
#include "tests/unit/test.h"

static struct asv_sheet_job job_of(void (*build)(struct asv_sheet *, const void *), const void *context)
{
    return (struct asv_sheet_job){.title = "Prüfung",
                                  .subject = "Vorgang",
                                  .author = "Amt",
                                  .footer = "Fuß",
                                  .page = "Seite",
                                  .of = "von",
                                  .made_at = "2026-11-29T11:30:00Z",
                                  .build = build,
                                  .context = context};
}

static struct asv_fonts *fonts;

static enum asv_status run(const struct asv_sheet_job *job, unsigned char **pdf, size_t *len)
{
    struct asv_err err = {0};
    enum asv_status status = asv_sheet_run(job, fonts, pdf, len, &err);
    if (status != ASV_OK) {
        print_message("%s\n", err.text);
    }
    return status;
}

static size_t encode(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xc0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | point >> 12);
    out[1] = (char)(0x80 | (point >> 6 & 0x3f));
    out[2] = (char)(0x80 | (point & 0x3f));
    return 3;
}

/* Each letter that may stand in a document, a combining one on an "o". */
static void build_letters(struct asv_sheet *sheet, const void *context)
{
    (void)context;
    for (uint32_t point = 1; point < 0x10000; point++) {
        char text[8] = "o";
        if (point >= 0xd800 && point < 0xe000) {
            continue;
        }
        text[1 + encode(point, text + 1)] = '\0';
        if (asv_letters_bad((struct asv_bytes){(const uint8_t *)text, strlen(text)}, ASV_LETTERS_DOCUMENT) ==
            0) {
            asv_sheet_text(sheet, ASV_STYLE_SMALL, text);
            asv_sheet_text(sheet, ASV_STYLE_SMALL_BOLD, text);
        }
    }
}

static void HD_003_each_letter_has_a_form(void **state)
{
    (void)state;
    unsigned char *pdf = NULL;
    size_t len = 0;
    const struct asv_sheet_job job = job_of(build_letters, NULL);
    assert_int_equal(run(&job, &pdf, &len), ASV_OK);
    free(pdf);
}

static void build_unknown(struct asv_sheet *sheet, const void *context)
{
    asv_sheet_text(sheet, ASV_STYLE_BODY, context);
}

static void HD_003_a_letter_without_form_is_refused(void **state)
{
    (void)state;
    unsigned char *pdf = NULL;
    size_t len = 0;
    const struct asv_sheet_job job = job_of(build_unknown, "\u4e2d");
    assert_int_equal(run(&job, &pdf, &len), ASV_E_UNSUPPORTED);
    assert_null(pdf);
}

static void HD_007_the_same_gives_the_same_bytes(void **state)
{
    (void)state;
    unsigned char *first = NULL, *second = NULL;
    size_t first_len = 0, second_len = 0;
    const struct asv_sheet_job job = job_of(build_unknown, "Größe");
    assert_int_equal(run(&job, &first, &first_len), ASV_OK);
    assert_int_equal(run(&job, &second, &second_len), ASV_OK);
    assert_int_equal(first_len, second_len);
    assert_memory_equal(first, second, first_len);
    free(first);
    free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(HD_003_each_letter_has_a_form),
        cmocka_unit_test(HD_003_a_letter_without_form_is_refused),
        cmocka_unit_test(HD_007_the_same_gives_the_same_bytes),
    };
    struct asv_err err = {0};
    if (asv_fonts_open(&fonts, &err) != ASV_OK) {
        print_error("%s\n", err.text);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    asv_fonts_close(fonts);
    return failed;
}
