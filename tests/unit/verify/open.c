/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* A sealer that lies about what is inside: only with the key can it be seen, and then it must be. */
#include "server/verify/open.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "firmware-proto/seal/opener.h"
#include "tests/support/clip_dir.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_test_clip clip; /* one chunk, cut */
static uint8_t file_key[ASV_FILE_KEY_BYTES];
static char directory[512];
static struct asv_anchors anchors;
static struct asv_small_parts parts;
static struct asv_report report;

static int set_up(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 1, .cut = true};
    char root[600];
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    struct asv_bytes stanzas = {clip.stanzas.data, clip.stanzas.len};
    assert_int_equal(asv_seal_unwrap(file_key, &clip.header, stanzas, clip.key_sk[0]), ASV_OK);
    asv_test_make_directory(directory, sizeof directory);
    asv_test_clip_write(&clip, &agency, &agency.camera, NULL, NULL, 0, directory);
    asv_test_clip_write_identity(&clip, 0, directory, "identity");
    snprintf(root, sizeof root, "%s/root", directory);
    assert_int_equal(asv_anchors_load(&anchors, root, NULL, NULL, NULL), ASV_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(directory);
    asv_test_clip_free(&clip);
    return 0;
}

enum lie {
    THE_TRUTH,
    GARBAGE_CHUNK,
    WRONG_DISCLOSURE,
    WRONG_FINAL_CHUNK,
};

/* A seal over one chunk, right in every signature, and with one lie in it. */
static void write_lie(enum lie lie)
{
    static uint8_t chunk[ASV_CHUNK_CIPHER_BYTES];
    static uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
    uint8_t payload_key[ASV_AEAD_KEY_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t header_body[ASV_SEAL_HEADER_MAX_BYTES];
    uint8_t data[4096];
    struct asv_writer header;
    struct asv_writer seal;
    struct asv_merkle tree;
    struct asv_seal_checkpoint checkpoint = {.seq = 1, .chunks = 1, .wall_ms = 1, .mono_ms = 1000000};

    memcpy(chunk, clip.payload.data, sizeof chunk);
    chunk[5] ^= lie == GARBAGE_CHUNK ? 1 : 0;
    asv_writer_init(&header, header_body, sizeof header_body);
    assert_int_equal(
        asv_seal_header_write(&header, checkpoint.header_digest, &clip.header, agency.camera.sk, NULL),
        ASV_OK);
    asv_writer_init(&seal, data, sizeof data);
    asv_seal_frame_begin(&seal, ASV_FRAME_HEADER, header.len);
    asv_write_bytes(&seal, header_body, header.len);
    asv_merkle_leaf(digest, chunk, sizeof chunk);
    asv_seal_frame_begin(&seal, ASV_FRAME_LEAVES, sizeof digest);
    asv_write_bytes(&seal, digest, sizeof digest);
    asv_merkle_init(&tree);
    assert_int_equal(asv_merkle_append(&tree, digest), ASV_OK);
    asv_merkle_root(&tree, checkpoint.root);

    asv_test_clip_plaintext(&clip.plan, 0, plain);
    asv_seal_disclosure_leaf(digest, file_key, 0, plain);
    asv_merkle_leaf(checkpoint.disclosure_root, digest, sizeof digest); /* of one leaf, the root is it */
    checkpoint.disclosure_root[0] ^= lie == WRONG_DISCLOSURE ? 1 : 0;
    memcpy(checkpoint.boot, clip.header.boot, sizeof checkpoint.boot);
    asv_age_payload_key(payload_key, file_key, clip.header.nonce);
    asv_age_final_chunk(checkpoint.final_chunk, lie == WRONG_FINAL_CHUNK ? 2 : 1, payload_key);
    asv_seal_frame_begin(&seal, ASV_FRAME_CHECKPOINT, ASV_SEAL_CHECKPOINT_BYTES);
    assert_int_equal(asv_seal_checkpoint_write(&seal, digest, &checkpoint, agency.camera.sk), ASV_OK);
    asv_test_write_file(directory, "seal", data, seal.len);
    asv_test_write_file(directory, "payload", chunk, sizeof chunk);
}

static bool open_it(void)
{
    char identity[600];
    char output[600];
    char age[600];
    struct asv_inputs inputs;
    struct asv_err err = {0};
    snprintf(identity, sizeof identity, "%s/identity", directory);
    snprintf(output, sizeof output, "%s/output", directory);
    snprintf(age, sizeof age, "%s/output.age", directory);
    struct asv_open_outputs outputs = {output, age};
    assert_int_equal(asv_inputs_open(&inputs, directory, &err), ASV_OK);
    assert_int_equal(asv_check_clip(&report, &inputs, &anchors, &parts, &err), ASV_OK);
    assert_true(asv_report_is_valid(&report)); /* without the key nothing is to be seen */
    assert_int_equal(asv_open_clip(&report, &inputs, &parts, identity, &outputs, &err), ASV_OK);
    asv_inputs_close(&inputs);
    bool made = access(output, F_OK) == 0;
    assert_int_equal(made, access(age, F_OK) == 0);
    assert_int_equal(made, report.output_written);
    if (made) {
        unlink(output);
        unlink(age);
    }
    assert_int_equal(made, asv_report_is_valid(&report));
    return made;
}

static void the_truth_opens(void **state)
{
    (void)state;
    write_lie(THE_TRUTH);
    assert_true(open_it());
    assert_int_equal(report.finding[ASV_CHECK_DISCLOSURE], ASV_FINDING_GOOD);
    assert_int_equal(report.output_bytes, ASV_CHUNK_PLAIN_BYTES + ASV_FINAL_PLAIN_BYTES);
}

static void a_signed_piece_that_does_not_decrypt_is_named_and_nothing_is_written(void **state)
{
    (void)state;
    write_lie(GARBAGE_CHUNK);
    assert_false(open_it());
    assert_int_equal(report.finding[ASV_CHECK_OPEN], ASV_FINDING_BAD);
    assert_string_equal(report.err[ASV_CHECK_OPEN].text, "does not decrypt: piece: 0");
}

static void a_wrong_final_chunk_is_named(void **state)
{
    (void)state;
    write_lie(WRONG_FINAL_CHUNK);
    assert_false(open_it());
    assert_int_equal(report.finding[ASV_CHECK_OPEN], ASV_FINDING_BAD);
    assert_string_equal(report.err[ASV_CHECK_OPEN].text, "does not decrypt: piece: 1");
}

static void a_wrong_disclosure_tree_is_found(void **state)
{
    (void)state;
    write_lie(WRONG_DISCLOSURE);
    assert_false(open_it());
    assert_int_equal(report.finding[ASV_CHECK_OPEN], ASV_FINDING_GOOD);
    assert_int_equal(report.finding[ASV_CHECK_DISCLOSURE], ASV_FINDING_BAD); /* S-112 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_truth_opens),
        cmocka_unit_test(a_signed_piece_that_does_not_decrypt_is_named_and_nothing_is_written),
        cmocka_unit_test(a_wrong_final_chunk_is_named),
        cmocka_unit_test(a_wrong_disclosure_tree_is_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
