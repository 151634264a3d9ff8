/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/retention, /balances, /keys, /policies, /ledger: what is erased when, by which rules, and what
 * tells of it. /access-counts, /subject-requests: how often somebody looked, and what recorded people asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/hex.h"
#include "server/web/reading.h"

#define NIGHTS     7
#define NIGHTS_MAX 31

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

void asv_web_policies(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_POLICIES, "policies", NULL, 0);
}

/* byte for byte, as two people signed it. */
void asv_web_policy(struct asv_web_call *call)
{
    char version[ASV_WEB_VALUE_BYTES];
    struct asv_bytes file;
    asv_web_path_text(call, 0, version);
    struct asv_db_sheet *sheet = asv_web_bytes_of(call, ASV_DB_READ_POLICY, version, &file);
    if (sheet == NULL) {
        return;
    }
    uint8_t digest[ASV_SHA256_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    struct asv_http_answer *out = call->out;
    asv_sha256(digest, file.data, file.len);
    asv_hex_encode(hex, digest, sizeof digest);
    out->data = malloc(file.len);
    if (out->data == NULL) {
        asv_web_refuse(call, &asv_http_failed, NULL);
    } else {
        memcpy(out->data, file.data, file.len);
        out->len = file.len;
        out->owned = true;
        out->code = 200;
        out->type = "application/json";
        snprintf(out->etag, sizeof out->etag, "\"%s\"", hex);
    }
    asv_db_sheet_free(sheet);
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

void asv_web_subject_requests(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_SUBJECT_REQUESTS, "subject_requests", NULL, 0);
}
