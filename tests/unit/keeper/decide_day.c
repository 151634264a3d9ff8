/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LAW T1: of a recording whose day no clock tells, two people say the day, and the keeper counts its period
 * from there. Nobody makes one live longer by it than what is recorded today, nor than its reserve key. */
#include <string.h>

#include "firmware-proto/trust/destruction.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define DAY_MS INT64_C(86400000)
#define TODAY  20260105u

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision decision;
static struct keeper_clip lost, other; /* under the reserve key, and under the day key of TODAY */
static const struct asv_test_identity *camera;
static int64_t began_ms;
static uint8_t serial; /* of statements */

static int set_up(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_site_init(&site, 1);
    camera = &site.agency.camera;
    keeper_people_init(&people, &site);
    assert_int_equal(keeper_make_days(&site, camera, 0, 40).status, ASV_OK);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, camera, &key, 1, &other);
    keeper_bulletin(&site, camera, &bulletin);
    keeper_clip_make(&site, camera, &bulletin.reserve, 1, &lost);
    began_ms = site.world.wall;
    serial = 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

static void go_to_day(int days)
{
    keeper_site_go_to(&site, began_ms + days * DAY_MS);
}

static bool opens(const struct keeper_clip *what)
{
    struct asv_keeper_reply reply = keeper_opens(&site, camera, what);
    assert_int_equal(reply.status, ASV_OK);
    return reply.opens;
}

static void propose(const struct keeper_clip *what, uint32_t date, const struct asv_test_person *person)
{
    keeper_propose_clip(&site, &decision, ASV_ACTION_DAY, person, ++serial, camera, what);
    decision.proposal.statement.subject.date = date;
    keeper_sign_again(&decision);
}

/* Two people say that it is of this day. */
static struct asv_keeper_reply say(const struct keeper_clip *what, uint32_t date)
{
    propose(what, date, &people.wearer);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, ++serial);
    return keeper_decide(&site, &decision);
}

static enum asv_status both(uint16_t action, const struct keeper_clip *what)
{
    serial = (uint8_t)(serial + 2);
    return keeper_both(&site, &decision, action, &people.wearer, &people.chief, serial, camera, what).status;
}

static const struct asv_kept *row_of(const struct keeper_clip *what)
{
    uint8_t digest[ASV_SHA256_BYTES];
    keeper_clip_digest(digest, what, camera);
    return asv_index_find(site.keeper.store->index, ASV_INDEX_KEPT, digest);
}

/* The keeper signs that nothing opens it any more: its period is over, or people ended it. */
static enum asv_status order(const struct keeper_clip *what, uint8_t *reason)
{
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_ORDER, .chain = camera->chain.encoded, .header = {what->frame, what->frame_len}};
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_ADMIN, &request);
    struct asv_destruction statement = {0};
    if (reply.status == ASV_OK) {
        assert_int_equal(asv_destruction_decode(&statement, reply.order.data, reply.order.len, NULL), ASV_OK);
    }
    *reason = statement.reason;
    return reply.status;
}

static void it_lives_as_long_as_the_day_that_two_people_say(void **state)
{
    (void)state; /* LAW T1 */
    uint8_t reason = 0;
    go_to_day(4);
    assert_true(opens(&lost) && opens(&other)); /* docked: the reserve key lives from here on */
    struct asv_keeper_reply reply = say(&lost, TODAY);
    assert_int_equal(reply.status, ASV_OK);
    assert_true(reply.until_ms == keeper_site_due(TODAY)); /* K-140 */
    reply = keeper_decide(&site, &decision);               /* the same again: K-083 */
    assert_true(reply.status == ASV_OK && reply.until_ms == keeper_site_due(TODAY));
    reply = say(&other, TODAY + 3); /* longer than the key that it was sealed for */
    assert_true(reply.status == ASV_OK && reply.until_ms == keeper_site_due(TODAY + 3));
    keeper_site_go_to(&site, keeper_site_due(TODAY) - 1);
    assert_true(opens(&lost));
    keeper_site_go_to(&site, keeper_site_due(TODAY));
    assert_false(opens(&lost));
    assert_true(opens(&other));
    assert_true(order(&lost, &reason) == ASV_OK &&
                reason == ASV_DESTRUCTION_EXPIRED); /* its reserve key lives */
    keeper_site_go_to(&site, keeper_site_due(TODAY + 3));
    assert_false(opens(&other));
    keeper_site_go_to(&site, keeper_site_due(TODAY + 4));
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_KEPT), 0);
}

static void never_longer_than_the_reserve_key_and_not_of_a_day_to_come(void **state)
{
    (void)state;
    assert_true(opens(&lost));
    go_to_day(3);
    assert_int_equal(say(&lost, TODAY + 4).status, ASV_E_STATE); /* K-140: tomorrow */
    assert_int_not_equal(say(&lost, 20260231).status, ASV_OK);   /* no calendar has it */
    assert_null(row_of(&lost));
    struct asv_keeper_reply reply = say(&lost, TODAY + 3);
    assert_true(reply.status == ASV_OK && reply.until_ms == keeper_site_due(TODAY)); /* K-140 */
    keeper_site_go_to(&site, keeper_site_due(TODAY));
    assert_false(opens(&lost));
}

/* The policy has become shorter since: what was recorded today is gone before. */
static void never_longer_than_what_is_recorded_today(void **state)
{
    (void)state;
    keeper_propose(&site, &decision, ASV_ACTION_POLICY, &people.admin, ++serial);
    decision.proposal.statement.subject.days = 3;
    decision.proposal.statement.subject.from_date = TODAY + 1;
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, ++serial);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    go_to_day(2);
    struct asv_keeper_reply reply = say(&other, TODAY);
    assert_int_equal(reply.status, ASV_OK);
    assert_true(reply.until_ms < keeper_site_due(TODAY)); /* K-140 */
    keeper_site_go_to(&site, reply.until_ms);
    assert_false(opens(&other));
}

static void a_day_that_is_long_past_ends_it_at_once(void **state)
{
    (void)state;
    uint8_t reason = 0;
    go_to_day(20);
    assert_true(opens(&lost));
    uint64_t epoch = site.keeper.store->index->epoch;
    struct asv_keeper_reply reply = say(&lost, TODAY);
    assert_true(reply.status == ASV_OK && reply.until_ms == 0); /* K-141 */
    reply = keeper_decide(&site, &decision);
    assert_true(reply.status == ASV_OK && reply.until_ms == 0);
    assert_true(site.keeper.store->index->epoch > epoch); /* K-014: by a new master */
    assert_false(opens(&lost));
    keeper_site_restart(&site);
    assert_false(opens(&lost));
    assert_int_equal(row_of(&lost)->state, ASV_KEEPER_OVER);
    assert_true(order(&lost, &reason) == ASV_OK && reason == ASV_DESTRUCTION_EXPIRED);
    assert_int_equal(say(&lost, TODAY + 20).status, ASV_E_EXPIRED); /* nothing brings it back */
    assert_int_equal(both(ASV_ACTION_HOLD, &lost), ASV_E_EXPIRED);
}

static void what_people_keep_is_kept_and_ends_with_its_day(void **state)
{
    (void)state; /* K-106 */
    go_to_day(15);
    assert_int_equal(both(ASV_ACTION_HOLD, &lost), ASV_OK);
    struct asv_keeper_reply reply = say(&lost, 20251220);
    assert_true(reply.status == ASV_OK && reply.until_ms == keeper_site_due(20251220)); /* which is past */
    assert_true(opens(&lost) && row_of(&lost)->state == ASV_KEEPER_HELD);
    assert_int_equal(both(ASV_ACTION_RELEASE, &lost), ASV_OK);
    assert_false(opens(&lost));
}

static void it_is_said_once(void **state)
{
    (void)state; /* K-141 */
    static uint8_t data[ASV_RECEIPT_MAX_BYTES];
    struct asv_keeper_request request;
    go_to_day(3);
    assert_int_equal(say(&lost, TODAY).status, ASV_OK);
    assert_int_equal(say(&lost, TODAY + 1).status, ASV_E_STATE);
    assert_true(row_of(&lost)->period_ms == keeper_site_due(TODAY));
    /* And not where the dock knew it. */
    keeper_opens_request(&request, camera, &other);
    request.type = ASV_KEEPER_KEEP;
    request.why = ASV_KEEPER_WHY_DAY;
    request.chunk_count = 0;
    keeper_receipt(&request, data, camera, &other, keeper_site_due(TODAY + 1), site.world.wall,
                   &site.agency.dock);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status, ASV_OK);
    assert_int_equal(say(&other, TODAY + 2).status, ASV_E_STATE);
    assert_true(row_of(&other)->period_ms == keeper_site_due(TODAY + 1));
}

static void one_person_says_nothing_and_another_clips_day_is_not_this_ones(void **state)
{
    (void)state; /* LAW T4 */
    propose(&lost, TODAY, &people.wearer);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_STATE); /* K-081 */
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.wearer, ++serial);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_DENIED);
    keeper_respond(&site, &decision, ASV_STEP_REFUSE, &people.chief, ++serial);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, ++serial);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_STATE); /* K-083 */
    assert_null(row_of(&lost));
    propose(&lost, TODAY, &people.wearer);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, ++serial);
    decision.clip = &other;
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_MISMATCH); /* K-082 */
    decision.clip = NULL;
    assert_int_not_equal(keeper_decide(&site, &decision).status, ASV_OK);
    assert_true(row_of(&lost) == NULL && row_of(&other) == NULL);
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &lost), ASV_OK);
    assert_int_equal(say(&lost, TODAY).status, ASV_E_EXPIRED); /* K-085 */
}

static void a_request_lapses_with_the_day_that_was_said(void **state)
{
    (void)state;   /* K-086, K-106 */
    go_to_day(14); /* of the day before TODAY it is due */
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, ++serial, camera, &lost);
    struct asv_keeper_reply reply = keeper_decide(&site, &decision);
    assert_int_equal(reply.status, ASV_OK);
    int64_t lapse_ms = reply.until_ms;
    assert_int_equal(say(&lost, 20260104).status, ASV_OK);
    assert_int_equal(row_of(&lost)->state, ASV_KEEPER_PENDING);
    assert_true(row_of(&lost)->due_ms < lapse_ms);
    keeper_site_go_to(&site, row_of(&lost)->due_ms);
    assert_false(opens(&lost));
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ON_A_SITE(it_lives_as_long_as_the_day_that_two_people_say),
        ON_A_SITE(never_longer_than_the_reserve_key_and_not_of_a_day_to_come),
        ON_A_SITE(never_longer_than_what_is_recorded_today),
        ON_A_SITE(a_day_that_is_long_past_ends_it_at_once),
        ON_A_SITE(what_people_keep_is_kept_and_ends_with_its_day),
        ON_A_SITE(it_is_said_once),
        ON_A_SITE(one_person_says_nothing_and_another_clips_day_is_not_this_ones),
        ON_A_SITE(a_request_lapses_with_the_day_that_was_said),
    };
    return cmocka_run_group_tests_name("keeper_decide_day", tests, NULL, NULL);
}
