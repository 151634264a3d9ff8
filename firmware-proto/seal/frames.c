/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/frames.h"

#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "firmware-proto/seal/layout.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define RECORD(member, kind) ASV_LAYOUT(asv_seal_record, member, kind)
static const struct asv_layout record_fields[] = {
    RECORD(seq, UINT),     RECORD(kind, UINT),  RECORD(wall_ms, UINT),
    RECORD(mono_ms, UINT), RECORD(chunk, UINT), RECORD(value_len, UINT),
};

#define CHECKPOINT(member, kind) ASV_LAYOUT(asv_seal_checkpoint, member, kind)
static const struct asv_layout checkpoint_fields[] = {
    CHECKPOINT(header_digest, DIGEST),  CHECKPOINT(seq, UINT),
    CHECKPOINT(chunks, UINT),           CHECKPOINT(wall_ms, UINT),
    CHECKPOINT(mono_ms, UINT),          CHECKPOINT(boot, RAW),
    CHECKPOINT(root, DIGEST),           CHECKPOINT(disclosure_root, DIGEST),
    CHECKPOINT(records, UINT),          CHECKPOINT(records_digest, DIGEST),
    CHECKPOINT(key_frame_offset, UINT), CHECKPOINT(key_frame_us, UINT),
    CHECKPOINT(final_chunk, RAW),
};

#define END(member, kind) ASV_LAYOUT(asv_seal_end, member, kind)
static const struct asv_layout end_fields[] = {
    END(header_digest, DIGEST), END(checkpoint_seq, UINT), END(checkpoint_digest, DIGEST),
    END(reason, UINT),          END(payload_bytes, UINT),  END(media_bytes, UINT),
    END(wall_ms, UINT),         END(mono_ms, UINT),
};

void asv_seal_frame_begin(struct asv_writer *out, enum asv_seal_frame type, size_t body_len)
{
    asv_write_u8(out, (uint8_t)type);
    asv_write_u32(out, (uint32_t)body_len);
}

/* ---- records ---- */

static bool told_value(struct asv_reader *in)
{
    uint8_t told;
    char why_not[ASV_SEAL_RECORD_VALUE_MAX];
    return asv_read_u8(in, &told) == ASV_OK && told <= 1 &&
           asv_read_text8(in, why_not, sizeof why_not) == ASV_OK;
}

static bool clock_value(struct asv_reader *in)
{
    int64_t before;
    int64_t after;
    uint8_t source;
    return asv_read_i64(in, &before) == ASV_OK && asv_read_i64(in, &after) == ASV_OK &&
           asv_read_u8(in, &source) == ASV_OK && source >= ASV_CLOCK_DOCK && source <= ASV_CLOCK_RTC;
}

/* S-054 */
static enum asv_status check_value(const struct asv_seal_record *record)
{
    struct asv_reader in;
    uint8_t u8;
    uint32_t u32;
    uint8_t digest[ASV_SHA256_BYTES];
    bool right = true;

    asv_reader_init(&in, record->value, record->value_len);
    switch ((enum asv_record_kind)record->kind) {
    case ASV_RECORD_MARKER:
    case ASV_RECORD_DISPLAY_ON:
    case ASV_RECORD_DISPLAY_OFF:
    case ASV_RECORD_SOURCE_LOST:
    case ASV_RECORD_SOURCE_BACK:
        break;
    case ASV_RECORD_ANNOUNCED:
        right = told_value(&in);
        break;
    case ASV_RECORD_DWELLING:
        right = asv_read_u8(&in, &u8) == ASV_OK && u8 <= 2;
        break;
    case ASV_RECORD_PREROLL_END:
        right = asv_read_u32(&in, &u32) == ASV_OK;
        break;
    case ASV_RECORD_GNSS_DIGEST:
        right = asv_read_digest(&in, digest) == ASV_OK;
        break;
    case ASV_RECORD_CLOCK_SET:
        right = clock_value(&in);
        break;
    case ASV_RECORD_CRITICAL:
    default:
        if (record->kind == 0) {
            return ASV_E_MALFORMED;
        }
        return (record->kind & ASV_RECORD_CRITICAL) != 0 ? ASV_E_UNSUPPORTED : ASV_OK;
    }
    return right && asv_read_end(&in) == ASV_OK ? ASV_OK : ASV_E_MALFORMED;
}

enum asv_status asv_seal_record_write(struct asv_writer *out, const struct asv_seal_record *record)
{
    struct asv_writer before = *out;
    size_t len;
    if (record->seq == 0 || record->seq > ASV_SEAL_RECORDS_MAX ||
        record->value_len > ASV_SEAL_RECORD_VALUE_MAX || check_value(record) != ASV_OK) {
        return ASV_E_USAGE;
    }
    asv_layout_write(out, record, record_fields, COUNT(record_fields));
    asv_write_bytes(out, record->value, record->value_len);
    enum asv_status status = asv_write_end(out, &len);
    if (status != ASV_OK) {
        *out = before;
    }
    return status;
}

enum asv_status asv_seal_record_read(struct asv_seal_record *out, const void *data, size_t len)
{
    struct asv_reader in;
    struct asv_seal_record record;
    memset(&record, 0, sizeof record);
    asv_reader_init(&in, data, len);
    enum asv_status status = asv_layout_read(&in, &record, record_fields, COUNT(record_fields));
    if (status == ASV_OK && record.value_len > ASV_SEAL_RECORD_VALUE_MAX) {
        status = ASV_E_LIMIT;
    }
    if (status == ASV_OK) {
        status = asv_read_copy(&in, record.value, record.value_len);
    }
    if (status == ASV_OK) {
        status = asv_read_end(&in);
    }
    if (status == ASV_OK && (record.seq == 0 || record.seq > ASV_SEAL_RECORDS_MAX)) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        status = check_value(&record);
    }
    if (status == ASV_OK) {
        *out = record;
    }
    return status;
}

void asv_seal_records_digest(uint8_t digest[ASV_SHA256_BYTES], const void *body, size_t len)
{
    static const uint8_t domain = 0x01; /* S-051 */
    struct asv_sha256 state;
    asv_sha256_init(&state);
    asv_sha256_update(&state, &domain, 1);
    asv_sha256_update(&state, digest, ASV_SHA256_BYTES);
    asv_sha256_update(&state, body, len);
    asv_sha256_final(&state, digest);
}

/* ---- signed frames ---- */

static enum asv_status write_signed(struct asv_writer *out, uint8_t digest[ASV_SHA256_BYTES],
                                    enum asv_purpose purpose, const void *object,
                                    const struct asv_layout *fields, size_t count,
                                    const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    struct asv_writer before = *out;
    asv_layout_write(out, object, fields, count);
    size_t body_len = out->len - before.len;
    enum asv_status status = asv_object_sign(out, before.len, purpose, sk);
    if (status != ASV_OK) {
        *out = before;
        return status;
    }
    asv_sha256(digest, out->data + before.len, body_len);
    return ASV_OK;
}

/* pk NULL: whoever signed it. */
static enum asv_status read_signed(void *object, struct asv_object *signed_object, enum asv_purpose purpose,
                                   const struct asv_layout *fields, size_t count, struct asv_bytes data,
                                   const uint8_t *pk)
{
    struct asv_reader in;
    enum asv_status status = asv_object_split(signed_object, data.data, data.len);
    if (status != ASV_OK) {
        return status;
    }
    asv_reader_init(&in, signed_object->body.data, signed_object->body.len);
    status = asv_layout_read(&in, object, fields, count);
    if (status == ASV_OK) {
        status = asv_read_end(&in);
    }
    if (status == ASV_OK && pk != NULL) {
        status = asv_object_verify(signed_object, purpose, pk);
    }
    return status;
}

/* S-067: what a checkpoint can say by itself; the rest is compared by the verifier. */
static bool checkpoint_is_right(const struct asv_seal_checkpoint *checkpoint)
{
    return checkpoint->seq >= 1 && checkpoint->chunks <= ASV_CHUNKS_MAX &&
           checkpoint->records <= ASV_SEAL_RECORDS_MAX &&
           checkpoint->key_frame_offset <= checkpoint->chunks * ASV_CHUNK_PLAIN_BYTES &&
           (checkpoint->key_frame_offset != 0 || checkpoint->key_frame_us == 0);
}

enum asv_status asv_seal_checkpoint_write(struct asv_writer *out, uint8_t digest[ASV_SHA256_BYTES],
                                          const struct asv_seal_checkpoint *checkpoint,
                                          const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    if (!checkpoint_is_right(checkpoint)) {
        return ASV_E_USAGE;
    }
    return write_signed(out, digest, ASV_PURPOSE_CHECKPOINT, checkpoint, checkpoint_fields,
                        COUNT(checkpoint_fields), sk);
}

static enum asv_status read_checkpoint(struct asv_seal_checkpoint *out, uint8_t digest[ASV_SHA256_BYTES],
                                       const void *data, size_t len, const uint8_t *pk)
{
    struct asv_seal_checkpoint checkpoint;
    struct asv_object object;
    memset(&checkpoint, 0, sizeof checkpoint);
    enum asv_status status = read_signed(&checkpoint, &object, ASV_PURPOSE_CHECKPOINT, checkpoint_fields,
                                         COUNT(checkpoint_fields), (struct asv_bytes){data, len}, pk);
    if (status == ASV_OK && !checkpoint_is_right(&checkpoint)) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        asv_object_digest(digest, &object);
        *out = checkpoint;
    }
    return status;
}

enum asv_status asv_seal_checkpoint_read(struct asv_seal_checkpoint *out, uint8_t digest[ASV_SHA256_BYTES],
                                         const void *data, size_t len, const uint8_t pk[ASV_ED25519_PK_BYTES])
{
    return read_checkpoint(out, digest, data, len, pk);
}

enum asv_status asv_seal_checkpoint_read_unsigned(struct asv_seal_checkpoint *out,
                                                  uint8_t digest[ASV_SHA256_BYTES], const void *data,
                                                  size_t len)
{
    return read_checkpoint(out, digest, data, len, NULL);
}

/* S-013 */
uint32_t asv_seal_padding_bytes(uint64_t media_bytes)
{
    uint32_t used = (uint32_t)(media_bytes % ASV_CHUNK_PLAIN_BYTES);
    uint32_t left = (ASV_CHUNK_PLAIN_BYTES - used) % ASV_CHUNK_PLAIN_BYTES;
    return left > 0 && left < ASV_FINAL_PLAIN_BYTES ? left + ASV_CHUNK_PLAIN_BYTES : left;
}

/* S-071, S-072 */
static bool end_is_right(const struct asv_seal_end *end)
{
    uint64_t chunks = end->payload_bytes / ASV_CHUNK_CIPHER_BYTES;
    return end->reason >= ASV_END_WEARER && end->reason <= ASV_END_FAULT && end->checkpoint_seq >= 1 &&
           chunks <= ASV_CHUNKS_MAX &&
           end->payload_bytes % ASV_CHUNK_CIPHER_BYTES == ASV_FINAL_CIPHER_BYTES &&
           end->media_bytes <= chunks * ASV_CHUNK_PLAIN_BYTES &&
           end->media_bytes + asv_seal_padding_bytes(end->media_bytes) == chunks * ASV_CHUNK_PLAIN_BYTES;
}

enum asv_status asv_seal_end_write(struct asv_writer *out, uint8_t digest[ASV_SHA256_BYTES],
                                   const struct asv_seal_end *end, const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    if (!end_is_right(end)) {
        return ASV_E_USAGE;
    }
    return write_signed(out, digest, ASV_PURPOSE_END, end, end_fields, COUNT(end_fields), sk);
}

enum asv_status asv_seal_end_read(struct asv_seal_end *out, uint8_t digest[ASV_SHA256_BYTES],
                                  const void *data, size_t len, const uint8_t pk[ASV_ED25519_PK_BYTES])
{
    struct asv_seal_end end;
    struct asv_object object;
    memset(&end, 0, sizeof end);
    enum asv_status status = read_signed(&end, &object, ASV_PURPOSE_END, end_fields, COUNT(end_fields),
                                         (struct asv_bytes){data, len}, pk);
    if (status == ASV_OK && !end_is_right(&end)) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        asv_object_digest(digest, &object);
        *out = end;
    }
    return status;
}
