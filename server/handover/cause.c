/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/cause.h"

#include <stddef.h>
#include <string.h>

static const struct asv_handover_cause away = {
    "away", false,
    "nothing: keeper, database, ledger or time-stamping authority did not answer; if that goes on, see "
    "whether it runs"};
static const struct asv_handover_cause waits = {
    "waits", false, "mostly nothing: something is not there yet, and the message says what"};
static const struct asv_handover_cause full = {"full", false, "make room on the disk of the hand-overs"};
static const struct asv_handover_cause disk = {
    "disk", false, "see what is wrong with the disk: something cannot be read or written"};
static const struct asv_handover_cause blocked = {
    "blocked", false,
    "whoever may lets the recording be used again, or gives the job's account its rights; or cancel it"};
static const struct asv_handover_cause setup = {
    "setup", false, "configure or install what the message names: no hand-over is made until then"};
static const struct asv_handover_cause fault = {
    "fault", false, "have somebody look at the journal: the program could not go on"};
static const struct asv_handover_cause expired = {
    "expired", true, "cancel it and propose it anew: what two people signed does not count any more"};
static const struct asv_handover_cause large = {
    "large", true, "cancel it and propose it anew, with fewer recordings, an excerpt, or another medium"};
static const struct asv_handover_cause plan = {
    "plan", true,
    "what the plan asks for cannot be made: cancel it and propose what can; or bring back what is missing"};
static const struct asv_handover_cause differs = {
    "differs", true,
    "something is not what was signed: have the vault checked (asservat vault scrub), bring back what "
    "differs from mirror or backup, and have it begin again"};
static const struct asv_handover_cause trust = {
    "trust", true,
    "what somebody signed does not count: the certificate was revoked or is not the agency's; see keys "
    "certify and recipient list, and have it begin again, or cancel it"};

static const struct asv_handover_cause *const all[] = {
    &away, &waits, &full, &disk, &blocked, &setup, &fault, &expired, &large, &plan, &differs, &trust, NULL,
};

/* What is away, full or not yet there may be otherwise the next time. */
static const struct asv_handover_cause *permanent(enum asv_status status)
{
    switch (status) {
    case ASV_E_STATE:
        return &waits;
    case ASV_E_NO_SPACE:
        return &full;
    case ASV_E_IO:
        return &disk;
    case ASV_E_DENIED: /* what the keeper keeps from use somebody may let go */
        return &blocked;
    case ASV_E_USAGE: /* the configuration is all hand-overs' */
        return &setup;
    case ASV_E_EXPIRED:
        return &expired;
    case ASV_E_LIMIT:
        return &large;
    default:
        return &plan;
    }
}

const struct asv_handover_cause *asv_handover_cause(enum asv_status status)
{
    switch (asv_status_class(status)) {
    case ASV_CLASS_RETRY:
        return status == ASV_E_AGAIN ? &waits : &away;
    case ASV_CLASS_PERMANENT:
        return permanent(status);
    case ASV_CLASS_INTEGRITY:
        return status == ASV_E_REVOKED || status == ASV_E_UNTRUSTED ? &trust : &differs;
    default:
        return &fault;
    }
}

const char *asv_handover_why(enum asv_status status, const char *said)
{
    return said[0] != '\0' ? said : asv_status_name(status);
}

const struct asv_handover_cause *asv_handover_cause_of(const char *word)
{
    for (size_t i = 0; all[i] != NULL; i++) {
        if (strcmp(all[i]->word, word) == 0) {
            return all[i];
        }
    }
    return NULL;
}
