/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/people.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/db/internal.h"

static const char *const duty_kinds[ASV_DB_DUTY_KINDS] = {"in_charge", "deputy", "appraises"};

/* ---- credentials ---- */

enum asv_status asv_db_credential_view(struct asv_db_credential *credential, struct asv_err *err)
{
    return asv_credential_decode(&credential->said, credential->record, credential->len, err);
}

/* The units one a line; they have no line breaks themselves. */
static void join_units(char *out, const struct asv_credential *credential)
{
    size_t used = 0;
    for (unsigned i = 0; i < credential->unit_count; i++) {
        size_t len = strlen(credential->units[i]);
        if (i > 0) {
            out[used++] = '\n';
        }
        memcpy(out + used, credential->units[i], len);
        used += len;
    }
    out[used] = '\0';
}

enum asv_status asv_db_credential_put(struct asv_db *db, const struct asv_credential *credential,
                                      const char *by, enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    char name[ASV_NAME_MAX_BYTES + 1];
    char units[(size_t)ASV_CREDENTIAL_UNITS_MAX * ASV_TEXT_SIZE];
    char who[ASV_NOTE_BYTES + 1];
    bool keyfile = credential->algorithm == ASV_ALG_ED25519;
    memcpy(name, credential->name.data, credential->name.len);
    name[credential->name.len] = '\0';
    join_units(units, credential);
    asv_params_init(&params);
    asv_param_digest(&params, credential->agency);
    asv_param_uuid(&params, credential->person);
    asv_param_digest(&params, credential->badge);
    asv_param_text(&params, name);
    asv_param_i32(&params, credential->roles);
    asv_param_text(&params, units);
    asv_param_time(&params, credential->from_ms);
    asv_param_time(&params, credential->until_ms);
    asv_param_bytes(&params, keyfile ? credential->ed25519_pk : credential->p256_pk,
                    keyfile ? sizeof credential->ed25519_pk : sizeof credential->p256_pk);
    asv_param_bytes(&params, credential->encoded.data, credential->encoded.len);
    asv_param_text(&params, asv_note_clean(who, by));
    return asv_db_run_outcome(db, ASV_QUERY_CREDENTIAL_PUT, &params, outcome, err);
}

static void row_credential(struct asv_row *row, void *to)
{
    struct asv_db_credential *out = to;
    asv_row_bytes(row, out->digest, sizeof out->digest);
    asv_row_blob(row, out->record, sizeof out->record, &out->len);
    out->enrolled_ms = asv_row_time(row);
    out->revoked_ms = asv_row_time(row);
    out->revocation_taken = asv_row_bool(row);
    out->disabled_ms = asv_row_time(row);
    if (asv_db_credential_view(out, NULL) != ASV_OK && row->status == ASV_OK) {
        row->status = ASV_E_MALFORMED;
    }
}

static enum asv_status find(struct asv_db *db, const uint8_t *digest, struct asv_bytes key,
                            struct asv_db_credential *out, struct asv_err *err)
{
    struct asv_params params;
    struct asv_db_credential found;
    bool there = false;
    asv_params_init(&params);
    asv_param_digest(&params, digest);
    asv_param_bytes(&params, key.len > 0 ? key.data : NULL, key.len);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_CREDENTIAL_FIND, &params, row_credential, &found, &there, err);
    if (status == ASV_OK && !there) {
        status = asv_fail(err, ASV_E_NOT_FOUND, "there is no such credential");
    }
    if (status == ASV_OK) {
        *out = found;
        status = asv_db_credential_view(out, err);
    }
    return status;
}

enum asv_status asv_db_credential_find(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                       struct asv_db_credential *out, struct asv_err *err)
{
    return find(db, digest, (struct asv_bytes){0}, out, err);
}

enum asv_status asv_db_credential_of_key(struct asv_db *db, struct asv_bytes key,
                                         struct asv_db_credential *out, struct asv_err *err)
{
    return find(db, NULL, key, out, err);
}

enum asv_status asv_db_credential_page(struct asv_db *db, const struct asv_db_credential *after,
                                       struct asv_db_credential *out, size_t cap, size_t *count,
                                       struct asv_err *err)
{
    struct asv_params params;
    char name[ASV_NAME_MAX_BYTES + 1];
    asv_params_init(&params);
    if (after != NULL) {
        memcpy(name, after->said.name.data, after->said.name.len);
        name[after->said.name.len] = '\0';
    }
    asv_param_text(&params, after != NULL ? name : NULL);
    asv_param_digest(&params, after != NULL ? after->digest : NULL);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, ASV_QUERY_CREDENTIAL_PAGE, &params, row_credential, out, sizeof *out, cap,
                           count, err);
}

enum asv_status asv_db_credential_mine(struct asv_db *db, bool authenticators, struct asv_db_credential *out,
                                       size_t cap, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_bool(&params, authenticators);
    asv_param_i32(&params, (int32_t)cap);
    return asv_db_run_rows(db, ASV_QUERY_CREDENTIAL_MINE, &params, row_credential, out, sizeof *out, cap,
                           count, err);
}

enum asv_status asv_db_credential_offer(struct asv_db *db, const struct asv_credential *credential,
                                        enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_time(&params, credential->from_ms);
    asv_param_time(&params, credential->until_ms);
    asv_param_bytes(&params, credential->p256_pk, sizeof credential->p256_pk);
    asv_param_bytes(&params, credential->encoded.data, credential->encoded.len);
    return asv_db_run_outcome(db, ASV_QUERY_CREDENTIAL_OFFER, &params, outcome, err);
}

enum asv_status asv_db_person_disable(struct asv_db *db, const uint8_t person[ASV_UUID_BYTES],
                                      const char *reason, const char *by, enum asv_db_outcome *outcome,
                                      struct asv_err *err)
{
    struct asv_params params;
    char why[ASV_NOTE_BYTES + 1];
    char who[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_uuid(&params, person);
    asv_param_text(&params, asv_note_clean(why, reason));
    asv_param_text(&params, asv_note_clean(who, by));
    return asv_db_run_outcome(db, ASV_QUERY_PERSON_DISABLE, &params, outcome, err);
}

/* ---- duties ---- */

enum asv_status asv_db_duty_put(struct asv_db *db, struct asv_db_duty *duty, const char *by,
                                struct asv_err *err)
{
    struct asv_params params;
    char who[ASV_NOTE_BYTES + 1];
    PGresult *result = NULL;
    bool appraises = duty->kind == ASV_DB_DUTY_APPRAISES;
    asv_params_init(&params);
    asv_param_uuid(&params, duty->person);
    asv_param_text(&params, duty->kind < ASV_DB_DUTY_KINDS ? duty_kinds[duty->kind] : NULL);
    asv_param_text(&params, appraises ? NULL : duty->unit);
    asv_param_uuid(&params, appraises ? duty->appraised : NULL);
    asv_param_time(&params, duty->from_ms);
    asv_param_time(&params, duty->until_ms);
    asv_param_text(&params, asv_note_clean(who, by));
    enum asv_status status = asv_db_run1(db, ASV_QUERY_DUTY_PUT, &params, &result, err);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_row row;
    asv_row_init(&row, result, 0);
    asv_row_uuid(&row, duty->id);
    status = asv_row_end(&row, ASV_QUERY_DUTY_PUT, err);
    PQclear(result);
    return status;
}

enum asv_status asv_db_duty_end(struct asv_db *db, const uint8_t duty[ASV_UUID_BYTES], const char *by,
                                enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    char who[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_uuid(&params, duty);
    asv_param_text(&params, asv_note_clean(who, by));
    return asv_db_run_outcome(db, ASV_QUERY_DUTY_END, &params, outcome, err);
}

static void row_duty(struct asv_row *row, void *to)
{
    struct asv_db_duty *out = to;
    char kind[16];
    asv_row_uuid(row, out->id);
    asv_row_uuid(row, out->person);
    asv_row_text(row, out->name, sizeof out->name);
    asv_row_text(row, kind, sizeof kind);
    out->kind = 0;
    while (out->kind < ASV_DB_DUTY_KINDS - 1 && strcmp(kind, duty_kinds[out->kind]) != 0) {
        out->kind++;
    }
    asv_row_text(row, out->unit, sizeof out->unit);
    asv_row_uuid(row, out->appraised);
    asv_row_text(row, out->appraised_name, sizeof out->appraised_name);
    out->from_ms = asv_row_time(row);
    out->until_ms = asv_row_time(row);
}

enum asv_status asv_db_duty_list(struct asv_db *db, const uint8_t *after, struct asv_db_duty *out, size_t cap,
                                 size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, ASV_QUERY_DUTY_LIST, &params, row_duty, out, sizeof *out, cap, count, err);
}

/* ---- accounts ---- */

enum asv_status asv_db_login_put(struct asv_db *db, const uint8_t person[ASV_UUID_BYTES], const char *login,
                                 const char *by, enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    char who[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_uuid(&params, person);
    asv_param_text(&params, login);
    asv_param_text(&params, asv_note_clean(who, by));
    return asv_db_run_outcome(db, ASV_QUERY_LOGIN_PUT, &params, outcome, err);
}

static void row_caller(struct asv_row *row, void *to)
{
    asv_row_uuid(row, to);
}

enum asv_status asv_db_caller(struct asv_db *db, uint8_t person[ASV_UUID_BYTES], struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    return asv_db_run_value(db, ASV_QUERY_CALLER, &params, row_caller, person, err);
}

static void row_roles(struct asv_row *row, void *to)
{
    struct asv_db_session *out = to;
    out->is_staff = asv_row_bool(row);
    out->is_administration = asv_row_bool(row);
}

enum asv_status asv_db_session(struct asv_db *db, struct asv_db_session *out, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    return asv_db_run_value(db, ASV_QUERY_SESSION_ROLES, &params, row_roles, out, err);
}
