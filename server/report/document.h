/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the documents have in common: each is a function that says facts in words on a sheet.
 */
#ifndef ASV_SERVER_REPORT_DOCUMENT_H
#define ASV_SERVER_REPORT_DOCUMENT_H

#include <jansson.h>

#include "server/report/facts.h"
#include "server/report/moment.h"
#include "server/report/sheet.h"
#include "server/report/words.h"

struct asv_report {
    const json_t *facts;
    const struct asv_words *words;
};

#define ASV_NUMBER_BYTES 32

/* context is a struct asv_report. */
void asv_build_cover_letter(struct asv_sheet *sheet, const void *context);
void asv_build_index(struct asv_sheet *sheet, const void *context);
void asv_build_exhibits(struct asv_sheet *sheet, const void *context);
void asv_build_custody(struct asv_sheet *sheet, const void *context);
void asv_build_checking(struct asv_sheet *sheet, const void *context);

/* A sentence of the texts with its values, which end with NULL, as a paragraph; and behind a label. */
void asv_say(struct asv_sheet *sheet, enum asv_style style, const char *text, const char *const *values);
void asv_say_pair(struct asv_sheet *sheet, const char *label, const char *text, const char *const *values);

/* The case: offence, time, place, persons (LAW H9). */
void asv_say_case(struct asv_sheet *sheet, const struct asv_report *report);

/* out[ASV_NUMBER_BYTES]; thousands are grouped with points. */
const char *asv_number_text(char *out, int64_t number);

/* When the recording began, as the camera's clock said or, where it knew no time, that this is not known, and
 * the bound that the dock could tell; out[ASV_MOMENT_BYTES]. */
const char *asv_clip_begin(char *out, const json_t *clip);

/* The numbers of the recordings that are such, "1, 3", into out[ASV_NUMBERS_BYTES]; NULL when none is. */
#define ASV_NUMBERS_BYTES 6000 /* a thousand of them, each with its comma */
const char *asv_clip_numbers(char *out, const struct asv_report *report, bool (*such)(const json_t *clip));

/* An excerpt without its sealed original. */
bool asv_clip_original_stays(const json_t *clip);

bool asv_is_carrier(const struct asv_report *report);

/* "Vorgang 1 · Teil 1 von 2": whose case, and which part of it; out[ASV_SENTENCE_BYTES]. */
const char *asv_report_subject(char *out, const struct asv_report *report);

/* What the hand-over does not prove, and where a qualified signature has its place (HD-021). */
void asv_say_notes(struct asv_sheet *sheet, const struct asv_report *report);

/* The last title's: what PDF/A is said about. */
void asv_say_form(struct asv_sheet *sheet, const struct asv_report *report);

#endif
