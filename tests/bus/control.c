/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/control_client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

void asv_bus_control_reply(struct asv_bus_control_client *client, const char *format, ...)
{
    va_list ap;
    char *text = NULL;
    va_start(ap, format);
    int n = vasprintf(&text, format, ap);
    va_end(ap);
    if (n < 0) {
        text = strdup("error no memory");
        n = text != NULL ? (int)strlen(text) : 0;
    }
    free(client->reply);
    client->reply = text;
    client->reply_len = (size_t)n;
    client->reply_sent = 0;
    client->wait_for = ASV_BUS_WAIT_NONE;
    if (text != NULL && client->source.fd >= 0) {
        text[client->reply_len++] = '\n'; /* in the place of the NUL */
        asv_bus_loop_change(client->control->bus->loop, &client->source, EPOLLOUT);
    }
}

/* Sets the timer to the next deadline of all who wait. */
static void arm_deadline(struct asv_bus_control *control)
{
    uint64_t next = UINT64_MAX;
    for (struct asv_bus_control_client *c = control->clients; c != NULL; c = c->next) {
        if (c->wait_for != ASV_BUS_WAIT_NONE && c->deadline < next) {
            next = c->deadline;
        }
    }
    struct itimerspec spec = {0};
    if (next != UINT64_MAX) {
        spec.it_value.tv_sec = (time_t)(next / 1000000000u);
        spec.it_value.tv_nsec = (long)(next % 1000000000u);
    }
    (void)timerfd_settime(control->deadline.fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void check_all(void *ctx)
{
    struct asv_bus_control *control = ctx;
    control->bus->awaited = false;
    for (struct asv_bus_control_client *c = control->clients; c != NULL; c = c->next) {
        asv_bus_command_check(c);
        control->bus->awaited |= c->wait_for == ASV_BUS_WAIT_COUNTER;
    }
}

void asv_bus_control_wait(struct asv_bus_control_client *client, enum asv_bus_wait what,
                          struct asv_bus_port *port, uint64_t timeout_ms)
{
    const struct asv_bus_clock real = {0};
    client->wait_for = what;
    client->port = port;
    client->deadline = asv_bus_clock_now(&real) + timeout_ms * 1000000u;
    asv_bus_command_check(client);
    if (client->wait_for != ASV_BUS_WAIT_NONE) {
        client->control->bus->awaited |= what == ASV_BUS_WAIT_COUNTER;
        arm_deadline(client->control);
    }
}

static void free_client(struct asv_bus_control_client *client)
{
    struct asv_bus_control *control = client->control;
    for (struct asv_bus_control_client **at = &control->clients; *at != NULL; at = &(*at)->next) {
        if (*at == client) {
            *at = client->next;
            break;
        }
    }
    asv_bus_loop_remove(control->bus->loop, &client->source);
    free(client->reply);
    free(client);
}

/* Runs the complete lines that have arrived, as long as each is answered at once. */
static void run_lines(struct asv_bus_control_client *client)
{
    while (client->reply == NULL && client->wait_for == ASV_BUS_WAIT_NONE) {
        char *end = memchr(client->line, '\n', client->line_len);
        if (end == NULL) {
            return;
        }
        char line[ASV_BUS_LINE_BYTES];
        size_t len = (size_t)(end - client->line);
        memcpy(line, client->line, len);
        line[len] = '\0';
        client->line_len -= len + 1;
        memmove(client->line, end + 1, client->line_len);
        if (strspn(line, " \t\r") < len && line[strspn(line, " \t\r")] != '#') {
            asv_bus_command_run(client, line);
        }
    }
}

/* Sends the reply; false when the client is gone. */
static bool send_reply(struct asv_bus_control_client *client)
{
    while (client->reply != NULL && client->reply_sent < client->reply_len) {
        ssize_t n = send(client->source.fd, client->reply + client->reply_sent,
                         client->reply_len - client->reply_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) {
            return errno == EAGAIN || errno == EINTR;
        }
        client->reply_sent += (size_t)n;
    }
    free(client->reply);
    client->reply = NULL;
    run_lines(client);
    return true;
}

static void client_ready(struct asv_bus_source *source, uint32_t events)
{
    struct asv_bus_control_client *client =
        (struct asv_bus_control_client *)(void *)((char *)source -
                                                  offsetof(struct asv_bus_control_client, source));
    if ((events & EPOLLOUT) != 0) {
        if (!send_reply(client)) {
            free_client(client);
            return;
        }
    } else {
        ssize_t n = recv(source->fd, client->line + client->line_len, sizeof client->line - client->line_len,
                         MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            free_client(client);
            return;
        }
        client->line_len += n > 0 ? (size_t)n : 0;
        run_lines(client);
        if (client->line_len == sizeof client->line && client->reply == NULL) {
            free_client(client); /* no line is that long */
            return;
        }
    }
    asv_bus_loop_change(client->control->bus->loop, source,
                        client->reply != NULL                   ? EPOLLOUT
                        : client->wait_for != ASV_BUS_WAIT_NONE ? 0
                                                                : EPOLLIN);
}

static struct asv_bus_control_client *new_client(struct asv_bus_control *control)
{
    struct asv_bus_control_client *client = calloc(1, sizeof *client);
    if (client != NULL) {
        client->control = control;
        client->source.fd = -1;
        client->next = control->clients;
        control->clients = client;
    }
    return client;
}

static void listener_ready(struct asv_bus_source *source, uint32_t events)
{
    struct asv_bus_control *control =
        (struct asv_bus_control *)(void *)((char *)source - offsetof(struct asv_bus_control, listener));
    (void)events;
    int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        return;
    }
    struct asv_bus_control_client *client = new_client(control);
    if (client == NULL) {
        close(fd);
    } else if (asv_bus_loop_add(control->bus->loop, &client->source, fd, EPOLLIN, client_ready) != ASV_OK) {
        close(fd);
        free_client(client);
    }
}

static void deadline_ready(struct asv_bus_source *source, uint32_t events)
{
    struct asv_bus_control *control =
        (struct asv_bus_control *)(void *)((char *)source - offsetof(struct asv_bus_control, deadline));
    uint64_t times;
    (void)events;
    (void)!read(source->fd, &times, sizeof times);
    check_all(control);
    arm_deadline(control);
}

enum asv_status asv_bus_control_open(struct asv_bus_control *control, struct asv_bus *bus, const char *path,
                                     struct asv_err *err)
{
    *control = (struct asv_bus_control){.bus = bus, .listener.fd = -1, .deadline.fd = -1};
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof sa.sun_path) {
        return asv_fail(err, ASV_E_USAGE, "the control socket's path is too long");
    }
    (void)snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
    (void)snprintf(control->path, sizeof control->path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd < 0 || timer < 0 || bind(fd, (const struct sockaddr *)&sa, sizeof sa) < 0 || listen(fd, 16) < 0 ||
        asv_bus_loop_add(bus->loop, &control->listener, fd, EPOLLIN, listener_ready) != ASV_OK ||
        asv_bus_loop_add(bus->loop, &control->deadline, timer, EPOLLIN, deadline_ready) != ASV_OK) {
        return asv_fail(err, ASV_E_IO, "cannot listen for commands");
    }
    bus->changed = check_all;
    bus->changed_ctx = control;
    return ASV_OK;
}

void asv_bus_control_close(struct asv_bus_control *control)
{
    control->bus->changed = NULL;
    while (control->clients != NULL) {
        (void)send_reply(control->clients); /* the answer to quit */
        free_client(control->clients);
    }
    asv_bus_loop_remove(control->bus->loop, &control->listener);
    asv_bus_loop_remove(control->bus->loop, &control->deadline);
    (void)unlink(control->path);
}

enum asv_status asv_bus_control_run(struct asv_bus_control *control, const char *line, char *out, size_t size)
{
    char copy[ASV_BUS_LINE_BYTES];
    struct asv_bus_control_client *client = new_client(control);
    if (client == NULL) {
        return ASV_E_NO_MEMORY;
    }
    (void)snprintf(copy, sizeof copy, "%s", line);
    asv_bus_command_run(client, copy);
    while (client->reply == NULL && !control->bus->loop->stopping) {
        asv_bus_loop_once(control->bus->loop);
    }
    (void)snprintf(out, size, "%s", client->reply != NULL ? client->reply : "error stopped");
    free_client(client);
    return strncmp(out, "ok", 2) == 0 ? ASV_OK : ASV_E_USAGE;
}
