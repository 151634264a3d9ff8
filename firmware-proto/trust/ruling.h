/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Rulings (TRUST.md 14): what the keeper says, for good, to a statement that people signed: that it took it,
 * or that it never will. Signed by the keeper under ASV_PURPOSE_RULING.
 */
#ifndef ASV_TRUST_RULING_H
#define ASV_TRUST_RULING_H

#include "firmware-proto/trust/chain.h"

#define ASV_RULING_MAX_BYTES 3072

enum asv_ruling_verdict {
    ASV_RULING_TAKEN = 1,
    ASV_RULING_REFUSED = 2, /* for a reason that does not pass */
};

struct asv_ruling {
    uint8_t agency[ASV_SHA256_BYTES];
    uint8_t store[ASV_UUID_BYTES]; /* the keeper's */
    uint8_t statement[ASV_SHA256_BYTES];
    uint8_t proposal[ASV_SHA256_BYTES]; /* that the statement answers; zeros: it answers none */
    uint8_t verdict;                    /* enum asv_ruling_verdict */
    uint16_t status;                    /* REFUSED: enum asv_status, why; TAKEN: 0 */
    int64_t issued_ms;           /* of the decision, as far as the keeper remembers it; otherwise of this */
    struct asv_chain keeper;     /* encode: only keeper.encoded is read */
    struct asv_bytes extensions; /* view; encode: len 0 for none */
    struct asv_object object;    /* views; set by decode, ignored by encode */
};

ASV_MUST_CHECK enum asv_status asv_ruling_encode(struct asv_writer *writer, const struct asv_ruling *ruling,
                                                 const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. Errors as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_ruling_decode(struct asv_ruling *out, const void *data, size_t len,
                                                 struct asv_err *err);

/* ASV_E_UNTRUSTED for another agency's; as asv_chain_verify for the keeper's chain; ASV_E_SIGNATURE;
 * ASV_E_MISMATCH when it is about another statement than this one (NULL: any). */
ASV_MUST_CHECK enum asv_status asv_ruling_verify(const struct asv_ruling *ruling,
                                                 const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                 const uint8_t *statement, int64_t now_ms,
                                                 const struct asv_revocations *revocations,
                                                 struct asv_err *err);

/* The instant to verify one at that was kept: its own. Where that is of a remembered decision, and before the
 * keeper's certificate or its issuer's, the first at which both counted. */
int64_t asv_ruling_signed_ms(const struct asv_ruling *ruling);

#endif
