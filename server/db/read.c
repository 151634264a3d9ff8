/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/read.h"

#include <assert.h>

#include "server/base/fail.h"
#include "server/db/internal.h"

static const enum asv_query queries[ASV_DB_READINGS] = {
    [ASV_DB_READ_ACCESS_COUNTS] = ASV_QUERY_READ_ACCESS_COUNTS,
    [ASV_DB_READ_ACCESSES] = ASV_QUERY_READ_ACCESSES,
    [ASV_DB_READ_ALARMS] = ASV_QUERY_READ_ALARMS,
    [ASV_DB_READ_BALANCES] = ASV_QUERY_READ_BALANCES,
    [ASV_DB_READ_CAMERA] = ASV_QUERY_READ_CAMERA,
    [ASV_DB_READ_CAMERAS] = ASV_QUERY_READ_CAMERAS,
    [ASV_DB_READ_CAMERAS_OUT] = ASV_QUERY_READ_CAMERAS_OUT,
    [ASV_DB_READ_CLIP] = ASV_QUERY_READ_CLIP,
    [ASV_DB_READ_CLIPS] = ASV_QUERY_READ_CLIPS,
    [ASV_DB_READ_CUSTODY] = ASV_QUERY_READ_CUSTODY,
    [ASV_DB_READ_DOCKS] = ASV_QUERY_READ_DOCKS,
    [ASV_DB_READ_EVALUATION] = ASV_QUERY_READ_EVALUATION,
    [ASV_DB_READ_HANDOVER] = ASV_QUERY_READ_HANDOVER,
    [ASV_DB_READ_HANDOVERS] = ASV_QUERY_READ_HANDOVERS,
    [ASV_DB_READ_INCIDENT] = ASV_QUERY_READ_INCIDENT,
    [ASV_DB_READ_INCIDENTS] = ASV_QUERY_READ_INCIDENTS,
    [ASV_DB_READ_KEYS] = ASV_QUERY_READ_KEYS,
    [ASV_DB_READ_LEDGER] = ASV_QUERY_READ_LEDGER,
    [ASV_DB_READ_NIGHTS] = ASV_QUERY_READ_NIGHTS,
    [ASV_DB_READ_OWN_ACCESSES] = ASV_QUERY_READ_OWN_ACCESSES,
    [ASV_DB_READ_POLICIES] = ASV_QUERY_READ_POLICIES,
    [ASV_DB_READ_POLICY] = ASV_QUERY_READ_POLICY,
    [ASV_DB_READ_POLICY_PROPOSALS] = ASV_QUERY_READ_POLICY_PROPOSALS,
    [ASV_DB_READ_RECIPIENTS] = ASV_QUERY_READ_RECIPIENTS,
    [ASV_DB_READ_REQUESTS] = ASV_QUERY_READ_REQUESTS,
    [ASV_DB_READ_RUNS] = ASV_QUERY_READ_RUNS,
    [ASV_DB_READ_SUBJECT_REQUESTS] = ASV_QUERY_READ_SUBJECT_REQUESTS,
    [ASV_DB_READ_USER] = ASV_QUERY_READ_USER,
    [ASV_DB_READ_USERS] = ASV_QUERY_READ_USERS,
};

/* PostgreSQL's numbers of its types, which never change. A domain has that of what it is one of. */
static const struct {
    Oid type;
    enum asv_db_cell_kind kind;
    size_t bytes; /* of a value; 0: any */
} types[] = {{16, ASV_DB_CELL_BOOL, 1},   {17, ASV_DB_CELL_BYTES, 0},  {20, ASV_DB_CELL_NUMBER, 8},
             {21, ASV_DB_CELL_NUMBER, 2}, {23, ASV_DB_CELL_NUMBER, 4}, {25, ASV_DB_CELL_TEXT, 0},
             {114, ASV_DB_CELL_JSON, 0},  {1082, ASV_DB_CELL_DATE, 4}, {1184, ASV_DB_CELL_TIME, 8},
             {2950, ASV_DB_CELL_UUID, 16}};

/* A sheet is the result itself: nothing is copied. */
static const PGresult *result_of(const struct asv_db_sheet *sheet)
{
    return (const PGresult *)sheet;
}

enum asv_status asv_db_read(struct asv_db *db, enum asv_db_reading reading, const char *const *values,
                            size_t count, struct asv_db_sheet **out, struct asv_err *err)
{
    struct asv_params params;
    PGresult *result = NULL;
    assert(reading < ASV_DB_READINGS);
    asv_params_init(&params);
    for (size_t i = 0; i < count; i++) {
        asv_param_text(&params, values[i]);
    }
    enum asv_status status = asv_db_run1(db, queries[reading], &params, &result, err);
    if (status == ASV_OK && PQntuples(result) > ASV_DB_READ_ROWS) {
        PQclear(result);
        return asv_failf(err, ASV_E_LIMIT, "database: %s: more rows than a page has",
                         asv_sql_queries[queries[reading]].name);
    }
    if (status == ASV_OK) {
        *out = (struct asv_db_sheet *)result;
    }
    return status;
}

void asv_db_sheet_free(struct asv_db_sheet *sheet)
{
    PQclear((PGresult *)sheet);
}

size_t asv_db_sheet_rows(const struct asv_db_sheet *sheet)
{
    return (size_t)PQntuples(result_of(sheet));
}

size_t asv_db_sheet_columns(const struct asv_db_sheet *sheet)
{
    return (size_t)PQnfields(result_of(sheet));
}

static int64_t number_of(struct asv_row *row, size_t bytes)
{
    switch (bytes) {
    case 1:
        return asv_row_bool(row) ? 1 : 0;
    case 2:
        return asv_row_u16(row);
    case 4:
        return asv_row_i32(row);
    default:
        return asv_row_i64(row);
    }
}

static void read_cell(struct asv_row *row, size_t bytes, struct asv_db_cell *out)
{
    switch (out->kind) {
    case ASV_DB_CELL_BOOL:
    case ASV_DB_CELL_NUMBER:
        out->number = number_of(row, bytes);
        break;
    case ASV_DB_CELL_DATE:
        out->number = asv_row_date(row);
        break;
    case ASV_DB_CELL_TIME:
        out->number = asv_row_time(row);
        if (out->number == ASV_TIME_UNKNOWN + 1 || out->number == INT64_MAX) {
            out->kind = ASV_DB_CELL_NULL;
        }
        break;
    default:
        out->bytes = (struct asv_bytes){(const uint8_t *)PQgetvalue(row->result, row->row, row->column),
                                        (size_t)PQgetlength(row->result, row->row, row->column)};
        break;
    }
}

enum asv_status asv_db_sheet_cell(const struct asv_db_sheet *sheet, size_t row, size_t column,
                                  struct asv_db_cell *out, struct asv_err *err)
{
    const PGresult *result = result_of(sheet);
    struct asv_row at;
    asv_row_init(&at, result, (int)row);
    at.column = (int)column;
    Oid type = PQftype(result, at.column);
    *out = (struct asv_db_cell){.name = PQfname(result, at.column), .kind = ASV_DB_CELL_NULL};
    if (asv_row_null(&at)) {
        return ASV_OK;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].type == type) {
            out->kind = types[i].kind;
            read_cell(&at, types[i].bytes, out);
            return at.status == ASV_OK
                       ? ASV_OK
                       : asv_failf(err, at.status, "database: column %s is not as expected", out->name);
        }
    }
    return asv_failf(err, ASV_E_INTERNAL, "database: column %s has a type that is not shown", out->name);
}
