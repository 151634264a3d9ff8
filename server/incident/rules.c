/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/incident/rules.h"

#include <stddef.h>

#include "server/base/calendar.h"
#include "server/base/roles.h"
#include "server/incident/words.h"

/* The policy's act for a step that it rules; 0 for one that it leaves to the request. */
static unsigned act_of(uint16_t action, uint8_t step)
{
    bool approve = step == ASV_STEP_APPROVE || step == ASV_STEP_REFUSE; /* who could approve can refuse */
    switch (action) {
    case ASV_ACTION_HOLD:
    case ASV_ACTION_HOLD_AHEAD:
        return approve ? ASV_ACT_HOLD_APPROVE : ASV_ACT_HOLD_REQUEST;
    case ASV_ACTION_RELEASE:
    case ASV_ACTION_RELEASE_AHEAD:
        return approve ? ASV_ACT_RELEASE_APPROVE : ASV_ACT_RELEASE_REQUEST;
    case ASV_ACTION_ERASE_EARLY:
        return approve ? ASV_ACT_ERASE_APPROVE : ASV_ACT_ERASE_REQUEST;
    case ASV_ACTION_DAY:
        return approve ? ASV_ACT_DAY_APPROVE : ASV_ACT_DAY_REQUEST;
    case ASV_ACTION_OPEN:
        return approve ? 0 : ASV_ACT_OPEN;
    case ASV_ACTION_HAND_OVER:
        return approve ? 0 : ASV_ACT_EXPORT;
    default:
        return 0;
    }
}

static unsigned decision_act(uint8_t ground)
{
    return ground == ASV_GROUND_DWELLING   ? ASV_ACT_DECIDE_DWELLING
           : ground == ASV_GROUND_PRE_ROLL ? ASV_ACT_DECIDE_PRE_ROLL
                                           : ASV_ACT_DECIDE_SECRET;
}

static const char *ask_policy(const struct asv_policy *policy, unsigned act,
                              const struct asv_incident_deed *deed, const struct asv_policy_person *person,
                              const struct asv_policy_clip *clip)
{
    const struct asv_policy_deed asked = {
        .act = (enum asv_policy_act)act,
        .reason = deed->reason,
        .own = deed->open_by_them,
        /* A refusal takes no second superior: it keeps nothing and shows nothing. */
        .superior = deed->open_by_superior || deed->step == ASV_STEP_REFUSE,
    };
    enum asv_policy_refusal refusal = asv_policy_permits(policy, &asked, person, clip);
    return refusal == ASV_PERMITTED ? NULL : asv_incident_words_refusal(refusal);
}

/* ---- blocks ---- */

/* LAW R4: whoever sees that it shows a professional secret or private life blocks it at once. */
static const char *judge_setting(const struct asv_incident_deed *deed, const struct asv_policy_person *person,
                                 const struct asv_policy_clip *clip)
{
    const struct asv_action_rule *rule = asv_action_rule(ASV_ACTION_BLOCK);
    if (person->disabled) {
        return asv_incident_words_refusal(ASV_REFUSED_DISABLED);
    }
    if (clip->state == ASV_CLIP_OVER) {
        return asv_incident_words_refusal(ASV_REFUSED_OVER);
    }
    if ((person->roles & rule->proposers) == 0) {
        return asv_incident_words_refusal(ASV_REFUSED_ROLE);
    }
    return deed->reason ? NULL : asv_incident_words_refusal(ASV_REFUSED_NO_REASON);
}

static const char *judge_block(const struct asv_policy *policy, const struct asv_incident_deed *deed,
                               const struct asv_policy_person *person, const struct asv_policy_clip *clip)
{
    bool undecided = deed->block.flagged && deed->block.decision == ASV_BLOCK_UNDECIDED;
    if (deed->block.flagged && deed->block.decision == ASV_BLOCK_CONFIRMED) {
        return asv_incident_confirmed;
    }
    if (deed->action == ASV_ACTION_BLOCK && !undecided) {
        return judge_setting(deed, person, clip);
    }
    if (deed->action == ASV_ACTION_BLOCK && deed->block.own) {
        return asv_incident_own_block;
    }
    /* The one block that is decided, and nothing of the others. */
    struct asv_policy_clip one = {.state = clip->state, .cause = clip->cause, .unsaid = clip->unsaid};
    one.dwelling = deed->ground == ASV_GROUND_DWELLING && undecided;
    one.secret = (deed->ground == ASV_GROUND_SECRET || deed->ground == ASV_GROUND_CORE) && undecided;
    one.pre_roll_ms = deed->ground == ASV_GROUND_PRE_ROLL && undecided ? UINT32_MAX : 0;
    return ask_policy(policy, decision_act(deed->ground), deed, person, &one);
}

/* ---- use ---- */

/* The second person agrees that the first is shown it, or that it is handed over: a superior in charge (or,
 * that it is shown, the data-protection officer) who did not ask for it and did not wear the camera. */
static const char *judge_use(const struct asv_policy *policy, const struct asv_incident_deed *deed,
                             const struct asv_policy_person *person, const struct asv_policy_clip *clip)
{
    const struct asv_action_rule *rule = asv_action_rule(deed->action);
    unsigned has = person->roles & rule->approvers;
    unsigned counts = has & (person->in_charge ? ~0u : ~(unsigned)ASV_ROLES_SUPERIOR);
    if (person->disabled) {
        return asv_incident_words_refusal(ASV_REFUSED_DISABLED);
    }
    if (clip->state != ASV_CLIP_HELD) {
        return asv_incident_words_refusal(clip->state == ASV_CLIP_OVER ? ASV_REFUSED_OVER
                                                                       : ASV_REFUSED_NOT_HELD);
    }
    if (counts == 0) {
        return asv_incident_words_refusal(has == 0 ? ASV_REFUSED_ROLE : ASV_REFUSED_UNIT);
    }
    if (clip->unsaid) {
        return asv_incident_words_refusal(ASV_REFUSED_UNSAID);
    }
    if (person->wearer) {
        return asv_incident_words_refusal(ASV_REFUSED_WEARER);
    }
    if (deed->open_by_them) {
        return asv_incident_words_refusal(ASV_REFUSED_SAME_PERSON);
    }
    if (!deed->reason) {
        return asv_incident_words_refusal(ASV_REFUSED_NO_REASON);
    }
    unsigned blocks = deed->step == ASV_STEP_APPROVE ? asv_policy_blocks(policy, clip) : 0;
    enum asv_policy_refusal refusal = asv_policy_blocked(blocks);
    return refusal == ASV_PERMITTED ? NULL : asv_incident_words_refusal(refusal);
}

/* ---- requests ---- */

static const char *judge_answer(const struct asv_policy *policy, const struct asv_incident_deed *deed,
                                const struct asv_policy_person *person, const struct asv_policy_clip *clip)
{
    if (deed->open_action != deed->action) {
        return asv_incident_no_request;
    }
    if (deed->step == ASV_STEP_WITHDRAW) {
        return person->disabled      ? asv_incident_words_refusal(ASV_REFUSED_DISABLED)
               : !deed->open_by_them ? asv_incident_not_theirs
               : !deed->reason       ? asv_incident_words_refusal(ASV_REFUSED_NO_REASON)
                                     : NULL;
    }
    if (deed->step == ASV_STEP_REFUSE && deed->open_by_them) {
        return asv_incident_withdraw;
    }
    struct asv_policy_clip asked = *clip;
    if (deed->step ==
        ASV_STEP_REFUSE) { /* what must not be kept, or for no such cause, can be refused all the same */
        asked.secret = false;
        asked.cause = policy->causes & (0u - policy->causes);
        /* One recording that went keeps no hand-over open. */
        asked.state = deed->action == ASV_ACTION_HAND_OVER ? ASV_CLIP_HELD : clip->state;
    }
    if (deed->action == ASV_ACTION_OPEN || deed->action == ASV_ACTION_HAND_OVER) {
        return judge_use(policy, deed, person, &asked);
    }
    return ask_policy(policy, act_of(deed->action, deed->step), deed, person, &asked);
}

/* HO-011, LAW H10 */
static bool is_kept_for_receipt(const struct asv_incident_deed *deed)
{
    return deed->handed_over &&
           (deed->action == ASV_ACTION_RELEASE || deed->action == ASV_ACTION_ERASE_EARLY) &&
           (deed->step == ASV_STEP_PROPOSE || deed->step == ASV_STEP_APPROVE);
}

const char *asv_incident_refuses(const struct asv_policy *policy, const struct asv_incident_deed *deed,
                                 const struct asv_incident_person *person, const struct asv_policy_clip *clip)
{
    struct asv_policy_person facts;
    asv_incident_person_facts(&facts, person);
    if (deed->action == ASV_ACTION_BLOCK || deed->action == ASV_ACTION_UNBLOCK) {
        return judge_block(policy, deed, &facts, clip);
    }
    if (is_kept_for_receipt(deed)) {
        return asv_incident_handed_over;
    }
    if (deed->step != ASV_STEP_PROPOSE) {
        return judge_answer(policy, deed, &facts, clip);
    }
    const char *why = ask_policy(policy, act_of(deed->action, deed->step), deed, &facts, clip);
    if (why == NULL && deed->open_action != 0 && deed->action != ASV_ACTION_OPEN) {
        return asv_incident_words_refusal(ASV_REFUSED_PENDING);
    }
    return why;
}

const char *asv_incident_refuses_day(const struct asv_db_standing *standing, uint32_t date)
{
    uint32_t first = 0;
    uint32_t last = 0;
    bool known = asv_local_date(standing->latest_ms, &last) == ASV_OK &&
                 (standing->earliest_ms == ASV_TIME_UNKNOWN ||
                  asv_local_date(standing->earliest_ms, &first) == ASV_OK);
    return known && date >= first && date <= last ? NULL : asv_incident_no_such_day;
}

const char *asv_incident_refuses_to_show(const struct asv_policy *policy,
                                         const struct asv_incident_person *person,
                                         const struct asv_policy_clip *clip)
{
    const struct asv_incident_deed deed = {
        .action = ASV_ACTION_OPEN, .step = ASV_STEP_PROPOSE, .reason = true};
    return asv_incident_refuses(policy, &deed, person, clip);
}
