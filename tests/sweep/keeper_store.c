/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The key store on a disk that fails or loses power at every single call. After each: what was reported as
 * made is there, what was reported as destroyed is gone, even for someone with every byte that any file ever
 * held and what the slots hold now. LAW T5: destroying the key erases in every backup too. */
#include "firmware-proto/crypto/crypto.h"
#include "tests/sweep/keeper_life.h"
#include "tests/unit/test.h"

/* Power goes again at every call while the store is being opened. */
static void cut_while_opening(struct site *site)
{
    for (uint64_t n = 1;; n++) {
        keeper_disk_arm(site->disk, n, KEEPER_CUT_SOME);
        enum asv_status status = asv_store_open(&site->store, &site->setup, NULL);
        bool struck = site->disk->struck;
        asv_store_close(site->store);
        site->store = NULL;
        keeper_disk_reboot(site->disk);
        if (!struck) {
            assert_true(status == ASV_OK || status == ASV_E_NOT_FOUND);
            return;
        }
    }
}

/* Power is back, or the medium works again: everything holds. */
static void check_after(struct site *site, bool created, bool cut_again)
{
    site_check_gone(site, DESTROYED);
    keeper_disk_reboot(site->disk);
    asv_store_close(site->store);
    site->store = NULL;
    site_check_gone(site, DESTROYED);
    if (cut_again) {
        cut_while_opening(site);
    }
    enum asv_status status = asv_store_open(&site->store, &site->setup, NULL);
    if (!created && status == ASV_E_NOT_FOUND) {
        assert_int_equal(asv_store_create(&site->setup, NULL), ASV_OK);
        status = asv_store_open(&site->store, &site->setup, NULL);
    }
    assert_int_equal(status, ASV_OK);
    assert_false(site_any_open(site->store));
    site_check_there(site);
    site_check_gone(site, DESTROYED_OPEN);
    assert_int_equal(site_make(site, 2, 3, 4), ASV_OK); /* and it goes on */
    site_check_there(site);
}

/* Plays all steps with one fault at call n; false when the fault was not met any more. insist: what failed is
 * asked for again at once. */
static bool run(uint64_t n, enum keeper_fault fault, bool insist)
{
    struct site site;
    bool created = false;
    site_init(&site, n * KEEPER_FAULTS + fault, false);
    keeper_disk_arm(site.disk, n, fault);
    for (unsigned step = 0; step < STEPS && !site.disk->dead; step++) {
        enum asv_status status = ASV_E_AWAY;
        int attempts = insist || step < 2 ? 2 : 1;
        for (int attempt = 0; attempt < attempts && status != ASV_OK && !site.disk->dead; attempt++) {
            if (step > 1 && asv_store_ready(site.store, NULL) != ASV_OK) {
                continue;
            }
            status = site_play(&site, step);
            created = created || (step == 0 && (status == ASV_OK || status == ASV_E_EXISTS));
        }
        if (insist && !site.disk->dead && step != 0) {
            /* A call failed, the next attempt did not: only what was done already may be refused. */
            assert_true(status == ASV_OK || status == ASV_E_NOT_FOUND);
        }
        if (step > 1 && site.disk->struck) {
            site_check_gone(&site, DESTROYED);
        }
    }
    bool struck = site.disk->struck;
    check_after(&site, created, n % 4 == 0); /* a sweep in the sweep: at every fourth call */
    site_free(&site);
    return struck;
}

static void sweep(enum keeper_fault fault, bool insist)
{
    uint64_t n = 1;
    while (run(n, fault, insist)) {
        n++;
    }
    assert_true(n > 150); /* a sweep that ends at once tests nothing */
}

static void every_call_may_fail_without_having_done_anything(void **state)
{
    (void)state;
    sweep(KEEPER_FAIL_BEFORE, true);
    sweep(KEEPER_FAIL_BEFORE, false);
}

static void every_call_may_fail_after_having_done_its_work(void **state)
{
    (void)state;
    sweep(KEEPER_FAIL_AFTER, true);
    sweep(KEEPER_FAIL_AFTER, false);
}

static void power_may_go_at_every_call_and_take_all_that_was_not_synced(void **state)
{
    (void)state;
    sweep(KEEPER_CUT_NONE, false);
}

static void power_may_go_at_every_call_and_leave_all_that_was_not_synced(void **state)
{
    (void)state;
    sweep(KEEPER_CUT_ALL, false);
}

static void power_may_go_at_every_call_and_take_any_part_of_what_was_not_synced(void **state)
{
    (void)state;
    sweep(KEEPER_CUT_SOME, false);
}

/* The same attack with what the slots held before gets everything: it is the slots' forgetting that destroys.
 */
static void the_attack_works_with_the_old_masters(void **state)
{
    (void)state;
    struct site site;
    struct keeper_loot loot;
    site_init(&site, 7, false);
    for (unsigned step = 0; step < STEPS; step++) {
        assert_int_equal(site_play(&site, step), ASV_OK);
    }
    unsigned destroyed = 0;
    keeper_attack_ever(site.disk, &loot);
    for (unsigned c = 0; c < CAMERAS; c++) {
        for (unsigned d = 0; d < DAYS; d++) {
            if (site.days[c][d].fate == DESTROYED) {
                assert_true(keeper_loot_has(&loot, site.days[c][d].pk));
                destroyed++;
            }
        }
    }
    assert_int_equal(destroyed, 3);
    site_check_gone(&site, DESTROYED);
    keeper_attack_now(site.disk, false, &loot);
    assert_true(keeper_loot_has(&loot, site.days[2][1].pk)); /* the attacker is not blind */
    assert_false(keeper_loot_has(&loot, site.days[0][1].pk));
    site_free(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_attack_works_with_the_old_masters),
        cmocka_unit_test(every_call_may_fail_without_having_done_anything),
        cmocka_unit_test(every_call_may_fail_after_having_done_its_work),
        cmocka_unit_test(power_may_go_at_every_call_and_take_all_that_was_not_synced),
        cmocka_unit_test(power_may_go_at_every_call_and_leave_all_that_was_not_synced),
        cmocka_unit_test(power_may_go_at_every_call_and_take_any_part_of_what_was_not_synced),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
