/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Base 64 (RFC 4648, section 4), canonical and without white space: without padding as age writes it, with
 * padding as signed notes do.
 */
#ifndef ASV_SEAL_BASE64_H
#define ASV_SEAL_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"

#define ASV_BASE64_CHARS(bytes)        (((bytes)*8 + 5) / 6)
#define ASV_BASE64_PADDED_CHARS(bytes) (((bytes) + 2) / 3 * 4)

void asv_write_base64(struct asv_writer *writer, const uint8_t *data, size_t len);

/* Decodes text to at most cap bytes, or only checks it when out is NULL. *len is the decoded length.
 * ASV_E_MALFORMED for any other character, padding, an impossible length or bits that are not zero at the
 * end; ASV_E_LIMIT above cap. */
ASV_MUST_CHECK enum asv_status asv_base64_decode(uint8_t *out, size_t cap, size_t *len,
                                                 struct asv_bytes text);

/* The same with padding, which must be there. */
void asv_write_base64_padded(struct asv_writer *writer, const uint8_t *data, size_t len);
ASV_MUST_CHECK enum asv_status asv_base64_padded_decode(uint8_t *out, size_t cap, size_t *len,
                                                        struct asv_bytes text);

#endif
