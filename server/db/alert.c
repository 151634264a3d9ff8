/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/alert.h"

#include "server/db/internal.h"

static void row_time(struct asv_row *row, void *out)
{
    *(int64_t *)out = asv_row_time(row);
}

static void row_bool(struct asv_row *row, void *out)
{
    *(bool *)out = asv_row_bool(row);
}

enum asv_status asv_db_alert_clock(struct asv_db *db, int64_t *now_ms, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    return asv_db_run_value(db, ASV_QUERY_ALERT_CLOCK, &params, row_time, now_ms, err);
}

static void row_matter(struct asv_row *row, void *to)
{
    struct asv_db_matter *out = to;
    asv_row_text(row, out->kind, sizeof out->kind);
    asv_row_text(row, out->subject, sizeof out->subject);
    asv_row_text(row, out->what, sizeof out->what);
    out->at_ms = asv_row_time(row);
}

enum asv_status asv_db_alert_matters(struct asv_db *db, int64_t docked_before_ms, struct asv_db_matter *rows,
                                     size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_time(&params, docked_before_ms);
    return asv_db_run_rows(db, ASV_QUERY_ALERT_MATTERS, &params, row_matter, rows, sizeof *rows,
                           ASV_DB_MATTERS, count, err);
}

static void put_matter(struct asv_params *params, const char *kind, const char *subject, int64_t run_ms)
{
    asv_params_init(params);
    asv_param_text(params, kind);
    asv_param_text(params, subject);
    asv_param_time(params, run_ms);
}

enum asv_status asv_db_alert_seen(struct asv_db *db, const char *kind, const char *subject, int64_t run_ms,
                                  bool *due, struct asv_err *err)
{
    struct asv_params params;
    put_matter(&params, kind, subject, run_ms);
    return asv_db_run_value(db, ASV_QUERY_ALERT_SEEN, &params, row_bool, due, err);
}

enum asv_status asv_db_alert_told(struct asv_db *db, const char *kind, const char *subject, int64_t run_ms,
                                  struct asv_err *err)
{
    struct asv_params params;
    put_matter(&params, kind, subject, run_ms);
    return asv_db_run_void(db, ASV_QUERY_ALERT_TOLD, &params, err);
}

enum asv_status asv_db_alert_forget(struct asv_db *db, const char *kind, int64_t run_ms, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_text(&params, kind);
    asv_param_time(&params, run_ms);
    return asv_db_run_void(db, ASV_QUERY_ALERT_FORGET, &params, err);
}
