/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What one run of the retention job does with one recording: a pure function of facts and time (LAW T1 to T5;
 * docs/RETENTION.md). Nothing here erases anything. The erasure is the destroyed key, which is the keeper's
 * own doing: a file goes only after the keeper says that nothing opens it any more.
 */
#ifndef ASV_SERVER_RETENTION_RULES_H
#define ASV_SERVER_RETENTION_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

/* Where the database has it. What is not here is not in the vault. */
enum asv_retention_state {
    ASV_RETENTION_SEALED = 1,
    ASV_RETENTION_QUARANTINED,
    ASV_RETENTION_PENDING,
    ASV_RETENTION_HELD,
    ASV_RETENTION_RELEASED,
    ASV_RETENTION_ERASING, /* an earlier run began, or two people decided */
};

/* What the keeper says of the recording's key. */
enum asv_retention_key {
    ASV_RETENTION_KEY_UNKNOWN = 0, /* it is away, or cannot say */
    ASV_RETENTION_KEY_LIVES,       /* a day's or the reserve key, or one of its own until its period ends */
    ASV_RETENTION_KEY_PENDING,     /* kept for a request that waits for its decision */
    ASV_RETENTION_KEY_HELD,        /* kept because two people decided */
    ASV_RETENTION_KEY_REFUSED, /* never opened again, because people erased it early or its own key ran out;
                                * but its camera's key of that day still exists */
    ASV_RETENTION_KEY_GONE,    /* destroyed */
    ASV_RETENTION_KEY_NEVER,   /* in quarantine, and the keeper knows of no key that it could be for */
};

/* One recording. Instants are ms since 1970 UTC; 0: not known, or there is none. */
struct asv_retention_facts {
    enum asv_retention_state state;
    enum asv_retention_key key;
    uint32_t day;         /* recording day, local yyyymmdd; 0: people have not decided on it */
    int64_t due_ms;       /* end of its period; 0 with day 0 */
    int64_t committed_ms; /* when the dock took it into custody */
    int64_t lapse_ms;     /* PENDING: when the request lapses */
    bool early;           /* ERASING: two people decided (LAW T4) */
    unsigned days;        /* of the policy in force, for what has no day */
    int64_t now_ms;
};

enum asv_retention_step {
    ASV_RETENTION_LEAVE = 1, /* its period runs, or people keep it */
    ASV_RETENTION_LAPSE,     /* nobody decided on the request in time: it does not prolong any more */
    ASV_RETENTION_ERASE,     /* the key is gone: files, record of the erasure, tombstone */
    ASV_RETENTION_UNLINK,    /* it is never opened again: the files go now, the erasure is complete with the
                              * camera's day key */
    ASV_RETENTION_WAIT,      /* due, but the keeper has its key or cannot be asked */
    ASV_RETENTION_REPORT,    /* database and keeper disagree: people look at it, nothing is touched */
};

/* Why something is erased: the rule in the erasure record. */
enum asv_retention_rule {
    ASV_RULE_NONE = 0,
    ASV_RULE_PERIOD = 1,   /* its period is over (LAW T1) */
    ASV_RULE_RELEASED = 2, /* two people gave it back after its period */
    ASV_RULE_NO_DAY = 3,   /* nobody knows its day, and its key is gone */
    ASV_RULE_EARLY = 4,    /* two people decided to erase it before its time (LAW T4, R4) */
};

struct asv_retention_verdict {
    enum asv_retention_step step;
    enum asv_retention_rule rule;
    int64_t due_ms; /* when it had to go; 0: not before its key is gone */
};

/* ASV_E_USAGE for a state that is none, ASV_E_LIMIT when a date leaves the calendar, and what asv_policy_due
 * says of days; *out is then untouched. */
ASV_MUST_CHECK enum asv_status asv_retention_judge(struct asv_retention_verdict *out,
                                                   const struct asv_retention_facts *facts,
                                                   struct asv_err *err);

/* Whether something that was left in staging is provably without use: what was last written at this instant
 * was recorded before, so its period is over, and so is that of the key it was sealed to. Errors as above. */
ASV_MUST_CHECK enum asv_status asv_retention_staging_is_over(bool *over, int64_t written_ms, unsigned days,
                                                             int64_t now_ms, struct asv_err *err);

/* What is in custody of one recording day, each clip once (docs/RETENTION.md, "The balance"). */
struct asv_retention_balance {
    uint32_t day; /* yyyymmdd; 0: those whose day nobody knows */
    uint64_t ingested, expired;
    uint64_t running, pending, held, quarantined, erasing, erased;
};

/* arrived less everything that it became; 0: it is even. */
int64_t asv_retention_difference(const struct asv_retention_balance *balance);

/* "period"; static storage, NULL for none. */
const char *asv_retention_rule_name(enum asv_retention_rule rule);

#endif
