/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservatd's routes, and what their handlers share. Slow handlers run in several threads at once.
 */
#ifndef ASV_SERVER_WEB_WEB_H
#define ASV_SERVER_WEB_WEB_H

#include <pthread.h>

#include "server/base/log.h"
#include "server/db/db.h"
#include "server/http/listener.h"
#include "server/web/settings.h"

/* What /readyz says, without saying it to everybody: the reason is in the journal. */
enum asv_web_state { ASV_WEB_READY, ASV_WEB_NO_DATABASE, ASV_WEB_NO_LEDGER };

/* How the answer to a question that costs something was a moment ago: whoever asks at once with others gets
 * the same, or what was found before. */
struct asv_web_ready {
    pthread_mutex_t asking; /* of the connection: by who asks */
    struct asv_db *db;
    pthread_mutex_t lock; /* of what follows */
    bool known;
    uint64_t asked_ms;
    enum asv_web_state state;
};

struct asv_web_board {
    pthread_mutex_t lock; /* of what follows */
    uint64_t asked_ms;
    bool known;
    char *text; /* JSON; NULL: the dock did not answer */
};

struct asv_web {
    const struct asv_web_settings *settings;
    const struct asv_world *world;
    const struct asv_log *log;
    const struct asv_http_listener *listener; /* of the metrics */
    struct asv_web_ready ready;
    struct asv_web_board board;
};

/* Borrows what the first three members point to, which the caller has set. */
ASV_MUST_CHECK enum asv_status asv_web_open(struct asv_web *web, struct asv_err *err);
void asv_web_close(struct asv_web *web); /* also one that was not opened, but all zeros */

/* docs/openapi.yaml has the same ones. */
extern const struct asv_http_routes asv_web_routes;

/* ready.c: asks, at most once a second. */
enum asv_web_state asv_web_state(struct asv_web *web);

/* An answer in words of our own. */
void asv_web_say(struct asv_http_answer *out, const char *type, const char *text);

/* ready.c, metrics.c, published.c, board.c */
void asv_web_alive(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out);
void asv_web_is_ready(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out);
void asv_web_metrics(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out);
void asv_web_checkpoint(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out);
void asv_web_tile(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out);
void asv_web_dock(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out);

/* board.c: of the dock's status line what everybody may see in the room, as JSON from malloc; NULL when the
 * line is none. Pure. */
char *asv_web_board_of(const char *line, size_t len);

#endif
