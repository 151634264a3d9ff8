/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/cause.h"

#include <string.h>

#include "tests/unit/test.h"

static const struct {
    enum asv_status status;
    const char *word;
    bool for_good;
} table[] = {
    {ASV_E_AGAIN, "waits", false},      {ASV_E_BUSY, "away", false},      {ASV_E_TIMEOUT, "away", false},
    {ASV_E_AWAY, "away", false},        {ASV_E_MALFORMED, "plan", true},  {ASV_E_UNSUPPORTED, "plan", true},
    {ASV_E_LIMIT, "large", true},       {ASV_E_DENIED, "blocked", false}, {ASV_E_NOT_FOUND, "plan", true},
    {ASV_E_EXISTS, "plan", true},       {ASV_E_EXPIRED, "expired", true}, {ASV_E_STATE, "waits", false},
    {ASV_E_IO, "disk", false},          {ASV_E_NO_SPACE, "full", false},  {ASV_E_USAGE, "setup", false},
    {ASV_E_SIGNATURE, "differs", true}, {ASV_E_DIGEST, "differs", true},  {ASV_E_MISMATCH, "differs", true},
    {ASV_E_REVOKED, "trust", true},     {ASV_E_UNTRUSTED, "trust", true}, {ASV_E_INTERNAL, "fault", false},
    {ASV_E_NO_MEMORY, "fault", false},
};

/* HO-055, HO-140, HO-160 */
static void each_status_begins_again_or_is_given_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct asv_handover_cause *cause = asv_handover_cause(table[i].status);
        if (strcmp(cause->word, table[i].word) != 0 || cause->for_good != table[i].for_good) {
            fail_msg("%s: %s, %d", asv_status_name(table[i].status), cause->word, cause->for_good);
        }
        assert_ptr_equal(asv_handover_cause_of(cause->word), cause);
        assert_true(cause->to_do[0] != '\0');
        assert_true(asv_handover_why(table[i].status, "")[0] != '\0'); /* else nothing is written down */
        assert_string_equal(asv_handover_why(table[i].status, "it burns"), "it burns");
    }
    assert_null(asv_handover_cause_of(""));
}

/* A status that comes to be is thought about here. */
static void there_is_no_other_status(void **state)
{
    size_t named = 0;
    (void)state;
    for (unsigned i = 1; i < 0x1000; i++) {
        named += strcmp(asv_status_name((enum asv_status)i), "?") != 0;
    }
    assert_int_equal(named, sizeof table / sizeof *table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_status_begins_again_or_is_given_up),
        cmocka_unit_test(there_is_no_other_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
