/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Values as a person or a program reads them, and tables of them.
 */
#ifndef ASV_SERVER_CLI_TEXT_H
#define ASV_SERVER_CLI_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "firmware-proto/base/status.h"
#include "server/base/time_text.h"

/* Each fills out[ASV_TEXT_BYTES] and returns it. */
const char *asv_text_instant(char *out, int64_t ms);   /* UTC, "2026-11-23T04:37:20.123Z" */
const char *asv_text_bytes(char *out, uint64_t bytes); /* "1.4 GiB" */
const char *asv_text_duration(char *out, int64_t ms);  /* "1:02:03", "2:03" */
const char *asv_text_number(char *out, uint64_t number);

/* JSON of the same: null for what is unknown. New references. */
json_t *asv_json_time(int64_t ms);
json_t *asv_json_date(uint32_t date);
json_t *asv_json_hex(const void *data, size_t len);
json_t *asv_json_uuid(const uint8_t uuid[16]);

/* Writes json with an end of line and gives the reference up. ASV_E_NO_MEMORY when json is NULL, ASV_E_IO. */
ASV_MUST_CHECK enum asv_status asv_json_print_take(FILE *out, json_t *json, struct asv_err *err);

/* A text from elsewhere, with everything that a terminal could take for a command replaced by "?". */
void asv_text_print(FILE *out, const char *text);

/* Cuts text in place to so many characters as a terminal shows them, the last three being dots when something
 * was cut off; returns it. */
const char *asv_text_cut(char *text, size_t width);

#define ASV_TABLE_COLUMNS 16

/* Zero-initialised but for columns. */
struct asv_table {
    size_t column_count;
    const char *const *columns; /* headings; those that begin with '>' are aligned to the right */
    const char *const *styles;  /* terminal sequences, one for each row; NULL: none */
    size_t width;               /* of a line, to which the last column is cut; 0: none */
    char **cells;
    size_t cell_count;
    size_t cell_cap;
    bool no_memory;
};

/* Copies one cell after the other, row by row. */
void asv_table_add(struct asv_table *table, const char *text);

/* Prints and frees. `empty` is what is said when there is no row. */
ASV_MUST_CHECK enum asv_status asv_table_print(struct asv_table *table, FILE *out, const char *empty,
                                               struct asv_err *err);
void asv_table_free(struct asv_table *table);

#endif
