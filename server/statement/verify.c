/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/statement/verify.h"

#include <string.h>

#include "firmware-proto/trust/fields.h"
#include "server/statement/client_data.h"

static enum asv_status refuse(struct asv_err *err, enum asv_status status,
                              const struct asv_statement *statement, const char *why)
{
    return asv_fail_field(err, status, asv_action_rule(statement->action)->name, why);
}

static enum asv_status check_life(const struct asv_statement *statement, int64_t now_ms, struct asv_err *err)
{
    if (now_ms < statement->issued_ms - ASV_STATEMENT_SKEW_MS) { /* ST-085 */
        return refuse(err, ASV_E_EXPIRED, statement, "the statement is from the future");
    }
    if (now_ms >= statement->expires_ms) { /* ST-085 */
        return refuse(err, ASV_E_EXPIRED, statement, "the statement has expired");
    }
    return ASV_OK;
}

/* At the instant that the statement names and at the one that the reader's clock names. */
static bool lives(const struct asv_credential *credential, const struct asv_statement *statement,
                  int64_t now_ms)
{
    return credential->from_ms <= statement->issued_ms && statement->issued_ms < credential->until_ms &&
           now_ms < credential->until_ms;
}

/* LAW L5: who would see it stands by name in what the second person signs, and it is who asks, and who is
 * shown it. */
static bool names_viewer(const struct asv_statement *statement, const struct asv_credential *credential)
{
    const struct asv_bytes *name = &statement->subject.name;
    return statement->subject.kind != ASV_SUBJECT_VIEWER ||
           (statement->step != ASV_STEP_PROPOSE && statement->step != ASV_STEP_SOLE) ||
           (name->len == credential->name.len && memcmp(name->data, credential->name.data, name->len) == 0);
}

static enum asv_status check_proof(const struct asv_statement *statement,
                                   const struct asv_credential *credential,
                                   const struct asv_statement_place *place, struct asv_err *err)
{
    uint8_t challenge[ASV_SHA256_BYTES];
    uint8_t want =
        credential->algorithm == ASV_ALG_ED25519 ? ASV_PROOF_KEYFILE : ASV_PROOF_WEBAUTHN; /* ST-063 */
    if (statement->proof != want) {
        return refuse(err, ASV_E_MISMATCH, statement, "proven in another way than the credential's");
    }
    if (statement->proof == ASV_PROOF_WEBAUTHN) {
        asv_statement_challenge(challenge, statement->body);
        return asv_assertion_verify(&statement->assertion, credential, challenge, &place->origins, err);
    }
    if (asv_verify(statement->signature, ASV_PURPOSE_STATEMENT, statement->body.data, statement->body.len,
                   credential->ed25519_pk) != ASV_OK) { /* ST-060 */
        return refuse(err, ASV_E_SIGNATURE, statement, "signature");
    }
    return ASV_OK;
}

void asv_statement_origin(char out[ASV_STATEMENT_ORIGIN_SIZE], const struct asv_statement *statement)
{
    struct asv_client_data data;
    out[0] = '\0';
    if (statement->proof == ASV_PROOF_WEBAUTHN &&
        asv_client_data_read(&data, statement->assertion.client_data) == ASV_OK &&
        data.origin.len < ASV_STATEMENT_ORIGIN_SIZE) {
        memcpy(out, data.origin.data, data.origin.len);
        out[data.origin.len] = '\0';
    }
}

enum asv_status asv_statement_verify(const struct asv_statement *statement,
                                     const struct asv_credential *credential,
                                     const struct asv_statement_place *place, int64_t now_ms,
                                     struct asv_err *err)
{
    const struct asv_action_rule *rule = asv_action_rule(statement->action);
    uint8_t digest[ASV_SHA256_BYTES];

    asv_credential_digest(digest, credential);
    if (!asv_equal(place->agency, statement->agency, ASV_SHA256_BYTES) || /* ST-080 */
        !asv_equal(place->agency, credential->agency, ASV_SHA256_BYTES)) {
        return refuse(err, ASV_E_UNTRUSTED, statement, "of another agency");
    }
    if (!asv_equal(digest, statement->credential, sizeof digest) || /* ST-081 */
        !asv_equal(credential->person, statement->person, sizeof statement->person)) {
        return refuse(err, ASV_E_MISMATCH, statement, "made by another person or credential");
    }
    if (!names_viewer(statement, credential)) { /* ST-082 */
        return refuse(err, ASV_E_MISMATCH, statement, "names another one than who would see it");
    }
    enum asv_status status = check_proof(statement, credential, place, err);
    if (status == ASV_OK) {
        status = check_life(statement, now_ms, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (!lives(credential, statement, now_ms)) { /* ST-086 */
        return refuse(err, ASV_E_EXPIRED, statement, "the credential is not valid");
    }
    if ((asv_action_roles(rule, statement->step, statement->ground) & credential->roles) == 0) { /* ST-087 */
        return refuse(err, ASV_E_DENIED, statement, "the person has no role for this");
    }
    return ASV_OK;
}

enum asv_status asv_statement_verify_sole(const struct asv_statement *statement,
                                          const struct asv_credential *credential,
                                          const struct asv_statement_place *place, int64_t now_ms,
                                          struct asv_err *err)
{
    enum asv_status status = asv_statement_verify(statement, credential, place, now_ms, err);
    if (status == ASV_OK && statement->step != ASV_STEP_SOLE) { /* ST-089 */
        return refuse(err, ASV_E_STATE, statement, "takes two people");
    }
    return status;
}

enum asv_status asv_statement_verify_root(const struct asv_statement *statement,
                                          const uint8_t root_pk[ASV_ED25519_PK_BYTES], int64_t now_ms,
                                          struct asv_err *err)
{
    uint8_t agency[ASV_SHA256_BYTES];
    asv_key_digest(agency, root_pk);
    if (asv_action_rule(statement->action)->proposers != 0) { /* ST-088 */
        return refuse(err, ASV_E_DENIED, statement, "not for the agency root");
    }
    if (!asv_equal(agency, statement->agency, sizeof agency) ||
        !asv_equal(agency, statement->credential, sizeof agency)) {
        return refuse(err, ASV_E_UNTRUSTED, statement, "of another agency");
    }
    if (statement->proof != ASV_PROOF_KEYFILE ||
        asv_verify(statement->signature, ASV_PURPOSE_STATEMENT, statement->body.data, statement->body.len,
                   root_pk) != ASV_OK) {
        return refuse(err, ASV_E_SIGNATURE, statement, "signature");
    }
    return check_life(statement, now_ms, err);
}

/* That the answer is one to this proposal, whoever gave it. */
static enum asv_status check_answer(const struct asv_statement_pair *pair, uint8_t step, struct asv_err *err)
{
    const struct asv_statement *proposal = pair->proposal;
    const struct asv_statement *answer = pair->answer;
    uint8_t digest[ASV_SHA256_BYTES];

    asv_statement_digest(digest, proposal);
    if (proposal->step != ASV_STEP_PROPOSE || answer->step != step ||
        !asv_statement_answers(answer)) { /* ST-090, ST-120 */
        return refuse(err, ASV_E_STATE, answer, "not this step of a decision");
    }
    if (!asv_equal(digest, answer->proposal, sizeof digest)) { /* ST-091 */
        return refuse(err, ASV_E_MISMATCH, answer, "the answer is to another proposal");
    }
    if (answer->matter.len != proposal->matter.len || /* ST-092 */
        memcmp(answer->matter.data, proposal->matter.data, proposal->matter.len) != 0) {
        return refuse(err, ASV_E_MISMATCH, answer, "the answer is about something else");
    }
    if (answer->issued_ms < proposal->issued_ms || answer->issued_ms >= proposal->expires_ms) { /* ST-093 */
        return refuse(err, ASV_E_STATE, answer, "answered outside the proposal's life");
    }
    return ASV_OK;
}

/* LAW T4: two people, however many accounts, badges and keys one of them has. */
static enum asv_status check_people(const struct asv_statement_pair *pair, struct asv_err *err)
{
    if (pair->answer->step == ASV_STEP_WITHDRAW) { /* ST-097 */
        return asv_equal(pair->proposal->person, pair->answer->person, ASV_UUID_BYTES)
                   ? ASV_OK
                   : refuse(err, ASV_E_DENIED, pair->answer, "only the proposer withdraws");
    }
    if (pair->answer->step != ASV_STEP_APPROVE) {
        return ASV_OK;
    }
    if (asv_credential_same_person(pair->proposer, pair->answerer)) { /* ST-094 */
        return refuse(err, ASV_E_DENIED, pair->answer, "one person is not two");
    }
    if (asv_credential_same_key(pair->proposer, pair->answerer)) { /* ST-095 */
        return refuse(err, ASV_E_DENIED, pair->answer, "one key is not two people");
    }
    bool wearer_may = (asv_action_rule(pair->answer->action)->approvers & ASV_ROLE_WEARER) != 0;
    if (wearer_may && ((pair->proposer->roles | pair->answerer->roles) & ASV_ROLES_SUPERIOR) == 0) {
        return refuse(err, ASV_E_DENIED, pair->answer, "neither is a superior"); /* ST-096 */
    }
    return ASV_OK;
}

enum asv_status asv_statement_verify_pair(const struct asv_statement_pair *pair, uint8_t step,
                                          const struct asv_statement_place *place, int64_t now_ms,
                                          struct asv_err *err)
{
    enum asv_status status = asv_statement_verify(pair->proposal, pair->proposer, place, now_ms, err);
    if (status == ASV_OK) {
        status = asv_statement_verify(pair->answer, pair->answerer, place, now_ms, err);
    }
    if (status == ASV_OK) {
        status = check_answer(pair, step, err);
    }
    return status == ASV_OK ? check_people(pair, err) : status;
}

/* The fields behind the action. */
static struct asv_bytes about(const struct asv_statement *statement)
{
    const size_t action = sizeof(uint16_t);
    return (struct asv_bytes){statement->matter.data + action, statement->matter.len - action};
}

enum asv_status asv_statement_shows(const struct asv_statement *show, const struct asv_credential *viewer,
                                    const struct asv_statement_pair *open, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_statement_digest(digest, open->proposal);
    if (show->action != ASV_ACTION_SHOW || open->proposal->action != ASV_ACTION_OPEN ||
        open->answer->step != ASV_STEP_APPROVE) { /* ST-111 */
        return refuse(err, ASV_E_STATE, show, "nobody agreed that this may be shown");
    }
    if (!asv_equal(digest, show->proposal, sizeof digest)) { /* ST-111 */
        return refuse(err, ASV_E_MISMATCH, show, "rests on another opening");
    }
    struct asv_bytes shown = about(show);
    struct asv_bytes agreed = about(open->proposal);
    if (shown.len != agreed.len || memcmp(shown.data, agreed.data, shown.len) != 0) { /* ST-111 */
        return refuse(err, ASV_E_MISMATCH, show, "about something else than was agreed to");
    }
    if (!asv_equal(viewer->person, open->proposer->person, sizeof viewer->person) ||
        !asv_equal(viewer->badge, open->proposer->badge, sizeof viewer->badge)) { /* ST-112 */
        return refuse(err, ASV_E_DENIED, show, "it is shown to who asked for it, and to nobody else");
    }
    return ASV_OK;
}

enum asv_status asv_statement_enrols(const struct asv_statement *statement,
                                     const struct asv_credential *offered,
                                     const struct asv_credential *approver, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    uint16_t action = approver == NULL ? ASV_ACTION_FOUND : ASV_ACTION_ENROL;
    asv_credential_digest(digest, offered);
    if (statement->action != action) { /* ST-098 */
        return refuse(err, ASV_E_STATE, statement, "enrols nobody");
    }
    if (!asv_equal(digest, statement->subject.id, sizeof digest)) { /* ST-098 */
        return refuse(err, ASV_E_MISMATCH, statement, "about another credential");
    }
    if (!asv_equal(offered->agency, statement->agency, sizeof offered->agency)) { /* ST-080 */
        return refuse(err, ASV_E_UNTRUSTED, statement, "of another agency");
    }
    if (approver != NULL && asv_credential_same_person(offered, approver)) { /* ST-099 */
        return refuse(err, ASV_E_DENIED, statement, "nobody approves himself");
    }
    return ASV_OK;
}
