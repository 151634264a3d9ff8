/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Private to server/http: what listener.c (connections), request.c (what comes) and answer.c (what goes)
 * share. All of it belongs to the listener's thread, but for what a job has while it runs.
 */
#ifndef ASV_SERVER_HTTP_INTERNAL_H
#define ASV_SERVER_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "server/http/channel.h"
#include "server/http/listener.h"
#include "server/http/peers.h"
#include "server/http/pool.h"
#include "server/http/tls.h"

/* libmicrohttpd's memory for a connection: a header that is larger than ours, so that it is we who refuse it,
 * and an answer's. */
#define ASV_HTTP_CONNECTION_BYTES 65536

struct asv_http_counts {
    _Atomic uint64_t connections, streams, accepted, late, gave_way, refused;
    _Atomic int64_t certificate_until_ms;
    _Atomic uint64_t answers[][ASV_HTTP_CLASSES]; /* of each route, and of none */
};

struct asv_http_listener {
    struct asv_http_config config;
    struct MHD_Daemon *daemon;
    struct asv_http_tls *tls;
    struct asv_http_pool *pool;
    struct asv_http_peers peers;
    struct asv_http_counts *counts;
    struct asv_http_exchange *flows; /* that are sent a channel's messages */
    uint64_t flows_ms;               /* when they are looked at, if nothing is said before */
    bool stopping;
    bool closing; /* no request is begun any more */
    int epoll;    /* the daemon's */
    int fd;       /* it listens */
    int wake; /* eventfd(2): an answer from a thread is there. With a loop of ours libmicrohttpd has none */
};

/* An answer that is what a channel says; channel NULL: it is none. */
struct asv_http_flow {
    struct asv_http_channel *channel;
    struct asv_http_exchange *next, **link; /* of the listener's */
    struct asv_http_message *message;       /* that is being sent; NULL: it is none of the channel's */
    const char *text;                       /* what is left of it */
    size_t left;
    uint64_t seen;    /* number of the newest that was sent, or is being sent */
    uint64_t beat_ms; /* when something is sent in any case */
    bool idle;        /* suspended */
};

/* A request, from its first line until its answer is through. */
struct asv_http_exchange {
    struct asv_http_job job; /* first */
    struct asv_http_listener *listener;
    struct MHD_Connection *connection;
    struct asv_http_peer *peer;
    size_t target_len; /* path and query */
    bool begun;        /* the header was looked at */
    bool answered;     /* a job has made the answer */
    char allow[ASV_HTTP_ALLOW_BYTES];
    char *query;
    struct asv_http_request request;
    struct asv_http_answer answer;
    struct asv_http_flow flow;
    size_t len, cap;
    uint8_t *data; /* the body */
};

/* listener.c: libmicrohttpd notices, and ends the connection. */
void asv_http_cut(struct asv_http_listener *listener, struct asv_http_peer *peer);

/* request.c: libmicrohttpd's callbacks */
void *asv_http_hear(void *ctx, const char *target, struct MHD_Connection *connection);
enum MHD_Result asv_http_handle(void *ctx, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data, size_t *len,
                                void **request_context);
void asv_http_forget(void *ctx, struct MHD_Connection *connection, void **request_context,
                     enum MHD_RequestTerminationCode how);

void asv_http_exchange_free(struct asv_http_exchange *exchange); /* NULL is fine */

/* answer.c: sends exchange->answer, and gives up what it owns. */
enum MHD_Result asv_http_send(struct asv_http_exchange *exchange);
void asv_http_answer_clear(struct asv_http_answer *answer);

/* channel.c: one answer less. */
void asv_http_channel_leave(struct asv_http_channel *channel);
/* The response that goes on as answer.channel speaks, which is the flow's from here on; NULL without memory.
 */
struct MHD_Response *asv_http_flow_begin(struct asv_http_exchange *exchange);
void asv_http_flow_end(struct asv_http_exchange *exchange); /* also of one that is none */
/* Those that have something to send, or to end, go on. */
void asv_http_flows_wake(struct asv_http_listener *listener, uint64_t now_ms);

#endif
