/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether a statement is that of the person it names: key files and authenticators, times and roles.
 */
#include <string.h>

#include "tests/support/samples.h"
#include "tests/support/statements.h"
#include "tests/unit/test.h"

#define NOW ASV_TEST_NOW_MS

static struct asv_test_person wearer; /* with a key file */
static struct asv_test_person chief;  /* with an authenticator */
static struct asv_test_stated stated;
static struct asv_err err;

static int set_up(void **state)
{
    (void)state;
    asv_test_person_init(&wearer, 1, ASV_ROLE_WEARER, ASV_ALG_ED25519);
    asv_test_person_init(&chief, 2, ASV_ROLE_SUPERVISOR, ASV_ALG_ES256);
    return asv_crypto_init() == ASV_OK ? 0 : -1;
}

static void state_hold(const struct asv_test_person *person, const struct asv_test_authenticator *with)
{
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, person, 1);
    asv_test_state(&stated, &statement, person, with);
}

static enum asv_status verify(const struct asv_test_person *person)
{
    err = (struct asv_err){0};
    return asv_statement_verify(&stated.statement, &person->credential, asv_test_place(), NOW, &err);
}

static void both_kinds_of_proof_verify(void **state)
{
    (void)state;
    state_hold(&wearer, NULL);
    assert_int_equal(verify(&wearer), ASV_OK);
    state_hold(&chief, NULL);
    assert_int_equal(verify(&chief), ASV_OK);
}

/* Whatever is changed in body or proof: another nonce to replay it, another clip, person, time or reason. */
static void no_bit_of_a_statement_can_be_changed(void **state)
{
    (void)state; /* ST-060, ST-061 */
    const struct asv_test_person *people[] = {&wearer, &chief};
    for (size_t i = 0; i < 2; i++) {
        state_hold(people[i], NULL);
        size_t len = stated.len;
        for (size_t at = 0; at < len; at++) {
            for (uint8_t bit = 1; bit != 0; bit = (uint8_t)(bit << 1)) {
                stated.data[at] ^= bit;
                enum asv_status status = asv_statement_decode(&stated.statement, stated.data, len, NULL);
                if (status == ASV_OK && verify(people[i]) == ASV_OK) {
                    fail_msg("byte %zu, bit %u", at, bit);
                }
                stated.data[at] ^= bit;
            }
        }
        assert_int_equal(asv_statement_decode(&stated.statement, stated.data, len, NULL), ASV_OK);
        assert_int_equal(verify(people[i]), ASV_OK);
    }
}

static void a_signature_for_another_purpose_is_none(void **state)
{
    (void)state; /* ST-060 */
    for (int purpose = 0; purpose < ASV_PURPOSE_COUNT; purpose++) {
        uint8_t challenge[32];
        struct asv_test_authenticator with = {.challenge = challenge};
        struct asv_bytes body;
        bool right = purpose == ASV_PURPOSE_STATEMENT;
        state_hold(&wearer, NULL);
        body = stated.statement.body;
        asv_sign(stated.statement.signature, (enum asv_purpose)purpose, body.data, body.len, wearer.sk);
        assert_int_equal(verify(&wearer), right ? ASV_OK : ASV_E_SIGNATURE);
        state_hold(&chief, NULL);
        body = stated.statement.body;
        asv_purpose_digest(challenge, (enum asv_purpose)purpose, body.data, body.len); /* ST-061 */
        state_hold(&chief, &with);
        assert_int_equal(verify(&chief), right ? ASV_OK : ASV_E_DIGEST); /* ST-075 */
    }
}

static void another_persons_statement_is_not_this_ones(void **state)
{
    (void)state; /* ST-081 */
    static struct asv_test_person other;
    asv_test_person_init(&other, 3, ASV_ROLE_WEARER, ASV_ALG_ED25519);
    state_hold(&wearer, NULL);
    assert_int_equal(verify(&other), ASV_E_MISMATCH);
    /* The other signs in this one's name. */
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &wearer, 1);
    asv_test_state(&stated, &statement, &other, NULL);
    assert_int_equal(verify(&wearer), ASV_E_SIGNATURE);
    assert_int_equal(verify(&other), ASV_E_MISMATCH);
    /* The other takes this one's person id along with his own credential. */
    asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &other, 1);
    memcpy(statement.person, wearer.credential.person, 16);
    asv_test_state(&stated, &statement, &other, NULL);
    assert_int_equal(verify(&other), ASV_E_MISMATCH);
    /* A credential with the same key, and another role: the digest knows. */
    asv_test_person_init(&other, 1, ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519);
    state_hold(&wearer, NULL);
    assert_int_equal(verify(&other), ASV_E_MISMATCH);
}

/* LAW L5: who would see a recording stands by name in what is approved, and is nobody but who asks. */
static void L5_who_asks_to_see_it_is_who_is_named(void **state)
{
    (void)state; /* ST-082 */
    static struct asv_test_person reviewer;
    struct asv_statement statement;
    asv_test_person_init(&reviewer, 3, ASV_ROLE_REVIEWER | ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519);
    for (int step = ASV_STEP_PROPOSE; step <= ASV_STEP_APPROVE; step++) {
        asv_test_statement(&statement, ASV_ACTION_OPEN, (uint8_t)step, &reviewer, 1);
        asv_test_state(&stated, &statement, &reviewer, NULL);
        assert_int_equal(verify(&reviewer), ASV_OK);
        statement.subject.name = chief.credential.name;
        asv_test_state(&stated, &statement, &reviewer, NULL);
        assert_int_equal(verify(&reviewer), step == ASV_STEP_PROPOSE ? ASV_E_MISMATCH : ASV_OK);
        statement.subject.name = reviewer.credential.name;
        statement.subject.name.len--; /* not a part of it either */
        asv_test_state(&stated, &statement, &reviewer, NULL);
        assert_int_equal(verify(&reviewer), step == ASV_STEP_PROPOSE ? ASV_E_MISMATCH : ASV_OK);
    }
    asv_test_statement(&statement, ASV_ACTION_SHOW, ASV_STEP_SOLE, &reviewer, 1);
    asv_test_state(&stated, &statement, &reviewer, NULL);
    assert_int_equal(verify(&reviewer), ASV_OK);
    statement.subject.name = chief.credential.name;
    asv_test_state(&stated, &statement, &reviewer, NULL);
    assert_int_equal(verify(&reviewer), ASV_E_MISMATCH);
}

static void another_agency_is_not_believed(void **state)
{
    (void)state; /* ST-080 */
    static struct asv_test_person stranger;
    static const uint8_t foreign[32] = {1};
    asv_test_person_init(&stranger, 3, ASV_ROLE_WEARER, ASV_ALG_ED25519);
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &stranger, 1);
    memcpy(statement.agency, foreign, 32);
    asv_test_state(&stated, &statement, &stranger, NULL);
    assert_int_equal(verify(&stranger), ASV_E_UNTRUSTED);
    memcpy(stranger.credential.agency, foreign, 32);
    asv_test_person_again(&stranger);
    state_hold(&stranger, NULL);
    assert_int_equal(verify(&stranger), ASV_E_UNTRUSTED);
}

static void a_proof_is_of_the_credentials_kind(void **state)
{
    (void)state; /* ST-063 */
    state_hold(&wearer, NULL);
    struct asv_credential credential =
        chief.credential; /* a forger's: his record, and a proof that he can make */
    uint8_t digest[32];
    asv_credential_digest(digest, &credential);
    memcpy(stated.statement.credential, digest, 32);
    memcpy(stated.statement.person, credential.person, 16);
    assert_int_equal(asv_statement_verify(&stated.statement, &credential, asv_test_place(), NOW, NULL),
                     ASV_E_MISMATCH);
    state_hold(&chief, NULL);
    asv_credential_digest(digest, &wearer.credential);
    memcpy(stated.statement.credential, digest, 32);
    memcpy(stated.statement.person, wearer.credential.person, 16);
    assert_int_equal(verify(&wearer), ASV_E_MISMATCH);
}

#define MEMBERS(type, origin, more) \
    "{\"type\":\"" type "\",\"challenge\":\"%.43s\",\"origin\":\"" origin "\"" more "}"

static void an_assertion_says_what_it_must(void **state)
{
    (void)state;
    static const uint8_t other_challenge[32] = {7};
    static const struct {
        struct asv_test_authenticator with;
        enum asv_status status;
    } cases[] = {
        {{.client_data = MEMBERS("webauthn.get", ASV_TEST_ORIGIN, "")}, ASV_OK},
        {{.client_data = MEMBERS("webauthn.get", "https://other.example", "")},
         ASV_OK}, /* the other one allowed */
        {{.client_data = MEMBERS("webauthn.get", ASV_TEST_ORIGIN, ",\"new\":[1]")}, ASV_OK},
        {{.client_data = MEMBERS("webauthn.create", ASV_TEST_ORIGIN, "")}, ASV_E_MISMATCH}, /* ST-074 */
        {{.client_data = MEMBERS("webauthn.get ", ASV_TEST_ORIGIN, "")}, ASV_E_MISMATCH},   /* ST-074 */
        {{.client_data = MEMBERS("", ASV_TEST_ORIGIN, "")}, ASV_E_MISMATCH},                /* ST-074 */
        {{.challenge = other_challenge}, ASV_E_DIGEST},                                     /* ST-075 */
        {{.client_data =
              "{\"type\":\"webauthn.get\",\"challenge\":\"%.43s=\",\"origin\":\"" ASV_TEST_ORIGIN "\"}"},
         ASV_E_DIGEST}, /* ST-075: padded */
        {{.client_data = "{\"type\":\"webauthn.get\",\"challenge\":\"\",\"origin\":\"" ASV_TEST_ORIGIN "\"}"},
         ASV_E_DIGEST},                                                                          /* ST-075 */
        {{.client_data = MEMBERS("webauthn.get", "https://evil.example", "")}, ASV_E_UNTRUSTED}, /* ST-076 */
        {{.client_data = MEMBERS("webauthn.get", "http://asservat.example", "")},
         ASV_E_UNTRUSTED},                                                                        /* ST-076 */
        {{.client_data = MEMBERS("webauthn.get", ASV_TEST_ORIGIN "/", "")}, ASV_E_UNTRUSTED},     /* ST-076 */
        {{.client_data = MEMBERS("webauthn.get", ASV_TEST_ORIGIN ".evil", "")}, ASV_E_UNTRUSTED}, /* ST-076 */
        {{.client_data = MEMBERS("webauthn.get", "", "")}, ASV_E_UNTRUSTED},                      /* ST-076 */
        {{.client_data = MEMBERS("webauthn.get", ASV_TEST_ORIGIN, ",\"crossOrigin\":true")},
         ASV_E_UNTRUSTED}, /* ST-076 */
        {{.client_data = MEMBERS("webauthn.get", ASV_TEST_ORIGIN, ",\"type\":\"webauthn.get\"")},
         ASV_E_MALFORMED},                            /* ST-072 */
        {{.client_data = "%.43s"}, ASV_E_MALFORMED},  /* ST-071 */
        {{.rp_id = "evil.example"}, ASV_E_UNTRUSTED}, /* ST-077 */
        {{.flags = 0x04}, ASV_E_DENIED},              /* ST-078: nobody present */
        {{.flags = 0x01}, ASV_E_DENIED},              /* ST-078: nobody verified */
        {{.flags = 0x18}, ASV_E_DENIED},              /* ST-078 */
        {{.flags = 0x1d}, ASV_OK},                    /* kept in the cloud: an administrator's choice */
        {{.flags = 0x45}, ASV_E_MALFORMED},           /* ST-070: a key should follow */
        {{.flags = 0x85}, ASV_E_MALFORMED},           /* ST-070: extensions should follow */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        state_hold(&chief, &cases[i].with);
        enum asv_status status = verify(&chief);
        if (status != cases[i].status) {
            fail_msg("case %zu: %s, %s", i, asv_status_name(status), err.text);
        }
    }
}

static void an_assertion_is_signed_by_the_credentials_key(void **state)
{
    (void)state; /* ST-079 */
    static struct asv_test_person other;
    asv_test_person_init(&other, 3, ASV_ROLE_SUPERVISOR, ASV_ALG_ES256);
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &chief, 1);
    asv_test_state(&stated, &statement, &other, NULL);
    assert_int_equal(verify(&chief), ASV_E_SIGNATURE);
    state_hold(&chief, NULL); /* over the JSON itself instead of its digest, and over nothing else */
    struct asv_bytes json = stated.statement.assertion.client_data;
    uint8_t digest[32];
    static uint8_t sig[ASV_P256_SIG_MAX_BYTES];
    asv_sha256(digest, json.data, json.len);
    stated.statement.assertion.signature =
        (struct asv_bytes){sig, asv_test_p256_sign(sig, chief.p256_sk, digest)};
    assert_int_equal(verify(&chief), ASV_E_SIGNATURE);
}

static void without_origins_no_browser_is_believed(void **state)
{
    (void)state; /* ST-076 */
    struct asv_statement_place place = *asv_test_place();
    place.origins = (struct asv_origins){NULL, 0};
    state_hold(&chief, NULL);
    assert_int_equal(asv_statement_verify(&stated.statement, &chief.credential, &place, NOW, NULL),
                     ASV_E_UNTRUSTED);
    state_hold(&wearer, NULL);
    assert_int_equal(asv_statement_verify(&stated.statement, &wearer.credential, &place, NOW, NULL), ASV_OK);
}

static void a_statement_counts_within_its_life(void **state)
{
    (void)state; /* ST-085 */
    state_hold(&wearer, NULL);
    const struct asv_statement *statement = &stated.statement;
    const struct {
        int64_t now_ms;
        enum asv_status status;
    } cases[] = {
        {statement->issued_ms - ASV_STATEMENT_SKEW_MS - 1, ASV_E_EXPIRED},
        {statement->issued_ms - ASV_STATEMENT_SKEW_MS, ASV_OK},
        {statement->expires_ms - 1, ASV_OK},
        {statement->expires_ms, ASV_E_EXPIRED},
        {INT64_MAX, ASV_E_EXPIRED},
        {ASV_TIME_UNKNOWN, ASV_E_EXPIRED}, /* who knows no time believes none */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(
            asv_statement_verify(statement, &wearer.credential, asv_test_place(), cases[i].now_ms, NULL),
            cases[i].status);
    }
}

static void a_credential_counts_when_it_is_used_and_when_it_is_read(void **state)
{
    (void)state; /* ST-086 */
    static struct asv_test_person person;
    const struct {
        int64_t from_ms;
        int64_t until_ms;
        int64_t now_ms;
        enum asv_status status;
    } cases[] = {
        {NOW, NOW + 1000, NOW, ASV_OK},
        {NOW + 1, NOW + 1000, NOW, ASV_E_EXPIRED},
        {NOW - 1000, NOW, NOW, ASV_E_EXPIRED},
        {NOW - 1000, NOW, NOW - 1, ASV_E_EXPIRED}, /* stated a moment ahead, behind the end */
        {NOW - 1000, NOW + 1000, NOW + 999, ASV_OK},
        {NOW - 1000, NOW + 1000, NOW + 1000, ASV_E_EXPIRED}, /* dated back */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asv_test_person_init(&person, 1, ASV_ROLE_WEARER, ASV_ALG_ED25519);
        person.credential.from_ms = cases[i].from_ms;
        person.credential.until_ms = cases[i].until_ms;
        asv_test_person_again(&person);
        state_hold(&person, NULL);
        enum asv_status status = asv_statement_verify(&stated.statement, &person.credential, asv_test_place(),
                                                      cases[i].now_ms, NULL);
        if (status != cases[i].status) {
            fail_msg("case %zu: %s", i, asv_status_name(status));
        }
    }
}

/* STATEMENTS.md 4, as people read it. LAW L4: who may do what. */
static void only_the_roles_of_the_table_may(void **state)
{
    (void)state; /* ST-087 */
    enum { W = 1, S = 2, D = 4, R = 8, E = 16, P = 32, A = 128 };
    static const struct {
        uint16_t action;
        uint16_t propose; /* or alone */
        uint16_t approve;
    } table[] = {
        {ASV_ACTION_HOLD, W | S | D, W | S | D},
        {ASV_ACTION_RELEASE, W | S | D | R | P, W | S | D},
        {ASV_ACTION_ERASE_EARLY, W | S | D | R | P, W | S | D},
        {ASV_ACTION_OPEN, S | D | R | P, S | D | P},
        {ASV_ACTION_SHOW, S | D | R | P, 0},
        {ASV_ACTION_HAND_OVER, S | D | E, S | D},
        {ASV_ACTION_HOLD_AHEAD, W | S | D, W | S | D},
        {ASV_ACTION_BLOCK, W | S | D | R | P, 0},
        {ASV_ACTION_UNBLOCK, S | D | P, 0},
        {ASV_ACTION_DAY, W | S | D | R | P, W | S | D},
        {ASV_ACTION_RECIPIENT, E | A, S | D},
        {ASV_ACTION_RECIPIENT_ENDS, E | A | S | D, 0},
        {ASV_ACTION_ENROL, A, S | D},
        {ASV_ACTION_REVOKE, A | S | D, 0},
        {ASV_ACTION_FOUND, 0, 0},
        {ASV_ACTION_POLICY, A, S | D},
        {ASV_ACTION_CLOCK, A | S | D, A | S | D},
        {ASV_ACTION_RECOVERY_KEY, A, S | D},
        {ASV_ACTION_RECOVERY_KEY_ENDS, A, S | D},
        {ASV_ACTION_LEDGER, A, S | D},
        {ASV_ACTION_FORGET, P | A, S | D | P},
        {ASV_ACTION_INCIDENT, W | S | D | R | E | P, 0},
        {ASV_ACTION_SUBJECT_REQUEST, P, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (unsigned step = ASV_STEP_PROPOSE; step <= ASV_STEP_SOLE; step++) {
            uint16_t may = step == ASV_STEP_APPROVE  ? table[i].approve
                           : step == ASV_STEP_REFUSE ? (uint16_t)(table[i].approve & ~W) /* ST-101 */
                                                     : table[i].propose;
            if ((step == ASV_STEP_SOLE) != (table[i].approve == 0) || table[i].action == ASV_ACTION_FOUND) {
                continue;
            }
            for (unsigned role = 1; role <= ASV_ROLES_ALL; role <<= 1) {
                static struct asv_test_person person;
                struct asv_statement statement;
                asv_test_person_init(&person, 1, (uint16_t)role, ASV_ALG_ED25519);
                asv_test_statement(&statement, table[i].action, (uint8_t)step, &person, 1);
                asv_test_state(&stated, &statement, &person, NULL);
                enum asv_status status = verify(&person);
                if (status != ((may & role) != 0 ? ASV_OK : ASV_E_DENIED)) {
                    fail_msg("action %u, step %u, role %u: %s", table[i].action, step, role, err.text);
                }
            }
        }
    }
}

static void a_legality_check_comes_through_the_data_protection_officer(void **state)
{
    (void)state; /* ST-042: LAW T3 (c) */
    static struct asv_test_person officer;
    struct asv_statement statement;
    asv_test_person_init(&officer, 3, ASV_ROLE_DATA_PROTECTION_OFFICER, ASV_ALG_ED25519);
    const struct asv_test_person *people[] = {&wearer, &officer};
    for (unsigned ground = ASV_GROUND_DANGER; ground <= ASV_GROUND_LEGALITY_CHECK; ground++) {
        for (size_t i = 0; i < 2; i++) {
            asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, people[i], 1);
            statement.ground = (uint8_t)ground;
            asv_test_state(&stated, &statement, people[i], NULL);
            assert_int_equal(verify(people[i]),
                             (i == 1) == (ground == ASV_GROUND_LEGALITY_CHECK) ? ASV_OK : ASV_E_DENIED);
        }
    }
}

static void one_person_decides_only_what_one_person_may(void **state)
{
    (void)state; /* ST-089 */
    struct asv_statement statement;
    state_hold(&wearer, NULL);
    assert_int_equal(
        asv_statement_verify_sole(&stated.statement, &wearer.credential, asv_test_place(), NOW, &err),
        ASV_E_STATE);
    assert_string_equal(err.text, "HOLD: takes two people");
    asv_test_statement(&statement, ASV_ACTION_BLOCK, ASV_STEP_SOLE, &wearer, 1);
    asv_test_state(&stated, &statement, &wearer, NULL);
    assert_int_equal(
        asv_statement_verify_sole(&stated.statement, &wearer.credential, asv_test_place(), NOW, NULL),
        ASV_OK);
    stated.statement.signature[5] ^= 1;
    assert_int_equal(
        asv_statement_verify_sole(&stated.statement, &wearer.credential, asv_test_place(), NOW, NULL),
        ASV_E_SIGNATURE);
}

static void the_root_founds_and_does_nothing_else(void **state)
{
    (void)state; /* ST-088 */
    const struct asv_test_agency *agency = &asv_samples()->agency;
    static struct asv_test_person root; /* a key file with the root's key */
    struct asv_statement statement;
    asv_test_person_init(&root, 4, ASV_ROLE_WEARER, ASV_ALG_ED25519);
    memcpy(root.sk, agency->root.sk, sizeof root.sk);
    asv_test_statement(&statement, ASV_ACTION_FOUND, ASV_STEP_SOLE, &root, 1);
    asv_test_state(&stated, &statement, &root, NULL);
    const struct asv_statement *found = &stated.statement;
    assert_int_equal(asv_statement_verify_root(found, agency->root.pk, NOW, NULL), ASV_OK);
    assert_int_equal(asv_statement_verify_root(found, agency->root.pk, found->expires_ms, NULL),
                     ASV_E_EXPIRED);
    assert_int_equal(asv_statement_verify_root(found, agency->ca.pk, NOW, NULL), ASV_E_UNTRUSTED);
    assert_int_equal(verify(&wearer), ASV_E_MISMATCH); /* nobody's but the root's */

    asv_test_state(&stated, &statement, &wearer, NULL); /* signed by a person */
    assert_int_equal(asv_statement_verify_root(&stated.statement, agency->root.pk, NOW, NULL),
                     ASV_E_SIGNATURE);
    asv_test_state(&stated, &statement, &chief, NULL);
    assert_int_equal(asv_statement_verify_root(&stated.statement, agency->root.pk, NOW, NULL),
                     ASV_E_SIGNATURE);
    memset(statement.credential, 7, 32);
    asv_test_state(&stated, &statement, &root, NULL);
    assert_int_equal(asv_statement_verify_root(&stated.statement, agency->root.pk, NOW, NULL),
                     ASV_E_UNTRUSTED);
    asv_test_statement(&statement, ASV_ACTION_BLOCK, ASV_STEP_SOLE, &root, 1);
    memcpy(statement.credential, agency->id, 32);
    asv_test_state(&stated, &statement, &root, NULL);
    assert_int_equal(asv_statement_verify_root(&stated.statement, agency->root.pk, NOW, NULL), ASV_E_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_of_proof_verify),
        cmocka_unit_test(no_bit_of_a_statement_can_be_changed),
        cmocka_unit_test(a_signature_for_another_purpose_is_none),
        cmocka_unit_test(another_persons_statement_is_not_this_ones),
        cmocka_unit_test(L5_who_asks_to_see_it_is_who_is_named),
        cmocka_unit_test(another_agency_is_not_believed),
        cmocka_unit_test(a_proof_is_of_the_credentials_kind),
        cmocka_unit_test(an_assertion_says_what_it_must),
        cmocka_unit_test(an_assertion_is_signed_by_the_credentials_key),
        cmocka_unit_test(without_origins_no_browser_is_believed),
        cmocka_unit_test(a_statement_counts_within_its_life),
        cmocka_unit_test(a_credential_counts_when_it_is_used_and_when_it_is_read),
        cmocka_unit_test(only_the_roles_of_the_table_may),
        cmocka_unit_test(a_legality_check_comes_through_the_data_protection_officer),
        cmocka_unit_test(one_person_decides_only_what_one_person_may),
        cmocka_unit_test(the_root_founds_and_does_nothing_else),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
