/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The block of extensions at the end of a signed body: count u16, then for each: type u16 (bit 15 says
 * critical), len u16, value. Types ascend without duplicates.
 */
#ifndef ASV_BASE_EXTENSIONS_H
#define ASV_BASE_EXTENSIONS_H

#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"

#define ASV_EXTENSION_CRITICAL   0x8000u
#define ASV_EXTENSIONS_MAX       16  /* extensions in a block */
#define ASV_EXTENSIONS_MAX_BYTES 512 /* of a block, its count included: bounds every object */

/* Reads a whole block. known[known_count] are the critical types the caller understands (NULL, 0: none); any
 * other critical one gives ASV_E_UNSUPPORTED. ASV_E_MALFORMED for types that do not ascend, ASV_E_LIMIT for
 * too many or too long. *out then views the encoded block, its count included. */
ASV_MUST_CHECK enum asv_status asv_read_extensions(struct asv_reader *reader, struct asv_bytes *out,
                                                   const uint16_t *known, size_t known_count);

/* Writes a block that asv_read_extensions viewed, or, when block.len is 0, an empty one. Overrun when it is
 * longer than ASV_EXTENSIONS_MAX_BYTES. */
void asv_write_extensions(struct asv_writer *writer, struct asv_bytes block);

/* The value of one type in a block that asv_read_extensions viewed. ASV_E_NOT_FOUND when it is not there. */
ASV_MUST_CHECK enum asv_status asv_extension_find(struct asv_bytes block, uint16_t type,
                                                  struct asv_bytes *out);

#endif
