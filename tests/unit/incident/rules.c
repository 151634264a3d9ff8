/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Who may take which step on a recording: LAW T3, LAW T4 (two people), LAW R3, LAW R4, LAW R5 (blocks), LAW
 * L2 (a reason), LAW L5 (who is shown it, and who agrees), LAW L4 (who hands it over). Each refusal is a step
 * that is permitted, with one fact changed. */
#include "server/incident/rules.h"

#include <string.h>

#include "server/base/roles.h"
#include "server/incident/words.h"
#include "tests/unit/test.h"

#define SUPERIORS ASV_ROLES_SUPERIOR
#define OFFICER   ASV_ROLE_DATA_PROTECTION_OFFICER

static const struct asv_policy policy = {
    .period = ASV_PERIOD_AT_MOST,
    .causes = ASV_CAUSES,
    .hold = {ASV_ROLE_WEARER | SUPERIORS | OFFICER, SUPERIORS},
    .release = {ASV_ROLE_WEARER | SUPERIORS | ASV_ROLE_REVIEWER | OFFICER, SUPERIORS},
    .early_erasure = {ASV_ROLE_WEARER | SUPERIORS | ASV_ROLE_REVIEWER | OFFICER, SUPERIORS},
    .open = ASV_ROLE_REVIEWER,
    .export = SUPERIORS | ASV_ROLE_EXPORTER,
    .exclude_appraiser = true,
    .lift_dwelling = SUPERIORS,
    .lift_secret = OFFICER,
    .lift_pre_roll = OFFICER,
};

static const struct asv_incident_person wearer = {.roles = ASV_ROLE_WEARER, .wears = true};
static const struct asv_incident_person superior = {.roles = ASV_ROLE_SUPERVISOR, .in_charge = true};
static const struct asv_incident_person deputy = {.roles = ASV_ROLE_DEPUTY, .deputises = true};
static const struct asv_incident_person reviewer = {.roles = ASV_ROLE_REVIEWER};
static const struct asv_incident_person officer = {.roles = OFFICER};
static const struct asv_incident_person exporter = {.roles = ASV_ROLE_EXPORTER};
static const struct asv_incident_person admin = {.roles = ASV_ROLE_ADMINISTRATOR};

enum where { RUNNING, PENDING, HELD, OVER };
static const struct asv_policy_clip clips[] = {
    [RUNNING] = {.state = ASV_CLIP_RUNNING, .cause = ASV_CAUSE_PROSECUTION},
    [PENDING] = {.state = ASV_CLIP_PENDING, .cause = ASV_CAUSE_PROSECUTION},
    [HELD] = {.state = ASV_CLIP_HELD, .cause = ASV_CAUSE_PROSECUTION},
    [OVER] = {.state = ASV_CLIP_OVER, .cause = ASV_CAUSE_PROSECUTION},
};

static struct asv_incident_deed deed(uint16_t action, uint8_t step)
{
    return (struct asv_incident_deed){.action = action,
                                      .step = step,
                                      .reason = true,
                                      .open_action =
                                          step == ASV_STEP_PROPOSE || step == ASV_STEP_SOLE ? 0 : action};
}

static const char *ask(struct asv_incident_deed what, struct asv_incident_person person,
                       struct asv_policy_clip clip)
{
    return asv_incident_refuses(&policy, &what, &person, &clip);
}

/* Fails the test unless the refusal is this one of the policy's. */
static void refused(const char *why, enum asv_policy_refusal refusal)
{
    assert_non_null(why);
    assert_string_equal(why, asv_incident_words_refusal(refusal));
}

static void what_the_rules_intend_is_permitted(void **state)
{
    (void)state;
    static const struct {
        uint16_t action;
        uint8_t step;
        const struct asv_incident_person *person;
        enum where where;
        bool by_superior;
    } table[] = {
        {ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &wearer, RUNNING, false},
        {ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &deputy, RUNNING, false},
        {ASV_ACTION_HOLD, ASV_STEP_APPROVE, &superior, PENDING, false},
        {ASV_ACTION_HOLD, ASV_STEP_APPROVE, &deputy, PENDING, true},
        {ASV_ACTION_HOLD, ASV_STEP_REFUSE, &superior, PENDING, false},
        {ASV_ACTION_RELEASE, ASV_STEP_PROPOSE, &reviewer, HELD, false},
        {ASV_ACTION_RELEASE, ASV_STEP_APPROVE, &superior, HELD, false},
        {ASV_ACTION_ERASE_EARLY, ASV_STEP_PROPOSE, &wearer, RUNNING, false},
        {ASV_ACTION_ERASE_EARLY, ASV_STEP_APPROVE, &superior, RUNNING, false},
        {ASV_ACTION_OPEN, ASV_STEP_PROPOSE, &reviewer, HELD, false},
        {ASV_ACTION_OPEN, ASV_STEP_APPROVE, &superior, HELD, false},
        {ASV_ACTION_OPEN, ASV_STEP_APPROVE, &officer, HELD, false},
        {ASV_ACTION_HAND_OVER, ASV_STEP_PROPOSE, &exporter, HELD, false},
        {ASV_ACTION_HAND_OVER, ASV_STEP_PROPOSE, &superior, HELD, false},
        {ASV_ACTION_HAND_OVER, ASV_STEP_APPROVE, &superior, HELD, false},
        {ASV_ACTION_HAND_OVER, ASV_STEP_REFUSE, &deputy, OVER, false},
        {ASV_ACTION_HOLD_AHEAD, ASV_STEP_PROPOSE, &wearer, RUNNING, false},
        {ASV_ACTION_HOLD_AHEAD, ASV_STEP_APPROVE, &superior, PENDING, false},
        {ASV_ACTION_RELEASE_AHEAD, ASV_STEP_PROPOSE, &superior, HELD, false},
        {ASV_ACTION_RELEASE_AHEAD, ASV_STEP_APPROVE, &deputy, HELD, true},
        {ASV_ACTION_BLOCK, ASV_STEP_SOLE, &reviewer, HELD, false},
        {ASV_ACTION_BLOCK, ASV_STEP_SOLE, &wearer, RUNNING, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct asv_incident_deed what = deed(table[i].action, table[i].step);
        what.open_by_superior = table[i].by_superior;
        what.ground = ASV_GROUND_CORE;
        const char *why = ask(what, *table[i].person, clips[table[i].where]);
        if (why != NULL) {
            fail_msg("row %zu: %s", i, why);
        }
    }
}

/* LAW L4: an administrator decides nothing about a recording, and sees none. */
static void an_administrator_may_nothing(void **state)
{
    (void)state;
    static const uint16_t actions[] = {ASV_ACTION_HOLD,     ASV_ACTION_RELEASE,       ASV_ACTION_ERASE_EARLY,
                                       ASV_ACTION_OPEN,     ASV_ACTION_HOLD_AHEAD,    ASV_ACTION_BLOCK,
                                       ASV_ACTION_UNBLOCK,  ASV_ACTION_RELEASE_AHEAD, ASV_ACTION_DAY,
                                       ASV_ACTION_HAND_OVER};
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        for (int step = ASV_STEP_PROPOSE; step <= ASV_STEP_REFUSE; step++) {
            for (int where = RUNNING; where <= OVER; where++) {
                struct asv_incident_deed what = deed(actions[i], (uint8_t)step);
                what.ground = ASV_GROUND_CORE;
                assert_non_null(ask(what, admin, clips[where]));
            }
        }
    }
}

/* LAW T4: whoever asked does not approve or refuse, and nobody but whoever asked withdraws. */
static void T4_two_people_and_each_in_the_own_part(void **state)
{
    (void)state;
    static const struct {
        uint16_t action;
        enum where where;
    } table[] = {{ASV_ACTION_HOLD, PENDING},        {ASV_ACTION_RELEASE, HELD},
                 {ASV_ACTION_ERASE_EARLY, RUNNING}, {ASV_ACTION_OPEN, HELD},
                 {ASV_ACTION_HOLD_AHEAD, PENDING},  {ASV_ACTION_RELEASE_AHEAD, HELD},
                 {ASV_ACTION_HAND_OVER, HELD}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct asv_incident_deed what = deed(table[i].action, ASV_STEP_APPROVE);
        what.open_by_them = true;
        refused(ask(what, superior, clips[table[i].where]), ASV_REFUSED_SAME_PERSON);
        what.step = ASV_STEP_REFUSE;
        assert_string_equal(ask(what, superior, clips[table[i].where]), asv_incident_withdraw);
        what.step = ASV_STEP_WITHDRAW;
        assert_null(ask(what, superior, clips[table[i].where]));
        what.open_by_them = false;
        assert_string_equal(ask(what, superior, clips[table[i].where]), asv_incident_not_theirs);
        what.open_action = 0;
        assert_string_equal(ask(what, superior, clips[table[i].where]), asv_incident_no_request);
        what.step = ASV_STEP_APPROVE;
        assert_string_equal(ask(what, superior, clips[table[i].where]), asv_incident_no_request);
        what.open_action = ASV_ACTION_DAY; /* another one is */
        assert_string_equal(ask(what, superior, clips[table[i].where]), asv_incident_no_request);
    }
}

static void a_request_stands_in_the_way_of_the_next(void **state)
{
    (void)state;
    struct asv_incident_deed what = deed(ASV_ACTION_RELEASE, ASV_STEP_PROPOSE);
    what.open_action = ASV_ACTION_ERASE_EARLY;
    refused(ask(what, superior, clips[HELD]), ASV_REFUSED_PENDING);
    what.action = ASV_ACTION_OPEN; /* each reviewer has one of his or her own, which is not this */
    assert_null(ask(what, reviewer, clips[HELD]));
}

/* HO-011, LAW H10: nothing with which the keeper would destroy its key is asked for or agreed to. */
static void H10_what_is_handed_over_stays(void **state)
{
    static const uint16_t actions[] = {ASV_ACTION_RELEASE, ASV_ACTION_ERASE_EARLY};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        for (unsigned step = ASV_STEP_PROPOSE; step <= ASV_STEP_APPROVE; step++) {
            struct asv_incident_deed what = deed(actions[i], (uint8_t)step);
            what.handed_over = true;
            assert_string_equal(ask(what, superior, clips[HELD]), asv_incident_handed_over);
        }
    }
    struct asv_incident_deed what = deed(ASV_ACTION_RELEASE, ASV_STEP_REFUSE);
    what.handed_over = true;
    assert_null(ask(what, superior, clips[HELD]));
    what = deed(ASV_ACTION_OPEN, ASV_STEP_PROPOSE);
    what.handed_over = true;
    assert_null(ask(what, reviewer, clips[HELD]));
}

/* LAW T3, LAW R4: what must not be kept is refused in every way but one. */
static void what_is_protected_is_refused_and_not_approved(void **state)
{
    (void)state;
    struct asv_policy_clip protected = clips[PENDING];
    struct asv_policy_clip causeless = clips[PENDING];
    protected.secret = true;
    protected.secret_decision = ASV_BLOCK_CONFIRMED;
    causeless.cause = 0;
    refused(ask(deed(ASV_ACTION_HOLD, ASV_STEP_APPROVE), superior, protected), ASV_REFUSED_PROTECTED);
    refused(ask(deed(ASV_ACTION_HOLD, ASV_STEP_APPROVE), superior, causeless), ASV_REFUSED_CAUSE);
    assert_null(ask(deed(ASV_ACTION_HOLD, ASV_STEP_REFUSE), superior, protected));
    assert_null(ask(deed(ASV_ACTION_HOLD, ASV_STEP_REFUSE), superior, causeless));
}

/* LAW L5: who agrees that a recording is shown. */
static void L5_showing_takes_a_second_person_who_did_not_wear_it(void **state)
{
    (void)state;
    struct asv_incident_person person = superior;
    struct asv_incident_deed what = deed(ASV_ACTION_OPEN, ASV_STEP_APPROVE);
    struct asv_policy_clip clip = clips[HELD];
    person.in_charge = false;
    refused(ask(what, person, clip), ASV_REFUSED_UNIT);
    person = superior;
    person.wears = true;
    refused(ask(what, person, clip), ASV_REFUSED_WEARER);
    clip.unsaid = true;
    refused(ask(what, superior, clip), ASV_REFUSED_UNSAID);
    clip.unsaid = false;
    refused(ask(what, reviewer, clip), ASV_REFUSED_ROLE);
    refused(ask(what, superior, clips[PENDING]), ASV_REFUSED_NOT_HELD);
    refused(ask(what, superior, clips[OVER]), ASV_REFUSED_OVER);
    person = superior;
    person.disabled = true;
    refused(ask(what, person, clip), ASV_REFUSED_DISABLED);
    what.reason = false; /* LAW L2 */
    refused(ask(what, superior, clip), ASV_REFUSED_NO_REASON);
    what.reason = true;
    clip.dwelling = true;
    refused(ask(what, superior, clip), ASV_REFUSED_DWELLING);
    what.step = ASV_STEP_REFUSE;
    assert_null(ask(what, superior, clip));
}

/* LAW L5: the reviewer, when it is asked for and again at the moment of showing. */
static void L5_it_is_shown_to_a_reviewer_and_not_to_who_appraises(void **state)
{
    (void)state;
    struct asv_incident_person person = reviewer;
    struct asv_policy_clip clip = clips[HELD];
    assert_null(asv_incident_refuses_to_show(&policy, &person, &clip));
    person.appraises = true;
    refused(asv_incident_refuses_to_show(&policy, &person, &clip), ASV_REFUSED_APPRAISER);
    clip = clips[RUNNING];
    refused(asv_incident_refuses_to_show(&policy, &reviewer, &clip), ASV_REFUSED_NOT_HELD);
    clip = clips[HELD];
    clip.secret = true;
    refused(asv_incident_refuses_to_show(&policy, &reviewer, &clip), ASV_REFUSED_SECRET);
    clip.secret_decision = ASV_BLOCK_LIFTED;
    assert_null(asv_incident_refuses_to_show(&policy, &reviewer, &clip));
}

/* LAW R5, LAW L4, HO-017: who proposes that a recording be handed over is whom the policy lists, and of his
 * or her own units; what nobody may use is not handed over. */
static void R5_L4_it_is_handed_over_by_whom_the_policy_names(void **state)
{
    (void)state;
    struct asv_policy narrow = policy;
    struct asv_incident_deed what = deed(ASV_ACTION_HAND_OVER, ASV_STEP_PROPOSE);
    struct asv_incident_person person = superior;
    struct asv_policy_clip clip = clips[HELD];
    refused(ask(what, reviewer, clip), ASV_REFUSED_ROLE);
    refused(ask(what, wearer, clip), ASV_REFUSED_ROLE);
    person.in_charge = false;
    refused(ask(what, person, clip), ASV_REFUSED_UNIT);
    narrow.export = ASV_ROLE_EXPORTER;
    refused(asv_incident_refuses(&narrow, &what, &superior, &clip), ASV_REFUSED_ROLE);
    assert_null(asv_incident_refuses(&narrow, &what, &exporter, &clip));
    refused(ask(what, exporter, clips[PENDING]), ASV_REFUSED_NOT_HELD);
    refused(ask(what, exporter, clips[OVER]), ASV_REFUSED_OVER);
    clip.unsaid = true;
    refused(ask(what, exporter, clip), ASV_REFUSED_UNSAID);
    clip = clips[HELD];
    clip.pre_roll_ms = 1;
    refused(ask(what, exporter, clip), ASV_REFUSED_PRE_ROLL);
    clip.pre_roll_decision = ASV_BLOCK_LIFTED;
    assert_null(ask(what, exporter, clip));
    clip.dayless = true;
    refused(ask(what, exporter, clip), ASV_REFUSED_DAYLESS);
    what.reason = false; /* LAW L2 */
    refused(ask(what, exporter, clips[HELD]), ASV_REFUSED_NO_REASON);
}

/* LAW T4, LAW L4, HO-017: who approves it, the second person. */
static void T4_L4_a_superior_in_charge_approves_a_hand_over(void **state)
{
    (void)state;
    struct asv_incident_deed what = deed(ASV_ACTION_HAND_OVER, ASV_STEP_APPROVE);
    struct asv_incident_person person = superior;
    struct asv_policy_clip clip = clips[HELD];
    refused(ask(what, officer, clip), ASV_REFUSED_ROLE);
    refused(ask(what, exporter, clip), ASV_REFUSED_ROLE);
    person.in_charge = false;
    refused(ask(what, person, clip), ASV_REFUSED_UNIT);
    what.step = ASV_STEP_REFUSE;
    refused(ask(what, person, clip), ASV_REFUSED_UNIT);
    what.step = ASV_STEP_APPROVE;
    person = superior;
    person.wears = true;
    refused(ask(what, person, clip), ASV_REFUSED_WEARER);
    refused(ask(what, superior, clips[PENDING]), ASV_REFUSED_NOT_HELD);
    clip.unsaid = true;
    refused(ask(what, superior, clip), ASV_REFUSED_UNSAID);
    clip.unsaid = false;
    clip.dayless = true;
    refused(ask(what, superior, clip), ASV_REFUSED_DAYLESS);
    clip.dayless = false;
    clip.pre_roll_ms = 1;
    refused(ask(what, superior, clip), ASV_REFUSED_PRE_ROLL);
    what.step = ASV_STEP_REFUSE;
    assert_null(ask(what, superior, clip));
}

/* LAW T1: of what no clock tells the day of, two people decide, and until then nobody is shown it. */
static void T1_the_day_is_decided_by_two_and_it_is_not_shown_before(void **state)
{
    (void)state;
    for (int where = RUNNING; where <= HELD; where++) {
        struct asv_policy_clip clip = clips[where];
        struct asv_incident_deed what = deed(ASV_ACTION_DAY, ASV_STEP_PROPOSE);
        refused(ask(what, superior, clip), ASV_REFUSED_DAY_KNOWN);
        clip.dayless = true;
        assert_null(ask(what, superior, clip));
        what.open_action = ASV_ACTION_HOLD;
        refused(ask(what, superior, clip), ASV_REFUSED_PENDING);
        what = deed(ASV_ACTION_DAY, ASV_STEP_APPROVE);
        assert_null(ask(what, superior, clip));
        what.open_by_them = true;
        refused(ask(what, superior, clip), ASV_REFUSED_SAME_PERSON);
        what.step = ASV_STEP_WITHDRAW;
        assert_null(ask(what, superior, clip));
    }
    struct asv_policy_clip held = clips[HELD];
    held.dayless = true;
    refused(asv_incident_refuses_to_show(&policy, &reviewer, &held), ASV_REFUSED_DAYLESS);
    refused(ask(deed(ASV_ACTION_OPEN, ASV_STEP_APPROVE), superior, held), ASV_REFUSED_DAYLESS);
}

/* LAW T1: what people decide on is what the dock's clock left open. 2026-01-05 06:00 UTC is 07:00 there. */
static void T1_a_day_is_one_that_the_dock_left_open(void **state)
{
    (void)state;
    const int64_t hour = INT64_C(3600) * 1000;
    const int64_t now = INT64_C(1767592800000);
    struct asv_db_standing standing = {.earliest_ms = now - 47 * hour, .latest_ms = now + 18 * hour};
    static const struct {
        uint32_t date;
        bool known, unknown; /* whether there is an earliest instant */
    } table[] = {{20260102, false, true},
                 {20260103, true, true},
                 {20260105, true, true},
                 {20260106, true, true},
                 {20260107, false, false}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *why = asv_incident_refuses_day(&standing, table[i].date);
        assert_true((why == NULL) == table[i].known && (why == NULL || why == asv_incident_no_such_day));
        struct asv_db_standing lost = standing;
        lost.earliest_ms = ASV_TIME_UNKNOWN;
        assert_true((asv_incident_refuses_day(&lost, table[i].date) == NULL) == table[i].unknown);
    }
}

/* LAW R3, LAW R4, LAW R5: anybody with a role sets a block; whom the policy names confirms or lifts it, once.
 */
static void R3_R4_R5_a_block_is_set_by_anybody_and_decided_by_whom_the_policy_names(void **state)
{
    (void)state;
    static const struct {
        uint8_t ground;
        const struct asv_incident_person *decides, *does_not;
    } table[] = {{ASV_GROUND_DWELLING, &superior, &officer},
                 {ASV_GROUND_SECRET, &officer, &superior},
                 {ASV_GROUND_CORE, &officer, &superior},
                 {ASV_GROUND_PRE_ROLL, &officer, &superior}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct asv_incident_deed block = deed(ASV_ACTION_BLOCK, ASV_STEP_SOLE);
        struct asv_incident_deed lift = deed(ASV_ACTION_UNBLOCK, ASV_STEP_SOLE);
        struct asv_incident_person wore = *table[i].decides;
        block.ground = lift.ground = table[i].ground;
        assert_null(ask(block, reviewer, clips[HELD])); /* there is none yet: it is set */
        refused(ask(lift, *table[i].decides, clips[HELD]), ASV_REFUSED_NOT_BLOCKED);
        block.block.flagged = lift.block.flagged = true;
        struct asv_policy_clip unsaid = clips[HELD];
        unsaid.unsaid = true;
        refused(ask(lift, *table[i].decides, unsaid), ASV_REFUSED_UNSAID);
        refused(ask(block, *table[i].does_not, clips[HELD]), ASV_REFUSED_ROLE);
        refused(ask(lift, *table[i].does_not, clips[HELD]), ASV_REFUSED_ROLE);
        assert_null(ask(block, *table[i].decides, clips[HELD]));
        assert_null(ask(lift, *table[i].decides, clips[HELD]));
        wore.wears = true;
        refused(ask(lift, wore, clips[HELD]), ASV_REFUSED_WEARER);
        lift.reason = false;
        refused(ask(lift, *table[i].decides, clips[HELD]), ASV_REFUSED_NO_REASON);
        lift.reason = true;
        block.block.own = lift.block.own =
            true; /* who set it lifts it, if anybody; that it stays takes another */
        assert_string_equal(ask(block, *table[i].decides, clips[HELD]), asv_incident_own_block);
        assert_null(ask(lift, *table[i].decides, clips[HELD]));
        block.block.own = lift.block.own = false;
        block.block.decision = lift.block.decision = ASV_BLOCK_CONFIRMED;
        assert_string_equal(ask(block, *table[i].decides, clips[HELD]), asv_incident_confirmed);
        assert_string_equal(ask(lift, *table[i].decides, clips[HELD]), asv_incident_confirmed);
        block.block.decision = lift.block.decision = ASV_BLOCK_LIFTED;
        assert_null(ask(block, reviewer, clips[HELD])); /* somebody saw more */
        refused(ask(lift, *table[i].decides, clips[HELD]), ASV_REFUSED_NOT_BLOCKED);
    }
}

static void nobody_blocks_what_is_over_or_without_a_reason(void **state)
{
    (void)state;
    struct asv_incident_deed block = deed(ASV_ACTION_BLOCK, ASV_STEP_SOLE);
    struct asv_incident_person disabled = reviewer;
    block.ground = ASV_GROUND_SECRET;
    disabled.disabled = true;
    refused(ask(block, reviewer, clips[OVER]), ASV_REFUSED_OVER);
    refused(ask(block, disabled, clips[HELD]), ASV_REFUSED_DISABLED);
    refused(ask(block, admin, clips[HELD]), ASV_REFUSED_ROLE);
    block.reason = false;
    refused(ask(block, reviewer, clips[HELD]), ASV_REFUSED_NO_REASON);
}

/* Every refusal says why, as the policy does, and then what to do; and fits into an error's text. */
static void every_refusal_says_why_and_what_to_do(void **state)
{
    (void)state;
    static const char *const own[] = {
        asv_incident_no_request,    asv_incident_not_theirs,   asv_incident_withdraw,
        asv_incident_confirmed,     asv_incident_policy_begun, asv_incident_keyless,
        asv_incident_policy_old,    asv_incident_policy_none,  asv_incident_handover_shut,
        asv_incident_handover_file, asv_incident_handover_late};
    for (int i = ASV_PERMITTED + 1; i < ASV_REFUSALS; i++) {
        const char *text = asv_incident_words_refusal((enum asv_policy_refusal)i);
        const char *policys = asv_policy_refusal_text((enum asv_policy_refusal)i);
        assert_memory_equal(text, policys, strlen(policys));
        assert_memory_equal(text + strlen(policys), "; ", 2);
        assert_true(strlen(text) > strlen(policys) + 8);
        assert_true(strlen(text) < ASV_ERR_TEXT_BYTES);
        const struct asv_incident_rule *rule = asv_incident_rule_of(text);
        assert_string_equal(rule->english, policys); /* without what a command would do */
        assert_string_not_equal(rule->german, policys);
    }
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        assert_true(strlen(own[i]) < ASV_ERR_TEXT_BYTES);
        const struct asv_incident_rule *rule = asv_incident_rule_of(own[i]);
        assert_memory_equal(own[i], rule->english, strlen(rule->english));
        assert_true(strlen(rule->german) > 8);
    }
    assert_null(asv_incident_rule_of("the vault is on fire"));
    assert_string_equal(asv_incident_words_refusal(ASV_REFUSALS), "?");
}

static void grounds_and_requests_have_names(void **state)
{
    (void)state;
    uint8_t ground = 0;
    for (int i = ASV_GROUND_DANGER; i <= ASV_GROUND_PRE_ROLL; i++) {
        assert_true(asv_incident_ground_parse(&ground, asv_incident_ground_name((uint8_t)i),
                                              ASV_GROUND_DANGER, ASV_GROUND_PRE_ROLL));
        assert_int_equal(ground, i);
    }
    assert_false(
        asv_incident_ground_parse(&ground, "dwelling", ASV_GROUND_DANGER, ASV_GROUND_LEGALITY_CHECK));
    assert_false(asv_incident_ground_parse(&ground, "", ASV_GROUND_DANGER, ASV_GROUND_PRE_ROLL));
    assert_string_equal(asv_incident_ground_name(ASV_GROUND_NONE), "");
    assert_string_equal(asv_incident_ground_name(99), "?");
    assert_string_equal(asv_incident_request_name(ASV_ACTION_HOLD_AHEAD), "hold ahead");
    assert_string_equal(asv_incident_request_name(ASV_ACTION_POLICY), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_rules_intend_is_permitted),
        cmocka_unit_test(an_administrator_may_nothing),
        cmocka_unit_test(T4_two_people_and_each_in_the_own_part),
        cmocka_unit_test(a_request_stands_in_the_way_of_the_next),
        cmocka_unit_test(H10_what_is_handed_over_stays),
        cmocka_unit_test(what_is_protected_is_refused_and_not_approved),
        cmocka_unit_test(L5_showing_takes_a_second_person_who_did_not_wear_it),
        cmocka_unit_test(L5_it_is_shown_to_a_reviewer_and_not_to_who_appraises),
        cmocka_unit_test(R5_L4_it_is_handed_over_by_whom_the_policy_names),
        cmocka_unit_test(T4_L4_a_superior_in_charge_approves_a_hand_over),
        cmocka_unit_test(T1_the_day_is_decided_by_two_and_it_is_not_shown_before),
        cmocka_unit_test(T1_a_day_is_one_that_the_dock_left_open),
        cmocka_unit_test(R3_R4_R5_a_block_is_set_by_anybody_and_decided_by_whom_the_policy_names),
        cmocka_unit_test(nobody_blocks_what_is_over_or_without_a_reason),
        cmocka_unit_test(every_refusal_says_why_and_what_to_do),
        cmocka_unit_test(grounds_and_requests_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
