/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Well-formed UTF-8 (RFC 3629).
 */
#ifndef ASV_BASE_UTF8_H
#define ASV_BASE_UTF8_H

#include <stdbool.h>

#include "firmware-proto/base/bytes.h"

/* The code point at text.data[*at], which is inside the text and moves behind it. False, and nothing has
 * changed, unless its bytes are its only encoding. */
bool asv_utf8_next(struct asv_bytes text, size_t *at, uint32_t *point);

/* Whether text is well-formed, whatever it says. */
bool asv_utf8_is_valid(struct asv_bytes text);

#endif
