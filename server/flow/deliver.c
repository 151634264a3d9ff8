/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What was signed, handed to the keeper; and what the keeper says of it, believed and written down. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/ruling.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/db/camera.h"
#include "server/flow/person.h"

enum asv_status asv_person_is_theirs(const struct asv_flow *flow, const struct asv_person_statement *stated,
                                     struct asv_err *err)
{
    return asv_equal(stated->said.person, flow->credential->said.person, ASV_UUID_BYTES)
               ? ASV_OK
               : asv_fail(
                     err, ASV_E_STATE,
                     "somebody else has signed it before: who did says the same again, or the next retention "
                     "run does what is left of it");
}

/* The records that the keeper verifies statements with. */
struct records {
    struct asv_db_credential of[3];
    uint8_t count;
};

static enum asv_status add_record(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                  struct records *records, struct asv_err *err)
{
    for (unsigned i = 0; i < records->count; i++) {
        if (asv_equal(records->of[i].digest, digest, ASV_SHA256_BYTES)) {
            return ASV_OK;
        }
    }
    enum asv_status status = asv_db_credential_find(db, digest, &records->of[records->count], err);
    records->count = (uint8_t)(records->count + (status == ASV_OK));
    return status;
}

static enum asv_status find_records(struct asv_db *db, const struct asv_person_delivery *delivery,
                                    struct records *records, struct asv_err *err)
{
    const struct asv_statement *proposal = &delivery->proposal->said;
    enum asv_status status = ASV_OK;
    if (proposal->action != ASV_ACTION_FOUND) {
        status = add_record(db, proposal->credential, records, err);
    }
    if (status == ASV_OK && delivery->answer != NULL) {
        status = add_record(db, delivery->answer->said.credential, records, err);
    }
    if (status == ASV_OK && delivery->open != NULL) {
        status = add_record(db, delivery->open->said.credential, records, err);
    }
    if (status == ASV_OK && delivery->agreed != NULL) {
        status = add_record(db, delivery->agreed->said.credential, records, err);
    }
    if (status == ASV_OK && (proposal->action == ASV_ACTION_FOUND || proposal->action == ASV_ACTION_ENROL)) {
        status = add_record(db, proposal->subject.id, records, err);
    }
    return status;
}

/* A failure of the keeper's machine decides nothing about the statement. */
static bool is_refusal(enum asv_status status)
{
    enum asv_class class = asv_status_class(status);
    return (class == ASV_CLASS_PERMANENT || class == ASV_CLASS_INTEGRITY) && status != ASV_E_IO &&
           status != ASV_E_NO_SPACE;
}

/* The statement that the keeper rules on. */
static const struct asv_person_statement *last_of(const struct asv_person_delivery *delivery)
{
    return delivery->answer != NULL ? delivery->answer : delivery->proposal;
}

/* The plan that an approved HAND_OVER is about, which the keeper judges as a whole; data NULL: none. The
 * caller frees it. */
static enum asv_status find_plan(struct asv_db *db, const struct asv_person_delivery *delivery,
                                 uint8_t **data, size_t *len, struct asv_err *err)
{
    const struct asv_statement *proposal = &delivery->proposal->said;
    asv_auto_free uint8_t *plan = NULL;
    if (proposal->action != ASV_ACTION_HAND_OVER || delivery->answer == NULL ||
        delivery->answer->said.step != ASV_STEP_APPROVE) {
        return ASV_OK;
    }
    plan = malloc(ASV_PLAN_MAX_BYTES);
    if (plan == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_handover_plan_find(db, proposal->subject.id, plan, len, err);
    if (status == ASV_OK) {
        *data = asv_steal(&plan);
    }
    return status;
}

/* DECIDE, and its reply. */
static enum asv_status ask(struct asv_db *db, struct asv_keeper_client *client,
                           const struct asv_person_delivery *delivery, struct asv_keeper_reply *reply,
                           struct asv_err *err)
{
    asv_auto_free struct records *records = calloc(1, sizeof *records);
    asv_auto_free uint8_t *plan = NULL;
    size_t plan_len = 0;
    struct asv_keeper_decision decision = {
        .proposal = {delivery->proposal->bytes, delivery->proposal->len},
    };
    uint32_t request = 0;
    if (records == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = find_records(db, delivery, records, err);
    if (status == ASV_OK) {
        status = find_plan(db, delivery, &plan, &plan_len, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    decision.plan = (struct asv_bytes){plan, plan_len};
    if (delivery->answer != NULL) {
        decision.answer = (struct asv_bytes){delivery->answer->bytes, delivery->answer->len};
    }
    if (delivery->open != NULL && delivery->agreed != NULL) {
        decision.open = (struct asv_bytes){delivery->open->bytes, delivery->open->len};
        decision.agreed = (struct asv_bytes){delivery->agreed->bytes, delivery->agreed->len};
    }
    if (delivery->clip != NULL) {
        decision.clip = *delivery->clip;
    }
    decision.record_count = records->count;
    for (unsigned i = 0; i < records->count; i++) {
        decision.records[i] = (struct asv_bytes){records->of[i].record, records->of[i].len};
    }
    status = asv_keeper_client_decide(client, &decision, &request, err);
    return asv_keeper_wait(client, status, request, ASV_KEEPER_TIMEOUT_MS, reply, err);
}

/* The newest list of who was revoked that the database has. */
struct revoked {
    uint8_t data[ASV_REVOCATIONS_MAX_BYTES];
    struct asv_revocations list;
};

/* K-208: *out NULL when none was ever published. */
static enum asv_status find_revoked(struct asv_db *db, const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                    struct revoked *revoked, const struct asv_revocations **out,
                                    struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status = asv_db_revocations_newest(db, revoked->data, sizeof revoked->data, &len, err);
    if (status != ASV_OK || len == 0) {
        return status;
    }
    status = asv_revocations_decode(&revoked->list, revoked->data, len, err);
    if (status == ASV_OK) {
        status = asv_revocations_verify(&revoked->list, root_pk, NULL, err);
    }
    *out = status == ASV_OK ? &revoked->list : NULL;
    return status;
}

/* At this instant, and by a keeper that was not revoked. */
static enum asv_status verify_ruling(const struct asv_flow *flow, const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                     const struct asv_person_delivery *delivery,
                                     const struct asv_ruling *ruling, struct asv_err *err)
{
    const struct asv_revocations *revocations = delivery->revocations;
    int64_t now_ms = ASV_TIME_UNKNOWN;
    struct revoked *revoked = calloc(1, sizeof *revoked);
    if (revoked == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_flow_now(flow, &now_ms, err);
    if (status == ASV_OK && revocations == NULL) {
        status = find_revoked(flow->db, root_pk, revoked, &revocations, err);
    }
    if (status == ASV_OK) {
        status = asv_ruling_verify(ruling, root_pk, last_of(delivery)->digest, now_ms, revocations, err);
    }
    free(revoked);
    return status;
}

/* LG-095: who answers on the socket is not believed. What the keeper says for good; verdict 0: nothing. */
static enum asv_status read_ruling(const struct asv_flow *flow, const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                   const struct asv_person_delivery *delivery,
                                   const struct asv_keeper_reply *reply, struct asv_ruling *out,
                                   struct asv_err *err)
{
    static const uint8_t none[ASV_SHA256_BYTES];
    struct asv_err why = {0};
    *out = (struct asv_ruling){0};
    if (reply->ruling.len == 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_ruling_decode(out, reply->ruling.data, reply->ruling.len, &why);
    if (status == ASV_OK) {
        status = verify_ruling(flow, root_pk, delivery, out, &why);
    }
    if (status == ASV_OK &&
        !asv_equal(out->proposal, delivery->answer != NULL ? delivery->proposal->digest : none,
                   sizeof out->proposal)) {
        status = asv_fail(&why, ASV_E_MISMATCH, "ruling: about another proposal");
    }
    return status == ASV_OK
               ? ASV_OK
               : asv_failf(err, status, "keeper: what it answered is not believed: %s", why.text);
}

/* What the keeper signed, and where it signed nothing why it did not take it. */
static enum asv_status write_down(struct asv_db *db, const struct asv_person_delivery *delivery,
                                  const struct asv_ruling *ruling, const char *why, struct asv_err *err)
{
    uint8_t keeper[ASV_SHA256_BYTES];
    const struct asv_db_ruling said = {ruling->object.encoded, keeper};
    if (ruling->verdict == 0) {
        return asv_db_statement_answered(db, last_of(delivery)->digest, why, NULL, err);
    }
    asv_cert_digest(keeper, &ruling->keeper.leaf);
    return asv_db_statement_answered(db, last_of(delivery)->digest,
                                     ruling->verdict == ASV_RULING_TAKEN ? NULL : why, &said, err);
}

enum asv_status asv_person_deliver(const struct asv_flow *flow, struct asv_keeper_client *client,
                                   const struct asv_person_delivery *delivery, struct asv_keeper_reply *reply,
                                   struct asv_err *err)
{
    uint8_t root_pk[ASV_ED25519_PK_BYTES];
    struct asv_ruling ruling;
    struct asv_err inner = {0};
    *reply = (struct asv_keeper_reply){0};
    enum asv_status status = flow->calls->root_key(flow->ctx, root_pk, err);
    if (status != ASV_OK) {
        return status;
    }
    status = ask(flow->db, client, delivery, reply, err);
    if (status != ASV_OK && !is_refusal(reply->status)) {
        return status;
    }
    enum asv_status ruled = read_ruling(flow, root_pk, delivery, reply, &ruling, &inner);
    if (ruled == ASV_OK && status == ASV_OK && ruling.verdict != ASV_RULING_TAKEN) {
        ruled = asv_fail(&inner, ASV_E_SIGNATURE, "keeper: it says that it took it, and does not sign that");
    }
    if (ruled != ASV_OK) {
        return asv_failf(err, ruled, "%s", inner.text);
    }
    if (status == ASV_OK) {
        return write_down(flow->db, delivery, &ruling, NULL, err);
    }
    return write_down(flow->db, delivery, &ruling, err->text, &inner) == ASV_OK
               ? status
               : asv_failf(err, status, "%.120s; and the database does not know: %.100s", err->text,
                           inner.text);
}

enum asv_status asv_person_ask_taken(const struct asv_flow *flow, struct asv_keeper_client *client,
                                     const struct asv_person_delivery *delivery, bool *taken,
                                     struct asv_err *err)
{
    uint8_t root_pk[ASV_ED25519_PK_BYTES];
    struct asv_keeper_reply reply = {0};
    struct asv_ruling ruling;
    struct asv_err why = {0};
    *taken = false;
    enum asv_status status = flow->calls->root_key(flow->ctx, root_pk, err);
    if (status != ASV_OK) {
        return status;
    }
    status = ask(flow->db, client, delivery, &reply, &why);
    if (status != ASV_OK && !is_refusal(reply.status)) { /* it did not answer, or could not (K-163) */
        return asv_failf(err, status, "%s", why.text);
    }
    status = read_ruling(flow, root_pk, delivery, &reply, &ruling, err);
    if (status == ASV_OK && ruling.verdict == ASV_RULING_TAKEN) {
        status = write_down(flow->db, delivery, &ruling, NULL, err);
        *taken = status == ASV_OK;
    }
    return status;
}
