/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether a person may take a step on a recording now: the policy's rules (server/policy/permit.h) for each
 * action and step of STATEMENTS.md, and what the policy leaves to the request itself. Pure functions; asked
 * before anything is signed. The keeper has rules of its own and believes none of this.
 */
#ifndef ASV_SERVER_INCIDENT_RULES_H
#define ASV_SERVER_INCIDENT_RULES_H

#include "server/incident/facts.h"

/* A step that somebody wants to take. */
struct asv_incident_deed {
    uint16_t action; /* HOLD, RELEASE, ERASE_EARLY, OPEN, HAND_OVER, DAY, HOLD_AHEAD, BLOCK, UNBLOCK,
                      * RELEASE_AHEAD */
    uint8_t step;    /* enum asv_step */
    uint8_t ground;  /* BLOCK, UNBLOCK: which */
    bool reason;

    /* The request that is answered, or that stands in the way of a new one. */
    uint16_t open_action;  /* 0: none is open */
    bool open_by_them;     /* the same person made it, under whatever credential */
    bool open_by_superior; /* made as supervisor or deputy in charge */

    bool handed_over; /* the recording stays until the receipt of its hand-over is confirmed (LAW H10) */

    struct asv_incident_block block; /* BLOCK, UNBLOCK: as it stands */
};

/* NULL: permitted. Otherwise why not, and what to do, in words; static storage. */
const char *asv_incident_refuses(const struct asv_policy *policy, const struct asv_incident_deed *deed,
                                 const struct asv_incident_person *person,
                                 const struct asv_policy_clip *clip);

/* Whether, by the dock's clock, the recording can be of this local day (yyyymmdd): what people decide on is
 * what the dock left open, and nothing else. */
const char *asv_incident_refuses_day(const struct asv_db_standing *standing, uint32_t date);

/* Whether the person who was approved to be shown it still may be, at the moment of opening. */
const char *asv_incident_refuses_to_show(const struct asv_policy *policy,
                                         const struct asv_incident_person *person,
                                         const struct asv_policy_clip *clip);

#endif
