/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a request says in its query, its body, its cookies and its Authorization: what is taken is in the
 * table, within its limits. The input is a query, a Cookie, an Authorization, a line each, and a body. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/web/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[] = {"red", "green", NULL};
static const struct asv_web_field element = {"", ASV_WEB_HASH, false, 0, 0, NULL, NULL};
static const struct asv_web_fields elements = {&element, 1};
static const struct asv_web_field inner[] = {{"list", ASV_WEB_LIST, false, 0, 2, NULL, &elements}};
static const struct asv_web_fields object = ASV_WEB_FIELDS(inner);
static const struct asv_web_field members[] = {
    {"t", ASV_WEB_TEXT, false, 0, 8, NULL, NULL},     {"s", ASV_WEB_SECRET, false, 2, 8, NULL, NULL},
    {"n", ASV_WEB_INT, false, -5, 5, NULL, NULL},     {"w", ASV_WEB_WORD, false, 0, 0, words, NULL},
    {"u", ASV_WEB_UUID, false, 0, 0, NULL, NULL},     {"b", ASV_WEB_BYTES, false, 2, 4, NULL, NULL},
    {"m", ASV_WEB_TIME, false, 0, 0, NULL, NULL},     {"d", ASV_WEB_DATE, false, 0, 0, NULL, NULL},
    {"y", ASV_WEB_BOOL, false, 0, 0, NULL, NULL},     {"h", ASV_WEB_HASH, false, 0, 0, NULL, NULL},
    {"o", ASV_WEB_OBJECT, false, 0, 0, NULL, &object}};
static const struct asv_web_fields fields = ASV_WEB_FIELDS(members);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* What the table promises of what has passed. */
static void check(const json_t *read, const struct asv_web_fault *fault)
{
    uint8_t out[32];
    int64_t ms;
    uint32_t date;
    must((read == NULL) == (fault->problem != NULL));
    if (read == NULL) {
        return;
    }
    const char *text = asv_web_text(read, "t");
    const char *secret = asv_web_text(read, "s");
    must(json_object_size(read) <= fields.count);
    must(text == NULL || (text[0] != '\0' && strlen(text) <= 8));
    must(secret == NULL || (strlen(secret) >= 2 && strlen(secret) <= 8));
    must(asv_web_int(read, "n", 0) >= -5 && asv_web_int(read, "n", 0) <= 5);
    must((json_object_get(read, "b") != NULL) == (asv_web_bytes(read, "b", out, 4) >= 2));
    must((json_object_get(read, "h") != NULL) == asv_web_hash(read, "h", out));
    must((json_object_get(read, "u") != NULL) == asv_web_uuid(read, "u", out));
    must((json_object_get(read, "m") != NULL) == asv_web_time(read, "m", &ms));
    must((json_object_get(read, "d") != NULL) == asv_web_date(read, "d", &date));
    must(json_array_size(json_object_get(json_object_get(read, "o"), "list")) <= 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char token[ASV_WEB_TOKEN_CHARS + 1];
    struct asv_web_fault fault = {NULL, NULL};
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
    json_t *read = asv_web_query_read(query, &fields, &fault);
    check(read, &fault);
    json_decref(read);
    must(!asv_web_cookie_read(cookie, token) ||
         (strlen(token) == ASV_WEB_TOKEN_CHARS && strstr(cookie, token) != NULL));
    must(!asv_web_bearer_read(bearer, token) || strstr(bearer, token) != NULL);
    fault = (struct asv_web_fault){NULL, NULL};
    const char *body = rest != NULL ? rest : "";
    read = asv_web_body_read(body, rest != NULL ? size - (size_t)(rest - text) : 0, &fields, &fault);
    check(read, &fault);
    json_decref(read);
    free(text);
    return 0;
}
