/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * With a key: opens a clip that was verified, checks what only the plaintext can show, and writes it out if
 * asked.
 */
#ifndef ASV_SERVER_VERIFY_OPEN_H
#define ASV_SERVER_VERIFY_OPEN_H

#include "server/verify/check.h"

/* What asv_open_clip makes; NULL: not. Neither file may exist; each stays only when everything opened. */
struct asv_open_outputs {
    const char *plaintext; /* exactly as stock age would give it */
    const char *age;       /* an age file for stock age: the clip's stanzas, nonce, signed payload */
};

/* identity: an age identity file (lines "AGE-SECRET-KEY-1...", comments, empty ones). To be called after
 * asv_check_clip; does nothing when seal or payload are not right. ASV_OK with the findings in report;
 * ASV_E_USAGE for an identity file that is none, ASV_E_IO, ASV_E_EXISTS. */
ASV_MUST_CHECK enum asv_status asv_open_clip(struct asv_report *report, const struct asv_inputs *inputs,
                                             const struct asv_small_parts *parts, const char *identity,
                                             const struct asv_open_outputs *outputs, struct asv_err *err);

#endif
