/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/report/custody.h"

#define NOT_MEASURED_MS UINT32_MAX /* the uncertainty of a clock that was not (commit.h) */
#define CELL_BYTES      4096       /* an event's kind and detail, or its actor and place */

static void say_device(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip)
{
    char number[ASV_NUMBER_BYTES];
    const struct asv_words *words = report->words;
    const char *area = asv_fact_text(clip, "area");
    const char *const device[] = {asv_fact_text(clip, "model"), asv_fact_text(clip, "device_serial"),
                                  asv_fact_text(clip, "firmware"), NULL};
    asv_sheet_pair(sheet, words->custody.id, asv_fact_text(clip, "clip"), ASV_STYLE_CODE);
    asv_say_pair(sheet, words->custody.device, words->custody.firmware, device);
    asv_sheet_pair(sheet, words->custody.certificate, asv_fact_text(clip, "camera"), ASV_STYLE_CODE);
    (void)snprintf(number, sizeof number, "%" PRId64, asv_fact_integer(clip, "number"));
    asv_sheet_pair(sheet, words->custody.running, number, ASV_STYLE_BODY);
    asv_sheet_pair(sheet, words->custody.unit, asv_fact_text(clip, "unit"), ASV_STYLE_BODY);
    if (area != NULL) {
        asv_sheet_pair(sheet, words->custody.area, area, ASV_STYLE_BODY);
    }
}

/* Behind the label, when the member is there. */
static void say_time(struct asv_sheet *sheet, const char *label, const json_t *clip, const char *key)
{
    char at[ASV_MOMENT_BYTES];
    if (asv_fact_text(clip, key) != NULL) {
        asv_sheet_pair(sheet, label, asv_moment_text(at, asv_fact_ms(clip, key)), ASV_STYLE_BODY);
    }
}

/* LAW H2, HD-016. */
static void say_clock(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip)
{
    char offset[ASV_MOMENT_BYTES], sure[ASV_MOMENT_BYTES];
    const struct asv_words *words = report->words;
    int64_t ms = asv_fact_integer(clip, "clock_offset_ms");
    int64_t sure_ms = asv_fact_integer(clip, "clock_uncertainty_ms");
    const char *const off[] = {offset, ms > 0 ? words->custody.slow : words->custody.fast, sure, NULL};
    (void)asv_moment_seconds(offset, ms);
    (void)asv_moment_seconds(sure, sure_ms);
    asv_sheet_pair(sheet, words->custody.clock,
                   asv_word(words->clock_states, asv_fact_text(clip, "clock_state")), ASV_STYLE_BODY);
    if (sure_ms >= NOT_MEASURED_MS) {
        asv_sheet_pair(sheet, words->custody.offset, words->custody.not_measured, ASV_STYLE_BODY);
        return;
    }
    asv_say_pair(sheet, words->custody.offset,
                 ms != 0 ? words->custody.offset_text : words->custody.offset_none, ms != 0 ? off : off + 2);
}

/* HD-016. */
static void say_times(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip)
{
    char from[ASV_MOMENT_BYTES], until[ASV_MOMENT_BYTES], docked[ASV_MOMENT_BYTES], length[ASV_MOMENT_BYTES];
    const struct asv_words *words = report->words;
    const char *const between[] = {from, until, NULL};
    const char *const dock[] = {docked, asv_fact_text(clip, "dock_name"), NULL};
    say_time(sheet, words->custody.begin_camera, clip, "started_at");
    say_time(sheet, words->custody.end_camera, clip, "ended_at");
    asv_sheet_pair(sheet, words->custody.length,
                   asv_moment_span(length, asv_fact_integer(clip, "duration_ms")), ASV_STYLE_BODY);
    say_clock(sheet, report, clip);
    bool early = asv_fact_text(clip, "earliest_at") != NULL;
    if (early) {
        (void)asv_moment_text(from, asv_fact_ms(clip, "earliest_at"));
    }
    (void)asv_moment_until(until, asv_fact_ms(clip, "latest_at"));
    asv_say_pair(sheet, words->custody.corrected,
                 early ? words->custody.corrected_from : words->custody.ended, early ? between : between + 1);
    (void)asv_moment_text(docked, asv_fact_ms(clip, "docked_at"));
    asv_say_pair(sheet, words->custody.docked, words->custody.docked_text, dock);
    say_time(sheet, words->custody.committed, clip, "committed_at");
    if (asv_fact_text(clip, "erased_on_camera_at") != NULL) {
        say_time(sheet, words->custody.erased, clip, "erased_on_camera_at");
    } else {
        asv_sheet_pair(sheet, words->custody.erased, words->custody.not_erased, ASV_STYLE_BODY);
    }
}

/* HD-010. What is handed over of it, what is not, and what nobody signed. */
static void say_extent(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip)
{
    char from[ASV_MOMENT_BYTES], until[ASV_MOMENT_BYTES], number[ASV_NUMBER_BYTES];
    size_t i = 0;
    json_t *part = NULL;
    const struct asv_words *words = report->words;
    const json_t *excerpt = json_object_get(clip, "excerpt");
    int64_t tail = asv_fact_integer(clip, "tail_bytes");
    const char *const range[] = {from, until, NULL};
    const char *const bytes[] = {number, NULL};
    if (excerpt == NULL) {
        bool whole = json_object_get(clip, "playable") != NULL;
        asv_sheet_pair(sheet, words->custody.extent,
                       whole ? words->custody.whole : words->custody.sealed_alone, ASV_STYLE_BODY);
    } else {
        (void)asv_moment_span(from, asv_fact_integer(excerpt, "from_ms"));
        (void)asv_moment_span(until, asv_fact_integer(excerpt, "until_ms"));
        asv_say_pair(sheet, words->custody.extent, words->custody.excerpt, range);
    }
    json_array_foreach(json_object_get(excerpt, "left_out"), i, part)
    {
        const char *const left[] = {from, until, asv_fact_text(part, "reason"), NULL};
        (void)asv_moment_span(from, asv_fact_integer(part, "from_ms"));
        (void)asv_moment_span(until, asv_fact_integer(part, "until_ms"));
        asv_say_pair(sheet, i == 0 ? words->custody.left_out : "", words->custody.left_part, left);
    }
    if (excerpt != NULL) { /* HO-064 */
        const char *const edges[] = {asv_number_text(number, asv_fact_integer(excerpt, "edge_bytes")), NULL};
        asv_say_pair(sheet, words->custody.edges, words->custody.edges_text, edges);
    }
    bool stays = asv_clip_original_stays(clip);
    if (stays) { /* HO-083 */
        asv_sheet_pair(sheet, words->custody.original, words->custody.stays, ASV_STYLE_BODY);
    }
    (void)asv_number_text(number, tail);
    asv_say_pair(sheet, words->custody.tail,
                 tail == 0 ? words->custody.tail_none
                 : stays   ? words->custody.tail_stays
                           : words->custody.tail_text,
                 bytes);
}

static void say_digest(struct asv_sheet *sheet, const char *label, const json_t *file)
{
    if (file != NULL) {
        asv_sheet_pair(sheet, label, asv_fact_text(file, "sha256"), ASV_STYLE_CODE);
        asv_sheet_pair(sheet, "", asv_fact_text(file, "name"), ASV_STYLE_SMALL);
    }
}

/* LAW H3. */
static void say_digests(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip)
{
    char chunks[ASV_NUMBER_BYTES], bytes[ASV_NUMBER_BYTES], root[ASV_SENTENCE_BYTES];
    const struct asv_words *words = report->words;
    const char *const tree[] = {asv_fact_text(clip, "root"),
                                asv_number_text(chunks, asv_fact_integer(clip, "chunks")),
                                asv_number_text(bytes, asv_fact_integer(clip, "payload_bytes")), NULL};
    asv_sheet_heading(sheet, ASV_STYLE_SUBHEADING, words->custody.digests);
    say_digest(sheet, words->index.playable, json_object_get(clip, "playable"));
    say_digest(sheet, words->index.excerpt, json_object_get(clip, "excerpt"));
    say_digest(sheet, words->index.sealed, json_object_get(clip, "sealed"));
    asv_sheet_pair(sheet, words->custody.header, asv_fact_text(clip, "header"), ASV_STYLE_CODE);
    asv_sheet_pair(sheet, words->custody.root, asv_sentence(root, words->custody.root_text, tree),
                   ASV_STYLE_CODE);
    asv_sheet_pair(sheet, words->custody.seal, asv_fact_text(clip, "seal_digest"), ASV_STYLE_CODE);
}

static void say_checks(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip)
{
    size_t i = 0;
    json_t *check = NULL;
    const struct asv_words *words = report->words;
    const struct asv_column columns[] = {
        {words->custody.check, 34}, {words->custody.result, 18}, {words->custody.finding, 60}};
    asv_sheet_heading(sheet, ASV_STYLE_SUBHEADING, words->custody.checks);
    asv_sheet_table(sheet, columns, 3);
    json_array_foreach(json_object_get(clip, "checks"), i, check)
    {
        const char *result = asv_fact_text(check, "result");
        const struct asv_cell cells[] = {{asv_fact_text(check, "check"), ASV_STYLE_SMALL},
                                         {asv_word(words->results, result), strcmp(result, "passed") == 0
                                                                                ? ASV_STYLE_SMALL
                                                                                : ASV_STYLE_SMALL_BOLD},
                                         {asv_fact_text(check, "text"), ASV_STYLE_SMALL}};
        asv_sheet_row(sheet, cells);
    }
    asv_sheet_table_end(sheet);
}

static void say_markers(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip)
{
    char at[ASV_MOMENT_BYTES], media[ASV_MOMENT_BYTES];
    size_t i = 0;
    json_t *marker = NULL;
    const struct asv_words *words = report->words;
    const json_t *markers = json_object_get(clip, "markers");
    const struct asv_column columns[] = {
        {words->custody.marker, 50}, {words->custody.marked_at, 36}, {words->custody.media, 22}};
    if (json_array_size(markers) == 0) {
        return;
    }
    asv_sheet_heading(sheet, ASV_STYLE_SUBHEADING, words->custody.markers);
    asv_sheet_table(sheet, columns, 3);
    json_array_foreach(markers, i, marker)
    {
        bool placed = json_object_get(marker, "media_ms") != NULL;
        const struct asv_cell cells[] = {
            {asv_word(words->records, asv_fact_text(marker, "kind")), ASV_STYLE_SMALL},
            {asv_moment_text(at, asv_fact_ms(marker, "at")), ASV_STYLE_SMALL},
            {placed ? asv_moment_span(media, asv_fact_integer(marker, "media_ms")) : NULL, ASV_STYLE_SMALL}};
        asv_sheet_row(sheet, cells);
    }
    asv_sheet_table_end(sheet);
}

static void say_media(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip)
{
    char text[CELL_BYTES], span[ASV_MOMENT_BYTES];
    size_t i = 0;
    json_t *stream = NULL;
    const struct asv_words *words = report->words;
    const json_t *probe = json_object_get(clip, "probe");
    if (probe == NULL) {
        return;
    }
    bool timed = json_object_get(probe, "duration_ms") != NULL;
    (void)snprintf(text, sizeof text, "%s%s%s (%s)", asv_fact_text(probe, "format"), timed ? ", " : "",
                   timed ? asv_moment_span(span, asv_fact_integer(probe, "duration_ms")) : "",
                   asv_fact_text(probe, "program"));
    asv_sheet_pair(sheet, words->custody.media_facts, text, ASV_STYLE_BODY);
    json_array_foreach(json_object_get(probe, "streams"), i, stream)
    {
        const char *rate = asv_fact_text(stream, "rate");
        int64_t width = asv_fact_integer(stream, "width"), channels = asv_fact_integer(stream, "channels");
        size_t used = (size_t)snprintf(text, sizeof text, "%s: %s",
                                       asv_word(words->streams, asv_fact_text(stream, "kind")),
                                       asv_fact_text(stream, "codec"));
        if (width > 0) {
            used += (size_t)snprintf(text + used, sizeof text - used, ", %" PRId64 " × %" PRId64, width,
                                     asv_fact_integer(stream, "height"));
        }
        if (channels > 0) {
            used += (size_t)snprintf(text + used, sizeof text - used, ", %" PRId64 "×", channels);
        }
        (void)snprintf(text + used, sizeof text - used, "%s%s", rate != NULL ? ", " : "",
                       rate != NULL ? rate : "");
        asv_sheet_pair(sheet, words->custody.stream, text, ASV_STYLE_BODY);
    }
}

/* "Dock Wache Süd (Dockingstation), Platz 3": out[CELL_BYTES]. */
static const char *who_did(char *out, const struct asv_words *words, const json_t *event)
{
    char sentence[ASV_SENTENCE_BYTES];
    const char *name = asv_fact_text(event, "actor_name"), *place = asv_fact_text(event, "place");
    const char *kind = asv_word(words->actors, asv_fact_text(event, "actor_kind"));
    const char *const both[] = {name, kind, NULL};
    (void)snprintf(out, CELL_BYTES, "%.2000s%s%s",
                   name != NULL ? asv_sentence(sentence, words->custody.who_text, both) : kind,
                   place != NULL ? ", " : "", place != NULL ? place : "");
    return out;
}

/* When it was recorded, and when it was by the actor's own clock: out[CELL_BYTES]. */
static const char *when_done(char *out, const struct asv_words *words, const json_t *event)
{
    char at[ASV_MOMENT_BYTES], own[ASV_MOMENT_BYTES], sentence[ASV_SENTENCE_BYTES] = "";
    const char *const clock[] = {own, NULL};
    int64_t recorded = asv_fact_ms(event, "recorded_at");
    bool has_own = asv_fact_text(event, "at") != NULL;
    if (has_own) {
        (void)asv_moment_clock(own, asv_fact_ms(event, "at"), recorded);
        (void)asv_sentence(sentence, words->custody.at_own, clock);
    }
    (void)snprintf(out, CELL_BYTES, "%s%s%.1000s", asv_moment_text(at, recorded), has_own ? "\n" : "",
                   sentence);
    return out;
}

/* Where it stands in the ledger, and whether the actor signed it: out[CELL_BYTES]. */
static const char *where_told(char *out, const struct asv_words *words, const json_t *event)
{
    char log[ASV_NUMBER_BYTES], leaf[ASV_NUMBER_BYTES], sentence[ASV_SENTENCE_BYTES];
    const char *const where[] = {log, leaf, NULL};
    bool placed = json_object_get(event, "leaf") != NULL;
    (void)snprintf(log, sizeof log, "%" PRId64, asv_fact_integer(event, "log"));
    (void)snprintf(leaf, sizeof leaf, "%" PRId64, asv_fact_integer(event, "leaf"));
    (void)asv_sentence(sentence, placed ? words->custody.entry_text : words->custody.waits, where);
    (void)snprintf(out, CELL_BYTES, "%.1000s\n%s", sentence,
                   json_is_true(json_object_get(event, "signed")) ? words->custody.signed_
                                                                  : words->custody.unsigned_);
    return out;
}

static void say_event(struct asv_sheet *sheet, const struct asv_report *report, const json_t *event,
                      size_t index)
{
    char number[ASV_NUMBER_BYTES], when[CELL_BYTES], what[CELL_BYTES], who[CELL_BYTES], where[CELL_BYTES];
    const struct asv_words *words = report->words;
    const char *detail = asv_fact_text(event, "detail");
    (void)snprintf(what, sizeof what, "%s%s%s", asv_word(words->events, asv_fact_text(event, "kind")),
                   detail != NULL ? "\n" : "", detail != NULL ? detail : "");
    const struct asv_cell cells[] = {{asv_number_text(number, (int64_t)index + 1), ASV_STYLE_SMALL},
                                     {when_done(when, words, event), ASV_STYLE_SMALL},
                                     {what, ASV_STYLE_SMALL},
                                     {who_did(who, words, event), ASV_STYLE_SMALL},
                                     {where_told(where, words, event), ASV_STYLE_SMALL}};
    asv_sheet_row(sheet, cells);
}

void asv_say_clip(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip, size_t index)
{
    char number[ASV_NUMBER_BYTES], begin[ASV_MOMENT_BYTES], title[ASV_SENTENCE_BYTES];
    size_t i = 0;
    json_t *event = NULL;
    const struct asv_words *words = report->words;
    const char *const values[] = {asv_number_text(number, (int64_t)index + 1),
                                  asv_fact_text(clip, "camera_name"), asv_clip_begin(begin, clip), NULL};
    const struct asv_column columns[] = {{words->number, 8},
                                         {words->custody.time, 33},
                                         {words->custody.event, 40},
                                         {words->custody.who, 34},
                                         {words->custody.entry, 27}};
    asv_sheet_heading(sheet, ASV_STYLE_HEADING, asv_sentence(title, words->custody.recording, values));
    say_device(sheet, report, clip);
    say_times(sheet, report, clip);
    say_extent(sheet, report, clip);
    say_media(sheet, report, clip);
    say_digests(sheet, report, clip);
    say_checks(sheet, report, clip);
    say_markers(sheet, report, clip);
    asv_sheet_heading(sheet, ASV_STYLE_SUBHEADING, words->custody.custody);
    asv_sheet_table(sheet, columns, 5);
    json_array_foreach(json_object_get(clip, "custody"), i, event)
    {
        say_event(sheet, report, event, i);
    }
    asv_sheet_table_end(sheet);
}
