/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/db.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "firmware-proto/crypto/object.h"
#include "firmware-proto/trust/erasure.h"
#include "firmware-proto/trust/receipt.h"
#include "generated/sql/queries.h"
#include "server/base/world_os.h"
#include "tests/unit/test.h"

void asv_test_db_require(void)
{
    if (getenv("ASV_PG") == NULL) {
        asv_skip_program("not run by tests/sql/with-postgres");
    }
    assert_int_equal(asv_crypto_init(), ASV_OK);
}

static const char *database(void)
{
    const char *name = getenv("PGDATABASE");
    assert_non_null(name);
    return name;
}

/* One statement or several, as the superuser in this database. */
static void run_sql(const char *dbname, char *out, size_t size, const char *sql)
{
    const char *const keys[] = {"dbname", NULL};
    const char *const values[] = {dbname, NULL};
    PGconn *conn = PQconnectdbParams(keys, values, 0);
    if (PQstatus(conn) != CONNECTION_OK) {
        fail_msg("%s: %s", dbname, PQerrorMessage(conn));
    }
    PGresult *quiet = PQexec(conn, "SET client_min_messages = warning");
    PQclear(quiet);
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        fail_msg("%s: %s", sql, PQresultErrorMessage(result));
    }
    if (out != NULL) {
        bool some = status == PGRES_TUPLES_OK && PQntuples(result) > 0;
        int len = snprintf(out, size, "%s", some ? PQgetvalue(result, 0, 0) : "");
        assert_true(len >= 0 && (size_t)len < size);
    }
    PQclear(result);
    PQfinish(conn);
}

void asv_test_sql(char *out, size_t size, const char *sql)
{
    run_sql(database(), out, size, sql);
}

long asv_test_sql_number(const char *sql)
{
    char text[32];
    asv_test_sql(text, sizeof text, sql);
    return strtol(text, NULL, 10);
}

static void ignore_notice(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

void asv_test_sql_until_crash(const char *sql)
{
    PGconn *conn = PQconnectdb("");
    PQsetNoticeProcessor(conn, ignore_notice, NULL);
    PGresult *result = PQexec(conn, sql);
    PQclear(result);
    PQfinish(conn);
}

void asv_test_db_prepare_all(void)
{
    PGconn *conn = PQconnectdb("");
    assert_int_equal(PQstatus(conn), CONNECTION_OK);
    for (size_t i = 0; i < ASV_QUERY_COUNT; i++) {
        PGresult *result = PQprepare(conn, asv_sql_queries[i].name, asv_sql_queries[i].text, 0, NULL);
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            fail_msg("%s: %s", asv_sql_queries[i].name, PQresultErrorMessage(result));
        }
        PQclear(result);
    }
    PQfinish(conn);
}

void asv_test_db_create(void)
{
    char sql[256];
    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)", database());
    run_sql("postgres", NULL, 0, sql);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'", database());
    run_sql("postgres", NULL, 0, sql);
}

void asv_test_db_empty(void)
{
    asv_test_sql(NULL, 0, "DROP SCHEMA IF EXISTS asv CASCADE");
}

void asv_test_db_migrate(void)
{
    struct asv_err err = {0};
    struct asv_db_config config = {.conninfo = "", .connect_ms = 10000, .world = asv_world_os()};
    asv_test_status(ASV_OK, asv_db_migrate(&config, 0, NULL, NULL, &err));
}

void asv_test_db_server(const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "\"$ASV_PG\" %s \"$ASV_PG_DIR\"", command);
    int status = system(line); /* NOLINT(cert-env33-c): the test's own environment */
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail_msg("%s: status %d", line, status);
    }
}

struct asv_db *asv_test_db_open(const char *user, bool durable)
{
    static const struct {
        const char *user, *conninfo;
    } users[] = {{"asv_dock", "user=asv_dock"},
                 {"asv_admin", "user=asv_admin"},
                 {"asv_server", "user=asv_server"},
                 {"tessa", "user=tessa"}, /* whom a test makes, a member of asv_staff */
                 {"postgres", "user=postgres"}};
    struct asv_err err = {0};
    for (size_t i = 0; i < sizeof users / sizeof users[0]; i++) {
        if (strcmp(users[i].user, user) == 0) {
            struct asv_db *db = NULL;
            struct asv_db_config config = {.conninfo = users[i].conninfo,
                                           .application = "asservat test",
                                           .connect_ms = 20000,
                                           .call_ms = 60000,
                                           .durable = durable,
                                           .world = asv_world_os()};
            asv_test_status(ASV_OK, asv_db_open(&config, &db, &err));
            return db;
        }
    }
    fail_msg("no such role: %s", user);
    return NULL;
}

/* Bytes that are different for each purpose and numbers. */
static void fill(uint8_t *out, size_t len, const char *what, uint64_t a, uint64_t b)
{
    char text[64];
    uint8_t digest[ASV_SHA256_BYTES];
    snprintf(text, sizeof text, "%s/%llu/%llu", what, (unsigned long long)a, (unsigned long long)b);
    asv_sha256(digest, text, strlen(text));
    memcpy(out, digest, len);
}

/* A number that tells cameras apart. */
static uint64_t tag(const struct asv_test_identity *camera)
{
    return asv_load_be64(camera->cert_digest);
}

void asv_test_docking(struct asv_db_docking *out, const struct asv_test_agency *agency,
                      const struct asv_test_identity *camera, uint32_t docking)
{
    *out = (struct asv_db_docking){
        .slot = 7,
        .port = "1-2.7",
        .chain = camera->chain.encoded,
        .began_ms = ASV_TEST_SESSION_MS + (int64_t)docking * 60000,
        .has_clock = true,
        .offset_ms = -1234,
        .uncertainty_ms = 3,
        .camera_wall_ms = ASV_TEST_SESSION_MS + 1234,
        .camera_mono_ms = 777,
        .clock_state = 1,
        .last_sync_ms = ASV_TEST_SESSION_MS - 86400000,
        .clock_source = 1,
        .last_number = 1000000,
        .clips = 1,
        .store_bytes = 1000000,
        .free_bytes = 500000,
        .battery_percent = 80,
        .flags = 0x20,
        .firmware = "1.2.3",
        .bulletin = 4,
        .policy_version = 1,
    };
    fill(out->session, 32, "session", tag(camera), docking);
    memcpy(out->dock_cert, agency->dock.cert_digest, 32);
    memcpy(out->camera_cert, camera->cert_digest, 32);
    fill(out->boot, 16, "boot", tag(camera), docking);
    fill(out->epoch, 16, "epoch", tag(camera), 0);
    fill(out->firmware_digest, 32, "firmware", 0, 0);
}

static void fill_facts(struct asv_commit *facts, const struct asv_test_agency *agency,
                       const struct asv_test_identity *camera, const struct asv_db_docking *docking,
                       uint64_t number)
{
    uint64_t who = tag(camera);
    *facts = (struct asv_commit){
        .slot = docking->slot,
        .number = number,
        .stream_type = 1,
        .sealer = 1,
        .end_reason = 1,
        .marked = number % 2 == 0,
        .key_kind = 1,
        .key_date = 20260105,
        .bulletin = 4,
        .policy = 1,
        .clock_state = 1,
        .start_ms = ASV_TEST_SESSION_MS - 3600000,
        .end_ms = ASV_TEST_SESSION_MS - 3500000,
        .earliest_ms = ASV_TEST_SESSION_MS - 3601237,
        .latest_ms = ASV_TEST_SESSION_MS - 3501231,
        .offset_ms = docking->offset_ms,
        .uncertainty_ms = docking->uncertainty_ms,
        .day = 20260105,
        .due_ms = INT64_C(1768863600000), /* 2026-01-20 00:00 in Berlin */
        .docked_ms = docking->began_ms,
        .committed_ms = docking->began_ms + (int64_t)number,
        .leaves = 2,
        .payload_bytes = 2 * 65552 + 24,
        .media_bytes = 100000,
        .seal_bytes = 3000,
        .link_bytes = 200,
        .integrity = 1,
        .provenance = 1,
        .kind = ASV_COMMIT_STORED,
        .readback = ASV_READBACK_DIRECT,
        .replicas = 2,
    };
    memcpy(facts->agency, agency->id, 32);
    memcpy(facts->dock_cert, agency->dock.cert_digest, 32);
    snprintf(facts->dock_name, sizeof facts->dock_name, "Dock 1");
    snprintf(facts->port, sizeof facts->port, "%s", docking->port);
    memcpy(facts->session, docking->session, 32);
    memcpy(facts->camera_cert, camera->cert_digest, 32);
    asv_chain_digest(facts->chain_digest, &camera->chain);
    snprintf(facts->model, sizeof facts->model, "%s", camera->cert.model);
    snprintf(facts->serial, sizeof facts->serial, "%s", camera->cert.device_serial);
    snprintf(facts->firmware, sizeof facts->firmware, "1.2.3");
    snprintf(facts->unit, sizeof facts->unit, "VU");
    snprintf(facts->area, sizeof facts->area, "Mitte");
    snprintf(facts->software, sizeof facts->software, "asservat-dockd 0.1.0");
    fill(facts->firmware_digest, 32, "firmware", 0, 0);
    memcpy(facts->epoch, docking->epoch, 16);
    fill(facts->clip, 16, "clip", who, number);
    facts->clip[6] = 0x70 | (facts->clip[6] & 0x0f); /* a UUIDv7 */
    facts->clip[8] = 0x80 | (facts->clip[8] & 0x3f);
    fill(facts->header_digest, 32, "header", who, number);
    fill(facts->group, 16, "group", who, number);
    fill(facts->assignment, 16, "assignment", who, 0);
    fill(facts->key_id, 16, "key", who, 0);
    fill(facts->root, 32, "root", who, number);
    fill(facts->final_chunk, 24, "final", who, number);
    fill(facts->seal_digest, 32, "seal", who, number);
    fill(facts->link_digest, 32, "link", who, number);
    fill(facts->stanzas_digest, 32, "stanzas", who, number);
    asv_sha256(facts->tail_digest, "", 0);
}

void asv_test_custody_init(struct asv_test_custody *out, const struct asv_test_agency *agency,
                           const struct asv_test_identity *camera, uint32_t docking, uint64_t number)
{
    memset(out, 0, sizeof *out);
    asv_test_docking(&out->docking, agency, camera, docking);
    fill_facts(&out->facts, agency, camera, &out->docking, number);
    asv_test_custody_sign(out, agency, camera);
}

static void sign_receipt(struct asv_test_custody *custody, const struct asv_test_agency *agency)
{
    const struct asv_commit *facts = &custody->facts;
    struct asv_receipt receipt = {
        .custody = {.number = facts->number,
                    .leaf_count = facts->leaves,
                    .payload_bytes = facts->payload_bytes,
                    .seal_bytes = facts->seal_bytes,
                    .tail_bytes = facts->tail_bytes,
                    .stanza_count = 1,
                    .link_bytes = facts->link_bytes},
        .integrity = facts->integrity,
        .provenance = facts->provenance,
        .kind = facts->kind == ASV_COMMIT_STORED ? ASV_RECEIPT_STORED : ASV_RECEIPT_QUARANTINED,
        .due_ms = facts->due_ms,
        .time_ms = facts->committed_ms,
    };
    struct asv_custody *held = &receipt.custody;
    memcpy(receipt.dock_cert, facts->dock_cert, 32);
    memcpy(receipt.session, facts->session, 32);
    memcpy(held->camera_cert, facts->camera_cert, 32);
    memcpy(held->epoch, facts->epoch, 16);
    memcpy(held->clip, facts->clip, 16);
    memcpy(held->header, facts->header_digest, 32);
    memcpy(held->root, facts->root, 32);
    memcpy(held->seal, facts->seal_digest, 32);
    memcpy(held->tail, facts->tail_digest, 32);
    memcpy(held->stanzas[0], facts->stanzas_digest, 32);
    memcpy(held->link, facts->link_digest, 32);
    struct asv_writer writer;
    struct asv_object object;
    size_t len = 0;
    asv_writer_init(&writer, custody->receipt, sizeof custody->receipt);
    assert_int_equal(asv_receipt_encode(&writer, &receipt, agency->dock.sk), ASV_OK);
    assert_int_equal(asv_write_end(&writer, &len), ASV_OK);
    assert_int_equal(asv_object_split(&object, custody->receipt, len), ASV_OK);
    asv_object_digest(custody->receipt_digest, &object);
    custody->commit.receipt = (struct asv_bytes){custody->receipt, len};
}

static void sign_erasure(struct asv_test_custody *custody, const struct asv_test_identity *camera)
{
    struct asv_erasure record = {.cause = ASV_ERASURE_RECEIPT,
                                 .number = custody->facts.number,
                                 .wall_ms = custody->facts.committed_ms + 500,
                                 .mono_ms = 888,
                                 .method = ASV_ERASURE_OVERWRITE};
    memcpy(record.cause_digest, custody->receipt_digest, 32);
    memcpy(record.camera_cert, custody->facts.camera_cert, 32);
    memcpy(record.epoch, custody->facts.epoch, 16);
    memcpy(record.header, custody->facts.header_digest, 32);
    memcpy(record.boot, custody->docking.boot, 16);
    struct asv_writer writer;
    asv_writer_init(&writer, custody->erasure, sizeof custody->erasure);
    assert_int_equal(asv_erasure_encode(&writer, &record, camera->sk), ASV_OK);
    assert_int_equal(asv_write_end(&writer, &custody->erasure_len), ASV_OK);
}

void asv_test_custody_sign(struct asv_test_custody *custody, const struct asv_test_agency *agency,
                           const struct asv_test_identity *camera)
{
    const struct asv_commit *facts = &custody->facts;
    size_t len = 0;
    assert_int_equal(asv_commit_encode(facts, agency->dock.sk, custody->record, sizeof custody->record, &len),
                     ASV_OK);
    custody->commit = (struct asv_db_commit){.facts = facts, .record = {custody->record, len}};
    if (facts->kind != ASV_COMMIT_EXPIRED_ON_ARRIVAL) {
        sign_receipt(custody, agency);
    }
    sign_erasure(custody, camera);
    memcpy(custody->identity.camera_cert, facts->camera_cert, 32);
    memcpy(custody->identity.epoch, facts->epoch, 16);
    custody->identity.number = facts->number;
    memcpy(custody->identity.header, facts->header_digest, 32);
    custody->offer = (struct asv_db_offer){.identity = custody->identity,
                                           .marked = facts->marked,
                                           .chunks = facts->leaves,
                                           .seal_bytes = facts->seal_bytes,
                                           .tail_bytes = facts->tail_bytes,
                                           .start_ms = facts->start_ms};
    memcpy(custody->offer.clip, facts->clip, 16);
}

void asv_test_custody_begin(struct asv_db *db, const struct asv_test_custody *custody)
{
    struct asv_err err = {0};
    struct asv_db_docking_result result;
    struct asv_db_known known;
    asv_test_status(ASV_OK, asv_db_docking_begin(db, &custody->docking, &result, &err));
    asv_test_status(ASV_OK,
                    asv_db_clip_announce(db, custody->docking.session, &custody->offer, 1, &known, &err));
}
