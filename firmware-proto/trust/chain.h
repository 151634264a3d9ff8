/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Certificate chains (TRUST.md 4): a leaf and the issuing CA that signed it; the verifier knows the agency
 * root's key.
 */
#ifndef ASV_TRUST_CHAIN_H
#define ASV_TRUST_CHAIN_H

#include "firmware-proto/trust/cert.h"
#include "firmware-proto/trust/revocations.h"

#define ASV_CHAIN_MAX_BYTES (1 + 2 * (2 + ASV_CERT_MAX_BYTES))

struct asv_chain {
    struct asv_cert leaf;
    struct asv_cert ca;
    struct asv_bytes encoded; /* view; SHA-256 of it is the chain digest */
};

/* Appends a chain of two encoded certificates. ASV_E_LIMIT when it does not fit. */
ASV_MUST_CHECK enum asv_status asv_chain_encode(struct asv_writer *writer, struct asv_bytes leaf,
                                                struct asv_bytes ca);

/* Reads exactly data[len]; no signature is checked. out views into data. Errors as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_chain_decode(struct asv_chain *out, const void *data, size_t len,
                                                struct asv_err *err);

/* Whether the leaf is a certificate of this agency for this role, checked in this order:
 *  ASV_E_UNTRUSTED  the CA was not issued by the root or is no CA, the leaf was not issued by that CA, or has
 *                   another role than expected (enum asv_role; none above CA)
 *  ASV_E_SIGNATURE  a signature of the two does not verify
 *  ASV_E_REVOKED    revocations (already verified; NULL: none known) names the leaf's or the CA's serial
 *  ASV_E_EXPIRED    one of the two is not valid at now_ms (ASV_TIME_UNKNOWN: not checked)
 * err names the certificate. */
ASV_MUST_CHECK enum asv_status asv_chain_verify(const struct asv_chain *chain,
                                                const uint8_t root_pk[ASV_ED25519_PK_BYTES], uint8_t role,
                                                int64_t now_ms, const struct asv_revocations *revocations,
                                                struct asv_err *err);

/* The last two of these, of a chain whose signatures and roles were found right before: they stay what they
 * are, byte for byte. */
ASV_MUST_CHECK enum asv_status asv_chain_stands(const struct asv_chain *chain, int64_t now_ms,
                                                const struct asv_revocations *revocations,
                                                struct asv_err *err);

/* SHA-256 over the encoded chain. */
void asv_chain_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_chain *chain);

#endif
