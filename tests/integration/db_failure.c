/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * server/db against a server that fails: stopped, crashed in the middle of a custody transaction, not
 * durable, too slow, with transactions that lose. */
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/base/world_os.h"
#include "tests/support/db.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_err err;

/* The system's world, whose monotonic clock the test can put ahead: back-off passes without waiting for it.
 */
static uint64_t ahead_ms;

static enum asv_status real_random(void *ctx, void *out, size_t len)
{
    (void)ctx;
    return asv_world_random(asv_world_os(), out, len);
}

static enum asv_status real_wall(void *ctx, int64_t *out)
{
    (void)ctx;
    return asv_world_wall_ms(asv_world_os(), out);
}

static uint64_t ahead_mono(void *ctx)
{
    (void)ctx;
    return asv_world_mono_ms(asv_world_os()) + ahead_ms;
}

static const struct asv_world world = {.random = real_random, .wall_ms = real_wall, .mono_ms = ahead_mono};

static struct asv_db *open_db(const char *conninfo, bool durable, uint32_t call_ms)
{
    struct asv_db *db = NULL;
    struct asv_db_config config = {
        .conninfo = conninfo, .connect_ms = 20000, .call_ms = call_ms, .durable = durable, .world = &world};
    asv_test_status(ASV_OK, asv_db_open(&config, &db, &err));
    return db;
}

static int setup(void **state)
{
    (void)state;
    asv_test_agency_init(&agency, 8);
    asv_test_db_create();
    asv_test_db_migrate();
    return 0;
}

static void a_stopped_server_is_away_at_once_and_back_after_the_back_off(void **state)
{
    (void)state;
    struct asv_db *db = open_db("user=asv_dock", true, 30000);
    asv_test_status(ASV_OK, asv_db_ping(db, &err));
    assert_int_equal(asv_db_wait_ms(db), 0);
    asv_test_db_server("stop");

    asv_test_status(ASV_E_AWAY, asv_db_ping(db, &err));
    uint64_t before = 0;
    for (int i = 0; i < 12; i++) { /* each attempt waits longer, up to the limit */
        uint64_t wait = asv_db_wait_ms(db);
        assert_true(wait > 0 && wait <= 10000);
        assert_true(wait * 2 > before);
        before = wait;
        asv_test_status(ASV_E_AWAY, asv_db_ping(db, &err)); /* no attempt, no waiting */
        assert_non_null(strstr(err.text, "next attempt in"));
        ahead_ms += wait;
        asv_test_status(ASV_E_AWAY, asv_db_ping(db, &err));
        assert_null(strstr(err.text, "next attempt in"));
    }
    assert_true(before >= 7500);

    asv_test_db_server("start");
    ahead_ms += asv_db_wait_ms(db);
    asv_test_status(ASV_OK, asv_db_ping(db, &err));
    assert_int_equal(asv_db_wait_ms(db), 0);
    asv_db_close(db);
}

static void a_restart_between_two_calls_is_not_noticed(void **state)
{
    (void)state;
    struct asv_db *db = open_db("user=asv_dock", true, 30000);
    asv_test_status(ASV_OK, asv_db_ping(db, &err));
    asv_test_db_server("crash");
    asv_test_db_server("start");
    asv_test_status(ASV_OK, asv_db_ping(db, &err));
    asv_test_sql(NULL, 0,
                 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'asv_dock'");
    asv_test_status(ASV_OK, asv_db_ping(db, &err));
    asv_db_close(db);
}

/* ---- a crash in the middle of the custody transaction ---- */

struct call {
    struct asv_db *db;
    const struct asv_test_custody *custody;
    enum asv_status status;
    enum asv_db_outcome outcome;
    struct asv_err err;
};

static void *commit_it(void *arg)
{
    struct call *call = arg;
    call->status = asv_db_clip_commit(call->db, &call->custody->commit, &call->outcome, &call->err);
    return NULL;
}

/* Ends when the server crashes. */
static void *hold_table(void *arg)
{
    asv_test_sql_until_crash(arg);
    return NULL;
}

/* Waits, for at most ten seconds, until a number is reached. */
static void await(const char *sql, long want)
{
    for (int i = 0; i < 1000; i++) {
        if (asv_test_sql_number(sql) == want) {
            return;
        }
        (void)poll(NULL, 0, 10);
    }
    fail_msg("%s: never %ld", sql, want);
}

static void a_crash_in_mid_transaction_loses_nothing_that_was_promised(void **state)
{
    (void)state;
    /* What the transaction waits for as the server dies: early in it, in its middle, at its last row. */
    static const char *const tables[] = {"asv.recording", "asv.clip", "asv.receipt"};
    static struct asv_test_custody custody;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct asv_db *db = open_db("user=asv_dock application_name=victim", true, 60000);
        char lock[96];
        pthread_t holder;
        pthread_t caller;
        asv_test_custody_init(&custody, &agency, &agency.camera, 1, i + 1);
        asv_test_custody_begin(db, &custody);
        snprintf(lock, sizeof lock, "BEGIN; LOCK TABLE %s IN EXCLUSIVE MODE; SELECT pg_sleep(60)", tables[i]);
        assert_int_equal(pthread_create(&holder, NULL, hold_table, lock), 0);
        await("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", 1);
        struct call call = {.db = db, .custody = &custody};
        assert_int_equal(pthread_create(&caller, NULL, commit_it, &call), 0);
        await("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'victim' AND wait_event_type = "
              "'Lock'",
              1);
        asv_test_db_server("crash");
        pthread_join(caller, NULL);
        pthread_join(holder, NULL);
        assert_int_equal(call.status, ASV_E_AWAY); /* it reconnected once, and the server was gone */

        asv_test_db_server("start");
        assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.clip"),
                         (long)i); /* nothing half done */
        ahead_ms += asv_db_wait_ms(db);
        enum asv_db_outcome outcome;
        asv_test_status(ASV_OK, asv_db_clip_commit(db, &custody.commit, &outcome, &err)); /* said again */
        assert_int_equal(outcome, ASV_DB_DONE);
        asv_test_db_server("crash"); /* what was answered is durable */
        asv_test_db_server("start");
        asv_test_status(ASV_OK, asv_db_clip_commit(db, &custody.commit, &outcome, &err));
        assert_int_equal(outcome, ASV_DB_ALREADY);
        assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.clip"), (long)i + 1);
        assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.receipt"), (long)i + 1);
        asv_db_close(db);
    }
}

/* ---- a server that may lose what it has committed ---- */

static void change_setting(const char *sql, const char *shows)
{
    char text[32];
    char show[64];
    asv_test_sql(NULL, 0, sql);
    asv_test_sql(NULL, 0, "SELECT pg_reload_conf()");
    for (int i = 0; i < 1000; i++) { /* the reload is a signal: sessions that begin later have seen it */
        asv_test_sql(text, sizeof text,
                     "SELECT current_setting('fsync') || current_setting('synchronous_commit')");
        if (strcmp(text, shows) == 0) {
            return;
        }
        (void)poll(NULL, 0, 10);
    }
    snprintf(show, sizeof show, "%.60s", sql);
    fail_msg("%s: %s", show, text);
}

static void a_server_that_is_not_durable_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *set, *reset, *shows;
    } table[] = {
        {"ALTER SYSTEM SET fsync = off", "ALTER SYSTEM RESET fsync", "offon"},
        {"ALTER SYSTEM SET synchronous_commit = off", "ALTER SYSTEM RESET synchronous_commit", "onoff"},
    };
    static struct asv_test_custody custody;
    for (size_t i = 0; i < 2; i++) {
        struct asv_db *before = open_db("user=asv_dock", true, 30000);
        enum asv_db_outcome outcome;
        asv_test_custody_init(&custody, &agency, &agency.camera, 2, 100 + i);
        asv_test_custody_begin(before, &custody);
        change_setting(table[i].set, table[i].shows);
        /* Who was connected before has nothing to rely on either. */
        asv_test_status(ASV_E_USAGE, asv_db_clip_commit(before, &custody.commit, &outcome, &err));
        struct asv_db *strict = open_db("user=asv_dock", true, 30000);
        asv_test_status(ASV_E_USAGE, asv_db_ping(strict, &err));
        assert_non_null(strstr(err.text, "set both to on"));
        asv_test_status(ASV_E_USAGE, asv_db_ping(strict, &err)); /* not asked again at once */
        struct asv_db *reader = open_db("user=asv_admin", false, 30000);
        asv_test_status(ASV_OK, asv_db_ping(reader, &err));
        change_setting(table[i].reset, "onon");
        ahead_ms += asv_db_wait_ms(strict);
        asv_test_status(ASV_OK, asv_db_ping(strict, &err));
        asv_test_status(ASV_OK, asv_db_clip_commit(strict, &custody.commit, &outcome, &err));
        assert_int_equal(outcome, ASV_DB_DONE);
        asv_db_close(before);
        asv_db_close(strict);
        asv_db_close(reader);
    }
}

/* ---- transactions that lose ---- */

/* Makes slot_learned fail with this SQLSTATE for its first `times` calls. A sequence counts: it is not
 * undone. */
static void sabotage(const char *sqlstate, int times)
{
    char sql[600];
    snprintf(
        sql, sizeof sql,
        "DROP SEQUENCE IF EXISTS public.tries; CREATE SEQUENCE public.tries;"
        "CREATE OR REPLACE FUNCTION asv.slot_learned(p_dock bytea, p_slot integer, p_port text) RETURNS void"
        " LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN IF nextval('public.tries') <= %d THEN"
        " RAISE EXCEPTION 'sabotage' USING ERRCODE = '%s'; END IF; END $$;"
        "ALTER FUNCTION asv.slot_learned(bytea, integer, text) OWNER TO postgres",
        times, sqlstate);
    asv_test_sql(NULL, 0, sql);
}

static void what_lost_against_another_transaction_is_tried_again_for_a_while(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate;
        int times;
        enum asv_status want;
        long tries;
    } table[] = {
        {"40001", 0, ASV_OK, 1},          {"40001", 5, ASV_OK, 6},
        {"40001", 6, ASV_E_BUSY, 6},      {"40P01", 3, ASV_OK, 4},
        {"55P03", 99, ASV_E_BUSY, 6},     {"57P01", 1, ASV_OK, 2}, /* the connection ends: made again, once */
        {"57P01", 2, ASV_E_AWAY, 2},      {"23505", 1, ASV_E_EXISTS, 1},
        {"23503", 1, ASV_E_NOT_FOUND, 1}, {"23514", 1, ASV_E_MALFORMED, 1},
        {"22003", 1, ASV_E_MALFORMED, 1}, {"53100", 1, ASV_E_NO_SPACE, 1},
        {"53200", 1, ASV_E_AWAY, 1},      {"42501", 1, ASV_E_DENIED, 1},
        {"VA001", 1, ASV_E_MISMATCH, 1},  {"VA002", 1, ASV_E_STATE, 1},
        {"VA003", 1, ASV_E_USAGE, 1},     {"VA004", 1, ASV_E_EXPIRED, 1},
        {"VA005", 1, ASV_E_DENIED, 1},    {"VA006", 1, ASV_E_NOT_FOUND, 1},
        {"XX001", 1, ASV_E_INTERNAL, 1},
    };
    struct asv_db *db = open_db("user=asv_dock", true, 30000);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        sabotage(table[i].sqlstate, table[i].times);
        ahead_ms += asv_db_wait_ms(db);
        asv_test_status(table[i].want, asv_db_slot_learned(db, agency.dock.cert_digest, 1, "1-1", &err));
        assert_int_equal(asv_test_sql_number("SELECT last_value FROM public.tries"), table[i].tries);
        if (table[i].want != ASV_OK) {
            assert_non_null(strstr(err.text, "sabotage"));
        }
        ahead_ms += asv_db_wait_ms(db);
        asv_test_status(ASV_OK, asv_db_ping(db, &err)); /* the connection is in step */
    }
    asv_db_close(db);
}

static void a_commit_that_fails_at_its_very_end_is_a_failure(void **state)
{
    (void)state;
    enum asv_db_outcome outcome;
    struct asv_db *db = open_db("user=asv_dock", true, 30000);
    struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_CLOCK, .slot = 1, .detail = "d"};
    asv_test_status(ASV_OK, asv_db_ping(db, &err));
    asv_test_sql(
        NULL, 0,
        "DROP SEQUENCE IF EXISTS public.tries; CREATE SEQUENCE public.tries;"
        "CREATE FUNCTION public.late() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
        " IF nextval('public.tries') <= 2 THEN RAISE EXCEPTION 'late' USING ERRCODE = '40001'; END IF;"
        " RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER late AFTER INSERT ON asv.alarm DEFERRABLE INITIALLY"
        " DEFERRED FOR EACH ROW EXECUTE FUNCTION public.late()");
    asv_test_status(ASV_OK, asv_db_alarm_raise(db, &alarm, &outcome, &err)); /* the third attempt */
    assert_int_equal(outcome, ASV_DB_DONE);
    assert_int_equal(asv_test_sql_number("SELECT last_value FROM public.tries"), 3);
    asv_test_sql(
        NULL, 0,
        "ALTER SEQUENCE public.tries RESTART; CREATE OR REPLACE FUNCTION public.late() RETURNS trigger"
        " LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'late' USING ERRCODE = '23514'; END $$");
    alarm.slot = 2;
    asv_test_status(ASV_E_MALFORMED, asv_db_alarm_raise(db, &alarm, &outcome, &err));
    assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.alarm WHERE slot = 2"), 0);
    asv_test_status(ASV_OK, asv_db_ping(db, &err));
    /* The connection ends between the last result and the commit: the outcome is not known, so it is said
     * again. */
    asv_test_sql(
        NULL, 0,
        "CREATE OR REPLACE FUNCTION public.late() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ "
        "BEGIN"
        " IF nextval('public.tries') <= 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;"
        " RETURN NULL; END $$");
    asv_test_status(ASV_OK, asv_db_alarm_raise(db, &alarm, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_DONE);
    assert_int_equal(asv_test_sql_number("SELECT last_value FROM public.tries"), 2);
    alarm.slot = 3;
    asv_test_sql(NULL, 0, "DROP TRIGGER late ON asv.alarm; DROP FUNCTION public.late()");
    asv_test_status(ASV_OK, asv_db_alarm_raise(db, &alarm, &outcome, &err));
    asv_db_close(db);
}

static void transactions_of_the_strictest_isolation_all_get_through(void **state)
{
    (void)state;
    enum { CALLERS = 4, CLIPS = 6 };
    static struct asv_test_custody custody[CALLERS];
    struct call calls[CALLERS] = {0};
    pthread_t threads[CALLERS];
    asv_test_sql(NULL, 0, "ALTER ROLE asv_dock SET default_transaction_isolation = 'serializable'");
    for (size_t i = 0; i < CALLERS; i++) {
        calls[i].db = open_db("user=asv_dock", true, 60000);
    }
    for (uint64_t n = 0; n < CLIPS; n++) {
        for (size_t i = 0; i < CALLERS; i++) {
            asv_test_custody_init(&custody[i], &agency, &agency.camera, 3, 200 + n * CALLERS + i);
            calls[i].custody = &custody[i];
            asv_test_custody_begin(calls[0].db, &custody[i]);
        }
        for (size_t i = 0; i < CALLERS; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, commit_it, &calls[i]), 0);
        }
        for (size_t i = 0; i < CALLERS; i++) {
            pthread_join(threads[i], NULL);
            if (calls[i].status == ASV_E_BUSY) { /* allowed: bounded; said again, it gets through */
                commit_it(&calls[i]);
            }
            if (calls[i].status != ASV_OK) {
                fail_msg("%s", calls[i].err.text);
            }
        }
    }
    assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.clip WHERE number >= 200"),
                     CALLERS * CLIPS);
    asv_test_sql(NULL, 0, "ALTER ROLE asv_dock RESET default_transaction_isolation");
    for (size_t i = 0; i < CALLERS; i++) {
        asv_db_close(calls[i].db);
    }
}

static void a_statement_that_takes_too_long_is_given_up(void **state)
{
    (void)state;
    struct asv_db *db = open_db("user=asv_dock", true, 300);
    asv_test_status(ASV_OK, asv_db_ping(db, &err));
    asv_test_sql(NULL, 0,
                 "CREATE OR REPLACE FUNCTION asv.slot_learned(p_dock bytea, p_slot integer, p_port text)"
                 " RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ SELECT pg_sleep(60) $$");
    asv_test_status(ASV_E_TIMEOUT, asv_db_slot_learned(db, agency.dock.cert_digest, 1, "1-1", &err));
    /* Nothing of it goes on in the server. */
    await("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", 0);
    asv_db_close(db);
    db = open_db("user=asv_dock", true, 20000);
    asv_test_status(ASV_OK, asv_db_ping(db, &err));
    asv_db_close(db);
}

static void a_standby_is_away_until_it_can_be_written_to(void **state)
{
    (void)state;
    struct asv_db *db = open_db("user=asv_dock", true, 20000);
    struct asv_db *reader = open_db("user=asv_admin", false, 20000);
    asv_test_status(ASV_OK, asv_db_ping(db, &err));
    /* As a connection is to a primary that has become a standby: what is begun there cannot be written. */
    asv_test_sql(NULL, 0,
                 "ALTER ROLE asv_dock SET default_transaction_read_only = on;"
                 "ALTER ROLE asv_admin SET default_transaction_read_only = on");
    asv_test_sql(NULL, 0,
                 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'asv_dock'");
    asv_test_status(ASV_E_AWAY, asv_db_slot_learned(db, agency.dock.cert_digest, 1, "1-1", &err));
    assert_non_null(strstr(err.text, "only be read"));
    assert_true(asv_db_wait_ms(db) > 0);
    asv_test_status(ASV_OK, asv_db_ping(reader, &err));
    asv_test_status(ASV_E_AWAY, asv_db_unit_put(reader, "VU", "Verkehr", &err));
    asv_test_sql(NULL, 0,
                 "ALTER ROLE asv_dock RESET default_transaction_read_only;"
                 "ALTER ROLE asv_admin RESET default_transaction_read_only");
    ahead_ms += 10000;
    asv_test_status(ASV_OK, asv_db_slot_learned(db, agency.dock.cert_digest, 1, "1-1", &err));
    asv_test_status(ASV_OK, asv_db_unit_put(reader, "VU", "Verkehr", &err));
    asv_db_close(db);
    asv_db_close(reader);
}

/* It takes the connection, as a kernel does for a process that hangs, and says nothing. */
static void a_server_that_says_nothing_is_away_and_backed_off_from(void **state)
{
    (void)state;
    char dir[] = "/tmp/asv-mute.XXXXXX";
    char conninfo[128];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_non_null(mkdtemp(dir));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", dir);
    snprintf(conninfo, sizeof conninfo, "host=%s port=5432 user=asv_dock dbname=asservat", dir);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 8), 0);
    struct asv_db *db = NULL;
    struct asv_db_config config = {
        .conninfo = conninfo, .connect_ms = 200, .call_ms = 200, .durable = true, .world = &world};
    asv_test_status(ASV_OK, asv_db_open(&config, &db, &err));
    asv_test_status(ASV_E_AWAY, asv_db_ping(db, &err));
    assert_non_null(strstr(err.text, "no answer within"));
    assert_true(asv_db_wait_ms(db) > 0);
    asv_db_close(db);
    close(fd);
    assert_int_equal(unlink(address.sun_path), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void a_database_without_the_schema_or_with_another_is_refused(void **state)
{
    (void)state;
    struct asv_db *db = open_db("user=postgres dbname=postgres", false, 30000);
    asv_test_status(ASV_E_UNSUPPORTED, asv_db_ping(db, &err));
    assert_non_null(strstr(err.text, "run asservat db migrate"));
    asv_db_close(db);
    char sql[256];
    snprintf(sql, sizeof sql,
             "INSERT INTO asv.schema_migration (number, name, sha256) VALUES (%u, '%04u_of_the_future', "
             "sha256('x'))",
             asv_db_schema_number() + 1, asv_db_schema_number() + 1);
    asv_test_sql(NULL, 0, sql);
    db = open_db("user=asv_dock", true, 30000);
    asv_test_status(ASV_E_UNSUPPORTED, asv_db_ping(db, &err));
    assert_non_null(strstr(err.text, "install the newer program"));
    asv_test_sql(NULL, 0,
                 "SET session_replication_role = replica; DELETE FROM asv.schema_migration WHERE name LIKE"
                 " '%of_the_future'");
    ahead_ms += asv_db_wait_ms(db);
    asv_test_status(ASV_OK, asv_db_ping(db, &err));
    asv_db_close(db);
}

static void settings_that_cannot_work_are_refused(void **state)
{
    (void)state;
    struct asv_db *db = NULL;
    struct asv_db_config config = {.conninfo = "nonsense", .world = &world};
    assert_int_equal(asv_db_open(&config, &db, &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "connection settings"));
    assert_null(db);
    db = open_db("user=nobody_knows_me", false, 30000);
    asv_test_status(ASV_E_AWAY, asv_db_ping(db, &err));
    assert_non_null(strstr(err.text, "nobody_knows_me"));
    asv_db_close(db);
    db = open_db("host=/nonexistent user=asv_dock", false, 30000);
    asv_test_status(ASV_E_AWAY, asv_db_ping(db, &err));
    asv_db_close(db);
    asv_db_close(NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stopped_server_is_away_at_once_and_back_after_the_back_off),
        cmocka_unit_test(a_restart_between_two_calls_is_not_noticed),
        cmocka_unit_test(a_crash_in_mid_transaction_loses_nothing_that_was_promised),
        cmocka_unit_test(a_server_that_is_not_durable_is_refused),
        cmocka_unit_test(what_lost_against_another_transaction_is_tried_again_for_a_while),
        cmocka_unit_test(a_commit_that_fails_at_its_very_end_is_a_failure),
        cmocka_unit_test(transactions_of_the_strictest_isolation_all_get_through),
        cmocka_unit_test(a_standby_is_away_until_it_can_be_written_to),
        cmocka_unit_test(a_statement_that_takes_too_long_is_given_up),
        cmocka_unit_test(a_server_that_says_nothing_is_away_and_backed_off_from),
        cmocka_unit_test(a_database_without_the_schema_or_with_another_is_refused),
        cmocka_unit_test(settings_that_cannot_work_are_refused),
    };
    asv_test_db_require();
    return cmocka_run_group_tests(tests, setup, NULL);
}
