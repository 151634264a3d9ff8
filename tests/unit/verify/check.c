/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* The offline verifier over damaged clips, in this process: every byte of every part. */
#include "server/verify/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/clip_dir.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_test_clip clip;
static char directory[512];
static struct asv_anchors anchors;
static struct asv_small_parts parts;
static struct asv_report report;

static int set_up(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_test_plan plan = {
        .number = 2, .chunks = 3, .every = 2, .pad = 8, .records = true, .recipients = 2};
    char root[600];
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    asv_test_make_directory(directory, sizeof directory);
    asv_test_clip_write(&clip, &agency, &agency.camera, &agency.dock, NULL, 0, directory);
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

static bool check(void)
{
    struct asv_inputs inputs;
    struct asv_err err = {0};
    assert_int_equal(asv_inputs_open(&inputs, directory, &err), ASV_OK);
    enum asv_status status = asv_check_clip(&report, &inputs, &anchors, &parts, &err);
    asv_inputs_close(&inputs);
    assert_int_equal(status, ASV_OK);
    return asv_report_is_valid(&report);
}

static enum asv_status check_status(void)
{
    struct asv_inputs inputs;
    enum asv_status status = asv_inputs_open(&inputs, directory, NULL);
    if (status == ASV_OK) {
        status = asv_check_clip(&report, &inputs, &anchors, &parts, NULL);
        asv_inputs_close(&inputs);
    }
    return status;
}

/* Changes byte i of a part on disk; a second call puts it back. */
static void flip(const char *part, long i)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", directory, part);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, i, SEEK_SET), 0);
    int c = fgetc(file);
    assert_int_equal(fseek(file, i, SEEK_SET), 0);
    assert_int_not_equal(fputc(c ^ 1, file), EOF);
    assert_int_equal(fclose(file), 0);
}

static void the_clip_as_it_was_stored_is_valid(void **state)
{
    (void)state;
    assert_true(check());
    for (size_t i = 0; i < ASV_CHECK_KEY; i++) {
        bool skipped =
            i == ASV_CHECK_REVOCATIONS || i == ASV_CHECK_COMMIT_SIGNATURE || i == ASV_CHECK_RECEIPT_SIGNATURE;
        assert_int_equal(report.finding[i], skipped ? ASV_FINDING_SKIPPED : ASV_FINDING_GOOD);
    }
    assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_VALID);
    assert_int_equal(report.records[ASV_RECORD_MARKER], 2);
}

static void no_changed_byte_of_the_seal_is_valid(void **state)
{
    (void)state;
    for (long i = 0; i < (long)clip.seal.len; i++) {
        flip("seal", i);
        assert_false(check());
        flip("seal", i);
    }
    assert_true(check());
}

static void no_changed_byte_of_the_payload_is_valid_and_its_piece_is_named(void **state)
{
    (void)state;
    for (long i = 0; i < (long)clip.payload.len; i += i % ASV_CHUNK_CIPHER_BYTES == 0 ? 1 : 8209) {
        flip("payload", i);
        assert_false(check());
        flip("payload", i);
        if (i < (long)clip.payload.len - ASV_FINAL_CIPHER_BYTES) {
            assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_INVALID);
            assert_int_equal(report.verdict.bad.count, 1);
            assert_int_equal(report.verdict.bad.range[0].first, i / ASV_CHUNK_CIPHER_BYTES);
        } else {
            assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_UNSIGNED_TAIL);
        }
    }
    assert_true(check());
}

static void no_changed_byte_of_link_or_chain_is_valid(void **state)
{
    (void)state;
    static const char *const names[] = {"link", "chain"};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        uint8_t *data;
        size_t len;
        asv_test_read_file(directory, names[n], &data, &len);
        free(data);
        for (long i = 0; i < (long)len; i++) {
            flip(names[n], i);
            assert_false(check());
            flip(names[n], i);
        }
    }
    assert_true(check());
}

/* Without the dock's chain only what the commit record and receipt say is compared; with it, every byte
 * counts. */
static void no_changed_byte_of_what_the_dock_signed_is_valid(void **state)
{
    (void)state;
    static const char *const names[] = {"commit", "receipt"};
    char root[600];
    char dock[600];
    asv_test_write_file(directory, "dock", agency.dock.chain.encoded.data, agency.dock.chain.encoded.len);
    snprintf(root, sizeof root, "%s/root", directory);
    snprintf(dock, sizeof dock, "%s/dock", directory);
    assert_int_equal(asv_anchors_load(&anchors, root, NULL, dock, NULL), ASV_OK);
    assert_true(check());
    assert_int_equal(report.finding[ASV_CHECK_COMMIT_SIGNATURE], ASV_FINDING_GOOD);
    assert_int_equal(report.finding[ASV_CHECK_RECEIPT_SIGNATURE], ASV_FINDING_GOOD);
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        uint8_t *data;
        size_t len;
        asv_test_read_file(directory, names[n], &data, &len);
        free(data);
        for (long i = 0; i < (long)len; i++) {
            flip(names[n], i);
            assert_false(check());
            flip(names[n], i);
        }
    }
    assert_true(check());
    assert_int_equal(asv_anchors_load(&anchors, root, NULL, NULL, NULL), ASV_OK);
}

static void stanzas_are_outside_what_is_signed(void **state)
{
    (void)state;
    flip("stanzas", 20);
    assert_true(check()); /* the recording is what it was; the key envelope is another */
    assert_int_equal(report.finding[ASV_CHECK_STANZAS], ASV_FINDING_OTHER);
    flip("stanzas", 20);
    flip("stanzas", 0);
    assert_false(check()); /* no envelope at all */
    flip("stanzas", 0);
}

static void truncate_part(const char *part, size_t len)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", directory, part);
    assert_int_equal(truncate(path, (off_t)len), 0);
}

static void remove_part(const char *part)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", directory, part);
    assert_int_equal(unlink(path), 0);
}

static void a_cut_seal_says_up_to_where_it_holds(void **state)
{
    (void)state;
    /* commit and receipt would contradict: a camera's own directory has none */
    asv_test_remove_directory(directory);
    assert_int_equal(mkdir(directory, 0700), 0);
    asv_test_clip_write(&clip, &agency, &agency.camera, NULL, NULL, 0, directory);
    asv_test_write_file(directory, "seal", clip.seal.data, clip.seal.len - 1);
    assert_false(check()); /* the link says that there was an END */
    assert_int_equal(report.finding[ASV_CHECK_LINK], ASV_FINDING_BAD);
    remove_part("link");
    for (size_t cut = 0; cut <= clip.seal.len; cut += cut % 50 == 0 ? 1 : 7) {
        asv_test_write_file(directory, "seal", clip.seal.data, cut);
        bool valid = check();
        if (report.verdict.integrity == ASV_INTEGRITY_INVALID) {
            assert_false(report.seal.has_header);
            assert_int_equal(report.finding[ASV_CHECK_SEAL], ASV_FINDING_BAD);
            assert_true(report.err[ASV_CHECK_SEAL].text[0] != '\0');
            continue;
        }
        assert_true(valid);
        assert_int_equal(report.verdict.integrity,
                         cut == clip.seal.len ? ASV_INTEGRITY_VALID : ASV_INTEGRITY_TRUNCATED);
    }
    asv_test_write_file(directory, "seal", clip.seal.data, clip.checkpoint_end[0]);
    assert_true(check());
    assert_int_equal(report.verdict.chunks, 2);
    assert_int_equal(report.verdict.tail_bytes, clip.payload.len - (size_t)2 * ASV_CHUNK_CIPHER_BYTES);
    asv_test_write_file(directory, "seal", clip.seal.data, clip.seal.len);
    asv_test_write_file(directory, "link", clip.link.data, clip.link.len);
}

static void a_payload_of_another_length_is_not_valid(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 65552, 65553, 131104, 196655, 196656, 196657, 196679};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        truncate_part("payload", lengths[i]);
        assert_false(check());
        assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_GAP);
        uint64_t first = lengths[i] / ASV_CHUNK_CIPHER_BYTES;
        assert_int_equal(report.verdict.bad.range[0].first, first);
        assert_int_equal(report.verdict.bad.range[0].count, 4 - first);
        asv_test_write_file(directory, "payload", clip.payload.data, clip.payload.len);
    }
    truncate_part("payload", clip.payload.len + 1);
    assert_false(check());
    assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_UNSIGNED_TAIL);
    assert_int_equal(report.verdict.tail_bytes, 1);
    truncate_part("payload", clip.payload.len);
    /* a tail file counts as the payload's continuation */
    asv_test_write_file(directory, "tail", "x", 1);
    assert_false(check());
    assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_UNSIGNED_TAIL);
    char path[600];
    snprintf(path, sizeof path, "%s/tail", directory);
    unlink(path);
    assert_true(check());
    snprintf(path, sizeof path, "%s/payload", directory);
    unlink(path);
    assert_false(check());
    assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_GAP);
    asv_test_write_file(directory, "payload", clip.payload.data, clip.payload.len);
}

static void without_seal_or_chain_nothing_is_said(void **state)
{
    (void)state;
    char path[600];
    snprintf(path, sizeof path, "%s/chain", directory);
    unlink(path);
    assert_int_equal(check_status(), ASV_E_NOT_FOUND);
    asv_test_write_file(directory, "chain", agency.camera.chain.encoded.data,
                        agency.camera.chain.encoded.len);
    snprintf(path, sizeof path, "%s/seal", directory);
    unlink(path);
    assert_int_equal(check_status(), ASV_E_NOT_FOUND);
    assert_int_equal(mkfifo(path, 0600), 0); /* must not hang */
    assert_int_equal(check_status(), ASV_E_USAGE);
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(check_status(), ASV_E_USAGE);
    rmdir(path);
    asv_test_write_file(directory, "seal", clip.seal.data, clip.seal.len);
    assert_true(check());
}

/* A carrier comes closed (HANDOVER.md 4); who checks it is told to open it first. */
static void what_is_closed_is_opened_first(void **state)
{
    (void)state;
    char path[600];
    struct asv_inputs inputs;
    struct asv_err err = {0};
    snprintf(path, sizeof path, "%s/Beweismittel.zip.age", directory);
    asv_test_write_file(path, NULL, "age", 3);
    assert_int_equal(asv_inputs_open(&inputs, path, &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "age -d -i"));
    unlink(path);
}

static void parts_of_any_length_are_read_safely(void **state)
{
    (void)state;
    static uint8_t junk[100000];
    static const char *const names[] = {"stanzas", "link", "chain", "commit", "receipt"};
    static const size_t lengths[] = {0, 1, 100, sizeof junk};
    memset(junk, 'A', sizeof junk);
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            asv_test_write_file(directory, names[n], junk, lengths[i]);
            assert_false(check());
        }
        char path[600];
        snprintf(path, sizeof path, "%s/%s", directory, names[n]);
        unlink(path);
        if (n == 2) {
            asv_test_write_file(directory, names[n], agency.camera.chain.encoded.data,
                                agency.camera.chain.encoded.len);
        }
        assert_true(check()); /* but for the chain, none of them is needed */
    }
}

/* The directory anew, as a vault has it. */
static void start_afresh(const struct asv_test_clip *of, const struct asv_test_identity *dock,
                         const char *tail)
{
    asv_test_remove_directory(directory);
    assert_int_equal(mkdir(directory, 0700), 0);
    asv_test_clip_write(of, &agency, &agency.camera, dock, tail, strlen(tail), directory);
}

/* Each by itself, so that none is found only because of another. */
static void what_belongs_to_another_recording_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *part;
        enum asv_check check;
    } rows[] = {{"link", ASV_CHECK_LINK}, {"commit", ASV_CHECK_COMMIT}, {"receipt", ASV_CHECK_RECEIPT}};
    static struct asv_test_clip other;
    struct asv_test_world world;
    struct asv_test_plan plan = {.number = 3, .chunks = 3, .every = 2, .pad = 8};
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&other, &agency, &agency.camera, &world, &plan);
    for (size_t i = 0; i < 3; i++) {
        uint8_t *data;
        size_t len;
        start_afresh(&other, &agency.dock, "");
        asv_test_read_file(directory, rows[i].part, &data, &len);
        start_afresh(&clip, &agency.dock, "");
        for (size_t j = 0; j < 3; j++) {
            remove_part(rows[j].part);
        }
        assert_true(check());
        asv_test_write_file(directory, rows[i].part, data, len);
        assert_false(check());
        assert_int_equal(report.finding[rows[i].check], ASV_FINDING_BAD);
        free(data);
    }
    asv_test_clip_free(&other);
}

static void a_tail_that_the_dock_did_not_take_over_is_found(void **state)
{
    (void)state;
    static struct asv_test_clip cut;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 1, .cut = true};
    asv_test_world_init(&world, 4);
    asv_test_clip_make(&cut, &agency, &agency.camera, &world, &plan);
    start_afresh(&cut, &agency.dock, "");
    assert_true(check());
    asv_test_write_file(directory, "tail", "slipped in", 10);
    assert_false(check());
    assert_int_equal(report.finding[ASV_CHECK_COMMIT], ASV_FINDING_BAD);
    assert_int_equal(report.finding[ASV_CHECK_RECEIPT], ASV_FINDING_BAD);
    asv_test_clip_free(&cut);
}

/* The checkpoint's final chunk makes an age file of a cut payload. Whoever appends it changes nothing, and
 * one that the camera had written before the power failed is in custody as a tail. */
static void a_cut_payload_may_carry_its_final_chunk(void **state)
{
    (void)state;
    static struct asv_test_clip cut;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 1, .cut = true};
    asv_test_world_init(&world, 4);
    asv_test_clip_make(&cut, &agency, &agency.camera, &world, &plan);
    const uint8_t *final_chunk = cut.seal.data + cut.seal.len - ASV_SEAL_CHECKPOINT_BYTES + 200;
    uint8_t *payload = malloc(cut.payload.len + ASV_FINAL_CIPHER_BYTES);
    assert_non_null(payload);
    memcpy(payload, cut.payload.data, cut.payload.len);
    memcpy(payload + cut.payload.len, final_chunk, ASV_FINAL_CIPHER_BYTES);

    start_afresh(&cut, &agency.dock, "");
    asv_test_write_file(directory, "payload", payload, cut.payload.len + ASV_FINAL_CIPHER_BYTES);
    assert_true(check());
    assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_TRUNCATED);
    assert_int_equal(report.verdict.tail_bytes, 0);
    payload[cut.payload.len] ^= 1;
    asv_test_write_file(directory, "payload", payload, cut.payload.len + ASV_FINAL_CIPHER_BYTES);
    assert_false(check());
    assert_int_equal(report.finding[ASV_CHECK_RECEIPT], ASV_FINDING_BAD);
    payload[cut.payload.len] ^= 1;

    asv_test_clip_write(&cut, &agency, &agency.camera, &agency.dock, final_chunk, ASV_FINAL_CIPHER_BYTES,
                        directory);
    assert_true(check()); /* T-054 */
    assert_int_equal(report.verdict.tail_bytes, 0);
    remove_part("tail");
    assert_false(check()); /* the receipt says that there is one */
    free(payload);
    asv_test_clip_free(&cut);
}

/* The same key in another certificate: the dock of the commit record is the one that it names. */
static void another_certificate_of_the_docks_key_is_not_its_own(void **state)
{
    (void)state;
    static struct asv_test_identity renamed;
    struct asv_cert cert = agency.dock.cert;
    char root[600];
    char dock[600];
    start_afresh(&clip, &agency.dock, "");
    cert.name[0] = 'X';
    asv_test_identity_make(&renamed, &cert, agency.seed, 1, &agency.ca);
    assert_memory_equal(renamed.pk, agency.dock.pk, sizeof renamed.pk);
    asv_test_write_file(directory, "dock", renamed.chain.encoded.data, renamed.chain.encoded.len);
    snprintf(root, sizeof root, "%s/root", directory);
    snprintf(dock, sizeof dock, "%s/dock", directory);
    assert_int_equal(asv_anchors_load(&anchors, root, NULL, dock, NULL), ASV_OK);
    assert_false(check());
    assert_int_equal(report.finding[ASV_CHECK_COMMIT], ASV_FINDING_GOOD);
    assert_int_equal(report.finding[ASV_CHECK_COMMIT_SIGNATURE], ASV_FINDING_BAD);
    assert_int_equal(report.finding[ASV_CHECK_RECEIPT_SIGNATURE], ASV_FINDING_BAD);
    assert_int_equal(asv_anchors_load(&anchors, root, NULL, NULL, NULL), ASV_OK);
}

/* Validity is that of the time when the recording began, unless the camera did not know the time. */
static void a_certificate_must_have_been_valid_when_the_recording_began(void **state)
{
    (void)state;
    for (unsigned lost = 0; lost < 2; lost++) {
        static struct asv_test_clip late;
        struct asv_test_world world;
        struct asv_test_plan plan = {.chunks = 1, .clock_lost = lost != 0};
        asv_test_world_init(&world, 5);
        world.wall = ASV_TEST_NOT_AFTER_MS + 1;
        asv_test_clip_make(&late, &agency, &agency.camera, &world, &plan);
        start_afresh(&late, NULL, "");
        assert_int_equal(check(), lost);
        assert_int_equal(report.verdict.provenance,
                         lost != 0 ? ASV_PROVENANCE_TRUSTED : ASV_PROVENANCE_UNKNOWN_KEY);
        asv_test_clip_free(&late);
    }
    start_afresh(&clip, &agency.dock, "");
    assert_true(check());
}

static void a_root_is_a_root_and_signed_by_itself(void **state)
{
    (void)state;
    static struct asv_test_identity self_signed;
    static struct asv_anchors other;
    struct asv_cert cert = agency.ca.cert;
    uint8_t root[ASV_CERT_MAX_BYTES];
    struct asv_bytes good = agency.root.cert.object.encoded;
    char path[600];
    snprintf(path, sizeof path, "%s/other-root", directory);

    asv_test_identity_make(&self_signed, &cert, agency.seed, 1, NULL); /* a CA that vouches for itself */
    asv_test_write_file(directory, "other-root", self_signed.cert.object.encoded.data,
                        self_signed.cert.object.encoded.len);
    assert_int_equal(asv_anchors_load(&other, path, NULL, NULL, NULL), ASV_E_USAGE);
    assert_false(other.has_root);
    memcpy(root, good.data, good.len);
    for (size_t i = 0; i < good.len; i++) {
        root[i] ^= 1;
        asv_test_write_file(directory, "other-root", root, good.len);
        assert_int_not_equal(asv_anchors_load(&other, path, NULL, NULL, NULL), ASV_OK);
        assert_false(other.has_root);
        root[i] ^= 1;
    }
    asv_test_write_file(directory, "other-root", root, good.len);
    assert_int_equal(asv_anchors_load(&other, path, NULL, NULL, NULL), ASV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clip_as_it_was_stored_is_valid),
        cmocka_unit_test(no_changed_byte_of_the_seal_is_valid),
        cmocka_unit_test(no_changed_byte_of_the_payload_is_valid_and_its_piece_is_named),
        cmocka_unit_test(no_changed_byte_of_link_or_chain_is_valid),
        cmocka_unit_test(no_changed_byte_of_what_the_dock_signed_is_valid),
        cmocka_unit_test(stanzas_are_outside_what_is_signed),
        cmocka_unit_test(a_cut_seal_says_up_to_where_it_holds),
        cmocka_unit_test(a_payload_of_another_length_is_not_valid),
        cmocka_unit_test(without_seal_or_chain_nothing_is_said),
        cmocka_unit_test(what_is_closed_is_opened_first),
        cmocka_unit_test(parts_of_any_length_are_read_safely),
        cmocka_unit_test(what_belongs_to_another_recording_is_found),
        cmocka_unit_test(a_tail_that_the_dock_did_not_take_over_is_found),
        cmocka_unit_test(a_cut_payload_may_carry_its_final_chunk),
        cmocka_unit_test(another_certificate_of_the_docks_key_is_not_its_own),
        cmocka_unit_test(a_root_is_a_root_and_signed_by_itself),
        cmocka_unit_test(a_certificate_must_have_been_valid_when_the_recording_began),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
