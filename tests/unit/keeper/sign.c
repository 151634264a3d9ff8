/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Heads of the ledger, as a keeper signs them for a server that it does not believe: one that forks the
 * ledger, goes back, lies about sizes and proofs, and asks again and again. Whatever it gets, all heads that
 * were ever signed are of one tree that grew.
 */
#include <stdio.h>
#include <string.h>

#include "tests/sim/keeper_log.h"
#include "tests/sim/keeper_people.h"
#include "tests/support/golden.h"
#include "tests/unit/test.h"

#define HOUR_MS UINT64_C(3600000)
#define NEVER   UINT64_MAX

static const struct keeper_log ledger = {.origin = "asservat.example/ledger", .fork = NEVER};
static const struct keeper_log next = {.origin = "asservat.example/ledger-2", .fork = NEVER};

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision decision;

static int set_up(void **state)
{
    (void)state;
    keeper_site_init(&site, 1);
    keeper_people_init(&people, &site);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

static struct asv_keeper_reply ask(struct asv_keeper_request *request)
{
    return keeper_ask(&site, ASV_KEEPER_LEDGER, request);
}

static struct asv_keeper_reply sign(const struct keeper_log *log, uint64_t old_size, uint64_t new_size)
{
    static struct asv_proof proof;
    struct asv_keeper_request request;
    keeper_log_request(log, old_size, new_size, &proof, &request);
    return ask(&request);
}

static struct asv_keeper_reply last(const char *origin)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_SIGN,
                                         .sign = ASV_KEEPER_SIGN_LAST,
                                         .origin = {(const uint8_t *)origin, strlen(origin)}};
    return ask(&request);
}

static struct asv_keeper_reply before(const char *origin)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_SIGN,
                                         .sign = ASV_KEEPER_SIGN_BEFORE,
                                         .origin = {(const uint8_t *)origin, strlen(origin)}};
    return ask(&request);
}

/* That it is this log's checkpoint, signed with the ledger's key and nothing else. */
static void expect_signed(struct asv_bytes note, const struct keeper_log *log, uint64_t size)
{
    struct asv_note_key key;
    struct asv_checkpoint checkpoint;
    struct asv_tree_head head;
    struct asv_err err = {0};
    assert_int_equal(asv_note_key_make(&key, log->origin, ASV_NOTE_ED25519, site.ledger_pk, NULL), ASV_OK);
    if (asv_checkpoint_open(&checkpoint, NULL, note, &key, &err) != ASV_OK) {
        fail_msg("%s", err.text);
    }
    keeper_log_head(log, size, &head);
    assert_true(checkpoint.head.size == size);
    assert_memory_equal(checkpoint.head.root, head.root, sizeof head.root);
    assert_int_equal(checkpoint.extensions.len, 0);
    assert_int_equal(asv_note_key_make(&key, log->origin, ASV_NOTE_ED25519, site.agency.keeper.pk, NULL),
                     ASV_OK);
    assert_int_equal(asv_checkpoint_open(&checkpoint, NULL, note, &key, &err), ASV_E_UNTRUSTED);
}

static void expect_head(const struct keeper_log *log, uint64_t size)
{
    struct asv_keeper_reply reply = last(log->origin);
    assert_int_equal(reply.status, ASV_OK);
    expect_signed(reply.signature, log, size);
}

static void begin(const struct keeper_log *log, uint8_t n)
{
    assert_int_equal(keeper_begin_ledger(&site, &people, &decision, log->origin, n).status, ASV_OK);
}

static uint64_t generation(void)
{
    return site.keeper.store->index->generation;
}

/* ---- who begins one ---- */

static void two_people_begin_a_ledger_and_nobody_else(void **state)
{
    (void)state;
    assert_int_equal(sign(&ledger, 0, 5).status, ASV_E_NOT_FOUND); /* K-110 */
    assert_int_equal(last(ledger.origin).status, ASV_E_NOT_FOUND);
    assert_int_equal(last("").status, ASV_E_NOT_FOUND);
    keeper_propose(&site, &decision, ASV_ACTION_LEDGER, &people.admin, 10);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_STATE); /* one person */
    assert_int_equal(sign(&ledger, 0, 5).status, ASV_E_NOT_FOUND);
    keeper_respond(&site, &decision, ASV_STEP_REFUSE, &people.chief, 11);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    assert_int_equal(sign(&ledger, 0, 5).status, ASV_E_NOT_FOUND);
    keeper_propose(&site, &decision, ASV_ACTION_LEDGER, &people.admin, 12); /* for another keeper's store */
    decision.proposal.statement.subject.store[0] ^= 1;
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 13);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_MISMATCH);
    assert_int_equal(sign(&ledger, 0, 5).status, ASV_E_NOT_FOUND);
    begin(&ledger, 14);
    expect_head(&ledger, 0);
    struct asv_keeper_reply reply = sign(&ledger, 0, 5);
    assert_int_equal(reply.status, ASV_OK);
    expect_signed(reply.signature, &ledger, 5);
    struct keeper_log longer = {.origin = "asservat.example/ledge", .fork = NEVER};
    assert_int_equal(sign(&longer, 0, 5).status, ASV_E_NOT_FOUND);
}

static void a_checkpoint_keeps_its_bytes(void **state)
{
    (void)state;
    begin(&ledger, 10);
    struct asv_keeper_reply reply = sign(&ledger, 0, 7);
    assert_int_equal(reply.status, ASV_OK);
    asv_golden_check("keeper-checkpoint", "a signed note: C2SP tlog-checkpoint", reply.signature.data,
                     reply.signature.len); /* K-115 */
}

/* ---- growth ---- */

static void heads_grow_by_any_step(void **state)
{
    (void)state;
    begin(&ledger, 10);
    uint64_t size = 0;
    for (uint64_t step = 1; size + step <= 1200; step = step * 3 / 2 + 1) { /* K-113 */
        for (unsigned i = 0; i < 7 && size + step <= 1200; i++) {
            struct asv_keeper_reply reply = sign(&ledger, size, size + step);
            assert_int_equal(reply.status, ASV_OK);
            size += step;
            expect_signed(reply.signature, &ledger, size);
        }
    }
    assert_true(size > 800);
}

/* A reply that was lost, by a crash or with a connection. */
static void the_same_head_again_has_the_same_bytes(void **state)
{
    (void)state;
    uint8_t first[ASV_KEEPER_SIGNED_MAX];
    begin(&ledger, 10);
    assert_int_equal(sign(&ledger, 0, 3).status, ASV_OK);
    struct asv_keeper_reply reply = sign(&ledger, 3, 11);
    assert_int_equal(reply.status, ASV_OK);
    size_t len = reply.signature.len;
    memcpy(first, reply.signature.data, len);
    uint64_t commits = generation();
    for (unsigned i = 0; i < 3; i++) {
        reply = i == 0   ? sign(&ledger, 3, 11)
                : i == 1 ? sign(&ledger, 11, 11)
                         : last(ledger.origin); /* K-112 */
        assert_int_equal(reply.status, ASV_OK);
        assert_int_equal(reply.signature.len, len);
        assert_memory_equal(reply.signature.data, first, len);
        assert_true(generation() == commits);
    }
    keeper_site_restart(&site);
    reply = last("");
    assert_int_equal(reply.signature.len, len);
    assert_memory_equal(reply.signature.data, first, len);
}

/* ---- forks ---- */

static void expect_refused(struct asv_keeper_request *request, enum asv_status want)
{
    uint64_t commits = generation();
    struct asv_keeper_reply reply = ask(request);
    if (reply.status != want) {
        fail_msg("%s, not %s: %s", asv_status_name(reply.status), asv_status_name(want), reply.detail);
    }
    assert_int_equal(reply.signature.len, 0);
    assert_true(generation() == commits);
    expect_head(&ledger, 12);
}

static void no_fork_is_signed(void **state)
{
    (void)state;
    static struct asv_proof proof;
    struct asv_keeper_request request;
    begin(&ledger, 10);
    assert_int_equal(sign(&ledger, 0, 5).status, ASV_OK);
    assert_int_equal(sign(&ledger, 5, 12).status, ASV_OK);
    for (uint64_t fork = 0; fork < 12; fork++) { /* it differs from leaf number fork on */
        struct keeper_log other = {.origin = ledger.origin, .branch = 1, .fork = fork};
        for (uint64_t old = 5; old <= 12; old += 7) {
            keeper_log_request(&other, old, 12, &proof, &request);
            expect_refused(&request, ASV_E_MISMATCH);
        }
        for (uint64_t size = 13; size < 40; size += 3) { /* K-113: a proof that is right, of another tree */
            keeper_log_request(&other, 12, size, &proof, &request);
            expect_refused(&request, ASV_E_DIGEST);
            keeper_log_request(&other, 5, size, &proof, &request); /* from a head that was signed before */
            expect_refused(&request, ASV_E_STATE);
            request.old_size = 12;
            enum asv_status status = ask(&request).status;
            assert_true(status == ASV_E_DIGEST || status == ASV_E_MALFORMED);
        }
    }
    expect_head(&ledger, 12);
    struct asv_keeper_reply reply = sign(&ledger, 12, 13);
    assert_int_equal(reply.status, ASV_OK);
}

static void no_smaller_tree_is_signed(void **state)
{
    (void)state;
    static struct asv_proof proof;
    struct asv_keeper_request request;
    begin(&ledger, 10);
    assert_int_equal(sign(&ledger, 0, 12).status, ASV_OK);
    for (uint64_t size = 0; size < 12; size++) { /* K-113: a database that was put back */
        for (uint64_t old = 0; old <= size; old++) {
            keeper_log_request(&ledger, old, size, &proof, &request);
            expect_refused(&request, ASV_E_MISMATCH);
        }
        keeper_log_request(&ledger, 12, size, &proof, &request);
        expect_refused(&request, ASV_E_MISMATCH);
    }
}

static void no_lie_about_sizes_and_proofs_is_believed(void **state)
{
    (void)state;
    static struct asv_proof proof;
    static uint8_t hashes[ASV_KEEPER_PROOF_MAX * ASV_SHA256_BYTES];
    /* Up to 16 such a proof has the same form: RFC 6962 cannot tell those sizes apart, and nothing grows from
     * a wrong one. */
    static const uint64_t sizes[] = {17, 24, 1u << 20, UINT64_C(1) << 62, UINT64_C(1) << 63, UINT64_MAX};
    struct asv_keeper_request request;
    begin(&ledger, 10);
    assert_int_equal(sign(&ledger, 0, 12).status, ASV_OK);
    for (uint64_t old = 0; old < 14; old++) { /* another old size, with the proof for it */
        if (old != 12) {
            keeper_log_request(&ledger, old, 13, &proof, &request);
            expect_refused(&request, ASV_E_STATE);
        }
    }
    keeper_log_request(&ledger, 12, 13, &proof, &request);
    request.old_size = UINT64_MAX;
    expect_refused(&request, ASV_E_STATE);
    keeper_log_request(&ledger, 12, 13, &proof, &request);
    size_t len = request.proof.len;
    memcpy(hashes, request.proof.data, len);
    request.proof.data = hashes;
    for (size_t n = 0; n <= ASV_KEEPER_PROOF_MAX; n++) { /* hashes too few, or too many */
        request.proof.len = n * ASV_SHA256_BYTES;
        if (request.proof.len != len) {
            expect_refused(&request, ASV_E_MALFORMED);
        }
    }
    request.proof.len = len;
    for (size_t at = 0; at < len; at += ASV_SHA256_BYTES - 1) {
        hashes[at] ^= 1;
        expect_refused(&request, ASV_E_DIGEST);
        hashes[at] ^= 1;
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) { /* a root for another size */
        request.new_size = sizes[i];
        enum asv_status status = ask(&request).status;
        assert_true(status == ASV_E_DIGEST || status == ASV_E_MALFORMED || status == ASV_E_LIMIT);
    }
    request.new_size = 13;
    request.digest[31] ^= 1;
    expect_refused(&request, ASV_E_DIGEST);
    request.digest[31] ^= 1;
    assert_int_equal(ask(&request).status, ASV_OK); /* and as it is, it is right */
}

/* ---- another ledger ---- */

static void a_ledger_that_ends_is_named_by_the_next(void **state)
{
    (void)state;
    uint8_t note[ASV_KEEPER_SIGNED_MAX];
    struct asv_keeper_reply reply = keeper_begin_ledger(&site, &people, &decision, ledger.origin, 10);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(reply.note.len, 0); /* there was none before */
    assert_int_equal(sign(&ledger, 0, 9).status, ASV_OK);
    reply = keeper_begin_ledger(&site, &people, &decision, next.origin, 12);
    assert_int_equal(reply.status, ASV_OK);
    expect_signed(reply.note, &ledger, 9); /* K-111 */
    size_t len = reply.note.len;
    memcpy(note, reply.note.data, len);
    reply = before(next.origin);
    assert_int_equal(reply.status, ASV_OK);
    expect_signed(reply.signature, &ledger, 9); /* K-111 */
    assert_int_equal(before(ledger.origin).status, ASV_E_NOT_FOUND);
    assert_int_equal(before("another.example").status, ASV_E_NOT_FOUND);
    assert_int_equal(sign(&ledger, 9, 10).status, ASV_E_STATE);
    assert_int_equal(sign(&ledger, 9, 9).status, ASV_E_STATE);
    expect_head(&ledger, 9);
    expect_head(&next, 0);
    expect_signed(last("").signature, &next, 0);
    assert_int_equal(sign(&next, 0, 4).status, ASV_OK);
    keeper_site_restart(&site);
    reply = keeper_decide(&site, &decision); /* K-083: the same again */
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(reply.note.len, len);
    assert_memory_equal(reply.note.data, note, len);
    expect_signed(last("").signature, &next, 4);
    assert_int_equal(keeper_begin_ledger(&site, &people, &decision, ledger.origin, 14).status, ASV_E_EXISTS);
    assert_int_equal(keeper_begin_ledger(&site, &people, &decision, next.origin, 16).status, ASV_E_EXISTS);
    assert_int_equal(sign(&next, 4, 5).status, ASV_OK);
}

/* K-111, LG-124: begun twice before a head was signed. */
static void one_of_which_nothing_was_signed_is_passed_over(void **state)
{
    (void)state;
    assert_int_equal(keeper_begin_ledger(&site, &people, &decision, "asservat.example/0", 10).status, ASV_OK);
    struct asv_keeper_reply reply = keeper_begin_ledger(&site, &people, &decision, ledger.origin, 12);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(reply.note.len, 0);
    assert_int_equal(before(ledger.origin).status, ASV_E_NOT_FOUND);
    assert_int_equal(sign(&ledger, 0, 9).status, ASV_OK);
    assert_int_equal(keeper_begin_ledger(&site, &people, &decision, "asservat.example/1", 14).status, ASV_OK);
    reply = keeper_begin_ledger(&site, &people, &decision, next.origin, 16);
    assert_int_equal(reply.status, ASV_OK);
    expect_signed(reply.note, &ledger, 9);
    expect_signed(before(next.origin).signature, &ledger, 9);
}

/* ---- what is put back ---- */

/* The bytes of that file on a disk, in the place of those that are there. */
static void put_back(const struct keeper_disk *from, const char *name)
{
    const struct keeper_blob *old = keeper_disk_file(from, name);
    assert_non_null(old);
    assert_int_equal(site.setup.disk.write(site.setup.disk.ctx, name, old->data, old->len, NULL), ASV_OK);
    assert_int_equal(site.setup.disk.sync(site.setup.disk.ctx, NULL), ASV_OK);
}

/* The keeper is ended, its index exchanged, the keeper started: whether it starts. Then all is as it was, and
 * it is started again. */
static bool starts_with(struct keeper_disk *before)
{
    struct asv_store *store = NULL;
    struct keeper_disk *now = keeper_disk_copy(site.disk);
    asv_store_close(site.keeper.store);
    site.keeper.store = NULL;
    put_back(before, "index");
    enum asv_status status = asv_store_open(&store, &site.setup, NULL);
    assert_true(status == ASV_OK || status == ASV_E_DIGEST);
    asv_store_close(store);
    keeper_site_load(&site, now);
    keeper_disk_free(now);
    keeper_disk_free(before);
    return status == ASV_OK;
}

/* Indexes that knew less of the ledger than was signed. */
static void an_index_from_before_the_hour_signs_nothing(void **state)
{
    (void)state; /* K-118 */
    begin(&ledger, 10);
    struct keeper_disk *before = keeper_disk_copy(site.disk);
    assert_int_equal(sign(&ledger, 0, 5).status, ASV_OK); /* the first one since the start */
    assert_false(starts_with(before));
    assert_int_equal(sign(&ledger, 5, 6).status, ASV_OK);
    before = keeper_disk_copy(site.disk);
    assert_int_equal(sign(&ledger, 6, 12).status, ASV_OK);
    assert_true(starts_with(before)); /* what is left: docs/KEEPER.md 8 */
    assert_int_equal(sign(&ledger, 12, 13).status, ASV_OK);
    before = keeper_disk_copy(site.disk);
    asv_test_world_step(&site.world, HOUR_MS - 1);
    assert_int_equal(sign(&ledger, 13, 14).status, ASV_OK);
    asv_test_world_step(&site.world, 1);
    assert_int_equal(sign(&ledger, 14, 15).status, ASV_OK);
    assert_false(starts_with(before));
    expect_head(&ledger, 15);
}

/* K-124: nothing that was put back lets a ledger go on that has ended. */
static void a_ledger_that_ended_stays_so(void **state)
{
    (void)state;
    begin(&ledger, 10);
    assert_int_equal(sign(&ledger, 0, 5).status, ASV_OK);
    struct keeper_disk *before = keeper_disk_copy(site.disk);
    begin(&next, 12);
    assert_false(starts_with(before));
}

/* ---- the file with the last head ---- */

/* The keeper is ended, this file exchanged, or removed when there is nothing to put there, and started. */
static void exchange(const struct keeper_disk *from, const char *name)
{
    asv_store_close(site.keeper.store);
    site.keeper.store = NULL;
    if (from != NULL) {
        put_back(from, name);
    } else {
        assert_int_equal(site.setup.disk.remove(site.setup.disk.ctx, name, NULL), ASV_OK);
        assert_int_equal(site.setup.disk.sync(site.setup.disk.ctx, NULL), ASV_OK);
    }
    keeper_site_restart(&site);
}

/* Five heads, the last of which has size 12 and stands in no index. */
static void grow_to_12(struct keeper_disk **at_6)
{
    begin(&ledger, 10);
    assert_int_equal(sign(&ledger, 0, 5).status, ASV_OK);
    assert_int_equal(sign(&ledger, 5, 6).status, ASV_OK);
    *at_6 = keeper_disk_copy(site.disk);
    uint64_t before = generation();
    assert_int_equal(sign(&ledger, 6, 12).status, ASV_OK);
    assert_true(generation() == before); /* K-146: no index was written for it */
}

static void an_old_index_with_the_new_head_signs_no_fork(void **state)
{
    (void)state;
    struct keeper_disk *at_6 = NULL;
    grow_to_12(&at_6);
    assert_int_equal(asv_store_set_revocations(site.keeper.store, 1, NULL), ASV_OK); /* an index */
    exchange(at_6, "index");
    expect_head(&ledger, 12); /* K-147 */
    assert_int_equal(sign(&ledger, 6, 9).status, ASV_E_MISMATCH);
    assert_int_equal(sign(&ledger, 6, 13).status, ASV_E_STATE);
    assert_int_equal(sign(&ledger, 12, 13).status, ASV_OK);
    keeper_disk_free(at_6);
}

static void an_old_head_with_the_new_index_signs_no_fork(void **state)
{
    (void)state;
    struct keeper_disk *at_6 = NULL;
    grow_to_12(&at_6);
    assert_int_equal(keeper_make_days(&site, &site.agency.camera, 0, 2).status, ASV_OK); /* an index */
    exchange(at_6, "head");
    expect_head(&ledger, 12); /* K-147 */
    assert_int_equal(sign(&ledger, 6, 13).status, ASV_E_STATE);
    /* Under another master it says nothing at all. */
    asv_test_world_step(&site.world, HOUR_MS);
    assert_int_equal(sign(&ledger, 12, 14).status, ASV_OK);
    exchange(at_6, "head");
    expect_head(&ledger, 14);
    keeper_disk_free(at_6);
}

static void without_the_last_head_no_other_is_signed(void **state)
{
    (void)state; /* K-148 */
    struct keeper_disk *at_6 = NULL;
    grow_to_12(&at_6);
    exchange(NULL, "head");
    assert_int_equal(sign(&ledger, 6, 13).status, ASV_E_STATE);
    assert_int_equal(sign(&ledger, 5, 13).status, ASV_E_STATE);
    assert_int_equal(last(ledger.origin).status, ASV_E_STATE);
    begin(&next, 12); /* the way on */
    assert_int_equal(sign(&next, 0, 3).status, ASV_OK);
    keeper_site_restart(&site);
    expect_head(&next, 3);
    assert_int_equal(sign(&next, 3, 4).status, ASV_OK);

    static const uint8_t noise[100] = {1};
    assert_int_equal(site.setup.disk.write(site.setup.disk.ctx, "head", noise, sizeof noise, NULL), ASV_OK);
    assert_int_equal(site.setup.disk.sync(site.setup.disk.ctx, NULL), ASV_OK);
    keeper_site_restart(&site);
    assert_int_equal(sign(&next, 4, 5).status, ASV_E_STATE);
    keeper_disk_free(at_6);
}

/* What is newer than the index says that index and slots were put back together. */
static void a_newer_head_than_the_index_opens_no_store(void **state)
{
    (void)state; /* K-038 */
    struct keeper_disk *at_6 = NULL;
    struct asv_slot slots[KEEPER_DISK_SLOTS];
    struct asv_store *store = NULL;
    grow_to_12(&at_6);
    asv_test_world_step(&site.world, HOUR_MS);
    assert_int_equal(sign(&ledger, 12, 13).status, ASV_OK); /* a new master */
    assert_int_equal(sign(&ledger, 13, 14).status, ASV_OK);
    const struct keeper_blob *newest = keeper_disk_file(site.disk, "head");
    struct asv_store_setup before = keeper_disk_setup(at_6, slots, &site.world.world);
    before.first_days = site.setup.first_days;
    before.first_version = site.setup.first_version;
    assert_int_equal(asv_store_open(&store, &before, NULL), ASV_OK);
    asv_store_close(store);
    assert_int_equal(before.disk.write(before.disk.ctx, "head", newest->data, newest->len, NULL), ASV_OK);
    assert_int_equal(before.disk.sync(before.disk.ctx, NULL), ASV_OK);
    assert_int_equal(asv_store_open(&store, &before, NULL), ASV_E_MISMATCH);
    keeper_disk_free(at_6);
}

static void either_directory_has_the_last_head(void **state)
{
    (void)state;
    struct keeper_disk *at_6 = NULL;
    struct keeper_disk *replica = keeper_disk_new(3);
    struct keeper_disk *box = keeper_disk_new(4);
    keeper_disk_add_replica(&site.setup, replica, box);
    keeper_site_restart(&site);
    grow_to_12(&at_6);
    uint64_t epoch = site.keeper.store->index->epoch;
    exchange(NULL, "head"); /* of the first one */
    expect_head(&ledger, 12);
    assert_true(site.keeper.store->index->epoch > epoch); /* K-036: they were not alike */
    assert_int_equal(sign(&ledger, 12, 13).status, ASV_OK);
    replica->away = true;
    keeper_site_restart(&site);
    expect_head(&ledger, 13);
    keeper_disk_free(at_6);
    keeper_disk_free(replica);
    keeper_disk_free(box);
}

/* A replica that was away while heads were signed, and is all that is left. */
static void a_replica_that_stayed_behind_signs_nothing(void **state)
{
    (void)state;
    struct asv_store *store = NULL;
    struct keeper_disk *replica = keeper_disk_new(3);
    struct keeper_disk *box = keeper_disk_new(4);
    keeper_disk_add_replica(&site.setup, replica, box);
    keeper_site_restart(&site);
    begin(&ledger, 10);
    assert_int_equal(sign(&ledger, 0, 5).status, ASV_OK);
    replica->away = true;
    assert_int_equal(sign(&ledger, 5, 12).status, ASV_OK); /* K-036 */
    asv_store_close(site.keeper.store);
    site.keeper.store = NULL;
    replica->away = false;
    site.disk->away = true;
    assert_int_not_equal(asv_store_open(&store, &site.setup, NULL), ASV_OK);
    site.disk->away = false;
    keeper_site_restart(&site); /* with both, the newer one counts */
    expect_head(&ledger, 12);
    assert_int_equal(sign(&ledger, 12, 13).status, ASV_OK);
    site.disk->away = true; /* and what both have, either has */
    keeper_site_restart(&site);
    expect_head(&ledger, 13);
    keeper_disk_free(replica);
    keeper_disk_free(box);
}

/* K-148: the one that counts lost the last head, and the other one, which comes back, has an earlier one:
 * what was signed since is not known. */
static void a_replica_that_comes_back_does_not_know_the_last_head(void **state)
{
    (void)state;
    struct keeper_disk *replica = keeper_disk_new(3);
    struct keeper_disk *box = keeper_disk_new(4);
    keeper_disk_add_replica(&site.setup, replica, box);
    keeper_site_restart(&site);
    begin(&ledger, 10);
    assert_int_equal(sign(&ledger, 0, 5).status, ASV_OK);
    replica->away = true;
    assert_int_equal(sign(&ledger, 5, 12).status,
                     ASV_OK); /* K-036: under a new master, with it in the index */
    assert_int_equal(sign(&ledger, 12, 13).status, ASV_OK);
    assert_int_equal(sign(&ledger, 13, 14).status, ASV_OK);
    replica->away = false;
    exchange(NULL, "head");
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(last(ledger.origin).status, ASV_E_STATE);
        assert_int_equal(sign(&ledger, 12, 15).status, ASV_E_STATE);
        assert_int_equal(sign(&ledger, 14, 15).status, ASV_E_STATE);
        site.disk->away =
            i == 1; /* nor is it when they have become alike, or one of them is all that is left */
        keeper_site_restart(&site);
    }
    site.disk->away = false;
    keeper_disk_free(replica);
    keeper_disk_free(box);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(two_people_begin_a_ledger_and_nobody_else),
        TEST(a_checkpoint_keeps_its_bytes),
        TEST(heads_grow_by_any_step),
        TEST(the_same_head_again_has_the_same_bytes),
        TEST(no_fork_is_signed),
        TEST(no_smaller_tree_is_signed),
        TEST(no_lie_about_sizes_and_proofs_is_believed),
        TEST(a_ledger_that_ends_is_named_by_the_next),
        TEST(one_of_which_nothing_was_signed_is_passed_over),
        TEST(an_index_from_before_the_hour_signs_nothing),
        TEST(a_ledger_that_ended_stays_so),
        TEST(an_old_index_with_the_new_head_signs_no_fork),
        TEST(an_old_head_with_the_new_index_signs_no_fork),
        TEST(without_the_last_head_no_other_is_signed),
        TEST(a_newer_head_than_the_index_opens_no_store),
        TEST(either_directory_has_the_last_head),
        TEST(a_replica_that_stayed_behind_signs_nothing),
        TEST(a_replica_that_comes_back_does_not_know_the_last_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
