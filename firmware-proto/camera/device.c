/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/device.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/erase.h"
#include "firmware-proto/camera/facts.h"
#include "firmware-proto/camera/trust.h"
#include "firmware-proto/wire/devlog.h"

/* What a log block holds beside its entries is less than this. */
#define LOG_BLOCK_OVERHEAD 512

_Static_assert(ASV_WIRE_CHUNK_BYTES == ASV_CHUNK_CIPHER_BYTES, "a chunk travels as it lies in the payload");

void asv_camera_device_init(struct asv_camera_device *device, struct asv_store *store)
{
    memset(device, 0, sizeof *device);
    device->store = store;
    device->battery_percent = ASV_WIRE_BATTERY_UNKNOWN;
}

static struct asv_store *store_of(void *ctx)
{
    struct asv_camera_device *device = ctx;
    return device->store;
}

static void refuse(struct asv_store *store, const struct asv_err *err)
{
    asv_store_note_text(store, ASV_DEVLOG_REFUSED, err == NULL ? "an order of the dock" : err->text);
}

/* ---- the session ---- */

static enum asv_status op_trust(void *ctx, const uint8_t **root_pk, int64_t *now_ms,
                                const struct asv_revocations **revocations)
{
    const struct asv_store *store = store_of(ctx);
    struct asv_store_time now;
    asv_store_now(store, &now);
    *root_pk = store->trust->root_pk;
    *now_ms = now.state == ASV_CLOCK_LOST ? ASV_TIME_UNKNOWN : now.wall_ms;
    *revocations = store->trust->has_revocations ? &store->trust->revocations : NULL;
    return ASV_OK;
}

static enum asv_status op_session(void *ctx, const struct asv_wire_session *session, struct asv_err *err)
{
    struct asv_camera_device *device = ctx;
    uint8_t digest[ASV_SHA256_BYTES];
    (void)err;
    device->log_told = 0;
    device->finished = 0;
    memcpy(device->session, session->id, sizeof device->session);
    asv_cert_digest(digest, &session->dock.leaf);
    asv_store_note(device->store, ASV_DEVLOG_DOCKED, digest, sizeof digest);
    return ASV_OK;
}

static enum asv_status op_clock(void *ctx, struct asv_wire_clock_reply *out, struct asv_err *err)
{
    const struct asv_store *store = store_of(ctx);
    struct asv_store_time now;
    (void)err;
    asv_store_now(store, &now);
    out->wall_ms = now.wall_ms;
    out->mono_ms = now.mono_ms;
    memcpy(out->boot, store->boot, sizeof out->boot);
    out->clock_state = (uint8_t)now.state;
    out->last_sync_wall_ms = now.last_sync_wall_ms;
    out->clock_source = (uint8_t)now.source;
    return ASV_OK;
}

static uint16_t status_flags(struct asv_store *store, const struct asv_store_space *space)
{
    struct asv_store_time now;
    struct asv_bulletin_key key;
    enum asv_store_reserve_reason why = ASV_STORE_RESERVE_NOT;
    uint16_t flags = 0;
    asv_store_now(store, &now);
    if (asv_store_choose_key(store, &now, &key, &why) != ASV_OK || why != ASV_STORE_RESERVE_NOT) {
        flags |= ASV_WIRE_STATUS_RESERVE;
    }
    for (size_t i = 0; i < store->clip_count; i++) {
        flags |= store->clips[i].recording ? ASV_WIRE_STATUS_RECORDING : 0;
    }
    flags |= space->low ? ASV_WIRE_STATUS_LOW_SPACE : 0;
    flags |= store->fault ? ASV_WIRE_STATUS_FAULT : 0;
    return flags;
}

/* An erasure was begun, and has no record yet: whoever asks for it has it finished. */
static bool is_unproven(const struct asv_store *store)
{
    uint8_t record[ASV_ERASURE_MAX_BYTES];
    size_t len = 0;
    uint64_t number = asv_store_erase_pending(store);
    return number != 0 && asv_store_erase_record(store, number, record, sizeof record, &len) != ASV_OK;
}

/* The one that is being recorded has its number, and is counted when it ends. */
static uint64_t last_number(const struct asv_store *store)
{
    uint64_t newest = store->clip_count == 0 ? 0 : store->clips[store->clip_count - 1].number;
    return newest > store->counter.number ? newest : store->counter.number;
}

static enum asv_status op_status(void *ctx, struct asv_wire_status_reply *out, struct asv_err *err)
{
    const struct asv_camera_device *device = ctx;
    struct asv_store *store = store_of(ctx);
    const struct asv_store_trust *trust = store->trust;
    struct asv_store_space space;
    enum asv_status status = asv_store_space(store, &space);
    memset(out, 0, sizeof *out);
    if (status == ASV_OK) {
        status = asv_store_erase_count(store, &out->erasures);
        out->erasures += is_unproven(store) ? 1 : 0;
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "the camera's flash cannot be read");
    }
    memcpy(out->epoch, store->epoch, sizeof out->epoch);
    out->last_number = last_number(store);
    out->clips = (uint32_t)store->clip_count;
    out->log_first = asv_journal_first(&store->journal);
    out->log_next = store->journal.next;
    out->store_bytes = space.total_bytes;
    out->free_bytes = space.free_bytes;
    out->battery_percent = device->battery_percent;
    out->flags = status_flags(store, &space);
    out->flags |= device->charging ? ASV_WIRE_STATUS_CHARGING : 0;
    memcpy(out->firmware, store->firmware.version, sizeof out->firmware);
    memcpy(out->firmware_digest, store->firmware.digest, sizeof out->firmware_digest);
    out->bulletin = trust->has_bulletin ? trust->bulletin.number : 0;
    out->policy_version = trust->has_bulletin ? trust->bulletin.policy_version : 0;
    out->revocations = trust->has_revocations ? trust->revocations.number : 0;
    out->configuration = trust->has_configuration ? trust->configuration.number : 0;
    out->assignment = trust->has_assignment ? trust->assignment.number : 0;
    if (trust->has_assignment) {
        memcpy(out->assignment_id, trust->assignment.id, sizeof out->assignment_id);
    }
    return ASV_OK;
}

static enum asv_status op_log(void *ctx, uint64_t from, uint16_t count, uint8_t *out, size_t cap, size_t *len,
                              struct asv_err *err)
{
    struct asv_camera_device *device = ctx;
    struct asv_store *store = device->store;
    struct asv_journal_run run;
    struct asv_devlog_block block = {.first = 0};
    struct asv_writer writer;
    uint8_t *entries = malloc(ASV_DEVLOG_MAX_BYTES);
    if (entries == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the device log");
    }
    size_t most = (cap < ASV_DEVLOG_MAX_BYTES ? cap : ASV_DEVLOG_MAX_BYTES) - LOG_BLOCK_OVERHEAD;
    enum asv_status status = asv_journal_read(&store->journal, from, count, entries, most, &run);
    if (status != ASV_OK) {
        status = asv_fail(err, status, "the device log cannot be read");
        goto out;
    }
    memcpy(block.camera_cert, store->trust->cert_digest, sizeof block.camera_cert);
    block.first = run.first;
    block.next = store->journal.next;
    memcpy(block.before, run.before, sizeof block.before);
    block.count = run.count;
    block.entries = (struct asv_bytes){.data = entries, .len = run.len};
    asv_writer_init(&writer, out, cap);
    status = asv_devlog_block_encode(&writer, &block, store->secrets->sk);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, len);
    }
    /* Told without a hole from what a dock held before: only that may be forgotten later. */
    uint64_t held =
        device->log_told > store->journal.acknowledged ? device->log_told : store->journal.acknowledged;
    if (status == ASV_OK && (from <= held || run.first == asv_journal_first(&store->journal))) {
        device->log_told = run.first + run.count > held ? run.first + run.count : held;
    }
out:
    free(entries);
    return status;
}

/* ---- clips ---- */

static enum asv_status op_clip_next(void *ctx, uint64_t after, struct asv_wire_clip *out, struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    struct asv_store_clip *clip = asv_store_clip_next(store, after);
    if (clip == NULL) {
        return ASV_E_NOT_FOUND;
    }
    enum asv_status status = asv_store_clip_learn(store, clip);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "the seal of this recording cannot be read", clip->number);
    }
    memset(out, 0, sizeof *out);
    out->number = clip->number;
    memcpy(out->clip, clip->clip, sizeof out->clip);
    memcpy(out->header, clip->header, sizeof out->header);
    out->flags =
        (uint8_t)((clip->marked ? ASV_WIRE_CLIP_MARKED : 0) | (clip->ended ? ASV_WIRE_CLIP_ENDED : 0) |
                  (clip->recording ? ASV_WIRE_CLIP_RECORDING : 0) |
                  (clip->reserve ? ASV_WIRE_CLIP_RESERVE : 0) | (clip->damaged ? ASV_WIRE_CLIP_DAMAGED : 0));
    out->seal_bytes = clip->seal_bytes;
    out->chunks = clip->chunks;
    out->stanzas_bytes = clip->stanzas_bytes;
    out->link_bytes = clip->link_bytes;
    out->start_wall_ms = clip->start_wall_ms;
    uint64_t sealed = asv_seal_payload_bytes(clip->chunks, clip->ended);
    out->tail_bytes = clip->payload_bytes > sealed ? clip->payload_bytes - sealed : 0;
    return ASV_OK;
}

/* The clip, if it may be read now; NULL and *status otherwise. */
static const struct asv_store_clip *readable(struct asv_store *store, uint64_t number,
                                             enum asv_status *status, struct asv_err *err)
{
    struct asv_store_clip *clip = asv_store_clip_find(store, number);
    if (clip == NULL) {
        *status = asv_fail_at(err, ASV_E_NOT_FOUND, "no such recording", number);
        return NULL;
    }
    if (clip->recording) {
        *status = asv_fail_at(err, ASV_E_BUSY, "it is being recorded", number);
        return NULL;
    }
    *status = asv_store_clip_learn(store, clip);
    if (*status != ASV_OK) {
        *status = asv_fail_at(err, *status, "the seal cannot be read", number);
        return NULL;
    }
    return clip;
}

static const char *file_name(uint8_t file)
{
    static const char *const names[] = {
        [ASV_WIRE_FILE_SEAL] = "seal",
        [ASV_WIRE_FILE_STANZAS] = "stanzas",
        [ASV_WIRE_FILE_LINK] = "link",
        [ASV_WIRE_FILE_TAIL] = "payload",
    };
    return file < sizeof names / sizeof names[0] ? names[file] : NULL;
}

static enum asv_status op_file(void *ctx, const struct asv_wire_file_read *read, uint8_t *out, uint64_t *at,
                               struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    enum asv_status status = ASV_OK;
    const struct asv_store_clip *clip = readable(store, read->number, &status, err);
    const char *name = file_name(read->file);
    char path[ASV_FLASH_PATH_MAX + 1];
    uint64_t size = 0;
    uint64_t skip = 0;
    size_t got = 0;
    if (clip == NULL) {
        return status;
    }
    if (name == NULL) {
        return asv_fail_at(err, ASV_E_UNSUPPORTED, "no such file of a recording", read->file);
    }
    asv_store_clip_path(path, read->number, name);
    status = store->flash->ops->size(store->flash->ctx, path, &size);
    if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
        *at = read->offset;
        return asv_fail(err, status, "the file cannot be read");
    }
    if (read->file == ASV_WIRE_FILE_TAIL) {
        skip = asv_seal_payload_bytes(clip->chunks, clip->ended);
        size = size > skip ? size - skip : 0;
    }
    if (read->offset > size || read->length > size - read->offset) {
        *at = size;
        return asv_fail_at(err, ASV_E_LIMIT, "behind the end of the file", size);
    }
    status = store->flash->ops->read(store->flash->ctx, path, skip + read->offset, out, read->length, &got);
    if (status != ASV_OK || got != read->length) {
        *at = read->offset;
        return asv_fail(err, ASV_E_IO, "the file cannot be read");
    }
    return ASV_OK;
}

static enum asv_status op_chunks(void *ctx, uint64_t number, uint64_t first, uint32_t count, uint8_t *out,
                                 uint32_t *done, struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    const struct asv_flash *flash = store->flash;
    enum asv_status status = ASV_OK;
    const struct asv_store_clip *clip = readable(store, number, &status, err);
    char path[ASV_FLASH_PATH_MAX + 1];
    size_t got = 0;
    *done = 0;
    if (clip == NULL) {
        return status;
    }
    uint64_t there = first < clip->chunks ? clip->chunks - first : 0;
    uint32_t whole = there < count ? (uint32_t)there : count;
    asv_store_clip_path(path, number, "payload");
    status = flash->ops->read(flash->ctx, path, first * ASV_WIRE_CHUNK_BYTES, out,
                              (size_t)whole * ASV_WIRE_CHUNK_BYTES, &got);
    if (status == ASV_OK && got == (size_t)whole * ASV_WIRE_CHUNK_BYTES) {
        *done = whole;
        return whole == count ? ASV_OK
                              : asv_fail_at(err, ASV_E_LIMIT, "the recording has chunks", clip->chunks);
    }
    /* One of them cannot be read: those before it are given all the same. */
    while (*done < whole) {
        uint8_t *place = out + (size_t)*done * ASV_WIRE_CHUNK_BYTES;
        status = flash->ops->read(flash->ctx, path, (first + *done) * ASV_WIRE_CHUNK_BYTES, place,
                                  ASV_WIRE_CHUNK_BYTES, &got);
        if (status != ASV_OK || got != ASV_WIRE_CHUNK_BYTES) {
            store->fault = true;
            return asv_fail_at(err, ASV_E_IO, "a chunk cannot be read", first + *done);
        }
        (*done)++;
    }
    return whole == count ? ASV_OK : asv_fail_at(err, ASV_E_LIMIT, "the recording has chunks", clip->chunks);
}

/* ---- erasing ---- */

/* The record of an erasure that is finished, if it is the one of this recording. */
static enum asv_status told_before(struct asv_store *store, uint64_t number,
                                   const uint8_t epoch[ASV_UUID_BYTES],
                                   const uint8_t header[ASV_SHA256_BYTES], uint8_t *out, size_t cap,
                                   size_t *len, struct asv_err *err)
{
    struct asv_erasure erasure;
    size_t got = 0;
    enum asv_status status = asv_store_erase_record(store, number, out, cap, &got);
    if (status == ASV_OK) {
        status = asv_erasure_decode(&erasure, out, got, err);
    }
    if (status == ASV_OK && (memcmp(erasure.epoch, epoch, sizeof erasure.epoch) != 0 ||
                             memcmp(erasure.header, header, sizeof erasure.header) != 0)) {
        return asv_fail_at(err, ASV_E_MISMATCH, "another recording was erased under number", number);
    }
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "no such recording", number);
    }
    *len = got;
    return ASV_OK;
}

/* Goes on with the erasure of this clip; its record when it is finished. */
static enum asv_status finish_erasure(struct asv_store *store, uint64_t number, uint8_t *out, size_t cap,
                                      size_t *len, struct asv_err *err)
{
    enum asv_status status = asv_store_erase_step(store, err);
    if (status == ASV_OK) {
        status = asv_store_erase_record(store, number, out, cap, len);
    }
    return status;
}

static enum asv_status op_receipt(void *ctx, const struct asv_receipt *receipt, uint8_t *out, size_t cap,
                                  size_t *len, struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    const struct asv_custody *said = &receipt->custody;
    struct asv_custody held;
    uint8_t digest[ASV_SHA256_BYTES];
    if (receipt->kind != ASV_RECEIPT_STORED) { /* T-053 */
        return asv_fail(err, ASV_E_DENIED, "nothing is erased for a receipt that is not of kind STORED");
    }
    if (asv_store_erase_pending(store) != 0) {
        return asv_store_erase_pending(store) == said->number
                   ? finish_erasure(store, said->number, out, cap, len, err)
                   : asv_fail(err, ASV_E_BUSY, "another recording is being erased");
    }
    if (asv_store_clip_find(store, said->number) == NULL) {
        return told_before(store, said->number, said->epoch, said->header, out, cap, len, err);
    }
    enum asv_status status = asv_store_custody(store, said->number, &held, err);
    if (status == ASV_OK) {
        status = asv_custody_compare(said, &held, err); /* T-053 */
    }
    if (status == ASV_OK) {
        asv_object_digest(digest, &receipt->object);
        status = asv_store_erase_begin(store, said->number, ASV_ERASURE_RECEIPT, digest, err);
    }
    if (status != ASV_OK) {
        refuse(store, err);
        return status;
    }
    return finish_erasure(store, said->number, out, cap, len, err);
}

/* T-061: epoch, number and header are those of the recording that it erases; of one that is damaged, which
 * has no header that can be read, the header is zeros on both sides. */
static enum asv_status check_statement(struct asv_store *store, const struct asv_destruction *statement,
                                       struct asv_err *err)
{
    struct asv_store_clip *clip = asv_store_clip_find(store, statement->number);
    enum asv_status status = asv_store_clip_learn(store, clip);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "the seal cannot be read", statement->number);
    }
    if (memcmp(statement->epoch, store->epoch, sizeof store->epoch) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "the statement is for another epoch of this camera's store");
    }
    if (memcmp(statement->header, clip->header, sizeof clip->header) != 0) {
        return asv_fail_at(err, ASV_E_MISMATCH, "the statement is for another header than that of recording",
                           statement->number);
    }
    return ASV_OK;
}

static enum asv_status op_destroy(void *ctx, const struct asv_destruction *statement, uint8_t *out,
                                  size_t cap, size_t *len, struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    uint8_t digest[ASV_SHA256_BYTES];
    if (asv_store_erase_pending(store) != 0) {
        return asv_store_erase_pending(store) == statement->number
                   ? finish_erasure(store, statement->number, out, cap, len, err)
                   : asv_fail(err, ASV_E_BUSY, "another recording is being erased");
    }
    if (asv_store_clip_find(store, statement->number) == NULL) {
        return told_before(store, statement->number, statement->epoch, statement->header, out, cap, len, err);
    }
    enum asv_status status = check_statement(store, statement, err);
    if (status == ASV_OK) {
        asv_object_digest(digest, &statement->object);
        status = asv_store_erase_begin(store, statement->number, ASV_ERASURE_DESTRUCTION, digest, err);
    }
    if (status != ASV_OK) {
        refuse(store, err);
        return status;
    }
    return finish_erasure(store, statement->number, out, cap, len, err);
}

static enum asv_status op_erasure(void *ctx, uint32_t index, uint8_t *out, size_t cap, size_t *len,
                                  struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    uint64_t number = 0;
    enum asv_status status = asv_store_erase_step(store, err);
    if (status != ASV_OK && status != ASV_E_AGAIN) {
        status = ASV_OK; /* the medium refuses that one; the others are told */
    }
    if (status == ASV_OK) {
        status = asv_store_erase_at(store, index, &number);
    }
    return status == ASV_OK ? asv_store_erase_record(store, number, out, cap, len) : status;
}

static enum asv_status op_erasure_ack(void *ctx, const struct asv_wire_erasures_ack *ack, uint32_t *left,
                                      struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    enum asv_status status = asv_store_erase_acknowledge(store, ack->number, ack->record);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "this is not the erasure record held of recording", ack->number);
    }
    return asv_store_erase_count(store, left);
}

/* ---- orders ---- */

static enum asv_status op_held(void *ctx, enum asv_wire_held_kind kind, struct asv_wire_held *out)
{
    const struct asv_store_trust *trust = store_of(ctx)->trust;
    const struct asv_object *object = NULL;
    memset(out, 0, sizeof *out);
    if (kind == ASV_WIRE_HELD_BULLETIN && trust->has_bulletin) {
        out->number = trust->bulletin.number;
        object = &trust->bulletin.object;
    } else if (kind == ASV_WIRE_HELD_REVOCATIONS && trust->has_revocations) {
        out->number = trust->revocations.number;
        object = &trust->revocations.object;
    } else if (kind == ASV_WIRE_HELD_CONFIGURATION && trust->has_configuration) {
        out->number = trust->configuration.number;
        object = &trust->configuration.object;
    } else if (kind == ASV_WIRE_HELD_ASSIGNMENT && trust->has_assignment) {
        out->number = trust->assignment.number;
        object = &trust->assignment.object;
    }
    if (object != NULL) {
        asv_object_digest(out->digest, object);
    }
    return ASV_OK;
}

/* An order that was not taken is in the device log. */
static enum asv_status taken(struct asv_store *store, enum asv_status status, const struct asv_err *err)
{
    if (status != ASV_OK && status != ASV_E_EXISTS) {
        refuse(store, err);
    }
    return status;
}

static enum asv_status op_bulletin(void *ctx, const struct asv_bulletin *bulletin, struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    return taken(store, asv_store_take_bulletin(store, bulletin->object.encoded, err), err);
}

static enum asv_status op_revocations(void *ctx, const struct asv_revocations *list, struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    return taken(store, asv_store_take_revocations(store, list->object.encoded, err), err);
}

static enum asv_status op_configuration(void *ctx, const struct asv_configuration *configuration,
                                        struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    return taken(store, asv_store_take_configuration(store, configuration->object.encoded, err), err);
}

static enum asv_status op_assignment(void *ctx, const struct asv_assignment *assignment, struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    return taken(store, asv_store_take_assignment(store, assignment->object.encoded, err), err);
}

static enum asv_status op_time(void *ctx, const struct asv_wire_time *time, struct asv_wire_time_reply *out,
                               struct asv_err *err)
{
    struct asv_store *store = store_of(ctx);
    struct asv_store_time before;
    struct asv_store_time after;
    enum asv_status status = asv_store_set_time(store, time->wall_ms, ASV_CLOCK_DOCK, &before, &after);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock cannot be set");
    }
    out->before_ms = before.wall_ms;
    out->after_ms = after.wall_ms;
    out->mono_ms = after.mono_ms;
    return ASV_OK;
}

static enum asv_status op_indicator(void *ctx, const struct asv_wire_indicator *indicator,
                                    struct asv_err *err)
{
    struct asv_camera_device *device = ctx;
    (void)err;
    device->indicator = *indicator;
    return ASV_OK;
}

/* P-072 */
static enum asv_status op_inventory(void *ctx, uint8_t *out, size_t cap, size_t *len, struct asv_err *err)
{
    const struct asv_camera_device *device = ctx;
    const struct asv_store *store = device->store;
    struct asv_store_time now;
    struct asv_wire_held bulletin;
    struct asv_writer writer;
    asv_store_now(store, &now);
    struct asv_inventory inventory = {
        .last_number = last_number(store),
        .held = (uint32_t)store->clip_count,
        .wall_ms = now.state == ASV_CLOCK_LOST ? ASV_TIME_UNKNOWN : now.wall_ms,
        .mono_ms = now.mono_ms,
    };
    enum asv_status status = op_held(ctx, ASV_WIRE_HELD_BULLETIN, &bulletin);
    memcpy(inventory.camera_cert, store->trust->cert_digest, sizeof inventory.camera_cert);
    memcpy(inventory.session, device->session, sizeof inventory.session);
    memcpy(inventory.epoch, store->epoch, sizeof inventory.epoch);
    memcpy(inventory.bulletin, bulletin.digest, sizeof inventory.bulletin);
    memcpy(inventory.boot, store->boot, sizeof inventory.boot);
    asv_writer_init(&writer, out, cap);
    if (status == ASV_OK) {
        status = asv_inventory_encode(&writer, &inventory, store->secrets->sk);
    }
    if (status == ASV_OK) {
        status = asv_write_end(&writer, len);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the inventory cannot be made");
}

static enum asv_status op_finish(void *ctx, const struct asv_wire_finish *finish, struct asv_err *err)
{
    struct asv_camera_device *device = ctx;
    struct asv_store *store = device->store;
    enum asv_status status = asv_store_set_docked(store);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the docking cannot be written down");
    }
    if (device->log_told > store->journal.acknowledged &&
        asv_journal_acknowledge(&store->journal, device->log_told) != ASV_OK) {
        store->fault = true; /* told once more at the next docking */
    }
    asv_store_fill_reserve(store);
    device->finished = finish->reason;
    return ASV_OK;
}

static void op_dropped(void *ctx)
{
    struct asv_camera_device *device = ctx;
    device->log_told = 0;
    device->indicator = (struct asv_wire_indicator){.indication = ASV_WIRE_INDICATE_OFF};
}

const struct asv_wire_camera_ops asv_camera_device_ops = {
    .trust = op_trust,
    .session = op_session,
    .clock = op_clock,
    .status = op_status,
    .log = op_log,
    .clip_next = op_clip_next,
    .file = op_file,
    .chunks = op_chunks,
    .receipt = op_receipt,
    .destroy = op_destroy,
    .erasure = op_erasure,
    .erasure_ack = op_erasure_ack,
    .held = op_held,
    .bulletin = op_bulletin,
    .revocations = op_revocations,
    .configuration = op_configuration,
    .assignment = op_assignment,
    .time = op_time,
    .indicator = op_indicator,
    .inventory = op_inventory,
    .finish = op_finish,
    .dropped = op_dropped,
};
