/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Receipts (TRUST.md 7): a dock's word for what it holds, and the only thing but a destruction statement for
 * which a camera erases. Signed by the dock under ASV_PURPOSE_RECEIPT; verified with the dock's chain of the
 * session.
 */
#ifndef ASV_TRUST_RECEIPT_H
#define ASV_TRUST_RECEIPT_H

#include "firmware-proto/trust/cert.h"
#include "firmware-proto/trust/verdict.h"

#define ASV_RECEIPT_MAX_STANZAS 4
#define ASV_RECEIPT_MAX_BYTES   1536
#define ASV_SESSION_BYTES       32 /* the Noise handshake hash */

/* One recording, by every length and digest of what there is of it. Dock and camera each make one from the
 * bytes they hold, and the two must be equal. The payload's digest is the RFC 6962 root together with leaf
 * count and length: bulk data is hashed once. */
struct asv_custody {
    uint8_t camera_cert[ASV_SHA256_BYTES]; /* asv_cert_digest of the camera */
    uint8_t epoch[ASV_UUID_BYTES];
    uint64_t number;
    uint8_t clip[ASV_UUID_BYTES];
    uint8_t header[ASV_SHA256_BYTES]; /* digest of the signed seal header */
    uint8_t root[ASV_SHA256_BYTES];   /* of the last checkpoint; SHA-256 of nothing with leaf_count 0 */
    uint64_t leaf_count;              /* full chunks the last checkpoint signs */
    uint64_t payload_bytes; /* of the payload file, as far as it is signed: the chunks, and the final chunk
                             * when the recording ended */
    uint64_t seal_bytes;    /* the whole seal file */
    uint8_t seal[ASV_SHA256_BYTES];
    uint64_t tail_bytes; /* of the payload file behind payload_bytes; 0 mostly */
    uint8_t tail[ASV_SHA256_BYTES];
    uint8_t stanza_count;                                       /* 1 .. ASV_RECEIPT_MAX_STANZAS */
    uint8_t stanzas[ASV_RECEIPT_MAX_STANZAS][ASV_SHA256_BYTES]; /* as in the header, in its order */
    uint64_t link_bytes; /* 0 while there is none (a recording cut by a power failure and not yet closed) */
    uint8_t link[ASV_SHA256_BYTES];
};

enum asv_receipt_kind {
    ASV_RECEIPT_STORED = 1,      /* the camera erases */
    ASV_RECEIPT_QUARANTINED = 2, /* the bytes are kept here too, but the camera does not erase */
};

struct asv_receipt {
    uint8_t dock_cert[ASV_SHA256_BYTES]; /* asv_cert_digest */
    uint8_t session[ASV_SESSION_BYTES];
    struct asv_custody custody;
    uint8_t integrity;           /* enum asv_integrity */
    uint8_t provenance;          /* enum asv_provenance */
    uint8_t kind;                /* enum asv_receipt_kind; STORED only when asv_verdict_is_stored */
    int64_t due_ms;              /* wall; end of the retention period; 0: unknown */
    int64_t time_ms;             /* wall; when the custody transaction was committed */
    struct asv_bytes extensions; /* view; encode: len 0 for none */
    struct asv_object object;    /* views; set by decode, ignored by encode */
};

/* Appends the receipt signed by the dock. ASV_E_USAGE when a field breaks a rule above. */
ASV_MUST_CHECK enum asv_status asv_receipt_encode(struct asv_writer *writer,
                                                  const struct asv_receipt *receipt,
                                                  const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. A kind that its verdict does not
 * allow is ASV_E_MISMATCH; the rest as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_receipt_decode(struct asv_receipt *out, const void *data, size_t len,
                                                  struct asv_err *err);

/* Whether dock (the leaf of a verified chain) signed it in this session (NULL: any). ASV_E_MISMATCH for
 * another dock or session, ASV_E_SIGNATURE. */
ASV_MUST_CHECK enum asv_status asv_receipt_verify(const struct asv_receipt *receipt,
                                                  const struct asv_cert *dock, const uint8_t *session,
                                                  struct asv_err *err);

/* ASV_E_MISMATCH, with the field in err, unless both say the same of the same recording. */
ASV_MUST_CHECK enum asv_status asv_custody_compare(const struct asv_custody *said,
                                                   const struct asv_custody *held, struct asv_err *err);

#endif
