/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/deed.h"

#include "server/base/fail.h"
#include "server/base/time_text.h"
#include "server/incident/words.h"

static const struct asv_incident_name no_incident = {NULL, ""};

/* The incident, and the ground: the one that is named, or the incident's. */
static enum asv_status find_incident(const struct asv_case *work, const char *case_number, uint8_t *ground,
                                     struct asv_db_incident *incident, struct asv_err *err)
{
    enum asv_status status = asv_db_incident_find(work->flow->db, case_number, incident, err);
    if (status == ASV_OK && incident->forgotten_ms != ASV_TIME_UNKNOWN) {
        return asv_fail(err, ASV_E_STATE, asv_incident_forgotten);
    }
    if (status == ASV_OK && *ground == ASV_GROUND_NONE) {
        *ground = incident->cause;
    }
    return status;
}

enum asv_status asv_deed_hold(struct asv_case *work, const char *case_number, uint8_t cause,
                              uint8_t digest[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_db_incident incident;
    struct asv_statement what;
    enum asv_status status = find_incident(work, case_number, &cause, &incident, err);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_incident_name name = {incident.id, incident.case_number};
    asv_incident_compose(&what, ASV_ACTION_HOLD, work->standing.identity.header, cause, &name);
    return asv_case_propose(work, &what, digest, err);
}

enum asv_status asv_deed_release(struct asv_case *work, uint8_t digest[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_statement what;
    const struct asv_incident_name name = {
        work->standing.state == ASV_DB_HELD ? work->standing.hold_incident : NULL, work->standing.hold_case};
    asv_incident_compose(&what, ASV_ACTION_RELEASE, work->standing.identity.header, 0, &name);
    return asv_case_propose(work, &what, digest, err);
}

enum asv_status asv_deed_erase(struct asv_case *work, uint8_t ground, uint8_t digest[ASV_SHA256_BYTES],
                               struct asv_err *err)
{
    struct asv_statement what;
    asv_incident_compose(&what, ASV_ACTION_ERASE_EARLY, work->standing.identity.header, ground, &no_incident);
    return asv_case_propose(work, &what, digest, err);
}

enum asv_status asv_deed_ahead(struct asv_case *work, bool ends, const char *case_number, uint8_t cause,
                               uint8_t digest[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_db_incident incident;
    struct asv_statement what;
    enum asv_status status = find_incident(work, case_number, &cause, &incident, err);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_incident_name name = {incident.id, incident.case_number};
    asv_incident_compose_ahead(&what, ends ? ASV_ACTION_RELEASE_AHEAD : ASV_ACTION_HOLD_AHEAD, &work->range,
                               cause, &name);
    status = asv_case_propose(work, &what, digest, err);
    return status == ASV_E_DENIED && ends && !work->ahead_standing.counts
               ? asv_fail(err, status,
                          "nothing is held ahead of this camera's docking from and until exactly then; "
                          "\"asservat hold list --all\" shows what was decided")
               : status;
}

enum asv_status asv_deed_shield(struct asv_case *work, uint16_t action, uint8_t ground, struct asv_err *err)
{
    struct asv_statement what;
    asv_incident_compose(&what, action, work->standing.identity.header, ground, &no_incident);
    return asv_case_alone(work, &what, err);
}

enum asv_status asv_deed_find_hold(struct asv_case *work, const char *which, uint8_t step,
                                   struct asv_db_request *request, struct asv_err *err)
{
    struct asv_err inner = {0};
    enum asv_status status = asv_case_of_name(work, which, request, &inner);
    if (status == ASV_E_NOT_FOUND && step == ASV_STEP_APPROVE) {
        status = asv_case_of_hold(work, request, NULL);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", inner.text);
}

/* ---- days ---- */

enum asv_status asv_deed_day(struct asv_case *work, uint32_t date, uint8_t digest[ASV_SHA256_BYTES],
                             struct asv_err *err)
{
    struct asv_statement what;
    const char *why = work->standing.dayless ? asv_incident_refuses_day(&work->standing, date) : NULL;
    if (why != NULL) {
        return asv_failf(err, ASV_E_DENIED, "%s", why);
    }
    asv_incident_compose_day(&what, work->standing.identity.header, date);
    return asv_case_propose(work, &what, digest, err);
}

/* What is approved is a day that it can be of, whatever the first person's program let pass. */
static enum asv_status check_day(const struct asv_case *work, const struct asv_db_request *open,
                                 uint32_t date, struct asv_err *err)
{
    struct asv_statement proposal;
    char text[ASV_TEXT_BYTES];
    enum asv_status status = asv_statement_decode(&proposal, open->bytes, open->len, err);
    if (status == ASV_OK && date != 0 && date != proposal.subject.date) {
        return asv_failf(err, ASV_E_MISMATCH, "the request says %s",
                         asv_text_date(text, proposal.subject.date));
    }
    const char *why =
        status == ASV_OK ? asv_incident_refuses_day(&work->standing, proposal.subject.date) : NULL;
    return why == NULL ? status : asv_failf(err, ASV_E_DENIED, "%s", why);
}

enum asv_status asv_deed_answer_day(struct asv_case *work, const struct asv_db_request *request, uint8_t step,
                                    uint32_t date, struct asv_err *err)
{
    enum asv_status status = step == ASV_STEP_APPROVE ? check_day(work, request, date, err) : ASV_OK;
    return status == ASV_OK ? asv_case_answer(work, request, step, err) : status;
}
