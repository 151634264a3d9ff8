/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A key from a passphrase: Argon2id (RFC 9106), version 1.3, one lane. For servers and the administration
 * only: it takes its working memory from the heap, so it is a library of its own (asv_password).
 */
#ifndef ASV_CRYPTO_PASSWORD_H
#define ASV_CRYPTO_PASSWORD_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_PASSWORD_SALT_BYTES 16
#define ASV_PASSWORD_KEY_BYTES  32

/* What one guess costs. */
struct asv_password_cost {
    uint32_t passes;     /* 1 .. ASV_PASSWORD_PASSES_MAX */
    uint32_t memory_kib; /* ASV_PASSWORD_MEMORY_MIN_KIB .. ASV_PASSWORD_MEMORY_MAX_KIB */
};

/* Bounds what a hostile file can make us spend. */
#define ASV_PASSWORD_PASSES_MAX     16
#define ASV_PASSWORD_MEMORY_MIN_KIB 8
#define ASV_PASSWORD_MEMORY_MAX_KIB 1048576

/* What new files use: about a second on a small machine. */
#define ASV_PASSWORD_PASSES     3
#define ASV_PASSWORD_MEMORY_KIB 262144

/* What signing in at a server uses, where several may come at once: about a tenth of it. */
#define ASV_PASSWORD_SIGN_IN_PASSES     2
#define ASV_PASSWORD_SIGN_IN_MEMORY_KIB 65536

/* ASV_E_LIMIT when the cost is outside the limits, ASV_E_NO_MEMORY when the machine has not that much. */
ASV_MUST_CHECK enum asv_status asv_password_key(uint8_t key[ASV_PASSWORD_KEY_BYTES], const void *passphrase,
                                                size_t len, const uint8_t salt[ASV_PASSWORD_SALT_BYTES],
                                                struct asv_password_cost cost);

#endif
