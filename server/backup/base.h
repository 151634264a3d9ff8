/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The sets before, from which a new one takes what has not changed: what an interrupted backup left, as far
 * as it came, and the last whole set. Their manifests are read beside the walk through the vault, as all are
 * in the order of their paths: memory does not grow with the vault.
 */
#ifndef ASV_SERVER_BACKUP_BASE_H
#define ASV_SERVER_BACKUP_BASE_H

#include "server/backup/file.h"
#include "server/backup/manifest.h"

#define ASV_BASE_SETS  2
#define ASV_BASE_FILES 32 /* of one directory; more than a clip has */

struct asv_base_set {
    int set; /* -1: there is none */
    struct asv_manifest manifest;
    struct asv_manifest_entry next; /* read, and not of the directory asked for */
    bool has_next;
    size_t count; /* what the directory asked for has */
    struct asv_manifest_entry files[ASV_BASE_FILES];
};

struct asv_backup_base {
    size_t count;
    struct asv_base_set sets[ASV_BASE_SETS];
    const struct asv_base_set *chosen; /* which the directory asked for is taken from; NULL: none has it */
};

/* One more set, asked after those before: its open directory, taken over even on failure, and whether it was
 * interrupted. At most ASV_BASE_SETS. */
ASV_MUST_CHECK enum asv_status asv_base_add_take(struct asv_backup_base *base, int set, bool partial,
                                                 struct asv_err *err);
void asv_base_close(struct asv_backup_base *base);

/* Goes on to the files of this directory, which must come later than the one asked for before. It is taken
 * from one set, the first that has its commit record: what belongs together stays together. A manifest that
 * cannot be read any further ends that set: nothing is taken from it then. */
void asv_base_go(struct asv_backup_base *base, const char *dir);

/* The file of the directory asked for; NULL when the set does not have it, or has it damaged. */
const struct asv_manifest_entry *asv_base_find(const struct asv_backup_base *base, const char *name);

/* Puts the file that asv_base_find gave into the new set, at the same path, if it has this size. false: it
 * must be copied. */
bool asv_base_link(const struct asv_backup_base *base, const struct asv_manifest_entry *entry, uint64_t size,
                   int set);

#endif
