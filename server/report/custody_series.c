/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* That none of a camera's recordings is left out, and how far that is shown. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/report/custody.h"

#define NUMBER_BYTES 24 /* a running number, as it stands elsewhere: without points */

static const char *running(char out[NUMBER_BYTES], const json_t *number)
{
    (void)snprintf(out, NUMBER_BYTES, "%" PRId64, asv_fact_integer(number, "number"));
    return out;
}

/* What became of it; of one that is handed over which it is here. */
static const char *fate_of(char out[ASV_SENTENCE_BYTES], const struct asv_report *report,
                           const json_t *number)
{
    char clip[ASV_NUMBER_BYTES], text[ASV_SENTENCE_BYTES];
    const struct asv_words *words = report->words;
    const char *fate = asv_word(words->fates, asv_fact_text(number, "fate"));
    const char *const values[] = {asv_number_text(clip, asv_fact_integer(number, "clip")), NULL};
    (void)snprintf(out, ASV_SENTENCE_BYTES, "%s%s%s", asv_sentence(text, fate, values),
                   json_is_true(json_object_get(number, "linked")) ? "" : words->series.unlinked,
                   json_is_true(json_object_get(number, "twice")) ? words->series.twice : "");
    return out;
}

static void say_numbers(struct asv_sheet *sheet, const struct asv_report *report, const json_t *numbers)
{
    size_t i = 0;
    json_t *number = NULL;
    const struct asv_words *words = report->words;
    const struct asv_column columns[] = {
        {words->number, 10}, {words->custody.begin, 30}, {words->series.end, 30}, {words->series.fate, 42}};
    asv_sheet_table(sheet, columns, 4);
    json_array_foreach(numbers, i, number)
    {
        char text[NUMBER_BYTES], from[ASV_MOMENT_BYTES], until[ASV_MOMENT_BYTES], fate[ASV_SENTENCE_BYTES];
        bool timed = asv_fact_text(number, "started_at") != NULL && asv_fact_text(number, "ended_at") != NULL;
        const struct asv_cell cells[] = {
            {running(text, number), ASV_STYLE_SMALL},
            {timed ? asv_moment_text(from, asv_fact_ms(number, "started_at")) : NULL, ASV_STYLE_SMALL},
            {timed ? asv_moment_text(until, asv_fact_ms(number, "ended_at")) : NULL, ASV_STYLE_SMALL},
            {fate_of(fate, report, number),
             json_object_get(number, "clip") != NULL ? ASV_STYLE_SMALL_BOLD : ASV_STYLE_SMALL}};
        asv_sheet_row(sheet, cells);
    }
    asv_sheet_table_end(sheet);
}

static void say_one(struct asv_sheet *sheet, const struct asv_report *report, const json_t *series)
{
    char title[ASV_SENTENCE_BYTES], from[ASV_MOMENT_BYTES], until[ASV_MOMENT_BYTES];
    char first[NUMBER_BYTES], last[NUMBER_BYTES];
    const struct asv_words *words = report->words;
    const json_t *numbers = json_object_get(series, "numbers");
    (void)asv_moment_text(from, asv_fact_ms(series, "from_at"));
    (void)asv_moment_text(until, asv_fact_ms(series, "until_at"));
    const char *const of[] = {asv_fact_text(series, "camera_name"), from, until, NULL};
    const char *const row[] = {running(first, json_array_get(numbers, 0)),
                               running(last, json_array_get(numbers, json_array_size(numbers) - 1)), NULL};
    asv_sheet_heading(sheet, ASV_STYLE_SUBHEADING, asv_sentence(title, words->series.of, of));
    asv_say(sheet, ASV_STYLE_BODY,
            json_is_true(json_object_get(series, "gapless")) ? words->series.gapless : words->series.gaps,
            row);
    asv_sheet_text(sheet, ASV_STYLE_BODY, asv_word(words->lacks, asv_fact_text(series, "time")));
    say_numbers(sheet, report, numbers);
}

/* HD-019 */
void asv_say_series(struct asv_sheet *sheet, const struct asv_report *report)
{
    size_t i = 0;
    json_t *one = NULL;
    const struct asv_words *words = report->words;
    const json_t *series = json_object_get(report->facts, "series");
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->series.title);
    asv_sheet_text(sheet, ASV_STYLE_BODY,
                   json_array_size(series) > 0 ? words->series.text : words->series.none);
    json_array_foreach(series, i, one)
    {
        say_one(sheet, report, one);
    }
}
