/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What becomes of a recording when it arrives at the dock: stored with a due date, stored and blocked until
 * people decide, or not stored at all because its period is over. Pure functions of facts and time (LAW T1,
 * T2, T8).
 *
 * Only dock-corrected time counts: not when the recording was docked, and not what the camera's clock said.
 * What is not known exactly is an interval, and a machine never erases what may still be alive.
 */
#ifndef ASV_SERVER_POLICY_ARRIVAL_H
#define ASV_SERVER_POLICY_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/base/world.h"
#include "server/policy/retention.h"

/* [earliest, latest] of the dock's time; earliest ASV_TIME_UNKNOWN: nothing is known of how old it is. */
struct asv_time_interval {
    int64_t earliest_ms;
    int64_t latest_ms;
};

struct asv_arrival_facts {
    struct asv_time_interval start; /* where the recording's first moment lies */
    struct asv_time_interval end;   /* and its last */
    bool day_key;                   /* sealed to a day key (else: to the reserve key) */
    uint32_t key_date;              /* of that day key, yyyymmdd */
    int64_t now_ms;                 /* the dock's clock */
};

enum asv_arrival_kind {
    ASV_ARRIVAL_STORE = 1,
    ASV_ARRIVAL_STORE_BLOCKED = 2, /* not in use until people have decided on its day */
    ASV_ARRIVAL_EXPIRED = 3,       /* every day it can be of is over: not stored */
};

struct asv_arrival {
    enum asv_arrival_kind kind;
    uint32_t day;   /* the recording's, yyyymmdd; 0 with STORE_BLOCKED */
    int64_t due_ms; /* 0 with STORE_BLOCKED */
    bool rewrap;    /* sealed to another day's key than its own: the keeper is to wrap it anew */
};

/* The day is that of the recording's start for one sealed to a day key, because the camera cuts it at the
 * end of that day; one sealed to the reserve key may run over midnight, and its last moment counts.
 * Where that moment can lie in two days that follow each other, it is of the later one. ASV_E_LIMIT when a
 * date leaves the calendar's range, ASV_E_USAGE for an interval that is none or more days than
 * ASV_POLICY_DAYS_MAX; *out is then untouched. */
ASV_MUST_CHECK enum asv_status asv_policy_arrival(struct asv_arrival *out,
                                                  const struct asv_arrival_facts *facts,
                                                  const struct asv_retention_periods *periods,
                                                  struct asv_err *err);

/* Whether `bytes` more may go into quarantine when `used` of `quota` are taken: cameras that are not trusted
 * must not fill the disk. */
bool asv_policy_quarantine_has_room(uint64_t used, uint64_t quota, uint64_t bytes);

#endif
