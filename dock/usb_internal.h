/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What usb.c (the bus, hotplug, opening and closing) and usb_transfer.c (frames in and out) share. No other
 * file includes this one, or libusb.h.
 */
#ifndef ASV_DOCK_USB_INTERNAL_H
#define ASV_DOCK_USB_INTERNAL_H

#include "dock/usb.h"

#include <libusb.h>

struct asv_usb_buffer {
    struct asv_usb_frame frame; /* first: a frame is its buffer */
    struct asv_usb_camera *camera;
    struct libusb_transfer *transfer;
    bool posted, of_device;
    uint64_t order; /* of posting */
};

struct asv_usb_out {
    struct asv_usb_out *next;
    size_t len;
    uint8_t data[];
};

struct asv_usb_blocking {
    struct asv_job job; /* first */
    struct asv_usb_camera *camera;
    bool running, reset;
    uint8_t halted[2];
    size_t halted_count;
    int result;
};

struct asv_usb_camera {
    struct asv_usb *usb;
    libusb_device *device;
    libusb_device_handle *handle;
    char port[ASV_USB_PORT_BYTES];
    void *user;
    bool announced, present, want_open, want_reset, opened, closing, failed;
    const char
        *broken; /* why a transfer could not be submitted: failed is called from the loop's next round */
    uint8_t interface, in, out;
    unsigned want, buffer_count, posted, stalls;
    bool halted_in, halted_out;
    struct asv_usb_buffer *buffers[ASV_USB_MAX_WINDOW];
    uint64_t posts, closing_since_ms;
    struct asv_usb_out *out_head, **out_tail;
    unsigned out_count;
    struct libusb_transfer *out_transfer;
    bool out_posted;
    struct asv_usb_blocking blocking;
};

struct asv_usb_watch {
    struct asv_watch watch; /* first */
    struct asv_usb *usb;
    struct asv_usb_watch *next;
};

struct asv_usb {
    struct asv_usb_config config;
    libusb_context *context;
    libusb_hotplug_callback_handle hotplug;
    bool hotplug_on;
    size_t transfer_bytes, budget, used, peak;
    unsigned turn;
    struct asv_usb_watch *watches;
    struct asv_timer settle, memory, timeouts;
    struct asv_usb_camera *cameras[ASV_USB_MAX_CAMERAS];
};

/* usb.c */
/* The bus of a timer inside it, `offset` bytes from its start. */
struct asv_usb *asv_usb_of(struct asv_timer *timer, size_t offset);
void asv_usb_settle_soon(struct asv_usb *usb);
/* Tells the owner, once for each opening. */
void asv_usb_camera_fail(struct asv_usb_camera *camera, enum asv_status status, const char *text);
void asv_usb_camera_opened(struct asv_usb_camera *camera);

/* usb_transfer.c */
void asv_usb_memory_fire(struct asv_timer *timer);
void asv_usb_top_up(struct asv_usb_camera *camera);
void asv_usb_top_up_all(struct asv_usb *usb);
void asv_usb_cancel_all(struct asv_usb_camera *camera);
void asv_usb_out_pop(struct asv_usb_camera *camera);
/* Clears the endpoints in blocking.halted, or resets the device when blocking.reset is set, on a worker. */
void asv_usb_blocking_start(struct asv_usb_camera *camera);

#endif
