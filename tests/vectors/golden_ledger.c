/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bytes of docs/LEDGER.md: a proof that someone keeps must verify for ever.
 */
#include <stdio.h>
#include <string.h>

#include "server/ledger/witness.h"
#include "tests/support/golden.h"
#include "tests/support/ledger.h"
#include "tests/unit/test.h"

static const char about[] = "docs/LEDGER.md: the log of tests/support/ledger.c";

static void keep(const char *name, const char *fuzzer, const void *data, size_t len)
{
    char file[64];
    snprintf(file, sizeof file, "ledger-%s", name);
    asv_golden_check(file, about, data, len);
    asv_golden_seed(fuzzer, name, data, len);
}

/* Of entries 0 to 2. */
static void make_bundle(struct asv_writer *writer, uint8_t *out, size_t cap)
{
    asv_writer_init(writer, out, cap);
    for (unsigned i = 0; i < 3; i++) {
        char entry[32];
        asv_write_view16(writer, entry, asv_test_entry(i, entry));
    }
}

static void every_format_keeps_its_bytes(void **state)
{
    (void)state;
    uint8_t note[2048];
    uint8_t file[8192];
    char vkey[ASV_VKEY_BYTES];
    struct asv_tlogproof proof = {.index = 300};
    struct asv_writer writer;
    asv_vkey_format(vkey, asv_test_note_key(ASV_TEST_LOG));
    keep("vkey", "ledger_vkey", vkey, strlen(vkey));
    asv_vkey_format(vkey, asv_test_note_key(ASV_TEST_DPO));
    keep("vkey-witness", "ledger_vkey", vkey, strlen(vkey));
    const struct asv_bytes policy = asv_test_policy("both");
    keep("policy", "ledger_policy", policy.data, policy.len);
    proof.checkpoint = (struct asv_bytes){note, asv_test_checkpoint(note, sizeof note, 513, 3)};
    keep("checkpoint", "ledger_note", note, proof.checkpoint.len);
    asv_test_path(&proof.inclusion, 300, 513);
    asv_writer_init(&writer, file, sizeof file);
    asv_tlogproof_write(&writer, &proof, (struct asv_bytes){(const uint8_t *)"extra", 5});
    keep("proof", "ledger_proof", file, writer.len);
    struct asv_witness_request request = {.old_size = 300, .checkpoint = proof.checkpoint};
    asv_test_consistency(&request.proof, 300, 513);
    request.checkpoint.len = asv_test_checkpoint(note, sizeof note, 513, 0);
    asv_writer_init(&writer, file, sizeof file);
    asv_witness_request_write(&writer, &request);
    keep("witness-request", "ledger_witness", file, writer.len);
    size_t len = asv_test_checkpoint(note, sizeof note, 513, 1) - request.checkpoint.len;
    asv_golden_seed("ledger_witness", "answer", note + request.checkpoint.len, len);
    make_bundle(&writer, file, sizeof file);
    asv_golden_check("ledger-bundle", about, file, writer.len);
    memmove(file + 1, file, writer.len);
    file[0] = 3 - 1; /* the fuzzer's own byte, for the width */
    asv_golden_seed("ledger_bundle", "bundle", file, 1 + writer.len);
}

/* Read from the files, so that this holds when writers change too. */
static void the_golden_proof_verifies_under_the_golden_policy(void **state)
{
    (void)state;
    static uint8_t text[4096];
    static uint8_t file[8192];
    static struct asv_ledger_policy policy;
    struct asv_tlogproof proof;
    struct asv_ledger_verdict verdict;
    size_t len = asv_golden_load("ledger-policy", text, sizeof text);
    assert_int_equal(asv_ledger_policy_parse("policy", (struct asv_bytes){text, len}, &policy, NULL), ASV_OK);
    len = asv_golden_load("ledger-proof", file, sizeof file);
    assert_int_equal(asv_tlogproof_parse(&proof, (struct asv_bytes){file, len}, NULL), ASV_OK);
    assert_int_equal(asv_tlogproof_verify(&proof, asv_test_leaf(300), &policy, &verdict, NULL), ASV_OK);
    assert_int_equal(verdict.cosigned, 3);
    assert_true(verdict.checkpoint.head.size == 513 && verdict.time_s[0] == ASV_TEST_TIME_S + 1);
}

/* Every line of the page that begins with four blanks and a word of a trust file is a line of the golden one,
 * all of its lines but comment and blank ones are there, in order. */
static void the_pages_trust_file_is_the_golden_one(void **state)
{
    (void)state;
    static uint8_t want[4096];
    static char got[4096];
    char line[512];
    size_t len = 0;
    FILE *file = fopen(ASV_SOURCE_DIR "/docs/LEDGER.md", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        static const char *const words[] = {"    log ", "    witness ", "    group ", "    quorum "};
        for (size_t i = 0; i < 4; i++) {
            if (strncmp(line, words[i], strlen(words[i])) == 0) {
                len += (size_t)snprintf(got + len, sizeof got - len, "%s", line + 4);
                assert_true(len < sizeof got);
            }
        }
    }
    fclose(file);
    size_t left = asv_golden_load("ledger-policy", want, sizeof want - 1);
    char *next = (char *)want;
    size_t at = 0;
    want[left] = '\0';
    for (char *one = strsep(&next, "\n"); one != NULL; one = strsep(&next, "\n")) {
        if (one[0] != '\0' && one[0] != '#') {
            assert_memory_equal(got + at, one, strlen(one));
            at += strlen(one) + 1;
        }
    }
    assert_int_equal(at, len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_keeps_its_bytes),
        cmocka_unit_test(the_golden_proof_verifies_under_the_golden_policy),
        cmocka_unit_test(the_pages_trust_file_is_the_golden_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
