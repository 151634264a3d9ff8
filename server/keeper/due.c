/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/due.h"

/* Whether the wall clock made a step: against the monotonic clock since the start of the process, and before
 * that against the last commit, which can only be in the past. */
static bool clock_stepped(struct asv_due *due, const struct asv_store *store, int64_t wall_ms,
                          uint64_t mono_ms)
{
    int64_t offset = wall_ms - (int64_t)mono_ms;
    if (!due->anchored) {
        *due = (struct asv_due){.anchored = true, .offset_ms = offset};
        return wall_ms < store->index->wall_ms - ASV_DUE_STEP_MS; /* K-063 */
    }
    int64_t step = offset - due->offset_ms;
    return step > ASV_DUE_STEP_MS || step < -ASV_DUE_STEP_MS; /* K-062 */
}

/* Due instants that differ, up to one more than are believed. */
struct seen {
    unsigned count;
    int64_t at[ASV_DUE_DAYS_MAX + 1];
};

static void see(struct seen *seen, int64_t due_ms, int64_t wall_ms)
{
    bool is_new = due_ms != 0 && due_ms <= wall_ms && seen->count <= ASV_DUE_DAYS_MAX;
    for (unsigned i = 0; is_new && i < seen->count; i++) {
        is_new = seen->at[i] != due_ms;
    }
    if (is_new) {
        seen->at[seen->count++] = due_ms;
    }
}

static unsigned due_days(const struct asv_index *index, int64_t wall_ms)
{
    struct seen seen = {0};
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_ENTRIES); i++) {
        see(&seen, asv_entries(index)[i].due_ms, wall_ms);
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_KEPT); i++) {
        see(&seen, asv_kept_rows(index)[i].due_ms, wall_ms);
    }
    return seen.count;
}

enum asv_status asv_due_tick(struct asv_due *due, struct asv_store *store, struct asv_due_report *report,
                             struct asv_err *err)
{
    const struct asv_world *world = store->setup.world;
    int64_t wall_ms = 0;
    uint8_t stop = ASV_KEEPER_RUNNING;
    *report = (struct asv_due_report){0};
    if (!store->open) {
        return asv_fail(err, ASV_E_AWAY, "key store: closed after an error of its medium");
    }
    enum asv_status status = asv_world_wall_ms(world, &wall_ms);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock cannot be read");
    }
    if (clock_stepped(due, store, wall_ms, asv_world_mono_ms(world))) {
        stop = ASV_KEEPER_STOP_CLOCK;
    } else if (due_days(store->index, wall_ms) > ASV_DUE_DAYS_MAX) {
        stop = ASV_KEEPER_STOP_MANY; /* K-064 */
    }
    if (store->index->stop == ASV_KEEPER_RUNNING && stop != ASV_KEEPER_RUNNING) {
        status = asv_store_stop(store, stop, wall_ms, err); /* K-065 */
        report->stop = status == ASV_OK ? stop : ASV_KEEPER_RUNNING;
    }
    if (status == ASV_OK && (stop != ASV_KEEPER_RUNNING || store->index->stop != ASV_KEEPER_RUNNING)) {
        status = asv_fail(err, ASV_E_STATE, "destruction stands still until two people confirm the clock");
    }
    return status == ASV_OK ? asv_store_destroy_due(store, wall_ms, &report->destroyed, err) : status;
}

int64_t asv_due_next_ms(const struct asv_store *store)
{
    return store->open ? asv_index_next_due_ms(store->index) : 0;
}
