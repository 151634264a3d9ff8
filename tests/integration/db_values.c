/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * server/db against a real server: values at the edges of their types, hostile text, and the calls of
 * dockings and of the register. */
#include <stdio.h>
#include <string.h>

#include "firmware-proto/wire/devlog.h"
#include "tests/support/db.h"
#include "tests/support/samples.h"
#include "tests/unit/test.h"

static const struct asv_samples *samples;
static struct asv_db *dock;
static struct asv_db *admin;
static struct asv_err err;

static int setup(void **state)
{
    (void)state;
    samples = asv_samples();
    asv_test_db_create();
    asv_test_db_migrate();
    dock = asv_test_db_open("asv_dock", true);
    admin = asv_test_db_open("asv_admin", false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_db_close(dock);
    asv_db_close(admin);
    return 0;
}

static struct asv_bytes sample(const char *name)
{
    for (size_t i = 0; i < ASV_SAMPLE_COUNT; i++) {
        if (strcmp(samples->samples[i].name, name) == 0) {
            return (struct asv_bytes){samples->samples[i].data, samples->samples[i].len};
        }
    }
    fail_msg("no sample %s", name);
    return (struct asv_bytes){NULL, 0};
}

/* The camera of the samples, in a docking. */
static void begin(struct asv_db_docking *docking, uint32_t number)
{
    struct asv_db_docking_result result;
    asv_test_docking(docking, &samples->agency, &samples->agency.camera, number);
    asv_test_status(ASV_OK, asv_db_docking_begin(dock, docking, &result, &err));
}

static void times_and_dates_keep_their_milliseconds_and_their_edges(void **state)
{
    (void)state;
    static const struct {
        int64_t given, back;
    } table[] = {
        {0, 0},
        {1, 1},
        {-1, -1},
        {INT64_C(1767592800123), INT64_C(1767592800123)},
        {INT64_C(-62135596800000), INT64_C(-62135596800000)}, /* year 1 */
        {INT64_C(9000000000000000), INT64_C(9000000000000000)},
        {INT64_C(9224318015999999), INT64_C(9224318015999999)},
        {INT64_C(9224318016000000), INT64_MAX}, /* behind what a timestamptz holds */
        {INT64_MAX, INT64_MAX},
        {INT64_MIN + 1, INT64_MIN + 1}, /* before it */
        {ASV_TIME_UNKNOWN, ASV_TIME_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        static struct asv_test_custody custody;
        enum asv_db_outcome outcome;
        struct asv_db_clip_row row;
        uint8_t record[ASV_COMMIT_MAX_BYTES];
        size_t len = 0;
        asv_test_custody_init(&custody, &samples->agency, &samples->agency.camera, 1, i + 1);
        custody.facts.start_ms = table[i].given;
        asv_test_custody_sign(&custody, &samples->agency, &samples->agency.camera);
        asv_test_custody_begin(dock, &custody);
        asv_test_status(ASV_OK, asv_db_clip_commit(dock, &custody.commit, &outcome, &err));
        asv_test_status(
            ASV_OK, asv_db_clip_show(admin, custody.facts.clip, 0, &row, record, sizeof record, &len, &err));
        assert_true(row.start_ms == table[i].back);
    }
    char text[64];
    asv_test_sql(text, sizeof text, "SELECT started_at FROM asv.clip WHERE number = 4");
    assert_string_equal(text, "2026-01-05 06:00:00.123+00");
    asv_test_sql(text, sizeof text, "SELECT day || ' ' || due_at FROM asv.clip WHERE number = 4");
    assert_string_equal(text, "2026-01-05 2026-01-19 23:00:00+00");
}

static void what_is_not_decided_is_null(void **state)
{
    (void)state;
    static struct asv_test_custody custody;
    enum asv_db_outcome outcome;
    asv_test_custody_init(&custody, &samples->agency, &samples->agency.camera, 1, 20);
    custody.facts.day = 0;
    custody.facts.due_ms = 0;
    custody.facts.key_kind = 2;
    custody.facts.key_date = 0;
    custody.facts.earliest_ms = ASV_TIME_UNKNOWN;
    memset(custody.facts.assignment, 0, 16);
    asv_test_custody_sign(&custody, &samples->agency, &samples->agency.camera);
    asv_test_custody_begin(dock, &custody);
    asv_test_status(ASV_OK, asv_db_clip_commit(dock, &custody.commit, &outcome, &err));
    assert_int_equal(
        asv_test_sql_number("SELECT count(*) FROM asv.clip WHERE number = 20 AND day IS NULL AND due_at IS"
                            " NULL AND key_date IS NULL AND earliest_at IS NULL AND assignment IS NULL"),
        1);
    struct asv_db_known known;
    asv_test_status(ASV_OK, asv_db_clip_lookup(dock, &custody.identity, NULL, &known, &err));
    assert_true(known.due_ms == ASV_TIME_UNKNOWN);
}

static void a_value_that_no_column_can_hold_is_refused_before_it_is_sent(void **state)
{
    (void)state;
    static struct asv_test_custody custody;
    enum asv_db_outcome outcome;
    asv_test_custody_init(&custody, &samples->agency, &samples->agency.camera, 1, 21);
    custody.facts.bulletin = UINT64_MAX;
    asv_test_custody_sign(&custody, &samples->agency, &samples->agency.camera);
    asv_test_status(ASV_E_LIMIT, asv_db_clip_commit(dock, &custody.commit, &outcome, &err));
    custody.facts.bulletin = 1;
    custody.facts.day = 20260230;
    asv_test_custody_sign(&custody, &samples->agency, &samples->agency.camera);
    asv_test_status(ASV_E_MALFORMED, asv_db_clip_commit(dock, &custody.commit, &outcome, &err));
    custody.facts.day = 20260105;
    custody.facts.integrity = 9; /* a constraint's business */
    custody.commit.receipt.len = 0;
    asv_test_status(ASV_E_MALFORMED, asv_db_clip_commit(dock, &custody.commit, &outcome, &err));
    assert_non_null(strstr(err.text, "clip_commit"));
    assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.recording WHERE number = 21"), 0);
}

static void hostile_text_is_stored_as_it_stands(void **state)
{
    (void)state;
    static const char *const hostile = "'); DROP TABLE asv.clip; -- $1 \\' \" {a,b} %s";
    static struct asv_test_custody custody;
    enum asv_db_outcome outcome;
    char text[128];
    asv_test_custody_init(&custody, &samples->agency, &samples->agency.camera, 1, 22);
    snprintf(custody.facts.unit, sizeof custody.facts.unit, "%s", hostile);
    snprintf(custody.facts.serial, sizeof custody.facts.serial, "NULL");
    asv_test_custody_sign(&custody, &samples->agency, &samples->agency.camera);
    asv_test_custody_begin(dock, &custody);
    asv_test_status(ASV_OK, asv_db_clip_commit(dock, &custody.commit, &outcome, &err));
    asv_test_sql(text, sizeof text, "SELECT unit FROM asv.clip WHERE number = 22");
    assert_string_equal(text, hostile);
    asv_test_sql(text, sizeof text, "SELECT device_serial FROM asv.clip WHERE number = 22");
    assert_string_equal(text, "NULL");

    /* Texts for people come from anywhere: devices, errors, keyboards. */
    static const struct {
        const char *said, *kept;
    } notes[] = {
        {"a\nb\033[31m\x7f", "a b [31m "},
        {"W\xc3\xa4"
         "chter",
         "W\xc3\xa4"
         "chter"},
        {"latin \xe4 \xc3", "latin ? ?"},
        {"over \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80", "over ?? ??? ????"},
        {"sep \xe2\x80\xa8 c1 \xc2\x85", "sep   c1  "},
        {"'; DROP TABLE asv.alarm; --", "'; DROP TABLE asv.alarm; --"},
        {"", "(no detail)"},
    };
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_STORAGE, .slot = (int)i, .detail = notes[i].said};
        char sql[96];
        asv_test_status(ASV_OK, asv_db_alarm_raise(dock, &alarm, &outcome, &err));
        snprintf(sql, sizeof sql, "SELECT detail FROM asv.alarm WHERE kind = 'storage' AND slot = %zu", i);
        asv_test_sql(text, sizeof text, sql);
        assert_string_equal(text, notes[i].kept);
    }
    char lengthy[3000];
    memset(lengthy, 'x', sizeof lengthy - 1);
    lengthy[sizeof lengthy - 1] = '\0';
    struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_INTERNAL, .slot = -1, .detail = lengthy};
    asv_test_status(ASV_OK, asv_db_alarm_raise(dock, &alarm, &outcome, &err));
    assert_int_equal(asv_test_sql_number("SELECT length(detail) FROM asv.alarm WHERE kind = 'internal'"),
                     1000);
}

static void a_full_page_of_recordings_is_announced_in_one_go(void **state)
{
    (void)state;
    static struct asv_db_offer offers[ASV_DB_OFFERS_MAX];
    static struct asv_db_known known[ASV_DB_OFFERS_MAX];
    struct asv_db_docking docking;
    begin(&docking, 2);
    for (size_t i = 0; i < ASV_DB_OFFERS_MAX; i++) {
        offers[i] = (struct asv_db_offer){.identity.number = 1000 + i, .chunks = i, .start_ms = 5};
        memcpy(offers[i].identity.camera_cert, docking.camera_cert, 32);
        memcpy(offers[i].identity.epoch, docking.epoch, 16);
        memset(offers[i].identity.header, 0x55, 32);
        offers[i].identity.header[0] = (uint8_t)i;
        memcpy(offers[i].clip, offers[i].identity.header, 16);
        offers[i].clip[15] = (uint8_t)(i >> 8);
    }
    asv_test_status(ASV_OK,
                    asv_db_clip_announce(dock, docking.session, offers, ASV_DB_OFFERS_MAX, known, &err));
    for (size_t i = 0; i < ASV_DB_OFFERS_MAX; i++) {
        assert_int_equal(known[i].state, ASV_DB_ANNOUNCED);
    }
    assert_int_equal(asv_test_sql_number("SELECT sum(chunks) FROM asv.recording WHERE number >= 1000"),
                     ASV_DB_OFFERS_MAX * (ASV_DB_OFFERS_MAX - 1) / 2);
    asv_test_status(ASV_E_LIMIT,
                    asv_db_clip_announce(dock, docking.session, offers, ASV_DB_OFFERS_MAX + 1, known, &err));
    asv_test_status(ASV_OK, asv_db_clip_announce(dock, docking.session, offers, 0, known, &err));

    /* One bad one among them: none is announced. */
    for (size_t i = 0; i < 10; i++) {
        offers[i].identity.number = 5000 + i;
    }
    offers[7].identity.camera_cert[0] ^= 1;
    asv_test_status(ASV_E_MISMATCH, asv_db_clip_announce(dock, docking.session, offers, 10, known, &err));
    assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.recording WHERE number >= 5000"), 0);
}

static size_t make_log(uint8_t *out, size_t cap, struct asv_db_log_position *position, uint16_t count)
{
    static uint8_t entries[ASV_DEVLOG_MAX_BYTES];
    static uint8_t value[ASV_DEVLOG_VALUE_MAX];
    struct asv_writer writer;
    struct asv_devlog_block block = {.first = position->next, .next = position->next + count, .count = count};
    asv_writer_init(&writer, entries, sizeof entries);
    for (uint16_t i = 0; i < count; i++) {
        struct asv_devlog_entry entry = {.number = position->next + i,
                                         .kind = 7,
                                         .wall_ms = 1000 + i,
                                         .mono_ms = i,
                                         .value = {value, i % 50}};
        memset(value, i, sizeof value);
        if (i == 1) {
            entry.wall_ms = ASV_TIME_UNKNOWN;
        }
        assert_int_equal(asv_devlog_entry_encode(&writer, &entry), ASV_OK);
    }
    assert_int_equal(asv_write_end(&writer, &block.entries.len), ASV_OK);
    block.entries.data = entries;
    memcpy(block.camera_cert, samples->agency.camera.cert_digest, 32);
    memcpy(block.before, position->after, 32);
    size_t len = 0;
    asv_writer_init(&writer, out, cap);
    assert_int_equal(asv_devlog_block_encode(&writer, &block, samples->agency.camera.sk), ASV_OK);
    assert_int_equal(asv_write_end(&writer, &len), ASV_OK);
    return len;
}

static void a_device_log_is_stored_entry_by_entry(void **state)
{
    (void)state;
    static uint8_t block[ASV_DEVLOG_MAX_BYTES];
    struct asv_db_docking docking;
    struct asv_db_log_position position = {0};
    enum asv_db_outcome outcome;
    begin(&docking, 3);
    asv_test_status(ASV_OK, asv_db_log_position(dock, docking.camera_cert, &position, &err));
    assert_int_equal(position.next, 1);
    size_t len = make_log(block, sizeof block, &position, 300);
    for (int again = 0; again < 2; again++) {
        asv_test_status(
            ASV_OK, asv_db_log_append(dock, docking.session, (struct asv_bytes){block, len}, &outcome, &err));
        assert_int_equal(outcome, again == 0 ? ASV_DB_DONE : ASV_DB_ALREADY);
    }
    asv_test_status(ASV_OK, asv_db_log_position(dock, docking.camera_cert, &position, &err));
    assert_int_equal(position.next, 301);
    len = make_log(block, sizeof block, &position, 1);
    asv_test_status(ASV_OK,
                    asv_db_log_append(dock, docking.session, (struct asv_bytes){block, len}, &outcome, &err));
    len = make_log(block, sizeof block, &position, 0);
    asv_test_status(ASV_OK,
                    asv_db_log_append(dock, docking.session, (struct asv_bytes){block, len}, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_ALREADY);
    char text[64];
    asv_test_sql(text, sizeof text,
                 "SELECT string_agg(continuity, ' ' ORDER BY position) FROM asv.device_log_block");
    assert_string_equal(text, "first continued");
    asv_test_sql(text, sizeof text,
                 "SELECT encode(value, 'hex') || ' ' || at FROM asv.device_log_entry WHERE number = 4");
    assert_string_equal(text, "030303 1970-01-01 00:00:01.003+00");
    assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.device_log_entry"), 301);
    assert_int_equal(asv_test_sql_number("SELECT count(*) FROM asv.device_log_entry WHERE at = '-infinity'"),
                     0);
    assert_int_equal(asv_test_sql_number("SELECT number FROM asv.device_log_entry WHERE at IS NULL"), 2);
}

static void what_a_camera_is_given_is_recorded(void **state)
{
    (void)state;
    struct asv_db_docking docking;
    enum asv_db_outcome outcome;
    uint64_t number = 0;
    char text[128];
    begin(&docking, 4);
    for (int again = 0; again < 2; again++) {
        enum asv_db_outcome want = again == 0 ? ASV_DB_DONE : ASV_DB_ALREADY;
        asv_test_status(ASV_OK,
                        asv_db_bulletin_issued(dock, docking.session, sample("bulletin"), &outcome, &err));
        assert_int_equal(outcome, want);
        asv_test_status(
            ASV_OK, asv_db_assignment_issued(dock, docking.session, sample("assignment"), &outcome, &err));
        assert_int_equal(outcome, want);
        asv_test_status(ASV_OK, asv_db_configuration_issued(dock, docking.session, sample("configuration"),
                                                            &outcome, &err));
        assert_int_equal(outcome, want);
    }
    asv_test_sql(text, sizeof text,
                 "SELECT format('%s %s %s %s', number, keys, first_day, last_day) FROM asv.bulletin");
    assert_string_equal(text, "2 3 2026-03-28 2026-03-30");
    asv_test_sql(text, sizeof text, "SELECT format('%s %s %s', number, unit, area) FROM asv.assignment");
    assert_string_equal(text, "9 32-3 Aussendienst Hochfeld");
    asv_test_sql(text, sizeof text,
                 "SELECT format('%s %s %s', number, name, checkpoint_ms) FROM asv.configuration");
    assert_string_equal(text, "3 Kamera 07 1000");
    asv_test_status(ASV_OK,
                    asv_db_number_next(dock, docking.camera_cert, ASV_DB_ASSIGNMENT, 9, &number, &err));
    assert_int_equal(number, 10);
    asv_test_status(ASV_OK,
                    asv_db_number_next(dock, docking.camera_cert, ASV_DB_ASSIGNMENT, 0, &number, &err));
    assert_int_equal(number, 11);
    struct asv_bytes broken = sample("bulletin");
    broken.len--;
    assert_int_not_equal(asv_db_bulletin_issued(dock, docking.session, broken, &outcome, &err), ASV_OK);
    asv_test_status(ASV_E_NOT_FOUND,
                    asv_db_bulletin_issued(dock, docking.dock_cert, sample("bulletin"), &outcome, &err));
}

static void the_register_knows_agency_cameras_docks_and_revocations(void **state)
{
    (void)state;
    const struct asv_test_agency *agency = &samples->agency;
    static struct asv_test_identity others[4];
    static struct asv_db_device devices[8];
    static uint8_t list[ASV_REVOCATIONS_MAX_BYTES];
    enum asv_db_outcome outcome;
    size_t len = 0;
    size_t count = 0;

    struct asv_bytes root = {agency->root.cert_data, agency->root.cert.object.encoded.len};
    for (int again = 0; again < 2; again++) {
        asv_test_status(ASV_OK, asv_db_agency_put(admin, "Stadt Duisburg", root, &outcome, &err));
        assert_int_equal(outcome, again == 0 ? ASV_DB_DONE : ASV_DB_ALREADY);
    }
    static struct asv_test_agency foreign;
    asv_test_agency_init(&foreign, 99);
    asv_test_status(
        ASV_E_MISMATCH,
        asv_db_agency_put(admin, "Anderswo",
                          (struct asv_bytes){foreign.root.cert_data, foreign.root.cert.object.encoded.len},
                          &outcome, &err));
    asv_test_status(ASV_E_USAGE, asv_db_agency_put(admin, "x",
                                                   (struct asv_bytes){agency->ca.cert_data,
                                                                      agency->ca.cert.object.encoded.len},
                                                   &outcome, &err));
    asv_test_status(ASV_OK, asv_db_unit_put(admin, "VU",
                                            "Verkehrs\xc3\xbc"
                                            "berwachung",
                                            &err));
    asv_test_status(ASV_OK, asv_db_area_put(admin, "Mitte", "Stadtmitte", &err));

    for (uint32_t i = 0; i < 4; i++) {
        asv_test_agency_issue(agency, &others[i], ASV_ROLE_CAMERA, 50 + i);
        struct asv_db_enrolment enrolment = {.chain = others[i].chain.encoded,
                                             .request = sample("enrolment"),
                                             .unit = i == 0 ? "VU" : NULL,
                                             .by = "M. Muster"};
        asv_test_status(ASV_OK, asv_db_camera_enrol(admin, &enrolment, &outcome, &err));
        assert_int_equal(outcome, ASV_DB_DONE);
        asv_test_status(ASV_OK, asv_db_camera_enrol(admin, &enrolment, &outcome, &err));
        assert_int_equal(outcome, ASV_DB_ALREADY);
        asv_test_status(ASV_E_DENIED, asv_db_camera_enrol(dock, &enrolment, &outcome, &err));
        enrolment.chain = agency->dock.chain.encoded;
        asv_test_status(ASV_E_USAGE, asv_db_camera_enrol(admin, &enrolment, &outcome, &err));
    }
    struct asv_db_enrolment enrolment = {
        .chain = agency->dock.chain.encoded, .site = "Wache Mitte", .by = "M. Muster"};
    asv_test_status(ASV_OK, asv_db_dock_enrol(admin, &enrolment, &outcome, &err));
    asv_test_status(ASV_OK, asv_db_dock_list(admin, NULL, devices, 8, &count, &err));
    assert_int_equal(count, 1);
    assert_string_equal(devices[0].unit, "Wache Mitte");
    assert_memory_equal(devices[0].cert, agency->dock.cert_digest, 32);

    size_t seen = 0;
    for (const struct asv_db_device *after = NULL;; after = &devices[count - 1]) {
        asv_test_status(ASV_OK, asv_db_camera_list(admin, after, devices, 2, &count, &err));
        seen += count;
        if (count < 2) {
            break;
        }
        assert_true(strcmp(devices[0].name, devices[1].name) <= 0);
    }
    assert_int_equal(seen, asv_test_sql_number("SELECT count(*) FROM asv.camera"));

    struct asv_db_device device;
    asv_test_status(ASV_OK, asv_db_camera_find(dock, others[0].cert_digest, &device, &err));
    assert_string_equal(device.unit, "VU");
    assert_string_equal(device.device_serial, others[0].cert.device_serial);
    assert_memory_equal(device.serial, others[0].cert.serial, 16);
    assert_true(device.not_after_ms == ASV_TEST_NOT_AFTER_MS && device.enrolled_ms > 0);
    assert_true(device.retired_ms == ASV_TIME_UNKNOWN && device.last_docked_ms == ASV_TIME_UNKNOWN);
    asv_test_status(ASV_OK, asv_db_camera_move(admin, others[0].cert_digest, "VU", "M. Muster", &err));
    asv_test_status(ASV_E_NOT_FOUND,
                    asv_db_camera_move(admin, others[0].cert_digest, "XX", "M. Muster", &err));
    asv_test_status(ASV_OK, asv_db_camera_retire(admin, others[0].cert_digest, "zerbrochen", "M. Muster",
                                                 &outcome, &err));
    asv_test_status(ASV_OK, asv_db_camera_find(dock, others[0].cert_digest, &device, &err));
    assert_true(device.retired_ms > 0);
    asv_test_status(ASV_E_NOT_FOUND, asv_db_camera_find(dock, agency->dock.cert_digest, &device, &err));
    asv_test_status(ASV_OK, asv_db_chain(dock, others[0].cert_digest, list, sizeof list, &len, &err));
    assert_int_equal(len, others[0].chain.encoded.len);
    assert_memory_equal(list, others[0].chain_data, len);
    asv_test_status(ASV_E_NOT_FOUND,
                    asv_db_chain(dock, foreign.dock.cert_digest, list, sizeof list, &len, &err));

    asv_test_status(ASV_OK, asv_db_revocations_newest(dock, list, sizeof list, &len, &err));
    assert_int_equal(len, 0);
    asv_test_status(ASV_OK, asv_db_revocations_publish(admin, sample("revocations"), &outcome, &err));
    asv_test_status(ASV_OK, asv_db_revocations_newest(dock, list, sizeof list, &len, &err));
    assert_int_equal(len, sample("revocations").len);
    assert_memory_equal(list, sample("revocations").data, len);
    asv_test_status(ASV_E_DENIED, asv_db_revocations_publish(dock, sample("revocations"), &outcome, &err));
    asv_test_status(ASV_OK, asv_db_slot_learned(dock, agency->dock.cert_digest, 3, "1-2.3", &err));
}

static void an_alarm_is_raised_once_and_open_until_somebody_dealt_with_it(void **state)
{
    (void)state;
    const struct asv_test_identity *camera = &samples->agency.camera;
    static struct asv_test_custody custody;
    static struct asv_db_alarm_row rows[ASV_DB_PAGE_MAX];
    enum asv_db_outcome outcome;
    size_t count = 0;
    asv_test_custody_init(&custody, &samples->agency, camera, 5, 3000);
    asv_test_custody_begin(dock, &custody);
    struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_MISSING_CLIP,
                                 .dock_cert = samples->agency.dock.cert_digest,
                                 .slot = 4,
                                 .recording = &custody.identity,
                                 .detail = "no files"};
    asv_test_status(ASV_OK, asv_db_alarm_raise(dock, &alarm, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_DONE);
    alarm.detail = "still no files";
    asv_test_status(ASV_OK, asv_db_alarm_raise(dock, &alarm, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_ALREADY);
    alarm.slot = 5;
    asv_test_status(ASV_OK, asv_db_alarm_raise(dock, &alarm, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_DONE);

    const struct asv_db_alarm_row *found = &rows[0];
    asv_test_status(ASV_OK, asv_db_alarm_list(admin, NULL, rows, ASV_DB_PAGE_MAX, &count, &err));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].kind, "missing_clip") == 0 && rows[i].slot == 4) {
            found = &rows[i];
        }
    }
    assert_string_equal(found->detail, "no files");
    assert_string_equal(found->camera_name, camera->cert.name);
    assert_string_equal(found->dock_name, samples->agency.dock.cert.name);
    assert_true(found->has_clip);
    assert_memory_equal(found->clip, custody.facts.clip, 16);
    size_t open = count;
    asv_test_status(
        ASV_OK, asv_db_alarm_acknowledge(admin, found->id, "M. Muster", "wiederhergestellt", &outcome, &err));
    asv_test_status(ASV_OK, asv_db_alarm_list(admin, NULL, rows, ASV_DB_PAGE_MAX, &count, &err));
    assert_int_equal(count, open - 1);
    asv_test_status(ASV_OK, asv_db_alarm_list(admin, rows[0].id, rows, ASV_DB_PAGE_MAX, &count, &err));
    assert_int_equal(count, open - 2);
    alarm.slot = 4;
    asv_test_status(ASV_OK, asv_db_alarm_raise(dock, &alarm, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_DONE);
    for (int kind = ASV_DB_ALARM_CLONE; kind <= ASV_DB_ALARM_LEDGER; kind++) {
        struct asv_db_alarm each = {.kind = (enum asv_db_alarm_kind)kind, .slot = 99, .detail = "d"};
        enum asv_status by_dock = asv_db_alarm_raise(dock, &each, &outcome, &err);
        if (by_dock == ASV_E_DENIED) { /* K-262 */
            by_dock = asv_db_alarm_raise(admin, &each, &outcome, &err);
        }
        asv_test_status(ASV_OK, by_dock);
        assert_int_equal(outcome, ASV_DB_DONE);
    }
    assert_int_equal(
        asv_test_sql_number("SELECT count(DISTINCT kind) FROM asv.alarm WHERE slot = 99"),
        asv_test_sql_number("SELECT count(*) FROM asv.alarm_kind "
                            "WHERE name NOT IN ('witness', 'account', 'reissued')")); /* in SQL */
    struct asv_db_alarm stranger = {.kind = ASV_DB_ALARM_FOREIGN_CAMERA,
                                    .slot = 1,
                                    .camera_cert = custody.facts.root,
                                    .detail = "not in the register"};
    asv_test_status(ASV_OK, asv_db_alarm_raise(dock, &stranger, &outcome, &err));
}

static void every_statement_fits_the_schema(void **state)
{
    (void)state;
    asv_test_db_prepare_all(); /* a wrong one would otherwise be met on its first use */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_and_dates_keep_their_milliseconds_and_their_edges),
        cmocka_unit_test(what_is_not_decided_is_null),
        cmocka_unit_test(a_value_that_no_column_can_hold_is_refused_before_it_is_sent),
        cmocka_unit_test(hostile_text_is_stored_as_it_stands),
        cmocka_unit_test(a_full_page_of_recordings_is_announced_in_one_go),
        cmocka_unit_test(a_device_log_is_stored_entry_by_entry),
        cmocka_unit_test(what_a_camera_is_given_is_recorded),
        cmocka_unit_test(the_register_knows_agency_cameras_docks_and_revocations),
        cmocka_unit_test(an_alarm_is_raised_once_and_open_until_somebody_dealt_with_it),
        cmocka_unit_test(every_statement_fits_the_schema),
    };
    asv_test_db_require();
    return cmocka_run_group_tests(tests, setup, teardown);
}
