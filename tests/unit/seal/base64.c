/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/base64.h"

#include <string.h>

#include "tests/unit/test.h"

#define CAP 4

/* The length that text decodes to, or the status's negative. */
static int plain(const char *text)
{
    uint8_t out[CAP];
    size_t len = 99;
    enum asv_status status =
        asv_base64_decode(out, sizeof out, &len, (struct asv_bytes){(const uint8_t *)text, strlen(text)});
    assert_true((len == 99) == (status != ASV_OK));
    return status == ASV_OK ? (int)len : -(int)status;
}

static int padded(const char *text)
{
    uint8_t out[CAP];
    size_t len = 99;
    enum asv_status status = asv_base64_padded_decode(
        out, sizeof out, &len, (struct asv_bytes){(const uint8_t *)text, strlen(text)});
    assert_true((len == 99) == (status != ASV_OK));
    return status == ASV_OK ? (int)len : -(int)status;
}

static void only_the_canonical_text_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int without, with; /* padding */
    } cases[] = {
        {"", 0, 0},
        {"AA", 1, -ASV_E_MALFORMED},
        {"AAA", 2, -ASV_E_MALFORMED},
        {"AAAA", 3, 3},
        {"+/zZ", 3, 3},
        {"AA==", -ASV_E_MALFORMED, 1},
        {"AAA=", -ASV_E_MALFORMED, 2},
        {"A", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"AAAAA", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"AB", -ASV_E_MALFORMED, -ASV_E_MALFORMED}, /* bits that no byte holds */
        {"AAB", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"AB==", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"AAB=", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"A===", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"====", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"AA=", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"AA=A", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"AAAA====", -ASV_E_LIMIT, -ASV_E_MALFORMED},
        {"AA A", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"AAA\n", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"-_", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"-_==", -ASV_E_MALFORMED, -ASV_E_MALFORMED},
        {"AAAAAAAA", -ASV_E_LIMIT, -ASV_E_LIMIT},
        {"AAAAAAA=", -ASV_E_LIMIT, -ASV_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(plain(cases[i].text), cases[i].without);
        assert_int_equal(padded(cases[i].text), cases[i].with);
    }
}

static void every_length_comes_back(void **state)
{
    (void)state;
    for (size_t size = 0; size < 40; size++) {
        uint8_t data[40];
        uint8_t text[ASV_BASE64_PADDED_CHARS(40)];
        uint8_t back[40];
        size_t len;
        struct asv_writer writer;
        for (size_t i = 0; i < size; i++) {
            data[i] = (uint8_t)(i * 37 + size);
        }
        asv_writer_init(&writer, text, sizeof text);
        asv_write_base64(&writer, data, size);
        assert_int_equal(writer.len, ASV_BASE64_CHARS(size));
        assert_int_equal(asv_base64_decode(back, sizeof back, &len, (struct asv_bytes){text, writer.len}),
                         ASV_OK);
        assert_int_equal(len, size);
        assert_memory_equal(back, data, size);

        asv_writer_init(&writer, text, sizeof text);
        asv_write_base64_padded(&writer, data, size);
        assert_int_equal(writer.len, ASV_BASE64_PADDED_CHARS(size));
        assert_int_equal(
            asv_base64_padded_decode(back, sizeof back, &len, (struct asv_bytes){text, writer.len}), ASV_OK);
        assert_int_equal(len, size);
        assert_memory_equal(back, data, size);
    }
}

/* RFC 4648, section 10. */
static void the_rfcs_vectors_are_written(void **state)
{
    (void)state;
    static const char *const texts[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint8_t out[16];
        struct asv_writer writer;
        asv_writer_init(&writer, out, sizeof out);
        asv_write_base64_padded(&writer, (const uint8_t *)texts[i][0], strlen(texts[i][0]));
        assert_int_equal(writer.len, strlen(texts[i][1]));
        assert_memory_equal(out, texts[i][1], writer.len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_canonical_text_is_taken),
        cmocka_unit_test(every_length_comes_back),
        cmocka_unit_test(the_rfcs_vectors_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
