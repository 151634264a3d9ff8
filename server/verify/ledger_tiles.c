/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* A published log: files of tiles and bundles of entries, as server/ledger/walk.c checks them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/merkle.h"
#include "server/base/fail.h"
#include "server/ledger/walk.h"
#include "server/verify/ledger_internal.h"

struct to_compare {
    struct asv_head_seen *seen;
};

struct published {
    struct asv_ledger_work *work;
    const struct asv_files *dir;
    struct asv_walk walk;
    size_t next; /* of the heads below, the first that is not passed */
    size_t count;
    struct to_compare heads[ASV_HEADS_MAX]; /* of this log, in the order of their sizes */
    char path[ASV_TILE_PATH_BYTES];         /* of the bundle that is read */
    uint8_t bundle[ASV_VERIFY_BUNDLE_BYTES];
    uint8_t tile[ASV_TILE_BYTES];
    uint8_t full[ASV_VERIFY_BUNDLE_BYTES]; /* beside a partial one */
    struct asv_ledger_entry first;         /* LG-118: judged when the walk has proven it */
    uint8_t first_data[ASV_LEDGER_ENTRY_MAX_BYTES];
    bool has_first;
};

/* Other readers ask for the full tile first: when it is there it must begin with what the partial one has. */
static void check_full(struct published *it, const struct asv_tile *full, struct asv_bytes partial)
{
    char path[ASV_TILE_PATH_BYTES];
    struct asv_bytes view = {0};
    asv_tile_path(path, full);
    enum asv_status status = asv_verify_load(it->dir, path, it->full, sizeof it->full, &view, NULL);
    if (status == ASV_E_NOT_FOUND) {
        return;
    }
    if (status != ASV_OK || view.len < partial.len || memcmp(view.data, partial.data, partial.len) != 0) {
        asv_say_wrong(&it->work->say, path, "does not begin with what the partial one beside it has");
    }
}

/* The file of a tile, or the full one that has replaced it: *exact is then false, and what is behind the
 * tile's width is left out. */
static enum asv_status load_tile(struct published *it, const struct asv_tile *tile, uint8_t *out, size_t cap,
                                 struct asv_bytes *view, bool *exact, struct asv_err *err)
{
    char path[ASV_TILE_PATH_BYTES];
    struct asv_tile full = *tile;
    full.width = ASV_TILE_WIDTH;
    *exact = true;
    asv_tile_path(path, tile);
    enum asv_status status = asv_verify_load(it->dir, path, out, cap, view, err);
    if (status == ASV_E_NOT_FOUND && tile->width < full.width) {
        *exact = false;
        asv_tile_path(path, &full);
        status = asv_verify_load(it->dir, path, out, cap, view, NULL);
    } else if (status == ASV_OK && tile->width < full.width) {
        check_full(it, &full, *view);
    }
    return status;
}

static enum asv_status read_hashes(void *ctx, const struct asv_tile *tile, uint8_t *out, struct asv_err *err)
{
    struct published *it = ctx;
    struct asv_bytes view = {0};
    bool exact = true;
    size_t want = (size_t)tile->width * ASV_SHA256_BYTES;
    enum asv_status status = load_tile(it, tile, it->tile, sizeof it->tile, &view, &exact, err);
    if (status != ASV_OK) {
        return status;
    }
    if (view.len < want || (exact && view.len > want)) {
        return asv_failf(err, ASV_E_MALFORMED, "%zu bytes instead of %zu", view.len, want);
    }
    memcpy(out, view.data, want);
    return ASV_OK;
}

static void say_wrong(void *ctx, const char *where, const char *what)
{
    struct published *it = ctx;
    asv_say_wrong(&it->work->say, where, "%s", what);
}

/* How the log began counts when it is proven; that another entry says so is wrong at once. */
static void keep_first(struct published *it, const char *name, struct asv_bytes entry,
                       const struct asv_ledger_entry *read)
{
    if (asv_walk_at(&it->walk) > 0) {
        asv_verify_begun(it->work, name, asv_walk_at(&it->walk), read);
        return;
    }
    memcpy(it->first_data, entry.data, entry.len);
    it->has_first =
        asv_ledger_entry_read(&it->first, (struct asv_bytes){it->first_data, entry.len}, NULL) == ASV_OK;
}

/* The next entry of a bundle; false when it has no such. */
static bool next_entry(struct published *it, struct asv_reader *reader, uint8_t leaf[ASV_SHA256_BYTES])
{
    struct asv_bytes entry;
    struct asv_ledger_entry read;
    struct asv_err err = {0};
    if (asv_read_view16(reader, &entry, ASV_LEDGER_ENTRY_MAX_BYTES) != ASV_OK) {
        return false;
    }
    if (asv_ledger_entry_read(&read, entry, &err) != ASV_OK) {
        asv_say_wrong(&it->work->say, it->path, "entry %" PRIu64 ": %s", asv_walk_at(&it->walk), err.text);
    } else {
        char name[32];
        (void)snprintf(name, sizeof name, "entry %" PRIu64, asv_walk_at(&it->walk));
        asv_verify_recorded(it->work, name, &read);
        keep_first(it, name, entry, &read);
    }
    asv_merkle_leaf(leaf, entry.data, entry.len);
    return true;
}

static int by_size(const void *a, const void *b)
{
    const struct to_compare *left = a;
    const struct to_compare *right = b;
    uint64_t size = right->seen->head.size;
    return left->seen->head.size < size ? -1 : left->seen->head.size > size;
}

static void gather_heads(struct published *it, size_t log)
{
    struct asv_heads *heads = &it->work->heads;
    for (size_t i = 0; i < heads->count; i++) {
        if (heads->seen[i].log == log) {
            it->heads[it->count++].seen = &heads->seen[i];
        }
    }
    qsort(it->heads, it->count, sizeof *it->heads, by_size);
}

/* LG-079: the heads that are of as many entries as were passed now. */
static void compare_heads(struct published *it)
{
    uint64_t at = asv_walk_at(&it->walk);
    while (it->next < it->count && it->heads[it->next].seen->head.size <= at) {
        struct asv_head_seen *seen = it->heads[it->next++].seen;
        if (seen->head.size == at && at < it->walk.head.size) { /* the last one is the walk's own */
            asv_walk_compare(&it->walk, &seen->head);
        }
        seen->walked = true;
    }
}

/* The entries of one bundle. False: the walk cannot go on. */
static bool walk_bundle(struct published *it)
{
    struct asv_tile tile = {.level = ASV_TILE_ENTRIES, .index = asv_walk_at(&it->walk) / ASV_TILE_WIDTH};
    struct asv_reader reader;
    struct asv_bytes view = {0};
    struct asv_err err = {0};
    bool exact = true;
    bool goes_on = true;
    unsigned there = 0;
    tile.width = asv_tile_width(0, tile.index, it->walk.head.size);
    asv_tile_path(it->path, &tile);
    if (load_tile(it, &tile, it->bundle, sizeof it->bundle, &view, &exact, &err) != ASV_OK) {
        asv_say_wrong(&it->work->say, it->path, "%s", err.text);
    }
    asv_reader_init(&reader, view.data, view.len);
    for (unsigned i = 0; i < tile.width && goes_on; i++) {
        uint8_t leaf[ASV_SHA256_BYTES];
        bool good = there == i && next_entry(it, &reader, leaf);
        there += good;
        goes_on = asv_walk_next(&it->walk, good ? leaf : NULL);
        compare_heads(it);
    }
    it->work->say.checked += there;
    if (there < tile.width && view.data != NULL && goes_on) {
        asv_say_wrong(&it->work->say, it->path, "%u entries instead of %u", there, tile.width);
    } else if (exact && there == tile.width && asv_reader_left(&reader) > 0) {
        asv_say_wrong(&it->work->say, it->path, "something stands behind its %u entries", tile.width);
    }
    return goes_on;
}

void asv_verify_tiles(struct asv_ledger_work *work, const struct asv_files *dir,
                      const struct asv_ledger_verdict *verdict)
{
    const struct asv_tree_head *head = &verdict->checkpoint.head;
    struct published *it = calloc(1, sizeof *it);
    if (it == NULL) {
        asv_say_wrong(&work->say, "tile", "no memory");
        return;
    }
    const struct asv_walk_ops ops = {
        .tiles = {.read = read_hashes, .ctx = it}, .wrong = say_wrong, .ctx = it};
    it->work = work;
    it->dir = dir;
    work->verdict = *verdict;
    gather_heads(it, verdict->log);
    asv_walk_init(&it->walk, &ops, head);
    while (asv_walk_at(&it->walk) < head->size && walk_bundle(it)) {
    }
    asv_walk_end(&it->walk);
    if (it->has_first && asv_walk_has_first(&it->walk)) {
        asv_verify_begun(work, "entry 0", 0, &it->first);
    }
    free(it);
}
