/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Commits and slots. Opening is in store_open.c, keys in store_keys.c. */
#include "server/keeper/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/keeper/secret.h"
#include "server/keeper/store_internal.h"

/* ---- slots ---- */

/* Which of the index's rows remembers this slot; its slot_count when none does. */
static unsigned slot_row(const struct asv_index *index, const uint8_t id[ASV_SLOT_ID_BYTES])
{
    unsigned i = 0;
    while (i < index->slot_count && memcmp(index->slots[i].id, id, ASV_SLOT_ID_BYTES) != 0) {
        i++;
    }
    return i;
}

enum asv_status asv_store_slot_read(const struct asv_slot *slot, struct asv_slot_cell cells[ASV_SLOT_CELLS],
                                    enum asv_status states[ASV_SLOT_CELLS], struct asv_err *err)
{
    uint8_t data[ASV_SLOT_CELL_BYTES];
    enum asv_status status = ASV_OK;
    for (unsigned i = 0; status == ASV_OK && i < ASV_SLOT_CELLS; i++) {
        status = slot->read(slot->ctx, i, data, err);
        if (status == ASV_OK) {
            states[i] = asv_slot_cell_decode(&cells[i], data);
        }
    }
    asv_wipe(data, sizeof data);
    return status;
}

/* K-025: the identity is what the medium says, not where it is plugged in; a blank one is a new slot. */
static enum asv_status identify(const struct asv_store *store, const struct asv_index *index,
                                const struct asv_slot_cell cells[ASV_SLOT_CELLS],
                                const enum asv_status states[ASV_SLOT_CELLS], uint8_t id[ASV_SLOT_ID_BYTES],
                                struct asv_err *err)
{
    enum asv_status status = asv_world_random(store->setup.world, id, ASV_SLOT_ID_BYTES);
    if (status != ASV_OK) {
        return asv_fail(err, status, "master slot: no randomness");
    }
    for (unsigned c = 0; c < ASV_SLOT_CELLS; c++) {
        if (states[c] != ASV_OK) {
            continue;
        }
        if (memcmp(cells[c].store, index->store, ASV_STORE_ID_BYTES) != 0) {
            return asv_fail(err, ASV_E_MISMATCH, "master slot: belongs to another key store");
        }
        memcpy(id, cells[c].slot, ASV_SLOT_ID_BYTES);
    }
    if (slot_row(index, id) == ASV_KEEPER_SLOTS_MAX) {
        return asv_fail(err, ASV_E_LIMIT, "master slot: the index remembers no more of them");
    }
    return ASV_OK;
}

/* The cell to write: a free one, otherwise the older one; never the only one with the current master. */
static unsigned choose_cell(const struct asv_slot_cell cells[ASV_SLOT_CELLS],
                            const enum asv_status states[ASV_SLOT_CELLS])
{
    if (states[0] != ASV_OK || states[1] != ASV_OK) {
        return states[0] != ASV_OK ? 0 : 1;
    }
    return cells[0].epoch <= cells[1].epoch ? 0 : 1;
}

static bool is_master(const struct asv_slot_cell *cell, enum asv_status state, uint64_t epoch,
                      const uint8_t *master)
{
    return state == ASV_OK && cell->epoch == epoch && asv_equal(cell->master, master, ASV_MASTER_KEY_BYTES);
}

enum asv_status asv_store_slot_add(struct asv_store *store, struct asv_index *index, unsigned i,
                                   const uint8_t *master, struct asv_err *err)
{
    const struct asv_slot *slot = &store->setup.slots[i];
    struct asv_slot_cell cells[ASV_SLOT_CELLS];
    struct asv_slot_cell cell = {.epoch = index->epoch};
    enum asv_status states[ASV_SLOT_CELLS];

    enum asv_status status = asv_store_slot_read(slot, cells, states, err);
    if (status == ASV_OK) {
        status = identify(store, index, cells, states, cell.slot, err);
    }
    if (status == ASV_OK && !is_master(&cells[0], states[0], index->epoch, master) &&
        !is_master(&cells[1], states[1], index->epoch, master)) {
        memcpy(cell.store, index->store, sizeof cell.store);
        memcpy(cell.master, master, sizeof cell.master);
        status = asv_slot_put(slot, choose_cell(cells, states), &cell, err);
    }
    if (status == ASV_OK) {
        memcpy(store->slots[i].id, cell.slot, sizeof cell.slot);
        store->slots[i].has_id = true;
        if (slot_row(index, cell.slot) == index->slot_count) {
            struct asv_index_slot *row = &index->slots[index->slot_count++];
            *row = (struct asv_index_slot){0};
            memcpy(row->id, cell.slot, sizeof row->id);
            memcpy(row->label, slot->label, sizeof row->label);
        }
    }
    asv_wipe(cells, sizeof cells);
    asv_wipe(&cell, sizeof cell);
    store->slots[i].reachable = status == ASV_OK;
    return status;
}

void asv_store_slot_finish(struct asv_store *store, struct asv_index *index, unsigned i,
                           const uint8_t *master)
{
    const struct asv_slot *slot = &store->setup.slots[i];
    struct asv_slot_cell cells[ASV_SLOT_CELLS];
    enum asv_status states[ASV_SLOT_CELLS];
    bool kept = false; /* one cell with the master; any other, the same or not, goes */
    enum asv_status status = asv_store_slot_read(slot, cells, states, NULL);
    for (unsigned c = 0; status == ASV_OK && c < ASV_SLOT_CELLS; c++) {
        if (!kept && is_master(&cells[c], states[c], index->epoch, master)) {
            kept = true;
        } else if (states[c] != ASV_E_NOT_FOUND) {
            status = asv_slot_put(slot, c, NULL, NULL); /* K-026 */
        }
    }
    asv_wipe(cells, sizeof cells);
    store->slots[i].reachable = status == ASV_OK && kept;
    if (store->slots[i].reachable) {
        index->slots[slot_row(index, store->slots[i].id)].confirmed_epoch = index->epoch;
    }
}

/* Every slot takes the new master before any forgets the old one, so that at every instant the newest master
 * in the slots opens an index that is on the disk. ASV_OK when at least one slot took it. */
static enum asv_status replace_master(struct asv_store *store, struct asv_index *next, const uint8_t *master,
                                      struct asv_err *err)
{
    bool taken[ASV_STORE_SLOTS_MAX] = {false};
    bool any = false;
    enum asv_status failed = ASV_E_IO;
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        enum asv_status status = asv_store_slot_add(store, next, i, master, err);
        taken[i] = status == ASV_OK;
        any = any || taken[i];
        failed = taken[i] ? failed : status;
    }
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        if (taken[i]) {
            asv_store_slot_finish(store, next, i, master);
        }
    }
    return any ? ASV_OK : failed;
}

bool asv_store_slot_current(const struct asv_store *store, unsigned i)
{
    const struct asv_store_slot *slot = &store->slots[i];
    unsigned row = slot->has_id ? slot_row(store->index, slot->id) : store->index->slot_count;
    return slot->reachable && row < store->index->slot_count &&
           store->index->slots[row].confirmed_epoch == store->index->epoch;
}

/* ---- changes ---- */

enum asv_status asv_store_begin(struct asv_store *store, struct asv_store_change *change, struct asv_err *err)
{
    *change = (struct asv_store_change){.store = store};
    if (!store->open) {
        return asv_fail(err, ASV_E_AWAY, "key store: closed after an error of its medium");
    }
    enum asv_status status = asv_index_copy(&change->next, store->index);
    if (status != ASV_OK) {
        return asv_fail(err, status, "key store: no locked memory for a change");
    }
    change->next->generation++;
    return ASV_OK;
}

enum asv_status asv_store_put(struct asv_store_change *change, struct asv_entry *entry,
                              const struct asv_dayfile *file, struct asv_err *err)
{
    const struct asv_store_setup *setup = &change->store->setup;
    asv_auto_free uint8_t *data = NULL;
    char name[ASV_ENTRY_NAME_BYTES] = "";
    size_t len = 0;
    entry->generation = change->next->generation;
    enum asv_status status = asv_world_random(setup->world, entry->id, sizeof entry->id);
    if (status == ASV_OK) {
        status = asv_world_random(setup->world, entry->kek, sizeof entry->kek); /* K-033 */
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "key store: no randomness");
    }
    status = asv_dayfile_seal(file, change->next->store, entry, &data, &len, err);
    if (status == ASV_OK) {
        asv_entry_name(name, entry);
        status = asv_mirror_write(&change->store->mirror, name, data, len, err); /* under a name never used */
    }
    if (status == ASV_OK) {
        change->files = true;
        status = asv_index_add(change->next, ASV_INDEX_ENTRIES, entry);
        if (status != ASV_OK) {
            status = asv_fail(err, status, "key store: no room for another key file");
        }
    }
    if (status != ASV_OK && data != NULL) {
        (void)asv_mirror_remove(&change->store->mirror, name, NULL);
    }
    return status;
}

/* The files that one index names and the other does not. */
static void remove_difference(struct asv_store *store, const struct asv_index *named,
                              const struct asv_index *kept)
{
    for (uint32_t i = 0; i < asv_index_count(named, ASV_INDEX_ENTRIES); i++) {
        const struct asv_entry *entry = &asv_entries(named)[i];
        if (asv_index_find(kept, ASV_INDEX_ENTRIES, entry->id) == NULL) {
            char name[ASV_ENTRY_NAME_BYTES];
            asv_entry_name(name, entry);
            (void)asv_mirror_remove(&store->mirror, name,
                                    NULL); /* what stays goes when the store is opened */
        }
    }
}

void asv_store_abort(struct asv_store_change *change)
{
    if (change->next != NULL) {
        remove_difference(change->store, change->next, change->store->index);
        asv_index_free(change->next);
        change->next = NULL;
    }
}

static enum asv_status write_index(struct asv_store *store, const struct asv_index *next,
                                   const uint8_t *master, struct asv_err *err)
{
    asv_auto_free uint8_t *data = NULL;
    size_t len = 0;
    enum asv_status status = asv_index_seal(next, master, store->setup.world, &data, &len, err);
    return status == ASV_OK ? asv_mirror_write(&store->mirror, ASV_STORE_INDEX_NEW, data, len, err) : status;
}

/* From the first byte of the new index to its name: an error in here leaves open which of the two counts. */
static enum asv_status switch_index(struct asv_store *store, struct asv_index *next, const uint8_t *master,
                                    bool destroy, struct asv_err *err)
{
    struct asv_mirror *mirror = &store->mirror;
    enum asv_status status = write_index(store, next, master, err);
    if (status == ASV_OK) {
        status = asv_mirror_sync(mirror, err); /* K-015: also because a name must not come before its bytes */
    }
    if (status == ASV_OK && destroy) {
        status = replace_master(store, next, master, err);
    }
    if (status == ASV_OK) {
        status = asv_mirror_rename(mirror, ASV_STORE_INDEX_NEW, ASV_STORE_INDEX, err);
    }
    return status == ASV_OK ? asv_mirror_sync(mirror, err) : status;
}

static enum asv_status prepare(struct asv_store_change *change, bool destroy, void **master,
                               struct asv_err *err)
{
    const struct asv_world *world = change->store->setup.world;
    int64_t now_ms = 0;
    enum asv_status status = asv_world_wall_ms(world, &now_ms);
    change->next->wall_ms = now_ms > change->next->wall_ms ? now_ms : change->next->wall_ms; /* K-122 */
    change->next->mirrored = change->store->mirror.count > 1;
    if (status == ASV_OK && destroy) {
        change->next->epoch++;
        status = asv_secret_alloc(master, ASV_MASTER_KEY_BYTES);
    }
    if (status == ASV_OK && destroy) {
        status = asv_world_random(world, *master, ASV_MASTER_KEY_BYTES); /* K-014 */
    }
    return status == ASV_OK ? ASV_OK
                            : asv_fail(err, status, "key store: no clock, memory or randomness for a commit");
}

/* What a commit does, once. */
static enum asv_status commit_once(struct asv_store_change *change, bool destroy, struct asv_err *err)
{
    struct asv_store *store = change->store;
    asv_auto_secret void *fresh = NULL;
    assert(change->next != NULL);
    enum asv_status status = prepare(change, destroy, &fresh, err);
    if (status != ASV_OK) {
        asv_store_abort(change);
        return status;
    }
    asv_auto_index struct asv_index *next = asv_steal(&change->next);
    if (change->files) {
        status = asv_mirror_sync(&store->mirror, err); /* K-016: what the index names is there before it is */
    }
    if (status == ASV_OK) {
        status = switch_index(store, next, destroy ? fresh : store->master, destroy, err);
    }
    if (status != ASV_OK) {
        store->open = false; /* K-017 */
        return status;
    }
    remove_difference(store, store->index, next);
    asv_index_free(store->index);
    store->index = asv_steal(&next);
    if (destroy) {
        asv_secret_free(store->master);
        store->master = asv_steal(&fresh);
    }
    return ASV_OK;
}

/* The same index once more. */
static enum asv_status again(struct asv_store *store, bool destroy, struct asv_err *err)
{
    struct asv_store_change change;
    enum asv_status status = asv_store_begin(store, &change, err);
    return status == ASV_OK ? commit_once(&change, destroy, err) : status;
}

/* The slots' confirmations came after the index was written: they are kept by one more commit. Should it
 * fail, the destruction is done; when the store is opened without a slot, it counts as open. */
static void keep_confirmations(struct asv_store *store)
{
    (void)again(store, false, NULL);
}

enum asv_status asv_store_fence(struct asv_store *store, struct asv_err *err)
{
    if (!store->mirror.fence) {
        return ASV_OK;
    }
    store->mirror.fence = false; /* the last one in use does not fall out of it */
    enum asv_status status = again(store, true, err);
    if (status != ASV_OK) {
        store->open = false; /* what was committed before is not to be reported */
        return status;
    }
    keep_confirmations(store);
    return ASV_OK;
}

/* K-001, K-002 */
enum asv_status asv_store_commit(struct asv_store_change *change, bool destroy, struct asv_err *err)
{
    struct asv_store *store = change->store;
    bool destroys = destroy || change->destroys;
    enum asv_status status = commit_once(change, destroys, err);
    if (status == ASV_OK && destroys) {
        keep_confirmations(store);
    }
    return status == ASV_OK ? asv_store_fence(store, err) : status; /* K-036 */
}

/* ---- what was away ---- */

/* What is in the slot now: the master once, and nothing else. */
static bool holds_master(const struct asv_store *store, unsigned i)
{
    struct asv_slot_cell cells[ASV_SLOT_CELLS];
    enum asv_status states[ASV_SLOT_CELLS];
    unsigned masters = 0;
    unsigned erased = 0;
    enum asv_status status = asv_store_slot_read(&store->setup.slots[i], cells, states, NULL);
    for (unsigned c = 0; status == ASV_OK && c < ASV_SLOT_CELLS; c++) {
        masters += is_master(&cells[c], states[c], store->index->epoch, store->master) ? 1 : 0;
        erased += states[c] == ASV_E_NOT_FOUND ? 1 : 0;
    }
    asv_wipe(cells, sizeof cells);
    return masters == 1 && masters + erased == ASV_SLOT_CELLS;
}

enum asv_status asv_store_heal(struct asv_store *store, struct asv_err *err)
{
    struct asv_store_change change;
    bool healed = false;
    if (!store->open) {
        return ASV_OK;
    }
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        if (asv_store_slot_current(store, i) && holds_master(store, i)) { /* K-136: looked at each time */
            continue;
        }
        if (asv_store_slot_add(store, store->index, i, store->master, NULL) == ASV_OK) {
            asv_store_slot_finish(store, store->index, i, store->master);
            healed = healed || asv_store_slot_current(store, i);
        }
    }
    enum asv_status status = asv_store_fence(store, err);
    if (status == ASV_OK) {
        asv_store_bring_back(store);
    }
    if (status == ASV_OK && healed) {
        status = asv_store_begin(store, &change, err);
        status = status == ASV_OK ? asv_store_commit(&change, false, err) : status;
    }
    return status;
}

/* ---- what is lost ---- */

enum asv_status asv_store_may_forget_slot(const struct asv_store *store, const uint8_t id[ASV_SLOT_ID_BYTES],
                                          struct asv_err *err)
{
    if (!store->open || slot_row(store->index, id) == store->index->slot_count) {
        return asv_fail(err, ASV_E_NOT_FOUND, "key store: it remembers no master slot with this id");
    }
    for (unsigned i = 0; i < store->setup.slot_count; i++) {
        const struct asv_store_slot *slot = &store->slots[i];
        if (slot->reachable && slot->has_id && memcmp(slot->id, id, sizeof slot->id) == 0) {
            return asv_failf(err, ASV_E_STATE, "key store: master slot %s is there; take it out first",
                             store->setup.slots[i].label);
        }
    }
    return ASV_OK;
}

/* K-137 */
enum asv_status asv_store_forget_slot(struct asv_store *store, const uint8_t id[ASV_SLOT_ID_BYTES],
                                      struct asv_err *err)
{
    struct asv_store_change change;
    enum asv_status status = asv_store_may_forget_slot(store, id, err);
    if (status == ASV_OK) {
        status = asv_store_begin(store, &change, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    struct asv_index *next = change.next;
    assert(next != NULL);
    unsigned row = slot_row(next, id);
    next->slot_count--;
    for (unsigned i = row; i < next->slot_count; i++) {
        next->slots[i] = next->slots[i + 1];
    }
    next->slots[next->slot_count] = (struct asv_index_slot){0};
    return asv_store_commit(&change, true, err);
}
