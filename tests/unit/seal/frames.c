/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The frames of a seal. LAW R2: whether the person was told, or why not. LAW R3: the dwelling flag. */
#include "firmware-proto/seal/frames.h"

#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "tests/unit/test.h"

static uint8_t sk[ASV_ED25519_SK_BYTES];
static uint8_t pk[ASV_ED25519_PK_BYTES];

static int set_up(void **state)
{
    (void)state;
    static const uint8_t seed[ASV_ED25519_SEED_BYTES] = {1};
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    asv_ed25519_from_seed(pk, sk, seed);
    return 0;
}

static struct asv_seal_record record_of(uint16_t kind, const void *value, size_t len)
{
    struct asv_seal_record record = {.seq = 1, .kind = kind, .wall_ms = -5, .mono_ms = 6, .chunk = 7};
    record.value_len = (uint16_t)len;
    if (len > 0) {
        memcpy(record.value, value, len);
    }
    return record;
}

static enum asv_status write_record(const struct asv_seal_record *record, uint8_t *out, size_t cap,
                                    size_t *len)
{
    struct asv_writer writer;
    asv_writer_init(&writer, out, cap);
    enum asv_status status = asv_seal_record_write(&writer, record);
    *len = writer.len;
    return status;
}

static void a_record_has_exactly_the_bytes_of_the_specification(void **state)
{
    (void)state;
    static const uint8_t dwelling = 2;
    struct asv_seal_record record = record_of(ASV_RECORD_DWELLING, &dwelling, 1);
    static const uint8_t want[] = {0,    0,    0,    1,                            /* seq */
                                   0,    5,                                        /* kind */
                                   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfb, /* wall */
                                   0,    0,    0,    0,    0,    0,    0,    6,
                                   0,    0,    0,    0,    0,    0,    0,    7, /* mono, chunk */
                                   0,    1,    2};                              /* value */
    uint8_t data[ASV_SEAL_RECORD_MAX_BYTES];
    size_t len;
    assert_int_equal(write_record(&record, data, sizeof data, &len), ASV_OK);
    assert_int_equal(len, sizeof want);
    assert_memory_equal(data, want, sizeof want);
    struct asv_seal_record back;
    assert_int_equal(asv_seal_record_read(&back, data, len), ASV_OK);
    assert_true(back.seq == 1 && back.kind == ASV_RECORD_DWELLING && back.wall_ms == -5 &&
                back.mono_ms == 6 && back.chunk == 7 && back.value_len == 1 && back.value[0] == 2);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(asv_seal_record_read(&back, data, cut), ASV_E_MALFORMED);
        assert_int_equal(write_record(&record, data, cut, &len), ASV_E_LIMIT);
        assert_int_equal(write_record(&record, data, sizeof data, &len), ASV_OK);
    }
    data[len] = 0;
    assert_int_equal(asv_seal_record_read(&back, data, len + 1), ASV_E_MALFORMED); /* S-002 */
}

static void every_kind_of_record_takes_its_own_value_only(void **state)
{
    (void)state;
    static const uint8_t gnss[ASV_DIGEST_FIELD_BYTES] = {ASV_ALG_SHA256, ASV_SHA256_BYTES};
    static const uint8_t gnss_wrong[ASV_DIGEST_FIELD_BYTES] = {2, ASV_SHA256_BYTES};
    static const uint8_t clock[17] = {[16] = ASV_CLOCK_GNSS};
    static const uint8_t clock_wrong[17] = {[16] = 4};
    static const struct {
        uint16_t kind;
        const void *value;
        size_t len;
        enum asv_status status; /* of reading */
    } cases[] = {
        {ASV_RECORD_MARKER, "", 0, ASV_OK},
        {ASV_RECORD_MARKER, "x", 1, ASV_E_MALFORMED},
        {ASV_RECORD_DISPLAY_ON, "", 0, ASV_OK},
        {ASV_RECORD_DISPLAY_OFF, "", 0, ASV_OK},
        {ASV_RECORD_ANNOUNCED, "\x01\x00", 2, ASV_OK},
        {ASV_RECORD_ANNOUNCED, "\x00\x04loud", 6, ASV_OK},
        {ASV_RECORD_ANNOUNCED, "\x02\x00", 2, ASV_E_MALFORMED},
        {ASV_RECORD_ANNOUNCED, "\x01", 1, ASV_E_MALFORMED},
        {ASV_RECORD_ANNOUNCED, "\x01\x00\x00", 3, ASV_E_MALFORMED},
        {ASV_RECORD_ANNOUNCED, "\x00\x01\x7f", 3, ASV_E_MALFORMED},
        {ASV_RECORD_DWELLING, "\x00", 1, ASV_OK},
        {ASV_RECORD_DWELLING, "\x03", 1, ASV_E_MALFORMED},
        {ASV_RECORD_PREROLL_END, "\x00\x00\x75\x30", 4, ASV_OK},
        {ASV_RECORD_PREROLL_END, "\x75\x30", 2, ASV_E_MALFORMED},
        {ASV_RECORD_GNSS_DIGEST, gnss, sizeof gnss, ASV_OK},
        {ASV_RECORD_GNSS_DIGEST, gnss_wrong, sizeof gnss_wrong, ASV_E_MALFORMED},
        {ASV_RECORD_CLOCK_SET, clock, sizeof clock, ASV_OK},
        {ASV_RECORD_CLOCK_SET, clock_wrong, sizeof clock_wrong, ASV_E_MALFORMED},
        {ASV_RECORD_SOURCE_LOST, "", 0, ASV_OK},
        {ASV_RECORD_SOURCE_BACK, "", 0, ASV_OK},
        {0, "", 0, ASV_E_MALFORMED},
        {ASV_RECORD_SOURCE_BACK + 1, "anything", 8, ASV_OK}, /* of a later version: kept */
        {ASV_RECORD_CRITICAL | 1, "", 0, ASV_E_UNSUPPORTED}, /* but not when it must be understood */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asv_seal_record record = record_of(cases[i].kind, cases[i].value, cases[i].len);
        uint8_t data[ASV_SEAL_RECORD_MAX_BYTES];
        size_t len;
        enum asv_status status = write_record(&record, data, sizeof data, &len);
        assert_int_equal(status, cases[i].status == ASV_OK ? ASV_OK : ASV_E_USAGE); /* S-054 */
        if (cases[i].status == ASV_OK) {
            continue;
        }
        /* The bytes that the writer refused, made by hand. */
        struct asv_seal_record empty = record_of(ASV_RECORD_MARKER, NULL, 0);
        assert_int_equal(write_record(&empty, data, sizeof data, &len), ASV_OK);
        data[5] = (uint8_t)cases[i].kind;
        data[4] = (uint8_t)(cases[i].kind >> 8);
        data[len - 1] = (uint8_t)cases[i].len;
        if (cases[i].len > 0) {
            memcpy(data + len, cases[i].value, cases[i].len);
        }
        struct asv_seal_record back;
        assert_int_equal(asv_seal_record_read(&back, data, len + cases[i].len), cases[i].status);
    }
}

static void the_records_digest_is_the_documented_chain(void **state)
{
    (void)state;
    uint8_t digest[ASV_SHA256_BYTES] = {0};
    uint8_t message[1 + ASV_SHA256_BYTES + 3] = {0x01};
    uint8_t want[ASV_SHA256_BYTES];
    memcpy(message + 1 + ASV_SHA256_BYTES, "abc", 3);
    asv_sha256(want, message, sizeof message);
    asv_seal_records_digest(digest, "abc", 3);
    assert_memory_equal(digest, want, sizeof want); /* S-051 */
}

static struct asv_seal_checkpoint good_checkpoint(void)
{
    struct asv_seal_checkpoint checkpoint = {
        .seq = 3, .chunks = 10, .wall_ms = 11, .mono_ms = 12, .records = 4, .key_frame_offset = 655360};
    memset(checkpoint.root, 0xaa, sizeof checkpoint.root);
    memset(checkpoint.final_chunk, 0xbb, sizeof checkpoint.final_chunk);
    checkpoint.key_frame_us = 77;
    return checkpoint;
}

static struct asv_seal_end good_end(void)
{
    return (struct asv_seal_end){.checkpoint_seq = 3,
                                 .reason = ASV_END_WEARER,
                                 .payload_bytes = 10 * ASV_CHUNK_CIPHER_BYTES + ASV_FINAL_CIPHER_BYTES,
                                 .media_bytes = 10 * ASV_CHUNK_PLAIN_BYTES - 100,
                                 .wall_ms = 11,
                                 .mono_ms = 12};
}

static enum asv_status write_checkpoint(const struct asv_seal_checkpoint *checkpoint, uint8_t *out,
                                        size_t cap, size_t *len)
{
    struct asv_writer writer;
    uint8_t digest[ASV_SHA256_BYTES];
    asv_writer_init(&writer, out, cap);
    enum asv_status status = asv_seal_checkpoint_write(&writer, digest, checkpoint, sk);
    *len = writer.len;
    return status;
}

static enum asv_status write_end(const struct asv_seal_end *end, uint8_t *out, size_t cap, size_t *len)
{
    struct asv_writer writer;
    uint8_t digest[ASV_SHA256_BYTES];
    asv_writer_init(&writer, out, cap);
    enum asv_status status = asv_seal_end_write(&writer, digest, end, sk);
    *len = writer.len;
    return status;
}

static void a_checkpoint_reads_back_and_every_byte_is_signed(void **state)
{
    (void)state;
    struct asv_seal_checkpoint checkpoint = good_checkpoint();
    struct asv_seal_checkpoint back;
    uint8_t data[ASV_SEAL_CHECKPOINT_BYTES + 1];
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len;
    assert_int_equal(write_checkpoint(&checkpoint, data, sizeof data, &len), ASV_OK);
    assert_int_equal(len, ASV_SEAL_CHECKPOINT_BYTES); /* S-031 */
    assert_int_equal(asv_seal_checkpoint_read(&back, digest, data, len, pk), ASV_OK);
    assert_true(back.seq == 3 && back.chunks == 10 && back.wall_ms == 11 && back.mono_ms == 12 &&
                back.records == 4 && back.key_frame_offset == 655360 && back.key_frame_us == 77);
    assert_memory_equal(back.root, checkpoint.root, sizeof back.root);
    assert_memory_equal(back.final_chunk, checkpoint.final_chunk, sizeof back.final_chunk);
    uint8_t want[ASV_SHA256_BYTES];
    asv_sha256(want, data, len - ASV_SIGNATURE_FIELD_BYTES);
    assert_memory_equal(digest, want, sizeof want);
    for (size_t i = 0; i < len; i++) {
        data[i] ^= 0x80;
        assert_int_not_equal(asv_seal_checkpoint_read(&back, digest, data, len, pk), ASV_OK);
        data[i] ^= 0x80;
        assert_int_not_equal(asv_seal_checkpoint_read(&back, digest, data, i, pk), ASV_OK);
    }
    assert_int_not_equal(asv_seal_checkpoint_read(&back, digest, data, len + 1, pk), ASV_OK);
    /* An end's signature is none for a checkpoint: S-004. */
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    writer.len = len - ASV_SIGNATURE_FIELD_BYTES;
    assert_int_equal(asv_object_sign(&writer, 0, ASV_PURPOSE_END, sk), ASV_OK);
    assert_int_equal(asv_seal_checkpoint_read(&back, digest, data, len, pk), ASV_E_SIGNATURE);
}

static void a_checkpoint_keeps_its_ranges(void **state)
{
    (void)state;
    uint8_t data[ASV_SEAL_CHECKPOINT_BYTES];
    size_t len;
    struct asv_seal_checkpoint checkpoint = good_checkpoint();
    checkpoint.seq = 0;
    assert_int_equal(write_checkpoint(&checkpoint, data, sizeof data, &len), ASV_E_USAGE);
    checkpoint = good_checkpoint();
    checkpoint.chunks = UINT64_C(1) + ASV_CHUNKS_MAX;
    assert_int_equal(write_checkpoint(&checkpoint, data, sizeof data, &len), ASV_E_USAGE);
    checkpoint = good_checkpoint();
    checkpoint.key_frame_offset++; /* behind the signed chunks: S-067 */
    assert_int_equal(write_checkpoint(&checkpoint, data, sizeof data, &len), ASV_E_USAGE);
    checkpoint.key_frame_offset = 0; /* no key frame, and yet its time: S-067 */
    assert_int_equal(write_checkpoint(&checkpoint, data, sizeof data, &len), ASV_E_USAGE);
    checkpoint.key_frame_us = 0;
    assert_int_equal(write_checkpoint(&checkpoint, data, sizeof data, &len), ASV_OK);
    len = 0;
    checkpoint = good_checkpoint();
    checkpoint.records = ASV_SEAL_RECORDS_MAX + 1;
    assert_int_equal(write_checkpoint(&checkpoint, data, sizeof data, &len), ASV_E_USAGE);
    assert_int_equal(len, 0);
}

static void an_end_reads_back_and_keeps_its_ranges(void **state)
{
    (void)state;
    struct asv_seal_end end = good_end();
    struct asv_seal_end back;
    uint8_t data[ASV_SEAL_END_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len;
    assert_int_equal(write_end(&end, data, sizeof data, &len), ASV_OK);
    assert_int_equal(len, ASV_SEAL_END_BYTES);
    assert_int_equal(asv_seal_end_read(&back, digest, data, len, pk), ASV_OK);
    assert_true(back.reason == ASV_END_WEARER && back.payload_bytes == end.payload_bytes &&
                back.media_bytes == end.media_bytes && back.checkpoint_seq == 3 && back.mono_ms == 12);
    for (size_t i = 0; i < len; i++) {
        data[i] ^= 0x80;
        assert_int_not_equal(asv_seal_end_read(&back, digest, data, len, pk), ASV_OK);
        data[i] ^= 0x80;
    }
    end.reason = 0;
    assert_int_equal(write_end(&end, data, sizeof data, &len), ASV_E_USAGE);
    end.reason = ASV_END_FAULT + 1;
    assert_int_equal(write_end(&end, data, sizeof data, &len), ASV_E_USAGE);
    end = good_end();
    end.payload_bytes++; /* S-071 */
    assert_int_equal(write_end(&end, data, sizeof data, &len), ASV_E_USAGE);
    end = good_end();
    end.media_bytes -= ASV_CHUNK_PLAIN_BYTES; /* more padding than there can be: S-072 */
    assert_int_equal(write_end(&end, data, sizeof data, &len), ASV_E_USAGE);
    end = good_end();
    end.media_bytes = 10 * ASV_CHUNK_PLAIN_BYTES - 7; /* less than a box */
    assert_int_equal(write_end(&end, data, sizeof data, &len), ASV_E_USAGE);
    end.media_bytes = 10 * ASV_CHUNK_PLAIN_BYTES + 1;
    assert_int_equal(write_end(&end, data, sizeof data, &len), ASV_E_USAGE);
    end.payload_bytes = asv_seal_payload_bytes(UINT64_C(1) + ASV_CHUNKS_MAX, true); /* S-015 */
    end.media_bytes = (UINT64_C(1) + ASV_CHUNKS_MAX) * ASV_CHUNK_PLAIN_BYTES;
    assert_int_equal(write_end(&end, data, sizeof data, &len), ASV_E_USAGE);
    end.payload_bytes = ASV_FINAL_CIPHER_BYTES;
    end.media_bytes = UINT64_MAX - 7; /* with its padding it would wrap to nothing */
    assert_int_equal(write_end(&end, data, sizeof data, &len), ASV_E_USAGE);
}

static void padding_fills_the_last_chunk_with_one_box(void **state)
{
    (void)state;
    assert_int_equal(asv_seal_padding_bytes(0), 0);
    assert_int_equal(asv_seal_padding_bytes(ASV_CHUNK_PLAIN_BYTES), 0);
    assert_int_equal(asv_seal_padding_bytes(ASV_CHUNK_PLAIN_BYTES - 8), 8);
    assert_int_equal(asv_seal_padding_bytes(ASV_CHUNK_PLAIN_BYTES - 7), 65543);
    for (uint64_t media = 0; media <= 3 * ASV_CHUNK_PLAIN_BYTES; media++) {
        uint32_t padding = asv_seal_padding_bytes(media);
        bool right = (media + padding) % ASV_CHUNK_PLAIN_BYTES == 0 &&
                     (padding == 0 || (padding >= 8 && padding <= 65543)); /* S-013 */
        assert_true(right);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_has_exactly_the_bytes_of_the_specification),
        cmocka_unit_test(every_kind_of_record_takes_its_own_value_only),
        cmocka_unit_test(the_records_digest_is_the_documented_chain),
        cmocka_unit_test(a_checkpoint_reads_back_and_every_byte_is_signed),
        cmocka_unit_test(a_checkpoint_keeps_its_ranges),
        cmocka_unit_test(an_end_reads_back_and_keeps_its_ranges),
        cmocka_unit_test(padding_fills_the_last_chunk_with_one_box),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
