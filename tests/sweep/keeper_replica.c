/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A key store in two directories, of which each fails, goes away, comes back or loses power at every single
 * call, alone or with the whole machine. The other one goes on; what was promised is there when one of them
 * is lost; the one that was left behind never counts again. */
#include "firmware-proto/crypto/crypto.h"
#include "tests/sweep/keeper_life.h"
#include "tests/unit/test.h"

enum target { DISK, REPLICA, SLOTS, TARGETS };

/* What there is when the keeper is started again. */
enum end { BOTH, WITHOUT_DISK, WITHOUT_REPLICA, ENDS };

/* What becomes of a directory whose power was cut, or that failed. */
enum after {
    STAYS_AWAY,  /* until the keeper is started again */
    COMES_BACK,  /* some steps later */
    IS_REPLACED, /* the same, by an empty one */
    MACHINE,     /* power goes everywhere */
    AFTERS,
};

struct plan {
    enum target target;
    uint64_t n;
    enum keeper_fault fault;
    enum after after;
    enum end end;
};

static unsigned opened_alone; /* ... and had everything */
static unsigned refused;      /* ... because it was left behind */

static struct keeper_disk *disk_of(const struct site *site, enum target target)
{
    struct keeper_disk *disks[TARGETS] = {site->disk, site->replica, site->box};
    return disks[target];
}

static void set_up(struct site *site, const struct plan *plan)
{
    site_init(site, plan->n * KEEPER_FAULTS + plan->fault, true);
    struct keeper_disk *disk = disk_of(site, plan->target);
    for (unsigned i = 0; plan->after == MACHINE && i < TARGETS - 1; i++) {
        disk->with[i] = disk_of(site, (plan->target + 1 + i) % TARGETS);
    }
    keeper_disk_arm(disk, plan->n, plan->fault);
}

/* Some steps after its fault; then what is not promised yet goes on with it. */
static void come_back(struct site *site, const struct plan *plan, unsigned *since)
{
    struct keeper_disk *disk = disk_of(site, plan->target);
    if (!disk->dead || (plan->after != COMES_BACK && plan->after != IS_REPLACED) || ++*since < 3) {
        return;
    }
    keeper_disk_reboot(disk);
    if (plan->after == IS_REPLACED && plan->target != SLOTS) {
        keeper_disk_replace(disk);
    }
}

static bool in_step(const struct site *site, unsigned directory)
{
    return site->store != NULL && site->store->open && site->store->mirror.used[directory];
}

/* What the store said last: which directories have everything that it promised. */
struct word {
    bool created;
    bool whole[ASV_MIRROR_DISKS];
};

static void listen(const struct site *site, struct word *word)
{
    for (unsigned i = 0; i < ASV_MIRROR_DISKS; i++) {
        word->whole[i] = in_step(site, i);
    }
}

/* One directory that fails stops nothing but the making of a store. */
static enum asv_status play(struct site *site, const struct plan *plan, unsigned step)
{
    enum asv_status status = ASV_E_AWAY;
    int attempts = step == 0 || plan->target == SLOTS ? 2 : 1;
    for (int attempt = 0; attempt < attempts && status != ASV_OK; attempt++) {
        if (step <= 1 || (site->store != NULL && asv_store_ready(site->store, NULL) == ASV_OK)) {
            status = site_play(site, step);
        }
    }
    return status;
}

static void live(struct site *site, const struct plan *plan, struct word *word)
{
    struct keeper_disk *disk = disk_of(site, plan->target);
    unsigned since = 0;
    for (unsigned step = 0; step < STEPS; step++) {
        enum asv_status status = play(site, plan, step);
        if (disk->dead && plan->after == MACHINE) {
            break;
        }
        word->created = word->created || (step == 0 && (status == ASV_OK || status == ASV_E_EXISTS));
        if (!word->created) {
            break; /* it takes both directories to make one */
        }
        if (plan->target != SLOTS && step > 0) { /* K-036: the other one goes on */
            assert_true(status == ASV_OK || status == ASV_E_NOT_FOUND);
        }
        listen(site, word);
        come_back(site, plan, &since);
        if (site->store != NULL && asv_store_ready(site->store, NULL) == ASV_OK) {
            status = asv_store_heal(site->store, NULL); /* as at every tick */
            assert_true(status == ASV_OK || plan->target == SLOTS || plan->after == MACHINE);
        }
        if (disk->dead && plan->after == MACHINE) {
            break;
        }
        listen(site, word);
    }
}

/* Opens the store with everything there, or makes it when it was never made. */
static void open_whole(struct site *site, bool created)
{
    enum asv_status status = asv_store_open(&site->store, &site->setup, NULL);
    if (!created && status == ASV_E_NOT_FOUND) {
        assert_int_equal(asv_store_create(&site->setup, NULL), ASV_OK);
        status = asv_store_open(&site->store, &site->setup, NULL);
    }
    assert_int_equal(status, ASV_OK);
    assert_true(in_step(site, 0) && in_step(site, 1)); /* K-037 */
}

/* One directory is lost: the other one has everything, or it was left behind and is refused. */
static void open_alone(struct site *site, const struct plan *plan, const struct word *word)
{
    unsigned left = plan->end == WITHOUT_DISK ? 1 : 0;
    struct keeper_disk *lost = disk_of(site, plan->end == WITHOUT_DISK ? DISK : REPLICA);
    lost->away = true;
    enum asv_status status = asv_store_open(&site->store, &site->setup, NULL);
    if (status == ASV_OK) { /* K-036, K-038: never from an earlier time */
        opened_alone++;
        site_check_there(site);
        assert_false(in_step(site, 1 - left)); /* K-039 */
        assert_int_equal(site_make(site, 2, 3, 4), ASV_OK);
    } else {
        refused++;
        assert_false(word->whole[left]); /* K-035: what was reported was here, too */
    }
    lost->away = false;
    if (plan->n % 2 == 0 && status == ASV_OK) {
        keeper_disk_replace(lost);
    }
}

static bool run(const struct plan *plan)
{
    struct site site;
    struct word word = {0};
    set_up(&site, plan);
    live(&site, plan, &word);
    for (unsigned i = 0; i < TARGETS; i++) {
        keeper_disk_reboot(disk_of(&site, i));
    }
    asv_store_close(site.store);
    site.store = NULL;
    site_check_gone(&site, DESTROYED);
    if (word.created && plan->end != BOTH) {
        open_alone(&site, plan, &word);
        if (site.store != NULL) { /* it goes on while the other one comes back */
            assert_int_equal(asv_store_heal(site.store, NULL), ASV_OK);
            assert_true(in_step(&site, 0) && in_step(&site, 1));
            site_check_there(&site);
            asv_store_close(site.store);
            site.store = NULL;
        }
    }
    open_whole(&site, word.created);
    assert_false(site_any_open(site.store));
    site_check_gone(&site, DESTROYED_OPEN);
    assert_int_equal(site_make(&site, 2, 3, 4), ASV_OK); /* and it goes on */
    site_check_there(&site);
    bool struck = disk_of(&site, plan->target)->struck;
    site_free(&site);
    return struck;
}

static void sweep(enum target target, enum keeper_fault fault, enum after after)
{
    struct plan plan = {.target = target, .fault = fault, .after = after, .n = 1};
    for (;; plan.n++) {
        plan.end = (plan.n + plan.fault) % ENDS;
        if (!run(&plan)) {
            break;
        }
    }
    assert_true(plan.n > (target == SLOTS ? 40 : 100)); /* a sweep that ends at once tests nothing */
}

static void a_call_that_fails_in_one_directory_stops_nothing(void **state)
{
    (void)state;
    for (enum target target = DISK; target < TARGETS; target++) {
        sweep(target, KEEPER_FAIL_BEFORE, COMES_BACK);
        sweep(target, KEEPER_FAIL_AFTER, COMES_BACK);
    }
}

static void a_directory_that_goes_away_at_any_call_is_left_behind(void **state)
{
    (void)state;
    sweep(DISK, KEEPER_CUT_ALL, STAYS_AWAY);
    sweep(REPLICA, KEEPER_CUT_ALL, STAYS_AWAY);
    sweep(DISK, KEEPER_CUT_SOME, STAYS_AWAY);
    sweep(REPLICA, KEEPER_CUT_NONE, STAYS_AWAY);
    assert_true(refused > 0);
}

static void a_directory_that_comes_back_is_brought_in_step(void **state)
{
    (void)state;
    sweep(DISK, KEEPER_CUT_SOME, COMES_BACK);
    sweep(REPLICA, KEEPER_CUT_ALL, COMES_BACK);
    sweep(DISK, KEEPER_CUT_NONE, IS_REPLACED);
    sweep(REPLICA, KEEPER_CUT_SOME, IS_REPLACED);
}

static void power_goes_for_the_whole_machine_at_any_call(void **state)
{
    (void)state;
    unsigned before = refused;
    sweep(DISK, KEEPER_CUT_NONE, MACHINE);
    sweep(DISK, KEEPER_CUT_SOME, MACHINE);
    sweep(REPLICA, KEEPER_CUT_ALL, MACHINE);
    sweep(REPLICA, KEEPER_CUT_SOME, MACHINE);
    sweep(SLOTS, KEEPER_CUT_SOME, MACHINE);
    assert_int_equal(refused, before); /* both had everything: each may be lost */
    assert_true(opened_alone > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_that_fails_in_one_directory_stops_nothing),
        cmocka_unit_test(a_directory_that_goes_away_at_any_call_is_left_behind),
        cmocka_unit_test(a_directory_that_comes_back_is_brought_in_step),
        cmocka_unit_test(power_goes_for_the_whole_machine_at_any_call),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
