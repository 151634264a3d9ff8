/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/base/utf8.h"
#include "server/base/fail.h"
#include "server/report/letters.h"
#include "server/report/moment.h"
#include "server/report/schema.h"

#define FACTS_BYTES_MAX (256u << 20) /* a thousand recordings with all their events come to a tenth */
#define WAY_BYTES       120
#define NAME_BYTES      40

/* A value and the way to it, on the stack of whoever goes down the facts. */
struct node {
    const struct node *parent;
    const char *key; /* NULL: element `index` of an array */
    size_t index;
    json_t *json;
    const char *what; /* of the top */
};

static void append_way(char *way, const struct node *node)
{
    if (node->parent == NULL) {
        return;
    }
    append_way(way, node->parent);
    size_t used = strlen(way);
    if (node->key != NULL) {
        (void)snprintf(way + used, WAY_BYTES - used, "%s%.40s", used > 0 ? "." : "", node->key);
    } else {
        (void)snprintf(way + used, WAY_BYTES - used, "[%zu]", node->index);
    }
}

/* HD-002. */
__attribute__((format(printf, 4, 5))) static enum asv_status refuse(const struct node *node,
                                                                    enum asv_status status,
                                                                    struct asv_err *err, const char *format,
                                                                    ...)
{
    char way[WAY_BYTES] = "";
    char what[ASV_ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    append_way(way, node);
    while (node->parent != NULL) {
        node = node->parent;
    }
    return asv_failf(err, status, "%s: %s%s%s", node->what, way, way[0] != '\0' ? ": " : "", what);
}

static enum asv_status check_text(const struct node *node, size_t max, enum asv_letters letters,
                                  struct asv_err *err)
{
    struct asv_bytes text = {(const uint8_t *)json_string_value(node->json), json_string_length(node->json)};
    if (text.data == NULL || text.len == 0) {
        return refuse(node, ASV_E_MALFORMED, err, "is no text");
    }
    if (text.len > max) {
        return refuse(node, ASV_E_LIMIT, err, "is longer than %zu bytes", max);
    }
    uint32_t bad = asv_letters_bad(text, letters);
    if (bad != 0) {
        return refuse(node, ASV_E_MALFORMED, err, "holds U+%04X, which may not stand %s",
                      bad == UINT32_MAX ? 0 : (unsigned)bad,
                      letters == ASV_LETTERS_MESSAGE ? "in the XJustiz message (DIN 91379)"
                                                     : "in a document");
    }
    return ASV_OK;
}

static enum asv_status check_hex(const struct node *node, const char *form, struct asv_err *err)
{
    const char *text = json_string_value(node->json);
    size_t len = strlen(form);
    bool good = text != NULL && strlen(text) == len;
    for (size_t i = 0; good && i < len; i++) {
        good = form[i] == '-' ? text[i] == '-' : strchr("0123456789abcdef", text[i]) != NULL;
    }
    return good ? ASV_OK : refuse(node, ASV_E_MALFORMED, err, "is not written like %s", form);
}

static enum asv_status check_integer(const struct node *node, const struct asv_fact *fact,
                                     struct asv_err *err)
{
    if (!json_is_integer(node->json)) {
        return refuse(node, ASV_E_MALFORMED, err, "is no whole number");
    }
    json_int_t number = json_integer_value(node->json);
    if (number >= fact->min && number <= fact->max) {
        return ASV_OK;
    }
    return refuse(node, strcmp(fact->key, "format") == 0 ? ASV_E_UNSUPPORTED : ASV_E_LIMIT, err,
                  "%lld is not in %lld to %lld", (long long)number, (long long)fact->min,
                  (long long)fact->max);
}

static enum asv_status check_word(const struct node *node, const struct asv_fact *fact, struct asv_err *err)
{
    char known[160] = "";
    size_t used = 0;
    const char *text = json_string_value(node->json);
    for (size_t i = 0; fact->words[i] != NULL; i++) {
        if (text != NULL && strcmp(text, fact->words[i]) == 0) {
            return ASV_OK;
        }
        int more = snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", fact->words[i]);
        used += more > 0 && (size_t)more < sizeof known - used ? (size_t)more : 0;
    }
    return refuse(node, ASV_E_MALFORMED, err, "is none of %s", known);
}

static enum asv_status check_members(const struct node *node, const struct asv_fact *members,
                                     struct asv_err *err);

static enum asv_status check_array(const struct node *node, const struct asv_fact *fact, struct asv_err *err)
{
    size_t count = json_array_size(node->json);
    enum asv_status status = ASV_OK;
    if (!json_is_array(node->json)) {
        return refuse(node, ASV_E_MALFORMED, err, "is no list");
    }
    if (count < (size_t)fact->min || count > (size_t)fact->max) {
        return refuse(node, ASV_E_LIMIT, err, "has %zu elements; there are %lld to %lld", count,
                      (long long)fact->min, (long long)fact->max);
    }
    for (size_t i = 0; i < count && status == ASV_OK; i++) {
        struct node element = {node, NULL, i, json_array_get(node->json, i), NULL};
        status = fact->kind == ASV_FACT_TEXTS ? check_text(&element, fact->bytes, ASV_LETTERS_DOCUMENT, err)
                                              : check_members(&element, fact->members, err);
    }
    return status;
}

static enum asv_status check_value(const struct node *node, const struct asv_fact *fact, struct asv_err *err)
{
    int64_t ms = 0;
    switch (fact->kind) {
    case ASV_FACT_TEXT:
        return check_text(node, (size_t)fact->max, ASV_LETTERS_DOCUMENT, err);
    case ASV_FACT_LABEL:
        return check_text(node, (size_t)fact->max, ASV_LETTERS_MESSAGE, err);
    case ASV_FACT_UUID:
        return check_hex(node, "00000000-0000-0000-0000-000000000000", err);
    case ASV_FACT_DIGEST:
        return check_hex(node, "0000000000000000000000000000000000000000000000000000000000000000", err);
    case ASV_FACT_TIME:
        return asv_moment_read(json_string_value(node->json), &ms)
                   ? ASV_OK
                   : refuse(node, ASV_E_MALFORMED, err, "is no time like 2026-11-23T14:05:20.000Z");
    case ASV_FACT_INTEGER:
        return check_integer(node, fact, err);
    case ASV_FACT_FLAG:
        return json_is_boolean(node->json) ? ASV_OK
                                           : refuse(node, ASV_E_MALFORMED, err, "is neither true nor false");
    case ASV_FACT_WORD:
        return check_word(node, fact, err);
    case ASV_FACT_OBJECT:
        return check_members(node, fact->members, err);
    case ASV_FACT_OBJECTS:
    case ASV_FACT_TEXTS:
        break;
    }
    return check_array(node, fact, err);
}

static const struct asv_fact *find(const struct asv_fact *members, const char *key)
{
    while (members->key != NULL && strcmp(members->key, key) != 0) {
        members++;
    }
    return members->key != NULL ? members : NULL;
}

static enum asv_status check_members(const struct node *node, const struct asv_fact *members,
                                     struct asv_err *err)
{
    const char *key = NULL;
    json_t *value = NULL;
    enum asv_status status = ASV_OK;
    if (!json_is_object(node->json)) {
        return refuse(node, ASV_E_MALFORMED, err, "is no object");
    }
    json_object_foreach(node->json, key, value)
    {
        struct asv_bytes name = {(const uint8_t *)key, strlen(key)};
        struct node member = {node, key, 0, value, NULL};
        if (find(members, key) == NULL) {
            return asv_letters_bad(name, ASV_LETTERS_MESSAGE) != 0 || name.len > NAME_BYTES
                       ? refuse(node, ASV_E_MALFORMED, err, "has a member that is no name")
                       : refuse(&member, ASV_E_MALFORMED, err, "is not known");
        }
    }
    for (; members->key != NULL && status == ASV_OK; members++) {
        struct node member = {node, members->key, 0, json_object_get(node->json, members->key), NULL};
        if (member.json != NULL) {
            status = check_value(&member, members, err);
        } else if (!members->optional) {
            status = refuse(&member, ASV_E_MALFORMED, err, "is missing");
        }
    }
    return status;
}

enum asv_status asv_facts_check(json_t *object, const struct asv_fact *members, const char *what,
                                struct asv_err *err)
{
    struct node top = {NULL, NULL, 0, object, what};
    return check_members(&top, members, err);
}

/* The last member's name that begins before text[at], cut to NAME_BYTES, printable ASCII alone. */
static void name_before(const char *text, size_t at, char *name)
{
    size_t from = 0, len = 0; /* of the last string */
    name[0] = '\0';
    for (size_t i = 0; i < at; i++) {
        if (text[i] == ':' && len > 0) {
            (void)snprintf(name, NAME_BYTES, "%.*s", (int)(len < NAME_BYTES ? len : NAME_BYTES - 1),
                           text + from);
            len = 0;
        } else if (text[i] == '"') {
            for (from = ++i; i < at && text[i] != '"'; i++) {
                i += text[i] == '\\' ? 1 : 0;
            }
            len = i < at ? i - from : 0;
        } else if (strchr(" \t\r\n", text[i]) == NULL) {
            len = 0;
        }
    }
    for (char *c = name; *c != '\0'; c++) {
        if (*c < 0x20 || *c > 0x7e) {
            *c = '?';
        }
    }
}

enum asv_status asv_facts_load(const char *text, size_t len, const char *what, json_t **out,
                               struct asv_err *err)
{
    json_error_t why;
    char name[NAME_BYTES];
    struct asv_bytes all = {(const uint8_t *)text, len};
    size_t at = 0;
    uint32_t point = 0;
    if (len > FACTS_BYTES_MAX) {
        return asv_failf(err, ASV_E_LIMIT, "%s: larger than %u bytes", what, FACTS_BYTES_MAX);
    }
    while (at < len && asv_utf8_next(all, &at, &point)) {
    }
    if (at < len) {
        name_before(text, at, name);
        return asv_failf(err, ASV_E_MALFORMED, "%s: %s: is no UTF-8 at byte %zu", what, name, at);
    }
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
    if (json == NULL) {
        name_before(text, why.position > 0 ? (size_t)why.position : 0, name);
        return asv_failf(
            err, json_error_code(&why) == json_error_out_of_memory ? ASV_E_NO_MEMORY : ASV_E_MALFORMED,
            "%s: line %d, in or behind \"%s\": %s", what, why.line, name,
            json_error_code(&why) == json_error_duplicate_key ? "a member is there twice" : "is no JSON");
    }
    *out = json;
    return ASV_OK;
}
