/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Keys of clips' own that nobody decides about: because the dock knows a clip's day better than the camera
 * did, because it was held before it docked, or because another clip of its day was erased early. And what
 * the keeper keeps, page by page. */
#include <assert.h>
#include <string.h>

#include "firmware-proto/trust/receipt.h"
#include "server/base/calendar.h"
#include "server/keeper/keeper.h"
#include "server/keeper/kept.h"

void asv_keeper_fill_kept(struct asv_kept *row, const struct asv_keeper_opening *opening,
                          const uint8_t file_key[ASV_FILE_KEY_BYTES], const struct asv_kept *before)
{
    const struct asv_seal_header *header = &opening->header;
    row->blocks = before != NULL ? before->blocks : 0;
    row->corrected = before != NULL ? before->corrected : 0;
    memcpy(row->header, opening->digest, sizeof row->header);
    memcpy(row->file_key, file_key, sizeof row->file_key);
    memcpy(row->camera, header->cert_digest, sizeof row->camera);
    row->key_date = header->key_kind == ASV_KEY_DAY ? header->key_date : 0;
    row->period_ms = opening->period_ms;
    row->forget_ms = opening->forget_ms;
}

/* K-135: what ends by itself ends with a local day. */
static bool is_midnight(int64_t ms)
{
    uint32_t date = 0;
    int64_t start_ms = 0;
    return asv_local_date(ms, &date) == ASV_OK && asv_local_day_start(date, &start_ms) == ASV_OK &&
           start_ms == ms;
}

enum asv_status asv_keeper_receipt(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                   struct asv_receipt *out, struct asv_err *err)
{
    struct asv_revocations list;
    const struct asv_revocations *revocations = NULL;
    struct asv_chain chain;
    enum asv_status status = asv_keeper_revocations(keeper, &list, &revocations, err);
    if (status == ASV_OK) {
        status = asv_chain_decode(&chain, request->dock.data, request->dock.len, err);
    }
    if (status == ASV_OK) {
        status = asv_chain_verify(&chain, keeper->identity.root_pk, ASV_ROLE_DOCK, ASV_TIME_UNKNOWN,
                                  revocations, err);
    }
    if (status == ASV_OK) {
        status = asv_receipt_decode(out, request->receipt.data, request->receipt.len, err);
    }
    return status == ASV_OK ? asv_receipt_verify(out, &chain.leaf, NULL, err) : status;
}

/* K-100: when the dock's receipt says that this clip is due, or was: not later than what is recorded now. */
static enum asv_status receipt_due(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                   const struct asv_keeper_opening *opening, int64_t now_ms, int64_t *due_ms,
                                   struct asv_err *err)
{
    struct asv_receipt receipt = {0};
    uint32_t today = 0;
    int64_t latest_ms = 0;
    enum asv_status status = asv_keeper_receipt(keeper, request, &receipt, err);
    if (status == ASV_OK && memcmp(receipt.custody.header, opening->digest, ASV_SHA256_BYTES) != 0) {
        status = asv_fail(err, ASV_E_MISMATCH, "the receipt is for another clip");
    }
    if (status == ASV_OK) {
        status = asv_local_date(now_ms, &today);
    }
    if (status == ASV_OK) {
        status = asv_keeper_due(keeper, today, &latest_ms, err);
    }
    if (status == ASV_OK && (receipt.due_ms <= 0 || receipt.due_ms > latest_ms)) {
        status = asv_fail(err, ASV_E_DENIED, "the receipt says no day, or one that is yet to come");
    }
    if (status == ASV_OK && !is_midnight(receipt.due_ms)) {
        status = asv_fail(err, ASV_E_DENIED, "the receipt says an instant at which no local day ends");
    }
    *due_ms = receipt.due_ms;
    return status;
}

bool asv_keeper_day_has_gone(const struct asv_index *index, const uint8_t camera[ASV_SHA256_BYTES],
                             uint32_t date)
{
    const struct asv_kept *rows = asv_kept_rows(index);
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_KEPT); i++) {
        if (rows[i].state == ASV_KEEPER_GONE && date != 0 && rows[i].key_date == date &&
            memcmp(rows[i].camera, camera, ASV_SHA256_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

/* The HOLD_AHEAD that the request names, when it keeps the clip: others may overlap it. */
static const struct asv_index_ahead *ahead_named(const struct asv_keeper *keeper,
                                                 const struct asv_keeper_request *request,
                                                 const struct asv_seal_header *header,
                                                 const struct asv_kept *before)
{
    const struct asv_index_ahead *ahead = asv_keeper_ahead_of(keeper, header, before, NULL);
    while (ahead != NULL && memcmp(ahead->decision, request->digest, ASV_SHA256_BYTES) != 0) {
        ahead = asv_keeper_ahead_of(keeper, header, before, ahead);
    }
    return ahead;
}

/* What a new row is to be, apart from what the clip says. */
static enum asv_status purpose(const struct asv_keeper *keeper, const struct asv_keeper_request *request,
                               const struct asv_seal_header *header, const struct asv_kept *before,
                               struct asv_kept *row, struct asv_err *err)
{
    uint32_t date = header->key_kind == ASV_KEY_DAY ? header->key_date : 0;
    row->state = ASV_KEEPER_RUNS;
    row->due_ms = row->period_ms;
    if (request->why == ASV_KEEPER_WHY_EARLY) {
        return asv_keeper_day_has_gone(keeper->store->index, header->cert_digest, date) /* K-102 */
                   ? ASV_OK
                   : asv_fail(err, ASV_E_STATE, "no clip of this camera's day was erased early");
    }
    const struct asv_index_ahead *ahead = ahead_named(keeper, request, header, before);
    if (ahead == NULL) { /* K-101 */
        return asv_fail(err, ASV_E_STATE, "the clip is in no range that is held for that decision");
    }
    row->state = ASV_KEEPER_HELD;
    row->due_ms = 0;
    row->held_ms = ahead->since_ms;
    memcpy(row->incident, ahead->incident, sizeof row->incident);
    memcpy(row->decision, ahead->decision, sizeof row->decision);
    return ASV_OK;
}

static enum asv_status put(struct asv_keeper *keeper, const struct asv_kept *row, struct asv_err *err)
{
    struct asv_store_change change;
    enum asv_status status = asv_store_begin(keeper->store, &change, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_kept_put(change.next, row, err);
    if (status != ASV_OK) {
        asv_store_abort(&change);
        return status;
    }
    return asv_store_commit(&change, false, err);
}

enum asv_status asv_keeper_own_row(struct asv_keeper *keeper, const struct asv_keeper_opening *opening,
                                   struct asv_index *next, struct asv_kept **out, struct asv_err *err)
{
    struct asv_kept *before = asv_index_find(next, ASV_INDEX_KEPT, opening->digest);
    enum asv_status status = ASV_OK;
    if (before == NULL || !asv_kept_has_key(before)) {
        struct asv_kept row = {0};
        asv_keeper_fill_kept(&row, opening, keeper->scratch->file_key, before);
        row.state = ASV_KEEPER_RUNS;
        row.due_ms = row.period_ms;
        status = asv_kept_put(next, &row, err);
        asv_wipe(&row, sizeof row);
    }
    *out = asv_index_find(next, ASV_INDEX_KEPT, opening->digest);
    return status;
}

/* K-100, K-106: the clip's own day. What is past ends it at once, although its day's key lives. */
static enum asv_status correct(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                               const struct asv_keeper_opening *opening, int64_t now_ms, int64_t *until_ms,
                               struct asv_err *err)
{
    struct asv_store_change change;
    struct asv_kept *row = NULL;
    int64_t due_ms = 0;
    bool went = false;
    enum asv_status status = receipt_due(keeper, request, opening, now_ms, &due_ms, err);
    if (status == ASV_OK) {
        status = asv_store_begin(keeper->store, &change, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_keeper_own_row(keeper, opening, change.next, &row, err);
    if (status == ASV_OK && asv_kept_correct(change.next, row, due_ms, now_ms, &went) != ASV_OK) {
        status = asv_fail(err, ASV_E_LIMIT, "no calendar for the clip's period");
    }
    if (status != ASV_OK) {
        asv_store_abort(&change);
        return status;
    }
    *until_ms = went ? 0 : row->due_ms;
    return asv_store_commit(&change, went, err);
}

static enum asv_status make_row(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                const struct asv_keeper_opening *opening, const struct asv_kept *before,
                                int64_t *until_ms, struct asv_err *err)
{
    struct asv_kept row = {0};
    asv_keeper_fill_kept(&row, opening, keeper->scratch->file_key, before);
    enum asv_status status = purpose(keeper, request, &opening->header, before, &row, err);
    if (status == ASV_OK) {
        status = put(keeper, &row, err);
        *until_ms = row.due_ms;
    }
    asv_wipe(&row, sizeof row);
    return status;
}

/* A clip that has its own key keeps it, and what was decided: a HOLD_AHEAD makes more of it, and what is
 * known of its day stays to be said once. */
static enum asv_status keep_opened(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                   const struct asv_keeper_opening *opening, int64_t now_ms,
                                   int64_t *until_ms, struct asv_err *err)
{
    const struct asv_kept *before = asv_index_find(keeper->store->index, ASV_INDEX_KEPT, opening->digest);
    bool over = before != NULL && asv_kept_is_over(before, now_ms);
    bool lives = before != NULL && asv_kept_has_key(before) && !over;
    if (request->why == ASV_KEEPER_WHY_AHEAD && !(lives && before->state == ASV_KEEPER_HELD)) {
        return make_row(keeper, request, opening, before, until_ms, err);
    }
    if (over) {
        return asv_fail(err, ASV_E_EXPIRED, "the clip is due for erasure");
    }
    if (request->why == ASV_KEEPER_WHY_DAY && !(lives && before->corrected != 0)) {
        return correct(keeper, request, opening, now_ms, until_ms, err);
    }
    if (!lives) {
        return make_row(keeper, request, opening, before, until_ms, err);
    }
    *until_ms = before->due_ms;
    return ASV_OK;
}

/* K-144 */
static enum asv_status for_recovery(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                    const struct asv_keeper_opening *opening, struct asv_keeper_reply *reply,
                                    struct asv_err *err)
{
    const struct asv_kept *row = asv_index_find(keeper->store->index, ASV_INDEX_KEPT, opening->digest);
    bool by_this = row != NULL && row->state == ASV_KEEPER_HELD &&
                   memcmp(row->decision, request->digest, sizeof row->decision) == 0;
    return request->why != ASV_KEEPER_WHY_AHEAD || !by_this ||
                   asv_keeper_recovery_stanza(keeper, row, reply, err) == ASV_OK
               ? ASV_OK
               : ASV_E_AWAY; /* it is held: what is done must not look like a refusal */
}

static enum asv_status keep(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                            struct asv_keeper_reply *reply, struct asv_err *err)
{
    struct asv_keeper_opening opening = {0};
    int64_t now_ms = 0;
    enum asv_status status = asv_world_wall_ms(keeper->world, &now_ms);
    if (status == ASV_OK) {
        status = asv_keeper_read_clip(keeper, request, NULL, &opening, err); /* K-155 */
    }
    if (status == ASV_OK) {
        status = asv_keeper_open_clip(keeper, request, &opening, err);
    }
    if (status != ASV_OK) {
        return asv_keeper_told(&opening, status);
    }
    status = keep_opened(keeper, request, &opening, now_ms, &reply->until_ms, err);
    return status == ASV_OK ? for_recovery(keeper, request, &opening, reply, err) : status;
}

enum asv_status asv_keeper_keep(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                struct asv_keeper_reply *reply, struct asv_err *err)
{
    enum asv_status status =
        request->why == ASV_KEEPER_WHY_DAY && asv_due_in_doubt(keeper->store) /* K-123 */
            ? asv_fail(err, ASV_E_AWAY, "a clip's day waits until two people confirm the clock")
            : keep(keeper, request, reply, err);
    asv_wipe(keeper->scratch, sizeof *keeper->scratch); /* K-049 */
    return status;
}

static void add_row(struct asv_writer *out, const struct asv_kept *kept, struct asv_keeper_reply *reply)
{
    struct asv_keeper_kept row = {
        .state = kept->state, .blocks = kept->blocks, .due_ms = kept->due_ms, .period_ms = kept->period_ms};
    memcpy(row.header, kept->header, sizeof row.header);
    memcpy(row.decision, kept->decision, sizeof row.decision);
    asv_keeper_kept_write(out, &row);
    reply->kept_count++;
}

enum asv_status asv_keeper_one_clip(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                    struct asv_keeper_reply *reply)
{
    const struct asv_kept *kept = asv_index_find(keeper->store->index, ASV_INDEX_KEPT, request->digest);
    struct asv_writer out;
    asv_writer_init(&out, keeper->reply_data, sizeof keeper->reply_data);
    if (kept != NULL) {
        add_row(&out, kept, reply);
    }
    reply->kept = (struct asv_bytes){keeper->reply_data, out.len};
    return asv_write_end(&out, &(size_t){0});
}

enum asv_status asv_keeper_clips(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                 struct asv_keeper_reply *reply)
{
    const struct asv_index *index = keeper->store->index;
    struct asv_writer out;
    asv_writer_init(&out, keeper->reply_data, sizeof keeper->reply_data);
    uint32_t at = asv_index_after(index, ASV_INDEX_KEPT, request->digest);
    for (; at < asv_index_count(index, ASV_INDEX_KEPT) && reply->kept_count < ASV_KEEPER_PAGE; at++) {
        add_row(&out, asv_index_row(index, ASV_INDEX_KEPT, at), reply);
    }
    reply->kept = (struct asv_bytes){keeper->reply_data, out.len};
    return asv_write_end(&out, &(size_t){0});
}

enum asv_status asv_keeper_shown(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                 struct asv_keeper_reply *reply)
{
    const struct asv_index *index = keeper->store->index;
    struct asv_writer out;
    asv_writer_init(&out, keeper->reply_data, sizeof keeper->reply_data);
    uint32_t at = asv_index_after(index, ASV_INDEX_DECIDED, request->digest);
    for (; at < asv_index_count(index, ASV_INDEX_DECIDED) && reply->kept_count < ASV_KEEPER_PAGE; at++) {
        const struct asv_index_decided *decided = asv_index_row(index, ASV_INDEX_DECIDED, at);
        struct asv_keeper_shown row = {.at_ms = decided->at_ms};
        if (decided->how == ASV_DECIDED_SHOWN) { /* K-190 */
            memcpy(row.shown, decided->proposal, sizeof row.shown);
            asv_keeper_shown_write(&out, &row);
            reply->kept_count++;
        }
    }
    reply->kept = (struct asv_bytes){keeper->reply_data, out.len};
    return asv_write_end(&out, &(size_t){0});
}
