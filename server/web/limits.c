/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/limits.h"

#include <string.h>

#include "firmware-proto/base/bytes.h"

#define WAIT_MAX_S 60               /* so that nobody is shut out for long by others' guesses */
#define FORGET_MS  (15 * 60 * 1000) /* without a guess */

/* of requests, how many at once and how many in a row each second; of guesses, how many before the
 * first wait. A name's own are many, so that guesses from elsewhere leave its holder alone. */
static const struct {
    uint32_t burst;
    uint32_t each_ms;
    uint32_t free;
} rules[] = {
    [ASV_WEB_LIMIT_REQUESTS] = {200, 50, 0}, [ASV_WEB_LIMIT_PASSWORDS] = {60, 500, 0},
    [ASV_WEB_LIMIT_PASSKEYS] = {400, 25, 0}, [ASV_WEB_LIMIT_STRANGERS] = {400, 25, 0},
    [ASV_WEB_LIMIT_PAIR] = {0, 0, 5},        [ASV_WEB_LIMIT_NAME] = {0, 0, 50},
    [ASV_WEB_LIMIT_ADDRESS] = {0, 0, 30},    [ASV_WEB_LIMIT_BADGES] = {0, 0, 10},
};

enum asv_status asv_web_limits_init(struct asv_web_limits *limits, const struct asv_world *world)
{
    pthread_mutex_init(&limits->lock, NULL);
    return asv_world_random(world, limits->key, sizeof limits->key);
}

/* Which place, behind what only this process knows. */
static size_t index_of(const struct asv_web_limits *limits, unsigned what, const void *who, size_t len,
                       uint8_t digest[ASV_SHA256_BYTES])
{
    struct asv_sha256 state;
    uint8_t kind = (uint8_t)what;
    asv_sha256_init(&state);
    asv_sha256_update(&state, limits->key, sizeof limits->key);
    asv_sha256_update(&state, &kind, 1);
    asv_sha256_update(&state, who, len);
    asv_sha256_final(&state, digest);
    return asv_load_be32(digest) % ASV_WEB_LIMIT_PLACES;
}

static struct asv_web_place *place_of(struct asv_web_limits *limits, enum asv_web_limit what, const void *who,
                                      size_t len)
{
    uint8_t digest[ASV_SHA256_BYTES];
    return &limits->places[what][index_of(limits, what, who, len, digest)];
}

static unsigned seconds(uint64_t ms)
{
    return (unsigned)((ms + 999) / 1000);
}

unsigned asv_web_limits_rate(struct asv_web_limits *limits, enum asv_web_limit what, const void *who,
                             size_t len, uint64_t now_ms)
{
    const uint64_t ahead_ms = (uint64_t)rules[what].burst * rules[what].each_ms;
    unsigned wait_s = 0;
    pthread_mutex_lock(&limits->lock);
    struct asv_web_place *place = place_of(limits, what, who, len);
    uint64_t free_ms = place->free_ms > now_ms ? place->free_ms : now_ms;
    if (free_ms + rules[what].each_ms > now_ms + ahead_ms) {
        wait_s = seconds(free_ms + rules[what].each_ms - now_ms - ahead_ms);
    } else {
        place->free_ms = free_ms + rules[what].each_ms;
    }
    pthread_mutex_unlock(&limits->lock);
    return wait_s;
}

bool asv_web_limits_knows(struct asv_web_limits *limits, const uint8_t session[ASV_SHA256_BYTES])
{
    uint8_t digest[ASV_SHA256_BYTES];
    size_t at = index_of(limits, ASV_WEB_LIMITS, session, ASV_SHA256_BYTES, digest);
    pthread_mutex_lock(&limits->lock);
    bool known = asv_equal(limits->known[at], digest + 4, sizeof limits->known[at]);
    pthread_mutex_unlock(&limits->lock);
    return known;
}

void asv_web_limits_know(struct asv_web_limits *limits, const uint8_t session[ASV_SHA256_BYTES], bool counts)
{
    uint8_t digest[ASV_SHA256_BYTES];
    size_t at = index_of(limits, ASV_WEB_LIMITS, session, ASV_SHA256_BYTES, digest);
    pthread_mutex_lock(&limits->lock);
    if (counts) {
        memcpy(limits->known[at], digest + 4, sizeof limits->known[at]);
    } else if (asv_equal(limits->known[at], digest + 4, sizeof limits->known[at])) {
        memset(limits->known[at], 0, sizeof limits->known[at]);
    }
    pthread_mutex_unlock(&limits->lock);
}

unsigned asv_web_limits_wait(struct asv_web_limits *limits, enum asv_web_limit what, const void *who,
                             size_t len, uint64_t now_ms)
{
    pthread_mutex_lock(&limits->lock);
    const struct asv_web_place *place = place_of(limits, what, who, len);
    unsigned wait_s = place->free_ms > now_ms ? seconds(place->free_ms - now_ms) : 0;
    pthread_mutex_unlock(&limits->lock);
    return wait_s;
}

/* 1, 2, 4 … seconds. */
static uint64_t wait_after(uint32_t guesses, uint32_t free)
{
    uint32_t more = guesses > free ? guesses - free : 0;
    uint64_t wait_s = more == 0 ? 0 : more > 6 ? WAIT_MAX_S : UINT64_C(1) << (more - 1);
    return 1000 * (wait_s < WAIT_MAX_S ? wait_s : WAIT_MAX_S);
}

void asv_web_limits_guess(struct asv_web_limits *limits, enum asv_web_limit what, const void *who, size_t len,
                          uint64_t now_ms)
{
    pthread_mutex_lock(&limits->lock);
    struct asv_web_place *place = place_of(limits, what, who, len);
    if (now_ms > place->last_ms + FORGET_MS) {
        place->count = 0;
    }
    place->count += place->count < UINT32_MAX ? 1 : 0;
    place->last_ms = now_ms;
    place->free_ms = now_ms + wait_after(place->count, rules[what].free);
    pthread_mutex_unlock(&limits->lock);
}

void asv_web_limits_right(struct asv_web_limits *limits, enum asv_web_limit what, const void *who, size_t len)
{
    pthread_mutex_lock(&limits->lock);
    struct asv_web_place *place = place_of(limits, what, who, len);
    bool many = what == ASV_WEB_LIMIT_ADDRESS || what == ASV_WEB_LIMIT_BADGES; /* of more than one */
    place->count = many && place->count > 0 ? place->count - 1 : 0;
    place->free_ms = place->count > rules[what].free ? place->free_ms : 0;
    pthread_mutex_unlock(&limits->lock);
}
