/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bus's event loop: descriptors in, calls out, one thread. Nothing here polls.
 */
#ifndef ASV_BUS_LOOP_H
#define ASV_BUS_LOOP_H

#include <stdint.h>

#include "firmware-proto/base/status.h"

struct asv_bus_source {
    int fd;
    uint32_t events; /* what the loop waits for now, EPOLLIN and so on */
    void (*ready)(struct asv_bus_source *source, uint32_t events);
};

struct asv_bus_loop {
    int epoll;
    int stopping;
};

ASV_MUST_CHECK enum asv_status asv_bus_loop_open(struct asv_bus_loop *loop);
void asv_bus_loop_close(struct asv_bus_loop *loop);

/* The loop borrows source until it is removed; ready() may remove and free its own or any other source,
 * because the loop takes one event at a time. */
ASV_MUST_CHECK enum asv_status asv_bus_loop_add(struct asv_bus_loop *loop, struct asv_bus_source *source,
                                                int fd, uint32_t events,
                                                void (*ready)(struct asv_bus_source *, uint32_t));
void asv_bus_loop_change(struct asv_bus_loop *loop, struct asv_bus_source *source, uint32_t events);

/* Stops waiting and closes the descriptor; nothing when it is closed already (fd < 0). */
void asv_bus_loop_remove(struct asv_bus_loop *loop, struct asv_bus_source *source);

/* Waits for one event and serves it. */
void asv_bus_loop_once(struct asv_bus_loop *loop);

/* Returns when asv_bus_loop_stop was called. */
void asv_bus_loop_run(struct asv_bus_loop *loop);
void asv_bus_loop_stop(struct asv_bus_loop *loop);

#endif
