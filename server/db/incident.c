/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/incident.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/db/internal.h"

/* Behind the parameters of what is written down: who does, the salt, and the statement's digest. */
static void param_signed(struct asv_params *params, const struct asv_db_signed *it,
                         uint8_t digest[ASV_SHA256_BYTES])
{
    asv_statement_digest(digest, it->said);
    asv_param_digest(params, it->salt);
    asv_param_digest(params, digest);
}

static enum asv_status put_signed(struct asv_db *db, const struct asv_db_signed *it, enum asv_query query,
                                  const struct asv_params *params, enum asv_db_outcome *outcome,
                                  struct asv_err *err)
{
    PGresult *result = NULL;
    enum asv_status status = asv_db_run_signed(db, it, query, params, &result, err);
    return status == ASV_OK ? asv_db_outcome_take(result, query, outcome, err) : status;
}

enum asv_status asv_db_incident_put(struct asv_db *db, const struct asv_db_incident *incident,
                                    const struct asv_db_signed *it, const char *by,
                                    enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    uint8_t digest[ASV_SHA256_BYTES];
    char who[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_uuid(&params, incident->id);
    asv_param_text(&params, incident->case_number);
    asv_param_i16(&params, (int16_t)incident->version);
    asv_param_i16(&params, incident->cause);
    asv_param_text(&params, incident->offence);
    asv_param_text(&params, incident->danger);
    asv_param_time(&params, incident->from_ms);
    asv_param_time(&params, incident->until_ms);
    asv_param_text(&params, incident->place);
    asv_param_text(&params, incident->accused);
    asv_param_text(&params, incident->injured);
    asv_param_text(&params, incident->prosecutor[0] != '\0' ? incident->prosecutor : NULL);
    asv_param_bool(&params, incident->assault);
    asv_param_text(&params, asv_note_clean(who, by));
    param_signed(&params, it, digest);
    return put_signed(db, it, ASV_QUERY_INCIDENT_PUT, &params, outcome, err);
}

static void row_incident(struct asv_row *row, void *to)
{
    struct asv_db_incident *out = to;
    asv_row_uuid(row, out->id);
    asv_row_text(row, out->case_number, sizeof out->case_number);
    out->version = asv_row_u8(row);
    out->cause = asv_row_u8(row);
    asv_row_text(row, out->offence, sizeof out->offence);
    asv_row_text(row, out->danger, sizeof out->danger);
    out->from_ms = asv_row_time(row);
    out->until_ms = asv_row_time(row);
    asv_row_text(row, out->place, sizeof out->place);
    asv_row_text(row, out->accused, sizeof out->accused);
    asv_row_text(row, out->injured, sizeof out->injured);
    asv_row_text(row, out->prosecutor, sizeof out->prosecutor);
    out->assault = asv_row_bool(row);
    out->opened_ms = asv_row_time(row);
    out->since_ms = asv_row_time(row);
    out->clips = asv_row_u64(row);
    out->forgotten_ms = asv_row_time(row);
    asv_row_bytes(row, out->salt, sizeof out->salt);
    asv_row_bytes(row, out->statement, sizeof out->statement);
}

enum asv_status asv_db_incident_find(struct asv_db *db, const char *case_number, struct asv_db_incident *out,
                                     struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    asv_params_init(&params);
    asv_param_text(&params, case_number);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_INCIDENT_FIND, &params, row_incident, out, &there, err);
    return status == ASV_OK && !there
               ? asv_failf(err, ASV_E_NOT_FOUND,
                           "there is no incident \"%s\"; \"asservat incident list\" shows them", case_number)
               : status;
}

enum asv_status asv_db_incidents_forget(struct asv_db *db, bool dry, uint64_t *count, struct asv_err *err)
{
    return asv_db_run_count(db, dry ? ASV_QUERY_INCIDENTS_OVER : ASV_QUERY_INCIDENTS_FORGET, count, err);
}

enum asv_status asv_db_incident_list(struct asv_db *db, const uint8_t *after, struct asv_db_incident *rows,
                                     size_t cap, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, ASV_QUERY_INCIDENT_LIST, &params, row_incident, rows, sizeof *rows, cap, count,
                           err);
}

static void row_next(struct asv_row *row, void *to)
{
    struct asv_db_exhibit *out = to;
    asv_row_uuid(row, out->incident);
    asv_row_bytes(row, out->header, sizeof out->header);
    out->number = (uint16_t)asv_row_i32(row);
}

enum asv_status asv_db_incident_clip_next(struct asv_db *db, struct asv_db_exhibit *exhibit,
                                          struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_text(&params, exhibit->case_number);
    asv_param_uuid(&params, exhibit->clip);
    asv_param_bool(&params, exhibit->shows);
    return asv_db_run_value(db, ASV_QUERY_INCIDENT_CLIP_NEXT, &params, row_next, exhibit, err);
}

enum asv_status asv_db_incident_clip_put(struct asv_db *db, const struct asv_db_exhibit *exhibit,
                                         const struct asv_db_signed *it, const char *by,
                                         enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    uint8_t digest[ASV_SHA256_BYTES];
    char who[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_text(&params, exhibit->case_number);
    asv_param_uuid(&params, exhibit->clip);
    asv_param_bool(&params, exhibit->shows);
    asv_param_text(&params, asv_note_clean(who, by));
    param_signed(&params, it, digest);
    return put_signed(db, it, ASV_QUERY_INCIDENT_CLIP_PUT, &params, outcome, err);
}

/* Why, in the words that somebody signed. */
static void row_removed(struct asv_row *row, void *to)
{
    struct asv_db_incident_removed *out = to;
    struct asv_statement said;
    uint8_t object[ASV_STATEMENT_MAX_BYTES];
    size_t len = 0;
    asv_row_uuid(row, out->clip);
    out->at_ms = asv_row_time(row);
    asv_row_text(row, out->by, sizeof out->by);
    asv_row_blob(row, object, sizeof object, &len);
    out->reason[0] = '\0';
    if (asv_statement_decode(&said, object, len, NULL) == ASV_OK && said.reason.len < sizeof out->reason) {
        memcpy(out->reason, said.reason.data, said.reason.len);
        out->reason[said.reason.len] = '\0';
    }
}

static enum asv_status of_incident(struct asv_db *db, enum asv_query query, const char *case_number,
                                   void (*each)(struct asv_row *row, void *to), void *rows, size_t size,
                                   size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_text(&params, case_number);
    asv_param_i32(&params, ASV_DB_INCIDENT_CLIPS);
    return asv_db_run_rows(db, query, &params, each, rows, size, ASV_DB_INCIDENT_CLIPS, count, err);
}

enum asv_status asv_db_incident_removed(struct asv_db *db, const char *case_number,
                                        struct asv_db_incident_removed *rows, size_t *count,
                                        struct asv_err *err)
{
    return of_incident(db, ASV_QUERY_INCIDENT_REMOVED, case_number, row_removed, rows, sizeof *rows, count,
                       err);
}

static void row_still_next(struct asv_row *row, void *to)
{
    struct asv_db_still *out = to;
    asv_row_uuid(row, out->incident);
    asv_row_text(row, out->case_number, sizeof out->case_number);
    asv_row_bytes(row, out->header, sizeof out->header);
    out->there = asv_row_bool(row);
}

enum asv_status asv_db_still_next(struct asv_db *db, struct asv_db_still *still, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, still->clip);
    asv_param_i64(&params, still->at_ms);
    asv_param_digest(&params, still->picture);
    return asv_db_run_value(db, ASV_QUERY_INCIDENT_STILL_NEXT, &params, row_still_next, still, err);
}

enum asv_status asv_db_still_put(struct asv_db *db, const struct asv_db_still *still,
                                 const struct asv_db_signed *it, const char *by, enum asv_db_outcome *outcome,
                                 struct asv_err *err)
{
    struct asv_params params;
    uint8_t digest[ASV_SHA256_BYTES];
    char who[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_uuid(&params, still->clip);
    asv_param_i64(&params, still->at_ms);
    asv_param_i32(&params, still->width);
    asv_param_i32(&params, still->height);
    asv_param_digest(&params, still->picture);
    asv_param_text(&params, asv_note_clean(who, by));
    param_signed(&params, it, digest);
    return put_signed(db, it, ASV_QUERY_INCIDENT_STILL_PUT, &params, outcome, err);
}

static void row_still(struct asv_row *row, void *to)
{
    struct asv_db_still_row *out = to;
    asv_row_uuid(row, out->still.clip);
    out->still.at_ms = asv_row_i64(row);
    out->still.width = (uint16_t)asv_row_i32(row);
    out->still.height = (uint16_t)asv_row_i32(row);
    asv_row_bytes(row, out->still.picture, sizeof out->still.picture);
    out->since_ms = asv_row_time(row);
    asv_row_text(row, out->by, sizeof out->by);
}

enum asv_status asv_db_still_list(struct asv_db *db, const char *case_number, struct asv_db_still_row *rows,
                                  size_t *count, struct asv_err *err)
{
    return of_incident(db, ASV_QUERY_INCIDENT_STILL_LIST, case_number, row_still, rows, sizeof *rows, count,
                       err);
}

static void row_clip(struct asv_row *row, void *to)
{
    struct asv_db_incident_clip *out = to;
    asv_row_uuid(row, out->clip);
    out->state = asv_row_state(row);
    asv_row_text(row, out->camera_name, sizeof out->camera_name);
    out->start_ms = asv_row_time(row);
    out->due_ms = asv_row_time(row);
}

enum asv_status asv_db_incident_clips(struct asv_db *db, const char *case_number,
                                      struct asv_db_incident_clip *rows, size_t *count, struct asv_err *err)
{
    return of_incident(db, ASV_QUERY_INCIDENT_CLIPS, case_number, row_clip, rows, sizeof *rows, count, err);
}

/* ---- who was shown what ---- */

enum asv_status asv_db_access_put(struct asv_db *db, const struct asv_db_access *access,
                                  enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, access->id);
    asv_param_digest(&params, access->shown);
    asv_param_text(&params, access->reason);
    return asv_db_run_outcome(db, ASV_QUERY_ACCESS_PUT, &params, outcome, err);
}

static void row_access(struct asv_row *row, void *to)
{
    struct asv_db_access_row *out = to;
    asv_row_uuid(row, out->id);
    out->at_ms = asv_row_time(row);
    asv_row_text(row, out->name, sizeof out->name);
    asv_row_text(row, out->case_number, sizeof out->case_number);
    asv_row_text(row, out->reason, sizeof out->reason);
    out->forget_ms = asv_row_time(row);
}

enum asv_status asv_db_access_page(struct asv_db *db, const uint8_t clip[ASV_UUID_BYTES],
                                   const uint8_t *after, struct asv_db_access_row *rows, size_t *count,
                                   struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, clip);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, ASV_DB_ACCESSES);
    return asv_db_run_rows(db, ASV_QUERY_ACCESS_PAGE, &params, row_access, rows, sizeof *rows,
                           ASV_DB_ACCESSES, count, err);
}

enum asv_status asv_db_access_forget(struct asv_db *db, uint64_t *rows, struct asv_err *err)
{
    return asv_db_run_count(db, ASV_QUERY_ACCESS_FORGET, rows, err);
}

enum asv_status asv_db_issues_forget(struct asv_db *db, uint64_t *rows, struct asv_err *err)
{
    return asv_db_run_count(db, ASV_QUERY_ISSUES_FORGET, rows, err);
}

/* ---- what recorded people ask ---- */

static void row_answer(struct asv_row *row, void *to)
{
    struct asv_db_subject_answer *out = to;
    asv_row_uuid(row, out->clip);
    asv_row_text(row, out->camera_name, sizeof out->camera_name);
    asv_row_text(row, out->area, sizeof out->area);
    out->start_ms = asv_row_time(row);
    out->end_ms = asv_row_time(row);
    out->day = asv_row_date(row);
    out->state = asv_row_state(row);
    out->due_ms = asv_row_time(row);
    out->erased_ms = asv_row_time(row);
}

enum asv_status asv_db_subject_request(struct asv_db *db, const struct asv_db_subject_request *request,
                                       const struct asv_db_signed *it, const char *by,
                                       struct asv_db_subject_answer *rows, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    PGresult *result = NULL;
    uint8_t digest[ASV_SHA256_BYTES];
    char who[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_uuid(&params, request->id);
    asv_param_text(&params, asv_note_clean(who, by));
    asv_param_text(&params, request->reason);
    asv_param_digest(&params, request->camera);
    asv_param_text(&params, request->area);
    asv_param_time(&params, request->from_ms);
    asv_param_time(&params, request->until_ms);
    param_signed(&params, it, digest);
    enum asv_status status =
        asv_db_run_signed(db, it, ASV_QUERY_SUBJECT_REQUEST_ANSWER, &params, &result, err);
    return status == ASV_OK ? asv_db_rows_take(result, ASV_QUERY_SUBJECT_REQUEST_ANSWER, row_answer, rows,
                                               sizeof *rows, ASV_DB_PAGE_MAX, count, err)
                            : status;
}
