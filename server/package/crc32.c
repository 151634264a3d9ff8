/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/crc32.h"

#define POLYNOMIAL 0xedb88320u
#define STEP       16

void asv_crc32_init(struct asv_crc32 *tables)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
        }
        tables->table[0][i] = crc;
    }
    for (size_t behind = 1; behind < STEP; behind++) {
        for (size_t i = 0; i < 256; i++) {
            uint32_t crc = tables->table[behind - 1][i];
            tables->table[behind][i] = (crc >> 8) ^ tables->table[0][crc & 0xff];
        }
    }
}

static uint32_t load(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Four bytes with `behind` others of this step behind them. */
static uint32_t four(const struct asv_crc32 *tables, uint32_t word, size_t behind)
{
    return tables->table[behind + 3][word & 0xff] ^ tables->table[behind + 2][(word >> 8) & 0xff] ^
           tables->table[behind + 1][(word >> 16) & 0xff] ^ tables->table[behind][word >> 24];
}

uint32_t asv_crc32(const struct asv_crc32 *tables, uint32_t crc, const void *data, size_t len)
{
    const uint8_t *at = data;
    crc = ~crc;
    for (; len >= STEP; len -= STEP, at += STEP) {
        crc = four(tables, load(at) ^ crc, 12) ^ four(tables, load(at + 4), 8) ^
              four(tables, load(at + 8), 4) ^ four(tables, load(at + 12), 0);
    }
    for (; len > 0; len--, at++) {
        crc = (crc >> 8) ^ tables->table[0][(crc ^ *at) & 0xff];
    }
    return ~crc;
}
