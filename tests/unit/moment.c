/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Moments as people type them: local, in winter, in summer, and where the clocks change. */
#include "server/cli/moment.h"

#include "server/base/calendar.h"
#include "tests/unit/test.h"

static int set_zone(void **state)
{
    (void)state;
    struct asv_err err = {0};
    return asv_calendar_set_zone("Europe/Berlin", &err) == ASV_OK ? 0 : -1;
}

static void a_moment_is_local(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds; /* since 1970 UTC */
    } table[] = {
        {"2026-01-05 07:00", 1767592800},      {"2026-01-05 07:00:01", 1767592801},
        {"2026-07-05 07:00", 1783227600},      {"2026-10-25 02:30", 1792888200}, /* twice: the first */
        {"2026-10-25 02:30 A", 1792888200},    {"2026-10-25 02:30 B", 1792891800},
        {"2026-10-25 02:30:01 B", 1792891801}, {"2026-10-25 01:59", 1792886340},
        {"2026-10-25 03:00", 1792893600},      {"2026-10-25 03:30", 1792895400},
        {"2026-03-29 01:59", 1774745940},      {"2026-03-29 03:00", 1774746000},
        {"2028-02-29 00:00", 1835391600},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t ms = 0;
        assert_int_equal(asv_moment_parse(table[i].text, &ms), ASV_OK);
        assert_int_equal(ms, table[i].seconds * 1000);
    }
}

static void anything_else_is_none(void **state)
{
    (void)state;
    static const char *const table[] = {"",
                                        "2026-01-05",
                                        "2026-01-05T07:00",
                                        "2026-01-05 7:00",
                                        "2026-01-05 24:00",
                                        "2026-01-05 07:60",
                                        "2026-01-05 07:00:60",
                                        "2026-02-29 07:00",
                                        "2026-13-01 07:00",
                                        "2026-01-05 07:00 ",
                                        "2026-01-05 07:00:00.1",
                                        "2026-03-29 02:00", /* the clocks are set forward */
                                        "2026-03-29 02:30",
                                        "2026-03-29 02:59:59",
                                        "2026-10-25 03:00 A", /* comes once */
                                        "2026-10-25 01:59 B",
                                        "2026-10-25 02:30 C",
                                        "2026-10-25 02:30B",
                                        "2026-10-25 02:30:00 B B",
                                        "yesterday"};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t ms = 7;
        assert_int_equal(asv_moment_parse(table[i], &ms), ASV_E_MALFORMED);
        assert_int_equal(ms, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_local),
        cmocka_unit_test(anything_else_is_none),
    };
    return cmocka_run_group_tests(tests, set_zone, NULL);
}
