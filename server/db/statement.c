/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/statement.h"

#include <string.h>

#include "firmware-proto/trust/fields.h"
#include "server/base/fail.h"
#include "server/db/internal.h"

#define STATEMENT_PAGE(cap) \
    ((int32_t)asv_db_page((cap) < ASV_DB_PAGE_MAX ? (uint32_t)(cap) : ASV_DB_PAGE_MAX))

/* A view without a NUL, as a text of at most ASV_NAME_MAX_BYTES; NULL when it is empty. */
static const char *name_of(char out[ASV_NAME_MAX_BYTES + 1], struct asv_bytes name)
{
    size_t len = name.len < ASV_NAME_MAX_BYTES ? name.len : ASV_NAME_MAX_BYTES;
    if (len == 0) {
        return NULL;
    }
    memcpy(out, name.data, len);
    out[len] = '\0';
    return out;
}

static void param_subject(struct asv_params *params, const struct asv_subject *subject, char *name)
{
    bool digest = subject->kind != ASV_SUBJECT_KEEPER && subject->kind != ASV_SUBJECT_LEDGER;
    asv_param_i16(params, subject->kind);
    asv_param_digest(params, digest ? subject->id : NULL);
    asv_param_text(params, name_of(name, subject->name));
    if (subject->kind == ASV_SUBJECT_POLICY) {
        asv_param_u64(params, subject->version);
        asv_param_i16(params, (int16_t)subject->days);
    } else {
        asv_param_null(params);
        asv_param_null(params);
    }
    asv_param_date(params, subject->kind == ASV_SUBJECT_DAY ? subject->date : subject->from_date);
}

/* The parameters of statement_put. Points into itself and into the statement: never copied. */
struct put {
    struct asv_params params;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t matter[ASV_SHA256_BYTES];
    char name[ASV_NAME_MAX_BYTES + 1];
};

static void param_statement(struct put *put, const struct asv_statement *statement, struct asv_bytes bytes)
{
    struct asv_params *params = &put->params;
    bool root = statement->action == ASV_ACTION_FOUND;
    bool answer = !asv_is_zero(statement->proposal, sizeof statement->proposal);
    asv_statement_digest(put->digest, statement);
    asv_sha256(put->matter, statement->matter.data, statement->matter.len);
    asv_params_init(params);
    asv_param_bytes(params, bytes.data, bytes.len);
    asv_param_digest(params, put->digest);
    asv_param_i32(params, statement->action);
    asv_param_i16(params, statement->step);
    asv_param_digest(params, put->matter);
    param_subject(params, &statement->subject, put->name);
    asv_param_digest(params, statement->has_recipient ? statement->recipient_pk : NULL);
    asv_param_uuid_or_null(params, statement->incident);
    asv_param_i16(params, statement->ground);
    asv_param_digest(params, root ? NULL : statement->credential);
    asv_param_uuid(params, root ? NULL : statement->person);
    asv_param_bytes(params, statement->nonce, sizeof statement->nonce);
    asv_param_time(params, statement->issued_ms);
    asv_param_time(params, statement->expires_ms);
    asv_param_digest(params, answer ? statement->proposal : NULL);
}

enum asv_status asv_db_statement_put(struct asv_db *db, const struct asv_statement *statement,
                                     struct asv_bytes bytes, enum asv_db_outcome *outcome,
                                     struct asv_err *err)
{
    struct put put;
    param_statement(&put, statement, bytes);
    return asv_db_run_outcome(db, ASV_QUERY_STATEMENT_PUT, &put.params, outcome, err);
}

enum asv_status asv_db_run_signed(struct asv_db *db, const struct asv_db_signed *it, enum asv_query query,
                                  const struct asv_params *params, PGresult **result, struct asv_err *err)
{
    struct put put;
    struct asv_query_step steps[] = {{.query = ASV_QUERY_STATEMENT_PUT, .params = &put.params},
                                     {.query = query, .params = params}};
    param_statement(&put, it->said, it->bytes);
    enum asv_status status = asv_db_run(db, steps, sizeof steps / sizeof *steps, err);
    if (status == ASV_OK) {
        *result = steps[1].result;
        steps[1].result = NULL;
        asv_steps_clear(steps, sizeof steps / sizeof *steps);
    }
    return status;
}

enum asv_status asv_db_statement_answered(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                          const char *why, const struct asv_db_ruling *ruling,
                                          struct asv_err *err)
{
    struct asv_params params;
    char note[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_digest(&params, digest);
    asv_param_text(&params, asv_note_clean(note, why));
    asv_param_bytes(&params, ruling != NULL ? ruling->object.data : NULL,
                    ruling != NULL ? ruling->object.len : 0);
    asv_param_digest(&params, ruling != NULL ? ruling->keeper : NULL);
    return asv_db_run_outcome(db, ASV_QUERY_STATEMENT_ANSWERED, &params, NULL, err);
}

void asv_db_row_statement(struct asv_row *row, void *to)
{
    struct asv_db_statement *out = to;
    asv_row_bytes(row, out->digest, sizeof out->digest);
    asv_row_blob(row, out->bytes, sizeof out->bytes, &out->len);
    out->stored_ms = asv_row_time(row);
    out->taken_ms = asv_row_time(row);
    asv_row_text(row, out->refused_why, sizeof out->refused_why);
    out->is_ended = !asv_row_null(row);
    asv_row_bytes(row, out->ended_by, sizeof out->ended_by);
}

/* One row by one digest. */
static enum asv_status find(struct asv_db *db, enum asv_query query, const uint8_t digest[ASV_SHA256_BYTES],
                            const char *missing, struct asv_db_statement *out, struct asv_err *err)
{
    struct asv_params params;
    struct asv_db_statement found;
    bool there = false;
    asv_params_init(&params);
    asv_param_digest(&params, digest);
    enum asv_status status = asv_db_run_row(db, query, &params, asv_db_row_statement, &found, &there, err);
    if (status == ASV_OK && !there) {
        status = asv_fail(err, ASV_E_NOT_FOUND, missing);
    }
    if (status == ASV_OK) {
        *out = found;
    }
    return status;
}

enum asv_status asv_db_statement_find(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                      struct asv_db_statement *out, struct asv_err *err)
{
    return find(db, ASV_QUERY_STATEMENT_FIND, digest, "there is no such statement", out, err);
}

enum asv_status asv_db_statement_approval(struct asv_db *db, const uint8_t proposal[ASV_SHA256_BYTES],
                                          struct asv_db_statement *out, struct asv_err *err)
{
    return find(db, ASV_QUERY_STATEMENT_APPROVAL, proposal, "nobody has approved it", out, err);
}

enum asv_status asv_db_statement_forged(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                        const char *why, struct asv_err *err)
{
    struct asv_params params;
    char note[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_digest(&params, digest);
    asv_param_text(&params, asv_note_clean(note, why));
    return asv_db_run_outcome(db, ASV_QUERY_STATEMENT_FORGED, &params, NULL, err);
}

enum asv_status asv_db_block_decision(struct asv_db *db, const uint8_t clip[ASV_UUID_BYTES], uint8_t ground,
                                      struct asv_db_statement *out, struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    asv_params_init(&params);
    asv_param_uuid(&params, clip);
    asv_param_i16(&params, ground);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_BLOCK_DECISION, &params, asv_db_row_statement, out, &there, err);
    return status == ASV_OK && !there ? asv_fail(err, ASV_E_NOT_FOUND, "nobody decided that it stays")
                                      : status;
}

enum asv_status asv_db_statement_open(struct asv_db *db, const struct asv_db_statement_filter *filter,
                                      struct asv_db_statement *out, size_t cap, size_t *count,
                                      struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    if (filter->action != 0) {
        asv_param_i32(&params, filter->action);
    } else {
        asv_param_null(&params);
    }
    asv_param_digest(&params, filter->subject);
    asv_param_digest(&params, filter->after);
    asv_param_i32(&params, STATEMENT_PAGE(cap));
    return asv_db_run_rows(db, ASV_QUERY_STATEMENT_OPEN, &params, asv_db_row_statement, out, sizeof *out, cap,
                           count, err);
}

static enum asv_status page_after(struct asv_db *db, enum asv_query query, const uint8_t *after,
                                  struct asv_db_statement *out, size_t cap, size_t *count,
                                  struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, after);
    asv_param_i32(&params, STATEMENT_PAGE(cap));
    return asv_db_run_rows(db, query, &params, asv_db_row_statement, out, sizeof *out, cap, count, err);
}

enum asv_status asv_db_statement_undelivered(struct asv_db *db, const uint8_t *after,
                                             struct asv_db_statement *out, size_t cap, size_t *count,
                                             struct asv_err *err)
{
    return page_after(db, ASV_QUERY_STATEMENT_UNDELIVERED, after, out, cap, count, err);
}

enum asv_status asv_db_statement_unheard(struct asv_db *db, const uint8_t *after,
                                         struct asv_db_statement *out, size_t cap, size_t *count,
                                         struct asv_err *err)
{
    return page_after(db, ASV_QUERY_STATEMENT_UNHEARD, after, out, cap, count, err);
}

enum asv_status asv_db_statement_unconcluded(struct asv_db *db, size_t skip, struct asv_db_statement *out,
                                             size_t cap, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i32(&params, (int32_t)skip);
    asv_param_i32(&params, STATEMENT_PAGE(cap));
    return asv_db_run_rows(db, ASV_QUERY_STATEMENT_UNCONCLUDED, &params, asv_db_row_statement, out,
                           sizeof *out, cap, count, err);
}

static void row_recipient(struct asv_row *row, void *to)
{
    struct asv_db_recipient *out = to;
    asv_row_text(row, out->name, sizeof out->name);
    asv_row_bytes(row, out->key, sizeof out->key);
    asv_row_blob(row, out->card, sizeof out->card, &out->card_len);
    out->registered_ms = asv_row_time(row);
    out->ended_ms = asv_row_time(row);
}

enum asv_status asv_db_recipient_page(struct asv_db *db, const struct asv_db_recipient *after,
                                      struct asv_db_recipient *out, size_t cap, size_t *count,
                                      struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_text(&params, after != NULL ? after->name : NULL);
    asv_param_bytes(&params, after != NULL ? after->key : NULL, sizeof after->key);
    asv_param_i32(&params, STATEMENT_PAGE(cap));
    return asv_db_run_rows(db, ASV_QUERY_RECIPIENT_PAGE, &params, row_recipient, out, sizeof *out, cap, count,
                           err);
}

static enum asv_status put_bytes(struct asv_db *db, enum asv_query query, struct asv_bytes bytes,
                                 struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_bytes(&params, bytes.data, bytes.len);
    return asv_db_run_outcome(db, query, &params, NULL, err);
}

static enum asv_status find_bytes(struct asv_db *db, enum asv_query query, const uint8_t id[32], uint8_t *out,
                                  size_t max, size_t *len, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, id);
    return asv_db_run_blob(db, query, &params, out, max, len, err);
}

enum asv_status asv_db_recipient_card_put(struct asv_db *db, struct asv_bytes card, struct asv_err *err)
{
    return put_bytes(db, ASV_QUERY_RECIPIENT_CARD_PUT, card, err);
}

enum asv_status asv_db_recipient_card_find(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                           uint8_t *out, size_t *len, struct asv_err *err)
{
    return find_bytes(db, ASV_QUERY_RECIPIENT_CARD_FIND, digest, out, ASV_CARD_MAX_BYTES, len, err);
}

enum asv_status asv_db_recipient_card_of(struct asv_db *db, const uint8_t key[ASV_X25519_BYTES], uint8_t *out,
                                         size_t *len, struct asv_err *err)
{
    return find_bytes(db, ASV_QUERY_RECIPIENT_CARD_OF, key, out, ASV_CARD_MAX_BYTES, len, err);
}

enum asv_status asv_db_handover_plan_put(struct asv_db *db, struct asv_bytes plan, struct asv_err *err)
{
    return put_bytes(db, ASV_QUERY_HANDOVER_PLAN_PUT, plan, err);
}

enum asv_status asv_db_handover_plan_find(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                          uint8_t *out, size_t *len, struct asv_err *err)
{
    return find_bytes(db, ASV_QUERY_HANDOVER_PLAN_FIND, digest, out, ASV_PLAN_MAX_BYTES, len, err);
}
