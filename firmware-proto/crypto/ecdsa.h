/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * ECDSA over P-256 with SHA-256 (FIPS 186-5; "ES256"): what authenticators of people sign with (WebAuthn),
 * and what packages for the court are signed with. A library of its own, asv_ecdsa: libcrypto works in memory
 * from the heap here.
 */
#ifndef ASV_CRYPTO_ECDSA_H
#define ASV_CRYPTO_ECDSA_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/crypto.h"

#define ASV_P256_PK_BYTES      64 /* X, then Y, big-endian */
#define ASV_P256_SK_BYTES      32 /* big-endian */
#define ASV_P256_SIG_MAX_BYTES 72 /* DER */

/* ASV_E_MALFORMED unless pk is a point on the curve, its coordinates below the field's prime. */
ASV_MUST_CHECK enum asv_status asv_p256_check(const uint8_t pk[ASV_P256_PK_BYTES]);

/* ASV_E_SIGNATURE unless sig[len] is pk's signature over the message of this digest, as DER and nothing but
 * DER; ASV_E_MALFORMED as asv_p256_check; ASV_E_NO_MEMORY. Both s and n - s are accepted. */
ASV_MUST_CHECK enum asv_status asv_p256_verify(const uint8_t pk[ASV_P256_PK_BYTES],
                                               const uint8_t digest[ASV_SHA256_BYTES], const uint8_t *sig,
                                               size_t len);

/* The public key of a private one. ASV_E_MALFORMED unless sk is in [1, n - 1]; ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_p256_public(uint8_t pk[ASV_P256_PK_BYTES],
                                               const uint8_t sk[ASV_P256_SK_BYTES]);

/* Signs a digest: *len bytes of DER into sig. No two signatures are the same: libcrypto draws the number that
 * each needs, from randomness of its own. Errors as asv_p256_public. */
ASV_MUST_CHECK enum asv_status asv_p256_sign(uint8_t sig[ASV_P256_SIG_MAX_BYTES], size_t *len,
                                             const uint8_t sk[ASV_P256_SK_BYTES],
                                             const uint8_t digest[ASV_SHA256_BYTES]);

/* Has libcrypto work on private keys in memory that is locked, left out of dumps and wiped. Once per process,
 * before the first one. ASV_E_NO_MEMORY when there is none. */
ASV_MUST_CHECK enum asv_status asv_p256_lock_memory(void);

#endif
