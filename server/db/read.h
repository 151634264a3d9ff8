/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people and programs are shown: rows whose columns have names and types, as the statements
 * sql/queries/read_*.sql give them, for whoever only hands them on. What the asker may not read, the database
 * does not give (docs/DATABASE.md, "Who asks").
 */
#ifndef ASV_SERVER_DB_READ_H
#define ASV_SERVER_DB_READ_H

#include "server/db/db.h"

#define ASV_DB_READ_ROWS 100 /* of one page, at most */

enum asv_db_reading {
    ASV_DB_READ_ACCESS_COUNTS,
    ASV_DB_READ_ACCESSES,
    ASV_DB_READ_ALARMS,
    ASV_DB_READ_BALANCES,
    ASV_DB_READ_CAMERA,
    ASV_DB_READ_CAMERAS,
    ASV_DB_READ_CAMERAS_OUT,
    ASV_DB_READ_CLIP,
    ASV_DB_READ_CLIPS,
    ASV_DB_READ_CUSTODY,
    ASV_DB_READ_DOCKS,
    ASV_DB_READ_EVALUATION,
    ASV_DB_READ_HANDOVER,
    ASV_DB_READ_HANDOVERS,
    ASV_DB_READ_INCIDENT,
    ASV_DB_READ_INCIDENTS,
    ASV_DB_READ_KEYS,
    ASV_DB_READ_LEDGER,
    ASV_DB_READ_NIGHTS,
    ASV_DB_READ_OWN_ACCESSES,
    ASV_DB_READ_POLICIES,
    ASV_DB_READ_POLICY,
    ASV_DB_READ_POLICY_PROPOSALS,
    ASV_DB_READ_RECIPIENTS,
    ASV_DB_READ_REQUESTS,
    ASV_DB_READ_RUNS,
    ASV_DB_READ_SUBJECT_REQUESTS,
    ASV_DB_READ_USER,
    ASV_DB_READ_USERS,
    ASV_DB_READINGS,
};

enum asv_db_cell_kind {
    ASV_DB_CELL_NULL,
    ASV_DB_CELL_BOOL,   /* number */
    ASV_DB_CELL_NUMBER, /* number */
    ASV_DB_CELL_TIME,   /* number: milliseconds since 1970; what is infinite is NULL */
    ASV_DB_CELL_DATE,   /* number: yyyymmdd */
    ASV_DB_CELL_UUID,   /* bytes: 16 */
    ASV_DB_CELL_BYTES,  /* bytes */
    ASV_DB_CELL_TEXT,   /* bytes: UTF-8, without a NUL */
    ASV_DB_CELL_JSON,   /* bytes: of one value */
};

struct asv_db_cell {
    const char *name; /* of the column */
    enum asv_db_cell_kind kind;
    int64_t number;
    struct asv_bytes bytes;
};

struct asv_db_sheet;

/* values: the statement's parameters in its order, as text, NULL for NULL; all have to be of the right form,
 * which is ASV_E_MALFORMED otherwise. *out is the caller's to free. ASV_E_LIMIT: more than ASV_DB_READ_ROWS
 * rows. */
ASV_MUST_CHECK enum asv_status asv_db_read(struct asv_db *db, enum asv_db_reading reading,
                                           const char *const *values, size_t count, struct asv_db_sheet **out,
                                           struct asv_err *err);
void asv_db_sheet_free(struct asv_db_sheet *sheet); /* NULL is fine */

size_t asv_db_sheet_rows(const struct asv_db_sheet *sheet);
size_t asv_db_sheet_columns(const struct asv_db_sheet *sheet);

/* *out borrows the sheet. ASV_E_INTERNAL: a type that no cell has. */
ASV_MUST_CHECK enum asv_status asv_db_sheet_cell(const struct asv_db_sheet *sheet, size_t row, size_t column,
                                                 struct asv_db_cell *out, struct asv_err *err);

#endif
