/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recording by range: every range of it is what was recorded, and nothing is that no camera signed. */
#include "server/media/playback.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware-proto/seal/age.h"
#include "tests/support/in_vault.h"
#include "tests/unit/test.h"

#define CHUNKS 5

static struct asv_test_in_vault it;
static struct asv_playback *playback;
static uint8_t whole[CHUNKS * ASV_CHUNK_PLAIN_BYTES], got[sizeof whole];

static enum asv_status open_with(const uint8_t key[ASV_FILE_KEY_BYTES])
{
    struct asv_exhibit *exhibit = NULL;
    struct asv_err err = {0};
    enum asv_status status = asv_exhibit_open_seal(it.vault, &it.name, &exhibit, &err);
    if (status == ASV_OK) {
        status = asv_playback_open_take(exhibit, key, &playback, &err);
    }
    assert_true(status == ASV_OK || err.text[0] != '\0');
    return status;
}

static void make(const struct asv_test_plan *plan)
{
    asv_test_in_vault_make(&it, plan);
    for (uint32_t i = 0; i < plan->chunks; i++) {
        asv_test_clip_plaintext(&it.clip.plan, i, whole + i * (size_t)ASV_CHUNK_PLAIN_BYTES);
    }
}

static int set_up(void **state)
{
    (void)state;
    make(&(struct asv_test_plan){.chunks = CHUNKS, .every = 1, .pad = 16, .key_frames = true});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_playback_close(playback);
    playback = NULL;
    asv_test_in_vault_remove(&it);
    return 0;
}

static enum asv_status read_at(uint64_t offset, size_t len)
{
    struct asv_err err = {0};
    enum asv_status status = asv_playback_read(playback, offset, got, len, &err);
    assert_true(status == ASV_OK || err.text[0] != '\0');
    return status;
}

static void every_range_is_what_was_recorded(void **state)
{
    (void)state;
    const uint64_t size = CHUNKS * (uint64_t)ASV_CHUNK_PLAIN_BYTES - 16;
    static const uint64_t edges[] = {0, 1, 65535, 65536, 65537, 131072, 200000, 327663, 327664};
    assert_int_equal(open_with(it.file_key), ASV_OK);
    assert_int_equal(asv_playback_bytes(playback), size);
    assert_false(asv_playback_is_truncated(playback));
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        for (size_t j = i; j < sizeof edges / sizeof *edges; j++) {
            size_t len = (size_t)(edges[j] - edges[i]);
            memset(got, 0xee, sizeof got);
            assert_int_equal(read_at(edges[i], len), ASV_OK);
            assert_memory_equal(got, whole + edges[i], len);
            assert_int_equal(got[len], 0xee);
        }
    }
    assert_int_equal(read_at(size, 1), ASV_E_USAGE);
    assert_int_equal(read_at(size - 1, 2), ASV_E_USAGE);
    assert_int_equal(read_at(UINT64_MAX, 1), ASV_E_USAGE);
    assert_int_equal(read_at(1, SIZE_MAX), ASV_E_USAGE);
}

/* M-001: the payload may be gone but for one chunk, and that one can be read. */
static void only_the_chunks_of_a_range_are_read(void **state)
{
    (void)state;
    assert_int_equal(open_with(it.file_key), ASV_OK);
    for (uint32_t i = 0; i < CHUNKS; i++) {
        if (i != 2) {
            asv_test_in_vault_flip(&it, "payload", i * (size_t)ASV_CHUNK_CIPHER_BYTES + 9);
        }
    }
    assert_int_equal(read_at(2 * 65536, 65536), ASV_OK);
    assert_memory_equal(got, whole + 2 * (size_t)65536, 65536);
    assert_int_equal(read_at(2 * 65536 + 7, 100), ASV_OK);
}

/* M-002 */
static void what_the_camera_did_not_sign_is_not_shown(void **state)
{
    (void)state;
    uint8_t *data = it.clip.payload.data;
    assert_int_equal(open_with(it.file_key), ASV_OK);
    asv_test_in_vault_flip(&it, "payload", ASV_CHUNK_CIPHER_BYTES + 100);
    memset(got, 0xee, sizeof got);
    assert_int_equal(read_at(60000, 10000), ASV_E_DIGEST);
    for (size_t i = 0; i < 10000; i++) {
        assert_int_equal(got[i], 0); /* nor is what stood before it */
    }
    asv_test_in_vault_flip(&it, "payload", ASV_CHUNK_CIPHER_BYTES + 100);
    assert_int_equal(read_at(60000, 10000), ASV_OK);
    /* Two genuine chunks, each in the other's place. */
    char path[900];
    snprintf(path, sizeof path, "%s/payload", it.place);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fwrite(data + ASV_CHUNK_CIPHER_BYTES, 1, ASV_CHUNK_CIPHER_BYTES, file),
                     ASV_CHUNK_CIPHER_BYTES);
    assert_int_equal(fwrite(data, 1, ASV_CHUNK_CIPHER_BYTES, file), ASV_CHUNK_CIPHER_BYTES);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(read_at(0, 1), ASV_E_DIGEST);
    assert_int_equal(read_at(65536, 1), ASV_E_DIGEST);
    assert_int_equal(truncate(path, 3 * ASV_CHUNK_CIPHER_BYTES + 1), 0);
    assert_int_equal(read_at(2 * 65536, 10), ASV_OK);
    assert_true(read_at(3 * 65536, 10) != ASV_OK);
}

/* Where the body of the seal's checkpoint number n (from 0) begins. */
static size_t checkpoint_at(unsigned n)
{
    const uint8_t *seal = it.clip.seal.data;
    for (size_t at = 0;; at += ASV_SEAL_FRAME_HEADER_BYTES + asv_load_be32(seal + at + 1)) {
        assert_true(at < it.clip.seal.len);
        if (seal[at] == ASV_FRAME_CHECKPOINT && n-- == 0) {
            return at + ASV_SEAL_FRAME_HEADER_BYTES;
        }
    }
}

/* M-045 */
static void one_wrong_signature_of_many_is_found(void **state)
{
    static const unsigned wrong[] = {0, 63, 64, 127, 1023, 1024, 1039}; /* 1024 are verified at once */
    (void)state;
    asv_test_in_vault_remove(&it);
    asv_test_in_vault_make(&it, &(struct asv_test_plan){.chunks = 1040, .every = 1, .pad = 16});
    assert_int_equal(open_with(it.file_key), ASV_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct asv_exhibit *exhibit = NULL;
        struct asv_err err = {0};
        char at[32];
        size_t body = checkpoint_at(wrong[i]);
        snprintf(at, sizeof at, "at byte: %zu", body - ASV_SEAL_FRAME_HEADER_BYTES);
        asv_test_in_vault_flip(&it, "seal", body + ASV_SEAL_CHECKPOINT_BYTES - 20);
        assert_int_equal(asv_exhibit_open_seal(it.vault, &it.name, &exhibit, &err), ASV_E_SIGNATURE);
        assert_non_null(strstr(err.text, at));
        asv_test_in_vault_flip(&it, "seal", body + ASV_SEAL_CHECKPOINT_BYTES - 20);
        assert_int_equal(asv_exhibit_open_seal(it.vault, &it.name, &exhibit, &err), ASV_OK);
        asv_exhibit_close(exhibit);
    }
}

/* HO-151: of leaves that stand in runs of every length, and of a seal that changed since it was verified. */
static void the_leaf_of_each_chunk_is_had_from_the_seal(void **state)
{
    static const uint32_t every[] = {1, 7, 64, 100, 0};
    (void)state;
    for (size_t e = 0; e < sizeof every / sizeof *every; e++) {
        struct asv_exhibit *exhibit = NULL;
        struct asv_err err = {0};
        uint8_t leaf[ASV_SHA256_BYTES], want[ASV_SHA256_BYTES];
        asv_test_in_vault_remove(&it);
        asv_test_in_vault_make(
            &it, &(struct asv_test_plan){.chunks = 201, .every = every[e], .pad = 16, .records = true});
        assert_int_equal(asv_exhibit_open_seal(it.vault, &it.name, &exhibit, &err), ASV_OK);
        for (uint64_t n = 0; n < 402; n++) {
            uint64_t i = n < 201 ? n : n * 59 % 201; /* in their order, and in another */
            asv_merkle_leaf(want, it.clip.payload.data + i * ASV_CHUNK_CIPHER_BYTES, ASV_CHUNK_CIPHER_BYTES);
            assert_int_equal(asv_exhibit_leaf(exhibit, i, leaf, &err), ASV_OK);
            assert_memory_equal(leaf, want, sizeof want);
        }
        uint64_t at = exhibit->index.runs[0].at;
        assert_int_equal(asv_exhibit_leaf(exhibit, 200, want, &err), ASV_OK);
        asv_test_in_vault_flip(&it, "seal", at + 5);
        assert_int_equal(asv_exhibit_leaf(exhibit, 0, leaf, &err), ASV_E_DIGEST);
        assert_int_equal(asv_exhibit_leaf(exhibit, 200, leaf, &err), ASV_OK);
        assert_memory_equal(leaf, want, sizeof want);
        asv_test_in_vault_flip(&it, "seal", at + 5);
        assert_int_equal(asv_exhibit_leaf(exhibit, 0, leaf, &err), ASV_OK);
        asv_exhibit_close(exhibit);
    }
}

/* M-002: who has the file key encrypts whatever he likes, and the camera has not signed it. */
static void who_has_the_key_cannot_change_it(void **state)
{
    (void)state;
    struct asv_seal_opener opener;
    static uint8_t forged[ASV_CHUNK_CIPHER_BYTES];
    char path[900];
    assert_int_equal(asv_seal_opener_init(&opener, &it.clip.header, it.file_key), ASV_OK);
    asv_age_chunk_encrypt(forged, whole, ASV_CHUNK_PLAIN_BYTES, 1, false, opener.payload_key);
    assert_int_equal(open_with(it.file_key), ASV_OK);
    snprintf(path, sizeof path, "%s/payload", it.place);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, ASV_CHUNK_CIPHER_BYTES, SEEK_SET), 0);
    assert_int_equal(fwrite(forged, 1, sizeof forged, file), sizeof forged);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(read_at(65536, 1), ASV_E_DIGEST);
    assert_int_equal(read_at(0, 65536), ASV_OK);
    asv_seal_opener_wipe(&opener);
}

static void another_key_opens_nothing(void **state)
{
    (void)state;
    uint8_t wrong[ASV_FILE_KEY_BYTES];
    memcpy(wrong, it.file_key, sizeof wrong);
    wrong[0] ^= 1;
    assert_int_equal(open_with(wrong), ASV_E_DIGEST);
    assert_null(playback);
}

/* What the seal says is verified before anything is read, as for showing it whole. */
static void a_seal_that_is_not_the_cameras_opens_nothing(void **state)
{
    (void)state;
    static const size_t at[] = {3, 40, 900};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        asv_test_in_vault_flip(&it, "seal", at[i]);
        assert_true(open_with(it.file_key) != ASV_OK);
        asv_test_in_vault_flip(&it, "seal", at[i]);
    }
    assert_int_equal(open_with(it.file_key), ASV_OK);
}

static void the_seal_says_where_its_key_frames_are(void **state)
{
    (void)state;
    assert_int_equal(open_with(it.file_key), ASV_OK);
    const struct asv_exhibit_index *index = &asv_playback_exhibit(playback)->index;
    assert_int_equal(index->frame_count, CHUNKS);
    for (size_t i = 0; i < CHUNKS; i++) {
        assert_int_equal(index->frames[i].offset, i * 65536 + 24);
        assert_int_equal(index->frames[i].media_us, (i + 1) * 1000000);
    }
}

/* M-003: chunks behind the last checkpoint lie there, and nobody signed them. */
static void a_truncated_recording_ends_where_it_is_signed(void **state)
{
    (void)state;
    asv_test_in_vault_remove(&it);
    make(&(struct asv_test_plan){.chunks = CHUNKS, .every = 2, .cut = true});
    assert_int_equal(open_with(it.file_key), ASV_OK);
    uint64_t chunks = asv_playback_exhibit(playback)->checkpoint.chunks;
    assert_true(asv_playback_is_truncated(playback));
    assert_int_equal(asv_playback_bytes(playback), chunks * 65536);
    assert_int_equal(read_at(chunks * 65536 - 10, 10), ASV_OK);
    assert_int_equal(read_at(chunks * 65536 - 10, 11), ASV_E_USAGE);
}

static void of_what_nothing_is_signed_nothing_is_shown(void **state)
{
    (void)state;
    asv_test_in_vault_remove(&it);
    make(&(struct asv_test_plan){.chunks = 2, .cut = true, .unsealed = true});
    assert_int_equal(open_with(it.file_key), ASV_E_NOT_FOUND);
}

static void *read_much(void *seed)
{
    static _Thread_local uint8_t mine[70000];
    struct asv_err err = {0};
    unsigned at = *(const unsigned *)seed;
    for (int i = 0; i < 60; i++) {
        at = at * 1103515245 + 12345;
        uint64_t offset = at % 250000;
        if (asv_playback_read(playback, offset, mine, sizeof mine, &err) != ASV_OK ||
            memcmp(mine, whole + offset, sizeof mine) != 0) {
            return seed;
        }
    }
    return NULL;
}

static void several_read_at_once(void **state)
{
    (void)state;
    pthread_t threads[4];
    unsigned seeds[4] = {1, 2, 3, 4};
    void *wrong = NULL;
    assert_int_equal(open_with(it.file_key), ASV_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_much, &seeds[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_range_is_what_was_recorded),
        TEST(only_the_chunks_of_a_range_are_read),
        TEST(what_the_camera_did_not_sign_is_not_shown),
        TEST(one_wrong_signature_of_many_is_found),
        TEST(the_leaf_of_each_chunk_is_had_from_the_seal),
        TEST(who_has_the_key_cannot_change_it),
        TEST(another_key_opens_nothing),
        TEST(a_seal_that_is_not_the_cameras_opens_nothing),
        TEST(the_seal_says_where_its_key_frames_are),
        TEST(a_truncated_recording_ends_where_it_is_signed),
        TEST(of_what_nothing_is_signed_nothing_is_shown),
        TEST(several_read_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
