/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * server/db against a real server: custody from the announcement to the proof of erasure, said twice, said by
 * two at once, and read back. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "firmware-proto/trust/inventory.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "tests/support/db.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_db *dock;
static struct asv_db *admin;
static struct asv_db *staff;
static struct asv_err err;

static int setup(void **state)
{
    (void)state;
    asv_test_agency_init(&agency, 7);
    asv_test_db_create();
    asv_test_db_migrate();
    dock = asv_test_db_open("asv_dock", true);
    admin = asv_test_db_open("asv_admin", false);
    asv_test_sql(NULL, 0, "DROP ROLE IF EXISTS tessa");
    asv_test_sql(NULL, 0, "CREATE ROLE tessa LOGIN IN ROLE asv_staff");
    asv_test_sql(
        NULL, 0,
        "INSERT INTO asv.person (id, badge, by) VALUES (gen_random_uuid(), sha256('tessa'), 'test')");
    asv_test_sql(
        NULL, 0,
        "INSERT INTO asv.person_login (login, person, by) SELECT 'tessa', id, 'test' FROM asv.person");
    staff = asv_test_db_open("tessa", false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_db_close(dock);
    asv_db_close(admin);
    asv_db_close(staff);
    return 0;
}

/* The signed object of an event, as the table has it. */
static void read_object(const uint8_t event[ASV_UUID_BYTES], uint8_t *out, size_t cap, size_t *len)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    char sql[128];
    char hex[2 * ASV_COMMIT_MAX_BYTES + 1];
    asv_uuid_format(uuid, event);
    snprintf(sql, sizeof sql, "SELECT encode(object, 'hex') FROM asv.clip_event WHERE id = '%s'", uuid);
    asv_test_sql(hex, sizeof hex, sql);
    *len = strlen(hex) / 2;
    assert_true(*len > 0 && *len <= cap);
    assert_int_equal(asv_hex_decode(out, *len, hex), ASV_OK);
}

/* A camera of its own for each test, so that they do not see each other. */
static const struct asv_test_identity *new_camera(void)
{
    static struct asv_test_identity cameras[16];
    static uint32_t used;
    assert_true(used < 16);
    struct asv_test_identity *camera = &cameras[used++];
    asv_test_agency_issue(&agency, camera, ASV_ROLE_CAMERA, 100 + used);
    return camera;
}

/* What its camera signs at the end of that docking: nothing is left. */
static struct asv_bytes inventory_of(const struct asv_test_custody *what,
                                     uint8_t data[ASV_INVENTORY_MAX_BYTES])
{
    struct asv_inventory inventory = {.last_number = 1};
    struct asv_writer writer;
    memcpy(inventory.camera_cert, what->docking.camera_cert, sizeof inventory.camera_cert);
    memcpy(inventory.session, what->docking.session, sizeof inventory.session);
    asv_writer_init(&writer, data, ASV_INVENTORY_MAX_BYTES);
    asv_test_status(ASV_OK, asv_inventory_encode(&writer, &inventory, agency.camera.sk));
    return (struct asv_bytes){data, writer.len};
}

static void a_clip_goes_from_the_announcement_to_the_proof_of_erasure(void **state)
{
    (void)state;
    const struct asv_test_identity *camera = new_camera();
    static struct asv_test_custody custody;
    struct asv_db_docking_result docking;
    struct asv_db_known known;
    enum asv_db_outcome outcome;
    asv_test_custody_init(&custody, &agency, camera, 1, 1);

    asv_test_status(ASV_OK, asv_db_clip_lookup(dock, &custody.identity, custody.facts.clip, &known, &err));
    assert_int_equal(known.state, ASV_DB_UNKNOWN);
    assert_true(known.kind == 0 && known.due_ms == ASV_TIME_UNKNOWN && !known.uuid_taken);

    asv_test_status(ASV_OK, asv_db_docking_begin(dock, &custody.docking, &docking, &err));
    assert_int_equal(docking.outcome, ASV_DB_DONE);
    assert_true(!docking.enrolled && !docking.retired && !docking.revoked && !docking.number_back);
    assert_true(docking.highest_before == 0 && docking.emptied_ms == ASV_TIME_UNKNOWN);
    assert_string_equal(docking.unit, "");
    asv_test_status(ASV_OK, asv_db_docking_begin(dock, &custody.docking, &docking, &err));
    assert_int_equal(docking.outcome, ASV_DB_ALREADY);

    asv_test_status(ASV_E_NOT_FOUND,
                    asv_db_clip_transferring(dock, &custody.identity, custody.docking.session, &err));
    asv_test_status(ASV_OK,
                    asv_db_clip_announce(dock, custody.docking.session, &custody.offer, 1, &known, &err));
    assert_int_equal(known.state, ASV_DB_ANNOUNCED);
    asv_test_status(ASV_OK, asv_db_clip_transferring(dock, &custody.identity, custody.docking.session, &err));

    asv_test_status(ASV_OK, asv_db_clip_commit(dock, &custody.commit, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_DONE);
    asv_test_status(ASV_OK, asv_db_clip_lookup(dock, &custody.identity, custody.facts.clip, &known, &err));
    assert_int_equal(known.state, ASV_DB_SEALED);
    assert_int_equal(known.kind, ASV_COMMIT_STORED);
    assert_true(known.due_ms == custody.facts.due_ms && known.committed_ms == custody.facts.committed_ms);
    assert_true(!known.uuid_taken && !known.number_taken && !known.number_back && !known.erased_on_camera);

    uint8_t record[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    asv_test_status(ASV_OK, asv_db_clip_record(dock, &custody.identity, record, sizeof record, &len, &err));
    assert_int_equal(len, custody.commit.record.len);
    assert_memory_equal(record, custody.record, len);
    asv_test_status(ASV_E_LIMIT, asv_db_clip_record(dock, &custody.identity, record, 100, &len, &err));

    struct asv_bytes erasure = {custody.erasure, custody.erasure_len};
    asv_test_status(ASV_OK, asv_db_erasure(dock, custody.docking.session, erasure, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_DONE);
    asv_test_status(ASV_OK, asv_db_erasure(dock, custody.docking.session, erasure, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_ALREADY);
    struct asv_db_docking_end end = {.ended_ms = custody.docking.began_ms + 5000,
                                     .reason = ASV_DB_DOCKING_READY,
                                     .stored = 1,
                                     .bytes = 131104};
    uint8_t data[ASV_INVENTORY_MAX_BYTES];
    memcpy(end.session, custody.docking.session, 32);
    end.inventory = inventory_of(&custody, data);
    asv_test_status(ASV_OK, asv_db_docking_end(dock, &end, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_DONE);

    static struct asv_test_custody next;
    asv_test_custody_init(&next, &agency, camera, 2, 2);
    asv_test_status(ASV_OK, asv_db_docking_begin(dock, &next.docking, &docking, &err));
    assert_true(docking.emptied_ms == end.ended_ms && docking.highest_before == 1000000);
    assert_false(docking.word_wanted);
    memcpy(end.session, next.docking.session, 32);
    end.inventory.len = 0; /* it was taken out before it had signed one */
    asv_test_status(ASV_OK, asv_db_docking_end(dock, &end, &outcome, &err));
    assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.docking_end WHERE inventory IS NULL"), 1);
    assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.alarm"), 0);
}

/* The row that shows this header; the list is paged to find it. */
static struct asv_db_clip_row find_row(const struct asv_test_custody *custody, uint32_t page)
{
    struct asv_db_clip_filter filter = {.limit = page, .has_camera = true};
    struct asv_db_clip_row rows[4];
    memcpy(filter.camera_cert, custody->facts.camera_cert, 32);
    for (;;) {
        size_t count = 0;
        asv_test_status(ASV_OK, asv_db_clip_list(admin, &filter, rows, &count, &err));
        for (size_t i = 0; i < count; i++) {
            if (memcmp(rows[i].identity.header, custody->facts.header_digest, 32) == 0) {
                return rows[i];
            }
        }
        assert_int_equal(count, page);
        filter.after_ms = rows[count - 1].committed_ms;
        memcpy(filter.after_header, rows[count - 1].identity.header, 32);
    }
}

static void a_clip_reads_back_as_it_was_committed(void **state)
{
    (void)state;
    const struct asv_test_identity *camera = new_camera();
    static struct asv_test_custody custody[5];
    enum asv_db_outcome outcome;
    for (uint32_t i = 0; i < 5; i++) {
        asv_test_custody_init(&custody[i], &agency, camera, 1, i + 1);
        custody[i].facts.committed_ms =
            custody[0].facts.committed_ms; /* pages break between equal times too */
        asv_test_custody_sign(&custody[i], &agency, camera);
        asv_test_custody_begin(dock, &custody[i]);
        asv_test_status(ASV_OK, asv_db_clip_commit(dock, &custody[i].commit, &outcome, &err));
        assert_int_equal(outcome, ASV_DB_DONE);
    }
    for (uint32_t page = 1; page <= 4; page++) {
        for (uint32_t i = 0; i < 5; i++) {
            const struct asv_commit *facts = &custody[i].facts;
            struct asv_db_clip_row row = find_row(&custody[i], page);
            assert_memory_equal(&row.identity.camera_cert, facts->camera_cert, 32);
            assert_memory_equal(row.identity.epoch, facts->epoch, 16);
            assert_int_equal(row.identity.number, facts->number);
            assert_memory_equal(row.clip, facts->clip, 16);
            assert_int_equal(row.state, ASV_DB_SEALED);
            assert_true(row.kind == 1 && row.integrity == 1 && row.provenance == 1);
            assert_int_equal(row.marked, facts->marked);
            assert_string_equal(row.camera_name, camera->cert.name);
            assert_string_equal(row.unit, "VU");
            assert_string_equal(row.area, "Mitte");
            assert_string_equal(row.reason, "");
            assert_int_equal(row.day, 20260105);
            assert_true(row.start_ms == facts->start_ms && row.end_ms == facts->end_ms);
            assert_true(row.earliest_ms == facts->earliest_ms && row.latest_ms == facts->latest_ms);
            assert_true(row.due_ms == facts->due_ms && row.committed_ms == facts->committed_ms);
            assert_true(row.erased_on_camera_ms == ASV_TIME_UNKNOWN);
            assert_int_equal(row.payload_bytes, facts->payload_bytes);
            assert_int_equal(row.tail_bytes, 0);
        }
    }
    struct asv_db_clip_filter filter = {.day = 20260106};
    struct asv_db_clip_row rows[1];
    size_t count = 9;
    filter.limit = 1;
    asv_test_status(ASV_OK, asv_db_clip_list(admin, &filter, rows, &count, &err));
    assert_int_equal(count, 0);
    filter = (struct asv_db_clip_filter){.kind = ASV_COMMIT_QUARANTINED, .limit = 1};
    asv_test_status(ASV_OK, asv_db_clip_list(admin, &filter, rows, &count, &err));
    assert_int_equal(count, 0);
    asv_test_status(ASV_E_DENIED, asv_db_clip_list(dock, &filter, rows, &count, &err));

    uint8_t record[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    asv_test_status(
        ASV_OK, asv_db_clip_show(admin, custody[2].facts.clip, 0, rows, record, sizeof record, &len, &err));
    assert_memory_equal(record, custody[2].record, custody[2].commit.record.len);
    asv_test_status(ASV_E_NOT_FOUND, asv_db_clip_show(admin, custody[2].facts.clip, 1, rows, record,
                                                      sizeof record, &len, &err));
}

/* The dock's role may ask; pages neither lose nor repeat a row, and each says where the vault has it. */
static void what_the_vault_must_hold_is_listed_for_the_dock(void **state)
{
    (void)state;
    static struct asv_test_custody custody;
    const struct asv_test_identity *camera = new_camera();
    enum asv_db_outcome outcome;
    asv_test_custody_init(&custody, &agency, camera, 1, 1);
    asv_test_custody_begin(dock, &custody);
    asv_test_status(ASV_OK, asv_db_clip_commit(dock, &custody.commit, &outcome, &err));
    struct asv_db_in_custody rows[4];
    for (size_t cap = 1; cap <= 4; cap++) {
        uint8_t after[16] = {0};
        size_t count = cap;
        int64_t total = 0;
        unsigned mine = 0;
        while (count == cap) {
            asv_test_status(ASV_OK,
                            asv_db_custody_list(dock, total > 0 ? after : NULL, rows, cap, &count, &err));
            for (size_t i = 0; i < count; i++) {
                assert_true(memcmp(rows[i].recording, after, sizeof after) > 0);
                memcpy(after, rows[i].recording, sizeof after);
                if (memcmp(rows[i].clip, custody.facts.clip, sizeof rows[i].clip) != 0) {
                    continue;
                }
                mine++;
                assert_memory_equal(rows[i].identity.camera_cert, custody.facts.camera_cert, 32);
                assert_memory_equal(rows[i].identity.epoch, custody.facts.epoch, 16);
                assert_memory_equal(rows[i].identity.header, custody.facts.header_digest, 32);
                assert_int_equal(rows[i].identity.number, 1);
                assert_int_equal(rows[i].kind, ASV_COMMIT_STORED);
                assert_int_equal(rows[i].day, custody.facts.day);
                assert_true(rows[i].latest_ms == custody.facts.latest_ms);
            }
            total += (int64_t)count;
        }
        assert_int_equal(mine, 1);
        assert_int_equal(total, asv_test_sql_number("SELECT count(*) FROM asv.clip"));
    }
}

static void every_custody_event_carries_what_its_actor_signed(void **state)
{
    (void)state;
    const struct asv_test_identity *camera = new_camera();
    static struct asv_test_custody custody;
    static struct asv_db_event events[8];
    enum asv_db_outcome outcome;
    asv_test_custody_init(&custody, &agency, camera, 1, 1);
    asv_test_custody_begin(dock, &custody);
    asv_test_status(ASV_OK, asv_db_clip_transferring(dock, &custody.identity, custody.docking.session, &err));
    asv_test_status(ASV_OK, asv_db_clip_commit(dock, &custody.commit, &outcome, &err));
    asv_test_status(ASV_OK,
                    asv_db_erasure(dock, custody.docking.session,
                                   (struct asv_bytes){custody.erasure, custody.erasure_len}, &outcome, &err));
    size_t count = 0;
    asv_test_status(ASV_OK, asv_db_clip_events(staff, &custody.identity, NULL, events, 8, &count, &err));
    static const struct {
        const char *kind, *actor;
        bool is_signed;
    } want[] = {{"announced", "camera", false},
                {"transferring", "dock", false},
                {"committed", "dock", true},
                {"receipt", "dock", true},
                {"erased_on_camera", "camera", true}};
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++) {
        const struct asv_db_event *event = &events[i];
        assert_string_equal(event->kind, want[i].kind);
        assert_string_equal(event->actor_kind, want[i].actor);
        assert_int_equal(event->is_signed, want[i].is_signed);
        assert_non_null(strstr(event->place, "slot 7 port 1-2.7"));
        bool by_camera = strcmp(want[i].actor, "camera") == 0;
        assert_memory_equal(event->actor, by_camera ? camera->cert_digest : agency.dock.cert_digest, 32);
        assert_int_equal(event->id[6] >> 4, 7);
        if (!want[i].is_signed) {
            continue;
        }
        uint8_t data[ASV_COMMIT_MAX_BYTES];
        struct asv_object object;
        uint8_t digest[32];
        size_t len = 0;
        read_object(event->id, data, sizeof data, &len);
        assert_int_equal(asv_object_split(&object, data, len), ASV_OK);
        asv_object_digest(digest, &object);
        assert_memory_equal(digest, event->object_digest, 32);
        assert_memory_equal(object.signature, event->signature, 64);
        enum asv_purpose purpose = i == 2   ? ASV_PURPOSE_COMMIT
                                   : i == 3 ? ASV_PURPOSE_RECEIPT
                                            : ASV_PURPOSE_ERASURE;
        assert_int_equal(asv_object_verify(&object, purpose, by_camera ? camera->pk : agency.dock.pk),
                         ASV_OK);
    }
    assert_true(events[2].at_ms == custody.facts.committed_ms);
    assert_true(events[4].at_ms == custody.facts.committed_ms + 500);
    asv_test_status(ASV_OK,
                    asv_db_clip_events(staff, &custody.identity, events[2].id, events, 1, &count, &err));
    assert_int_equal(count, 1);
    assert_string_equal(events[0].kind, "receipt");
}

static void what_contradicts_custody_is_said_and_changes_nothing(void **state)
{
    (void)state;
    const struct asv_test_identity *camera = new_camera();
    static struct asv_test_custody first;
    static struct asv_test_custody other;
    enum asv_db_outcome outcome;
    struct asv_db_known known;
    asv_test_custody_init(&first, &agency, camera, 1, 1);
    asv_test_custody_begin(dock, &first);
    asv_test_status(ASV_OK, asv_db_clip_commit(dock, &first.commit, &outcome, &err));

    asv_test_custody_init(&other, &agency, camera, 1, 1); /* the same identity, other bytes */
    other.facts.seal_digest[0] ^= 1;
    asv_test_custody_sign(&other, &agency, camera);
    asv_test_status(ASV_OK, asv_db_clip_commit(dock, &other.commit, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_CONFLICT);

    asv_test_custody_init(&other, &agency, camera, 1, 2); /* another recording, the same UUID */
    memcpy(other.facts.clip, first.facts.clip, 16);
    asv_test_custody_sign(&other, &agency, camera);
    asv_test_status(ASV_OK, asv_db_clip_lookup(dock, &other.identity, other.facts.clip, &known, &err));
    assert_true(known.uuid_taken);
    asv_test_status(ASV_OK, asv_db_clip_commit(dock, &other.commit, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_UUID_TAKEN);
    other.facts.kind = ASV_COMMIT_QUARANTINED;
    snprintf(other.facts.reason, sizeof other.facts.reason, "another recording has this UUID");
    asv_test_custody_sign(&other, &agency, camera);
    asv_test_status(ASV_OK, asv_db_clip_commit(dock, &other.commit, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_DONE);

    struct asv_db_clip_row row;
    uint8_t record[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    asv_test_status(ASV_OK,
                    asv_db_clip_show(admin, first.facts.clip, 1, &row, record, sizeof record, &len, &err));
    assert_int_equal(row.state, ASV_DB_QUARANTINED);
    assert_string_equal(row.reason, "another recording has this UUID");

    asv_test_custody_init(&other, &agency, camera, 1, 1); /* a receipt for another clip */
    memcpy(other.facts.root, first.facts.seal_digest, 32);
    other.commit.facts = &other.facts;
    asv_test_status(ASV_E_MISMATCH, asv_db_clip_commit(dock, &other.commit, &outcome, &err));
    asv_test_custody_init(&other, &agency, camera, 9, 1); /* a docking that was not begun */
    asv_test_status(ASV_E_NOT_FOUND, asv_db_clip_commit(dock, &other.commit, &outcome, &err));
}

/* ---- two at once ---- */

struct racer {
    struct asv_db *db;
    const struct asv_test_custody *custody;
    pthread_barrier_t *start;
    enum asv_status status;
    enum asv_db_outcome outcome;
    struct asv_err err;
};

static void *race(void *arg)
{
    struct racer *racer = arg;
    pthread_barrier_wait(racer->start);
    racer->status = asv_db_clip_commit(racer->db, &racer->custody->commit, &racer->outcome, &racer->err);
    return NULL;
}

#define RACERS 4

/* All commit at once; returns how many had each outcome. */
static void run_race(struct racer racers[RACERS], unsigned outcomes[5])
{
    pthread_t threads[RACERS];
    pthread_barrier_t start;
    memset(outcomes, 0, 5 * sizeof outcomes[0]);
    pthread_barrier_init(&start, NULL, RACERS);
    for (size_t i = 0; i < RACERS; i++) {
        racers[i].start = &start;
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < RACERS; i++) {
        pthread_join(threads[i], NULL);
        if (racers[i].status != ASV_OK) {
            fail_msg("%s", racers[i].err.text);
        }
        outcomes[racers[i].outcome]++;
    }
    pthread_barrier_destroy(&start);
}

static void commits_of_one_clip_at_once_make_one_row(void **state)
{
    (void)state;
    const struct asv_test_identity *camera = new_camera();
    static struct asv_test_custody custody;
    struct racer racers[RACERS] = {0};
    unsigned outcomes[5];
    for (size_t i = 0; i < RACERS; i++) {
        racers[i].db = asv_test_db_open("asv_dock", true);
        racers[i].custody = &custody;
        asv_test_status(ASV_OK, asv_db_ping(racers[i].db, &err));
    }
    for (uint64_t number = 1; number <= 25; number++) {
        asv_test_custody_init(&custody, &agency, camera, 1, number);
        if (number % 2 == 0) { /* announced before, or not */
            asv_test_custody_begin(dock, &custody);
        } else {
            struct asv_db_docking_result result;
            asv_test_status(ASV_OK, asv_db_docking_begin(dock, &custody.docking, &result, &err));
        }
        run_race(racers, outcomes);
        assert_int_equal(outcomes[ASV_DB_DONE], 1);
        assert_int_equal(outcomes[ASV_DB_ALREADY], RACERS - 1);
    }
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM asv.clip c JOIN asv.certificate t ON t.digest = c.camera"
             " WHERE t.device_serial = '%s'",
             camera->cert.device_serial);
    assert_int_equal(asv_test_sql_number(sql), 25);
    for (size_t i = 0; i < RACERS; i++) {
        asv_db_close(racers[i].db);
    }
}

static void recordings_with_one_uuid_at_once_leave_one_stored(void **state)
{
    (void)state;
    const struct asv_test_identity *camera = new_camera();
    static struct asv_test_custody custody[RACERS];
    struct racer racers[RACERS] = {0};
    unsigned outcomes[5];
    for (uint64_t round = 0; round < 10; round++) {
        for (size_t i = 0; i < RACERS; i++) {
            asv_test_custody_init(&custody[i], &agency, camera, 1, round * RACERS + i + 1);
            memcpy(custody[i].facts.clip, custody[0].facts.clip, 16);
            asv_test_custody_sign(&custody[i], &agency, camera);
            asv_test_custody_begin(dock, &custody[i]);
            racers[i].custody = &custody[i];
            if (racers[i].db == NULL) {
                racers[i].db = asv_test_db_open("asv_dock", true);
            }
        }
        run_race(racers, outcomes);
        assert_int_equal(outcomes[ASV_DB_DONE], 1);
        assert_int_equal(outcomes[ASV_DB_UUID_TAKEN], RACERS - 1);
    }
    for (size_t i = 0; i < RACERS; i++) {
        asv_db_close(racers[i].db);
    }
}

static void *raise_alarm(void *arg)
{
    struct racer *racer = arg;
    struct asv_db_alarm alarm = {
        .kind = ASV_DB_ALARM_STORAGE, .slot = 1, .recording = &racer->custody->identity, .detail = "at once"};
    pthread_barrier_wait(racer->start);
    racer->status = asv_db_alarm_raise(racer->db, &alarm, &racer->outcome, &racer->err);
    return NULL;
}

static void an_alarm_raised_by_several_at_once_is_one(void **state)
{
    (void)state;
    static struct asv_test_custody custody;
    struct racer racers[RACERS] = {0};
    pthread_t threads[RACERS];
    const struct asv_test_identity *camera = new_camera();
    for (uint64_t number = 1; number <= 15; number++) {
        pthread_barrier_t start;
        unsigned done = 0;
        asv_test_custody_init(&custody, &agency, camera, 1, number);
        asv_test_custody_begin(dock, &custody);
        pthread_barrier_init(&start, NULL, RACERS);
        for (size_t i = 0; i < RACERS; i++) {
            if (racers[i].db == NULL) {
                racers[i].db = asv_test_db_open("asv_dock", true);
                asv_test_status(ASV_OK, asv_db_ping(racers[i].db, &err));
            }
            racers[i].custody = &custody;
            racers[i].start = &start;
            assert_int_equal(pthread_create(&threads[i], NULL, raise_alarm, &racers[i]), 0);
        }
        for (size_t i = 0; i < RACERS; i++) {
            pthread_join(threads[i], NULL);
            assert_int_equal(racers[i].status, ASV_OK);
            done += racers[i].outcome == ASV_DB_DONE ? 1 : 0;
        }
        assert_int_equal(done, 1);
        pthread_barrier_destroy(&start);
    }
    for (size_t i = 0; i < RACERS; i++) {
        asv_db_close(racers[i].db);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clip_goes_from_the_announcement_to_the_proof_of_erasure),
        cmocka_unit_test(a_clip_reads_back_as_it_was_committed),
        cmocka_unit_test(what_the_vault_must_hold_is_listed_for_the_dock),
        cmocka_unit_test(every_custody_event_carries_what_its_actor_signed),
        cmocka_unit_test(what_contradicts_custody_is_said_and_changes_nothing),
        cmocka_unit_test(commits_of_one_clip_at_once_make_one_row),
        cmocka_unit_test(recordings_with_one_uuid_at_once_leave_one_stored),
        cmocka_unit_test(an_alarm_raised_by_several_at_once_is_one),
    };
    asv_test_db_require();
    return cmocka_run_group_tests(tests, setup, teardown);
}
