/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bus's clock and the caps that are measured by it. With a manual clock a test moves time itself, so what
 * a cap lets through does not depend on the machine's speed.
 */
#ifndef ASV_BUS_CLOCK_H
#define ASV_BUS_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct asv_bus_clock {
    bool manual;
    uint64_t now; /* manual only, nanoseconds */
};

/* Nanoseconds since some start; never goes back. */
uint64_t asv_bus_clock_now(const struct asv_bus_clock *clock);

/* A cap in bytes per second; 0 is none. */
struct asv_bus_cap {
    uint64_t rate;
    uint64_t free_at; /* when the wire is free for the next transfer */
};

/* A wire that a late wake-up left idle makes up for at most this much. */
#define ASV_BUS_CAP_SLACK_NS 10000000u

/* Puts bytes on the wire behind all transfers before it and returns when the last byte has passed every one
 * of caps[count] (entries may be NULL). Thus no more than rate × t bytes are ever done t after an idle
 * start, slack apart, and a manual clock has no slack. */
uint64_t asv_bus_cap_reserve(struct asv_bus_cap *const *caps, unsigned count,
                             const struct asv_bus_clock *clock, uint64_t bytes);

#endif
