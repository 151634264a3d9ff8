/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/tree.h"

#include <string.h>

#include "server/ledger/proof.h"
#include "tests/support/ledger.h"
#include "tests/unit/test.h"

static struct asv_tree tree;

/* Compares what it gets with what the tiles of a tree of size leaves must be. */
struct expecting {
    struct asv_test_tiles tiles;
    unsigned writes;
    unsigned fail_at; /* this write fails; 0: none does */
};

static enum asv_status expect_tile(void *ctx, const struct asv_tile *tile, const uint8_t *hashes,
                                   struct asv_err *err)
{
    struct expecting *expecting = ctx;
    static uint8_t want[ASV_TILE_BYTES];
    if (++expecting->writes == expecting->fail_at) {
        return asv_fail(err, ASV_E_NO_SPACE, "test: the disk is full");
    }
    const struct asv_tiles tiles = asv_test_tiles(&expecting->tiles);
    assert_int_equal(tiles.read(tiles.ctx, tile, want, NULL), ASV_OK);
    assert_memory_equal(hashes, want, tile->width * 32);
    return ASV_OK;
}

static void check_root(uint64_t size)
{
    uint8_t got[32];
    uint8_t want[32];
    assert_true(tree.size == size);
    asv_tree_root(&tree, got);
    asv_test_root(want, 0, size);
    assert_memory_equal(got, want, sizeof want);
}

static bool is_telling(uint64_t size)
{
    return size <= 600 || size % 256 <= 1 || size % 256 == 255 || size >= 69998;
}

static void a_tree_grows_leaf_by_leaf_and_gives_every_tile_once(void **state)
{
    (void)state;
    struct expecting expecting = {.tiles.size = ASV_TEST_LOG_MAX};
    const struct asv_tile_sink sink = {expect_tile, &expecting};
    asv_tree_init(&tree);
    for (uint64_t size = 0; size < ASV_TEST_LOG_MAX; size++) {
        if (size <= 600 || (size > 65000 && size < 66000 && is_telling(size)) || size == 70000) {
            check_root(size);
        }
        assert_int_equal(asv_tree_append(&tree, asv_test_leaf(size), &sink, NULL), ASV_OK);
    }
    check_root(ASV_TEST_LOG_MAX);
    assert_int_equal(expecting.writes, 273 + 1);
    assert_int_equal(asv_tree_partials(&tree, &sink, NULL), ASV_OK);
    assert_int_equal(expecting.writes, 273 + 1 + 3);
}

static void a_tree_is_loaded_at_any_size_from_tiles(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0,     1,     255,   256,   257,   511,   512,  4096,
                                     65279, 65280, 65535, 65536, 65537, 65792, 70000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct asv_test_tiles source = {.size = sizes[i]};
        struct expecting expecting = {.tiles.size = sizes[i] + 1};
        const struct asv_tiles tiles = asv_test_tiles(&source);
        const struct asv_tile_sink sink = {expect_tile, &expecting};
        memset(&tree, 0xee, sizeof tree);
        assert_int_equal(asv_tree_load(&tree, sizes[i], &tiles, NULL), ASV_OK);
        assert_true(source.reads <= 3);
        check_root(sizes[i]);
        /* And goes on from there. */
        assert_int_equal(asv_tree_append(&tree, asv_test_leaf(sizes[i]), &sink, NULL), ASV_OK);
        check_root(sizes[i] + 1);
        assert_int_equal(asv_tree_partials(&tree, &sink, NULL), ASV_OK);
    }
}

static void a_tree_that_cannot_be_loaded_says_why(void **state)
{
    (void)state;
    for (unsigned fail_at = 1; fail_at <= 3; fail_at++) {
        struct asv_test_tiles source = {.size = 70000, .fail_at = fail_at};
        const struct asv_tiles tiles = asv_test_tiles(&source);
        struct asv_err err = {0};
        assert_int_equal(asv_tree_load(&tree, 70000, &tiles, &err), ASV_E_AWAY);
        assert_string_equal(err.text, "test: no such tile today");
    }
    struct asv_test_tiles source = {0};
    const struct asv_tiles tiles = asv_test_tiles(&source);
    tree.size = 5;
    assert_int_equal(asv_tree_load(&tree, ASV_TREE_SIZE_MAX + 1, &tiles, NULL), ASV_E_LIMIT);
    assert_true(tree.size == 5 && source.reads == 0);
}

/* Leaf 65535 fills a tile of level 0 and one of level 1: wherever writing fails, nothing was appended, and
 * the same leaf can be appended again. */
static void an_append_that_fails_has_changed_nothing(void **state)
{
    (void)state;
    struct asv_test_tiles source = {.size = 65535};
    const struct asv_tiles tiles = asv_test_tiles(&source);
    assert_int_equal(asv_tree_load(&tree, 65535, &tiles, NULL), ASV_OK);
    for (unsigned fail_at = 1; fail_at <= 2; fail_at++) {
        struct expecting expecting = {.tiles.size = 65536, .fail_at = fail_at};
        const struct asv_tile_sink sink = {expect_tile, &expecting};
        struct asv_err err = {0};
        assert_int_equal(asv_tree_append(&tree, asv_test_leaf(65535), &sink, &err), ASV_E_NO_SPACE);
        assert_string_equal(err.text, "test: the disk is full");
        check_root(65535);
    }
    struct expecting expecting = {.tiles.size = 65536};
    const struct asv_tile_sink sink = {expect_tile, &expecting};
    assert_int_equal(asv_tree_append(&tree, asv_test_leaf(65535), &sink, NULL), ASV_OK);
    assert_int_equal(expecting.writes, 2);
    check_root(65536);
}

static void a_copy_is_another_tree(void **state)
{
    (void)state;
    static struct asv_tree copy;
    asv_tree_init(&tree);
    for (uint64_t i = 0; i < 255; i++) {
        assert_int_equal(asv_tree_append(&tree, asv_test_leaf(i), NULL, NULL), ASV_OK);
    }
    copy = tree;
    assert_int_equal(asv_tree_append(&copy, asv_test_leaf(7), NULL, NULL), ASV_OK);
    check_root(255);
    assert_int_equal(asv_tree_append(&tree, asv_test_leaf(255), NULL, NULL), ASV_OK);
    check_root(256);
}

static void a_full_tree_takes_nothing_more(void **state)
{
    (void)state;
    tree.size = ASV_TREE_SIZE_MAX;
    assert_int_equal(asv_tree_append(&tree, asv_test_leaf(0), NULL, NULL), ASV_E_LIMIT);
    assert_true(tree.size == ASV_TREE_SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_grows_leaf_by_leaf_and_gives_every_tile_once),
        cmocka_unit_test(a_tree_is_loaded_at_any_size_from_tiles),
        cmocka_unit_test(a_tree_that_cannot_be_loaded_says_why),
        cmocka_unit_test(an_append_that_fails_has_changed_nothing),
        cmocka_unit_test(a_copy_is_another_tree),
        cmocka_unit_test(a_full_tree_takes_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
