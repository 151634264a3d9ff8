/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/merkle.h"

#include <string.h>

#include "tests/unit/test.h"

#define MAX_LEAVES 300

static uint8_t leaves[MAX_LEAVES][ASV_SHA256_BYTES];

/* RFC 6962, section 2.1, as it is written there. */
static void plain_root(uint8_t out[ASV_SHA256_BYTES], size_t first, size_t count)
{
    if (count == 0) {
        asv_sha256(out, "", 0);
        return;
    }
    if (count == 1) {
        memcpy(out, leaves[first], ASV_SHA256_BYTES);
        return;
    }
    size_t split = 1;
    while (split * 2 < count) {
        split *= 2;
    }
    uint8_t node[1 + 2 * ASV_SHA256_BYTES] = {0x01};
    plain_root(node + 1, first, split);
    plain_root(node + 1 + ASV_SHA256_BYTES, first + split, count - split);
    asv_sha256(out, node, sizeof node);
}

static void the_root_is_that_of_the_recursive_definition_for_every_size(void **state)
{
    (void)state;
    struct asv_merkle tree;
    uint8_t got[ASV_SHA256_BYTES];
    uint8_t want[ASV_SHA256_BYTES];
    asv_merkle_init(&tree);
    for (size_t i = 0; i < MAX_LEAVES; i++) {
        asv_merkle_root(&tree, got);
        plain_root(want, 0, i);
        assert_memory_equal(got, want, sizeof want); /* S-062 */
        uint8_t data[2] = {(uint8_t)i, (uint8_t)(i >> 8)};
        asv_merkle_leaf(leaves[i], data, sizeof data);
        assert_int_equal(asv_merkle_append(&tree, leaves[i]), ASV_OK);
    }
    asv_merkle_root(&tree, got);
    plain_root(want, 0, MAX_LEAVES);
    assert_memory_equal(got, want, sizeof want);
}

/* The eight leaves and roots that Certificate Transparency implementations share as their test tree. */
static void the_roots_are_those_of_the_known_test_tree(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t len;
    } inputs[] = {{"", 0},
                  {"\x00", 1},
                  {"\x10", 1},
                  {"\x20\x21", 2},
                  {"\x30\x31", 2},
                  {"\x40\x41\x42\x43", 4},
                  {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
                  {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16}};
    static const uint8_t root_of_1[] = {0x6e, 0x34, 0x0b, 0x9c, 0xff, 0xb3, 0x7a, 0x98};
    static const uint8_t root_of_8[] = {0x5d, 0xc9, 0xda, 0x79, 0xa7, 0x06, 0x59, 0xa9};
    struct asv_merkle tree;
    uint8_t leaf[ASV_SHA256_BYTES];
    uint8_t root[ASV_SHA256_BYTES];
    asv_merkle_init(&tree);
    for (size_t i = 0; i < 8; i++) {
        asv_merkle_leaf(leaf, inputs[i].data, inputs[i].len);
        assert_int_equal(asv_merkle_append(&tree, leaf), ASV_OK);
        asv_merkle_root(&tree, root);
        if (i == 0) {
            assert_memory_equal(root, root_of_1, sizeof root_of_1);
        }
    }
    assert_memory_equal(root, root_of_8, sizeof root_of_8);
}

static void a_copy_is_an_independent_tree(void **state)
{
    (void)state;
    struct asv_merkle tree;
    uint8_t before[ASV_SHA256_BYTES];
    uint8_t after[ASV_SHA256_BYTES];
    uint8_t leaf[ASV_SHA256_BYTES] = {1};
    asv_merkle_init(&tree);
    assert_int_equal(asv_merkle_append(&tree, leaf), ASV_OK);
    struct asv_merkle copy = tree;
    asv_merkle_root(&tree, before);
    assert_int_equal(asv_merkle_append(&copy, leaf), ASV_OK);
    asv_merkle_root(&tree, after);
    assert_memory_equal(before, after, sizeof before);
}

static void the_tree_is_full_at_its_limit_and_stays_as_it_was(void **state)
{
    (void)state;
    struct asv_merkle tree;
    uint8_t before[ASV_SHA256_BYTES];
    uint8_t after[ASV_SHA256_BYTES];
    uint8_t leaf[ASV_SHA256_BYTES] = {1};
    asv_merkle_init(&tree);
    tree.count = ASV_MERKLE_LEAVES_MAX;
    asv_merkle_root(&tree, before);
    assert_int_equal(asv_merkle_append(&tree, leaf), ASV_E_LIMIT); /* S-015 */
    asv_merkle_root(&tree, after);
    assert_memory_equal(before, after, sizeof before);
    assert_true(tree.count == ASV_MERKLE_LEAVES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_is_that_of_the_recursive_definition_for_every_size),
        cmocka_unit_test(the_roots_are_those_of_the_known_test_tree),
        cmocka_unit_test(a_copy_is_an_independent_tree),
        cmocka_unit_test(the_tree_is_full_at_its_limit_and_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
