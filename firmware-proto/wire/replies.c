/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bodies of replies, in the order of their types. PROTOCOL.md, section 6. */
#include "firmware-proto/crypto/object.h"
#include "firmware-proto/trust/erasure.h"
#include "firmware-proto/trust/inventory.h"
#include "firmware-proto/wire/codec.h"
#include "firmware-proto/wire/devlog.h"

static void write_error(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_u16(writer, message->body.error.code);
    asv_write_u64(writer, message->body.error.at);
    asv_write_text8(writer, message->body.error.detail);
}

static enum asv_status read_error(struct asv_reader *reader, struct asv_wire_message *out)
{
    struct asv_wire_error *error = &out->body.error;
    if (asv_read_u16(reader, &error->code) != ASV_OK || asv_read_u64(reader, &error->at) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return asv_read_text8(reader, error->detail, sizeof error->detail);
}

static enum asv_status check_error(const struct asv_wire_message *message)
{
    uint16_t code = message->body.error.code;
    return code >= ASV_WIRE_CODE_MALFORMED && code <= ASV_WIRE_CODE_LAST ? ASV_OK : ASV_E_MALFORMED;
}

static void write_clock(struct asv_writer *writer, const struct asv_wire_message *message)
{
    const struct asv_wire_clock_reply *clock = &message->body.clock_reply;
    asv_write_u64(writer, clock->dock_mono_ms);
    asv_write_i64(writer, clock->wall_ms);
    asv_write_u64(writer, clock->mono_ms);
    asv_write_bytes(writer, clock->boot, sizeof clock->boot);
    asv_write_u8(writer, clock->clock_state);
    asv_write_i64(writer, clock->last_sync_wall_ms);
    asv_write_u8(writer, clock->clock_source);
}

static enum asv_status read_clock(struct asv_reader *reader, struct asv_wire_message *out)
{
    struct asv_wire_clock_reply *clock = &out->body.clock_reply;
    if (asv_read_u64(reader, &clock->dock_mono_ms) != ASV_OK ||
        asv_read_i64(reader, &clock->wall_ms) != ASV_OK || asv_read_u64(reader, &clock->mono_ms) != ASV_OK ||
        asv_read_copy(reader, clock->boot, sizeof clock->boot) != ASV_OK ||
        asv_read_u8(reader, &clock->clock_state) != ASV_OK ||
        asv_read_i64(reader, &clock->last_sync_wall_ms) != ASV_OK ||
        asv_read_u8(reader, &clock->clock_source) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return ASV_OK;
}

static enum asv_status check_clock(const struct asv_wire_message *message)
{
    const struct asv_wire_clock_reply *clock = &message->body.clock_reply;
    return clock->clock_state >= ASV_CLOCK_SYNCED && clock->clock_state <= ASV_CLOCK_LOST &&
                   clock->clock_source <= ASV_CLOCK_RTC
               ? ASV_OK
               : ASV_E_MALFORMED;
}

static void write_status(struct asv_writer *writer, const struct asv_wire_message *message)
{
    const struct asv_wire_status_reply *status = &message->body.status_reply;
    asv_write_bytes(writer, status->epoch, sizeof status->epoch);
    asv_write_u64(writer, status->last_number);
    asv_write_u32(writer, status->clips);
    asv_write_u32(writer, status->erasures);
    asv_write_u64(writer, status->log_first);
    asv_write_u64(writer, status->log_next);
    asv_write_u64(writer, status->store_bytes);
    asv_write_u64(writer, status->free_bytes);
    asv_write_u8(writer, status->battery_percent);
    asv_write_u16(writer, status->flags);
    asv_write_text8(writer, status->firmware);
    asv_write_digest(writer, status->firmware_digest);
    asv_write_u64(writer, status->bulletin);
    asv_write_u64(writer, status->revocations);
    asv_write_u64(writer, status->configuration);
    asv_write_u64(writer, status->assignment);
    asv_write_u32(writer, status->policy_version);
    asv_write_bytes(writer, status->assignment_id, sizeof status->assignment_id);
}

static enum asv_status read_status(struct asv_reader *reader, struct asv_wire_message *out)
{
    struct asv_wire_status_reply *status = &out->body.status_reply;
    if (asv_read_copy(reader, status->epoch, sizeof status->epoch) != ASV_OK ||
        asv_read_u64(reader, &status->last_number) != ASV_OK ||
        asv_read_u32(reader, &status->clips) != ASV_OK || asv_read_u32(reader, &status->erasures) != ASV_OK ||
        asv_read_u64(reader, &status->log_first) != ASV_OK ||
        asv_read_u64(reader, &status->log_next) != ASV_OK ||
        asv_read_u64(reader, &status->store_bytes) != ASV_OK ||
        asv_read_u64(reader, &status->free_bytes) != ASV_OK ||
        asv_read_u8(reader, &status->battery_percent) != ASV_OK ||
        asv_read_u16(reader, &status->flags) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    enum asv_status result = asv_read_text8(reader, status->firmware, sizeof status->firmware);
    if (result == ASV_OK) {
        result = asv_read_digest(reader, status->firmware_digest);
    }
    if (result != ASV_OK) {
        return result;
    }
    if (asv_read_u64(reader, &status->bulletin) != ASV_OK ||
        asv_read_u64(reader, &status->revocations) != ASV_OK ||
        asv_read_u64(reader, &status->configuration) != ASV_OK ||
        asv_read_u64(reader, &status->assignment) != ASV_OK ||
        asv_read_u32(reader, &status->policy_version) != ASV_OK ||
        asv_read_copy(reader, status->assignment_id, sizeof status->assignment_id) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return ASV_OK;
}

static enum asv_status check_status(const struct asv_wire_message *message)
{
    const struct asv_wire_status_reply *status = &message->body.status_reply;
    bool battery = status->battery_percent <= 100 || status->battery_percent == ASV_WIRE_BATTERY_UNKNOWN;
    return battery && (status->flags & ~ASV_WIRE_STATUS_ALL) == 0 && status->log_first <= status->log_next &&
                   status->free_bytes <= status->store_bytes && status->clips <= status->last_number
               ? ASV_OK
               : ASV_E_MALFORMED;
}

static void write_log(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_view16(writer, message->body.log_reply.block.data, message->body.log_reply.block.len);
}

static enum asv_status read_log(struct asv_reader *reader, struct asv_wire_message *out)
{
    return asv_read_view16(reader, &out->body.log_reply.block, ASV_DEVLOG_MAX_BYTES);
}

static enum asv_status check_log(const struct asv_wire_message *message)
{
    return message->body.log_reply.block.len == 0                     ? ASV_E_MALFORMED
           : message->body.log_reply.block.len > ASV_DEVLOG_MAX_BYTES ? ASV_E_LIMIT
                                                                      : ASV_OK;
}

static enum asv_status check_clip(const struct asv_wire_clip *clip)
{
    if (clip->number == 0 || (clip->flags & ~ASV_WIRE_CLIP_ALL) != 0) {
        return ASV_E_MALFORMED;
    }
    return clip->chunks > ASV_WIRE_MAX_CLIP_CHUNKS || clip->seal_bytes > ASV_WIRE_MAX_CLIP_BYTES ||
                   clip->tail_bytes > ASV_WIRE_MAX_CLIP_BYTES
               ? ASV_E_LIMIT
               : ASV_OK;
}

enum asv_status asv_wire_clip_encode(struct asv_writer *writer, const struct asv_wire_clip *clip)
{
    if (check_clip(clip) != ASV_OK) {
        return ASV_E_USAGE;
    }
    asv_write_u64(writer, clip->number);
    asv_write_bytes(writer, clip->clip, sizeof clip->clip);
    asv_write_digest(writer, clip->header);
    asv_write_u8(writer, clip->flags);
    asv_write_u64(writer, clip->seal_bytes);
    asv_write_u64(writer, clip->chunks);
    asv_write_u64(writer, clip->tail_bytes);
    asv_write_u32(writer, clip->stanzas_bytes);
    asv_write_u32(writer, clip->link_bytes);
    asv_write_i64(writer, clip->start_wall_ms);
    return writer->overrun ? ASV_E_LIMIT : ASV_OK;
}

enum asv_status asv_wire_clip_decode(struct asv_reader *reader, struct asv_wire_clip *out)
{
    struct asv_reader ahead = *reader;
    struct asv_wire_clip clip;
    if (asv_read_u64(&ahead, &clip.number) != ASV_OK ||
        asv_read_copy(&ahead, clip.clip, sizeof clip.clip) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    enum asv_status status = asv_read_digest(&ahead, clip.header);
    if (status != ASV_OK) {
        return status;
    }
    if (asv_read_u8(&ahead, &clip.flags) != ASV_OK || asv_read_u64(&ahead, &clip.seal_bytes) != ASV_OK ||
        asv_read_u64(&ahead, &clip.chunks) != ASV_OK || asv_read_u64(&ahead, &clip.tail_bytes) != ASV_OK ||
        asv_read_u32(&ahead, &clip.stanzas_bytes) != ASV_OK ||
        asv_read_u32(&ahead, &clip.link_bytes) != ASV_OK ||
        asv_read_i64(&ahead, &clip.start_wall_ms) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    status = check_clip(&clip);
    if (status == ASV_OK) {
        *out = clip;
        *reader = ahead;
    }
    return status;
}

static void write_clips(struct asv_writer *writer, const struct asv_wire_message *message)
{
    const struct asv_wire_clips_reply *clips = &message->body.clips_reply;
    asv_write_u8(writer, clips->more ? 1 : 0);
    asv_write_u16(writer, clips->count);
    asv_write_bytes(writer, clips->entries.data, clips->entries.len);
}

static enum asv_status read_clips(struct asv_reader *reader, struct asv_wire_message *out)
{
    struct asv_wire_clips_reply *clips = &out->body.clips_reply;
    uint8_t more = 0;
    if (asv_read_u8(reader, &more) != ASV_OK || more > 1 || asv_read_u16(reader, &clips->count) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    if (clips->count > ASV_WIRE_MAX_CLIPS) {
        return ASV_E_LIMIT;
    }
    clips->more = more == 1;
    return asv_read_view(reader, &clips->entries, (size_t)clips->count * ASV_WIRE_CLIP_BYTES);
}

/* Every entry decodes, and numbers rise. */
static enum asv_status check_clips(const struct asv_wire_message *message)
{
    const struct asv_wire_clips_reply *clips = &message->body.clips_reply;
    struct asv_reader reader;
    struct asv_wire_clip clip;
    uint64_t last = 0;
    if (clips->count > ASV_WIRE_MAX_CLIPS) {
        return ASV_E_LIMIT;
    }
    if (clips->more && clips->count == 0) {
        return ASV_E_MALFORMED; /* a list that never ends */
    }
    asv_reader_init(&reader, clips->entries.data, clips->entries.len);
    for (uint16_t i = 0; i < clips->count; i++) {
        enum asv_status status = asv_wire_clip_decode(&reader, &clip);
        if (status != ASV_OK) {
            return status;
        }
        if (clip.number <= last) {
            return ASV_E_MALFORMED;
        }
        last = clip.number;
    }
    return asv_read_end(&reader);
}

static void write_file(struct asv_writer *writer, const struct asv_wire_message *message)
{
    const struct asv_wire_file_reply *file = &message->body.file_reply;
    asv_write_u64(writer, file->number);
    asv_write_u8(writer, file->file);
    asv_write_u64(writer, file->offset);
    asv_write_view16(writer, file->data.data, file->data.len);
}

static enum asv_status read_file(struct asv_reader *reader, struct asv_wire_message *out)
{
    struct asv_wire_file_reply *file = &out->body.file_reply;
    if (asv_read_u64(reader, &file->number) != ASV_OK || asv_read_u8(reader, &file->file) != ASV_OK ||
        asv_read_u64(reader, &file->offset) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return asv_read_view16(reader, &file->data, ASV_WIRE_MAX_FILE_BYTES);
}

static enum asv_status check_file(const struct asv_wire_message *message)
{
    const struct asv_wire_file_reply *file = &message->body.file_reply;
    if (file->number == 0 || file->file < ASV_WIRE_FILE_SEAL || file->file > ASV_WIRE_FILE_TAIL ||
        file->data.len == 0) {
        return ASV_E_MALFORMED;
    }
    return file->data.len > ASV_WIRE_MAX_FILE_BYTES || file->offset > ASV_WIRE_MAX_CLIP_BYTES ? ASV_E_LIMIT
                                                                                              : ASV_OK;
}

static void write_erased(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_view16(writer, message->body.erased.record.data, message->body.erased.record.len);
}

static enum asv_status read_erased(struct asv_reader *reader, struct asv_wire_message *out)
{
    return asv_read_view16(reader, &out->body.erased.record, ASV_ERASURE_MAX_BYTES);
}

static enum asv_status check_erased(const struct asv_wire_message *message)
{
    size_t len = message->body.erased.record.len;
    return len == 0 ? ASV_E_MALFORMED : len > ASV_ERASURE_MAX_BYTES ? ASV_E_LIMIT : ASV_OK;
}

static void write_done(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_u64(writer, message->body.done.number);
}

static enum asv_status read_done(struct asv_reader *reader, struct asv_wire_message *out)
{
    return asv_read_u64(reader, &out->body.done.number);
}

static void write_time(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_i64(writer, message->body.time_reply.before_ms);
    asv_write_i64(writer, message->body.time_reply.after_ms);
    asv_write_u64(writer, message->body.time_reply.mono_ms);
}

static enum asv_status read_time(struct asv_reader *reader, struct asv_wire_message *out)
{
    struct asv_wire_time_reply *time = &out->body.time_reply;
    if (asv_read_i64(reader, &time->before_ms) != ASV_OK || asv_read_i64(reader, &time->after_ms) != ASV_OK ||
        asv_read_u64(reader, &time->mono_ms) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return ASV_OK;
}

static void write_erasures(struct asv_writer *writer, const struct asv_wire_message *message)
{
    const struct asv_wire_erasures_reply *erasures = &message->body.erasures_reply;
    asv_write_u32(writer, erasures->outstanding);
    asv_write_u16(writer, erasures->count);
    asv_write_bytes(writer, erasures->records.data, erasures->records.len);
}

static enum asv_status read_erasures(struct asv_reader *reader, struct asv_wire_message *out)
{
    struct asv_wire_erasures_reply *erasures = &out->body.erasures_reply;
    if (asv_read_u32(reader, &erasures->outstanding) != ASV_OK ||
        asv_read_u16(reader, &erasures->count) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return asv_read_view(reader, &erasures->records, asv_reader_left(reader));
}

static enum asv_status check_erasures(const struct asv_wire_message *message)
{
    const struct asv_wire_erasures_reply *erasures = &message->body.erasures_reply;
    struct asv_reader reader;
    struct asv_bytes record;
    if (erasures->count > ASV_WIRE_MAX_ERASURES) {
        return ASV_E_LIMIT;
    }
    if (erasures->outstanding < erasures->count || (erasures->count == 0 && erasures->outstanding != 0)) {
        return ASV_E_MALFORMED;
    }
    asv_reader_init(&reader, erasures->records.data, erasures->records.len);
    for (uint16_t i = 0; i < erasures->count; i++) {
        enum asv_status status = asv_read_view16(&reader, &record, ASV_ERASURE_MAX_BYTES);
        if (status != ASV_OK || record.len == 0) {
            return status != ASV_OK ? status : ASV_E_MALFORMED;
        }
    }
    return asv_read_end(&reader);
}

static void write_inventory(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_view16(writer, message->body.inventory.inventory.data, message->body.inventory.inventory.len);
}

static enum asv_status read_inventory(struct asv_reader *reader, struct asv_wire_message *out)
{
    return asv_read_view16(reader, &out->body.inventory.inventory, ASV_INVENTORY_MAX_BYTES);
}

static enum asv_status check_inventory(const struct asv_wire_message *message)
{
    size_t len = message->body.inventory.inventory.len;
    return len == 0 ? ASV_E_MALFORMED : len > ASV_INVENTORY_MAX_BYTES ? ASV_E_LIMIT : ASV_OK;
}

const struct asv_wire_codec *asv_wire_reply_codec(uint16_t type)
{
    static const struct asv_wire_codec codecs[ASV_WIRE_TYPE_LAST + 1] = {
        [0] = {"ERROR", write_error, read_error, check_error},
        [ASV_WIRE_CLOCK] = {"CLOCK reply", write_clock, read_clock, check_clock},
        [ASV_WIRE_STATUS] = {"STATUS reply", write_status, read_status, check_status},
        [ASV_WIRE_LOG] = {"LOG reply", write_log, read_log, check_log},
        [ASV_WIRE_CLIPS] = {"CLIPS reply", write_clips, read_clips, check_clips},
        [ASV_WIRE_FILE] = {"FILE reply", write_file, read_file, check_file},
        [ASV_WIRE_RECEIPT] = {"RECEIPT reply", write_erased, read_erased, check_erased},
        [ASV_WIRE_DESTROY] = {"DESTROY reply", write_erased, read_erased, check_erased},
        [ASV_WIRE_BULLETIN] = {"BULLETIN reply", write_done, read_done, NULL},
        [ASV_WIRE_REVOCATIONS] = {"REVOCATIONS reply", write_done, read_done, NULL},
        [ASV_WIRE_CONFIGURATION] = {"CONFIGURATION reply", write_done, read_done, NULL},
        [ASV_WIRE_TIME] = {"TIME reply", write_time, read_time, NULL},
        [ASV_WIRE_ASSIGNMENT] = {"ASSIGNMENT reply", write_done, read_done, NULL},
        [ASV_WIRE_INDICATOR] = {"INDICATOR reply", write_done, read_done, NULL},
        [ASV_WIRE_ERASURES] = {"ERASURES reply", write_erasures, read_erasures, check_erasures},
        [ASV_WIRE_ERASURES_ACK] = {"ERASURES_ACK reply", write_done, read_done, NULL},
        [ASV_WIRE_FINISH] = {"FINISH reply", write_done, read_done, NULL},
        [ASV_WIRE_INVENTORY] = {"INVENTORY reply", write_inventory, read_inventory, check_inventory},
    };
    uint16_t request = type & (uint16_t)~ASV_WIRE_REPLY;
    return request <= ASV_WIRE_TYPE_LAST && codecs[request].name != NULL ? &codecs[request] : NULL;
}
