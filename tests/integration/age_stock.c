/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Against the stock age and age-keygen: our recordings open there, at every checkpoint, and theirs here.
 * LAW H1: what stock age gives out is what was recorded, byte for byte. */
#include <stdio.h>
#include <string.h>

#include "firmware-proto/seal/opener.h"
#include "firmware-proto/seal/verifier.h"
#include "tests/support/clip.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_test_clip clip; /* 5 chunks, a checkpoint after each */
static uint8_t file_key[ASV_FILE_KEY_BYTES];
static char directory[512];
static char path_of[8][600];

/* directory/name, in one of a few buffers. */
static const char *in_directory(const char *name)
{
    static size_t next;
    char *out = path_of[next++ % 8];
    snprintf(out, sizeof path_of[0], "%s/%s", directory, name);
    return out;
}

static int set_up(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 5, .every = 1, .pad = 1000, .recipients = 3};
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    asv_test_make_directory(directory, sizeof directory);
    struct asv_bytes stanzas = {clip.stanzas.data, clip.stanzas.len};
    assert_int_equal(asv_seal_unwrap(file_key, &clip.header, stanzas, clip.key_sk[0]), ASV_OK);
    for (size_t i = 0; i < 3; i++) {
        char identity[ASV_AGE_IDENTITY_TEXT_BYTES + 1];
        char name[16];
        asv_age_identity_encode(identity, clip.key_sk[i]);
        memcpy(identity + sizeof identity - 2, "\n", 2);
        snprintf(name, sizeof name, "identity-%zu", i);
        asv_test_write_file(directory, name, identity, strlen(identity));
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(directory);
    asv_test_clip_free(&clip);
    return 0;
}

/* age header, nonce, the first chunks, and final_chunk: what section 2 of SEAL.md makes of a clip. */
static void write_age_file(const char *name, struct asv_bytes stanzas, uint64_t chunks,
                           const uint8_t final_chunk[ASV_FINAL_CIPHER_BYTES])
{
    size_t payload = (size_t)chunks * ASV_CHUNK_CIPHER_BYTES;
    size_t cap = 1024 + payload + ASV_FINAL_CIPHER_BYTES;
    struct asv_writer writer;
    uint8_t *data = malloc(cap);
    assert_non_null(data);
    asv_writer_init(&writer, data, cap);
    assert_int_equal(asv_age_header_write(&writer, stanzas, file_key), ASV_OK);
    asv_write_bytes(&writer, clip.header.nonce, ASV_NONCE_BYTES);
    asv_write_bytes(&writer, clip.payload.data, payload);
    asv_write_bytes(&writer, final_chunk, ASV_FINAL_CIPHER_BYTES);
    assert_false(writer.overrun);
    asv_test_write_file(directory, name, data, writer.len);
    free(data);
}

static int age_decrypt(const char *identity, const char *from, const char *to)
{
    const char *argv[] = {
        "age", "-d", "-i", in_directory(identity), "-o", in_directory(to), in_directory(from), NULL};
    return asv_test_run(directory, argv);
}

static void assert_plaintext(const char *name, uint64_t chunks)
{
    static uint8_t want[ASV_CHUNK_PLAIN_BYTES];
    uint8_t *got;
    size_t len;
    asv_test_read_file(directory, name, &got, &len);
    assert_int_equal(len, chunks * ASV_CHUNK_PLAIN_BYTES + ASV_FINAL_PLAIN_BYTES);
    for (uint32_t i = 0; i < chunks; i++) {
        asv_test_clip_plaintext(&clip.plan, i, want);
        assert_memory_equal(got + (size_t)i * ASV_CHUNK_PLAIN_BYTES, want, sizeof want);
    }
    assert_memory_equal(got + len - ASV_FINAL_PLAIN_BYTES, asv_final_plaintext, ASV_FINAL_PLAIN_BYTES);
    free(got);
}

static void age_opens_a_whole_clip_for_each_recipient(void **state)
{
    (void)state;
    struct asv_bytes stanzas = {clip.stanzas.data, clip.stanzas.len};
    write_age_file("clip.age", stanzas, 5, clip.payload.data + clip.payload.len - ASV_FINAL_CIPHER_BYTES);
    static const char *const identities[] = {"identity-0", "identity-1", "identity-2"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(age_decrypt(identities[i], "clip.age", "clip.mp4"), 0);
        assert_plaintext("clip.mp4", 5);
    }
}

/* For each checkpoint: the chunks that it signs, and its final chunk. */
struct prefixes {
    size_t count;
};

static enum asv_status open_prefix(void *ctx, const struct asv_seal_checkpoint *checkpoint)
{
    struct prefixes *prefixes = ctx;
    struct asv_bytes stanzas = {clip.stanzas.data, clip.stanzas.len};
    write_age_file("prefix.age", stanzas, checkpoint->chunks, checkpoint->final_chunk);
    assert_int_equal(age_decrypt("identity-0", "prefix.age", "prefix.mp4"), 0); /* S-016 */
    assert_plaintext("prefix.mp4", checkpoint->chunks);
    prefixes->count++;
    return ASV_OK;
}

static void age_opens_the_prefix_of_every_checkpoint(void **state)
{
    (void)state;
    struct prefixes prefixes = {0};
    struct asv_seal_events events = {.ctx = &prefixes, .checkpoint = open_prefix};
    struct asv_seal_signer signer = asv_test_signer(&agency.camera);
    struct asv_seal_verifier verifier;
    asv_seal_verifier_init(&verifier, &signer, &events);
    assert_int_equal(asv_seal_verifier_feed(&verifier, clip.seal.data, clip.seal.len, NULL), ASV_OK);
    assert_int_equal(prefixes.count, 5);
}

static void age_refuses_a_prefix_with_another_checkpoints_final_chunk(void **state)
{
    (void)state;
    struct asv_bytes stanzas = {clip.stanzas.data, clip.stanzas.len};
    write_age_file("wrong.age", stanzas, 4, clip.payload.data + clip.payload.len - ASV_FINAL_CIPHER_BYTES);
    assert_int_not_equal(age_decrypt("identity-0", "wrong.age", "wrong.mp4"), 0);
}

/* A recipient that age-keygen made, and a stanza wrapped here: the hand-over to a court. */
static void a_stanza_for_a_key_of_age_keygen_opens_there(void **state)
{
    (void)state;
    const char *keygen[] = {"age-keygen", "-o", in_directory("court"), NULL};
    const char *public_half[] = {"age-keygen", "-y", in_directory("court"), NULL};
    uint8_t *text;
    size_t len;
    assert_int_equal(asv_test_run(directory, keygen), 0);
    assert_int_equal(asv_test_run(directory, public_half), 0);
    asv_test_read_file(directory, "out", &text, &len);
    uint8_t recipient[ASV_X25519_BYTES];
    uint8_t stanza[ASV_AGE_X25519_STANZA_BYTES];
    uint8_t ephemeral[ASV_X25519_BYTES] = {123};
    assert_int_equal(asv_age_recipient_decode(recipient, (char *)text, len - 1), ASV_OK);
    assert_int_equal(asv_age_wrap(stanza, file_key, recipient, ephemeral), ASV_OK);
    write_age_file("court.age", (struct asv_bytes){stanza, sizeof stanza}, 5,
                   clip.payload.data + clip.payload.len - ASV_FINAL_CIPHER_BYTES);
    assert_int_equal(age_decrypt("court", "court.age", "court.mp4"), 0);
    assert_plaintext("court.mp4", 5);
    free(text);
}

/* Files of stock age, of lengths around the chunk's, opened with our functions. */
static void files_of_stock_age_open_here(void **state)
{
    (void)state;
    static const size_t lengths[] = {0,
                                     1,
                                     8,
                                     ASV_CHUNK_PLAIN_BYTES - 1,
                                     ASV_CHUNK_PLAIN_BYTES,
                                     ASV_CHUNK_PLAIN_BYTES + 1,
                                     3 * ASV_CHUNK_PLAIN_BYTES};
    static uint8_t plain[4 * ASV_CHUNK_PLAIN_BYTES];
    static uint8_t back[ASV_CHUNK_CIPHER_BYTES];
    char recipient[ASV_AGE_RECIPIENT_TEXT_BYTES];
    asv_age_recipient_encode(recipient, clip.key_pk[1]);
    for (size_t i = 0; i < sizeof plain; i++) {
        plain[i] = (uint8_t)(i * 31 + i / 253);
    }
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        asv_test_write_file(directory, "theirs", plain, lengths[i]);
        const char *argv[] = {
            "age", "-r", recipient, "-o", in_directory("theirs.age"), in_directory("theirs"), NULL};
        assert_int_equal(asv_test_run(directory, argv), 0);
        uint8_t *data;
        size_t len;
        uint8_t key[ASV_FILE_KEY_BYTES];
        uint8_t payload_key[ASV_AEAD_KEY_BYTES];
        struct asv_age_header header;
        asv_test_read_file(directory, "theirs.age", &data, &len);
        assert_int_equal(asv_age_header_read(&header, data, len), ASV_OK);
        assert_int_equal(asv_age_header_open(key, &header, clip.key_sk[0]), ASV_E_NOT_FOUND);
        assert_int_equal(asv_age_header_open(key, &header, clip.key_sk[1]), ASV_OK);
        asv_age_payload_key(payload_key, key, data + header.text.len);
        size_t at = header.text.len + ASV_NONCE_BYTES;
        size_t done = 0;
        for (uint64_t index = 0; at < len; index++) {
            size_t chunk = len - at < ASV_CHUNK_CIPHER_BYTES ? len - at : ASV_CHUNK_CIPHER_BYTES;
            bool final = at + chunk == len;
            assert_int_equal(asv_age_chunk_decrypt(back, data + at, chunk, index, final, payload_key),
                             ASV_OK);
            assert_memory_equal(back, plain + done, chunk - ASV_AEAD_TAG_BYTES);
            done += chunk - ASV_AEAD_TAG_BYTES;
            at += chunk;
        }
        assert_int_equal(done, lengths[i]);
        free(data);
        remove(in_directory("theirs.age"));
    }
}

int main(void)
{
    const char *version[] = {"age", "--version", NULL};
    char probe[512];
    asv_test_make_directory(probe, sizeof probe);
    int found = asv_test_run(probe, version);
    asv_test_remove_directory(probe);
    if (found != 0) {
        asv_skip_program("age is not installed");
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(age_opens_a_whole_clip_for_each_recipient),
        cmocka_unit_test(age_opens_the_prefix_of_every_checkpoint),
        cmocka_unit_test(age_refuses_a_prefix_with_another_checkpoints_final_chunk),
        cmocka_unit_test(a_stanza_for_a_key_of_age_keygen_opens_there),
        cmocka_unit_test(files_of_stock_age_open_here),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
