/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Sessions and tokens of whoever is signed in: no one else's are to be seen. */
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/uuid.h"
#include "server/policy/policy.h"
#include "server/web/session.h"

#define DAY_MS   (INT64_C(24) * 3600 * 1000)
#define DAYS_MAX 365

static const struct asv_web_field scope = {"scope", ASV_WEB_WORD, true, 0, 0, asv_web_scope_names, NULL};
static const struct asv_web_fields scopes = {&scope, 1};
static const struct asv_web_field token_members[] = {
    {"name", ASV_WEB_TEXT, true, 0, ASV_NAME_MAX_BYTES, NULL, NULL},
    {"scopes", ASV_WEB_LIST, true, 1, ASV_WEB_SCOPES, NULL, &scopes},
    {"days", ASV_WEB_INT, true, 1, DAYS_MAX, NULL, NULL}};
const struct asv_web_fields asv_web_token_fields = ASV_WEB_FIELDS(token_members);

static json_t *time_json(int64_t ms)
{
    char text[ASV_WEB_TIME_BYTES];
    asv_web_time_format(text, ms);
    return json_string(text);
}

static json_t *uuid_json(const uint8_t uuid[ASV_UUID_BYTES])
{
    char text[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(text, uuid);
    return json_string(text);
}

static json_t *names_json(uint32_t set, const char *(*name)(unsigned))
{
    json_t *names = json_array();
    for (unsigned bit = 0; names != NULL && name(bit) != NULL; bit++) {
        if ((set & 1u << bit) != 0) {
            (void)json_array_append_new(names, json_string(name(bit)));
        }
    }
    return names;
}

static const char *scope_name(unsigned bit)
{
    return bit < ASV_WEB_SCOPES ? asv_web_scope_names[bit] : NULL;
}

static const char *const kinds[ASV_DB_SESSION_KINDS] = {"passkey", "password", "token"};

void asv_web_session_show(struct asv_web_call *call)
{
    const struct asv_db_signed_in *who = &call->who;
    char token[ASV_WEB_TOKEN_CHARS + 1];
    char csrf[2 * ASV_SHA256_BYTES + 1];
    if (!asv_web_cookie_of(call, token)) {
        asv_web_refuse(call, &asv_web_not_signed_in, NULL);
        return;
    }
    asv_web_csrf_token(csrf, token);
    asv_wipe(token, sizeof token);
    asv_web_give(call, json_pack("{s:o, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:s}", "id", uuid_json(who->id),
                                 "kind", kinds[who->kind], "name", who->name, "roles",
                                 names_json(who->roles, asv_policy_role_name), "since",
                                 time_json(who->since_ms), "until", time_json(who->until_ms), "must_change",
                                 who->must_change, "has_totp", who->has_totp, "csrf", csrf));
}

static void end(struct asv_web_call *call, const uint8_t *id, bool token)
{
    struct asv_err err = {0};
    enum asv_status status = asv_db_session_end(call->db, id, token, &err);
    if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
        return;
    }
    if (!token) { /* M-010 */
        (void)asv_web_openings_end(&call->web->openings, id, call->who.person, NULL);
    }
    asv_web_done(call);
}

/* Nor does the browser keep it, unless it still counts. */
static void leave(struct asv_web_call *call, const uint8_t *id)
{
    end(call, id, false);
    if (call->out->problem == NULL) {
        asv_web_cookie_set(call, NULL);
    }
}

/* */
void asv_web_session_leave(struct asv_web_call *call)
{
    leave(call, call->who.id);
}

void asv_web_sessions_end(struct asv_web_call *call)
{
    leave(call, NULL);
}

void asv_web_session_end(struct asv_web_call *call)
{
    uint8_t id[ASV_UUID_BYTES];
    asv_web_path_uuid(call, 0, id);
    end(call, id, false);
}

void asv_web_token_end(struct asv_web_call *call)
{
    uint8_t id[ASV_UUID_BYTES];
    asv_web_path_uuid(call, 0, id);
    end(call, id, true);
}

static json_t *row_json(const struct asv_db_session_row *row)
{
    return row->kind == ASV_DB_SESSION_TOKEN
               ? json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "id", uuid_json(row->id), "name", row->name,
                           "scopes", names_json(row->scopes, scope_name), "since", time_json(row->since_ms),
                           "until", time_json(row->until_ms), "seen", time_json(row->seen_ms))
               : json_pack("{s:o, s:s, s:o, s:o, s:o, s:b}", "id", uuid_json(row->id), "kind",
                           kinds[row->kind], "since", time_json(row->since_ms), "until",
                           time_json(row->until_ms), "seen", time_json(row->seen_ms), "this", row->is_this);
}

static void list(struct asv_web_call *call, const char *name, bool tokens)
{
    struct asv_err err = {0};
    struct asv_db_session_row rows[ASV_DB_SESSIONS_MAX];
    size_t count = 0;
    json_t *found = json_array();
    enum asv_status status = asv_db_session_page(call->db, rows, &count, &err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        if ((rows[i].kind == ASV_DB_SESSION_TOKEN) == tokens &&
            json_array_append_new(found, row_json(&rows[i])) != 0) {
            status = ASV_E_NO_MEMORY;
        }
    }
    if (status == ASV_OK) {
        asv_web_give(call, json_pack("{s:o}", name, found));
    } else {
        json_decref(found);
        asv_web_failed(call, status, &err);
    }
}

void asv_web_sessions(struct asv_web_call *call)
{
    list(call, "sessions", false);
}

void asv_web_tokens(struct asv_web_call *call)
{
    list(call, "tokens", true);
}

static uint32_t scopes_of(const json_t *names)
{
    uint32_t set = 0;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *word = json_string_value(json_array_get(names, i));
        for (unsigned bit = 0; bit < ASV_WEB_SCOPES; bit++) {
            set |= strcmp(word, asv_web_scope_names[bit]) == 0 ? 1u << bit : 0;
        }
    }
    return set;
}

/* shown once. */
void asv_web_token_put(struct asv_web_call *call)
{
    struct asv_err err = {0};
    char token[ASV_WEB_TOKEN_CHARS + 1];
    char shown[sizeof ASV_WEB_TOKEN_MARK + ASV_WEB_TOKEN_CHARS];
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t id[ASV_UUID_BYTES];
    char id_text[ASV_UUID_TEXT_BYTES];
    int64_t now_ms = 0;
    enum asv_status status = asv_world_wall_ms(call->web->world, &now_ms);
    if (status == ASV_OK) {
        status = asv_web_token_make(call->web->world, token);
    }
    if (status == ASV_OK) {
        asv_web_token_digest(digest, token);
        status = asv_db_token_put(call->db, digest, asv_web_text(call->body, "name"),
                                  scopes_of(json_object_get(call->body, "scopes")),
                                  now_ms + asv_web_int(call->body, "days", 1) * DAY_MS, id, &err);
    }
    if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
    } else {
        snprintf(shown, sizeof shown, ASV_WEB_TOKEN_MARK "%s", token);
        asv_uuid_format(id_text, id);
        asv_web_created(call, json_pack("{s:s, s:s}", "id", id_text, "token", shown), "/api/v1/tokens/%s",
                        id_text);
        call->out->etag[0] = '\0';
        call->out->secret = true;
        asv_wipe(shown, sizeof shown);
    }
    asv_wipe(token, sizeof token);
}
