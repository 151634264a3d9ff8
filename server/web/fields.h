/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a request says, in its query and in its body, held against a table of what it may say. What is not in
 * the table is refused, and so is what is there twice; what has passed needs no further check. Pure.
 */
#ifndef ASV_SERVER_WEB_FIELDS_H
#define ASV_SERVER_WEB_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/http/problem.h"

#define ASV_WEB_DEPTH_MAX 6  /* of a body: the deepest there is has 3 */
#define ASV_WEB_QUERY_MAX 16 /* parameters */

enum asv_web_type {
    ASV_WEB_TEXT,   /* max: its bytes; as people type it (STATEMENTS.md 1), brought into NFC */
    ASV_WEB_SECRET, /* min .. max: its bytes; any characters, brought into NFC */
    ASV_WEB_WORD,   /* one of words */
    ASV_WEB_INT,    /* min .. max */
    ASV_WEB_BOOL,
    ASV_WEB_UUID,   /* small digits */
    ASV_WEB_HASH,   /* 64 small hexadecimal digits */
    ASV_WEB_BYTES,  /* base64url without padding; min .. max bytes */
    ASV_WEB_TIME,   /* 2026-11-29T14:05:00Z, with or without milliseconds */
    ASV_WEB_DATE,   /* 2026-11-29 */
    ASV_WEB_MONTH,  /* 2026-11 */
    ASV_WEB_OBJECT, /* of: its members. In bodies only, as ASV_WEB_LIST and ASV_WEB_BOOL */
    ASV_WEB_LIST,   /* min .. max elements, each as the first of `of`, whose name is not looked at */
};

struct asv_web_fields;

struct asv_web_field {
    const char *name;
    enum asv_web_type type;
    bool must; /* be there */
    int64_t min, max;
    const char *const *words; /* NULL ends them */
    const struct asv_web_fields *of;
};

struct asv_web_fields {
    const struct asv_web_field *all;
    size_t count;
};

/* A table of them: ASV_WEB_FIELDS(array) */
#define ASV_WEB_FIELDS(array)                    \
    {                                            \
        (array), sizeof(array) / sizeof *(array) \
    }

/* What is wrong, and where; field NULL: as the problem says. Static storage both. */
struct asv_web_fault {
    const struct asv_http_problem *problem;
    const char *field;
};

/* A query as an object, numbers as such; text NULL: there is none. NULL with what is wrong. */
json_t *asv_web_query_read(const char *text, const struct asv_web_fields *fields,
                           struct asv_web_fault *fault);

/* A body, which is one object. NULL with what is wrong. */
json_t *asv_web_body_read(const void *data, size_t len, const struct asv_web_fields *fields,
                          struct asv_web_fault *fault);

/* Of what has passed. NULL, false or what is given when it is not there. */
const char *asv_web_text(const json_t *from, const char *name);
int64_t asv_web_int(const json_t *from, const char *name, int64_t absent);
bool asv_web_bool(const json_t *from, const char *name, bool absent);
bool asv_web_uuid(const json_t *from, const char *name, uint8_t out[16]);
bool asv_web_hash(const json_t *from, const char *name, uint8_t out[32]);
bool asv_web_time(const json_t *from, const char *name, int64_t *ms);
bool asv_web_date(const json_t *from, const char *name, uint32_t *date); /* yyyymmdd */
/* As many as there are; cap: the field's max. */
size_t asv_web_bytes(const json_t *from, const char *name, uint8_t *out, size_t cap);

/* The same of a text: as they stand in answers, too. false: it is none. */
bool asv_web_time_parse(const char *text, int64_t *ms);
bool asv_web_date_parse(const char *text, uint32_t *date);
/* base64url without padding; the bytes, or 0. */
size_t asv_web_base64url(const char *text, uint8_t *out, size_t cap);
#define ASV_WEB_TIME_BYTES 25
void asv_web_time_format(char out[ASV_WEB_TIME_BYTES], int64_t ms); /* with milliseconds, in UTC */

extern const struct asv_http_problem asv_web_not_json, asv_web_bad_query, asv_web_unknown_field,
    asv_web_missing_field, asv_web_bad_field, asv_web_doubled_field;

#endif
