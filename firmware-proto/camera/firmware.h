/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What stands in seals and enrolment requests about the software that runs, and the operating system's world.
 */
#ifndef ASV_CAMERA_FIRMWARE_H
#define ASV_CAMERA_FIRMWARE_H

#include "firmware-proto/base/world.h"
#include "firmware-proto/camera/store.h"

/* Version, and SHA-256 of the running program's file. ASV_E_IO when that cannot be read. */
ASV_MUST_CHECK enum asv_status asv_camera_firmware(struct asv_store_firmware *out, struct asv_err *err);

/* getrandom; CLOCK_REALTIME, which is known to be wrong before 2024 (a real-time clock without a battery);
 * CLOCK_BOOTTIME, which counts through sleep. */
struct asv_world asv_camera_world(void);

/* The kernel's id of this boot, to which CLOCK_BOOTTIME belongs. */
ASV_MUST_CHECK enum asv_status asv_camera_boot_id(uint8_t out[ASV_UUID_BYTES]);

#endif
