/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/clock.h"

#include <stddef.h>
#include <time.h>

uint64_t asv_bus_clock_now(const struct asv_bus_clock *clock)
{
    if (clock->manual) {
        return clock->now;
    }
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t asv_bus_cap_reserve(struct asv_bus_cap *const *caps, unsigned count,
                             const struct asv_bus_clock *clock, uint64_t bytes)
{
    uint64_t now = asv_bus_clock_now(clock);
    uint64_t slack = clock->manual ? 0 : ASV_BUS_CAP_SLACK_NS;
    uint64_t earliest = now > slack ? now - slack : 0;
    uint64_t done = now;
    for (unsigned i = 0; i < count; i++) {
        struct asv_bus_cap *cap = caps[i];
        if (cap == NULL || cap->rate == 0) {
            continue;
        }
        if (cap->free_at < earliest) {
            cap->free_at = earliest;
        }
        /* bytes <= ASV_BUS_FRAME_MAX, so the product stays far below 2^64. */
        cap->free_at += (bytes * 1000000000u + cap->rate - 1) / cap->rate;
        if (cap->free_at > done) {
            done = cap->free_at;
        }
    }
    return done;
}
