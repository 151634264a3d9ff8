/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/http/internal.h"

#define REAP_MS 500 /* how late a deadline may be noticed */
#define SPARE   64  /* connections that are cut and not yet gone, beside those that are counted */

/* ---- connections ---- */

static uint64_t now_of(const struct asv_http_listener *listener)
{
    return asv_world_mono_ms(listener->config.world);
}

static const union MHD_ConnectionInfo *about(struct MHD_Connection *connection,
                                             enum MHD_ConnectionInfoType what)
{
    return MHD_get_connection_info(connection, what);
}

void asv_http_cut(struct asv_http_listener *listener, struct asv_http_peer *peer)
{
    asv_http_peers_cut(&listener->peers, peer);
    (void)shutdown(peer->fd, SHUT_RDWR);
    listener->flows_ms = 0; /* nobody watches the socket of one that is suspended */
}

/* */
static void make_room(struct asv_http_listener *listener, struct asv_http_peer *newest)
{
    struct asv_http_peer *goes;
    while ((goes = asv_http_peers_excess(&listener->peers, newest)) != NULL) {
        atomic_fetch_add(goes == newest ? &listener->counts->refused : &listener->counts->gave_way, 1);
        asv_http_cut(listener, goes);
    }
}

static void welcome(struct asv_http_listener *listener, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *fd = about(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *address = about(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct asv_http_peer *peer = calloc(1, sizeof *peer);
    if (peer == NULL) { /* nobody would watch it */
        (void)shutdown(fd->connect_fd, SHUT_RDWR);
        return;
    }
    peer->owner = listener;
    peer->fd = fd->connect_fd;
    asv_http_peer_address(peer->address, address != NULL ? address->client_addr : NULL);
    asv_http_peers_add(&listener->peers, peer, now_of(listener), listener->config.header_ms);
    *context = peer;
    atomic_fetch_add(&listener->counts->accepted, 1);
    atomic_fetch_add(&listener->counts->connections, 1);
    make_room(listener, peer);
}

static void connection_changed(void *ctx, struct MHD_Connection *connection, void **context,
                               enum MHD_ConnectionNotificationCode what)
{
    struct asv_http_listener *listener = ctx;
    struct asv_http_peer *peer = *context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        welcome(listener, connection, context);
    } else if (peer != NULL) {
        asv_http_peers_remove(&listener->peers, peer);
        atomic_fetch_sub(&listener->counts->connections, 1);
        asv_http_exchange_free(
            peer->request); /* libmicrohttpd does not say that one ended with too many cookies */
        free(peer);
        *context = NULL;
    }
}

/* libmicrohttpd's own limit is for connections that do nothing; these do, and get nowhere. */
static void reap(struct asv_http_listener *listener)
{
    uint64_t now_ms = now_of(listener);
    struct asv_http_peer *peer = NULL;
    while ((peer = asv_http_peers_over(&listener->peers, peer, now_ms)) != NULL) {
        atomic_fetch_add(&listener->counts->late, 1);
        asv_http_cut(listener, peer);
    }
}

/* ---- TLS ---- */

static int give_certificate(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
                            gnutls_pcert_st **certs, unsigned *count, gnutls_ocsp_data_st **ocsp,
                            unsigned *ocsp_count, gnutls_privkey_t *key, unsigned *flags)
{
    struct MHD_Connection *connection = gnutls_session_get_ptr(session); /* as libmicrohttpd has set it */
    const union MHD_ConnectionInfo *context = about(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    const struct asv_http_peer *peer = context != NULL ? context->socket_context : NULL;
    const struct asv_http_listener *listener = peer != NULL ? peer->owner : NULL;
    (void)info;
    *ocsp = NULL;
    *ocsp_count = 0;
    return listener != NULL ? asv_http_tls_give(listener->tls, certs, count, key, flags) : -1;
}

/* */
enum asv_status asv_http_reload(struct asv_http_listener *listener, struct asv_err *err)
{
    const struct asv_http_config *config = &listener->config;
    struct asv_http_tls *tls = NULL;
    int64_t now_ms = 0;
    if (config->certificate == NULL) {
        return ASV_OK;
    }
    enum asv_status status = asv_world_wall_ms(config->world, &now_ms);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock cannot be read");
    }
    status = asv_http_tls_load(config->certificate, config->key, now_ms, &tls, err);
    if (status == ASV_OK) {
        asv_http_tls_free(listener->tls);
        listener->tls = tls;
        atomic_store(&listener->counts->certificate_until_ms, asv_http_tls_until_ms(tls));
    }
    return status;
}

/* ---- the listener ---- */

/* a path is what was sent. */
static size_t leave_escaped(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx;
    (void)connection;
    return strlen(text);
}

static enum asv_status start_daemon(struct asv_http_listener *listener, struct asv_err *err)
{
    const struct asv_http_config *config = &listener->config;
    uint64_t longest_ms = config->header_ms > config->idle_ms ? config->header_ms : config->idle_ms;
    longest_ms = longest_ms > config->request_ms ? longest_ms : config->request_ms;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
    listener->daemon = MHD_start_daemon(
        listener->tls != NULL ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, asv_http_handle, listener,
        MHD_OPTION_LISTEN_SOCKET, listener->fd, MHD_OPTION_CONNECTION_LIMIT, config->connections + SPARE,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)ASV_HTTP_CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)(longest_ms / 1000 + 1), MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_escaped, NULL, MHD_OPTION_URI_LOG_CALLBACK, asv_http_hear, listener,
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, listener, MHD_OPTION_NOTIFY_COMPLETED,
        asv_http_forget, listener, MHD_OPTION_HTTPS_CERT_CALLBACK2, give_certificate,
        MHD_OPTION_HTTPS_PRIORITIES, ASV_HTTP_TLS_PRIORITIES, /* without TLS both are passed over */
        MHD_OPTION_END);
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
    size_t bytes = (config->routes.count + 1) * sizeof listener->counts->answers[0];
    if (listener != NULL) {
        listener->counts = calloc(1, sizeof *listener->counts + bytes);
    }
    if (listener == NULL || listener->counts == NULL) {
        free(listener);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    listener->config = *config;
    listener->fd = listener->wake = -1;
    asv_http_peers_init(&listener->peers, config->connections, config->connections_each);
    enum asv_status status = asv_http_reload(listener, err);
    if (status == ASV_OK && (listener->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0) {
        status = asv_io_fail(err, errno, "eventfd");
    }
    if (status == ASV_OK) {
        status = asv_http_listen(config->address, &listener->fd, err);
    }
    if (status == ASV_OK) {
        status = start_daemon(listener, err);
    }
    if (status != ASV_OK) {
        asv_http_close(listener);
        return status;
    }
    *out = listener;
    return ASV_OK;
}

enum asv_status asv_http_start(struct asv_http_listener *listener, struct asv_err *err)
{
    return listener->config.threads > 0 ? asv_http_pool_start(listener->config.threads, &listener->pool, err)
                                        : ASV_OK;
}

void asv_http_address(const struct asv_http_listener *listener, char out[ASV_HTTP_ADDRESS_BYTES])
{
    asv_http_address_of(listener->fd, out);
}

static enum asv_status run(struct asv_http_listener *listener, struct asv_err *err)
{
    return MHD_run(listener->daemon) == MHD_YES
               ? ASV_OK
               : asv_fail(err, ASV_E_INTERNAL, "the HTTP server does not run");
}

/* With nobody there, no deadline needs to be looked at. */
static uint64_t how_long(struct asv_http_listener *listener, uint64_t timeout_ms)
{
    MHD_UNSIGNED_LONG_LONG wanted_ms = 0;
    uint64_t wait_ms = timeout_ms < INT32_MAX ? timeout_ms : INT32_MAX;
    if (listener->peers.count > 0 && REAP_MS < wait_ms) {
        wait_ms = REAP_MS;
    }
    return MHD_get_timeout(listener->daemon, &wanted_ms) == MHD_YES && wanted_ms < wait_ms ? wanted_ms
                                                                                           : wait_ms;
}

enum asv_status asv_http_step(struct asv_http_listener *listener, uint64_t timeout_ms, int fd, bool *readable,
                              struct asv_err *err)
{
    struct pollfd polls[] = {{.fd = listener->epoll, .events = POLLIN},
                             {.fd = listener->wake, .events = POLLIN},
                             {.fd = fd, .events = POLLIN}};
    eventfd_t woken = 0;
    if (poll(polls, 3, (int)how_long(listener, timeout_ms)) < 0 && errno != EINTR) {
        return asv_io_fail(err, errno, "poll");
    }
    *readable = fd >= 0 && polls[2].revents != 0;
    (void)eventfd_read(listener->wake, &woken); /* before what it tells of is looked at */
    uint64_t now_ms = now_of(listener);
    if (woken > 0 || now_ms >= listener->flows_ms) {
        listener->flows_ms = now_ms + REAP_MS;
        asv_http_flows_wake(listener, now_ms);
    }
    enum asv_status status = run(listener, err);
    if (status == ASV_OK) {
        reap(listener);
    }
    return status;
}

/* What has arrived until now is read first: it counts as sent. */
void asv_http_stop(struct asv_http_listener *listener)
{
    struct asv_err err = {0};
    struct asv_http_peer *peer = NULL;
    if (listener->stopping) {
        return;
    }
    if (run(listener, &err) == ASV_OK) { /* accepts */
        (void)run(listener, &err);       /* reads */
    }
    listener->stopping = true;
    listener->flows_ms = 0;
    (void)MHD_quiesce_daemon(listener->daemon);
    while ((peer = asv_http_peers_waiting(&listener->peers, peer)) != NULL) {
        asv_http_cut(listener, peer);
    }
}

size_t asv_http_left(const struct asv_http_listener *listener)
{
    return (size_t)atomic_load(&listener->counts->connections);
}

void asv_http_stats(const struct asv_http_listener *listener, struct asv_http_stats *out)
{
    struct asv_http_counts *counts = listener->counts;
    *out = (struct asv_http_stats){atomic_load(&counts->connections),
                                   atomic_load(&counts->streams),
                                   atomic_load(&counts->accepted),
                                   atomic_load(&counts->late),
                                   atomic_load(&counts->gave_way),
                                   atomic_load(&counts->refused),
                                   atomic_load(&counts->certificate_until_ms)};
}

uint64_t asv_http_answers(const struct asv_http_listener *listener, size_t route, unsigned class)
{
    return atomic_load(&listener->counts->answers[route][class]);
}

/* Jobs first: libmicrohttpd must have all connections back before it ends. */
void asv_http_close(struct asv_http_listener *listener)
{
    struct asv_err err = {0};
    if (listener == NULL) {
        return;
    }
    asv_http_pool_stop(listener->pool);
    listener->pool = NULL;
    listener->closing = true;
    bool quiesced = listener->stopping;
    if (listener->daemon != NULL) {
        listener->stopping = true; /* for those that listen to a channel */
        asv_http_flows_wake(listener, now_of(listener));
        (void)run(listener, &err);
        MHD_stop_daemon(listener->daemon);
    }
    if (listener->fd >= 0 && (listener->daemon == NULL || quiesced)) { /* a quiesced daemon does not */
        (void)close(listener->fd);
    }
    if (listener->wake >= 0) {
        (void)close(listener->wake);
    }
    asv_http_tls_free(listener->tls);
    free(listener->counts);
    free(listener);
}
