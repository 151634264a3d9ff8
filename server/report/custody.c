/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Sicherungs- und Gewahrsamsbericht (LAW H2, H3): how each recording was acquired, checked and kept; what was
 * said of it in the ledger, event by event. */
#include "server/report/custody.h"

#include <stdio.h>
#include <string.h>

static void say_decision(struct asv_sheet *sheet, const struct asv_report *report, const char *label,
                         const json_t *decision)
{
    char at[ASV_MOMENT_BYTES];
    const char *const values[] = {asv_fact_text(decision, "name"),
                                  asv_moment_text(at, asv_fact_ms(decision, "at")),
                                  asv_fact_text(decision, "reason"), NULL};
    asv_say_pair(sheet, label, report->words->by_at, values);
    asv_sheet_pair(sheet, report->words->statement, asv_fact_text(decision, "statement"), ASV_STYLE_CODE);
}

static void say_recipients(struct asv_sheet *sheet, const struct asv_report *report)
{
    size_t i = 0;
    json_t *recipient = NULL;
    const struct asv_words *words = report->words;
    const json_t *recipients = json_object_get(report->facts, "recipients");
    json_array_foreach(recipients, i, recipient)
    {
        asv_sheet_pair(sheet, i == 0 ? words->recipients : "", asv_fact_text(recipient, "name"),
                       ASV_STYLE_BODY);
        asv_sheet_pair(sheet, "", asv_fact_text(recipient, "key"), ASV_STYLE_CODE);
    }
    if (json_array_size(recipients) == 0) {
        asv_sheet_pair(sheet, words->recipients, words->nobody_encrypted, ASV_STYLE_BODY);
    }
}

/* HD-020 */
static void say_version(struct asv_sheet *sheet, const struct asv_report *report, const json_t *incident)
{
    char number[ASV_NUMBER_BYTES], written[ASV_MOMENT_BYTES], changed[ASV_MOMENT_BYTES];
    const struct asv_words *words = report->words;
    bool is_changed = asv_fact_text(incident, "changed_at") != NULL;
    const char *const values[] = {
        asv_number_text(number, asv_fact_integer(incident, "version")),
        asv_moment_text(written, asv_fact_ms(incident, "written_at")),
        is_changed ? asv_moment_text(changed, asv_fact_ms(incident, "changed_at")) : NULL, NULL};
    asv_say_pair(sheet, words->version, is_changed ? words->changed_text : words->version_text, values);
    asv_sheet_pair(sheet, words->statement, asv_fact_text(incident, "statement"), ASV_STYLE_CODE);
}

static void say_basis(struct asv_sheet *sheet, const struct asv_report *report)
{
    char made[ASV_MOMENT_BYTES];
    const struct asv_words *words = report->words;
    const json_t *agency = json_object_get(report->facts, "agency");
    const json_t *incident = json_object_get(report->facts, "incident");
    const char *prosecutor = asv_fact_text(incident, "prosecutor");
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->custody.basis);
    asv_sheet_pair(sheet, words->case_number, asv_fact_text(incident, "case_number"), ASV_STYLE_BODY);
    asv_sheet_pair(sheet, words->prosecutor, prosecutor != NULL ? prosecutor : words->unknown_yet,
                   ASV_STYLE_BODY);
    asv_sheet_pair(sheet, words->agency, asv_fact_text(agency, "name"), ASV_STYLE_BODY);
    asv_sheet_pair(sheet, "", asv_fact_text(agency, "agency"), ASV_STYLE_CODE);
    asv_sheet_pair(sheet, words->authority,
                   asv_fact_text(json_object_get(report->facts, "authority"), "name"), ASV_STYLE_BODY);
    asv_say_case(sheet, report);
    say_version(sheet, report, incident);
    say_decision(sheet, report, words->requested, json_object_get(report->facts, "requested"));
    say_decision(sheet, report, words->approved, json_object_get(report->facts, "approved"));
    say_recipients(sheet, report);
    if (asv_is_carrier(report)) {
        asv_sheet_pair(sheet, words->protection,
                       asv_word(words->protections, asv_fact_text(report->facts, "protection")),
                       ASV_STYLE_BODY);
    }
    asv_sheet_pair(sheet, words->handover, asv_fact_text(report->facts, "handover"), ASV_STYLE_CODE);
    asv_sheet_pair(sheet, words->program, asv_fact_text(report->facts, "version"), ASV_STYLE_BODY);
    asv_sheet_pair(sheet, words->made_at, asv_moment_text(made, asv_fact_ms(report->facts, "made_at")),
                   ASV_STYLE_BODY);
}

static bool any_is(const json_t *clips, const char *key, const char *code)
{
    size_t i = 0;
    json_t *clip = NULL;
    json_array_foreach(clips, i, clip)
    {
        if (strcmp(asv_fact_text(clip, key), code) == 0) {
            return true;
        }
    }
    return false;
}

/* Of the verdicts those that are there. */
static void say_meanings(struct asv_sheet *sheet, const struct asv_report *report, const char *key,
                         const struct asv_word *names, const struct asv_word *texts)
{
    char text[ASV_SENTENCE_BYTES];
    for (; names->code != NULL; names++) {
        if (any_is(json_object_get(report->facts, "clips"), key, names->code)) {
            (void)snprintf(text, sizeof text, "%s (%s): %s", names->text, names->code,
                           asv_word(texts, names->code));
            asv_sheet_item(sheet, "–", text);
        }
    }
}

static void say_summary(struct asv_sheet *sheet, const struct asv_report *report)
{
    const struct asv_words *words = report->words;
    const json_t *clips = json_object_get(report->facts, "clips");
    const struct asv_column columns[] = {
        {words->number, 6},          {words->custody.camera, 22},    {words->custody.begin, 26},
        {words->custody.length, 14}, {words->custody.integrity, 30}, {words->custody.provenance, 22}};
    size_t i = 0;
    json_t *clip = NULL;
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->custody.summary);
    asv_sheet_table(sheet, columns, 6);
    json_array_foreach(clips, i, clip)
    {
        char number[ASV_NUMBER_BYTES], begin[ASV_MOMENT_BYTES], length[ASV_MOMENT_BYTES];
        const struct asv_cell cells[] = {
            {asv_number_text(number, (int64_t)i + 1), ASV_STYLE_SMALL},
            {asv_fact_text(clip, "camera_name"), ASV_STYLE_SMALL},
            {asv_clip_begin(begin, clip), ASV_STYLE_SMALL},
            {asv_moment_span(length, asv_fact_integer(clip, "duration_ms")), ASV_STYLE_SMALL},
            {asv_word(words->integrities, asv_fact_text(clip, "integrity")), ASV_STYLE_SMALL_BOLD},
            {asv_word(words->provenances, asv_fact_text(clip, "provenance")), ASV_STYLE_SMALL}};
        asv_sheet_row(sheet, cells);
    }
    asv_sheet_table_end(sheet);
    asv_sheet_text(sheet, ASV_STYLE_BODY, words->custody.summary_text);
    say_meanings(sheet, report, "integrity", words->integrities, words->integrity_texts);
    say_meanings(sheet, report, "provenance", words->provenances, words->provenance_texts);
}

static void say_log(struct asv_sheet *sheet, const struct asv_report *report, const json_t *log)
{
    char at[ASV_MOMENT_BYTES], number[ASV_NUMBER_BYTES], title[ASV_SENTENCE_BYTES];
    size_t i = 0;
    json_t *one = NULL;
    const struct asv_words *words = report->words;
    const json_t *cosignatures = json_object_get(log, "cosignatures");
    const char *const numbered[] = {asv_number_text(number, asv_fact_integer(log, "log")), NULL};
    asv_sheet_heading(sheet, ASV_STYLE_SUBHEADING, asv_sentence(title, words->custody.log, numbered));
    const char *const sized[] = {asv_number_text(number, asv_fact_integer(log, "size")), NULL};
    asv_sheet_pair(sheet, words->custody.origin, asv_fact_text(log, "origin"), ASV_STYLE_BODY);
    asv_say_pair(sheet, words->custody.size, words->custody.log_text, sized);
    asv_sheet_pair(sheet, words->custody.head, asv_fact_text(log, "root"), ASV_STYLE_CODE);
    if (asv_fact_text(log, "signed_at") != NULL) {
        asv_sheet_pair(sheet, words->custody.signed_at, asv_moment_text(at, asv_fact_ms(log, "signed_at")),
                       ASV_STYLE_BODY);
    }
    json_array_foreach(cosignatures, i, one)
    {
        char sentence[ASV_SENTENCE_BYTES];
        (void)snprintf(sentence, sizeof sentence, "%s, %s", asv_fact_text(one, "witness"),
                       asv_moment_text(at, asv_fact_ms(one, "cosigned_at")));
        asv_sheet_pair(sheet, i == 0 ? words->custody.cosigned : "", sentence, ASV_STYLE_BODY);
    }
    if (json_array_size(cosignatures) == 0) {
        asv_sheet_pair(sheet, words->custody.cosigned, words->custody.cosigned_none, ASV_STYLE_BODY);
    }
}

static void say_certificates(struct asv_sheet *sheet, const struct asv_report *report)
{
    size_t i = 0;
    json_t *one = NULL;
    const struct asv_words *words = report->words;
    const struct asv_column columns[] = {{words->custody.role, 22},
                                         {words->custody.name, 26},
                                         {words->custody.serial, 30},
                                         {words->custody.digest, 34},
                                         {words->custody.until, 14}};
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->custody.certificates);
    asv_sheet_table(sheet, columns, 5);
    json_array_foreach(json_object_get(report->facts, "certificates"), i, one)
    {
        char date[ASV_MOMENT_BYTES];
        const struct asv_cell cells[] = {
            {asv_word(words->roles, asv_fact_text(one, "role")), ASV_STYLE_SMALL},
            {asv_fact_text(one, "name"), ASV_STYLE_SMALL},
            {asv_fact_text(one, "serial"), ASV_STYLE_CODE},
            {asv_fact_text(one, "digest"), ASV_STYLE_CODE},
            {asv_moment_date(date, asv_fact_ms(one, "not_after")), ASV_STYLE_SMALL}};
        asv_sheet_row(sheet, cells);
    }
    asv_sheet_table_end(sheet);
}

static void say_revocations(struct asv_sheet *sheet, const struct asv_report *report)
{
    char number[ASV_NUMBER_BYTES], at[ASV_MOMENT_BYTES];
    size_t i = 0;
    json_t *serial = NULL;
    const struct asv_words *words = report->words;
    const json_t *list = json_object_get(report->facts, "revocations");
    const json_t *serials = json_object_get(list, "serials");
    asv_sheet_heading(sheet, ASV_STYLE_SUBHEADING, words->custody.revocations);
    if (list == NULL) {
        asv_sheet_text(sheet, ASV_STYLE_BODY, words->custody.revocations_none);
        return;
    }
    const char *const values[] = {asv_number_text(number, asv_fact_integer(list, "number")),
                                  asv_moment_text(at, asv_fact_ms(list, "at")), NULL};
    asv_say(sheet, ASV_STYLE_BODY,
            json_array_size(serials) > 0 ? words->custody.revocations_text : words->custody.revocations_empty,
            values);
    json_array_foreach(serials, i, serial)
    {
        asv_sheet_text(sheet, ASV_STYLE_CODE, json_string_value(serial));
    }
}

void asv_build_custody(struct asv_sheet *sheet, const void *context)
{
    const struct asv_report *report = context;
    const struct asv_words *words = report->words;
    size_t i = 0;
    json_t *one = NULL;
    asv_sheet_heading(sheet, ASV_STYLE_TITLE, words->documents[ASV_DOCUMENT_CUSTODY]);
    say_basis(sheet, report);
    say_summary(sheet, report);
    json_array_foreach(json_object_get(report->facts, "clips"), i, one)
    {
        asv_say_clip(sheet, report, one, i);
    }
    asv_say_series(sheet, report);
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->custody.logs);
    json_array_foreach(json_object_get(report->facts, "logs"), i, one)
    {
        say_log(sheet, report, one);
    }
    say_certificates(sheet, report);
    say_revocations(sheet, report);
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, words->custody.notes);
    asv_say_notes(sheet, report);
    asv_say_form(sheet, report);
}
