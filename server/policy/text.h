/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The text of a policy and the places in it. jansson says where a syntax error stands, and forgets the places
 * of everything that it accepts; a node remembers the way to its value in numbers, and the line is looked up
 * in the text when it is needed.
 */
#ifndef ASV_SERVER_POLICY_TEXT_H
#define ASV_SERVER_POLICY_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "firmware-proto/base/status.h"

struct asv_policy_mistake; /* policy.h */

struct asv_policy_text {
    const char *name; /* of the file, for messages */
    const char *text;
    size_t len;
    struct asv_policy_mistake *mistake; /* gets what is refused, too; NULL: nobody asks */
};

/* A value of the text. Nodes live on the stack of whoever goes down the tree. */
struct asv_policy_node {
    const struct asv_policy_text *source;
    const struct asv_policy_node *parent; /* NULL: the whole text */
    const char *key;                      /* of an object's member; NULL for an array's element */
    size_t index;                         /* how many siblings stand in front of it */
    json_t *json;                         /* borrowed */
};

/* Parses the text, an object without duplicate members; *out is the caller's reference. ASV_E_MALFORMED. */
ASV_MUST_CHECK enum asv_status asv_policy_text_load(const struct asv_policy_text *source, json_t **out,
                                                    struct asv_err *err);

/* Member `key` of an object, element `index` of an array. False when there is none. */
bool asv_policy_node_member(const struct asv_policy_node *object, const char *key,
                            struct asv_policy_node *out);
bool asv_policy_node_element(const struct asv_policy_node *array, size_t index, struct asv_policy_node *out);

/* The line in which the value's key (or, for an element or the whole text, the value itself) stands. */
unsigned asv_policy_node_line(const struct asv_policy_node *node);

/* ASV_E_MALFORMED with "name:line: way.to[0].value: " and the formatted English text; both languages, and the
 * place, into the text's mistake. Both formats take the same values. */
ASV_MUST_CHECK __attribute__((format(printf, 3, 5), format(printf, 4, 5))) enum asv_status asv_policy_refuse(
    const struct asv_policy_node *node, struct asv_err *err, const char *english, const char *german, ...);

#endif
