/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/dayfile.h"

#include <stdlib.h>
#include <string.h>

#include "server/keeper/secret.h"

static const char magic[8] = "ASVKEYS1";

/* The key of a key file encrypts this one file and is never used again, so the nonce never counts. */
static const uint8_t nonce[ASV_AEAD_NONCE_BYTES];

#define GENERATION_AT (8 + 2 + 2 + ASV_STORE_ID_BYTES + ASV_ENTRY_ID_BYTES + 1 + 4)
_Static_assert(GENERATION_AT + 8 + 4 == ASV_DAYFILE_HEADER_BYTES, "the header is its fields");

void asv_dayfile_free(struct asv_dayfile *file)
{
    asv_secret_free(file->keys);
    *file = (struct asv_dayfile){0};
}

/* Where camera stands, or where it would. */
static uint32_t place_of(const struct asv_dayfile *file, const uint8_t camera[ASV_SHA256_BYTES])
{
    uint32_t low = 0;
    uint32_t high = file->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (memcmp(file->keys[middle].camera, camera, ASV_SHA256_BYTES) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const struct asv_dayfile *file, uint32_t at, const uint8_t camera[ASV_SHA256_BYTES])
{
    return at < file->count && memcmp(file->keys[at].camera, camera, ASV_SHA256_BYTES) == 0;
}

const struct asv_dayfile_key *asv_dayfile_find(const struct asv_dayfile *file,
                                               const uint8_t camera[ASV_SHA256_BYTES])
{
    uint32_t at = place_of(file, camera);
    return is_at(file, at, camera) ? &file->keys[at] : NULL;
}

static enum asv_status make_room(struct asv_dayfile *file)
{
    void *larger = NULL;
    if (file->count < file->cap) {
        return ASV_OK;
    }
    if (file->count >= ASV_DAYFILE_KEYS_MAX) {
        return ASV_E_LIMIT;
    }
    uint32_t room = file->count < 32 ? 32 : 2 * file->count;
    enum asv_status status = asv_secret_alloc(&larger, room * sizeof file->keys[0]);
    if (status == ASV_OK) {
        if (file->count > 0) {
            memcpy(larger, file->keys, file->count * sizeof file->keys[0]);
        }
        asv_secret_free(file->keys);
        file->keys = larger;
        file->cap = room;
    }
    return status;
}

enum asv_status asv_dayfile_add(struct asv_dayfile *file, const struct asv_dayfile_key *key)
{
    uint32_t at = place_of(file, key->camera);
    if (is_at(file, at, key->camera)) {
        return ASV_E_EXISTS;
    }
    enum asv_status status = make_room(file);
    if (status == ASV_OK) {
        memmove(&file->keys[at + 1], &file->keys[at], (file->count - at) * sizeof *key);
        file->keys[at] = *key;
        file->count++;
    }
    return status;
}

enum asv_status asv_dayfile_drop(struct asv_dayfile *file, const uint8_t camera[ASV_SHA256_BYTES])
{
    uint32_t at = place_of(file, camera);
    if (!is_at(file, at, camera)) {
        return ASV_E_NOT_FOUND;
    }
    file->count--;
    memmove(&file->keys[at], &file->keys[at + 1], (file->count - at) * sizeof file->keys[0]);
    asv_wipe(&file->keys[file->count], sizeof file->keys[0]);
    return ASV_OK;
}

/* K-030 */
static void write_header(uint8_t out[ASV_DAYFILE_HEADER_BYTES], const uint8_t store[ASV_STORE_ID_BYTES],
                         const struct asv_entry *entry, size_t sealed_bytes)
{
    struct asv_writer writer;
    asv_writer_init(&writer, out, ASV_DAYFILE_HEADER_BYTES);
    asv_write_bytes(&writer, magic, sizeof magic);
    asv_write_u16(&writer, ASV_DAYFILE_FORMAT);
    asv_write_u16(&writer, ASV_SUITE_1);
    asv_write_bytes(&writer, store, ASV_STORE_ID_BYTES);
    asv_write_bytes(&writer, entry->id, sizeof entry->id);
    asv_write_u8(&writer, entry->kind);
    asv_write_u32(&writer, entry->date);
    asv_write_u64(&writer, entry->generation);
    asv_write_u32(&writer, (uint32_t)sealed_bytes);
}

enum asv_status asv_dayfile_seal(const struct asv_dayfile *file, const uint8_t store[ASV_STORE_ID_BYTES],
                                 struct asv_entry *entry, uint8_t **out, size_t *len, struct asv_err *err)
{
    size_t plain_len = 4 + (size_t)file->count * ASV_DAYFILE_KEY_BYTES;
    size_t whole = ASV_DAYFILE_HEADER_BYTES + plain_len + ASV_AEAD_TAG_BYTES;
    asv_auto_secret void *plain = NULL;
    struct asv_writer writer;
    uint8_t *data = asv_secret_alloc(&plain, plain_len) == ASV_OK ? malloc(whole) : NULL;
    if (data == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "key file: no memory to write it");
    }
    asv_writer_init(&writer, plain, plain_len);
    asv_write_u32(&writer, file->count); /* K-031 */
    for (uint32_t i = 0; i < file->count; i++) {
        asv_write_bytes(&writer, file->keys[i].camera, ASV_SHA256_BYTES);
        asv_write_bytes(&writer, file->keys[i].sk, ASV_X25519_BYTES);
    }
    write_header(data, store, entry, plain_len + ASV_AEAD_TAG_BYTES);
    asv_aead_seal(data + ASV_DAYFILE_HEADER_BYTES, plain, plain_len, data, ASV_DAYFILE_HEADER_BYTES, nonce,
                  entry->kek);
    asv_sha256(entry->digest, data, whole);
    *out = data;
    *len = whole;
    return ASV_OK;
}

enum asv_status asv_dayfile_decode(struct asv_dayfile *out, const void *plain, size_t len)
{
    asv_auto_dayfile struct asv_dayfile file = {0};
    struct asv_dayfile_key key = {0};
    struct asv_reader in;
    uint32_t count;
    asv_reader_init(&in, plain, len);
    enum asv_status status = asv_read_u32(&in, &count);
    if (status == ASV_OK && count > ASV_DAYFILE_KEYS_MAX) {
        status = ASV_E_LIMIT;
    }
    for (uint32_t i = 0; status == ASV_OK && i < count; i++) {
        if (asv_read_copy(&in, key.camera, sizeof key.camera) != ASV_OK ||
            asv_read_copy(&in, key.sk, sizeof key.sk) != ASV_OK ||
            (i > 0 && memcmp(file.keys[i - 1].camera, key.camera, sizeof key.camera) >= 0)) {
            status = ASV_E_MALFORMED;
        } else {
            status = asv_dayfile_add(&file, &key);
        }
    }
    asv_wipe(&key, sizeof key);
    if (status == ASV_OK) {
        status = asv_read_end(&in);
    }
    if (status == ASV_OK) {
        *out = file;
        file = (struct asv_dayfile){0};
    }
    return status;
}

enum asv_status asv_dayfile_open(struct asv_dayfile *out, const uint8_t store[ASV_STORE_ID_BYTES],
                                 const struct asv_entry *entry, const void *data, size_t len,
                                 struct asv_err *err)
{
    asv_auto_secret void *plain = NULL;
    uint8_t header[ASV_DAYFILE_HEADER_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    asv_sha256(digest, data, len);
    size_t sealed_len = len < sizeof header ? 0 : len - sizeof header;
    write_header(header, store, entry, sealed_len);
    if (!asv_equal(digest, entry->digest, sizeof digest) || sealed_len < ASV_AEAD_TAG_BYTES ||
        memcmp(header, data, sizeof header) != 0) {
        return asv_fail(err, ASV_E_DIGEST, "key file: not the one that the index names"); /* K-032 */
    }
    enum asv_status status = asv_secret_alloc(&plain, sealed_len);
    if (status != ASV_OK) {
        return asv_fail(err, status, "key file: no locked memory to read it");
    }
    status = asv_aead_open(plain, (const uint8_t *)data + sizeof header, sealed_len, header, sizeof header,
                           nonce, entry->kek);
    if (status == ASV_OK) {
        status = asv_dayfile_decode(out, plain, sealed_len - ASV_AEAD_TAG_BYTES);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "key file: does not open with its key");
}

enum asv_status asv_dayfile_generation(const void *data, size_t len, uint64_t *generation)
{
    if (len < ASV_DAYFILE_HEADER_BYTES || memcmp(data, magic, sizeof magic) != 0) {
        return ASV_E_MALFORMED;
    }
    *generation = asv_load_be64((const uint8_t *)data + GENERATION_AT);
    return ASV_OK;
}
