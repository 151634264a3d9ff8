/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* One log as the database has it: entries, tiles, signed heads. */
#include "server/cli/ledger_audit.h"

#include <inttypes.h>
#include <string.h>

#include "firmware-proto/seal/merkle.h"
#include "server/base/fail.h"
#include "server/cli/sequencer.h"
#include "server/ledger/checkpoint.h"

static void say_wrong(void *ctx, const char *where, const char *what)
{
    asv_audit_wrong(ctx, where, "%s", what);
}

struct heads {
    uint16_t log;
    struct asv_note_key key;
    uint64_t last; /* size of the last one that was read */
    size_t next, count;
};

static enum asv_status read_heads(struct asv_audit *audit, struct heads *heads, struct asv_err *err)
{
    heads->next = 0;
    return asv_db_ledger_heads(audit->db, heads->log, heads->last, ASV_AUDIT_PAGE, audit->head_rows,
                               &heads->count, err);
}

/* A stored head says what its row says, and the ledger's key signed it. */
static void check_note(struct asv_audit *audit, const struct heads *heads,
                       const struct asv_db_ledger_head *row)
{
    struct asv_checkpoint checkpoint;
    struct asv_err err = {0};
    char where[40];
    (void)snprintf(where, sizeof where, "head of %" PRIu64, row->size);
    if (asv_checkpoint_open(&checkpoint, NULL, (struct asv_bytes){row->note, row->note_len}, &heads->key,
                            &err) != ASV_OK) {
        asv_audit_wrong(audit, where, "%s", err.text);
    } else if (checkpoint.head.size != row->size ||
               memcmp(checkpoint.head.root, row->root, sizeof row->root) != 0) {
        asv_audit_wrong(audit, where, "what was signed is another head than its row says");
    }
}

/* The stored heads of as many entries as were passed now. */
static enum asv_status check_heads(struct asv_audit *audit, struct heads *heads, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && heads->count > 0) {
        if (heads->next == heads->count) {
            status = read_heads(audit, heads, err);
            continue;
        }
        const struct asv_db_ledger_head *row = &audit->head_rows[heads->next];
        struct asv_tree_head head = {.size = row->size};
        if (row->size != asv_walk_at(&audit->walk)) {
            return ASV_OK;
        }
        memcpy(head.root, row->root, sizeof head.root);
        check_note(audit, heads, row);
        asv_walk_compare(&audit->walk, &head);
        heads->last = row->size;
        heads->next++;
        audit->heads++;
    }
    return status;
}

/* One page of entries; *count says how many. */
static enum asv_status walk_page(struct asv_audit *audit, struct heads *heads,
                                 const struct asv_tree_head *signed_head, bool *goes_on, struct asv_err *err)
{
    uint64_t at = asv_walk_at(&audit->walk);
    uint64_t left = audit->walk.head.size - at;
    size_t count = 0;
    enum asv_status status = asv_db_ledger_audit(audit->db, heads->log, at,
                                                 left < ASV_AUDIT_PAGE ? (uint32_t)left : ASV_AUDIT_PAGE,
                                                 audit->rows, &count, err);
    if (status == ASV_OK && count == 0) {
        asv_audit_wrong(audit, "entries", "there are none from %" PRIu64 " on", at);
        *goes_on = false;
    }
    for (size_t i = 0; status == ASV_OK && i < count && *goes_on;) {
        const struct asv_db_ledger_known *known = &audit->rows[i].known;
        uint8_t leaf[ASV_SHA256_BYTES];
        bool there = known->index == at;
        if (there) {
            asv_merkle_leaf(leaf, known->entry, known->len);
            asv_audit_row(audit, &audit->rows[i]);
            audit->entries++;
            i++;
        } else if (known->index > audit->walk.head.size) {
            break;
        } else {
            char where[32];
            (void)snprintf(where, sizeof where, "entry %" PRIu64, at);
            asv_audit_wrong(audit, where, "is missing");
        }
        *goes_on = asv_walk_next(&audit->walk, there ? leaf : NULL);
        at = asv_walk_at(&audit->walk);
        if (signed_head->size > 0 && signed_head->size == at) {
            asv_walk_compare(&audit->walk, signed_head);
        }
        status = check_heads(audit, heads, err);
    }
    asv_wipe(audit->rows, count * sizeof *audit->rows);
    return status;
}

enum asv_status asv_audit_log(struct asv_audit *audit, const struct asv_db_ledger_log *log,
                              const struct asv_tree_head *signed_head, struct asv_err *err)
{
    struct asv_db_tiles view = {audit->db, log->number};
    const struct asv_walk_ops ops = {.tiles = asv_db_tiles(&view), .wrong = say_wrong, .ctx = audit};
    struct asv_tree_head head = {.size = log->size};
    struct heads heads = {.log = log->number};
    bool goes_on = true;
    memcpy(head.root, log->root, sizeof head.root);
    audit->logs++;
    enum asv_status status = asv_note_key_make(&heads.key, log->origin, ASV_NOTE_ED25519, audit->key, err);
    if (status == ASV_OK) {
        status = read_heads(audit, &heads, err);
    }
    asv_walk_init(&audit->walk, &ops, &head);
    while (status == ASV_OK && goes_on && asv_walk_at(&audit->walk) < head.size) {
        status = walk_page(audit, &heads, signed_head, &goes_on, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_walk_end(&audit->walk);
    if (signed_head->size > head.size) {
        asv_audit_wrong(audit, log->origin,
                        "the keeper signed %" PRIu64 " entries, and here are %" PRIu64
                        ": the database comes from an earlier time",
                        signed_head->size, head.size);
    }
    audit->unheaded += head.size > heads.last ? head.size - heads.last : 0;
    return ASV_OK;
}
