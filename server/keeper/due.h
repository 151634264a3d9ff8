/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Destruction when it is due (docs/KEEPER.md 7): by the keeper's own store and clock, asked by nobody. A
 * clock that makes a step, or too much that is due at once, stops it until people confirm.
 */
#ifndef ASV_KEEPER_DUE_H
#define ASV_KEEPER_DUE_H

#include "server/keeper/store.h"

#define ASV_DUE_STEP_MS  INT64_C(7200000) /* a larger step of the wall clock is not believed */
#define ASV_DUE_PACE_MS  INT64_C(3600000) /* the newest commit is hardly older, while the process runs */
#define ASV_DUE_DAYS_MAX 3                /* what ended with more days than these is not believed at once */

/* Zeroed at the start of the process. */
struct asv_due {
    bool anchored;
    int64_t offset_ms; /* wall less monotonic time when it was anchored: moves only when the clock is set */
};

struct asv_due_report {
    int64_t wall_ms;    /* what the clock said */
    uint8_t stop;       /* enum asv_keeper_stop, when it was stopped just now */
    uint32_t destroyed; /* key files, just now */
};

/* Whether the clock is not believed until two people confirm it (K-123). */
static inline bool asv_due_in_doubt(const struct asv_store *store)
{
    return store->index->stop == ASV_KEEPER_STOP_CLOCK;
}

/* Looks at the clock, and no more: a step of it is a stop, and committed. Comes before everything that is
 * answered by the clock (K-121). */
ASV_MUST_CHECK enum asv_status asv_due_look(struct asv_due *due, struct asv_store *store,
                                            struct asv_due_report *report, struct asv_err *err);

/* Looks at the clock and destroys what is due. ASV_E_STATE while destruction stands still, just now or since
 * before; ASV_E_AWAY and errors of the medium: to be called again. */
ASV_MUST_CHECK enum asv_status asv_due_tick(struct asv_due *due, struct asv_store *store,
                                            struct asv_due_report *report, struct asv_err *err);

/* The next instant at which something is due, in wall time; 0: unknown. */
int64_t asv_due_next_ms(const struct asv_store *store);

#endif
