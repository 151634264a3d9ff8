/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/db/internal.h"
#include "server/db/migrate.h"

/* Between attempts to connect: from the first to the last, doubling. Ten seconds are short beside a restart,
 * and long beside what an attempt costs the server. */
#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS  10000

enum asv_status asv_db_open(const struct asv_db_config *config, struct asv_db **out, struct asv_err *err)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(config->conninfo, &why);
    if (options == NULL) {
        char text[ASV_NOTE_BYTES + 1];
        const char *said = asv_note_clean(text, why);
        enum asv_status status = asv_failf(err, ASV_E_USAGE, "database: connection settings: %s",
                                           said != NULL ? said : "out of memory");
        PQfreemem(why);
        return status;
    }
    PQconninfoFree(options);
    struct asv_db *db = calloc(1, sizeof *db);
    if (db == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "database: no memory for a connection");
    }
    db->config = *config;
    if (db->config.connect_ms == 0) {
        db->config.connect_ms = ASV_DB_CONNECT_MS;
    }
    if (db->config.call_ms == 0) {
        db->config.call_ms = ASV_DB_CALL_MS;
    }
    *out = db;
    return ASV_OK;
}

void asv_db_close(struct asv_db *db)
{
    if (db != NULL) {
        PQfinish(db->conn);
        free(db);
    }
}

void asv_db_act(struct asv_db *db, const uint8_t digest[32])
{
    db->session[0] = '\0';
    if (digest != NULL) {
        asv_hex_encode(db->session, digest, 32);
    }
}

bool asv_db_login_refused(const struct asv_db *db)
{
    return db->login_refused;
}

uint64_t asv_db_wait_ms(const struct asv_db *db)
{
    uint64_t now = asv_world_mono_ms(db->config.world);
    return db->conn != NULL || now >= db->next_try_ms ? 0 : db->next_try_ms - now;
}

enum asv_status asv_db_poll(const struct asv_db *db, const PGconn *conn, bool for_write, uint64_t deadline_ms)
{
    for (;;) {
        uint64_t now = asv_world_mono_ms(db->config.world);
        if (now >= deadline_ms) {
            return ASV_E_TIMEOUT;
        }
        uint64_t left = deadline_ms - now;
        struct pollfd fd = {.fd = PQsocket(conn), .events = POLLIN};
        if (for_write) {
            fd.events |= POLLOUT;
        }
        int ready = poll(&fd, 1, left > INT32_MAX ? INT32_MAX : (int)left);
        if (ready > 0) {
            return ASV_OK; /* errors of the socket too: libpq finds them */
        }
        if (ready < 0 && errno != EINTR) {
            return ASV_E_INTERNAL;
        }
    }
}

void asv_db_drop(struct asv_db *db, const char *why, bool again)
{
    if (db->conn != NULL && db->failures == 0) { /* the next line about it says that it is back */
        asv_log_event(db->config.log, ASV_LOG_WARNING, "database-away", asv_log_text("why", why));
    }
    PQfinish(db->conn);
    db->conn = NULL;
    db->listening = false;
    memset(db->prepared, 0, sizeof db->prepared);
    if (again) {
        db->next_try_ms = 0;
        return;
    }
    uint64_t wait = BACKOFF_LAST_MS;
    if (db->failures < 7) { /* 100 << 7 is more than the last */
        wait = (uint64_t)BACKOFF_FIRST_MS << db->failures;
        db->failures++;
    }
    /* Up to a quarter less, so that many docks do not come back at the same instant. */
    uint32_t jitter = 0;
    if (asv_world_random(db->config.world, &jitter, sizeof jitter) == ASV_OK) {
        wait -= jitter % (wait / 4 + 1);
    }
    db->next_try_ms = asv_world_mono_ms(db->config.world) + wait;
}

/* What the server says beside results is not for standard error; failures come with their statement. */
static void ignore_notice(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

/* Why there is no connection. That the server refused the user has no other sign than the SQLSTATE in libpq's
 * message, which has it when it is verbose. */
static enum asv_status not_connected(struct asv_db *db, struct asv_err *err)
{
    char message[ASV_NOTE_BYTES + 1];
    char text[ASV_NOTE_BYTES + 1];
    snprintf(message, sizeof message, "%s", PQerrorMessage(db->conn));
    char *location = strstr(message, "\nLOCATION:");
    if (location != NULL) {
        *location = '\0';
    }
    db->login_refused = strstr(message, "  28000: ") != NULL || strstr(message, "  28P01: ") != NULL;
    const char *why = asv_note_clean(text, message);
    return asv_failf(err, ASV_E_AWAY, "database: %s", why != NULL ? why : "no connection");
}

/* The connection itself, as far as libpq and the server's password check go. */
static enum asv_status make_connection(struct asv_db *db, uint64_t deadline_ms, struct asv_err *err)
{
    char timeout[16];
    snprintf(timeout, sizeof timeout, "%" PRIu32, db->config.call_ms);
    /* conninfo is expanded, and wins over what comes before it; what follows wins over it. Statements here
     * read a page at a time: to compile one takes longer than to run it, and is done when its tables are
     * large. */
    const char *const keys[] = {"options",         "dbname",           "application_name",
                                "client_encoding", "tcp_user_timeout", NULL};
    const char *const values[] = {"-c jit=off", db->config.conninfo, db->config.application, "UTF8", timeout,
                                  NULL};
    db->conn = PQconnectStartParams(keys, values, 1);
    if (db->conn == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "database: no memory for a connection");
    }
    PQsetNoticeProcessor(db->conn, ignore_notice, NULL);
    (void)PQsetErrorVerbosity(db->conn, PQERRORS_VERBOSE);
    db->login_refused = false;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    while (PQstatus(db->conn) != CONNECTION_BAD && state != PGRES_POLLING_OK &&
           state != PGRES_POLLING_FAILED) {
        if (asv_db_poll(db, db->conn, state == PGRES_POLLING_WRITING, deadline_ms) != ASV_OK) {
            return asv_failf(err, ASV_E_AWAY, "database: no answer within %" PRIu32 " ms",
                             db->config.connect_ms);
        }
        state = PQconnectPoll(db->conn);
    }
    if (PQstatus(db->conn) != CONNECTION_OK || PQsetnonblocking(db->conn, 1) != 0 ||
        PQenterPipelineMode(db->conn) != 1) {
        return not_connected(db, err);
    }
    (void)PQsetErrorVerbosity(db->conn, PQERRORS_DEFAULT);
    return ASV_OK;
}

/* What the server says of itself: whether this is one to work with. */
static enum asv_status judge_server(const struct asv_db *db, const PGresult *result, struct asv_err *err)
{
    struct asv_row row;
    char fsync_setting[16];
    char commit_setting[16];
    char read_only[16];
    asv_row_init(&row, result, 0);
    unsigned number = (unsigned)asv_row_i32(&row);
    asv_row_text(&row, fsync_setting, sizeof fsync_setting);
    asv_row_text(&row, commit_setting, sizeof commit_setting);
    asv_row_text(&row, read_only, sizeof read_only);
    enum asv_status status = asv_row_end(&row, ASV_QUERY_PING, err);
    if (status != ASV_OK) {
        return status;
    }
    if (number != asv_db_schema_number()) {
        return asv_failf(
            err, ASV_E_UNSUPPORTED, "database: its schema is number %u, this program's is %u; %s", number,
            asv_db_schema_number(),
            number < asv_db_schema_number() ? "run asservat db migrate" : "install the newer program");
    }
    if (db->config.durable && strcmp(read_only, "off") != 0) {
        return asv_fail(err, ASV_E_AWAY, "database: this server can only be read: is it a standby?");
    }
    if (db->config.durable && (strcmp(fsync_setting, "on") != 0 || strcmp(commit_setting, "off") == 0)) {
        return asv_failf(
            err, ASV_E_USAGE,
            "database: fsync=%s, synchronous_commit=%s may lose what was committed; set both to on",
            fsync_setting, commit_setting);
    }
    return ASV_OK;
}

/* Settings of the session, and whether this is a server to work with. */
static enum asv_status check_server(struct asv_db *db, uint64_t deadline_ms, struct asv_err *err)
{
    struct asv_params params;
    char timeout[16];
    snprintf(timeout, sizeof timeout, "%" PRIu32, db->config.call_ms);
    asv_params_init(&params);
    asv_param_text(&params, timeout);
    struct asv_query_step step = {.query = ASV_QUERY_PING, .params = &params};
    enum asv_retry retry = ASV_RETRY_NO;
    enum asv_status status = asv_db_run_once(db, &step, 1, deadline_ms, &retry, err);
    if (status != ASV_OK) {
        /* Without the schema, or without a right to it, the function is not to be found. */
        return status != ASV_E_NOT_FOUND && status != ASV_E_DENIED
                   ? status
                   : asv_fail(err, ASV_E_UNSUPPORTED,
                              "database: no schema asv, or no right to it; run asservat db migrate");
    }
    status = judge_server(db, step.result, err);
    asv_steps_clear(&step, 1);
    return status;
}

enum asv_status asv_db_connect(struct asv_db *db, uint64_t deadline_ms, struct asv_err *err)
{
    if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK) {
        return ASV_OK;
    }
    uint64_t now = asv_world_mono_ms(db->config.world);
    if (db->conn != NULL) {
        asv_db_drop(db, PQerrorMessage(db->conn), true);
    }
    if (now < db->next_try_ms) {
        return asv_failf(err, db->refused, "%s (next attempt in %" PRIu64 " ms)", db->reason,
                         db->next_try_ms - now);
    }
    struct asv_err detail = {0};
    uint64_t patience = now + db->config.connect_ms;
    uint64_t until = deadline_ms < patience ? deadline_ms : patience;
    enum asv_status status = make_connection(db, until, &detail);
    if (status == ASV_OK) {
        status = check_server(db, until, &detail);
    }
    if (status == ASV_OK) {
        if (db->failures > 0) {
            asv_log_event(db->config.log, ASV_LOG_NOTICE, "database-back",
                          asv_log_u64("attempts", db->failures + 1));
        }
        db->failures = 0;
        db->next_try_ms = 0;
        return ASV_OK;
    }
    if (status == ASV_E_TIMEOUT) {
        status = ASV_E_AWAY; /* it took the connection and then said nothing */
    }
    db->refused = status;
    snprintf(db->reason, sizeof db->reason, "%.200s", detail.text);
    asv_db_drop(db, detail.text, false);
    return asv_failf(err, status, "%s", detail.text);
}

enum asv_status asv_db_ping(struct asv_db *db, struct asv_err *err)
{
    struct asv_params params;
    char timeout[16];
    PGresult *result = NULL;
    snprintf(timeout, sizeof timeout, "%" PRIu32, db->config.call_ms);
    asv_params_init(&params);
    asv_param_text(&params, timeout);
    enum asv_status status = asv_db_run1(db, ASV_QUERY_PING, &params, &result, err);
    if (status == ASV_OK) { /* the schema may have changed since the connection was made */
        status = judge_server(db, result, err);
        PQclear(result);
    }
    return status;
}

uint32_t asv_db_page(uint32_t limit)
{
    return limit == 0 || limit > ASV_DB_PAGE_MAX ? ASV_DB_PAGE_MAX : limit;
}
