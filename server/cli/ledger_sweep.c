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
#include "server/base/fail.h"
#include "server/base/io.h"

#define TILES "tile"
#define DEPTH 12 /* of directories: TILES, level, an index of 54 bits in threes, .p */

/* Who took a checkpoint before the full tile came reads for hours at worst: gigabytes, over a slow line. */
#define GRACE_MS (24 * INT64_C(3600) * 1000)

/* Whether dir/path is there for so long already. */
static bool is_old(const struct asv_ledger_sweep *it, const char *path)
{
    struct stat st;
    return fstatat(it->dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           it->now_ms - (int64_t)st.st_mtim.tv_sec * 1000 >= GRACE_MS;
}

static enum asv_status unlink_at(struct asv_ledger_sweep *it, const char *path, uint64_t *count,
                                 struct asv_err *err)
{
    if (unlinkat(it->dir, path, 0) != 0 && errno != ENOENT) {
        return asv_io_fail(err, errno, path);
    }
    (*count)++;
    return ASV_OK;
}

/* Hashes of a tile's file into out[ASV_TILE_BYTES]; ASV_E_MALFORMED, ASV_E_LIMIT: it is no tile of that
 * width. */
static enum asv_status read_hashes(struct asv_ledger_sweep *it, const char *path, const struct asv_tile *tile,
                                   uint8_t *out, struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status = asv_io_read_file(it->dir, path, it->file, it->file_bytes, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    if (tile->level == ASV_TILE_ENTRIES) {
        return asv_bundle_hash(out, (struct asv_bytes){it->file, len}, tile->width, err);
    }
    if (len != (size_t)tile->width * ASV_SHA256_BYTES) {
        return asv_fail(err, ASV_E_MALFORMED, "a tile of another length");
    }
    memcpy(out, it->file, len);
    return ASV_OK;
}

/* Of a file that is wider than what the database has of its tile, and begins otherwise, or is none. What the
 * database has nothing of no reader of its head asks for. */
static enum asv_status contradicts(struct asv_ledger_sweep *it, const char *path, const struct asv_tile *tile,
                                   bool *does, struct asv_err *err)
{
    uint8_t hashes[ASV_TILE_BYTES] = {0};
    uint8_t known[ASV_TILE_BYTES] = {0};
    struct asv_err why = {0};
    struct asv_tile begun = {.level = tile->level == ASV_TILE_ENTRIES ? 0 : tile->level,
                             .index = tile->index};
    begun.width = asv_tile_width(begun.level, begun.index, it->size);
    *does = false;
    if (begun.width == 0) {
        return ASV_OK;
    }
    enum asv_status status = read_hashes(it, path, tile, hashes, &why);
    if (status == ASV_E_MALFORMED || status == ASV_E_LIMIT) {
        *does = true;
        return ASV_OK;
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", why.text);
    }
    status = it->tiles.read(it->tiles.ctx, &begun, known, err);
    *does = status == ASV_OK && memcmp(hashes, known, (size_t)begun.width * ASV_SHA256_BYTES) != 0;
    return status;
}

/* What is no tile's file stays, whatever it is. */
static enum asv_status look_at(struct asv_ledger_sweep *it, const char *path, struct asv_err *err)
{
    char full[ASV_TILE_PATH_BYTES];
    struct asv_tile tile;
    if (asv_tile_path_parse(&tile, (struct asv_bytes){(const uint8_t *)path, strlen(path)}, NULL) != ASV_OK) {
        return ASV_OK;
    }
    /* LG-108: a reader asks for the full one first, and would be given what somebody put there. LG-120: what
     * goes on behind it may be there alone. */
    if (!asv_tile_is_in(&tile, it->size)) {
        bool strange = false;
        enum asv_status status = contradicts(it, path, &tile, &strange, err);
        return status == ASV_OK && strange ? unlink_at(it, path, &it->strange, err) : status;
    }
    bool partial = tile.width < ASV_TILE_WIDTH;
    tile.width = ASV_TILE_WIDTH;
    asv_tile_path(full, &tile);
    return partial && asv_tile_is_in(&tile, it->size) && is_old(it, full)
               ? unlink_at(it, path, &it->removed, err)
               : ASV_OK;
}

static enum asv_status walk(struct asv_ledger_sweep *it, const char *path, int depth, struct asv_err *err)
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

enum asv_status asv_ledger_sweep(struct asv_ledger_sweep *it, struct asv_err *err)
{
    it->removed = it->strange = 0;
    if (faccessat(it->dir, TILES, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
        return ASV_OK;
    }
    enum asv_status status = walk(it, TILES, 1, err);
    if (status == ASV_OK && utimensat(it->dir, TILES, NULL, 0) != 0 && errno != ENOENT) {
        status = asv_io_fail(err, errno, TILES);
    }
    return status;
}
