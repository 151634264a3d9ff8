/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/world_os.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

static enum asv_status os_random(void *ctx, void *out, size_t len)
{
    (void)ctx;
    uint8_t *at = out;
    while (len > 0) {
        ssize_t got = getrandom(at, len, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return ASV_E_INTERNAL;
        }
        at += got;
        len -= (size_t)got;
    }
    return ASV_OK;
}

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now = {0};
    (void)clock_gettime(clock, &now); /* cannot fail for these two clocks on Linux */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum asv_status os_wall_ms(void *ctx, int64_t *out)
{
    (void)ctx;
    *out = clock_ms(CLOCK_REALTIME);
    return ASV_OK;
}

static uint64_t os_mono_ms(void *ctx)
{
    (void)ctx;
    return (uint64_t)clock_ms(CLOCK_BOOTTIME);
}

const struct asv_world *asv_world_os(void)
{
    static const struct asv_world world = {
        .ctx = NULL, .random = os_random, .wall_ms = os_wall_ms, .mono_ms = os_mono_ms};
    return &world;
}

void asv_world_os_sleep_ms(uint64_t ms)
{
    struct timespec wait = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&wait, &wait) != 0) {
    }
}
