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
#include "server/http/channel.h"
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

/* What the dock says, which one thread follows for all who watch: as long as somebody does. */
struct asv_web_board {
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    uint64_t asked_ms; /* when somebody last asked */
    bool known;        /* text is what the dock says now */
    char *text;        /* JSON; NULL: the dock does not answer */
    bool ending;

    struct asv_http_channel channel;
    pthread_t thread;
    bool started;
    int wake; /* eventfd(2): it is ending */
};

#define ASV_WEB_LISTS 16

struct asv_web_ear;

enum asv_web_news_state { ASV_WEB_NEWS_UNKNOWN, ASV_WEB_NEWS_LIVE, ASV_WEB_NEWS_AWAY };

/* What is new, which one thread hears of the database and tells whoever listens. */
struct asv_web_news {
    pthread_mutex_t lock; /* of what follows */
    struct asv_web_ear *ears;
    unsigned count;
    bool come; /* somebody, whose session may be over by now */
    bool ending;
    enum asv_web_news_state state;
    uint64_t counts[ASV_WEB_LISTS]; /* how often a list was heard of */

    char since[17]; /* this process's own */

    struct asv_db *db; /* this and what follows are the thread's */
    uint32_t heard;    /* lists that were not told of yet */
    bool doubtful;     /* some sessions may be over */
    uint64_t told_ms, looked_ms;

    pthread_t thread;
    bool started;
    int wake; /* eventfd(2): somebody has come, or it is ending */
};

#define ASV_WEB_FILES 128

/* A file of the console's, in memory. */
struct asv_web_file {
    char name[64];
    const char *type;
    uint8_t *data;
    size_t len;
    uint8_t *packed; /* with gzip; NULL: that is not smaller */
    size_t packed_len;
    char etag[ASV_HTTP_ETAG_BYTES], packed_etag[ASV_HTTP_ETAG_BYTES];
};

struct asv_web_console {
    struct asv_web_file files[ASV_WEB_FILES];
    size_t count, bytes;
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
    unsigned issuing;     /* cameras, for badges */
    unsigned waiting;     /* calls that keeper or dock may keep waiting */
};

struct asv_web {
    const struct asv_web_settings *settings;
    const struct asv_world *world;
    const struct asv_log *log;
    const struct asv_http_listener *listener; /* of the metrics */
    struct asv_web_ready ready;
    struct asv_web_board board;
    struct asv_web_news news;
    struct asv_web_console console;
    struct asv_web_pool pool;
    struct asv_web_limits limits;
    struct asv_web_entry entry;
    struct asv_web_openings openings;
    struct asv_view_asker media;
    struct asv_http_route routes[ASV_WEB_ROUTES_MAX]; /* asv_web_http_routes */
};

/* Borrows what the first three members point to, which the caller has set. Reads the console's files. */
ASV_MUST_CHECK enum asv_status asv_web_open(struct asv_web *web, struct asv_err *err);
/* Makes the threads that follow dock and database, which have the sandbox that the caller has entered. */
ASV_MUST_CHECK enum asv_status asv_web_start(struct asv_web *web, struct asv_err *err);
/* After the listener, whose answers may be what is here. */
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

/* ready.c, metrics.c, published.c, board.c, news.c, console.c */
void asv_web_alive(struct asv_web_call *call);
void asv_web_is_ready(struct asv_web_call *call);
void asv_web_metrics(struct asv_web_call *call);
void asv_web_checkpoint(struct asv_web_call *call);
void asv_web_tile(struct asv_web_call *call);
void asv_web_dock(struct asv_web_call *call);
void asv_web_dock_events(struct asv_web_call *call);
void asv_web_events(struct asv_web_call *call);
void asv_web_console(struct asv_web_call *call);
void asv_web_home(struct asv_web_call *call);

/* assignments.c */
void asv_web_assignment_put(struct asv_web_call *call);

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

ASV_MUST_CHECK enum asv_status asv_web_board_open(struct asv_web_board *board, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_web_board_start(struct asv_web *web, struct asv_err *err);
void asv_web_board_close(struct asv_web_board *board); /* also one that is all zeros */

ASV_MUST_CHECK enum asv_status asv_web_news_open(struct asv_web *web, const struct asv_db_config *config,
                                                 struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_web_news_start(struct asv_web *web, struct asv_err *err);
void asv_web_news_close(struct asv_web_news *news); /* also one that is all zeros */

/* board.c: a connection to a socket of the dock's, that does not block; -1: nobody listens there. */
int asv_web_reach(const char *path);

/* console.c: ASV_E_USAGE when there is more than is kept in memory. A directory that is not there has none.
 */
ASV_MUST_CHECK enum asv_status asv_web_console_read(struct asv_web_console *console, const char *path,
                                                    struct asv_err *err);
void asv_web_console_clear(struct asv_web_console *console);

#endif
