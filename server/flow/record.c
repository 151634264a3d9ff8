/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/record.h"

#include <string.h>

#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/flow/printed.h"
#include "server/incident/record.h"
#include "server/incident/words.h"

enum asv_status asv_flow_sign_row(const struct asv_flow *flow, struct asv_statement *what,
                                  const uint8_t salt[ASV_SHA256_BYTES], struct asv_person_statement *stated,
                                  struct asv_db_signed *it, struct asv_err *err)
{
    enum asv_status status = asv_person_sign(flow, NULL, what, stated, err);
    *it = (struct asv_db_signed){.said = &stated->said, .bytes = {stated->bytes, stated->len}};
    memcpy(it->salt, salt, sizeof it->salt);
    return status;
}

enum asv_status asv_flow_put_incident(const struct asv_flow *flow, const struct asv_db_incident *incident,
                                      const uint8_t salt[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_person_statement stated = {0};
    struct asv_db_signed it;
    struct asv_statement what;
    enum asv_db_outcome outcome;
    enum asv_status status = asv_printed_incident(incident, err);
    if (status == ASV_OK) {
        asv_record_incident(&what, incident, salt);
        status = asv_flow_sign_row(flow, &what, salt, &stated, &it, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_db_incident_put(flow->db, incident, &it, flow->actor, &outcome, err);
    if (status == ASV_E_EXISTS) { /* meanwhile */
        return asv_failf(err, ASV_E_EXISTS,
                         "\"%s\" is an incident already; \"asservat incident change\" changes it",
                         incident->case_number);
    }
    return status == ASV_E_STATE ? asv_fail(err, status, asv_incident_forgotten) : status;
}

static enum asv_status in_words(const struct asv_db_exhibit *exhibit, enum asv_status status,
                                const struct asv_err *inner, struct asv_err *err)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(uuid, exhibit->clip);
    if (status == ASV_E_STATE) {
        return exhibit->shows
                   ? asv_fail(err, status, asv_incident_forgotten)
                   : asv_failf(err, status, "%s is held for this incident; see \"asservat hold release\"",
                               uuid);
    }
    if (status == ASV_E_NOT_FOUND && !exhibit->shows) {
        return asv_failf(err, status,
                         "%s is no recording of this incident; \"asservat incident show\" shows them", uuid);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", inner->text);
}

enum asv_status asv_flow_find_exhibit(struct asv_db *db, struct asv_db_exhibit *exhibit, bool *news,
                                      struct asv_err *err)
{
    struct asv_err inner = {0};
    enum asv_status status = asv_db_incident_clip_next(db, exhibit, &inner);
    *news = status == ASV_OK && exhibit->number != 0;
    return in_words(exhibit, status, &inner, err);
}

enum asv_status asv_flow_put_exhibit(const struct asv_flow *flow, const struct asv_db_exhibit *exhibit,
                                     const uint8_t salt[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_person_statement stated = {0};
    struct asv_db_signed it;
    struct asv_statement what;
    struct asv_err inner = {0};
    enum asv_db_outcome outcome;
    asv_record_exhibit(&what, exhibit, salt);
    enum asv_status status = asv_flow_sign_row(flow, &what, salt, &stated, &it, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_db_incident_clip_put(flow->db, exhibit, &it, flow->actor, &outcome, &inner);
    return in_words(exhibit, status, &inner, err);
}

static enum asv_status still_in_words(enum asv_status status, const struct asv_err *inner,
                                      struct asv_err *err)
{
    if (status == ASV_E_NOT_FOUND) {
        return asv_fail(err, ASV_E_DENIED, asv_incident_not_shown);
    }
    if (status == ASV_E_STATE) {
        return asv_fail(err, status, asv_incident_no_still);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", inner->text);
}

enum asv_status asv_flow_put_still(const struct asv_flow *flow, struct asv_db_still *still,
                                   const uint8_t salt[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_person_statement stated = {0};
    struct asv_db_signed it;
    struct asv_statement what;
    struct asv_err inner = {0};
    enum asv_db_outcome outcome;
    enum asv_status status = asv_db_still_next(flow->db, still, &inner);
    if (status != ASV_OK || still->there) {
        return still_in_words(status, &inner, err);
    }
    asv_record_still(&what, still, salt);
    status = asv_flow_sign_row(flow, &what, salt, &stated, &it, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_db_still_put(flow->db, still, &it, flow->actor, &outcome, &inner);
    return still_in_words(status, &inner, err);
}

/* A-049, LAW L6: a camera may be one person's, so who asks about one asks about one day; as the database
 * says. */
static enum asv_status check_day(const struct asv_db_subject_request *request, struct asv_err *err)
{
    uint32_t first = 0;
    uint32_t last = 0;
    if (request->camera == NULL) {
        return ASV_OK;
    }
    if (asv_local_date(request->from_ms, &first) != ASV_OK ||
        asv_local_date(request->until_ms - 1, &last) != ASV_OK || first != last) {
        return asv_fail(err, ASV_E_USAGE, "of one camera one day at a time is asked for");
    }
    return ASV_OK;
}

enum asv_status asv_flow_put_subject_request(const struct asv_flow *flow,
                                             const struct asv_db_subject_request *request,
                                             const uint8_t salt[ASV_SHA256_BYTES],
                                             struct asv_db_subject_answer *rows, size_t *count,
                                             struct asv_err *err)
{
    struct asv_person_statement stated = {0};
    struct asv_db_signed it;
    struct asv_statement what;
    enum asv_status status = check_day(request, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_record_subject_request(&what, request, salt);
    status = asv_flow_sign_row(flow, &what, salt, &stated, &it, err);
    return status == ASV_OK ? asv_db_subject_request(flow->db, request, &it, flow->actor, rows, count, err)
                            : status;
}
