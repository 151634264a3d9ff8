/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Hand-overs, as people see them. What the job does is in handover_job.c. */
#include "server/db/handover.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/db/internal.h"

static void row_candidate(struct asv_row *row, void *to)
{
    struct asv_db_handover_candidate *out = to;
    asv_row_uuid(row, out->incident);
    asv_row_bytes(row, out->header, sizeof out->header);
    out->held = asv_row_bool(row);
    out->bytes = asv_row_u64(row);
    out->span_ms = asv_row_u64(row);
}

enum asv_status asv_db_handover_candidate(struct asv_db *db, const char *case_number,
                                          const uint8_t clip[ASV_UUID_BYTES],
                                          struct asv_db_handover_candidate *out, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_text(&params, case_number);
    asv_param_uuid(&params, clip);
    return asv_db_run_value(db, ASV_QUERY_HANDOVER_CANDIDATE, &params, row_candidate, out, err);
}

static void row_line(struct asv_row *row, void *to)
{
    struct asv_db_handover_line *out = to;
    asv_row_uuid(row, out->id);
    asv_row_text(row, out->case_number, sizeof out->case_number);
    asv_row_text(row, out->addressee, sizeof out->addressee);
    asv_row_text(row, out->state, sizeof out->state);
    out->clips = (uint16_t)asv_row_i32(row);
    out->done = (uint16_t)asv_row_i32(row);
    asv_row_bytes(row, out->proposal, sizeof out->proposal);
    out->own = asv_row_bool(row);
    out->proposed_ms = asv_row_time(row);
    out->expires_ms = asv_row_time(row);
    out->approved_ms = asv_row_time(row);
    out->built_ms = asv_row_time(row);
    out->received_ms = asv_row_time(row);
}

enum asv_status asv_db_handover_list(struct asv_db *db, const char *state, const uint8_t *after,
                                     struct asv_db_handover_line *rows, size_t cap, size_t *count,
                                     struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_text(&params, state);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, ASV_QUERY_HANDOVER_LIST, &params, row_line, rows, sizeof *rows, cap, count,
                           err);
}

void asv_row_object(struct asv_row *row, struct asv_db_object *out)
{
    asv_row_blob(row, out->bytes, sizeof out->bytes, &out->len);
}

static void row_handover(struct asv_row *row, void *to)
{
    struct asv_db_handover *out = to;
    asv_row_uuid(row, out->id);
    asv_row_text(row, out->case_number, sizeof out->case_number);
    asv_row_uuid(row, out->incident);
    asv_row_text(row, out->state, sizeof out->state);
    asv_row_blob(row, out->plan, sizeof out->plan, &out->plan_len);
    asv_row_blob(row, out->card, sizeof out->card, &out->card_len);
    asv_row_bytes(row, out->proposal, sizeof out->proposal);
    asv_row_object(row, &out->proposed);
    asv_row_object(row, &out->approved);
    asv_row_text(row, out->stage, sizeof out->stage);
    out->done = (uint16_t)asv_row_i32(row);
    out->bytes = asv_row_u64(row);
    asv_row_text(row, out->error, sizeof out->error);
    asv_row_text(row, out->cause, sizeof out->cause);
    out->again_ms = asv_row_time(row);
    out->approved_ms = asv_row_time(row);
    out->began_ms = asv_row_time(row);
    out->changed_ms = asv_row_time(row);
    out->received_ms = asv_row_time(row);
}

enum asv_status asv_db_handover_find(struct asv_db *db, const char *what, struct asv_db_handover *out,
                                     struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    if (strlen(what) < ASV_DB_HANDOVER_DIGITS) {
        return asv_failf(err, ASV_E_USAGE,
                         "\"%.80s\" is no hand-over: its id, or at least %d digits of its proposal", what,
                         ASV_DB_HANDOVER_DIGITS);
    }
    asv_params_init(&params);
    asv_param_text(&params, what);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_HANDOVER_FIND, &params, row_handover, out, &there, err);
    if (status == ASV_E_LIMIT) {
        return asv_failf(err, ASV_E_USAGE, "\"%.80s\" names several hand-overs: give more digits", what);
    }
    if (status == ASV_OK && !there) {
        return asv_failf(err, ASV_E_NOT_FOUND, "there is no hand-over \"%.80s\" of your units", what);
    }
    return status;
}

static void row_history(struct asv_row *row, void *to)
{
    struct asv_db_handover_event *out = to;
    asv_row_text(row, out->kind, sizeof out->kind);
    asv_row_text(row, out->what, sizeof out->what);
    asv_row_bytes(row, out->digest, sizeof out->digest);
    out->bytes = asv_row_u64(row);
    out->count = (uint32_t)asv_row_i32(row);
    out->at_ms = asv_row_time(row);
    asv_row_text(row, out->by, sizeof out->by);
}

enum asv_status asv_db_handover_history(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                        struct asv_db_handover_event *rows, size_t cap, size_t *count,
                                        struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, ASV_QUERY_HANDOVER_HISTORY, &params, row_history, rows, sizeof *rows, cap,
                           count, err);
}

enum asv_status asv_db_handover_again(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                      enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    return asv_db_run_outcome(db, ASV_QUERY_HANDOVER_AGAIN, &params, outcome, err);
}

void asv_row_word(struct asv_row *row, void *to)
{
    asv_row_text(row, to, ASV_DB_HANDOVER_WORD);
}

/* What comes with a statement and may take a second one. */
static enum asv_status run_said(struct asv_db *db, const struct asv_db_signed *it, enum asv_query query,
                                struct asv_params *params, bool *waits, struct asv_err *err)
{
    PGresult *result = NULL;
    char word[ASV_DB_HANDOVER_WORD] = "";
    size_t count = 0;
    enum asv_status status = asv_db_run_signed(db, it, query, params, &result, err);
    if (status == ASV_OK) {
        status = asv_db_rows_take(result, query, asv_row_word, word, sizeof word, 1, &count, err);
    }
    if (status == ASV_OK) {
        *waits = strcmp(word, "waits") == 0;
    }
    return status;
}

enum asv_status asv_db_handover_end(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                    const struct asv_db_signed *it, const char *by, bool *waits,
                                    struct asv_err *err)
{
    struct asv_params params;
    uint8_t digest[ASV_SHA256_BYTES];
    char who[ASV_NOTE_BYTES + 1];
    asv_statement_digest(digest, it->said);
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    asv_param_text(&params, asv_note_clean(who, by));
    asv_param_digest(&params, it->salt);
    asv_param_digest(&params, digest);
    return run_said(db, it, ASV_QUERY_HANDOVER_END, &params, waits, err);
}

enum asv_status asv_db_handover_receipt_put(struct asv_db *db, const struct asv_db_handover_receipt *receipt,
                                            const struct asv_db_signed *it, const char *by, bool *waits,
                                            struct asv_err *err)
{
    struct asv_params params;
    uint8_t digest[ASV_SHA256_BYTES];
    char who[ASV_NOTE_BYTES + 1];
    asv_statement_digest(digest, it->said);
    asv_params_init(&params);
    asv_param_uuid(&params, receipt->id);
    asv_param_text(&params, receipt->is_signed ? "signed" : "form");
    asv_param_digest(&params, receipt->received);
    asv_param_time(&params, receipt->received_ms);
    asv_param_text(&params, receipt->receiver);
    asv_param_digest(&params, receipt->document);
    asv_param_bytes(&params, receipt->is_signed ? receipt->signature.data : NULL, receipt->signature.len);
    asv_param_text(&params, asv_note_clean(who, by));
    asv_param_digest(&params, it->salt);
    asv_param_digest(&params, digest);
    return run_said(db, it, ASV_QUERY_HANDOVER_RECEIPT_PUT, &params, waits, err);
}

static void row_signature(struct asv_row *row, void *to)
{
    struct asv_db_handover_signature *out = to;
    struct asv_db_handover_receipt *receipt = &out->receipt;
    size_t len = 0;
    asv_row_bytes(row, receipt->received, sizeof receipt->received);
    receipt->received_ms = asv_row_time(row);
    asv_row_text(row, receipt->receiver, sizeof receipt->receiver);
    asv_row_bytes(row, receipt->document, sizeof receipt->document);
    asv_row_blob(row, out->signature, sizeof out->signature, &len);
    receipt->is_signed = true;
    receipt->signature = (struct asv_bytes){out->signature, len};
}

enum asv_status asv_db_handover_signature(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                          struct asv_db_handover_signature *out, bool *there,
                                          struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    memcpy(out->receipt.id, id, sizeof out->receipt.id);
    return asv_db_run_row(db, ASV_QUERY_HANDOVER_SIGNATURE, &params, row_signature, out, there, err);
}
