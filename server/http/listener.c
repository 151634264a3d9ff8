/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/http/listener.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/io.h"

#define BACKLOG      64
#define HEADER_BYTES 16384 /* of one request, and of what libmicrohttpd needs for it */
#define REAP_MS      1000  /* how late a deadline may be noticed */

/* A connection and when its next request must be through. */
struct peer {
    int fd;
    uint64_t until_ms;
    struct peer *next, *previous;
};

struct asv_http_listener {
    struct asv_http_config config;
    struct MHD_Daemon *daemon;
    int epoll; /* the daemon's */
    int fd;
    struct peer peers; /* the list's end */
};

/* A body that is coming in. */
struct incoming {
    size_t len, cap;
    bool too_large;
    uint8_t *data;
};

/* ---- the address ---- */

/* "HOST:PORT" or "[HOST]:PORT", cut in two. */
static bool split(const char *text, char host[ASV_HTTP_ADDRESS_BYTES], char port[8])
{
    const char *colon = strrchr(text, ':');
    size_t len = colon != NULL ? (size_t)(colon - text) : 0;
    bool bracket = len > 2 && text[0] == '[' && text[len - 1] == ']';
    if (len == 0 || strlen(colon + 1) == 0 || strlen(colon + 1) >= 6 ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) || len >= ASV_HTTP_ADDRESS_BYTES ||
        (!bracket && memchr(text, ':', len) != NULL)) {
        return false;
    }
    snprintf(host, ASV_HTTP_ADDRESS_BYTES, "%.*s", (int)(bracket ? len - 2 : len), text + (bracket ? 1 : 0));
    snprintf(port, 8, "%s", colon + 1);
    return true;
}

/* *fd is the caller's, also after a failure. */
static enum asv_status bind_to(const struct addrinfo *found, const char *address, int *fd,
                               struct asv_err *err)
{
    const int on = 1;
    *fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0 || setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        return asv_io_fail(err, errno, address);
    }
    if (bind(*fd, found->ai_addr, found->ai_addrlen) == 0 && listen(*fd, BACKLOG) == 0) {
        return ASV_OK;
    }
    return errno == EADDRINUSE ? asv_failf(err, ASV_E_BUSY, "%s: another program listens there", address)
                               : asv_io_fail(err, errno, address);
}

static enum asv_status listen_at(const char *address, int *fd, struct asv_err *err)
{
    char host[ASV_HTTP_ADDRESS_BYTES];
    char port[8];
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (!split(address, host, port) || getaddrinfo(host, port, &hints, &found) != 0) {
        return asv_failf(err, ASV_E_USAGE, "\"%.80s\" is no address to listen at; give one as 127.0.0.1:8470",
                         address);
    }
    enum asv_status status = bind_to(found, address, fd, err);
    freeaddrinfo(found);
    return status;
}

void asv_http_address(const struct asv_http_listener *listener, char out[ASV_HTTP_ADDRESS_BYTES])
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    char host[48] = "?";
    char port[8] = "?";
    if (getsockname(listener->fd, (struct sockaddr *)&address, &len) == 0) {
        (void)getnameinfo((const struct sockaddr *)&address, len, host, sizeof host, port, sizeof port,
                          NI_NUMERICHOST | NI_NUMERICSERV);
    }
    snprintf(out, ASV_HTTP_ADDRESS_BYTES, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
}

/* ---- connections ---- */

static uint64_t deadline(const struct asv_http_listener *listener)
{
    return asv_world_mono_ms(listener->config.world) + listener->config.deadline_ms;
}

static int fd_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

static void connection_changed(void *ctx, struct MHD_Connection *connection, void **socket_context,
                               enum MHD_ConnectionNotificationCode what)
{
    struct asv_http_listener *listener = ctx;
    struct peer *peer = *socket_context;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (peer != NULL) {
            peer->previous->next = peer->next;
            peer->next->previous = peer->previous;
        }
        free(peer);
        return;
    }
    peer = calloc(1, sizeof *peer);
    if (peer == NULL) { /* nobody would watch it */
        (void)shutdown(fd_of(connection), SHUT_RDWR);
        return;
    }
    *peer = (struct peer){fd_of(connection), deadline(listener), listener->peers.next, &listener->peers};
    peer->next->previous = peer->previous->next = peer;
    *socket_context = peer;
}

/* libmicrohttpd's own limit is for connections that do nothing; these do, and get nowhere. */
static void reap(struct asv_http_listener *listener)
{
    uint64_t now_ms = asv_world_mono_ms(listener->config.world);
    for (struct peer *peer = listener->peers.next; peer != &listener->peers; peer = peer->next) {
        if (now_ms >= peer->until_ms) {
            (void)shutdown(peer->fd, SHUT_RDWR);
        }
    }
}

/* ---- requests ---- */

static void forget(void *ctx, struct MHD_Connection *connection, void **request_context,
                   enum MHD_RequestTerminationCode how)
{
    struct incoming *incoming = *request_context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct peer *peer = info != NULL ? info->socket_context : NULL;
    (void)how;
    if (peer != NULL) {
        peer->until_ms = deadline(ctx);
    }
    if (incoming != NULL) {
        free(incoming->data);
    }
    free(incoming);
    *request_context = NULL;
}

static enum MHD_Result answer_with(struct MHD_Connection *connection, const struct asv_http_answer *answer)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(answer->len, answer->data, MHD_RESPMEM_MUST_COPY);
    if (response == NULL) {
        return MHD_NO;
    }
    enum MHD_Result done = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    done = done == MHD_YES ? MHD_queue_response(connection, answer->code, response) : done;
    MHD_destroy_response(response);
    return done;
}

static enum MHD_Result refuse_size(struct MHD_Connection *connection)
{
    uint8_t text[] = "the request is too large\n";
    const struct asv_http_answer answer = {MHD_HTTP_CONTENT_TOO_LARGE, "text/plain; charset=utf-8", text,
                                           sizeof text - 1};
    return answer_with(connection, &answer);
}

static bool says_too_much(const struct asv_http_listener *listener, struct MHD_Connection *connection)
{
    const char *length =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length != NULL && strtoull(length, NULL, 10) > listener->config.body_bytes;
}

/* What is more than the limit is read and dropped, until the deadline: an answer can only follow it. */
static enum MHD_Result take(const struct asv_http_listener *listener, struct incoming *incoming,
                            const char *data, size_t len)
{
    if (incoming->too_large || len > listener->config.body_bytes - incoming->len) {
        incoming->too_large = true;
        return MHD_YES;
    }
    if (incoming->len + len > incoming->cap) {
        size_t cap = 2 * (incoming->len + len);
        uint8_t *more = realloc(incoming->data, cap);
        if (more == NULL) {
            return MHD_NO;
        }
        incoming->data = more;
        incoming->cap = cap;
    }
    memcpy(incoming->data + incoming->len, data, len);
    incoming->len += len;
    return MHD_YES;
}

static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *len,
                              void **request_context)
{
    const struct asv_http_listener *listener = ctx;
    struct incoming *incoming = *request_context;
    (void)version;
    if (incoming == NULL) { /* the header is here */
        *request_context = incoming = calloc(1, sizeof *incoming);
        if (incoming == NULL) {
            return MHD_NO;
        }
        return says_too_much(listener, connection) ? refuse_size(connection) : MHD_YES;
    }
    if (*len > 0) {
        enum MHD_Result taken = take(listener, incoming, data, *len);
        *len = 0;
        return taken;
    }
    if (incoming->too_large) {
        return refuse_size(connection);
    }
    const struct asv_http_request request = {method, url, {incoming->data, incoming->len}};
    struct asv_http_answer answer = {0};
    listener->config.handler(listener->config.ctx, &request, &answer);
    return answer_with(connection, &answer);
}

/* ---- the listener ---- */

static enum asv_status start(struct asv_http_listener *listener, struct asv_err *err)
{
    const struct asv_http_config *config = &listener->config;
    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, handle, listener, MHD_OPTION_LISTEN_SOCKET, listener->fd,
        MHD_OPTION_CONNECTION_LIMIT, config->connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEADER_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(config->deadline_ms / 1000 + 1),
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, listener, MHD_OPTION_NOTIFY_COMPLETED, forget,
        listener, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        listener->daemon != NULL ? MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (info == NULL) {
        return asv_fail(err, ASV_E_INTERNAL, "the HTTP server does not start");
    }
    listener->epoll = info->epoll_fd;
    return ASV_OK;
}

enum asv_status asv_http_open(const struct asv_http_config *config, struct asv_http_listener **out,
                              struct asv_err *err)
{
    struct asv_http_listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    listener->config = *config;
    listener->fd = -1;
    listener->peers.next = listener->peers.previous = &listener->peers;
    enum asv_status status = listen_at(config->address, &listener->fd, err);
    if (status == ASV_OK) {
        status = start(listener, err);
    }
    if (status != ASV_OK) {
        asv_http_close(listener);
        return status;
    }
    *out = listener;
    return ASV_OK;
}

enum asv_status asv_http_step(struct asv_http_listener *listener, uint64_t timeout_ms, int fd, bool *readable,
                              struct asv_err *err)
{
    struct pollfd polls[] = {{.fd = listener->epoll, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    MHD_UNSIGNED_LONG_LONG wanted_ms = 0;
    uint64_t wait_ms = timeout_ms < REAP_MS ? timeout_ms : REAP_MS;
    if (MHD_get_timeout(listener->daemon, &wanted_ms) == MHD_YES && wanted_ms < wait_ms) {
        wait_ms = wanted_ms;
    }
    if (poll(polls, 2, (int)wait_ms) < 0 && errno != EINTR) {
        return asv_io_fail(err, errno, "poll");
    }
    *readable = fd >= 0 && polls[1].revents != 0;
    if (MHD_run(listener->daemon) != MHD_YES) {
        return asv_fail(err, ASV_E_INTERNAL, "the HTTP server does not run");
    }
    reap(listener);
    return ASV_OK;
}

void asv_http_close(struct asv_http_listener *listener)
{
    if (listener == NULL) {
        return;
    }
    if (listener->daemon != NULL) {
        MHD_stop_daemon(listener->daemon); /* closes the socket, too */
    } else if (listener->fd >= 0) {
        (void)close(listener->fd);
    }
    free(listener);
}
