/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/assignments: a badge was held to the reader at the dock's screen. Which camera, and whose, is the
 * dock's to say (docs/DOCK.md, "Issue at shift start"); what is said here is from which slot. A-140: who may
 * ask stands in routes.c, and whoever may not is told so before the dock is asked. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/cleanup.h"
#include "server/web/desk.h"

#define BADGE_BYTES 64
#define LINE_BYTES  512   /* the control socket's */
#define WAIT_MS     20000 /* a session with the camera, which is lit by then */
#define AT_ONCE     2     /* whoever waits keeps a thread */

static const struct asv_web_field fields[] = {{"badge", ASV_WEB_SECRET, true, 1, BADGE_BYTES, NULL, NULL}};
const struct asv_web_fields asv_web_assignment_fields = ASV_WEB_FIELDS(fields);

/* clang-format off */
static const struct asv_http_problem unclear = {
    503, "issue-unclear", "The dock did not answer in time", "Das Dock hat nicht rechtzeitig geantwortet",
    "only a camera that is lit may be taken; try again in a minute",
    "nur eine Kamera nehmen, die leuchtet; sonst in einer Minute noch einmal versuchen", "dock"};

/* by the dock's names. */
static const struct asv_http_problem problems[] = {
    {503, "not-set-up", "Not set up", "Nicht eingerichtet",
     "no cameras are issued for badges at this dock: issue.area and badge.secret are missing",
     "an diesem Dock werden keine Kameras auf Ausweise ausgegeben: issue.area und badge.secret fehlen", "dock"},
    {404, "badge-unknown", "Badge not known", "Ausweis nicht bekannt",
     "nobody has this badge",
     "diesen Ausweis hat niemand", "badge"},
    {409, "badge-barred", "No camera for this badge", "Keine Kamera für diesen Ausweis",
     "no camera is issued to this person now",
     "an diese Person wird jetzt keine Kamera ausgegeben", "badge"},
    {409, "has-camera", "Has a camera already", "Hat schon eine Kamera",
     "a camera was issued to this person, and is lit or was not put back",
     "an diese Person ist eine Kamera ausgegeben, die leuchtet oder nicht zurückgestellt wurde", "badge"},
    {409, "none-ready", "No camera is ready", "Keine Kamera ist bereit",
     "each camera in the dock is busy, charging for somebody else, or needs somebody",
     "jede Kamera im Dock ist beschäftigt, wartet auf jemand anderen oder braucht jemanden", "dock"},
    {503, "database-away", "The database does not answer", "Die Datenbank antwortet nicht",
     "nothing was issued; try again",
     "nichts wurde ausgegeben; noch einmal versuchen", "database"},
    {409, "camera-failed", "The camera was not issued", "Die Kamera wurde nicht ausgegeben",
     "it was taken out too early, or does not answer: put it back and try again",
     "sie wurde zu früh entnommen oder antwortet nicht: zurückstellen und noch einmal versuchen", "dock"},
    {503, "busy", "Busy", "Beschäftigt",
     "cameras are being issued to others; try again in a few seconds",
     "gerade werden Kameras an andere ausgegeben; in einigen Sekunden noch einmal versuchen", "dock"},
};
/* clang-format on */

static const struct asv_http_problem *problem_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof problems / sizeof *problems; i++) {
        if (strcmp(problems[i].name, name) == 0) {
            return &problems[i];
        }
    }
    return &unclear;
}

/* ---- the dock ---- */

static bool send_order(int fd, const char *badge)
{
    char line[LINE_BYTES];
    json_t *order = json_pack("{s:s, s:s}", "do", "issue", "badge", badge);
    size_t len =
        order != NULL ? json_dumpb(order, line, sizeof line - 1, JSON_COMPACT | JSON_ENSURE_ASCII) : 0;
    json_decref(order);
    bool good = len > 0 && len < sizeof line - 1;
    if (good) {
        line[len] = '\n';
        good = send(fd, line, len + 1, MSG_NOSIGNAL) == (ssize_t)len + 1;
    }
    asv_wipe(line, sizeof line);
    return good;
}

/* One line, in time; NULL: none, or none of the dock's. */
static json_t *read_answer(const struct asv_web_call *call, int fd)
{
    char line[LINE_BYTES];
    size_t len = 0;
    const uint64_t until_ms = asv_world_mono_ms(call->web->world) + WAIT_MS;
    const char *end = NULL;
    while (end == NULL && len < sizeof line) {
        uint64_t now_ms = asv_world_mono_ms(call->web->world);
        struct pollfd polled = {.fd = fd, .events = POLLIN};
        if (now_ms >= until_ms || poll(&polled, 1, (int)(until_ms - now_ms)) <= 0) {
            return NULL;
        }
        ssize_t got = read(fd, line + len, sizeof line - len);
        if (got <= 0 && errno != EINTR && errno != EAGAIN) {
            return NULL;
        }
        len += got > 0 ? (size_t)got : 0;
        end = memchr(line, '\n', len);
    }
    return end != NULL ? json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL) : NULL;
}

/* the slot and how full the camera is, and nothing else that the dock may say. */
static void say(struct asv_web_call *call, const json_t *answer)
{
    const json_t *slot = json_object_get(answer, "slot");
    const json_t *charged = json_object_get(answer, "charged");
    if (!json_is_true(json_object_get(answer, "ok")) || !json_is_integer(slot)) {
        asv_web_refuse(call, problem_of(json_string_value(json_object_get(answer, "why"))), NULL);
        return;
    }
    json_t *told = json_pack("{s:I}", "slot", json_integer_value(slot));
    if (json_is_integer(charged)) {
        (void)json_object_set_new(told, "charged", json_integer(json_integer_value(charged)));
    }
    asv_web_give(call, told);
    call->out->code = call->out->code == 200 ? 201 : call->out->code;
}

static void order(struct asv_web_call *call, const char *badge)
{
    asv_auto_fd int fd = asv_web_reach(call->web->settings->dock_control);
    if (fd < 0 || !send_order(fd, badge)) {
        asv_web_refuse(call, &asv_web_dock_away, NULL);
        return;
    }
    json_t *answer = read_answer(call, fd);
    say(call, answer);
    json_decref(answer);
}

/* ---- who asks ---- */

/* Printable ASCII, as readers type it and `asservat user add` takes it. */
static bool is_badge(const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e) {
            return false;
        }
    }
    return len <= BADGE_BYTES;
}

static bool begin(struct asv_web *web)
{
    pthread_mutex_lock(&web->entry.lock);
    bool good = web->entry.issuing < AT_ONCE;
    web->entry.issuing += good ? 1 : 0;
    pthread_mutex_unlock(&web->entry.lock);
    return good;
}

static void end(struct asv_web *web)
{
    pthread_mutex_lock(&web->entry.lock);
    web->entry.issuing--;
    pthread_mutex_unlock(&web->entry.lock);
}

/* a badge that nobody has is a guess, and so is one for which none is issued. */
static bool was_guess(const struct asv_web_call *call)
{
    const struct asv_http_problem *problem = call->out->problem;
    return problem != NULL &&
           (strcmp(problem->name, "badge-unknown") == 0 || strcmp(problem->name, "badge-barred") == 0);
}

void asv_web_assignment_put(struct asv_web_call *call)
{
    struct asv_web *web = call->web;
    const uint8_t *who = call->who.id;
    const char *badge = asv_web_text(call->body, "badge");
    uint64_t now_ms = asv_world_mono_ms(web->world);
    unsigned wait_s = asv_web_limits_wait(&web->limits, ASV_WEB_LIMIT_BADGES, who, ASV_UUID_BYTES, now_ms);
    if (wait_s > 0) {
        asv_web_refuse(call, &asv_web_too_often, NULL);
        call->out->retry_s = wait_s;
    } else if (!is_badge(badge)) {
        asv_web_refuse(call, &asv_web_bad_field, "badge");
    } else if (web->settings->dock_control[0] == '\0') {
        asv_web_refuse(call, problem_of("not-set-up"), NULL);
    } else if (!begin(web)) {
        asv_web_refuse(call, problem_of("busy"), NULL);
    } else {
        asv_web_limits_guess(&web->limits, ASV_WEB_LIMIT_BADGES, who, ASV_UUID_BYTES, now_ms);
        order(call, badge);
        if (!was_guess(call)) {
            asv_web_limits_right(&web->limits, ASV_WEB_LIMIT_BADGES, who, ASV_UUID_BYTES);
        }
        end(web);
    }
}
