/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the camera knows of the time, and which key that gives (TRUST.md, T-045).
 *
 * Within the boot in which the time was set, the monotonic clock carries it on: SYNCED, and no step of the
 * real-time clock matters. In a later boot the real-time clock is believed, with the difference that it
 * showed when the time was set: HOLDOVER; unless it lies before a time that is known to be past, which proves
 * it wrong. Without either the clock is LOST, and the wall time given is a lower bound: the last time known,
 * plus the time since boot.
 */
#ifndef ASV_CAMERA_CLOCK_H
#define ASV_CAMERA_CLOCK_H

#include "firmware-proto/camera/store.h"

struct asv_store_time {
    int64_t wall_ms;
    uint64_t mono_ms;
    enum asv_clock_state state;
    int64_t last_sync_wall_ms;    /* 0 when never */
    enum asv_clock_source source; /* of that */
};

void asv_store_now(const struct asv_store *store, struct asv_store_time *out);

/* Sets the clock, durably, and notes it in the device log. before and after may be NULL. */
ASV_MUST_CHECK enum asv_status asv_store_set_time(struct asv_store *store, int64_t wall_ms,
                                                  enum asv_clock_source source, struct asv_store_time *before,
                                                  struct asv_store_time *after);

/* An authenticated dock: from now on no earlier day's key is chosen. */
ASV_MUST_CHECK enum asv_status asv_store_set_docked(struct asv_store *store);

/* Why the reserve key was chosen; as in ASV_DEVLOG_RESERVE_KEY. */
enum asv_store_reserve_reason {
    ASV_STORE_RESERVE_NOT = 0,
    ASV_STORE_RESERVE_CLOCK = 1,   /* lost or wrong */
    ASV_STORE_RESERVE_USED_UP = 2, /* no key for this day in the bulletin */
};

/* The key to record with at this time. ASV_E_STATE when no bulletin is held: there is no key at all. */
ASV_MUST_CHECK enum asv_status asv_store_choose_key(const struct asv_store *store,
                                                    const struct asv_store_time *time,
                                                    struct asv_bulletin_key *out,
                                                    enum asv_store_reserve_reason *why);

#endif
