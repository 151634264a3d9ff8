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
#define CODE_LETTERS    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_"

/* A value and the way to it, on the stack of whoever goes down the facts. */
struct node {
    const struct node *parent;
    const char *key; /* NULL: element `index` of an array */
    size_t index;
    json_t *json;
    const char *what;      /* of the top */
    struct asv_bytes text; /* of the top, of a file: its object's; empty: no lines are named */
};

/* ---- lines of a file ---- */

/* Whatever follows stands in text that jansson took as JSON. */
static size_t skip_blanks(struct asv_bytes text, size_t at)
{
    while (at < text.len && strchr(" \t\r\n,:", text.data[at]) != NULL) {
        at++;
    }
    return at;
}

static size_t skip_string(struct asv_bytes text, size_t at)
{
    for (at++; at < text.len && text.data[at] != '"'; at++) {
        at += text.data[at] == '\\';
    }
    return at + 1;
}

static size_t skip_value(struct asv_bytes text, size_t at)
{
    size_t depth = 0;
    do {
        uint8_t c = text.data[at];
        if (c == '"') {
            at = skip_string(text, at);
            continue;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        at++;
    } while (at < text.len && (depth > 0 || strchr(" \t\r\n,]}", text.data[at]) == NULL));
    return at;
}

/* Where the value of that member begins of the object that begins at text[at]; not there: where that does. A
 * name with an escape in it is found as it stands there, or not at all. */
static size_t find_member(struct asv_bytes text, size_t at, const char *key)
{
    const size_t top = at, len = strlen(key);
    for (at = skip_blanks(text, at + 1); at < text.len && text.data[at] == '"'; at = skip_blanks(text, at)) {
        size_t end = skip_string(text, at);
        size_t value = skip_blanks(text, end);
        if (end - at == len + 2 && memcmp(text.data + at + 1, key, len) == 0) {
            return value;
        }
        at = skip_value(text, value);
    }
    return top;
}

/* Of a file that people write, which has no lists. */
static size_t find_node(struct asv_bytes text, const struct node *node)
{
    return node->parent == NULL ? skip_blanks(text, 0)
                                : find_member(text, find_node(text, node->parent), node->key);
}

static size_t line_of(struct asv_bytes text, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at && i < text.len; i++) {
        line += text.data[i] == '\n';
    }
    return line;
}

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
    char way[WAY_BYTES] = "", line[24] = "";
    char what[ASV_ERR_TEXT_BYTES];
    const struct node *top = node;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    append_way(way, node);
    while (top->parent != NULL) {
        top = top->parent;
    }
    if (top->text.len > 0) {
        (void)snprintf(line, sizeof line, ":%zu", line_of(top->text, find_node(top->text, node)));
    }
    return asv_failf(err, status, "%s%s: %s%s%s", top->what, line, way, way[0] != '\0' ? ": " : "", what);
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

static enum asv_status check_code(const struct node *node, size_t max, struct asv_err *err)
{
    const char *text = json_string_value(node->json);
    size_t len = text != NULL ? strspn(text, CODE_LETTERS) : 0;
    bool good = len > 0 && len <= max && len == json_string_length(node->json);
    return good ? ASV_OK
                : refuse(node, ASV_E_MALFORMED, err, "is no text of 1 to %zu letters, digits, ., - and _",
                         max);
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
        struct node element = {node, NULL, i, json_array_get(node->json, i), NULL, {0}};
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
    case ASV_FACT_CODE:
        return check_code(node, (size_t)fact->max, err);
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
        struct node member = {node, key, 0, value, NULL, {0}};
        if (find(members, key) == NULL) {
            return asv_letters_bad(name, ASV_LETTERS_MESSAGE) != 0 || name.len > NAME_BYTES
                       ? refuse(node, ASV_E_MALFORMED, err, "has a member that is no name")
                       : refuse(&member, ASV_E_MALFORMED, err, "is not known");
        }
    }
    for (; members->key != NULL && status == ASV_OK; members++) {
        struct node member = {node, members->key, 0, json_object_get(node->json, members->key), NULL, {0}};
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
    return asv_facts_check_file(object, members, what, (struct asv_bytes){0}, err);
}

enum asv_status asv_facts_check_file(json_t *object, const struct asv_fact *members, const char *file,
                                     struct asv_bytes text, struct asv_err *err)
{
    struct node top = {NULL, NULL, 0, object, file, text};
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
        return asv_failf(err, ASV_E_MALFORMED, "%s:%zu: in or behind \"%s\": is no UTF-8 at byte %zu", what,
                         line_of(all, at), name, at);
    }
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
    if (json == NULL) {
        name_before(text, why.position > 0 ? (size_t)why.position : 0, name);
        return asv_failf(
            err, json_error_code(&why) == json_error_out_of_memory ? ASV_E_NO_MEMORY : ASV_E_MALFORMED,
            "%s:%d: in or behind \"%s\": %s", what, why.line, name,
            json_error_code(&why) == json_error_duplicate_key ? "a member is there twice" : "is no JSON");
    }
    *out = json;
    return ASV_OK;
}
