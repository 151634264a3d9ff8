/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The index as bytes. */
#include "server/keeper/index.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/fields.h"
#include "server/base/fail.h"
#include "server/keeper/secret.h"
#include "server/statement/statement.h"

static const char magic[8] = "ASVKIDX1";
static const char key_info[] = "asservat/v1/keeper-index";

/* Every file has a key of its own, drawn from the master and 32 random bytes, so the nonce never counts. */
static const uint8_t nonce[ASV_AEAD_NONCE_BYTES];

#define FIXED_BYTES    (8 + 1 + 8 + 8 + 1 + ASV_X25519_BYTES + 1 + 4 + 2 + 1 + 4 * ASV_INDEX_TABLES)
#define SLOT_MAX_BYTES (ASV_SLOT_ID_BYTES + 1 + ASV_KEEPER_SLOT_LABEL + 8)

/* K-010 */
static void write_label(struct asv_writer *out, const struct asv_index_label *label)
{
    asv_write_bytes(out, magic, sizeof magic);
    asv_write_u16(out, ASV_INDEX_FORMAT);
    asv_write_u16(out, ASV_SUITE_1);
    asv_write_bytes(out, label->store, sizeof label->store);
    asv_write_u64(out, label->epoch);
    asv_write_u64(out, label->generation);
    asv_write_bytes(out, label->salt, sizeof label->salt);
    asv_write_u32(out, label->sealed_bytes);
}

enum asv_status asv_index_label_read(struct asv_index_label *out, const void *data, size_t len)
{
    struct asv_index_label label;
    struct asv_reader in;
    uint8_t start[sizeof magic];
    uint16_t format;
    uint16_t suite;
    asv_reader_init(&in, data, len);
    if (asv_read_copy(&in, start, sizeof start) != ASV_OK || memcmp(start, magic, sizeof magic) != 0 ||
        asv_read_u16(&in, &format) != ASV_OK || asv_read_u16(&in, &suite) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    if (format != ASV_INDEX_FORMAT || suite != ASV_SUITE_1) {
        return ASV_E_UNSUPPORTED;
    }
    if (asv_read_copy(&in, label.store, sizeof label.store) != ASV_OK ||
        asv_read_u64(&in, &label.epoch) != ASV_OK || asv_read_u64(&in, &label.generation) != ASV_OK ||
        asv_read_copy(&in, label.salt, sizeof label.salt) != ASV_OK ||
        asv_read_u32(&in, &label.sealed_bytes) != ASV_OK || asv_reader_left(&in) != label.sealed_bytes ||
        label.sealed_bytes < ASV_AEAD_TAG_BYTES) {
        return ASV_E_MALFORMED;
    }
    *out = label;
    return ASV_OK;
}

/* K-011 */
static void write_plain(struct asv_writer *out, const struct asv_index *index)
{
    asv_write_i64(out, index->wall_ms);
    asv_write_u8(out, index->stop);
    asv_write_i64(out, index->stop_since_ms);
    asv_write_u64(out, index->revocations);
    asv_write_u8(out, index->has_recovery ? 1 : 0);
    asv_write_bytes(out, index->recovery_pk, sizeof index->recovery_pk);
    asv_write_u8(out, index->mirrored ? 1 : 0);
    asv_write_u32(out, index->first_version);
    asv_write_u16(out, index->first_days);
    asv_write_u8(out, index->slot_count);
    for (unsigned i = 0; i < index->slot_count; i++) {
        asv_write_bytes(out, index->slots[i].id, ASV_SLOT_ID_BYTES);
        asv_write_text8(out, index->slots[i].label);
        asv_write_u64(out, index->slots[i].confirmed_epoch);
    }
    for (unsigned t = 0; t < ASV_INDEX_TABLES; t++) {
        asv_write_u32(out, index->tables[t].count);
        for (uint32_t i = 0; i < index->tables[t].count; i++) {
            asv_index_row_write(out, t, asv_index_row(index, t, i));
        }
    }
}

/* K-012 */
static void derive(uint8_t out[ASV_AEAD_KEY_BYTES], const uint8_t master[ASV_MASTER_KEY_BYTES],
                   const uint8_t salt[ASV_SHA256_BYTES])
{
    asv_hkdf_sha256(out, master, ASV_MASTER_KEY_BYTES, salt, ASV_SHA256_BYTES, key_info, sizeof key_info - 1);
}

/* K-120: what its own reader refuses would be the end of every key. */
static enum asv_status check_plain(const void *plain, size_t len, struct asv_err *err)
{
    asv_auto_index struct asv_index *again = NULL;
    struct asv_err why = {0};
    enum asv_status status = asv_index_decode(&again, plain, len, &why);
    if (status == ASV_OK || status == ASV_E_NO_MEMORY) {
        return status == ASV_OK ? ASV_OK : asv_fail(err, status, why.text);
    }
    return asv_failf(err, ASV_E_INTERNAL, "not written, for it could not be read again: %.180s", why.text);
}

enum asv_status asv_index_seal(const struct asv_index *index, const uint8_t master[ASV_MASTER_KEY_BYTES],
                               const struct asv_world *world, uint8_t **out, size_t *len, struct asv_err *err)
{
    struct asv_index_label label = {.epoch = index->epoch, .generation = index->generation};
    size_t room = FIXED_BYTES + (size_t)index->slot_count * SLOT_MAX_BYTES;
    for (unsigned t = 0; t < ASV_INDEX_TABLES; t++) {
        room += index->tables[t].count * asv_index_row_bytes(t);
    }
    asv_auto_secret void *plain = NULL;
    struct asv_writer writer;
    uint8_t key[ASV_AEAD_KEY_BYTES];
    size_t plain_len = 0;

    if (asv_secret_alloc(&plain, room) != ASV_OK) {
        return asv_fail(err, ASV_E_NO_MEMORY, "index: no locked memory to write it");
    }
    asv_writer_init(&writer, plain, room);
    write_plain(&writer, index);
    enum asv_status status = asv_write_end(&writer, &plain_len);
    size_t whole = ASV_INDEX_HEADER_BYTES + plain_len + ASV_AEAD_TAG_BYTES;
    if (status != ASV_OK || whole > ASV_INDEX_FILE_MAX) {
        return asv_fail(err, ASV_E_BUSY, "index: larger than its limit");
    }
    status = check_plain(plain, plain_len, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_world_random(world, label.salt, sizeof label.salt);
    if (status != ASV_OK) {
        return asv_fail(err, status, "index: no randomness");
    }
    uint8_t *file = malloc(whole);
    if (file == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "index: no memory to write it");
    }
    memcpy(label.store, index->store, sizeof label.store);
    label.sealed_bytes = (uint32_t)(plain_len + ASV_AEAD_TAG_BYTES);
    asv_writer_init(&writer, file, ASV_INDEX_HEADER_BYTES);
    write_label(&writer, &label);
    derive(key, master, label.salt);
    asv_aead_seal(file + ASV_INDEX_HEADER_BYTES, plain, plain_len, file, ASV_INDEX_HEADER_BYTES, nonce, key);
    asv_wipe(key, sizeof key);
    *out = file;
    *len = whole;
    return ASV_OK;
}

static enum asv_status read_slots(struct asv_reader *in, struct asv_index *index)
{
    enum asv_status status = asv_read_u8(in, &index->slot_count);
    if (status == ASV_OK && index->slot_count > ASV_KEEPER_SLOTS_MAX) {
        status = ASV_E_LIMIT;
    }
    for (unsigned i = 0; status == ASV_OK && i < index->slot_count; i++) {
        struct asv_index_slot *slot = &index->slots[i];
        if (asv_read_copy(in, slot->id, sizeof slot->id) != ASV_OK ||
            asv_read_text8(in, slot->label, sizeof slot->label) != ASV_OK ||
            asv_read_u64(in, &slot->confirmed_epoch) != ASV_OK) {
            status = ASV_E_MALFORMED;
        }
    }
    return status;
}

/* K-011: rows ascend, each once. */
static enum asv_status read_table(struct asv_reader *in, struct asv_index *index, enum asv_index_table table)
{
    asv_auto_secret void *secret = NULL;
    uint32_t count = 0;
    enum asv_status status = asv_read_u32(in, &count);
    if (status == ASV_OK && count > asv_index_max(table)) {
        return ASV_E_LIMIT;
    }
    if (status == ASV_OK && count > 0) {
        status = asv_secret_alloc(&secret, sizeof(union asv_index_any_row));
    }
    if (status == ASV_OK) { /* no more than what follows can be, whatever the count says */
        size_t most = asv_reader_left(in) / asv_index_row_bytes(table);
        status = asv_index_reserve_rows(index, table, count < most ? count : (uint32_t)most);
    }
    for (uint32_t i = 0; status == ASV_OK && i < count; i++) {
        memset(secret, 0, sizeof(union asv_index_any_row)); /* what lies between its fields is no secret's */
        status = asv_index_row_read(in, table, secret);
        if (status == ASV_OK && asv_index_after(index, table, secret) != i) {
            status = ASV_E_MALFORMED;
        }
        if (status == ASV_OK) {
            status = asv_index_add(index, table, secret);
        }
        status = status == ASV_E_EXISTS ? ASV_E_MALFORMED : status;
    }
    return status;
}

/* What stands before the tables. */
static enum asv_status read_fixed(struct asv_reader *in, struct asv_index *index)
{
    uint8_t recovery = 0;
    uint8_t mirrored = 0;
    if (asv_read_i64(in, &index->wall_ms) != ASV_OK || asv_read_u8(in, &index->stop) != ASV_OK ||
        asv_read_i64(in, &index->stop_since_ms) != ASV_OK ||
        asv_read_u64(in, &index->revocations) != ASV_OK || asv_read_u8(in, &recovery) != ASV_OK ||
        asv_read_copy(in, index->recovery_pk, sizeof index->recovery_pk) != ASV_OK || recovery > 1 ||
        (recovery == 0) != asv_is_zero(index->recovery_pk, sizeof index->recovery_pk) ||
        asv_read_u8(in, &mirrored) != ASV_OK || mirrored > 1 ||
        asv_read_u32(in, &index->first_version) != ASV_OK || asv_read_u16(in, &index->first_days) != ASV_OK ||
        index->first_version == 0 || index->first_days == 0 || index->first_days > ASV_STATEMENT_DAYS_MAX) {
        return ASV_E_MALFORMED;
    }
    index->mirrored = mirrored == 1;
    index->has_recovery = recovery == 1;
    return index->stop > ASV_KEEPER_STOP_MANY ? ASV_E_UNSUPPORTED : ASV_OK; /* K-013 */
}

enum asv_status asv_index_decode(struct asv_index **out, const void *plain, size_t len, struct asv_err *err)
{
    asv_auto_index struct asv_index *index = NULL;
    struct asv_reader in;
    enum asv_status status = asv_index_new(&index);
    if (status != ASV_OK) {
        return asv_fail(err, status, "index: no locked memory");
    }
    asv_reader_init(&in, plain, len);
    status = read_fixed(&in, index);
    if (status == ASV_OK) {
        status = read_slots(&in, index);
    }
    for (unsigned t = 0; status == ASV_OK && t < ASV_INDEX_TABLES; t++) {
        status = read_table(&in, index, t);
    }
    if (status == ASV_OK) {
        status = asv_read_end(&in);
    }
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "index: not as this program writes it; at byte", in.at);
    }
    *out = asv_steal(&index);
    return ASV_OK;
}

bool asv_index_is_damaged(const void *data, size_t len, const uint8_t master[ASV_MASTER_KEY_BYTES])
{
    struct asv_index_label label;
    asv_auto_index struct asv_index *index = NULL;
    struct asv_writer writer;
    if (asv_index_label_read(&label, data, len) != ASV_E_UNSUPPORTED) {
        return false;
    }
    asv_auto_free uint8_t *copy = malloc(len);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, data, len);
    asv_writer_init(&writer, copy + sizeof magic, 4);
    asv_write_u16(&writer, ASV_INDEX_FORMAT);
    asv_write_u16(&writer, ASV_SUITE_1);
    return asv_index_open(&index, copy, len, master, NULL) == ASV_OK;
}

enum asv_status asv_index_open(struct asv_index **out, const void *data, size_t len,
                               const uint8_t master[ASV_MASTER_KEY_BYTES], struct asv_err *err)
{
    asv_auto_secret void *plain = NULL;
    struct asv_index_label label;
    struct asv_index *index = NULL;
    uint8_t key[ASV_AEAD_KEY_BYTES];
    enum asv_status status = asv_index_label_read(&label, data, len);
    if (status != ASV_OK) {
        return asv_fail(err, status, "index: not a file of this format");
    }
    status = asv_secret_alloc(&plain, label.sealed_bytes);
    if (status != ASV_OK) {
        return asv_fail(err, status, "index: no locked memory to read it");
    }
    derive(key, master, label.salt);
    status = asv_aead_open(plain, (const uint8_t *)data + ASV_INDEX_HEADER_BYTES, label.sealed_bytes, data,
                           ASV_INDEX_HEADER_BYTES, nonce, key);
    asv_wipe(key, sizeof key);
    if (status != ASV_OK) {
        return asv_fail(err, status, "index: does not open with this master");
    }
    status = asv_index_decode(&index, plain, label.sealed_bytes - ASV_AEAD_TAG_BYTES, err);
    if (status == ASV_OK && index != NULL) {
        memcpy(index->store, label.store, sizeof index->store);
        index->epoch = label.epoch;
        index->generation = label.generation;
        *out = index;
    }
    return status;
}
