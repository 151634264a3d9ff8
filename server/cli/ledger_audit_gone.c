/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What may be gone beside an entry: what two people had forgotten, and what expired at its source. Neither is
 * believed of a row, or of that there is none, but of what stands in the log. */
#include <poll.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/ledger_audit.h"
#include "server/ledger/kind.h"

/* LAW L3: the least that what was signed to be shown something is kept after its end. */
#define OPENING_MS (INT64_C(365) * 24 * 3600 * 1000)

/* A sequencer needs a tenth of a second; what waits for longer, in one whole check, is not in the log. */
#define PATIENCE_MS UINT64_C(10000)
#define STEP_MS     50

static bool has_digest(const struct asv_ledger_entry *entry, uint8_t tag, const uint8_t digest[32])
{
    struct asv_bytes value;
    return asv_ledger_entry_find(entry, tag, &value) && memcmp(value.data, digest, ASV_SHA256_BYTES) == 0;
}

static bool says_taken(const struct asv_db_ledger_said *said, const uint8_t digest[32])
{
    static const char word[] = "taken";
    struct asv_ledger_entry entry;
    struct asv_bytes label;
    return asv_ledger_entry_read(&entry, (struct asv_bytes){said->taken, said->taken_len}, NULL) == ASV_OK &&
           entry.event.kind == ASV_LEDGER_STATEMENT_ANSWERED &&
           has_digest(&entry, ASV_LEDGER_PROPOSAL, digest) &&
           asv_ledger_entry_find(&entry, ASV_LEDGER_LABEL, &label) && label.len == sizeof word - 1 &&
           memcmp(label.data, word, sizeof word - 1) == 0;
}

/* What the entry of a statement says that it is. */
static bool read_action(const struct asv_ledger_entry *entry, uint16_t *action, uint8_t *step)
{
    struct asv_bytes value;
    struct asv_reader reader;
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_ACTION, &value)) {
        return false;
    }
    asv_reader_init(&reader, value.data, value.len);
    return asv_read_u16(&reader, action) == ASV_OK && asv_read_u8(&reader, step) == ASV_OK;
}

const char *asv_audit_said_fault(const struct asv_db_ledger_said *said, const struct asv_audit_saying *what)
{
    struct asv_ledger_entry entry;
    uint16_t action = 0;
    uint8_t step = 0;
    if (said->entry_len == 0) {
        return said->waits ? "of what is said to be signed for it the entry still waits"
                           : "of what is said to be signed for it the log has no entry";
    }
    if (asv_ledger_entry_read(&entry, (struct asv_bytes){said->entry, said->entry_len}, NULL) != ASV_OK ||
        entry.event.kind != ASV_LEDGER_STATEMENT || !has_digest(&entry, ASV_LEDGER_OBJECT, what->digest) ||
        !read_action(&entry, &action, &step) || action != what->action || step != what->step ||
        (what->proposal != NULL && !has_digest(&entry, ASV_LEDGER_PROPOSAL, what->proposal))) {
        return "what was signed for it is something else, by the log";
    }
    if (what->step != ASV_STEP_PROPOSE && !says_taken(said, what->digest)) {
        return "the log does not have it that the keeper took what was signed for it";
    }
    return NULL;
}

/* ---- forgotten ---- */

/* What there is of a statement, when the log has it: what waits has no signature that anybody looks at. */
static enum asv_status read_said(struct asv_audit *audit, const uint8_t digest[32], struct asv_err *err)
{
    enum asv_status status = asv_db_ledger_said(audit->db, digest, &audit->said, err);
    while (status == ASV_OK && audit->said.waits && audit->waited_ms < PATIENCE_MS) {
        (void)poll(NULL, 0, STEP_MS);
        audit->waited_ms += STEP_MS;
        status = asv_db_ledger_said(audit->db, digest, &audit->said, err);
    }
    return status;
}

/* One of the two statements. ASV_E_MISMATCH with what is wrong with it. */
static enum asv_status read_side(struct asv_audit *audit, const struct asv_audit_saying *what,
                                 const uint8_t id[16], uint8_t record[ASV_CREDENTIAL_MAX_BYTES],
                                 struct asv_credential *signer, struct asv_err *err)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_statement statement;
    struct asv_db_ledger_said *said = &audit->said;
    asv_uuid_format(uuid, id);
    enum asv_status status = read_said(audit, what->digest, err);
    if (status != ASV_OK) {
        return status;
    }
    const char *fault = asv_audit_said_fault(said, what);
    if (fault != NULL) {
        return asv_fail(err, ASV_E_MISMATCH, fault);
    }
    memcpy(record, said->record, said->record_len);
    if (asv_statement_decode(&statement, said->object, said->object_len, NULL) != ASV_OK ||
        asv_credential_decode(signer, record, said->record_len, NULL) != ASV_OK) {
        return asv_fail(err, ASV_E_MISMATCH, "what was signed for it is not there");
    }
    asv_statement_digest(digest, &statement);
    if (memcmp(digest, what->digest, sizeof digest) != 0 || statement.action != what->action ||
        statement.step != what->step || statement.subject.kind != ASV_SUBJECT_LEDGER ||
        statement.subject.name.len != strlen(uuid) ||
        memcmp(statement.subject.name.data, uuid, strlen(uuid)) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "what was signed is about something else");
    }
    return ASV_OK;
}

/* LG-085 */
static enum asv_status judge_forgetting(struct asv_audit *audit, const uint8_t id[16], struct asv_err *err)
{
    uint8_t digests[2][ASV_SHA256_BYTES];
    uint8_t records[2][ASV_CREDENTIAL_MAX_BYTES];
    struct asv_credential signers[2];
    enum asv_status status = asv_db_ledger_forgetting(audit->db, id, digests[0], digests[1], err);
    for (size_t i = 0; status == ASV_OK && i < 2; i++) {
        const struct asv_audit_saying what = {.digest = digests[i],
                                              .action = ASV_ACTION_FORGET,
                                              .step = i == 0 ? ASV_STEP_PROPOSE : ASV_STEP_APPROVE,
                                              .proposal = i == 0 ? NULL : digests[0]};
        status = read_side(audit, &what, id, records[i], &signers[i], err);
    }
    if (status == ASV_OK && (asv_credential_same_person(&signers[0], &signers[1]) ||
                             asv_credential_same_key(&signers[0], &signers[1]))) {
        status = asv_fail(err, ASV_E_MISMATCH, "one person signed both");
    }
    return status;
}

enum asv_status asv_audit_forgotten(struct asv_audit *audit, const uint8_t id[16], const char *where,
                                    struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status = judge_forgetting(audit, id, &why);
    if (status != ASV_OK && status != ASV_E_MISMATCH && status != ASV_E_NOT_FOUND) {
        return asv_failf(err, status, "%s", why.text);
    }
    if (status == ASV_OK) {
        audit->forgotten++;
    } else {
        asv_audit_wrong(audit, where, "is forgotten, and two people did not decide that: %s", why.text);
    }
    return ASV_OK;
}

/* ---- expired ---- */

static int64_t instant(const struct asv_ledger_entry *entry, uint8_t tag)
{
    struct asv_bytes value;
    struct asv_reader reader;
    int64_t ms = entry->event.recorded_ms;
    int64_t said;
    if (asv_ledger_entry_find(entry, tag, &value)) {
        asv_reader_init(&reader, value.data, value.len);
        if (asv_read_i64(&reader, &said) == ASV_OK && said > ms) {
            ms = said;
        }
    }
    return ms;
}

static int64_t a_year_after(int64_t end_ms)
{
    return end_ms < INT64_MAX - OPENING_MS ? end_ms + OPENING_MS : INT64_MAX;
}

/* Of a request to be shown something a year after its end, by its own entry or, of an answer, by the
 * proposal's, of a showing after its own; LG-094: of what somebody recorded asked, as the request itself. */
static enum asv_status statement_ends(struct asv_audit *audit, const struct asv_ledger_entry *entry,
                                      int64_t *until_ms, struct asv_err *err)
{
    uint16_t action = 0;
    uint8_t step = 0;
    struct asv_bytes digest;
    struct asv_ledger_entry proposal;
    if (entry->event.kind != ASV_LEDGER_STATEMENT || !read_action(entry, &action, &step)) {
        return ASV_OK;
    }
    if (action == ASV_ACTION_SUBJECT_REQUEST) {
        return asv_db_ledger_term(audit->db, instant(entry, ASV_LEDGER_AT), until_ms, err);
    }
    if (action != ASV_ACTION_OPEN && action != ASV_ACTION_SHOW) {
        return ASV_OK;
    }
    if (action == ASV_ACTION_SHOW || !asv_ledger_entry_find(entry, ASV_LEDGER_PROPOSAL, &digest)) {
        *until_ms = a_year_after(instant(entry, ASV_LEDGER_DUE));
        return ASV_OK;
    }
    enum asv_status status = asv_db_ledger_said(audit->db, digest.data, &audit->said, err);
    if (status == ASV_OK &&
        asv_audit_said_fault(&audit->said, &(struct asv_audit_saying){.digest = digest.data,
                                                                      .action = ASV_ACTION_OPEN,
                                                                      .step = ASV_STEP_PROPOSE}) == NULL &&
        asv_ledger_entry_read(&proposal, (struct asv_bytes){audit->said.entry, audit->said.entry_len},
                              NULL) == ASV_OK) {
        *until_ms = a_year_after(instant(&proposal, ASV_LEDGER_DUE));
    }
    return status;
}

static enum asv_status answer_ends(struct asv_audit *audit, const struct asv_ledger_entry *entry,
                                   int64_t *until_ms, struct asv_err *err)
{
    struct asv_bytes digest;
    uint8_t kept[ASV_LEDGER_ENTRY_MAX_BYTES];
    struct asv_ledger_entry statement;
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_PROPOSAL, &digest)) {
        return ASV_OK;
    }
    enum asv_status status = asv_db_ledger_said(audit->db, digest.data, &audit->said, err);
    if (status != ASV_OK) {
        return status;
    }
    size_t len = audit->said.entry_len;
    memcpy(kept, audit->said.entry, len);
    return asv_ledger_entry_read(&statement, (struct asv_bytes){kept, len}, NULL) == ASV_OK &&
                   has_digest(&statement, ASV_LEDGER_OBJECT, digest.data)
               ? statement_ends(audit, &statement, until_ms, err)
               : ASV_OK;
}

/* Until when what an entry tells of has to be there; INT64_MAX: for ever. */
static enum asv_status find_end(struct asv_audit *audit, const struct asv_ledger_entry *entry,
                                int64_t *until_ms, struct asv_err *err)
{
    *until_ms = INT64_MAX;
    switch (entry->event.kind) {
    case ASV_LEDGER_ACCESS:
    case ASV_LEDGER_SUBJECT_REQUEST:
        return asv_db_ledger_term(audit->db, instant(entry, ASV_LEDGER_AT), until_ms, err);
    case ASV_LEDGER_STATEMENT:
        return statement_ends(audit, entry, until_ms, err);
    case ASV_LEDGER_STATEMENT_ANSWERED:
        return answer_ends(audit, entry, until_ms, err);
    default:
        return ASV_OK;
    }
}

enum asv_status asv_audit_may_be_gone(struct asv_audit *audit, const struct asv_ledger_entry *entry,
                                      bool *may, struct asv_err *err)
{
    int64_t until_ms;
    int64_t now_ms;
    *may = false;
    enum asv_status status = find_end(audit, entry, &until_ms, err);
    if (status == ASV_OK && asv_world_wall_ms(audit->cli->world, &now_ms) != ASV_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
    }
    *may = status == ASV_OK && until_ms <= now_ms;
    return status;
}
