/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whom the vault lets in: its root directory says so. Its owner writes; its group reads when the root hands
 * it on (setgid), and nobody else does anything. What lies below may let in neither more nor fewer. */
#include <fcntl.h>
#include <sys/stat.h>

#include "server/vault/internal.h"

static bool lets_in_more(const struct stat *st)
{
    return (st->st_mode & (S_IWGRP | S_IRWXO)) != 0;
}

static bool is_as_root(const struct stat *root, const struct stat *st)
{
    bool shared = (root->st_mode & S_ISGID) != 0;
    return st->st_uid == root->st_uid && !lets_in_more(st) &&
           (!shared || (st->st_gid == root->st_gid && (st->st_mode & S_IRGRP) != 0));
}

bool asv_vault_root_is_closed(const struct asv_vault *vault, size_t root)
{
    struct stat st;
    return fstat(vault->roots[root].dir, &st) == 0 && !lets_in_more(&st);
}

bool asv_vault_clip_is_closed(const struct asv_vault *vault, size_t root, int clip)
{
    struct stat top;
    struct stat st;
    if (fstat(vault->roots[root].dir, &top) != 0 || fstat(clip, &st) != 0 || !is_as_root(&top, &st)) {
        return false;
    }
    for (unsigned part = 0; part < ASV_PART_COUNT; part++) {
        if (fstatat(clip, asv_part_name((enum asv_part)part), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            !is_as_root(&top, &st)) {
            return false;
        }
    }
    return true;
}
