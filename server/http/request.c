/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/http/internal.h"

static uint64_t now_of(const struct asv_http_listener *listener)
{
    return asv_world_mono_ms(listener->config.world);
}

/* ---- the header ---- */

/* In the order of enum asv_http_header. */
static const char *const names[ASV_HTTP_HEADERS] = {"Authorization",  "Content-Type", "Cookie",
                                                    "X-CSRF-Token",   "Host",         "Origin",
                                                    "Sec-Fetch-Site", "X-Unasked",    "X-Forwarded-For"};

struct header {
    struct asv_http_request *request;
    size_t bytes;
    unsigned lengths;
    bool bad;
    bool gzip;
    uint64_t length;
};

static bool is_token(const char *name, size_t len)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    bool good = len > 0;
    for (size_t i = 0; good && i < len; i++) {
        char c = name[i];
        good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               memchr(marks, c, sizeof marks - 1) != NULL;
    }
    return good;
}

/* RFC 9110, 5.5. libmicrohttpd ends a line at CR LF or at LF, and leaves a CR alone in it; of what stands
 * behind a NUL it says nothing. */
static bool is_field_value(const char *value, size_t len)
{
    bool good = true;
    for (size_t i = 0; good && i < len; i++) {
        unsigned char c = (unsigned char)value[i];
        good = (c >= 0x20 || c == '\t') && c != 0x7f;
    }
    return good;
}

/* Digits alone, as libmicrohttpd has read them, too. */
static bool read_length(const char *value, uint64_t *out)
{
    char *end = NULL;
    *out = strtoull(value, &end, 10);
    return value[0] >= '0' && value[0] <= '9' && *end == '\0';
}

/* of what is read there is one. */
static void keep(struct header *header, const char *name, const char *value)
{
    for (size_t i = 0; i < ASV_HTTP_HEADERS; i++) {
        if (strcasecmp(name, names[i]) == 0) {
            header->bad = header->bad || header->request->headers[i] != NULL || value == NULL;
            header->request->headers[i] = value;
        }
    }
}

static enum MHD_Result look_at(void *ctx, enum MHD_ValueKind kind, const char *name, size_t name_len,
                               const char *value, size_t value_len)
{
    struct header *header = ctx;
    (void)kind;
    header->bytes += name_len + value_len + 4;
    header->bad =
        header->bad || !is_token(name, name_len) || (value != NULL && !is_field_value(value, value_len));
    keep(header, name, value);
    if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
        header->lengths++;
        header->bad = header->bad || value == NULL || !read_length(value, &header->length);
    } else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        header->bad = true; /* libmicrohttpd takes what no other server does for the end of a chunk */
    } else if (strcasecmp(name, MHD_HTTP_HEADER_ACCEPT_ENCODING) == 0) {
        header->gzip = header->gzip || (value != NULL && asv_http_coding_is_in("gzip", value));
    }
    return MHD_YES;
}

/* what is wrong with the header, or NULL. Two servers in a row must not divide a stream into
 * requests differently. */
static const struct asv_http_problem *judge(struct asv_http_exchange *exchange, const struct header *header)
{
    const struct asv_http_routes *routes = &exchange->listener->config.routes;
    struct asv_http_request *request = &exchange->request;
    if (header->bad || header->lengths > 1) {
        return &asv_http_bad_request;
    }
    if (exchange->target_len > ASV_HTTP_TARGET_BYTES) {
        return &asv_http_target_too_long;
    }
    if (header->bytes > ASV_HTTP_HEADER_BYTES) {
        return &asv_http_header_too_large;
    }
    switch (asv_http_route_find(routes, request->method, request->path, &request->match, exchange->allow)) {
    case ASV_HTTP_NO_PATH:
        return &asv_http_not_found;
    case ASV_HTTP_NO_METHOD:
        return &asv_http_no_method;
    case ASV_HTTP_FOUND:
        break;
    }
    return header->length > request->match.route->body_bytes ? &asv_http_body_too_large : NULL;
}

/* An answer before the body is read closes the connection; without a body it can wait for the request's end.
 */
static enum MHD_Result begin(struct asv_http_exchange *exchange, const char *method, const char *url)
{
    struct asv_http_listener *listener = exchange->listener;
    struct header header = {.request = &exchange->request};
    exchange->begun = true;
    exchange->peer->until_ms = now_of(listener) + listener->config.request_ms;
    asv_http_peer_move(exchange->peer, ASV_HTTP_RECEIVING, now_of(listener));
    (void)MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, look_at, &header);
    exchange->request.method = method;
    exchange->request.path = asv_http_target_path(url);
    exchange->request.query = exchange->query;
    memcpy(exchange->request.address, exchange->peer->address, sizeof exchange->request.address);
    exchange->request.gzip = header.gzip;
    exchange->answer.problem = judge(exchange, &header);
    bool body = header.length > 0 || header.lengths > 1 || header.bad;
    return exchange->answer.problem != NULL && body ? asv_http_send(exchange) : MHD_YES;
}

/* ---- the body ---- */

/* of what it lay in before, nothing is left. */
static bool make_room(struct asv_http_exchange *exchange, size_t cap)
{
    uint8_t *more = malloc(cap);
    if (more == NULL) {
        return false;
    }
    if (exchange->len > 0) {
        memcpy(more, exchange->data, exchange->len);
        asv_wipe(exchange->data, exchange->len);
    }
    free(exchange->data);
    exchange->data = more;
    exchange->cap = cap;
    return true;
}

/* how much comes was in the header, and was judged. */
static enum MHD_Result take(struct asv_http_exchange *exchange, const char *data, size_t len)
{
    const struct asv_http_route *route = exchange->request.match.route;
    if (route == NULL || len > route->body_bytes - exchange->len) {
        return MHD_NO;
    }
    if (exchange->len + len > exchange->cap && !make_room(exchange, 2 * (exchange->len + len))) {
        return MHD_NO;
    }
    memcpy(exchange->data + exchange->len, data, len);
    exchange->len += len;
    return MHD_YES;
}

/* ---- the answer ---- */

static void answer(struct asv_http_exchange *exchange)
{
    const struct asv_http_listener *listener = exchange->listener;
    exchange->request.match.route->handler(listener->config.ctx, &exchange->request, &exchange->answer);
    if (exchange->answer.problem == NULL && exchange->answer.code == 0) {
        exchange->answer.problem = &asv_http_failed; /* */
    }
}

/* In one of the pool's threads. Nobody waits for an answer any more whose time is over. */
static void work(struct asv_http_job *job, bool ending)
{
    struct asv_http_exchange *exchange = (struct asv_http_exchange *)(void *)job;
    if (ending || now_of(exchange->listener) >= exchange->peer->until_ms) {
        exchange->answer.problem = &asv_http_too_late;
    } else {
        answer(exchange);
    }
    int wake = exchange->listener->wake;
    MHD_resume_connection(exchange->connection); /* from here on the exchange may be gone */
    (void)eventfd_write(wake, 1);
}

/* The whole request is here. */
static enum MHD_Result finish(struct asv_http_exchange *exchange)
{
    struct asv_http_listener *listener = exchange->listener;
    if (exchange->answered || exchange->answer.problem != NULL) {
        return asv_http_send(exchange);
    }
    if (listener->closing) { /* nothing is begun any more: what it would ask may be gone */
        exchange->answer.problem = &asv_http_too_late;
        return asv_http_send(exchange);
    }
    exchange->request.body = (struct asv_bytes){exchange->data, exchange->len};
    if (listener->pool == NULL || !exchange->request.match.route->slow) {
        answer(exchange);
        return asv_http_send(exchange);
    }
    exchange->answered = true; /* when this is called again */
    exchange->job.run = work;
    asv_http_peer_move(exchange->peer, ASV_HTTP_WORKING, now_of(listener));
    MHD_suspend_connection(exchange->connection);
    asv_http_pool_add(listener->pool, &exchange->job);
    return MHD_YES;
}

/* ---- libmicrohttpd's callbacks ---- */

static struct asv_http_peer *peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

void *asv_http_hear(void *ctx, const char *target, struct MHD_Connection *connection)
{
    struct asv_http_exchange *exchange = calloc(1, sizeof *exchange);
    if (exchange != NULL) {
        exchange->listener = ctx;
        exchange->connection = connection;
        exchange->peer = peer_of(connection);
        exchange->target_len = strlen(target);
        const char *query = strchr(target, '?');
        exchange->query = query != NULL ? strdup(query + 1) : NULL;
        exchange->peer = query == NULL || exchange->query != NULL ? exchange->peer : NULL; /* no memory */
    }
    if (exchange != NULL && exchange->peer != NULL) {
        exchange->peer->request = exchange;
    }
    return exchange;
}

enum MHD_Result asv_http_handle(void *ctx, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data, size_t *len,
                                void **request_context)
{
    struct asv_http_exchange *exchange = *request_context;
    (void)ctx;
    (void)connection;
    (void)version;
    if (exchange == NULL || exchange->peer == NULL) { /* no memory: it is closed */
        return MHD_NO;
    }
    if (!exchange->begun) {
        return begin(exchange, method, url);
    }
    if (*len > 0) {
        enum MHD_Result taken = take(exchange, data, *len);
        *len = 0;
        return taken;
    }
    return finish(exchange);
}

void asv_http_exchange_free(struct asv_http_exchange *exchange)
{
    if (exchange != NULL) {
        asv_http_flow_end(exchange);
        asv_http_answer_clear(&exchange->answer);
        if (exchange->query != NULL) { /* */
            asv_wipe(exchange->query, strlen(exchange->query));
        }
        free(exchange->query);
        asv_wipe(exchange->data, exchange->len);
        free(exchange->data);
    }
    free(exchange);
}

void asv_http_forget(void *ctx, struct MHD_Connection *connection, void **request_context,
                     enum MHD_RequestTerminationCode how)
{
    struct asv_http_listener *listener = ctx;
    struct asv_http_exchange *exchange = *request_context;
    struct asv_http_peer *peer = peer_of(connection);
    (void)how;
    if (peer != NULL) {
        peer->request = NULL;
        peer->until_ms = now_of(listener) + listener->config.idle_ms;
        asv_http_peer_move(peer, ASV_HTTP_WAITING, now_of(listener));
        if (listener->stopping) { /* an answer that was on its way already did not say so */
            asv_http_cut(listener, peer);
        }
    }
    asv_http_exchange_free(exchange);
    *request_context = NULL;
}
