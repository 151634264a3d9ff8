/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 */
#ifndef ASV_BUS_STATS_H
#define ASV_BUS_STATS_H

#include "tests/bus/bus.h"

/* The bus's or one port's state and counters as one line of JSON; NULL when there is no memory. The caller
 * frees it. only: one port; NULL: all. */
char *asv_bus_stats(const struct asv_bus *bus, const struct asv_bus_port *only);

#endif
