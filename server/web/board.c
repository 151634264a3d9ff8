/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/dock, and …/events: what the screen at the dock shows. It stands in a room, and nobody logs in: so
 * no camera has a name here, and no recording. */
#include <jansson.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/io.h"
#include "server/web/call.h"

#define LINE_BYTES (1u << 20) /* 64 slots with long reasons need less than a tenth */
#define WAIT_MS    2000       /* for the first line of a connection, which comes at once */
#define AGAIN_MS   250        /* between connections: the dock tells of changes as often */
#define SILENT_MS  5000       /* the dock may have nothing to say, or be gone */
#define LINGER_MS  5000       /* after the last one has asked */

/* clang-format off */
const struct asv_http_problem asv_web_dock_away = {
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

/* states that a slot goes through once for each recording are one. */
static bool copy_state(json_t *to, const json_t *from)
{
    static const char *const one[][2] = {{"handshake", "connecting"},
                                         {"identifying", "connecting"},
                                         {"listing", "pulling"},
                                         {"erasing", "sealing"}};
    const char *state = json_string_value(json_object_get(from, "state"));
    for (size_t i = 0; state != NULL && i < sizeof one / sizeof *one; i++) {
        state = strcmp(state, one[i][0]) == 0 ? one[i][1] : state;
    }
    return state != NULL && json_object_set_new(to, "state", json_string(state)) == 0;
}

/* words of the dock's list; what a service or a disk answered, and how many recordings, is in the
 * reason. */
static bool copy_why(json_t *to, const json_t *from)
{
    size_t count = json_array_size(from);
    for (size_t i = 0; i < count; i++) {
        const char *word = json_string_value(json_array_get(from, i));
        if (word == NULL || word[0] == '\0' || strspn(word, "abcdefghijklmnopqrstuvwxyz") != strlen(word)) {
            return false;
        }
    }
    return json_is_array(from) && json_object_set_new(to, "why", json_deep_copy(from)) == 0;
}

/* the slot, what it does, and how far the docking is. Neither the camera, nor its recording, nor how
 * many it has. */
static json_t *slot_of(const json_t *from)
{
    static const char *const shares[] = {"percent", "minutes"};
    json_t *slot = json_object();
    bool good = slot != NULL && json_is_object(from) && copy(slot, from, "slot", JSON_INTEGER) &&
                copy_state(slot, from) && copy(slot, from, "colour", JSON_STRING) &&
                copy_bool(slot, "offered", json_object_get(from, "offered")) &&
                copy_why(slot, json_object_get(from, "why"));
    for (size_t i = 0; good && i < sizeof shares / sizeof *shares; i++) {
        good = json_object_get(from, shares[i]) == NULL || copy(slot, from, shares[i], JSON_INTEGER);
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

/* ---- the dock is followed ---- */

int asv_web_reach(const char *path)
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

/* text, which is taken over, is what the dock says now; whoever listens is told when that is something
 * new. NULL: it does not answer. */
static void say(struct asv_web_board *board, char *text)
{
    static const char none[] = "event: away\ndata: {}\n\n";
    char *event = NULL;
    pthread_mutex_lock(&board->lock);
    bool same = board->known &&
                (text == NULL ? board->text == NULL : board->text != NULL && strcmp(board->text, text) == 0);
    free(board->text);
    board->text = text;
    board->known = true;
    if (!same && (text == NULL || asprintf(&event, "event: dock\ndata: %s\n\n", text) > 0) &&
        asv_http_channel_say(&board->channel, text != NULL ? event : none) != ASV_OK) {
        board->known = false; /* without memory: the next line is new again */
    }
    pthread_cond_broadcast(&board->changed);
    pthread_mutex_unlock(&board->lock);
    free(event);
}

/* */
static bool is_wanted(struct asv_web *web)
{
    struct asv_web_board *board = &web->board;
    pthread_mutex_lock(&board->lock);
    bool wanted = !board->ending && (asv_http_channel_clients(&board->channel) > 0 ||
                                     asv_world_mono_ms(web->world) < board->asked_ms + LINGER_MS);
    pthread_mutex_unlock(&board->lock);
    return wanted;
}

/* Until something can be read; false: not in time, or it is ending. */
static bool wait_for(const struct asv_web_board *board, int fd, uint64_t timeout_ms)
{
    struct pollfd polled[] = {{.fd = fd, .events = POLLIN}, {.fd = board->wake, .events = POLLIN}};
    int ready = poll(polled, 2, (int)timeout_ms);
    return ready > 0 && polled[1].revents == 0;
}

struct reader {
    size_t len;
    char line[LINE_BYTES];
};

/* Takes the whole lines out of the buffer; false: one of them is none of the dock's, or it is full. */
static bool take_lines(struct asv_web_board *board, struct reader *reader)
{
    const char *end;
    while ((end = memchr(reader->line, '\n', reader->len)) != NULL) {
        size_t len = (size_t)(end - reader->line);
        char *text = asv_web_board_of(reader->line, len);
        if (text == NULL) {
            return false;
        }
        say(board, text);
        reader->len -= len + 1;
        memmove(reader->line, end + 1, reader->len);
    }
    return reader->len < LINE_BYTES;
}

/* One connection, until it says nothing for a while: it is then asked anew whether it is there, as it has
 * something to say only when something changes. Whether it answered. */
static bool hear(struct asv_web *web, struct reader *reader)
{
    struct asv_web_board *board = &web->board;
    asv_auto_fd int fd = asv_web_reach(web->settings->dock);
    bool heard = false;
    reader->len = 0;
    while (fd >= 0 && is_wanted(web)) {
        if (!wait_for(board, fd, heard ? SILENT_MS : WAIT_MS)) {
            return heard;
        }
        ssize_t got = read(fd, reader->line + reader->len, LINE_BYTES - reader->len);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (got <= 0) {
            return heard;
        }
        reader->len += (size_t)got;
        bool line = memchr(reader->line, '\n', reader->len) != NULL;
        if (!take_lines(board, reader)) {
            return false;
        }
        heard = heard || line;
    }
    return heard;
}

/* Until somebody wants to know. What was known is too old by then. False: it is ending. */
static bool rest(struct asv_web *web)
{
    struct asv_web_board *board = &web->board;
    pthread_mutex_lock(&board->lock);
    board->known = false;
    (void)!asv_http_channel_say(&board->channel, NULL);
    while (!board->ending && asv_http_channel_clients(&board->channel) == 0 &&
           asv_world_mono_ms(web->world) >= board->asked_ms + LINGER_MS) {
        pthread_cond_wait(&board->changed, &board->lock);
    }
    bool ending = board->ending;
    pthread_mutex_unlock(&board->lock);
    return !ending;
}

static void *follow(void *ctx)
{
    struct asv_web *web = ctx;
    struct asv_web_board *board = &web->board;
    struct reader *reader = malloc(sizeof *reader);
    while (is_wanted(web) || rest(web)) {
        if (reader == NULL || !hear(web, reader)) {
            say(board, NULL);
        }
        (void)wait_for(board, -1, AGAIN_MS);
    }
    free(reader);
    return NULL;
}

enum asv_status asv_web_board_open(struct asv_web_board *board, struct asv_err *err)
{
    pthread_condattr_t monotonic;
    pthread_mutex_init(&board->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&board->changed, &monotonic);
    asv_http_channel_init(&board->channel);
    board->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return board->wake >= 0 ? ASV_OK : asv_io_fail(err, errno, "eventfd");
}

enum asv_status asv_web_board_start(struct asv_web *web, struct asv_err *err)
{
    int failed = pthread_create(&web->board.thread, NULL, follow, web);
    web->board.started = failed == 0;
    return failed == 0 ? ASV_OK : asv_io_fail(err, failed, "threads");
}

void asv_web_board_close(struct asv_web_board *board)
{
    if (board->started) {
        pthread_mutex_lock(&board->lock);
        board->ending = true;
        (void)eventfd_write(board->wake, 1);
        pthread_cond_broadcast(&board->changed);
        pthread_mutex_unlock(&board->lock);
        pthread_join(board->thread, NULL);
    }
    if (board->wake > 0) {
        (void)close(board->wake);
    }
    free(board->text);
    asv_http_channel_clear(&board->channel);
}

/* ---- who asks ---- */

/* With the lock. */
static void want(struct asv_web *web)
{
    web->board.asked_ms = asv_world_mono_ms(web->world);
    pthread_cond_broadcast(&web->board.changed);
}

/* With the lock: until it is known what the dock says, for as long as it is given to answer, and a bit. */
static void wait_until_known(struct asv_web_board *board)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_MS / 1000 + 1;
    while (!board->known && pthread_cond_timedwait(&board->changed, &board->lock, &until) == 0) {
    }
}

void asv_web_dock(struct asv_web_call *call)
{
    struct asv_web *web = call->web;
    struct asv_web_board *board = &web->board;
    pthread_mutex_lock(&board->lock);
    want(web);
    wait_until_known(board);
    if (board->known && board->text != NULL) {
        asv_web_say(call->out, "application/json", board->text);
    } else {
        call->out->problem = &asv_web_dock_away;
    }
    pthread_mutex_unlock(&board->lock);
}

void asv_web_dock_events(struct asv_web_call *call)
{
    struct asv_web *web = call->web;
    pthread_mutex_lock(&web->board.lock);
    want(web);
    pthread_mutex_unlock(&web->board.lock);
    asv_http_channel_answer(&web->board.channel, call->out);
}
