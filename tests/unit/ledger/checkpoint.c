/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/checkpoint.h"

#include <stdio.h>
#include <string.h>

#include "server/ledger/cosignature.h"
#include "tests/support/ledger.h"
#include "tests/unit/test.h"

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

static struct asv_bytes bytes(const char *text)
{
    return (struct asv_bytes){(const uint8_t *)text, strlen(text)};
}

/* tlog-checkpoint's own example. */
static const char example[] = "example.com/behind-the-sofa\n20852163\n" ROOT "\n";

static void a_checkpoint_is_three_lines(void **state)
{
    (void)state;
    struct asv_checkpoint checkpoint;
    uint8_t out[sizeof example];
    struct asv_writer writer;
    assert_int_equal(asv_checkpoint_parse(&checkpoint, bytes(example), NULL), ASV_OK);
    assert_string_equal(checkpoint.origin, "example.com/behind-the-sofa");
    assert_true(checkpoint.head.size == 20852163);
    assert_int_equal(checkpoint.head.root[0], 0x0a);
    assert_int_equal(checkpoint.head.root[31], 0x62);
    assert_int_equal(checkpoint.extensions.len, 0);
    asv_writer_init(&writer, out, sizeof out);
    assert_int_equal(asv_checkpoint_write(&writer, checkpoint.origin, &checkpoint.head, NULL), ASV_OK);
    assert_int_equal(writer.len, sizeof example - 1);
    assert_memory_equal(out, example, writer.len);
}

static void extension_lines_are_kept_and_said_nothing_about(void **state)
{
    (void)state;
    struct asv_checkpoint checkpoint;
    assert_int_equal(asv_checkpoint_parse(&checkpoint, bytes("o p\n0\n" ROOT "\nx\ny\n"), NULL), ASV_OK);
    assert_string_equal(checkpoint.origin, "o p"); /* whatever line is an origin, of someone else's log */
    assert_true(checkpoint.head.size == 0);
    assert_int_equal(checkpoint.extensions.len, 4);
    assert_memory_equal(checkpoint.extensions.data, "x\ny\n", 4);
}

static void what_is_no_checkpoint_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        {"", "checkpoint: line 1 is no origin"},
        {"o", "checkpoint: line 1 is no origin"},
        {"\n1\n" ROOT "\n", "checkpoint: line 1 is no origin"},
        {"\xff\n1\n" ROOT "\n", "checkpoint: line 1 is no origin"},
        {"o\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n\n" ROOT "\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n01\n" ROOT "\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n00\n" ROOT "\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n-1\n" ROOT "\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n+1\n" ROOT "\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n1 \n" ROOT "\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n0x1\n" ROOT "\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n1.0\n" ROOT "\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n18446744073709551616\n" ROOT "\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n99999999999999999999\n" ROOT "\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n100000000000000000000\n" ROOT "\n", "checkpoint: line 2 is no size of a tree"},
        {"o\n1\n", "checkpoint: line 3 is no SHA-256 root in base 64"},
        {"o\n1\n" ROOT, "checkpoint: line 3 is no SHA-256 root in base 64"},
        {"o\n1\n\n", "checkpoint: line 3 is no SHA-256 root in base 64"},
        {"o\n1\nAAAA\n", "checkpoint: line 3 is no SHA-256 root in base 64"},
        {"o\n1\n" ROOT "A===\n", "checkpoint: line 3 is no SHA-256 root in base 64"},
        {"o\n1\n" ROOT " \n", "checkpoint: line 3 is no SHA-256 root in base 64"},
        {"o\n1\n" ROOT "\n\n", "checkpoint: an empty line"},
        {"o\n1\n" ROOT "\nx\n\ny\n", "checkpoint: an empty line"},
        {"o\n1\n" ROOT "\nx", "checkpoint: ends within a line"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asv_checkpoint checkpoint = {.head.size = 99};
        struct asv_err err = {0};
        assert_int_equal(asv_checkpoint_parse(&checkpoint, bytes(cases[i].text), &err), ASV_E_MALFORMED);
        assert_string_equal(err.text, cases[i].why);
        assert_true(checkpoint.head.size == 99);
    }
}

static void a_checkpoint_has_its_limits(void **state)
{
    (void)state;
    struct asv_checkpoint checkpoint;
    struct asv_err err = {0};
    assert_int_equal(asv_checkpoint_parse(&checkpoint, bytes("o\n4611686018427387904\n" ROOT "\n"), NULL),
                     ASV_OK);
    assert_true(checkpoint.head.size == ASV_TREE_SIZE_MAX);
    assert_int_equal(asv_checkpoint_parse(&checkpoint, bytes("o\n4611686018427387905\n" ROOT "\n"), &err),
                     ASV_E_LIMIT);
    assert_string_equal(err.text, "checkpoint: a tree too large to be one: 4611686018427387905");
    assert_int_equal(asv_checkpoint_parse(&checkpoint, bytes("o\n18446744073709551615\n" ROOT "\n"), NULL),
                     ASV_E_LIMIT);
    static char text[ASV_CHECKPOINT_MAX_BYTES + 2];
    memset(text, 'o', sizeof text);
    assert_int_equal(asv_checkpoint_parse(&checkpoint, (struct asv_bytes){(uint8_t *)text, 4097}, NULL),
                     ASV_E_LIMIT);
    memcpy(text + 256, "\n1\n" ROOT "\n", 3 + 45);
    assert_int_equal(asv_checkpoint_parse(&checkpoint, (struct asv_bytes){(uint8_t *)text, 256 + 48}, &err),
                     ASV_E_LIMIT);
    assert_string_equal(err.text, "checkpoint: an origin longer than bytes: 255");
    assert_int_equal(
        asv_checkpoint_parse(&checkpoint, (struct asv_bytes){(uint8_t *)text + 1, 255 + 48}, NULL), ASV_OK);
    assert_int_equal(strlen(checkpoint.origin), 255);
}

static void our_own_origins_are_names_of_keys(void **state)
{
    (void)state;
    uint8_t out[256];
    struct asv_writer writer;
    const struct asv_tree_head head = {.size = 1};
    asv_writer_init(&writer, out, sizeof out);
    assert_int_equal(asv_checkpoint_write(&writer, "two words", &head, NULL), ASV_E_USAGE);
    assert_int_equal(asv_checkpoint_write(&writer, "a\nb", &head, NULL), ASV_E_USAGE);
    assert_int_equal(asv_checkpoint_write(&writer, "", &head, NULL), ASV_E_USAGE);
    assert_int_equal(writer.len, 0);
    asv_writer_init(&writer, out, 20);
    assert_int_equal(asv_checkpoint_write(&writer, "a", &head, NULL), ASV_E_LIMIT);
}

static void a_checkpoint_opens_with_its_logs_key_only(void **state)
{
    (void)state; /* LG-033 */
    uint8_t data[2048];
    struct asv_checkpoint checkpoint;
    struct asv_note note;
    struct asv_err err = {0};
    const struct asv_note_key *log = asv_test_note_key(ASV_TEST_LOG);
    const struct asv_note_key *stranger = asv_test_note_key(ASV_TEST_STRANGER);
    const struct asv_bytes signed_note = {data, asv_test_checkpoint(data, sizeof data, 5, 3)};
    assert_int_equal(asv_checkpoint_open(&checkpoint, &note, signed_note, log, NULL), ASV_OK);
    assert_true(checkpoint.head.size == 5);
    assert_int_equal(note.count, 3);
    assert_int_equal(asv_checkpoint_open(&checkpoint, NULL, signed_note, log, NULL), ASV_OK);
    assert_int_equal(asv_checkpoint_open(&checkpoint, NULL, signed_note, stranger, &err), ASV_E_UNTRUSTED);
    data[30]++; /* the size */
    assert_int_equal(asv_checkpoint_open(&checkpoint, NULL, signed_note, log, NULL), ASV_E_SIGNATURE);
    /* Signed by a key, and of a log that has another name. */
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    asv_note_sign(&writer, stranger, asv_test_note_secret(ASV_TEST_STRANGER), bytes(example));
    assert_int_equal(
        asv_checkpoint_open(&checkpoint, NULL, (struct asv_bytes){data, writer.len}, stranger, &err),
        ASV_E_UNTRUSTED);
    assert_string_equal(err.text, "checkpoint: stranger.example/log signed that of another log");
    /* Signed, and no checkpoint. */
    asv_writer_init(&writer, data, sizeof data);
    asv_note_sign(&writer, stranger, asv_test_note_secret(ASV_TEST_STRANGER), bytes("hello\n"));
    assert_int_equal(
        asv_checkpoint_open(&checkpoint, NULL, (struct asv_bytes){data, writer.len}, stranger, &err),
        ASV_E_MALFORMED);
}

static void a_cosignature_is_over_the_text_and_its_time(void **state)
{
    (void)state;
    uint8_t data[2048];
    struct asv_note note;
    uint64_t time_s = 0;
    struct asv_err err = {0};
    struct asv_note_key other = *asv_test_note_key(ASV_TEST_DPO);
    const struct asv_bytes signed_note = {data, asv_test_checkpoint(data, sizeof data, 5, 1)};
    assert_int_equal(asv_note_parse(&note, signed_note, NULL), ASV_OK);
    assert_int_equal(asv_cosignature_verify(&note, &other, &time_s, NULL), ASV_OK);
    assert_true(time_s == ASV_TEST_TIME_S + ASV_TEST_DPO);
    assert_int_equal(asv_cosignature_verify(&note, asv_test_note_key(ASV_TEST_CITY), &time_s, NULL),
                     ASV_E_NOT_FOUND);
    /* tlog-cosignature: the message, byte for byte. */
    char message[512];
    uint8_t signature[64];
    int len = snprintf(message, sizeof message, "cosignature/v1\ntime 1795000001\n%.*s", (int)note.text.len,
                       (const char *)note.text.data);
    asv_ed25519_sign(signature, message, (size_t)len, asv_test_note_secret(ASV_TEST_DPO));
    struct asv_writer writer;
    uint8_t line[256];
    uint8_t both[ASV_COSIGNATURE_BYTES];
    asv_store_be64(both, 1795000001);
    memcpy(both + 8, signature, 64);
    asv_writer_init(&writer, line, sizeof line);
    asv_note_write_signature(&writer, &other, both, sizeof both);
    assert_memory_equal(data + signed_note.len - writer.len, line, writer.len);
    /* Another time with the same signature. */
    asv_store_be64(both, 1795000002);
    asv_writer_init(&writer, data, sizeof data);
    writer.len = signed_note.len;
    asv_note_write_signature(&writer, &other, both, sizeof both);
    assert_int_equal(asv_note_parse(&note, (struct asv_bytes){data, writer.len}, NULL), ASV_OK);
    time_s = 7;
    assert_int_equal(asv_cosignature_verify(&note, &other, &time_s, &err), ASV_E_SIGNATURE);
    assert_true(time_s == 7);
    /* A time that the format does not have, and nothing else wrong. */
    len = snprintf(message, sizeof message, "cosignature/v1\ntime 9223372036854775808\n%.*s",
                   (int)note.text.len, (const char *)note.text.data);
    asv_store_be64(both, (uint64_t)INT64_MAX + 1);
    asv_ed25519_sign(both + 8, message, (size_t)len, asv_test_note_secret(ASV_TEST_DPO));
    writer.len = signed_note.len;
    asv_note_write_signature(&writer, &other, both, sizeof both);
    assert_int_equal(asv_note_parse(&note, (struct asv_bytes){data, writer.len}, NULL), ASV_OK);
    assert_int_equal(asv_cosignature_verify(&note, &other, &time_s, NULL), ASV_E_SIGNATURE);
    /* A log's signature is no cosignature. */
    other = *asv_test_note_key(ASV_TEST_LOG);
    other.type = ASV_NOTE_COSIGNATURE;
    assert_int_equal(asv_cosignature_verify(&note, &other, &time_s, NULL), ASV_E_SIGNATURE);
}

static void of_several_cosignatures_the_latest_counts(void **state)
{
    (void)state;
    uint8_t data[2048];
    struct asv_note note;
    uint64_t time_s = 0;
    struct asv_writer writer;
    const struct asv_note_key *dpo = asv_test_note_key(ASV_TEST_DPO);
    asv_writer_init(&writer, data, sizeof data);
    writer.len = asv_test_checkpoint(data, sizeof data, 9, 1);
    assert_int_equal(asv_note_parse(&note, (struct asv_bytes){data, writer.len}, NULL), ASV_OK);
    static const uint64_t times[] = {5, 2 * ASV_TEST_TIME_S, 6};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(asv_cosignature_write(&writer, dpo, asv_test_note_secret(ASV_TEST_DPO), times[i],
                                               note.text, NULL),
                         ASV_OK);
    }
    assert_int_equal(asv_note_parse(&note, (struct asv_bytes){data, writer.len}, NULL), ASV_OK);
    assert_int_equal(note.count, 5);
    assert_int_equal(asv_cosignature_verify(&note, dpo, &time_s, NULL), ASV_OK);
    assert_true(time_s == 2 * ASV_TEST_TIME_S);
    /* No time that the format does not have. */
    assert_int_equal(asv_cosignature_write(&writer, dpo, asv_test_note_secret(ASV_TEST_DPO),
                                           (uint64_t)INT64_MAX + 1, note.text, NULL),
                     ASV_E_LIMIT);
    static const uint8_t large[ASV_CHECKPOINT_MAX_BYTES + 1];
    assert_int_equal(asv_cosignature_write(&writer, dpo, asv_test_note_secret(ASV_TEST_DPO), 1,
                                           (struct asv_bytes){large, sizeof large}, NULL),
                     ASV_E_LIMIT);
    note.text = (struct asv_bytes){large, sizeof large};
    assert_int_equal(asv_cosignature_verify(&note, dpo, &time_s, NULL), ASV_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_is_three_lines),
        cmocka_unit_test(extension_lines_are_kept_and_said_nothing_about),
        cmocka_unit_test(what_is_no_checkpoint_is_refused_with_its_line),
        cmocka_unit_test(a_checkpoint_has_its_limits),
        cmocka_unit_test(our_own_origins_are_names_of_keys),
        cmocka_unit_test(a_checkpoint_opens_with_its_logs_key_only),
        cmocka_unit_test(a_cosignature_is_over_the_text_and_its_time),
        cmocka_unit_test(of_several_cosignatures_the_latest_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
