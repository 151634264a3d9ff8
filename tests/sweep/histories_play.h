/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Plays a history before a keeper and before its model, and compares the two after every step. A step is a
 * few numbers, which are read against what is there when it is played: so a history without some of its
 * steps is a history, too.
 */
#ifndef ASV_TESTS_SWEEP_HISTORIES_PLAY_H
#define ASV_TESTS_SWEEP_HISTORIES_PLAY_H

#include <stdbool.h>
#include <stdint.h>

enum step_kind {
    STEP_WAIT,
    STEP_MIDNIGHT, /* to just before, at or after the next one */
    STEP_DAYS,
    STEP_LATE, /* time passes, and the keeper has not looked at the clock yet */
    STEP_OFF,  /* the keeper does not run for some days */
    STEP_RESTART,
    STEP_JUMP, /* the clock is set */
    STEP_MAKE_DAYS,
    STEP_BULLETIN,
    STEP_RECORD,
    STEP_DOCK,
    STEP_KEEP,
    STEP_DECIDE, /* somebody proposes; in most cases somebody answers */
    STEP_ANSWER, /* to some earlier proposal */
    STEP_REPLAY, /* of any earlier message, by a hostile caller */
    STEP_FINISH,
    STEP_FINISH_AHEAD,
    STEP_ORDER,
    STEP_SIGN, /* a head of the ledger */
    STEP_DISK, /* one of two directories goes away, or comes back */
    STEP_KINDS,
};

#define STEP_NUMBERS 8

struct step {
    uint8_t kind;
    uint8_t fault;     /* enum keeper_fault */
    uint16_t fault_at; /* which call of the step's request meets it; 0: none */
    uint32_t n[STEP_NUMBERS];
};

struct history {
    uint64_t seed;
    int year, month, day;
    int count;
    struct step steps[80];
};

/* Once, before the first history: an agency, its people, and their keeper. */
void play_set_up(void);
void play_tear_down(void);

/* The number of the step after which keeper and model differed, or a promise was broken; -1: none. why says
 * what. tell: each step is printed. */
int play_history(const struct history *history, bool tell, char why[256]);

#endif
