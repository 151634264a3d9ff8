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

/* What it does not even take as a question is no log of its own. */
static enum asv_status ask_about(struct asv_audit *audit, struct asv_keeper_client *keeper, size_t count,
                                 struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    memset(audit->signed_heads, 0, sizeof audit->signed_heads);
    memset(audit->strange, 0, sizeof audit->strange);
    for (size_t i = 0; status == ASV_OK && keeper != NULL && i < count; i++) {
        struct asv_checkpoint last;
        struct asv_err why = {0};
        bool known = false;
        status = ask(keeper, audit->log_rows[i].origin, &last, &known, &why);
        if (asv_audit_is_away(status)) {
            return asv_failf(err, status, "%s", why.text);
        }
        status = ASV_OK;
        audit->strange[i] = !known;
        if (known) {
            audit->signed_heads[i] = last.head;
        }
    }
    return status;
}

/* Logs as the database has them, a page at a time. */
struct logs {
    struct asv_checkpoint own; /* the keeper's word of the log that goes on */
    bool has_own;
    uint16_t after; /* number of the last one that was looked at */
    size_t before;  /* how many were */
    size_t count;   /* of this page */
};

static void compare_names(struct asv_audit *audit, struct logs *logs)
{
    for (size_t i = 0; i < logs->count; i++) {
        const struct asv_db_ledger_log *log = &audit->log_rows[i];
        logs->has_own = logs->has_own || strcmp(logs->own.origin, log->origin) == 0;
        if (log->number != logs->before + i + 1) {
            asv_audit_wrong(audit, log->origin, "has number %u, and there are %zu before it", log->number,
                            logs->before + i);
        }
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

/* LG-084: when the rows cannot be read, that is named, and no log is walked. */
static enum asv_status read_logs(struct asv_audit *audit, struct logs *logs, struct asv_err *err)
{
    struct asv_err why = {0};
    logs->count = 0;
    enum asv_status status = asv_db_ledger_logs(audit->db, logs->after, audit->log_rows, &logs->count, &why);
    return asv_audit_go_on(audit, "logs", status, &why, err);
}

static enum asv_status walk_logs(struct asv_audit *audit, struct asv_keeper_client *keeper,
                                 const struct logs *logs, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < logs->count; i++) {
        const struct asv_audit_before log = {audit->log_rows[i], audit->signed_heads[i], audit->strange[i]};
        struct asv_err why = {0};
        status = asv_audit_log(audit, &log.log, &log.kept, err);
        if (status == ASV_OK) {
            status = asv_audit_joint(audit, keeper, &log, &why);
            status = asv_audit_go_on(audit, log.log.origin, status, &why, err);
        }
    }
    for (size_t i = 0; status == ASV_OK && i < logs->count; i++) {
        struct asv_err why = {0};
        status = check_stored(audit, &audit->log_rows[i], &audit->signed_heads[i], &why);
        status = asv_audit_go_on(audit, audit->log_rows[i].origin, status, &why, err);
    }
    return status;
}

static enum asv_status audit_page(struct asv_audit *audit, struct asv_keeper_client *keeper,
                                  struct logs *logs, struct asv_err *err)
{
    enum asv_status status = read_logs(audit, logs, err);
    if (status == ASV_OK) {
        status = ask_about(audit, keeper, logs->count, err);
    }
    if (status == ASV_OK) { /* once more: as they are now */
        status = read_logs(audit, logs, err);
    }
    if (status == ASV_OK) {
        compare_names(audit, logs);
        status = walk_logs(audit, keeper, logs, err);
    }
    logs->before += logs->count;
    return status;
}

enum asv_status asv_audit_logs(struct asv_audit *audit, struct asv_keeper_client *keeper, struct asv_err *err)
{
    struct logs logs = {.count = ASV_DB_LEDGER_LOGS};
    bool known;
    /* What the keeper signed last is asked for first: whatever is committed later is more. */
    enum asv_status status = keeper != NULL ? ask(keeper, NULL, &logs.own, &known, err) : ASV_OK;
    logs.has_own = logs.own.head.size == 0; /* nothing was signed of it: it may not have begun here */
    while (status == ASV_OK && logs.count == ASV_DB_LEDGER_LOGS) {
        status = audit_page(audit, keeper, &logs, err);
        uint16_t last = logs.count > 0 ? audit->log_rows[logs.count - 1].number : 0;
        if (status == ASV_OK && logs.count == ASV_DB_LEDGER_LOGS && last <= logs.after) {
            asv_audit_wrong(audit, "logs", "their numbers do not rise");
            break;
        }
        logs.after = last;
    }
    asv_audit_joints_end(audit);
    if (status == ASV_OK && !logs.has_own) {
        asv_audit_wrong(audit, logs.own.origin,
                        "the keeper signed %" PRIu64 " entries of it, and the database has no such log",
                        logs.own.head.size);
    }
    return status;
}

enum asv_status asv_audit_stray(struct asv_audit *audit, struct asv_err *err)
{
    struct asv_db_ledger_stray *rows = calloc(ASV_AUDIT_NOTES, sizeof *rows);
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
