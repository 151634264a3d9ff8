/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/report/ask.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/unit/test.h"

static char base[256];

static int set_up(void **state)
{
    (void)state;
    asv_test_make_directory(base, sizeof base);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(base);
    return 0;
}

static const struct asv_label label = {.part = 2,
                                       .parts = 3,
                                       .written_ms = 1795910400000,
                                       .name = "DVD Größe ß",
                                       .file = "Beweismittel_018f3b1e.aes.zip",
                                       .file_sha256 = "0011",
                                       .carrier_sha256 = "ffee",
                                       .lock = ASV_LABEL_ZIP};

/* Asks a program that is this line of shell for a label; out has what was written to the label's file. */
static enum asv_status ask(const char *line, char out[64], struct asv_err *err)
{
    char script[600], path[300];
    const struct asv_documents_question question = {.facts = {(const uint8_t *)"{}", 2}, .label = &label};
    int fd = memfd_create("label", MFD_CLOEXEC);
    memset(out, 0, 64);
    int len = snprintf(script, sizeof script, "#!/bin/sh\n%s\n", line);
    snprintf(path, sizeof path, "%s/program", base);
    asv_test_write_file(base, "program", script, (size_t)len);
    assert_int_equal(chmod(path, 0700), 0);
    enum asv_status status = asv_documents_ask(path, &question, &fd, err);
    assert_true(pread(fd, out, 63, 0) >= 0);
    close(fd);
    return status;
}

/* HO-043: what the program does, and what it says, is told as it is; nothing that it says is believed. */
static void whatever_the_program_does_is_told(void **state)
{
    static const struct {
        const char *line;
        enum asv_status status;
        const char *says;
    } cases[] = {
        {"printf '\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\3abc'", ASV_OK, ""},
        {"exit 3", ASV_E_AWAY, "ended with status 3"},
        {"kill -9 $$", ASV_E_AWAY, "ended by signal 9"},
        {"echo no memory >&2; exit 1", ASV_E_AWAY, "could not be made: no memory"},
        {"printf '\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\3ab'; kill -6 $$", ASV_E_AWAY, "ended by signal 6"},
        {"exit 0", ASV_E_AWAY, "said nothing"},
        {"printf '\\2\\3\\6facts?'", ASV_E_LIMIT, "facts?"},
        {"printf '\\3\\1\\1x'", ASV_E_INTERNAL, "does not speak this protocol"}, /* of signatures */
        {"printf '\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\3abcd'", ASV_E_INTERNAL, "does not speak this protocol"},
        {"printf '\\0\\0\\0\\0\\0\\0\\1\\0\\0\\0\\0'; exec cat /dev/zero", ASV_E_INTERNAL,
         "does not speak this protocol"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asv_err err = {0};
        char out[64];
        enum asv_status status = ask(cases[i].line, out, &err);
        if (status != cases[i].status || strstr(err.text, cases[i].says) == NULL) {
            fail_msg("%s: %s: %s", cases[i].line, asv_status_name(status), err.text);
        }
        assert_true(status != ASV_OK || strcmp(out, "abc") == 0);
    }
    struct asv_err err = {0};
    const struct asv_documents_question question = {.label = &label};
    assert_int_equal(asv_documents_ask("/no/such/program", &question, &(int){-1}, &err), ASV_E_USAGE);
    assert_string_equal(err.text, "/no/such/program is not installed"); /* HO-142 */
}

/* What is asked is what the program reads, and nothing else is a question. */
static void a_question_is_read_as_it_was_asked(void **state)
{
    char line[400], out[64];
    uint8_t *text = NULL;
    size_t len = 0;
    struct asv_documents_asked asked;
    struct asv_err err = {0};
    (void)state;
    snprintf(line, sizeof line, "cat >%s/question; printf '\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0'", base);
    assert_int_equal(ask(line, out, &err), ASV_OK);
    asv_test_read_file(base, "question", &text, &len);
    assert_int_equal(asv_documents_asked_read(&asked, (struct asv_bytes){text, len}, NULL), ASV_OK);
    const struct asv_label *got = asked.question.label;
    assert_true(got->part == 2 && got->parts == 3 && got->written_ms == label.written_ms);
    assert_true(got->lock == ASV_LABEL_ZIP && strcmp(got->file, label.file) == 0);
    assert_string_equal(got->name, label.name);
    assert_string_equal(got->file_sha256, "0011");
    assert_string_equal(got->carrier_sha256, "ffee");
    assert_int_equal(asked.question.facts.len, 2);
    assert_memory_equal(asked.question.facts.data, "{}", 2);
    for (size_t i = 0; i < len; i++) {
        assert_int_equal(asv_documents_asked_read(&asked, (struct asv_bytes){text, i}, &err),
                         ASV_E_MALFORMED);
    }
    uint8_t *name = memmem(text, len, label.name, strlen(label.name));
    static const uint8_t others[] = {0xff, '\0'}; /* no UTF-8, and no end before its own */
    for (size_t i = 0; i < sizeof others; i++) {
        uint8_t kept = name[0];
        name[0] = others[i];
        assert_int_equal(asv_documents_asked_read(&asked, (struct asv_bytes){text, len}, &err),
                         ASV_E_MALFORMED);
        name[0] = kept;
    }
    text[0] = 2;
    assert_int_equal(asv_documents_asked_read(&asked, (struct asv_bytes){text, len}, &err), ASV_E_MALFORMED);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_program_does_is_told),
        cmocka_unit_test(a_question_is_read_as_it_was_asked),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
