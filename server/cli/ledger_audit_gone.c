/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What may be gone beside an entry: what two people had forgotten, and what expired at its source. Neither is
 * believed of a row, or of that there is none, but of what stands in the log. */
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/ledger_audit.h"
#include "server/ledger/kind.h"
#include "server/statement/verify.h"

/* LAW L3: the least that what was signed to be shown something is kept after its end. */
#define OPENING_MS (INT64_C(365) * 24 * 3600 * 1000)

#define APART_MS INT64_C(3600000) /* of clocks on different machines, as to whoever checks (LG-123) */

/* ---- forgotten ---- */

/* One of the two statements. ASV_E_MISMATCH with what is wrong with it. */
static enum asv_status read_side(struct asv_audit *audit, const struct asv_audit_saying *what,
                                 const uint8_t id[16], uint8_t record[ASV_CREDENTIAL_MAX_BYTES],
                                 struct asv_credential *signer, struct asv_err *err)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_statement statement;
    struct asv_signed_by by = {0};
    const struct asv_db_ledger_said *said = &audit->said;
    const char *fault = NULL;
    asv_uuid_format(uuid, id);
    enum asv_status status = asv_audit_said(audit, what, &fault, err);
    if (status != ASV_OK) {
        return status;
    }
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
    const struct asv_signed it = {.kind = ASV_LEDGER_STATEMENT,
                                  .object = {said->object, said->object_len},
                                  .signer = {record, said->record_len}};
    return asv_signed_verify(&by, &it, &audit->anchors, NULL) == ASV_OK
               ? ASV_OK
               : asv_fail(err, ASV_E_MISMATCH,
                          "what is said to be signed for it was not signed by that person");
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

/* ASV_TIME_UNKNOWN: it says none. */
static int64_t said_instant(const struct asv_ledger_entry *entry, uint8_t tag)
{
    struct asv_bytes value;
    struct asv_reader reader;
    int64_t said = ASV_TIME_UNKNOWN;
    if (asv_ledger_entry_find(entry, tag, &value)) {
        asv_reader_init(&reader, value.data, value.len);
        if (asv_read_i64(&reader, &said) != ASV_OK) {
            said = ASV_TIME_UNKNOWN;
        }
    }
    return said;
}

static int64_t instant(const struct asv_ledger_entry *entry, uint8_t tag)
{
    int64_t said = said_instant(entry, tag);
    return said != ASV_TIME_UNKNOWN && said > entry->event.recorded_ms ? said : entry->event.recorded_ms;
}

static int64_t a_year_after(int64_t end_ms)
{
    return end_ms < INT64_MAX - OPENING_MS ? end_ms + OPENING_MS : INT64_MAX;
}

/* The end of the local year that comes so many years after that of an instant; INT64_MAX where nobody can
 * say. */
static int64_t year_end(int64_t at_ms, uint32_t years)
{
    uint32_t date = 0;
    int64_t end_ms = INT64_MAX;
    return asv_local_date(at_ms, &date) == ASV_OK &&
                   asv_local_day_end((date / 10000 + years) * 10000 + 1231, &end_ms) == ASV_OK
               ? end_ms
               : INT64_MAX;
}

int64_t asv_audit_not_before(int64_t until_ms, int64_t at_ms, uint32_t years)
{
    int64_t least_ms = year_end(at_ms, years);
    return until_ms == ASV_TIME_UNKNOWN ? INT64_MAX : until_ms > least_ms ? until_ms : least_ms;
}

/* When it was, or what was signed for it; INT64_MAX: nobody can say. */
static int64_t later(int64_t at_ms, const uint8_t *data, size_t len)
{
    struct asv_ledger_entry entry;
    if (asv_ledger_entry_read(&entry, (struct asv_bytes){data, len}, NULL) != ASV_OK) {
        return INT64_MAX;
    }
    int64_t said_ms = said_instant(&entry, ASV_LEDGER_AT);
    if (said_ms == ASV_TIME_UNKNOWN) {
        return INT64_MAX;
    }
    return at_ms < INT64_MAX - ASV_STATEMENT_SKEW_MS && said_ms > at_ms + ASV_STATEMENT_SKEW_MS ? said_ms
                                                                                                : at_ms;
}

/* LG-122: no access was before what somebody signed for it, nor before the keeper took that, whatever the
 * database says; clocks differ. */
static enum asv_status access_was(struct asv_audit *audit, const struct asv_ledger_entry *entry,
                                  int64_t *at_ms, struct asv_err *err)
{
    const struct asv_db_ledger_said *said = &audit->said;
    struct asv_bytes digest;
    const char *fault = NULL;
    *at_ms = instant(entry, ASV_LEDGER_AT);
    if (entry->event.kind != ASV_LEDGER_ACCESS) {
        return ASV_OK;
    }
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_PROPOSAL, &digest)) {
        *at_ms = INT64_MAX;
        return ASV_OK;
    }
    /* What the keeper answered may have gone with the statement; its entry stays. */
    enum asv_status status =
        asv_audit_said(audit, &(struct asv_audit_saying){.digest = digest.data}, &fault, err);
    if (status == ASV_OK) {
        *at_ms = fault == NULL ? later(*at_ms, said->entry, said->entry_len) : INT64_MAX;
    }
    if (status == ASV_OK && *at_ms != INT64_MAX && said->taken_len > 0) {
        *at_ms = later(*at_ms, said->taken, said->taken_len);
    }
    return status;
}

bool asv_audit_was_before(const struct asv_audit *audit, const struct asv_ledger_entry *entry)
{
    const struct asv_db_ledger_said *said = &audit->said;
    const int64_t at_ms = said_instant(entry, ASV_LEDGER_AT);
    const int64_t end_ms =
        at_ms == ASV_TIME_UNKNOWN || at_ms > INT64_MAX - APART_MS ? INT64_MAX : at_ms + APART_MS;
    return later(end_ms, said->entry, said->entry_len) != end_ms ||
           (said->taken_len > 0 && later(end_ms, said->taken, said->taken_len) != end_ms);
}

/* An access, or a recorded person's request. */
static enum asv_status access_ends(struct asv_audit *audit, const struct asv_ledger_entry *entry,
                                   int64_t *until_ms, struct asv_err *err)
{
    int64_t at_ms;
    int64_t said_ms = ASV_TIME_UNKNOWN;
    enum asv_status status = access_was(audit, entry, &at_ms, err);
    if (status != ASV_OK || at_ms == INT64_MAX) {
        return status;
    }
    status = asv_db_ledger_term(audit->db, at_ms, &said_ms, err);
    if (status == ASV_OK) {
        *until_ms = asv_audit_not_before(said_ms, at_ms, 1);
    }
    return status;
}

/* Of a request to be shown something a year after its end, by its own entry or, of an answer, by the
 * proposal's, of a showing after its own; LG-094: of what somebody recorded asked, as the request itself. */
static enum asv_status statement_ends(struct asv_audit *audit, const struct asv_ledger_entry *entry,
                                      int64_t *until_ms, struct asv_err *err)
{
    uint16_t action = 0;
    uint8_t step = 0;
    struct asv_bytes digest;
    const char *fault = NULL;
    struct asv_ledger_entry proposal;
    if (entry->event.kind != ASV_LEDGER_STATEMENT || !asv_audit_action(entry, &action, &step)) {
        return ASV_OK;
    }
    if (action == ASV_ACTION_SUBJECT_REQUEST) {
        return access_ends(audit, entry, until_ms, err);
    }
    if (action != ASV_ACTION_OPEN && action != ASV_ACTION_SHOW) {
        return ASV_OK;
    }
    if (action == ASV_ACTION_SHOW || !asv_ledger_entry_find(entry, ASV_LEDGER_PROPOSAL, &digest)) {
        *until_ms = a_year_after(instant(entry, ASV_LEDGER_DUE));
        return ASV_OK;
    }
    const struct asv_audit_saying what = {
        .digest = digest.data, .action = ASV_ACTION_OPEN, .step = ASV_STEP_PROPOSE};
    enum asv_status status = asv_audit_said(audit, &what, &fault, err);
    if (status == ASV_OK && fault == NULL &&
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
    const char *fault = NULL;
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_PROPOSAL, &digest)) {
        return ASV_OK;
    }
    enum asv_status status =
        asv_audit_said(audit, &(struct asv_audit_saying){.digest = digest.data}, &fault, err);
    if (status != ASV_OK || fault != NULL) {
        return status;
    }
    size_t len = audit->said.entry_len;
    memcpy(kept, audit->said.entry, len);
    return asv_ledger_entry_read(&statement, (struct asv_bytes){kept, len}, NULL) == ASV_OK
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
        return access_ends(audit, entry, until_ms, err);
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
