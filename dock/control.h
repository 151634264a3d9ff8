/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the issuing desk may ask of the dock, over a local socket: one line of JSON each, one line back
 * (docs/DOCK.md, "The control socket").
 *
 *   {"do":"issue","badge":"4711"}                               -> {"ok":true,"slot":7,"charged":93}
 *   {"do":"assign","slot":3,"unit":"32-3","area":"Innenstadt"} -> {"ok":true,"assignment":"0193…"}
 *   {"do":"again","slot":3}                                     -> {"ok":true}
 *   anything that cannot be                                     -> {"ok":false,"why":"…"}
 *
 * Who may connect is decided by the socket's owner and mode (0660); whoever is neither root nor the dock's
 * own account gives the first order alone (D-008).
 */
#ifndef ASV_DOCK_CONTROL_H
#define ASV_DOCK_CONTROL_H

#include "dock/dock.h"

#define ASV_CONTROL_LINE_BYTES 512
#define ASV_CONTROL_CLIENTS    4

struct asv_control;

/* As asv_status_open. */
ASV_MUST_CHECK enum asv_status asv_control_open(struct asv_dock *dock, const char *path,
                                                struct asv_control **out, struct asv_err *err);
void asv_control_close(struct asv_control *control); /* removes the socket; NULL is fine */

/* Answers one line other than "issue"; *out is malloc'd, newline included, or NULL without memory. */
char *asv_control_answer(struct asv_dock *dock, const char *line, size_t len);

#endif
