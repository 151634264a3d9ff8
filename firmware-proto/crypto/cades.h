/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Detached CAdES-BES signatures (ETSI EN 319 122-1, over RFC 5652) by ECDSA over P-256 with SHA-256, and RFC
 * 3161 time stamps of them. Whoever has the key is a callback that signs a digest. A library of its own,
 * asv_cades: libcrypto works in memory from the heap here.
 */
#ifndef ASV_CRYPTO_CADES_H
#define ASV_CRYPTO_CADES_H

#include <stdbool.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/ecdsa.h"

#define ASV_CADES_MAX_BYTES       65536 /* of a signature with certificates and time stamp */
#define ASV_CADES_CERTS_MAX       8
#define ASV_CADES_STAMP_MAX_BYTES 32768 /* of a time stamp, request or response */

struct asv_cades_signer {
    void *ctx; /* borrowed */
    /* PEM: the key's certificate, and those between it and its root, if any. */
    struct asv_bytes certs;
    /* ECDSA over a digest, DER, as asv_p256_sign makes it. */
    enum asv_status (*sign)(void *ctx, const uint8_t digest[ASV_SHA256_BYTES],
                            uint8_t sig[ASV_P256_SIG_MAX_BYTES], size_t *len, struct asv_err *err);
};

/* What a signature says. */
struct asv_cades {
    uint8_t certificate[ASV_SHA256_BYTES]; /* SHA-256 of the signer's, DER */
    int64_t signed_s;                      /* when, as the signer says; seconds since 1970 */
    bool stamped;                          /* there is a time stamp of this signature ... */
    int64_t stamped_s;                     /* ... that says this; who made it is not looked at */
};

/* A signature over the content of this digest, DER into out[ASV_CADES_MAX_BYTES]. It was verified: a signer
 * whose certificate is another key's is ASV_E_SIGNATURE, and one whose certificate is not valid at now_s
 * ASV_E_EXPIRED. ASV_E_MALFORMED for certificates that are none or no
 * P-256 key's, ASV_E_LIMIT, ASV_E_NO_MEMORY, and what the signer says. */
ASV_MUST_CHECK enum asv_status asv_cades_sign(uint8_t *out, size_t *len,
                                              const uint8_t content[ASV_SHA256_BYTES], int64_t now_s,
                                              const struct asv_cades_signer *signer, struct asv_err *err);

/* Whether sig is DER and nothing else, of exactly the shape that asv_cades_sign makes, and verifies with the
 * certificate in it, which is the one that the signer named. Whose that is, is for the caller to say.
 * ASV_E_MALFORMED, ASV_E_UNSUPPORTED for other algorithms or attributes, ASV_E_DIGEST for other content,
 * ASV_E_SIGNATURE, ASV_E_EXPIRED when the certificate was not valid at the time that the signature says,
 * ASV_E_MISMATCH for a time stamp of something else, ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_cades_verify(struct asv_cades *out, struct asv_bytes sig,
                                                const uint8_t content[ASV_SHA256_BYTES], struct asv_err *err);

/* ---- time stamps ---- */

/* What a time-stamping authority is asked about a signature, DER into out[ASV_CADES_STAMP_MAX_BYTES]. */
ASV_MUST_CHECK enum asv_status asv_cades_stamp_request(uint8_t *out, size_t *len, struct asv_bytes sig,
                                                       struct asv_err *err);

/* Adds the authority's response to sig, which has *len of its ASV_CADES_MAX_BYTES bytes and no time stamp
 * yet. ASV_E_DENIED when the authority refused, ASV_E_MISMATCH when it stamped something else,
 * ASV_E_MALFORMED, ASV_E_LIMIT, ASV_E_STATE, ASV_E_NO_MEMORY; sig is then untouched. */
ASV_MUST_CHECK enum asv_status asv_cades_add_stamp(uint8_t *sig, size_t *len, struct asv_bytes response,
                                                   struct asv_err *err);

#endif
