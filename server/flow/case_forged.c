/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Decisions about recordings, continued: what the database has of them and nobody signed, or the keeper never
 * took. The database cannot verify what accounts hand in; it must not keep others from deciding (LAW T3, T4).
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/flow/case.h"
#include "server/incident/words.h"

enum asv_status asv_case_read(const struct asv_flow *flow, const struct asv_db_statement *row,
                              struct asv_person_statement *out, struct asv_err *err)
{
    enum asv_status status = asv_person_read(row, out, err);
    return status == ASV_OK ? asv_person_verify(flow->db, &out->said, err) : status;
}

enum asv_status asv_case_read_request(const struct asv_case *work, const struct asv_db_request *request,
                                      struct asv_person_statement *out, struct asv_err *err)
{
    struct asv_err inner = {0};
    const struct asv_statement *said = &out->said;
    const uint8_t *about = work->ahead ? work->range.camera : work->standing.identity.header;
    memcpy(out->bytes, request->bytes, request->len);
    out->len = request->len;
    memcpy(out->digest, request->proposal, sizeof out->digest);
    if (asv_statement_decode(&out->said, out->bytes, out->len, &inner) != ASV_OK) {
        return asv_failf(err, ASV_E_MALFORMED, "%s", inner.text);
    }
    if ((said->step != ASV_STEP_PROPOSE || said->action != request->action ||
         !asv_equal(said->subject.id, about, ASV_SHA256_BYTES)) ||
        (work->ahead && (said->subject.from_ms != request->range.from_ms ||
                         said->subject.until_ms != request->range.until_ms))) {
        return asv_fail(err, ASV_E_MALFORMED, "it says something else than what was stored of it");
    }
    return asv_person_verify(work->flow->db, said, err);
}

enum asv_status asv_case_void(struct asv_case *work, const struct asv_db_request *request, const char *why,
                              struct asv_err *err)
{
    enum asv_db_outcome outcome;
    enum asv_status status = asv_db_request_void(work->flow->db, request->proposal, why, &outcome, err);
    if (status == ASV_OK) {
        asv_flow_say(work->flow, ASV_NOTE_VOID_REQUEST, NULL, why);
    }
    return status;
}

static enum asv_status read_decision(struct asv_case *work, uint8_t ground, struct asv_person_statement *out,
                                     struct asv_err *err)
{
    asv_auto_free struct asv_db_statement *row = calloc(1, sizeof *row);
    if (row == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_block_decision(work->flow->db, work->standing.clip, ground, row, err);
    if (status != ASV_OK) {
        return status;
    }
    memcpy(out->digest, row->digest, sizeof out->digest);
    status = asv_case_read(work->flow, row, out, err);
    const struct asv_statement *said = &out->said;
    return status == ASV_OK &&
                   (said->action != ASV_ACTION_BLOCK || said->ground != ground ||
                    !asv_equal(said->subject.id, work->standing.identity.header, ASV_SHA256_BYTES))
               ? asv_fail(err, ASV_E_MALFORMED, "it says something else than what was stored of it")
               : status;
}

enum asv_status asv_case_void_decision(struct asv_case *work, uint8_t ground, struct asv_err *err)
{
    struct asv_person_statement decision = {0};
    struct asv_err why = {0};
    uint8_t clip[ASV_UUID_BYTES];
    enum asv_db_outcome outcome;
    if (asv_incident_block_of(&work->standing, ground, work->policy).decision != ASV_BLOCK_CONFIRMED) {
        return ASV_OK;
    }
    enum asv_status status = read_decision(work, ground, &decision, &why);
    if (status != ASV_E_MALFORMED) {
        return status == ASV_OK || status == ASV_E_NOT_FOUND ? ASV_OK
                                                             : asv_failf(err, status, "%s", why.text);
    }
    status = asv_db_block_void(work->flow->db, decision.digest, why.text, &outcome, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_flow_say(work->flow, ASV_NOTE_VOID_DECISION, NULL, why.text);
    memcpy(clip, work->standing.clip, sizeof clip);
    return asv_case_of_clip(work, clip, err);
}

enum asv_status asv_case_of_hold(struct asv_case *work, struct asv_db_request *request, struct asv_err *err)
{
    char digits[2 * ASV_SHA256_BYTES + 1];
    if (work->ahead || work->standing.state != ASV_DB_HELD) {
        return asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request);
    }
    asv_hex_encode(digits, work->standing.hold_proposal, ASV_SHA256_BYTES);
    enum asv_status status = asv_db_request_find(work->flow->db, digits, request, err);
    return status == ASV_OK && request->action != ASV_ACTION_HOLD
               ? asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request)
               : status;
}

enum asv_status asv_case_reopen(struct asv_case *work, const struct asv_db_request *request,
                                const struct asv_statement *proposal, struct asv_err *err)
{
    struct asv_db_standing *standing = &work->standing;
    bool approved = request->outcome[0] == '\0' || strcmp(request->outcome, "approved") == 0;
    uint8_t state = ASV_KEEPER_PLAIN;
    enum asv_status status = asv_case_keeper(work, err);
    if (status == ASV_OK) {
        status = asv_keeper_state_of(work->keeper, standing->identity.header, &state, err);
        asv_keeper_client_free(work->keeper); /* it does not wait while somebody reads and signs (K-046) */
        work->keeper = NULL;
    }
    if (status != ASV_OK) {
        return status;
    }
    if (approved ? state == ASV_KEEPER_HELD : state != ASV_KEEPER_PENDING) {
        return asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request);
    }
    asv_flow_say(work->flow, approved ? ASV_NOTE_NOT_HELD : ASV_NOTE_WAITS, NULL, NULL);
    standing->state = ASV_DB_PENDING;
    standing->open_action = request->action;
    standing->open_superior = request->superior;
    standing->open_by_them = asv_equal(proposal->person, work->flow->credential->said.person, ASV_UUID_BYTES);
    return ASV_OK;
}
