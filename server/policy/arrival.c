/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/policy/arrival.h"

#include "server/base/calendar.h"

/* Last day the recording can be of, and whether that is known well enough for a machine to count from it. */
static enum asv_status day_of(const struct asv_arrival_facts *facts, uint32_t *last, uint32_t *first,
                              bool *decided)
{
    int64_t latest = facts->day_key ? facts->start.latest_ms : facts->end.latest_ms;
    int64_t earliest = facts->day_key ? facts->start.earliest_ms : facts->end.earliest_ms;
    enum asv_status status = asv_local_date(latest, last);
    if (status)
        return status;
    *first = 0;
    *decided = false;
    if (earliest == ASV_TIME_UNKNOWN)
        return ASV_OK;
    status = asv_local_date(earliest, first);
    if (status)
        return status;
    uint32_t next = *last;
    if (*first != *last)
        status = asv_date_add(*first, 1, &next);
    *decided = next == *last;
    return status;
}

/* When the last of the days from first (0: any) to last is over: of each rule's days the last one. */
static enum asv_status last_due(const struct asv_retention_periods *periods, uint32_t first, uint32_t last,
                                int64_t *due_ms, struct asv_err *err)
{
    enum asv_status status = asv_policy_due(asv_retention_on(periods, last), last, due_ms, err);
    for (unsigned i = 1; !status && i < periods->count && periods->list[i].from_date <= last; i++) {
        uint32_t day = 0;
        int64_t due = 0;
        status = asv_date_add(periods->list[i].from_date, -1, &day);
        if (status || day < first)
            continue;
        status = asv_policy_due(asv_retention_on(periods, day), day, &due, err);
        *due_ms = due > *due_ms ? due : *due_ms;
    }
    return status;
}

enum asv_status asv_policy_arrival(struct asv_arrival *out, const struct asv_arrival_facts *facts,
                                   const struct asv_retention_periods *periods, struct asv_err *err)
{
    if ((facts->start.earliest_ms != ASV_TIME_UNKNOWN && facts->start.earliest_ms > facts->start.latest_ms) ||
        (facts->end.earliest_ms != ASV_TIME_UNKNOWN && facts->end.earliest_ms > facts->end.latest_ms))
        return asv_fail(err, ASV_E_USAGE, "an interval ends before it begins");
    uint32_t first = 0, last = 0;
    bool decided = false;
    int64_t due = 0, first_due = 0, all_due = 0;
    enum asv_status status = day_of(facts, &last, &first, &decided);
    if (status)
        return asv_fail(err, status, "the recording's date is outside the calendar");
    status = asv_policy_due(asv_retention_on(periods, last), last, &due, err);
    if (!status && first)
        status = asv_policy_due(asv_retention_on(periods, first), first, &first_due, err);
    if (!status)
        status = last_due(periods, first, last, &all_due, err);
    if (status)
        return status;

    struct asv_arrival result = {.kind = ASV_ARRIVAL_STORE, .day = last, .due_ms = due};
    if (all_due <= facts->now_ms)
        result.kind = ASV_ARRIVAL_EXPIRED; /* every day it can be of is over */
    else if (!decided || first_due <= facts->now_ms || due <= facts->now_ms)
        result = (struct asv_arrival){.kind = ASV_ARRIVAL_STORE_BLOCKED};
    result.rewrap = result.kind == ASV_ARRIVAL_STORE && facts->day_key && facts->key_date != result.day;
    *out = result;
    return ASV_OK;
}

bool asv_policy_quarantine_has_room(uint64_t used, uint64_t quota, uint64_t bytes)
{
    return used <= quota && bytes <= quota - used;
}
