/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/filing_rules.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/base/utf8.h"

#define FORMAT_MIN 2
#define FORMAT_MAX 5

static const struct asv_filing_limits table[] = {
    {0, 1000, 200000000, false},
    {20250730, 1000, 200000000, true},
};

/* PK-052 */
const struct asv_filing_limits *asv_filing_limits_of(uint32_t date)
{
    const struct asv_filing_limits *found = &table[0];
    for (size_t i = 1; i < sizeof table / sizeof *table; i++) {
        if (date >= table[i].from) {
            found = &table[i];
        }
    }
    return found;
}

/* ---- names ---- */

static bool is_digit_or_letter(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_german(uint32_t c)
{
    static const uint32_t others[] = {0xc4, 0xd6, 0xdc, 0xe4, 0xf6, 0xfc, 0xdf}; /* Ä Ö Ü ä ö ü ß */
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (c == others[i]) {
            return true;
        }
    }
    return is_digit_or_letter(c);
}

static bool is_format(const char *format, size_t len)
{
    static const char *const archives[] = {"zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz", "zst"};
    if (len < FORMAT_MIN || len > FORMAT_MAX) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_digit_or_letter((uint8_t)format[i]) || (format[i] >= 'A' && format[i] <= 'Z')) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof archives / sizeof *archives; i++) {
        if (strlen(archives[i]) == len && memcmp(archives[i], format, len) == 0) {
            return false;
        }
    }
    return true;
}

/* At most `chars` characters of the title, as they may be; the bytes in out. */
static size_t put_title(char *out, struct asv_bytes title, size_t chars)
{
    size_t len = 0;
    size_t at = 0;
    bool between = false; /* something was left out since the last character */
    while (at < title.len) {
        size_t begin = at;
        uint32_t c = 0;
        if (!asv_utf8_next(title, &at, &c)) {
            at++;
        }
        if (!is_german(c) && c != '-') {
            between = true;
            continue;
        }
        size_t need = between && len > 0 ? 2 : 1;
        if (need > chars) {
            break;
        }
        if (need == 2) {
            out[len++] = '_';
        }
        memcpy(out + len, title.data + begin, at - begin);
        len += at - begin;
        chars -= need;
        between = false;
    }
    return len;
}

/* PK-050 */
enum asv_status asv_filing_name(char out[ASV_FILING_NAME_BYTES], const char *title,
                                const uint8_t uuid[ASV_UUID_BYTES], const char *format)
{
    char id[ASV_UUID_TEXT_BYTES];
    char made[ASV_FILING_NAME_BYTES];
    size_t format_len = strlen(format);
    if (!is_format(format, format_len)) {
        return ASV_E_USAGE;
    }
    size_t behind = 1 + (ASV_UUID_TEXT_BYTES - 1) + 1 + format_len + sizeof ASV_FILING_SIGNATURE - 1;
    size_t len = put_title(made, (struct asv_bytes){(const uint8_t *)title, strlen(title)},
                           ASV_FILING_NAME_CHARS - behind);
    if (len == 0) {
        return ASV_E_USAGE;
    }
    asv_uuid_format(id, uuid);
    snprintf(made + len, sizeof made - len, "_%s.%s", id, format);
    memcpy(out, made, strlen(made) + 1);
    return ASV_OK;
}

/* The characters in front of the first dot are allowed; how many there are in all is in *chars. */
static bool is_title(struct asv_bytes name, size_t *chars)
{
    size_t at = 0;
    bool good = true;
    bool dotted = false;
    for (*chars = 0; at < name.len; (*chars)++) {
        uint32_t c = 0;
        if (!asv_utf8_next(name, &at, &c)) {
            return false;
        }
        dotted = dotted || c == '.';
        good = good && (dotted || is_german(c) || c == '-' || c == '_');
    }
    return good;
}

/* PK-050 */
bool asv_filing_name_is_good(const char *name)
{
    uint8_t uuid[ASV_UUID_BYTES];
    char id[ASV_UUID_TEXT_BYTES] = "";
    size_t chars = 0;
    size_t len = strlen(name);
    const char *dot = strchr(name, '.');
    if (strcmp(name, ASV_FILING_MESSAGE) == 0) {
        return true;
    }
    if (dot == NULL || len >= ASV_FILING_NAME_BYTES ||
        !is_title((struct asv_bytes){(const uint8_t *)name, len}, &chars) || chars > ASV_FILING_NAME_CHARS) {
        return false;
    }
    size_t title = (size_t)(dot - name);
    size_t id_len = sizeof id - 1;
    if (title < id_len + 2 || name[title - id_len - 1] != '_') {
        return false;
    }
    memcpy(id, dot - id_len, id_len);
    const char *second = strchr(dot + 1, '.');
    size_t format = second != NULL ? (size_t)(second - dot) - 1 : strlen(dot + 1);
    return asv_uuid_parse(uuid, id) == ASV_OK && is_format(dot + 1, format) &&
           (second == NULL || strcmp(second, ASV_FILING_SIGNATURE) == 0);
}
