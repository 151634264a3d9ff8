/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Private to compose*.c. Each puts one member; nothing of a value that is not known; a failure is remembered.
 */
#ifndef ASV_SERVER_HANDOVER_COMPOSE_INTERNAL_H
#define ASV_SERVER_HANDOVER_COMPOSE_INTERNAL_H

#include <jansson.h>

#include "server/handover/compose.h"

struct asv_compose {
    json_t *head;                                               /* members that stand already */
    json_t *clips, *series, *logs, *certificates, *revocations; /* the last may be NULL */
    bool failed;                                                /* no memory, or bytes that are no text */
};

void asv_facts_put(struct asv_compose *compose, json_t *object, const char *key, json_t *value);
void asv_facts_put_text(struct asv_compose *compose, json_t *object, const char *key, const char *text);
void asv_facts_put_bytes(struct asv_compose *compose, json_t *object, const char *key, struct asv_bytes text);
void asv_facts_put_number(struct asv_compose *compose, json_t *object, const char *key, int64_t number);
void asv_facts_put_digest(struct asv_compose *compose, json_t *object, const char *key,
                          const uint8_t *digest);
void asv_facts_put_uuid(struct asv_compose *compose, json_t *object, const char *key, const uint8_t *uuid);
void asv_facts_put_time(struct asv_compose *compose, json_t *object, const char *key, int64_t ms);

/* The lines of a text as an array; none of an empty one. */
void asv_facts_put_lines(struct asv_compose *compose, json_t *object, const char *key, const char *text);

/* A new object at the end of an array, borrowed; NULL: it failed, and every put into it is nothing. */
json_t *asv_facts_put_object(struct asv_compose *compose, json_t *array);
json_t *asv_facts_put_member(struct asv_compose *compose, json_t *object, const char *key, json_t *value);

ASV_MUST_CHECK enum asv_status asv_compose_outcome(const struct asv_compose *compose, struct asv_err *err);

void asv_facts_put_file(struct asv_compose *compose, json_t *object, const struct asv_handover_file *file);

#endif
