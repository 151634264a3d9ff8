/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Inside asv_wire only: the two halves of the dock's machine.
 */
#ifndef ASV_WIRE_DOCK_SESSION_H
#define ASV_WIRE_DOCK_SESSION_H

#include "firmware-proto/wire/dock.h"

/* Ends the session: err = "dock <state>: <message>: <detail>", state FAILED, an ABORT due. Returns status. */
enum asv_status asv_wire_dock_refuse(struct asv_wire_dock *dock, enum asv_status status, const char *message,
                                     const char *detail, struct asv_err *err);

/* body: the ciphertext, decrypted in place. */
enum asv_status asv_wire_dock_take_control(struct asv_wire_dock *dock, uint8_t *body, size_t len,
                                           struct asv_wire_event *event, struct asv_err *err);
enum asv_status asv_wire_dock_take_chunks(struct asv_wire_dock *dock, const struct asv_wire_frame *frame,
                                          struct asv_wire_event *event, struct asv_err *err);

#endif
