/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/wire/devlog.h"

#include <string.h>

#include "tests/support/wire_samples.h"
#include "tests/unit/test.h"

static uint8_t data[ASV_DEVLOG_MAX_BYTES + 512];
static size_t data_len;

static enum asv_status encode(const struct asv_devlog_block *block)
{
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    enum asv_status status = asv_devlog_block_encode(&writer, block, asv_samples()->agency.camera.sk);
    data_len = writer.len;
    return status;
}

static enum asv_status decode(size_t len)
{
    struct asv_devlog_block out = {.first = 77};
    struct asv_err err = {0};
    enum asv_status status = asv_devlog_block_decode(&out, data, len, &err);
    if (status != ASV_OK) {
        assert_true(out.first == 77 && err.text[0] != '\0');
    }
    return status;
}

static void a_block_round_trips(void **state)
{
    (void)state;
    struct asv_devlog_block out;
    struct asv_devlog_entry entry;
    struct asv_reader reader;
    assert_int_equal(encode(&asv_wire_samples()->log), ASV_OK);
    assert_int_equal(asv_devlog_block_decode(&out, data, data_len, NULL), ASV_OK);
    assert_true(out.first == 1 && out.next == 3 && out.count == 2);
    asv_reader_init(&reader, out.entries.data, out.entries.len);
    assert_int_equal(asv_devlog_entry_decode(&reader, &entry), ASV_OK);
    assert_true(entry.number == 1 && entry.kind == ASV_DEVLOG_BOOT && entry.mono_ms == 1000);
    assert_int_equal(entry.value.len, 5);
    assert_memory_equal(entry.value.data, "1.0.0", 5);
    assert_int_equal(asv_devlog_entry_decode(&reader, &entry), ASV_OK);
    assert_int_equal(entry.kind, ASV_DEVLOG_DISPLAY_ON);
    assert_int_equal(asv_read_end(&reader), ASV_OK);
    for (size_t len = 0; len < data_len; len++) {
        assert_int_not_equal(decode(len), ASV_OK);
    }
    assert_int_not_equal(decode(data_len + 1), ASV_OK);
}

/* P-092 */
static void a_block_is_this_cameras_and_signed(void **state)
{
    (void)state;
    const struct asv_test_agency *agency = &asv_samples()->agency;
    struct asv_devlog_block out;
    struct asv_err err = {0};
    assert_int_equal(encode(&asv_wire_samples()->log), ASV_OK);
    assert_int_equal(asv_devlog_block_decode(&out, data, data_len, NULL), ASV_OK);
    assert_int_equal(asv_devlog_block_verify(&out, agency->camera.cert_digest, agency->camera.pk, &err),
                     ASV_OK);
    assert_int_equal(asv_devlog_block_verify(&out, agency->dock.cert_digest, agency->camera.pk, &err),
                     ASV_E_MISMATCH);
    assert_int_equal(asv_devlog_block_verify(&out, agency->camera.cert_digest, agency->dock.pk, &err),
                     ASV_E_SIGNATURE);
    data[data_len - 1] ^= 1;
    assert_int_equal(asv_devlog_block_decode(&out, data, data_len, NULL), ASV_OK);
    assert_int_equal(asv_devlog_block_verify(&out, agency->camera.cert_digest, agency->camera.pk, &err),
                     ASV_E_SIGNATURE);
}

#define FIRST_AT  (2 + 2 + ASV_DIGEST_FIELD_BYTES)
#define BEFORE_AT (FIRST_AT + 16 + 2)
#define COUNT_AT  (FIRST_AT + 16 + 2 * ASV_DIGEST_FIELD_BYTES)
#define ENTRY_AT  (COUNT_AT + 2)

/* P-090 */
static void entries_that_do_not_follow_or_were_altered_show(void **state)
{
    (void)state;
    assert_int_equal(encode(&asv_wire_samples()->log), ASV_OK);
    data[ENTRY_AT + 10] ^= 1; /* its time */
    assert_int_equal(decode(data_len), ASV_E_DIGEST);
    data[ENTRY_AT + 10] ^= 1;
    data[ENTRY_AT + 7] = 2; /* its number */
    assert_int_equal(decode(data_len), ASV_E_MALFORMED);
    data[ENTRY_AT + 7] = 0;
    assert_int_equal(decode(data_len), ASV_E_MALFORMED);
    data[ENTRY_AT + 7] = 1;
    data[COUNT_AT + 1] = 1;
    assert_int_equal(decode(data_len), ASV_E_MALFORMED);
    data[COUNT_AT] = 4; /* 1,026 */
    data[COUNT_AT + 1] = 2;
    assert_int_equal(decode(data_len), ASV_E_LIMIT);
    data[COUNT_AT] = 0;
    data[FIRST_AT + 15] = 2; /* the log ends before these entries do */
    assert_int_equal(decode(data_len), ASV_E_MALFORMED);
    data[FIRST_AT + 15] = 3;
    assert_int_equal(decode(data_len), ASV_OK);
    data[0] = 1; /* format */
    assert_int_equal(decode(data_len), ASV_E_UNSUPPORTED);
    data[0] = 0;
    data[3] = 2; /* suite */
    assert_int_equal(decode(data_len), ASV_E_UNSUPPORTED);
    assert_int_equal(decode(4), ASV_E_UNSUPPORTED); /* however long its signature is */
    data[3] = 1;
    assert_int_equal(decode(4), ASV_E_MALFORMED);
    memmove(data + 2, data + data_len - ASV_SIGNATURE_FIELD_BYTES, ASV_SIGNATURE_FIELD_BYTES);
    data[2] = 0; /* a signature that begins within them */
    assert_int_not_equal(decode(2 + ASV_SIGNATURE_FIELD_BYTES), ASV_OK);
}

/* P-091 */
static void nothing_stands_before_entry_1(void **state)
{
    (void)state;
    struct asv_devlog_block block = asv_wire_samples()->log;
    block.before[0] = 1;
    assert_int_equal(encode(&block), ASV_E_USAGE);
    assert_int_equal(encode(&asv_wire_samples()->log), ASV_OK);
    /* Made consistent by whoever forges it: the digest behind is right for that digest before. */
    uint8_t digest[ASV_SHA256_BYTES] = {1};
    struct asv_devlog_block log = asv_wire_samples()->log;
    struct asv_reader reader;
    struct asv_devlog_entry entry;
    asv_reader_init(&reader, log.entries.data, log.entries.len);
    for (int i = 0; i < 2; i++) {
        size_t start = reader.at;
        assert_int_equal(asv_devlog_entry_decode(&reader, &entry), ASV_OK);
        asv_devlog_digest(digest, log.entries.data + start, reader.at - start);
    }
    data[BEFORE_AT] = 1;
    memcpy(data + BEFORE_AT + ASV_DIGEST_FIELD_BYTES, digest, sizeof digest);
    assert_int_equal(decode(data_len), ASV_E_MALFORMED);
}

static void blocks_that_follow_fit_together(void **state)
{
    (void)state;
    struct asv_devlog_block whole = asv_wire_samples()->log;
    struct asv_devlog_block out;
    struct asv_reader reader;
    struct asv_devlog_entry entry;
    asv_reader_init(&reader, whole.entries.data, whole.entries.len);
    assert_int_equal(asv_devlog_entry_decode(&reader, &entry), ASV_OK);
    size_t cut = reader.at;

    struct asv_devlog_block first = whole;
    first.count = 1;
    first.entries.len = cut;
    assert_int_equal(encode(&first), ASV_OK);
    assert_int_equal(asv_devlog_block_decode(&out, data, data_len, NULL), ASV_OK);
    struct asv_devlog_block second = whole;
    second.first = 2;
    second.count = 1;
    second.entries = (struct asv_bytes){whole.entries.data + cut, whole.entries.len - cut};
    memcpy(second.before, out.after, sizeof second.before);
    assert_int_equal(encode(&second), ASV_OK);
    assert_int_equal(asv_devlog_block_decode(&out, data, data_len, NULL), ASV_OK);
    struct asv_devlog_block both;
    const struct asv_wire_samples *all = asv_wire_samples();
    assert_int_equal(asv_devlog_block_decode(&both, all->log_block, all->log_block_len, NULL), ASV_OK);
    assert_memory_equal(out.after, both.after, sizeof out.after);

    struct asv_devlog_block empty = {.first = 3, .next = 3};
    memcpy(empty.before, both.after, sizeof empty.before);
    assert_int_equal(encode(&empty), ASV_OK);
    assert_int_equal(decode(data_len), ASV_OK);
    empty.first = 4;
    assert_int_equal(encode(&empty), ASV_E_USAGE);
    empty.first = 0;
    assert_int_equal(encode(&empty), ASV_E_USAGE);
}

static void a_block_has_a_limit(void **state)
{
    (void)state;
    static uint8_t entries[ASV_DEVLOG_MAX_BYTES + 1024];
    static uint8_t value[ASV_DEVLOG_VALUE_MAX];
    struct asv_writer writer;
    struct asv_devlog_block block = {.first = 1, .next = 1000};
    asv_writer_init(&writer, entries, sizeof entries);
    while (writer.len < ASV_DEVLOG_MAX_BYTES) {
        struct asv_devlog_entry entry = {.number = ++block.count, .value = {value, sizeof value}};
        assert_int_equal(asv_devlog_entry_encode(&writer, &entry), ASV_OK);
    }
    block.entries = (struct asv_bytes){entries, writer.len};
    assert_int_equal(encode(&block), ASV_E_LIMIT);
    assert_int_equal(decode(ASV_DEVLOG_MAX_BYTES + 1), ASV_E_LIMIT);
    struct asv_devlog_entry entry = {.number = 1, .value = {entries, ASV_DEVLOG_VALUE_MAX + 1}};
    assert_int_equal(asv_devlog_entry_encode(&writer, &entry), ASV_E_USAGE);
    entry = (struct asv_devlog_entry){.number = 0};
    assert_int_equal(asv_devlog_entry_encode(&writer, &entry), ASV_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_round_trips),
        cmocka_unit_test(a_block_is_this_cameras_and_signed),
        cmocka_unit_test(entries_that_do_not_follow_or_were_altered_show),
        cmocka_unit_test(nothing_stands_before_entry_1),
        cmocka_unit_test(blocks_that_follow_fit_together),
        cmocka_unit_test(a_block_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
