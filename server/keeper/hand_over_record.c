/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is remembered of each hand-over that was taken, so that none is given past a database in silence; and
 * how much of the record of decisions it may fill. */
#include <string.h>

#include "server/keeper/decide.h"
#include "server/keeper/handed.h"

#define LONGEST_ANSWER_MS (INT64_C(24) * 3600 * 1000) /* STATEMENTS.md 4 */

/* K-237: what a builder honestly asks for, each time that it begins again. */
#define BUILDS          24
#define SIGNED_MAX      16  /* facts, documents, the carrier itself */
#define FILED_MAX       512 /* half of what a filing may have: the other half are the signatures (PK-052) */
#define FILED           64
#define FILED_OF_A_CLIP 16

#define DRAW     64 /* lines that one commit lets be written */
#define RESTARTS 8  /* of the keeper, at each of which some of them are lost */

/* So many as the plan takes, of which DRAW are drawn when it is taken. */
static uint32_t lines_of(const struct asv_plan *plan)
{
    uint32_t filed = FILED + FILED_OF_A_CLIP * (uint32_t)plan->clip_count;
    uint32_t each = plan->clip_count + SIGNED_MAX;
    if ((plan->outputs & ASV_PLAN_FILING) != 0) {
        each += filed < FILED_MAX ? filed : FILED_MAX;
    }
    return BUILDS * each + (RESTARTS - 1) * DRAW;
}

/* Of which some are drawn; made when there is none, in the place of the one that was taken first. */
static struct asv_keeper_drawn *drawn_of(struct asv_keeper *keeper, const uint8_t proposal[ASV_SHA256_BYTES])
{
    for (unsigned i = 0; i < ASV_HANDOVERS_MAX; i++) {
        if (memcmp(keeper->drawn[i].proposal, proposal, ASV_SHA256_BYTES) == 0) {
            return &keeper->drawn[i];
        }
    }
    struct asv_keeper_drawn *one = &keeper->drawn[keeper->drawn_next++ % ASV_HANDOVERS_MAX];
    one->lines = 0;
    memcpy(one->proposal, proposal, sizeof one->proposal);
    return one;
}

enum asv_status asv_decide_was_taken(const struct asv_keeper *keeper, const struct asv_decision *decision,
                                     struct asv_err *err)
{
    return asv_handed_find(keeper->store->index, decision->proposal_digest) != NULL
               ? ASV_OK
               : asv_fail(err, ASV_E_STATE, "the hand-over was not taken: the whole of it comes first");
}

enum asv_status asv_decide_take_plan(struct asv_keeper *keeper, const struct asv_decision *decision,
                                     const struct asv_plan *plan, struct asv_err *err)
{
    const struct asv_index_handover *before =
        asv_handed_find(keeper->store->index, decision->proposal_digest);
    struct asv_index_handover row = {.taken_ms = decision->now_ms, .lines = lines_of(plan)};
    struct asv_store_change change;
    if (before != NULL) { /* K-126; by another approval it is a decision of others */
        return memcmp(before->answer, decision->answer_digest, sizeof before->answer) == 0
                   ? ASV_OK
                   : asv_decide_write_once(keeper, decision, ASV_KEEPER_GAVE_WORD, NULL, 0, NULL, err);
    }
    memcpy(row.proposal, decision->proposal_digest, sizeof row.proposal);
    memcpy(row.answer, decision->answer_digest, sizeof row.answer);
    row.until_ms = decision->proposal.expires_ms + LONGEST_ANSWER_MS + ASV_DECIDED_LONGER_MS;
    enum asv_status status = asv_store_begin(keeper->store, &change, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_handed_put(change.next, &row, plan, err);
    if (status == ASV_OK) {
        status = asv_decide_write(keeper, decision, NULL, err); /* K-084 */
    }
    if (status != ASV_OK) {
        asv_store_abort(&change);
        return status;
    }
    status = asv_store_commit(&change, false, err);
    if (status == ASV_OK) {
        drawn_of(keeper, decision->proposal_digest)->lines = DRAW;
    }
    return status;
}

/* ---- lines ---- */

/* Not each line is committed, but that some may be written: what of these is not when the process ends is
 * lost to its hand-over. */
static enum asv_status draw(struct asv_keeper *keeper, struct asv_keeper_drawn *drawn, struct asv_err *err)
{
    struct asv_store_change change;
    enum asv_status status = asv_store_begin(keeper->store, &change, err);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_index_handover *row = asv_handed_find(change.next, drawn->proposal);
    uint32_t lines = row == NULL ? 0 : row->lines < DRAW ? row->lines : DRAW;
    if (row == NULL || lines == 0) {
        asv_store_abort(&change);
        return asv_fail(err, ASV_E_LIMIT,
                        "this hand-over was asked for more often than it takes to build it: propose it anew");
    }
    row->lines -= lines;
    status = asv_store_commit(&change, false, err);
    drawn->lines = status == ASV_OK ? lines : 0;
    return status;
}

enum asv_status asv_decide_line(struct asv_keeper *keeper, const struct asv_decision *decision,
                                struct asv_err *err)
{
    struct asv_keeper_drawn *drawn = drawn_of(keeper, decision->proposal_digest);
    enum asv_status status = drawn->lines == 0 ? draw(keeper, drawn, err) : ASV_OK;
    drawn->lines -= status == ASV_OK ? 1 : 0;
    return status;
}

void asv_decide_line_back(struct asv_keeper *keeper, const struct asv_decision *decision)
{
    drawn_of(keeper, decision->proposal_digest)->lines++;
}

/* ---- who hears of it ---- */

enum asv_status asv_keeper_handed(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                  struct asv_keeper_reply *reply)
{
    const struct asv_index *index = keeper->store->index;
    uint8_t after[ASV_HANDED_KEY_BYTES];
    struct asv_writer out;
    memcpy(after, request->digest, ASV_SHA256_BYTES);
    memcpy(after + ASV_SHA256_BYTES, request->header_digest, ASV_SHA256_BYTES);
    asv_writer_init(&out, keeper->reply_data, sizeof keeper->reply_data);
    uint32_t at = asv_index_after(index, ASV_INDEX_HANDED, after);
    for (; at < asv_index_count(index, ASV_INDEX_HANDED) && reply->kept_count < ASV_KEEPER_PAGE; at++) {
        const struct asv_index_handed *one = asv_index_row(index, ASV_INDEX_HANDED, at);
        const struct asv_index_handover *of = asv_handed_find(index, one->proposal);
        if (of != NULL) {
            struct asv_keeper_handed row = {
                .at_ms = of->taken_ms, .clear = one->clear != 0, .noted = of->noted != 0};
            memcpy(row.proposal, one->proposal, sizeof row.proposal);
            memcpy(row.header, one->header, sizeof row.header);
            asv_keeper_handed_write(&out, &row);
            reply->kept_count++;
        }
    }
    reply->kept = (struct asv_bytes){keeper->reply_data, out.len};
    return asv_write_end(&out, &(size_t){0});
}

enum asv_status asv_keeper_noted(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                 struct asv_err *err)
{
    struct asv_store_change change;
    const struct asv_index_handover *row = asv_handed_find(keeper->store->index, request->digest);
    if (row == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, "there is no such hand-over here");
    }
    if (row->noted != 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_store_begin(keeper->store, &change, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_handed_find(change.next, request->digest)->noted = 1;
    return asv_store_commit(&change, false, err);
}
