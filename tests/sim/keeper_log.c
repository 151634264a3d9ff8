/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sim/keeper_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/merkle.h"

static void must(enum asv_status status, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "keeper log: %s: %s\n", what, asv_status_name(status));
        abort();
    }
}

static void leaf(const struct keeper_log *log, uint64_t i, uint8_t out[ASV_SHA256_BYTES])
{
    uint8_t entry[9] = {i < log->fork ? 0 : log->branch};
    asv_store_be64(entry + 1, i);
    asv_merkle_leaf(out, entry, sizeof entry);
}

static enum asv_status read_tile(void *ctx, const struct asv_tile *tile, uint8_t *out, struct asv_err *err)
{
    static uint8_t below[ASV_TILE_BYTES];
    (void)err;
    for (unsigned i = 0; i < tile->width; i++) {
        uint64_t at = tile->index * ASV_TILE_WIDTH + i;
        if (tile->level == 0) {
            leaf(ctx, at, out + (size_t)i * ASV_SHA256_BYTES);
            continue;
        }
        for (unsigned k = 0; k < ASV_TILE_WIDTH; k++) { /* level 1: there are no more */
            leaf(ctx, at * ASV_TILE_WIDTH + k, below + (size_t)k * ASV_SHA256_BYTES);
        }
        asv_tile_root(out + (size_t)i * ASV_SHA256_BYTES, below, ASV_TILE_WIDTH);
    }
    return ASV_OK;
}

static struct asv_tiles tiles_of(const struct keeper_log *log, struct keeper_log *copy)
{
    *copy = *log;
    return (struct asv_tiles){.read = read_tile, .ctx = copy};
}

void keeper_log_head(const struct keeper_log *log, uint64_t size, struct asv_tree_head *out)
{
    struct keeper_log copy;
    struct asv_tiles tiles = tiles_of(log, &copy);
    out->size = size;
    must(asv_proof_root(out->root, size, &tiles, NULL), "root");
}

void keeper_log_request(const struct keeper_log *log, uint64_t old_size, uint64_t new_size,
                        struct asv_proof *data, struct asv_keeper_request *out)
{
    struct keeper_log copy;
    struct asv_tree_head head;
    struct asv_tiles tiles = tiles_of(log, &copy);
    keeper_log_head(log, new_size, &head);
    memset(data, 0, sizeof *data);
    if (old_size <= new_size) {
        must(asv_proof_make_consistency(data, old_size, new_size, &tiles, NULL), "proof");
    }
    *out = (struct asv_keeper_request){
        .type = ASV_KEEPER_SIGN,
        .sign = ASV_KEEPER_SIGN_HEAD,
        .origin = {(const uint8_t *)log->origin, strlen(log->origin)},
        .old_size = old_size,
        .new_size = new_size,
        .proof = {(const uint8_t *)data->hash, data->count * ASV_SHA256_BYTES},
    };
    memcpy(out->digest, head.root, sizeof out->digest);
}
