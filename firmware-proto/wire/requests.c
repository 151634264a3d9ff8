/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bodies of requests, in the order of their types. PROTOCOL.md, section 6. */
#include "firmware-proto/crypto/object.h"
#include "firmware-proto/wire/codec.h"
#include "firmware-proto/wire/devlog.h"

static enum asv_status in_range(uint64_t value, uint64_t min, uint64_t max)
{
    return value < min ? ASV_E_MALFORMED : value > max ? ASV_E_LIMIT : ASV_OK;
}

static void write_clock(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_u64(writer, message->body.clock.dock_mono_ms);
}

static enum asv_status read_clock(struct asv_reader *reader, struct asv_wire_message *out)
{
    return asv_read_u64(reader, &out->body.clock.dock_mono_ms);
}

static void write_log(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_u64(writer, message->body.log.from);
    asv_write_u16(writer, message->body.log.count);
}

static enum asv_status read_log(struct asv_reader *reader, struct asv_wire_message *out)
{
    enum asv_status status = asv_read_u64(reader, &out->body.log.from);
    return status != ASV_OK ? status : asv_read_u16(reader, &out->body.log.count);
}

static enum asv_status check_log(const struct asv_wire_message *message)
{
    return in_range(message->body.log.count, 1, ASV_DEVLOG_MAX_ENTRIES);
}

static void write_clips(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_u64(writer, message->body.clips.after);
    asv_write_u16(writer, message->body.clips.count);
}

static enum asv_status read_clips(struct asv_reader *reader, struct asv_wire_message *out)
{
    enum asv_status status = asv_read_u64(reader, &out->body.clips.after);
    return status != ASV_OK ? status : asv_read_u16(reader, &out->body.clips.count);
}

static enum asv_status check_clips(const struct asv_wire_message *message)
{
    return in_range(message->body.clips.count, 1, ASV_WIRE_MAX_CLIPS);
}

static void write_file(struct asv_writer *writer, const struct asv_wire_message *message)
{
    const struct asv_wire_file_read *file = &message->body.file;
    asv_write_u64(writer, file->number);
    asv_write_u8(writer, file->file);
    asv_write_u64(writer, file->offset);
    asv_write_u32(writer, file->length);
}

static enum asv_status read_file(struct asv_reader *reader, struct asv_wire_message *out)
{
    struct asv_wire_file_read *file = &out->body.file;
    if (asv_read_u64(reader, &file->number) != ASV_OK || asv_read_u8(reader, &file->file) != ASV_OK ||
        asv_read_u64(reader, &file->offset) != ASV_OK || asv_read_u32(reader, &file->length) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return ASV_OK;
}

static enum asv_status check_file(const struct asv_wire_message *message)
{
    const struct asv_wire_file_read *file = &message->body.file;
    if (file->number == 0 || file->file < ASV_WIRE_FILE_SEAL || file->file > ASV_WIRE_FILE_TAIL) {
        return ASV_E_MALFORMED;
    }
    if (file->offset > ASV_WIRE_MAX_CLIP_BYTES) {
        return ASV_E_LIMIT;
    }
    return in_range(file->length, 1, ASV_WIRE_MAX_FILE_BYTES);
}

static void write_chunks(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_u64(writer, message->body.chunks.number);
    asv_write_u64(writer, message->body.chunks.first);
    asv_write_u16(writer, message->body.chunks.count);
}

static enum asv_status read_chunks(struct asv_reader *reader, struct asv_wire_message *out)
{
    struct asv_wire_chunks_read *chunks = &out->body.chunks;
    if (asv_read_u64(reader, &chunks->number) != ASV_OK || asv_read_u64(reader, &chunks->first) != ASV_OK ||
        asv_read_u16(reader, &chunks->count) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return ASV_OK;
}

static enum asv_status check_chunks(const struct asv_wire_message *message)
{
    const struct asv_wire_chunks_read *chunks = &message->body.chunks;
    if (chunks->number == 0) {
        return ASV_E_MALFORMED;
    }
    if (chunks->first > ASV_WIRE_MAX_CLIP_CHUNKS - chunks->count) {
        return ASV_E_LIMIT;
    }
    return in_range(chunks->count, 1, ASV_WIRE_MAX_REQUEST_CHUNKS); /* P-045 */
}

static void write_object(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_view16(writer, message->body.object.object.data, message->body.object.object.len);
}

static enum asv_status read_object(struct asv_reader *reader, struct asv_wire_message *out)
{
    return asv_read_view16(reader, &out->body.object.object, ASV_WIRE_MAX_OBJECT_BYTES);
}

static enum asv_status check_object(const struct asv_wire_message *message)
{
    return in_range(message->body.object.object.len, 1, ASV_WIRE_MAX_OBJECT_BYTES);
}

static void write_time(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_i64(writer, message->body.time.wall_ms);
    asv_write_u32(writer, message->body.time.max_error_ms);
}

static enum asv_status read_time(struct asv_reader *reader, struct asv_wire_message *out)
{
    enum asv_status status = asv_read_i64(reader, &out->body.time.wall_ms);
    return status != ASV_OK ? status : asv_read_u32(reader, &out->body.time.max_error_ms);
}

static enum asv_status check_time(const struct asv_wire_message *message)
{
    return message->body.time.wall_ms > 0 ? ASV_OK : ASV_E_MALFORMED; /* P-081 */
}

static void write_indicator(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_u8(writer, message->body.indicator.indication);
    asv_write_u16(writer, message->body.indicator.progress_permille);
}

static enum asv_status read_indicator(struct asv_reader *reader, struct asv_wire_message *out)
{
    enum asv_status status = asv_read_u8(reader, &out->body.indicator.indication);
    return status != ASV_OK ? status : asv_read_u16(reader, &out->body.indicator.progress_permille);
}

static enum asv_status check_indicator(const struct asv_wire_message *message)
{
    const struct asv_wire_indicator *indicator = &message->body.indicator;
    uint16_t most = indicator->indication == ASV_WIRE_INDICATE_TRANSFER ? 1000 : 0;
    return indicator->indication <= ASV_WIRE_INDICATE_IDENTIFY && indicator->progress_permille <= most
               ? ASV_OK
               : ASV_E_MALFORMED;
}

static void write_erasures(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_u16(writer, message->body.erasures.count);
}

static enum asv_status read_erasures(struct asv_reader *reader, struct asv_wire_message *out)
{
    return asv_read_u16(reader, &out->body.erasures.count);
}

static enum asv_status check_erasures(const struct asv_wire_message *message)
{
    return in_range(message->body.erasures.count, 1, ASV_WIRE_MAX_ERASURES);
}

static void write_ack(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_u64(writer, message->body.erasures_ack.number);
    asv_write_digest(writer, message->body.erasures_ack.record);
}

static enum asv_status read_ack(struct asv_reader *reader, struct asv_wire_message *out)
{
    enum asv_status status = asv_read_u64(reader, &out->body.erasures_ack.number);
    return status != ASV_OK ? status : asv_read_digest(reader, out->body.erasures_ack.record);
}

static enum asv_status check_ack(const struct asv_wire_message *message)
{
    return message->body.erasures_ack.number != 0 ? ASV_OK : ASV_E_MALFORMED;
}

static void write_finish(struct asv_writer *writer, const struct asv_wire_message *message)
{
    asv_write_u8(writer, message->body.finish.reason);
}

static enum asv_status read_finish(struct asv_reader *reader, struct asv_wire_message *out)
{
    return asv_read_u8(reader, &out->body.finish.reason);
}

static enum asv_status check_finish(const struct asv_wire_message *message)
{
    uint8_t reason = message->body.finish.reason;
    return reason >= ASV_WIRE_FINISH_READY && reason <= ASV_WIRE_FINISH_RETIRED ? ASV_OK : ASV_E_MALFORMED;
}

const struct asv_wire_codec *asv_wire_request_codec(uint16_t type)
{
    static const struct asv_wire_codec codecs[ASV_WIRE_TYPE_LAST + 1] = {
        [ASV_WIRE_CLOCK] = {"CLOCK", write_clock, read_clock, NULL},
        [ASV_WIRE_STATUS] = {"STATUS", NULL, NULL, NULL},
        [ASV_WIRE_LOG] = {"LOG", write_log, read_log, check_log},
        [ASV_WIRE_CLIPS] = {"CLIPS", write_clips, read_clips, check_clips},
        [ASV_WIRE_FILE] = {"FILE", write_file, read_file, check_file},
        [ASV_WIRE_CHUNKS] = {"CHUNKS", write_chunks, read_chunks, check_chunks},
        [ASV_WIRE_RECEIPT] = {"RECEIPT", write_object, read_object, check_object},
        [ASV_WIRE_DESTROY] = {"DESTROY", write_object, read_object, check_object},
        [ASV_WIRE_BULLETIN] = {"BULLETIN", write_object, read_object, check_object},
        [ASV_WIRE_REVOCATIONS] = {"REVOCATIONS", write_object, read_object, check_object},
        [ASV_WIRE_CONFIGURATION] = {"CONFIGURATION", write_object, read_object, check_object},
        [ASV_WIRE_TIME] = {"TIME", write_time, read_time, check_time},
        [ASV_WIRE_ASSIGNMENT] = {"ASSIGNMENT", write_object, read_object, check_object},
        [ASV_WIRE_INDICATOR] = {"INDICATOR", write_indicator, read_indicator, check_indicator},
        [ASV_WIRE_ERASURES] = {"ERASURES", write_erasures, read_erasures, check_erasures},
        [ASV_WIRE_ERASURES_ACK] = {"ERASURES_ACK", write_ack, read_ack, check_ack},
        [ASV_WIRE_FINISH] = {"FINISH", write_finish, read_finish, check_finish},
        [ASV_WIRE_INVENTORY] = {"INVENTORY", NULL, NULL, NULL},
    };
    return type <= ASV_WIRE_TYPE_LAST && codecs[type].name != NULL ? &codecs[type] : NULL;
}
