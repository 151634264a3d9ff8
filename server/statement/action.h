/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What can be stated, by whom, about what and for how long (STATEMENTS.md 4): one table, which decoder,
 * encoder and the rule of two people all read.
 */
#ifndef ASV_STATEMENT_ACTION_H
#define ASV_STATEMENT_ACTION_H

#include <stdbool.h>
#include <stdint.h>

enum asv_action {
    ASV_ACTION_HOLD = 1,            /* keep a clip (LAW T3, T4) */
    ASV_ACTION_RELEASE = 2,         /* of a held clip: its hold key is destroyed */
    ASV_ACTION_ERASE_EARLY = 3,     /* a clip, before its day */
    ASV_ACTION_OPEN = 4,            /* a clip, for the reviewer who proposes it (LAW L2, L5) */
    ASV_ACTION_HAND_OVER = 5,       /* re-wrap clips for recipients, as a plan says */
    ASV_ACTION_HOLD_AHEAD = 6,      /* keep what a camera recorded, before it docks */
    ASV_ACTION_BLOCK = 7,           /* all use of a clip (LAW R3-R5), or confirm that it is blocked */
    ASV_ACTION_UNBLOCK = 8,         /* lift such a block */
    ASV_ACTION_RELEASE_AHEAD = 9,   /* of what a HOLD_AHEAD keeps: its keys are destroyed */
    ASV_ACTION_DAY = 10,            /* on which a clip was recorded that no clock tells the day of (LAW T1) */
    ASV_ACTION_SHOW = 11,           /* a clip, now, to who proposed its OPEN: each time anew (LAW L1) */
    ASV_ACTION_RECIPIENT = 16,      /* register a recipient's key */
    ASV_ACTION_RECIPIENT_ENDS = 17, /* no more hand-over to it */
    ASV_ACTION_ENROL = 32,          /* a person's credential */
    ASV_ACTION_REVOKE = 33,         /* a credential */
    ASV_ACTION_FOUND = 34,          /* enrol one of the first people, by the agency root */
    ASV_ACTION_POLICY = 48,         /* change to this policy file (LAW T8) */
    ASV_ACTION_CLOCK = 49,          /* the keeper's clock is right: destruction goes on (K-065) */
    ASV_ACTION_RECOVERY_KEY = 50,   /* held clips are wrapped to this offline key, too */
    ASV_ACTION_RECOVERY_KEY_ENDS = 51, /* no more */
    ASV_ACTION_LEDGER = 52,            /* the ledger begins, or goes on, under this origin */
    ASV_ACTION_FORGET = 53,            /* what an entry of the ledger is closed over (LG-075) */
    ASV_ACTION_INCIDENT = 64,          /* what is written down of an incident (LAW H9) */
    ASV_ACTION_SUBJECT_REQUEST = 65,   /* what a recorded person asked (LAW L7) */
};

enum asv_step {
    ASV_STEP_PROPOSE = 1,
    ASV_STEP_APPROVE = 2,  /* of a proposal, by another person */
    ASV_STEP_REFUSE = 3,   /* a proposal, by who could approve it */
    ASV_STEP_WITHDRAW = 4, /* the proposer's own proposal */
    ASV_STEP_SOLE = 5,     /* one person is enough */
};

enum asv_subject_kind {
    ASV_SUBJECT_CLIP = 1,
    ASV_SUBJECT_CAMERA = 2,
    ASV_SUBJECT_CREDENTIAL = 3,
    ASV_SUBJECT_RECIPIENT = 4,
    ASV_SUBJECT_POLICY = 5,
    ASV_SUBJECT_KEEPER = 6,
    ASV_SUBJECT_DAY = 7,       /* a clip, and the local day of its recording */
    ASV_SUBJECT_LEDGER = 8,    /* the keeper's; its origin, or with FORGET the id of an entry */
    ASV_SUBJECT_VIEWER = 9,    /* a clip, and who would see it */
    ASV_SUBJECT_RECORD = 10,   /* a row of the database, by its digest (ST-103) */
    ASV_SUBJECT_HANDOVER = 11, /* a plan, by its digest, and the addressee's name */
};

/* Why something is kept (1 to 3: ground n is a policy's cause with bit n - 1) or kept from use. */
enum asv_ground {
    ASV_GROUND_NONE = 0,
    ASV_GROUND_DANGER = 1,         /* LAW T3 (a) */
    ASV_GROUND_PROSECUTION = 2,    /* LAW T3 (b) */
    ASV_GROUND_LEGALITY_CHECK = 3, /* LAW T3 (c): a recorded person's demand */
    ASV_GROUND_DWELLING = 4,       /* LAW R3 */
    ASV_GROUND_SECRET = 5,         /* LAW R4: professional secret */
    ASV_GROUND_CORE = 6,           /* LAW R4: core area of private life */
    ASV_GROUND_PRE_ROLL = 7,       /* LAW R5: more of it than the policy allows */
};

/* What a row says that one person signs (STATEMENTS.md 4, "Records"). */
enum asv_record {
    ASV_RECORD_INCIDENT,          /* what is known of an incident */
    ASV_RECORD_INCIDENT_CLIP,     /* that a recording shows it ... */
    ASV_RECORD_INCIDENT_CLIP_OUT, /* ... or does not, after all */
    ASV_RECORD_INCIDENT_STILL,    /* a picture of a recording of it */
    ASV_RECORD_SUBJECT_REQUEST,
    ASV_RECORD_HANDOVER_END,     /* that nothing comes of a hand-over */
    ASV_RECORD_HANDOVER_RECEIPT, /* that it was received */
    ASV_RECORDS
};

enum asv_need { ASV_ABSENT, ASV_OPTIONAL, ASV_REQUIRED };

struct asv_action_rule {
    uint16_t action;
    const char *name;    /* "HOLD" */
    uint8_t subject;     /* enum asv_subject_kind */
    uint16_t proposers;  /* set of ASV_ROLE_*; who may act alone with SOLE. 0: only the agency root */
    uint16_t approvers;  /* 0: SOLE is the only step; otherwise it is none */
    uint16_t grounds;    /* set: bit n is ground n, bit 0 that there may be none */
    uint8_t incident;    /* enum asv_need: incident id and case */
    uint8_t recipient;   /* enum asv_need: recipient key */
    int64_t proposal_ms; /* longest life of a proposal, and of a sole statement */
    int64_t answer_ms;   /* of an approval, refusal or withdrawal */
};

/* NULL for a number that is no action. Static storage. */
const struct asv_action_rule *asv_action_rule(uint16_t action);

/* "incident-clip", as it stands in the subject; and of which action it is. */
const char *asv_record_name(enum asv_record record);
uint16_t asv_record_action(enum asv_record record);

/* Whether a statement of this action and step names a proposal: an answer the one that it answers, SHOW the
 * OPEN that it makes use of. */
bool asv_action_names_proposal(uint16_t action, uint8_t step);

/* The roles of which a person must have one to take this step. */
uint16_t asv_action_roles(const struct asv_action_rule *rule, uint8_t step, uint8_t ground);

#endif
