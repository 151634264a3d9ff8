/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * server/db against a server whose owner has put other functions in the place of ours: more rows than were
 * asked for, and values that are larger than what they are read into, stay outside. Buffers lie in the heap
 * and are as large as they have to be, so that a sanitizer sees what is written behind them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/db/ledger.h"
#include "tests/support/db.h"
#include "tests/unit/test.h"

static struct asv_db *admin;
static struct asv_err err;

static int setup(void **state)
{
    (void)state;
    asv_test_db_create();
    asv_test_db_migrate();
    admin = asv_test_db_open("asv_admin", false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_db_close(admin);
    return 0;
}

/* Another function of this name and these parameters. */
static void replace(const char *name, const char *types, const char *parameters, const char *gives,
                    const char *body)
{
    char sql[2048];
    int len = snprintf(sql, sizeof sql,
                       "DROP FUNCTION asv.%s(%s); CREATE FUNCTION asv.%s(%s) RETURNS %s LANGUAGE sql "
                       "AS $$ %s $$; GRANT EXECUTE ON FUNCTION asv.%s(%s) TO asv_admin",
                       name, types, name, parameters, gives, body, name, types);
    assert_true(len > 0 && (size_t)len < sizeof sql);
    asv_test_sql(NULL, 0, sql);
}

static void logs_are(const char *body)
{
    replace("ledger_logs", "smallint", "p_after smallint",
            "TABLE (number smallint, origin text, size bigint, root bytea, signed_size bigint)", body);
}

static void assert_said(const char *what)
{
    if (strstr(err.text, what) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, what);
    }
}

/* LG-100: also of a table that is told of in pages (LG-101). */
static void a_list_takes_as_many_rows_as_it_has_room_for(void **state)
{
    (void)state;
    struct asv_db_ledger_log *logs = calloc(ASV_DB_LEDGER_LOGS, sizeof *logs);
    size_t count = 7;
    assert_non_null(logs);
    logs_are("SELECT g::smallint, 'log' || g, g::bigint, decode(repeat('00', 32), 'hex'), 0::bigint "
             "FROM generate_series(1, 65) AS g");
    asv_test_status(ASV_E_LIMIT, asv_db_ledger_logs(admin, 0, logs, &count, &err));
    assert_said("ledger_logs: the database gave 65 rows where at most 64 were asked for");
    assert_int_equal(count, 7);
    logs_are("SELECT g::smallint, 'log' || g, g::bigint, decode(repeat('00', 32), 'hex'), 0::bigint "
             "FROM generate_series(240, 303) AS g");
    asv_test_status(ASV_OK, asv_db_ledger_logs(admin, 0, logs, &count, &err));
    assert_int_equal(count, 64);
    assert_int_equal(logs[63].number, 303); /* a number has two bytes */
    assert_string_equal(logs[63].origin, "log303");
    free(logs);
}

static void a_page_takes_as_many_rows_as_were_asked_for(void **state)
{
    (void)state;
    struct asv_db_ledger_head *heads = calloc(1, sizeof *heads);
    size_t count = 0;
    assert_non_null(heads);
    replace("ledger_heads", "smallint, bigint, integer", "p_log smallint, p_after bigint, p_limit integer",
            "TABLE (size bigint, root bytea, note text)",
            "SELECT g::bigint, decode(repeat('00', 32), 'hex'), repeat('x', 16384) "
            "FROM generate_series(1, 2) AS g");
    asv_test_status(ASV_E_LIMIT, asv_db_ledger_heads(admin, 1, 0, 1, heads, &count, &err));
    assert_said("gave 2 rows where at most 1 were");
    free(heads);
}

static void where_one_row_is_expected_there_is_one(void **state)
{
    (void)state;
    struct asv_db_ledger_object *object = calloc(1, sizeof *object);
    uint8_t *digests = calloc(1, 64);
    static const uint8_t id[16] = {1};
    int64_t at_ms = 0;
    assert_non_null(object);
    assert_non_null(digests);
    replace("ledger_object", "integer, uuid", "p_kind integer, p_id uuid",
            "TABLE (object bytea, signer bytea)",
            "SELECT decode(repeat('aa', 60000), 'hex'), decode(repeat('bb', 300), 'hex') "
            "FROM generate_series(1, 3)");
    asv_test_status(ASV_E_LIMIT, asv_db_ledger_object(admin, 96, id, object, &err));
    assert_said("gave 3 rows where at most 1 were");
    replace("ledger_forgetting", "uuid", "p_id uuid", "TABLE (proposal bytea, approval bytea)",
            "SELECT decode(repeat('aa', 32), 'hex'), decode(repeat('bb', 32), 'hex') "
            "FROM generate_series(1, 2)");
    asv_test_status(ASV_E_LIMIT, asv_db_ledger_forgetting(admin, id, digests, digests + 32, &err));
    replace("ledger_term", "timestamptz", "p_at timestamptz", "SETOF timestamptz",
            "SELECT p_at FROM generate_series(1, 2)");
    asv_test_status(ASV_E_LIMIT, asv_db_ledger_term(admin, 0, &at_ms, &err));
    free(object);
    free(digests);
}

static void one_word_one_number_and_one_value_are_one(void **state)
{
    (void)state;
    uint64_t count = 0;
    uint8_t *digest = calloc(1, 32);
    static const uint8_t credential[32] = {1};
    assert_non_null(digest);
    replace("software_used", "text", "p_software text", "SETOF text",
            "SELECT 'done' FROM generate_series(1, 2)");
    asv_test_status(ASV_E_LIMIT, asv_db_software_used(admin, "asservat 1", &err));
    replace("ledger_forget", "", "", "SETOF bigint", "SELECT 1::bigint FROM generate_series(1, 2)");
    asv_test_status(ASV_E_LIMIT, asv_db_ledger_forget(admin, &count, &err));
    replace("ledger_enrolment", "bytea", "p_credential bytea", "SETOF bytea",
            "SELECT decode(repeat('aa', 32), 'hex') FROM generate_series(1, 2)");
    asv_test_status(ASV_E_LIMIT, asv_db_ledger_enrolment(admin, credential, digest, &err));
    replace("ledger_enrolment", "bytea", "p_credential bytea", "bytea",
            "SELECT decode(repeat('aa', 33), 'hex')");
    asv_test_status(ASV_E_LIMIT, asv_db_ledger_enrolment(admin, credential, digest, &err));
    assert_said("ledger_enrolment: column 1 is not as expected");
    /* and none that is shorter, of which the rest would be whatever lay there */
    memset(digest, 0x55, 32);
    replace("ledger_enrolment", "bytea", "p_credential bytea", "bytea",
            "SELECT decode(repeat('aa', 31), 'hex')");
    asv_test_status(ASV_E_INTERNAL, asv_db_ledger_enrolment(admin, credential, digest, &err));
    assert_said("ledger_enrolment: a digest of 31 bytes");
    replace("ledger_recorded", "uuid", "p_event uuid", "bytea", "SELECT ''::bytea");
    asv_test_status(ASV_E_INTERNAL, asv_db_ledger_recorded(admin, credential, digest, &err));
    assert_int_equal(digest[0], 0x55);
    free(digest);
}

static void a_value_takes_as_many_bytes_as_it_has_room_for(void **state)
{
    (void)state;
    static const struct {
        enum asv_status status;
        const char *body;
    } table[] = {
        {ASV_E_INTERNAL, "SELECT 1::smallint, 'o', 1::bigint, decode(repeat('aa', 33), 'hex'), 0::bigint"},
        {ASV_E_INTERNAL, "SELECT 1::smallint, 'o', 1::bigint, decode(repeat('aa', 31), 'hex'), 0::bigint"},
        {ASV_E_LIMIT,
         "SELECT 1::smallint, repeat('o', 129), 1::bigint, decode(repeat('aa', 32), 'hex'), 0::bigint"},
        {ASV_E_INTERNAL, "SELECT (-1)::smallint, 'o', 1::bigint, decode(repeat('aa', 32), 'hex'), 0::bigint"},
        {ASV_E_INTERNAL, "SELECT 1::smallint, 'o', -1::bigint, decode(repeat('aa', 32), 'hex'), 0::bigint"},
    };
    struct asv_db_ledger_log *logs = calloc(ASV_DB_LEDGER_LOGS, sizeof *logs);
    assert_non_null(logs);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t count = 0;
        logs_are(table[i].body);
        asv_test_status(table[i].status, asv_db_ledger_logs(admin, 0, logs, &count, &err));
        assert_said("ledger_logs: column 5 is not as expected");
    }
    free(logs);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_takes_as_many_rows_as_it_has_room_for),
        cmocka_unit_test(a_page_takes_as_many_rows_as_were_asked_for),
        cmocka_unit_test(where_one_row_is_expected_there_is_one),
        cmocka_unit_test(one_word_one_number_and_one_value_are_one),
        cmocka_unit_test(a_value_takes_as_many_bytes_as_it_has_room_for),
    };
    asv_test_db_require();
    return cmocka_run_group_tests(tests, setup, teardown);
}
