/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/world.h"

#include <string.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/crypto.h"

static enum asv_status draw(void *ctx, void *out, size_t len)
{
    struct asv_test_world *test = ctx;
    uint8_t *at = out;
    if (test->fail_random_at != 0 && --test->fail_random_at == 0) {
        return ASV_E_IO;
    }
    while (len != 0) {
        uint8_t counter[16];
        uint8_t block[ASV_SHA256_BYTES];
        asv_store_be64(counter, test->seed);
        asv_store_be64(counter + 8, test->drawn++);
        asv_sha256(block, counter, sizeof counter);
        size_t some = len < sizeof block ? len : sizeof block;
        memcpy(at, block, some);
        at += some;
        len -= some;
    }
    return ASV_OK;
}

static enum asv_status wall(void *ctx, int64_t *out)
{
    const struct asv_test_world *test = ctx;
    if (test->wall == ASV_TIME_UNKNOWN) {
        return ASV_E_STATE;
    }
    *out = test->wall;
    return ASV_OK;
}

static uint64_t mono(void *ctx)
{
    const struct asv_test_world *test = ctx;
    return test->mono;
}

void asv_test_world_init(struct asv_test_world *test, uint64_t seed)
{
    *test = (struct asv_test_world){
        .world = {.ctx = test, .random = draw, .wall_ms = wall, .mono_ms = mono},
        .seed = seed,
        .wall = INT64_C(1767592800000),
        .mono = 1000,
    };
}

void asv_test_world_step(struct asv_test_world *test, uint64_t ms)
{
    test->mono += ms;
    if (test->wall != ASV_TIME_UNKNOWN) {
        test->wall += (int64_t)ms;
    }
}
