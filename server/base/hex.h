/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Bytes as lower-case hexadecimal digits.
 */
#ifndef ASV_SERVER_BASE_HEX_H
#define ASV_SERVER_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

/* out has 2 * len + 1 bytes; ends with a NUL. */
void asv_hex_encode(char *out, const void *data, size_t len);

/* text must be exactly 2 * len digits of either case, else ASV_E_MALFORMED and out is untouched. */
ASV_MUST_CHECK enum asv_status asv_hex_decode(void *out, size_t len, const char *text);

#endif
