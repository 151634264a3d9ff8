/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_MS 5000

/* Through the directory's descriptor, as its own name may be longer than a socket's address. */
static void address_of(struct sockaddr_un *out, int dir_fd)
{
    memset(out, 0, sizeof *out);
    out->sun_family = AF_UNIX;
    snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/control", dir_fd);
}

enum asv_status asv_control_open(struct asv_control *control, const char *dir, struct asv_err *err)
{
    struct sockaddr_un address;
    *control = (struct asv_control){.dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .listen_fd = -1};
    if (control->dir_fd < 0) {
        return asv_fail(err, ASV_E_IO, "the camera directory cannot be opened");
    }
    /* What a process that ended has left. */
    (void)unlinkat(control->dir_fd, "control", 0);
    address_of(&address, control->dir_fd);
    control->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (control->listen_fd < 0 ||
        bind(control->listen_fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(control->listen_fd, 8) != 0) {
        asv_control_close(control);
        return asv_fail(err, ASV_E_IO, "the control socket cannot be made in the camera directory");
    }
    return ASV_OK;
}

void asv_control_close(struct asv_control *control)
{
    if (control->listen_fd >= 0) {
        close(control->listen_fd);
        (void)unlinkat(control->dir_fd, "control", 0);
    }
    if (control->dir_fd >= 0) {
        close(control->dir_fd);
    }
    control->listen_fd = -1;
    control->dir_fd = -1;
}

enum asv_status asv_control_take(struct asv_control *control, char *text, int *fd)
{
    int client = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0) {
        return ASV_E_AGAIN;
    }
    /* The command was sent with the connection: who connects and says nothing is not waited for. */
    ssize_t len = recv(client, text, ASV_CONTROL_TEXT_MAX, MSG_DONTWAIT);
    if (len <= 0) {
        struct pollfd poll_fd = {.fd = client, .events = POLLIN};
        len = poll(&poll_fd, 1, 100) == 1 ? recv(client, text, ASV_CONTROL_TEXT_MAX, MSG_DONTWAIT) : -1;
    }
    if (len <= 0) {
        close(client);
        return ASV_E_AGAIN;
    }
    text[len] = '\0';
    *fd = client;
    return ASV_OK;
}

void asv_control_answer(int fd, const char *text)
{
    (void)send(fd, text, strnlen(text, ASV_CONTROL_TEXT_MAX), MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}

/* The rest of text behind word, if it begins with it. */
static const char *after_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(text, word, len) != 0) {
        return NULL;
    }
    return text[len] == '\0' ? text + len : text[len] == ' ' ? text + len + 1 : NULL;
}

enum button { MARKER, DISPLAY_ON, DISPLAY_OFF, ANNOUNCED, DWELLING, START, STOP };

struct order {
    enum button button;
    const char *reason; /* ANNOUNCED: why not, or "" */
    uint8_t basis;      /* DWELLING */
};

static enum asv_status parse_announced(struct order *out, const char *reason, struct asv_err *err)
{
    size_t len = strlen(reason);
    for (size_t i = 0; i < len; i++) {
        if (reason[i] < 0x20 || reason[i] > 0x7e) {
            return asv_fail(err, ASV_E_USAGE, "announced: ASCII only in the reason: ae, oe, ue, ss");
        }
    }
    if (len > ASV_TEXT_MAX) {
        return asv_fail(err, ASV_E_USAGE, "announced: at most 64 characters for the reason");
    }
    *out = (struct order){.button = ANNOUNCED, .reason = reason};
    return ASV_OK;
}

static enum asv_status parse_dwelling(struct order *out, const char *basis, struct asv_err *err)
{
    static const char *const names[] = {"", "ordered", "danger"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(basis, names[i]) == 0) {
            *out = (struct order){.button = DWELLING, .basis = (uint8_t)i};
            return ASV_OK;
        }
    }
    return asv_fail(err, ASV_E_USAGE, "dwelling: say \"ordered\", \"danger\" or nothing");
}

static enum asv_status parse(struct order *out, const char *text, struct asv_err *err)
{
    static const char *const names[] = {[MARKER] = "marker",
                                        [DISPLAY_ON] = "display-on",
                                        [DISPLAY_OFF] = "display-off",
                                        [START] = "start",
                                        [STOP] = "stop"};
    const char *rest = after_word(text, "announced");
    if (rest != NULL) {
        return parse_announced(out, rest, err);
    }
    rest = after_word(text, "dwelling");
    if (rest != NULL) {
        return parse_dwelling(out, rest, err);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i] != NULL && strcmp(text, names[i]) == 0) {
            *out = (struct order){.button = (enum button)i};
            return ASV_OK;
        }
    }
    return asv_fail(err, ASV_E_USAGE,
                    "say marker, display-on, display-off, announced [REASON WHY NOT], dwelling "
                    "[ordered|danger], start or stop");
}

enum asv_status asv_control_check(const char *text, bool *records, struct asv_err *err)
{
    struct order order;
    enum asv_status status = parse(&order, text, err);
    if (status == ASV_OK) {
        *records = order.button == START || order.button == STOP;
    }
    return status;
}

enum asv_status asv_control_apply(struct asv_recorder *recorder, const char *text, struct asv_err *err)
{
    struct order order;
    enum asv_status status = parse(&order, text, err);
    if (status != ASV_OK) {
        return status;
    }
    switch (order.button) {
    case START:
        return asv_recorder_start(recorder, err);
    case STOP:
        return asv_recorder_stop(recorder, ASV_END_WEARER, err);
    case MARKER:
        status = asv_recorder_marker(recorder);
        break;
    case ANNOUNCED:
        status = asv_recorder_announced(recorder, order.reason[0] == '\0', order.reason);
        break;
    case DWELLING:
        status = asv_recorder_dwelling(recorder, order.basis);
        break;
    default:
        status = asv_recorder_display(recorder, order.button == DISPLAY_ON);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "it could not be written down");
}

enum asv_status asv_control_send(const char *dir, const char *text, char *answer)
{
    struct sockaddr_un address;
    enum asv_status status = ASV_E_AWAY;
    int fd = -1;
    int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0) {
        return ASV_E_AWAY;
    }
    address_of(&address, dir_fd);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, text, strlen(text), MSG_NOSIGNAL) >= 0) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        ssize_t len =
            poll(&poll_fd, 1, ANSWER_TIMEOUT_MS) == 1 ? recv(fd, answer, ASV_CONTROL_TEXT_MAX, 0) : -1;
        status = len > 0 ? ASV_OK : ASV_E_TIMEOUT;
        answer[len > 0 ? len : 0] = '\0';
    }
    if (fd >= 0) {
        close(fd);
    }
    close(dir_fd);
    return status;
}
