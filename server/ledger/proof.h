/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Inclusion and consistency proofs (RFC 6962, sections 2.1.1 and 2.1.2), made from tiles and checked.
 *
 * Making believes the tiles: a proof from wrong ones does not verify. Checking believes nothing but the roots
 * that it is given; where these come from is the signed checkpoint's business.
 */
#ifndef ASV_LEDGER_PROOF_H
#define ASV_LEDGER_PROOF_H

#include "server/ledger/tile.h"

#define ASV_PROOF_HASHES_MAX 63 /* of any proof in a tree of ASV_TREE_SIZE_MAX leaves */

struct asv_proof {
    size_t count;
    uint8_t hash[ASV_PROOF_HASHES_MAX][ASV_SHA256_BYTES];
};

/* That leaf number index (from 0) is in the tree of size leaves. ASV_E_USAGE unless index < size, ASV_E_LIMIT
 * above ASV_TREE_SIZE_MAX; otherwise what reading a tile fails with. *proof is then unspecified. */
ASV_MUST_CHECK enum asv_status asv_proof_make_inclusion(struct asv_proof *proof, uint64_t index,
                                                        uint64_t size, const struct asv_tiles *tiles,
                                                        struct asv_err *err);

/* That the tree of new_size begins with that of old_size. Empty for old_size 0 and for equal sizes.
 * ASV_E_USAGE unless old_size <= new_size. */
ASV_MUST_CHECK enum asv_status asv_proof_make_consistency(struct asv_proof *proof, uint64_t old_size,
                                                          uint64_t new_size, const struct asv_tiles *tiles,
                                                          struct asv_err *err);

/* The root of the first size leaves, from the tiles of that tree or of a larger one. */
ASV_MUST_CHECK enum asv_status asv_proof_root(uint8_t out[ASV_SHA256_BYTES], uint64_t size,
                                              const struct asv_tiles *tiles, struct asv_err *err);

/* A tree of some size: what a checkpoint says. */
struct asv_tree_head {
    uint64_t size;
    uint8_t root[ASV_SHA256_BYTES];
};

/* That of a tree without leaves. */
struct asv_tree_head asv_tree_head_empty(void);

/* ASV_E_MALFORMED when no such proof can be right, whatever its hashes (index beyond the tree, too many or
 * too few of them); ASV_E_DIGEST when it does not lead from the leaf to the root; ASV_E_LIMIT for a tree that
 * is too large. */
ASV_MUST_CHECK enum asv_status asv_proof_check_inclusion(const struct asv_proof *proof, uint64_t index,
                                                         const uint8_t leaf[ASV_SHA256_BYTES],
                                                         const struct asv_tree_head *head,
                                                         struct asv_err *err);

/* The same statuses. A smaller new tree is ASV_E_MISMATCH, and so are equal sizes with different roots: that
 * is a fork. An empty tree has the root of an empty tree, or it is ASV_E_DIGEST; every tree extends it, and
 * the proof of that is empty. */
ASV_MUST_CHECK enum asv_status asv_proof_check_consistency(const struct asv_proof *proof,
                                                           const struct asv_tree_head *old_head,
                                                           const struct asv_tree_head *new_head,
                                                           struct asv_err *err);

/* The hashes of a proof as text, one to a line, and the empty line behind them; read up to behind that line.
 * ASV_E_MALFORMED with the line of the reader's bytes, ASV_E_LIMIT; *out and the position are then
 * unspecified.
 */
ASV_MUST_CHECK enum asv_status asv_proof_read_lines(struct asv_reader *reader, struct asv_proof *out,
                                                    struct asv_err *err);
void asv_proof_write_lines(struct asv_writer *writer, const struct asv_proof *proof);

#endif
