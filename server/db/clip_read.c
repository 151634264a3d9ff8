/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is read of clips in custody. */
#include <string.h>

#include "server/base/fail.h"
#include "server/db/clip.h"
#include "server/db/internal.h"

static void row_clip(struct asv_row *row, void *to)
{
    struct asv_db_clip_row *out = to;
    asv_row_bytes(row, out->identity.camera_cert, 32);
    asv_row_uuid(row, out->identity.epoch);
    out->identity.number = asv_row_u64(row);
    asv_row_bytes(row, out->identity.header, 32);
    asv_row_uuid(row, out->clip);
    out->state = asv_row_state(row);
    out->kind = asv_row_u8(row);
    out->integrity = asv_row_u8(row);
    out->provenance = asv_row_u8(row);
    out->marked = asv_row_bool(row);
    asv_row_text(row, out->camera_name, sizeof out->camera_name);
    asv_row_text(row, out->unit, sizeof out->unit);
    asv_row_text(row, out->area, sizeof out->area);
    asv_row_text(row, out->reason, sizeof out->reason);
    out->day = asv_row_date(row);
    out->start_ms = asv_row_time(row);
    out->end_ms = asv_row_time(row);
    out->earliest_ms = asv_row_time(row);
    out->latest_ms = asv_row_time(row);
    out->due_ms = asv_row_time(row);
    out->committed_ms = asv_row_time(row);
    out->erased_on_camera_ms = asv_row_time(row);
    out->payload_bytes = asv_row_u64(row);
    out->tail_bytes = asv_row_u64(row);
}

enum asv_status asv_db_clip_list(struct asv_db *db, const struct asv_db_clip_filter *filter,
                                 struct asv_db_clip_row *rows, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    bool from_first = filter->after_ms == 0;
    asv_params_init(&params);
    asv_param_date(&params, filter->day);
    asv_param_digest(&params, filter->has_camera ? filter->camera_cert : NULL);
    if (filter->kind == 0) {
        asv_param_null(&params);
    } else {
        asv_param_i16(&params, filter->kind);
    }
    asv_param_bool(&params, filter->unasked);
    asv_param_time(&params, from_first ? ASV_TIME_UNKNOWN : filter->after_ms);
    asv_param_digest(&params, filter->after_header);
    asv_param_i32(&params, (int32_t)asv_db_page(filter->limit));
    return asv_db_run_rows(db, ASV_QUERY_CLIP_LIST, &params, row_clip, rows, sizeof *rows,
                           asv_db_page(filter->limit), count, err);
}

static void row_custody(struct asv_row *row, void *to)
{
    struct asv_db_in_custody *out = to;
    asv_row_uuid(row, out->recording);
    asv_row_bytes(row, out->identity.camera_cert, 32);
    asv_row_uuid(row, out->identity.epoch);
    out->identity.number = asv_row_u64(row);
    asv_row_bytes(row, out->identity.header, 32);
    asv_row_uuid(row, out->clip);
    out->kind = asv_row_u8(row);
    out->day = asv_row_date(row);
    out->latest_ms = asv_row_time(row);
}

enum asv_status asv_db_custody_list(struct asv_db *db, const uint8_t *after, struct asv_db_in_custody *rows,
                                    size_t cap, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, ASV_QUERY_CUSTODY_LIST, &params, row_custody, rows, sizeof *rows, cap, count,
                           err);
}

struct due {
    uint64_t held, over;
};

static void row_due(struct asv_row *row, void *to)
{
    struct due *due = to;
    due->held = asv_row_u64(row);
    due->over = asv_row_u64(row);
}

enum asv_status asv_db_custody_due(struct asv_db *db, uint64_t *held, uint64_t *due, struct asv_err *err)
{
    struct asv_params params;
    struct due counted = {0};
    bool there = false;
    asv_params_init(&params);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_CUSTODY_DUE, &params, row_due, &counted, &there, err);
    if (status == ASV_OK) {
        *held = counted.held;
        *due = counted.over;
    }
    return status;
}

static void row_face(struct asv_row *row, void *to)
{
    struct asv_db_clip_face *out = to;
    asv_row_uuid(row, out->clip);
    asv_row_text(row, out->camera_name, sizeof out->camera_name);
    asv_row_text(row, out->unit, sizeof out->unit);
    out->start_ms = asv_row_time(row);
}

enum asv_status asv_db_clip_of_header(struct asv_db *db, const uint8_t header[32],
                                      struct asv_db_clip_face *out, struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    asv_params_init(&params);
    asv_param_digest(&params, header);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_CLIP_OF_HEADER, &params, row_face, out, &there, err);
    return status == ASV_OK && !there
               ? asv_fail(err, ASV_E_NOT_FOUND, "no recording in custody has this header")
               : status;
}

enum asv_status asv_db_clip_show(struct asv_db *db, const uint8_t clip[16], uint32_t index,
                                 struct asv_db_clip_row *out, uint8_t *record, size_t cap, size_t *len,
                                 struct asv_err *err)
{
    struct asv_params params;
    PGresult *result = NULL;
    asv_params_init(&params);
    asv_param_uuid(&params, clip);
    asv_param_i64(&params, index);
    enum asv_status status = asv_db_run1(db, ASV_QUERY_CLIP_SHOW, &params, &result, err);
    if (status != ASV_OK) {
        return status;
    }
    if (PQntuples(result) == 0) {
        PQclear(result);
        return asv_fail(err, ASV_E_NOT_FOUND, "no clip with this UUID is in custody");
    }
    struct asv_row row;
    asv_row_init(&row, result, 0);
    row_clip(&row, out);
    asv_row_blob(&row, record, cap, len);
    status = asv_row_end(&row, ASV_QUERY_CLIP_SHOW, err);
    PQclear(result);
    return status;
}

enum asv_status asv_db_clip_record(struct asv_db *db, const struct asv_db_identity *identity, uint8_t *out,
                                   size_t cap, size_t *len, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_identity(&params, identity);
    return asv_db_run_blob(db, ASV_QUERY_CLIP_RECORD, &params, out, cap, len, err);
}

static void row_event(struct asv_row *row, void *to)
{
    struct asv_db_event *out = to;
    asv_row_uuid(row, out->id);
    asv_row_text(row, out->kind, sizeof out->kind);
    out->at_ms = asv_row_time(row);
    out->recorded_ms = asv_row_time(row);
    asv_row_text(row, out->actor_kind, sizeof out->actor_kind);
    asv_row_bytes(row, out->actor, 32);
    asv_row_text(row, out->actor_name, sizeof out->actor_name);
    asv_row_text(row, out->place, sizeof out->place);
    asv_row_text(row, out->detail, sizeof out->detail);
    out->is_signed = asv_row_bool(row);
    asv_row_bytes(row, out->object_digest, 32);
    asv_row_bytes(row, out->signature, 64);
}

enum asv_status asv_db_clip_events(struct asv_db *db, const struct asv_db_identity *identity,
                                   const uint8_t *after, struct asv_db_event *events, size_t cap,
                                   size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_identity(&params, identity);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, ASV_QUERY_CLIP_EVENTS, &params, row_event, events, sizeof *events, cap, count,
                           err);
}
