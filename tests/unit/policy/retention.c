/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Until when something lives: LAW T1 and LAW T2 (due, and the lapse of an open request), LAW T8 (a change
 * never acts backwards by itself), LAW L3 (the access log). Instants are written as UTC, so that the tests do
 * not count with the code under test. */
#include "server/policy/retention.h"

#include <time.h>

#include "server/base/calendar.h"
#include "server/policy/policy.h"
#include "tests/unit/test.h"

#define SECOND INT64_C(1000)
#define HOUR   (3600 * SECOND)

/* An instant from its digits in UTC: 20260317, 1430. */
static int64_t utc(int date, int time)
{
    struct tm tm = {.tm_year = date / 10000 - 1900,
                    .tm_mon = date / 100 % 100 - 1,
                    .tm_mday = date % 100,
                    .tm_hour = time / 100,
                    .tm_min = time % 100};
    return (int64_t)timegm(&tm) * SECOND;
}

static const struct asv_policy two_weeks = {
    .retention = {.version = 1, .days = 14}, .lapse_days = 3, .causes = ASV_CAUSES, .access_log_years = 1};

static void T2_due_is_the_local_midnight_after_the_last_day(void **state)
{
    (void)state;
    static const struct {
        unsigned days;
        int day, due_date, due_time;
    } table[] = {
        {14, 20260112, 20260126, 2300}, /* winter */
        {14, 20260601, 20260615, 2200}, /* summer */
        {14, 20260315, 20260329, 2200}, /* ends with the day that has 23 hours */
        {14, 20260314, 20260328, 2300}, /* ends with the day before */
        {14, 20260329, 20260412, 2200}, /* recorded on it */
        {14, 20261011, 20261025, 2300}, /* ends with the day that has 25 hours */
        {14, 20261010, 20261024, 2200},  {14, 20261025, 20261108, 2300},
        {14, 20280215, 20280229, 2300},                                  /* 29 February is a day */
        {14, 20270215, 20270301, 2300},                                  /* and there is none in 2027 */
        {14, 20280229, 20280314, 2300},  {14, 21000215, 21000301, 2300}, /* 2100 is no leap year */
        {14, 20261217, 20261231, 2300},                                  /* year's end */
        {14, 20261218, 20270101, 2300},  {30, 20260112, 20260211, 2300},
        {28, 20260312, 20260409, 2200},  {1, 20260328, 20260329, 2200},
        {366, 20270101, 20280102, 2300},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct asv_retention_policy policy = {1, table[i].days};
        int64_t due = 0;
        assert_int_equal(asv_policy_due(&policy, (uint32_t)table[i].day, &due, NULL), ASV_OK);
        assert_true(due == utc(table[i].due_date, table[i].due_time));
    }
}

static void what_has_no_due_date_is_refused(void **state)
{
    (void)state;
    const struct asv_retention_policy endless = {1, ASV_POLICY_DAYS_MAX + 1};
    int64_t due = 7;
    assert_int_equal(asv_policy_due(&endless, 20260112, &due, NULL), ASV_E_USAGE);
    assert_int_equal(asv_policy_due(&two_weeks.retention, 20260230, &due, NULL), ASV_E_LIMIT);
    assert_int_equal(asv_policy_due(&two_weeks.retention, 0, &due, NULL), ASV_E_LIMIT);
    assert_int_equal(asv_policy_due(&two_weeks.retention, 99991220, &due, NULL), ASV_E_LIMIT);
    assert_true(due == 7);
}

static void T1_an_open_request_prolongs_once_by_three_days_at_most(void **state)
{
    (void)state;
    static const struct {
        int day, request_date, request_time, lapse_date, lapse_time;
    } table[] = {
        {20260112, 20260112, 1100, 20260115, 2300}, /* on the day itself: long before it is due */
        {20260112, 20260126, 1100, 20260129, 2300}, /* on the last day */
        {20260112, 20260126, 2259, 20260129, 2300}, /* in its last minute */
        {20260112, 20260125, 2300, 20260129, 2300}, /* in its first */
        {20260112, 20260125, 2259, 20260128, 2300}, /* in the last of the day before */
        {20260112, 20260126, 2300, 20260129,
         2300}, /* after it was due, as people found: no more than due + 3 */
        {20260112, 20260220, 1100, 20260129, 2300},
        {20260313, 20260327, 1100, 20260330, 2200}, /* over the day that has 23 hours */
        {20261009, 20261023, 1100, 20261026, 2300}, /* and the one that has 25 */
        {20280213, 20280227, 1100, 20280301, 2300}, /* 29 February */
        {20261216, 20261230, 1100, 20270102, 2300}, /* year's end */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t lapse = 0;
        assert_int_equal(asv_policy_lapse(&two_weeks, (uint32_t)table[i].day,
                                          utc(table[i].request_date, table[i].request_time), &lapse, NULL),
                         ASV_OK);
        assert_true(lapse == utc(table[i].lapse_date, table[i].lapse_time));
    }
}

/* Whenever it is made: a request never carries a recording further than so many days beyond its due date. */
static void T1_no_request_lives_longer_than_due_and_three_days(void **state)
{
    (void)state;
    for (int day = 20260310; day <= 20260331; day++) {
        int64_t due = 0;
        int64_t limit = 0;
        assert_int_equal(asv_policy_due(&two_weeks.retention, (uint32_t)day, &due, NULL), ASV_OK);
        assert_int_equal(asv_due_ms((uint32_t)day, 17, &limit), ASV_OK);
        for (int64_t at = utc(day, 0); at < due + 72 * HOUR; at += 5 * HOUR) {
            int64_t lapse = 0;
            assert_int_equal(asv_policy_lapse(&two_weeks, (uint32_t)day, at, &lapse, NULL), ASV_OK);
            assert_true(lapse <= limit);
            assert_true(at >= due || lapse > at);
        }
    }
}

static void the_lapse_is_data(void **state)
{
    (void)state;
    struct asv_policy policy = two_weeks;
    int64_t lapse = 7;
    policy.lapse_days = 1;
    assert_int_equal(asv_policy_lapse(&policy, 20260112, utc(20260126, 1100), &lapse, NULL), ASV_OK);
    assert_true(lapse == utc(20260127, 2300));
    assert_int_equal(asv_policy_lapse(&policy, 20260112, -1, &lapse, NULL), ASV_E_LIMIT);
    assert_int_equal(asv_policy_lapse(&policy, 0, utc(20260126, 1100), &lapse, NULL), ASV_E_LIMIT);
    policy.retention.days = ASV_POLICY_DAYS_MAX + 1;
    assert_int_equal(asv_policy_lapse(&policy, 20260112, utc(20260126, 1100), &lapse, NULL), ASV_E_USAGE);
    assert_true(lapse == utc(20260127, 2300));
}

struct change_case {
    unsigned old_days, new_days;
    struct asv_policy_change_facts facts; /* now_ms and request_ms are filled from the next two */
    int now_date, request_date;
    enum asv_policy_effect effect;
    int old_end, new_end; /* dates of 23:00 UTC in winter; 0: none */
};

static void T8_a_change_says_what_it_would_do_to_each_recording(void **state)
{
    (void)state;
    static const struct change_case table[] = {
        {14, 14, {.day = 20260112}, 20260113, 0, ASV_POLICY_UNCHANGED, 20260126, 20260126},
        {14, 7, {.day = 20260112}, 20260113, 0, ASV_POLICY_EARLIER, 20260126, 20260119},
        {14, 7, {.day = 20260112}, 20260125, 0, ASV_POLICY_EARLIER, 20260126, 20260119}, /* at once */
        {14, 28, {.day = 20260112}, 20260113, 0, ASV_POLICY_LATER, 20260126, 20260209},
        {14, 28, {.day = 20260112}, 20260127, 0, ASV_POLICY_UNCHANGED, 20260126, 20260209}, /* it is over */
        /* an open request */
        {14,
         28,
         {.day = 20260112, .pending = true},
         20260125,
         20260125,
         ASV_POLICY_LATER,
         20260128,
         20260209},
        {14,
         10,
         {.day = 20260112, .pending = true},
         20260125,
         20260125,
         ASV_POLICY_DECIDE,
         20260128,
         20260125},
        {14,
         10,
         {.day = 20260112, .pending = true},
         20260113,
         20260113,
         ASV_POLICY_DECIDE,
         20260126,
         20260122},
        {14,
         14,
         {.day = 20260112, .pending = true},
         20260113,
         20260113,
         ASV_POLICY_UNCHANGED,
         20260126,
         20260126},
        {14,
         28,
         {.day = 20260112, .pending = true},
         20260130,
         20260125,
         ASV_POLICY_UNCHANGED,
         20260128,
         20260209},
        /* a held recording lives by its hold, whatever the period */
        {14,
         7,
         {.day = 20260112, .held = true, .cause = ASV_CAUSE_PROSECUTION},
         20260301,
         0,
         ASV_POLICY_UNCHANGED,
         0,
         0},
        {14, 7, {.day = 0, .held = true, .cause = ASV_CAUSE_DANGER}, 20260301, 0, ASV_POLICY_UNCHANGED, 0, 0},
        /* a recording on whose day people have not decided */
        {14, 14, {.day = 0}, 20260113, 0, ASV_POLICY_UNCHANGED, 0, 0},
        {14, 7, {.day = 0}, 20260113, 0, ASV_POLICY_DECIDE, 0, 0},
        {14, 28, {.day = 0}, 20260113, 0, ASV_POLICY_DECIDE, 0, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct change_case *one = &table[i];
        struct asv_policy before = two_weeks;
        struct asv_policy after = two_weeks;
        struct asv_policy_change_facts facts = one->facts;
        struct asv_policy_change got;
        before.retention.days = one->old_days;
        after.retention.days = one->new_days;
        facts.now_ms = utc(one->now_date, 1100);
        facts.cause |= facts.pending ? ASV_CAUSE_DANGER : 0u;
        facts.request_ms = one->request_date != 0 ? utc(one->request_date, 900) : 0;
        assert_int_equal(asv_policy_change(&got, &before, &after, &facts, NULL), ASV_OK);
        assert_int_equal(got.effect, one->effect);
        assert_true(got.old_end_ms == (one->old_end != 0 ? utc(one->old_end, 2300) : 0));
        assert_true(got.new_end_ms == (one->new_end != 0 ? utc(one->new_end, 2300) : 0));
    }
}

static void T8_a_period_is_over_at_its_midnight(void **state)
{
    (void)state;
    struct asv_policy longer = two_weeks;
    struct asv_policy_change got;
    struct asv_policy_change_facts facts = {.day = 20260112, .now_ms = utc(20260126, 2300) - 1};
    longer.retention.days = 28;
    assert_int_equal(asv_policy_change(&got, &two_weeks, &longer, &facts, NULL), ASV_OK);
    assert_int_equal(got.effect, ASV_POLICY_LATER);
    facts.now_ms++;
    assert_int_equal(asv_policy_change(&got, &two_weeks, &longer, &facts, NULL), ASV_OK);
    assert_int_equal(got.effect, ASV_POLICY_UNCHANGED); /* nothing brings it back */
}

static void T8_a_request_with_less_time_and_a_hold_without_its_cause_need_people(void **state)
{
    (void)state;
    struct asv_policy after = two_weeks;
    struct asv_policy_change got;
    struct asv_policy_change_facts facts = {.day = 20260112,
                                            .pending = true,
                                            .cause = ASV_CAUSE_DANGER,
                                            .request_ms = utc(20260113, 900),
                                            .now_ms = utc(20260113, 1100)};
    after.lapse_days = 1; /* the recording's end stays the same, the request's does not */
    assert_int_equal(asv_policy_change(&got, &two_weeks, &after, &facts, NULL), ASV_OK);
    assert_int_equal(got.effect, ASV_POLICY_DECIDE);
    assert_true(got.old_end_ms == got.new_end_ms);
    facts.day = 0;
    assert_int_equal(asv_policy_change(&got, &two_weeks, &after, &facts, NULL), ASV_OK);
    assert_int_equal(got.effect, ASV_POLICY_DECIDE);

    after = two_weeks;
    after.causes = ASV_CAUSE_PROSECUTION;
    facts = (struct asv_policy_change_facts){.day = 20260112, .held = true, .cause = ASV_CAUSE_DANGER};
    assert_int_equal(asv_policy_change(&got, &two_weeks, &after, &facts, NULL), ASV_OK);
    assert_int_equal(got.effect, ASV_POLICY_DECIDE);
    facts.cause = ASV_CAUSE_PROSECUTION;
    assert_int_equal(asv_policy_change(&got, &two_weeks, &after, &facts, NULL), ASV_OK);
    assert_int_equal(got.effect, ASV_POLICY_UNCHANGED);

    facts = (struct asv_policy_change_facts){
        .pending = true, .cause = ASV_CAUSE_DANGER, .request_ms = utc(20260113, 900)};
    for (unsigned day = 0; day <= 20260112; day += 20260112) {
        facts.day = day;
        facts.now_ms = utc(20260113, 1100);
        assert_int_equal(asv_policy_change(&got, &two_weeks, &after, &facts, NULL), ASV_OK);
        assert_int_equal(got.effect, ASV_POLICY_DECIDE);
    }
    facts.now_ms = utc(20260126, 2300);
    assert_int_equal(asv_policy_change(&got, &two_weeks, &after, &facts, NULL), ASV_OK);
    assert_int_equal(got.effect, ASV_POLICY_UNCHANGED);
}

static void a_change_that_cannot_be_computed_says_so(void **state)
{
    (void)state;
    struct asv_policy after = two_weeks;
    struct asv_policy_change got = {.old_end_ms = 7};
    struct asv_policy_change_facts facts = {.day = 20260230};
    assert_int_equal(asv_policy_change(&got, &two_weeks, &after, &facts, NULL), ASV_E_LIMIT);
    facts.day = 20260112;
    after.retention.days = ASV_POLICY_DAYS_MAX + 1;
    assert_int_equal(asv_policy_change(&got, &two_weeks, &after, &facts, NULL), ASV_E_USAGE);
    assert_true(got.old_end_ms == 7);
}

int main(void)
{
    if (asv_calendar_set_zone(ASV_CALENDAR_ZONE, NULL) != ASV_OK) {
        asv_skip_program("no time zone data");
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(T2_due_is_the_local_midnight_after_the_last_day),
        cmocka_unit_test(what_has_no_due_date_is_refused),
        cmocka_unit_test(T1_an_open_request_prolongs_once_by_three_days_at_most),
        cmocka_unit_test(T1_no_request_lives_longer_than_due_and_three_days),
        cmocka_unit_test(the_lapse_is_data),
        cmocka_unit_test(T8_a_change_says_what_it_would_do_to_each_recording),
        cmocka_unit_test(T8_a_period_is_over_at_its_midnight),
        cmocka_unit_test(T8_a_request_with_less_time_and_a_hold_without_its_cause_need_people),
        cmocka_unit_test(a_change_that_cannot_be_computed_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
