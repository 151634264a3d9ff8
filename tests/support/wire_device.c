/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/wire_device.h"

#include <stdlib.h>
#include <string.h>

static void must(enum asv_status status)
{
    if (status != ASV_OK) {
        abort();
    }
}

uint8_t asv_test_file_byte(uint64_t number, uint8_t file, uint64_t i)
{
    return (uint8_t)(number * 31 + file * 67u + i * 7 + (i >> 8));
}

void asv_test_chunk(uint64_t number, uint64_t chunk, uint8_t out[ASV_WIRE_CHUNK_BYTES])
{
    memset(out, (int)(number * 16 + chunk), ASV_WIRE_CHUNK_BYTES);
    asv_store_be64(out, number);
    asv_store_be64(out + ASV_WIRE_CHUNK_BYTES - 8, chunk);
}

static void digest_of(uint8_t out[ASV_SHA256_BYTES], uint64_t number, uint8_t what)
{
    uint8_t text[9];
    asv_store_be64(text, number);
    text[8] = what;
    asv_sha256(out, text, sizeof text);
}

/* A digest of something, or of nothing. */
static void part_digest(uint8_t out[ASV_SHA256_BYTES], uint64_t len, uint64_t number, uint8_t what)
{
    if (len == 0) {
        asv_sha256(out, "", 0);
    } else {
        digest_of(out, number, what);
    }
}

void asv_test_custody(const struct asv_test_device *device, const struct asv_wire_clip *clip,
                      struct asv_custody *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->camera_cert, device->agency->camera.cert_digest, sizeof out->camera_cert);
    memset(out->epoch, 0xe0, sizeof out->epoch);
    out->number = clip->number;
    memcpy(out->clip, clip->clip, sizeof out->clip);
    memcpy(out->header, clip->header, sizeof out->header);
    part_digest(out->root, clip->chunks, clip->number, 1);
    out->leaf_count = clip->chunks;
    out->payload_bytes = asv_wire_clip_payload_bytes(clip);
    out->seal_bytes = clip->seal_bytes;
    digest_of(out->seal, clip->number, 2);
    out->tail_bytes = clip->tail_bytes;
    part_digest(out->tail, clip->tail_bytes, clip->number, 3);
    out->stanza_count = 1;
    digest_of(out->stanzas[0], clip->number, 4);
    out->link_bytes = clip->link_bytes;
    part_digest(out->link, clip->link_bytes, clip->number, 5);
}

static void make_log(struct asv_test_device *device)
{
    struct asv_writer writer;
    asv_writer_init(&writer, device->log, sizeof device->log);
    for (unsigned i = 0; i < ASV_TEST_LOG_ENTRIES; i++) {
        static const uint8_t value[] = "Asservat 1.0";
        struct asv_devlog_entry entry = {
            .number = i + 1,
            .kind = i == 0 ? ASV_DEVLOG_BOOT : ASV_DEVLOG_MARKER,
            .wall_ms = device->world->wall + i,
            .mono_ms = device->world->mono + i,
            .value = {value, i == 0 ? sizeof value - 1 : i},
        };
        memset(entry.boot, 0xb0, sizeof entry.boot);
        device->log_at[i] = writer.len;
        must(asv_devlog_entry_encode(&writer, &entry));
    }
    device->log_at[ASV_TEST_LOG_ENTRIES] = writer.len;
}

void asv_test_device_init(struct asv_test_device *device, const struct asv_test_agency *agency,
                          struct asv_test_world *world)
{
    static const uint16_t chunks[ASV_TEST_CLIPS] = {70, 1, 0, 9};
    memset(device, 0, sizeof *device);
    device->agency = agency;
    device->world = world;
    for (uint8_t i = 0; i < ASV_TEST_CLIPS; i++) {
        struct asv_wire_clip *clip = &device->clips[i].entry;
        clip->number = i + 1u;
        memset(clip->clip, 0xc0 + i, sizeof clip->clip);
        digest_of(clip->header, clip->number, 0);
        clip->flags = i == 2 ? 0 : ASV_WIRE_CLIP_ENDED;
        clip->seal_bytes = i == 0 ? 130000 : 700;
        clip->chunks = chunks[i];
        clip->tail_bytes = i == 2 ? 70001 : 0;
        clip->stanzas_bytes = 120;
        clip->link_bytes = i == 2 ? 0 : 240;
        clip->start_wall_ms = world->wall - 3600000 + i * 60000;
    }
    device->clips[3].entry.flags |= ASV_WIRE_CLIP_MARKED;
    make_log(device);
}

static enum asv_status op_trust(void *ctx, const uint8_t **root_pk, int64_t *now_ms,
                                const struct asv_revocations **revocations)
{
    const struct asv_test_device *device = ctx;
    *root_pk = device->agency->root.pk;
    *now_ms = device->lost_clock ? ASV_TIME_UNKNOWN : device->world->wall;
    *revocations = device->revocations;
    return device->refuse_trust;
}

static enum asv_status op_session(void *ctx, const struct asv_wire_session *session, struct asv_err *err)
{
    struct asv_test_device *device = ctx;
    if (device->refuse_trust != ASV_OK) {
        return asv_fail(err, device->refuse_trust, "session refused");
    }
    device->sessions++;
    memcpy(device->session, session->id, sizeof device->session);
    return ASV_OK;
}

static enum asv_status op_clock(void *ctx, struct asv_wire_clock_reply *out, struct asv_err *err)
{
    const struct asv_test_device *device = ctx;
    memset(out, 0, sizeof *out);
    out->wall_ms = device->world->wall;
    out->mono_ms = device->world->mono;
    memset(out->boot, 0xb0, sizeof out->boot);
    out->clock_state = ASV_CLOCK_SYNCED;
    out->last_sync_wall_ms = device->world->wall - 1000;
    out->clock_source = ASV_CLOCK_DOCK;
    return device->refuse == ASV_OK ? ASV_OK : asv_fail(err, device->refuse, "told to");
}

static const struct asv_test_clip *find(const struct asv_test_device *device, uint64_t number)
{
    bool there = number >= 1 && number <= ASV_TEST_CLIPS && device->clips[number - 1].entry.number != 0;
    return there ? &device->clips[number - 1] : NULL;
}

static enum asv_status op_status(void *ctx, struct asv_wire_status_reply *out, struct asv_err *err)
{
    const struct asv_test_device *device = ctx;
    memset(out, 0, sizeof *out);
    memset(out->epoch, 0xe0, sizeof out->epoch);
    out->last_number = ASV_TEST_CLIPS;
    for (uint64_t i = 1; i <= ASV_TEST_CLIPS; i++) {
        out->clips += find(device, i) != NULL;
        out->erasures += device->erasures[i - 1].outstanding;
    }
    out->log_first = 1;
    out->log_next = ASV_TEST_LOG_ENTRIES + 1;
    out->store_bytes = UINT64_C(64) << 30;
    out->free_bytes = UINT64_C(60) << 30;
    out->battery_percent = 80;
    out->flags = ASV_WIRE_STATUS_CHARGING;
    memcpy(out->firmware, "1.0.0", 6);
    digest_of(out->firmware_digest, 0, 9);
    out->bulletin = device->held[ASV_WIRE_HELD_BULLETIN].number;
    out->revocations = device->held[ASV_WIRE_HELD_REVOCATIONS].number;
    out->configuration = device->held[ASV_WIRE_HELD_CONFIGURATION].number;
    out->assignment = device->held[ASV_WIRE_HELD_ASSIGNMENT].number;
    return device->refuse == ASV_OK ? ASV_OK : asv_fail(err, device->refuse, "told to");
}

static enum asv_status op_log(void *ctx, uint64_t from, uint16_t count, uint8_t *out, size_t cap, size_t *len,
                              struct asv_err *err)
{
    const struct asv_test_device *device = ctx;
    struct asv_devlog_block block = {.first = from == 0 ? 1 : from, .next = ASV_TEST_LOG_ENTRIES + 1};
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    block.first = block.first > block.next ? block.next : block.first;
    size_t first = (size_t)block.first - 1;
    size_t have = ASV_TEST_LOG_ENTRIES - first;
    block.count = (uint16_t)(have < count ? have : count);
    memcpy(block.camera_cert, device->agency->camera.cert_digest, sizeof block.camera_cert);
    for (size_t i = 0; i < first; i++) {
        asv_devlog_digest(block.before, device->log + device->log_at[i],
                          device->log_at[i + 1] - device->log_at[i]);
    }
    block.entries.data = device->log + device->log_at[first];
    block.entries.len = device->log_at[first + block.count] - device->log_at[first];
    struct asv_writer writer;
    asv_writer_init(&writer, out, cap);
    enum asv_status status = asv_devlog_block_encode(&writer, &block, device->agency->camera.sk);
    *len = writer.len;
    return status;
}

static enum asv_status op_clip_next(void *ctx, uint64_t after, struct asv_wire_clip *out, struct asv_err *err)
{
    const struct asv_test_device *device = ctx;
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    for (uint64_t number = 1; number <= ASV_TEST_CLIPS; number++) {
        if (number > after && find(device, number) != NULL) {
            *out = find(device, number)->entry;
            return ASV_OK;
        }
    }
    return ASV_E_NOT_FOUND;
}

static uint64_t file_bytes(const struct asv_wire_clip *clip, uint8_t file)
{
    switch (file) {
    case ASV_WIRE_FILE_SEAL:
        return clip->seal_bytes;
    case ASV_WIRE_FILE_STANZAS:
        return clip->stanzas_bytes;
    case ASV_WIRE_FILE_LINK:
        return clip->link_bytes;
    default:
        return clip->tail_bytes;
    }
}

static enum asv_status op_file(void *ctx, const struct asv_wire_file_read *read, uint8_t *out, uint64_t *at,
                               struct asv_err *err)
{
    const struct asv_test_device *device = ctx;
    const struct asv_test_clip *clip = find(device, read->number);
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    if (clip == NULL) {
        return asv_fail_at(err, ASV_E_NOT_FOUND, "no clip", read->number);
    }
    uint64_t have = file_bytes(&clip->entry, read->file);
    if (read->offset > have || have - read->offset < read->length) {
        *at = have;
        return asv_fail_at(err, ASV_E_LIMIT, "file ends at", have);
    }
    for (uint32_t i = 0; i < read->length; i++) {
        out[i] = asv_test_file_byte(read->number, read->file, read->offset + i);
    }
    return ASV_OK;
}

static enum asv_status op_chunks(void *ctx, uint64_t number, uint64_t first, uint32_t count, uint8_t *out,
                                 uint32_t *done, struct asv_err *err)
{
    const struct asv_test_device *device = ctx;
    const struct asv_test_clip *clip = find(device, number);
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    if (clip == NULL) {
        return asv_fail_at(err, ASV_E_NOT_FOUND, "no clip", number);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (first + i >= clip->entry.chunks) {
            return asv_fail_at(err, ASV_E_LIMIT, "chunks there are", clip->entry.chunks);
        }
        if (number == device->bad_number && first + i == device->bad_chunk) {
            return asv_fail_at(err, ASV_E_IO, "flash", first + i);
        }
        asv_test_chunk(number, first + i, out + (size_t)i * ASV_WIRE_CHUNK_BYTES);
        *done = i + 1;
    }
    return ASV_OK;
}

/* Erases and proves it; the same record again when it was erased before. */
static enum asv_status erase(struct asv_test_device *device, uint64_t number, uint8_t cause,
                             const struct asv_object *object, uint8_t *out, size_t cap, size_t *len)
{
    struct asv_test_erasure *erasure = &device->erasures[number - 1];
    if (!erasure->outstanding) {
        struct asv_erasure record = {
            .cause = cause,
            .number = number,
            .wall_ms = device->world->wall,
            .mono_ms = device->world->mono,
            .method = ASV_ERASURE_OVERWRITE,
        };
        struct asv_writer writer;
        asv_object_digest(record.cause_digest, object);
        memcpy(record.camera_cert, device->agency->camera.cert_digest, sizeof record.camera_cert);
        memset(record.epoch, 0xe0, sizeof record.epoch);
        digest_of(record.header, number, 0);
        asv_writer_init(&writer, erasure->data, sizeof erasure->data);
        must(asv_erasure_encode(&writer, &record, device->agency->camera.sk));
        erasure->len = writer.len;
        erasure->number = number;
        erasure->outstanding = true;
        device->clips[number - 1].entry.number = 0;
        device->erased++;
    }
    if (cap < erasure->len) {
        return ASV_E_LIMIT;
    }
    memcpy(out, erasure->data, erasure->len);
    *len = erasure->len;
    return ASV_OK;
}

/* Whether it can be erased, or was and its record is still here. */
static bool known(const struct asv_test_device *device, uint64_t number)
{
    return number >= 1 && number <= ASV_TEST_CLIPS &&
           (find(device, number) != NULL || device->erasures[number - 1].outstanding);
}

static enum asv_status op_receipt(void *ctx, const struct asv_receipt *receipt, uint8_t *out, size_t cap,
                                  size_t *len, struct asv_err *err)
{
    struct asv_test_device *device = ctx;
    struct asv_custody held;
    uint64_t number = receipt->custody.number;
    device->receipts++;
    if (device->again != 0) {
        device->again--;
        return ASV_E_AGAIN;
    }
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    if (!known(device, number)) {
        return asv_fail_at(err, ASV_E_NOT_FOUND, "no clip", number);
    }
    if (find(device, number) != NULL) {
        asv_test_custody(device, &find(device, number)->entry, &held);
        enum asv_status status = asv_custody_compare(&receipt->custody, &held, err);
        if (status != ASV_OK) {
            return status;
        }
    }
    return erase(device, number, ASV_ERASURE_RECEIPT, &receipt->object, out, cap, len);
}

static enum asv_status op_destroy(void *ctx, const struct asv_destruction *statement, uint8_t *out,
                                  size_t cap, size_t *len, struct asv_err *err)
{
    struct asv_test_device *device = ctx;
    if (device->again != 0) {
        device->again--;
        return ASV_E_AGAIN;
    }
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    if (!known(device, statement->number)) {
        return asv_fail_at(err, ASV_E_NOT_FOUND, "no clip", statement->number);
    }
    return erase(device, statement->number, ASV_ERASURE_DESTRUCTION, &statement->object, out, cap, len);
}

static enum asv_status op_erasure(void *ctx, uint32_t index, uint8_t *out, size_t cap, size_t *len,
                                  struct asv_err *err)
{
    const struct asv_test_device *device = ctx;
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    for (size_t i = 0; i < ASV_TEST_CLIPS; i++) {
        const struct asv_test_erasure *erasure = &device->erasures[i];
        if (erasure->outstanding && index-- == 0 && erasure->len <= cap) {
            memcpy(out, erasure->data, erasure->len);
            *len = erasure->len;
            return ASV_OK;
        }
    }
    return ASV_E_NOT_FOUND;
}

static enum asv_status op_erasure_ack(void *ctx, const struct asv_wire_erasures_ack *ack, uint32_t *left,
                                      struct asv_err *err)
{
    struct asv_test_device *device = ctx;
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    *left = 0;
    for (size_t i = 0; i < ASV_TEST_CLIPS; i++) {
        struct asv_test_erasure *erasure = &device->erasures[i];
        struct asv_erasure record;
        uint8_t digest[ASV_SHA256_BYTES];
        if (erasure->outstanding && erasure->number == ack->number) {
            must(asv_erasure_decode(&record, erasure->data, erasure->len, NULL));
            asv_object_digest(digest, &record.object);
            if (memcmp(digest, ack->record, sizeof digest) != 0) {
                return asv_fail(err, ASV_E_MISMATCH, "another record");
            }
            erasure->outstanding = false;
        }
        *left += erasure->outstanding;
    }
    return ASV_OK;
}

static enum asv_status op_held(void *ctx, enum asv_wire_held_kind kind, struct asv_wire_held *out)
{
    const struct asv_test_device *device = ctx;
    *out = device->held[kind];
    return ASV_OK;
}

static enum asv_status install(struct asv_test_device *device, enum asv_wire_held_kind kind, uint64_t number,
                               const struct asv_object *object, struct asv_err *err)
{
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    device->held[kind].number = number;
    asv_object_digest(device->held[kind].digest, object);
    device->installed++;
    return ASV_OK;
}

static enum asv_status op_bulletin(void *ctx, const struct asv_bulletin *bulletin, struct asv_err *err)
{
    return install(ctx, ASV_WIRE_HELD_BULLETIN, bulletin->number, &bulletin->object, err);
}

static enum asv_status op_revocations(void *ctx, const struct asv_revocations *list, struct asv_err *err)
{
    return install(ctx, ASV_WIRE_HELD_REVOCATIONS, list->number, &list->object, err);
}

static enum asv_status op_configuration(void *ctx, const struct asv_configuration *configuration,
                                        struct asv_err *err)
{
    return install(ctx, ASV_WIRE_HELD_CONFIGURATION, configuration->number, &configuration->object, err);
}

static enum asv_status op_assignment(void *ctx, const struct asv_assignment *assignment, struct asv_err *err)
{
    return install(ctx, ASV_WIRE_HELD_ASSIGNMENT, assignment->number, &assignment->object, err);
}

static enum asv_status op_time(void *ctx, const struct asv_wire_time *time, struct asv_wire_time_reply *out,
                               struct asv_err *err)
{
    struct asv_test_device *device = ctx;
    out->before_ms = device->world->wall;
    out->after_ms = time->wall_ms;
    out->mono_ms = device->world->mono;
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    device->world->wall = time->wall_ms;
    return ASV_OK;
}

static enum asv_status op_indicator(void *ctx, const struct asv_wire_indicator *indicator,
                                    struct asv_err *err)
{
    struct asv_test_device *device = ctx;
    device->indicator = *indicator;
    return device->refuse == ASV_OK ? ASV_OK : asv_fail(err, device->refuse, "told to");
}

static enum asv_status op_inventory(void *ctx, uint8_t *out, size_t cap, size_t *len, struct asv_err *err)
{
    const struct asv_test_device *device = ctx;
    struct asv_inventory inventory = {.wall_ms = device->world->wall, .mono_ms = device->world->mono};
    struct asv_writer writer;
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    for (size_t i = 0; i < ASV_TEST_CLIPS; i++) {
        inventory.held += find(device, i + 1) != NULL;
        inventory.last_number = i + 1;
    }
    memcpy(inventory.camera_cert, device->agency->camera.cert_digest, sizeof inventory.camera_cert);
    memcpy(inventory.session, device->session, sizeof inventory.session);
    memcpy(inventory.bulletin, device->held[ASV_WIRE_HELD_BULLETIN].digest, sizeof inventory.bulletin);
    asv_writer_init(&writer, out, cap);
    must(asv_inventory_encode(&writer, &inventory, device->agency->camera.sk));
    *len = writer.len;
    return ASV_OK;
}

static enum asv_status op_finish(void *ctx, const struct asv_wire_finish *finish, struct asv_err *err)
{
    struct asv_test_device *device = ctx;
    (void)finish;
    if (device->again != 0) {
        device->again--;
        return ASV_E_AGAIN;
    }
    if (device->refuse != ASV_OK) {
        return asv_fail(err, device->refuse, "told to");
    }
    device->finished++;
    return ASV_OK;
}

static void op_dropped(void *ctx)
{
    struct asv_test_device *device = ctx;
    device->dropped++;
}

const struct asv_wire_camera_ops asv_test_device_ops = {
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
