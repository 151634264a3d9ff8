/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The vault into a set, below vault/: every clip and tombstone that has its commit record. What a clip is is
 * said by that record, so one whose record is in the set before has its files from there; only what can come
 * or change later (receipt, order, erasure) is looked at again.
 */
#ifndef ASV_SERVER_BACKUP_COPY_H
#define ASV_SERVER_BACKUP_COPY_H

#include "server/backup/base.h"
#include "server/vault/vault.h"

enum asv_backup_finding {
    ASV_BACKUP_DAMAGED,    /* no directory of the vault has it as custody knows it; a copy as it is */
    ASV_BACKUP_UNREADABLE, /* no directory of the vault gives it; the set lacks it */
};

struct asv_backup_copy {
    struct asv_vault *vault;
    int set;
    struct asv_manifest *manifest;
    struct asv_backup_base *base;
    void *ctx;
    void (*found)(void *ctx, const char *path, enum asv_backup_finding finding);

    /* What was done. */
    uint64_t clips;        /* tombstones, too */
    uint64_t files, bytes; /* copied; what is not was there */
    uint64_t uncommitted;  /* directories without a commit record, left out */
    uint64_t findings;
};

/* Each file and each directory is on the medium when this returns. ASV_E_NO_SPACE and ASV_E_IO are the
 * backup's disk, or names that the vault does not give. */
ASV_MUST_CHECK enum asv_status asv_backup_vault(struct asv_backup_copy *copy, struct asv_err *err);

#endif
