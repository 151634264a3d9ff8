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

static enum asv_status apply_dwelling(struct asv_recorder *recorder, const char *basis, struct asv_err *err)
{
    if (strcmp(basis, "") == 0) {
        return asv_recorder_dwelling(recorder, 0);
    }
    if (strcmp(basis, "ordered") == 0) {
        return asv_recorder_dwelling(recorder, 1);
    }
    if (strcmp(basis, "danger") == 0) {
        return asv_recorder_dwelling(recorder, 2);
    }
    return asv_fail(err, ASV_E_USAGE, "dwelling: say \"ordered\", \"danger\" or nothing");
}

enum asv_status asv_control_apply(struct asv_recorder *recorder, const char *text, struct asv_err *err)
{
    const char *rest = NULL;
    enum asv_status status = ASV_OK;
    if (strcmp(text, "marker") == 0) {
        status = asv_recorder_marker(recorder);
    } else if (strcmp(text, "display-on") == 0 || strcmp(text, "display-off") == 0) {
        status = asv_recorder_display(recorder, strcmp(text, "display-on") == 0);
    } else if ((rest = after_word(text, "announced")) != NULL) {
        status = asv_recorder_announced(recorder, rest[0] == '\0', rest);
    } else if ((rest = after_word(text, "dwelling")) != NULL) {
        return apply_dwelling(recorder, rest, err);
    } else if (strcmp(text, "start") == 0) {
        return asv_recorder_start(recorder, err);
    } else if (strcmp(text, "stop") == 0) {
        return asv_recorder_stop(recorder, ASV_END_WEARER, err);
    } else {
        return asv_fail(err, ASV_E_USAGE,
                        "say marker, display-on, display-off, announced [REASON WHY NOT], dwelling "
                        "[ordered|danger], start or stop");
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
