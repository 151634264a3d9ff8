/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One's own password and one-time codes. */
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/web/session.h"
#include "server/web/totp.h"

#define PASSWORD_MIN 12
#define PASSWORD_MAX 256
#define ISSUER       "Asservat"

/* clang-format off */
static const struct asv_http_problem same_password = {
    400, "same-password", "The same password", "Dasselbe Passwort",
    "the new password is the old one",
    "das neue Passwort ist das alte", "new"};
static const struct asv_http_problem wrong_code = {
    400, "wrong-code", "Wrong code", "Falscher Code",
    "this is not the code of the key that was given; is the clock right?",
    "das ist nicht der Code des ausgegebenen Schlüssels; geht die Uhr richtig?", "code"};
/* clang-format on */

static const struct asv_web_field password_members[] = {
    {"old", ASV_WEB_SECRET, true, 1, PASSWORD_MAX, NULL, NULL},
    {"new", ASV_WEB_SECRET, true, PASSWORD_MIN, PASSWORD_MAX, NULL, NULL}};
const struct asv_web_fields asv_web_password_fields = ASV_WEB_FIELDS(password_members);
static const struct asv_web_field totp_members[] = {{"code", ASV_WEB_SECRET, true, 1, 16, NULL, NULL}};
const struct asv_web_fields asv_web_totp_fields = ASV_WEB_FIELDS(totp_members);

/* */
void asv_web_password_change(struct asv_web_call *call)
{
    struct asv_err err = {0};
    struct asv_db_password password = {.has_totp = false};
    const char *old = asv_web_text(call->body, "old");
    const char *new = asv_web_text(call->body, "new");
    if (!asv_web_guess_own(call, old, &password)) {
        return;
    }
    if (strcmp(old, new) == 0) {
        asv_web_refuse(call, &same_password, NULL);
        return;
    }
    if (!asv_web_password_make(call, new, &password)) {
        asv_wipe(&password, sizeof password);
        return;
    }
    enum asv_status status = asv_db_password_change(call->db, &password, &err);
    asv_wipe(&password, sizeof password);
    if (status == ASV_OK) {
        asv_web_done(call);
    } else {
        asv_web_failed(call, status, &err);
    }
}

/* shown once; without a code that comes back it is never asked for. */
void asv_web_totp_begin(struct asv_web_call *call)
{
    struct asv_err err = {0};
    uint8_t key[ASV_TOTP_KEY_BYTES];
    char text[ASV_TOTP_BASE32_BYTES];
    char uri[ASV_TOTP_URI_BYTES];
    enum asv_status status = asv_world_random(call->web->world, key, sizeof key);
    if (status == ASV_OK) {
        status = asv_db_totp_begin(call->db, key, &err);
    }
    if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
    } else if (!asv_totp_uri(uri, key, ISSUER, call->who.name)) {
        asv_web_refuse(call, &asv_http_failed, NULL);
    } else {
        asv_totp_base32(text, key);
        asv_web_give(call, json_pack("{s:s, s:s, s:o}", "key", text, "uri", uri, "qr", asv_totp_qr(uri)));
        call->out->etag[0] = '\0';
        call->out->secret = true;
    }
    asv_wipe(key, sizeof key);
    asv_wipe(text, sizeof text);
    asv_wipe(uri, sizeof uri);
}

void asv_web_totp_finish(struct asv_web_call *call)
{
    struct asv_err err = {0};
    struct asv_db_password password = {.has_totp = false};
    int64_t now_ms = 0;
    uint64_t step = 0;
    enum asv_status status = asv_db_password_find(call->db, NULL, &password, &err);
    if (status == ASV_OK) {
        status = asv_world_wall_ms(call->web->world, &now_ms);
    }
    if (status == ASV_OK) {
        step = asv_totp_step(password.totp, asv_web_text(call->body, "code"), now_ms, password.totp_step);
        status = step != 0 ? asv_db_totp_finish(call->db, step, &err) : ASV_OK;
    }
    asv_wipe(&password, sizeof password);
    if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
    } else if (step == 0) {
        asv_web_refuse(call, &wrong_code, NULL);
    } else {
        asv_web_done(call);
    }
}
