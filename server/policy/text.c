/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/policy/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/base/utf8.h"
#include "server/base/fail.h"
#include "server/policy/policy.h"

/* A position in a text that jansson has accepted; the end is looked at nevertheless. */
struct cursor {
    const char *at, *end;
};

static void skip_blanks(struct cursor *in)
{
    while (in->at < in->end && strchr(" \t\r\n", *in->at) != NULL) {
        in->at++;
    }
}

static void skip_string(struct cursor *in)
{
    for (in->at++; in->at < in->end && *in->at != '"'; in->at++) {
        in->at += *in->at == '\\' ? 1 : 0;
    }
    in->at++;
}

/* To the comma or bracket behind the member or element. */
static void skip_sibling(struct cursor *in)
{
    for (unsigned depth = 0; in->at < in->end; in->at++) {
        if (*in->at == '"') {
            skip_string(in);
            in->at--;
        } else if (*in->at == '{' || *in->at == '[') {
            depth++;
        } else if (depth == 0 && strchr(",}]", *in->at) != NULL) {
            return;
        } else if (*in->at == '}' || *in->at == ']') {
            depth--;
        }
    }
}

/* To the first character of the node's key or, without one, of its value. */
static void seek(struct cursor *in, const struct asv_policy_node *node)
{
    if (node->parent != NULL) {
        seek(in, node->parent);
        if (node->parent->key != NULL) {
            skip_string(in);
            skip_blanks(in);
            in->at++; /* the colon */
            skip_blanks(in);
        }
        in->at++; /* the bracket */
        for (size_t i = 0; i < node->index && in->at < in->end; i++) {
            skip_sibling(in);
            in->at++; /* the comma */
        }
    }
    skip_blanks(in);
}

unsigned asv_policy_node_line(const struct asv_policy_node *node)
{
    const char *text = node->source->text;
    struct cursor in = {text, text + node->source->len};
    unsigned line = 1;
    seek(&in, node);
    for (const char *c = text; c < in.at && c < in.end; c++) {
        line += *c == '\n' ? 1 : 0;
    }
    return line;
}

/* "blocks.dwelling[0]" behind what is in way[ASV_POLICY_WAY_BYTES]; cut when it is too long. */
static void append_way(char *way, const struct asv_policy_node *node)
{
    if (node->parent == NULL) {
        return;
    }
    append_way(way, node->parent);
    size_t used = strlen(way);
    if (node->key != NULL) {
        (void)snprintf(way + used, ASV_POLICY_WAY_BYTES - used, "%s%.40s", used > 0 ? "." : "", node->key);
    } else {
        (void)snprintf(way + used, ASV_POLICY_WAY_BYTES - used, "[%zu]", node->index);
    }
}

/* What is cut in the middle of a character, or moves what stands around it, is nothing to be shown. */
static void make_plain(char *text)
{
    const struct asv_bytes bytes = {(const uint8_t *)text, strlen(text)};
    size_t used = 0;
    for (size_t at = 0; at < bytes.len;) {
        size_t from = at;
        uint32_t point;
        if (!asv_utf8_next(bytes, &at, &point)) {
            at = from + 1;
            point = 0;
        }
        if (point < 0x20 || (point >= 0x7f && point < 0xa0)) {
            text[used++] = '?';
        } else {
            memmove(text + used, text + from, at - from);
            used += at - from;
        }
    }
    text[used] = '\0';
}

static enum asv_status refuse(const struct asv_policy_text *source, unsigned line, const char *way,
                              const char *english, const char *german, struct asv_err *err)
{
    struct asv_policy_mistake *out = source->mistake;
    if (out != NULL) {
        out->line = line;
        (void)snprintf(out->where, sizeof out->where, "%s", way);
        (void)snprintf(out->english, sizeof out->english, "%s", english);
        (void)snprintf(out->german, sizeof out->german, "%s", german);
        make_plain(out->where);
        make_plain(out->english);
        make_plain(out->german);
    }
    return asv_failf(err, ASV_E_MALFORMED, "%s:%u: %s%s%s", source->name, line, way,
                     way[0] != '\0' ? ": " : "", english);
}

enum asv_status asv_policy_refuse(const struct asv_policy_node *node, struct asv_err *err,
                                  const char *english, const char *german, ...)
{
    char way[ASV_POLICY_WAY_BYTES] = "";
    char what[ASV_ERR_TEXT_BYTES];
    char was[ASV_ERR_TEXT_BYTES];
    va_list args;
    va_start(args, german);
    (void)vsnprintf(what, sizeof what, english, args);
    va_end(args);
    va_start(args, german);
    (void)vsnprintf(was, sizeof was, german, args);
    va_end(args);
    append_way(way, node);
    return refuse(node->source, asv_policy_node_line(node), way, what, was, err);
}

/* The parser's own words are English; where they stand is said in both. */
static enum asv_status refuse_json(const struct asv_policy_text *source, const json_error_t *why,
                                   struct asv_err *err)
{
    char what[ASV_ERR_TEXT_BYTES];
    bool twice = json_error_code(why) == json_error_duplicate_key;
    (void)snprintf(what, sizeof what, "%s; %s", why->text,
                   twice ? "keep one of them" : "correct the JSON there or right in front of it");
    return refuse(source, why->line > 0 ? (unsigned)why->line : 1, "", what,
                  twice ? "hier wird etwas zum zweiten Mal genannt; eines davon entfernen"
                        : "kein JSON in UTF-8; den Fehler hier oder unmittelbar davor beheben",
                  err);
}

enum asv_status asv_policy_text_load(const struct asv_policy_text *source, json_t **out, struct asv_err *err)
{
    json_error_t why;
    json_t *json = json_loadb(source->text, source->len, JSON_REJECT_DUPLICATES, &why);
    if (json == NULL) {
        return refuse_json(source, &why, err);
    }
    if (!json_is_object(json)) {
        json_decref(json);
        return refuse(source, 1, "", "is no object; write { in front and } behind",
                      "kein Objekt; { davor und } dahinter schreiben", err);
    }
    *out = json;
    return ASV_OK;
}

bool asv_policy_node_member(const struct asv_policy_node *object, const char *key,
                            struct asv_policy_node *out)
{
    size_t index = 0;
    /* jansson lists members in the order of the text. */
    for (void *i = json_object_iter(object->json); i != NULL; i = json_object_iter_next(object->json, i)) {
        if (strcmp(json_object_iter_key(i), key) == 0) {
            *out = (struct asv_policy_node){object->source, object, json_object_iter_key(i), index,
                                            json_object_iter_value(i)};
            return true;
        }
        index++;
    }
    return false;
}

bool asv_policy_node_element(const struct asv_policy_node *array, size_t index, struct asv_policy_node *out)
{
    if (index >= json_array_size(array->json)) {
        return false;
    }
    *out = (struct asv_policy_node){array->source, array, NULL, index, json_array_get(array->json, index)};
    return true;
}
