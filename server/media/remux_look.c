/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a recording is, and where fragments of it can begin: at key frames, and each with the bytes that it
 * takes at most. MP4 says so in front of its samples; any other recording is read through once. */
#include <libavcodec/avcodec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/media/remux_internal.h"

#define PART_US      1000000 /* a part is no shorter */
#define PART_ENOUGH  4194304 /* but for one that has so many bytes */
#define HEAD_BYTES   2048    /* of a fragment's own boxes */
#define SAMPLE_BYTES 16      /* of what they say of each sample */
#define SOUNDS_MOST  4000000 /* samples: of 23 hours at 48 kHz, 1,024 a packet */

/* ---- facts ---- */

static void copy_name(char out[ASV_MEDIA_NAME_BYTES], const char *name)
{
    snprintf(out, ASV_MEDIA_NAME_BYTES, "%.*s", (int)strcspn(name, ","), name);
}

static uint32_t at_least_none(int value)
{
    return value > 0 ? (uint32_t)value : 0;
}

/* ISO/IEC 14496-15, E.3: the general part of profile, tier and level. */
static void type_of_hevc(char out[ASV_MEDIA_NAME_BYTES], const uint8_t *record)
{
    static const char *const spaces[] = {"", "A", "B", "C"};
    uint32_t flags = 0;
    size_t last = 6;
    for (size_t i = 0; i < 32; i++) { /* in reverse */
        flags |= (uint32_t)(record[2 + i / 8] >> (7 - i % 8) & 1) << i;
    }
    for (size_t i = 0; i < 6; i++) {
        last = record[6 + 5 - i] != 0 && last == 6 ? 5 - i : last;
    }
    int len = snprintf(out, ASV_MEDIA_NAME_BYTES, "hev1.%s%u.%X.%c%u", spaces[record[1] >> 6],
                       record[1] & 0x1fu, flags, (record[1] & 0x20) != 0 ? 'H' : 'L', record[12]);
    for (size_t i = 0; last < 6 && i <= last && len > 0 && len < ASV_MEDIA_NAME_BYTES - 3; i++) {
        len += snprintf(out + len, (size_t)(ASV_MEDIA_NAME_BYTES - len), ".%X", record[6 + i]);
    }
}

/* RFC 6381. Of codecs that no browser plays there is none. */
static void type_of(char out[ASV_MEDIA_NAME_BYTES], const AVCodecParameters *codec)
{
    const uint8_t *data = codec->extradata;
    const int len = data != NULL ? codec->extradata_size : 0;
    switch (codec->codec_id) {
    case AV_CODEC_ID_H264:
        if (len >= 4 && data[0] == 1) {
            snprintf(out, ASV_MEDIA_NAME_BYTES, "avc1.%02x%02x%02x", data[1], data[2], data[3]);
        }
        break;
    case AV_CODEC_ID_HEVC:
        if (len >= 13 && data[0] == 1) {
            type_of_hevc(out, data);
        }
        break;
    case AV_CODEC_ID_AAC:
        if (len >= 2 && data[0] >> 3 != 0 && data[0] >> 3 != 31) {
            snprintf(out, ASV_MEDIA_NAME_BYTES, "mp4a.40.%d", data[0] >> 3);
        }
        break;
    case AV_CODEC_ID_OPUS:
        copy_name(out, "opus");
        break;
    default:
        break;
    }
}

static void tell_stream(const struct asv_remux *remux, int number, struct asv_media_stream *out)
{
    const AVCodecParameters *codec = remux->in->streams[number]->codecpar;
    out->kind = number == remux->video   ? ASV_MEDIA_VIDEO
                : number == remux->audio ? ASV_MEDIA_AUDIO
                                         : ASV_MEDIA_OTHER;
    copy_name(out->codec, avcodec_get_name(codec->codec_id));
    type_of(out->type, codec);
    out->width = at_least_none(codec->width);
    out->height = at_least_none(codec->height);
    out->rate = at_least_none(codec->sample_rate);
    out->channels = at_least_none(codec->ch_layout.nb_channels);
}

static void tell(const struct asv_remux *remux, struct asv_media_facts *out)
{
    memset(out, 0, sizeof *out);
    copy_name(out->format, remux->in->iformat->name);
    out->duration_us = remux->in->duration > 0 ? (uint64_t)remux->in->duration : 0;
    for (unsigned i = 0; i < remux->in->nb_streams && i < ASV_MEDIA_STREAMS; i++) {
        tell_stream(remux, (int)i, &out->streams[out->stream_count++]);
    }
}

/* ---- the index ---- */

struct sound {
    int64_t place;
    uint32_t bytes;
};

struct tally {
    struct asv_remux *remux;
    struct asv_media_index *out;
    uint64_t bytes[ASV_MEDIA_PARTS]; /* of each part */
    int64_t part_us;
    int64_t later_us; /* by how much a key frame is shown later than its place says */
    bool has_later;
    int64_t last;         /* the furthest place of the lead */
    struct sound *sounds; /* heap */
    size_t sound_count, sound_cap;
};

/* Whole µs of a place. */
static int64_t us_of(const struct tally *tally, int64_t place)
{
    return av_rescale_q(place, tally->remux->in->streams[tally->remux->lead]->time_base, AV_TIME_BASE_Q);
}

/* Every second one goes: a long recording has longer parts. How many are left. */
static size_t halve(struct tally *tally)
{
    struct asv_media_index *out = tally->out;
    size_t count = (out->count + 1) / 2;
    for (size_t i = 0; i < count; i++) {
        uint64_t bytes = tally->bytes[2 * i] + (2 * i + 1 < out->count ? tally->bytes[2 * i + 1] : 0);
        out->parts[i] = out->parts[2 * i];
        tally->bytes[i] = bytes;
    }
    tally->part_us *= 2;
    return count;
}

static bool begins_part(const struct tally *tally, int64_t place)
{
    const struct asv_media_index *out = tally->out;
    if (out->count == 0) {
        return true;
    }
    int64_t begun = out->parts[out->count - 1].at;
    return place > begun && (us_of(tally, place) - us_of(tally, begun) >= tally->part_us ||
                             tally->bytes[out->count - 1] >= PART_ENOUGH);
}

static void count_lead(struct tally *tally, int64_t place, bool key, size_t bytes)
{
    struct asv_media_index *out = tally->out;
    if (key && place != AV_NOPTS_VALUE && begins_part(tally, place)) {
        if (out->count == ASV_MEDIA_PARTS) {
            out->count = halve(tally);
        }
        tally->bytes[out->count] = HEAD_BYTES;
        out->parts[out->count++] = (struct asv_media_part){.at = place};
    }
    tally->last = place != AV_NOPTS_VALUE && place > tally->last ? place : tally->last;
    if (out->count > 0) {
        tally->bytes[out->count - 1] += bytes + SAMPLE_BYTES;
    }
}

/* What of a recording is sound is put where it belongs when all parts are known. */
static enum asv_status count_sound(struct tally *tally, int64_t place, size_t bytes)
{
    if (tally->sound_count == tally->sound_cap) {
        size_t cap = tally->sound_cap == 0 ? 4096 : 2 * tally->sound_cap;
        struct sound *grown = cap <= 2 * SOUNDS_MOST ? reallocarray(tally->sounds, cap, sizeof *grown) : NULL;
        if (grown == NULL) {
            return asv_fail(tally->remux->err, ASV_E_LIMIT, "the recording has too many samples of sound");
        }
        tally->sounds = grown;
        tally->sound_cap = cap;
    }
    tally->sounds[tally->sound_count++] = (struct sound){
        place, bytes < UINT32_MAX - SAMPLE_BYTES ? (uint32_t)bytes : UINT32_MAX - SAMPLE_BYTES};
    return ASV_OK;
}

static enum asv_status count(struct tally *tally, int stream, int64_t place, bool key, size_t bytes)
{
    if (stream == tally->remux->lead) {
        count_lead(tally, place, key, bytes);
        return ASV_OK;
    }
    return stream == tally->remux->audio && place != AV_NOPTS_VALUE ? count_sound(tally, place, bytes)
                                                                    : ASV_OK;
}

static void add_sound(struct tally *tally, const struct sound *sound)
{
    size_t low = 0;
    size_t high = tally->out->count; /* the last part that begins at or before it, or the first */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (tally->out->parts[middle].at <= sound->place) {
            low = middle;
        } else {
            high = middle;
        }
    }
    tally->bytes[low] += sound->bytes + SAMPLE_BYTES;
}

/* Whether libavformat has every sample of these streams in its index already, as of MP4 in one piece. */
static bool is_indexed(const struct asv_remux *remux)
{
    const int streams[] = {remux->lead, remux->audio};
    bool all = remux->decodes;
    for (size_t i = 0; all && i < 2 && streams[i] >= 0; i++) {
        const AVStream *stream = remux->in->streams[streams[i]];
        all = stream->nb_frames > 0 && avformat_index_get_entries_count(stream) == stream->nb_frames;
    }
    return all;
}

static enum asv_status count_index(struct tally *tally, int number)
{
    AVStream *stream = tally->remux->in->streams[number];
    int entries = avformat_index_get_entries_count(stream);
    enum asv_status status = ASV_OK;
    for (int i = 0; status == ASV_OK && i < entries; i++) {
        const AVIndexEntry *entry = avformat_index_get_entry(stream, i);
        int64_t place = asv_remux_place(tally->remux, number, entry->timestamp, entry->timestamp);
        status = count(tally, number, place, (entry->flags & AVINDEX_KEYFRAME) != 0,
                       entry->size > 0 ? (size_t)entry->size : 0);
    }
    return status;
}

/* all: otherwise up to the first key frame, for how much later than its place it is shown. */
static enum asv_status read_through(struct tally *tally, bool all)
{
    struct asv_remux *remux = tally->remux;
    AVPacket *packet = av_packet_alloc();
    bool over = packet == NULL;
    enum asv_status status = over ? asv_remux_no_memory(remux) : asv_remux_next(remux, packet, &over);
    while (status == ASV_OK && !over) {
        const int stream = packet->stream_index;
        const bool key = (packet->flags & AV_PKT_FLAG_KEY) != 0;
        int64_t place = asv_remux_place(remux, stream, packet->dts, packet->pts);
        if (stream == remux->lead && key && !tally->has_later && place != AV_NOPTS_VALUE &&
            packet->pts != AV_NOPTS_VALUE) {
            tally->has_later = true;
            tally->later_us = us_of(tally, packet->pts - place);
        }
        status = all ? count(tally, stream, place, key, packet->size > 0 ? (size_t)packet->size : 0) : ASV_OK;
        over = !all && tally->has_later;
        if (status == ASV_OK && !over) {
            status = asv_remux_next(remux, packet, &over);
        }
    }
    av_packet_free(&packet);
    return status;
}

static enum asv_status close_tally(struct tally *tally, struct asv_media_facts *facts)
{
    struct asv_media_index *out = tally->out;
    uint64_t last_ms = 0;
    if (out->count == 0) {
        return asv_fail(tally->remux->err, ASV_E_NOT_FOUND, "the recording has no picture that can be shown");
    }
    if (facts->duration_us == 0 && tally->last > 0) { /* of what was cut off */
        facts->duration_us = (uint64_t)us_of(tally, tally->last);
    }
    for (size_t i = 0; i < tally->sound_count; i++) {
        add_sound(tally, &tally->sounds[i]);
    }
    for (size_t i = 0; i < out->count; i++) {
        int64_t us = us_of(tally, out->parts[i].at);
        us = us < INT64_MAX - tally->later_us ? us + tally->later_us : us;
        uint64_t ms = us > 0 ? (uint64_t)us / 1000 : 0;
        last_ms = ms > last_ms ? ms : last_ms;
        out->parts[i].ms = last_ms;
        out->parts[i].bytes = (uint32_t)tally->bytes[i];
        if (tally->bytes[i] > ASV_MEDIA_PART_BYTES) {
            return asv_fail(tally->remux->err, ASV_E_LIMIT,
                            "the recording has a key frame too seldom to be shown from its middle");
        }
    }
    return ASV_OK;
}

static enum asv_status count_all(struct tally *tally)
{
    const struct asv_remux *remux = tally->remux;
    const bool indexed = is_indexed(remux);
    enum asv_status status = read_through(tally, !indexed);
    if (status == ASV_OK && indexed) {
        status = count_index(tally, remux->lead);
    }
    if (status == ASV_OK && indexed && remux->audio >= 0 && remux->audio != remux->lead) {
        status = count_index(tally, remux->audio);
    }
    return status;
}

static enum asv_status look(struct asv_remux *remux, struct asv_media_facts *facts,
                            struct asv_media_index *index)
{
    struct tally *tally = calloc(1, sizeof *tally);
    if (tally == NULL) {
        return asv_remux_no_memory(remux);
    }
    tally->remux = remux;
    tally->out = index;
    tally->part_us = PART_US;
    tell(remux, facts);
    enum asv_status status = count_all(tally);
    if (status == ASV_OK) {
        status = close_tally(tally, facts);
    }
    free(tally->sounds);
    free(tally);
    return status;
}

enum asv_status asv_remux_look(const struct asv_remux_io *io, struct asv_media_facts *facts,
                               struct asv_media_index *index, struct asv_err *err)
{
    struct asv_remux remux = {.io = io, .err = err};
    enum asv_status status = asv_remux_open(&remux);
    index->count = 0;
    if (status == ASV_OK) {
        status = look(&remux, facts, index);
    }
    asv_remux_end(&remux);
    return status;
}

enum asv_status asv_remux_tell(const struct asv_remux_io *io, struct asv_media_facts *facts,
                               struct asv_err *err)
{
    struct asv_remux remux = {.io = io, .err = err};
    enum asv_status status = asv_remux_open(&remux);
    if (status == ASV_OK) {
        tell(&remux, facts);
    }
    asv_remux_end(&remux);
    return status;
}
