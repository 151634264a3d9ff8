/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Which logs there are: by the keeper's word, and in the database. */
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/cli/ledger_audit.h"
#include "server/cli/sequencer.h"

/* As long as a sequencer takes, and ten times as long, between the keeper's signature and its storing. */
#define STORED_MS INT64_C(10000)
#define STEP_MS   100

/* What the keeper signed last of one log (origin NULL: of the one that goes on); *known false: of such a log
 * it knows nothing. */
static enum asv_status ask(struct asv_keeper_client *keeper, const char *origin, struct asv_checkpoint *out,
                           bool *known, struct asv_err *err)
{
    char note[ASV_DB_LEDGER_NOTE_BYTES + 1];
    struct asv_err why = {0};
    enum asv_status status = asv_sequencer_last_signed(keeper, origin, note, out, &why);
    *known = status == ASV_OK;
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "keeper: %s", why.text);
}

static enum asv_status ask_about(struct asv_audit *audit, struct asv_keeper_client *keeper, size_t count,
                                 struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        struct asv_checkpoint last;
        bool known = false;
        status = ask(keeper, audit->log_rows[i].origin, &last, &known, err);
        audit->strange[i] = !known;
        if (status == ASV_OK && known) {
            audit->signed_heads[i] = last.head;
        }
    }
    return status;
}

static void compare_names(struct asv_audit *audit, const struct asv_checkpoint *own, size_t count)
{
    bool has_own = own->head.size == 0; /* nothing was signed of it: it may not have begun here */
    for (size_t i = 0; i < count; i++) {
        const struct asv_db_ledger_log *log = &audit->log_rows[i];
        has_own = has_own || strcmp(own->origin, log->origin) == 0;
        if (log->number != i + 1) {
            asv_audit_wrong(audit, log->origin, "has number %u, and there are %zu before it", log->number, i);
        }
        if (audit->strange[i]) {
            asv_audit_wrong(audit, log->origin, "the keeper knows no such log");
        }
    }
    if (!has_own) {
        asv_audit_wrong(audit, own->origin,
                        "the keeper signed %" PRIu64 " entries of it, and the database has no such log",
                        own->head.size);
    }
}

static enum asv_status is_stored(struct asv_audit *audit, uint16_t log, uint64_t size, bool *stored,
                                 struct asv_err *err)
{
    size_t count = 0;
    enum asv_status status = asv_db_ledger_heads(audit->db, log, size - 1, 1, audit->head_rows, &count, err);
    *stored = status == ASV_OK && count == 1 && audit->head_rows[0].size == size;
    return status;
}

/* A sequencer that is between the two stores it within that time; one that died there does when it begins
 * again (LG-054). */
static enum asv_status check_stored(struct asv_audit *audit, const struct asv_db_ledger_log *log,
                                    const struct asv_tree_head *signed_head, struct asv_err *err)
{
    uint64_t end_ms = asv_world_mono_ms(audit->cli->world) + STORED_MS;
    bool stored = signed_head->size == 0 || signed_head->size > log->size; /* which has been said */
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && !stored) {
        status = is_stored(audit, log->number, signed_head->size, &stored, err);
        if (status != ASV_OK || stored || asv_world_mono_ms(audit->cli->world) >= end_ms) {
            break;
        }
        (void)poll(NULL, 0, STEP_MS);
    }
    if (status == ASV_OK && !stored) {
        char where[40];
        (void)snprintf(where, sizeof where, "head of %" PRIu64, signed_head->size);
        asv_audit_wrong(audit, where,
                        "the keeper signed it last, and it is not stored; when nobody deleted it, "
                        "\"asservat ledger run --once\" stores it");
    }
    return status;
}

enum asv_status asv_audit_logs(struct asv_audit *audit, struct asv_keeper_client *keeper, struct asv_err *err)
{
    struct asv_checkpoint own = {0};
    bool known;
    size_t count = 0;
    /* What the keeper signed last is asked for first: whatever is committed later is more. */
    enum asv_status status = keeper != NULL ? ask(keeper, NULL, &own, &known, err) : ASV_OK;
    if (status == ASV_OK) {
        status = asv_db_ledger_logs(audit->db, 0, audit->log_rows, &count, err);
    }
    if (status == ASV_OK && keeper != NULL) {
        status = ask_about(audit, keeper, count, err);
    }
    if (status == ASV_OK) { /* once more: as they are now */
        status = asv_db_ledger_logs(audit->db, 0, audit->log_rows, &count, err);
    }
    if (status == ASV_OK) {
        compare_names(audit, &own, count);
    }
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = asv_audit_log(audit, &audit->log_rows[i], &audit->signed_heads[i], err);
    }
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = check_stored(audit, &audit->log_rows[i], &audit->signed_heads[i], err);
    }
    return status;
}

enum asv_status asv_audit_stray(struct asv_audit *audit, struct asv_err *err)
{
    struct asv_db_ledger_stray *rows = calloc(2 * ASV_AUDIT_NOTES, sizeof *rows);
    size_t count = 0;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_ledger_stray(audit->db, ASV_AUDIT_NOTES, rows, &count, err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        asv_audit_wrong(audit, rows[i].what, "no log is as large: somebody put it there");
    }
    free(rows);
    return status;
}
