/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Configuration and certificates into a set, and files of a set back to where they belong.
 */
#ifndef ASV_SERVER_BACKUP_TREE_H
#define ASV_SERVER_BACKUP_TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include "server/backup/manifest.h"

struct asv_backup_tree {
    int set;
    struct asv_manifest *manifest;
    uint64_t files;
    void *ctx;
    void (*is_key)(void *ctx, const char *path); /* was left out although its name is one to keep */
};

/* Copies what is public of the directory at path, and of the directories in it, to prefix/ in the set:
 * *.conf, certificates, chains, enrolment requests, places, revocation lists. Besides, the two keys that sign
 * for outsiders and open nothing, ledger.key and package.key: without them a ledger could not go on, nor a
 * certificate for packages be used. Nothing else, and no file with another private key in it whatever its
 * name. A directory that is not there is fine. */
ASV_MUST_CHECK enum asv_status asv_backup_tree(struct asv_backup_tree *tree, const char *path,
                                               const char *prefix, struct asv_err *err);

/* Gives everything below the open directory to this user. */
ASV_MUST_CHECK enum asv_status asv_backup_own(int dir, uid_t user, gid_t group, struct asv_err *err);

/* How many files lie below the open directory; ASV_E_LIMIT when it is deeper than what a backup knows. */
ASV_MUST_CHECK enum asv_status asv_backup_count(int dir, uint64_t *count, struct asv_err *err);

struct asv_bring {
    int set;
    const char *prefix; /* of the entries to bring, "vault/" */
    int to;             /* directory that gets what is below prefix */
    mode_t mode;        /* of files, but for keys: theirs is 0600 */
    bool replace;       /* what is there and differs; else it is kept, and named */
    void *ctx;
    void (*kept)(void *ctx, const char *path);

    uint64_t files, bytes; /* brought */
    uint64_t already;      /* were there, the same */
};

/* Brings back what the manifest names below prefix. Each file gets its name when its bytes are on the medium
 * and are those that the manifest names: it can be done again after any interruption. */
ASV_MUST_CHECK enum asv_status asv_backup_bring(struct asv_bring *bring, struct asv_err *err);

#endif
