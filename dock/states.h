/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a slot can be doing, and which moves there are. A move that is not in the table is a mistake of ours:
 * asv_slot_move asserts it, and a test walks every pair.
 */
#ifndef ASV_DOCK_STATES_H
#define ASV_DOCK_STATES_H

#include <stdbool.h>

enum asv_slot_state {
    ASV_SLOT_EMPTY,       /* no camera */
    ASV_SLOT_CONNECTING,  /* a device is there: opened, HELLO sent */
    ASV_SLOT_HANDSHAKE,   /* proving ourselves, then it */
    ASV_SLOT_IDENTIFYING, /* clock, status, log, erasure records */
    ASV_SLOT_LISTING,     /* which recording is next */
    ASV_SLOT_PULLING,     /* seal, then payload, of one recording */
    ASV_SLOT_SEALING,     /* nothing left to pull; recordings are being committed */
    ASV_SLOT_ERASING,     /* a receipt was given; the camera erases */
    ASV_SLOT_WAITING,     /* nothing can be done until something comes back: keeper, database, room, a slot */
    ASV_SLOT_FINISHING,   /* bulletin, configuration, time, assignment */
    ASV_SLOT_READY,       /* may be taken out and used */
    ASV_SLOT_ATTENTION,   /* may be taken out, but recordings stay on it, or a person must look */
    ASV_SLOT_REFUSED,     /* not one of ours, or not to be believed */
    ASV_SLOT_FAULT,       /* broken off; tried again a few times */
    ASV_SLOT_PARKED,      /* the daemon is stopping; everything is staged or committed */
    ASV_SLOT_STATES,
};

/* "pulling"; static storage. */
const char *asv_slot_state_name(enum asv_slot_state state);

/* "grey", "blue", "yellow", "green", "red": what the screen shows. */
const char *asv_slot_state_colour(enum asv_slot_state state);

bool asv_slot_may_move(enum asv_slot_state from, enum asv_slot_state to);

#endif
