/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Keys of clips' own that nobody decides about, when they end, and holds before docking. */
#include <string.h>

#include "firmware-proto/trust/configuration.h"
#include "firmware-proto/trust/day_end.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/receipt.h"
#include "server/base/calendar.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  INT64_C(86400000)
#define TODAY   20260105u

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision decision;
static struct keeper_clip clip, other;
static const struct asv_test_identity *camera;
static uint8_t receipt_data[ASV_RECEIPT_MAX_BYTES];

static void make_clip(struct keeper_clip *out, uint8_t kind)
{
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, camera, kind == ASV_KEY_DAY ? &key : &bulletin.reserve, 1, out);
}

static int set_up(void **state)
{
    (void)state;
    keeper_site_init(&site, 1);
    camera = &site.agency.camera;
    keeper_people_init(&people, &site);
    assert_int_equal(keeper_make_days(&site, camera, 0, 40).status, ASV_OK);
    make_clip(&clip, ASV_KEY_DAY);
    asv_test_world_step(&site.world, (uint64_t)(2 * HOUR_MS));
    make_clip(&other, ASV_KEY_DAY);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

static bool opens(const struct keeper_clip *what)
{
    struct asv_keeper_reply reply = keeper_opens(&site, camera, what);
    assert_int_equal(reply.status, ASV_OK);
    return reply.opens;
}

/* As the dock asks about what is docked after its period: without chunks. */
static bool is_held(const struct keeper_clip *what)
{
    struct asv_keeper_request request;
    keeper_opens_request(&request, camera, what);
    request.chunk_count = 0;
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_DOCK, &request);
    assert_int_equal(reply.status, ASV_OK);
    return reply.held;
}

static struct asv_keeper_reply keep(const struct keeper_clip *what, struct asv_keeper_request *with,
                                    uint8_t why)
{
    struct asv_keeper_request request;
    keeper_opens_request(&request, camera, what);
    request.type = ASV_KEEPER_KEEP;
    request.why = why;
    request.chunk_count = 0;
    if (with != NULL) {
        request.receipt = with->receipt;
        request.dock = with->dock;
        memcpy(request.digest, with->digest, sizeof request.digest);
    }
    return keeper_ask(&site, ASV_KEEPER_ADMIN, &request);
}

/* A dock's receipt for this clip that is due then. */
static struct asv_keeper_request receipt_for(const struct keeper_clip *what, int64_t due_ms,
                                             const struct asv_test_identity *dock)
{
    struct asv_keeper_request request = {0};
    keeper_receipt(&request, receipt_data, camera, what, due_ms, site.world.wall, dock);
    return request;
}

static void a_clip_lives_as_long_as_its_own_day_says(void **state)
{
    (void)state; /* LAW T1 */
    /* The camera's clock was a day ahead, or two days behind: sealed for the 5th, recorded on the 4th or 7th.
     */
    struct asv_keeper_request with = receipt_for(&clip, keeper_site_due(20260104), &site.agency.dock);
    struct asv_keeper_reply reply = keep(&clip, &with, ASV_KEEPER_WHY_DAY);
    assert_int_equal(reply.status, ASV_OK);
    assert_true(reply.until_ms == keeper_site_due(20260104)); /* K-100 */
    keeper_site_go_to(&site, keeper_site_due(20260104) - 1);
    assert_true(opens(&clip));
    with = receipt_for(&other, keeper_site_due(20260107), &site.agency.dock);
    assert_int_equal(keep(&other, &with, ASV_KEEPER_WHY_DAY).status, ASV_OK);
    assert_int_equal(keep(&other, &with, ASV_KEEPER_WHY_DAY).status, ASV_OK); /* again */
    keeper_site_go_to(&site, keeper_site_due(20260104));
    assert_false(opens(&clip)); /* although its day's key is there: K-085 */
    assert_true(opens(&other));
    keeper_site_go_to(&site, keeper_site_due(20260105));
    assert_true(opens(&other));
    keeper_site_go_to(&site, keeper_site_due(20260107) - 1);
    assert_true(opens(&other));
    keeper_site_go_to(&site, keeper_site_due(20260107));
    assert_false(opens(&other));
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_KEPT), 0);
}

static void a_reserve_keys_clip_lives_from_its_recording_not_from_its_docking(void **state)
{
    (void)state; /* LAW T1 */
    static struct keeper_clip lost;
    make_clip(&lost, ASV_KEY_RESERVE);
    keeper_site_go_to(&site, site.world.wall + 6 * DAY_MS);
    struct asv_keeper_request with = receipt_for(&lost, keeper_site_due(TODAY), &site.agency.dock);
    assert_int_equal(keep(&lost, &with, ASV_KEEPER_WHY_DAY).status, ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(TODAY));
    assert_false(opens(&lost));
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_KEPT), 1); /* its key lives: K-085 */
    keeper_site_go_to(&site, keeper_site_due(20260111));
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_KEPT), 0);
}

static void only_a_docks_word_moves_a_day_and_not_into_the_future(void **state)
{
    (void)state;
    struct asv_keeper_request with = receipt_for(&clip, keeper_site_due(20260106), &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_E_DENIED); /* K-100: tomorrow */
    with = receipt_for(&clip, 0, &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_E_DENIED);
    with = receipt_for(&clip, site.world.wall, &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_E_DENIED); /* K-135 */
    for (int i = 0; i < 4; i++) { /* K-135: four receipts like these would stop destruction (K-064) */
        with = receipt_for(&clip, site.world.wall + 60000 + i, &site.agency.dock);
        assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_E_DENIED);
    }
    with = receipt_for(&clip, keeper_site_due(TODAY) - 1, &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_E_DENIED); /* K-135 */
    with = receipt_for(&other, keeper_site_due(20260104), &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status,
                     ASV_E_MISMATCH);                             /* K-100: another clip's */
    with = receipt_for(&clip, keeper_site_due(20260104), camera); /* a camera is no dock */
    assert_int_not_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_OK);
    with = receipt_for(&clip, keeper_site_due(20260104), &site.agency.dock);
    receipt_data[40] ^= 1;
    assert_int_not_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_OK);
    struct asv_test_agency foreign;
    asv_test_agency_init(&foreign, 99);
    with = receipt_for(&clip, keeper_site_due(20260104), &foreign.dock);
    assert_int_not_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_OK); /* K-100 */
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_KEPT), 0);
}

/* A clock that runs ahead would let a dock say a day that is yet to come. */
static void no_day_is_moved_while_the_clock_is_in_doubt(void **state)
{
    (void)state;
    assert_true(opens(&clip));
    site.world.wall += 3 * DAY_MS;
    struct asv_keeper_request with = receipt_for(&clip, keeper_site_due(20260107), &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_E_AWAY); /* K-123 */
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_KEPT), 0);
}

/* ---- before docking ---- */

static enum asv_status ahead(uint16_t action, int64_t from, int64_t until, uint8_t n)
{
    keeper_propose(&site, &decision, action, &people.wearer, n);
    struct asv_subject *subject = &decision.proposal.statement.subject;
    memcpy(subject->id, camera->cert_digest, sizeof subject->id);
    subject->from_ms = from;
    subject->until_ms = until;
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, (uint8_t)(n + 1));
    return keeper_decide(&site, &decision).status;
}

static struct asv_keeper_reply keep_ahead(const struct keeper_clip *what)
{
    struct asv_keeper_request with = {0};
    asv_statement_digest(with.digest, &decision.proposal.statement);
    return keep(what, &with, ASV_KEEPER_WHY_AHEAD);
}

/* Keys of that day which the keeper says that it still has. */
static unsigned copies_of(uint32_t date)
{
    struct asv_day_end statement = {.copies = UINT16_MAX};
    struct asv_keeper_request request = {.type = ASV_KEEPER_DAY_END, .from_date = date};
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_ADMIN, &request);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(asv_day_end_decode(&statement, reply.order.data, reply.order.len, NULL), ASV_OK);
    return statement.copies;
}

static void a_camera_that_comes_late_brings_what_was_held_ahead(void **state)
{
    (void)state;
    static struct keeper_loot loot;
    int64_t began = clip.header.start_wall_ms;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    uint8_t day_pk[ASV_X25519_BYTES];
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    memcpy(day_pk, key.pk, sizeof day_pk);
    assert_true(other.header.start_wall_ms >= began + HOUR_MS);
    assert_int_equal(keep_ahead(&clip).status, ASV_E_STATE); /* K-101 */
    assert_false(is_held(&clip));
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + HOUR_MS, 1), ASV_OK);
    assert_true(is_held(&clip)); /* K-078: while its day's own key lives, too */
    assert_false(is_held(&other));
    assert_true(opens(&other));
    keeper_site_go_to(&site, keeper_site_due(TODAY) + 3 * DAY_MS);
    keeper_attack_now(site.disk, false, &loot);
    assert_true(keeper_loot_has(&loot, day_pk)); /* K-090: kept for the range */
    assert_int_equal(copies_of(TODAY), 1);       /* K-154: and said */
    assert_true(opens(&clip));                   /* K-091 */
    assert_true(is_held(&clip));
    assert_false(opens(&other));
    struct asv_keeper_request order = {
        .type = ASV_KEEPER_ORDER, .chain = camera->chain.encoded, .header = {clip.frame, clip.frame_len}};
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &order).status, ASV_E_STATE); /* K-091: not erased */
    order.header = (struct asv_bytes){other.frame, other.frame_len};
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &order).status, ASV_OK);
    assert_int_equal(keep_ahead(&other).status, ASV_E_NOT_FOUND);
    struct asv_keeper_reply reply = keep_ahead(&clip);
    assert_true(reply.status == ASV_OK && reply.until_ms == 0);
    static struct keeper_decision release;
    keeper_propose(&site, &release, ASV_ACTION_RELEASE_AHEAD, &people.deputy, 20);
    release.proposal.statement.subject = decision.proposal.statement.subject;
    keeper_sign_again(&release);
    keeper_respond(&site, &release, ASV_STEP_APPROVE, &people.chief, 21);
    assert_int_equal(keeper_decide(&site, &release).status, ASV_OK);
    keeper_attack_now(site.disk, false, &loot);
    assert_false(keeper_loot_has(&loot, day_pk)); /* K-001 */
    assert_true(opens(&clip));                    /* held, by a key of its own */
    assert_true(is_held(&clip));
    /* K-212: whoever has it as held still in a database has an end for it; of the clip it says nothing. */
    assert_int_equal(ahead(ASV_ACTION_RELEASE_AHEAD, began - HOUR_MS, began + HOUR_MS, 30), ASV_OK);
    assert_true(is_held(&clip));
}

static bool opens_with_the_recovery_key(const struct asv_keeper_reply *reply)
{
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    uint8_t commitment[ASV_SHA256_BYTES];
    struct asv_age_stanza stanza;
    struct asv_reader reader;
    asv_reader_init(&reader, reply->stanza.data, reply->stanza.len);
    assert_int_equal(asv_age_stanza_read(&reader, &stanza), ASV_OK);
    assert_int_equal(asv_age_unwrap(file_key, &stanza, site.agency.dock.kx_sk), ASV_OK);
    asv_key_commitment(commitment, file_key);
    return memcmp(commitment, clip.header.commitment, sizeof commitment) == 0;
}

static void what_was_held_before_docking_is_wrapped_to_the_recovery_key(void **state)
{
    (void)state;
    int64_t began = clip.header.start_wall_ms;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + HOUR_MS, 1), ASV_OK);
    struct asv_keeper_reply reply = keep_ahead(&clip);
    assert_true(reply.status == ASV_OK && reply.stanza.len == 0); /* K-144: there is no such key */
    static struct keeper_decision other_one;
    keeper_propose(&site, &other_one, ASV_ACTION_RECOVERY_KEY, &people.admin, 10);
    keeper_respond(&site, &other_one, ASV_STEP_APPROVE, &people.chief, 11);
    assert_int_equal(keeper_decide(&site, &other_one).status, ASV_OK);
    for (unsigned i = 0; i < 2; i++) {
        reply = keep_ahead(&clip);
        assert_int_equal(reply.status, ASV_OK);
        assert_true(opens_with_the_recovery_key(&reply)); /* K-144 */
    }
    site.world.fail_random_at = 1;
    assert_int_equal(keep_ahead(&clip).status, ASV_E_AWAY); /* it is held: no answer that is final */
    struct asv_keeper_request with = {.digest = {1}};
    reply = keep(&clip, &with, ASV_KEEPER_WHY_AHEAD); /* by another decision it is not held */
    assert_true(reply.status == ASV_OK && reply.stanza.len == 0);
    reply = keep(&clip, NULL, ASV_KEEPER_WHY_EARLY);
    assert_true(reply.status == ASV_OK && reply.stanza.len == 0);
}

/* FINISH of the hold before docking that was decided last, by what the camera is said to have signed. */
static enum asv_status finish_by(struct keeper_inventory *what)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_FINISH, .why = ASV_KEEPER_WHY_AHEAD};
    keeper_inventory(&request, what);
    asv_statement_digest(request.digest, &decision.proposal.statement);
    return keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status;
}

/* Of the camera that it holds, docked and emptied then. */
static struct keeper_inventory emptied_at(int64_t docked_ms)
{
    return (struct keeper_inventory){
        .camera = camera, .agency = &site.agency, .issued_ms = docked_ms, .wall_ms = docked_ms};
}

static enum asv_status finish_ahead(int64_t docked_ms)
{
    static struct keeper_inventory what;
    what = emptied_at(docked_ms);
    return finish_by(&what);
}

/* DESIGN 5 and 7: the key that a hold before docking copied opens the camera's other recordings of that day,
 * to whoever has store and slots. It goes when the camera was docked and what it held has its own. */
static void what_was_copied_before_docking_goes_when_the_camera_is_in(void **state)
{
    (void)state;
    static struct keeper_loot loot;
    int64_t began = clip.header.start_wall_ms;
    int64_t until = began + HOUR_MS;
    int64_t since = until + ASV_PRE_ROLL_MAX_MS;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    uint8_t day_pk[ASV_X25519_BYTES];
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    memcpy(day_pk, key.pk, sizeof day_pk);
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, until, 1), ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(TODAY) - HOUR_MS);
    assert_int_equal(keep_ahead(&clip).status, ASV_OK);
    /* While the day's own key is there nothing is gained, and what is docked late is held as well. */
    assert_int_equal(finish_ahead(since), ASV_E_STATE); /* K-142 */
    keeper_site_go_to(&site, keeper_site_due(TODAY));
    keeper_attack_now(site.disk, false, &loot);
    assert_true(keeper_loot_has(&loot, day_pk));
    struct asv_keeper_request is_it_there = {.type = ASV_KEEPER_FINISH, .why = ASV_KEEPER_WHY_AHEAD};
    asv_statement_digest(is_it_there.digest, &decision.proposal.statement);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &is_it_there).status, ASV_E_MALFORMED); /* K-213 */
    assert_int_equal(finish_ahead(since), ASV_OK);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &is_it_there).status, ASV_E_NOT_FOUND); /* K-213 */
    keeper_attack_now(site.disk, false, &loot);
    assert_false(keeper_loot_has(&loot, day_pk)); /* K-001 */
    assert_true(opens(&clip));                    /* held, by a key of its own */
    assert_true(is_held(&clip));
    assert_int_equal(finish_ahead(since), ASV_E_NOT_FOUND);
}

/* A hold before docking that only waits for its camera. *since_ms: from when on an inventory counts. */
static void hold_one_ahead(int64_t *since_ms)
{
    int64_t began = clip.header.start_wall_ms;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + HOUR_MS, 1), ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    *since_ms = began + HOUR_MS + ASV_PRE_ROLL_MAX_MS;
}

static void refused(struct keeper_inventory what, enum asv_status status)
{
    assert_int_equal(finish_by(&what), status);
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_AHEADS), 1);
}

/* K-143: who has the dock's key, its database and every byte that ever passed it has nothing to show. */
static void no_dock_ends_what_is_held_ahead_of_a_camera_that_is_out(void **state)
{
    (void)state;
    int64_t since = 0;
    struct asv_test_identity another;
    struct asv_test_agency foreign;
    hold_one_ahead(&since);
    struct keeper_inventory what = emptied_at(since);
    what.signer = &site.agency.dock; /* made up */
    refused(what, ASV_E_SIGNATURE);
    what = emptied_at(since);
    what.camera = &site.agency.dock; /* in its own name */
    refused(what, ASV_E_UNTRUSTED);
    asv_test_agency_issue(&site.agency, &another, ASV_ROLE_CAMERA, 2);
    what = emptied_at(since);
    what.camera = &another; /* of a camera that is really in */
    refused(what, ASV_E_MISMATCH);
    asv_test_agency_init(&foreign, 99);
    what = emptied_at(since);
    what.camera = &foreign.camera;
    refused(what, ASV_E_UNTRUSTED);
    what = emptied_at(since);
    what.held = 1; /* of a docking that left something */
    refused(what, ASV_E_STATE);
    assert_int_equal(finish_ahead(since), ASV_OK);
}

/* K-245, K-246: what a camera signed before it went out, the newest bulletin beside it, and clocks set ahead
 * for it. */
static void an_inventory_from_before_counts_for_nothing(void **state)
{
    (void)state;
    int64_t since = 0;
    struct asv_test_agency foreign;
    hold_one_ahead(&since);
    struct keeper_inventory what = emptied_at(since - DAY_MS);
    refused(what, ASV_E_STATE);
    what = emptied_at(since - 1);
    refused(what, ASV_E_STATE);
    what.wall_ms = since + DAY_MS; /* a dock had set its clock ahead: the bulletin is the keeper's */
    refused(what, ASV_E_STATE);
    what = emptied_at(since);
    what.wall_ms = since - 1; /* its clock is behind: what it records next would begin in the range */
    refused(what, ASV_E_STATE);
    what.wall_ms = ASV_TIME_UNKNOWN;
    refused(what, ASV_E_STATE);
    asv_test_agency_init(&foreign, 99);
    what = emptied_at(since);
    what.agency = &foreign; /* no keeper of ours signed that bulletin */
    refused(what, ASV_E_UNTRUSTED);

    struct keeper_inventory old = emptied_at(since - DAY_MS);
    struct keeper_inventory new = emptied_at(since);
    struct asv_keeper_request request = {.type = ASV_KEEPER_FINISH, .why = ASV_KEEPER_WHY_AHEAD};
    struct asv_keeper_request newer = {0};
    keeper_inventory(&request, &old);
    keeper_inventory(&newer, &new);
    request.bulletin = newer.bulletin;
    asv_statement_digest(request.digest, &decision.proposal.statement);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status, ASV_E_MISMATCH);
    assert_int_equal(finish_ahead(since), ASV_OK);
}

static void no_range_is_finished_before_it_is_over_or_while_the_clock_is_in_doubt(void **state)
{
    (void)state;
    int64_t until = site.world.wall + HOUR_MS;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, clip.header.start_wall_ms, until, 1), ASV_OK);
    site.keeper.store->index->tables[ASV_INDEX_ENTRIES].count = 0; /* as if its days' keys had gone early */
    assert_int_equal(finish_ahead(until + HOUR_MS), ASV_E_STATE);  /* K-142: not over */
    asv_test_world_step(&site.world, (uint64_t)(2 * HOUR_MS));
    site.world.wall += 3 * DAY_MS;
    assert_int_equal(finish_ahead(until + HOUR_MS), ASV_E_AWAY); /* K-142 */
    site.world.wall -= 3 * DAY_MS;
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_AHEADS), 1);
}

static void ranges_that_overlap_each_hold_what_is_in_them(void **state)
{
    (void)state;
    struct asv_keeper_request with = {0};
    uint8_t first[ASV_SHA256_BYTES];
    int64_t midnight = 0;
    assert_int_equal(asv_local_day_end(TODAY, &midnight), ASV_OK);
    keeper_site_go_to(&site, midnight - HOUR_MS); /* what follows is recorded then */
    make_clip(&clip, ASV_KEY_DAY);
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, midnight - 2 * HOUR_MS, midnight, 1), ASV_OK);
    asv_statement_digest(first, &decision.proposal.statement);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    for (uint8_t n = 0; n < 8;
         n++) { /* each with the key of the second day alone, before and behind the first */
        assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, midnight - 2 * HOUR_MS, midnight + HOUR_MS + n,
                               (uint8_t)(10 + 2 * n)),
                         ASV_OK);
        assert_true(opens(&clip)); /* K-091 */
    }
    memcpy(with.digest, first, sizeof first);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_AHEAD).status, ASV_OK); /* K-101 */
}

static void one_person_ends_nothing_that_two_held_ahead(void **state)
{
    (void)state; /* LAW T4 */
    static struct keeper_decision request;
    int64_t began = clip.header.start_wall_ms;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + HOUR_MS, 1), ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(TODAY) - HOUR_MS);
    keeper_propose_clip(&site, &request, ASV_ACTION_HOLD, &people.wearer, 20, camera, &clip);
    assert_int_equal(keeper_decide(&site, &request).status, ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    keeper_respond(&site, &request, ASV_STEP_WITHDRAW, &people.wearer, 21);
    assert_int_equal(keeper_decide(&site, &request).status, ASV_OK); /* K-085 */
    assert_true(opens(&clip));
    assert_int_equal(keep_ahead(&clip).status, ASV_OK);

    /* What two people release is gone, whatever else keeps its camera. */
    keeper_propose_clip(&site, &request, ASV_ACTION_RELEASE, &people.wearer, 22, camera, &clip);
    keeper_respond(&site, &request, ASV_STEP_APPROVE, &people.chief, 23);
    assert_int_equal(keeper_decide(&site, &request).status, ASV_OK);
    assert_false(opens(&clip)); /* K-085 */
    assert_int_equal(keep_ahead(&clip).status, ASV_E_EXPIRED);
}

static bool has_copy(const struct asv_index_ahead *row, uint32_t date)
{
    unsigned i = 0;
    while (i < row->key_count && row->keys[i].date != date) {
        i++;
    }
    return i < row->key_count;
}

static void a_hold_ahead_needs_a_living_key(void **state)
{
    (void)state;
    int64_t began = clip.header.start_wall_ms;
    int64_t midnight = 0;
    assert_int_equal(asv_local_day_end(TODAY, &midnight), ASV_OK);
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - 30 * DAY_MS, began - 30 * DAY_MS + HOUR_MS, 1),
                     ASV_E_NOT_FOUND); /* K-090 */
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, midnight - HOUR_MS, midnight + HOUR_MS, 3), ASV_OK);
    const struct asv_index_ahead *row = asv_index_row(site.keeper.store->index, ASV_INDEX_AHEADS, 0);
    assert_true(row->key_count == 3 && has_copy(row, TODAY) && has_copy(row, 20260106) && has_copy(row, 0));
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, midnight - 2 * HOUR_MS, midnight, 5), ASV_OK);
    assert_int_equal(keep_ahead(&clip).status, ASV_E_STATE); /* not in that range */
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began, began + HOUR_MS, 7), ASV_E_NOT_FOUND);
}

/* ---- what ran out ---- */

/* The 5th's clip was recorded on the 4th, as the dock found. */
static void is_of_the_day_before(const struct keeper_clip *what)
{
    struct asv_keeper_request with = receipt_for(what, keeper_site_due(20260104), &site.agency.dock);
    assert_int_equal(keep(what, &with, ASV_KEEPER_WHY_DAY).status, ASV_OK);
}

/* ORDER; the reason of the statement, 0 when it is refused because something opens the clip. */
static uint8_t ordered(const struct keeper_clip *what)
{
    struct asv_destruction statement = {0};
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_ORDER, .chain = camera->chain.encoded, .header = {what->frame, what->frame_len}};
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_DOCK, &request);
    assert_true(reply.status == ASV_OK || reply.status == ASV_E_STATE);
    if (reply.status == ASV_OK) {
        assert_int_equal(asv_destruction_decode(&statement, reply.order.data, reply.order.len, NULL), ASV_OK);
    }
    return statement.reason;
}

static const struct asv_kept *row_of(const struct keeper_clip *what)
{
    uint8_t digest[ASV_SHA256_BYTES];
    keeper_clip_digest(digest, what, camera);
    return asv_index_find(site.keeper.store->index, ASV_INDEX_KEPT, digest);
}

static void what_ran_out_is_no_early_erasure(void **state)
{
    (void)state; /* LAW T4 */
    static struct keeper_inventory word;
    struct asv_keeper_request finish = keeper_finish_early(&site, &word, camera, TODAY);
    is_of_the_day_before(&clip);
    keeper_site_go_to(&site, keeper_site_due(20260104));
    assert_false(opens(&clip)); /* K-085 */
    assert_true(opens(&other));
    assert_int_equal(row_of(&clip)->state, ASV_KEEPER_OVER);
    assert_int_equal(ordered(&clip), ASV_DESTRUCTION_EXPIRED);                          /* K-069 */
    assert_int_equal(keep(&other, NULL, ASV_KEEPER_WHY_EARLY).status, ASV_E_STATE);     /* K-102 */
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &finish).status, ASV_E_STATE); /* K-103 */
    assert_true(opens(&other));

    /* Two people may still say that it was to go: then it did. */
    struct asv_keeper_reply reply = keeper_both(&site, &decision, ASV_ACTION_ERASE_EARLY, &people.wearer,
                                                &people.chief, 40, camera, &clip);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(ordered(&clip), ASV_DESTRUCTION_EARLY); /* K-069 */
    assert_int_equal(keep(&other, NULL, ASV_KEEPER_WHY_EARLY).status, ASV_OK);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &finish).status, ASV_OK);
}

/* FINISH of the day on which a clip was erased early, by what its camera is said to have signed. */
static enum asv_status finish_early_by(struct keeper_inventory what)
{
    static struct keeper_inventory word;
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_FINISH, .why = ASV_KEEPER_WHY_EARLY, .from_date = TODAY};
    word = what;
    keeper_inventory(&request, &word);
    return keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status;
}

static void erased_early(const struct keeper_clip *what)
{
    struct asv_keeper_reply reply = keeper_both(&site, &decision, ASV_ACTION_ERASE_EARLY, &people.wearer,
                                                &people.chief, 40, camera, what);
    assert_int_equal(reply.status, ASV_OK);
}

/* LAW T1; K-252: of a camera that is out, a recording of that day may be on it that nobody has kept; who asks
 * for the end of its key cannot know, and may be lied to, or lie. */
static void no_day_ends_early_while_its_camera_is_out(void **state)
{
    (void)state;
    int64_t end = 0;
    struct asv_test_agency foreign;
    struct asv_keeper_request bare = {.type = ASV_KEEPER_FINISH,
                                      .why = ASV_KEEPER_WHY_EARLY,
                                      .chain = camera->chain.encoded,
                                      .from_date = TODAY};
    assert_int_equal(asv_local_day_end(TODAY, &end), ASV_OK);
    int64_t since = end + ASV_PRE_ROLL_MAX_MS;
    erased_early(&clip);
    keeper_site_go_to(&site, since + HOUR_MS);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &bare).status, ASV_E_MALFORMED);
    struct keeper_inventory what = emptied_at(since);
    what.signer = &site.agency.dock; /* made up */
    assert_int_equal(finish_early_by(what), ASV_E_SIGNATURE);
    what = emptied_at(since);
    what.camera = &site.agency.dock;
    assert_int_equal(finish_early_by(what), ASV_E_UNTRUSTED);
    what = emptied_at(since);
    what.held = 1; /* K-143: that docking left something */
    assert_int_equal(finish_early_by(what), ASV_E_STATE);
    what = emptied_at(since);
    what.issued_ms = since - 1; /* K-245: signed ahead, by a clock that somebody set */
    assert_int_equal(finish_early_by(what), ASV_E_STATE);
    what = emptied_at(since);
    what.wall_ms = since - 1; /* K-246: by its own clock it goes on with that day's key */
    assert_int_equal(finish_early_by(what), ASV_E_STATE);
    what.wall_ms = ASV_TIME_UNKNOWN;
    assert_int_equal(finish_early_by(what), ASV_E_STATE);
    asv_test_agency_init(&foreign, 99);
    what = emptied_at(since);
    what.agency = &foreign; /* K-245: no keeper of ours signed that bulletin */
    assert_int_equal(finish_early_by(what), ASV_E_UNTRUSTED);
    assert_true(opens(&other)); /* which was on the camera all the time */
    assert_int_equal(finish_early_by(emptied_at(since)), ASV_OK);
    assert_false(opens(&other));                                                          /* K-156 */
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &bare).status, ASV_E_NOT_FOUND); /* K-252 */
}

/* K-253: without a camera's word nothing is left for longer than LAW T1 has it. */
static void a_camera_that_signs_nothing_keeps_its_days_until_they_are_due(void **state)
{
    (void)state;
    erased_early(&clip);
    keeper_site_go_to(&site, keeper_site_due(TODAY) - HOUR_MS);
    assert_false(opens(&clip));
    assert_int_equal(ordered(&clip), ASV_DESTRUCTION_EARLY);
    assert_true(opens(&other));
    keeper_site_go_to(&site, keeper_site_due(TODAY));
    assert_false(opens(&other));
    assert_int_equal(ordered(&other), ASV_DESTRUCTION_EXPIRED);
}

static void what_was_held_ahead_before_it_ran_out_is_not_lost(void **state)
{
    (void)state;
    int64_t began = clip.header.start_wall_ms;
    is_of_the_day_before(&clip);
    is_of_the_day_before(&other);
    keeper_site_go_to(&site, keeper_site_due(20260104) - HOUR_MS);
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + HOUR_MS, 1), ASV_OK);
    for (int late = 0; late < 2; late++) { /* before the keeper looks at its clock again, and after */
        if (late == 0) {
            asv_test_world_step(&site.world, (uint64_t)HOUR_MS);
        } else {
            keeper_site_go_to(&site, keeper_site_due(20260104) + HOUR_MS);
            assert_int_equal(row_of(&clip)->state, ASV_KEEPER_OVER);
        }
        assert_true(opens(&clip)); /* K-091 */
        assert_true(is_held(&clip));
        assert_int_equal(ordered(&clip), 0);
        assert_false(opens(&other));
        assert_int_equal(keep(&clip, NULL, ASV_KEEPER_WHY_EARLY).status, ASV_E_EXPIRED);
    }
    assert_int_equal(ordered(&other), ASV_DESTRUCTION_EXPIRED);

    /* Decided when it had run out already, although its camera's key of that day was there. */
    static struct keeper_decision first;
    first = decision;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + 4 * HOUR_MS, 10), ASV_OK);
    assert_false(opens(&other));                                /* K-085 */
    assert_int_equal(keep_ahead(&other).status, ASV_E_EXPIRED); /* K-101 */
    assert_int_equal(keep_ahead(&clip).status, ASV_E_STATE);    /* K-101: not by the later one */
    assert_int_equal(ordered(&other), ASV_DESTRUCTION_EXPIRED);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_false(opens(&other)); /* with its day's key in that hold alone */
    decision = first;
    assert_int_equal(keep_ahead(&clip).status, ASV_OK);
    assert_int_equal(row_of(&clip)->state, ASV_KEEPER_HELD);
    assert_true(opens(&clip));
}

/* Between the end of its period and the keeper's next look at the clock nobody gives it another day. */
static void what_ran_out_has_no_day_any_more(void **state)
{
    (void)state; /* LAW T1 */
    static struct keeper_decision request;
    int64_t began = clip.header.start_wall_ms;
    keeper_propose_clip(&site, &request, ASV_ACTION_HOLD, &people.wearer, 20, camera, &clip);
    assert_int_equal(keeper_decide(&site, &request).status, ASV_OK);
    keeper_respond(&site, &request, ASV_STEP_WITHDRAW, &people.wearer, 21);
    assert_int_equal(keeper_decide(&site, &request).status, ASV_OK);
    assert_int_equal(row_of(&clip)->state, ASV_KEEPER_RUNS);
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + HOUR_MS, 1), ASV_OK);
    asv_test_world_step(&site.world, (uint64_t)(keeper_site_due(TODAY) + HOUR_MS - site.world.wall));
    assert_true(opens(&clip)); /* K-091 */
    struct asv_keeper_request with = receipt_for(&clip, keeper_site_due(TODAY + 1), &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_E_EXPIRED);
    keeper_propose_clip(&site, &request, ASV_ACTION_DAY, &people.wearer, 22, camera, &clip);
    request.proposal.statement.subject.date = TODAY + 15;
    keeper_sign_again(&request);
    keeper_respond(&site, &request, ASV_STEP_APPROVE, &people.chief, 23);
    assert_int_equal(keeper_decide(&site, &request).status, ASV_E_STATE); /* K-141 */
    assert_int_equal(keep_ahead(&clip).status, ASV_OK);
}

/* A camera's clock ran three weeks ahead, or the camera came in late: the day's key lives, and the
 * recording's own fifteenth day is past. */
static void what_was_over_by_the_docks_clock_ends_at_once(void **state)
{
    (void)state; /* LAW T1 */
    int64_t began = other.header.start_wall_ms;
    struct asv_keeper_request with = receipt_for(&clip, keeper_site_due(20251220), &site.agency.dock);
    assert_true(keeper_site_due(20251220) < site.world.wall && opens(&clip));
    struct asv_keeper_reply reply = keep(&clip, &with, ASV_KEEPER_WHY_DAY);
    assert_true(reply.status == ASV_OK && reply.until_ms == 0); /* K-106 */
    assert_false(opens(&clip));                                 /* K-085 */
    assert_true(opens(&other));
    assert_int_equal(row_of(&clip)->state, ASV_KEEPER_OVER);
    assert_int_equal(ordered(&clip), ASV_DESTRUCTION_EXPIRED); /* K-069 */
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_E_EXPIRED);

    /* But what two people held before it docked, while it opened, they have. */
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - 1, began + 1, 1), ASV_OK);
    asv_test_world_step(&site.world, 1000);
    with = receipt_for(&other, keeper_site_due(20251220), &site.agency.dock);
    assert_int_equal(keep(&other, &with, ASV_KEEPER_WHY_DAY).status, ASV_OK);
    assert_true(opens(&other) && is_held(&other)); /* K-085 */
    assert_int_equal(keep_ahead(&other).status, ASV_OK);
}

static void what_two_people_released_no_hold_ahead_keeps(void **state)
{
    (void)state; /* LAW T4 */
    static struct keeper_decision release;
    int64_t began = clip.header.start_wall_ms;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + HOUR_MS, 1), ASV_OK);
    assert_int_equal(keep_ahead(&clip).status, ASV_OK);
    struct asv_keeper_reply reply =
        keeper_both(&site, &release, ASV_ACTION_RELEASE, &people.wearer, &people.chief, 20, camera, &clip);
    assert_int_equal(reply.status, ASV_OK);
    assert_true(opens(&clip)); /* its period runs on */
    assert_false(is_held(&clip));
    assert_int_equal(keep_ahead(&clip).status, ASV_E_STATE); /* K-101 */

    /* Nor after one person asked for it, and took that back. */
    keeper_propose_clip(&site, &release, ASV_ACTION_HOLD, &people.wearer, 22, camera, &clip);
    assert_int_equal(keeper_decide(&site, &release).status, ASV_OK);
    keeper_respond(&site, &release, ASV_STEP_WITHDRAW, &people.wearer, 23);
    assert_int_equal(keeper_decide(&site, &release).status, ASV_OK);
    assert_int_equal(keep_ahead(&clip).status, ASV_E_STATE);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_false(opens(&clip)); /* K-085 */
    assert_int_equal(ordered(&clip), ASV_DESTRUCTION_EXPIRED);
    assert_int_equal(ahead(ASV_ACTION_RELEASE_AHEAD, began - HOUR_MS, began + HOUR_MS, 30), ASV_OK);
    keeper_site_go_to(&site, site.world.wall + HOUR_MS);
    assert_null(row_of(&clip)); /* nothing could open it any more */
}

/* K-210: a camera is not kept from erasing what nothing opens any more. */
static void what_no_copy_opens_is_not_kept_on_its_camera(void **state)
{
    (void)state; /* LAW T1 */
    int64_t midnight = 0;
    assert_int_equal(asv_local_day_end(TODAY, &midnight), ASV_OK);
    keeper_site_go_to(&site, midnight + HOUR_MS);
    make_clip(&other, ASV_KEY_DAY);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_int_equal(
        ahead(ASV_ACTION_HOLD_AHEAD, clip.header.start_wall_ms, clip.header.start_wall_ms + DAY_MS, 1),
        ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(20260106) + HOUR_MS);
    struct asv_keeper_request order = {
        .type = ASV_KEEPER_ORDER, .chain = camera->chain.encoded, .header = {clip.frame, clip.frame_len}};
    assert_false(opens(&clip)); /* its day's key was gone before */
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &order).status, ASV_OK);
    order.header = (struct asv_bytes){other.frame, other.frame_len};
    assert_true(opens(&other));
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &order).status, ASV_E_STATE); /* K-091 */
}

/* K-211: a dock that says that the reserve key was used, or a camera that does so twice, ends nothing that
 * two people hold; nor is more held by it than what begins in the range. */
static void what_two_people_held_ahead_outlives_the_reserve_key(void **state)
{
    (void)state; /* LAW T3 */
    static struct keeper_clip lost, later, outside;
    struct asv_keeper_request used = {
        .type = ASV_KEEPER_BULLETIN, .chain = camera->chain.encoded, .reserve_used = true};
    make_clip(&lost, ASV_KEY_RESERVE);
    lost.header.bulletin = 1; /* which was committed: K-067 */
    keeper_clip_sign(&lost, camera->sk);
    int64_t began = lost.header.start_wall_ms;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began, began + 3 * HOUR_MS, 1), ASV_OK);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &used).status, ASV_OK);
    asv_test_world_step(&site.world, (uint64_t)HOUR_MS);
    make_clip(&later, ASV_KEY_RESERVE); /* to a key that is newer than the hold */
    asv_test_world_step(&site.world, (uint64_t)(3 * HOUR_MS));
    make_clip(&outside, ASV_KEY_RESERVE);
    assert_true(opens(&lost) && opens(&later) && opens(&outside));
    keeper_site_restart(&site);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_false(opens(&outside));
    assert_true(opens(&lost) && is_held(&lost) && opens(&later));
    struct asv_keeper_request order = {
        .type = ASV_KEEPER_ORDER, .chain = camera->chain.encoded, .header = {lost.frame, lost.frame_len}};
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &order).status, ASV_E_STATE); /* K-091 */
    assert_int_equal(keep_ahead(&lost).status, ASV_OK);
    assert_true(row_of(&lost)->state == ASV_KEEPER_HELD &&
                row_of(&lost)->period_ms == keeper_site_due(TODAY));
    assert_int_equal(finish_ahead(began + 4 * HOUR_MS), ASV_OK);
    assert_true(opens(&lost));
    assert_false(opens(&later)); /* nobody had kept that */
}

/* K-211: both keys that a camera has of a day when a damaged file came back (K-050). */
static void a_hold_ahead_has_each_key_of_a_day(void **state)
{
    (void)state;
    static struct keeper_clip newer, newest;
    char name[ASV_ENTRY_NAME_BYTES];
    asv_entry_name(name, asv_index_day(site.keeper.store->index, TODAY, NULL));
    uint8_t *damaged = keeper_disk_file(site.disk, name)->data;
    int64_t began = clip.header.start_wall_ms;
    damaged[100] ^= 1;
    assert_int_equal(keeper_make_days(&site, camera, 0, 40).made, 1);
    make_clip(&newer, ASV_KEY_DAY);
    damaged[100] ^= 1;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + 6 * HOUR_MS, 1), ASV_OK);
    keeper_disk_file(site.disk, name)->data[100] ^= 1; /* and one that is made later than the hold */
    asv_entry_name(name, asv_index_day(site.keeper.store->index, TODAY,
                                       asv_index_day(site.keeper.store->index, TODAY, NULL)));
    keeper_disk_file(site.disk, name)->data[100] ^= 1;
    assert_int_equal(keeper_make_days(&site, camera, 0, 40).made, 1);
    make_clip(&newest, ASV_KEY_DAY);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_true(opens(&clip) && opens(&newer) && opens(&newest));
}

static bool has_sk(const struct asv_index_ahead *row, uint8_t n)
{
    unsigned i = 0;
    while (i < row->key_count && row->keys[i].sk[1] != n) {
        i++;
    }
    return i < row->key_count;
}

/* K-211: of more reserve keys than there is room for, those that end last. */
static void the_reserve_key_that_ends_first_gives_way(void **state)
{
    (void)state;
    struct asv_index_ahead row = {0};
    uint8_t sk[ASV_X25519_BYTES] = {0};
    for (uint8_t n = 0; n < ASV_AHEAD_KEYS; n++) {
        sk[1] = n;
        assert_false(asv_index_ahead_copy(&row, n < 3 ? TODAY + n : 0, n < 4 ? 0 : 100 + n, sk));
    }
    assert_false(asv_index_ahead_copy(&row, 0, 119, sk)); /* it has that */
    assert_true(row.key_count == ASV_AHEAD_KEYS && row.left == 0);
    sk[1] = 0x70;
    assert_false(asv_index_ahead_copy(&row, 0, 104, sk)); /* ends no later than the first of them */
    assert_true(has_sk(&row, 4) && !has_sk(&row, 0x70) && row.left == 1); /* K-232 */
    assert_true(asv_index_ahead_copy(&row, 0, 105, sk));                  /* K-231 */
    assert_true(has_sk(&row, 0x70) && !has_sk(&row, 4) && has_sk(&row, 5) && row.left == 2);
    for (unsigned n = 0; n < row.key_count; n++) {
        row.keys[n].due_ms = row.keys[n].sk[1] == 0x70 ? 104 : row.keys[n].due_ms;
    }
    sk[1] = 0x71;
    assert_true(asv_index_ahead_copy(&row, TODAY, 0, sk));
    assert_true(has_sk(&row, 0x71) && !has_sk(&row, 0x70) && row.key_count == ASV_AHEAD_KEYS);
    for (unsigned n = 0; n < ASV_AHEAD_KEYS; n++) {
        row.keys[n].due_ms = 0;
        assert_true(n == 0 || memcmp(row.keys[n - 1].id, row.keys[n].id, ASV_KEY_ID_BYTES) < 0);
    }
    sk[1] = 0x72;
    assert_false(asv_index_ahead_copy(&row, 0, 0, sk)); /* nothing gives way to it */
    assert_true(!has_sk(&row, 0x72) && row.left == 4);
}

static struct asv_keeper_request used_request(void)
{
    return (struct asv_keeper_request){
        .type = ASV_KEEPER_BULLETIN, .chain = camera->chain.encoded, .reserve_used = true};
}

static struct asv_keeper_status status_now(void)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_STATUS};
    return keeper_ask(&site, ASV_KEEPER_DOCK, &request).state;
}

/* K-230: twenty-five lies make no copy give way, on whichever day, and of no other camera. */
static void a_dock_that_lies_ends_nothing_that_two_people_held(void **state)
{
    (void)state; /* LAW T3 */
    static struct keeper_clip lost;
    struct asv_keeper_request used = used_request();
    make_clip(&lost, ASV_KEY_RESERVE);
    assert_int_equal(
        ahead(ASV_ACTION_HOLD_AHEAD, lost.header.start_wall_ms, lost.header.start_wall_ms + DAY_MS, 1),
        ASV_OK);
    for (unsigned day = 0; day < 3; day++) {
        for (unsigned lie = 0; lie < 25; lie++) {
            assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &used).status,
                             lie == 0 ? ASV_OK : ASV_E_STATE);
        }
        assert_true(status_now().reserves == day + 2 && status_now().aheads_left == 0);
        keeper_site_restart(&site);
        keeper_site_go_to(&site, site.world.wall + DAY_MS);
    }
    keeper_site_go_to(&site, keeper_site_due(TODAY) + 5 * DAY_MS);
    assert_true(opens(&lost) && is_held(&lost));
}

/* K-230: nor do lies use up what every camera's keys have room in, or crowd out of a later hold what the
 * camera has, before people could notice. */
static void a_dock_that_lies_of_a_camera_that_nobody_holds_gets_four_keys_a_day(void **state)
{
    (void)state;
    static struct keeper_clip lost;
    struct asv_keeper_request used = used_request();
    make_clip(&lost, ASV_KEY_RESERVE);
    for (unsigned day = 0; day < 3; day++) {
        for (unsigned lie = 0; lie < 25; lie++) {
            assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &used).status,
                             lie < 4 ? ASV_OK : ASV_E_STATE);
        }
        keeper_site_restart(&site);
        keeper_site_go_to(&site, site.world.wall + DAY_MS);
    }
    assert_int_equal(status_now().reserves, 3 * 4 + 1);
    assert_int_equal(
        ahead(ASV_ACTION_HOLD_AHEAD, lost.header.start_wall_ms, lost.header.start_wall_ms + DAY_MS, 1),
        ASV_OK);
    assert_int_equal(status_now().aheads_left, 0);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + 5 * DAY_MS);
    assert_true(opens(&lost) && is_held(&lost));
}

/* K-230: one that has lost its clock, and is docked again and again, has another key each time that it
 * leaves.
 */
static void a_held_camera_may_be_docked_several_times_a_day(void **state)
{
    (void)state;
    static struct keeper_clip clips[4];
    struct asv_keeper_request used = used_request();
    int64_t began = site.world.wall;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began, began + DAY_MS, 1), ASV_OK);
    for (unsigned n = 0; n < 4; n++) {
        asv_test_world_step(&site.world, 60000);
        make_clip(&clips[n], ASV_KEY_RESERVE);
        assert_true(n == 0 || memcmp(clips[n].header.stanzas[0].key_id, clips[n - 1].header.stanzas[0].key_id,
                                     ASV_KEY_ID_BYTES) != 0);
        /* A bulletin is asked for before its recording is opened, and, when there was none, after that. */
        enum asv_status first = keeper_ask(&site, ASV_KEEPER_DOCK, &used).status;
        assert_int_equal(first, n == 0 ? ASV_OK : ASV_E_STATE);
        assert_true(opens(&clips[n]));
        assert_int_equal(first == ASV_OK ? ASV_OK : keeper_ask(&site, ASV_KEEPER_DOCK, &used).status, ASV_OK);
    }
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    for (unsigned n = 0; n < 4; n++) {
        assert_true(opens(&clips[n]) && is_held(&clips[n]));
    }
}

/* K-231: under a new master, or the index from before would open with the slots, and the copy with it. K-232:
 * and it is said. */
static void a_copy_that_gives_way_is_destroyed(void **state)
{
    (void)state;
    static struct keeper_clip docked;
    int64_t began = site.world.wall;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began, began + HOUR_MS, 1), ASV_OK);
    for (unsigned n = 2; n <= ASV_AHEAD_KEYS + 2; n++) { /* it has the day's key, and one for each docking */
        const struct asv_index *before = site.keeper.store->index;
        uint64_t epoch = before->epoch;
        make_clip(&docked, ASV_KEY_RESERVE);
        const struct asv_index *index = site.keeper.store->index;
        const struct asv_index_ahead *row = asv_index_row(index, ASV_INDEX_AHEADS, 0);
        assert_true(row->key_count == (n < ASV_AHEAD_KEYS ? n : ASV_AHEAD_KEYS));
        assert_true(index->epoch == epoch + (n > ASV_AHEAD_KEYS ? 1 : 0)); /* K-014: slots wear out */
        assert_true(opens(&docked) && is_held(&docked));
    }
    assert_int_equal(status_now().aheads_left, 2);
}

/* K-232 */
static void what_cannot_be_copied_keeps_nobody_from_holding_the_rest(void **state)
{
    (void)state; /* LAW T3 */
    struct asv_keeper_request used = used_request();
    int64_t began = 0;
    char name[ASV_ENTRY_NAME_BYTES];
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &used).status, ASV_OK);
    asv_entry_name(name, asv_index_reserve(site.keeper.store->index, camera->cert_digest, NULL));
    uint8_t *damaged = keeper_disk_file(site.disk, name)->data;
    damaged[100] ^= 1;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, clip.header.start_wall_ms, site.world.wall, 1), ASV_OK);
    assert_int_equal(status_now().aheads_left, 1);
    damaged[100] ^= 1;

    for (uint64_t call = 1;; call++) { /* a disk that fails once, at whichever file */
        uint32_t before = status_now().aheads_left;
        keeper_disk_arm(site.disk, call, KEEPER_FAIL_BEFORE);
        enum asv_status status = ahead(ASV_ACTION_HOLD_AHEAD, clip.header.start_wall_ms,
                                       site.world.wall + (int64_t)call, (uint8_t)(10 + 2 * call));
        bool struck = site.disk->struck;
        keeper_disk_reboot(site.disk);
        (void)status;
        if (status_now().aheads_left > before) {
            assert_int_equal(status, ASV_OK);
            break;
        }
        assert_true(struck);
    }

    /* A reserve key that is due, by a clock that nobody has confirmed. */
    keeper_site_go_to(&site, keeper_site_due(TODAY) - HOUR_MS);
    make_clip(&other, ASV_KEY_DAY);
    site.world.wall += 3 * HOUR_MS;
    uint32_t before = status_now().aheads_left;
    began = other.header.start_wall_ms;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began, began + HOUR_MS, 80), ASV_OK);
    assert_true(status_now().stop != ASV_KEEPER_RUNNING && status_now().aheads_left == before + 1);
}

/* K-206: a release that was agreed to, and kept back, is not for what two people hold anew. */
static void what_was_agreed_to_before_ends_no_later_hold_ahead(void **state)
{
    (void)state; /* LAW T4 */
    static struct keeper_decision release;
    int64_t began = clip.header.start_wall_ms;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + HOUR_MS, 1), ASV_OK);
    keeper_propose(&site, &release, ASV_ACTION_RELEASE_AHEAD, &people.deputy, 20);
    release.proposal.statement.subject = decision.proposal.statement.subject;
    keeper_sign_again(&release);
    keeper_respond(&site, &release, ASV_STEP_APPROVE, &people.chief, 21);
    asv_test_world_step(&site.world, HOUR_MS);
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + HOUR_MS, 30), ASV_OK);
    assert_int_equal(keeper_decide(&site, &release).status, ASV_OK); /* the first one's */
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_AHEADS), 1);
    assert_true(is_held(&clip));
    keeper_propose(&site, &release, ASV_ACTION_RELEASE_AHEAD, &people.deputy, 22);
    release.proposal.statement.subject = decision.proposal.statement.subject;
    release.proposal.statement.issued_ms -= HOUR_MS / 2;
    release.proposal.statement.expires_ms -= HOUR_MS / 2;
    keeper_sign_again(&release);
    keeper_respond(&site, &release, ASV_STEP_APPROVE, &people.chief, 23);
    assert_int_equal(keeper_decide(&site, &release).status, ASV_E_STATE);
    assert_int_equal(ahead(ASV_ACTION_RELEASE_AHEAD, began - HOUR_MS, began + HOUR_MS, 40), ASV_OK);
    assert_false(is_held(&clip));
}

/* K-207: nor is what somebody blocked given out because a hold before docking has it still. */
static void a_block_outlives_the_key_that_ran_out(void **state)
{
    (void)state; /* LAW R4 */
    static struct keeper_decision other_one;
    int64_t began = clip.header.start_wall_ms;
    assert_int_equal(ahead(ASV_ACTION_HOLD_AHEAD, began - HOUR_MS, began + HOUR_MS, 1), ASV_OK);
    keeper_propose_clip(&site, &other_one, ASV_ACTION_HOLD, &people.wearer, 20, camera, &clip);
    assert_int_equal(keeper_decide(&site, &other_one).status, ASV_OK); /* pending: it has a key of its own */
    keeper_propose_clip(&site, &other_one, ASV_ACTION_BLOCK, &people.wearer, 21, camera, &clip);
    assert_int_equal(keeper_decide(&site, &other_one).status, ASV_OK);
    uint8_t blocks = row_of(&clip)->blocks;
    assert_int_not_equal(blocks, 0);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + 5 * DAY_MS);
    assert_int_equal(keep_ahead(&clip).status, ASV_OK);
    assert_true(row_of(&clip)->state == ASV_KEEPER_HELD && row_of(&clip)->blocks == blocks);
}

/* ---- the day of what is kept ---- */

static void a_held_clip_lives_after_its_release_as_long_as_its_own_day_says(void **state)
{
    (void)state; /* LAW T1 */
    static struct keeper_decision release;
    struct keeper_clip *clips[] = {&clip, &other};
    for (size_t i = 0; i < 2; i++) {
        struct asv_keeper_reply reply = keeper_both(&site, &decision, ASV_ACTION_HOLD, &people.wearer,
                                                    &people.chief, (uint8_t)(40 + 2 * i), camera, clips[i]);
        assert_int_equal(reply.status, ASV_OK);
    }
    struct asv_keeper_request with = receipt_for(&clip, keeper_site_due(20260106), &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_E_DENIED); /* K-100: tomorrow */
    with = receipt_for(&other, keeper_site_due(20260104), &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_E_MISMATCH); /* K-100 */
    is_of_the_day_before(&clip);                                                     /* K-106 */
    assert_true(row_of(&clip)->state == ASV_KEEPER_HELD && row_of(&clip)->due_ms == 0);
    with = receipt_for(&clip, keeper_site_due(TODAY), &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_OK);
    assert_true(row_of(&clip)->period_ms == keeper_site_due(20260104)); /* K-106: once */

    assert_int_equal(
        keeper_both(&site, &release, ASV_ACTION_RELEASE, &people.wearer, &people.chief, 50, camera, &clip)
            .status,
        ASV_OK);
    assert_true(row_of(&clip)->due_ms == keeper_site_due(20260104));
    /* Asked for and held again: it stays what it is. */
    assert_int_equal(
        keeper_both(&site, &decision, ASV_ACTION_HOLD, &people.wearer, &people.chief, 52, camera, &clip)
            .status,
        ASV_OK);
    assert_true(row_of(&clip)->period_ms == keeper_site_due(20260104));
    with = receipt_for(&clip, keeper_site_due(TODAY), &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_OK);
    assert_true(row_of(&clip)->period_ms == keeper_site_due(20260104)); /* K-106 */
    keeper_site_go_to(&site, keeper_site_due(20260104) + HOUR_MS);
    assert_true(opens(&clip));

    /* Its day is past when the dock says it: at its release it is gone, and not a day later. */
    is_of_the_day_before(&other);
    assert_int_equal(
        keeper_both(&site, &release, ASV_ACTION_RELEASE, &people.wearer, &people.chief, 54, camera, &other)
            .status,
        ASV_OK);
    assert_false(opens(&other));
    assert_int_equal(row_of(&other)->state, ASV_KEEPER_OVER);
    assert_false(opens(&other));
}

static void a_request_prolongs_by_three_days_from_the_day_that_counts(void **state)
{
    (void)state; /* LAW T1, T4 */
    static struct keeper_decision request;
    int64_t end = keeper_site_due(20260104);
    keeper_site_go_to(&site, keeper_site_due(20260103) + HOUR_MS); /* it lapses three days later */
    keeper_propose_clip(&site, &request, ASV_ACTION_HOLD, &people.wearer, 20, camera, &clip);
    assert_int_equal(keeper_decide(&site, &request).status, ASV_OK);
    int64_t asked = row_of(&clip)->due_ms;
    is_of_the_day_before(&clip);
    assert_true(row_of(&clip)->due_ms == asked); /* K-106: it ends before that anyway */
    keeper_propose_clip(&site, &request, ASV_ACTION_HOLD, &people.wearer, 22, camera, &other);
    assert_int_equal(keeper_decide(&site, &request).status, ASV_OK);
    struct asv_keeper_request with = receipt_for(&other, keeper_site_due(20260102), &site.agency.dock);
    struct asv_keeper_reply reply = keep(&other, &with, ASV_KEEPER_WHY_DAY); /* it was due yesterday */
    assert_int_equal(reply.status, ASV_OK);
    assert_true(reply.until_ms == keeper_site_due(20260105)); /* K-106, K-086 */
    keeper_site_go_to(&site, keeper_site_due(20260105) - 1);
    assert_true(opens(&other) && opens(&clip));
    assert_true(end < site.world.wall); /* it lives by the request alone */
    keeper_site_go_to(&site, keeper_site_due(20260105));
    assert_false(opens(&other));
}

static void a_request_that_its_day_has_outrun_ends_at_once(void **state)
{
    (void)state; /* LAW T1 */
    static struct keeper_decision request;
    static struct keeper_loot loot;
    keeper_propose_clip(&site, &request, ASV_ACTION_HOLD, &people.wearer, 20, camera, &clip);
    assert_int_equal(keeper_decide(&site, &request).status, ASV_OK);
    keeper_attack_now(site.disk, false, &loot);
    assert_int_equal(loot.file_key_count, 1);
    struct asv_keeper_request with =
        receipt_for(&clip, keeper_site_due(20260104) - 30 * DAY_MS, &site.agency.dock);
    assert_int_equal(keep(&clip, &with, ASV_KEEPER_WHY_DAY).status, ASV_OK); /* K-106 */
    assert_int_equal(row_of(&clip)->state, ASV_KEEPER_OVER);
    assert_false(opens(&clip));
    keeper_attack_now(site.disk, false, &loot);
    assert_int_equal(loot.file_key_count, 0); /* K-001 */
}

static void the_pages_of_what_is_kept_are_whole(void **state)
{
    (void)state;
    struct asv_store_change change;
    struct asv_keeper_request request = {.type = ASV_KEEPER_CLIPS};
    uint32_t seen = 0;
    assert_int_equal(asv_store_begin(site.keeper.store, &change, NULL), ASV_OK);
    for (uint32_t i = 0; i < 600; i++) {
        struct asv_kept row = {.header = {(uint8_t)(i * 7), (uint8_t)(i >> 8), 1},
                               .state = ASV_KEEPER_RUNS,
                               .file_key = {1},
                               .due_ms = keeper_site_due(TODAY),
                               .period_ms = keeper_site_due(TODAY),
                               .forget_ms = keeper_site_due(TODAY),
                               .camera = {1}};
        assert_int_equal(asv_index_add(change.next, ASV_INDEX_KEPT, &row), ASV_OK);
    }
    assert_int_equal(asv_store_commit(&change, false, NULL), ASV_OK);
    struct asv_keeper_reply reply;
    do {
        reply = keeper_ask(&site, ASV_KEEPER_SERVER, &request);
        assert_int_equal(reply.status, ASV_OK);
        for (uint16_t i = 0; i < reply.kept_count; i++) {
            struct asv_keeper_kept row;
            asv_keeper_kept_read(&row, &reply, i);
            assert_true(memcmp(row.header, request.digest, sizeof row.header) > 0);
            memcpy(request.digest, row.header, sizeof request.digest);
            seen++;
        }
    } while (reply.kept_count == ASV_KEEPER_PAGE);
    assert_int_equal(seen, 600);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ON_A_SITE(a_clip_lives_as_long_as_its_own_day_says),
        ON_A_SITE(a_reserve_keys_clip_lives_from_its_recording_not_from_its_docking),
        ON_A_SITE(only_a_docks_word_moves_a_day_and_not_into_the_future),
        ON_A_SITE(no_day_is_moved_while_the_clock_is_in_doubt),
        ON_A_SITE(a_camera_that_comes_late_brings_what_was_held_ahead),
        ON_A_SITE(what_was_held_before_docking_is_wrapped_to_the_recovery_key),
        ON_A_SITE(what_was_copied_before_docking_goes_when_the_camera_is_in),
        ON_A_SITE(no_dock_ends_what_is_held_ahead_of_a_camera_that_is_out),
        ON_A_SITE(an_inventory_from_before_counts_for_nothing),
        ON_A_SITE(no_range_is_finished_before_it_is_over_or_while_the_clock_is_in_doubt),
        ON_A_SITE(ranges_that_overlap_each_hold_what_is_in_them),
        ON_A_SITE(one_person_ends_nothing_that_two_held_ahead),
        ON_A_SITE(a_hold_ahead_needs_a_living_key),
        ON_A_SITE(what_ran_out_is_no_early_erasure),
        ON_A_SITE(no_day_ends_early_while_its_camera_is_out),
        ON_A_SITE(a_camera_that_signs_nothing_keeps_its_days_until_they_are_due),
        ON_A_SITE(what_was_held_ahead_before_it_ran_out_is_not_lost),
        ON_A_SITE(what_ran_out_has_no_day_any_more),
        ON_A_SITE(what_was_over_by_the_docks_clock_ends_at_once),
        ON_A_SITE(what_two_people_released_no_hold_ahead_keeps),
        ON_A_SITE(what_no_copy_opens_is_not_kept_on_its_camera),
        ON_A_SITE(what_two_people_held_ahead_outlives_the_reserve_key),
        ON_A_SITE(a_hold_ahead_has_each_key_of_a_day),
        ON_A_SITE(the_reserve_key_that_ends_first_gives_way),
        ON_A_SITE(a_dock_that_lies_ends_nothing_that_two_people_held),
        ON_A_SITE(a_dock_that_lies_of_a_camera_that_nobody_holds_gets_four_keys_a_day),
        ON_A_SITE(a_held_camera_may_be_docked_several_times_a_day),
        ON_A_SITE(a_copy_that_gives_way_is_destroyed),
        ON_A_SITE(what_cannot_be_copied_keeps_nobody_from_holding_the_rest),
        ON_A_SITE(what_was_agreed_to_before_ends_no_later_hold_ahead),
        ON_A_SITE(a_block_outlives_the_key_that_ran_out),
        ON_A_SITE(a_held_clip_lives_after_its_release_as_long_as_its_own_day_says),
        ON_A_SITE(a_request_prolongs_by_three_days_from_the_day_that_counts),
        ON_A_SITE(a_request_that_its_day_has_outrun_ends_at_once),
        ON_A_SITE(the_pages_of_what_is_kept_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
