/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/base/utf8.h"

bool asv_utf8_next(struct asv_bytes text, size_t *at, uint32_t *point)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    uint8_t lead = text.data[*at];
    size_t more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    uint32_t value = more == 0 ? lead : lead & (0x3fu >> more);
    if ((lead >= 0x80 && lead < 0xc0) || lead > 0xf7 || text.len - *at <= more) {
        return false;
    }
    for (size_t i = 1; i <= more; i++) {
        uint8_t byte = text.data[*at + i];
        if ((byte & 0xc0) != 0x80) {
            return false;
        }
        value = value << 6 | (byte & 0x3fu);
    }
    if (value < least[more] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
        return false;
    }
    *at += more + 1;
    *point = value;
    return true;
}

bool asv_utf8_is_valid(struct asv_bytes text)
{
    uint32_t point;
    for (size_t at = 0; at < text.len;) {
        if (!asv_utf8_next(text, &at, &point)) {
            return false;
        }
    }
    return true;
}
