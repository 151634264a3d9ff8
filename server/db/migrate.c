/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/migrate.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generated/sql/migrations.h"
#include "server/base/fail.h"
#include "server/db/internal.h"

/* "asv" and a number of our own; whoever migrates this database holds it. */
#define LOCK "SELECT pg_advisory_lock(6386550, 1)"

/* A lock that somebody keeps for longer will not be let go of soon: whoever migrates is to know. */
#define LOCK_WAIT_MS 60000

unsigned asv_db_schema_number(void)
{
    return asv_sql_migration_count;
}

static void ignore_notice(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

static enum asv_status failed(PGconn *conn, const PGresult *result, const char *doing, struct asv_err *err)
{
    const char *sqlstate = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *message = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    enum asv_retry retry = ASV_RETRY_NO;
    char text[ASV_NOTE_BYTES + 1];
    const char *said = asv_note_clean(text, message != NULL ? message : PQerrorMessage(conn));
    enum asv_status status = sqlstate == NULL ? ASV_E_AWAY : asv_db_sqlstate(sqlstate, &retry);
    return asv_failf(err, status, "%s: %s (%s)", doing, said != NULL ? said : "no detail",
                     sqlstate != NULL ? sqlstate : "connection");
}

/* Runs SQL text that may hold several statements. */
static enum asv_status execute(PGconn *conn, const char *sql, const char *doing, struct asv_err *err)
{
    PGresult *result = PQexec(conn, sql);
    ExecStatusType got = PQresultStatus(result);
    enum asv_status status = ASV_OK;
    if (got != PGRES_COMMAND_OK && got != PGRES_TUPLES_OK) {
        status = failed(conn, result, doing, err);
    }
    PQclear(result);
    return status;
}

/* Whether a question is answered with "t". */
static enum asv_status ask(PGconn *conn, const char *sql, bool *yes, struct asv_err *err)
{
    PGresult *result = PQexec(conn, sql);
    enum asv_status status = ASV_OK;
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1) {
        status = failed(conn, result, "database: looking at the schema", err);
    } else {
        *yes = PQgetvalue(result, 0, 0)[0] == 't';
    }
    PQclear(result);
    return status;
}

static enum asv_status make_roles(PGconn *conn, struct asv_err *err)
{
    bool there = false;
    enum asv_status status =
        ask(conn,
            "SELECT count(*) = 12 AND bool_and(rolname <> 'asv_owner' OR"
            " has_database_privilege(oid, current_database(), 'CREATE')) AND bool_and(rolname <> 'asv_web' OR"
            " EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles s ON s.oid = m.roleid AND s.rolname = "
            "'asv_staff'"
            " WHERE m.member = r.oid)) FROM pg_roles r"
            " WHERE rolname IN ('asv_owner', 'asv_staff', 'asv_dock', 'asv_server',"
            " 'asv_admin', 'asv_ledger', 'asv_cosign', 'asv_publish', 'asv_check', 'asv_web', 'asv_export', "
            "'asv_backup')",
            &there, err);
    if (status != ASV_OK || there) {
        return status;
    }
    return execute(conn, asv_sql_roles, "database: making the roles (this needs a superuser)", err);
}

/* What one applied migration must be. */
static enum asv_status check_applied(const PGresult *applied, int row, struct asv_err *err)
{
    unsigned long number = strtoul(PQgetvalue(applied, row, 0), NULL, 10);
    const char *name = PQgetvalue(applied, row, 1);
    if (number != (unsigned long)row + 1) {
        return asv_failf(err, ASV_E_MISMATCH, "database: migration %d is not registered, but a later one is",
                         row + 1);
    }
    if (number > asv_sql_migration_count) {
        return asv_failf(
            err, ASV_E_UNSUPPORTED,
            "database: has migration %lu (%.60s), this program knows %u; install the newer program", number,
            name, asv_sql_migration_count);
    }
    const struct asv_sql_migration *known = &asv_sql_migrations[row];
    if (strcmp(PQgetvalue(applied, row, 2), known->sha256) != 0 || strcmp(name, known->name) != 0) {
        return asv_failf(
            err, ASV_E_MISMATCH,
            "database: migration %lu was applied with another text (%.60s, SHA-256 %.16s...) than this "
            "program's (%s, %.16s...)",
            number, name, PQgetvalue(applied, row, 2), known->name, known->sha256);
    }
    return ASV_OK;
}

/* How many migrations are applied, after checking each of them. */
static enum asv_status read_applied(PGconn *conn, unsigned *count, struct asv_err *err)
{
    bool there = false;
    enum asv_status status = ask(conn, "SELECT to_regclass('asv.schema_migration') IS NOT NULL", &there, err);
    *count = 0;
    if (status != ASV_OK || !there) {
        return status;
    }
    PGresult *applied =
        PQexec(conn, "SELECT number, name, encode(sha256, 'hex') FROM asv.schema_migration ORDER BY number");
    if (PQresultStatus(applied) != PGRES_TUPLES_OK) {
        status = failed(conn, applied, "database: reading the applied migrations", err);
    }
    int rows = PQntuples(applied);
    for (int i = 0; i < rows && status == ASV_OK; i++) {
        status = check_applied(applied, i, err);
    }
    PQclear(applied);
    *count = (unsigned)rows;
    return status;
}

static enum asv_status apply(PGconn *conn, const struct asv_sql_migration *migration, struct asv_err *err)
{
    char doing[128];
    char number[16];
    snprintf(doing, sizeof doing, "database: migration %.60s", migration->name);
    snprintf(number, sizeof number, "%u", migration->number);
    enum asv_status status = execute(conn, "BEGIN", doing, err);
    if (status == ASV_OK) {
        status = execute(conn, migration->text, doing, err);
    }
    if (status == ASV_OK) {
        const char *const values[] = {number, migration->name, migration->sha256};
        PGresult *result = PQexecParams(conn,
                                        "INSERT INTO asv.schema_migration (number, name, sha256)"
                                        " VALUES ($1::integer, $2, decode($3, 'hex'))",
                                        3, NULL, values, NULL, NULL, 0);
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            status = failed(conn, result, doing, err);
        }
        PQclear(result);
    }
    if (status != ASV_OK) {
        (void)execute(conn, "ROLLBACK", doing, NULL); /* closing the connection would do it too */
        return status;
    }
    return execute(conn, "COMMIT", doing, err);
}

/* wait_ms: for each lock, of another migration or of a table in use. */
static enum asv_status migrate(PGconn *conn, uint32_t wait_ms, unsigned target, asv_db_migrated report,
                               void *ctx, struct asv_err *err)
{
    unsigned applied = 0;
    char patience[64];
    snprintf(patience, sizeof patience, "SET lock_timeout = %" PRIu32, wait_ms);
    enum asv_status status = execute(conn, patience, "database", err);
    if (status == ASV_OK) {
        status = execute(conn, LOCK,
                         "database: another migration runs, or somebody holds its lock, or the user is no "
                         "member of asv_owner",
                         err);
    }
    if (status == ASV_OK) {
        status = make_roles(conn, err);
    }
    if (status == ASV_OK) {
        status = execute(conn, "SET ROLE asv_owner; SET search_path = ''",
                         "database: becoming asv_owner (the user must be a member of it)", err);
    }
    if (status == ASV_OK) {
        status = read_applied(conn, &applied, err);
    }
    for (unsigned i = applied; i < target && status == ASV_OK; i++) {
        status = apply(conn, &asv_sql_migrations[i], err);
        if (status == ASV_OK && report != NULL) {
            report(ctx, asv_sql_migrations[i].number, asv_sql_migrations[i].name,
                   asv_sql_migrations[i].sha256);
        }
    }
    return status;
}

/* A connection of its own, as a superuser; NULL when there is none. */
static PGconn *connect_owner(const struct asv_db_config *config, struct asv_err *err)
{
    char timeout[16];
    uint32_t connect_ms = config->connect_ms != 0 ? config->connect_ms : ASV_DB_CONNECT_MS;
    snprintf(timeout, sizeof timeout, "%" PRIu32, (connect_ms + 999) / 1000);
    const char *const keys[] = {"dbname", "application_name", "client_encoding", "connect_timeout", NULL};
    const char *const values[] = {config->conninfo, config->application, "UTF8", timeout, NULL};
    PGconn *conn = PQconnectdbParams(keys, values, 1);
    if (conn == NULL || PQstatus(conn) != CONNECTION_OK) {
        (void)failed(conn, NULL, "database", err);
        PQfinish(conn);
        return NULL;
    }
    PQsetNoticeProcessor(conn, ignore_notice, NULL);
    return conn;
}

enum asv_status asv_db_migrate(const struct asv_db_config *config, unsigned target, asv_db_migrated report,
                               void *ctx, struct asv_err *err)
{
    uint32_t wait_ms =
        config->call_ms != 0 && config->call_ms < LOCK_WAIT_MS ? config->call_ms : LOCK_WAIT_MS;
    PGconn *conn = connect_owner(config, err);
    if (conn == NULL) {
        return ASV_E_AWAY;
    }
    enum asv_status status = migrate(
        conn, wait_ms, target == 0 || target > asv_sql_migration_count ? asv_sql_migration_count : target,
        report, ctx, err);
    PQfinish(conn);
    return status;
}

static enum asv_status has_trace(PGconn *conn, const char *trace, bool *has, struct asv_err *err)
{
    static const char doing[] = "database: reading its comment";
    const char *const values[] = {trace};
    enum asv_status status = ASV_OK;
    PGresult *result = PQexecParams(conn,
                                    "SELECT coalesce(shobj_description(oid, 'pg_database') = $1, false)"
                                    " FROM pg_database WHERE datname = current_database()",
                                    1, NULL, values, NULL, NULL, 0);
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1) {
        status = failed(conn, result, doing, err);
    } else {
        *has = PQgetvalue(result, 0, 0)[0] == 't';
    }
    PQclear(result);
    return status;
}

enum asv_status asv_db_ready_for_restore(const struct asv_db_config *config, const char *trace, bool *done,
                                         struct asv_err *err)
{
    bool empty = false;
    bool traced = false;
    PGconn *conn = connect_owner(config, err);
    if (conn == NULL) {
        return ASV_E_AWAY;
    }
    enum asv_status status =
        ask(conn,
            "SELECT to_regnamespace('asv') IS NULL AND NOT EXISTS (SELECT FROM pg_class"
            " WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg\\_%'"
            " OR nspname = 'information_schema'))",
            &empty, err);
    if (status == ASV_OK && !empty) {
        status = has_trace(conn, trace, &traced, err);
    }
    if (status == ASV_OK && !empty && !traced) {
        status = asv_fail(err, ASV_E_EXISTS, "database: is not empty");
    }
    if (status == ASV_OK) {
        status = make_roles(conn, err);
    }
    PQfinish(conn);
    *done = status == ASV_OK && traced;
    return status;
}
