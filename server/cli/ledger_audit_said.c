/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* LG-104: what the log has of a statement. The database says where in it, and is not believed: the entries
 * are proven. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/merkle.h"
#include "server/base/fail.h"
#include "server/cli/ledger_audit.h"
#include "server/cli/sequencer.h"
#include "server/ledger/checkpoint.h"
#include "server/ledger/kind.h"
#include "server/ledger/proof.h"

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

bool asv_audit_action(const struct asv_ledger_entry *entry, uint16_t *action, uint8_t *step)
{
    struct asv_bytes value;
    struct asv_reader reader;
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_ACTION, &value)) {
        return false;
    }
    asv_reader_init(&reader, value.data, value.len);
    return asv_read_u16(&reader, action) == ASV_OK && asv_read_u8(&reader, step) == ASV_OK;
}

static const char *said_fault(const struct asv_db_ledger_said *said, const struct asv_audit_saying *what)
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
        !asv_audit_action(&entry, &action, &step)) {
        return "what was signed for it is something else, by the log";
    }
    if (what->action == 0) {
        return NULL;
    }
    if (action != what->action || step != what->step ||
        (what->proposal != NULL && !has_digest(&entry, ASV_LEDGER_PROPOSAL, what->proposal))) {
        return "what was signed for it is something else, by the log";
    }
    if (what->step != ASV_STEP_PROPOSE && !says_taken(said, what->digest)) {
        return "the log does not have it that the keeper took what was signed for it";
    }
    return NULL;
}

/* ---- proofs ---- */

static enum asv_status find_origin(struct asv_audit *audit, uint16_t log,
                                   char origin[ASV_DB_LEDGER_ORIGIN_SIZE], struct asv_err *err)
{
    struct asv_db_ledger_log *rows = calloc(ASV_DB_LEDGER_LOGS, sizeof *rows);
    size_t count = 0;
    enum asv_status status = ASV_E_NOT_FOUND;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (log > 0) {
        status = asv_db_ledger_logs(audit->db, (uint16_t)(log - 1), rows, &count, err);
    }
    if (status == ASV_OK && count > 0 && rows[0].number == log) {
        memcpy(origin, rows[0].origin, sizeof rows[0].origin);
    } else if (status == ASV_OK) {
        status = ASV_E_NOT_FOUND;
    }
    free(rows);
    return status;
}

/* The head in a row, when the ledger's key signed it for a log of this origin. */
static bool read_signed(const struct asv_audit *audit, const char *origin,
                        const struct asv_db_ledger_head *row, struct asv_tree_head *out)
{
    struct asv_note_key key = {.type = ASV_NOTE_ED25519};
    struct asv_checkpoint checkpoint;
    if (asv_note_key_make(&key, origin, ASV_NOTE_ED25519, audit->key, NULL) != ASV_OK ||
        asv_checkpoint_open(&checkpoint, NULL, (struct asv_bytes){row->note, row->note_len}, &key, NULL) !=
            ASV_OK) {
        return false;
    }
    *out = checkpoint.head;
    return true;
}

/* A signed head of a log that has this entry, kept in audit->proven_head. ASV_E_NOT_FOUND: there is none. */
static enum asv_status find_head(struct asv_audit *audit, uint16_t log, uint64_t index, struct asv_err *err)
{
    char origin[ASV_DB_LEDGER_ORIGIN_SIZE];
    size_t count = 0;
    if (audit->proven_log == log && index < audit->proven_head.size) {
        return ASV_OK;
    }
    enum asv_status status = find_origin(audit, log, origin, err);
    struct asv_db_ledger_head *row = status == ASV_OK ? calloc(1, sizeof *row) : NULL;
    if (status == ASV_OK && row == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    audit->proven_log = 0;
    if (status == ASV_OK) {
        status = asv_db_ledger_heads(audit->db, log, index, 1, row, &count, err);
    }
    if (status == ASV_OK && count == 1 && read_signed(audit, origin, row, &audit->proven_head) &&
        index < audit->proven_head.size) {
        audit->proven_log = log;
    } else if (status == ASV_OK) {
        status = ASV_E_NOT_FOUND;
    }
    free(row);
    return status;
}

static enum asv_status prove_under(struct asv_audit *audit, const struct asv_tree_head *head, uint16_t log,
                                   uint64_t index, struct asv_bytes entry, struct asv_err *err)
{
    struct asv_db_tiles view = {audit->db, log};
    const struct asv_tiles tiles = asv_db_tiles(&view);
    struct asv_proof proof;
    uint8_t leaf[ASV_SHA256_BYTES];
    asv_merkle_leaf(leaf, entry.data, entry.len);
    enum asv_status status = asv_proof_make_inclusion(&proof, index, head->size, &tiles, err);
    return status == ASV_OK ? asv_proof_check_inclusion(&proof, index, leaf, head, err) : status;
}

enum asv_status asv_audit_prove(struct asv_audit *audit, uint16_t log, uint64_t index, struct asv_bytes entry,
                                struct asv_err *err)
{
    enum asv_status status = find_head(audit, log, index, err);
    while (status == ASV_E_NOT_FOUND && audit->waited_ms < PATIENCE_MS) {
        (void)poll(NULL, 0, STEP_MS);
        audit->waited_ms += STEP_MS;
        status = find_head(audit, log, index, err);
    }
    return status == ASV_OK ? prove_under(audit, &audit->proven_head, log, index, entry, err) : status;
}

/* Of the log that is walked, what the walk ends with, or names; behind that, and of others, what was signed.
 */
static enum asv_status prove(struct asv_audit *audit, uint16_t log, uint64_t index, struct asv_bytes entry,
                             struct asv_err *err)
{
    return log == audit->log && index < audit->walk.head.size
               ? prove_under(audit, &audit->walk.head, log, index, entry, err)
               : asv_audit_prove(audit, log, index, entry, err);
}

static enum asv_status prove_said(struct asv_audit *audit, const struct asv_audit_saying *what,
                                  struct asv_err *err)
{
    const struct asv_db_ledger_said *said = &audit->said;
    enum asv_status status =
        prove(audit, said->log, said->index, (struct asv_bytes){said->entry, said->entry_len}, err);
    return status == ASV_OK && what->action != 0 && what->step != ASV_STEP_PROPOSE
               ? prove(audit, said->taken_log, said->taken_index,
                       (struct asv_bytes){said->taken, said->taken_len}, err)
               : status;
}

/* ---- all of it ---- */

enum asv_status asv_audit_read_said(struct asv_audit *audit, const uint8_t digest[ASV_SHA256_BYTES],
                                    struct asv_err *err)
{
    enum asv_status status = asv_db_ledger_said(audit->db, digest, &audit->said, err);
    while (status == ASV_OK && audit->said.waits && audit->waited_ms < PATIENCE_MS) {
        (void)poll(NULL, 0, STEP_MS);
        audit->waited_ms += STEP_MS;
        status = asv_db_ledger_said(audit->db, digest, &audit->said, err);
    }
    return status;
}

enum asv_status asv_audit_judge_said(struct asv_audit *audit, const struct asv_audit_saying *what,
                                     const char **fault, struct asv_err *err)
{
    struct asv_err why = {0};
    *fault = said_fault(&audit->said, what);
    if (*fault != NULL) {
        return ASV_OK;
    }
    enum asv_status status = prove_said(audit, what, &why);
    if (asv_audit_is_away(status)) {
        return asv_failf(err, status, "%s", why.text);
    }
    if (status != ASV_OK) {
        *fault = "what the log is said to have of what was signed for it does not stand there";
    }
    return ASV_OK;
}

enum asv_status asv_audit_said(struct asv_audit *audit, const struct asv_audit_saying *what,
                               const char **fault, struct asv_err *err)
{
    enum asv_status status = asv_audit_read_said(audit, what->digest, err);
    return status == ASV_OK ? asv_audit_judge_said(audit, what, fault, err) : status;
}
