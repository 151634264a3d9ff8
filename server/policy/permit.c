/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/policy/permit.h"

#include <assert.h>

static const char *const texts[ASV_REFUSALS] = {
    [ASV_PERMITTED] = "permitted",
    [ASV_REFUSED_DISABLED] = "the account is disabled",
    [ASV_REFUSED_OVER] = "the recording is erased, or its time is over",
    [ASV_REFUSED_PENDING] = "a request is open; it is to be approved or refused first",
    [ASV_REFUSED_NOT_PENDING] = "there is no open request to approve",
    [ASV_REFUSED_HELD] = "the recording is held; it is to be released first",
    [ASV_REFUSED_NOT_HELD] = "the recording is not held: two people must have decided to keep it",
    [ASV_REFUSED_NOT_BLOCKED] = "there is no such block that waits for a decision",
    [ASV_REFUSED_DAY_KNOWN] = "the recording's day is known, or was decided",
    [ASV_REFUSED_EXACT_PERIOD] =
        "the law keeps recordings for exactly this period; only what it protects is erased earlier",
    [ASV_REFUSED_PROTECTED] = "it shows professional secrets or private life and is to be erased",
    [ASV_REFUSED_CAUSE] = "the policy keeps no recording for this cause",
    [ASV_REFUSED_ROLE] = "none of the person's roles may do this",
    [ASV_REFUSED_UNIT] = "the person is not in charge of the recording's unit",
    [ASV_REFUSED_NOT_WEARER] = "the person did not wear the camera that made the recording",
    [ASV_REFUSED_CAUSE_ROLE] =
        "a check of legality is requested by the data-protection officer, who requests nothing else",
    [ASV_REFUSED_UNSAID] = "nobody has written down who wore the camera",
    [ASV_REFUSED_WEARER] = "the wearer does not decide on the own recording",
    [ASV_REFUSED_SAME_PERSON] = "whoever requested it cannot approve it: two different people must decide",
    [ASV_REFUSED_NO_SUPERIOR] = "one of the two people must be a superior in charge",
    [ASV_REFUSED_NO_REASON] = "no reason is given",
    [ASV_REFUSED_APPRAISER] = "the wearer's appraising superior is excluded from viewing",
    [ASV_REFUSED_DAYLESS] = "nobody knows on which day it was recorded, and two people have to decide first",
    [ASV_REFUSED_DWELLING] = "it was made in a dwelling, and no decision allows its use",
    [ASV_REFUSED_SECRET] = "it may show professional secrets or private life, and no decision allows it",
    [ASV_REFUSED_PRE_ROLL] = "it begins earlier than the policy's pre-roll, and no decision allows its use",
};

const char *asv_policy_refusal_text(enum asv_policy_refusal refusal)
{
    return refusal < ASV_REFUSALS ? texts[refusal] : "?";
}

unsigned asv_policy_blocks(const struct asv_policy *policy, const struct asv_policy_clip *clip)
{
    unsigned blocks = clip->dayless ? ASV_BLOCK_DAYLESS : 0;
    if (clip->dwelling && clip->dwelling_decision != ASV_BLOCK_LIFTED) {
        blocks |= ASV_BLOCK_DWELLING;
    }
    if (clip->secret && clip->secret_decision != ASV_BLOCK_LIFTED) {
        blocks |= ASV_BLOCK_SECRET;
    }
    if (clip->pre_roll_ms > policy->pre_roll_ms && clip->pre_roll_decision != ASV_BLOCK_LIFTED) {
        blocks |= ASV_BLOCK_PRE_ROLL;
    }
    return blocks;
}

enum asv_policy_refusal asv_policy_blocked(unsigned blocks)
{
    return (blocks & ASV_BLOCK_DAYLESS) != 0    ? ASV_REFUSED_DAYLESS
           : (blocks & ASV_BLOCK_DWELLING) != 0 ? ASV_REFUSED_DWELLING
           : (blocks & ASV_BLOCK_SECRET) != 0   ? ASV_REFUSED_SECRET
           : (blocks & ASV_BLOCK_PRE_ROLL) != 0 ? ASV_REFUSED_PRE_ROLL
                                                : ASV_PERMITTED;
}

static unsigned roles_for(const struct asv_policy *policy, enum asv_policy_act act)
{
    switch (act) {
    case ASV_ACT_HOLD_REQUEST:
        return policy->hold.request;
    case ASV_ACT_HOLD_APPROVE:
        return policy->hold.approve;
    case ASV_ACT_RELEASE_REQUEST:
        return policy->release.request;
    case ASV_ACT_RELEASE_APPROVE:
        return policy->release.approve;
    case ASV_ACT_ERASE_REQUEST:
    case ASV_ACT_DAY_REQUEST: /* a day that is long past ends it as well */
        return policy->early_erasure.request;
    case ASV_ACT_ERASE_APPROVE:
    case ASV_ACT_DAY_APPROVE:
        return policy->early_erasure.approve;
    case ASV_ACT_OPEN:
        return policy->open;
    case ASV_ACT_EXPORT:
        return policy->export;
    case ASV_ACT_DECIDE_DWELLING:
        return policy->lift_dwelling;
    case ASV_ACT_DECIDE_SECRET:
        return policy->lift_secret;
    case ASV_ACT_DECIDE_PRE_ROLL:
        return policy->lift_pre_roll;
    }
    return 0;
}

static bool is_approval(enum asv_policy_act act)
{
    return act == ASV_ACT_HOLD_APPROVE || act == ASV_ACT_RELEASE_APPROVE || act == ASV_ACT_ERASE_APPROVE ||
           act == ASV_ACT_DAY_APPROVE;
}

static bool is_hold(enum asv_policy_act act)
{
    return act == ASV_ACT_HOLD_REQUEST || act == ASV_ACT_HOLD_APPROVE;
}

static bool is_erasure(enum asv_policy_act act)
{
    return act == ASV_ACT_ERASE_REQUEST || act == ASV_ACT_ERASE_APPROVE;
}

static bool is_use(enum asv_policy_act act)
{
    return act == ASV_ACT_OPEN || act == ASV_ACT_EXPORT;
}

/* The block that a decision is about, 0 for another act. */
static unsigned block_of(enum asv_policy_act act)
{
    return act == ASV_ACT_DECIDE_DWELLING   ? ASV_BLOCK_DWELLING
           : act == ASV_ACT_DECIDE_SECRET   ? ASV_BLOCK_SECRET
           : act == ASV_ACT_DECIDE_PRE_ROLL ? ASV_BLOCK_PRE_ROLL
                                            : 0;
}

/* The blocks that wait for their decision: one that was confirmed is not decided on again. */
static unsigned undecided_blocks(const struct asv_policy *policy, const struct asv_policy_clip *clip)
{
    unsigned decided = (clip->dwelling_decision != ASV_BLOCK_UNDECIDED ? ASV_BLOCK_DWELLING : 0u) |
                       (clip->secret_decision != ASV_BLOCK_UNDECIDED ? ASV_BLOCK_SECRET : 0u) |
                       (clip->pre_roll_decision != ASV_BLOCK_UNDECIDED ? ASV_BLOCK_PRE_ROLL : 0u);
    return asv_policy_blocks(policy, clip) & ~decided;
}

/* Whether the recording is where the act begins. */
static enum asv_policy_refusal check_state(const struct asv_policy *policy, enum asv_policy_act act,
                                           const struct asv_policy_clip *clip)
{
    bool confirmed = clip->secret && clip->secret_decision == ASV_BLOCK_CONFIRMED;
    if (clip->state == ASV_CLIP_OVER) {
        return ASV_REFUSED_OVER;
    }
    if (act == ASV_ACT_HOLD_REQUEST && clip->state != ASV_CLIP_RUNNING) {
        return clip->state == ASV_CLIP_HELD ? ASV_REFUSED_HELD : ASV_REFUSED_PENDING;
    }
    if (act == ASV_ACT_HOLD_APPROVE && clip->state != ASV_CLIP_PENDING) {
        return clip->state == ASV_CLIP_HELD ? ASV_REFUSED_HELD : ASV_REFUSED_NOT_PENDING;
    }
    if ((act == ASV_ACT_RELEASE_REQUEST || act == ASV_ACT_RELEASE_APPROVE || is_use(act)) &&
        clip->state != ASV_CLIP_HELD) {
        return ASV_REFUSED_NOT_HELD;
    }
    if ((act == ASV_ACT_DAY_REQUEST || act == ASV_ACT_DAY_APPROVE) && !clip->dayless) {
        return ASV_REFUSED_DAY_KNOWN;
    }
    if (block_of(act) != 0 && (undecided_blocks(policy, clip) & block_of(act)) == 0) {
        return ASV_REFUSED_NOT_BLOCKED;
    }
    if (is_erasure(act) && clip->state == ASV_CLIP_HELD) { /* the keeper erases nothing that is held */
        return ASV_REFUSED_HELD;
    }
    if (is_erasure(act) && !confirmed) { /* what was confirmed goes, whatever else stands against it */
        if (clip->state == ASV_CLIP_PENDING) {
            return ASV_REFUSED_PENDING;
        }
        if (policy->period == ASV_PERIOD_EXACTLY) {
            return ASV_REFUSED_EXACT_PERIOD;
        }
    }
    if (is_hold(act) && confirmed) {
        return ASV_REFUSED_PROTECTED;
    }
    bool caused = clip->cause != 0 && (clip->cause & ~policy->causes) == 0;
    return is_hold(act) && !caused ? ASV_REFUSED_CAUSE : ASV_PERMITTED;
}

/* LAW L4: the roles that count for this recording, and whether one of them may. */
static enum asv_policy_refusal check_roles(unsigned allowed, const struct asv_policy_deed *deed,
                                           const struct asv_policy_person *person,
                                           const struct asv_policy_clip *clip, unsigned *counting)
{
    unsigned has = person->roles & allowed;
    unsigned counts = has;
    if (has == 0) {
        return ASV_REFUSED_ROLE;
    }
    counts &= person->wearer ? ~0u : ~(unsigned)ASV_ROLE_WEARER;
    counts &= person->in_charge ? ~0u : ~(unsigned)ASV_ROLES_SUPERIOR;
    if (counts == 0) {
        return (has & ASV_ROLES_SUPERIOR) != 0 ? ASV_REFUSED_UNIT
               : clip->unsaid                  ? ASV_REFUSED_UNSAID
                                               : ASV_REFUSED_NOT_WEARER;
    }
    if (deed->act == ASV_ACT_HOLD_REQUEST) { /* LAW T3 */
        counts &= (clip->cause & ASV_CAUSE_LEGALITY_CHECK) != 0 ? (unsigned)ASV_ROLE_DATA_PROTECTION_OFFICER
                                                                : ~(unsigned)ASV_ROLE_DATA_PROTECTION_OFFICER;
        if (counts == 0) {
            return ASV_REFUSED_CAUSE_ROLE;
        }
    }
    *counting = counts;
    return ASV_PERMITTED;
}

/* LAW T4: the wearer or applicant, and a superior; nobody alone. And nobody lifts a block of the own
 * recording. */
static enum asv_policy_refusal check_people(unsigned allowed, const struct asv_policy_deed *deed,
                                            const struct asv_policy_person *person,
                                            const struct asv_policy_clip *clip, unsigned counting)
{
    bool decides = is_approval(deed->act) || block_of(deed->act) != 0;
    if (clip->unsaid && (decides || is_use(deed->act) || is_erasure(deed->act))) {
        return ASV_REFUSED_UNSAID; /* LAW L5, T4: nobody knows whom the next rules shut out */
    }
    if (decides && person->wearer && (allowed & ASV_ROLE_WEARER) == 0) {
        return ASV_REFUSED_WEARER;
    }
    if (!is_approval(deed->act)) {
        return ASV_PERMITTED;
    }
    if (deed->own) {
        return ASV_REFUSED_SAME_PERSON;
    }
    /* The wearer is never the superior of the two, whatever roles the person has besides. */
    bool superior = !person->wearer && (counting & ASV_ROLES_SUPERIOR) != 0;
    return superior || deed->superior ? ASV_PERMITTED : ASV_REFUSED_NO_SUPERIOR;
}

static enum asv_policy_refusal check_use(const struct asv_policy *policy, enum asv_policy_act act,
                                         const struct asv_policy_person *person,
                                         const struct asv_policy_clip *clip)
{
    unsigned blocks = asv_policy_blocks(policy, clip);
    if (act == ASV_ACT_OPEN && person->appraises && policy->exclude_appraiser) {
        return ASV_REFUSED_APPRAISER; /* LAW L5 */
    }
    return asv_policy_blocked(blocks);
}

enum asv_policy_refusal asv_policy_permits(const struct asv_policy *policy,
                                           const struct asv_policy_deed *deed,
                                           const struct asv_policy_person *person,
                                           const struct asv_policy_clip *clip)
{
    unsigned allowed = roles_for(policy, deed->act);
    unsigned counting = 0;
    if (person->disabled) {
        return ASV_REFUSED_DISABLED;
    }
    enum asv_policy_refusal refusal = check_state(policy, deed->act, clip);
    if (refusal == ASV_PERMITTED) {
        refusal = check_roles(allowed, deed, person, clip, &counting);
    }
    if (refusal == ASV_PERMITTED) {
        refusal = check_people(allowed, deed, person, clip, counting);
    }
    if (refusal == ASV_PERMITTED && !deed->reason) { /* LAW L2 */
        refusal = ASV_REFUSED_NO_REASON;
    }
    if (refusal == ASV_PERMITTED && is_use(deed->act)) {
        refusal = check_use(policy, deed->act, person, clip);
    }
    return refusal;
}
