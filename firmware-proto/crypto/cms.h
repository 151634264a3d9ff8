/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Detached CMS signatures (RFC 5652) that others make, with what keys they have: RSA of 3,000 bits or more
 * (PKCS #1 v1.5 or PSS), or ECDSA of 250 bits or more, with SHA-256, SHA-384 or SHA-512. Ours are cades.h's.
 */
#ifndef ASV_CRYPTO_CMS_H
#define ASV_CRYPTO_CMS_H

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/crypto.h"

struct asv_cms {
    uint8_t certificate[ASV_SHA256_BYTES]; /* SHA-256 of the signer's, DER */
    int64_t signed_s;                      /* when, as the signer says; seconds since 1970 */
};

/* Whether sig is DER and nothing else, with one signer whose certificate is in it and verifies it. Whose that
 * is, is for the caller to say. ASV_E_MALFORMED, ASV_E_UNSUPPORTED for another key or digest, ASV_E_DIGEST
 * for other content, ASV_E_SIGNATURE, ASV_E_EXPIRED when the certificate was not valid at the time that the
 * signature says, ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_cms_verify(struct asv_cms *out, struct asv_bytes sig,
                                              struct asv_bytes content, struct asv_err *err);

#endif
