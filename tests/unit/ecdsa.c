/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * ECDSA P-256, where Wycheproof's vectors say nothing: keys that are no points, and one example of RFC 6979
 * (A.2.5, "sample" with SHA-256), so that there is one where those are not to be had. And what is signed
 * here.
 */
#include "firmware-proto/crypto/ecdsa.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/test.h"

static const uint8_t public_key[ASV_P256_PK_BYTES] = {
    0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31, 0xc9, 0x61, 0xeb, 0x74, 0xc6, 0x35, 0x6d, 0x68,
    0xc0, 0x49, 0xb8, 0x92, 0x3b, 0x61, 0xfa, 0x6c, 0xe6, 0x69, 0x62, 0x2e, 0x60, 0xf2, 0x9f, 0xb6,
    0x79, 0x03, 0xfe, 0x10, 0x08, 0xb8, 0xbc, 0x99, 0xa4, 0x1a, 0xe9, 0xe9, 0x56, 0x28, 0xbc, 0x64,
    0xf2, 0xf1, 0xb2, 0x0c, 0x2d, 0x7e, 0x9f, 0x51, 0x77, 0xa3, 0xc2, 0x94, 0xd4, 0x46, 0x22, 0x99};
static const uint8_t signature[] = {0x30, 0x46, 0x02, 0x21, 0x00, 0xef, 0xd4, 0x8b, 0x2a, 0xac, 0xb6, 0xa8,
                                    0xfd, 0x11, 0x40, 0xdd, 0x9c, 0xd4, 0x5e, 0x81, 0xd6, 0x9d, 0x2c, 0x87,
                                    0x7b, 0x56, 0xaa, 0xf9, 0x91, 0xc3, 0x4d, 0x0e, 0xa8, 0x4e, 0xaf, 0x37,
                                    0x16, 0x02, 0x21, 0x00, 0xf7, 0xcb, 0x1c, 0x94, 0x2d, 0x65, 0x7c, 0x41,
                                    0xd4, 0x36, 0xc7, 0xa1, 0xb6, 0xe2, 0x9f, 0x65, 0xf3, 0xe9, 0x00, 0xdb,
                                    0xb9, 0xaf, 0xf4, 0x06, 0x4d, 0xc4, 0xab, 0x2f, 0x84, 0x3a, 0xcd, 0xa8};

static void the_example_of_rfc_6979_verifies(void **state)
{
    (void)state;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t changed[sizeof signature + 1];
    asv_sha256(digest, "sample", 6);
    assert_int_equal(asv_p256_verify(public_key, digest, signature, sizeof signature), ASV_OK);
    for (size_t i = 0; i < sizeof signature; i++) {
        memcpy(changed, signature, sizeof signature);
        changed[i] ^= 0x01;
        assert_int_equal(asv_p256_verify(public_key, digest, changed, sizeof signature), ASV_E_SIGNATURE);
        assert_int_equal(asv_p256_verify(public_key, digest, signature, i), ASV_E_SIGNATURE);
    }
    memcpy(changed, signature, sizeof signature); /* trailing bytes */
    changed[sizeof signature] = 0;
    assert_int_equal(asv_p256_verify(public_key, digest, changed, sizeof changed), ASV_E_SIGNATURE);
    digest[0] ^= 1;
    assert_int_equal(asv_p256_verify(public_key, digest, signature, sizeof signature), ASV_E_SIGNATURE);
}

static void a_key_is_a_point_on_the_curve(void **state)
{
    (void)state;
    uint8_t digest[ASV_SHA256_BYTES] = {0};
    uint8_t pk[ASV_P256_PK_BYTES];
    assert_int_equal(asv_p256_check(public_key), ASV_OK);
    for (size_t i = 0; i < sizeof pk; i++) {
        memcpy(pk, public_key, sizeof pk);
        pk[i] ^= 0x80;
        assert_int_equal(asv_p256_check(pk), ASV_E_MALFORMED);
        assert_int_equal(asv_p256_verify(pk, digest, signature, sizeof signature), ASV_E_MALFORMED);
    }
    memset(pk, 0, sizeof pk);
    assert_int_equal(asv_p256_check(pk), ASV_E_MALFORMED);
    /* x = 5 + p is 5 in another encoding, and 5 has a point. */
    static const uint8_t five_and_prime[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0, 0, 0,
                                               0,    0,    0,    0,    0,    0,    0,    0,    1, 0, 0,
                                               0,    0,    0,    0,    0,    0,    0,    0,    0, 4};
    static const uint8_t y_of_five[32] = {0x45, 0x92, 0x43, 0xb9, 0xaa, 0x58, 0x18, 0x06, 0xfe, 0x91, 0x3b,
                                          0xce, 0x99, 0x81, 0x7a, 0xde, 0x11, 0xca, 0x50, 0x3c, 0x64, 0xd9,
                                          0xa3, 0xc5, 0x33, 0x41, 0x5c, 0x08, 0x32, 0x48, 0xfb, 0xcc};
    memset(pk, 0, sizeof pk);
    pk[31] = 5;
    memcpy(pk + 32, y_of_five, sizeof y_of_five);
    assert_int_equal(asv_p256_check(pk), ASV_OK);
    memcpy(pk, five_and_prime, sizeof five_and_prime);
    assert_int_equal(asv_p256_check(pk), ASV_E_MALFORMED);
}

/* Of the same example. */
static const uint8_t private_key[ASV_P256_SK_BYTES] = {
    0xc9, 0xaf, 0xa9, 0xd8, 0x45, 0xba, 0x75, 0x16, 0x6b, 0x5c, 0x21, 0x57, 0x67, 0xb1, 0xd6, 0x93,
    0x4e, 0x50, 0xc3, 0xdb, 0x36, 0xe8, 0x9b, 0x12, 0x7b, 0x8a, 0x62, 0x2b, 0x12, 0x0f, 0x67, 0x21};
static const uint8_t order[ASV_P256_SK_BYTES] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

static void a_private_key_has_its_public_one(void **state)
{
    (void)state;
    uint8_t sk[ASV_P256_SK_BYTES] = {0};
    uint8_t pk[ASV_P256_PK_BYTES] = {0x5a};
    assert_int_equal(asv_p256_public(pk, sk), ASV_E_MALFORMED); /* 0 */
    assert_int_equal(asv_p256_public(pk, order), ASV_E_MALFORMED);
    memset(sk, 0xff, sizeof sk);
    assert_int_equal(asv_p256_public(pk, sk), ASV_E_MALFORMED);
    assert_int_equal(pk[0], 0x5a);
    memcpy(sk, order, sizeof sk);
    sk[31]--;
    assert_int_equal(asv_p256_public(pk, sk), ASV_OK); /* n - 1 */
    assert_int_equal(asv_p256_check(pk), ASV_OK);
    assert_int_equal(asv_p256_public(pk, private_key), ASV_OK);
    assert_memory_equal(pk, public_key, sizeof pk);
}

static void what_is_signed_verifies_and_is_never_the_same(void **state)
{
    (void)state;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t before[ASV_P256_SIG_MAX_BYTES] = {0};
    for (unsigned i = 0; i < 64; i++) { /* DER of every length that comes up */
        uint8_t sig[ASV_P256_SIG_MAX_BYTES] = {0};
        size_t len = 0;
        asv_sha256(digest, &i, i % 3 == 0 ? 0 : sizeof i);
        assert_int_equal(asv_p256_sign(sig, &len, private_key, digest), ASV_OK);
        assert_true(len >= 8 && len <= sizeof sig);
        assert_int_equal(asv_p256_verify(public_key, digest, sig, len), ASV_OK);
        assert_memory_not_equal(sig, before, sizeof sig);
        digest[0] ^= 1;
        assert_int_equal(asv_p256_verify(public_key, digest, sig, len), ASV_E_SIGNATURE);
        memcpy(before, sig, sizeof before);
    }
    size_t len = 7;
    assert_int_equal(asv_p256_sign(before, &len, order, digest), ASV_E_MALFORMED);
    assert_int_equal(len, 7);
}

static void private_keys_are_worked_on_in_locked_memory(void **state)
{
    (void)state;
    uint8_t pk[ASV_P256_PK_BYTES];
    size_t len = 0;
    uint8_t sig[ASV_P256_SIG_MAX_BYTES];
    uint8_t digest[ASV_SHA256_BYTES] = {1};
    assert_int_equal(asv_p256_lock_memory(), ASV_OK);
    assert_int_equal(asv_p256_lock_memory(), ASV_OK);
    for (unsigned i = 0; i < 300; i++) { /* and it does not fill up */
        assert_int_equal(asv_p256_public(pk, private_key), ASV_OK);
        assert_int_equal(asv_p256_sign(sig, &len, private_key, digest), ASV_OK);
    }
}

static char config[] = "/tmp/asv-ecdsa-XXXXXX";

/* A configuration of OpenSSL under which it finds no algorithm at all: nobody must read it. */
static int set_up(void **state)
{
    (void)state;
    static const char text[] = "openssl_conf = all\n[all]\nalg_section = algorithms\n"
                               "[algorithms]\ndefault_properties = provider=nobody\n";
    int fd = mkstemp(config);
    bool written = fd >= 0 && write(fd, text, sizeof text - 1) == (ssize_t)(sizeof text - 1);
    return written && close(fd) == 0 && setenv("OPENSSL_CONF", config, 1) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_rfc_6979_verifies),
        cmocka_unit_test(a_key_is_a_point_on_the_curve),
        cmocka_unit_test(a_private_key_has_its_public_one),
        cmocka_unit_test(what_is_signed_verifies_and_is_never_the_same),
        cmocka_unit_test(private_keys_are_worked_on_in_locked_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
