/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recording's files for a package: what was signed and taken into custody, and nothing else. */
#include "server/handover/recording.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/files.h"
#include "tests/support/in_vault.h"
#include "tests/unit/test.h"

#define CHUNKS 9

static struct asv_test_in_vault it;
static uint8_t recipient_sk[ASV_X25519_BYTES] = {7};

static int set_up(void **state)
{
    const struct asv_test_plan *plan = *state;
    asv_test_in_vault_make(&it, plan);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_in_vault_remove(&it);
    return 0;
}

/* As the keeper gives it. */
static struct asv_bytes header_for(const uint8_t key[ASV_FILE_KEY_BYTES])
{
    static uint8_t text[1024];
    static const uint8_t ephemeral[ASV_X25519_BYTES] = {9};
    uint8_t stanza[ASV_AGE_X25519_STANZA_BYTES];
    uint8_t pk[ASV_X25519_BYTES];
    struct asv_writer writer;
    asv_x25519_public(pk, recipient_sk);
    assert_int_equal(asv_age_wrap(stanza, key, pk, ephemeral), ASV_OK);
    asv_writer_init(&writer, text, sizeof text);
    assert_int_equal(asv_age_header_write(&writer, (struct asv_bytes){stanza, sizeof stanza}, key), ASV_OK);
    return (struct asv_bytes){text, writer.len};
}

static struct asv_recording *open_it(void)
{
    struct asv_recording *recording = NULL;
    struct asv_err err = {0};
    assert_int_equal(asv_recording_open(it.vault, &it.name, &recording, &err), ASV_OK);
    assert_int_equal(asv_recording_set_key(recording, it.file_key, &err), ASV_OK);
    assert_int_equal(asv_recording_set_header(recording, header_for(it.file_key), &err), ASV_OK);
    return recording;
}

/* All that a file gives; the caller frees *out. */
static enum asv_status read_all(struct asv_recording *recording, enum asv_recording_file file, uint8_t **out,
                                size_t *len)
{
    struct asv_recording_reader *reader = NULL;
    struct asv_source source;
    struct asv_err err = {0};
    uint64_t done = 0;
    size_t got = 0;
    enum asv_status status = asv_recording_read(recording, file, &reader, &source, &err);
    if (status != ASV_OK) {
        return status;
    }
    *out = malloc((size_t)source.size + 1);
    assert_non_null(*out);
    do {
        status = asv_source_next(&source, &done, *out + done, 50000, &got, &err);
    } while (status == ASV_OK && got > 0);
    *len = (size_t)done;
    asv_recording_reader_close(reader);
    if (status != ASV_OK) {
        assert_true(err.text[0] != '\0');
        free(*out);
        *out = NULL;
    }
    return status;
}

static enum asv_status write_out(struct asv_recording *recording, enum asv_recording_file file)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum asv_status status = read_all(recording, file, &data, &len);
    if (status == ASV_OK) {
        asv_test_write_file(it.base, asv_recording_file_name(file), data, len);
        free(data);
    }
    return status;
}

/* HO-031, HO-032: stock age opens it to the playable file, padding and all. */
static void stock_age_opens_the_sealed_original(void **state)
{
    char identity[ASV_AGE_IDENTITY_TEXT_BYTES];
    char path[3][600];
    uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
    struct asv_recording *recording = open_it();
    (void)state;
    assert_int_equal(write_out(recording, ASV_RECORDING_SEALED), ASV_OK);
    assert_int_equal(write_out(recording, ASV_RECORDING_PLAYABLE), ASV_OK);
    asv_age_identity_encode(identity, recipient_sk);
    asv_test_write_file(it.base, "identity", identity, strlen(identity));
    snprintf(path[0], sizeof path[0], "%s/identity", it.base);
    snprintf(path[1], sizeof path[1], "%s/sealed.age", it.base);
    snprintf(path[2], sizeof path[2], "%s/opened", it.base);
    const char *const age[] = {"age", "-d", "-i", path[0], "-o", path[2], path[1], NULL};
    assert_int_equal(asv_test_run(it.base, age), 0);
    uint8_t *opened = NULL;
    uint8_t *playable = NULL;
    size_t len = 0;
    size_t playable_len = 0;
    asv_test_read_file(it.base, "opened", &opened, &len);
    asv_test_read_file(it.base, "playable.mp4", &playable, &playable_len);
    assert_int_equal(len,
                     recording->exhibit->checkpoint.chunks * ASV_CHUNK_PLAIN_BYTES + ASV_FINAL_PLAIN_BYTES);
    assert_int_equal(len, playable_len);
    assert_memory_equal(opened, playable, len);
    for (uint32_t i = 0; i < recording->exhibit->checkpoint.chunks; i++) {
        asv_test_clip_plaintext(&it.clip.plan, i, plain);
        assert_memory_equal(playable + (size_t)i * sizeof plain, plain, sizeof plain);
    }
    free(opened);
    free(playable);
    asv_recording_close(recording);
}

/* HO-030, HO-033 */
static void the_records_are_the_vaults(void **state)
{
    static const enum asv_recording_file copied[] = {ASV_RECORDING_SEAL, ASV_RECORDING_CHAIN,
                                                     ASV_RECORDING_COMMIT, ASV_RECORDING_RECEIPT};
    struct asv_recording *recording = open_it();
    (void)state;
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
        uint8_t *want = NULL;
        uint8_t *got = NULL;
        size_t want_len = 0;
        size_t len = 0;
        asv_test_read_file(it.place, asv_recording_file_name(copied[i]), &want, &want_len);
        assert_int_equal(read_all(recording, copied[i], &got, &len), ASV_OK);
        assert_int_equal(len, want_len);
        assert_memory_equal(got, want, len);
        free(got);
        free(want);
    }
    uint8_t *text = NULL;
    size_t len = 0;
    char want[2 * ASV_FILE_KEY_BYTES + 2];
    assert_int_equal(read_all(recording, ASV_RECORDING_KEY, &text, &len), ASV_OK);
    for (size_t i = 0; i < ASV_FILE_KEY_BYTES; i++) {
        snprintf(want + 2 * i, 4, "%02x\n", it.file_key[i]);
    }
    assert_int_equal(len, strlen(want));
    assert_memory_equal(text, want, len);
    free(text);
    assert_int_equal(read_all(recording, ASV_RECORDING_TAIL, &text, &len), ASV_E_NOT_FOUND);
    asv_recording_close(recording);
}

/* HO-030, HO-031, LAW H3: whatever changes after the seal was read is met when it is read again. */
static void what_changed_in_the_vault_is_not_handed_over(void **state)
{
    static const struct {
        const char *part;
        enum asv_recording_file file;
        size_t at;
    } changes[] = {
        {"payload", ASV_RECORDING_SEALED, 3 * ASV_CHUNK_CIPHER_BYTES + 5},
        {"payload", ASV_RECORDING_PLAYABLE, 0},
        {"seal", ASV_RECORDING_SEAL, 400},
        {"chain", ASV_RECORDING_CHAIN, 10},
        {"commit", ASV_RECORDING_COMMIT, 100},
        {"receipt", ASV_RECORDING_RECEIPT, 100},
    };
    struct asv_recording *recording = open_it();
    uint8_t *data = NULL;
    size_t len = 0;
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        asv_test_in_vault_flip(&it, changes[i].part, changes[i].at);
        assert_int_equal(read_all(recording, changes[i].file, &data, &len), ASV_E_DIGEST);
        asv_test_in_vault_flip(&it, changes[i].part, changes[i].at);
        assert_int_equal(read_all(recording, changes[i].file, &data, &len), ASV_OK);
        free(data);
    }
    asv_recording_close(recording);
}

/* HO-032 */
static void only_its_own_key_opens_it(void **state)
{
    struct asv_recording *recording = NULL;
    struct asv_err err = {0};
    uint8_t other[ASV_FILE_KEY_BYTES] = {1};
    uint8_t *data = NULL;
    size_t len = 0;
    (void)state;
    assert_int_equal(asv_recording_open(it.vault, &it.name, &recording, &err), ASV_OK);
    assert_int_equal(read_all(recording, ASV_RECORDING_SEALED, &data, &len), ASV_E_STATE);
    assert_int_equal(read_all(recording, ASV_RECORDING_PLAYABLE, &data, &len), ASV_E_STATE);
    assert_int_equal(asv_recording_set_key(recording, other, &err), ASV_E_DIGEST);
    assert_int_equal(asv_recording_set_key(recording, it.file_key, &err), ASV_OK);
    assert_int_equal(asv_recording_set_header(recording, header_for(other), &err), ASV_E_DIGEST);
    assert_int_equal(asv_recording_set_header(recording, (struct asv_bytes){other, 3}, &err),
                     ASV_E_MALFORMED);
    asv_recording_wipe_key(recording);
    assert_int_equal(read_all(recording, ASV_RECORDING_KEY, &data, &len), ASV_E_STATE);
    asv_recording_close(recording);
}

static enum asv_status stop(void *ctx, struct asv_err *err)
{
    int *left = ctx;
    return (*left)-- > 0 ? ASV_OK : asv_fail(err, ASV_E_STATE, "cancelled");
}

/* HO-035 */
static void it_ends_between_two_chunks(void **state)
{
    struct asv_recording *recording = open_it();
    int left = 4;
    uint8_t *data = NULL;
    size_t len = 0;
    (void)state;
    recording->go_on = stop;
    recording->go_on_ctx = &left;
    assert_int_equal(read_all(recording, ASV_RECORDING_SEALED, &data, &len), ASV_E_STATE);
    assert_int_equal(left, -1);
    asv_recording_close(recording);
}

int main(void)
{
    static struct asv_test_plan ended = {.chunks = CHUNKS, .every = 4, .pad = 16};
    static struct asv_test_plan cut = {.chunks = CHUNKS, .every = 4, .cut = true};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate_setup_teardown(stock_age_opens_the_sealed_original, set_up, tear_down,
                                                 &ended),
        cmocka_unit_test_prestate_setup_teardown(stock_age_opens_the_sealed_original, set_up, tear_down,
                                                 &cut),
        cmocka_unit_test_prestate_setup_teardown(the_records_are_the_vaults, set_up, tear_down, &ended),
        cmocka_unit_test_prestate_setup_teardown(what_changed_in_the_vault_is_not_handed_over, set_up,
                                                 tear_down, &ended),
        cmocka_unit_test_prestate_setup_teardown(only_its_own_key_opens_it, set_up, tear_down, &ended),
        cmocka_unit_test_prestate_setup_teardown(it_ends_between_two_chunks, set_up, tear_down, &ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
