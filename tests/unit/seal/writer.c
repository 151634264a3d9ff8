/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/writer.h"

#include <string.h>

#include "firmware-proto/seal/opener.h"
#include "tests/support/clip.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_test_world world;
static struct asv_seal_writer writer;
static uint8_t seal_data[ASV_SEAL_CHECKPOINT_FRAMES_MAX_BYTES + 8192];
static uint8_t stanzas_data[ASV_SEAL_STANZAS_MAX_BYTES];
static struct asv_writer seal;
static struct asv_writer stanzas;
static struct asv_seal_header header;
static uint8_t key_sk[ASV_X25519_BYTES];
static uint8_t key_pk[1][ASV_X25519_BYTES];
static uint8_t chunk[ASV_CHUNK_CIPHER_BYTES];

static int set_up(void **state)
{
    (void)state;
    struct asv_test_plan plan = {.chunks = 1};
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 1);
    asv_seal_writer_wipe(&writer);
    asv_writer_init(&seal, seal_data, sizeof seal_data);
    asv_writer_init(&stanzas, stanzas_data, sizeof stanzas_data);
    asv_test_clip_header(&header, &agency, &agency.camera, &world, &plan);
    memset(key_sk, 0x21, sizeof key_sk);
    asv_x25519_public(key_pk[0], key_sk);
    return 0;
}

static enum asv_status begin(void)
{
    return asv_seal_writer_begin(&writer, &world.world, &header, (const uint8_t(*)[ASV_X25519_BYTES])key_pk,
                                 1, agency.camera.sk, &seal, &stanzas, NULL);
}

static struct asv_moment now(void)
{
    return (struct asv_moment){world.wall, world.mono};
}

static enum asv_status add_chunk(void)
{
    return asv_seal_writer_add_chunk(&writer, chunk, chunk);
}

static enum asv_status add_marker(void)
{
    return asv_seal_writer_add_record(&writer, ASV_RECORD_MARKER, now(), NULL, 0, &seal);
}

static enum asv_status checkpoint(void)
{
    return asv_seal_writer_checkpoint(&writer, now(), 0, 0, &seal);
}

static enum asv_status end(uint64_t media_bytes)
{
    uint8_t final_chunk[ASV_FINAL_CIPHER_BYTES];
    return asv_seal_writer_end(&writer, ASV_END_WEARER, media_bytes, now(), final_chunk, &seal);
}

static enum asv_status make_link(void)
{
    uint8_t data[ASV_LINK_MAX_BYTES];
    struct asv_writer link;
    asv_writer_init(&link, data, sizeof data);
    return asv_seal_writer_link(&writer, &world.world, &link);
}

static void nothing_works_before_begin(void **state)
{
    (void)state;
    assert_int_equal(add_chunk(), ASV_E_STATE);
    assert_int_equal(add_marker(), ASV_E_STATE);
    assert_int_equal(checkpoint(), ASV_E_STATE);
    assert_int_equal(end(0), ASV_E_STATE);
    assert_int_equal(make_link(), ASV_E_STATE);
    assert_int_equal(seal.len, 0);
}

static void nothing_but_the_link_works_after_end(void **state)
{
    (void)state;
    assert_int_equal(begin(), ASV_OK);
    assert_int_equal(make_link(), ASV_E_STATE);
    assert_int_equal(add_chunk(), ASV_OK);
    assert_int_equal(checkpoint(), ASV_OK);
    assert_int_equal(end(ASV_CHUNK_PLAIN_BYTES), ASV_OK);
    size_t len = seal.len;
    assert_int_equal(add_chunk(), ASV_E_STATE);
    assert_int_equal(add_marker(), ASV_E_STATE);
    assert_int_equal(checkpoint(), ASV_E_STATE);
    assert_int_equal(end(ASV_CHUNK_PLAIN_BYTES), ASV_E_STATE); /* S-073 */
    assert_int_equal(begin(), ASV_E_STATE);
    assert_int_equal(seal.len, len);
    assert_int_equal(make_link(), ASV_OK);
    asv_seal_writer_wipe(&writer);
    assert_int_equal(begin(), ASV_OK);
}

static void the_end_needs_everything_signed_and_the_right_length(void **state)
{
    (void)state;
    assert_int_equal(begin(), ASV_OK);
    assert_int_equal(end(0), ASV_E_STATE); /* S-070: no checkpoint at all */
    assert_int_equal(checkpoint(), ASV_OK);
    assert_int_equal(add_chunk(), ASV_OK);
    assert_int_equal(end(ASV_CHUNK_PLAIN_BYTES), ASV_E_STATE);
    assert_int_equal(checkpoint(), ASV_OK);
    assert_int_equal(add_marker(), ASV_OK);
    assert_int_equal(end(ASV_CHUNK_PLAIN_BYTES), ASV_E_STATE);
    assert_int_equal(checkpoint(), ASV_OK);
    size_t len = seal.len;
    assert_int_equal(end(ASV_CHUNK_PLAIN_BYTES + 1), ASV_E_USAGE);
    assert_int_equal(end(ASV_CHUNK_PLAIN_BYTES - 7), ASV_E_USAGE);
    assert_int_equal(seal.len, len);
    assert_int_equal(end(ASV_CHUNK_PLAIN_BYTES - 8), ASV_OK);
}

static void every_clip_has_its_own_key_and_nonce(void **state)
{
    (void)state;
    uint8_t keys[20][ASV_FILE_KEY_BYTES];
    uint8_t nonces[20][ASV_NONCE_BYTES];
    for (size_t i = 0; i < 20; i++) {
        stanzas.len = 0;
        seal.len = 0;
        assert_int_equal(begin(), ASV_OK);
        struct asv_bytes text = {stanzas.data, stanzas.len};
        assert_int_equal(asv_seal_unwrap(keys[i], &header, text, key_sk), ASV_OK);
        memcpy(nonces[i], header.nonce, sizeof nonces[i]);
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(keys[i], keys[j], sizeof keys[i]); /* S-011 */
            assert_memory_not_equal(nonces[i], nonces[j], sizeof nonces[i]);
            assert_memory_not_equal(stanzas.data + 10, keys[j], sizeof keys[j]);
        }
        asv_seal_writer_wipe(&writer);
    }
}

static void every_stanza_has_its_own_ephemeral_share(void **state)
{
    (void)state;
    const uint8_t twice[2][ASV_X25519_BYTES] = {{8}, {16}};
    uint8_t two[2][ASV_X25519_BYTES];
    asv_x25519_public(two[0], twice[0]);
    asv_x25519_public(two[1], twice[1]);
    assert_int_equal(asv_seal_writer_begin(&writer, &world.world, &header,
                                           (const uint8_t(*)[ASV_X25519_BYTES])two, 2, agency.camera.sk,
                                           &seal, &stanzas, NULL),
                     ASV_OK);
    /* S-022: the 43 characters behind "-> X25519 " */
    assert_memory_not_equal(stanzas.data + 10, stanzas.data + ASV_AGE_X25519_STANZA_BYTES + 10, 43);
}

static void without_randomness_nothing_is_begun(void **state)
{
    (void)state;
    /* key, nonce, the stanza's ephemeral secret */
    for (uint64_t draw = 1; draw <= 3; draw++) {
        world.fail_random_at = draw;
        struct asv_seal_header before = header;
        assert_int_equal(begin(), ASV_E_IO);
        assert_int_equal(seal.len, 0);
        assert_int_equal(stanzas.len, 0);
        assert_memory_equal(&before, &header, sizeof before);
        assert_int_equal(add_chunk(), ASV_E_STATE);
    }
    world.fail_random_at = 0;
    assert_int_equal(begin(), ASV_OK);
}

static void a_header_or_recipient_that_is_wrong_begins_nothing(void **state)
{
    (void)state;
    struct asv_seal_header good = header;
    header.number = 0;
    assert_int_equal(begin(), ASV_E_USAGE);
    header = good;
    memset(key_pk[0], 0, sizeof key_pk[0]); /* of small order */
    assert_int_equal(begin(), ASV_E_MISMATCH);
    asv_x25519_public(key_pk[0], key_sk);
    seal.cap = 100;
    assert_int_equal(begin(), ASV_E_LIMIT);
    assert_false(seal.overrun);
    seal.cap = sizeof seal_data;
    stanzas.cap = ASV_AGE_X25519_STANZA_BYTES - 1;
    assert_int_equal(begin(), ASV_E_LIMIT);
    stanzas.cap = sizeof stanzas_data;
    assert_int_equal(asv_seal_writer_begin(&writer, &world.world, &header,
                                           (const uint8_t(*)[ASV_X25519_BYTES])key_pk, 0, agency.camera.sk,
                                           &seal, &stanzas, NULL),
                     ASV_E_USAGE);
    assert_int_equal(seal.len + stanzas.len, 0);
    assert_int_equal(begin(), ASV_OK);
}

static void too_many_chunks_wait_for_a_checkpoint(void **state)
{
    (void)state;
    assert_int_equal(begin(), ASV_OK);
    for (size_t i = 0; i < ASV_SEAL_WRITER_PENDING_MAX; i++) {
        assert_int_equal(add_chunk(), ASV_OK);
    }
    assert_int_equal(add_chunk(), ASV_E_LIMIT); /* S-032 */
    assert_int_equal(asv_seal_writer_chunks(&writer), ASV_SEAL_WRITER_PENDING_MAX);
    size_t before = seal.len;
    assert_int_equal(checkpoint(), ASV_OK);
    assert_int_equal(seal.len - before, ASV_SEAL_CHECKPOINT_FRAMES_MAX_BYTES);
    assert_int_equal(add_chunk(), ASV_OK);
}

static void a_buffer_without_room_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(begin(), ASV_OK);
    assert_int_equal(add_chunk(), ASV_OK);
    size_t len = seal.len;
    for (size_t room = 0; room < 5 + 32 + 5 + ASV_SEAL_CHECKPOINT_BYTES; room += 3) {
        seal.cap = len + room;
        assert_int_equal(checkpoint(), ASV_E_LIMIT);
        assert_int_equal(seal.len, len);
        assert_false(seal.overrun);
    }
    seal.cap = len + 20;
    assert_int_equal(add_marker(), ASV_E_LIMIT);
    seal.cap = sizeof seal_data;
    assert_int_equal(add_marker(), ASV_OK);
    assert_int_equal(checkpoint(), ASV_OK);
    len = seal.len;
    seal.cap = len + 50;
    assert_int_equal(end(ASV_CHUNK_PLAIN_BYTES), ASV_E_LIMIT);
    assert_int_equal(seal.len, len);
    seal.cap = sizeof seal_data;
    assert_int_equal(end(ASV_CHUNK_PLAIN_BYTES), ASV_OK);
}

static void time_does_not_go_back(void **state)
{
    (void)state;
    world.mono = 5000;
    header.start_mono_ms = 5000;
    assert_int_equal(begin(), ASV_OK);
    world.mono = 4999;
    assert_int_equal(add_marker(), ASV_E_USAGE); /* S-052, S-066 */
    assert_int_equal(checkpoint(), ASV_E_USAGE);
    world.mono = 6000;
    assert_int_equal(add_marker(), ASV_OK);
    world.mono = 5999;
    assert_int_equal(add_marker(), ASV_E_USAGE);
    assert_int_equal(checkpoint(), ASV_E_USAGE);
    world.mono = 6000;
    world.wall -= 1000000; /* the wall clock may step */
    assert_int_equal(checkpoint(), ASV_OK);
    world.mono = 5999;
    assert_int_equal(end(0), ASV_E_USAGE);
    world.mono = 6000;
    assert_int_equal(end(0), ASV_OK);
}

static void a_record_of_an_unknown_kind_or_value_is_not_written(void **state)
{
    (void)state;
    uint8_t value[ASV_SEAL_RECORD_VALUE_MAX + 1] = {0};
    assert_int_equal(begin(), ASV_OK);
    size_t len = seal.len;
    assert_int_equal(asv_seal_writer_add_record(&writer, (enum asv_record_kind)0, now(), NULL, 0, &seal),
                     ASV_E_USAGE);
    assert_int_equal(asv_seal_writer_add_record(&writer, (enum asv_record_kind)(ASV_RECORD_SOURCE_BACK + 1),
                                                now(), NULL, 0, &seal),
                     ASV_E_USAGE);
    assert_int_equal(asv_seal_writer_add_record(&writer, ASV_RECORD_MARKER, now(), value, 1, &seal),
                     ASV_E_USAGE);
    assert_int_equal(
        asv_seal_writer_add_record(&writer, ASV_RECORD_MARKER, now(), value, sizeof value, &seal),
        ASV_E_USAGE);
    assert_int_equal(seal.len, len);
}

static void the_last_digest_follows_the_signed_frames(void **state)
{
    (void)state;
    uint8_t digests[4][ASV_SHA256_BYTES];
    assert_int_equal(begin(), ASV_OK);
    asv_seal_writer_last_digest(&writer, digests[0]);
    assert_int_equal(add_marker(), ASV_OK);
    asv_seal_writer_last_digest(&writer, digests[1]);
    assert_memory_equal(digests[0], digests[1], ASV_SHA256_BYTES);
    assert_int_equal(checkpoint(), ASV_OK);
    asv_seal_writer_last_digest(&writer, digests[1]);
    assert_int_equal(checkpoint(), ASV_OK);
    asv_seal_writer_last_digest(&writer, digests[2]);
    assert_int_equal(end(0), ASV_OK);
    asv_seal_writer_last_digest(&writer, digests[3]);
    for (size_t i = 1; i < 4; i++) {
        assert_memory_not_equal(digests[i], digests[i - 1], ASV_SHA256_BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_works_before_begin, set_up),
        cmocka_unit_test_setup(nothing_but_the_link_works_after_end, set_up),
        cmocka_unit_test_setup(the_end_needs_everything_signed_and_the_right_length, set_up),
        cmocka_unit_test_setup(every_clip_has_its_own_key_and_nonce, set_up),
        cmocka_unit_test_setup(every_stanza_has_its_own_ephemeral_share, set_up),
        cmocka_unit_test_setup(without_randomness_nothing_is_begun, set_up),
        cmocka_unit_test_setup(a_header_or_recipient_that_is_wrong_begins_nothing, set_up),
        cmocka_unit_test_setup(too_many_chunks_wait_for_a_checkpoint, set_up),
        cmocka_unit_test_setup(a_buffer_without_room_changes_nothing, set_up),
        cmocka_unit_test_setup(time_does_not_go_back, set_up),
        cmocka_unit_test_setup(a_record_of_an_unknown_kind_or_value_is_not_written, set_up),
        cmocka_unit_test_setup(the_last_digest_follows_the_signed_frames, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
