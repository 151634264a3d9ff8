/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/incident/words.h"

#include <string.h>

#include "server/statement/action.h"

const char asv_incident_no_request[] =
    "no such request is open: it was decided, withdrawn or lapsed, or was never made; \"asservat hold list\" "
    "shows those that are, and what was signed while the keeper was away becomes one when it is said again";
const char asv_incident_not_theirs[] =
    "somebody else made this request: who could approve it may refuse it, and only who made it withdraws it";
const char asv_incident_handed_over[] =
    "the recording is handed over, and nobody has confirmed its receipt: until then the original stays; "
    "\"asservat handover receipt\" confirms it, \"asservat handover cancel\" says that nothing comes of it";
const char asv_incident_withdraw[] = "this is the person's own request: it is withdrawn, not refused";
const char asv_incident_confirmed[] =
    "it was decided that this block stays, and that is not decided again; what was confirmed to show "
    "professional secrets or private life is to be erased (\"asservat clip erase-early\")";

const char asv_incident_own_block[] =
    "the person has blocked it already: that it stays is decided by another one, whom the policy names";

const char asv_incident_no_such_day[] = "by the dock's clock it was not recorded on that day; \"asservat "
                                        "clip show\" says not before when and not "
                                        "after when";

#define REFUSED(name, why, hint) [ASV_REFUSED_##name] = why "; " hint

const char asv_incident_forgotten[] =
    "this incident was forgotten, as its term was over: write another one down (\"asservat incident new\")";
const char asv_incident_not_shown[] =
    "the recording was not shown to you: a picture of it is noted by who sees it";
const char asv_incident_no_still[] =
    "the recording is not held any more, or its incident has 100 pictures already";

const char asv_incident_keyless[] = "the camera has no key for that time that could be kept: its day is "
                                    "over, or is not in what the camera was "
                                    "given; see that camera and time are right";
const char asv_incident_policy_begun[] =
    "a policy is never in force backwards: its first day is tomorrow at the "
    "earliest";
const char asv_incident_policy_old[] =
    "a policy's version must be above that of every one that was decided on; "
    "\"asservat policy history\" lists them";
const char asv_incident_handover_held[] = "a recording of the hand-over is not held for this incident";
const char asv_incident_handover_plan[] = "a recording or a recipient is named twice, or an excerpt is none";
const char asv_incident_handover_late[] = "the excerpt begins behind the end of its recording";
const char asv_incident_handover_shut[] =
    "only a carrier is closed, and none is made: without --protect, or with --output carrier or both";
const char asv_incident_handover_file[] = "these recordings are more than may be filed at once: a carrier "
                                          "alone is to be made, with --output carrier";
const char asv_incident_handover_own[] = "nobody approves the hand-over that he or she proposed";
const char asv_incident_handover_key[] = "a recipient's key counts no more";
const char asv_incident_policy_none[] =
    "this text is no policy; \"asservat policy check\" says where and why";

/* Each begins with the policy's own sentence: a test compares them. */
static const char *const texts[ASV_REFUSALS] = {
    [ASV_PERMITTED] = "permitted",
    REFUSED(DISABLED, "the account is disabled", "two people enrol a new credential first"),
    REFUSED(OVER, "the recording is erased, or its time is over", "nothing brings it back"),
    REFUSED(PENDING, "a request is open; it is to be approved or refused first",
            "\"asservat hold list\" shows it"),
    REFUSED(NOT_PENDING, "there is no open request to approve", "ask for it with \"asservat hold request\""),
    REFUSED(HELD, "the recording is held; it is to be released first", "see \"asservat hold release\""),
    REFUSED(NOT_HELD, "the recording is not held: two people must have decided to keep it",
            "ask for it with \"asservat hold request\""),
    REFUSED(NOT_BLOCKED, "there is no such block that waits for a decision",
            "\"asservat clip custody\" says who blocked it, and what was decided"),
    REFUSED(DAY_KNOWN, "the recording's day is known, or was decided", "\"asservat clip show\" says it"),
    REFUSED(EXACT_PERIOD,
            "the law keeps recordings for exactly this period; only what it protects is erased earlier",
            "block it first if it shows professional secrets or private life (\"asservat clip block\")"),
    REFUSED(PROTECTED, "it shows professional secrets or private life and is to be erased",
            "see \"asservat clip erase-early\""),
    REFUSED(CAUSE, "the policy keeps no recording for this cause",
            "\"asservat policy show\" names its causes"),
    REFUSED(ROLE, "none of the person's roles may do this", "\"asservat policy show\" says which may"),
    REFUSED(UNIT, "the person is not in charge of the recording's unit",
            "ask who is, or deputises; \"asservat duty set\" writes it down"),
    REFUSED(NOT_WEARER, "the person did not wear the camera that made the recording",
            "ask who did, or a superior in charge of its unit"),
    REFUSED(CAUSE_ROLE,
            "a check of legality is requested by the data-protection officer, who requests nothing else",
            "ask the officer, or name another cause"),
    REFUSED(
        UNSAID, "nobody has written down who wore the camera",
        "first: \"asservat camera issued\", with the recording, or with the assignment that the dock said"),
    REFUSED(WEARER, "the wearer does not decide on the own recording",
            "ask a superior in charge of its unit"),
    REFUSED(SAME_PERSON, "whoever requested it cannot approve it: two different people must decide",
            "ask a second person"),
    REFUSED(NO_SUPERIOR, "one of the two people must be a superior in charge",
            "ask a superior in charge of its unit to approve"),
    REFUSED(NO_REASON, "no reason is given", "say why with --reason"),
    REFUSED(APPRAISER, "the wearer's appraising superior is excluded from viewing",
            "another reviewer looks at it"),
    REFUSED(DAYLESS, "nobody knows on which day it was recorded, and two people have to decide first",
            "see \"asservat clip day\""),
    REFUSED(DWELLING, "it was made in a dwelling, and no decision allows its use",
            "the decision is recorded with \"asservat clip unblock --ground dwelling\""),
    REFUSED(SECRET, "it may show professional secrets or private life, and no decision allows it",
            "the data-protection officer decides, with \"asservat clip block\" or \"clip unblock\""),
    REFUSED(PRE_ROLL, "it begins earlier than the policy's pre-roll, and no decision allows its use",
            "the decision is recorded with \"asservat clip unblock --ground pre-roll\""),
};

const char *asv_incident_words_refusal(enum asv_policy_refusal refusal)
{
    return refusal < ASV_REFUSALS ? texts[refusal] : "?";
}

static const char *const grounds[] = {
    [ASV_GROUND_NONE] = "",
    [ASV_GROUND_DANGER] = "danger",
    [ASV_GROUND_PROSECUTION] = "prosecution",
    [ASV_GROUND_LEGALITY_CHECK] = "legality-check",
    [ASV_GROUND_DWELLING] = "dwelling",
    [ASV_GROUND_SECRET] = "professional-secret",
    [ASV_GROUND_CORE] = "private-life",
    [ASV_GROUND_PRE_ROLL] = "pre-roll",
};

const char *asv_incident_ground_name(uint8_t ground)
{
    return ground < sizeof grounds / sizeof *grounds ? grounds[ground] : "?";
}

bool asv_incident_ground_parse(uint8_t *ground, const char *name, uint8_t first, uint8_t last)
{
    for (uint8_t i = first; i <= last; i++) {
        if (strcmp(name, grounds[i]) == 0) {
            *ground = i;
            return true;
        }
    }
    return false;
}

const char *asv_incident_request_name(uint16_t action)
{
    switch (action) {
    case ASV_ACTION_HOLD:
        return "hold";
    case ASV_ACTION_RELEASE:
        return "release";
    case ASV_ACTION_ERASE_EARLY:
        return "erase early";
    case ASV_ACTION_OPEN:
        return "open";
    case ASV_ACTION_DAY:
        return "day";
    case ASV_ACTION_HOLD_AHEAD:
        return "hold ahead";
    case ASV_ACTION_RELEASE_AHEAD:
        return "release ahead";
    default:
        return "?";
    }
}
