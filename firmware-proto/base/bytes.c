/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/base/bytes.h"

#include <string.h>

void asv_store_be32(uint8_t out[4], uint32_t value)
{
    for (int i = 3; i >= 0; i--) {
        out[i] = (uint8_t)value;
        value >>= 8;
    }
}

void asv_store_be64(uint8_t out[8], uint64_t value)
{
    for (int i = 7; i >= 0; i--) {
        out[i] = (uint8_t)value;
        value >>= 8;
    }
}

uint32_t asv_load_be32(const uint8_t in[4])
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        value = value << 8 | in[i];
    }
    return value;
}

uint64_t asv_load_be64(const uint8_t in[8])
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | in[i];
    }
    return value;
}

void asv_reader_init(struct asv_reader *reader, const void *data, size_t len)
{
    reader->data = data;
    reader->len = len;
    reader->at = 0;
}

size_t asv_reader_left(const struct asv_reader *reader)
{
    return reader->len - reader->at;
}

/* Big-endian integer of len <= 8 bytes. */
static enum asv_status read_be(struct asv_reader *reader, uint64_t *out, size_t len)
{
    if (asv_reader_left(reader) < len) {
        return ASV_E_MALFORMED;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value = value << 8 | reader->data[reader->at + i];
    }
    reader->at += len;
    *out = value;
    return ASV_OK;
}

enum asv_status asv_read_u8(struct asv_reader *reader, uint8_t *out)
{
    uint64_t value;
    enum asv_status status = read_be(reader, &value, 1);
    if (status == ASV_OK) {
        *out = (uint8_t)value;
    }
    return status;
}

enum asv_status asv_read_u16(struct asv_reader *reader, uint16_t *out)
{
    uint64_t value;
    enum asv_status status = read_be(reader, &value, 2);
    if (status == ASV_OK) {
        *out = (uint16_t)value;
    }
    return status;
}

enum asv_status asv_read_u32(struct asv_reader *reader, uint32_t *out)
{
    uint64_t value;
    enum asv_status status = read_be(reader, &value, 4);
    if (status == ASV_OK) {
        *out = (uint32_t)value;
    }
    return status;
}

enum asv_status asv_read_u64(struct asv_reader *reader, uint64_t *out)
{
    return read_be(reader, out, 8);
}

enum asv_status asv_read_i64(struct asv_reader *reader, int64_t *out)
{
    uint64_t value;
    enum asv_status status = read_be(reader, &value, 8);
    if (status == ASV_OK) {
        memcpy(out, &value, sizeof *out); /* two's complement in, two's complement out */
    }
    return status;
}

enum asv_status asv_read_copy(struct asv_reader *reader, void *out, size_t len)
{
    if (asv_reader_left(reader) < len) {
        return ASV_E_MALFORMED;
    }
    if (len != 0) {
        memcpy(out, reader->data + reader->at, len);
        reader->at += len;
    }
    return ASV_OK;
}

enum asv_status asv_read_view(struct asv_reader *reader, struct asv_bytes *out, size_t len)
{
    if (asv_reader_left(reader) < len) {
        return ASV_E_MALFORMED;
    }
    out->data = reader->data + reader->at;
    out->len = len;
    reader->at += len;
    return ASV_OK;
}

static enum asv_status read_prefixed(struct asv_reader *reader, struct asv_bytes *out, size_t max,
                                     size_t prefix)
{
    struct asv_reader ahead = *reader;
    uint64_t len;
    enum asv_status status = read_be(&ahead, &len, prefix);
    if (status != ASV_OK) {
        return status;
    }
    if (len > max) {
        return ASV_E_LIMIT;
    }
    status = asv_read_view(&ahead, out, (size_t)len);
    if (status == ASV_OK) {
        *reader = ahead;
    }
    return status;
}

enum asv_status asv_read_view8(struct asv_reader *reader, struct asv_bytes *out, size_t max)
{
    return read_prefixed(reader, out, max, 1);
}

enum asv_status asv_read_view16(struct asv_reader *reader, struct asv_bytes *out, size_t max)
{
    return read_prefixed(reader, out, max, 2);
}

enum asv_status asv_read_view32(struct asv_reader *reader, struct asv_bytes *out, size_t max)
{
    return read_prefixed(reader, out, max, 4);
}

static bool printable(const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] < 0x20 || data[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

enum asv_status asv_read_text8(struct asv_reader *reader, char *out, size_t size)
{
    struct asv_reader ahead = *reader;
    struct asv_bytes view;
    enum asv_status status = asv_read_view8(&ahead, &view, size - 1);
    if (status != ASV_OK) {
        return status;
    }
    if (!printable(view.data, view.len)) {
        return ASV_E_MALFORMED;
    }
    memcpy(out, view.data, view.len);
    out[view.len] = '\0';
    *reader = ahead;
    return ASV_OK;
}

enum asv_status asv_read_end(const struct asv_reader *reader)
{
    return asv_reader_left(reader) == 0 ? ASV_OK : ASV_E_MALFORMED;
}

void asv_writer_init(struct asv_writer *writer, void *data, size_t cap)
{
    writer->data = data;
    writer->cap = cap;
    writer->len = 0;
    writer->overrun = false;
}

void asv_write_bytes(struct asv_writer *writer, const void *data, size_t len)
{
    if (writer->overrun || writer->cap - writer->len < len) {
        writer->overrun = true;
        return;
    }
    if (len != 0) {
        memcpy(writer->data + writer->len, data, len);
        writer->len += len;
    }
}

static void write_be(struct asv_writer *writer, uint64_t value, size_t len)
{
    uint8_t bytes[8];
    asv_store_be64(bytes, value);
    asv_write_bytes(writer, bytes + 8 - len, len);
}

void asv_write_u8(struct asv_writer *writer, uint8_t value)
{
    write_be(writer, value, 1);
}

void asv_write_u16(struct asv_writer *writer, uint16_t value)
{
    write_be(writer, value, 2);
}

void asv_write_u32(struct asv_writer *writer, uint32_t value)
{
    write_be(writer, value, 4);
}

void asv_write_u64(struct asv_writer *writer, uint64_t value)
{
    write_be(writer, value, 8);
}

void asv_write_i64(struct asv_writer *writer, int64_t value)
{
    write_be(writer, (uint64_t)value, 8);
}

static void write_prefixed(struct asv_writer *writer, const void *data, size_t len, size_t prefix)
{
    uint64_t max = (UINT64_C(1) << 8 * prefix) - 1;
    if (len > max || writer->overrun || writer->cap - writer->len < prefix ||
        writer->cap - writer->len - prefix < len) {
        writer->overrun = true;
        return;
    }
    write_be(writer, len, prefix);
    asv_write_bytes(writer, data, len);
}

void asv_write_view8(struct asv_writer *writer, const void *data, size_t len)
{
    write_prefixed(writer, data, len, 1);
}

void asv_write_view16(struct asv_writer *writer, const void *data, size_t len)
{
    write_prefixed(writer, data, len, 2);
}

void asv_write_text8(struct asv_writer *writer, const char *text)
{
    size_t len = strlen(text);
    if (!printable((const uint8_t *)text, len)) {
        writer->overrun = true;
        return;
    }
    asv_write_view8(writer, text, len);
}

enum asv_status asv_write_end(const struct asv_writer *writer, size_t *len)
{
    if (writer->overrun) {
        return ASV_E_LIMIT;
    }
    *len = writer->len;
    return ASV_OK;
}
