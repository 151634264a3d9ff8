/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a request says in its query, its body, its cookies and its Authorization: what is taken is in the
 * table, within its limits; of a table of ours, and of every route's, as if the request were for each of
 * them. The input is a query, a Cookie, an Authorization, a line each, and a body. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/web/deed.h"
#include "server/web/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[] = {"red", "green", NULL};
static const struct asv_web_field element = {"", ASV_WEB_HASH, false, 0, 0, NULL, NULL};
static const struct asv_web_fields elements = {&element, 1};
static const struct asv_web_field inner[] = {{"list", ASV_WEB_LIST, false, 0, 2, NULL, &elements}};
static const struct asv_web_fields object = ASV_WEB_FIELDS(inner);
static const struct asv_web_field members[] = {
    {"t", ASV_WEB_TEXT, false, 0, 8, NULL, NULL},   {"s", ASV_WEB_SECRET, false, 2, 8, NULL, NULL},
    {"n", ASV_WEB_INT, false, -5, 5, NULL, NULL},   {"w", ASV_WEB_WORD, false, 0, 0, words, NULL},
    {"u", ASV_WEB_UUID, false, 0, 0, NULL, NULL},   {"b", ASV_WEB_BYTES, false, 2, 4, NULL, NULL},
    {"m", ASV_WEB_TIME, false, 0, 0, NULL, NULL},   {"d", ASV_WEB_DATE, false, 0, 0, NULL, NULL},
    {"mo", ASV_WEB_MONTH, false, 0, 0, NULL, NULL}, {"y", ASV_WEB_BOOL, false, 0, 0, NULL, NULL},
    {"h", ASV_WEB_HASH, false, 0, 0, NULL, NULL},   {"o", ASV_WEB_OBJECT, false, 0, 0, NULL, &object}};
static const struct asv_web_fields fields = ASV_WEB_FIELDS(members);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_members(const json_t *read, const struct asv_web_fields *table);

static bool is_word(const char *text, const char *const *known)
{
    while (*known != NULL && strcmp(*known, text) != 0) {
        known++;
    }
    return *known != NULL;
}

static void check_text(const struct asv_web_field *field, const char *text)
{
    uint8_t out[65536];
    int64_t ms;
    uint32_t date;
    size_t len = strlen(text);
    switch (field->type) {
    case ASV_WEB_TEXT:
        must(len > 0 && len <= (size_t)field->max && strpbrk(text, "\n\r\t\x1b\x7f") == NULL);
        break;
    case ASV_WEB_SECRET:
        must(len >= (size_t)field->min && len <= (size_t)field->max);
        break;
    case ASV_WEB_WORD:
        must(is_word(text, field->words));
        break;
    case ASV_WEB_UUID:
        must(len == 36 && strspn(text, "0123456789abcdef-") == len);
        break;
    case ASV_WEB_HASH:
        must(len == 64 && strspn(text, "0123456789abcdef") == len);
        break;
    case ASV_WEB_BYTES:
        must(field->max <= (int64_t)sizeof out);
        len = asv_web_base64url(text, out, (size_t)field->max);
        must((int64_t)len >= field->min && (int64_t)len <= field->max);
        break;
    case ASV_WEB_TIME:
        must(asv_web_time_parse(text, &ms));
        break;
    case ASV_WEB_DATE:
        must(asv_web_date_parse(text, &date));
        break;
    default:
        abort();
    }
}

static void check_value(const struct asv_web_field *field, const json_t *value)
{
    if (field->type == ASV_WEB_OBJECT) {
        must(json_is_object(value));
        check_members(value, field->of);
    } else if (field->type == ASV_WEB_LIST) {
        size_t count = json_array_size(value);
        must(json_is_array(value) && (int64_t)count >= field->min && (int64_t)count <= field->max);
        for (size_t i = 0; i < count; i++) {
            check_value(&field->of->all[0], json_array_get(value, i));
        }
    } else if (field->type == ASV_WEB_INT) {
        must(json_is_integer(value) && json_integer_value(value) >= field->min &&
             json_integer_value(value) <= field->max);
    } else if (field->type == ASV_WEB_BOOL) {
        must(json_is_boolean(value));
    } else {
        must(json_is_string(value));
        check_text(field, json_string_value(value));
    }
}

static void check_members(const json_t *read, const struct asv_web_fields *table)
{
    size_t known = 0;
    for (size_t i = 0; i < table->count; i++) {
        const json_t *value = json_object_get(read, table->all[i].name);
        known += value != NULL ? 1 : 0;
        must(value != NULL || !table->all[i].must);
        if (value != NULL) {
            check_value(&table->all[i], value);
        }
    }
    must(known == json_object_size(read));
}

/* What the table promises of what has passed. */
static void check(json_t *read, const struct asv_web_fields *table, const struct asv_web_fault *fault)
{
    must((read == NULL) == (fault->problem != NULL));
    if (read != NULL) {
        check_members(read, table);
    }
    json_decref(read);
}

static void check_query(const char *query, const struct asv_web_fields *table)
{
    struct asv_web_fault fault = {NULL, NULL};
    json_t *read = asv_web_query_read(query, table, &fault);
    check(read, table, &fault);
}

static void check_body(const char *body, size_t len, const struct asv_web_fields *table)
{
    struct asv_web_fault fault = {NULL, NULL};
    struct asv_web_deed deed;
    json_t *read = asv_web_body_read(body, len, table, &fault);
    if (read != NULL && table == &asv_web_deed_fields) {
        const char *field = asv_web_deed_read(&deed, read);
        must(field != NULL || deed.action != 0);
    }
    check(read, table, &fault);
}

static void check_routes(const char *query, const char *body, size_t len)
{
    for (size_t i = 0; i < asv_web_route_count; i++) {
        const struct asv_web_route *route = &asv_web_routes[i];
        if (route->query != NULL && (i == 0 || route->query != route[-1].query)) {
            check_query(query, route->query);
        }
        if (route->body != NULL && len <= route->body_bytes) {
            check_body(body, len, route->body);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char token[ASV_WEB_TOKEN_CHARS + 1];
    char *text = malloc(size + 1);
    if (text == NULL) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    char *rest = text;
    const char *query = strsep(&rest, "\n");
    const char *cookie = rest != NULL ? strsep(&rest, "\n") : "";
    const char *bearer = rest != NULL ? strsep(&rest, "\n") : "";
    check_query(query, &fields);
    must(!asv_web_cookie_read(cookie, token) ||
         (strlen(token) == ASV_WEB_TOKEN_CHARS && strstr(cookie, token) != NULL));
    must(!asv_web_bearer_read(bearer, token) || strstr(bearer, token) != NULL);
    const char *body = rest != NULL ? rest : "";
    size_t len = rest != NULL ? size - (size_t)(rest - text) : 0;
    check_body(body, len, &fields);
    check_routes(query, body, len);
    free(text);
    return 0;
}
