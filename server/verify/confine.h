/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What asservat-verify gives up before it reads what others made (docs/HANDOVER.md 5, "Confined").
 */
#ifndef ASV_SERVER_VERIFY_CONFINE_H
#define ASV_SERVER_VERIFY_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware-proto/base/status.h"

#define ASV_CONFINE_PATHS 16

/* Files and directories that stay reachable; views. Zeros: none. */
struct asv_confined {
    const char *read[ASV_CONFINE_PATHS];
    size_t read_count;
    const char *made[ASV_CONFINE_PATHS]; /* files that are made: their directories */
    size_t made_count;
    const char *checked; /* what is verified */
    char *const *others; /* and besides, each alone */
    size_t other_count;
    bool is_alone; /* nothing beside it is read */
};

/* One more to read; NULL and what is no file are passed over. */
void asv_confined_add(struct asv_confined *confined, const char *path);

/* Of this process, and of threads that it starts later. *whole: of paths, too; without Landlock the rest
 * holds. Whoever cannot be confined may go on: that is for the caller to say. */
ASV_MUST_CHECK enum asv_status asv_confine(const struct asv_confined *confined, bool *whole,
                                           struct asv_err *err);

#endif
