/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/chain.h"

#include <string.h>

#include "tests/support/agency.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_test_agency foreign;

static int set_up(void **state)
{
    (void)state;
    asv_test_agency_init(&agency, 1);
    asv_test_agency_init(&foreign, 2);
    return 0;
}

static enum asv_status verify_at(const struct asv_test_identity *who, uint8_t role, int64_t now_ms,
                                 const struct asv_revocations *list)
{
    return asv_chain_verify(&who->chain, agency.root.pk, role, now_ms, list, NULL);
}

static enum asv_status verify(const struct asv_test_identity *who, uint8_t role)
{
    return verify_at(who, role, ASV_TEST_NOW_MS, NULL);
}

static void every_role_of_the_agency_verifies_as_itself_only(void **state)
{
    (void)state;
    const struct asv_test_identity *who[] = {&agency.camera, &agency.dock, &agency.keeper};
    for (size_t i = 0; i < 3; i++) {
        for (unsigned role = 0; role <= ASV_ROLE_KEEPER + 1; role++) {
            bool own = role == ASV_ROLE_CAMERA + i;
            assert_int_equal(verify(who[i], (uint8_t)role), own ? ASV_OK : ASV_E_UNTRUSTED); /* T-022 */
        }
    }
}

/* T-022: the keys that are no devices', each as itself only; T-008, T-011. */
static void what_the_keeper_signs_with_is_certified(void **state)
{
    (void)state;
    static const uint8_t roles[] = {ASV_ROLE_LEDGER, ASV_ROLE_PACKAGE};
    for (size_t i = 0; i < 2; i++) {
        uint8_t data[ASV_CHAIN_MAX_BYTES];
        struct asv_chain chain;
        struct asv_cert cert = asv_test_cert(roles[i]);
        memset(i == 0 ? cert.signing_pk : cert.x509, 0x5a, ASV_SHA256_BYTES);
        size_t len = asv_test_certify(data, &cert, &agency.ca);
        assert_int_equal(asv_chain_decode(&chain, data, len, NULL), ASV_OK);
        assert_memory_equal(chain.leaf.signing_pk, cert.signing_pk, ASV_ED25519_PK_BYTES);
        assert_memory_equal(chain.leaf.x509, cert.x509, ASV_SHA256_BYTES); /* never taken for the other */
        assert_false(chain.leaf.has_kx);
        for (unsigned role = 0; role <= ASV_ROLE_PACKAGE + 1; role++) {
            assert_int_equal(
                asv_chain_verify(&chain, agency.root.pk, (uint8_t)role, ASV_TEST_NOW_MS, NULL, NULL),
                role == roles[i] ? ASV_OK : ASV_E_UNTRUSTED);
        }
    }
    assert_string_equal(asv_role_name(6), "?");
    assert_string_equal(asv_role_name(ASV_ROLE_LEDGER), "LEDGER");
}

static void a_decoded_certificate_says_what_was_encoded(void **state)
{
    (void)state;
    const struct asv_cert *cert = &agency.camera.cert;
    uint8_t issuer[32];
    assert_int_equal(cert->role, ASV_ROLE_CAMERA);
    assert_string_equal(cert->name, "Test CAMERA 1");
    assert_string_equal(cert->model, "Test");
    assert_string_equal(cert->device_serial, "CAMERA-1");
    assert_memory_equal(cert->signing_pk, agency.camera.pk, 32);
    assert_true(cert->has_kx);
    assert_memory_equal(cert->kx_pk, agency.camera.kx_pk, 32);
    asv_key_digest(issuer, agency.ca.pk);
    assert_memory_equal(cert->issuer, issuer, 32); /* T-013 */
    assert_true(cert->not_before_ms == ASV_TEST_NOT_BEFORE_MS && cert->not_after_ms == ASV_TEST_NOT_AFTER_MS);
    assert_false(agency.keeper.cert.has_kx);
}

/* Encodes the camera's certificate after change(cert), signed by the CA. */
static enum asv_status encode_changed(void (*change)(struct asv_cert *cert))
{
    uint8_t data[ASV_CERT_MAX_BYTES];
    struct asv_writer writer;
    struct asv_cert cert = agency.camera.cert;
    change(&cert);
    asv_writer_init(&writer, data, sizeof data);
    return asv_cert_encode(&writer, &cert, agency.ca.sk);
}

static void no_serial(struct asv_cert *cert)
{
    memset(cert->serial, 0, sizeof cert->serial);
}

static void no_name(struct asv_cert *cert)
{
    cert->name[0] = '\0';
}

static void no_kx(struct asv_cert *cert)
{
    cert->has_kx = false;
}

static void kx_for_a_keeper(struct asv_cert *cert)
{
    cert->role = ASV_ROLE_KEEPER;
}

static void role_zero(struct asv_cert *cert)
{
    cert->role = 0;
}

static void role_six(struct asv_cert *cert)
{
    cert->role = 6;
}

static void kx_for_packages(struct asv_cert *cert)
{
    cert->role = ASV_ROLE_PACKAGE;
}

static void never_valid(struct asv_cert *cert)
{
    cert->not_after_ms = cert->not_before_ms;
}

static void unterminated(struct asv_cert *cert)
{
    memset(cert->name, 'n', sizeof cert->name);
}

static void not_ascii(struct asv_cert *cert)
{
    cert->name[0] = '\xe4';
}

static void unchanged(struct asv_cert *cert)
{
    (void)cert;
}

static void what_a_decoder_would_refuse_is_not_encoded(void **state)
{
    (void)state;
    assert_int_equal(encode_changed(unchanged), ASV_OK);
    assert_int_equal(encode_changed(no_serial), ASV_E_USAGE);       /* T-010 */
    assert_int_equal(encode_changed(no_name), ASV_E_USAGE);         /* T-014 */
    assert_int_equal(encode_changed(no_kx), ASV_E_USAGE);           /* T-011 */
    assert_int_equal(encode_changed(kx_for_a_keeper), ASV_E_USAGE); /* T-011 */
    assert_int_equal(encode_changed(kx_for_packages), ASV_E_USAGE); /* T-011 */
    assert_int_equal(encode_changed(role_zero), ASV_E_USAGE);       /* T-008 */
    assert_int_equal(encode_changed(role_six), ASV_E_USAGE);        /* T-008 */
    assert_int_equal(encode_changed(never_valid), ASV_E_USAGE);     /* T-012 */
    assert_int_equal(encode_changed(unterminated), ASV_E_LIMIT);    /* T-006 */
    assert_int_equal(encode_changed(not_ascii), ASV_E_LIMIT);       /* T-006 */
}

/* Offsets in the encoded camera certificate. */
#define AT_ROLE   4
#define AT_SERIAL 5
#define AT_ISSUER 21
#define AT_NAME   55
#define AT_MODEL  (AT_NAME + 1 + 13)
#define AT_DEVICE (AT_MODEL + 1 + 4)
#define AT_SIGN   (AT_DEVICE + 1 + 8)
#define AT_KX     (AT_SIGN + ASV_KEY_FIELD_BYTES)
#define AT_BEFORE (AT_KX + ASV_KEY_FIELD_BYTES)
#define AT_AFTER  (AT_BEFORE + 8)

static enum asv_status decode_patched(size_t at, const void *bytes, size_t len, const char *field)
{
    uint8_t data[ASV_CERT_MAX_BYTES];
    struct asv_cert cert;
    struct asv_err err = {0};
    size_t total = agency.camera.cert.object.encoded.len;
    memset(&cert, 0x5a, sizeof cert);
    memcpy(data, agency.camera.cert_data, total);
    memcpy(data + at, bytes, len);
    enum asv_status status = asv_cert_decode(&cert, data, total, &err);
    assert_int_not_equal(status, ASV_OK);
    assert_int_equal(err.status, status);
    assert_non_null(strstr(err.text, field));
    assert_int_equal(cert.role, 0x5a); /* untouched */
    return status;
}

static void a_certificate_that_breaks_a_rule_is_not_decoded(void **state)
{
    (void)state;
    static const uint8_t zeros[16];
    assert_int_equal(decode_patched(AT_ROLE, "\0", 1, "role"), ASV_E_MALFORMED);          /* T-008 */
    assert_int_equal(decode_patched(AT_ROLE, "\6", 1, "role"), ASV_E_MALFORMED);          /* T-008 */
    assert_int_equal(decode_patched(AT_ROLE, "\5", 1, "key exchange"), ASV_E_MALFORMED);  /* T-011 */
    assert_int_equal(decode_patched(AT_SERIAL, zeros, 16, "serial"), ASV_E_MALFORMED);    /* T-010 */
    assert_int_equal(decode_patched(AT_ISSUER, "\2", 1, "issuer"), ASV_E_UNSUPPORTED);    /* T-004 */
    assert_int_equal(decode_patched(AT_ISSUER + 1, "\37", 1, "issuer"), ASV_E_MALFORMED); /* T-004 */
    assert_int_equal(decode_patched(AT_NAME + 1, "\n", 1, "name"), ASV_E_MALFORMED);      /* T-006 */
    assert_int_equal(decode_patched(AT_NAME, "\101", 1, "name"), ASV_E_LIMIT);            /* T-006 */
    assert_int_equal(decode_patched(AT_SIGN, "\7", 1, "signing key"), ASV_E_UNSUPPORTED); /* T-004 */
    assert_int_equal(decode_patched(AT_KX, "\7", 1, "key exchange"), ASV_E_UNSUPPORTED);  /* T-004 */
    assert_int_equal(decode_patched(AT_KX, "\0", 1, "key exchange"), ASV_E_UNSUPPORTED);  /* T-004 */
    assert_int_equal(decode_patched(AT_BEFORE, "\177", 1, "validity"), ASV_E_MALFORMED);  /* T-012 */
}

static void a_name_may_not_be_empty(void **state)
{
    (void)state;
    uint8_t data[ASV_CERT_MAX_BYTES];
    struct asv_cert cert;
    size_t total = agency.camera.cert.object.encoded.len;
    memcpy(data, agency.camera.cert_data, AT_NAME);
    data[AT_NAME] = 0;
    memcpy(data + AT_NAME + 1, agency.camera.cert_data + AT_MODEL, total - AT_MODEL);
    assert_int_equal(asv_cert_decode(&cert, data, total - 13, NULL), ASV_E_MALFORMED); /* T-014 */
}

static void a_certificate_of_another_issuer_is_untrusted(void **state)
{
    (void)state;
    assert_int_equal(asv_cert_verify(&agency.camera.cert, agency.ca.pk, NULL), ASV_OK);
    assert_int_equal(asv_cert_verify(&agency.camera.cert, foreign.ca.pk, NULL), ASV_E_UNTRUSTED); /* T-013 */
    assert_int_equal(verify(&foreign.camera, ASV_ROLE_CAMERA), ASV_E_UNTRUSTED);                  /* T-021 */
}

static void a_foreign_leaf_under_our_ca_is_untrusted(void **state)
{
    (void)state;
    uint8_t data[ASV_CHAIN_MAX_BYTES];
    struct asv_writer writer;
    struct asv_chain chain;
    size_t len = 0;
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(
        asv_chain_encode(&writer, foreign.camera.cert.object.encoded, agency.ca.cert.object.encoded), ASV_OK);
    assert_int_equal(asv_write_end(&writer, &len), ASV_OK);
    assert_int_equal(asv_chain_decode(&chain, data, len, NULL), ASV_OK);
    assert_int_equal(asv_chain_verify(&chain, agency.root.pk, ASV_ROLE_CAMERA, ASV_TEST_NOW_MS, NULL, NULL),
                     ASV_E_UNTRUSTED); /* T-022 */
}

/* A camera that makes certificates: its chain has the camera where the CA should be. */
static void only_an_issuing_ca_may_stand_in_the_middle(void **state)
{
    (void)state;
    struct asv_test_identity middle;
    struct asv_test_identity leaf;
    struct asv_cert cert = agency.camera.cert;
    asv_test_identity_make(&middle, &cert, 3, 1, &agency.root); /* a camera that the root itself certified */
    cert = agency.camera.cert;
    asv_test_identity_make(&leaf, &cert, 3, 2, &middle);
    assert_int_equal(verify(&leaf, ASV_ROLE_CAMERA), ASV_E_UNTRUSTED); /* T-021 */
}

static void a_forged_certificate_fails_by_its_signature(void **state)
{
    (void)state;
    struct asv_test_identity forged = {0};
    memcpy(forged.chain_data, agency.camera.chain_data, sizeof forged.chain_data);
    size_t len = agency.camera.chain.encoded.len;
    size_t leaf_len = agency.camera.cert.object.encoded.len;

    forged.chain_data[3 + AT_NAME + 1] = 'X';
    assert_int_equal(asv_chain_decode(&forged.chain, forged.chain_data, len, NULL), ASV_OK);
    assert_int_equal(verify(&forged, ASV_ROLE_CAMERA), ASV_E_SIGNATURE); /* T-022 */

    memcpy(forged.chain_data, agency.camera.chain_data, sizeof forged.chain_data);
    forged.chain_data[3 + leaf_len + 2 + AT_NAME + 1] = 'X';
    assert_int_equal(asv_chain_decode(&forged.chain, forged.chain_data, len, NULL), ASV_OK);
    assert_int_equal(verify(&forged, ASV_ROLE_CAMERA), ASV_E_SIGNATURE); /* T-021 */
}

static void a_chain_is_two_certificates_and_nothing_else(void **state)
{
    (void)state;
    uint8_t data[ASV_CHAIN_MAX_BYTES + 1];
    struct asv_chain chain;
    size_t len = agency.camera.chain.encoded.len;
    memcpy(data, agency.camera.chain_data, len);
    data[len] = 0;
    assert_int_equal(asv_chain_decode(&chain, data, len + 1, NULL), ASV_E_MALFORMED); /* T-002 */
    data[0] = 3;
    assert_int_equal(asv_chain_decode(&chain, data, len, NULL), ASV_E_UNSUPPORTED); /* T-020 */
    data[0] = 2;
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_not_equal(asv_chain_decode(&chain, data, cut, NULL), ASV_OK);
    }
    data[3 + AT_ROLE] = 0;                                                        /* in the leaf */
    assert_int_equal(asv_chain_decode(&chain, data, len, NULL), ASV_E_MALFORMED); /* T-008 */
    data[3 + AT_ROLE] = ASV_ROLE_CAMERA;
    assert_int_equal(asv_chain_decode(&chain, data, len, NULL), ASV_OK);
    data[3 + agency.camera.cert.object.encoded.len + 2 + AT_ROLE] = 0;            /* in the CA */
    assert_int_equal(asv_chain_decode(&chain, data, len, NULL), ASV_E_MALFORMED); /* T-008 */
    data[1] = 0xff;
    assert_int_equal(asv_chain_decode(&chain, data, len, NULL), ASV_E_LIMIT); /* T-003 */
}

static void validity_is_half_open_and_holds_for_both(void **state)
{
    (void)state;
    const struct asv_test_identity *camera = &agency.camera;
    int64_t first = ASV_TEST_NOT_BEFORE_MS;
    int64_t end = ASV_TEST_NOT_AFTER_MS;
    assert_int_equal(verify_at(camera, ASV_ROLE_CAMERA, first, NULL), ASV_OK); /* T-015 */
    assert_int_equal(verify_at(camera, ASV_ROLE_CAMERA, first - 1, NULL), ASV_E_EXPIRED);
    assert_int_equal(verify_at(camera, ASV_ROLE_CAMERA, end - 1, NULL), ASV_OK);
    assert_int_equal(verify_at(camera, ASV_ROLE_CAMERA, end, NULL), ASV_E_EXPIRED);
    assert_int_equal(verify_at(camera, ASV_ROLE_CAMERA, ASV_TIME_UNKNOWN, NULL), ASV_OK);

    struct asv_test_identity short_ca; /* T-024 */
    struct asv_test_identity leaf;
    struct asv_cert cert = agency.ca.cert;
    cert.not_after_ms = ASV_TEST_NOW_MS;
    asv_test_identity_make(&short_ca, &cert, 4, 1, &agency.root);
    cert = agency.camera.cert;
    asv_test_identity_make(&leaf, &cert, 4, 1, &short_ca);
    assert_int_equal(verify_at(&leaf, ASV_ROLE_CAMERA, ASV_TEST_NOW_MS - 1, NULL), ASV_OK);
    assert_int_equal(verify_at(&leaf, ASV_ROLE_CAMERA, ASV_TEST_NOW_MS, NULL), ASV_E_EXPIRED);

    cert.not_after_ms = ASV_TEST_NOW_MS; /* T-024: and the leaf before its CA */
    asv_test_identity_make(&leaf, &cert, 4, 2, &agency.ca);
    assert_int_equal(verify_at(&leaf, ASV_ROLE_CAMERA, ASV_TEST_NOW_MS - 1, NULL), ASV_OK);
    assert_int_equal(verify_at(&leaf, ASV_ROLE_CAMERA, ASV_TEST_NOW_MS, NULL), ASV_E_EXPIRED);
}

static void revoked_goes_before_expired(void **state)
{
    (void)state;
    struct asv_revocations list = {.count = 1, .serials = agency.camera.cert.serial};
    struct asv_err err = {0};
    int64_t after = ASV_TEST_NOT_AFTER_MS + 1;
    assert_int_equal(
        asv_chain_verify(&agency.camera.chain, agency.root.pk, ASV_ROLE_CAMERA, ASV_TEST_NOW_MS, &list, &err),
        ASV_E_REVOKED); /* T-023 */
    assert_string_equal(err.text, "Test CAMERA 1: certificate was revoked");
    assert_int_equal(verify_at(&agency.camera, ASV_ROLE_CAMERA, after, &list), ASV_E_REVOKED); /* T-025 */
    assert_int_equal(verify_at(&agency.camera, ASV_ROLE_DOCK, after, &list), ASV_E_UNTRUSTED); /* T-025 */
    assert_int_equal(verify_at(&agency.dock, ASV_ROLE_DOCK, ASV_TEST_NOW_MS, &list), ASV_OK);
    list.serials = agency.ca.cert.serial;
    assert_int_equal(verify_at(&agency.dock, ASV_ROLE_DOCK, ASV_TEST_NOW_MS, &list),
                     ASV_E_REVOKED); /* T-023 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_of_the_agency_verifies_as_itself_only),
        cmocka_unit_test(what_the_keeper_signs_with_is_certified),
        cmocka_unit_test(a_decoded_certificate_says_what_was_encoded),
        cmocka_unit_test(what_a_decoder_would_refuse_is_not_encoded),
        cmocka_unit_test(a_certificate_that_breaks_a_rule_is_not_decoded),
        cmocka_unit_test(a_name_may_not_be_empty),
        cmocka_unit_test(a_certificate_of_another_issuer_is_untrusted),
        cmocka_unit_test(a_foreign_leaf_under_our_ca_is_untrusted),
        cmocka_unit_test(only_an_issuing_ca_may_stand_in_the_middle),
        cmocka_unit_test(a_forged_certificate_fails_by_its_signature),
        cmocka_unit_test(a_chain_is_two_certificates_and_nothing_else),
        cmocka_unit_test(validity_is_half_open_and_holds_for_both),
        cmocka_unit_test(revoked_goes_before_expired),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
