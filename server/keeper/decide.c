/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people decided: whether it is they, and whether it was decided before. Nothing that the caller or a
 * database says counts here; credential records come with the request and are known by their digests. */
#include "server/keeper/decide.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/trust/fields.h"
#include "server/base/hex.h"

#define ALONE_MAX 256 /* decisions of one person alone that are remembered at a time */
#define SHOWN_MAX 512 /* the same of what was shown to that one, a hundred a day (K-173) */

/* The credential that a statement names: enrolled here, not revoked, and its record is in the request. */
static enum asv_status find_credential(const struct asv_keeper *keeper,
                                       const struct asv_keeper_request *request,
                                       const struct asv_statement *statement, struct asv_credential *out,
                                       struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    const struct asv_index_person *row =
        asv_index_find(keeper->store->index, ASV_INDEX_PEOPLE, statement->credential);
    bool own_end = statement->action == ASV_ACTION_REVOKE &&
                   memcmp(statement->subject.id, statement->credential, sizeof statement->credential) == 0;
    if (row == NULL || (row->state == ASV_PERSON_REVOKED && !own_end)) { /* K-080, K-149 */
        return asv_fail(err, ASV_E_UNTRUSTED,
                        row == NULL ? "the signer's credential is not enrolled here"
                                    : "the signer's credential is revoked");
    }
    for (unsigned i = 0; i < request->record_count; i++) {
        asv_sha256(digest, request->records[i].data, request->records[i].len);
        if (memcmp(digest, statement->credential, sizeof digest) == 0) {
            return asv_credential_decode(out, request->records[i].data, request->records[i].len, err);
        }
    }
    return asv_fail(err, ASV_E_NOT_FOUND, "the signer's credential record is not in the request");
}

static enum asv_status read_statements(const struct asv_keeper_request *request, struct asv_decision *out,
                                       struct asv_err *err)
{
    enum asv_status status =
        asv_statement_decode(&out->proposal, request->proposal.data, request->proposal.len, err);
    out->has_answer = request->answer.len > 0;
    if (status == ASV_OK && out->has_answer) {
        status = asv_statement_decode(&out->answer, request->answer.data, request->answer.len, err);
    }
    if (status == ASV_OK) {
        asv_statement_digest(out->proposal_digest, &out->proposal);
    }
    if (status == ASV_OK && out->has_answer) {
        asv_statement_digest(out->answer_digest, &out->answer);
    }
    if (status == ASV_OK && out->proposal.action != ASV_ACTION_HAND_OVER &&
        (request->plan.len > 0 ||
         (request->type == ASV_KEEPER_DECIDE && request->number != ASV_KEEPER_NO_CLIP))) { /* K-239 */
        return asv_fail(err, ASV_E_MALFORMED, "a plan, or a number in it, comes with a HAND_OVER alone");
    }
    if (status == ASV_OK && out->proposal.subject.kind == ASV_SUBJECT_RECORD) { /* K-158 */
        return asv_fail(err, ASV_E_UNSUPPORTED, "a record of the database is no decision of the keeper's");
    }
    return status;
}

/* What does nothing, or less than nothing, when it is said again: it needs no memory of what was decided. */
static bool may_be_repeated(uint16_t action)
{
    return action == ASV_ACTION_CLOCK || action == ASV_ACTION_BLOCK || action == ASV_ACTION_REVOKE ||
           action == ASV_ACTION_RECIPIENT_ENDS || action == ASV_ACTION_FOUND;
}

/* K-123: what keeps, and what makes less possible, does not wait for the clock. */
static bool may_in_doubt(const struct asv_decision *decision)
{
    uint16_t action = decision->proposal.action;
    bool refused = decision->has_answer && decision->answer.step != ASV_STEP_APPROVE;
    return refused || action == ASV_ACTION_HOLD || action == ASV_ACTION_HOLD_AHEAD || may_be_repeated(action);
}

/* K-122: what is remembered of decisions is forgotten by the clock as it was when the index was committed. So
 * a clock that was set back brings nothing to life that may be forgotten. */
static int64_t statements_now(const struct asv_keeper *keeper, const struct asv_decision *decision)
{
    int64_t newest_ms = keeper->store->index->wall_ms;
    return may_be_repeated(decision->proposal.action) || decision->now_ms > newest_ms ? decision->now_ms
                                                                                      : newest_ms;
}

/* K-161: each of the two is right, and this answer is to this proposal: then they are no decision, whoever
 * says so again and whenever. */
static bool is_believed_apart(const struct asv_statement_pair *pair, const struct asv_statement_place *place,
                              int64_t now_ms)
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_statement_digest(digest, pair->proposal);
    return asv_statement_answers(pair->answer) &&
           memcmp(digest, pair->answer->proposal, sizeof digest) == 0 &&
           asv_statement_verify(pair->proposal, pair->proposer, place, now_ms, NULL) == ASV_OK &&
           asv_statement_verify(pair->answer, pair->answerer, place, now_ms, NULL) == ASV_OK;
}

/* K-081: the rule of one, of two, or of none yet. */
static enum asv_status believe_at(struct asv_keeper *keeper, struct asv_decision *decision, int64_t now_ms,
                                  struct asv_err *err)
{
    uint8_t agency[ASV_SHA256_BYTES];
    struct asv_statement_place place = {.agency = agency, .origins = keeper->origins};
    struct asv_statement_pair pair = {&decision->proposal, &decision->proposer, &decision->answer,
                                      &decision->answerer};
    asv_key_digest(agency, keeper->identity.root_pk);
    if (decision->proposal.action == ASV_ACTION_FOUND) {
        return decision->has_answer
                   ? asv_fail(err, ASV_E_STATE, "FOUND: needs no answer")
                   : asv_statement_verify_root(&decision->proposal, keeper->identity.root_pk, now_ms, err);
    }
    enum asv_status status =
        find_credential(keeper, decision->request, &decision->proposal, &decision->proposer, err);
    if (status == ASV_OK && decision->has_answer) {
        status = find_credential(keeper, decision->request, &decision->answer, &decision->answerer, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (decision->has_answer) {
        status = asv_statement_verify_pair(&pair, decision->answer.step, &place, now_ms, err);
        *decision->for_good = status != ASV_OK && is_believed_apart(&pair, &place, now_ms);
        return status;
    }
    if (decision->proposal.step == ASV_STEP_SOLE) {
        return asv_statement_verify_sole(&decision->proposal, &decision->proposer, &place, now_ms, err);
    }
    if (decision->proposal.step != ASV_STEP_PROPOSE || decision->proposal.action != ASV_ACTION_HOLD) {
        return asv_fail(err, ASV_E_STATE, "one person does not decide this: the answer is missing");
    }
    return asv_statement_verify(&decision->proposal, &decision->proposer, &place, now_ms, err);
}

static enum asv_status believe(struct asv_keeper *keeper, struct asv_decision *decision, struct asv_err *err)
{
    struct asv_err why = {0};
    bool doubt = asv_due_in_doubt(keeper->store);
    if (doubt && !may_in_doubt(decision)) { /* K-123 */
        return asv_fail(err, ASV_E_AWAY, "this waits until two people confirm the clock");
    }
    enum asv_status status = believe_at(keeper, decision, statements_now(keeper, decision), &why);
    if (status == ASV_OK) {
        return ASV_OK;
    }
    return asv_fail(err, status == ASV_E_EXPIRED && doubt ? ASV_E_AWAY : status, why.text);
}

/* HOLD, ERASE_EARLY and DAY are about the clip that comes with them, and no other. */
static enum asv_status look_at_clip(struct asv_keeper *keeper, struct asv_decision *decision,
                                    struct asv_err *err)
{
    bool refused = decision->has_answer && decision->answer.step != ASV_STEP_APPROVE;
    bool hold = decision->proposal.action == ASV_ACTION_HOLD;
    bool opens = hold || decision->proposal.action == ASV_ACTION_DAY;
    if (refused || (!opens && decision->proposal.action != ASV_ACTION_ERASE_EARLY)) {
        return ASV_OK;
    }
    enum asv_status status =
        asv_keeper_read_clip(keeper, decision->request, NULL, &decision->opening, err); /* K-155 */
    if (status == ASV_OK &&
        memcmp(decision->opening.digest, decision->proposal.subject.id, ASV_SHA256_BYTES) != 0) { /* K-082 */
        status = asv_fail(err, ASV_E_MISMATCH, "the clip is not the one that was decided about");
    }
    if (status == ASV_OK && opens) {
        status = asv_keeper_open_clip(keeper, decision->request, &decision->opening, err);
    }
    if (status == ASV_OK && hold) { /* a hold counts when the clip opens */
        status = asv_keeper_try_chunks(decision->request, &decision->opening.header, keeper->scratch, err);
    }
    return asv_keeper_told(&decision->opening, status);
}

static asv_decision_effect *effect_of(const struct asv_decision *decision)
{
    static const struct {
        uint16_t action;
        asv_decision_effect *effect;
    } effects[] = {
        {ASV_ACTION_HOLD, asv_decide_hold},
        {ASV_ACTION_RELEASE, asv_decide_release},
        {ASV_ACTION_ERASE_EARLY, asv_decide_erase_early},
        {ASV_ACTION_HOLD_AHEAD, asv_decide_hold_ahead},
        {ASV_ACTION_RELEASE_AHEAD, asv_decide_release_ahead},
        {ASV_ACTION_DAY, asv_decide_day},
        {ASV_ACTION_SHOW, asv_decide_show},
        {ASV_ACTION_BLOCK, asv_decide_block},
        {ASV_ACTION_UNBLOCK, asv_decide_unblock},
        {ASV_ACTION_RECIPIENT, asv_decide_recipient},
        {ASV_ACTION_RECIPIENT_ENDS, asv_decide_recipient_ends},
        {ASV_ACTION_ENROL, asv_decide_enrol},
        {ASV_ACTION_FOUND, asv_decide_enrol},
        {ASV_ACTION_REVOKE, asv_decide_revoke},
        {ASV_ACTION_POLICY, asv_decide_policy},
        {ASV_ACTION_CLOCK, asv_decide_clock},
        {ASV_ACTION_RECOVERY_KEY, asv_decide_recovery_key},
        {ASV_ACTION_RECOVERY_KEY_ENDS, asv_decide_recovery_key_ends},
        {ASV_ACTION_LEDGER, asv_decide_ledger},
        {ASV_ACTION_FORGET, asv_decide_forget},
    };
    uint16_t action = decision->proposal.action;
    if (decision->has_answer && decision->answer.step != ASV_STEP_APPROVE) {
        return asv_decide_lapse;
    }
    if (!decision->has_answer && decision->proposal.step == ASV_STEP_PROPOSE) {
        return asv_decide_pending;
    }
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++) {
        if (effects[i].action == action) {
            return effects[i].effect;
        }
    }
    return NULL; /* OPEN, HAND_OVER: change nothing */
}

/* What nobody brings back needs no memory: said again it changes nothing (K-126). */
static bool ends_for_good(uint16_t action)
{
    return action == ASV_ACTION_REVOKE || action == ASV_ACTION_RECIPIENT_ENDS;
}

/* The credential of the one person who says this: alone, or of a proposal that it is refused or withdrawn.
 * NULL: two people do, or the agency root. */
static const uint8_t *who_alone(const struct asv_decision *decision)
{
    if (decision->has_answer) {
        return decision->answer.step != ASV_STEP_APPROVE ? decision->answer.credential : NULL;
    }
    return decision->proposal.action != ASV_ACTION_FOUND ? decision->proposal.credential : NULL;
}

/* Whether a decision that is remembered is of the person with this credential, under whichever it was. */
static bool is_theirs(const struct asv_index *index, const struct asv_index_decided *row,
                      const uint8_t credential[ASV_SHA256_BYTES])
{
    const struct asv_index_person *one = asv_index_find(index, ASV_INDEX_PEOPLE, row->alone);
    const struct asv_index_person *other = asv_index_find(index, ASV_INDEX_PEOPLE, credential);
    return memcmp(row->alone, credential, sizeof row->alone) == 0 ||
           (one != NULL && other != NULL && memcmp(one->person, other->person, sizeof one->person) == 0);
}

/* K-125: one person must not fill the memory that everybody's decisions need. */
static bool has_no_share(const struct asv_index *index, const uint8_t credential[ASV_SHA256_BYTES],
                         bool shows)
{
    static const uint8_t nobody[ASV_SHA256_BYTES];
    uint32_t quarter = asv_index_max(ASV_INDEX_DECIDED) / 4;
    uint32_t own = 0;
    uint32_t all = 0;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_DECIDED); i++) {
        const struct asv_index_decided *row = asv_index_row(index, ASV_INDEX_DECIDED, i);
        bool is_shown = row->how == ASV_DECIDED_SHOWN;
        own += is_shown == shows && is_theirs(index, row, credential) ? 1 : 0;
        all += memcmp(row->alone, nobody, sizeof nobody) != 0 ? 1 : 0;
        shown += is_shown ? 1 : 0;
    }
    return own >= (shows ? SHOWN_MAX : ALONE_MAX) || all >= 3 * quarter || (shows && shown >= quarter);
}

/* K-083: what was made of the proposal is remembered until both statements have expired, and for some days.
 */
static enum asv_status remember(const struct asv_decision *decision, struct asv_store_change *change,
                                struct asv_err *err)
{
    bool refused = decision->has_answer && decision->answer.step != ASV_STEP_APPROVE;
    bool shows = decision->proposal.action == ASV_ACTION_SHOW;
    int64_t expires_ms = decision->proposal.expires_ms;
    if (decision->has_answer && decision->answer.expires_ms > expires_ms) {
        expires_ms = decision->answer.expires_ms;
    }
    struct asv_index_decided row = {.how = refused ? ASV_DECIDED_REFUSED : ASV_DECIDED_DONE,
                                    .until_ms = expires_ms + ASV_DECIDED_LONGER_MS,
                                    .at_ms = decision->now_ms};
    row.how = shows ? ASV_DECIDED_SHOWN : row.how;
    memcpy(row.proposal, decision->proposal_digest, sizeof row.proposal);
    memcpy(row.answer, decision->answer_digest, sizeof row.answer);
    const uint8_t *alone = who_alone(decision);
    if (alone != NULL) {
        memcpy(row.alone, alone, sizeof row.alone);
    }
    if (alone != NULL && has_no_share(change->next, alone, shows)) {
        return asv_fail(err, ASV_E_BUSY, "one person's decisions are too many: some must be forgotten first");
    }
    enum asv_status status = asv_index_add(change->next, ASV_INDEX_DECIDED, &row);
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no room to remember another decision");
}

enum asv_status asv_decide_write(struct asv_keeper *keeper, const struct asv_decision *decision,
                                 const char *as, struct asv_err *err)
{
    static const char *const steps[] = {"", "proposed", "approved", "refused", "withdrawn", "decided"};
    uint8_t step = decision->has_answer ? decision->answer.step : decision->proposal.step;
    const char *action = asv_action_rule(decision->proposal.action)->name;
    const struct asv_keeper_request *request = decision->request;
    struct asv_mirror *mirror = &keeper->store->mirror;
    enum asv_status status = ASV_OK;
    if (decision->proposal.action == ASV_ACTION_SHOW) { /* K-172: each time, with what it rests on */
        status = asv_journal_write(mirror, decision->now_ms, asv_action_rule(ASV_ACTION_OPEN)->name,
                                   request->open, request->agreed, keeper->line, err);
    }
    if (status == ASV_OK) {
        status = asv_journal_write(mirror, decision->now_ms, as != NULL ? as : action, request->proposal,
                                   request->answer, keeper->line, err);
    }
    if (status == ASV_OK) {
        asv_log_event(keeper->log, ASV_LOG_NOTICE, "decision", asv_log_text("action", action),
                      asv_log_text("step", steps[step]));
    }
    return status;
}

#define GIVEN_AT_ONCE (1 + ASV_KEEPER_MORE_MAX)

_Static_assert(ASV_JOURNAL_ACTION_BYTES >= sizeof "HAND_OVER/" + GIVEN_AT_ONCE * (2 * ASV_SHA256_BYTES + 1) +
                                               ASV_PLAN_RECIPIENTS_MAX * (1 + 2 * ASV_X25519_BYTES),
               "an action has room for as many clips as leave at once, and the keys of every recipient");

static bool is_written(const struct asv_keeper *keeper, const struct asv_keeper_given *given)
{
    unsigned i = 0;
    while (i < ASV_KEEPER_GIVEN_MAX && memcmp(&keeper->given[i], given, sizeof *given) != 0) {
        i++;
    }
    return i < ASV_KEEPER_GIVEN_MAX;
}

/* K-126: what of it was not written down since the process began; how many. */
static unsigned find_unwritten(const struct asv_keeper *keeper, const struct asv_decision *decision,
                               enum asv_keeper_gave gave, const uint8_t (*what)[ASV_SHA256_BYTES],
                               unsigned count, struct asv_keeper_given out[GIVEN_AT_ONCE])
{
    unsigned found = 0;
    for (unsigned i = 0; i < count || (i == 0 && what == NULL); i++) {
        struct asv_keeper_given *given = &out[found];
        memset(given, 0, sizeof *given); /* compared as it is */
        given->gave = (uint8_t)gave;
        memcpy(given->proposal, decision->proposal_digest, sizeof given->proposal);
        memcpy(given->answer, decision->answer_digest, sizeof given->answer);
        if (what != NULL) {
            memcpy(given->what, what[i], sizeof given->what);
        }
        found += is_written(keeper, given) ? 0 : 1;
    }
    return found;
}

/* The action's word in the record. */
static void name_given(char as[ASV_JOURNAL_ACTION_BYTES], const struct asv_keeper_given *given,
                       unsigned count, const struct asv_plan *to)
{
    static const char *const names[] = {[ASV_KEEPER_GAVE_WORD] = "HAND_OVER",
                                        [ASV_KEEPER_GAVE_CLIP] = "HAND_OVER/",
                                        [ASV_KEEPER_GAVE_PACKAGE] = "PACKAGE/"};
    int len = snprintf(as, ASV_JOURNAL_ACTION_BYTES, "%s", names[given->gave]);
    for (unsigned i = 0; given->gave != ASV_KEEPER_GAVE_WORD && i < count; i++) {
        if (i > 0) {
            as[len++] = '+';
        }
        asv_hex_encode(as + len, given[i].what, ASV_SHA256_BYTES);
        len += 2 * ASV_SHA256_BYTES;
    }
    for (unsigned i = 0; to != NULL && i < to->recipient_count; i++) { /* LAW L2: the plan is with others */
        as[len++] = '/';
        asv_hex_encode(as + len, to->recipients[i].key, ASV_X25519_BYTES);
        len += 2 * ASV_X25519_BYTES;
    }
}

enum asv_status asv_decide_write_once(struct asv_keeper *keeper, const struct asv_decision *decision,
                                      enum asv_keeper_gave gave, const uint8_t (*what)[ASV_SHA256_BYTES],
                                      unsigned count, const struct asv_plan *to, struct asv_err *err)
{
    char as[ASV_JOURNAL_ACTION_BYTES];
    struct asv_keeper_given given[GIVEN_AT_ONCE];
    unsigned unwritten = find_unwritten(keeper, decision, gave, what, count, given);
    if (unwritten == 0) {
        return ASV_OK;
    }
    name_given(as, given, unwritten, to);
    enum asv_status status = asv_decide_line(keeper, decision, err); /* K-237 */
    if (status != ASV_OK) {
        return status;
    }
    status = asv_decide_write(keeper, decision, as, err); /* K-268 */
    if (status != ASV_OK) {
        asv_decide_line_back(keeper, decision);
    }
    if (status == ASV_OK) {
        status = asv_store_fence(keeper->store, err); /* the line may be in one directory only */
    }
    for (unsigned i = 0; status == ASV_OK && i < unwritten; i++) { /* in the place of what is longest ago */
        keeper->given[keeper->given_next++ % ASV_KEEPER_GIVEN_MAX] = given[i];
    }
    return status;
}

/* K-124: what takes something away is committed like a destruction, so that no old index brings it back. */
static bool takes_away(const struct asv_decision *decision)
{
    uint16_t action = decision->proposal.action;
    bool refused = decision->has_answer && decision->answer.step != ASV_STEP_APPROVE;
    if (refused) { /* what may have been approved before, and gives keys until then */
        return action == ASV_ACTION_OPEN || action == ASV_ACTION_HAND_OVER;
    }
    return action == ASV_ACTION_REVOKE || action == ASV_ACTION_BLOCK || action == ASV_ACTION_RECIPIENT_ENDS ||
           action == ASV_ACTION_RECOVERY_KEY_ENDS || action == ASV_ACTION_RELEASE ||
           action == ASV_ACTION_ERASE_EARLY || action == ASV_ACTION_LEDGER; /* from the one before */
}

static enum asv_status apply(struct asv_keeper *keeper, const struct asv_decision *decision,
                             asv_decision_effect *effect, struct asv_err *err)
{
    struct asv_store_change change;
    bool destroy = false;
    enum asv_status status = asv_store_begin(keeper->store, &change, err);
    if (status != ASV_OK) {
        return status;
    }
    status = effect(keeper, decision, &change, &destroy, err);
    if (status == ASV_OK && effect != asv_decide_pending && !ends_for_good(decision->proposal.action)) {
        status = remember(decision, &change, err);
    }
    if (status == ASV_OK) {
        status = asv_decide_write(keeper, decision, NULL, err); /* K-084: before it acts */
    }
    if (status != ASV_OK) {
        asv_store_abort(&change);
        return status;
    }
    if (effect == asv_decide_clock) { /* it is right as it is now: also when the commit counts and fails */
        keeper->due.anchored = false;
    }
    return asv_store_commit(&change, destroy || takes_away(decision), err);
}

/* What the reply says of a HOLD, of its proposal, of a DAY or of a LEDGER, whether it was made just now or
 * before; and of a SHOW that was made just now. */
static enum asv_status describe(struct asv_keeper *keeper, const struct asv_decision *decision,
                                struct asv_keeper_reply *reply, struct asv_err *err)
{
    const struct asv_kept *kept =
        asv_index_find(keeper->store->index, ASV_INDEX_KEPT, decision->proposal.subject.id);
    bool refused = decision->has_answer && decision->answer.step != ASV_STEP_APPROVE;
    if (decision->proposal.action == ASV_ACTION_DAY && !refused) {
        reply->until_ms = asv_decide_day_until(kept);
    }
    if (decision->proposal.action == ASV_ACTION_SHOW) {
        return asv_decide_show_key(keeper, decision, reply, err);
    }
    if (decision->proposal.action == ASV_ACTION_LEDGER && !refused) {
        return asv_decide_last_note(keeper, decision, reply, err);
    }
    if (decision->proposal.action != ASV_ACTION_HOLD || refused) {
        return ASV_OK;
    }
    if (kept == NULL || memcmp(kept->decision, decision->proposal_digest, sizeof kept->decision) != 0) {
        return asv_fail(err, ASV_E_STATE, "the clip was held by this decision, and was released");
    }
    reply->until_ms = kept->due_ms;
    return kept->state != ASV_KEEPER_HELD ||
                   asv_decide_recovery_stanza(keeper, decision, reply, err) == ASV_OK
               ? ASV_OK
               : ASV_E_AWAY; /* it is held: what is done must not look like a refusal */
}

static enum asv_status again(struct asv_keeper *keeper, const struct asv_decision *decision,
                             const struct asv_index_decided *before, struct asv_keeper_reply *reply,
                             struct asv_err *err)
{
    const char *why = before->how == ASV_DECIDED_REFUSED ? "the proposal was refused or withdrawn"
                                                         : "the proposal was decided by another answer";
    if (memcmp(before->answer, decision->answer_digest, sizeof before->answer) == 0) {
        return describe(keeper, decision, reply, err);
    }
    bool may_be_taken = !decision->has_answer || (decision->proposal.action == ASV_ACTION_HAND_OVER &&
                                                  decision->answer.step == ASV_STEP_APPROVE);
    return may_be_taken ? asv_fail(err, ASV_E_STATE, why) : asv_decide_never(decision, ASV_E_STATE, why, err);
}

/* K-126: whether all that it would do is done. A request that is open; what ended for good. */
static bool changes_nothing(const struct asv_index *index, const struct asv_decision *decision)
{
    const struct asv_statement *proposal = &decision->proposal;
    const struct asv_kept *kept = asv_index_find(index, ASV_INDEX_KEPT, proposal->subject.id);
    const struct asv_index_person *person = asv_index_find(index, ASV_INDEX_PEOPLE, proposal->subject.id);
    switch (proposal->action) {
    case ASV_ACTION_HOLD:
        return !decision->has_answer && kept != NULL && kept->state == ASV_KEEPER_PENDING &&
               memcmp(kept->decision, decision->proposal_digest, sizeof kept->decision) == 0;
    case ASV_ACTION_REVOKE:
        return person != NULL && person->state == ASV_PERSON_REVOKED;
    case ASV_ACTION_RECIPIENT_ENDS:
        return asv_decide_has_ended(index, decision);
    default:
        return false;
    }
}

static enum asv_status carry_out(struct asv_keeper *keeper, struct asv_decision *decision,
                                 struct asv_keeper_reply *reply, struct asv_err *err)
{
    asv_decision_effect *effect = effect_of(decision);
    bool shows = decision->proposal.action == ASV_ACTION_SHOW;
    const struct asv_index_decided *before =
        asv_index_find(keeper->store->index, ASV_INDEX_DECIDED, decision->proposal_digest);
    if (effect == NULL && decision->proposal.action == ASV_ACTION_OPEN) { /* K-170 */
        return asv_fail(err, ASV_E_STATE,
                        "a recording is shown to who signs for that each time: SHOW is missing");
    }
    if (before != NULL && shows) { /* K-171: whatever became of the answer */
        return asv_fail(err, ASV_E_STATE, "this was made use of: each showing is signed anew");
    }
    if (before != NULL) {
        return again(keeper, decision, before, reply, err);
    }
    if (effect != NULL && changes_nothing(keeper->store->index, decision)) { /* K-126 */
        return describe(keeper, decision, reply, err);
    }
    enum asv_status status =
        shows ? asv_decide_may_show(keeper, decision, err) : look_at_clip(keeper, decision, err);
    if (status != ASV_OK) {
        return status;
    }
    if (effect == NULL) {
        return asv_decide_hand_over(keeper, decision, reply, err);
    }
    status = apply(keeper, decision, effect, err);
    return status == ASV_OK ? describe(keeper, decision, reply, err) : status;
}

enum asv_status asv_decide_believe(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                   struct asv_decision *out, struct asv_err *err)
{
    out->request = request;
    enum asv_status status = asv_world_wall_ms(keeper->world, &out->now_ms);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock cannot be read");
    }
    status = read_statements(request, out, err);
    return status == ASV_OK ? believe(keeper, out, err) : status;
}

enum asv_status asv_keeper_decide(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                  struct asv_keeper_reply *reply, struct asv_err *err)
{
    bool for_good = false;
    struct asv_decision decision = {.for_good = &for_good};
    enum asv_status status = asv_decide_believe(keeper, request, &decision, err);
    if (status == ASV_OK) {
        status = carry_out(keeper, &decision, reply, err);
    }
    status = asv_decide_rule(keeper, &decision, status, reply, err);
    if (reply->file_key == NULL || status != ASV_OK) { /* K-049: SHOW's is wiped when the reply is written */
        asv_wipe(keeper->scratch, sizeof *keeper->scratch);
        reply->file_key = NULL;
    }
    return status;
}
