/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/opening.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"

void asv_web_openings_init(struct asv_web_openings *openings, unsigned threads)
{
    *openings = (struct asv_web_openings){0};
    openings->readers_each = threads > ASV_WEB_READERS_EACH ? ASV_WEB_READERS_EACH
                             : threads > 1                  ? threads - 1
                                                            : 1;
    pthread_mutex_init(&openings->lock, NULL);
}

/* M-010: the key first of all. */
static void drop(struct asv_web_opening *opening)
{
    asv_view_close(opening->view);
    asv_vault_close(opening->vault);
    *opening = (struct asv_web_opening){0};
}

/* With the lock. */
static void end(struct asv_web_opening *opening)
{
    opening->ended = true;
    if (opening->readers == 0) {
        drop(opening);
    }
}

void asv_web_openings_close(struct asv_web_openings *openings)
{
    for (size_t i = 0; i < ASV_WEB_OPENINGS; i++) {
        if (openings->all[i].used) {
            drop(&openings->all[i]);
        }
    }
    pthread_mutex_destroy(&openings->lock);
}

static bool is_of(const struct asv_web_opening *opening, const uint8_t session[ASV_UUID_BYTES])
{
    return opening->used && !opening->ended && asv_equal(opening->session, session, ASV_UUID_BYTES);
}

/* With the lock: a free place, while the person has fewer than one may. */
static struct asv_web_opening *find_room(struct asv_web_openings *openings,
                                         const uint8_t person[ASV_UUID_BYTES])
{
    struct asv_web_opening *found = NULL;
    size_t own = 0;
    for (size_t i = 0; i < ASV_WEB_OPENINGS; i++) {
        own += openings->all[i].used && asv_equal(openings->all[i].person, person, ASV_UUID_BYTES) ? 1 : 0;
        found = openings->all[i].used ? found : &openings->all[i];
    }
    return own < ASV_WEB_OPENINGS_EACH ? found : NULL;
}

/* M-024: one that has ended is nobody's to read, and keeps its place. */
enum asv_status asv_web_openings_reserve(struct asv_web_openings *openings,
                                         const uint8_t person[ASV_UUID_BYTES], struct asv_web_opening **out,
                                         struct asv_err *err)
{
    pthread_mutex_lock(&openings->lock);
    struct asv_web_opening *place = find_room(openings, person);
    if (place != NULL) {
        *place = (struct asv_web_opening){.used = true, .ended = true};
        memcpy(place->person, person, sizeof place->person);
        *out = place;
    }
    pthread_mutex_unlock(&openings->lock);
    return place != NULL ? ASV_OK
                         : asv_fail(err, ASV_E_BUSY, "too many recordings are being shown: close one");
}

void asv_web_openings_free(struct asv_web_openings *openings, struct asv_web_opening *place)
{
    if (place != NULL) {
        pthread_mutex_lock(&openings->lock);
        *place = (struct asv_web_opening){0};
        pthread_mutex_unlock(&openings->lock);
    }
}

enum asv_status asv_web_openings_add_take(struct asv_web_openings *openings, const struct asv_world *world,
                                          struct asv_web_opening *place, const struct asv_web_shown *shown,
                                          uint8_t id[ASV_UUID_BYTES], struct asv_err *err)
{
    struct asv_web_opening made = {.used = true, .vault = shown->vault, .view = shown->view};
    const uint64_t now_ms = asv_world_mono_ms(world);
    enum asv_status status = asv_uuid_new(world, made.id);
    made.until_ms = now_ms + ASV_WEB_OPENING_MS;
    made.end_ms = now_ms + shown->left_ms;
    memcpy(made.session, shown->session, sizeof made.session);
    memcpy(made.person, shown->person, sizeof made.person);
    memcpy(made.clip, shown->clip, sizeof made.clip);
    memcpy(made.request, shown->request, sizeof made.request);
    memcpy(made.credential, shown->credential, sizeof made.credential);
    memcpy(id, made.id, sizeof made.id);
    if (status != ASV_OK) {
        drop(&made);
        asv_web_openings_free(openings, place);
        return asv_fail(err, status, "no clock, or no randomness");
    }
    pthread_mutex_lock(&openings->lock);
    *place = made;
    pthread_mutex_unlock(&openings->lock);
    return ASV_OK;
}

static bool is_over(const struct asv_web_opening *opening, uint64_t now_ms)
{
    return now_ms >= opening->until_ms || now_ms >= opening->end_ms;
}

/* With the lock. */
static unsigned readers_of(const struct asv_web_openings *openings, const uint8_t person[ASV_UUID_BYTES])
{
    unsigned readers = 0;
    for (size_t i = 0; i < ASV_WEB_OPENINGS; i++) {
        const struct asv_web_opening *opening = &openings->all[i];
        readers += opening->used && asv_equal(opening->person, person, ASV_UUID_BYTES) ? opening->readers : 0;
    }
    return readers;
}

/* M-021 */
enum asv_status asv_web_openings_take(struct asv_web_openings *openings, const struct asv_world *world,
                                      const uint8_t session[ASV_UUID_BYTES], const uint8_t id[ASV_UUID_BYTES],
                                      struct asv_web_opening **out)
{
    enum asv_status status = ASV_E_NOT_FOUND;
    const uint64_t now_ms = asv_world_mono_ms(world);
    pthread_mutex_lock(&openings->lock);
    for (size_t i = 0; i < ASV_WEB_OPENINGS && status == ASV_E_NOT_FOUND; i++) {
        struct asv_web_opening *opening = &openings->all[i];
        if (is_of(opening, session) && asv_equal(opening->id, id, ASV_UUID_BYTES) &&
            !is_over(opening, now_ms)) {
            status = readers_of(openings, opening->person) < openings->readers_each ? ASV_OK : ASV_E_BUSY;
            opening->readers += status == ASV_OK ? 1 : 0;
            *out = opening;
        }
    }
    pthread_mutex_unlock(&openings->lock);
    return status;
}

bool asv_web_openings_is_over(struct asv_web_openings *openings, const struct asv_web_opening *opening)
{
    pthread_mutex_lock(&openings->lock);
    bool over = opening->ended;
    pthread_mutex_unlock(&openings->lock);
    return over;
}

void asv_web_openings_give(struct asv_web_openings *openings, const struct asv_world *world,
                           struct asv_web_opening *opening, bool read)
{
    pthread_mutex_lock(&openings->lock);
    opening->until_ms = read ? asv_world_mono_ms(world) + ASV_WEB_OPENING_MS : opening->until_ms;
    opening->readers--;
    if (opening->ended && opening->readers == 0) {
        drop(opening);
    }
    pthread_mutex_unlock(&openings->lock);
}

static bool is_or_any(const uint8_t *wanted, const uint8_t is[ASV_UUID_BYTES])
{
    return wanted == NULL || asv_equal(wanted, is, ASV_UUID_BYTES);
}

bool asv_web_openings_end(struct asv_web_openings *openings, const uint8_t *session, const uint8_t *person,
                          const uint8_t *id)
{
    bool any = false;
    pthread_mutex_lock(&openings->lock);
    for (size_t i = 0; i < ASV_WEB_OPENINGS; i++) {
        struct asv_web_opening *opening = &openings->all[i];
        if (opening->used && !opening->ended && is_or_any(session, opening->session) &&
            is_or_any(person, opening->person) && is_or_any(id, opening->id)) {
            any = true;
            end(opening);
        }
    }
    pthread_mutex_unlock(&openings->lock);
    return any;
}

void asv_web_openings_sweep(struct asv_web_openings *openings, const struct asv_world *world)
{
    const uint64_t now_ms = asv_world_mono_ms(world);
    pthread_mutex_lock(&openings->lock);
    for (size_t i = 0; i < ASV_WEB_OPENINGS; i++) {
        struct asv_web_opening *opening = &openings->all[i];
        if (opening->used && !opening->ended && is_over(opening, now_ms)) {
            end(opening);
        }
    }
    pthread_mutex_unlock(&openings->lock);
}

size_t asv_web_openings_count(struct asv_web_openings *openings)
{
    size_t count = 0;
    pthread_mutex_lock(&openings->lock);
    for (size_t i = 0; i < ASV_WEB_OPENINGS; i++) {
        count += openings->all[i].used ? 1 : 0;
    }
    pthread_mutex_unlock(&openings->lock);
    return count;
}
