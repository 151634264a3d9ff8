/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * bench-ledger [ENTRIES]: how fast a log of 200-byte entries is checked against its tiles, compared with bare
 * SHA-256 over the same entries in the same run; and how long the proof of one entry takes. The tiles are in
 * memory: what is measured is the tree, not a disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/seal/merkle.h"
#include "server/ledger/proof.h"
#include "server/ledger/tree.h"

#define ENTRY_BYTES 200
#define PROOFS      1000

static uint8_t *levels[ASV_TILE_LEVELS]; /* all hashes of a level, one after the other */
static struct asv_tree tree;

static void must(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "bench-ledger: %s\n", what);
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint8_t *stored(const struct asv_tile *tile)
{
    return levels[tile->level] + tile->index * ASV_TILE_BYTES;
}

static enum asv_status store(void *ctx, const struct asv_tile *tile, const uint8_t *hashes,
                             struct asv_err *err)
{
    (void)ctx;
    (void)err;
    memcpy(stored(tile), hashes, (size_t)tile->width * ASV_SHA256_BYTES);
    return ASV_OK;
}

static enum asv_status compare(void *ctx, const struct asv_tile *tile, const uint8_t *hashes,
                               struct asv_err *err)
{
    (void)ctx;
    return memcmp(stored(tile), hashes, (size_t)tile->width * ASV_SHA256_BYTES) == 0
               ? ASV_OK
               : asv_fail(err, ASV_E_DIGEST, "a tile differs");
}

static enum asv_status read_tile(void *ctx, const struct asv_tile *tile, uint8_t *out, struct asv_err *err)
{
    (void)ctx;
    (void)err;
    memcpy(out, stored(tile), (size_t)tile->width * ASV_SHA256_BYTES);
    return ASV_OK;
}

static void make_entry(uint8_t out[ENTRY_BYTES], uint64_t i)
{
    asv_store_be64(out, i);
}

/* Seconds to walk through all entries, with every tile handed to the sink. */
static double walk(uint64_t entries, const struct asv_tile_sink *sink)
{
    uint8_t entry[ENTRY_BYTES] = {0};
    uint8_t leaf[ASV_SHA256_BYTES];
    double begin = now();
    asv_tree_init(&tree);
    for (uint64_t i = 0; i < entries; i++) {
        make_entry(entry, i);
        asv_merkle_leaf(leaf, entry, sizeof entry);
        must(asv_tree_append(&tree, leaf, sink, NULL) == ASV_OK, "append");
    }
    must(asv_tree_partials(&tree, sink, NULL) == ASV_OK, "partial tiles");
    return now() - begin;
}

static double bare(uint64_t entries)
{
    uint8_t entry[ENTRY_BYTES] = {0};
    uint8_t digest[ASV_SHA256_BYTES];
    double begin = now();
    for (uint64_t i = 0; i < entries; i++) {
        make_entry(entry, i);
        asv_sha256(digest, entry, sizeof entry);
    }
    return now() - begin;
}

/* Seconds for one proof, on average, each of them checked outside of the time. */
static double prove(uint64_t entries)
{
    const struct asv_tiles tiles = {read_tile, NULL};
    struct asv_tree_head head = {.size = entries};
    double spent = 0;
    asv_tree_root(&tree, head.root);
    for (uint64_t i = 0; i < PROOFS; i++) {
        uint64_t index = i * UINT64_C(0x9e3779b97f4a7c15) % entries;
        uint8_t entry[ENTRY_BYTES] = {0};
        uint8_t leaf[ASV_SHA256_BYTES];
        struct asv_proof proof;
        double begin = now();
        must(asv_proof_make_inclusion(&proof, index, entries, &tiles, NULL) == ASV_OK, "proof");
        spent += now() - begin;
        make_entry(entry, index);
        asv_merkle_leaf(leaf, entry, sizeof entry);
        must(asv_proof_check_inclusion(&proof, index, leaf, &head, NULL) == ASV_OK, "the proof is wrong");
    }
    return spent / PROOFS;
}

int main(int argc, char **argv)
{
    const struct asv_tile_sink writing = {store, NULL};
    const struct asv_tile_sink checking = {compare, NULL};
    uint64_t entries = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    must(entries > 0 && entries <= 100000000, "1 to 100,000,000 entries");
    must(asv_crypto_init() == ASV_OK, "crypto");
    for (unsigned level = 0; level < ASV_TILE_LEVELS && entries >> (8 * level) > 0; level++) {
        uint64_t tiles = (entries >> (8 * level)) / ASV_TILE_WIDTH + 1;
        levels[level] = malloc(tiles * ASV_TILE_BYTES);
        must(levels[level] != NULL, "memory");
    }
    double written = walk(entries, &writing);
    double hashed = bare(entries);
    double checked = walk(entries, &checking);
    double proof = prove(entries);
    double count = (double)entries;
    printf("{\"entries\": %.0f, \"append_per_s\": %.0f, \"sha256_per_s\": %.0f, \"check_per_s\": %.0f, "
           "\"check_to_sha256\": %.2f, \"proof_ms\": %.3f}\n",
           count, count / written, count / hashed, count / checked, hashed / checked, proof * 1e3);
    for (unsigned level = 0; level < ASV_TILE_LEVELS; level++) {
        free(levels[level]);
    }
    return 0;
}
