/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * An age identity file, for whoever opens recordings with it. Secret: locked as far as the limits allow, and
 * wiped.
 */
#ifndef ASV_SERVER_VERIFY_IDENTITIES_H
#define ASV_SERVER_VERIFY_IDENTITIES_H

#include "firmware-proto/crypto/crypto.h"
#include "server/verify/input.h"

#define ASV_IDENTITIES_MAX       16
#define ASV_IDENTITIES_MAX_BYTES 16384

struct asv_identities {
    size_t count;
    uint8_t identity[ASV_IDENTITIES_MAX][ASV_X25519_BYTES];
    uint8_t text[ASV_IDENTITIES_MAX_BYTES];
};

/* Lines "AGE-SECRET-KEY-1...", comments, empty ones. out is whoever calls it's to wipe, also on failure.
 * ASV_E_USAGE for a file that is none, ASV_E_NOT_FOUND, ASV_E_IO. */
ASV_MUST_CHECK enum asv_status asv_identities_load(struct asv_identities *out, const char *path,
                                                   struct asv_err *err);

#endif
