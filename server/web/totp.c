/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/totp.h"

#include <qrencode.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/crypto/otp.h"

#define STEP_MS 30000
#define SKEW    1
#define QR_MOST 177 /* modules of the largest */

/* */
uint64_t asv_totp_step(const uint8_t key[ASV_TOTP_KEY_BYTES], const char *text, int64_t now_ms,
                       uint64_t after)
{
    char given[ASV_TOTP_DIGITS + 1] = "";
    uint64_t now = now_ms > STEP_MS ? (uint64_t)now_ms / STEP_MS : 1;
    uint64_t found = 0;
    bool right_length = strlen(text) == ASV_TOTP_DIGITS;
    snprintf(given, sizeof given, "%s", text);
    for (uint64_t step = now - SKEW; step <= now + SKEW; step++) {
        uint32_t code = 0;
        char want[16];
        if (asv_otp_code(&code, key, ASV_TOTP_KEY_BYTES, step, ASV_TOTP_DIGITS) != ASV_OK) {
            return 0;
        }
        snprintf(want, sizeof want, "%06u", (unsigned)code);
        bool same = asv_equal(want, given, ASV_TOTP_DIGITS);
        found = same && right_length && step > after && found == 0 ? step : found;
    }
    return found;
}

void asv_totp_base32(char out[ASV_TOTP_BASE32_BYTES], const uint8_t key[ASV_TOTP_KEY_BYTES])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t bits = 0;
    unsigned count = 0;
    size_t used = 0;
    for (size_t i = 0; i < ASV_TOTP_BASE32_BYTES - 1; i++) {
        if (count < 5) {
            bits = bits << 8 | key[used++];
            count += 8;
        }
        count -= 5;
        out[i] = alphabet[bits >> count & 0x1f];
    }
    out[ASV_TOTP_BASE32_BYTES - 1] = '\0';
}

/* RFC 3986: what is not unreserved is escaped. */
static bool add_escaped(char out[ASV_TOTP_URI_BYTES], const char *text)
{
    size_t len = strlen(out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     strchr("-._~", c) != NULL;
        int more = snprintf(out + len, ASV_TOTP_URI_BYTES - len, plain ? "%c" : "%%%02X", c);
        if (more < 0 || len + (size_t)more >= ASV_TOTP_URI_BYTES) {
            return false;
        }
        len += (size_t)more;
    }
    return true;
}

bool asv_totp_uri(char out[ASV_TOTP_URI_BYTES], const uint8_t key[ASV_TOTP_KEY_BYTES], const char *issuer,
                  const char *account)
{
    char secret[ASV_TOTP_BASE32_BYTES];
    asv_totp_base32(secret, key);
    snprintf(out, ASV_TOTP_URI_BYTES, "otpauth://totp/");
    bool good = add_escaped(out, issuer);
    size_t len = strlen(out);
    snprintf(out + len, ASV_TOTP_URI_BYTES - len, ":");
    good = good && add_escaped(out, account);
    len = strlen(out);
    int more = snprintf(out + len, ASV_TOTP_URI_BYTES - len, "?secret=%s&issuer=", secret);
    asv_wipe(secret, sizeof secret);
    return good && more > 0 && len + (size_t)more < ASV_TOTP_URI_BYTES && add_escaped(out, issuer);
}

json_t *asv_totp_qr(const char *text)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    json_t *rows = json_array();
    bool good = code != NULL && rows != NULL && code->width <= QR_MOST;
    for (int y = 0; good && y < code->width; y++) {
        char row[QR_MOST + 1];
        for (int x = 0; x < code->width; x++) {
            row[x] = (code->data[y * code->width + x] & 1) != 0 ? '1' : '0';
        }
        good = json_array_append_new(rows, json_stringn(row, (size_t)code->width)) == 0;
    }
    QRcode_free(code);
    if (!good) {
        json_decref(rows);
        return NULL;
    }
    return rows;
}
