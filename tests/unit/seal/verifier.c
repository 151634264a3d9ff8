/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/verifier.h"

#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "firmware-proto/seal/verdict.h"
#include "tests/support/clip.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_test_clip clip; /* 5 chunks, 3 checkpoints, records, ended */
static struct asv_seal_signer signer;

static int set_up(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 5, .every = 2, .pad = 100, .records = true};
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    signer = asv_test_signer(&agency.camera);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_clip_free(&clip);
    return 0;
}

/* What came out of the events. */
struct seen {
    size_t headers, leaves, records, checkpoints;
    uint8_t leaf[16][ASV_SHA256_BYTES];
    uint64_t signed_leaves;
    size_t stop_at_leaf; /* 0: never */
};

static enum asv_status on_header(void *ctx, const struct asv_seal_header *header,
                                 const uint8_t digest[ASV_SHA256_BYTES])
{
    struct seen *seen = ctx;
    seen->headers++;
    assert_true(header->number >= 1);
    assert_memory_equal(digest, clip.header_digest, ASV_SHA256_BYTES);
    return ASV_OK;
}

static enum asv_status on_leaf(void *ctx, uint64_t index, const uint8_t leaf[ASV_SHA256_BYTES])
{
    struct seen *seen = ctx;
    assert_true(index == seen->leaves && index < 16);
    memcpy(seen->leaf[index], leaf, ASV_SHA256_BYTES);
    seen->leaves++;
    return seen->leaves == seen->stop_at_leaf ? ASV_E_NO_SPACE : ASV_OK;
}

static enum asv_status on_record(void *ctx, const struct asv_seal_record *record)
{
    struct seen *seen = ctx;
    seen->records++;
    assert_int_equal(record->seq, seen->records);
    return ASV_OK;
}

static enum asv_status on_checkpoint(void *ctx, const struct asv_seal_checkpoint *checkpoint)
{
    struct seen *seen = ctx;
    seen->checkpoints++;
    seen->signed_leaves = checkpoint->chunks;
    assert_int_equal(checkpoint->chunks, seen->leaves);
    return ASV_OK;
}

static struct asv_seal_events events_for(struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    return (struct asv_seal_events){seen, on_header, on_leaf, on_record, on_checkpoint, NULL};
}

static enum asv_status feed_all(struct asv_seal_verifier *verifier, const uint8_t *data, size_t len)
{
    asv_seal_verifier_init(verifier, &signer, NULL);
    return asv_seal_verifier_feed(verifier, data, len, NULL);
}

/* The verdict over a seal with the clip's whole payload beside it. */
static struct asv_verdict judge(const struct asv_seal_verifier *verifier, const uint8_t *payload, size_t len)
{
    const struct asv_seal_result *result = asv_seal_verifier_result(verifier);
    struct asv_payload_facts facts = {.bytes = len};
    struct asv_verdict verdict;
    size_t at = (size_t)result->checkpoint.chunks * ASV_CHUNK_CIPHER_BYTES;
    if (at < len) {
        size_t rest = len - at < sizeof facts.rest ? len - at : sizeof facts.rest;
        memcpy(facts.rest, payload + at, rest);
    }
    asv_verdict_of(&verdict, result, &facts, ASV_PROVENANCE_TRUSTED);
    return verdict;
}

static void assert_whole(const struct asv_seal_verifier *verifier)
{
    const struct asv_seal_result *result = asv_seal_verifier_result(verifier);
    assert_int_equal(result->status, ASV_OK);
    assert_true(result->has_header && result->has_checkpoint && result->ended);
    assert_int_equal(result->seal_bytes, clip.seal.len);
    assert_int_equal(result->signed_bytes, clip.seal.len);
    assert_int_equal(result->checkpoint.chunks, 5);
    assert_int_equal(result->checkpoint.seq, 3);
    assert_int_equal(result->end.payload_bytes, clip.payload.len);
    assert_memory_equal(result->final_digest, clip.final_digest, ASV_SHA256_BYTES);
}

static void the_state_is_small_and_of_fixed_size(void **state)
{
    (void)state;
    assert_true(sizeof(struct asv_seal_verifier) <= 8192); /* S-096 */
    print_message("  verifier %zu bytes, writer %zu bytes\n", sizeof(struct asv_seal_verifier),
                  sizeof(struct asv_seal_writer));
    assert_true(sizeof(struct asv_seal_writer) <= 24576);
}

static void a_seal_verifies_fed_in_every_split(void **state)
{
    (void)state;
    struct asv_seal_verifier verifier;
    struct seen seen;
    struct asv_seal_events events = events_for(&seen);
    for (size_t step = 1; step <= 400; step++) { /* pieces of every size */
        events = events_for(&seen);
        asv_seal_verifier_init(&verifier, &signer, &events);
        for (size_t at = 0; at < clip.seal.len; at += step) {
            size_t len = clip.seal.len - at < step ? clip.seal.len - at : step;
            assert_int_equal(asv_seal_verifier_feed(&verifier, clip.seal.data + at, len, NULL), ASV_OK);
        }
        assert_whole(&verifier);
        assert_true(seen.headers == 1 && seen.leaves == 5 && seen.checkpoints == 3 && seen.records == 5);
        assert_int_equal(seen.signed_leaves, 5);
    }
    for (size_t split = 0; split <= clip.seal.len; split++) { /* two pieces, everywhere */
        asv_seal_verifier_init(&verifier, &signer, NULL);
        assert_int_equal(asv_seal_verifier_feed(&verifier, clip.seal.data, split, NULL), ASV_OK);
        assert_int_equal(
            asv_seal_verifier_feed(&verifier, clip.seal.data + split, clip.seal.len - split, NULL), ASV_OK);
        assert_whole(&verifier);
    }
    assert_int_equal(judge(&verifier, clip.payload.data, clip.payload.len).integrity, ASV_INTEGRITY_VALID);
}

static void chunks_are_checked_in_any_order(void **state)
{
    (void)state;
    struct asv_seal_verifier verifier;
    struct seen seen;
    struct asv_seal_events events = events_for(&seen);
    static const size_t order[] = {3, 0, 4, 2, 1};
    asv_seal_verifier_init(&verifier, &signer, &events);
    assert_int_equal(asv_seal_verifier_feed(&verifier, clip.seal.data, clip.seal.len, NULL), ASV_OK);
    for (size_t i = 0; i < 5; i++) {
        uint8_t *chunk = clip.payload.data + order[i] * ASV_CHUNK_CIPHER_BYTES;
        assert_int_equal(asv_seal_check_chunk(seen.leaf[order[i]], chunk, ASV_CHUNK_CIPHER_BYTES), ASV_OK);
        assert_int_equal(asv_seal_check_chunk(seen.leaf[order[(i + 1) % 5]], chunk, ASV_CHUNK_CIPHER_BYTES),
                         ASV_E_DIGEST);
        assert_int_equal(asv_seal_check_chunk(seen.leaf[order[i]], chunk, ASV_CHUNK_CIPHER_BYTES - 1),
                         ASV_E_DIGEST);
        for (size_t at = 0; at < ASV_CHUNK_CIPHER_BYTES; at += 1021) {
            chunk[at] ^= 0x10;
            assert_int_equal(asv_seal_check_chunk(seen.leaf[order[i]], chunk, ASV_CHUNK_CIPHER_BYTES),
                             ASV_E_DIGEST);
            chunk[at] ^= 0x10;
        }
    }
}

static void no_changed_byte_leaves_the_verdict_valid(void **state)
{
    (void)state;
    struct asv_seal_verifier verifier;
    for (size_t i = 0; i < clip.seal.len; i++) {
        struct asv_err err = {0};
        clip.seal.data[i] ^= 0x01;
        asv_seal_verifier_init(&verifier, &signer, NULL);
        enum asv_status status = asv_seal_verifier_feed(&verifier, clip.seal.data, clip.seal.len, &err);
        clip.seal.data[i] ^= 0x01;
        const struct asv_seal_result *result = asv_seal_verifier_result(&verifier);
        struct asv_verdict verdict = judge(&verifier, clip.payload.data, clip.payload.len);
        assert_int_not_equal(verdict.integrity, ASV_INTEGRITY_VALID);
        /* A length that grew past the end of the file looks like a cut; everything else is wrong. */
        assert_true(status != ASV_OK || !result->ended);
        if (status != ASV_OK) {
            assert_int_equal(verdict.integrity, ASV_INTEGRITY_INVALID);
            assert_true(err.text[0] != '\0' && result->wrong_at <= clip.seal.len);
            /* the place: not before the frame that was changed began (its checkpoint may come later) */
            assert_true(result->signed_bytes <= i && result->wrong_at >= result->signed_bytes); /* S-095 */
        }
    }
}

/* The offset behind the frame that holds offset; the header is the first. */
static size_t frame_end(size_t offset)
{
    size_t at = 0;
    while (at <= offset) {
        at += ASV_SEAL_FRAME_HEADER_BYTES + asv_load_be32(clip.seal.data + at + 1);
    }
    return at;
}

static void a_seal_cut_anywhere_is_truncated_at_its_last_checkpoint(void **state)
{
    (void)state;
    struct asv_seal_verifier verifier;
    size_t header_end = frame_end(0);
    for (size_t cut = 0; cut < clip.seal.len; cut++) {
        assert_int_equal(feed_all(&verifier, clip.seal.data, cut), ASV_OK);
        const struct asv_seal_result *result = asv_seal_verifier_result(&verifier);
        struct asv_verdict verdict = judge(&verifier, clip.payload.data, clip.payload.len);
        assert_false(result->ended);
        if (cut < header_end) {
            assert_false(result->has_header); /* S-033 */
            assert_int_equal(verdict.integrity, ASV_INTEGRITY_INVALID);
            continue;
        }
        size_t checkpoints = 0;
        while (checkpoints < clip.checkpoint_count && clip.checkpoint_end[checkpoints] <= cut) {
            checkpoints++;
        }
        uint64_t chunks = checkpoints == 0 ? 0 : clip.checkpoint_chunks[checkpoints - 1];
        size_t signed_end = checkpoints == 0 ? header_end : clip.checkpoint_end[checkpoints - 1];
        assert_int_equal(verdict.integrity, ASV_INTEGRITY_TRUNCATED);
        assert_int_equal(verdict.chunks, chunks);
        assert_int_equal(verdict.seal_tail_bytes, cut - signed_end);
        /* the payload's last 24 bytes are the last checkpoint's final chunk, and so no tail */
        uint64_t rest = clip.payload.len - chunks * ASV_CHUNK_CIPHER_BYTES;
        assert_int_equal(verdict.tail_bytes, rest == ASV_FINAL_CIPHER_BYTES ? 0 : rest);
    }
}

static void bytes_after_the_end_are_an_unsigned_tail(void **state)
{
    (void)state;
    struct asv_seal_verifier verifier;
    assert_int_equal(feed_all(&verifier, clip.seal.data, clip.seal.len), ASV_OK);
    assert_int_equal(asv_seal_verifier_feed(&verifier, clip.seal.data, 100, NULL), ASV_OK);
    struct asv_verdict verdict = judge(&verifier, clip.payload.data, clip.payload.len);
    assert_int_equal(verdict.integrity, ASV_INTEGRITY_UNSIGNED_TAIL); /* S-035 */
    assert_int_equal(verdict.seal_tail_bytes, 100);
}

static void an_event_that_fails_stops_without_a_verdict_on_the_seal(void **state)
{
    (void)state;
    struct asv_seal_verifier verifier;
    struct seen seen;
    struct asv_seal_events events = events_for(&seen);
    seen.stop_at_leaf = 3;
    asv_seal_verifier_init(&verifier, &signer, &events);
    assert_int_equal(asv_seal_verifier_feed(&verifier, clip.seal.data, clip.seal.len, NULL), ASV_E_NO_SPACE);
    assert_int_equal(asv_seal_verifier_feed(&verifier, clip.seal.data, 1, NULL), ASV_E_NO_SPACE);
    assert_int_equal(asv_seal_verifier_result(&verifier)->status, ASV_OK);
    assert_int_equal(seen.leaves, 3);
}

static void another_sealer_or_chain_is_refused(void **state)
{
    (void)state;
    struct asv_seal_verifier verifier;
    struct asv_seal_signer right = signer;
    signer = asv_test_signer(&agency.dock);
    assert_int_equal(feed_all(&verifier, clip.seal.data, clip.seal.len), ASV_E_SIGNATURE);
    signer = right;
    signer.cert_digest[0] ^= 1;
    assert_int_equal(feed_all(&verifier, clip.seal.data, clip.seal.len), ASV_E_MISMATCH); /* S-044 */
    signer = right;
    signer.chain_digest[0] ^= 1;
    assert_int_equal(feed_all(&verifier, clip.seal.data, clip.seal.len), ASV_E_MISMATCH);
    signer = right;
    assert_int_equal(feed_all(&verifier, clip.seal.data, clip.seal.len), ASV_OK);
}

static void provenance_compares_what_header_and_certificate_say(void **state)
{
    (void)state;
    struct asv_seal_header header = clip.header;
    const struct asv_chain *chain = &agency.camera.chain;
    static struct asv_test_agency other;
    struct asv_err err;
    asv_test_agency_init(&other, 2);
    assert_int_equal(asv_provenance_find(&header, chain, agency.root.pk, ASV_TEST_NOW_MS, NULL, &err),
                     ASV_PROVENANCE_TRUSTED); /* S-093 */
    assert_int_equal(asv_provenance_find(&header, chain, other.root.pk, ASV_TEST_NOW_MS, NULL, &err),
                     ASV_PROVENANCE_UNKNOWN_KEY);
    assert_int_equal(asv_provenance_find(&header, chain, agency.root.pk, ASV_TEST_NOT_AFTER_MS, NULL, &err),
                     ASV_PROVENANCE_UNKNOWN_KEY);
    header.sealer = ASV_SEALER_DOCK; /* a camera's certificate seals no import */
    assert_int_equal(asv_provenance_find(&header, chain, agency.root.pk, ASV_TEST_NOW_MS, NULL, &err),
                     ASV_PROVENANCE_UNKNOWN_KEY);
    assert_int_equal(
        asv_provenance_find(&header, &agency.dock.chain, agency.root.pk, ASV_TEST_NOW_MS, NULL, &err),
        ASV_PROVENANCE_SEALED_BY_DOCK);
    header = clip.header;
    header.serial[0]++;
    assert_int_equal(asv_provenance_find(&header, chain, agency.root.pk, ASV_TEST_NOW_MS, NULL, &err),
                     ASV_PROVENANCE_UNKNOWN_KEY);
    assert_int_equal(err.status, ASV_E_MISMATCH);
    header = clip.header;
    header.agency[0] ^= 1;
    assert_int_equal(asv_provenance_find(&header, chain, agency.root.pk, ASV_TEST_NOW_MS, NULL, &err),
                     ASV_PROVENANCE_UNKNOWN_KEY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_state_is_small_and_of_fixed_size),
        cmocka_unit_test(a_seal_verifies_fed_in_every_split),
        cmocka_unit_test(chunks_are_checked_in_any_order),
        cmocka_unit_test(no_changed_byte_leaves_the_verdict_valid),
        cmocka_unit_test(a_seal_cut_anywhere_is_truncated_at_its_last_checkpoint),
        cmocka_unit_test(bytes_after_the_end_are_an_unsigned_tail),
        cmocka_unit_test(an_event_that_fails_stops_without_a_verdict_on_the_seal),
        cmocka_unit_test(another_sealer_or_chain_is_refused),
        cmocka_unit_test(provenance_compares_what_header_and_certificate_say),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
