/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Two directories of one store (docs/KEEPER.md 4): bringing one to where the other is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/keeper/journal.h"
#include "server/keeper/store_internal.h"

#define SUFFIX      ".new"
#define YEAR_LEN    (sizeof ASV_JOURNAL_PREFIX - 1 + 4) /* of decisions-YYYY */
#define DIGITS      16                                  /* of what tells a diverged one apart */
#define NAME_LEN    (YEAR_LEN + 1 + DIGITS)
#define PIECE_BYTES 16384u /* of a year's decisions, which may be as long as they are */

/* ---- what a directory has ---- */

static bool is_named(const struct asv_index *index, const char *name)
{
    uint8_t id[ASV_ENTRY_ID_BYTES];
    char own[ASV_ENTRY_NAME_BYTES];
    size_t digits = 2 * sizeof id;
    size_t len = strlen(name);
    if (len < digits || asv_hex_decode(id, sizeof id, name + len - digits) != ASV_OK) {
        return false;
    }
    const struct asv_entry *entry = asv_index_find(index, ASV_INDEX_ENTRIES, id);
    if (entry == NULL) {
        return false;
    }
    asv_entry_name(own, entry);
    return strcmp(name, own) == 0;
}

/* A key file that no index names: what a cut commit left. What is not the keeper's is left alone. */
static bool is_leftover(const struct asv_store *store, const char *name)
{
    static const char *const kinds[] = {"day-", "reserve-"};
    bool ours = false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        ours = ours || strncmp(name, kinds[i], strlen(kinds[i])) == 0;
    }
    return ours && !is_named(store->index, name);
}

/* A walk over a directory's files. */
struct walk {
    const struct asv_store *store;
    const struct asv_disk *disk;
    struct asv_err *err;
};

/* One that is newer than that says that the index was put back from an earlier time: its keys must not be
 * thrown away. */
static enum asv_status check_leftover(void *ctx, const char *name)
{
    const struct walk *walk = ctx;
    asv_auto_free uint8_t *data = NULL;
    uint64_t generation = 0;
    size_t len = 0;
    if (!is_leftover(walk->store, name)) {
        return ASV_OK;
    }
    enum asv_status status = walk->disk->read(walk->disk->ctx, name, ASV_DAYFILE_MAX, &data, &len, walk->err);
    if (status == ASV_E_LIMIT) {
        return ASV_OK; /* no keeper wrote that */
    }
    if (status == ASV_OK && asv_dayfile_generation(data, len, &generation) == ASV_OK &&
        generation > walk->store->index->generation + 1) { /* K-019 */
        status = asv_failf(walk->err, ASV_E_MISMATCH,
                           "key store: %s is newer than the index, which comes from an earlier time", name);
    }
    return status;
}

/* K-038 */
static enum asv_status check_label(const struct asv_store *store, const struct asv_disk *disk,
                                   struct asv_err *err)
{
    asv_auto_free uint8_t *data = NULL;
    struct asv_index_label label;
    size_t len = 0;
    enum asv_status status = disk->read(disk->ctx, ASV_STORE_INDEX, ASV_INDEX_FILE_MAX, &data, &len, err);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    enum asv_status read = status == ASV_OK ? asv_index_label_read(&label, data, len) : status;
    if (read == ASV_E_UNSUPPORTED && !asv_index_is_damaged(data, len, store->master)) { /* K-233 */
        return asv_fail(err, read, "key store: one directory's index is of another program's format");
    }
    if (read != ASV_OK) {
        return status; /* what is no index is nobody's */
    }
    if (memcmp(label.store, store->index->store, sizeof label.store) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "key store: its two directories belong to different stores");
    }
    if (label.epoch > store->index->epoch) {
        return asv_fail(
            err, ASV_E_MISMATCH,
            "key store: one directory's index is newer, and no master slot that is there opens it");
    }
    return ASV_OK;
}

enum asv_status asv_store_check_disk(const struct asv_store *store, unsigned disk, struct asv_err *err)
{
    struct walk walk = {.store = store, .disk = &store->mirror.disks[disk], .err = err};
    enum asv_status status = check_label(store, walk.disk, err);
    if (status == ASV_OK) {
        status = asv_store_check_head(store, walk.disk, err);
    }
    return status == ASV_OK ? walk.disk->list(walk.disk->ctx, check_leftover, &walk, err) : status;
}

static enum asv_status remove_leftover(void *ctx, const char *name)
{
    const struct walk *walk = ctx;
    return is_leftover(walk->store, name) ? walk->disk->remove(walk->disk->ctx, name, walk->err) : ASV_OK;
}

enum asv_status asv_store_remove_leftovers(const struct asv_store *store, unsigned disk, struct asv_err *err)
{
    struct walk walk = {.store = store, .disk = &store->mirror.disks[disk], .err = err};
    return walk.disk->list(walk.disk->ctx, remove_leftover, &walk, err);
}

/* ---- key files ---- */

/* Whether this directory has the file that the index names; its bytes, which the caller frees. */
static bool is_whole(const struct asv_disk *disk, const struct asv_entry *entry, const char *name,
                     uint8_t **data, size_t *len)
{
    uint8_t digest[ASV_SHA256_BYTES];
    if (disk->read(disk->ctx, name, ASV_DAYFILE_MAX, data, len, NULL) != ASV_OK) {
        return false;
    }
    asv_sha256(digest, *data, *len);
    return memcmp(digest, entry->digest, sizeof digest) == 0;
}

/* False: no directory has it. */
static bool match_key(struct asv_mirror *mirror, const struct asv_entry *entry)
{
    asv_auto_free uint8_t *first = NULL;
    asv_auto_free uint8_t *second = NULL;
    uint8_t **data[ASV_MIRROR_DISKS] = {&first, &second};
    size_t len[ASV_MIRROR_DISKS] = {0};
    bool whole[ASV_MIRROR_DISKS] = {false};
    char name[ASV_ENTRY_NAME_BYTES];
    asv_entry_name(name, entry);
    for (unsigned i = 0; i < ASV_MIRROR_DISKS; i++) { /* one that there is not is never there */
        whole[i] = mirror->there[i] && is_whole(&mirror->disks[i], entry, name, data[i], &len[i]);
    }
    for (unsigned i = 0; i < mirror->count; i++) {
        const struct asv_disk *disk = &mirror->disks[i];
        unsigned other = 1 - i;
        struct asv_err err = {0};
        if (mirror->there[i] && !whole[i] && whole[other] &&
            disk->write(disk->ctx, name, *data[other], len[other], &err) != ASV_OK && !mirror->used[i]) {
            asv_mirror_drop(mirror, i, &err);
        }
    }
    return whole[0] || whole[1];
}

void asv_store_match_keys(struct asv_store *store)
{
    uint32_t damaged = 0;
    for (uint32_t i = 0; i < asv_index_count(store->index, ASV_INDEX_ENTRIES); i++) {
        damaged += match_key(&store->mirror, &asv_entries(store->index)[i]) ? 0 : 1;
    }
    store->damaged = damaged;
}

/* ---- what is copied as it is: decisions, the ledger's last head, and the TPM's authorization ---- */

/* The last steps of replacing a file, which is whole at every instant. */
static enum asv_status put_name(const struct asv_disk *disk, const char *fresh, const char *name,
                                struct asv_err *err)
{
    enum asv_status status = disk->sync(disk->ctx, err);
    if (status == ASV_OK) {
        status = disk->rename(disk->ctx, fresh, name, err);
    }
    return status == ASV_OK ? disk->sync(disk->ctx, err) : status;
}

static void fresh_name(char out[NAME_LEN + sizeof SUFFIX], const char *name)
{
    (void)snprintf(out, NAME_LEN + sizeof SUFFIX, "%s" SUFFIX, name);
}

/* What both directories are to have alike. */
struct match {
    struct asv_store *store;
    unsigned from, to; /* the one that is in use, the one that will be */
    struct asv_err *err;
    uint8_t pieces[ASV_MIRROR_DISKS][PIECE_BYTES]; /* for whoever reads */
};

static const struct asv_disk *disk_of(const struct match *match, unsigned i)
{
    return &match->store->mirror.disks[i];
}

/* A file of one directory, piece by piece, to the other one, or to its own under another name. */
static enum asv_status copy(struct match *match, unsigned from, const char *name, unsigned to, const char *as)
{
    const struct asv_disk *source = disk_of(match, from);
    const struct asv_disk *target = disk_of(match, to);
    uint8_t *piece = match->pieces[0];
    char fresh[NAME_LEN + sizeof SUFFIX];
    size_t got = PIECE_BYTES;
    fresh_name(fresh, as);
    for (uint64_t at = 0; got == PIECE_BYTES; at += got) {
        enum asv_status status = source->read_at(source->ctx, name, at, piece, PIECE_BYTES, &got, match->err);
        if (status == ASV_OK) {
            status = at == 0 ? target->write(target->ctx, fresh, piece, got, match->err)
                             : target->extend(target->ctx, fresh, piece, got, match->err);
        }
        if (status != ASV_OK) {
            return status;
        }
    }
    return put_name(target, fresh, as, match->err);
}

/* One file in both directories. */
struct pair {
    bool there[ASV_MIRROR_DISKS];
    uint64_t len[ASV_MIRROR_DISKS];
    bool alike; /* as far as the shorter one goes */
};

static enum asv_status compare(struct match *match, const char *name, struct pair *pair)
{
    size_t got[ASV_MIRROR_DISKS] = {PIECE_BYTES, PIECE_BYTES};
    *pair = (struct pair){.there = {true, true}, .alike = true};
    for (uint64_t at = 0; got[0] == PIECE_BYTES || got[1] == PIECE_BYTES; at += PIECE_BYTES) {
        for (unsigned i = 0; i < ASV_MIRROR_DISKS; i++) {
            const struct asv_disk *disk = disk_of(match, i);
            enum asv_status status = pair->there[i] ? disk->read_at(disk->ctx, name, at, match->pieces[i],
                                                                    PIECE_BYTES, &got[i], match->err)
                                                    : ASV_E_NOT_FOUND;
            if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
                return status;
            }
            pair->there[i] = status == ASV_OK;
            got[i] = status == ASV_OK ? got[i] : 0;
            pair->len[i] += got[i];
        }
        size_t both = got[0] < got[1] ? got[0] : got[1];
        pair->alike = pair->alike && memcmp(match->pieces[0], match->pieces[1], both) == 0;
    }
    return ASV_OK;
}

/* The beginning of the digest of one directory's file. */
static enum asv_status digits_of(struct match *match, unsigned i, const char *name, char digits[DIGITS + 1])
{
    const struct asv_disk *disk = disk_of(match, i);
    struct asv_sha256 hash;
    uint8_t digest[ASV_SHA256_BYTES];
    size_t got = PIECE_BYTES;
    asv_sha256_init(&hash);
    for (uint64_t at = 0; got == PIECE_BYTES; at += got) {
        enum asv_status status =
            disk->read_at(disk->ctx, name, at, match->pieces[0], PIECE_BYTES, &got, match->err);
        if (status != ASV_OK) {
            return status;
        }
        asv_sha256_update(&hash, match->pieces[0], got);
    }
    asv_sha256_final(&hash, digest);
    asv_hex_encode(digits, digest, DIGITS / 2);
    return ASV_OK;
}

/* K-075: what people stated is not thrown away. The file that is not to go on keeps a name of its own. */
static enum asv_status keep_both(struct match *match, const char *name)
{
    char digits[DIGITS + 1] = "";
    char own[NAME_LEN + 1];
    enum asv_status status = digits_of(match, match->to, name, digits);
    (void)snprintf(own, sizeof own, "%s-%s", name, digits);
    for (unsigned i = 0; status == ASV_OK && i < ASV_MIRROR_DISKS; i++) {
        status = copy(match, match->to, name, i, own);
    }
    match->store->diverged += status == ASV_OK ? 1 : 0;
    return status;
}

static enum asv_status match_file(struct match *match, const char *name)
{
    struct pair pair;
    enum asv_status status = compare(match, name, &pair);
    if (status != ASV_OK || (!pair.there[0] && !pair.there[1])) {
        return status;
    }
    bool both = pair.there[0] && pair.there[1];
    if (both && pair.alike && pair.len[0] == pair.len[1]) {
        return ASV_OK;
    }
    unsigned source = match->from;
    if (pair.alike) { /* the one that has all that the other has */
        source = pair.there[0] && (!pair.there[1] || pair.len[0] > pair.len[1]) ? 0 : 1;
    } else if (strlen(name) == YEAR_LEN) {
        status = keep_both(match, name);
    }
    return status == ASV_OK ? copy(match, source, name, 1 - source, name) : status;
}

static enum asv_status match_decisions(void *ctx, const char *name)
{
    struct match *match = ctx;
    size_t len = strlen(name);
    bool ours = strncmp(name, ASV_JOURNAL_PREFIX, sizeof ASV_JOURNAL_PREFIX - 1) == 0 &&
                (len == YEAR_LEN || len == NAME_LEN);
    return ours ? match_file(match, name) : ASV_OK;
}

/* K-148: when the last one is lost, what the other directory has is an earlier one, which must not be taken
 * for it when the store is opened again. */
static enum asv_status match_head(struct match *match)
{
    const struct asv_disk *disk = disk_of(match, match->to);
    return match->store->head_lost ? disk->remove(disk->ctx, ASV_STORE_HEAD, match->err)
                                   : match_file(match, ASV_STORE_HEAD);
}

static enum asv_status match_plain(struct match *match)
{
    enum asv_status status = match_file(match, ASV_STORE_TPM_AUTH);
    if (status == ASV_OK) {
        status = match_head(match);
    }
    for (unsigned i = 0; status == ASV_OK && i < ASV_MIRROR_DISKS; i++) {
        const struct asv_disk *disk = &match->store->mirror.disks[i];
        status = disk->list(disk->ctx, match_decisions, match, match->err);
    }
    return status;
}

/* ---- the index ---- */

/* Both directories' indexes; a NULL: there is none. */
struct indexes {
    uint8_t *data[ASV_MIRROR_DISKS];
    size_t len[ASV_MIRROR_DISKS];
};

static void free_indexes(struct indexes *indexes)
{
    free(indexes->data[0]);
    free(indexes->data[1]);
}

#define auto_indexes ASV_CLEANUP(free_indexes)

static enum asv_status read_indexes(const struct match *match, struct indexes *out)
{
    for (unsigned i = 0; i < ASV_MIRROR_DISKS; i++) {
        const struct asv_disk *disk = disk_of(match, i);
        enum asv_status status = disk->read(disk->ctx, ASV_STORE_INDEX, ASV_INDEX_FILE_MAX, &out->data[i],
                                            &out->len[i], match->err);
        if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
            return status;
        }
    }
    return ASV_OK;
}

/* K-015, K-016: the key files are there. The copy must be what this process holds. */
static enum asv_status match_index(const struct match *match)
{
    auto_indexes struct indexes both = {{NULL}, {0}};
    asv_auto_index struct asv_index *index = NULL;
    const struct asv_store *store = match->store;
    unsigned from = match->from;
    enum asv_status status = read_indexes(match, &both);
    if (status == ASV_OK && both.data[from] == NULL) {
        status = asv_fail(match->err, ASV_E_NOT_FOUND, "key store: its index is gone");
    }
    if (status == ASV_OK) {
        status = asv_index_open(&index, both.data[from], both.len[from], store->master, match->err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (index == NULL || index->generation != store->index->generation) {
        return asv_fail(match->err, ASV_E_MISMATCH, "key store: its index is not the one that was written");
    }
    if (both.data[match->to] != NULL && both.len[0] == both.len[1] &&
        memcmp(both.data[0], both.data[1], both.len[0]) == 0) {
        return ASV_OK;
    }
    const struct asv_disk *to = disk_of(match, match->to);
    char fresh[NAME_LEN + sizeof SUFFIX];
    fresh_name(fresh, ASV_STORE_INDEX);
    status = to->write(to->ctx, fresh, both.data[from], both.len[from], match->err);
    return status == ASV_OK ? put_name(to, fresh, ASV_STORE_INDEX, match->err) : status;
}

/* ---- all of it ---- */

static enum asv_status sync_both(const struct asv_mirror *mirror, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (unsigned i = 0; status == ASV_OK && i < ASV_MIRROR_DISKS; i++) {
        status = mirror->disks[i].sync(mirror->disks[i].ctx, err);
    }
    return status;
}

/* K-037 */
static enum asv_status bring(struct asv_store *store, unsigned to, struct asv_err *err)
{
    struct asv_mirror *mirror = &store->mirror;
    const struct asv_disk *disk = &mirror->disks[to];
    struct match match = {.store = store, .from = 1 - to, .to = to, .err = err};
    asv_store_match_keys(store);
    if (!mirror->there[to]) {
        return asv_fail(err, mirror->why[to].status, mirror->why[to].text);
    }
    enum asv_status status = match_plain(&match);
    if (status == ASV_OK) {
        status = sync_both(mirror, err);
    }
    if (status == ASV_OK) {
        status = match_index(&match);
    }
    if (status == ASV_OK) {
        status = disk->remove(disk->ctx, ASV_STORE_INDEX_NEW, err);
    }
    if (status == ASV_OK) {
        status = asv_store_remove_leftovers(store, to, err);
    }
    return status == ASV_OK ? disk->sync(disk->ctx, err) : status;
}

bool asv_store_bring(struct asv_store *store, unsigned to)
{
    struct asv_mirror *mirror = &store->mirror;
    struct asv_err err = {0};
    err.status = bring(store, to, &err);
    mirror->used[to] = err.status == ASV_OK;
    if (err.status != ASV_OK) {
        asv_mirror_drop(mirror, to, &err);
    }
    return mirror->used[to];
}

/* K-039 */
void asv_store_bring_back(struct asv_store *store)
{
    struct asv_mirror *mirror = &store->mirror;
    for (unsigned i = 0; i < mirror->count; i++) {
        const struct asv_disk *disk = &mirror->disks[i];
        struct asv_err err = {0};
        if (mirror->used[i]) {
            continue;
        }
        err.status = disk->attach(disk->ctx, &err);
        mirror->there[i] = err.status == ASV_OK;
        if (err.status == ASV_OK) {
            err.status = asv_store_check_disk(store, i, &err);
        }
        if (err.status != ASV_OK) {
            asv_mirror_drop(mirror, i, &err);
        } else {
            (void)asv_store_bring(store, i);
        }
    }
}
