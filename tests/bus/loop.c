/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/loop.h"

#include <stddef.h>
#include <sys/epoll.h>
#include <unistd.h>

enum asv_status asv_bus_loop_open(struct asv_bus_loop *loop)
{
    loop->stopping = 0;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    return loop->epoll < 0 ? ASV_E_INTERNAL : ASV_OK;
}

void asv_bus_loop_close(struct asv_bus_loop *loop)
{
    if (loop->epoll >= 0) {
        close(loop->epoll);
        loop->epoll = -1;
    }
}

enum asv_status asv_bus_loop_add(struct asv_bus_loop *loop, struct asv_bus_source *source, int fd,
                                 uint32_t events, void (*ready)(struct asv_bus_source *, uint32_t))
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        return ASV_E_INTERNAL;
    }
    *source = (struct asv_bus_source){.fd = fd, .events = events, .ready = ready};
    return ASV_OK;
}

void asv_bus_loop_change(struct asv_bus_loop *loop, struct asv_bus_source *source, uint32_t events)
{
    if (source->fd < 0 || source->events == events) {
        return;
    }
    struct epoll_event event = {.events = events, .data.ptr = source};
    source->events = events;
    (void)epoll_ctl(loop->epoll, EPOLL_CTL_MOD, source->fd, &event);
}

void asv_bus_loop_remove(struct asv_bus_loop *loop, struct asv_bus_source *source)
{
    if (source->fd < 0) {
        return;
    }
    (void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
    close(source->fd);
    source->fd = -1;
}

void asv_bus_loop_once(struct asv_bus_loop *loop)
{
    /* One at a time: whatever an event frees, no stale event of the same batch points to it. */
    struct epoll_event event;
    if (epoll_wait(loop->epoll, &event, 1, -1) == 1) {
        struct asv_bus_source *source = event.data.ptr;
        source->ready(source, event.events);
    }
}

void asv_bus_loop_run(struct asv_bus_loop *loop)
{
    while (!loop->stopping) {
        asv_bus_loop_once(loop);
    }
}

void asv_bus_loop_stop(struct asv_bus_loop *loop)
{
    loop->stopping = 1;
}
