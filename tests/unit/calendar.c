/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LAW T1 and T2: days and periods as in §§ 187(1), 188(1) BGB, in the local time of Europe/Berlin. */
#include "server/base/calendar.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/unit/test.h"

/* "2026-03-29T00:59:59Z" as ms. */
static int64_t utc(const char *text)
{
    struct tm tm = {0};
    assert_non_null(strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm));
    return (int64_t)timegm(&tm) * 1000;
}

static void zone(const char *name)
{
    struct asv_err err = {0};
    if (asv_calendar_set_zone(name, &err) != ASV_OK) {
        fail_msg("%s", err.text);
    }
}

static void the_local_date_follows_the_zone_and_summer_time(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        int ms;
        uint32_t date;
    } table[] = {
        {"2026-01-05T22:59:59Z", 999, 20260105}, {"2026-01-05T23:00:00Z", 0, 20260106},
        {"2026-07-05T21:59:59Z", 999, 20260705}, {"2026-07-05T22:00:00Z", 0, 20260706},
        {"2026-12-31T22:59:59Z", 999, 20261231}, {"2026-12-31T23:00:00Z", 0, 20270101},
        {"2028-02-28T23:00:00Z", 0, 20280229},   {"2028-02-29T23:00:00Z", 0, 20280301},
        {"2027-02-28T23:00:00Z", 0, 20270301},   {"1970-01-02T00:00:00Z", 0, 19700102},
        {"9999-12-30T22:59:59Z", 999, 99991230},
    };
    zone("Europe/Berlin");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint32_t date = 0;
        assert_int_equal(asv_local_date(utc(table[i].at) + table[i].ms, &date), ASV_OK);
        assert_int_equal(date, table[i].date);
    }
    uint32_t date = 7;
    assert_int_equal(asv_local_date(-1, &date), ASV_E_LIMIT);
    assert_int_equal(asv_local_date(INT64_MIN, &date), ASV_E_LIMIT);
    assert_int_equal(asv_local_date(INT64_MAX, &date), ASV_E_LIMIT);
    assert_int_equal(asv_local_date(utc("9999-12-31T12:00:00Z"), &date), ASV_E_LIMIT);
    assert_int_equal(date, 7);
}

static void a_day_is_half_open_and_23_24_or_25_hours_long(void **state)
{
    (void)state;
    static const struct {
        uint32_t date;
        const char *start, *end;
        int hours;
    } table[] = {
        {20260105, "2026-01-04T23:00:00Z", "2026-01-05T23:00:00Z", 24},
        {20260329, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23},
        {20261025, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25},
        {20260705, "2026-07-04T22:00:00Z", "2026-07-05T22:00:00Z", 24},
        {20280229, "2028-02-28T23:00:00Z", "2028-02-29T23:00:00Z", 24},
        {20261231, "2026-12-30T23:00:00Z", "2026-12-31T23:00:00Z", 24},
    };
    zone("Europe/Berlin");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        int64_t start = 0;
        int64_t end = 0;
        uint32_t date = 0;
        assert_int_equal(asv_local_day_start(table[i].date, &start), ASV_OK);
        assert_int_equal(asv_local_day_end(table[i].date, &end), ASV_OK);
        assert_true(start == utc(table[i].start) && end == utc(table[i].end));
        assert_int_equal((end - start) / 3600000, table[i].hours);
        assert_int_equal(asv_local_date(start, &date), ASV_OK);
        assert_int_equal(date, table[i].date);
        assert_int_equal(asv_local_date(start - 1, &date), ASV_OK);
        assert_true(date < table[i].date);
        assert_int_equal(asv_local_date(end - 1, &date), ASV_OK);
        assert_int_equal(date, table[i].date);
    }
}

/* LAW T2 (§§ 187(1), 188(1) BGB) */
static void the_period_does_not_count_the_day_of_recording_and_ends_with_its_last_day(void **state)
{
    (void)state;
    static const struct {
        uint32_t recorded;
        unsigned days;
        const char *due;
    } table[] = {
        {20260105, 14, "2026-01-19T23:00:00Z"}, /* winter: to the end of the 19th */
        {20260705, 14, "2026-07-19T22:00:00Z"}, /* summer */
        {20260320, 14, "2026-04-03T22:00:00Z"}, /* clocks go forward in between */
        {20261020, 14, "2026-11-03T23:00:00Z"}, /* clocks go back in between */
        {20260314, 14, "2026-03-28T23:00:00Z"}, /* due as the day begins on which they go forward */
        {20260315, 14, "2026-03-29T22:00:00Z"}, /* due at the end of that day */
        {20261010, 14, "2026-10-24T22:00:00Z"}, /* the same, back */
        {20261011, 14, "2026-10-25T23:00:00Z"},
        {20261220, 14, "2027-01-03T23:00:00Z"}, /* over the year's end */
        {20261217, 14, "2026-12-31T23:00:00Z"}, /* ends with the year */
        {20280215, 14, "2028-02-29T23:00:00Z"}, /* leap year: ends with 29 February */
        {20280216, 14, "2028-03-01T23:00:00Z"},
        {20270215, 14, "2027-03-01T23:00:00Z"}, /* no leap year */
        {20280229, 14, "2028-03-14T23:00:00Z"}, /* recorded on the leap day */
        {20260105, 30, "2026-02-04T23:00:00Z"}, /* another policy (LAW T7) */
        {20260105, 0, "2026-01-05T23:00:00Z"},
        {20260105, 28, "2026-02-02T23:00:00Z"},
    };
    zone("Europe/Berlin");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        int64_t due = 0;
        assert_int_equal(asv_due_ms(table[i].recorded, table[i].days, &due), ASV_OK);
        assert_true(due == utc(table[i].due));
    }
}

static void every_day_of_forty_years_starts_where_the_day_before_ends(void **state)
{
    (void)state;
    static const char *const zones[] = {"Europe/Berlin",    "America/Havana", "America/Sao_Paulo",
                                        "America/St_Johns", "Pacific/Apia",   "UTC"};
    for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
        zone(zones[z]);
        uint32_t date = 19990101;
        int64_t end = 0;
        assert_int_equal(asv_local_day_start(date, &end), ASV_OK);
        while (date < 20390101) {
            int64_t start = 0;
            uint32_t next = 0;
            assert_int_equal(asv_local_day_start(date, &start), ASV_OK);
            assert_true(start == end);
            assert_int_equal(asv_date_add(date, 1, &next), ASV_OK);
            assert_int_equal(asv_local_day_start(next, &end), ASV_OK);
            assert_true(end >= start && end - start <= INT64_C(25) * 3600000);
            uint32_t at = 0;
            assert_int_equal(asv_local_date(start, &at), ASV_OK);
            assert_true(at >= date);
            assert_int_equal(asv_local_date(start - 1, &at), ASV_OK);
            assert_true(at < date);
            for (int64_t minutes = 15; minutes <= 120; minutes += 15) { /* it does not come back */
                assert_int_equal(asv_local_date(start + minutes * 60000, &at), ASV_OK);
                assert_true(at >= date);
            }
            date = next;
        }
    }
}

/* Newfoundland set its clocks back at 00:01 until 2011: the old date returned for 59 minutes. */
static void a_date_that_comes_back_has_not_ended(void **state)
{
    (void)state;
    int64_t start = 0;
    uint32_t date = 0;
    zone("America/St_Johns");
    assert_int_equal(asv_local_day_start(20101107, &start), ASV_OK);
    assert_true(start == utc("2010-11-07T03:30:00Z"));
    assert_int_equal(asv_local_date(utc("2010-11-07T02:30:30Z"), &date), ASV_OK);
    assert_int_equal(date, 20101107); /* the minute before the clocks went back */

    /* A made-up zone that sets its clocks from 00:50 back to 23:50. */
    assert_int_equal(setenv("TZ", "AAA0BBB,M3.2.0/2,M11.1.0/0:50", 1), 0);
    tzset();
    assert_int_equal(asv_local_day_start(20261101, &start), ASV_OK);
    assert_true(start == utc("2026-11-01T00:00:00Z"));
    assert_int_equal(asv_local_date(utc("2026-10-31T23:30:00Z"), &date), ASV_OK);
    assert_int_equal(date, 20261101);
    zone("Europe/Berlin");
}

static void dates_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const uint32_t bad[] = {0,        20260100, 20260132, 20261301, 20260001, 20260431,
                                   20270229, 21000229, 19700101, 99991231, 20260631, UINT32_MAX};
    int64_t kept = 5;
    uint32_t date = 6;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(asv_date_valid(bad[i]));
        assert_int_equal(asv_local_day_start(bad[i], &kept), ASV_E_LIMIT);
        assert_int_equal(asv_due_ms(bad[i], 14, &kept), ASV_E_LIMIT);
        assert_int_equal(asv_date_add(bad[i], 1, &date), ASV_E_LIMIT);
    }
    assert_int_equal(asv_due_ms(20260105, UINT32_MAX, &kept), ASV_E_LIMIT);
    assert_int_equal(asv_date_add(20260105, INT32_MIN, &date), ASV_E_LIMIT);
    assert_true(kept == 5 && date == 6);
    assert_true(asv_date_valid(20280229) && asv_date_valid(20000229));
    assert_int_equal(asv_date_add(20260301, -1, &date), ASV_OK);
    assert_int_equal(date, 20260228);
    int32_t days = 0;
    assert_int_equal(asv_date_to_days(20000101, &days), ASV_OK);
    assert_int_equal(days, 10957);
    assert_int_equal(asv_date_from_days(10957, &date), ASV_OK);
    assert_int_equal(date, 20000101);
    assert_int_equal(asv_date_from_days(0, &date), ASV_E_LIMIT);
    assert_int_equal(asv_date_from_days(INT64_MAX, &date), ASV_E_LIMIT);
}

static void an_unknown_zone_is_refused_instead_of_becoming_utc(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "Europe/Duisburg", "/etc/passwd", "../../etc/passwd",
                                      ":UTC", "Europe",          "zone.tab"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct asv_err err = {0};
        assert_int_equal(asv_calendar_set_zone(bad[i], &err), ASV_E_USAGE);
        assert_non_null(strstr(err.text, "time zone"));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_local_date_follows_the_zone_and_summer_time),
        cmocka_unit_test(a_day_is_half_open_and_23_24_or_25_hours_long),
        cmocka_unit_test(the_period_does_not_count_the_day_of_recording_and_ends_with_its_last_day),
        cmocka_unit_test(every_day_of_forty_years_starts_where_the_day_before_ends),
        cmocka_unit_test(a_date_that_comes_back_has_not_ended),
        cmocka_unit_test(dates_that_do_not_exist_are_refused),
        cmocka_unit_test(an_unknown_zone_is_refused_instead_of_becoming_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
