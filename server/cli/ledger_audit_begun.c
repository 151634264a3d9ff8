/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* How each log goes on from the one before: by its first entry, the keeper's word and what is stored. */
#include <inttypes.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/cli/keepers.h"
#include "server/cli/ledger_audit.h"
#include "server/cli/sequencer.h"
#include "server/ledger/begun.h"
#include "server/ledger/checkpoint.h"

#define LOST_END "lost: %" PRIu64 " entries after the restore"

void asv_audit_first(struct asv_audit *audit, const struct asv_db_ledger_known *known,
                     const struct asv_ledger_entry *entry, const char *where)
{
    struct asv_audit_begun *begun = &audit->begun;
    struct asv_begun says;
    struct asv_err err = {0};
    enum asv_status status = asv_begun_read(&says, entry, known->index, audit->origin, &err);
    if (status == ASV_E_NOT_FOUND) {
        return;
    }
    if (status == ASV_OK && (known->has_key || says.origin.len >= sizeof begun->named.origin)) {
        status = asv_failf(&err, ASV_E_MALFORMED, "that is not how %s began", audit->origin);
    }
    if (status != ASV_OK) {
        asv_audit_wrong(audit, where, "%s", err.text);
        return;
    }
    begun->there = true;
    begun->number = says.number;
    begun->stayed = says.stayed;
    begun->named = (struct asv_audit_head){.there = says.names, .head = says.head};
    if (says.names) {
        memcpy(begun->named.origin, says.origin.data, says.origin.len);
    }
    begun->len = known->len;
    memcpy(begun->entry, known->entry, known->len);
}

/* ---- what it should name ---- */

static bool same_head(const struct asv_audit_head *a, const struct asv_audit_head *b)
{
    return a->there == b->there &&
           (!a->there || (a->head.size == b->head.size && strcmp(a->origin, b->origin) == 0 &&
                          memcmp(a->head.root, b->head.root, sizeof a->head.root) == 0));
}

/* The last stored head of the log before; not there: none was. */
static enum asv_status read_stored(struct asv_audit *audit, struct asv_audit_head *out, struct asv_err *err)
{
    const struct asv_db_ledger_log *log = &audit->before.log;
    struct asv_db_ledger_head *row = &audit->head_rows[0];
    size_t count = 0;
    *out = (struct asv_audit_head){0};
    if (log->number == 0 || log->signed_size == 0) {
        return ASV_OK;
    }
    enum asv_status status =
        asv_db_ledger_heads(audit->db, log->number, log->signed_size - 1, 1, row, &count, err);
    if (status == ASV_OK && count == 1) {
        out->there = true;
        out->head.size = row->size;
        memcpy(out->head.root, row->root, sizeof row->root);
        memcpy(out->origin, log->origin, sizeof out->origin);
    }
    return status;
}

/* The keeper's word of the log that the one of this origin followed; not there: it has none. */
static enum asv_status ask_before(struct asv_keeper_client *keeper, const char *origin,
                                  struct asv_audit_head *out, struct asv_err *err)
{
    struct asv_keeper_reply reply;
    struct asv_note note;
    struct asv_checkpoint before;
    struct asv_err why = {0};
    uint32_t request = 0;
    enum asv_status status = asv_keeper_client_checkpoint_before(keeper, origin, &request, &why);
    status = asv_keeper_wait(keeper, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, &why);
    *out = (struct asv_audit_head){0};
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_note_parse(&note, reply.signature, &why);
    }
    if (status == ASV_OK) {
        status = asv_checkpoint_parse(&before, note.text, &why);
    }
    if (status == ASV_OK && strlen(before.origin) >= sizeof out->origin) {
        status = asv_fail(&why, ASV_E_LIMIT, "its origin is too long");
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "keeper: %s", why.text);
    }
    out->there = true;
    out->head = before.head;
    memcpy(out->origin, before.origin, strlen(before.origin));
    return ASV_OK;
}

/* LG-115: as the sequencer decides it when the log begins (LG-055). */
static enum asv_status find_due(struct asv_audit *audit, const struct asv_audit_head *kept,
                                const struct asv_audit_head *stored, const struct asv_audit_head **due,
                                struct asv_err *err)
{
    bool forgot = false;
    *due = kept->there ? kept : stored;
    if (!kept->there || audit->before.log.number == 0) {
        return ASV_OK;
    }
    if (strcmp(kept->origin, audit->before.log.origin) == 0) {
        forgot = stored->there && kept->head.size < stored->head.size;
    } else {
        enum asv_status status = asv_sequencer_knows(audit->db, kept->origin, &forgot, err);
        if (status != ASV_OK) {
            return status;
        }
    }
    *due = forgot ? stored : kept;
    return ASV_OK;
}

/* LG-115: what a keeper cannot say any more: no less than what is stored, and of the log before or of one
 * that is lost. */
static bool may_name(const struct asv_audit *audit, const struct asv_audit_head *stored, bool lost)
{
    const struct asv_audit_head *named = &audit->begun.named;
    if (!named->there || lost) {
        return named->there || !stored->there;
    }
    return strcmp(named->origin, audit->before.log.origin) == 0 &&
           (named->head.size > stored->head.size || same_head(named, stored));
}

static void say_named(struct asv_audit *audit, const struct asv_audit_head *due)
{
    const struct asv_audit_head *named = &audit->begun.named;
    char where[ASV_DB_LEDGER_ORIGIN_SIZE + 32];
    char says[ASV_DB_LEDGER_ORIGIN_SIZE + 64] = "no earlier head";
    char last[ASV_DB_LEDGER_ORIGIN_SIZE + 64] = "nothing was signed before it";
    (void)snprintf(where, sizeof where, "entry 0 of %s", audit->origin);
    if (named->there) {
        (void)snprintf(says, sizeof says, "%" PRIu64 " entries of %s", named->head.size, named->origin);
    }
    if (due->there) {
        (void)snprintf(last, sizeof last, "the last head signed before it has %" PRIu64 " of %s",
                       due->head.size, due->origin);
    }
    asv_audit_wrong(audit, where, "it names %s, and %s", says, last);
}

/* What the database has less than is named. */
static void list_lost(struct asv_audit *audit, bool lost)
{
    const struct asv_audit_head *named = &audit->begun.named;
    const struct asv_db_ledger_log *log = &audit->before.log;
    if (named->there && lost) {
        asv_audit_lost(audit, named->origin, "lost: the whole log, of %" PRIu64 " entries", named->head.size);
    } else if (named->there && named->head.size > log->size) {
        asv_audit_lost(audit, named->origin, LOST_END, named->head.size - log->size);
    }
}

/* LG-115 */
static enum asv_status judge_named(struct asv_audit *audit, struct asv_keeper_client *keeper, bool strange,
                                   bool *lost, struct asv_err *err)
{
    const struct asv_audit_head *named = &audit->begun.named;
    struct asv_audit_head stored = {0};
    struct asv_audit_head kept = {0};
    const struct asv_audit_head *due = &stored;
    bool known = true;
    enum asv_status status = read_stored(audit, &stored, err);
    if (status == ASV_OK && named->there) {
        status = asv_sequencer_knows(audit->db, named->origin, &known, err);
    }
    *lost = named->there && !known;
    if (status != ASV_OK) {
        return status;
    }
    bool asked = keeper != NULL && !strange;
    if (asked) {
        status = ask_before(keeper, audit->origin, &kept, err);
        status = status == ASV_OK ? find_due(audit, &kept, &stored, &due, err) : status;
    }
    if (status != ASV_OK) {
        return status;
    }
    if (asked ? !same_head(named, due) : !may_name(audit, &stored, *lost)) {
        say_named(audit, due);
    } else {
        list_lost(audit, *lost);
    }
    return ASV_OK;
}

/* ---- what it settles ---- */

static void say_open(struct asv_audit *audit)
{
    const struct asv_audit_before *before = &audit->before;
    if (before->strange) {
        asv_audit_wrong(audit, before->log.origin, "the keeper knows no such log");
    }
    if (before->kept.size > before->log.size) {
        asv_audit_wrong(audit, before->log.origin,
                        "the keeper signed %" PRIu64 " entries, and here are %" PRIu64
                        ": the database comes from an earlier time",
                        before->kept.size, before->log.size);
    }
}

/* LG-116: what the keeper had after the log before, and before the one that is named, is lost as that is. */
static enum asv_status follow(struct asv_audit *audit, struct asv_keeper_client *keeper,
                              struct asv_audit_head *at, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < ASV_DB_LEDGER_LOGS && at->there &&
                       strcmp(at->origin, audit->before.log.origin) != 0;
         i++) {
        struct asv_audit_head next;
        status = ask_before(keeper, at->origin, &next, err);
        *at = next;
    }
    return status;
}

/* LG-116: the keeper signed more of the log before than is here, and the entry that is proven names that. */
static enum asv_status settle_more(struct asv_audit *audit, struct asv_keeper_client *keeper, bool lost,
                                   bool *settled, struct asv_err *err)
{
    const struct asv_audit_before *before = &audit->before;
    struct asv_audit_head at = audit->begun.named;
    enum asv_status status = follow(audit, keeper, &at, err);
    if (status != ASV_OK) {
        return status;
    }
    *settled = at.there && strcmp(at.origin, before->log.origin) == 0 && at.head.size == before->kept.size &&
               memcmp(at.head.root, before->kept.root, sizeof at.head.root) == 0;
    if (*settled && lost) { /* otherwise it is listed by what is named itself */
        asv_audit_lost(audit, before->log.origin, LOST_END, before->kept.size - before->log.size);
    }
    return ASV_OK;
}

/* LG-116: the keeper does not know the log before. */
static bool settle_strange(struct asv_audit *audit, bool lost)
{
    const struct asv_db_ledger_log *log = &audit->before.log;
    bool settled = lost ? log->signed_size > 0 : strcmp(audit->begun.named.origin, log->origin) == 0;
    if (settled) {
        asv_audit_lost(audit, log->origin, "of an earlier keeper, which knew %" PRIu64 " entries",
                       log->signed_size);
    }
    return settled;
}

/* Of the log before the keeper knows nothing, or more than is here. */
static enum asv_status settle(struct asv_audit *audit, struct asv_keeper_client *keeper, bool lost,
                              struct asv_err *err)
{
    const struct asv_audit_before *before = &audit->before;
    const struct asv_audit_begun *begun = &audit->begun;
    struct asv_err why = {0};
    bool settled = false;
    enum asv_status status = ASV_E_NOT_FOUND;
    if (before->log.number == 0 || (!before->strange && before->kept.size <= before->log.size)) {
        return ASV_OK;
    }
    if (begun->there && begun->named.there) {
        status = asv_audit_prove(audit, audit->log, 0, (struct asv_bytes){begun->entry, begun->len}, &why);
    }
    if (asv_audit_is_away(status)) {
        return asv_failf(err, status, "%s", why.text);
    }
    if (status == ASV_OK && before->strange) {
        settled = settle_strange(audit, lost);
    } else if (status == ASV_OK) {
        status = settle_more(audit, keeper, lost, &settled, err);
        if (status != ASV_OK) {
            return status;
        }
    }
    if (!settled) {
        say_open(audit);
    }
    return ASV_OK;
}

/* LG-125: what went since it began stays named, also when the rows that it told of went along. */
static void judge_counts(struct asv_audit *audit, const struct asv_db_ledger_log *log)
{
    const struct asv_audit_begun *begun = &audit->begun;
    const struct asv_db_ledger_log *passed = &audit->passed.log;
    char where[ASV_DB_LEDGER_ORIGIN_SIZE + 32];
    (void)snprintf(where, sizeof where, "entry 0 of %s", log->origin);
    if (begun->number != log->number) {
        asv_audit_wrong(audit, where,
                        "it began as log %" PRIu64 ", and is log %u here: one was taken out, or put in",
                        begun->number, log->number);
    } else if (begun->stayed != passed->size && passed->number + 1 == log->number) {
        asv_audit_wrong(audit, where,
                        "it began behind %" PRIu64 " entries of %s, of which there are %" PRIu64 " now",
                        begun->stayed, passed->origin, passed->size);
    }
}

/* LG-124: another one began before a head of it was signed, and all that it had came into that. */
static bool is_empty(const struct asv_audit_before *log)
{
    return log->log.size == 0 && log->kept.size == 0;
}

enum asv_status asv_audit_joint(struct asv_audit *audit, struct asv_keeper_client *keeper,
                                const struct asv_audit_before *log, struct asv_err *err)
{
    bool lost = false;
    enum asv_status status = ASV_OK;
    if (audit->begun.there) {
        judge_counts(audit, &log->log);
        status = judge_named(audit, keeper, log->strange, &lost, err);
    }
    audit->passed = *log;
    if (is_empty(log)) {
        return status;
    }
    if (status == ASV_OK) {
        status = settle(audit, keeper, lost, err);
    }
    audit->before = *log;
    return status;
}

void asv_audit_joints_end(struct asv_audit *audit)
{
    if (audit->before.log.number != 0) {
        say_open(audit);
    }
    if (audit->passed.strange && is_empty(&audit->passed)) { /* and nothing goes on behind it */
        asv_audit_wrong(audit, audit->passed.log.origin, "the keeper knows no such log");
    }
}
