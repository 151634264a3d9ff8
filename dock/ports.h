/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Cameras on USB ports and the slots that they are in.
 */
#ifndef ASV_DOCK_PORTS_H
#define ASV_DOCK_PORTS_H

#include "dock/dock.h"

struct asv_ports;

/* Every slot of the dock has its port. *out is the caller's to stop. */
ASV_MUST_CHECK enum asv_status asv_ports_start(struct asv_dock *dock, size_t budget_bytes,
                                               struct asv_ports **out, struct asv_err *err);
size_t asv_ports_budget(const struct asv_ports *ports);

/* Bytes in transfer buffers now, and the most there have been. */
void asv_ports_usage(const struct asv_ports *ports, size_t *now, size_t *peak);

/* As asv_usb_shut and asv_usb_stop; NULL is fine for stop. */
bool asv_ports_shut(struct asv_ports *ports);
void asv_ports_stop(struct asv_ports *ports);

#endif
