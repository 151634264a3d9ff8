/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LG-099: what an entry about a recording tells of and what was signed for it are one thing. */
#include "server/ledger/decision.h"

#include <stdbool.h>
#include <string.h>

#include "server/ledger/kind.h"
#include "tests/unit/test.h"

/* By their names, in which the database writes them down. */
static void each_kind_is_one_decision(void **state)
{
    static const struct {
        const char *kind;
        uint16_t action;
        uint8_t step;
    } all[] = {
        {"forgotten", 53, 2},        {"hold_requested", 1, 1},   {"hold_approved", 1, 2},
        {"hold_refused", 1, 3},      {"hold_withdrawn", 1, 4},   {"release_requested", 2, 1},
        {"release_approved", 2, 2},  {"release_refused", 2, 3},  {"release_withdrawn", 2, 4},
        {"erasure_requested", 3, 1}, {"erasure_approved", 3, 2}, {"erasure_refused", 3, 3},
        {"erasure_withdrawn", 3, 4}, {"blocked", 7, 5},          {"block_confirmed", 7, 5},
        {"block_lifted", 8, 5},      {"day_requested", 10, 1},   {"day_approved", 10, 2},
        {"day_refused", 10, 3},      {"day_withdrawn", 10, 4},
    };
    size_t found = 0;
    (void)state;
    for (unsigned kind = 0; kind <= UINT16_MAX; kind++) {
        const struct asv_ledger_decision *decision = asv_ledger_decision((uint16_t)kind);
        const char *name = asv_ledger_kind_name((uint16_t)kind);
        bool there = false;
        for (size_t i = 0; name != NULL && i < sizeof all / sizeof *all; i++) {
            if (strcmp(all[i].kind, name) == 0) {
                there = true;
                assert_non_null(decision);
                assert_int_equal(decision->action, all[i].action);
                assert_int_equal(decision->step, all[i].step);
            }
        }
        assert_int_equal(decision != NULL, there);
        found += there;
    }
    assert_int_equal(found, sizeof all / sizeof *all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_one_decision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
