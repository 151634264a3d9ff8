/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Keys as Bech32 (BIP 173): human-readable part, "1", data in 5-bit digits, a checksum of six. */
#include <string.h>

#include "firmware-proto/seal/age.h"

#define CHECKSUM_DIGITS 6
#define KEY_DIGITS      52 /* of 32 bytes */

static const char digits[33] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
static const char recipient_hrp[] = "age";
static const char identity_hrp[] = "age-secret-key-";

static uint32_t polymod_step(uint32_t sum, uint8_t value)
{
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++) {
        if (((top >> i) & 1) != 0) {
            sum ^= generator[i];
        }
    }
    return sum;
}

static uint32_t polymod(const char *hrp, const uint8_t *values, size_t len)
{
    uint32_t sum = 1;
    for (const char *c = hrp; *c != '\0'; c++) {
        sum = polymod_step(sum, (uint8_t)((uint8_t)*c >> 5));
    }
    sum = polymod_step(sum, 0);
    for (const char *c = hrp; *c != '\0'; c++) {
        sum = polymod_step(sum, (uint8_t)*c & 31);
    }
    for (size_t i = 0; i < len; i++) {
        sum = polymod_step(sum, values[i]);
    }
    return sum;
}

static char upper(char c)
{
    if (c < 'a' || c > 'z') {
        return c;
    }
    return (char)(c - 'a' + 'A');
}

static char lower(char c)
{
    if (c < 'A' || c > 'Z') {
        return c;
    }
    return (char)(c - 'A' + 'a');
}

/* Writes hrp, "1", the key's digits, the checksum and a NUL. */
static void encode(char *out, const char *hrp, const uint8_t key[ASV_X25519_BYTES], bool upper_case)
{
    uint8_t values[KEY_DIGITS + CHECKSUM_DIGITS] = {0};
    size_t at = strlen(hrp);

    for (size_t bit = 0; bit < ASV_X25519_BYTES * 8; bit++) {
        unsigned is_set = (key[bit / 8] >> (7 - bit % 8)) & 1u;
        values[bit / 5] = (uint8_t)(values[bit / 5] | is_set << (4 - bit % 5));
    }
    uint32_t sum = polymod(hrp, values, sizeof values) ^ 1;
    for (size_t i = 0; i < CHECKSUM_DIGITS; i++) {
        values[KEY_DIGITS + i] = (sum >> (5 * (CHECKSUM_DIGITS - 1 - i))) & 31;
    }
    memcpy(out, hrp, at);
    out[at++] = '1';
    for (size_t i = 0; i < sizeof values; i++) {
        out[at++] = digits[values[i]];
    }
    out[at] = '\0';
    for (char *c = out; upper_case && *c != '\0'; c++) {
        *c = upper(*c);
    }
    asv_wipe(values, sizeof values);
}

/* The digit's value in one case only; 32 for a character that is none. */
static uint8_t digit_value(char c)
{
    for (uint8_t i = 0; i < 32; i++) {
        if (digits[i] == c) {
            return i;
        }
    }
    return 32;
}

static bool one_case(const char *text, size_t len)
{
    bool any_upper = false;
    bool any_lower = false;
    for (size_t i = 0; i < len; i++) {
        any_upper = any_upper || (text[i] >= 'A' && text[i] <= 'Z');
        any_lower = any_lower || (text[i] >= 'a' && text[i] <= 'z');
    }
    return !(any_upper && any_lower);
}

static enum asv_status decode(uint8_t key[ASV_X25519_BYTES], const char *hrp, const char *text, size_t len)
{
    enum asv_status status = ASV_E_MALFORMED;
    size_t hrp_len = strlen(hrp);
    uint8_t values[KEY_DIGITS + CHECKSUM_DIGITS];
    uint8_t bytes[ASV_X25519_BYTES] = {0};

    if (len != hrp_len + 1 + sizeof values || !one_case(text, len) || text[hrp_len] != '1') {
        return ASV_E_MALFORMED;
    }
    for (size_t i = 0; i < hrp_len; i++) {
        if (lower(text[i]) != hrp[i]) {
            return ASV_E_MALFORMED;
        }
    }
    for (size_t i = 0; i < sizeof values; i++) {
        values[i] = digit_value(lower(text[hrp_len + 1 + i]));
        if (values[i] > 31) {
            goto out;
        }
    }
    /* 52 digits are 260 bits: the last four must be zero. */
    if (polymod(hrp, values, sizeof values) != 1 || (values[KEY_DIGITS - 1] & 15) != 0) {
        goto out;
    }
    for (size_t bit = 0; bit < ASV_X25519_BYTES * 8; bit++) {
        unsigned is_set = (values[bit / 5] >> (4 - bit % 5)) & 1u;
        bytes[bit / 8] = (uint8_t)(bytes[bit / 8] | is_set << (7 - bit % 8));
    }
    memcpy(key, bytes, sizeof bytes);
    status = ASV_OK;
out:
    asv_wipe(values, sizeof values);
    asv_wipe(bytes, sizeof bytes);
    return status;
}

void asv_age_recipient_encode(char out[ASV_AGE_RECIPIENT_TEXT_BYTES], const uint8_t pk[ASV_X25519_BYTES])
{
    encode(out, recipient_hrp, pk, false);
}

void asv_age_identity_encode(char out[ASV_AGE_IDENTITY_TEXT_BYTES], const uint8_t sk[ASV_X25519_BYTES])
{
    encode(out, identity_hrp, sk, true);
}

enum asv_status asv_age_recipient_decode(uint8_t pk[ASV_X25519_BYTES], const char *text, size_t len)
{
    if (len == 0 || text[0] != 'a') {
        return ASV_E_MALFORMED;
    }
    return decode(pk, recipient_hrp, text, len);
}

enum asv_status asv_age_identity_decode(uint8_t sk[ASV_X25519_BYTES], const char *text, size_t len)
{
    /* As age itself: identities in capitals, recipients in small letters. */
    if (len == 0 || text[0] != 'A') {
        return ASV_E_MALFORMED;
    }
    return decode(sk, identity_hrp, text, len);
}
