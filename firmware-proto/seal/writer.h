/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The sealing side: turns plaintext chunks into a payload, and what happened into a signed seal. No
 * allocation and no I/O: bytes are appended to the caller's buffers, and the caller writes them to its files.
 *
 * The file key is drawn inside and never leaves, so that no clip can be given another's key. The order on
 * disk is the caller's part: a checkpoint's chunks are durable before the checkpoint is written (S-061).
 *
 * begin, then any of add_chunk, add_record, checkpoint; then checkpoint, end, link; wipe at the end of it
 * all. A call that fails changes nothing, and nothing was appended.
 */
#ifndef ASV_SEAL_WRITER_H
#define ASV_SEAL_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/base/world.h"
#include "firmware-proto/seal/frames.h"
#include "firmware-proto/seal/header.h"
#include "firmware-proto/seal/link.h"
#include "firmware-proto/seal/merkle.h"

/* Chunks that may wait for a checkpoint (32 MiB): add_chunk then says ASV_E_LIMIT until one is made. */
#define ASV_SEAL_WRITER_PENDING_MAX 512

/* What one call appends at most. */
#define ASV_SEAL_HEADER_FRAME_MAX_BYTES (ASV_SEAL_FRAME_HEADER_BYTES + ASV_SEAL_HEADER_MAX_BYTES)
#define ASV_SEAL_RECORD_FRAME_MAX_BYTES (ASV_SEAL_FRAME_HEADER_BYTES + ASV_SEAL_RECORD_MAX_BYTES)
#define ASV_SEAL_CHECKPOINT_FRAMES_MAX_BYTES                                            \
    (2 * ASV_SEAL_FRAME_HEADER_BYTES + ASV_SEAL_WRITER_PENDING_MAX * ASV_SHA256_BYTES + \
     ASV_SEAL_CHECKPOINT_BYTES)
#define ASV_SEAL_END_FRAME_BYTES (ASV_SEAL_FRAME_HEADER_BYTES + ASV_SEAL_END_BYTES)

/* About 20 KiB; holds secrets: keep it in locked memory, wipe it with asv_seal_writer_wipe. Zero it before
 * the first use. Fields are private. */
struct asv_seal_writer {
    uint8_t state;
    const uint8_t *sk; /* borrowed */
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    uint8_t payload_key[ASV_AEAD_KEY_BYTES];
    uint8_t header_digest[ASV_SHA256_BYTES];
    uint8_t last_digest[ASV_SHA256_BYTES]; /* of the last signed frame */
    uint8_t boot[ASV_UUID_BYTES];
    struct asv_link link; /* what is known of it from the start */
    struct asv_merkle tree;
    struct asv_merkle disclosure;
    uint8_t records_digest[ASV_SHA256_BYTES];
    uint32_t records;
    uint32_t records_signed;
    uint32_t checkpoints;
    uint64_t chunks_signed;
    uint64_t mono_ms; /* of the last signed or recorded moment */
    size_t pending_count;
    uint8_t pending[ASV_SEAL_WRITER_PENDING_MAX][ASV_SHA256_BYTES];
};

/* The moment of a call: from the caller's clocks, so that a record can carry when a button was pressed.
 * mono_ms never goes back within a clip (ASV_E_USAGE). */
struct asv_moment {
    int64_t wall_ms;
    uint64_t mono_ms;
};

/* Draws file key and nonce, wraps the key for recipients[count] (X25519 public keys, 1..4), completes header
 * (stanza references, nonce, commitment; everything else is the caller's and is validated), signs it with sk,
 * which is borrowed until wipe. Appends the HEADER frame to seal and the stanzas to stanzas. ASV_E_STATE when
 * the writer was used before and not wiped; ASV_E_USAGE for a header value out of range. */
ASV_MUST_CHECK enum asv_status asv_seal_writer_begin(
    struct asv_seal_writer *writer, const struct asv_world *world, struct asv_seal_header *header,
    const uint8_t (*recipients)[ASV_X25519_BYTES], size_t recipient_count,
    const uint8_t sk[ASV_ED25519_SK_BYTES], struct asv_writer *seal, struct asv_writer *stanzas,
    struct asv_err *err);

/* Encrypts the next full chunk; out may be in. ASV_E_LIMIT when a checkpoint is due first. */
ASV_MUST_CHECK enum asv_status asv_seal_writer_add_chunk(struct asv_seal_writer *writer,
                                                         uint8_t out[ASV_CHUNK_CIPHER_BYTES],
                                                         const uint8_t in[ASV_CHUNK_PLAIN_BYTES]);

/* Appends a RECORD frame. ASV_E_USAGE for an unknown kind or a value that is not the kind's. */
ASV_MUST_CHECK enum asv_status asv_seal_writer_add_record(struct asv_seal_writer *writer,
                                                          enum asv_record_kind kind, struct asv_moment moment,
                                                          const void *value, size_t value_len,
                                                          struct asv_writer *seal);

/* Signs all chunks and records so far: appends LEAVES (when there are new chunks) and CHECKPOINT.
 * key_frame_offset and key_frame_us as in struct asv_seal_checkpoint. */
ASV_MUST_CHECK enum asv_status asv_seal_writer_checkpoint(struct asv_seal_writer *writer,
                                                          struct asv_moment moment, uint64_t key_frame_offset,
                                                          uint64_t key_frame_us, struct asv_writer *seal);

/* Appends END and gives the payload's final chunk. ASV_E_STATE unless the last call was a checkpoint;
 * ASV_E_USAGE when media_bytes and its padding are not exactly the chunks given. */
ASV_MUST_CHECK enum asv_status asv_seal_writer_end(struct asv_seal_writer *writer, enum asv_end_reason reason,
                                                   uint64_t media_bytes, struct asv_moment moment,
                                                   uint8_t final_chunk[ASV_FINAL_CIPHER_BYTES],
                                                   struct asv_writer *seal);

/* After end: appends the link record (ending ENDED), salt and header digest included. */
ASV_MUST_CHECK enum asv_status asv_seal_writer_link(struct asv_seal_writer *writer,
                                                    const struct asv_world *world, struct asv_writer *link);

/* Full chunks encrypted so far. */
uint64_t asv_seal_writer_chunks(const struct asv_seal_writer *writer);

/* Digest of the last signed frame: the next clip's "previous" once this one has ended. */
void asv_seal_writer_last_digest(const struct asv_seal_writer *writer, uint8_t out[ASV_SHA256_BYTES]);

/* Zeroes it all; usable for another clip afterwards. */
void asv_seal_writer_wipe(struct asv_seal_writer *writer);

#endif
