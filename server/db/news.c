/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/news.h"

#include "server/base/fail.h"
#include "server/db/internal.h"

enum asv_status asv_db_news_listen(struct asv_db *db, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    enum asv_status status = asv_db_run_void(db, ASV_QUERY_NEWS_LISTEN, &params, err);
    if (status == ASV_OK) {
        db->listening = true;
    }
    return status;
}

int asv_db_news_socket(const struct asv_db *db)
{
    return db->listening ? PQsocket(db->conn) : -1;
}

enum asv_status asv_db_news_take(struct asv_db *db, void (*tell)(void *ctx, const char *lists), void *ctx,
                                 struct asv_err *err)
{
    if (db->listening && PQconsumeInput(db->conn) != 1) {
        asv_db_drop(db, PQerrorMessage(db->conn), true);
    }
    if (!db->listening) {
        return asv_fail(err, ASV_E_AWAY, "database: the connection that listened is gone");
    }
    for (PGnotify *told; (told = PQnotifies(db->conn)) != NULL; PQfreemem(told)) {
        tell(ctx, told->extra);
    }
    return ASV_OK;
}
