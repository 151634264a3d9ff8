/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/recorder.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_CHECKPOINT_MS 1000
#define SPACE_CHECK_BYTES     262144

static uint64_t mono_now(const struct asv_recorder *recorder)
{
    return asv_world_mono_ms(recorder->store->world);
}

enum asv_status asv_recorder_open(struct asv_recorder *recorder, struct asv_store *store,
                                  const struct asv_recorder_options *options, struct asv_err *err)
{
    uint32_t preroll_ms = 0;
    memset(recorder, 0, sizeof *recorder);
    enum asv_status status = asv_store_need_trust(store, err);
    if (status != ASV_OK) {
        return status;
    }
    recorder->store = store;
    recorder->options = *options;
    recorder->skipping = true;
    recorder->state = ASV_RECORDER_STANDBY;
    if (store->trust->has_configuration) {
        preroll_ms = store->trust->configuration.pre_roll_ms;
        if (recorder->options.checkpoint_ms == 0) {
            recorder->options.checkpoint_ms = store->trust->configuration.checkpoint_ms;
        }
    }
    if (recorder->options.checkpoint_ms == 0) {
        recorder->options.checkpoint_ms = DEFAULT_CHECKPOINT_MS;
    }
    asv_preroll_init(&recorder->preroll, options->standby ? preroll_ms : 0);
    recorder->source_mono_ms = mono_now(recorder);
    recorder->mp4 = malloc(sizeof *recorder->mp4);
    recorder->init = malloc(ASV_MP4_INIT_MAX_BYTES);
    if (recorder->mp4 == NULL || recorder->init == NULL) {
        asv_recorder_close(recorder);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for a recorder");
    }
    asv_mp4_init(recorder->mp4);
    return ASV_OK;
}

void asv_recorder_close(struct asv_recorder *recorder)
{
    asv_clip_writer_abandon(&recorder->clip);
    asv_preroll_clear(&recorder->preroll);
    free(recorder->mp4);
    free(recorder->init);
    recorder->mp4 = NULL;
    recorder->init = NULL;
    recorder->state = ASV_RECORDER_STOPPED;
}

/* ---- the ends of a clip ---- */

static void note_end(struct asv_recorder *recorder, uint64_t number, enum asv_end_reason reason)
{
    uint8_t value[9];
    asv_store_be64(value, number);
    value[8] = (uint8_t)reason;
    asv_store_note(recorder->store, ASV_DEVLOG_RECORD_END, value, sizeof value);
}

/* The medium failed under the clip: it is given up as it is, and the next key frame begins another. */
static enum asv_status break_off(struct asv_recorder *recorder, struct asv_err *err)
{
    uint64_t number = recorder->clip.number;
    asv_clip_writer_abandon(&recorder->clip);
    asv_store_note_text(recorder->store, ASV_DEVLOG_FAULT, "a recording was broken off: the flash failed");
    if (number != 0) {
        recorder->broken++;
        note_end(recorder, number, ASV_END_FAULT);
    }
    recorder->skipping = true;
    recorder->state = ASV_RECORDER_BROKEN;
    if (++recorder->attempts >= ASV_RECORDER_ATTEMPTS) {
        recorder->state = ASV_RECORDER_STOPPED;
        return asv_fail(err, ASV_E_IO, "the camera's flash fails again and again: nothing can be recorded");
    }
    return ASV_OK;
}

static enum asv_status end_clip(struct asv_recorder *recorder, enum asv_end_reason reason,
                                struct asv_err *err)
{
    uint64_t number = recorder->clip.number;
    enum asv_status status = asv_clip_writer_end(&recorder->clip, reason, mono_now(recorder), err);
    if (status == ASV_OK) {
        recorder->clips++;
        recorder->ended = reason;
        note_end(recorder, number, reason);
    } else {
        asv_store_note_text(recorder->store, ASV_DEVLOG_FAULT, "the end of a recording could not be written");
    }
    return status;
}

enum asv_status asv_recorder_stop(struct asv_recorder *recorder, enum asv_end_reason reason,
                                  struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    if (recorder->state == ASV_RECORDER_RECORDING) {
        status = end_clip(recorder, reason, err);
    }
    if (recorder->state != ASV_RECORDER_STOPPED) {
        recorder->state = recorder->options.standby ? ASV_RECORDER_STANDBY : ASV_RECORDER_STOPPED;
    }
    recorder->skipping = true;
    return status;
}

static enum asv_status stop_full(struct asv_recorder *recorder, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    if (recorder->state == ASV_RECORDER_RECORDING) {
        status = end_clip(recorder, ASV_END_STORAGE_FULL, err);
    }
    asv_store_note(recorder->store, ASV_DEVLOG_FULL, NULL, 0);
    recorder->state = ASV_RECORDER_STOPPED;
    if (status != ASV_OK) {
        return status;
    }
    return asv_fail(err, ASV_E_NO_SPACE, "the camera is full: dock it, nothing is ever overwritten");
}

/* ---- its beginning ---- */

static uint8_t stream_type(const struct asv_mp4_movie *movie)
{
    bool video = false;
    bool audio = false;
    for (size_t i = 0; i < movie->track_count; i++) {
        video = video || movie->track[i].handler == ASV_MP4_VIDEO;
        audio = audio || movie->track[i].handler == ASV_MP4_AUDIO;
    }
    return video && audio ? ASV_STREAM_AUDIO_VIDEO
           : video        ? ASV_STREAM_VIDEO
           : audio        ? ASV_STREAM_AUDIO
                          : ASV_STREAM_DATA;
}

static void note_begin(struct asv_recorder *recorder, const struct asv_store_time *start)
{
    struct asv_store *store = recorder->store;
    struct asv_bulletin_key key;
    enum asv_store_reserve_reason why = ASV_STORE_RESERVE_NOT;
    uint8_t value[9];
    asv_store_note_clip(store, ASV_DEVLOG_RECORD_START, recorder->clip.number);
    if (start->state == ASV_CLOCK_LOST) {
        asv_store_note(store, ASV_DEVLOG_CLOCK_LOST, NULL, 0);
    }
    if (asv_store_choose_key(store, start, &key, &why) == ASV_OK && why != ASV_STORE_RESERVE_NOT) {
        asv_store_be64(value, recorder->clip.number);
        value[8] = (uint8_t)why;
        asv_store_note(store, ASV_DEVLOG_RESERVE_KEY, value, sizeof value);
        recorder->reserve++;
    }
}

/* Begins a clip at this time; what cannot be helped ends the recorder, the rest is tried again. */
static enum asv_status begin_clip(struct asv_recorder *recorder, const struct asv_store_time *start,
                                  struct asv_err *err)
{
    struct asv_clip_writer_options options = {
        .start = *start,
        .codecs = recorder->mp4->movie.codecs,
        .stream_type = stream_type(&recorder->mp4->movie),
        .stream = recorder->options.stream,
        .segment = recorder->segment,
    };
    struct asv_store_space space;
    memcpy(options.group, recorder->options.group, sizeof options.group);
    if (asv_store_space(recorder->store, &space) == ASV_OK && space.full) {
        return stop_full(recorder, err);
    }
    enum asv_status status = asv_clip_writer_begin(&recorder->clip, recorder->store, &options, err);
    if (status == ASV_E_NO_SPACE) {
        return stop_full(recorder, err);
    }
    if (status == ASV_E_STATE || status == ASV_E_NO_MEMORY) {
        recorder->state = ASV_RECORDER_STOPPED;
        return status;
    }
    if (status != ASV_OK) {
        return break_off(recorder, err);
    }
    recorder->state = ASV_RECORDER_RECORDING;
    recorder->skipping = true;
    recorder->segment++;
    recorder->source_lost = false;
    recorder->checked_mono_ms = start->mono_ms;
    recorder->checked_media_us = recorder->media_us;
    recorder->space_checked_bytes = 0;
    note_begin(recorder, start);
    status = asv_clip_writer_write(&recorder->clip, start->mono_ms, recorder->init, recorder->init_len);
    return status == ASV_OK ? ASV_OK : break_off(recorder, err);
}

/* ---- going on ---- */

static bool interval_over(const struct asv_recorder *recorder)
{
    uint64_t interval = recorder->options.checkpoint_ms;
    bool by_media = recorder->options.full_speed && recorder->media_us > recorder->checked_media_us &&
                    recorder->media_us - recorder->checked_media_us >= interval * 1000;
    return by_media || mono_now(recorder) - recorder->checked_mono_ms >= interval;
}

static enum asv_status check_space(struct asv_recorder *recorder, struct asv_err *err)
{
    struct asv_store_space space;
    uint8_t value[8];
    if (recorder->clip.full) {
        return stop_full(recorder, err);
    }
    if (recorder->clip.media_bytes - recorder->space_checked_bytes < SPACE_CHECK_BYTES) {
        return ASV_OK;
    }
    recorder->space_checked_bytes = recorder->clip.media_bytes;
    if (asv_store_space(recorder->store, &space) != ASV_OK) {
        return ASV_OK; /* the next write tells */
    }
    if (space.low && !recorder->low_noted) {
        recorder->low_noted = true;
        asv_store_be64(value, space.free_bytes);
        asv_store_note(recorder->store, ASV_DEVLOG_LOW_SPACE, value, sizeof value);
    }
    return space.free_bytes < ASV_RECORDER_MARGIN_BYTES ? stop_full(recorder, err) : ASV_OK;
}

/* Media of the clip that is being recorded; a checkpoint when one is due. */
static enum asv_status write_media(struct asv_recorder *recorder, const uint8_t *data, size_t len,
                                   struct asv_err *err)
{
    enum asv_status status = asv_clip_writer_write(&recorder->clip, mono_now(recorder), data, len);
    if (status == ASV_OK && interval_over(recorder)) {
        uint64_t before = recorder->clip.chunks_signed;
        status = asv_clip_writer_checkpoint(&recorder->clip, mono_now(recorder));
        recorder->checked_mono_ms = mono_now(recorder);
        recorder->checked_media_us = recorder->media_us;
        if (recorder->clip.chunks_signed != before) {
            recorder->attempts = 0;
        }
    }
    return status == ASV_OK ? check_space(recorder, err) : break_off(recorder, err);
}

static bool key_day_over(struct asv_recorder *recorder)
{
    struct asv_clip_writer *clip = &recorder->clip;
    return clip->key.kind == ASV_KEY_DAY &&
           asv_clip_writer_moment(clip, mono_now(recorder)).wall_ms >= clip->key.end_ms;
}

/* S-123: before a fragment that starts with a key frame: a new clip, where one is due. */
static enum asv_status change_clip(struct asv_recorder *recorder, struct asv_err *err)
{
    struct asv_store_time now;
    enum asv_status status = ASV_OK;
    if (recorder->state == ASV_RECORDER_RECORDING && key_day_over(recorder)) {
        status = end_clip(recorder, ASV_END_KEY_DAY, err);
        if (status == ASV_E_NO_SPACE) {
            return stop_full(recorder, err);
        }
        recorder->state = ASV_RECORDER_BROKEN; /* until the next one is begun */
    }
    if (recorder->state == ASV_RECORDER_BROKEN) {
        asv_store_now(recorder->store, &now);
        return begin_clip(recorder, &now, err);
    }
    return ASV_OK;
}

/* A fragment's boxes up to its moof, and the moof. */
static enum asv_status write_head(struct asv_recorder *recorder, const uint8_t *head, size_t len,
                                  size_t moof_at, bool key, uint64_t media_us, struct asv_err *err)
{
    enum asv_status status = write_media(recorder, head, moof_at, err);
    if (status != ASV_OK || recorder->state != ASV_RECORDER_RECORDING) {
        return status;
    }
    if (key) {
        asv_clip_writer_key_frame(&recorder->clip, media_us);
    }
    return write_media(recorder, head + moof_at, len - moof_at, err);
}

static enum asv_status take_fragment(struct asv_recorder *recorder, const struct asv_mp4_event *event,
                                     struct asv_err *err)
{
    recorder->fragment = event->fragment;
    recorder->media_us = event->fragment.start_us;
    if (recorder->state == ASV_RECORDER_STANDBY) {
        const struct asv_preroll_fragment fragment = {.mono_ms = mono_now(recorder),
                                                      .media_us = event->fragment.start_us,
                                                      .key = event->fragment.key,
                                                      .moof_at = (size_t)event->moof_at};
        enum asv_status kept =
            asv_preroll_begin(&recorder->preroll, &fragment, event->bytes.data, event->bytes.len);
        (void)kept; /* without memory for it there is no pre-roll, and the recording begins with the button */
        return ASV_OK;
    }
    if (event->fragment.key) {
        enum asv_status status = change_clip(recorder, err);
        if (status != ASV_OK || recorder->state != ASV_RECORDER_RECORDING) {
            return status;
        }
        recorder->skipping = false;
    }
    if (recorder->skipping || recorder->state != ASV_RECORDER_RECORDING) {
        return ASV_OK;
    }
    return write_head(recorder, event->bytes.data, event->bytes.len, (size_t)event->moof_at,
                      event->fragment.key, event->fragment.start_us, err);
}

static enum asv_status take_data(struct asv_recorder *recorder, const struct asv_mp4_event *event,
                                 struct asv_err *err)
{
    uint64_t done = event->data_bytes - event->data_left;
    recorder->media_us = recorder->fragment.start_us + (uint64_t)((double)recorder->fragment.duration_us *
                                                                  (double)done / (double)event->data_bytes);
    if (recorder->state == ASV_RECORDER_STANDBY) {
        enum asv_status kept = asv_preroll_append(&recorder->preroll, event->bytes.data, event->bytes.len);
        (void)kept; /* as in take_fragment */
        return ASV_OK;
    }
    if (recorder->skipping || recorder->state != ASV_RECORDER_RECORDING) {
        return ASV_OK;
    }
    return write_media(recorder, event->bytes.data, event->bytes.len, err);
}

static enum asv_status draw_group(struct asv_recorder *recorder, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    if (!recorder->options.has_group) {
        status =
            asv_world_random(recorder->store->world, recorder->options.group, sizeof recorder->options.group);
        if (status != ASV_OK) {
            recorder->state = ASV_RECORDER_STOPPED;
            return asv_fail(err, status, "no randomness for a recording");
        }
    }
    recorder->segment = 0;
    return ASV_OK;
}

static enum asv_status take_init(struct asv_recorder *recorder, const struct asv_mp4_event *event,
                                 struct asv_err *err)
{
    struct asv_store_time now;
    memcpy(recorder->init, event->bytes.data, event->bytes.len);
    recorder->init_len = event->bytes.len;
    if (recorder->options.standby) {
        return ASV_OK;
    }
    enum asv_status status = draw_group(recorder, err);
    asv_store_now(recorder->store, &now);
    return status == ASV_OK ? begin_clip(recorder, &now, err) : status;
}

static enum asv_status take_event(struct asv_recorder *recorder, const struct asv_mp4_event *event,
                                  struct asv_err *err)
{
    switch (event->kind) {
    case ASV_MP4_INIT:
        return take_init(recorder, event, err);
    case ASV_MP4_FRAGMENT:
        return take_fragment(recorder, event, err);
    case ASV_MP4_DATA:
        return take_data(recorder, event, err);
    default:
        return ASV_OK;
    }
}

/* A record in the clip, if one is being recorded. */
static enum asv_status record(struct asv_recorder *recorder, enum asv_record_kind kind, const void *value,
                              size_t value_len)
{
    if (recorder->state != ASV_RECORDER_RECORDING) {
        return ASV_OK;
    }
    enum asv_status status =
        asv_clip_writer_record(&recorder->clip, kind, mono_now(recorder), value, value_len);
    return recorder->clip.failed ? break_off(recorder, NULL) : status;
}

enum asv_status asv_recorder_feed(struct asv_recorder *recorder, const uint8_t *data, size_t len,
                                  struct asv_err *err)
{
    recorder->source_mono_ms = mono_now(recorder);
    if (recorder->source_lost) {
        recorder->source_lost = false;
        enum asv_status noted = record(recorder, ASV_RECORD_SOURCE_BACK, NULL, 0);
        if (noted == ASV_E_IO) {
            return noted;
        }
    }
    while (len != 0 && recorder->state != ASV_RECORDER_STOPPED) {
        struct asv_mp4_event event;
        size_t used = 0;
        enum asv_status status = asv_mp4_feed(recorder->mp4, data, len, &used, &event, err);
        if (status != ASV_OK) {
            enum asv_status stopped = asv_recorder_stop(recorder, ASV_END_SOURCE_LOST, NULL);
            (void)stopped; /* the stream's fault is what is told */
            recorder->state = ASV_RECORDER_STOPPED;
            return status;
        }
        data += used;
        len -= used;
        status = take_event(recorder, &event, err);
        if (status != ASV_OK) {
            return status;
        }
    }
    return ASV_OK;
}

enum asv_status asv_recorder_tick(struct asv_recorder *recorder, struct asv_err *err)
{
    uint64_t silent = mono_now(recorder) - recorder->source_mono_ms;
    if (recorder->state == ASV_RECORDER_STANDBY) {
        asv_preroll_age(&recorder->preroll, mono_now(recorder));
    }
    if (recorder->state != ASV_RECORDER_RECORDING) {
        return ASV_OK;
    }
    if (!recorder->options.full_speed && silent >= ASV_RECORDER_SOURCE_GONE_MS) {
        return asv_recorder_stop(recorder, ASV_END_SOURCE_LOST, err);
    }
    if (!recorder->options.full_speed && silent >= ASV_RECORDER_SOURCE_LOST_MS && !recorder->source_lost) {
        recorder->source_lost = true;
        enum asv_status noted = record(recorder, ASV_RECORD_SOURCE_LOST, NULL, 0);
        if (noted == ASV_E_IO || recorder->state != ASV_RECORDER_RECORDING) {
            return noted;
        }
    }
    return write_media(recorder, NULL, 0, err);
}

/* ---- the wearer ---- */

/* Hands the pre-roll over to the clip that was just begun. */
static enum asv_status write_preroll(struct asv_recorder *recorder, uint64_t pressed_ms, struct asv_err *err)
{
    uint8_t value[4];
    enum asv_status status = ASV_OK;
    uint64_t before = pressed_ms - recorder->preroll.fragment[0].mono_ms;
    for (size_t i = 0; i < recorder->preroll.count && recorder->state == ASV_RECORDER_RECORDING; i++) {
        const struct asv_preroll_fragment *fragment = &recorder->preroll.fragment[i];
        status = write_head(recorder, fragment->data, fragment->len, fragment->moof_at, fragment->key,
                            fragment->media_us, err);
        if (status != ASV_OK) {
            return status;
        }
        recorder->skipping = recorder->state != ASV_RECORDER_RECORDING;
    }
    asv_store_be32(value, before > UINT32_MAX ? UINT32_MAX : (uint32_t)before);
    return record(recorder, ASV_RECORD_PREROLL_END, value, sizeof value);
}

enum asv_status asv_recorder_start(struct asv_recorder *recorder, struct asv_err *err)
{
    struct asv_store_time start;
    if (recorder->state != ASV_RECORDER_STANDBY) {
        return asv_fail(err, ASV_E_STATE, "it is recording already, or has stopped");
    }
    if (recorder->init_len == 0) {
        return asv_fail(err, ASV_E_AGAIN, "the source has not begun yet");
    }
    asv_store_now(recorder->store, &start);
    asv_preroll_age(&recorder->preroll, start.mono_ms);
    uint64_t pressed_ms = start.mono_ms;
    if (recorder->preroll.count != 0) {
        start.wall_ms -= (int64_t)(pressed_ms - recorder->preroll.fragment[0].mono_ms);
        start.mono_ms = recorder->preroll.fragment[0].mono_ms;
    }
    enum asv_status status = draw_group(recorder, err);
    if (status == ASV_OK) {
        status = begin_clip(recorder, &start, err);
    }
    if (status == ASV_OK && recorder->state == ASV_RECORDER_RECORDING && recorder->preroll.count != 0) {
        status = write_preroll(recorder, pressed_ms, err);
    }
    asv_preroll_clear(&recorder->preroll);
    return status;
}

enum asv_status asv_recorder_source_ended(struct asv_recorder *recorder, struct asv_err *err)
{
    bool whole = asv_mp4_at_end(recorder->mp4);
    enum asv_status status =
        asv_recorder_stop(recorder, whole ? ASV_END_SOURCE_ENDED : ASV_END_SOURCE_LOST, err);
    recorder->state = ASV_RECORDER_STOPPED;
    return status;
}

enum asv_status asv_recorder_marker(struct asv_recorder *recorder)
{
    struct asv_store *store = recorder->store;
    if (recorder->state == ASV_RECORDER_RECORDING) {
        uint64_t number = recorder->clip.number;
        enum asv_status status = record(recorder, ASV_RECORD_MARKER, NULL, 0);
        if (status != ASV_OK || recorder->state != ASV_RECORDER_RECORDING) {
            /* The medium took no record of it: then the mark is kept beside the clip. */
            enum asv_status kept = asv_store_clip_mark(store, number);
            return status == ASV_OK ? kept : status;
        }
        struct asv_store_clip *clip = asv_store_clip_find(store, number);
        if (clip != NULL) {
            clip->marked = true;
        }
        asv_store_note_clip(store, ASV_DEVLOG_MARKER, number);
        return ASV_OK;
    }
    if (store->clip_count != 0) {
        return asv_store_clip_mark(store, store->clips[store->clip_count - 1].number);
    }
    asv_store_note_clip(store, ASV_DEVLOG_MARKER, 0);
    return ASV_OK;
}

enum asv_status asv_recorder_display(struct asv_recorder *recorder, bool on)
{
    enum asv_status status = record(recorder, on ? ASV_RECORD_DISPLAY_ON : ASV_RECORD_DISPLAY_OFF, NULL, 0);
    asv_store_note(recorder->store, on ? ASV_DEVLOG_DISPLAY_ON : ASV_DEVLOG_DISPLAY_OFF, NULL, 0);
    return status;
}

enum asv_status asv_recorder_announced(struct asv_recorder *recorder, bool told, const char *reason)
{
    uint8_t value[1 + 1 + ASV_TEXT_MAX];
    struct asv_writer writer;
    size_t len = 0;
    if (strlen(reason) > ASV_TEXT_MAX) {
        return ASV_E_USAGE;
    }
    asv_writer_init(&writer, value, sizeof value);
    asv_write_u8(&writer, told ? 1 : 0);
    asv_write_text8(&writer, reason);
    if (asv_write_end(&writer, &len) != ASV_OK) {
        return ASV_E_USAGE;
    }
    enum asv_status status = record(recorder, ASV_RECORD_ANNOUNCED, value, len);
    asv_store_note(recorder->store, ASV_DEVLOG_ANNOUNCED, value, len);
    return status;
}

enum asv_status asv_recorder_dwelling(struct asv_recorder *recorder, uint8_t basis)
{
    if (basis > 2) {
        return ASV_E_USAGE;
    }
    enum asv_status status = record(recorder, ASV_RECORD_DWELLING, &basis, sizeof basis);
    asv_store_note(recorder->store, ASV_DEVLOG_DWELLING, &basis, sizeof basis);
    return status;
}
