/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/head.h"

#include <string.h>

#include "firmware-proto/trust/fields.h"

static const char magic[8] = "ASVKHED1";
static const char key_info[] = "asservat/v1/keeper-head";

/* As with the index: a salt for each file, so the nonce never counts. */
static const uint8_t nonce[ASV_AEAD_NONCE_BYTES];

static void derive(uint8_t out[ASV_AEAD_KEY_BYTES], const uint8_t master[ASV_MASTER_KEY_BYTES],
                   const uint8_t salt[ASV_SHA256_BYTES])
{
    asv_hkdf_sha256(out, master, ASV_MASTER_KEY_BYTES, salt, ASV_SHA256_BYTES, key_info, sizeof key_info - 1);
}

enum asv_status asv_head_seal(uint8_t out[ASV_HEAD_FILE_BYTES], const struct asv_head *head,
                              const uint8_t master[ASV_MASTER_KEY_BYTES], const struct asv_world *world,
                              struct asv_err *err)
{
    uint8_t salt[ASV_SHA256_BYTES];
    uint8_t key[ASV_AEAD_KEY_BYTES];
    uint8_t plain[ASV_HEAD_PLAIN_BYTES];
    struct asv_writer writer;
    enum asv_status status = asv_world_random(world, salt, sizeof salt);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the ledger's last head: no randomness");
    }
    asv_writer_init(&writer, plain, sizeof plain);
    asv_write_bytes(&writer, head->ledger, sizeof head->ledger);
    asv_write_u64(&writer, head->size);
    asv_write_bytes(&writer, head->root, sizeof head->root);
    asv_writer_init(&writer, out, ASV_HEAD_HEADER_BYTES);
    asv_write_bytes(&writer, magic, sizeof magic);
    asv_write_u16(&writer, ASV_HEAD_FORMAT);
    asv_write_u16(&writer, ASV_SUITE_1);
    asv_write_bytes(&writer, head->store, sizeof head->store);
    asv_write_u64(&writer, head->epoch);
    asv_write_bytes(&writer, salt, sizeof salt);
    derive(key, master, salt); /* K-145 */
    asv_aead_seal(out + ASV_HEAD_HEADER_BYTES, plain, sizeof plain, out, ASV_HEAD_HEADER_BYTES, nonce, key);
    asv_wipe(key, sizeof key);
    return ASV_OK;
}

/* What stands in the clear. */
static enum asv_status read_label(struct asv_head *out, uint8_t salt[ASV_SHA256_BYTES], const void *data,
                                  size_t len)
{
    struct asv_head head = {0};
    struct asv_reader in;
    uint8_t start[sizeof magic];
    uint16_t format;
    uint16_t suite;
    asv_reader_init(&in, data, len);
    if (asv_read_copy(&in, start, sizeof start) != ASV_OK || memcmp(start, magic, sizeof magic) != 0 ||
        asv_read_u16(&in, &format) != ASV_OK || asv_read_u16(&in, &suite) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    if (format != ASV_HEAD_FORMAT || suite != ASV_SUITE_1) {
        return ASV_E_UNSUPPORTED;
    }
    if (len != ASV_HEAD_FILE_BYTES || asv_read_copy(&in, head.store, sizeof head.store) != ASV_OK ||
        asv_read_u64(&in, &head.epoch) != ASV_OK ||
        asv_read_copy(&in, salt, ASV_SHA256_BYTES) != ASV_OK) { /* K-145 */
        return ASV_E_MALFORMED;
    }
    *out = head;
    return ASV_OK;
}

enum asv_status asv_head_label_read(struct asv_head *out, const void *data, size_t len)
{
    uint8_t salt[ASV_SHA256_BYTES];
    return read_label(out, salt, data, len);
}

enum asv_status asv_head_open(struct asv_head *out, const void *data, size_t len,
                              const uint8_t master[ASV_MASTER_KEY_BYTES])
{
    struct asv_head head;
    struct asv_reader in;
    uint8_t salt[ASV_SHA256_BYTES];
    uint8_t key[ASV_AEAD_KEY_BYTES];
    uint8_t plain[ASV_HEAD_PLAIN_BYTES];
    enum asv_status status = read_label(&head, salt, data, len);
    if (status != ASV_OK) {
        return status;
    }
    derive(key, master, salt);
    status =
        asv_aead_open(plain, (const uint8_t *)data + ASV_HEAD_HEADER_BYTES,
                      ASV_HEAD_PLAIN_BYTES + ASV_AEAD_TAG_BYTES, data, ASV_HEAD_HEADER_BYTES, nonce, key);
    asv_wipe(key, sizeof key);
    if (status != ASV_OK) {
        return ASV_E_DIGEST;
    }
    asv_reader_init(&in, plain, sizeof plain);
    if (asv_read_copy(&in, head.ledger, sizeof head.ledger) != ASV_OK ||
        asv_read_u64(&in, &head.size) != ASV_OK ||
        asv_read_copy(&in, head.root, sizeof head.root) != ASV_OK || head.size == 0) {
        return ASV_E_MALFORMED;
    }
    *out = head;
    return ASV_OK;
}
