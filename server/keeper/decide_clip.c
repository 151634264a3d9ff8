/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a decision does to a clip. */
#include <assert.h>
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "server/base/calendar.h"
#include "server/base/hex.h"
#include "server/keeper/decide.h"
#include "server/keeper/handed.h"
#include "server/keeper/kept.h"

#define BLOCKED_MAX 1024 /* clips without a key of their own that one person has blocked */

static struct asv_kept *kept_row(const struct asv_index *index, const struct asv_decision *decision)
{
    return asv_index_find(index, ASV_INDEX_KEPT, decision->proposal.subject.id);
}

/* The row of the clip that was opened, in this state. Blocks stay, and what was said of its day; that two
 * people released it, until two hold it again. */
static enum asv_status put_opened(struct asv_keeper *keeper, const struct asv_decision *decision,
                                  struct asv_store_change *change, uint8_t state, int64_t due_ms,
                                  struct asv_err *err)
{
    const struct asv_kept *before = kept_row(change->next, decision);
    struct asv_kept row = {0};
    asv_keeper_fill_kept(&row, &decision->opening, keeper->scratch->file_key, before);
    row.state = state;
    row.released = state == ASV_KEEPER_PENDING && before != NULL ? before->released : 0;
    row.due_ms = due_ms;
    if (state == ASV_KEEPER_HELD) { /* K-199 */
        row.held_ms = asv_due_in_doubt(keeper->store) ? decision->answer.issued_ms : decision->now_ms;
    }
    memcpy(row.incident, decision->proposal.incident, sizeof row.incident);
    memcpy(row.decision, decision->proposal_digest, sizeof row.decision);
    enum asv_status status = asv_kept_put(change->next, &row, err);
    asv_wipe(&row, sizeof row);
    return status;
}

/* K-086: midnight after three full days from the request's. */
static enum asv_status request_end_ms(const struct asv_decision *decision, int64_t *out, struct asv_err *err)
{
    uint32_t asked = 0;
    return asv_local_date(decision->proposal.issued_ms, &asked) == ASV_OK &&
                   asv_due_ms(asked, ASV_KEPT_LAPSE_DAYS, out) == ASV_OK
               ? ASV_OK
               : asv_fail(err, ASV_E_LIMIT, "no calendar for the request's end");
}

/* K-086: and never more than three days beyond the clip's own period, which ends at a midnight. */
static enum asv_status lapse_ms(const struct asv_decision *decision, int64_t *out, struct asv_err *err)
{
    int64_t by_request = 0;
    int64_t by_period = 0;
    enum asv_status status = request_end_ms(decision, &by_request, err);
    if (status == ASV_OK && asv_kept_lapse_ms(decision->opening.period_ms, &by_period) != ASV_OK) {
        status = asv_fail(err, ASV_E_LIMIT, "no calendar for the request's end");
    }
    *out = by_request < by_period ? by_request : by_period;
    return status;
}

enum asv_status asv_decide_pending(struct asv_keeper *keeper, const struct asv_decision *decision,
                                   struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    const struct asv_kept *before = kept_row(change->next, decision);
    int64_t due_ms = 0;
    (void)destroy;
    if (before != NULL && before->state == ASV_KEEPER_HELD) {
        return asv_fail(err, ASV_E_STATE, "the clip is held already");
    }
    if (before != NULL && before->state == ASV_KEEPER_PENDING) {
        bool same = memcmp(before->decision, decision->proposal_digest, sizeof before->decision) == 0;
        return same ? ASV_OK : asv_fail(err, ASV_E_STATE, "another request for this clip is open");
    }
    enum asv_status status = lapse_ms(decision, &due_ms, err);
    if (status == ASV_OK && due_ms <= decision->now_ms) {
        status = asv_due_in_doubt(keeper->store)
                     ? asv_fail(err, ASV_E_AWAY, "whether the request has lapsed, the clock cannot say")
                     : asv_fail(err, ASV_E_STATE, "the request has lapsed");
    }
    return status == ASV_OK ? put_opened(keeper, decision, change, ASV_KEEPER_PENDING, due_ms, err) : status;
}

enum asv_status asv_decide_lapse(struct asv_keeper *keeper, const struct asv_decision *decision,
                                 struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    struct asv_kept *row = kept_row(change->next, decision);
    (void)keeper;
    (void)err;
    if (decision->proposal.action == ASV_ACTION_HOLD && row != NULL && row->state == ASV_KEEPER_PENDING &&
        memcmp(row->decision, decision->proposal_digest, sizeof row->decision) == 0) {
        *destroy = asv_kept_back(change->next, row, decision->now_ms);
    }
    return ASV_OK;
}

enum asv_status asv_decide_hold(struct asv_keeper *keeper, const struct asv_decision *decision,
                                struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    const struct asv_kept *before = kept_row(change->next, decision);
    int64_t lapsed_ms = 0;
    (void)destroy;
    if (before != NULL && before->state == ASV_KEEPER_HELD) {
        return asv_fail(err, ASV_E_STATE, "the clip is held already");
    }
    enum asv_status status = request_end_ms(decision, &lapsed_ms, err);
    if (status == ASV_OK &&
        decision->answer.issued_ms >= lapsed_ms) { /* K-129: as signed, whenever it comes */
        status = asv_decide_never(decision, ASV_E_STATE, "the request had lapsed when it was approved", err);
    }
    return status == ASV_OK ? put_opened(keeper, decision, change, ASV_KEEPER_HELD, 0, err) : status;
}

enum asv_status asv_decide_is_since(const struct asv_kept *row, const struct asv_statement *proposal,
                                    struct asv_err *err)
{
    return proposal->issued_ms >= row->held_ms /* K-199 */
               ? ASV_OK
               : asv_fail(err, ASV_E_STATE,
                          "it was signed before the clip was held: it is to be signed anew");
}

/* The held clip that a decision is about, for the incident that it names, and since before it was proposed.
 */
static enum asv_status find_held(const struct asv_index *index, const struct asv_statement *proposal,
                                 const uint8_t header[ASV_SHA256_BYTES], struct asv_kept **out,
                                 struct asv_err *err)
{
    static const uint8_t none[ASV_UUID_BYTES];
    struct asv_kept *row = asv_index_find(index, ASV_INDEX_KEPT, header);
    if (row == NULL || row->state != ASV_KEEPER_HELD) { /* K-087 */
        return asv_fail(err, ASV_E_STATE, "the clip is not held");
    }
    if (memcmp(proposal->incident, none, sizeof none) != 0 &&
        memcmp(proposal->incident, row->incident, sizeof row->incident) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "the clip is held for another incident");
    }
    *out = row;
    return asv_decide_is_since(row, proposal, err);
}

enum asv_status asv_decide_release(struct asv_keeper *keeper, const struct asv_decision *decision,
                                   struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    struct asv_kept *row = NULL;
    (void)keeper;
    const struct asv_statement *proposal = &decision->proposal;
    enum asv_status status = find_held(change->next, proposal, proposal->subject.id, &row, err);
    if (status == ASV_OK &&
        asv_handed_since(change->next, proposal->subject.id, decision->answer.issued_ms)) { /* K-238 */
        return asv_decide_never(
            decision, ASV_E_STATE,
            "the clip was handed over since this was agreed to: its original stays until it was received",
            err);
    }
    if (status == ASV_OK) {
        *destroy = asv_kept_back(change->next, row, decision->now_ms);
    }
    return status;
}

enum asv_status asv_decide_erase_early(struct asv_keeper *keeper, const struct asv_decision *decision,
                                       struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    const struct asv_kept *before = kept_row(change->next, decision);
    const struct asv_seal_header *header = &decision->opening.header;
    struct asv_kept row = {.state = ASV_KEEPER_GONE};
    if (before != NULL && before->state == ASV_KEEPER_HELD) {
        return asv_fail(err, ASV_E_STATE, "the clip is held: it is released first");
    }
    if (before != NULL && before->state == ASV_KEEPER_GONE) {
        return ASV_OK;
    }
    if (asv_keeper_ahead_of(keeper, header, before, NULL) != NULL) { /* K-107 */
        return asv_fail(err, ASV_E_STATE, "the clip was held before it docked: that is released first");
    }
    *destroy = before != NULL && asv_kept_has_key(before);
    memcpy(row.header, decision->opening.digest, sizeof row.header);
    memcpy(row.camera, header->cert_digest, sizeof row.camera);
    row.key_date = header->key_kind == ASV_KEY_DAY ? header->key_date : 0;
    row.period_ms = before != NULL ? before->period_ms : 0;
    row.forget_ms = decision->now_ms + ASV_KEPT_LONGEST_MS; /* a reserve key may live as long */
    enum asv_status status =
        row.key_date != 0 ? asv_keeper_due(keeper, row.key_date, &row.forget_ms, err) : ASV_OK;
    return status == ASV_OK ? asv_kept_put(change->next, &row, err) : status;
}

/* K-140: with the day's own period, but never later than what is recorded today, nor than the reserve key
 * that it was sealed for. */
static enum asv_status day_end(const struct asv_keeper *keeper, const struct asv_decision *decision,
                               int64_t *end_ms, struct asv_err *err)
{
    const struct asv_keeper_opening *opening = &decision->opening;
    uint32_t date = decision->proposal.subject.date;
    uint32_t today = 0;
    int64_t own_ms = 0;
    int64_t latest_ms = 0;
    enum asv_status status = asv_local_date(decision->now_ms, &today);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock shows a date that is none");
    }
    if (date > today) {
        return asv_fail(err, ASV_E_STATE, "a recording's day that is yet to come");
    }
    status = asv_keeper_due(keeper, date, &own_ms, err);
    if (status == ASV_OK) {
        status = asv_keeper_due(keeper, today, &latest_ms, err);
    }
    if (status == ASV_OK && opening->header.key_kind != ASV_KEY_DAY && opening->forget_ms < latest_ms) {
        latest_ms = opening->forget_ms;
    }
    *end_ms = own_ms < latest_ms ? own_ms : latest_ms;
    return status;
}

enum asv_status asv_decide_day(struct asv_keeper *keeper, const struct asv_decision *decision,
                               struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    const struct asv_kept *before = kept_row(change->next, decision);
    int64_t end_ms = 0;
    if (before != NULL && before->corrected != 0) { /* K-141 */
        return asv_decide_never(decision, ASV_E_STATE, "the clip's own day was said before", err);
    }
    if (before != NULL && asv_kept_is_over(before, decision->now_ms)) {
        return asv_fail(err, ASV_E_STATE, "the clip's period is over");
    }
    struct asv_kept *row = NULL;
    enum asv_status status = day_end(keeper, decision, &end_ms, err);
    if (status == ASV_OK) {
        status = asv_keeper_own_row(keeper, &decision->opening, change->next, &row, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_kept_correct(change->next, row, end_ms, decision->now_ms, destroy);
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no calendar for the clip's period");
}

int64_t asv_decide_day_until(const struct asv_kept *kept)
{
    return kept == NULL || !asv_kept_has_key(kept) ? 0 : kept->period_ms;
}

/* K-127: anybody may block what nobody has seen yet; the room for what people keep must not go for that, nor
 * that for others' blocks (K-200). */
static bool is_full_of_blocks(const struct asv_index *index, const uint8_t blocker[ASV_UUID_BYTES])
{
    uint32_t plain = 0;
    uint32_t own = 0;
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_KEPT); i++) {
        const struct asv_kept *row = &asv_kept_rows(index)[i];
        plain += row->state == ASV_KEEPER_PLAIN ? 1 : 0;
        own += row->state == ASV_KEEPER_PLAIN && memcmp(row->blocker, blocker, sizeof row->blocker) == 0;
    }
    return plain >= asv_index_max(ASV_INDEX_KEPT) / 4 || own >= BLOCKED_MAX;
}

enum asv_status asv_decide_block(struct asv_keeper *keeper, const struct asv_decision *decision,
                                 struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    struct asv_kept row = {.state = ASV_KEEPER_PLAIN, .forget_ms = decision->now_ms + ASV_KEPT_LONGEST_MS};
    struct asv_kept *before = kept_row(change->next, decision);
    (void)keeper;
    (void)destroy;
    if (before != NULL) {
        before->blocks |= (uint8_t)(1u << decision->proposal.ground);
        return ASV_OK;
    }
    memcpy(row.blocker, decision->proposer.person, sizeof row.blocker);
    if (is_full_of_blocks(change->next, row.blocker)) {
        return asv_fail(err, ASV_E_BUSY, "key store: no room for another block of a clip that is not kept");
    }
    row.blocks = (uint8_t)(1u << decision->proposal.ground);
    memcpy(row.header, decision->proposal.subject.id, sizeof row.header);
    return asv_kept_put(change->next, &row, err);
}

enum asv_status asv_decide_unblock(struct asv_keeper *keeper, const struct asv_decision *decision,
                                   struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    struct asv_kept *row = kept_row(change->next, decision);
    uint8_t bit = (uint8_t)(1u << decision->proposal.ground);
    (void)keeper;
    (void)destroy;
    if (row == NULL || (row->blocks & bit) == 0) {
        return asv_fail(err, ASV_E_STATE, "the clip is not blocked for this ground");
    }
    row->blocks &= (uint8_t)~bit;
    if (row->state == ASV_KEEPER_PLAIN && row->blocks == 0) {
        asv_index_drop_key(change->next, ASV_INDEX_KEPT, row->header);
    }
    return ASV_OK;
}

/* ---- before docking ---- */

/* K-232: what cannot be copied keeps nobody from holding what the others open; people hear which it is. */
static void pass_over(const struct asv_keeper *keeper, struct asv_index_ahead *row, uint32_t date,
                      const char *why)
{
    char camera[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(camera, row->camera, sizeof row->camera);
    asv_index_ahead_left(row);
    asv_log_event(keeper->log, ASV_LOG_WARNING, "key-not-copied", asv_log_text("camera", camera),
                  asv_log_u64("day", date), asv_log_text("detail", why));
}

/* A key that is there. One that is due, by a clock that is in doubt, nobody may use: not a day's (K-059). */
static enum asv_status copy_key(const struct asv_keeper *keeper, const struct asv_store_key *key,
                                uint32_t date, int64_t now_ms, struct asv_index_ahead *row,
                                struct asv_err *err)
{
    bool over = key->due_ms != 0 && key->due_ms <= now_ms;
    bool stands_still = keeper->store->index->stop != ASV_KEEPER_RUNNING;
    if (!over) {
        (void)asv_index_ahead_copy(row, date, date == 0 ? key->due_ms : 0, key->sk);
    } else if (stands_still && date == 0) {
        pass_over(keeper, row, date, "a reserve key is due, but destruction stands still");
    } else if (stands_still) {
        return asv_fail(err, ASV_E_AWAY, "a key is due, but destruction stands still");
    }
    return ASV_OK;
}

/* The camera's living keys of a day, or (date 0) its reserve keys. Of a day one file at least must be read
 * (K-128), and a disk that fails says nothing about any of them. */
static enum asv_status copy_keys(struct asv_keeper *keeper, uint32_t date, int64_t now_ms,
                                 struct asv_index_ahead *row, struct asv_err *err)
{
    struct asv_store_key key = {0};
    struct asv_err why = {0};
    uint32_t at = 0;
    unsigned damaged = 0;
    bool any = false;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK) {
        status = asv_store_next_key(keeper->store, date, row->camera, &at, &key, &why);
        if (status == ASV_OK) {
            any = true;
            status = copy_key(keeper, &key, date, now_ms, row, &why);
        } else if (status == ASV_E_DIGEST || (status == ASV_E_IO && date == 0)) {
            pass_over(keeper, row, date, why.text);
            damaged++;
            status = ASV_OK;
        }
    }
    asv_wipe(&key, sizeof key);
    if (status == ASV_E_NOT_FOUND && damaged > 0 && !any && date != 0) {
        return asv_fail(err, ASV_E_IO, "key store: a file of that day is damaged");
    }
    return status == ASV_E_NOT_FOUND ? ASV_OK : asv_fail(err, status, why.text);
}

/* K-090 */
static enum asv_status copy_days(struct asv_keeper *keeper, const struct asv_decision *decision,
                                 struct asv_index_ahead *row, struct asv_err *err)
{
    const struct asv_subject *subject = &decision->proposal.subject;
    uint32_t date = 0;
    uint32_t last = 0;
    enum asv_status status = asv_local_date(subject->from_ms, &date);
    if (status == ASV_OK) {
        status = asv_local_date(subject->until_ms - 1, &last);
    }
    while (status == ASV_OK && date <= last) {
        status = copy_keys(keeper, date, decision->now_ms, row, err);
        if (status == ASV_OK) {
            status = asv_date_add(date, 1, &date);
        }
    }
    return status;
}

enum asv_status asv_decide_hold_ahead(struct asv_keeper *keeper, const struct asv_decision *decision,
                                      struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    const struct asv_subject *subject = &decision->proposal.subject;
    struct asv_index_ahead row = {.from_ms = subject->from_ms, .until_ms = subject->until_ms};
    (void)destroy;
    memcpy(row.camera, subject->id, sizeof row.camera);
    enum asv_status status = copy_days(keeper, decision, &row, err);
    if (status == ASV_OK && row.key_count == 0) {
        status = asv_fail(err, ASV_E_NOT_FOUND, "this camera has no living key for that time");
    }
    if (status == ASV_OK) {
        status = copy_keys(keeper, 0, decision->now_ms, &row, err); /* K-211 */
    }
    memcpy(row.decision, decision->proposal_digest, sizeof row.decision);
    row.decided_ms = change->next->stop == ASV_KEEPER_RUNNING ? decision->now_ms : 0;
    row.since_ms = decision->answer.issued_ms; /* as whoever has it in a database has it, too */
    if (!asv_due_in_doubt(keeper->store) && decision->now_ms > row.since_ms) {
        row.since_ms = decision->now_ms;
    }
    memcpy(row.incident, decision->proposal.incident, sizeof row.incident);
    if (status == ASV_OK) {
        status = asv_index_add(change->next, ASV_INDEX_AHEADS, &row);
        status = status == ASV_OK ? ASV_OK : asv_fail(err, status, "no room for another hold before docking");
    }
    asv_wipe(&row, sizeof row);
    return status;
}

enum asv_status asv_decide_release_ahead(struct asv_keeper *keeper, const struct asv_decision *decision,
                                         struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    const struct asv_subject *subject = &decision->proposal.subject;
    bool later = false;
    (void)keeper;
    for (uint32_t i = asv_index_count(change->next, ASV_INDEX_AHEADS); i > 0; i--) {
        const struct asv_index_ahead *row = asv_index_row(change->next, ASV_INDEX_AHEADS, i - 1);
        if (memcmp(row->camera, subject->id, sizeof row->camera) != 0 || row->from_ms != subject->from_ms ||
            row->until_ms != subject->until_ms) {
            continue;
        }
        if (row->since_ms > decision->proposal.issued_ms) { /* K-206 */
            later = true;
            continue;
        }
        asv_index_drop(change->next, ASV_INDEX_AHEADS, i - 1);
        *destroy = true;
    }
    return *destroy || !later /* K-212: that nothing is held then is so */
               ? ASV_OK
               : asv_fail(err, ASV_E_STATE, "it was signed before that was held: it is to be signed anew");
}

/* ---- what leaves ---- */

enum asv_status asv_decide_wrap(const struct asv_keeper *keeper, uint8_t out[ASV_AGE_X25519_STANZA_BYTES],
                                const uint8_t file_key[ASV_FILE_KEY_BYTES],
                                const uint8_t pk[ASV_X25519_BYTES], struct asv_err *err)
{
    uint8_t ephemeral[ASV_X25519_BYTES];
    enum asv_status status = asv_world_random(keeper->world, ephemeral, sizeof ephemeral);
    if (status == ASV_OK) {
        status = asv_age_wrap(out, file_key, pk, ephemeral);
    }
    asv_wipe(ephemeral, sizeof ephemeral);
    return status == ASV_OK ? ASV_OK
                            : asv_fail(err, status, "the file key cannot be wrapped for this recipient");
}

enum asv_status asv_keeper_recovery_stanza(struct asv_keeper *keeper, const struct asv_kept *row,
                                           struct asv_keeper_reply *reply, struct asv_err *err)
{
    const struct asv_index *index = keeper->store->index;
    if (!index->has_recovery) {
        return ASV_OK;
    }
    enum asv_status status =
        asv_decide_wrap(keeper, keeper->reply_data, row->file_key, index->recovery_pk, err);
    if (status == ASV_OK) {
        reply->stanza = (struct asv_bytes){keeper->reply_data, ASV_AGE_X25519_STANZA_BYTES};
    }
    return status;
}

enum asv_status asv_decide_recovery_stanza(struct asv_keeper *keeper, const struct asv_decision *decision,
                                           struct asv_keeper_reply *reply, struct asv_err *err)
{
    return asv_keeper_recovery_stanza(keeper, kept_row(keeper->store->index, decision), reply, err);
}

enum asv_status asv_decide_may_leave(const struct asv_keeper *keeper, const struct asv_statement *proposal,
                                     const uint8_t header[ASV_SHA256_BYTES], const struct asv_kept **out,
                                     struct asv_err *err)
{
    struct asv_kept *row = NULL;
    enum asv_status status = find_held(keeper->store->index, proposal, header, &row, err);
    if (status != ASV_OK) {
        return status;
    }
    assert(row != NULL);
    if (row->blocks != 0) {
        return asv_fail(err, ASV_E_DENIED, "the clip is blocked");
    }
    *out = row;
    return ASV_OK;
}
