/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/opener.h"

#include <string.h>

static enum asv_status check_commitment(const struct asv_seal_header *header,
                                        const uint8_t file_key[ASV_FILE_KEY_BYTES])
{
    uint8_t commitment[ASV_SHA256_BYTES];
    asv_key_commitment(commitment, file_key);
    return asv_equal(commitment, header->commitment, sizeof commitment) ? ASV_OK : ASV_E_DIGEST;
}

static size_t find_key(const struct asv_seal_header *header, const uint8_t identity[ASV_X25519_BYTES])
{
    uint8_t pk[ASV_X25519_BYTES];
    uint8_t id[ASV_KEY_ID_BYTES];
    size_t i = 0;
    asv_x25519_public(pk, identity);
    asv_key_id(id, pk);
    while (i < header->stanza_count && memcmp(header->stanzas[i].key_id, id, sizeof id) != 0) {
        i++;
    }
    return i;
}

enum asv_status asv_seal_unwrap(uint8_t file_key[ASV_FILE_KEY_BYTES], const struct asv_seal_header *header,
                                struct asv_bytes stanzas, const uint8_t identity[ASV_X25519_BYTES])
{
    struct asv_reader reader;
    struct asv_age_stanza stanza;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t key[ASV_FILE_KEY_BYTES];
    enum asv_status status = ASV_OK;

    size_t wanted = find_key(header, identity);
    if (wanted == header->stanza_count) {
        return ASV_E_NOT_FOUND;
    }
    asv_reader_init(&reader, stanzas.data, stanzas.len);
    for (size_t i = 0; i <= wanted && status == ASV_OK; i++) {
        status = asv_age_stanza_read(&reader, &stanza);
    }
    if (status != ASV_OK) {
        return status;
    }
    /* S-023: nothing is unwrapped that the camera did not sign. */
    asv_sha256(digest, stanza.text.data, stanza.text.len);
    if (memcmp(digest, header->stanzas[wanted].digest, sizeof digest) != 0) {
        return ASV_E_DIGEST;
    }
    if (asv_age_unwrap(key, &stanza, identity) != ASV_OK || check_commitment(header, key) != ASV_OK) {
        status = ASV_E_DIGEST; /* signed, for this key, and yet it does not open */
    } else {
        memcpy(file_key, key, sizeof key);
    }
    asv_wipe(key, sizeof key);
    return status;
}

enum asv_status asv_seal_opener_init(struct asv_seal_opener *opener, const struct asv_seal_header *header,
                                     const uint8_t file_key[ASV_FILE_KEY_BYTES])
{
    enum asv_status status = check_commitment(header, file_key); /* S-110 */
    if (status != ASV_OK) {
        return status;
    }
    memcpy(opener->file_key, file_key, ASV_FILE_KEY_BYTES);
    asv_age_payload_key(opener->payload_key, file_key, header->nonce);
    asv_merkle_init(&opener->disclosure);
    return ASV_OK;
}

/* S-017 */
enum asv_status asv_seal_opener_decrypt(const struct asv_seal_opener *opener,
                                        uint8_t out[ASV_CHUNK_PLAIN_BYTES],
                                        const uint8_t in[ASV_CHUNK_CIPHER_BYTES], uint64_t index)
{
    return asv_age_chunk_decrypt(out, in, ASV_CHUNK_CIPHER_BYTES, index, false, opener->payload_key);
}

enum asv_status asv_seal_opener_check_final(const struct asv_seal_opener *opener,
                                            const uint8_t in[ASV_FINAL_CIPHER_BYTES], uint64_t index)
{
    uint8_t final_chunk[ASV_FINAL_CIPHER_BYTES];
    asv_age_final_chunk(final_chunk, index, opener->payload_key);
    return asv_equal(final_chunk, in, sizeof final_chunk) ? ASV_OK : ASV_E_DIGEST;
}

void asv_seal_disclosure_key(uint8_t out[ASV_SHA256_BYTES], const uint8_t file_key[ASV_FILE_KEY_BYTES],
                             uint64_t index)
{
    static const char domain[] = "asservat/v1/disclose";
    uint8_t info[sizeof domain - 1 + 8];
    memcpy(info, domain, sizeof domain - 1);
    asv_store_be64(info + sizeof domain - 1, index);
    asv_hkdf_sha256(out, file_key, ASV_FILE_KEY_BYTES, NULL, 0, info, sizeof info);
}

/* S-111 */
void asv_seal_disclosure_value(uint8_t out[ASV_SHA256_BYTES], const uint8_t key[ASV_SHA256_BYTES],
                               const uint8_t plaintext[ASV_CHUNK_PLAIN_BYTES])
{
    asv_hmac_sha256(out, key, ASV_SHA256_BYTES, plaintext, ASV_CHUNK_PLAIN_BYTES);
}

void asv_seal_disclosure_leaf(uint8_t out[ASV_SHA256_BYTES], const uint8_t file_key[ASV_FILE_KEY_BYTES],
                              uint64_t index, const uint8_t plaintext[ASV_CHUNK_PLAIN_BYTES])
{
    uint8_t key[ASV_SHA256_BYTES];
    asv_seal_disclosure_key(key, file_key, index);
    asv_seal_disclosure_value(out, key, plaintext);
    asv_wipe(key, sizeof key);
}

enum asv_status asv_seal_opener_disclose(struct asv_seal_opener *opener,
                                         const uint8_t plaintext[ASV_CHUNK_PLAIN_BYTES])
{
    uint8_t value[ASV_SHA256_BYTES];
    uint8_t leaf[ASV_SHA256_BYTES];
    asv_seal_disclosure_leaf(value, opener->file_key, opener->disclosure.count, plaintext);
    asv_merkle_leaf(leaf, value, sizeof value);
    return asv_merkle_append(&opener->disclosure, leaf);
}

/* S-112 */
enum asv_status asv_seal_opener_check_disclosure(const struct asv_seal_opener *opener,
                                                 const struct asv_seal_checkpoint *checkpoint)
{
    uint8_t root[ASV_SHA256_BYTES];
    if (opener->disclosure.count != checkpoint->chunks) {
        return ASV_E_STATE;
    }
    asv_merkle_root(&opener->disclosure, root);
    return memcmp(root, checkpoint->disclosure_root, sizeof root) == 0 ? ASV_OK : ASV_E_DIGEST;
}

void asv_seal_opener_wipe(struct asv_seal_opener *opener)
{
    asv_wipe(opener, sizeof *opener);
}
