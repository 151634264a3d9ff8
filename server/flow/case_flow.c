/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Decisions about recordings, continued: stated, delivered, concluded.
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/flow/case.h"
#include "server/incident/words.h"

#define PAGE 8 /* statements, of 4 KiB each */

/* ---- the database's part ---- */

enum asv_status asv_case_conclude(struct asv_db *db, const struct asv_person_statement *statement,
                                  int64_t until_ms, bool confirms, struct asv_err *err)
{
    const struct asv_statement *said = &statement->said;
    struct asv_db_range range = {.from_ms = said->subject.from_ms, .until_ms = said->subject.until_ms};
    enum asv_db_outcome outcome;
    memcpy(range.camera, said->subject.id, sizeof range.camera);
    if (said->step == ASV_STEP_SOLE) {
        return asv_db_block_put(db, statement->digest, confirms, &outcome, err);
    }
    if (said->step != ASV_STEP_PROPOSE) {
        return asv_db_request_end(db, statement->digest, until_ms, &outcome, err);
    }
    return asv_db_request_put(db, statement->digest,
                              said->action == ASV_ACTION_HOLD && until_ms != 0 ? until_ms : said->expires_ms,
                              said->subject.kind == ASV_SUBJECT_CAMERA ? &range : NULL, &outcome, err);
}

/* ---- the keeper's part ---- */

/* What the keeper answered, that outlives its connection. */
struct taken {
    int64_t until_ms;
    size_t stanza_len; /* wrapped for the recovery key; 0: none */
    uint8_t stanza[ASV_AGE_X25519_STANZA_BYTES];
};

static enum asv_status hand_over(struct asv_case *work, const struct asv_person_delivery *delivery,
                                 struct taken *taken, struct asv_err *err)
{
    struct asv_keeper_reply reply = {0};
    struct asv_err inner = {0};
    enum asv_status status = asv_case_keeper(work, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_person_deliver(work->flow, work->keeper, delivery, &reply, &inner);
    taken->until_ms = reply.until_ms;
    if (status == ASV_OK && reply.stanza.len <= sizeof taken->stanza) {
        taken->stanza_len = reply.stanza.len;
        if (reply.stanza.len > 0) {
            memcpy(taken->stanza, reply.stanza.data, reply.stanza.len);
        }
    }
    if (asv_status_class(status) == ASV_CLASS_RETRY) {
        return asv_failf(err, status,
                         "signed and stored, but not with the keeper yet (%.120s): say the same again",
                         inner.text);
    }
    return status == ASV_OK || inner.text[0] == '\0' ? status : asv_failf(err, status, "%s", inner.text);
}

bool asv_case_is_shown(const struct asv_statement *proposal, const struct asv_statement *answer)
{
    bool refused = answer != NULL && answer->step != ASV_STEP_APPROVE;
    return !refused && (proposal->action == ASV_ACTION_HOLD || proposal->action == ASV_ACTION_ERASE_EARLY ||
                        proposal->action == ASV_ACTION_DAY);
}

void asv_case_show(const struct asv_exhibit *exhibit, struct asv_keeper_clip *out)
{
    *out = (struct asv_keeper_clip){
        .chain = {exhibit->chain, exhibit->chain_len},
        .header = {exhibit->frame, exhibit->frame_len},
        .stanzas = {exhibit->stanzas, exhibit->stanzas_len},
        .chunks = exhibit->checkpoint.chunks,
        .first = exhibit->checkpoint.chunks > 0 ? exhibit->first : NULL,
        .last = exhibit->checkpoint.chunks > 1 ? exhibit->last : NULL,
    };
}

/* Who decides need not be let write into the vault: the retention job does what is left (night_recovery.c).
 */
static enum asv_status or_by_night(const struct asv_case *work, enum asv_status status)
{
    if (status == ASV_E_DENIED) {
        asv_flow_say(work->flow, ASV_NOTE_NIGHT, NULL, NULL);
    }
    return status == ASV_E_DENIED ? ASV_OK : status;
}

/* With the recording, where the keeper must see it: it holds only what opens, and erases only what it is
 * shown. */
static enum asv_status hand_over_shown(struct asv_case *work, struct asv_person_delivery *delivery,
                                       struct taken *taken, struct asv_err *err)
{
    asv_auto_exhibit struct asv_exhibit *exhibit = NULL;
    enum asv_status status = asv_case_exhibit(work, &exhibit, err);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_keeper_clip clip;
    asv_case_show(exhibit, &clip);
    delivery->clip = &clip;
    status = hand_over(work, delivery, taken, err);
    delivery->clip = NULL;
    if (status == ASV_OK && delivery->answer != NULL && taken->stanza_len > 0) {
        status = or_by_night(work, asv_exhibit_put_recovery(
                                       exhibit, (struct asv_bytes){taken->stanza, taken->stanza_len}, err));
    }
    return status;
}

static enum asv_status deliver(struct asv_case *work, const struct asv_person_statement *proposal,
                               const struct asv_person_statement *answer, int64_t *until_ms,
                               struct asv_err *err)
{
    struct asv_person_delivery delivery = {.proposal = proposal, .answer = answer};
    struct taken taken = {0};
    bool shows = asv_case_is_shown(&proposal->said, answer != NULL ? &answer->said : NULL);
    enum asv_status status =
        shows ? hand_over_shown(work, &delivery, &taken, err) : hand_over(work, &delivery, &taken, err);
    *until_ms = taken.until_ms;
    return status;
}

/* ---- proposals ---- */

/* Whether the request that this proposal opened was ended: then the same again is another one. */
static enum asv_status is_over(struct asv_case *work, const uint8_t digest[ASV_SHA256_BYTES], bool *over,
                               struct asv_err *err)
{
    asv_auto_free struct asv_db_request *request = calloc(1, sizeof *request);
    char hex[2 * ASV_SHA256_BYTES + 1];
    struct asv_err none = {0};
    if (request == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    asv_hex_encode(hex, digest, ASV_SHA256_BYTES);
    enum asv_status status = asv_db_request_find(work->flow->db, hex, request, &none);
    *over = status == ASV_OK && request->outcome[0] != '\0';
    return status == ASV_OK || status == ASV_E_NOT_FOUND ? ASV_OK : asv_failf(err, status, "%s", none.text);
}

/* Whether it says the same, by this person. What nobody can read is nothing that the person signed. */
static bool reads_as(const struct asv_case *work, const struct asv_db_statement *row,
                     const struct asv_statement *what, struct asv_person_statement *out)
{
    return asv_person_read(row, out, NULL) == ASV_OK &&
           asv_incident_is_same(&out->said, what, work->flow->credential->said.person);
}

/* The same that the person signed before and that can still be answered. ASV_E_NOT_FOUND. */
static enum asv_status find_mine(struct asv_case *work, const struct asv_statement *what,
                                 struct asv_person_statement *out, struct asv_err *err)
{
    asv_auto_free struct asv_db_statement *rows = calloc(PAGE, sizeof *rows);
    struct asv_db_statement_filter filter = {.action = what->action, .subject = what->subject.id};
    uint8_t last[ASV_SHA256_BYTES];
    size_t got = PAGE;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (got == PAGE) {
        enum asv_status status = asv_db_statement_open(work->flow->db, &filter, rows, PAGE, &got, err);
        for (size_t i = 0; i < got && status == ASV_OK; i++) {
            bool over = false;
            bool same = reads_as(work, &rows[i], what, out);
            if (same) {
                status = is_over(work, out->digest, &over, err);
            }
            if (same && (status != ASV_OK || !over)) {
                return status;
            }
            memcpy(last, rows[i].digest, sizeof last);
        }
        if (status != ASV_OK) {
            return status;
        }
        filter.after = last;
    }
    return ASV_E_NOT_FOUND;
}

static void say_again(const struct asv_case *work)
{
    asv_flow_say(work->flow, ASV_NOTE_AGAIN, NULL, NULL);
}

/* The open request is the person's own and the same: there is nothing left to do. */
static bool is_open(const struct asv_case *work, uint16_t action, const uint8_t digest[ASV_SHA256_BYTES])
{
    const uint8_t *open = work->ahead                 ? work->ahead_standing.open_proposal
                          : action == ASV_ACTION_OPEN ? work->standing.look_proposal
                                                      : work->standing.open_proposal;
    return asv_equal(open, digest, ASV_SHA256_BYTES);
}

/* What the database does not open, although nothing but the database is asked about it, is refused for good:
 * the nightly run does not come back to it. */
static enum asv_status open_request(struct asv_case *work, const struct asv_person_statement *stated,
                                    int64_t until_ms, struct asv_err *err)
{
    struct asv_err inner = {0};
    enum asv_status status = asv_case_conclude(work->flow->db, stated, until_ms, false, &inner);
    if ((status == ASV_E_STATE || status == ASV_E_EXISTS) && stated->said.action != ASV_ACTION_HOLD) {
        (void)!asv_db_statement_answered(work->flow->db, stated->digest, inner.text, NULL, NULL);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", inner.text);
}

/* The one proposal that the keeper takes alone: a key is kept for it. */
static enum asv_status deliver_hold(struct asv_case *work, const struct asv_person_statement *stated,
                                    int64_t *until_ms, struct asv_err *err)
{
    struct asv_err inner = {0};
    enum asv_status status = deliver(work, stated, NULL, until_ms, &inner);
    return status == ASV_E_STATE
               ? asv_failf(
                     err, status,
                     "%s; one that \"asservat hold list CLIP --all\" shows as ended here, and the keeper "
                     "waits for, is answered by its digits (\"asservat hold approve REQUEST\")",
                     inner.text)
           : status != ASV_OK ? asv_failf(err, status, "%s", inner.text)
                              : ASV_OK;
}

enum asv_status asv_case_propose(struct asv_case *work, struct asv_statement *what,
                                 uint8_t digest[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_person_statement stated = {0};
    int64_t until_ms = 0;
    enum asv_status status = find_mine(work, what, &stated, err);
    bool again = status == ASV_OK;
    if (again) {
        say_again(work);
    } else if (status == ASV_E_NOT_FOUND) {
        status = asv_case_judge(work, what->action, ASV_STEP_PROPOSE, what->ground, err);
        if (status == ASV_OK) {
            status = asv_person_state(work->flow, NULL, what, &stated, err);
        }
    }
    if (status != ASV_OK) {
        return status;
    }
    memcpy(digest, stated.digest, ASV_SHA256_BYTES);
    if (again && is_open(work, what->action, stated.digest)) {
        return ASV_OK;
    }
    if (what->action == ASV_ACTION_HOLD) {
        status = deliver_hold(work, &stated, &until_ms, err);
    }
    return status == ASV_OK ? open_request(work, &stated, until_ms, err) : status;
}

/* ---- answers ---- */

static enum asv_status state_answer(struct asv_case *work, const struct asv_person_statement *proposal,
                                    uint8_t step, struct asv_person_statement *answer, struct asv_err *err)
{
    struct asv_statement what;
    enum asv_status status = asv_case_judge(work, proposal->said.action, step, proposal->said.ground, err);
    if (status == ASV_OK) {
        asv_person_answer(proposal, step, &what);
        status = asv_person_state(work->flow, proposal, &what, answer, err);
    }
    return status;
}

/* An answer that ended the proposal, or an approval that can still: signed before, and perhaps delivered, but
 * the request is open here. ASV_E_NOT_FOUND. */
static enum asv_status find_answer(struct asv_case *work, const struct asv_person_statement *proposal,
                                   struct asv_person_statement *answer, bool *taken, struct asv_err *err)
{
    asv_auto_free struct asv_db_statement *row = calloc(1, sizeof *row);
    if (row == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_statement_find(work->flow->db, proposal->digest, row, err);
    if (status != ASV_OK) {
        return status;
    }
    if (row->is_ended) {
        uint8_t ended_by[ASV_SHA256_BYTES];
        memcpy(ended_by, row->ended_by, sizeof ended_by);
        status = asv_db_statement_find(work->flow->db, ended_by, row, err);
    } else {
        status = asv_db_statement_approval(work->flow->db, proposal->digest, row, err);
    }
    if (status == ASV_OK) {
        *taken = row->taken_ms != ASV_TIME_UNKNOWN;
        status = asv_case_read(work->flow, row, answer, err);
    }
    return status;
}

/* The keeper's part, and what follows from it in the vault, both safe to repeat: a crash may have been
 * between them. */
static enum asv_status deliver_answer(struct asv_case *work, const struct asv_person_statement *proposal,
                                      const struct asv_person_statement *answer, bool taken,
                                      int64_t *until_ms, struct asv_err *err)
{
    bool approves = answer->said.step == ASV_STEP_APPROVE;
    bool holds = approves && answer->said.action == ASV_ACTION_HOLD;
    bool dates = approves && answer->said.action == ASV_ACTION_DAY;
    if (approves && answer->said.action == ASV_ACTION_OPEN) {
        return ASV_OK; /* by whom it is shown to */
    }
    /* A hold again for what is wrapped for the recovery key, as long as the keeper gives it. */
    struct asv_err inner = {0};
    enum asv_status status = !taken || holds ? deliver(work, proposal, answer, until_ms, &inner) : ASV_OK;
    if (taken && holds && asv_status_class(status) == ASV_CLASS_PERMANENT) {
        status = ASV_OK;
    }
    if (status == ASV_OK && taken && dates) {
        status = asv_case_keeper(work, &inner);
        status = status == ASV_OK
                     ? asv_keeper_period_of(work->keeper, answer->said.subject.id, until_ms, &inner)
                     : status;
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", inner.text);
    }
    return approves && answer->said.action == ASV_ACTION_RELEASE
               ? or_by_night(work, asv_case_drop_recovery(work, err))
               : ASV_OK;
}

/* The answer to a proposal: signed before by the same person, or now. *taken: the keeper has it. */
static enum asv_status find_or_state_answer(struct asv_case *work, const struct asv_db_request *request,
                                            const struct asv_person_statement *proposal, uint8_t step,
                                            struct asv_person_statement *answer, bool *taken,
                                            struct asv_err *err)
{
    struct asv_err inner = {0};
    enum asv_status status = find_answer(work, proposal, answer, taken, &inner);
    bool approved = status == ASV_OK && answer->said.step == ASV_STEP_APPROVE;
    bool none = status == ASV_E_NOT_FOUND || status == ASV_E_MALFORMED; /* or nothing that anybody signed */
    if (status == ASV_OK) {
        status = asv_person_is_theirs(work->flow, answer, &inner);
    }
    if (status == ASV_OK) {
        say_again(work);
        return ASV_OK;
    }
    *taken = false;
    if (none && request->outcome[0] == '\0') {
        return state_answer(work, proposal, step, answer, err);
    }
    /* Ended here, or another's approval. The keeper says whether there is anything to it. */
    if (request->action != ASV_ACTION_HOLD || !(none || (approved && step == ASV_STEP_APPROVE))) {
        return none ? asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request)
                    : asv_failf(err, status, "%s", inner.text);
    }
    status = asv_case_reopen(work, request, &proposal->said, err);
    return status == ASV_OK ? state_answer(work, proposal, step, answer, err) : status;
}

enum asv_status asv_case_answer(struct asv_case *work, const struct asv_db_request *request, uint8_t step,
                                struct asv_err *err)
{
    struct asv_person_statement proposal = {0};
    struct asv_person_statement answer = {0};
    struct asv_err inner = {0};
    bool taken = false;
    int64_t until_ms = 0;
    enum asv_status status = asv_case_read_request(work, request, &proposal, &inner);
    if (status != ASV_OK && status != ASV_E_MALFORMED) {
        return asv_failf(err, status, "%s", inner.text);
    }
    if (status != ASV_OK && step == ASV_STEP_REFUSE) {
        return asv_case_void(work, request, inner.text, err);
    }
    if (status != ASV_OK) {
        return asv_failf(
            err, status,
            "this request is nothing that anybody signed (%.120s): a superior in charge ends it with "
            "refusing it",
            inner.text);
    }
    status = find_or_state_answer(work, request, &proposal, step, &answer, &taken, err);
    if (status == ASV_OK) {
        status = deliver_answer(work, &proposal, &answer, taken, &until_ms, err);
    }
    /* That a period is over by the day that was said, the nightly run writes down: it asks the keeper itself.
     */
    bool ended =
        answer.said.action == ASV_ACTION_DAY && answer.said.step == ASV_STEP_APPROVE && until_ms == 0;
    if (status == ASV_OK && !ended) {
        status = asv_case_conclude(work->flow->db, &answer, until_ms, false, err);
    }
    if (status == ASV_OK && answer.said.step != step) {
        return asv_fail(err, ASV_E_STATE,
                        "it was decided otherwise before; \"asservat hold list --all\" shows it");
    }
    return status;
}

/* ---- one person alone ---- */

static enum asv_status find_alone(struct asv_case *work, const struct asv_statement *what,
                                  struct asv_person_statement *out, struct asv_err *err)
{
    asv_auto_free struct asv_db_statement *rows = calloc(PAGE, sizeof *rows);
    uint8_t last[ASV_SHA256_BYTES];
    bool any = false;
    size_t got = PAGE;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (got == PAGE) {
        enum asv_status status =
            asv_db_statement_undelivered(work->flow->db, any ? last : NULL, rows, PAGE, &got, err);
        for (size_t i = 0; i < got && status == ASV_OK; i++) {
            if (reads_as(work, &rows[i], what, out)) {
                return ASV_OK;
            }
            memcpy(last, rows[i].digest, sizeof last);
            any = true;
        }
        if (status != ASV_OK) {
            return status;
        }
    }
    return ASV_E_NOT_FOUND;
}

/* Whether to block it is the decision that the block which is there stays. */
static bool is_decision(const struct asv_case *work, const struct asv_statement *what)
{
    struct asv_incident_block block = asv_incident_block_of(&work->standing, what->ground, work->policy);
    return what->action == ASV_ACTION_BLOCK && block.flagged && !block.own &&
           block.decision == ASV_BLOCK_UNDECIDED;
}

static enum asv_status state_alone(struct asv_case *work, struct asv_statement *what, bool confirms,
                                   struct asv_person_statement *stated, struct asv_err *err)
{
    enum asv_status status = asv_case_judge(work, what->action, ASV_STEP_SOLE, what->ground, err);
    if (status != ASV_OK) {
        return status;
    }
    if (confirms) {
        asv_flow_say(work->flow, ASV_NOTE_CONFIRMS, NULL, NULL);
    }
    return asv_person_state(work->flow, NULL, what, stated, err);
}

bool asv_case_counts(const struct asv_statement *said, enum asv_status status)
{
    return status == ASV_OK || (status == ASV_E_STATE && said->action == ASV_ACTION_UNBLOCK);
}

enum asv_status asv_case_alone(struct asv_case *work, struct asv_statement *what, struct asv_err *err)
{
    struct asv_person_statement stated = {0};
    int64_t until_ms = 0;
    bool confirms = false;
    enum asv_status status = asv_case_void_decision(work, what->ground, err);
    if (status == ASV_OK) {
        confirms = is_decision(work, what);
        status = find_alone(work, what, &stated, err);
    }
    if (status == ASV_OK) {
        say_again(work);
    } else if (status == ASV_E_NOT_FOUND) {
        status = state_alone(work, what, confirms, &stated, err);
    }
    if (status == ASV_OK &&
        what->action == ASV_ACTION_BLOCK) { /* here it counts at once, the keeper there or not */
        status = asv_case_conclude(work->flow->db, &stated, until_ms, confirms, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = deliver(work, &stated, NULL, &until_ms, err);
    return asv_case_counts(&stated.said, status)
               ? asv_case_conclude(work->flow->db, &stated, until_ms, confirms, err)
               : status;
}
