/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Who may do what with a recording: LAW T3 (causes), LAW T4 (two people), LAW L2 (a reason), LAW L4 (roles),
 * LAW L5 (reviewers, the appraising superior), LAW R3, LAW R4, LAW R5 (blocks). Each refusal is a case
 * that is permitted, with one fact changed. */
#include "server/policy/permit.h"

#include <string.h>

#include "tests/unit/test.h"

#define SUPERIORS ASV_ROLES_SUPERIOR
#define OFFICER   ASV_ROLE_DATA_PROTECTION_OFFICER
#define EVERY     0xffu

static const struct asv_policy policy = {
    .period = ASV_PERIOD_AT_MOST,
    .causes = ASV_CAUSES,
    .hold = {ASV_ROLE_WEARER | SUPERIORS | OFFICER, SUPERIORS},
    .release = {ASV_ROLE_WEARER | SUPERIORS | OFFICER, SUPERIORS},
    .early_erasure = {ASV_ROLE_WEARER | SUPERIORS | ASV_ROLE_REVIEWER, SUPERIORS},
    .open = ASV_ROLE_REVIEWER,
    .export = ASV_ROLE_EXPORTER,
    .exclude_appraiser = true,
    .lift_dwelling = SUPERIORS,
    .lift_secret = OFFICER,
    .lift_pre_roll = OFFICER,
};

static const struct asv_policy_person wearer = {.roles = ASV_ROLE_WEARER, .wearer = true};
static const struct asv_policy_person superior = {.roles = ASV_ROLE_SUPERVISOR, .in_charge = true};
static const struct asv_policy_person reviewer = {.roles = ASV_ROLE_REVIEWER};
static const struct asv_policy_person exporter = {.roles = ASV_ROLE_EXPORTER};
static const struct asv_policy_person officer = {.roles = OFFICER};
static const struct asv_policy_clip running = {.state = ASV_CLIP_RUNNING, .cause = ASV_CAUSE_PROSECUTION};
static const struct asv_policy_clip pending = {.state = ASV_CLIP_PENDING, .cause = ASV_CAUSE_PROSECUTION};
static const struct asv_policy_clip held = {.state = ASV_CLIP_HELD, .cause = ASV_CAUSE_PROSECUTION};

static enum asv_policy_refusal ask(const struct asv_policy *by, enum asv_policy_act act,
                                   struct asv_policy_person person, struct asv_policy_clip clip)
{
    const struct asv_policy_deed deed = {.act = act, .reason = true};
    return asv_policy_permits(by, &deed, &person, &clip);
}

static void what_the_rules_intend_is_permitted(void **state)
{
    (void)state;
    struct asv_policy_clip blocked = held;
    struct asv_policy_clip demanded = running;
    blocked.dwelling = blocked.secret = true;
    blocked.pre_roll_ms = 1;
    demanded.cause = ASV_CAUSE_LEGALITY_CHECK;
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, wearer, running), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, superior, running), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, officer, demanded), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_APPROVE, superior, pending), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_RELEASE_REQUEST, wearer, held), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_RELEASE_APPROVE, superior, held), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_ERASE_REQUEST, wearer, running), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_ERASE_APPROVE, superior, running), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_OPEN, reviewer, held), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_EXPORT, exporter, held), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_DECIDE_DWELLING, superior, blocked), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_DECIDE_SECRET, officer, blocked), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_DECIDE_PRE_ROLL, officer, blocked), ASV_PERMITTED);
}

/* Every act in every state of a recording, by a person who could do everything else. */
static void an_act_begins_in_its_state_only(void **state)
{
    (void)state;
    static const struct {
        enum asv_policy_act act;
        enum asv_policy_refusal running, pending, held;
    } table[] = {
        {ASV_ACT_HOLD_REQUEST, ASV_PERMITTED, ASV_REFUSED_PENDING, ASV_REFUSED_HELD},
        {ASV_ACT_HOLD_APPROVE, ASV_REFUSED_NOT_PENDING, ASV_PERMITTED, ASV_REFUSED_HELD},
        {ASV_ACT_RELEASE_REQUEST, ASV_REFUSED_NOT_HELD, ASV_REFUSED_NOT_HELD, ASV_PERMITTED},
        {ASV_ACT_RELEASE_APPROVE, ASV_REFUSED_NOT_HELD, ASV_REFUSED_NOT_HELD, ASV_PERMITTED},
        {ASV_ACT_ERASE_REQUEST, ASV_PERMITTED, ASV_REFUSED_PENDING, ASV_REFUSED_HELD},
        {ASV_ACT_ERASE_APPROVE, ASV_PERMITTED, ASV_REFUSED_PENDING, ASV_REFUSED_HELD},
        {ASV_ACT_OPEN, ASV_REFUSED_NOT_HELD, ASV_REFUSED_NOT_HELD, ASV_PERMITTED},
        {ASV_ACT_EXPORT, ASV_REFUSED_NOT_HELD, ASV_REFUSED_NOT_HELD, ASV_PERMITTED},
        {ASV_ACT_DECIDE_DWELLING, ASV_REFUSED_NOT_BLOCKED, ASV_REFUSED_NOT_BLOCKED, ASV_REFUSED_NOT_BLOCKED},
        {ASV_ACT_DECIDE_SECRET, ASV_REFUSED_NOT_BLOCKED, ASV_REFUSED_NOT_BLOCKED, ASV_REFUSED_NOT_BLOCKED},
        {ASV_ACT_DECIDE_PRE_ROLL, ASV_REFUSED_NOT_BLOCKED, ASV_REFUSED_NOT_BLOCKED, ASV_REFUSED_NOT_BLOCKED},
        {ASV_ACT_DAY_REQUEST, ASV_REFUSED_DAY_KNOWN, ASV_REFUSED_DAY_KNOWN, ASV_REFUSED_DAY_KNOWN},
        {ASV_ACT_DAY_APPROVE, ASV_REFUSED_DAY_KNOWN, ASV_REFUSED_DAY_KNOWN, ASV_REFUSED_DAY_KNOWN},
    };
    const struct asv_policy_person able = {.roles = EVERY, .in_charge = true};
    const struct asv_policy_clip over = {
        .state = ASV_CLIP_OVER, .cause = ASV_CAUSE_PROSECUTION, .dwelling = true};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(ask(&policy, table[i].act, able, running), table[i].running);
        assert_int_equal(ask(&policy, table[i].act, able, pending), table[i].pending);
        assert_int_equal(ask(&policy, table[i].act, able, held), table[i].held);
        assert_int_equal(ask(&policy, table[i].act, able, over), ASV_REFUSED_OVER);
    }
}

/* LAW L4: each role by itself, in its own unit and for its own recording, against what the policy's lists
 * say. */
static void L4_a_role_may_what_the_policy_lists_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        enum asv_policy_act act;
        unsigned roles;
    } table[] = {
        {ASV_ACT_HOLD_REQUEST, ASV_ROLE_WEARER | SUPERIORS},
        {ASV_ACT_HOLD_APPROVE, SUPERIORS},
        {ASV_ACT_RELEASE_REQUEST, ASV_ROLE_WEARER | SUPERIORS | OFFICER},
        {ASV_ACT_RELEASE_APPROVE, SUPERIORS},
        {ASV_ACT_ERASE_REQUEST, ASV_ROLE_WEARER | SUPERIORS | ASV_ROLE_REVIEWER},
        {ASV_ACT_ERASE_APPROVE, SUPERIORS},
        {ASV_ACT_OPEN, ASV_ROLE_REVIEWER},
        {ASV_ACT_EXPORT, ASV_ROLE_EXPORTER},
        {ASV_ACT_DECIDE_DWELLING, SUPERIORS},
        {ASV_ACT_DECIDE_SECRET, OFFICER},
        {ASV_ACT_DECIDE_PRE_ROLL, OFFICER},
        {ASV_ACT_DAY_REQUEST, ASV_ROLE_WEARER | SUPERIORS | ASV_ROLE_REVIEWER},
        {ASV_ACT_DAY_APPROVE, SUPERIORS},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (unsigned role = 1; role <= ASV_ROLE_ADMINISTRATOR; role <<= 1) {
            enum asv_policy_act act = table[i].act;
            struct asv_policy_person one = {
                .roles = role, .in_charge = true, .wearer = role == ASV_ROLE_WEARER};
            bool early = act == ASV_ACT_ERASE_REQUEST || act == ASV_ACT_ERASE_APPROVE;
            struct asv_policy_clip clip = act == ASV_ACT_HOLD_APPROVE            ? pending
                                          : act == ASV_ACT_HOLD_REQUEST || early ? running
                                                                                 : held;
            bool blocked = act >= ASV_ACT_DECIDE_DWELLING && act <= ASV_ACT_DECIDE_PRE_ROLL;
            clip.dayless = act == ASV_ACT_DAY_REQUEST || act == ASV_ACT_DAY_APPROVE;
            clip.dwelling = clip.secret = blocked;
            clip.pre_roll_ms = blocked;
            assert_int_equal(ask(&policy, act, one, clip) == ASV_PERMITTED, (table[i].roles & role) != 0);
            one.disabled = true;
            assert_int_equal(ask(&policy, act, one, clip), ASV_REFUSED_DISABLED);
        }
    }
}

static void L4_a_role_counts_where_it_was_given(void **state)
{
    (void)state;
    struct asv_policy_person one = superior;
    one.in_charge = false;
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, one, running), ASV_REFUSED_UNIT);
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_APPROVE, one, pending), ASV_REFUSED_UNIT);
    one.roles = ASV_ROLE_DEPUTY;
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_APPROVE, one, pending), ASV_REFUSED_UNIT);
    one.roles |= ASV_ROLE_WEARER;
    one.wearer = true; /* not as supervisor of another unit, but as the wearer */
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, one, running), ASV_PERMITTED);
    one = wearer;
    one.wearer = false; /* a colleague's recording */
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, one, running), ASV_REFUSED_NOT_WEARER);
    one = reviewer;
    one.roles = 0;
    assert_int_equal(ask(&policy, ASV_ACT_OPEN, one, held), ASV_REFUSED_ROLE);
}

static void T3_a_recording_is_kept_for_a_permitted_cause_only(void **state)
{
    (void)state;
    struct asv_policy strict = policy;
    struct asv_policy_clip clip = running;
    strict.causes = ASV_CAUSE_PROSECUTION;
    assert_int_equal(ask(&strict, ASV_ACT_HOLD_REQUEST, superior, clip), ASV_PERMITTED);
    clip.cause = ASV_CAUSE_DANGER;
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, superior, clip), ASV_PERMITTED);
    assert_int_equal(ask(&strict, ASV_ACT_HOLD_REQUEST, superior, clip), ASV_REFUSED_CAUSE);
    clip.cause |= ASV_CAUSE_PROSECUTION; /* one that is permitted does not carry another */
    assert_int_equal(ask(&strict, ASV_ACT_HOLD_REQUEST, superior, clip), ASV_REFUSED_CAUSE);
    clip.cause = 0;
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, superior, clip), ASV_REFUSED_CAUSE);
    clip.state = ASV_CLIP_PENDING;
    clip.cause = ASV_CAUSE_DANGER; /* permitted when it was requested, and no more */
    assert_int_equal(ask(&strict, ASV_ACT_HOLD_APPROVE, superior, clip), ASV_REFUSED_CAUSE);
    clip.state = ASV_CLIP_HELD; /* what is held can still be released */
    assert_int_equal(ask(&strict, ASV_ACT_RELEASE_REQUEST, superior, clip), ASV_PERMITTED);
}

static void T3_a_recorded_persons_demand_comes_through_the_data_protection_officer(void **state)
{
    (void)state;
    struct asv_policy_person both = officer;
    struct asv_policy_clip clip = running;
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, officer, clip), ASV_REFUSED_CAUSE_ROLE);
    both.roles |= ASV_ROLE_DEPUTY;
    both.in_charge = true;
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, both, clip), ASV_PERMITTED);
    clip.cause = ASV_CAUSE_LEGALITY_CHECK;
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, both, clip), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, superior, clip), ASV_REFUSED_CAUSE_ROLE);
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, wearer, clip), ASV_REFUSED_CAUSE_ROLE);
}

static const struct {
    enum asv_policy_act act;
    const struct asv_policy_clip *clip;
} approvals[] = {
    {ASV_ACT_HOLD_APPROVE, &pending}, {ASV_ACT_RELEASE_APPROVE, &held}, {ASV_ACT_ERASE_APPROVE, &running}};

static void T4_nobody_decides_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct asv_policy_deed deed = {
            .act = approvals[i].act, .reason = true, .own = true, .superior = true};
        struct asv_policy_person person = superior;
        assert_int_equal(asv_policy_permits(&policy, &deed, &person, approvals[i].clip),
                         ASV_REFUSED_SAME_PERSON);
        person.roles = EVERY;
        assert_int_equal(asv_policy_permits(&policy, &deed, &person, approvals[i].clip),
                         ASV_REFUSED_SAME_PERSON);
        deed.own = false;
        assert_int_equal(asv_policy_permits(&policy, &deed, &person, approvals[i].clip), ASV_PERMITTED);
    }
}

static void T4_the_wearer_approves_only_where_the_policy_says_so_and_with_a_superior(void **state)
{
    (void)state;
    struct asv_policy open_to_wearers = policy;
    open_to_wearers.hold.approve |= ASV_ROLE_WEARER;
    open_to_wearers.release.approve |= ASV_ROLE_WEARER;
    open_to_wearers.early_erasure.approve |= ASV_ROLE_WEARER;
    struct asv_policy_person both = wearer;
    both.roles |= ASV_ROLE_SUPERVISOR; /* a supervisor who wore the camera is its wearer */
    both.in_charge = true;
    for (size_t i = 0; i < 3; i++) {
        struct asv_policy_deed deed = {.act = approvals[i].act, .reason = true};
        const struct asv_policy_clip *clip = approvals[i].clip;
        assert_int_equal(asv_policy_permits(&policy, &deed, &wearer, clip), ASV_REFUSED_ROLE);
        assert_int_equal(asv_policy_permits(&policy, &deed, &both, clip), ASV_REFUSED_WEARER);
        assert_int_equal(asv_policy_permits(&open_to_wearers, &deed, &wearer, clip), ASV_REFUSED_NO_SUPERIOR);
        assert_int_equal(asv_policy_permits(&open_to_wearers, &deed, &both, clip), ASV_REFUSED_NO_SUPERIOR);
        deed.superior = true;
        assert_int_equal(asv_policy_permits(&policy, &deed, &both, clip), ASV_REFUSED_WEARER);
        assert_int_equal(asv_policy_permits(&open_to_wearers, &deed, &wearer, clip), ASV_PERMITTED);
        assert_int_equal(asv_policy_permits(&open_to_wearers, &deed, &both, clip), ASV_PERMITTED);
    }
}

/* Before anybody has written down who wore the camera, it may be whoever asks. */
static void T4_L5_nobody_decides_on_what_may_be_the_own_recording(void **state)
{
    (void)state;
    static const enum asv_policy_act deciding[] = {ASV_ACT_HOLD_APPROVE,  ASV_ACT_RELEASE_APPROVE,
                                                   ASV_ACT_ERASE_REQUEST, ASV_ACT_ERASE_APPROVE,
                                                   ASV_ACT_DAY_APPROVE,   ASV_ACT_OPEN,
                                                   ASV_ACT_EXPORT,        ASV_ACT_DECIDE_DWELLING,
                                                   ASV_ACT_DECIDE_SECRET, ASV_ACT_DECIDE_PRE_ROLL};
    static const enum asv_policy_act asking[] = {ASV_ACT_HOLD_REQUEST, ASV_ACT_RELEASE_REQUEST,
                                                 ASV_ACT_DAY_REQUEST};
    const struct asv_policy_person able = {.roles = EVERY, .in_charge = true};
    const struct asv_policy_clip *of[] = {&running, &pending, &held};
    for (size_t i = 0; i < sizeof deciding / sizeof *deciding; i++) {
        bool let = false;
        for (size_t k = 0; k < 6; k++) {
            struct asv_policy_clip clip = *of[k / 2];
            clip.dayless = clip.dwelling = clip.secret = k % 2 != 0;
            clip.pre_roll_ms = k % 2 != 0 ? UINT32_MAX : 0;
            bool may = ask(&policy, deciding[i], able, clip) == ASV_PERMITTED;
            clip.unsaid = true;
            assert_true(!may || ask(&policy, deciding[i], able, clip) == ASV_REFUSED_UNSAID);
            let = let || may;
        }
        assert_true(let);
    }
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++) { /* or it would be gone before */
        struct asv_policy_clip clip = asking[i] == ASV_ACT_RELEASE_REQUEST ? held : running;
        clip.dayless = asking[i] == ASV_ACT_DAY_REQUEST;
        clip.unsaid = true;
        assert_int_equal(ask(&policy, asking[i], able, clip), ASV_PERMITTED);
    }
    struct asv_policy_person someone = wearer;
    struct asv_policy_clip clip = running;
    someone.wearer = false;
    clip.unsaid = true;
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, someone, clip), ASV_REFUSED_UNSAID);
}

static void L2_without_a_reason_nothing_is_done(void **state)
{
    (void)state;
    static const struct {
        enum asv_policy_act act;
        const struct asv_policy_person *person;
        const struct asv_policy_clip *clip;
    } table[] = {
        {ASV_ACT_OPEN, &reviewer, &held},           {ASV_ACT_EXPORT, &exporter, &held},
        {ASV_ACT_HOLD_REQUEST, &wearer, &running},  {ASV_ACT_HOLD_APPROVE, &superior, &pending},
        {ASV_ACT_RELEASE_REQUEST, &wearer, &held},  {ASV_ACT_RELEASE_APPROVE, &superior, &held},
        {ASV_ACT_ERASE_REQUEST, &wearer, &running}, {ASV_ACT_ERASE_APPROVE, &superior, &running},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct asv_policy_deed deed = {.act = table[i].act};
        assert_int_equal(asv_policy_permits(&policy, &deed, table[i].person, table[i].clip),
                         ASV_REFUSED_NO_REASON);
        deed.reason = true;
        assert_int_equal(asv_policy_permits(&policy, &deed, table[i].person, table[i].clip), ASV_PERMITTED);
    }
}

static void L5_reviewers_see_it_and_not_who_appraises_the_wearer(void **state)
{
    (void)state;
    struct asv_policy lenient = policy;
    struct asv_policy_person one = reviewer;
    one.appraises = true;
    lenient.exclude_appraiser = false;
    assert_int_equal(ask(&policy, ASV_ACT_OPEN, one, held), ASV_REFUSED_APPRAISER);
    assert_int_equal(ask(&lenient, ASV_ACT_OPEN, one, held), ASV_PERMITTED);
    one = superior; /* who approves does not see, so the appraising superior may */
    one.appraises = true;
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_APPROVE, one, pending), ASV_PERMITTED);
}

/* A clip with one flag, and the decision on it. */
static struct asv_policy_clip flagged(struct asv_policy_clip clip, unsigned block,
                                      enum asv_block_decision decision)
{
    if (block == ASV_BLOCK_DWELLING) {
        clip.dwelling = true;
        clip.dwelling_decision = decision;
    } else if (block == ASV_BLOCK_SECRET) {
        clip.secret = true;
        clip.secret_decision = decision;
    } else {
        clip.pre_roll_ms = 1;
        clip.pre_roll_decision = decision;
    }
    return clip;
}

static const struct {
    unsigned block;
    enum asv_policy_act decide;
    enum asv_policy_refusal refusal;
    const struct asv_policy_person *who;
} blocks[] = {
    {ASV_BLOCK_DWELLING, ASV_ACT_DECIDE_DWELLING, ASV_REFUSED_DWELLING, &superior}, /* LAW R3 */
    {ASV_BLOCK_SECRET, ASV_ACT_DECIDE_SECRET, ASV_REFUSED_SECRET, &officer},        /* LAW R4 */
    {ASV_BLOCK_PRE_ROLL, ASV_ACT_DECIDE_PRE_ROLL, ASV_REFUSED_PRE_ROLL, &officer},  /* LAW R5 */
};

static void R3_R4_R5_a_flag_blocks_use_until_a_decision_lifts_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        unsigned block = blocks[i].block;
        struct asv_policy_clip open = flagged(held, block, ASV_BLOCK_UNDECIDED);
        struct asv_policy_clip lifted = flagged(held, block, ASV_BLOCK_LIFTED);
        struct asv_policy_clip confirmed = flagged(held, block, ASV_BLOCK_CONFIRMED);
        assert_int_equal(asv_policy_blocks(&policy, &open), block);
        assert_int_equal(asv_policy_blocks(&policy, &lifted), 0);
        assert_int_equal(asv_policy_blocks(&policy, &confirmed), block);
        assert_int_equal(ask(&policy, ASV_ACT_OPEN, reviewer, open), blocks[i].refusal);
        assert_int_equal(ask(&policy, ASV_ACT_EXPORT, exporter, open), blocks[i].refusal);
        assert_int_equal(ask(&policy, ASV_ACT_OPEN, reviewer, confirmed), blocks[i].refusal);
        assert_int_equal(ask(&policy, ASV_ACT_OPEN, reviewer, lifted), ASV_PERMITTED);
        assert_int_equal(ask(&policy, ASV_ACT_EXPORT, exporter, lifted), ASV_PERMITTED);
        /* it is decided once, by whom the policy names */
        assert_int_equal(ask(&policy, blocks[i].decide, *blocks[i].who, open), ASV_PERMITTED);
        assert_int_equal(ask(&policy, blocks[i].decide, *blocks[i].who, lifted), ASV_REFUSED_NOT_BLOCKED);
        assert_int_equal(ask(&policy, blocks[i].decide, *blocks[i].who, confirmed), ASV_REFUSED_NOT_BLOCKED);
        assert_int_equal(ask(&policy, blocks[i].decide, exporter, open), ASV_REFUSED_ROLE);
        /* and never by the wearer */
        struct asv_policy_person own = *blocks[i].who;
        own.wearer = true;
        assert_int_equal(ask(&policy, blocks[i].decide, own, open), ASV_REFUSED_WEARER);
    }
}

static void a_block_keeps_nobody_from_asking_for_a_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) { /* or what decides would be gone before the decision */
        struct asv_policy_clip clip = flagged(running, blocks[i].block, ASV_BLOCK_UNDECIDED);
        assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, wearer, clip), ASV_PERMITTED);
        clip.state = ASV_CLIP_PENDING;
        assert_int_equal(ask(&policy, ASV_ACT_HOLD_APPROVE, superior, clip), ASV_PERMITTED);
    }
}

static void all_blocks_stand_side_by_side(void **state)
{
    (void)state;
    struct asv_policy_clip clip = held;
    for (size_t i = 0; i < 3; i++) {
        clip = flagged(clip, blocks[i].block, ASV_BLOCK_UNDECIDED);
    }
    assert_int_equal(asv_policy_blocks(&policy, &clip),
                     ASV_BLOCK_DWELLING | ASV_BLOCK_SECRET | ASV_BLOCK_PRE_ROLL);
    for (size_t i = 0; i < 3; i++) { /* lifting one leaves the others */
        assert_int_equal(ask(&policy, ASV_ACT_OPEN, reviewer, clip), blocks[i].refusal);
        clip = flagged(clip, blocks[i].block, ASV_BLOCK_LIFTED);
    }
    assert_int_equal(ask(&policy, ASV_ACT_OPEN, reviewer, clip), ASV_PERMITTED);
}

static void T1_what_has_no_day_is_not_used_until_two_people_decide(void **state)
{
    (void)state;
    struct asv_policy exact = policy;
    struct asv_policy_clip states[] = {running, pending, held};
    exact.period = ASV_PERIOD_EXACTLY;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        states[i].dayless = true;
        assert_int_equal(asv_policy_blocks(&policy, &states[i]), ASV_BLOCK_DAYLESS);
        assert_int_equal(ask(&policy, ASV_ACT_DAY_REQUEST, wearer, states[i]), ASV_PERMITTED);
        assert_int_equal(ask(&policy, ASV_ACT_DAY_APPROVE, superior, states[i]), ASV_PERMITTED);
        assert_int_equal(ask(&exact, ASV_ACT_DAY_APPROVE, superior, states[i]), ASV_PERMITTED);
        assert_int_equal(ask(&policy, ASV_ACT_DAY_APPROVE, wearer, states[i]), ASV_REFUSED_ROLE);
        const struct asv_policy_deed own = {.act = ASV_ACT_DAY_APPROVE, .reason = true, .own = true};
        assert_int_equal(asv_policy_permits(&policy, &own, &superior, &states[i]), ASV_REFUSED_SAME_PERSON);
    }
    /* it is kept all the same: what is to be decided must not be gone before */
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, wearer, states[0]), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_APPROVE, superior, states[1]), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_OPEN, reviewer, states[2]), ASV_REFUSED_DAYLESS);
    assert_int_equal(ask(&policy, ASV_ACT_EXPORT, exporter, states[2]), ASV_REFUSED_DAYLESS);
}

static void R4_what_was_confirmed_is_erased_and_not_kept(void **state)
{
    (void)state;
    struct asv_policy exact = policy;
    exact.period = ASV_PERIOD_EXACTLY;
    const struct asv_policy_clip *const states[] = {&running, &pending};
    for (size_t i = 0; i < 2; i++) {
        struct asv_policy_clip clip = flagged(*states[i], ASV_BLOCK_SECRET, ASV_BLOCK_CONFIRMED);
        assert_int_equal(ask(&policy, ASV_ACT_ERASE_REQUEST, wearer, clip), ASV_PERMITTED);
        assert_int_equal(ask(&policy, ASV_ACT_ERASE_APPROVE, superior, clip), ASV_PERMITTED);
        assert_int_equal(ask(&exact, ASV_ACT_ERASE_APPROVE, superior, clip), ASV_PERMITTED);
    }
    struct asv_policy_clip kept =
        flagged(held, ASV_BLOCK_SECRET, ASV_BLOCK_CONFIRMED); /* is released first */
    assert_int_equal(ask(&policy, ASV_ACT_ERASE_REQUEST, wearer, kept), ASV_REFUSED_HELD);
    assert_int_equal(ask(&policy, ASV_ACT_ERASE_APPROVE, superior, kept), ASV_REFUSED_HELD);
    assert_int_equal(ask(&policy, ASV_ACT_RELEASE_REQUEST, wearer, kept), ASV_PERMITTED);
    assert_int_equal(ask(&policy, ASV_ACT_RELEASE_APPROVE, superior, kept), ASV_PERMITTED);
    struct asv_policy_clip clip = flagged(running, ASV_BLOCK_SECRET, ASV_BLOCK_CONFIRMED);
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_REQUEST, wearer, clip), ASV_REFUSED_PROTECTED);
    clip.state = ASV_CLIP_PENDING;
    assert_int_equal(ask(&policy, ASV_ACT_HOLD_APPROVE, superior, clip), ASV_REFUSED_PROTECTED);
}

static void R5_the_policys_own_pre_roll_needs_no_decision(void **state)
{
    (void)state;
    struct asv_policy allowing = policy;
    struct asv_policy_clip clip = held;
    allowing.pre_roll_ms = 30000;
    clip.pre_roll_ms = 30000;
    assert_int_equal(asv_policy_blocks(&allowing, &clip), 0);
    assert_int_equal(asv_policy_blocks(&policy, &clip), ASV_BLOCK_PRE_ROLL);
    clip.pre_roll_ms = 30001;
    assert_int_equal(asv_policy_blocks(&allowing, &clip), ASV_BLOCK_PRE_ROLL);
}

static void T7_where_the_law_says_exactly_nobody_erases_earlier(void **state)
{
    (void)state;
    struct asv_policy exact = policy;
    exact.period = ASV_PERIOD_EXACTLY;
    assert_int_equal(ask(&exact, ASV_ACT_ERASE_REQUEST, wearer, running), ASV_REFUSED_EXACT_PERIOD);
    assert_int_equal(ask(&exact, ASV_ACT_ERASE_APPROVE, superior, running), ASV_REFUSED_EXACT_PERIOD);
    struct asv_policy_clip clip = flagged(running, ASV_BLOCK_SECRET, ASV_BLOCK_UNDECIDED);
    assert_int_equal(ask(&exact, ASV_ACT_ERASE_APPROVE, superior, clip), ASV_REFUSED_EXACT_PERIOD);
}

static void every_refusal_has_its_sentence(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ASV_REFUSALS; i++) {
        const char *text = asv_policy_refusal_text((enum asv_policy_refusal)i);
        assert_non_null(text);
        assert_true(strlen(text) > 5);
        for (unsigned k = 0; k < i; k++) {
            assert_string_not_equal(text, asv_policy_refusal_text((enum asv_policy_refusal)k));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_rules_intend_is_permitted),
        cmocka_unit_test(an_act_begins_in_its_state_only),
        cmocka_unit_test(L4_a_role_may_what_the_policy_lists_and_nothing_else),
        cmocka_unit_test(L4_a_role_counts_where_it_was_given),
        cmocka_unit_test(T3_a_recording_is_kept_for_a_permitted_cause_only),
        cmocka_unit_test(T3_a_recorded_persons_demand_comes_through_the_data_protection_officer),
        cmocka_unit_test(T4_nobody_decides_alone),
        cmocka_unit_test(T4_the_wearer_approves_only_where_the_policy_says_so_and_with_a_superior),
        cmocka_unit_test(T4_L5_nobody_decides_on_what_may_be_the_own_recording),
        cmocka_unit_test(L2_without_a_reason_nothing_is_done),
        cmocka_unit_test(L5_reviewers_see_it_and_not_who_appraises_the_wearer),
        cmocka_unit_test(R3_R4_R5_a_flag_blocks_use_until_a_decision_lifts_it),
        cmocka_unit_test(a_block_keeps_nobody_from_asking_for_a_hold),
        cmocka_unit_test(all_blocks_stand_side_by_side),
        cmocka_unit_test(T1_what_has_no_day_is_not_used_until_two_people_decide),
        cmocka_unit_test(R4_what_was_confirmed_is_erased_and_not_kept),
        cmocka_unit_test(R5_the_policys_own_pre_roll_needs_no_decision),
        cmocka_unit_test(T7_where_the_law_says_exactly_nobody_erases_earlier),
        cmocka_unit_test(every_refusal_has_its_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
