/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/keeper/secret.h"

#define IN_BYTES  (ASV_KEEPER_LENGTH_BYTES + ASV_KEEPER_REQUEST_MAX)
#define OUT_BYTES (ASV_KEEPER_LENGTH_BYTES + ASV_KEEPER_REPLY_MAX)

struct connection {
    int fd; /* -1: free */
    uid_t uid;
    enum asv_keeper_role role;
    bool closing; /* when the reply is out */
    uint64_t deadline_ms;
    size_t in_len;
    size_t out_at, out_len;
    uint8_t in[IN_BYTES];
    uint8_t *out; /* OUT_BYTES of the server's */
};

struct asv_keeper_server {
    struct asv_keeper *keeper;
    int listener;
    struct asv_keeper_peer peers[ASV_KEEPER_PEERS];
    size_t peer_count;
    struct connection connections[ASV_KEEPER_CONNECTIONS];
    void *out; /* asv_secret_alloc: a reply may have a file key (K-070); no request has one */
};

static bool is_taken(const struct sockaddr_un *address)
{
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool taken = connect(probe, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN;
    (void)close(probe);
    return taken;
}

/* Nobody but the owner can connect until the group is set. */
static bool occupy(int fd, const struct sockaddr_un *address, gid_t group)
{
    const char *path = address->sun_path;
    mode_t mask = umask(0177);
    bool bound = bind(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    (void)umask(mask);
    return bound && chown(path, (uid_t)-1, group) == 0 && chmod(path, 0660) == 0 && /* K-040 */
           listen(fd, ASV_KEEPER_CONNECTIONS) == 0;
}

enum asv_status asv_keeper_listen(const char *path, gid_t group, int *fd, struct asv_err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len >= sizeof address.sun_path) {
        return asv_failf(err, ASV_E_USAGE, "socket %s: the path is too long", path);
    }
    memcpy(address.sun_path, path, len + 1);
    if (is_taken(&address)) {
        return asv_failf(err, ASV_E_BUSY, "socket %s: another keeper listens there", path);
    }
    if (unlink(path) != 0 && errno != ENOENT) {
        return asv_io_fail(err, errno, path);
    }
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0 || !occupy(listener, &address, group)) {
        enum asv_status status = asv_io_fail(err, errno, path);
        (void)close(listener);
        return status;
    }
    *fd = listener;
    return ASV_OK;
}

enum asv_status asv_keeper_server_new(struct asv_keeper_server **out, struct asv_keeper *keeper, int listener,
                                      const struct asv_keeper_peer *peers, size_t peer_count)
{
    if (peer_count > ASV_KEEPER_PEERS) {
        return ASV_E_LIMIT;
    }
    struct asv_keeper_server *server = calloc(1, sizeof *server);
    void *secret = NULL;
    if (server == NULL || asv_secret_alloc(&secret, (size_t)ASV_KEEPER_CONNECTIONS * OUT_BYTES) != ASV_OK) {
        free(server);
        return ASV_E_NO_MEMORY;
    }
    server->out = secret;
    server->keeper = keeper;
    server->listener = listener;
    server->peer_count = peer_count;
    memcpy(server->peers, peers, peer_count * sizeof *peers);
    for (size_t i = 0; i < ASV_KEEPER_CONNECTIONS; i++) {
        server->connections[i].fd = -1;
        server->connections[i].out = (uint8_t *)secret + i * OUT_BYTES;
    }
    *out = server;
    return ASV_OK;
}

static void drop(struct connection *connection)
{
    if (connection->fd >= 0) {
        (void)close(connection->fd);
        connection->fd = -1;
    }
    asv_wipe(connection->out, OUT_BYTES); /* K-049: what nobody takes any more */
}

void asv_keeper_server_free(struct asv_keeper_server *server)
{
    if (server != NULL) {
        for (size_t i = 0; i < ASV_KEEPER_CONNECTIONS; i++) {
            drop(&server->connections[i]);
        }
        asv_secret_free(server->out);
        free(server);
    }
}

size_t asv_keeper_server_connections(const struct asv_keeper_server *server)
{
    size_t count = 0;
    for (size_t i = 0; i < ASV_KEEPER_CONNECTIONS; i++) {
        count += server->connections[i].fd >= 0 ? 1 : 0;
    }
    return count;
}

static void set_deadline(const struct asv_keeper_server *server, struct connection *connection, uint64_t ms)
{
    connection->deadline_ms = asv_world_mono_ms(server->keeper->world) + ms;
}

/* K-047: why a connection is closed before it asked anything; lost when the peer does not take it at once. */
static void farewell(int fd, enum asv_status status, const char *why)
{
    uint8_t data[ASV_KEEPER_LENGTH_BYTES + 256];
    struct asv_keeper_reply reply = {.status = status};
    struct asv_writer writer;
    memcpy(reply.detail, why, strlen(why) + 1);
    asv_writer_init(&writer, data, sizeof data);
    if (asv_keeper_reply_write(&writer, &reply) == ASV_OK) {
        ssize_t sent = send(fd, writer.data, writer.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)sent;
    }
}

/* K-046, K-176. People are many, and any of them may sit on a connection: what is left when all of theirs are
 * taken is for the machines. */
static struct connection *find_room(struct asv_keeper_server *server, const struct asv_keeper_caller *caller)
{
    struct connection *room = NULL;
    bool is_person = caller->role == ASV_KEEPER_PEOPLE;
    size_t own = 0;
    size_t people = 0;
    for (size_t i = 0; i < ASV_KEEPER_CONNECTIONS; i++) {
        struct connection *connection = &server->connections[i];
        bool taken = connection->fd >= 0;
        room = taken ? room : connection;
        own += taken && connection->uid == caller->uid ? 1 : 0;
        people += taken && connection->role == ASV_KEEPER_PEOPLE ? 1 : 0;
    }
    return own >= (is_person ? ASV_KEEPER_PER_PERSON : ASV_KEEPER_PER_USER) ||
                   (is_person && people >= ASV_KEEPER_PEOPLE_MAX)
               ? NULL
               : room;
}

static uint64_t idle_ms(enum asv_keeper_role role)
{
    return role == ASV_KEEPER_PEOPLE ? ASV_KEEPER_PEOPLE_IDLE_MS : ASV_KEEPER_IDLE_MS;
}

static void accept_one(struct asv_keeper_server *server)
{
    struct asv_keeper_caller caller;
    asv_auto_fd int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 || asv_keeper_caller_of(fd, server->peers, server->peer_count, &caller) != ASV_OK) {
        return;
    }
    if (caller.role == ASV_KEEPER_NOBODY) {
        asv_log_event(server->keeper->log, ASV_LOG_WARNING, "peer-refused", asv_log_u64("uid", caller.uid));
        farewell(fd, ASV_E_DENIED, "this user is none of the keeper's peers");
        return;
    }
    struct connection *room = find_room(server, &caller);
    if (room == NULL) {
        farewell(fd, ASV_E_BUSY, "too many connections");
        return;
    }
    room->uid = caller.uid;
    room->role = caller.role;
    room->closing = false;
    room->in_len = room->out_at = room->out_len = 0;
    set_deadline(server, room, idle_ms(room->role));
    room->fd = asv_steal_fd(&fd);
}

static void send_reply(const struct asv_keeper_server *server, struct connection *connection)
{
    while (connection->out_at < connection->out_len) {
        ssize_t sent = send(connection->fd, connection->out + connection->out_at,
                            connection->out_len - connection->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return;
        }
        if (sent < 0) {
            drop(connection);
            return;
        }
        connection->out_at += (size_t)sent;
    }
    asv_wipe(connection->out, connection->out_len); /* K-049: a file key may have left */
    connection->out_at = connection->out_len = 0;
    set_deadline(server, connection,
                 connection->in_len > 0 ? ASV_KEEPER_FRAME_MS : idle_ms(connection->role));
    if (connection->closing) {
        drop(connection);
    }
}

/* Answers the request that begins in, if it is whole. */
static void answer(struct asv_keeper_server *server, struct connection *connection)
{
    struct asv_writer writer;
    if (connection->in_len < ASV_KEEPER_LENGTH_BYTES) {
        return;
    }
    uint32_t len = asv_load_be32(connection->in);
    if (len > ASV_KEEPER_REQUEST_MAX) { /* K-042 */
        farewell(connection->fd, ASV_E_LIMIT, "a request beyond its limit");
        drop(connection);
        return;
    }
    if (connection->in_len - ASV_KEEPER_LENGTH_BYTES < len) {
        return;
    }
    asv_writer_init(&writer, connection->out, OUT_BYTES);
    bool go_on = asv_keeper_answer(server->keeper, connection->role, connection->in + ASV_KEEPER_LENGTH_BYTES,
                                   len, &writer);
    if (writer.len == 0) {
        drop(connection);
        return;
    }
    size_t used = ASV_KEEPER_LENGTH_BYTES + len;
    memmove(connection->in, connection->in + used, connection->in_len - used);
    connection->in_len -= used;
    connection->out_at = 0;
    connection->out_len = writer.len;
    connection->closing = !go_on;
    set_deadline(server, connection, ASV_KEEPER_FRAME_MS);
    send_reply(server, connection);
}

static void receive(struct asv_keeper_server *server, struct connection *connection)
{
    size_t before = connection->in_len;
    ssize_t got = recv(connection->fd, connection->in + before, sizeof connection->in - before, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        drop(connection);
        return;
    }
    connection->in_len += (size_t)got;
    if (before == 0) {
        set_deadline(server, connection, ASV_KEEPER_FRAME_MS);
    }
}

/* One connection's turn: at most one request, so that none can keep the others waiting. */
static void serve(struct asv_keeper_server *server, struct connection *connection, short events)
{
    if ((events & (POLLERR | POLLNVAL)) != 0) {
        drop(connection);
        return;
    }
    if ((events & POLLOUT) != 0) {
        send_reply(server, connection);
    } else if ((events & (POLLIN | POLLHUP)) != 0) {
        receive(server, connection);
    }
    if (connection->fd >= 0 && connection->out_len == 0) {
        answer(server, connection);
    }
}

static bool has_request(const struct connection *connection)
{
    return connection->out_len == 0 && connection->in_len >= ASV_KEEPER_LENGTH_BYTES &&
           (connection->in_len - ASV_KEEPER_LENGTH_BYTES >= asv_load_be32(connection->in) ||
            asv_load_be32(connection->in) > ASV_KEEPER_REQUEST_MAX);
}

/* Fills entries[2 + connections]; shortens *wait_ms to the next deadline, or to nothing when a request waits
 * in a buffer. */
static void prepare(const struct asv_keeper_server *server, struct pollfd *entries, int wake_fd,
                    uint64_t *wait_ms)
{
    uint64_t now = asv_world_mono_ms(server->keeper->world);
    entries[0] = (struct pollfd){.fd = server->listener, .events = POLLIN};
    entries[1] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
    for (size_t i = 0; i < ASV_KEEPER_CONNECTIONS; i++) {
        const struct connection *connection = &server->connections[i];
        entries[2 + i] =
            (struct pollfd){.fd = connection->fd, .events = connection->out_len > 0 ? POLLOUT : POLLIN};
        if (connection->fd < 0) {
            continue;
        }
        uint64_t left = connection->deadline_ms > now ? connection->deadline_ms - now : 0;
        left = has_request(connection) ? 0 : left;
        *wait_ms = left < *wait_ms ? left : *wait_ms;
    }
}

enum asv_status asv_keeper_server_step(struct asv_keeper_server *server, uint64_t wait_ms, int wake_fd,
                                       bool *woken, struct asv_err *err)
{
    struct pollfd entries[2 + ASV_KEEPER_CONNECTIONS];
    prepare(server, entries, wake_fd, &wait_ms);
    int ready = poll(entries, 2 + ASV_KEEPER_CONNECTIONS, wait_ms > 60000 ? 60000 : (int)wait_ms);
    if (ready < 0 && errno != EINTR) {
        return asv_io_fail(err, errno, "poll");
    }
    if (woken != NULL) {
        *woken = ready > 0 && entries[1].revents != 0;
    }
    for (size_t i = 0; i < ASV_KEEPER_CONNECTIONS; i++) {
        struct connection *connection = &server->connections[i];
        if (connection->fd >= 0 && (entries[2 + i].revents != 0 || has_request(connection))) {
            serve(server, connection, entries[2 + i].revents); /* poll leaves 0 where nothing happened */
        }
        if (connection->fd >= 0 &&
            connection->deadline_ms <= asv_world_mono_ms(server->keeper->world)) { /* K-046 */
            drop(connection);
        }
    }
    if (ready > 0 && entries[0].revents != 0) {
        accept_one(server);
    }
    return ASV_OK;
}
