/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bytes of a statement, and the table of actions. LAW T3: kept for a cause only. LAW L2: nothing without
 * a reason.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-proto/base/extensions.h"
#include "tests/support/statements.h"
#include "tests/unit/test.h"

static const uint16_t actions[] = {
    ASV_ACTION_HOLD,      ASV_ACTION_RELEASE,         ASV_ACTION_ERASE_EARLY,
    ASV_ACTION_OPEN,      ASV_ACTION_HAND_OVER,       ASV_ACTION_HOLD_AHEAD,
    ASV_ACTION_BLOCK,     ASV_ACTION_UNBLOCK,         ASV_ACTION_RELEASE_AHEAD,
    ASV_ACTION_RECIPIENT, ASV_ACTION_RECIPIENT_ENDS,  ASV_ACTION_ENROL,
    ASV_ACTION_REVOKE,    ASV_ACTION_FOUND,           ASV_ACTION_POLICY,
    ASV_ACTION_CLOCK,     ASV_ACTION_RECOVERY_KEY,    ASV_ACTION_RECOVERY_KEY_ENDS,
    ASV_ACTION_DAY,       ASV_ACTION_LEDGER,          ASV_ACTION_FORGET,
    ASV_ACTION_INCIDENT,  ASV_ACTION_SUBJECT_REQUEST, ASV_ACTION_SHOW};
#define ACTIONS (sizeof actions / sizeof *actions)

static struct asv_test_person person; /* with every role that one may have */
static uint8_t encoded[ASV_STATEMENT_MAX_BYTES + 1];
static struct asv_writer writer;
static struct asv_statement out;

static int set_up(void **state)
{
    (void)state;
    asv_test_person_init(&person, 1, ASV_ROLES_ALL & ~ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519);
    return 0;
}

static enum asv_status encode(const struct asv_statement *statement)
{
    uint8_t body[ASV_STATEMENT_BODY_MAX_BYTES];
    struct asv_writer inner;
    asv_writer_init(&inner, body, sizeof body);
    enum asv_status status = asv_statement_body(&inner, statement);
    if (status != ASV_OK) {
        return status;
    }
    asv_writer_init(&writer, encoded, sizeof encoded);
    return asv_statement_sign(&writer, (struct asv_bytes){body, inner.len}, person.sk);
}

static uint8_t first_step(uint16_t action)
{
    return asv_action_rule(action)->approvers != 0 ? ASV_STEP_PROPOSE : ASV_STEP_SOLE;
}

static void fill(struct asv_statement *statement, uint16_t action)
{
    asv_test_statement(statement, action, first_step(action), &person, 1);
}

static enum asv_status decode(size_t len)
{
    return asv_statement_decode(&out, encoded, len, NULL);
}

static void every_action_keeps_every_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < ACTIONS; i++) {
        struct asv_statement want;
        fill(&want, actions[i]);
        assert_int_equal(encode(&want), ASV_OK);
        assert_int_equal(decode(writer.len), ASV_OK);
        assert_memory_equal(out.agency, want.agency, 32);
        assert_int_equal(out.action, want.action);
        assert_int_equal(out.subject.kind, want.subject.kind);
        assert_memory_equal(out.subject.id, want.subject.id, 32);
        assert_true(
            out.subject.from_ms == want.subject.from_ms && out.subject.until_ms == want.subject.until_ms &&
            out.subject.version == want.subject.version && out.subject.stopped_ms == want.subject.stopped_ms);
        assert_memory_equal(out.subject.store, want.subject.store, 16);
        assert_int_equal(out.subject.name.len, want.subject.name.len);
        assert_int_equal(out.ground, want.ground);
        assert_memory_equal(out.incident, want.incident, 16);
        assert_int_equal(out.case_text.len, want.case_text.len);
        assert_int_equal(out.has_recipient, want.has_recipient);
        assert_memory_equal(out.recipient_pk, want.recipient_pk, 32);
        assert_int_equal(out.step, want.step);
        assert_memory_equal(out.credential, want.credential, 32);
        assert_memory_equal(out.person, want.person, 16);
        assert_memory_equal(out.nonce, want.nonce, 16);
        assert_true(out.issued_ms == want.issued_ms && out.expires_ms == want.expires_ms);
        assert_memory_equal(out.proposal, want.proposal, 32);
        assert_int_equal(out.reason.len, want.reason.len);
        assert_memory_equal(out.reason.data, want.reason.data, want.reason.len);
        assert_int_equal(out.proof, ASV_PROOF_KEYFILE);
    }
}

static void only_these_bytes_are_a_statement(void **state)
{
    (void)state;
    struct asv_statement statement;
    struct asv_err err = {0};
    for (size_t i = 0; i < ACTIONS; i++) {
        fill(&statement, actions[i]);
        assert_int_equal(encode(&statement), ASV_OK);
        size_t len = writer.len;
        for (size_t cut = 0; cut < len; cut++) { /* ST-002 */
            assert_int_not_equal(decode(cut), ASV_OK);
        }
        encoded[len] = 0;
        assert_int_equal(decode(len + 1), ASV_E_MALFORMED); /* ST-002 */
        encoded[3] = 2;
        assert_int_equal(decode(len), ASV_E_UNSUPPORTED); /* ST-001 */
        encoded[3] = 1;
        encoded[5] = 2;
        assert_int_equal(decode(len), ASV_E_UNSUPPORTED); /* ST-001 */
        encoded[5] = 1;
        encoded[1]++;                              /* a body that is one byte longer than its fields */
        assert_int_not_equal(decode(len), ASV_OK); /* ST-002 */
        encoded[0] = 0xff;
        assert_int_equal(decode(len), ASV_E_LIMIT); /* ST-002 */
    }
    assert_int_equal(asv_statement_decode(&out, encoded, ASV_STATEMENT_MAX_BYTES + 1, &err), ASV_E_LIMIT);
    assert_string_equal(err.text, "statement: length"); /* ST-002 */
}

static void the_longest_statement_fits(void **state)
{
    (void)state; /* ST-002: the limits of the fields add up to what they are said to */
    static uint8_t name[ASV_NAME_MAX_BYTES];
    static uint8_t reason[ASV_REASON_MAX_BYTES];
    static uint8_t block[ASV_EXTENSIONS_MAX_BYTES] = {
        0, 1, 0, 1, (ASV_EXTENSIONS_MAX_BYTES - 6) >> 8, (ASV_EXTENSIONS_MAX_BYTES - 6) & 0xff};
    struct asv_statement statement;
    memset(name, 'n', sizeof name);
    memset(reason, 'r', sizeof reason);
    for (unsigned i = 0; i < 2; i++) {
        fill(&statement, i == 0 ? ASV_ACTION_HAND_OVER : ASV_ACTION_OPEN);
        statement.subject.name = i == 0 ? statement.subject.name : (struct asv_bytes){name, sizeof name};
        statement.case_text = (struct asv_bytes){name, sizeof name};
        statement.reason = (struct asv_bytes){reason, sizeof reason};
        statement.extensions = (struct asv_bytes){block, sizeof block};
        assert_int_equal(encode(&statement), ASV_OK);
        assert_int_equal(decode(writer.len), ASV_OK);
        assert_true(out.body.len <= 2015);
    }
}

static void extensions_are_those_of_trust(void **state)
{
    (void)state; /* ST-003 */
    static const uint8_t ignored[] = {0, 1, 0x00, 0x07, 0, 2, 'o', 'k'};
    static const uint8_t critical[] = {0, 1, 0x80, 0x07, 0, 0};
    struct asv_statement statement;
    fill(&statement, ASV_ACTION_HOLD);
    statement.extensions = (struct asv_bytes){ignored, sizeof ignored};
    assert_int_equal(encode(&statement), ASV_OK);
    assert_int_equal(decode(writer.len), ASV_OK);
    statement.extensions = (struct asv_bytes){critical, sizeof critical};
    assert_int_equal(encode(&statement), ASV_OK);
    assert_int_equal(decode(writer.len), ASV_E_UNSUPPORTED);
}

static void actions_are_those_of_the_table(void **state)
{
    (void)state; /* ST-040 */
    struct asv_statement statement;
    size_t known = 0;
    fill(&statement, ASV_ACTION_HOLD);
    for (uint32_t action = 0; action <= 0xffff; action++) {
        bool there = asv_action_rule((uint16_t)action) != NULL;
        known += there ? 1 : 0;
        if (!there) {
            statement.action = (uint16_t)action;
            assert_int_equal(encode(&statement), ASV_E_USAGE);
        }
    }
    assert_int_equal(known, ACTIONS);
    fill(&statement, ASV_ACTION_HOLD);
    assert_int_equal(encode(&statement), ASV_OK);
    encoded[2 + 4 + 34 + 1] = 99;
    assert_int_equal(decode(writer.len), ASV_E_UNSUPPORTED);
}

static void an_action_has_its_subject(void **state)
{
    (void)state; /* ST-043 */
    for (size_t i = 0; i < ACTIONS; i++) {
        for (unsigned kind = 0; kind <= ASV_SUBJECT_RECORD + 1; kind++) {
            struct asv_statement statement;
            fill(&statement, actions[i]);
            bool right = statement.subject.kind == kind;
            memset(statement.subject.id, 7, 32);
            memset(statement.subject.store, 7, 16);
            statement.subject.version = 7;
            statement.subject.from_ms = 7;
            statement.subject.until_ms = 8;
            if (actions[i] != ASV_ACTION_FORGET &&
                !(right && kind == ASV_SUBJECT_RECORD)) { /* an id, a word */
                statement.subject.name = (struct asv_bytes){(const uint8_t *)"name", 4};
            }
            statement.subject.kind = (uint8_t)kind;
            assert_int_equal(encode(&statement), right ? ASV_OK : ASV_E_USAGE);
        }
    }
    struct asv_statement statement; /* and on the way in: the kind, then an empty one */
    fill(&statement, ASV_ACTION_HOLD);
    assert_int_equal(encode(&statement), ASV_OK);
    encoded[42] = ASV_SUBJECT_CREDENTIAL; /* of the same shape */
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED);
    encoded[42] = 0;
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED);
    encoded[42] = ASV_SUBJECT_CLIP;
    memset(encoded + 45, 0, 32);
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED);
}

static void subjects_name_something(void **state)
{
    (void)state;
    static const uint16_t with_digest[] = {ASV_ACTION_HOLD,     ASV_ACTION_HOLD_AHEAD,     ASV_ACTION_ENROL,
                                           ASV_ACTION_POLICY,   ASV_ACTION_OPEN,           ASV_ACTION_DAY,
                                           ASV_ACTION_INCIDENT, ASV_ACTION_SUBJECT_REQUEST};
    struct asv_statement statement;
    for (size_t i = 0; i < sizeof with_digest / sizeof *with_digest; i++) {
        fill(&statement, with_digest[i]);
        memset(statement.subject.id, 0, 32);
        assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-043 */
    }
    static const uint16_t with_name[] = {ASV_ACTION_RECIPIENT, ASV_ACTION_OPEN};
    for (size_t i = 0; i < sizeof with_name / sizeof *with_name; i++) {
        fill(&statement, with_name[i]);
        statement.subject.name.len = 0;
        assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-043 */
    }
    fill(&statement, ASV_ACTION_LEDGER);
    memset(statement.subject.store, 0, 16);
    assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-043 */
    fill(&statement, ASV_ACTION_POLICY);
    statement.subject.version = 0;
    assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-043 */
    static const uint16_t days[] = {0, ASV_STATEMENT_DAYS_MAX + 1};
    static const uint32_t dates[] = {0, 19991231, 20261301, 20260001, 20260100, 20260132, 100000101};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        fill(&statement, ASV_ACTION_POLICY);
        statement.subject.days = days[i];
        assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-043 */
    }
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        fill(&statement, ASV_ACTION_POLICY);
        statement.subject.from_date = dates[i];
        assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-043 */
        fill(&statement, ASV_ACTION_DAY);
        statement.subject.date = dates[i];
        assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-043 */
    }
    fill(&statement, ASV_ACTION_CLOCK);
    memset(statement.subject.store, 0, 16);
    assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-043 */
    fill(&statement, ASV_ACTION_CLOCK);
    statement.subject.stopped_ms = 0;
    assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-045 */
    fill(&statement, ASV_ACTION_RECOVERY_KEY);
    statement.subject.stopped_ms = 1;
    assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-045 */
    fill(&statement, ASV_ACTION_HOLD_AHEAD);
    statement.subject.until_ms = statement.subject.from_ms + ASV_STATEMENT_CAMERA_MAX_MS;
    assert_int_equal(encode(&statement), ASV_OK);
    statement.subject.until_ms++;
    assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-044 */
    statement.subject.until_ms = statement.subject.from_ms;
    assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-044 */
    statement.subject.from_ms = 0;
    statement.subject.until_ms = 1;
    assert_int_equal(encode(&statement), ASV_OK);
    statement.subject.from_ms = INT64_MIN;
    statement.subject.until_ms = INT64_MAX;
    assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-044 */
}

static void a_record_is_one_of_its_actions(void **state)
{
    (void)state; /* ST-102 */
    static const uint16_t of[] = {ASV_ACTION_INCIDENT, ASV_ACTION_SUBJECT_REQUEST};
    static const char *const bad[] = {"",          "Incident",   "incident ",       "incident-clip-in",
                                      "incident-", "incident\n", "subject-requests"};
    struct asv_statement statement;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        fill(&statement, of[i]);
        for (enum asv_record record = 0; record < ASV_RECORDS; record++) {
            const char *name = asv_record_name(record);
            statement.subject.name = (struct asv_bytes){(const uint8_t *)name, strlen(name)};
            assert_int_equal(encode(&statement), asv_record_action(record) == of[i] ? ASV_OK : ASV_E_USAGE);
        }
        for (size_t j = 0; j < sizeof bad / sizeof *bad; j++) {
            statement.subject.name = (struct asv_bytes){(const uint8_t *)bad[j], strlen(bad[j])};
            assert_int_equal(encode(&statement), ASV_E_USAGE);
        }
    }
    fill(&statement, ASV_ACTION_INCIDENT);
    assert_int_equal(encode(&statement), ASV_OK);
    assert_int_equal(decode(writer.len), ASV_OK);
    encoded[out.subject.name.data - encoded] = 'I'; /* the same on the way in */
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED);
}

static void an_entry_is_named_in_one_way(void **state)
{
    (void)state; /* ST-055 */
    static const char *const bad[] = {"",
                                      "asservat.example/ledger",
                                      "0197A3C0-0000-4000-8000-000000000001",
                                      "0197a3c0000004000800000000000000001ab",
                                      "0197a3c0-0000-4000-8000-00000000000",
                                      "0197a3c0-0000-4000-8000-0000000000012",
                                      "0197a3c0-0000-4000-8000-00000000000g"};
    struct asv_statement statement;
    fill(&statement, ASV_ACTION_FORGET);
    assert_int_equal(encode(&statement), ASV_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        statement.subject.name = (struct asv_bytes){(const uint8_t *)bad[i], strlen(bad[i])};
        assert_int_equal(encode(&statement), ASV_E_USAGE);
    }
}

static void an_origin_is_an_address_and_a_path(void **state)
{
    (void)state; /* ST-054 */
    static const char umlaut[] = "stra\xc3\x9f";
    static const char *const bad[] = {
        "",   "a b",   "a+b",  "a\tb",     "\x7f", "a\x1f",      "\xc2\xa0",      "a\n",  umlaut,
        "/a", "a//b",  "a/",   ".",        "..",   "a/../b",     ".a/b",          "a/.b", "a?b",
        "a#", "a%2fb", "a\\b", "a/tile/b", "tile", "checkpoint", "a/checkpoint/2"};
    static const char *const good[] = {"a", "a.example/ledger/2", "a.example:8443/~b_c-d", "a/tiles",
                                       "a/b.."};
    char name[129];
    struct asv_statement statement;
    fill(&statement, ASV_ACTION_LEDGER);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        statement.subject.name = (struct asv_bytes){(const uint8_t *)bad[i], strlen(bad[i])};
        assert_int_equal(encode(&statement), ASV_E_USAGE);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        statement.subject.name = (struct asv_bytes){(const uint8_t *)good[i], strlen(good[i])};
        assert_int_equal(encode(&statement), ASV_OK);
    }
    memset(name, '~', sizeof name);
    statement.subject.name = (struct asv_bytes){(const uint8_t *)name, 128};
    assert_int_equal(encode(&statement), ASV_OK);
    assert_int_equal(decode(writer.len), ASV_OK);
    assert_int_equal(out.subject.name.len, 128);
    size_t at = (size_t)(out.subject.name.data - encoded);
    encoded[at + 5] = '+'; /* the same on the way in */
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED);
    statement.subject.name.len = 129;
    assert_int_equal(encode(&statement), ASV_E_USAGE);
}

static void an_action_has_a_ground_that_it_may_have(void **state)
{
    (void)state; /* ST-041 */
    for (size_t i = 0; i < ACTIONS; i++) {
        for (uint8_t ground = 0; ground < 20; ground++) {
            struct asv_statement statement;
            uint16_t action = actions[i];
            bool keeps = action == ASV_ACTION_HOLD || action == ASV_ACTION_HOLD_AHEAD;
            bool shields = action == ASV_ACTION_BLOCK || action == ASV_ACTION_UNBLOCK;
            bool may = keeps ? ground >= ASV_GROUND_DANGER && ground <= ASV_GROUND_LEGALITY_CHECK /* LAW T3 */
                       : shields ? ground >= ASV_GROUND_DWELLING &&
                                       ground <= ASV_GROUND_PRE_ROLL /* LAW R3, R4, R5 */
                       : action == ASV_ACTION_ERASE_EARLY
                           ? ground == 0 || (ground >= ASV_GROUND_DWELLING && ground <= ASV_GROUND_PRE_ROLL)
                           : ground == 0;
            fill(&statement, action);
            statement.ground = ground;
            assert_int_equal(encode(&statement), may ? ASV_OK : ASV_E_USAGE);
        }
    }
    struct asv_statement statement;
    fill(&statement, ASV_ACTION_HOLD);
    assert_int_equal(encode(&statement), ASV_OK);
    encoded[77] = ASV_GROUND_NONE; /* behind the subject */
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED);
    encoded[77] = 0xff;
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED);
}

static void what_an_action_needs_is_there_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < ACTIONS; i++) {
        const struct asv_action_rule *rule = asv_action_rule(actions[i]);
        struct asv_statement statement;
        fill(&statement, actions[i]);
        memset(statement.incident, 7, 16);
        statement.case_text = statement.reason;
        assert_int_equal(encode(&statement),
                         rule->incident != ASV_ABSENT ? ASV_OK : ASV_E_USAGE); /* ST-046 */
        statement.case_text.len = 0;
        assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-046 */
        memset(statement.incident, 0, 16);
        assert_int_equal(encode(&statement), rule->incident != ASV_REQUIRED ? ASV_OK : ASV_E_USAGE);
        statement.case_text = statement.reason;
        assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-046 */
        fill(&statement, actions[i]);
        statement.has_recipient = !statement.has_recipient;
        assert_int_equal(encode(&statement), ASV_E_USAGE); /* ST-047 */
    }
}

/* Every encoding of a point whose order divides eight; with the highest bit set, too, which X25519 ignores.
 */
static void a_recipient_is_a_key_that_something_can_be_wrapped_for(void **state)
{
    (void)state; /* ST-100 */
    static const uint8_t points[][ASV_X25519_BYTES] = {
        {0},
        {1},
        {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
         0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
        {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
         0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    };
    for (size_t i = 0; i < 2 * (sizeof points / sizeof *points); i++) {
        struct asv_statement good;
        struct asv_statement bad;
        struct asv_err err = {0};
        fill(&good, ASV_ACTION_RECOVERY_KEY);
        bad = good;
        memcpy(bad.recipient_pk, points[i / 2], ASV_X25519_BYTES);
        bad.recipient_pk[31] |= (uint8_t)(i % 2 << 7);
        assert_int_equal(encode(&bad), ASV_E_USAGE);
        assert_int_equal(encode(&good), ASV_OK);
        uint8_t *key = memmem(encoded, writer.len, good.recipient_pk, ASV_X25519_BYTES);
        assert_non_null(key);
        memcpy(key, bad.recipient_pk, ASV_X25519_BYTES);
        assert_int_equal(asv_statement_decode(&out, encoded, writer.len, &err), ASV_E_MALFORMED);
        assert_string_equal(err.text, "statement: recipient");
    }
}

/* One that has ended must not come back as another one. */
static void a_recipients_key_has_one_encoding(void **state)
{
    (void)state; /* ST-100 */
    struct asv_statement good;
    fill(&good, ASV_ACTION_RECIPIENT);
    for (unsigned low = 0xec; low <= 0xff; low++) {
        struct asv_statement bad = good;
        memset(bad.recipient_pk, 0xff, ASV_X25519_BYTES);
        bad.recipient_pk[0] = (uint8_t)low; /* of two to the power of 255, less 19, on */
        bad.recipient_pk[31] = 0x7f;
        assert_int_equal(encode(&bad), ASV_E_USAGE);
        bad.recipient_pk[1] = 0xfe; /* below it */
        assert_int_equal(encode(&bad), ASV_OK);
    }
    good.recipient_pk[31] &= 0x7f;
    assert_int_equal(encode(&good), ASV_OK);
    good.recipient_pk[31] |= 0x80;
    assert_int_equal(encode(&good), ASV_E_USAGE);
}

static void an_action_has_its_steps(void **state)
{
    (void)state; /* ST-048, ST-052 */
    for (size_t i = 0; i < ACTIONS; i++) {
        bool pair = asv_action_rule(actions[i])->approvers != 0;
        for (uint8_t step = 0; step <= 6; step++) {
            struct asv_statement statement;
            bool answers = (step >= ASV_STEP_APPROVE && step <= ASV_STEP_WITHDRAW) ||
                           actions[i] == ASV_ACTION_SHOW; /* ST-110 */
            bool may = pair ? step >= ASV_STEP_PROPOSE && step <= ASV_STEP_WITHDRAW : step == ASV_STEP_SOLE;
            asv_test_statement(&statement, actions[i], (uint8_t)step, &person, 1);
            statement.expires_ms = statement.issued_ms + 1;
            assert_int_equal(encode(&statement), may ? ASV_OK : ASV_E_USAGE);
            memset(statement.proposal, answers ? 0 : 7, 32);
            assert_int_equal(encode(&statement), ASV_E_USAGE);
        }
    }
}

static void a_statement_lives_as_long_as_it_may(void **state)
{
    (void)state; /* ST-049 */
    for (size_t i = 0; i < ACTIONS; i++) {
        const struct asv_action_rule *rule = asv_action_rule(actions[i]);
        for (unsigned step = ASV_STEP_PROPOSE; step <= ASV_STEP_SOLE; step++) {
            struct asv_statement statement;
            if ((step == ASV_STEP_SOLE) != (rule->approvers == 0)) {
                continue;
            }
            asv_test_statement(&statement, actions[i], (uint8_t)step, &person, 1);
            assert_int_equal(encode(&statement), ASV_OK);
            statement.expires_ms++;
            assert_int_equal(encode(&statement), ASV_E_USAGE);
            statement.expires_ms = statement.issued_ms;
            assert_int_equal(encode(&statement), ASV_E_USAGE);
        }
    }
    struct asv_statement statement;
    fill(&statement, ASV_ACTION_HOLD);
    assert_true(statement.expires_ms - statement.issued_ms == INT64_C(4) * 24 * 3600 * 1000);
    statement.issued_ms = INT64_MIN;
    statement.expires_ms = INT64_MAX;
    assert_int_equal(encode(&statement), ASV_E_USAGE);
    statement.issued_ms = 0;
    statement.expires_ms = 1;
    assert_int_equal(encode(&statement), ASV_OK);
    statement.issued_ms = -1;
    assert_int_equal(encode(&statement), ASV_E_USAGE);
}

static void a_statement_has_a_nonce_a_person_and_a_reason(void **state)
{
    (void)state;
    static uint8_t long_reason[ASV_REASON_MAX_BYTES + 1];
    struct asv_statement good;
    struct asv_statement bad;
    memset(long_reason, 'r', sizeof long_reason);
    fill(&good, ASV_ACTION_OPEN);
    bad = good;
    memset(bad.nonce, 0, 16);
    assert_int_equal(encode(&bad), ASV_E_USAGE); /* ST-050 */
    bad = good;
    memset(bad.person, 0, 16);
    assert_int_equal(encode(&bad), ASV_E_USAGE); /* ST-051 */
    bad = good;
    bad.reason.len = 0;
    assert_int_equal(encode(&bad), ASV_E_USAGE); /* ST-053: LAW L2 */
    bad.reason = (struct asv_bytes){(const uint8_t *)" ", 1};
    assert_int_equal(encode(&bad), ASV_E_USAGE); /* ST-053 */
    bad.reason = (struct asv_bytes){long_reason, sizeof long_reason};
    assert_int_equal(encode(&bad), ASV_E_USAGE); /* ST-004 */
    fill(&bad, ASV_ACTION_FOUND);
    memset(bad.person, 7, 16);
    assert_int_equal(encode(&bad), ASV_E_USAGE); /* ST-051 */
}

/* Offsets in an encoded RELEASE, whose fields have no lengths that vary in front of the reason. */
enum {
    AT_STEP = 2 + 4 + 34 + 2 + 35 + 1 + 16 + 1 + 2,
    AT_CREDENTIAL = AT_STEP + 1,
    AT_PERSON = AT_CREDENTIAL + 34,
    AT_NONCE = AT_PERSON + 16,
    AT_ISSUED = AT_NONCE + 16,
    AT_PROPOSAL = AT_ISSUED + 16,
    AT_REASON = AT_PROPOSAL + 34,
};

static void the_same_rules_hold_on_the_way_in(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        size_t len;
        uint8_t value;
        enum asv_status status;
        const char *text;
    } changes[] = {
        {AT_STEP, 1, ASV_STEP_SOLE, ASV_E_MALFORMED, "statement: step"},        /* ST-048 */
        {AT_STEP, 1, 0, ASV_E_MALFORMED, "statement: step"},                    /* ST-048 */
        {AT_STEP, 1, 6, ASV_E_MALFORMED, "statement: step"},                    /* ST-048 */
        {AT_STEP, 1, ASV_STEP_APPROVE, ASV_E_MALFORMED, "statement: proposal"}, /* ST-052 */
        {AT_CREDENTIAL, 1, 9, ASV_E_UNSUPPORTED, "statement: credential"},
        {AT_PERSON, 16, 0, ASV_E_MALFORMED, "statement: person"},         /* ST-051 */
        {AT_NONCE, 16, 0, ASV_E_MALFORMED, "statement: nonce"},           /* ST-050 */
        {AT_ISSUED, 1, 0xff, ASV_E_MALFORMED, "statement: life"},         /* ST-049 */
        {AT_ISSUED, 8, 0, ASV_E_MALFORMED, "statement: life"},            /* ST-049 */
        {AT_ISSUED + 8, 1, 0x7f, ASV_E_MALFORMED, "statement: life"},     /* ST-049 */
        {AT_PROPOSAL + 2, 32, 7, ASV_E_MALFORMED, "statement: proposal"}, /* ST-052 */
        {AT_REASON, 1, 0xff, ASV_E_LIMIT, "statement: reason"},           /* ST-004 */
        {AT_REASON, 2, 0, ASV_E_LIMIT, "statement: extensions"}, /* ST-003: the reason is read as these */
        {AT_REASON + 2, 1, ' ', ASV_E_MALFORMED, "statement: reason"},  /* ST-053 */
        {AT_REASON + 2, 1, 0xe4, ASV_E_MALFORMED, "statement: reason"}, /* ST-005 */
        {AT_REASON + 2, 1, 0x07, ASV_E_MALFORMED, "statement: reason"}, /* ST-006 */
        {AT_STEP - 1, 1, 1, ASV_E_UNSUPPORTED, "statement: recipient"}, /* ST-047 */
        {AT_STEP - 3, 1, 0xff, ASV_E_LIMIT, "statement: incident"},     /* ST-046 */
        {AT_STEP - 19, 1, 1, ASV_E_MALFORMED, "statement: incident"},   /* ST-046 */
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct asv_statement statement;
        struct asv_err err = {0};
        fill(&statement, ASV_ACTION_RELEASE);
        assert_int_equal(encode(&statement), ASV_OK);
        memset(encoded + changes[i].at, changes[i].value, changes[i].len);
        enum asv_status status = asv_statement_decode(&out, encoded, writer.len, &err);
        if (status != changes[i].status || strcmp(err.text, changes[i].text) != 0) {
            fail_msg("change %zu: %s (%s)", i, err.text, asv_status_name(status));
        }
    }
}

static void a_proof_is_of_a_known_kind_and_whole(void **state)
{
    (void)state; /* ST-062 */
    static struct asv_test_person chief;
    static struct asv_test_stated stated;
    struct asv_statement statement;
    fill(&statement, ASV_ACTION_HOLD);
    assert_int_equal(encode(&statement), ASV_OK);
    size_t proof = writer.len - 68;
    assert_int_equal(encoded[proof], ASV_PROOF_KEYFILE);
    encoded[proof] = 3;
    assert_int_equal(decode(writer.len), ASV_E_UNSUPPORTED);
    encoded[proof] = ASV_PROOF_KEYFILE;
    encoded[proof + 1] = ASV_ALG_ES256;
    assert_int_equal(decode(writer.len), ASV_E_UNSUPPORTED);

    asv_test_person_init(&chief, 2, ASV_ROLE_SUPERVISOR, ASV_ALG_ES256);
    asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &chief, 1);
    asv_test_state(&stated, &statement, &chief, NULL);
    assert_int_equal(stated.statement.proof, ASV_PROOF_WEBAUTHN);
    memcpy(encoded, stated.data, stated.len);
    for (size_t cut = 0; cut < stated.len; cut++) {
        assert_int_not_equal(decode(cut), ASV_OK);
    }
    size_t client = 2 + stated.statement.body.len + 1 + ASV_AUTHENTICATOR_BYTES;
    size_t signature = client + 2 + stated.statement.assertion.client_data.len;
    encoded[client] = 0xff; /* a length far behind the end */
    assert_int_equal(decode(stated.len), ASV_E_LIMIT);
    encoded[client] = 0x04;
    encoded[client + 1] = 0x00; /* one that is allowed, and behind the end too */
    assert_int_equal(decode(stated.len), ASV_E_MALFORMED);
    memcpy(encoded, stated.data, stated.len);
    encoded[signature] = ASV_ALG_ED25519;
    assert_int_equal(decode(stated.len), ASV_E_UNSUPPORTED);
    encoded[signature] = ASV_ALG_ES256;
    encoded[signature + 1] = 0x80;
    assert_int_equal(decode(stated.len), ASV_E_LIMIT);
    encoded[signature + 1] = 0;
    encoded[signature + 2] = ASV_P256_SIG_MAX_BYTES + 1;
    assert_int_equal(decode(stated.len), ASV_E_LIMIT);
}

static void an_assertion_that_is_too_long_is_not_joined(void **state)
{
    (void)state;
    static uint8_t bytes[ASV_CLIENT_DATA_MAX_BYTES + 1];
    const struct asv_bytes body = {bytes, 8};
    struct asv_assertion assertion = {{bytes, ASV_AUTHENTICATOR_BYTES},
                                      {bytes, ASV_CLIENT_DATA_MAX_BYTES},
                                      {bytes, ASV_P256_SIG_MAX_BYTES}};
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_statement_assert(&writer, body, &assertion), ASV_OK);
    assertion.client_data.len++;
    assert_int_equal(asv_statement_assert(&writer, body, &assertion), ASV_E_LIMIT);
    assertion.client_data.len--;
    assertion.signature.len++;
    assert_int_equal(asv_statement_assert(&writer, body, &assertion), ASV_E_LIMIT);
    assertion.signature.len--;
    assertion.authenticator.len++;
    assert_int_equal(asv_statement_assert(&writer, body, &assertion), ASV_E_LIMIT);
    asv_writer_init(&writer, encoded, 40);
    assert_int_equal(asv_statement_sign(&writer, body, person.sk), ASV_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_keeps_every_field),
        cmocka_unit_test(only_these_bytes_are_a_statement),
        cmocka_unit_test(the_longest_statement_fits),
        cmocka_unit_test(extensions_are_those_of_trust),
        cmocka_unit_test(actions_are_those_of_the_table),
        cmocka_unit_test(an_action_has_its_subject),
        cmocka_unit_test(subjects_name_something),
        cmocka_unit_test(a_record_is_one_of_its_actions),
        cmocka_unit_test(an_entry_is_named_in_one_way),
        cmocka_unit_test(an_origin_is_an_address_and_a_path),
        cmocka_unit_test(an_action_has_a_ground_that_it_may_have),
        cmocka_unit_test(what_an_action_needs_is_there_and_nothing_else),
        cmocka_unit_test(a_recipient_is_a_key_that_something_can_be_wrapped_for),
        cmocka_unit_test(a_recipients_key_has_one_encoding),
        cmocka_unit_test(an_action_has_its_steps),
        cmocka_unit_test(a_statement_lives_as_long_as_it_may),
        cmocka_unit_test(a_statement_has_a_nonce_a_person_and_a_reason),
        cmocka_unit_test(the_same_rules_hold_on_the_way_in),
        cmocka_unit_test(a_proof_is_of_a_known_kind_and_whole),
        cmocka_unit_test(an_assertion_that_is_too_long_is_not_joined),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
