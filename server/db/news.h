/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * That something has changed, as the database tells it (NOTIFY asv_news): in which lists it may be seen, and
 * nothing of what it is. A connection that listens may be asked other things, too, and is never left in a
 * transaction: what it does not take the server keeps.
 */
#ifndef ASV_SERVER_DB_NEWS_H
#define ASV_SERVER_DB_NEWS_H

#include "server/db/db.h"

/* Connects if need be. What was said before is not told. */
ASV_MUST_CHECK enum asv_status asv_db_news_listen(struct asv_db *db, struct asv_err *err);

/* Can be read when there is something to hear. -1: this connection does not listen, or not any more. */
int asv_db_news_socket(const struct asv_db *db);

/* Tells what has come, without waiting: names of lists with a space between them, from whoever may connect.
 * ASV_E_AWAY: it does not listen any more, and something may have been missed. */
ASV_MUST_CHECK enum asv_status asv_db_news_take(struct asv_db *db, void (*tell)(void *ctx, const char *lists),
                                                void *ctx, struct asv_err *err);

#endif
