/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The kinds of devices; README.md says what each understands.
 */
#ifndef ASV_BUS_DEVICES_H
#define ASV_BUS_DEVICES_H

#include "tests/bus/device.h"

/* "loopback": sends every frame back. The frame "GEN" 0x00, count u32, size u32, seed u64 makes it send count
 * frames (0: endless) of size bytes, each starting with its number as u64 and filled by asv_bus_pattern;
 * "STOP" ends that, "SINK" and anything behind it is swallowed. */
asv_bus_device_create asv_bus_loopback_create;

/* "stream [chunks=1..4] [frames=N]": after the first OUT transfer sends CHUNKS frames without end (or N of
 * them) as fast as the caps allow: what the dock receives from a camera, without a session around it. */
asv_bus_device_create asv_bus_stream_create;

/* "liar script=FILE": says what the script says (script.h). "liar seed=N": says anything, chosen by the seed.
 * "liar flood=1": sends well-formed frames that nobody asked for, without end. */
asv_bus_device_create asv_bus_liar_create;

/* "camera dir=DIR [wall=lost|+SECONDS|-SECONDS]": the reference firmware on a directory that asservat-camera
 * has made and installed; its clock can be wrong. Between two plugs others may use the directory. */
asv_bus_device_create asv_bus_camera_create;

/* The bytes of a generated frame; len >= 8. */
void asv_bus_pattern(uint64_t seed, uint64_t number, uint8_t *frame, size_t len);

#endif
