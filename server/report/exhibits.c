/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Asservatenliste (LAW H11): running number, designation, quantity, origin, date, storing authority, reason.
 */
#include <stdio.h>

#include "server/report/document.h"

#define CELL_BYTES 2048 /* of a designation, or of an origin with its four texts */

static void designation(char *out, const struct asv_report *report, const json_t *clip)
{
    char begin[ASV_MOMENT_BYTES], whole[ASV_MOMENT_BYTES], part[ASV_MOMENT_BYTES];
    char what[ASV_SENTENCE_BYTES], original[ASV_SENTENCE_BYTES];
    const json_t *excerpt = json_object_get(clip, "excerpt");
    bool whole_plays = json_object_get(clip, "playable") != NULL;
    const char *const id[] = {asv_fact_text(clip, "clip"), NULL};
    const char *const all[] = {asv_clip_begin(begin, clip), whole, NULL};
    const char *const some[] = {begin, part, whole, NULL};
    (void)asv_moment_span(whole, asv_fact_integer(clip, "duration_ms"));
    (void)asv_moment_span(part, asv_fact_integer(excerpt, "until_ms") - asv_fact_integer(excerpt, "from_ms"));
    (void)asv_sentence(what,
                       asv_clip_original_stays(clip) ? report->words->exhibits.excerpt_only
                       : excerpt != NULL             ? report->words->exhibits.excerpt
                       : whole_plays                 ? report->words->exhibits.whole
                                                     : report->words->exhibits.sealed_alone,
                       excerpt != NULL ? some : all);
    (void)asv_sentence(original, report->words->exhibits.original, id);
    (void)snprintf(out, CELL_BYTES, "%.900s\n%.900s", what, original);
}

static void say_exhibit(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip,
                        size_t index)
{
    char number[ASV_NUMBER_BYTES], name[CELL_BYTES], date[ASV_MOMENT_BYTES], files[ASV_NUMBER_BYTES];
    char quantity[ASV_SENTENCE_BYTES], origin[ASV_SENTENCE_BYTES], keeper[CELL_BYTES];
    const struct asv_words *words = report->words;
    const json_t *agency = json_object_get(report->facts, "agency");
    const json_t *incident = json_object_get(report->facts, "incident");
    const char *office = asv_fact_text(agency, "office");
    const char *const device[] = {asv_fact_text(clip, "camera_name"), asv_fact_text(clip, "model"),
                                  asv_fact_text(clip, "device_serial"), asv_fact_text(clip, "dock_name"),
                                  NULL};
    bool plays = json_object_get(clip, "playable") != NULL || json_object_get(clip, "excerpt") != NULL;
    int64_t count = (plays ? 1 : 0) + (asv_clip_original_stays(clip) ? 0 : 1) + 1; /* the last: the seal */
    const char *const counted[] = {asv_number_text(files, count), NULL};
    designation(name, report, clip);
    (void)snprintf(keeper, sizeof keeper, "%s%s%s", asv_fact_text(agency, "name"), office != NULL ? ", " : "",
                   office != NULL ? office : "");
    const struct asv_cell cells[] = {
        {asv_number_text(number, (int64_t)index + 1), ASV_STYLE_SMALL},
        {name, ASV_STYLE_SMALL},
        {asv_sentence(quantity, words->exhibits.one_file, counted), ASV_STYLE_SMALL},
        {asv_sentence(origin, words->exhibits.from_camera, device), ASV_STYLE_SMALL},
        {asv_moment_text(date, asv_fact_ms(clip, "committed_at")), ASV_STYLE_SMALL},
        {keeper, ASV_STYLE_SMALL},
        {asv_word(words->causes, asv_fact_text(incident, "cause")), ASV_STYLE_SMALL}};
    asv_sheet_row(sheet, cells);
}

void asv_build_exhibits(struct asv_sheet *sheet, const void *context)
{
    const struct asv_report *report = context;
    const struct asv_words *words = report->words;
    const json_t *incident = json_object_get(report->facts, "incident");
    const char *prosecutor = asv_fact_text(incident, "prosecutor");
    const struct asv_column columns[] = {
        {words->exhibits.number, 6},  {words->exhibits.name, 34}, {words->exhibits.quantity, 15},
        {words->exhibits.origin, 28}, {words->exhibits.date, 16}, {words->exhibits.keeper, 20},
        {words->exhibits.reason, 22},
    };
    size_t i = 0;
    json_t *clip = NULL;
    asv_sheet_heading(sheet, ASV_STYLE_TITLE, words->documents[ASV_DOCUMENT_EXHIBITS]);
    asv_sheet_pair(sheet, words->case_number, asv_fact_text(incident, "case_number"), ASV_STYLE_BODY);
    asv_sheet_pair(sheet, words->prosecutor, prosecutor != NULL ? prosecutor : words->unknown_yet,
                   ASV_STYLE_BODY);
    asv_sheet_pair(sheet, words->offence, asv_fact_text(incident, "offence"), ASV_STYLE_BODY);
    asv_sheet_space(sheet, 4);
    asv_sheet_text(sheet, ASV_STYLE_BODY, words->exhibits.intro);
    asv_sheet_table(sheet, columns, 7);
    json_array_foreach(json_object_get(report->facts, "clips"), i, clip)
    {
        say_exhibit(sheet, report, clip, i);
    }
    asv_sheet_table_end(sheet);
    asv_say_form(sheet, report);
}
