/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* asservat-verify as a person at a court calls it: exit status, words, JSON, and what it needs to run. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/seal/opener.h"
#include "tests/support/clip_dir.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

static const char program[] = ASV_BINARY_DIR "/bin/asservat-verify";

static struct asv_test_agency agency;
static struct asv_test_clip clip;
static char top[512];       /* everything of this test */
static char directory[600]; /* the clip */
static char buffers[16][700];

static const char *in(const char *where, const char *name)
{
    static size_t next;
    char *out = buffers[next++ % 16];
    snprintf(out, sizeof buffers[0], "%s/%s", where, name);
    return out;
}

static int set_up_group(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 3, .every = 1, .pad = 8, .records = true, .unit = "Aussendienst"};
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    return setenv("TZ", "UTC", 1) == 0 && setenv("LC_ALL", "C.UTF-8", 1) == 0 ? 0 : 1;
}

static int tear_down_group(void **state)
{
    (void)state;
    asv_test_clip_free(&clip);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    asv_test_make_directory(top, sizeof top);
    snprintf(directory, sizeof directory, "%s/clip", top);
    assert_int_equal(mkdir(directory, 0700), 0);
    asv_test_clip_write(&clip, &agency, &agency.camera, &agency.dock, NULL, 0, directory);
    asv_test_clip_write_identity(&clip, 0, top, "identity");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(top);
    return 0;
}

/* Runs it with --trust and up to six more arguments; the output stays in top/out and top/err. */
static int verify(const char *a, const char *b, const char *c, const char *d, const char *e)
{
    const char *argv[] = {program, directory, "--trust", in(directory, "root"), a, b, c, d, e, NULL};
    return asv_test_run(top, argv);
}

static bool said(const char *file, const char *text)
{
    uint8_t *data;
    size_t len;
    asv_test_read_file(top, file, &data, &len);
    bool found = strstr((char *)data, text) != NULL;
    free(data);
    return found;
}

static json_t *read_json(void)
{
    uint8_t *data;
    size_t len;
    json_error_t error;
    asv_test_read_file(top, "out", &data, &len);
    json_t *json = json_loads((char *)data, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(json);
    free(data);
    return json;
}

static void assert_json(json_t *json, const char *key, const char *want)
{
    assert_string_equal(json_string_value(json_object_get(json, key)), want);
}

static void a_good_clip_is_valid_in_german_english_and_json(void **state)
{
    (void)state;
    assert_int_equal(verify(NULL, NULL, NULL, NULL, NULL), 0);
    assert_true(said("out", "Result: VALID, TRUSTED"));
    assert_true(said("out", "Every byte of the recording is as it was signed"));
    assert_true(said("out", "2026-01-05 06:00:00 UTC"));
    assert_true(said("out", "revocations: not checked"));
    assert_int_equal(verify("--lang", "de", NULL, NULL, NULL), 0);
    assert_true(said("out", "Ergebnis: VALID, TRUSTED"));
    assert_true(said("out", "Aufzeichnung: jedes signierte Stück ist da und unverändert"));
    assert_int_equal(verify("--json", NULL, NULL, NULL, NULL), 0);
    json_t *json = read_json();
    assert_true(json_is_true(json_object_get(json, "valid")));
    assert_json(json, "integrity", "VALID");
    assert_json(json, "provenance", "TRUSTED");
    assert_int_equal(json_integer_value(json_object_get(json, "chunks")), 3);
    json_t *checks = json_object_get(json, "checks");
    assert_json(checks, "receipt", "good");
    assert_json(checks, "commit", "good");
    assert_json(checks, "commit_signature", "not_checked");
    assert_json(json_object_get(json, "clip"), "unit", "Aussendienst");
    json_decref(json);
}

static void the_root_may_be_a_certificate_a_key_file_or_digits(void **state)
{
    (void)state;
    char hex[2 * ASV_ED25519_PK_BYTES + 2];
    for (size_t i = 0; i < ASV_ED25519_PK_BYTES; i++) {
        snprintf(hex + 2 * i, 3, "%02x", agency.root.pk[i]);
    }
    const char *digits[] = {program, directory, "--trust", hex, NULL};
    assert_int_equal(asv_test_run(top, digits), 0);
    asv_test_write_file(top, "root.raw", agency.root.pk, sizeof agency.root.pk);
    const char *raw[] = {program, directory, "--trust", in(top, "root.raw"), NULL};
    assert_int_equal(asv_test_run(top, raw), 0);
    memcpy(hex + sizeof hex - 2, "\n", 2);
    asv_test_write_file(top, "root.hex", hex, sizeof hex - 1);
    const char *text[] = {program, directory, "--trust", in(top, "root.hex"), NULL};
    assert_int_equal(asv_test_run(top, text), 0);
    /* a certificate that is not the root's, and no certificate */
    asv_test_write_file(top, "ca", agency.ca.cert.object.encoded.data, agency.ca.cert.object.encoded.len);
    const char *ca[] = {program, directory, "--trust", in(top, "ca"), NULL};
    assert_int_equal(asv_test_run(top, ca), 2);
    const char *junk[] = {program, directory, "--trust", in(directory, "payload"), NULL};
    assert_int_equal(asv_test_run(top, junk), 2);
}

static void without_a_root_nothing_is_called_valid(void **state)
{
    (void)state;
    if (access("/etc/asservat/root.cert", R_OK) == 0) {
        skip();
    }
    const char *argv[] = {program, directory, NULL};
    assert_int_equal(asv_test_run(top, argv), 1);
    assert_true(said("out", "ORIGIN NOT CHECKED"));
    const char *json_argv[] = {program, directory, "--json", NULL};
    assert_int_equal(asv_test_run(top, json_argv), 1);
    json_t *json = read_json();
    assert_json(json, "integrity", "VALID");
    assert_json(json, "provenance", "NOT_CHECKED");
    assert_true(json_is_false(json_object_get(json, "valid")));
    json_decref(json);
}

static void another_agencys_root_or_a_revocation_is_not_valid(void **state)
{
    (void)state;
    static struct asv_test_agency other;
    static uint8_t data[ASV_REVOCATIONS_MAX_BYTES];
    asv_test_agency_init(&other, 2);
    asv_test_write_file(top, "other", other.root.cert.object.encoded.data,
                        other.root.cert.object.encoded.len);
    const char *argv[] = {program, directory, "--trust", in(top, "other"), NULL};
    assert_int_equal(asv_test_run(top, argv), 1);
    assert_true(said("out", "Result: VALID, UNKNOWN_KEY"));

    for (int revoked = 0; revoked < 2; revoked++) {
        struct asv_revocations list = {.number = 1, .issued_ms = ASV_TEST_NOW_MS, .signer = agency.ca.cert};
        struct asv_writer writer;
        memcpy(list.agency, agency.id, sizeof list.agency);
        list.count = 1;
        list.serials = revoked != 0 ? agency.camera.cert.serial : agency.dock.cert.serial;
        asv_writer_init(&writer, data, sizeof data);
        assert_int_equal(asv_revocations_encode(&writer, &list, agency.ca.sk), ASV_OK);
        asv_test_write_file(top, "revocations", data, writer.len);
        int status = verify("--revocations", in(top, "revocations"), NULL, NULL, NULL);
        assert_int_equal(status, revoked);
        assert_true(said("out", revoked != 0 ? "Result: VALID, REVOKED" : "Result: VALID, TRUSTED"));
    }
}

static void the_docks_signatures_are_checked_with_its_chain(void **state)
{
    (void)state;
    asv_test_write_file(top, "dock", agency.dock.chain.encoded.data, agency.dock.chain.encoded.len);
    assert_int_equal(verify("--dock", in(top, "dock"), "--json", NULL, NULL), 0);
    json_t *json = read_json();
    assert_json(json_object_get(json, "checks"), "commit_signature", "good");
    assert_json(json_object_get(json, "checks"), "receipt_signature", "good");
    json_decref(json);
    static struct asv_test_identity second;
    asv_test_agency_issue(&agency, &second, ASV_ROLE_DOCK, 2);
    asv_test_write_file(top, "dock", second.chain.encoded.data, second.chain.encoded.len);
    assert_int_equal(verify("--dock", in(top, "dock"), NULL, NULL, NULL), 1);
    /* a camera is no dock */
    asv_test_write_file(top, "dock", agency.camera.chain.encoded.data, agency.camera.chain.encoded.len);
    assert_int_equal(verify("--dock", in(top, "dock"), NULL, NULL, NULL), 2);
}

static void a_changed_piece_is_named(void **state)
{
    (void)state;
    clip.payload.data[2 * (size_t)ASV_CHUNK_CIPHER_BYTES + 77] ^= 1;
    asv_test_write_file(directory, "payload", clip.payload.data, clip.payload.len);
    clip.payload.data[2 * (size_t)ASV_CHUNK_CIPHER_BYTES + 77] ^= 1;
    assert_int_equal(verify(NULL, NULL, NULL, NULL, NULL), 1);
    assert_true(said("out", "Result: INVALID, TRUSTED"));
    assert_true(said("out", "Pieces that are not those that were signed: 2\n"));
    assert_int_equal(verify("--json", NULL, NULL, NULL, NULL), 1);
    json_t *json = read_json();
    json_t *range = json_array_get(json_object_get(json, "bad_chunks"), 0);
    assert_int_equal(json_integer_value(json_object_get(range, "first")), 2);
    assert_int_equal(json_integer_value(json_object_get(range, "count")), 1);
    json_decref(json);
}

static void a_clip_cut_by_a_power_failure_is_valid_up_to_its_last_checkpoint(void **state)
{
    (void)state;
    static struct asv_test_clip cut;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 2, .every = 1, .cut = true};
    asv_test_world_init(&world, 2);
    asv_test_clip_make(&cut, &agency, &agency.camera, &world, &plan);
    asv_test_remove_directory(directory);
    assert_int_equal(mkdir(directory, 0700), 0);
    asv_test_clip_write(&cut, &agency, &agency.camera, &agency.dock, "unsigned", 8, directory);
    assert_int_equal(verify("--json", NULL, NULL, NULL, NULL), 0);
    json_t *json = read_json();
    assert_json(json, "integrity", "TRUNCATED");
    assert_int_equal(json_integer_value(json_object_get(json, "tail_bytes")), 8);
    assert_json(json_object_get(json, "checks"), "receipt", "good");
    json_decref(json);
    assert_int_equal(verify("--lang", "de", NULL, NULL, NULL), 0);
    assert_true(said("out", "bricht ab"));
    assert_true(said("out", "8 Bytes der Aufzeichnung"));
    /* another tail than the one that the dock took over */
    asv_test_write_file(directory, "tail", "UNSIGNED", 8);
    assert_int_equal(verify(NULL, NULL, NULL, NULL, NULL), 1);
    assert_true(said("out", "another tail"));
    asv_test_clip_free(&cut);
}

static void the_same_bytes_come_out_as_with_stock_age(void **state)
{
    (void)state;
    const char *version[] = {"age", "--version", NULL};
    if (asv_test_run(top, version) != 0) {
        skip();
    }
    const char *argv[] = {program,      directory,           "--trust",  in(directory, "root"),
                          "--identity", in(top, "identity"), "--output", in(top, "ours"),
                          "--age",      in(top, "clip.age"), "--json",   NULL};
    assert_int_equal(asv_test_run(top, argv), 0);
    json_t *json = read_json();
    assert_json(json_object_get(json, "checks"), "disclosure", "good");
    assert_true(json_is_true(json_object_get(json, "plaintext_written")));

    const char *decrypt[] = {
        "age", "-d", "-i", in(top, "identity"), "-o", in(top, "stock"), in(top, "clip.age"), NULL};
    const char *compare[] = {"cmp", in(top, "ours"), in(top, "stock"), NULL};
    const char *sha256sum[] = {"sha256sum", in(top, "stock"), NULL};
    assert_int_equal(asv_test_run(top, decrypt), 0);
    assert_int_equal(asv_test_run(top, compare), 0);
    assert_int_equal(asv_test_run(top, sha256sum), 0);
    assert_true(said("out", json_string_value(json_object_get(json, "plaintext_sha256"))));
    json_decref(json);

    /* The payload is in the age file as it is: one ciphertext from camera to court. */
    uint8_t *age;
    size_t len;
    asv_test_read_file(top, "clip.age", &age, &len);
    assert_true(len > clip.payload.len);
    assert_memory_equal(age + len - clip.payload.len, clip.payload.data, clip.payload.len);
    free(age);

    /* what exists is not overwritten, and nothing new is left then */
    assert_int_equal(asv_test_run(top, argv), 2);
    assert_int_equal(asv_test_run(top, compare), 0);
    unlink(in(top, "ours"));
    assert_int_equal(asv_test_run(top, argv), 2);
    assert_int_not_equal(access(in(top, "ours"), F_OK), 0);
}

static void a_key_that_does_not_open_writes_nothing(void **state)
{
    (void)state;
    char text[ASV_AGE_IDENTITY_TEXT_BYTES];
    static const uint8_t stranger[ASV_X25519_BYTES] = {77};
    asv_age_identity_encode(text, stranger);
    asv_test_write_file(top, "stranger", text, strlen(text));
    assert_int_equal(verify("--identity", in(top, "stranger"), "--output", in(top, "ours"), NULL), 1);
    assert_true(said("out", "none of the identities opens a stanza"));
    assert_int_not_equal(access(in(top, "ours"), F_OK), 0);
    asv_test_write_file(top, "stranger", "no identity\n", 12);
    assert_int_equal(verify("--identity", in(top, "stranger"), NULL, NULL, NULL), 2);

    /* The key wrapped anew for the stranger opens; another key wrapped for him does not: the commitment. */
    uint8_t key[ASV_FILE_KEY_BYTES];
    uint8_t pk[ASV_X25519_BYTES];
    uint8_t stanza[ASV_AGE_X25519_STANZA_BYTES];
    const uint8_t ephemeral[ASV_X25519_BYTES] = {9};
    struct asv_bytes stanzas = {clip.stanzas.data, clip.stanzas.len};
    assert_int_equal(asv_seal_unwrap(key, &clip.header, stanzas, clip.key_sk[0]), ASV_OK);
    asv_x25519_public(pk, stranger);
    asv_test_write_file(top, "stranger", text, strlen(text));
    for (unsigned forged = 0; forged < 2; forged++) {
        key[0] ^= (uint8_t)forged;
        assert_int_equal(asv_age_wrap(stanza, key, pk, ephemeral), ASV_OK);
        asv_test_write_file(directory, "stanzas", stanza, sizeof stanza);
        const char *output = in(top, forged != 0 ? "forged" : "right");
        int status = verify("--identity", in(top, "stranger"), "--output", output, NULL);
        assert_int_equal(status, forged);
        assert_int_equal(access(output, F_OK) == 0, forged == 0);
        if (forged != 0) {
            assert_true(said("out", "not the one that the signed header commits to"));
        }
    }

    /* One that was put before the right one does not hide it. */
    uint8_t both[2 * sizeof stanza];
    memcpy(both, stanza, sizeof stanza);
    key[0] ^= 1;
    assert_int_equal(asv_age_wrap(both + sizeof stanza, key, pk, ephemeral), ASV_OK);
    asv_test_write_file(directory, "stanzas", both, sizeof both);
    assert_int_equal(verify("--identity", in(top, "stranger"), NULL, NULL, NULL), 0);
}

static void parts_may_have_a_name_in_front(void **state)
{
    (void)state;
    static const char *const names[] = {"seal", "payload", "chain", "link"};
    for (size_t i = 0; i < 4; i++) {
        char name[64];
        uint8_t *data;
        size_t len;
        asv_test_read_file(directory, names[i], &data, &len);
        snprintf(name, sizeof name, "exhibit-7.%s", names[i]);
        asv_test_write_file(top, name, data, len);
        free(data);
    }
    const char *argv[] = {program, in(top, "exhibit-7.seal"), "--trust", in(directory, "root"), NULL};
    assert_int_equal(asv_test_run(top, argv), 0);
    const char *seal[] = {program, in(directory, "seal"), "--trust", in(directory, "root"), NULL};
    assert_int_equal(asv_test_run(top, seal), 0);
    unlink(in(top, "exhibit-7.chain"));
    assert_int_equal(asv_test_run(top, argv), 2);
    const char *chain[] = {program,   in(top, "exhibit-7.seal"), "--trust", in(directory, "root"),
                           "--chain", in(directory, "chain"),    NULL};
    assert_int_equal(asv_test_run(top, chain), 0);
    const char *payload[] = {program, in(directory, "payload"), NULL};
    assert_int_equal(asv_test_run(top, payload), 2);
}

static void wrong_usage_and_unreadable_files_are_2(void **state)
{
    (void)state;
    const char *const calls[][5] = {
        {program, NULL},
        {program, directory, directory, NULL},
        {program, directory, "--nonsense", NULL},
        {program, directory, "--lang", "fr", NULL},
        {program, directory, "--output", "/dev/null", NULL},
        {program, directory, "--trust", "/nonexistent", NULL},
        {program, directory, "--dock", "/nonexistent", NULL},
        {program, "/nonexistent", NULL},
        {program, "", NULL},
        {program, top, NULL},
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        assert_int_equal(asv_test_run(top, calls[i]), 2);
        uint8_t *data;
        size_t len;
        asv_test_read_file(top, "err", &data, &len);
        assert_true(len > 0);
        free(data);
    }
    const char *help[] = {program, "--help", NULL};
    assert_int_equal(asv_test_run(top, help), 0);
    assert_true(said("out", "Exit status: 0 valid, 1 not valid"));
}

static void what_is_no_file_is_named_and_json_all_the_same(void **state)
{
    (void)state;
    static const char *const names[] = {"seal", "payload", "chain", "link", "stanzas"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char want[64];
        char kept[sizeof top + 8];
        snprintf(kept, sizeof kept, "%s/kept", top);
        assert_int_equal(rename(in(directory, names[i]), kept), 0);
        assert_int_equal(mkfifo(in(directory, names[i]), 0600), 0); /* nobody ever writes into it */
        assert_int_equal(verify("--json", NULL, NULL, NULL, NULL), 2);
        snprintf(want, sizeof want, "%s: not a regular file", names[i]);
        assert_true(said("err", want));
        json_t *json = read_json();
        assert_true(json_is_false(json_object_get(json, "valid")));
        assert_json(json, "unreadable", want);
        json_decref(json);
        assert_int_equal(rename(kept, in(directory, names[i])), 0);
    }
    assert_int_equal(verify("--json", NULL, NULL, NULL, NULL), 0);
}

static void it_links_nothing_but_four_libraries(void **state)
{
    (void)state;
    const char *argv[] = {"readelf", "-d", program, NULL};
    if (asv_test_run(top, argv) != 0) {
        skip();
    }
    uint8_t *data;
    size_t len;
    asv_test_read_file(top, "out", &data, &len);
    static const char *const allowed[] = {"libsodium.so",  "libcrypto.so", "libjansson.so",
                                          "libseccomp.so", "libc.so",      "ld-linux"};
    size_t needed = 0;
    /* A sanitizer brings its own libraries: then there is nothing to see. */
    bool sanitized = strstr((char *)data, "libgcc_s") != NULL;
    for (const char *at = strstr((char *)data, "(NEEDED)"); at != NULL && !sanitized;
         at = strstr(at + 1, "(NEEDED)")) {
        const char *name = strchr(at, '[') + 1;
        bool right = false;
        for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
            right = right || strncmp(name, allowed[i], strlen(allowed[i])) == 0;
        }
        assert_true(right);
        needed++;
    }
    assert_true(sanitized || needed >= 3);
    free(data);
}

/* HO-120: what leads out of a directory is not followed. */
static void it_reads_nothing_but_what_was_named(void **state)
{
    (void)state;
    assert_int_equal(verify(NULL, NULL, NULL, NULL, NULL), 0);
    assert_false(said("err", "not confined"));
    if (said("err", "no Landlock")) {
        skip();
    }
    assert_int_equal(rename(in(directory, "payload"), in(top, "elsewhere")), 0);
    assert_int_equal(symlink(in(top, "elsewhere"), in(directory, "payload")), 0);
    assert_int_equal(verify(NULL, NULL, NULL, NULL, NULL), 2);
    assert_true(said("err", "payload: Permission denied"));
}

static long children_rss_kib(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
    return usage.ru_maxrss;
}

static void memory_does_not_grow_with_the_clip(void **state)
{
    (void)state;
    static struct asv_test_clip large;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 600, .every = 100}; /* 39 MB */
    asv_test_world_init(&world, 3);
    asv_test_clip_make(&large, &agency, &agency.camera, &world, &plan);
    char other[600];
    snprintf(other, sizeof other, "%s/large", top);
    assert_int_equal(mkdir(other, 0700), 0);
    asv_test_clip_write(&large, &agency, &agency.camera, NULL, NULL, 0, other);
    asv_test_clip_write_identity(&large, 0, top, "large-identity");
    asv_test_clip_free(&large);

    assert_int_equal(verify("--identity", in(top, "identity"), NULL, NULL, NULL), 0);
    long small_kib = children_rss_kib();
    const char *argv[] = {
        program, other, "--trust", in(directory, "root"), "--identity", in(top, "large-identity"), NULL};
    assert_int_equal(asv_test_run(top, argv), 0);
    long large_kib = children_rss_kib();
    print_message("  %ld KiB for 3 pieces, %ld KiB for 600\n", small_kib, large_kib);
    assert_true(large_kib <= small_kib + 2048); /* S-096 */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_good_clip_is_valid_in_german_english_and_json),
        TEST(the_root_may_be_a_certificate_a_key_file_or_digits),
        TEST(without_a_root_nothing_is_called_valid),
        TEST(another_agencys_root_or_a_revocation_is_not_valid),
        TEST(the_docks_signatures_are_checked_with_its_chain),
        TEST(a_changed_piece_is_named),
        TEST(a_clip_cut_by_a_power_failure_is_valid_up_to_its_last_checkpoint),
        TEST(the_same_bytes_come_out_as_with_stock_age),
        TEST(a_key_that_does_not_open_writes_nothing),
        TEST(parts_may_have_a_name_in_front),
        TEST(wrong_usage_and_unreadable_files_are_2),
        TEST(what_is_no_file_is_named_and_json_all_the_same),
        TEST(it_reads_nothing_but_what_was_named),
        TEST(it_links_nothing_but_four_libraries),
        TEST(memory_does_not_grow_with_the_clip),
    };
    return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}
