/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/incident/facts.h"

#include <string.h>

#include "server/base/roles.h"

void asv_incident_person_facts(struct asv_policy_person *out, const struct asv_incident_person *person)
{
    bool supervisor = (person->roles & ASV_ROLE_SUPERVISOR) != 0 && person->in_charge;
    bool deputy = (person->roles & ASV_ROLE_DEPUTY) != 0 && person->deputises;
    unsigned roles = person->roles;
    if (supervisor || deputy) {
        roles &= supervisor ? ~0u : ~(unsigned)ASV_ROLE_SUPERVISOR;
        roles &= deputy ? ~0u : ~(unsigned)ASV_ROLE_DEPUTY;
    }
    *out = (struct asv_policy_person){
        .roles = roles,
        .disabled = person->disabled,
        .wearer = person->wears,
        .in_charge = supervisor || deputy,
        .appraises = person->appraises,
    };
}

void asv_incident_standing_person(struct asv_incident_person *out, const struct asv_db_standing *standing,
                                  uint16_t roles)
{
    *out = (struct asv_incident_person){.roles = roles,
                                        .wears = standing->wears,
                                        .in_charge = standing->in_charge,
                                        .deputises = standing->deputises,
                                        .appraises = standing->appraises};
}

void asv_incident_ahead_person(struct asv_incident_person *out, const struct asv_db_ahead *ahead,
                               uint16_t roles)
{
    *out = (struct asv_incident_person){.roles = roles,
                                        .wears = ahead->wears,
                                        .in_charge = ahead->in_charge,
                                        .deputises = ahead->deputises,
                                        .appraises = ahead->appraises};
}

static unsigned cause_of(uint8_t ground)
{
    return ground >= ASV_GROUND_DANGER && ground <= ASV_GROUND_LEGALITY_CHECK ? 1u << (ground - 1) : 0;
}

static enum asv_clip_state state_of(const struct asv_db_standing *standing, int64_t now_ms)
{
    switch (standing->state) {
    case ASV_DB_HELD:
        return ASV_CLIP_HELD;
    case ASV_DB_PENDING:
        return ASV_CLIP_PENDING; /* lives until its request lapses, wherever its own day ends */
    case ASV_DB_SEALED:
    case ASV_DB_QUARANTINED:
    case ASV_DB_RELEASED:
        return standing->due_ms != ASV_TIME_UNKNOWN && standing->due_ms <= now_ms ? ASV_CLIP_OVER
                                                                                  : ASV_CLIP_RUNNING;
    default:
        return ASV_CLIP_OVER;
    }
}

static enum asv_block_decision decision_of(uint8_t block)
{
    return block == ASV_DB_BLOCK_CONFIRMED ? ASV_BLOCK_CONFIRMED
           : block == ASV_DB_BLOCK_LIFTED  ? ASV_BLOCK_LIFTED
                                           : ASV_BLOCK_UNDECIDED;
}

static bool is_undecided(uint8_t block)
{
    return block == ASV_DB_BLOCK_SET || block == ASV_DB_BLOCK_OWN;
}

/* Two grounds that the policy takes as one (LAW R4): what is confirmed on either stays, what is undecided on
 * either waits. */
static void secret_facts(struct asv_policy_clip *out, uint8_t secret, uint8_t core)
{
    bool confirmed = secret == ASV_DB_BLOCK_CONFIRMED || core == ASV_DB_BLOCK_CONFIRMED;
    bool undecided = is_undecided(secret) || is_undecided(core);
    out->secret = secret != ASV_DB_BLOCK_NONE || core != ASV_DB_BLOCK_NONE;
    out->secret_decision = confirmed     ? ASV_BLOCK_CONFIRMED
                           : undecided   ? ASV_BLOCK_UNDECIDED
                           : out->secret ? ASV_BLOCK_LIFTED
                                         : ASV_BLOCK_UNDECIDED;
}

void asv_incident_clip_facts(struct asv_policy_clip *out, const struct asv_db_standing *standing,
                             uint8_t ground, int64_t now_ms)
{
    memset(out, 0, sizeof *out);
    out->state = state_of(standing, now_ms);
    out->cause = cause_of(ground);
    out->dayless = standing->dayless;
    out->unsaid = standing->unsaid;
    out->dwelling = standing->dwelling || standing->dwelling_block != ASV_DB_BLOCK_NONE;
    out->dwelling_decision = decision_of(standing->dwelling_block);
    secret_facts(out, standing->secret_block, standing->core_block);
    /* Somebody's block counts as more pre-roll than any policy allows, whatever the camera says. */
    out->pre_roll_ms = standing->pre_roll_block != ASV_DB_BLOCK_NONE ? UINT32_MAX : standing->pre_roll_ms;
    out->pre_roll_decision = decision_of(standing->pre_roll_block);
}

void asv_incident_ahead_facts(struct asv_policy_clip *out, const struct asv_db_ahead *ahead, uint8_t ground)
{
    memset(out, 0, sizeof *out);
    out->state = ahead->counts                                 ? ASV_CLIP_HELD
                 : ahead->open_action == ASV_ACTION_HOLD_AHEAD ? ASV_CLIP_PENDING
                                                               : ASV_CLIP_RUNNING;
    out->cause = cause_of(ground);
    out->unsaid = ahead->unsaid;
}

struct asv_incident_block asv_incident_block_of(const struct asv_db_standing *standing, uint8_t ground,
                                                const struct asv_policy *policy)
{
    uint8_t block = ground == ASV_GROUND_DWELLING   ? standing->dwelling_block
                    : ground == ASV_GROUND_SECRET   ? standing->secret_block
                    : ground == ASV_GROUND_CORE     ? standing->core_block
                    : ground == ASV_GROUND_PRE_ROLL ? standing->pre_roll_block
                                                    : ASV_DB_BLOCK_NONE;
    bool said = (ground == ASV_GROUND_DWELLING && standing->dwelling) ||
                (ground == ASV_GROUND_PRE_ROLL && standing->pre_roll_ms > policy->pre_roll_ms);
    return (struct asv_incident_block){.flagged = block != ASV_DB_BLOCK_NONE || said,
                                       .own = block == ASV_DB_BLOCK_OWN,
                                       .decision = decision_of(block)};
}
