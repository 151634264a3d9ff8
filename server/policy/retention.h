/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Until when a recording lives under a policy: pure functions of facts and time over local days
 * (server/base/calendar.h; LAW T1, T2, T8, L3).
 *
 * Every period here is counted in the same way: the day of the event is not counted, the period ends with its
 * last day (§§ 187(1), 188(1) BGB), so that every end is a local midnight.
 */
#ifndef ASV_SERVER_POLICY_RETENTION_H
#define ASV_SERVER_POLICY_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_POLICY_DAYS_MAX 366

/* The rule that applies: data, with a version (LAW T7). */
struct asv_retention_policy {
    uint32_t version;
    unsigned days; /* after the recording's own day: 14 */
};

#define ASV_RETENTION_PERIODS_MAX 8

/* The rules that apply to recordings, by their local day: each from a day on, until the next one's (LAW T8).
 */
struct asv_retention_periods {
    unsigned count; /* at least 1 */
    struct asv_retention_period {
        uint32_t from_date; /* yyyymmdd, ascending; the first: 0 */
        struct asv_retention_policy policy;
    } list[ASV_RETENTION_PERIODS_MAX];
};

/* The rule for what is recorded on this day. */
const struct asv_retention_policy *asv_retention_on(const struct asv_retention_periods *periods,
                                                    uint32_t day);

struct asv_policy; /* server/policy/policy.h */

/* When what was recorded on `day` (yyyymmdd) is due for erasure. ASV_E_USAGE for more days than
 * ASV_POLICY_DAYS_MAX, ASV_E_LIMIT when a date leaves the calendar's range; *due_ms is then untouched. */
ASV_MUST_CHECK enum asv_status asv_policy_due(const struct asv_retention_policy *policy, uint32_t day,
                                              int64_t *due_ms, struct asv_err *err);

/* When a request that nobody decided lapses: the policy's days after the day on which it was made, and never
 * later than so many days after the recording was due. Until then it prolongs the recording's life, if that
 * would have ended earlier. Errors as above. */
ASV_MUST_CHECK enum asv_status asv_policy_lapse(const struct asv_policy *policy, uint32_t day,
                                                int64_t request_ms, int64_t *lapse_ms, struct asv_err *err);

/* One recording that lives under the old policy. */
struct asv_policy_change_facts {
    uint32_t day; /* yyyymmdd; 0: people have not decided on it yet */
    bool held;
    bool pending;       /* a request waits for its decision */
    unsigned cause;     /* ASV_CAUSE_* of the hold or request */
    int64_t request_ms; /* with pending */
    int64_t now_ms;
};

enum asv_policy_effect {
    ASV_POLICY_UNCHANGED = 1, /* its end is the same; or its period is over, and nothing brings it back */
    ASV_POLICY_EARLIER = 2,   /* would be erased earlier: at once when new_end_ms is not after now_ms */
    ASV_POLICY_LATER = 3,     /* would be kept longer than was promised when it was made */
    ASV_POLICY_DECIDE = 4, /* people must decide: an open request would be left with less time, a hold would
                              lose its cause, or the recording's day is not known */
};

struct asv_policy_change {
    enum asv_policy_effect effect;
    int64_t old_end_ms, new_end_ms; /* when it would be erased if nobody decides; 0 where it is held or its
                                       day is not known */
};

/* What the new policy would do to a recording that was made under the old one, if it acted backwards: what is
 * shown before two people sign, and what nobody does without them (LAW T8). Errors as above. */
ASV_MUST_CHECK enum asv_status asv_policy_change(struct asv_policy_change *out,
                                                 const struct asv_policy *old_policy,
                                                 const struct asv_policy *new_policy,
                                                 const struct asv_policy_change_facts *facts,
                                                 struct asv_err *err);

#endif
