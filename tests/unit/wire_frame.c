/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/wire/frame.h"

#include <string.h>

#include "tests/unit/test.h"

#define HEADER ASV_WIRE_FRAME_HEADER_BYTES

static uint8_t buffer[ASV_WIRE_MAX_FRAME_BYTES + 64];

/* Request and count that the kind wants. */
static uint32_t request_of(enum asv_wire_frame_kind kind)
{
    return kind == ASV_WIRE_FRAME_CONTROL ? 0 : 0xa1b2c3d4;
}

static uint32_t count_of(enum asv_wire_frame_kind kind)
{
    return kind == ASV_WIRE_FRAME_CHUNKS ? 1 : 0;
}

static size_t make(enum asv_wire_frame_kind kind, size_t body_len)
{
    size_t len = 0;
    memset(buffer, 0x5a, sizeof buffer);
    assert_int_equal(
        asv_wire_frame_seal(buffer, sizeof buffer, kind, request_of(kind), count_of(kind), body_len, &len),
        ASV_OK);
    return len;
}

static enum asv_status decode(const uint8_t *data, size_t len)
{
    struct asv_wire_frame frame = {.count = 99};
    struct asv_err err = {0};
    enum asv_status status = asv_wire_frame_decode(data, len, &frame, &err);
    if (status != ASV_OK) {
        assert_int_equal(frame.count, 99); /* untouched */
        assert_true(err.text[0] != '\0');
    }
    return status;
}

static void a_frame_has_exactly_these_bytes(void **state)
{
    (void)state;
    static const uint8_t want[] = {5, 0, 0, 0, 0, 0, 0, 11, 0xa1, 0xb2, 0xc3, 0xd4, 0, 0, 0, 0};
    size_t len = make(ASV_WIRE_FRAME_ABORT, 11);
    assert_int_equal(len, HEADER + 11);
    assert_memory_equal(buffer, want, sizeof want);
    struct asv_wire_frame frame;
    assert_int_equal(asv_wire_frame_decode(buffer, len, &frame, NULL), ASV_OK);
    assert_int_equal(frame.kind, ASV_WIRE_FRAME_ABORT);
    assert_int_equal(frame.request, 0xa1b2c3d4);
    assert_int_equal(frame.body.len, 11);
    assert_ptr_equal(frame.body.data, buffer + HEADER);
}

/* P-001 */
static void a_transfer_shorter_or_longer_than_its_frame_is_refused(void **state)
{
    (void)state;
    size_t len = make(ASV_WIRE_FRAME_ABORT, 20);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(decode(buffer, cut), ASV_E_MALFORMED);
    }
    buffer[len] = 0;
    assert_int_equal(decode(buffer, len + 1), ASV_E_MALFORMED);
    assert_int_equal(decode(buffer, len), ASV_OK);
}

/* P-002 */
static void reserved_bits_are_refused(void **state)
{
    (void)state;
    size_t len = make(ASV_WIRE_FRAME_HELLO, 50);
    for (size_t at = 1; at < 4; at++) {
        for (int bit = 0; bit < 8; bit++) {
            buffer[at] = (uint8_t)(1 << bit);
            assert_int_equal(decode(buffer, len), ASV_E_MALFORMED);
        }
        buffer[at] = 0;
    }
    assert_int_equal(decode(buffer, len), ASV_OK);
}

/* P-003 */
static void unknown_kinds_are_refused(void **state)
{
    (void)state;
    size_t len = make(ASV_WIRE_FRAME_HELLO, 50);
    for (int kind = 0; kind < 256; kind++) {
        buffer[0] = (uint8_t)kind;
        if (kind == 0 || kind > ASV_WIRE_FRAME_ABORT) {
            assert_int_equal(decode(buffer, len), ASV_E_UNSUPPORTED);
            assert_string_equal(asv_wire_frame_kind_name((enum asv_wire_frame_kind)kind), "?");
        }
    }
}

/* P-004 */
static void request_and_count_stand_where_they_belong_and_nowhere_else(void **state)
{
    (void)state;
    for (int kind = ASV_WIRE_FRAME_HELLO; kind <= ASV_WIRE_FRAME_ABORT; kind++) {
        bool chunks = kind == ASV_WIRE_FRAME_CHUNKS;
        bool control = kind == ASV_WIRE_FRAME_CONTROL;
        size_t len = make((enum asv_wire_frame_kind)kind, chunks ? 8 + ASV_WIRE_CHUNK_BYTES : 50);
        assert_int_equal(decode(buffer, len), ASV_OK);
        asv_store_be32(buffer + 8, control ? 1 : 0);
        assert_int_equal(decode(buffer, len), ASV_E_MALFORMED);
        asv_store_be32(buffer + 8, control ? 0 : 1);
        asv_store_be32(buffer + 12, chunks ? 0 : 1);
        assert_int_equal(decode(buffer, len), chunks ? ASV_E_LIMIT : ASV_E_MALFORMED);
        asv_store_be32(buffer + 12, 5);
        assert_int_equal(decode(buffer, len), chunks ? ASV_E_LIMIT : ASV_E_MALFORMED);
    }
}

/* P-005 */
static void bodies_outside_their_limits_are_neither_made_nor_taken(void **state)
{
    (void)state;
    static const struct {
        enum asv_wire_frame_kind kind;
        size_t least;
        size_t most;
    } rows[] = {
        {ASV_WIRE_FRAME_HELLO, 1, 640},      {ASV_WIRE_FRAME_HANDSHAKE, 32, 4096},
        {ASV_WIRE_FRAME_CONTROL, 22, 65535}, {ASV_WIRE_FRAME_CHUNKS, 8 + 65552, 8 + 4 * 65552},
        {ASV_WIRE_FRAME_ABORT, 11, 256},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum asv_wire_frame_kind kind = rows[i].kind;
        size_t len = 77;
        make(kind, rows[i].least);
        make(kind, rows[i].most);
        assert_int_equal(asv_wire_frame_seal(buffer, sizeof buffer, kind, request_of(kind), count_of(kind),
                                             rows[i].most + 1, &len),
                         ASV_E_LIMIT);
        assert_int_equal(asv_wire_frame_seal(buffer, sizeof buffer, kind, request_of(kind), count_of(kind),
                                             rows[i].least - 1, &len),
                         ASV_E_LIMIT);
        assert_int_equal(len, 77);
        asv_store_be32(buffer + 4, (uint32_t)rows[i].most + 1);
        assert_int_equal(decode(buffer, HEADER + rows[i].most + 1), ASV_E_LIMIT);
        asv_store_be32(buffer + 4, (uint32_t)rows[i].least - 1);
        assert_int_equal(decode(buffer, HEADER + rows[i].least - 1), ASV_E_MALFORMED);
        asv_store_be32(buffer + 4, UINT32_MAX);
        assert_int_equal(decode(buffer, sizeof buffer), ASV_E_LIMIT);
    }
}

/* P-006 */
static void a_frame_that_would_fill_its_last_packet_gets_one_zero_byte(void **state)
{
    (void)state;
    for (size_t body = 22; body < 600; body++) {
        size_t len = make(ASV_WIRE_FRAME_CONTROL, body);
        assert_true(len % ASV_WIRE_PACKET_BYTES != 0);
        assert_int_equal(len, HEADER + body + ((HEADER + body) % 64 == 0));
        assert_int_equal(decode(buffer, len), ASV_OK);
        if (len == HEADER + body + 1) {
            assert_int_equal(decode(buffer, len - 1), ASV_E_MALFORMED);
            buffer[len - 1] = 1;
            assert_int_equal(decode(buffer, len), ASV_E_MALFORMED);
        }
    }
    /* No CHUNKS frame needs it. */
    for (size_t count = 1; count <= ASV_WIRE_MAX_FRAME_CHUNKS; count++) {
        assert_true((HEADER + 8 + count * ASV_WIRE_CHUNK_BYTES) % ASV_WIRE_PACKET_BYTES != 0);
    }
}

/* P-007 */
static void the_chunks_of_a_frame_are_views_of_it(void **state)
{
    (void)state;
    struct asv_wire_chunks chunks = {.count = 99};
    struct asv_wire_frame frame;
    size_t len = 0;
    size_t body = 8 + 3 * ASV_WIRE_CHUNK_BYTES;
    assert_int_equal(asv_wire_frame_seal(buffer, sizeof buffer, ASV_WIRE_FRAME_CHUNKS, 7, 3, body, &len),
                     ASV_OK);
    asv_store_be64(buffer + HEADER, 1000);
    assert_int_equal(asv_wire_frame_decode(buffer, len, &frame, NULL), ASV_OK);
    assert_int_equal(asv_wire_chunks_decode(&frame, &chunks), ASV_OK);
    assert_true(chunks.first == 1000 && chunks.count == 3);
    assert_ptr_equal(chunks.data, buffer + HEADER + 8);

    asv_store_be64(buffer + HEADER, UINT64_MAX - 2);
    assert_int_equal(asv_wire_chunks_decode(&frame, &chunks), ASV_E_LIMIT);
    asv_store_be64(buffer + HEADER, UINT64_MAX - 3);
    assert_int_equal(asv_wire_chunks_decode(&frame, &chunks), ASV_OK);
    frame.count = 2;
    assert_int_equal(asv_wire_chunks_decode(&frame, &chunks), ASV_E_MALFORMED);
    frame.count = 4;
    assert_int_equal(asv_wire_chunks_decode(&frame, &chunks), ASV_E_MALFORMED);
    frame.count = 3;
    frame.kind = ASV_WIRE_FRAME_CONTROL;
    assert_int_equal(asv_wire_chunks_decode(&frame, &chunks), ASV_E_MALFORMED);
    assert_int_equal(chunks.count, 3);
}

/* P-008 */
static void transfers_hold_the_largest_frame_and_are_whole_packets(void **state)
{
    (void)state;
    size_t len = 0;
    assert_int_equal(asv_wire_frame_seal(buffer, sizeof buffer, ASV_WIRE_FRAME_CHUNKS, 1, 4,
                                         8 + 4 * ASV_WIRE_CHUNK_BYTES, &len),
                     ASV_OK);
    assert_true(len <= ASV_WIRE_MAX_FRAME_BYTES);
    assert_int_equal(ASV_WIRE_MAX_FRAME_BYTES, 262233);
    assert_int_equal(ASV_WIRE_IN_TRANSFER_BYTES, 263168);
    assert_int_equal(ASV_WIRE_IN_TRANSFER_BYTES % 1024, 0);
    assert_int_equal(make(ASV_WIRE_FRAME_CONTROL, 65535), 65551);
    assert_int_equal(make(ASV_WIRE_FRAME_CONTROL, 65520), 65537);
    assert_int_equal(ASV_WIRE_MAX_OUT_FRAME_BYTES, 65552);
    assert_int_equal(ASV_WIRE_OUT_TRANSFER_BYTES, 66560);
    assert_int_equal(ASV_WIRE_OUT_TRANSFER_BYTES % 1024, 0);
}

static void a_frame_is_not_made_where_it_does_not_fit(void **state)
{
    (void)state;
    size_t len = 77;
    memset(buffer, 0x5a, sizeof buffer);
    assert_int_equal(asv_wire_frame_seal(buffer, HEADER + 49, ASV_WIRE_FRAME_HELLO, 1, 0, 50, &len),
                     ASV_E_LIMIT);
    assert_int_equal(asv_wire_frame_seal(buffer, 64, ASV_WIRE_FRAME_HELLO, 1, 0, 48, &len), ASV_E_LIMIT);
    assert_int_equal(asv_wire_frame_seal(buffer, sizeof buffer, (enum asv_wire_frame_kind)9, 1, 0, 48, &len),
                     ASV_E_LIMIT);
    assert_int_equal(len, 77);
    assert_int_equal(buffer[0], 0x5a);
    assert_int_equal(asv_wire_frame_seal(buffer, 65, ASV_WIRE_FRAME_HELLO, 1, 0, 48, &len), ASV_OK);
    assert_int_equal(len, 65);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_has_exactly_these_bytes),
        cmocka_unit_test(a_transfer_shorter_or_longer_than_its_frame_is_refused),
        cmocka_unit_test(reserved_bits_are_refused),
        cmocka_unit_test(unknown_kinds_are_refused),
        cmocka_unit_test(request_and_count_stand_where_they_belong_and_nowhere_else),
        cmocka_unit_test(bodies_outside_their_limits_are_neither_made_nor_taken),
        cmocka_unit_test(a_frame_that_would_fill_its_last_packet_gets_one_zero_byte),
        cmocka_unit_test(the_chunks_of_a_frame_are_views_of_it),
        cmocka_unit_test(transfers_hold_the_largest_frame_and_are_whole_packets),
        cmocka_unit_test(a_frame_is_not_made_where_it_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
