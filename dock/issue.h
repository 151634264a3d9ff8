/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Issue at shift start: a badge, and the fullest camera that is ready is assigned and lit. Who will wear it
 * is written down before the camera is told; what it was not told is undone. Runs on the loop's thread only.
 */
#ifndef ASV_DOCK_ISSUE_H
#define ASV_DOCK_ISSUE_H

#include "dock/dock.h"

#define ASV_ISSUES      4  /* at once: as many as the control socket has places */
#define ASV_ISSUE_BADGE 64 /* characters of a badge's number */

enum asv_issued {
    ASV_ISSUED = 0,
    ASV_ISSUED_NOT_SET_UP, /* no secret for badges here, or no operating area */
    ASV_ISSUED_UNKNOWN,    /* nobody has this badge */
    ASV_ISSUED_BARRED,     /* no wearer, or not now */
    ASV_ISSUED_HAS,        /* that person has a camera */
    ASV_ISSUED_NONE_READY,
    ASV_ISSUED_DATABASE, /* is away */
    ASV_ISSUED_CAMERA,   /* it was taken out too early, or does not take it */
    ASV_ISSUED_BUSY,     /* with as many as it does at once, or stopping */
    ASV_ISSUED_OUTCOMES,
};

struct asv_issue_answer {
    enum asv_issued outcome;
    unsigned slot; /* with ASV_ISSUED and ASV_ISSUED_CAMERA */
    int charged;   /* percent; -1: the camera does not say */
};

struct asv_issue;
typedef void (*asv_issue_told)(void *ctx, const struct asv_issue_answer *answer);

/* Begins; told is called once, later. NULL: it was not begun, and *answer has why. */
struct asv_issue *asv_issue_begin(struct asv_dock *dock, const char *badge, asv_issue_told told, void *ctx,
                                  struct asv_issue_answer *answer);

/* Whoever asked is gone: nobody is told. It goes on, and ends as if the camera was not fetched. */
void asv_issue_forget(struct asv_issue *issue);

/* "none-ready" and so on; static storage. */
const char *asv_issued_name(enum asv_issued outcome);

/* ---- for slots ---- */

/* The slot's camera has its assignment, and is lit. */
void asv_issue_given(struct asv_slot *slot);
/* It is not given any more; may be called without one. */
void asv_issue_lost(struct asv_slot *slot);

/* How full the camera is now, in percent: what it said when it was docked, and what it has charged since; -1:
 * it does not say. */
int asv_issue_charge(const struct asv_slot *slot, int64_t now_ms);

#endif
