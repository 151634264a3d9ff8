/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LAW T1 (counted from the recording, not from the docking), T2 (§§ 187, 188 BGB), T7 (a policy is data), and
 * server/policy/arrival.h: an interval that contains a living day is never erased by the machine. */
#include "server/policy/arrival.h"

#include "server/base/calendar.h"
#include "tests/unit/test.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

/* Local noon of a date in Berlin. */
static int64_t noon(uint32_t date)
{
    int64_t ms;
    assert_int_equal(asv_local_day_start(date, &ms), ASV_OK);
    return ms + 12 * HOUR;
}

static int64_t midnight(uint32_t date)
{
    int64_t ms;
    assert_int_equal(asv_local_day_start(date, &ms), ASV_OK);
    return ms;
}

static const struct asv_retention_periods two_weeks = {.count = 1,
                                                       .list = {{.policy = {.version = 1, .days = 14}}}};

static struct asv_arrival decide(const struct asv_arrival_facts *facts)
{
    struct asv_arrival out = {0};
    assert_int_equal(asv_policy_arrival(&out, facts, &two_weeks, NULL), ASV_OK);
    return out;
}

/* A recording of ten minutes with a clock that is known to a second. */
static struct asv_arrival_facts at(int64_t start_ms, uint32_t key_date, int64_t now_ms)
{
    return (struct asv_arrival_facts){
        .start = {start_ms - 1000, start_ms + 1000},
        .end = {start_ms + 599000, start_ms + 601000},
        .day_key = true,
        .key_date = key_date,
        .now_ms = now_ms,
    };
}

static void T2_the_day_of_the_recording_is_not_counted_and_the_last_day_is_whole(void **state)
{
    (void)state;
    struct asv_arrival_facts facts = at(noon(20260302), 20260302, noon(20260302) + HOUR);
    struct asv_arrival got = decide(&facts);
    assert_int_equal(got.kind, ASV_ARRIVAL_STORE);
    assert_int_equal(got.day, 20260302);
    assert_true(got.due_ms == midnight(20260317)); /* the end of March 16 */
    assert_false(got.rewrap);
}

static void T2_days_are_local_days_through_both_time_changes(void **state)
{
    (void)state;
    struct asv_arrival_facts spring = at(noon(20260320), 20260320, noon(20260320) + HOUR);
    struct asv_arrival got = decide(&spring);
    assert_true(got.due_ms == midnight(20260404));
    assert_true(got.due_ms == midnight(20260320) + 15 * DAY - HOUR);
    struct asv_arrival_facts autumn = at(noon(20261020), 20261020, noon(20261020) + HOUR);
    got = decide(&autumn);
    assert_true(got.due_ms == midnight(20261104));
    assert_true(got.due_ms == midnight(20261020) + 15 * DAY + HOUR);
}

static void T1_a_camera_docked_late_gets_only_what_is_left(void **state)
{
    (void)state;
    struct asv_arrival_facts early = at(noon(20260302), 20260302, noon(20260302) + HOUR);
    struct asv_arrival_facts late = at(noon(20260302), 20260302, noon(20260315));
    assert_true(decide(&early).due_ms == decide(&late).due_ms);
    assert_int_equal(decide(&late).kind, ASV_ARRIVAL_STORE);
}

static void T1_docked_after_its_due_date_it_is_not_stored(void **state)
{
    (void)state;
    struct asv_arrival_facts facts = at(noon(20260302), 20260302, midnight(20260317) - 1);
    assert_int_equal(decide(&facts).kind, ASV_ARRIVAL_STORE);
    facts.now_ms = midnight(20260317);
    struct asv_arrival got = decide(&facts);
    assert_int_equal(got.kind, ASV_ARRIVAL_EXPIRED);
    assert_int_equal(got.day, 20260302);
    assert_true(got.due_ms == midnight(20260317));
    assert_false(got.rewrap);
}

static void T1_the_cameras_idea_of_the_day_does_not_count(void **state)
{
    (void)state;
    struct asv_arrival_facts facts = at(noon(20260305), 20260302, noon(20260305) + HOUR);
    struct asv_arrival got = decide(&facts);
    assert_int_equal(got.day, 20260305);
    assert_true(got.due_ms == midnight(20260320));
    assert_true(got.rewrap); /* the keeper re-wraps to the right day */
}

static void a_recording_cut_at_midnight_is_of_the_day_it_started_on(void **state)
{
    (void)state;
    struct asv_arrival_facts facts = at(midnight(20260303) - 10 * 60000, 20260302, noon(20260303));
    assert_int_equal(decide(&facts).day, 20260302);
}

static void a_reserve_key_recording_over_midnight_is_of_the_day_it_ended_on(void **state)
{
    (void)state;
    struct asv_arrival_facts facts = at(midnight(20260303) - 5 * 60000, 0, noon(20260303));
    facts.day_key = false;
    struct asv_arrival got = decide(&facts);
    assert_int_equal(got.kind, ASV_ARRIVAL_STORE);
    assert_int_equal(got.day, 20260303);
    assert_false(got.rewrap);
}

static void at_a_days_edge_the_later_day_counts(void **state)
{
    (void)state;
    struct asv_arrival_facts facts = at(midnight(20260303), 20260303, noon(20260303));
    struct asv_arrival got = decide(&facts);
    assert_int_equal(got.kind, ASV_ARRIVAL_STORE);
    assert_int_equal(got.day, 20260303);
    assert_true(got.due_ms == midnight(20260318));
}

static void an_interval_with_a_living_and_a_dead_day_is_stored_and_blocked(void **state)
{
    (void)state;
    struct asv_arrival_facts facts = at(midnight(20260303), 20260303, noon(20260317));
    struct asv_arrival got = decide(&facts); /* March 2 is over, March 3 is not */
    assert_int_equal(got.kind, ASV_ARRIVAL_STORE_BLOCKED);
    assert_int_equal(got.day, 0);
    assert_true(got.due_ms == 0);
    facts.now_ms = midnight(20260318);
    assert_int_equal(decide(&facts).kind, ASV_ARRIVAL_EXPIRED);
}

static void an_unknown_clock_is_decided_by_people(void **state)
{
    (void)state;
    int64_t now = noon(20260320);
    struct asv_arrival_facts facts = {
        .start = {ASV_TIME_UNKNOWN, now}, .end = {ASV_TIME_UNKNOWN, now}, .now_ms = now};
    assert_int_equal(decide(&facts).kind, ASV_ARRIVAL_STORE_BLOCKED);
    facts.start.earliest_ms = facts.end.earliest_ms = now - 5 * DAY; /* since the last docking */
    assert_int_equal(decide(&facts).kind, ASV_ARRIVAL_STORE_BLOCKED);
    facts.start.earliest_ms = facts.end.earliest_ms = now - 2 * HOUR;
    struct asv_arrival got = decide(&facts);
    assert_int_equal(got.kind, ASV_ARRIVAL_STORE);
    assert_int_equal(got.day, 20260320);
}

/* Whatever the interval: what is EXPIRED has no moment in it that is alive. */
static void the_machine_never_drops_what_may_be_alive(void **state)
{
    (void)state;
    int64_t now = noon(20260320);
    for (int64_t earliest = -20 * DAY; earliest <= 0; earliest += 7 * HOUR)
        for (int64_t length = 0; earliest + length <= 0; length += 5 * HOUR) {
            struct asv_arrival_facts facts = {.start = {now + earliest, now + earliest + length},
                                              .end = {now + earliest, now + earliest + length},
                                              .day_key = true,
                                              .now_ms = now};
            struct asv_arrival got = decide(&facts);
            uint32_t last;
            int64_t due;
            assert_int_equal(asv_local_date(facts.start.latest_ms, &last), ASV_OK);
            assert_int_equal(asv_due_ms(last, 14, &due), ASV_OK);
            assert_int_equal(got.kind == ASV_ARRIVAL_EXPIRED, due <= now);
            if (got.kind == ASV_ARRIVAL_STORE)
                assert_true(got.due_ms > now && got.due_ms == due);
        }
}

static void T7_the_period_is_data(void **state)
{
    (void)state;
    struct asv_arrival_facts facts = at(noon(20260302), 20260302, noon(20260303));
    struct asv_retention_periods policy = {.count = 1, .list = {{.policy = {.version = 2, .days = 30}}}};
    struct asv_arrival got;
    assert_int_equal(asv_policy_arrival(&got, &facts, &policy, NULL), ASV_OK);
    assert_true(got.due_ms == midnight(20260402));
    policy.list[0].policy.days = 0; /* the day itself is always whole */
    assert_int_equal(asv_policy_arrival(&got, &facts, &policy, NULL), ASV_OK);
    assert_int_equal(got.kind, ASV_ARRIVAL_EXPIRED);
    assert_true(got.due_ms == midnight(20260303));
    policy.list[0].policy.days = ASV_POLICY_DAYS_MAX + 1;
    assert_int_equal(asv_policy_arrival(&got, &facts, &policy, NULL), ASV_E_USAGE);
}

static void T8_each_day_has_the_period_that_was_promised_on_it(void **state)
{
    (void)state;
    const struct asv_retention_periods changed = {.count = 3,
                                                  .list = {{0, {.version = 1, .days = 14}},
                                                           {20260305, {.version = 2, .days = 5}},
                                                           {20260401, {.version = 3, .days = 30}}}};
    struct asv_arrival_facts facts = at(noon(20260304), 20260304, noon(20260306));
    struct asv_arrival got;
    assert_int_equal(asv_policy_arrival(&got, &facts, &changed, NULL), ASV_OK);
    assert_true(got.kind == ASV_ARRIVAL_STORE && got.due_ms == midnight(20260319));
    facts = at(noon(20260305), 20260305, noon(20260306));
    assert_int_equal(asv_policy_arrival(&got, &facts, &changed, NULL), ASV_OK);
    assert_true(got.kind == ASV_ARRIVAL_STORE && got.due_ms == midnight(20260311));
    facts = at(noon(20260401), 20260401, noon(20260402));
    assert_int_equal(asv_policy_arrival(&got, &facts, &changed, NULL), ASV_OK);
    assert_true(got.due_ms == midnight(20260502));

    /* On one of two days of which the later one's period ends first: no machine erases the other. */
    facts.start = facts.end = (struct asv_time_interval){noon(20260304), noon(20260305)};
    facts.now_ms = noon(20260312);
    assert_int_equal(asv_policy_arrival(&got, &facts, &changed, NULL), ASV_OK);
    assert_int_equal(got.kind, ASV_ARRIVAL_STORE_BLOCKED);
    facts.start.earliest_ms = facts.end.earliest_ms = ASV_TIME_UNKNOWN;
    assert_int_equal(asv_policy_arrival(&got, &facts, &changed, NULL), ASV_OK);
    assert_int_equal(got.kind, ASV_ARRIVAL_STORE_BLOCKED);
    facts.now_ms = midnight(20260319);
    assert_int_equal(asv_policy_arrival(&got, &facts, &changed, NULL), ASV_OK);
    assert_int_equal(got.kind, ASV_ARRIVAL_EXPIRED);
}

static void nonsense_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    struct asv_arrival got = {.day = 7};
    struct asv_arrival_facts facts = at(noon(20260302), 20260302, noon(20260303));
    facts.start.earliest_ms = facts.start.latest_ms + 1;
    assert_int_equal(asv_policy_arrival(&got, &facts, &two_weeks, NULL), ASV_E_USAGE);
    facts.start = facts.end = (struct asv_time_interval){INT64_MAX - 3000, INT64_MAX - 1000};
    assert_int_equal(asv_policy_arrival(&got, &facts, &two_weeks, NULL), ASV_E_LIMIT);
    assert_int_equal(got.day, 7);
}

static void quarantine_stays_within_its_quota(void **state)
{
    (void)state;
    assert_true(asv_policy_quarantine_has_room(0, 100, 100));
    assert_false(asv_policy_quarantine_has_room(1, 100, 100));
    assert_false(asv_policy_quarantine_has_room(101, 100, 0));
    assert_false(asv_policy_quarantine_has_room(1, UINT64_MAX, UINT64_MAX));
}

int main(void)
{
    if (asv_calendar_set_zone(ASV_CALENDAR_ZONE, NULL))
        asv_skip_program("no time zone data");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(T2_the_day_of_the_recording_is_not_counted_and_the_last_day_is_whole),
        cmocka_unit_test(T2_days_are_local_days_through_both_time_changes),
        cmocka_unit_test(T1_a_camera_docked_late_gets_only_what_is_left),
        cmocka_unit_test(T1_docked_after_its_due_date_it_is_not_stored),
        cmocka_unit_test(T1_the_cameras_idea_of_the_day_does_not_count),
        cmocka_unit_test(a_recording_cut_at_midnight_is_of_the_day_it_started_on),
        cmocka_unit_test(a_reserve_key_recording_over_midnight_is_of_the_day_it_ended_on),
        cmocka_unit_test(at_a_days_edge_the_later_day_counts),
        cmocka_unit_test(an_interval_with_a_living_and_a_dead_day_is_stored_and_blocked),
        cmocka_unit_test(an_unknown_clock_is_decided_by_people),
        cmocka_unit_test(the_machine_never_drops_what_may_be_alive),
        cmocka_unit_test(T7_the_period_is_data),
        cmocka_unit_test(T8_each_day_has_the_period_that_was_promised_on_it),
        cmocka_unit_test(nonsense_is_refused_and_changes_nothing),
        cmocka_unit_test(quarantine_stays_within_its_quota),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
