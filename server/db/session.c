/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/session.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/db/internal.h"

static const char *const kinds[ASV_DB_SESSION_KINDS] = {"passkey", "password", "token"};

static uint8_t row_kind(struct asv_row *row)
{
    char kind[16];
    uint8_t at = 0;
    asv_row_text(row, kind, sizeof kind);
    while (at < ASV_DB_SESSION_KINDS && strcmp(kinds[at], kind) != 0) {
        at++;
    }
    if (at == ASV_DB_SESSION_KINDS && row->status == ASV_OK) {
        row->status = ASV_E_MALFORMED;
    }
    return at;
}

static void row_signed_in(struct asv_row *row, void *to)
{
    struct asv_db_signed_in *out = to;
    asv_row_uuid(row, out->id);
    out->kind = row_kind(row);
    asv_row_uuid(row, out->person);
    asv_row_text(row, out->name, sizeof out->name);
    out->roles = (uint32_t)asv_row_i32(row);
    out->scopes = (uint32_t)asv_row_i32(row);
    out->since_ms = asv_row_time(row);
    out->until_ms = asv_row_time(row);
    out->must_change = asv_row_bool(row);
    out->has_totp = asv_row_bool(row);
    out->is_whole = asv_row_bool(row);
}

enum asv_status asv_db_session_find(struct asv_db *db, struct asv_db_signed_in *out, struct asv_err *err)
{
    struct asv_params params;
    struct asv_db_signed_in found = {.kind = 0};
    bool there = false;
    asv_params_init(&params);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_SESSION_FIND, &params, row_signed_in, &found, &there, err);
    if (status == ASV_OK && !there) {
        return asv_fail(err, ASV_E_NOT_FOUND, "nobody is signed in");
    }
    if (status == ASV_OK) {
        *out = found;
    }
    return status;
}
