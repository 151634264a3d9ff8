/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * P-020: Noise_XX_25519_ChaChaPoly_SHA256 (The Noise Protocol Framework, revision 34). Sans I/O, no
 * allocation. The caller wipes a session with asv_noise_wipe when it is done, also after a failure.
 */
#ifndef ASV_WIRE_NOISE_H
#define ASV_WIRE_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/crypto.h"

#define ASV_NOISE_MAX_BYTES 65535 /* Noise, section 3: no message is longer */
/* Handshake message sizes without payload: e; e, ee, s, es and tag; s, se and tag. */
#define ASV_NOISE_MESSAGE_1_BYTES 32
#define ASV_NOISE_MESSAGE_2_BYTES 96
#define ASV_NOISE_MESSAGE_3_BYTES 64
/* A direction's key is replaced (REKEY, section 4.2) whenever its counter reaches a multiple of this, so that
 * a key that leaks from memory opens a bounded part of a long docking. */
#define ASV_NOISE_REKEY_MESSAGES 65536

/* CipherState of section 5.1. */
struct asv_noise_cipher {
    uint8_t key[ASV_AEAD_KEY_BYTES];
    uint64_t nonce; /* of the next message; 2^64 - 1 is never used */
    bool keyed;
};

struct asv_noise {
    bool initiator;
    uint8_t step;                   /* messages done: 0..3; 3 = transport; 0xff = dead */
    uint8_t hash[ASV_SHA256_BYTES]; /* h; after message 3 the handshake hash, our session id */
    uint8_t chaining_key[ASV_SHA256_BYTES];
    uint8_t static_sk[ASV_X25519_BYTES];
    uint8_t static_pk[ASV_X25519_BYTES];
    uint8_t ephemeral_sk[ASV_X25519_BYTES];
    uint8_t ephemeral_pk[ASV_X25519_BYTES];
    uint8_t peer_static[ASV_X25519_BYTES]; /* known after message 2 (initiator) or 3 (responder) */
    uint8_t peer_ephemeral[ASV_X25519_BYTES];
    struct asv_noise_cipher cipher; /* during the handshake */
    struct asv_noise_cipher send;   /* in transport */
    struct asv_noise_cipher receive;
};

/* ephemeral_sk: 32 fresh random bytes, never used twice. */
void asv_noise_init(struct asv_noise *noise, bool initiator, const void *prologue, size_t prologue_len,
                    const uint8_t static_sk[ASV_X25519_BYTES], const uint8_t ephemeral_sk[ASV_X25519_BYTES]);

/* Writes the next handshake message with payload. ASV_E_STATE when it is not our turn, ASV_E_LIMIT when out
 * is too small or the message would be above 65,535 bytes, ASV_E_MISMATCH for a small-order peer key. After
 * any failure but ASV_E_LIMIT the session is dead (every later call answers ASV_E_STATE). */
ASV_MUST_CHECK enum asv_status asv_noise_write(struct asv_noise *noise, const void *payload,
                                               size_t payload_len, uint8_t *out, size_t cap, size_t *len);

/* Reads the peer's next handshake message. The payload is decrypted in place, *payload views into message.
 * ASV_E_STATE, ASV_E_MALFORMED (short), ASV_E_LIMIT (above 65,535), ASV_E_DIGEST (does not authenticate),
 * ASV_E_MISMATCH (small-order key). After any failure the session is dead. */
ASV_MUST_CHECK enum asv_status asv_noise_read(struct asv_noise *noise, uint8_t *message, size_t len,
                                              struct asv_bytes *payload);

/* True once both sides have all three messages. */
bool asv_noise_established(const struct asv_noise *noise);

/* Transport. in and out may be the same memory. encrypt: out has len + 16 bytes; ASV_E_LIMIT when that is
 * above 65,535 or the counter is used up. decrypt: out has len - 16; ASV_E_MALFORMED, ASV_E_LIMIT or
 * ASV_E_DIGEST: the session is then dead. */
ASV_MUST_CHECK enum asv_status asv_noise_encrypt(struct asv_noise *noise, const uint8_t *in, size_t len,
                                                 uint8_t *out);
ASV_MUST_CHECK enum asv_status asv_noise_decrypt(struct asv_noise *noise, const uint8_t *in, size_t len,
                                                 uint8_t *out);

void asv_noise_wipe(struct asv_noise *noise);

#endif
