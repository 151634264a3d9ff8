/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The RFC 6962 Merkle tree (SHA-256) as a frontier: leaves are appended in order, the root of what is there
 * can be asked for at any time, and memory is O(log n).
 */
#ifndef ASV_SEAL_MERKLE_H
#define ASV_SEAL_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/crypto.h"

#define ASV_MERKLE_LEVELS     32
#define ASV_MERKLE_LEAVES_MAX UINT32_MAX

/* Node k, when bit k of count is set, is the root of the 2^k leaves that stand there. A plain value: a copy
 * is an independent tree. */
struct asv_merkle {
    uint64_t count;
    uint8_t node[ASV_MERKLE_LEVELS][ASV_SHA256_BYTES];
};

void asv_merkle_init(struct asv_merkle *tree);

/* SHA-256(0x00, data): a leaf's hash. */
void asv_merkle_leaf(uint8_t out[ASV_SHA256_BYTES], const void *data, size_t len);

/* SHA-256(0x01, left, right): the root above two subtrees. out may be one of them. */
void asv_merkle_node(uint8_t out[ASV_SHA256_BYTES], const uint8_t left[ASV_SHA256_BYTES],
                     const uint8_t right[ASV_SHA256_BYTES]);

/* Appends a leaf's hash. ASV_E_LIMIT above ASV_MERKLE_LEAVES_MAX. */
ASV_MUST_CHECK enum asv_status asv_merkle_append(struct asv_merkle *tree,
                                                 const uint8_t leaf[ASV_SHA256_BYTES]);

/* Appends 2^level leaves at once, of which root is the root. ASV_E_USAGE unless they stand where a subtree of
 * that size does: behind a multiple of it. ASV_E_LIMIT as above. */
ASV_MUST_CHECK enum asv_status asv_merkle_append_subtree(struct asv_merkle *tree, unsigned level,
                                                         const uint8_t root[ASV_SHA256_BYTES]);

/* The root; of no leaves it is SHA-256 of nothing. */
void asv_merkle_root(const struct asv_merkle *tree, uint8_t out[ASV_SHA256_BYTES]);

#endif
