/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The file "enrolled" beside entries that people signed for (docs/LEDGER.md 8): how their credentials lead to
 * the agency root, one in a line, each below those that it rests on.
 */
#ifndef ASV_SERVER_VERIFY_ENROLLED_FILE_H
#define ASV_SERVER_VERIFY_ENROLLED_FILE_H

#include "server/statement/enrolled.h"

#define ASV_ENROLLED_FILE_NAME       "enrolled"
#define ASV_ENROLLED_FILE_LINE_BYTES 10593 /* a record, two statements, and what is between them */
#define ASV_ENROLLED_FILE_MAX_BYTES  (32 + ASV_ENROLLED_MAX * ASV_ENROLLED_FILE_LINE_BYTES)

/* The line with which it begins, and one for each credential. */
void asv_enrolled_file_begin(struct asv_writer *writer);
void asv_enrolled_file_put(struct asv_writer *writer, const struct asv_enrolled_by *it);

/* LG-097. Reads and judges text into the empty table *out. What fails is said with its line:
 * ASV_E_UNSUPPORTED, ASV_E_MALFORMED, ASV_E_LIMIT, or as asv_enrolled_add; out then has the lines before it,
 * and whoever wants all or nothing takes nothing. */
ASV_MUST_CHECK enum asv_status asv_enrolled_file_read(struct asv_enrolled *out, struct asv_bytes text,
                                                      const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                      struct asv_err *err);

#endif
