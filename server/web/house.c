/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Decisions that are about no recording: whose credentials count, and for whom something may be wrapped. */
#include <string.h>

#include "server/base/fail.h"
#include "server/flow/decide.h"
#include "server/web/deed.h"

bool asv_web_house_does(uint16_t action)
{
    return action == ASV_ACTION_ENROL || action == ASV_ACTION_REVOKE || action == ASV_ACTION_RECIPIENT ||
           action == ASV_ACTION_RECIPIENT_ENDS;
}

static void compose(struct asv_statement *out, const struct asv_web_deed *deed)
{
    *out = (struct asv_statement){.action = deed->action};
    if (deed->has_recipient) {
        out->subject.kind = ASV_SUBJECT_RECIPIENT;
        out->subject.name = (struct asv_bytes){(const uint8_t *)deed->recipient, strlen(deed->recipient)};
        out->has_recipient = true;
        memcpy(out->recipient_pk, deed->recipient_pk, sizeof out->recipient_pk);
    } else {
        out->subject.kind = ASV_SUBJECT_CREDENTIAL;
        memcpy(out->subject.id, deed->credential, sizeof out->subject.id);
    }
}

static enum asv_status answer(const struct asv_flow *flow, const struct asv_web_deed *deed,
                              struct asv_err *err)
{
    struct asv_person_statement proposal;
    enum asv_status status = asv_decide_find(flow->db, deed->request, &deed->action, 1, &proposal, err);
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
    enum asv_status status = deed->has_credential ? find_credential(flow, deed, &so, err) : ASV_OK;
    if (status != ASV_OK || so) {
        return status;
    }
    compose(&what, deed);
    return deed->step == ASV_STEP_PROPOSE ? asv_decide_propose(flow, &what, &stated, err)
                                          : asv_decide_alone(flow, &what, err);
}
