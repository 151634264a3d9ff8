/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/merkle.h"

#include <string.h>

_Static_assert(ASV_MERKLE_LEAVES_MAX < UINT64_C(1) << ASV_MERKLE_LEVELS, "every bit of count has its node");

void asv_merkle_node(uint8_t out[ASV_SHA256_BYTES], const uint8_t left[ASV_SHA256_BYTES],
                     const uint8_t right[ASV_SHA256_BYTES])
{
    uint8_t both[1 + 2 * ASV_SHA256_BYTES] = {0x01}; /* in one piece: faster than three */
    memcpy(both + 1, left, ASV_SHA256_BYTES);
    memcpy(both + 1 + ASV_SHA256_BYTES, right, ASV_SHA256_BYTES);
    asv_sha256(out, both, sizeof both);
}

void asv_merkle_init(struct asv_merkle *tree)
{
    memset(tree, 0, sizeof *tree);
}

void asv_merkle_leaf(uint8_t out[ASV_SHA256_BYTES], const void *data, size_t len)
{
    static const uint8_t leaf = 0x00;
    struct asv_sha256 state;
    asv_sha256_init(&state);
    asv_sha256_update(&state, &leaf, 1);
    asv_sha256_update(&state, data, len);
    asv_sha256_final(&state, out);
}

enum asv_status asv_merkle_append_subtree(struct asv_merkle *tree, unsigned level,
                                          const uint8_t root[ASV_SHA256_BYTES])
{
    uint64_t leaves = level < ASV_MERKLE_LEVELS ? UINT64_C(1) << level : 0;
    if (leaves == 0 || tree->count % leaves != 0) {
        return ASV_E_USAGE;
    }
    if (tree->count > ASV_MERKLE_LEAVES_MAX - leaves) {
        return ASV_E_LIMIT;
    }
    /* As adding to a binary number: every full subtree that stands to the left is carried up. */
    uint8_t carry[ASV_SHA256_BYTES];
    memcpy(carry, root, sizeof carry);
    while (((tree->count >> level) & 1) != 0) {
        asv_merkle_node(carry, tree->node[level], carry);
        level++;
    }
    memcpy(tree->node[level], carry, sizeof carry);
    tree->count += leaves;
    return ASV_OK;
}

enum asv_status asv_merkle_append(struct asv_merkle *tree, const uint8_t leaf[ASV_SHA256_BYTES])
{
    return asv_merkle_append_subtree(tree, 0, leaf);
}

void asv_merkle_root(const struct asv_merkle *tree, uint8_t out[ASV_SHA256_BYTES])
{
    uint8_t root[ASV_SHA256_BYTES];
    bool any = false;
    for (unsigned level = 0; level < ASV_MERKLE_LEVELS; level++) {
        if (((tree->count >> level) & 1) == 0) {
            continue;
        }
        if (any) {
            asv_merkle_node(root, tree->node[level], root);
        } else {
            memcpy(root, tree->node[level], sizeof root);
            any = true;
        }
    }
    if (!any) {
        asv_sha256(root, "", 0);
    }
    memcpy(out, root, sizeof root);
}
