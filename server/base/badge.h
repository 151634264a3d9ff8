/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What stands for a badge number: a number can be guessed, its HMAC under the agency's secret cannot.
 */
#ifndef ASV_SERVER_BASE_BADGE_H
#define ASV_SERVER_BASE_BADGE_H

#include "firmware-proto/crypto/crypto.h"

/* The secret's file. Made once, by init; whoever loses it cannot tell a known badge from a new one. */
#define ASV_BADGE_SECRET_FILE  "badge.secret"
#define ASV_BADGE_SECRET_BYTES 32

/* The person's id is made in the same way, so that a badge has the same person even when the database was
 * lost. From neither of the two follows the other. */
struct asv_badge {
    uint8_t pseudonym[ASV_SHA256_BYTES];
    uint8_t person[16]; /* UUID */
};

void asv_badge_of(struct asv_badge *out, const uint8_t secret[ASV_BADGE_SECRET_BYTES], const char *number);

/* The secret in the directory dir. ASV_E_MALFORMED: the file is none. */
ASV_MUST_CHECK enum asv_status asv_badge_secret_read(int dir, uint8_t out[ASV_BADGE_SECRET_BYTES],
                                                     struct asv_err *err);

#endif
