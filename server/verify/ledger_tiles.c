/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* A published log: every entry is hashed, every tile compared, and the root with the one that was signed. Two
 * trees are kept, one of the tiles' leaves and one of the entries; they are the same until an entry and its
 * tile differ, and then the signed root says which of the two is right. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/merkle.h"
#include "server/ledger/tree.h"
#include "server/verify/ledger_internal.h"

struct walk {
    struct asv_ledger_work *work;
    const char *dir;
    const struct asv_tree_head *head;
    uint64_t differing;                /* entries that are not what their tile has */
    uint64_t first[ASV_SAY_WRONG_MAX]; /* the first of them */
    bool broken;                       /* something is missing, so that a tree is not complete */
    struct asv_tree tiled;             /* of the tiles' leaves */
    struct asv_tree entered;           /* of the entries; unused as long as nothing differs */
    char path[ASV_TILE_PATH_BYTES];
    uint8_t hashes[ASV_TILE_BYTES];
    uint8_t other[ASV_TILE_BYTES];
    uint8_t bundle[ASV_VERIFY_BUNDLE_BYTES];
};

/* The file of a tile, or the full one that has replaced it: what is behind its width is left out, *exact
 * false. */
static enum asv_status load_tile(struct walk *walk, const struct asv_tile *tile, uint8_t *out, size_t cap,
                                 struct asv_bytes *view, bool *exact, struct asv_err *err)
{
    struct asv_tile full = *tile;
    full.width = ASV_TILE_WIDTH;
    *exact = true;
    asv_tile_path(walk->path, tile);
    enum asv_status status = asv_verify_load(walk->dir, walk->path, out, cap, view, err);
    if (status == ASV_E_NOT_FOUND && tile->width < full.width) {
        char path[ASV_TILE_PATH_BYTES];
        *exact = false;
        asv_tile_path(path, &full);
        if (asv_verify_load(walk->dir, path, out, cap, view, NULL) == ASV_OK) {
            return ASV_OK;
        }
    }
    return status;
}

/* False, and said so, when the tile is not there with all its hashes. */
static bool load_hashes(struct walk *walk, const struct asv_tile *tile, uint8_t out[ASV_TILE_BYTES])
{
    struct asv_err err = {0};
    struct asv_bytes view = {0};
    bool exact = true;
    size_t want = (size_t)tile->width * ASV_SHA256_BYTES;
    enum asv_status status = load_tile(walk, tile, out, ASV_TILE_BYTES, &view, &exact, &err);
    if (status != ASV_OK) {
        asv_say_wrong(&walk->work->say, walk->path, "%s", err.text);
    } else if (view.len < want || (exact && view.len > want)) {
        asv_say_wrong(&walk->work->say, walk->path, "%zu bytes instead of %zu", view.len, want);
    } else {
        return true;
    }
    walk->broken = true;
    return false;
}

/* A tile above the leaves, as the one below it make it. */
static enum asv_status compare_tile(void *ctx, const struct asv_tile *tile, const uint8_t *hashes,
                                    struct asv_err *err)
{
    struct walk *walk = ctx;
    (void)err;
    if (tile->level == 0 || !load_hashes(walk, tile, walk->other)) {
        return ASV_OK;
    }
    for (unsigned i = 0; i < tile->width; i++) {
        const size_t at = (size_t)i * ASV_SHA256_BYTES;
        if (memcmp(hashes + at, walk->other + at, ASV_SHA256_BYTES) != 0) {
            asv_say_wrong(&walk->work->say, walk->path, "hash %u is not what the tiles below it make", i);
            return ASV_OK;
        }
    }
    return ASV_OK;
}

static enum asv_status no_tile(void *ctx, const struct asv_tile *tile, const uint8_t *hashes,
                               struct asv_err *err)
{
    (void)ctx;
    (void)tile;
    (void)hashes;
    (void)err;
    return ASV_OK;
}

/* One leaf as its tile has it, and as its entry makes it. */
static void append(struct walk *walk, const uint8_t *tiled, const uint8_t *entered)
{
    const struct asv_tile_sink compare = {.write = compare_tile, .ctx = walk};
    const struct asv_tile_sink nothing = {.write = no_tile, .ctx = walk};
    bool same = memcmp(tiled, entered, ASV_SHA256_BYTES) == 0;
    if (!same && walk->differing == 0) {
        walk->entered = walk->tiled;
    }
    if (!same) {
        if (walk->differing < ASV_SAY_WRONG_MAX) {
            walk->first[walk->differing] = walk->tiled.size;
        }
        walk->differing++;
    }
    if (walk->differing > 0 && asv_tree_append(&walk->entered, entered, &nothing, NULL) != ASV_OK) {
        walk->broken = true;
    }
    if (asv_tree_append(&walk->tiled, tiled, &compare, NULL) != ASV_OK) {
        walk->broken = true;
    }
}

/* The head that the reader kept is one that this log had. */
static void compare_earlier(struct walk *walk)
{
    const struct asv_tree_head *earlier = &walk->work->earlier;
    uint8_t root[ASV_SHA256_BYTES];
    if (earlier->size == 0 || earlier->size != walk->tiled.size) {
        return;
    }
    asv_tree_root(&walk->tiled, root);
    if (memcmp(root, earlier->root, sizeof root) != 0) {
        asv_say_wrong(&walk->work->say, "earlier head",
                      "this log does not begin with the %" PRIu64 " entries that were signed then",
                      earlier->size);
    }
}

/* The next entry of a bundle; false behind the last one, or when it has no such. */
static bool next_entry(struct walk *walk, struct asv_reader *reader, uint8_t leaf[ASV_SHA256_BYTES])
{
    struct asv_bytes entry;
    struct asv_ledger_entry read;
    struct asv_err err = {0};
    if (asv_read_view16(reader, &entry, ASV_LEDGER_ENTRY_MAX_BYTES) != ASV_OK) {
        return false;
    }
    if (asv_ledger_entry_read(&read, entry, &err) != ASV_OK) {
        asv_say_wrong(&walk->work->say, walk->path, "entry %" PRIu64 ": %s", walk->tiled.size, err.text);
    }
    asv_merkle_leaf(leaf, entry.data, entry.len);
    return true;
}

/* The entries beside one tile of leaves, which is in walk->hashes. */
static void walk_bundle(struct walk *walk, const struct asv_tile *leaves)
{
    struct asv_tile tile = *leaves;
    struct asv_reader reader;
    struct asv_bytes view = {0};
    struct asv_err err = {0};
    bool exact = true;
    unsigned there = 0;
    tile.level = ASV_TILE_ENTRIES;
    if (load_tile(walk, &tile, walk->bundle, sizeof walk->bundle, &view, &exact, &err) != ASV_OK) {
        asv_say_wrong(&walk->work->say, walk->path, "%s", err.text);
        walk->broken = true;
    }
    asv_reader_init(&reader, view.data, view.len);
    for (unsigned i = 0; i < tile.width; i++) {
        uint8_t leaf[ASV_SHA256_BYTES];
        const uint8_t *hash = walk->hashes + (size_t)i * ASV_SHA256_BYTES;
        bool good = there == i && next_entry(walk, &reader, leaf);
        there += good;
        append(walk, hash, good ? leaf : hash);
        compare_earlier(walk);
    }
    walk->work->say.checked += there;
    if (there < tile.width && view.data != NULL) {
        asv_say_wrong(&walk->work->say, walk->path, "%u entries instead of %u", there, tile.width);
        walk->broken = true;
    } else if (exact && asv_reader_left(&reader) > 0) {
        asv_say_wrong(&walk->work->say, walk->path, "something stands behind its %u entries", tile.width);
    }
}

/* ---- which of the two is right ---- */

static bool makes_head(const struct walk *walk, const struct asv_tree *tree)
{
    uint8_t root[ASV_SHA256_BYTES];
    asv_tree_root(tree, root);
    return tree->size == walk->head->size && memcmp(root, walk->head->root, sizeof root) == 0;
}

static void judge(struct walk *walk)
{
    struct asv_ledger_say *say = &walk->work->say;
    bool tiles = makes_head(walk, &walk->tiled);
    bool entries = walk->differing > 0 && !walk->broken && makes_head(walk, &walk->entered);
    uint64_t shown = walk->differing < ASV_SAY_WRONG_MAX ? walk->differing : ASV_SAY_WRONG_MAX;
    for (uint64_t i = 0; i < shown; i++) {
        char where[32];
        (void)snprintf(where, sizeof where, "entry %" PRIu64, walk->first[i]);
        asv_say_wrong(say, where, "%s",
                      tiles ? "not the one that the signed head has there: changed, moved, dropped or put in"
                      : entries ? "right, but its hash in the tile of level 0 is another"
                                : "not what its tile has, and neither makes the signed head");
    }
    say->wrong += walk->differing - shown;
    if (!tiles && !entries) {
        asv_say_wrong(say, "checkpoint", "the %s do not make its root of %" PRIu64 " entries",
                      walk->differing > 0 ? "tiles" : "entries and tiles", walk->head->size);
    }
    if (walk->work->earlier.size > walk->head->size) {
        asv_say_wrong(say, "earlier head", "has %" PRIu64 " entries, this log fewer",
                      walk->work->earlier.size);
    }
}

static void walk_log(struct walk *walk)
{
    const struct asv_tile_sink compare = {.write = compare_tile, .ctx = walk};
    struct asv_tile tile = {.level = 0, .index = 0};
    while (walk->tiled.size < walk->head->size) {
        tile.width = asv_tile_width(0, tile.index, walk->head->size);
        if (!load_hashes(walk, &tile, walk->hashes)) {
            return; /* what is behind it hangs in the air */
        }
        walk_bundle(walk, &tile);
        tile.index++;
    }
    if (asv_tree_partials(&walk->tiled, &compare, NULL) != ASV_OK) {
        walk->broken = true;
    }
    judge(walk);
}

void asv_verify_tiles(struct asv_ledger_work *work, const char *dir)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL) {
        asv_say_wrong(&work->say, dir, "no memory");
        return;
    }
    walk->work = work;
    walk->dir = dir;
    walk->head = &work->verdict.checkpoint.head;
    asv_tree_init(&walk->tiled);
    walk_log(walk);
    free(walk);
}
