/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Bounded reading and writing of the byte formats. All integers are big-endian. A reader never reads past its
 * end and does not move when it fails; a writer never writes past its buffer and remembers that it would
 * have.
 */
#ifndef ASV_BASE_BYTES_H
#define ASV_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

/* A view of bytes that someone else owns. */
struct asv_bytes {
    const uint8_t *data;
    size_t len;
};

struct asv_reader {
    const uint8_t *data;
    size_t len;
    size_t at; /* offset of the next byte; <= len */
};

/* The reader borrows data, which must outlive it and every view taken from it. */
void asv_reader_init(struct asv_reader *reader, const void *data, size_t len);
size_t asv_reader_left(const struct asv_reader *reader);

/* Each: ASV_E_MALFORMED when fewer bytes are left than asked for; *out and the position are then untouched.
 */
ASV_MUST_CHECK enum asv_status asv_read_u8(struct asv_reader *reader, uint8_t *out);
ASV_MUST_CHECK enum asv_status asv_read_u16(struct asv_reader *reader, uint16_t *out);
ASV_MUST_CHECK enum asv_status asv_read_u32(struct asv_reader *reader, uint32_t *out);
ASV_MUST_CHECK enum asv_status asv_read_u64(struct asv_reader *reader, uint64_t *out);
ASV_MUST_CHECK enum asv_status asv_read_i64(struct asv_reader *reader, int64_t *out); /* two's complement */
ASV_MUST_CHECK enum asv_status asv_read_copy(struct asv_reader *reader, void *out, size_t len);
ASV_MUST_CHECK enum asv_status asv_read_view(struct asv_reader *reader, struct asv_bytes *out, size_t len);

/* A length as u8, u16 or u32, then that many bytes. ASV_E_LIMIT when the length is above max. */
ASV_MUST_CHECK enum asv_status asv_read_view8(struct asv_reader *reader, struct asv_bytes *out, size_t max);
ASV_MUST_CHECK enum asv_status asv_read_view16(struct asv_reader *reader, struct asv_bytes *out, size_t max);
ASV_MUST_CHECK enum asv_status asv_read_view32(struct asv_reader *reader, struct asv_bytes *out, size_t max);

/* A u8 length, then that many printable ASCII bytes (0x20-0x7e), copied with a NUL into out[size].
 * ASV_E_LIMIT when it does not fit, ASV_E_MALFORMED for any other byte. */
ASV_MUST_CHECK enum asv_status asv_read_text8(struct asv_reader *reader, char *out, size_t size);

/* ASV_E_MALFORMED unless every byte was read: trailing bytes are never ignored. */
ASV_MUST_CHECK enum asv_status asv_read_end(const struct asv_reader *reader);

struct asv_writer {
    uint8_t *data;
    size_t cap;
    size_t len;   /* bytes written; <= cap */
    bool overrun; /* something did not fit; nothing was written from then on */
};

/* The writer borrows data[cap]. */
void asv_writer_init(struct asv_writer *writer, void *data, size_t cap);

/* Writes never fail at once: check asv_write_end when the object is complete. */
void asv_write_u8(struct asv_writer *writer, uint8_t value);
void asv_write_u16(struct asv_writer *writer, uint16_t value);
void asv_write_u32(struct asv_writer *writer, uint32_t value);
void asv_write_u64(struct asv_writer *writer, uint64_t value);
void asv_write_i64(struct asv_writer *writer, int64_t value);
void asv_write_bytes(struct asv_writer *writer, const void *data, size_t len);
void asv_write_view8(struct asv_writer *writer, const void *data, size_t len); /* overrun when len > 0xff */
void asv_write_view16(struct asv_writer *writer, const void *data,
                      size_t len);                                 /* overrun when len > 0xffff */
void asv_write_text8(struct asv_writer *writer, const char *text); /* overrun unless 0x20-0x7e */

/* ASV_OK and the length in *len, or ASV_E_LIMIT when something did not fit. */
ASV_MUST_CHECK enum asv_status asv_write_end(const struct asv_writer *writer, size_t *len);

void asv_store_be32(uint8_t out[4], uint32_t value);
void asv_store_be64(uint8_t out[8], uint64_t value);
uint32_t asv_load_be32(const uint8_t in[4]);
uint64_t asv_load_be64(const uint8_t in[8]);

#endif
