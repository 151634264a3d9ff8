/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/line.h"

#include <assert.h>
#include <string.h>

#include "firmware-proto/seal/base64.h"

#define DECIMAL_DIGITS 20 /* of 2^64 - 1 */

bool asv_line_take_until(struct asv_reader *reader, char end, struct asv_bytes *out)
{
    size_t left = asv_reader_left(reader);
    const uint8_t *from = left > 0 ? reader->data + reader->at : NULL;
    const uint8_t *found = left > 0 ? memchr(from, end, left) : NULL;
    if (found == NULL) {
        return false;
    }
    *out = (struct asv_bytes){from, (size_t)(found - from)};
    reader->at += out->len + 1;
    return true;
}

bool asv_line_take(struct asv_reader *reader, struct asv_bytes *line)
{
    return asv_line_take_until(reader, '\n', line);
}

bool asv_line_take_text(struct asv_reader *reader, const char *text)
{
    size_t len = strlen(text);
    bool there = asv_reader_left(reader) >= len && memcmp(reader->data + reader->at, text, len) == 0;
    reader->at += there ? len : 0;
    return there;
}

bool asv_line_is_decimal(struct asv_bytes text, uint64_t *out)
{
    uint64_t value = 0;
    bool good = text.len >= 1 && text.len <= DECIMAL_DIGITS && (text.len == 1 || text.data[0] != '0');
    for (size_t i = 0; good && i < text.len; i++) {
        unsigned digit = text.data[i] - (unsigned)'0';
        good = digit <= 9 && value <= (UINT64_MAX - digit) / 10;
        value = value * 10 + digit;
    }
    if (good) {
        *out = value;
    }
    return good;
}

bool asv_line_is_hash(struct asv_bytes line, uint8_t out[ASV_SHA256_BYTES])
{
    size_t len;
    return asv_base64_padded_decode(out, ASV_SHA256_BYTES, &len, line) == ASV_OK && len == ASV_SHA256_BYTES;
}

void asv_line_put_text(struct asv_writer *writer, const char *text)
{
    asv_write_bytes(writer, text, strlen(text));
}

void asv_line_put_decimal(struct asv_writer *writer, uint64_t value, unsigned least_digits)
{
    char digits[DECIMAL_DIGITS];
    unsigned at = sizeof digits;
    assert(least_digits <= sizeof digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0 || sizeof digits - at < least_digits);
    asv_write_bytes(writer, digits + at, sizeof digits - at);
}

void asv_line_put_hash(struct asv_writer *writer, const uint8_t hash[ASV_SHA256_BYTES])
{
    asv_write_base64_padded(writer, hash, ASV_SHA256_BYTES);
    asv_write_u8(writer, '\n');
}

uint64_t asv_line_number(struct asv_bytes data, size_t offset)
{
    uint64_t line = 1;
    for (size_t i = 0; i < data.len && i < offset; i++) {
        line += data.data[i] == '\n' ? 1 : 0;
    }
    return line;
}
