/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The key store on a disk that fails or loses power at every single call. After each: what was reported as
 * made is there, what was reported as destroyed is gone, even for someone with every byte that any file ever
 * held and what the slots hold now. LAW T5: destroying the key erases in every backup too. */
#include <stdio.h>
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/trust/bulletin.h"
#include "server/keeper/store.h"
#include "tests/sim/keeper_disk.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

#define CAMERAS 3
#define DAYS    4
#define DAY_MS  INT64_C(86400000)
#define FIRST   20260105u
#define KEYS    (CAMERAS * DAYS + CAMERAS)

enum fate {
    UNKNOWN, /* nothing was promised: it may be there or not */
    MADE,
    DESTROYED,      /* every slot confirmed */
    DESTROYED_OPEN, /* a slot did not: STATUS said so */
};

struct known {
    enum fate fate;
    uint8_t pk[ASV_X25519_BYTES];
};

struct site {
    struct asv_test_world world;
    struct keeper_disk *disk;
    struct asv_slot slots[KEEPER_DISK_SLOTS];
    struct asv_store_setup setup;
    struct asv_store *store;
    struct known days[CAMERAS][DAYS];
    struct known reserve[CAMERAS];
    uint64_t numbers[CAMERAS]; /* reported */
};

static const uint8_t cameras[CAMERAS][ASV_SHA256_BYTES] = {{0x0a}, {0x0b}, {0x0c}};

static struct asv_store_day day_of(unsigned d)
{
    return (struct asv_store_day){.date = FIRST + d, .due_ms = INT64_C(1767567600000) + (15 + d) * DAY_MS};
}

static void site_init(struct site *site, uint64_t seed)
{
    memset(site, 0, sizeof *site);
    asv_test_world_init(&site->world, seed);
    site->disk = keeper_disk_new(seed);
    site->setup = keeper_disk_setup(site->disk, site->slots, &site->world.world);
}

static void site_free(struct site *site)
{
    asv_store_close(site->store);
    keeper_disk_free(site->disk);
}

static bool any_open(const struct asv_store *store)
{
    struct asv_keeper_status status;
    asv_store_status(store, 0, &status);
    for (unsigned i = 0; i < status.slot_count; i++) {
        if (status.slots[i].open_erasure) {
            return true;
        }
    }
    return false;
}

/* The public key of a camera's day as the store gives it; false when it has none. */
static bool public_of(struct site *site, unsigned camera, unsigned day, uint8_t pk[ASV_X25519_BYTES])
{
    struct asv_store_public found = {.date = FIRST + day};
    size_t count = 0;
    if (asv_store_ready(site->store, NULL) != ASV_OK ||
        asv_store_days(site->store, cameras[camera], &found, 1, &count, NULL) != ASV_OK || count == 0) {
        return false;
    }
    memcpy(pk, found.pk, sizeof found.pk);
    return true;
}

/* After make_days reported success: what is there now is promised. Unreadable because the fault struck just
 * now: promised all the same, but this test cannot name it. */
static void promise_days(struct site *site, unsigned camera, unsigned first, unsigned end)
{
    for (unsigned d = first; d < end; d++) {
        struct known *known = &site->days[camera][d];
        if (known->fate != MADE && public_of(site, camera, d, known->pk)) {
            known->fate = MADE;
        }
    }
}

static enum asv_status make(struct site *site, unsigned camera, unsigned first, unsigned end)
{
    struct asv_store_day days[DAYS] = {{0}};
    uint16_t made = 0;
    for (unsigned d = first; d < end; d++) {
        days[d - first] = day_of(d);
    }
    enum asv_status status =
        asv_store_make_days(site->store, cameras[camera], days, end - first, &made, NULL);
    if (status == ASV_OK) {
        promise_days(site, camera, first, end);
    }
    return status;
}

/* A bulletin's commit: the reserve key and the next number. */
static enum asv_status number(struct site *site, unsigned camera)
{
    struct asv_store_change change;
    struct asv_index_camera *row = NULL;
    uint8_t pk[ASV_X25519_BYTES];
    enum asv_status status = asv_store_begin(site->store, &change, NULL);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_store_reserve(&change, cameras[camera], pk, NULL);
    if (status == ASV_OK) {
        status = asv_index_camera(change.next, cameras[camera], &row);
    }
    if (status != ASV_OK) {
        asv_store_abort(&change);
        return status;
    }
    uint64_t next = ++row->number;
    status = asv_store_commit(&change, false, NULL);
    if (status == ASV_OK) {
        assert_true(next > site->numbers[camera]);
        site->numbers[camera] = next;
        site->reserve[camera].fate = MADE;
        memcpy(site->reserve[camera].pk, pk, sizeof pk);
    }
    return status;
}

static void set_fate(const struct site *site, struct known *known, enum asv_status status)
{
    if (known->fate == MADE || known->fate == UNKNOWN) {
        known->fate = status != ASV_OK ? UNKNOWN : any_open(site->store) ? DESTROYED_OPEN : DESTROYED;
    }
}

static enum asv_status destroy_one(struct site *site, unsigned camera, unsigned day)
{
    struct known *known = &site->days[camera][day];
    enum asv_status status = asv_store_destroy_camera_day(site->store, cameras[camera], FIRST + day, NULL);
    if (known->fate == MADE) {
        set_fate(site, known, status);
    }
    return status;
}

static enum asv_status destroy_due(struct site *site, unsigned day)
{
    uint32_t count = 0;
    enum asv_status status = asv_store_destroy_due(site->store, day_of(day).due_ms, &count, NULL);
    for (unsigned c = 0; c < CAMERAS; c++) {
        for (unsigned d = 0; d <= day; d++) {
            if (site->days[c][d].fate == MADE) {
                set_fate(site, &site->days[c][d], status);
            }
        }
    }
    return status;
}

static enum asv_status retire_reserve(struct site *site, unsigned camera)
{
    struct asv_store_change change;
    enum asv_status status = asv_store_begin(site->store, &change, NULL);
    if (status == ASV_OK) {
        asv_store_reserve_used(&change, cameras[camera], day_of(3).due_ms);
        status = asv_store_commit(&change, false, NULL);
    }
    return status;
}

#define STEPS 13

/* One step of the life of a key store. */
static enum asv_status play(struct site *site, unsigned step)
{
    switch (step) {
    case 0:
        return asv_store_create(&site->setup, NULL);
    case 1:
        return asv_store_open(&site->store, &site->setup, NULL);
    case 2:
        return make(site, 0, 0, 3);
    case 3:
        return make(site, 1, 1, 4);
    case 4:
        return number(site, 0);
    case 5:
        return destroy_one(site, 0, 1);
    case 6:
        return number(site, 0);
    case 7:
        return site->reserve[0].fate == MADE ? retire_reserve(site, 0) : ASV_OK;
    case 8:
        return destroy_due(site, 0);
    case 9:
        return make(site, 2, 1, 3);
    case 10:
        return destroy_one(site, 1, 1);
    case 11:
        return number(site, 1);
    case 12:
        return asv_store_heal(site->store, NULL);
    default:
        return ASV_E_INTERNAL;
    }
}

/* No attacker with all old files and the slots as they are gets a key that was reported as destroyed. */
static void check_gone(struct site *site, enum fate least)
{
    struct keeper_loot loot;
    keeper_attack_now(site->disk, true, &loot);
    for (unsigned c = 0; c < CAMERAS; c++) {
        for (unsigned d = 0; d < DAYS; d++) {
            const struct known *known = &site->days[c][d];
            if (known->fate == DESTROYED || (least == DESTROYED_OPEN && known->fate == DESTROYED_OPEN)) {
                assert_false(keeper_loot_has(&loot, known->pk)); /* K-001 */
            }
        }
    }
}

static void check_there(struct site *site)
{
    for (unsigned c = 0; c < CAMERAS; c++) {
        for (unsigned d = 0; d < DAYS; d++) {
            const struct known *known = &site->days[c][d];
            uint8_t pk[ASV_X25519_BYTES];
            bool there = public_of(site, c, d, pk);
            if (known->fate == MADE) { /* K-002, K-015, K-016 */
                assert_true(there);
                assert_memory_equal(pk, known->pk, sizeof pk);
            } else if (known->fate != UNKNOWN) {
                assert_false(there && memcmp(pk, known->pk, sizeof pk) == 0);
            }
        }
        if (site->reserve[c].fate == MADE) {
            uint8_t id[ASV_KEY_ID_BYTES];
            struct asv_store_key key;
            asv_key_id(id, site->reserve[c].pk);
            assert_int_equal(asv_store_find(site->store, ASV_KEY_RESERVE, 0, cameras[c], id, &key, NULL),
                             ASV_OK);
        }
    }
    for (unsigned c = 0; c < CAMERAS; c++) {
        const struct asv_index_camera *row =
            asv_index_find(site->store->index, ASV_INDEX_CAMERAS, cameras[c]);
        assert_true((row == NULL ? 0 : row->number) >= site->numbers[c]);
    }
    struct asv_keeper_status status;
    asv_store_status(site->store, 0, &status);
    assert_int_equal(status.damaged, 0);
}

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
    check_gone(site, DESTROYED);
    keeper_disk_reboot(site->disk);
    asv_store_close(site->store);
    site->store = NULL;
    check_gone(site, DESTROYED);
    if (cut_again) {
        cut_while_opening(site);
    }
    enum asv_status status = asv_store_open(&site->store, &site->setup, NULL);
    if (!created && status == ASV_E_NOT_FOUND) {
        assert_int_equal(asv_store_create(&site->setup, NULL), ASV_OK);
        status = asv_store_open(&site->store, &site->setup, NULL);
    }
    assert_int_equal(status, ASV_OK);
    assert_false(any_open(site->store));
    check_there(site);
    check_gone(site, DESTROYED_OPEN);
    assert_int_equal(make(site, 2, 3, 4), ASV_OK); /* and it goes on */
    check_there(site);
}

/* Plays all steps with one fault at call n; false when the fault was not met any more. insist: what failed is
 * asked for again at once. */
static bool run(uint64_t n, enum keeper_fault fault, bool insist)
{
    struct site site;
    bool created = false;
    site_init(&site, n * KEEPER_FAULTS + fault);
    keeper_disk_arm(site.disk, n, fault);
    for (unsigned step = 0; step < STEPS && !site.disk->dead; step++) {
        enum asv_status status = ASV_E_AWAY;
        int attempts = insist || step < 2 ? 2 : 1;
        for (int attempt = 0; attempt < attempts && status != ASV_OK && !site.disk->dead; attempt++) {
            if (step > 1 && asv_store_ready(site.store, NULL) != ASV_OK) {
                continue;
            }
            status = play(&site, step);
            created = created || (step == 0 && (status == ASV_OK || status == ASV_E_EXISTS));
        }
        if (insist && !site.disk->dead && step != 0) {
            /* A call failed, the next attempt did not: only what was done already may be refused. */
            assert_true(status == ASV_OK || status == ASV_E_NOT_FOUND);
        }
        if (step > 1 && site.disk->struck) {
            check_gone(&site, DESTROYED);
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
    site_init(&site, 7);
    for (unsigned step = 0; step < STEPS; step++) {
        assert_int_equal(play(&site, step), ASV_OK);
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
    check_gone(&site, DESTROYED);
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
