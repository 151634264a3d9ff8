/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LAW T4: keeping and early erasure take two different people, and so does everything that opens or moves a
 * recording. Who owns accounts, badges, keys or the database is still one.
 */
#include <string.h>

#include "tests/support/samples.h"
#include "tests/support/statements.h"
#include "tests/unit/test.h"

#define NOW ASV_TEST_NOW_MS

static struct asv_test_person wearer; /* with a key file */
static struct asv_test_person chief;  /* with an authenticator */
static struct asv_test_person deputy; /* with a key file */
static struct asv_test_stated proposal;
static struct asv_test_stated answer;
static struct asv_err err;

static int set_up(void **state)
{
    (void)state;
    asv_test_person_init(&wearer, 1, ASV_ROLE_WEARER, ASV_ALG_ED25519);
    asv_test_person_init(&chief, 2, ASV_ROLE_SUPERVISOR, ASV_ALG_ES256);
    asv_test_person_init(&deputy, 3, ASV_ROLE_DEPUTY, ASV_ALG_ED25519);
    return asv_crypto_init() == ASV_OK ? 0 : -1;
}

static void propose(uint16_t action, const struct asv_test_person *person)
{
    struct asv_statement statement;
    asv_test_statement(&statement, action, ASV_STEP_PROPOSE, person, 1);
    asv_test_state(&proposal, &statement, person, NULL);
}

/* An answer to the proposal, not yet signed. */
static struct asv_statement to_answer(uint8_t step, const struct asv_test_person *person)
{
    struct asv_statement statement;
    asv_test_statement(&statement, proposal.statement.action, step, person, 2);
    asv_test_answer(&statement, &proposal.statement);
    return statement;
}

static void sign(const struct asv_statement *statement, const struct asv_test_person *person)
{
    asv_test_state(&answer, statement, person, NULL);
}

static enum asv_status judge_at(const struct asv_test_person *proposer,
                                const struct asv_test_person *answerer, uint8_t step, int64_t now_ms)
{
    struct asv_statement_pair pair = {&proposal.statement, &proposer->credential, &answer.statement,
                                      &answerer->credential};
    err = (struct asv_err){0};
    enum asv_status status = asv_statement_verify_pair(&pair, step, asv_test_place(), now_ms, &err);
    assert_true((status == ASV_OK) == (err.text[0] == '\0'));
    return status;
}

static enum asv_status judge(const struct asv_test_person *proposer, const struct asv_test_person *answerer)
{
    return judge_at(proposer, answerer, ASV_STEP_APPROVE, NOW);
}

/* Two people each, for every action that takes two. */
static void two_people_decide(void **state)
{
    (void)state;
    static struct asv_test_person first;
    static struct asv_test_person second;
    size_t pairs = 0;
    for (uint16_t action = 1; action < 64; action++) {
        const struct asv_action_rule *rule = asv_action_rule(action);
        if (rule == NULL || rule->approvers == 0) {
            continue;
        }
        uint16_t roles = asv_action_roles(rule, ASV_STEP_PROPOSE, ASV_GROUND_DANGER);
        uint16_t approvers = (uint16_t)(rule->approvers & ~(unsigned)ASV_ROLE_WEARER);
        asv_test_person_init(&first, 10, (uint16_t)(roles & -roles), ASV_ALG_ES256);
        asv_test_person_init(&second, 11, (uint16_t)(approvers & -approvers), ASV_ALG_ED25519);
        propose(action, &first);
        struct asv_statement statement = to_answer(ASV_STEP_APPROVE, &second);
        sign(&statement, &second);
        assert_int_equal(judge(&first, &second), ASV_OK);
        pairs++;
    }
    assert_int_equal(pairs, 16);
}

static void one_person_is_never_two(void **state)
{
    (void)state; /* ST-094 */
    static struct asv_test_person again;
    struct asv_statement statement;

    propose(ASV_ACTION_HOLD, &chief); /* the approver is the requester */
    statement = to_answer(ASV_STEP_APPROVE, &chief);
    sign(&statement, &chief);
    assert_int_equal(judge(&chief, &chief), ASV_E_DENIED);
    assert_string_equal(err.text, "HOLD: one person is not two");

    asv_test_person_init(&again, 20, ASV_ROLE_DEPUTY, ASV_ALG_ED25519); /* a second credential, honestly */
    memcpy(again.credential.person, chief.credential.person, 16);
    memcpy(again.credential.badge, chief.credential.badge, 32);
    asv_test_person_again(&again);
    statement = to_answer(ASV_STEP_APPROVE, &again);
    sign(&statement, &again);
    assert_int_equal(judge(&chief, &again), ASV_E_DENIED);

    asv_test_person_init(&again, 20, ASV_ROLE_DEPUTY, ASV_ALG_ED25519); /* a second account with one badge */
    memcpy(again.credential.badge, chief.credential.badge, 32);
    asv_test_person_again(&again);
    statement = to_answer(ASV_STEP_APPROVE, &again);
    sign(&statement, &again);
    assert_int_equal(judge(&chief, &again), ASV_E_DENIED);
    assert_string_equal(err.text, "HOLD: one person is not two");

    asv_test_person_init(&again, 20, ASV_ROLE_DEPUTY, ASV_ALG_ED25519); /* a second badge */
    memcpy(again.credential.person, chief.credential.person, 16);
    asv_test_person_again(&again);
    statement = to_answer(ASV_STEP_APPROVE, &again);
    sign(&statement, &again);
    assert_int_equal(judge(&chief, &again), ASV_E_DENIED);
}

static void one_key_is_never_two_people(void **state)
{
    (void)state; /* ST-095 */
    static struct asv_test_person twin;
    struct asv_statement statement;
    static const uint8_t algorithms[] = {ASV_ALG_ES256, ASV_ALG_ED25519};
    for (size_t i = 0; i < 2; i++) {
        static struct asv_test_person first;
        asv_test_person_init(&first, 30, ASV_ROLE_SUPERVISOR, algorithms[i]);
        asv_test_person_init(&twin, 31, ASV_ROLE_DEPUTY, algorithms[i]);
        memcpy(twin.credential.p256_pk, first.credential.p256_pk, 64);
        memcpy(twin.credential.ed25519_pk, first.credential.ed25519_pk, 32);
        memcpy(twin.p256_sk, first.p256_sk, sizeof twin.p256_sk);
        memcpy(twin.sk, first.sk, sizeof twin.sk);
        asv_test_person_again(&twin);
        propose(ASV_ACTION_HOLD, &first);
        statement = to_answer(ASV_STEP_APPROVE, &twin);
        sign(&statement, &twin);
        assert_int_equal(judge(&first, &twin), ASV_E_DENIED);
        assert_string_equal(err.text, "HOLD: one key is not two people");
    }
}

static void one_of_the_two_is_a_superior(void **state)
{
    (void)state; /* ST-096 */
    static struct asv_test_person colleague;
    asv_test_person_init(&colleague, 12, ASV_ROLE_WEARER | ASV_ROLE_REVIEWER, ASV_ALG_ED25519);
    propose(ASV_ACTION_HOLD, &wearer);
    struct asv_statement statement = to_answer(ASV_STEP_APPROVE, &colleague);
    sign(&statement, &colleague);
    assert_int_equal(judge(&wearer, &colleague), ASV_E_DENIED);
    assert_string_equal(err.text, "HOLD: neither is a superior");
    propose(ASV_ACTION_HOLD, &chief);
    statement = to_answer(ASV_STEP_APPROVE, &colleague);
    sign(&statement, &colleague);
    assert_int_equal(judge(&chief, &colleague), ASV_OK);
}

static void an_approval_is_of_one_proposal(void **state)
{
    (void)state; /* ST-091 */
    struct asv_statement statement;
    propose(ASV_ACTION_HOLD, &wearer);
    statement = to_answer(ASV_STEP_APPROVE, &chief);
    sign(&statement, &chief);
    assert_int_equal(judge(&wearer, &chief), ASV_OK);
    /* The same once more, with another nonce: the approval does not count for it. */
    asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &wearer, 9);
    asv_test_state(&proposal, &statement, &wearer, NULL);
    assert_int_equal(judge(&wearer, &chief), ASV_E_MISMATCH);
    assert_string_equal(err.text, "HOLD: the answer is to another proposal");
    /* By somebody else, about the same clip. */
    propose(ASV_ACTION_HOLD, &deputy);
    assert_int_equal(judge(&deputy, &chief), ASV_E_MISMATCH);
    /* With another reason. */
    asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &wearer, 1);
    statement.reason.len -= 1;
    asv_test_state(&proposal, &statement, &wearer, NULL);
    assert_int_equal(judge(&wearer, &chief), ASV_E_MISMATCH);
}

/* Clip A's approval for clip B, and everything else that both must have in common. */
static void an_approval_is_about_the_same_thing(void **state)
{
    (void)state; /* ST-092 */
    static struct asv_test_person exporter;
    asv_test_person_init(&exporter, 4, ASV_ROLE_EXPORTER, ASV_ALG_ED25519);
    for (unsigned i = 0; i < 6; i++) {
        propose(ASV_ACTION_HAND_OVER, &exporter);
        struct asv_statement statement = to_answer(ASV_STEP_APPROVE, &chief);
        switch (i) {
        case 0:
            statement.subject.id[31] ^= 1;
            break;
        case 1:
            statement.subject.name.len--;
            break;
        case 2:
            statement.incident[15] ^= 1;
            break;
        case 3:
            statement.case_text.len--;
            break;
        case 4:
            asv_test_statement(&statement, ASV_ACTION_OPEN, ASV_STEP_APPROVE, &chief, 2);
            asv_statement_digest(statement.proposal, &proposal.statement);
            break;
        default:
            break;
        }
        sign(&statement, &chief);
        assert_int_equal(judge(&exporter, &chief), i == 5 ? ASV_OK : ASV_E_MISMATCH);
    }
    propose(ASV_ACTION_HOLD, &wearer);
    struct asv_statement statement = to_answer(ASV_STEP_APPROVE, &chief);
    statement.ground = ASV_GROUND_PROSECUTION;
    sign(&statement, &chief);
    assert_int_equal(judge(&wearer, &chief), ASV_E_MISMATCH);
    propose(ASV_ACTION_HOLD_AHEAD, &wearer);
    statement = to_answer(ASV_STEP_APPROVE, &chief);
    statement.subject.until_ms--;
    sign(&statement, &chief);
    assert_int_equal(judge(&wearer, &chief), ASV_E_MISMATCH);
    propose(ASV_ACTION_DAY, &wearer); /* LAW T1: of one day, and no other */
    statement = to_answer(ASV_STEP_APPROVE, &chief);
    sign(&statement, &chief);
    assert_int_equal(judge(&wearer, &chief), ASV_OK);
    statement.subject.date++;
    sign(&statement, &chief);
    assert_int_equal(judge(&wearer, &chief), ASV_E_MISMATCH);
    propose(ASV_ACTION_OPEN, &deputy); /* LAW L5: it is approved for one person, by name */
    statement = to_answer(ASV_STEP_APPROVE, &chief);
    sign(&statement, &chief);
    assert_int_equal(judge(&deputy, &chief), ASV_OK);
    statement.subject.name = wearer.credential.name;
    sign(&statement, &chief);
    assert_int_equal(judge(&deputy, &chief), ASV_E_MISMATCH);
}

static void only_the_step_that_was_asked_for_counts(void **state)
{
    (void)state; /* ST-090 */
    static const uint8_t steps[] = {ASV_STEP_PROPOSE, ASV_STEP_APPROVE, ASV_STEP_REFUSE, ASV_STEP_WITHDRAW,
                                    ASV_STEP_SOLE};
    for (size_t given = 1; given <= 3; given++) {
        const struct asv_test_person *person = steps[given] == ASV_STEP_WITHDRAW ? &deputy : &chief;
        propose(ASV_ACTION_HOLD, &deputy);
        struct asv_statement statement = to_answer(steps[given], person);
        sign(&statement, person);
        for (size_t asked = 0; asked < sizeof steps; asked++) {
            assert_int_equal(judge_at(&deputy, person, steps[asked], NOW),
                             given == asked ? ASV_OK : ASV_E_STATE);
        }
    }
    /* Two proposals are no decision, and an approval of an approval is none. */
    propose(ASV_ACTION_HOLD, &wearer);
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &chief, 2);
    sign(&statement, &chief);
    assert_int_equal(judge_at(&wearer, &chief, ASV_STEP_PROPOSE, NOW), ASV_E_STATE);
    assert_int_equal(judge(&wearer, &chief), ASV_E_STATE);
    statement = to_answer(ASV_STEP_APPROVE, &chief);
    asv_test_state(&proposal, &statement, &chief, NULL);
    statement = to_answer(ASV_STEP_APPROVE, &deputy);
    sign(&statement, &deputy);
    assert_int_equal(judge(&chief, &deputy), ASV_E_STATE);
}

static void both_must_be_believed(void **state)
{
    (void)state;
    struct asv_statement statement;
    propose(ASV_ACTION_HOLD, &wearer);
    statement = to_answer(ASV_STEP_APPROVE, &chief);
    sign(&statement, &chief);
    proposal.statement.signature[0] ^= 1;
    assert_int_equal(judge(&wearer, &chief), ASV_E_SIGNATURE); /* ST-060 */
    proposal.statement.signature[0] ^= 1;
    assert_int_equal(judge(&deputy, &chief), ASV_E_MISMATCH); /* ST-081 */
    assert_int_equal(judge(&wearer, &deputy), ASV_E_MISMATCH);
    sign(&statement, &deputy);                                /* in the chief's name */
    assert_int_equal(judge(&wearer, &chief), ASV_E_MISMATCH); /* ST-063 */
    static struct asv_test_person nobody;
    asv_test_person_init(&nobody, 5, ASV_ROLE_EXPORTER | ASV_ROLE_REVIEWER, ASV_ALG_ED25519);
    statement = to_answer(ASV_STEP_APPROVE, &nobody); /* without the role */
    sign(&statement, &nobody);
    assert_int_equal(judge(&wearer, &nobody), ASV_E_DENIED); /* ST-087 */
    assert_string_equal(err.text, "HOLD: the person has no role for this");
}

static void an_answer_comes_within_the_proposals_life(void **state)
{
    (void)state;
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &wearer, 1);
    statement.expires_ms = NOW + 10000;
    asv_test_state(&proposal, &statement, &wearer, NULL);
    const struct {
        int64_t issued_ms;
        int64_t now_ms;
        enum asv_status status;
    } cases[] = {
        {NOW, NOW, ASV_OK},
        {NOW - 1, NOW, ASV_E_STATE},            /* ST-093: before it was asked */
        {NOW + 9999, NOW, ASV_OK},              /* a clock ahead */
        {NOW + 10000, NOW + 9999, ASV_E_STATE}, /* ST-093 */
        {NOW, NOW + 9999, ASV_OK},
        {NOW, NOW + 10000, ASV_E_EXPIRED}, /* ST-085: the proposal has */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        statement = to_answer(ASV_STEP_APPROVE, &chief);
        statement.issued_ms = cases[i].issued_ms;
        statement.expires_ms = cases[i].issued_ms + 60000;
        sign(&statement, &chief);
        enum asv_status status = judge_at(&wearer, &chief, ASV_STEP_APPROVE, cases[i].now_ms);
        if (status != cases[i].status) {
            fail_msg("case %zu: %s", i, err.text);
        }
    }
    statement = to_answer(ASV_STEP_APPROVE, &chief);
    statement.expires_ms = NOW + 1;
    sign(&statement, &chief);
    assert_int_equal(judge_at(&wearer, &chief, ASV_STEP_APPROVE, NOW + 1), ASV_E_EXPIRED); /* ST-085 */
}

static void only_the_proposer_withdraws(void **state)
{
    (void)state; /* ST-097 */
    static struct asv_test_person again;
    propose(ASV_ACTION_HOLD, &wearer);
    struct asv_statement statement = to_answer(ASV_STEP_WITHDRAW, &wearer);
    sign(&statement, &wearer);
    assert_int_equal(judge_at(&wearer, &wearer, ASV_STEP_WITHDRAW, NOW), ASV_OK);
    statement = to_answer(ASV_STEP_WITHDRAW, &deputy);
    sign(&statement, &deputy);
    assert_int_equal(judge_at(&wearer, &deputy, ASV_STEP_WITHDRAW, NOW), ASV_E_DENIED);
    asv_test_person_init(&again, 21, ASV_ROLE_WEARER, ASV_ALG_ES256); /* with another key of his */
    memcpy(again.credential.person, wearer.credential.person, 16);
    memcpy(again.credential.badge, wearer.credential.badge, 32);
    asv_test_person_again(&again);
    statement = to_answer(ASV_STEP_WITHDRAW, &again);
    sign(&statement, &again);
    assert_int_equal(judge_at(&wearer, &again, ASV_STEP_WITHDRAW, NOW), ASV_OK);
}

static void an_enrolment_is_of_one_record_and_not_ones_own(void **state)
{
    (void)state;
    static struct asv_test_person admin;
    static struct asv_test_person colleague;
    static struct asv_test_person stranger;
    struct asv_statement statement;
    asv_test_person_init(&admin, 6, ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519);
    asv_test_person_init(&colleague, 7, ASV_ROLE_WEARER, ASV_ALG_ES256);
    asv_test_statement(&statement, ASV_ACTION_ENROL, ASV_STEP_PROPOSE, &admin, 1);
    memcpy(statement.subject.id, colleague.digest, 32);
    asv_test_state(&proposal, &statement, &admin, NULL);
    const struct asv_statement *enrol = &proposal.statement;
    assert_int_equal(asv_statement_enrols(enrol, &colleague.credential, &chief.credential, NULL), ASV_OK);
    assert_int_equal(asv_statement_enrols(enrol, &wearer.credential, &chief.credential, NULL),
                     ASV_E_MISMATCH); /* ST-098 */
    assert_int_equal(asv_statement_enrols(enrol, &colleague.credential, NULL, NULL),
                     ASV_E_STATE); /* ST-098: without an approver only the root's */
    memcpy(colleague.credential.badge, chief.credential.badge, 32); /* a second account for the approver */
    asv_test_person_again(&colleague);
    memcpy(statement.subject.id, colleague.digest, 32);
    asv_test_state(&proposal, &statement, &admin, NULL);
    assert_int_equal(asv_statement_enrols(enrol, &colleague.credential, &chief.credential, &err),
                     ASV_E_DENIED); /* ST-099 */
    asv_test_person_init(&stranger, 8, ASV_ROLE_WEARER, ASV_ALG_ED25519);
    memset(stranger.credential.agency, 7, 32);
    asv_test_person_again(&stranger);
    memcpy(statement.subject.id, stranger.digest, 32);
    asv_test_state(&proposal, &statement, &admin, NULL);
    assert_int_equal(asv_statement_enrols(enrol, &stranger.credential, &chief.credential, NULL),
                     ASV_E_UNTRUSTED); /* ST-080 */

    asv_test_statement(&statement, ASV_ACTION_FOUND, ASV_STEP_SOLE, &admin, 1);
    memcpy(statement.subject.id, admin.digest, 32);
    asv_test_state(&proposal, &statement, &admin, NULL);
    assert_int_equal(asv_statement_enrols(enrol, &admin.credential, NULL, NULL), ASV_OK);
    assert_int_equal(asv_statement_enrols(enrol, &admin.credential, &chief.credential, NULL), ASV_E_STATE);
    propose(ASV_ACTION_HOLD, &wearer);
    assert_int_equal(asv_statement_enrols(enrol, &admin.credential, NULL, NULL), ASV_E_STATE); /* ST-098 */
}

static enum asv_status judge_show(const struct asv_statement *statement, const struct asv_test_person *person)
{
    static struct asv_test_stated show;
    const struct asv_statement_pair pair = {&proposal.statement, &deputy.credential, &answer.statement,
                                            &chief.credential};
    asv_test_state(&show, statement, person, NULL);
    return asv_statement_shows(&show.statement, &person->credential, &pair, NULL);
}

/* A SHOW of the proposal's, not yet signed. */
static struct asv_statement to_show(const struct asv_test_person *person)
{
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_SHOW, ASV_STEP_SOLE, person, 3);
    asv_test_answer(&statement, &proposal.statement);
    statement.action = ASV_ACTION_SHOW;
    return statement;
}

/* LAW L1, L5: what two people agreed to, to the one of them who asked, and nothing beside it. */
static void L5_a_showing_makes_use_of_one_opening(void **state)
{
    (void)state;
    static struct asv_test_person again;
    static struct asv_test_person namesake;
    propose(ASV_ACTION_OPEN, &deputy);
    struct asv_statement statement = to_answer(ASV_STEP_APPROVE, &chief);
    sign(&statement, &chief);
    assert_int_equal(judge(&deputy, &chief), ASV_OK);
    statement = to_show(&deputy);
    assert_int_equal(judge_show(&statement, &deputy), ASV_OK);
    for (int i = 0; i < 4; i++) { /* ST-111 */
        statement = to_show(&deputy);
        statement.subject.id[31] ^= i == 0;
        statement.incident[15] ^= i == 1;
        statement.case_text.len -= i == 2;
        statement.proposal[0] ^= i == 3;
        assert_int_equal(judge_show(&statement, &deputy), ASV_E_MISMATCH);
    }
    statement = to_show(&chief); /* ST-112: not who approved */
    assert_int_equal(judge_show(&statement, &chief), ASV_E_DENIED);
    asv_test_person_init(&namesake, 6, ASV_ROLE_REVIEWER, ASV_ALG_ED25519); /* who is called the same */
    assert_memory_equal(namesake.credential.name.data, deputy.credential.name.data,
                        namesake.credential.name.len);
    statement = to_show(&namesake);
    assert_int_equal(judge_show(&statement, &namesake), ASV_E_DENIED);
    memcpy(namesake.credential.person, deputy.credential.person, ASV_UUID_BYTES); /* with another badge */
    asv_test_person_again(&namesake);
    statement = to_show(&namesake);
    assert_int_equal(judge_show(&statement, &namesake), ASV_E_DENIED);
    asv_test_person_init(&again, 4, ASV_ROLE_DEPUTY, ASV_ALG_ES256); /* the same person's next credential */
    memcpy(again.credential.person, deputy.credential.person, ASV_UUID_BYTES);
    memcpy(again.credential.badge, deputy.credential.badge, ASV_SHA256_BYTES);
    again.credential.name = deputy.credential.name;
    asv_test_person_again(&again);
    statement = to_show(&again);
    assert_int_equal(judge_show(&statement, &again), ASV_OK);

    struct asv_statement refusal = to_answer(ASV_STEP_REFUSE, &chief);
    sign(&refusal, &chief);
    statement = to_show(&deputy);
    assert_int_equal(judge_show(&statement, &deputy), ASV_E_STATE); /* ST-111 */
    propose(ASV_ACTION_HAND_OVER, &deputy);
    refusal = to_answer(ASV_STEP_APPROVE, &chief);
    sign(&refusal, &chief);
    asv_test_statement(&statement, ASV_ACTION_SHOW, ASV_STEP_SOLE, &deputy, 4);
    asv_statement_digest(statement.proposal, &proposal.statement);
    assert_int_equal(judge_show(&statement, &deputy), ASV_E_STATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_people_decide),
        cmocka_unit_test(one_person_is_never_two),
        cmocka_unit_test(one_key_is_never_two_people),
        cmocka_unit_test(one_of_the_two_is_a_superior),
        cmocka_unit_test(an_approval_is_of_one_proposal),
        cmocka_unit_test(an_approval_is_about_the_same_thing),
        cmocka_unit_test(only_the_step_that_was_asked_for_counts),
        cmocka_unit_test(both_must_be_believed),
        cmocka_unit_test(an_answer_comes_within_the_proposals_life),
        cmocka_unit_test(only_the_proposer_withdraws),
        cmocka_unit_test(L5_a_showing_makes_use_of_one_opening),
        cmocka_unit_test(an_enrolment_is_of_one_record_and_not_ones_own),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
