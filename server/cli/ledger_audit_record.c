/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* LG-093: rows that one person signed, by a salted digest: incidents, their recordings, and what somebody
 * recorded asked. The ledger has the statement, and the row must say what it names.
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/cli/ledger_audit.h"
#include "server/statement/statement.h"

static bool is_of(const struct asv_statement *said, enum asv_record record)
{
    const char *name = asv_record_name(record);
    return said->subject.name.len == strlen(name) &&
           memcmp(said->subject.name.data, name, said->subject.name.len) == 0;
}

/* An incident's version or still, when it was forgotten at the end of its term; and what is forgotten with
 * the statement, between the two readings of this program. */
static enum asv_status may_be_gone(struct asv_audit *audit, const struct asv_statement *said,
                                   const struct asv_ledger_entry *entry, bool *may, struct asv_err *err)
{
    int64_t until_ms = ASV_TIME_UNKNOWN;
    int64_t now_ms = 0;
    *may = false;
    if (is_of(said, ASV_RECORD_SUBJECT_REQUEST)) {
        return asv_audit_may_be_gone(audit, entry, may, err);
    }
    if (!is_of(said, ASV_RECORD_INCIDENT) && !is_of(said, ASV_RECORD_INCIDENT_STILL)) {
        return ASV_OK;
    }
    const int64_t at_ms = entry->event.recorded_ms;
    enum asv_status status = asv_db_ledger_record_term(audit->db, said->incident, at_ms, &until_ms, err);
    until_ms = asv_audit_not_before(until_ms, at_ms, 0);
    if (status == ASV_OK && asv_world_wall_ms(audit->cli->world, &now_ms) != ASV_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
    }
    *may = status == ASV_OK && until_ms <= now_ms;
    return status;
}

static bool says_it(const struct asv_db_ledger_record *row, const struct asv_statement *said)
{
    struct asv_sha256 sha;
    uint8_t digest[ASV_SHA256_BYTES];
    asv_sha256_init(&sha);
    asv_sha256_update(&sha, row->salt, sizeof row->salt);
    asv_sha256_update(&sha, row->said, row->said_len);
    asv_sha256_final(&sha, digest);
    return memcmp(digest, said->subject.id, sizeof digest) == 0;
}

static enum asv_status compare(struct asv_audit *audit, const struct asv_statement *said,
                               const struct asv_ledger_entry *entry, const char *where, struct asv_err *err)
{
    asv_auto_free struct asv_db_ledger_record *rows = calloc(ASV_DB_LEDGER_RECORDS, sizeof *rows);
    uint8_t digest[ASV_SHA256_BYTES];
    size_t count = 0;
    bool may = false;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    asv_statement_digest(digest, said);
    enum asv_status status = asv_db_ledger_record(audit->db, digest, rows, &count, err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        if (!says_it(&rows[i], said)) {
            asv_audit_wrong(audit, where, "%s: says something else than what was signed", rows[i].what);
        }
    }
    if (status == ASV_OK && count == 0) {
        status = may_be_gone(audit, said, entry, &may, err);
    }
    if (status == ASV_OK && count == 0 && !may) {
        asv_audit_wrong(audit, where, "the row that was signed is gone");
    }
    return status;
}

enum asv_status asv_audit_record(struct asv_audit *audit, const struct asv_ledger_entry *entry,
                                 const char *where, struct asv_err *err)
{
    const struct asv_db_ledger_object *object = &audit->object;
    struct asv_statement said;
    struct asv_err why = {0};
    if (asv_statement_decode(&said, object->data, object->len, NULL) != ASV_OK ||
        said.subject.kind != ASV_SUBJECT_RECORD) {
        return ASV_OK;
    }
    enum asv_status status = compare(audit, &said, entry, where, &why);
    if (status == ASV_OK) {
        return ASV_OK;
    }
    if (asv_audit_is_away(status)) {
        return asv_failf(err, status, "%s", why.text);
    }
    asv_audit_wrong(audit, where, "what was signed cannot be compared: %s", why.text);
    return ASV_OK;
}

enum asv_status asv_audit_unsigned(struct asv_audit *audit, struct asv_err *err)
{
    asv_auto_free struct asv_db_ledger_stray *rows = calloc(ASV_AUDIT_NOTES, sizeof *rows);
    size_t count = 0;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_ledger_unsigned(audit->db, ASV_AUDIT_NOTES, rows, &count, err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        asv_audit_wrong(audit, rows[i].what, "nobody signed what it says");
    }
    return status;
}
