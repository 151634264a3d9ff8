/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a camera's times are worth in the dock's time. Pure functions.
 *
 * The dock notes its monotonic clock t1, sends CLOCK with it, and notes t4 when the reply arrives; the camera
 * read its clocks somewhere in between. With w the dock's wall clock at t4, the dock's wall time at the
 * middle of the exchange is w - (t4 - t1) / 2, and the camera's reading belongs to that moment give or take
 * half the round trip. So: offset = middle - reading, uncertainty = (t4 - t1) / 2, rounded up, + 1 ms because
 * both clocks tick in milliseconds. Measure a few times and keep the fix with the smallest uncertainty.
 */
#ifndef ASV_WIRE_CLOCK_H
#define ASV_WIRE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/clock.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/base/world.h"
#include "firmware-proto/trust/common.h"
#include "firmware-proto/wire/messages.h"

/* How far a camera's oscillator may be off, beside what is measured: 100 ppm is 8.6 s a day. */
#define ASV_CLOCK_DRIFT_PPM 100
/* A round trip above this measures nothing worth having: the dock asks again. */
#define ASV_CLOCK_MAX_ROUND_TRIP_MS 10000

/* One measurement. */
struct asv_clock_fix {
    int64_t dock_wall_ms;   /* the dock's wall clock at the middle of the exchange */
    int64_t camera_wall_ms; /* the camera's clocks, as it answered */
    uint64_t camera_mono_ms;
    uint8_t boot[ASV_UUID_BYTES];
    uint8_t clock_state; /* enum asv_clock_state */
    int64_t last_sync_wall_ms;
    int64_t offset_ms; /* dock_wall_ms - camera_wall_ms: add it to a camera's time to get the dock's */
    uint32_t uncertainty_ms;
};

/* reply answered the CLOCK sent at t1_ms; t4_ms: the dock's monotonic clock when it arrived; dock_wall_ms:
 * its wall clock then. ASV_E_MISMATCH when the reply is to another t1, ASV_E_TIMEOUT when the round trip is
 * negative or above ASV_CLOCK_MAX_ROUND_TRIP_MS, ASV_E_LIMIT when a difference does not fit. */
ASV_MUST_CHECK enum asv_status asv_clock_measure(struct asv_clock_fix *out,
                                                 const struct asv_wire_clock_reply *reply, uint64_t t1_ms,
                                                 uint64_t t4_ms, int64_t dock_wall_ms);

/* A moment as the camera recorded it: from a seal header, checkpoint, record or end. */
struct asv_clock_moment {
    int64_t wall_ms;
    uint64_t mono_ms;
    uint8_t boot[ASV_UUID_BYTES];
    uint8_t clock_state;       /* of the seal header */
    int64_t last_sync_wall_ms; /* 0 when never */
};

/* What is known without the camera's clock. ASV_TIME_UNKNOWN for none. */
struct asv_clock_bounds {
    int64_t not_before_ms; /* e.g. the camera's docking before, which emptied it */
    int64_t not_after_ms;  /* e.g. now */
};

struct asv_clock_interval {
    int64_t earliest_ms; /* the moment lies in [earliest, latest] of the dock's time; */
    int64_t latest_ms;   /* ASV_TIME_UNKNOWN in earliest: no lower bound; latest always has one */
    bool same_boot;      /* by monotonic difference: as good as the measurement */
    bool contradiction;  /* the camera's times lie outside the bounds: the bounds alone are given */
};

/* Where a recorded moment lies in the dock's time.
 *  - same boot as the fix: dock_wall_ms - (camera_mono_ms - mono), +- the fix's uncertainty and
 *    ASV_CLOCK_DRIFT_PPM of the time between;
 *  - another boot, clock SYNCED or HOLDOVER: the camera's wall time, +- ASV_CLOCK_DRIFT_PPM of the time since
 *    its last sync; and when the fix shows that the same clock ran on (not LOST, same last sync), stretched
 *    to wall time + offset, because an error that grew since the sync was never larger than it is now;
 *  - clock LOST, or never synced: everything between the bounds.
 * Then cut to the bounds. bounds->not_after_ms ASV_TIME_UNKNOWN: the fix's dock_wall_ms + uncertainty is the
 * bound, as nothing is recorded after it was read. ASV_E_USAGE when the bounds are crossed, ASV_E_LIMIT when
 * a time does not fit 64 bits. */
ASV_MUST_CHECK enum asv_status asv_clock_correct(struct asv_clock_interval *out,
                                                 const struct asv_clock_moment *moment,
                                                 const struct asv_clock_fix *fix,
                                                 const struct asv_clock_bounds *bounds);

#endif
