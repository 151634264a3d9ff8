/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Hand-overs, as the job that builds them reads and writes them: under a role that is told of what was
 * approved, and of nothing else. */
#include <string.h>

#include "server/base/fail.h"
#include "server/db/handover.h"
#include "server/db/internal.h"

static void row_job(struct asv_row *row, void *to)
{
    struct asv_db_handover_job *out = to;
    asv_row_uuid(row, out->id);
    asv_row_text(row, out->case_number, sizeof out->case_number);
    asv_row_uuid(row, out->incident);
    asv_row_blob(row, out->plan, sizeof out->plan, &out->plan_len);
    asv_row_blob(row, out->card, sizeof out->card, &out->card_len);
    asv_row_object(row, &out->proposal);
    asv_row_blob(row, out->proposer, sizeof out->proposer, &out->proposer_len);
    asv_row_object(row, &out->approval);
    asv_row_blob(row, out->approver, sizeof out->approver, &out->approver_len);
    asv_row_blob(row, out->ruling, sizeof out->ruling, &out->ruling_len);
    asv_row_text(row, out->stage, sizeof out->stage);
    out->done = (uint16_t)asv_row_i32(row);
    out->made = (uint8_t)asv_row_i32(row);
    out->approved_ms = asv_row_time(row);
}

static enum asv_status find_job(struct asv_db *db, const uint8_t *id, const uint8_t *after,
                                struct asv_db_handover_job *out, bool *there, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    asv_param_uuid(&params, after);
    return asv_db_run_row(db, ASV_QUERY_HANDOVER_WORK, &params, row_job, out, there, err);
}

enum asv_status asv_db_handover_next(struct asv_db *db, const uint8_t *after, struct asv_db_handover_job *out,
                                     bool *there, struct asv_err *err)
{
    return find_job(db, NULL, after, out, there, err);
}

enum asv_status asv_db_handover_job(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                    struct asv_db_handover_job *out, struct asv_err *err)
{
    bool there = false;
    enum asv_status status = find_job(db, id, NULL, out, &there, err);
    return status == ASV_OK && !there
               ? asv_fail(err, ASV_E_NOT_FOUND, "no such hand-over was approved, or it is over")
               : status;
}

static void row_incident(struct asv_row *row, void *to)
{
    struct asv_db_incident *out = to;
    out->version = asv_row_u16(row);
    out->cause = asv_row_u8(row);
    asv_row_text(row, out->offence, sizeof out->offence);
    asv_row_text(row, out->danger, sizeof out->danger);
    out->from_ms = asv_row_time(row);
    out->until_ms = asv_row_time(row);
    asv_row_text(row, out->place, sizeof out->place);
    asv_row_text(row, out->accused, sizeof out->accused);
    asv_row_text(row, out->injured, sizeof out->injured);
    asv_row_text(row, out->prosecutor, sizeof out->prosecutor);
    asv_row_bytes(row, out->statement, sizeof out->statement);
    out->since_ms = asv_row_time(row);
    out->changed_ms = asv_row_time(row);
}

enum asv_status asv_db_handover_incident(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                         struct asv_db_incident *out, struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_HANDOVER_INCIDENT, &params, row_incident, out, &there, err);
    return status == ASV_OK && !there
               ? asv_fail(err, ASV_E_NOT_FOUND, "nothing is known any more of the incident")
               : status;
}

static void row_where(struct asv_row *row, struct asv_db_handover_clip *out)
{
    asv_row_uuid(row, out->clip);
    asv_row_bytes(row, out->identity.camera_cert, sizeof out->identity.camera_cert);
    asv_row_uuid(row, out->identity.epoch);
    out->identity.number = asv_row_u64(row);
    asv_row_bytes(row, out->identity.header, sizeof out->identity.header);
    out->kind = asv_row_u8(row);
    out->day = asv_row_date(row);
    out->latest_ms = asv_row_time(row);
}

static void row_clip(struct asv_row *row, void *to)
{
    struct asv_db_handover_clip *out = to;
    row_where(row, out);
    asv_row_text(row, out->camera_name, sizeof out->camera_name);
    asv_row_text(row, out->model, sizeof out->model);
    asv_row_text(row, out->device_serial, sizeof out->device_serial);
    asv_row_text(row, out->firmware, sizeof out->firmware);
    asv_row_text(row, out->unit, sizeof out->unit);
    asv_row_text(row, out->area, sizeof out->area);
    out->start_ms = asv_row_time(row);
    out->end_ms = asv_row_time(row);
    out->earliest_ms = asv_row_time(row);
    out->clock_state = asv_row_u8(row);
    out->clock_offset_ms = asv_row_i64(row);
    out->clock_uncertainty_ms = asv_row_u64(row);
    out->docked_ms = asv_row_time(row);
    asv_row_bytes(row, out->dock, sizeof out->dock);
    asv_row_text(row, out->dock_name, sizeof out->dock_name);
    out->committed_ms = asv_row_time(row);
    out->erased_on_camera_ms = asv_row_time(row);
    out->integrity = asv_row_u8(row);
    out->provenance = asv_row_u8(row);
    out->marked = asv_row_bool(row);
    out->payload_bytes = asv_row_u64(row);
    out->tail_bytes = asv_row_u64(row);
    out->chunks = asv_row_u64(row);
    asv_row_bytes(row, out->root, sizeof out->root);
    asv_row_bytes(row, out->seal_digest, sizeof out->seal_digest);
}

static void param_clip(struct asv_params *params, const uint8_t id[ASV_UUID_BYTES], uint16_t number)
{
    asv_params_init(params);
    asv_param_uuid(params, id);
    asv_param_i16(params, (int16_t)number);
}

enum asv_status asv_db_handover_clip(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES], uint16_t number,
                                     struct asv_db_handover_clip *out, struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    param_clip(&params, id, number);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_HANDOVER_CLIP_ABOUT, &params, row_clip, out, &there, err);
    return status == ASV_OK && !there
               ? asv_failf(err, ASV_E_NOT_FOUND, "the plan has no recording %u", (unsigned)number)
               : status;
}

static void row_custody(struct asv_row *row, void *to)
{
    struct asv_db_handover_custody *out = to;
    struct asv_db_event *event = &out->event;
    asv_row_uuid(row, event->id);
    asv_row_text(row, event->kind, sizeof event->kind);
    event->at_ms = asv_row_time(row);
    event->recorded_ms = asv_row_time(row);
    asv_row_text(row, event->actor_kind, sizeof event->actor_kind);
    asv_row_bytes(row, event->actor, sizeof event->actor);
    asv_row_text(row, event->actor_name, sizeof event->actor_name);
    asv_row_text(row, event->place, sizeof event->place);
    asv_row_text(row, event->detail, sizeof event->detail);
    event->is_signed = asv_row_bool(row);
    asv_row_bytes(row, event->object_digest, sizeof event->object_digest);
    memset(event->signature, 0, sizeof event->signature);
    out->log = asv_row_u16(row);
    out->leaf = asv_row_u64(row);
}

enum asv_status asv_db_handover_custody(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES], uint16_t number,
                                        const uint8_t *after, struct asv_db_handover_custody *rows,
                                        size_t cap, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    param_clip(&params, id, number);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, ASV_QUERY_HANDOVER_CUSTODY, &params, row_custody, rows, sizeof *rows, cap,
                           count, err);
}

/* As the database counts them; NULL: all. */
static void param_clips(struct asv_params *params, struct asv_array *array,
                        const struct asv_db_handover_clips *of)
{
    asv_array_init(array, ASV_ARRAY_I64);
    for (uint16_t i = 0; of->clips != NULL && i < of->count; i++) {
        asv_array_i64(array, of->clips[i] + 1);
    }
    if (of->clips != NULL) {
        asv_param_array(params, array);
    } else {
        asv_param_null(params);
    }
}

static void row_series(struct asv_row *row, void *to)
{
    struct asv_db_handover_series *out = to;
    asv_row_bytes(row, out->camera, sizeof out->camera);
    asv_row_uuid(row, out->epoch);
    asv_row_text(row, out->camera_name, sizeof out->camera_name);
    out->from_ms = asv_row_time(row);
    out->until_ms = asv_row_time(row);
    out->first = asv_row_u64(row);
    out->last = asv_row_u64(row);
}

enum asv_status asv_db_handover_series(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                       const struct asv_db_handover_clips *of,
                                       struct asv_db_handover_series *rows, size_t cap, size_t *count,
                                       struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array clips;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    param_clips(&params, &clips, of);
    return asv_db_run_rows(db, ASV_QUERY_HANDOVER_SERIES, &params, row_series, rows, sizeof *rows, cap, count,
                           err);
}

static void row_link(struct asv_row *row, void *to)
{
    struct asv_db_handover_link *out = to;
    out->number = asv_row_u64(row);
    asv_row_text(row, out->fate, sizeof out->fate);
    out->twice = asv_row_bool(row);
    out->clip = asv_row_u16(row);
    asv_row_blob(row, out->link, sizeof out->link, &out->link_len);
}

enum asv_status asv_db_handover_links(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                      const struct asv_db_handover_series *series, uint64_t after,
                                      struct asv_db_handover_link *rows, size_t cap, size_t *count,
                                      struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    asv_param_digest(&params, series->camera);
    asv_param_uuid(&params, series->epoch);
    asv_param_u64(&params, after);
    asv_param_i32(&params, (int32_t)cap);
    return asv_db_run_rows(db, ASV_QUERY_HANDOVER_LINKS, &params, row_link, rows, sizeof *rows, cap, count,
                           err);
}

enum asv_status asv_db_handover_entries(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                        const struct asv_db_handover_clips *of, uint16_t after_log,
                                        int64_t after, uint32_t limit, struct asv_db_ledger_known *out,
                                        size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array clips;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    param_clips(&params, &clips, of);
    asv_param_i16(&params, (int16_t)after_log);
    asv_param_i64(&params, after);
    asv_param_i32(&params, (int32_t)limit);
    return asv_db_run_rows(db, ASV_QUERY_HANDOVER_ENTRIES, &params, asv_row_ledger_known, out, sizeof *out,
                           limit, count, err);
}

static void row_yes(struct asv_row *row, void *to)
{
    *(bool *)to = asv_row_bool(row);
}

enum asv_status asv_db_handover_waits(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES], bool *waits,
                                      struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    return asv_db_run_value(db, ASV_QUERY_HANDOVER_WAITS, &params, row_yes, waits, err);
}

enum asv_status asv_db_handover_is_over(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES], bool *over,
                                        struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    return asv_db_run_value(db, ASV_QUERY_HANDOVER_IS_OVER, &params, row_yes, over, err);
}

enum asv_status asv_db_handover_progress(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                         const struct asv_db_handover_progress *progress, bool *cancelled,
                                         struct asv_err *err)
{
    struct asv_params params;
    char word[ASV_DB_HANDOVER_WORD] = "";
    char note[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    asv_param_text(&params, progress->stage);
    asv_param_i16(&params, (int16_t)progress->done);
    asv_param_u64(&params, progress->bytes);
    asv_param_text(&params, progress->error != NULL ? asv_note_clean(note, progress->error) : NULL);
    asv_param_text(&params, progress->cause);
    enum asv_status status =
        asv_db_run_value(db, ASV_QUERY_HANDOVER_PROGRESS, &params, asv_row_word, word, err);
    if (status == ASV_OK) {
        *cancelled = strcmp(word, "cancelled") == 0;
    }
    return status;
}

static const char *output_name(uint8_t output)
{
    return output == ASV_PLAN_CARRIER ? "carrier" : "filing";
}

enum asv_status asv_db_handover_built(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                      const struct asv_db_handover_output *output,
                                      enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array clips;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    asv_param_text(&params, output_name(output->output));
    asv_param_digest(&params, output->digest);
    asv_param_u64(&params, output->bytes);
    asv_param_i32(&params, (int32_t)output->files);
    asv_param_text(&params, output->software);
    asv_param_i16(&params, (int16_t)output->part);
    asv_param_i16(&params, (int16_t)output->parts);
    param_clips(&params, &clips, &output->of);
    return asv_db_run_outcome(db, ASV_QUERY_HANDOVER_BUILT, &params, outcome, err);
}

static void row_carrier(struct asv_row *row, void *to)
{
    struct asv_db_handover_carrier *out = to;
    out->part = asv_row_u16(row);
    out->parts = asv_row_u16(row);
    asv_row_bytes(row, out->digest, sizeof out->digest);
}

enum asv_status asv_db_handover_carriers(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                         struct asv_db_handover_carrier *rows, size_t cap, size_t *count,
                                         struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    return asv_db_run_rows(db, ASV_QUERY_HANDOVER_CARRIERS, &params, row_carrier, rows, sizeof *rows, cap,
                           count, err);
}

static void param_medium(struct asv_params *params, const uint8_t id[ASV_UUID_BYTES], uint8_t output,
                         const struct asv_db_handover_medium *medium)
{
    asv_params_init(params);
    asv_param_uuid(params, id);
    asv_param_text(params, output_name(output));
    asv_param_text(params, medium->label);
    asv_param_uuid(params, medium->id);
}

enum asv_status asv_db_handover_named(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES], uint8_t output,
                                      const struct asv_db_handover_medium *medium,
                                      enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    param_medium(&params, id, output, medium);
    return asv_db_run_outcome(db, ASV_QUERY_HANDOVER_NAMED, &params, outcome, err);
}

enum asv_status asv_db_handover_written(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES], uint8_t output,
                                        const struct asv_db_handover_medium *medium,
                                        const uint8_t digest[ASV_SHA256_BYTES], enum asv_db_outcome *outcome,
                                        struct asv_err *err)
{
    struct asv_params params;
    param_medium(&params, id, output, medium);
    asv_param_digest(&params, digest);
    return asv_db_run_outcome(db, ASV_QUERY_HANDOVER_WRITTEN, &params, outcome, err);
}
