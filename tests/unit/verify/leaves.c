/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * HO-150: an age file's leaves, taken while it is read, and what is then said of the recording. */
#include "server/verify/leaves.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/verify/check.h"
#include "tests/support/clip_dir.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

#define CHUNKS (2 * ASV_LEAVES_GROUP + 5)

static struct asv_test_agency agency;
static struct asv_test_clip clip;
static char directory[512];
static struct asv_anchors anchors;
static struct asv_small_parts parts;
static uint8_t *sealed; /* heap; the age file */
static size_t sealed_len, header_len;

static int set_up(void **state)
{
    static const uint8_t file_key[ASV_FILE_KEY_BYTES];
    struct asv_test_world world;
    const struct asv_test_plan plan = {.chunks = CHUNKS, .every = 7, .pad = 8, .records = true};
    struct asv_writer writer;
    char root[600];
    (void)state;
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    asv_test_make_directory(directory, sizeof directory);
    asv_test_clip_write(&clip, &agency, &agency.camera, &agency.dock, NULL, 0, directory);
    (void)snprintf(root, sizeof root, "%s/root", directory);
    assert_int_equal(asv_anchors_load(&anchors, root, NULL, NULL, NULL), ASV_OK);
    sealed = malloc(ASV_AGE_HEADER_MAX_BYTES + ASV_NONCE_BYTES + clip.payload.len);
    assert_non_null(sealed);
    asv_writer_init(&writer, sealed, ASV_AGE_HEADER_MAX_BYTES + ASV_NONCE_BYTES);
    const struct asv_bytes stanzas = {clip.stanzas.data, clip.stanzas.len};
    assert_int_equal(asv_age_header_write(&writer, stanzas, file_key), ASV_OK);
    asv_write_bytes(&writer, clip.header.nonce, ASV_NONCE_BYTES);
    header_len = writer.len;
    memcpy(sealed + header_len, clip.payload.data, clip.payload.len);
    sealed_len = header_len + clip.payload.len;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(sealed);
    asv_test_remove_directory(directory);
    asv_test_clip_free(&clip);
    return 0;
}

/* In pieces of this length behind the first, which has the header. */
static struct asv_leaves take(const uint8_t *data, size_t len, size_t piece)
{
    struct asv_leaves_reader reader;
    struct asv_leaves found;
    size_t first = len < 2 * header_len ? len : 2 * header_len;
    asv_leaves_begin(&reader);
    asv_leaves_feed(&reader, data, first);
    for (size_t at = first; at < len; at += piece) {
        asv_leaves_feed(&reader, data + at, len - at < piece ? len - at : piece);
    }
    asv_leaves_end(&reader, &found);
    return found;
}

static void they_are_those_of_the_chunks(void **state)
{
    static const size_t pieces[] = {1009, ASV_CHUNK_CIPHER_BYTES, 262144, SIZE_MAX / 2};
    static const size_t counts[] = {1, ASV_LEAVES_GROUP - 1, ASV_LEAVES_GROUP, ASV_LEAVES_GROUP + 1, CHUNKS};
    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            struct asv_leaves found =
                take(sealed, header_len + counts[c] * ASV_CHUNK_CIPHER_BYTES + 11, pieces[p]);
            assert_int_equal(found.begin, header_len);
            assert_int_equal(found.count, counts[c]);
            assert_int_equal(found.group_count, (counts[c] + ASV_LEAVES_GROUP - 1) / ASV_LEAVES_GROUP);
            for (size_t i = 0; i < counts[c]; i += ASV_LEAVES_GROUP) {
                uint8_t leaves[ASV_LEAVES_GROUP][ASV_SHA256_BYTES], want[ASV_SHA256_BYTES];
                size_t n = counts[c] - i < ASV_LEAVES_GROUP ? counts[c] - i : ASV_LEAVES_GROUP;
                for (size_t j = 0; j < n; j++) {
                    asv_merkle_leaf(leaves[j], clip.payload.data + (i + j) * ASV_CHUNK_CIPHER_BYTES,
                                    ASV_CHUNK_CIPHER_BYTES);
                }
                asv_sha256(want, leaves, n * sizeof *leaves);
                assert_memory_equal(found.groups[i / ASV_LEAVES_GROUP], want, sizeof want);
            }
            asv_leaves_free(&found);
        }
    }
}

static void what_is_no_age_file_has_none(void **state)
{
    (void)state;
    for (size_t len = 0; len <= header_len + ASV_CHUNK_CIPHER_BYTES - 1; len += len < header_len ? 1 : 4001) {
        struct asv_leaves cut = take(sealed, len, 262144);
        assert_null(cut.groups);
        asv_leaves_free(&cut);
    }
    sealed[0] ^= 1;
    struct asv_leaves other = take(sealed, sealed_len, 262144);
    sealed[0] ^= 1;
    assert_null(other.groups);
    assert_int_equal(other.count, 0);
}

/* ---- a recording ---- */

static void check(struct asv_report *report, const struct asv_leaves *leaves)
{
    struct asv_inputs inputs;
    struct asv_err err = {0};
    assert_int_equal(asv_inputs_open(&inputs, directory, &err), ASV_OK);
    inputs.leaves = leaves;
    assert_int_equal(asv_check_clip(report, &inputs, &anchors, &parts, &err), ASV_OK);
    asv_inputs_close(&inputs);
}

/* With leaves of what lies there and without it is the same. */
static void it_is_the_same(const struct asv_leaves *leaves, struct asv_report *report)
{
    struct asv_report other;
    check(report, leaves);
    check(&other, NULL);
    assert_memory_equal(report->finding, other.finding, sizeof other.finding);
    assert_memory_equal(report->records, other.records, sizeof other.records);
    assert_memory_equal(report->seal_digest, other.seal_digest, sizeof other.seal_digest);
    assert_int_equal(report->pre_roll_ms, other.pre_roll_ms);
    assert_int_equal(report->behind_bytes, other.behind_bytes);
    assert_int_equal(report->verdict.integrity, other.verdict.integrity);
    assert_int_equal(report->verdict.chunks, other.verdict.chunks);
    assert_int_equal(report->verdict.bad.count, other.verdict.bad.count);
    assert_int_equal(report->verdict.bad.chunks, other.verdict.bad.chunks);
    for (size_t i = 0; i < other.verdict.bad.count; i++) {
        assert_int_equal(report->verdict.bad.range[i].first, other.verdict.bad.range[i].first);
        assert_int_equal(report->verdict.bad.range[i].count, other.verdict.bad.range[i].count);
    }
    for (size_t i = 0; i < sizeof other.err / sizeof *other.err; i++) {
        assert_string_equal(report->err[i].text, other.err[i].text);
    }
}

static void write_payload(size_t len)
{
    asv_test_write_file(directory, "payload", sealed + header_len, len);
}

/* Nothing is read once more: it may be another by then. */
static void a_payload_is_read_once(void **state)
{
    struct asv_leaves leaves = take(sealed, sealed_len, 262144);
    struct asv_report report;
    (void)state;
    it_is_the_same(&leaves, &report);
    assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_VALID);
    sealed[header_len + 70 * ASV_CHUNK_CIPHER_BYTES] ^= 1;
    write_payload(clip.payload.len);
    check(&report, &leaves);
    assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_VALID);
    check(&report, NULL);
    assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_INVALID);
    sealed[header_len + 70 * ASV_CHUNK_CIPHER_BYTES] ^= 1;
    write_payload(clip.payload.len);
    asv_leaves_free(&leaves);
}

static void the_chunk_that_is_wrong_is_named(void **state)
{
    static const size_t chunks[] = {0, ASV_LEAVES_GROUP - 1, ASV_LEAVES_GROUP, CHUNKS - 6, CHUNKS - 1};
    struct asv_report report;
    (void)state;
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        sealed[header_len + chunks[i] * ASV_CHUNK_CIPHER_BYTES + 9] ^= 1;
        write_payload(clip.payload.len);
        struct asv_leaves leaves = take(sealed, sealed_len, 262144);
        it_is_the_same(&leaves, &report);
        assert_int_equal(report.verdict.integrity, ASV_INTEGRITY_INVALID);
        assert_int_equal(report.verdict.bad.count, 1);
        assert_int_equal(report.verdict.bad.range[0].first, chunks[i]);
        sealed[header_len + chunks[i] * ASV_CHUNK_CIPHER_BYTES + 9] ^= 1;
        asv_leaves_free(&leaves);
    }
    write_payload(clip.payload.len);
}

/* The seal ends somewhere, also within the last group. */
static void check_cut_seals(const struct asv_leaves *leaves)
{
    struct asv_report report;
    for (size_t s = 0; s <= clip.checkpoint_count; s++) {
        size_t end = s < clip.checkpoint_count ? clip.checkpoint_end[s] - s % 2 * 40 : clip.seal.len;
        asv_test_write_file(directory, "seal", clip.seal.data, end);
        it_is_the_same(leaves, &report);
    }
}

/* Payload and seal end somewhere, each by itself, with a chunk that is wrong. */
static void whatever_is_cut_off(void **state)
{
    static const size_t chunks[] = {0, 3, ASV_LEAVES_GROUP, ASV_LEAVES_GROUP + 1, CHUNKS};
    (void)state;
    sealed[header_len + (ASV_LEAVES_GROUP + 1) * ASV_CHUNK_CIPHER_BYTES] ^= 1;
    for (size_t p = 0; p < sizeof chunks / sizeof *chunks; p++) {
        size_t len = chunks[p] * ASV_CHUNK_CIPHER_BYTES + p % 2 * 5000;
        struct asv_leaves leaves = take(sealed, header_len + len, 262144);
        write_payload(len);
        check_cut_seals(&leaves);
        asv_leaves_free(&leaves);
    }
    sealed[header_len + (ASV_LEAVES_GROUP + 1) * ASV_CHUNK_CIPHER_BYTES] ^= 1;
    write_payload(clip.payload.len);
}

/* What lies behind the payload in a file of its own has no leaves here. */
static void a_tail_is_read(void **state)
{
    const size_t len = (ASV_LEAVES_GROUP + 2) * ASV_CHUNK_CIPHER_BYTES;
    struct asv_leaves leaves = take(sealed, header_len + len, 262144);
    (void)state;
    write_payload(len);
    asv_test_write_file(directory, "tail", sealed + header_len + len, clip.payload.len - len);
    check_cut_seals(&leaves);
    asv_leaves_free(&leaves);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_those_of_the_chunks), cmocka_unit_test(what_is_no_age_file_has_none),
        cmocka_unit_test(a_payload_is_read_once),       cmocka_unit_test(the_chunk_that_is_wrong_is_named),
        cmocka_unit_test(whatever_is_cut_off),          cmocka_unit_test(a_tail_is_read),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
