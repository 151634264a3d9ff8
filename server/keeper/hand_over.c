/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * HAND_OVER: what two people decided about a plan, once for all its clips. Who builds what is handed over
 * brings the plan and asks clip by clip; each is judged when it leaves, by what is known of it then. */
#include <assert.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/keeper/decide.h"

/* K-089 */
static enum asv_status check_recipients(const struct asv_index *index, const struct asv_plan *plan,
                                        struct asv_err *err)
{
    uint8_t name[ASV_SHA256_BYTES];
    for (uint8_t i = 0; i < plan->recipient_count; i++) {
        const struct asv_plan_recipient *one = &plan->recipients[i];
        const struct asv_index_recipient *row = asv_index_find(index, ASV_INDEX_RECIPIENTS, one->key);
        asv_sha256(name, one->name.data, one->name.len);
        if (row == NULL || row->ended != 0 || memcmp(row->name, name, sizeof name) != 0) {
            return asv_fail_at(err, ASV_E_UNTRUSTED,
                               "a recipient's key is not registered here under this name: number", i);
        }
    }
    return ASV_OK;
}

/* K-217: every one of them, or nothing is said of the whole. */
static enum asv_status check_clips(const struct asv_keeper *keeper, const struct asv_statement *proposal,
                                   const struct asv_plan *plan, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (uint16_t i = 0; status == ASV_OK && i < plan->clip_count; i++) {
        const struct asv_kept *row = NULL;
        struct asv_plan_clip clip;
        asv_plan_clip(plan, i, &clip);
        status = asv_decide_may_leave(keeper, proposal, clip.header, &row, err);
    }
    return status;
}

/* The plan in the request, whose recipients are registered. */
static enum asv_status read_plan(const struct asv_keeper *keeper, const struct asv_decision *decision,
                                 struct asv_plan *plan, struct asv_err *err)
{
    const struct asv_bytes *bytes = &decision->request->plan;
    enum asv_status status =
        asv_plan_of(plan, &decision->proposal, bytes->data, bytes->len, err); /* ST-123 */
    return status == ASV_OK ? check_recipients(keeper->store->index, plan, err) : status;
}

/* A clip that leaves. */
struct leaving {
    struct asv_plan_clip clip;
    const struct asv_kept *row;
    struct asv_bytes header; /* age header for the plan's recipients; empty: its original stays */
};

/* K-218: only who has the file key can make the MAC of an age header, and who builds a package of a clip that
 * goes sealed does not get it. */
static enum asv_status write_header(struct asv_keeper *keeper, const struct asv_plan *plan,
                                    struct leaving *it, struct asv_writer *out, struct asv_err *err)
{
    uint8_t stanzas[ASV_PLAN_RECIPIENTS_MAX * ASV_AGE_X25519_STANZA_BYTES];
    enum asv_status status = ASV_OK;
    size_t at = out->len;
    size_t len = 0;
    for (uint8_t i = 0; status == ASV_OK && i < plan->recipient_count; i++) {
        status = asv_decide_wrap(keeper, stanzas + len, it->row->file_key, plan->recipients[i].key, err);
        len += ASV_AGE_X25519_STANZA_BYTES;
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_age_header_write(out, (struct asv_bytes){stanzas, len}, it->row->file_key);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the recipients' age header cannot be made");
    }
    it->header = (struct asv_bytes){out->data + at, out->len - at};
    return ASV_OK;
}

/* K-217: judged by what is known now; its header behind out. */
static enum asv_status let_leave(struct asv_keeper *keeper, const struct asv_decision *decision,
                                 const struct asv_plan *plan, uint16_t number, struct leaving *it,
                                 struct asv_writer *out, struct asv_err *err)
{
    *it = (struct leaving){0};
    if (number >= plan->clip_count) {
        return asv_fail_at(err, ASV_E_NOT_FOUND, "the plan has fewer clips", plan->clip_count);
    }
    asv_plan_clip(plan, number, &it->clip);
    enum asv_status status =
        asv_decide_may_leave(keeper, &decision->proposal, it->clip.header, &it->row, err);
    return status == ASV_OK && asv_plan_has_original(it->clip.form) /* K-240 */
               ? write_header(keeper, plan, it, out, err)
               : status;
}

/* K-266, K-267: one of some that are asked for at once; which of them may not leave is in the text. */
static enum asv_status let_one_leave(struct asv_keeper *keeper, const struct asv_decision *decision,
                                     const struct asv_plan *plan, uint16_t number, struct leaving *it,
                                     struct asv_writer *out, struct asv_err *err)
{
    struct asv_err why = {0};
    if (decision->request->more_count == 0) {
        return let_leave(keeper, decision, plan, number, it, out, err);
    }
    enum asv_status status = let_leave(keeper, decision, plan, number, it, out, &why);
    if (status == ASV_OK && it->clip.form != ASV_PLAN_SEALED) {
        status = asv_fail(&why, ASV_E_DENIED, "what goes in clear is asked for alone");
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "the plan's clip %u: %s", number, why.text);
}

/* K-088, K-218: what leaves of one clip, and of those that go sealed as it does, each time that it is asked
 * for. */
static enum asv_status give(struct asv_keeper *keeper, const struct asv_decision *decision,
                            const struct asv_plan *plan, struct asv_keeper_reply *reply, struct asv_err *err)
{
    const struct asv_keeper_request *request = decision->request;
    uint8_t digests[1 + ASV_KEEPER_MORE_MAX][ASV_SHA256_BYTES];
    struct asv_writer out;
    struct leaving all[1 + ASV_KEEPER_MORE_MAX];
    asv_writer_init(&out, keeper->reply_data, sizeof keeper->reply_data);
    for (unsigned i = 0; i <= request->more_count; i++) {
        uint16_t number = i == 0 ? request->number : request->more[i - 1];
        enum asv_status status = let_one_leave(keeper, decision, plan, number, &all[i], &out, err);
        if (status != ASV_OK) {
            return status;
        }
        memcpy(digests[i], all[i].clip.header, sizeof digests[i]);
    }
    const struct leaving *first = &all[0];
    assert(first->row != NULL);
    memcpy(keeper->scratch->file_key, first->row->file_key, sizeof keeper->scratch->file_key);
    enum asv_status status =
        asv_decide_write_once(keeper, decision, ASV_KEEPER_GAVE_CLIP, digests, 1u + request->more_count,
                              asv_plan_has_original(first->clip.form) ? plan : NULL, err); /* K-241, K-268 */
    if (status != ASV_OK) {
        return status;
    }
    reply->stanza = first->header;
    for (; reply->more_count < request->more_count; reply->more_count++) {
        reply->more[reply->more_count] = all[1 + reply->more_count].header;
    }
    if (first->clip.form != ASV_PLAN_SEALED) {
        reply->file_key = keeper->scratch->file_key;
    }
    return ASV_OK;
}

enum asv_status asv_decide_hand_over(struct asv_keeper *keeper, const struct asv_decision *decision,
                                     struct asv_keeper_reply *reply, struct asv_err *err)
{
    struct asv_plan plan;
    enum asv_status status = read_plan(keeper, decision, &plan, err);
    if (status != ASV_OK) {
        return status;
    }
    reply->until_ms = decision->proposal.expires_ms < decision->answer.expires_ms
                          ? decision->proposal.expires_ms
                          : decision->answer.expires_ms;
    if (decision->request->number != ASV_KEEPER_NO_CLIP) {
        status = asv_decide_was_taken(keeper, decision, err); /* K-217 */
        return status == ASV_OK ? give(keeper, decision, &plan, reply, err) : status;
    }
    status = check_clips(keeper, &decision->proposal, &plan, err); /* what is refused is not written down */
    return status == ASV_OK ? asv_decide_take_plan(keeper, decision, &plan, err) : status;
}

enum asv_status asv_decide_hands_over(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                      struct asv_decision *out, struct asv_err *err)
{
    struct asv_plan plan;
    enum asv_status status = asv_decide_believe(keeper, request, out, err);
    if (status != ASV_OK) {
        return status;
    }
    if (out->proposal.action != ASV_ACTION_HAND_OVER || !out->has_answer ||
        out->answer.step != ASV_STEP_APPROVE) {
        return asv_fail(err, ASV_E_STATE, "a package takes a hand-over that two people decided");
    }
    if (asv_index_find(keeper->store->index, ASV_INDEX_DECIDED, out->proposal_digest) != NULL) {
        return asv_fail(err, ASV_E_STATE, "the proposal was refused or withdrawn"); /* K-083 */
    }
    status = read_plan(keeper, out, &plan, err);
    if (status == ASV_OK) {
        status = check_clips(keeper, &out->proposal, &plan, err);
    }
    return status == ASV_OK ? asv_decide_was_taken(keeper, out, err) : status;
}
