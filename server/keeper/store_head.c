/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The ledger's last head between two indexes (docs/KEEPER.md 4). In memory it stands in the ledger's row, so
 * that whatever index is written next has it. */
#include <string.h>

#include "server/base/fail.h"
#include "server/keeper/head.h"
#include "server/keeper/store_internal.h"

/* K-146. From the first byte to the name: an error in here leaves open which head counts. */
static enum asv_status write_head(struct asv_store *store, const uint8_t data[ASV_HEAD_FILE_BYTES],
                                  struct asv_err *err)
{
    struct asv_mirror *mirror = &store->mirror;
    enum asv_status status = asv_mirror_write(mirror, ASV_STORE_HEAD_NEW, data, ASV_HEAD_FILE_BYTES, err);
    if (status == ASV_OK) {
        status = asv_mirror_sync(mirror, err);
    }
    if (status == ASV_OK) {
        status = asv_mirror_rename(mirror, ASV_STORE_HEAD_NEW, ASV_STORE_HEAD, err);
    }
    return status == ASV_OK ? asv_mirror_sync(mirror, err) : status;
}

enum asv_status asv_store_put_head(struct asv_store *store, const uint8_t ledger[ASV_SHA256_BYTES],
                                   uint64_t size, const uint8_t root[ASV_SHA256_BYTES], struct asv_err *err)
{
    uint8_t data[ASV_HEAD_FILE_BYTES];
    struct asv_head head = {.size = size};
    if (!store->open) {
        return asv_fail(err, ASV_E_AWAY, "key store: closed after an error of its medium");
    }
    struct asv_index_ledger *row = asv_index_find(store->index, ASV_INDEX_LEDGERS, ledger);
    if (row == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, "key store: no such ledger");
    }
    head.epoch = store->index->epoch;
    memcpy(head.store, store->index->store, sizeof head.store);
    memcpy(head.ledger, ledger, sizeof head.ledger);
    memcpy(head.root, root, sizeof head.root);
    enum asv_status status = asv_head_seal(data, &head, store->master, store->setup.world, err);
    if (status != ASV_OK) {
        return status;
    }
    status = write_head(store, data, err);
    if (status != ASV_OK) {
        store->open = false; /* K-017 */
        return status;
    }
    row->size = size;
    memcpy(row->root, root, sizeof row->root);
    store->head_lost = false;
    return asv_store_fence(store, err); /* K-036 */
}

/* ---- when the store is opened ---- */

/* What lies in one directory. */
struct place {
    enum { ABSENT, DAMAGED, EARLIER, NOW } what; /* EARLIER: under a master that was replaced since */
    uint8_t data[ASV_HEAD_FILE_BYTES];
    struct asv_head head; /* NOW */
};

static void look_at(const struct asv_store *store, unsigned disk, struct place *out)
{
    const struct asv_disk *calls = &store->mirror.disks[disk];
    asv_auto_free uint8_t *data = NULL;
    struct asv_head label;
    size_t len = 0;
    enum asv_status status = calls->read(calls->ctx, ASV_STORE_HEAD, ASV_HEAD_FILE_BYTES, &data, &len, NULL);
    out->what = status == ASV_E_NOT_FOUND ? ABSENT : DAMAGED;
    if (status != ASV_OK || asv_head_label_read(&label, data, len) != ASV_OK) {
        return;
    }
    memcpy(out->data, data, sizeof out->data);
    if (label.epoch < store->index->epoch) {
        out->what = EARLIER;
    } else if (asv_head_open(&out->head, data, len, store->master) == ASV_OK) {
        out->what = NOW;
    }
}

/* K-147: of an index and heads the larger one counts: each was written after what it grew from. */
static void take(struct asv_index *index, const struct place *place)
{
    struct asv_index_ledger *row =
        place->what == NOW ? asv_index_find(index, ASV_INDEX_LEDGERS, place->head.ledger) : NULL;
    if (row != NULL && row->ended == 0 && place->head.size > row->size) {
        row->size = place->head.size;
        memcpy(row->root, place->head.root, sizeof row->root);
    }
}

bool asv_store_take_head(struct asv_store *store, unsigned counting, bool alike)
{
    struct place places[ASV_MIRROR_DISKS] = {{.what = ABSENT}};
    bool known = false;
    for (unsigned i = 0; i < store->mirror.count; i++) {
        if (store->mirror.there[i]) {
            look_at(store, i, &places[i]);
            take(store->index, &places[i]);
        }
        /* One that stayed behind may have an earlier head than the one that the newer index was written for.
         */
        bool in_step = i == counting || alike;
        known = known || places[i].what == NOW || (in_step && places[i].what == EARLIER);
    }
    const struct asv_index_ledger *now = asv_index_ledger_now(store->index);
    store->head_lost = now != NULL && now->size > 0 && !known; /* K-148 */
    return store->mirror.count < 2 || (places[0].what == places[1].what &&
                                       memcmp(places[0].data, places[1].data, ASV_HEAD_FILE_BYTES) == 0);
}

enum asv_status asv_store_check_head(const struct asv_store *store, const struct asv_disk *disk,
                                     struct asv_err *err)
{
    asv_auto_free uint8_t *data = NULL;
    struct asv_head label;
    size_t len = 0;
    enum asv_status status = disk->read(disk->ctx, ASV_STORE_HEAD, ASV_HEAD_FILE_BYTES, &data, &len, err);
    if (status == ASV_E_NOT_FOUND || status == ASV_E_LIMIT ||
        (status == ASV_OK && asv_head_label_read(&label, data, len) != ASV_OK)) {
        return ASV_OK; /* what is no head says nothing */
    }
    if (status != ASV_OK) {
        return status;
    }
    if (memcmp(label.store, store->index->store, sizeof label.store) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "key store: the ledger's last head belongs to another store");
    }
    return label.epoch <= store->index->epoch /* K-038 */
               ? ASV_OK
               : asv_fail(err, ASV_E_MISMATCH,
                          "key store: the ledger's last head is newer than the index, which comes from an "
                          "earlier time");
}
