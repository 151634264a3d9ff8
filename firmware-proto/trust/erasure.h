/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Erasure records (TRUST.md 9): a camera's proof that it erased a recording, and for what. Signed by the
 * camera under ASV_PURPOSE_ERASURE.
 */
#ifndef ASV_TRUST_ERASURE_H
#define ASV_TRUST_ERASURE_H

#include "firmware-proto/trust/cert.h"

#define ASV_ERASURE_MAX_BYTES 1024

enum asv_erasure_cause {
    ASV_ERASURE_RECEIPT = 1,
    ASV_ERASURE_DESTRUCTION = 2,
    ASV_ERASURE_LOST = 3, /* nobody's order: the medium had lost the header and holds nothing else */
};

enum asv_erasure_method {
    ASV_ERASURE_UNLINK = 1,               /* the medium allowed no more */
    ASV_ERASURE_OVERWRITE = 2,            /* overwritten, synced, unlinked */
    ASV_ERASURE_OVERWRITE_AND_DISCARD = 3 /* and its blocks discarded */
};

struct asv_erasure {
    uint8_t cause;                          /* enum asv_erasure_cause */
    uint8_t cause_digest[ASV_SHA256_BYTES]; /* asv_object_digest of the receipt or destruction statement;
                                             * zeros when LOST */
    uint8_t camera_cert[ASV_SHA256_BYTES];
    uint8_t epoch[ASV_UUID_BYTES];
    uint64_t number;
    uint8_t header[ASV_SHA256_BYTES]; /* digest of the signed seal header; zeros when it was lost */
    int64_t wall_ms;                  /* ASV_TIME_UNKNOWN when the camera's clock is lost */
    uint64_t mono_ms;
    uint8_t boot[ASV_UUID_BYTES];
    uint8_t method;              /* enum asv_erasure_method */
    struct asv_bytes extensions; /* view; encode: len 0 for none */
    struct asv_object object;    /* views; set by decode, ignored by encode */
};

ASV_MUST_CHECK enum asv_status asv_erasure_encode(struct asv_writer *writer, const struct asv_erasure *record,
                                                  const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. Errors as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_erasure_decode(struct asv_erasure *out, const void *data, size_t len,
                                                  struct asv_err *err);

/* ASV_E_MISMATCH when the record names another camera than this one (the leaf of a verified chain),
 * ASV_E_SIGNATURE when that camera did not sign it. */
ASV_MUST_CHECK enum asv_status asv_erasure_verify(const struct asv_erasure *record,
                                                  const struct asv_cert *camera, struct asv_err *err);

#endif
