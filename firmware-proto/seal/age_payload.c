/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <string.h>

#include "firmware-proto/seal/age.h"

const uint8_t asv_final_plaintext[ASV_FINAL_PLAIN_BYTES] = {0, 0, 0, 8, 'f', 'r', 'e', 'e'};

void asv_age_payload_key(uint8_t out[ASV_AEAD_KEY_BYTES], const uint8_t file_key[ASV_FILE_KEY_BYTES],
                         const uint8_t nonce[ASV_NONCE_BYTES])
{
    asv_hkdf_sha256(out, file_key, ASV_FILE_KEY_BYTES, nonce, ASV_NONCE_BYTES, "payload", 7);
}

/* S-014: 11 bytes of counter, then 1 for the final chunk and 0 for all others. */
static void chunk_nonce(uint8_t out[ASV_AEAD_NONCE_BYTES], uint64_t index, bool final)
{
    memset(out, 0, ASV_AEAD_NONCE_BYTES);
    asv_store_be64(out + 3, index);
    out[11] = final ? 1 : 0;
}

void asv_age_chunk_encrypt(uint8_t *out, const uint8_t *in, size_t len, uint64_t index, bool final,
                           const uint8_t payload_key[ASV_AEAD_KEY_BYTES])
{
    uint8_t nonce[ASV_AEAD_NONCE_BYTES];
    chunk_nonce(nonce, index, final);
    asv_aead_seal(out, in, len, NULL, 0, nonce, payload_key);
}

enum asv_status asv_age_chunk_decrypt(uint8_t *out, const uint8_t *in, size_t len, uint64_t index, bool final,
                                      const uint8_t payload_key[ASV_AEAD_KEY_BYTES])
{
    uint8_t nonce[ASV_AEAD_NONCE_BYTES];
    /* S-010 */
    if (len > ASV_CHUNK_CIPHER_BYTES || (!final && len != ASV_CHUNK_CIPHER_BYTES) ||
        len < ASV_AEAD_TAG_BYTES) {
        return ASV_E_MALFORMED;
    }
    if (final && len == ASV_AEAD_TAG_BYTES && index != 0) {
        return ASV_E_MALFORMED; /* empty only when the whole payload is */
    }
    chunk_nonce(nonce, index, final);
    return asv_aead_open_bulk(out, in, len, nonce, payload_key);
}

void asv_age_final_chunk(uint8_t out[ASV_FINAL_CIPHER_BYTES], uint64_t index,
                         const uint8_t payload_key[ASV_AEAD_KEY_BYTES])
{
    asv_age_chunk_encrypt(out, asv_final_plaintext, ASV_FINAL_PLAIN_BYTES, index, true, payload_key);
}
