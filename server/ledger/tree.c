/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/tree.h"

#include <string.h>

#include "firmware-proto/seal/merkle.h"

void asv_tree_init(struct asv_tree *tree)
{
    tree->size = 0;
}

/* Whether a tree of this size has a partial tile of this level, and which. */
static bool partial_tile(uint64_t size, unsigned level, struct asv_tile *out)
{
    uint64_t index = (size >> (ASV_TILE_HEIGHT * level)) / ASV_TILE_WIDTH;
    *out = (struct asv_tile){level, index, asv_tile_width(level, index, size)};
    return out->width > 0;
}

enum asv_status asv_tree_load(struct asv_tree *tree, uint64_t size, const struct asv_tiles *tiles,
                              struct asv_err *err)
{
    if (size > ASV_TREE_SIZE_MAX) {
        return asv_fail_at(err, ASV_E_LIMIT, "ledger: a tree too large to be one", size);
    }
    for (unsigned level = 0; level < ASV_TILE_LEVELS; level++) {
        struct asv_tile tile;
        enum asv_status status = partial_tile(size, level, &tile)
                                     ? tiles->read(tiles->ctx, &tile, tree->edge[level], err)
                                     : ASV_OK;
        if (status != ASV_OK) {
            return status;
        }
    }
    tree->size = size;
    return ASV_OK;
}

/* What is written beyond the width of an edge does not count before size says so: failing changes nothing. */
enum asv_status asv_tree_append(struct asv_tree *tree, const uint8_t leaf[ASV_SHA256_BYTES],
                                const struct asv_tile_sink *full, struct asv_err *err)
{
    uint8_t hash[ASV_SHA256_BYTES];
    if (tree->size >= ASV_TREE_SIZE_MAX) { /* LG-020 */
        return asv_fail(err, ASV_E_LIMIT, "ledger: the tree is full");
    }
    memcpy(hash, leaf, sizeof hash);
    for (unsigned level = 0; level < ASV_TILE_LEVELS; level++) {
        uint64_t at = tree->size >> (ASV_TILE_HEIGHT * level);
        uint8_t *edge = tree->edge[level];
        memcpy(edge + at % ASV_TILE_WIDTH * ASV_SHA256_BYTES, hash, sizeof hash);
        if (at % ASV_TILE_WIDTH != ASV_TILE_WIDTH - 1) {
            break;
        }
        const struct asv_tile tile = {level, at / ASV_TILE_WIDTH, ASV_TILE_WIDTH};
        enum asv_status status = full != NULL ? full->write(full->ctx, &tile, edge, err) : ASV_OK;
        if (status != ASV_OK) {
            return status;
        }
        asv_tile_root(hash, edge, ASV_TILE_WIDTH);
    }
    tree->size++;
    return ASV_OK;
}

enum asv_status asv_tree_partials(const struct asv_tree *tree, const struct asv_tile_sink *sink,
                                  struct asv_err *err)
{
    for (unsigned level = 0; level < ASV_TILE_LEVELS; level++) {
        struct asv_tile tile;
        enum asv_status status = partial_tile(tree->size, level, &tile)
                                     ? sink->write(sink->ctx, &tile, tree->edge[level], err)
                                     : ASV_OK;
        if (status != ASV_OK) {
            return status;
        }
    }
    return ASV_OK;
}

void asv_tree_root(const struct asv_tree *tree, uint8_t out[ASV_SHA256_BYTES])
{
    uint8_t root[ASV_SHA256_BYTES];
    bool any = false;
    /* From the smallest full subtree at the right end to the largest at the left: the bits of the size. */
    for (unsigned bit = 0; tree->size >> bit != 0; bit++) {
        if ((tree->size >> bit & 1) == 0) {
            continue;
        }
        unsigned level = bit / ASV_TILE_HEIGHT;
        unsigned count = 1u << bit % ASV_TILE_HEIGHT;
        unsigned width = (unsigned)(tree->size >> (ASV_TILE_HEIGHT * level)) % ASV_TILE_WIDTH;
        unsigned from = width & ~(2 * count - 1); /* the larger ones of this tile stand before it */
        uint8_t node[ASV_SHA256_BYTES];
        asv_tile_root(node, tree->edge[level] + (size_t)from * ASV_SHA256_BYTES, count);
        if (any) {
            asv_merkle_node(root, node, root);
        } else {
            memcpy(root, node, sizeof root);
            any = true;
        }
    }
    if (!any) {
        asv_sha256(root, "", 0);
    }
    memcpy(out, root, sizeof root);
}
