/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is filed electronically: names, limits, and the directory. */
#include "server/package/filing.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/base/utf8.h"
#include "firmware-proto/crypto/x509.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

static const uint8_t uuid[ASV_UUID_BYTES] = {0x01, 0x93, 0x5a, 0, 0, 0, 0x7a, 0,
                                             0x8a, 0,    0,    0, 0, 0, 0,    0x01};
#define ID "01935a00-0000-7a00-8a00-000000000001"

/* LAW H7: file names `Name_UUID.ext`, at most 90 characters. PK-050 */
static void a_title_becomes_a_name(void **state)
{
    static const struct {
        const char *title, *format, *name; /* NULL: none */
    } cases[] = {
        {"Anschreiben", "pdf", "Anschreiben_" ID ".pdf"},
        {"Asservatenliste 570 Js 123/18", "pdf", "Asservatenliste_570_Js_123_18_" ID ".pdf"},
        {"\xc3\x9c"
         "bergabe, gepr\xc3\xbc"
         "ft (Stra\xc3\x9f"
         "e)",
         "pdf",
         "\xc3\x9c"
         "bergabe_gepr\xc3\xbc"
         "ft_Stra\xc3\x9f"
         "e_" ID ".pdf"},
        {"a-b_c", "xml", "a-b_c_" ID ".xml"},
        {"  v. 1.2  ", "pdf", "v_1_2_" ID ".pdf"},
        {"caf\xc3\xa9 \xe2\x82\xac", "pdf", "caf_" ID ".pdf"},
        {"../../etc/passwd", "pdf", "etc_passwd_" ID ".pdf"},
        {"a\xff"
         "b",
         "pdf", "a_b_" ID ".pdf"},
        {"1234567890123456789012345678901234567890123456789", "pdf", /* 45 have room */
         "123456789012345678901234567890123456789012345_" ID ".pdf"},
        {"12345678901234567890123456789012345678901234 x", "pdf", /* no underscore at its end */
         "12345678901234567890123456789012345678901234_" ID ".pdf"},
        {"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
         "\xc3\xa4\xc3\xa4\xc3\xa4"
         "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
         "\xc3\xa4\xc3\xa4\xc3\xa4"
         "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
         "\xc3\xa4\xc3\xa4\xc3\xa4"
         "b",
         "pdf",
         "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
         "\xc3\xa4\xc3\xa4\xc3\xa4"
         "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
         "\xc3\xa4\xc3\xa4\xc3\xa4"
         "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
         "\xc3\xa4\xc3\xa4\xc3\xa4_" ID ".pdf"},
        {"", "pdf", NULL},
        {"...", "pdf", NULL},
        {"a", "", NULL},
        {"a", "p", NULL},
        {"a", "PDF", NULL},
        {"a", "p.f", NULL},
        {"a", "pdfpdf", NULL},
        {"a", "zip", NULL},
        {"a", "7z", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[ASV_FILING_NAME_BYTES] = "untouched";
        enum asv_status status = asv_filing_name(name, cases[i].title, uuid, cases[i].format);
        if (status != (cases[i].name != NULL ? ASV_OK : ASV_E_USAGE)) {
            fail_msg("%s.%s", cases[i].title, cases[i].format);
        }
        assert_string_equal(name, cases[i].name != NULL ? cases[i].name : "untouched");
        if (cases[i].name != NULL) {
            char beside[ASV_FILING_NAME_BYTES + 4];
            snprintf(beside, sizeof beside, "%s.p7s", name);
            assert_true(asv_filing_name_is_good(name));
            assert_true(asv_filing_name_is_good(beside));
        }
    }
}

/* PK-050, PK-051 */
static void other_names_are_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "a.pdf",
                                      "_" ID ".pdf",
                                      ID ".pdf",
                                      "a" ID ".pdf",
                                      "a_" ID,
                                      "a_" ID ".",
                                      "a_" ID ".zip",
                                      "a_" ID ".zip.p7s",
                                      "a_" ID ".PDF",
                                      "a_" ID ".pdf.p7s.p7s",
                                      "a_" ID ".pdf.pdf",
                                      "a b_" ID ".pdf",
                                      "a.b_" ID ".pdf",
                                      "d/a_" ID ".pdf",
                                      "../a_" ID ".pdf",
                                      "caf\xc3\xa9_" ID ".pdf",
                                      "a\xff_" ID ".pdf",
                                      "a_01935a00-0000-7a00-8a00-00000000000g.pdf",
                                      "xjustiz_nachricht.xml.p7s",
                                      "XJUSTIZ_NACHRICHT.XML",
                                      "1234567890123456789012345678901234567890123456_" ID ".pdf.p7s"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (asv_filing_name_is_good(bad[i])) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    assert_true(asv_filing_name_is_good("xjustiz_nachricht.xml"));
    assert_true(asv_filing_name_is_good("xjustiz_nachricht_" ID ".xml"));
    assert_true(asv_filing_name_is_good("123456789012345678901234567890123456789012345_" ID ".pdf.p7s"));
}

/* LAW H8: limits of an electronic filing. PK-052 */
static void limits_are_those_of_the_day(void **state)
{
    static const struct {
        uint32_t date;
        bool usb;
    } days[] = {{20240101, false}, {20250729, false}, {20250730, true}, {20261129, true}};
    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        const struct asv_filing_limits *limits = asv_filing_limits_of(days[i].date);
        assert_int_equal(limits->usb, days[i].usb);
        assert_int_equal(limits->files, 1000);
        assert_int_equal(limits->bytes, 200000000);
    }
}

/* ---- the directory ---- */

static char dir_name[256];
static int dir = -1;
static struct asv_filing filing;
static uint8_t sk[ASV_P256_SK_BYTES] = {1, 2, 3};
static uint8_t pem[ASV_X509_MAX_BYTES];
static struct asv_package_signer signer;

static enum asv_status sign(void *ctx, const uint8_t digest[ASV_SHA256_BYTES],
                            uint8_t out[ASV_P256_SIG_MAX_BYTES], size_t *len, struct asv_err *err)
{
    (void)err;
    return asv_p256_sign(out, len, ctx, digest);
}

static int set_up(void **state)
{
    static const struct asv_x509 who = {.organisation = "O", .name = "N", .from_s = 1, .until_s = 2};
    size_t len = 0;
    (void)state;
    asv_test_make_directory(dir_name, sizeof dir_name);
    dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (asv_x509_self_signed(pem, &len, &who, sk) != ASV_OK) {
        return -1;
    }
    signer = (struct asv_package_signer){.cades = {sk, {pem, len}, sign}, .now_s = 1796000000};
    return dir < 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(dir);
    asv_test_remove_directory(dir_name);
    return 0;
}

static enum asv_status add(const char *name, uint64_t size, struct asv_err *err)
{
    static const uint8_t zeros[1000];
    struct asv_bytes left = {zeros, size < sizeof zeros ? (size_t)size : sizeof zeros};
    struct asv_source source = asv_source_bytes(&left);
    source.size = size;
    return asv_filing_add(&filing, name, &source, NULL, err);
}

static int files_in(const char *name)
{
    int count = 0;
    DIR *entries = fdopendir(openat(dir, name, O_RDONLY | O_DIRECTORY));
    assert_non_null(entries);
    for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        count += entry->d_type == DT_REG;
        assert_true(entry->d_type == DT_REG || entry->d_name[0] == '.');
    }
    closedir(entries);
    return count;
}

/* LAW H4: each document has its signature. PK-051, PK-053 */
static void a_filing_is_a_flat_directory(void **state)
{
    struct asv_bytes left = {(const uint8_t *)"%PDF-", 5};
    const struct asv_source source = asv_source_bytes(&left);
    uint8_t *sig = NULL;
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_cades said;
    size_t len = 0;
    (void)state;
    assert_int_equal(ASV_OK, asv_filing_begin(&filing, dir, "filing", 20261129, NULL));
    assert_int_equal(ASV_OK, add("left_" ID ".pdf", 1, NULL));
    asv_filing_close(&filing); /* a crash; what it had is gone */
    assert_int_equal(ASV_OK, asv_filing_begin(&filing, dir, "filing", 20261129, NULL));
    assert_int_equal(
        ASV_OK, asv_filing_add_document(&filing, "Anschreiben_" ID ".pdf", &source, &signer, NULL, NULL));
    assert_int_equal(ASV_E_USAGE, add("a/b_" ID ".pdf", 1, NULL));
    assert_int_equal(ASV_E_EXISTS, add("anschreiben_" ID ".pdf", 1, NULL));
    assert_int_equal(faccessat(dir, "filing", F_OK, 0), -1);
    assert_int_equal(ASV_OK, add(ASV_FILING_MESSAGE, 10, NULL));
    assert_int_equal(ASV_OK, asv_filing_finish(&filing, NULL));
    assert_int_equal(files_in("filing"), 3);
    asv_test_read_file(dir_name, "filing/Anschreiben_" ID ".pdf.p7s", &sig, &len);
    asv_sha256(digest, "%PDF-", 5);
    assert_int_equal(ASV_OK, asv_cades_verify(&said, (struct asv_bytes){sig, len}, digest, NULL));
    free(sig);
    assert_int_equal(ASV_E_EXISTS, asv_filing_begin(&filing, dir, "filing", 20261129, NULL));
    assert_int_equal(ASV_OK, asv_filing_begin(&filing, dir, "none", 20261129, NULL));
    assert_int_equal(ASV_E_STATE, asv_filing_finish(&filing, NULL)); /* without its message */
}

/* PK-052 */
static void one_more_than_may_be_filed_is_refused(void **state)
{
    static const struct asv_filing_limits small = {0, 3, 1500, true};
    struct asv_err err = {0};
    (void)state;
    assert_int_equal(ASV_OK, asv_filing_begin(&filing, dir, "limits", 20261129, NULL));
    filing.limits = &small;
    assert_int_equal(ASV_OK, add("a_" ID ".pdf", 1000, NULL));
    assert_int_equal(ASV_E_LIMIT, add("b_" ID ".pdf", 501, &err));
    assert_non_null(strstr(err.text, "at most 1500 bytes"));
    assert_int_equal(ASV_OK, add("c_" ID ".pdf", 500, NULL));
    assert_int_equal(ASV_OK, add("d_" ID ".pdf", 0, NULL));
    assert_int_equal(ASV_E_LIMIT, add("e_" ID ".pdf", 0, &err));
    assert_non_null(strstr(err.text, "at most 3 files"));
    asv_filing_close(&filing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_title_becomes_a_name),
        cmocka_unit_test(other_names_are_refused),
        cmocka_unit_test(limits_are_those_of_the_day),
        cmocka_unit_test(a_filing_is_a_flat_directory),
        cmocka_unit_test(one_more_than_may_be_filed_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
