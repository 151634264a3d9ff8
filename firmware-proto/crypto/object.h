/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Digests, keys and signatures as fields (each says its algorithm and length), and the shape that every
 * signed object has: body, then the signature field. The digest of an object is SHA-256 over its body.
 */
#ifndef ASV_CRYPTO_OBJECT_H
#define ASV_CRYPTO_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/crypto.h"

#define ASV_DIGEST_FIELD_BYTES    (1 + 1 + ASV_SHA256_BYTES)
#define ASV_KEY_FIELD_BYTES       (1 + 1 + 32) /* Ed25519 and X25519 alike */
#define ASV_SIGNATURE_FIELD_BYTES (1 + 2 + ASV_ED25519_SIG_BYTES)

/* alg u8, len u8, bytes. Reading: ASV_E_UNSUPPORTED for an unknown algorithm, ASV_E_MALFORMED for a length
 * that is not the algorithm's or for missing bytes; nothing is moved or stored then. */
void asv_write_digest(struct asv_writer *writer, const uint8_t digest[ASV_SHA256_BYTES]);
ASV_MUST_CHECK enum asv_status asv_read_digest(struct asv_reader *reader, uint8_t out[ASV_SHA256_BYTES]);
void asv_write_ed25519_pk(struct asv_writer *writer, const uint8_t pk[ASV_ED25519_PK_BYTES]);
ASV_MUST_CHECK enum asv_status asv_read_ed25519_pk(struct asv_reader *reader,
                                                   uint8_t out[ASV_ED25519_PK_BYTES]);
void asv_write_x25519_pk(struct asv_writer *writer, const uint8_t pk[ASV_X25519_BYTES]);
ASV_MUST_CHECK enum asv_status asv_read_x25519_pk(struct asv_reader *reader, uint8_t out[ASV_X25519_BYTES]);

/* alg u8, len u16, bytes. */
void asv_write_signature(struct asv_writer *writer, const uint8_t sig[ASV_ED25519_SIG_BYTES]);
ASV_MUST_CHECK enum asv_status asv_read_signature(struct asv_reader *reader,
                                                  uint8_t out[ASV_ED25519_SIG_BYTES]);

/* A decoded object's bytes: views into what was decoded, which must outlive it. */
struct asv_object {
    struct asv_bytes encoded; /* body and signature field */
    struct asv_bytes body;    /* what is signed and digested */
    uint8_t signature[ASV_ED25519_SIG_BYTES];
};

/* Signs what was written to the writer since its length was start, and appends the signature field.
 * ASV_E_LIMIT when the body or the signature did not fit; the writer is then overrun. */
ASV_MUST_CHECK enum asv_status asv_object_sign(struct asv_writer *writer, size_t start,
                                               enum asv_purpose purpose,
                                               const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Splits data[len] at its last ASV_SIGNATURE_FIELD_BYTES; checks no signature. */
ASV_MUST_CHECK enum asv_status asv_object_split(struct asv_object *out, const void *data, size_t len);

/* ASV_E_SIGNATURE unless pk signed this body for this purpose. */
ASV_MUST_CHECK enum asv_status asv_object_verify(const struct asv_object *object, enum asv_purpose purpose,
                                                 const uint8_t pk[ASV_ED25519_PK_BYTES]);

/* SHA-256 over the body. */
void asv_object_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_object *object);

#endif
