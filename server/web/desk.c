/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/desk.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/base64.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/flow/words.h"
#include "server/incident/words.h"

/* clang-format off */
const struct asv_http_problem asv_web_bad_proof = {
    400, "bad-proof", "Not signed", "Nicht unterschrieben",
    "what came is not this person's signature of this statement at this server",
    "was kam, ist nicht die Unterschrift dieser Person unter dieser Erklärung bei diesem Server", "assertion"};
static const struct asv_http_problem no_authenticator = {
    409, "no-authenticator", "No authenticator", "Kein Schlüssel",
    "the person has no authenticator that two people have enrolled and that counts now",
    "die Person hat keinen Schlüssel im Browser, den zwei Personen aufgenommen haben und der jetzt gilt", "credential"};
static const struct asv_http_problem says_else = {
    409, "says-else", "Says something else", "Sagt etwas anderes",
    "what was signed is not what would be signed now: prepare it again",
    "unterschrieben ist etwas anderes, als jetzt zu unterschreiben wäre: neu vorbereiten", "statement"};
static const struct asv_http_problem expired = {
    409, "expired", "Expired", "Abgelaufen",
    "the statement's time is over: prepare it again",
    "die Zeit der Erklärung ist vorbei: neu vorbereiten", "statement"};
static const struct asv_http_problem role = {
    403, "refused", "Refused", "Abgelehnt",
    "none of the person's roles may do this, or the keeper refused it",
    "keine Rolle der Person darf das, oder der Schlüsselverwalter hat es abgelehnt", NULL};
static const struct asv_http_problem not_now = {
    409, "not-now", "Not now", "Jetzt nicht",
    "it is not possible in this state: somebody may have decided otherwise before",
    "in diesem Zustand geht es nicht: Vielleicht wurde vorher anders entschieden", NULL};
static const struct asv_http_problem bad_deed = {
    400, "bad-field", "Invalid field", "Ungültiges Feld",
    "what is asked for does not say all that it takes",
    "was verlangt wird, sagt nicht alles, was dazu gehört", "body"};
static const struct asv_http_problem no_keeper = {
    503, "no-keeper", "Not with the keeper", "Nicht beim Schlüsselverwalter",
    "keeper, vault or database do not answer; what was signed and stored goes on when the same is sent again",
    "Schlüsselverwalter, Tresor oder Datenbank antworten nicht; was unterschrieben und gespeichert ist, geht weiter, wenn dasselbe noch einmal kommt", "keeper"};
/* clang-format on */

struct asv_bytes asv_web_rp_id(const char *origin)
{
    const char *behind = strstr(origin, "://");
    const char *host = behind != NULL ? behind + 3 : origin;
    return (struct asv_bytes){(const uint8_t *)host, strcspn(host, ":/")};
}

json_t *asv_web_bytes_json(const uint8_t *data, size_t len)
{
    const size_t size = ASV_BASE64_CHARS(len);
    asv_auto_free char *text = malloc(size);
    struct asv_writer writer;
    if (text == NULL) {
        return NULL;
    }
    asv_writer_init(&writer, text, size);
    asv_write_base64(&writer, data, len);
    for (size_t i = 0; i < writer.len; i++) {
        text[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
    }
    return json_stringn(text, writer.len);
}

/* ---- what is shown ---- */

static void add_line(void *ctx, const char *name, const char *text)
{
    (void)json_array_append_new(ctx, json_pack("{s:s, s:s}", "name", name != NULL ? name : "", "text", text));
}

json_t *asv_web_lines_json(struct asv_db *db, const struct asv_statement *said,
                           const struct asv_credential *signer)
{
    struct asv_db_credential about;
    json_t *english = json_array();
    json_t *german = json_array();
    /* of a plan, whose recordings may be of several days, whoever signs reads the bytes. */
    struct asv_db *known = said->action == ASV_ACTION_HAND_OVER ? NULL : db;
    asv_words_statement(ASV_ENGLISH, known, said, signer, add_line, english);
    asv_words_statement(ASV_GERMAN, known, said, signer, add_line, german);
    if (said->subject.kind == ASV_SUBJECT_CREDENTIAL &&
        asv_db_credential_find(db, said->subject.id, &about, NULL) == ASV_OK) {
        asv_words_credential(ASV_ENGLISH, &about.said, add_line, english);
        asv_words_credential(ASV_GERMAN, &about.said, add_line, german);
    }
    return json_pack("{s:o, s:o}", "en", english, "de", german);
}

static void show(void *ctx, const struct asv_flow_draft *draft)
{
    struct asv_web_desk *desk = ctx;
    desk->lines = asv_web_lines_json(desk->flow.db, draft->said, &draft->credential->said);
    if (draft->proposal != NULL) {
        desk->proposal = asv_web_lines_json(desk->flow.db, draft->proposal, draft->proposer);
    }
}

/* ---- the flow's calls ---- */

static enum asv_status sign(void *ctx, const struct asv_flow_draft *draft, struct asv_writer *statement,
                            struct asv_err *err)
{
    struct asv_web_desk *desk = ctx;
    return asv_browser_sign(&desk->browser, draft, statement, err);
}

static json_t *note_in(const struct asv_flow_note *note, enum asv_language language)
{
    const struct asv_flow_words words = asv_flow_note_words(note->kind, language);
    return json_sprintf("%s%s%s%s%s", words.before, note->by != NULL ? note->by : "", words.between,
                        note->detail != NULL ? note->detail : "", words.after);
}

/* That this program may not write into the vault is never otherwise, and nothing that who signs could act on.
 */
static void say(void *ctx, const struct asv_flow_note *note)
{
    const struct asv_web_desk *desk = ctx;
    if (note->kind != ASV_NOTE_NIGHT) {
        (void)json_array_append_new(desk->notes, json_pack("{s:o, s:o}", "en", note_in(note, ASV_ENGLISH),
                                                           "de", note_in(note, ASV_GERMAN)));
    }
}

static enum asv_status root_key(void *ctx, uint8_t root_pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    const struct asv_web_desk *desk = ctx;
    return asv_flow_root_key(desk->call->web->settings->root, root_pk, err);
}

static enum asv_status vault(void *ctx, struct asv_vault **out, struct asv_err *err)
{
    const struct asv_web_settings *settings = ((const struct asv_web_desk *)ctx)->call->web->settings;
    bool mirrored = settings->vault_mirror[0] != '\0';
    const struct asv_vault_config config = {
        .roots = {settings->vault, mirrored ? settings->vault_mirror : NULL},
        .root_count = mirrored ? 2 : 1,
        .allow_cached_readback = settings->vault_cached,
        .one_may_be_away = true,
    };
    return asv_vault_open(&config, out, err);
}

static const struct asv_flow_calls calls = {.sign = sign, .say = say, .root_key = root_key, .vault = vault};

/* ---- who ---- */

static enum asv_status find_credential(struct asv_web_desk *desk, struct asv_db *db, const uint8_t *digest,
                                       struct asv_err *err)
{
    struct asv_db_credential *out = &desk->credential;
    size_t count = 1;
    enum asv_status status = digest != NULL ? asv_db_credential_find(db, digest, out, err)
                                            : asv_db_credential_mine(db, true, out, 1, &count, err);
    if (status == ASV_OK && count > 0) {
        status = asv_db_credential_view(out, err);
    }
    bool theirs = status == ASV_OK && count > 0 && out->said.algorithm == ASV_ALG_ES256 &&
                  asv_equal(out->said.person, desk->call->who.person, ASV_UUID_BYTES);
    return status != ASV_OK ? status
           : theirs         ? ASV_OK
                            : asv_fail(err, ASV_E_NOT_FOUND, "no authenticator of this person");
}

enum asv_status asv_web_desk_find(struct asv_web_desk *desk, struct asv_web_call *call,
                                  const uint8_t credential[ASV_SHA256_BYTES], const char *reason,
                                  struct asv_err *err)
{
    const struct asv_web_settings *settings = call->web->settings;
    int64_t now_ms = 0;
    *desk = (struct asv_web_desk){.call = call, .notes = json_array()};
    enum asv_status status = find_credential(desk, call->db, credential, err);
    desk->browser = (struct asv_browser){.show = show, .ctx = desk};
    desk->flow = (struct asv_flow){.world = call->web->world,
                                   .db = call->db,
                                   .origin = settings->origin,
                                   .keeper = settings->keeper,
                                   .actor = call->who.name,
                                   .reason = reason,
                                   .credential = &desk->credential,
                                   .agency = desk->credential.said.agency,
                                   .calls = &calls,
                                   .ctx = desk};
    if (status == ASV_OK) {
        status = asv_flow_now(&desk->flow, &now_ms, err);
    }
    return status == ASV_OK ? asv_flow_check_credential(&desk->credential, now_ms, err) : status;
}

bool asv_web_desk_open(struct asv_web_desk *desk, struct asv_web_call *call,
                       const uint8_t credential[ASV_SHA256_BYTES], const char *reason)
{
    struct asv_err err = {0};
    enum asv_status status = asv_web_desk_find(desk, call, credential, reason, &err);
    if (status == ASV_E_NOT_FOUND || status == ASV_E_DENIED || status == ASV_E_EXPIRED) {
        asv_web_refuse(call, &no_authenticator, NULL);
    } else if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
    }
    return status == ASV_OK;
}

void asv_web_desk_close(struct asv_web_desk *desk)
{
    json_decref(desk->notes);
    json_decref(desk->lines);
    json_decref(desk->proposal);
    json_decref(desk->policy);
    json_decref(desk->file);
}

/* ---- no ---- */

/* In the rule's words, which are no problem of their own. */
static void refuse_by(struct asv_web_call *call, const struct asv_incident_rule *rule, enum asv_status status)
{
    const struct asv_http_problem problem = {status == ASV_E_DENIED      ? 403
                                             : status == ASV_E_NOT_FOUND ? 404
                                                                         : 409,
                                             "refused",
                                             "Refused",
                                             "Abgelehnt",
                                             rule->english,
                                             rule->german,
                                             NULL};
    char *text = malloc(ASV_HTTP_PROBLEM_BYTES);
    if (text == NULL) {
        asv_web_refuse(call, &asv_http_failed, NULL);
        return;
    }
    call->out->code = problem.code;
    call->out->type = "application/problem+json";
    call->out->len = asv_http_problem_write(text, &problem);
    call->out->data = (uint8_t *)text;
    call->out->owned = true;
}

static const struct asv_http_problem *problem_of(enum asv_status status)
{
    switch (status) {
    case ASV_E_DENIED:
        return &role;
    case ASV_E_MISMATCH:
        return &says_else;
    case ASV_E_EXPIRED:
        return &expired;
    case ASV_E_SIGNATURE:
    case ASV_E_DIGEST:
    case ASV_E_UNTRUSTED:
    case ASV_E_MALFORMED:
    case ASV_E_UNSUPPORTED:
        return &asv_web_bad_proof;
    case ASV_E_STATE:
    case ASV_E_EXISTS:
        return &not_now;
    case ASV_E_USAGE:
    case ASV_E_LIMIT:
        return &bad_deed;
    default:
        return asv_status_class(status) == ASV_CLASS_RETRY ? &no_keeper : NULL;
    }
}

void asv_web_refuse_flow(struct asv_web_call *call, enum asv_status status, const struct asv_err *err)
{
    const struct asv_incident_rule *rule = asv_incident_rule_of(err->text);
    const struct asv_http_problem *problem = problem_of(status);
    if (rule != NULL) { /* that there is none is said as one thing, whoever finds it out */
        bool none = strcmp(err->text, asv_incident_no_request) == 0;
        refuse_by(call, rule, none ? ASV_E_NOT_FOUND : status);
    } else if (problem != NULL) { /* why, in its own words, is for the journal */
        asv_log_failure(call->web->log, ASV_LOG_NOTICE, "statement-refused", err);
        asv_web_refuse(call, problem, NULL);
    } else {
        asv_web_failed(call, status, err);
    }
}
