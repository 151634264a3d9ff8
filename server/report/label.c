/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/report/label.h"

#include <stdio.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/report/document.h"
#include "server/report/finish.h"

#define CUT_HEIGHT    28
#define LABEL_HEIGHT  300
#define GROUPED_BYTES 96

struct context {
    struct asv_report report;
    const struct asv_label *label;
};

/* In groups of eight, as people compare them. */
static const char *grouped(char out[GROUPED_BYTES], const char *digits)
{
    size_t used = 0;
    for (size_t i = 0; digits[i] != '\0' && used + 2 < GROUPED_BYTES; i++) {
        if (i > 0 && i % 8 == 0) {
            out[used++] = ' ';
        }
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

static void say_case(struct asv_sheet *sheet, const struct asv_report *report)
{
    const struct asv_words *words = report->words;
    const json_t *agency = json_object_get(report->facts, "agency");
    const json_t *incident = json_object_get(report->facts, "incident");
    const char *prosecutor = asv_fact_text(incident, "prosecutor");
    asv_sheet_pair(sheet, words->case_number, asv_fact_text(incident, "case_number"), ASV_STYLE_BOLD);
    asv_sheet_pair(sheet, words->prosecutor, prosecutor != NULL ? prosecutor : words->unknown_yet,
                   ASV_STYLE_BOLD);
    asv_sheet_pair(sheet, words->agency, asv_fact_text(agency, "name"), ASV_STYLE_BODY);
    asv_sheet_pair(sheet, words->handover, asv_fact_text(report->facts, "handover"), ASV_STYLE_CODE);
}

/* HO-079 */
static void say_label(struct asv_sheet *sheet, const struct context *it)
{
    char part[ASV_NUMBER_BYTES], parts[ASV_NUMBER_BYTES], date[ASV_MOMENT_BYTES];
    char file[GROUPED_BYTES], carrier[GROUPED_BYTES];
    const struct asv_words *words = it->report.words;
    const struct asv_label *label = it->label;
    const char *const numbers[] = {asv_number_text(part, label->part), asv_number_text(parts, label->parts),
                                   NULL};
    const char *const how[] = {words->label.open, words->label.zip, words->label.age};
    asv_sheet_need(sheet, LABEL_HEIGHT);
    asv_sheet_text(sheet, ASV_STYLE_TITLE, words->label.title);
    say_case(sheet, &it->report);
    asv_say_pair(sheet, words->label.medium, words->label.of, numbers);
    asv_sheet_pair(sheet, words->label.name, label->name, ASV_STYLE_BODY);
    asv_sheet_pair(sheet, words->label.written, asv_moment_date(date, label->written_ms), ASV_STYLE_BODY);
    asv_sheet_pair(sheet, words->label.file, label->file, ASV_STYLE_CODE);
    asv_sheet_pair(sheet, words->label.digest, grouped(file, label->file_sha256), ASV_STYLE_CODE);
    if (strcmp(label->file_sha256, label->carrier_sha256) != 0) {
        asv_sheet_pair(sheet, words->label.inner, grouped(carrier, label->carrier_sha256), ASV_STYLE_CODE);
    }
    asv_sheet_pair(sheet, words->label.lock, how[label->lock], ASV_STYLE_BODY);
}

static void build(struct asv_sheet *sheet, const void *context)
{
    const struct context *it = context;
    say_label(sheet, it);
    asv_sheet_space(sheet, CUT_HEIGHT);
    asv_sheet_text(sheet, ASV_STYLE_FINE, it->report.words->label.twice);
    asv_sheet_space(sheet, CUT_HEIGHT);
    say_label(sheet, it);
}

enum asv_status asv_label_write(const struct asv_facts *facts, const struct asv_label *label,
                                const struct asv_fonts *fonts, int fd, struct asv_err *err)
{
    const struct context it = {{facts->json, &asv_words_de}, label};
    const struct asv_words *words = it.report.words;
    const char *name = asv_fact_text(json_object_get(facts->json, "agency"), "name");
    const char *case_number = asv_fact_text(json_object_get(facts->json, "incident"), "case_number");
    const char *const subject_values[] = {case_number, NULL};
    const char *const footer_values[] = {name, asv_fact_text(facts->json, "handover"), NULL};
    char subject[ASV_SENTENCE_BYTES], footer[ASV_SENTENCE_BYTES], made[ASV_MOMENT_BYTES];
    (void)snprintf(made, sizeof made, "%.19sZ", asv_fact_text(facts->json, "made_at"));
    const struct asv_sheet_job job = {.title = words->label.title,
                                      .subject = asv_sentence(subject, words->subject, subject_values),
                                      .author = name,
                                      .footer = asv_sentence(footer, words->footer, footer_values),
                                      .page = words->page,
                                      .of = words->of,
                                      .made_at = made,
                                      .letter = true,
                                      .build = build,
                                      .context = &it};
    asv_auto_free unsigned char *data = NULL;
    size_t len = 0;
    enum asv_status status = asv_sheet_run(&job, fonts, &data, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_pdf pdf = {data, len, job.title, job.author, job.subject, job.made_at};
    return asv_pdf_finish(&pdf, fd, err);
}
