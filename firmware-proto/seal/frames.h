/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The frames of a seal after its header: records, checkpoints and the end. SEAL.md, sections 3 and 5 to 8.
 *
 * seal = HEADER, then any number of (RECORD..., at most one LEAVES, CHECKPOINT), then END when the recording
 * was stopped and not cut off.
 */
#ifndef ASV_SEAL_FRAMES_H
#define ASV_SEAL_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/seal/age.h"
#include "firmware-proto/seal/header.h"

#define ASV_SEAL_FRAME_HEADER_BYTES 5    /* type u8, length u32 */
#define ASV_SEAL_LEAVES_MAX         8192 /* in one LEAVES frame, so between two checkpoints */
#define ASV_SEAL_RECORD_VALUE_MAX   256
#define ASV_SEAL_RECORD_MAX_BYTES   (4 + 2 + 8 + 8 + 8 + 2 + ASV_SEAL_RECORD_VALUE_MAX)
#define ASV_SEAL_CHECKPOINT_BYTES   291     /* body and signature: always as long */
#define ASV_SEAL_END_BYTES          172     /* body and signature: always as long */
#define ASV_SEAL_RECORDS_MAX        1048576 /* in one clip: ten a second for the longest day */

enum asv_seal_frame {
    ASV_FRAME_HEADER = 1,
    ASV_FRAME_RECORD = 2,
    ASV_FRAME_LEAVES = 3,
    ASV_FRAME_CHECKPOINT = 4,
    ASV_FRAME_END = 5,
};

/* What happened; the value's bytes are beside each. An unknown kind is kept and reported, unless its bit 15
 * is set (critical): then it is refused. */
enum asv_record_kind {
    ASV_RECORD_MARKER = 1,       /* empty: the wearer pressed "important" */
    ASV_RECORD_DISPLAY_ON = 2,   /* empty: step 2 of the de-escalation */
    ASV_RECORD_DISPLAY_OFF = 3,  /* empty */
    ASV_RECORD_ANNOUNCED = 4,    /* u8: 1 the person was told, 0 not; text8: why not, or empty */
    ASV_RECORD_DWELLING = 5,     /* u8: 0 not said, 1 ordered by the person in charge, 2 Gefahr im Verzug */
    ASV_RECORD_PREROLL_END = 6,  /* u32: milliseconds of pre-roll before this moment */
    ASV_RECORD_GNSS_DIGEST = 7,  /* digest field: of the position log's block kept in the payload */
    ASV_RECORD_CLOCK_SET = 8,    /* i64 wall ms before, i64 after, u8 enum asv_clock_source */
    ASV_RECORD_SOURCE_LOST = 9,  /* empty: no picture from here on */
    ASV_RECORD_SOURCE_BACK = 10, /* empty */
    ASV_RECORD_CRITICAL = 0x8000,
};

struct asv_seal_record {
    uint32_t seq; /* from 1, without gaps */
    uint16_t kind;
    int64_t wall_ms;
    uint64_t mono_ms;
    uint64_t chunk; /* full chunks written when it happened: it belongs to this chunk's time */
    uint16_t value_len;
    uint8_t value[ASV_SEAL_RECORD_VALUE_MAX];
};

struct asv_seal_checkpoint {
    uint8_t header_digest[ASV_SHA256_BYTES];
    uint32_t seq;    /* from 1, without gaps */
    uint64_t chunks; /* full chunks that it signs */
    int64_t wall_ms;
    uint64_t mono_ms;
    uint8_t boot[ASV_UUID_BYTES]; /* the header's */
    uint8_t root[ASV_SHA256_BYTES];
    uint8_t disclosure_root[ASV_SHA256_BYTES];
    uint32_t records;
    uint8_t records_digest[ASV_SHA256_BYTES];
    uint64_t key_frame_offset; /* in the plaintext, of the last fragment that starts with a key frame */
    uint64_t key_frame_us;     /* its media time */
    uint8_t final_chunk[ASV_FINAL_CIPHER_BYTES]; /* that completes an age file of these chunks */
};

enum asv_end_reason {
    ASV_END_WEARER = 1,
    ASV_END_KEY_DAY = 2, /* the day key's end: goes on in the next clip */
    ASV_END_STORAGE_FULL = 3,
    ASV_END_BATTERY = 4,
    ASV_END_SOURCE_ENDED = 5,
    ASV_END_SOURCE_LOST = 6,
    ASV_END_DOCKED = 7,
    ASV_END_FAULT = 8,
};

struct asv_seal_end {
    uint8_t header_digest[ASV_SHA256_BYTES];
    uint32_t checkpoint_seq;
    uint8_t checkpoint_digest[ASV_SHA256_BYTES];
    uint8_t reason;         /* enum asv_end_reason */
    uint64_t payload_bytes; /* chunks * 65552 + 24 */
    uint64_t media_bytes;   /* plaintext before the padding */
    int64_t wall_ms;
    uint64_t mono_ms;
};

/* The frame in front of a body. */
void asv_seal_frame_begin(struct asv_writer *out, enum asv_seal_frame type, size_t body_len);

/* Each writer writes a frame's body (and signature); digest: of the body without the signature. ASV_E_USAGE
 * for values that the reader would refuse, ASV_E_LIMIT when it does not fit; the writer is then where it was.
 */
ASV_MUST_CHECK enum asv_status asv_seal_record_write(struct asv_writer *out,
                                                     const struct asv_seal_record *record);
ASV_MUST_CHECK enum asv_status asv_seal_checkpoint_write(struct asv_writer *out,
                                                         uint8_t digest[ASV_SHA256_BYTES],
                                                         const struct asv_seal_checkpoint *checkpoint,
                                                         const uint8_t sk[ASV_ED25519_SK_BYTES]);
ASV_MUST_CHECK enum asv_status asv_seal_end_write(struct asv_writer *out, uint8_t digest[ASV_SHA256_BYTES],
                                                  const struct asv_seal_end *end,
                                                  const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Each reader takes exactly one frame's body. ASV_E_MALFORMED, ASV_E_UNSUPPORTED (unknown algorithm or
 * critical record), ASV_E_SIGNATURE. */
ASV_MUST_CHECK enum asv_status asv_seal_record_read(struct asv_seal_record *out, const void *data,
                                                    size_t len);
ASV_MUST_CHECK enum asv_status asv_seal_checkpoint_read(struct asv_seal_checkpoint *out,
                                                        uint8_t digest[ASV_SHA256_BYTES], const void *data,
                                                        size_t len, const uint8_t pk[ASV_ED25519_PK_BYTES]);
/* The same without its signature: nothing of it is to be believed until that was verified. */
ASV_MUST_CHECK enum asv_status asv_seal_checkpoint_read_unsigned(struct asv_seal_checkpoint *out,
                                                                 uint8_t digest[ASV_SHA256_BYTES],
                                                                 const void *data, size_t len);
ASV_MUST_CHECK enum asv_status asv_seal_end_read(struct asv_seal_end *out, uint8_t digest[ASV_SHA256_BYTES],
                                                 const void *data, size_t len,
                                                 const uint8_t pk[ASV_ED25519_PK_BYTES]);

/* The records' running digest: starts as zeros; next = SHA-256(0x01, digest, body). In place. */
void asv_seal_records_digest(uint8_t digest[ASV_SHA256_BYTES], const void *body, size_t len);

/* Bytes of "free" boxes that a recorder appends to media_bytes of plaintext so that its last chunk is full:
 * 0, or 8 to 65543 (one box; a box is never smaller than 8). */
uint32_t asv_seal_padding_bytes(uint64_t media_bytes);

/* T-054: length of a payload as far as it is signed: the chunks and, when the seal has its END, the final
 * chunk. Whatever the file holds behind it is the tail of the custody, be it only a final chunk whose END was
 * lost. */
static inline uint64_t asv_seal_payload_bytes(uint64_t chunks, bool ended)
{
    return chunks * ASV_CHUNK_CIPHER_BYTES + (ended ? ASV_FINAL_CIPHER_BYTES : 0);
}

#endif
