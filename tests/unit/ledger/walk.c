/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The full check of a log: what is changed is named, and nothing else; entry or tile, whichever it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/merkle.h"
#include "server/ledger/walk.h"
#include "tests/unit/test.h"

#define SIZE  70000 /* two full tiles of level 1 and more */
#define TILES 600
#define SAID  64

struct stored {
    struct asv_tile tile;
    uint8_t hashes[ASV_TILE_BYTES];
};

static struct stored *tiles;
static size_t tile_count;
static struct asv_tree_head head;
static struct asv_walk *walk;
static char said[SAID][200];
static size_t said_count;

static void leaf_of(uint64_t index, uint8_t leaf[ASV_SHA256_BYTES])
{
    uint8_t entry[8];
    asv_store_be64(entry, index);
    asv_merkle_leaf(leaf, entry, sizeof entry);
}

static enum asv_status keep(void *ctx, const struct asv_tile *tile, const uint8_t *hashes,
                            struct asv_err *err)
{
    (void)ctx;
    (void)err;
    assert_true(tile_count < TILES);
    tiles[tile_count].tile = *tile;
    memcpy(tiles[tile_count].hashes, hashes, (size_t)tile->width * ASV_SHA256_BYTES);
    tile_count++;
    return ASV_OK;
}

static struct stored *find(unsigned level, uint64_t index)
{
    for (size_t i = 0; i < tile_count; i++) {
        if (tiles[i].tile.level == level && tiles[i].tile.index == index) {
            return &tiles[i];
        }
    }
    return NULL;
}

static enum asv_status read_tile(void *ctx, const struct asv_tile *tile, uint8_t *out, struct asv_err *err)
{
    const struct stored *stored = find(tile->level, tile->index);
    (void)ctx;
    if (stored == NULL || stored->tile.width < tile->width) {
        return asv_fail(err, ASV_E_NOT_FOUND, "no such tile");
    }
    memcpy(out, stored->hashes, (size_t)tile->width * ASV_SHA256_BYTES);
    return ASV_OK;
}

static void say(void *ctx, const char *where, const char *what)
{
    (void)ctx;
    if (said_count < SAID) {
        (void)snprintf(said[said_count], sizeof said[0], "%s: %s", where, what);
    }
    said_count++;
}

static struct asv_walk_ops ops = {.tiles = {.read = read_tile}, .wrong = say};

/* Entry index is said to be the one with this number. */
static uint64_t plain(uint64_t index)
{
    return index;
}
static uint64_t swapped(uint64_t index)
{
    return index == 300 ? 301 : index == 301 ? 300 : index;
}
static uint64_t changed(uint64_t index)
{
    return index == 66000 ? 99999 : index;
}
static uint64_t dropped(uint64_t index)
{
    return index < 69998 ? index : index + 1;
}

static void walk_with(uint64_t (*number)(uint64_t index))
{
    said_count = 0;
    asv_walk_init(walk, &ops, &head);
    for (uint64_t i = 0; i < SIZE; i++) {
        uint8_t leaf[ASV_SHA256_BYTES];
        leaf_of(number(i), leaf);
        if (!asv_walk_next(walk, leaf)) {
            break;
        }
    }
    asv_walk_end(walk);
}

static void assert_said(size_t at, const char *text)
{
    assert_true(at < said_count);
    assert_non_null(strstr(said[at], text));
}

static int set_up(void **state)
{
    static struct asv_tree tree;
    const struct asv_tile_sink sink = {.write = keep};
    (void)state;
    tiles = calloc(TILES, sizeof *tiles);
    walk = calloc(1, sizeof *walk);
    assert_non_null(tiles);
    assert_non_null(walk);
    asv_tree_init(&tree);
    for (uint64_t i = 0; i < SIZE; i++) {
        uint8_t leaf[ASV_SHA256_BYTES];
        leaf_of(i, leaf);
        assert_int_equal(asv_tree_append(&tree, leaf, &sink, NULL), ASV_OK);
    }
    assert_int_equal(asv_tree_partials(&tree, &sink, NULL), ASV_OK);
    head.size = SIZE;
    asv_tree_root(&tree, head.root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(tiles);
    free(walk);
    return 0;
}

static void a_right_log_is_right(void **state)
{
    (void)state;
    walk_with(plain);
    assert_int_equal(said_count, 0);
}

/* LG-072 */
static void entries_are_named(void **state)
{
    (void)state;
    walk_with(changed);
    assert_int_equal(said_count, 1);
    assert_said(0, "entry 66000: not the one that the head has there");
    walk_with(swapped);
    assert_int_equal(said_count, 2);
    assert_said(0, "entry 300: not");
    assert_said(1, "entry 301: not");
    walk_with(dropped);
    assert_int_equal(said_count, 2);
    assert_said(0, "entry 69998: not");
}

static void tiles_are_named(void **state)
{
    (void)state;
    find(1, 0)->hashes[77 * ASV_SHA256_BYTES] ^= 1;
    walk_with(plain);
    assert_int_equal(said_count, 1);
    assert_said(0, "tile/1/000: hash 77 is not what the tiles below it make");
    find(1, 0)->hashes[77 * ASV_SHA256_BYTES] ^= 1;
    find(2, 0)->hashes[3] ^= 1;
    walk_with(plain);
    assert_int_equal(said_count, 1);
    assert_said(0, "tile/2/000.p/1: hash 0");
    find(2, 0)->hashes[3] ^= 1;
    find(0, 5)->hashes[9 * ASV_SHA256_BYTES] ^= 1; /* and what is above it is not made by it */
    walk_with(plain);
    assert_said(said_count - 1, "entry 1289: right, but its hash in the tile of level 0 is another");
    find(0, 5)->hashes[9 * ASV_SHA256_BYTES] ^= 1;
    find(0, 100)->tile.width--;
    walk_with(plain);
    assert_said(0, "tile/0/100: no such tile");
    find(0, 100)->tile.width++;
}

/* LG-084: one that is missing ends nothing where that is not wanted, and what comes behind it is looked at;
 * too many end it. */
static void missing_tiles_are_named(void **state)
{
    (void)state;
    find(0, 100)->tile.width--;
    walk_with(changed);
    assert_int_equal(asv_walk_at(walk), 25600);
    ops.through = 2;
    walk_with(plain);
    assert_int_equal(said_count, 1);
    assert_said(0, "tile/0/100: no such tile");
    assert_int_equal(asv_walk_at(walk), SIZE);
    walk_with(changed);
    assert_int_equal(asv_walk_at(walk), SIZE);
    assert_int_equal(said_count, 2);
    assert_said(1, "entry 66000: not");
    find(0, 101)->tile.width--;
    find(0, 102)->tile.width--;
    walk_with(plain);
    assert_int_equal(asv_walk_at(walk), 102 * 256);
    for (unsigned i = 100; i <= 102; i++) {
        find(0, i)->tile.width++;
    }
    ops.through = 0;
}

static void heads_are_named(void **state)
{
    struct asv_tree_head earlier = {.size = 500};
    uint8_t leaf[ASV_SHA256_BYTES];
    (void)state;
    head.root[0] ^= 1;
    walk_with(plain);
    assert_int_equal(said_count, 1);
    assert_said(0, "head: entries and tiles do not make its root of 70000 entries");
    walk_with(changed); /* neither entry nor tile can be said to be right */
    assert_said(0, "entry 66000: not what its tile has, and neither makes the head");
    head.root[0] ^= 1;
    said_count = 0;
    asv_walk_init(walk, &ops, &head);
    while (asv_walk_at(walk) < earlier.size) {
        leaf_of(asv_walk_at(walk), leaf);
        assert_true(asv_walk_next(walk, leaf));
    }
    asv_tree_root(&walk->tiled, earlier.root);
    asv_walk_compare(walk, &earlier);
    assert_int_equal(said_count, 0);
    earlier.root[31] ^= 1;
    asv_walk_compare(walk, &earlier);
    assert_said(0, "head of 500: this log does not begin with");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_log_is_right), cmocka_unit_test(entries_are_named),
        cmocka_unit_test(tiles_are_named),      cmocka_unit_test(missing_tiles_are_named),
        cmocka_unit_test(heads_are_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
