/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * SHOW: a held clip's file key, for the reviewer whom another person has agreed to by name, once for each
 * time that the reviewer signs for it. Who has the two statements of an OPEN has nothing by them: neither the
 * one who approved, nor a colleague, nor a server that was taken over. */
#include <assert.h>
#include <string.h>

#include "server/keeper/decide.h"

/* The OPEN and its approval, which come with the request of the SHOW. */
static enum asv_status believe_opening(struct asv_keeper *keeper, const struct asv_decision *decision,
                                       struct asv_decision *open, struct asv_err *err)
{
    struct asv_keeper_request pair = {.proposal = decision->request->open,
                                      .answer = decision->request->agreed,
                                      .record_count = decision->request->record_count};
    memcpy(pair.records, decision->request->records, sizeof pair.records);
    if (pair.proposal.len == 0 || pair.answer.len == 0) {
        return asv_fail(err, ASV_E_STATE, "what was agreed to is not in the request");
    }
    enum asv_status status = asv_decide_believe(keeper, &pair, open, err);
    open->request = NULL; /* that goes with this call */
    if (status == ASV_OK &&
        asv_index_find(keeper->store->index, ASV_INDEX_DECIDED, open->proposal_digest) != NULL) { /* K-083 */
        status = asv_fail(err, ASV_E_STATE, "what was agreed to was refused or withdrawn");
    }
    return status;
}

/* K-170 */
enum asv_status asv_decide_may_show(struct asv_keeper *keeper, const struct asv_decision *decision,
                                    struct asv_err *err)
{
    bool for_good = false; /* of the OPEN, about which nothing is ruled here */
    struct asv_decision open = {.for_good = &for_good};
    const struct asv_kept *row = NULL;
    enum asv_status status = believe_opening(keeper, decision, &open, err);
    if (status == ASV_OK) {
        const struct asv_statement_pair pair = {&open.proposal, &open.proposer, &open.answer, &open.answerer};
        status = asv_statement_shows(&decision->proposal, &decision->proposer, &pair, err);
    }
    if (status == ASV_OK) {
        status = asv_decide_may_leave(keeper, &decision->proposal, decision->proposal.subject.id, &row, err);
    }
    return status == ASV_OK ? asv_decide_is_since(row, &open.proposal, err) : status;
}

/* K-171: it is remembered, as every decision is, before anything leaves. */
enum asv_status asv_decide_show(struct asv_keeper *keeper, const struct asv_decision *decision,
                                struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    (void)keeper;
    (void)decision;
    (void)change;
    (void)destroy;
    (void)err;
    return ASV_OK;
}

enum asv_status asv_decide_show_key(struct asv_keeper *keeper, const struct asv_decision *decision,
                                    struct asv_keeper_reply *reply, struct asv_err *err)
{
    const struct asv_kept *row = NULL;
    enum asv_status status =
        asv_decide_may_leave(keeper, &decision->proposal, decision->proposal.subject.id, &row, err);
    if (status == ASV_OK) {
        assert(row != NULL);
        memcpy(keeper->scratch->file_key, row->file_key, sizeof keeper->scratch->file_key);
        reply->file_key = keeper->scratch->file_key;
    }
    return status;
}
