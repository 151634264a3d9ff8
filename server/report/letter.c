/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Anschreiben: a letter as DIN 5008, form B, lays it out. */
#include <stdio.h>
#include <string.h>

#include "server/report/document.h"

#define MM            (72.0 / 25.4)
#define LEFT          (25 * MM)
#define ADDRESS_TOP   (45 * MM)
#define ADDRESS_WIDTH (80 * MM)
#define DETAILS_LEFT  (125 * MM)
#define DETAILS_WIDTH (65 * MM)
#define BODY_TOP      (103 * MM)

static void place_lines(struct asv_sheet *sheet, double *y, const json_t *lines)
{
    size_t i = 0;
    json_t *line = NULL;
    json_array_foreach(lines, i, line)
    {
        *y += asv_sheet_place(sheet, ASV_STYLE_BODY, LEFT, *y, ADDRESS_WIDTH, json_string_value(line));
    }
}

/* Whose letter it is. Returns where the address begins. */
static double place_head(struct asv_sheet *sheet, const struct asv_report *report)
{
    const json_t *agency = json_object_get(report->facts, "agency");
    const char *office = asv_fact_text(agency, "office");
    double y = 15 * MM;
    y += asv_sheet_place(sheet, ASV_STYLE_HEADING, LEFT, y, 165 * MM, asv_fact_text(agency, "name"));
    if (office != NULL) {
        y += asv_sheet_place(sheet, ASV_STYLE_BODY, LEFT, y, 165 * MM, office);
    }
    return y + 3 * MM > ADDRESS_TOP ? y + 3 * MM : ADDRESS_TOP;
}

/* From where it comes, above the address as in a window, and to whom it goes. Returns where it ends. */
static double place_address(struct asv_sheet *sheet, const struct asv_report *report, double y)
{
    const json_t *authority = json_object_get(report->facts, "authority");
    size_t i = 0;
    json_t *line = NULL;
    json_array_foreach(json_object_get(json_object_get(report->facts, "agency"), "address"), i, line)
    {
        y += asv_sheet_place(sheet, ASV_STYLE_FINE, LEFT, y, ADDRESS_WIDTH, json_string_value(line));
    }
    asv_sheet_rule(sheet, LEFT, y + 1, ADDRESS_WIDTH);
    y += 3 * MM;
    y += asv_sheet_place(sheet, ASV_STYLE_BODY, LEFT, y, ADDRESS_WIDTH, asv_fact_text(authority, "name"));
    place_lines(sheet, &y, json_object_get(authority, "address"));
    return y;
}

static void place_detail(struct asv_sheet *sheet, double *y, const char *label, const char *value)
{
    if (value != NULL) {
        *y += asv_sheet_place(sheet, ASV_STYLE_FINE, DETAILS_LEFT, *y, DETAILS_WIDTH, label);
        *y += asv_sheet_place(sheet, ASV_STYLE_BODY, DETAILS_LEFT, *y, DETAILS_WIDTH, value) + 2;
    }
}

static double place_details(struct asv_sheet *sheet, const struct asv_report *report, double y)
{
    char date[ASV_MOMENT_BYTES];
    const struct asv_words *words = report->words;
    const json_t *incident = json_object_get(report->facts, "incident");
    const json_t *contact = json_object_get(json_object_get(report->facts, "agency"), "contact");
    const char *prosecutor = asv_fact_text(incident, "prosecutor");
    place_detail(sheet, &y, words->letter.date, asv_moment_date(date, asv_fact_ms(report->facts, "made_at")));
    place_detail(sheet, &y, words->letter.our_sign, asv_fact_text(incident, "case_number"));
    place_detail(sheet, &y, words->letter.your_sign, prosecutor != NULL ? prosecutor : words->unknown_yet);
    place_detail(sheet, &y, words->letter.contact, asv_fact_text(contact, "name"));
    place_detail(sheet, &y, words->letter.phone, asv_fact_text(contact, "phone"));
    place_detail(sheet, &y, words->letter.mail, asv_fact_text(contact, "mail"));
    return y;
}

/* HD-010: by its verdict, or by a check that it did not pass. */
static bool deviates(const json_t *clip)
{
    size_t i = 0;
    json_t *check = NULL;
    json_array_foreach(json_object_get(clip, "checks"), i, check)
    {
        if (strcmp(asv_fact_text(check, "result"), "failed") == 0) {
            return true;
        }
    }
    return strcmp(asv_fact_text(clip, "integrity"), "VALID") != 0 ||
           strcmp(asv_fact_text(clip, "provenance"), "TRUSTED") != 0;
}

static bool is_excerpt(const json_t *clip)
{
    return json_object_get(clip, "excerpt") != NULL;
}

static bool is_sealed_alone(const json_t *clip)
{
    return !is_excerpt(clip) && json_object_get(clip, "playable") == NULL;
}

static bool original_goes(const json_t *clip)
{
    return !asv_clip_original_stays(clip);
}

static bool has_tail(const json_t *clip)
{
    return asv_fact_integer(clip, "tail_bytes") > 0 && !asv_clip_original_stays(clip);
}

/* The sentence with the numbers of the recordings that are such; nothing when none is. */
static void say_numbers(struct asv_sheet *sheet, const struct asv_report *report, const char *text,
                        bool (*such)(const json_t *clip))
{
    char numbers[ASV_NUMBERS_BYTES];
    const char *const values[] = {asv_clip_numbers(numbers, report, such), NULL};
    if (values[0] != NULL) {
        asv_say(sheet, ASV_STYLE_BOLD, text, values);
    }
}

/* HO-083: who can open what, where there is an original to open. */
static void say_access(struct asv_sheet *sheet, const struct asv_report *report)
{
    char numbers[ASV_NUMBERS_BYTES];
    const struct asv_words *words = report->words;
    bool some_stay = asv_clip_numbers(numbers, report, asv_clip_original_stays) != NULL;
    if (!some_stay) {
        asv_sheet_text(sheet, ASV_STYLE_BODY, words->letter.access);
    } else if (asv_clip_numbers(numbers, report, original_goes) != NULL) {
        asv_sheet_text(sheet, ASV_STYLE_BODY, words->letter.access_others);
    }
}

static void say_enclosed(struct asv_sheet *sheet, const struct asv_report *report)
{
    const struct asv_words *words = report->words;
    asv_sheet_need(sheet, 30 * MM);
    asv_sheet_text(sheet, ASV_STYLE_BODY, words->letter.enclosed);
    for (unsigned i = ASV_DOCUMENT_INDEX; i < ASV_DOCUMENTS; i++) {
        asv_sheet_item(sheet, "–", words->documents[i]);
    }
    asv_sheet_item(sheet, "–", words->facts_title);
    asv_sheet_space(sheet, 4);
}

static void say_end(struct asv_sheet *sheet, const struct asv_report *report)
{
    char asked[ASV_MOMENT_BYTES], agreed[ASV_MOMENT_BYTES];
    const struct asv_words *words = report->words;
    const json_t *requested = json_object_get(report->facts, "requested");
    const json_t *approved = json_object_get(report->facts, "approved");
    const char *const decided[] = {asv_fact_text(requested, "name"), asked, asv_fact_text(approved, "name"),
                                   agreed, NULL};
    (void)asv_moment_date(asked, asv_fact_ms(requested, "at"));
    (void)asv_moment_date(agreed, asv_fact_ms(approved, "at"));
    asv_sheet_space(sheet, 6);
    asv_sheet_text(sheet, ASV_STYLE_BODY, words->letter.regards);
    asv_sheet_text(sheet, ASV_STYLE_BODY, words->letter.by_order);
    asv_sheet_text(sheet, ASV_STYLE_BODY, asv_fact_text(requested, "name"));
    asv_sheet_space(sheet, 4);
    asv_say(sheet, ASV_STYLE_SMALL, words->letter.decided, decided);
}

static void say_signature(struct asv_sheet *sheet, const struct asv_report *report)
{
    const char *file = asv_fact_text(asv_facts_document(report->facts, "cover_letter"), "signature");
    const char *const values[] = {file, NULL};
    asv_say(sheet, ASV_STYLE_BODY, report->words->letter.signature, values);
}

/* HO-085 */
static void say_part(struct asv_sheet *sheet, const struct asv_report *report)
{
    const json_t *part = json_object_get(report->facts, "part");
    char number[ASV_NUMBER_BYTES], of[ASV_NUMBER_BYTES];
    const char *const values[] = {number, of, NULL};
    if (part != NULL) {
        (void)asv_number_text(number, asv_fact_integer(part, "number"));
        (void)asv_number_text(of, asv_fact_integer(part, "of"));
        asv_say(sheet, ASV_STYLE_BOLD, report->words->letter.parts, values);
    }
}

/* LAW H5, H9, H10. */
void asv_build_cover_letter(struct asv_sheet *sheet, const void *context)
{
    char count[ASV_NUMBER_BYTES];
    const struct asv_report *report = context;
    const struct asv_words *words = report->words;
    size_t clips = json_array_size(json_object_get(report->facts, "clips"));
    const char *const counted[] = {asv_number_text(count, (int64_t)clips), NULL};
    const char *const outer[] = {asv_word(words->protections, asv_fact_text(report->facts, "protection")),
                                 NULL};
    double top = place_head(sheet, report);
    double address = place_address(sheet, report, top), details = place_details(sheet, report, top);
    double y = address > details ? address : details;
    asv_sheet_go(sheet, y + 8 * MM > BODY_TOP ? y + 8 * MM : BODY_TOP);
    asv_sheet_text(sheet, ASV_STYLE_BOLD, words->letter.subject);
    asv_sheet_space(sheet, 6);
    asv_sheet_text(sheet, ASV_STYLE_BODY, words->letter.dear);
    asv_say(sheet, ASV_STYLE_BODY, clips == 1 ? words->letter.what_one : words->letter.what, counted);
    say_part(sheet, report);
    asv_sheet_space(sheet, 3);
    asv_say_case(sheet, report);
    asv_sheet_space(sheet, 5);
    say_numbers(sheet, report, words->letter.deviating, deviates);
    say_numbers(sheet, report, words->letter.tails, has_tail);
    say_numbers(sheet, report, words->letter.excerpts, is_excerpt);
    say_numbers(sheet, report, words->letter.sealed_alone, is_sealed_alone);
    say_numbers(sheet, report, words->letter.stays, asv_clip_original_stays);
    say_enclosed(sheet, report);
    asv_sheet_need(sheet, 80 * MM); /* the end does not stand alone on a page */
    say_access(sheet, report);
    if (asv_is_carrier(report)) { /* what is filed has no other protection than its way */
        asv_say(sheet, ASV_STYLE_BODY, words->letter.protection, outer);
    }
    asv_sheet_text(sheet, ASV_STYLE_BODY, words->letter.receipt);
    if (asv_is_carrier(report)) {
        asv_sheet_text(sheet, ASV_STYLE_BODY, words->letter.receipt_how);
    }
    say_signature(sheet, report);
    say_end(sheet, report);
    asv_say_form(sheet, report);
}
