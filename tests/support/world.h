/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A world for tests: every byte and every time follows from the seed.
 */
#ifndef ASV_TESTS_SUPPORT_WORLD_H
#define ASV_TESTS_SUPPORT_WORLD_H

#include <stdint.h>

#include "firmware-proto/base/world.h"

struct asv_test_world {
    struct asv_world world; /* give &test.world to the code under test */
    uint64_t seed;
    uint64_t drawn;          /* blocks of randomness handed out */
    int64_t wall;            /* ms; set and step it at will. ASV_TIME_UNKNOWN: the clock is lost */
    uint64_t mono;           /* ms */
    uint64_t fail_random_at; /* the n-th draw from now fails with ASV_E_IO; 0: none */
};

/* Wall time starts at 2026-01-05 06:00 UTC, monotonic time at 1000 ms. Neither moves by itself. The struct
 * must not be copied afterwards: world.ctx points into it. */
void asv_test_world_init(struct asv_test_world *test, uint64_t seed);

/* Both clocks go on together. */
void asv_test_world_step(struct asv_test_world *test, uint64_t ms);

#endif
