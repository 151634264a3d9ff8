/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * An excerpt of whoever it may be: the head of its proof, then its film. The seal agrees with the head as far
 * as it can; of the proof's other bytes, all are zero, as many as the head makes them.
 */
#include <stdlib.h>
#include <string.h>

#include "server/handover/excerpt_proof.h"
#include "server/handover/excerpt_walk.h"

#define CHUNKS_MOST 4096 /* what takes longer is none the wiser */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum asv_status read_proof(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err)
{
    const uint8_t *head = ctx;
    uint8_t *to = out;
    (void)err;
    for (size_t i = 0; i < len; i++) {
        to[i] = offset + i < ASV_EXCERPT_HEAD_BYTES ? head[offset + i] : 0;
    }
    return ASV_OK;
}

static enum asv_status read_film(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct asv_err *err)
{
    const struct asv_bytes *film = ctx;
    (void)err;
    if (offset > film->len || len > film->len - offset) {
        abort();
    }
    memcpy(out, film->data + offset, len);
    return ASV_OK;
}

static void look(struct asv_bytes film)
{
    const struct asv_boxes_source source = {&film, film.len, read_film};
    struct asv_excerpt_walk walk;
    struct asv_excerpt_fragment fragment;
    uint64_t end = 0;
    enum asv_status status = asv_excerpt_walk_begin(&walk, &source, NULL);
    while (status == ASV_OK) {
        status = asv_excerpt_walk_next(&walk, &fragment, NULL);
        if (status == ASV_OK &&
            (fragment.at < end || fragment.end <= fragment.at || fragment.end > film.len)) {
            abort();
        }
        end = status == ASV_OK ? fragment.end : end;
    }
    asv_excerpt_walk_end(&walk);
}

static void check(const uint8_t *head, struct asv_bytes film)
{
    struct asv_excerpt_facts facts;
    uint8_t again[ASV_EXCERPT_HEAD_BYTES];
    if (asv_excerpt_head_read(&facts, head) != ASV_OK) {
        return;
    }
    asv_excerpt_head_write(again, &facts);
    if (memcmp(again, head, sizeof again) != 0 || facts.disclosed > facts.chunks ||
        facts.edge_bytes > ASV_EXCERPT_EDGES_MAX || asv_excerpt_nodes(&facts) > ASV_EXCERPT_NODES_MAX ||
        facts.mp4_bytes + facts.edge_bytes != facts.disclosed * ASV_CHUNK_PLAIN_BYTES) {
        abort();
    }
    struct asv_seal_result seal = {.has_checkpoint = true, .ended = true};
    memcpy(seal.header_digest, facts.header, sizeof seal.header_digest);
    seal.checkpoint.seq = facts.checkpoint;
    seal.checkpoint.chunks = facts.chunks;
    seal.end.media_bytes = facts.media_bytes;
    struct asv_package_input mp4 = asv_package_input_bytes(&film);
    struct asv_package_input proof = {again, facts.proof_bytes, read_proof};
    if (facts.disclosed <= CHUNKS_MOST && asv_excerpt_check(&facts, &seal, &mp4, &proof, NULL) == ASV_OK) {
        abort(); /* of a tree whose root is zeros */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < ASV_EXCERPT_HEAD_BYTES) {
        return 0;
    }
    struct asv_bytes film = {data + ASV_EXCERPT_HEAD_BYTES, size - ASV_EXCERPT_HEAD_BYTES};
    look(film);
    check(data, film);
    return 0;
}
