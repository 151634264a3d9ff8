/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Making and opening a key store: which index counts, what a crash left undone. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/keeper/secret.h"
#include "server/keeper/store_internal.h"

/* What the slots hold before anything is decided. Secret. */
struct seen {
    struct asv_slot_cell cells[ASV_STORE_SLOTS_MAX][ASV_SLOT_CELLS];
    enum asv_status states[ASV_STORE_SLOTS_MAX][ASV_SLOT_CELLS];
    unsigned masters; /* cells that hold one */
};

static enum asv_status check_setup(const struct asv_store_setup *setup, struct asv_err *err)
{
    if (setup->slot_count < ASV_STORE_SLOTS_MIN || setup->slot_count > ASV_STORE_SLOTS_MAX) { /* K-027 */
        return asv_failf(err, ASV_E_USAGE, "key store: give %d to %d master slots, on different media",
                         ASV_STORE_SLOTS_MIN, ASV_STORE_SLOTS_MAX);
    }
    for (size_t i = 0; i < setup->slot_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(setup->slots[i].label, setup->slots[j].label) == 0) {
                return asv_failf(err, ASV_E_USAGE, "key store: master slot %s is given twice",
                                 setup->slots[i].label);
            }
        }
    }
    return ASV_OK;
}

/* K-028: a copied slot would be forgotten in one place only. */
static enum asv_status check_copies(const struct asv_store *store, const struct seen *seen,
                                    struct asv_err *err)
{
    const struct asv_slot_cell *first[ASV_STORE_SLOTS_MAX] = {NULL};
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        for (unsigned c = 0; c < ASV_SLOT_CELLS; c++) {
            if (seen->states[i][c] == ASV_OK && first[i] == NULL) {
                first[i] = &seen->cells[i][c];
            }
        }
        for (unsigned j = 0; first[i] != NULL && j < i; j++) {
            if (first[j] != NULL && memcmp(first[i]->slot, first[j]->slot, ASV_SLOT_ID_BYTES) == 0) {
                return asv_failf(err, ASV_E_MISMATCH, "key store: master slot %s is a copy of %s",
                                 store->setup.slots[i].label, store->setup.slots[j].label);
            }
        }
    }
    return ASV_OK;
}

static enum asv_status look_at_slots(struct asv_store *store, struct seen *seen, struct asv_err *err)
{
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        store->slots[i] = (struct asv_store_slot){0};
        if (asv_store_slot_read(&store->setup.slots[i], seen->cells[i], seen->states[i], NULL) != ASV_OK) {
            seen->states[i][0] = seen->states[i][1] = ASV_E_AWAY;
            continue;
        }
        for (unsigned c = 0; c < ASV_SLOT_CELLS; c++) {
            if (seen->states[i][c] == ASV_OK) {
                memcpy(store->slots[i].id, seen->cells[i][c].slot, ASV_SLOT_ID_BYTES);
                store->slots[i].has_id = true;
                seen->masters++;
            }
        }
    }
    return check_copies(store, seen, err);
}

/* What the directories hold. */
struct found {
    bool exists;                     /* an index, whether it opens or not */
    unsigned disk;                   /* where the one that counts is ... */
    bool is_new;                     /* ... and whether it is called index.new */
    bool heads_differ;               /* the two have not the same head of the ledger */
    uint8_t *data[ASV_MIRROR_DISKS]; /* of `index`; NULL: there is none */
    size_t len[ASV_MIRROR_DISKS];
};

static void free_found(struct found *found)
{
    for (unsigned i = 0; i < ASV_MIRROR_DISKS; i++) {
        free(found->data[i]);
    }
}

#define auto_found ASV_CLEANUP(free_found)

/* K-018, K-037: the highest epoch counts, then the highest generation. A new index of the same epoch was
 * never reported: it may not be on the medium, even when it can be read. */
static bool counts_more(const struct asv_index *than, const struct asv_index_label *label, bool is_new)
{
    return than == NULL || label->epoch > than->epoch ||
           (label->epoch == than->epoch && !is_new && label->generation > than->generation);
}

/* K-233: one that this program wrote is damaged where it says of which format it is, as it may be elsewhere.
 */
static bool is_damaged(const struct asv_store *store, const struct seen *seen, struct asv_bytes file)
{
    bool damaged = false;
    for (unsigned i = 0; i < store->setup.slot_count * ASV_SLOT_CELLS; i++) {
        const struct asv_slot_cell *cell = &seen->cells[i / ASV_SLOT_CELLS][i % ASV_SLOT_CELLS];
        damaged = damaged || (seen->states[i / ASV_SLOT_CELLS][i % ASV_SLOT_CELLS] == ASV_OK &&
                              asv_index_is_damaged(file.data, file.len, cell->master));
    }
    return damaged;
}

/* Opens one index with whichever master fits, and takes it when it counts more than what is there so far. */
static enum asv_status try_index(struct asv_store *store, const struct seen *seen, struct found *found,
                                 unsigned disk, bool is_new, struct asv_bytes file, struct asv_err *err)
{
    struct asv_index_label label;
    enum asv_status read = asv_index_label_read(&label, file.data, file.len);
    /* K-233: what it says, and whether it counts, another program knows. A new one counts when a slot has its
     * master, and that is looked at; otherwise it may have been cut off, or torn, anywhere. */
    if (read == ASV_E_UNSUPPORTED && !is_new && !is_damaged(store, seen, file)) {
        return asv_failf(err, read,
                         "key store: the index in the %s is not of format %d, which is this program's",
                         asv_mirror_name(disk), ASV_INDEX_FORMAT);
    }
    if (read != ASV_OK || !counts_more(store->index, &label, is_new)) {
        return ASV_OK;
    }
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        for (unsigned c = 0; c < ASV_SLOT_CELLS; c++) {
            const struct asv_slot_cell *cell = &seen->cells[i][c];
            struct asv_index *index = NULL;
            if (seen->states[i][c] != ASV_OK || cell->epoch != label.epoch ||
                memcmp(cell->store, label.store, ASV_STORE_ID_BYTES) != 0) {
                continue;
            }
            enum asv_status status = asv_index_open(&index, file.data, file.len, cell->master, err);
            if (status == ASV_OK) {
                asv_index_free(store->index);
                store->index = index;
                memcpy(store->master, cell->master, ASV_MASTER_KEY_BYTES);
                found->disk = disk;
                found->is_new = is_new;
                return ASV_OK;
            }
            if (status != ASV_E_DIGEST) {
                return status;
            }
        }
    }
    return ASV_OK;
}

/* A directory that cannot be read is away, as long as the other one is there. */
static enum asv_status look_at(struct asv_store *store, const struct seen *seen, struct found *found,
                               unsigned disk, bool is_new, struct asv_err *err)
{
    struct asv_mirror *mirror = &store->mirror;
    const struct asv_disk *calls = &mirror->disks[disk];
    struct asv_err why = {0};
    uint8_t *data = NULL;
    size_t len = 0;
    enum asv_status status = calls->read(calls->ctx, is_new ? ASV_STORE_INDEX_NEW : ASV_STORE_INDEX,
                                         ASV_INDEX_FILE_MAX, &data, &len, &why);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status != ASV_OK) {
        why.status = status;
        asv_mirror_drop(mirror, disk, &why);
        return mirror->there[0] || mirror->there[1] ? ASV_OK : asv_fail(err, status, why.text);
    }
    found->exists = found->exists || !is_new; /* an index.new without a master is a store that was not made */
    status = try_index(store, seen, found, disk, is_new, (struct asv_bytes){data, len}, err);
    if (!is_new) {
        found->data[disk] = asv_steal(&data);
        found->len[disk] = len;
    }
    free(data);
    return status;
}

static enum asv_status choose_index(struct asv_store *store, const struct seen *seen, struct found *found,
                                    struct asv_err *err)
{
    struct asv_mirror *mirror = &store->mirror;
    enum asv_status status = ASV_OK;
    for (unsigned k = 0; k < 2 * mirror->count; k++) { /* each index before any index.new */
        unsigned disk = k % mirror->count;
        if (status == ASV_OK && mirror->there[disk]) {
            status = look_at(store, seen, found, disk, k >= mirror->count, err);
        }
    }
    if (status != ASV_OK || store->index != NULL) {
        bool lost = status == ASV_OK && !mirror->there[found->disk]; /* it was read, and then failed */
        const struct asv_err *why = &mirror->why[found->disk];
        return lost ? asv_fail(err, why->status, why->text) : status;
    }
    for (unsigned i = 0; i < mirror->count; i++) {
        if (!mirror->there[i]) {
            return asv_failf(err, ASV_E_AWAY,
                             "key store: the other directory does not open without the %s: %s",
                             asv_mirror_name(i), mirror->why[i].text);
        }
    }
    return found->exists || seen->masters > 0
               ? asv_fail(err, ASV_E_DIGEST, "key store: no master slot that is there opens its index")
               : asv_fail(err, ASV_E_NOT_FOUND, "key store: there is none; make one with --init");
}

/* K-025, K-038: no slot takes a master before the index under it is on the medium. So a master that is newer
 * than the index says where the store was already. */
static enum asv_status check_masters(const struct asv_store *store, const struct seen *seen,
                                     struct asv_err *err)
{
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        for (unsigned c = 0; c < ASV_SLOT_CELLS; c++) {
            const struct asv_slot_cell *cell = &seen->cells[i][c];
            if (seen->states[i][c] != ASV_OK) {
                continue;
            }
            if (memcmp(cell->store, store->index->store, ASV_STORE_ID_BYTES) != 0) {
                return asv_failf(err, ASV_E_MISMATCH, "key store: master slot %s belongs to another one",
                                 store->setup.slots[i].label);
            }
            if (cell->epoch > store->index->epoch) {
                return asv_failf(err, ASV_E_MISMATCH,
                                 "key store: master slot %s is newer than the index, which comes from an "
                                 "earlier time",
                                 store->setup.slots[i].label);
            }
        }
    }
    return ASV_OK;
}

/* K-038: one directory alone, without all slots, may be the one that was left behind. */
static enum asv_status check_alone(const struct asv_store *store, const struct seen *seen,
                                   struct asv_err *err)
{
    const struct asv_mirror *mirror = &store->mirror;
    for (unsigned i = 0; i < mirror->count; i++) {
        for (unsigned s = 0; !mirror->there[i] && s < store->setup.slot_count; s++) {
            if (seen->states[s][0] == ASV_E_AWAY) {
                return asv_failf(err, ASV_E_AWAY,
                                 "key store: both the %s and master slot %s are away: what is there may be "
                                 "from an earlier time",
                                 asv_mirror_name(i), store->setup.slots[s].label);
            }
        }
    }
    return ASV_OK;
}

/* What lies in the other directory must be this store's, and older. */
static enum asv_status check_disks(struct asv_store *store, const struct found *found, struct asv_err *err)
{
    struct asv_mirror *mirror = &store->mirror;
    enum asv_status status = ASV_OK;
    for (unsigned i = 0; status == ASV_OK && i < mirror->count; i++) {
        struct asv_err why = {0};
        if (!mirror->there[i]) {
            continue;
        }
        why.status = asv_store_check_disk(store, i, &why);
        if (why.status != ASV_OK && (i == found->disk || why.status == ASV_E_MISMATCH)) {
            status = asv_fail(err, why.status, why.text);
        } else if (why.status != ASV_OK) {
            asv_mirror_drop(mirror, i, &why);
        }
    }
    return status;
}

/* Brings slots and index names to where the commit that was cut would have brought them, or back. */
static enum asv_status settle(struct asv_store *store, bool rename_it, struct asv_err *err)
{
    struct asv_mirror *mirror = &store->mirror;
    bool any = false;
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        if (asv_store_slot_add(store, store->index, i, store->master, err) == ASV_OK) {
            any = true;
            asv_store_slot_finish(store, store->index, i, store->master);
        }
    }
    if (!any) {
        return asv_fail(err, ASV_E_IO, "key store: no master slot can be written");
    }
    enum asv_status status = rename_it ? asv_mirror_rename(mirror, ASV_STORE_INDEX_NEW, ASV_STORE_INDEX, err)
                                       : asv_mirror_remove(mirror, ASV_STORE_INDEX_NEW, err);
    return status == ASV_OK ? asv_mirror_sync(mirror, err) : status; /* an earlier sync may have failed */
}

/* Whether both directories have the same index. */
static bool are_alike(const struct found *found)
{
    return !found->is_new && found->data[0] != NULL && found->data[1] != NULL &&
           found->len[0] == found->len[1] && memcmp(found->data[0], found->data[1], found->len[0]) == 0;
}

/* K-036, K-037: the other directory is brought to where the one that counts is. Unless they were alike, what
 * the other one held must not count again, wherever it, or a medium that was at its place, comes back. */
static enum asv_status join(struct asv_store *store, const struct found *found, struct asv_err *err)
{
    struct asv_mirror *mirror = &store->mirror;
    unsigned other = 1 - found->disk;
    if (mirror->count == 1) { /* a replica that is configured no more stays behind, too */
        asv_store_match_keys(store);
        mirror->fence = store->index->mirrored;
        return asv_store_fence(store, err);
    }
    bool brought = false;
    if (mirror->there[other]) {
        brought = asv_store_bring(store, other);
    } else {
        asv_store_match_keys(store);
    }
    mirror->fence = !brought || !are_alike(found) || found->heads_differ;
    return asv_store_fence(store, err);
}

static void forget(struct asv_store *store)
{
    asv_index_free(store->index);
    store->index = NULL;
    store->open = false;
    if (store->master != NULL) {
        asv_wipe(store->master, ASV_MASTER_KEY_BYTES);
    }
}

/* What the media say, from scratch. */
static enum asv_status look(struct asv_store *store, unsigned without, struct seen *seen, struct found *found,
                            struct asv_err *err)
{
    enum asv_status status = asv_mirror_attach(&store->mirror, err);
    if (status == ASV_OK && without < ASV_MIRROR_DISKS) {
        asv_mirror_drop(&store->mirror, without, err);
    }
    if (status == ASV_OK) {
        status = look_at_slots(store, seen, err);
    }
    if (status == ASV_OK) {
        status = choose_index(store, seen, found, err);
        assert(status != ASV_OK || store->index != NULL);
    }
    if (status == ASV_OK) {
        status = check_masters(store, seen, err);
    }
    return status == ASV_OK ? check_alone(store, seen, err) : status;
}

/* Leaves one directory out of it (ASV_MIRROR_DISKS: none). *failing: the one that could not do what it must,
 * while the other one has the same. */
static enum asv_status load_without(struct asv_store *store, unsigned without, unsigned *failing,
                                    struct asv_err *err)
{
    asv_auto_secret void *secret = NULL;
    auto_found struct found found = {0};
    forget(store);
    if (asv_secret_alloc(&secret, sizeof(struct seen)) != ASV_OK) {
        return asv_fail(err, ASV_E_NO_MEMORY, "key store: no locked memory");
    }
    enum asv_status status = look(store, without, secret, &found, err);
    if (status == ASV_OK) {
        store->mirror.used[found.disk] = true;
        status = check_disks(store, &found, err);
    }
    if (status == ASV_OK) {
        status = settle(store, found.is_new, err);
    }
    if (status == ASV_OK) { /* what it removes, no index on the medium names any more */
        status = asv_store_remove_leftovers(store, found.disk, err);
    }
    if (status == ASV_OK) {
        found.heads_differ = !asv_store_take_head(store, found.disk, are_alike(&found));
        store->open = true;
        status = join(store, &found, err);
    }
    if (status != ASV_OK) {
        *failing = status != ASV_E_MISMATCH && are_alike(&found) ? found.disk : ASV_MIRROR_DISKS;
        forget(store);
    }
    return status;
}

static enum asv_status load(struct asv_store *store, struct asv_err *err)
{
    unsigned failing = ASV_MIRROR_DISKS;
    struct asv_err why = {0};
    enum asv_status status = load_without(store, ASV_MIRROR_DISKS, &failing, &why);
    if (status != ASV_OK && failing < ASV_MIRROR_DISKS) {
        why.status = status;
        status = load_without(store, failing, &failing, &why);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, why.text);
}

static enum asv_status new_store(struct asv_store **out, const struct asv_store_setup *setup,
                                 struct asv_err *err)
{
    void *master = NULL;
    enum asv_status status = check_setup(setup, err);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_store *store = calloc(1, sizeof *store);
    if (store == NULL || asv_secret_alloc(&master, ASV_MASTER_KEY_BYTES) != ASV_OK) {
        free(store);
        return asv_fail(err, ASV_E_NO_MEMORY, "key store: no locked memory");
    }
    store->setup = *setup;
    store->mirror.disks[0] = setup->disk;
    store->mirror.disks[1] = setup->replica;
    store->mirror.count = setup->replica.read == NULL ? 1 : 2;
    store->master = master;
    *out = store;
    return ASV_OK;
}

/* K-132, LAW T8: another period would act on the days whose keys are here, and on those that are over. */
static enum asv_status check_period(const struct asv_store *store, struct asv_err *err)
{
    const struct asv_index *index = store->index;
    assert(index != NULL);
    if (index->first_days == store->setup.first_days && index->first_version == store->setup.first_version) {
        return ASV_OK;
    }
    return asv_failf(
        err, ASV_E_USAGE,
        "key store: it was made with retention_days = %u and policy_version = %u; put them back, "
        "and change the period by a policy, which begins with a day that is yet to come",
        (unsigned)index->first_days, (unsigned)index->first_version);
}

enum asv_status asv_store_open(struct asv_store **out, const struct asv_store_setup *setup,
                               struct asv_err *err)
{
    struct asv_store *store = NULL;
    enum asv_status status = new_store(&store, setup, err);
    if (status == ASV_OK) {
        assert(store != NULL);
        status = load(store, err);
    }
    if (status == ASV_OK) {
        status = check_period(store, err);
    }
    if (status != ASV_OK) {
        asv_store_close(store);
        return status;
    }
    *out = store;
    return ASV_OK;
}

void asv_store_close(struct asv_store *store)
{
    if (store != NULL) {
        asv_index_free(store->index);
        asv_secret_free(store->master);
        free(store);
    }
}

enum asv_status asv_store_ready(struct asv_store *store, struct asv_err *err)
{
    return store->open ? ASV_OK : load(store, err);
}

/* Nothing may be overwritten: neither an index nor a slot that holds anything. */
static enum asv_status check_empty(const struct asv_store *store, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (unsigned i = 0; i < store->mirror.count; i++) {
        const struct asv_disk *disk = &store->mirror.disks[i];
        asv_auto_free uint8_t *data = NULL;
        size_t len = 0;
        status = disk->read(disk->ctx, ASV_STORE_INDEX, ASV_INDEX_FILE_MAX, &data, &len, err);
        if (status != ASV_E_NOT_FOUND) {
            return status == ASV_OK ? asv_fail(err, ASV_E_EXISTS, "key store: there is one already") : status;
        }
    }
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        struct asv_slot_cell cells[ASV_SLOT_CELLS];
        enum asv_status states[ASV_SLOT_CELLS];
        status = asv_store_slot_read(&store->setup.slots[i], cells, states, err);
        asv_wipe(cells, sizeof cells);
        if (status != ASV_OK) {
            return status;
        }
        if (states[0] == ASV_OK || states[1] == ASV_OK) { /* what a cut left there is nobody's master */
            return asv_failf(err, ASV_E_EXISTS, "key store: master slot %s is in use",
                             store->setup.slots[i].label);
        }
    }
    return ASV_OK;
}

/* A new store is in every directory from its first commit on. */
static enum asv_status use_all(struct asv_mirror *mirror, struct asv_err *err)
{
    enum asv_status status = asv_mirror_attach(mirror, err);
    for (unsigned i = 0; status == ASV_OK && i < mirror->count; i++) {
        mirror->used[i] = mirror->there[i];
        if (!mirror->there[i]) {
            status = asv_fail(err, mirror->why[i].status, mirror->why[i].text);
        }
    }
    return status;
}

enum asv_status asv_store_create(const struct asv_store_setup *setup, struct asv_err *err)
{
    struct asv_store *store = NULL;
    struct asv_store_change change;
    enum asv_status status = new_store(&store, setup, err);
    if (status != ASV_OK) {
        return status;
    }
    assert(store != NULL);
    status = use_all(&store->mirror, err);
    if (status == ASV_OK) {
        status = check_empty(store, err);
    }
    if (status == ASV_OK) {
        status = asv_index_new(&store->index);
    }
    if (status == ASV_OK) {
        status = asv_world_random(setup->world, store->index->store, ASV_STORE_ID_BYTES);
    }
    if (status == ASV_OK) {
        store->index->first_version = setup->first_version;
        store->index->first_days = setup->first_days;
        store->open = true;
        status = asv_store_begin(store, &change, err);
    }
    if (status == ASV_OK) {
        status = asv_store_commit(&change, true, err); /* the first master is made like any other */
    }
    for (unsigned i = 0; status == ASV_OK && i < setup->slot_count; i++) {
        if (!asv_store_slot_current(store, i)) {
            status = asv_failf(err, ASV_E_IO, "key store: master slot %s did not take the first master",
                               setup->slots[i].label);
        }
    }
    for (unsigned i = 0; status == ASV_OK && i < store->mirror.count; i++) {
        if (!store->mirror.used[i]) {
            status = asv_fail(err, ASV_E_IO, store->mirror.why[i].text);
        }
    }
    asv_store_close(store);
    return status;
}
