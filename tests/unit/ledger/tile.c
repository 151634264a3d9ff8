/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/tile.h"

#include <string.h>

#include "tests/support/ledger.h"
#include "tests/unit/test.h"

static struct asv_bytes bytes(const char *text)
{
    return (struct asv_bytes){(const uint8_t *)text, strlen(text)};
}

static void a_tile_has_one_path_and_a_path_one_tile(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        struct asv_tile tile;
    } cases[] = {
        {"tile/0/000", {0, 0, 256}},
        {"tile/0/000.p/1", {0, 0, 1}},
        {"tile/0/273.p/112", {0, 273, 112}},
        {"tile/1/001.p/17", {1, 1, 17}},
        {"tile/7/000.p/64", {7, 0, 64}},
        {"tile/3/x001/x234/067", {3, 1234067, 256}}, /* tlog-tiles' own example */
        {"tile/0/999", {0, 999, 256}},
        {"tile/0/x001/000", {0, 1000, 256}},
        {"tile/0/x001/x000/000.p/255", {0, 1000000, 255}},
        {"tile/0/x018/x014/x398/x509/x481/983",
         {0, UINT64_C(18014398509481983), 256}}, /* the last there is */
        {"tile/entries/000", {ASV_TILE_ENTRIES, 0, 256}},
        {"tile/entries/x039/062.p/128", {ASV_TILE_ENTRIES, 39062, 128}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[ASV_TILE_PATH_BYTES];
        struct asv_tile tile;
        asv_tile_path(path, &cases[i].tile);
        assert_string_equal(path, cases[i].path);
        assert_int_equal(asv_tile_path_parse(&tile, bytes(path), NULL), ASV_OK);
        assert_int_equal(tile.level, cases[i].tile.level);
        assert_true(tile.index == cases[i].tile.index);
        assert_int_equal(tile.width, cases[i].tile.width);
    }
}

static void what_is_no_path_of_a_tile_is_refused(void **state)
{
    (void)state; /* LG-021 */
    static const char *const paths[] = {
        "",
        "/tile/0/000",
        "tile/0",
        "tile/0/",
        "tile/0/000/",
        "tile/0/000 ",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1000",
        "tile/0/x001/00",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/X001/000",
        "tile/0/../000",
        "tile/0/%30%30%30",
        "tile/00/000",
        "tile/01/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/8/000",  /* no tree is that large */
        "tile/64/000", /* and the format has no such level */
        "tile/data/000",
        "tile/entries",
        "tile/entries/0/000",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/1000",
        "tile/0/000.p/12a",
        "tile/0/000.p/1/",
        "tile/7/000",      /* a full tile of level 7 */
        "tile/7/000.p/65", /* one hash too many */
        "tile/7/001.p/1",
        "tile/0/x018/x014/x398/x509/x481/984",
        "tile/0/x018/x014/x398/x509/x481/984.p/1",
        "tile/0/x001/x018/x014/x398/x509/x481/983",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "checkpoint",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct asv_tile tile = {9, 9, 9};
        struct asv_err err = {0};
        if (asv_tile_path_parse(&tile, bytes(paths[i]), &err) != ASV_E_MALFORMED) {
            fail_msg("%s was taken", paths[i]);
        }
        assert_int_equal(tile.width, 9);
        assert_string_equal(err.text, "no path of a tile");
    }
}

static void a_tile_is_as_wide_as_its_tree_says(void **state)
{
    (void)state;
    /* tlog-tiles: "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0
     * tile of width 112, one full level 1 tile, one partial level 1 tile of width 17, and one partial level 2
     * tile of width 1". */
    assert_int_equal(asv_tile_width(0, 0, 70000), 256);
    assert_int_equal(asv_tile_width(0, 272, 70000), 256);
    assert_int_equal(asv_tile_width(0, 273, 70000), 112);
    assert_int_equal(asv_tile_width(0, 274, 70000), 0);
    assert_int_equal(asv_tile_width(0, UINT64_MAX, 70000), 0);
    assert_int_equal(asv_tile_width(1, 0, 70000), 256);
    assert_int_equal(asv_tile_width(1, 1, 70000), 17);
    assert_int_equal(asv_tile_width(1, 2, 70000), 0);
    assert_int_equal(asv_tile_width(2, 0, 70000), 1);
    assert_int_equal(asv_tile_width(3, 0, 70000), 0);
    /* "a tree of size 256 will be represented by a full level 0 tile and a partial level 1 tile of width 1"
     */
    assert_int_equal(asv_tile_width(0, 0, 256), 256);
    assert_int_equal(asv_tile_width(0, 1, 256), 0);
    assert_int_equal(asv_tile_width(1, 0, 256), 1);
    assert_int_equal(asv_tile_width(0, 0, 0), 0);
    assert_int_equal(asv_tile_width(7, 0, ASV_TREE_SIZE_MAX), 64);
    assert_int_equal(asv_tile_width(7, 1, ASV_TREE_SIZE_MAX), 0);
}

/* Every tile of the new tree that the old one does not have as wide, and no other, in order. */
static void check_growth(uint64_t old_size, uint64_t new_size)
{
    struct asv_tile_growth growth;
    struct asv_tile tile;
    asv_tile_growth_init(&growth, old_size, new_size);
    for (unsigned level = 0; level < ASV_TILE_LEVELS; level++) {
        for (uint64_t index = 0; asv_tile_width(level, index, new_size) > 0; index++) {
            if (asv_tile_width(level, index, new_size) == asv_tile_width(level, index, old_size)) {
                continue;
            }
            assert_true(asv_tile_growth_next(&growth, &tile));
            assert_int_equal(tile.level, level);
            assert_true(tile.index == index);
            assert_int_equal(tile.width, asv_tile_width(level, index, new_size));
        }
    }
    assert_false(asv_tile_growth_next(&growth, &tile));
    assert_false(asv_tile_growth_next(&growth, &tile));
}

static void a_growth_names_every_tile_that_it_changes(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0,     1,     2,      255,    256,    257,      511,      512,
                                     513,   65279, 65280,  65281,  65535,  65536,    65537,    65792,
                                     70000, 70001, 131071, 131072, 131073, 16777215, 16777216, 16777217};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t k = i; k < sizeof sizes / sizeof *sizes; k++) {
            check_growth(sizes[i], sizes[k]);
        }
    }
    /* Far out only what has changed is looked at. */
    struct asv_tile_growth growth;
    struct asv_tile tile;
    unsigned tiles = 0;
    for (asv_tile_growth_init(&growth, ASV_TREE_SIZE_MAX - 1, ASV_TREE_SIZE_MAX);
         asv_tile_growth_next(&growth, &tile); tiles++) {
        assert_int_equal(tile.level, tiles);
        assert_int_equal(tile.width, tiles < 7 ? 256 : 64);
    }
    assert_int_equal(tiles, 8);
}

/* A bundle of entries 0 to width - 1. */
static struct asv_bytes make_bundle(uint8_t *out, size_t cap, unsigned width)
{
    struct asv_writer writer;
    asv_writer_init(&writer, out, cap);
    for (unsigned i = 0; i < width; i++) {
        char entry[32];
        asv_write_view16(&writer, entry, asv_test_entry(i, entry));
    }
    return (struct asv_bytes){out, writer.len};
}

static void a_bundle_holds_what_its_tile_hashes(void **state)
{
    (void)state;
    uint8_t data[256 * 34];
    static uint8_t hashes[ASV_TILE_BYTES];
    for (unsigned width = 1; width <= 256; width += 51) {
        const struct asv_bytes bundle = make_bundle(data, sizeof data, width);
        assert_int_equal(asv_bundle_hash(hashes, bundle, width, NULL), ASV_OK);
        for (unsigned i = 0; i < width; i++) {
            char want[32];
            struct asv_bytes entry;
            assert_memory_equal(hashes + i * 32, asv_test_leaf(i), 32);
            assert_int_equal(asv_bundle_entry(&entry, bundle, width, i, NULL), ASV_OK);
            assert_int_equal(entry.len, asv_test_entry(i, want));
            assert_memory_equal(entry.data, want, entry.len);
        }
    }
    /* An entry may be empty, and as long as its length can say. */
    static uint8_t large[2 + ASV_ENTRY_MAX_BYTES + 2] = {0xff, 0xff, 7};
    struct asv_bytes entry;
    const struct asv_bytes both = {large, sizeof large};
    assert_int_equal(asv_bundle_entry(&entry, both, 2, 0, NULL), ASV_OK);
    assert_int_equal(entry.len, ASV_ENTRY_MAX_BYTES);
    assert_int_equal(asv_bundle_entry(&entry, both, 2, 1, NULL), ASV_OK);
    assert_int_equal(entry.len, 0);
}

static void a_bundle_of_another_width_is_refused(void **state)
{
    (void)state; /* LG-022 */
    uint8_t data[256 * 34];
    static uint8_t hashes[ASV_TILE_BYTES];
    struct asv_err err = {0};
    const struct asv_bytes bundle = make_bundle(data, sizeof data, 3);
    struct asv_bytes entry = {data, 99};
    assert_int_equal(asv_bundle_hash(hashes, bundle, 2, &err), ASV_E_MALFORMED);
    assert_string_equal(err.text, "entry bundle: has more entries than: 2");
    assert_int_equal(asv_bundle_hash(hashes, bundle, 4, &err), ASV_E_MALFORMED);
    assert_string_equal(err.text, "entry bundle: ends before the end of entry: 3");
    /* Cut anywhere: a length is believed only as far as there are bytes. */
    for (size_t len = 0; len < bundle.len; len++) {
        assert_int_equal(asv_bundle_hash(hashes, (struct asv_bytes){data, len}, 3, NULL), ASV_E_MALFORMED);
        assert_int_equal(asv_bundle_entry(&entry, (struct asv_bytes){data, len}, 3, 0, NULL),
                         ASV_E_MALFORMED);
        assert_int_equal(entry.len, 99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tile_has_one_path_and_a_path_one_tile),
        cmocka_unit_test(what_is_no_path_of_a_tile_is_refused),
        cmocka_unit_test(a_tile_is_as_wide_as_its_tree_says),
        cmocka_unit_test(a_growth_names_every_tile_that_it_changes),
        cmocka_unit_test(a_bundle_holds_what_its_tile_hashes),
        cmocka_unit_test(a_bundle_of_another_width_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
