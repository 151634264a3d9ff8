/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A growing RFC 6962 tree as its right edge: the partial tile of every level. That is all one needs to append
 * leaves, to know the root, and to write the tiles that come of it. A full check of a log is the same walk:
 * append every leaf, compare what the sink gets with what is stored.
 */
#ifndef ASV_LEDGER_TREE_H
#define ASV_LEDGER_TREE_H

#include "server/ledger/tile.h"

/* 64 KiB, a plain value: a copy is an independent tree, so a batch that fails is a copy thrown away. */
struct asv_tree {
    uint64_t size;
    uint8_t edge[ASV_TILE_LEVELS][ASV_TILE_BYTES];
};

void asv_tree_init(struct asv_tree *tree);

/* The tree of the first size leaves, from the tiles of that tree or of a larger one: at most one of each
 * level is read. What tiles say is believed: compare asv_tree_root with a signed root. ASV_E_LIMIT above
 * ASV_TREE_SIZE_MAX; otherwise what reading fails with. *tree is then untouched only as long as nothing was
 * read. */
ASV_MUST_CHECK enum asv_status asv_tree_load(struct asv_tree *tree, uint64_t size,
                                             const struct asv_tiles *tiles, struct asv_err *err);

/* Appends a leaf's hash (asv_merkle_leaf). Each tile that it fills goes to full, which may be NULL, in
 * ascending level. ASV_E_LIMIT at ASV_TREE_SIZE_MAX, or what the sink says; the tree is then as before. */
ASV_MUST_CHECK enum asv_status asv_tree_append(struct asv_tree *tree, const uint8_t leaf[ASV_SHA256_BYTES],
                                               const struct asv_tile_sink *full, struct asv_err *err);

/* Hands every partial tile to sink, in ascending level: with the full ones of asv_tree_append, all that a
 * growth changed. */
ASV_MUST_CHECK enum asv_status asv_tree_partials(const struct asv_tree *tree,
                                                 const struct asv_tile_sink *sink, struct asv_err *err);

/* The root; of no leaves it is SHA-256 of nothing. */
void asv_tree_root(const struct asv_tree *tree, uint8_t out[ASV_SHA256_BYTES]);

#endif
