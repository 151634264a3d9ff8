/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/opener.h"
#include "server/base/fail.h"
#include "server/handover/excerpt_proof.h"
#include "server/handover/excerpt_walk.h"

#define ENTRIES 256 /* that are read at once */

struct check {
    const struct asv_excerpt_facts *facts;
    const struct asv_package_input *mp4, *proof;
    struct asv_merkle tree;
    uint64_t mp4_at, node_at, edge_at; /* where the next bytes of each are */
    uint64_t taken;                    /* disclosed chunks so far */
    uint8_t entry[ENTRIES][ASV_EXCERPT_ENTRY_BYTES];
    uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
};

/* ---- what the proof says, and the seal ---- */

static enum asv_status read_head(struct asv_excerpt_facts *facts, const struct asv_package_input *proof,
                                 struct asv_err *err)
{
    uint8_t head[ASV_EXCERPT_HEAD_BYTES];
    if (proof->size < sizeof head) {
        return asv_fail(err, ASV_E_MALFORMED, "excerpt.proof: ends within its head");
    }
    enum asv_status status = proof->read(proof->ctx, 0, head, sizeof head, err);
    if (status == ASV_OK) {
        status = asv_excerpt_head_read(facts, head);
        if (status == ASV_E_UNSUPPORTED) {
            return asv_fail(err, status, "excerpt.proof: of another version");
        }
        if (status != ASV_OK) {
            return asv_fail(err, status, "excerpt.proof: its head contradicts itself, or it is no proof");
        }
    }
    return status;
}

/* HO-066 */
static enum asv_status check_seal(const struct asv_excerpt_facts *facts, const struct asv_seal_result *seal,
                                  struct asv_err *err)
{
    const struct asv_seal_checkpoint *last = &seal->checkpoint;
    uint64_t media = seal->ended ? seal->end.media_bytes : last->chunks * ASV_CHUNK_PLAIN_BYTES;
    if (memcmp(facts->header, seal->header_digest, sizeof facts->header) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "excerpt.proof: is another recording's");
    }
    if (facts->checkpoint != last->seq || facts->chunks != last->chunks || facts->media_bytes != media) {
        return asv_fail(err, ASV_E_MISMATCH,
                        "excerpt.proof: speaks of another length than the seal, or of another checkpoint");
    }
    return ASV_OK;
}

static enum asv_status check_sizes(const struct check *check, struct asv_err *err)
{
    if (check->proof->size != check->facts->proof_bytes) {
        return asv_failf(err, ASV_E_MALFORMED, "excerpt.proof: has %llu bytes; by its head it has %llu",
                         (unsigned long long)check->proof->size,
                         (unsigned long long)check->facts->proof_bytes);
    }
    if (check->mp4->size != check->facts->mp4_bytes) {
        return asv_failf(err, ASV_E_MISMATCH, "excerpt.mp4: has %llu bytes; by its proof it has %llu",
                         (unsigned long long)check->mp4->size, (unsigned long long)check->facts->mp4_bytes);
    }
    return ASV_OK;
}

/* ---- that each byte was signed ---- */

static enum asv_status read_next(const struct asv_package_input *input, uint64_t *at, void *out, size_t len,
                                 struct asv_err *err)
{
    enum asv_status status = len > 0 ? input->read(input->ctx, *at, out, len, err) : ASV_OK;
    *at += len;
    return status;
}

static enum asv_status put_together(struct check *check, uint64_t chunk, struct asv_err *err)
{
    size_t cut[5];
    enum asv_status status = ASV_OK;
    asv_excerpt_cuts(check->facts, chunk, cut);
    for (int i = 0; status == ASV_OK && i < 4; i++) {
        bool edge = i % 2 != 0;
        status = read_next(edge ? check->proof : check->mp4, edge ? &check->edge_at : &check->mp4_at,
                           check->plain + cut[i], cut[i + 1] - cut[i], err);
    }
    return status;
}

static enum asv_status next_entry(struct check *check, const uint8_t **entry, struct asv_err *err)
{
    size_t place = (size_t)(check->taken % ENTRIES);
    enum asv_status status = ASV_OK;
    if (place == 0) {
        uint64_t left = check->facts->disclosed - check->taken;
        uint64_t at = ASV_EXCERPT_HEAD_BYTES + check->taken * ASV_EXCERPT_ENTRY_BYTES;
        size_t count = left < ENTRIES ? (size_t)left : ENTRIES;
        status = read_next(check->proof, &at, check->entry, count * ASV_EXCERPT_ENTRY_BYTES, err);
    }
    *entry = check->entry[place];
    check->taken++;
    return status;
}

static enum asv_status take_disclosed(struct check *check, uint64_t chunk, struct asv_err *err)
{
    const uint8_t *entry;
    uint8_t leaf[ASV_SHA256_BYTES];
    uint64_t from = check->mp4_at;
    enum asv_status status = next_entry(check, &entry, err);
    if (status == ASV_OK) {
        status = put_together(check, chunk, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_seal_disclosure_value(leaf, entry, check->plain);
    asv_merkle_leaf(leaf, leaf, sizeof leaf);
    if (memcmp(leaf, entry + ASV_SHA256_BYTES, sizeof leaf) != 0) {
        return asv_failf(err, ASV_E_DIGEST,
                         "excerpt.mp4: bytes %llu to %llu are not what the camera signed as chunk %llu, or "
                         "excerpt.proof was changed there",
                         (unsigned long long)from, (unsigned long long)check->mp4_at,
                         (unsigned long long)chunk);
    }
    return asv_merkle_append(&check->tree, leaf);
}

static enum asv_status take_node(struct check *check, unsigned level, struct asv_err *err)
{
    uint8_t node[ASV_SHA256_BYTES];
    enum asv_status status = read_next(check->proof, &check->node_at, node, sizeof node, err);
    return status == ASV_OK ? asv_merkle_append_subtree(&check->tree, level, node) : status;
}

/* HO-065 */
static enum asv_status check_bytes(struct check *check, const struct asv_seal_checkpoint *last,
                                   struct asv_err *err)
{
    const struct asv_excerpt_facts *facts = check->facts;
    uint8_t root[ASV_SHA256_BYTES];
    enum asv_status status = ASV_OK;
    check->node_at = ASV_EXCERPT_HEAD_BYTES + facts->disclosed * ASV_EXCERPT_ENTRY_BYTES;
    check->edge_at = facts->proof_bytes - facts->edge_bytes;
    asv_merkle_init(&check->tree);
    while (status == ASV_OK && check->tree.count < facts->chunks) {
        uint64_t chunk = check->tree.count;
        status = asv_excerpt_discloses(facts, chunk) ? take_disclosed(check, chunk, err)
                                                     : take_node(check, asv_excerpt_level(facts, chunk), err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_merkle_root(&check->tree, root);
    if (!asv_equal(root, last->disclosure_root, sizeof root)) {
        return asv_fail(err, ASV_E_DIGEST,
                        "excerpt.proof: does not lead to the disclosure tree that the camera signed");
    }
    return ASV_OK;
}

/* ---- that they are whole fragments, and show what is said ---- */

static enum asv_status read_mp4(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct asv_err *err)
{
    const struct check *check = ctx;
    return check->mp4->read(check->mp4->ctx, offset, out, len, err);
}

static enum asv_status compare(const struct asv_excerpt_facts *facts,
                               const struct asv_excerpt_fragment *first,
                               const struct asv_excerpt_fragment *last, uint64_t until_us,
                               struct asv_err *err)
{
    if ((facts->begin != facts->init && first->at != facts->init) || last->end != facts->mp4_bytes ||
        (!first->key && facts->begin != facts->init)) {
        return asv_fail(err, ASV_E_MISMATCH,
                        "excerpt.mp4: is not cut at fragments, or does not begin with a key frame");
    }
    if (last->cut != (facts->cut != 0)) {
        return asv_fail(err, ASV_E_MISMATCH, "excerpt.mp4: ends within a fragment, or excerpt.proof says so");
    }
    if (first->start_us != facts->base_us + facts->shown_from_us ||
        until_us != facts->base_us + facts->shown_until_us) {
        return asv_failf(err, ASV_E_MISMATCH,
                         "excerpt.mp4: its fragments are of %llu to %llu ms, not what excerpt.proof says",
                         (unsigned long long)first->start_us / 1000, (unsigned long long)until_us / 1000);
    }
    return ASV_OK;
}

static enum asv_status check_walk(struct asv_excerpt_walk *walk, const struct asv_excerpt_facts *facts,
                                  struct asv_err *err)
{
    struct asv_excerpt_fragment first = {.end = 0};
    struct asv_excerpt_fragment last = {.end = 0};
    uint64_t until_us = 0;
    enum asv_status status;
    while ((status = asv_excerpt_walk_next(walk, &last, err)) == ASV_OK) {
        if (first.end == 0) {
            first = last;
        }
        until_us = last.until_us > until_us ? last.until_us : until_us;
    }
    if (status != ASV_E_NOT_FOUND) {
        return status;
    }
    return compare(facts, &first, &last, until_us, err);
}

/* HO-067 */
static enum asv_status check_film(struct check *check, struct asv_err *err)
{
    const struct asv_boxes_source film = {check, check->mp4->size, read_mp4};
    struct asv_excerpt_walk walk;
    enum asv_status status = asv_excerpt_walk_begin(&walk, &film, err);
    if (status == ASV_OK && walk.init != check->facts->init) {
        status = asv_fail(err, ASV_E_MISMATCH, "excerpt.mp4: its first fragment is not where it was cut");
    }
    if (status == ASV_OK) {
        status = check_walk(&walk, check->facts, err);
    }
    asv_excerpt_walk_end(&walk);
    return status;
}

/* The recording's beginning: init, and its first fragment's moof, which is in the film or the first edge. */
static enum asv_status read_beginning(void *ctx, uint64_t offset, uint8_t *out, size_t len,
                                      struct asv_err *err)
{
    const struct check *check = ctx;
    const struct asv_excerpt_facts *facts = check->facts;
    uint64_t in_film = facts->begin == facts->init ? facts->head : facts->init;
    size_t some = offset >= in_film ? 0 : in_film - offset < len ? (size_t)(in_film - offset) : len;
    enum asv_status status = some > 0 ? check->mp4->read(check->mp4->ctx, offset, out, some, err) : ASV_OK;
    if (status == ASV_OK && some < len) {
        uint64_t edge = facts->proof_bytes - facts->edge_bytes + offset + some - facts->init;
        status = check->proof->read(check->proof->ctx, edge, out + some, len - some, err);
    }
    return status;
}

static enum asv_status check_beginning(struct check *check, struct asv_err *err)
{
    const struct asv_boxes_source film = {check, check->facts->head, read_beginning};
    struct asv_excerpt_walk walk;
    struct asv_excerpt_fragment first = {.head = 0};
    struct asv_err why = {0};
    enum asv_status status = asv_excerpt_walk_begin(&walk, &film, &why);
    if (status == ASV_OK) {
        status = asv_excerpt_walk_moof(&walk, &first, &why);
    }
    asv_excerpt_walk_end(&walk);
    if (status == ASV_E_IO || status == ASV_E_NO_MEMORY) {
        return asv_fail(err, status, why.text);
    }
    if (status != ASV_OK || first.head != check->facts->head || first.start_us != check->facts->base_us) {
        return asv_fail(err, ASV_E_MISMATCH,
                        "excerpt.proof: the recording's first fragment is not where, or not when it says");
    }
    return ASV_OK;
}

static enum asv_status check_all(struct check *check, struct asv_excerpt_facts *facts,
                                 const struct asv_seal_result *seal, struct asv_err *err)
{
    enum asv_status status = read_head(facts, check->proof, err);
    if (status == ASV_OK) {
        status = check_seal(facts, seal, err);
    }
    if (status == ASV_OK) {
        status = check_sizes(check, err);
    }
    if (status == ASV_OK) {
        status = check_bytes(check, &seal->checkpoint, err);
    }
    if (status == ASV_OK) {
        status = check_film(check, err);
    }
    return status == ASV_OK ? check_beginning(check, err) : status;
}

enum asv_status asv_excerpt_check(struct asv_excerpt_facts *facts, const struct asv_seal_result *seal,
                                  const struct asv_package_input *mp4, const struct asv_package_input *proof,
                                  struct asv_err *err)
{
    *facts = (struct asv_excerpt_facts){.chunks = 0};
    if (!seal->has_checkpoint || seal->checkpoint.chunks == 0) {
        return asv_fail(err, ASV_E_STATE, "the seal signs nothing that could be shown");
    }
    struct check *check = calloc(1, sizeof *check);
    if (check == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    check->facts = facts;
    check->mp4 = mp4;
    check->proof = proof;
    enum asv_status status = check_all(check, facts, seal, err);
    free(check);
    return status;
}
