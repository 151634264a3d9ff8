/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* LG-087: who signed what an entry names. Whoever owns the database can put any row into it, and no
 * signature.
 */
#include <string.h>

#include "server/base/fail.h"
#include "server/cli/ledger_audit.h"
#include "server/ledger/kind.h"
#include "server/statement/verify.h"
#include "server/verify/ruled.h"
#include "server/verify/signed_says.h"

/* ---- people ---- */

/* What is wrong with how the credential was enrolled, by the statement in audit->said; *fault NULL: nothing.
 */
static enum asv_status judge_enrolment(struct asv_audit *audit, const uint8_t digest[32], const char **fault,
                                       struct asv_err *err)
{
    const struct asv_db_ledger_said *said = &audit->said;
    struct asv_statement statement;
    struct asv_credential offered;
    struct asv_credential approver;
    uint8_t made[ASV_SHA256_BYTES];
    if (asv_statement_decode(&statement, said->object, said->object_len, NULL) != ASV_OK ||
        asv_credential_decode(&offered, audit->object.signer, audit->object.signer_len, NULL) != ASV_OK) {
        *fault = "what enrolled who signed it cannot be read";
        return ASV_OK;
    }
    bool found = statement.action == ASV_ACTION_FOUND;
    asv_statement_digest(made, &statement);
    if (memcmp(made, digest, sizeof made) != 0 ||
        (!found && asv_credential_decode(&approver, said->record, said->record_len, NULL) != ASV_OK) ||
        asv_statement_enrols(&statement, &offered, found ? NULL : &approver, NULL) != ASV_OK) {
        *fault = "what is said to have enrolled who signed it does not";
        return ASV_OK;
    }
    return asv_audit_judge_said(
        audit,
        &(struct asv_audit_saying){.digest = digest, .action = statement.action, .step = statement.step},
        fault, err);
}

static bool is_before(const struct asv_audit_enrolled *enrolled, const struct asv_db_ledger_known *known)
{
    return enrolled->log < known->log || (enrolled->log == known->log && enrolled->index < known->index);
}

/* Each was enrolled by somebody who was enrolled before, and the first ones by the agency root: who enrols
 * himself, or two who enrol each other, are named. */
static enum asv_status check_enrolled(struct asv_audit *audit, const struct asv_db_ledger_known *known,
                                      const uint8_t credential[32], const char *where, struct asv_err *err)
{
    struct asv_audit_enrolled *place = &audit->enrolled[credential[0] % ASV_AUDIT_CREDENTIALS];
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_err why = {0};
    const char *fault = NULL;
    if (place->log > 0 && memcmp(place->credential, credential, sizeof place->credential) == 0 &&
        is_before(place, known)) {
        return ASV_OK;
    }
    enum asv_status status = asv_db_ledger_enrolment(audit->db, credential, digest, &why);
    if (status == ASV_E_NOT_FOUND) {
        asv_audit_wrong(audit, where, "nobody enrolled who signed what it names");
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_audit_read_said(audit, digest, &why);
    }
    if (status == ASV_OK) {
        status = judge_enrolment(audit, digest, &fault, &why);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", why.text);
    }
    const struct asv_audit_enrolled found = {.log = audit->said.log, .index = audit->said.index};
    if (fault == NULL && !is_before(&found, known)) {
        fault = "who signed what it names was enrolled later";
    }
    if (fault != NULL) {
        asv_audit_wrong(audit, where, "%s", fault);
        return ASV_OK;
    }
    *place = found;
    memcpy(place->credential, credential, sizeof place->credential);
    return ASV_OK;
}

/* ---- recordings ---- */

/* LG-099: what was signed about a recording is about the one that the event is of. */
static enum asv_status check_recording(struct asv_audit *audit, const struct asv_db_ledger_known *known,
                                       const struct asv_signed_about *about, const char *where,
                                       struct asv_err *err)
{
    uint8_t header[ASV_SHA256_BYTES];
    struct asv_err why = {0};
    if (!about->is_known || known->kind == ASV_LEDGER_STATEMENT) {
        return ASV_OK;
    }
    enum asv_status status = asv_db_ledger_recorded(audit->db, known->id, header, &why);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK; /* that its row is gone was said */
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", why.text);
    }
    if (memcmp(header, about->header, sizeof header) != 0) {
        asv_audit_wrong(audit, where, "what was signed is about another recording");
    }
    return ASV_OK;
}

/* ---- all of them ---- */

/* It may have expired since its row was read. */
static enum asv_status object_gone(struct asv_audit *audit, const struct asv_db_ledger_audit *row,
                                   const struct asv_ledger_entry *entry, const char *where,
                                   struct asv_err *err)
{
    bool may = false;
    if (!row->told) {
        return ASV_OK; /* which has been said, where it is wrong */
    }
    enum asv_status status = asv_audit_may_be_gone(audit, entry, &may, err);
    if (status == ASV_OK && !may) {
        asv_audit_wrong(audit, where, "the object that it names is gone");
    }
    return status;
}

/* ---- what the keeper said to statements ---- */

/* As long as the keeper could be asked, it says so itself. */
static bool is_in_time(const struct asv_db_ledger_said *said, const struct asv_ledger_entry *concluded)
{
    struct asv_ledger_entry statement;
    struct asv_bytes end;
    return asv_ledger_entry_read(&statement, (struct asv_bytes){said->entry, said->entry_len}, NULL) ==
               ASV_OK &&
           statement.event.kind == ASV_LEDGER_STATEMENT &&
           asv_ledger_entry_find(&statement, ASV_LEDGER_DUE, &end) &&
           (int64_t)asv_load_be64(end.data) <= concluded->event.recorded_ms;
}

/* LG-095: where nobody signed it, people are shown each that counts all the same. */
static enum asv_status check_unruled(struct asv_audit *audit, const struct asv_ledger_entry *entry,
                                     const char *where, struct asv_err *err)
{
    enum asv_ruled ruled = ASV_RULED_COUNT;
    struct asv_bytes statement;
    const char *fault = NULL;
    struct asv_err why = {0};
    if (asv_ruled_read(&ruled, entry, &why) != ASV_OK ||
        !asv_ledger_entry_find(entry, ASV_LEDGER_PROPOSAL, &statement)) {
        asv_audit_wrong(audit, where, "%s", why.text);
        return ASV_OK;
    }
    if (ruled != ASV_RULED_CONCLUDED) {
        return ASV_OK;
    }
    enum asv_status status =
        asv_audit_said(audit, &(struct asv_audit_saying){.digest = statement.data}, &fault, err);
    if (status == ASV_OK && !audit->said.waits && (fault != NULL || !is_in_time(&audit->said, entry))) {
        asv_audit_wrong(audit, where, "was concluded while the keeper could be asked");
    } else if (status == ASV_OK) {
        asv_audit_concluded(audit, where, statement.data);
    }
    return status;
}

enum asv_status asv_audit_object(struct asv_audit *audit, const struct asv_db_ledger_audit *row,
                                 const struct asv_ledger_entry *entry, const char *where, struct asv_err *err)
{
    const struct asv_db_ledger_known *known = &row->known;
    const struct asv_db_ledger_object *object = &audit->object;
    struct asv_signed_by by = {0};
    struct asv_signed_about about = {0};
    struct asv_told told;
    struct asv_bytes digest;
    struct asv_err why = {0};
    bool answers = entry->event.kind == ASV_LEDGER_STATEMENT_ANSWERED;
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_OBJECT, &digest)) {
        if (!answers && asv_signed_is_needed(known->kind)) {
            asv_audit_wrong(audit, where, "names no object, and what it tells of was signed");
        }
        return answers ? check_unruled(audit, entry, where, err) : ASV_OK;
    }
    if (!asv_signed_may_be_named(known->kind)) {
        asv_audit_wrong(audit, where, "names an object, and nothing signed is told of by its kind");
        return ASV_OK;
    }
    enum asv_status status = asv_db_ledger_object(audit->db, known->kind, known->id, &audit->object, err);
    if (status != ASV_OK) {
        return status;
    }
    if (object->len == 0) {
        return object_gone(audit, row, entry, where, err);
    }
    asv_told_read(&told, entry);
    if (known->has_key) {
        asv_told_open(&told, (struct asv_bytes){known->fields, known->fields_len});
    }
    const struct asv_signed it = {.kind = known->kind,
                                  .object = {object->data, object->len},
                                  .signer = {object->signer, object->signer_len},
                                  .actor = told.of[ASV_LEDGER_ACTOR]};
    status = asv_signed_is_named(&it, digest.data, &why);
    bool is_signed = status == ASV_OK && asv_signed_is_signed(known->kind);
    if (is_signed) {
        status = asv_signed_says(&it, &told, &about, &why); /* LG-099 */
    }
    if (status == ASV_OK && is_signed) {
        status = asv_signed_verify(&by, &it, &audit->anchors, &why);
    }
    if (status == ASV_OK && answers) {
        status = asv_ruled_agrees(entry, it.object, &why);
    }
    if (status != ASV_OK) {
        asv_audit_wrong(audit, where, "what it names as signed: %s", why.text);
        return ASV_OK;
    }
    audit->signatures += is_signed;
    if (is_signed) {
        status = check_recording(audit, known, &about, where, err);
    }
    if (status == ASV_OK && is_signed && by.role == 0) {
        status = check_enrolled(audit, known, by.digest, where, err);
    }
    return status == ASV_OK && known->kind == ASV_LEDGER_STATEMENT
               ? asv_audit_record(audit, entry, where, err)
               : status;
}
