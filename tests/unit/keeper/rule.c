/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Rulings: what the keeper says of a statement for good. That each that it took has one, and each that waits
 * has none, is tried with every decision of every test (tests/sim/keeper_people.c). */
#include <string.h>

#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  INT64_C(86400000)

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision decision;
static struct keeper_clip clip, other;
static const struct asv_test_identity *camera;
static uint8_t serial; /* of statements */

static int set_up(void **state)
{
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    (void)state;
    keeper_site_init(&site, 1);
    camera = &site.agency.camera;
    keeper_people_init(&people, &site);
    assert_int_equal(keeper_make_days(&site, camera, 0, 20).status, ASV_OK);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, camera, &key, 2, &clip);
    keeper_clip_make(&site, camera, &key, 2, &other);
    serial = 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

static struct asv_keeper_reply both(struct keeper_decision *out, uint16_t action,
                                    const struct asv_test_person *one, const struct asv_test_person *two,
                                    const struct keeper_clip *what)
{
    serial = (uint8_t)(serial + 2);
    return keeper_both(&site, out, action, one, two, serial, camera, what);
}

/* What is said to it: status, and verdict (0: nothing for good). */
static void says(const struct keeper_decision *what, enum asv_status status, unsigned verdict)
{
    struct asv_keeper_reply reply = keeper_decide(&site, what);
    assert_int_equal(reply.status, status);
    assert_int_equal(keeper_ruling(&site, what, &reply).verdict, verdict);
}

/* K-162: the ruling that was lost on its way, as often as it is asked for. */
static void the_same_again_has_the_same_ruling(void **state)
{
    (void)state;
    static uint8_t first[ASV_RULING_MAX_BYTES];
    struct asv_keeper_reply reply = both(&decision, ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip);
    assert_int_equal(reply.status, ASV_OK);
    struct asv_ruling ruling = keeper_ruling(&site, &decision, &reply);
    assert_int_equal(ruling.verdict, ASV_RULING_TAKEN);
    assert_true(ruling.issued_ms == site.world.wall && ruling.status == 0);
    size_t len = reply.ruling.len;
    memcpy(first, reply.ruling.data, len);
    for (unsigned again = 0; again < 3; again++) {
        keeper_site_go_to(&site, site.world.wall + HOUR_MS);
        if (again == 1) { /* the keeper died between taking it and saying so */
            keeper_site_restart(&site);
        }
        reply = keeper_decide(&site, &decision);
        assert_int_equal(reply.status, ASV_OK);
        assert_int_equal(reply.ruling.len, len);
        assert_memory_equal(reply.ruling.data, first, len);
    }
    /* What is not remembered says the same of the same, at another instant. */
    keeper_propose(&site, &decision, ASV_ACTION_REVOKE, &people.chief, 90);
    memcpy(decision.proposal.statement.subject.id, people.deputy.digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    reply = keeper_decide(&site, &decision);
    assert_int_equal(reply.status, ASV_OK);
    keeper_site_go_to(&site, site.world.wall + HOUR_MS);
    reply = keeper_decide(&site, &decision);
    ruling = keeper_ruling(&site, &decision, &reply);
    assert_true(ruling.verdict == ASV_RULING_TAKEN && ruling.issued_ms == site.world.wall);
}

/* K-163 */
static void what_was_taken_is_said_to_be_as_long_as_it_is_remembered(void **state)
{
    (void)state;
    static struct keeper_decision hold, by_deputy;
    struct asv_keeper_reply reply = both(&hold, ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip);
    assert_int_equal(reply.status, ASV_OK);
    int64_t decided_ms = site.world.wall;
    assert_int_equal(both(&by_deputy, ASV_ACTION_HOLD, &people.wearer, &people.deputy, &other).status,
                     ASV_OK);
    assert_int_equal(both(&decision, ASV_ACTION_RELEASE, &people.reviewer, &people.chief, &clip).status,
                     ASV_OK);
    says(&hold, ASV_E_STATE, ASV_RULING_TAKEN); /* although it was released since */
    keeper_propose(&site, &decision, ASV_ACTION_REVOKE, &people.chief, 90);
    memcpy(decision.proposal.statement.subject.id, people.deputy.digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    says(&decision, ASV_OK, ASV_RULING_TAKEN);
    says(&by_deputy, ASV_E_UNTRUSTED, ASV_RULING_TAKEN); /* although he was revoked since */
    keeper_site_go_to(&site, site.world.wall + 5 * DAY_MS);
    reply = keeper_decide(&site, &hold);
    struct asv_ruling ruling = keeper_ruling(&site, &hold, &reply);
    assert_int_equal(reply.status, ASV_E_EXPIRED);
    assert_true(ruling.verdict == ASV_RULING_TAKEN && ruling.issued_ms == decided_ms);
    keeper_site_go_to(&site,
                      site.world.wall + 4 * DAY_MS); /* forgotten: nothing, and not that it was refused */
    says(&hold, ASV_E_EXPIRED, 0);
}

/* K-161 */
static void only_what_nothing_changes_is_refused_for_good(void **state)
{
    (void)state;
    static struct keeper_decision second;
    serial++;
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, serial, camera, &clip);
    second = decision;
    /* One person, twice, by whatever right; the chief may approve it all the same. */
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.wearer, 60);
    says(&decision, ASV_E_DENIED, ASV_RULING_REFUSED);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 61);
    keeper_respond(&site, &second, ASV_STEP_REFUSE, &people.deputy, 62);
    says(&decision, ASV_OK, ASV_RULING_TAKEN);
    says(&second, ASV_E_STATE, ASV_RULING_REFUSED); /* another answer came first */
    keeper_site_restart(&site);
    says(&second, ASV_E_STATE, ASV_RULING_REFUSED);
    /* The proposal by itself was taken or not, whatever was answered to it. */
    second.has_answer = false;
    second.answerer = NULL;
    says(&second, ASV_E_STATE, 0);

    /* An approval after the request had lapsed, by what both signed (K-129). */
    serial++;
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, serial, camera, &other);
    keeper_site_go_to(&site, site.world.wall + 4 * DAY_MS - HOUR_MS);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 63);
    says(&decision, ASV_E_STATE, ASV_RULING_REFUSED);

    /* About another keeper; an origin that a ledger has. */
    assert_int_equal(keeper_begin_ledger(&site, &people, &decision, "asservat.example/ledger", 70).status,
                     ASV_OK);
    struct asv_keeper_reply reply =
        keeper_begin_ledger(&site, &people, &decision, "asservat.example/ledger", 72);
    assert_int_equal(reply.status, ASV_E_EXISTS);
    assert_int_equal(keeper_ruling(&site, &decision, &reply).verdict, ASV_RULING_REFUSED);
    keeper_propose(&site, &decision, ASV_ACTION_RECOVERY_KEY_ENDS, &people.admin, 74);
    decision.proposal.statement.subject.store[0] ^= 1;
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 75);
    says(&decision, ASV_E_MISMATCH, ASV_RULING_REFUSED);
}

/* K-161: whatever the class of the refusal, it may be otherwise tomorrow, or was delivered wrongly. */
static void what_may_pass_is_not_refused_for_good(void **state)
{
    (void)state;
    static struct keeper_decision again, wrong;
    assert_int_equal(both(&decision, ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip).status, ASV_OK);
    assert_int_equal(both(&again, ASV_ACTION_HOLD, &people.wearer, &people.deputy, &clip).status,
                     ASV_E_STATE);
    says(&again, ASV_E_STATE, 0); /* it is held already: then it is released */
    assert_int_equal(both(&decision, ASV_ACTION_RELEASE, &people.reviewer, &people.chief, &clip).status,
                     ASV_OK);
    says(&again, ASV_OK, ASV_RULING_TAKEN);

    /* Delivered wrongly, by somebody who wants to have it refused: without a record, with another clip, with
     * a proof that is none, with another proposal, without its answer. */
    serial++;
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, serial, camera, &other);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 60);
    wrong = decision;
    wrong.answerer = NULL;
    says(&wrong, ASV_E_NOT_FOUND, 0);
    wrong = decision;
    wrong.clip = &clip;
    says(&wrong, ASV_E_MISMATCH, 0);
    wrong = decision;
    wrong.answer.data[wrong.answer.len - 1] ^= 1;
    assert_int_not_equal(keeper_decide(&site, &wrong).status, ASV_OK);
    assert_int_equal(keeper_decide(&site, &wrong).ruling.len, 0);
    keeper_propose_clip(&site, &wrong, ASV_ACTION_HOLD, &people.wearer, 61, camera, &other);
    wrong.answer = decision.answer;
    wrong.answerer = decision.answerer;
    wrong.has_answer = true;
    assert_int_equal(keeper_decide(&site, &wrong).status, ASV_E_MISMATCH);
    assert_int_equal(keeper_decide(&site, &wrong).ruling.len, 0);
    says(&decision, ASV_OK, ASV_RULING_TAKEN);
}

/* ST-120: a SHOW names an OPEN, as an answer its proposal does, and answers nothing. Whoever brings both as
 * if it did has it neither refused for good nor spent. */
static void a_showing_is_no_answer(void **state)
{
    (void)state;
    static struct asv_test_stated show;
    static struct keeper_decision open, wrong;
    assert_int_equal(both(&decision, ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip).status, ASV_OK);
    keeper_propose_clip(&site, &open, ASV_ACTION_OPEN, &people.reviewer, 60, camera, &clip);
    keeper_respond(&site, &open, ASV_STEP_APPROVE, &people.chief, 61);
    keeper_show(&site, &show, &open, &people.reviewer);
    wrong = open;
    wrong.answer = show;
    wrong.answerer = &people.reviewer;
    struct asv_keeper_reply reply = keeper_decide(&site, &wrong);
    assert_int_equal(reply.status, ASV_E_STATE);
    assert_int_equal(reply.ruling.len, 0);
    assert_int_equal(keeper_ask_to_show(&site, &open, &show, &people.reviewer).status, ASV_OK);
}

/* K-160: the clock in doubt, a disk that is full. */
static void what_waits_has_no_ruling(void **state)
{
    (void)state;
    assert_int_equal(both(&decision, ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip).status, ASV_OK);
    keeper_site_go_to(&site, site.world.wall + HOUR_MS);
    site.world.wall -= 3 * HOUR_MS;
    assert_int_equal(both(&decision, ASV_ACTION_RELEASE, &people.reviewer, &people.chief, &clip).status,
                     ASV_E_AWAY);
    says(&decision, ASV_E_AWAY, 0);
    site.world.wall += 3 * HOUR_MS;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_same_again_has_the_same_ruling),
        TEST(what_was_taken_is_said_to_be_as_long_as_it_is_remembered),
        TEST(only_what_nothing_changes_is_refused_for_good),
        TEST(what_may_pass_is_not_refused_for_good),
        TEST(a_showing_is_no_answer),
        TEST(what_waits_has_no_ruling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
