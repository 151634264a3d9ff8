/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The payload: chunks in, and chunks read back and compared with their signed leaves. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware-proto/seal/merkle.h"
#include "server/base/io.h"
#include "server/vault/internal.h"

#define READ_BLOCK_BYTES  (1u << 20) /* a multiple of every sector size, as O_DIRECT wants */
#define READ_ALIGN_BYTES  4096
#define LEAF_BYTES        32
#define LEAF_BUFFER_COUNT 256

static void set_bit(uint8_t *bits, uint64_t i, bool on)
{
    uint8_t mask = (uint8_t)(1u << i % 8);
    bits[i / 8] = on ? (uint8_t)(bits[i / 8] | mask) : (uint8_t)(bits[i / 8] & ~mask);
}

static bool get_bit(const uint8_t *bits, uint64_t i)
{
    return (bits[i / 8] >> i % 8 & 1) != 0;
}

/* ---- leaves ---- */

enum asv_status asv_clip_leaf_put(struct asv_clip_dir *clip, uint64_t index, const uint8_t *leaves,
                                  size_t count, struct asv_err *err)
{
    if (clip->leaves < 0) {
        /* Memory would grow with the clip; a file does not. It is written back only under pressure. */
        for (size_t i = 0; clip->leaves < 0 && i < clip->vault->root_count; i++) {
            clip->leaves = openat(clip->vault->roots[i].dir, "staging", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        }
        if (clip->leaves < 0) {
            return asv_io_fail(err, errno, "leaves");
        }
    }
    return asv_io_pwrite(clip->leaves, leaves, count * LEAF_BYTES, index * LEAF_BYTES, "leaves", err);
}

enum asv_status asv_clip_leaf(struct asv_clip_dir *clip, uint64_t index, uint8_t leaf[32],
                              struct asv_err *err)
{
    if (clip->leaves < 0) {
        return asv_fail_at(err, ASV_E_NOT_FOUND, "no leaf for chunk", index);
    }
    return asv_io_pread(clip->leaves, leaf, LEAF_BYTES, index * LEAF_BYTES, "leaves", err);
}

void asv_chunk_leaf(uint8_t leaf[32], const uint8_t chunk[ASV_VAULT_CHUNK_BYTES])
{
    static const uint8_t prefix = 0; /* RFC 6962 section 2.1 */
    struct asv_sha256 hash;
    asv_sha256_init(&hash);
    asv_sha256_update(&hash, &prefix, 1);
    asv_sha256_update(&hash, chunk, ASV_VAULT_CHUNK_BYTES);
    asv_sha256_final(&hash, leaf);
}

/* ---- writing ---- */

enum asv_status asv_clip_reserve(struct asv_clip_dir *clip, uint64_t chunks, struct asv_err *err)
{
    off_t bytes = (off_t)(chunks * ASV_VAULT_CHUNK_BYTES + ASV_VAULT_FINAL_BYTES);
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        int fd = -1;
        if (clip->roots[i].failed) {
            continue;
        }
        status = asv_clip_part_fd(clip, i, ASV_PART_PAYLOAD, &fd, err);
        if (status == ASV_OK) {
            int e = fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, bytes) == 0 ? 0 : errno;
            /* a file system that cannot reserve is told of a full disk later, by the write */
            status = e == 0 || e == EOPNOTSUPP ? ASV_OK : asv_io_fail(err, e, "payload");
        }
        status = asv_clip_tolerate(clip, i, status);
    }
    return status;
}

enum asv_status asv_clip_chunks_put(struct asv_clip_dir *clip, uint64_t first, const uint8_t *chunks,
                                    size_t count, struct asv_err *err)
{
    return asv_clip_write(clip, ASV_PART_PAYLOAD, first * ASV_VAULT_CHUNK_BYTES, chunks,
                          count * ASV_VAULT_CHUNK_BYTES, err);
}

void asv_clip_expect_final(struct asv_clip_dir *clip, const uint8_t final_chunk[ASV_VAULT_FINAL_BYTES])
{
    clip->has_final = true;
    memcpy(clip->final_chunk, final_chunk, ASV_VAULT_FINAL_BYTES);
}

enum asv_status asv_clip_payload_end(struct asv_clip_dir *clip, uint64_t chunks,
                                     const uint8_t final_chunk[ASV_VAULT_FINAL_BYTES], struct asv_err *err)
{
    uint64_t at = chunks * ASV_VAULT_CHUNK_BYTES;
    enum asv_status status = asv_clip_truncate(clip, ASV_PART_PAYLOAD, at, err);
    clip->has_final = false;
    if (status == ASV_OK && final_chunk != NULL) {
        asv_clip_expect_final(clip, final_chunk);
        status = asv_clip_write(clip, ASV_PART_PAYLOAD, at, final_chunk, ASV_VAULT_FINAL_BYTES, err);
    }
    return status;
}

/* ---- reading back ---- */

struct chunker {
    struct asv_sha256 hash;
    uint32_t filled; /* bytes of the current chunk so far */
    uint64_t index;
    uint64_t chunks;
    asv_leaf_visit visit;
    void *ctx;
    uint8_t *rest;
    size_t rest_len;
};

static void begin_chunk(struct chunker *c)
{
    static const uint8_t prefix = 0;
    asv_sha256_init(&c->hash);
    asv_sha256_update(&c->hash, &prefix, 1);
    c->filled = 0;
}

static enum asv_status feed(struct chunker *c, const uint8_t *data, size_t len)
{
    while (len > 0 && c->index < c->chunks) {
        size_t want = ASV_VAULT_CHUNK_BYTES - c->filled;
        size_t take = len < want ? len : want;
        asv_sha256_update(&c->hash, data, take);
        c->filled += (uint32_t)take;
        data += take;
        len -= take;
        if (c->filled == ASV_VAULT_CHUNK_BYTES) {
            uint8_t leaf[LEAF_BYTES];
            asv_sha256_final(&c->hash, leaf);
            enum asv_status status = c->visit(c->ctx, c->index, leaf);
            if (status != ASV_OK) {
                return status;
            }
            c->index++;
            begin_chunk(c);
        }
    }
    size_t room = ASV_VAULT_FINAL_BYTES - c->rest_len;
    size_t take = len < room ? len : room;
    memcpy(c->rest + c->rest_len, data, take);
    c->rest_len += take;
    return ASV_OK;
}

/* A file that ends early just gives fewer leaves: whoever asked compares the count. A sector that cannot be
 * read ends it the same way. */
enum asv_status asv_payload_hash(int fd, uint64_t chunks, asv_leaf_visit visit, void *ctx,
                                 uint8_t rest[ASV_VAULT_FINAL_BYTES], size_t *rest_len, struct asv_err *err)
{
    struct chunker chunker = {.chunks = chunks, .visit = visit, .ctx = ctx, .rest = rest};
    void *block = NULL;
    if (posix_memalign(&block, READ_ALIGN_BYTES, READ_BLOCK_BYTES) != 0) {
        return asv_fail(err, ASV_E_NO_MEMORY, "payload: no memory to read it back");
    }
    begin_chunk(&chunker);
    enum asv_status status = ASV_OK;
    uint64_t offset = 0;
    while (status == ASV_OK && (chunker.index < chunks || chunker.rest_len < ASV_VAULT_FINAL_BYTES)) {
        ssize_t got = pread(fd, block, READ_BLOCK_BYTES, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            status = asv_io_fail(err, errno, "payload");
        } else if (got == 0) {
            break;
        } else {
            offset += (uint64_t)got;
            status = feed(&chunker, block, (size_t)got);
        }
    }
    free(block);
    *rest_len = chunker.rest_len;
    return status;
}

struct comparison {
    struct asv_clip_dir *clip;
    uint8_t *good;           /* a bit for each chunk that matches its leaf */
    struct asv_merkle *tree; /* or NULL */
    bool final_differs;
    uint64_t chunks;
    uint64_t leaf_base; /* index of leaves[0] */
    size_t leaf_count;
    uint8_t leaves[LEAF_BUFFER_COUNT][LEAF_BYTES];
};

static enum asv_status compare_leaf(void *ctx, uint64_t index, const uint8_t leaf[32])
{
    struct comparison *c = ctx;
    if (index >= c->leaf_base + c->leaf_count || index < c->leaf_base) {
        uint64_t left = c->chunks - index;
        c->leaf_count = left < LEAF_BUFFER_COUNT ? (size_t)left : LEAF_BUFFER_COUNT;
        c->leaf_base = index;
        enum asv_status status = asv_io_pread(c->clip->leaves, c->leaves, c->leaf_count * LEAF_BYTES,
                                              index * LEAF_BYTES, "leaves", NULL);
        if (status != ASV_OK) {
            return status;
        }
    }
    bool same = memcmp(leaf, c->leaves[index - c->leaf_base], LEAF_BYTES) == 0;
    if (same) {
        set_bit(c->good, index, true);
    }
    if (c->tree != NULL) {
        return asv_merkle_append(c->tree, leaf);
    }
    return ASV_OK;
}

enum asv_status asv_clip_open_readback(struct asv_clip_dir *clip, size_t root, enum asv_part part, int *fd,
                                       enum asv_readback *mode, struct asv_err *err)
{
    bool direct = false;
    enum asv_status status = asv_vault_reads_direct(clip->vault, root, &direct, err);
    if (status != ASV_OK) {
        return status;
    }
    *mode = direct ? ASV_READBACK_DIRECT : ASV_READBACK_CACHED;
    return asv_part_open_readback(clip->roots[root].dir, asv_part_name(part), direct, fd, err);
}

/* Marks in good the chunks of this root that match. A medium error in the middle counts as chunks that do
 * not. */
static enum asv_status check_root(struct comparison *comparison, size_t root, enum asv_readback *mode,
                                  struct asv_err *err)
{
    int fd = -1;
    enum asv_status status = asv_clip_open_readback(comparison->clip, root, ASV_PART_PAYLOAD, &fd, mode, err);
    if (status == ASV_E_NOT_FOUND) { /* nothing there yet: no chunk matches */
        comparison->final_differs = comparison->clip->has_final;
        return ASV_OK;
    }
    if (status != ASV_OK) {
        return status;
    }
    uint8_t rest[ASV_VAULT_FINAL_BYTES];
    size_t rest_len = 0;
    status = asv_payload_hash(fd, comparison->chunks, compare_leaf, comparison, rest, &rest_len, err);
    close(fd);
    const struct asv_clip_dir *clip = comparison->clip;
    comparison->final_differs =
        clip->has_final && (rest_len != sizeof rest || memcmp(rest, clip->final_chunk, sizeof rest) != 0);
    return status == ASV_E_IO ? ASV_OK : status;
}

/* good gets the chunks that match in every root that counts. */
static enum asv_status check_roots(struct asv_clip_dir *clip, uint64_t chunks, uint8_t *good,
                                   bool *final_good, enum asv_readback *mode, uint8_t root_hash[32],
                                   struct asv_err *err)
{
    size_t bytes = (size_t)((chunks + 7) / 8);
    struct comparison *comparison = calloc(1, sizeof *comparison + bytes);
    if (comparison == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "payload: no memory to read it back");
    }
    enum asv_status status = ASV_OK;
    memset(good, 0xff, bytes);
    *final_good = true;
    *mode = ASV_READBACK_DIRECT;
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        struct asv_merkle tree;
        enum asv_readback here = ASV_READBACK_DIRECT;
        if (clip->roots[i].failed) {
            continue;
        }
        asv_merkle_init(&tree);
        *comparison = (struct comparison){.clip = clip, .chunks = chunks, .tree = &tree};
        comparison->good = (uint8_t *)(comparison + 1);
        memset(comparison->good, 0, bytes);
        status = check_root(comparison, i, &here, err);
        if (status == ASV_OK) {
            asv_merkle_root(&tree, root_hash);
            *mode = here > *mode ? here : *mode;
            *final_good = *final_good && !comparison->final_differs;
            for (size_t byte = 0; byte < bytes; byte++) {
                good[byte] &= comparison->good[byte];
            }
        }
    }
    free(comparison);
    return status;
}

enum asv_status asv_clip_scan(struct asv_clip_dir *clip, uint64_t chunks, uint8_t *have, struct asv_err *err)
{
    enum asv_readback mode;
    uint8_t root[32];
    bool final_good = true;
    return chunks == 0 ? ASV_OK : check_roots(clip, chunks, have, &final_good, &mode, root, err);
}

enum asv_status asv_clip_readback(struct asv_clip_dir *clip, uint64_t chunks, const uint8_t *holes,
                                  uint8_t *bad, uint64_t *bad_count, enum asv_readback *mode,
                                  uint8_t root[32], struct asv_err *err)
{
    bool final_good = true;
    enum asv_status status = check_roots(clip, chunks, bad, &final_good, mode, root, err);
    if (status != ASV_OK) {
        return status;
    }
    set_bit(bad, chunks, !final_good);
    *bad_count = final_good ? 0 : 1;
    for (uint64_t i = 0; i < chunks; i++) {
        bool is_bad = !get_bit(bad, i) && (holes == NULL || !get_bit(holes, i));
        set_bit(bad, i, is_bad);
        *bad_count += is_bad;
    }
    return ASV_OK;
}
