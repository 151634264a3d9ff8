/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Configurations (TRUST.md 10): what a camera is told to do. Signed by a dock under
 * ASV_PURPOSE_CONFIGURATION.
 */
#ifndef ASV_TRUST_CONFIGURATION_H
#define ASV_TRUST_CONFIGURATION_H

#include "firmware-proto/trust/cert.h"

#define ASV_CONFIGURATION_MAX_BYTES 1024
#define ASV_PRE_ROLL_MAX_MS         120000
#define ASV_CHECKPOINT_MIN_MS       250
#define ASV_CHECKPOINT_MAX_MS       10000

struct asv_configuration {
    uint8_t agency[ASV_SHA256_BYTES];
    uint8_t dock_cert[ASV_SHA256_BYTES];
    uint8_t camera_cert[ASV_SHA256_BYTES];
    uint64_t number; /* from 1; only rises */
    int64_t issued_ms;
    uint32_t pre_roll_ms;   /* 0 .. ASV_PRE_ROLL_MAX_MS; 0 unless a decision says otherwise (LAW R5) */
    uint32_t checkpoint_ms; /* ASV_CHECKPOINT_MIN_MS .. ASV_CHECKPOINT_MAX_MS */
    uint32_t policy_version;
    char name[ASV_TEXT_SIZE];    /* what the camera's display calls it */
    char unit[ASV_TEXT_SIZE];    /* organisational unit */
    struct asv_bytes extensions; /* view; encode: len 0 for none */
    struct asv_object object;    /* views; set by decode, ignored by encode */
};

/* ASV_E_USAGE when a field breaks a rule above. */
ASV_MUST_CHECK enum asv_status asv_configuration_encode(struct asv_writer *writer,
                                                        const struct asv_configuration *configuration,
                                                        const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. Errors as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_configuration_decode(struct asv_configuration *out, const void *data,
                                                        size_t len, struct asv_err *err);

/* dock is the leaf of a verified chain. ASV_E_UNTRUSTED for another agency's; ASV_E_MISMATCH when it names
 * another dock, or another camera than camera_cert; ASV_E_SIGNATURE. Use asv_number_check before taking it.
 */
ASV_MUST_CHECK enum asv_status asv_configuration_verify(const struct asv_configuration *configuration,
                                                        const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                        const struct asv_cert *dock,
                                                        const uint8_t camera_cert[ASV_SHA256_BYTES],
                                                        struct asv_err *err);

#endif
