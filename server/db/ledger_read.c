/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What the ledger has, for those who prove it, check it, or have something forgotten. */
#include "server/db/internal.h"
#include "server/db/ledger.h"

enum asv_status asv_db_ledger_logs(struct asv_db *db, uint16_t after,
                                   struct asv_db_ledger_log out[ASV_DB_LEDGER_LOGS], size_t *count,
                                   struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)after);
    return asv_db_run_rows(db, ASV_QUERY_LEDGER_LOGS, &params, asv_row_ledger_log, out, sizeof *out,
                           ASV_DB_LEDGER_LOGS, count, err);
}

static void read_head(struct asv_row *row, void *to)
{
    struct asv_db_ledger_head *out = to;
    out->size = asv_row_u64(row);
    asv_row_bytes(row, out->root, sizeof out->root);
    asv_row_blob(row, out->note, sizeof out->note, &out->note_len);
}

enum asv_status asv_db_ledger_heads(struct asv_db *db, uint16_t log, uint64_t after, uint32_t limit,
                                    struct asv_db_ledger_head *out, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)log);
    asv_param_u64(&params, after);
    asv_param_i32(&params, (int32_t)limit);
    return asv_db_run_rows(db, ASV_QUERY_LEDGER_HEADS, &params, read_head, out, sizeof *out, limit, count,
                           err);
}

void asv_row_ledger_known(struct asv_row *row, void *to)
{
    struct asv_db_ledger_known *out = to;
    out->log = asv_row_u16(row);
    out->index = asv_row_u64(row);
    asv_row_uuid(row, out->id);
    out->kind = (uint16_t)asv_row_i32(row);
    out->recorded_ms = asv_row_i64(row);
    asv_row_blob(row, out->entry, sizeof out->entry, &out->len);
    out->has_key = !asv_row_null(row);
    asv_row_bytes(row, out->key, sizeof out->key);
    asv_row_blob(row, out->fields, sizeof out->fields, &out->fields_len);
    out->forgotten = asv_row_bool(row);
    out->has_day_key = !asv_row_null(row);
    asv_row_bytes(row, out->day_key, sizeof out->day_key);
}

static void read_audit(struct asv_row *row, void *to)
{
    struct asv_db_ledger_audit *out = to;
    asv_row_ledger_known(row, &out->known);
    out->told = asv_row_bool(row);
    asv_row_blob(row, out->facts, sizeof out->facts, &out->facts_len);
    asv_row_blob(row, out->closed, sizeof out->closed, &out->closed_len);
}

enum asv_status asv_db_ledger_audit(struct asv_db *db, uint16_t log, uint64_t from, uint64_t until,
                                    struct asv_db_ledger_audit *out, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)log);
    asv_param_u64(&params, from);
    asv_param_u64(&params, until);
    return asv_db_run_rows(db, ASV_QUERY_LEDGER_AUDIT, &params, read_audit, out, sizeof *out,
                           (size_t)(until - from), count, err);
}

enum asv_status asv_db_ledger_about(struct asv_db *db, const uint8_t what[16], uint16_t after_log,
                                    int64_t after, uint32_t limit, struct asv_db_ledger_known *out,
                                    size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, what);
    asv_param_i16(&params, (int16_t)after_log);
    asv_param_i64(&params, after);
    asv_param_i32(&params, (int32_t)limit);
    return asv_db_run_rows(db, ASV_QUERY_LEDGER_ABOUT, &params, asv_row_ledger_known, out, sizeof *out, limit,
                           count, err);
}

static void read_shown(struct asv_row *row, void *to)
{
    struct asv_db_ledger_shown *out = to;
    out->log = asv_row_u16(row);
    out->index = asv_row_u64(row);
    out->kind = (uint16_t)asv_row_i32(row);
    out->recorded_ms = asv_row_i64(row);
    out->has_key = !asv_row_null(row);
    asv_row_blob(row, out->tags, sizeof out->tags, &out->tag_count);
    out->forgotten = asv_row_bool(row);
}

enum asv_status asv_db_ledger_shown(struct asv_db *db, const uint8_t id[16], struct asv_db_ledger_shown *out,
                                    struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    return asv_db_run_value(db, ASV_QUERY_LEDGER_SHOWN, &params, read_shown, out, err);
}

static void read_untold(struct asv_row *row, void *to)
{
    struct asv_db_ledger_untold *out = to;
    asv_row_text(row, out->kind, sizeof out->kind);
    asv_row_uuid(row, out->id);
    out->next.table = asv_row_i32(row);
    out->next.block = asv_row_u64(row);
}

enum asv_status asv_db_ledger_untold(struct asv_db *db, struct asv_db_ledger_place *at, uint32_t limit,
                                     struct asv_db_ledger_untold *out, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    size_t got = 0;
    asv_params_init(&params);
    asv_param_i32(&params, at->table);
    asv_param_u64(&params, at->block);
    asv_param_i32(&params, (int32_t)limit);
    enum asv_status status = asv_db_run_rows(db, ASV_QUERY_LEDGER_UNTOLD, &params, read_untold, out,
                                             sizeof *out, (size_t)limit + 1, &got, err);
    if (status != ASV_OK) {
        return status;
    }
    if (got == 0) {
        return asv_fail(err, ASV_E_INTERNAL, "database: a page that does not lead on");
    }
    *at = out[0].next;
    *count = got - 1;
    return ASV_OK;
}

static void read_stray(struct asv_row *row, void *to)
{
    struct asv_db_ledger_stray *out = to;
    asv_row_text(row, out->what, sizeof out->what);
}

enum asv_status asv_db_ledger_stray(struct asv_db *db, uint32_t limit, struct asv_db_ledger_stray *out,
                                    size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i32(&params, (int32_t)limit);
    return asv_db_run_rows(db, ASV_QUERY_LEDGER_STRAY, &params, read_stray, out, sizeof *out, limit, count,
                           err);
}

enum asv_status asv_db_ledger_unsigned(struct asv_db *db, uint32_t limit, struct asv_db_ledger_stray *out,
                                       size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i32(&params, (int32_t)limit);
    return asv_db_run_rows(db, ASV_QUERY_LEDGER_UNSIGNED, &params, read_stray, out, sizeof *out, limit, count,
                           err);
}

enum asv_status asv_db_ledger_checked(struct asv_db *db, uint64_t entries, uint64_t wrong,
                                      struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_u64(&params, entries);
    asv_param_u64(&params, wrong);
    return asv_db_run_void(db, ASV_QUERY_LEDGER_CHECKED, &params, err);
}

static void read_instant(struct asv_row *row, void *to)
{
    int64_t *out = to;
    *out = asv_row_time(row);
}

enum asv_status asv_db_ledger_checked_last(struct asv_db *db, int64_t *at_ms, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    return asv_db_run_value(db, ASV_QUERY_LEDGER_CHECKED_LAST, &params, read_instant, at_ms, err);
}

enum asv_status asv_db_ledger_published(struct asv_db *db, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    return asv_db_run_void(db, ASV_QUERY_LEDGER_PUBLISHED, &params, err);
}

enum asv_status asv_db_ledger_published_last(struct asv_db *db, int64_t *at_ms, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    return asv_db_run_value(db, ASV_QUERY_LEDGER_PUBLISHED_LAST, &params, read_instant, at_ms, err);
}

static void read_named(struct asv_row *row, void *to)
{
    bool *out = to;
    *out = asv_row_bool(row);
}

enum asv_status asv_db_ledger_names(struct asv_db *db, const uint8_t digest[32], bool *named,
                                    struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, digest);
    return asv_db_run_value(db, ASV_QUERY_LEDGER_NAMES, &params, read_named, named, err);
}

enum asv_status asv_db_ledger_forget(struct asv_db *db, uint64_t *count, struct asv_err *err)
{
    return asv_db_run_count(db, ASV_QUERY_LEDGER_FORGET, count, err);
}

static void read_span(struct asv_row *row, void *to)
{
    struct asv_db_ledger_span *out = to;
    asv_row_uuid(row, out->epoch);
    out->first = asv_row_u64(row);
    out->last = asv_row_u64(row);
}

enum asv_status asv_db_ledger_span(struct asv_db *db, const uint8_t camera[32], const uint8_t *epoch,
                                   int64_t from_ms, int64_t until_ms, struct asv_db_ledger_span *out,
                                   struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    asv_params_init(&params);
    asv_param_digest(&params, camera);
    asv_param_uuid(&params, epoch);
    asv_param_time(&params, from_ms);
    asv_param_time(&params, until_ms);
    enum asv_status status = asv_db_run_row(db, ASV_QUERY_LEDGER_SPAN, &params, read_span, out, &there, err);
    return status == ASV_OK && !there
               ? asv_fail(err, ASV_E_NOT_FOUND, "of this camera there are no recordings in custody")
               : status;
}

static void read_link(struct asv_row *row, void *to)
{
    struct asv_db_ledger_link *out = to;
    asv_row_ledger_known(row, &out->known);
    out->number = asv_row_u64(row);
    asv_row_blob(row, out->link, sizeof out->link, &out->link_len);
}

enum asv_status asv_db_ledger_links(struct asv_db *db, const uint8_t camera[32],
                                    const struct asv_db_ledger_span *span,
                                    const struct asv_db_ledger_link *after, uint32_t limit,
                                    struct asv_db_ledger_link *out, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, camera);
    asv_param_uuid(&params, span->epoch);
    asv_param_u64(&params, span->first);
    asv_param_u64(&params, span->last);
    asv_param_u64(&params, after != NULL ? after->number : 0);
    asv_param_i16(&params, (int16_t)(after != NULL ? after->known.log : 0));
    asv_param_u64(&params, after != NULL ? after->known.index : 0);
    asv_param_i32(&params, (int32_t)limit);
    return asv_db_run_rows(db, ASV_QUERY_LEDGER_LINKS, &params, read_link, out, sizeof *out, limit, count,
                           err);
}

enum asv_status asv_db_ledger_balances(struct asv_db *db, uint32_t day, uint16_t after_log, int64_t after,
                                       uint32_t limit, struct asv_db_ledger_known *out, size_t *count,
                                       struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_date(&params, day);
    asv_param_i16(&params, (int16_t)after_log);
    asv_param_i64(&params, after);
    asv_param_i32(&params, (int32_t)limit);
    return asv_db_run_rows(db, ASV_QUERY_LEDGER_BALANCES, &params, asv_row_ledger_known, out, sizeof *out,
                           limit, count, err);
}
