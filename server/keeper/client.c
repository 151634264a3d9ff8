/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/fail.h"

#define IN_BYTES (ASV_KEEPER_LENGTH_BYTES + ASV_KEEPER_REPLY_MAX)

struct asked {
    uint32_t request;
    uint8_t type;
};

struct asv_keeper_client {
    struct sockaddr_un address;
    int fd;
    uint32_t last_request;
    struct asked asked[ASV_KEEPER_CLIENT_OUTSTANDING]; /* without a reply taken, oldest first */
    size_t asked_count;
    uint8_t *out; /* frames to send: out[out_at, out_len) */
    size_t out_at, out_len, out_cap;
    uint8_t in[IN_BYTES]; /* received: in[in_at, in_len) */
    size_t in_at, in_len;
};

enum asv_status asv_keeper_client_new(struct asv_keeper_client **out, const char *path)
{
    size_t len = strlen(path);
    struct asv_keeper_client *client = NULL;
    if (len >= sizeof client->address.sun_path) {
        return ASV_E_LIMIT;
    }
    client = calloc(1, sizeof *client);
    if (client == NULL) {
        return ASV_E_NO_MEMORY;
    }
    client->address.sun_family = AF_UNIX;
    memcpy(client->address.sun_path, path, len + 1);
    client->fd = -1;
    *out = client;
    return ASV_OK;
}

/* What was asked is void from here on. */
static void disconnect(struct asv_keeper_client *client)
{
    if (client->fd >= 0) {
        (void)close(client->fd);
        client->fd = -1;
    }
    client->asked_count = 0;
    client->out_at = client->out_len = 0;
    client->in_at = client->in_len = 0;
    asv_wipe(client->in, sizeof client->in); /* a file key may have been in it */
}

void asv_keeper_client_free(struct asv_keeper_client *client)
{
    if (client != NULL) {
        disconnect(client);
        free(client->out);
        free(client);
    }
}

/* A connection on which nothing is asked may have been closed since: by its idle deadline, or a restart. */
static bool is_stale(const struct asv_keeper_client *client)
{
    uint8_t byte;
    if (client->fd < 0 || client->asked_count > 0 || client->in_at < client->in_len) {
        return false;
    }
    ssize_t got = recv(client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

static enum asv_status connect_now(struct asv_keeper_client *client, struct asv_err *err)
{
    if (is_stale(client)) {
        disconnect(client);
    }
    if (client->fd >= 0) {
        return ASV_OK;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return asv_failf(err, ASV_E_IO, "keeper: socket: %s", strerror(errno));
    }
    if (connect(fd, (const struct sockaddr *)&client->address, sizeof client->address) != 0) {
        int e = errno; /* EAGAIN: its queue of connections is full */
        (void)close(fd);
        return asv_failf(err, ASV_E_AWAY, "keeper: %s: %s", client->address.sun_path, strerror(e));
    }
    client->fd = fd;
    return ASV_OK;
}

/* Room for one more request at the end of out. */
static enum asv_status make_room(struct asv_keeper_client *client)
{
    const size_t need = ASV_KEEPER_LENGTH_BYTES + ASV_KEEPER_REQUEST_MAX;
    if (client->out_cap - client->out_len >= need) {
        return ASV_OK;
    }
    if (client->out_at > 0) {
        memmove(client->out, client->out + client->out_at, client->out_len - client->out_at);
        client->out_len -= client->out_at;
        client->out_at = 0;
        return make_room(client);
    }
    uint8_t *grown = realloc(client->out, client->out_len + need);
    if (grown == NULL) {
        return ASV_E_NO_MEMORY;
    }
    client->out = grown;
    client->out_cap = client->out_len + need;
    return ASV_OK;
}

static enum asv_status ask(struct asv_keeper_client *client, struct asv_keeper_request *request,
                           uint32_t *number, struct asv_err *err)
{
    struct asv_writer writer;
    if (client->asked_count == ASV_KEEPER_CLIENT_OUTSTANDING) {
        return asv_fail(err, ASV_E_BUSY, "keeper: too many requests without a reply");
    }
    enum asv_status status = connect_now(client, err);
    if (status != ASV_OK) {
        return status;
    }
    status = make_room(client);
    if (status != ASV_OK) {
        return asv_fail(err, status, "keeper: no memory for a request");
    }
    request->request = client->last_request == UINT32_MAX ? 1 : client->last_request + 1;
    asv_writer_init(&writer, client->out + client->out_len, client->out_cap - client->out_len);
    status = asv_keeper_request_write(&writer, request);
    if (status != ASV_OK) {
        return asv_fail(err, status, "keeper: a field of the request is beyond its limit");
    }
    client->out_len += writer.len;
    client->last_request = request->request;
    client->asked[client->asked_count++] = (struct asked){request->request, request->type};
    *number = request->request;
    return ASV_OK;
}

enum asv_status asv_keeper_client_status(struct asv_keeper_client *client, uint32_t *request,
                                         struct asv_err *err)
{
    return ask(client, &(struct asv_keeper_request){.type = ASV_KEEPER_STATUS}, request, err);
}

enum asv_status asv_keeper_client_make_days(struct asv_keeper_client *client, struct asv_bytes chain,
                                            uint32_t from_date, uint16_t day_count, uint32_t *request,
                                            struct asv_err *err)
{
    struct asv_keeper_request ask_for = {
        .type = ASV_KEEPER_MAKE_DAYS, .chain = chain, .from_date = from_date, .day_count = day_count};
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_bulletin(struct asv_keeper_client *client, struct asv_bytes chain,
                                           bool reserve_used, uint32_t *request, struct asv_err *err)
{
    struct asv_keeper_request ask_for = {
        .type = ASV_KEEPER_BULLETIN, .chain = chain, .reserve_used = reserve_used};
    return ask(client, &ask_for, request, err);
}

/* The fields of a request that a clip fills. */
static enum asv_status fill_clip(struct asv_keeper_request *out, const struct asv_keeper_clip *clip,
                                 struct asv_err *err)
{
    if ((clip->chunks > 0 && clip->first == NULL) || (clip->chunks > 1 && clip->last == NULL)) {
        return asv_fail(err, ASV_E_USAGE, "keeper: a clip's first or last chunk is missing");
    }
    out->chain = clip->chain;
    out->header = clip->header;
    out->stanzas = clip->stanzas;
    if (clip->chunks > 0) {
        out->chunks[out->chunk_count++] = (struct asv_keeper_chunk){0, clip->first};
    }
    if (clip->chunks > 1) {
        out->chunks[out->chunk_count++] = (struct asv_keeper_chunk){clip->chunks - 1, clip->last};
    }
    return ASV_OK;
}

enum asv_status asv_keeper_client_opens(struct asv_keeper_client *client, const struct asv_keeper_clip *clip,
                                        uint32_t *request, struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_OPENS};
    enum asv_status status = fill_clip(&ask_for, clip, err);
    return status == ASV_OK ? ask(client, &ask_for, request, err) : status;
}

enum asv_status asv_keeper_client_decide(struct asv_keeper_client *client,
                                         const struct asv_keeper_decision *decision, uint32_t *request,
                                         struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_DECIDE,
                                         .proposal = decision->proposal,
                                         .answer = decision->answer,
                                         .open = decision->open,
                                         .agreed = decision->agreed,
                                         .plan = decision->plan,
                                         .number = decision->number != NULL ? *decision->number
                                                                            : ASV_KEEPER_NO_CLIP,
                                         .record_count = decision->record_count};
    if (decision->more_count > ASV_KEEPER_MORE_MAX) {
        return asv_fail(err, ASV_E_USAGE, "keeper: too many clips at once");
    }
    if (decision->more_count > 0) {
        ask_for.more_count = decision->more_count;
        memcpy(ask_for.more, decision->more, decision->more_count * sizeof *ask_for.more);
    }
    enum asv_status status = fill_clip(&ask_for, &decision->clip, err);
    memcpy(ask_for.records, decision->records, sizeof ask_for.records);
    return status == ASV_OK ? ask(client, &ask_for, request, err) : status;
}

enum asv_status asv_keeper_client_keep(struct asv_keeper_client *client, const struct asv_keeper_keep *keep,
                                       uint32_t *request, struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_KEEP,
                                         .why = keep->why,
                                         .chain = keep->chain,
                                         .header = keep->header,
                                         .stanzas = keep->stanzas,
                                         .receipt = keep->receipt,
                                         .dock = keep->dock};
    if (keep->ahead != NULL) {
        memcpy(ask_for.digest, keep->ahead, sizeof ask_for.digest);
    }
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_finish(struct asv_keeper_client *client, uint32_t date,
                                         const struct asv_keeper_emptied *emptied, uint32_t *request,
                                         struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_FINISH,
                                         .why = ASV_KEEPER_WHY_EARLY,
                                         .chain = emptied->chain,
                                         .from_date = date,
                                         .inventory = emptied->inventory,
                                         .bulletin = emptied->bulletin};
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_finish_ahead(struct asv_keeper_client *client,
                                               const uint8_t ahead[ASV_SHA256_BYTES],
                                               const struct asv_keeper_emptied *emptied, uint32_t *request,
                                               struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_FINISH,
                                         .why = ASV_KEEPER_WHY_AHEAD,
                                         .chain = emptied->chain,
                                         .inventory = emptied->inventory,
                                         .bulletin = emptied->bulletin};
    memcpy(ask_for.digest, ahead, sizeof ask_for.digest);
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_clips(struct asv_keeper_client *client, const uint8_t *after,
                                        uint32_t *request, struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_CLIPS};
    if (after != NULL) {
        memcpy(ask_for.digest, after, sizeof ask_for.digest);
    }
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_shown(struct asv_keeper_client *client, const uint8_t *after,
                                        uint32_t *request, struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_SHOWN};
    if (after != NULL) {
        memcpy(ask_for.digest, after, sizeof ask_for.digest);
    }
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_handed(struct asv_keeper_client *client,
                                         const struct asv_keeper_handed *after, uint32_t *request,
                                         struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_HANDED};
    if (after != NULL) {
        memcpy(ask_for.digest, after->proposal, sizeof ask_for.digest);
        memcpy(ask_for.header_digest, after->header, sizeof ask_for.header_digest);
    }
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_noted(struct asv_keeper_client *client,
                                        const uint8_t proposal[ASV_SHA256_BYTES], uint32_t *request,
                                        struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_NOTED};
    memcpy(ask_for.digest, proposal, sizeof ask_for.digest);
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_clip(struct asv_keeper_client *client,
                                       const uint8_t header[ASV_SHA256_BYTES], uint32_t *request,
                                       struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_CLIP};
    memcpy(ask_for.digest, header, sizeof ask_for.digest);
    return ask(client, &ask_for, request, err);
}

static struct asv_bytes text_bytes(const char *text)
{
    return (struct asv_bytes){(const uint8_t *)text, strlen(text)};
}

enum asv_status asv_keeper_client_sign_checkpoint(struct asv_keeper_client *client,
                                                  const struct asv_keeper_head *head, uint32_t *request,
                                                  struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_SIGN,
                                         .sign = ASV_KEEPER_SIGN_HEAD,
                                         .origin = text_bytes(head->origin),
                                         .old_size = head->old_size,
                                         .new_size = head->new_size,
                                         .proof = head->proof};
    memcpy(ask_for.digest, head->root, sizeof ask_for.digest);
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_last_checkpoint(struct asv_keeper_client *client, const char *origin,
                                                  uint32_t *request, struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_SIGN,
                                         .sign = ASV_KEEPER_SIGN_LAST,
                                         .origin = text_bytes(origin != NULL ? origin : "")};
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_checkpoint_before(struct asv_keeper_client *client, const char *origin,
                                                    uint32_t *request, struct asv_err *err)
{
    struct asv_keeper_request ask_for = {
        .type = ASV_KEEPER_SIGN, .sign = ASV_KEEPER_SIGN_BEFORE, .origin = text_bytes(origin)};
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_sign_package(struct asv_keeper_client *client,
                                               const struct asv_keeper_package *package, uint32_t *request,
                                               struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_SIGN,
                                         .sign = ASV_KEEPER_SIGN_PACKAGE,
                                         .proposal = package->proposal,
                                         .answer = package->answer,
                                         .plan = package->plan,
                                         .record_count = package->record_count};
    memcpy(ask_for.records, package->records, sizeof ask_for.records);
    memcpy(ask_for.digest, package->digest, sizeof ask_for.digest);
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_order(struct asv_keeper_client *client, struct asv_bytes chain,
                                        struct asv_bytes header, uint32_t *request, struct asv_err *err)
{
    struct asv_keeper_request ask_for = {.type = ASV_KEEPER_ORDER, .chain = chain, .header = header};
    return ask(client, &ask_for, request, err);
}

enum asv_status asv_keeper_client_day_end(struct asv_keeper_client *client, uint32_t date, uint32_t *request,
                                          struct asv_err *err)
{
    return ask(client, &(struct asv_keeper_request){.type = ASV_KEEPER_DAY_END, .from_date = date}, request,
               err);
}

int asv_keeper_client_fd(const struct asv_keeper_client *client)
{
    return client->fd;
}

short asv_keeper_client_events(const struct asv_keeper_client *client)
{
    if (client->fd < 0) {
        return 0;
    }
    return client->out_at < client->out_len ? POLLIN | POLLOUT : POLLIN;
}

static enum asv_status lost(struct asv_keeper_client *client, struct asv_err *err, const char *why)
{
    disconnect(client);
    return asv_failf(err, ASV_E_AWAY, "keeper: connection lost: %s", why);
}

static enum asv_status send_some(struct asv_keeper_client *client, struct asv_err *err)
{
    while (client->out_at < client->out_len) {
        ssize_t sent = send(client->fd, client->out + client->out_at, client->out_len - client->out_at,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return ASV_OK;
        }
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) {
            return ASV_OK; /* its last words may wait to be read */
        }
        if (sent < 0) {
            return lost(client, err, strerror(errno));
        }
        client->out_at += (size_t)sent;
    }
    client->out_at = client->out_len = 0;
    return ASV_OK;
}

static bool have_frame(const struct asv_keeper_client *client)
{
    size_t have = client->in_len - client->in_at;
    return have >= ASV_KEEPER_LENGTH_BYTES &&
           have - ASV_KEEPER_LENGTH_BYTES >= asv_load_be32(client->in + client->in_at);
}

static enum asv_status read_reply(const struct asv_keeper_client *client, struct asv_keeper_reply *out)
{
    return asv_keeper_reply_read(out, client->in + client->in_at + ASV_KEEPER_LENGTH_BYTES,
                                 asv_load_be32(client->in + client->in_at));
}

/* What ends a connection: a length out of range, or a reply to no request, with which the keeper says why it
 * closes. */
static enum asv_status check_next(struct asv_keeper_client *client, struct asv_err *err)
{
    struct asv_keeper_reply reply;
    if (client->in_len - client->in_at >= ASV_KEEPER_LENGTH_BYTES &&
        asv_load_be32(client->in + client->in_at) > ASV_KEEPER_REPLY_MAX) {
        return lost(client, err, "a reply beyond its limit");
    }
    if (have_frame(client) && read_reply(client, &reply) == ASV_OK && reply.request == 0) {
        return lost(client, err, reply.detail);
    }
    return ASV_OK;
}

static enum asv_status receive_some(struct asv_keeper_client *client, struct asv_err *err)
{
    memmove(client->in, client->in + client->in_at, client->in_len - client->in_at);
    client->in_len -= client->in_at;
    client->in_at = 0;
    asv_wipe(client->in + client->in_len, sizeof client->in - client->in_len); /* what was taken: file keys */
    while (client->in_len < sizeof client->in) {
        ssize_t got =
            recv(client->fd, client->in + client->in_len, sizeof client->in - client->in_len, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            break;
        }
        if (got <= 0 && have_frame(client)) {
            break; /* take gives what came before the end; the next pump sees the end again */
        }
        if (got <= 0) {
            return lost(client, err, got == 0 ? "closed by the keeper" : strerror(errno));
        }
        client->in_len += (size_t)got;
    }
    return check_next(client, err);
}

enum asv_status asv_keeper_client_pump(struct asv_keeper_client *client, struct asv_err *err)
{
    if (client->fd < 0) {
        return asv_fail(err, ASV_E_AWAY, "keeper: not connected");
    }
    enum asv_status status = send_some(client, err);
    return status == ASV_OK ? receive_some(client, err) : status;
}

enum asv_status asv_keeper_client_take(struct asv_keeper_client *client, struct asv_keeper_reply *out)
{
    if (!have_frame(client)) {
        return ASV_E_AGAIN;
    }
    if (read_reply(client, out) != ASV_OK || client->asked_count == 0 ||
        out->request != client->asked[0].request || out->type != client->asked[0].type) {
        disconnect(client); /* the next pump says AWAY */
        return ASV_E_AGAIN;
    }
    client->in_at += ASV_KEEPER_LENGTH_BYTES + asv_load_be32(client->in + client->in_at);
    client->asked_count--;
    memmove(client->asked, client->asked + 1, client->asked_count * sizeof client->asked[0]);
    return ASV_OK;
}

static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool is_outstanding(const struct asv_keeper_client *client, uint32_t request)
{
    for (size_t i = 0; i < client->asked_count; i++) {
        if (client->asked[i].request == request) {
            return true;
        }
    }
    return false;
}

enum asv_status asv_keeper_client_wait(struct asv_keeper_client *client, uint32_t request,
                                       uint64_t timeout_ms, struct asv_keeper_reply *out, struct asv_err *err)
{
    uint64_t until = now_ms() + timeout_ms;
    if (client->asked_count == 0 || client->asked[0].request != request) {
        return is_outstanding(client, request)
                   ? asv_fail(err, ASV_E_STATE, "keeper: an older request has no reply yet")
                   : asv_fail(err, ASV_E_AWAY, "keeper: the connection that this was asked on was lost");
    }
    for (;;) {
        enum asv_status status = asv_keeper_client_pump(client, err);
        if (status != ASV_OK) {
            return status;
        }
        if (asv_keeper_client_take(client, out) == ASV_OK) {
            return ASV_OK;
        }
        uint64_t now = now_ms();
        if (client->fd < 0) {
            return asv_fail(err, ASV_E_AWAY, "keeper: the reply was not to what was asked");
        }
        if (now >= until) {
            disconnect(client);
            return asv_fail(err, ASV_E_TIMEOUT, "keeper: no reply in time");
        }
        uint64_t left = until - now;
        struct pollfd wait = {.fd = client->fd, .events = asv_keeper_client_events(client)};
        (void)poll(&wait, 1, left > 60000 ? 60000 : (int)left);
    }
}
