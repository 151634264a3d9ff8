/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/normal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>
#include <unistr.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"

enum asv_status asv_text_normal(const char *text, char **out, struct asv_err *err)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t len = strlen(text);
    size_t made_len = 0;
    *out = NULL;
    if (u8_check(bytes, len) != NULL) {
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
