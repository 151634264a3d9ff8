/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/base64.h"

static char digit(unsigned value)
{
    static const char digits[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return digits[value & 63];
}

static int value_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

void asv_write_base64(struct asv_writer *writer, const uint8_t *data, size_t len)
{
    unsigned bits = 0; /* not yet written, in the low end */
    unsigned count = 0;
    for (size_t i = 0; i < len; i++) {
        bits = (bits << 8 | data[i]) & 0xffff;
        for (count += 8; count >= 6; count -= 6) {
            asv_write_u8(writer, (uint8_t)digit(bits >> (count - 6)));
        }
    }
    if (count > 0) {
        asv_write_u8(writer, (uint8_t)digit(bits << (6 - count)));
    }
}

enum asv_status asv_base64_decode(uint8_t *out, size_t cap, size_t *len, struct asv_bytes text)
{
    size_t decoded = text.len / 4 * 3 + text.len % 4 * 6 / 8;
    unsigned bits = 0;
    unsigned count = 0;
    size_t at = 0;

    if (text.len % 4 == 1) {
        return ASV_E_MALFORMED;
    }
    if (out != NULL && decoded > cap) {
        return ASV_E_LIMIT;
    }
    for (size_t i = 0; i < text.len; i++) {
        int value = value_of(text.data[i]);
        if (value < 0) {
            return ASV_E_MALFORMED;
        }
        bits = (bits << 6 | (unsigned)value) & 0xffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            if (out != NULL) {
                out[at] = (uint8_t)(bits >> count);
            }
            at++;
        }
    }
    if ((bits & ((1u << count) - 1)) != 0) {
        return ASV_E_MALFORMED; /* another text would decode to the same bytes */
    }
    *len = at;
    return ASV_OK;
}

void asv_write_base64_padded(struct asv_writer *writer, const uint8_t *data, size_t len)
{
    asv_write_base64(writer, data, len);
    asv_write_bytes(writer, "==", (3 - len % 3) % 3);
}

enum asv_status asv_base64_padded_decode(uint8_t *out, size_t cap, size_t *len, struct asv_bytes text)
{
    if (text.len % 4 != 0) {
        return ASV_E_MALFORMED;
    }
    /* A third = is no digit of base 64, and fails as such. */
    for (size_t pads = 0; pads < 2 && text.len > 0 && text.data[text.len - 1] == '='; pads++) {
        text.len--;
    }
    return asv_base64_decode(out, cap, len, text);
}
