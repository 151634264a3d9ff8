/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Cameras on the USB bus: hotplug, bulk transfers, and the limits that keep one camera from harming the
 * others. only usb_internal.h, and so usb.c and
 * usb_transfer.c, includes libusb.h. Everything happens on the loop's thread; what would
 * block (clearing a halted endpoint, resetting a device) goes to the worker pool.
 *
 * One transfer carries one frame of PROTOCOL.md, ended by a short packet. A camera exists from `attached` to
 * `detached`; in between it may be opened and closed any number of times:
 *
 *   attached -> [open -> opened | failed] -> received... -> failed or asv_usb_close -> closed -> ... detached
 *
 * A device that is pulled out fails first (when it was open), is closed when its last transfer has been
 * reaped and the last frame given back, and is then detached. What libusb calls NO_DEVICE and ERROR is one
 * thing here: which of the two a pulled device ends with depends on the host controller.
 */
#ifndef ASV_DOCK_USB_H
#define ASV_DOCK_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dock/loop.h"
#include "dock/pool.h"
#include "firmware-proto/base/status.h"

#define ASV_USB_VENDOR      0x1209
#define ASV_USB_PRODUCT     0x4001
#define ASV_USB_PORT_BYTES  32   /* "1-2.7": bus, then up to seven ports; NUL included */
#define ASV_USB_MAX_CAMERAS 64   /* more are ignored and logged by the caller */
#define ASV_USB_MAX_WINDOW  8    /* transfers of one camera at once */
#define ASV_USB_MAX_STALLS  8    /* of one camera in one opening */
#define ASV_USB_OUT_FRAMES  32   /* waiting to be sent to one camera */
#define ASV_USB_STALE_MS    2000 /* opening waits this long for handles of devices that are gone */

struct asv_usb;
struct asv_usb_camera;

/* A frame that arrived: the whole bulk transfer. Give it back with asv_usb_release. */
struct asv_usb_frame {
    uint8_t *data;
    size_t len;
};

/* Callbacks; none is called from within a function of this header except asv_usb_start (attached). */
struct asv_usb_ops {
    void *ctx;
    void (*attached)(void *ctx, struct asv_usb_camera *camera);
    void (*opened)(void *ctx, struct asv_usb_camera *camera);
    /* The frame is the callee's until it calls asv_usb_release, which it does even after `failed`. */
    void (*received)(void *ctx, struct asv_usb_camera *camera, struct asv_usb_frame *frame);
    /* There is room for another frame to send. */
    void (*sent)(void *ctx, struct asv_usb_camera *camera);
    /* Opening did not succeed, or the open camera is of no use any more. AWAY: it is gone, or behaves so. */
    void (*failed)(void *ctx, struct asv_usb_camera *camera, const struct asv_err *why);
    void (*closed)(void *ctx, struct asv_usb_camera *camera);
    void (*detached)(void *ctx, struct asv_usb_camera *camera); /* camera is freed after this */
    /* A device could not be taken on at all (too many). */
    void (*ignored)(void *ctx, const char *port);
};

struct asv_usb_config {
    uint16_t vendor, product;
    size_t frame_bytes;       /* the longest frame there is; transfers are this, rounded up to 1024 */
    size_t budget_bytes;      /* of all transfer buffers together */
    unsigned send_timeout_ms; /* a camera that does not take a frame within this has failed */
    struct asv_loop *loop;
    struct asv_pool *pool;
    unsigned lane; /* of the pool, for blocking calls */
    struct asv_usb_ops ops;
};

/* *out is the caller's to stop. ASV_E_UNSUPPORTED without hotplug, ASV_E_USAGE when the budget does not hold
 * one transfer. The kernel's limit (usbfs_memory_mb) lowers the budget; asv_usb_budget tells what it is. */
ASV_MUST_CHECK enum asv_status asv_usb_start(const struct asv_usb_config *config, struct asv_usb **out,
                                             struct asv_err *err);
size_t asv_usb_budget(const struct asv_usb *usb);
size_t asv_usb_transfer_bytes(const struct asv_usb *usb);

/* Closes every camera; true once all are closed and asv_usb_stop may be called. */
bool asv_usb_shut(struct asv_usb *usb);
void asv_usb_stop(struct asv_usb *usb);

/* Static for the camera's life. */
const char *asv_usb_port(const struct asv_usb_camera *camera);
void asv_usb_set_user(struct asv_usb_camera *camera, void *user);
void *asv_usb_user(const struct asv_usb_camera *camera);

/* Asks for the camera to be opened (`opened` or `failed` follows); with reset, its port is reset first. */
void asv_usb_open(struct asv_usb_camera *camera, bool reset);

/* Ends all transfers and closes (`closed` follows). Nothing is received from it after this call. Fine when it
 * is not open: then nothing follows. */
void asv_usb_close(struct asv_usb_camera *camera);

/* How many transfers to keep waiting for frames of this camera: 1..ASV_USB_MAX_WINDOW. It gets as many as the
 * budget allows, at least one. */
void asv_usb_want(struct asv_usb_camera *camera, unsigned transfers);

/* What each open camera may count on now: budget / open cameras, 1..ASV_USB_MAX_WINDOW. */
unsigned asv_usb_share(const struct asv_usb *usb);

/* Sends a copy of one frame. ASV_E_BUSY when ASV_USB_OUT_FRAMES are waiting, ASV_E_AWAY when it is not open.
 */
ASV_MUST_CHECK enum asv_status asv_usb_send(struct asv_usb_camera *camera, const void *data, size_t len,
                                            struct asv_err *err);

void asv_usb_release(struct asv_usb_frame *frame);

/* Bytes in transfer buffers now, and the most there have been: for the status page and the tests. */
void asv_usb_usage(const struct asv_usb *usb, size_t *now, size_t *peak);

#endif
