/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The key store's two directories as one (docs/KEEPER.md 4): every change is made in each that is in use, and
 * one that fails where the other does not falls out of use. It is then behind, so the store's next commit is
 * under a new master, and what lies in the one that is behind opens no more.
 */
#ifndef ASV_KEEPER_MIRROR_H
#define ASV_KEEPER_MIRROR_H

#include <stdbool.h>

#include "server/keeper/disk.h"
#include "server/keeper/protocol.h"

#define ASV_MIRROR_DISKS ASV_KEEPER_DIRECTORIES

struct asv_mirror {
    struct asv_disk disks[ASV_MIRROR_DISKS]; /* the store's directory, and the replica */
    unsigned count;                          /* 1: there is no replica */
    bool there[ASV_MIRROR_DISKS];            /* it could be read when that was last tried */
    bool used[ASV_MIRROR_DISKS];             /* has all that the other one has, and takes every change */
    bool fence; /* they were not in step: nothing is reported before there is a new master (K-036) */
    struct asv_err why[ASV_MIRROR_DISKS]; /* of those that are not in use */
};

/* "store" or "replica", as in the configuration. */
const char *asv_mirror_name(unsigned disk);

/* Looks for each directory; none is in use then. ASV_OK when at least one is there, otherwise the error of
 * the first. */
ASV_MUST_CHECK enum asv_status asv_mirror_attach(struct asv_mirror *mirror, struct asv_err *err);

/* Takes a directory for away from here on, and out of use. */
void asv_mirror_drop(struct asv_mirror *mirror, unsigned disk, const struct asv_err *why);

/* The calls of struct asv_disk, on each directory in use. ASV_OK when at least one did it; otherwise the
 * error of the first, and both stay in use: the store is then read anew. */
ASV_MUST_CHECK enum asv_status asv_mirror_write(struct asv_mirror *mirror, const char *name, const void *data,
                                                size_t len, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_mirror_append(struct asv_mirror *mirror, const char *name,
                                                 const void *lines, size_t len, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_mirror_rename(struct asv_mirror *mirror, const char *from, const char *to,
                                                 struct asv_err *err);
enum asv_status asv_mirror_remove(struct asv_mirror *mirror, const char *name, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_mirror_sync(struct asv_mirror *mirror, struct asv_err *err);

#endif
