/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The world as a parameter: randomness and clocks come in through this table, so that one seed decides
 * everything a test sees. server/base has the operating system's; tests have a seeded one.
 */
#ifndef ASV_BASE_WORLD_H
#define ASV_BASE_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

/* A wall time that nobody knows: a lost clock, an unbounded validity check. Never a time on the wire unless
 * the field's description says so. */
#define ASV_TIME_UNKNOWN INT64_MIN

/* Borrowed by whoever is given it; functions are called from one thread at a time. */
struct asv_world {
    void *ctx;

    /* Fills out[len] with bytes from a cryptographic generator. Any failure is permanent: the caller must not
     * go on without them. */
    enum asv_status (*random)(void *ctx, void *out, size_t len);

    /* Milliseconds since 1970-01-01 UTC. ASV_E_STATE when the clock is known to be wrong (a camera that lost
     * it); *out is then untouched. */
    enum asv_status (*wall_ms)(void *ctx, int64_t *out);

    /* Milliseconds since boot: never steps, never goes back. */
    uint64_t (*mono_ms)(void *ctx);
};

ASV_MUST_CHECK static inline enum asv_status asv_world_random(const struct asv_world *world, void *out,
                                                              size_t len)
{
    return world->random(world->ctx, out, len);
}

ASV_MUST_CHECK static inline enum asv_status asv_world_wall_ms(const struct asv_world *world, int64_t *out)
{
    return world->wall_ms(world->ctx, out);
}

static inline uint64_t asv_world_mono_ms(const struct asv_world *world)
{
    return world->mono_ms(world->ctx);
}

#endif
