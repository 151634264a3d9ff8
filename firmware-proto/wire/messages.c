/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/wire/messages.h"

#include "firmware-proto/wire/codec.h"

static const struct asv_wire_codec *codec_of(uint16_t type)
{
    return (type & ASV_WIRE_REPLY) != 0 ? asv_wire_reply_codec(type) : asv_wire_request_codec(type);
}

const char *asv_wire_type_name(uint16_t type)
{
    const struct asv_wire_codec *codec = codec_of(type);
    return codec == NULL ? "?" : codec->name;
}

enum asv_status asv_wire_message_encode(struct asv_writer *writer, const struct asv_wire_message *message)
{
    const struct asv_wire_codec *codec = codec_of(message->type);
    if (codec == NULL || message->request == 0 || (codec->check != NULL && codec->check(message) != ASV_OK)) {
        return ASV_E_USAGE;
    }
    asv_write_u16(writer, message->type);
    asv_write_u32(writer, message->request);
    if (codec->write != NULL) {
        codec->write(writer, message);
    }
    return writer->overrun ? ASV_E_LIMIT : ASV_OK;
}

enum asv_status asv_wire_message_decode(struct asv_wire_message *out, const void *data, size_t len,
                                        struct asv_err *err)
{
    struct asv_wire_message message = {0};
    struct asv_reader reader;
    asv_reader_init(&reader, data, len);
    if (asv_read_u16(&reader, &message.type) != ASV_OK || asv_read_u32(&reader, &message.request) != ASV_OK ||
        message.request == 0) {
        return asv_fail(err, ASV_E_MALFORMED, "message: no type and request");
    }
    const struct asv_wire_codec *codec = codec_of(message.type);
    if (codec == NULL) { /* P-042 */
        *out = message;
        return asv_fail_at(err, ASV_E_UNSUPPORTED, "message: unknown type", message.type);
    }
    enum asv_status status = codec->read == NULL ? ASV_OK : codec->read(&reader, &message);
    if (status == ASV_OK) { /* P-040 */
        status = asv_read_end(&reader);
    }
    if (status == ASV_OK && codec->check != NULL) {
        status = codec->check(&message);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, codec->name);
    }
    *out = message;
    return ASV_OK;
}

struct code_row {
    const char *name;
    enum asv_status status;
};

static const struct code_row *code_row(unsigned code)
{
    static const struct code_row rows[ASV_WIRE_CODE_LAST + 1] = {
        [ASV_WIRE_CODE_MALFORMED] = {"MALFORMED", ASV_E_MALFORMED},
        [ASV_WIRE_CODE_UNSUPPORTED] = {"UNSUPPORTED", ASV_E_UNSUPPORTED},
        [ASV_WIRE_CODE_LIMIT] = {"LIMIT", ASV_E_LIMIT},
        [ASV_WIRE_CODE_STATE] = {"STATE", ASV_E_STATE},
        [ASV_WIRE_CODE_NOT_FOUND] = {"NOT_FOUND", ASV_E_NOT_FOUND},
        [ASV_WIRE_CODE_RANGE] = {"RANGE", ASV_E_LIMIT},
        [ASV_WIRE_CODE_UNREADABLE] = {"UNREADABLE", ASV_E_IO},
        [ASV_WIRE_CODE_SIGNATURE] = {"SIGNATURE", ASV_E_SIGNATURE},
        [ASV_WIRE_CODE_UNTRUSTED] = {"UNTRUSTED", ASV_E_UNTRUSTED},
        [ASV_WIRE_CODE_REVOKED] = {"REVOKED", ASV_E_REVOKED},
        [ASV_WIRE_CODE_EXPIRED] = {"EXPIRED", ASV_E_EXPIRED},
        [ASV_WIRE_CODE_STALE] = {"STALE", ASV_E_EXPIRED},
        [ASV_WIRE_CODE_CONFLICT] = {"CONFLICT", ASV_E_EXISTS},
        [ASV_WIRE_CODE_MISMATCH] = {"MISMATCH", ASV_E_MISMATCH},
        [ASV_WIRE_CODE_NOT_STORED] = {"NOT_STORED", ASV_E_DENIED},
        [ASV_WIRE_CODE_BUSY] = {"BUSY", ASV_E_BUSY},
        [ASV_WIRE_CODE_NO_SPACE] = {"NO_SPACE", ASV_E_NO_SPACE},
        [ASV_WIRE_CODE_FOREIGN] = {"FOREIGN", ASV_E_UNTRUSTED},
        [ASV_WIRE_CODE_AUTH] = {"AUTH", ASV_E_DIGEST},
        [ASV_WIRE_CODE_TIMEOUT] = {"TIMEOUT", ASV_E_TIMEOUT},
        [ASV_WIRE_CODE_SHUTDOWN] = {"SHUTDOWN", ASV_E_AWAY},
        [ASV_WIRE_CODE_INTERNAL] = {"INTERNAL", ASV_E_INTERNAL},
    };
    return code <= ASV_WIRE_CODE_LAST && rows[code].name != NULL ? &rows[code] : NULL;
}

const char *asv_wire_code_name(enum asv_wire_code code)
{
    const struct code_row *row = code_row((unsigned)code);
    return row == NULL ? "?" : row->name;
}

enum asv_status asv_wire_code_status(enum asv_wire_code code)
{
    const struct code_row *row = code_row((unsigned)code);
    return row == NULL ? ASV_E_MALFORMED : row->status;
}

enum asv_wire_code asv_wire_code_of(enum asv_status status)
{
    /* The first code whose status it is; a status that no row has is our own affair. */
    for (unsigned code = ASV_WIRE_CODE_MALFORMED; code <= ASV_WIRE_CODE_LAST; code++) {
        const struct code_row *row = code_row(code);
        if (row != NULL && row->status == status) {
            return (enum asv_wire_code)code;
        }
    }
    return ASV_WIRE_CODE_INTERNAL;
}

enum asv_status asv_wire_abort_encode(struct asv_writer *writer, const struct asv_wire_error *error)
{
    const struct asv_wire_codec *codec = asv_wire_reply_codec(ASV_WIRE_ERROR);
    struct asv_wire_message message = {.type = ASV_WIRE_ERROR, .body.error = *error};
    if (codec->check(&message) != ASV_OK) {
        return ASV_E_USAGE;
    }
    codec->write(writer, &message);
    return writer->overrun ? ASV_E_LIMIT : ASV_OK;
}

enum asv_status asv_wire_abort_decode(struct asv_wire_error *out, const void *data, size_t len)
{
    const struct asv_wire_codec *codec = asv_wire_reply_codec(ASV_WIRE_ERROR);
    struct asv_wire_message message = {.type = ASV_WIRE_ERROR};
    struct asv_reader reader;
    asv_reader_init(&reader, data, len);
    enum asv_status status = codec->read(&reader, &message);
    if (status == ASV_OK) {
        status = asv_read_end(&reader);
    }
    if (status == ASV_OK) {
        status = codec->check(&message);
    }
    if (status == ASV_OK) {
        *out = message.body.error;
    }
    return status;
}
