/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/header.h"

#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "tests/support/clip.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_seal_header good;

static int set_up(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_test_plan plan = {.unit = "Aussendienst", .area = "Mitte"};
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 1);
    asv_test_clip_header(&good, &agency, &agency.camera, &world, &plan);
    good.stanza_count = 2;
    memset(good.stanzas[0].key_id, 1, ASV_KEY_ID_BYTES);
    memset(good.stanzas[1].key_id, 2, ASV_KEY_ID_BYTES);
    memset(good.nonce, 3, sizeof good.nonce);
    memset(good.commitment, 4, sizeof good.commitment);
    good.stream = 0x1234;
    good.segment = 0x56789abc;
    return 0;
}

static enum asv_status write(const struct asv_seal_header *header, uint8_t *out, size_t cap, size_t *len)
{
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_writer writer;
    asv_writer_init(&writer, out, cap);
    enum asv_status status = asv_seal_header_write(&writer, digest, header, agency.camera.sk, NULL);
    *len = writer.len;
    return status;
}

static enum asv_status read(struct asv_seal_header *out, const uint8_t *data, size_t len)
{
    uint8_t digest[ASV_SHA256_BYTES];
    return asv_seal_header_read(out, digest, data, len, agency.camera.pk, NULL);
}

/* Reading stores an empty block's two bytes; otherwise the two must be one. */
static void assert_same(const struct asv_seal_header *read_back, const struct asv_seal_header *written)
{
    struct asv_seal_header want = *written;
    if (want.extensions_len == 0) {
        want.extensions_len = 2;
    }
    /* Field by field: padding is not compared. */
    uint8_t a[ASV_SEAL_HEADER_MAX_BYTES];
    uint8_t b[ASV_SEAL_HEADER_MAX_BYTES];
    size_t a_len;
    size_t b_len;
    assert_int_equal(write(read_back, a, sizeof a, &a_len), ASV_OK);
    assert_int_equal(write(&want, b, sizeof b, &b_len), ASV_OK);
    assert_int_equal(a_len, b_len);
    assert_memory_equal(a, b, a_len);
}

static void a_header_reads_back_as_it_was_written(void **state)
{
    (void)state;
    uint8_t data[ASV_SEAL_HEADER_MAX_BYTES];
    size_t len;
    struct asv_seal_header back;
    assert_int_equal(write(&good, data, sizeof data, &len), ASV_OK);
    assert_int_equal(read(&back, data, len), ASV_OK);
    assert_same(&back, &good);
    /* and a few fields by name, so that two wrongs do not make a right */
    assert_string_equal(back.unit, "Aussendienst");
    assert_string_equal(back.codecs, good.codecs);
    assert_int_equal(back.stream, 0x1234);
    assert_int_equal(back.segment, 0x56789abc);
    assert_int_equal(back.key_date, 20260105);
    assert_true(back.start_wall_ms == good.start_wall_ms && back.start_mono_ms == good.start_mono_ms);
    assert_memory_equal(back.stanzas, good.stanzas, sizeof good.stanzas);
    assert_memory_equal(back.nonce, good.nonce, sizeof good.nonce);
}

static void the_longest_header_fits_its_limit(void **state)
{
    (void)state;
    struct asv_seal_header header = good;
    uint8_t data[ASV_SEAL_HEADER_MAX_BYTES];
    size_t len;
    char *texts[] = {header.model,  header.serial, header.firmware, header.container,
                     header.codecs, header.unit,   header.area};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        memset(texts[i], 'x', ASV_TEXT_MAX);
        texts[i][ASV_TEXT_MAX] = '\0';
    }
    header.stanza_count = ASV_SEAL_STANZAS_MAX;
    memset(header.stanzas[2].key_id, 5, ASV_KEY_ID_BYTES);
    memset(header.stanzas[3].key_id, 6, ASV_KEY_ID_BYTES);
    struct asv_writer block;
    asv_writer_init(&block, header.extensions, sizeof header.extensions);
    asv_write_u16(&block, 1);
    asv_write_u16(&block, 9);
    asv_write_u16(&block, ASV_EXTENSIONS_MAX_BYTES - 6);
    header.extensions_len = ASV_EXTENSIONS_MAX_BYTES;
    assert_int_equal(write(&header, data, sizeof data, &len), ASV_OK);
    struct asv_seal_header back;
    assert_int_equal(read(&back, data, len), ASV_OK);
    assert_same(&back, &header);
    for (size_t cap = 0; cap < len; cap += 7) {
        assert_int_equal(write(&header, data, cap, &len), ASV_E_LIMIT);
        assert_int_equal(len, 0);
        assert_int_equal(write(&header, data, sizeof data, &len), ASV_OK);
    }
}

static void number_0(struct asv_seal_header *h)
{
    h->number = 0;
}
static void number_0_with_previous(struct asv_seal_header *h)
{
    h->number = 0;
    h->previous[31] = 1;
}
static void first_with_previous(struct asv_seal_header *h)
{
    h->previous[31] = 1;
}
static void second_without_previous(struct asv_seal_header *h)
{
    h->number = 2;
}
static void uuid_v4(struct asv_seal_header *h)
{
    h->clip[6] = 0x4f;
}
static void uuid_variant(struct asv_seal_header *h)
{
    h->clip[8] = 0x4f;
}
static void clock_0(struct asv_seal_header *h)
{
    h->clock_state = 0;
}
static void clock_4(struct asv_seal_header *h)
{
    h->clock_state = 4;
}
static void source_4(struct asv_seal_header *h)
{
    h->clock_source = 4;
}
static void sync_without_source(struct asv_seal_header *h)
{
    h->clock_source = ASV_CLOCK_NONE;
}
static void source_without_sync(struct asv_seal_header *h)
{
    h->last_sync_wall_ms = 0;
}
static void key_kind_0(struct asv_seal_header *h)
{
    h->key_kind = 0;
}
static void key_kind_3(struct asv_seal_header *h)
{
    h->key_kind = 3;
}
static void day_without_date(struct asv_seal_header *h)
{
    h->key_date = 0;
}
static void february_29(struct asv_seal_header *h)
{
    h->key_date = 20260229;
}
static void month_13(struct asv_seal_header *h)
{
    h->key_date = 20261301;
}
static void reserve_with_date(struct asv_seal_header *h)
{
    h->key_kind = ASV_KEY_RESERVE;
}
static void no_stanza(struct asv_seal_header *h)
{
    h->stanza_count = 0;
}
static void five_stanzas(struct asv_seal_header *h)
{
    h->stanza_count = 5;
}
static void same_key_twice(struct asv_seal_header *h)
{
    memcpy(h->stanzas[1].key_id, h->stanzas[0].key_id, ASV_KEY_ID_BYTES);
}
static void stream_type_0(struct asv_seal_header *h)
{
    h->stream_type = 0;
}
static void stream_type_5(struct asv_seal_header *h)
{
    h->stream_type = 5;
}
static void sealer_0(struct asv_seal_header *h)
{
    h->sealer = 0;
}
static void sealer_3(struct asv_seal_header *h)
{
    h->sealer = 3;
}
static void no_model(struct asv_seal_header *h)
{
    h->model[0] = '\0';
}
static void no_serial(struct asv_seal_header *h)
{
    h->serial[0] = '\0';
}
static void no_container(struct asv_seal_header *h)
{
    h->container[0] = '\0';
}
static void bad_extensions(struct asv_seal_header *h)
{
    h->extensions_len = 3;
}

static void a_value_out_of_range_is_not_written(void **state)
{
    (void)state;
    static void (*const changes[])(struct asv_seal_header *) = {
        number_0,
        number_0_with_previous,
        first_with_previous,
        second_without_previous,
        uuid_v4,
        uuid_variant,
        clock_0,
        clock_4,
        source_4,
        sync_without_source,
        key_kind_0,
        key_kind_3,
        source_without_sync,
        february_29,
        day_without_date,
        month_13,
        no_stanza,
        reserve_with_date,
        five_stanzas,
        stream_type_0,
        same_key_twice,
        stream_type_5,
        sealer_0,
        sealer_3,
        no_model,
        no_serial,
        no_container,
        bad_extensions,
    };
    uint8_t data[ASV_SEAL_HEADER_MAX_BYTES];
    size_t len;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct asv_seal_header header = good;
        changes[i](&header);
        /* S-040, S-041, S-042, S-043, S-048 */
        assert_int_equal(write(&header, data, sizeof data, &len), ASV_E_USAGE);
        assert_int_equal(len, 0);
    }
}

/* Signs changed bytes as a camera with other software would: only the reader stands in the way. */
static enum asv_status read_changed(size_t offset, const void *bytes, size_t bytes_len)
{
    uint8_t data[ASV_SEAL_HEADER_MAX_BYTES];
    size_t len;
    struct asv_seal_header back;
    assert_int_equal(write(&good, data, sizeof data, &len), ASV_OK);
    memcpy(data + offset, bytes, bytes_len);
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    writer.len = len - ASV_SIGNATURE_FIELD_BYTES;
    assert_int_equal(asv_object_sign(&writer, 0, ASV_PURPOSE_HEADER, agency.camera.sk), ASV_OK);
    return read(&back, data, writer.len);
}

static void another_format_suite_or_algorithm_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_changed(0, "\x00\x01", 2), ASV_OK);
    assert_int_equal(read_changed(0, "\x00\x02", 2), ASV_E_UNSUPPORTED); /* S-001 */
    assert_int_equal(read_changed(0, "\x00\x00", 2), ASV_E_UNSUPPORTED);
    assert_int_equal(read_changed(2, "\x00\x02", 2), ASV_E_UNSUPPORTED);
    struct asv_seal_header back;
    assert_int_equal(read(&back, (const uint8_t *)"\x00\x01\x00\x02", 4),
                     ASV_E_UNSUPPORTED); /* however long */
    assert_int_equal(read(&back, (const uint8_t *)"\x00\x01\x00\x01", 4), ASV_E_MALFORMED);
    static uint8_t too_long[ASV_SEAL_HEADER_MAX_BYTES + 1] = {0, 1, 0, 1};
    assert_int_equal(read(&back, too_long, sizeof too_long), ASV_E_LIMIT);
    assert_int_equal(read_changed(4, "\x02", 1), ASV_E_UNSUPPORTED); /* the agency's digest algorithm */
    assert_int_equal(read_changed(5, "\x1f", 1), ASV_E_MALFORMED);   /* its length: S-003 */
    assert_int_equal(read_changed(4 + 34 + 1, "\x1f", 1), ASV_E_MALFORMED); /* text: S-046 */
    assert_int_equal(read_changed(4 + 34, "\x41", 1), ASV_E_LIMIT);         /* 65 characters */
}

static void a_value_out_of_range_is_not_read(void **state)
{
    (void)state;
    /* Where the number stands, and the fixed fields behind it: SEAL.md, section 4. */
    size_t number =
        4 + 34 + 3 + strlen(good.model) + strlen(good.serial) + strlen(good.firmware) + 3 * 34 + 16;
    const struct {
        size_t offset;
        const void *bytes;
        size_t len;
    } cases[] = {
        {number, "\0\0\0\0\0\0\0\0", 8},
        {number, "\0\0\0\0\0\0\0\2", 8}, /* a second clip without a previous one */
        {number + 40 + 2, "\1", 1},      /* a first clip with one */
        {number + 8 + 6, "\x4f", 1},
        {number + 8 + 8, "\x4f", 1},
        {number + 90, "\0", 1},
        {number + 90, "\4", 1},
        {number + 91, "\0\0\0\0\0\0\0\0", 8},
        {number + 99, "\0", 1},
        {number + 99, "\4", 1},
        {number + 112, "\0", 1},
        {number + 112, "\2", 1}, /* a reserve key with a date */
        {number + 112, "\3", 1},
        {number + 113, "\0\0\0\0", 4},
        {number + 118 + 50, good.stanzas[0].key_id, ASV_KEY_ID_BYTES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_changed(cases[i].offset, cases[i].bytes, cases[i].len), ASV_E_MALFORMED);
    }
    assert_int_equal(read_changed(number + 117, "\5", 1), ASV_E_LIMIT);
    assert_int_not_equal(read_changed(number + 117, "\0", 1), ASV_OK);
    /* What follows the stanzas: nonce, commitment, container, codecs, group, stream; then its type. */
    size_t stream_type =
        number + 118 + 2 * 50 + 16 + 34 + 2 + strlen(good.container) + strlen(good.codecs) + 16 + 2;
    size_t sealer = stream_type + 1 + 4 + 16 + 2 + strlen(good.unit) + strlen(good.area);
    assert_int_equal(read_changed(stream_type, "\1", 1), ASV_OK);
    assert_int_equal(read_changed(stream_type, "\0", 1), ASV_E_MALFORMED);
    assert_int_equal(read_changed(stream_type, "\5", 1), ASV_E_MALFORMED);
    assert_int_equal(read_changed(sealer, "\2", 1), ASV_OK);
    assert_int_equal(read_changed(sealer, "\0", 1), ASV_E_MALFORMED);
    assert_int_equal(read_changed(sealer, "\3", 1), ASV_E_MALFORMED);
}

/* The empty block of extensions is the last two bytes of the body. */
static enum asv_status read_with_extensions(const uint8_t *block, size_t block_len)
{
    uint8_t data[ASV_SEAL_HEADER_MAX_BYTES];
    size_t len;
    struct asv_seal_header back;
    assert_int_equal(write(&good, data, sizeof data, &len), ASV_OK);
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    writer.len = len - ASV_SIGNATURE_FIELD_BYTES - 2;
    asv_write_bytes(&writer, block, block_len);
    assert_int_equal(asv_object_sign(&writer, 0, ASV_PURPOSE_HEADER, agency.camera.sk), ASV_OK);
    enum asv_status status = read(&back, data, writer.len);
    if (status == ASV_OK) {
        assert_int_equal(back.extensions_len, block_len);
        assert_memory_equal(back.extensions, block, block_len);
    }
    return status;
}

static void unknown_extensions_are_kept_and_critical_ones_refused(void **state)
{
    (void)state;
    static const uint8_t two[] = {0, 2, 0x00, 0x07, 0, 1, 0xaa, 0x00, 0x08, 0, 0};
    static const uint8_t critical[] = {0, 1, 0x80, 0x07, 0, 0};
    static const uint8_t twice[] = {0, 2, 0x00, 0x07, 0, 0, 0x00, 0x07, 0, 0};
    static const uint8_t trailing[] = {0, 0, 0};
    assert_int_equal(read_with_extensions(two, sizeof two), ASV_OK); /* S-049 */
    assert_int_equal(read_with_extensions(critical, sizeof critical), ASV_E_UNSUPPORTED);
    assert_int_equal(read_with_extensions(twice, sizeof twice), ASV_E_MALFORMED);
    assert_int_equal(read_with_extensions(trailing, sizeof trailing), ASV_E_MALFORMED); /* S-002 */
}

static void every_byte_of_a_header_is_signed(void **state)
{
    (void)state;
    uint8_t data[ASV_SEAL_HEADER_MAX_BYTES];
    size_t len;
    struct asv_seal_header back;
    assert_int_equal(write(&good, data, sizeof data, &len), ASV_OK);
    for (size_t i = 0; i < len; i++) {
        data[i] ^= 0x01;
        assert_int_not_equal(read(&back, data, len), ASV_OK); /* S-004 */
        data[i] ^= 0x01;
        assert_int_not_equal(read(&back, data, i), ASV_OK);
    }
    assert_int_equal(read(&back, data, len), ASV_OK);
    uint8_t digest[ASV_SHA256_BYTES];
    assert_int_equal(asv_seal_header_read(&back, digest, data, len, agency.dock.pk, NULL), ASV_E_SIGNATURE);
    assert_int_equal(asv_seal_header_read(&back, digest, data, len, NULL, NULL), ASV_OK);
    uint8_t want[ASV_SHA256_BYTES];
    asv_sha256(want, data, len - ASV_SIGNATURE_FIELD_BYTES);
    assert_memory_equal(digest, want, sizeof want);
}

static void the_commitment_is_the_documented_digest(void **state)
{
    (void)state;
    static const uint8_t message[] = "asservat/v1/key-commitment\0" /* the domain and its separator */
                                     "0123456789abcdef";
    uint8_t want[ASV_SHA256_BYTES];
    uint8_t got[ASV_SHA256_BYTES];
    asv_sha256(want, message, sizeof message - 1);
    asv_key_commitment(got, (const uint8_t *)"0123456789abcdef");
    assert_memory_equal(got, want, sizeof want); /* S-045 */
}

static void stanzas_must_be_those_of_the_header(void **state)
{
    (void)state;
    static struct asv_test_clip clip;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 0, .recipients = 3};
    asv_test_world_init(&world, 3);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    struct asv_bytes all = {clip.stanzas.data, clip.stanzas.len};
    assert_int_equal(clip.stanzas.len, 3 * ASV_AGE_X25519_STANZA_BYTES);
    assert_int_equal(asv_seal_stanzas_check(&clip.header, all), ASV_OK); /* S-020 */
    for (size_t i = 0; i < all.len; i++) {
        clip.stanzas.data[i] ^= 0x01;
        assert_int_not_equal(asv_seal_stanzas_check(&clip.header, all), ASV_OK);
        clip.stanzas.data[i] ^= 0x01;
        assert_int_not_equal(asv_seal_stanzas_check(&clip.header, (struct asv_bytes){all.data, i}), ASV_OK);
    }
    uint8_t more[4 * ASV_AGE_X25519_STANZA_BYTES];
    memcpy(more, all.data, all.len);
    memcpy(more + all.len, all.data, ASV_AGE_X25519_STANZA_BYTES);
    assert_int_equal(asv_seal_stanzas_check(&clip.header, (struct asv_bytes){more, sizeof more}),
                     ASV_E_DIGEST);
    /* the same ones in another order */
    memcpy(more, all.data + ASV_AGE_X25519_STANZA_BYTES, ASV_AGE_X25519_STANZA_BYTES);
    memcpy(more + ASV_AGE_X25519_STANZA_BYTES, all.data, ASV_AGE_X25519_STANZA_BYTES);
    assert_int_equal(asv_seal_stanzas_check(&clip.header, (struct asv_bytes){more, all.len}), ASV_E_DIGEST);
    asv_test_clip_free(&clip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_reads_back_as_it_was_written),
        cmocka_unit_test(the_longest_header_fits_its_limit),
        cmocka_unit_test(a_value_out_of_range_is_not_written),
        cmocka_unit_test(another_format_suite_or_algorithm_is_refused),
        cmocka_unit_test(a_value_out_of_range_is_not_read),
        cmocka_unit_test(unknown_extensions_are_kept_and_critical_ones_refused),
        cmocka_unit_test(every_byte_of_a_header_is_signed),
        cmocka_unit_test(the_commitment_is_the_documented_digest),
        cmocka_unit_test(stanzas_must_be_those_of_the_header),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
