/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Enrolment requests (TRUST.md 12): a new device's keys, signed by the device itself under
 * ASV_PURPOSE_ENROLMENT, for a person to compare and the issuing CA to certify.
 */
#ifndef ASV_TRUST_ENROLMENT_H
#define ASV_TRUST_ENROLMENT_H

#include "firmware-proto/trust/cert.h"

#define ASV_ENROLMENT_MAX_BYTES         1024
#define ASV_ENROLMENT_FINGERPRINT_CHARS 79 /* 16 groups of 4 hex digits, spaces between */

struct asv_enrolment {
    uint8_t role;                      /* CAMERA, DOCK or KEEPER */
    char model[ASV_TEXT_SIZE];         /* not empty */
    char device_serial[ASV_TEXT_SIZE]; /* not empty */
    uint8_t signing_pk[ASV_ED25519_PK_BYTES];
    bool has_kx; /* as in a certificate of this role */
    uint8_t kx_pk[ASV_X25519_BYTES];
    char firmware_version[ASV_TEXT_SIZE];
    uint8_t firmware_digest[ASV_SHA256_BYTES];
    int64_t made_ms;             /* wall; ASV_TIME_UNKNOWN when the device has no clock yet */
    struct asv_bytes extensions; /* view; encode: len 0 for none */
    struct asv_object object;    /* views; set by decode, ignored by encode */
};

/* Appends the request signed with the device's own key, sk. ASV_E_USAGE when a field breaks a rule above, or
 * signing_pk is not sk's. */
ASV_MUST_CHECK enum asv_status asv_enrolment_encode(struct asv_writer *writer,
                                                    const struct asv_enrolment *request,
                                                    const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. Errors as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_enrolment_decode(struct asv_enrolment *out, const void *data, size_t len,
                                                    struct asv_err *err);

/* ASV_E_SIGNATURE unless the device signed it itself. Says nothing about who the device is: a person compares
 * the fingerprint. */
ASV_MUST_CHECK enum asv_status asv_enrolment_verify(const struct asv_enrolment *request, struct asv_err *err);

/* For a person to compare: SHA-256 over the request's body as "0123 4567 ...", NUL-terminated. */
void asv_enrolment_fingerprint(char out[ASV_ENROLMENT_FINGERPRINT_CHARS + 1],
                               const struct asv_enrolment *request);

#endif
