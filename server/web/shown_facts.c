/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/shown_facts.h"

#include "firmware-proto/trust/verdict.h"
#include "server/base/uuid.h"

#define CHECKPOINTS 4096

static const char *kind_of(const struct asv_exhibit_record *record)
{
    switch (record->kind) {
    case ASV_RECORD_MARKER:
        return "marker";
    case ASV_RECORD_DISPLAY_ON:
        return "display-on";
    case ASV_RECORD_DISPLAY_OFF:
        return "display-off";
    case ASV_RECORD_ANNOUNCED:
        return record->value == 1 ? "announced" : "not-announced";
    case ASV_RECORD_DWELLING:
        return "dwelling";
    case ASV_RECORD_PREROLL_END:
        return "preroll-end";
    case ASV_RECORD_CLOCK_SET:
        return "clock-set";
    case ASV_RECORD_SOURCE_LOST:
        return "source-lost";
    case ASV_RECORD_SOURCE_BACK:
        return "source-back";
    default:
        return NULL;
    }
}

static json_int_t ms_of_chunk(const struct asv_view *view, uint64_t chunk)
{
    return (json_int_t)asv_view_ms_at(view, chunk * ASV_CHUNK_PLAIN_BYTES);
}

static json_t *markers_json(const struct asv_view *view, const struct asv_exhibit_index *index)
{
    json_t *markers = json_array();
    for (size_t i = 0; i < index->record_count; i++) {
        const char *kind = kind_of(&index->records[i]);
        if (kind != NULL) {
            (void)json_array_append_new(
                markers,
                json_pack("{s:I, s:s}", "ms", ms_of_chunk(view, index->records[i].chunk), "kind", kind));
        }
    }
    return markers;
}

/* The sum: a recording that goes on from another one has its own. */
static json_int_t preroll_ms(const struct asv_exhibit_index *index)
{
    json_int_t ms = 0;
    for (size_t i = 0; i < index->record_count; i++) {
        ms += index->records[i].kind == ASV_RECORD_PREROLL_END ? index->records[i].value : 0;
    }
    return ms;
}

/* Every n-th, counted from the last. */
static json_t *checkpoints_json(const struct asv_view *view, const struct asv_exhibit *exhibit)
{
    const struct asv_exhibit_index *index = &exhibit->index;
    const size_t count = index->checkpoint_count;
    const size_t step = count / CHECKPOINTS + 1;
    json_t *checkpoints = json_array();
    for (size_t i = count == 0 ? 0 : (count - 1) % step; i < count; i += step) {
        uint64_t bytes = index->checkpoints[i] * ASV_CHUNK_PLAIN_BYTES;
        bytes = bytes < exhibit->media_bytes ? bytes : exhibit->media_bytes;
        (void)json_array_append_new(checkpoints,
                                    json_pack("{s:I, s:I}", "ms", ms_of_chunk(view, index->checkpoints[i]),
                                              "bytes", (json_int_t)bytes));
    }
    return checkpoints;
}

static json_t *frames_json(const struct asv_view_facts *facts)
{
    json_t *frames = json_array();
    for (size_t i = 0; i < facts->frame_count; i++) {
        (void)json_array_append_new(frames, json_pack("{s:I, s:I}", "ms", (json_int_t)facts->frames[i].ms,
                                                      "offset", (json_int_t)facts->frames[i].offset));
    }
    return frames;
}

/* By the clock on the wall, for people. */
static void format_end(char out[ASV_WEB_TIME_BYTES], const struct asv_web_opening *opening,
                       const struct asv_world *world)
{
    int64_t now_ms = 0;
    const uint64_t mono_ms = asv_world_mono_ms(world);
    const uint64_t left_ms = opening->end_ms > mono_ms ? opening->end_ms - mono_ms : 0;
    if (asv_world_wall_ms(world, &now_ms) != ASV_OK) {
        now_ms = 0;
    }
    asv_web_time_format(out, now_ms + (int64_t)left_ms);
}

json_t *asv_web_shown_facts(const struct asv_web_opening *opening, const struct asv_view_facts *facts,
                            const struct asv_world *world)
{
    char clip[ASV_UUID_TEXT_BYTES];
    char end[ASV_WEB_TIME_BYTES];
    const struct asv_playback *playback = asv_view_playback(opening->view);
    const struct asv_exhibit *exhibit = asv_playback_exhibit(playback);
    asv_uuid_format(clip, opening->clip);
    format_end(end, opening, world);
    json_t *told =
        json_pack("{s:s, s:s, s:s, s:s, s:b}", "clip", clip, "container", exhibit->header.container, "codecs",
                  exhibit->header.codecs, "mime", facts->mime, "remuxed", facts->remuxed);
    json_t *of_stream =
        json_pack("{s:I, s:I, s:I, s:I, s:o}", "bytes", (json_int_t)facts->bytes, "init_bytes",
                  (json_int_t)facts->init_bytes, "start_ms", (json_int_t)facts->start_ms, "duration_ms",
                  (json_int_t)facts->duration_ms, "frames", frames_json(facts));
    json_t *of_seal =
        json_pack("{s:s, s:b, s:I, s:I, s:o}", "verdict", asv_integrity_name(exhibit->integrity), "truncated",
                  asv_playback_is_truncated(playback), "verified_bytes",
                  (json_int_t)asv_playback_bytes(playback), "tail_bytes", (json_int_t)exhibit->tail_bytes,
                  "checkpoints", checkpoints_json(opening->view, exhibit));
    json_t *of_records =
        json_pack("{s:o, s:b, s:I, s:s, s:i}", "markers", markers_json(opening->view, &exhibit->index),
                  "markers_more", exhibit->index.more_records, "preroll_ms", preroll_ms(&exhibit->index),
                  "expires_at", end, "idle_s", (int)(ASV_WEB_OPENING_MS / 1000));
    bool whole = json_object_update(told, of_stream) == 0 && json_object_update(told, of_seal) == 0 &&
                 json_object_update(told, of_records) == 0;
    json_decref(of_stream);
    json_decref(of_seal);
    json_decref(of_records);
    if (!whole) {
        json_decref(told);
        told = NULL;
    }
    return told;
}
