/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/incidents and /requests: what recordings are kept for, and what waits for an answer. */
#include "server/web/reading.h"

static const char *const states[] = {"open", "ended", "forgotten", NULL};

static const struct asv_web_field list_fields[] = {
    ASV_WEB_LIST_FIELDS,
    {"case_number", ASV_WEB_TEXT, false, 0, 128, NULL, NULL},
    {"state", ASV_WEB_WORD, false, 0, 0, states, NULL},
    {"from", ASV_WEB_DATE, false, 0, 0, NULL, NULL},
    {"until", ASV_WEB_DATE, false, 0, 0, NULL, NULL},
};
const struct asv_web_fields asv_web_incidents_query = ASV_WEB_FIELDS(list_fields);

void asv_web_incidents(struct asv_web_call *call)
{
    const char *from = NULL, *until = NULL;
    if (!asv_web_days(call, &from, &until)) {
        return;
    }
    const char *const values[] = {asv_web_text(call->query, "case_number"),
                                  asv_web_text(call->query, "state"), from, until};
    asv_web_list(call, ASV_DB_READ_INCIDENTS, "incidents", values, sizeof values / sizeof *values);
}

void asv_web_incident(struct asv_web_call *call)
{
    char incident[ASV_WEB_VALUE_BYTES];
    asv_web_path_text(call, 0, incident);
    asv_web_show(call, ASV_DB_READ_INCIDENT, incident);
}

void asv_web_requests(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_REQUESTS, "requests", NULL, 0);
}
