/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/status.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dock/intake.h"
#include "dock/listen.h"
#include "server/base/uuid.h"

/* ---- the line ---- */

static json_t *health(const struct asv_service_health *service)
{
    return json_pack("{s:b, s:s, s:I}", "up", service->up, "why", service->up ? "" : service->why, "since_ms",
                     (json_int_t)service->since_ms);
}

/* Which stand beside the reason. */
static json_t *why_json(uint32_t why)
{
    json_t *names = json_array();
    for (unsigned i = 0; asv_why_name(i) != NULL; i++) {
        if ((why & 1u << i) != 0) {
            json_array_append_new(names, json_string(asv_why_name(i)));
        }
    }
    return names;
}

/* Of the whole docking, while it pulls; minutes as soon as it is known how fast it goes. */
static void add_share(json_t *slot, const struct asv_slot *from)
{
    unsigned percent = 0;
    unsigned minutes = 0;
    bool pulls = from->state == ASV_SLOT_LISTING || from->state == ASV_SLOT_PULLING;
    if (!pulls || !asv_slot_share(from, &percent, &minutes)) {
        return;
    }
    json_object_set_new(slot, "percent", json_integer(percent));
    if (minutes > 0) {
        json_object_set_new(slot, "minutes", json_integer(minutes));
    }
}

/* Of the recording that is being pulled. */
static void add_transfer(json_t *slot, const struct asv_slot *from)
{
    char clip[ASV_UUID_TEXT_BYTES];
    uint64_t done = 0;
    uint64_t total = 0;
    if (from->pulling == NULL) {
        return;
    }
    asv_intake_progress(from->pulling, &done, &total);
    asv_uuid_format(clip, from->pulling->take.offer.clip);
    json_object_set_new(slot, "clip", json_string(clip));
    json_object_set_new(slot, "number", json_integer((json_int_t)from->pulling->take.offer.number));
    json_object_set_new(slot, "step", json_string(asv_intake_step_name(from->pulling->step)));
    json_object_set_new(slot, "done", json_integer((json_int_t)done));
    json_object_set_new(slot, "total", json_integer((json_int_t)total));
    json_object_set_new(slot, "rate", json_integer((json_int_t)from->rate));
    if (from->rate > 0) {
        json_object_set_new(slot, "left_s", json_integer((json_int_t)((total - done) / from->rate)));
    }
}

static json_t *slot_json(const struct asv_slot *from)
{
    const struct asv_slot_counts *counts = &from->counts;
    json_t *slot =
        json_pack("{s:i, s:s, s:s, s:s, s:I, s:o, s:s}", "slot", (int)from->number, "port", from->port,
                  "state", asv_slot_state_name(from->state), "colour", asv_slot_state_colour(from->state),
                  "since_ms", (json_int_t)from->since_ms, "why", why_json(from->why), "reason", from->reason);
    if (slot == NULL) {
        return NULL;
    }
    if (from->docking != NULL) {
        json_object_set_new(slot, "camera", json_string(from->docking->camera.leaf.name));
        json_object_set_new(slot, "serial", json_string(from->docking->camera.leaf.device_serial));
    }
    json_object_set_new(slot, "offered", json_boolean(from->offered));
    json_object_set_new(slot, "done", json_integer(0));
    json_object_set_new(slot, "total", json_integer(0));
    json_object_set_new(slot, "rate", json_integer(0));
    add_transfer(slot, from);
    add_share(slot, from);
    json_object_set_new(
        slot, "counts",
        json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:i}", "listed", (int)counts->listed, "pulled",
                  (int)counts->pulled, "committing", (int)from->committing, "stored", (int)counts->stored,
                  "quarantined", (int)counts->quarantined, "expired", (int)counts->expired, "erased",
                  (int)counts->erased, "bytes", (json_int_t)counts->bytes, "left", (int)from->left_count));
    return slot;
}

char *asv_status_line(const struct asv_dock *dock)
{
    json_t *root = json_pack("{s:s, s:b, s:o, s:o, s:I, s:I, s:I, s:[]}", "version", ASV_VERSION, "stopping",
                             dock->stopping, "keeper", health(&dock->keeper), "database", health(&dock->db),
                             "stored", (json_int_t)dock->stored, "quarantined", (json_int_t)dock->quarantined,
                             "bytes", (json_int_t)dock->bytes, "slots");
    json_t *slots = json_object_get(root, "slots");
    if (dock->space.known) {
        json_object_set_new(
            root, "space",
            json_pack("{s:I, s:b}", "free", (json_int_t)dock->space.free_bytes, "low", dock->space.low));
    }
    for (unsigned i = 0; i < dock->slot_count; i++) {
        json_array_append_new(slots, slot_json(&dock->slots[i]));
    }
    char *text = root == NULL ? NULL : json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(root);
    size_t len = text == NULL ? 0 : strlen(text);
    char *line = text == NULL ? NULL : malloc(len + 2);
    if (line != NULL) {
        memcpy(line, text, len);
        memcpy(line + len, "\n", 2);
    }
    free(text);
    return line;
}

/* ---- the socket ---- */

struct client {
    struct asv_watch watch; /* fd -1: free */
    struct asv_status_server *server;
    uint64_t order; /* of connecting */
    char *line;     /* being sent; NULL: nothing */
    size_t len, sent;
    bool up_to_date; /* was sent, or is being sent, the newest */
};

struct asv_status_server {
    struct asv_dock *dock;
    struct asv_watch listener;
    struct asv_timer timer;
    struct client clients[ASV_STATUS_CLIENTS];
    uint64_t connected; /* since the start */
    char *newest;
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
};

/* The structure that a member lies in. */
#define OWNER(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static void drop(struct client *client)
{
    asv_loop_unwatch(client->server->dock->loop, &client->watch);
    close(client->watch.fd);
    free(client->line);
    client->watch.fd = -1;
    client->line = NULL;
}

/* Sends what the socket takes; the rest follows when it takes more. */
static void push(struct client *client)
{
    struct asv_status_server *server = client->server;
    if (client->line == NULL && !client->up_to_date && server->newest != NULL) {
        client->line = strdup(server->newest);
        client->len = client->line == NULL ? 0 : strlen(client->line);
        client->sent = 0;
        client->up_to_date = true;
    }
    while (client->line != NULL) {
        ssize_t sent = send(client->watch.fd, client->line + client->sent, client->len - client->sent,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            asv_loop_rewatch(server->dock->loop, &client->watch, EPOLLIN | EPOLLOUT);
            return;
        }
        if (sent < 0) {
            drop(client);
            return;
        }
        client->sent += (size_t)sent;
        if (client->sent == client->len) {
            free(client->line);
            client->line = NULL;
            asv_loop_rewatch(server->dock->loop, &client->watch, EPOLLIN);
        }
    }
}

static void heard(struct asv_watch *watch, uint32_t events)
{
    struct client *client = OWNER(watch, struct client, watch);
    char ignored[64];
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        ssize_t got = recv(watch->fd, ignored, sizeof ignored, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) {
            drop(client);
            return;
        }
    }
    push(client);
}

/* Makes the line anew; every client that has not the same gets it. */
static void refresh(struct asv_status_server *server)
{
    char *line = asv_status_line(server->dock);
    if (line == NULL || (server->newest != NULL && strcmp(line, server->newest) == 0)) {
        free(line);
        return;
    }
    free(server->newest);
    server->newest = line;
    for (size_t i = 0; i < ASV_STATUS_CLIENTS; i++) {
        server->clients[i].up_to_date = false;
    }
}

static bool anyone(const struct asv_status_server *server)
{
    for (size_t i = 0; i < ASV_STATUS_CLIENTS; i++) {
        if (server->clients[i].watch.fd >= 0) {
            return true;
        }
    }
    return false;
}

static void tick(struct asv_timer *timer)
{
    struct asv_status_server *server = OWNER(timer, struct asv_status_server, timer);
    refresh(server);
    for (size_t i = 0; i < ASV_STATUS_CLIENTS; i++) {
        if (server->clients[i].watch.fd >= 0) {
            push(&server->clients[i]);
        }
    }
    if (anyone(server)) {
        asv_timer_start(server->dock->loop, timer, ASV_STATUS_PERIOD_MS);
    }
}

/* A free place; when there is none, that of whoever has been there longest. */
static struct client *place(struct asv_status_server *server)
{
    struct client *oldest = &server->clients[0];
    for (size_t i = 0; i < ASV_STATUS_CLIENTS; i++) {
        struct client *client = &server->clients[i];
        if (client->watch.fd < 0) {
            return client;
        }
        if (client->order < oldest->order) {
            oldest = client;
        }
    }
    drop(oldest);
    return oldest;
}

static void knocked(struct asv_watch *watch, uint32_t events)
{
    struct asv_status_server *server = OWNER(watch, struct asv_status_server, listener);
    (void)events;
    int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        return; /* it is gone again */
    }
    struct client *client = place(server);
    *client =
        (struct client){.watch = {.fd = fd, .ready = heard}, .server = server, .order = ++server->connected};
    if (asv_loop_watch(server->dock->loop, &client->watch, EPOLLIN, NULL) != ASV_OK) {
        client->watch.fd = -1;
        close(fd);
        return;
    }
    refresh(server);
    push(client);
    if (!asv_timer_is_set(&server->timer)) {
        asv_timer_start(server->dock->loop, &server->timer, ASV_STATUS_PERIOD_MS);
    }
}

static enum asv_status listen_at(struct asv_status_server *server, const char *path, struct asv_err *err)
{
    enum asv_status status = asv_listen_at(path, ASV_STATUS_CLIENTS, &server->listener.fd, err);
    if (status != ASV_OK) {
        return status;
    }
    snprintf(server->path, sizeof server->path, "%s", path); /* ours to remove from here on */
    return asv_loop_watch(server->dock->loop, &server->listener, EPOLLIN, err);
}

enum asv_status asv_status_open(struct asv_dock *dock, const char *path, struct asv_status_server **out,
                                struct asv_err *err)
{
    struct asv_status_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "status: no memory");
    }
    server->dock = dock;
    server->listener = (struct asv_watch){.fd = -1, .ready = knocked};
    server->timer.fire = tick;
    for (size_t i = 0; i < ASV_STATUS_CLIENTS; i++) {
        server->clients[i].watch.fd = -1;
    }
    enum asv_status status = listen_at(server, path, err);
    if (status != ASV_OK) {
        asv_status_close(server);
        return status;
    }
    *out = server;
    return ASV_OK;
}

void asv_status_close(struct asv_status_server *server)
{
    if (server == NULL) {
        return;
    }
    asv_timer_stop(server->dock->loop, &server->timer);
    for (size_t i = 0; i < ASV_STATUS_CLIENTS; i++) {
        if (server->clients[i].watch.fd >= 0) {
            drop(&server->clients[i]);
        }
    }
    if (server->listener.fd >= 0) {
        asv_loop_unwatch(server->dock->loop, &server->listener);
        close(server->listener.fd);
    }
    if (server->path[0] != '\0') {
        (void)unlink(server->path);
    }
    free(server->newest);
    free(server);
}
