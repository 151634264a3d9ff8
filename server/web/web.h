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
#include "server/http/pool.h"
#include "server/web/limits.h"
#include "server/web/opening.h"
#include "server/web/settings.h"

#define ASV_WEB_ROUTES_MAX 128

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

struct asv_web_pool {
    pthread_mutex_t lock; /* of the two that follow */
    struct asv_db *free[ASV_HTTP_THREADS_MAX];
    size_t count;
};

/* Of signing in. */
struct asv_web_entry {
    uint8_t key[32];      /* of challenges: this process's own */
    pthread_mutex_t lock; /* of what follows */
    unsigned guessing;    /* passwords that are being compared, which takes memory and time */
};

struct asv_web {
    const struct asv_web_settings *settings;
    const struct asv_world *world;
    const struct asv_log *log;
    const struct asv_http_listener *listener; /* of the metrics */
    struct asv_web_ready ready;
    struct asv_web_board board;
    struct asv_web_pool pool;
    struct asv_web_limits limits;
    struct asv_web_entry entry;
    struct asv_web_openings openings;
    struct asv_http_route routes[ASV_WEB_ROUTES_MAX]; /* asv_web_http_routes */
};

/* Borrows what the first three members point to, which the caller has set. */
ASV_MUST_CHECK enum asv_status asv_web_open(struct asv_web *web, struct asv_err *err);
void asv_web_close(struct asv_web *web); /* also one that was not opened, but all zeros */

/* A connection to the database for a slow handler, of which as many run at once as there are threads, and as
 * many connections. */
struct asv_db *asv_web_pool_take(struct asv_web *web);
void asv_web_pool_give(struct asv_web *web, struct asv_db *db);

struct asv_web_call; /* call.h */

/* ready.c: asks, at most once a second. */
enum asv_web_state asv_web_state(struct asv_web *web);

/* An answer in words of our own. */
void asv_web_say(struct asv_http_answer *out, const char *type, const char *text);

/* ready.c, metrics.c, published.c, board.c */
void asv_web_alive(struct asv_web_call *call);
void asv_web_is_ready(struct asv_web_call *call);
void asv_web_metrics(struct asv_web_call *call);
void asv_web_checkpoint(struct asv_web_call *call);
void asv_web_tile(struct asv_web_call *call);
void asv_web_dock(struct asv_web_call *call);

/* statement.c */
void asv_web_prepare(struct asv_web_call *call);
void asv_web_hand_in(struct asv_web_call *call);

/* authenticator.c */
void asv_web_authenticator_offer(struct asv_web_call *call);

/* shown.c */
void asv_web_opening_show(struct asv_web_call *call);
void asv_web_opening_read(struct asv_web_call *call);
void asv_web_opening_end(struct asv_web_call *call);

/* board.c: of the dock's status line what everybody may see in the room, as JSON from malloc; NULL when the
 * line is none. Pure. */
char *asv_web_board_of(const char *line, size_t len);

#endif
