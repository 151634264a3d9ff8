/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/policy.h"

#include "server/db/internal.h"

static void param_page(struct asv_params *params, size_t cap)
{
    asv_param_i32(params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
}

enum asv_status asv_db_policy_file_put(struct asv_db *db, const struct asv_db_policy_file *file,
                                       struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_u64(&params, file->version);
    asv_param_text(&params, file->name);
    asv_param_i16(&params, (int16_t)file->days);
    asv_param_bytes(&params, file->content.data, file->content.len);
    return asv_db_run_outcome(db, ASV_QUERY_POLICY_FILE_PUT, &params, NULL, err);
}

enum asv_status asv_db_policy_file_find(struct asv_db *db, const uint8_t digest[32], uint8_t *out,
                                        size_t *len, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, digest);
    return asv_db_run_blob(db, ASV_QUERY_POLICY_FILE_FIND, &params, out, ASV_DB_POLICY_FILE_BYTES, len, err);
}

enum asv_status asv_db_policy_on(struct asv_db *db, uint32_t day, uint8_t *out, size_t *len,
                                 struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_date(&params, day);
    return asv_db_run_blob(db, ASV_QUERY_POLICY_ON, &params, out, ASV_DB_POLICY_FILE_BYTES, len, err);
}

static void row_version(struct asv_row *row, void *to)
{
    struct asv_db_policy_version *out = to;
    out->version = (uint32_t)asv_row_u64(row);
    asv_row_bytes(row, out->digest, sizeof out->digest);
    asv_row_text(row, out->name, sizeof out->name);
    out->days = (uint16_t)asv_row_i32(row);
    out->from_date = asv_row_date(row);
    out->decided_ms = asv_row_time(row);
    asv_row_bytes(row, out->proposal, sizeof out->proposal);
    asv_row_bytes(row, out->approval, sizeof out->approval);
}

enum asv_status asv_db_policy_history(struct asv_db *db, uint32_t below, struct asv_db_policy_version *out,
                                      size_t cap, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    if (below != 0) {
        asv_param_u64(&params, below);
    } else {
        asv_param_null(&params);
    }
    param_page(&params, cap);
    return asv_db_run_rows(db, ASV_QUERY_POLICY_PAGE, &params, row_version, out, sizeof *out, cap, count,
                           err);
}

static void row_group(struct asv_row *row, void *to)
{
    struct asv_db_period_group *out = to;
    out->day = asv_row_date(row);
    out->state = asv_row_state(row);
    out->ground = asv_row_u8(row);
    out->request_ms = asv_row_time(row);
    out->recordings = asv_row_u64(row);
}

enum asv_status asv_db_recording_periods(struct asv_db *db, size_t from, struct asv_db_period_group *out,
                                         size_t cap, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i32(&params, (int32_t)from);
    param_page(&params, cap);
    return asv_db_run_rows(db, ASV_QUERY_RECORDING_PERIODS, &params, row_group, out, sizeof *out, cap, count,
                           err);
}
