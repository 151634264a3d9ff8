/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/world_os.h"
#include "server/db/internal.h"

/* A transaction that lost against another is tried again so often: with the waits between, about 0.2 s. */
#define SERIALISE_ATTEMPTS 6
#define SERIALISE_WAIT_MS  5

static const struct {
    char sqlstate[6]; /* five characters, or the two of a class */
    enum asv_status status;
    enum asv_retry retry;
} sqlstates[] = {
    {"40001", ASV_E_BUSY, ASV_RETRY_SERIALISE}, /* serialization_failure */
    {"40P01", ASV_E_BUSY, ASV_RETRY_SERIALISE}, /* deadlock_detected */
    {"55P03", ASV_E_BUSY, ASV_RETRY_SERIALISE}, /* lock_not_available */
    {"57014", ASV_E_TIMEOUT, ASV_RETRY_NO},     /* query_canceled: statement_timeout */
    {"57P", ASV_E_AWAY, ASV_RETRY_CONNECT},     /* the server stops or starts */
    {"25006", ASV_E_AWAY, ASV_RETRY_CONNECT},   /* read only: another one is the primary now */
    {"25P03", ASV_E_AWAY, ASV_RETRY_CONNECT},   /* we were too slow in mid-transaction */
    {"26000", ASV_E_AWAY, ASV_RETRY_CONNECT},   /* a statement we had prepared is gone */
    {"0A000", ASV_E_AWAY, ASV_RETRY_CONNECT},   /* the plan of one is out of date: the schema was migrated */
    {"53100", ASV_E_NO_SPACE, ASV_RETRY_NO},
    {"53", ASV_E_AWAY, ASV_RETRY_NO}, /* insufficient resources */
    {"58", ASV_E_AWAY, ASV_RETRY_NO}, /* the server's own disk or system failed */
    {"08", ASV_E_AWAY, ASV_RETRY_CONNECT},
    {"28", ASV_E_DENIED, ASV_RETRY_NO},
    {"42501", ASV_E_DENIED, ASV_RETRY_NO},
    {"3F000", ASV_E_NOT_FOUND, ASV_RETRY_NO}, /* no such schema */
    {"42883", ASV_E_NOT_FOUND, ASV_RETRY_NO}, /* no such function */
    {"42P01", ASV_E_NOT_FOUND, ASV_RETRY_NO}, /* no such table */
    {"23503", ASV_E_NOT_FOUND, ASV_RETRY_NO}, /* refers to what is not there */
    {"23505", ASV_E_EXISTS, ASV_RETRY_NO},
    {"23", ASV_E_MALFORMED, ASV_RETRY_NO},
    {"22", ASV_E_MALFORMED, ASV_RETRY_NO},
    {"VA001", ASV_E_MISMATCH, ASV_RETRY_NO}, /* raised by the functions in sql/ */
    {"VA002", ASV_E_STATE, ASV_RETRY_NO},
    {"VA003", ASV_E_USAGE, ASV_RETRY_NO},
    {"VA004", ASV_E_EXPIRED, ASV_RETRY_NO},
    {"VA005", ASV_E_DENIED, ASV_RETRY_NO},
    {"VA006", ASV_E_NOT_FOUND, ASV_RETRY_NO},
    {"VA007", ASV_E_DENIED, ASV_RETRY_NO},
};

enum asv_status asv_db_sqlstate(const char *sqlstate, enum asv_retry *retry)
{
    for (size_t i = 0; sqlstate != NULL && i < sizeof sqlstates / sizeof sqlstates[0]; i++) {
        if (strncmp(sqlstate, sqlstates[i].sqlstate, strlen(sqlstates[i].sqlstate)) == 0) {
            *retry = sqlstates[i].retry;
            return sqlstates[i].status;
        }
    }
    *retry = ASV_RETRY_NO;
    return ASV_E_INTERNAL;
}

void asv_steps_clear(struct asv_query_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        PQclear(steps[i].result);
        steps[i].result = NULL;
    }
}

/* Says why libpq itself failed: it only does when the connection is lost or memory is out. */
static enum asv_status lost(struct asv_db *db, enum asv_retry *retry, struct asv_err *err)
{
    char text[ASV_NOTE_BYTES + 1];
    const char *why = asv_note_clean(text, PQerrorMessage(db->conn));
    *retry = ASV_RETRY_CONNECT;
    return asv_failf(err, ASV_E_AWAY, "database: %s", why != NULL ? why : "the connection broke");
}

/* Waits until the next result can be taken without blocking. Whatever is still to be sent goes out. */
static enum asv_status await_result(struct asv_db *db, uint64_t deadline_ms, enum asv_retry *retry,
                                    struct asv_err *err)
{
    for (;;) {
        int unsent = PQflush(db->conn);
        if (unsent < 0) {
            return lost(db, retry, err);
        }
        if (unsent == 0 && !PQisBusy(db->conn)) {
            return ASV_OK;
        }
        if (asv_db_poll(db, db->conn, unsent != 0, deadline_ms) != ASV_OK) {
            /* The server's own statement_timeout ends what still runs there. */
            *retry = ASV_RETRY_NO;
            PQfinish(db->conn);
            db->conn = NULL;
            db->listening = false;
            memset(db->prepared, 0, sizeof db->prepared);
            return asv_fail(err, ASV_E_TIMEOUT, "database: no answer in time");
        }
        if (!PQconsumeInput(db->conn)) {
            return lost(db, retry, err);
        }
    }
}

/* Takes the results of one command: its own, then the NULL that ends it. */
static enum asv_status take_result(struct asv_db *db, uint64_t deadline_ms, PGresult **out,
                                   enum asv_retry *retry, struct asv_err *err)
{
    enum asv_status status = await_result(db, deadline_ms, retry, err);
    if (status != ASV_OK) {
        return status;
    }
    *out = PQgetResult(db->conn);
    if (*out == NULL) {
        return lost(db, retry, err);
    }
    if (PQresultStatus(*out) == PGRES_PIPELINE_SYNC) {
        return ASV_OK; /* has no NULL behind it */
    }
    status = await_result(db, deadline_ms, retry, err);
    if (status == ASV_OK) {
        PGresult *end = PQgetResult(db->conn);
        if (end != NULL) {
            PQclear(end);
            status = asv_fail(err, ASV_E_INTERNAL, "database: a statement gave two results");
        }
    }
    return status;
}

/* Remembers the first failure of a pipeline: what follows it is only "aborted". */
static enum asv_status judge(const PGresult *result, enum asv_query query, enum asv_status before,
                             enum asv_retry *retry, struct asv_err *err)
{
    ExecStatusType got = PQresultStatus(result);
    if (before != ASV_OK || got == PGRES_TUPLES_OK || got == PGRES_COMMAND_OK) {
        return before;
    }
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    char text[ASV_NOTE_BYTES + 1];
    const char *said = asv_note_clean(text, message != NULL ? message : PQresultErrorMessage(result));
    enum asv_status status = asv_db_sqlstate(sqlstate, retry);
    if (sqlstate == NULL) { /* libpq's own: the connection broke */
        status = ASV_E_AWAY;
        *retry = ASV_RETRY_CONNECT;
    }
    return asv_failf(err, status, "database: %s: %s (%s)", asv_sql_queries[query].name,
                     said != NULL ? said : "no detail", sqlstate != NULL ? sqlstate : "connection");
}

/* Sends the steps, each preceded by its preparation if it has none yet; fresh[query] says for which that
 * was. */
static bool send_steps(struct asv_db *db, const struct asv_query_step *steps, size_t count, size_t *preparing)
{
    bool sent = true;
    for (size_t i = 0; i < count && sent; i++) {
        const struct asv_params *params = steps[i].params;
        const struct asv_sql_query *query = &asv_sql_queries[steps[i].query];
        if (!db->prepared[steps[i].query] && preparing[steps[i].query] == 0) {
            preparing[steps[i].query] = i + 1;
            sent = PQsendPrepare(db->conn, query->name, query->text, 0, NULL) == 1;
        }
        sent = sent && PQsendQueryPrepared(db->conn, query->name, params->count, params->values,
                                           params->lengths, params->formats, 1) == 1;
    }
    return sent && PQpipelineSync(db->conn) == 1;
}

/* Takes what send_steps sent. */
static enum asv_status take_steps(struct asv_db *db, struct asv_query_step *steps, size_t count,
                                  const size_t *preparing, uint64_t deadline_ms, enum asv_retry *retry,
                                  struct asv_err *err)
{
    enum asv_status outcome = ASV_OK;
    for (size_t i = 0; i < count; i++) {
        enum asv_query query = steps[i].query;
        if (preparing[query] == i + 1) {
            PGresult *prepared = NULL;
            enum asv_status status = take_result(db, deadline_ms, &prepared, retry, err);
            if (status == ASV_OK) {
                db->prepared[query] = PQresultStatus(prepared) == PGRES_COMMAND_OK;
                outcome = judge(prepared, query, outcome, retry, err);
            }
            PQclear(prepared);
            if (status != ASV_OK) {
                asv_steps_clear(steps, i);
                return status;
            }
        }
        enum asv_status status = take_result(db, deadline_ms, &steps[i].result, retry, err);
        if (status != ASV_OK) {
            asv_steps_clear(steps, i + 1);
            return status;
        }
        outcome = judge(steps[i].result, query, outcome, retry, err);
    }
    PGresult *sync = NULL;
    enum asv_retry sync_retry = ASV_RETRY_NO;
    enum asv_status status = take_result(db, deadline_ms, &sync, &sync_retry, outcome == ASV_OK ? err : NULL);
    if (outcome == ASV_OK && status == ASV_OK && PQresultStatus(sync) != PGRES_PIPELINE_SYNC) {
        /* The commit itself failed, for instance for a constraint that is checked at the end. */
        outcome = judge(sync, steps[count - 1].query, outcome, retry, err);
        if (outcome == ASV_OK) {
            outcome = asv_fail(err, ASV_E_INTERNAL, "database: the pipeline is out of step");
        }
    } else if (outcome == ASV_OK && status != ASV_OK) {
        outcome = status;
        *retry = sync_retry;
    }
    PQclear(sync);
    if (outcome != ASV_OK) {
        asv_steps_clear(steps, count);
    }
    return outcome;
}

enum asv_status asv_db_run_once(struct asv_db *db, struct asv_query_step *steps, size_t count,
                                uint64_t deadline_ms, enum asv_retry *retry, struct asv_err *err)
{
    size_t preparing[ASV_QUERY_COUNT] = {0}; /* the step, from 1, before which a statement is prepared */
    *retry = ASV_RETRY_NO;
    if (!send_steps(db, steps, count, preparing)) {
        return lost(db, retry, err);
    }
    return take_steps(db, steps, count, preparing, deadline_ms, retry, err);
}

/* A step whose parameters do not fit what the database can hold is not sent. */
static enum asv_status check_params(const struct asv_query_step *steps, size_t count, struct asv_err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (steps[i].params->status != ASV_OK) {
            return asv_failf(err, steps[i].params->status, "database: %s: a value that no column can hold",
                             asv_sql_queries[steps[i].query].name);
        }
    }
    return ASV_OK;
}

static enum asv_status run(struct asv_db *db, struct asv_query_step *steps, size_t count, struct asv_err *err)
{
    const struct asv_world *world = db->config.world;
    uint64_t start = asv_world_mono_ms(world);
    uint64_t deadline = start + db->config.connect_ms + db->config.call_ms;
    bool connected_again = false;
    assert(!db->sent);
    enum asv_status status = check_params(steps, count, err);
    for (unsigned attempt = 1; status == ASV_OK; attempt++) {
        status = asv_db_connect(db, deadline, err);
        if (status != ASV_OK) {
            return status;
        }
        uint64_t now = asv_world_mono_ms(world);
        uint64_t until = now + db->config.call_ms < deadline ? now + db->config.call_ms : deadline;
        struct asv_err detail = {0};
        enum asv_retry retry = ASV_RETRY_NO;
        status = asv_db_run_once(db, steps, count, until, &retry, &detail);
        if (status == ASV_OK) {
            return ASV_OK;
        }
        if (retry == ASV_RETRY_CONNECT) {
            /* Everything may be said twice, so once more at once: mostly the server was restarted. */
            asv_db_drop(db, detail.text, !connected_again);
            db->refused = ASV_E_AWAY;
            snprintf(db->reason, sizeof db->reason, "%.200s", detail.text);
            if (!connected_again) {
                connected_again = true;
                status = ASV_OK;
                continue;
            }
        } else if (retry == ASV_RETRY_SERIALISE && attempt < SERIALISE_ATTEMPTS) {
            uint32_t jitter = 0;
            if (asv_world_random(world, &jitter, sizeof jitter) == ASV_OK) {
                asv_world_os_sleep_ms(((uint64_t)SERIALISE_WAIT_MS << (attempt - 1)) +
                                      jitter % SERIALISE_WAIT_MS);
                status = ASV_OK;
                continue;
            }
        }
        return asv_failf(err, status, "%s", detail.text);
    }
    return status;
}

/* the session is the transaction's, so that nothing done later is done in it. */
static enum asv_status run_in_session(struct asv_db *db, struct asv_query_step *steps, size_t count,
                                      struct asv_err *err)
{
    struct asv_params params;
    struct asv_query_step *all = calloc(count + 1, sizeof *all);
    if (all == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "database: no memory");
    }
    asv_params_init(&params);
    asv_param_text(&params, db->session);
    all[0] = (struct asv_query_step){.query = ASV_QUERY_SESSION_ACT, .params = &params};
    memcpy(all + 1, steps, count * sizeof *steps);
    enum asv_status status = run(db, all, count + 1, err);
    if (status == ASV_OK) {
        asv_steps_clear(all, 1);
        memcpy(steps, all + 1, count * sizeof *steps);
    }
    free(all);
    return status;
}

enum asv_status asv_db_run(struct asv_db *db, struct asv_query_step *steps, size_t count, struct asv_err *err)
{
    return db->session[0] != '\0' ? run_in_session(db, steps, count, err) : run(db, steps, count, err);
}

enum asv_status asv_db_send1(struct asv_db *db, enum asv_query query, const struct asv_params *params,
                             struct asv_err *err)
{
    const struct asv_query_step step = {.query = query, .params = params};
    size_t preparing[ASV_QUERY_COUNT] = {0};
    enum asv_retry retry;
    assert(db->session[0] == '\0');
    enum asv_status status = check_params(&step, 1, err);
    if (status == ASV_OK) {
        status = asv_db_connect(db, asv_world_mono_ms(db->config.world) + db->config.connect_ms, err);
    }
    if (status == ASV_OK && (!send_steps(db, &step, 1, preparing) || PQflush(db->conn) < 0)) {
        struct asv_err detail = {0};
        status = lost(db, &retry, &detail);
        asv_db_drop(db, detail.text, true);
        return asv_failf(err, status, "%s", detail.text);
    }
    if (status == ASV_OK) {
        db->sent = true;
        db->sent_query = query;
        db->sent_preparing = preparing[query];
    }
    return status;
}

enum asv_status asv_db_take1(struct asv_db *db, PGresult **result, struct asv_err *err)
{
    assert(db->sent);
    struct asv_query_step step = {.query = db->sent_query};
    size_t preparing[ASV_QUERY_COUNT] = {0};
    enum asv_retry retry = ASV_RETRY_NO;
    struct asv_err detail = {0};
    preparing[step.query] = db->sent_preparing;
    db->sent = false;
    enum asv_status status = take_steps(
        db, &step, 1, preparing, asv_world_mono_ms(db->config.world) + db->config.call_ms, &retry, &detail);
    if (retry == ASV_RETRY_CONNECT) {
        asv_db_drop(db, detail.text, true);
    }
    if (status == ASV_OK) {
        *result = step.result;
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", detail.text);
}

enum asv_status asv_db_run1(struct asv_db *db, enum asv_query query, const struct asv_params *params,
                            PGresult **result, struct asv_err *err)
{
    struct asv_query_step step = {.query = query, .params = params};
    enum asv_status status = asv_db_run(db, &step, 1, err);
    if (status == ASV_OK) {
        *result = step.result;
    }
    return status;
}

/* LG-100. As many rows as the server sends, its functions decide, and whoever owns the database replaces
 * those. */
static enum asv_status check_rows(const PGresult *result, enum asv_query query, size_t cap,
                                  struct asv_err *err)
{
    int found = PQntuples(result);
    return (size_t)found <= cap
               ? ASV_OK
               : asv_failf(err, ASV_E_LIMIT,
                           "database: %s: the database gave %d rows where at most %zu were asked for",
                           asv_sql_queries[query].name, found, cap);
}

enum asv_status asv_db_rows_take(PGresult *result, enum asv_query query, asv_row_read read, void *rows,
                                 size_t size, size_t cap, size_t *count, struct asv_err *err)
{
    int found = PQntuples(result);
    enum asv_status status = check_rows(result, query, cap, err);
    for (int i = 0; i < found && status == ASV_OK; i++) {
        struct asv_row row;
        asv_row_init(&row, result, i);
        read(&row, (uint8_t *)rows + (size_t)i * size);
        status = asv_row_end(&row, query, err);
    }
    PQclear(result);
    if (status == ASV_OK) {
        *count = (size_t)found;
    }
    return status;
}

enum asv_status asv_db_run_rows(struct asv_db *db, enum asv_query query, const struct asv_params *params,
                                asv_row_read read, void *rows, size_t size, size_t cap, size_t *count,
                                struct asv_err *err)
{
    PGresult *result = NULL;
    enum asv_status status = asv_db_run1(db, query, params, &result, err);
    return status == ASV_OK ? asv_db_rows_take(result, query, read, rows, size, cap, count, err) : status;
}

enum asv_status asv_db_run_row(struct asv_db *db, enum asv_query query, const struct asv_params *params,
                               asv_row_read read, void *out, bool *there, struct asv_err *err)
{
    size_t count = 0;
    enum asv_status status = asv_db_run_rows(db, query, params, read, out, 0, 1, &count, err);
    if (status == ASV_OK) {
        *there = count == 1;
    }
    return status;
}

static enum asv_status take_value(PGresult *result, enum asv_query query, asv_row_read read, void *out,
                                  struct asv_err *err)
{
    size_t count = 0;
    enum asv_status status = asv_db_rows_take(result, query, read, out, 0, 1, &count, err);
    return status == ASV_OK && count != 1
               ? asv_failf(err, ASV_E_INTERNAL, "database: %s: no row", asv_sql_queries[query].name)
               : status;
}

enum asv_status asv_db_run_value(struct asv_db *db, enum asv_query query, const struct asv_params *params,
                                 asv_row_read read, void *out, struct asv_err *err)
{
    PGresult *result = NULL;
    enum asv_status status = asv_db_run1(db, query, params, &result, err);
    return status == ASV_OK ? take_value(result, query, read, out, err) : status;
}

#define OUTCOME_SIZE 16

static void read_outcome(struct asv_row *row, void *to)
{
    asv_row_text(row, to, OUTCOME_SIZE);
}

enum asv_status asv_db_outcome_take(PGresult *result, enum asv_query query, enum asv_db_outcome *outcome,
                                    struct asv_err *err)
{
    static const struct {
        const char *name;
        enum asv_db_outcome outcome;
    } names[] = {{"done", ASV_DB_DONE},
                 {"already", ASV_DB_ALREADY},
                 {"conflict", ASV_DB_CONFLICT},
                 {"uuid_taken", ASV_DB_UUID_TAKEN}};
    char name[OUTCOME_SIZE];
    enum asv_status status = take_value(result, query, read_outcome, name, err);
    for (size_t i = 0; status == ASV_OK && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i].name) == 0) {
            if (outcome != NULL) {
                *outcome = names[i].outcome;
            }
            return ASV_OK;
        }
    }
    return status != ASV_OK ? status : asv_fail(err, ASV_E_INTERNAL, "database: an outcome that is none");
}

enum asv_status asv_db_run_outcome(struct asv_db *db, enum asv_query query, const struct asv_params *params,
                                   enum asv_db_outcome *outcome, struct asv_err *err)
{
    PGresult *result = NULL;
    enum asv_status status = asv_db_run1(db, query, params, &result, err);
    return status == ASV_OK ? asv_db_outcome_take(result, query, outcome, err) : status;
}

enum asv_status asv_db_run_void(struct asv_db *db, enum asv_query query, const struct asv_params *params,
                                struct asv_err *err)
{
    PGresult *result = NULL;
    enum asv_status status = asv_db_run1(db, query, params, &result, err);
    PQclear(result);
    return status;
}

static void read_count(struct asv_row *row, void *to)
{
    uint64_t *out = to;
    *out = asv_row_u64(row);
}

enum asv_status asv_db_run_count(struct asv_db *db, enum asv_query query, uint64_t *count,
                                 struct asv_err *err)
{
    struct asv_params params;
    uint64_t value = 0;
    asv_params_init(&params);
    enum asv_status status = asv_db_run_value(db, query, &params, read_count, &value, err);
    if (status == ASV_OK) {
        *count = value;
    }
    return status;
}

struct blob {
    uint8_t *out;
    size_t cap, len;
    bool there;
};

static void read_blob(struct asv_row *row, void *to)
{
    struct blob *blob = to;
    blob->there = !asv_row_null(row);
    asv_row_blob(row, blob->out, blob->cap, &blob->len);
}

enum asv_status asv_db_run_blob(struct asv_db *db, enum asv_query query, const struct asv_params *params,
                                uint8_t *out, size_t cap, size_t *len, struct asv_err *err)
{
    struct blob blob = {.out = out, .cap = cap};
    bool there = false;
    enum asv_status status = asv_db_run_row(db, query, params, read_blob, &blob, &there, err);
    if (status == ASV_OK && !blob.there) {
        status = asv_failf(err, ASV_E_NOT_FOUND, "database: %s: there is none", asv_sql_queries[query].name);
    }
    if (status == ASV_OK) {
        *len = blob.len;
    }
    return status;
}
