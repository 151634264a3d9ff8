/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people sign, in two calls: prepared here, signed in the browser, and handed in. Nothing is signed
 * here, so a server in the wrong hands carries statements and makes none. */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/web/deed.h"
#include "server/web/desk.h"

/* ---- prepare ---- */

/* What is written down, with what is random of it: it comes back as it is. */
static json_t *record_of(const struct asv_web_deed *deed)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    char salt[2 * ASV_SHA256_BYTES + 1];
    if (deed->action != ASV_ACTION_INCIDENT && deed->action != ASV_ACTION_SUBJECT_REQUEST) {
        return json_null();
    }
    json_t *record = deed->record != NULL ? json_deep_copy(deed->record) : json_object();
    asv_uuid_format(uuid, deed->row.id);
    asv_hex_encode(salt, deed->row.salt, sizeof deed->row.salt);
    (void)json_object_set_new(record, "id", json_string(uuid));
    (void)json_object_set_new(record, "salt", json_string(salt));
    if (deed->has_clip) {
        asv_uuid_format(uuid, deed->clip);
        (void)json_object_set_new(record, "clip", json_string(uuid));
    }
    return record;
}

/* */
static void give_draft(struct asv_web_desk *desk, const struct asv_web_deed *deed)
{
    const struct asv_bytes body = {desk->browser.drafted, desk->browser.len};
    const struct asv_bytes *id = &desk->credential.said.webauthn_id;
    const struct asv_bytes host = asv_web_rp_id(desk->flow.origin);
    uint8_t challenge[ASV_SHA256_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_statement_challenge(challenge, body);
    asv_sha256(digest, body.data, body.len);
    asv_hex_encode(hex, digest, sizeof digest);
    json_t *proposal = desk->proposal != NULL ? json_incref(desk->proposal) : json_null();
    json_t *policy = desk->policy != NULL ? json_incref(desk->policy) : json_null();
    json_t *file = desk->file != NULL ? json_incref(desk->file) : json_null();
    asv_web_give(desk->call,
                 json_pack("{s:s, s:s, s:o, s:o, s:s%, s:[o], s:O, s:o, s:O, s:o, s:o, s:o}", "state",
                           "unsigned", "digest", hex, "body", asv_web_bytes_json(body.data, body.len),
                           "challenge", asv_web_bytes_json(challenge, sizeof challenge), "rp_id",
                           (const char *)host.data, host.len, "credentials",
                           asv_web_bytes_json(id->data, id->len), "lines", desk->lines, "proposal", proposal,
                           "notes", desk->notes, "record", record_of(deed), "policy", policy, "file", file));
    desk->call->out->secret =
        desk->call->out->problem == NULL; /* it says again what is to be written down */
}

static void prepare(struct asv_web_call *call, struct asv_web_desk *desk, struct asv_web_deed *deed)
{
    json_t *answered = NULL;
    struct asv_err err = {0};
    enum asv_status status = asv_web_deed_draw(deed, call->web->world, &err);
    if (status == ASV_OK) {
        status = asv_web_deed_do(desk->call, &desk->flow, deed, &answered, &err);
    }
    json_decref(answered);
    if (status == ASV_E_AGAIN && desk->browser.asked) {
        give_draft(desk, deed);
    } else if (status == ASV_OK) { /* what was signed before went on */
        asv_web_give(call, json_pack("{s:s, s:O}", "state", "done", "notes", desk->notes));
    } else {
        asv_web_refuse_flow(call, status, &err);
    }
}

void asv_web_prepare(struct asv_web_call *call)
{
    struct asv_web_desk *desk = malloc(sizeof *desk);
    struct asv_web_deed deed;
    uint8_t digest[ASV_SHA256_BYTES];
    const char *field = asv_web_deed_read(&deed, call->body);
    bool named = asv_web_hash(call->body, "credential", digest);
    if (desk == NULL) {
        asv_web_refuse(call, &asv_http_failed, NULL);
        return;
    }
    if (field != NULL) {
        asv_web_refuse(call, &asv_web_missing_field, field);
        free(desk);
        return;
    }
    if (asv_web_desk_open(desk, call, named ? digest : NULL, asv_web_text(call->body, "reason"))) {
        prepare(call, desk, &deed);
    }
    asv_web_desk_close(desk);
    free(desk);
}

/* ---- hand in ---- */

static const struct asv_web_field assertion_field[] = {
    {"authenticator_data", ASV_WEB_BYTES, true, ASV_AUTHENTICATOR_BYTES, ASV_AUTHENTICATOR_BYTES, NULL, NULL},
    {"client_data", ASV_WEB_BYTES, true, 1, ASV_CLIENT_DATA_MAX_BYTES, NULL, NULL},
    {"signature", ASV_WEB_BYTES, true, 1, ASV_P256_SIG_MAX_BYTES, NULL, NULL},
};
static const struct asv_web_fields assertion_fields = ASV_WEB_FIELDS(assertion_field);
static const struct asv_web_field handed_field[] = {
    {"body", ASV_WEB_BYTES, true, 1, ASV_STATEMENT_BODY_MAX_BYTES, NULL, NULL},
    {"assertion", ASV_WEB_OBJECT, true, 0, 0, NULL, &assertion_fields},
    {"record", ASV_WEB_OBJECT, false, 0, 0, NULL, &asv_web_record_fields},
    {"file", ASV_WEB_BYTES, false, 1, ASV_PLAN_MAX_BYTES, NULL, NULL},
};
const struct asv_web_fields asv_web_handed_fields = ASV_WEB_FIELDS(handed_field);

/* What came, and the statement that it makes. */
struct handed {
    uint8_t body[ASV_STATEMENT_BODY_MAX_BYTES];
    size_t len;
    uint8_t authenticator[ASV_AUTHENTICATOR_BYTES];
    uint8_t client_data[ASV_CLIENT_DATA_MAX_BYTES];
    uint8_t signature[ASV_P256_SIG_MAX_BYTES];
    struct asv_assertion assertion;
    uint8_t bytes[ASV_STATEMENT_MAX_BYTES];
    struct asv_statement said; /* views into bytes */
    uint8_t digest[ASV_SHA256_BYTES];
    char reason[ASV_REASON_MAX_BYTES + 1];
    struct asv_db_statement row;
    struct asv_web_desk desk;
    struct asv_web_deed deed;
};

static bool read_handed(struct handed *it, const json_t *from)
{
    const json_t *assertion = json_object_get(from, "assertion");
    struct asv_writer writer;
    it->len = asv_web_bytes(from, "body", it->body, sizeof it->body);
    it->assertion = (struct asv_assertion){
        .authenticator = {it->authenticator, asv_web_bytes(assertion, "authenticator_data", it->authenticator,
                                                           sizeof it->authenticator)},
        .client_data = {it->client_data,
                        asv_web_bytes(assertion, "client_data", it->client_data, sizeof it->client_data)},
        .signature = {it->signature,
                      asv_web_bytes(assertion, "signature", it->signature, sizeof it->signature)}};
    asv_writer_init(&writer, it->bytes, sizeof it->bytes);
    if (asv_statement_assert(&writer, (struct asv_bytes){it->body, it->len}, &it->assertion) != ASV_OK ||
        asv_statement_decode(&it->said, it->bytes, writer.len, NULL) != ASV_OK) {
        return false;
    }
    asv_statement_digest(it->digest, &it->said);
    memcpy(it->reason, it->said.reason.data, it->said.reason.len);
    it->reason[it->said.reason.len] = '\0';
    return true;
}

static bool is_stored(struct handed *it, struct asv_db *db)
{
    return asv_db_statement_find(db, it->digest, &it->row, NULL) == ASV_OK;
}

/* How far it came. answered: a new reference, or NULL. */
static void give_stored(struct handed *it, unsigned code, json_t *answered)
{
    char hex[2 * ASV_SHA256_BYTES + 1];
    char time[ASV_WEB_TIME_BYTES];
    json_t *taken = json_null();
    if (it->row.taken_ms != ASV_TIME_UNKNOWN) {
        asv_web_time_format(time, it->row.taken_ms);
        taken = json_string(time);
    }
    asv_hex_encode(hex, it->digest, sizeof it->digest);
    asv_web_give(it->desk.call,
                 json_pack("{s:s, s:s, s:o, s:O, s:o}", "statement", hex, "state",
                           code == 202 ? "stored" : "done", "taken", taken, "notes", it->desk.notes, "answer",
                           answered != NULL ? answered : json_null()));
    if (it->desk.call->out->code == 200) {
        it->desk.call->out->code = code;
    }
}

/* The same once more is no other: what the keeper took is said again. */
static void hand_in(struct handed *it, struct asv_web_call *call)
{
    struct asv_err err = {0};
    struct asv_db *db = it->desk.flow.db;
    json_t *answered = NULL;
    if (is_stored(it, db) && it->row.taken_ms != ASV_TIME_UNKNOWN) {
        give_stored(it, 200, NULL);
        return;
    }
    it->desk.browser.body = (struct asv_bytes){it->body, it->len};
    it->desk.browser.assertion = it->assertion;
    enum asv_status status = asv_web_deed_of(&it->deed, db, &it->said, call->body, &err);
    if (status == ASV_OK) {
        status = asv_web_deed_do(call, &it->desk.flow, &it->deed, &answered, &err);
    }
    bool stored = is_stored(it, db);
    if (status == ASV_OK && stored) {
        give_stored(it, 200, answered);
    } else if (asv_status_class(status) == ASV_CLASS_RETRY && stored) {
        give_stored(it, 202, NULL); /* */
    } else if (status == ASV_OK) {  /* something else was signed before, and went on */
        json_decref(answered);
        asv_web_give(call, json_pack("{s:n, s:s, s:n, s:O, s:n}", "statement", "state", "done", "taken",
                                     "notes", it->desk.notes, "answer"));
    } else {
        asv_web_refuse_flow(call, status, &err);
    }
}

void asv_web_hand_in(struct asv_web_call *call)
{
    asv_auto_free struct handed *it = calloc(1, sizeof *it);
    if (it == NULL) {
        asv_web_refuse(call, &asv_http_failed, NULL);
        return;
    }
    if (!read_handed(it, call->body)) {
        asv_web_refuse(call, &asv_web_bad_proof, "body");
        return;
    }
    if (asv_web_desk_open(&it->desk, call, it->said.credential, it->reason)) {
        hand_in(it, call);
    }
    asv_web_desk_close(&it->desk);
}
