/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A hand-over that is large enough to be read and digested in threads. */
#include <stdio.h>
#include <string.h>

#include "server/verify/handed.h"
#include "tests/support/files.h"
#include "tests/support/handover_package.h"
#include "tests/unit/test.h"

#define CHUNKS 80 /* of a package 21 pieces */

static struct asv_test_handover it;
static char directory[512], carrier[600], root[600], ledger[600], identity[600];
static struct asv_handed_fault fault;

static enum asv_handed_verdict verify(void)
{
    const struct asv_verify_handed what = {
        .path = carrier, .root = root, .ledger = ledger, .identity = identity};
    enum asv_handed_verdict verdict = ASV_HANDED_INVALID;
    assert_int_equal(asv_verify_handed(&what, &verdict, &fault, NULL), ASV_OK);
    return verdict;
}

static void write_it(void)
{
    if (asv_test_handover_find(&it, "facts.json") != NULL) {
        asv_test_handover_remove(&it, "facts.json");
    }
    asv_test_handover_list(&it);
    asv_test_handover_write(&it, directory, "carrier.zip");
}

static void a_large_one_is_valid(void **state)
{
    (void)state; /* HO-090 */
    write_it();
    assert_int_equal(verify(), ASV_HANDED_VALID);
}

/* Also where the threads are when it is found. */
static void the_first_piece_that_is_wrong_is_named(void **state)
{
    (void)state; /* HO-091 */
    static const size_t chunks[] = {0, 1, 9, 40, CHUNKS - 1};
    char want[64];
    struct asv_test_handover_file *playable = asv_test_handover_find(&it, "recordings/001/playable.mp4");
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        size_t at = chunks[i] * ASV_CHUNK_PLAIN_BYTES;
        playable->data[at + 7] ^= 1;
        playable->data[CHUNKS * ASV_CHUNK_PLAIN_BYTES - 1] ^= 2;
        write_it();
        assert_int_equal(verify(), ASV_HANDED_INVALID);
        assert_string_equal(asv_handed_fault_name(&fault), "playable");
        (void)snprintf(want, sizeof want, "differs between its bytes %zu and %zu", at,
                       at + ASV_CHUNK_PLAIN_BYTES);
        assert_string_equal(fault.err.text, want);
        playable->data[at + 7] ^= 1;
        playable->data[CHUNKS * ASV_CHUNK_PLAIN_BYTES - 1] ^= 2;
    }
}

static void a_piece_of_the_original_is_found(void **state)
{
    (void)state; /* HO-101 */
    struct asv_test_handover_file *sealed = asv_test_handover_find(&it, "recordings/001/sealed.age");
    sealed->data[sealed->len - 30 * ASV_CHUNK_CIPHER_BYTES] ^= 1;
    write_it();
    assert_int_equal(verify(), ASV_HANDED_INVALID);
    assert_string_equal(fault.file, "data/recordings/001/sealed.age");
    sealed->data[sealed->len - 30 * ASV_CHUNK_CIPHER_BYTES] ^= 1;
}

/* PK-043, of one that is digested beside its being read. */
static void a_byte_of_the_package_is_found(void **state)
{
    (void)state;
    write_it();
    FILE *file = fopen(carrier, "r+e");
    assert_non_null(file);
    for (long at = 300000; at < 6000000; at += 1900000) {
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        int byte = fgetc(file);
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_not_equal(fputc(byte ^ 1, file), EOF);
        assert_int_equal(fflush(file), 0);
        assert_int_equal(verify(), ASV_HANDED_INVALID);
        assert_string_equal(asv_handed_fault_name(&fault), "zip-crc");
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_not_equal(fputc(byte, file), EOF);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(verify(), ASV_HANDED_VALID);
}

static int set_up(void **state)
{
    (void)state;
    asv_test_make_directory(directory, sizeof directory);
    (void)snprintf(carrier, sizeof carrier, "%s/carrier.zip", directory);
    (void)snprintf(root, sizeof root, "%s/root.cert", directory);
    (void)snprintf(ledger, sizeof ledger, "%s/ledger.trust", directory);
    (void)snprintf(identity, sizeof identity, "%s/identity", directory);
    asv_test_handover_make_of(&it, CHUNKS);
    asv_test_handover_anchors(&it, directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_handover_free(&it);
    asv_test_remove_directory(directory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_one_is_valid),
        cmocka_unit_test(the_first_piece_that_is_wrong_is_named),
        cmocka_unit_test(a_piece_of_the_original_is_found),
        cmocka_unit_test(a_byte_of_the_package_is_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
