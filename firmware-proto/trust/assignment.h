/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Assignments (TRUST.md 11): a camera was issued to someone, who is known here only by a random id. Signed by
 * a dock under ASV_PURPOSE_ASSIGNMENT.
 */
#ifndef ASV_TRUST_ASSIGNMENT_H
#define ASV_TRUST_ASSIGNMENT_H

#include "firmware-proto/trust/cert.h"

#define ASV_ASSIGNMENT_MAX_BYTES 1024

struct asv_assignment {
    uint8_t agency[ASV_SHA256_BYTES];
    uint8_t dock_cert[ASV_SHA256_BYTES];
    uint8_t camera_cert[ASV_SHA256_BYTES];
    uint64_t number; /* from 1; only rises */
    int64_t issued_ms;
    uint8_t id[ASV_UUID_BYTES]; /* random; zeros: issued to nobody, unit and area may be empty */
    char unit[ASV_TEXT_SIZE];
    char area[ASV_TEXT_SIZE];    /* operating area */
    struct asv_bytes extensions; /* view; encode: len 0 for none */
    struct asv_object object;    /* views; set by decode, ignored by encode */
};

/* ASV_E_USAGE when a field breaks a rule above. */
ASV_MUST_CHECK enum asv_status asv_assignment_encode(struct asv_writer *writer,
                                                     const struct asv_assignment *assignment,
                                                     const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. Errors as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_assignment_decode(struct asv_assignment *out, const void *data, size_t len,
                                                     struct asv_err *err);

/* As asv_configuration_verify. */
ASV_MUST_CHECK enum asv_status asv_assignment_verify(const struct asv_assignment *assignment,
                                                     const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                     const struct asv_cert *dock,
                                                     const uint8_t camera_cert[ASV_SHA256_BYTES],
                                                     struct asv_err *err);

#endif
