/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A device's own thread, as a camera has its own processor: what one camera computes or writes to its flash
 * stops neither the bus nor another camera. Two short queues stand between the thread and the bus.
 */
#ifndef ASV_BUS_WORKER_H
#define ASV_BUS_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/bus/clock.h"
#include "tests/bus/device.h"
#include "tests/bus/frame.h"

/* Frames that wait for the device, and frames that the device has ready: what a controller's buffers hold. */
#define ASV_BUS_QUEUE_OUT 4
#define ASV_BUS_QUEUE_IN  2

enum asv_bus_worker_state {
    ASV_BUS_WORKER_BOOTING, /* in attach() */
    ASV_BUS_WORKER_RUNNING,
    ASV_BUS_WORKER_ENDED, /* the thread is about to return: join does not block for long */
};

struct asv_bus_worker;

/* What the bus reads in one look. */
struct asv_bus_worker_look {
    enum asv_bus_worker_state state;
    enum asv_status attach_status; /* of attach(), once it returned */
    bool halt_in, halt_out;        /* the device failed since the last look: halt that endpoint */
};

/* Starts the thread, which boots the device. Borrows clock and device. wake_fd is an eventfd, borrowed, that
 * the thread writes whenever there is something new to look at. */
ASV_MUST_CHECK enum asv_status asv_bus_worker_start(struct asv_bus_worker **out,
                                                    const struct asv_bus_device *device,
                                                    const struct asv_bus_clock *clock, int wake_fd);

struct asv_bus_worker_look asv_bus_worker_look(struct asv_bus_worker *worker, struct asv_err *err);

/* false: the queue is full, the frame stays the caller's. */
bool asv_bus_worker_offer(struct asv_bus_worker *worker, struct asv_bus_frame *frame);

/* NULL: nothing ready. The caller owns the frame. */
struct asv_bus_frame *asv_bus_worker_take(struct asv_bus_worker *worker);

/* The host cleared a halt: asks a device again whose in() had failed. */
void asv_bus_worker_resume(struct asv_bus_worker *worker);

/* Drops both queues and resets the device before it does anything else. */
void asv_bus_worker_reset(struct asv_bus_worker *worker);

/* The clock moved: asks a device again that said when it wants to be asked. */
void asv_bus_worker_tick(struct asv_bus_worker *worker, uint64_t now);

/* Tells the thread to detach the device and end; returns at once. */
void asv_bus_worker_stop(struct asv_bus_worker *worker, bool cut);

/* Waits for the thread's end and frees everything. */
void asv_bus_worker_join(struct asv_bus_worker *worker);

#endif
