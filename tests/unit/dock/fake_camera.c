/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/unit/dock/fake_camera.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/wire/devlog.h"

static void must(enum asv_status status)
{
    if (status)
        abort();
}

static struct fake_clip *find(struct fake_camera *camera, uint64_t number)
{
    struct fake_clip *clip = number >= 1 && number <= FAKE_CLIPS ? &camera->clips[number - 1] : NULL;
    return clip && clip->clip ? clip : NULL;
}

static uint64_t signed_bytes(const struct fake_clip *clip)
{
    return clip->clip->payload.len - clip->tail;
}

static enum asv_status op_trust(void *ctx, const uint8_t **root_pk, int64_t *now_ms,
                                const struct asv_revocations **revocations)
{
    const struct fake_camera *camera = ctx;
    *root_pk = camera->trusts;
    *now_ms = camera->world.wall;
    *revocations = NULL;
    return ASV_OK;
}

static enum asv_status op_session(void *ctx, const struct asv_wire_session *session, struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    (void)err;
    memcpy(camera->session, session->id, sizeof camera->session);
    camera->sessions++;
    return ASV_OK;
}

static void boot_id(uint8_t out[16])
{
    uint8_t digest[32];
    asv_sha256(digest, "boot 1", 6);
    memcpy(out, digest, 16);
}

static void epoch_id(uint8_t out[16])
{
    uint8_t digest[32];
    asv_sha256(digest, "epoch 1", 7);
    memcpy(out, digest, 16);
}

static enum asv_status op_clock(void *ctx, struct asv_wire_clock_reply *out, struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    if (camera->no_clock)
        return asv_fail(err, ASV_E_IO, "told to");
    memset(out, 0, sizeof *out);
    out->wall_ms = camera->world.wall;
    out->mono_ms = camera->world.mono;
    boot_id(out->boot);
    if (camera->lost_clock) {
        memset(out->boot, 0x77, sizeof out->boot); /* it has booted since */
        out->clock_state = ASV_CLOCK_LOST;
    } else {
        out->clock_state = ASV_CLOCK_SYNCED;
        out->last_sync_wall_ms = camera->world.wall - 3600000;
        out->clock_source = ASV_CLOCK_GNSS;
    }
    camera->clock = *out;
    return ASV_OK;
}

static enum asv_status op_status(void *ctx, struct asv_wire_status_reply *out, struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    (void)err;
    memset(out, 0, sizeof *out);
    epoch_id(out->epoch);
    out->last_number = camera->last_number;
    for (uint64_t i = 1; i <= FAKE_CLIPS; i++) {
        out->clips += find(camera, i) != NULL;
        out->erasures += camera->clips[i - 1].outstanding;
    }
    out->log_first = 1;
    out->log_next = 3;
    out->store_bytes = UINT64_C(64) << 30;
    out->free_bytes = UINT64_C(60) << 30;
    out->battery_percent = camera->battery;
    memcpy(out->firmware, "1.0.1", 6); /* newer than what it recorded with */
    memset(out->firmware_digest, 0xf2, sizeof out->firmware_digest);
    out->policy_version = 4;
    out->bulletin = camera->held[ASV_WIRE_HELD_BULLETIN].number;
    out->flags = (camera->on_reserve ? ASV_WIRE_STATUS_RESERVE : 0) |
                 (camera->charging ? ASV_WIRE_STATUS_CHARGING : 0);
    out->revocations = camera->held[ASV_WIRE_HELD_REVOCATIONS].number;
    out->configuration = camera->held[ASV_WIRE_HELD_CONFIGURATION].number;
    out->assignment = camera->held[ASV_WIRE_HELD_ASSIGNMENT].number;
    memcpy(out->assignment_id, camera->assignment_id, sizeof out->assignment_id);
    camera->status = *out;
    return ASV_OK;
}

static enum asv_status op_log(void *ctx, uint64_t from, uint16_t count, uint8_t *out, size_t cap, size_t *len,
                              struct asv_err *err)
{
    const struct fake_camera *camera = ctx;
    uint8_t entries[2 * ASV_DEVLOG_ENTRY_MAX];
    size_t at[3] = {0};
    struct asv_writer writer;
    (void)count;
    (void)err;
    asv_writer_init(&writer, entries, sizeof entries);
    for (uint64_t i = 1; i <= 2; i++) {
        struct asv_devlog_entry entry = {.number = i, .kind = ASV_DEVLOG_BOOT, .wall_ms = camera->world.wall};
        must(asv_devlog_entry_encode(&writer, &entry));
        at[i] = writer.len;
    }
    size_t first = from < 1 ? 0 : from > 3 ? 2 : (size_t)from - 1;
    struct asv_devlog_block block = {.first = first + 1, .next = 3, .count = (uint16_t)(2 - first)};
    memcpy(block.camera_cert, camera->identity.cert_digest, sizeof block.camera_cert);
    for (size_t i = 0; i < first; i++)
        asv_devlog_digest(block.before, entries + at[i], at[i + 1] - at[i]);
    block.entries = (struct asv_bytes){entries + at[first], at[2] - at[first]};
    asv_writer_init(&writer, out, cap);
    enum asv_status status = asv_devlog_block_encode(&writer, &block, camera->identity.sk);
    *len = writer.len;
    return status;
}

static enum asv_status op_clip_next(void *ctx, uint64_t after, struct asv_wire_clip *out, struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    (void)err;
    for (uint64_t number = after + 1; number <= FAKE_CLIPS; number++) {
        const struct fake_clip *clip = find(camera, number);
        if (!clip)
            continue;
        memset(out, 0, sizeof *out);
        out->number = number;
        memcpy(out->clip, clip->clip->header.clip, sizeof out->clip);
        memcpy(out->header, clip->clip->header_digest, sizeof out->header);
        if (number == camera->lie_number)
            out->header[5] ^= 1;
        out->flags =
            (clip->marked ? ASV_WIRE_CLIP_MARKED : 0u) | (clip->clip->plan.cut ? 0u : ASV_WIRE_CLIP_ENDED) |
            (clip->recording ? ASV_WIRE_CLIP_RECORDING : 0u) | (clip->reserve ? ASV_WIRE_CLIP_RESERVE : 0u);
        out->seal_bytes = clip->clip->seal.len;
        out->chunks = clip->clip->plan.chunks - (number == camera->short_number ? 1u : 0u);
        out->tail_bytes = clip->tail;
        out->stanzas_bytes = (uint32_t)clip->clip->stanzas.len;
        out->link_bytes = (uint32_t)clip->clip->link.len;
        out->start_wall_ms = clip->clip->header.start_wall_ms;
        return ASV_OK;
    }
    if (camera->endless) {
        memset(out, 0, sizeof *out);
        out->number = after + 1;
        out->flags = ASV_WIRE_CLIP_RECORDING;
        return ASV_OK;
    }
    return ASV_E_NOT_FOUND;
}

static enum asv_status op_file(void *ctx, const struct asv_wire_file_read *read, uint8_t *out, uint64_t *at,
                               struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    const struct fake_clip *clip = find(camera, read->number);
    if (!clip)
        return asv_fail(err, ASV_E_NOT_FOUND, "no such clip");
    struct asv_test_bytes tail = {clip->clip->payload.data + signed_bytes(clip), clip->tail};
    const struct asv_test_bytes *files[] = {NULL, &clip->clip->seal, &clip->clip->stanzas, &clip->clip->link,
                                            &tail};
    const struct asv_test_bytes *file = files[read->file];
    if (read->offset + read->length > file->len) {
        *at = file->len;
        return asv_fail(err, ASV_E_LIMIT, "behind the end");
    }
    memcpy(out, file->data + read->offset, read->length);
    if (read->number == camera->flip_number && read->file == ASV_WIRE_FILE_SEAL &&
        camera->flip_at >= read->offset && camera->flip_at < read->offset + read->length)
        out[camera->flip_at - read->offset] ^= 1;
    return ASV_OK;
}

static enum asv_status op_chunks(void *ctx, uint64_t number, uint64_t first, uint32_t count, uint8_t *out,
                                 uint32_t *done, struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    const struct fake_clip *clip = find(camera, number);
    if (!clip)
        return asv_fail(err, ASV_E_NOT_FOUND, "no such clip");
    bool seen = false;
    for (unsigned i = 0; i < camera->order_count; i++)
        seen = seen || camera->order[i] == number;
    if (!seen && camera->order_count < 64)
        camera->order[camera->order_count++] = number;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *chunk = out + (size_t)i * ASV_WIRE_CHUNK_BYTES;
        if (first + i >= clip->clip->plan.chunks)
            return asv_fail(err, ASV_E_LIMIT, "behind the end");
        if (number == camera->bad_number && first + i == camera->bad_chunk)
            return asv_fail(err, ASV_E_IO, "flash");
        memcpy(chunk, clip->clip->payload.data + (first + i) * ASV_WIRE_CHUNK_BYTES, ASV_WIRE_CHUNK_BYTES);
        if (number == camera->wrong_number && first + i == camera->wrong_chunk && camera->wrong_times > 0) {
            chunk[1000] ^= 0x10;
            chunk[1001] ^= (uint8_t)(camera->wrong_varies ? camera->wrong_times : 0);
            camera->wrong_times--;
        }
        camera->chunks_given++;
        *done = i + 1;
    }
    if (camera->silent_after && camera->chunks_given >= camera->silent_after)
        camera->silent = true;
    return ASV_OK;
}

static void custody_of(struct fake_camera *camera, uint64_t number, struct asv_custody *out)
{
    const struct fake_clip *clip = find(camera, number);
    struct asv_merkle tree;
    memset(out, 0, sizeof *out);
    memcpy(out->camera_cert, camera->identity.cert_digest, sizeof out->camera_cert);
    epoch_id(out->epoch);
    out->number = number;
    memcpy(out->clip, clip->clip->header.clip, sizeof out->clip);
    memcpy(out->header, clip->clip->header_digest, sizeof out->header);
    asv_merkle_init(&tree);
    for (uint32_t i = 0; i < clip->clip->plan.chunks; i++) {
        uint8_t leaf[32];
        asv_merkle_leaf(leaf, clip->clip->payload.data + (size_t)i * ASV_WIRE_CHUNK_BYTES,
                        ASV_WIRE_CHUNK_BYTES);
        must(asv_merkle_append(&tree, leaf));
    }
    asv_merkle_root(&tree, out->root);
    out->leaf_count = clip->clip->plan.chunks;
    out->payload_bytes = signed_bytes(clip);
    out->seal_bytes = clip->clip->seal.len;
    asv_sha256(out->seal, clip->clip->seal.data, clip->clip->seal.len);
    out->tail_bytes = clip->tail;
    asv_sha256(out->tail, clip->clip->payload.data + signed_bytes(clip), clip->tail);
    out->stanza_count = clip->clip->header.stanza_count;
    for (size_t i = 0; i < out->stanza_count; i++)
        memcpy(out->stanzas[i], clip->clip->header.stanzas[i].digest, ASV_SHA256_BYTES);
    out->link_bytes = clip->clip->link.len;
    asv_sha256(out->link, clip->clip->link.data, clip->clip->link.len);
}

/* Erases it because of this object, and proves it. */
static enum asv_status erase(struct fake_camera *camera, uint64_t number, enum asv_erasure_cause cause,
                             const struct asv_object *object, uint8_t *out, size_t cap, size_t *len)
{
    struct asv_erasure record = {.cause = (uint8_t)cause,
                                 .number = number,
                                 .wall_ms = camera->world.wall,
                                 .mono_ms = camera->world.mono,
                                 .method = ASV_ERASURE_OVERWRITE};
    struct fake_clip *clip = &camera->clips[number - 1];
    struct asv_writer writer;
    asv_object_digest(record.cause_digest, object);
    memcpy(record.camera_cert, camera->identity.cert_digest, sizeof record.camera_cert);
    epoch_id(record.epoch);
    memcpy(record.header, clip->clip->header_digest, sizeof record.header);
    asv_writer_init(&writer, clip->erasure, sizeof clip->erasure);
    must(asv_erasure_encode(&writer, &record, camera->identity.sk));
    clip->erasure_len = writer.len;
    clip->outstanding = true;
    asv_test_clip_free(clip->clip);
    free(clip->clip);
    clip->clip = NULL;
    camera->erased++;
    if (cap < clip->erasure_len)
        return ASV_E_LIMIT;
    memcpy(out, clip->erasure, clip->erasure_len);
    *len = clip->erasure_len;
    return ASV_OK;
}

static enum asv_status op_receipt(void *ctx, const struct asv_receipt *receipt, uint8_t *out, size_t cap,
                                  size_t *len, struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    struct asv_custody held;
    uint64_t number = receipt->custody.number;
    if (!find(camera, number))
        return asv_fail(err, ASV_E_NOT_FOUND, "no such clip");
    custody_of(camera, number, &held);
    enum asv_status status = camera->cannot_erase ? asv_fail(err, ASV_E_MISMATCH, "told to")
                                                  : asv_custody_compare(&receipt->custody, &held, err);
    if (status) {
        camera->refused++;
        return status;
    }
    return erase(camera, number, ASV_ERASURE_RECEIPT, &receipt->object, out, cap, len);
}

static enum asv_status op_destroy(void *ctx, const struct asv_destruction *statement, uint8_t *out,
                                  size_t cap, size_t *len, struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    uint8_t epoch[ASV_UUID_BYTES];
    epoch_id(epoch);
    if (!find(camera, statement->number))
        return asv_fail(err, ASV_E_NOT_FOUND, "no such clip");
    const struct fake_clip *clip = &camera->clips[statement->number - 1];
    if (camera->cannot_erase || memcmp(statement->epoch, epoch, sizeof epoch) != 0 ||
        memcmp(statement->header, clip->clip->header_digest, sizeof statement->header) != 0) {
        camera->refused++;
        return asv_fail(err, ASV_E_MISMATCH, "not this recording, or told to");
    }
    return erase(camera, statement->number, ASV_ERASURE_DESTRUCTION, &statement->object, out, cap, len);
}

static enum asv_status op_erasure(void *ctx, uint32_t index, uint8_t *out, size_t cap, size_t *len,
                                  struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    (void)err;
    for (size_t i = 0; i < FAKE_CLIPS; i++)
        if (camera->clips[i].outstanding && index-- == 0 && camera->clips[i].erasure_len <= cap) {
            memcpy(out, camera->clips[i].erasure, camera->clips[i].erasure_len);
            *len = camera->clips[i].erasure_len;
            return ASV_OK;
        }
    return ASV_E_NOT_FOUND;
}

static enum asv_status op_erasure_ack(void *ctx, const struct asv_wire_erasures_ack *ack, uint32_t *left,
                                      struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    (void)err;
    *left = 0;
    for (size_t i = 0; i < FAKE_CLIPS; i++) {
        if (i + 1 == ack->number)
            camera->clips[i].outstanding = false;
        *left += camera->clips[i].outstanding;
    }
    return ASV_OK;
}

static enum asv_status op_held(void *ctx, enum asv_wire_held_kind kind, struct asv_wire_held *out)
{
    const struct fake_camera *camera = ctx;
    *out = camera->held[kind];
    return ASV_OK;
}

static void hold(struct fake_camera *camera, enum asv_wire_held_kind kind, uint64_t number,
                 const struct asv_object *object)
{
    camera->held[kind].number = number;
    asv_object_digest(camera->held[kind].digest, object);
}

static enum asv_status op_bulletin(void *ctx, const struct asv_bulletin *bulletin, struct asv_err *err)
{
    (void)err;
    hold(ctx, ASV_WIRE_HELD_BULLETIN, bulletin->number, &bulletin->object);
    return ASV_OK;
}

static enum asv_status op_revocations(void *ctx, const struct asv_revocations *list, struct asv_err *err)
{
    (void)err;
    hold(ctx, ASV_WIRE_HELD_REVOCATIONS, list->number, &list->object);
    return ASV_OK;
}

static enum asv_status op_configuration(void *ctx, const struct asv_configuration *configuration,
                                        struct asv_err *err)
{
    (void)err;
    hold(ctx, ASV_WIRE_HELD_CONFIGURATION, configuration->number, &configuration->object);
    return ASV_OK;
}

static enum asv_status op_assignment(void *ctx, const struct asv_assignment *assignment, struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    if (camera->no_assignment)
        return asv_fail(err, ASV_E_MISMATCH, "not this one");
    camera->silent = camera->mute_assigned;
    hold(camera, ASV_WIRE_HELD_ASSIGNMENT, assignment->number, &assignment->object);
    memcpy(camera->assignment_id, assignment->id, sizeof camera->assignment_id);
    memcpy(camera->assigned_unit, assignment->unit, sizeof camera->assigned_unit);
    memcpy(camera->assigned_area, assignment->area, sizeof camera->assigned_area);
    return ASV_OK;
}

static enum asv_status op_time(void *ctx, const struct asv_wire_time *time, struct asv_wire_time_reply *out,
                               struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    (void)err;
    *out = (struct asv_wire_time_reply){camera->world.wall, time->wall_ms, camera->world.mono};
    camera->world.wall = time->wall_ms;
    return ASV_OK;
}

static enum asv_status op_indicator(void *ctx, const struct asv_wire_indicator *indicator,
                                    struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    (void)err;
    camera->indicator = *indicator;
    camera->silent = camera->mute_leaving && indicator->indication == ASV_WIRE_INDICATE_READY;
    return ASV_OK;
}

static enum asv_status op_inventory(void *ctx, uint8_t *out, size_t cap, size_t *len, struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    struct asv_inventory inventory = {
        .last_number = camera->last_number, .wall_ms = camera->world.wall, .mono_ms = camera->world.mono};
    struct asv_writer writer;
    if (camera->no_inventory)
        return asv_fail(err, camera->no_inventory, "told to");
    for (uint64_t i = 1; i <= FAKE_CLIPS; i++)
        inventory.held += find(camera, i) != NULL;
    memcpy(inventory.camera_cert, camera->identity.cert_digest, sizeof inventory.camera_cert);
    memcpy(inventory.session, camera->session, sizeof inventory.session);
    epoch_id(inventory.epoch);
    memcpy(inventory.bulletin, camera->held[ASV_WIRE_HELD_BULLETIN].digest, sizeof inventory.bulletin);
    boot_id(inventory.boot);
    asv_writer_init(&writer, out, cap);
    must(asv_inventory_encode(&writer, &inventory, camera->identity.sk));
    *len = writer.len;
    return ASV_OK;
}

static enum asv_status op_finish(void *ctx, const struct asv_wire_finish *finish, struct asv_err *err)
{
    struct fake_camera *camera = ctx;
    (void)err;
    camera->finished++;
    camera->finish_reason = finish->reason;
    return ASV_OK;
}

static void op_dropped(void *ctx)
{
    (void)ctx;
}

static const struct asv_wire_camera_ops ops = {
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

void fake_camera_init(struct fake_camera *camera, const struct asv_test_agency *agency, uint32_t index)
{
    memset(camera, 0, sizeof *camera);
    camera->agency = agency;
    camera->trusts = agency->root.pk;
    asv_test_agency_issue(agency, &camera->identity, ASV_ROLE_CAMERA, index);
    camera->battery = 80;
    asv_test_world_init(&camera->world, 1000 + index);
    asv_test_world_step(&camera->world, index * 1000); /* so that no two have a UUID in common */
}

void fake_camera_boot(struct fake_camera *camera)
{
    struct asv_err err = {0};
    struct asv_wire_camera_config config = {.chain = camera->identity.chain.encoded,
                                            .kx_sk = camera->identity.kx_sk,
                                            .requests = camera->requests,
                                            .world = &camera->world.world};
    camera->silent = false;
    must(asv_wire_camera_init(&camera->machine, &config, &ops, camera, &err));
}

struct asv_test_clip *fake_camera_record_as(struct fake_camera *camera, const struct asv_test_plan *plan,
                                            size_t tail)
{
    struct asv_test_clip *clip = calloc(1, sizeof *clip);
    if (!clip)
        abort();
    asv_test_clip_make(clip, camera->agency, &camera->identity, &camera->world, plan);
    clip->payload.data = realloc(clip->payload.data, clip->payload.len + tail + 1);
    if (!clip->payload.data)
        abort();
    memset(clip->payload.data + clip->payload.len, 0x5a, tail);
    clip->payload.len += tail;
    camera->clips[plan->number - 1].clip = clip;
    camera->clips[plan->number - 1].tail = tail;
    if (plan->number > camera->last_number)
        camera->last_number = plan->number;
    return clip;
}

struct asv_test_clip *fake_camera_record(struct fake_camera *camera, uint64_t number, uint32_t chunks)
{
    const struct asv_test_plan plan = {.number = number, .chunks = chunks, .every = 4};
    return fake_camera_record_as(camera, &plan, 0);
}

void fake_camera_free(struct fake_camera *camera)
{
    for (size_t i = 0; i < FAKE_CLIPS; i++)
        if (camera->clips[i].clip) {
            asv_test_clip_free(camera->clips[i].clip);
            free(camera->clips[i].clip);
        }
}
