/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Inventories (TRUST.md 15): what a camera says of its store at a docking's end, and by which bulletin.
 * Signed by the camera under ASV_PURPOSE_INVENTORY.
 */
#ifndef ASV_TRUST_INVENTORY_H
#define ASV_TRUST_INVENTORY_H

#include "firmware-proto/trust/cert.h"

#define ASV_INVENTORY_MAX_BYTES 1024

struct asv_inventory {
    uint8_t camera_cert[ASV_SHA256_BYTES];
    uint8_t session[ASV_SHA256_BYTES]; /* Noise handshake hash */
    uint8_t epoch[ASV_UUID_BYTES];
    uint64_t last_number;               /* highest number ever given in this epoch; 0 none */
    uint32_t held;                      /* recordings on it, the one being recorded too */
    uint8_t bulletin[ASV_SHA256_BYTES]; /* asv_object_digest of the one in force; zeros: none */
    int64_t wall_ms;                    /* ASV_TIME_UNKNOWN when the camera's clock is lost */
    uint64_t mono_ms;
    uint8_t boot[ASV_UUID_BYTES];
    struct asv_bytes extensions; /* view; encode: len 0 for none */
    struct asv_object object;    /* views; set by decode, ignored by encode */
};

ASV_MUST_CHECK enum asv_status asv_inventory_encode(struct asv_writer *writer,
                                                    const struct asv_inventory *inventory,
                                                    const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. Errors as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_inventory_decode(struct asv_inventory *out, const void *data, size_t len,
                                                    struct asv_err *err);

/* ASV_E_MISMATCH when it names another camera than this one (the leaf of a verified chain), ASV_E_SIGNATURE
 * when that camera did not sign it. */
ASV_MUST_CHECK enum asv_status asv_inventory_verify(const struct asv_inventory *inventory,
                                                    const struct asv_cert *camera, struct asv_err *err);

#endif
