/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Rulings: what the keeper says of a statement for good, under its signature, so that nobody's database has
 * to be believed for it. Of what it remembers it says the same, byte for byte, as often as it is asked. */
#include <string.h>

#include "firmware-proto/trust/fields.h"
#include "firmware-proto/trust/ruling.h"
#include "server/keeper/decide.h"

_Static_assert(ASV_RULING_MAX_BYTES <= ASV_DESTRUCTION_MAX_BYTES, "it fits where orders are made");

enum asv_status asv_decide_never(const struct asv_decision *decision, enum asv_status status,
                                 const char *text, struct asv_err *err)
{
    *decision->for_good = true;
    return asv_fail(err, status, text);
}

/* K-162: what was made of the proposal by this very answer, with its instant. NULL: nothing, or it is not
 * remembered. */
static const struct asv_index_decided *remembered(const struct asv_keeper *keeper,
                                                  const struct asv_decision *decision)
{
    const struct asv_index_decided *row =
        asv_index_find(keeper->store->index, ASV_INDEX_DECIDED, decision->proposal_digest);
    return row != NULL && memcmp(row->answer, decision->answer_digest, sizeof row->answer) == 0 ? row : NULL;
}

/* One clip of a hand-over, which says nothing of the others (K-217). */
static bool is_about_a_clip(const struct asv_decision *decision)
{
    return decision->proposal.action == ASV_ACTION_HAND_OVER && decision->has_answer &&
           decision->answer.step == ASV_STEP_APPROVE && decision->request->number != ASV_KEEPER_NO_CLIP;
}

/* K-160 to K-163. False: nothing is said for good. */
static bool fill_verdict(const struct asv_keeper *keeper, const struct asv_decision *decision,
                         enum asv_status status, struct asv_ruling *out)
{
    const struct asv_index_decided *row = remembered(keeper, decision);
    bool later = status != ASV_OK && (asv_status_class(status) == ASV_CLASS_RETRY ||
                                      asv_status_class(status) == ASV_CLASS_INTERNAL);
    out->verdict = status == ASV_OK || row != NULL ? ASV_RULING_TAKEN : ASV_RULING_REFUSED;
    out->status = out->verdict == ASV_RULING_TAKEN ? 0 : (uint16_t)status;
    out->issued_ms = row != NULL ? row->at_ms : decision->now_ms;
    return !later && !is_about_a_clip(decision) && (out->verdict == ASV_RULING_TAKEN || *decision->for_good);
}

enum asv_status asv_decide_rule(struct asv_keeper *keeper, const struct asv_decision *decision,
                                enum asv_status status, struct asv_keeper_reply *reply, struct asv_err *err)
{
    struct asv_ruling ruling = {.keeper = keeper->identity.chain};
    struct asv_writer out;
    bool answers = !asv_is_zero(decision->answer_digest, sizeof decision->answer_digest);
    if (asv_is_zero(decision->proposal_digest, sizeof decision->proposal_digest) ||
        !fill_verdict(keeper, decision, status, &ruling)) {
        return status;
    }
    asv_key_digest(ruling.agency, keeper->identity.root_pk);
    memcpy(ruling.store, keeper->store->index->store, sizeof ruling.store);
    memcpy(ruling.statement, answers ? decision->answer_digest : decision->proposal_digest,
           sizeof ruling.statement);
    if (answers) {
        memcpy(ruling.proposal, decision->proposal_digest, sizeof ruling.proposal);
    }
    asv_writer_init(&out, keeper->order_data, sizeof keeper->order_data);
    if (asv_ruling_encode(&out, &ruling, keeper->identity.sk) != ASV_OK) { /* what was done is not refused */
        return asv_fail(err, ASV_E_INTERNAL, "the ruling cannot be made");
    }
    reply->ruling = (struct asv_bytes){keeper->order_data, out.len};
    return status;
}
