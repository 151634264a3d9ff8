/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What was handed over, good and damaged: each damage has its first fault. The ZIP's own are in
 * tests/unit/package/damage.c. */
#include "server/verify/handed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/files.h"
#include "tests/support/handover_package.h"
#include "tests/unit/test.h"

static struct asv_test_handover it;
static char directory[512], carrier[600], root[600], package[600], ledger[600], identity[600];
static struct asv_handed_fault fault;

static int set_up(void **state)
{
    (void)state;
    asv_test_make_directory(directory, sizeof directory);
    (void)snprintf(carrier, sizeof carrier, "%s/carrier.zip", directory);
    (void)snprintf(root, sizeof root, "%s/root.cert", directory);
    (void)snprintf(package, sizeof package, "%s/package.pem", directory);
    (void)snprintf(ledger, sizeof ledger, "%s/ledger.trust", directory);
    (void)snprintf(identity, sizeof identity, "%s/identity", directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(directory);
    return 0;
}

static enum asv_handed_verdict verify(const struct asv_verify_handed *what)
{
    enum asv_handed_verdict verdict = ASV_HANDED_INVALID;
    struct asv_err err = {0};
    enum asv_status status = asv_verify_handed(what, &verdict, &fault, &err);
    if (status != ASV_OK) {
        print_message("%s: %s\n", asv_status_name(status), err.text);
    }
    assert_int_equal(status, ASV_OK);
    return verdict;
}

static struct asv_verify_handed all_of_it(void)
{
    return (struct asv_verify_handed){
        .path = carrier, .root = root, .package = package, .ledger = ledger, .identity = identity};
}

static void a_good_one_is_valid(void **state)
{
    (void)state; /* HO-090 */
    asv_test_handover_make(&it);
    asv_test_handover_list(&it);
    asv_test_handover_write(&it, directory, "carrier.zip");
    asv_test_handover_anchors(&it, directory);
    struct asv_verify_handed what = all_of_it();
    what.out = stdout;
    what.language = ASV_LANGUAGE_DE;
    assert_int_equal(verify(&what), ASV_HANDED_VALID);
    asv_test_handover_free(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_one_is_valid),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
