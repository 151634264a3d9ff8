/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/control_client.h"

#include <stdlib.h>
#include <string.h>

#include "tests/bus/stats.h"

#define WORDS_MAX 8

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

static void reply_status(struct asv_bus_control_client *client, enum asv_status status,
                         const struct asv_err *err)
{
    if (status == ASV_OK) {
        asv_bus_control_reply(client, "ok");
    } else {
        asv_bus_control_reply(client, "error %s: %s", asv_status_name(status), err->text);
    }
}

static struct asv_bus_port *port_or_reply(struct asv_bus_control_client *client, const char *path)
{
    struct asv_bus_port *port = asv_bus_find_port(client->control->bus, path);
    if (port == NULL) {
        asv_bus_control_reply(client, "error no such port");
    }
    return port;
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
        asv_bus_control_reply(client, "error %s: %s: %s", failed->path, asv_status_name(failed->err.status),
                              failed->err.text);
    } else {
        asv_bus_control_reply(client, "ok");
    }
}

static bool camera_off(const struct asv_bus_port *port)
{
    return port->camera == NULL || port->camera->state == ASV_BUS_CAMERA_OFF;
}

void asv_bus_command_check(struct asv_bus_control_client *client)
{
    switch (client->wait_for) {
    case ASV_BUS_WAIT_NONE:
        break;
    case ASV_BUS_WAIT_SETTLED:
        check_settled(client);
        break;
    case ASV_BUS_WAIT_UNPLUGGED:
        if (client->port->attachment == NULL) {
            asv_bus_control_reply(client, "ok");
        }
        break;
    case ASV_BUS_WAIT_OFF:
        if (camera_off(client->port)) {
            asv_bus_control_reply(client, "ok");
        }
        break;
    case ASV_BUS_WAIT_COUNTER:
        if (*client->counter >= client->at_least) {
            asv_bus_control_reply(client, "ok %llu", (unsigned long long)*client->counter);
        }
        break;
    }
    if (client->wait_for != ASV_BUS_WAIT_NONE && client->deadline <= monotonic()) {
        asv_bus_control_reply(client, "error TIMEOUT: it did not happen");
    }
}

/* A boot may have to recover a store, but not for ever. */
#define BOOT_TIMEOUT_MS 60000

static void run_camera(struct asv_bus_control_client *client, char **words)
{
    struct asv_err err = {0};
    for (const char *c = words[0]; *c != '\0'; c++) {
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", *c) == NULL) {
            asv_bus_control_reply(client, "error a name has letters, digits, '-', '_' and '.' only");
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
    asv_bus_control_wait(client, ASV_BUS_WAIT_SETTLED, NULL, BOOT_TIMEOUT_MS);
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
    asv_bus_control_wait(client, ASV_BUS_WAIT_SETTLED, port, BOOT_TIMEOUT_MS);
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
    asv_bus_control_reply(client, "ok");
}

static void run_unplug(struct asv_bus_control_client *client, char **words)
{
    if (words[1] != NULL && strcmp(words[1], "error") != 0) {
        asv_bus_control_reply(client, "error unplug PORT [error]");
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
        asv_bus_control_reply(client, "error no such camera");
        return;
    }
    enum asv_status status = asv_bus_move(bus, camera, port, &err);
    if (status != ASV_OK) {
        reply_status(client, status, &err);
        return;
    }
    asv_bus_control_wait(client, ASV_BUS_WAIT_SETTLED, port, BOOT_TIMEOUT_MS);
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
        asv_bus_control_reply(client, "ok");
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
        asv_bus_control_reply(client, "error a rate is a number of bytes per second, 0 for none");
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
        asv_bus_control_reply(client, "error rate bus, ports, a hub or a port");
        return;
    }
    asv_bus_pump_all(bus);
    asv_bus_control_reply(client, "ok");
}

static void run_tick(struct asv_bus_control_client *client, char **words)
{
    uint64_t us;
    if (!client->control->bus->clock.manual || asv_bus_number(words[0], &us) != ASV_OK) {
        asv_bus_control_reply(client, "error tick MICROSECONDS, with --clock manual only");
        return;
    }
    asv_bus_tick(client->control->bus, us * 1000u);
    asv_bus_control_reply(client, "ok");
}

static const uint64_t *counter_of(const struct asv_bus_port *port, const char *name)
{
    const struct asv_bus_counters *c = &port->counters;
    const struct {
        const char *name;
        const uint64_t *value;
    } counters[] = {{"in", &c->in_bytes},
                    {"in-started", &c->in_started},
                    {"in-transfers", &c->in_transfers},
                    {"out", &c->out_bytes},
                    {"out-transfers", &c->out_transfers},
                    {"errors", &c->errors},
                    {"cancelled", &c->cancelled},
                    {"plugs", &c->plugs},
                    {"unplugs", &c->unplugs},
                    {"resets", &c->resets},
                    {"opens", &c->opens},
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
        asv_bus_control_reply(client, "error wait PORT plugged|unplugged|off|COUNTER [+]N MILLISECONDS");
    } else if (counter != NULL) {
        client->counter = counter;
        client->at_least = at_least + (relative ? *counter : 0);
        asv_bus_control_wait(client, ASV_BUS_WAIT_COUNTER, port, timeout_ms);
    } else if (strcmp(words[1], "plugged") == 0) {
        asv_bus_control_wait(client, ASV_BUS_WAIT_SETTLED, port, timeout_ms);
    } else if (strcmp(words[1], "unplugged") == 0) {
        asv_bus_control_wait(client, ASV_BUS_WAIT_UNPLUGGED, port, timeout_ms);
    } else if (strcmp(words[1], "off") == 0) {
        asv_bus_control_wait(client, ASV_BUS_WAIT_OFF, port, timeout_ms);
    } else {
        asv_bus_control_reply(client, "error nothing that can be waited for");
    }
}

static void run_stats(struct asv_bus_control_client *client, char **words)
{
    const struct asv_bus_port *port = NULL;
    if (words[0] != NULL && (port = port_or_reply(client, words[0])) == NULL) {
        return;
    }
    char *text = asv_bus_stats(client->control->bus, port);
    asv_bus_control_reply(client, "ok %s", text != NULL ? text : "{}");
    free(text);
}

static void run_quit(struct asv_bus_control_client *client, char **words)
{
    (void)words;
    asv_bus_control_reply(client, "ok");
    asv_bus_loop_stop(client->control->bus->loop);
}

static const struct command commands[] = {
    {"camera", 3, 4, run_camera}, {"remove", 1, 1, run_remove}, {"plug", 1, 1, run_plug},
    {"unplug", 1, 2, run_unplug}, {"cut", 1, 1, run_cut},       {"move", 2, 2, run_move},
    {"fault", 2, 2, run_fault},   {"rate", 2, 2, run_rate},     {"tick", 1, 1, run_tick},
    {"wait", 3, 4, run_wait},     {"stats", 0, 1, run_stats},   {"quit", 0, 0, run_quit},
};

void asv_bus_command_run(struct asv_bus_control_client *client, char *line)
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
        asv_bus_control_reply(client, "error no such command");
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
        asv_bus_control_reply(client, "error wrong number of words");
        return;
    }
    command->run(client, words);
}
