/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "firmware-proto/crypto/crypto.h"

/* Whether ctx is about to open something with this tag. */
static bool begin(EVP_CIPHER_CTX *ctx, const uint8_t tag[ASV_AEAD_TAG_BYTES],
                  const uint8_t nonce[ASV_AEAD_NONCE_BYTES], const uint8_t key[ASV_AEAD_KEY_BYTES])
{
    uint8_t own[ASV_AEAD_TAG_BYTES]; /* it is not taken as const */
    memcpy(own, tag, sizeof own);
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    return ctx != NULL && EVP_DecryptInit_ex(ctx, EVP_chacha20_poly1305(), NULL, key, nonce) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof own, own) == 1;
}

enum asv_status asv_aead_open_bulk(uint8_t *out, const uint8_t *in, size_t len,
                                   const uint8_t nonce[ASV_AEAD_NONCE_BYTES],
                                   const uint8_t key[ASV_AEAD_KEY_BYTES])
{
    if (len < ASV_AEAD_TAG_BYTES) {
        return ASV_E_MALFORMED;
    }
    size_t text = len - ASV_AEAD_TAG_BYTES;
    int some = 0, end = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (text > INT_MAX || !begin(ctx, in + text, nonce, key)) {
        EVP_CIPHER_CTX_free(ctx);
        return asv_aead_open(out, in, len, NULL, 0, nonce, key); /* that takes no memory */
    }
    bool opens = EVP_DecryptUpdate(ctx, out, &some, in, (int)text) == 1 &&
                 EVP_DecryptFinal_ex(ctx, out + text, &end) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!opens) {
        asv_wipe(out, text);
    }
    return opens ? ASV_OK : ASV_E_DIGEST;
}
