/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Destruction statements (TRUST.md 8): nothing opens this recording any more. A camera erases what
 * was not stored for it; of what was, it is the proof of its erasure. Signed by the
 * keeper under ASV_PURPOSE_DESTRUCTION.
 */
#ifndef ASV_TRUST_DESTRUCTION_H
#define ASV_TRUST_DESTRUCTION_H

#include "firmware-proto/trust/chain.h"

#define ASV_DESTRUCTION_MAX_BYTES 3072

enum asv_destruction_reason {
    ASV_DESTRUCTION_EXPIRED = 1,     /* its period is over */
    ASV_DESTRUCTION_EARLY = 2,       /* early erasure decided by two people */
    ASV_DESTRUCTION_QUARANTINED = 3, /* kept in quarantine, its period ran out */
};

struct asv_destruction {
    uint8_t agency[ASV_SHA256_BYTES];
    uint8_t camera_cert[ASV_SHA256_BYTES];
    uint8_t epoch[ASV_UUID_BYTES];
    uint64_t number;
    uint8_t header[ASV_SHA256_BYTES]; /* digest of the signed seal header; zeros when the camera lost it */
    uint8_t reason;                   /* enum asv_destruction_reason */
    int64_t issued_ms;
    struct asv_chain keeper;     /* encode: only keeper.encoded is read */
    struct asv_bytes extensions; /* view; encode: len 0 for none */
    struct asv_object object;    /* views; set by decode, ignored by encode */
};

ASV_MUST_CHECK enum asv_status asv_destruction_encode(struct asv_writer *writer,
                                                      const struct asv_destruction *statement,
                                                      const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. Errors as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_destruction_decode(struct asv_destruction *out, const void *data,
                                                      size_t len, struct asv_err *err);

/* ASV_E_UNTRUSTED for another agency's; as asv_chain_verify for the keeper's chain; ASV_E_MISMATCH when
 * camera_cert (NULL: any) is not the camera named; ASV_E_SIGNATURE. The camera itself compares epoch, number
 * and header with what it holds. */
ASV_MUST_CHECK enum asv_status asv_destruction_verify(const struct asv_destruction *statement,
                                                      const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                      const uint8_t *camera_cert, int64_t now_ms,
                                                      const struct asv_revocations *revocations,
                                                      struct asv_err *err);

#endif
