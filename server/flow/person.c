/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/person.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/flow/words.h"
#include "server/statement/verify.h"

static enum asv_status view(struct asv_person_statement *statement, struct asv_err *err)
{
    enum asv_status status = asv_statement_decode(&statement->said, statement->bytes, statement->len, err);
    if (status == ASV_OK) {
        asv_statement_digest(statement->digest, &statement->said);
    }
    return status;
}

enum asv_status asv_person_read(const struct asv_db_statement *row, struct asv_person_statement *out,
                                struct asv_err *err)
{
    struct asv_err inner = {0};
    memcpy(out->bytes, row->bytes, row->len);
    out->len = row->len;
    return view(out, &inner) == ASV_OK ? ASV_OK : asv_failf(err, ASV_E_MALFORMED, "%s", inner.text);
}

/* What the register has under that digest and does not lead to it says nothing about a statement. */
static enum asv_status find_signer(struct asv_db *db, const struct asv_statement *said,
                                   struct asv_db_credential *out, struct asv_err *err)
{
    struct asv_err inner = {0};
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status = asv_db_credential_find(db, said->credential, out, &inner);
    if (status == ASV_OK) {
        asv_credential_digest(digest, &out->said);
        status = asv_equal(digest, said->credential, sizeof digest) ? ASV_OK : ASV_E_MALFORMED;
    }
    if (status == ASV_E_MALFORMED) {
        return asv_fail(err, ASV_E_DIGEST, "what the register has of its credential is another record");
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", inner.text);
}

enum asv_status asv_person_verify(struct asv_db *db, const struct asv_statement *said, struct asv_err *err)
{
    struct asv_db_credential signer;
    char site[ASV_STATEMENT_ORIGIN_SIZE];
    const char *origin = site;
    struct asv_err inner = {0};
    enum asv_status status = find_signer(db, said, &signer, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_statement_origin(site, said);
    const struct asv_statement_place place = {.agency = signer.said.agency, .origins = {&origin, 1}};
    status = asv_statement_verify(said, &signer.said, &place, said->issued_ms, &inner);
    enum asv_class class = asv_status_class(status);
    bool is_none = class == ASV_CLASS_PERMANENT || class == ASV_CLASS_INTEGRITY;
    return status == ASV_OK ? ASV_OK : asv_failf(err, is_none ? ASV_E_MALFORMED : status, "%s", inner.text);
}

void asv_person_answer(const struct asv_person_statement *proposal, uint8_t step, struct asv_statement *out)
{
    *out = proposal->said;
    out->step = step;
    out->reason = (struct asv_bytes){0};
    out->extensions = (struct asv_bytes){0};
    memcpy(out->proposal, proposal->digest, sizeof out->proposal);
}

/* Says so before anything is shown or signed. */
static enum asv_status check_role(const struct asv_credential *credential, const struct asv_action_rule *rule,
                                  const struct asv_statement *what, struct asv_err *err)
{
    char has[ASV_ROLES_TEXT_BYTES];
    char needs[ASV_ROLES_TEXT_BYTES];
    uint16_t roles = asv_action_roles(rule, what->step, what->ground);
    if ((roles & credential->roles) != 0) {
        return ASV_OK;
    }
    return asv_failf(err, ASV_E_DENIED, "this takes the role %s; yours: %s", asv_roles_text(needs, roles),
                     asv_roles_text(has, credential->roles));
}

/* What the caller leaves to this file. */
static enum asv_status fill(const struct asv_flow *flow, const struct asv_action_rule *rule,
                            struct asv_statement *what, struct asv_err *err)
{
    const char *reason = flow->reason != NULL ? flow->reason : "";
    bool answer = what->step != ASV_STEP_PROPOSE && what->step != ASV_STEP_SOLE;
    what->reason = (struct asv_bytes){(const uint8_t *)reason, strlen(reason)};
    if (!asv_text_is_good(what->reason, ASV_REASON_MAX_BYTES)) {
        return asv_fail(err, ASV_E_USAGE,
                        "the reason has 1 to 1000 bytes of text, with no blank at either end and nothing "
                        "hidden");
    }
    memcpy(what->agency, flow->agency, sizeof what->agency);
    memset(what->person, 0, sizeof what->person);
    memcpy(what->credential, flow->credential != NULL ? flow->credential->digest : flow->agency,
           sizeof what->credential);
    if (flow->credential != NULL) {
        memcpy(what->person, flow->credential->said.person, sizeof what->person);
    }
    if (asv_world_wall_ms(flow->world, &what->issued_ms) != ASV_OK ||
        asv_world_random(flow->world, what->nonce, sizeof what->nonce) != ASV_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "no clock, or no randomness");
    }
    what->expires_ms = what->issued_ms + (answer ? rule->answer_ms : rule->proposal_ms);
    return ASV_OK;
}

/* Whoever signed may have said it at another time, and in other words why; and nothing else. */
static bool is_draft(const struct asv_statement *said, const struct asv_flow_draft *draft)
{
    uint8_t body[ASV_STATEMENT_BODY_MAX_BYTES];
    struct asv_statement same = *draft->said;
    struct asv_writer writer;
    same.issued_ms = said->issued_ms;
    same.expires_ms = said->expires_ms;
    same.reason = said->reason;
    memcpy(same.nonce, said->nonce, sizeof same.nonce);
    asv_writer_init(&writer, body, sizeof body);
    return asv_statement_body(&writer, &same) == ASV_OK && writer.len == said->body.len &&
           memcmp(body, said->body.data, writer.len) == 0;
}

/* As its readers will, at this instant: what they refuse is not stored. */
static enum asv_status check(const struct asv_flow *flow, const struct asv_flow_draft *draft,
                             const struct asv_statement *said, struct asv_err *err)
{
    const struct asv_statement_place place = {.agency = flow->agency,
                                              .origins = {&flow->origin, flow->origin[0] != '\0'}};
    int64_t now_ms = 0;
    enum asv_status status = asv_flow_now(flow, &now_ms, err);
    if (status != ASV_OK) {
        return status;
    }
    if (!is_draft(said, draft)) {
        return asv_fail(err, ASV_E_MISMATCH, "something else was signed");
    }
    return flow->credential != NULL ? asv_statement_verify(said, &flow->credential->said, &place, now_ms, err)
                                    : asv_statement_verify_root(said, flow->root_pk, now_ms, err);
}

static enum asv_status sign(const struct asv_flow *flow, const struct asv_flow_draft *draft,
                            struct asv_person_statement *out, struct asv_err *err)
{
    struct asv_writer writer;
    struct asv_err inner = {0};
    asv_writer_init(&writer, out->bytes, sizeof out->bytes);
    enum asv_status status = flow->calls->sign(flow->ctx, draft, &writer, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_write_end(&writer, &out->len);
    if (status == ASV_OK) {
        status = view(out, &inner);
    }
    if (status == ASV_OK) {
        status = check(flow, draft, &out->said, &inner);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "the statement is none: %s", inner.text);
}

/* What another has signed, and why, is shown before one signs oneself. */
static enum asv_status state(const struct asv_flow *flow, const struct asv_person_statement *proposal,
                             struct asv_statement *what, struct asv_person_statement *out,
                             struct asv_err *err)
{
    uint8_t body[ASV_STATEMENT_BODY_MAX_BYTES];
    struct asv_db_credential proposer;
    struct asv_flow_draft draft = {.said = what, .credential = flow->credential};
    struct asv_writer writer;
    enum asv_status status = fill(flow, asv_action_rule(what->action), what, err);
    if (status == ASV_OK && proposal != NULL) {
        status = asv_db_credential_find(flow->db, proposal->said.credential, &proposer, err);
        draft.proposal = &proposal->said;
        draft.proposer = &proposer.said;
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_writer_init(&writer, body, sizeof body);
    status = asv_statement_body(&writer, what);
    if (status != ASV_OK) {
        return asv_fail(err, status, "a field of the statement is not as it must be (docs/STATEMENTS.md 3)");
    }
    draft.body = (struct asv_bytes){body, writer.len};
    return sign(flow, &draft, out, err);
}

enum asv_status asv_person_store(struct asv_db *db, const struct asv_person_statement *stated,
                                 struct asv_err *err)
{
    enum asv_db_outcome outcome;
    return asv_db_statement_put(db, &stated->said, (struct asv_bytes){stated->bytes, stated->len}, &outcome,
                                err);
}

enum asv_status asv_person_sign(const struct asv_flow *flow, const struct asv_person_statement *proposal,
                                struct asv_statement *what, struct asv_person_statement *out,
                                struct asv_err *err)
{
    enum asv_status status = flow->credential != NULL ? check_role(&flow->credential->said,
                                                                   asv_action_rule(what->action), what, err)
                                                      : ASV_OK;
    return status == ASV_OK ? state(flow, proposal, what, out, err) : status;
}

enum asv_status asv_person_state(const struct asv_flow *flow, const struct asv_person_statement *proposal,
                                 struct asv_statement *what, struct asv_person_statement *out,
                                 struct asv_err *err)
{
    enum asv_status status = asv_person_sign(flow, proposal, what, out, err);
    return status == ASV_OK ? asv_person_store(flow->db, out, err) : status;
}
