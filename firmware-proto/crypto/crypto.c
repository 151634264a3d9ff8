/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* OpenSSL's SHA256_* are deprecated in favour of EVP, whose contexts live on the heap. They run the same
 * assembly, and a digest here must not allocate. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "firmware-proto/crypto/crypto.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct asv_sha256), "asv_sha256 holds OpenSSL's state");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(struct asv_sha256), "and aligns it");

#define MAX_PURPOSE_BYTES 40

enum asv_status asv_crypto_init(void)
{
    return sodium_init() < 0 ? ASV_E_INTERNAL : ASV_OK;
}

void asv_sha256_init(struct asv_sha256 *state)
{
    SHA256_Init((SHA256_CTX *)state->opaque);
}

void asv_sha256_update(struct asv_sha256 *state, const void *data, size_t len)
{
    SHA256_Update((SHA256_CTX *)state->opaque, data, len);
}

void asv_sha256_final(struct asv_sha256 *state, uint8_t out[ASV_SHA256_BYTES])
{
    SHA256_Final(out, (SHA256_CTX *)state->opaque);
}

void asv_sha256(uint8_t out[ASV_SHA256_BYTES], const void *data, size_t len)
{
    struct asv_sha256 state;
    asv_sha256_init(&state);
    asv_sha256_update(&state, data, len);
    asv_sha256_final(&state, out);
}

#define HMAC_BLOCK_BYTES 64

/* Not libsodium's: the disclosure tree takes it over every chunk, and OpenSSL's SHA-256 is seven times as
 * fast. */
void asv_hmac_sha256(uint8_t out[ASV_SHA256_BYTES], const void *key, size_t key_len, const void *data,
                     size_t len)
{
    uint8_t pad[HMAC_BLOCK_BYTES] = {0};
    uint8_t inner[ASV_SHA256_BYTES];
    struct asv_sha256 state;

    if (key_len > sizeof pad) {
        asv_sha256(pad, key, key_len);
    } else if (key_len > 0) {
        memcpy(pad, key, key_len);
    }
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36;
    }
    asv_sha256_init(&state);
    asv_sha256_update(&state, pad, sizeof pad);
    asv_sha256_update(&state, data, len);
    asv_sha256_final(&state, inner);
    for (size_t i = 0; i < sizeof pad; i++) {
        pad[i] ^= 0x36 ^ 0x5c;
    }
    asv_sha256_init(&state);
    asv_sha256_update(&state, pad, sizeof pad);
    asv_sha256_update(&state, inner, sizeof inner);
    asv_sha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
    sodium_memzero(pad, sizeof pad);
    sodium_memzero(inner, sizeof inner);
}

void asv_hkdf_sha256(uint8_t out[ASV_SHA256_BYTES], const void *ikm, size_t ikm_len, const void *salt,
                     size_t salt_len, const void *info, size_t info_len)
{
    static const uint8_t no_salt[ASV_SHA256_BYTES];
    static const uint8_t block = 1; /* one block of output is all this project ever needs */
    uint8_t prk[ASV_SHA256_BYTES];
    crypto_auth_hmacsha256_state state;

    asv_hmac_sha256(prk, salt_len == 0 ? no_salt : salt, salt_len == 0 ? sizeof no_salt : salt_len, ikm,
                    ikm_len);
    crypto_auth_hmacsha256_init(&state, prk, sizeof prk);
    crypto_auth_hmacsha256_update(&state, info, info_len);
    crypto_auth_hmacsha256_update(&state, &block, 1);
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
    sodium_memzero(prk, sizeof prk);
}

const char *asv_purpose_text(enum asv_purpose purpose)
{
    static const char *const texts[ASV_PURPOSE_COUNT] = {
        [ASV_PURPOSE_CERTIFICATE] = "asservat/v1/certificate",
        [ASV_PURPOSE_REVOCATIONS] = "asservat/v1/revocations",
        [ASV_PURPOSE_BULLETIN] = "asservat/v1/bulletin",
        [ASV_PURPOSE_ENROLMENT] = "asservat/v1/enrolment",
        [ASV_PURPOSE_HEADER] = "asservat/v1/seal-header",
        [ASV_PURPOSE_CHECKPOINT] = "asservat/v1/seal-checkpoint",
        [ASV_PURPOSE_END] = "asservat/v1/seal-end",
        [ASV_PURPOSE_LINK] = "asservat/v1/link",
        [ASV_PURPOSE_DEVICE_LOG] = "asservat/v1/device-log",
        [ASV_PURPOSE_RECEIPT] = "asservat/v1/receipt",
        [ASV_PURPOSE_DESTRUCTION] = "asservat/v1/destruction",
        [ASV_PURPOSE_ERASURE] = "asservat/v1/erasure",
        [ASV_PURPOSE_CONFIGURATION] = "asservat/v1/configuration",
        [ASV_PURPOSE_ASSIGNMENT] = "asservat/v1/assignment",
        [ASV_PURPOSE_COMMIT] = "asservat/v1/commit",
        [ASV_PURPOSE_STATEMENT] = "asservat/v1/statement",
        [ASV_PURPOSE_DAY_END] = "asservat/v1/day-end",
        [ASV_PURPOSE_RULING] = "asservat/v1/ruling",
        [ASV_PURPOSE_INVENTORY] = "asservat/v1/inventory",
    };
    return texts[purpose];
}

void asv_ed25519_from_seed(uint8_t pk[ASV_ED25519_PK_BYTES], uint8_t sk[ASV_ED25519_SK_BYTES],
                           const uint8_t seed[ASV_ED25519_SEED_BYTES])
{
    crypto_sign_seed_keypair(pk, sk, seed);
}

void asv_ed25519_sign(uint8_t sig[ASV_ED25519_SIG_BYTES], const void *message, size_t len,
                      const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    crypto_sign_detached(sig, NULL, message, len, sk);
}

enum asv_status asv_ed25519_verify(const uint8_t sig[ASV_ED25519_SIG_BYTES], const void *message, size_t len,
                                   const uint8_t pk[ASV_ED25519_PK_BYTES])
{
    return crypto_sign_verify_detached(sig, message, len, pk) == 0 ? ASV_OK : ASV_E_SIGNATURE;
}

/* purpose text, 0x00, SHA-256(body) */
static size_t message(uint8_t out[MAX_PURPOSE_BYTES + 1 + ASV_SHA256_BYTES], enum asv_purpose purpose,
                      const void *body, size_t len)
{
    const char *text = asv_purpose_text(purpose);
    size_t text_len = strlen(text) + 1; /* the NUL is the separator */
    memcpy(out, text, text_len);
    asv_sha256(out + text_len, body, len);
    return text_len + ASV_SHA256_BYTES;
}

void asv_purpose_digest(uint8_t out[ASV_SHA256_BYTES], enum asv_purpose purpose, const void *body, size_t len)
{
    uint8_t text[MAX_PURPOSE_BYTES + 1 + ASV_SHA256_BYTES];
    asv_sha256(out, text, message(text, purpose, body, len));
}

void asv_sign(uint8_t sig[ASV_ED25519_SIG_BYTES], enum asv_purpose purpose, const void *body, size_t len,
              const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    uint8_t text[MAX_PURPOSE_BYTES + 1 + ASV_SHA256_BYTES];
    asv_ed25519_sign(sig, text, message(text, purpose, body, len), sk);
}

enum asv_status asv_verify(const uint8_t sig[ASV_ED25519_SIG_BYTES], enum asv_purpose purpose,
                           const void *body, size_t len, const uint8_t pk[ASV_ED25519_PK_BYTES])
{
    uint8_t text[MAX_PURPOSE_BYTES + 1 + ASV_SHA256_BYTES];
    return asv_ed25519_verify(sig, text, message(text, purpose, body, len), pk);
}

void asv_x25519_public(uint8_t pk[ASV_X25519_BYTES], const uint8_t sk[ASV_X25519_BYTES])
{
    crypto_scalarmult_base(pk, sk);
}

enum asv_status asv_x25519(uint8_t shared[ASV_X25519_BYTES], const uint8_t sk[ASV_X25519_BYTES],
                           const uint8_t pk[ASV_X25519_BYTES])
{
    return crypto_scalarmult(shared, sk, pk) == 0 ? ASV_OK : ASV_E_MISMATCH;
}

void asv_aead_seal(uint8_t *out, const uint8_t *in, size_t len, const void *ad, size_t ad_len,
                   const uint8_t nonce[ASV_AEAD_NONCE_BYTES], const uint8_t key[ASV_AEAD_KEY_BYTES])
{
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, in, len, ad, ad_len, NULL, nonce, key);
}

enum asv_status asv_aead_open(uint8_t *out, const uint8_t *in, size_t len, const void *ad, size_t ad_len,
                              const uint8_t nonce[ASV_AEAD_NONCE_BYTES],
                              const uint8_t key[ASV_AEAD_KEY_BYTES])
{
    if (len < ASV_AEAD_TAG_BYTES) {
        return ASV_E_MALFORMED;
    }
    int failed = crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, in, len, ad, ad_len, nonce, key);
    return failed == 0 ? ASV_OK : ASV_E_DIGEST;
}

void asv_wipe(void *data, size_t len)
{
    sodium_memzero(data, len);
}

bool asv_equal(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}
