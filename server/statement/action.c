/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/statement/action.h"

#include <stddef.h>

#include "server/statement/credential.h"

#define MINUTE (INT64_C(60) * 1000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

#define KEEP (1u << ASV_GROUND_DANGER | 1u << ASV_GROUND_PROSECUTION | 1u << ASV_GROUND_LEGALITY_CHECK)
#define SHIELD \
    (1u << ASV_GROUND_DWELLING | 1u << ASV_GROUND_SECRET | 1u << ASV_GROUND_CORE | 1u << ASV_GROUND_PRE_ROLL)

enum {
    NO_GROUND = 1u << ASV_GROUND_NONE,
    NO = ASV_ABSENT,
    MAY = ASV_OPTIONAL,
    YES = ASV_REQUIRED,
    NOBODY = 0
};
enum {
    W = ASV_ROLE_WEARER,
    S = ASV_ROLE_SUPERVISOR,
    D = ASV_ROLE_DEPUTY,
    R = ASV_ROLE_REVIEWER,
    E = ASV_ROLE_EXPORTER,
    P = ASV_ROLE_DATA_PROTECTION_OFFICER,
    A = ASV_ROLE_ADMINISTRATOR,
};

#define ROW(name, subject, ...)                                      \
    {                                                                \
        ASV_ACTION_##name, #name, ASV_SUBJECT_##subject, __VA_ARGS__ \
    }

/* ST-040: the table of STATEMENTS.md 4. Proposes or acts alone, approves; ground; incident, recipient; lives.
 */
/* clang-format off */
static const struct asv_action_rule rules[] = {
    ROW(HOLD,              CLIP,       W | S | D | P,     W | S | D, KEEP,               YES, NO,  4 * DAY, DAY),
    ROW(RELEASE,           CLIP,       W | S | D | R | P, W | S | D, NO_GROUND,          MAY, NO,  4 * DAY, DAY),
    ROW(ERASE_EARLY,       CLIP,       W | S | D | R | P, W | S | D, NO_GROUND | SHIELD, MAY, NO,  4 * DAY, DAY),
    ROW(OPEN,              VIEWER,     S | D | R | P,     S | D | P, NO_GROUND,          YES, NO,  DAY, 12 * HOUR),
    ROW(HAND_OVER,         HANDOVER,   S | D | E,         S | D,     NO_GROUND,          YES, NO,  4 * DAY, DAY),
    ROW(HOLD_AHEAD,        CAMERA,     W | S | D | P,     W | S | D, KEEP,               YES, NO,  4 * DAY, DAY),
    ROW(BLOCK,             CLIP,       W | S | D | R | P, NOBODY,    SHIELD,             MAY, NO,  2 * DAY, 0),
    ROW(UNBLOCK,           CLIP,       S | D | P,         NOBODY,    SHIELD,             MAY, NO,  HOUR, 0),
    ROW(RELEASE_AHEAD,     CAMERA,     W | S | D | P,     W | S | D, NO_GROUND,          MAY, NO,  4 * DAY, DAY),
    ROW(DAY,               DAY,        W | S | D | R | P, W | S | D, NO_GROUND,          MAY, NO,  4 * DAY, DAY),
    ROW(SHOW,              VIEWER,     S | D | R | P,     NOBODY,    NO_GROUND,          YES, NO,  5 * MINUTE, 0),
    ROW(RECIPIENT,         RECIPIENT,  E | A,             S | D,     NO_GROUND,          NO,  YES, 14 * DAY, DAY),
    ROW(RECIPIENT_ENDS,    RECIPIENT,  S | D | E | A,     NOBODY,    NO_GROUND,          NO,  YES, 2 * DAY, 0),
    ROW(ENROL,             CREDENTIAL, A,                 S | D,     NO_GROUND,          NO,  NO,  14 * DAY, DAY),
    ROW(REVOKE,            CREDENTIAL, S | D | A,         NOBODY,    NO_GROUND,          NO,  NO,  2 * DAY, 0),
    ROW(FOUND,             CREDENTIAL, NOBODY,            NOBODY,    NO_GROUND,          NO,  NO,  DAY, 0),
    ROW(POLICY,            POLICY,     A,                 S | D,     NO_GROUND,          NO,  NO,  14 * DAY, DAY),
    ROW(CLOCK,             KEEPER,     S | D | A,         S | D | A, NO_GROUND,          NO,  NO,  DAY, HOUR),
    ROW(RECOVERY_KEY,      KEEPER,     A,                 S | D,     NO_GROUND,          NO,  YES, 14 * DAY, DAY),
    ROW(RECOVERY_KEY_ENDS, KEEPER,     A,                 S | D,     NO_GROUND,          NO,  NO,  14 * DAY, DAY),
    ROW(LEDGER,            LEDGER,     A,                 S | D,     NO_GROUND,          NO,  NO,  14 * DAY, DAY),
    ROW(FORGET,            LEDGER,     P | A,             S | D | P, NO_GROUND,          NO,  NO,  14 * DAY, DAY),
    ROW(INCIDENT,          RECORD,     W | S | D | R | E | P, NOBODY, NO_GROUND,         YES, NO,  HOUR, 0),
    ROW(SUBJECT_REQUEST,   RECORD,     P,                 NOBODY,    NO_GROUND,          NO,  NO,  HOUR, 0),
};
/* clang-format on */

const struct asv_action_rule *asv_action_rule(uint16_t action)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].action == action) {
            return &rules[i];
        }
    }
    return NULL;
}

static const struct {
    const char *name;
    uint16_t action;
} records[ASV_RECORDS] = {
    [ASV_RECORD_INCIDENT] = {"incident", ASV_ACTION_INCIDENT},
    [ASV_RECORD_INCIDENT_CLIP] = {"incident-clip", ASV_ACTION_INCIDENT},
    [ASV_RECORD_INCIDENT_CLIP_OUT] = {"incident-clip-out", ASV_ACTION_INCIDENT},
    [ASV_RECORD_INCIDENT_STILL] = {"incident-still", ASV_ACTION_INCIDENT},
    [ASV_RECORD_SUBJECT_REQUEST] = {"subject-request", ASV_ACTION_SUBJECT_REQUEST},
    [ASV_RECORD_HANDOVER_END] = {"handover-end", ASV_ACTION_INCIDENT},
    [ASV_RECORD_HANDOVER_RECEIPT] = {"handover-receipt", ASV_ACTION_INCIDENT},
};

const char *asv_record_name(enum asv_record record)
{
    return records[record].name;
}

uint16_t asv_record_action(enum asv_record record)
{
    return records[record].action;
}

bool asv_action_names_proposal(uint16_t action, uint8_t step)
{
    return step == ASV_STEP_APPROVE || step == ASV_STEP_REFUSE || step == ASV_STEP_WITHDRAW ||
           action == ASV_ACTION_SHOW; /* ST-110 */
}

uint16_t asv_action_roles(const struct asv_action_rule *rule, uint8_t step, uint8_t ground)
{
    if (step == ASV_STEP_APPROVE) {
        return rule->approvers;
    }
    if (step == ASV_STEP_REFUSE) { /* ST-101: one person's refusal can be the end of a recording */
        return (uint16_t)(rule->approvers & ~W);
    }
    if ((rule->grounds & KEEP) == 0) {
        return rule->proposers;
    }
    /* ST-042: a recorded person's demand comes through the data-protection officer, and nothing else does. */
    return ground == ASV_GROUND_LEGALITY_CHECK ? P : (uint16_t)(rule->proposers & ~P);
}
