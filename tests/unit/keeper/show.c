/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * SHOW: the file key leaves for the reviewer whom another person agreed to, for each time that he or she
 * signs for it; and for nobody who merely has what two people signed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/hex.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision open; /* of the reviewer, to which the chief agreed */
static struct keeper_decision other_open;
static struct asv_test_stated show;
static struct keeper_clip clip, other;
static const struct asv_test_identity *camera;

static void make_held(struct keeper_clip *out, uint8_t n)
{
    static struct keeper_decision hold;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, camera, &key, 2, out);
    assert_int_equal(
        keeper_both(&site, &hold, ASV_ACTION_HOLD, &people.wearer, &people.chief, n, camera, out).status,
        ASV_OK);
}

static void agree(struct keeper_decision *out, const struct asv_test_person *one,
                  const struct asv_test_person *two, uint8_t n, const struct keeper_clip *what)
{
    keeper_propose_clip(&site, out, ASV_ACTION_OPEN, one, n, camera, what);
    keeper_respond(&site, out, ASV_STEP_APPROVE, two, (uint8_t)(n + 1));
}

static int set_up(void **state)
{
    (void)state;
    keeper_site_init(&site, 1);
    camera = &site.agency.camera;
    keeper_people_init(&people, &site);
    assert_int_equal(keeper_make_days(&site, camera, 0, 20).status, ASV_OK);
    make_held(&clip, 2);
    make_held(&other, 4);
    agree(&open, &people.reviewer, &people.chief, 6, &clip);
    agree(&other_open, &people.reviewer, &people.chief, 8, &other);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

static bool is_its_key(const struct keeper_clip *what, const uint8_t *file_key)
{
    uint8_t commitment[ASV_SHA256_BYTES];
    asv_key_commitment(commitment, file_key);
    return memcmp(commitment, what->header.commitment, sizeof commitment) == 0;
}

/* With the statement as it stands in show. A key leaves exactly with ASV_OK. */
static enum asv_status ask(const struct keeper_decision *with, const struct asv_test_person *person)
{
    static const uint8_t zeros[sizeof *site.keeper.scratch];
    struct asv_keeper_reply reply = keeper_ask_to_show(&site, with, &show, person);
    assert_true((reply.status == ASV_OK) == (reply.file_key != NULL));
    assert_true(reply.file_key == NULL || is_its_key(with == &other_open ? &other : &clip, reply.file_key));
    assert_memory_equal(site.keeper.scratch, zeros, sizeof zeros); /* K-049 */
    return reply.status;
}

static enum asv_status show_to(const struct keeper_decision *with, const struct asv_test_person *person)
{
    keeper_show(&site, &show, with, person);
    return ask(with, person);
}

/* Somebody else, whom the admin and the chief enrol. */
static void enrol(struct asv_test_person *person, uint8_t n)
{
    static struct keeper_decision decision;
    keeper_propose(&site, &decision, ASV_ACTION_ENROL, &people.admin, n);
    memcpy(decision.proposal.statement.subject.id, person->digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, (uint8_t)(n + 1));
    decision.enrolled = person;
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
}

static void take_back(const struct asv_test_person *person, uint8_t n)
{
    static struct keeper_decision decision;
    keeper_propose(&site, &decision, ASV_ACTION_REVOKE, &people.admin, n);
    memcpy(decision.proposal.statement.subject.id, person->digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
}

static enum asv_status present(struct asv_bytes proposal, struct asv_bytes answer)
{
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_DECIDE,
        .proposal = proposal,
        .answer = answer,
        .number = ASV_KEEPER_NO_CLIP,
        .record_count = 2,
        .records = {people.reviewer.credential.encoded, people.chief.credential.encoded}};
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_SERVER, &request);
    assert_null(reply.file_key);
    return reply.status;
}

static void L5_two_statements_of_an_opening_open_nothing(void **state)
{
    (void)state; /* K-170: whoever has them, as who approved, or who stole them */
    struct asv_bytes proposal = {open.proposal.data, open.proposal.len};
    struct asv_bytes approval = {open.answer.data, open.answer.len};
    assert_int_equal(present(proposal, approval), ASV_E_STATE);
    keeper_show(&site, &show, &open, &people.reviewer);
    struct asv_bytes showing = {show.data, show.len};
    assert_int_equal(present(showing, (struct asv_bytes){0}), ASV_E_STATE); /* what it rests on is missing */
    assert_int_equal(present(showing, approval), ASV_E_STATE);
    assert_int_equal(present(proposal, showing), ASV_E_STATE); /* ST-120 */
    assert_int_equal(ask(&open, &people.reviewer), ASV_OK);    /* none of that spent it */
}

static void L5_it_is_shown_to_the_one_who_asked_and_to_nobody_else(void **state)
{
    (void)state;                            /* K-170 */
    static struct asv_test_person namesake; /* a reviewer of the same name */
    const struct asv_test_person *others[4] = {&people.chief, &people.deputy, &people.officer, &namesake};
    keeper_person_init(&namesake, 122, ASV_ROLE_REVIEWER, ASV_ALG_ED25519,
                       people.reviewer.credential.until_ms);
    enrol(&namesake, 30);
    for (size_t i = 0; i < 4; i++) {
        /* With the reviewer's name in it, and with one's own. */
        enum asv_status status = show_to(&open, others[i]);
        assert_int_equal(status, others[i] == &namesake ? ASV_E_DENIED : ASV_E_MISMATCH);
        struct asv_statement own = show.statement;
        static struct asv_test_stated signed_anew;
        own.subject.name = others[i]->credential.name;
        asv_test_state(&signed_anew, &own, others[i], NULL);
        memcpy(show.data, signed_anew.data, signed_anew.len);
        show.len = signed_anew.len;
        assert_int_equal(ask(&open, others[i]), others[i] == &namesake ? ASV_E_DENIED : ASV_E_MISMATCH);
    }
    assert_int_equal(show_to(&open, &people.wearer), ASV_E_DENIED); /* who has no role for it */
    /* Who approved says that the reviewer did. */
    keeper_show(&site, &show, &open, &people.reviewer);
    static struct asv_test_stated forged;
    asv_test_state(&forged, &show.statement, &people.deputy, NULL);
    memcpy(show.data, forged.data, forged.len);
    assert_int_equal(ask(&open, &people.reviewer), ASV_E_SIGNATURE);
    assert_int_equal(show_to(&open, &people.reviewer), ASV_OK);
}

static void L1_each_showing_is_signed_anew(void **state)
{
    (void)state; /* K-171 */
    assert_int_equal(show_to(&open, &people.reviewer), ASV_OK);
    assert_int_equal(ask(&open, &people.reviewer), ASV_E_STATE);
    keeper_site_restart(&site);
    assert_int_equal(ask(&open, &people.reviewer), ASV_E_STATE);
    asv_test_world_step(&site.world, (uint64_t)(5 * MINUTE_MS - 1)); /* as long as it lives */
    assert_int_equal(ask(&open, &people.reviewer), ASV_E_STATE);
    asv_test_world_step(&site.world, 1);
    assert_int_equal(ask(&open, &people.reviewer), ASV_E_EXPIRED);
    assert_int_equal(show_to(&open, &people.reviewer), ASV_OK); /* signed anew, it is shown again */
    assert_int_equal(show_to(&open, &people.reviewer), ASV_OK);
    keeper_show(&site, &show, &open, &people.reviewer);
    asv_test_world_step(&site.world, (uint64_t)(5 * MINUTE_MS)); /* one that nobody made use of in time */
    assert_int_equal(ask(&open, &people.reviewer), ASV_E_EXPIRED);
    asv_test_world_step(&site.world, (uint64_t)(12 * HOUR_MS)); /* the approval's life is over */
    assert_int_equal(show_to(&open, &people.reviewer), ASV_E_EXPIRED);
}

static void a_showing_is_of_one_clip_and_one_opening(void **state)
{
    (void)state; /* K-170 */
    keeper_show(&site, &show, &other_open, &people.reviewer);
    assert_int_equal(ask(&open, &people.reviewer), ASV_E_MISMATCH);
    assert_int_equal(ask(&other_open, &people.reviewer), ASV_OK);
    static struct keeper_decision second; /* the same clip's, asked for again */
    agree(&second, &people.reviewer, &people.chief, 40, &clip);
    keeper_show(&site, &show, &second, &people.reviewer);
    assert_int_equal(ask(&open, &people.reviewer), ASV_E_MISMATCH);
    assert_int_equal(ask(&second, &people.reviewer), ASV_OK);
}

static void nothing_is_shown_that_nobody_agreed_to(void **state)
{
    (void)state; /* K-170 */
    static struct keeper_decision asked;
    keeper_propose_clip(&site, &asked, ASV_ACTION_OPEN, &people.reviewer, 40, camera, &clip);
    assert_int_equal(show_to(&asked, &people.reviewer), ASV_E_STATE);
    keeper_respond(&site, &asked, ASV_STEP_REFUSE, &people.chief, 41);
    assert_int_equal(show_to(&asked, &people.reviewer), ASV_E_STATE);
    agree(&asked, &people.officer, &people.officer, 42, &clip); /* one person is not two */
    assert_int_equal(show_to(&asked, &people.officer), ASV_E_DENIED);
    agree(&asked, &people.reviewer, &people.wearer, 44, &clip);
    assert_int_equal(show_to(&asked, &people.reviewer), ASV_E_DENIED);
    /* Approved, and then withdrawn: the later word counts. */
    assert_int_equal(show_to(&open, &people.reviewer), ASV_OK);
    asked = open;
    assert_int_equal(
        asv_statement_decode(&asked.proposal.statement, asked.proposal.data, asked.proposal.len, NULL),
        ASV_OK);
    keeper_respond(&site, &asked, ASV_STEP_WITHDRAW, &people.reviewer, 46);
    assert_int_equal(keeper_decide(&site, &asked).status, ASV_OK);
    assert_int_equal(show_to(&open, &people.reviewer), ASV_E_STATE); /* K-083 */
}

static void who_was_revoked_is_shown_nothing(void **state)
{
    (void)state;                           /* K-170, K-080 */
    static struct asv_test_person renewed; /* the reviewer's next credential, with an authenticator */
    keeper_person_init(&renewed, 124, ASV_ROLE_REVIEWER, ASV_ALG_ES256, people.reviewer.credential.until_ms);
    memcpy(renewed.credential.person, people.reviewer.credential.person, ASV_UUID_BYTES);
    memcpy(renewed.credential.badge, people.reviewer.credential.badge, ASV_SHA256_BYTES);
    renewed.credential.name = people.reviewer.credential.name;
    asv_test_person_again(&renewed);
    assert_int_equal(show_to(&open, &renewed), ASV_E_UNTRUSTED); /* it is not enrolled */
    enrol(&renewed, 40);
    assert_int_equal(show_to(&open, &renewed), ASV_OK); /* it is the same person */
    take_back(&renewed, 44);
    assert_int_equal(show_to(&open, &renewed), ASV_E_UNTRUSTED);
    keeper_show(&site, &show, &open, &people.reviewer);
    take_back(&people.reviewer, 46);
    assert_int_equal(ask(&open, &people.reviewer), ASV_E_UNTRUSTED); /* signed before, presented after */
}

/* A clip that somebody blocked since, or that is held no more. */
static void what_may_not_leave_is_not_shown(void **state)
{
    (void)state;
    static struct keeper_decision decision;
    keeper_propose_clip(&site, &decision, ASV_ACTION_BLOCK, &people.wearer, 40, camera, &clip);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    assert_int_equal(show_to(&open, &people.reviewer), ASV_E_DENIED); /* K-088 */
    assert_int_equal(show_to(&other_open, &people.reviewer), ASV_OK);
    assert_int_equal(
        keeper_both(&site, &decision, ASV_ACTION_RELEASE, &people.reviewer, &people.chief, 42, camera, &other)
            .status,
        ASV_OK);
    assert_int_equal(show_to(&other_open, &people.reviewer), ASV_E_STATE); /* K-087 */
}

/* K-199: what was agreed to while it was held before is not revived. */
static void held_again_it_is_agreed_to_anew(void **state)
{
    (void)state;
    static struct keeper_decision decision, again;
    struct asv_keeper_reply reply =
        keeper_both(&site, &decision, ASV_ACTION_RELEASE, &people.reviewer, &people.chief, 40, camera, &clip);
    assert_int_equal(reply.status, ASV_OK);
    keeper_site_go_to(&site, site.world.wall + HOUR_MS);
    reply = keeper_both(&site, &decision, ASV_ACTION_HOLD, &people.wearer, &people.chief, 42, camera, &clip);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(show_to(&open, &people.reviewer), ASV_E_STATE);
    keeper_site_restart(&site);
    assert_int_equal(show_to(&open, &people.reviewer), ASV_E_STATE);
    agree(&again, &people.reviewer, &people.chief, 44, &clip);
    assert_int_equal(show_to(&again, &people.reviewer), ASV_OK);
    assert_int_equal(show_to(&other_open, &people.reviewer), ASV_OK);
}

static void authenticators_show_as_key_files_do(void **state)
{
    (void)state;
    static struct keeper_decision chiefs;
    agree(&chiefs, &people.chief, &people.officer, 40, &clip);
    assert_int_equal(show_to(&chiefs, &people.chief), ASV_OK);
    assert_int_equal(ask(&chiefs, &people.chief), ASV_E_STATE);
}

/* How often these bytes stand in the keeper's own record. */
static unsigned written(const char *as, const struct asv_test_stated *statement)
{
    static char line[2 * ASV_STATEMENT_MAX_BYTES + 32];
    const struct keeper_blob *record = keeper_disk_file(site.disk, "decisions-2026");
    int len = snprintf(line, sizeof line, " %s ", as);
    unsigned count = 0;
    assert_non_null(record);
    asv_hex_encode(line + len, statement->data, statement->len);
    const uint8_t *at = record->data;
    const uint8_t *end = record->data + record->len;
    while (at != NULL) {
        at = memmem(at, (size_t)(end - at), line, strlen(line));
        count += at != NULL ? 1 : 0;
        at = at != NULL ? at + 1 : NULL;
    }
    return count;
}

static void L1_each_showing_is_written_down_with_what_it_rests_on(void **state)
{
    (void)state; /* K-172 */
    for (unsigned i = 1; i <= 3; i++) {
        assert_int_equal(show_to(&open, &people.reviewer), ASV_OK);
        assert_int_equal(written("SHOW", &show), 1);
        assert_int_equal(written("OPEN", &open.proposal), i);
        assert_int_equal(ask(&open, &people.reviewer), ASV_E_STATE); /* what is refused is not */
        assert_int_equal(written("SHOW", &show), 1);
    }
}

static void nothing_leaves_before_it_is_spent_and_written_down(void **state)
{
    (void)state; /* K-171, K-172: whatever fails, and whenever */
    for (enum keeper_fault fault = KEEPER_FAIL_BEFORE; fault <= KEEPER_FAIL_AFTER; fault++) {
        bool struck = true;
        for (unsigned call = 1; struck; call++) {
            keeper_show(&site, &show, &open, &people.reviewer);
            keeper_disk_arm(site.disk, call, fault);
            enum asv_status first = ask(&open, &people.reviewer);
            struck = site.disk->struck;
            keeper_disk_reboot(site.disk); /* the machine went down right after it */
            keeper_site_restart(&site);
            enum asv_status second = ask(&open, &people.reviewer);
            assert_true(second == ASV_E_STATE || (first != ASV_OK && second == ASV_OK));
            assert_int_not_equal(written("SHOW", &show), 0);
            assert_int_equal(ask(&open, &people.reviewer), ASV_E_STATE);
            assert_true(call < 200);
        }
    }
}

static void nothing_is_shown_while_the_clock_is_in_doubt(void **state)
{
    (void)state; /* K-123 */
    site.world.wall += 3 * HOUR_MS;
    assert_int_equal(show_to(&open, &people.reviewer), ASV_E_AWAY);
}

static void one_reviewer_leaves_room_for_the_others(void **state)
{
    (void)state; /* K-173 */
    static struct keeper_decision chiefs;
    unsigned shown = 0;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && shown <= 512) {
        status = show_to(&open, &people.reviewer);
        shown += status == ASV_OK ? 1 : 0;
    }
    assert_int_equal(shown, 512);
    assert_int_equal(status, ASV_E_BUSY);
    agree(&chiefs, &people.chief, &people.officer, 40, &clip);
    assert_int_equal(show_to(&chiefs, &people.chief), ASV_OK);
    static struct keeper_decision block; /* and for what the same person decides */
    keeper_propose_clip(&site, &block, ASV_ACTION_BLOCK, &people.reviewer, 50, camera, &clip);
    assert_int_equal(keeper_decide(&site, &block).status, ASV_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(L5_two_statements_of_an_opening_open_nothing),
        TEST(L5_it_is_shown_to_the_one_who_asked_and_to_nobody_else),
        TEST(L1_each_showing_is_signed_anew),
        TEST(a_showing_is_of_one_clip_and_one_opening),
        TEST(nothing_is_shown_that_nobody_agreed_to),
        TEST(who_was_revoked_is_shown_nothing),
        TEST(what_may_not_leave_is_not_shown),
        TEST(held_again_it_is_agreed_to_anew),
        TEST(authenticators_show_as_key_files_do),
        TEST(L1_each_showing_is_written_down_with_what_it_rests_on),
        TEST(nothing_leaves_before_it_is_spent_and_written_down),
        TEST(nothing_is_shown_while_the_clock_is_in_doubt),
        TEST(one_reviewer_leaves_room_for_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
