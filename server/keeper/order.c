/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * ORDER: nothing opens this clip any more. A camera erases one that was never stored for it; of one that was
 * stored it is the proof of its erasure. Nobody's word is needed for that: the clip's own signed header says
 * which key it is sealed for, and the keeper's own store and clock say that this key is gone. */
#include <string.h>

#include "server/keeper/keeper.h"
#include "server/keeper/kept.h"

/* K-130: what is in the index is not over, and when it is due nobody can say when it will be: a full disk, or
 * slots that are away, keep it here. */
static enum asv_status still_here(int64_t due_ms, int64_t now_ms, struct asv_err *err)
{
    return due_ms == 0 || due_ms > now_ms
               ? ASV_OK
               : asv_fail(err, ASV_E_AWAY, "the clip's key is due, but could not be destroyed yet");
}

/* A day key is due by its date, whether this store ever had it or not (K-061); while it has a file of that
 * day, when that is. */
static enum asv_status day_is_over(const struct asv_keeper *keeper, const struct asv_seal_header *header,
                                   int64_t now_ms, bool *over, struct asv_err *err)
{
    const struct asv_entry *entry = asv_index_day(keeper->store->index, header->key_date, NULL);
    int64_t due_ms = 0;
    *over = false;
    if (entry != NULL) {
        return still_here(entry->due_ms, now_ms, err);
    }
    enum asv_status status = asv_keeper_due(keeper, header->key_date, &due_ms, err);
    *over = status == ASV_OK && due_ms <= now_ms;
    return status == ASV_OK ? ASV_OK : asv_fail(err, ASV_E_STATE, "the key's date is outside the calendar");
}

/* A reserve key's end depends on its use: it is over when this store gave it out, in a bulletin that was
 * committed, and has it no more. */
static enum asv_status reserve_is_over(struct asv_keeper *keeper, const struct asv_seal_header *header,
                                       int64_t now_ms, bool *over, struct asv_err *err)
{
    const struct asv_index *index = keeper->store->index;
    const struct asv_index_camera *camera = asv_index_find(index, ASV_INDEX_CAMERAS, header->cert_digest);
    *over = camera != NULL && header->bulletin >= 1 && header->bulletin <= camera->number;
    for (unsigned i = 0; i < header->stanza_count; i++) {
        enum asv_status status =
            asv_store_find(keeper->store, ASV_KEY_RESERVE, header->key_date, header->cert_digest,
                           header->stanzas[i].key_id, &keeper->scratch->key, err);
        int64_t due_ms = keeper->scratch->key.due_ms;
        asv_wipe(keeper->scratch, sizeof *keeper->scratch); /* K-049 */
        if (status == ASV_OK) {
            *over = false;
            return still_here(due_ms, now_ms, err);
        }
        if (status != ASV_E_NOT_FOUND) { /* it may be there: K-059 */
            return asv_status_class(status) == ASV_CLASS_RETRY ? status : ASV_E_AWAY;
        }
    }
    return ASV_OK;
}

/* K-068: a clip with a key of its own lives as long as that. */
static bool lives_by_itself(const struct asv_kept *kept, int64_t now_ms)
{
    return kept != NULL && asv_kept_has_key(kept) && !asv_kept_is_over(kept, now_ms);
}

/* K-066, K-067, K-069 */
static enum asv_status check_over(struct asv_keeper *keeper, const struct asv_seal_header *header,
                                  struct asv_destruction *order, struct asv_err *err)
{
    bool over = false;
    int64_t now_ms = order->issued_ms;
    const struct asv_kept *kept = asv_index_find(keeper->store->index, ASV_INDEX_KEPT, order->header);
    if (kept != NULL && kept->state == ASV_KEEPER_GONE) {
        order->reason = ASV_DESTRUCTION_EARLY;
        return ASV_OK;
    }
    if (lives_by_itself(kept, now_ms)) {
        return asv_fail(err, ASV_E_STATE, "the clip is kept by a key of its own: it can still be opened");
    }
    if (asv_keeper_copy_of(keeper, header, kept) != NULL) { /* K-091, K-210 */
        return asv_fail(err, ASV_E_STATE, "the clip is held since before it was docked");
    }
    enum asv_status status = kept != NULL ? still_here(kept->due_ms, now_ms, err) : ASV_OK;
    if (status != ASV_OK) {
        return status;
    }
    if (kept != NULL && kept->state == ASV_KEEPER_OVER) { /* K-069 */
        return ASV_OK;
    }
    status = header->key_kind == ASV_KEY_DAY ? day_is_over(keeper, header, now_ms, &over, err)
                                             : reserve_is_over(keeper, header, now_ms, &over, err);
    if (status != ASV_OK) {
        return status;
    }
    if (!over) {
        return asv_fail(err, ASV_E_STATE, "the clip's key is not due: it can still be opened");
    }
    return keeper->store->index->stop == ASV_KEEPER_RUNNING /* K-059 */
               ? ASV_OK
               : asv_fail(err, ASV_E_AWAY, "the clip's key is due, but destruction stands still");
}

enum asv_status asv_keeper_order(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                 struct asv_keeper_reply *reply, struct asv_err *err)
{
    struct asv_seal_header header = {0};
    struct asv_destruction order = {.reason = ASV_DESTRUCTION_EXPIRED, .keeper = keeper->identity.chain};
    struct asv_writer out;
    enum asv_status status =
        asv_keeper_read_header(keeper, request, NULL, &header, order.header, err); /* K-155 */
    if (status == ASV_OK && asv_world_wall_ms(keeper->world, &order.issued_ms) != ASV_OK) {
        status = asv_fail(err, ASV_E_AWAY, "the clock cannot be read");
    }
    if (status == ASV_OK) {
        status = check_over(keeper, &header, &order, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_key_digest(order.agency, keeper->identity.root_pk);
    memcpy(order.camera_cert, header.cert_digest, sizeof order.camera_cert);
    memcpy(order.epoch, header.epoch, sizeof order.epoch);
    order.number = header.number;
    asv_writer_init(&out, keeper->order_data, sizeof keeper->order_data);
    status = asv_destruction_encode(&out, &order, keeper->identity.sk);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the order cannot be made");
    }
    reply->order = (struct asv_bytes){keeper->order_data, out.len};
    if (keeper->log != NULL) {
        struct asv_log log = asv_log_for_clip(keeper->log, header.clip);
        asv_log_event(&log, ASV_LOG_NOTICE, "erasure-ordered", asv_log_u64("number", header.number));
    }
    return ASV_OK;
}
