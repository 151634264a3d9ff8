/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Which key a recording goes to: the day's end, time changes, clocks that are lost or wrong, bulletins used
 * up. */
#include <string.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/recorder.h"
#include "firmware-proto/camera/trust.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/fmp4.h"
#include "tests/unit/test.h"

#define HOUR_MS INT64_C(3600000)

static struct asv_rig rig;
static struct asv_rig_verdict verdict;

static int setup(void **state)
{
    (void)state;
    asv_rig_init(&rig, 11);
    memset(&verdict, 0, sizeof verdict);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_rig_verdict_free(&verdict);
    asv_rig_free(&rig);
    return 0;
}

static void judge(uint64_t number)
{
    asv_rig_verdict_free(&verdict);
    assert_true(asv_rig_judge(&rig, number, &verdict));
    assert_int_equal(verdict.verdict.integrity, ASV_INTEGRITY_VALID);
}

/* Records `count` fragments of one second, each arriving at once; keys says which begin with a key frame. */
static void record_fragments(const bool *keys, uint32_t count)
{
    const struct asv_recorder_options options = {.full_speed = true};
    static struct asv_recorder recorder;
    static uint8_t data[64 * 1024];
    struct asv_writer writer;
    assert_int_equal(asv_recorder_open(&recorder, rig.store, &options, &rig.err), ASV_OK);
    asv_writer_init(&writer, data, sizeof data);
    asv_fmp4_init(&writer);
    assert_int_equal(asv_recorder_feed(&recorder, data, writer.len, &rig.err), ASV_OK);
    for (uint32_t i = 0; i < count; i++) {
        const struct asv_fmp4_fragment fragment = {.index = i,
                                                   .start_ms = 1000 * (uint64_t)i,
                                                   .duration_ms = 1000,
                                                   .samples = 5,
                                                   .key = keys == NULL || keys[i],
                                                   .data_bytes = 30000};
        asv_writer_init(&writer, data, sizeof data);
        asv_fmp4_fragment(&writer, &fragment);
        assert_int_equal(asv_recorder_feed(&recorder, data, writer.len, &rig.err), ASV_OK);
        asv_test_world_step(&rig.world, 1000);
    }
    assert_int_equal(asv_recorder_stop(&recorder, ASV_END_WEARER, &rig.err), ASV_OK);
    asv_recorder_close(&recorder);
}

static size_t fragments_in(const struct asv_rig_verdict *of)
{
    size_t count = 0;
    for (size_t i = 0; i + 4 < of->plain_len; i++) {
        count += memcmp(of->plain + i, "moof", 4) == 0;
    }
    return count;
}

/* Sets the clock by a dock, as it is when the camera leaves it. */
static void set_clock(int64_t wall_ms)
{
    rig.world.wall = wall_ms;
    assert_int_equal(asv_store_set_time(rig.store, wall_ms, ASV_CLOCK_DOCK, NULL, NULL), ASV_OK);
}

/* S-123 */
static void at_the_end_of_its_day_a_recording_goes_on_in_a_new_linked_clip(void **state)
{
    (void)state;
    asv_rig_boot(&rig);
    set_clock(ASV_RIG_START_MS + ASV_RIG_DAY_MS - 2500);
    record_fragments(NULL, 6); /* the fourth arrives behind midnight */
    assert_int_equal(asv_rig_judge_all(&rig), 2);
    judge(1);
    uint8_t group[ASV_UUID_BYTES];
    memcpy(group, verdict.seal.header.group, sizeof group);
    assert_int_equal(verdict.seal.header.key_date, 20260105);
    assert_int_equal(verdict.seal.header.segment, 0);
    assert_int_equal(verdict.seal.end.reason, ASV_END_KEY_DAY);
    assert_int_equal(fragments_in(&verdict), 3);
    judge(2);
    assert_int_equal(verdict.seal.header.key_date, 20260106);
    assert_int_equal(verdict.seal.header.segment, 1);
    assert_memory_equal(verdict.seal.header.group, group, sizeof group);
    assert_int_equal(fragments_in(&verdict), 3);
    /* It can be played alone: ftyp and moov are there again. */
    assert_memory_equal(verdict.plain + 4, "ftyp", 4);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_RECORD_END, NULL, NULL), 2);
}

static void only_a_key_frame_begins_the_new_clip(void **state)
{
    (void)state;
    static const bool keys[] = {true, false, false, false, true, false};
    asv_rig_boot(&rig);
    set_clock(ASV_RIG_START_MS + ASV_RIG_DAY_MS - 1500);
    record_fragments(keys, 6);
    judge(1);
    assert_int_equal(fragments_in(&verdict), 4);
    judge(2);
    assert_int_equal(fragments_in(&verdict), 2);
}

/* Records from `before` ms before this instant on: how many fragments still go to the day before. */
static size_t fragments_before(int64_t instant_ms, int64_t before_ms, uint32_t *first_date,
                               uint32_t *second_date)
{
    uint64_t number = rig.store->counter.number;
    set_clock(instant_ms - before_ms);
    record_fragments(NULL, 4);
    judge(number + 1);
    size_t count = fragments_in(&verdict);
    *first_date = verdict.seal.header.key_date;
    judge(number + 2);
    *second_date = verdict.seal.header.key_date;
    assert_int_equal(count + fragments_in(&verdict), 4);
    return count;
}

/* Local midnights in Berlin around a time change: three days, the middle one of 23 or 25 hours. */
static void take_days(uint64_t number, uint32_t first_date, int64_t start_ms, int64_t middle_hours)
{
    struct asv_bulletin_key days[3];
    int64_t at = start_ms;
    for (uint16_t i = 0; i < 3; i++) {
        int64_t hours = i == 1 ? middle_hours : 24;
        days[i] =
            (struct asv_bulletin_key){.date = first_date + i, .start_ms = at, .end_ms = at + hours * HOUR_MS};
        at += hours * HOUR_MS;
    }
    asv_rig_make_bulletin(&rig, number, days, 3);
    assert_int_equal(
        asv_store_take_bulletin(rig.store, (struct asv_bytes){rig.bulletin_data, rig.bulletin_len}, &rig.err),
        ASV_OK);
}

static void the_day_of_23_hours_ends_after_23_hours(void **state)
{
    (void)state;
    uint32_t first = 0;
    uint32_t second = 0;
    int64_t start =
        INT64_C(1774652400000); /* 2026-03-28 00:00 in Berlin (UTC+1); summer time begins on the 29th */
    asv_rig_boot(&rig);
    take_days(2, 20260328, start, 23);
    assert_int_equal(fragments_before(start + 24 * HOUR_MS, 1500, &first, &second), 2);
    assert_int_equal(first, 20260328);
    assert_int_equal(second, 20260329);
    /* Midnight after the 29th is 22:00 UTC: an instant before, and at it. */
    assert_int_equal(fragments_before(start + 47 * HOUR_MS, 1001, &first, &second), 2);
    assert_int_equal(first, 20260329);
    assert_int_equal(second, 20260330);
    assert_int_equal(fragments_before(start + 47 * HOUR_MS, 1000, &first, &second), 1);
    /* An hour before it, which would be midnight in winter time, nothing ends. */
    uint64_t number = rig.store->counter.number;
    set_clock(start + 47 * HOUR_MS - HOUR_MS - 1500);
    record_fragments(NULL, 4);
    assert_int_equal(rig.store->counter.number, number + 1);
}

static void the_day_of_25_hours_ends_after_25_hours(void **state)
{
    (void)state;
    uint32_t first = 0;
    uint32_t second = 0;
    int64_t start =
        INT64_C(1792792800000); /* 2026-10-24 00:00 in Berlin (UTC+2); winter time begins on the 25th */
    asv_rig_boot(&rig);
    take_days(2, 20261024, start, 25);
    assert_int_equal(fragments_before(start + 49 * HOUR_MS, 1001, &first, &second), 2);
    assert_int_equal(first, 20261025);
    assert_int_equal(second, 20261026);
    assert_int_equal(fragments_before(start + 49 * HOUR_MS, 1000, &first, &second), 1);
    uint64_t number = rig.store->counter.number;
    set_clock(start + 48 * HOUR_MS - 1500);
    record_fragments(NULL, 4);
    assert_int_equal(rig.store->counter.number, number + 1);
}

/* The log says why. */
static void assert_reserve(uint64_t number, uint8_t why, enum asv_clock_state clock)
{
    uint8_t value[ASV_DEVLOG_VALUE_MAX];
    size_t len = 0;
    judge(number);
    assert_int_equal(verdict.seal.header.key_kind, ASV_KEY_RESERVE);
    assert_int_equal(verdict.seal.header.key_date, 0);
    assert_int_equal(verdict.seal.header.clock_state, clock);
    assert_true(asv_rig_log_count(&rig, ASV_DEVLOG_RESERVE_KEY, value, &len) >= 1);
    assert_int_equal(len, 9);
    assert_int_equal(value[7], number);
    assert_int_equal(value[8], why);
}

static void in_the_boot_of_its_docking_the_clock_is_synced(void **state)
{
    (void)state;
    asv_rig_boot(&rig);
    set_clock(ASV_RIG_START_MS + HOUR_MS);
    asv_test_world_step(&rig.world, 60000);
    rig.world.wall += 9 * HOUR_MS; /* a step of the real-time clock means nothing now */
    record_fragments(NULL, 1);
    judge(1);
    assert_int_equal(verdict.seal.header.clock_state, ASV_CLOCK_SYNCED);
    assert_int_equal(verdict.seal.header.clock_source, ASV_CLOCK_DOCK);
    assert_int_equal(verdict.seal.header.start_wall_ms, ASV_RIG_START_MS + HOUR_MS + 60000);
    assert_int_equal(verdict.seal.header.last_sync_wall_ms, ASV_RIG_START_MS + HOUR_MS);
    assert_int_equal(verdict.seal.header.key_date, 20260105);
}

static void after_a_reboot_the_real_time_clock_is_believed_with_its_offset(void **state)
{
    (void)state;
    asv_rig_boot(&rig);
    rig.world.wall = ASV_RIG_START_MS; /* the camera's own clock is 5 hours slow */
    assert_int_equal(
        asv_store_set_time(rig.store, ASV_RIG_START_MS + 5 * HOUR_MS, ASV_CLOCK_DOCK, NULL, NULL), ASV_OK);
    asv_rig_shut(&rig);
    rig.world.mono = 50;
    rig.world.wall += ASV_RIG_DAY_MS;
    asv_rig_boot(&rig);
    record_fragments(NULL, 1);
    judge(1);
    assert_int_equal(verdict.seal.header.clock_state, ASV_CLOCK_HOLDOVER);
    assert_int_equal(verdict.seal.header.start_wall_ms, ASV_RIG_START_MS + ASV_RIG_DAY_MS + 5 * HOUR_MS);
    assert_int_equal(verdict.seal.header.key_date, 20260106);
}

static void a_lost_clock_records_to_the_reserve_key_and_says_so(void **state)
{
    (void)state;
    asv_rig_boot(&rig);
    set_clock(ASV_RIG_START_MS + HOUR_MS);
    asv_rig_shut(&rig);
    rig.world.wall = ASV_TIME_UNKNOWN;
    rig.world.mono = 7000;
    asv_rig_boot(&rig);
    record_fragments(NULL, 2);
    assert_reserve(1, 1, ASV_CLOCK_LOST);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_CLOCK_LOST, NULL, NULL), 1);
    /* The wall time is a lower bound: the last one known, and the time since boot. */
    assert_int_equal(verdict.seal.header.start_wall_ms, ASV_RIG_START_MS + HOUR_MS + 7000);
    assert_int_equal(verdict.seal.header.last_sync_wall_ms, ASV_RIG_START_MS + HOUR_MS);
}

static void a_clock_that_went_back_is_not_believed(void **state)
{
    (void)state;
    asv_rig_boot(&rig);
    set_clock(ASV_RIG_START_MS + 2 * ASV_RIG_DAY_MS);
    asv_rig_shut(&rig);
    rig.world.wall = ASV_RIG_START_MS + HOUR_MS; /* a day of the bulletin, but before the last docking */
    rig.world.mono = 10;
    asv_rig_boot(&rig);
    record_fragments(NULL, 1);
    assert_reserve(1, 1, ASV_CLOCK_LOST);
}

static void a_clock_behind_its_own_recordings_is_not_believed(void **state)
{
    (void)state;
    asv_rig_boot(&rig);
    set_clock(ASV_RIG_START_MS + HOUR_MS);
    asv_test_world_step(&rig.world, 30 * (uint64_t)HOUR_MS);
    record_fragments(NULL, 1);
    asv_rig_shut(&rig);
    rig.world.wall = ASV_RIG_START_MS + 2 * HOUR_MS; /* behind the docking, but before the last recording */
    rig.world.mono = 10;
    asv_rig_boot(&rig);
    record_fragments(NULL, 1);
    assert_reserve(2, 1, ASV_CLOCK_LOST);
    /* A docking puts it right, even to a time before that recording. */
    set_clock(ASV_RIG_START_MS + 3 * HOUR_MS);
    asv_rig_shut(&rig);
    rig.world.mono = 10;
    asv_rig_boot(&rig);
    record_fragments(NULL, 1);
    judge(3);
    assert_int_equal(verdict.seal.header.clock_state, ASV_CLOCK_HOLDOVER);
    assert_int_equal(verdict.seal.header.key_date, 20260105);
}

static void a_bulletin_used_up_records_to_the_reserve_key(void **state)
{
    (void)state;
    asv_rig_boot(&rig);
    set_clock(ASV_RIG_START_MS + 10 * ASV_RIG_DAY_MS);
    record_fragments(NULL, 1);
    assert_reserve(1, 2, ASV_CLOCK_SYNCED);
    /* And crossing its last day's end. */
    set_clock(ASV_RIG_START_MS + 10 * ASV_RIG_DAY_MS - 1500);
    record_fragments(NULL, 4);
    judge(2);
    assert_int_equal(verdict.seal.header.key_date, 20260114);
    assert_reserve(3, 2, ASV_CLOCK_SYNCED);
}

static void a_camera_that_never_knew_the_time_records_to_the_reserve_key(void **state)
{
    (void)state;
    asv_rig_boot(&rig);
    assert_int_equal(asv_flash_remove(&rig.flash.flash, "state/clock"), ASV_OK);
    asv_rig_shut(&rig);
    asv_rig_boot(&rig);
    record_fragments(NULL, 1);
    assert_reserve(1, 1, ASV_CLOCK_LOST);
    assert_int_equal(verdict.seal.header.last_sync_wall_ms, 0);
    assert_int_equal(verdict.seal.header.clock_source, ASV_CLOCK_NONE);
}

static void without_any_key_it_says_what_to_do(void **state)
{
    (void)state;
    size_t len = 0;
    uint8_t *stream = asv_fmp4_stream(1, 1000, 1000, &len);
    assert_int_equal(asv_flash_remove_twice(&rig.flash.flash, "trust/bulletin"), ASV_OK);
    asv_rig_boot(&rig);
    assert_int_equal(asv_rig_record(&rig, stream, len, len, 10), ASV_E_STATE);
    assert_non_null(strstr(rig.err.text, "bulletin"));
    assert_int_equal(asv_rig_judge_all(&rig), 0);
    free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(at_the_end_of_its_day_a_recording_goes_on_in_a_new_linked_clip, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(only_a_key_frame_begins_the_new_clip, setup, teardown),
        cmocka_unit_test_setup_teardown(the_day_of_23_hours_ends_after_23_hours, setup, teardown),
        cmocka_unit_test_setup_teardown(the_day_of_25_hours_ends_after_25_hours, setup, teardown),
        cmocka_unit_test_setup_teardown(in_the_boot_of_its_docking_the_clock_is_synced, setup, teardown),
        cmocka_unit_test_setup_teardown(after_a_reboot_the_real_time_clock_is_believed_with_its_offset, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_lost_clock_records_to_the_reserve_key_and_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(a_clock_that_went_back_is_not_believed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_clock_behind_its_own_recordings_is_not_believed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bulletin_used_up_records_to_the_reserve_key, setup, teardown),
        cmocka_unit_test_setup_teardown(a_camera_that_never_knew_the_time_records_to_the_reserve_key, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(without_any_key_it_says_what_to_do, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
