/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Seals that the right key signed and that are wrong all the same: a camera with other software, or with a
 * stolen key. Each test takes a good seal apart, changes one thing, signs it again, and feeds it. */
#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "firmware-proto/seal/verifier.h"
#include "tests/support/clip.h"
#include "tests/unit/test.h"

#define MAX_FRAMES 32
#define MAX_BODY   2048

struct frame {
    uint8_t type;
    size_t len;
    uint8_t body[MAX_BODY];
};

static struct asv_test_agency agency;
static struct asv_test_clip clip;
static struct asv_test_clip other_clip;
static struct asv_seal_signer signer;
static struct frame frames[MAX_FRAMES];
static size_t frame_count;

/* The good seal's frames: DISPLAY_ON, ANNOUNCED, MARKER, LEAVES 2, CHECKPOINT, MARKER, LEAVES 2, CHECKPOINT,
 * MARKER, LEAVES 1, CHECKPOINT, END behind the HEADER. */
enum {
    HEADER = 0,
    RECORD_1 = 1,
    RECORD_2 = 2,
    RECORD_3 = 3,
    LEAVES_1 = 4,
    CHECKPOINT_1 = 5,
    RECORD_4 = 6,
    LEAVES_2 = 7,
    CHECKPOINT_2 = 8,
    RECORD_5 = 9,
    LEAVES_3 = 10,
    CHECKPOINT_3 = 11,
    THE_END = 12,
};

static int set_up_group(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 5, .every = 2, .records = true};
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    plan.number = 2;
    asv_test_clip_make(&other_clip, &agency, &agency.camera, &world, &plan);
    signer = asv_test_signer(&agency.camera);
    return 0;
}

static int tear_down_group(void **state)
{
    (void)state;
    asv_test_clip_free(&clip);
    asv_test_clip_free(&other_clip);
    return 0;
}

static void take_apart(const struct asv_test_bytes *seal)
{
    struct asv_reader reader;
    struct asv_bytes body;
    asv_reader_init(&reader, seal->data, seal->len);
    for (frame_count = 0; asv_reader_left(&reader) > 0; frame_count++) {
        assert_true(frame_count < MAX_FRAMES);
        struct frame *frame = &frames[frame_count];
        assert_int_equal(asv_read_u8(&reader, &frame->type), ASV_OK);
        assert_int_equal(asv_read_view32(&reader, &body, MAX_BODY), ASV_OK);
        frame->len = body.len;
        memcpy(frame->body, body.data, body.len);
    }
}

static int set_up(void **state)
{
    (void)state;
    take_apart(&clip.seal);
    assert_int_equal(frame_count, THE_END + 1);
    assert_int_equal(frames[LEAVES_3].type, ASV_FRAME_LEAVES);
    assert_int_equal(frames[CHECKPOINT_3].type, ASV_FRAME_CHECKPOINT);
    return 0;
}

static void sign_again(size_t i)
{
    static const enum asv_purpose purposes[] = {[ASV_FRAME_HEADER] = ASV_PURPOSE_HEADER,
                                                [ASV_FRAME_CHECKPOINT] = ASV_PURPOSE_CHECKPOINT,
                                                [ASV_FRAME_END] = ASV_PURPOSE_END};
    struct asv_writer writer;
    asv_writer_init(&writer, frames[i].body, MAX_BODY);
    writer.len = frames[i].len - ASV_SIGNATURE_FIELD_BYTES;
    assert_int_equal(asv_object_sign(&writer, 0, purposes[frames[i].type], agency.camera.sk), ASV_OK);
}

/* Makes checkpoints and end fit to records that were changed: a lie from the beginning. */
static void mend_records(void)
{
    uint8_t digest[ASV_SHA256_BYTES] = {0};
    for (size_t i = 0; i < frame_count; i++) {
        struct frame *frame = &frames[i];
        if (frame->type == ASV_FRAME_RECORD) {
            asv_seal_records_digest(digest, frame->body, frame->len);
        } else if (frame->type == ASV_FRAME_CHECKPOINT) {
            memcpy(frame->body + 152, digest, sizeof digest);
            sign_again(i);
        }
    }
    asv_sha256(frames[THE_END].body + 40, frames[CHECKPOINT_3].body,
               frames[CHECKPOINT_3].len - ASV_SIGNATURE_FIELD_BYTES);
    sign_again(THE_END);
}

static void drop(size_t i)
{
    memmove(&frames[i], &frames[i + 1], (frame_count - i - 1) * sizeof frames[0]);
    frame_count--;
}

static void insert(size_t at, const struct frame *frame)
{
    struct frame copy = *frame;
    assert_true(frame_count < MAX_FRAMES);
    memmove(&frames[at + 1], &frames[at], (frame_count - at) * sizeof frames[0]);
    frames[at] = copy;
    frame_count++;
}

static void swap(size_t a, size_t b)
{
    struct frame copy = frames[a];
    frames[a] = frames[b];
    frames[b] = copy;
}

/* Feeds the frames; *wrong_frame is the number of the one that was refused. */
static enum asv_status feed(size_t *wrong_frame)
{
    struct asv_seal_verifier verifier;
    struct asv_err err = {0};
    enum asv_status status = ASV_OK;
    uint64_t start[MAX_FRAMES];
    uint64_t at = 0;
    asv_seal_verifier_init(&verifier, &signer, NULL);
    for (size_t i = 0; i < frame_count; i++) {
        uint8_t head[ASV_SEAL_FRAME_HEADER_BYTES] = {frames[i].type};
        asv_store_be32(head + 1, (uint32_t)frames[i].len);
        start[i] = at;
        at += sizeof head + frames[i].len;
        status = asv_seal_verifier_feed(&verifier, head, sizeof head, &err);
        if (status == ASV_OK) {
            status = asv_seal_verifier_feed(&verifier, frames[i].body, frames[i].len, &err);
        }
        if (status != ASV_OK) {
            const struct asv_seal_result *result = asv_seal_verifier_result(&verifier);
            *wrong_frame = i;
            assert_int_equal(result->wrong_at, start[i]); /* S-095: the place is named */
            assert_int_equal(result->status, status);
            assert_true(err.text[0] != '\0');
            assert_int_equal(asv_seal_verifier_feed(&verifier, "x", 1, NULL), status); /* and it stays so */
            break;
        }
    }
    return status;
}

static void assert_refused(size_t at_frame, enum asv_status want)
{
    size_t wrong_frame = 99;
    assert_int_equal(feed(&wrong_frame), want);
    assert_int_equal(wrong_frame, at_frame);
}

static void the_good_seal_is_right_taken_apart_and_put_together(void **state)
{
    (void)state;
    size_t wrong_frame = 99;
    assert_int_equal(feed(&wrong_frame), ASV_OK);
    sign_again(HEADER);
    sign_again(CHECKPOINT_1);
    sign_again(THE_END);
    assert_int_equal(feed(&wrong_frame), ASV_OK);
}

/* ---- S-030: the order of frames ---- */

static void a_second_header_is_refused(void **state)
{
    (void)state;
    insert(RECORD_1, &frames[HEADER]);
    assert_refused(1, ASV_E_MALFORMED);
}

static void nothing_comes_before_the_header(void **state)
{
    (void)state;
    for (size_t i = 1; i <= THE_END; i++) {
        assert_int_equal(set_up(NULL), 0);
        swap(0, i);
        assert_refused(0, ASV_E_MALFORMED);
    }
}

static void records_come_before_leaves(void **state)
{
    (void)state;
    swap(RECORD_4, LEAVES_2);
    assert_refused(LEAVES_2, ASV_E_MALFORMED);
}

static void there_is_one_frame_of_leaves_per_checkpoint(void **state)
{
    (void)state;
    /* The same leaves, in two frames: otherwise one recording could have two seals. */
    struct frame second = frames[LEAVES_1];
    second.len = ASV_SHA256_BYTES;
    memcpy(second.body, frames[LEAVES_1].body + ASV_SHA256_BYTES, ASV_SHA256_BYTES);
    frames[LEAVES_1].len = ASV_SHA256_BYTES;
    insert(LEAVES_1 + 1, &second);
    assert_refused(LEAVES_1 + 1, ASV_E_MALFORMED);
}

static void the_end_comes_right_behind_a_checkpoint(void **state)
{
    (void)state;
    drop(CHECKPOINT_3);
    assert_refused(THE_END - 1, ASV_E_MALFORMED);
    assert_int_equal(set_up(NULL), 0);
    drop(CHECKPOINT_3);
    drop(LEAVES_3); /* a record that nothing signs */
    assert_refused(LEAVES_3, ASV_E_MALFORMED);
    assert_int_equal(set_up(NULL), 0);
    drop(CHECKPOINT_3);
    drop(LEAVES_3 - 1); /* leaves that nothing signs */
    assert_int_equal(frames[LEAVES_3 - 1].type, ASV_FRAME_LEAVES);
    assert_refused(LEAVES_3, ASV_E_MALFORMED); /* S-030 */
}

static void an_unknown_frame_is_refused(void **state)
{
    (void)state;
    frames[RECORD_1].type = 0;
    assert_refused(RECORD_1, ASV_E_UNSUPPORTED); /* S-001 */
    frames[RECORD_1].type = 6;
    assert_refused(RECORD_1, ASV_E_UNSUPPORTED);
    frames[RECORD_1].type = 0xff;
    assert_refused(RECORD_1, ASV_E_UNSUPPORTED);
}

/* ---- S-031, S-032: lengths ---- */

static void a_frame_of_an_impossible_length_is_refused_at_its_header(void **state)
{
    (void)state;
    static const struct {
        size_t frame;
        uint32_t len;
    } rows[] = {
        {HEADER, 0},
        {HEADER, ASV_SIGNATURE_FIELD_BYTES},
        {HEADER, ASV_SEAL_HEADER_MAX_BYTES + 1},
        {HEADER, UINT32_MAX},
        {RECORD_1, 31},
        {RECORD_1, ASV_SEAL_RECORD_MAX_BYTES + 1},
        {LEAVES_1, 0},
        {LEAVES_1, 33},
        {LEAVES_1, (ASV_SEAL_LEAVES_MAX + 1) * ASV_SHA256_BYTES},
        {CHECKPOINT_1, ASV_SEAL_CHECKPOINT_BYTES - 1},
        {CHECKPOINT_1, ASV_SEAL_CHECKPOINT_BYTES + 1},
        {THE_END, ASV_SEAL_END_BYTES + 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct asv_seal_verifier verifier;
        asv_seal_verifier_init(&verifier, &signer, NULL);
        for (size_t j = 0; j <= rows[i].frame; j++) {
            uint8_t head[ASV_SEAL_FRAME_HEADER_BYTES] = {frames[j].type};
            bool bad = j == rows[i].frame;
            asv_store_be32(head + 1, bad ? rows[i].len : (uint32_t)frames[j].len);
            assert_int_equal(asv_seal_verifier_feed(&verifier, head, sizeof head, NULL),
                             bad ? ASV_E_LIMIT : ASV_OK);
            if (!bad) {
                assert_int_equal(asv_seal_verifier_feed(&verifier, frames[j].body, frames[j].len, NULL),
                                 ASV_OK);
            }
        }
    }
}

/* ---- records: S-050 to S-053 ---- */

static void records_cannot_be_dropped_swapped_or_changed(void **state)
{
    (void)state;
    drop(RECORD_1);
    assert_refused(RECORD_1, ASV_E_MISMATCH);
    assert_int_equal(set_up(NULL), 0);
    swap(RECORD_1, RECORD_2);
    assert_refused(RECORD_1, ASV_E_MISMATCH);
    assert_int_equal(set_up(NULL), 0);
    drop(RECORD_3); /* the last before a checkpoint: its count is missing */
    assert_refused(CHECKPOINT_1 - 1, ASV_E_MISMATCH);
    assert_int_equal(set_up(NULL), 0);
    frames[RECORD_2].body[13] ^= 1; /* the wall time's last byte: S-064 */
    assert_refused(CHECKPOINT_1, ASV_E_DIGEST);
}

static void a_records_clock_does_not_go_back(void **state)
{
    (void)state;
    memset(frames[RECORD_2].body + 14, 0, 8);
    mend_records();
    assert_refused(RECORD_2, ASV_E_MISMATCH); /* S-052 */
    assert_int_equal(set_up(NULL), 0);
    memset(frames[RECORD_1].body + 14, 0, 8); /* before the clip began */
    mend_records();
    assert_refused(RECORD_1, ASV_E_MISMATCH);
}

static void a_record_belongs_to_a_chunk_of_its_checkpoint(void **state)
{
    (void)state;
    size_t wrong_frame = 99;
    frames[RECORD_3].body[22 + 7] = 1;
    mend_records();
    assert_int_equal(feed(&wrong_frame), ASV_OK);
    frames[RECORD_4].body[22 + 7] = 1; /* chunk 1 was signed by the checkpoint before */
    mend_records();
    assert_refused(RECORD_4, ASV_E_MISMATCH); /* S-053 */
    assert_int_equal(set_up(NULL), 0);
    frames[RECORD_2].body[22 + 7] = 1;
    frames[RECORD_3].body[22 + 7] = 0; /* back to the chunk before */
    mend_records();
    assert_refused(RECORD_3, ASV_E_MISMATCH);
    assert_int_equal(set_up(NULL), 0);
    frames[RECORD_4].body[22 + 7] = 5; /* the checkpoint signs four */
    mend_records();
    assert_refused(CHECKPOINT_2, ASV_E_MISMATCH);
}

/* ---- checkpoints: S-060 to S-069 ---- */

/* Offsets in a checkpoint's body: SEAL.md, section 6. */
enum {
    C_HEADER = 2,
    C_SEQ = 34,
    C_CHUNKS = 38,
    C_WALL = 46,
    C_MONO = 54,
    C_BOOT = 62,
    C_ROOT = 80,
    C_DISCLOSURE = 114,
    C_RECORDS = 146,
    C_RECORDS_DIGEST = 152
};

static void change_checkpoint(size_t frame, size_t offset, uint8_t mask)
{
    frames[frame].body[offset] ^= mask;
    sign_again(frame);
}

static void a_checkpoint_that_was_signed_wrong_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint8_t mask;
        enum asv_status want;
    } rows[] = {
        {C_HEADER, 1, ASV_E_MISMATCH},       /* S-068 */
        {C_SEQ + 3, 1, ASV_E_MISMATCH},      /* S-060 */
        {C_CHUNKS + 7, 8, ASV_E_MISMATCH},   /* S-069 */
        {C_BOOT, 1, ASV_E_MISMATCH},         /* S-066 */
        {C_ROOT, 1, ASV_E_DIGEST},           /* S-062 */
        {C_RECORDS + 3, 8, ASV_E_MISMATCH},  /* S-069 */
        {C_RECORDS_DIGEST, 1, ASV_E_DIGEST}, /* S-064 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(set_up(NULL), 0);
        change_checkpoint(CHECKPOINT_2, rows[i].offset, rows[i].mask);
        assert_refused(CHECKPOINT_2, rows[i].want);
    }
    assert_int_equal(set_up(NULL), 0);
    memset(frames[CHECKPOINT_2].body + C_MONO, 0, 8);
    sign_again(CHECKPOINT_2);
    assert_refused(CHECKPOINT_2, ASV_E_MISMATCH); /* S-066 */
}

static void a_checkpoint_cannot_be_left_out_or_repeated(void **state)
{
    (void)state;
    drop(CHECKPOINT_2);
    drop(LEAVES_2);
    drop(RECORD_4);
    assert_refused(RECORD_4, ASV_E_MISMATCH);
    assert_int_equal(set_up(NULL), 0);
    insert(CHECKPOINT_1, &frames[CHECKPOINT_1]);
    assert_refused(CHECKPOINT_1 + 1, ASV_E_MISMATCH); /* S-060 */
}

static void a_checkpoint_without_a_record_in_between_cannot_be_left_out_either(void **state)
{
    (void)state;
    /* Chunks 3 and 4 move to the third checkpoint: only the sequence tells. */
    drop(RECORD_5);
    drop(RECORD_4);
    struct frame leaves = frames[LEAVES_2 - 1];
    leaves.len += frames[LEAVES_3 - 2].len;
    memcpy(leaves.body + 2 * ASV_SHA256_BYTES, frames[LEAVES_3 - 2].body, ASV_SHA256_BYTES);
    frames[LEAVES_3 - 2] = leaves;
    drop(CHECKPOINT_2 - 1);
    drop(LEAVES_2 - 1);
    assert_int_equal(frames[CHECKPOINT_1 + 1].type, ASV_FRAME_LEAVES);
    assert_refused(CHECKPOINT_1 + 2, ASV_E_MISMATCH);
}

static void leaves_cannot_be_changed_swapped_or_dropped(void **state)
{
    (void)state;
    frames[LEAVES_2].body[5] ^= 1;
    assert_refused(CHECKPOINT_2, ASV_E_DIGEST);
    assert_int_equal(set_up(NULL), 0);
    uint8_t leaf[ASV_SHA256_BYTES];
    memcpy(leaf, frames[LEAVES_1].body, sizeof leaf);
    memcpy(frames[LEAVES_1].body, frames[LEAVES_1].body + sizeof leaf, sizeof leaf);
    memcpy(frames[LEAVES_1].body + sizeof leaf, leaf, sizeof leaf);
    assert_refused(CHECKPOINT_1, ASV_E_DIGEST);
    assert_int_equal(set_up(NULL), 0);
    drop(LEAVES_3);
    assert_refused(CHECKPOINT_3 - 1, ASV_E_MISMATCH);
}

static void a_checkpoint_or_end_of_another_clip_is_refused(void **state)
{
    (void)state;
    take_apart(&other_clip.seal);
    struct frame checkpoint = frames[CHECKPOINT_2];
    struct frame end = frames[THE_END];
    assert_int_equal(set_up(NULL), 0);
    frames[CHECKPOINT_2] = checkpoint;
    assert_refused(CHECKPOINT_2, ASV_E_MISMATCH);
    assert_int_equal(set_up(NULL), 0);
    frames[THE_END] = end;
    assert_refused(THE_END, ASV_E_MISMATCH); /* S-070 */
}

/* ---- the end: S-070 to S-072 ---- */

/* Offsets in an end's body: SEAL.md, section 7. */
enum {
    E_HEADER = 2,
    E_SEQ = 34,
    E_CHECKPOINT = 40,
    E_REASON = 72,
    E_PAYLOAD = 73,
    E_MEDIA = 81,
    E_MONO = 97
};

static void an_end_that_was_signed_wrong_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        uint8_t mask;
        enum asv_status want;
    } rows[] = {
        {E_HEADER, 1, ASV_E_MISMATCH},       {E_SEQ + 3, 1, ASV_E_MISMATCH},
        {E_CHECKPOINT, 1, ASV_E_MISMATCH},   {E_REASON, 0x80, ASV_E_MALFORMED},
        {E_PAYLOAD + 7, 1, ASV_E_MALFORMED}, {E_MEDIA + 7, 1, ASV_E_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(set_up(NULL), 0);
        change_checkpoint(THE_END, rows[i].offset, rows[i].mask);
        assert_refused(THE_END, rows[i].want);
    }
    assert_int_equal(set_up(NULL), 0);
    memset(frames[THE_END].body + E_MONO, 0, 8);
    sign_again(THE_END);
    assert_refused(THE_END, ASV_E_MISMATCH);
    /* a payload of one chunk less or more, right in itself */
    for (uint64_t chunks = 4; chunks <= 6; chunks += 2) {
        assert_int_equal(set_up(NULL), 0);
        asv_store_be64(frames[THE_END].body + E_PAYLOAD,
                       chunks * ASV_CHUNK_CIPHER_BYTES + ASV_FINAL_CIPHER_BYTES);
        asv_store_be64(frames[THE_END].body + E_MEDIA, chunks * ASV_CHUNK_PLAIN_BYTES);
        sign_again(THE_END);
        assert_refused(THE_END, ASV_E_MISMATCH); /* S-071 */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_good_seal_is_right_taken_apart_and_put_together, set_up),
        cmocka_unit_test_setup(a_second_header_is_refused, set_up),
        cmocka_unit_test_setup(nothing_comes_before_the_header, set_up),
        cmocka_unit_test_setup(records_come_before_leaves, set_up),
        cmocka_unit_test_setup(there_is_one_frame_of_leaves_per_checkpoint, set_up),
        cmocka_unit_test_setup(the_end_comes_right_behind_a_checkpoint, set_up),
        cmocka_unit_test_setup(an_unknown_frame_is_refused, set_up),
        cmocka_unit_test_setup(a_frame_of_an_impossible_length_is_refused_at_its_header, set_up),
        cmocka_unit_test_setup(records_cannot_be_dropped_swapped_or_changed, set_up),
        cmocka_unit_test_setup(a_records_clock_does_not_go_back, set_up),
        cmocka_unit_test_setup(a_record_belongs_to_a_chunk_of_its_checkpoint, set_up),
        cmocka_unit_test_setup(a_checkpoint_that_was_signed_wrong_is_refused, set_up),
        cmocka_unit_test_setup(a_checkpoint_cannot_be_left_out_or_repeated, set_up),
        cmocka_unit_test_setup(a_checkpoint_without_a_record_in_between_cannot_be_left_out_either, set_up),
        cmocka_unit_test_setup(leaves_cannot_be_changed_swapped_or_dropped, set_up),
        cmocka_unit_test_setup(a_checkpoint_or_end_of_another_clip_is_refused, set_up),
        cmocka_unit_test_setup(an_end_that_was_signed_wrong_is_refused, set_up),
    };
    return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}
