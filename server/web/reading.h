/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The reading side of /api/v1: what a route shows is a statement of the database (server/db/read.h), for
 * whoever is signed in. A handler only says which, and with what.
 */
#ifndef ASV_SERVER_WEB_READING_H
#define ASV_SERVER_WEB_READING_H

#include "server/db/read.h"
#include "server/web/call.h"
#include "server/web/cursor.h"

#define ASV_WEB_PAGE        50 /* rows, unless limit says otherwise */
#define ASV_WEB_VALUES_MAX  8  /* of a statement beside cursor and limit */
#define ASV_WEB_VALUE_BYTES 72 /* of what comes from a path */

/* The query's fields of every list: at the beginning of its table. */
/* clang-format off */
#define ASV_WEB_LIST_FIELDS                                                                      \
    {"cursor", ASV_WEB_BYTES, false, ASV_WEB_CHECK_BYTES + 1, ASV_WEB_CURSOR_BYTES, NULL, NULL}, \
    {"limit", ASV_WEB_INT, false, 1, ASV_DB_READ_ROWS, NULL, NULL}
/* clang-format on */

/* {"NAME":[…],"next":"…"}: a page of rows. The statement takes the key behind which it begins, how many rows,
 * and these values (NULL: none); each row ends with its key. A row whose first column is NULL is none, and
 * says only where the next page begins. */
void asv_web_list(struct asv_web_call *call, enum asv_db_reading reading, const char *name,
                  const char *const *values, size_t count);

/* The same of what has no pages and no keys: the statement takes the values alone. */
void asv_web_all(struct asv_web_call *call, enum asv_db_reading reading, const char *name,
                 const char *const *values, size_t count);

/* The one row of the statement, which takes one value; 404 without one. */
void asv_web_show(struct asv_web_call *call, enum asv_db_reading reading, const char *value);

/* The one bytea or text of the statement's one row, byte for byte, of this type: static storage; 404 without
 * one. */
void asv_web_file(struct asv_web_call *call, enum asv_db_reading reading, const char *const *values,
                  size_t count, const char *type);

/* The parameter of the path that the pattern has checked. */
void asv_web_path_text(const struct asv_web_call *call, size_t at, char out[ASV_WEB_VALUE_BYTES]);

/* from and until of a query: both or none, in their order; until is from when it is not there. false:
 * refused. */
bool asv_web_days(struct asv_web_call *call, const char **from, const char **until);

/* ---- routes ---- */

extern const struct asv_web_fields asv_web_list_query, asv_web_clips_query, asv_web_incidents_query,
    asv_web_nights_query, asv_web_evaluation_query;

/* clips.c */
void asv_web_clips(struct asv_web_call *call);
void asv_web_clip(struct asv_web_call *call);
void asv_web_clip_custody(struct asv_web_call *call);
void asv_web_clip_accesses(struct asv_web_call *call);
/* devices.c */
void asv_web_cameras(struct asv_web_call *call);
void asv_web_cameras_out(struct asv_web_call *call);
void asv_web_camera(struct asv_web_call *call);
void asv_web_docks(struct asv_web_call *call);
void asv_web_alarms(struct asv_web_call *call);
/* incidents.c */
void asv_web_incidents(struct asv_web_call *call);
void asv_web_incident(struct asv_web_call *call);
void asv_web_requests(struct asv_web_call *call);
/* handovers.c */
void asv_web_handovers(struct asv_web_call *call);
void asv_web_handover(struct asv_web_call *call);
void asv_web_handover_again(struct asv_web_call *call);
void asv_web_recipients(struct asv_web_call *call);
/* oversight.c */
void asv_web_runs(struct asv_web_call *call);
void asv_web_nights(struct asv_web_call *call);
void asv_web_balances(struct asv_web_call *call);
void asv_web_keys(struct asv_web_call *call);
void asv_web_ledger(struct asv_web_call *call);
void asv_web_access_counts(struct asv_web_call *call);
void asv_web_own_accesses(struct asv_web_call *call);
void asv_web_evaluation(struct asv_web_call *call);
void asv_web_subject_requests(struct asv_web_call *call);
/* people.c */
void asv_web_users(struct asv_web_call *call);
void asv_web_user(struct asv_web_call *call);

#endif
