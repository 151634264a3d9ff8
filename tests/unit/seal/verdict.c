/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/verdict.h"

#include <string.h>

#include "tests/unit/test.h"

#define CHUNK ((uint64_t)ASV_CHUNK_CIPHER_BYTES)

/* A seal of three chunks as the verifier would tell it. */
static struct asv_seal_result seal_of_three(bool ended)
{
    struct asv_seal_result result;
    memset(&result, 0, sizeof result);
    result.has_header = true;
    result.has_checkpoint = true;
    result.checkpoint.chunks = 3;
    memset(result.checkpoint.final_chunk, 0xfc, sizeof result.checkpoint.final_chunk);
    result.ended = ended;
    result.seal_bytes = result.signed_bytes = 1000;
    return result;
}

static struct asv_verdict judge(const struct asv_seal_result *result, uint64_t bytes, uint8_t rest,
                                const struct asv_chunk_ranges *wrong, const struct asv_chunk_ranges *missing)
{
    struct asv_verdict verdict;
    struct asv_payload_facts facts = {.bytes = bytes, .wrong = wrong, .missing = missing};
    memset(facts.rest, rest, sizeof facts.rest);
    asv_verdict_of(&verdict, result, &facts, ASV_PROVENANCE_TRUSTED);
    assert_int_equal(verdict.provenance, ASV_PROVENANCE_TRUSTED);
    return verdict;
}

static void the_table_of_verdicts(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        bool ended;
        uint64_t bytes;
        uint8_t rest; /* 0xfc: the signed final chunk */
        enum asv_integrity integrity;
        uint64_t tail;
        bool final_chunk;
        uint64_t bad_first, bad_count;
    } rows[] = {
        {"whole", true, 3 * CHUNK + 24, 0xfc, ASV_INTEGRITY_VALID, 0, true, 0, 0},
        {"one byte more", true, 3 * CHUNK + 25, 0xfc, ASV_INTEGRITY_UNSIGNED_TAIL, 1, true, 0, 0},
        {"another final chunk", true, 3 * CHUNK + 24, 0xfd, ASV_INTEGRITY_UNSIGNED_TAIL, 24, false, 0, 0},
        {"no final chunk", true, 3 * CHUNK, 0, ASV_INTEGRITY_GAP, 0, false, 3, 1},
        {"part of a final chunk", true, 3 * CHUNK + 23, 0xfc, ASV_INTEGRITY_GAP, 23, false, 3, 1},
        {"part of the last chunk", true, 3 * CHUNK - 1, 0, ASV_INTEGRITY_GAP, 0, false, 2, 2},
        {"nothing", true, 0, 0, ASV_INTEGRITY_GAP, 0, false, 0, 4},
        {"cut at a checkpoint", false, 3 * CHUNK, 0, ASV_INTEGRITY_TRUNCATED, 0, false, 0, 0},
        {"cut, with its final chunk", false, 3 * CHUNK + 24, 0xfc, ASV_INTEGRITY_TRUNCATED, 0, true, 0, 0},
        {"cut, other bytes", false, 3 * CHUNK + 24, 0xfd, ASV_INTEGRITY_TRUNCATED, 24, false, 0, 0},
        {"cut, long tail", false, 5 * CHUNK + 7, 0xfc, ASV_INTEGRITY_TRUNCATED, 2 * CHUNK + 7, false, 0, 0},
        {"cut and less than signed", false, 2 * CHUNK, 0, ASV_INTEGRITY_GAP, 0, false, 2, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("  %s\n", rows[i].what);
        struct asv_seal_result result = seal_of_three(rows[i].ended);
        struct asv_verdict verdict = judge(&result, rows[i].bytes, rows[i].rest, NULL, NULL);
        assert_int_equal(verdict.integrity, rows[i].integrity); /* S-090 */
        assert_int_equal(verdict.tail_bytes, rows[i].tail);     /* S-092 */
        assert_int_equal(verdict.final_chunk, rows[i].final_chunk);
        assert_int_equal(verdict.chunks, 3);
        assert_int_equal(verdict.bad.count, rows[i].bad_count == 0 ? 0 : 1);
        if (rows[i].bad_count > 0) {
            assert_int_equal(verdict.bad.range[0].first, rows[i].bad_first); /* S-095 */
            assert_int_equal(verdict.bad.range[0].count, rows[i].bad_count);
        }
    }
}

static void a_clip_without_a_checkpoint_is_truncated_and_all_tail(void **state)
{
    (void)state;
    struct asv_seal_result result;
    memset(&result, 0, sizeof result);
    result.has_header = true;
    result.seal_bytes = 900;
    result.signed_bytes = 800;
    struct asv_verdict verdict = judge(&result, 70000, 0, NULL, NULL);
    assert_int_equal(verdict.integrity, ASV_INTEGRITY_TRUNCATED);
    assert_int_equal(verdict.chunks, 0);
    assert_int_equal(verdict.tail_bytes, 70000);
    assert_int_equal(verdict.seal_tail_bytes, 100);
    verdict = judge(&result, 24, 0, NULL, NULL); /* zeros equal a checkpoint that is not there */
    assert_int_equal(verdict.tail_bytes, 24);
    assert_false(verdict.final_chunk);
}

static void what_is_worse_comes_first(void **state)
{
    (void)state;
    struct asv_chunk_ranges wrong;
    struct asv_chunk_ranges missing;
    asv_chunk_ranges_init(&wrong);
    asv_chunk_ranges_init(&missing);
    asv_chunk_ranges_add(&wrong, 1);
    asv_chunk_ranges_add(&missing, 0);

    /* S-091 */
    struct asv_seal_result result = seal_of_three(true);
    result.seal_bytes++;
    assert_int_equal(judge(&result, 3 * CHUNK + 24, 0xfc, NULL, NULL).integrity, ASV_INTEGRITY_UNSIGNED_TAIL);
    assert_int_equal(judge(&result, 3 * CHUNK + 24, 0xfc, NULL, NULL).seal_tail_bytes, 1);
    struct asv_verdict verdict = judge(&result, 3 * CHUNK + 25, 0xfc, NULL, &missing);
    assert_int_equal(verdict.integrity, ASV_INTEGRITY_GAP);
    assert_int_equal(verdict.bad.range[0].first, 0);
    verdict = judge(&result, 3 * CHUNK + 25, 0xfc, &wrong, &missing);
    assert_int_equal(verdict.integrity, ASV_INTEGRITY_INVALID);
    assert_int_equal(verdict.bad.range[0].first, 1);
    result = seal_of_three(false);
    assert_int_equal(judge(&result, 3 * CHUNK, 0, &wrong, NULL).integrity, ASV_INTEGRITY_INVALID);
    assert_int_equal(judge(&result, 3 * CHUNK, 0, NULL, &missing).integrity, ASV_INTEGRITY_GAP);
    result = seal_of_three(true);
    result.status = ASV_E_SIGNATURE;
    assert_int_equal(judge(&result, 3 * CHUNK + 24, 0xfc, NULL, NULL).integrity, ASV_INTEGRITY_INVALID);
    result = seal_of_three(true);
    result.has_header = false; /* S-033 */
    assert_int_equal(judge(&result, 3 * CHUNK + 24, 0xfc, NULL, NULL).integrity, ASV_INTEGRITY_INVALID);
}

static void ranges_join_and_keep_their_first_place(void **state)
{
    (void)state;
    struct asv_chunk_ranges ranges;
    asv_chunk_ranges_init(&ranges);
    asv_chunk_ranges_add(&ranges, 4);
    asv_chunk_ranges_add(&ranges, 5);
    asv_chunk_ranges_add_run(&ranges, 6, 10);
    asv_chunk_ranges_add_run(&ranges, 99, 0);
    asv_chunk_ranges_add(&ranges, 20);
    assert_int_equal(ranges.count, 2);
    assert_int_equal(ranges.range[0].first, 4);
    assert_int_equal(ranges.range[0].count, 12);
    assert_int_equal(ranges.chunks, 13);
    assert_true(ranges.exact);
    for (uint64_t i = 0; i < 1000; i++) {
        asv_chunk_ranges_add(&ranges, 100 + 2 * i);
    }
    assert_int_equal(ranges.count, ASV_CHUNK_RANGES_MAX);
    assert_false(ranges.exact);
    assert_int_equal(ranges.chunks, 1013);
    const struct asv_chunk_range *last = &ranges.range[ASV_CHUNK_RANGES_MAX - 1];
    assert_int_equal(last->first + last->count - 1, 100 + 2 * 999);
    assert_int_equal(ranges.range[0].first, 4);
}

static void provenance_follows_from_the_chain(void **state)
{
    (void)state;
    static const struct {
        enum asv_status chain;
        enum asv_sealer sealer;
        enum asv_provenance want;
    } rows[] = {
        {ASV_OK, ASV_SEALER_CAMERA, ASV_PROVENANCE_TRUSTED},
        {ASV_OK, ASV_SEALER_DOCK, ASV_PROVENANCE_SEALED_BY_DOCK},
        {ASV_E_REVOKED, ASV_SEALER_CAMERA, ASV_PROVENANCE_REVOKED},
        {ASV_E_REVOKED, ASV_SEALER_DOCK, ASV_PROVENANCE_REVOKED},
        {ASV_E_UNTRUSTED, ASV_SEALER_CAMERA, ASV_PROVENANCE_UNKNOWN_KEY},
        {ASV_E_SIGNATURE, ASV_SEALER_CAMERA, ASV_PROVENANCE_UNKNOWN_KEY},
        {ASV_E_EXPIRED, ASV_SEALER_CAMERA, ASV_PROVENANCE_UNKNOWN_KEY},
        {ASV_E_MALFORMED, ASV_SEALER_DOCK, ASV_PROVENANCE_UNKNOWN_KEY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(asv_provenance_of(rows[i].chain, rows[i].sealer), rows[i].want); /* S-093 */
    }
}

static void only_two_by_two_verdicts_are_stored(void **state)
{
    (void)state;
    for (uint8_t integrity = 0; integrity <= 6; integrity++) {
        for (uint8_t provenance = 0; provenance <= 5; provenance++) {
            bool want = (integrity == ASV_INTEGRITY_VALID || integrity == ASV_INTEGRITY_TRUNCATED) &&
                        (provenance == ASV_PROVENANCE_TRUSTED || provenance == ASV_PROVENANCE_SEALED_BY_DOCK);
            assert_int_equal(asv_verdict_is_stored(integrity, provenance), want); /* S-094 */
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_verdicts),
        cmocka_unit_test(a_clip_without_a_checkpoint_is_truncated_and_all_tail),
        cmocka_unit_test(what_is_worse_comes_first),
        cmocka_unit_test(ranges_join_and_keep_their_first_place),
        cmocka_unit_test(only_two_by_two_verdicts_are_stored),
        cmocka_unit_test(provenance_follows_from_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
