/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/protect.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "firmware-proto/seal/age.h"
#include "tests/support/files.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

#define CARRIER  "carrier.zip"
#define LARGEST  600001
#define ZIP_HEAD 30

static struct asv_test_world world;
static char dir_path[512];
static int dir;
static uint8_t carrier[LARGEST];
static struct asv_err err;

static int set_up(void **state)
{
    (void)state;
    asv_test_world_init(&world, 7);
    for (size_t i = 0; i < sizeof carrier; i++) {
        carrier[i] = (uint8_t)(i * 2654435761u >> 24);
    }
    asv_test_make_directory(dir_path, sizeof dir_path);
    dir = open(dir_path, O_RDONLY | O_DIRECTORY);
    return dir >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    close(dir);
    asv_test_remove_directory(dir_path);
    return 0;
}

static bool is_there(const char *name)
{
    return faccessat(dir, name, F_OK, 0) == 0;
}

/* What a program wrote to its standard output is the carrier. */
static void is_carrier(size_t len)
{
    uint8_t *data = NULL;
    size_t got = 0;
    asv_test_read_file(dir_path, "out", &data, &got);
    assert_int_equal(got, len);
    assert_memory_equal(data, carrier, len);
    free(data);
}

static void digest_is_right(const struct asv_protect_target *target)
{
    uint8_t *data = NULL;
    size_t len = 0;
    uint8_t want[ASV_SHA256_BYTES];
    asv_test_read_file(dir_path, target->name, &data, &len);
    asv_sha256(want, data, len);
    assert_int_equal(len, target->bytes);
    assert_memory_equal(target->sha256, want, sizeof want);
    free(data);
}

static char passphrase[ASV_PROTECT_PASSPHRASE_BYTES];

static void write_zip(struct asv_protect_target *target, size_t len)
{
    struct asv_bytes left = {carrier, len};
    struct asv_source source = asv_source_bytes(&left);
    assert_int_equal(asv_protect_passphrase(passphrase, &world.world, &err), ASV_OK);
    assert_int_equal(asv_protect_zip(target, CARRIER, &source, passphrase, &world.world, &err), ASV_OK);
}

static const size_t lengths[] = {0, 1, 15, 16, 17, 65535, 65536, 65537, 262144, LARGEST};
#define LENGTHS (sizeof lengths / sizeof *lengths)

/* HO-070 */
static void stock_programs_open_the_zip(void **state)
{
    (void)state;
    char with[64];
    char path[600];
    snprintf(path, sizeof path, "%s/a.zip", dir_path);
    for (size_t i = 0; i < LENGTHS; i++) {
        struct asv_protect_target target = {.dir = dir, .name = "a.zip"};
        write_zip(&target, lengths[i]);
        assert_int_equal(target.bytes, asv_protect_zip_bytes(CARRIER, lengths[i]));
        digest_is_right(&target);
        snprintf(with, sizeof with, "-p%s", passphrase);
        const char *const z7[] = {"7z", "x", "-so", with, path, CARRIER, NULL};
        assert_int_equal(asv_test_run(dir_path, z7), 0);
        is_carrier(lengths[i]);
        const char *const bsdtar[] = {"bsdtar", "-xOf", path, "--passphrase", passphrase, NULL};
        assert_int_equal(asv_test_run(dir_path, bsdtar), 0);
        is_carrier(lengths[i]);
    }
}

/* AE-2: nothing of the plaintext, not even its CRC-32. */
static void the_zip_says_how_it_is_encrypted_and_nothing_of_what(void **state)
{
    (void)state;
    struct asv_protect_target target = {.dir = dir, .name = "a.zip"};
    uint8_t *data = NULL;
    size_t len = 0;
    static const uint8_t aes[] = {0x01, 0x99, 7, 0, 2, 0, 'A', 'E', 3, 0, 0};
    write_zip(&target, 1000);
    asv_test_read_file(dir_path, "a.zip", &data, &len);
    assert_int_equal(data[6], 1); /* encrypted, no descriptor */
    assert_int_equal(data[8], 99);
    assert_memory_equal(data + 14, "\0\0\0\0", 4);
    assert_memory_equal(data + ZIP_HEAD + strlen(CARRIER), aes, sizeof aes);
    for (size_t i = 0; i + 16 <= len; i++) {
        assert_memory_not_equal(data + i, carrier + 500, 16);
    }
    free(data);
}

static void another_passphrase_or_a_changed_byte_opens_no_zip(void **state)
{
    (void)state;
    char path[600];
    struct asv_protect_target target = {.dir = dir, .name = "a.zip"};
    uint8_t *data = NULL;
    size_t len = 0;
    snprintf(path, sizeof path, "%s/a.zip", dir_path);
    write_zip(&target, 70000);
    const char *const wrong[] = {"7z", "t", "-pabcd-efgh", path, NULL};
    assert_int_not_equal(asv_test_run(dir_path, wrong), 0);
    asv_test_read_file(dir_path, "a.zip", &data, &len);
    data[40000] ^= 1;
    asv_test_write_file(dir_path, "a.zip", data, len);
    free(data);
    char with[64];
    snprintf(with, sizeof with, "-p%s", passphrase);
    const char *const changed[] = {"7z", "t", with, path, NULL};
    assert_int_not_equal(asv_test_run(dir_path, changed), 0);
}

/* HO-071 */
static void a_passphrase_is_long_random_and_can_be_typed(void **state)
{
    (void)state;
    char seen[256] = {0};
    char last[ASV_PROTECT_PASSPHRASE_BYTES] = "";
    for (int i = 0; i < 300; i++) {
        assert_int_equal(asv_protect_passphrase(passphrase, &world.world, &err), ASV_OK);
        assert_int_equal(strlen(passphrase), 34);
        assert_string_not_equal(passphrase, last);
        memcpy(last, passphrase, sizeof last);
        for (size_t at = 0; at < 34; at++) {
            assert_int_equal(passphrase[at] == '-', at % 5 == 4);
            seen[(uint8_t)passphrase[at]] = 1;
        }
    }
    size_t letters = 0;
    for (size_t i = 0; i < sizeof seen; i++) {
        letters += seen[i] != 0 && i != '-';
    }
    assert_int_equal(letters, 31); /* 28 of them: 138 bits */
    assert_true(!seen['i'] && !seen['l'] && !seen['o'] && !seen['0'] && !seen['1']);
    world.fail_random_at = 1;
    assert_int_equal(asv_protect_passphrase(passphrase, &world.world, &err), ASV_E_INTERNAL);
    world.fail_random_at = 0;
}

static uint8_t identity[2][ASV_X25519_BYTES] = {{1, 2, 3}, {4, 5, 6}};
static uint8_t recipient[2][ASV_X25519_BYTES];

static enum asv_status write_age(struct asv_protect_target *target, size_t len)
{
    struct asv_bytes left = {carrier, len};
    struct asv_source source = asv_source_bytes(&left);
    for (size_t i = 0; i < 2; i++) {
        asv_x25519_public(recipient[i], identity[i]);
    }
    return asv_protect_age(target, &source, (const uint8_t(*)[ASV_X25519_BYTES])recipient, 2, &world.world,
                           &err);
}

/* HO-073 */
static void stock_age_opens_it_for_each_recipient(void **state)
{
    (void)state;
    char path[600];
    char key[600];
    snprintf(path, sizeof path, "%s/a.age", dir_path);
    snprintf(key, sizeof key, "%s/key", dir_path);
    for (size_t i = 0; i < LENGTHS; i++) {
        struct asv_protect_target target = {.dir = dir, .name = "a.age"};
        char text[ASV_AGE_IDENTITY_TEXT_BYTES];
        assert_int_equal(write_age(&target, lengths[i]), ASV_OK);
        assert_int_equal(target.bytes, asv_protect_age_bytes(2, lengths[i]));
        digest_is_right(&target);
        asv_age_identity_encode(text, identity[i % 2]);
        asv_test_write_file(dir_path, "key", text, strlen(text));
        const char *const age[] = {"age", "-d", "-i", key, path, NULL};
        assert_int_equal(asv_test_run(dir_path, age), 0);
        is_carrier(lengths[i]);
    }
}

static enum asv_status no_more(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *why)
{
    int *pieces = ctx;
    (void)out;
    (void)cap;
    if ((*pieces)-- == 0) {
        return asv_fail(why, ASV_E_IO, "the carrier cannot be read");
    }
    memset(out, 0, cap);
    *got = cap;
    return ASV_OK;
}

/* HO-072 */
static void what_is_not_finished_is_not_there(void **state)
{
    (void)state;
    int pieces = 3;
    struct asv_source source = {&pieces, UINT64_C(10) << 20, no_more};
    struct asv_protect_target target = {.dir = dir, .name = "b.zip"};
    asv_test_write_file(dir_path, "b.zip", "as before", 9);
    assert_int_equal(asv_protect_none(&target, &source, &err), ASV_E_IO);
    assert_string_equal(err.text, "the carrier cannot be read");
    assert_false(is_there("b.zip.partial"));
    pieces = 3;
    assert_int_equal(asv_protect_zip(&target, CARRIER, &source, "abc", &world.world, &err), ASV_E_IO);
    assert_false(is_there("b.zip.partial"));
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_read_file(dir_path, "b.zip", &data, &len);
    assert_int_equal(len, 9);
    free(data);
}

static void a_full_medium_is_said_and_left_clean(void **state)
{
    (void)state;
    struct rlimit before;
    struct asv_bytes left = {carrier, LARGEST};
    struct asv_source source = asv_source_bytes(&left);
    struct asv_protect_target target = {.dir = dir, .name = "c.age"};
    source.size = UINT64_C(1) << 60;
    assert_int_equal(asv_protect_none(&target, &source, &err), ASV_E_NO_SPACE);
    assert_non_null(strstr(err.text, "c.age: 1152921504606846976 bytes are needed, "));
    assert_false(is_there("c.age.partial"));
    /* As a file system that takes no file that long. */
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    struct rlimit small = {300000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    enum asv_status status = write_age(&target, LARGEST);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(status, ASV_E_LIMIT);
    assert_non_null(strstr(err.text, "takes no file of more than"));
    assert_false(is_there("c.age.partial"));
    assert_false(is_there("c.age"));
}

static void nobody_is_no_recipient(void **state)
{
    (void)state;
    struct asv_bytes left = {carrier, 10};
    struct asv_source source = asv_source_bytes(&left);
    struct asv_protect_target target = {.dir = dir, .name = "d.age"};
    static const uint8_t none[ASV_PROTECT_RECIPIENTS_MAX + 1][ASV_X25519_BYTES];
    assert_int_equal(asv_protect_age(&target, &source, none, 0, &world.world, &err), ASV_E_USAGE);
    assert_int_equal(asv_protect_age(&target, &source, none, 17, &world.world, &err), ASV_E_USAGE);
    assert_int_equal(asv_protect_age(&target, &source, none, 1, &world.world, &err), ASV_E_MISMATCH);
    assert_false(is_there("d.age.partial"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stock_programs_open_the_zip),
        cmocka_unit_test(the_zip_says_how_it_is_encrypted_and_nothing_of_what),
        cmocka_unit_test(another_passphrase_or_a_changed_byte_opens_no_zip),
        cmocka_unit_test(a_passphrase_is_long_random_and_can_be_typed),
        cmocka_unit_test(stock_age_opens_it_for_each_recipient),
        cmocka_unit_test(what_is_not_finished_is_not_there),
        cmocka_unit_test(a_full_medium_is_said_and_left_clean),
        cmocka_unit_test(nobody_is_no_recipient),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
