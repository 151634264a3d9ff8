/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/crypto/ecdsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <string.h>

#include "firmware-proto/crypto/ecdsa_internal.h"

#define UNCOMPRESSED 0x04
#define SECURE_BYTES 65536 /* for one private key at a time, many times over */
#define SECURE_PIECE 32

/* No configuration file has a say in what verifies, and a sandboxed process could not read it. */
static void no_configuration(void)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

/* The key as libcrypto's; *out is the caller's. secret NULL: the public key alone. */
static enum asv_status load(EVP_PKEY **out, const uint8_t pk[ASV_P256_PK_BYTES], const BIGNUM *secret)
{
    uint8_t point[1 + ASV_P256_PK_BYTES] = {UNCOMPRESSED};
    uint8_t number[ASV_P256_SK_BYTES] = {0};
    char group[] = "prime256v1";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
        OSSL_PARAM_construct_end(),
    };
    memcpy(point + 1, pk, ASV_P256_PK_BYTES);
    if (secret != NULL) { /* a number is in this machine's order of bytes */
        (void)BN_bn2nativepad(secret, number, sizeof number);
        params[2] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, number, sizeof number);
    }
    no_configuration();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    int loaded = ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 ? 1 : -1;
    if (loaded == 1) { /* looks whether it is a point */
        loaded = EVP_PKEY_fromdata(ctx, out, secret != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params);
        loaded = loaded == 1 ? 1 : 0;
    }
    EVP_PKEY_CTX_free(ctx);
    OPENSSL_cleanse(number, sizeof number);
    return loaded == 1 ? ASV_OK : loaded == 0 ? ASV_E_MALFORMED : ASV_E_NO_MEMORY;
}

enum asv_status asv_p256_check(const uint8_t pk[ASV_P256_PK_BYTES])
{
    EVP_PKEY *key = NULL;
    enum asv_status status = load(&key, pk, NULL);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return status;
}

enum asv_status asv_p256_verify(const uint8_t pk[ASV_P256_PK_BYTES], const uint8_t digest[ASV_SHA256_BYTES],
                                const uint8_t *sig, size_t len)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = NULL;
    enum asv_status status = load(&key, pk, NULL);
    if (status == ASV_OK) {
        ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
        status = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 ? ASV_OK : ASV_E_NO_MEMORY;
    }
    if (status == ASV_OK && EVP_PKEY_verify(ctx, sig, len, digest, ASV_SHA256_BYTES) != 1) {
        status = ASV_E_SIGNATURE;
    }
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return status;
}

/* ---- private keys ---- */

/* 1 <= secret < n, in constant time for all that follows. ASV_E_MALFORMED. */
static enum asv_status read_secret(BIGNUM **out, const EC_GROUP *group, const uint8_t sk[ASV_P256_SK_BYTES])
{
    BIGNUM *secret = BN_secure_new();
    if (secret == NULL || BN_bin2bn(sk, ASV_P256_SK_BYTES, secret) == NULL) {
        BN_clear_free(secret);
        return ASV_E_NO_MEMORY;
    }
    if (BN_is_zero(secret) || BN_cmp(secret, EC_GROUP_get0_order(group)) >= 0) {
        BN_clear_free(secret);
        return ASV_E_MALFORMED;
    }
    BN_set_flags(secret, BN_FLG_CONSTTIME);
    *out = secret;
    return ASV_OK;
}

static enum asv_status multiply(const EC_GROUP *group, const BIGNUM *secret, uint8_t pk[ASV_P256_PK_BYTES])
{
    uint8_t data[1 + ASV_P256_PK_BYTES];
    EC_POINT *point = EC_POINT_new(group);
    bool made = point != NULL && EC_POINT_mul(group, point, secret, NULL, NULL, NULL) == 1 &&
                EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, data, sizeof data, NULL) ==
                    sizeof data;
    EC_POINT_clear_free(point);
    if (made) {
        memcpy(pk, data + 1, ASV_P256_PK_BYTES);
    }
    return made ? ASV_OK : ASV_E_NO_MEMORY;
}

/* Both halves; *secret is the caller's. */
static enum asv_status read_pair(BIGNUM **secret, uint8_t pk[ASV_P256_PK_BYTES],
                                 const uint8_t sk[ASV_P256_SK_BYTES])
{
    no_configuration();
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    enum asv_status status = group != NULL ? read_secret(secret, group, sk) : ASV_E_NO_MEMORY;
    if (status == ASV_OK) {
        status = multiply(group, *secret, pk);
    }
    EC_GROUP_free(group);
    return status;
}

enum asv_status asv_p256_public(uint8_t pk[ASV_P256_PK_BYTES], const uint8_t sk[ASV_P256_SK_BYTES])
{
    BIGNUM *secret = NULL;
    enum asv_status status = read_pair(&secret, pk, sk);
    BN_clear_free(secret);
    ERR_clear_error();
    return status;
}

enum asv_status asv_p256_load(EVP_PKEY **out, const uint8_t sk[ASV_P256_SK_BYTES])
{
    uint8_t pk[ASV_P256_PK_BYTES];
    BIGNUM *secret = NULL;
    enum asv_status status = read_pair(&secret, pk, sk);
    if (status == ASV_OK) {
        status = load(out, pk, secret);
    }
    BN_clear_free(secret);
    return status;
}

enum asv_status asv_p256_sign(uint8_t sig[ASV_P256_SIG_MAX_BYTES], size_t *len,
                              const uint8_t sk[ASV_P256_SK_BYTES], const uint8_t digest[ASV_SHA256_BYTES])
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = NULL;
    size_t made = ASV_P256_SIG_MAX_BYTES;
    enum asv_status status = asv_p256_load(&key, sk);
    if (status == ASV_OK) {
        ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
        status = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
                         EVP_PKEY_sign(ctx, sig, &made, digest, ASV_SHA256_BYTES) == 1
                     ? ASV_OK
                     : ASV_E_NO_MEMORY;
    }
    if (status == ASV_OK) {
        *len = made;
    }
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return status;
}

enum asv_status asv_p256_lock_memory(void)
{
    no_configuration();
    /* 2: what was asked for is there, but cannot be locked. */
    return CRYPTO_secure_malloc_initialized() == 1 ||
                   CRYPTO_secure_malloc_init(SECURE_BYTES, SECURE_PIECE) == 1
               ? ASV_OK
               : ASV_E_NO_MEMORY;
}
