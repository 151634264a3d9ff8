/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/crypto/ecdsa.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#define UNCOMPRESSED 0x04

/* The key as libcrypto's; *out is the caller's. */
static enum asv_status load(EVP_PKEY **out, const uint8_t pk[ASV_P256_PK_BYTES])
{
    uint8_t point[1 + ASV_P256_PK_BYTES] = {UNCOMPRESSED};
    char group[] = "prime256v1";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    memcpy(point + 1, pk, ASV_P256_PK_BYTES);
    /* No configuration file has a say in what verifies, and a sandboxed process could not read it. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1) {
        EVP_PKEY_CTX_free(ctx);
        return ASV_E_NO_MEMORY;
    }
    int loaded = EVP_PKEY_fromdata(ctx, out, EVP_PKEY_PUBLIC_KEY, params); /* looks whether it is a point */
    EVP_PKEY_CTX_free(ctx);
    return loaded == 1 ? ASV_OK : ASV_E_MALFORMED;
}

enum asv_status asv_p256_check(const uint8_t pk[ASV_P256_PK_BYTES])
{
    EVP_PKEY *key = NULL;
    enum asv_status status = load(&key, pk);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return status;
}

enum asv_status asv_p256_verify(const uint8_t pk[ASV_P256_PK_BYTES], const uint8_t digest[ASV_SHA256_BYTES],
                                const uint8_t *sig, size_t len)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = NULL;
    enum asv_status status = load(&key, pk);
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
