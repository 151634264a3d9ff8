/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/wire/frame.h"

#include <stdbool.h>

#include "firmware-proto/crypto/crypto.h"

_Static_assert(ASV_WIRE_MAX_FRAME_BYTES == ASV_WIRE_FRAME_HEADER_BYTES + ASV_WIRE_CHUNKS_PREFIX +
                                               ASV_WIRE_MAX_FRAME_CHUNKS * ASV_WIRE_CHUNK_BYTES + 1,
               "the largest frame is a full CHUNKS frame");
_Static_assert(ASV_WIRE_MAX_OUT_FRAME_BYTES == ASV_WIRE_FRAME_HEADER_BYTES + ASV_WIRE_MAX_CONTROL_BYTES + 1,
               "the largest frame to the camera is a full CONTROL frame");
/* P-008 */
_Static_assert(ASV_WIRE_IN_TRANSFER_BYTES % 1024 == 0 &&
                   ASV_WIRE_IN_TRANSFER_BYTES - ASV_WIRE_MAX_FRAME_BYTES < 1024,
               "rounded up to the largest packet");
_Static_assert(ASV_WIRE_OUT_TRANSFER_BYTES % 1024 == 0 &&
                   ASV_WIRE_OUT_TRANSFER_BYTES >= ASV_WIRE_MAX_OUT_FRAME_BYTES,
               "rounded up to the largest packet");

struct kind_rule {
    const char *name;
    uint32_t min_bytes; /* of the body */
    uint32_t max_bytes;
    bool request; /* carries a request or nonce, which is never 0; else 0 */
    bool count;   /* carries a count; else 0 */
};

static const struct kind_rule *rule_of(unsigned kind)
{
    static const struct kind_rule rules[] = {
        [ASV_WIRE_FRAME_HELLO] = {"HELLO", 1, ASV_WIRE_MAX_HELLO_BYTES, true, false},
        [ASV_WIRE_FRAME_HANDSHAKE] = {"HANDSHAKE", 32, ASV_WIRE_MAX_HANDSHAKE_BYTES, true, false},
        /* a message's type and request, and the tag */
        [ASV_WIRE_FRAME_CONTROL] = {"CONTROL", 6 + ASV_AEAD_TAG_BYTES, ASV_WIRE_MAX_CONTROL_BYTES, false,
                                    false},
        [ASV_WIRE_FRAME_CHUNKS] = {"CHUNKS", ASV_WIRE_CHUNKS_PREFIX + ASV_WIRE_CHUNK_BYTES,
                                   ASV_WIRE_CHUNKS_PREFIX + ASV_WIRE_MAX_FRAME_CHUNKS * ASV_WIRE_CHUNK_BYTES,
                                   true, true},
        [ASV_WIRE_FRAME_ABORT] = {"ABORT", 11, ASV_WIRE_MAX_ABORT_BYTES, true, false},
    };
    return kind < sizeof rules / sizeof *rules && rules[kind].name != NULL ? &rules[kind] : NULL;
}

const char *asv_wire_frame_kind_name(enum asv_wire_frame_kind kind)
{
    const struct kind_rule *rule = rule_of((unsigned)kind);
    return rule == NULL ? "?" : rule->name;
}

/* Whether header fields keep the kind's rule. */
static enum asv_status check_fields(const struct kind_rule *rule, uint32_t request, uint32_t count,
                                    size_t body_len, struct asv_err *err)
{
    if (body_len > rule->max_bytes) { /* P-005 */
        return asv_fail_at(err, ASV_E_LIMIT, "frame: body longer than its kind allows", body_len);
    }
    if (body_len < rule->min_bytes) {
        return asv_fail_at(err, ASV_E_MALFORMED, "frame: body shorter than its kind allows", body_len);
    }
    if ((request != 0) != rule->request) { /* P-004 */
        return asv_fail_at(err, ASV_E_MALFORMED, "frame: request does not belong to this kind", request);
    }
    if (!rule->count && count != 0) {
        return asv_fail_at(err, ASV_E_MALFORMED, "frame: count does not belong to this kind", count);
    }
    if (rule->count && (count == 0 || count > ASV_WIRE_MAX_FRAME_CHUNKS)) {
        return asv_fail_at(err, ASV_E_LIMIT, "frame: chunks in one frame", count);
    }
    return ASV_OK;
}

/* Bytes behind header and body: one if the last packet would be full. */
static size_t padding(size_t body_len) /* P-006 */
{
    return (ASV_WIRE_FRAME_HEADER_BYTES + body_len) % ASV_WIRE_PACKET_BYTES == 0 ? 1 : 0;
}

enum asv_status asv_wire_frame_decode(const void *data, size_t len, struct asv_wire_frame *out,
                                      struct asv_err *err)
{
    struct asv_reader reader;
    uint8_t kind = 0;
    uint8_t flags = 0;
    uint16_t reserved = 0;
    uint32_t body_len = 0;
    struct asv_wire_frame frame;
    asv_reader_init(&reader, data, len);
    if (asv_read_u8(&reader, &kind) != ASV_OK || asv_read_u8(&reader, &flags) != ASV_OK ||
        asv_read_u16(&reader, &reserved) != ASV_OK || asv_read_u32(&reader, &body_len) != ASV_OK ||
        asv_read_u32(&reader, &frame.request) != ASV_OK || asv_read_u32(&reader, &frame.count) != ASV_OK) {
        return asv_fail_at(err, ASV_E_MALFORMED, "frame: shorter than its header", len);
    }
    const struct kind_rule *rule = rule_of(kind);
    if (rule == NULL) { /* P-003 */
        return asv_fail_at(err, ASV_E_UNSUPPORTED, "frame: unknown kind", kind);
    }
    if (flags != 0 || reserved != 0) { /* P-002 */
        return asv_fail(err, ASV_E_MALFORMED, "frame: reserved bits are set");
    }
    enum asv_status status = check_fields(rule, frame.request, frame.count, body_len, err);
    if (status != ASV_OK) {
        return status;
    }
    if (asv_read_view(&reader, &frame.body, body_len) != ASV_OK) { /* P-001 */
        return asv_fail_at(err, ASV_E_MALFORMED, "frame: transfer shorter than its frame", len);
    }
    uint8_t pad = 0;
    if (padding(body_len) != 0 && (asv_read_u8(&reader, &pad) != ASV_OK || pad != 0)) {
        return asv_fail(err, ASV_E_MALFORMED, "frame: padding byte is missing or not zero");
    }
    if (asv_read_end(&reader) != ASV_OK) { /* P-001 */
        return asv_fail_at(err, ASV_E_MALFORMED, "frame: trailing bytes", asv_reader_left(&reader));
    }
    frame.kind = (enum asv_wire_frame_kind)kind;
    *out = frame;
    return ASV_OK;
}

enum asv_status asv_wire_frame_seal(uint8_t *out, size_t cap, enum asv_wire_frame_kind kind, uint32_t request,
                                    uint32_t count, size_t body_len, size_t *len)
{
    const struct kind_rule *rule = rule_of((unsigned)kind);
    if (rule == NULL || check_fields(rule, request, count, body_len, NULL) != ASV_OK) {
        return ASV_E_LIMIT;
    }
    size_t pad = padding(body_len);
    if (cap < ASV_WIRE_FRAME_HEADER_BYTES + body_len + pad) {
        return ASV_E_LIMIT;
    }
    struct asv_writer writer;
    asv_writer_init(&writer, out, ASV_WIRE_FRAME_HEADER_BYTES);
    asv_write_u8(&writer, (uint8_t)kind);
    asv_write_u8(&writer, 0);
    asv_write_u16(&writer, 0);
    asv_write_u32(&writer, (uint32_t)body_len);
    asv_write_u32(&writer, request);
    asv_write_u32(&writer, count);
    if (pad != 0) {
        out[ASV_WIRE_FRAME_HEADER_BYTES + body_len] = 0;
    }
    *len = ASV_WIRE_FRAME_HEADER_BYTES + body_len + pad;
    return ASV_OK;
}

enum asv_status asv_wire_chunks_decode(const struct asv_wire_frame *frame, struct asv_wire_chunks *out)
{
    if (frame->kind != ASV_WIRE_FRAME_CHUNKS || /* P-007 */
        frame->body.len != ASV_WIRE_CHUNKS_PREFIX + (size_t)frame->count * ASV_WIRE_CHUNK_BYTES) {
        return ASV_E_MALFORMED;
    }
    uint64_t first = asv_load_be64(frame->body.data);
    if (first > UINT64_MAX - frame->count) {
        return ASV_E_LIMIT;
    }
    out->first = first;
    out->count = frame->count;
    out->data = frame->body.data + ASV_WIRE_CHUNKS_PREFIX;
    return ASV_OK;
}
