/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * From an encoder's stream of fragmented MP4 to clips: when one begins and ends, what is noted in it, what
 * happens at the end of a key's day, of the room, of the source.
 *
 * In standby the recorder holds the last pre-roll milliseconds of the stream in memory (none, unless the
 * configuration says otherwise: LAW R5), and nothing else of it.
 *
 * No clock and no reading inside: bytes and the passing of time are told to it. It never blocks but on the
 * flash.
 */
#ifndef ASV_CAMERA_RECORDER_H
#define ASV_CAMERA_RECORDER_H

#include "firmware-proto/camera/clip_writer.h"
#include "firmware-proto/camera/mp4.h"
#include "firmware-proto/camera/preroll.h"
#include "firmware-proto/camera/store.h"

#define ASV_RECORDER_SOURCE_LOST_MS 3000   /* without a byte: noted in the recording */
#define ASV_RECORDER_SOURCE_GONE_MS 60000  /* and then the recording ends */
#define ASV_RECORDER_MARGIN_BYTES   524288 /* free room at which a recording ends in good order */
#define ASV_RECORDER_ATTEMPTS       16     /* clips begun in vain, one after the other, before it gives up */

enum asv_recorder_state {
    ASV_RECORDER_STANDBY = 1,
    ASV_RECORDER_RECORDING = 2,
    ASV_RECORDER_BROKEN = 3,  /* the medium failed: goes on in a new clip with the next key frame */
    ASV_RECORDER_STOPPED = 4, /* for good */
};

struct asv_recorder_options {
    bool standby;    /* asv_recorder_start begins, not the first picture */
    bool full_speed; /* media comes faster than it was filmed: checkpoints by media time too; a source is
                      * never lost for being silent */
    uint32_t checkpoint_ms; /* 0: the configuration's, or 1000 */
    bool has_group;
    uint8_t group[ASV_UUID_BYTES]; /* of the streams that belong together; drawn unless has_group */
    uint16_t stream;
};

struct asv_recorder {
    struct asv_store *store;
    struct asv_recorder_options options;
    enum asv_recorder_state state;
    struct asv_mp4 *mp4;
    uint8_t *init; /* ftyp and moov, at the head of each segment */
    size_t init_len;
    struct asv_preroll preroll;
    struct asv_clip_writer clip;
    uint32_t segment;
    bool skipping;           /* until a fragment begins with a key frame */
    bool source_lost;        /* SOURCE_LOST was noted */
    uint64_t source_mono_ms; /* of the last byte */
    uint64_t checked_mono_ms;
    uint64_t checked_media_us;
    uint64_t media_us; /* of the newest byte */
    struct asv_mp4_fragment fragment;
    uint64_t space_checked_bytes;
    bool low_noted;
    uint32_t attempts;
    uint32_t clips;            /* ended in good order */
    uint32_t broken;           /* given up because the medium failed */
    uint32_t reserve;          /* of all that were begun, sealed to the reserve key */
    enum asv_end_reason ended; /* why the last one ended */
};

/* The store is borrowed. Close it in any case. */
ASV_MUST_CHECK enum asv_status asv_recorder_open(struct asv_recorder *recorder, struct asv_store *store,
                                                 const struct asv_recorder_options *options,
                                                 struct asv_err *err);

/* Ends a recording that is still going on as a power cut would: stop it first. */
void asv_recorder_close(struct asv_recorder *recorder);

/* Bytes of the encoder's stream. ASV_OK also when a clip ended inside: see state. ASV_E_MALFORMED, _LIMIT,
 * _UNSUPPORTED: the stream is no fragmented MP4; what was recorded was ended (SOURCE_LOST). ASV_E_NO_SPACE:
 * the medium is full; the recording was ended, or never begun. ASV_E_STATE: no key to record to. ASV_E_IO:
 * the medium failed ASV_RECORDER_ATTEMPTS times in a row. After any of these the recorder is STOPPED. */
ASV_MUST_CHECK enum asv_status asv_recorder_feed(struct asv_recorder *recorder, const uint8_t *data,
                                                 size_t len, struct asv_err *err);

/* Time passed: checkpoints, a source that fell silent, the end of the key's day. Several times a second. */
ASV_MUST_CHECK enum asv_status asv_recorder_tick(struct asv_recorder *recorder, struct asv_err *err);

/* Standby becomes recording: pre-roll first. ASV_E_STATE when it is recording or stopped, ASV_E_AGAIN while
 * the stream has not begun. */
ASV_MUST_CHECK enum asv_status asv_recorder_start(struct asv_recorder *recorder, struct asv_err *err);

/* Ends the recording. With standby, the next may follow; else the recorder is STOPPED. ASV_OK when nothing is
 * being recorded. */
ASV_MUST_CHECK enum asv_status asv_recorder_stop(struct asv_recorder *recorder, enum asv_end_reason reason,
                                                 struct asv_err *err);

/* The stream ended: SOURCE_ENDED, or SOURCE_LOST when that was in the middle of something. */
ASV_MUST_CHECK enum asv_status asv_recorder_source_ended(struct asv_recorder *recorder, struct asv_err *err);

/* What the wearer does. Each is a signed record when something is being recorded, and an entry in the device
 * log in any case. A marker while nothing is recorded marks the newest clip. */
ASV_MUST_CHECK enum asv_status asv_recorder_marker(struct asv_recorder *recorder);
ASV_MUST_CHECK enum asv_status asv_recorder_display(struct asv_recorder *recorder, bool on);
/* reason: why the person was not told, or ""; at most 64 printable ASCII characters, else ASV_E_USAGE. */
ASV_MUST_CHECK enum asv_status asv_recorder_announced(struct asv_recorder *recorder, bool told,
                                                      const char *reason);
/* basis: 0 not said, 1 ordered by the person in charge, 2 Gefahr im Verzug. */
ASV_MUST_CHECK enum asv_status asv_recorder_dwelling(struct asv_recorder *recorder, uint8_t basis);

#endif
