/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The rules that all signed objects of TRUST.md share, each tried on one sample of every kind.
 */
#include <string.h>

#include "firmware-proto/base/extensions.h"
#include "tests/support/samples.h"
#include "tests/unit/test.h"

#define SIGNATURE ASV_SIGNATURE_FIELD_BYTES

static const struct asv_samples *samples;

static int set_up(void **state)
{
    (void)state;
    samples = asv_samples();
    return 0;
}

/* A sample's body to change, with room behind it. */
struct draft {
    const struct asv_sample *sample;
    uint8_t data[2 * ASV_SAMPLE_MAX_BYTES];
    size_t body_len;
};

static void draft_begin(struct draft *draft, const struct asv_sample *sample)
{
    draft->sample = sample;
    draft->body_len = sample->len - SIGNATURE;
    memcpy(draft->data, sample->data, draft->body_len);
}

/* Signs the body as it is now. */
static size_t draft_sign(struct draft *draft)
{
    struct asv_writer writer;
    size_t len = 0;
    asv_writer_init(&writer, draft->data, sizeof draft->data);
    writer.len = draft->body_len;
    assert_int_equal(asv_object_sign(&writer, 0, draft->sample->purpose, draft->sample->sk), ASV_OK);
    assert_int_equal(asv_write_end(&writer, &len), ASV_OK);
    return len;
}

static enum asv_status draft_verify(struct draft *draft, struct asv_err *err)
{
    size_t len = draft_sign(draft);
    return draft->sample->verify(draft->data, len, err);
}

/* Every sample ends with an empty block of extensions: puts this one in its place. */
static enum asv_status with_extensions(const struct asv_sample *sample, const uint8_t *block, size_t len,
                                       struct asv_err *err)
{
    struct draft draft;
    draft_begin(&draft, sample);
    assert_memory_equal(draft.data + draft.body_len - 2, "\0\0", 2);
    memcpy(draft.data + draft.body_len - 2, block, len);
    draft.body_len += len - 2;
    return draft_verify(&draft, err);
}

#define for_each_sample(sample)                                                                            \
    for (const struct asv_sample *sample = samples->samples; sample < samples->samples + ASV_SAMPLE_COUNT; \
         sample++)

static void every_sample_verifies(void **state)
{
    (void)state;
    for_each_sample(sample)
    {
        struct asv_err err = {0};
        assert_int_equal(sample->verify(sample->data, sample->len, &err), ASV_OK);
        assert_string_equal(err.text, "");
        assert_true(sample->len <= sample->limit);
    }
}

/* T-007: no byte is outside the signature, and none of the signature's bytes may differ. */
static void no_object_verifies_with_any_bit_flipped(void **state)
{
    (void)state;
    for_each_sample(sample)
    {
        uint8_t data[ASV_SAMPLE_MAX_BYTES];
        memcpy(data, sample->data, sample->len);
        for (size_t bit = 0; bit < 8 * sample->len; bit++) {
            /* Every bit of small objects; of each byte of the others one that moves. */
            if (sample->len > 600 && bit % 8 != bit / 8 % 8) {
                continue;
            }
            data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_not_equal(sample->verify(data, sample->len, NULL), ASV_OK);
            data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

static void a_signature_for_another_purpose_is_refused(void **state)
{
    (void)state;
    for_each_sample(sample)
    {
        for (int purpose = 0; purpose < ASV_PURPOSE_COUNT; purpose++) {
            struct asv_sample other = *sample;
            struct draft draft;
            other.purpose = (enum asv_purpose)purpose;
            draft_begin(&draft, &other);
            bool own = other.purpose == sample->purpose; /* T-007 */
            assert_int_equal(draft_verify(&draft, NULL), own ? ASV_OK : ASV_E_SIGNATURE);
        }
    }
}

static void an_object_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for_each_sample(sample)
    {
        for (size_t len = 0; len < sample->len; len++) {
            uint8_t *exact = malloc(len + 1); /* the sanitizer sees what is read behind it */
            assert_non_null(exact);
            uint8_t *data = exact + 1;
            memcpy(data, sample->data, len);
            assert_int_not_equal(sample->decode(data, len, NULL), ASV_OK);
            free(exact);
        }
    }
}

/* A body of three bytes whose suite would end with the signature's first byte. */
static void a_body_that_ends_inside_its_beginning_is_refused(void **state)
{
    (void)state;
    uint8_t data[3 + SIGNATURE] = {0, 1, 0, 1, 0, 64};
    for_each_sample(sample)
    {
        assert_int_equal(sample->decode(data, sizeof data, NULL), ASV_E_MALFORMED);
    }
}

static void another_format_or_suite_is_refused(void **state)
{
    (void)state;
    for_each_sample(sample)
    {
        struct draft draft;
        for (size_t at = 0; at < 4; at++) { /* T-001 */
            struct asv_err err = {0};
            draft_begin(&draft, sample);
            draft.data[at] ^= 2;
            assert_int_equal(draft_verify(&draft, &err), ASV_E_UNSUPPORTED);
            assert_non_null(strstr(err.text, at < 2 ? "format" : "suite"));
        }
    }
}

static void trailing_bytes_are_refused_even_when_signed(void **state)
{
    (void)state;
    for_each_sample(sample)
    {
        struct draft draft;
        struct asv_err err = {0};
        draft_begin(&draft, sample);
        draft.data[draft.body_len++] = 0; /* T-002 */
        assert_int_equal(draft_verify(&draft, &err), ASV_E_MALFORMED);
        assert_non_null(strstr(err.text, "trailing bytes"));

        draft_begin(&draft, sample);
        size_t len = draft_sign(&draft);
        draft.data[len] = 0; /* and behind the signature */
        assert_int_not_equal(sample->verify(draft.data, len + 1, NULL), ASV_OK);
    }
}

static void an_object_above_its_limit_is_refused_before_it_is_read(void **state)
{
    (void)state;
    static uint8_t data[ASV_REVOCATIONS_MAX_BYTES + 1];
    for_each_sample(sample)
    {
        struct asv_err err = {0};
        memcpy(data, sample->data, sample->len);
        assert_int_equal(sample->decode(data, sample->limit + 1, &err), ASV_E_LIMIT); /* T-003 */
        assert_non_null(strstr(err.text, "length"));
    }
}

static void another_signature_algorithm_is_refused(void **state)
{
    (void)state;
    for_each_sample(sample)
    {
        struct draft draft;
        draft_begin(&draft, sample);
        size_t len = draft_sign(&draft);
        draft.data[len - SIGNATURE] = 2; /* T-004 */
        assert_int_equal(sample->verify(draft.data, len, NULL), ASV_E_UNSUPPORTED);
        draft.data[len - SIGNATURE] = 1;
        draft.data[len - SIGNATURE + 2] = 63;
        assert_int_equal(sample->verify(draft.data, len, NULL), ASV_E_MALFORMED);
    }
}

static void unknown_extensions_are_kept_unless_critical(void **state)
{
    (void)state;
    static const uint8_t plain[] = {0, 2, 0x00, 0x01, 0, 1, 'x', 0x7f, 0xff, 0, 0};
    static const uint8_t critical[] = {0, 2, 0x00, 0x01, 0, 1, 'x', 0x80, 0x01, 0, 0};
    static const uint8_t twice[] = {0, 2, 0x00, 0x01, 0, 0, 0x00, 0x01, 0, 0};
    static const uint8_t descending[] = {0, 2, 0x00, 0x02, 0, 0, 0x00, 0x01, 0, 0};
    static const uint8_t missing[] = {0, 2, 0x00, 0x02, 0, 0};
    for_each_sample(sample) /* T-005 */
    {
        assert_int_equal(with_extensions(sample, plain, sizeof plain, NULL), ASV_OK);
        assert_int_equal(with_extensions(sample, critical, sizeof critical, NULL), ASV_E_UNSUPPORTED);
        assert_int_equal(with_extensions(sample, twice, sizeof twice, NULL), ASV_E_MALFORMED);
        assert_int_equal(with_extensions(sample, descending, sizeof descending, NULL), ASV_E_MALFORMED);
        assert_int_equal(with_extensions(sample, missing, sizeof missing, NULL), ASV_E_MALFORMED);
    }
}

static void extensions_have_limits(void **state)
{
    (void)state;
    uint8_t many[2 + 4 * (ASV_EXTENSIONS_MAX + 1)] = {0, ASV_EXTENSIONS_MAX + 1};
    for (uint8_t i = 0; i <= ASV_EXTENSIONS_MAX; i++) {
        many[2 + 4 * i + 1] = i;
    }
    uint8_t large[ASV_EXTENSIONS_MAX_BYTES + 1] = {0, 1, 0, 1};
    large[4] = (uint8_t)((sizeof large - 6) >> 8);
    large[5] = (uint8_t)(sizeof large - 6);
    const struct asv_sample *sample = &samples->samples[3]; /* the receipt has room for them */
    assert_string_equal(sample->name, "receipt");
    assert_int_equal(with_extensions(sample, many, sizeof many, NULL), ASV_E_LIMIT); /* T-005 */
    many[1] = ASV_EXTENSIONS_MAX;
    assert_int_equal(with_extensions(sample, many, sizeof many - 4, NULL), ASV_OK);
    assert_int_equal(with_extensions(sample, large, sizeof large, NULL), ASV_E_LIMIT);
    large[5]--;
    assert_int_equal(with_extensions(sample, large, sizeof large - 1, NULL), ASV_OK);
}

static void an_extension_is_found_by_its_type(void **state)
{
    (void)state;
    static const uint8_t data[] = {0, 2, 0x00, 0x01, 0, 1, 'x', 0x80, 0x05, 0, 2, 'y', 'z'};
    static const uint16_t known[] = {0x8005};
    struct asv_reader reader;
    struct asv_bytes block;
    struct asv_bytes value;
    asv_reader_init(&reader, data, sizeof data);
    assert_int_equal(asv_read_extensions(&reader, &block, NULL, 0), ASV_E_UNSUPPORTED);
    assert_int_equal(reader.at, 0);
    assert_int_equal(asv_read_extensions(&reader, &block, known, 1), ASV_OK);
    assert_int_equal(asv_extension_find(block, 0x8005, &value), ASV_OK);
    assert_int_equal(value.len, 2);
    assert_memory_equal(value.data, "yz", 2);
    assert_int_equal(asv_extension_find(block, 2, &value), ASV_E_NOT_FOUND);
    assert_int_equal(asv_extension_find((struct asv_bytes){0}, 2, &value), ASV_E_NOT_FOUND);
}

static void a_block_of_extensions_cut_anywhere_is_refused(void **state)
{
    (void)state;
    static const uint8_t data[] = {0, 2, 0x00, 0x01, 0, 1, 'x', 0x00, 0x05, 0, 2, 'y', 'z'};
    struct asv_reader reader;
    struct asv_bytes block = {data, 99};
    for (size_t len = 0; len < sizeof data; len++) {
        asv_reader_init(&reader, data, len);
        assert_int_equal(asv_read_extensions(&reader, &block, NULL, 0), ASV_E_MALFORMED);
        assert_int_equal(reader.at, 0);
        assert_int_equal(block.len, 99);
    }
    uint8_t out[ASV_EXTENSIONS_MAX_BYTES + 1] = {0};
    struct asv_writer writer;
    asv_writer_init(&writer, out, sizeof out);
    asv_write_extensions(&writer, (struct asv_bytes){out, sizeof out});
    assert_true(writer.overrun); /* T-005 */
}

static void numbers_only_rise(void **state)
{
    (void)state;
    uint8_t held[32] = {1};
    uint8_t other[32] = {2};
    struct asv_err err = {0};
    assert_int_equal(asv_number_check(0, NULL, 1, other, NULL), ASV_OK); /* T-009 */
    assert_int_equal(asv_number_check(7, held, 8, other, NULL), ASV_OK);
    assert_int_equal(asv_number_check(7, held, 7, held, NULL), ASV_E_EXISTS);
    assert_int_equal(asv_number_check(7, held, 6, other, &err), ASV_E_EXPIRED);
    assert_string_equal(err.text, "replaced by number: 7");
    assert_int_equal(asv_number_check(7, held, 7, other, NULL), ASV_E_MISMATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_verifies),
        cmocka_unit_test(no_object_verifies_with_any_bit_flipped),
        cmocka_unit_test(a_signature_for_another_purpose_is_refused),
        cmocka_unit_test(an_object_cut_anywhere_is_refused),
        cmocka_unit_test(a_body_that_ends_inside_its_beginning_is_refused),
        cmocka_unit_test(another_format_or_suite_is_refused),
        cmocka_unit_test(trailing_bytes_are_refused_even_when_signed),
        cmocka_unit_test(an_object_above_its_limit_is_refused_before_it_is_read),
        cmocka_unit_test(another_signature_algorithm_is_refused),
        cmocka_unit_test(unknown_extensions_are_kept_unless_critical),
        cmocka_unit_test(extensions_have_limits),
        cmocka_unit_test(an_extension_is_found_by_its_type),
        cmocka_unit_test(a_block_of_extensions_cut_anywhere_is_refused),
        cmocka_unit_test(numbers_only_rise),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
