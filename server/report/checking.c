/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Prüfanleitung: how the hand-over is checked with programs that are not ours, with the names of its own
 * files. */
#include <stdio.h>
#include <string.h>

#include "server/report/document.h"

#define COMMAND_BYTES 4096
#define QUOTED_BYTES  1024              /* a name of 240 bytes, each a quotation mark */
#define UNPACKED      "uebergabe/data/" /* of a carrier */
#define FILED         "UEBERGABE/"

struct value {
    const char *key;
    char text[QUOTED_BYTES];
};

/* As a shell reads it: as it is, or between single quotation marks. */
static void quote(const char *name, char *out)
{
    size_t used = 0;
    bool plain =
        name[0] != '-' &&
        name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/+")] == '\0';
    out[used++] = '\'';
    for (; *name != '\0' && used + 6 < QUOTED_BYTES; name++) {
        if (*name == '\'') {
            memcpy(out + used, "'\\'", 3);
            used += 3;
        }
        out[used++] = *name;
    }
    out[used++] = '\'';
    out[used] = '\0';
    if (plain) {
        memmove(out, out + 1, used - 2);
        out[used - 2] = '\0';
    }
}

/* The command with {key} replaced by the value of that name. */
static void fill(const char *command, const struct value *values, size_t count, char *out)
{
    size_t used = 0;
    while (*command != '\0' && used + QUOTED_BYTES + 1 < COMMAND_BYTES) {
        bool found = false;
        for (size_t i = 0; i < count && !found; i++) {
            size_t len = strlen(values[i].key);
            found = strncmp(command, values[i].key, len) == 0;
            if (found) {
                used += (size_t)snprintf(out + used, QUOTED_BYTES, "%s", values[i].text);
                command += len;
            }
        }
        if (!found) {
            out[used++] = *command++;
        }
    }
    out[used] = '\0';
}

/* As a shell finds the file from where the hand-over lies. */
static void quote_file(const struct asv_report *report, const char *name, char *out)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s%s", asv_is_carrier(report) ? UNPACKED : FILED, name);
    quote(path, out);
}

/* The first recording of which all can be played; or the first whose original goes; or the first one. */
static const json_t *example(const json_t *facts)
{
    size_t i = 0;
    json_t *clip = NULL;
    const json_t *first = NULL;
    json_array_foreach(json_object_get(facts, "clips"), i, clip)
    {
        if (json_object_get(clip, "playable") != NULL) {
            return clip;
        }
        first = first == NULL && !asv_clip_original_stays(clip) ? clip : first;
    }
    return first != NULL ? first : json_array_get(json_object_get(facts, "clips"), 0);
}

/* HD-016: the step is for this output, and the hand-over has what it needs. */
static bool is_taken(const struct asv_report *report, const struct asv_step *step, const json_t *clip)
{
    bool opens =
        json_array_size(json_object_get(report->facts, "recipients")) > 0 && !asv_clip_original_stays(clip);
    bool parts = json_object_get(report->facts, "part") != NULL;
    if (step->needs == ASV_STEP_PARTS) {
        return parts;
    }
    return (step->output == NULL || strcmp(step->output, asv_fact_text(report->facts, "output")) == 0) &&
           (step->needs == ASV_STEP_ANY || opens) &&
           (step->needs != ASV_STEP_COMPARES || json_object_get(clip, "playable") != NULL);
}

static void say_steps(struct asv_sheet *sheet, const struct asv_report *report)
{
    char command[COMMAND_BYTES], title[256];
    struct value values[] = {{.key = "{sealed}"},    {.key = "{playable}"},         {.key = "{document}"},
                             {.key = "{signature}"}, {.key = "{recording_digest}"}, {.key = "{agency}"},
                             {.key = "{handover}"},  {.key = "{recording}"},        {.key = "{received}"}};
    const json_t *clip = example(report->facts);
    const json_t *sealed = json_object_get(clip, "sealed"), *playable = json_object_get(clip, "playable");
    const json_t *letter = asv_facts_document(report->facts, "cover_letter");
    unsigned number = 0;
    const json_t *recording = sealed != NULL ? sealed : json_object_get(clip, "excerpt");
    quote_file(report, sealed != NULL ? asv_fact_text(sealed, "name") : "", values[0].text);
    quote_file(report, playable != NULL ? asv_fact_text(playable, "name") : "", values[1].text);
    quote_file(report, asv_fact_text(letter, "name"), values[2].text);
    quote_file(report, asv_fact_text(letter, "signature"), values[3].text);
    (void)snprintf(values[4].text, QUOTED_BYTES, "%s", asv_fact_text(recording, "sha256"));
    (void)snprintf(values[5].text, QUOTED_BYTES, "%s",
                   asv_fact_text(json_object_get(report->facts, "agency"), "agency"));
    (void)snprintf(values[6].text, QUOTED_BYTES, "%s",
                   asv_is_carrier(report) ? "UEBERGABE.zip" : "UEBERGABE");
    quote_file(report, asv_fact_text(recording, "name"), values[7].text);
    (void)snprintf(values[8].text, QUOTED_BYTES, "%s",
                   json_object_get(report->facts, "part") != NULL ? "Teile.txt" : values[6].text);
    for (const struct asv_step *step = report->words->steps; step->title != NULL; step++) {
        if (is_taken(report, step, clip)) {
            (void)snprintf(title, sizeof title, "%u. %s", ++number, step->title);
            asv_sheet_heading(sheet, ASV_STYLE_SUBHEADING, title);
            asv_sheet_text(sheet, ASV_STYLE_BODY, step->text);
            fill(step->command, values, sizeof values / sizeof *values, command);
            asv_sheet_text(sheet, ASV_STYLE_CODE, command);
        }
    }
}

static void say_meanings(struct asv_sheet *sheet, const struct asv_word *words, const struct asv_word *texts)
{
    for (; words->code != NULL; words++) {
        const struct asv_cell cells[] = {{words->code, ASV_STYLE_CODE},
                                         {words->text, ASV_STYLE_SMALL_BOLD},
                                         {asv_word(texts, words->code), ASV_STYLE_SMALL}};
        asv_sheet_row(sheet, cells);
    }
}

void asv_build_checking(struct asv_sheet *sheet, const void *context)
{
    const struct asv_report *report = context;
    const struct asv_words *words = report->words;
    char numbers[ASV_NUMBERS_BYTES], sentence[ASV_SENTENCE_BYTES];
    const char *const stay[] = {asv_clip_numbers(numbers, report, asv_clip_original_stays), NULL};
    const struct asv_column columns[] = {
        {words->checking.code, 18}, {words->checking.name, 26}, {words->checking.means, 60}};
    asv_sheet_heading(sheet, ASV_STYLE_TITLE, words->documents[ASV_DOCUMENT_CHECKING]);
    asv_sheet_text(sheet, ASV_STYLE_BODY, words->checking.intro);
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->checking.what);
    for (size_t i = 0; words->needs[i] != NULL; i++) {
        asv_sheet_item(sheet, "–", words->needs[i]);
    }
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->checking.steps);
    say_steps(sheet, report);
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->checking.meaning);
    asv_sheet_table(sheet, columns, 3);
    say_meanings(sheet, words->integrities, words->integrity_texts);
    say_meanings(sheet, words->provenances, words->provenance_texts);
    asv_sheet_table_end(sheet);
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->checking.not_said);
    asv_say_notes(sheet, report);
    if (stay[0] != NULL) { /* HO-083 */
        asv_sheet_item(sheet, "–", asv_sentence(sentence, words->checking.stays, stay));
    }
    asv_say_form(sheet, report);
}
