/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Migrations: from nothing, from every earlier schema, twice, by several at once; and what is refused. */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "generated/sql/migrations.h"
#include "server/base/world_os.h"
#include "tests/support/db.h"
#include "tests/unit/test.h"

static struct asv_err err;

struct report {
    unsigned count, first, last;
};

static void note(void *ctx, unsigned number, const char *name, const char *sha256)
{
    struct report *report = ctx;
    assert_int_equal(strlen(sha256), 64);
    assert_int_equal(strncmp(name, "0", 1), 0);
    if (report->count++ == 0) {
        report->first = number;
    }
    report->last = number;
}

static enum asv_status migrate_as(const char *conninfo, unsigned target, struct report *report,
                                  struct asv_err *why)
{
    struct asv_db_config config = {.conninfo = conninfo, .connect_ms = 10000, .world = asv_world_os()};
    *report = (struct report){0};
    return asv_db_migrate(&config, target, note, report, why);
}

static enum asv_status migrate(unsigned target, struct report *report)
{
    return migrate_as("", target, report, &err);
}

/* Everything that makes the schema, as one text's digest. */
static void schema_digest(char out[65])
{
    asv_test_sql(
        out, 65,
        "SELECT encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY line), 'UTF8')), 'hex') FROM ("
        "SELECT format('%s %s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),"
        " a.attnotnull, col_description(c.oid, a.attnum)) AS line FROM pg_class c JOIN pg_attribute a ON"
        " a.attrelid = c.oid WHERE c.relnamespace = 'asv'::regnamespace AND a.attnum > 0"
        " UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace ="
        " 'asv'::regnamespace"
        " UNION ALL SELECT pg_get_functiondef(oid) || coalesce(proacl::text, '') FROM pg_proc WHERE "
        "pronamespace"
        " = 'asv'::regnamespace"
        " UNION ALL SELECT relname || coalesce(relacl::text, '') FROM pg_class WHERE relnamespace ="
        " 'asv'::regnamespace) AS lines");
}

static void from_nothing_and_from_every_earlier_schema_the_result_is_the_same(void **state)
{
    (void)state;
    struct report report;
    char want[65];
    char got[65];
    asv_test_db_create();
    asv_test_status(ASV_OK, migrate(0, &report));
    assert_int_equal(report.count, asv_db_schema_number());
    schema_digest(want);
    for (unsigned from = 1; from < asv_db_schema_number(); from++) {
        asv_test_db_empty();
        asv_test_status(ASV_OK, migrate(from, &report));
        assert_int_equal(report.last, from);
        asv_test_status(ASV_OK, migrate(0, &report));
        assert_int_equal(report.first, from + 1);
        assert_int_equal(report.count, asv_db_schema_number() - from);
        schema_digest(got);
        assert_string_equal(got, want);
    }
}

static void a_second_run_finds_nothing_to_do(void **state)
{
    (void)state;
    struct report report;
    char before[65];
    char after[65];
    schema_digest(before);
    asv_test_status(ASV_OK, migrate(0, &report));
    assert_int_equal(report.count, 0);
    schema_digest(after);
    assert_string_equal(before, after);
    assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.schema_migration"),
                     asv_db_schema_number());
}

struct runner {
    enum asv_status status;
    struct report report;
    struct asv_err err;
};

static void *run(void *arg)
{
    struct runner *runner = arg;
    runner->status = migrate_as("", 0, &runner->report, &runner->err);
    return NULL;
}

static void *hold(void *arg)
{
    asv_test_sql_until_crash(arg);
    return NULL;
}

static void several_runs_at_once_are_as_good_as_one(void **state)
{
    (void)state;
    enum { RUNNERS = 4 };
    struct runner runners[RUNNERS] = {0};
    pthread_t threads[RUNNERS];
    unsigned applied = 0;
    asv_test_db_create();
    asv_test_sql(
        NULL, 0,
        "DROP ROLE IF EXISTS asv_dock, asv_server, asv_admin, asv_backup, asv_staff, asv_owner"); /* they race
                                                                                          for these too */
    for (size_t i = 0; i < RUNNERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, run, &runners[i]), 0);
    }
    for (size_t i = 0; i < RUNNERS; i++) {
        pthread_join(threads[i], NULL);
        if (runners[i].status != ASV_OK) {
            fail_msg("%s", runners[i].err.text);
        }
        applied += runners[i].report.count;
    }
    assert_int_equal(applied, asv_db_schema_number());
}

static void a_newer_schema_is_refused(void **state)
{
    (void)state;
    struct report report;
    char sql[256];
    snprintf(sql, sizeof sql,
             "INSERT INTO asv.schema_migration (number, name, sha256) VALUES (%u, '%04u_of_the_future', "
             "sha256('x'))",
             asv_db_schema_number() + 1, asv_db_schema_number() + 1);
    asv_test_sql(NULL, 0, sql);
    asv_test_status(ASV_E_UNSUPPORTED, migrate(0, &report));
    assert_non_null(strstr(err.text, "_of_the_future"));
    assert_non_null(strstr(err.text, "install the newer program"));
    assert_int_equal(report.count, 0);
}

/* Each in a database of its own: what was registered is not changed afterwards, not even by a test. */
static void a_changed_file_is_refused(void **state)
{
    (void)state;
    static const char *const changes[] = {"sha256 = sha256('x')", "name = name || '_renamed'"};
    struct report report;
    for (size_t i = 0; i < 2; i++) {
        char sql[256];
        asv_test_db_empty();
        asv_test_status(ASV_OK, migrate(3, &report));
        snprintf(
            sql, sizeof sql,
            "SET session_replication_role = replica; UPDATE asv.schema_migration SET %s WHERE number = 2",
            changes[i]);
        asv_test_sql(NULL, 0, sql);
        asv_test_status(ASV_E_MISMATCH, migrate(0, &report));
        assert_non_null(strstr(err.text, "migration 2 was applied with another text"));
        assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.schema_migration"), 3);
    }
    asv_test_db_empty();
    asv_test_status(ASV_OK, migrate(3, &report));
    asv_test_sql(NULL, 0,
                 "SET session_replication_role = replica; DELETE FROM asv.schema_migration WHERE number = 2");
    asv_test_status(ASV_E_MISMATCH, migrate(0, &report));
}

static void a_migration_that_fails_leaves_nothing_of_itself(void **state)
{
    (void)state;
    struct report report;
    asv_test_db_empty();
    asv_test_status(ASV_OK, migrate(3, &report));
    asv_test_sql(NULL, 0, "CREATE TABLE asv.alarm (a int)"); /* in the way of the last statements of 0004 */
    assert_int_not_equal(migrate(0, &report), ASV_OK);
    assert_non_null(strstr(err.text, "migration 0004_clip"));
    assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.schema_migration"), 3);
    assert_int_equal(asv_test_sql_number("SELECT count(*) FROM pg_class WHERE oid = to_regclass('asv.clip')"),
                     0);
    asv_test_sql(NULL, 0, "DROP TABLE asv.alarm");
    asv_test_status(ASV_OK, migrate(0, &report));
    assert_int_equal(report.first, 4);
}

static void who_may_not_become_the_owner_migrates_nothing(void **state)
{
    (void)state;
    struct report report;
    asv_test_db_empty();
    asv_test_status(ASV_OK, migrate(2, &report));
    asv_test_status(ASV_E_DENIED, migrate_as("user=asv_dock", 0, &report, &err));
    asv_test_status(ASV_E_DENIED, migrate_as("user=asv_admin", 0, &report, &err));
    assert_non_null(strstr(err.text, "no member of asv_owner"));
    /* No superuser is needed once the roles are there, only a member of asv_owner. */
    asv_test_sql(NULL, 0, "CREATE ROLE upgrader LOGIN IN ROLE asv_owner");
    asv_test_status(ASV_OK, migrate_as("user=upgrader", 0, &report, &err));
    assert_int_equal(report.first, 3);
    char text[32];
    asv_test_sql(text, sizeof text, "SELECT applied_by FROM asv.schema_migration WHERE number = 3");
    assert_string_equal(text, "upgrader");
    asv_test_sql(NULL, 0, "DROP ROLE upgrader");
}

static void the_files_are_embedded_byte_for_byte(void **state)
{
    (void)state;
    for (unsigned i = 0; i < asv_sql_migration_count; i++) {
        const struct asv_sql_migration *migration = &asv_sql_migrations[i];
        char path[512];
        static char text[200000];
        snprintf(path, sizeof path, "%s/sql/%s.sql", ASV_SOURCE_DIR, migration->name);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        size_t len = fread(text, 1, sizeof text - 1, file);
        text[len] = '\0';
        fclose(file);
        assert_int_equal(migration->number, i + 1);
        assert_string_equal(migration->text, text);
        /* Each runs in one transaction of the migration's own. */
        assert_null(strstr(text, "\nBEGIN;"));
        assert_null(strstr(text, "\nCOMMIT"));
        assert_null(strstr(text, "CONCURRENTLY"));
    }
}

static void a_lock_that_somebody_keeps_is_not_waited_for_without_end(void **state)
{
    (void)state;
    struct report report = {0};
    struct asv_db_config config = {
        .conninfo = "", .connect_ms = 10000, .call_ms = 100, .world = asv_world_os()};
    static char sql[] = "SELECT pg_advisory_lock(6386550, 1), pg_sleep(600)";
    pthread_t holder;
    asv_test_db_empty();
    assert_int_equal(pthread_create(&holder, NULL, hold, sql), 0);
    while (asv_test_sql_number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") ==
           0) {
        (void)poll(NULL, 0, 10);
    }
    asv_test_status(ASV_E_BUSY, asv_db_migrate(&config, 0, note, &report, &err));
    assert_non_null(strstr(err.text, "another migration"));
    assert_int_equal(report.count, 0);
    asv_test_sql(NULL, 0, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
    pthread_join(holder, NULL);
    asv_test_status(ASV_OK, migrate(0, &report));
}

static void an_unreachable_server_is_away(void **state)
{
    (void)state;
    struct report report;
    asv_test_status(ASV_E_AWAY, migrate_as("host=/nonexistent", 0, &report, &err));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_nothing_and_from_every_earlier_schema_the_result_is_the_same),
        cmocka_unit_test(a_second_run_finds_nothing_to_do),
        cmocka_unit_test(several_runs_at_once_are_as_good_as_one),
        cmocka_unit_test(a_newer_schema_is_refused),
        cmocka_unit_test(a_changed_file_is_refused),
        cmocka_unit_test(a_migration_that_fails_leaves_nothing_of_itself),
        cmocka_unit_test(who_may_not_become_the_owner_migrates_nothing),
        cmocka_unit_test(the_files_are_embedded_byte_for_byte),
        cmocka_unit_test(a_lock_that_somebody_keeps_is_not_waited_for_without_end),
        cmocka_unit_test(an_unreachable_server_is_away),
    };
    asv_test_db_require();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
