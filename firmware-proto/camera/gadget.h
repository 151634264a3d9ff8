/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The camera as a USB device through Linux's FunctionFS: one vendor-specific interface with one bulk IN and
 * one bulk OUT endpoint, at full, high and super speed.
 */
#ifndef ASV_CAMERA_GADGET_H
#define ASV_CAMERA_GADGET_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/camera/camera.h"

#define ASV_GADGET_DESCRIPTORS_MAX 256

/* What is written to ep0 first; the length. */
size_t asv_gadget_descriptors(uint8_t out[ASV_GADGET_DESCRIPTORS_MAX]);
size_t asv_gadget_strings(uint8_t out[ASV_GADGET_DESCRIPTORS_MAX]);

/* Serves until *stop is set by a signal handler. SIGUSR1, whose handler must do nothing and be installed
 * without SA_RESTART, wakes threads that block in an endpoint. dir is the mounted FunctionFS; ready is called
 * when the descriptors are accepted, so that the gadget can be bound to its controller. */
ASV_MUST_CHECK enum asv_status asv_gadget_serve(struct asv_camera *camera, const char *dir,
                                                enum asv_status (*ready)(void *arg, struct asv_err *err),
                                                void *arg, const volatile sig_atomic_t *stop,
                                                struct asv_err *err);

#endif
