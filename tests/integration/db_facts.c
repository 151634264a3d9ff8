/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Each field of a commit record and of a docking is in the column that is named after it. LAW H2: the clock's
 * offset. LAW H3: device, firmware and digests. LAW R3: the dwelling flag. LAW R5: the pre-roll. */
#include <stdio.h>
#include <string.h>

#include "tests/support/db.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_db *dock;
static struct asv_err err;

static int setup(void **state)
{
    (void)state;
    asv_test_agency_init(&agency, 7);
    asv_test_db_create();
    asv_test_db_migrate();
    dock = asv_test_db_open("asv_dock", true);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_db_close(dock);
    return 0;
}

/* ---- a column's value as text ---- */

static const char *row; /* "asv.clip WHERE ..." */

/* before and after: what makes a text of it. */
static void same(const char *column, const char *before, const char *after, const char *want)
{
    char sql[256];
    char got[256];
    snprintf(sql, sizeof sql, "SELECT %s%s%s FROM %s", before, column, after, row);
    asv_test_sql(got, sizeof got, sql);
    if (strcmp(got, want) != 0) {
        fail_msg("%s: %s instead of %s", column, got, want);
    }
}

static void same_text(const char *column, const char *want)
{
    same(column, "", "", want);
}

static void same_bytes(const char *column, const uint8_t *data, size_t len)
{
    char want[2 * ASV_SHA256_BYTES + 1];
    for (size_t i = 0; i < len; i++) {
        snprintf(want + 2 * i, 3, "%02x", data[i]);
    }
    same(column, "translate(", "::text, '\\x-', '')", want); /* of a bytea, or of a UUID */
}

static void same_number(const char *column, int64_t value)
{
    char want[32];
    size_t len = strlen(column);
    bool is_time = len > 3 && strcmp(column + len - 3, "_at") == 0;
    bool is_day = strcmp(column, "day") == 0 || strcmp(column, "key_date") == 0;
    snprintf(want, sizeof want, "%lld", (long long)value);
    if (is_time) {
        same(column, "(extract(epoch FROM ", ") * 1000)::bigint", want);
    } else if (is_day) {
        same(column, "to_char(", ", 'YYYYMMDD')", want);
    } else {
        same(column, "", "", want);
    }
}

static void same_flag(const char *column, bool value)
{
    same(column, "", "", value ? "t" : "f");
}

/* ---- commit records ---- */

/* Columns that have another name than the field. */
static const char *column_of(const char *field)
{
    static const char *const names[][2] = {
        {"dock_cert", "dock"},       {"camera_cert", "camera"},
        {"serial", "device_serial"}, {"header_digest", "header"},
        {"group", "group_id"},       {"start_ms", "started_at"},
        {"end_ms", "ended_at"},      {"earliest_ms", "earliest_at"},
        {"latest_ms", "latest_at"},  {"offset_ms", "clock_offset_ms"},
        {"due_ms", "due_at"},        {"uncertainty_ms", "clock_uncertainty_ms"},
        {"docked_ms", "docked_at"},  {"committed_ms", "committed_at"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i][0], field) == 0) {
            return names[i][1];
        }
    }
    return field;
}

#define SAME_RAW(field)    same_bytes(column_of(#field), facts->field, sizeof facts->field);
#define SAME_TEXT(field)   same_text(column_of(#field), facts->field);
#define SAME_NUMBER(field) same_number(column_of(#field), (int64_t)facts->field);
#define SAME_FLAG(field)   same_flag(column_of(#field), facts->field);

static void commits_as_it_is(struct asv_test_custody *custody)
{
    char where[64];
    enum asv_db_outcome outcome;
    const struct asv_commit *facts = &custody->facts;
    asv_test_custody_sign(custody, &agency, &agency.camera);
    asv_test_custody_begin(dock, custody);
    asv_test_status(ASV_OK, asv_db_clip_commit(dock, &custody->commit, &outcome, &err));
    assert_int_equal(outcome, ASV_DB_DONE);
    snprintf(where, sizeof where, "asv.clip WHERE number = %u", (unsigned)facts->number);
    row = where;
    ASV_COMMIT_FIELDS(SAME_RAW, SAME_TEXT, SAME_NUMBER, SAME_NUMBER, SAME_NUMBER, SAME_NUMBER, SAME_NUMBER,
                      SAME_FLAG)
}

/* Two records, so that every two fields that could stand for each other differ in one of them. */
static void each_field_of_a_commit_record_has_its_column(void **state)
{
    (void)state;
    static struct asv_test_custody custody;
    struct asv_commit *facts = &custody.facts;
    asv_test_custody_init(&custody, &agency, &agency.camera, 1, 11);
    facts->stream = 12;
    facts->stream_type = 3;
    facts->segment = 13;
    facts->sealer = 2;
    facts->end_reason = 4;
    facts->marked = true;
    facts->pre_roll_ms = 30000;
    facts->policy = 14;
    facts->clock_state = 3;
    facts->readback = 2;
    facts->media_bytes = 100001;
    commits_as_it_is(&custody);

    asv_test_custody_init(&custody, &agency, &agency.camera, 1, 21);
    facts->sealer = 2;
    facts->marked = false;
    facts->dwelling = true;
    facts->integrity = 5;
    facts->provenance = 3;
    facts->kind = ASV_COMMIT_QUARANTINED;
    facts->replicas = 4;
    facts->clock_state = 2;
    facts->tail_bytes = 70001;
    facts->tail_digest[0] ^= 1;
    snprintf(facts->reason, sizeof facts->reason, "a chunk is wrong");
    commits_as_it_is(&custody);
}

/* ---- dockings ---- */

static void each_field_of_a_docking_has_its_column(void **state)
{
    (void)state;
    struct asv_db_docking docking;
    struct asv_db_docking_result result;
    asv_test_docking(&docking, &agency, &agency.camera, 31);
    docking.slot = 32;
    docking.camera_mono_ms = 33;
    docking.last_sync_ms = docking.camera_wall_ms - 34;
    docking.clock_state = 2;
    docking.clock_source = 3;
    docking.last_number = 35;
    docking.clips = 36;
    docking.erasures = 37;
    docking.store_bytes = 380;
    docking.free_bytes = 39;
    docking.battery_percent = 40;
    docking.flags = 1;
    docking.bulletin = 42;
    docking.revocations = 43;
    docking.configuration = 44;
    docking.assignment = 45;
    docking.policy_version = 46;
    memset(docking.assignment_id, 47, sizeof docking.assignment_id);
    asv_test_status(ASV_OK, asv_db_docking_begin(dock, &docking, &result, &err));
    row = "asv.docking WHERE slot = 32";
    same_bytes("session", docking.session, sizeof docking.session);
    same_bytes("dock", docking.dock_cert, sizeof docking.dock_cert);
    same_text("port", docking.port);
    same_bytes("camera", docking.camera_cert, sizeof docking.camera_cert);
    same_number("began_at", docking.began_ms);
    same_number("clock_offset_ms", docking.offset_ms);
    same_number("clock_uncertainty_ms", docking.uncertainty_ms);
    same_number("camera_wall_at", docking.camera_wall_ms);
    same_number("camera_mono_ms", 33);
    same_bytes("boot", docking.boot, sizeof docking.boot);
    same_number("clock_state", 2);
    same_number("last_sync_at", docking.last_sync_ms);
    same_number("clock_source", 3);
    same_bytes("epoch", docking.epoch, sizeof docking.epoch);
    same_number("last_number", 35);
    same_number("clips", 36);
    same_number("erasures", 37);
    same_number("store_bytes", 380);
    same_number("free_bytes", 39);
    same_number("battery_percent", 40);
    same_number("flags", 1);
    same_text("firmware", docking.firmware);
    same_bytes("firmware_digest", docking.firmware_digest, sizeof docking.firmware_digest);
    same_number("bulletin", 42);
    same_number("revocations", 43);
    same_number("configuration", 44);
    same_number("assignment", 45);
    same_number("policy", 46);
    same_bytes("assignment_id", docking.assignment_id, sizeof docking.assignment_id);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_of_a_commit_record_has_its_column),
        cmocka_unit_test(each_field_of_a_docking_has_its_column),
    };
    asv_test_db_require();
    return cmocka_run_group_tests(tests, setup, teardown);
}
