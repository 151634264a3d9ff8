/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Texts that people write, and read before they sign (STATEMENTS.md 1): UTF-8, and nothing in it that is not
 * seen or that makes what is seen another text.
 */
#ifndef ASV_STATEMENT_TEXT_H
#define ASV_STATEMENT_TEXT_H

#include <stdbool.h>

#include "firmware-proto/base/bytes.h"

#define ASV_NAME_MAX_BYTES   128  /* of a person, a recipient, a case */
#define ASV_REASON_MAX_BYTES 1000 /* of a reason */

/* Whether text has 1 to max bytes, is UTF-8 without controls and hidden characters, and neither begins nor
 * ends with a blank. */
bool asv_text_is_good(struct asv_bytes text, size_t max);

#endif
