/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What stands between a request and its handler: the table's row, in this order: who it is, whether that
 * person may, and what is said. So whoever may not learns nothing of what would have been wrong. */
#include "server/web/call.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/policy/policy.h"
#include "server/web/session.h"

/* clang-format off */
const struct asv_http_problem asv_web_not_signed_in = {
    401, "not-signed-in", "Not signed in", "Nicht angemeldet",
    "sign in first; the session may be over",
    "erst anmelden; vielleicht ist die Sitzung abgelaufen", NULL};
const struct asv_http_problem asv_web_forbidden = {
    403, "forbidden", "Not permitted", "Nicht erlaubt",
    "whoever is signed in, or this token, may not do this",
    "wer angemeldet ist, oder dieses Token, darf das nicht", NULL};
const struct asv_http_problem asv_web_not_from_here = {
    403, "not-from-here", "Not from our pages", "Nicht von unseren Seiten",
    "what changes something has to come from this server's own pages, with the session's token",
    "was etwas ändert, muss von den Seiten dieses Servers kommen, mit dem Token der Sitzung", "header"};
const struct asv_http_problem asv_web_not_there = {
    404, "not-found", "Not found", "Nicht gefunden",
    "there is no such thing, or not for whoever is signed in",
    "das gibt es nicht, oder nicht für den, der angemeldet ist", NULL};
const struct asv_http_problem asv_web_conflict = {
    409, "conflict", "Conflict", "Konflikt",
    "this contradicts what is there, or is not possible in its state",
    "das widerspricht dem, was da ist, oder geht in seinem Zustand nicht", NULL};
const struct asv_http_problem asv_web_no_database = {
    503, "no-database", "The database does not answer", "Die Datenbank antwortet nicht",
    "nothing is known of what was asked; try again",
    "ob etwas geschehen ist, ist nicht bekannt; noch einmal versuchen", "database"};
const struct asv_http_problem asv_web_too_often = {
    429, "too-often", "Too often", "Zu oft",
    "wait as long as Retry-After says",
    "warten, so lange Retry-After sagt", NULL};
static const struct asv_http_problem bad_value = {
    400, "bad-field", "Invalid field", "Ungültiges Feld",
    "a value is not as it must be",
    "ein Wert ist nicht so, wie er sein muss", "body"};
static const struct asv_http_problem bad_type = {
    415, "not-json", "Not JSON", "Kein JSON",
    "a body is application/json",
    "der Inhalt ist application/json", "Content-Type"};
/* clang-format on */

const char *const asv_web_scope_names[ASV_WEB_SCOPES + 1] = {
    "recordings:read", "incidents:read", "devices:read", "assignments:write",
    "operation:read",  "people:read",    "statements"};

/* ---- the table ---- */

static void handle(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out);

struct asv_http_routes asv_web_http_routes(struct asv_web *web)
{
    assert(asv_web_route_count <= ASV_WEB_ROUTES_MAX);
    for (size_t i = 0; i < asv_web_route_count; i++) {
        const struct asv_web_route *route = &asv_web_routes[i];
        web->routes[i] = (struct asv_http_route){.method = route->method,
                                                 .pattern = route->pattern,
                                                 .name = route->name,
                                                 .body_bytes = route->body_bytes,
                                                 .slow = (route->access & ASV_WEB_QUICK) == 0,
                                                 .handler = handle};
    }
    return (struct asv_http_routes){web->routes, asv_web_route_count};
}

static void add_word(char out[ASV_WEB_ROUTE_LINE_BYTES], const char *word, char between)
{
    size_t len = strlen(out);
    snprintf(out + len, ASV_WEB_ROUTE_LINE_BYTES - len, "%s%s",
             len == 0 || between == '\0' ? "" : (char[]){between, '\0'}, word);
}

void asv_web_route_line(char out[ASV_WEB_ROUTE_LINE_BYTES], const struct asv_web_route *route)
{
    const char *all = (route->access & ASV_WEB_PUBLIC) != 0     ? "public"
                      : (route->access & ASV_WEB_NEWCOMER) != 0 ? "newcomer"
                      : (route->access & ASV_WEB_ANYONE) != 0   ? "anyone"
                                                                : "";
    char between = ' ';
    out[0] = '\0';
    add_word(out, route->method, ' ');
    add_word(out, route->pattern, ' ');
    add_word(out, route->name, ' ');
    add_word(out, all, ' ');
    between = all[0] != '\0' ? ',' : '\0';
    for (unsigned bit = 0; asv_policy_role_name(bit) != NULL; bit++) {
        if ((route->access & 1u << bit) != 0) {
            add_word(out, asv_policy_role_name(bit), between);
            between = ',';
        }
    }
    add_word(out, route->scopes == 0 ? "-" : "", ' ');
    between = '\0';
    for (unsigned bit = 0; bit < ASV_WEB_SCOPES; bit++) {
        if ((route->scopes & 1u << bit) != 0) {
            add_word(out, asv_web_scope_names[bit], between);
            between = ',';
        }
    }
}

/* ---- answers ---- */

static void etag_of(char out[ASV_HTTP_ETAG_BYTES], const char *text)
{
    uint8_t digest[ASV_SHA256_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_sha256(digest, text, strlen(text));
    asv_hex_encode(hex, digest, sizeof digest);
    snprintf(out, ASV_HTTP_ETAG_BYTES, "\"%.32s\"", hex);
}

static void put_json(struct asv_web_call *call, unsigned code, json_t *what)
{
    char *text = what != NULL ? json_dumps(what, JSON_COMPACT) : NULL;
    json_decref(what);
    if (text == NULL) {
        call->out->problem = &asv_http_failed;
        return;
    }
    call->out->code = code;
    call->out->type = "application/json";
    call->out->data = (uint8_t *)text;
    call->out->len = strlen(text);
    call->out->owned = true;
    etag_of(call->out->etag, text);
}

void asv_web_give(struct asv_web_call *call, json_t *what)
{
    put_json(call, 200, what);
}

void asv_web_created(struct asv_web_call *call, json_t *what, const char *location, ...)
{
    va_list args;
    va_start(args, location);
    (void)vsnprintf(call->out->location, sizeof call->out->location, location, args);
    va_end(args);
    put_json(call, 201, what);
}

void asv_web_done(struct asv_web_call *call)
{
    call->out->code = 204;
}

void asv_web_refuse(struct asv_web_call *call, const struct asv_http_problem *problem, const char *field)
{
    call->out->problem = problem;
    call->out->field = field;
}

void asv_web_failed(struct asv_web_call *call, enum asv_status status, const struct asv_err *err)
{
    switch (status) {
    case ASV_E_NOT_FOUND:
        asv_web_refuse(call, &asv_web_not_there, NULL);
        break;
    case ASV_E_DENIED:
        asv_web_refuse(call, &asv_web_forbidden, NULL);
        break;
    case ASV_E_EXISTS:
    case ASV_E_STATE:
    case ASV_E_MISMATCH:
    case ASV_E_EXPIRED:
        asv_web_refuse(call, &asv_web_conflict, NULL);
        break;
    case ASV_E_MALFORMED:
    case ASV_E_LIMIT:
        asv_web_refuse(call, &bad_value, NULL);
        break;
    case ASV_E_AWAY:
    case ASV_E_TIMEOUT:
    case ASV_E_BUSY:
    case ASV_E_NO_SPACE:
        asv_web_refuse(call, &asv_web_no_database, NULL);
        break;
    default:
        asv_log_failure(call->web->log, ASV_LOG_ERROR, "request-failed", err);
        asv_web_refuse(call, &asv_http_failed, NULL);
        break;
    }
}

void asv_web_path_uuid(const struct asv_web_call *call, size_t at, uint8_t out[ASV_UUID_BYTES])
{
    char text[ASV_UUID_TEXT_BYTES];
    snprintf(text, sizeof text, "%.*s", (int)call->request->match.params[at].len,
             call->request->match.params[at].text);
    enum asv_status status = asv_uuid_parse(out, text);
    assert(status == ASV_OK);
    (void)status;
}

void asv_web_path_hash(const struct asv_web_call *call, size_t at, uint8_t out[ASV_SHA256_BYTES])
{
    char text[2 * ASV_SHA256_BYTES + 1];
    snprintf(text, sizeof text, "%.*s", (int)call->request->match.params[at].len,
             call->request->match.params[at].text);
    enum asv_status status = asv_hex_decode(out, ASV_SHA256_BYTES, text);
    assert(status == ASV_OK);
    (void)status;
}

/* ---- the database ---- */

struct asv_db *asv_web_database(struct asv_web_call *call)
{
    if (call->db == NULL) {
        call->db = asv_web_pool_take(call->web);
        asv_db_act(call->db, call->signed_in ? call->session : NULL);
    }
    return call->db;
}

/* ---- before the handler ---- */

static bool may(const struct asv_web_call *call)
{
    uint32_t access = call->route->access;
    if (call->who.kind == ASV_DB_SESSION_TOKEN) {
        return (call->who.scopes & call->route->scopes) != 0 &&
               ((access & ASV_WEB_ANYONE) != 0 || (access & call->who.roles) != 0);
    }
    return (access & ASV_WEB_NEWCOMER) != 0 ||
           (call->who.is_whole && ((access & ASV_WEB_ANYONE) != 0 || (access & call->who.roles) != 0));
}

/* false: refused. */
static bool admit(struct asv_web_call *call)
{
    if ((call->route->access & ASV_WEB_PUBLIC) != 0) {
        if ((call->route->access & ASV_WEB_ORIGIN) != 0 && !asv_web_is_from_here(call)) {
            asv_web_refuse(call, &asv_web_not_from_here, NULL);
            return false;
        }
        return true;
    }
    if (!asv_web_session_enter(call)) {
        return false;
    }
    if (!may(call)) {
        asv_web_refuse(call, &asv_web_forbidden, NULL);
        return false;
    }
    return true;
}

static bool is_json(const char *type)
{
    static const char json[] = "application/json";
    size_t len = sizeof json - 1;
    return type != NULL && strncasecmp(type, json, len) == 0 && (type[len] == '\0' || type[len] == ';');
}

/* */
static bool read(struct asv_web_call *call)
{
    static const struct asv_web_fields none = {NULL, 0};
    const struct asv_web_route *route = call->route;
    const struct asv_bytes *body = &call->request->body;
    struct asv_web_fault fault = {NULL, NULL};
    if (route->query != NULL || strncmp(route->pattern, "/api/", 5) == 0) {
        call->query =
            asv_web_query_read(call->request->query, route->query != NULL ? route->query : &none, &fault);
    }
    if (fault.problem == NULL && route->body_bytes > 0) {
        if (!is_json(call->request->headers[ASV_HTTP_CONTENT_TYPE])) {
            fault.problem = &bad_type;
        } else {
            call->body = asv_web_body_read(body->data, body->len, route->body, &fault);
        }
    }
    if (fault.problem != NULL) {
        asv_web_refuse(call, fault.problem, fault.field);
    }
    return fault.problem == NULL;
}

/* beside those who wait here, and those who have a recording remuxed (M-022), a thread is left. */
static bool begin_waiting(struct asv_web *web)
{
    const unsigned threads = (unsigned)web->settings->threads;
    const unsigned most = threads > 2 ? threads - threads / 2 - 1 : 1;
    pthread_mutex_lock(&web->entry.lock);
    bool good = web->entry.waiting < most;
    web->entry.waiting += good ? 1 : 0;
    pthread_mutex_unlock(&web->entry.lock);
    return good;
}

static void end_waiting(struct asv_web *web)
{
    pthread_mutex_lock(&web->entry.lock);
    web->entry.waiting--;
    pthread_mutex_unlock(&web->entry.lock);
}

static void do_it(struct asv_web_call *call)
{
    if ((call->route->access & ASV_WEB_WAITS) == 0) {
        call->route->handler(call);
    } else if (begin_waiting(call->web)) {
        call->route->handler(call);
        end_waiting(call->web);
    } else {
        asv_web_refuse(call, &asv_web_too_often, NULL);
        call->out->retry_s = 1;
    }
}

static void handle(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out)
{
    struct asv_web *web = ctx;
    struct asv_web_call call = {.web = web,
                                .route = &asv_web_routes[request->match.route - web->routes],
                                .request = request,
                                .out = out};
    if (admit(&call) && read(&call)) {
        do_it(&call);
    }
    if (call.db != NULL) {
        asv_db_act(call.db, NULL);
        asv_web_pool_give(web, call.db);
    }
    json_decref(call.query);
    json_decref(call.body);
    asv_wipe(call.session, sizeof call.session);
}
