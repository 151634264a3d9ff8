/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether a person may do something with a recording under a policy: facts in, yes or the one reason out.
 * Pure functions; whoever asks has established the facts from signed statements (LAW R3-R5, T3, T4, L2, L4,
 * L5).
 */
#ifndef ASV_SERVER_POLICY_PERMIT_H
#define ASV_SERVER_POLICY_PERMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "server/policy/policy.h"

enum asv_policy_act {
    ASV_ACT_HOLD_REQUEST = 1, /* the camera's marker asks for nothing: somebody does */
    ASV_ACT_HOLD_APPROVE = 2,
    ASV_ACT_RELEASE_REQUEST = 3,
    ASV_ACT_RELEASE_APPROVE = 4,
    ASV_ACT_ERASE_REQUEST = 5, /* before the recording is due */
    ASV_ACT_ERASE_APPROVE = 6,
    ASV_ACT_OPEN = 7,
    ASV_ACT_EXPORT = 8,
    ASV_ACT_DECIDE_DWELLING = 9, /* records the decision that lifts a block, or confirms it */
    ASV_ACT_DECIDE_SECRET = 10,
    ASV_ACT_DECIDE_PRE_ROLL = 11,
    ASV_ACT_DAY_REQUEST = 12, /* on which day it was recorded, when no clock tells */
    ASV_ACT_DAY_APPROVE = 13,
};

struct asv_policy_person {
    unsigned roles; /* ASV_ROLE_*, those in force: a deputy's only while deputising */
    bool disabled;  /* the account */
    bool wearer;    /* wore the camera that made this recording */
    bool in_charge; /* is responsible for the recording's unit: without it supervisor and deputy do not count
                     */
    bool appraises; /* is the wearer's appraising superior */
};

enum asv_clip_state {
    ASV_CLIP_RUNNING = 1, /* its period runs */
    ASV_CLIP_PENDING = 2, /* its hold was requested and waits for approval */
    ASV_CLIP_HELD = 3,
    ASV_CLIP_OVER = 4, /* erased, being erased, or past its end */
};

enum asv_block_decision {
    ASV_BLOCK_UNDECIDED = 0,
    ASV_BLOCK_LIFTED =
        1, /* dwelling: ordered, or Gefahr im Verzug; secret: there is none; pre-roll: allowed */
    ASV_BLOCK_CONFIRMED = 2, /* stays for good */
};

struct asv_policy_clip {
    enum asv_clip_state state;
    unsigned cause;       /* ASV_CAUSE_* of the request or hold that there is, or that is being made */
    bool dayless;         /* nobody knows its day, and nobody has decided on it */
    bool unsaid;          /* nobody has written down who wore the camera: it may be whoever asks */
    bool dwelling;        /* flagged: made in a dwelling */
    bool secret;          /* flagged: professional secrets, core area of private life */
    uint32_t pre_roll_ms; /* that it holds */
    enum asv_block_decision dwelling_decision, secret_decision, pre_roll_decision;
};

/* What is being done. */
struct asv_policy_deed {
    enum asv_policy_act act;
    bool reason;   /* with a reason given; nothing is done without one (LAW L2) */
    bool own;      /* APPROVE: the same person made the request, under whatever account */
    bool superior; /* APPROVE: the request was made as supervisor or deputy in charge, not by the wearer */
};

/* Why not; the first that applies, in this order. */
enum asv_policy_refusal {
    ASV_PERMITTED = 0,
    ASV_REFUSED_DISABLED,
    ASV_REFUSED_OVER,
    ASV_REFUSED_PENDING,
    ASV_REFUSED_NOT_PENDING,
    ASV_REFUSED_HELD,
    ASV_REFUSED_NOT_HELD,
    ASV_REFUSED_NOT_BLOCKED,
    ASV_REFUSED_DAY_KNOWN,
    ASV_REFUSED_EXACT_PERIOD,
    ASV_REFUSED_PROTECTED,
    ASV_REFUSED_CAUSE,
    ASV_REFUSED_ROLE,
    ASV_REFUSED_UNIT,
    ASV_REFUSED_NOT_WEARER,
    ASV_REFUSED_CAUSE_ROLE,
    ASV_REFUSED_UNSAID,
    ASV_REFUSED_WEARER,
    ASV_REFUSED_SAME_PERSON,
    ASV_REFUSED_NO_SUPERIOR,
    ASV_REFUSED_NO_REASON,
    ASV_REFUSED_APPRAISER,
    ASV_REFUSED_DAYLESS,
    ASV_REFUSED_DWELLING,
    ASV_REFUSED_SECRET,
    ASV_REFUSED_PRE_ROLL,
    ASV_REFUSALS, /* how many there are */
};

/* A sentence for the person who was refused; static storage. */
const char *asv_policy_refusal_text(enum asv_policy_refusal refusal);

ASV_MUST_CHECK enum asv_policy_refusal asv_policy_permits(const struct asv_policy *policy,
                                                          const struct asv_policy_deed *deed,
                                                          const struct asv_policy_person *person,
                                                          const struct asv_policy_clip *clip);

enum asv_block_bit {
    ASV_BLOCK_DWELLING = 1 << 0, /* LAW R3 */
    ASV_BLOCK_SECRET = 1 << 1,   /* LAW R4: while it stands, an early erasure is to be under way */
    ASV_BLOCK_PRE_ROLL = 1 << 2, /* LAW R5: more of it than the policy allows */
    ASV_BLOCK_DAYLESS = 1 << 3,  /* LAW T1: until two people have decided on its day */
};

/* The blocks that keep the recording from use, as a sum of their bits. A block is lifted by the recorded
 * decision of whom asv_policy_permits lets decide, and by nothing else. */
unsigned asv_policy_blocks(const struct asv_policy *policy, const struct asv_policy_clip *clip);

/* Why a recording with these blocks is not used. */
enum asv_policy_refusal asv_policy_blocked(unsigned blocks);

#endif
