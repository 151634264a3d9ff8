/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Decisions about recordings, continued: what the database has of them and nobody signed, or the keeper never
 * took. The database cannot verify what accounts hand in; it must not keep others from deciding (LAW T3, T4).
 */
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/case.h"
#include "server/cli/keepers.h"
#include "server/incident/words.h"

enum asv_status asv_case_read_request(const struct asv_case *work, const struct asv_db_request *request,
                                      struct asv_person_statement *out, struct asv_err *err)
{
    const struct asv_statement *said = &out->said;
    const uint8_t *about = work->ahead ? work->range.camera : work->standing.identity.header;
    memcpy(out->bytes, request->bytes, request->len);
    out->len = request->len;
    memcpy(out->digest, request->proposal, sizeof out->digest);
    enum asv_status status = asv_statement_decode(&out->said, out->bytes, out->len, err);
    if (status != ASV_OK) {
        return status;
    }
    if ((said->step != ASV_STEP_PROPOSE || said->action != request->action ||
         !asv_equal(said->subject.id, about, ASV_SHA256_BYTES))) {
        return asv_fail(err, ASV_E_MISMATCH, "it says something else than what was stored of it");
    }
    status = asv_person_verify(work->db, said, err);
    return status == ASV_E_UNSUPPORTED ? ASV_OK : status; /* the keeper can judge it */
}

enum asv_status asv_case_void(struct asv_case *work, const struct asv_db_request *request, const char *why,
                              struct asv_err *err)
{
    enum asv_db_outcome outcome;
    enum asv_status status = asv_db_request_void(work->db, request->proposal, why, &outcome, err);
    if (status == ASV_OK) {
        fprintf(work->cli->err,
                "The request was nothing that anybody signed (%s). It is ended, and an alarm says from whose "
                "account it came.\n",
                why);
    }
    return status;
}

enum asv_status asv_case_of_hold(struct asv_case *work, struct asv_db_request *request, struct asv_err *err)
{
    char digits[2 * ASV_SHA256_BYTES + 1];
    if (work->ahead || work->standing.state != ASV_DB_HELD) {
        return asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request);
    }
    asv_hex_encode(digits, work->standing.hold_proposal, ASV_SHA256_BYTES);
    enum asv_status status = asv_db_request_find(work->db, digits, request, err);
    return status == ASV_OK && request->action != ASV_ACTION_HOLD
               ? asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request)
               : status;
}

enum asv_status asv_case_reopen(struct asv_case *work, const struct asv_db_request *request,
                                const struct asv_statement *proposal, struct asv_err *err)
{
    struct asv_db_standing *standing = &work->standing;
    bool holds = false;
    enum asv_status status = asv_case_keeper(work, err);
    if (status == ASV_OK) {
        status = asv_cli_keeper_holds(work->keeper, standing->identity.header, &holds, err);
        asv_keeper_client_free(work->keeper); /* it does not wait while somebody reads and signs (K-046) */
        work->keeper = NULL;
    }
    if (status != ASV_OK) {
        return status;
    }
    if (holds) {
        return asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request);
    }
    fputs("Here it is approved, but the keeper does not hold the recording: another approval is taken.\n",
          work->cli->err);
    standing->state = ASV_DB_PENDING;
    standing->open_action = request->action;
    standing->open_superior = request->superior;
    standing->open_by_them =
        asv_equal(proposal->person, work->person->credential.said.person, ASV_UUID_BYTES);
    return ASV_OK;
}
