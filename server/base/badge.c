/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/badge.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/base/io.h"

/* Two purposes of one secret. */
static void pseudonym(uint8_t out[ASV_SHA256_BYTES], const uint8_t *secret, const char *purpose,
                      const char *number)
{
    uint8_t key[ASV_SHA256_BYTES];
    asv_hmac_sha256(key, secret, ASV_BADGE_SECRET_BYTES, purpose, strlen(purpose));
    asv_hmac_sha256(out, key, sizeof key, number, strlen(number));
    asv_wipe(key, sizeof key);
}

void asv_badge_of(struct asv_badge *out, const uint8_t secret[ASV_BADGE_SECRET_BYTES], const char *number)
{
    uint8_t person[ASV_SHA256_BYTES];
    pseudonym(out->pseudonym, secret, "badge", number);
    pseudonym(person, secret, "person", number);
    memcpy(out->person, person, sizeof out->person);
}

enum asv_status asv_badge_secret_read(int dir, uint8_t out[ASV_BADGE_SECRET_BYTES], struct asv_err *err)
{
    uint8_t secret[ASV_BADGE_SECRET_BYTES];
    size_t len = 0;
    enum asv_status status = asv_io_read_file(dir, ASV_BADGE_SECRET_FILE, secret, sizeof secret, &len, err);
    if (status == ASV_OK && len != sizeof secret) {
        status = asv_fail(err, ASV_E_MALFORMED, ASV_BADGE_SECRET_FILE ": not the 32 bytes that init wrote");
    }
    if (status == ASV_OK) {
        memcpy(out, secret, sizeof secret);
    }
    asv_wipe(secret, sizeof secret);
    return status;
}
