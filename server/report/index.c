/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Inhaltsverzeichnis: every file of the hand-over, with its digest. The message has no field for digests (LAW
 * H7), so this document, which is signed, is where they stand. */
#include <stdio.h>

#include "server/report/document.h"

#define FIRST_ROWS  60  /* points: a recording's title does not stand alone at the end of a page */
#define NAMES_BYTES 512 /* a file's and its signature's */

static void say_documents(struct asv_sheet *sheet, const struct asv_report *report)
{
    char number[ASV_NUMBER_BYTES];
    const struct asv_words *words = report->words;
    const struct asv_column columns[] = {
        {words->number, 5}, {words->index.title, 30}, {words->index.file, 45}, {words->index.signature, 45}};
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->index.documents);
    asv_sheet_table(sheet, columns, 4);
    for (unsigned i = 0; i <= ASV_DOCUMENTS; i++) {
        bool json = i == ASV_DOCUMENTS;
        const json_t *entry =
            asv_facts_document(report->facts, json ? "facts" : asv_document_name((enum asv_document)i));
        const struct asv_cell cells[] = {{asv_number_text(number, i + 1), ASV_STYLE_SMALL},
                                         {json ? words->facts_title : words->documents[i], ASV_STYLE_SMALL},
                                         {asv_fact_text(entry, "name"), ASV_STYLE_SMALL},
                                         {asv_fact_text(entry, "signature"), ASV_STYLE_SMALL}};
        asv_sheet_row(sheet, cells);
    }
    asv_sheet_table_end(sheet);
}

/* Its signature's name is below its own. */
static void say_file(struct asv_sheet *sheet, const char *number, const char *title, const json_t *file)
{
    char bytes[ASV_NUMBER_BYTES], names[NAMES_BYTES];
    const char *signature = asv_fact_text(file, "signature");
    if (file != NULL) {
        (void)snprintf(names, sizeof names, "%s%s%s", asv_fact_text(file, "name"),
                       signature != NULL ? "\n" : "", signature != NULL ? signature : "");
        const struct asv_cell cells[] = {
            {number, ASV_STYLE_SMALL},
            {title, ASV_STYLE_SMALL},
            {names, ASV_STYLE_SMALL},
            {asv_number_text(bytes, asv_fact_integer(file, "bytes")), ASV_STYLE_SMALL},
            {asv_fact_text(file, "sha256"), ASV_STYLE_CODE}};
        asv_sheet_row(sheet, cells);
    }
}

static void say_recording(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip,
                          size_t index)
{
    char number[ASV_NUMBER_BYTES], begin[ASV_MOMENT_BYTES], sentence[ASV_SENTENCE_BYTES];
    const struct asv_words *words = report->words;
    const char *const values[] = {asv_fact_text(clip, "camera_name"), asv_clip_begin(begin, clip),
                                  asv_fact_text(clip, "clip"), NULL};
    const struct asv_cell cells[] = {
        {asv_number_text(number, (int64_t)index + 1), ASV_STYLE_SMALL_BOLD},
        {NULL, ASV_STYLE_SMALL},
        {asv_sentence(sentence, words->index.recording, values), ASV_STYLE_SMALL_BOLD},
        {NULL, ASV_STYLE_SMALL},
        {NULL, ASV_STYLE_SMALL}};
    asv_sheet_need(sheet, FIRST_ROWS);
    asv_sheet_row(sheet, cells);
    say_file(sheet, number, words->index.playable, json_object_get(clip, "playable"));
    say_file(sheet, number, words->index.excerpt, json_object_get(clip, "excerpt"));
    say_file(sheet, number, words->index.sealed, json_object_get(clip, "sealed"));
    say_file(sheet, number, words->index.seal, json_object_get(clip, "seal"));
}

static void say_others(struct asv_sheet *sheet, const struct asv_report *report,
                       const struct asv_column *columns, size_t count)
{
    char number[ASV_NUMBER_BYTES];
    size_t i = 0;
    json_t *file = NULL;
    const json_t *files = json_object_get(report->facts, "files");
    if (json_array_size(files) == 0) {
        return;
    }
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, report->words->index.others);
    asv_sheet_table(sheet, columns, count);
    json_array_foreach(files, i, file)
    {
        say_file(sheet, asv_number_text(number, (int64_t)i + 1), asv_fact_text(file, "title"), file);
    }
    asv_sheet_table_end(sheet);
}

void asv_build_index(struct asv_sheet *sheet, const void *context)
{
    const struct asv_report *report = context;
    const struct asv_words *words = report->words;
    const struct asv_column columns[] = {{words->number, 5},
                                         {words->index.title, 25},
                                         {words->index.file, 50},
                                         {words->index.size, 13},
                                         {words->index.digest, 32}};
    size_t i = 0;
    json_t *clip = NULL;
    asv_sheet_heading(sheet, ASV_STYLE_TITLE, words->documents[ASV_DOCUMENT_INDEX]);
    asv_sheet_text(sheet, ASV_STYLE_BODY, words->index.intro);
    asv_sheet_text(sheet, ASV_STYLE_BODY,
                   asv_is_carrier(report) ? words->index.more_carrier : words->index.more_filing);
    say_documents(sheet, report);
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->index.recordings);
    asv_sheet_table(sheet, columns, 5);
    json_array_foreach(json_object_get(report->facts, "clips"), i, clip)
    {
        say_recording(sheet, report, clip, i);
    }
    asv_sheet_table_end(sheet);
    say_others(sheet, report, columns, 5);
    asv_say_form(sheet, report);
}
