/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How long recordings live: as people decided for their day (LAW T1, T2, T7, T8). */
#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/keeper/keeper.h"

struct asv_keeper_policy asv_keeper_policy_on(const struct asv_index *index, uint32_t date)
{
    struct asv_keeper_policy found = {.version = index->first_version, .days = index->first_days};
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

/* The newest day before this one with which a policy begins; 0: none. */
static uint32_t begins_before(const struct asv_index *index, uint32_t date)
{
    uint32_t newest = 0;
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_POLICIES); i++) {
        const struct asv_index_policy *policy = asv_index_row(index, ASV_INDEX_POLICIES, i);
        newest = policy->from_date < date && policy->from_date > newest ? policy->from_date : newest;
    }
    return newest;
}

void asv_keeper_periods(const struct asv_keeper *keeper, struct asv_keeper_status *out)
{
    const struct asv_index *index = keeper->store->index;
    uint32_t begin[ASV_KEEPER_PERIODS_MAX];
    unsigned count = 0;
    for (uint32_t date = UINT32_MAX; date != 0 && count < ASV_KEEPER_PERIODS_MAX; count++) {
        begin[count] = date = begins_before(index, date);
    }
    out->period_count = (uint8_t)count;
    for (unsigned i = 0; i < count; i++) {
        uint32_t from = begin[count - 1 - i];
        struct asv_keeper_policy policy = asv_keeper_policy_on(index, from);
        out->periods[i] = (struct asv_keeper_period){
            .from_date = i == 0 ? 0 : from, .version = policy.version, .days = (uint16_t)policy.days};
    }
}

enum asv_status asv_keeper_due(const struct asv_keeper *keeper, uint32_t date, int64_t *due_ms,
                               struct asv_err *err)
{
    enum asv_status status =
        asv_due_ms(date, asv_keeper_policy_on(keeper->store->index, date).days, due_ms); /* K-061 */
    return status == ASV_OK ? ASV_OK : asv_fail_at(err, ASV_E_LIMIT, "no calendar for the day", date);
}
