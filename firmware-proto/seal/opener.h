/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a holder of the file key can do and check: the commitment, the chunks, the disclosure tree.
 */
#ifndef ASV_SEAL_OPENER_H
#define ASV_SEAL_OPENER_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/seal/frames.h"
#include "firmware-proto/seal/header.h"
#include "firmware-proto/seal/merkle.h"

/* Finds in stanzas (the clip's stanzas file) the one that the *signed* header names for identity's public
 * key, compares its digest before anything is unwrapped, unwraps, and checks the commitment. header must come
 * from a verified seal. ASV_E_NOT_FOUND when the header names no such key, ASV_E_DIGEST when the stanza or
 * the commitment differs, ASV_E_MALFORMED for a stanzas file that is none. */
ASV_MUST_CHECK enum asv_status asv_seal_unwrap(uint8_t file_key[ASV_FILE_KEY_BYTES],
                                               const struct asv_seal_header *header, struct asv_bytes stanzas,
                                               const uint8_t identity[ASV_X25519_BYTES]);

/* Holds secrets: wipe it. */
struct asv_seal_opener {
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    uint8_t payload_key[ASV_AEAD_KEY_BYTES];
    struct asv_merkle disclosure;
};

/* ASV_E_DIGEST when the key is not the one that the header commits to. */
ASV_MUST_CHECK enum asv_status asv_seal_opener_init(struct asv_seal_opener *opener,
                                                    const struct asv_seal_header *header,
                                                    const uint8_t file_key[ASV_FILE_KEY_BYTES]);

/* Full chunk index, in any order; out may be in. ASV_E_DIGEST when it does not authenticate there. */
ASV_MUST_CHECK enum asv_status asv_seal_opener_decrypt(const struct asv_seal_opener *opener,
                                                       uint8_t out[ASV_CHUNK_PLAIN_BYTES],
                                                       const uint8_t in[ASV_CHUNK_CIPHER_BYTES],
                                                       uint64_t index);

/* ASV_E_DIGEST unless in is the constant final chunk at index. */
ASV_MUST_CHECK enum asv_status asv_seal_opener_check_final(const struct asv_seal_opener *opener,
                                                           const uint8_t in[ASV_FINAL_CIPHER_BYTES],
                                                           uint64_t index);

/* Chunk index's key in the disclosure tree: HKDF-SHA-256(file key, "asservat/v1/disclose", index u64). It
 * says nothing of the file key or of another chunk's. */
void asv_seal_disclosure_key(uint8_t out[ASV_SHA256_BYTES], const uint8_t file_key[ASV_FILE_KEY_BYTES],
                             uint64_t index);

/* The value of a chunk with this key: HMAC-SHA-256(key, plaintext). */
void asv_seal_disclosure_value(uint8_t out[ASV_SHA256_BYTES], const uint8_t key[ASV_SHA256_BYTES],
                               const uint8_t plaintext[ASV_CHUNK_PLAIN_BYTES]);

/* The value of chunk index. */
void asv_seal_disclosure_leaf(uint8_t out[ASV_SHA256_BYTES], const uint8_t file_key[ASV_FILE_KEY_BYTES],
                              uint64_t index, const uint8_t plaintext[ASV_CHUNK_PLAIN_BYTES]);

/* Adds the next plaintext chunk (from 0, in order) to the disclosure tree. ASV_E_LIMIT above ASV_CHUNKS_MAX.
 */
ASV_MUST_CHECK enum asv_status asv_seal_opener_disclose(struct asv_seal_opener *opener,
                                                        const uint8_t plaintext[ASV_CHUNK_PLAIN_BYTES]);

/* ASV_E_STATE unless exactly the checkpoint's chunks were added, ASV_E_DIGEST when the root differs. */
ASV_MUST_CHECK enum asv_status asv_seal_opener_check_disclosure(const struct asv_seal_opener *opener,
                                                                const struct asv_seal_checkpoint *checkpoint);

void asv_seal_opener_wipe(struct asv_seal_opener *opener);

#endif
