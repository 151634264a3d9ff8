/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a run does with a recording: LAW T1, LAW T2 (the period and its end), LAW T3 (what is kept stays),
 * LAW T4 (early erasure), LAW T5 (nothing goes before its key). Instants are written as UTC, so that the
 * tests do not count with the code under test. */
#include "server/retention/rules.h"

#include <time.h>

#include "server/base/calendar.h"
#include "tests/unit/test.h"

#define SECOND INT64_C(1000)

#define LEAVE  ASV_RETENTION_LEAVE
#define LAPSE  ASV_RETENTION_LAPSE
#define ERASE  ASV_RETENTION_ERASE
#define UNLINK ASV_RETENTION_UNLINK
#define WAIT   ASV_RETENTION_WAIT
#define REPORT ASV_RETENTION_REPORT

#define UNKNOWN     ASV_RETENTION_KEY_UNKNOWN
#define LIVES       ASV_RETENTION_KEY_LIVES
#define KEY_PENDING ASV_RETENTION_KEY_PENDING
#define KEY_HELD    ASV_RETENTION_KEY_HELD
#define REFUSED     ASV_RETENTION_KEY_REFUSED
#define GONE        ASV_RETENTION_KEY_GONE
#define NEVER       ASV_RETENTION_KEY_NEVER

/* An instant from its digits in UTC: 20260317, 143000. */
static int64_t utc(int date, int time)
{
    struct tm tm = {.tm_year = date / 10000 - 1900,
                    .tm_mon = date / 100 % 100 - 1,
                    .tm_mday = date % 100,
                    .tm_hour = time / 10000,
                    .tm_min = time / 100 % 100,
                    .tm_sec = time % 100};
    return (int64_t)timegm(&tm) * SECOND;
}

static struct asv_retention_verdict judge(const struct asv_retention_facts *facts)
{
    struct asv_retention_verdict verdict = {0};
    struct asv_err err = {0};
    if (asv_retention_judge(&verdict, facts, &err) != ASV_OK) {
        fail_msg("not judged: %s", err.text);
    }
    return verdict;
}

/* A sealed recording whose key goes with its day. */
static struct asv_retention_facts sealed(int day, int due_date, int due_time)
{
    return (struct asv_retention_facts){.state = ASV_RETENTION_SEALED,
                                        .key = GONE,
                                        .day = (uint32_t)day,
                                        .due_ms = utc(due_date, due_time),
                                        .committed_ms = utc(day, 180000),
                                        .days = 14};
}

static void T2_it_goes_with_the_local_midnight_that_ends_its_last_day(void **state)
{
    (void)state;
    static const struct {
        int day, due_date, due_time;
    } table[] = {
        {20260112, 20260126, 230000},                               /* winter */
        {20260601, 20260615, 220000},                               /* summer */
        {20260315, 20260329, 220000},                               /* ends with the day of 23 hours */
        {20260314, 20260328, 230000},                               /* the day before */
        {20261011, 20261025, 230000},                               /* ends with the day of 25 hours */
        {20261010, 20261024, 220000}, {20280215, 20280229, 230000}, /* 29 February is a day */
        {20270215, 20270301, 230000}, {21000215, 21000301, 230000}, /* and there is none in 2027 and 2100 */
        {20261217, 20261231, 230000}, {20261218, 20270101, 230000}, /* year's end */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct asv_retention_facts facts = sealed(table[i].day, table[i].due_date, table[i].due_time);
        facts.now_ms = facts.due_ms - 1;
        facts.key = LIVES;
        assert_int_equal(judge(&facts).step, LEAVE);
        facts.now_ms = facts.due_ms;
        facts.key = GONE;
        struct asv_retention_verdict verdict = judge(&facts);
        assert_int_equal(verdict.step, ERASE);
        assert_int_equal(verdict.rule, ASV_RULE_PERIOD);
        assert_true(verdict.due_ms == facts.due_ms);
    }
}

/* Missed nights are caught up: what was due weeks ago goes like what is due now. */
static void T1_late_docked_and_late_erased_count_from_the_recording(void **state)
{
    (void)state;
    struct asv_retention_facts facts = sealed(20260112, 20260126, 230000);
    facts.committed_ms = utc(20260126, 120000); /* docked on its last day */
    facts.now_ms = utc(20260126, 231500);
    assert_int_equal(judge(&facts).step, ERASE);
    facts.now_ms = utc(20260501, 221500);
    assert_int_equal(judge(&facts).step, ERASE);
    assert_true(judge(&facts).due_ms == utc(20260126, 230000));
}

static void T5_no_file_goes_before_its_key(void **state)
{
    (void)state;
    static const struct {
        enum asv_retention_key key;
        enum asv_retention_step step;
    } table[] = {{UNKNOWN, WAIT},    {LIVES, WAIT}, {REFUSED, ERASE}, {KEY_PENDING, REPORT},
                 {KEY_HELD, REPORT}, {GONE, ERASE}, {NEVER, ERASE}};
    static const enum asv_retention_state states[] = {ASV_RETENTION_SEALED, ASV_RETENTION_QUARANTINED,
                                                      ASV_RETENTION_RELEASED, ASV_RETENTION_ERASING};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (size_t k = 0; k < sizeof states / sizeof *states; k++) {
            struct asv_retention_facts facts = sealed(20260112, 20260126, 230000);
            facts.state = states[k];
            facts.key = table[i].key;
            facts.now_ms = facts.due_ms;
            bool early = states[k] == ASV_RETENTION_ERASING && table[i].key == REFUSED;
            assert_int_equal(judge(&facts).step, early ? UNLINK : table[i].step); /* its record waits */
        }
    }
}

/* A key that is gone too early is no reason to erase: its file stays until it is due. */
static void what_is_not_due_stays_even_without_its_key(void **state)
{
    (void)state;
    struct asv_retention_facts facts = sealed(20260112, 20260126, 230000);
    facts.now_ms = facts.due_ms - 1;
    assert_int_equal(judge(&facts).step, LEAVE);
    facts.key = UNKNOWN;
    assert_int_equal(judge(&facts).step, LEAVE);
    facts.key = KEY_HELD; /* the keeper keeps what nobody here knows to be kept */
    assert_int_equal(judge(&facts).step, REPORT);
}

static void T3_what_is_held_or_asked_for_stays(void **state)
{
    (void)state;
    struct asv_retention_facts facts = sealed(20260112, 20260126, 230000);
    facts.now_ms = utc(20270101, 0);
    facts.state = ASV_RETENTION_HELD;
    facts.key = KEY_HELD;
    assert_int_equal(judge(&facts).step, LEAVE);
    facts.key = UNKNOWN;
    assert_int_equal(judge(&facts).step, LEAVE);
    facts.key = GONE;
    assert_int_equal(judge(&facts).step, REPORT);
    facts.key = LIVES; /* it would die with its day */
    assert_int_equal(judge(&facts).step, REPORT);
}

static void T1_a_request_that_nobody_decided_lapses(void **state)
{
    (void)state;
    struct asv_retention_facts facts = sealed(20260112, 20260126, 230000);
    facts.state = ASV_RETENTION_PENDING;
    facts.key = KEY_PENDING;
    facts.lapse_ms = utc(20260129, 230000);
    facts.now_ms = facts.lapse_ms - 1;
    assert_int_equal(judge(&facts).step, LEAVE);
    facts.key = LIVES;
    assert_int_equal(judge(&facts).step, REPORT);
    facts.now_ms = facts.lapse_ms;
    assert_int_equal(judge(&facts).step, LAPSE);
    facts.key = GONE; /* the keeper was quicker */
    assert_int_equal(judge(&facts).step, LAPSE);
    assert_true(judge(&facts).due_ms == facts.lapse_ms);
    facts.state = ASV_RETENTION_SEALED; /* and then it is one like any other */
    assert_int_equal(judge(&facts).step, ERASE);
}

static void what_was_released_after_its_period_says_so(void **state)
{
    (void)state;
    struct asv_retention_facts facts = sealed(20260112, 20260126, 230000);
    facts.state = ASV_RETENTION_RELEASED;
    facts.now_ms = utc(20260601, 0);
    assert_int_equal(judge(&facts).step, ERASE);
    assert_int_equal(judge(&facts).rule, ASV_RULE_RELEASED);
    facts.now_ms = utc(20260120, 0); /* released in time, it has the rest of its period */
    facts.key = LIVES;
    assert_int_equal(judge(&facts).step, LEAVE);
}

/* Its clock was lost, or its days too many: it goes with its key, which is a reserve key mostly; or when the
 * period from its commit is over, when that key cannot live any more. */
static void T1_what_has_no_day_goes_with_its_key(void **state)
{
    (void)state;
    static const enum asv_retention_state states[] = {ASV_RETENTION_SEALED, ASV_RETENTION_QUARANTINED};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct asv_retention_facts facts = {.state = states[i],
                                            .key = LIVES,
                                            .committed_ms = utc(20260315, 180000),
                                            .days = 14,
                                            .now_ms = utc(20260329, 215959)};
        assert_int_equal(judge(&facts).step, LEAVE);
        facts.key = GONE; /* it was sealed to a day that is over */
        assert_int_equal(judge(&facts).step, ERASE);
        assert_int_equal(judge(&facts).rule, ASV_RULE_NO_DAY);
        facts.key = LIVES;
        facts.now_ms = utc(20260329, 220000);
        assert_int_equal(judge(&facts).step, WAIT);
        facts.key = UNKNOWN;
        assert_int_equal(judge(&facts).step, WAIT);
        facts.key = GONE;
        assert_int_equal(judge(&facts).step, ERASE);
        assert_true(judge(&facts).due_ms == utc(20260329, 220000));
        facts.key = NEVER; /* K-186: whoever said so may not have seen the right bytes */
        assert_int_equal(judge(&facts).step, ERASE);
        facts.now_ms--;
        assert_int_equal(judge(&facts).step, LEAVE);
    }
}

static void T4_an_early_erasure_waits_for_its_day_but_its_files_do_not(void **state)
{
    (void)state;
    struct asv_retention_facts facts = sealed(20260112, 20260126, 230000);
    facts.state = ASV_RETENTION_ERASING;
    facts.early = true;
    facts.now_ms = utc(20260112, 200000);
    facts.key = REFUSED;
    assert_int_equal(judge(&facts).step, UNLINK);
    facts.key = LIVES; /* the keeper has not been told yet */
    assert_int_equal(judge(&facts).step, WAIT);
    facts.key = GONE;
    assert_int_equal(judge(&facts).step, ERASE);
    assert_int_equal(judge(&facts).rule, ASV_RULE_EARLY);
}

static void what_is_no_state_or_no_date_is_refused(void **state)
{
    (void)state;
    struct asv_retention_verdict verdict = {.step = REPORT};
    struct asv_retention_facts facts = {.state = 0};
    bool over = false;
    assert_int_equal(asv_retention_judge(&verdict, &facts, NULL), ASV_E_USAGE);
    facts =
        (struct asv_retention_facts){.state = ASV_RETENTION_SEALED, .committed_ms = INT64_MAX, .days = 14};
    assert_int_equal(asv_retention_judge(&verdict, &facts, NULL), ASV_E_LIMIT);
    facts.committed_ms = 86400 * SECOND;
    facts.days = 367;
    assert_int_equal(asv_retention_judge(&verdict, &facts, NULL), ASV_E_USAGE);
    assert_int_equal(asv_retention_staging_is_over(&over, 86400 * SECOND, 367, INT64_MAX, NULL), ASV_E_USAGE);
    assert_false(over);
    assert_int_equal(verdict.step, REPORT);
}

static void T5_staging_is_over_when_what_was_written_last_is(void **state)
{
    (void)state;
    bool over = true;
    assert_int_equal(
        asv_retention_staging_is_over(&over, utc(20261011, 215959), 14, utc(20261025, 225959), NULL), ASV_OK);
    assert_false(over);
    assert_int_equal(
        asv_retention_staging_is_over(&over, utc(20261011, 215959), 14, utc(20261025, 230000), NULL), ASV_OK);
    assert_true(over);
    assert_int_equal(
        asv_retention_staging_is_over(&over, utc(20261011, 220000), 14, utc(20261025, 230000), NULL), ASV_OK);
    assert_false(over); /* by then it was the 12th here */
}

static void the_balance_is_even_when_each_clip_is_in_one_place(void **state)
{
    (void)state;
    struct asv_retention_balance balance = {.ingested = 20,
                                            .expired = 3,
                                            .running = 7,
                                            .pending = 1,
                                            .held = 2,
                                            .quarantined = 4,
                                            .erasing = 1,
                                            .erased = 8};
    assert_true(asv_retention_difference(&balance) == 0);
    balance.held--;
    assert_true(asv_retention_difference(&balance) == 1);
    balance.erased += 3;
    assert_true(asv_retention_difference(&balance) == -2);
}

static void rules_have_names(void **state)
{
    (void)state;
    assert_null(asv_retention_rule_name(ASV_RULE_NONE));
    assert_string_equal(asv_retention_rule_name(ASV_RULE_PERIOD), "period");
    assert_string_equal(asv_retention_rule_name(ASV_RULE_EARLY), "early");
    assert_null(asv_retention_rule_name((enum asv_retention_rule)(ASV_RULE_EARLY + 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(T2_it_goes_with_the_local_midnight_that_ends_its_last_day),
        cmocka_unit_test(T1_late_docked_and_late_erased_count_from_the_recording),
        cmocka_unit_test(T5_no_file_goes_before_its_key),
        cmocka_unit_test(what_is_not_due_stays_even_without_its_key),
        cmocka_unit_test(T3_what_is_held_or_asked_for_stays),
        cmocka_unit_test(T1_a_request_that_nobody_decided_lapses),
        cmocka_unit_test(what_was_released_after_its_period_says_so),
        cmocka_unit_test(T1_what_has_no_day_goes_with_its_key),
        cmocka_unit_test(T4_an_early_erasure_waits_for_its_day_but_its_files_do_not),
        cmocka_unit_test(what_is_no_state_or_no_date_is_refused),
        cmocka_unit_test(T5_staging_is_over_when_what_was_written_last_is),
        cmocka_unit_test(the_balance_is_even_when_each_clip_is_in_one_place),
        cmocka_unit_test(rules_have_names),
    };
    struct asv_err err = {0};
    if (asv_calendar_set_zone(ASV_CALENDAR_ZONE, &err) != ASV_OK) {
        return 2;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
