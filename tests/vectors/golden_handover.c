/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bytes of docs/HANDOVER.md 2: the ledger's extract of a filing. */
#include <string.h>

#include "server/handover/extract.h"
#include "tests/support/golden.h"
#include "tests/unit/test.h"

static const char about[] = "docs/HANDOVER.md 2: the ledger's extract, of two files";
static const struct {
    const char *name, *text;
} files[] = {{"1-000000000003-committed.entry", "an entry"}, {"trust", "quorum none\n"}};

static void an_extract_keeps_its_bytes(void **state)
{
    (void)state;
    uint8_t data[256];
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    asv_extract_write_head(&writer, 2);
    for (size_t i = 0; i < 2; i++) {
        asv_extract_write_name(&writer, files[i].name, (uint32_t)strlen(files[i].text));
        asv_write_bytes(&writer, files[i].text, strlen(files[i].text));
    }
    asv_golden_check("handover-extract", about, data, writer.len);
    asv_golden_seed("handover_extract", "two", data, writer.len);
}

static enum asv_status read_it(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err)
{
    (void)err;
    memcpy(out, (const uint8_t *)ctx + offset, len);
    return ASV_OK;
}

static enum asv_status read_all(uint8_t *data, size_t len)
{
    struct asv_extract extract = {.read = read_it, .ctx = data, .size = len};
    struct asv_extract_file file;
    bool there = true;
    enum asv_status status = asv_extract_open(&extract, NULL);
    for (size_t i = 0; status == ASV_OK && there; i++) {
        status = asv_extract_next(&extract, &file, &there, NULL);
        if (status == ASV_OK && there) {
            assert_true(i < 2);
            assert_string_equal(file.name, files[i].name);
            assert_memory_equal(data + file.offset, files[i].text, file.size);
        }
    }
    return status;
}

static void the_golden_extract_is_read_and_nothing_shorter(void **state)
{
    (void)state; /* PK-062 */
    uint8_t data[256];
    size_t len = asv_golden_load("handover-extract", data, sizeof data);
    assert_int_equal(read_all(data, len), ASV_OK);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(read_all(data, cut), ASV_E_MALFORMED);
    }
    assert_int_equal(read_all(data, len + 1), ASV_E_MALFORMED);
    data[9]++;
    assert_int_equal(read_all(data, len), ASV_E_UNSUPPORTED);
    data[9]--;
    data[10]++;
    assert_int_equal(read_all(data, len), ASV_E_LIMIT);
}

/* The first file's name, otherwise: hidden, leading elsewhere, with a byte that is none, behind the next one
 * or the same. */
static void a_name_that_is_none_is_refused(void **state)
{
    (void)state; /* PK-062 */
    static const struct {
        const char *first, *second;
    } names[] = {{".a", "b"}, {"a/b", "c"}, {"a b", "c"}, {"", "b"}, {"b", "a"}, {"a", "a"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint8_t data[64];
        struct asv_writer writer;
        asv_writer_init(&writer, data, sizeof data);
        asv_extract_write_head(&writer, 2);
        asv_extract_write_name(&writer, names[i].first, 0);
        asv_extract_write_name(&writer, names[i].second, 0);
        struct asv_extract extract = {.read = read_it, .ctx = data, .size = writer.len};
        struct asv_extract_file file;
        bool there = true;
        assert_int_equal(asv_extract_open(&extract, NULL), ASV_OK);
        enum asv_status status = ASV_OK;
        while (status == ASV_OK && there) {
            status = asv_extract_next(&extract, &file, &there, NULL);
        }
        assert_int_equal(status, ASV_E_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_extract_keeps_its_bytes),
        cmocka_unit_test(the_golden_extract_is_read_and_nothing_shorter),
        cmocka_unit_test(a_name_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
