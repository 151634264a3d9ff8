/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/state.h"

#include <string.h>

#include "firmware-proto/base/bytes.h"

#define MAGIC   UINT32_C(0x41535653) /* "ASVS" */
#define VERSION 1

static void write_body(struct asv_writer *writer, const struct asv_camera_state *state)
{
    const union asv_camera_state_body *body = &state->body;
    switch (state->kind) {
    case ASV_CAMERA_STATE_IDENTITY:
        asv_write_text8(writer, body->identity.model);
        asv_write_text8(writer, body->identity.serial);
        asv_write_bytes(writer, body->identity.signing_seed, sizeof body->identity.signing_seed);
        asv_write_bytes(writer, body->identity.kx_sk, sizeof body->identity.kx_sk);
        break;
    case ASV_CAMERA_STATE_STORE:
        asv_write_bytes(writer, body->store.epoch, sizeof body->store.epoch);
        break;
    case ASV_CAMERA_STATE_COUNTER:
        asv_write_u64(writer, body->counter.number);
        asv_write_bytes(writer, body->counter.final, sizeof body->counter.final);
        asv_write_u32(writer, body->counter.bytes_per_second);
        asv_write_i64(writer, body->counter.wall_ms);
        break;
    case ASV_CAMERA_STATE_CLOCK:
        asv_write_i64(writer, body->clock.sync_wall_ms);
        asv_write_u64(writer, body->clock.sync_mono_ms);
        asv_write_bytes(writer, body->clock.sync_boot, sizeof body->clock.sync_boot);
        asv_write_u8(writer, body->clock.source);
        asv_write_i64(writer, body->clock.offset_ms);
        asv_write_i64(writer, body->clock.docked_wall_ms);
        break;
    case ASV_CAMERA_STATE_MARKS:
        asv_write_u16(writer, body->marks.count);
        for (size_t i = 0; i < body->marks.count && i < ASV_CAMERA_MARKS_MAX; i++) {
            asv_write_u64(writer, body->marks.number[i]);
        }
        break;
    case ASV_CAMERA_STATE_LOG:
        asv_write_u64(writer, body->log.acknowledged);
        break;
    case ASV_CAMERA_STATE_INTENT:
        asv_write_u64(writer, body->intent.number);
        asv_write_bytes(writer, body->intent.header, sizeof body->intent.header);
        asv_write_u8(writer, body->intent.cause);
        asv_write_bytes(writer, body->intent.cause_digest, sizeof body->intent.cause_digest);
        asv_write_u8(writer, body->intent.method);
        break;
    default:
        break;
    }
}

/* Reads are chained: the first that fails decides. */
#define READ(status, call)        \
    do {                          \
        if ((status) == ASV_OK) { \
            (status) = (call);    \
        }                         \
    } while (0)

static enum asv_status read_identity(struct asv_reader *reader, struct asv_camera_identity *out)
{
    enum asv_status status = asv_read_text8(reader, out->model, sizeof out->model);
    READ(status, asv_read_text8(reader, out->serial, sizeof out->serial));
    READ(status, asv_read_copy(reader, out->signing_seed, sizeof out->signing_seed));
    READ(status, asv_read_copy(reader, out->kx_sk, sizeof out->kx_sk));
    return status;
}

static enum asv_status read_counter(struct asv_reader *reader, struct asv_camera_counter *out)
{
    enum asv_status status = asv_read_u64(reader, &out->number);
    READ(status, asv_read_copy(reader, out->final, sizeof out->final));
    READ(status, asv_read_u32(reader, &out->bytes_per_second));
    READ(status, asv_read_i64(reader, &out->wall_ms));
    return status;
}

static enum asv_status read_clock(struct asv_reader *reader, struct asv_camera_clock_state *out)
{
    enum asv_status status = asv_read_i64(reader, &out->sync_wall_ms);
    READ(status, asv_read_u64(reader, &out->sync_mono_ms));
    READ(status, asv_read_copy(reader, out->sync_boot, sizeof out->sync_boot));
    READ(status, asv_read_u8(reader, &out->source));
    READ(status, asv_read_i64(reader, &out->offset_ms));
    READ(status, asv_read_i64(reader, &out->docked_wall_ms));
    return status;
}

static enum asv_status read_marks(struct asv_reader *reader, struct asv_camera_marks *out)
{
    enum asv_status status = asv_read_u16(reader, &out->count);
    if (status == ASV_OK && out->count > ASV_CAMERA_MARKS_MAX) {
        status = ASV_E_LIMIT;
    }
    for (size_t i = 0; status == ASV_OK && i < out->count; i++) {
        status = asv_read_u64(reader, &out->number[i]);
    }
    return status;
}

static enum asv_status read_intent(struct asv_reader *reader, struct asv_camera_intent *out)
{
    enum asv_status status = asv_read_u64(reader, &out->number);
    READ(status, asv_read_copy(reader, out->header, sizeof out->header));
    READ(status, asv_read_u8(reader, &out->cause));
    READ(status, asv_read_copy(reader, out->cause_digest, sizeof out->cause_digest));
    READ(status, asv_read_u8(reader, &out->method));
    return status;
}

static enum asv_status read_body(struct asv_reader *reader, struct asv_camera_state *out)
{
    switch (out->kind) {
    case ASV_CAMERA_STATE_IDENTITY:
        return read_identity(reader, &out->body.identity);
    case ASV_CAMERA_STATE_STORE:
        return asv_read_copy(reader, out->body.store.epoch, sizeof out->body.store.epoch);
    case ASV_CAMERA_STATE_COUNTER:
        return read_counter(reader, &out->body.counter);
    case ASV_CAMERA_STATE_CLOCK:
        return read_clock(reader, &out->body.clock);
    case ASV_CAMERA_STATE_MARKS:
        return read_marks(reader, &out->body.marks);
    case ASV_CAMERA_STATE_LOG:
        return asv_read_u64(reader, &out->body.log.acknowledged);
    case ASV_CAMERA_STATE_INTENT:
        return read_intent(reader, &out->body.intent);
    default:
        return ASV_E_UNSUPPORTED;
    }
}

enum asv_status asv_camera_state_encode(uint8_t *out, size_t cap, size_t *len,
                                        const struct asv_camera_state *state)
{
    struct asv_writer writer;
    uint8_t digest[ASV_SHA256_BYTES];
    if (state->kind < ASV_CAMERA_STATE_IDENTITY || state->kind >= ASV_CAMERA_STATE_KINDS ||
        (state->kind == ASV_CAMERA_STATE_MARKS && state->body.marks.count > ASV_CAMERA_MARKS_MAX)) {
        return ASV_E_USAGE;
    }
    asv_writer_init(&writer, out, cap);
    asv_write_u32(&writer, MAGIC);
    asv_write_u8(&writer, (uint8_t)state->kind);
    asv_write_u8(&writer, VERSION);
    write_body(&writer, state);
    asv_sha256(digest, out, writer.len);
    asv_write_bytes(&writer, digest, sizeof digest);
    return asv_write_end(&writer, len);
}

enum asv_status asv_camera_state_decode(struct asv_camera_state *out, const void *data, size_t len)
{
    struct asv_camera_state state;
    struct asv_reader reader;
    uint8_t digest[ASV_SHA256_BYTES];
    uint32_t magic = 0;
    uint8_t kind = 0;
    uint8_t version = 0;
    if (len < sizeof digest || len > ASV_CAMERA_STATE_MAX_BYTES) {
        return len < sizeof digest ? ASV_E_MALFORMED : ASV_E_LIMIT;
    }
    asv_sha256(digest, data, len - sizeof digest);
    if (memcmp(digest, (const uint8_t *)data + len - sizeof digest, sizeof digest) != 0) {
        return ASV_E_DIGEST;
    }
    asv_reader_init(&reader, data, len - sizeof digest);
    enum asv_status status = asv_read_u32(&reader, &magic);
    READ(status, asv_read_u8(&reader, &kind));
    READ(status, asv_read_u8(&reader, &version));
    if (status != ASV_OK || magic != MAGIC) {
        return ASV_E_MALFORMED;
    }
    if (version != VERSION) {
        return ASV_E_UNSUPPORTED;
    }
    memset(&state, 0, sizeof state);
    state.kind = kind;
    status = read_body(&reader, &state);
    READ(status, asv_read_end(&reader));
    if (status == ASV_OK) {
        *out = state;
    }
    asv_wipe(&state, sizeof state);
    return status;
}

enum asv_status asv_camera_state_load(const struct asv_flash *flash, const char *path,
                                      enum asv_camera_state_kind kind, struct asv_camera_state *out)
{
    uint8_t data[ASV_CAMERA_STATE_MAX_BYTES];
    struct asv_camera_state state;
    size_t len = 0;
    enum asv_status status = asv_flash_load(flash, path, data, sizeof data, &len);
    READ(status, asv_camera_state_decode(&state, data, len));
    if (status == ASV_OK && state.kind != kind) {
        status = ASV_E_MISMATCH;
    }
    if (status == ASV_OK) {
        *out = state;
        asv_wipe(&state, sizeof state);
    }
    asv_wipe(data, sizeof data);
    return status;
}

enum asv_status asv_camera_state_save(const struct asv_flash *flash, const char *path,
                                      const struct asv_camera_state *state)
{
    uint8_t data[ASV_CAMERA_STATE_MAX_BYTES];
    size_t len = 0;
    enum asv_status status = asv_camera_state_encode(data, sizeof data, &len, state);
    READ(status, asv_flash_replace(flash, path, data, len));
    asv_wipe(data, sizeof data);
    return status;
}
