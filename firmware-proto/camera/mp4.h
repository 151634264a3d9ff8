/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Splits a stream of fragmented MP4 (ISO/IEC 14496-12, as made by ffmpeg's
 * "-movflags frag_keyframe+empty_moov+default_base_moof") into its initialisation (ftyp and moov) and its
 * fragments, and says what a recording needs to know of them. Bytes are handed on as they are.
 *
 * Everything but mdat is held in bounded buffers; mdat passes through. A trailing mfra is left out: it
 * indexes a file that a sealed recording, with its padding and its segments, is not.
 */
#ifndef ASV_CAMERA_MP4_H
#define ASV_CAMERA_MP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/trust/common.h"

#define ASV_MP4_INIT_MAX_BYTES 65536 /* ftyp and moov; a live encoder's are about 1.5 KiB */
#define ASV_MP4_HEAD_MAX_BYTES \
    262144 /* what stands before a fragment's mdat: 16 bytes a frame, a minute of it */
#define ASV_MP4_TRACKS_MAX 8
#define ASV_MP4_CODEC_SIZE 16 /* "avc1.64001f" */

enum asv_mp4_handler {
    ASV_MP4_OTHER,
    ASV_MP4_VIDEO,
    ASV_MP4_AUDIO,
};

struct asv_mp4_track {
    uint32_t id;
    enum asv_mp4_handler handler;
    uint32_t timescale;             /* units per second, not 0 */
    uint32_t default_duration;      /* of a sample, in units (trex) */
    uint32_t default_flags;         /* of a sample (trex) */
    char codec[ASV_MP4_CODEC_SIZE]; /* RFC 6381 */
};

struct asv_mp4_movie {
    size_t track_count;
    struct asv_mp4_track track[ASV_MP4_TRACKS_MAX];
    char codecs[ASV_TEXT_SIZE]; /* of all tracks, comma-separated; those that do not fit are left out */
};

/* Of the first video track, or of the first track when there is no video. */
struct asv_mp4_fragment {
    uint64_t start_us; /* media time of its first sample (tfdt) */
    uint64_t duration_us;
    bool key; /* begins with a sync sample */
};

enum asv_mp4_event_kind {
    ASV_MP4_MORE,     /* nothing: give more bytes */
    ASV_MP4_INIT,     /* bytes: ftyp and moov; movie is known from now on. Once */
    ASV_MP4_FRAGMENT, /* bytes: what stands before mdat, the moof last; a recording may be cut before it */
    ASV_MP4_DATA,     /* bytes: some of a fragment's mdat, its header included */
};

struct asv_mp4_event {
    enum asv_mp4_event_kind kind;
    struct asv_bytes bytes; /* in the bytes given or in the splitter, until its next call */
    struct asv_mp4_fragment fragment;
    uint64_t moof_at;    /* FRAGMENT: offset of the moof within bytes */
    uint64_t data_left;  /* DATA: bytes of this mdat still to come after these */
    uint64_t data_bytes; /* DATA: of this mdat in all */
};

/* About 320 KiB. Fields are private but movie. */
struct asv_mp4 {
    struct asv_mp4_movie movie;
    enum asv_status broken; /* what every further call answers */
    uint8_t phase;
    bool has_init;
    bool has_moof; /* an mdat may follow */
    bool has_data; /* and one did */
    bool emitted;  /* head was handed out and is free again */
    uint8_t box[16];
    size_t box_len;
    uint32_t box_type;
    uint64_t box_left;
    uint64_t box_bytes;
    size_t moof_at;
    size_t head_len;
    uint8_t head[ASV_MP4_HEAD_MAX_BYTES];
};

void asv_mp4_init(struct asv_mp4 *mp4);

/* Takes some of data[len] (*used) and tells at most one thing; call again with the rest until MORE. A stream
 * that breaks a rule (ASV_E_MALFORMED, ASV_E_LIMIT, ASV_E_UNSUPPORTED; err says which box) stays broken. */
ASV_MUST_CHECK enum asv_status asv_mp4_feed(struct asv_mp4 *mp4, const uint8_t *data, size_t len,
                                            size_t *used, struct asv_mp4_event *event, struct asv_err *err);

/* True when the stream may end here: after a whole box, with no fragment begun. */
bool asv_mp4_at_end(const struct asv_mp4 *mp4);

/* ftyp and moov in data[len]: what a movie says of its tracks. */
ASV_MUST_CHECK enum asv_status asv_mp4_read_movie(struct asv_mp4_movie *out, const uint8_t *data, size_t len,
                                                  struct asv_err *err);

/* One whole moof. */
ASV_MUST_CHECK enum asv_status asv_mp4_read_fragment(struct asv_mp4_fragment *out,
                                                     const struct asv_mp4_movie *movie, const uint8_t *data,
                                                     size_t len, struct asv_err *err);

#endif
