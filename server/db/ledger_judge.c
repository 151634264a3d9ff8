/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What entries of the ledger rest on: the objects that they name, who decided and who signed. */
#include <string.h>

#include "server/base/fail.h"
#include "server/db/internal.h"
#include "server/db/ledger.h"

static void read_object(struct asv_row *row, void *to)
{
    struct asv_db_ledger_object *out = to;
    asv_row_blob(row, out->data, sizeof out->data, &out->len);
    asv_row_blob(row, out->signer, sizeof out->signer, &out->signer_len);
}

enum asv_status asv_db_ledger_object(struct asv_db *db, uint16_t kind, const uint8_t id[16],
                                     struct asv_db_ledger_object *out, struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    asv_params_init(&params);
    asv_param_i32(&params, kind);
    asv_param_uuid(&params, id);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_LEDGER_OBJECT, &params, read_object, out, &there, err);
    if (status == ASV_OK && !there) {
        out->len = 0;
        out->signer_len = 0;
    }
    return status;
}

static void read_said(struct asv_row *row, void *to)
{
    struct asv_db_ledger_said *out = to;
    out->log = asv_row_u16(row);
    out->index = asv_row_u64(row);
    asv_row_blob(row, out->entry, sizeof out->entry, &out->entry_len);
    out->taken_log = asv_row_u16(row);
    out->taken_index = asv_row_u64(row);
    asv_row_blob(row, out->taken, sizeof out->taken, &out->taken_len);
    out->waits = asv_row_bool(row);
    asv_row_blob(row, out->object, sizeof out->object, &out->object_len);
    asv_row_blob(row, out->record, sizeof out->record, &out->record_len);
}

enum asv_status asv_db_ledger_said(struct asv_db *db, const uint8_t digest[32],
                                   struct asv_db_ledger_said *out, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, digest);
    return asv_db_run_value(db, ASV_QUERY_LEDGER_SAID, &params, read_said, out, err);
}

struct pair {
    uint8_t proposal[32], approval[32];
};

static void read_pair(struct asv_row *row, void *to)
{
    struct pair *out = to;
    asv_row_bytes(row, out->proposal, sizeof out->proposal);
    asv_row_bytes(row, out->approval, sizeof out->approval);
}

enum asv_status asv_db_ledger_forgetting(struct asv_db *db, const uint8_t id[16], uint8_t proposal[32],
                                         uint8_t approval[32], struct asv_err *err)
{
    struct asv_params params;
    struct pair pair;
    bool there = false;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_LEDGER_FORGETTING, &params, read_pair, &pair, &there, err);
    if (status == ASV_OK && !there) {
        return asv_fail(err, ASV_E_NOT_FOUND, "nobody had it forgotten");
    }
    if (status == ASV_OK) {
        memcpy(proposal, pair.proposal, sizeof pair.proposal);
        memcpy(approval, pair.approval, sizeof pair.approval);
    }
    return status;
}

/* LG-100: what has another length is no digest, and no part of it is taken for one. */
static enum asv_status run_digest(struct asv_db *db, enum asv_query query, const struct asv_params *params,
                                  uint8_t out[32], struct asv_err *err)
{
    uint8_t digest[32];
    size_t len = 0;
    enum asv_status status = asv_db_run_blob(db, query, params, digest, sizeof digest, &len, err);
    if (status == ASV_OK && len != sizeof digest) {
        return asv_failf(err, ASV_E_INTERNAL, "database: %s: a digest of %zu bytes",
                         asv_sql_queries[query].name, len);
    }
    if (status == ASV_OK) {
        memcpy(out, digest, sizeof digest);
    }
    return status;
}

enum asv_status asv_db_ledger_enrolment(struct asv_db *db, const uint8_t credential[32],
                                        uint8_t statement[32], struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, credential);
    return run_digest(db, ASV_QUERY_LEDGER_ENROLMENT, &params, statement, err);
}

enum asv_status asv_db_ledger_recorded(struct asv_db *db, const uint8_t event[16], uint8_t header[32],
                                       struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, event);
    return run_digest(db, ASV_QUERY_LEDGER_RECORDED, &params, header, err);
}

static void read_term(struct asv_row *row, void *to)
{
    int64_t *out = to;
    *out = asv_row_time(row);
}

enum asv_status asv_db_ledger_term(struct asv_db *db, int64_t at_ms, int64_t *until_ms, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_time(&params, at_ms);
    return asv_db_run_value(db, ASV_QUERY_LEDGER_TERM, &params, read_term, until_ms, err);
}

static void read_waits(struct asv_row *row, void *to)
{
    bool *out = to;
    *out = asv_row_bool(row);
}

enum asv_status asv_db_ledger_waits(struct asv_db *db, const uint8_t what[16], bool *waits,
                                    struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, what);
    return asv_db_run_value(db, ASV_QUERY_LEDGER_WAITS, &params, read_waits, waits, err);
}

static void read_record(struct asv_row *row, void *to)
{
    struct asv_db_ledger_record *out = to;
    asv_row_text(row, out->what, sizeof out->what);
    asv_row_bytes(row, out->salt, sizeof out->salt);
    asv_row_blob(row, out->said, sizeof out->said, &out->said_len);
}

enum asv_status asv_db_ledger_record(struct asv_db *db, const uint8_t statement[32],
                                     struct asv_db_ledger_record *out, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, statement);
    return asv_db_run_rows(db, ASV_QUERY_LEDGER_RECORD, &params, read_record, out, sizeof *out,
                           ASV_DB_LEDGER_RECORDS, count, err);
}

enum asv_status asv_db_ledger_record_term(struct asv_db *db, const uint8_t incident[16], int64_t at_ms,
                                          int64_t *until_ms, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, incident);
    asv_param_time(&params, at_ms);
    return asv_db_run_value(db, ASV_QUERY_LEDGER_RECORD_TERM, &params, read_term, until_ms, err);
}

enum asv_status asv_db_ledger_alarm(struct asv_db *db, const char *subject, const char *detail,
                                    struct asv_err *err)
{
    return asv_db_run_alarm(db, ASV_QUERY_LEDGER_ALARM, subject, detail, err);
}
