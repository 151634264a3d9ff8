/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * DAY_END: the keys of a day are destroyed, and those reserve keys that were due with it or before, and which
 * slots have confirmed it. Nothing is remembered for it:
 * the index has no key file of that day, none is made of a day that is over (K-051), and a slot that has
 * confirmed the master of now holds none that an index with such a file was under (K-014). */
#include <string.h>

#include "firmware-proto/trust/day_end.h"
#include "server/keeper/keeper.h"

_Static_assert(ASV_DAY_END_MAX_BYTES <= ASV_DESTRUCTION_MAX_BYTES, "it fits where orders are made");
_Static_assert(ASV_DAY_END_SLOTS_MAX == ASV_KEEPER_SLOTS_MAX, "each slot of STATUS has room");

/* A reserve key that was due by then. */
static bool has_reserve(const struct asv_index *index, int64_t due_ms)
{
    const struct asv_entry *entries = asv_entries(index);
    uint32_t i = 0;
    while (i < asv_index_count(index, ASV_INDEX_ENTRIES) &&
           (entries[i].kind != ASV_ENTRY_RESERVE || entries[i].due_ms == 0 || entries[i].due_ms > due_ms)) {
        i++;
    }
    return i < asv_index_count(index, ASV_INDEX_ENTRIES);
}

/* K-152 */
static enum asv_status check_over(const struct asv_keeper *keeper, uint32_t date, int64_t now_ms,
                                  int64_t *due_ms, struct asv_err *err)
{
    const struct asv_entry *entry = asv_index_day(keeper->store->index, date, NULL);
    enum asv_status status = asv_keeper_due(keeper, date, due_ms, err);
    if (status != ASV_OK) {
        return asv_fail(err, ASV_E_STATE, "the date is outside the calendar");
    }
    if (*due_ms > now_ms || (entry != NULL && entry->due_ms > now_ms)) {
        return asv_fail(err, ASV_E_STATE, "the day's keys are not due");
    }
    if (entry != NULL || has_reserve(keeper->store->index, *due_ms)) {
        return asv_fail(err, ASV_E_AWAY, "the day's keys are due, but could not be destroyed yet");
    }
    return keeper->store->index->stop == ASV_KEEPER_RUNNING
               ? ASV_OK
               : asv_fail(err, ASV_E_AWAY, "destruction stands still until two people confirm the clock");
}

/* K-154: of that day, or a reserve key that was due by then. */
static bool is_of_day(const struct asv_ahead_key *key, uint32_t date, int64_t due_ms)
{
    return key->date == date || (key->date == 0 && key->due_ms != 0 && key->due_ms <= due_ms);
}

/* What holds before docking keep. */
static uint16_t count_copies(const struct asv_index *index, uint32_t date, int64_t due_ms)
{
    const struct asv_index_ahead *aheads = index->tables[ASV_INDEX_AHEADS].rows;
    uint16_t count = 0;
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_AHEADS); i++) {
        for (unsigned key = 0; key < aheads[i].key_count; key++) {
            count = (uint16_t)(count + (is_of_day(&aheads[i].keys[key], date, due_ms) ? 1 : 0));
        }
    }
    return count;
}

/* K-153 */
static void list_slots(const struct asv_keeper *keeper, int64_t now_ms, struct asv_day_end *out)
{
    struct asv_keeper_status state;
    asv_store_status(keeper->store, now_ms, &state);
    memcpy(out->store, state.store, sizeof out->store);
    out->epoch = state.epoch;
    out->slot_count = state.slot_count;
    for (unsigned i = 0; i < state.slot_count; i++) {
        const struct asv_keeper_slot_status *slot = &state.slots[i];
        out->slots[i] = (struct asv_day_end_slot){
            .kind = slot->kind, .effaceable = slot->effaceable, .epoch = slot->confirmed_epoch};
        memcpy(out->slots[i].id, slot->id, sizeof slot->id);
    }
}

enum asv_status asv_keeper_day_end(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                   struct asv_keeper_reply *reply, struct asv_err *err)
{
    struct asv_day_end statement = {.date = request->from_date, .keeper = keeper->identity.chain};
    struct asv_writer out;
    enum asv_status status = asv_world_wall_ms(keeper->world, &statement.issued_ms);
    if (status != ASV_OK) {
        return asv_fail(err, ASV_E_AWAY, "the clock cannot be read");
    }
    status = check_over(keeper, request->from_date, statement.issued_ms, &statement.due_ms, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_key_digest(statement.agency, keeper->identity.root_pk);
    statement.copies = count_copies(keeper->store->index, request->from_date, statement.due_ms);
    list_slots(keeper, statement.issued_ms, &statement);
    asv_writer_init(&out, keeper->order_data, sizeof keeper->order_data);
    status = asv_day_end_encode(&out, &statement, keeper->identity.sk);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the statement cannot be made");
    }
    reply->order = (struct asv_bytes){keeper->order_data, out.len};
    return ASV_OK;
}
