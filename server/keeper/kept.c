/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/kept.h"

#include <string.h>

#include "server/keeper/protocol.h"

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

/* K-085: its key goes; what still could open it is refused from now on. Of one that nobody released, a hold
 * before docking still has what it keeps: one person's request, withdrawn, must not end what two decided. */
static void erase(struct asv_index *index, struct asv_kept *row, int64_t now_ms)
{
    bool released = row->state == ASV_KEEPER_HELD;
    if (released ? !may_open(index, row, now_ms) : row->forget_ms <= now_ms) {
        asv_index_drop_key(index, ASV_INDEX_KEPT, row->header);
        return;
    }
    row->state = ASV_KEEPER_GONE;
    row->due_ms = 0;
    asv_wipe(row->file_key, sizeof row->file_key);
    memset(row->incident, 0, sizeof row->incident);
    memset(row->decision, 0, sizeof row->decision);
}

bool asv_kept_back(struct asv_index *index, struct asv_kept *row, int64_t now_ms)
{
    if (row->period_ms <= now_ms && index->stop == ASV_KEEPER_RUNNING) { /* K-062: by a clock that is right */
        erase(index, row, now_ms);
        return true;
    }
    row->state = ASV_KEEPER_RUNS;
    row->due_ms = row->period_ms;
    memset(row->incident, 0, sizeof row->incident);
    memset(row->decision, 0, sizeof row->decision);
    return false;
}

static bool is_due(const struct asv_kept *row, int64_t now_ms)
{
    return row->due_ms != 0 && row->due_ms <= now_ms;
}

static bool is_forgotten(const struct asv_index *index, const struct asv_kept *row, int64_t now_ms)
{
    return (row->state == ASV_KEEPER_GONE || row->state == ASV_KEEPER_PLAIN) && !may_open(index, row, now_ms);
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
    return any;
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
    return gone;
}
