/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * CRC-32 as ZIP has it (ISO/IEC 13239, reflected): against accidents, not against people. Not zlib's, so that
 * the verifier needs no library for it; 64 bytes at a time where the processor multiplies without carry.
 */
#ifndef ASV_SERVER_PACKAGE_CRC32_H
#define ASV_SERVER_PACKAGE_CRC32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asv_crc32 {
    bool folds;              /* the processor can */
    uint32_t table[16][256]; /* of a byte with 0 to 15 others behind it */
};

void asv_crc32_init(struct asv_crc32 *tables);

/* The CRC of what has the CRC `crc` (0: nothing) and then data[len]. */
uint32_t asv_crc32(const struct asv_crc32 *tables, uint32_t crc, const void *data, size_t len);

#endif
