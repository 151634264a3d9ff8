/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/hex.h"

#include <string.h>

void asv_hex_encode(char *out, const void *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *at = data;
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[at[i] >> 4];
        out[2 * i + 1] = digits[at[i] & 15];
    }
    out[2 * len] = '\0';
}

/* -1 for anything that is no digit. */
static int digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum asv_status asv_hex_decode(void *out, size_t len, const char *text)
{
    if (strlen(text) != 2 * len) {
        return ASV_E_MALFORMED;
    }
    for (size_t i = 0; i < 2 * len; i++) {
        if (digit(text[i]) < 0) {
            return ASV_E_MALFORMED;
        }
    }
    uint8_t *at = out;
    for (size_t i = 0; i < len; i++) {
        at[i] = (uint8_t)((unsigned)digit(text[2 * i]) << 4 | (unsigned)digit(text[2 * i + 1]));
    }
    return ASV_OK;
}
