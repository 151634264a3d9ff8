/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A seeded generator (SplitMix64) for liars and faults: the same seed lies the same way everywhere.
 */
#ifndef ASV_BUS_RANDOM_H
#define ASV_BUS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct asv_bus_random {
    uint64_t state;
};

static inline uint64_t asv_bus_random_next(struct asv_bus_random *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 .. below - 1; the small bias of the modulus does not matter here. below > 0. */
static inline uint64_t asv_bus_random_below(struct asv_bus_random *random, uint64_t below)
{
    return asv_bus_random_next(random) % below;
}

static inline void asv_bus_random_fill(struct asv_bus_random *random, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i += 8) {
        uint64_t word = asv_bus_random_next(random);
        for (size_t j = i; j < len && j < i + 8; j++) {
            out[j] = (uint8_t)(word >> (8 * (j - i)));
        }
    }
}

#endif
