/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Checked facts as the documents read them: what is not optional is there, and of its kind.
 */
#ifndef ASV_SERVER_REPORT_FACTS_H
#define ASV_SERVER_REPORT_FACTS_H

#include <jansson.h>
#include <stdint.h>

#include "server/report/report.h"

struct asv_facts {
    json_t *json;
};

struct asv_xjustiz {
    json_t *json;
};

/* As asv_facts_read, in whatever time zone: for who prints no times. */
ASV_MUST_CHECK enum asv_status asv_facts_parse(const char *text, size_t len, struct asv_facts **out,
                                               struct asv_err *err);

/* Borrowed; NULL when an optional member is missing. */
const char *asv_fact_text(const json_t *object, const char *key);
int64_t asv_fact_integer(const json_t *object, const char *key);
int64_t asv_fact_ms(const json_t *object, const char *key);

/* The document's entry in `documents`. */
const json_t *asv_facts_document(const json_t *facts, const char *name);

#endif
