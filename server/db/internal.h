/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Private to server/db: named statements with typed parameters and results. All values travel in PostgreSQL's
 * binary form, and only as parameters.
 */
#ifndef ASV_SERVER_DB_INTERNAL_H
#define ASV_SERVER_DB_INTERNAL_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/trust/chain.h"
#include "generated/sql/queries.h"
#include "server/db/clip.h"
#include "server/db/db.h"
#include "server/db/statement.h"

/* ---- parameters ---- */

#define ASV_PARAMS_MAX  72 /* of one statement */
#define ASV_NOTE_BYTES  1000
#define ASV_PARAM_BYTES 16 /* largest value that is not borrowed */

/* Values in the order of $1, $2, … Bytes and texts are borrowed until the statement ran. Points into itself:
 * never copied. The first value that does not fit is remembered, and the statement then not sent. */
struct asv_params {
    int count;
    enum asv_status status;
    const char *values[ASV_PARAMS_MAX];
    int lengths[ASV_PARAMS_MAX];
    int formats[ASV_PARAMS_MAX];
    uint8_t scratch[ASV_PARAMS_MAX][ASV_PARAM_BYTES];
};

void asv_params_init(struct asv_params *params);
void asv_param_null(struct asv_params *params);
void asv_param_bool(struct asv_params *params, bool value);
void asv_param_i16(struct asv_params *params, int16_t value);
void asv_param_i32(struct asv_params *params, int32_t value);
void asv_param_i64(struct asv_params *params, int64_t value);
void asv_param_u64(struct asv_params *params, uint64_t value); /* as bigint; ASV_E_LIMIT above 2^63 - 1 */
void asv_param_bytes(struct asv_params *params, const void *data, size_t len);  /* data NULL: NULL */
void asv_param_digest(struct asv_params *params, const uint8_t data[32]);       /* NULL: NULL */
void asv_param_uuid(struct asv_params *params, const uint8_t uuid[16]);         /* NULL: NULL */
void asv_param_uuid_or_null(struct asv_params *params, const uint8_t uuid[16]); /* zeros: NULL */
void asv_param_text(struct asv_params *params, const char *text);               /* NULL: NULL */
void asv_param_time(struct asv_params *params, int64_t ms);
void asv_param_date(struct asv_params *params, uint32_t date);

/* A list of values, as one parameter. Grows on the heap: asv_array_clear. The first failure is remembered and
 * becomes the statement's. */
enum asv_array_of { ASV_ARRAY_BYTEA = 17, ASV_ARRAY_I64 = 20, ASV_ARRAY_TEXT = 25, ASV_ARRAY_UUID = 2950 };

struct asv_array {
    enum asv_array_of type; /* PostgreSQL's number of it */
    enum asv_status status;
    uint8_t *data;
    size_t len, cap;
    uint32_t count;
    bool has_null;
};

void asv_array_init(struct asv_array *array, enum asv_array_of type);
void asv_array_bytes(struct asv_array *array, const void *data, size_t len); /* data NULL: NULL; UUIDs, too */
void asv_array_text(struct asv_array *array, const char *text);              /* NULL: NULL */
void asv_array_i64(struct asv_array *array, int64_t value);
void asv_array_clear(struct asv_array *array);
/* Borrowed until the statement ran; nothing may be added after it. */
void asv_param_array(struct asv_params *params, struct asv_array *array);
#define asv_auto_array __attribute__((cleanup(asv_array_clear)))

/* Text for people from anywhere, made fit for an asv.note in out[ASV_NOTE_BYTES + 1]: valid UTF-8 without
 * control characters, cut to length. Returns out, or NULL when nothing is left. */
const char *asv_note_clean(char *out, const char *text);

/* ---- results ---- */

/* Reads a row's columns from left to right. The first that has another length than expected, is NULL where it
 * must not be, or does not fit is remembered; from then on zeros are stored. */
struct asv_row {
    const PGresult *result;
    int row;
    int column;
    enum asv_status status;
};

void asv_row_init(struct asv_row *row, const PGresult *result, int index);
bool asv_row_null(const struct asv_row *row); /* whether the next column is NULL */
bool asv_row_bool(struct asv_row *row);
int32_t asv_row_i32(struct asv_row *row);
int64_t asv_row_i64(struct asv_row *row);
uint64_t asv_row_u64(struct asv_row *row);                      /* bigint that is never negative; NULL: 0 */
uint8_t asv_row_u8(struct asv_row *row);                        /* smallint; NULL: 0 */
uint16_t asv_row_u16(struct asv_row *row);                      /* smallint that is never negative; NULL: 0 */
int64_t asv_row_time(struct asv_row *row);                      /* NULL: ASV_TIME_UNKNOWN */
uint32_t asv_row_date(struct asv_row *row);                     /* NULL: 0 */
void asv_row_bytes(struct asv_row *row, void *out, size_t len); /* exactly len; NULL: zeros */
void asv_row_uuid(struct asv_row *row, uint8_t out[16]);        /* NULL: zeros */
void asv_row_text(struct asv_row *row, char *out, size_t size); /* NULL: empty */
void asv_row_blob(struct asv_row *row, uint8_t *out, size_t cap, size_t *len); /* NULL: *len = 0 */
/* ASV_OK, or what was remembered, with the statement's name. */
ASV_MUST_CHECK enum asv_status asv_row_end(const struct asv_row *row, enum asv_query query,
                                           struct asv_err *err);

/* A struct asv_db_statement (statement.c). */
void asv_db_row_statement(struct asv_row *row, void *to);

/* ---- statements ---- */

#define ASV_STEPS_MAX 1024

struct asv_query_step {
    enum asv_query query;
    const struct asv_params *params;
    PGresult *result; /* set by asv_db_run; cleared by asv_steps_clear */
};

/* Runs the steps, in one pipeline, as one transaction; connects and retries as db.h says. On failure no step
 * has a result. */
ASV_MUST_CHECK enum asv_status asv_db_run(struct asv_db *db, struct asv_query_step *steps, size_t count,
                                          struct asv_err *err);
void asv_steps_clear(struct asv_query_step *steps, size_t count);

/* One statement. */
ASV_MUST_CHECK enum asv_status asv_db_run1(struct asv_db *db, enum asv_query query,
                                           const struct asv_params *params, PGresult **result,
                                           struct asv_err *err);

/* The same in two halves: the server works at it while the caller does something else. Between them nothing
 * else may be asked of db. Neither tries again: whoever is told a failure by either runs the statement. */
ASV_MUST_CHECK enum asv_status asv_db_send1(struct asv_db *db, enum asv_query query,
                                            const struct asv_params *params, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_take1(struct asv_db *db, PGresult **result, struct asv_err *err);

/* Reads one row's columns into out, which is what the caller's list consists of. */
typedef void (*asv_row_read)(struct asv_row *row, void *out);

/* One statement that gives nothing back. */
ASV_MUST_CHECK enum asv_status asv_db_run_void(struct asv_db *db, enum asv_query query,
                                               const struct asv_params *params, struct asv_err *err);

/* One statement that gives a page of rows: rows[cap], size bytes each. ASV_E_LIMIT when there are more: a
 * LIMIT in the SQL binds nobody who owns the database. */
ASV_MUST_CHECK enum asv_status asv_db_run_rows(struct asv_db *db, enum asv_query query,
                                               const struct asv_params *params, asv_row_read read, void *rows,
                                               size_t size, size_t cap, size_t *count, struct asv_err *err);

/* One statement that gives one row, which read takes, or none. ASV_E_LIMIT: several. */
ASV_MUST_CHECK enum asv_status asv_db_run_row(struct asv_db *db, enum asv_query query,
                                              const struct asv_params *params, asv_row_read read, void *out,
                                              bool *there, struct asv_err *err);

/* One statement that gives one row, which read takes. ASV_E_LIMIT: several. */
ASV_MUST_CHECK enum asv_status asv_db_run_value(struct asv_db *db, enum asv_query query,
                                                const struct asv_params *params, asv_row_read read, void *out,
                                                struct asv_err *err);

/* One statement that gives one row with one text that names an enum asv_db_outcome. outcome may be NULL. */
/* An alarm of one kind, which the query raises: about what, and what there is to say. */
ASV_MUST_CHECK enum asv_status asv_db_run_alarm(struct asv_db *db, enum asv_query query, const char *subject,
                                                const char *detail, struct asv_err *err);

ASV_MUST_CHECK enum asv_status asv_db_run_outcome(struct asv_db *db, enum asv_query query,
                                                  const struct asv_params *params,
                                                  enum asv_db_outcome *outcome, struct asv_err *err);

/* The same of a result that is there. */
ASV_MUST_CHECK enum asv_status asv_db_rows_take(PGresult *result, enum asv_query query, asv_row_read read,
                                                void *rows, size_t size, size_t cap, size_t *count,
                                                struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_outcome_take(PGresult *result, enum asv_query query,
                                                   enum asv_db_outcome *outcome, struct asv_err *err);

/* ST-104: what a person signed is stored, and in the same transaction the row that it is about (statement.c).
 */
ASV_MUST_CHECK enum asv_status asv_db_run_signed(struct asv_db *db, const struct asv_db_signed *it,
                                                 enum asv_query query, const struct asv_params *params,
                                                 PGresult **result, struct asv_err *err);

/* One statement that gives one count. */
ASV_MUST_CHECK enum asv_status asv_db_run_count(struct asv_db *db, enum asv_query query, uint64_t *count,
                                                struct asv_err *err);

/* One row of one bytea; a missing row or NULL is ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_run_blob(struct asv_db *db, enum asv_query query,
                                               const struct asv_params *params, uint8_t *out, size_t cap,
                                               size_t *len, struct asv_err *err);

/* What several domains have in common (clip.c). */
void asv_param_identity(struct asv_params *params, const struct asv_db_identity *identity);
enum asv_db_state asv_row_state(struct asv_row *row);

/* A struct asv_db_ledger_log (ledger.c). */
void asv_row_ledger_log(struct asv_row *row, void *to);

/* A struct asv_db_ledger_known (ledger_read.c). */
void asv_row_ledger_known(struct asv_row *row, void *to);

/* A struct asv_db_object, and a state or stage: char[ASV_DB_HANDOVER_WORD] (handover.c). */
struct asv_db_object;
void asv_row_object(struct asv_row *row, struct asv_db_object *out);
void asv_row_word(struct asv_row *row, void *to);

/* Initialises params with those of a certificate (camera.c). */
void asv_param_cert(struct asv_params *params, const struct asv_cert *cert);

/* ---- the connection (connection.c) ---- */

struct asv_db {
    struct asv_db_config config;
    PGconn *conn;
    bool prepared[ASV_QUERY_COUNT];
    char session[65]; /* digest, by asv_db_act; empty: none */
    bool listening;   /* this connection was told to (news.c) */
    bool sent;        /* by asv_db_send1: this one, prepared with it if sent_preparing */
    enum asv_query sent_query;
    size_t sent_preparing;
    unsigned failures;       /* attempts to connect since the last success */
    uint64_t next_try_ms;    /* monotonic; no attempt before it */
    bool login_refused;      /* the last attempt failed as the server takes this user for nobody */
    enum asv_status refused; /* why the last attempt failed */
    char reason[ASV_ERR_TEXT_BYTES];
};

/* Connected and checked, or why not. Waits until deadline_ms (monotonic) at most. */
ASV_MUST_CHECK enum asv_status asv_db_connect(struct asv_db *db, uint64_t deadline_ms, struct asv_err *err);
/* The connection cannot be used any more. again: the next attempt may be made at once. */
void asv_db_drop(struct asv_db *db, const char *why, bool again);

/* Runs the steps once on a live connection, without checks or retries. */
enum asv_retry {
    ASV_RETRY_NO,
    ASV_RETRY_SERIALISE, /* the transaction lost against another */
    ASV_RETRY_CONNECT,   /* the connection is lost */
};
ASV_MUST_CHECK enum asv_status asv_db_run_once(struct asv_db *db, struct asv_query_step *steps, size_t count,
                                               uint64_t deadline_ms, enum asv_retry *retry,
                                               struct asv_err *err);

/* Waits for the socket. ASV_E_TIMEOUT at the deadline. */
ASV_MUST_CHECK enum asv_status asv_db_poll(const struct asv_db *db, const PGconn *conn, bool for_write,
                                           uint64_t deadline_ms);

/* What an SQLSTATE means to a caller. */
enum asv_status asv_db_sqlstate(const char *sqlstate, enum asv_retry *retry);

/* The row count of a page. */
uint32_t asv_db_page(uint32_t limit);

#endif
