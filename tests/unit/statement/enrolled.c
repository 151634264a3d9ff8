/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LG-097: whose a credential is, from bytes alone: up to the agency root, or not at all. */
#include "server/statement/enrolled.h"

#include <string.h>

#include "tests/support/samples.h"
#include "tests/support/statements.h"
#include "tests/unit/test.h"

#define HOUR   INT64_C(3600000)
#define DAY    (24 * HOUR)
#define ROLE_A ASV_ROLE_ADMINISTRATOR
#define ROLE_S ASV_ROLE_SUPERVISOR

struct link {
    struct asv_test_person who;
    bool founded;
    struct asv_test_stated proposal, answer;
};

/* Anna and Sigrid were founded; Tom was enrolled by both, Nina by Anna and Tom. */
enum { ANNA, SIGRID, TOM, NINA, COUNT };

static struct link links[COUNT];
static struct asv_enrolled table;
static struct asv_test_person root;
static struct asv_err err;

static const uint8_t *root_pk(void)
{
    return asv_samples()->agency.root.pk;
}

static void found_at(struct link *link, int64_t at)
{
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_FOUND, ASV_STEP_SOLE, &root, 1);
    memcpy(statement.subject.id, link->who.digest, sizeof statement.subject.id);
    statement.issued_ms = at;
    statement.expires_ms = at + HOUR;
    asv_test_state(&link->answer, &statement, &root, NULL);
    link->founded = true;
}

/* A proposal to enrol link's person, not yet signed. */
static struct asv_statement to_propose(const struct link *link, const struct asv_test_person *by, int64_t at)
{
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_ENROL, ASV_STEP_PROPOSE, by, 2);
    memcpy(statement.subject.id, link->who.digest, sizeof statement.subject.id);
    statement.issued_ms = at;
    statement.expires_ms = at + 14 * DAY;
    return statement;
}

static struct asv_statement to_answer(const struct link *link, uint8_t step, const struct asv_test_person *by,
                                      int64_t at)
{
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_ENROL, step, by, 3);
    asv_test_answer(&statement, &link->proposal.statement);
    statement.issued_ms = at;
    statement.expires_ms = at + HOUR;
    return statement;
}

static void enrol_at(struct link *link, const struct asv_test_person *proposer,
                     const struct asv_test_person *approver, int64_t at)
{
    struct asv_statement statement = to_propose(link, proposer, at);
    asv_test_state(&link->proposal, &statement, proposer, NULL);
    statement = to_answer(link, ASV_STEP_APPROVE, approver, at + 1000);
    asv_test_state(&link->answer, &statement, approver, NULL);
    link->founded = false;
}

static struct asv_enrolled_by given(const struct link *link)
{
    struct asv_enrolled_by it = {.record = link->who.credential.encoded,
                                 .answer = {link->answer.data, link->answer.len}};
    if (!link->founded) {
        it.proposal = (struct asv_bytes){link->proposal.data, link->proposal.len};
    }
    return it;
}

static enum asv_status add(const struct link *link)
{
    const struct asv_enrolled_by it = given(link);
    size_t before = table.count;
    err = (struct asv_err){0};
    enum asv_status status = asv_enrolled_add(&table, &it, root_pk(), &err);
    assert_int_equal(table.count, before + (status == ASV_OK));
    assert_true((status == ASV_OK) == (err.text[0] == '\0'));
    return status;
}

/* The first n of the four, which are good. */
static void add_first(size_t n)
{
    table.count = 0;
    for (size_t i = 0; i < n; i++) {
        if (add(&links[i]) != ASV_OK) {
            fail_msg("%zu: %s", i, err.text);
        }
    }
}

static int set_up(void **state)
{
    (void)state;
    if (asv_crypto_init() != ASV_OK) {
        return -1;
    }
    asv_test_person_init(&root, 90, ROLE_A, ASV_ALG_ED25519);
    memcpy(root.sk, asv_samples()->agency.root.sk, sizeof root.sk);
    asv_test_person_init(&links[ANNA].who, 1, ROLE_A, ASV_ALG_ED25519);
    asv_test_person_init(&links[SIGRID].who, 2, ROLE_S, ASV_ALG_ES256);
    asv_test_person_init(&links[TOM].who, 3, ASV_ROLE_DEPUTY, ASV_ALG_ED25519);
    asv_test_person_init(&links[NINA].who, 4, ASV_ROLE_WEARER, ASV_ALG_ES256);
    found_at(&links[ANNA], ASV_TEST_NOW_MS);
    found_at(&links[SIGRID], ASV_TEST_NOW_MS + 1);
    enrol_at(&links[TOM], &links[ANNA].who, &links[SIGRID].who, ASV_TEST_NOW_MS + HOUR);
    enrol_at(&links[NINA], &links[ANNA].who, &links[TOM].who, ASV_TEST_NOW_MS + 2 * HOUR);
    add_first(COUNT);
    return 0;
}

static void each_rests_on_the_root(void **state)
{
    static const uint16_t steps[] = {1, 1, 2, 3};
    uint8_t nobody[ASV_SHA256_BYTES] = {0};
    (void)state; /* LG-097 */
    for (size_t i = 0; i < COUNT; i++) {
        const struct asv_enrolled_one *one = asv_enrolled_find(&table, links[i].who.digest);
        assert_non_null(one);
        assert_int_equal(one->steps, steps[i]);
        assert_int_equal(one->since_ms, links[i].answer.statement.issued_ms);
        assert_int_equal(one->credential.name.len, links[i].who.credential.name.len);
    }
    assert_null(asv_enrolled_find(&table, nobody));
    const struct asv_enrolled_one *one = asv_enrolled_find(&table, links[NINA].who.digest);
    assert_true(asv_enrolled_by_then(one, one->since_ms - ASV_STATEMENT_SKEW_MS));
    assert_false(asv_enrolled_by_then(one, one->since_ms - ASV_STATEMENT_SKEW_MS - 1));
    assert_false(asv_enrolled_by_then(one, 0));
}

/* Whoever makes it up has not the keys. */
static void no_byte_can_be_another(void **state)
{
    static uint8_t data[3][ASV_TEST_STATED_MAX];
    (void)state; /* LG-097 */
    for (size_t i = 0; i < COUNT; i++) {
        struct asv_enrolled_by it = given(&links[i]);
        struct asv_bytes *parts[] = {&it.record, &it.proposal, &it.answer};
        add_first(i);
        for (size_t part = 0; part < 3; part++) {
            memcpy(data[part], parts[part]->data != NULL ? parts[part]->data : data[part], parts[part]->len);
            parts[part]->data = data[part];
            for (size_t at = 0; at < parts[part]->len; at++) {
                data[part][at] ^= 1;
                if (asv_enrolled_add(&table, &it, root_pk(), NULL) == ASV_OK) {
                    fail_msg("link %zu, part %zu, byte %zu", i, part, at);
                }
                data[part][at] ^= 1;
            }
        }
        assert_int_equal(asv_enrolled_add(&table, &it, root_pk(), NULL), ASV_OK);
    }
}

static void what_was_left_out_is_missed(void **state)
{
    (void)state; /* LG-097 */
    for (size_t gone = 0; gone < COUNT; gone++) {
        table.count = 0;
        for (size_t i = 0; i < COUNT; i++) {
            if (i == gone) {
                continue;
            }
            bool rests = (i == TOM && gone < TOM) || (i == NINA && gone < NINA);
            enum asv_status status = add(&links[i]);
            if (status != (rests ? ASV_E_UNTRUSTED : ASV_OK)) {
                fail_msg("without %zu, %zu: %d %s", gone, i, (int)status, err.text);
            }
        }
    }
    table.count = 0; /* behind those whom it rests on, and not before them */
    assert_int_equal(add(&links[TOM]), ASV_E_UNTRUSTED);
    assert_string_equal(err.text, "who proposed it is not enrolled by what stands before it");
    add_first(1);
    assert_int_equal(add(&links[TOM]), ASV_E_UNTRUSTED);
    assert_string_equal(err.text, "who approved it is not enrolled by what stands before it");
}

/* An own key with a superior's name: whatever is enrolled by itself, or in a circle, is enrolled by nobody.
 */
static void nobody_comes_from_nowhere(void **state)
{
    static struct link one;
    static struct link two;
    (void)state; /* LG-097 */
    asv_test_person_init(&one.who, 10, ROLE_A, ASV_ALG_ED25519);
    asv_test_person_init(&two.who, 11, ROLE_S, ASV_ALG_ED25519);
    one.who.credential.name = links[ANNA].who.credential.name;
    two.who.credential.name = links[SIGRID].who.credential.name;
    asv_test_person_again(&one.who);
    asv_test_person_again(&two.who);
    enrol_at(&one, &one.who, &two.who, ASV_TEST_NOW_MS + HOUR);
    enrol_at(&two, &one.who, &two.who, ASV_TEST_NOW_MS + HOUR);
    add_first(COUNT);
    for (size_t i = 0; i < 2; i++) { /* in either order */
        assert_int_equal(add(i == 0 ? &one : &two), i == 0 ? ASV_E_DENIED : ASV_E_UNTRUSTED);
        assert_int_equal(add(i == 0 ? &two : &one), i == 0 ? ASV_E_UNTRUSTED : ASV_E_DENIED);
    }
    enrol_at(&one, &links[ANNA].who, &two.who, ASV_TEST_NOW_MS + HOUR); /* each by the other, and Anna */
    enrol_at(&two, &one.who, &links[SIGRID].who, ASV_TEST_NOW_MS + HOUR);
    assert_int_equal(add(&one), ASV_E_UNTRUSTED);
    assert_int_equal(add(&two), ASV_E_UNTRUSTED);
    assert_int_equal(add(&one), ASV_E_UNTRUSTED);
    enrol_at(&two, &links[ANNA].who, &two.who, ASV_TEST_NOW_MS + HOUR);
    assert_int_equal(add(&two), ASV_E_DENIED);
    assert_string_equal(err.text, "it enrols itself");
    memcpy(root.sk, one.who.sk, sizeof root.sk); /* founded by a root of his own */
    found_at(&one, ASV_TEST_NOW_MS);
    memcpy(root.sk, asv_samples()->agency.root.sk, sizeof root.sk);
    assert_int_equal(add(&one), ASV_E_SIGNATURE);
    found_at(&two, ASV_TEST_NOW_MS); /* another's founding */
    one.answer = two.answer;
    assert_int_equal(add(&one), ASV_E_MISMATCH);
}

static void two_people_are_two_and_may(void **state)
{
    static struct asv_test_person again;
    static struct link late;
    struct link *tom = &links[TOM];
    (void)state; /* LG-097; ST-087, ST-094, ST-095, ST-099 */
    add_first(2);
    asv_test_person_init(&late.who, 20, ROLE_S, ASV_ALG_ED25519); /* the same badge and person as Tom's */
    memcpy(late.who.credential.badge, tom->who.credential.badge, sizeof late.who.credential.badge);
    memcpy(late.who.credential.person, tom->who.credential.person, sizeof late.who.credential.person);
    asv_test_person_again(&late.who);
    found_at(&late, ASV_TEST_NOW_MS);
    assert_int_equal(add(&late), ASV_OK);
    enrol_at(tom, &links[ANNA].who, &late.who, ASV_TEST_NOW_MS + HOUR);
    assert_int_equal(add(tom), ASV_E_DENIED);
    assert_string_equal(err.text, "ENROL: nobody approves himself");
    enrol_at(tom, &links[SIGRID].who, &late.who, ASV_TEST_NOW_MS + HOUR); /* who is no administrator */
    assert_int_equal(add(tom), ASV_E_DENIED);
    enrol_at(tom, &links[ANNA].who, &links[ANNA].who, ASV_TEST_NOW_MS + HOUR);
    assert_int_equal(add(tom), ASV_E_DENIED);
    asv_test_person_init(&again, 21, ROLE_A, ASV_ALG_ED25519);
    struct asv_statement statement =
        to_answer(tom, ASV_STEP_APPROVE, &links[SIGRID].who, ASV_TEST_NOW_MS + HOUR + 1000);
    asv_test_state(&tom->answer, &statement, &again, NULL); /* in Sigrid's name, with another's key */
    assert_int_equal(add(tom), ASV_E_MISMATCH);
}

static void it_takes_an_approval_of_this_enrolment(void **state)
{
    struct link *tom = &links[TOM];
    struct asv_statement statement;
    const struct asv_test_person *sigrid = &links[SIGRID].who;
    (void)state; /* LG-097; ST-090, ST-091, ST-098 */
    add_first(2);
    statement = to_answer(tom, ASV_STEP_REFUSE, sigrid, ASV_TEST_NOW_MS + HOUR + 1000);
    asv_test_state(&tom->answer, &statement, sigrid, NULL);
    assert_int_equal(add(tom), ASV_E_STATE);
    tom->answer = tom->proposal;
    assert_int_equal(add(tom), ASV_E_STATE);
    statement = to_propose(tom, &links[ANNA].who, ASV_TEST_NOW_MS + HOUR); /* of another proposal */
    statement.nonce[0] ^= 1;
    asv_test_state(&tom->answer, &statement, &links[ANNA].who, NULL);
    struct asv_test_stated kept = tom->proposal;
    asv_test_state(&tom->proposal, &statement, &links[ANNA].who, NULL);
    statement = to_answer(tom, ASV_STEP_APPROVE, sigrid, ASV_TEST_NOW_MS + HOUR + 1000);
    asv_test_state(&tom->answer, &statement, sigrid, NULL);
    assert_int_equal(add(tom), ASV_OK);
    add_first(2);
    tom->proposal = kept;
    assert_int_equal(add(tom), ASV_E_MISMATCH);
    enrol_at(&links[NINA], &links[ANNA].who, sigrid, ASV_TEST_NOW_MS + HOUR); /* of somebody else */
    tom->proposal = links[NINA].proposal;
    tom->answer = links[NINA].answer;
    assert_int_equal(add(tom), ASV_E_MISMATCH);
    asv_test_statement(&statement, ASV_ACTION_POLICY, ASV_STEP_PROPOSE, &links[ANNA].who,
                       5); /* of a policy */
    asv_test_state(&tom->proposal, &statement, &links[ANNA].who, NULL);
    asv_test_statement(&statement, ASV_ACTION_POLICY, ASV_STEP_APPROVE, sigrid, 6);
    asv_test_answer(&statement, &tom->proposal.statement);
    asv_test_state(&tom->answer, &statement, sigrid, NULL);
    assert_int_equal(add(tom), ASV_E_STATE);
    assert_string_equal(err.text, "POLICY: enrols nobody");
}

static void another_agency_is_another(void **state)
{
    static struct link stranger;
    uint8_t other[ASV_ED25519_PK_BYTES];
    (void)state; /* LG-097; ST-080 */
    for (size_t i = 0; i < COUNT; i++) {
        const struct asv_enrolled_by it = given(&links[i]);
        memcpy(other, root_pk(), sizeof other);
        other[0] ^= 1;
        add_first(i);
        assert_int_equal(asv_enrolled_add(&table, &it, other, &err), ASV_E_UNTRUSTED);
    }
    asv_test_person_init(&stranger.who, 12, ROLE_S, ASV_ALG_ED25519);
    stranger.who.credential.agency[0] ^= 1;
    asv_test_person_again(&stranger.who);
    add_first(2);
    found_at(&stranger, ASV_TEST_NOW_MS);
    assert_int_equal(add(&stranger), ASV_E_UNTRUSTED);
    enrol_at(&stranger, &links[ANNA].who, &links[SIGRID].who, ASV_TEST_NOW_MS + HOUR);
    assert_int_equal(add(&stranger), ASV_E_UNTRUSTED);
}

/* What was good when it was signed is good; what was not never is. */
static void it_is_judged_by_the_times_of_signing(void **state)
{
    struct link *sigrid = &links[SIGRID];
    struct link *tom = &links[TOM];
    const int64_t at = ASV_TEST_NOW_MS + HOUR; /* when the proposal is made, a second before the approval */
    const struct {
        const char *what;
        int64_t from_ms, until_ms, founded_ms, approved_ms; /* of Sigrid */
        enum asv_status status;
    } cases[] = {
        {"expired long since", ASV_TEST_NOW_MS, at + 1001, ASV_TEST_NOW_MS, at + 1000, ASV_OK},
        {"expired by then", ASV_TEST_NOW_MS, at + 1000, ASV_TEST_NOW_MS, at + 1000, ASV_E_EXPIRED},
        {"not valid yet", at + 1001, at + DAY, ASV_TEST_NOW_MS, at + 1000, ASV_E_EXPIRED},
        {"enrolled at once", ASV_TEST_NOW_MS, at + DAY, at + 1000, at + 1000, ASV_OK},
        {"two clocks", ASV_TEST_NOW_MS, at + DAY, at + 1000 + ASV_STATEMENT_SKEW_MS, at + 1000, ASV_OK},
        {"enrolled later", ASV_TEST_NOW_MS, at + DAY, at + 1001 + ASV_STATEMENT_SKEW_MS, at + 1000,
         ASV_E_STATE},
        {"before the proposal", ASV_TEST_NOW_MS, at + DAY, ASV_TEST_NOW_MS, at - 1, ASV_E_STATE},
        {"its last instant", ASV_TEST_NOW_MS, at + 60 * DAY, ASV_TEST_NOW_MS, at + 14 * DAY - 1, ASV_OK},
        {"after the proposal", ASV_TEST_NOW_MS, at + 60 * DAY, ASV_TEST_NOW_MS, at + 14 * DAY, ASV_E_EXPIRED},
    };
    (void)state; /* LG-097; ST-085, ST-086, ST-093 */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sigrid->who.credential.from_ms = cases[i].from_ms;
        sigrid->who.credential.until_ms = cases[i].until_ms;
        asv_test_person_again(&sigrid->who);
        found_at(sigrid, cases[i].founded_ms);
        add_first(2);
        struct asv_statement statement = to_propose(tom, &links[ANNA].who, at);
        asv_test_state(&tom->proposal, &statement, &links[ANNA].who, NULL);
        statement = to_answer(tom, ASV_STEP_APPROVE, &sigrid->who, cases[i].approved_ms);
        asv_test_state(&tom->answer, &statement, &sigrid->who, NULL);
        enum asv_status status = add(tom);
        if (status != cases[i].status) {
            fail_msg("%s: %d %s", cases[i].what, (int)status, err.text);
        }
    }
}

static void one_key_and_one_badge_are_one_persons(void **state)
{
    static struct link more;
    (void)state; /* ST-027, ST-028 */
    add_first(2);
    assert_int_equal(add(&links[ANNA]), ASV_E_EXISTS);
    asv_test_person_init(&more.who, 30, ROLE_A, ASV_ALG_ED25519);
    memcpy(more.who.credential.ed25519_pk, links[ANNA].who.credential.ed25519_pk, ASV_ED25519_PK_BYTES);
    asv_test_person_again(&more.who);
    found_at(&more, ASV_TEST_NOW_MS);
    assert_int_equal(add(&more), ASV_E_EXISTS);
    asv_test_person_init(&more.who, 30, ROLE_A, ASV_ALG_ED25519);
    memcpy(more.who.credential.badge, links[ANNA].who.credential.badge, ASV_SHA256_BYTES);
    asv_test_person_again(&more.who);
    found_at(&more, ASV_TEST_NOW_MS);
    assert_int_equal(add(&more), ASV_E_MISMATCH);
}

static void there_is_an_end_to_them(void **state)
{
    static struct link many;
    size_t taken = 0;
    (void)state; /* LG-097 */
    table.count = 0;
    for (uint32_t n = 0; n < 300; n++) {
        asv_test_person_init(&many.who, 1000 + n, ROLE_S, ASV_ALG_ED25519);
        found_at(&many, ASV_TEST_NOW_MS);
        enum asv_status status = add(&many);
        assert_int_equal(status, n < ASV_ENROLLED_MAX ? ASV_OK : ASV_E_LIMIT);
        taken += status == ASV_OK;
    }
    assert_int_equal(taken, ASV_ENROLLED_MAX);
    static const uint8_t long_record[ASV_CREDENTIAL_MAX_BYTES + 1];
    table.count = 0;
    struct asv_enrolled_by it = given(&many);
    it.record = (struct asv_bytes){long_record, sizeof long_record};
    assert_int_equal(asv_enrolled_add(&table, &it, root_pk(), NULL), ASV_E_LIMIT);
    it.record = (struct asv_bytes){0};
    assert_true(asv_enrolled_add(&table, &it, root_pk(), NULL) != ASV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_rests_on_the_root, set_up),
        cmocka_unit_test_setup(no_byte_can_be_another, set_up),
        cmocka_unit_test_setup(what_was_left_out_is_missed, set_up),
        cmocka_unit_test_setup(nobody_comes_from_nowhere, set_up),
        cmocka_unit_test_setup(two_people_are_two_and_may, set_up),
        cmocka_unit_test_setup(it_takes_an_approval_of_this_enrolment, set_up),
        cmocka_unit_test_setup(another_agency_is_another, set_up),
        cmocka_unit_test_setup(it_is_judged_by_the_times_of_signing, set_up),
        cmocka_unit_test_setup(one_key_and_one_badge_are_one_persons, set_up),
        cmocka_unit_test_setup(there_is_an_end_to_them, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
