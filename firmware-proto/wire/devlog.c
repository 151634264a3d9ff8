/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * PROTOCOL.md, section 7. */
#include "firmware-proto/wire/devlog.h"

#include <string.h>

enum asv_status asv_devlog_entry_encode(struct asv_writer *writer, const struct asv_devlog_entry *entry)
{
    if (entry->number == 0 || entry->value.len > ASV_DEVLOG_VALUE_MAX) {
        return ASV_E_USAGE;
    }
    asv_write_u64(writer, entry->number);
    asv_write_u16(writer, entry->kind);
    asv_write_i64(writer, entry->wall_ms);
    asv_write_u64(writer, entry->mono_ms);
    asv_write_bytes(writer, entry->boot, sizeof entry->boot);
    asv_write_view8(writer, entry->value.data, entry->value.len);
    return writer->overrun ? ASV_E_LIMIT : ASV_OK;
}

enum asv_status asv_devlog_entry_decode(struct asv_reader *reader, struct asv_devlog_entry *out)
{
    struct asv_reader ahead = *reader;
    struct asv_devlog_entry entry;
    if (asv_read_u64(&ahead, &entry.number) != ASV_OK || entry.number == 0 ||
        asv_read_u16(&ahead, &entry.kind) != ASV_OK || asv_read_i64(&ahead, &entry.wall_ms) != ASV_OK ||
        asv_read_u64(&ahead, &entry.mono_ms) != ASV_OK ||
        asv_read_copy(&ahead, entry.boot, sizeof entry.boot) != ASV_OK ||
        asv_read_view8(&ahead, &entry.value, ASV_DEVLOG_VALUE_MAX) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    *out = entry;
    *reader = ahead;
    return ASV_OK;
}

void asv_devlog_digest(uint8_t digest[ASV_SHA256_BYTES], const void *entry, size_t len)
{
    static const uint8_t prefix = 0x02; /* neither an RFC 6962 leaf (0) nor node (1), nor a seal record's */
    struct asv_sha256 state;
    asv_sha256_init(&state);
    asv_sha256_update(&state, &prefix, 1);
    asv_sha256_update(&state, digest, ASV_SHA256_BYTES);
    asv_sha256_update(&state, entry, len);
    asv_sha256_final(&state, digest);
}

/* P-090. Walks the entries: numbers first, first + 1, ..., all below next; *digest goes from before to after.
 */
static enum asv_status walk(const struct asv_devlog_block *block, uint8_t digest[ASV_SHA256_BYTES])
{
    struct asv_reader reader;
    struct asv_devlog_entry entry;
    if (block->count > ASV_DEVLOG_MAX_ENTRIES) {
        return ASV_E_LIMIT;
    }
    if (block->first == 0 || block->next < block->first || block->next - block->first < block->count) {
        return ASV_E_MALFORMED;
    }
    asv_reader_init(&reader, block->entries.data, block->entries.len);
    for (uint16_t i = 0; i < block->count; i++) {
        size_t start = reader.at;
        enum asv_status status = asv_devlog_entry_decode(&reader, &entry);
        if (status != ASV_OK) {
            return status;
        }
        if (entry.number != block->first + i) {
            return ASV_E_MALFORMED;
        }
        asv_devlog_digest(digest, reader.data + start, reader.at - start);
    }
    return asv_read_end(&reader);
}

/* P-091: nothing stands before entry 1. */
static bool begins_well(const struct asv_devlog_block *block)
{
    static const uint8_t zeros[ASV_SHA256_BYTES];
    return block->first != 1 || memcmp(block->before, zeros, sizeof zeros) == 0;
}

enum asv_status asv_devlog_block_encode(struct asv_writer *writer, const struct asv_devlog_block *block,
                                        const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    uint8_t after[ASV_SHA256_BYTES];
    memcpy(after, block->before, sizeof after);
    if (walk(block, after) != ASV_OK || !begins_well(block)) {
        return ASV_E_USAGE;
    }
    size_t start = writer->len;
    asv_write_u16(writer, ASV_DEVLOG_FORMAT);
    asv_write_u16(writer, ASV_SUITE_1);
    asv_write_digest(writer, block->camera_cert);
    asv_write_u64(writer, block->first);
    asv_write_u64(writer, block->next);
    asv_write_digest(writer, block->before);
    asv_write_digest(writer, after);
    asv_write_u16(writer, block->count);
    asv_write_bytes(writer, block->entries.data, block->entries.len);
    enum asv_status status = asv_object_sign(writer, start, ASV_PURPOSE_DEVICE_LOG, sk);
    return status == ASV_OK && writer->len - start > ASV_DEVLOG_MAX_BYTES ? ASV_E_LIMIT : status;
}

static enum asv_status read_format(struct asv_reader *reader)
{
    uint16_t format = 0;
    uint16_t suite = 0;
    if (asv_read_u16(reader, &format) != ASV_OK || asv_read_u16(reader, &suite) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return format == ASV_DEVLOG_FORMAT && suite == ASV_SUITE_1 ? ASV_OK : ASV_E_UNSUPPORTED;
}

static enum asv_status read_body(struct asv_reader *reader, struct asv_devlog_block *out)
{
    enum asv_status status = asv_read_digest(reader, out->camera_cert);
    if (status == ASV_OK) {
        status = asv_read_u64(reader, &out->first);
    }
    if (status == ASV_OK) {
        status = asv_read_u64(reader, &out->next);
    }
    if (status == ASV_OK) {
        status = asv_read_digest(reader, out->before);
    }
    if (status == ASV_OK) {
        status = asv_read_digest(reader, out->after);
    }
    if (status == ASV_OK) {
        status = asv_read_u16(reader, &out->count);
    }
    return status == ASV_OK ? asv_read_view(reader, &out->entries, asv_reader_left(reader)) : status;
}

enum asv_status asv_devlog_block_decode(struct asv_devlog_block *out, const void *data, size_t len,
                                        struct asv_err *err)
{
    struct asv_devlog_block block = {0};
    struct asv_reader reader;
    if (len > ASV_DEVLOG_MAX_BYTES) {
        return asv_fail_at(err, ASV_E_LIMIT, "device log: block too long", len);
    }
    /* Format and suite first: another suite has signatures of another length. */
    asv_reader_init(&reader, data, len);
    enum asv_status status = read_format(&reader);
    if (status == ASV_OK) {
        status = asv_object_split(&block.object, data, len);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "device log: format, suite or signature field");
    }
    if (block.object.body.len < reader.at) {
        return asv_fail(err, ASV_E_MALFORMED, "device log: no body");
    }
    reader.len = block.object.body.len;
    status = read_body(&reader, &block);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "device log: field ends at", reader.at);
    }
    uint8_t digest[ASV_SHA256_BYTES];
    memcpy(digest, block.before, sizeof digest);
    status = walk(&block, digest);
    if (status != ASV_OK || !begins_well(&block)) {
        return asv_fail(err, status != ASV_OK ? status : ASV_E_MALFORMED, "device log: entries");
    }
    if (memcmp(digest, block.after, sizeof digest) != 0) {
        return asv_fail(err, ASV_E_DIGEST, "device log: the running digest is not that of the entries");
    }
    *out = block;
    return ASV_OK;
}

/* P-092 */
enum asv_status asv_devlog_block_verify(const struct asv_devlog_block *block,
                                        const uint8_t camera_cert[ASV_SHA256_BYTES],
                                        const uint8_t pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    if (memcmp(block->camera_cert, camera_cert, ASV_SHA256_BYTES) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "device log: of another camera");
    }
    if (asv_object_verify(&block->object, ASV_PURPOSE_DEVICE_LOG, pk) != ASV_OK) {
        return asv_fail(err, ASV_E_SIGNATURE, "device log: the camera did not sign this");
    }
    return ASV_OK;
}
