/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A proof is a walk from the root down to what it is about, and the subtrees that the walk leaves aside. The
 * walk is planned once, in the words of RFC 6962; making fetches what was left aside, checking puts it
 * together. */
#include "server/ledger/proof.h"

#include <string.h>

#include "firmware-proto/seal/merkle.h"

/* The leaves from (included) to to (excluded). */
struct range {
    uint64_t from, to;
};

/* A proof's hashes are asides[count - 1] to asides[0]: the walk goes down, a proof up. */
struct plan {
    size_t count;
    struct range asides[ASV_PROOF_HASHES_MAX];
    struct range end;   /* where the walk ended */
    bool begins_at_end; /* the proof's first hash is not an aside, but the end itself */
};

/* The largest power of two smaller than n, which is above 1: where RFC 6962 splits a tree of n leaves. */
static uint64_t split_of(uint64_t n)
{
    uint64_t split = 1;
    while (split < n - split) {
        split *= 2;
    }
    return split;
}

/* One step down, to the side on which leaf at is. */
static void step(struct plan *plan, uint64_t at)
{
    uint64_t middle = plan->end.from + split_of(plan->end.to - plan->end.from);
    struct range *aside = &plan->asides[plan->count++];
    if (at < middle) {
        *aside = (struct range){middle, plan->end.to};
        plan->end.to = middle;
    } else {
        *aside = (struct range){plan->end.from, middle};
        plan->end.from = middle;
    }
}

/* PATH(index, D[size]) */
static void plan_inclusion(struct plan *plan, uint64_t index, uint64_t size)
{
    *plan = (struct plan){.end = {0, size}};
    while (plan->end.to - plan->end.from > 1) {
        step(plan, index);
    }
}

/* PROOF(old_size, D[new_size]), 0 < old_size < new_size: to the subtree whose last leaf is the old tree's.
 * When it is the whole old tree, whoever checks has its root already. */
static void plan_consistency(struct plan *plan, uint64_t old_size, uint64_t new_size)
{
    *plan = (struct plan){.end = {0, new_size}};
    while (plan->end.to != old_size) {
        step(plan, old_size - 1);
    }
    plan->begins_at_end = plan->end.from > 0;
}

/* Tiles of one tree, the last one read kept. */
struct source {
    const struct asv_tiles *tiles;
    uint64_t size;
    struct asv_tile tile; /* width 0: none yet */
    uint8_t hashes[ASV_TILE_BYTES];
};

/* The root of the 2^height leaves from leaf `from` on, all of them in the tree. */
static enum asv_status read_node(struct source *source, unsigned height, uint64_t from,
                                 uint8_t out[ASV_SHA256_BYTES], struct asv_err *err)
{
    unsigned level = height / ASV_TILE_HEIGHT;
    uint64_t first = from >> (ASV_TILE_HEIGHT * level); /* hash of the level */
    uint64_t index = first / ASV_TILE_WIDTH;
    if (source->tile.width == 0 || source->tile.level != level || source->tile.index != index) {
        const struct asv_tile tile = {level, index, asv_tile_width(level, index, source->size)};
        enum asv_status status = source->tiles->read(source->tiles->ctx, &tile, source->hashes, err);
        if (status != ASV_OK) {
            return status;
        }
        source->tile = tile;
    }
    asv_tile_root(out, source->hashes + first % ASV_TILE_WIDTH * ASV_SHA256_BYTES,
                  1u << height % ASV_TILE_HEIGHT);
    return ASV_OK;
}

/* MTH(D[from:to]) of a range that the walk left aside, or of a whole tree: its full subtrees, the smallest of
 * which stands at its right end. */
static enum asv_status read_range(struct source *source, struct range range, uint8_t out[ASV_SHA256_BYTES],
                                  struct asv_err *err)
{
    uint64_t left = range.to - range.from;
    bool any = false;
    for (unsigned height = 0; left != 0; height++) {
        uint8_t node[ASV_SHA256_BYTES];
        if ((left >> height & 1) == 0) {
            continue;
        }
        left -= UINT64_C(1) << height;
        enum asv_status status = read_node(source, height, range.from + left, node, err);
        if (status != ASV_OK) {
            return status;
        }
        if (any) {
            asv_merkle_node(out, node, out);
        } else {
            memcpy(out, node, sizeof node);
            any = true;
        }
    }
    return ASV_OK;
}

/* LG-020 */
static enum asv_status too_large(uint64_t size, struct asv_err *err)
{
    return size <= ASV_TREE_SIZE_MAX
               ? ASV_OK
               : asv_fail_at(err, ASV_E_LIMIT, "ledger: a tree too large to be one", size);
}

static enum asv_status make(struct asv_proof *proof, const struct plan *plan, uint64_t size,
                            const struct asv_tiles *tiles, struct asv_err *err)
{
    struct source source = {.tiles = tiles, .size = size};
    enum asv_status status = ASV_OK;
    proof->count = 0;
    if (plan->begins_at_end) {
        status = read_range(&source, plan->end, proof->hash[proof->count++], err);
    }
    for (size_t i = plan->count; status == ASV_OK && i > 0; i--) {
        status = read_range(&source, plan->asides[i - 1], proof->hash[proof->count++], err);
    }
    return status;
}

enum asv_status asv_proof_make_inclusion(struct asv_proof *proof, uint64_t index, uint64_t size,
                                         const struct asv_tiles *tiles, struct asv_err *err)
{
    struct plan plan;
    enum asv_status status = too_large(size, err);
    if (status != ASV_OK) {
        return status;
    }
    if (index >= size) {
        return asv_fail_at(err, ASV_E_USAGE, "ledger: no such entry yet, the tree ends before", index);
    }
    plan_inclusion(&plan, index, size);
    return make(proof, &plan, size, tiles, err);
}

enum asv_status asv_proof_make_consistency(struct asv_proof *proof, uint64_t old_size, uint64_t new_size,
                                           const struct asv_tiles *tiles, struct asv_err *err)
{
    struct plan plan = {0};
    enum asv_status status = too_large(new_size, err);
    if (status != ASV_OK) {
        return status;
    }
    if (old_size > new_size) {
        return asv_fail_at(err, ASV_E_USAGE, "ledger: no tree extends one that is larger, of size", old_size);
    }
    if (old_size > 0 && old_size < new_size) {
        plan_consistency(&plan, old_size, new_size);
    }
    return make(proof, &plan, new_size, tiles, err);
}

enum asv_status asv_proof_root(uint8_t out[ASV_SHA256_BYTES], uint64_t size, const struct asv_tiles *tiles,
                               struct asv_err *err)
{
    struct source source = {.tiles = tiles, .size = size};
    enum asv_status status = too_large(size, err);
    if (status == ASV_OK && size > 0) {
        return read_range(&source, (struct range){0, size}, out, err);
    }
    if (status == ASV_OK) {
        memcpy(out, asv_tree_head_empty().root, ASV_SHA256_BYTES);
    }
    return status;
}

/* LG-023 */
static enum asv_status check_count(const struct asv_proof *proof, size_t count, struct asv_err *err)
{
    return proof->count == count
               ? ASV_OK
               : asv_fail_at(err, ASV_E_MALFORMED, "proof: not the number of hashes it must have, which is",
                             count);
}

static bool is_left_of(struct range aside, struct range end)
{
    return aside.from < end.from;
}

enum asv_status asv_proof_check_inclusion(const struct asv_proof *proof, uint64_t index,
                                          const uint8_t leaf[ASV_SHA256_BYTES],
                                          const struct asv_tree_head *head, struct asv_err *err)
{
    uint8_t root[ASV_SHA256_BYTES];
    struct plan plan;
    enum asv_status status = too_large(head->size, err);
    if (status != ASV_OK) {
        return status;
    }
    if (index >= head->size) {
        return asv_fail_at(err, ASV_E_MALFORMED, "proof: the tree ends before the entry, at", head->size);
    }
    plan_inclusion(&plan, index, head->size);
    status = check_count(proof, plan.count, err);
    if (status != ASV_OK) {
        return status;
    }
    memcpy(root, leaf, sizeof root);
    for (size_t i = 0; i < plan.count; i++) {
        bool left = is_left_of(plan.asides[plan.count - 1 - i], plan.end);
        asv_merkle_node(root, left ? proof->hash[i] : root, left ? root : proof->hash[i]);
    }
    return memcmp(root, head->root, sizeof root) == 0
               ? ASV_OK
               : asv_fail_at(err, ASV_E_DIGEST, "proof: does not lead to the tree's root from entry", index);
}

struct asv_tree_head asv_tree_head_empty(void)
{
    struct asv_tree_head head = {.size = 0};
    asv_sha256(head.root, "", 0);
    return head;
}

/* LG-024: a tree of no leaves has one root only. */
static enum asv_status check_head(const struct asv_tree_head *head, struct asv_err *err)
{
    const struct asv_tree_head empty = asv_tree_head_empty();
    enum asv_status status = too_large(head->size, err);
    if (status != ASV_OK || head->size > 0) {
        return status;
    }
    return memcmp(head->root, empty.root, sizeof empty.root) == 0
               ? ASV_OK
               : asv_fail(err, ASV_E_DIGEST, "ledger: an empty tree has another root");
}

static enum asv_status check_walk(const struct asv_proof *proof, const struct asv_tree_head *old_head,
                                  const struct asv_tree_head *new_head, struct asv_err *err)
{
    uint8_t old_root[ASV_SHA256_BYTES];
    uint8_t new_root[ASV_SHA256_BYTES];
    struct plan plan;
    plan_consistency(&plan, old_head->size, new_head->size);
    size_t at = plan.begins_at_end ? 1 : 0;
    enum asv_status status = check_count(proof, plan.count + at, err);
    if (status != ASV_OK) {
        return status;
    }
    memcpy(old_root, plan.begins_at_end ? proof->hash[0] : old_head->root, sizeof old_root);
    memcpy(new_root, old_root, sizeof new_root);
    for (size_t i = plan.count; i > 0; i--, at++) {
        if (is_left_of(plan.asides[i - 1], plan.end)) {
            asv_merkle_node(old_root, proof->hash[at], old_root);
            asv_merkle_node(new_root, proof->hash[at], new_root);
        } else {
            asv_merkle_node(new_root, new_root, proof->hash[at]); /* leaves that the old tree does not have */
        }
    }
    return memcmp(old_root, old_head->root, sizeof old_root) == 0 &&
                   memcmp(new_root, new_head->root, sizeof new_root) == 0
               ? ASV_OK
               : asv_fail_at(err, ASV_E_DIGEST,
                             "proof: the new tree does not begin with the old one, of size", old_head->size);
}

enum asv_status asv_proof_check_consistency(const struct asv_proof *proof,
                                            const struct asv_tree_head *old_head,
                                            const struct asv_tree_head *new_head, struct asv_err *err)
{
    enum asv_status status = check_head(old_head, err);
    if (status == ASV_OK) {
        status = check_head(new_head, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (new_head->size < old_head->size) {
        return asv_fail_at(err, ASV_E_MISMATCH, "ledger: the new tree is smaller than the old one, of size",
                           old_head->size);
    }
    if (old_head->size > 0 && old_head->size < new_head->size) {
        return check_walk(proof, old_head, new_head, err);
    }
    status = check_count(proof, 0, err);
    if (status == ASV_OK && old_head->size == new_head->size &&
        memcmp(old_head->root, new_head->root, sizeof old_head->root) != 0) {
        return asv_fail_at(err, ASV_E_MISMATCH, "ledger: two different trees of the same size",
                           old_head->size);
    }
    return status;
}
