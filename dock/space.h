/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The free space of the vault's disks, looked at from time to time: a person is called while there is still
 * room for recordings. What becomes of a recording for which there is none is take.h's.
 */
#ifndef ASV_DOCK_SPACE_H
#define ASV_DOCK_SPACE_H

#include "dock/dock.h"

#define ASV_SPACE_PERIOD_MS 10000

/* Whether that is little, after it was or was not: below `warn` it is; again enough with an eighth more than
 * that, so that one recording that comes and one that goes are not an alarm each. */
bool asv_space_is_low(bool was_low, uint64_t free_bytes, uint64_t warn_bytes);

/* Looks now and every ASV_SPACE_PERIOD_MS, and fills in dock->space; raises the alarm when the disk with the
 * least has less than site.limits.free_warn_bytes. *out is the caller's to stop, when the pool has stopped.
 */
struct asv_space_watch;
ASV_MUST_CHECK enum asv_status asv_space_watch(struct asv_dock *dock, struct asv_space_watch **out);
void asv_space_unwatch(struct asv_space_watch *watch);

#endif
