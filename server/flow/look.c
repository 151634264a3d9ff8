/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A held recording, shown to the reviewer whom another person has agreed to by name (LAW L1, L2, L5).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/flow/deed.h"
#include "server/incident/words.h"

/* ---- request and answer ---- */

enum asv_status asv_deed_look(struct asv_case *work, uint8_t digest[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_statement what;
    const struct asv_incident_name name = {work->standing.hold_incident, work->standing.hold_case};
    enum asv_status status =
        asv_case_judge(work, ASV_ACTION_OPEN, ASV_STEP_PROPOSE, work->standing.hold_ground, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_incident_compose_look(&what, work->standing.identity.header, work->flow->credential->said.name,
                              &name);
    return asv_case_propose(work, &what, digest, err);
}

enum asv_status asv_deed_answer_look(struct asv_case *work, const char *digits, uint8_t step,
                                     struct asv_err *err)
{
    struct asv_db_request open;
    struct asv_statement proposal;
    uint8_t clip[ASV_UUID_BYTES];
    if (asv_uuid_parse(clip, digits) == ASV_OK) {
        return asv_fail(
            err, ASV_E_USAGE,
            "name the REQUEST by the digits that the reviewer was told: a recording can have several, "
            "and no list shows who asks to see what");
    }
    enum asv_status status = asv_db_request_find(work->flow->db, digits, &open, err);
    if (status == ASV_OK && open.action != ASV_ACTION_OPEN) {
        status = asv_fail(err, ASV_E_USAGE, "that request is not one to be shown a recording");
    }
    if (status == ASV_OK) {
        status = asv_case_of_clip(work, open.clip, err);
    }
    if (status == ASV_OK) {
        status = asv_statement_decode(&proposal, open.bytes, open.len, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    /* The rules are asked about this request, of which a clip can have one for each reviewer. */
    work->standing.open_action = open.outcome[0] == '\0' ? ASV_ACTION_OPEN : 0;
    work->standing.open_by_them =
        asv_equal(proposal.person, work->flow->credential->said.person, ASV_UUID_BYTES);
    return asv_case_answer(work, &open, step, err);
}

/* ---- showing ---- */

enum asv_status asv_deed_judge_show(const struct asv_case *work, struct asv_err *err)
{
    struct asv_incident_person person;
    struct asv_policy_clip facts;
    asv_incident_standing_person(&person, &work->standing, work->flow->credential->said.roles);
    asv_incident_clip_facts(&facts, &work->standing, work->standing.hold_ground, work->now_ms);
    const char *why = asv_incident_refuses_to_show(work->policy, &person, &facts);
    return why == NULL ? ASV_OK : asv_failf(err, ASV_E_DENIED, "%s", why);
}

/* The pair of statements that allows it, as they were stored, and the one with which it is shown. */
struct showing {
    struct asv_person_statement proposal, approval, show;
};

/* ASV_E_MALFORMED: it is none. */
static enum asv_status read_pair(struct asv_case *work, struct showing *showing, struct asv_err *err)
{
    asv_auto_free struct asv_db_statement *row = calloc(1, sizeof *row);
    const struct asv_statement *open = &showing->proposal.said;
    const struct asv_statement *agreed = &showing->approval.said;
    if (row == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_statement_find(work->flow->db, work->standing.look_proposal, row, err);
    if (status == ASV_OK) {
        status = asv_case_read(work->flow, row, &showing->proposal, err);
    }
    if (status == ASV_OK) {
        status = asv_db_statement_find(work->flow->db, work->standing.look_answer, row, err);
    }
    if (status == ASV_OK) {
        status = asv_case_read(work->flow, row, &showing->approval, err);
    }
    return status == ASV_OK &&
                   (open->action != ASV_ACTION_OPEN || agreed->step != ASV_STEP_APPROVE ||
                    !asv_equal(agreed->proposal, showing->proposal.digest, ASV_SHA256_BYTES) ||
                    !asv_equal(open->subject.id, work->standing.identity.header, ASV_SHA256_BYTES))
               ? asv_fail(err, ASV_E_MALFORMED, "it says something else than what was stored of it")
               : status;
}

/* As the database has it. */
static bool is_agreed(const struct asv_case *work)
{
    const struct asv_db_standing *standing = &work->standing;
    return standing->has_look && strcmp(standing->look_outcome, "approved") == 0 &&
           standing->look_expires_ms > work->now_ms;
}

enum asv_status asv_deed_may_show(struct asv_case *work, bool *may, struct asv_err *err)
{
    struct asv_err why = {0};
    *may = false;
    if (!is_agreed(work)) {
        return ASV_OK;
    }
    struct showing *showing = calloc(1, sizeof *showing);
    if (showing == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = read_pair(work, showing, &why);
    free(showing);
    if (status == ASV_E_MALFORMED) {
        asv_flow_say(work->flow, ASV_NOTE_VOID_LOOK, NULL, why.text);
        return ASV_OK;
    }
    *may = status == ASV_OK;
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", why.text);
}

/* Signed each time: that it is shown now, and why, which need not be why it was asked for. */
static enum asv_status sign_for_it(struct asv_case *work, struct showing *showing, struct asv_err *err)
{
    const struct asv_statement *open = &showing->proposal.said;
    struct asv_statement what;
    asv_incident_compose_show(&what, open);
    return asv_person_state(work->flow, NULL, &what, &showing->show, err);
}

/* LAW L1 to L3: durable before anything is shown. */
static enum asv_status log_access(struct asv_case *work, const struct showing *showing, struct asv_err *err)
{
    const struct asv_bytes *reason = &showing->show.said.reason;
    struct asv_db_access access = {0};
    enum asv_db_outcome outcome;
    memcpy(access.shown, showing->show.digest, sizeof access.shown);
    (void)snprintf(access.reason, sizeof access.reason, "%.*s", (int)reason->len, (const char *)reason->data);
    enum asv_status status = asv_uuid_new(work->flow->world, access.id);
    return status == ASV_OK ? asv_db_access_put(work->flow->db, &access, &outcome, err) : status;
}

static enum asv_status ask_keeper(struct asv_case *work, const struct showing *showing,
                                  uint8_t file_key[ASV_FILE_KEY_BYTES], struct asv_err *err)
{
    const struct asv_person_delivery delivery = {
        .proposal = &showing->show, .open = &showing->proposal, .agreed = &showing->approval};
    struct asv_keeper_reply reply = {0};
    enum asv_status status = asv_case_keeper(work, err);
    if (status == ASV_OK) {
        status = asv_person_deliver(work->flow, work->keeper, &delivery, &reply, err);
    }
    if (status == ASV_OK && reply.file_key != NULL) {
        memcpy(file_key, reply.file_key, ASV_FILE_KEY_BYTES);
    } else if (status == ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "the keeper took it and gave no key");
    }
    /* With the buffer that the reply lies in. */
    asv_keeper_client_free(work->keeper);
    work->keeper = NULL;
    return status;
}

static enum asv_status show_it(struct asv_case *work, struct showing *showing,
                               uint8_t file_key[ASV_FILE_KEY_BYTES], struct asv_err *err)
{
    enum asv_status status = read_pair(work, showing, err);
    if (status == ASV_OK) {
        status = sign_for_it(work, showing, err);
    }
    if (status == ASV_OK) {
        status = ask_keeper(work, showing, file_key, err);
    }
    return status == ASV_OK ? log_access(work, showing, err) : status;
}

enum asv_status asv_deed_show(struct asv_case *work, uint8_t file_key[ASV_FILE_KEY_BYTES],
                              struct asv_err *err)
{
    struct showing *showing = calloc(1, sizeof *showing);
    if (showing == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = show_it(work, showing, file_key, err);
    free(showing);
    return status;
}
