/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * moov: tracks, time scales, codecs. */
#include <stdio.h>
#include <string.h>

#include "firmware-proto/camera/mp4.h"
#include "firmware-proto/camera/mp4_box.h"

#define TRAK ASV_MP4_TYPE('t', 'r', 'a', 'k')
#define TKHD ASV_MP4_TYPE('t', 'k', 'h', 'd')
#define MDIA ASV_MP4_TYPE('m', 'd', 'i', 'a')
#define MDHD ASV_MP4_TYPE('m', 'd', 'h', 'd')
#define HDLR ASV_MP4_TYPE('h', 'd', 'l', 'r')
#define MINF ASV_MP4_TYPE('m', 'i', 'n', 'f')
#define STBL ASV_MP4_TYPE('s', 't', 'b', 'l')
#define STSD ASV_MP4_TYPE('s', 't', 's', 'd')
#define MVEX ASV_MP4_TYPE('m', 'v', 'e', 'x')
#define TREX ASV_MP4_TYPE('t', 'r', 'e', 'x')
#define AVC1 ASV_MP4_TYPE('a', 'v', 'c', '1')
#define AVC3 ASV_MP4_TYPE('a', 'v', 'c', '3')
#define AVCC ASV_MP4_TYPE('a', 'v', 'c', 'C')
#define MP4A ASV_MP4_TYPE('m', 'p', '4', 'a')
#define ESDS ASV_MP4_TYPE('e', 's', 'd', 's')
#define VIDE ASV_MP4_TYPE('v', 'i', 'd', 'e')
#define SOUN ASV_MP4_TYPE('s', 'o', 'u', 'n')

/* What a sample entry holds before its boxes, behind the box header. */
#define VISUAL_ENTRY_BYTES 78
#define AUDIO_ENTRY_BYTES  28

/* MPEG-4 descriptors (ISO/IEC 14496-1) in esds. */
#define ES_DESCRIPTOR       3
#define DECODER_CONFIG      4
#define DECODER_SPECIFIC    5
#define OBJECT_TYPE_AUDIO   0x40
#define MAX_DESCRIPTOR_SIZE 0xfffff

/* tkhd and mdhd keep two times before the field that is wanted: 4 bytes each in version 0, 8 in version 1. */
static enum asv_status word_after_times(struct asv_reader body, uint32_t *out)
{
    uint8_t version = 0;
    uint32_t flags = 0;
    enum asv_status status = asv_mp4_full_box(&body, &version, &flags);
    if (status == ASV_OK) {
        status = version > 1 ? ASV_E_UNSUPPORTED : asv_mp4_skip(&body, version == 1 ? 16 : 8);
    }
    return status == ASV_OK ? asv_read_u32(&body, out) : status;
}

static enum asv_status read_handler(struct asv_reader body, enum asv_mp4_handler *out)
{
    uint32_t type = 0;
    enum asv_status status = asv_mp4_skip(&body, 8); /* version, flags, pre_defined */
    if (status == ASV_OK) {
        status = asv_read_u32(&body, &type);
    }
    *out = type == VIDE ? ASV_MP4_VIDEO : type == SOUN ? ASV_MP4_AUDIO : ASV_MP4_OTHER;
    return status;
}

static enum asv_status read_descriptor(struct asv_reader *reader, uint8_t *tag, struct asv_reader *body)
{
    uint32_t size = 0;
    uint8_t byte = 0x80;
    struct asv_bytes view;
    enum asv_status status = asv_read_u8(reader, tag);
    for (int i = 0; i < 4 && status == ASV_OK && (byte & 0x80) != 0; i++) {
        status = asv_read_u8(reader, &byte);
        size = size << 7 | (byte & 0x7fu);
    }
    if (status == ASV_OK && ((byte & 0x80) != 0 || size > MAX_DESCRIPTOR_SIZE)) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        status = asv_read_view(reader, &view, size);
    }
    if (status == ASV_OK) {
        asv_reader_init(body, view.data, view.len);
    }
    return status;
}

/* The audio object type: ES_Descriptor, DecoderConfigDescriptor, first 5 bits of DecoderSpecificInfo. */
static enum asv_status read_audio_object(struct asv_reader esds, unsigned *object_type, unsigned *audio_type)
{
    struct asv_reader es;
    struct asv_reader config;
    struct asv_reader specific;
    uint8_t tag = 0;
    uint8_t type = 0;
    uint8_t first = 0;
    if (asv_mp4_skip(&esds, 4) != ASV_OK || read_descriptor(&esds, &tag, &es) != ASV_OK ||
        tag != ES_DESCRIPTOR || asv_mp4_skip(&es, 2) != ASV_OK || asv_read_u8(&es, &type) != ASV_OK ||
        (type & 0xe0) != 0 || read_descriptor(&es, &tag, &config) != ASV_OK || tag != DECODER_CONFIG ||
        asv_read_u8(&config, &type) != ASV_OK || asv_mp4_skip(&config, 12) != ASV_OK ||
        read_descriptor(&config, &tag, &specific) != ASV_OK || tag != DECODER_SPECIFIC ||
        asv_read_u8(&specific, &first) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    *object_type = type;
    *audio_type = first >> 3;
    return ASV_OK;
}

static void four_characters(char out[ASV_MP4_CODEC_SIZE], uint32_t type)
{
    uint8_t bytes[4];
    asv_store_be32(bytes, type);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bool plain = bytes[i] > 0x20 && bytes[i] < 0x7f && bytes[i] != ',';
        bytes[i] = plain ? bytes[i] : '?';
    }
    memcpy(out, bytes, sizeof bytes);
    out[sizeof bytes] = '\0';
}

/* A codec that says no more than its four characters is named by them alone. */
static void read_codec(struct asv_mp4_box entry, char out[ASV_MP4_CODEC_SIZE])
{
    struct asv_mp4_box box;
    uint8_t avc[4];
    unsigned object_type = 0;
    unsigned audio_type = 0;
    four_characters(out, entry.type);
    if (entry.type == AVC1 || entry.type == AVC3) {
        if (asv_mp4_skip(&entry.body, VISUAL_ENTRY_BYTES) == ASV_OK &&
            asv_mp4_box_find(&entry.body, AVCC, &box) == ASV_OK &&
            asv_read_copy(&box.body, avc, 4) == ASV_OK) {
            snprintf(out + 4, ASV_MP4_CODEC_SIZE - 4, ".%02x%02x%02x", avc[1], avc[2], avc[3]);
        }
    } else if (entry.type == MP4A) {
        if (asv_mp4_skip(&entry.body, AUDIO_ENTRY_BYTES) == ASV_OK &&
            asv_mp4_box_find(&entry.body, ESDS, &box) == ASV_OK &&
            read_audio_object(box.body, &object_type, &audio_type) == ASV_OK) {
            if (object_type == OBJECT_TYPE_AUDIO) {
                snprintf(out + 4, ASV_MP4_CODEC_SIZE - 4, ".40.%u", audio_type);
            } else {
                snprintf(out + 4, ASV_MP4_CODEC_SIZE - 4, ".%02x", object_type);
            }
        }
    }
}

static enum asv_status read_sample_entry(struct asv_reader mdia, struct asv_mp4_track *track)
{
    struct asv_mp4_box box;
    struct asv_mp4_box entry;
    enum asv_status status = asv_mp4_box_find(&mdia, MINF, &box);
    if (status == ASV_OK) {
        status = asv_mp4_box_find(&box.body, STBL, &box);
    }
    if (status == ASV_OK) {
        status = asv_mp4_box_find(&box.body, STSD, &box);
    }
    if (status == ASV_OK) {
        status = asv_mp4_skip(&box.body, 8); /* version, flags, entry count */
    }
    if (status == ASV_OK) {
        status = asv_mp4_box_next(&box.body, &entry);
    }
    if (status == ASV_OK) {
        read_codec(entry, track->codec);
    }
    return status;
}

static enum asv_status read_track(struct asv_reader trak, struct asv_mp4_track *track)
{
    struct asv_mp4_box mdia;
    struct asv_mp4_box box;
    enum asv_status status = asv_mp4_box_find(&trak, TKHD, &box);
    if (status == ASV_OK) {
        status = word_after_times(box.body, &track->id);
    }
    if (status == ASV_OK) {
        status = asv_mp4_box_find(&trak, MDIA, &mdia);
    }
    if (status == ASV_OK) {
        status = asv_mp4_box_find(&mdia.body, MDHD, &box);
    }
    if (status == ASV_OK) {
        status = word_after_times(box.body, &track->timescale);
    }
    if (status == ASV_OK && track->timescale == 0) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        status = asv_mp4_box_find(&mdia.body, HDLR, &box);
    }
    if (status == ASV_OK) {
        status = read_handler(box.body, &track->handler);
    }
    return status == ASV_OK ? read_sample_entry(mdia.body, track) : status;
}

static enum asv_status read_trex(struct asv_reader body, struct asv_mp4_movie *movie)
{
    uint32_t id = 0;
    uint32_t duration = 0;
    uint32_t flags = 0;
    /* version and flags; track; default sample description; duration, size, flags */
    if (asv_mp4_skip(&body, 4) != ASV_OK || asv_read_u32(&body, &id) != ASV_OK ||
        asv_mp4_skip(&body, 4) != ASV_OK || asv_read_u32(&body, &duration) != ASV_OK ||
        asv_mp4_skip(&body, 4) != ASV_OK || asv_read_u32(&body, &flags) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    for (size_t i = 0; i < movie->track_count; i++) {
        if (movie->track[i].id == id) {
            movie->track[i].default_duration = duration;
            movie->track[i].default_flags = flags;
        }
    }
    return ASV_OK;
}

static enum asv_status read_tracks(struct asv_reader moov, struct asv_mp4_movie *movie)
{
    while (asv_reader_left(&moov) != 0) {
        struct asv_mp4_box box;
        enum asv_status status = asv_mp4_box_next(&moov, &box);
        if (status != ASV_OK || box.type != TRAK) {
            if (status != ASV_OK) {
                return status;
            }
            continue;
        }
        if (movie->track_count == ASV_MP4_TRACKS_MAX) {
            return ASV_E_LIMIT;
        }
        status = read_track(box.body, &movie->track[movie->track_count]);
        if (status != ASV_OK) {
            return status;
        }
        movie->track_count++;
    }
    return movie->track_count == 0 ? ASV_E_NOT_FOUND : ASV_OK;
}

static enum asv_status read_defaults(struct asv_reader moov, struct asv_mp4_movie *movie)
{
    struct asv_mp4_box mvex;
    enum asv_status status = asv_mp4_box_find(&moov, MVEX, &mvex);
    while (status == ASV_OK && asv_reader_left(&mvex.body) != 0) {
        struct asv_mp4_box box;
        status = asv_mp4_box_next(&mvex.body, &box);
        if (status == ASV_OK && box.type == TREX) {
            status = read_trex(box.body, movie);
        }
    }
    return status;
}

static void join_codecs(struct asv_mp4_movie *movie)
{
    size_t len = 0;
    for (size_t i = 0; i < movie->track_count; i++) {
        size_t more = strlen(movie->track[i].codec) + (len != 0);
        if (len + more > ASV_TEXT_MAX) {
            return;
        }
        len += (size_t)snprintf(movie->codecs + len, sizeof movie->codecs - len, "%s%s", len == 0 ? "" : ",",
                                movie->track[i].codec);
    }
}

enum asv_status asv_mp4_read_movie(struct asv_mp4_movie *out, const uint8_t *data, size_t len,
                                   struct asv_err *err)
{
    struct asv_mp4_movie movie = {.track_count = 0};
    struct asv_reader reader;
    struct asv_mp4_box moov;
    asv_reader_init(&reader, data, len);
    enum asv_status status = asv_mp4_box_find(&reader, ASV_MP4_MOOV, &moov);
    if (status == ASV_OK) {
        status = read_tracks(moov.body, &movie);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status == ASV_E_NOT_FOUND ? ASV_E_MALFORMED : status,
                        "video: moov: its tracks cannot be read");
    }
    status = read_defaults(moov.body, &movie);
    if (status != ASV_OK) {
        return asv_fail(err, ASV_E_MALFORMED,
                        "video: moov: no mvex: this is not fragmented MP4 (ffmpeg -movflags "
                        "frag_keyframe+empty_moov+default_base_moof)");
    }
    join_codecs(&movie);
    *out = movie;
    return ASV_OK;
}
