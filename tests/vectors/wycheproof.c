/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * C2SP/wycheproof for each primitive of suite 1.
 */
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/crypto/ecdsa.h"
#include "tests/support/vectors.h"
#include "tests/unit/test.h"

typedef void (*check_fn)(const json_t *group, const json_t *test, const char *result);

/* Every test of the file; at least this many must have been there. */
static void run(const char *name, check_fn check, size_t least)
{
    json_t *file = asv_vectors_load(name);
    size_t count = 0;
    size_t i;
    size_t j;
    json_t *group;
    json_t *test;
    json_array_foreach(json_object_get(file, "testGroups"), i, group)
    {
        json_array_foreach(json_object_get(group, "tests"), j, test)
        {
            const char *result = json_string_value(json_object_get(test, "result"));
            assert_non_null(result);
            check(group, test, result);
            count++;
        }
    }
    assert_true(count >= least);
    json_decref(file);
}

static int number(const json_t *object, const char *key)
{
    return (int)json_integer_value(json_object_get(object, key));
}

static void expect(const json_t *test, int got, int want)
{
    if (got != want) {
        print_error("tcId %d (%s): got %d, want %d\n", number(test, "tcId"),
                    json_string_value(json_object_get(test, "comment")), got, want);
    }
    assert_int_equal(got, want);
}

static void check_ed25519(const json_t *group, const json_t *test, const char *result)
{
    static struct asv_vector_bytes pk;
    static struct asv_vector_bytes sig;
    static struct asv_vector_bytes msg;
    asv_vector_hex(&pk, json_object_get(group, "publicKey"), "pk");
    asv_vector_hex(&sig, test, "sig");
    asv_vector_hex(&msg, test, "msg");
    assert_int_equal(pk.len, ASV_ED25519_PK_BYTES);
    if (sig.len != ASV_ED25519_SIG_BYTES) { /* our formats cannot say another length */
        assert_string_equal(result, "invalid");
        return;
    }
    enum asv_status status = asv_ed25519_verify(sig.data, msg.data, msg.len, pk.data);
    expect(test, (int)status, strcmp(result, "valid") == 0 ? ASV_OK : ASV_E_SIGNATURE);
}

static void ed25519(void **state)
{
    (void)state;
    run("wycheproof/ed25519_test.json", check_ed25519, 140);
}

/* "acceptable" are small-order and non-canonical points and twists: the result is RFC 7748's, except that an
 * all-zero shared secret is refused. */
static void check_x25519(const json_t *group, const json_t *test, const char *result)
{
    static struct asv_vector_bytes pk;
    static struct asv_vector_bytes sk;
    static struct asv_vector_bytes shared;
    static const uint8_t zero[ASV_X25519_BYTES];
    uint8_t out[ASV_X25519_BYTES];
    (void)group;
    (void)result;
    asv_vector_hex(&pk, test, "public");
    asv_vector_hex(&sk, test, "private");
    asv_vector_hex(&shared, test, "shared");
    assert_true(pk.len == 32 && sk.len == 32 && shared.len == 32);
    enum asv_status status = asv_x25519(out, sk.data, pk.data);
    bool is_zero = memcmp(shared.data, zero, sizeof zero) == 0;
    expect(test, (int)status, is_zero ? ASV_E_MISMATCH : ASV_OK);
    assert_int_equal(is_zero, asv_vector_flag(test, "ZeroSharedSecret"));
    if (status == ASV_OK) {
        expect(test, memcmp(out, shared.data, sizeof out), 0);
    }
}

static void x25519(void **state)
{
    (void)state;
    run("wycheproof/x25519_test.json", check_x25519, 500);
}

/* The other way to open, which takes nothing else that authenticates: in place, and nothing stays of what
 * does not open. */
static void check_bulk(const json_t *test, const uint8_t *sealed, size_t len, const uint8_t *nonce,
                       const uint8_t *key, const struct asv_vector_bytes *want)
{
    static uint8_t out[sizeof want->data + ASV_AEAD_TAG_BYTES];
    static const uint8_t nothing[sizeof out];
    memcpy(out, sealed, len);
    enum asv_status status = asv_aead_open_bulk(out, out, len, nonce, key);
    expect(test, (int)status, want != NULL ? ASV_OK : ASV_E_DIGEST);
    expect(test, memcmp(out, want != NULL ? want->data : nothing, len - ASV_AEAD_TAG_BYTES), 0);
}

static void check_aead(const json_t *group, const json_t *test, const char *result)
{
    static struct asv_vector_bytes key;
    static struct asv_vector_bytes iv;
    static struct asv_vector_bytes aad;
    static struct asv_vector_bytes msg;
    static struct asv_vector_bytes ct;
    static struct asv_vector_bytes tag;
    static uint8_t sealed[sizeof ct.data + ASV_AEAD_TAG_BYTES];
    static uint8_t out[sizeof sealed];
    if (number(group, "ivSize") != 96) { /* our interface has no room for another nonce */
        assert_string_equal(result, "invalid");
        return;
    }
    asv_vector_hex(&key, test, "key");
    asv_vector_hex(&iv, test, "iv");
    asv_vector_hex(&aad, test, "aad");
    asv_vector_hex(&msg, test, "msg");
    asv_vector_hex(&ct, test, "ct");
    asv_vector_hex(&tag, test, "tag");
    assert_true(key.len == 32 && iv.len == 12 && tag.len == 16);
    memcpy(sealed, ct.data, ct.len);
    memcpy(sealed + ct.len, tag.data, tag.len);
    size_t len = ct.len + tag.len;
    enum asv_status status = asv_aead_open(out, sealed, len, aad.data, aad.len, iv.data, key.data);
    bool valid = strcmp(result, "valid") == 0;
    expect(test, (int)status, valid ? ASV_OK : ASV_E_DIGEST);
    check_bulk(test, sealed, len, iv.data, key.data, valid && aad.len == 0 ? &msg : NULL);
    if (valid) {
        expect(test, memcmp(out, msg.data, msg.len), 0);
        asv_aead_seal(out, msg.data, msg.len, aad.data, aad.len, iv.data, key.data);
        expect(test, memcmp(out, sealed, len), 0);
    }
}

static void chacha20_poly1305(void **state)
{
    (void)state;
    run("wycheproof/chacha20_poly1305_test.json", check_aead, 300);
}

/* Our HKDF gives one block: it is the beginning of every longer output. */
static void check_hkdf(const json_t *group, const json_t *test, const char *result)
{
    static struct asv_vector_bytes ikm;
    static struct asv_vector_bytes salt;
    static struct asv_vector_bytes info;
    static struct asv_vector_bytes okm;
    uint8_t out[ASV_SHA256_BYTES];
    (void)group;
    if (strcmp(result, "valid") != 0) { /* only outputs too long to ask for */
        assert_true(number(test, "size") > 255 * ASV_SHA256_BYTES);
        return;
    }
    asv_vector_hex(&ikm, test, "ikm");
    asv_vector_hex(&salt, test, "salt");
    asv_vector_hex(&info, test, "info");
    asv_vector_hex(&okm, test, "okm");
    asv_hkdf_sha256(out, ikm.data, ikm.len, salt.data, salt.len, info.data, info.len);
    expect(test, memcmp(out, okm.data, okm.len < sizeof out ? okm.len : sizeof out), 0);
}

static void hkdf_sha256(void **state)
{
    (void)state;
    run("wycheproof/hkdf_sha256_test.json", check_hkdf, 80);
}

static void check_ecdsa(const json_t *group, const json_t *test, const char *result)
{
    static struct asv_vector_bytes pk;
    static struct asv_vector_bytes sig;
    static struct asv_vector_bytes msg;
    uint8_t digest[ASV_SHA256_BYTES];
    asv_vector_hex(&pk, json_object_get(group, "publicKey"), "uncompressed");
    asv_vector_hex(&sig, test, "sig");
    asv_vector_hex(&msg, test, "msg");
    assert_int_equal(pk.len, 1 + ASV_P256_PK_BYTES);
    asv_sha256(digest, msg.data, msg.len);
    enum asv_status status = asv_p256_verify(pk.data + 1, digest, sig.data, sig.len);
    expect(test, (int)status, strcmp(result, "valid") == 0 ? ASV_OK : ASV_E_SIGNATURE);
}

static void ecdsa_p256(void **state)
{
    (void)state;
    run("wycheproof/ecdsa_secp256r1_sha256_test.json", check_ecdsa, 480);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ed25519),           cmocka_unit_test(ecdsa_p256),  cmocka_unit_test(x25519),
        cmocka_unit_test(chacha20_poly1305), cmocka_unit_test(hkdf_sha256),
    };
    asv_vectors_dir();
    return asv_crypto_init() == ASV_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
