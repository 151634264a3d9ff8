/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A device while it is plugged in: what a host controller sees of it. Backends submit transfers here;
 * packets, halts, caps and faults happen here. All functions run on the loop's thread.
 */
#ifndef ASV_BUS_ATTACHMENT_H
#define ASV_BUS_ATTACHMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/bus/clock.h"
#include "tests/bus/fault.h"
#include "tests/bus/frame.h"
#include "tests/bus/usb.h"
#include "tests/bus/worker.h"

/* One bulk transfer. The backend owns it and its memory until asv_bus_submit and from done() on. */
struct asv_bus_urb {
    struct asv_bus_urb *next;
    uint8_t endpoint;
    uint32_t length;             /* bytes asked for, or bytes in frame for an OUT transfer */
    struct asv_bus_frame *frame; /* OUT: the bytes, taken by the device; IN: holds the answer */
    uint8_t *in;                 /* IN: the answer, inside frame */
    uint32_t actual;
    int status; /* 0 or a negative errno as usbfs reports it */
    void (*done)(struct asv_bus_urb *urb);
    void *owner; /* the backend's */
    uint64_t id;
};

struct asv_bus_urbs {
    struct asv_bus_urb *first;
    struct asv_bus_urb *last;
    unsigned count;
};

void asv_bus_urbs_put(struct asv_bus_urbs *queue, struct asv_bus_urb *urb);
struct asv_bus_urb *asv_bus_urbs_take(struct asv_bus_urbs *queue);
bool asv_bus_urbs_remove(struct asv_bus_urbs *queue, const struct asv_bus_urb *urb);
void asv_bus_urb_free(struct asv_bus_urb *urb);

/* Sums over the life of a port. */
struct asv_bus_counters {
    uint64_t in_bytes, in_transfers, out_bytes, out_transfers;
    uint64_t in_started; /* times that bytes of a frame went on the wire for a transfer */
    uint64_t errors;     /* transfers that ended with anything but 0 */
    uint64_t cancelled;  /* of these, by the host */
    uint64_t plugs, unplugs, resets, opens, halts_cleared;
};

/* What an attachment asks of the bus. */
struct asv_bus_attachment;
struct asv_bus_attachment_ops {
    /* Look again at the latest at this time of the bus's clock. */
    void (*wake_at)(void *ctx, uint64_t when);
    /* A fault pulls the device: detach it as soon as the current call has returned. */
    void (*pull)(void *ctx, struct asv_bus_attachment *attachment, bool cut);
    /* Counters changed: somebody may be waiting for them. */
    void (*progress)(void *ctx, struct asv_bus_attachment *attachment);
};

#define ASV_BUS_CAPS_MAX 8 /* the device, up to six hubs, the bus */

/* A transfer's place on the wire. */
struct asv_bus_slot {
    bool reserved;
    uint64_t ready_at;
};

struct asv_bus_attachment {
    unsigned refs;
    bool gone;
    struct asv_bus_usb usb;
    unsigned address;              /* device number on its bus */
    struct asv_bus_worker *worker; /* NULL once gone */
    const struct asv_bus_clock *clock;
    struct asv_bus_cap *caps[ASV_BUS_CAPS_MAX];
    unsigned cap_count;
    struct asv_bus_faults *faults;
    struct asv_bus_counters *counters;
    const struct asv_bus_attachment_ops *ops;
    void *ctx;
    void *backend; /* the backend's part, made and ended by it */
    void *claimed; /* which of the backend's clients has the interface */

    struct asv_bus_urbs pending_in, pending_out;
    struct asv_bus_slot slot_in, slot_out;
    struct asv_bus_frame *frame; /* being sent */
    size_t frame_at;
    bool frame_checked;          /* faults had their look */
    struct asv_bus_frame *again; /* a DOUBLE's second copy */
    enum asv_bus_verdict verdict;
    uint64_t part;   /* bytes of frame that arrive before a PULL */
    bool zero;       /* asv_bus_device_ops.zero */
    bool empty_owed; /* an empty packet comes next */
    bool hang, mute;
    bool pulled;
};

/* Borrows a worker that runs, until asv_bus_detach. refs is 1. NULL when there is no memory. */
struct asv_bus_attachment *asv_bus_attachment_new(struct asv_bus_worker *worker, enum asv_bus_speed speed);
void asv_bus_attachment_ref(struct asv_bus_attachment *attachment);
void asv_bus_attachment_unref(struct asv_bus_attachment *attachment);

/* Queues a transfer; done() is called now or later, exactly once. 0, or a negative errno and done() is not
 * called. */
int asv_bus_submit(struct asv_bus_attachment *attachment, struct asv_bus_urb *urb);

/* Ends a queued transfer with -ENOENT; false when it is not queued any more. */
bool asv_bus_cancel(struct asv_bus_attachment *attachment, struct asv_bus_urb *urb);

/* Ends with -ENOENT all transfers of one owner. */
void asv_bus_cancel_owner(struct asv_bus_attachment *attachment, const void *owner);

/* A control transfer on endpoint 0; returns as asv_bus_usb_control does. */
int asv_bus_control(struct asv_bus_attachment *attachment, const uint8_t *setup, uint8_t *data);

/* The host resets the device: transfers end with -ENOENT, frames are dropped, halts are gone. */
void asv_bus_reset(struct asv_bus_attachment *attachment);
void asv_bus_clear_halt(struct asv_bus_attachment *attachment, uint8_t endpoint);

/* Moves whatever can move: after a wake-up of the worker, of the clock, or after faults changed. */
void asv_bus_pump(struct asv_bus_attachment *attachment);

/* A new fault may undo a hang. */
void asv_bus_revive(struct asv_bus_attachment *attachment);

/* The device is gone: transfers end with status, the worker is told to stop and not used any more. */
void asv_bus_detach(struct asv_bus_attachment *attachment, int status, bool cut);

#endif
