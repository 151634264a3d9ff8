/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/keyfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/io.h"
#include "tests/support/golden.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

#define ROLE_CA   2
#define ROLE_DOCK 4

/* What one guess costs here: nothing. */
static const struct asv_password_cost cheap = {1, 64};
static const struct asv_bytes phrase = {(const uint8_t *)"correct horse battery", 21};
static const struct asv_bytes none = {NULL, 0};

static struct asv_test_world test;
static char dir_path[64];
static int dir = -1;

static int set_up(void **state)
{
    (void)state;
    asv_test_world_init(&test, 1);
    snprintf(dir_path, sizeof dir_path, "/tmp/asv-keyfile-XXXXXX");
    assert_non_null(mkdtemp(dir_path));
    dir = open(dir_path, O_RDONLY | O_DIRECTORY);
    return dir >= 0 && asv_crypto_init() == ASV_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    close(dir);
    return asv_io_remove_tree(AT_FDCWD, dir_path, NULL) == ASV_OK ? 0 : -1;
}

static void make(struct asv_keyfile *file, struct asv_keys *keys, bool is_protected, bool has_kx)
{
    *file = (struct asv_keyfile){
        .role = has_kx ? ROLE_DOCK : ROLE_CA,
        .label = "Stadt Duisburg",
        .has_kx = has_kx,
        .is_protected = is_protected,
        .cost = cheap,
    };
    assert_int_equal(asv_keyfile_generate(file, keys, &test.world), ASV_OK);
}

/* For packages: the one kind with another signing key. */
static void make_package(struct asv_keyfile *file, struct asv_keys *keys, bool is_protected)
{
    *file = (struct asv_keyfile){
        .role = ASV_KEYFILE_PACKAGE, .label = "Stadt Duisburg", .is_protected = is_protected, .cost = cheap};
    assert_int_equal(asv_keyfile_generate(file, keys, &test.world), ASV_OK);
}

/* Four kinds, then the one for packages, with a passphrase and without. */
#define KINDS 6

static void make_kind(unsigned i, struct asv_keyfile *file, struct asv_keys *keys)
{
    if (i < 4) {
        make(file, keys, i % 2 == 1, i / 2 == 1);
    } else {
        make_package(file, keys, i % 2 == 1);
    }
}

static size_t encode(const struct asv_keyfile *file, const struct asv_keys *keys, uint8_t *data)
{
    size_t len = 0;
    assert_int_equal(
        asv_keyfile_encode(file, keys, phrase, &test.world, data, ASV_KEYFILE_MAX_BYTES, &len, NULL), ASV_OK);
    return len;
}

static void every_kind_of_file_gives_its_keys_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KINDS; i++) {
        struct asv_keyfile file;
        struct asv_keyfile out;
        struct asv_keys keys;
        struct asv_keys got;
        uint8_t data[ASV_KEYFILE_MAX_BYTES];
        make_kind(i, &file, &keys);
        size_t len = encode(&file, &keys, data);
        assert_int_equal(asv_keyfile_decode(&out, &got, data, len, phrase, NULL), ASV_OK);
        assert_memory_equal(&got, &keys, sizeof keys);
        assert_string_equal(out.label, "Stadt Duisburg");
        assert_int_equal(out.has_kx, file.has_kx);
        assert_int_equal(out.is_protected, file.is_protected);
        assert_memory_equal(out.signing_pk, file.signing_pk, 32);
        assert_memory_equal(out.kx_pk, file.kx_pk, 32);
        assert_memory_equal(out.p256_pk, file.p256_pk, 64);
        assert_int_equal(asv_keyfile_info(&out, data, len, NULL), ASV_OK);
        assert_memory_equal(out.signing_pk, file.signing_pk, 32);
        assert_memory_equal(out.p256_pk, file.p256_pk, 64);
    }
}

static void the_secret_of_a_protected_file_is_nowhere_in_it(void **state)
{
    (void)state;
    struct asv_keyfile file;
    struct asv_keys keys;
    uint8_t data[ASV_KEYFILE_MAX_BYTES];
    make(&file, &keys, true, true);
    size_t len = encode(&file, &keys, data);
    for (size_t i = 0; i + 8 <= len; i++) {
        assert_memory_not_equal(data + i, keys.sign_sk, 8);
        assert_memory_not_equal(data + i, keys.kx_sk, 8);
    }
}

static void a_wrong_passphrase_is_denied_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "correct horse batterx", "correct horse batter",
                                        "Correct horse battery", "correct horse battery "};
    struct asv_keyfile file;
    struct asv_keyfile out;
    struct asv_keys keys;
    struct asv_keys got;
    uint8_t data[ASV_KEYFILE_MAX_BYTES];
    make(&file, &keys, true, false);
    size_t len = encode(&file, &keys, data);
    memset(&got, 0x5a, sizeof got);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct asv_err err = {0};
        struct asv_bytes given = {(const uint8_t *)wrong[i], strlen(wrong[i])};
        assert_int_equal(asv_keyfile_decode(&out, &got, data, len, given, &err), ASV_E_DENIED);
        assert_string_equal(err.text, "Stadt Duisburg: wrong passphrase, or the file was changed");
        assert_int_equal(got.sign_sk[0], 0x5a);
    }
}

static void a_file_changed_anywhere_is_refused(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KINDS; i++) {
        struct asv_keyfile file;
        struct asv_keyfile out;
        struct asv_keys keys;
        struct asv_keys got;
        uint8_t data[ASV_KEYFILE_MAX_BYTES];
        make_kind(i, &file, &keys);
        size_t len = encode(&file, &keys, data);
        for (size_t at = 0; at < len; at++) {
            data[at] ^= 1;
            enum asv_status status = asv_keyfile_decode(&out, &got, data, len, phrase, NULL);
            assert_int_not_equal(status, ASV_OK);
            data[at] ^= 1;
        }
        for (size_t cut = 0; cut < len; cut++) {
            assert_int_not_equal(asv_keyfile_decode(&out, &got, data, cut, phrase, NULL), ASV_OK);
        }
        data[len] = 0;
        assert_int_equal(asv_keyfile_decode(&out, &got, data, len + 1, phrase, NULL), ASV_E_MALFORMED);
        assert_int_equal(asv_keyfile_decode(&out, &got, data, ASV_KEYFILE_MAX_BYTES + 1, phrase, NULL),
                         ASV_E_LIMIT);
    }
}

static void what_the_file_says_about_its_refusal(void **state)
{
    (void)state;
    struct asv_keyfile file;
    struct asv_keyfile out;
    struct asv_keys keys;
    struct asv_keys got;
    struct asv_err err = {0};
    uint8_t data[ASV_KEYFILE_MAX_BYTES];
    make(&file, &keys, false, false);
    size_t len = encode(&file, &keys, data);
    data[len - 1] ^= 1;
    assert_int_equal(asv_keyfile_decode(&out, &got, data, len, none, &err), ASV_E_DIGEST);
    assert_string_equal(err.text, "Stadt Duisburg: the file was changed");
    data[7] = 2; /* format */
    assert_int_equal(asv_keyfile_decode(&out, &got, data, len, none, &err), ASV_E_UNSUPPORTED);
    data[0] = 'X';
    assert_int_equal(asv_keyfile_info(&out, data, len, &err), ASV_E_MALFORMED);
    assert_non_null(strstr(err.text, "not a key file"));
}

static void a_hostile_file_cannot_ask_for_all_memory(void **state)
{
    (void)state;
    struct asv_keyfile file;
    struct asv_keyfile out;
    struct asv_keys keys;
    struct asv_keys got;
    uint8_t data[ASV_KEYFILE_MAX_BYTES];
    make(&file, &keys, true, false);
    size_t len = encode(&file, &keys, data);
    size_t cost = 6 + 2 + 1 + 1 + strlen(file.label) + 1;
    asv_store_be32(data + cost + 4, ASV_PASSWORD_MEMORY_MAX_KIB + 1);
    assert_int_equal(asv_keyfile_decode(&out, &got, data, len, phrase, NULL), ASV_E_LIMIT);
    asv_store_be32(data + cost + 4, 64);
    asv_store_be32(data + cost, ASV_PASSWORD_PASSES_MAX + 1);
    assert_int_equal(asv_keyfile_decode(&out, &got, data, len, phrase, NULL), ASV_E_LIMIT);
    asv_store_be32(data + cost, 0);
    assert_int_equal(asv_keyfile_decode(&out, &got, data, len, phrase, NULL), ASV_E_LIMIT);
}

static void weak_passphrases_and_foreign_keys_make_no_file(void **state)
{
    (void)state;
    struct asv_keyfile file;
    struct asv_keys keys;
    struct asv_err err = {0};
    uint8_t data[ASV_KEYFILE_MAX_BYTES];
    size_t len = 0;
    make(&file, &keys, true, true);
    struct asv_bytes weak = {phrase.data, ASV_KEYFILE_PASSPHRASE_MIN - 1};
    assert_int_equal(asv_keyfile_encode(&file, &keys, weak, &test.world, data, sizeof data, &len, &err),
                     ASV_E_USAGE);
    assert_non_null(strstr(err.text, "fewer than 12"));
    assert_int_equal(asv_keyfile_encode(&file, &keys, phrase, &test.world, data, 100, &len, NULL),
                     ASV_E_LIMIT);
    keys.kx_sk[5] ^= 1;
    assert_int_equal(asv_keyfile_encode(&file, &keys, phrase, &test.world, data, sizeof data, &len, NULL),
                     ASV_E_USAGE);
    keys.kx_sk[5] ^= 1;
    keys.sign_sk[5] ^= 1;
    assert_int_equal(asv_keyfile_encode(&file, &keys, phrase, &test.world, data, sizeof data, &len, NULL),
                     ASV_E_USAGE);
}

static void a_persons_key_is_never_in_the_clear(void **state)
{
    (void)state;
    struct asv_keyfile file;
    struct asv_keyfile out;
    struct asv_keys keys;
    struct asv_keys got;
    struct asv_err err = {0};
    uint8_t data[ASV_KEYFILE_MAX_BYTES];
    size_t len = 0;
    make(&file, &keys, true, false);
    file.role = ASV_KEYFILE_PERSON;
    assert_int_equal(asv_keyfile_save(dir, "person.key", &file, &keys, phrase, &test.world, NULL), ASV_OK);
    assert_int_equal(asv_keyfile_load(dir, "person.key", ROLE_CA, phrase, &out, &got, NULL), ASV_E_DENIED);
    assert_int_equal(asv_keyfile_load(dir, "person.key", ASV_KEYFILE_PERSON, phrase, &out, &got, NULL),
                     ASV_OK);
    file.is_protected = false;
    assert_int_equal(asv_keyfile_encode(&file, &keys, none, &test.world, data, sizeof data, &len, &err),
                     ASV_E_USAGE);
    assert_non_null(strstr(err.text, "needs a passphrase"));
    file.role = ROLE_CA; /* the same on the way in; the role stands behind magic and format */
    len = encode(&file, &keys, data);
    data[8] = ASV_KEYFILE_PERSON;
    assert_int_equal(asv_keyfile_info(&out, data, len, NULL), ASV_E_MALFORMED);
}

/* Nothing that is signed with one of them verifies as another's. */
static void a_package_key_is_p256_and_nothing_else(void **state)
{
    (void)state;
    struct asv_keyfile file;
    struct asv_keyfile out;
    struct asv_keys keys;
    struct asv_keys got;
    uint8_t pk[ASV_P256_PK_BYTES];
    uint8_t data[ASV_KEYFILE_MAX_BYTES];
    size_t len = 0;
    static const uint8_t zeros[ASV_ED25519_SK_BYTES];
    make_package(&file, &keys, false);
    assert_memory_equal(keys.sign_sk, zeros, sizeof keys.sign_sk);
    assert_memory_equal(file.signing_pk, zeros, sizeof file.signing_pk);
    assert_int_equal(asv_p256_public(pk, keys.p256_sk), ASV_OK);
    assert_memory_equal(pk, file.p256_pk, sizeof pk);
    len = encode(&file, &keys, data);
    data[8] = ASV_KEYFILE_LEDGER; /* the role stands behind magic and format */
    assert_int_equal(asv_keyfile_info(&out, data, len, NULL), ASV_E_UNSUPPORTED);
    assert_int_equal(asv_keyfile_save(dir, "package.key", &file, &keys, none, &test.world, NULL), ASV_OK);
    assert_int_equal(asv_keyfile_load(dir, "package.key", ASV_KEYFILE_LEDGER, none, &out, &got, NULL),
                     ASV_E_DENIED);
    assert_int_equal(asv_keyfile_load(dir, "package.key", ASV_KEYFILE_PACKAGE, none, &out, &got, NULL),
                     ASV_OK);
    file.p256_pk[0] ^= 1;
    assert_int_equal(asv_keyfile_encode(&file, &keys, none, &test.world, data, sizeof data, &len, NULL),
                     ASV_E_USAGE);
}

static void without_randomness_there_are_no_keys(void **state)
{
    (void)state;
    struct asv_keyfile file = {.role = ROLE_DOCK, .has_kx = true};
    struct asv_keys keys;
    uint8_t data[ASV_KEYFILE_MAX_BYTES];
    size_t len = 0;
    memset(&keys, 0x5a, sizeof keys);
    for (uint64_t n = 1; n <= 2; n++) {
        test.fail_random_at = n;
        assert_int_equal(asv_keyfile_generate(&file, &keys, &test.world), ASV_E_IO);
        assert_int_equal(keys.sign_sk[0], 0x5a);
    }
    make(&file, &keys, true, true);
    for (uint64_t n = 1; n <= 2; n++) {
        test.fail_random_at = n;
        assert_int_equal(asv_keyfile_encode(&file, &keys, phrase, &test.world, data, sizeof data, &len, NULL),
                         ASV_E_IO);
    }
}

static void keys_are_never_overwritten(void **state)
{
    (void)state;
    struct asv_keyfile file;
    struct asv_keyfile out;
    struct asv_keys keys;
    struct asv_keys got;
    struct stat st;
    make(&file, &keys, true, false);
    assert_int_equal(asv_keyfile_save(dir, "once.key", &file, &keys, phrase, &test.world, NULL), ASV_OK);
    assert_int_equal(fstatat(dir, "once.key", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(asv_keyfile_save(dir, "once.key", &file, &keys, phrase, &test.world, NULL),
                     ASV_E_EXISTS);
    assert_int_equal(asv_keyfile_load(dir, "once.key", ROLE_CA, phrase, &out, &got, NULL), ASV_OK);
    assert_memory_equal(&got, &keys, sizeof keys);
    assert_int_equal(asv_keyfile_load_info(dir, "once.key", &out, NULL), ASV_OK);
    assert_memory_equal(out.signing_pk, file.signing_pk, 32);
}

static void a_key_for_another_role_or_for_everyone_is_not_loaded(void **state)
{
    (void)state;
    struct asv_keyfile file;
    struct asv_keyfile out;
    struct asv_keys keys;
    struct asv_keys got;
    struct asv_err err = {0};
    make(&file, &keys, false, true);
    assert_int_equal(asv_keyfile_save(dir, "dock.key", &file, &keys, none, &test.world, NULL), ASV_OK);
    assert_int_equal(asv_keyfile_load(dir, "dock.key", ROLE_CA, none, &out, &got, &err), ASV_E_DENIED);
    assert_non_null(strstr(err.text, "another role"));
    assert_int_equal(asv_keyfile_load(dir, "dock.key", ROLE_DOCK, none, &out, &got, NULL), ASV_OK);
    assert_int_equal(fchmodat(dir, "dock.key", 0640, 0), 0); /* a group of its own is fine */
    assert_int_equal(asv_keyfile_load(dir, "dock.key", ROLE_DOCK, none, &out, &got, NULL), ASV_OK);
    static const mode_t open_modes[] = {0604, 0602, 0601, 0620};
    for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
        assert_int_equal(fchmodat(dir, "dock.key", open_modes[i], 0), 0);
        assert_int_equal(asv_keyfile_load(dir, "dock.key", ROLE_DOCK, none, &out, &got, &err), ASV_E_DENIED);
        assert_non_null(strstr(err.text, "chmod 600"));
    }
    assert_int_equal(asv_keyfile_load(dir, "no.key", ROLE_DOCK, none, &out, &got, NULL), ASV_E_NOT_FOUND);
    assert_int_equal(asv_keyfile_load_info(dir, "no.key", &out, NULL), ASV_E_NOT_FOUND);
}

/* The bytes of docs/ADMINISTRATION.md; they open for ever. */
static void files_keep_their_bytes(void **state)
{
    (void)state;
    static const char *const names[] = {"keyfile-protected", "keyfile-dock", "keyfile-package"};
    for (unsigned i = 0; i < 3; i++) {
        struct asv_keyfile file;
        struct asv_keyfile out;
        struct asv_keys keys;
        struct asv_keys got;
        uint8_t data[ASV_KEYFILE_MAX_BYTES];
        uint8_t golden[ASV_KEYFILE_MAX_BYTES];
        asv_test_world_init(&test, 7 + i);
        make_kind(i == 0 ? 1 : 2 * i, &file, &keys);
        size_t len = encode(&file, &keys, data);
        asv_golden_check(names[i], "docs/ADMINISTRATION.md: passphrase \"correct horse battery\"", data, len);
        asv_golden_seed("keyfile", names[i], data, len);
        size_t golden_len = asv_golden_load(names[i], golden, sizeof golden);
        assert_int_equal(asv_keyfile_decode(&out, &got, golden, golden_len, phrase, NULL), ASV_OK);
        assert_memory_equal(&got, &keys, sizeof keys);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_file_gives_its_keys_back),
        cmocka_unit_test(the_secret_of_a_protected_file_is_nowhere_in_it),
        cmocka_unit_test(a_wrong_passphrase_is_denied_and_changes_nothing),
        cmocka_unit_test(a_file_changed_anywhere_is_refused),
        cmocka_unit_test(what_the_file_says_about_its_refusal),
        cmocka_unit_test(a_hostile_file_cannot_ask_for_all_memory),
        cmocka_unit_test(weak_passphrases_and_foreign_keys_make_no_file),
        cmocka_unit_test(a_persons_key_is_never_in_the_clear),
        cmocka_unit_test(a_package_key_is_p256_and_nothing_else),
        cmocka_unit_test(without_randomness_there_are_no_keys),
        cmocka_unit_test(keys_are_never_overwritten),
        cmocka_unit_test(a_key_for_another_role_or_for_everyone_is_not_loaded),
        cmocka_unit_test(files_keep_their_bytes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
