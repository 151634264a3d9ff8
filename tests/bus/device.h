/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What can sit behind a port of the simulated bus. A device speaks in whole frames: one OUT transfer is one
 * frame in, one frame out ends the host's IN transfer. Packets, halts, pacing and faults are the bus's work.
 */
#ifndef ASV_BUS_DEVICE_H
#define ASV_BUS_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

/* No device sends or takes a longer frame. Above every frame of the dock's protocol; bounds the memory of a
 * port. */
#define ASV_BUS_FRAME_MAX (1u << 20)

/* in() has nothing to send until the host sends something or the bus resets the device. */
#define ASV_BUS_NEVER UINT64_MAX

/* All functions but cut() and destroy() are called from the device's own thread, one at a time, in the order
 * attach, any of out, in and reset, detach. A device lives on between detach and the next attach. Times are
 * nanoseconds of the bus's clock. */
struct asv_bus_device_ops {
    const char *kind;
    size_t frame_max; /* the longest frame in() writes; <= ASV_BUS_FRAME_MAX */

    /* A frame that fills its last packet is ended by an empty packet (usb_request.zero in a gadget). Without
     * it, the host's transfer goes on with the next frame. */
    bool zero;

    /* Power on at time now. Anything but ASV_OK keeps the device off the bus. */
    enum asv_status (*attach)(void *self, uint64_t now, struct asv_err *err);

    /* Power off. cut: without warning, so nothing may be written that a device without power could not. */
    void (*detach)(void *self, bool cut);

    /* May be NULL. From any thread, at any time between attach and detach: the power is gone, so whatever
     * the device's thread is doing must fail soon. */
    void (*cut)(void *self);

    /* Bus reset, or a new configuration or alternate setting: frames not yet sent are already dropped. */
    void (*reset)(void *self, uint64_t now);

    /* One OUT transfer, whole. ASV_E_AGAIN: not now; the same frame is offered again after in(). Any other
     * failure halts the OUT endpoint. */
    enum asv_status (*out)(void *self, uint64_t now, const uint8_t *frame, size_t len);

    /* Writes the next frame to send to frame[frame_max]. ASV_E_AGAIN: nothing yet; *wake says when to ask
     * again without an OUT in between (ASV_BUS_NEVER by default). Any other failure halts the IN endpoint;
     * in() is called again once the host has cleared that. */
    enum asv_status (*in)(void *self, uint64_t now, uint8_t *frame, size_t *len, uint64_t *wake);

    void (*destroy)(void *self);
};

/* A device and its kind. */
struct asv_bus_device {
    const struct asv_bus_device_ops *ops;
    void *self;
};

/* Makes a device. args is what the camera command gave after the port: "key=value" words, may be empty.
 * The caller ends it with ops->destroy(self). */
typedef enum asv_status asv_bus_device_create(struct asv_bus_device *out, const char *args,
                                              struct asv_err *err);

struct asv_bus_device_kind {
    const char *name;
    asv_bus_device_create *create;
};

/* NULL when there is no such kind. */
const struct asv_bus_device_kind *asv_bus_device_kind_find(const char *name);

/* Finds "key=value" among the words of args and copies the value to out[size]; ASV_E_NOT_FOUND when it is
 * not there, ASV_E_LIMIT when it does not fit. */
enum asv_status asv_bus_arg(const char *args, const char *key, char *out, size_t size);

/* A decimal number with an optional suffix k, M or G (powers of 1000); ASV_E_USAGE when it is none. */
enum asv_status asv_bus_number(const char *text, uint64_t *out);

/* As asv_bus_arg, for a number. *out is left as it is when the key is missing; ASV_E_USAGE when the value is
 * no number. */
enum asv_status asv_bus_arg_u64(const char *args, const char *key, uint64_t *out);

#endif
