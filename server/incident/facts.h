/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the rows say, as the facts that the policy's rules ask about (server/policy/permit.h). Pure functions.
 */
#ifndef ASV_SERVER_INCIDENT_FACTS_H
#define ASV_SERVER_INCIDENT_FACTS_H

#include "server/db/request.h"
#include "server/policy/permit.h"

/* One person, and what the person is to one recording. */
struct asv_incident_person {
    uint16_t roles; /* ASV_ROLE_*, of the credential that is used */
    bool disabled;
    bool wears;     /* wore the camera */
    bool in_charge; /* of the recording's unit */
    bool deputises; /* of who is */
    bool appraises; /* the wearer */
};

/* A supervisor counts for units that he or she is in charge of, a deputy while deputising: what does not
 * count is left out where the other does. */
void asv_incident_person_facts(struct asv_policy_person *out, const struct asv_incident_person *person);

/* The person of a standing, under this credential's roles. */
void asv_incident_standing_person(struct asv_incident_person *out, const struct asv_db_standing *standing,
                                  uint16_t roles);
void asv_incident_ahead_person(struct asv_incident_person *out, const struct asv_db_ahead *ahead,
                               uint16_t roles);

/* The recording at this instant; ground: of the request or hold that is made or that there is (0: of none).
 */
void asv_incident_clip_facts(struct asv_policy_clip *out, const struct asv_db_standing *standing,
                             uint8_t ground, int64_t now_ms);

/* What a camera has not brought yet: held, asked for, or neither. */
void asv_incident_ahead_facts(struct asv_policy_clip *out, const struct asv_db_ahead *ahead, uint8_t ground);

/* The block on this one ground (4 to 7): whether it is there, whether the person alone has set it, and how it
 * was decided. */
struct asv_incident_block {
    bool flagged;
    bool own;
    enum asv_block_decision decision;
};
struct asv_incident_block asv_incident_block_of(const struct asv_db_standing *standing, uint8_t ground,
                                                const struct asv_policy *policy);

#endif
