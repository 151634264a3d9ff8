/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the users of libcrypto's keys share.
 */
#ifndef ASV_CRYPTO_ECDSA_INTERNAL_H
#define ASV_CRYPTO_ECDSA_INTERNAL_H

#include <openssl/evp.h>

#include "firmware-proto/crypto/ecdsa.h"

/* The private key as libcrypto's; *out is the caller's. Errors as asv_p256_public. */
ASV_MUST_CHECK enum asv_status asv_p256_load(EVP_PKEY **out, const uint8_t sk[ASV_P256_SK_BYTES]);

#endif
