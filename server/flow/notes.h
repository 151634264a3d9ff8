/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a decision has to say on its way, for people. Pure.
 */
#ifndef ASV_SERVER_FLOW_NOTES_H
#define ASV_SERVER_FLOW_NOTES_H

#include "server/flow/language.h"

enum asv_flow_note_kind {
    ASV_NOTE_UNWORN,        /* by, detail: nobody wore the camera, as somebody wrote down */
    ASV_NOTE_AGAIN,         /* it was signed before */
    ASV_NOTE_NIGHT,         /* what this account may not write into the vault */
    ASV_NOTE_CONFIRMS,      /* to block it is the decision that its block stays */
    ASV_NOTE_VOID_REQUEST,  /* detail: why what stood there as a request is none */
    ASV_NOTE_VOID_DECISION, /* detail: the same of a decision that a block stays */
    ASV_NOTE_VOID_LOOK,     /* detail: the same of an agreement that something is shown */
    ASV_NOTE_NOT_HELD,      /* another approval is taken, as the keeper does not hold it */
    ASV_NOTE_WAITS,         /* ended here, and the keeper waits for the answer */
    ASV_NOTE_PROPOSED,      /* the same is proposed already */
    ASV_NOTE_HANDED_OVER,   /* it was signed before, and is handed over now */
    ASV_NOTE_APPROVED,      /* the person has approved it before */
    ASV_NOTE_COUNTS,        /* the keeper took it */
    ASV_NOTES,
};

struct asv_flow_note {
    enum asv_flow_note_kind kind;
    const char *by, *detail; /* from elsewhere; NULL: the kind has none */
};

/* What stands before `by`, between both and behind `detail`. Static storage. */
struct asv_flow_words {
    const char *before, *between, *after;
};
struct asv_flow_words asv_flow_note_words(enum asv_flow_note_kind kind, enum asv_language language);

#endif
