/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is opened in bulk: as the other way to seal made it, and also where there is no memory, for that would
 * be said of the recording. */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "tests/unit/test.h"

#define BYTES 70000

static unsigned asked, fails_at; /* counted from 1; 0: none fails */

static void *give(size_t len, const char *file, int line)
{
    (void)file;
    (void)line;
    return ++asked == fails_at ? NULL : malloc(len);
}

static void *move(void *old, size_t len, const char *file, int line)
{
    (void)file;
    (void)line;
    return ++asked == fails_at ? NULL : realloc(old, len);
}

static void take(void *old, const char *file, int line)
{
    (void)file;
    (void)line;
    free(old);
}

static const uint8_t key[ASV_AEAD_KEY_BYTES] = {1}, nonce[ASV_AEAD_NONCE_BYTES] = {2};
static uint8_t plain[BYTES], sealed[BYTES + ASV_AEAD_TAG_BYTES], out[sizeof sealed];

static void in_place_and_nothing_stays_of_what_does_not_open(void **state)
{
    static const size_t lens[] = {0, 1, 63, 64, 65, 1024, 65536, BYTES};
    static const uint8_t nothing[BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        size_t len = lens[i];
        asv_aead_seal(out, plain, len, NULL, 0, nonce, key);
        assert_int_equal(asv_aead_open_bulk(out, out, len + ASV_AEAD_TAG_BYTES, nonce, key), ASV_OK);
        assert_memory_equal(out, plain, len);
        for (size_t at = 0; at < len + ASV_AEAD_TAG_BYTES; at += 1 + len / 3) {
            asv_aead_seal(out, plain, len, NULL, 0, nonce, key);
            out[at] ^= 4;
            assert_int_equal(asv_aead_open_bulk(out, out, len + ASV_AEAD_TAG_BYTES, nonce, key),
                             ASV_E_DIGEST);
            assert_memory_equal(out, nothing, len);
        }
    }
    assert_int_equal(asv_aead_open_bulk(out, sealed, ASV_AEAD_TAG_BYTES - 1, nonce, key), ASV_E_MALFORMED);
}

static void whatever_memory_fails(void **state)
{
    (void)state;
    asv_aead_seal(sealed, plain, sizeof plain, NULL, 0, nonce, key);
    assert_int_equal(asv_aead_open_bulk(out, sealed, sizeof sealed, nonce, key), ASV_OK);
    bool failed = true;
    for (fails_at = 1; failed; fails_at++) {
        asked = 0;
        memset(out, 0, sizeof out);
        assert_int_equal(asv_aead_open_bulk(out, sealed, sizeof sealed, nonce, key), ASV_OK);
        assert_memory_equal(out, plain, sizeof plain);
        failed = asked >= fails_at;
        asked = 0;
        assert_int_equal(asv_aead_open_bulk(out, sealed, sizeof sealed, key, key), ASV_E_DIGEST);
    }
    assert_true(fails_at > 2); /* else nothing was tried */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(in_place_and_nothing_stays_of_what_does_not_open),
                                       cmocka_unit_test(whatever_memory_fails)};
    memset(plain, 0x5a, sizeof plain);
    return CRYPTO_set_mem_functions(give, move, take) == 1 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
