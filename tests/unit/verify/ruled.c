/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LG-095: what an entry says that the keeper said, against what the keeper signed. */
#include <string.h>

#include "firmware-proto/trust/ruling.h"
#include "server/ledger/kind.h"
#include "server/verify/ruled.h"
#include "tests/support/samples.h"
#include "tests/unit/test.h"

static uint8_t data[ASV_LEDGER_ENTRY_MAX_BYTES];
static uint8_t object[ASV_RULING_MAX_BYTES];
static struct asv_bytes signed_by_keeper;
static struct asv_ruling ruling;

static void rule(uint8_t verdict)
{
    struct asv_writer writer;
    ruling = asv_samples()->ruling;
    ruling.verdict = verdict;
    ruling.status = verdict == ASV_RULING_TAKEN ? 0 : ASV_E_STATE;
    asv_writer_init(&writer, object, sizeof object);
    assert_int_equal(asv_ruling_encode(&writer, &ruling, asv_samples()->agency.keeper.sk), ASV_OK);
    signed_by_keeper = (struct asv_bytes){object, writer.len};
}

/* The entry that the ledger makes of it (sql/0016_ledger_told.sql), or one that differs. */
static struct asv_ledger_entry entry_of(int64_t at_ms, bool names, const char *label,
                                        const uint8_t *statement)
{
    static const uint8_t key[ASV_LEDGER_KEY_BYTES];
    const struct asv_ledger_event event = {.kind = ASV_LEDGER_STATEMENT_ANSWERED};
    struct asv_ledger_entry entry;
    uint8_t facts[256];
    size_t len = 0;
    struct asv_writer out;
    asv_writer_init(&out, facts, sizeof facts);
    asv_write_u8(&out, ASV_LEDGER_AT);
    asv_write_u16(&out, 8);
    asv_write_i64(&out, at_ms);
    if (names) {
        asv_write_u8(&out, ASV_LEDGER_OBJECT);
        asv_write_view16(&out, ruling.statement, sizeof ruling.statement);
    }
    if (label != NULL) {
        asv_write_u8(&out, ASV_LEDGER_LABEL);
        asv_write_view16(&out, label, strlen(label));
    }
    if (statement != NULL) {
        asv_write_u8(&out, ASV_LEDGER_PROPOSAL);
        asv_write_view16(&out, statement, ASV_SHA256_BYTES);
    }
    assert_int_equal(asv_ledger_entry_write(data, &len, &event, (struct asv_bytes){facts, out.len},
                                            (struct asv_bytes){0}, key, NULL, NULL),
                     ASV_OK);
    assert_int_equal(asv_ledger_entry_read(&entry, (struct asv_bytes){data, len}, NULL), ASV_OK);
    return entry;
}

static enum asv_status agrees(int64_t at_ms, const char *label, const uint8_t *statement)
{
    const struct asv_ledger_entry entry = entry_of(at_ms, true, label, statement);
    return asv_ruled_agrees(&entry, signed_by_keeper, NULL);
}

static void an_entry_says_what_the_keeper_signed(void **state)
{
    (void)state;
    static const uint8_t verdicts[] = {ASV_RULING_TAKEN, ASV_RULING_REFUSED};
    for (size_t i = 0; i < sizeof verdicts; i++) {
        bool taken = verdicts[i] == ASV_RULING_TAKEN;
        rule(verdicts[i]);
        assert_int_equal(agrees(ruling.issued_ms, taken ? "taken" : "refused", ruling.statement), ASV_OK);
        assert_int_equal(agrees(ruling.issued_ms, taken ? "refused" : "taken", ruling.statement),
                         ASV_E_MISMATCH);
        assert_int_equal(agrees(ruling.issued_ms + 1, taken ? "taken" : "refused", ruling.statement),
                         ASV_E_MISMATCH);
        assert_int_equal(agrees(ruling.issued_ms, taken ? "taken" : "refused", ruling.proposal),
                         ASV_E_MISMATCH);
        assert_int_equal(agrees(ruling.issued_ms, "concluded", ruling.statement), ASV_E_MALFORMED);
    }
    signed_by_keeper.len--;
    assert_int_not_equal(agrees(ruling.issued_ms, "refused", ruling.statement), ASV_OK);
}

static void what_nobody_signed_says_so(void **state)
{
    static const struct {
        const char *label;
        bool names, good;
        enum asv_ruled ruled;
    } cases[] = {
        {"taken", true, true, ASV_RULED_TAKEN},
        {"refused", true, true, ASV_RULED_REFUSED},
        {"concluded", false, true, ASV_RULED_CONCLUDED},
        {"not taken", false, true, ASV_RULED_NOT_TAKEN},
        {"taken", false, false, 0}, /* the database's word alone */
        {"refused", false, false, 0},
        {"concluded", true, false, 0},
        {"not taken", true, false, 0},
        {"take", true, false, 0},
        {"takenn", true, false, 0},
        {NULL, true, false, 0},
    };
    (void)state;
    rule(ASV_RULING_TAKEN);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum asv_ruled ruled = ASV_RULED_COUNT;
        struct asv_ledger_entry entry = entry_of(1, cases[i].names, cases[i].label, ruling.statement);
        assert_int_equal(asv_ruled_read(&ruled, &entry, NULL), cases[i].good ? ASV_OK : ASV_E_MALFORMED);
        assert_int_equal(ruled, cases[i].good ? cases[i].ruled : ASV_RULED_COUNT);
        entry = entry_of(1, cases[i].names, cases[i].label, NULL); /* to which statement? */
        assert_int_equal(asv_ruled_read(&ruled, &entry, NULL), ASV_E_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_says_what_the_keeper_signed),
        cmocka_unit_test(what_nobody_signed_says_so),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
