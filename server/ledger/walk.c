/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/walk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static void wrong(struct asv_walk *walk, const char *where,
                                                        const char *what, ...)
{
    char text[ASV_ERR_TEXT_BYTES];
    va_list args;
    va_start(args, what);
    (void)vsnprintf(text, sizeof text, what, args);
    va_end(args);
    walk->ops->wrong(walk->ops->ctx, where, text);
}

void asv_walk_init(struct asv_walk *walk, const struct asv_walk_ops *ops, const struct asv_tree_head *head)
{
    walk->ops = ops;
    walk->head = *head;
    walk->differing = 0;
    walk->broken = false;
    walk->blind = false;
    walk->missing = 0;
    walk->tiles = walk->entries = false;
    asv_tree_init(&walk->tiled);
    asv_tree_init(&walk->entered);
}

/* ---- tiles ---- */

/* False, and said so, when the tile is not there. */
static bool load_tile(struct asv_walk *walk, const struct asv_tile *tile, uint8_t *out)
{
    char path[ASV_TILE_PATH_BYTES];
    struct asv_err err = {0};
    const struct asv_tiles *tiles = &walk->ops->tiles;
    enum asv_status status = tiles->read(tiles->ctx, tile, out, &err);
    if (status != ASV_OK) {
        asv_tile_path(path, tile);
        wrong(walk, path, "%s", err.text[0] != '\0' ? err.text : asv_status_name(status));
        walk->broken = true;
    }
    return status == ASV_OK;
}

/* A tile above the leaves, as the ones below it make it. */
static enum asv_status compare_tile(void *ctx, const struct asv_tile *tile, const uint8_t *hashes,
                                    struct asv_err *err)
{
    struct asv_walk *walk = ctx;
    char path[ASV_TILE_PATH_BYTES];
    (void)err;
    if (tile->level == 0 || !load_tile(walk, tile, walk->other)) {
        return ASV_OK;
    }
    for (unsigned i = 0; i < tile->width; i++) {
        const size_t at = (size_t)i * ASV_SHA256_BYTES;
        if (memcmp(hashes + at, walk->other + at, ASV_SHA256_BYTES) != 0) {
            asv_tile_path(path, tile);
            wrong(walk, path, "hash %u is not what the tiles below it make", i);
            return ASV_OK;
        }
    }
    return ASV_OK;
}

/* ---- entries ---- */

static void append(struct asv_walk *walk, const uint8_t *tiled, const uint8_t *entered)
{
    const struct asv_tile_sink compare = {.write = compare_tile, .ctx = walk};
    bool same = memcmp(tiled, entered, ASV_SHA256_BYTES) == 0;
    if (!same && walk->differing == 0) {
        walk->entered = walk->tiled;
    }
    if (!same) {
        if (walk->differing < ASV_WALK_FIRST) {
            walk->first[walk->differing] = walk->tiled.size;
        }
        walk->differing++;
    }
    if (walk->differing > 0 && asv_tree_append(&walk->entered, entered, NULL, NULL) != ASV_OK) {
        walk->broken = true;
    }
    if (asv_tree_append(&walk->tiled, tiled, &compare, NULL) != ASV_OK) {
        walk->broken = true;
    }
}

bool asv_walk_next(struct asv_walk *walk, const uint8_t *leaf)
{
    uint64_t at = walk->tiled.size;
    struct asv_tile tile = {.level = 0, .index = at / ASV_TILE_WIDTH};
    tile.width = asv_tile_width(0, tile.index, walk->head.size);
    if (at % ASV_TILE_WIDTH == 0) {
        walk->blind = !load_tile(walk, &tile, walk->hashes);
        if (walk->blind && walk->missing++ >= walk->ops->through) {
            return false;
        }
    }
    if (walk->blind) {
        memset(walk->hashes, 0, sizeof walk->hashes);
    }
    const uint8_t *hash =
        walk->blind && leaf != NULL ? leaf : walk->hashes + at % ASV_TILE_WIDTH * ASV_SHA256_BYTES;
    walk->broken = walk->broken || leaf == NULL;
    append(walk, hash, leaf != NULL ? leaf : hash);
    return walk->tiled.size > at;
}

void asv_walk_compare(struct asv_walk *walk, const struct asv_tree_head *head)
{
    uint8_t root[ASV_SHA256_BYTES];
    char where[40];
    asv_tree_root(&walk->tiled, root);
    if (memcmp(root, head->root, sizeof root) != 0) {
        (void)snprintf(where, sizeof where, "head of %" PRIu64, head->size);
        wrong(walk, where, "this log does not begin with the entries that were signed then");
    }
}

/* ---- which of the two is right ---- */

static bool makes_head(const struct asv_walk *walk, const struct asv_tree *tree)
{
    uint8_t root[ASV_SHA256_BYTES];
    asv_tree_root(tree, root);
    return tree->size == walk->head.size && memcmp(root, walk->head.root, sizeof root) == 0;
}

static void name_differing(struct asv_walk *walk, bool tiles, bool entries)
{
    uint64_t shown = walk->differing < ASV_WALK_FIRST ? walk->differing : ASV_WALK_FIRST;
    for (uint64_t i = 0; i < shown; i++) {
        char where[32];
        (void)snprintf(where, sizeof where, "entry %" PRIu64, walk->first[i]);
        wrong(walk, where, "%s",
              tiles     ? "not the one that the head has there: changed, moved, left out or put in"
              : entries ? "right, but its hash in the tile of level 0 is another"
                        : "not what its tile has, and neither makes the head");
    }
    if (walk->differing > shown) {
        wrong(walk, "entries", "%" PRIu64 " more are not what their tiles have", walk->differing - shown);
    }
}

void asv_walk_end(struct asv_walk *walk)
{
    const struct asv_tile_sink compare = {.write = compare_tile, .ctx = walk};
    bool whole = walk->tiled.size == walk->head.size;
    if (whole && asv_tree_partials(&walk->tiled, &compare, NULL) != ASV_OK) {
        walk->broken = true;
    }
    walk->tiles = makes_head(walk, &walk->tiled);
    walk->entries = walk->differing > 0 && !walk->broken && makes_head(walk, &walk->entered);
    name_differing(walk, walk->tiles, walk->entries);
    if (whole && !walk->tiles && !walk->entries) {
        wrong(walk, "head", "%s do not make its root of %" PRIu64 " entries",
              walk->differing > 0 || walk->broken ? "the tiles" : "entries and tiles", walk->head.size);
    }
}

bool asv_walk_has_first(const struct asv_walk *walk)
{
    return walk->entries || (walk->tiles && (walk->differing == 0 || walk->first[0] != 0));
}
