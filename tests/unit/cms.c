/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Signatures that recipients make: by openssl, with the keys that offices have. */
#include "firmware-proto/crypto/cms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/files.h"
#include "tests/unit/test.h"

#define CONTENT "what is signed\n"

static char dir[256];
static uint8_t *sig;
static size_t sig_len;

static int set_up(void **state)
{
    (void)state;
    asv_test_make_directory(dir, sizeof dir);
    asv_test_write_file(dir, "content", CONTENT, sizeof CONTENT - 1);
    sig = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(sig);
    asv_test_remove_directory(dir);
    return 0;
}

static void sh(const char *line)
{
    char script[2048];
    snprintf(script, sizeof script, "set -e; cd '%s'; %s", dir, line);
    if (asv_test_run(dir, (const char *const[]){"bash", "-c", script, NULL}) != 0) {
        fail_msg("%s", line);
    }
}

/* With a key of this kind, in this way. */
static void sign(const char *key, const char *how)
{
    char line[1024];
    snprintf(
        line, sizeof line,
        "test -f cert || openssl req -x509 -newkey %s -nodes -keyout key -out cert -subj /CN=JHS -days 30; "
        "openssl cms -sign -binary -nosmimecap -signer cert -inkey key -in content -outform DER -out sig %s",
        key, how);
    sh(line);
    free(sig);
    sig = NULL;
    asv_test_read_file(dir, "sig", &sig, &sig_len);
}

static enum asv_status verify(const char *content, struct asv_cms *out)
{
    struct asv_err err = {0};
    enum asv_status status =
        asv_cms_verify(out, (struct asv_bytes){sig, sig_len},
                       (struct asv_bytes){(const uint8_t *)content, strlen(content)}, &err);
    assert_true(status == ASV_OK || err.text[0] != '\0');
    return status;
}

/* HO-023 */
static void what_offices_have_verifies(void **state)
{
    static const char *const kinds[][2] = {
        {"rsa:3072", "-md sha256"},
        {"rsa:3072", "-md sha384 -keyopt rsa_padding_mode:pss"},
        {"rsa:3072", "-md sha256 -cades"},
        {"ec -pkeyopt ec_paramgen_curve:P-256", "-md sha256 -cades"},
        {"ec -pkeyopt ec_paramgen_curve:secp384r1", "-md sha512"},
        {"ec -pkeyopt ec_paramgen_curve:brainpoolP256r1", "-md sha256"},
    };
    struct asv_cms said;
    uint8_t *der = NULL;
    size_t len = 0;
    uint8_t digest[ASV_SHA256_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (i != 1 && i != 2) {
            sh("rm -f cert");
        }
        sign(kinds[i][0], kinds[i][1]);
        assert_int_equal(verify(CONTENT, &said), ASV_OK);
        sh("openssl x509 -in cert -outform DER -out der");
        asv_test_read_file(dir, "der", &der, &len);
        asv_sha256(digest, der, len);
        free(der);
        assert_memory_equal(digest, said.certificate, sizeof digest);
        assert_true(said.signed_s > 1700000000);
        assert_int_equal(verify("what is signeD\n", &said), ASV_E_DIGEST);
    }
}

/* HO-023 */
static void what_is_weak_or_something_else_does_not(void **state)
{
    struct asv_cms said;
    (void)state;
    sign("rsa:2048", "-md sha256");
    assert_int_equal(verify(CONTENT, &said), ASV_E_UNSUPPORTED);
    sh("rm cert");
    sign("rsa:3072", "-md sha1");
    assert_int_equal(verify(CONTENT, &said), ASV_E_UNSUPPORTED);
    sign("rsa:3072", "-md sha256 -nocerts");
    assert_int_equal(verify(CONTENT, &said), ASV_E_SIGNATURE);
    sign("rsa:3072", "-md sha256 -nodetach");
    assert_int_equal(verify(CONTENT, &said), ASV_E_MALFORMED);
    sign("rsa:3072", "-md sha256 -noattr");
    assert_int_equal(verify(CONTENT, &said), ASV_E_UNSUPPORTED);
    sign("rsa:3072", "-md sha256");
    sig_len--;
    assert_int_equal(verify(CONTENT, &said), ASV_E_MALFORMED);
    sig_len++;
    sig[sig_len - 1] ^= 1;
    assert_int_equal(verify(CONTENT, &said), ASV_E_SIGNATURE);
    sig[sig_len - 1] ^= 1;
    assert_int_equal(verify(CONTENT, &said), ASV_OK);
    uint8_t *longer = realloc(sig, sig_len + 1);
    assert_non_null(longer);
    sig = longer;
    sig[sig_len++] = 0;
    assert_int_equal(verify(CONTENT, &said), ASV_E_MALFORMED);
}

/* HO-023: one that ran out before it signed. */
static void what_had_run_out_does_not(void **state)
{
    struct asv_cms said;
    (void)state;
    sh("openssl req -new -newkey rsa:3072 -nodes -keyout key -out request -subj /CN=JHS; openssl x509 -req "
       "-in request "
       "-signkey key -days -1 -out cert");
    sign("", "-md sha256");
    assert_int_equal(verify(CONTENT, &said), ASV_E_EXPIRED);
}

/* HO-023: another certificate of the same issuer and number, before the signer's or behind it, is not the
 * signer's. */
static void another_of_the_same_number_is_not_the_signers(void **state)
{
    struct asv_cms said[2];
    (void)state;
    sh("for i in 1 2; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key$i "
       "-out "
       "cert$i -subj /CN=JHS -set_serial 5 -days 30; done");
    for (size_t i = 0; i < 2; i++) {
        char line[256];
        snprintf(line, sizeof line, "cp cert%zu cert; cp key%zu key", i + 1, i + 1);
        sh(line);
        sign("", i == 0 ? "-md sha256 -certfile cert2" : "-md sha256 -certfile cert1");
        assert_int_equal(verify(CONTENT, &said[i]), ASV_OK);
    }
    assert_memory_not_equal(said[0].certificate, said[1].certificate, ASV_SHA256_BYTES);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_offices_have_verifies),
        TEST(what_is_weak_or_something_else_does_not),
        TEST(what_had_run_out_does_not),
        TEST(another_of_the_same_number_is_not_the_signers),
    };
    return asv_crypto_init() == ASV_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
