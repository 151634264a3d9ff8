/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One clip while it is recorded: plaintext goes in, payload and seal go to the flash.
 *
 * At each checkpoint the payload is synced before the checkpoint is written, and the checkpoint is synced
 * before anything else is: a power cut costs at most what came after the last one.
 *
 * After ASV_E_IO from any call nothing is written to this clip any more (what reached the medium is not
 * known): asv_clip_writer_abandon ends it as a power cut would have.
 */
#ifndef ASV_CAMERA_CLIP_WRITER_H
#define ASV_CAMERA_CLIP_WRITER_H

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/store.h"
#include "firmware-proto/seal/writer.h"

/* Chunks after which a checkpoint is made whatever the time: bounds what a power cut costs at full speed. */
#define ASV_CLIP_WRITER_CHECKPOINT_CHUNKS 64

struct asv_clip_writer_options {
    struct asv_store_time start; /* of the first picture */
    const char *codecs;
    uint8_t stream_type; /* enum asv_stream_type */
    uint16_t stream;
    uint8_t group[ASV_UUID_BYTES];
    uint32_t segment;
};

/* Secrets and buffers, in locked memory. */
struct asv_clip_writer_memory {
    struct asv_seal_writer seal;
    uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
    uint8_t cipher[ASV_CHUNK_CIPHER_BYTES];
    uint8_t frames[ASV_SEAL_CHECKPOINT_FRAMES_MAX_BYTES];
};

/* Zero before the first use. */
struct asv_clip_writer {
    struct asv_store *store; /* NULL: no clip is open */
    struct asv_clip_writer_memory *memory;
    uint64_t number;
    struct asv_bulletin_key key;
    int payload;
    int seal;
    struct asv_store_time start;
    uint64_t mono_ms; /* of the newest moment */
    size_t plain_len;
    uint64_t media_bytes;
    uint64_t chunks_signed;
    uint64_t seal_bytes;   /* appended to the seal, */
    uint64_t seal_durable; /* and known to be on the medium */
    bool records_unsigned;
    bool full; /* the medium is: end it now */
    bool failed;
    uint64_t key_offset; /* of the last key frame within signed chunks, */
    uint64_t key_us;     /* and its media time */
    bool key_pending;    /* a later one is in the chunk that is being filled */
    uint64_t key_pending_offset;
    uint64_t key_pending_us;
};

/* Begins clip counter + 1 with the key of its start time, durably. ASV_E_NO_SPACE; ASV_E_STATE when there is
 * no bulletin; ASV_E_IO. No clip is open then. */
ASV_MUST_CHECK enum asv_status asv_clip_writer_begin(struct asv_clip_writer *writer, struct asv_store *store,
                                                     const struct asv_clip_writer_options *options,
                                                     struct asv_err *err);

/* The moment of a monotonic time, on the clock that the clip began with; never before the one given last. */
struct asv_moment asv_clip_writer_moment(struct asv_clip_writer *writer, uint64_t mono_ms);

/* Media bytes. full may be set afterwards. */
ASV_MUST_CHECK enum asv_status asv_clip_writer_write(struct asv_clip_writer *writer, uint64_t mono_ms,
                                                     const uint8_t *data, size_t len);

/* The next byte written begins the moof of a fragment that starts with a key frame. */
void asv_clip_writer_key_frame(struct asv_clip_writer *writer, uint64_t media_us);

/* A signed record, and a checkpoint that signs it. */
ASV_MUST_CHECK enum asv_status asv_clip_writer_record(struct asv_clip_writer *writer,
                                                      enum asv_record_kind kind, uint64_t mono_ms,
                                                      const void *value, size_t value_len);

/* Makes everything so far durable and signed. Nothing happens when nothing is new. */
ASV_MUST_CHECK enum asv_status asv_clip_writer_checkpoint(struct asv_clip_writer *writer, uint64_t mono_ms);

/* Pads to a full chunk, signs the end, writes the link, counts the clip. No clip is open afterwards; when it
 * fails the clip was abandoned. */
ASV_MUST_CHECK enum asv_status asv_clip_writer_end(struct asv_clip_writer *writer, enum asv_end_reason reason,
                                                   uint64_t mono_ms, struct asv_err *err);

/* Closes files and wipes keys, and nothing more: for this module's own use. */
void asv_clip_writer_reset(struct asv_clip_writer *writer);

/* Gives the clip up as it is on the medium. No clip is open afterwards. Fine to call when none is. */
void asv_clip_writer_abandon(struct asv_clip_writer *writer);

#endif
