/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Decisions that are about no recording: whose credentials count, for whom something may be wrapped, and by
 * which rules it is kept. */
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/flow/decide.h"
#include "server/flow/recipient.h"
#include "server/web/deed.h"
#include "server/web/desk.h"
#include "server/web/policies.h"

bool asv_web_house_does(uint16_t action)
{
    return action == ASV_ACTION_ENROL || action == ASV_ACTION_REVOKE || action == ASV_ACTION_RECIPIENT ||
           action == ASV_ACTION_RECIPIENT_ENDS || action == ASV_ACTION_POLICY;
}

/* ---- policies ---- */

/* whoever signs sees what it would change, and what the rules refuse is refused, each time anew. */
static enum asv_status show_policy(const struct asv_flow *flow, const struct asv_policy_file *file,
                                   uint32_t from, struct asv_err *err)
{
    struct asv_web_desk *desk = flow->ctx;
    struct asv_flow_policy_effect effect;
    enum asv_status status = asv_flow_policy_effect(flow->world, flow->db, &file->policy, from, &effect, err);
    if (status == ASV_OK) {
        desk->policy = asv_web_policy_json(file, from, &effect);
    }
    return status;
}

static enum asv_status propose_policy(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                      struct asv_err *err)
{
    asv_auto_free struct asv_policy_file *file = NULL;
    struct asv_policy_mistake mistake;
    struct asv_person_statement stated;
    if (deed->file == NULL) {
        return asv_fail(err, ASV_E_USAGE, "a policy comes with its file");
    }
    enum asv_status status = asv_web_policy_read(deed->file, &file, &mistake, err);
    if (status == ASV_OK) {
        status = show_policy(flow, file, deed->date, err);
    }
    return status == ASV_OK ? asv_flow_policy_propose(flow, file, deed->date, &stated, err) : status;
}

static enum asv_status show_proposed(const struct asv_flow *flow, const struct asv_person_statement *proposal,
                                     struct asv_err *err)
{
    asv_auto_free struct asv_policy_file *file = NULL;
    enum asv_status status = asv_flow_policy_proposed(flow->db, proposal, &file, err);
    return status == ASV_OK ? show_policy(flow, file, proposal->said.subject.from_date, err) : status;
}

/* ---- recipients ---- */

/* */
static void show_card(const struct asv_flow *flow, const uint8_t *card, size_t len)
{
    struct asv_web_desk *desk = flow->ctx;
    desk->file = asv_web_bytes_json(card, len);
}

static enum asv_status propose_recipient(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                         struct asv_err *err)
{
    uint8_t card[ASV_CARD_MAX_BYTES];
    struct asv_person_statement stated;
    if (deed->file == NULL) {
        return asv_fail(err, ASV_E_USAGE, "a recipient comes with its card");
    }
    size_t len = asv_web_base64url(deed->file, card, sizeof card);
    show_card(flow, card, len);
    return asv_recipient_propose(flow, (struct asv_bytes){card, len}, deed->recipient_pk, &stated, err);
}

static enum asv_status show_proposed_card(const struct asv_flow *flow,
                                          const struct asv_person_statement *proposal, struct asv_err *err)
{
    uint8_t card[ASV_CARD_MAX_BYTES];
    size_t len = 0;
    enum asv_status status = asv_db_recipient_card_find(flow->db, proposal->said.subject.id, card, &len, err);
    if (status == ASV_OK) {
        show_card(flow, card, len);
    }
    return status;
}

/* ---- all of them ---- */

static enum asv_status answer(const struct asv_flow *flow, const struct asv_web_deed *deed,
                              struct asv_err *err)
{
    struct asv_person_statement proposal;
    enum asv_status status = asv_decide_find(flow->db, deed->request, &deed->action, 1, &proposal, err);
    if (status == ASV_OK && deed->action == ASV_ACTION_POLICY && deed->step == ASV_STEP_APPROVE) {
        status = show_proposed(flow, &proposal, err);
    }
    if (status == ASV_OK && deed->action == ASV_ACTION_RECIPIENT) {
        status = show_proposed_card(flow, &proposal, err);
    }
    return status == ASV_OK ? asv_decide_answer(flow, &proposal, deed->step, err) : status;
}

/* There is such a credential. *so: it counts already, or counts no more, as it is to. */
static enum asv_status find_credential(const struct asv_flow *flow, const struct asv_web_deed *deed, bool *so,
                                       struct asv_err *err)
{
    struct asv_db_credential found;
    enum asv_status status = asv_db_credential_find(flow->db, deed->credential, &found, err);
    *so = status == ASV_OK &&
          (deed->action == ASV_ACTION_ENROL ? found.enrolled_ms != ASV_TIME_UNKNOWN : found.revocation_taken);
    return status;
}

enum asv_status asv_web_house_do(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                 struct asv_err *err)
{
    struct asv_person_statement stated;
    struct asv_statement what;
    bool so = false;
    if (deed->step != ASV_STEP_PROPOSE && deed->step != ASV_STEP_SOLE) {
        return answer(flow, deed, err);
    }
    if (deed->action == ASV_ACTION_POLICY) {
        return propose_policy(flow, deed, err);
    }
    if (deed->action == ASV_ACTION_RECIPIENT) {
        return propose_recipient(flow, deed, err);
    }
    if (deed->action == ASV_ACTION_RECIPIENT_ENDS) {
        return asv_recipient_end(flow, NULL, deed->recipient_pk, err);
    }
    enum asv_status status = deed->has_credential ? find_credential(flow, deed, &so, err) : ASV_OK;
    if (status != ASV_OK || so) {
        return status;
    }
    what = (struct asv_statement){.action = deed->action, .subject = {.kind = ASV_SUBJECT_CREDENTIAL}};
    memcpy(what.subject.id, deed->credential, sizeof what.subject.id);
    return deed->step == ASV_STEP_PROPOSE ? asv_decide_propose(flow, &what, &stated, err)
                                          : asv_decide_alone(flow, &what, err);
}
