/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The one event loop: file descriptors (libusb's, the worker pool's, the status socket's), timers on one
 * timerfd, signals on one signalfd. Single-threaded; nothing called from it may block.
 */
#ifndef ASV_DOCK_LOOP_H
#define ASV_DOCK_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

struct asv_loop;

/* A watched descriptor. The memory is the caller's and must stay put until asv_loop_unwatch. */
struct asv_watch {
    int fd;
    void (*ready)(struct asv_watch *watch, uint32_t events); /* EPOLLIN etc. */
};

/* A timer that fires once. Zero-initialise but for fire; the memory must stay put while it is set. */
struct asv_timer {
    void (*fire)(struct asv_timer *timer);
    uint64_t due_ms;
    size_t slot; /* the loop's: 1 + place in its heap, 0 when not set */
};

#define ASV_LOOP_MAX_TIMERS 1024

ASV_MUST_CHECK enum asv_status asv_loop_open(struct asv_loop **out, struct asv_err *err);
void asv_loop_close(struct asv_loop *loop);

/* events: EPOLLIN, EPOLLOUT; errors and hang-ups are always reported. */
ASV_MUST_CHECK enum asv_status asv_loop_watch(struct asv_loop *loop, struct asv_watch *watch, uint32_t events,
                                              struct asv_err *err);
void asv_loop_rewatch(struct asv_loop *loop, struct asv_watch *watch, uint32_t events);
/* After this the watch is not called any more, not even for an event that is already being handed out. */
void asv_loop_unwatch(struct asv_loop *loop, struct asv_watch *watch);

/* CLOCK_MONOTONIC. */
uint64_t asv_loop_now_ms(void);

/* Sets or moves the timer to fire in `delay_ms` from now. */
void asv_timer_start(struct asv_loop *loop, struct asv_timer *timer, uint64_t delay_ms);
void asv_timer_stop(struct asv_loop *loop, struct asv_timer *timer); /* fine when it is not set */
static inline bool asv_timer_is_set(const struct asv_timer *timer)
{
    return timer->slot != 0;
}

/* Takes SIGTERM, SIGINT and SIGHUP out of the process's hands and reports them to `caught`. Call before any
 * thread is started. */
ASV_MUST_CHECK enum asv_status asv_loop_signals(struct asv_loop *loop, void (*caught)(void *ctx, int number),
                                                void *ctx, struct asv_err *err);

/* Runs until asv_loop_stop, or a failure of epoll itself. */
ASV_MUST_CHECK enum asv_status asv_loop_run(struct asv_loop *loop, struct asv_err *err);
void asv_loop_stop(struct asv_loop *loop);

#endif
