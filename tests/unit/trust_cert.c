/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/chain.h"

#include <string.h>

#include "tests/support/agency.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;

static int set_up(void **state)
{
    (void)state;
    asv_test_agency_init(&agency, 1);
    return 0;
}

static enum asv_status verify(const struct asv_test_identity *who, uint8_t role)
{
    return asv_chain_verify(&who->chain, agency.root.pk, role, ASV_TEST_NOW_MS, NULL, NULL);
}

static void every_role_of_the_agency_verifies_as_itself_only(void **state)
{
    (void)state;
    const struct asv_test_identity *who[] = {&agency.camera, &agency.dock, &agency.keeper};
    for (size_t i = 0; i < 3; i++) {
        for (uint8_t role = 0; role <= ASV_ROLE_KEEPER + 1; role++) {
            bool own = role == ASV_ROLE_CAMERA + i;
            assert_int_equal(verify(who[i], role), own ? ASV_OK : ASV_E_UNTRUSTED); /* T-022 */
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_of_the_agency_verifies_as_itself_only),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
