/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/opener.h"

#include <string.h>

#include "firmware-proto/seal/verifier.h"
#include "tests/support/clip.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_test_clip clip;
static struct asv_seal_result sealed;
static uint8_t file_key[ASV_FILE_KEY_BYTES];
static uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
static uint8_t want[ASV_CHUNK_PLAIN_BYTES];

static struct asv_bytes stanzas(void)
{
    return (struct asv_bytes){clip.stanzas.data, clip.stanzas.len};
}

static int set_up(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 3, .every = 1, .pad = 8, .recipients = 2};
    struct asv_seal_verifier verifier;
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    struct asv_seal_signer signer = asv_test_signer(&agency.camera);
    asv_seal_verifier_init(&verifier, &signer, NULL);
    assert_int_equal(asv_seal_verifier_feed(&verifier, clip.seal.data, clip.seal.len, NULL), ASV_OK);
    sealed = *asv_seal_verifier_result(&verifier);
    assert_int_equal(asv_seal_unwrap(file_key, &clip.header, stanzas(), clip.key_sk[0]), ASV_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_clip_free(&clip);
    return 0;
}

static void each_recipient_unwraps_the_same_key_and_a_stranger_none(void **state)
{
    (void)state;
    uint8_t key[ASV_FILE_KEY_BYTES];
    static const uint8_t stranger[ASV_X25519_BYTES] = {5};
    assert_int_equal(asv_seal_unwrap(key, &clip.header, stanzas(), clip.key_sk[1]), ASV_OK);
    assert_memory_equal(key, file_key, sizeof key);
    assert_int_equal(asv_seal_unwrap(key, &clip.header, stanzas(), stranger), ASV_E_NOT_FOUND);
}

static void a_stanza_that_the_header_does_not_name_is_never_unwrapped(void **state)
{
    (void)state;
    uint8_t key[ASV_FILE_KEY_BYTES] = {0};
    for (size_t i = 0; i < ASV_AGE_X25519_STANZA_BYTES; i++) {
        clip.stanzas.data[i] ^= 0x01;
        assert_int_not_equal(asv_seal_unwrap(key, &clip.header, stanzas(), clip.key_sk[0]),
                             ASV_OK); /* S-023 */
        clip.stanzas.data[i] ^= 0x01;
    }
    /* The same file key wrapped anew for the same recipient: right, but not what the camera signed. */
    uint8_t again[2 * ASV_AGE_X25519_STANZA_BYTES];
    uint8_t ephemeral[ASV_X25519_BYTES] = {77};
    memcpy(again, clip.stanzas.data, sizeof again);
    assert_int_equal(asv_age_wrap(again, file_key, clip.key_pk[0], ephemeral), ASV_OK);
    struct asv_bytes text = {again, sizeof again};
    assert_int_equal(asv_seal_unwrap(key, &clip.header, text, clip.key_sk[0]), ASV_E_DIGEST);
    assert_int_equal(asv_seal_unwrap(key, &clip.header, (struct asv_bytes){again, 10}, clip.key_sk[0]),
                     ASV_E_MALFORMED);
    assert_int_equal(key[0], 0);
}

static void a_key_that_the_header_does_not_commit_to_opens_nothing(void **state)
{
    (void)state;
    struct asv_seal_opener opener;
    struct asv_seal_header header = clip.header;
    uint8_t key[ASV_FILE_KEY_BYTES];
    memcpy(key, file_key, sizeof key);
    key[15] ^= 1;
    assert_int_equal(asv_seal_opener_init(&opener, &header, key), ASV_E_DIGEST); /* S-110 */
    header.commitment[0] ^= 1;
    assert_int_equal(asv_seal_opener_init(&opener, &header, file_key), ASV_E_DIGEST);
    assert_int_equal(asv_seal_unwrap(key, &header, stanzas(), clip.key_sk[0]), ASV_E_DIGEST);
}

static void chunks_decrypt_in_any_order_at_their_place(void **state)
{
    (void)state;
    struct asv_seal_opener opener;
    assert_int_equal(asv_seal_opener_init(&opener, &clip.header, file_key), ASV_OK);
    for (uint32_t i = 3; i-- > 0;) {
        const uint8_t *cipher = clip.payload.data + (size_t)i * ASV_CHUNK_CIPHER_BYTES;
        assert_int_equal(asv_seal_opener_decrypt(&opener, plain, cipher, i), ASV_OK);
        asv_test_clip_plaintext(&clip.plan, i, want);
        assert_memory_equal(plain, want, sizeof want);
        assert_int_equal(asv_seal_opener_decrypt(&opener, plain, cipher, i + 1), ASV_E_DIGEST); /* S-017 */
    }
    const uint8_t *last = clip.payload.data + (size_t)3 * ASV_CHUNK_CIPHER_BYTES;
    assert_int_equal(asv_seal_opener_check_final(&opener, last, 3), ASV_OK);
    assert_int_equal(asv_seal_opener_check_final(&opener, last, 2), ASV_E_DIGEST);
    assert_memory_equal(last, sealed.checkpoint.final_chunk, ASV_FINAL_CIPHER_BYTES); /* S-065 */
    asv_seal_opener_wipe(&opener);
}

/* SEAL.md 8, as it is written there. */
static void the_disclosure_leaf_is_the_documented_mac(void **state)
{
    (void)state;
    uint8_t info[20 + 8] = "asservat/v1/disclose";
    uint8_t key[ASV_SHA256_BYTES];
    uint8_t mac[ASV_SHA256_BYTES];
    uint8_t got[ASV_SHA256_BYTES];
    info[27] = 2;
    asv_test_clip_plaintext(&clip.plan, 2, want);
    asv_hkdf_sha256(key, file_key, sizeof file_key, NULL, 0, info, sizeof info);
    asv_hmac_sha256(mac, key, sizeof key, want, sizeof want);
    asv_seal_disclosure_leaf(got, file_key, 2, want);
    assert_memory_equal(got, mac, sizeof mac); /* S-111 */
}

static void the_disclosure_tree_is_that_of_the_last_checkpoint(void **state)
{
    (void)state;
    struct asv_seal_opener opener;
    assert_int_equal(asv_seal_opener_init(&opener, &clip.header, file_key), ASV_OK);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(asv_seal_opener_check_disclosure(&opener, &sealed.checkpoint), ASV_E_STATE);
        asv_test_clip_plaintext(&clip.plan, i, want);
        assert_int_equal(asv_seal_opener_disclose(&opener, want), ASV_OK);
    }
    assert_int_equal(asv_seal_opener_check_disclosure(&opener, &sealed.checkpoint),
                     ASV_OK); /* S-063, S-112 */
    assert_int_equal(asv_seal_opener_init(&opener, &clip.header, file_key), ASV_OK);
    for (uint32_t i = 0; i < 3; i++) {
        asv_test_clip_plaintext(&clip.plan, i, want);
        want[1000] ^= i == 1 ? 1 : 0;
        assert_int_equal(asv_seal_opener_disclose(&opener, want), ASV_OK);
    }
    assert_int_equal(asv_seal_opener_check_disclosure(&opener, &sealed.checkpoint), ASV_E_DIGEST);
}

static void wiping_leaves_no_key(void **state)
{
    (void)state;
    struct asv_seal_opener opener;
    static const struct asv_seal_opener zero;
    assert_int_equal(asv_seal_opener_init(&opener, &clip.header, file_key), ASV_OK);
    asv_seal_opener_wipe(&opener);
    assert_memory_equal(&opener, &zero, sizeof zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_recipient_unwraps_the_same_key_and_a_stranger_none),
        cmocka_unit_test(a_stanza_that_the_header_does_not_name_is_never_unwrapped),
        cmocka_unit_test(a_key_that_the_header_does_not_commit_to_opens_nothing),
        cmocka_unit_test(chunks_decrypt_in_any_order_at_their_place),
        cmocka_unit_test(the_disclosure_leaf_is_the_documented_mac),
        cmocka_unit_test(the_disclosure_tree_is_that_of_the_last_checkpoint),
        cmocka_unit_test(wiping_leaves_no_key),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
