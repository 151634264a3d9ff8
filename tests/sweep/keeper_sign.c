/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Heads of the ledger, on disks and slots that fail or lose power at every single call, with a replica and
 * without. After each fault a server that forked its ledger asks for what it likes best, then an honest one
 * goes on. All heads that ever left the keeper are of one tree that grew, whatever was asked; the one that
 * was asked for again has the same bytes; and the ledger goes on. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/keeper_log.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define HEADS_MAX 16

static const struct keeper_log honest = {.origin = "asservat.example/ledger", .fork = UINT64_MAX};
static const struct keeper_log forked = {.origin = "asservat.example/ledger", .branch = 1, .fork = 10};
static const struct keeper_log next = {.origin = "asservat.example/ledger-2", .fork = UINT64_MAX};

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision begins; /* the ledger after this one */
static struct keeper_disk *replica;   /* NULL: none */
static struct keeper_disk *box;       /* with the slots */

/* Where a run begins, again and again. */
static struct {
    struct keeper_disk *disk;
    int64_t wall;
    uint64_t mono;
} start;

static bool renews; /* the next head is one that takes a new master (K-118) */

/* What an outsider has seen, and from whom. */
static struct {
    size_t count;
    uint64_t size[HEADS_MAX];
    const struct keeper_log *log[HEADS_MAX];
} seen;

static unsigned forks; /* that were signed, because nothing else was */

static void see(const struct keeper_log *log, uint64_t size)
{
    assert_true(seen.count < HEADS_MAX);
    seen.size[seen.count] = size;
    seen.log[seen.count++] = log;
}

/* Beyond the leaf where they part, nobody was told of both. */
static void expect_one_tree(void)
{
    bool told[2] = {false, false};
    for (size_t i = 0; i < seen.count; i++) {
        told[seen.log[i] == &forked] |= seen.size[i] > forked.fork;
    }
    assert_false(told[0] && told[1]);
}

static enum asv_status sign(const struct keeper_log *log, uint64_t old_size, uint64_t new_size,
                            struct asv_keeper_reply *reply)
{
    static struct asv_proof proof;
    struct asv_keeper_request request;
    keeper_log_request(log, old_size, new_size, &proof, &request);
    *reply = keeper_ask(&site, ASV_KEEPER_LEDGER, &request);
    if (reply->status == ASV_OK) {
        see(log, new_size);
    }
    return reply->status;
}

/* The size of the last head. */
static uint64_t last_size(void)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_SIGN,
                                         .sign = ASV_KEEPER_SIGN_LAST,
                                         .origin = {(const uint8_t *)honest.origin, strlen(honest.origin)}};
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_LEDGER, &request);
    struct asv_note_key key;
    struct asv_checkpoint checkpoint;
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(asv_note_key_make(&key, honest.origin, ASV_NOTE_ED25519, site.ledger_pk, NULL), ASV_OK);
    assert_int_equal(asv_checkpoint_open(&checkpoint, NULL, reply.signature, &key, NULL), ASV_OK);
    return checkpoint.head.size;
}

static void load(void)
{
    seen.count = 0;
    site.world.wall = start.wall;
    site.world.mono = start.mono;
    asv_store_close(site.keeper.store);
    site.keeper.store = NULL;
    keeper_disk_free(site.disk);
    site.disk = keeper_disk_copy(start.disk);
    site.setup = keeper_disk_setup(site.disk, site.slots, &site.world.world);
    site.keeper.tick_status = ASV_OK;
    if (replica != NULL) { /* an empty one, which is filled */
        keeper_disk_free(replica);
        keeper_disk_free(box);
        replica = keeper_disk_new(5);
        box = keeper_disk_new(6);
        keeper_disk_add_replica(&site.setup, replica, box);
    }
    keeper_site_restart(&site);
    site.keeper.head_master_ms = renews ? 0 : UINT64_MAX;
    see(&honest, 9);
}

/* Power is back, everywhere; the keeper goes on, or starts again. */
static void recover(uint64_t n, enum keeper_fault fault)
{
    keeper_disk_reboot(site.disk);
    if (replica != NULL) {
        keeper_disk_reboot(replica);
    }
    if (n % 2 == 0 && fault <= KEEPER_FAIL_AFTER) {
        assert_int_equal(asv_store_ready(site.keeper.store, NULL), ASV_OK);
        assert_int_equal(asv_store_heal(site.keeper.store, NULL), ASV_OK);
    } else {
        keeper_site_restart(&site);
    }
}

/* ---- a head ---- */

/* A server that asks for another tree than it asked for before. Whether it got one. */
static bool try_forks(bool reported)
{
    struct asv_keeper_reply reply;
    bool got = false;
    for (uint64_t size = forked.fork + 1; !got && size <= 20; size++) {
        (void)sign(&forked, 14, size, &reply);
        assert_int_not_equal(reply.status, ASV_OK); /* K-113 */
        got = sign(&forked, 9, size, &reply) == ASV_OK;
    }
    assert_true(!got || !reported); /* K-114 */
    return got;
}

static bool sign_with_a_fault(struct keeper_disk *disk, uint64_t n, enum keeper_fault fault)
{
    struct asv_keeper_reply reply;
    uint8_t note[ASV_KEEPER_SIGNED_MAX] = {0};
    load();
    keeper_disk_arm(disk == NULL ? replica : site.disk, n, fault);
    struct keeper_disk *armed = disk == NULL ? replica : site.disk;
    bool reported = sign(&honest, 9, 14, &reply) == ASV_OK;
    bool struck = armed->struck;
    size_t len = reply.signature.len;
    assert_true(reported == (len > 0));
    if (reported) {
        memcpy(note, reply.signature.data, len);
    }
    recover(n, fault);
    assert_true(last_size() == 14 || (last_size() == 9 && !reported)); /* K-114 */
    if (n % 3 != 1 && try_forks(reported)) {                           /* the first head left for nobody */
        assert_int_not_equal(sign(&honest, 9, 14, &reply), ASV_OK);
        forks++;
    } else { /* K-112: asked again, whatever it was */
        assert_int_equal(sign(&honest, 9, 14, &reply), ASV_OK);
        assert_true(!reported ||
                    (reply.signature.len == len && memcmp(reply.signature.data, note, len) == 0));
        assert_int_equal(sign(&honest, 14, 15, &reply), ASV_OK);
    }
    expect_one_tree();
    return struck;
}

/* ---- the end of a ledger ---- */

static bool begin_with_a_fault(struct keeper_disk *disk, uint64_t n, enum keeper_fault fault)
{
    struct asv_keeper_reply reply;
    struct asv_keeper_reply again;
    load();
    struct keeper_disk *armed = disk == NULL ? replica : site.disk;
    keeper_disk_arm(armed, n, fault);
    bool reported = keeper_decide(&site, &begins).status == ASV_OK;
    bool struck = armed->struck;
    recover(n, fault);
    enum asv_status status = sign(&honest, 9, 14, &reply);
    assert_true(status == ASV_E_STATE || (status == ASV_OK && !reported)); /* K-111 */
    again = keeper_decide(&site, &begins);
    assert_int_equal(again.status, ASV_OK);
    assert_true(again.note.len > 0);
    assert_int_equal(sign(&honest, last_size(), 20, &reply), ASV_E_STATE);
    assert_int_equal(sign(&next, 0, 3, &reply), ASV_OK);
    return struck;
}

/* ---- every call ---- */

static void sweep(bool (*run)(struct keeper_disk *, uint64_t, enum keeper_fault))
{
    for (int target = 0; target < (replica != NULL ? 2 : 1); target++) {
        for (enum keeper_fault fault = KEEPER_FAIL_BEFORE; fault < KEEPER_FAULTS; fault++) {
            uint64_t n = 1;
            while (run(target == 1 ? NULL : site.disk, n, fault)) {
                n++;
            }
            assert_true(n > 4); /* a sweep that ends at once tests nothing */
        }
    }
}

static void every_call_of_a_head(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        forks = 0;
        renews = i == 1;
        sweep(sign_with_a_fault);
        assert_true(forks > 4 || replica != NULL); /* the attacker is not blind */
    }
}

static void every_call_of_a_ledgers_end(void **state)
{
    (void)state;
    sweep(begin_with_a_fault);
}

/* A ledger whose head has size 9, with which each run begins. */
static int set_up(void **state)
{
    struct asv_keeper_reply reply;
    replica = *state != NULL ? keeper_disk_new(5) : NULL;
    box = *state != NULL ? keeper_disk_new(6) : NULL;
    keeper_site_init(&site, 1);
    keeper_people_init(&people, &site);
    assert_int_equal(keeper_begin_ledger(&site, &people, &begins, honest.origin, 10).status, ASV_OK);
    seen.count = 0;
    assert_int_equal(sign(&honest, 0, 9, &reply), ASV_OK);
    keeper_propose(&site, &begins, ASV_ACTION_LEDGER, &people.admin, 20);
    begins.proposal.statement.subject.name =
        (struct asv_bytes){(const uint8_t *)next.origin, strlen(next.origin)};
    keeper_sign_again(&begins);
    keeper_respond(&site, &begins, ASV_STEP_APPROVE, &people.chief, 21);
    start.disk = keeper_disk_copy(site.disk);
    start.wall = site.world.wall;
    start.mono = site.world.mono;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    keeper_disk_free(start.disk);
    if (replica != NULL) {
        keeper_disk_free(replica);
        keeper_disk_free(box);
    }
    return 0;
}

int main(void)
{
    static int with_a_replica;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_call_of_a_head, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_call_of_a_ledgers_end, set_up, tear_down),
        cmocka_unit_test_prestate_setup_teardown(every_call_of_a_head, set_up, tear_down, &with_a_replica),
        cmocka_unit_test_prestate_setup_teardown(every_call_of_a_ledgers_end, set_up, tear_down,
                                                 &with_a_replica),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
