/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Keys: made, found, destroyed. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/bulletin.h"
#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/keeper/kept.h"
#include "server/keeper/store_internal.h"

/* One directory's copy. ASV_E_DIGEST: missing, too long, another one. */
static enum asv_status read_copy(const struct asv_store *store, unsigned i, const char *name,
                                 const struct asv_entry *entry, struct asv_dayfile *out, struct asv_err *err)
{
    const struct asv_disk *disk = &store->mirror.disks[i];
    asv_auto_free uint8_t *data = NULL;
    size_t len = 0;
    enum asv_status status = disk->read(disk->ctx, name, ASV_DAYFILE_MAX, &data, &len, err);
    if (status == ASV_OK) {
        status = asv_dayfile_open(out, store->index->store, entry, data, len, err);
    }
    if (status == ASV_OK || status == ASV_E_NO_MEMORY || status == ASV_E_IO) {
        return status;
    }
    return asv_failf(err, ASV_E_DIGEST, "key store: %s is damaged", name);
}

/* The key file of one entry. The caller frees *out. ASV_E_DIGEST for a file that is damaged: missing, or not
 * the one that the index names. */
static enum asv_status read_file(struct asv_store *store, const struct asv_entry *entry,
                                 struct asv_dayfile *out, struct asv_err *err)
{
    struct asv_mirror *mirror = &store->mirror;
    struct asv_err errs[ASV_MIRROR_DISKS] = {{0}};
    unsigned failed = ASV_MIRROR_DISKS;
    char name[ASV_ENTRY_NAME_BYTES];
    asv_entry_name(name, entry);
    for (unsigned i = 0; i < mirror->count; i++) {
        if (!mirror->there[i]) {
            continue;
        }
        enum asv_status status = read_copy(store, i, name, entry, out, &errs[i]);
        if (status == ASV_OK) {
            /* The other one is not: it is out of use until it is brought in step again. */
            if (failed < i && mirror->used[failed] && mirror->used[i]) {
                asv_mirror_drop(mirror, failed, &errs[failed]);
            }
            return ASV_OK;
        }
        errs[i].status = status;
        if (failed == ASV_MIRROR_DISKS || status != ASV_E_DIGEST) { /* that one may be good yet */
            failed = i;
        }
    }
    if (failed == ASV_MIRROR_DISKS) {
        return asv_fail(err, ASV_E_AWAY, "key store: no directory is there");
    }
    store->damaged += errs[failed].status == ASV_E_DIGEST && store->damaged == 0 ? 1 : 0;
    return asv_fail(err, errs[failed].status, errs[failed].text);
}

/* Where a camera's key of a day is, or can be put. */
struct day_place {
    const struct asv_entry *entry; /* NULL: in a new file */
    struct asv_dayfile file;       /* of entry */
    bool has_key;
};

static void free_place(struct day_place *place)
{
    asv_dayfile_free(&place->file);
}

#define auto_place ASV_CLEANUP(free_place)

/* A day has several files when one is full, or damaged. */
static enum asv_status find_place(struct asv_store *store, const struct asv_index *index, uint32_t date,
                                  const uint8_t camera[ASV_SHA256_BYTES], struct day_place *out,
                                  struct asv_err *err)
{
    const struct asv_entry *entry = NULL;
    while (!out->has_key && (entry = asv_index_day(index, date, entry)) != NULL) {
        asv_auto_dayfile struct asv_dayfile file = {0};
        enum asv_status status = read_file(store, entry, &file, err);
        if (status != ASV_OK && status != ASV_E_DIGEST) {
            return status;
        }
        out->has_key = status == ASV_OK && asv_dayfile_find(&file, camera) != NULL;
        if (out->has_key || (status == ASV_OK && out->entry == NULL && file.count < ASV_DAYFILE_KEYS_MAX)) {
            free_place(out);
            out->entry = entry;
            out->file = file;
            file = (struct asv_dayfile){0};
        }
    }
    return ASV_OK;
}

/* Whether a camera may yet seal a recording in the range with a key of this day, or (0) with a reserve key.
 */
static bool is_in_range(const struct asv_index_ahead *ahead, uint32_t date, int64_t now_ms)
{
    int64_t start_ms = now_ms;
    int64_t end_ms = INT64_MAX;
    bool dated = date == 0 || (asv_local_day_start(date, &start_ms) == ASV_OK &&
                               asv_local_day_end(date, &end_ms) == ASV_OK);
    return dated && start_ms < ahead->until_ms && ahead->from_ms < end_ms;
}

/* K-090: what is held before docking has a copy of a key that is made later, too. */
static enum asv_status copy_ahead(struct asv_store_change *change, uint32_t date,
                                  const struct asv_dayfile_key *key, struct asv_err *err)
{
    int64_t now_ms = 0;
    if (asv_world_wall_ms(change->store->setup.world, &now_ms) != ASV_OK) {
        return asv_fail(err, ASV_E_AWAY, "the clock cannot be read");
    }
    for (uint32_t i = 0; i < asv_index_count(change->next, ASV_INDEX_AHEADS); i++) {
        struct asv_index_ahead *ahead = asv_index_row(change->next, ASV_INDEX_AHEADS, i);
        if (memcmp(ahead->camera, key->camera, sizeof ahead->camera) == 0 &&
            is_in_range(ahead, date, now_ms)) {
            change->destroys |= asv_index_ahead_copy(ahead, date, 0, key->sk);
        }
    }
    return ASV_OK;
}

static enum asv_status new_key(struct asv_store_change *change, uint32_t date,
                               const uint8_t camera[ASV_SHA256_BYTES], struct asv_dayfile *file,
                               struct asv_err *err)
{
    struct asv_dayfile_key key;
    memcpy(key.camera, camera, sizeof key.camera);
    enum asv_status status = asv_world_random(change->store->setup.world, key.sk, sizeof key.sk);
    if (status == ASV_OK) {
        status = asv_dayfile_add(file, &key);
    }
    if (status == ASV_OK) {
        status = copy_ahead(change, date, &key, err);
    }
    asv_wipe(&key, sizeof key);
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "key store: no randomness or room for a key");
}

/* Replaces a file of the day by one that has this camera's key too. */
static enum asv_status make_day(struct asv_store_change *change, const uint8_t camera[ASV_SHA256_BYTES],
                                const struct asv_store_day *day, uint16_t *made, struct asv_err *err)
{
    auto_place struct day_place place = {0};
    struct asv_entry fresh = {.kind = ASV_ENTRY_DAY, .date = day->date, .due_ms = day->due_ms};
    enum asv_status status = find_place(change->store, change->next, day->date, camera, &place, err);
    if (status != ASV_OK || place.has_key) { /* K-050 */
        return status;
    }
    if (place.entry != NULL) {
        fresh.due_ms = place.entry->due_ms;
        asv_index_drop_key(change->next, ASV_INDEX_ENTRIES, place.entry->id);
    }
    status = new_key(change, day->date, camera, &place.file, err);
    if (status == ASV_OK) {
        status = asv_store_put(change, &fresh, &place.file, err);
    }
    asv_wipe(&fresh, sizeof fresh);
    *made = (uint16_t)(*made + 1);
    return status;
}

enum asv_status asv_store_make_days(struct asv_store *store, const uint8_t camera[ASV_SHA256_BYTES],
                                    const struct asv_store_day *days, size_t count, uint16_t *made,
                                    struct asv_err *err)
{
    struct asv_store_change change;
    uint16_t new_keys = 0;
    enum asv_status status = asv_store_begin(store, &change, err);
    if (status != ASV_OK) {
        return status;
    }
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = make_day(&change, camera, &days[i], &new_keys, err);
    }
    if (status == ASV_OK && new_keys > 0) {
        status = asv_store_commit(&change, false, err);
    } else {
        asv_store_abort(&change);
    }
    if (status == ASV_OK) {
        *made = new_keys;
    }
    return status;
}

enum asv_status asv_store_days(struct asv_store *store, const uint8_t camera[ASV_SHA256_BYTES],
                               struct asv_store_public *days, size_t max, size_t *count, struct asv_err *err)
{
    size_t found = 0;
    for (; found < max; found++) {
        auto_place struct day_place place = {0};
        enum asv_status status = find_place(store, store->index, days[found].date, camera, &place, err);
        if (status != ASV_OK) {
            return status;
        }
        if (!place.has_key) {
            break;
        }
        asv_x25519_public(days[found].pk, asv_dayfile_find(&place.file, camera)->sk);
    }
    *count = found;
    return ASV_OK;
}

bool asv_store_is_key(const uint8_t sk[ASV_X25519_BYTES], const uint8_t id[ASV_KEY_ID_BYTES])
{
    uint8_t pk[ASV_X25519_BYTES];
    uint8_t own[ASV_KEY_ID_BYTES];
    asv_x25519_public(pk, sk);
    asv_key_id(own, pk);
    return memcmp(own, id, sizeof own) == 0;
}

/* The next file that may have a key of this camera: of a day, or (date 0) a reserve key. */
static const struct asv_entry *next_file(const struct asv_index *index, uint32_t date,
                                         const uint8_t camera[ASV_SHA256_BYTES], uint32_t *at)
{
    while (*at < asv_index_count(index, ASV_INDEX_ENTRIES)) {
        const struct asv_entry *entry = &asv_entries(index)[(*at)++];
        if (date != 0
                ? entry->kind == ASV_ENTRY_DAY && entry->date == date
                : entry->kind == ASV_ENTRY_RESERVE && memcmp(entry->subject, camera, ASV_SHA256_BYTES) == 0) {
            return entry;
        }
    }
    return NULL;
}

enum asv_status asv_store_find(struct asv_store *store, uint8_t kind, uint32_t date,
                               const uint8_t camera[ASV_SHA256_BYTES], const uint8_t id[ASV_KEY_ID_BYTES],
                               struct asv_store_key *out, struct asv_err *err)
{
    if (!store->open) {
        return asv_fail(err, ASV_E_AWAY, "key store: closed after an error of its medium");
    }
    const struct asv_entry *entry = NULL;
    enum asv_status failed = ASV_OK;
    uint32_t at = 0;
    while ((entry = next_file(store->index, kind == ASV_KEY_DAY ? date : 0, camera, &at)) != NULL) {
        asv_auto_dayfile struct asv_dayfile file = {0};
        enum asv_status status = read_file(store, entry, &file, err);
        failed = status == ASV_OK ? failed : status;
        const struct asv_dayfile_key *key = asv_dayfile_find(&file, camera);
        if (key != NULL && asv_store_is_key(key->sk, id)) {
            out->due_ms = entry->due_ms;
            memcpy(out->sk, key->sk, sizeof out->sk);
            return ASV_OK;
        }
    }
    return failed != ASV_OK
               ? failed /* err says which file: the key may be in it */
               : asv_fail(err, ASV_E_NOT_FOUND, "key store: no such key; it is destroyed or never was here");
}

/* A file that is damaged gives way to a new one: no camera goes without a reserve key. */
static enum asv_status read_reserve(struct asv_store_change *change, const uint8_t camera[ASV_SHA256_BYTES],
                                    struct asv_dayfile *out, struct asv_err *err)
{
    const struct asv_entry *entry = NULL;
    enum asv_status status = ASV_E_DIGEST;
    while (status == ASV_E_DIGEST && (entry = asv_index_reserve(change->next, camera, entry)) != NULL) {
        status = read_file(change->store, entry, out, err);
    }
    return status == ASV_E_DIGEST ? ASV_E_NOT_FOUND : status;
}

enum asv_status asv_store_reserve(struct asv_store_change *change, const uint8_t camera[ASV_SHA256_BYTES],
                                  uint8_t pk[ASV_X25519_BYTES], struct asv_err *err)
{
    asv_auto_dayfile struct asv_dayfile file = {0};
    enum asv_status status = read_reserve(change, camera, &file, err);
    if (status == ASV_E_NOT_FOUND) {
        struct asv_entry fresh = {.kind = ASV_ENTRY_RESERVE};
        memcpy(fresh.subject, camera, sizeof fresh.subject);
        status = new_key(change, 0, camera, &file, err);
        if (status == ASV_OK) {
            status = asv_store_put(change, &fresh, &file, err);
        }
        asv_wipe(&fresh, sizeof fresh);
    }
    if (status == ASV_OK && file.count != 1) {
        status = asv_fail(err, ASV_E_IO, "key store: a reserve file without its one key");
    }
    if (status == ASV_OK) {
        asv_x25519_public(pk, file.keys[0].sk);
    }
    return status;
}

void asv_store_reserve_used(struct asv_store_change *change, const uint8_t camera[ASV_SHA256_BYTES],
                            int64_t due_ms)
{
    struct asv_entry *entry = NULL;
    while ((entry = asv_index_reserve(change->next, camera, entry)) != NULL) {
        entry->due_ms = due_ms;
    }
    for (uint32_t i = 0; i < asv_index_count(change->next, ASV_INDEX_AHEADS); i++) { /* its copies know it */
        struct asv_index_ahead *ahead = asv_index_row(change->next, ASV_INDEX_AHEADS, i);
        bool theirs = memcmp(ahead->camera, camera, sizeof ahead->camera) == 0;
        for (unsigned k = 0; theirs && k < ahead->key_count; k++) {
            struct asv_ahead_key *key = &ahead->keys[k];
            key->due_ms = key->date == 0 && key->due_ms == 0 ? due_ms : key->due_ms;
        }
    }
}

enum asv_status asv_store_set_revocations(struct asv_store *store, uint64_t number, struct asv_err *err)
{
    struct asv_store_change change;
    enum asv_status status = asv_store_begin(store, &change, err);
    if (status == ASV_OK) {
        change.next->revocations = number;
        status = asv_store_commit(&change, false, err);
    }
    return status;
}

enum asv_status asv_store_stop(struct asv_store *store, uint8_t stop, int64_t now_ms, struct asv_err *err)
{
    struct asv_store_change change;
    enum asv_status status = asv_store_begin(store, &change, err);
    if (status == ASV_OK) {
        change.next->stop = stop;
        /* Never an instant that people confirmed before: what they said then must not count now (K-122). */
        change.next->stop_since_ms = now_ms > change.next->wall_ms ? now_ms : change.next->wall_ms;
        status = asv_store_commit(&change, false, err);
    }
    return status;
}

static bool is_due(const struct asv_entry *entry, int64_t now_ms)
{
    return entry->due_ms != 0 && entry->due_ms <= now_ms;
}

static bool any_due(const struct asv_index *index, int64_t now_ms)
{
    uint32_t i = 0;
    while (i < asv_index_count(index, ASV_INDEX_ENTRIES) && !is_due(&asv_entries(index)[i], now_ms)) {
        i++;
    }
    return i < asv_index_count(index, ASV_INDEX_ENTRIES) || asv_kept_any(index, now_ms);
}

uint32_t asv_store_drop_due(struct asv_index *next, int64_t now_ms)
{
    uint32_t dropped = asv_kept_tick(next, now_ms);
    for (uint32_t i = asv_index_count(next, ASV_INDEX_ENTRIES); i > 0; i--) {
        if (is_due(&asv_entries(next)[i - 1], now_ms)) { /* K-060 */
            asv_index_drop(next, ASV_INDEX_ENTRIES, i - 1);
            dropped++;
        }
    }
    return dropped;
}

enum asv_status asv_store_destroy_due(struct asv_store *store, int64_t now_ms, uint32_t *count,
                                      struct asv_err *err)
{
    struct asv_store_change change;
    uint32_t dropped = 0;
    if (store->open && !any_due(store->index, now_ms)) {
        *count = 0;
        return ASV_OK;
    }
    enum asv_status status = asv_store_begin(store, &change, err);
    if (status != ASV_OK) {
        return status;
    }
    dropped = asv_store_drop_due(change.next, now_ms);
    status = asv_store_commit(&change, dropped > 0, err);
    if (status == ASV_OK) {
        *count = dropped;
    }
    return status;
}

enum asv_status asv_store_next_key(struct asv_store *store, uint32_t date,
                                   const uint8_t camera[ASV_SHA256_BYTES], uint32_t *at,
                                   struct asv_store_key *out, struct asv_err *err)
{
    const struct asv_entry *entry = NULL;
    while ((entry = next_file(store->index, date, camera, at)) != NULL) {
        asv_auto_dayfile struct asv_dayfile file = {0};
        enum asv_status status = read_file(store, entry, &file, err);
        if (status != ASV_OK) {
            return status;
        }
        const struct asv_dayfile_key *key = asv_dayfile_find(&file, camera);
        if (key != NULL) {
            out->due_ms = entry->due_ms;
            memcpy(out->sk, key->sk, sizeof out->sk);
            return ASV_OK;
        }
    }
    return asv_fail(err, ASV_E_NOT_FOUND, "key store: no such key");
}

/* Replaces a file of the day by one without this camera's key, or by none. */
static enum asv_status drop_key(struct asv_store_change *change, const struct asv_entry *entry,
                                struct asv_dayfile *file, const uint8_t camera[ASV_SHA256_BYTES],
                                struct asv_err *err)
{
    struct asv_entry fresh = {.kind = ASV_ENTRY_DAY, .date = entry->date, .due_ms = entry->due_ms};
    enum asv_status status = asv_dayfile_drop(file, camera);
    asv_index_drop_key(change->next, ASV_INDEX_ENTRIES, entry->id);
    if (status == ASV_OK && file->count > 0) {
        status = asv_store_put(change, &fresh, file, err); /* K-034 */
    }
    asv_wipe(&fresh, sizeof fresh);
    return status;
}

/* Out of all files of the day: a camera has two keys when one of them was damaged and came back. */
static enum asv_status drop_keys(struct asv_store_change *change, const uint8_t camera[ASV_SHA256_BYTES],
                                 uint32_t date, unsigned *dropped, bool *damaged, struct asv_err *err)
{
    const struct asv_entry *entry = NULL;
    while ((entry = asv_index_day(change->store->index, date, entry)) != NULL) {
        asv_auto_dayfile struct asv_dayfile file = {0};
        enum asv_status status = read_file(change->store, entry, &file, err);
        if (status == ASV_E_DIGEST) {
            *damaged = true;
            continue;
        }
        if (status == ASV_OK && asv_dayfile_find(&file, camera) != NULL) {
            status = drop_key(change, entry, &file, camera, err);
            (*dropped)++;
        }
        if (status != ASV_OK) {
            return status;
        }
    }
    return ASV_OK;
}

enum asv_status asv_store_destroy_camera_day(struct asv_store *store, const uint8_t camera[ASV_SHA256_BYTES],
                                             uint32_t date, struct asv_err *err)
{
    struct asv_store_change change;
    unsigned dropped = 0;
    bool damaged = false;
    enum asv_status status = asv_store_begin(store, &change, err);
    if (status == ASV_OK) {
        status = drop_keys(&change, camera, date, &dropped, &damaged, err);
    }
    if (status == ASV_OK && dropped > 0) {
        status = asv_store_commit(&change, true, err);
    } else {
        asv_store_abort(&change);
    }
    if (status == ASV_OK && damaged) { /* K-131: its file may come back */
        status = asv_fail(err, ASV_E_AWAY, "key store: a file of that day is damaged, and may have its key");
    } else if (status == ASV_OK && dropped == 0) {
        status = asv_fail(err, ASV_E_NOT_FOUND, "key store: no such key");
    }
    return status;
}

static void slot_status(const struct asv_store *store, unsigned row, struct asv_keeper_slot_status *out)
{
    const struct asv_index_slot *slot = &store->index->slots[row];
    *out = (struct asv_keeper_slot_status){.confirmed_epoch = slot->confirmed_epoch};
    memcpy(out->id, slot->id, sizeof out->id);
    memcpy(out->label, slot->label, sizeof out->label);
    out->open_erasure = slot->confirmed_epoch < store->index->epoch; /* K-029 */
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        const struct asv_store_slot *seen = &store->slots[i];
        bool is_it = seen->has_id ? memcmp(seen->id, slot->id, sizeof slot->id) == 0
                                  : strcmp(store->setup.slots[i].label, slot->label) == 0;
        if (is_it) {
            out->kind = store->setup.slots[i].kind;
            out->effaceable = store->setup.slots[i].effaceable;
            out->reachable = seen->reachable;
        }
    }
}

/* What people decided, in numbers. */
static void count_decided(const struct asv_index *index, int64_t now_ms, struct asv_keeper_status *out)
{
    const struct asv_kept *kept = asv_kept_rows(index);
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_KEPT); i++) {
        uint8_t state = kept[i].state;
        out->runs += state == ASV_KEEPER_RUNS ? 1 : 0;
        out->pending += state == ASV_KEEPER_PENDING ? 1 : 0;
        out->held += state == ASV_KEEPER_HELD ? 1 : 0;
        out->gone += state == ASV_KEEPER_GONE || state == ASV_KEEPER_OVER ? 1 : 0;
        out->overdue += kept[i].due_ms != 0 && kept[i].due_ms <= now_ms ? 1 : 0;
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_PEOPLE); i++) {
        const struct asv_index_person *row = asv_index_row(index, ASV_INDEX_PEOPLE, i);
        out->people += row->state != ASV_PERSON_REVOKED && row->until_ms > now_ms ? 1 : 0;
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_RECIPIENTS); i++) {
        const struct asv_index_recipient *row = asv_index_row(index, ASV_INDEX_RECIPIENTS, i);
        out->recipients += row->ended == 0 ? 1 : 0;
    }
    out->aheads = asv_index_count(index, ASV_INDEX_AHEADS);
    out->aheads_left = asv_index_aheads_left(index);
    out->recovery_key = index->has_recovery;
    memcpy(out->store, index->store, sizeof out->store);
}

void asv_store_status(const struct asv_store *store, int64_t now_ms, struct asv_keeper_status *out)
{
    const struct asv_index *index = store->index;
    *out = (struct asv_keeper_status){
        .wall_ms = now_ms,
        .generation = index->generation,
        .epoch = index->epoch,
        .stop = index->stop,
        .stop_since_ms = index->stop_since_ms,
        .cameras = asv_index_count(index, ASV_INDEX_CAMERAS),
        .damaged = store->damaged,
        .directory_count = (uint8_t)store->mirror.count,
        .in_step = {store->mirror.used[0], store->mirror.used[1]},
        .slot_count = index->slot_count,
    };
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_ENTRIES); i++) {
        const struct asv_entry *entry = &asv_entries(index)[i];
        if (entry->kind == ASV_ENTRY_DAY) {
            out->days++;
            out->first_date =
                out->first_date == 0 || entry->date < out->first_date ? entry->date : out->first_date;
            out->last_date = entry->date > out->last_date ? entry->date : out->last_date;
        }
        out->reserves += entry->kind == ASV_ENTRY_RESERVE ? 1 : 0;
        out->overdue += is_due(entry, now_ms) ? 1 : 0;
    }
    out->next_due_ms = asv_index_next_due_ms(index);
    count_decided(index, now_ms, out);
    for (unsigned i = 0; i < index->slot_count; i++) {
        slot_status(store, i, &out->slots[i]);
    }
}
