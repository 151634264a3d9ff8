/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the rows say, as facts for the rules; and what a statement says of them. */
#include "server/incident/facts.h"

#include <string.h>

#include "server/base/roles.h"
#include "server/incident/compose.h"
#include "tests/support/statements.h"
#include "tests/unit/test.h"

#define NOW INT64_C(1767592800000)

/* LAW L4: a supervisor for the units in charge of, a deputy while deputising, and never the one for the
 * other. */
static void L4_a_superior_counts_where_he_or_she_is_in_charge(void **state)
{
    (void)state;
    static const unsigned S = ASV_ROLE_SUPERVISOR, D = ASV_ROLE_DEPUTY, W = ASV_ROLE_WEARER;
    static const struct {
        unsigned roles;
        bool in_charge, deputises;
        unsigned left;
        bool counts;
    } table[] = {
        {S, true, false, S, true},         {S, false, true, S, false},
        {D, false, true, D, true},         {D, true, false, D, false},
        {S | D, true, false, S, true},     {S | D, false, true, D, true},
        {S | D, true, true, S | D, true},  {S | D, false, false, S | D, false},
        {W | S, true, false, W | S, true}, {W, true, true, W, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct asv_incident_person person = {.roles = (uint16_t)table[i].roles,
                                                   .in_charge = table[i].in_charge,
                                                   .deputises = table[i].deputises,
                                                   .wears = true,
                                                   .appraises = true,
                                                   .disabled = true};
        struct asv_policy_person facts = {0};
        asv_incident_person_facts(&facts, &person);
        assert_int_equal(facts.roles, table[i].left);
        assert_int_equal(facts.in_charge, table[i].counts);
        assert_true(facts.wearer && facts.appraises && facts.disabled);
    }
}

static void a_row_says_what_the_person_is(void **state)
{
    (void)state;
    const struct asv_db_standing standing = {
        .wears = true, .in_charge = true, .deputises = false, .appraises = true};
    const struct asv_db_ahead ahead = {
        .wears = true, .in_charge = false, .deputises = true, .appraises = true};
    struct asv_incident_person person;
    asv_incident_standing_person(&person, &standing, 7);
    assert_true(person.wears && person.in_charge && !person.deputises && person.appraises);
    assert_int_equal(person.roles, 7);
    asv_incident_ahead_person(&person, &ahead, 9);
    assert_true(person.wears && !person.in_charge && person.deputises && person.appraises);
    assert_int_equal(person.roles, 9);
}

/* LAW T1: a period that is over is over, unless somebody asked in time or two people decided. */
static void T1_a_recording_is_where_its_row_and_its_day_say(void **state)
{
    (void)state;
    static const struct {
        enum asv_db_state state;
        enum asv_clip_state before, after; /* its due instant */
    } table[] = {
        {ASV_DB_SEALED, ASV_CLIP_RUNNING, ASV_CLIP_OVER},
        {ASV_DB_QUARANTINED, ASV_CLIP_RUNNING, ASV_CLIP_OVER},
        {ASV_DB_RELEASED, ASV_CLIP_RUNNING, ASV_CLIP_OVER},
        {ASV_DB_PENDING, ASV_CLIP_PENDING, ASV_CLIP_PENDING},
        {ASV_DB_HELD, ASV_CLIP_HELD, ASV_CLIP_HELD},
        {ASV_DB_ERASING, ASV_CLIP_OVER, ASV_CLIP_OVER},
        {ASV_DB_ERASED, ASV_CLIP_OVER, ASV_CLIP_OVER},
        {ASV_DB_EXPIRED_ON_ARRIVAL, ASV_CLIP_OVER, ASV_CLIP_OVER},
        {ASV_DB_UNKNOWN, ASV_CLIP_OVER, ASV_CLIP_OVER},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct asv_db_standing standing = {.state = table[i].state, .due_ms = NOW};
        struct asv_policy_clip clip;
        asv_incident_clip_facts(&clip, &standing, ASV_GROUND_PROSECUTION, NOW - 1);
        assert_int_equal(clip.state, table[i].before);
        asv_incident_clip_facts(&clip, &standing, ASV_GROUND_PROSECUTION, NOW);
        assert_int_equal(clip.state, table[i].after);
        standing.due_ms = ASV_TIME_UNKNOWN; /* nobody knows its day yet */
        standing.dayless = true;
        asv_incident_clip_facts(&clip, &standing, ASV_GROUND_PROSECUTION, NOW);
        assert_int_equal(clip.state, table[i].before);
        assert_true(clip.dayless);
    }
}

static void T3_a_ground_is_the_policys_cause(void **state)
{
    (void)state;
    static const unsigned causes[] = {0, ASV_CAUSE_DANGER, ASV_CAUSE_PROSECUTION, ASV_CAUSE_LEGALITY_CHECK, 0,
                                      0};
    const struct asv_db_standing standing = {.state = ASV_DB_HELD};
    const struct asv_db_ahead ahead = {0};
    struct asv_policy_clip clip;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        uint8_t ground = (uint8_t)i;
        asv_incident_clip_facts(&clip, &standing, ground, NOW);
        assert_int_equal(clip.cause, causes[ground]);
        asv_incident_ahead_facts(&clip, &ahead, ground);
        assert_int_equal(clip.cause, causes[ground]);
    }
}

/* LAW R4: two grounds are one for the policy: the worse of both counts. */
static void R4_secrets_and_private_life_count_together(void **state)
{
    (void)state;
    static const struct {
        uint8_t secret, core;
        bool flagged;
        enum asv_block_decision decision;
    } table[] = {
        {ASV_DB_BLOCK_NONE, ASV_DB_BLOCK_NONE, false, ASV_BLOCK_UNDECIDED},
        {ASV_DB_BLOCK_SET, ASV_DB_BLOCK_NONE, true, ASV_BLOCK_UNDECIDED},
        {ASV_DB_BLOCK_NONE, ASV_DB_BLOCK_LIFTED, true, ASV_BLOCK_LIFTED},
        {ASV_DB_BLOCK_LIFTED, ASV_DB_BLOCK_SET, true, ASV_BLOCK_UNDECIDED},
        {ASV_DB_BLOCK_LIFTED, ASV_DB_BLOCK_OWN, true, ASV_BLOCK_UNDECIDED},
        {ASV_DB_BLOCK_SET, ASV_DB_BLOCK_CONFIRMED, true, ASV_BLOCK_CONFIRMED},
        {ASV_DB_BLOCK_LIFTED, ASV_DB_BLOCK_CONFIRMED, true, ASV_BLOCK_CONFIRMED},
        {ASV_DB_BLOCK_LIFTED, ASV_DB_BLOCK_LIFTED, true, ASV_BLOCK_LIFTED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct asv_db_standing standing = {
            .state = ASV_DB_HELD, .secret_block = table[i].secret, .core_block = table[i].core};
        struct asv_policy_clip clip;
        asv_incident_clip_facts(&clip, &standing, 0, NOW);
        assert_int_equal(clip.secret, table[i].flagged);
        assert_int_equal(clip.secret_decision, table[i].decision);
        assert_int_equal(asv_incident_block_of(&standing, ASV_GROUND_CORE, &(struct asv_policy){0}).own,
                         table[i].core == ASV_DB_BLOCK_OWN);
    }
}

/* LAW R3, LAW R5: what the camera says blocks by itself; a person's word does where the camera says nothing.
 */
static void R3_R5_what_the_camera_says_blocks_too(void **state)
{
    (void)state;
    const struct asv_policy policy = {.pre_roll_ms = 5000};
    struct asv_db_standing standing = {.state = ASV_DB_HELD, .dwelling = true, .pre_roll_ms = 5001};
    struct asv_policy_clip clip;
    asv_incident_clip_facts(&clip, &standing, 0, NOW);
    assert_int_equal(asv_policy_blocks(&policy, &clip), ASV_BLOCK_DWELLING | ASV_BLOCK_PRE_ROLL);
    assert_true(asv_incident_block_of(&standing, ASV_GROUND_DWELLING, &policy).flagged);
    assert_true(asv_incident_block_of(&standing, ASV_GROUND_PRE_ROLL, &policy).flagged);
    assert_false(asv_incident_block_of(&standing, ASV_GROUND_SECRET, &policy).flagged);
    standing.dwelling_block = standing.pre_roll_block = ASV_DB_BLOCK_LIFTED;
    asv_incident_clip_facts(&clip, &standing, 0, NOW);
    assert_int_equal(asv_policy_blocks(&policy, &clip), 0);
    assert_int_equal(asv_incident_block_of(&standing, ASV_GROUND_DWELLING, &policy).decision,
                     ASV_BLOCK_LIFTED);
    standing = (struct asv_db_standing){.state = ASV_DB_HELD, .pre_roll_ms = 5000};
    asv_incident_clip_facts(&clip, &standing, 0, NOW);
    assert_int_equal(asv_policy_blocks(&policy, &clip), 0);
    assert_false(asv_incident_block_of(&standing, ASV_GROUND_PRE_ROLL, &policy).flagged);
    standing.dwelling_block = standing.pre_roll_block = ASV_DB_BLOCK_SET;
    asv_incident_clip_facts(&clip, &standing, 0, NOW);
    assert_int_equal(asv_policy_blocks(&policy, &clip), ASV_BLOCK_DWELLING | ASV_BLOCK_PRE_ROLL);
}

/* LAW T4, LAW L5: whether anybody wrote down who wore the camera. */
static void T4_L5_who_wore_it_is_known_or_not(void **state)
{
    (void)state;
    for (int unsaid = 0; unsaid < 2; unsaid++) {
        const struct asv_db_standing standing = {.state = ASV_DB_HELD, .unsaid = unsaid != 0};
        const struct asv_db_ahead ahead = {.unsaid = unsaid != 0};
        struct asv_policy_clip clip;
        asv_incident_clip_facts(&clip, &standing, 0, NOW);
        assert_int_equal(clip.unsaid, unsaid);
        asv_incident_ahead_facts(&clip, &ahead, 0);
        assert_int_equal(clip.unsaid, unsaid);
    }
}

static void a_camera_that_has_not_docked_stands_as_its_requests_do(void **state)
{
    (void)state;
    struct asv_db_ahead ahead = {0};
    struct asv_policy_clip clip;
    asv_incident_ahead_facts(&clip, &ahead, ASV_GROUND_DANGER);
    assert_int_equal(clip.state, ASV_CLIP_RUNNING);
    ahead.open_action = ASV_ACTION_HOLD_AHEAD;
    asv_incident_ahead_facts(&clip, &ahead, ASV_GROUND_DANGER);
    assert_int_equal(clip.state, ASV_CLIP_PENDING);
    ahead.counts = true;
    ahead.open_action = ASV_ACTION_RELEASE_AHEAD;
    asv_incident_ahead_facts(&clip, &ahead, ASV_GROUND_DANGER);
    assert_int_equal(clip.state, ASV_CLIP_HELD);
}

/* What is composed is what a person can sign: it encodes, with just the fields that its action takes. */
static void a_statement_says_what_its_action_takes(void **state)
{
    (void)state;
    static const uint16_t actions[] = {
        ASV_ACTION_HOLD,       ASV_ACTION_RELEASE,       ASV_ACTION_ERASE_EARLY,
        ASV_ACTION_OPEN,       ASV_ACTION_BLOCK,         ASV_ACTION_UNBLOCK,
        ASV_ACTION_HOLD_AHEAD, ASV_ACTION_RELEASE_AHEAD, ASV_ACTION_DAY};
    static const uint8_t grounds[] = {ASV_GROUND_PROSECUTION, ASV_GROUND_NONE,        ASV_GROUND_CORE,
                                      ASV_GROUND_PROSECUTION, ASV_GROUND_CORE,        ASV_GROUND_CORE,
                                      ASV_GROUND_PROSECUTION, ASV_GROUND_PROSECUTION, ASV_GROUND_NONE};
    static const uint8_t id[ASV_UUID_BYTES] = {1};
    const struct asv_incident_name incident = {id, "32-3/2026/1"};
    struct asv_db_range range = {.from_ms = NOW, .until_ms = NOW + 1};
    struct asv_test_person person;
    uint8_t header[ASV_SHA256_BYTES];
    memset(header, 7, sizeof header);
    memset(range.camera, 8, sizeof range.camera);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        struct asv_statement what;
        struct asv_statement full;
        struct asv_test_stated stated;
        bool ahead = asv_action_rule(actions[i])->subject == ASV_SUBJECT_CAMERA;
        asv_test_person_init(&person, (uint32_t)i + 1, ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519);
        if (ahead) {
            asv_incident_compose_ahead(&what, actions[i], &range, grounds[i], &incident);
        } else if (actions[i] == ASV_ACTION_DAY) {
            asv_incident_compose_day(&what, header, 20260104);
        } else if (actions[i] == ASV_ACTION_OPEN) {
            asv_incident_compose_look(&what, header, person.credential.name, &incident);
        } else {
            asv_incident_compose(&what, actions[i], header, grounds[i], &incident);
        }
        asv_test_statement(&full, actions[i], what.step, &person, 1);
        what.expires_ms = full.expires_ms;
        what.issued_ms = full.issued_ms;
        what.reason = full.reason;
        memcpy(what.agency, full.agency, sizeof what.agency);
        memcpy(what.credential, full.credential, sizeof what.credential);
        memcpy(what.person, full.person, sizeof what.person);
        memcpy(what.nonce, full.nonce, sizeof what.nonce);
        asv_test_state(&stated, &what, &person, NULL); /* aborts unless it encodes and decodes */
        assert_memory_equal(stated.statement.subject.id, ahead ? range.camera : header, 32);
        assert_true(asv_incident_is_same(&stated.statement, &what, person.credential.person));
        stated.statement.ground ^= 1;
        assert_false(asv_incident_is_same(&stated.statement, &what, person.credential.person));
        stated.statement.ground ^= 1;
        stated.statement.subject.date++;
        assert_false(asv_incident_is_same(&stated.statement, &what, person.credential.person));
        stated.statement.subject.date--;
        assert_false(asv_incident_is_same(&stated.statement, &what, id));
        stated.statement.subject.id[0] ^= 1;
        assert_false(asv_incident_is_same(&stated.statement, &what, person.credential.person));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(L4_a_superior_counts_where_he_or_she_is_in_charge),
        cmocka_unit_test(a_row_says_what_the_person_is),
        cmocka_unit_test(T1_a_recording_is_where_its_row_and_its_day_say),
        cmocka_unit_test(T3_a_ground_is_the_policys_cause),
        cmocka_unit_test(R4_secrets_and_private_life_count_together),
        cmocka_unit_test(R3_R5_what_the_camera_says_blocks_too),
        cmocka_unit_test(T4_L5_who_wore_it_is_known_or_not),
        cmocka_unit_test(a_camera_that_has_not_docked_stands_as_its_requests_do),
        cmocka_unit_test(a_statement_says_what_its_action_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
