/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bus as usbredir channels: QEMU puts each port behind an emulated controller, and a real kernel drives
 * it. Each port listens on DIR/redir/PORT; QEMU connects with -chardev socket,id=c,path=DIR/redir/PORT
 * -device usb-redir,chardev=c,port=...
 */
#ifndef ASV_BUS_REDIR_H
#define ASV_BUS_REDIR_H

#include "tests/bus/bus.h"

struct asv_redir_channel;

struct asv_redir {
    struct asv_bus *bus;
    char dir[64];
    struct asv_redir_channel *channels[ASV_BUS_PORTS_MAX]; /* by index of the port */
};

/* Becomes the bus's backend. */
ASV_MUST_CHECK enum asv_status asv_redir_open(struct asv_redir *redir, struct asv_bus *bus, const char *dir,
                                              struct asv_err *err);

/* After the hubs are known: makes the sockets. */
ASV_MUST_CHECK enum asv_status asv_redir_listen(struct asv_redir *redir, struct asv_err *err);

/* The bus is closed already. */
void asv_redir_close(struct asv_redir *redir);

#endif
