/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/proof.h"

#include <string.h>

#include "firmware-proto/seal/merkle.h"
#include "tests/support/ledger.h"
#include "tests/unit/test.h"

static struct asv_tree_head head_of(uint64_t size)
{
    struct asv_tree_head head = {.size = size};
    asv_test_root(head.root, 0, size);
    return head;
}

static void assert_same(const struct asv_proof *got, const struct asv_proof *want)
{
    assert_int_equal(got->count, want->count);
    assert_memory_equal(got->hash, want->hash, got->count * 32);
}

static void check_inclusion(uint64_t index, const struct asv_tree_head *head)
{
    struct asv_test_tiles source = {.size = head->size};
    const struct asv_tiles tiles = asv_test_tiles(&source);
    struct asv_proof proof;
    struct asv_proof want;
    assert_int_equal(asv_proof_make_inclusion(&proof, index, head->size, &tiles, NULL), ASV_OK);
    asv_test_path(&want, index, head->size);
    assert_same(&proof, &want);
    assert_int_equal(asv_proof_check_inclusion(&proof, index, asv_test_leaf(index), head, NULL), ASV_OK);
}

static void check_consistency(uint64_t old_size, const struct asv_tree_head *new_head)
{
    struct asv_test_tiles source = {.size = new_head->size};
    const struct asv_tiles tiles = asv_test_tiles(&source);
    const struct asv_tree_head old_head = head_of(old_size);
    struct asv_proof proof;
    struct asv_proof want;
    uint8_t root[32];
    assert_int_equal(asv_proof_make_consistency(&proof, old_size, new_head->size, &tiles, NULL), ASV_OK);
    asv_test_consistency(&want, old_size, new_head->size);
    assert_same(&proof, &want);
    assert_int_equal(asv_proof_check_consistency(&proof, &old_head, new_head, NULL), ASV_OK);
    assert_int_equal(asv_proof_root(root, old_size, &tiles, NULL), ASV_OK);
    assert_memory_equal(root, old_head.root, 32);
}

static void every_proof_in_small_trees_is_that_of_the_rfc(void **state)
{
    (void)state;
    for (uint64_t size = 0; size <= 40; size++) {
        const struct asv_tree_head head = head_of(size);
        for (uint64_t index = 0; index < size; index++) {
            check_inclusion(index, &head);
        }
        for (uint64_t old = 0; old <= size; old++) {
            check_consistency(old, &head);
        }
    }
}

static void proofs_go_through_every_level_of_tiles(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {255, 256, 257, 511, 512, 513, 65536, 65537, 70000};
    static const uint64_t at[] = {1, 2, 128, 255, 256, 257, 512, 4095, 65279, 65535, 65536, 65537, 69999};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct asv_tree_head head = head_of(sizes[i]);
        for (size_t k = 0; k < sizeof at / sizeof *at && at[k] <= head.size; k++) {
            check_inclusion(at[k] - 1, &head);
            check_consistency(at[k], &head);
        }
    }
}

/* Every level of the tiles on the way, and of the right edge, once. */
static void a_proof_reads_few_tiles(void **state)
{
    (void)state;
    struct asv_proof proof;
    struct asv_test_tiles source = {.size = 70000};
    const struct asv_tiles tiles = asv_test_tiles(&source);
    assert_int_equal(asv_proof_make_inclusion(&proof, 12345, 70000, &tiles, NULL), ASV_OK);
    assert_true(source.reads <= 6);
    source.reads = 0;
    assert_int_equal(asv_proof_make_consistency(&proof, 12345, 70000, &tiles, NULL), ASV_OK);
    assert_true(source.reads <= 6);
}

static void a_tile_that_cannot_be_read_ends_it(void **state)
{
    (void)state;
    struct asv_proof proof;
    uint8_t root[32];
    for (unsigned fail_at = 1; fail_at <= 3; fail_at++) {
        struct asv_test_tiles source = {.size = 70000, .fail_at = fail_at};
        const struct asv_tiles tiles = asv_test_tiles(&source);
        struct asv_err err = {0};
        assert_int_equal(asv_proof_make_inclusion(&proof, 300, 70000, &tiles, &err), ASV_E_AWAY);
        assert_string_equal(err.text, "test: no such tile today");
        source.reads = 0;
        assert_int_equal(asv_proof_make_consistency(&proof, 300, 70000, &tiles, NULL), ASV_E_AWAY);
        source.reads = 0;
        assert_int_equal(asv_proof_root(root, 70000, &tiles, NULL), ASV_E_AWAY);
    }
}

static void a_changed_inclusion_proof_does_not_verify(void **state)
{
    (void)state;
    for (uint64_t size = 1; size <= 20; size++) {
        const struct asv_tree_head head = head_of(size);
        for (uint64_t index = 0; index < size; index++) {
            struct asv_proof proof;
            struct asv_tree_head other = head;
            uint8_t leaf[32];
            asv_test_path(&proof, index, size);
            const uint8_t *right = asv_test_leaf(index);
            for (size_t i = 0; i < proof.count; i++) {
                proof.hash[i][i % 32] ^= 0x10;
                assert_int_equal(asv_proof_check_inclusion(&proof, index, right, &head, NULL), ASV_E_DIGEST);
                proof.hash[i][i % 32] ^= 0x10;
            }
            memcpy(leaf, right, sizeof leaf);
            leaf[31] ^= 1;
            assert_int_equal(asv_proof_check_inclusion(&proof, index, leaf, &head, NULL), ASV_E_DIGEST);
            other.root[0] ^= 0x80;
            assert_int_equal(asv_proof_check_inclusion(&proof, index, right, &other, NULL), ASV_E_DIGEST);
            for (uint64_t elsewhere = 0; elsewhere < size; elsewhere++) {
                enum asv_status status = asv_proof_check_inclusion(&proof, elsewhere, right, &head, NULL);
                assert_true((status == ASV_OK) == (elsewhere == index));
            }
            proof.count++;
            memset(proof.hash[proof.count - 1], 0, 32);
            assert_int_equal(asv_proof_check_inclusion(&proof, index, right, &head, NULL), ASV_E_MALFORMED);
            proof.count = proof.count > 1 ? proof.count - 2 : ASV_PROOF_HASHES_MAX;
            assert_int_equal(asv_proof_check_inclusion(&proof, index, right, &head, NULL), ASV_E_MALFORMED);
        }
    }
}

static void a_changed_consistency_proof_does_not_verify(void **state)
{
    (void)state;
    for (uint64_t size = 2; size <= 20; size++) {
        const struct asv_tree_head head = head_of(size);
        for (uint64_t old = 1; old < size; old++) {
            struct asv_proof proof;
            const struct asv_tree_head old_head = head_of(old);
            struct asv_tree_head other = head;
            asv_test_consistency(&proof, old, size);
            for (size_t i = 0; i < proof.count; i++) {
                proof.hash[i][31 - i] ^= 1;
                assert_int_equal(asv_proof_check_consistency(&proof, &old_head, &head, NULL), ASV_E_DIGEST);
                proof.hash[i][31 - i] ^= 1;
            }
            other.root[5] ^= 1;
            assert_int_equal(asv_proof_check_consistency(&proof, &old_head, &other, NULL), ASV_E_DIGEST);
            other = old_head;
            other.root[5] ^= 1;
            assert_int_equal(asv_proof_check_consistency(&proof, &other, &head, NULL), ASV_E_DIGEST);
            proof.count--;
            assert_int_equal(asv_proof_check_consistency(&proof, &old_head, &head, NULL), ASV_E_MALFORMED);
            proof.count += 2;
            memset(proof.hash[proof.count - 1], 0, 32);
            assert_int_equal(asv_proof_check_consistency(&proof, &old_head, &head, NULL), ASV_E_MALFORMED);
        }
    }
}

static void a_fork_or_a_smaller_tree_is_a_contradiction(void **state)
{
    (void)state; /* LG-023, LG-024 */
    const struct asv_proof none = {0};
    struct asv_proof one = {.count = 1};
    const struct asv_tree_head nothing = head_of(0);
    const struct asv_tree_head seven = head_of(7);
    struct asv_tree_head fork = seven;
    struct asv_err err = {0};
    fork.root[9] ^= 4;
    assert_int_equal(asv_proof_check_consistency(&none, &seven, &fork, &err), ASV_E_MISMATCH);
    assert_string_equal(err.text, "ledger: two different trees of the same size: 7");
    const struct asv_tree_head six = head_of(6);
    assert_int_equal(asv_proof_check_consistency(&none, &seven, &six, &err), ASV_E_MISMATCH);
    assert_string_equal(err.text, "ledger: the new tree is smaller than the old one, of size: 7");
    assert_int_equal(asv_proof_check_consistency(&none, &seven, &nothing, NULL), ASV_E_MISMATCH);
    /* Same and empty trees need no proof, so they must not have one. */
    assert_int_equal(asv_proof_check_consistency(&none, &seven, &seven, NULL), ASV_OK);
    assert_int_equal(asv_proof_check_consistency(&one, &seven, &seven, NULL), ASV_E_MALFORMED);
    assert_int_equal(asv_proof_check_consistency(&none, &nothing, &seven, NULL), ASV_OK);
    assert_int_equal(asv_proof_check_consistency(&one, &nothing, &seven, NULL), ASV_E_MALFORMED);
    assert_int_equal(asv_proof_check_consistency(&none, &nothing, &nothing, NULL), ASV_OK);
    fork = nothing;
    fork.root[0] ^= 1;
    assert_int_equal(asv_proof_check_consistency(&none, &fork, &seven, NULL), ASV_E_DIGEST);
    assert_int_equal(asv_proof_check_consistency(&none, &fork, &fork, NULL), ASV_E_DIGEST);
}

static void what_is_not_there_cannot_be_proven(void **state)
{
    (void)state; /* LG-020 */
    struct asv_proof proof = {.count = 0};
    struct asv_test_tiles source = {.size = 5};
    const struct asv_tiles tiles = asv_test_tiles(&source);
    const struct asv_tree_head five = head_of(5);
    const struct asv_tree_head nothing = head_of(0);
    struct asv_tree_head huge = five;
    struct asv_err err = {0};
    uint8_t root[32];
    assert_int_equal(asv_proof_make_inclusion(&proof, 5, 5, &tiles, &err), ASV_E_USAGE);
    assert_string_equal(err.text, "ledger: no such entry yet, the tree ends before: 5");
    assert_int_equal(asv_proof_make_inclusion(&proof, 0, 0, &tiles, NULL), ASV_E_USAGE);
    assert_int_equal(asv_proof_make_consistency(&proof, 6, 5, &tiles, NULL), ASV_E_USAGE);
    assert_int_equal(asv_proof_check_inclusion(&proof, 5, asv_test_leaf(0), &five, NULL), ASV_E_MALFORMED);
    assert_int_equal(asv_proof_check_inclusion(&proof, 0, nothing.root, &nothing, NULL), ASV_E_MALFORMED);
    huge.size = ASV_TREE_SIZE_MAX + 1;
    assert_int_equal(asv_proof_make_inclusion(&proof, 0, huge.size, &tiles, NULL), ASV_E_LIMIT);
    assert_int_equal(asv_proof_make_consistency(&proof, 1, huge.size, &tiles, NULL), ASV_E_LIMIT);
    assert_int_equal(asv_proof_root(root, huge.size, &tiles, NULL), ASV_E_LIMIT);
    assert_int_equal(asv_proof_check_inclusion(&proof, 0, asv_test_leaf(0), &huge, NULL), ASV_E_LIMIT);
    assert_int_equal(asv_proof_check_consistency(&proof, &five, &huge, NULL), ASV_E_LIMIT);
    assert_int_equal(asv_proof_check_consistency(&proof, &huge, &five, NULL), ASV_E_LIMIT);
    assert_int_equal(source.reads, 0);
}

/* A log in which every leaf is the same: then so are all hashes of a level, and no tree is too large to test.
 */
static uint8_t same[64][32];

static enum asv_status read_same(void *ctx, const struct asv_tile *tile, uint8_t *out, struct asv_err *err)
{
    (void)err;
    assert_int_equal(tile->width, asv_tile_width(tile->level, tile->index, *(const uint64_t *)ctx));
    for (unsigned i = 0; i < tile->width; i++) {
        memcpy(out + i * 32, same[8 * tile->level], 32);
    }
    return ASV_OK;
}

static void the_largest_trees_have_proofs_that_fit(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {ASV_TREE_SIZE_MAX, ASV_TREE_SIZE_MAX - 1, (UINT64_C(1) << 56) + 3,
                                     UINT64_C(0x2aaaaaaaaaaaaaaa), 10000000};
    memcpy(same[0], asv_test_leaf(0), 32);
    for (size_t i = 1; i < 64; i++) {
        asv_merkle_node(same[i], same[i - 1], same[i - 1]);
    }
    size_t most = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t size = sizes[i];
        const struct asv_tiles tiles = {read_same, &size};
        struct asv_tree_head head = {.size = size};
        struct asv_proof proof;
        assert_int_equal(asv_proof_root(head.root, size, &tiles, NULL), ASV_OK);
        for (unsigned k = 0; k <= 62 && UINT64_C(1) << k <= size; k++) {
            uint64_t at = size - (UINT64_C(1) << k);
            struct asv_tree_head old_head = {.size = at};
            if (at < size) {
                assert_int_equal(asv_proof_make_inclusion(&proof, at, size, &tiles, NULL), ASV_OK);
                assert_int_equal(asv_proof_check_inclusion(&proof, at, same[0], &head, NULL), ASV_OK);
            }
            /* The tiles of a larger tree serve the smaller one too, but this reader wants their width. */
            const struct asv_tiles old_tiles = {read_same, &old_head.size};
            assert_int_equal(asv_proof_root(old_head.root, at, &old_tiles, NULL), ASV_OK);
            assert_int_equal(asv_proof_make_consistency(&proof, at, size, &tiles, NULL), ASV_OK);
            assert_int_equal(asv_proof_check_consistency(&proof, &old_head, &head, NULL), ASV_OK);
            most = proof.count > most ? proof.count : most;
        }
    }
    assert_int_equal(most, ASV_PROOF_HASHES_MAX);
}

static void a_proof_as_text_is_read_back(void **state)
{
    (void)state;
    uint8_t text[4096];
    struct asv_proof proof;
    struct asv_proof back;
    for (uint64_t size = 1; size < 40; size += 3) {
        struct asv_writer writer;
        struct asv_reader reader;
        asv_test_path(&proof, size / 2, size);
        asv_writer_init(&writer, text, sizeof text);
        asv_proof_write_lines(&writer, &proof);
        asv_write_u8(&writer, 'x');
        asv_reader_init(&reader, text, writer.len);
        assert_int_equal(asv_proof_read_lines(&reader, &back, NULL), ASV_OK);
        assert_int_equal(asv_reader_left(&reader), 1);
        assert_same(&back, &proof);
    }
}

static void lines_that_are_no_proof_are_refused_with_their_number(void **state)
{
    (void)state;
    static const char hash[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    char text[70 * 45 + 2];
    struct asv_reader reader;
    struct asv_proof proof;
    struct asv_err err = {0};
    size_t len = 0;
    for (; len < 64 * 45; len += 45) {
        memcpy(text + len, hash, 45);
    }
    text[len] = '\n';
    asv_reader_init(&reader, text, len + 1);
    assert_int_equal(asv_proof_read_lines(&reader, &proof, &err), ASV_E_LIMIT);
    assert_string_equal(err.text, "proof: more hashes than: 63");
    text[63 * 45] = '\n';
    asv_reader_init(&reader, text, 63 * 45 + 1);
    assert_int_equal(asv_proof_read_lines(&reader, &proof, NULL), ASV_OK);
    assert_int_equal(proof.count, 63);
    text[2 * 45 + 7] = '-';
    asv_reader_init(&reader, text, 63 * 45 + 1);
    assert_int_equal(asv_proof_read_lines(&reader, &proof, &err), ASV_E_MALFORMED);
    assert_string_equal(err.text, "proof: no SHA-256 hash in base 64, in line: 3");
    asv_reader_init(&reader, text, 2 * 45);
    assert_int_equal(asv_proof_read_lines(&reader, &proof, &err), ASV_E_MALFORMED);
    assert_string_equal(err.text, "proof: no empty line ends it, in line: 3");
    static const char *const bad[] = {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n\n",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n\n",
                                      " AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        asv_reader_init(&reader, bad[i], strlen(bad[i]));
        assert_int_equal(asv_proof_read_lines(&reader, &proof, NULL), ASV_E_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_proof_in_small_trees_is_that_of_the_rfc),
        cmocka_unit_test(proofs_go_through_every_level_of_tiles),
        cmocka_unit_test(a_proof_reads_few_tiles),
        cmocka_unit_test(a_tile_that_cannot_be_read_ends_it),
        cmocka_unit_test(a_changed_inclusion_proof_does_not_verify),
        cmocka_unit_test(a_changed_consistency_proof_does_not_verify),
        cmocka_unit_test(a_fork_or_a_smaller_tree_is_a_contradiction),
        cmocka_unit_test(what_is_not_there_cannot_be_proven),
        cmocka_unit_test(the_largest_trees_have_proofs_that_fit),
        cmocka_unit_test(a_proof_as_text_is_read_back),
        cmocka_unit_test(lines_that_are_no_proof_are_refused_with_their_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
