/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The certificate of the key that packages are signed with, read by libcrypto.
 */
#include "firmware-proto/crypto/x509.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "tests/unit/test.h"

static const uint8_t key[ASV_P256_SK_BYTES] = {1, 2, 3};
static const struct asv_x509 fields = {.organisation = "Stadt Duisburg",
                                       .name = "Stadt Duisburg, Asservate",
                                       .serial = {0xff, 1, 2},
                                       .from_s = 1767592800,
                                       .until_s = 1767592800 + INT64_C(10) * 365 * 86400};
static uint8_t out[ASV_X509_MAX_BYTES];

static BIO *made(size_t len)
{
    BIO *bio = BIO_new_mem_buf(out, (int)len);
    assert_non_null(bio);
    return bio;
}

/* That the key in it is ours: it verifies what the private one signed. */
static void expect_key(EVP_PKEY *read)
{
    uint8_t pk[ASV_P256_PK_BYTES];
    uint8_t point[1 + ASV_P256_PK_BYTES];
    size_t len = 0;
    assert_int_equal(asv_p256_public(pk, key), ASV_OK);
    assert_int_equal(EVP_PKEY_get_octet_string_param(read, "pub", point, sizeof point, &len), 1);
    assert_int_equal(len, sizeof point);
    assert_memory_equal(point + 1, pk, sizeof pk);
}

static void a_certificate_signs_itself_and_says_what_it_is_for(void **state)
{
    (void)state;
    char name[128];
    size_t len = 0;
    struct asv_x509_said said;
    assert_int_equal(asv_x509_self_signed(out, &len, &fields, key), ASV_OK);
    assert_int_equal(asv_x509_read(&said, (struct asv_bytes){out, len}), ASV_OK);
    assert_string_equal(said.name, fields.name);
    assert_int_equal(said.until_s, fields.until_s);
    assert_int_equal(strlen(said.serial), 2 * ASV_X509_SERIAL_BYTES);
    assert_int_equal(asv_x509_read(&said, (struct asv_bytes){out, len / 2}), ASV_E_MALFORMED);
    BIO *bio = made(len);
    X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    assert_non_null(cert);
    EVP_PKEY *read = X509_get0_pubkey(cert);
    assert_int_equal(X509_verify(cert, read), 1);
    assert_int_equal(X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)), 0);
    X509_NAME_oneline(X509_get_subject_name(cert), name, sizeof name);
    assert_string_equal(name, "/O=Stadt Duisburg/CN=Stadt Duisburg, Asservate");
    assert_int_equal(X509_get_key_usage(cert), KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
    assert_int_equal(X509_check_ca(cert), 0);
    assert_int_equal(ASN1_INTEGER_get(X509_get0_serialNumber(cert)) > 0 ||
                         ASN1_STRING_length(X509_get0_serialNumber(cert)) == ASV_X509_SERIAL_BYTES,
                     1);
    time_t from = fields.from_s - 1;
    time_t until = fields.until_s + 1;
    assert_int_equal(X509_cmp_time(X509_get0_notBefore(cert), &from), 1);
    assert_int_equal(X509_cmp_time(X509_get0_notAfter(cert), &until), -1);
    expect_key(read);
    X509_free(cert);
    BIO_free(bio);
}

/* PK-063 */
static void a_text_from_another_system_is_the_same_certificate(void **state)
{
    (void)state;
    static uint8_t text[2 * ASV_X509_MAX_BYTES];
    struct asv_x509_said said, again;
    size_t len = 0, at = 0;
    assert_int_equal(asv_x509_self_signed(out, &len, &fields, key), ASV_OK);
    assert_int_equal(asv_x509_read(&said, (struct asv_bytes){out, len}), ASV_OK);
    for (size_t i = 0; i < len; i++) {
        if (out[i] == '\n') {
            text[at++] = '\r';
        }
        text[at++] = out[i];
    }
    assert_true(at > len);
    assert_int_equal(asv_x509_read(&again, (struct asv_bytes){text, at}), ASV_OK);
    assert_memory_equal(said.digest, again.digest, sizeof said.digest);
}

static void a_request_is_for_the_same_name_and_key(void **state)
{
    (void)state;
    char name[128];
    size_t len = 0;
    assert_int_equal(asv_x509_request(out, &len, &fields, key), ASV_OK);
    BIO *bio = made(len);
    X509_REQ *request = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    assert_non_null(request);
    EVP_PKEY *read = X509_REQ_get0_pubkey(request);
    assert_int_equal(X509_REQ_verify(request, read), 1);
    X509_NAME_oneline(X509_REQ_get_subject_name(request), name, sizeof name);
    assert_string_equal(name, "/O=Stadt Duisburg/CN=Stadt Duisburg, Asservate");
    expect_key(read);
    X509_REQ_free(request);
    BIO_free(bio);
}

static void fields_beyond_their_limits_are_refused(void **state)
{
    (void)state;
    static const char long_name[] = "12345678901234567890123456789012345678901234567890123456789012345";
    static const uint8_t none[ASV_P256_SK_BYTES];
    struct asv_x509 bad = fields;
    size_t len = 7;
    bad.name = long_name;
    assert_int_equal(asv_x509_self_signed(out, &len, &bad, key), ASV_E_USAGE);
    assert_int_equal(asv_x509_request(out, &len, &bad, key), ASV_E_USAGE);
    bad.name = long_name + 1; /* 64 */
    assert_int_equal(asv_x509_self_signed(out, &len, &bad, key), ASV_OK);
    bad.organisation = "";
    assert_int_equal(asv_x509_self_signed(out, &len, &bad, key), ASV_E_USAGE);
    bad = fields;
    bad.until_s = bad.from_s;
    assert_int_equal(asv_x509_self_signed(out, &len, &bad, key), ASV_E_USAGE);
    assert_int_equal(asv_x509_self_signed(out, &len, &fields, none), ASV_E_MALFORMED);
    assert_int_equal(asv_x509_request(out, &len, &fields, none), ASV_E_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_signs_itself_and_says_what_it_is_for),
        cmocka_unit_test(a_text_from_another_system_is_the_same_certificate),
        cmocka_unit_test(a_request_is_for_the_same_name_and_key),
        cmocka_unit_test(fields_beyond_their_limits_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
