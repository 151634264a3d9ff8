/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/due.h"

#include "server/base/calendar.h"

/* Whether the wall clock made a step: against the newest commit, which can only be in the past, and against
 * the monotonic clock since the start of the process. */
static bool clock_stepped(struct asv_due *due, const struct asv_store *store, int64_t wall_ms,
                          uint64_t mono_ms)
{
    int64_t offset = wall_ms - (int64_t)mono_ms;
    if (wall_ms < store->index->wall_ms - ASV_DUE_STEP_MS) { /* K-063 */
        return true;
    }
    if (!due->anchored) {
        *due = (struct asv_due){.anchored = true, .offset_ms = offset};
    }
    int64_t step = offset - due->offset_ms;
    return step > ASV_DUE_STEP_MS || step < -ASV_DUE_STEP_MS; /* K-062 */
}

/* Local days with which something ended, up to one more than are believed. */
struct seen {
    unsigned count;
    uint32_t date[ASV_DUE_DAYS_MAX + 1];
};

static void see(struct seen *seen, int64_t due_ms, int64_t wall_ms)
{
    uint32_t date = 0;
    bool is_new = due_ms != 0 && due_ms <= wall_ms && seen->count <= ASV_DUE_DAYS_MAX &&
                  asv_local_date(due_ms, &date) == ASV_OK;
    for (unsigned i = 0; is_new && i < seen->count; i++) {
        is_new = seen->date[i] != date;
    }
    if (is_new) {
        seen->date[seen->count++] = date;
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

static enum asv_status stop(struct asv_store *store, uint8_t why, struct asv_due_report *report,
                            struct asv_err *err)
{
    enum asv_status status = asv_store_stop(store, why, report->wall_ms, err); /* K-065 */
    report->stop = status == ASV_OK ? why : ASV_KEEPER_RUNNING;
    return status;
}

enum asv_status asv_due_look(struct asv_due *due, struct asv_store *store, struct asv_due_report *report,
                             struct asv_err *err)
{
    const struct asv_world *world = store->setup.world;
    *report = (struct asv_due_report){0};
    if (!store->open) {
        return asv_fail(err, ASV_E_AWAY, "key store: closed after an error of its medium");
    }
    enum asv_status status = asv_world_wall_ms(world, &report->wall_ms);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock cannot be read");
    }
    /* A step while it stands still for another reason is a stop of its own. */
    return clock_stepped(due, store, report->wall_ms, asv_world_mono_ms(world)) && !asv_due_in_doubt(store)
               ? stop(store, ASV_KEEPER_STOP_CLOCK, report, err)
               : ASV_OK;
}

/* K-122: a clock that is set back while this process does not run is noticed by the newest commit. */
static enum asv_status keep_pace(struct asv_store *store, int64_t wall_ms, struct asv_err *err)
{
    struct asv_store_change change;
    if (wall_ms - store->index->wall_ms < ASV_DUE_PACE_MS) {
        return ASV_OK;
    }
    enum asv_status status = asv_store_begin(store, &change, err);
    return status == ASV_OK ? asv_store_commit(&change, false, err) : status;
}

enum asv_status asv_due_tick(struct asv_due *due, struct asv_store *store, struct asv_due_report *report,
                             struct asv_err *err)
{
    enum asv_status status = asv_due_look(due, store, report, err);
    int64_t wall_ms = report->wall_ms;
    if (status == ASV_OK && store->index->stop == ASV_KEEPER_RUNNING &&
        due_days(store->index, wall_ms) > ASV_DUE_DAYS_MAX) {
        status = stop(store, ASV_KEEPER_STOP_MANY, report, err); /* K-064 */
    }
    if (status == ASV_OK && store->index->stop == ASV_KEEPER_RUNNING) {
        status = asv_store_destroy_due(store, wall_ms, &report->destroyed, err);
    }
    if (status == ASV_OK && !asv_due_in_doubt(store)) {
        status = keep_pace(store, wall_ms, err);
    }
    if (status == ASV_OK && store->index->stop != ASV_KEEPER_RUNNING) {
        status = asv_fail(err, ASV_E_STATE, "destruction stands still until two people confirm the clock");
    }
    return status;
}

int64_t asv_due_next_ms(const struct asv_store *store)
{
    return store->open ? asv_index_next_due_ms(store->index) : 0;
}
