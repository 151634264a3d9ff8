/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/policy/retention.h"

#include "server/base/calendar.h"
#include "server/policy/policy.h"

static enum asv_status out_of_calendar(struct asv_err *err, enum asv_status status)
{
    return asv_fail(err, status, "a date is outside the calendar");
}

const struct asv_retention_policy *asv_retention_on(const struct asv_retention_periods *periods, uint32_t day)
{
    unsigned i = 0;
    while (i + 1 < periods->count && periods->list[i + 1].from_date <= day) {
        i++;
    }
    return &periods->list[i].policy;
}

enum asv_status asv_policy_due(const struct asv_retention_policy *policy, uint32_t day, int64_t *due_ms,
                               struct asv_err *err)
{
    if (policy->days > ASV_POLICY_DAYS_MAX) {
        return asv_fail_at(err, ASV_E_USAGE, "the policy keeps recordings for too many days", policy->days);
    }
    enum asv_status status = asv_due_ms(day, policy->days, due_ms);
    return status != ASV_OK ? out_of_calendar(err, status) : ASV_OK;
}

enum asv_status asv_policy_lapse(const struct asv_policy *policy, uint32_t day, int64_t request_ms,
                                 int64_t *lapse_ms, struct asv_err *err)
{
    uint32_t request_day = 0;
    int64_t after_request = 0;
    int64_t after_due = 0;
    int64_t due = 0;
    enum asv_status status = asv_policy_due(&policy->retention, day, &due, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_local_date(request_ms, &request_day);
    if (status == ASV_OK) {
        status = asv_due_ms(request_day, policy->lapse_days, &after_request);
    }
    if (status == ASV_OK) {
        status = asv_due_ms(day, policy->retention.days + policy->lapse_days, &after_due);
    }
    if (status != ASV_OK) {
        return out_of_calendar(err, status);
    }
    /* The second binds where people found only after the request that the recording was older. */
    *lapse_ms = after_request < after_due ? after_request : after_due;
    return ASV_OK;
}

struct span {
    int64_t lapse; /* of the open request; 0: there is none */
    int64_t end;   /* when the recording is erased if nobody decides anything */
};

static enum asv_status span_under(const struct asv_policy *policy,
                                  const struct asv_policy_change_facts *facts, struct span *out,
                                  struct asv_err *err)
{
    struct span span = {0};
    enum asv_status status = asv_policy_due(&policy->retention, facts->day, &span.end, err);
    if (status == ASV_OK && facts->pending) {
        status = asv_policy_lapse(policy, facts->day, facts->request_ms, &span.lapse, err);
    }
    if (span.lapse > span.end) {
        span.end = span.lapse;
    }
    if (status == ASV_OK) {
        *out = span;
    }
    return status;
}

static enum asv_policy_effect effect_of(const struct span *before, const struct span *after, int64_t now_ms)
{
    if (before->end <= now_ms) {
        return ASV_POLICY_UNCHANGED;
    }
    if (after->lapse < before->lapse || (before->lapse != 0 && after->end < before->end)) {
        return ASV_POLICY_DECIDE;
    }
    return after->end == before->end  ? ASV_POLICY_UNCHANGED
           : after->end < before->end ? ASV_POLICY_EARLIER
                                      : ASV_POLICY_LATER;
}

enum asv_status asv_policy_change(struct asv_policy_change *out, const struct asv_policy *old_policy,
                                  const struct asv_policy *new_policy,
                                  const struct asv_policy_change_facts *facts, struct asv_err *err)
{
    struct asv_policy_change change = {.effect = ASV_POLICY_UNCHANGED};
    enum asv_status status = ASV_OK;
    bool causeless = (facts->held || facts->pending) && (new_policy->causes & facts->cause) == 0;
    if (facts->held) { /* lives through a key of its own, whatever the period */
        change.effect = causeless ? ASV_POLICY_DECIDE : ASV_POLICY_UNCHANGED;
    } else if (facts->day == 0) {
        bool differs = new_policy->retention.days != old_policy->retention.days ||
                       new_policy->lapse_days != old_policy->lapse_days;
        change.effect = differs || causeless ? ASV_POLICY_DECIDE : ASV_POLICY_UNCHANGED;
    } else {
        struct span before = {0};
        struct span after = {0};
        status = span_under(old_policy, facts, &before, err);
        if (status == ASV_OK) {
            status = span_under(new_policy, facts, &after, err);
        }
        change = (struct asv_policy_change){effect_of(&before, &after, facts->now_ms), before.end, after.end};
        if (causeless && before.end > facts->now_ms) {
            change.effect = ASV_POLICY_DECIDE;
        }
    }
    if (status == ASV_OK) {
        *out = change;
    }
    return status;
}
