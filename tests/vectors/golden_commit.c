/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bytes of a commit record (docs/VAULT.md): what a dock signed once must verify for ever. */
#include <stdio.h>
#include <string.h>

#include "server/vault/commit.h"
#include "tests/support/golden.h"
#include "tests/unit/test.h"

static uint8_t pk[ASV_ED25519_PK_BYTES];
static uint8_t sk[ASV_ED25519_SK_BYTES];

/* Every field is another one's neighbour: no two may change places unseen. */
static struct asv_commit sample(void)
{
    struct asv_commit c = {
        .dock_name = "Dock Wache 1",
        .slot = 0x0102,
        .port = "1-2.3",
        .model = "Test",
        .serial = "CAMERA-1",
        .firmware = "1.0.0",
        .number = 0x1112131415161718,
        .stream = 0x2122,
        .stream_type = 1,
        .segment = 0x31323334,
        .unit = "Aussendienst",
        .area = "Mitte",
        .sealer = 2,
        .end_reason = 3,
        .marked = true,
        .dwelling = false,
        .pre_roll_ms = 0x41424344,
        .key_kind = 1,
        .key_date = 20260105,
        .bulletin = 0x5152535455565758,
        .policy = 0x61626364,
        .clock_state = 3,
        .start_ms = 1000,
        .end_ms = 2000,
        .earliest_ms = -3000,
        .latest_ms = 4000,
        .offset_ms = -5000,
        .uncertainty_ms = 0x71727374,
        .day = 20260106,
        .due_ms = 6000,
        .docked_ms = 7000,
        .committed_ms = 8000,
        .leaves = 2,
        .payload_bytes = 131128,
        .media_bytes = 131000,
        .seal_bytes = 1602,
        .tail_bytes = 9,
        .link_bytes = 265,
        .integrity = 3,
        .provenance = 4,
        .kind = ASV_COMMIT_QUARANTINED,
        .reason = "UNSIGNED_TAIL",
        .readback = ASV_READBACK_CACHED,
        .replicas = 2,
        .software = "asservat-dockd 1.0",
    };
    uint8_t *const raw[] = {
        c.agency, c.dock_cert,   c.session,       c.camera_cert, c.chain_digest, c.firmware_digest,
        c.epoch,  c.clip,        c.header_digest, c.group,       c.assignment,   c.key_id,
        c.root,   c.final_chunk, c.seal_digest,   c.tail_digest, c.link_digest,  c.stanzas_digest};
    const size_t len[] = {32, 32, 32, 32, 32, 32, 16, 16, 32, 16, 16, 16, 32, 24, 32, 32, 32, 32};
    for (size_t i = 0; i < sizeof raw / sizeof raw[0]; i++) {
        memset(raw[i], (int)(0xa0 + i), len[i]);
    }
    return c;
}

static void a_commit_record_keeps_its_bytes(void **state)
{
    (void)state;
    struct asv_commit commit = sample();
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    assert_int_equal(asv_commit_encode(&commit, sk, data, sizeof data, &len), ASV_OK);
    asv_golden_check("commit", "docs/VAULT.md: a commit record, as tests/vectors/golden_commit.c fills it",
                     data, len);
    asv_golden_seed("vault_commit", "sample", data, len);
}

/* Read from the file, so that this holds when the encoder changes too. */
static void the_golden_commit_record_verifies_and_says_what_was_written(void **state)
{
    (void)state;
    struct asv_commit want = sample();
    struct asv_commit commit = {0};
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = asv_golden_load("commit", data, sizeof data);
    assert_int_equal(asv_commit_verify(&commit, data, len, pk, NULL), ASV_OK);
    assert_true(commit.slot == want.slot && commit.number == want.number && commit.segment == want.segment);
    assert_true(commit.earliest_ms == want.earliest_ms && commit.offset_ms == want.offset_ms &&
                commit.due_ms == want.due_ms && commit.committed_ms == want.committed_ms);
    assert_true(commit.leaves == 2 && commit.payload_bytes == 131128 && commit.tail_bytes == 9 &&
                commit.link_bytes == 265);
    assert_true(commit.marked && !commit.dwelling && commit.replicas == 2);
    assert_string_equal(commit.reason, want.reason);
    assert_string_equal(commit.software, want.software);
    assert_memory_equal(commit.stanzas_digest, want.stanzas_digest, sizeof commit.stanzas_digest);
}

int main(void)
{
    static const uint8_t seed[ASV_ED25519_SEED_BYTES] = {0xc0};
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    asv_ed25519_from_seed(pk, sk, seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_record_keeps_its_bytes),
        cmocka_unit_test(the_golden_commit_record_verifies_and_says_what_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
