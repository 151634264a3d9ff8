/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the facts of a hand-over consist of: one table, from which docs/handover-facts.schema.json is made,
 * and their checking (docs/HANDOVER_DOCUMENTS.md 2).
 */
#ifndef ASV_SERVER_REPORT_SCHEMA_H
#define ASV_SERVER_REPORT_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"

enum asv_fact_kind {
    ASV_FACT_TEXT,    /* of 1 to max bytes, of the letters that every document shows */
    ASV_FACT_LABEL,   /* the same, of DIN 91379's normative letters, as it goes into the message */
    ASV_FACT_CODE,    /* of 1 to max ASCII letters, digits, '.', '-' and '_' */
    ASV_FACT_UUID,    /* lower case */
    ASV_FACT_DIGEST,  /* 64 digits of lower-case hexadecimal */
    ASV_FACT_TIME,    /* "2026-11-23T14:05:20.000Z" */
    ASV_FACT_INTEGER, /* in [min, max] */
    ASV_FACT_FLAG,
    ASV_FACT_WORD,    /* one of `words` */
    ASV_FACT_OBJECT,  /* of `members` */
    ASV_FACT_OBJECTS, /* min to max objects of `members` */
    ASV_FACT_TEXTS,   /* min to max texts of `bytes` at most */
};

#define ASV_FACT_TEXT_BYTES 1000

struct asv_fact {
    const char *key; /* NULL: the table's end */
    enum asv_fact_kind kind;
    bool optional;
    json_int_t min, max;
    size_t bytes;
    const char *const *words; /* ends with NULL */
    const struct asv_fact *members;
};

extern const struct asv_fact asv_facts_members[];   /* of the facts of a hand-over */
extern const struct asv_fact asv_xjustiz_members[]; /* of a release of XJustiz */

/* That the object has these members and no others. `what` begins each refusal, as "facts". The first fault is
 * named with the way to it: ASV_E_MALFORMED, ASV_E_UNSUPPORTED for a format that is not this one, ASV_E_LIMIT
 * for what is too long, large or much. */
ASV_MUST_CHECK enum asv_status asv_facts_check(json_t *object, const struct asv_fact *members,
                                               const char *what, struct asv_err *err);

/* The same of a file that people write: `text` is what asv_facts_load read the object from, and each refusal
 * begins with `file` and the line, as "3.6.2.json:8: lists.courts: ...". */
ASV_MUST_CHECK enum asv_status asv_facts_check_file(json_t *object, const struct asv_fact *members,
                                                    const char *file, struct asv_bytes text,
                                                    struct asv_err *err);

/* Reads the text, an object without duplicate members. A fault in the text itself is named with its line and
 * the member in which, or behind which, it stands. ASV_E_MALFORMED, ASV_E_LIMIT, ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_facts_load(const char *text, size_t len, const char *what, json_t **out,
                                              struct asv_err *err);

#endif
