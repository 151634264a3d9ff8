/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/base/bytes.h"

#include <string.h>

#include "tests/unit/test.h"

static void integers_are_big_endian_and_round_trip(void **state)
{
    (void)state;
    uint8_t data[8 + 8 + 4 + 2 + 1];
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    asv_write_u64(&writer, UINT64_C(0x0102030405060708));
    asv_write_i64(&writer, -2);
    asv_write_u32(&writer, 0xa1b2c3d4);
    asv_write_u16(&writer, 0xbeef);
    asv_write_u8(&writer, 7);
    size_t len = 0;
    assert_int_equal(asv_write_end(&writer, &len), ASV_OK);
    assert_int_equal(len, sizeof data);
    static const uint8_t want[] = {1,    2,    3,    4,    5,    6,    7,    8,    0xff, 0xff, 0xff, 0xff,
                                   0xff, 0xff, 0xff, 0xfe, 0xa1, 0xb2, 0xc3, 0xd4, 0xbe, 0xef, 7};
    assert_memory_equal(data, want, sizeof want);

    struct asv_reader reader;
    asv_reader_init(&reader, data, len);
    uint64_t u64;
    int64_t i64;
    uint32_t u32;
    uint16_t u16;
    uint8_t u8;
    assert_int_equal(asv_read_u64(&reader, &u64), ASV_OK);
    assert_int_equal(asv_read_i64(&reader, &i64), ASV_OK);
    assert_int_equal(asv_read_u32(&reader, &u32), ASV_OK);
    assert_int_equal(asv_read_end(&reader), ASV_E_MALFORMED);
    assert_int_equal(asv_read_u16(&reader, &u16), ASV_OK);
    assert_int_equal(asv_read_u8(&reader, &u8), ASV_OK);
    assert_int_equal(asv_read_end(&reader), ASV_OK);
    assert_true(u64 == UINT64_C(0x0102030405060708) && i64 == -2 && u32 == 0xa1b2c3d4 && u16 == 0xbeef &&
                u8 == 7);
}

static void a_failed_read_moves_nothing_and_stores_nothing(void **state)
{
    (void)state;
    static const uint8_t data[] = {0x00, 0x05, 'a', 'b'};
    struct asv_reader reader;
    asv_reader_init(&reader, data, sizeof data);
    struct asv_bytes view = {data, 99};
    uint64_t u64 = 42;
    char text[8] = "kept";
    assert_int_equal(asv_read_u64(&reader, &u64), ASV_E_MALFORMED);
    assert_int_equal(asv_read_view16(&reader, &view, 8), ASV_E_MALFORMED);
    assert_int_equal(asv_read_view16(&reader, &view, 4), ASV_E_LIMIT);
    assert_int_equal(asv_read_view32(&reader, &view, 8), ASV_E_LIMIT);
    assert_int_equal(asv_read_view(&reader, &view, 5), ASV_E_MALFORMED);
    assert_int_equal(asv_read_copy(&reader, text, 5), ASV_E_MALFORMED);
    assert_int_equal(asv_read_copy(&reader, text, SIZE_MAX), ASV_E_MALFORMED);
    assert_int_equal(asv_read_view(&reader, &view, SIZE_MAX), ASV_E_MALFORMED);
    assert_int_equal(reader.at, 0);
    assert_int_equal(view.len, 99);
    assert_true(u64 == 42);

    static const uint8_t bell[] = {3, 'a', 0x07, 'b'};
    asv_reader_init(&reader, bell, sizeof bell);
    assert_int_equal(asv_read_text8(&reader, text, sizeof text), ASV_E_MALFORMED);
    assert_int_equal(asv_read_text8(&reader, text, 3), ASV_E_LIMIT);
    assert_int_equal(reader.at, 0);
    assert_string_equal(text, "kept");
}

static void a_writer_that_overran_stays_overrun(void **state)
{
    (void)state;
    uint8_t data[4] = {9, 9, 9, 9};
    struct asv_writer writer;
    size_t len = 77;
    asv_writer_init(&writer, data, sizeof data);
    asv_write_u16(&writer, 1);
    asv_write_u32(&writer, 2); /* does not fit */
    asv_write_u8(&writer, 3);  /* would, but is not written */
    assert_int_equal(asv_write_end(&writer, &len), ASV_E_LIMIT);
    assert_int_equal(len, 77);
    static const uint8_t want[] = {0, 1, 9, 9};
    assert_memory_equal(data, want, sizeof want);

    uint8_t big[0x200];
    memset(big, 'x', sizeof big);
    uint8_t out[0x400];
    asv_writer_init(&writer, out, sizeof out);
    asv_write_view8(&writer, big, 0x100); /* a u8 cannot say 256 */
    assert_int_equal(asv_write_end(&writer, &len), ASV_E_LIMIT);
    asv_writer_init(&writer, out, sizeof out);
    asv_write_text8(&writer, "caf\xc3\xa9");
    assert_int_equal(asv_write_end(&writer, &len), ASV_E_LIMIT);
}

static void text_round_trips(void **state)
{
    (void)state;
    uint8_t out[16];
    struct asv_writer writer;
    size_t len = 0;
    asv_writer_init(&writer, out, sizeof out);
    asv_write_text8(&writer, "K-07");
    assert_int_equal(asv_write_end(&writer, &len), ASV_OK);
    struct asv_reader reader;
    asv_reader_init(&reader, out, len);
    char text[5];
    assert_int_equal(asv_read_text8(&reader, text, sizeof text), ASV_OK);
    assert_string_equal(text, "K-07");
    assert_int_equal(asv_read_end(&reader), ASV_OK);
}

static void errors_carry_text_and_number_and_are_cut(void **state)
{
    (void)state;
    struct asv_err err = {0};
    assert_int_equal(asv_fail_at(&err, ASV_E_LIMIT, "chunk", UINT64_MAX), ASV_E_LIMIT);
    assert_string_equal(err.text, "chunk: 18446744073709551615");
    assert_int_equal(asv_status_class(err.status), ASV_CLASS_PERMANENT);
    char text[2 * ASV_ERR_TEXT_BYTES];
    memset(text, 'y', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_int_equal(asv_fail(&err, ASV_E_DIGEST, text), ASV_E_DIGEST);
    assert_int_equal(strlen(err.text), ASV_ERR_TEXT_BYTES - 1);
    assert_int_equal(asv_fail(NULL, ASV_E_IO, "nobody listens"), ASV_E_IO);
    assert_string_equal(asv_status_name(ASV_E_UNTRUSTED), "UNTRUSTED");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_big_endian_and_round_trip),
        cmocka_unit_test(a_failed_read_moves_nothing_and_stores_nothing),
        cmocka_unit_test(a_writer_that_overran_stays_overrun),
        cmocka_unit_test(text_round_trips),
        cmocka_unit_test(errors_carry_text_and_number_and_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
