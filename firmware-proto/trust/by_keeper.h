/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What destruction statements, day statements and rulings have in common (TRUST.md 8, 13, 14): the keeper
 * signs them, and each ends with the instant, the keeper's chain and the extensions. For their files and
 * nobody else.
 */
#ifndef ASV_TRUST_BY_KEEPER_H
#define ASV_TRUST_BY_KEEPER_H

#include "firmware-proto/trust/chain.h"
#include "firmware-proto/trust/fields.h"

/* Writes that end of an object that began at start, and signs it. Errors as asv_object_sign. */
struct asv_by_keeper_end {
    int64_t issued_ms;
    struct asv_bytes keeper; /* encoded chain */
    struct asv_bytes extensions;
};
ASV_MUST_CHECK enum asv_status asv_by_keeper_sign(struct asv_writer *writer, size_t start,
                                                  const struct asv_by_keeper_end *end,
                                                  enum asv_purpose purpose,
                                                  const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads it, and that nothing is behind it. */
void asv_by_keeper_read(struct asv_fields *in, struct asv_by_keeper_end *out);

/* The outcome of it all, as asv_fields_result; then the chain into *keeper. */
ASV_MUST_CHECK enum asv_status asv_by_keeper_result(const struct asv_fields *in,
                                                    const struct asv_by_keeper_end *end,
                                                    struct asv_chain *keeper, struct asv_err *err);

struct asv_by_keeper {
    const char *name; /* of the object, for err */
    enum asv_purpose purpose;
    const uint8_t *agency; /* ASV_SHA256_BYTES: as the object says */
    const struct asv_chain *keeper;
    const struct asv_object *object;
};

/* ASV_E_UNTRUSTED for another agency's; as asv_chain_verify for the keeper's chain; ASV_E_SIGNATURE. */
ASV_MUST_CHECK enum asv_status asv_by_keeper_verify(const struct asv_by_keeper *it,
                                                    const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                    int64_t now_ms, const struct asv_revocations *revocations,
                                                    struct asv_err *err);

#endif
