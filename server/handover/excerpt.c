/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/excerpt.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "firmware-proto/seal/opener.h"
#include "server/base/fail.h"
#include "server/handover/excerpt_proof.h"
#include "server/handover/excerpt_walk.h"

/* How far the proof is: chunks are taken in order, and so is what it says of them. */
struct proving {
    struct asv_merkle tree;    /* of all chunks before next */
    struct asv_merkle subtree; /* of those that the next node stands for */
    uint64_t next;
    size_t nodes, edges;
    uint8_t piece[ASV_EXCERPT_HEAD_BYTES]; /* the head or an entry */
    struct asv_bytes left;                 /* of what is given out */
    enum { ENTRIES, NODES, EDGES } part;
};

struct asv_excerpt {
    struct asv_excerpt_recording recording;
    struct asv_excerpt_facts facts;
    uint64_t held; /* the chunk that plain is */
    bool holds;
    uint64_t mp4_at;
    struct proving proving;
    uint8_t node[ASV_EXCERPT_NODES_MAX][ASV_SHA256_BYTES];
    uint8_t edge[ASV_EXCERPT_EDGES_MAX];
    uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
};

_Static_assert(ASV_EXCERPT_HEAD_BYTES >= ASV_EXCERPT_ENTRY_BYTES, "piece holds either");

static enum asv_status hold(struct asv_excerpt *excerpt, uint64_t chunk, struct asv_err *err)
{
    if (excerpt->holds && excerpt->held == chunk) {
        return ASV_OK;
    }
    excerpt->holds = false;
    enum asv_status status = excerpt->recording.read(excerpt->recording.ctx, chunk, excerpt->plain, err);
    excerpt->holds = status == ASV_OK;
    excerpt->held = chunk;
    return status;
}

static enum asv_status read_plain(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct asv_err *err)
{
    struct asv_excerpt *excerpt = ctx;
    while (len > 0) {
        size_t from = (size_t)(offset % ASV_CHUNK_PLAIN_BYTES);
        size_t some = sizeof excerpt->plain - from < len ? sizeof excerpt->plain - from : len;
        enum asv_status status = hold(excerpt, offset / ASV_CHUNK_PLAIN_BYTES, err);
        if (status != ASV_OK) {
            return status;
        }
        memcpy(out, excerpt->plain + from, some);
        out += some;
        offset += some;
        len -= some;
    }
    return ASV_OK;
}

/* ---- which fragments ---- */

/* HO-060. The first that shows anything of the range may need the key frame of one before it. */
static void take_fragment(struct asv_excerpt_facts *facts, const struct asv_excerpt_fragment *fragment,
                          struct asv_excerpt_fragment *key)
{
    uint64_t from_us = facts->from_ms * UINT64_C(1000);
    uint64_t until_us = facts->until_ms * UINT64_C(1000);
    bool begun = facts->end != 0;
    if (fragment->key || key->end == 0) {
        *key = *fragment;
    }
    facts->whole_until_us =
        fragment->until_us > facts->whole_until_us ? fragment->until_us : facts->whole_until_us;
    if (fragment->start_us >= until_us || (!begun && fragment->until_us <= from_us)) {
        return;
    }
    if (!begun) {
        facts->begin = key->at;
        facts->shown_from_us = key->start_us;
    }
    facts->end = fragment->end;
    facts->cut = fragment->cut;
    facts->shown_until_us =
        fragment->until_us > facts->shown_until_us ? fragment->until_us : facts->shown_until_us;
}

/* The recording's first fragment, with what stands in front of it (styp, sidx). It goes on at least until the
 * last key frame that is signed, whole or not. */
static void begin(struct asv_excerpt_facts *facts, struct asv_excerpt_fragment *fragment)
{
    fragment->at = facts->init;
    facts->head = fragment->head;
    facts->base_us = fragment->start_us;
    facts->whole_until_us -= facts->base_us < facts->whole_until_us ? facts->base_us : facts->whole_until_us;
}

static enum asv_status choose(struct asv_excerpt_facts *facts, struct asv_excerpt_walk *walk,
                              struct asv_err *err)
{
    struct asv_excerpt_fragment fragment;
    struct asv_excerpt_fragment key = {.end = 0};
    bool any = false;
    enum asv_status status;
    while ((status = asv_excerpt_walk_next(walk, &fragment, err)) == ASV_OK) {
        if (!any) {
            begin(facts, &fragment);
        }
        any = true;
        fragment.start_us -= facts->base_us;
        fragment.until_us -= facts->base_us;
        take_fragment(facts, &fragment, &key);
    }
    if (status != ASV_E_NOT_FOUND) {
        return status;
    }
    if (facts->end == 0 && any) {
        return asv_failf(err, ASV_E_NOT_FOUND, "it shows nothing from %u to %u ms: it has %llu ms",
                         facts->from_ms, facts->until_ms, (unsigned long long)facts->whole_until_us / 1000);
    }
    return facts->end == 0 ? asv_fail(err, ASV_E_NOT_FOUND, "no fragment of it is there whole") : ASV_OK;
}

static enum asv_status find(struct asv_excerpt *excerpt, struct asv_err *err)
{
    const struct asv_boxes_source film = {excerpt, excerpt->facts.media_bytes, read_plain};
    struct asv_excerpt_walk walk;
    enum asv_status status = asv_excerpt_walk_begin(&walk, &film, err);
    if (status == ASV_OK) {
        excerpt->facts.init = walk.init;
        status = choose(&excerpt->facts, &walk, err);
    }
    asv_excerpt_walk_end(&walk);
    if (status == ASV_OK && asv_excerpt_derive(&excerpt->facts) != ASV_OK) {
        status = asv_fail(err, ASV_E_MALFORMED, "its fragments and the range contradict each other");
    }
    return status;
}

enum asv_status asv_excerpt_choose(const struct asv_excerpt_recording *recording, uint32_t from_ms,
                                   uint32_t until_ms, struct asv_excerpt **out, struct asv_err *err)
{
    const struct asv_seal_checkpoint *last = recording->checkpoint;
    if (from_ms >= until_ms || last->chunks == 0 ||
        recording->media_bytes > last->chunks * ASV_CHUNK_PLAIN_BYTES) {
        return asv_fail(err, ASV_E_USAGE, "no range of media time, or nothing of the recording is signed");
    }
    struct asv_excerpt *excerpt = calloc(1, sizeof *excerpt);
    if (excerpt == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    (void)mlock(excerpt, sizeof *excerpt); /* HO-034: as far as the limits allow */
    excerpt->recording = *recording;
    excerpt->facts = (struct asv_excerpt_facts){.checkpoint = last->seq,
                                                .chunks = last->chunks,
                                                .media_bytes = recording->media_bytes,
                                                .from_ms = from_ms,
                                                .until_ms = until_ms,
                                                .whole_until_us = last->key_frame_us};
    memcpy(excerpt->facts.header, last->header_digest, sizeof excerpt->facts.header);
    enum asv_status status = find(excerpt, err);
    if (status != ASV_OK) {
        asv_excerpt_close(excerpt);
        return status;
    }
    *out = excerpt;
    return ASV_OK;
}

void asv_excerpt_close(struct asv_excerpt *excerpt)
{
    if (excerpt != NULL) {
        asv_wipe(excerpt, sizeof *excerpt);
        (void)munlock(excerpt, sizeof *excerpt);
        free(excerpt);
    }
}

const struct asv_excerpt_facts *asv_excerpt_facts(const struct asv_excerpt *excerpt)
{
    return &excerpt->facts;
}

/* ---- excerpt.mp4 ---- */

/* HO-061 */
static enum asv_status read_mp4(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct asv_excerpt *excerpt = ctx;
    const struct asv_excerpt_facts *facts = &excerpt->facts;
    bool in_init = excerpt->mp4_at < facts->init;
    uint64_t left = (in_init ? facts->init : facts->mp4_bytes) - excerpt->mp4_at;
    uint64_t at = in_init ? excerpt->mp4_at : facts->begin + excerpt->mp4_at - facts->init;
    *got = left < cap ? (size_t)left : cap;
    excerpt->mp4_at += *got;
    return read_plain(excerpt, at, out, *got, err);
}

struct asv_source asv_excerpt_mp4(struct asv_excerpt *excerpt)
{
    excerpt->mp4_at = 0;
    return (struct asv_source){excerpt, excerpt->facts.mp4_bytes, read_mp4};
}

/* ---- excerpt.proof ---- */

/* Of a chunk that is not disclosed: its leaf, and with the last of a subtree that subtree's root. */
static enum asv_status take_hidden(struct asv_excerpt *excerpt, const uint8_t leaf[ASV_SHA256_BYTES])
{
    struct proving *proving = &excerpt->proving;
    uint64_t begins = proving->next - proving->subtree.count;
    enum asv_status status = asv_merkle_append(&proving->subtree, leaf);
    if (status == ASV_OK && proving->subtree.count == UINT64_C(1)
                                                          << asv_excerpt_level(&excerpt->facts, begins)) {
        asv_merkle_root(&proving->subtree, excerpt->node[proving->nodes++]);
        asv_merkle_init(&proving->subtree);
    }
    return status;
}

/* HO-063, HO-064 */
static void take_disclosed(struct asv_excerpt *excerpt, const uint8_t key[ASV_SHA256_BYTES],
                           const uint8_t leaf[ASV_SHA256_BYTES])
{
    struct proving *proving = &excerpt->proving;
    size_t cut[5];
    asv_excerpt_cuts(&excerpt->facts, proving->next, cut);
    for (int i = 1; i < 4; i += 2) {
        memcpy(excerpt->edge + proving->edges, excerpt->plain + cut[i], cut[i + 1] - cut[i]);
        proving->edges += cut[i + 1] - cut[i];
    }
    memcpy(proving->piece, key, ASV_SHA256_BYTES);
    memcpy(proving->piece + ASV_SHA256_BYTES, leaf, ASV_SHA256_BYTES);
    proving->left = (struct asv_bytes){proving->piece, ASV_EXCERPT_ENTRY_BYTES};
}

/* The next chunk; left has bytes when it is one that is disclosed. */
static enum asv_status take_chunk(struct asv_excerpt *excerpt, struct asv_err *err)
{
    struct proving *proving = &excerpt->proving;
    uint8_t key[ASV_SHA256_BYTES];
    uint8_t leaf[ASV_SHA256_BYTES];
    enum asv_status status = hold(excerpt, proving->next, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_seal_disclosure_key(key, excerpt->recording.file_key, proving->next);
    asv_seal_disclosure_value(leaf, key, excerpt->plain);
    asv_merkle_leaf(leaf, leaf, sizeof leaf);
    status = asv_merkle_append(&proving->tree, leaf);
    if (status == ASV_OK && asv_excerpt_discloses(&excerpt->facts, proving->next)) {
        take_disclosed(excerpt, key, leaf);
    } else if (status == ASV_OK) {
        status = take_hidden(excerpt, leaf);
    }
    asv_wipe(key, sizeof key);
    proving->next++;
    return status;
}

/* S-112: behind the last chunk. */
static enum asv_status check_root(const struct asv_excerpt *excerpt, struct asv_err *err)
{
    uint8_t root[ASV_SHA256_BYTES];
    asv_merkle_root(&excerpt->proving.tree, root);
    if (!asv_equal(root, excerpt->recording.checkpoint->disclosure_root, sizeof root)) {
        return asv_fail(err, ASV_E_DIGEST,
                        "its disclosure tree is not the signed one: it is not handed over");
    }
    return ASV_OK;
}

static enum asv_status next_piece(struct asv_excerpt *excerpt, struct asv_err *err)
{
    struct proving *proving = &excerpt->proving;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && proving->left.len == 0 && proving->next < excerpt->facts.chunks) {
        status = take_chunk(excerpt, err);
    }
    if (status != ASV_OK || proving->left.len > 0 || proving->part == EDGES) {
        return status;
    }
    if (proving->part == ENTRIES) {
        status = check_root(excerpt, err);
        proving->left = (struct asv_bytes){excerpt->node[0], proving->nodes * ASV_SHA256_BYTES};
        proving->part = NODES;
    }
    if (status == ASV_OK && proving->left.len == 0) {
        proving->left = (struct asv_bytes){excerpt->edge, proving->edges};
        proving->part = EDGES;
    }
    return status;
}

static enum asv_status read_proof(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct asv_excerpt *excerpt = ctx;
    struct asv_bytes *left = &excerpt->proving.left;
    uint8_t *to = out;
    *got = 0;
    for (size_t some = 1; *got < cap && some > 0; *got += some) {
        enum asv_status status = left->len == 0 ? next_piece(excerpt, err) : ASV_OK;
        if (status != ASV_OK) {
            return status;
        }
        some = left->len < cap - *got ? left->len : cap - *got;
        if (some > 0) {
            memcpy(to + *got, left->data, some);
            left->data += some;
            left->len -= some;
        }
    }
    return ASV_OK;
}

struct asv_source asv_excerpt_proof(struct asv_excerpt *excerpt)
{
    struct proving *proving = &excerpt->proving;
    *proving = (struct proving){.part = ENTRIES};
    asv_merkle_init(&proving->tree);
    asv_merkle_init(&proving->subtree);
    asv_excerpt_head_write(proving->piece, &excerpt->facts);
    proving->left = (struct asv_bytes){proving->piece, ASV_EXCERPT_HEAD_BYTES};
    return (struct asv_source){excerpt, excerpt->facts.proof_bytes, read_proof};
}
