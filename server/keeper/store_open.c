/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Making and opening a key store: which index counts, what a crash left undone. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
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

/* Opens one index file with whichever master fits; keeps it when its epoch is higher than that of the one
 * found so far. *exists: there was a file. */
static enum asv_status try_index(struct asv_store *store, const struct seen *seen, const char *name,
                                 bool *exists, bool *chosen, struct asv_err *err)
{
    const struct asv_disk *disk = &store->setup.disk;
    asv_auto_free uint8_t *data = NULL;
    struct asv_index_label label;
    size_t len = 0;
    *exists = *chosen = false;
    enum asv_status status = disk->read(disk->ctx, name, ASV_INDEX_FILE_MAX, &data, &len, err);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status != ASV_OK) {
        return status;
    }
    *exists = true;
    if (asv_index_label_read(&label, data, len) != ASV_OK ||
        (store->index != NULL && label.epoch <= store->index->epoch)) {
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
            status = asv_index_open(&index, data, len, cell->master, err);
            if (status == ASV_OK) {
                asv_index_free(store->index);
                store->index = index;
                memcpy(store->master, cell->master, ASV_MASTER_KEY_BYTES);
                *chosen = true;
                return ASV_OK;
            }
            if (status != ASV_E_DIGEST) {
                return status;
            }
        }
    }
    return ASV_OK;
}

/* K-018: a slot takes a new master only when the new index is on the medium, so the higher epoch counts. A
 * new index of the same epoch was never committed: it may not be on the medium, even when it can be read. */
static enum asv_status choose_index(struct asv_store *store, const struct seen *seen, bool *rename_it,
                                    bool *remove_it, struct asv_err *err)
{
    bool exists = false;
    bool newer = false;
    bool chosen = false;
    enum asv_status status = try_index(store, seen, ASV_STORE_INDEX, &exists, &chosen, err);
    if (status == ASV_OK) {
        status = try_index(store, seen, ASV_STORE_INDEX_NEW, &newer, rename_it, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (store->index == NULL) {
        return exists || seen->masters > 0
                   ? asv_fail(err, ASV_E_DIGEST, "key store: no master slot that is there opens its index")
                   : asv_fail(err, ASV_E_NOT_FOUND, "key store: there is none; make one with --init");
    }
    *remove_it = newer && !*rename_it;
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        for (unsigned c = 0; c < ASV_SLOT_CELLS; c++) {
            if (seen->states[i][c] == ASV_OK &&
                memcmp(seen->cells[i][c].store, store->index->store, ASV_STORE_ID_BYTES) != 0) { /* K-025 */
                return asv_failf(err, ASV_E_MISMATCH, "key store: master slot %s belongs to another one",
                                 store->setup.slots[i].label);
            }
        }
    }
    return ASV_OK;
}

/* Brings slots and index names to where the commit that was cut would have brought them, or back. */
static enum asv_status settle(struct asv_store *store, bool rename_it, bool remove_it, struct asv_err *err)
{
    const struct asv_disk *disk = &store->setup.disk;
    bool any = false;
    enum asv_status status = ASV_OK;
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        if (asv_store_slot_add(store, store->index, i, store->master, err) == ASV_OK) {
            any = true;
            asv_store_slot_finish(store, store->index, i, store->master);
        }
    }
    if (!any) {
        return asv_fail(err, ASV_E_IO, "key store: no master slot can be written");
    }
    if (rename_it) {
        status = disk->rename(disk->ctx, ASV_STORE_INDEX_NEW, ASV_STORE_INDEX, err);
    } else if (remove_it) {
        status = disk->remove(disk->ctx, ASV_STORE_INDEX_NEW, err);
    }
    return status == ASV_OK ? disk->sync(disk->ctx, err) : status; /* an earlier sync may have failed */
}

static bool is_named(struct asv_index *index, const char *name)
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

/* A walk over the store's files. */
struct walk {
    const struct asv_store *store;
    struct asv_err *err;
};

/* One that is newer than that says that the index was put back from an earlier time: its keys must not be
 * thrown away. */
static enum asv_status check_leftover(void *ctx, const char *name)
{
    const struct walk *walk = ctx;
    const struct asv_store *store = walk->store;
    const struct asv_disk *disk = &store->setup.disk;
    asv_auto_free uint8_t *data = NULL;
    uint64_t generation = 0;
    size_t len = 0;
    if (!is_leftover(store, name)) {
        return ASV_OK;
    }
    enum asv_status status = disk->read(disk->ctx, name, ASV_DAYFILE_MAX, &data, &len, walk->err);
    if (status == ASV_E_LIMIT) {
        return ASV_OK; /* no keeper wrote that */
    }
    if (status == ASV_OK && asv_dayfile_generation(data, len, &generation) == ASV_OK &&
        generation > store->index->generation + 1) { /* K-019 */
        status = asv_failf(walk->err, ASV_E_MISMATCH,
                           "key store: %s is newer than the index, which comes from an earlier time", name);
    }
    return status;
}

static enum asv_status remove_leftover(void *ctx, const char *name)
{
    const struct walk *walk = ctx;
    const struct asv_disk *disk = &walk->store->setup.disk;
    return is_leftover(walk->store, name) ? disk->remove(disk->ctx, name, walk->err) : ASV_OK;
}

/* How many key files are missing or not what the index names. */
static uint32_t count_damaged(const struct asv_store *store)
{
    const struct asv_disk *disk = &store->setup.disk;
    uint32_t damaged = 0;
    for (uint32_t i = 0; i < asv_index_count(store->index, ASV_INDEX_ENTRIES); i++) {
        const struct asv_entry *entry = &asv_entries(store->index)[i];
        asv_auto_free uint8_t *data = NULL;
        uint8_t digest[ASV_SHA256_BYTES] = {0};
        char name[ASV_ENTRY_NAME_BYTES];
        size_t len = 0;
        asv_entry_name(name, entry);
        if (disk->read(disk->ctx, name, ASV_DAYFILE_MAX, &data, &len, NULL) == ASV_OK) {
            asv_sha256(digest, data, len);
        }
        damaged += memcmp(digest, entry->digest, sizeof digest) == 0 ? 0 : 1;
    }
    return damaged;
}

static enum asv_status check_files(struct asv_store *store, struct asv_err *err)
{
    const struct asv_disk *disk = &store->setup.disk;
    struct walk walk = {.store = store, .err = err};
    enum asv_status status = disk->list(disk->ctx, check_leftover, &walk, err);
    if (status == ASV_OK) {
        status = disk->list(disk->ctx, remove_leftover, &walk, err);
    }
    store->damaged = count_damaged(store);
    return status;
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

static enum asv_status load(struct asv_store *store, struct asv_err *err)
{
    asv_auto_secret void *secret = NULL;
    bool rename_it = false;
    bool remove_it = false;
    forget(store);
    if (asv_secret_alloc(&secret, sizeof(struct seen)) != ASV_OK) {
        return asv_fail(err, ASV_E_NO_MEMORY, "key store: no locked memory");
    }
    struct seen *seen = secret;
    enum asv_status status = look_at_slots(store, seen, err);
    if (status == ASV_OK) {
        status = choose_index(store, seen, &rename_it, &remove_it, err);
        assert(status != ASV_OK || store->index != NULL);
    }
    if (status == ASV_OK) {
        status = settle(store, rename_it, remove_it, err);
    }
    if (status == ASV_OK) {
        status = check_files(store, err); /* what it removes, no index on the medium names any more */
    }
    store->open = status == ASV_OK;
    if (status != ASV_OK) {
        forget(store);
    }
    return status;
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
    store->master = master;
    *out = store;
    return ASV_OK;
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
    const struct asv_disk *disk = &store->setup.disk;
    asv_auto_free uint8_t *data = NULL;
    size_t len = 0;
    enum asv_status status = disk->read(disk->ctx, ASV_STORE_INDEX, ASV_INDEX_FILE_MAX, &data, &len, err);
    if (status != ASV_E_NOT_FOUND) {
        return status == ASV_OK ? asv_fail(err, ASV_E_EXISTS, "key store: there is one already") : status;
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

enum asv_status asv_store_create(const struct asv_store_setup *setup, struct asv_err *err)
{
    struct asv_store *store = NULL;
    struct asv_store_change change;
    enum asv_status status = new_store(&store, setup, err);
    if (status != ASV_OK) {
        return status;
    }
    assert(store != NULL);
    status = check_empty(store, err);
    if (status == ASV_OK) {
        status = asv_index_new(&store->index);
    }
    if (status == ASV_OK) {
        status = asv_world_random(setup->world, store->index->store, ASV_STORE_ID_BYTES);
    }
    if (status == ASV_OK) {
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
    asv_store_close(store);
    return status;
}
