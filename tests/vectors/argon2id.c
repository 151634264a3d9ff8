/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The key of a passphrase-protected key file: Argon2id, version 1.3, one lane, 16 bytes of salt, 32 of key.
 * RFC 9106's vectors have four lanes, a secret and associated data, and those of the reference implementation
 * 8 bytes of salt, none of which a key file has: beside the one published value of its form, the reference
 * implementation's own program (argon2) is asked.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/crypto/password.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

static char directory[512];

static int set_up(void **state)
{
    (void)state;
    asv_test_make_directory(directory, sizeof directory);
    return asv_crypto_init() == ASV_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(directory);
    return 0;
}

/* libsodium 1.0.18, test/default/pwhash_argon2id.c, tv3: the empty passphrase and
 * $argon2id$v=19$m=4882,t=2,p=1$bA81arsiXysd3WbTRzmEOw$Nm8QBM+7RH1DXo9rvp5cwKEOOOfD2g6JuxlXihoNcpE */
static void published_value(void **state)
{
    (void)state;
    static const uint8_t salt[ASV_PASSWORD_SALT_BYTES] = {0x6c, 0x0f, 0x35, 0x6a, 0xbb, 0x22, 0x5f, 0x2b,
                                                          0x1d, 0xdd, 0x66, 0xd3, 0x47, 0x39, 0x84, 0x3b};
    static const uint8_t want[ASV_PASSWORD_KEY_BYTES] = {
        0x36, 0x6f, 0x10, 0x04, 0xcf, 0xbb, 0x44, 0x7d, 0x43, 0x5e, 0x8f, 0x6b, 0xbe, 0x9e, 0x5c, 0xc0,
        0xa1, 0x0e, 0x38, 0xe7, 0xc3, 0xda, 0x0e, 0x89, 0xbb, 0x19, 0x57, 0x8a, 0x1a, 0x0d, 0x72, 0x91};
    uint8_t key[ASV_PASSWORD_KEY_BYTES];
    assert_int_equal(asv_password_key(key, "", 0, salt, (struct asv_password_cost){2, 4882}), ASV_OK);
    assert_memory_equal(key, want, sizeof want);
}

/* What the program makes of the same, into *key, which the caller frees. */
static void ask_argon2(uint8_t **key, const char *passphrase, const char *salt, struct asv_password_cost cost)
{
    char command[600];
    size_t len;
    asv_test_write_file(directory, "passphrase", passphrase, strlen(passphrase));
    /* $0 is the salt: it may hold any byte but zero. */
    snprintf(command, sizeof command, "argon2 \"$0\" -id -v 13 -t %u -k %u -p 1 -l %d -r <'%s/passphrase'",
             cost.passes, cost.memory_kib, ASV_PASSWORD_KEY_BYTES, directory);
    const char *const argv[] = {"sh", "-c", command, salt, NULL};
    assert_int_equal(asv_test_run(directory, argv), 0);
    asv_test_read_file(directory, "out", key, &len);
    assert_int_equal(len, 2 * ASV_PASSWORD_KEY_BYTES + 1);
}

static void same_as_the_reference_program(void **state)
{
    (void)state;
    static const struct {
        const char *passphrase, *salt;
        struct asv_password_cost cost;
    } cases[] = {
        {"correct horse battery staple", "sixteen byte sal", {ASV_PASSWORD_PASSES, ASV_PASSWORD_MEMORY_KIB}},
        {"p\xc3\xbcnktlich um acht, vor dem Rathaus",
         "\xff\x01\x80 \"'\\$\t\x7f\xe9\xfe*?\x02\x03",
         {2, 65536}},
        {"x", "0123456789abcdef", {1, ASV_PASSWORD_MEMORY_MIN_KIB}},
        {"as long a passphrase as the program takes, one hundred and twenty-six bytes, with a line\nfeed and "
         "a blank at its very end ... ",
         "fedcba9876543210",
         {ASV_PASSWORD_PASSES_MAX, 64}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t key[ASV_PASSWORD_KEY_BYTES];
        char text[2 * sizeof key + 1];
        uint8_t *theirs;
        assert_int_equal(strlen(cases[i].salt), ASV_PASSWORD_SALT_BYTES);
        assert_int_equal(asv_password_key(key, cases[i].passphrase, strlen(cases[i].passphrase),
                                          (const uint8_t *)cases[i].salt, cases[i].cost),
                         ASV_OK);
        ask_argon2(&theirs, cases[i].passphrase, cases[i].salt, cases[i].cost);
        for (size_t k = 0; k < sizeof key; k++) {
            snprintf(text + 2 * k, 3, "%02x", key[k]);
        }
        assert_memory_equal(theirs, text, 2 * sizeof key);
        free(theirs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_value),
        cmocka_unit_test(same_as_the_reference_program),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
