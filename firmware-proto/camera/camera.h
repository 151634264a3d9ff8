/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A whole camera in the caller's process: its store in a directory, its identity and its side of the wire
 * protocol. asservat-camera serves one over FunctionFS; the simulated bus hosts many.
 *
 * One thread at a time per camera. Nothing here blocks but the directory's own reads and writes.
 */
#ifndef ASV_CAMERA_CAMERA_H
#define ASV_CAMERA_CAMERA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/base/world.h"
#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/trust/common.h"
#include "firmware-proto/wire/frame.h"
#include "firmware-proto/wire/messages.h"

struct asv_camera;

struct asv_camera_options {
    const char *dir; /* made by "asservat-camera init" and "install"; locked while the camera is open */
    const struct asv_world *world; /* borrowed until close */
    const uint8_t *boot;           /* 16 bytes that tell this boot from others; NULL: drawn from world */
};

/* Switches the camera on: takes the directory's lock, finishes what a power cut left (RECOVERED links,
 * begun erasures), and writes BOOT into the device log. ASV_E_BUSY when another process has the directory,
 * ASV_E_STATE when the camera was not installed yet, ASV_E_NOT_FOUND when there is none. The caller closes
 * *out. */
ASV_MUST_CHECK enum asv_status asv_camera_open(struct asv_camera **out,
                                               const struct asv_camera_options *options, struct asv_err *err);

/* The power is gone, from any thread: whatever the camera is doing fails from now on and nothing more is
 * written. Close it then; the next open finds what a power cut left. */
void asv_camera_cut(struct asv_camera *camera);

/* Switches it off; a session ends at once, as when the plug is pulled. NULL is fine. */
void asv_camera_close(struct asv_camera *camera);

/* The host configured the device: a session begins with the next transfer in. Forgets any session before. */
void asv_camera_attach(struct asv_camera *camera);

/* The plug was pulled, or the host reset or unconfigured the device: the session and everything in flight
 * are forgotten; the store keeps what was answered OK. A reset is followed by an attach. */
void asv_camera_detach(struct asv_camera *camera);
void asv_camera_reset(struct asv_camera *camera);

/* One whole bulk OUT transfer from the host, of any bytes: whatever is wrong with it is answered on the wire
 * (ABORT), as a device has nobody else to tell. ASV_E_STATE when not attached, ASV_E_AGAIN while an answer
 * waits for asv_camera_in and there is no room for another: the endpoint does not acknowledge then; offer the
 * same transfer again after the next asv_camera_in. */
ASV_MUST_CHECK enum asv_status asv_camera_out(struct asv_camera *camera, const void *transfer, size_t len);

/* The next whole bulk IN transfer, *len bytes (never 0). ASV_E_AGAIN while there is nothing to say,
 * ASV_E_STATE when not attached, ASV_E_LIMIT when cap is below ASV_WIRE_MAX_FRAME_BYTES: nothing happened. */
ASV_MUST_CHECK enum asv_status asv_camera_in(struct asv_camera *camera, void *out, size_t cap, size_t *len);

/* True while a request takes its time (an erasure): asv_camera_in answers ASV_E_AGAIN and should be called
 * again soon, without anything from the host in between. */
bool asv_camera_busy(const struct asv_camera *camera);

/* What the charger says: percent, or ASV_WIRE_BATTERY_UNKNOWN. Docks issue the fullest. */
void asv_camera_power(struct asv_camera *camera, uint8_t percent, bool charging);

/* What the dock wants shown on the camera. */
void asv_camera_indicator(const struct asv_camera *camera, struct asv_wire_indicator *out);

#endif
