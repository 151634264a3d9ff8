/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/dock: what the screen at the dock shows. It stands in a room, and nobody logs in: so no camera has
 * a name here, and no recording. */
#include <jansson.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/web/call.h"

#define LINE_BYTES (1u << 20) /* 64 slots with long reasons need less than a tenth */
#define WAIT_MS    2000
#define AGAIN_MS   250 /* the dock tells of changes as often */

/* clang-format off */
static const struct asv_http_problem away = {
    503, "dock-away", "The dock does not answer", "Das Dock antwortet nicht",
    "the dock daemon does not run, or not on this machine",
    "der Dienst des Docks läuft nicht oder nicht auf dieser Maschine", "dock"};
/* clang-format on */

/* ---- what is shown ---- */

/* Takes over what is of the right type. */
static bool copy(json_t *to, const json_t *from, const char *name, json_type type)
{
    json_t *value = json_object_get(from, name);
    return value != NULL && json_typeof(value) == type && json_object_set(to, name, value) == 0;
}

static bool copy_bool(json_t *to, const char *as, const json_t *value)
{
    return json_is_boolean(value) && json_object_set_new(to, as, json_boolean(json_is_true(value))) == 0;
}

/* the slot, what it does, and how far it is. Neither the camera, nor its recording, nor how many it
 * has. */
static json_t *slot_of(const json_t *from)
{
    static const char *const numbers[] = {"slot", "since_ms", "done", "total", "rate"};
    static const char *const texts[] = {"state", "colour", "reason"};
    json_t *slot = json_object();
    bool good = slot != NULL && json_is_object(from);
    for (size_t i = 0; good && i < sizeof numbers / sizeof *numbers; i++) {
        good = copy(slot, from, numbers[i], JSON_INTEGER);
    }
    for (size_t i = 0; good && i < sizeof texts / sizeof *texts; i++) {
        good = copy(slot, from, texts[i], JSON_STRING);
    }
    if (good && json_object_get(from, "left_s") != NULL) {
        good = copy(slot, from, "left_s", JSON_INTEGER);
    }
    if (!good) {
        json_decref(slot);
        return NULL;
    }
    return slot;
}

static bool add_slots(json_t *to, const json_t *from)
{
    json_t *slots = json_array();
    size_t count = json_array_size(from);
    bool good = json_object_set_new(to, "slots", slots) == 0 && json_is_array(from);
    for (size_t i = 0; good && i < count; i++) {
        good = json_array_append_new(slots, slot_of(json_array_get(from, i))) == 0;
    }
    return good;
}

char *asv_web_board_of(const char *line, size_t len)
{
    json_t *status = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
    json_t *board = json_object();
    const json_t *space = json_object_get(status, "space");
    bool good = json_is_object(status) && board != NULL &&
                copy_bool(board, "stopping", json_object_get(status, "stopping")) &&
                copy_bool(board, "keeper_up", json_object_get(json_object_get(status, "keeper"), "up")) &&
                copy_bool(board, "database_up", json_object_get(json_object_get(status, "database"), "up")) &&
                (space == NULL || copy_bool(board, "space_low", json_object_get(space, "low"))) &&
                add_slots(board, json_object_get(status, "slots"));
    char *text = good ? json_dumps(board, JSON_COMPACT) : NULL;
    json_decref(status);
    json_decref(board);
    return text;
}

/* ---- the dock is asked ---- */

static int reach(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    asv_auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? asv_steal_fd(&fd)
                                                                                          : -1;
}

/* Its first line, which it sends at once; 0 bytes: it did not. */
static size_t read_line(const struct asv_world *world, int fd, char line[LINE_BYTES])
{
    const uint64_t until_ms = asv_world_mono_ms(world) + WAIT_MS;
    size_t len = 0;
    for (;;) {
        uint64_t now_ms = asv_world_mono_ms(world);
        struct pollfd polled = {.fd = fd, .events = POLLIN};
        if (len == LINE_BYTES || now_ms >= until_ms || poll(&polled, 1, (int)(until_ms - now_ms)) == 0) {
            return 0;
        }
        ssize_t got = read(fd, line + len, LINE_BYTES - len);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (got <= 0) {
            return 0;
        }
        const char *end = memchr(line + len, '\n', (size_t)got);
        if (end != NULL) {
            return (size_t)(end - line);
        }
        len += (size_t)got;
    }
}

static char *ask(const struct asv_web *web)
{
    char *line = malloc(LINE_BYTES);
    char *board = NULL;
    asv_auto_fd int fd = reach(web->settings->dock);
    if (line != NULL && fd >= 0) {
        size_t len = read_line(web->world, fd, line);
        board = len > 0 ? asv_web_board_of(line, len) : NULL;
    }
    free(line);
    return board;
}

void asv_web_dock(struct asv_web_call *call)
{
    struct asv_web *web = call->web;
    struct asv_web_board *board = &web->board;
    pthread_mutex_lock(&board->lock);
    if (!board->known || asv_world_mono_ms(web->world) >= board->asked_ms + AGAIN_MS) {
        free(board->text);
        board->text = ask(web);
        board->known = true;
        board->asked_ms = asv_world_mono_ms(web->world);
    }
    if (board->text != NULL) {
        asv_web_say(call->out, "application/json", board->text);
    } else {
        call->out->problem = &away;
    }
    pthread_mutex_unlock(&board->lock);
}
