/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/tlogproof.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/ledger.h"
#include "tests/unit/test.h"

#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

static struct asv_bytes bytes(const char *text)
{
    return (struct asv_bytes){(const uint8_t *)text, strlen(text)};
}

/* The proof of an entry in the tree of size, cosigned by both witnesses, as a file. */
static struct asv_bytes make(uint8_t *out, size_t cap, uint64_t index, uint64_t size, const char *extra)
{
    uint8_t note[2048];
    struct asv_tlogproof proof = {.index = index};
    struct asv_writer writer;
    proof.checkpoint = (struct asv_bytes){note, asv_test_checkpoint(note, sizeof note, size, 3)};
    asv_test_path(&proof.inclusion, index, size);
    asv_writer_init(&writer, out, cap);
    asv_tlogproof_write(&writer, &proof, bytes(extra));
    assert_false(writer.overrun);
    return (struct asv_bytes){out, writer.len};
}

static struct asv_ledger_policy *both(void)
{
    static struct asv_ledger_policy policy;
    assert_int_equal(asv_ledger_policy_parse("t", asv_test_policy("both"), &policy, NULL), ASV_OK);
    return &policy;
}

static void a_proof_is_written_read_and_verified_offline(void **state)
{
    (void)state;
    static const char *const extras[] = {"", "x", "an entry, perhaps"};
    uint8_t file[8192];
    for (uint64_t size = 1; size < 300; size += 37) {
        for (size_t i = 0; i < 3; i++) {
            struct asv_tlogproof proof;
            struct asv_ledger_verdict verdict;
            uint8_t extra[64];
            size_t len = 0;
            const struct asv_bytes data = make(file, sizeof file, size / 2, size, extras[i]);
            assert_int_equal(asv_tlogproof_parse(&proof, data, NULL), ASV_OK);
            assert_true(proof.index == size / 2);
            assert_int_equal(asv_tlogproof_extra(&proof, extra, sizeof extra, &len), ASV_OK);
            assert_int_equal(len, strlen(extras[i]));
            assert_memory_equal(extra, extras[i], len);
            assert_int_equal(asv_tlogproof_verify(&proof, asv_test_leaf(size / 2), both(), &verdict, NULL),
                             ASV_OK);
            assert_true(verdict.checkpoint.head.size == size);
            assert_int_equal(verdict.cosigned, 3);
        }
    }
}

static void a_proof_looks_as_the_specification_shows(void **state)
{
    (void)state;
    uint8_t file[8192];
    char want[256];
    const struct asv_bytes data = make(file, sizeof file, 1, 2, "ab");
    struct asv_writer writer;
    uint8_t hash[64];
    asv_writer_init(&writer, hash, sizeof hash);
    struct asv_proof path;
    asv_test_path(&path, 1, 2);
    asv_proof_write_lines(&writer, &path);
    int len = snprintf(want, sizeof want,
                       "c2sp.org/tlog-proof@v1\nextra YWI=\nindex 1\n%.*sduisburg.example/asservat\n2\n",
                       (int)writer.len, (const char *)hash);
    assert_true(len > 0 && (size_t)len < data.len);
    assert_memory_equal(data.data, want, (size_t)len);
}

static void every_changed_bit_is_noticed(void **state)
{
    (void)state;
    uint8_t file[8192];
    const struct asv_bytes data = make(file, sizeof file, 77, 100, "");
    const struct asv_ledger_policy *policy = both();
    for (size_t at = 0; at < data.len; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct asv_tlogproof proof;
            struct asv_ledger_verdict verdict;
            file[at] ^= (uint8_t)(1u << bit);
            enum asv_status status = asv_tlogproof_parse(&proof, data, NULL);
            if (status == ASV_OK) {
                status = asv_tlogproof_verify(&proof, asv_test_leaf(77), policy, &verdict, NULL);
            }
            if (status == ASV_OK) {
                fail_msg("bit %u of byte %zu", bit, at);
            }
            file[at] ^= (uint8_t)(1u << bit);
        }
    }
}

static void another_entry_or_place_does_not_verify(void **state)
{
    (void)state;
    uint8_t file[8192];
    struct asv_tlogproof proof;
    struct asv_ledger_verdict verdict;
    struct asv_err err = {0};
    assert_int_equal(asv_tlogproof_parse(&proof, make(file, sizeof file, 77, 100, ""), NULL), ASV_OK);
    assert_int_equal(asv_tlogproof_verify(&proof, asv_test_leaf(78), both(), &verdict, &err), ASV_E_DIGEST);
    assert_string_equal(err.text, "proof: does not lead to the tree's root from entry: 77");
    proof.index = 76;
    assert_int_equal(asv_tlogproof_verify(&proof, asv_test_leaf(77), both(), &verdict, NULL), ASV_E_DIGEST);
    proof.index = 100;
    assert_int_equal(asv_tlogproof_verify(&proof, asv_test_leaf(77), both(), &verdict, NULL),
                     ASV_E_MALFORMED);
    proof.index = 77;
    assert_int_equal(asv_tlogproof_verify(&proof, asv_test_leaf(77), both(), &verdict, NULL), ASV_OK);
    /* A right proof of a log that nobody knows. */
    static struct asv_ledger_policy other;
    char text[512];
    char vkey[ASV_VKEY_BYTES];
    asv_vkey_format(vkey, asv_test_note_key(ASV_TEST_STRANGER));
    snprintf(text, sizeof text, "log %s\nquorum none\n", vkey);
    assert_int_equal(asv_ledger_policy_parse("t", bytes(text), &other, NULL), ASV_OK);
    assert_int_equal(asv_tlogproof_verify(&proof, asv_test_leaf(77), &other, &verdict, NULL),
                     ASV_E_UNTRUSTED);
}

static void what_is_no_proof_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum asv_status status;
        const char *why;
    } cases[] = {
        {"", ASV_E_MALFORMED, "proof: line 1 is not that of a tlog-proof"},
        {"hello\n", ASV_E_MALFORMED, "proof: line 1 is not that of a tlog-proof"},
        {"c2sp.org/tlog-proof@v1", ASV_E_MALFORMED, "proof: line 1 is not that of a tlog-proof"},
        {"c2sp.org/tlog-proof@v2\nindex 0\n\nx", ASV_E_UNSUPPORTED,
         "proof: another version of tlog-proof than v1"},
        {"c2sp.org/tlog-proof@v1 \nindex 0\n\nx", ASV_E_UNSUPPORTED,
         "proof: another version of tlog-proof than v1"},
        {"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\nx", ASV_E_MALFORMED,
         "proof: line 2 is no extra data in base 64"},
        {"c2sp.org/tlog-proof@v1\nextra AA\nindex 0\n\nx", ASV_E_MALFORMED,
         "proof: line 2 is no extra data in base 64"},
        {"c2sp.org/tlog-proof@v1\nextra AA==", ASV_E_MALFORMED, "proof: line 2 is no extra data in base 64"},
        {"c2sp.org/tlog-proof@v1\n", ASV_E_MALFORMED,
         "proof: no index of an entry where it must be, in line 2 or 3"},
        {"c2sp.org/tlog-proof@v1\nextra AA==\nextra AA==\nindex 0\n\nx", ASV_E_MALFORMED,
         "proof: no index of an entry where it must be, in line 2 or 3"},
        {"c2sp.org/tlog-proof@v1\nindex 00\n\nx", ASV_E_MALFORMED,
         "proof: no index of an entry where it must be, in line 2 or 3"},
        {"c2sp.org/tlog-proof@v1\nindex  0\n\nx", ASV_E_MALFORMED,
         "proof: no index of an entry where it must be, in line 2 or 3"},
        {"c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n\nx", ASV_E_MALFORMED,
         "proof: no index of an entry where it must be, in line 2 or 3"},
        {"c2sp.org/tlog-proof@v1\nindex 0\n" HASH, ASV_E_MALFORMED,
         "proof: no empty line ends it, in line: 4"},
        {"c2sp.org/tlog-proof@v1\nextra AA==\nindex 0\n" HASH "BB\n\nx", ASV_E_MALFORMED,
         "proof: no SHA-256 hash in base 64, in line: 5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asv_tlogproof proof = {.index = 99};
        struct asv_err err = {0};
        assert_int_equal(asv_tlogproof_parse(&proof, bytes(cases[i].text), &err), cases[i].status);
        assert_string_equal(err.text, cases[i].why);
        assert_true(proof.index == 99);
    }
    static uint8_t large[ASV_TLOGPROOF_MAX_BYTES + 1];
    struct asv_tlogproof proof;
    assert_int_equal(asv_tlogproof_parse(&proof, (struct asv_bytes){large, sizeof large}, NULL), ASV_E_LIMIT);
}

static void the_extra_data_has_its_limit(void **state)
{
    (void)state;
    static uint8_t file[ASV_TLOGPROOF_MAX_BYTES];
    static uint8_t extra[ASV_TLOGPROOF_EXTRA_BYTES + 3];
    static uint8_t back[ASV_TLOGPROOF_EXTRA_BYTES];
    for (size_t len = ASV_TLOGPROOF_EXTRA_BYTES; len <= sizeof extra; len += 3) {
        struct asv_writer writer;
        struct asv_tlogproof proof = {.index = 0};
        size_t got = 0;
        asv_writer_init(&writer, file, sizeof file);
        asv_tlogproof_write(&writer, &proof, (struct asv_bytes){extra, len});
        assert_false(writer.overrun);
        assert_int_equal(asv_tlogproof_parse(&proof, (struct asv_bytes){file, writer.len}, NULL),
                         len == ASV_TLOGPROOF_EXTRA_BYTES ? ASV_OK : ASV_E_LIMIT);
        if (len == ASV_TLOGPROOF_EXTRA_BYTES) {
            assert_int_equal(asv_tlogproof_extra(&proof, back, sizeof back, &got), ASV_OK);
            assert_int_equal(got, len);
            assert_int_equal(asv_tlogproof_extra(&proof, back, sizeof back - 1, &got), ASV_E_LIMIT);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proof_is_written_read_and_verified_offline),
        cmocka_unit_test(a_proof_looks_as_the_specification_shows),
        cmocka_unit_test(every_changed_bit_is_noticed),
        cmocka_unit_test(another_entry_or_place_does_not_verify),
        cmocka_unit_test(what_is_no_proof_is_refused_with_its_line),
        cmocka_unit_test(the_extra_data_has_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
