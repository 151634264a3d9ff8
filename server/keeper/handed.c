/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/handed.h"

#include <string.h>

struct asv_index_handover *asv_handed_find(const struct asv_index *index,
                                           const uint8_t proposal[ASV_SHA256_BYTES])
{
    return asv_index_find(index, ASV_INDEX_HANDOVERS, proposal);
}

static enum asv_status put_clips(struct asv_index *index, const uint8_t proposal[ASV_SHA256_BYTES],
                                 const struct asv_plan *plan)
{
    enum asv_status status = ASV_OK;
    for (uint16_t i = 0; status == ASV_OK && i < plan->clip_count; i++) {
        struct asv_plan_clip clip;
        asv_plan_clip(plan, i, &clip);
        struct asv_index_handed row = {.clear = clip.form != ASV_PLAN_SEALED ? 1 : 0};
        memcpy(row.proposal, proposal, sizeof row.proposal);
        memcpy(row.header, clip.header, sizeof row.header);
        status = asv_index_add(index, ASV_INDEX_HANDED, &row);
    }
    return status;
}

enum asv_status asv_handed_put(struct asv_index *index, const struct asv_index_handover *row,
                               const struct asv_plan *plan, struct asv_err *err)
{
    enum asv_status status = asv_index_add(index, ASV_INDEX_HANDOVERS, row);
    if (status == ASV_OK) {
        status = put_clips(index, row->proposal, plan);
    }
    return status == ASV_OK ? ASV_OK
                            : asv_fail(err, status,
                                       "no room to remember another hand-over: nightly runs let the keeper "
                                       "forget those that are over");
}

bool asv_handed_since(const struct asv_index *index, const uint8_t header[ASV_SHA256_BYTES], int64_t at_ms)
{
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_HANDED); i++) {
        const struct asv_index_handed *row = asv_index_row(index, ASV_INDEX_HANDED, i);
        const struct asv_index_handover *of = memcmp(row->header, header, sizeof row->header) == 0
                                                  ? asv_handed_find(index, row->proposal)
                                                  : NULL;
        if (of != NULL && of->taken_ms >= at_ms) {
            return true;
        }
    }
    return false;
}

static bool is_over(const struct asv_index_handover *row, int64_t now_ms)
{
    return row->noted != 0 && row->until_ms <= now_ms;
}

bool asv_handed_any(const struct asv_index *index, int64_t now_ms)
{
    bool any = false;
    for (uint32_t i = 0; !any && i < asv_index_count(index, ASV_INDEX_HANDOVERS); i++) {
        any = is_over(asv_index_row(index, ASV_INDEX_HANDOVERS, i), now_ms);
    }
    return any;
}

void asv_handed_tick(struct asv_index *index, int64_t now_ms)
{
    for (uint32_t i = asv_index_count(index, ASV_INDEX_HANDOVERS); i > 0; i--) {
        if (is_over(asv_index_row(index, ASV_INDEX_HANDOVERS, i - 1), now_ms)) {
            asv_index_drop(index, ASV_INDEX_HANDOVERS, i - 1);
        }
    }
    for (uint32_t i = asv_index_count(index, ASV_INDEX_HANDED); i > 0; i--) {
        const struct asv_index_handed *row = asv_index_row(index, ASV_INDEX_HANDED, i - 1);
        if (asv_handed_find(index, row->proposal) == NULL) {
            asv_index_drop(index, ASV_INDEX_HANDED, i - 1);
        }
    }
}
