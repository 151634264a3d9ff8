/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/normal.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>
#include <unistr.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"

/* It is normal as it stands, and no copies are made of it that nobody wipes. */
static bool is_ascii(const uint8_t *bytes, size_t len)
{
    uint8_t all = 0;
    for (size_t i = 0; i < len; i++) {
        all |= bytes[i];
    }
    return all < 0x80;
}

enum asv_status asv_text_normal(const char *text, char **out, struct asv_err *err)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t len = strlen(text);
    size_t made_len = 0;
    *out = NULL;
    if (is_ascii(bytes, len) || u8_check(bytes, len) != NULL) {
        return ASV_OK;
    }
    asv_auto_free uint8_t *made =
        u8_normalize(UNINORM_NFC, bytes, len + 1, NULL, &made_len); /* its end, too */
    if (made == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (made_len == len + 1 && memcmp(made, bytes, made_len) == 0) {
        asv_wipe(made, made_len); /* it may be a password */
    } else {
        *out = (char *)asv_steal(&made);
    }
    return ASV_OK;
}
