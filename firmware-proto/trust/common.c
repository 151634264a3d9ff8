/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/common.h"

#include <string.h>

bool asv_date_exists(uint32_t date)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t year = date / 10000;
    uint32_t month = date / 100 % 100;
    uint32_t day = date % 100;
    if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] || (leap && month == 2 && day == 29);
}

void asv_key_id(uint8_t out[ASV_KEY_ID_BYTES], const uint8_t pk[ASV_X25519_BYTES])
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_sha256(digest, pk, ASV_X25519_BYTES);
    memcpy(out, digest, ASV_KEY_ID_BYTES);
}

void asv_key_digest(uint8_t out[ASV_SHA256_BYTES], const uint8_t pk[ASV_ED25519_PK_BYTES])
{
    asv_sha256(out, pk, ASV_ED25519_PK_BYTES);
}

enum asv_status asv_number_check(uint64_t held_number, const uint8_t *held_digest, uint64_t offered_number,
                                 const uint8_t offered_digest[ASV_SHA256_BYTES], struct asv_err *err)
{
    if (held_digest == NULL || offered_number > held_number) {
        return ASV_OK;
    }
    if (offered_number < held_number) {
        return asv_fail_at(err, ASV_E_EXPIRED, "replaced by number", held_number);
    }
    if (!asv_equal(held_digest, offered_digest, ASV_SHA256_BYTES)) {
        return asv_fail_at(err, ASV_E_MISMATCH, "another object was signed under number", held_number);
    }
    return asv_fail_at(err, ASV_E_EXISTS, "held already: number", held_number);
}
