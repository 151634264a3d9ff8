/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/fields.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/seal/base64.h"
#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/hex.h"
#include "server/base/normal.h"
#include "server/base/uuid.h"
#include "server/statement/text.h"

#define HASH_BYTES  32
#define DAY_MS      (INT64_C(24) * 3600 * 1000)
#define BYTES_MAX   98304 /* of one value in base64url */
#define VALUE_BYTES 2048  /* of one in a query: a target has no more */

/* clang-format off */
const struct asv_http_problem asv_web_not_json = {
    400, "not-json", "Not JSON", "Kein JSON",
    "the body is not one JSON object, or has a member twice, or is nested too deeply",
    "der Inhalt ist kein JSON-Objekt, nennt etwas doppelt oder ist zu tief geschachtelt", "body"};
const struct asv_http_problem asv_web_bad_query = {
    400, "bad-query", "Invalid query", "Ungültige Abfrage",
    "the query is not name=value&name=value in percent-encoded UTF-8",
    "die Abfrage ist nicht Name=Wert&Name=Wert in prozentkodiertem UTF-8", "query"};
const struct asv_http_problem asv_web_unknown_field = {
    400, "unknown-field", "Unknown field", "Unbekanntes Feld",
    "something is named that this path does not know",
    "es ist etwas genannt, das dieser Pfad nicht kennt", "body"};
const struct asv_http_problem asv_web_missing_field = {
    400, "missing-field", "Field missing", "Feld fehlt",
    "this field has to be given",
    "dieses Feld muss angegeben werden", "body"};
const struct asv_http_problem asv_web_bad_field = {
    400, "bad-field", "Invalid field", "Ungültiges Feld",
    "this field is not of its form, or outside its limits",
    "dieses Feld hat nicht seine Form oder liegt außerhalb seiner Grenzen", "body"};
const struct asv_http_problem asv_web_doubled_field = {
    400, "doubled-field", "Field given twice", "Feld doppelt",
    "this field is given twice",
    "dieses Feld ist doppelt angegeben", "query"};
/* clang-format on */

static bool is_fault(struct asv_web_fault *fault, const struct asv_http_problem *problem, const char *field)
{
    *fault = (struct asv_web_fault){problem, field};
    return false;
}

/* ---- forms ---- */

/* Digits alone, exactly so many. */
static bool read_digits(const char *text, size_t count, uint32_t *out)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(text[i] - '0');
    }
    *out = value;
    return true;
}

static bool read_date(const char *text, uint32_t *date)
{
    uint32_t year, month, day;
    if (!read_digits(text, 4, &year) || text[4] != '-' || !read_digits(text + 5, 2, &month) ||
        text[7] != '-' || !read_digits(text + 8, 2, &day) ||
        !asv_date_valid(year * 10000 + month * 100 + day)) {
        return false;
    }
    *date = year * 10000 + month * 100 + day;
    return true;
}

bool asv_web_date_parse(const char *text, uint32_t *date)
{
    return strlen(text) == 10 && read_date(text, date);
}

bool asv_web_time_parse(const char *text, int64_t *ms)
{
    uint32_t date, hour, minute, second, part = 0;
    int32_t days;
    size_t len = strlen(text);
    if ((len != 20 && len != 24) || text[10] != 'T' || text[len - 1] != 'Z' || !read_date(text, &date) ||
        asv_date_to_days(date, &days) != ASV_OK) {
        return false;
    }
    if (!read_digits(text + 11, 2, &hour) || text[13] != ':' || !read_digits(text + 14, 2, &minute) ||
        text[16] != ':' || !read_digits(text + 17, 2, &second) || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    if (len == 24 && (text[19] != '.' || !read_digits(text + 20, 3, &part))) {
        return false;
    }
    *ms = days * DAY_MS + (((int64_t)hour * 60 + minute) * 60 + second) * 1000 + part;
    return true;
}

void asv_web_time_format(char out[ASV_WEB_TIME_BYTES], int64_t ms)
{
    int64_t days = ms / DAY_MS - (ms % DAY_MS < 0 ? 1 : 0);
    int64_t rest = ms - days * DAY_MS;
    time_t at = days * (DAY_MS / 1000);
    uint32_t date = 99991231; /* for ever */
    struct tm utc;
    /* What a camera says that has lost its clock lies before every date that counts here. */
    if (gmtime_r(&at, &utc) != NULL && utc.tm_year >= -1900 && utc.tm_year < 8100) {
        date =
            (uint32_t)(utc.tm_year + 1900) * 10000 + (uint32_t)(utc.tm_mon + 1) * 100 + (uint32_t)utc.tm_mday;
    }
    snprintf(out, ASV_WEB_TIME_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", date / 10000 % 10000,
             date / 100 % 100, date % 100, (unsigned)(rest / 3600000 % 24), (unsigned)(rest / 60000 % 60),
             (unsigned)(rest / 1000 % 60), (unsigned)(rest % 1000));
}

/* base64url (RFC 4648, 5) without padding, each value in one way. */
static bool read_bytes(const char *text, uint8_t *out, size_t cap, size_t *len)
{
    size_t chars = strlen(text);
    if (chars > (size_t)BYTES_MAX * 4 / 3 + 4 || strpbrk(text, "+/=") != NULL) {
        return false;
    }
    asv_auto_free char *plain = strdup(text);
    for (char *at = plain; at != NULL && *at != '\0'; at++) {
        *at = (char)(*at == '-' ? '+' : *at == '_' ? '/' : *at);
    }
    return plain != NULL &&
           asv_base64_decode(out, cap, len, (struct asv_bytes){(const uint8_t *)plain, chars}) == ASV_OK;
}

static bool is_bytes(const char *text, int64_t min, int64_t max)
{
    size_t len = 0;
    return read_bytes(text, NULL, 0, &len) && (int64_t)len >= min && (int64_t)len <= max;
}

static bool is_hash(const char *text)
{
    return strlen(text) == 2 * (size_t)HASH_BYTES && strspn(text, "0123456789abcdef") == 2 * HASH_BYTES;
}

static bool is_uuid(const char *text)
{
    uint8_t uuid[ASV_UUID_BYTES];
    return asv_uuid_parse(uuid, text) == ASV_OK && strpbrk(text, "ABCDEF") == NULL;
}

static bool is_month(const char *text)
{
    char day[sizeof "2026-11-01"];
    uint32_t date;
    return snprintf(day, sizeof day, "%s-01", text) == (int)sizeof day - 1 && read_date(day, &date);
}

static bool is_one_of(const char *text, const char *const *words)
{
    while (*words != NULL && strcmp(*words, text) != 0) {
        words++;
    }
    return *words != NULL;
}

/* ---- one value ---- */

static bool check_text(const struct asv_web_field *field, json_t *value)
{
    asv_auto_free char *normal = NULL;
    const char *text = json_string_value(value);
    if (asv_text_normal(text, &normal, NULL) != ASV_OK) {
        return false;
    }
    if (normal != NULL) {
        bool set = json_string_set(value, normal) == 0;
        asv_wipe(normal, strlen(normal)); /* */
        if (!set) {
            return false;
        }
    }
    text = json_string_value(value);
    struct asv_bytes bytes = {(const uint8_t *)text, strlen(text)};
    return field->type == ASV_WEB_SECRET ? bytes.len >= (size_t)field->min && bytes.len <= (size_t)field->max
                                         : asv_text_is_good(bytes, (size_t)field->max);
}

static bool check_string(const struct asv_web_field *field, json_t *value)
{
    const char *text = json_string_value(value);
    int64_t ms;
    uint32_t date;
    switch (field->type) {
    case ASV_WEB_TEXT:
    case ASV_WEB_SECRET:
        return check_text(field, value);
    case ASV_WEB_WORD:
        return is_one_of(text, field->words);
    case ASV_WEB_UUID:
        return is_uuid(text);
    case ASV_WEB_HASH:
        return is_hash(text);
    case ASV_WEB_BYTES:
        return is_bytes(text, field->min, field->max);
    case ASV_WEB_TIME:
        return asv_web_time_parse(text, &ms);
    case ASV_WEB_DATE:
        return asv_web_date_parse(text, &date);
    case ASV_WEB_MONTH:
        return is_month(text);
    case ASV_WEB_INT:
    case ASV_WEB_BOOL:
    case ASV_WEB_OBJECT:
    case ASV_WEB_LIST:
        break;
    }
    return false;
}

static bool check_members(json_t *object, const struct asv_web_fields *fields, const char *above,
                          struct asv_web_fault *fault);

static bool check_list(const struct asv_web_field *field, json_t *list, const char *above,
                       struct asv_web_fault *fault);

/* above: the outermost field that this is in, which is what is named; NULL: this one. */
static bool check_value(const struct asv_web_field *field, json_t *value, const char *above,
                        struct asv_web_fault *fault)
{
    const char *named = above != NULL ? above : field->name;
    bool good = false;
    if (field->type == ASV_WEB_OBJECT && json_is_object(value)) {
        return check_members(value, field->of, named, fault);
    }
    if (field->type == ASV_WEB_LIST && json_is_array(value)) {
        return check_list(field, value, named, fault);
    }
    if (json_is_string(value)) {
        good = check_string(field, value);
    } else if (json_is_integer(value)) {
        json_int_t number = json_integer_value(value);
        good = field->type == ASV_WEB_INT && number >= field->min && number <= field->max;
    } else {
        good = field->type == ASV_WEB_BOOL && json_is_boolean(value);
    }
    return good || is_fault(fault, &asv_web_bad_field, named);
}

static bool check_list(const struct asv_web_field *field, json_t *list, const char *above,
                       struct asv_web_fault *fault)
{
    size_t count = json_array_size(list);
    if ((int64_t)count < field->min || (int64_t)count > field->max) {
        return is_fault(fault, &asv_web_bad_field, above);
    }
    for (size_t i = 0; i < count; i++) {
        if (!check_value(&field->of->all[0], json_array_get(list, i), above, fault)) {
            return false;
        }
    }
    return true;
}

static bool check_members(json_t *object, const struct asv_web_fields *fields, const char *above,
                          struct asv_web_fault *fault)
{
    size_t known = 0;
    for (size_t i = 0; i < fields->count; i++) {
        const struct asv_web_field *field = &fields->all[i];
        json_t *value = json_object_get(object, field->name);
        known += value != NULL ? 1 : 0;
        if (value == NULL && field->must) {
            return is_fault(fault, &asv_web_missing_field, above != NULL ? above : field->name);
        }
        if (value != NULL && !check_value(field, value, above, fault)) {
            return false;
        }
    }
    return known == json_object_size(object) || is_fault(fault, &asv_web_unknown_field, above);
}

/* ---- a body ---- */

/* jansson reads what is nested by calling itself. */
static bool is_flat_enough(const char *data, size_t len)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        char c = data[i];
        if (quoted) {
            i += c == '\\' ? 1 : 0;
            quoted = c != '"';
        } else if (c == '{' || c == '[') {
            if (++depth > ASV_WEB_DEPTH_MAX) {
                return false;
            }
        } else if (c == '}' || c == ']') {
            depth -= depth > 0 ? 1 : 0;
        } else {
            quoted = c == '"';
        }
    }
    return true;
}

json_t *asv_web_body_read(const void *data, size_t len, const struct asv_web_fields *fields,
                          struct asv_web_fault *fault)
{
    json_t *body =
        len > 0 && is_flat_enough(data, len) ? json_loadb(data, len, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (!json_is_object(body)) {
        (void)is_fault(fault, &asv_web_not_json, NULL);
    } else if (check_members(body, fields, NULL, fault)) {
        return body;
    }
    json_decref(body);
    return NULL;
}

/* ---- a query ---- */

static int digit_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Up to & or =, or the end; *text is then there. NULs and what does not fit are refused. */
static bool unescape(const char **text, char *out, size_t size)
{
    size_t len = 0;
    const char *at = *text;
    for (; *at != '\0' && *at != '&' && *at != '='; at++) {
        char c = (char)(*at == '+' ? ' ' : *at);
        if (*at == '%') {
            int high = digit_of(at[1]);
            int low = high < 0 ? -1 : digit_of(at[2]);
            if (low < 0 || high * 16 + low == 0) {
                return false;
            }
            c = (char)(high * 16 + low);
            at += 2;
        }
        if (len + 1 >= size) {
            return false;
        }
        out[len++] = c;
    }
    out[len] = '\0';
    *text = at;
    return true;
}

/* Of a number its digits, in the one way to write it. */
static json_t *query_value(const struct asv_web_field *field, const char *text)
{
    char again[24];
    if (field->type != ASV_WEB_INT) {
        return json_string(text); /* NULL unless it is UTF-8 */
    }
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    snprintf(again, sizeof again, "%lld", number);
    return errno == 0 && strcmp(again, text) == 0 ? json_integer(number) : json_string("");
}

static bool add_parameter(json_t *query, const char **text, const struct asv_web_fields *fields,
                          char value[VALUE_BYTES], struct asv_web_fault *fault)
{
    char name[64];
    if (!unescape(text, name, sizeof name) || **text != '=' ||
        (++*text, !unescape(text, value, VALUE_BYTES)) || **text == '=') {
        return is_fault(fault, &asv_web_bad_query, NULL);
    }
    size_t i = 0;
    while (i < fields->count && strcmp(fields->all[i].name, name) != 0) {
        i++;
    }
    if (i == fields->count) {
        return is_fault(fault, &asv_web_unknown_field, "query");
    }
    if (json_object_get(query, name) != NULL) {
        return is_fault(fault, &asv_web_doubled_field, fields->all[i].name);
    }
    return json_object_set_new(query, name, query_value(&fields->all[i], value)) == 0 ||
           is_fault(fault, &asv_web_bad_field, fields->all[i].name);
}

json_t *asv_web_query_read(const char *text, const struct asv_web_fields *fields, struct asv_web_fault *fault)
{
    char value[VALUE_BYTES] = "";
    json_t *query = json_object();
    bool good = query != NULL || is_fault(fault, &asv_http_failed, NULL);
    while (good && text != NULL && *text != '\0') {
        good = add_parameter(query, &text, fields, value, fault);
        if (good && *text == '&') {
            text++;
            good = *text != '\0' || is_fault(fault, &asv_web_bad_query, NULL);
        }
    }
    asv_wipe(value, sizeof value); /* */
    if (good && check_members(query, fields, NULL, fault)) {
        return query;
    }
    json_decref(query);
    return NULL;
}

/* ---- what has passed ---- */

const char *asv_web_text(const json_t *from, const char *name)
{
    return json_string_value(json_object_get(from, name));
}

int64_t asv_web_int(const json_t *from, const char *name, int64_t absent)
{
    const json_t *value = json_object_get(from, name);
    return json_is_integer(value) ? json_integer_value(value) : absent;
}

bool asv_web_bool(const json_t *from, const char *name, bool absent)
{
    const json_t *value = json_object_get(from, name);
    return json_is_boolean(value) ? json_is_true(value) : absent;
}

bool asv_web_uuid(const json_t *from, const char *name, uint8_t out[16])
{
    const char *text = asv_web_text(from, name);
    return text != NULL && asv_uuid_parse(out, text) == ASV_OK;
}

bool asv_web_hash(const json_t *from, const char *name, uint8_t out[32])
{
    const char *text = asv_web_text(from, name);
    return text != NULL && asv_hex_decode(out, HASH_BYTES, text) == ASV_OK;
}

bool asv_web_time(const json_t *from, const char *name, int64_t *ms)
{
    const char *text = asv_web_text(from, name);
    return text != NULL && asv_web_time_parse(text, ms);
}

bool asv_web_date(const json_t *from, const char *name, uint32_t *date)
{
    const char *text = asv_web_text(from, name);
    return text != NULL && asv_web_date_parse(text, date);
}

size_t asv_web_base64url(const char *text, uint8_t *out, size_t cap)
{
    size_t len = 0;
    return read_bytes(text, out, cap, &len) ? len : 0;
}

size_t asv_web_bytes(const json_t *from, const char *name, uint8_t *out, size_t cap)
{
    const char *text = asv_web_text(from, name);
    return text != NULL ? asv_web_base64url(text, out, cap) : 0;
}
