/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/statement/enrolled.h"

#include <assert.h>
#include <string.h>

const struct asv_enrolled_one *asv_enrolled_find(const struct asv_enrolled *table,
                                                 const uint8_t digest[ASV_SHA256_BYTES])
{
    for (size_t i = 0; i < table->count; i++) {
        if (memcmp(table->ones[i].digest, digest, sizeof table->ones[i].digest) == 0) {
            return &table->ones[i];
        }
    }
    return NULL;
}

bool asv_enrolled_by_then(const struct asv_enrolled_one *one, int64_t issued_ms)
{
    return issued_ms >= one->since_ms - ASV_STATEMENT_SKEW_MS;
}

/* By the agency root. */
static enum asv_status judge_founding(struct asv_enrolled_one *one, struct asv_bytes founding,
                                      const uint8_t root_pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    struct asv_statement statement;
    enum asv_status status = asv_statement_decode(&statement, founding.data, founding.len, err);
    if (status == ASV_OK) {
        status = asv_statement_verify_root(&statement, root_pk, statement.issued_ms, err);
    }
    if (status == ASV_OK) { /* ST-098 */
        status = asv_statement_enrols(&statement, &one->credential, NULL, err);
    }
    if (status == ASV_OK) {
        one->since_ms = statement.issued_ms;
        one->steps = 1;
    }
    return status;
}

/* Who signed a statement, among those who were enrolled before. */
static enum asv_status find_signer(const struct asv_enrolled_one **out, const struct asv_enrolled *table,
                                   const struct asv_enrolled_one *offered,
                                   const struct asv_statement *statement, struct asv_err *err)
{
    bool proposes = statement->step == ASV_STEP_PROPOSE;
    if (memcmp(statement->credential, offered->digest, sizeof offered->digest) == 0) {
        return asv_fail(err, ASV_E_DENIED, "it enrols itself");
    }
    *out = asv_enrolled_find(table, statement->credential);
    if (*out == NULL) {
        return asv_fail(err, ASV_E_UNTRUSTED,
                        proposes ? "who proposed it is not enrolled by what stands before it"
                                 : "who approved it is not enrolled by what stands before it");
    }
    if (!asv_enrolled_by_then(*out, statement->issued_ms)) {
        return asv_fail(err, ASV_E_STATE,
                        proposes ? "who proposed it was enrolled later than that"
                                 : "who approved it was enrolled later than that");
    }
    return ASV_OK;
}

/* ST-090 to ST-099, at the instant of the approval, which is the later one. */
static enum asv_status judge_people(const struct asv_enrolled *table, struct asv_enrolled_one *one,
                                    const struct asv_enrolled_by *it,
                                    const uint8_t root_pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    struct asv_statement proposal;
    struct asv_statement answer;
    const struct asv_enrolled_one *proposer = NULL;
    const struct asv_enrolled_one *approver = NULL;
    uint8_t agency[ASV_SHA256_BYTES];
    char sites[2][ASV_STATEMENT_ORIGIN_SIZE];
    const char *const origins[] = {sites[0], sites[1]};
    const struct asv_statement_place place = {.agency = agency, .origins = {origins, 2}};
    asv_key_digest(agency, root_pk);
    enum asv_status status = asv_statement_decode(&proposal, it->proposal.data, it->proposal.len, err);
    if (status == ASV_OK) {
        status = asv_statement_decode(&answer, it->answer.data, it->answer.len, err);
    }
    if (status == ASV_OK) {
        status = find_signer(&proposer, table, one, &proposal, err);
    }
    if (status == ASV_OK) {
        status = find_signer(&approver, table, one, &answer, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    assert(proposer != NULL && approver != NULL);
    asv_statement_origin(sites[0], &proposal);
    asv_statement_origin(sites[1], &answer);
    const struct asv_statement_pair pair = {&proposal, &proposer->credential, &answer, &approver->credential};
    status = asv_statement_verify_pair(&pair, ASV_STEP_APPROVE, &place, answer.issued_ms, err);
    if (status == ASV_OK) {
        status = asv_statement_enrols(&answer, &one->credential, &approver->credential, err);
    }
    if (status == ASV_OK) {
        uint16_t deeper = proposer->steps > approver->steps ? proposer->steps : approver->steps;
        one->since_ms = answer.issued_ms;
        one->steps = (uint16_t)(deeper + 1);
    }
    return status;
}

/* What whoever keeps credentials would have refused beside the others. That one person's roles exclude each
 * other counts among living ones alone, and which of them lived then cannot be seen here. */
static enum asv_status judge_beside(const struct asv_enrolled *table, const struct asv_enrolled_one *one,
                                    struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < table->count; i++) {
        status = asv_credential_beside(&one->credential, &table->ones[i].credential, false, err);
    }
    return status;
}

enum asv_status asv_enrolled_add(struct asv_enrolled *table, const struct asv_enrolled_by *it,
                                 const uint8_t root_pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    if (table->count == ASV_ENROLLED_MAX) {
        return asv_fail_at(err, ASV_E_LIMIT, "more credentials than are shown at once", ASV_ENROLLED_MAX);
    }
    if (it->record.len > ASV_CREDENTIAL_MAX_BYTES) {
        return asv_fail(err, ASV_E_LIMIT, "no credential record is as long");
    }
    struct asv_enrolled_one *one = &table->ones[table->count]; /* free until it is counted */
    if (it->record.len > 0) {
        memcpy(one->record, it->record.data, it->record.len);
    }
    enum asv_status status = asv_credential_decode(&one->credential, one->record, it->record.len, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_credential_digest(one->digest, &one->credential);
    if (asv_enrolled_find(table, one->digest) != NULL) {
        return asv_fail(err, ASV_E_EXISTS, "the credential stands before it already");
    }
    status = it->proposal.len == 0 ? judge_founding(one, it->answer, root_pk, err)
                                   : judge_people(table, one, it, root_pk, err);
    if (status == ASV_OK) {
        status = judge_beside(table, one, err);
    }
    table->count += status == ASV_OK;
    return status;
}
