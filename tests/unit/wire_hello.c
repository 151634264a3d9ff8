/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <string.h>

#include "tests/support/wire_samples.h"
#include "tests/unit/test.h"

static uint8_t data[1024];
static size_t data_len;

static void encode(const struct asv_wire_hello *hello)
{
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(asv_wire_hello_encode(&writer, hello), ASV_OK);
    data_len = writer.len;
}

static void encode_reply(const struct asv_wire_hello_reply *hello)
{
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(asv_wire_hello_reply_encode(&writer, hello), ASV_OK);
    data_len = writer.len;
}

static enum asv_status decode(size_t len)
{
    struct asv_wire_hello out = {.version_count = 77};
    struct asv_err err = {0};
    enum asv_status status = asv_wire_hello_decode(&out, data, len, &err);
    if (status != ASV_OK) {
        assert_int_equal(out.version_count, 77);
        assert_true(err.text[0] != '\0');
    }
    return status;
}

static enum asv_status decode_reply(size_t len)
{
    struct asv_wire_hello_reply out = {.version = 77};
    struct asv_err err = {0};
    enum asv_status status = asv_wire_hello_reply_decode(&out, data, len, &err);
    if (status != ASV_OK) {
        assert_int_equal(out.version, 77);
        assert_true(err.text[0] != '\0');
    }
    return status;
}

static void both_hellos_round_trip_and_are_refused_cut_or_longer(void **state)
{
    (void)state;
    struct asv_wire_hello hello = asv_wire_samples()->hello;
    hello.version_count = 3;
    hello.versions[1] = 2;
    hello.versions[2] = 0xffff;
    encode(&hello);
    struct asv_wire_hello out;
    assert_int_equal(asv_wire_hello_decode(&out, data, data_len, NULL), ASV_OK);
    assert_int_equal(out.version_count, 3);
    assert_int_equal(out.versions[2], 0xffff);
    assert_true(out.frame_chunks == hello.frame_chunks && out.requests == hello.requests &&
                out.asked_bytes == hello.asked_bytes);
    assert_memory_equal(out.agency, hello.agency, sizeof out.agency);
    for (size_t len = 0; len < data_len; len++) {
        assert_int_equal(decode(len), ASV_E_MALFORMED);
    }
    data[data_len] = 0;
    assert_int_equal(decode(data_len + 1), ASV_E_MALFORMED);
    for (unsigned count = ASV_WIRE_MAX_VERSIONS + 1; count <= 255;
         count++) { /* as many as are said to follow */
        memset(data, 0, sizeof data);
        data[0] = 1;
        data[1] = (uint8_t)count;
        for (unsigned i = 0; i < count; i++) {
            data[2 + 2 * i + 1] = (uint8_t)(i + 1);
        }
        assert_int_equal(decode(600), ASV_E_LIMIT);
    }

    const struct asv_wire_hello_reply reply = asv_wire_samples()->hello_reply;
    struct asv_wire_hello_reply out_reply;
    encode_reply(&reply);
    assert_int_equal(asv_wire_hello_reply_decode(&out_reply, data, data_len, NULL), ASV_OK);
    assert_memory_equal(&out_reply, &reply, sizeof reply);
    for (size_t len = 0; len < data_len; len++) {
        assert_int_equal(decode_reply(len), ASV_E_MALFORMED);
    }
    data[data_len] = 0;
    assert_int_equal(decode_reply(data_len + 1), ASV_E_MALFORMED);
}

static void one_side_never_takes_the_hello_of_its_own_side(void **state)
{
    (void)state;
    encode(&asv_wire_samples()->hello);
    assert_int_equal(decode_reply(data_len), ASV_E_MALFORMED);
    encode_reply(&asv_wire_samples()->hello_reply);
    assert_int_equal(decode(data_len), ASV_E_MALFORMED);
}

/* P-013 */
static void limits_are_neither_zero_nor_above_the_protocols(void **state)
{
    (void)state;
    static const struct {
        uint16_t frame_chunks;
        uint16_t requests;
        uint32_t asked_bytes;
        enum asv_status status;
    } rows[] = {
        {1, 1, ASV_WIRE_CHUNK_BYTES, ASV_OK},
        {4, 16, ASV_WIRE_MAX_ASKED_BYTES, ASV_OK},
        {0, 1, ASV_WIRE_CHUNK_BYTES, ASV_E_MALFORMED},
        {1, 0, ASV_WIRE_CHUNK_BYTES, ASV_E_MALFORMED},
        {1, 1, ASV_WIRE_CHUNK_BYTES - 1, ASV_E_MALFORMED},
        {5, 1, ASV_WIRE_CHUNK_BYTES, ASV_E_LIMIT},
        {1, 17, ASV_WIRE_CHUNK_BYTES, ASV_E_LIMIT},
        {1, 1, ASV_WIRE_MAX_ASKED_BYTES + 1, ASV_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asv_wire_hello hello = asv_wire_samples()->hello;
        struct asv_wire_hello_reply reply = asv_wire_samples()->hello_reply;
        struct asv_writer writer;
        encode(&hello);
        size_t at = 1 + 1 + 2 + 1 + 2; /* role, versions, suites */
        data[at + 1] = (uint8_t)rows[i].frame_chunks;
        data[at + 3] = (uint8_t)rows[i].requests;
        asv_store_be32(data + at + 4, rows[i].asked_bytes);
        assert_int_equal(decode(data_len), rows[i].status);
        hello.frame_chunks = rows[i].frame_chunks;
        hello.requests = rows[i].requests;
        hello.asked_bytes = rows[i].asked_bytes;
        asv_writer_init(&writer, data, sizeof data);
        assert_int_equal(asv_wire_hello_encode(&writer, &hello),
                         rows[i].status == ASV_OK ? ASV_OK : ASV_E_USAGE);

        encode_reply(&reply);
        data[6] = (uint8_t)rows[i].frame_chunks;
        data[8] = (uint8_t)rows[i].requests;
        asv_store_be32(data + 9, rows[i].asked_bytes);
        assert_int_equal(decode_reply(data_len), rows[i].status);
        reply.frame_chunks = rows[i].frame_chunks;
        reply.requests = rows[i].requests;
        reply.asked_bytes = rows[i].asked_bytes;
        asv_writer_init(&writer, data, sizeof data);
        assert_int_equal(asv_wire_hello_reply_encode(&writer, &reply),
                         rows[i].status == ASV_OK ? ASV_OK : ASV_E_USAGE);
    }
}

/* P-016 */
static void sets_ascend_and_are_bounded(void **state)
{
    (void)state;
    struct asv_wire_hello hello = asv_wire_samples()->hello;
    hello.version_count = 2;
    hello.versions[1] = 2;
    encode(&hello);
    static const uint8_t wrong[][4] = {{0, 1, 0, 1}, {0, 2, 0, 1}, {0, 0, 0, 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        memcpy(data + 2, wrong[i], 4);
        assert_int_equal(decode(data_len), ASV_E_MALFORMED);
    }
    encode(&hello);
    data[1] = 0;
    assert_int_equal(decode(data_len), ASV_E_MALFORMED);
    data[1] = ASV_WIRE_MAX_VERSIONS + 1;
    assert_int_equal(decode(data_len), ASV_E_LIMIT);
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    hello.version_count = 0;
    assert_int_equal(asv_wire_hello_encode(&writer, &hello), ASV_E_USAGE);
    hello.version_count = 1;
    hello.suite_count = ASV_WIRE_MAX_VERSIONS + 1;
    assert_int_equal(asv_wire_hello_encode(&writer, &hello), ASV_E_USAGE);
    encode_reply(&asv_wire_samples()->hello_reply);
    data[2] = 0; /* version 0 */
    assert_int_equal(decode_reply(data_len), ASV_E_MALFORMED);
    encode_reply(&asv_wire_samples()->hello_reply);
    data[4] = 0; /* suite 0 */
    assert_int_equal(decode_reply(data_len), ASV_E_MALFORMED);
}

/* P-017 */
static void unknown_extensions_are_ignored_unless_critical(void **state)
{
    (void)state;
    static const uint8_t harmless[] = {0, 1, 0x00, 0x07, 0, 2, 0xaa, 0xbb};
    static const uint8_t critical[] = {0, 1, 0x80, 0x07, 0, 2, 0xaa, 0xbb};
    encode(&asv_wire_samples()->hello);
    memcpy(data + data_len - 2, harmless, sizeof harmless);
    assert_int_equal(decode(data_len - 2 + sizeof harmless), ASV_OK);
    memcpy(data + data_len - 2, critical, sizeof critical);
    assert_int_equal(decode(data_len - 2 + sizeof critical), ASV_E_UNSUPPORTED);
    encode_reply(&asv_wire_samples()->hello_reply);
    memcpy(data + data_len - 2, harmless, sizeof harmless);
    assert_int_equal(decode_reply(data_len - 2 + sizeof harmless), ASV_OK);
    memcpy(data + data_len - 2, critical, sizeof critical);
    assert_int_equal(decode_reply(data_len - 2 + sizeof critical), ASV_E_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_hellos_round_trip_and_are_refused_cut_or_longer),
        cmocka_unit_test(one_side_never_takes_the_hello_of_its_own_side),
        cmocka_unit_test(limits_are_neither_zero_nor_above_the_protocols),
        cmocka_unit_test(sets_ascend_and_are_bounded),
        cmocka_unit_test(unknown_extensions_are_ignored_unless_critical),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
