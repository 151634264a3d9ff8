/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/wire/clock.h"

#include <string.h>

/* Sums that do not wrap: false when the result does not fit. */
static bool add(int64_t *out, int64_t a, int64_t b)
{
    return !__builtin_add_overflow(a, b, out);
}

static bool subtract(int64_t *out, int64_t a, int64_t b)
{
    return !__builtin_sub_overflow(a, b, out);
}

/* b - a of two unsigned clocks, as a signed difference. */
static bool difference(int64_t *out, uint64_t a, uint64_t b)
{
    return !__builtin_sub_overflow(b, a, out);
}

/* ASV_CLOCK_DRIFT_PPM of a time span, rounded up. */
static int64_t drift(int64_t span_ms)
{
    uint64_t span = span_ms < 0 ? -(uint64_t)span_ms : (uint64_t)span_ms;
    return (int64_t)(span / 1000000 * ASV_CLOCK_DRIFT_PPM +
                     (span % 1000000 * ASV_CLOCK_DRIFT_PPM + 999999) / 1000000);
}

enum asv_status asv_clock_measure(struct asv_clock_fix *out, const struct asv_wire_clock_reply *reply,
                                  uint64_t t1_ms, uint64_t t4_ms, int64_t dock_wall_ms)
{
    if (reply->dock_mono_ms != t1_ms) {
        return ASV_E_MISMATCH;
    }
    if (t4_ms < t1_ms || /* P-082 */ t4_ms - t1_ms > ASV_CLOCK_MAX_ROUND_TRIP_MS) {
        return ASV_E_TIMEOUT;
    }
    uint32_t half = (uint32_t)(t4_ms - t1_ms + 1) / 2; /* rounded up */
    struct asv_clock_fix fix = {
        .camera_wall_ms = reply->wall_ms,
        .camera_mono_ms = reply->mono_ms,
        .clock_state = reply->clock_state,
        .last_sync_wall_ms = reply->last_sync_wall_ms,
        .uncertainty_ms = half + 1,
    };
    memcpy(fix.boot, reply->boot, sizeof fix.boot);
    if (!subtract(&fix.dock_wall_ms, dock_wall_ms, (int64_t)((t4_ms - t1_ms) / 2)) ||
        !subtract(&fix.offset_ms, fix.dock_wall_ms, fix.camera_wall_ms)) {
        return ASV_E_LIMIT;
    }
    *out = fix;
    return ASV_OK;
}

/* The same boot: the monotonic clock was running all the time. */
static bool by_monotonic(struct asv_clock_interval *out, const struct asv_clock_moment *moment,
                         const struct asv_clock_fix *fix)
{
    int64_t since = 0;
    int64_t middle = 0;
    if (!difference(&since, moment->mono_ms, fix->camera_mono_ms) ||
        !subtract(&middle, fix->dock_wall_ms, since)) {
        return false;
    }
    int64_t margin = (int64_t)fix->uncertainty_ms + drift(since);
    return subtract(&out->earliest_ms, middle, margin) && add(&out->latest_ms, middle, margin);
}

/* Another boot with a clock that was right at its last sync. */
static bool by_wall(struct asv_clock_interval *out, const struct asv_clock_moment *moment,
                    const struct asv_clock_fix *fix)
{
    int64_t since = 0;
    if (!subtract(&since, moment->wall_ms, moment->last_sync_wall_ms)) {
        return false;
    }
    int64_t margin = (int64_t)fix->uncertainty_ms + drift(since);
    int64_t early = moment->wall_ms;
    int64_t late = early;
    if (fix->clock_state != ASV_CLOCK_LOST && fix->last_sync_wall_ms == moment->last_sync_wall_ms) {
        int64_t stretched = 0;
        if (!add(&stretched, moment->wall_ms, fix->offset_ms)) {
            return false;
        }
        early = stretched < early ? stretched : early;
        late = stretched > late ? stretched : late;
    }
    return subtract(&out->earliest_ms, early, margin) && add(&out->latest_ms, late, margin);
}

enum asv_status asv_clock_correct(struct asv_clock_interval *out, const struct asv_clock_moment *moment,
                                  const struct asv_clock_fix *fix, const struct asv_clock_bounds *bounds)
{
    struct asv_clock_interval found = {0};
    int64_t not_before = bounds->not_before_ms; /* ASV_TIME_UNKNOWN is below every time */
    int64_t not_after = bounds->not_after_ms;
    if (not_after == ASV_TIME_UNKNOWN && !add(&not_after, fix->dock_wall_ms, fix->uncertainty_ms)) {
        return ASV_E_LIMIT;
    }
    if (not_before > not_after) {
        return ASV_E_USAGE;
    }
    found.same_boot = memcmp(moment->boot, fix->boot, sizeof fix->boot) == 0;
    /* P-083 */
    bool trusted = moment->clock_state == ASV_CLOCK_SYNCED || moment->clock_state == ASV_CLOCK_HOLDOVER;
    if (found.same_boot) {
        if (!by_monotonic(&found, moment, fix)) {
            return ASV_E_LIMIT;
        }
    } else if (trusted && moment->last_sync_wall_ms != 0) {
        if (!by_wall(&found, moment, fix)) {
            return ASV_E_LIMIT;
        }
    } else {
        found.earliest_ms = not_before;
        found.latest_ms = not_after;
    }
    if (found.earliest_ms > not_after || found.latest_ms < not_before) {
        found.contradiction = true;
        found.earliest_ms = not_before;
        found.latest_ms = not_after;
    }
    found.earliest_ms = found.earliest_ms < not_before ? not_before : found.earliest_ms;
    found.latest_ms = found.latest_ms > not_after ? not_after : found.latest_ms;
    *out = found;
    return ASV_OK;
}
