/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/fields.h"

#include <string.h>

#include "firmware-proto/base/extensions.h"

enum asv_status asv_fail_field(struct asv_err *err, enum asv_status status, const char *object,
                               const char *field)
{
    char text[ASV_ERR_TEXT_BYTES];
    struct asv_writer writer;
    asv_writer_init(&writer, text, sizeof text - 1);
    asv_write_bytes(&writer, object, strlen(object));
    asv_write_bytes(&writer, ": ", 2);
    asv_write_bytes(&writer, field, strlen(field));
    text[writer.len] = '\0';
    return asv_fail(err, status, text);
}

void asv_fields_fail(struct asv_fields *in, enum asv_status status, const char *field)
{
    if (in->status == ASV_OK) {
        in->status = status;
        in->field = field;
    }
}

void asv_fields_rule(struct asv_fields *in, const char *broken)
{
    if (broken != NULL) {
        asv_fields_fail(in, ASV_E_MALFORMED, broken);
    }
}

enum asv_status asv_fields_result(const struct asv_fields *in, struct asv_err *err)
{
    return in->status == ASV_OK ? ASV_OK : asv_fail_field(err, in->status, in->object, in->field);
}

void asv_fields_begin(struct asv_fields *in, const char *object_name, const void *data, size_t len,
                      size_t max)
{
    uint16_t format = 0;
    uint16_t suite = 0;

    in->status = ASV_OK;
    in->object = object_name;
    in->field = "";
    asv_reader_init(&in->reader, NULL, 0);
    if (len > max) { /* T-003 */
        asv_fields_fail(in, ASV_E_LIMIT, "length");
        return;
    }
    asv_reader_init(&in->reader, data, len);
    asv_field_u16(in, &format, "format");
    if (format != ASV_TRUST_FORMAT) { /* T-001 */
        asv_fields_fail(in, ASV_E_UNSUPPORTED, "format");
    }
    asv_field_u16(in, &suite, "suite");
    if (suite != ASV_SUITE_1) { /* T-001 */
        asv_fields_fail(in, ASV_E_UNSUPPORTED, "suite");
    }
}

void asv_fields_open(struct asv_fields *in, const char *object_name, struct asv_object *object,
                     const void *data, size_t len, size_t max)
{
    *object = (struct asv_object){0};
    /* Format and suite first: another suite has signatures of another length. */
    asv_fields_begin(in, object_name, data, len, max);
    if (in->status != ASV_OK) {
        return;
    }
    asv_fields_fail(in, asv_object_split(object, data, len), "signature");
    if (in->status == ASV_OK && object->body.len < in->reader.at) {
        asv_fields_fail(in, ASV_E_MALFORMED, "length");
    }
    if (in->status == ASV_OK) {
        in->reader.len = object->body.len;
    }
}

void asv_fields_close(struct asv_fields *in, struct asv_bytes *extensions)
{
    if (in->status == ASV_OK) { /* T-005 */
        asv_fields_fail(in, asv_read_extensions(&in->reader, extensions, NULL, 0), "extensions");
    }
    if (in->status == ASV_OK) { /* T-002 */
        asv_fields_fail(in, asv_read_end(&in->reader), "trailing bytes");
    }
}

void asv_field_u8(struct asv_fields *in, uint8_t *out, const char *field)
{
    *out = 0;
    if (in->status == ASV_OK) {
        asv_fields_fail(in, asv_read_u8(&in->reader, out), field);
    }
}

void asv_field_u16(struct asv_fields *in, uint16_t *out, const char *field)
{
    *out = 0;
    if (in->status == ASV_OK) {
        asv_fields_fail(in, asv_read_u16(&in->reader, out), field);
    }
}

void asv_field_u32(struct asv_fields *in, uint32_t *out, const char *field)
{
    *out = 0;
    if (in->status == ASV_OK) {
        asv_fields_fail(in, asv_read_u32(&in->reader, out), field);
    }
}

void asv_field_u64(struct asv_fields *in, uint64_t *out, const char *field)
{
    *out = 0;
    if (in->status == ASV_OK) {
        asv_fields_fail(in, asv_read_u64(&in->reader, out), field);
    }
}

void asv_field_i64(struct asv_fields *in, int64_t *out, const char *field)
{
    *out = 0;
    if (in->status == ASV_OK) {
        asv_fields_fail(in, asv_read_i64(&in->reader, out), field);
    }
}

void asv_field_copy(struct asv_fields *in, void *out, size_t len, const char *field)
{
    memset(out, 0, len);
    if (in->status == ASV_OK) {
        asv_fields_fail(in, asv_read_copy(&in->reader, out, len), field);
    }
}

void asv_field_view(struct asv_fields *in, struct asv_bytes *out, size_t len, const char *field)
{
    *out = (struct asv_bytes){0};
    if (in->status == ASV_OK) {
        asv_fields_fail(in, asv_read_view(&in->reader, out, len), field);
    }
}

void asv_field_view8(struct asv_fields *in, struct asv_bytes *out, size_t max, const char *field)
{
    *out = (struct asv_bytes){0};
    if (in->status == ASV_OK) {
        asv_fields_fail(in, asv_read_view8(&in->reader, out, max), field);
    }
}

void asv_field_view16(struct asv_fields *in, struct asv_bytes *out, size_t max, const char *field)
{
    *out = (struct asv_bytes){0};
    if (in->status == ASV_OK) {
        asv_fields_fail(in, asv_read_view16(&in->reader, out, max), field);
    }
}

void asv_field_text(struct asv_fields *in, char out[ASV_TEXT_SIZE], const char *field)
{
    memset(out, 0, ASV_TEXT_SIZE);
    if (in->status == ASV_OK) { /* T-006 */
        asv_fields_fail(in, asv_read_text8(&in->reader, out, ASV_TEXT_SIZE), field);
    }
}

void asv_field_digest(struct asv_fields *in, uint8_t out[ASV_SHA256_BYTES], const char *field)
{
    memset(out, 0, ASV_SHA256_BYTES);
    if (in->status == ASV_OK) { /* T-004 */
        asv_fields_fail(in, asv_read_digest(&in->reader, out), field);
    }
}

void asv_field_ed25519_pk(struct asv_fields *in, uint8_t out[ASV_ED25519_PK_BYTES], const char *field)
{
    memset(out, 0, ASV_ED25519_PK_BYTES);
    if (in->status == ASV_OK) { /* T-004 */
        asv_fields_fail(in, asv_read_ed25519_pk(&in->reader, out), field);
    }
}

void asv_field_x25519_pk(struct asv_fields *in, uint8_t out[ASV_X25519_BYTES], const char *field)
{
    memset(out, 0, ASV_X25519_BYTES);
    if (in->status == ASV_OK) { /* T-004 */
        asv_fields_fail(in, asv_read_x25519_pk(&in->reader, out), field);
    }
}

void asv_field_kx(struct asv_fields *in, bool *has, uint8_t out[ASV_X25519_BYTES], const char *field)
{
    memset(out, 0, ASV_X25519_BYTES);
    *has = false;
    if (in->status != ASV_OK) {
        return;
    }
    struct asv_reader ahead = in->reader;
    uint16_t alg_and_len = 1;
    if (asv_read_u16(&ahead, &alg_and_len) == ASV_OK && alg_and_len == 0) {
        in->reader = ahead;
        return;
    }
    asv_field_x25519_pk(in, out, field);
    *has = in->status == ASV_OK;
}

void asv_put_kx(struct asv_writer *writer, bool has, const uint8_t pk[ASV_X25519_BYTES])
{
    if (has) {
        asv_write_x25519_pk(writer, pk);
    } else {
        asv_write_u16(writer, 0); /* alg 0, length 0 */
    }
}

void asv_put_text(struct asv_writer *writer, const char text[ASV_TEXT_SIZE])
{
    if (memchr(text, '\0', ASV_TEXT_SIZE) == NULL) {
        writer->overrun = true;
    } else {
        asv_write_text8(writer, text);
    }
}

size_t asv_put_begin(struct asv_writer *writer)
{
    size_t start = writer->len;
    asv_write_u16(writer, ASV_TRUST_FORMAT);
    asv_write_u16(writer, ASV_SUITE_1);
    return start;
}

bool asv_is_zero(const uint8_t *data, size_t len)
{
    uint8_t any = 0;
    for (size_t i = 0; i < len; i++) {
        any |= data[i];
    }
    return any == 0;
}
