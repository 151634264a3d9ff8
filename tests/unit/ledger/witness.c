/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/witness.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/ledger.h"
#include "tests/unit/test.h"

static struct asv_bytes bytes(const char *text)
{
    return (struct asv_bytes){(const uint8_t *)text, strlen(text)};
}

static struct asv_tree_head head_of(uint64_t size)
{
    struct asv_tree_head head = {.size = size};
    asv_test_root(head.root, 0, size);
    return head;
}

/* The log's request to extend old_size to new_size; static storage for one at a time. */
static struct asv_bytes ask(uint64_t old_size, uint64_t new_size)
{
    static uint8_t data[8192];
    uint8_t note[2048];
    struct asv_writer writer;
    struct asv_witness_request request = {.old_size = old_size};
    request.checkpoint = (struct asv_bytes){note, asv_test_checkpoint(note, sizeof note, new_size, 0)};
    asv_test_consistency(&request.proof, old_size, new_size);
    asv_writer_init(&writer, data, sizeof data);
    asv_witness_request_write(&writer, &request);
    assert_false(writer.overrun);
    return (struct asv_bytes){data, writer.len};
}

struct opened {
    struct asv_witness_request request;
    struct asv_checkpoint checkpoint;
    struct asv_note note;
    struct asv_err err;
};

/* What a witness that knows the log and remembers last answers. */
static enum asv_witness_answer answer_to(struct asv_bytes data, const struct asv_tree_head *last,
                                         struct opened *opened)
{
    const struct asv_note_key logs[] = {*asv_test_note_key(ASV_TEST_STRANGER),
                                        *asv_test_note_key(ASV_TEST_LOG)};
    memset(opened, 0, sizeof *opened);
    enum asv_witness_answer answer =
        asv_witness_open(data, logs, 2, &opened->request, &opened->checkpoint, &opened->note, &opened->err);
    return answer == ASV_WITNESS_GOOD
               ? asv_witness_judge(&opened->request, &opened->checkpoint, last, &opened->err)
               : answer;
}

static void a_witness_follows_a_log_that_grows(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, 2, 2, 7, 8, 255, 256, 300, 513};
    struct asv_tree_head last = asv_tree_head_empty();
    struct opened opened;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(answer_to(ask(last.size, sizes[i]), &last, &opened), ASV_WITNESS_GOOD);
        assert_true(opened.checkpoint.head.size == sizes[i]);
        last = opened.checkpoint.head;
    }
}

/* tlog-witness: "The request body MUST be a sequence of an old size line, zero or more consistency proof
 * lines, and an empty line, followed by a checkpoint." */
static void a_request_looks_as_the_specification_shows(void **state)
{
    (void)state;
    char want[8192];
    uint8_t note[2048];
    uint8_t hashes[512];
    struct asv_proof proof;
    struct asv_writer writer;
    const struct asv_bytes got = ask(5, 9);
    size_t len = asv_test_checkpoint(note, sizeof note, 9, 0);
    asv_test_consistency(&proof, 5, 9);
    asv_writer_init(&writer, hashes, sizeof hashes);
    asv_proof_write_lines(&writer, &proof);
    snprintf(want, sizeof want, "old 5\n%.*s%.*s", (int)writer.len, (const char *)hashes, (int)len,
             (const char *)note);
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.data, want, got.len);
}

static void what_is_no_request_is_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        {"", "witness: line 1 of the request is no old size"},
        {"old\n\n", "witness: line 1 of the request is no old size"},
        {"old 01\n\n", "witness: line 1 of the request is no old size"},
        {"old 1", "witness: line 1 of the request is no old size"},
        {"old 1\n", "proof: no empty line ends it, in line: 2"},
        {"old 1\nAA\n\n", "proof: no SHA-256 hash in base 64, in line: 2"},
        {"old 1\n\n", "signed note: no blank line before the signatures"},
        {"old 1\n\nhello\n\n\xe2\x80\x94 k AAAAAAE=\n", "checkpoint: line 2 is no size of a tree"},
    };
    const struct asv_tree_head last = asv_tree_head_empty();
    struct opened opened;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(answer_to(bytes(cases[i].text), &last, &opened), ASV_WITNESS_MALFORMED);
        assert_string_equal(opened.err.text, cases[i].why);
    }
    static uint8_t large[ASV_WITNESS_REQUEST_MAX_BYTES + 1];
    assert_int_equal(
        asv_witness_request_parse(&opened.request, (struct asv_bytes){large, sizeof large}, NULL),
        ASV_E_LIMIT);
    /* "The old size MUST be equal to or lower than the checkpoint size." */
    struct asv_bytes request = ask(7, 9);
    char text[8192];
    memcpy(text, request.data, request.len);
    text[4] = '9';
    memmove(text + 6, text + 5, request.len - 5);
    text[5] = '9';
    request = (struct asv_bytes){(const uint8_t *)text, request.len + 1};
    assert_int_equal(answer_to(request, &last, &opened), ASV_WITNESS_MALFORMED);
    assert_string_equal(opened.err.text, "witness: the old size is above that of the checkpoint");
}

static void a_log_that_is_not_known_or_did_not_sign_gets_nothing(void **state)
{
    (void)state;
    const struct asv_tree_head last = asv_tree_head_empty();
    struct asv_witness_request request;
    struct asv_checkpoint checkpoint;
    struct asv_note note;
    struct asv_err err = {0};
    const struct asv_bytes data = ask(0, 9);
    const struct asv_note_key *stranger = asv_test_note_key(ASV_TEST_STRANGER);
    assert_int_equal(asv_witness_open(data, stranger, 1, &request, &checkpoint, &note, &err),
                     ASV_WITNESS_UNKNOWN);
    assert_string_equal(err.text, "witness: not a log that is witnessed here");
    assert_int_equal(asv_witness_open(data, NULL, 0, &request, &checkpoint, &note, &err),
                     ASV_WITNESS_UNKNOWN);
    /* The name is known, the key is another: no signature by a key of this origin. */
    struct asv_note_key other;
    const struct asv_note_key *log = asv_test_note_key(ASV_TEST_LOG);
    assert_int_equal(asv_note_key_make(&other, log->name, ASV_NOTE_ED25519, stranger->pk, NULL), ASV_OK);
    assert_int_equal(asv_witness_open(data, &other, 1, &request, &checkpoint, &note, &err),
                     ASV_WITNESS_FORBIDDEN);
    assert_string_equal(err.text, "witness: the checkpoint is not signed by its log");
    /* Two keys of one log, as when it changes its key: one is enough. */
    const struct asv_note_key both[] = {other, *log};
    assert_int_equal(asv_witness_open(data, both, 2, &request, &checkpoint, &note, &err), ASV_WITNESS_GOOD);
    /* A known key's signature that does not verify. */
    struct opened opened;
    char text[8192];
    memcpy(text, data.data, data.len);
    text[data.len - 20] = text[data.len - 20] == 'A' ? 'B' : 'A';
    assert_int_equal(answer_to((struct asv_bytes){(const uint8_t *)text, data.len}, &last, &opened),
                     ASV_WITNESS_FORBIDDEN);
    assert_string_equal(opened.err.text,
                        "signed note: the signature of duisburg.example/asservat does not verify");
}

static void another_old_size_is_a_conflict(void **state)
{
    (void)state;
    const struct asv_tree_head last = head_of(5);
    struct opened opened;
    for (uint64_t old = 0; old <= 9; old++) {
        enum asv_witness_answer answer = answer_to(ask(old, 9), &last, &opened);
        assert_int_equal(answer, old == 5 ? ASV_WITNESS_GOOD : ASV_WITNESS_CONFLICT);
    }
    assert_string_equal(opened.err.text,
                        "witness: the tree that was cosigned last has another size, which is: 5");
    uint64_t size = 0;
    assert_int_equal(asv_witness_size(bytes("5\n"), &size, NULL), ASV_OK);
    assert_true(size == 5);
    static const char *const bad[] = {"", "5", "5\n\n", "05\n", "x\n", "5\n6\n", " 5\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(asv_witness_size(bytes(bad[i]), &size, NULL), ASV_E_MALFORMED);
    }
    assert_true(size == 5);
}

/* The log shows this witness a tree that does not begin with what it has seen. */
static void a_fork_is_not_cosigned(void **state)
{
    (void)state; /* LG-045 */
    struct opened opened;
    static const uint64_t olds[] = {1, 4, 5, 8, 9};
    for (size_t i = 0; i < sizeof olds / sizeof *olds; i++) {
        struct asv_tree_head last = head_of(olds[i]);
        last.root[3] ^= 1;
        assert_int_equal(answer_to(ask(olds[i], 9), &last, &opened), ASV_WITNESS_INCONSISTENT);
    }
    assert_string_equal(opened.err.text, "ledger: two different trees of the same size: 9");
    /* A proof where there must be none, or a wrong one, is answered in the same way. */
    struct asv_tree_head last = asv_tree_head_empty();
    assert_int_equal(answer_to(ask(0, 9), &last, &opened), ASV_WITNESS_GOOD);
    opened.request.proof.count = 1;
    assert_int_equal(asv_witness_judge(&opened.request, &opened.checkpoint, &last, NULL),
                     ASV_WITNESS_INCONSISTENT);
    last = head_of(5);
    assert_int_equal(answer_to(ask(5, 9), &last, &opened), ASV_WITNESS_GOOD);
    opened.request.proof.hash[0][0] ^= 1;
    assert_int_equal(asv_witness_judge(&opened.request, &opened.checkpoint, &last, NULL),
                     ASV_WITNESS_INCONSISTENT);
}

/* The lines that a witness's key writes over text. */
static void answer(struct asv_writer *writer, enum asv_test_signer who, struct asv_bytes text,
                   uint64_t time_s)
{
    assert_int_equal(
        asv_cosignature_write(writer, asv_test_note_key(who), asv_test_note_secret(who), time_s, text, NULL),
        ASV_OK);
}

static void a_log_takes_the_lines_of_its_witness_only(void **state)
{
    (void)state;
    uint8_t data[4096];
    uint8_t lines[2048];
    uint8_t before[4096];
    struct asv_writer note;
    struct asv_writer reply;
    struct asv_note parsed;
    uint64_t time_s = 0;
    asv_writer_init(&note, data, sizeof data);
    note.len = asv_test_checkpoint(data, sizeof data, 9, 0);
    assert_int_equal(asv_note_parse(&parsed, (struct asv_bytes){data, note.len}, NULL), ASV_OK);
    asv_writer_init(&reply, lines, sizeof lines);
    const uint8_t nonsense[3] = {1, 2, 3};
    asv_note_write_signature(&reply, asv_test_note_key(ASV_TEST_STRANGER), nonsense, sizeof nonsense);
    answer(&reply, ASV_TEST_DPO, parsed.text, 100);
    answer(&reply, ASV_TEST_CITY, parsed.text, 101);
    answer(&reply, ASV_TEST_DPO, parsed.text, 102);
    const struct asv_bytes got = {lines, reply.len};
    assert_int_equal(asv_witness_take(&note, got, asv_test_note_key(ASV_TEST_DPO), &time_s, NULL), ASV_OK);
    assert_true(time_s == 102);
    assert_int_equal(asv_note_parse(&parsed, (struct asv_bytes){data, note.len}, NULL), ASV_OK);
    assert_int_equal(parsed.count, 3);
    assert_true(asv_note_is_by(&parsed.signatures[1], asv_test_note_key(ASV_TEST_DPO)));
    assert_true(asv_note_is_by(&parsed.signatures[2], asv_test_note_key(ASV_TEST_DPO)));
    assert_int_equal(asv_cosignature_verify(&parsed, asv_test_note_key(ASV_TEST_DPO), &time_s, NULL), ASV_OK);
    /* The second witness's behind it. */
    asv_writer_init(&reply, lines, sizeof lines);
    answer(&reply, ASV_TEST_CITY, parsed.text, 103);
    assert_int_equal(asv_witness_take(&note, (struct asv_bytes){lines, reply.len},
                                      asv_test_note_key(ASV_TEST_CITY), &time_s, NULL),
                     ASV_OK);
    assert_int_equal(asv_note_parse(&parsed, (struct asv_bytes){data, note.len}, NULL), ASV_OK);
    assert_int_equal(parsed.count, 4);
    /* Asked again, a witness signs again: nothing that stood there is touched or doubled. */
    size_t once = note.len;
    memcpy(before, data, once);
    asv_writer_init(&reply, lines, sizeof lines);
    answer(&reply, ASV_TEST_DPO, parsed.text, 104);
    assert_int_equal(asv_witness_take(&note, (struct asv_bytes){lines, reply.len},
                                      asv_test_note_key(ASV_TEST_DPO), &time_s, NULL),
                     ASV_OK);
    assert_int_equal(note.len, once + reply.len);
    assert_memory_equal(data, before, once);
    assert_memory_equal(data + once, lines, reply.len);
}

static void a_bad_answer_leaves_the_checkpoint_as_it_was(void **state)
{
    (void)state; /* LG-046 */
    uint8_t data[2048];
    uint8_t lines[2048];
    uint8_t want[2048];
    struct asv_writer note;
    struct asv_writer reply;
    struct asv_note parsed;
    uint64_t time_s = 7;
    struct asv_err err = {0};
    const struct asv_note_key *dpo = asv_test_note_key(ASV_TEST_DPO);
    asv_writer_init(&note, data, sizeof data);
    note.len = asv_test_checkpoint(data, sizeof data, 9, 0);
    size_t before = note.len;
    memcpy(want, data, before);
    assert_int_equal(asv_note_parse(&parsed, (struct asv_bytes){data, note.len}, NULL), ASV_OK);
    const struct asv_bytes text = parsed.text;
    assert_int_equal(asv_witness_take(&note, bytes(""), dpo, &time_s, NULL), ASV_E_NOT_FOUND);
    assert_int_equal(asv_witness_take(&note, bytes("<html>"), dpo, &time_s, NULL), ASV_E_MALFORMED);
    assert_int_equal(asv_witness_take(&note, bytes("\n"), dpo, &time_s, NULL), ASV_E_MALFORMED);
    asv_writer_init(&reply, lines, sizeof lines);
    answer(&reply, ASV_TEST_CITY, text, 100); /* someone else's */
    assert_int_equal(asv_witness_take(&note, (struct asv_bytes){lines, reply.len}, dpo, &time_s, NULL),
                     ASV_E_NOT_FOUND);
    answer(&reply, ASV_TEST_DPO, bytes("other\n"), 100); /* of something else */
    assert_int_equal(asv_witness_take(&note, (struct asv_bytes){lines, reply.len}, dpo, &time_s, NULL),
                     ASV_E_SIGNATURE);
    /* An empty line would make the log's own signature a part of the text, and this cosignature a right one.
     */
    asv_writer_init(&reply, lines, sizeof lines);
    asv_write_u8(&reply, '\n');
    answer(&reply, ASV_TEST_DPO, (struct asv_bytes){want, before}, 100);
    assert_int_equal(asv_witness_take(&note, (struct asv_bytes){lines, reply.len}, dpo, &time_s, &err),
                     ASV_E_MALFORMED);
    assert_string_equal(err.text, "witness: an empty line in its answer");
    note.cap = before + 10;
    asv_writer_init(&reply, lines, sizeof lines);
    answer(&reply, ASV_TEST_DPO, text, 100);
    assert_int_equal(asv_witness_take(&note, (struct asv_bytes){lines, reply.len}, dpo, &time_s, NULL),
                     ASV_E_LIMIT);
    assert_int_equal(note.len, before);
    assert_memory_equal(data, want, before);
    assert_true(time_s == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_witness_follows_a_log_that_grows),
        cmocka_unit_test(a_request_looks_as_the_specification_shows),
        cmocka_unit_test(what_is_no_request_is_malformed),
        cmocka_unit_test(a_log_that_is_not_known_or_did_not_sign_gets_nothing),
        cmocka_unit_test(another_old_size_is_a_conflict),
        cmocka_unit_test(a_fork_is_not_cosigned),
        cmocka_unit_test(a_log_takes_the_lines_of_its_witness_only),
        cmocka_unit_test(a_bad_answer_leaves_the_checkpoint_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
