/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The full check of a log: every entry's hash, every tile, and the root that was signed. Two trees are kept,
 * one of the hashes in the tiles of level 0 and one of the entries; they are the same until an entry and its
 * tile differ, and then the signed root says which of the two is right. Memory does not grow with the log.
 */
#ifndef ASV_LEDGER_WALK_H
#define ASV_LEDGER_WALK_H

#include "server/ledger/proof.h"
#include "server/ledger/tree.h"

#define ASV_WALK_FIRST 16 /* entries that differ, which are named at the end; the others are counted */

struct asv_walk_ops {
    struct asv_tiles tiles; /* that are to be checked */
    /* Is told each thing that is wrong: "tile/1/000", "entry 700", "head", "size 512", and what about it. */
    void (*wrong)(void *ctx, const char *where, const char *what);
    void *ctx;        /* of wrong */
    unsigned through; /* so many missing tiles of level 0 do not end the walk */
};

/* About 160 KiB, on the heap. */
struct asv_walk {
    const struct asv_walk_ops *ops;
    struct asv_tree_head head; /* that was signed */
    uint64_t differing;
    uint64_t first[ASV_WALK_FIRST];
    bool broken;         /* something is missing, so that no tree is complete */
    bool blind;          /* the tile beside the next entry is missing */
    unsigned missing;    /* tiles of level 0 */
    bool tiles, entries; /* make the head; known at the end */
    struct asv_tree tiled;
    struct asv_tree entered; /* unused as long as nothing differs */
    uint8_t hashes[ASV_TILE_BYTES];
    uint8_t other[ASV_TILE_BYTES];
};

void asv_walk_init(struct asv_walk *walk, const struct asv_walk_ops *ops, const struct asv_tree_head *head);

/* The number of the next entry; the walk is over when it is the head's size. */
static inline uint64_t asv_walk_at(const struct asv_walk *walk)
{
    return walk->tiled.size;
}

/* The next entry's leaf; NULL: it is missing, which the caller has said. False: the tile beside it is
 * missing, so that nothing behind it can be checked; asv_walk_end is to be called. Where the walk goes
 * on all the same, entries beside a missing tile are compared with nothing but the head. */
bool asv_walk_next(struct asv_walk *walk, const uint8_t *leaf);

/* A head that is said to be of as many entries as were passed now. */
void asv_walk_compare(struct asv_walk *walk, const struct asv_tree_head *head);

/* LG-072: says which entries or tiles are wrong, and whether the head is that of the log. */
void asv_walk_end(struct asv_walk *walk);

/* At the end: whether the first entry is the one that the head has there, if it was there. */
bool asv_walk_has_first(const struct asv_walk *walk);

#endif
