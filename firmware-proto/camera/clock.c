/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/clock.h"

#include <string.h>

#include "firmware-proto/base/bytes.h"

/* The latest time that is known to be past; ASV_TIME_UNKNOWN (which is less than any) for none. */
static int64_t known_past(const struct asv_store *store)
{
    int64_t past = store->clock.source == ASV_CLOCK_NONE ? ASV_TIME_UNKNOWN : store->clock.sync_wall_ms;
    past = store->clock.docked_wall_ms > past ? store->clock.docked_wall_ms : past;
    /* A clip's times are no better than the clock was then, but a time set later corrects them: only what
     * ended after the clock was set counts. */
    if (store->counter.wall_ms > past && store->clock.source != ASV_CLOCK_NONE) {
        past = store->counter.wall_ms;
    }
    return past;
}

static int64_t add_ms(int64_t wall_ms, uint64_t ms)
{
    return ms > (uint64_t)(INT64_MAX - (wall_ms > 0 ? wall_ms : 0)) ? INT64_MAX : wall_ms + (int64_t)ms;
}

void asv_store_now(const struct asv_store *store, struct asv_store_time *out)
{
    const struct asv_camera_clock_state *clock = &store->clock;
    uint64_t mono = asv_world_mono_ms(store->world);
    int64_t raw = 0;
    int64_t past = known_past(store);
    *out = (struct asv_store_time){.mono_ms = mono, .state = ASV_CLOCK_LOST, .source = clock->source};
    out->last_sync_wall_ms = clock->source == ASV_CLOCK_NONE ? 0 : clock->sync_wall_ms;
    out->wall_ms = past == ASV_TIME_UNKNOWN ? 0 : past;
    if (clock->source == ASV_CLOCK_NONE) {
        out->wall_ms = add_ms(out->wall_ms, mono);
        return;
    }
    if (memcmp(clock->sync_boot, store->boot, sizeof store->boot) == 0 && mono >= clock->sync_mono_ms) {
        out->wall_ms = add_ms(clock->sync_wall_ms, mono - clock->sync_mono_ms);
        /* What the installer's machine set is no better than a real-time clock. */
        out->state = clock->source == ASV_CLOCK_RTC ? ASV_CLOCK_HOLDOVER : ASV_CLOCK_SYNCED;
        return;
    }
    if (clock->offset_ms != ASV_TIME_UNKNOWN && asv_world_wall_ms(store->world, &raw) == ASV_OK) {
        int64_t wall = 0;
        if (!__builtin_add_overflow(raw, clock->offset_ms, &wall) && wall >= past) {
            out->wall_ms = wall;
            out->state = ASV_CLOCK_HOLDOVER;
            return;
        }
    }
    out->wall_ms = add_ms(out->wall_ms, mono);
}

static enum asv_status save_clock(struct asv_store *store, const struct asv_camera_clock_state *clock)
{
    const struct asv_camera_state state = {.kind = ASV_CAMERA_STATE_CLOCK, .body.clock = *clock};
    enum asv_status status = asv_camera_state_save(store->flash, "state/clock", &state);
    if (status == ASV_OK) {
        store->clock = *clock;
    }
    return status;
}

static void note_clock_set(struct asv_store *store, int64_t before, int64_t after,
                           enum asv_clock_source source)
{
    uint8_t value[17];
    asv_store_be64(value, (uint64_t)before);
    asv_store_be64(value + 8, (uint64_t)after);
    value[16] = (uint8_t)source;
    asv_store_note(store, ASV_DEVLOG_CLOCK_SET, value, sizeof value);
}

enum asv_status asv_store_set_time(struct asv_store *store, int64_t wall_ms, enum asv_clock_source source,
                                   struct asv_store_time *before, struct asv_store_time *after)
{
    struct asv_camera_clock_state clock = store->clock;
    struct asv_store_time old;
    struct asv_store_time set;
    int64_t raw = 0;
    if (source == ASV_CLOCK_NONE || wall_ms <= 0) {
        return ASV_E_USAGE;
    }
    asv_store_now(store, &old);
    clock.sync_wall_ms = wall_ms;
    clock.sync_mono_ms = old.mono_ms;
    memcpy(clock.sync_boot, store->boot, sizeof clock.sync_boot);
    clock.source = (uint8_t)source;
    clock.offset_ms = ASV_TIME_UNKNOWN;
    if (asv_world_wall_ms(store->world, &raw) == ASV_OK &&
        __builtin_sub_overflow(wall_ms, raw, &clock.offset_ms)) {
        clock.offset_ms = ASV_TIME_UNKNOWN;
    }
    if (source == ASV_CLOCK_DOCK) {
        clock.docked_wall_ms = wall_ms;
    }
    enum asv_status status = save_clock(store, &clock);
    if (status != ASV_OK) {
        return status;
    }
    if (store->counter.wall_ms > wall_ms) {
        /* The newest clip ended in what now is the future: its clock was wrong, and must not prove this one
         * so. */
        status = asv_store_count(store, store->counter.number, store->counter.final, ASV_TIME_UNKNOWN,
                                 store->counter.bytes_per_second);
    }
    asv_store_now(store, &set);
    note_clock_set(store, old.wall_ms, set.wall_ms, source);
    if (before != NULL) {
        *before = old;
    }
    if (after != NULL) {
        *after = set;
    }
    return status;
}

enum asv_status asv_store_set_docked(struct asv_store *store)
{
    struct asv_camera_clock_state clock = store->clock;
    struct asv_store_time now;
    asv_store_now(store, &now);
    if (now.state != ASV_CLOCK_SYNCED) {
        return ASV_OK; /* the dock did not set the clock: nothing better is known than before */
    }
    clock.docked_wall_ms = now.wall_ms;
    return save_clock(store, &clock);
}

enum asv_status asv_store_choose_key(const struct asv_store *store, const struct asv_store_time *time,
                                     struct asv_bulletin_key *out, enum asv_store_reserve_reason *why)
{
    if (store->trust == NULL || !store->trust->has_bulletin) {
        return ASV_E_STATE;
    }
    int64_t wall = time->state == ASV_CLOCK_LOST ? ASV_TIME_UNKNOWN : time->wall_ms;
    asv_bulletin_choose(&store->trust->bulletin, wall, store->clock.docked_wall_ms, out);
    *why = ASV_STORE_RESERVE_NOT;
    if (out->kind == ASV_KEY_RESERVE) {
        bool wrong = wall == ASV_TIME_UNKNOWN || wall < store->clock.docked_wall_ms;
        *why = wrong ? ASV_STORE_RESERVE_CLOCK : ASV_STORE_RESERVE_USED_UP;
    }
    return ASV_OK;
}
