/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/signed_says.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/ledger/decision.h"
#include "server/ledger/kind.h"
#include "server/statement/statement.h"

/* Kinds that tell of what people decided about a recording. */
#define CUSTODY_FIRST 40
#define CUSTODY_LAST  67

static bool is_custody(uint16_t kind)
{
    return kind >= CUSTODY_FIRST && kind <= CUSTODY_LAST;
}

static bool is_same(struct asv_bytes value, const uint8_t *with, size_t len)
{
    return value.len == len && memcmp(value.data, with, len) == 0;
}

/* Whether a fact of the entry is this one; it may be missing only where it need not be there. */
static bool has_fact(const struct asv_ledger_entry *entry, uint8_t tag, bool needed, const uint8_t *value,
                     size_t len)
{
    struct asv_bytes there;
    return asv_ledger_entry_find(entry, tag, &there) ? is_same(there, value, len) : !needed;
}

static bool has_instant(const struct asv_ledger_entry *entry, uint8_t tag, bool needed, int64_t instant_ms)
{
    uint8_t value[8];
    asv_store_be64(value, (uint64_t)instant_ms);
    return has_fact(entry, tag, needed, value, sizeof value);
}

/* An answer's proposal is named, and nothing that is no answer names one. */
static bool has_proposal(const struct asv_ledger_entry *entry, const struct asv_statement *statement)
{
    static const uint8_t none[ASV_SHA256_BYTES];
    struct asv_bytes there;
    if (memcmp(statement->proposal, none, sizeof none) == 0) {
        return !asv_ledger_entry_find(entry, ASV_LEDGER_PROPOSAL, &there);
    }
    return has_fact(entry, ASV_LEDGER_PROPOSAL, true, statement->proposal, sizeof statement->proposal);
}

/* The subject's digest, where it is of this kind. */
static bool is_about(struct asv_bytes closed, const struct asv_statement *statement, uint8_t kind)
{
    return closed.len == 0 || (statement->subject.kind == kind &&
                               is_same(closed, statement->subject.id, sizeof statement->subject.id));
}

/* The entry that a statement has of its own; NULL: nothing is told otherwise. */
static const char *statement_fault(const struct asv_ledger_entry *entry,
                                   const struct asv_statement *statement,
                                   const struct asv_signed_closed *closed)
{
    const uint8_t action[] = {(uint8_t)(statement->action >> 8), (uint8_t)statement->action, statement->step};
    if (!has_fact(entry, ASV_LEDGER_ACTION, true, action, sizeof action)) {
        return "says another action or step than the entry";
    }
    if (!has_proposal(entry, statement)) {
        return "answers another proposal than the entry says";
    }
    if (!has_instant(entry, ASV_LEDGER_AT, true, statement->issued_ms) ||
        !has_instant(entry, ASV_LEDGER_DUE, true, statement->expires_ms)) {
        return "counts from or until another instant than the entry says";
    }
    if (closed->person.len > 0 && !is_same(closed->person, statement->person, sizeof statement->person)) {
        return "is of another person than the entry says";
    }
    if (!is_about(closed->header, statement, ASV_SUBJECT_CLIP) ||
        !is_about(closed->camera, statement, ASV_SUBJECT_CAMERA)) {
        return "is about another recording or camera than the entry says";
    }
    if (closed->incident.len > 0 &&
        !is_same(closed->incident, statement->incident, sizeof statement->incident)) {
        return "is about another incident than the entry says";
    }
    return NULL;
}

/* What somebody's decision made of a recording, or of an entry. */
static const char *decision_fault(const struct asv_ledger_entry *entry, const struct asv_statement *statement)
{
    const struct asv_ledger_decision *decision = asv_ledger_decision(entry->event.kind);
    if (decision == NULL) {
        return "is a statement, and entries of this kind tell of none";
    }
    if (statement->action != decision->action || statement->step != decision->step) {
        return "is another decision than the entry tells of";
    }
    if (is_custody(entry->event.kind)) {
        return has_instant(entry, ASV_LEDGER_AT, false, statement->issued_ms)
                   ? NULL
                   : "was made at another instant than the entry says";
    }
    const struct asv_bytes name = statement->subject.name; /* FORGET: the entry that opens no more */
    return has_proposal(entry, statement) && has_fact(entry, ASV_LEDGER_LABEL, true, name.data, name.len)
               ? NULL
               : "is about another entry or proposal than the entry says";
}

enum asv_status asv_signed_says(const struct asv_signed *it, const struct asv_ledger_entry *entry,
                                const struct asv_signed_closed *closed, struct asv_err *err)
{
    struct asv_statement statement;
    uint16_t kind = entry->event.kind;
    if (!asv_signed_is_statement(kind) || kind == ASV_LEDGER_STATEMENT_ANSWERED) {
        return ASV_OK;
    }
    enum asv_status status = asv_statement_decode(&statement, it->object.data, it->object.len, err);
    if (status != ASV_OK) {
        return status;
    }
    const char *fault = kind == ASV_LEDGER_STATEMENT ? statement_fault(entry, &statement, closed)
                                                     : decision_fault(entry, &statement);
    return fault == NULL ? ASV_OK : asv_fail(err, ASV_E_MISMATCH, fault);
}
