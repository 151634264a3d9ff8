/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/session.h"

#include <stdlib.h>
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

enum asv_status asv_db_session_find(struct asv_db *db, bool used, struct asv_db_signed_in *out,
                                    struct asv_err *err)
{
    struct asv_params params;
    struct asv_db_signed_in found = {.kind = 0};
    bool there = false;
    asv_params_init(&params);
    asv_param_bool(&params, used);
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

struct standing {
    uint64_t at;
    uint32_t roles;
};

static void row_standing(struct asv_row *row, void *to)
{
    struct standing *out = to;
    out->at = asv_row_u64(row);
    out->roles = (uint32_t)asv_row_i32(row);
}

enum asv_status asv_db_session_standing(struct asv_db *db, const uint8_t *digests, size_t count,
                                        uint32_t *roles, struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array all;
    size_t found = 0;
    asv_array_init(&all, ASV_ARRAY_BYTEA);
    for (size_t i = 0; i < count; i++) {
        asv_array_bytes(&all, digests + i * ASV_SHA256_BYTES, ASV_SHA256_BYTES);
    }
    asv_params_init(&params);
    asv_param_array(&params, &all);
    struct standing *rows = calloc(count + 1, sizeof *rows);
    enum asv_status status = rows != NULL
                                 ? asv_db_run_rows(db, ASV_QUERY_SESSION_STANDING, &params, row_standing,
                                                   rows, sizeof *rows, count, &found, err)
                                 : asv_fail(err, ASV_E_NO_MEMORY, "database: no memory");
    memset(roles, 0, status == ASV_OK ? count * sizeof *roles : 0);
    for (size_t i = 0; status == ASV_OK && i < found; i++) {
        roles[rows[i].at < count ? rows[i].at : 0] = rows[i].roles;
    }
    free(rows);
    return status;
}

/* ---- signing in ---- */

static void row_passkey(struct asv_row *row, void *to)
{
    struct asv_db_credential *out = to;
    asv_row_bytes(row, out->digest, sizeof out->digest);
    asv_row_blob(row, out->record, sizeof out->record, &out->len);
    if (asv_db_credential_view(out, NULL) != ASV_OK && row->status == ASV_OK) {
        row->status = ASV_E_MALFORMED;
    }
}

enum asv_status asv_db_session_passkeys(struct asv_db *db, struct asv_bytes id,
                                        struct asv_db_credential out[ASV_DB_PASSKEYS_MAX], size_t *count,
                                        struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_bytes(&params, id.data, id.len);
    return asv_db_run_rows(db, ASV_QUERY_SESSION_PASSKEY_FIND, &params, row_passkey, out, sizeof *out,
                           ASV_DB_PASSKEYS_MAX, count, err);
}

enum asv_status asv_db_session_passkey_put(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                           const struct asv_db_passkey_answer *answer,
                                           const struct asv_db_session_term *term, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, digest);
    asv_param_digest(&params, answer->credential);
    asv_param_digest(&params, answer->challenge);
    asv_param_time(&params, term->until_ms);
    asv_param_i32(&params, term->idle_s);
    return asv_db_run_void(db, ASV_QUERY_SESSION_PASSKEY_PUT, &params, err);
}

static void row_password(struct asv_row *row, void *to)
{
    struct asv_db_password *out = to;
    asv_row_uuid(row, out->person);
    asv_row_bytes(row, out->salt, sizeof out->salt);
    asv_row_bytes(row, out->key, sizeof out->key);
    out->cost.passes = asv_row_u16(row);
    out->cost.memory_kib = (uint32_t)asv_row_i32(row);
    asv_row_bytes(row, out->totp, sizeof out->totp);
    out->has_totp = asv_row_bool(row);
    out->totp_step = asv_row_u64(row);
}

enum asv_status asv_db_password_find(struct asv_db *db, const char *name, struct asv_db_password *out,
                                     struct asv_err *err)
{
    struct asv_params params;
    struct asv_db_password found = {.has_totp = false};
    bool there = false;
    asv_params_init(&params);
    if (name != NULL) {
        asv_param_text(&params, name);
    }
    enum asv_status status =
        asv_db_run_row(db, name != NULL ? ASV_QUERY_SESSION_PASSWORD_FIND : ASV_QUERY_SESSION_PASSWORD_OWN,
                       &params, row_password, &found, &there, err);
    if (status == ASV_OK && !there) {
        status = asv_fail(err, ASV_E_NOT_FOUND, "there is no such password");
    }
    if (status == ASV_OK) {
        *out = found;
    }
    return status;
}

enum asv_status asv_db_session_password_put(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                            const struct asv_db_password *password, uint64_t step,
                                            const struct asv_db_session_term *term, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, digest);
    asv_param_uuid(&params, password->person);
    asv_param_digest(&params, password->key);
    if (password->has_totp) {
        asv_param_u64(&params, step);
    } else {
        asv_param_null(&params);
    }
    asv_param_time(&params, term->until_ms);
    asv_param_i32(&params, term->idle_s);
    return asv_db_run_void(db, ASV_QUERY_SESSION_PASSWORD_PUT, &params, err);
}

/* ---- one's own ---- */

static void row_session(struct asv_row *row, void *to)
{
    struct asv_db_session_row *out = to;
    asv_row_uuid(row, out->id);
    out->kind = row_kind(row);
    asv_row_text(row, out->name, sizeof out->name);
    out->scopes = (uint32_t)asv_row_i32(row);
    out->since_ms = asv_row_time(row);
    out->until_ms = asv_row_time(row);
    out->seen_ms = asv_row_time(row);
    out->is_this = asv_row_bool(row);
}

enum asv_status asv_db_session_page(struct asv_db *db, struct asv_db_session_row out[ASV_DB_SESSIONS_MAX],
                                    size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    return asv_db_run_rows(db, ASV_QUERY_SESSION_PAGE, &params, row_session, out, sizeof *out,
                           ASV_DB_SESSIONS_MAX, count, err);
}

enum asv_status asv_db_session_end(struct asv_db *db, const uint8_t *id, bool token, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, id);
    asv_param_bool(&params, token);
    return asv_db_run_void(db, ASV_QUERY_SESSION_END, &params, err);
}

static void row_id(struct asv_row *row, void *to)
{
    asv_row_uuid(row, to);
}

enum asv_status asv_db_token_put(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES], const char *name,
                                 uint32_t scopes, int64_t until_ms, uint8_t id[ASV_UUID_BYTES],
                                 struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, digest);
    asv_param_text(&params, name);
    asv_param_i32(&params, (int32_t)scopes);
    asv_param_time(&params, until_ms);
    return asv_db_run_value(db, ASV_QUERY_SESSION_TOKEN_PUT, &params, row_id, id, err);
}

static void param_password(struct asv_params *params, const struct asv_db_password *password)
{
    asv_param_bytes(params, password->salt, sizeof password->salt);
    asv_param_bytes(params, password->key, sizeof password->key);
    asv_param_i16(params, (int16_t)password->cost.passes);
    asv_param_i32(params, (int32_t)password->cost.memory_kib);
}

enum asv_status asv_db_password_change(struct asv_db *db, const struct asv_db_password *password,
                                       struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    param_password(&params, password);
    return asv_db_run_void(db, ASV_QUERY_SESSION_PASSWORD_CHANGE, &params, err);
}

enum asv_status asv_db_totp_begin(struct asv_db *db, const uint8_t key[ASV_DB_TOTP_BYTES],
                                  struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_bytes(&params, key, ASV_DB_TOTP_BYTES);
    return asv_db_run_void(db, ASV_QUERY_SESSION_TOTP_BEGIN, &params, err);
}

enum asv_status asv_db_totp_finish(struct asv_db *db, uint64_t step, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_u64(&params, step);
    return asv_db_run_void(db, ASV_QUERY_SESSION_TOTP_FINISH, &params, err);
}

/* ---- administration ---- */

enum asv_status asv_db_password_put(struct asv_db *db, const char *name,
                                    const struct asv_db_password *password, const char *by,
                                    struct asv_err *err)
{
    struct asv_params params;
    char who[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_uuid(&params, password->person);
    asv_param_text(&params, name);
    param_password(&params, password);
    asv_param_text(&params, asv_note_clean(who, by));
    return asv_db_run_void(db, ASV_QUERY_PASSWORD_PUT, &params, err);
}

enum asv_status asv_db_session_forget(struct asv_db *db, uint64_t *rows, struct asv_err *err)
{
    return asv_db_run_count(db, ASV_QUERY_SESSION_FORGET, rows, err);
}
