/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What bag-info.txt takes, and what the listings of a package say of its files. */
#include <stdio.h>
#include <string.h>

#include "server/package/bag.h"
#include "server/package/listing.h"
#include "tests/unit/test.h"

static uint8_t out[ASV_BAG_INFO_BYTES];
static const struct asv_bag_oxum oxum = {1234567890123, 7};

static struct asv_bytes text(const char *value)
{
    return (struct asv_bytes){(const uint8_t *)value, strlen(value)};
}

#define OXUM "Payload-Oxum: 1234567890123.7\n"

/* PK-022 */
static void what_is_written_is_read_back(void **state)
{
    static const struct asv_bag_field fields[] = {
        {"Source-Organization", "Stadt Duisburg, B\xc3\xbcrger- und Ordnungsamt"},
        {"Bagging-Date", "2026-11-29"}};
    size_t len = 0;
    size_t at = 0;
    (void)state;
    assert_int_equal(ASV_OK, asv_bag_write_info(out, &len, &oxum, fields, 2, NULL));
    static const char want[] = OXUM "Source-Organization: Stadt Duisburg, B\xc3\xbcrger- und Ordnungsamt\n"
                                    "Bagging-Date: 2026-11-29\n";
    assert_int_equal(len, sizeof want - 1);
    assert_memory_equal(out, want, len);
    assert_int_equal(ASV_OK, asv_bag_check_info((struct asv_bytes){out, len}, &oxum, &at));
    assert_int_equal(at, len);
    assert_int_equal(ASV_OK, asv_bag_check_info(text(OXUM), &oxum, &at));
}

/* PK-022 */
static void fields_that_are_none_are_refused(void **state)
{
    static const struct asv_bag_field bad[] = {{"", "x"},
                                               {"a b", "x"},
                                               {"a:", "x"},
                                               {"a", ""},
                                               {"a", " x"},
                                               {"a", "x "},
                                               {"a", "x\ny"},
                                               {"payload-oxum", "1.1"},
                                               {"a", "\xff"},
                                               {"a", "x\xc2\x85y"},
                                               {"a", "x\xe2\x80\xa8y"}};
    struct asv_bag_field many[ASV_BAG_FIELDS_MAX + 1];
    char longer[ASV_BAG_VALUE_BYTES + 2];
    size_t len = 7;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(ASV_E_USAGE, asv_bag_write_info(out, &len, &oxum, &bad[i], 1, NULL));
    }
    memset(longer, 'a', sizeof longer);
    longer[ASV_BAG_VALUE_BYTES + 1] = '\0';
    many[0] = (struct asv_bag_field){"a", longer};
    assert_int_equal(ASV_E_USAGE, asv_bag_write_info(out, &len, &oxum, many, 1, NULL));
    longer[ASV_BAG_VALUE_BYTES] = '\0';
    for (size_t i = 0; i <= ASV_BAG_FIELDS_MAX; i++) {
        many[i] = (struct asv_bag_field){"a", i < 14 ? longer : "x"};
    }
    assert_int_equal(ASV_E_LIMIT, asv_bag_write_info(out, &len, &oxum, many, ASV_BAG_FIELDS_MAX + 1, NULL));
    assert_int_equal(ASV_OK, asv_bag_write_info(out, &len, &oxum, many, ASV_BAG_FIELDS_MAX, NULL));
    for (size_t i = 14; i < 18; i++) {
        many[i].value = longer;
    }
    assert_int_equal(ASV_E_LIMIT, asv_bag_write_info(out, &len, &oxum, many, ASV_BAG_FIELDS_MAX, NULL));
}

/* PK-022 */
static void another_text_is_not_read(void **state)
{
    static const struct {
        const char *text;
        enum asv_status status;
        size_t at;
    } bad[] = {
        {"", ASV_E_MISMATCH, 0},
        {"Payload-Oxum: 1234567890123.8\n", ASV_E_MISMATCH, 0},
        {"Payload-Oxum: 1234567890123.7", ASV_E_MISMATCH, 0},
        {OXUM "\n", ASV_E_MALFORMED, 30},
        {OXUM "a: b", ASV_E_MALFORMED, 30},
        {OXUM "a: b\nc\n", ASV_E_MALFORMED, 35},
        {OXUM "a:b\n", ASV_E_MALFORMED, 30},
        {OXUM "a: \n", ASV_E_MALFORMED, 30},
        {OXUM "a: b\r\n", ASV_E_MALFORMED, 30},
        {OXUM " a: b\n", ASV_E_MALFORMED, 30},
        {OXUM "PAYLOAD-OXUM: 1.1\n", ASV_E_MALFORMED, 30},
        {OXUM "a: \xc3\n", ASV_E_MALFORMED, 30},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t at = 99;
        if (asv_bag_check_info(text(bad[i].text), &oxum, &at) != bad[i].status || at != bad[i].at) {
            fail_msg("%zu: read, or wrong at %zu", i, at);
        }
    }
}

/* ---- listings ---- */

static const char *const names[] = {
    "mimetype",     "data/1.pdf",          "data/a & b.txt",         "bagit.txt",
    "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "META-INF/x"};
static size_t at_name;

static enum asv_status first(void *ctx, struct asv_err *err)
{
    (void)ctx;
    (void)err;
    at_name = 0;
    return ASV_OK;
}

static enum asv_status next(void *ctx, struct asv_zip_entry *entry, struct asv_err *err)
{
    (void)ctx;
    (void)err;
    if (at_name == sizeof names / sizeof *names) {
        return ASV_E_NOT_FOUND;
    }
    memset(entry->sha256, 0xab, sizeof entry->sha256);
    return asv_zip_set_name(entry, text(names[at_name++]));
}

/* Reads the text in small pieces; it is as long as was said. */
static void expect(const struct asv_listing_form *form, const char *want)
{
    static const struct asv_entries entries = {NULL, first, next};
    struct asv_listing listing;
    struct asv_source source;
    char got[4096] = "";
    size_t len = 0;
    size_t some = 1;
    assert_int_equal(ASV_OK, asv_listing_source(&listing, form, &entries, &source, NULL));
    while (some > 0) {
        assert_int_equal(ASV_OK, source.read(source.ctx, got + len, 7, &some, NULL));
        len += some;
    }
    assert_string_equal(got, want);
    assert_int_equal(len, source.size);
}

#define AB  "abababababababababababababababababababababababababababababababab"
#define B64 "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s="
#define REF(uri, type)                                                                                \
    "<DataObjectReference URI=\"" uri "\" MimeType=\"" type                                           \
    "\"><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>" B64 \
    "</ds:DigestValue></DataObjectReference>\n"

/* PK-020, PK-021, PK-030 */
static void a_listing_has_a_line_for_each_of_its_files(void **state)
{
    (void)state;
    expect(&asv_bag_manifest, AB "  data/1.pdf\n" AB "  data/a & b.txt\n");
    expect(&asv_bag_tag_manifest,
           AB "  mimetype\n" AB "  bagit.txt\n" AB "  bag-info.txt\n" AB "  manifest-sha256.txt\n");
    expect(&asv_asic_manifest,
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ASiCManifest "
           "xmlns=\"http://uri.etsi.org/02918/v1.2.1#\" "
           "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\n"
           "<SigReference URI=\"META-INF/signature.p7s\" MimeType=\"application/pkcs7-signature\"/>\n" REF(
               "data/1.pdf", "application/pdf") REF("data/a%20%26%20b.txt", "text/plain")
               REF("bagit.txt", "text/plain") REF("bag-info.txt", "text/plain")
                   REF("manifest-sha256.txt", "text/plain")
                       REF("tagmanifest-sha256.txt", "text/plain") "</ASiCManifest>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(fields_that_are_none_are_refused),
        cmocka_unit_test(another_text_is_not_read),
        cmocka_unit_test(a_listing_has_a_line_for_each_of_its_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
