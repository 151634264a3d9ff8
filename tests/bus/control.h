/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Commands to the bus: one line in, one line out, "ok" or "error" first. README.md lists them.
 */
#ifndef ASV_BUS_CONTROL_H
#define ASV_BUS_CONTROL_H

#include <stddef.h>

#include "tests/bus/bus.h"

struct asv_bus_control_client;

struct asv_bus_control {
    struct asv_bus *bus;
    struct asv_bus_source listener;
    struct asv_bus_source deadline; /* a timerfd for waits that may not last for ever */
    struct asv_bus_control_client *clients;
    char path[108];
};

/* Listens at path and hooks into the bus's changes. */
ASV_MUST_CHECK enum asv_status asv_bus_control_open(struct asv_bus_control *control, struct asv_bus *bus,
                                                    const char *path, struct asv_err *err);
void asv_bus_control_close(struct asv_bus_control *control);

/* Carries out one line and runs the loop until it is answered; the answer comes to reply[size]. ASV_E_USAGE
 * when the answer is an error. */
ASV_MUST_CHECK enum asv_status asv_bus_control_run(struct asv_bus_control *control, const char *line,
                                                   char *reply, size_t size);

#endif
