/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/ledger_sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/io.h"
#include "server/ledger/tile.h"

#define TILES "tile"
#define DEPTH 12 /* of directories: TILES, level, an index of 54 bits in threes, .p */

/* Who took a checkpoint before the full tile came reads for hours at worst: gigabytes, over a slow line. */
#define GRACE_MS (24 * INT64_C(3600) * 1000)

struct sweep {
    int dir;
    uint64_t size; /* entries, whose full tiles were compared */
    uint64_t most; /* entries that any head has */
    int64_t now_ms;
    struct asv_ledger_swept swept;
};

/* Whether dir/path is there for so long already. */
static bool is_old(const struct sweep *it, const char *path)
{
    struct stat st;
    return fstatat(it->dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           it->now_ms - (int64_t)st.st_mtim.tv_sec * 1000 >= GRACE_MS;
}

static enum asv_status unlink_at(struct sweep *it, const char *path, uint64_t *count, struct asv_err *err)
{
    if (unlinkat(it->dir, path, 0) != 0 && errno != ENOENT) {
        return asv_io_fail(err, errno, path);
    }
    (*count)++;
    return ASV_OK;
}

/* What is no tile's file stays, whatever it is. */
static enum asv_status look_at(struct sweep *it, const char *path, struct asv_err *err)
{
    char full[ASV_TILE_PATH_BYTES];
    struct asv_tile tile;
    if (asv_tile_path_parse(&tile, (struct asv_bytes){(const uint8_t *)path, strlen(path)}, NULL) != ASV_OK) {
        return ASV_OK;
    }
    /* LG-108: a reader asks for the full one first, and would be given what somebody put there. */
    if (!asv_tile_is_in(&tile, it->most)) {
        return unlink_at(it, path, &it->swept.strange, err);
    }
    bool partial = tile.width < ASV_TILE_WIDTH;
    tile.width = ASV_TILE_WIDTH;
    asv_tile_path(full, &tile);
    return partial && asv_tile_is_in(&tile, it->size) && is_old(it, full)
               ? unlink_at(it, path, &it->swept.removed, err)
               : ASV_OK;
}

static enum asv_status walk(struct sweep *it, const char *path, int depth, struct asv_err *err)
{
    char below[ASV_TILE_PATH_BYTES];
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_io_open(it->dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &fd, err);
    DIR *entries = status == ASV_OK ? fdopendir(fd) : NULL;
    if (entries == NULL) {
        return status == ASV_OK ? asv_io_fail(err, errno, path) : status;
    }
    (void)asv_steal_fd(&fd); /* closedir closes it */
    const struct dirent *entry = NULL;
    while (status == ASV_OK && (entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] == '.' ||
            snprintf(below, sizeof below, "%s/%s", path, entry->d_name) >= (int)sizeof below) {
            continue; /* no tile is named so */
        }
        struct stat st;
        if (fstatat(it->dir, below, &st, AT_SYMLINK_NOFOLLOW) != 0) {
            status = asv_io_fail(err, errno, below);
        } else if (S_ISREG(st.st_mode)) {
            status = look_at(it, below, err);
        } else if (S_ISDIR(st.st_mode) && depth < DEPTH) {
            status = walk(it, below, depth + 1, err);
        }
    }
    closedir(entries);
    (void)unlinkat(it->dir, path, AT_REMOVEDIR); /* stays while there is anything in it */
    return status;
}

/* The time of TILES itself says when they were looked through last. */
bool asv_ledger_sweep_is_due(int dir, int64_t now_ms)
{
    struct stat st;
    if (fstatat(dir, TILES, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return true;
    }
    int64_t age_ms = now_ms - (int64_t)st.st_mtim.tv_sec * 1000;
    return age_ms >= GRACE_MS || age_ms < 0;
}

enum asv_status asv_ledger_sweep(int dir, uint64_t size, uint64_t most, int64_t now_ms,
                                 struct asv_ledger_swept *swept, struct asv_err *err)
{
    struct sweep it = {.dir = dir, .size = size, .most = most, .now_ms = now_ms};
    *swept = it.swept;
    if (faccessat(dir, TILES, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
        return ASV_OK;
    }
    enum asv_status status = walk(&it, TILES, 1, err);
    *swept = it.swept;
    if (status == ASV_OK && utimensat(dir, TILES, NULL, 0) != 0 && errno != ENOENT) {
        status = asv_io_fail(err, errno, TILES);
    }
    return status;
}
