/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How long recordings live: as people decided for their day (LAW T1, T2, T7, T8). */
#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/keeper/keeper.h"

struct asv_keeper_policy asv_keeper_policy_on(const struct asv_keeper *keeper, const struct asv_index *index,
                                              uint32_t date)
{
    struct asv_keeper_policy found = {.version = keeper->policy_version, .days = keeper->retention_days};
    uint32_t from = 0;
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_POLICIES); i++) {
        const struct asv_index_policy *policy = asv_index_row(index, ASV_INDEX_POLICIES, i);
        bool later =
            policy->from_date > from || (policy->from_date == from && policy->version > found.version);
        if (policy->from_date <= date && later) { /* K-094 */
            found = (struct asv_keeper_policy){.version = policy->version, .days = policy->days};
            from = policy->from_date;
        }
    }
    return found;
}

enum asv_status asv_keeper_due(const struct asv_keeper *keeper, uint32_t date, int64_t *due_ms,
                               struct asv_err *err)
{
    enum asv_status status =
        asv_due_ms(date, asv_keeper_policy_on(keeper, keeper->store->index, date).days, due_ms); /* K-061 */
    return status == ASV_OK ? ASV_OK : asv_fail_at(err, ASV_E_LIMIT, "no calendar for the day", date);
}
