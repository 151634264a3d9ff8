/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bytes of STATEMENTS.md: what people signed once must verify for ever.
 */
#include <stdio.h>
#include <string.h>

#include "server/statement/card.h"
#include "tests/support/agency.h"
#include "tests/support/golden.h"
#include "tests/support/plans.h"
#include "tests/support/statements.h"
#include "tests/unit/test.h"

static void every_object_keeps_its_bytes(void **state)
{
    (void)state;
    static const char about[] = "STATEMENTS.md: the example, as tests/support/statements.c makes it";
    const struct asv_test_example *example = asv_test_example();
    const struct asv_bytes json = example->approval.statement.assertion.client_data;
    const struct {
        const char *name;
        const char *fuzzer;
        const void *data;
        size_t len;
    } objects[] = {
        {"keyfile", "statement_credential", example->wearer.data, example->wearer.credential.encoded.len},
        {"webauthn", "statement_credential", example->supervisor.data,
         example->supervisor.credential.encoded.len},
        {"proposal", "statement_decode", example->proposal.data, example->proposal.len},
        {"approval", "statement_decode", example->approval.data, example->approval.len},
        {"opening", "statement_decode", example->opening.data, example->opening.len},
        {"day", "statement_decode", example->day.data, example->day.len},
        {"record", "statement_decode", example->record.data, example->record.len},
        {"show", "statement_decode", example->show.data, example->show.len},
        {"approval", "statement_client_data", json.data, json.len},
    };
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        char name[64];
        snprintf(name, sizeof name, "statement-%s%s", i < 2 ? "credential-" : "", objects[i].name);
        if (i < 7) {
            asv_golden_check(name, about, objects[i].data, objects[i].len);
        }
        asv_golden_seed(objects[i].fuzzer, objects[i].name, objects[i].data, objects[i].len);
    }
}

/* What is signed by its digest alone, and kept beside the statements. */
static void plan_and_card_keep_their_bytes(void **state)
{
    (void)state;
    static const char card[] = "recipient-card\nStaatsanwaltschaft Duisburg\nR1200S\nKoloniestra\xc3\x9f"
                               "e 72\n47057 Duisburg\n"
                               "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
    uint8_t data[1024];
    struct asv_card said;
    struct asv_plan plan;
    struct asv_plan_clip clips[4];
    struct asv_writer writer;
    for (uint16_t count = 3; count <= 4; count++) { /* the fourth goes without its original */
        const char *name = count == 3 ? "statement-plan" : "statement-plan-without";
        asv_test_handover_plan(&plan, clips, count);
        asv_writer_init(&writer, data, sizeof data);
        assert_int_equal(asv_plan_write(&writer, &plan, clips), ASV_OK);
        asv_golden_check(name, "STATEMENTS.md 4: a plan, as tests/support/plans.c makes it", data,
                         writer.len);
        asv_golden_seed("statement_plan", name + strlen("statement-"), data, writer.len);
        size_t len = asv_golden_load(name, data, sizeof data);
        assert_int_equal(asv_plan_read(&plan, data, len, NULL), ASV_OK);
        assert_int_equal(plan.clip_count, count);
    }
    asv_golden_check("statement-card", "STATEMENTS.md 4: a recipient's card", card, sizeof card - 1);
    asv_golden_seed("statement_card", "card", card, sizeof card - 1);
    size_t len = asv_golden_load("statement-card", data, sizeof data);
    assert_int_equal(asv_card_read(&said, data, len, NULL), ASV_OK);
}

/* Read from the files, so that this holds when encoders change too. */
static void the_golden_decision_is_one_of_two_people(void **state)
{
    (void)state;
    static uint8_t data[4][ASV_STATEMENT_MAX_BYTES];
    struct asv_credential wearer;
    struct asv_credential supervisor;
    struct asv_statement proposal;
    struct asv_statement approval;
    size_t len = asv_golden_load("statement-credential-keyfile", data[0], sizeof data[0]);
    assert_int_equal(asv_credential_decode(&wearer, data[0], len, NULL), ASV_OK);
    len = asv_golden_load("statement-credential-webauthn", data[1], sizeof data[1]);
    assert_int_equal(asv_credential_decode(&supervisor, data[1], len, NULL), ASV_OK);
    len = asv_golden_load("statement-proposal", data[2], sizeof data[2]);
    assert_int_equal(asv_statement_decode(&proposal, data[2], len, NULL), ASV_OK);
    len = asv_golden_load("statement-approval", data[3], sizeof data[3]);
    assert_int_equal(asv_statement_decode(&approval, data[3], len, NULL), ASV_OK);
    const struct asv_statement_pair pair = {&proposal, &wearer, &approval, &supervisor};
    assert_int_equal(
        asv_statement_verify_pair(&pair, ASV_STEP_APPROVE, asv_test_place(), ASV_TEST_NOW_MS, NULL), ASV_OK);
}

/* LAW L5, LAW T1: what the second person signs says who would see the clip, and of which day it is. */
static void the_golden_subjects_say_a_name_a_day_and_a_record(void **state)
{
    (void)state;
    static uint8_t data[ASV_STATEMENT_MAX_BYTES];
    const struct asv_test_example *example = asv_test_example();
    struct asv_statement statement;
    size_t len = asv_golden_load("statement-opening", data, sizeof data);
    assert_int_equal(asv_statement_decode(&statement, data, len, NULL), ASV_OK);
    assert_int_equal(asv_statement_verify(&statement, &example->supervisor.credential, asv_test_place(),
                                          ASV_TEST_NOW_MS, NULL),
                     ASV_OK);
    assert_int_equal(statement.subject.name.len, example->supervisor.credential.name.len);
    assert_memory_equal(statement.subject.name.data, example->supervisor.credential.name.data,
                        statement.subject.name.len);
    uint8_t opening[ASV_SHA256_BYTES];
    asv_statement_digest(opening, &statement);
    len = asv_golden_load("statement-show", data, sizeof data); /* LAW L1: which makes use of that one */
    assert_int_equal(asv_statement_decode(&statement, data, len, NULL), ASV_OK);
    assert_int_equal(asv_statement_verify_sole(&statement, &example->supervisor.credential, asv_test_place(),
                                               ASV_TEST_NOW_MS, NULL),
                     ASV_OK);
    assert_memory_equal(statement.proposal, opening, sizeof opening);
    len = asv_golden_load("statement-day", data, sizeof data);
    assert_int_equal(asv_statement_decode(&statement, data, len, NULL), ASV_OK);
    assert_int_equal(asv_statement_verify(&statement, &example->wearer.credential, asv_test_place(),
                                          ASV_TEST_NOW_MS, NULL),
                     ASV_OK);
    assert_int_equal(statement.subject.date, 20260104);
    len = asv_golden_load("statement-record", data, sizeof data);
    assert_int_equal(asv_statement_decode(&statement, data, len, NULL), ASV_OK);
    assert_int_equal(asv_statement_verify_sole(&statement, &example->wearer.credential, asv_test_place(),
                                               ASV_TEST_NOW_MS, NULL),
                     ASV_OK);
    assert_int_equal(statement.subject.name.len, strlen("incident"));
    assert_memory_equal(statement.subject.name.data, "incident", strlen("incident"));
}

/* The lines of section 9 that begin with four blanks: hexadecimal digits, then two blanks and words. */
static void the_specifications_example_is_the_golden_vector(void **state)
{
    (void)state;
    static uint8_t want[ASV_STATEMENT_MAX_BYTES];
    static char got[2 * ASV_STATEMENT_MAX_BYTES + 1];
    char line[256];
    char hex[3];
    size_t got_len = 0;
    bool there = false;
    FILE *file = fopen(ASV_SOURCE_DIR "/docs/STATEMENTS.md", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        there = strncmp(line, "## ", 3) == 0 ? strncmp(line, "## 9.", 5) == 0 : there;
        if (there && strncmp(line, "    ", 4) == 0) {
            size_t digits = strspn(line + 4, "0123456789abcdef");
            assert_true(got_len + digits < sizeof got);
            memcpy(got + got_len, line + 4, digits);
            got_len += digits;
        }
    }
    fclose(file);
    size_t len = asv_golden_load("statement-proposal", want, sizeof want);
    assert_int_equal(got_len, 2 * len);
    for (size_t i = 0; i < len; i++) {
        snprintf(hex, sizeof hex, "%02x", want[i]);
        assert_memory_equal(got + 2 * i, hex, 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_object_keeps_its_bytes),
        cmocka_unit_test(plan_and_card_keep_their_bytes),
        cmocka_unit_test(the_golden_decision_is_one_of_two_people),
        cmocka_unit_test(the_golden_subjects_say_a_name_a_day_and_a_record),
        cmocka_unit_test(the_specifications_example_is_the_golden_vector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
