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

/* Without a limit, a log that is said to have more entries than anybody can count would never end. */
#define MISSING_MAX 256 /* tiles of level 0 */

static void say_wrong(void *ctx, const char *where, const char *what)
{
    asv_audit_wrong(ctx, where, "%s", what);
}

struct heads {
    uint16_t log;
    struct asv_note_key key;
    uint64_t last; /* size of the last one that was read */
    size_t next, count;
    bool ended; /* what comes behind the last one is not to be read */
};

/* LG-111: one that is no larger than the one before would never be met, and those behind it neither. */
static void check_rise(struct asv_audit *audit, struct heads *heads, const char *where)
{
    uint64_t before = heads->last;
    for (size_t i = 0; i < heads->count; i++) {
        if (audit->head_rows[i].size <= before) {
            asv_audit_wrong(audit, where, "their sizes do not rise");
            heads->count = i;
            heads->ended = true;
            return;
        }
        before = audit->head_rows[i].size;
    }
}

/* LG-084: when they cannot be read, that is named, and the others of this log are not compared. */
static enum asv_status read_heads(struct asv_audit *audit, struct heads *heads, struct asv_err *err)
{
    struct asv_err why = {0};
    char where[48];
    heads->next = heads->count = 0;
    if (heads->ended) {
        return ASV_OK;
    }
    (void)snprintf(where, sizeof where, "heads behind %" PRIu64, heads->last);
    enum asv_status status = asv_db_ledger_heads(audit->db, heads->log, heads->last, ASV_AUDIT_PAGE,
                                                 audit->head_rows, &heads->count, &why);
    if (status == ASV_OK) {
        check_rise(audit, heads, where);
    }
    return asv_audit_go_on(audit, where, status, &why, err);
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

/* ---- entries ---- */

/* Rows of one page, which may be fewer than there should be. */
struct page {
    uint64_t from, until;
    size_t count;
    uint64_t unread; /* a bit for each that nobody can read, which has been said */
};
_Static_assert(ASV_AUDIT_PAGE <= 64, "a bit for each row of a page");

/* LG-084: of a page that cannot be read, each row is asked for by itself. */
static enum asv_status read_singly(struct asv_audit *audit, uint16_t log, struct page *page,
                                   struct asv_err *err)
{
    page->count = 0;
    for (uint64_t index = page->from; index < page->until; index++) {
        struct asv_err why = {0};
        char where[32];
        size_t got = 0;
        enum asv_status status =
            asv_db_ledger_audit(audit->db, log, index, index + 1, &audit->rows[page->count], &got, &why);
        if (asv_audit_is_away(status)) {
            return asv_failf(err, status, "%s", why.text);
        }
        if (status == ASV_OK) {
            page->count += got;
            continue;
        }
        page->unread |= UINT64_C(1) << (index - page->from);
        (void)snprintf(where, sizeof where, "entry %" PRIu64, index);
        asv_audit_wrong(audit, where, "its row, or the one that it tells of, has what nobody can read: %s",
                        why.text);
    }
    return ASV_OK;
}

static enum asv_status read_page(struct asv_audit *audit, uint16_t log, struct page *page,
                                 struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status =
        asv_db_ledger_audit(audit->db, log, page->from, page->until, audit->rows, &page->count, &why);
    if (status != ASV_OK) {
        status = asv_audit_is_away(status) ? asv_failf(err, status, "%s", why.text)
                                           : read_singly(audit, log, page, err);
    }
    for (size_t i = 0; i < page->count; i++) {
        audit->rows[i].known.log = log; /* whatever the row says */
    }
    return status;
}

static void name_missing(struct asv_audit *audit, const struct page *page, uint64_t at)
{
    char where[32];
    if ((page->unread >> (at - page->from) & 1) == 0) {
        (void)snprintf(where, sizeof where, "entry %" PRIu64, at);
        asv_audit_wrong(audit, where, "is missing");
    }
}

/* LG-089: of each index up to the page's end there is an entry, or it is named: whatever rows there are, the
 * walk goes on by one each time. */
static enum asv_status walk_page(struct asv_audit *audit, struct heads *heads,
                                 const struct asv_tree_head *signed_head, bool *goes_on, struct asv_err *err)
{
    uint64_t at = asv_walk_at(&audit->walk);
    uint64_t left = audit->walk.head.size - at;
    struct page page = {.from = at, .until = at + (left < ASV_AUDIT_PAGE ? left : ASV_AUDIT_PAGE)};
    size_t next = 0;
    enum asv_status status = read_page(audit, heads->log, &page, err);
    while (status == ASV_OK && *goes_on && at < page.until) {
        uint8_t leaf[ASV_SHA256_BYTES];
        const struct asv_db_ledger_audit *row = &audit->rows[next];
        bool there = next < page.count && row->known.index == at;
        if (there) {
            asv_merkle_leaf(leaf, row->known.entry, row->known.len);
            status = asv_audit_row(audit, row, err);
            audit->entries++;
            next++;
        } else {
            name_missing(audit, &page, at);
        }
        *goes_on = asv_walk_next(&audit->walk, there ? leaf : NULL);
        at = asv_walk_at(&audit->walk);
        if (signed_head->size > 0 && signed_head->size == at) {
            asv_walk_compare(&audit->walk, signed_head);
        }
        if (status == ASV_OK) {
            status = check_heads(audit, heads, err);
        }
    }
    asv_wipe(audit->rows, sizeof audit->rows);
    return status;
}

enum asv_status asv_audit_log(struct asv_audit *audit, const struct asv_db_ledger_log *log,
                              const struct asv_tree_head *signed_head, struct asv_err *err)
{
    struct asv_db_tiles view = {audit->db, log->number};
    const struct asv_walk_ops ops = {
        .tiles = asv_db_tiles(&view), .wrong = say_wrong, .ctx = audit, .through = MISSING_MAX};
    struct asv_tree_head head = {.size = log->size};
    struct heads heads = {.log = log->number, .key = {.type = ASV_NOTE_ED25519}};
    struct asv_err why = {0};
    bool goes_on = true;
    memcpy(head.root, log->root, sizeof head.root);
    audit->log = log->number;
    audit->origin = log->origin;
    audit->begun = (struct asv_audit_begun){0};
    audit->logs++;
    if (asv_note_key_make(&heads.key, log->origin, ASV_NOTE_ED25519, audit->key, &why) != ASV_OK) {
        asv_audit_wrong(audit, log->origin, "%s", why.text); /* and each of its heads */
    }
    enum asv_status status = read_heads(audit, &heads, err);
    asv_walk_init(&audit->walk, &ops, &head);
    while (status == ASV_OK && goes_on && asv_walk_at(&audit->walk) < head.size) {
        status = walk_page(audit, &heads, signed_head, &goes_on, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_walk_end(&audit->walk);
    if (asv_walk_at(&audit->walk) < head.size) {
        asv_audit_wrong(audit, log->origin, "nothing was looked at from entry %" PRIu64 " on",
                        asv_walk_at(&audit->walk));
    }
    uint64_t last = heads.last > signed_head->size ? heads.last : signed_head->size;
    audit->unheaded += head.size > last ? head.size - last : 0;
    return ASV_OK;
}
