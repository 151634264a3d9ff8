/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/policy/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "server/base/fail.h"

#define WAY_BYTES 96 /* of the names on the way to a value: three levels of known ones and an unknown one */

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

/* "blocks.dwelling[0]" behind what is in way[WAY_BYTES]; cut when it is too long. */
static void append_way(char *way, const struct asv_policy_node *node)
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

enum asv_status asv_policy_refuse(const struct asv_policy_node *node, struct asv_err *err, const char *format,
                                  ...)
{
    char way[WAY_BYTES] = "";
    char what[ASV_ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    append_way(way, node);
    return asv_failf(err, ASV_E_MALFORMED, "%s:%u: %s%s%s", node->source->name, asv_policy_node_line(node),
                     way, way[0] != '\0' ? ": " : "", what);
}

enum asv_status asv_policy_text_load(const struct asv_policy_text *source, json_t **out, struct asv_err *err)
{
    json_error_t why;
    json_t *json = json_loadb(source->text, source->len, JSON_REJECT_DUPLICATES, &why);
    if (json == NULL) {
        enum json_error_code code = json_error_code(&why);
        return asv_failf(err, ASV_E_MALFORMED, "%s:%d: %s; %s", source->name, why.line > 0 ? why.line : 1,
                         why.text,
                         code == json_error_duplicate_key ? "keep one of them"
                                                          : "correct the JSON there or right in front of it");
    }
    if (!json_is_object(json)) {
        json_decref(json);
        return asv_failf(err, ASV_E_MALFORMED, "%s:1: is no object; write { in front and } behind",
                         source->name);
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
