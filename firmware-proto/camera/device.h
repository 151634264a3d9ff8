/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The camera as a dock sees it: what the wire protocol asks for, answered from the store.
 */
#ifndef ASV_CAMERA_DEVICE_H
#define ASV_CAMERA_DEVICE_H

#include "firmware-proto/camera/store.h"
#include "firmware-proto/wire/camera.h"

struct asv_camera_device {
    struct asv_store *store;           /* borrowed; installed */
    uint8_t session[ASV_SHA256_BYTES]; /* handshake hash of the last one */
    uint64_t log_told;                 /* entries below this number were handed out in this session */
    uint8_t battery_percent;           /* ASV_WIRE_BATTERY_UNKNOWN: nobody said */
    bool charging;
    struct asv_wire_indicator indicator;  /* what the dock wants shown */
    enum asv_wire_finish_reason finished; /* of the last session that ended in good order; 0 none */
};

void asv_camera_device_init(struct asv_camera_device *device, struct asv_store *store);

/* ctx is a struct asv_camera_device. */
extern const struct asv_wire_camera_ops asv_camera_device_ops;

#endif
