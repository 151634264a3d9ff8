/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/wire/noise.h"

#include <string.h>

#define STEP_TRANSPORT 3
#define STEP_DEAD      0xff
#define NONCE_LAST     (UINT64_MAX - 1) /* section 5.1: 2^64 - 1 is reserved (for REKEY) */

/* Section 4.2: 32 zero bits, then the counter, little-endian. */
static void nonce_bytes(uint8_t out[ASV_AEAD_NONCE_BYTES], uint64_t counter)
{
    memset(out, 0, ASV_AEAD_NONCE_BYTES);
    for (size_t i = 0; i < 8; i++) {
        out[4 + i] = (uint8_t)(counter >> 8 * i);
    }
}

/* REKEY(k), section 4.2: the first 32 bytes of ENCRYPT(k, 2^64 - 1, "", zeros). */
static void rekey(struct asv_noise_cipher *cipher)
{
    static const uint8_t zeros[ASV_AEAD_KEY_BYTES];
    uint8_t sealed[ASV_AEAD_KEY_BYTES + ASV_AEAD_TAG_BYTES];
    uint8_t nonce[ASV_AEAD_NONCE_BYTES];
    nonce_bytes(nonce, UINT64_MAX);
    asv_aead_seal(sealed, zeros, sizeof zeros, NULL, 0, nonce, cipher->key);
    memcpy(cipher->key, sealed, sizeof cipher->key);
    asv_wipe(sealed, sizeof sealed);
}

static enum asv_status cipher_seal(struct asv_noise_cipher *cipher, const void *ad, size_t ad_len,
                                   const uint8_t *in, size_t len, uint8_t *out)
{
    if (cipher->nonce > NONCE_LAST) {
        return ASV_E_LIMIT; /* P-027 */
    }
    uint8_t nonce[ASV_AEAD_NONCE_BYTES];
    nonce_bytes(nonce, cipher->nonce++);
    asv_aead_seal(out, in, len, ad, ad_len, nonce, cipher->key);
    return ASV_OK;
}

static enum asv_status cipher_open(struct asv_noise_cipher *cipher, const void *ad, size_t ad_len,
                                   const uint8_t *in, size_t len, uint8_t *out)
{
    if (cipher->nonce > NONCE_LAST) {
        return ASV_E_LIMIT; /* P-027 */
    }
    uint8_t nonce[ASV_AEAD_NONCE_BYTES];
    nonce_bytes(nonce, cipher->nonce);
    enum asv_status status = asv_aead_open(out, in, len, ad, ad_len, nonce, cipher->key);
    if (status == ASV_OK) {
        cipher->nonce++;
    }
    return status;
}

static void mix_hash(struct asv_noise *noise, const void *data, size_t len)
{
    struct asv_sha256 state;
    asv_sha256_init(&state);
    asv_sha256_update(&state, noise->hash, sizeof noise->hash);
    asv_sha256_update(&state, data, len);
    asv_sha256_final(&state, noise->hash);
}

/* HKDF of section 4.3 with two outputs; first may be chaining_key itself. */
static void hkdf2(uint8_t first[ASV_SHA256_BYTES], uint8_t second[ASV_SHA256_BYTES],
                  const uint8_t chaining_key[ASV_SHA256_BYTES], const void *ikm, size_t ikm_len)
{
    uint8_t temp[ASV_SHA256_BYTES];
    uint8_t block[ASV_SHA256_BYTES + 1];
    asv_hmac_sha256(temp, chaining_key, ASV_SHA256_BYTES, ikm, ikm_len);
    block[0] = 1;
    asv_hmac_sha256(first, temp, sizeof temp, block, 1);
    memcpy(block, first, ASV_SHA256_BYTES);
    block[ASV_SHA256_BYTES] = 2;
    asv_hmac_sha256(second, temp, sizeof temp, block, sizeof block);
    asv_wipe(temp, sizeof temp);
    asv_wipe(block, sizeof block);
}

/* A DH result into the chaining key, and a fresh cipher key with it. */
static enum asv_status mix_dh(struct asv_noise *noise, const uint8_t sk[ASV_X25519_BYTES],
                              const uint8_t pk[ASV_X25519_BYTES])
{
    uint8_t shared[ASV_X25519_BYTES];
    enum asv_status status = asv_x25519(shared, sk, pk);
    if (status == ASV_OK) {
        hkdf2(noise->chaining_key, noise->cipher.key, noise->chaining_key, shared, sizeof shared);
        noise->cipher.nonce = 0;
        noise->cipher.keyed = true;
    }
    asv_wipe(shared, sizeof shared);
    return status;
}

/* EncryptAndHash; returns the length written in *len. */
static enum asv_status seal_and_hash(struct asv_noise *noise, const void *in, size_t in_len, uint8_t *out,
                                     size_t *len)
{
    if (!noise->cipher.keyed) {
        if (in_len != 0) {
            memcpy(out, in, in_len);
        }
        *len = in_len;
    } else {
        enum asv_status status =
            cipher_seal(&noise->cipher, noise->hash, sizeof noise->hash, in, in_len, out);
        if (status != ASV_OK) {
            return status;
        }
        *len = in_len + ASV_AEAD_TAG_BYTES;
    }
    mix_hash(noise, out, *len);
    return ASV_OK;
}

/* DecryptAndHash; out may be in. */
static enum asv_status open_and_hash(struct asv_noise *noise, uint8_t *in, size_t in_len, uint8_t *out,
                                     size_t *len)
{
    uint8_t ad[ASV_SHA256_BYTES];
    memcpy(ad, noise->hash, sizeof ad);
    mix_hash(noise, in, in_len); /* before in is overwritten; a failure kills the session anyway */
    if (!noise->cipher.keyed) {
        if (out != in && in_len != 0) {
            memcpy(out, in, in_len);
        }
        *len = in_len;
        return ASV_OK;
    }
    enum asv_status status = cipher_open(&noise->cipher, ad, sizeof ad, in, in_len, out);
    if (status == ASV_OK) {
        *len = in_len - ASV_AEAD_TAG_BYTES;
    }
    return status;
}

/* Split(): the initiator sends with the first key. */
static void split(struct asv_noise *noise)
{
    struct asv_noise_cipher *first = noise->initiator ? &noise->send : &noise->receive;
    struct asv_noise_cipher *second = noise->initiator ? &noise->receive : &noise->send;
    hkdf2(first->key, second->key, noise->chaining_key, "", 0);
    first->nonce = second->nonce = 0;
    first->keyed = second->keyed = true;
    asv_wipe(noise->chaining_key, sizeof noise->chaining_key);
    asv_wipe(noise->static_sk, sizeof noise->static_sk);
    asv_wipe(noise->ephemeral_sk, sizeof noise->ephemeral_sk);
    asv_wipe(&noise->cipher, sizeof noise->cipher);
}

void asv_noise_init(struct asv_noise *noise, bool initiator, const void *prologue, size_t prologue_len,
                    const uint8_t static_sk[ASV_X25519_BYTES], const uint8_t ephemeral_sk[ASV_X25519_BYTES])
{
    static const char name[] = "Noise_XX_25519_ChaChaPoly_SHA256";
    _Static_assert(sizeof name - 1 == ASV_SHA256_BYTES, "the name is the first h as it is, section 5.2");
    asv_wipe(noise, sizeof *noise);
    noise->initiator = initiator;
    memcpy(noise->hash, name, ASV_SHA256_BYTES);
    memcpy(noise->chaining_key, name, ASV_SHA256_BYTES);
    mix_hash(noise, prologue, prologue_len);
    memcpy(noise->static_sk, static_sk, ASV_X25519_BYTES);
    memcpy(noise->ephemeral_sk, ephemeral_sk, ASV_X25519_BYTES);
    asv_x25519_public(noise->static_pk, static_sk);
    asv_x25519_public(noise->ephemeral_pk, ephemeral_sk);
}

/* The bytes before the payload's own, and its tag if it has one, of the message at this step. */
static size_t overhead(const struct asv_noise *noise)
{
    static const size_t bytes[STEP_TRANSPORT] = {ASV_NOISE_MESSAGE_1_BYTES, ASV_NOISE_MESSAGE_2_BYTES,
                                                 ASV_NOISE_MESSAGE_3_BYTES};
    return bytes[noise->step];
}

static bool my_turn(const struct asv_noise *noise)
{
    return noise->step < STEP_TRANSPORT && (noise->step % 2 == 0) == noise->initiator;
}

static enum asv_status kill(struct asv_noise *noise, enum asv_status status)
{
    asv_noise_wipe(noise);
    return status;
}

/* "e": our ephemeral key in clear. */
static size_t put_ephemeral(struct asv_noise *noise, uint8_t *out)
{
    memcpy(out, noise->ephemeral_pk, ASV_X25519_BYTES);
    mix_hash(noise, out, ASV_X25519_BYTES);
    return ASV_X25519_BYTES;
}

/* "s": our static key, sealed. */
static enum asv_status put_static(struct asv_noise *noise, uint8_t *out, size_t *at)
{
    size_t len = 0;
    enum asv_status status = seal_and_hash(noise, noise->static_pk, ASV_X25519_BYTES, out + *at, &len);
    *at += len;
    return status;
}

/* The tokens of the message at this step, as the writer: XX is  -> e;  <- e, ee, s, es;  -> s, se. */
static enum asv_status put_tokens(struct asv_noise *noise, uint8_t *out, size_t *at)
{
    enum asv_status status = ASV_OK;
    switch (noise->step) {
    case 0:
        *at += put_ephemeral(noise, out);
        break;
    case 1:
        *at += put_ephemeral(noise, out);
        status = mix_dh(noise, noise->ephemeral_sk, noise->peer_ephemeral); /* ee */
        if (status == ASV_OK) {
            status = put_static(noise, out, at);
        }
        if (status == ASV_OK) {
            status = mix_dh(noise, noise->static_sk, noise->peer_ephemeral); /* es */
        }
        break;
    default:
        status = put_static(noise, out, at);
        if (status == ASV_OK) {
            status = mix_dh(noise, noise->static_sk, noise->peer_ephemeral); /* se */
        }
        break;
    }
    return status;
}

static size_t take_ephemeral(struct asv_noise *noise, const uint8_t *in)
{
    memcpy(noise->peer_ephemeral, in, ASV_X25519_BYTES);
    mix_hash(noise, in, ASV_X25519_BYTES);
    return ASV_X25519_BYTES;
}

static enum asv_status take_static(struct asv_noise *noise, uint8_t *in, size_t *at)
{
    size_t len = 0;
    enum asv_status status =
        open_and_hash(noise, in + *at, ASV_X25519_BYTES + ASV_AEAD_TAG_BYTES, noise->peer_static, &len);
    *at += ASV_X25519_BYTES + ASV_AEAD_TAG_BYTES;
    return status;
}

/* The same as the reader, with the keys the other way round. */
static enum asv_status take_tokens(struct asv_noise *noise, uint8_t *in, size_t *at)
{
    enum asv_status status = ASV_OK;
    switch (noise->step) {
    case 0:
        *at += take_ephemeral(noise, in);
        break;
    case 1:
        *at += take_ephemeral(noise, in);
        status = mix_dh(noise, noise->ephemeral_sk, noise->peer_ephemeral); /* ee */
        if (status == ASV_OK) {
            status = take_static(noise, in, at);
        }
        if (status == ASV_OK) {
            status = mix_dh(noise, noise->ephemeral_sk, noise->peer_static); /* es */
        }
        break;
    default:
        status = take_static(noise, in, at);
        if (status == ASV_OK) {
            status = mix_dh(noise, noise->ephemeral_sk, noise->peer_static); /* se */
        }
        break;
    }
    return status;
}

static void step_on(struct asv_noise *noise)
{
    if (++noise->step == STEP_TRANSPORT) {
        split(noise);
    }
}

enum asv_status asv_noise_write(struct asv_noise *noise, const void *payload, size_t payload_len,
                                uint8_t *out, size_t cap, size_t *len)
{
    if (!my_turn(noise)) {
        return ASV_E_STATE;
    }
    if (payload_len > ASV_NOISE_MAX_BYTES - overhead(noise) || cap < overhead(noise) + payload_len) {
        return ASV_E_LIMIT;
    }
    size_t at = 0;
    size_t sealed = 0;
    enum asv_status status = put_tokens(noise, out, &at);
    if (status == ASV_OK) {
        status = seal_and_hash(noise, payload, payload_len, out + at, &sealed);
    }
    if (status != ASV_OK) {
        return kill(noise, status);
    }
    *len = at + sealed;
    step_on(noise);
    return ASV_OK;
}

enum asv_status asv_noise_read(struct asv_noise *noise, uint8_t *message, size_t len,
                               struct asv_bytes *payload)
{
    if (noise->step >= STEP_TRANSPORT || my_turn(noise)) {
        return kill(noise, ASV_E_STATE);
    }
    if (len < overhead(noise)) {
        return kill(noise, ASV_E_MALFORMED);
    }
    if (len > ASV_NOISE_MAX_BYTES) {
        return kill(noise, ASV_E_LIMIT);
    }
    size_t at = 0;
    size_t opened = 0;
    enum asv_status status = take_tokens(noise, message, &at);
    if (status == ASV_OK) {
        status = open_and_hash(noise, message + at, len - at, message + at, &opened);
    }
    if (status != ASV_OK) {
        return kill(noise, status);
    }
    payload->data = message + at;
    payload->len = opened;
    step_on(noise);
    return ASV_OK;
}

bool asv_noise_established(const struct asv_noise *noise)
{
    return noise->step == STEP_TRANSPORT;
}

/* P-026: before message 65,536, 131,072 and so on; never before the first. */
static void rekey_if_due(struct asv_noise_cipher *cipher)
{
    if (cipher->nonce != 0 && cipher->nonce % ASV_NOISE_REKEY_MESSAGES == 0) {
        rekey(cipher);
    }
}

enum asv_status asv_noise_encrypt(struct asv_noise *noise, const uint8_t *in, size_t len, uint8_t *out)
{
    if (!asv_noise_established(noise)) {
        return ASV_E_STATE;
    }
    if (len > ASV_NOISE_MAX_BYTES - ASV_AEAD_TAG_BYTES) {
        return ASV_E_LIMIT;
    }
    rekey_if_due(&noise->send);
    return cipher_seal(&noise->send, NULL, 0, in, len, out);
}

enum asv_status asv_noise_decrypt(struct asv_noise *noise, const uint8_t *in, size_t len, uint8_t *out)
{
    if (!asv_noise_established(noise)) {
        return ASV_E_STATE;
    }
    if (len < ASV_AEAD_TAG_BYTES) {
        return kill(noise, ASV_E_MALFORMED);
    }
    if (len > ASV_NOISE_MAX_BYTES) {
        return kill(noise, ASV_E_LIMIT);
    }
    rekey_if_due(&noise->receive);
    enum asv_status status = cipher_open(&noise->receive, NULL, 0, in, len, out);
    return status == ASV_OK ? ASV_OK : kill(noise, status);
}

void asv_noise_wipe(struct asv_noise *noise)
{
    asv_wipe(noise, sizeof *noise);
    noise->step = STEP_DEAD;
}
