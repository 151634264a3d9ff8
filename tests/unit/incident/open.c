/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recording's way out of the vault: whole, and only what was signed; into a pipe, and only with its own
 * key. */
#include "server/incident/open.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/support/in_vault.h"
#include "tests/unit/test.h"

#define FOREVER (-1) /* milliseconds, to poll */

static struct asv_test_in_vault it;

static int set_up(void **state)
{
    (void)state;
    asv_test_in_vault_make(&it, &(struct asv_test_plan){.chunks = 3, .every = 1, .pad = 16});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_in_vault_remove(&it);
    return 0;
}

/* Opens, and writes into a pipe that is read to its end: the bytes into *out, which the caller frees. */
static enum asv_status show(const uint8_t key[ASV_FILE_KEY_BYTES], uint8_t **out, size_t *len)
{
    struct asv_exhibit *exhibit = NULL;
    struct asv_err err = {0};
    int ends[2];
    size_t cap = 4 * (size_t)ASV_CHUNK_PLAIN_BYTES;
    enum asv_status status = asv_exhibit_open(it.vault, &it.name, &exhibit, &err);
    *out = malloc(cap);
    *len = 0;
    assert_non_null(*out);
    if (status != ASV_OK) {
        assert_true(err.text[0] != '\0');
        return status;
    }
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(asv_exhibit_check_fd(ends[1], &err), ASV_OK);
    pid_t writer = fork(); /* a pipe holds less than a chunk */
    assert_true(writer >= 0);
    if (writer == 0) {
        close(ends[0]);
        status = asv_exhibit_write(exhibit, key, ends[1], FOREVER, &err);
        _exit(status == ASV_OK ? 0 : status == ASV_E_DIGEST ? 1 : 2);
    }
    close(ends[1]);
    ssize_t n = 0;
    while (*len < cap && (n = read(ends[0], *out + *len, cap - *len)) > 0) {
        *len += (size_t)n;
    }
    close(ends[0]);
    int ended = 0;
    assert_int_equal(waitpid(writer, &ended, 0), writer);
    asv_exhibit_close(exhibit);
    assert_true(WIFEXITED(ended));
    return WEXITSTATUS(ended) == 0 ? ASV_OK : WEXITSTATUS(ended) == 1 ? ASV_E_DIGEST : ASV_E_IO;
}

static void the_plaintext_comes_out_whole(void **state)
{
    (void)state;
    uint8_t want[ASV_CHUNK_PLAIN_BYTES];
    uint8_t *out = NULL;
    size_t len = 0;
    assert_int_equal(show(it.file_key, &out, &len), ASV_OK);
    assert_int_equal(len, 3 * ASV_CHUNK_PLAIN_BYTES + ASV_FINAL_PLAIN_BYTES);
    for (uint32_t i = 0; i < 3; i++) {
        asv_test_clip_plaintext(&it.clip.plan, i, want);
        assert_memory_equal(out + i * (size_t)ASV_CHUNK_PLAIN_BYTES, want, sizeof want);
    }
    assert_memory_equal(out + 3 * (size_t)ASV_CHUNK_PLAIN_BYTES, asv_final_plaintext, ASV_FINAL_PLAIN_BYTES);
    free(out);
}

static void another_clips_key_shows_nothing(void **state)
{
    (void)state;
    uint8_t wrong[ASV_FILE_KEY_BYTES];
    uint8_t *out = NULL;
    size_t len = 0;
    memcpy(wrong, it.file_key, sizeof wrong);
    wrong[15] ^= 1;
    assert_int_equal(show(wrong, &out, &len), ASV_E_DIGEST);
    assert_int_equal(len, 0);
    free(out);
}

/* A changed byte anywhere that is signed: nothing is shown, not even what stands before it. */
static void nothing_is_shown_of_what_is_not_as_it_was_signed(void **state)
{
    (void)state;
    static const struct {
        const char *part;
        size_t at;
    } table[] = {
        {"payload", 0},
        {"payload", 65552 + 100},
        {"payload", 3 * 65552 - 1},
        {"seal", 3},
        {"seal", 40},
        {"seal", 900},
        {"chain", 20},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint8_t *out = NULL;
        size_t len = 0;
        asv_test_in_vault_flip(&it, table[i].part, table[i].at);
        if (show(it.file_key, &out, &len) == ASV_OK || len != 0) {
            fail_msg("%s byte %zu: shown", table[i].part, table[i].at);
        }
        free(out);
        asv_test_in_vault_flip(&it, table[i].part, table[i].at);
    }
    uint8_t *out = NULL;
    size_t len = 0;
    assert_int_equal(show(it.file_key, &out, &len), ASV_OK); /* as it was again */
    free(out);
}

static void a_payload_that_is_cut_short_is_not_shown(void **state)
{
    (void)state;
    char path[900];
    uint8_t *out = NULL;
    size_t len = 0;
    snprintf(path, sizeof path, "%s/payload", it.place);
    assert_int_equal(truncate(path, 2 * 65552), 0);
    assert_int_equal(show(it.file_key, &out, &len), ASV_E_DIGEST);
    assert_int_equal(len, 0);
    free(out);
}

/* Another recording's directory under the clip's name: what custody names by its header is not there. */
static void another_recording_in_its_place_is_found_out(void **state)
{
    (void)state;
    struct asv_exhibit *exhibit = NULL;
    struct asv_err err = {0};
    it.name.header[0] ^= 1;
    assert_int_equal(asv_exhibit_open(it.vault, &it.name, &exhibit, &err), ASV_E_MISMATCH);
    assert_null(exhibit);
    it.name.clip[15] ^= 1;
    assert_int_equal(asv_exhibit_open(it.vault, &it.name, &exhibit, &err), ASV_E_NOT_FOUND);
}

/* Between verifying and showing: a piece that changes is not written, what stood before it was right. */
static void a_piece_that_changes_meanwhile_is_not_written(void **state)
{
    (void)state;
    struct asv_exhibit *exhibit = NULL;
    struct asv_err err = {0};
    int ends[2];
    assert_int_equal(asv_exhibit_open(it.vault, &it.name, &exhibit, &err), ASV_OK);
    asv_test_in_vault_flip(&it, "payload", 7);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(asv_exhibit_write(exhibit, it.file_key, ends[1], FOREVER, &err), ASV_E_DIGEST);
    close(ends[1]);
    uint8_t byte = 0;
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    asv_exhibit_close(exhibit);
}

/* A reader who reads nothing does not keep the key here: it goes after a while. */
static void nobody_reads_and_the_key_is_given_up(void **state)
{
    (void)state;
    struct asv_exhibit *exhibit = NULL;
    struct asv_err err = {0};
    int ends[2];
    assert_int_equal(asv_exhibit_open(it.vault, &it.name, &exhibit, &err), ASV_OK);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(asv_exhibit_write(exhibit, it.file_key, ends[1], 20, &err), ASV_E_TIMEOUT);
    close(ends[0]);
    close(ends[1]);
    asv_exhibit_close(exhibit);
}

/* What the keeper is shown: the first and the last chunk, the header's frame and the stanzas, as they lie
 * there. */
static void the_keeper_is_shown_what_it_asks_for(void **state)
{
    (void)state;
    struct asv_exhibit *exhibit = NULL;
    struct asv_err err = {0};
    assert_int_equal(asv_exhibit_open(it.vault, &it.name, &exhibit, &err), ASV_OK);
    assert_int_equal(exhibit->checkpoint.chunks, 3);
    assert_memory_equal(exhibit->first, it.clip.payload.data, ASV_CHUNK_CIPHER_BYTES);
    assert_memory_equal(exhibit->last, it.clip.payload.data + 2 * (size_t)ASV_CHUNK_CIPHER_BYTES,
                        ASV_CHUNK_CIPHER_BYTES);
    assert_memory_equal(exhibit->frame, it.clip.seal.data, exhibit->frame_len);
    assert_int_equal(exhibit->stanzas_len, it.clip.stanzas.len);
    assert_memory_equal(exhibit->stanzas, it.clip.stanzas.data, it.clip.stanzas.len);
    asv_exhibit_close(exhibit);
}

static void what_is_wrapped_for_recovery_comes_and_goes(void **state)
{
    (void)state;
    static const char stanza[] = "-> X25519 a\nb\n";
    struct asv_exhibit *exhibit = NULL;
    struct asv_err err = {0};
    char path[900];
    uint8_t *data = NULL;
    size_t len = 0;
    snprintf(path, sizeof path, "%s/recovery", it.place);
    assert_int_equal(asv_exhibit_drop_recovery(it.vault, &it.name, &err), ASV_OK); /* there is none */
    assert_int_equal(asv_exhibit_open(it.vault, &it.name, &exhibit, &err), ASV_OK);
    struct asv_bytes bytes = {(const uint8_t *)stanza, sizeof stanza - 1};
    assert_int_equal(asv_exhibit_put_recovery(exhibit, bytes, &err), ASV_OK);
    asv_exhibit_close(exhibit);
    asv_test_read_file(it.place, "recovery", &data, &len);
    assert_int_equal(len, bytes.len);
    assert_memory_equal(data, stanza, len);
    free(data);
    assert_int_equal(asv_exhibit_drop_recovery(it.vault, &it.name, &err), ASV_OK);
    assert_int_equal(access(path, F_OK), -1);
    it.name.clip[15] ^= 1; /* a recording that is gone has nothing */
    assert_int_equal(asv_exhibit_drop_recovery(it.vault, &it.name, &err), ASV_OK);
}

static void plaintext_goes_into_pipes_only(void **state)
{
    (void)state;
    struct asv_err err = {0};
    char path[900];
    int ends[2];
    snprintf(path, sizeof path, "%s/plain", it.base);
    int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(file >= 0 && terminal >= 0);
    assert_int_equal(asv_exhibit_check_fd(file, &err), ASV_E_USAGE);
    assert_int_equal(asv_exhibit_check_fd(terminal, &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "terminal"));
    assert_int_equal(asv_exhibit_check_fd(999, &err), ASV_E_USAGE);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(asv_exhibit_check_fd(ends[1], &err), ASV_OK);
    close(file);
    close(terminal);
    close(ends[0]);
    close(ends[1]);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_plaintext_comes_out_whole),
        TEST(another_clips_key_shows_nothing),
        TEST(nothing_is_shown_of_what_is_not_as_it_was_signed),
        TEST(a_payload_that_is_cut_short_is_not_shown),
        TEST(another_recording_in_its_place_is_found_out),
        TEST(a_piece_that_changes_meanwhile_is_not_written),
        TEST(nobody_reads_and_the_key_is_given_up),
        TEST(the_keeper_is_shown_what_it_asks_for),
        TEST(what_is_wrapped_for_recovery_comes_and_goes),
        TEST(plaintext_goes_into_pipes_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
