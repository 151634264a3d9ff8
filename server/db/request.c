/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/request.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/db/internal.h"

static const char *const block_kinds[] = {"none", "set", "confirmed", "lifted", "own"};

static uint8_t row_block(struct asv_row *row)
{
    char name[16];
    asv_row_text(row, name, sizeof name);
    for (size_t i = 0; i < sizeof block_kinds / sizeof *block_kinds; i++) {
        if (strcmp(name, block_kinds[i]) == 0) {
            return (uint8_t)i;
        }
    }
    row->status = row->status == ASV_OK ? ASV_E_INTERNAL : row->status;
    return ASV_DB_BLOCK_NONE;
}

/* NULL: false. */
static bool row_flag(struct asv_row *row)
{
    if (asv_row_null(row)) {
        row->column++;
        return false;
    }
    return asv_row_bool(row);
}

static void row_open(struct asv_row *row, struct asv_db_standing *out)
{
    asv_row_bytes(row, out->open_proposal, sizeof out->open_proposal);
    out->open_action = asv_row_u8(row);
    out->open_ground = asv_row_u8(row);
    asv_row_uuid(row, out->open_incident);
    asv_row_text(row, out->open_case, sizeof out->open_case);
    out->open_superior = row_flag(row);
    out->open_by_them = row_flag(row);
    out->open_expires_ms = asv_row_time(row);
}

static void row_standing(struct asv_row *row, void *to)
{
    struct asv_db_standing *out = to;
    asv_row_bytes(row, out->identity.header, 32);
    asv_row_bytes(row, out->identity.camera_cert, 32);
    asv_row_uuid(row, out->identity.epoch);
    out->identity.number = asv_row_u64(row);
    asv_row_uuid(row, out->clip);
    out->state = asv_row_state(row);
    out->kind = asv_row_u8(row);
    asv_row_text(row, out->unit, sizeof out->unit);
    out->day = asv_row_date(row);
    out->dayless = asv_row_bool(row);
    out->earliest_ms = asv_row_time(row);
    out->latest_ms = asv_row_time(row);
    out->due_ms = asv_row_time(row);
    out->unsaid = asv_row_bool(row);
    asv_row_text(row, out->unworn_reason, sizeof out->unworn_reason);
    asv_row_text(row, out->unworn_by, sizeof out->unworn_by);
    out->wears = asv_row_bool(row);
    out->in_charge = asv_row_bool(row);
    out->deputises = asv_row_bool(row);
    out->appraises = asv_row_bool(row);
    out->dwelling = asv_row_bool(row);
    out->pre_roll_ms = (uint32_t)asv_row_u64(row);
    out->dwelling_block = row_block(row);
    out->secret_block = row_block(row);
    out->core_block = row_block(row);
    out->pre_roll_block = row_block(row);
    row_open(row, out);
    asv_row_bytes(row, out->hold_proposal, sizeof out->hold_proposal);
    out->hold_ground = asv_row_u8(row);
    asv_row_uuid(row, out->hold_incident);
    asv_row_text(row, out->hold_case, sizeof out->hold_case);
    out->has_look = !asv_row_null(row);
    asv_row_bytes(row, out->look_proposal, sizeof out->look_proposal);
    asv_row_text(row, out->look_outcome, sizeof out->look_outcome);
    asv_row_bytes(row, out->look_answer, sizeof out->look_answer);
    out->look_expires_ms = asv_row_time(row);
    out->handed_over = asv_row_bool(row);
}

enum asv_status asv_db_standing(struct asv_db *db, const uint8_t clip[ASV_UUID_BYTES],
                                struct asv_db_standing *out, struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    asv_params_init(&params);
    asv_param_uuid(&params, clip);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_CLIP_STANDING, &params, row_standing, out, &there, err);
    return status == ASV_OK && !there
               ? asv_fail(err, ASV_E_NOT_FOUND,
                          "there is no such recording in custody; \"asservat clip list\" shows them")
               : status;
}

static void param_range(struct asv_params *params, const struct asv_db_range *range)
{
    asv_param_time(params, range != NULL ? range->from_ms : ASV_TIME_UNKNOWN);
    asv_param_time(params, range != NULL ? range->until_ms : ASV_TIME_UNKNOWN);
}

static void row_ahead(struct asv_row *row, void *to)
{
    struct asv_db_ahead *out = to;
    asv_row_text(row, out->camera_name, sizeof out->camera_name);
    asv_row_text(row, out->unit, sizeof out->unit);
    out->unsaid = asv_row_bool(row);
    out->wears = asv_row_bool(row);
    out->in_charge = asv_row_bool(row);
    out->deputises = asv_row_bool(row);
    out->appraises = asv_row_bool(row);
    asv_row_bytes(row, out->open_proposal, sizeof out->open_proposal);
    out->open_action = asv_row_u8(row);
    out->open_superior = row_flag(row);
    out->open_by_them = row_flag(row);
    out->counts = asv_row_bool(row);
    out->keyless = asv_row_bool(row);
}

enum asv_status asv_db_ahead(struct asv_db *db, const struct asv_db_range *range, struct asv_db_ahead *out,
                             struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    asv_params_init(&params);
    asv_param_digest(&params, range->camera);
    param_range(&params, range);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_AHEAD_STANDING, &params, row_ahead, out, &there, err);
    return status == ASV_OK && !there ? asv_fail(err, ASV_E_NOT_FOUND, "there is no such camera") : status;
}

enum asv_status asv_db_issue_put(struct asv_db *db, const uint8_t which[ASV_UUID_BYTES],
                                 const uint8_t holder[ASV_UUID_BYTES], const char *reason, bool correct,
                                 const char *by, enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    char who[ASV_NOTE_BYTES + 1];
    char why[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_uuid(&params, which);
    asv_param_uuid(&params, holder);
    asv_param_text(&params, reason != NULL ? asv_note_clean(why, reason) : NULL);
    asv_param_text(&params, asv_note_clean(who, by));
    asv_param_bool(&params, correct);
    return asv_db_run_outcome(db, ASV_QUERY_ISSUE_PUT, &params, outcome, err);
}

/* ---- requests ---- */

enum asv_status asv_db_request_put(struct asv_db *db, const uint8_t proposal[ASV_SHA256_BYTES],
                                   int64_t expires_ms, const struct asv_db_range *range,
                                   enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, proposal);
    asv_param_time(&params, expires_ms);
    param_range(&params, range);
    return asv_db_run_outcome(db, ASV_QUERY_REQUEST_PUT, &params, outcome, err);
}

enum asv_status asv_db_request_end(struct asv_db *db, const uint8_t answer[ASV_SHA256_BYTES],
                                   int64_t until_ms, enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, answer);
    asv_param_time(&params, until_ms != 0 ? until_ms : ASV_TIME_UNKNOWN);
    return asv_db_run_outcome(db, ASV_QUERY_REQUEST_END, &params, outcome, err);
}

enum asv_status asv_db_request_void(struct asv_db *db, const uint8_t proposal[ASV_SHA256_BYTES],
                                    const char *why, enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    char note[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_digest(&params, proposal);
    asv_param_text(&params, asv_note_clean(note, why));
    return asv_db_run_outcome(db, ASV_QUERY_REQUEST_VOID, &params, outcome, err);
}

enum asv_status asv_db_requests_lapse(struct asv_db *db, uint64_t *lapsed, struct asv_err *err)
{
    return asv_db_run_count(db, ASV_QUERY_REQUESTS_LAPSE, lapsed, err);
}

static void read_proposal(struct asv_row *row, void *to)
{
    asv_row_bytes(row, to, ASV_SHA256_BYTES);
}

enum asv_status asv_db_hold_open(struct asv_db *db, const uint8_t recording[ASV_UUID_BYTES],
                                 uint8_t proposal[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, recording);
    return asv_db_run_value(db, ASV_QUERY_HOLD_OPEN, &params, read_proposal, proposal, err);
}

enum asv_status asv_db_hold_lapsed(struct asv_db *db, const uint8_t recording[ASV_UUID_BYTES],
                                   const uint8_t proposal[ASV_SHA256_BYTES], bool ended,
                                   enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, recording);
    asv_param_digest(&params, proposal);
    asv_param_bool(&params, ended);
    return asv_db_run_outcome(db, ASV_QUERY_HOLD_LAPSED, &params, outcome, err);
}

static void row_request(struct asv_row *row, void *to)
{
    struct asv_db_request *out = to;
    asv_row_bytes(row, out->proposal, sizeof out->proposal);
    out->action = asv_row_u8(row);
    asv_row_uuid(row, out->clip);
    asv_row_bytes(row, out->range.camera, sizeof out->range.camera);
    asv_row_text(row, out->camera_name, sizeof out->camera_name);
    out->range.from_ms = asv_row_time(row);
    out->range.until_ms = asv_row_time(row);
    asv_row_uuid(row, out->incident);
    asv_row_text(row, out->case_number, sizeof out->case_number);
    out->ground = asv_row_u8(row);
    out->superior = asv_row_bool(row);
    out->requested_ms = asv_row_time(row);
    out->expires_ms = asv_row_time(row);
    asv_row_text(row, out->outcome, sizeof out->outcome);
    out->ended_ms = asv_row_time(row);
    asv_row_blob(row, out->bytes, sizeof out->bytes, &out->len);
}

enum asv_status asv_db_request_find(struct asv_db *db, const char *digits, struct asv_db_request *out,
                                    struct asv_err *err)
{
    struct asv_params params;
    struct asv_db_request found[2]; /* the query gives no more */
    size_t count = 0;
    asv_params_init(&params);
    asv_param_text(&params, digits);
    enum asv_status status = asv_db_run_rows(db, ASV_QUERY_REQUEST_FIND, &params, row_request, found,
                                             sizeof *found, 2, &count, err);
    if (status != ASV_OK) {
        return status;
    }
    if (count == 0 && strlen(digits) < ASV_DB_REQUEST_DIGITS) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\": a request is named by at least %d of its digits", digits,
                         ASV_DB_REQUEST_DIGITS);
    }
    if (count != 1) {
        return asv_failf(err, count == 0 ? ASV_E_NOT_FOUND : ASV_E_USAGE,
                         count == 0 ? "there is no request \"%s\"; \"asservat hold list\" shows them"
                                    : "\"%s\" names several requests: give more of its digits",
                         digits);
    }
    *out = found[0];
    return ASV_OK;
}

enum asv_status asv_db_request_list(struct asv_db *db, const uint8_t *clip, bool ended,
                                    const struct asv_db_request *after, struct asv_db_request *rows,
                                    size_t cap, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, clip);
    asv_param_bool(&params, ended);
    asv_param_time(&params, after != NULL ? after->requested_ms : ASV_TIME_UNKNOWN);
    asv_param_digest(&params, after != NULL ? after->proposal : NULL);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, ASV_QUERY_REQUEST_LIST, &params, row_request, rows, sizeof *rows, cap, count,
                           err);
}

/* ---- holds ahead of the docking ---- */

static void row_held_ahead(struct asv_row *row, void *to)
{
    struct asv_db_held_ahead *out = to;
    asv_row_bytes(row, out->identity.header, 32);
    asv_row_uuid(row, out->clip);
    asv_row_bytes(row, out->proposal, sizeof out->proposal);
    asv_row_bytes(row, out->identity.camera_cert, 32);
    asv_row_uuid(row, out->identity.epoch);
    out->identity.number = asv_row_u64(row);
}

enum asv_status asv_db_held_ahead_page(struct asv_db *db, const struct asv_db_held_ahead *after,
                                       struct asv_db_held_ahead *rows, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, after != NULL ? after->identity.header : NULL);
    asv_param_digest(&params, after != NULL ? after->proposal : NULL);
    asv_param_i32(&params, ASV_DB_HELD_AHEADS);
    return asv_db_run_rows(db, ASV_QUERY_HELD_AHEAD_PAGE, &params, row_held_ahead, rows, sizeof *rows,
                           ASV_DB_HELD_AHEADS, count, err);
}

enum asv_status asv_db_held_ahead(struct asv_db *db, const struct asv_db_held_ahead *what,
                                  enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, what->identity.header);
    asv_param_digest(&params, what->proposal);
    return asv_db_run_outcome(db, ASV_QUERY_HELD_AHEAD, &params, outcome, err);
}

enum asv_status asv_db_held_ahead_by(struct asv_db *db, const uint8_t header[ASV_SHA256_BYTES],
                                     uint8_t proposal[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, header);
    return asv_db_run_value(db, ASV_QUERY_HELD_AHEAD_BY, &params, read_proposal, proposal, err);
}

static void row_ahead_end(struct asv_row *row, void *to)
{
    struct asv_db_ahead_end *out = to;
    asv_row_bytes(row, out->proposal, sizeof out->proposal);
    asv_row_bytes(row, out->camera_cert, sizeof out->camera_cert);
    asv_row_text(row, out->camera_name, sizeof out->camera_name);
    out->from_ms = asv_row_time(row);
    out->until_ms = asv_row_time(row);
    out->since_ms = asv_row_time(row);
    out->emptied = asv_row_bool(row);
    out->waiting = asv_row_u64(row);
}

enum asv_status asv_db_ahead_page(struct asv_db *db, const uint8_t *after, struct asv_db_ahead_end *rows,
                                  size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, after);
    asv_param_i32(&params, ASV_DB_AHEADS);
    return asv_db_run_rows(db, ASV_QUERY_AHEAD_PAGE, &params, row_ahead_end, rows, sizeof *rows,
                           ASV_DB_AHEADS, count, err);
}

enum asv_status asv_db_ahead_finished(struct asv_db *db, const uint8_t proposal[ASV_SHA256_BYTES],
                                      enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, proposal);
    return asv_db_run_outcome(db, ASV_QUERY_AHEAD_FINISHED, &params, outcome, err);
}

/* ---- blocks ---- */

enum asv_status asv_db_block_put(struct asv_db *db, const uint8_t statement[ASV_SHA256_BYTES], bool confirms,
                                 enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, statement);
    asv_param_bool(&params, confirms);
    return asv_db_run_outcome(db, ASV_QUERY_BLOCK_PUT, &params, outcome, err);
}

enum asv_status asv_db_block_void(struct asv_db *db, const uint8_t statement[ASV_SHA256_BYTES],
                                  const char *why, enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    char note[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_digest(&params, statement);
    asv_param_text(&params, asv_note_clean(note, why));
    return asv_db_run_outcome(db, ASV_QUERY_BLOCK_VOID, &params, outcome, err);
}
