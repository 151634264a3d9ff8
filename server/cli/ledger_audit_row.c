/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Entries against the rows that they tell of, and signed objects in the vault against entries. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/ledger_audit.h"
#include "server/ledger/kind.h"
#include "server/ledger/opened.h"

/* As long as a dock that finds the database again takes to tell it what it has written meanwhile. */
#define UNDERWAY_MS INT64_C(600000)

#define PAGE_BLOCKS 256 /* of a table, in a page of those (the same) */

#define SOURCES 28 /* tables that the ledger tells of (sql/0018_ledger_read.sql) */

/* How much of an entry stands before its commitments. */
static size_t facts_end(const struct asv_ledger_entry *entry)
{
    struct asv_reader reader;
    struct asv_ledger_field field;
    uint8_t before = 0;
    size_t end = 0;
    asv_reader_init(&reader, entry->fields.data, entry->fields.len);
    while (asv_ledger_next_in_entry(&reader, &before, &field) == ASV_OK && field.tag < ASV_LEDGER_COMMITTED) {
        end = reader.at;
    }
    return end;
}

/* The entry, made once more from the row: all of it, or, when the key is gone, its facts. */
static void compare_told(struct asv_audit *audit, const struct asv_db_ledger_audit *row,
                         const struct asv_ledger_entry *entry, const char *where)
{
    const struct asv_db_ledger_known *known = &row->known;
    uint8_t made[ASV_LEDGER_ENTRY_MAX_BYTES];
    size_t len = 0;
    struct asv_err err = {0};
    size_t facts = (size_t)(entry->fields.data - known->entry) + facts_end(entry);
    enum asv_status status =
        asv_ledger_entry_write(made, &len, &entry->event, (struct asv_bytes){row->facts, row->facts_len},
                               (struct asv_bytes){row->closed, row->closed_len}, known->key,
                               known->has_day_key ? known->day_key : NULL, &err);
    bool same = known->has_key || row->closed_len == 0
                    ? len == known->len && memcmp(made, known->entry, len) == 0
                    : len == known->len && memcmp(made, known->entry, facts) == 0;
    if (status != ASV_OK) {
        asv_audit_wrong(audit, where, "its row makes no entry: %s", err.text);
    } else if (!same) {
        asv_audit_wrong(audit, where, "its row says something else now");
    } else if (known->has_key && (known->fields_len != row->closed_len ||
                                  memcmp(known->fields, row->closed, row->closed_len) != 0)) {
        asv_audit_wrong(audit, where, "what lies beside it is not what its row says");
    }
}

/* What the entry is closed over is there and opens it, or may be gone. */
static enum asv_status check_closed(struct asv_audit *audit, const struct asv_db_ledger_audit *row,
                                    const struct asv_ledger_entry *entry, bool expired, const char *where,
                                    struct asv_err *err)
{
    const struct asv_db_ledger_known *known = &row->known;
    struct asv_opened opened;
    struct asv_err why = {0};
    bool closed = facts_end(entry) < entry->fields.len;
    if (known->has_key) {
        audit->opened++;
        if (known->forgotten) {
            asv_audit_wrong(audit, where, "was forgotten, and what it is closed over is still there");
        } else if (asv_opened_make(&opened, entry, (struct asv_bytes){known->fields, known->fields_len},
                                   known->key, NULL, &why) != ASV_OK) {
            asv_audit_wrong(audit, where, "%s", why.text);
        }
        asv_wipe(&opened, sizeof opened);
    } else if (known->forgotten) {
        return asv_audit_forgotten(audit, known->id, where, err);
    } else if (closed && !row->told && expired) {
        audit->expired++;
    } else if (closed) {
        asv_audit_wrong(audit, where, "what it is closed over is gone, and nobody decided that");
    }
    return ASV_OK;
}

static void check_told(struct asv_audit *audit, const struct asv_db_ledger_audit *row,
                       const struct asv_ledger_entry *entry, bool expired, const char *where)
{
    if (row->told) {
        compare_told(audit, row, entry, where);
    } else if (!expired) {
        asv_audit_wrong(audit, where, "the row that it tells of is gone");
    } else if (row->known.has_key) {
        asv_audit_wrong(audit, where, "the row that it tells of is gone, and what it is closed over is not");
    }
}

/* Whether what the entry tells of may have expired; when that cannot be judged, it may not. */
static enum asv_status find_expired(struct asv_audit *audit, const struct asv_db_ledger_audit *row,
                                    const struct asv_ledger_entry *entry, const char *where, bool *expired,
                                    struct asv_err *err)
{
    struct asv_err why = {0};
    *expired = false;
    if (row->told) {
        return ASV_OK;
    }
    return asv_audit_go_on(audit, where, asv_audit_may_be_gone(audit, entry, expired, &why), &why, err);
}

/* LAW L1: it was shown because the person signed for it, and the keeper took that. */
static enum asv_status check_access(struct asv_audit *audit, const struct asv_ledger_entry *entry,
                                    const char *where, struct asv_err *err)
{
    struct asv_bytes digest;
    const char *fault = NULL;
    struct asv_err why = {0};
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_PROPOSAL, &digest)) {
        asv_audit_wrong(audit, where, "it does not say with what somebody had it shown");
        return ASV_OK;
    }
    const struct asv_audit_saying what = {
        .digest = digest.data, .action = ASV_ACTION_SHOW, .step = ASV_STEP_SOLE};
    enum asv_status status = asv_audit_said(audit, &what, &fault, &why);
    if (status != ASV_OK) {
        return asv_audit_go_on(audit, where, status, &why, err);
    }
    if (fault == NULL && asv_audit_was_before(audit, entry)) {
        fault = "it was before what somebody signed for it, or before the keeper took that";
    }
    if (fault != NULL) {
        asv_audit_wrong(audit, where, "%s", fault);
    }
    return ASV_OK;
}

enum asv_status asv_audit_row(struct asv_audit *audit, const struct asv_db_ledger_audit *row,
                              struct asv_err *err)
{
    const struct asv_db_ledger_known *known = &row->known;
    const char *kind = asv_ledger_kind_name(known->kind);
    struct asv_ledger_entry entry;
    struct asv_err why = {0};
    bool expired = false;
    char where[80];
    (void)snprintf(where, sizeof where, "entry %" PRIu64 " (%s)", known->index, kind != NULL ? kind : "?");
    if (asv_ledger_entry_read(&entry, (struct asv_bytes){known->entry, known->len}, &why) != ASV_OK) {
        asv_audit_wrong(audit, where, "%s", why.text);
        return ASV_OK;
    }
    if (entry.event.kind != known->kind || entry.event.recorded_ms != known->recorded_ms ||
        memcmp(entry.event.id, known->id, sizeof known->id) != 0) {
        asv_audit_wrong(audit, where, "its row has another kind, id or time than it");
    }
    asv_audit_first(audit, known, &entry, where);
    if (entry.event.kind == ASV_LEDGER_LOG_BEGUN) { /* tells of no row, and is closed over nothing */
        return ASV_OK;
    }
    enum asv_status status = find_expired(audit, row, &entry, where, &expired, err);
    if (status == ASV_OK) {
        status = check_closed(audit, row, &entry, expired, where, &why);
        status = asv_audit_go_on(audit, where, status, &why, err);
    }
    if (status == ASV_OK) {
        check_told(audit, row, &entry, expired, where);
        status = asv_audit_object(audit, row, &entry, where, &why);
        status = asv_audit_go_on(audit, where, status, &why, err);
    }
    if (status == ASV_OK && row->told && known->kind == ASV_LEDGER_ACCESS) {
        status = check_access(audit, &entry, where, err);
    }
    return status;
}

/* LG-111: the next page is the one behind it, of this table or of the next one; no table has more blocks than
 * PostgreSQL can count. */
static bool goes_on(const struct asv_db_ledger_place *from, const struct asv_db_ledger_place *to)
{
    return to->table == from->table
               ? to->block == from->block + PAGE_BLOCKS && to->block <= UINT32_MAX
               : to->table == (from->table < SOURCES ? from->table + 1 : 0) && to->block == 0;
}

/* LG-101. LG-084: what is wrong with a table is named, and the others are looked at. */
static enum asv_status untold_page(struct asv_audit *audit, struct asv_db_ledger_place *at,
                                   struct asv_db_ledger_untold *rows, struct asv_err *err)
{
    const struct asv_db_ledger_place from = *at;
    struct asv_err why = {0};
    char where[48];
    size_t count = 0;
    enum asv_status status = asv_db_ledger_untold(audit->db, at, ASV_AUDIT_NOTES, rows, &count, &why);
    for (size_t i = 1; status == ASV_OK && i <= count; i++) {
        char uuid[ASV_UUID_TEXT_BYTES];
        asv_uuid_format(uuid, rows[i].id);
        asv_audit_wrong(audit, rows[i].kind, "a row has no entry, which would be %s", uuid);
    }
    if (status == ASV_OK && !goes_on(&from, at)) {
        status = asv_fail(&why, ASV_E_INTERNAL, "its pages do not follow each other");
    }
    if (status != ASV_OK) {
        *at = (struct asv_db_ledger_place){from.table < SOURCES ? from.table + 1 : 0, 0};
        (void)snprintf(where, sizeof where, "what the ledger tells of, table %d", (int)from.table);
        return asv_audit_go_on(audit, where, status, &why, err);
    }
    return ASV_OK;
}

enum asv_status asv_audit_untold(struct asv_audit *audit, struct asv_err *err)
{
    struct asv_db_ledger_untold *rows = calloc(ASV_AUDIT_NOTES + 1, sizeof *rows);
    struct asv_db_ledger_place at = {1, 0};
    enum asv_status status = ASV_OK;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (status == ASV_OK && at.table != 0) {
        status = untold_page(audit, &at, rows, err);
    }
    free(rows);
    return status;
}

/* ---- the vault ---- */

struct objects {
    struct asv_audit *audit;
    struct asv_vault *vault;
    bool away; /* the database */
    uint8_t data[UINT16_MAX];
};

/* The dock writes into the vault first, and tells the database then. */
static bool is_underway(const struct objects *it, const struct asv_clip_dir *clip)
{
    int64_t written_ms = 0;
    int64_t now_ms = 0;
    return asv_clip_written_ms(clip, &written_ms, NULL) == ASV_OK &&
           asv_world_wall_ms(it->audit->cli->world, &now_ms) == ASV_OK && now_ms - written_ms < UNDERWAY_MS &&
           written_ms - now_ms < UNDERWAY_MS; /* nothing is written in the future */
}

/* One signed object of a clip's directory; one that is not there is fine. LG-084: one that cannot be read is
 * named. */
static enum asv_status check_object(struct objects *it, struct asv_clip_dir *clip, const char *path,
                                    enum asv_part part, struct asv_err *err)
{
    struct asv_object object;
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len = 0;
    bool named = false;
    char where[ASV_VAULT_PATH_BYTES + 16];
    struct asv_err why = {0};
    (void)snprintf(where, sizeof where, "%s/%s", path, asv_part_name(part));
    enum asv_status status = asv_clip_get(clip, part, it->data, sizeof it->data, &len, &why);
    if (status == ASV_E_NOT_FOUND || status == ASV_E_BUSY) {
        return ASV_OK; /* it is being erased or written: the next time */
    }
    if (status != ASV_OK) {
        asv_audit_wrong(it->audit, where, "cannot be read: %s", why.text);
        return ASV_OK;
    }
    if (asv_object_split(&object, it->data, len) != ASV_OK) {
        asv_audit_wrong(it->audit, where, "no signed object");
        return ASV_OK;
    }
    it->audit->objects++;
    asv_object_digest(digest, &object);
    status = asv_db_ledger_names(it->audit->db, digest, &named, &why);
    if (status != ASV_OK) {
        status = asv_audit_go_on(it->audit, where, status, &why, err);
        it->away = status != ASV_OK;
        return status;
    }
    if (!named && is_underway(it, clip)) {
        it->audit->underway++;
    } else if (!named) {
        asv_audit_wrong(it->audit, where, "no entry names it");
    }
    return ASV_OK;
}

static enum asv_status visit(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    static const enum asv_part parts[] = {ASV_PART_COMMIT, ASV_PART_RECEIPT, ASV_PART_ORDER,
                                          ASV_PART_ERASURE};
    struct objects *it = ctx;
    struct asv_clip_dir *clip = NULL;
    struct asv_err why = {0};
    enum asv_status status = asv_vault_open_clip(it->vault, area, path, &clip, &why);
    if (status == ASV_E_NOT_FOUND || status == ASV_E_BUSY) {
        return ASV_OK; /* it is being erased or written: the next time */
    }
    if (status != ASV_OK) {
        asv_audit_wrong(it->audit, path, "cannot be read: %s", why.text);
        return ASV_OK;
    }
    for (size_t i = 0; status == ASV_OK && i < sizeof parts / sizeof *parts; i++) {
        status = check_object(it, clip, path, parts[i], err);
    }
    asv_clip_close(clip);
    return status;
}

enum asv_status asv_audit_vault(struct asv_audit *audit, struct asv_vault *vault, struct asv_err *err)
{
    static const enum asv_vault_area areas[] = {ASV_VAULT_SEALED, ASV_VAULT_QUARANTINE, ASV_VAULT_TOMBSTONES};
    struct objects *it = calloc(1, sizeof *it);
    enum asv_status status = ASV_OK;
    if (it == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (size_t i = 0; status == ASV_OK && i < sizeof areas / sizeof *areas; i++) {
        struct asv_err why = {0};
        it->audit = audit;
        it->vault = vault;
        status = asv_vault_walk(vault, areas[i], visit, it, &why);
        if (status != ASV_OK && it->away) {
            status = asv_failf(err, status, "%s", why.text);
        } else if (status != ASV_OK) {
            asv_audit_wrong(audit, "vault", "cannot be read as a whole: %s", why.text);
            status = ASV_OK;
        }
    }
    free(it);
    return status;
}
