/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The file that says who enrolled whom: read as it was written, and nothing else is one. */
#include "server/verify/enrolled_file.h"

#include <string.h>

#include "tests/support/golden.h"
#include "tests/support/samples.h"
#include "tests/support/statements.h"
#include "tests/unit/test.h"

static struct asv_test_person root, anna, sigrid, tom;
static struct asv_test_stated anna_founded, sigrid_founded, tom_proposed, tom_approved;
static struct asv_enrolled table;
static uint8_t text[ASV_ENROLLED_FILE_MAX_BYTES + 1];
static size_t text_len;
static struct asv_err err;

static void found(struct asv_test_stated *out, const struct asv_test_person *who)
{
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_FOUND, ASV_STEP_SOLE, &root, 1);
    memcpy(statement.subject.id, who->digest, sizeof statement.subject.id);
    asv_test_state(out, &statement, &root, NULL);
}

static void put(struct asv_writer *writer, const struct asv_test_person *who,
                const struct asv_test_stated *proposal, const struct asv_test_stated *answer)
{
    struct asv_enrolled_by it = {.record = who->credential.encoded, .answer = {answer->data, answer->len}};
    if (proposal != NULL) {
        it.proposal = (struct asv_bytes){proposal->data, proposal->len};
    }
    asv_enrolled_file_put(writer, &it);
}

static int set_up(void **state)
{
    struct asv_statement statement;
    struct asv_writer writer;
    (void)state;
    asv_test_person_init(&root, 90, ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519);
    memcpy(root.sk, asv_samples()->agency.root.sk, sizeof root.sk);
    asv_test_person_init(&anna, 1, ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519);
    asv_test_person_init(&sigrid, 2, ASV_ROLE_SUPERVISOR, ASV_ALG_ES256);
    asv_test_person_init(&tom, 3, ASV_ROLE_DEPUTY, ASV_ALG_ED25519);
    found(&anna_founded, &anna);
    found(&sigrid_founded, &sigrid);
    asv_test_statement(&statement, ASV_ACTION_ENROL, ASV_STEP_PROPOSE, &anna, 2);
    memcpy(statement.subject.id, tom.digest, sizeof statement.subject.id);
    asv_test_state(&tom_proposed, &statement, &anna, NULL);
    asv_test_statement(&statement, ASV_ACTION_ENROL, ASV_STEP_APPROVE, &sigrid, 3);
    asv_test_answer(&statement, &tom_proposed.statement);
    asv_test_state(&tom_approved, &statement, &sigrid, NULL);
    asv_writer_init(&writer, text, sizeof text);
    asv_enrolled_file_begin(&writer);
    put(&writer, &anna, NULL, &anna_founded);
    put(&writer, &sigrid, NULL, &sigrid_founded);
    put(&writer, &tom, &tom_proposed, &tom_approved);
    assert_int_equal(asv_write_end(&writer, &text_len), ASV_OK);
    return 0;
}

static enum asv_status read_len(size_t len)
{
    err = (struct asv_err){0};
    enum asv_status status =
        asv_enrolled_file_read(&table, (struct asv_bytes){text, len}, asv_samples()->agency.root.pk, &err);
    assert_true((status == ASV_OK) == (err.text[0] == '\0'));
    return status;
}

static void it_is_read_as_it_was_written(void **state)
{
    (void)state; /* LG-097 */
    assert_int_equal(read_len(text_len), ASV_OK);
    assert_int_equal(table.count, 3);
    assert_int_equal(asv_enrolled_find(&table, tom.digest)->steps, 2);
    asv_golden_seed("verify_enrolled", "three", text, text_len);
}

static void nothing_else_is_one(void **state)
{
    (void)state;                                  /* LG-097 */
    for (size_t len = 0; len < text_len; len++) { /* cut: at the end of a line the lines before it stand */
        bool whole = len > 0 && text[len - 1] == '\n';
        if ((read_len(len) == ASV_OK) != whole) {
            fail_msg("cut at %zu: %s", len, err.text);
        }
    }
    for (size_t at = 0; at < text_len; at += 5) { /* and all four places of base 64 */
        text[at] ^= 1;
        if (read_len(text_len) == ASV_OK) {
            fail_msg("byte %zu", at);
        }
        text[at] ^= 1;
    }
    memcpy(text + text_len, "more", 4);
    assert_int_equal(read_len(text_len + 4), ASV_E_MALFORMED);
    assert_string_equal(err.text,
                        "line 5: neither \"found RECORD STATEMENT\" nor \"enrol RECORD PROPOSAL APPROVAL\"");
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    struct asv_writer writer;
    static const char empty[] = "enrol AAAA  AAAA\n"; /* without a proposal: it would be a founding */
    (void)state;                                      /* LG-097 */
    asv_writer_init(&writer, text, sizeof text);
    asv_enrolled_file_begin(&writer);
    put(&writer, &anna, NULL, &anna_founded);
    put(&writer, &tom, &tom_proposed, &tom_approved);
    assert_int_equal(read_len(writer.len), ASV_E_UNTRUSTED);
    assert_string_equal(err.text, "line 3: who approved it is not enrolled by what stands before it");
    asv_writer_init(&writer, text, sizeof text);
    asv_enrolled_file_begin(&writer);
    asv_write_bytes(&writer, empty, sizeof empty - 1);
    assert_int_equal(read_len(writer.len), ASV_E_MALFORMED);
}

/* 10,000 people, or a file without an end: refused before they cost anything. */
static void there_is_an_end_to_it(void **state)
{
    struct asv_writer writer;
    (void)state; /* LG-097 */
    memset(text, 'A', sizeof text);
    assert_int_equal(read_len(sizeof text), ASV_E_LIMIT);
    asv_writer_init(&writer, text, sizeof text);
    asv_enrolled_file_begin(&writer);
    for (uint32_t n = 0; n < 10000 && !writer.overrun;
         n++) { /* in the bytes that there may be, and in more */
        if (n == 300) {
            assert_int_equal(read_len(writer.len), ASV_E_LIMIT);
            assert_string_equal(err.text, "line 258: more credentials than are shown at once: 256");
        }
        static struct asv_test_person many;
        static struct asv_test_stated founded;
        if (n <= ASV_ENROLLED_MAX) {
            asv_test_person_init(&many, 1000 + n, ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519);
            found(&founded, &many);
        }
        put(&writer, &many, NULL, &founded);
    }
    assert_true(writer.overrun);
    assert_int_equal(read_len(sizeof text), ASV_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_is_read_as_it_was_written, set_up),
        cmocka_unit_test_setup(nothing_else_is_one, set_up),
        cmocka_unit_test_setup(what_is_wrong_is_said_with_its_line, set_up),
        cmocka_unit_test_setup(there_is_an_end_to_it, set_up),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
