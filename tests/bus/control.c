/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/control.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/bus/stats.h"

#define LINE_MAX_BYTES 1024
#define WORDS_MAX      8

enum wait_for { WAIT_NONE, WAIT_SETTLED, WAIT_UNPLUGGED, WAIT_OFF, WAIT_COUNTER };

struct asv_bus_control_client {
    struct asv_bus_control_client *next;
    struct asv_bus_control *control;
    struct asv_bus_source source; /* fd < 0: the command line's */
    char line[LINE_MAX_BYTES];
    size_t line_len;
    char *reply;
    size_t reply_len, reply_sent;

    enum wait_for wait_for;
    struct asv_bus_port *port; /* NULL: all */
    const uint64_t *counter;   /* WAIT_COUNTER */
    uint64_t at_least;
    uint64_t deadline; /* CLOCK_MONOTONIC, nanoseconds */
};

struct command {
    const char *name;
    unsigned min, max; /* words after the name; the last one takes the rest of the line */
    void (*run)(struct asv_bus_control_client *client, char **words);
};

static uint64_t monotonic(void)
{
    const struct asv_bus_clock real = {0};
    return asv_bus_clock_now(&real);
}

static void reply(struct asv_bus_control_client *client, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void reply(struct asv_bus_control_client *client, const char *format, ...)
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
    client->wait_for = WAIT_NONE;
    if (text != NULL && client->source.fd >= 0) {
        text[client->reply_len++] = '\n'; /* in the place of the NUL */
        asv_bus_loop_change(client->control->bus->loop, &client->source, EPOLLOUT);
    }
}

static void reply_status(struct asv_bus_control_client *client, enum asv_status status,
                         const struct asv_err *err)
{
    if (status == ASV_OK) {
        reply(client, "ok");
    } else {
        reply(client, "error %s: %s", asv_status_name(status), err->text);
    }
}

static struct asv_bus_port *port_or_reply(struct asv_bus_control_client *client, const char *path)
{
    struct asv_bus_port *port = asv_bus_find_port(client->control->bus, path);
    if (port == NULL) {
        reply(client, "error no such port");
    }
    return port;
}

/* Sets the timer to the next deadline of all who wait. */
static void arm_deadline(struct asv_bus_control *control)
{
    uint64_t next = UINT64_MAX;
    for (struct asv_bus_control_client *c = control->clients; c != NULL; c = c->next) {
        if (c->wait_for != WAIT_NONE && c->deadline < next) {
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

/* Answers a plug when its ports have come to rest. */
static void check_settled(struct asv_bus_control_client *client)
{
    struct asv_bus *bus = client->control->bus;
    const struct asv_bus_port *failed = NULL;
    for (unsigned i = 0; i < bus->port_count; i++) {
        const struct asv_bus_port *port = &bus->ports[i];
        if (client->port != NULL && client->port != port) {
            continue;
        }
        if (!asv_bus_port_settled(port)) {
            return;
        }
        failed = port->attachment == NULL && port->err.status != ASV_OK ? port : failed;
    }
    if (failed != NULL) {
        reply(client, "error %s: %s: %s", failed->path, asv_status_name(failed->err.status),
              failed->err.text);
    } else {
        reply(client, "ok");
    }
}

static bool camera_off(const struct asv_bus_port *port)
{
    return port->camera == NULL || port->camera->state == ASV_BUS_CAMERA_OFF;
}

static void check_wait(struct asv_bus_control_client *client)
{
    switch (client->wait_for) {
    case WAIT_NONE:
        break;
    case WAIT_SETTLED:
        check_settled(client);
        break;
    case WAIT_UNPLUGGED:
        if (client->port->attachment == NULL) {
            reply(client, "ok");
        }
        break;
    case WAIT_OFF:
        if (camera_off(client->port)) {
            reply(client, "ok");
        }
        break;
    case WAIT_COUNTER:
        if (*client->counter >= client->at_least) {
            reply(client, "ok %llu", (unsigned long long)*client->counter);
        }
        break;
    }
    if (client->wait_for != WAIT_NONE && client->deadline <= monotonic()) {
        reply(client, "error TIMEOUT: it did not happen");
    }
}

static void check_all(void *ctx)
{
    struct asv_bus_control *control = ctx;
    for (struct asv_bus_control_client *c = control->clients; c != NULL; c = c->next) {
        check_wait(c);
    }
}

static void wait_for(struct asv_bus_control_client *client, enum wait_for what, struct asv_bus_port *port,
                     uint64_t timeout_ms)
{
    client->wait_for = what;
    client->port = port;
    client->deadline = monotonic() + timeout_ms * 1000000u;
    check_wait(client);
    if (client->wait_for != WAIT_NONE) {
        arm_deadline(client->control);
    }
}

/* A boot may have to recover a store, but not for ever. */
#define BOOT_TIMEOUT_MS 60000

static void run_camera(struct asv_bus_control_client *client, char **words)
{
    struct asv_err err = {0};
    for (const char *c = words[0]; *c != '\0'; c++) {
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", *c) == NULL) {
            reply(client, "error a name has letters, digits, '-', '_' and '.' only");
            return;
        }
    }
    enum asv_status status = asv_bus_add_camera(client->control->bus, words[0], words[1], words[2],
                                                words[3] != NULL ? words[3] : "", &err);
    reply_status(client, status, &err);
}

static void run_remove(struct asv_bus_control_client *client, char **words)
{
    struct asv_err err = {0};
    reply_status(client, asv_bus_remove_camera(client->control->bus, words[0], &err), &err);
}

static void plug_all(struct asv_bus_control_client *client)
{
    struct asv_bus *bus = client->control->bus;
    for (unsigned i = 0; i < bus->port_count; i++) {
        struct asv_bus_port *port = &bus->ports[i];
        if (port->camera != NULL) {
            (void)!asv_bus_plug(bus, port, NULL);
        }
    }
    wait_for(client, WAIT_SETTLED, NULL, BOOT_TIMEOUT_MS);
}

static void run_plug(struct asv_bus_control_client *client, char **words)
{
    struct asv_bus *bus = client->control->bus;
    struct asv_bus_hub *hub = asv_bus_find_hub(bus, words[0]);
    struct asv_err err = {0};
    enum asv_status status;
    struct asv_bus_port *port = NULL;
    if (strcmp(words[0], "all") == 0) {
        plug_all(client);
        return;
    }
    if (hub != NULL) {
        status = asv_bus_plug_hub(bus, hub, &err);
    } else {
        port = port_or_reply(client, words[0]);
        if (port == NULL) {
            return;
        }
        status = asv_bus_plug(bus, port, &err);
    }
    if (status != ASV_OK) {
        reply_status(client, status, &err);
        return;
    }
    wait_for(client, WAIT_SETTLED, port, BOOT_TIMEOUT_MS);
}

static void unplug(struct asv_bus_control_client *client, const char *where, int status, bool cut)
{
    struct asv_bus *bus = client->control->bus;
    struct asv_bus_hub *hub = asv_bus_find_hub(bus, where);
    if (strcmp(where, "all") == 0) {
        for (unsigned i = 0; i < bus->port_count; i++) {
            asv_bus_unplug(bus, &bus->ports[i], status, cut);
        }
    } else if (hub != NULL && !cut) {
        asv_bus_unplug_hub(bus, hub);
    } else {
        struct asv_bus_port *port = port_or_reply(client, where);
        if (port == NULL) {
            return;
        }
        asv_bus_unplug(bus, port, status, cut);
    }
    reply(client, "ok");
}

static void run_unplug(struct asv_bus_control_client *client, char **words)
{
    if (words[1] != NULL && strcmp(words[1], "error") != 0) {
        reply(client, "error unplug PORT [error]");
        return;
    }
    unplug(client, words[0], words[1] != NULL ? ASV_BUS_ERROR_STATUS : ASV_BUS_GONE_STATUS, false);
}

static void run_cut(struct asv_bus_control_client *client, char **words)
{
    unplug(client, words[0], ASV_BUS_GONE_STATUS, true);
}

static void run_move(struct asv_bus_control_client *client, char **words)
{
    struct asv_bus *bus = client->control->bus;
    struct asv_bus_camera *camera = asv_bus_find_camera(bus, words[0]);
    struct asv_bus_port *port = port_or_reply(client, words[1]);
    struct asv_err err = {0};
    if (port == NULL) {
        return;
    }
    if (camera == NULL) {
        reply(client, "error no such camera");
        return;
    }
    enum asv_status status = asv_bus_move(bus, camera, port, &err);
    if (status != ASV_OK) {
        reply_status(client, status, &err);
        return;
    }
    wait_for(client, WAIT_SETTLED, port, BOOT_TIMEOUT_MS);
}

static void run_fault(struct asv_bus_control_client *client, char **words)
{
    struct asv_bus_port *port = port_or_reply(client, words[0]);
    struct asv_err err = {0};
    if (port == NULL) {
        return;
    }
    if (strcmp(words[1], "clear") == 0) {
        asv_bus_faults_clear(&port->faults);
        if (port->attachment != NULL) {
            asv_bus_revive(port->attachment);
            asv_bus_pump(port->attachment);
        }
        reply(client, "ok");
        return;
    }
    reply_status(client, asv_bus_faults_arm(&port->faults, words[1], &err), &err);
}

static void run_rate(struct asv_bus_control_client *client, char **words)
{
    struct asv_bus *bus = client->control->bus;
    struct asv_bus_hub *hub = asv_bus_find_hub(bus, words[0]);
    struct asv_bus_port *port = asv_bus_find_port(bus, words[0]);
    uint64_t rate;
    if (asv_bus_number(words[1], &rate) != ASV_OK) {
        reply(client, "error a rate is a number of bytes per second, 0 for none");
        return;
    }
    if (strcmp(words[0], "ports") == 0) {
        for (unsigned i = 0; i < bus->port_count; i++) {
            bus->ports[i].cap.rate = rate;
        }
    } else if (strcmp(words[0], "bus") == 0) {
        bus->cap.rate = rate;
    } else if (hub != NULL) {
        hub->cap.rate = rate;
    } else if (port != NULL) {
        port->cap.rate = rate;
    } else {
        reply(client, "error rate bus, ports, a hub or a port");
        return;
    }
    asv_bus_pump_all(bus);
    reply(client, "ok");
}

static void run_tick(struct asv_bus_control_client *client, char **words)
{
    uint64_t us;
    if (!client->control->bus->clock.manual || asv_bus_number(words[0], &us) != ASV_OK) {
        reply(client, "error tick MICROSECONDS, with --clock manual only");
        return;
    }
    asv_bus_tick(client->control->bus, us * 1000u);
    reply(client, "ok");
}

static const uint64_t *counter_of(const struct asv_bus_port *port, const char *name)
{
    const struct asv_bus_counters *c = &port->counters;
    const struct {
        const char *name;
        const uint64_t *value;
    } counters[] = {{"in", &c->in_bytes},        {"in-transfers", &c->in_transfers},
                    {"out", &c->out_bytes},      {"out-transfers", &c->out_transfers},
                    {"errors", &c->errors},      {"cancelled", &c->cancelled},
                    {"plugs", &c->plugs},        {"unplugs", &c->unplugs},
                    {"resets", &c->resets},      {"opens", &c->opens},
                    {"halts", &c->halts_cleared}};
    for (unsigned i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        if (strcmp(counters[i].name, name) == 0) {
            return counters[i].value;
        }
    }
    return NULL;
}

static void run_wait(struct asv_bus_control_client *client, char **words)
{
    struct asv_bus_port *port = port_or_reply(client, words[0]);
    uint64_t timeout_ms = 0;
    uint64_t at_least = 0;
    if (port == NULL) {
        return;
    }
    const uint64_t *counter = counter_of(port, words[1]);
    const char *timeout = counter != NULL ? words[3] : words[2];
    bool relative = counter != NULL && words[2][0] == '+';
    if (timeout == NULL || asv_bus_number(timeout, &timeout_ms) != ASV_OK ||
        (counter != NULL && asv_bus_number(words[2] + relative, &at_least) != ASV_OK)) {
        reply(client, "error wait PORT plugged|unplugged|off|COUNTER [+]N MILLISECONDS");
    } else if (counter != NULL) {
        client->counter = counter;
        client->at_least = at_least + (relative ? *counter : 0);
        wait_for(client, WAIT_COUNTER, port, timeout_ms);
    } else if (strcmp(words[1], "plugged") == 0) {
        wait_for(client, WAIT_SETTLED, port, timeout_ms);
    } else if (strcmp(words[1], "unplugged") == 0) {
        wait_for(client, WAIT_UNPLUGGED, port, timeout_ms);
    } else if (strcmp(words[1], "off") == 0) {
        wait_for(client, WAIT_OFF, port, timeout_ms);
    } else {
        reply(client, "error nothing that can be waited for");
    }
}

static void run_stats(struct asv_bus_control_client *client, char **words)
{
    const struct asv_bus_port *port = NULL;
    if (words[0] != NULL && (port = port_or_reply(client, words[0])) == NULL) {
        return;
    }
    char *text = asv_bus_stats(client->control->bus, port);
    reply(client, "ok %s", text != NULL ? text : "{}");
    free(text);
}

static void run_quit(struct asv_bus_control_client *client, char **words)
{
    (void)words;
    reply(client, "ok");
    asv_bus_loop_stop(client->control->bus->loop);
}

static const struct command commands[] = {
    {"camera", 3, 4, run_camera}, {"remove", 1, 1, run_remove}, {"plug", 1, 1, run_plug},
    {"unplug", 1, 2, run_unplug}, {"cut", 1, 1, run_cut},       {"move", 2, 2, run_move},
    {"fault", 2, 2, run_fault},   {"rate", 2, 2, run_rate},     {"tick", 1, 1, run_tick},
    {"wait", 3, 4, run_wait},     {"stats", 0, 1, run_stats},   {"quit", 0, 0, run_quit},
};

/* Carries out the line; a reply is set when this returns, or the client waits. */
static void run_line(struct asv_bus_control_client *client, char *line)
{
    char *words[WORDS_MAX] = {NULL};
    char *at = line + strspn(line, " \t\r");
    size_t len = strcspn(at, " \t\r");
    const struct command *command = NULL;
    unsigned count = 0;
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strlen(commands[i].name) == len && strncmp(commands[i].name, at, len) == 0) {
            command = &commands[i];
        }
    }
    if (command == NULL) {
        reply(client, "error no such command");
        return;
    }
    at += len;
    while (*(at += strspn(at, " \t\r")) != '\0' && count < command->max) {
        words[count++] = at;
        at += count == command->max ? strcspn(at, "\r") : strcspn(at, " \t\r");
        if (*at != '\0') {
            *at++ = '\0';
        }
    }
    if (count < command->min || *at != '\0') {
        reply(client, "error wrong number of words");
        return;
    }
    command->run(client, words);
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
    while (client->reply == NULL && client->wait_for == WAIT_NONE) {
        char *end = memchr(client->line, '\n', client->line_len);
        if (end == NULL) {
            return;
        }
        char line[LINE_MAX_BYTES];
        size_t len = (size_t)(end - client->line);
        memcpy(line, client->line, len);
        line[len] = '\0';
        client->line_len -= len + 1;
        memmove(client->line, end + 1, client->line_len);
        if (strspn(line, " \t\r") < len && line[strspn(line, " \t\r")] != '#') {
            run_line(client, line);
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
                        client->reply != NULL           ? EPOLLOUT
                        : client->wait_for != WAIT_NONE ? 0
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
    char copy[LINE_MAX_BYTES];
    struct asv_bus_control_client *client = new_client(control);
    if (client == NULL) {
        return ASV_E_NO_MEMORY;
    }
    (void)snprintf(copy, sizeof copy, "%s", line);
    run_line(client, copy);
    while (client->reply == NULL && !control->bus->loop->stopping) {
        asv_bus_loop_once(control->bus->loop);
    }
    (void)snprintf(out, size, "%s", client->reply != NULL ? client->reply : "error stopped");
    free_client(client);
    return strncmp(out, "ok", 2) == 0 ? ASV_OK : ASV_E_USAGE;
}
