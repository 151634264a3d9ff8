/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/statement/client_data.h"

#include <string.h>

#include "firmware-proto/base/utf8.h"

/* The byte at the reader, 0 at its end: no JSON text has a 0. */
static uint8_t peek(const struct asv_reader *json)
{
    return json->at < json->len ? json->data[json->at] : 0;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static void skip_space(struct asv_reader *json)
{
    while (peek(json) == ' ' || peek(json) == '\t' || peek(json) == '\n' || peek(json) == '\r') {
        json->at++;
    }
}

/* Passes over text if it stands here. */
static bool take(struct asv_reader *json, const char *text)
{
    size_t len = strlen(text);
    bool there = asv_reader_left(json) >= len && memcmp(json->data + json->at, text, len) == 0;
    json->at += there ? len : 0;
    return there;
}

/* Passes over one of the escapes of RFC 8259, behind its backslash. */
static bool take_escape(struct asv_reader *json)
{
    uint8_t byte = peek(json);
    if (byte == 0 || strchr("\"\\/bfnrtu", byte) == NULL) {
        return false;
    }
    json->at++;
    if (byte != 'u') {
        return true;
    }
    for (int i = 0; i < 4; i++) {
        byte = peek(json);
        if (!is_digit(byte) && !(byte >= 'a' && byte <= 'f') && !(byte >= 'A' && byte <= 'F')) {
            return false;
        }
        json->at++;
    }
    return true;
}

/* A string, without its quotes. *plain says that it has no escapes. */
static bool take_string(struct asv_reader *json, struct asv_bytes *out, bool *plain)
{
    *plain = true;
    if (!take(json, "\"")) {
        return false;
    }
    size_t start = json->at;
    while (peek(json) != '"') {
        if (peek(json) < ' ') {
            return false;
        }
        bool escape = take(json, "\\");
        *plain = *plain && !escape;
        if (!escape) {
            json->at++;
        } else if (!take_escape(json)) {
            return false;
        }
    }
    *out = (struct asv_bytes){json->data + start, json->at - start};
    json->at++;
    return true;
}

static bool take_digits(struct asv_reader *json)
{
    size_t start = json->at;
    while (is_digit(peek(json))) {
        json->at++;
    }
    return json->at > start;
}

static bool take_number(struct asv_reader *json)
{
    (void)take(json, "-");
    if (!take(json, "0") && !take_digits(json)) {
        return false;
    }
    if (take(json, ".") && !take_digits(json)) {
        return false;
    }
    if (take(json, "e") || take(json, "E")) {
        (void)(take(json, "+") || take(json, "-"));
        return take_digits(json);
    }
    return true;
}

static enum asv_status take_value(struct asv_reader *json, unsigned depth);

/* An array, or an object inside a member: nobody looks at what it says. */
static enum asv_status take_nested(struct asv_reader *json, unsigned depth)
{
    bool object = peek(json) == '{';
    const char *end = object ? "}" : "]";
    struct asv_bytes name;
    bool plain;
    if (depth == ASV_CLIENT_DATA_DEPTH_MAX) {
        return ASV_E_LIMIT;
    }
    json->at++;
    skip_space(json);
    if (take(json, end)) {
        return ASV_OK;
    }
    do {
        skip_space(json);
        if (object) {
            bool named = take_string(json, &name, &plain);
            skip_space(json);
            if (!named || !take(json, ":")) {
                return ASV_E_MALFORMED;
            }
        }
        enum asv_status status = take_value(json, depth + 1);
        if (status != ASV_OK) {
            return status;
        }
    } while (take(json, ","));
    return take(json, end) ? ASV_OK : ASV_E_MALFORMED;
}

/* Any value, with the space around it. The depth is bounded, and so is the stack. */
static enum asv_status take_value(struct asv_reader *json, unsigned depth)
{
    enum asv_status status = ASV_OK;
    struct asv_bytes text;
    bool plain;
    skip_space(json);
    if (peek(json) == '{' || peek(json) == '[') {
        status = take_nested(json, depth);
    } else if (peek(json) == '"') {
        status = take_string(json, &text, &plain) ? ASV_OK : ASV_E_MALFORMED;
    } else if (!take(json, "true") && !take(json, "false") && !take(json, "null") && !take_number(json)) {
        status = ASV_E_MALFORMED;
    }
    skip_space(json);
    return status;
}

static bool is(struct asv_bytes text, const char *other)
{
    return text.len == strlen(other) && memcmp(text.data, other, text.len) == 0;
}

/* The value of one of the object's own members. */
static enum asv_status take_member(struct asv_reader *json, struct asv_bytes name,
                                   struct asv_client_data *out)
{
    struct asv_bytes *wanted = is(name, "type")        ? &out->type
                               : is(name, "challenge") ? &out->challenge
                               : is(name, "origin")    ? &out->origin
                                                       : NULL;
    bool plain = true;
    bool good = true;
    if (wanted == NULL && !is(name, "crossOrigin")) {
        return take_value(json, 0); /* ST-073 */
    }
    skip_space(json);
    if (wanted != NULL) {
        good = take_string(json, wanted, &plain) && plain;
    } else {
        out->cross_origin = take(json, "true");
        good = out->cross_origin || take(json, "false");
    }
    skip_space(json);
    return good ? ASV_OK : ASV_E_MALFORMED;
}

static bool stands_in(const struct asv_bytes *names, size_t count, struct asv_bytes name)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i].len == name.len && memcmp(names[i].data, name.data, name.len) == 0) {
            return true;
        }
    }
    return false;
}

/* The object's members, behind its brace; each name once and without escapes (ST-072). */
static enum asv_status take_members(struct asv_reader *json, struct asv_client_data *out)
{
    struct asv_bytes names[ASV_CLIENT_DATA_MEMBERS_MAX];
    size_t count = 0;
    bool plain;
    do {
        if (count == ASV_CLIENT_DATA_MEMBERS_MAX) {
            return ASV_E_LIMIT;
        }
        skip_space(json);
        if (!take_string(json, &names[count], &plain) || !plain || stands_in(names, count, names[count])) {
            return ASV_E_MALFORMED;
        }
        skip_space(json);
        if (!take(json, ":")) {
            return ASV_E_MALFORMED;
        }
        enum asv_status status = take_member(json, names[count++], out);
        if (status != ASV_OK) {
            return status;
        }
    } while (take(json, ","));
    return take(json, "}") ? ASV_OK : ASV_E_MALFORMED;
}

enum asv_status asv_client_data_read(struct asv_client_data *out, struct asv_bytes json)
{
    struct asv_client_data data = {0};
    struct asv_reader reader;
    if (!asv_utf8_is_valid(json)) { /* ST-071 */
        return ASV_E_MALFORMED;
    }
    asv_reader_init(&reader, json.data, json.len);
    skip_space(&reader);
    if (!take(&reader, "{")) {
        return ASV_E_MALFORMED;
    }
    enum asv_status status = take_members(&reader, &data);
    skip_space(&reader);
    if (status == ASV_OK && (asv_reader_left(&reader) != 0 || data.type.data == NULL ||
                             data.challenge.data == NULL || data.origin.data == NULL)) {
        status = ASV_E_MALFORMED; /* ST-071 */
    }
    if (status == ASV_OK) {
        *out = data;
    }
    return status;
}
