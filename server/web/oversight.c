/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/retention, /balances, /keys, /ledger: what is erased when, and what tells of it. /access-counts,
 * /evaluation, /subject-requests: how often somebody looked, what happened in a month, and what recorded
 * people asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/web/reading.h"

#define NIGHTS     7
#define NIGHTS_MAX 31

#define EVALUATION_MONTHS 60

static const struct asv_web_field night_fields[] = {
    {"nights", ASV_WEB_INT, false, 1, NIGHTS_MAX, NULL, NULL},
};
const struct asv_web_fields asv_web_nights_query = ASV_WEB_FIELDS(night_fields);

void asv_web_nights(struct asv_web_call *call)
{
    char nights[ASV_WEB_VALUE_BYTES];
    const char *const values[] = {nights};
    snprintf(nights, sizeof nights, "%d", (int)asv_web_int(call->query, "nights", NIGHTS));
    asv_web_all(call, ASV_DB_READ_NIGHTS, "nights", values, 1);
}

void asv_web_runs(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_RUNS, "runs", NULL, 0);
}

void asv_web_balances(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_BALANCES, "balances", NULL, 0);
}

void asv_web_keys(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_KEYS, "days", NULL, 0);
}

void asv_web_ledger(struct asv_web_call *call)
{
    asv_web_all(call, ASV_DB_READ_LEDGER, "logs", NULL, 0);
}

/* */
void asv_web_access_counts(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_ACCESS_COUNTS, "months", NULL, 0);
}

static const char *const formats[] = {"json", "csv", NULL};

static const struct asv_web_field evaluation_fields[] = {
    {"from", ASV_WEB_MONTH, false, 0, 0, NULL, NULL},
    {"until", ASV_WEB_MONTH, false, 0, 0, NULL, NULL},
    {"unit", ASV_WEB_TEXT, false, 0, 64, NULL, NULL},
    {"format", ASV_WEB_WORD, false, 0, 0, formats, NULL},
};
const struct asv_web_fields asv_web_evaluation_query = ASV_WEB_FIELDS(evaluation_fields);

static long months_of(const char *month)
{
    return strtol(month, NULL, 10) * 12 + strtol(month + sizeof "2026-" - 1, NULL, 10);
}

/* the database's bytes. */
void asv_web_evaluation(struct asv_web_call *call)
{
    const char *from = NULL, *until = NULL;
    if (!asv_web_days(call, &from, &until)) {
        return;
    }
    if (from != NULL && months_of(until) - months_of(from) >= EVALUATION_MONTHS) {
        asv_web_refuse(call, &asv_web_bad_field, "until");
        return;
    }
    const char *format = asv_web_text(call->query, "format");
    const char *const values[] = {from, until, asv_web_text(call->query, "unit"), format};
    bool csv = format != NULL && strcmp(format, "csv") == 0;
    asv_web_file(call, ASV_DB_READ_EVALUATION, values, sizeof values / sizeof *values,
                 csv ? "text/csv; charset=utf-8" : "application/json");
}

void asv_web_subject_requests(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_SUBJECT_REQUESTS, "subject_requests", NULL, 0);
}
