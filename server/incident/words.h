/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Refusals in words: why, and what to do about it. Names of grounds and requests as people type and read
 * them.
 */
#ifndef ASV_SERVER_INCIDENT_WORDS_H
#define ASV_SERVER_INCIDENT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "server/policy/permit.h"

/* What the policy does not know of; static storage, as all texts here. */
extern const char asv_incident_no_request[];    /* nothing is there to be answered */
extern const char asv_incident_not_theirs[];    /* somebody else asked for it */
extern const char asv_incident_handed_over[];   /* its receipt is waited for */
extern const char asv_incident_withdraw[];      /* the own request is not refused */
extern const char asv_incident_confirmed[];     /* a block that stays for good */
extern const char asv_incident_own_block[];     /* who set it does not decide that it stays */
extern const char asv_incident_no_such_day[];   /* outside of what the dock measured */
extern const char asv_incident_forgotten[];     /* an incident whose term is over */
extern const char asv_incident_keyless[];       /* a time of which a camera has no key */
extern const char asv_incident_policy_begun[];  /* a policy whose first day is not ahead */
extern const char asv_incident_policy_old[];    /* a policy whose version is not above the others' */
extern const char asv_incident_policy_none[];   /* a text that is no policy */
extern const char asv_incident_not_shown[];     /* a picture of what somebody did not see */
extern const char asv_incident_no_still[];      /* of what is not held, or one too many */
extern const char asv_incident_handover_held[]; /* of what is not held for the incident */
extern const char asv_incident_handover_plan[]; /* what goes twice, or an excerpt that is none */
extern const char asv_incident_handover_late[]; /* an excerpt behind its recording */
extern const char asv_incident_handover_shut[]; /* a protection, and no carrier */
extern const char asv_incident_handover_file[]; /* more than may be filed at once */
extern const char asv_incident_handover_own[];  /* nobody approves what he proposed */
extern const char asv_incident_handover_key[];  /* for a key that counts no more */

/* The policy's sentence, and what to do. */
const char *asv_incident_words_refusal(enum asv_policy_refusal refusal);

/* A refusal as anybody is told it, whatever program he uses: without what a command would do about it. */
struct asv_incident_rule {
    const char *english, *german;
};

/* The rule that these words, of a refusal here, are about; NULL: they are none. */
const struct asv_incident_rule *asv_incident_rule_of(const char *words);

/* "prosecution", "dwelling"; "" for none. */
const char *asv_incident_ground_name(uint8_t ground);

/* The ground with this name, from first to last; false: there is none. */
bool asv_incident_ground_parse(uint8_t *ground, const char *name, uint8_t first, uint8_t last);

/* "hold", "release", "erase early", "open", "day", "hold ahead", "release ahead". */
const char *asv_incident_request_name(uint16_t action);

#endif
