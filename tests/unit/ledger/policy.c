/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/policy.h"

#include <stdio.h>
#include <string.h>

#include "server/ledger/cosignature.h"
#include "tests/support/ledger.h"
#include "tests/unit/test.h"

static struct asv_bytes bytes(const char *text)
{
    return (struct asv_bytes){(const uint8_t *)text, strlen(text)};
}

static char vkeys[ASV_TEST_SIGNERS][ASV_VKEY_BYTES]; /* of ASV_TEST_LOG, ... */

static int setup(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ASV_TEST_SIGNERS; i++) {
        asv_vkey_format(vkeys[i], asv_test_note_key((enum asv_test_signer)i));
    }
    return 0;
}

/* A file with %0 to %3 for the keys of ASV_TEST_LOG, _DPO, _CITY and _STRANGER; static storage. */
static struct asv_bytes file(const char *form)
{
    static char text[16384];
    size_t len = 0;
    for (; *form != '\0'; form++) {
        if (*form == '%') {
            len += (size_t)snprintf(text + len, sizeof text - len, "%s", vkeys[*++form - '0']);
        } else {
            text[len++] = *form;
        }
        assert_true(len < sizeof text);
    }
    return (struct asv_bytes){(const uint8_t *)text, len};
}

static void a_policy_is_read(void **state)
{
    (void)state;
    struct asv_ledger_policy policy;
    assert_int_equal(asv_ledger_policy_parse("trust", asv_test_policy("both"), &policy, NULL), ASV_OK);
    assert_int_equal(policy.log_count, 1);
    assert_string_equal(policy.logs[0].key.name, "duisburg.example/asservat");
    assert_int_equal(policy.logs[0].url.len, 0);
    assert_int_equal(policy.witness_count, 2);
    assert_int_equal(policy.witnesses[0].name.len, 3);
    assert_int_equal(policy.witnesses[0].url.len, strlen("https://dpo.example/"));
    assert_memory_equal(policy.witnesses[0].url.data, "https://dpo.example/", 20);
    assert_int_equal(policy.witnesses[1].url.len, 0);
    assert_int_equal(policy.group_count, 1);
    assert_int_equal(policy.groups[0].needed, 2);
    assert_int_equal(policy.quorum, ASV_QUORUM_GROUP);
    assert_int_equal(
        asv_ledger_policy_parse(
            "trust", file("\t# words\n \n  log\t%0  https://a.example \t\n\tquorum none\n"), &policy, NULL),
        ASV_OK);
    assert_int_equal(policy.quorum, ASV_QUORUM_NONE);
    assert_int_equal(policy.logs[0].url.len, 17);
}

static void mistakes_are_told_with_their_line(void **state)
{
    (void)state; /* LG-040 */
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        {"", "t:1: no log is trusted; add a line \"log name+id+key\""},
        {"quorum none\n", "t:2: no log is trusted; add a line \"log name+id+key\""},
        {"log %0\n", "t:2: the quorum is missing; add a line \"quorum ...\", or \"quorum none\""},
        {"log %0\nquorum none", "t:2: the last line has no end; was the file cut?"},
        {"log %0\nquorum none\n\nquorum none\n", "t:4: the quorum was already given; keep one of them"},
        {"log %0\nquorum\n", "t:2: \"\" is neither a witness nor a group above this line; give one, or none"},
        {"log %0\nquorum dpo\nwitness dpo %1\n",
         "t:2: \"dpo\" is neither a witness nor a group above this line; give one, or none"},
        {"log %0\nquorum none dpo\n", "t:2: \"dpo\" is one word too many; remove it"},
        {"log\n", "t:1: the key is missing; give it as name+id+key"},
        {"log x\n", "t:1: no verifier key: not of the form name+id+key"},
        {"log %1\n", "t:1: the key is a witness's; give the log's"},
        {"log %0 u v\n", "t:1: \"v\" is one word too many; remove it"},
        {"log %0\n\nlog %0\n", "t:3: the same key was already given; keep one of them"},
        {"witness\n", "t:1: the name is missing; give one"},
        {"witness dpo\n", "t:1: the key is missing; give it as name+id+key"},
        {"witness dpo %0\n", "t:1: the key is a log's; give the witness's, of type 4"},
        {"witness none %1\n", "t:1: the name \"none\" is taken; give another"},
        {"witness a %1\nwitness a %2\n", "t:2: the name \"a\" is taken; give another"},
        {"witness a %1\nwitness b %1\n", "t:2: the same key was already given; keep one of them"},
        {"witness a %1 u v\n", "t:1: \"v\" is one word too many; remove it"},
        {"group\n", "t:1: the name is missing; give one"},
        {"group g\n", "t:1: the group has no members; name them"},
        {"group g all\n", "t:1: the group has no members; name them"},
        {"group g all a\n", "t:1: \"a\" is neither a witness nor a group above this line"},
        {"group g all g\n", "t:1: \"g\" is neither a witness nor a group above this line"},
        {"witness a %1\ngroup a any a\n", "t:2: the name \"a\" is taken; give another"},
        {"witness a %1\ngroup g 0 a\n", "t:2: \"0\" cannot be how many are needed; give 1 to 1, all or any"},
        {"witness a %1\ngroup g 2 a\n", "t:2: \"2\" cannot be how many are needed; give 1 to 1, all or any"},
        {"witness a %1\ngroup g 01 a\n",
         "t:2: \"01\" cannot be how many are needed; give 1 to 1, all or any"},
        {"witness a %1\ngroup g a a\n", "t:2: \"a\" cannot be how many are needed; give 1 to 1, all or any"},
        {"witness a %1\ngroup g any a a\n", "t:2: \"a\" is a member already; each counts in one group, once"},
        {"witness a %1\ngroup g any a\ngroup h any a\n",
         "t:3: \"a\" is a member already; each counts in one group, once"},
        {"witness a %1\ngroup g any a\ngroup h any g g\n",
         "t:3: \"g\" is a member already; each counts in one group, once"},
        {"Log %0\n", "t:1: \"Log\" is unknown here; give log, witness, group or quorum"},
        {"log %0\r\n", "t:1: holds a control character; write plain text"},
        {"# \x7f\n", "t:1: holds a control character; write plain text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asv_ledger_policy policy;
        struct asv_err err = {0};
        assert_int_equal(asv_ledger_policy_parse("t", file(cases[i].text), &policy, &err), ASV_E_USAGE);
        assert_string_equal(err.text, cases[i].why);
    }
    static char large[ASV_LEDGER_POLICY_BYTES + 1];
    struct asv_ledger_policy policy;
    memset(large, '\n', sizeof large);
    assert_int_equal(
        asv_ledger_policy_parse("t", (struct asv_bytes){(uint8_t *)large, sizeof large}, &policy, NULL),
        ASV_E_USAGE);
}

/* The ledgers of one keeper follow one another under other names, and one file names them all. */
static void logs_of_other_names_may_have_one_key(void **state)
{
    (void)state; /* LG-040 */
    const struct asv_note_key *log = asv_test_note_key(ASV_TEST_LOG);
    struct asv_ledger_policy policy;
    struct asv_note_key next, witness;
    char text[1024], vkey[ASV_VKEY_BYTES];
    assert_int_equal(asv_note_key_make(&next, "duisburg.example/2", ASV_NOTE_ED25519, log->pk, NULL), ASV_OK);
    asv_vkey_format(vkey, &next);
    (void)snprintf(text, sizeof text, "log %s\nlog %s\nquorum none\n", vkeys[ASV_TEST_LOG], vkey);
    assert_int_equal(asv_ledger_policy_parse("t", bytes(text), &policy, NULL), ASV_OK);
    assert_int_equal(policy.log_count, 2);
    assert_int_equal(asv_note_key_make(&witness, "w.example", ASV_NOTE_COSIGNATURE, log->pk, NULL), ASV_OK);
    asv_vkey_format(vkey, &witness);
    (void)snprintf(text, sizeof text, "log %s\nwitness w %s\nquorum w\n", vkeys[ASV_TEST_LOG], vkey);
    assert_int_equal(asv_ledger_policy_parse("t", bytes(text), &policy, NULL), ASV_E_USAGE);
}

/* tlog-policy: an implementation should have room for 32 of each. */
static void there_is_room_for_32_of_each_and_no_more(void **state)
{
    (void)state;
    static char text[ASV_LEDGER_POLICY_BYTES];
    struct asv_ledger_policy policy;
    struct asv_err err = {0};
    size_t len = 0;
    for (unsigned i = 0; i < 64; i++) {
        struct asv_note_key key;
        char vkey[ASV_VKEY_BYTES];
        const uint8_t pk[ASV_ED25519_PK_BYTES] = {(uint8_t)i};
        assert_int_equal(
            asv_note_key_make(&key, "n", i < 32 ? ASV_NOTE_ED25519 : ASV_NOTE_COSIGNATURE, pk, NULL), ASV_OK);
        asv_vkey_format(vkey, &key);
        len += (size_t)(i < 32 ? snprintf(text + len, sizeof text - len, "log %s\n", vkey)
                               : snprintf(text + len, sizeof text - len, "witness w%u %s\n", i - 32, vkey));
    }
    for (unsigned i = 0; i < 32; i++) { /* each with the one before it: a chain */
        len += (size_t)(i == 0 ? snprintf(text + len, sizeof text - len, "group g0 all w0\n")
                               : snprintf(text + len, sizeof text - len, "group g%u all g%u w%u\n", i, i - 1,
                                          i));
    }
    size_t before = len;
    len += (size_t)snprintf(text + len, sizeof text - len, "quorum g31\n");
    assert_int_equal(asv_ledger_policy_parse("t", (struct asv_bytes){(uint8_t *)text, len}, &policy, NULL),
                     ASV_OK);
    assert_true(asv_ledger_policy_is_met(&policy, UINT32_MAX));
    for (unsigned i = 0; i < 32; i++) {
        assert_false(asv_ledger_policy_is_met(&policy, ~(UINT32_C(1) << i)));
    }
    static const char *const more[][2] = {
        {"log %0\n", "t:97: there are more than 32 logs; remove some"},
        {"witness x %1\n", "t:97: there are more than 32 witnesses; remove some"},
        {"group x all g31\n", "t:97: there are more than 32 groups; remove some"}};
    for (size_t i = 0; i < 3; i++) {
        const struct asv_bytes line = file(more[i][0]);
        memcpy(text + before, line.data, line.len);
        assert_int_equal(asv_ledger_policy_parse("t", (struct asv_bytes){(uint8_t *)text, before + line.len},
                                                 &policy, &err),
                         ASV_E_USAGE);
        assert_string_equal(err.text, more[i][1]);
    }
}

/* tlog-policy's own example: two of X and one of Y. */
static void a_quorum_of_groups_is_met_by_the_right_witnesses_only(void **state)
{
    (void)state;
    char text[4096] = "";
    struct asv_ledger_policy policy;
    size_t len = (size_t)snprintf(text, sizeof text, "log %s\n", vkeys[ASV_TEST_LOG]);
    for (unsigned i = 0; i < 6; i++) {
        struct asv_note_key key;
        char vkey[ASV_VKEY_BYTES];
        const uint8_t pk[ASV_ED25519_PK_BYTES] = {(uint8_t)(i + 1)};
        assert_int_equal(asv_note_key_make(&key, "w", ASV_NOTE_COSIGNATURE, pk, NULL), ASV_OK);
        asv_vkey_format(vkey, &key);
        len += (size_t)snprintf(text + len, sizeof text - len, "witness %c%u %s\n", i < 3 ? 'X' : 'Y',
                                i % 3 + 1, vkey);
    }
    snprintf(text + len, sizeof text - len,
             "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\n"
             "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n");
    assert_int_equal(asv_ledger_policy_parse("t", bytes(text), &policy, NULL), ASV_OK);
    for (unsigned cosigned = 0; cosigned < 64; cosigned++) {
        unsigned x = (cosigned & 1) + (cosigned >> 1 & 1) + (cosigned >> 2 & 1);
        assert_int_equal(asv_ledger_policy_is_met(&policy, cosigned), x >= 2 && cosigned >> 3 != 0);
    }
}

static void a_checkpoint_is_judged(void **state)
{
    (void)state; /* LG-041 */
    static const struct {
        const char *quorum;
        unsigned witnesses;
        enum asv_status status;
        const char *why;
    } cases[] = {
        {"none", 0, ASV_OK, ""},
        {"none", 3, ASV_OK, ""},
        {"dpo", 1, ASV_OK, ""},
        {"dpo", 3, ASV_OK, ""},
        {"dpo", 2, ASV_E_UNTRUSTED, "checkpoint: too few witnesses; not cosigned by dpo"},
        {"both", 3, ASV_OK, ""},
        {"both", 1, ASV_E_UNTRUSTED, "checkpoint: too few witnesses; not cosigned by essen"},
        {"both", 0, ASV_E_UNTRUSTED, "checkpoint: too few witnesses; not cosigned by dpo, essen"},
    };
    uint8_t data[2048] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asv_ledger_policy policy;
        struct asv_ledger_verdict verdict;
        struct asv_err err = {0};
        const struct asv_bytes note = {data, asv_test_checkpoint(data, sizeof data, 7, cases[i].witnesses)};
        assert_int_equal(asv_ledger_policy_parse("t", asv_test_policy(cases[i].quorum), &policy, NULL),
                         ASV_OK);
        assert_int_equal(asv_ledger_policy_check(&policy, note, &verdict, &err), cases[i].status);
        assert_string_equal(err.text, cases[i].why);
        assert_int_equal(verdict.log, 0);
        assert_int_equal(verdict.cosigned, cases[i].witnesses);
        assert_true(verdict.checkpoint.head.size == 7);
        for (unsigned w = 0; w < 2; w++) {
            uint64_t when = (cases[i].witnesses >> w & 1) != 0 ? ASV_TEST_TIME_S + ASV_TEST_DPO + w : 0;
            assert_true(verdict.time_s[w] == when);
        }
    }
}

static void what_no_known_log_has_signed_is_not_trusted(void **state)
{
    (void)state;
    uint8_t data[2048];
    uint8_t text[512];
    struct asv_ledger_policy policy;
    struct asv_ledger_verdict verdict;
    struct asv_err err = {0};
    struct asv_writer writer;
    const struct asv_tree_head head = {.size = 1};
    const struct asv_note_key *stranger = asv_test_note_key(ASV_TEST_STRANGER);
    assert_int_equal(asv_ledger_policy_parse("t", file("log %0\nquorum none\n"), &policy, NULL), ASV_OK);
    /* A stranger's log, and a stranger's signature on ours. */
    for (unsigned i = 0; i < 2; i++) {
        asv_writer_init(&writer, text, sizeof text);
        assert_int_equal(asv_checkpoint_write(&writer,
                                              i == 0 ? stranger->name : asv_test_note_key(ASV_TEST_LOG)->name,
                                              &head, NULL),
                         ASV_OK);
        const struct asv_bytes body = {text, writer.len};
        asv_writer_init(&writer, data, sizeof data);
        asv_note_sign(&writer, stranger, asv_test_note_secret(ASV_TEST_STRANGER), body);
        assert_int_equal(
            asv_ledger_policy_check(&policy, (struct asv_bytes){data, writer.len}, &verdict, &err),
            ASV_E_UNTRUSTED);
        assert_string_equal(err.text, "checkpoint: signed by none of the logs that are trusted");
        assert_int_equal(verdict.log, 1);
    }
    /* Two known logs: one may not sign for the other. */
    assert_int_equal(asv_ledger_policy_parse("t", file("log %0\nlog %3\nquorum none\n"), &policy, NULL),
                     ASV_OK);
    assert_int_equal(asv_ledger_policy_check(&policy, (struct asv_bytes){data, writer.len}, &verdict, &err),
                     ASV_E_UNTRUSTED);
    const struct asv_bytes ours = {data, asv_test_checkpoint(data, sizeof data, 3, 0)};
    assert_int_equal(asv_ledger_policy_check(&policy, ours, &verdict, NULL), ASV_OK);
    assert_int_equal(verdict.log, 0);
}

/* Whatever else is there: a known key's signature that does not verify is a forgery, not a missing one. */
static void a_forged_signature_is_never_ignored(void **state)
{
    (void)state;
    uint8_t data[2048];
    struct asv_ledger_policy policy;
    struct asv_ledger_verdict verdict;
    assert_int_equal(asv_ledger_policy_parse("t", asv_test_policy("none"), &policy, NULL), ASV_OK);
    for (unsigned who = ASV_TEST_LOG; who <= ASV_TEST_CITY; who++) {
        struct asv_writer writer;
        const uint8_t forged[ASV_COSIGNATURE_BYTES] = {0};
        asv_writer_init(&writer, data, sizeof data);
        writer.len = asv_test_checkpoint(data, sizeof data, 7, 0);
        asv_note_write_signature(&writer, asv_test_note_key((enum asv_test_signer)who), forged,
                                 who == ASV_TEST_LOG ? 64 : 72);
        assert_int_equal(
            asv_ledger_policy_check(&policy, (struct asv_bytes){data, writer.len}, &verdict, NULL),
            ASV_E_SIGNATURE);
    }
    size_t len = asv_test_checkpoint(data, sizeof data, 7, 3);
    for (size_t at = 0; at < len; at++) { /* every byte of a judged checkpoint is signed or a signature */
        data[at] ^= 1;
        assert_int_equal(asv_ledger_policy_parse("t", asv_test_policy("both"), &policy, NULL), ASV_OK);
        assert_int_not_equal(asv_ledger_policy_check(&policy, (struct asv_bytes){data, len}, &verdict, NULL),
                             ASV_OK);
        data[at] ^= 1;
    }
    assert_int_equal(asv_ledger_policy_check(&policy, (struct asv_bytes){data, len}, &verdict, NULL), ASV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_is_read),
        cmocka_unit_test(mistakes_are_told_with_their_line),
        cmocka_unit_test(logs_of_other_names_may_have_one_key),
        cmocka_unit_test(there_is_room_for_32_of_each_and_no_more),
        cmocka_unit_test(a_quorum_of_groups_is_met_by_the_right_witnesses_only),
        cmocka_unit_test(a_checkpoint_is_judged),
        cmocka_unit_test(what_no_known_log_has_signed_is_not_trusted),
        cmocka_unit_test(a_forged_signature_is_never_ignored),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
