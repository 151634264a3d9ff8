/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/signed_says.h"

#include <string.h>

#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/day_end.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/erasure.h"
#include "firmware-proto/trust/fields.h"
#include "firmware-proto/trust/receipt.h"
#include "firmware-proto/trust/revocations.h"
#include "server/base/fail.h"
#include "server/ledger/decision.h"
#include "server/ledger/kind.h"
#include "server/statement/statement.h"
#include "server/vault/commit.h"

/* Kinds that tell of what people decided about a recording. */
#define CUSTODY_FIRST 40
#define CUSTODY_LAST  67

static bool is_custody(uint16_t kind)
{
    return kind >= CUSTODY_FIRST && kind <= CUSTODY_LAST;
}

static void set_about(struct asv_signed_about *about, const uint8_t header[ASV_SHA256_BYTES])
{
    about->is_known = !asv_is_zero(header, ASV_SHA256_BYTES); /* a camera can have lost it */
    memcpy(about->header, header, sizeof about->header);
}

/* ---- what people signed ---- */

/* The subject's digest, where it is of this kind. */
static bool is_about(struct asv_bytes closed, const struct asv_statement *statement, uint8_t kind)
{
    return closed.len == 0 ||
           (statement->subject.kind == kind && closed.len == sizeof statement->subject.id &&
            memcmp(closed.data, statement->subject.id, sizeof statement->subject.id) == 0);
}

/* The entry that a statement has of its own; NULL: nothing is told otherwise. */
static const char *statement_fault(const struct asv_told *told, const struct asv_statement *statement)
{
    const uint8_t action[] = {(uint8_t)(statement->action >> 8), (uint8_t)statement->action, statement->step};
    if (!asv_told_has(told, ASV_LEDGER_ACTION, action, sizeof action)) {
        return "says another action or step than the entry";
    }
    if (!asv_told_has_any(told, ASV_LEDGER_PROPOSAL, statement->proposal, sizeof statement->proposal)) {
        return "answers another proposal than the entry says";
    }
    if (!asv_told_has_instant(told, ASV_LEDGER_AT, statement->issued_ms) ||
        !asv_told_has_instant(told, ASV_LEDGER_DUE, statement->expires_ms)) {
        return "counts from or until another instant than the entry says";
    }
    if (!asv_told_has(told, ASV_LEDGER_PERSON, statement->person, sizeof statement->person)) {
        return "is of another person than the entry says";
    }
    if (!is_about(told->of[ASV_LEDGER_HEADER], statement, ASV_SUBJECT_CLIP) ||
        !is_about(told->of[ASV_LEDGER_CERTIFICATE], statement, ASV_SUBJECT_CAMERA)) {
        return "is about another recording or camera than the entry says";
    }
    if (!asv_told_has(told, ASV_LEDGER_INCIDENT, statement->incident, sizeof statement->incident)) {
        return "is about another incident than the entry says";
    }
    return NULL;
}

/* What somebody's decision made of a recording, or of an entry. */
static const char *decision_fault(const struct asv_told *told, uint16_t kind,
                                  const struct asv_statement *statement)
{
    const struct asv_ledger_decision *decision = asv_ledger_decision(kind);
    if (decision == NULL) {
        return "is a statement, and entries of this kind tell of none";
    }
    if (statement->action != decision->action || statement->step != decision->step) {
        return "is another decision than the entry tells of";
    }
    if (is_custody(kind)) {
        return asv_told_has_instant(told, ASV_LEDGER_AT, statement->issued_ms)
                   ? NULL
                   : "was made at another instant than the entry says";
    }
    const struct asv_bytes name = statement->subject.name; /* FORGET: the entry that opens no more */
    return asv_told_has(told, ASV_LEDGER_PROPOSAL, statement->proposal, sizeof statement->proposal) &&
                   asv_told_has(told, ASV_LEDGER_LABEL, name.data, name.len)
               ? NULL
               : "is about another entry or proposal than the entry says";
}

static enum asv_status check_statement(const struct asv_signed *it, const struct asv_told *told,
                                       struct asv_signed_about *about, struct asv_err *err)
{
    struct asv_statement statement;
    enum asv_status status = asv_statement_decode(&statement, it->object.data, it->object.len, err);
    if (status != ASV_OK) {
        return status;
    }
    uint8_t subject = statement.subject.kind;
    if (subject == ASV_SUBJECT_CLIP || subject == ASV_SUBJECT_DAY || subject == ASV_SUBJECT_VIEWER) {
        set_about(about, statement.subject.id);
    }
    const char *fault = it->kind == ASV_LEDGER_STATEMENT ? statement_fault(told, &statement)
                                                         : decision_fault(told, it->kind, &statement);
    return fault == NULL ? ASV_OK : asv_fail(err, ASV_E_MISMATCH, fault);
}

/* ---- what devices signed ---- */

struct match {
    const struct asv_told *told;
    uint8_t wrong; /* the first tag that differs; 0: none */
};

static void note(struct match *match, uint8_t tag, bool right)
{
    if (!right && match->wrong == 0) {
        match->wrong = tag;
    }
}

static void has(struct match *match, uint8_t tag, const void *value, size_t len)
{
    note(match, tag, asv_told_has(match->told, tag, value, len));
}

static void has_instant(struct match *match, uint8_t tag, int64_t ms)
{
    note(match, tag, asv_told_has_instant(match->told, tag, ms));
}

/* 0: none */
static void has_day(struct match *match, uint32_t day)
{
    uint8_t value[4];
    asv_store_be32(value, day);
    note(match, ASV_LEDGER_DAY, asv_told_has_any(match->told, ASV_LEDGER_DAY, value, sizeof value));
}

#define COUNTS_MAX 4

static void has_counts(struct match *match, const uint64_t *counts, size_t count)
{
    uint8_t value[8 * COUNTS_MAX];
    for (size_t i = 0; i < count && i < COUNTS_MAX; i++) {
        asv_store_be64(value + 8 * i, counts[i]);
    }
    has(match, ASV_LEDGER_COUNTS, value, 8 * count);
}

static enum asv_status match_commit(struct match *match, const struct asv_signed *it,
                                    struct asv_signed_about *about, struct asv_err *err)
{
    struct asv_commit commit;
    enum asv_status status = asv_commit_decode(&commit, it->object.data, it->object.len, NULL, err);
    if (status != ASV_OK) {
        return status;
    }
    if (it->kind != ASV_LEDGER_COMMITTED_FIRST + commit.kind - ASV_COMMIT_STORED) {
        return asv_fail(err, ASV_E_MISMATCH, "says that something else became of the recording");
    }
    const uint64_t counts[] = {commit.leaves, commit.payload_bytes};
    const uint8_t verdict[] = {commit.integrity, commit.provenance, commit.kind};
    has_instant(match, ASV_LEDGER_AT, commit.committed_ms);
    has_day(match, commit.day);
    has(match, ASV_LEDGER_ROOT, commit.root, sizeof commit.root);
    has_counts(match, counts, 2);
    has(match, ASV_LEDGER_VERDICT, verdict, sizeof verdict);
    has_instant(match, ASV_LEDGER_DUE, commit.due_ms);
    has(match, ASV_LEDGER_HEADER, commit.header_digest, sizeof commit.header_digest);
    has(match, ASV_LEDGER_CERTIFICATE, commit.camera_cert, sizeof commit.camera_cert);
    has(match, ASV_LEDGER_DOCKING, commit.session, sizeof commit.session);
    if (commit.link_bytes != 0) {
        has(match, ASV_LEDGER_LINK, commit.link_digest, sizeof commit.link_digest);
    } else {
        note(match, ASV_LEDGER_LINK, match->told->of[ASV_LEDGER_LINK].len == 0);
    }
    has(match, ASV_LEDGER_PLACE, commit.unit, strlen(commit.unit));
    set_about(about, commit.header_digest);
    return ASV_OK;
}

static enum asv_status match_receipt(struct match *match, const struct asv_signed *it,
                                     struct asv_signed_about *about, struct asv_err *err)
{
    struct asv_receipt receipt;
    enum asv_status status = asv_receipt_decode(&receipt, it->object.data, it->object.len, err);
    if (status == ASV_OK) {
        has_instant(match, ASV_LEDGER_AT, receipt.time_ms);
        has(match, ASV_LEDGER_DOCKING, receipt.session, sizeof receipt.session);
        set_about(about, receipt.custody.header);
    }
    return status;
}

/* The rule of an erasure that people decided early. Such an order has no other; an order that says that the
 * period is over may have this one: the keeper forgets what it kept, and why. */
static const uint8_t early[] = "early";

static enum asv_status match_destruction(struct match *match, const struct asv_signed *it,
                                         struct asv_signed_about *about, struct asv_err *err)
{
    struct asv_destruction order;
    enum asv_status status = asv_destruction_decode(&order, it->object.data, it->object.len, err);
    if (status == ASV_OK) {
        has_instant(match, ASV_LEDGER_AT, order.issued_ms);
        if (it->kind == ASV_LEDGER_ERASED && order.reason == ASV_DESTRUCTION_EARLY) {
            has(match, ASV_LEDGER_LABEL, early, sizeof early - 1);
        }
        set_about(about, order.header);
    }
    return status;
}

static enum asv_status match_erasure(struct match *match, const struct asv_signed *it,
                                     struct asv_signed_about *about, struct asv_err *err)
{
    struct asv_erasure erasure;
    enum asv_status status = asv_erasure_decode(&erasure, it->object.data, it->object.len, err);
    if (status == ASV_OK && erasure.wall_ms != ASV_TIME_UNKNOWN) {
        has_instant(match, ASV_LEDGER_AT, erasure.wall_ms);
    }
    if (status == ASV_OK) {
        set_about(about, erasure.header);
    }
    return status;
}

static enum asv_status match_revocations(struct match *match, const struct asv_signed *it,
                                         struct asv_err *err)
{
    struct asv_revocations list;
    enum asv_status status = asv_revocations_decode(&list, it->object.data, it->object.len, err);
    if (status == ASV_OK) {
        const uint64_t counts[] = {list.number, list.count};
        has_instant(match, ASV_LEDGER_AT, list.issued_ms);
        has_counts(match, counts, 2);
    }
    return status;
}

static enum asv_status match_bulletin(struct match *match, const struct asv_signed *it, struct asv_err *err)
{
    struct asv_bulletin bulletin;
    enum asv_status status = asv_bulletin_decode(&bulletin, it->object.data, it->object.len, err);
    if (status == ASV_OK) {
        const uint64_t counts[] = {bulletin.key_count};
        has_instant(match, ASV_LEDGER_AT, bulletin.issued_ms);
        has_counts(match, counts, 1);
        has(match, ASV_LEDGER_CERTIFICATE, bulletin.camera_cert, sizeof bulletin.camera_cert);
    }
    return status;
}

static enum asv_status match_day_end(struct match *match, const struct asv_signed *it, struct asv_err *err)
{
    struct asv_day_end day;
    enum asv_status status = asv_day_end_decode(&day, it->object.data, it->object.len, err);
    if (status == ASV_OK) {
        uint64_t counts[] = {0, 0, day.copies}; /* slots that confirmed, and that did not */
        for (unsigned i = 0; i < day.slot_count; i++) {
            counts[day.slots[i].epoch == day.epoch ? 0 : 1]++;
        }
        has_instant(match, ASV_LEDGER_AT, day.issued_ms);
        has_day(match, day.date);
        has_counts(match, counts, 3);
        has_instant(match, ASV_LEDGER_DUE, day.due_ms);
    }
    return status;
}

static enum asv_status match_device(struct match *match, const struct asv_signed *it,
                                    struct asv_signed_about *about, struct asv_err *err)
{
    enum asv_purpose purpose = asv_signed_purpose(it->kind);
    return purpose == ASV_PURPOSE_COMMIT        ? match_commit(match, it, about, err)
           : purpose == ASV_PURPOSE_RECEIPT     ? match_receipt(match, it, about, err)
           : purpose == ASV_PURPOSE_DESTRUCTION ? match_destruction(match, it, about, err)
           : purpose == ASV_PURPOSE_ERASURE     ? match_erasure(match, it, about, err)
           : purpose == ASV_PURPOSE_REVOCATIONS ? match_revocations(match, it, err)
           : purpose == ASV_PURPOSE_BULLETIN    ? match_bulletin(match, it, err)
           : purpose == ASV_PURPOSE_DAY_END     ? match_day_end(match, it, err)
                                                : ASV_OK;
}

/* ---- all of them ---- */

enum asv_status asv_signed_says(const struct asv_signed *it, const struct asv_told *told,
                                struct asv_signed_about *about, struct asv_err *err)
{
    struct asv_signed_about aside = {0};
    struct match match = {.told = told};
    about = about != NULL ? about : &aside;
    *about = (struct asv_signed_about){0};
    if (asv_signed_purpose(it->kind) == ASV_PURPOSE_STATEMENT) {
        return check_statement(it, told, about, err);
    }
    enum asv_status status = match_device(&match, it, about, err);
    if (status == ASV_OK && match.wrong != 0) {
        return asv_failf(err, ASV_E_MISMATCH, "says another \"%s\" than the entry",
                         asv_ledger_tag_name(match.wrong));
    }
    return status;
}
