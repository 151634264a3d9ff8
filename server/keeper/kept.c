/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/kept.h"

#include <string.h>

#include "server/base/calendar.h"
#include "server/keeper/handed.h"
#include "server/keeper/protocol.h"

enum asv_status asv_kept_lapse_ms(int64_t period_ms, int64_t *out)
{
    uint32_t end = 0;
    enum asv_status status = asv_local_date(period_ms, &end);
    if (status == ASV_OK) {
        status = asv_date_add(end, ASV_KEPT_LAPSE_DAYS, &end);
    }
    return status == ASV_OK ? asv_local_day_start(end, out) : status;
}

bool asv_kept_has_key(const struct asv_kept *row)
{
    return row->state == ASV_KEEPER_RUNS || row->state == ASV_KEEPER_PENDING || row->state == ASV_KEEPER_HELD;
}

static bool is_due(const struct asv_kept *row, int64_t now_ms)
{
    return row->due_ms != 0 && row->due_ms <= now_ms;
}

bool asv_kept_is_over(const struct asv_kept *row, int64_t now_ms)
{
    return row->state == ASV_KEEPER_OVER || is_due(row, now_ms);
}

enum asv_status asv_kept_put(struct asv_index *index, const struct asv_kept *row, struct asv_err *err)
{
    struct asv_kept *before = asv_index_find(index, ASV_INDEX_KEPT, row->header);
    if (before != NULL) {
        *before = *row;
        return ASV_OK;
    }
    enum asv_status status = asv_index_add(index, ASV_INDEX_KEPT, row);
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "key store: no room for another clip");
}

/* Whether a key that the clip was sealed for may still be here. */
static bool may_open(const struct asv_index *index, const struct asv_kept *row, int64_t now_ms)
{
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_AHEADS); i++) {
        const struct asv_index_ahead *ahead = asv_index_row(index, ASV_INDEX_AHEADS, i);
        if (memcmp(ahead->camera, row->camera, sizeof ahead->camera) == 0) {
            return true;
        }
    }
    return row->forget_ms > now_ms;
}

/* K-085: its key goes. What could open it still is refused from then on; but a hold before docking has what
 * it keeps, for one person's request, withdrawn, must not end what two decided. So a row that hides nothing
 * from a hold, and blocks nothing (K-207), can go as well. */
static void end(struct asv_index *index, struct asv_kept *row, int64_t ended_ms, int64_t now_ms)
{
    bool says = row->released != 0 || row->blocks != 0 || row->forget_ms > ended_ms;
    if (!says || !may_open(index, row, now_ms)) {
        asv_index_drop_key(index, ASV_INDEX_KEPT, row->header);
        return;
    }
    row->state = ASV_KEEPER_OVER;
    row->due_ms = 0;
    row->ended_ms = ended_ms;
    asv_wipe(row->file_key, sizeof row->file_key);
}

static bool back(struct asv_index *index, struct asv_kept *row, int64_t ended_ms, int64_t now_ms)
{
    row->released = row->state == ASV_KEEPER_HELD ? 1 : row->released;
    memset(row->incident, 0, sizeof row->incident);
    memset(row->decision, 0, sizeof row->decision);
    row->held_ms = 0;
    if (row->period_ms <= now_ms && index->stop == ASV_KEEPER_RUNNING) { /* K-062: by a clock that is right */
        end(index, row, ended_ms, now_ms);
        return true;
    }
    row->state = ASV_KEEPER_RUNS;
    row->due_ms = row->period_ms;
    return false;
}

bool asv_kept_back(struct asv_index *index, struct asv_kept *row, int64_t now_ms)
{
    return back(index, row, row->due_ms != 0 && row->due_ms < now_ms ? row->due_ms : now_ms, now_ms);
}

enum asv_status asv_kept_correct(struct asv_index *index, struct asv_kept *row, int64_t period_ms,
                                 int64_t now_ms, bool *key_went)
{
    int64_t lapse_ms = 0;
    enum asv_status status = asv_kept_lapse_ms(period_ms, &lapse_ms);
    if (status != ASV_OK) {
        return status;
    }
    row->corrected = 1;
    row->period_ms = period_ms;
    if (row->state == ASV_KEEPER_RUNS) {
        row->due_ms = period_ms;
    } else if (row->state == ASV_KEEPER_PENDING && lapse_ms < row->due_ms) {
        row->due_ms = lapse_ms;
    }
    /* K-085: it lived until now, and so a hold before docking that was decided by then has it. */
    *key_went = is_due(row, now_ms) && back(index, row, now_ms, now_ms);
    return ASV_OK;
}

bool asv_kept_by_ahead(const struct asv_kept *row, const struct asv_index_ahead *ahead)
{
    if (row == NULL) {
        return true;
    }
    int64_t end_ms = row->state == ASV_KEEPER_OVER ? row->ended_ms : row->due_ms;
    return row->released == 0 && (end_ms == 0 || ahead->decided_ms < end_ms);
}

/* K-192: that two people ended it is known for as long as it would have lived, which may be longer than what
 * it was sealed for. */
static bool is_forgotten(const struct asv_index *index, const struct asv_kept *row, int64_t now_ms)
{
    bool told = row->state == ASV_KEEPER_GONE && row->period_ms > now_ms;
    return !asv_kept_has_key(row) && !told && !may_open(index, row, now_ms);
}

static bool has_expired(const struct asv_index_decided *row, int64_t now_ms)
{
    return row->until_ms <= now_ms;
}

bool asv_kept_any(const struct asv_index *index, int64_t now_ms)
{
    const struct asv_kept *rows = asv_kept_rows(index);
    bool any = false;
    for (uint32_t i = 0; !any && i < asv_index_count(index, ASV_INDEX_KEPT); i++) {
        any = is_due(&rows[i], now_ms) || is_forgotten(index, &rows[i], now_ms);
    }
    for (uint32_t i = 0; !any && i < asv_index_count(index, ASV_INDEX_DECIDED); i++) {
        any = has_expired(asv_index_row(index, ASV_INDEX_DECIDED, i), now_ms);
    }
    return any || asv_handed_any(index, now_ms);
}

uint32_t asv_kept_tick(struct asv_index *index, int64_t now_ms)
{
    uint32_t gone = 0;
    for (uint32_t i = asv_index_count(index, ASV_INDEX_KEPT); i > 0; i--) {
        struct asv_kept *row = asv_index_row(index, ASV_INDEX_KEPT, i - 1);
        if (is_due(row,
                   now_ms)) { /* K-060; a request that lapsed before the period's end leaves it running */
            gone += asv_kept_back(index, row, now_ms) ? 1 : 0;
        } else if (is_forgotten(index, row, now_ms)) {
            asv_index_drop(index, ASV_INDEX_KEPT, i - 1);
        }
    }
    for (uint32_t i = asv_index_count(index, ASV_INDEX_DECIDED); i > 0; i--) {
        if (has_expired(asv_index_row(index, ASV_INDEX_DECIDED, i - 1), now_ms)) {
            asv_index_drop(index, ASV_INDEX_DECIDED, i - 1);
        }
    }
    asv_handed_tick(index, now_ms);
    return gone;
}
