/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/crypto/otp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "firmware-proto/base/bytes.h"

#define SHA1_BYTES 20

enum asv_status asv_otp_code(uint32_t *code, const void *key, size_t len, uint64_t counter, unsigned digits)
{
    uint8_t message[8];
    uint8_t mac[SHA1_BYTES];
    unsigned mac_len = sizeof mac;
    uint32_t modulus = 1;
    asv_store_be64(message, counter);
    if (len > INT32_MAX || HMAC(EVP_sha1(), key, (int)len, message, sizeof message, mac, &mac_len) == NULL ||
        mac_len != sizeof mac) {
        return ASV_E_INTERNAL;
    }
    for (unsigned i = 0; i < digits; i++) {
        modulus *= 10;
    }
    *code = (asv_load_be32(mac + (mac[SHA1_BYTES - 1] & 0x0f)) & 0x7fffffff) % modulus;
    return ASV_OK;
}
