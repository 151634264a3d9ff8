/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The operating system's clocks and randomness as a struct asv_world.
 */
#ifndef ASV_SERVER_BASE_WORLD_OS_H
#define ASV_SERVER_BASE_WORLD_OS_H

#include "firmware-proto/base/world.h"

/* Static storage; may be used from any number of threads. Monotonic time counts while the machine sleeps. */
const struct asv_world *asv_world_os(void);

/* Waits that long, whatever signals come. */
void asv_world_os_sleep_ms(uint64_t ms);

#endif
