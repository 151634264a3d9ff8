/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * An HTTP server in one thread, for requests that are answered at once. The one home of libmicrohttpd.
 *
 * Who connects may be anybody: a body has a limit, so have connections, and whoever has not got his request
 * through after deadline_ms is cut off, however busy he is with it.
 */
#ifndef ASV_SERVER_HTTP_LISTENER_H
#define ASV_SERVER_HTTP_LISTENER_H

#include <stdbool.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/world.h"

#define ASV_HTTP_ADDRESS_BYTES 64 /* "[2001:db8::1]:8470" */

struct asv_http_request {
    const char *method; /* "POST" */
    const char *path;   /* without the query */
    struct asv_bytes body;
};

struct asv_http_answer {
    unsigned code;
    const char *type; /* static storage */
    uint8_t *data;    /* the handler's, until it is called again */
    size_t len;
};

typedef void (*asv_http_handler)(void *ctx, const struct asv_http_request *request,
                                 struct asv_http_answer *answer);

struct asv_http_config {
    const char *address; /* a number and a port: 127.0.0.1:8470, [::1]:0 */
    const struct asv_world *world;
    unsigned connections;
    size_t body_bytes;
    uint64_t deadline_ms; /* for each request, from the connection or from the answer before it */
    asv_http_handler handler;
    void *ctx;
};

struct asv_http_listener;

/* Listens. *out is the caller's to close. ASV_E_USAGE for no address; ASV_E_BUSY when the port is taken. */
ASV_MUST_CHECK enum asv_status asv_http_open(const struct asv_http_config *config,
                                             struct asv_http_listener **out, struct asv_err *err);

/* Where it listens, with the port that it got. */
void asv_http_address(const struct asv_http_listener *listener, char out[ASV_HTTP_ADDRESS_BYTES]);

/* Does what there is to do, and waits for at most timeout_ms; also until fd can be read (*readable). */
ASV_MUST_CHECK enum asv_status asv_http_step(struct asv_http_listener *listener, uint64_t timeout_ms, int fd,
                                             bool *readable, struct asv_err *err);

void asv_http_close(struct asv_http_listener *listener); /* NULL is fine */

#endif
