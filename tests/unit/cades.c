/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Signatures that leave the house: what openssl's own programs make of them, and what is refused. */
#include "firmware-proto/crypto/cades.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/crypto/x509.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

#define CONTENT "what is signed\n"
#define NOW_S   1796000000 /* 2026-11-30 08:53:20 UTC */

static char dir[256];
static uint8_t sk[ASV_P256_SK_BYTES] = {1, 2, 3};
static uint8_t pem[2 * ASV_X509_MAX_BYTES];
static size_t pem_len;
static uint8_t content[ASV_SHA256_BYTES];
static uint8_t sig[ASV_CADES_MAX_BYTES];
static size_t sig_len;

static enum asv_status sign(void *ctx, const uint8_t digest[ASV_SHA256_BYTES],
                            uint8_t out[ASV_P256_SIG_MAX_BYTES], size_t *len, struct asv_err *err)
{
    (void)err;
    return asv_p256_sign(out, len, ctx, digest);
}

static struct asv_cades_signer signer(void)
{
    return (struct asv_cades_signer){sk, {pem, pem_len}, sign};
}

static int set_up(void **state)
{
    static const struct asv_x509 fields = {.organisation = "Stadt Duisburg",
                                           .name = "Asservate",
                                           .serial = {1, 2},
                                           .from_s = NOW_S - 86400,
                                           .until_s = NOW_S + INT64_C(3650) * 86400};
    struct asv_cades_signer by;
    (void)state;
    asv_test_make_directory(dir, sizeof dir);
    asv_sha256(content, CONTENT, sizeof CONTENT - 1);
    if (asv_x509_self_signed(pem, &pem_len, &fields, sk) != ASV_OK) {
        return -1;
    }
    by = signer();
    asv_test_write_file(dir, "package.pem", pem, pem_len);
    asv_test_write_file(dir, "content", CONTENT, sizeof CONTENT - 1);
    return asv_cades_sign(sig, &sig_len, content, NOW_S, &by, NULL) != ASV_OK;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(dir);
    return 0;
}

static int sh(const char *line)
{
    char script[2048];
    snprintf(script, sizeof script, "cd '%s'; %s", dir, line);
    return asv_test_run(dir, (const char *const[]){"bash", "-c", script, NULL});
}

#define VERIFY_NOW                                                                                   \
    "openssl cms -verify -cades -binary -inform DER -in s.p7s -content content -CAfile package.pem " \
    "-purpose any -out /dev/null "
#define VERIFY VERIFY_NOW "-attime 1796000001"

static struct asv_bytes bytes(void)
{
    return (struct asv_bytes){sig, sig_len};
}

/* PK-031 */
static void openssl_verifies_it_as_cades(void **state)
{
    struct asv_cades said;
    (void)state;
    asv_test_write_file(dir, "s.p7s", sig, sig_len);
    assert_int_equal(sh(VERIFY), 0);
    assert_int_equal(sh("openssl asn1parse -inform DER -in s.p7s | grep -q "
                        "'id-smime-aa-signingCertificateV2' && openssl cms -cmsout -print "
                        "-inform DER -in s.p7s | grep -q 'eContent: <ABSENT>'"),
                     0);
    assert_int_equal(ASV_OK, asv_cades_verify(&said, bytes(), content, NULL));
    assert_int_equal(said.signed_s, NOW_S);
    assert_false(said.stamped);
    char line[256] = "test \"$(openssl x509 -in package.pem -outform DER | sha256sum)\" = '";
    for (size_t i = 0; i < sizeof said.certificate; i++) {
        snprintf(line + strlen(line), 3, "%02x", said.certificate[i]);
    }
    strcat(line, "  -'");
    assert_int_equal(sh(line), 0);
    assert_int_equal(sh("echo >> content; " VERIFY), 4);
    asv_test_write_file(dir, "content", CONTENT, sizeof CONTENT - 1);
}

/* PK-032 */
static void a_key_that_is_not_the_certificates_is_found(void **state)
{
    uint8_t other[ASV_P256_SK_BYTES] = {9};
    struct asv_cades_signer by = signer();
    uint8_t out[ASV_CADES_MAX_BYTES];
    size_t len = 7;
    (void)state;
    by.ctx = other;
    assert_int_equal(ASV_E_SIGNATURE, asv_cades_sign(out, &len, content, NOW_S, &by, NULL));
    by = signer();
    by.certs.len = 0;
    assert_int_equal(ASV_E_MALFORMED, asv_cades_sign(out, &len, content, NOW_S, &by, NULL));
    by.certs = (struct asv_bytes){
        (const uint8_t *)"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", 59};
    assert_int_equal(ASV_E_MALFORMED, asv_cades_sign(out, &len, content, NOW_S, &by, NULL));
    assert_int_equal(len, 7);
}

/* PK-056: its first and last second count. */
static void a_certificate_that_is_not_valid_is_found(void **state)
{
    static const struct {
        int64_t from_s, until_s;
        enum asv_status status;
    } cases[] = {
        {NOW_S, NOW_S + 1, ASV_OK},
        {NOW_S - 1, NOW_S, ASV_OK},
        {NOW_S + 1, NOW_S + 2, ASV_E_EXPIRED},
        {NOW_S - 2, NOW_S - 1, ASV_E_EXPIRED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct asv_x509 fields = {.organisation = "Stadt Duisburg",
                                        .name = "Asservate",
                                        .from_s = cases[i].from_s,
                                        .until_s = cases[i].until_s};
        uint8_t cert[ASV_X509_MAX_BYTES];
        uint8_t out[ASV_CADES_MAX_BYTES];
        size_t len = 0;
        struct asv_cades_signer by = signer();
        assert_int_equal(ASV_OK, asv_x509_self_signed(cert, &len, &fields, sk));
        by.certs = (struct asv_bytes){cert, len};
        assert_int_equal(cases[i].status, asv_cades_sign(out, &len, content, NOW_S, &by, NULL));
    }
}

/* PK-056: what was signed in time stays right, and the command that the documents give says so. */
static void a_certificate_that_ran_out_is_no_fault(void **state)
{
    static const struct asv_x509 fields = {
        .organisation = "Stadt Duisburg", .name = "Asservate", .from_s = 1577836800, .until_s = 1577836801};
    uint8_t cert[ASV_X509_MAX_BYTES];
    uint8_t out[ASV_CADES_MAX_BYTES];
    size_t len = 0;
    size_t out_len = 0;
    struct asv_cades said;
    struct asv_cades_signer by = signer();
    (void)state;
    assert_int_equal(ASV_OK, asv_x509_self_signed(cert, &len, &fields, sk));
    by.certs = (struct asv_bytes){cert, len};
    assert_int_equal(ASV_OK, asv_cades_sign(out, &out_len, content, 1577836800, &by, NULL));
    assert_int_equal(ASV_OK, asv_cades_verify(&said, (struct asv_bytes){out, out_len}, content, NULL));
    asv_test_write_file(dir, "s.p7s", out, out_len);
    asv_test_write_file(dir, "package.pem", cert, len);
    assert_int_equal(sh(VERIFY_NOW), 4);
    assert_int_equal(sh(VERIFY_NOW "-no_check_time"), 0);
    asv_test_write_file(dir, "package.pem", pem, pem_len);
}

/* A certificate that a CA issued: both go with the signature, and the CA's alone is trusted. */
static void the_certificates_above_it_go_with_it(void **state)
{
    struct asv_x509 fields = {.organisation = "Stadt Duisburg",
                              .name = "Asservate",
                              .serial = {3},
                              .from_s = NOW_S,
                              .until_s = NOW_S + 1};
    struct asv_cades_signer by = signer();
    uint8_t request[ASV_X509_MAX_BYTES];
    uint8_t *chain = NULL;
    size_t len = 0;
    struct asv_cades said;
    (void)state;
    assert_int_equal(ASV_OK, asv_x509_request(request, &len, &fields, sk));
    asv_test_write_file(dir, "request.pem", request, len);
    assert_int_equal(sh("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "
                        "ca.key -subj /CN=CA -out ca.pem "
                        "-days 9 2>/dev/null && "
                        "openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -days 9 2>/dev/null > "
                        "chain.pem && cat ca.pem >> chain.pem"),
                     0);
    asv_test_read_file(dir, "chain.pem", &chain, &len);
    by.certs = (struct asv_bytes){chain, len};
    uint8_t out[ASV_CADES_MAX_BYTES];
    assert_int_equal(ASV_OK, asv_cades_sign(out, &len, content, time(NULL), &by, NULL)); /* now: -days */
    assert_int_equal(ASV_OK, asv_cades_verify(&said, (struct asv_bytes){out, len}, content, NULL));
    asv_test_write_file(dir, "s.p7s", out, len);
    assert_int_equal(sh("openssl cms -verify -cades -binary -inform DER -in s.p7s -content content -CAfile "
                        "ca.pem -purpose any -out /dev/null"),
                     0);
    free(chain);
}

/* Each byte of it changed, and each length but its own: nothing is taken, and nothing crashes. PK-031 */
static void nothing_but_the_signature_is_taken(void **state)
{
    struct asv_cades said;
    uint8_t copy[4096];
    (void)state;
    assert_true(sig_len + 1 < sizeof copy);
    memcpy(copy, sig, sig_len);
    copy[sig_len] = 0;
    for (size_t len = 0; len <= sig_len + 1; len++) {
        bool whole = len == sig_len;
        assert_int_equal(whole,
                         asv_cades_verify(&said, (struct asv_bytes){copy, len}, content, NULL) == ASV_OK);
    }
    for (size_t i = 0; i < sig_len; i++) {
        copy[i] ^= 0x01;
        if (asv_cades_verify(&said, (struct asv_bytes){copy, sig_len}, content, NULL) == ASV_OK) {
            fail_msg("byte %zu does not matter", i);
        }
        copy[i] ^= 0x01;
    }
    uint8_t other[ASV_SHA256_BYTES] = {1};
    assert_int_equal(ASV_E_DIGEST, asv_cades_verify(&said, bytes(), other, NULL));
}

/* Another program's signature of the same content, each lacking something. PK-031 */
static void other_shapes_are_refused(void **state)
{
    static const struct {
        const char *made_by;
        enum asv_status status;
    } others[] = {
        {"-cades -binary -nosmimecap -signer p.pem -inkey p.key", ASV_OK},
        {"-cades -binary -signer p.pem -inkey p.key", ASV_E_UNSUPPORTED}, /* S/MIME capabilities */
        {"-binary -nosmimecap -signer p.pem -inkey p.key", ASV_E_UNSUPPORTED},
        {"-binary -noattr -signer p.pem -inkey p.key", ASV_E_UNSUPPORTED},
        {"-cades -binary -nosmimecap -nodetach -signer p.pem -inkey p.key", ASV_E_MALFORMED},
        {"-cades -binary -nosmimecap -nocerts -signer p.pem -inkey p.key", ASV_E_SIGNATURE},
        {"-cades -binary -nosmimecap -md sha512 -signer p.pem -inkey p.key", ASV_E_UNSUPPORTED},
        {"-cades -binary -nosmimecap -signer p.pem -inkey p.key -signer r.pem -inkey r.key", ASV_E_MALFORMED},
        {"-cades -binary -nosmimecap -signer r.pem -inkey r.key", ASV_E_UNSUPPORTED},
        {"-cades -binary -nosmimecap -signer q.pem -inkey q.key", ASV_E_SIGNATURE},
    };
    (void)state;
    assert_int_equal(sh("for k in p:prime256v1 q:secp384r1; do openssl req -x509 -newkey ec -pkeyopt "
                        "ec_paramgen_curve:${k#*:} -nodes -keyout "
                        "${k%:*}.key -subj /CN=$k -out ${k%:*}.pem; done; openssl req -x509 -newkey rsa:2048 "
                        "-nodes -keyout r.key -subj /CN=r -out r.pem"),
                     0);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char line[512];
        uint8_t *got = NULL;
        size_t len = 0;
        struct asv_cades said;
        snprintf(line, sizeof line, "openssl cms -sign -outform DER -in content -out o.p7s %s",
                 others[i].made_by);
        assert_int_equal(sh(line), 0);
        asv_test_read_file(dir, "o.p7s", &got, &len);
        enum asv_status status = asv_cades_verify(&said, (struct asv_bytes){got, len}, content, NULL);
        if (status != others[i].status) {
            fail_msg("%s: %s", others[i].made_by, asv_status_name(status));
        }
        free(got);
    }
}

/* ---- time stamps ---- */

static const char tsa[] =
    "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\nsigner_digest=sha256\n"
    "default_policy=1.2.3\ndigests=sha256\naccuracy=secs:1\ness_cert_id_alg=sha256\n[e]\nextendedKeyUsage="
    "critical,timeStamping\n"
    "[req]\ndistinguished_name=d\n[d]\n";

/* PK-034 */
static void a_time_stamp_is_of_this_signature(void **state)
{
    uint8_t request[ASV_CADES_STAMP_MAX_BYTES];
    static uint8_t stamped[ASV_CADES_MAX_BYTES];
    uint8_t *response = NULL;
    size_t response_len = 0;
    size_t len = 0;
    struct asv_cades said;
    (void)state;
    assert_int_equal(ASV_OK, asv_cades_stamp_request(request, &len, bytes(), NULL));
    asv_test_write_file(dir, "q.tsq", request, len);
    asv_test_write_file(dir, "tsa.cnf", tsa, sizeof tsa - 1);
    assert_int_equal(sh("openssl req -x509 -config tsa.cnf -extensions e -newkey ec -pkeyopt "
                        "ec_paramgen_curve:prime256v1 -nodes -keyout "
                        "tsa.key -subj /CN=TSA -out tsa.pem && "
                        "openssl ts -reply -config tsa.cnf -section t -queryfile q.tsq -signer tsa.pem "
                        "-inkey tsa.key -out r.tsr"),
                     0);
    asv_test_read_file(dir, "r.tsr", &response, &response_len);
    memcpy(stamped, sig, sig_len);
    len = sig_len;
    struct asv_bytes got = {response, response_len};
    assert_int_equal(ASV_OK, asv_cades_add_stamp(stamped, &len, got, NULL));
    assert_int_equal(ASV_OK, asv_cades_verify(&said, (struct asv_bytes){stamped, len}, content, NULL));
    assert_true(said.stamped);
    assert_true(said.stamped_s > 1700000000);
    asv_test_write_file(dir, "s.p7s", stamped, len);
    assert_int_equal(sh(VERIFY " && openssl ts -verify -in r.tsr -queryfile q.tsq -CAfile tsa.pem"), 0);
    assert_int_equal(ASV_E_STATE, asv_cades_add_stamp(stamped, &len, got, NULL));

    int without = 0; /* a meaning: version numbers, and algorithms that stand there twice */
    for (size_t i = 0; i < len; i++) {
        stamped[i] ^= 0x01;
        without += asv_cades_verify(&said, (struct asv_bytes){stamped, len}, content, NULL) == ASV_OK;
        stamped[i] ^= 0x01;
    }
    assert_in_range(without, 0, 24);

    struct asv_cades_signer by = signer(); /* the next signature is another value */
    assert_int_equal(ASV_OK, asv_cades_sign(stamped, &len, content, NOW_S, &by, NULL));
    size_t before = len;
    assert_int_equal(ASV_E_MISMATCH, asv_cades_add_stamp(stamped, &len, got, NULL));
    got.len--;
    assert_int_equal(ASV_E_MALFORMED, asv_cades_add_stamp(stamped, &len, got, NULL));
    sh("sed -i 's/^digests=.*/digests=sha512/' tsa.cnf; openssl ts -reply -config tsa.cnf -section t "
       "-queryfile q.tsq -signer tsa.pem -inkey "
       "tsa.key -out refused.tsr");
    free(response);
    asv_test_read_file(dir, "refused.tsr", &response, &response_len);
    got = (struct asv_bytes){response, response_len};
    assert_int_equal(ASV_E_DENIED, asv_cades_add_stamp(stamped, &len, got, NULL));
    assert_int_equal(len, before);
    free(response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openssl_verifies_it_as_cades),
        cmocka_unit_test(a_key_that_is_not_the_certificates_is_found),
        cmocka_unit_test(a_certificate_that_is_not_valid_is_found),
        cmocka_unit_test(a_certificate_that_ran_out_is_no_fault),
        cmocka_unit_test(the_certificates_above_it_go_with_it),
        cmocka_unit_test(nothing_but_the_signature_is_taken),
        cmocka_unit_test(other_shapes_are_refused),
        cmocka_unit_test(a_time_stamp_is_of_this_signature),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
