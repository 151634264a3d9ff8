/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/crypto/winzip.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#define ROUNDS      1000
#define KEY_BYTES   32
#define BLOCK_BYTES 16
#define SHA1_BYTES  20
#define PAD_BYTES   4096 /* of key stream at once */

struct asv_winzip {
    EVP_CIPHER_CTX *aes;
    EVP_MAC_CTX *mac;
    uint64_t counter; /* of the next block: little-endian, from 1, unlike any other counter mode's */
    size_t used;      /* of pad */
    uint8_t pad[PAD_BYTES];
};

static enum asv_status start(struct asv_winzip *zip, const uint8_t keys[2 * KEY_BYTES])
{
    char name[] = "SHA1";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                           OSSL_PARAM_construct_end()};
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    zip->mac = hmac != NULL ? EVP_MAC_CTX_new(hmac) : NULL;
    EVP_MAC_free(hmac);
    zip->aes = EVP_CIPHER_CTX_new();
    bool done = zip->mac != NULL && zip->aes != NULL &&
                EVP_EncryptInit_ex(zip->aes, EVP_aes_256_ecb(), NULL, keys, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(zip->aes, 0) == 1 &&
                EVP_MAC_init(zip->mac, keys + KEY_BYTES, KEY_BYTES, params) == 1;
    return done ? ASV_OK : ASV_E_INTERNAL;
}

enum asv_status asv_winzip_begin(struct asv_winzip **out, const char *passphrase,
                                 const uint8_t salt[ASV_WINZIP_SALT_BYTES],
                                 uint8_t verifier[ASV_WINZIP_VERIFIER_BYTES])
{
    uint8_t keys[2 * KEY_BYTES + ASV_WINZIP_VERIFIER_BYTES];
    struct asv_winzip *zip = OPENSSL_zalloc(sizeof *zip);
    if (zip == NULL) {
        return ASV_E_NO_MEMORY;
    }
    zip->counter = 1;
    zip->used = sizeof zip->pad;
    enum asv_status status = ASV_E_INTERNAL;
    if (PKCS5_PBKDF2_HMAC_SHA1(passphrase, (int)strlen(passphrase), salt, ASV_WINZIP_SALT_BYTES, ROUNDS,
                               (int)sizeof keys, keys) == 1) {
        status = start(zip, keys);
    }
    if (status == ASV_OK) {
        memcpy(verifier, keys + (size_t)2 * KEY_BYTES, ASV_WINZIP_VERIFIER_BYTES);
        *out = zip;
    } else {
        asv_winzip_free(zip);
    }
    OPENSSL_cleanse(keys, sizeof keys);
    return status;
}

static enum asv_status fill(struct asv_winzip *zip)
{
    int len = 0;
    memset(zip->pad, 0, sizeof zip->pad);
    for (size_t at = 0; at < sizeof zip->pad; at += BLOCK_BYTES, zip->counter++) {
        for (unsigned i = 0; i < sizeof zip->counter; i++) {
            zip->pad[at + i] = (uint8_t)(zip->counter >> (8 * i));
        }
    }
    zip->used = 0;
    return EVP_EncryptUpdate(zip->aes, zip->pad, &len, zip->pad, (int)sizeof zip->pad) == 1 &&
                   len == (int)sizeof zip->pad
               ? ASV_OK
               : ASV_E_INTERNAL;
}

enum asv_status asv_winzip_encrypt(struct asv_winzip *zip, uint8_t *data, size_t len)
{
    for (size_t at = 0; at < len;) {
        if (zip->used == sizeof zip->pad && fill(zip) != ASV_OK) {
            return ASV_E_INTERNAL;
        }
        size_t left = sizeof zip->pad - zip->used;
        size_t some = left < len - at ? left : len - at;
        const uint8_t *pad = zip->pad + zip->used;
        for (size_t i = 0; i < some; i++) {
            data[at + i] ^= pad[i];
        }
        at += some;
        zip->used += some;
    }
    return EVP_MAC_update(zip->mac, data, len) == 1 ? ASV_OK : ASV_E_INTERNAL;
}

enum asv_status asv_winzip_mac(struct asv_winzip *zip, uint8_t mac[ASV_WINZIP_MAC_BYTES])
{
    uint8_t whole[SHA1_BYTES];
    size_t len = 0;
    if (EVP_MAC_final(zip->mac, whole, &len, sizeof whole) != 1 || len != sizeof whole) {
        return ASV_E_INTERNAL;
    }
    memcpy(mac, whole, ASV_WINZIP_MAC_BYTES);
    return ASV_OK;
}

void asv_winzip_free(struct asv_winzip *zip)
{
    if (zip != NULL) {
        EVP_CIPHER_CTX_free(zip->aes);
        EVP_MAC_CTX_free(zip->mac);
        OPENSSL_clear_free(zip, sizeof *zip);
    }
}
