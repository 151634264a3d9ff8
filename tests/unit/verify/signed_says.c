/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LG-099: an entry tells of a statement what the statement says. Of what devices sign: told.c. */
#include "server/verify/signed_says.h"

#include <string.h>

#include "server/ledger/decision.h"
#include "tests/support/statements.h"
#include "tests/unit/test.h"

static struct asv_test_person person;
static struct asv_test_stated stated;
static struct asv_told told;
static uint8_t fields[512];
static size_t used;
static struct asv_err err;

static void state_it(uint16_t action, uint8_t step)
{
    struct asv_statement statement;
    asv_test_statement(&statement, action, step, &person, 1);
    asv_test_state(&stated, &statement, &person, NULL);
}

static void begin(void)
{
    memset(&told, 0, sizeof told);
    used = 0;
}

static void field(uint8_t tag, const void *value, size_t len)
{
    memcpy(fields + used, value, len);
    told.of[tag] = (struct asv_bytes){fields + used, len};
    used += len;
}

static void instant(uint8_t tag, int64_t ms)
{
    uint8_t value[8];
    asv_store_be64(value, (uint64_t)ms);
    field(tag, value, sizeof value);
}

static void action(uint16_t number, uint8_t step)
{
    const uint8_t value[] = {(uint8_t)(number >> 8), (uint8_t)number, step};
    field(ASV_LEDGER_ACTION, value, sizeof value);
}

static enum asv_status says(uint16_t kind)
{
    const struct asv_signed it = {.kind = kind, .object = {stated.data, stated.len}};
    err = (struct asv_err){0};
    enum asv_status status = asv_signed_says(&it, &told, NULL, &err);
    assert_true((status == ASV_OK) == (err.text[0] == '\0'));
    return status;
}

/* An entry 'released' that carries the approval of a hold: every event with every decision. */
static void an_event_is_the_decision_that_made_it(void **state)
{
    size_t good = 0;
    (void)state; /* LG-099 */
    for (uint16_t number = 1; number < 64; number++) {
        const struct asv_action_rule *rule = asv_action_rule(number);
        for (uint8_t step = ASV_STEP_PROPOSE; rule != NULL && step <= ASV_STEP_SOLE; step++) {
            if ((step == ASV_STEP_SOLE) != (rule->approvers == 0) || number == ASV_ACTION_FOUND) {
                continue;
            }
            state_it(number, step);
            for (uint16_t kind = 40; kind <= 67; kind++) {
                const struct asv_ledger_decision *decision = asv_ledger_decision(kind);
                bool same = decision != NULL && decision->action == number && decision->step == step;
                if (asv_signed_purpose(kind) !=
                    ASV_PURPOSE_STATEMENT) { /* the keeper's, whatever it tells of */
                    continue;
                }
                begin();
                instant(ASV_LEDGER_AT, stated.statement.issued_ms);
                assert_int_equal(says(kind), same ? ASV_OK : ASV_E_MISMATCH);
                begin();
                instant(ASV_LEDGER_AT, stated.statement.issued_ms + 1);
                assert_int_equal(says(kind), ASV_E_MISMATCH);
                good += same;
            }
        }
    }
    assert_int_equal(good, 19);
    begin();
    state_it(ASV_ACTION_HOLD, ASV_STEP_APPROVE);
    assert_int_equal(says(47), ASV_E_MISMATCH);
    assert_string_equal(err.text, "is another decision than the entry tells of");
    assert_int_equal(says(44), ASV_E_MISMATCH); /* nobody decides that a request lapses */
    assert_string_equal(err.text, "is a statement, and entries of this kind tell of none");
}

/* The entry that a statement has of its own, right but for what is asked for. */
enum wrong { RIGHT, ACTION, STEP, PROPOSAL, AT, DUE, LEFT_OUT, WRONGS };

static void tell(enum wrong wrong)
{
    const struct asv_statement *it = &stated.statement;
    static const uint8_t none[ASV_SHA256_BYTES];
    uint8_t proposal[ASV_SHA256_BYTES];
    bool answers = memcmp(it->proposal, none, sizeof none) != 0;
    memcpy(proposal, it->proposal, sizeof proposal);
    proposal[5] ^= wrong == PROPOSAL;
    begin();
    instant(ASV_LEDGER_AT, it->issued_ms + (wrong == AT));
    instant(ASV_LEDGER_DUE, it->expires_ms - (wrong == DUE));
    if (wrong != LEFT_OUT) {
        action((uint16_t)(it->action + (wrong == ACTION)), (uint8_t)(it->step + (wrong == STEP)));
    }
    if (answers || wrong == PROPOSAL) {
        field(ASV_LEDGER_PROPOSAL, proposal, sizeof proposal);
    }
}

static void its_own_entry_says_the_same(void **state)
{
    static const uint8_t steps[] = {ASV_STEP_PROPOSE, ASV_STEP_APPROVE};
    (void)state; /* LG-099 */
    for (size_t i = 0; i < 2; i++) {
        state_it(ASV_ACTION_RELEASE, steps[i]);
        for (enum wrong wrong = RIGHT; wrong < WRONGS; wrong++) {
            tell(wrong);
            enum asv_status status = says(96);
            if (status != (wrong == RIGHT ? ASV_OK : ASV_E_MISMATCH)) {
                fail_msg("%d: %s", (int)wrong, err.text);
            }
        }
    }
    begin(); /* an approval whose proposal is left out */
    instant(ASV_LEDGER_AT, stated.statement.issued_ms);
    instant(ASV_LEDGER_DUE, stated.statement.expires_ms);
    action(ASV_ACTION_RELEASE, ASV_STEP_APPROVE);
    assert_int_equal(says(96), ASV_E_MISMATCH);
}

static void what_is_opened_is_the_statements(void **state)
{
    static uint8_t other[ASV_SHA256_BYTES] = {1};
    const struct asv_statement *it = &stated.statement;
    const struct {
        uint8_t tag;
        const uint8_t *is;
        size_t len;
    } hold[] = {{ASV_LEDGER_PERSON, it->person, sizeof it->person},
                {ASV_LEDGER_HEADER, it->subject.id, sizeof it->subject.id},
                {ASV_LEDGER_INCIDENT, it->incident, sizeof it->incident}};
    (void)state; /* LG-099 */
    state_it(ASV_ACTION_HOLD, ASV_STEP_PROPOSE);
    for (size_t i = 0; i < sizeof hold / sizeof *hold; i++) {
        tell(RIGHT);
        told.of[hold[i].tag] = (struct asv_bytes){hold[i].is, hold[i].len};
        assert_int_equal(says(96), ASV_OK);
        told.of[hold[i].tag] = (struct asv_bytes){other, hold[i].len};
        assert_int_equal(says(96), ASV_E_MISMATCH);
    }
    tell(RIGHT); /* a camera, of which it does not speak */
    told.of[ASV_LEDGER_CERTIFICATE] = (struct asv_bytes){it->subject.id, sizeof it->subject.id};
    assert_int_equal(says(96), ASV_E_MISMATCH);
    state_it(ASV_ACTION_HOLD_AHEAD, ASV_STEP_PROPOSE);
    tell(RIGHT);
    told.of[ASV_LEDGER_CERTIFICATE] = (struct asv_bytes){it->subject.id, sizeof it->subject.id};
    assert_int_equal(says(96), ASV_OK);
    told.of[ASV_LEDGER_CERTIFICATE].data = other;
    assert_int_equal(says(96), ASV_E_MISMATCH);
}

static void what_was_forgotten_is_what_they_said(void **state)
{
    (void)state; /* LG-099 */
    state_it(ASV_ACTION_FORGET, ASV_STEP_APPROVE);
    for (unsigned wrong = 0; wrong < 3; wrong++) {
        uint8_t proposal[ASV_SHA256_BYTES];
        memcpy(proposal, stated.statement.proposal, sizeof proposal);
        proposal[0] ^= wrong == 1;
        begin();
        instant(ASV_LEDGER_AT, stated.statement.issued_ms + 5000); /* when it was done */
        field(ASV_LEDGER_LABEL, stated.statement.subject.name.data,
              stated.statement.subject.name.len - (wrong == 2));
        field(ASV_LEDGER_PROPOSAL, proposal, sizeof proposal);
        assert_int_equal(says(3), wrong == 0 ? ASV_OK : ASV_E_MISMATCH);
    }
    state_it(ASV_ACTION_LEDGER, ASV_STEP_APPROVE);
    assert_int_equal(says(3), ASV_E_MISMATCH);
}

static void what_is_no_statement_is_none(void **state)
{
    (void)state;
    begin();
    stated.len--;
    assert_true(says(41) != ASV_OK);
}

static int set_up(void **state)
{
    (void)state;
    asv_test_person_init(&person, 1, ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_the_decision_that_made_it),
        cmocka_unit_test(its_own_entry_says_the_same),
        cmocka_unit_test(what_is_opened_is_the_statements),
        cmocka_unit_test(what_was_forgotten_is_what_they_said),
        cmocka_unit_test(what_is_no_statement_is_none),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, set_up, NULL);
}
