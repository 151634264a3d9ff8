/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Matters that people are told of, and when they were told it last. The role asv_admin.
 */
#ifndef ASV_SERVER_DB_ALERT_H
#define ASV_SERVER_DB_ALERT_H

#include <stddef.h>

#include "server/db/db.h"

#define ASV_DB_MATTERS       6144 /* more than the database gives at once */
#define ASV_DB_ALERT_KIND    41
#define ASV_DB_ALERT_SUBJECT 101

struct asv_db_matter {
    char kind[ASV_DB_ALERT_KIND];
    char subject[ASV_DB_ALERT_SUBJECT];
    char what[65]; /* kind of the alarm, action of the request, status of the run */
    int64_t at_ms;
};

/* By the database's clock: a run's begin, for what follows. */
ASV_MUST_CHECK enum asv_status asv_db_alert_clock(struct asv_db *db, int64_t *now_ms, struct asv_err *err);

/* rows[ASV_DB_MATTERS]. docked_before: a camera that is out since before then is late. */
ASV_MUST_CHECK enum asv_status asv_db_alert_matters(struct asv_db *db, int64_t docked_before_ms,
                                                    struct asv_db_matter *rows, size_t *count,
                                                    struct asv_err *err);

/* The run found it; *due: people are to be told. */
ASV_MUST_CHECK enum asv_status asv_db_alert_seen(struct asv_db *db, const char *kind, const char *subject,
                                                 int64_t run_ms, bool *due, struct asv_err *err);

/* People were told. */
ASV_MUST_CHECK enum asv_status asv_db_alert_told(struct asv_db *db, const char *kind, const char *subject,
                                                 int64_t run_ms, struct asv_err *err);

/* The run has looked for all of this kind: what it did not find is over. */
ASV_MUST_CHECK enum asv_status asv_db_alert_forget(struct asv_db *db, const char *kind, int64_t run_ms,
                                                   struct asv_err *err);

#endif
