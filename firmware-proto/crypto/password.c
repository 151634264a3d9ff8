/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/crypto/password.h"

#include <sodium.h>

_Static_assert(crypto_pwhash_argon2id_SALTBYTES == ASV_PASSWORD_SALT_BYTES, "the salt is Argon2's");

enum asv_status asv_password_key(uint8_t key[ASV_PASSWORD_KEY_BYTES], const void *passphrase, size_t len,
                                 const uint8_t salt[ASV_PASSWORD_SALT_BYTES], struct asv_password_cost cost)
{
    if (cost.passes < crypto_pwhash_argon2id_OPSLIMIT_MIN || cost.passes > ASV_PASSWORD_PASSES_MAX ||
        cost.memory_kib < ASV_PASSWORD_MEMORY_MIN_KIB || cost.memory_kib > ASV_PASSWORD_MEMORY_MAX_KIB) {
        return ASV_E_LIMIT;
    }
    size_t memory_bytes = (size_t)cost.memory_kib * 1024;
    int failed = crypto_pwhash_argon2id(key, ASV_PASSWORD_KEY_BYTES, passphrase, len, salt, cost.passes,
                                        memory_bytes, crypto_pwhash_argon2id_ALG_ARGON2ID13);
    return failed == 0 ? ASV_OK : ASV_E_NO_MEMORY;
}
