/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors *
 * One who gives commands, between the socket (control.c) and the commands (commands.c).
 */
#ifndef ASV_BUS_CONTROL_CLIENT_H
#define ASV_BUS_CONTROL_CLIENT_H

#include "tests/bus/control.h"

#define ASV_BUS_LINE_BYTES 1024

enum asv_bus_wait {
    ASV_BUS_WAIT_NONE,
    ASV_BUS_WAIT_SETTLED,
    ASV_BUS_WAIT_UNPLUGGED,
    ASV_BUS_WAIT_OFF,
    ASV_BUS_WAIT_COUNTER
};

struct asv_bus_control_client {
    struct asv_bus_control_client *next;
    struct asv_bus_control *control;
    struct asv_bus_source source; /* fd < 0: the command line's */
    char line[ASV_BUS_LINE_BYTES];
    size_t line_len;
    char *reply;
    size_t reply_len, reply_sent;

    enum asv_bus_wait wait_for;
    struct asv_bus_port *port; /* NULL: all */
    const uint64_t *counter;   /* ASV_BUS_WAIT_COUNTER */
    uint64_t at_least;
    uint64_t deadline; /* CLOCK_MONOTONIC, nanoseconds */
};

/* commands.c: carries out one line, which it changes. A reply is set when this returns, or the client waits.
 */
void asv_bus_command_run(struct asv_bus_control_client *client, char *line);

/* Answers the client if what it waits for is so, or its deadline has passed. */
void asv_bus_command_check(struct asv_bus_control_client *client);

/* control.c */
void asv_bus_control_reply(struct asv_bus_control_client *client, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Makes the client wait; at_least and counter are set by the caller before. */
void asv_bus_control_wait(struct asv_bus_control_client *client, enum asv_bus_wait what,
                          struct asv_bus_port *port, uint64_t timeout_ms);

#endif
