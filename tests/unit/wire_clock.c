/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LAW H2: the camera's clock against reference time. */
#include "firmware-proto/wire/clock.h"

#include <string.h>

#include "tests/unit/test.h"

#define NOW INT64_C(1767592800000) /* the dock's wall clock at t4 */
#define DAY INT64_C(86400000)

static const struct asv_clock_bounds unbounded = {ASV_TIME_UNKNOWN, ASV_TIME_UNKNOWN};

static struct asv_wire_clock_reply reply_of(int64_t wall_ms, uint64_t mono_ms)
{
    struct asv_wire_clock_reply reply = {
        .dock_mono_ms = 1000,
        .wall_ms = wall_ms,
        .mono_ms = mono_ms,
        .clock_state = ASV_CLOCK_SYNCED,
        .last_sync_wall_ms = NOW - 2 * DAY,
    };
    memset(reply.boot, 0xb0, sizeof reply.boot);
    return reply;
}

static struct asv_clock_fix fix_of(int64_t wall_ms, uint64_t mono_ms)
{
    struct asv_clock_fix fix;
    struct asv_wire_clock_reply reply = reply_of(wall_ms, mono_ms);
    assert_int_equal(asv_clock_measure(&fix, &reply, 1000, 1000, NOW), ASV_OK);
    return fix;
}

static void the_offset_is_taken_at_the_middle_of_the_exchange(void **state)
{
    (void)state;
    static const struct {
        uint64_t round_trip;
        int64_t offset;
        uint32_t uncertainty;
    } rows[] = {
        {0, 5000, 1}, {1, 5000, 2}, {2, 4999, 2}, {9, 4996, 6}, {10, 4995, 6}, {10000, 0, 5001},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asv_wire_clock_reply reply = reply_of(NOW - 5000, 77);
        struct asv_clock_fix fix;
        assert_int_equal(asv_clock_measure(&fix, &reply, 1000, 1000 + rows[i].round_trip, NOW), ASV_OK);
        assert_true(fix.offset_ms == rows[i].offset);
        assert_int_equal(fix.uncertainty_ms, rows[i].uncertainty);
        assert_true(fix.dock_wall_ms == NOW - 5000 + rows[i].offset);
        assert_true(fix.camera_mono_ms == 77 && fix.camera_wall_ms == NOW - 5000);
    }
}

/* P-082: and the true offset always lies within what was measured. */
static void a_measurement_is_never_further_off_than_it_says(void **state)
{
    (void)state;
    for (uint64_t there = 0; there <= 40; there++) {
        for (uint64_t back = 0; back <= 40; back++) {
            /* Dock's wall time at t1 is W1; the camera's clock is 1234 behind, and reads on arrival. */
            int64_t w1 = NOW;
            struct asv_wire_clock_reply reply = reply_of(w1 + (int64_t)there - 1234, 5);
            struct asv_clock_fix fix;
            assert_int_equal(
                asv_clock_measure(&fix, &reply, 1000, 1000 + there + back, w1 + (int64_t)(there + back)),
                ASV_OK);
            int64_t error = fix.offset_ms - 1234;
            error = error < 0 ? -error : error;
            assert_true(error <= (int64_t)fix.uncertainty_ms);
        }
    }
    struct asv_wire_clock_reply reply = reply_of(NOW, 5);
    struct asv_clock_fix fix = {.camera_mono_ms = 99};
    assert_int_equal(asv_clock_measure(&fix, &reply, 1001, 1002, NOW), ASV_E_MISMATCH);
    assert_int_equal(asv_clock_measure(&fix, &reply, 1000, 999, NOW), ASV_E_TIMEOUT);
    assert_int_equal(asv_clock_measure(&fix, &reply, 1000, 11001, NOW), ASV_E_TIMEOUT);
    reply.wall_ms = INT64_MIN;
    assert_int_equal(asv_clock_measure(&fix, &reply, 1000, 1000, NOW), ASV_E_LIMIT);
    reply.wall_ms = 0;
    assert_int_equal(asv_clock_measure(&fix, &reply, 1000, 1002, INT64_MIN), ASV_E_LIMIT);
    assert_true(fix.camera_mono_ms == 99);
}

static struct asv_clock_moment moment_of(int64_t wall_ms, uint64_t mono_ms, uint8_t boot, uint8_t clock_state)
{
    struct asv_clock_moment moment = {
        .wall_ms = wall_ms,
        .mono_ms = mono_ms,
        .clock_state = clock_state,
        .last_sync_wall_ms = NOW - 2 * DAY,
    };
    memset(moment.boot, boot, sizeof moment.boot);
    return moment;
}

static void the_same_boot_is_corrected_by_the_monotonic_clock_alone(void **state)
{
    (void)state;
    /* The camera's wall clock is years off, was set in between, and calls itself lost: all the same. */
    struct asv_clock_fix fix = fix_of(5, 40000000);
    struct asv_clock_moment moment = moment_of(NOW + 99 * DAY, 4000000, 0xb0, ASV_CLOCK_LOST);
    struct asv_clock_interval out;
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &unbounded), ASV_OK);
    assert_true(out.same_boot && !out.contradiction);
    assert_true(out.earliest_ms == NOW - 36000000 - 3600 - 1); /* 10 h before, 100 ppm of it, 1 ms */
    assert_true(out.latest_ms == NOW - 36000000 + 3600 + 1);
}

static void another_boot_goes_by_the_cameras_wall_clock_and_its_drift(void **state)
{
    (void)state;
    struct asv_clock_fix fix = fix_of(NOW - 90000, 1000);
    struct asv_clock_moment moment = moment_of(NOW - DAY, 77, 0xb1, ASV_CLOCK_HOLDOVER);
    struct asv_clock_interval out;
    /* The sync still holds: 90 s behind by now, so it was between 0 and 90 s behind then; one day since the
     * sync is 8.64 s more. */
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &unbounded), ASV_OK);
    assert_true(!out.same_boot && !out.contradiction);
    assert_true(out.earliest_ms == NOW - DAY - 8640 - 1);
    assert_true(out.latest_ms == NOW - DAY + 90000 + 8640 + 1);
    fix = fix_of(NOW + 90000, 1000); /* ahead */
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &unbounded), ASV_OK);
    assert_true(out.earliest_ms == NOW - DAY - 90000 - 8640 - 1);
    assert_true(out.latest_ms == NOW - DAY + 8640 + 1);
    /* Another sync since then: the offset of today says nothing about that day. */
    fix.last_sync_wall_ms = NOW - 1000;
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &unbounded), ASV_OK);
    assert_true(out.earliest_ms == NOW - DAY - 8640 - 1 && out.latest_ms == NOW - DAY + 8640 + 1);
    /* Nor does the offset of a clock that was lost since. */
    fix = fix_of(0, 1000);
    fix.clock_state = ASV_CLOCK_LOST;
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &unbounded), ASV_OK);
    assert_true(out.earliest_ms == NOW - DAY - 8640 - 1 && out.latest_ms == NOW - DAY + 8640 + 1);
}

/* P-083 */
static void a_lost_clock_narrows_nothing(void **state)
{
    (void)state;
    struct asv_clock_fix fix = fix_of(NOW, 1000);
    struct asv_clock_bounds bounds = {NOW - 3 * DAY, NOW - 5};
    struct asv_clock_interval out;
    struct asv_clock_moment lost = moment_of(NOW - DAY, 77, 0xb1, ASV_CLOCK_LOST);
    assert_int_equal(asv_clock_correct(&out, &lost, &fix, &bounds), ASV_OK);
    assert_true(out.earliest_ms == NOW - 3 * DAY && out.latest_ms == NOW - 5);
    struct asv_clock_moment never = moment_of(NOW - DAY, 77, 0xb1, ASV_CLOCK_SYNCED);
    never.last_sync_wall_ms = 0;
    assert_int_equal(asv_clock_correct(&out, &never, &fix, &bounds), ASV_OK);
    assert_true(out.earliest_ms == NOW - 3 * DAY && out.latest_ms == NOW - 5);
    struct asv_clock_moment unknown = moment_of(NOW - DAY, 77, 0xb1, 9);
    assert_int_equal(asv_clock_correct(&out, &unknown, &fix, &bounds), ASV_OK);
    assert_true(out.earliest_ms == NOW - 3 * DAY && out.latest_ms == NOW - 5);
    /* No bounds: unknown below, the measurement above. */
    assert_int_equal(asv_clock_correct(&out, &lost, &fix, &unbounded), ASV_OK);
    assert_true(out.earliest_ms == ASV_TIME_UNKNOWN && out.latest_ms == NOW + 1);
    assert_false(out.contradiction);
}

static void an_interval_is_cut_to_what_is_known_and_contradictions_show(void **state)
{
    (void)state;
    struct asv_clock_fix fix = fix_of(NOW, 1000);
    struct asv_clock_moment moment = moment_of(NOW - 1000, 77, 0xb1, ASV_CLOCK_SYNCED);
    struct asv_clock_bounds bounds = {NOW - 2000, NOW};
    struct asv_clock_interval out;
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &bounds), ASV_OK);
    assert_true(out.earliest_ms == NOW - 2000 && out.latest_ms == NOW && !out.contradiction);
    moment.wall_ms = NOW + DAY; /* recorded tomorrow */
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &bounds), ASV_OK);
    assert_true(out.earliest_ms == NOW - 2000 && out.latest_ms == NOW && out.contradiction);
    moment.wall_ms = NOW - DAY; /* recorded before the docking that emptied the camera */
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &bounds), ASV_OK);
    assert_true(out.earliest_ms == NOW - 2000 && out.latest_ms == NOW && out.contradiction);
    bounds.not_after_ms = NOW - 3000;
    out.contradiction = false;
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &bounds), ASV_E_USAGE);
    assert_false(out.contradiction);
}

static void times_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    struct asv_clock_fix fix = fix_of(NOW, 1000);
    struct asv_clock_interval out = {.same_boot = true};
    struct asv_clock_moment moment = moment_of(NOW, UINT64_MAX, 0xb0, ASV_CLOCK_SYNCED);
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &unbounded), ASV_E_LIMIT);
    moment = moment_of(INT64_MAX, 5, 0xb1, ASV_CLOCK_SYNCED);
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &unbounded), ASV_E_LIMIT);
    moment.last_sync_wall_ms = INT64_MIN;
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &unbounded), ASV_E_LIMIT);
    moment = moment_of(INT64_MIN, 5, 0xb1, ASV_CLOCK_SYNCED);
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &unbounded), ASV_E_LIMIT);
    fix.dock_wall_ms = INT64_MAX;
    moment = moment_of(NOW, 1000, 0xb0, ASV_CLOCK_SYNCED);
    assert_int_equal(asv_clock_correct(&out, &moment, &fix, &unbounded), ASV_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_offset_is_taken_at_the_middle_of_the_exchange),
        cmocka_unit_test(a_measurement_is_never_further_off_than_it_says),
        cmocka_unit_test(the_same_boot_is_corrected_by_the_monotonic_clock_alone),
        cmocka_unit_test(another_boot_goes_by_the_cameras_wall_clock_and_its_drift),
        cmocka_unit_test(a_lost_clock_narrows_nothing),
        cmocka_unit_test(an_interval_is_cut_to_what_is_known_and_contradictions_show),
        cmocka_unit_test(times_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
