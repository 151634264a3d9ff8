/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Revocation lists (TRUST.md 5): the serials that are not to be trusted any more. Signed under
 * ASV_PURPOSE_REVOCATIONS by the issuing CA, or by the root (which alone can revoke a CA).
 */
#ifndef ASV_TRUST_REVOCATIONS_H
#define ASV_TRUST_REVOCATIONS_H

#include "firmware-proto/trust/cert.h"

/* With 4000 serials the list still fits into one control message (65,535 bytes less the Noise tag and
 * header). */
#define ASV_REVOCATIONS_MAX       4000
#define ASV_REVOCATIONS_MAX_BYTES 65500

struct asv_revocations {
    uint8_t agency[ASV_SHA256_BYTES];
    uint64_t number; /* from 1; only rises */
    int64_t issued_ms;
    struct asv_cert signer;      /* role CA, or ROOT; encode uses signer.object.encoded only */
    uint16_t count;              /* <= ASV_REVOCATIONS_MAX */
    const uint8_t *serials;      /* count * 16 bytes, ascending, no duplicates; view */
    struct asv_bytes extensions; /* view; encode: len 0 for none */
    struct asv_object object;    /* views; set by decode, ignored by encode */
};

/* Appends the list signed with the signer's key. ASV_E_USAGE when a field breaks a rule above. */
ASV_MUST_CHECK enum asv_status asv_revocations_encode(struct asv_writer *writer,
                                                      const struct asv_revocations *list,
                                                      const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. Unsorted or repeated serials are
 * ASV_E_MALFORMED; the rest as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_revocations_decode(struct asv_revocations *out, const void *data,
                                                      size_t len, struct asv_err *err);

/* ASV_E_UNTRUSTED: another agency's, or the signer is neither the root nor a CA it issued, or a CA names a
 * serial that is its own. ASV_E_REVOKED: the list held so far (NULL: none) names the signer. ASV_E_SIGNATURE.
 * The signer's validity in time is not checked: an old list is better than none. Use asv_number_check with
 * asv_object_digest(&list->object) before replacing one. */
ASV_MUST_CHECK enum asv_status asv_revocations_verify(const struct asv_revocations *list,
                                                      const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                      const struct asv_revocations *held,
                                                      struct asv_err *err);

/* Binary search. */
bool asv_revocations_contain(const struct asv_revocations *list, const uint8_t serial[ASV_CERT_SERIAL_BYTES]);

#endif
