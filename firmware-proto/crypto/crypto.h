/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Suite 1, the only one there is: SHA-256 (FIPS 180-4), Ed25519 (RFC 8032), X25519 (RFC 7748),
 * ChaCha20-Poly1305 (RFC 8439), HMAC-SHA-256 (RFC 2104), HKDF-SHA-256 (RFC 5869).
 *
 * The one home of sodium.h and openssl/sha.h in firmware-proto. No function here allocates. Secrets are the
 * caller's: keep them in memory that it wipes with asv_wipe.
 */
#ifndef ASV_CRYPTO_CRYPTO_H
#define ASV_CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_SUITE_1 1

/* Algorithm numbers that prefix keys, signatures and digests in every format. */
#define ASV_ALG_SHA256  1
#define ASV_ALG_ED25519 1
#define ASV_ALG_X25519  1
#define ASV_ALG_ES256   2 /* where Ed25519 is 1: ECDSA, P-256, SHA-256 (ecdsa.h), people's keys only */

#define ASV_SHA256_BYTES       32
#define ASV_ED25519_SEED_BYTES 32
#define ASV_ED25519_PK_BYTES   32
#define ASV_ED25519_SK_BYTES   64 /* seed, then public key */
#define ASV_ED25519_SIG_BYTES  64
#define ASV_X25519_BYTES       32
#define ASV_AEAD_KEY_BYTES     32
#define ASV_AEAD_NONCE_BYTES   12
#define ASV_AEAD_TAG_BYTES     16

/* Once per process, before anything else here, from one thread. ASV_E_INTERNAL when the library cannot start.
 */
ASV_MUST_CHECK enum asv_status asv_crypto_init(void);

struct asv_sha256 {
    uint64_t opaque[14];
};

void asv_sha256_init(struct asv_sha256 *state);
void asv_sha256_update(struct asv_sha256 *state, const void *data, size_t len);
void asv_sha256_final(struct asv_sha256 *state, uint8_t out[ASV_SHA256_BYTES]);
void asv_sha256(uint8_t out[ASV_SHA256_BYTES], const void *data, size_t len);

void asv_hmac_sha256(uint8_t out[ASV_SHA256_BYTES], const void *key, size_t key_len, const void *data,
                     size_t len);

/* One 32-byte key, HKDF-Extract then HKDF-Expand (RFC 5869). salt may be NULL with length 0. info_len <= 256.
 */
void asv_hkdf_sha256(uint8_t out[ASV_SHA256_BYTES], const void *ikm, size_t ikm_len, const void *salt,
                     size_t salt_len, const void *info, size_t info_len);

/* What a signature is for. The string below it is part of the signed message, so that a signature made for
 * one purpose never verifies for another. */
enum asv_purpose {
    ASV_PURPOSE_CERTIFICATE,   /* "asservat/v1/certificate" */
    ASV_PURPOSE_REVOCATIONS,   /* "asservat/v1/revocations" */
    ASV_PURPOSE_BULLETIN,      /* "asservat/v1/bulletin" */
    ASV_PURPOSE_ENROLMENT,     /* "asservat/v1/enrolment" */
    ASV_PURPOSE_HEADER,        /* "asservat/v1/seal-header" */
    ASV_PURPOSE_CHECKPOINT,    /* "asservat/v1/seal-checkpoint" */
    ASV_PURPOSE_END,           /* "asservat/v1/seal-end" */
    ASV_PURPOSE_LINK,          /* "asservat/v1/link" */
    ASV_PURPOSE_DEVICE_LOG,    /* "asservat/v1/device-log" */
    ASV_PURPOSE_RECEIPT,       /* "asservat/v1/receipt" */
    ASV_PURPOSE_DESTRUCTION,   /* "asservat/v1/destruction" */
    ASV_PURPOSE_ERASURE,       /* "asservat/v1/erasure" */
    ASV_PURPOSE_CONFIGURATION, /* "asservat/v1/configuration" */
    ASV_PURPOSE_ASSIGNMENT,    /* "asservat/v1/assignment" */
    ASV_PURPOSE_COMMIT,        /* "asservat/v1/commit" */
    ASV_PURPOSE_STATEMENT,     /* "asservat/v1/statement" */
    ASV_PURPOSE_DAY_END,       /* "asservat/v1/day-end" */
    ASV_PURPOSE_RULING,        /* "asservat/v1/ruling" */
    ASV_PURPOSE_INVENTORY,     /* "asservat/v1/inventory" */
    ASV_PURPOSE_COUNT,
};

/* The purpose's string, without a NUL in the signed message. Static storage. */
const char *asv_purpose_text(enum asv_purpose purpose);

/* SHA-256 of what asv_sign signs: for whoever signs a digest by other means (a WebAuthn challenge). */
void asv_purpose_digest(uint8_t out[ASV_SHA256_BYTES], enum asv_purpose purpose, const void *body,
                        size_t len);

/* Ed25519 key pair from a 32-byte random seed. */
void asv_ed25519_from_seed(uint8_t pk[ASV_ED25519_PK_BYTES], uint8_t sk[ASV_ED25519_SK_BYTES],
                           const uint8_t seed[ASV_ED25519_SEED_BYTES]);

/* Signs, as Ed25519, the message: purpose text, 0x00, SHA-256(body). */
void asv_sign(uint8_t sig[ASV_ED25519_SIG_BYTES], enum asv_purpose purpose, const void *body, size_t len,
              const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* ASV_E_SIGNATURE unless sig is pk's signature for this purpose over this body. Edge cases are libsodium's:
 * cofactorless; S >= L, a non-canonical or small-order public key and a small-order R are refused. */
ASV_MUST_CHECK enum asv_status asv_verify(const uint8_t sig[ASV_ED25519_SIG_BYTES], enum asv_purpose purpose,
                                          const void *body, size_t len,
                                          const uint8_t pk[ASV_ED25519_PK_BYTES]);

/* Raw Ed25519 over a message: for test vectors and formats defined elsewhere (signed notes). */
void asv_ed25519_sign(uint8_t sig[ASV_ED25519_SIG_BYTES], const void *message, size_t len,
                      const uint8_t sk[ASV_ED25519_SK_BYTES]);
ASV_MUST_CHECK enum asv_status asv_ed25519_verify(const uint8_t sig[ASV_ED25519_SIG_BYTES],
                                                  const void *message, size_t len,
                                                  const uint8_t pk[ASV_ED25519_PK_BYTES]);

void asv_x25519_public(uint8_t pk[ASV_X25519_BYTES], const uint8_t sk[ASV_X25519_BYTES]);

/* ASV_E_MISMATCH when the shared secret would be all zero (small-order peer key). */
ASV_MUST_CHECK enum asv_status asv_x25519(uint8_t shared[ASV_X25519_BYTES],
                                          const uint8_t sk[ASV_X25519_BYTES],
                                          const uint8_t pk[ASV_X25519_BYTES]);

/* ChaCha20-Poly1305 (RFC 8439). out has len + 16 bytes, ciphertext then tag; in and out may be the same. */
void asv_aead_seal(uint8_t *out, const uint8_t *in, size_t len, const void *ad, size_t ad_len,
                   const uint8_t nonce[ASV_AEAD_NONCE_BYTES], const uint8_t key[ASV_AEAD_KEY_BYTES]);

/* in has len bytes, tag included; out has len - 16. ASV_E_MALFORMED when len < 16, ASV_E_DIGEST when it does
 * not authenticate: out is then zeroed or untouched. */
ASV_MUST_CHECK enum asv_status asv_aead_open(uint8_t *out, const uint8_t *in, size_t len, const void *ad,
                                             size_t ad_len, const uint8_t nonce[ASV_AEAD_NONCE_BYTES],
                                             const uint8_t key[ASV_AEAD_KEY_BYTES]);

/* The same without more that authenticates, for what is long: three times as fast, and its context lives on
 * the heap while it works, where it is wiped. Any length; out is zeroed when it does not authenticate. */
ASV_MUST_CHECK enum asv_status asv_aead_open_bulk(uint8_t *out, const uint8_t *in, size_t len,
                                                  const uint8_t nonce[ASV_AEAD_NONCE_BYTES],
                                                  const uint8_t key[ASV_AEAD_KEY_BYTES]);

/* Not optimised away. */
void asv_wipe(void *data, size_t len);

/* Constant time in len. */
bool asv_equal(const void *a, const void *b, size_t len);

#endif
