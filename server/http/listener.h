/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * An HTTP server: connections in one thread, and others for what must wait for somebody. The one home of
 * libmicrohttpd.
 *
 * Who connects may be anybody. Connections are limited in number, requests in size, and each of them in time,
 * however busy somebody is with it; when places are short, whoever waits longest with nothing to answer gives
 * way (peers.h). Every answer has the same headers for its safety in a browser, and an error is a problem
 * (problem.h) or, for protocols that have it so, a line of text.
 */
#ifndef ASV_SERVER_HTTP_LISTENER_H
#define ASV_SERVER_HTTP_LISTENER_H

#include <stdbool.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/world.h"
#include "server/http/address.h"
#include "server/http/etag.h"
#include "server/http/peers.h"
#include "server/http/problem.h"
#include "server/http/route.h"

#define ASV_HTTP_HEADER_BYTES   16384 /* of a request: names and values */
#define ASV_HTTP_TARGET_BYTES   2048  /* of a request: path and query */
#define ASV_HTTP_LOCATION_BYTES 128
#define ASV_HTTP_COOKIE_BYTES   192

/* Those of a request that a handler may ask for; of each there is at most one. */
enum asv_http_header {
    ASV_HTTP_AUTHORIZATION,
    ASV_HTTP_CONTENT_TYPE,
    ASV_HTTP_COOKIE,
    ASV_HTTP_CSRF, /* X-CSRF-Token */
    ASV_HTTP_HOST,
    ASV_HTTP_ORIGIN,
    ASV_HTTP_SEC_FETCH_SITE,
    ASV_HTTP_UNASKED, /* X-Unasked */
    ASV_HTTP_X_FORWARDED_FOR,
    ASV_HTTP_HEADERS,
};

struct asv_http_channel;

struct asv_http_request {
    struct asv_http_match match;
    const char *method;                    /* "GET", "HEAD", "POST" */
    const char *path;                      /* as it was sent, without the query */
    const char *query;                     /* as it was sent; NULL: there is no question mark */
    const char *headers[ASV_HTTP_HEADERS]; /* their values; NULL: not sent */
    uint8_t address[ASV_HTTP_ADDRESS_KEY]; /* of who is connected (peers.h) */
    bool gzip;                             /* the client takes an answer that is packed so */
    struct asv_bytes body;
};

/* Zeroed for the handler. Either a problem, or bytes, or a file, or a channel
 * (channel.h); or nothing, with 204 and no type. */
struct asv_http_answer {
    unsigned code;
    const struct asv_http_problem *problem; /* static storage; its code counts */
    const char *field;                      /* of the problem, instead of its own; static storage */
    const char *type;                       /* static storage */
    uint8_t *data;                          /* copied when the handler returns */
    size_t len;
    bool owned; /* data is from malloc, and the listener's from here on; always so for a slow route */
    bool file;  /* instead of data, the len bytes of fd, which is the listener's from here on */
    int fd;
    bool secret;                      /* data, which is owned, is wiped when it was sent */
    struct asv_http_channel *channel; /* asv_http_channel_answer */
    const char *cache;                /* Cache-Control, static storage; NULL: no-store */
    const char *policy; /* Content-Security-Policy, static storage; NULL: nothing may be run or embedded */
    bool varies;        /* there is one that is packed, and one that is not */
    bool packed;        /* this is it: gzip */
    char etag[ASV_HTTP_ETAG_BYTES]; /* with its quotes; empty: none */
    char location[ASV_HTTP_LOCATION_BYTES];
    char cookie[ASV_HTTP_COOKIE_BYTES]; /* Set-Cookie */
    unsigned retry_s;                   /* Retry-After; 0: 5 with 503, else none */
};

struct asv_http_config {
    const char *address;           /* a number and a port: 127.0.0.1:8470, [::1]:0 */
    const char *certificate, *key; /* files: TLS; NULL: none */
    const struct asv_world *world;
    struct asv_http_routes routes;
    void *ctx; /* of the handlers */
    bool plain_errors;
    unsigned threads;          /* for slow routes: at most ASV_HTTP_THREADS_MAX; 0: this thread does them */
    unsigned connections;      /* in all */
    unsigned connections_each; /* of one address; 0: no limit */
    uint64_t header_ms;        /* from the connection to the end of its first header */
    uint64_t idle_ms;          /* from an answer to the end of the next header */
    uint64_t request_ms;       /* from a header to the end of its answer */
};

#define ASV_HTTP_CLASSES 6 /* 2 is 2xx */

/* What it did since it was opened. */
struct asv_http_stats {
    uint64_t connections; /* now */
    uint64_t streams;     /* of them, those that listen to a channel */
    uint64_t accepted;
    uint64_t late;                /* cut because their time was over */
    uint64_t gave_way;            /* cut because another one needed the place */
    uint64_t refused;             /* cut at once, as nobody gave way */
    int64_t certificate_until_ms; /* 0: no TLS */
};

struct asv_http_listener;

/* Listens, and makes no thread yet. The routes and all that the configuration points to are borrowed. *out is
 * the caller's to close. ASV_E_USAGE for no address, or for certificate and key; ASV_E_BUSY when the port is
 * taken. */
ASV_MUST_CHECK enum asv_status asv_http_open(const struct asv_http_config *config,
                                             struct asv_http_listener **out, struct asv_err *err);

/* Makes the threads, which have the sandbox that the caller has entered. Before the first step, unless the
 * configuration has none. */
ASV_MUST_CHECK enum asv_status asv_http_start(struct asv_http_listener *listener, struct asv_err *err);

/* Where it listens, with the port that it got. */
void asv_http_address(const struct asv_http_listener *listener, char out[ASV_HTTP_ADDRESS_BYTES]);

/* Does what there is to do, and waits for at most timeout_ms; also until fd can be read (*readable). */
ASV_MUST_CHECK enum asv_status asv_http_step(struct asv_http_listener *listener, uint64_t timeout_ms, int fd,
                                             bool *readable, struct asv_err *err);

/* Reads certificate and key anew, for connections from here on. After a failure those from before go on. */
ASV_MUST_CHECK enum asv_status asv_http_reload(struct asv_http_listener *listener, struct asv_err *err);

/* Takes no connection any more, and ends those that wait for a header; whoever has sent one gets his answer,
 * while there are steps. */
void asv_http_stop(struct asv_http_listener *listener);

/* Connections that are still there. */
size_t asv_http_left(const struct asv_http_listener *listener);

/* From any thread. */
void asv_http_stats(const struct asv_http_listener *listener, struct asv_http_stats *out);
/* Answers of a route, or of none (routes.count), by the first digit of their code. From any thread. */
uint64_t asv_http_answers(const struct asv_http_listener *listener, size_t route, unsigned class);

void asv_http_close(struct asv_http_listener *listener); /* NULL is fine */

#endif
