/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/report/document.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/report/finish.h"

const char *asv_number_text(char *out, int64_t number)
{
    char digits[ASV_NUMBER_BYTES];
    size_t used = 0;
    int len = snprintf(digits, sizeof digits, "%" PRId64, number);
    for (int i = 0; i < len; i++) {
        bool group = i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-';
        if (group) {
            out[used++] = '.';
        }
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

const char *asv_clip_begin(char *out, const json_t *clip)
{
    char text[ASV_MOMENT_BYTES];
    bool early = asv_fact_text(clip, "earliest_at") != NULL;
    if (asv_fact_text(clip, "started_at") != NULL) {
        return asv_moment_text(out, asv_fact_ms(clip, "started_at"));
    }
    (void)snprintf(out, ASV_MOMENT_BYTES, "%s%s",
                   early ? asv_words_de.begin_earliest : asv_words_de.begin_latest,
                   early ? asv_moment_text(text, asv_fact_ms(clip, "earliest_at"))
                         : asv_moment_until(text, asv_fact_ms(clip, "latest_at")));
    return out;
}

const char *asv_clip_numbers(char *out, const struct asv_report *report, bool (*such)(const json_t *clip))
{
    size_t used = 0, i = 0;
    json_t *clip = NULL;
    json_array_foreach(json_object_get(report->facts, "clips"), i, clip)
    {
        if (such(clip)) {
            used +=
                (size_t)snprintf(out + used, ASV_NUMBERS_BYTES - used, "%s%zu", used > 0 ? ", " : "", i + 1);
        }
    }
    return used > 0 ? out : NULL;
}

bool asv_clip_original_stays(const json_t *clip)
{
    return json_object_get(clip, "sealed") == NULL;
}

void asv_say(struct asv_sheet *sheet, enum asv_style style, const char *text, const char *const *values)
{
    char sentence[ASV_SENTENCE_BYTES];
    asv_sheet_text(sheet, style, asv_sentence(sentence, text, values));
}

void asv_say_pair(struct asv_sheet *sheet, const char *label, const char *text, const char *const *values)
{
    char sentence[ASV_SENTENCE_BYTES];
    asv_sheet_pair(sheet, label, asv_sentence(sentence, text, values), ASV_STYLE_BODY);
}

static void say_injured(struct asv_sheet *sheet, const struct asv_report *report, const json_t *injured)
{
    size_t i = 0;
    json_t *name = NULL;
    json_array_foreach(injured, i, name)
    {
        asv_sheet_pair(sheet, i == 0 ? report->words->injured : "", json_string_value(name), ASV_STYLE_BODY);
    }
    if (json_array_size(injured) == 0) {
        asv_sheet_pair(sheet, report->words->injured, report->words->nobody, ASV_STYLE_BODY);
    }
}

void asv_say_case(struct asv_sheet *sheet, const struct asv_report *report)
{
    char from[ASV_MOMENT_BYTES], until[ASV_MOMENT_BYTES];
    const struct asv_words *words = report->words;
    const json_t *incident = json_object_get(report->facts, "incident");
    const char *const period[] = {from, until, NULL};
    (void)asv_moment_text(from, asv_fact_ms(incident, "from_at"));
    asv_sheet_pair(sheet, words->offence, asv_fact_text(incident, "offence"), ASV_STYLE_BODY);
    asv_sheet_pair(sheet, words->danger, asv_fact_text(incident, "danger"), ASV_STYLE_BODY);
    if (asv_fact_text(incident, "until_at") != NULL) {
        (void)asv_moment_text(until, asv_fact_ms(incident, "until_at"));
        asv_say_pair(sheet, words->period, words->from_until, period);
    } else {
        asv_sheet_pair(sheet, words->period, from, ASV_STYLE_BODY);
    }
    asv_sheet_pair(sheet, words->place, asv_fact_text(incident, "place"), ASV_STYLE_BODY);
    asv_sheet_pair(sheet, words->accused, asv_fact_text(incident, "accused"), ASV_STYLE_BODY);
    say_injured(sheet, report, json_object_get(incident, "injured"));
    asv_sheet_pair(sheet, words->cause, asv_word(words->causes, asv_fact_text(incident, "cause")),
                   ASV_STYLE_BODY);
}

bool asv_is_carrier(const struct asv_report *report)
{
    return strcmp(asv_fact_text(report->facts, "output"), "carrier") == 0;
}

const char *asv_report_subject(char *out, const struct asv_report *report)
{
    const struct asv_words *words = report->words;
    const json_t *part = json_object_get(report->facts, "part");
    const json_t *incident = json_object_get(report->facts, "incident");
    const char *prosecutor = asv_fact_text(incident, "prosecutor");
    const char *const values[] = {asv_fact_text(incident, "case_number"), prosecutor, NULL};
    char subject[ASV_SENTENCE_BYTES], number[ASV_NUMBER_BYTES], of[ASV_NUMBER_BYTES];
    const char *const parts[] = {subject, number, of, NULL};
    (void)asv_sentence(part != NULL ? subject : out,
                       prosecutor != NULL ? words->subject_prosecutor : words->subject, values);
    if (part != NULL) {
        (void)asv_number_text(number, asv_fact_integer(part, "number"));
        (void)asv_number_text(of, asv_fact_integer(part, "of"));
        (void)asv_sentence(out, words->part, parts);
    }
    return out;
}

void asv_say_notes(struct asv_sheet *sheet, const struct asv_report *report)
{
    const struct asv_words *words = report->words;
    for (size_t i = 0; words->notes[i] != NULL; i++) {
        asv_sheet_item(sheet, "–", words->notes[i]);
    }
    asv_sheet_item(sheet, "–", asv_is_carrier(report) ? words->place_carrier : words->place_filing);
}

void asv_say_form(struct asv_sheet *sheet, const struct asv_report *report)
{
    asv_sheet_space(sheet, 8);
    asv_sheet_text(sheet, ASV_STYLE_FINE, report->words->pdfa);
}

static void (*const builders[ASV_DOCUMENTS])(struct asv_sheet *, const void *) = {
    [ASV_DOCUMENT_COVER_LETTER] = asv_build_cover_letter, [ASV_DOCUMENT_INDEX] = asv_build_index,
    [ASV_DOCUMENT_EXHIBITS] = asv_build_exhibits,         [ASV_DOCUMENT_CUSTODY] = asv_build_custody,
    [ASV_DOCUMENT_CHECKING] = asv_build_checking,
};

/* "2026-11-29T12:00:00Z": Cairo, XMP and PDF know no thousandths. */
static const char *made_at(char *out, const struct asv_facts *facts)
{
    (void)snprintf(out, ASV_MOMENT_BYTES, "%.19sZ", asv_fact_text(facts->json, "made_at"));
    return out;
}

enum asv_status asv_document_write(const struct asv_facts *facts, enum asv_document document,
                                   const struct asv_fonts *fonts, int fd, struct asv_err *err)
{
    const struct asv_report report = {facts->json, &asv_words_de};
    const struct asv_words *words = report.words;
    const json_t *agency = json_object_get(facts->json, "agency");
    const char *name = asv_fact_text(agency, "name");
    const char *const footer_values[] = {name, asv_fact_text(facts->json, "handover"), NULL};
    char subject[ASV_SENTENCE_BYTES], footer[ASV_SENTENCE_BYTES], made[ASV_MOMENT_BYTES];
    const struct asv_sheet_job job = {
        .title = words->documents[document],
        .subject = asv_report_subject(subject, &report),
        .author = name,
        .footer = asv_sentence(footer, words->footer, footer_values),
        .page = words->page,
        .of = words->of,
        .made_at = made_at(made, facts),
        .landscape = document == ASV_DOCUMENT_INDEX || document == ASV_DOCUMENT_EXHIBITS,
        .letter = document == ASV_DOCUMENT_COVER_LETTER,
        .build = builders[document],
        .context = &report,
    };
    asv_auto_free unsigned char *data = NULL;
    size_t len = 0;
    enum asv_status status = asv_sheet_run(&job, fonts, &data, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_pdf pdf = {data, len, job.title, job.author, job.subject, job.made_at};
    return asv_pdf_finish(&pdf, fd, err);
}
