/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LAW H3: digests at acquisition, with device, firmware, time and software. */
#include "server/vault/commit.h"

#include <string.h>

#include "tests/unit/test.h"

static uint8_t pk[32];
static uint8_t sk[64];

static struct asv_commit example(void)
{
    struct asv_commit c = {
        .dock_name = "Dock 1",
        .slot = 3,
        .port = "1-2.3",
        .serial = "SN-0007",
        .number = 41,
        .kind = ASV_COMMIT_STORED,
        .readback = ASV_READBACK_DIRECT,
        .earliest_ms = -5,
        .latest_ms = 1795392000000,
        .software = "0.1.0",
    };
    memset(c.final_chunk, 0x24, sizeof c.final_chunk);
    return c;
}

static size_t encode(const struct asv_commit *c, uint8_t out[ASV_COMMIT_MAX_BYTES])
{
    size_t len = 0;
    assert_int_equal(asv_commit_encode(c, sk, out, ASV_COMMIT_MAX_BYTES, &len), ASV_OK);
    return len;
}

static void a_record_round_trips(void **state)
{
    (void)state;
    uint8_t bytes[ASV_COMMIT_MAX_BYTES];
    struct asv_commit c = example();
    struct asv_commit back = {0};
    size_t len = encode(&c, bytes);
    assert_int_equal(asv_commit_verify(&back, bytes, len, pk, NULL), ASV_OK);
    uint8_t again[ASV_COMMIT_MAX_BYTES];
    assert_int_equal(encode(&back, again), len);
    assert_memory_equal(bytes, again, len);
    assert_string_equal(back.port, "1-2.3");
    assert_true(back.earliest_ms == -5 && back.latest_ms == 1795392000000);
}

static void every_flipped_byte_is_noticed(void **state)
{
    (void)state;
    uint8_t bytes[ASV_COMMIT_MAX_BYTES];
    struct asv_commit c = example();
    size_t len = encode(&c, bytes);
    for (size_t i = 0; i < len; i++) {
        struct asv_commit back = {.number = 1234};
        bytes[i] ^= 0x40;
        assert_int_not_equal(asv_commit_verify(&back, bytes, len, pk, NULL), ASV_OK);
        assert_true(back.number == 1234);
        bytes[i] ^= 0x40;
    }
}

static void every_cut_and_a_trailing_byte_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[ASV_COMMIT_MAX_BYTES + 1] = {0};
    struct asv_commit c = example();
    struct asv_commit back;
    struct asv_err err = {0};
    size_t len = encode(&c, bytes);
    for (size_t i = 0; i < len; i++) {
        assert_int_not_equal(asv_commit_decode(&back, bytes, i, NULL, NULL), ASV_OK);
    }
    assert_int_equal(asv_commit_decode(&back, bytes, len + 1, NULL, &err), ASV_E_MALFORMED);
    assert_non_null(strstr(err.text, "trailing"));
}

static void contradictions_and_other_versions_are_refused_with_the_field(void **state)
{
    (void)state;
    uint8_t bytes[ASV_COMMIT_MAX_BYTES];
    struct asv_commit back;
    struct asv_err err = {0};
    struct asv_commit c = example();
    c.earliest_ms = c.latest_ms + 1;
    assert_int_equal(asv_commit_decode(&back, bytes, encode(&c, bytes), NULL, &err), ASV_E_MALFORMED);
    assert_non_null(strstr(err.text, "earliest_ms"));
    c = example();
    c.kind = 9;
    assert_int_equal(asv_commit_decode(&back, bytes, encode(&c, bytes), NULL, &err), ASV_E_MALFORMED);
    assert_non_null(strstr(err.text, "kind: 9"));
    c = example();
    size_t len = encode(&c, bytes);
    bytes[1] = 2;
    assert_int_equal(asv_commit_decode(&back, bytes, len, NULL, &err), ASV_E_UNSUPPORTED);
    bytes[1] = 1;
    bytes[3] = 2;
    assert_int_equal(asv_commit_decode(&back, bytes, len, NULL, &err), ASV_E_UNSUPPORTED);
    c.dock_name[0] = '\x7f'; /* nothing that is not printable ASCII */
    assert_int_equal(asv_commit_encode(&c, sk, bytes, sizeof bytes, &len), ASV_E_LIMIT);
}

static void extensions_are_kept_and_critical_ones_refused(void **state)
{
    (void)state;
    static const uint8_t block[] = {0, 1, 0, 9, 0, 2, 'o', 'k'};
    uint8_t bytes[ASV_COMMIT_MAX_BYTES];
    uint8_t again[ASV_COMMIT_MAX_BYTES];
    struct asv_commit c = example();
    struct asv_commit back = {0};
    size_t none = encode(&c, bytes);
    memcpy(c.extensions, block, sizeof block);
    c.extensions_len = sizeof block;
    size_t len = encode(&c, bytes);
    assert_int_equal(len, none + sizeof block - 2);
    assert_int_equal(asv_commit_verify(&back, bytes, len, pk, NULL), ASV_OK);
    assert_int_equal(encode(&back, again), len);
    assert_memory_equal(bytes, again, len);
    c.extensions[2] = 0x80; /* critical, and known to nobody */
    len = encode(&c, bytes);
    assert_int_equal(asv_commit_verify(&back, bytes, len, pk, NULL), ASV_E_UNSUPPORTED);
}

int main(void)
{
    static const uint8_t seed[32] = {7};
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    asv_ed25519_from_seed(pk, sk, seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_round_trips),
        cmocka_unit_test(every_flipped_byte_is_noticed),
        cmocka_unit_test(every_cut_and_a_trailing_byte_are_refused),
        cmocka_unit_test(contradictions_and_other_versions_are_refused_with_the_field),
        cmocka_unit_test(extensions_are_kept_and_critical_ones_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
