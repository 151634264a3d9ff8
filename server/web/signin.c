/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Signing in: a passkey's answer, or a password and a one-time code. */
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/seal/base64.h"
#include "server/base/uuid.h"
#include "server/statement/webauthn.h"
#include "server/web/desk.h"
#include "server/web/session.h"
#include "server/web/totp.h"

#define GUESSES_MAX                                                                        \
    2 /* compared at once: 64 MiB each, and the other threads are for whoever is signed in \
       */
#define ID_MAX ASV_CREDENTIAL_ID_MAX_BYTES

/* clang-format off */
static const struct asv_http_problem not_right = {
    401, "sign-in-failed", "Not signed in", "Nicht angemeldet",
    "the passkey, or name, password and code, do not fit; or the account is disabled",
    "Sicherheitsschlüssel oder Name, Passwort und Code passen nicht, oder das Konto ist gesperrt", NULL};
static const struct asv_http_problem not_the_old_one = {
    400, "wrong-password", "Wrong password", "Falsches Passwort",
    "this is not the password until now",
    "das ist nicht das bisherige Passwort", "old"};
/* clang-format on */

/* ---- what is said ---- */

static const struct asv_web_field passkey_members[] = {
    {"id", ASV_WEB_BYTES, true, 1, ID_MAX, NULL, NULL},
    {"client_data", ASV_WEB_BYTES, true, 1, ASV_CLIENT_DATA_MAX_BYTES, NULL, NULL},
    {"authenticator_data", ASV_WEB_BYTES, true, ASV_AUTHENTICATOR_BYTES, ASV_AUTHENTICATOR_BYTES, NULL, NULL},
    {"signature", ASV_WEB_BYTES, true, 1, ASV_P256_SIG_MAX_BYTES, NULL, NULL}};
static const struct asv_web_fields passkey_fields = ASV_WEB_FIELDS(passkey_members);
static const struct asv_web_field password_members[] = {
    {"name", ASV_WEB_TEXT, true, 0, 64, NULL, NULL},
    {"password", ASV_WEB_SECRET, true, 1, 256, NULL, NULL},
    {"code", ASV_WEB_SECRET, false, 1, 16, NULL, NULL}};
static const struct asv_web_fields password_fields = ASV_WEB_FIELDS(password_members);
static const struct asv_web_field members[] = {
    {"passkey", ASV_WEB_OBJECT, false, 0, 0, NULL, &passkey_fields},
    {"password", ASV_WEB_OBJECT, false, 0, 0, NULL, &password_fields}};
const struct asv_web_fields asv_web_sign_in_fields = ASV_WEB_FIELDS(members);

static uint64_t now_of(const struct asv_web_call *call)
{
    return asv_world_mono_ms(call->web->world);
}

static bool refuse_wait(struct asv_web_call *call, unsigned wait_s)
{
    if (wait_s > 0) {
        asv_web_refuse(call, &asv_web_too_often, NULL);
        call->out->retry_s = wait_s;
    }
    return wait_s > 0;
}

/* */
static bool arrives_too_often(struct asv_web_call *call, enum asv_web_limit what)
{
    uint8_t address[ASV_HTTP_ADDRESS_KEY];
    asv_web_address(call, address);
    return refuse_wait(call,
                       asv_web_limits_rate(&call->web->limits, what, address, sizeof address, now_of(call)));
}

/* ---- the session ---- */

static bool make_term(const struct asv_web_call *call, struct asv_db_session_term *term)
{
    int64_t now_ms = 0;
    if (asv_world_wall_ms(call->web->world, &now_ms) != ASV_OK) {
        return false;
    }
    term->until_ms = now_ms + (int64_t)call->web->settings->session_longest_ms;
    term->idle_s = (int32_t)(call->web->settings->session_idle_ms / 1000);
    return true;
}

/* Either of the two. A-026: the session's token is new each time, whatever cookie came with it. */
static void enter(struct asv_web_call *call, const struct asv_db_passkey_answer *answer,
                  const struct asv_db_password *password, uint64_t step)
{
    struct asv_err err = {0};
    struct asv_db_session_term term;
    char token[ASV_WEB_TOKEN_CHARS + 1];
    uint8_t digest[ASV_SHA256_BYTES];
    if (!make_term(call, &term) || asv_web_token_make(call->web->world, token) != ASV_OK) {
        asv_web_refuse(call, &asv_http_failed, NULL);
        return;
    }
    asv_web_token_digest(digest, token);
    enum asv_status status =
        answer != NULL
            ? asv_db_session_passkey_put(asv_web_database(call), digest, answer, &term, &err)
            : asv_db_session_password_put(asv_web_database(call), digest, password, step, &term, &err);
    if (status == ASV_E_DENIED || status == ASV_E_EXISTS) { /* the same answer, at the same time */
        asv_web_refuse(call, &not_right, NULL);
    } else if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
    } else {
        char csrf[2 * ASV_SHA256_BYTES + 1];
        asv_web_limits_know(&call->web->limits, digest, true);
        asv_web_csrf_token(csrf, token);
        asv_web_created(call, json_pack("{s:s}", "csrf", csrf), "/api/v1/session");
        asv_web_cookie_set(call, token);
    }
    asv_wipe(token, sizeof token);
}

/* ---- a passkey ---- */

/* The one credential whose authenticator calls its key so, and whose answer this is. */
static const struct asv_db_credential *whose(const struct asv_web_call *call,
                                             const struct asv_db_credential *all, size_t count,
                                             struct asv_bytes id, const struct asv_assertion *assertion,
                                             const uint8_t challenge[ASV_SHA256_BYTES])
{
    const char *const list[] = {call->web->settings->origin};
    const struct asv_origins origins = {list, 1};
    for (size_t i = 0; i < count; i++) {
        const struct asv_credential *said = &all[i].said;
        if (said->algorithm == ASV_ALG_ES256 && said->webauthn_id.len == id.len &&
            memcmp(said->webauthn_id.data, id.data, id.len) == 0 &&
            asv_assertion_verify(assertion, said, challenge, &origins, NULL) == ASV_OK) {
            return &all[i];
        }
    }
    return NULL;
}

/* */
static void with_passkey(struct asv_web_call *call, const json_t *said)
{
    struct asv_err err = {0};
    uint8_t id[ID_MAX], client_data[ASV_CLIENT_DATA_MAX_BYTES], authenticator[ASV_AUTHENTICATOR_BYTES],
        signature[ASV_P256_SIG_MAX_BYTES], challenge[ASV_SHA256_BYTES];
    struct asv_db_credential all[ASV_DB_PASSKEYS_MAX];
    size_t count = 0;
    const struct asv_bytes id_bytes = {id, asv_web_bytes(said, "id", id, sizeof id)};
    const struct asv_assertion assertion = {
        {authenticator, asv_web_bytes(said, "authenticator_data", authenticator, sizeof authenticator)},
        {client_data, asv_web_bytes(said, "client_data", client_data, sizeof client_data)},
        {signature, asv_web_bytes(said, "signature", signature, sizeof signature)}};
    if (!asv_web_challenge_read(assertion.client_data, challenge) ||
        !asv_web_challenge_is_fresh(call->web->entry.key, challenge, now_of(call))) {
        asv_web_refuse(call, &not_right, NULL);
        return;
    }
    enum asv_status status = asv_db_session_passkeys(asv_web_database(call), id_bytes, all, &count, &err);
    if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
        return;
    }
    for (size_t i = 0; i < count; i++) { /* they were copied */
        if (asv_db_credential_view(&all[i], NULL) != ASV_OK) {
            count = 0;
        }
    }
    const struct asv_db_credential *mine = whose(call, all, count, id_bytes, &assertion, challenge);
    if (mine == NULL) {
        asv_web_refuse(call, &not_right, NULL);
        return;
    }
    const struct asv_db_passkey_answer answer = {mine->digest, challenge};
    enter(call, &answer, NULL, 0);
}

void asv_web_challenge(struct asv_web_call *call)
{
    uint8_t challenge[ASV_SHA256_BYTES];
    if (arrives_too_often(call, ASV_WEB_LIMIT_PASSKEYS)) {
        return;
    }
    if (asv_web_challenge_make(call->web->world, call->web->entry.key, challenge) != ASV_OK) {
        asv_web_refuse(call, &asv_http_failed, NULL);
        return;
    }
    const struct asv_bytes host = asv_web_rp_id(call->web->settings->origin);
    asv_web_give(call,
                 json_pack("{s:o, s:s%, s:i}", "challenge", asv_web_bytes_json(challenge, sizeof challenge),
                           "rp_id", (const char *)host.data, host.len, "timeout_ms", ASV_WEB_CHALLENGE_MS));
    call->out->etag[0] = '\0';
}

/* ---- a password ---- */

static bool begin_guess(struct asv_web *web)
{
    pthread_mutex_lock(&web->entry.lock);
    bool good = web->entry.guessing < GUESSES_MAX;
    web->entry.guessing += good ? 1 : 0;
    pthread_mutex_unlock(&web->entry.lock);
    return good;
}

static void end_guess(struct asv_web *web)
{
    pthread_mutex_lock(&web->entry.lock);
    web->entry.guessing--;
    pthread_mutex_unlock(&web->entry.lock);
}

/* for a name that nobody has, as much is done as for one that somebody has. */
static bool compare(const struct asv_db_password *found, bool known, const char *password)
{
    static const uint8_t no_salt[ASV_PASSWORD_SALT_BYTES] = {0};
    const struct asv_password_cost cost = {ASV_PASSWORD_SIGN_IN_PASSES, ASV_PASSWORD_SIGN_IN_MEMORY_KIB};
    uint8_t key[ASV_PASSWORD_KEY_BYTES];
    bool made = asv_password_key(key, password, strlen(password), known ? found->salt : no_salt,
                                 known ? found->cost : cost) == ASV_OK;
    bool same = asv_equal(key, found->key, sizeof key);
    asv_wipe(key, sizeof key);
    return made && same && known;
}

/* What a guess counts for. */
struct who {
    uint8_t pair[ASV_SHA256_BYTES], name[ASV_SHA256_BYTES], address[ASV_HTTP_ADDRESS_KEY];
};

static void name_who(const struct asv_web_call *call, const char *name, struct who *out)
{
    struct asv_sha256 state;
    asv_web_address(call, out->address);
    asv_sha256(out->name, name, strlen(name));
    asv_sha256_init(&state);
    asv_sha256_update(&state, out->name, sizeof out->name);
    asv_sha256_update(&state, out->address, sizeof out->address);
    asv_sha256_final(&state, out->pair);
}

/* */
static unsigned wait_of(struct asv_web_limits *limits, const struct who *who, uint64_t now_ms)
{
    unsigned waits[] = {
        asv_web_limits_wait(limits, ASV_WEB_LIMIT_PAIR, who->pair, sizeof who->pair, now_ms),
        asv_web_limits_wait(limits, ASV_WEB_LIMIT_NAME, who->name, sizeof who->name, now_ms),
        asv_web_limits_wait(limits, ASV_WEB_LIMIT_ADDRESS, who->address, sizeof who->address, now_ms)};
    unsigned longest = waits[0] > waits[1] ? waits[0] : waits[1];
    return longest > waits[2] ? longest : waits[2];
}

static void count_guess(struct asv_web_limits *limits, const struct who *who, uint64_t now_ms)
{
    asv_web_limits_guess(limits, ASV_WEB_LIMIT_PAIR, who->pair, sizeof who->pair, now_ms);
    asv_web_limits_guess(limits, ASV_WEB_LIMIT_NAME, who->name, sizeof who->name, now_ms);
    asv_web_limits_guess(limits, ASV_WEB_LIMIT_ADDRESS, who->address, sizeof who->address, now_ms);
}

static bool guess(struct asv_web_call *call, const char *name, const char *password, bool own,
                  bool (*fits)(const struct asv_web_call *, const struct asv_db_password *, void *),
                  void *ctx, struct asv_db_password *found)
{
    struct asv_err err = {0};
    struct asv_web_limits *limits = &call->web->limits;
    struct who who;
    name_who(call, name, &who);
    if (refuse_wait(call, wait_of(limits, &who, now_of(call)))) {
        return false;
    }
    if (!begin_guess(call->web)) {
        return !refuse_wait(call, 1);
    }
    count_guess(limits, &who, now_of(call)); /* before: many at once are many */
    enum asv_status status = asv_db_password_find(asv_web_database(call), own ? NULL : name, found, &err);
    bool right = compare(found, status == ASV_OK, password);
    end_guess(call->web);
    right = (fits == NULL || fits(call, found, ctx)) && right;
    if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
        asv_web_failed(call, status, &err);
        return false;
    }
    if (!right) {
        asv_web_refuse(call, own ? &not_the_old_one : &not_right, NULL);
        return false;
    }
    asv_web_limits_right(limits, ASV_WEB_LIMIT_ADDRESS, who.address, sizeof who.address);
    asv_web_limits_right(limits, ASV_WEB_LIMIT_PAIR, who.pair, sizeof who.pair);
    asv_web_limits_right(limits, ASV_WEB_LIMIT_NAME, who.name, sizeof who.name);
    return true;
}

bool asv_web_guess_own(struct asv_web_call *call, const char *password, struct asv_db_password *found)
{
    char name[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(name, call->who.person);
    return guess(call, name, password, true, NULL, NULL, found);
}

bool asv_web_password_make(struct asv_web_call *call, const char *password, struct asv_db_password *out)
{
    struct asv_err err = {0};
    if (!begin_guess(call->web)) {
        return !refuse_wait(call, 1);
    }
    out->cost = (struct asv_password_cost){ASV_PASSWORD_SIGN_IN_PASSES, ASV_PASSWORD_SIGN_IN_MEMORY_KIB};
    enum asv_status status = asv_world_random(call->web->world, out->salt, sizeof out->salt);
    if (status == ASV_OK) {
        status = asv_password_key(out->key, password, strlen(password), out->salt, out->cost);
    }
    end_guess(call->web);
    if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
    }
    return status == ASV_OK;
}

struct code {
    const char *text;
    uint64_t step;
};

static bool code_fits(const struct asv_web_call *call, const struct asv_db_password *found, void *ctx)
{
    struct code *code = ctx;
    int64_t now_ms = 0;
    if (asv_world_wall_ms(call->web->world, &now_ms) != ASV_OK) {
        return false;
    }
    code->step = asv_totp_step(found->totp, code->text != NULL ? code->text : "", now_ms, found->totp_step);
    return !found->has_totp || code->step != 0;
}

static void with_password(struct asv_web_call *call, const json_t *said)
{
    struct asv_db_password found = {.has_totp = false};
    struct code code = {.text = asv_web_text(said, "code")};
    if (guess(call, asv_web_text(said, "name"), asv_web_text(said, "password"), false, code_fits, &code,
              &found)) {
        enter(call, NULL, &found, code.step);
    }
    asv_wipe(&found, sizeof found);
}

void asv_web_sign_in(struct asv_web_call *call)
{
    const json_t *passkey = json_object_get(call->body, "passkey");
    const json_t *password = json_object_get(call->body, "password");
    if ((passkey == NULL) == (password == NULL)) {
        asv_web_refuse(call, &asv_web_bad_field, "body");
    } else if (arrives_too_often(call, passkey != NULL ? ASV_WEB_LIMIT_PASSKEYS : ASV_WEB_LIMIT_PASSWORDS)) {
        return;
    } else if (passkey != NULL) {
        with_passkey(call, passkey);
    } else {
        with_password(call, password);
    }
}
