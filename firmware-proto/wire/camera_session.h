/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Inside asv_wire only: the parts of the camera's machine.
 */
#ifndef ASV_WIRE_CAMERA_SESSION_H
#define ASV_WIRE_CAMERA_SESSION_H

#include "firmware-proto/wire/camera.h"

/* Ends the session: err = "camera <state>: <message>: <detail>", state FAILED, an ABORT due. Returns status.
 */
enum asv_status asv_wire_camera_refuse(struct asv_wire_camera *camera, enum asv_status status,
                                       const char *message, const char *detail, struct asv_err *err);

/* A CONTROL frame in an open session: decrypted, judged, and held or queued. */
enum asv_status asv_wire_camera_take_control(struct asv_wire_camera *camera, struct asv_bytes body,
                                             struct asv_err *err);

/* The next frame of an open session: reply, ERROR or chunks. */
enum asv_status asv_wire_camera_serve(struct asv_wire_camera *camera, uint8_t *out, size_t cap, size_t *len,
                                      struct asv_err *err);

/* The reply to a request, from the device. ASV_E_AGAIN: not yet; any other status is the ERROR reply's, with
 * *at and err; *code, when not 0, instead of what the status would give. Views of the reply point into
 * scratch[ASV_WIRE_MAX_CONTROL_BYTES], the memory of the request. */
enum asv_status asv_wire_camera_answer(struct asv_wire_camera *camera, struct asv_wire_message *reply,
                                       uint16_t *code, uint64_t *at, struct asv_err *err);

/* The part of it that checks signed objects before the device sees them: RECEIPT, DESTROY, BULLETIN,
 * REVOCATIONS, CONFIGURATION, ASSIGNMENT. */
enum asv_status asv_wire_camera_object(struct asv_wire_camera *camera, struct asv_wire_message *reply,
                                       uint16_t *code, uint64_t *at, struct asv_err *err);

#endif
