/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/control.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dock/issue.h"
#include "dock/listen.h"
#include "firmware-proto/crypto/crypto.h"
#include "server/base/uuid.h"

struct client {
    struct asv_watch watch; /* first; fd -1: free */
    struct asv_control *control;
    struct asv_issue *issue; /* whose end it is told; NULL: none */
    bool own;                /* root, or the dock's own account, and not only of the group */
    uint64_t order;          /* of connecting */
    size_t len;
    char line[ASV_CONTROL_LINE_BYTES];
};

struct asv_control {
    struct asv_watch listener; /* first */
    struct asv_dock *dock;
    struct client clients[ASV_CONTROL_CLIENTS];
    uint64_t connected; /* since the start */
    char path[];
};

/* ---- what can be asked ---- */

static json_t *refusal(const char *why)
{
    return json_pack("{s:b, s:s}", "ok", 0, "why", why);
}

/* A unit or area as it stands in a signed object; "" for none. */
static bool copy_text(char out[ASV_TEXT_SIZE], const json_t *from)
{
    const char *text = from ? json_string_value(from) : "";
    if (!text || strlen(text) > ASV_TEXT_MAX)
        return false;
    for (const char *c = text; *c; c++)
        if (*c < 0x20 || *c > 0x7e)
            return false;
    snprintf(out, ASV_TEXT_SIZE, "%s", text);
    return true;
}

static json_t *assign(struct asv_slot *slot, const json_t *request)
{
    char unit[ASV_TEXT_SIZE], area[ASV_TEXT_SIZE], text[ASV_UUID_TEXT_BYTES];
    uint8_t id[16];
    if (slot->state != ASV_SLOT_READY)
        return refusal("only a camera that is ready can be issued");
    if (!copy_text(unit, json_object_get(request, "unit")) ||
        !copy_text(area, json_object_get(request, "area")))
        return refusal("unit and area are at most 64 printable ASCII characters");
    if (!unit[0])
        memcpy(unit, slot->unit, sizeof unit);
    if (!unit[0] || !area[0]) /* T-090 */
        return refusal(area[0] ? "the register knows no unit of this camera: give one"
                               : "give the operating area");
    if (asv_world_random(slot->dock->site.world, id, sizeof id))
        return refusal("there is no randomness");
    memcpy(slot->assignment, id, sizeof id); /* random: it says nothing of who has the camera */
    memcpy(slot->assign_unit, unit, sizeof unit);
    memcpy(slot->assign_area, area, sizeof area);
    slot->assign = true;
    asv_slot_again(slot);
    asv_uuid_format(text, id);
    return json_pack("{s:b, s:s}", "ok", 1, "assignment", text);
}

/* D-012, too: a camera that lies here signs anew. */
static json_t *again(struct asv_slot *slot)
{
    if (slot->state != ASV_SLOT_READY && slot->state != ASV_SLOT_ATTENTION)
        return refusal("the slot has no camera that is done");
    asv_slot_again(slot);
    return json_pack("{s:b}", "ok", 1);
}

/* With a name for each, as who asks has words of his own. */
static json_t *issue_json(const struct asv_issue_answer *answer)
{
    if (answer->outcome != ASV_ISSUED)
        return json_pack("{s:b, s:s}", "ok", 0, "why", asv_issued_name(answer->outcome));
    json_t *reply = json_pack("{s:b, s:i}", "ok", 1, "slot", (int)answer->slot);
    if (answer->charged >= 0)
        (void)json_object_set_new(reply, "charged", json_integer(answer->charged));
    return reply;
}

static json_t *answer(struct asv_dock *dock, const json_t *request)
{
    const char *what = json_string_value(json_object_get(request, "do"));
    const json_t *number = json_object_get(request, "slot");
    if (!what || !json_is_integer(number))
        return refusal("say what to do, and with which slot");
    for (unsigned i = 0; i < dock->slot_count; i++) {
        struct asv_slot *slot = &dock->slots[i];
        if (slot->number != json_integer_value(number))
            continue;
        if (dock->stopping)
            return refusal("the dock is stopping");
        if (strcmp(what, "assign") == 0)
            return assign(slot, request);
        if (strcmp(what, "again") == 0)
            return again(slot);
        return refusal("this cannot be done: assign or again");
    }
    return refusal("there is no such slot");
}

/* reply is taken over. */
static char *line_of(json_t *reply)
{
    char *text = json_dumps(reply, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(reply);
    char *out = NULL;
    if (text && asprintf(&out, "%s\n", text) < 0)
        out = NULL;
    free(text);
    return out;
}

char *asv_control_answer(struct asv_dock *dock, const char *line, size_t len)
{
    json_error_t error;
    json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
    json_t *reply = json_is_object(request) ? answer(dock, request) : refusal("this is not a JSON object");
    json_decref(request);
    return line_of(reply);
}

/* ---- the socket ---- */

static void drop(struct client *client)
{
    asv_loop_unwatch(client->control->dock->loop, &client->watch);
    close(client->watch.fd);
    client->watch.fd = -1;
    if (client->issue)
        asv_issue_forget(client->issue);
    client->issue = NULL;
}

/* One line each way: whoever does not read a line of a hundred bytes is not waited for. reply is taken over.
 */
static bool answered(const struct client *client, char *reply)
{
    size_t len = reply ? strlen(reply) : 0;
    bool sent = reply && send(client->watch.fd, reply, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;
    free(reply);
    return sent;
}

static void issued(void *ctx, const struct asv_issue_answer *answer)
{
    struct client *client = ctx;
    client->issue = NULL;
    if (!answered(client, line_of(issue_json(answer))))
        drop(client);
}

/* An order whose answer comes later; false: it is none, or the answer is there. */
static bool is_begun(struct client *client, size_t len, char **reply)
{
    struct asv_issue_answer now;
    json_t *request = json_loadb(client->line, len, JSON_REJECT_DUPLICATES, NULL);
    const char *what = json_string_value(json_object_get(request, "do"));
    const char *badge = json_string_value(json_object_get(request, "badge"));
    bool is_issue = what && badge && strcmp(what, "issue") == 0;
    if (is_issue) {
        client->issue = asv_issue_begin(client->control->dock, badge, issued, client, &now);
        *reply = client->issue ? NULL : line_of(issue_json(&now));
    } else if (client->own) {
        *reply = asv_control_answer(client->control->dock, client->line, len);
    } else {
        *reply = line_of(refusal("this account issues cameras for badges, and gives no other order"));
    }
    json_decref(request);
    return client->issue != NULL;
}

/* Whoever waits for an answer asks nothing else meanwhile. */
static bool answer_lines(struct client *client)
{
    char *end, *reply = NULL;
    while (!client->issue && (end = memchr(client->line, '\n', client->len)) != NULL) {
        size_t used = (size_t)(end - client->line) + 1;
        if (!is_begun(client, used - 1, &reply) && !answered(client, reply))
            return false;
        client->len -= used;
        memmove(client->line, client->line + used, client->len);
        asv_wipe(client->line + client->len, used); /* it may have been a badge */
    }
    return client->len < (client->issue ? 1 : sizeof client->line);
}

static void heard(struct asv_watch *watch, uint32_t events)
{
    struct client *client = (struct client *)(void *)watch;
    (void)events;
    ssize_t got =
        recv(watch->fd, client->line + client->len, sizeof client->line - client->len, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0)
        client->len += (size_t)got;
    if (got <= 0 || !answer_lines(client))
        drop(client);
}

/* D-008: the web server is there by its group, talks to strangers, and may be in the wrong hands. */
static bool is_own(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

static bool gives_way(const struct client *client, const struct client *other)
{
    return client->own != other->own ? other->own : client->order < other->order;
}

/* A free place; when there is none, that of whoever has been there longest, of the group's first. */
static struct client *place(struct asv_control *control)
{
    struct client *first = &control->clients[0];
    for (size_t i = 0; i < ASV_CONTROL_CLIENTS; i++) {
        struct client *client = &control->clients[i];
        if (client->watch.fd < 0)
            return client;
        if (gives_way(client, first))
            first = client;
    }
    drop(first);
    return first;
}

static void knocked(struct asv_watch *watch, uint32_t events)
{
    struct asv_control *control = (struct asv_control *)(void *)watch;
    (void)events;
    int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    struct client *client = place(control);
    *client = (struct client){.watch = {.fd = fd, .ready = heard},
                              .control = control,
                              .order = ++control->connected,
                              .own = is_own(fd)};
    if (asv_loop_watch(control->dock->loop, &client->watch, EPOLLIN, NULL)) {
        client->watch.fd = -1;
        close(fd);
    }
}

enum asv_status asv_control_open(struct asv_dock *dock, const char *path, struct asv_control **out,
                                 struct asv_err *err)
{
    size_t path_bytes = strlen(path) + 1;
    struct asv_control *control = calloc(1, sizeof *control + path_bytes);
    if (!control)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the control socket");
    control->dock = dock;
    for (size_t i = 0; i < ASV_CONTROL_CLIENTS; i++)
        control->clients[i].watch.fd = -1;
    control->listener = (struct asv_watch){.fd = -1, .ready = knocked};
    enum asv_status status = asv_listen_at(path, ASV_CONTROL_CLIENTS, &control->listener.fd, err);
    if (!status) {
        memcpy(control->path, path, path_bytes);
        status = asv_loop_watch(dock->loop, &control->listener, EPOLLIN, err);
    }
    if (status) {
        asv_control_close(control);
        return status;
    }
    *out = control;
    return ASV_OK;
}

void asv_control_close(struct asv_control *control)
{
    if (!control)
        return;
    for (size_t i = 0; i < ASV_CONTROL_CLIENTS; i++)
        if (control->clients[i].watch.fd >= 0)
            drop(&control->clients[i]);
    if (control->listener.fd >= 0) {
        asv_loop_unwatch(control->dock->loop, &control->listener);
        close(control->listener.fd);
    }
    if (control->path[0])
        (void)unlink(control->path);
    free(control);
}
