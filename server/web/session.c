/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/session.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/hex.h"

/* ---- what was sent ---- */

static bool read_token(const char *text, size_t len, char out[ASV_WEB_TOKEN_CHARS + 1])
{
    if (len != ASV_WEB_TOKEN_CHARS || strspn(text, "0123456789abcdef") < len) {
        return false;
    }
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}

/* RFC 6265, 5.4: name=value; name=value. Others on this host may have set more of them. */
bool asv_web_cookie_read(const char *header, char out[ASV_WEB_TOKEN_CHARS + 1])
{
    static const char name[] = ASV_WEB_COOKIE "=";
    bool found = false;
    while (*header != '\0') {
        size_t len = strcspn(header, ";");
        if (len >= sizeof name - 1 && memcmp(header, name, sizeof name - 1) == 0) {
            if (found || !read_token(header + sizeof name - 1, len - (sizeof name - 1), out)) {
                return false;
            }
            found = true;
        }
        header += len;
        header += strspn(header, "; ");
    }
    return found;
}

bool asv_web_bearer_read(const char *header, char out[ASV_WEB_TOKEN_CHARS + 1])
{
    static const char scheme[] = "Bearer ";
    static const char mark[] = ASV_WEB_TOKEN_MARK;
    size_t len = sizeof scheme - 1;
    if (strncasecmp(header, scheme, len) != 0 || strncmp(header + len, mark, sizeof mark - 1) != 0) {
        return false;
    }
    header += len + sizeof mark - 1;
    return read_token(header, strlen(header), out);
}

enum asv_status asv_web_token_make(const struct asv_world *world, char out[ASV_WEB_TOKEN_CHARS + 1])
{
    uint8_t random[ASV_WEB_TOKEN_BYTES];
    enum asv_status status = asv_world_random(world, random, sizeof random);
    if (status == ASV_OK) {
        asv_hex_encode(out, random, sizeof random);
        asv_wipe(random, sizeof random);
    }
    return status;
}

/* Browsers take a Secure cookie from http://localhost, too; from no other address without TLS. */
void asv_web_cookie_set(struct asv_web_call *call, const char *token)
{
    snprintf(call->out->cookie, sizeof call->out->cookie,
             ASV_WEB_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", token != NULL ? token : "",
             token != NULL ? "" : "; Max-Age=0");
}

bool asv_web_cookie_of(const struct asv_web_call *call, char out[ASV_WEB_TOKEN_CHARS + 1])
{
    const char *jar = call->request->headers[ASV_HTTP_COOKIE];
    return jar != NULL && asv_web_cookie_read(jar, out);
}

/* whoever reads the database, or what its server writes into its journal, has no cookie. */
void asv_web_token_digest(uint8_t out[ASV_SHA256_BYTES], const char *token)
{
    asv_sha256(out, token, strlen(token));
}

void asv_web_csrf_token(char out[2 * ASV_SHA256_BYTES + 1], const char *token)
{
    static const char domain[] = "asservat csrf";
    uint8_t mac[ASV_SHA256_BYTES];
    asv_hmac_sha256(mac, token, strlen(token), domain, sizeof domain);
    asv_hex_encode(out, mac, sizeof mac);
}

/* ---- where it comes from ---- */

/* Every browser says at least one of the two of what changes something, and no page can change them.
 */
bool asv_web_is_from_here(const struct asv_web_call *call)
{
    const char *site = call->request->headers[ASV_HTTP_SEC_FETCH_SITE];
    const char *origin = call->request->headers[ASV_HTTP_ORIGIN];
    return (site != NULL || origin != NULL) && (site == NULL || strcmp(site, "same-origin") == 0) &&
           (origin == NULL || strcmp(origin, call->web->settings->origin) == 0);
}

static bool changes(const struct asv_web_call *call)
{
    return strcmp(call->request->method, "GET") != 0 && strcmp(call->request->method, "HEAD") != 0;
}

static bool has_csrf_token(const struct asv_web_call *call, const char *token)
{
    const char *sent = call->request->headers[ASV_HTTP_CSRF];
    char want[2 * ASV_SHA256_BYTES + 1];
    asv_web_csrf_token(want, token);
    return sent != NULL && strlen(sent) == strlen(want) && asv_equal(sent, want, strlen(want));
}

/* What cannot be read as an address is one by itself. */
static void address_of(uint8_t out[ASV_HTTP_ADDRESS_KEY], const char *text)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        asv_http_peer_address(out, &four);
    } else if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1) {
        asv_http_peer_address(out, &six);
    } else {
        asv_http_peer_address(out, NULL);
    }
}

/* The last address is the one that the server in front has seen; those before it anybody can write. */
void asv_web_address(const struct asv_web_call *call, uint8_t out[ASV_HTTP_ADDRESS_KEY])
{
    const char *list = call->request->headers[ASV_HTTP_X_FORWARDED_FOR];
    memcpy(out, call->request->address, ASV_HTTP_ADDRESS_KEY);
    if (call->web->settings->forwarded && list != NULL) {
        const char *last = strrchr(list, ',');
        last = last != NULL ? last + 1 : list;
        address_of(out, last + strspn(last, " "));
    }
}

/* Of IPv6 a key has the network alone (peers.h), and nobody else has one of ::1's. */
bool asv_web_is_local(const struct asv_web_call *call)
{
    static const uint8_t four[] = {[10] = 0xff, 0xff, 127};
    static const uint8_t six[ASV_HTTP_ADDRESS_KEY] = {0};
    const uint8_t *address = call->request->address;
    return call->request->headers[ASV_HTTP_X_FORWARDED_FOR] == NULL &&
           (memcmp(address, four, sizeof four) == 0 || memcmp(address, six, sizeof six) == 0);
}

/* A request of another page that a browser sends the cookie with all the same does nothing, and is told
 * nothing. */
static bool is_meant(const struct asv_web_call *call, const char *token)
{
    const char *site = call->request->headers[ASV_HTTP_SEC_FETCH_SITE];
    if (changes(call)) {
        return asv_web_is_from_here(call) && has_csrf_token(call, token);
    }
    return site == NULL || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

/* ---- whose it is ---- */

/* Whichever was sent; both are none. */
static bool read_sent(const struct asv_web_call *call, char token[ASV_WEB_TOKEN_CHARS + 1], bool *cookie)
{
    const char *jar = call->request->headers[ASV_HTTP_COOKIE];
    const char *bearer = call->request->headers[ASV_HTTP_AUTHORIZATION];
    *cookie = bearer == NULL;
    return bearer != NULL ? asv_web_bearer_read(bearer, token) &&
                                (jar == NULL || strstr(jar, ASV_WEB_COOKIE "=") == NULL)
                          : jar != NULL && asv_web_cookie_read(jar, token);
}

/* a page that asks by itself, and nobody who sits before it. */
static bool is_used(const struct asv_web_call *call)
{
    return (call->route->access & ASV_WEB_UNASKED) == 0 &&
           (changes(call) || call->request->headers[ASV_HTTP_UNASKED] == NULL);
}

/* A token is no cookie, and a cookie no token. */
static enum asv_status find(struct asv_web_call *call, bool cookie, struct asv_err *err)
{
    call->signed_in = true;
    enum asv_status status = asv_db_session_find(asv_web_database(call), is_used(call), &call->who, err);
    if (status == ASV_OK || status == ASV_E_NOT_FOUND) {
        asv_web_limits_know(&call->web->limits, call->session, status == ASV_OK);
    }
    if (status == ASV_OK && cookie == (call->who.kind == ASV_DB_SESSION_TOKEN)) {
        status = ASV_E_NOT_FOUND;
    }
    call->signed_in = status == ASV_OK;
    return status;
}

/* */
static bool is_too_often(struct asv_web_call *call, enum asv_web_limit what, const void *who, size_t len)
{
    unsigned wait_s =
        asv_web_limits_rate(&call->web->limits, what, who, len, asv_world_mono_ms(call->web->world));
    if (wait_s > 0) {
        asv_web_refuse(call, &asv_web_too_often, NULL);
        call->out->retry_s = wait_s;
    }
    return wait_s > 0;
}

/* what may be made up costs its address, and what has counted does not. */
static bool is_one_too_many(struct asv_web_call *call)
{
    uint8_t address[ASV_HTTP_ADDRESS_KEY];
    asv_web_address(call, address);
    return !asv_web_limits_knows(&call->web->limits, call->session) &&
           is_too_often(call, ASV_WEB_LIMIT_STRANGERS, address, sizeof address);
}

bool asv_web_session_enter(struct asv_web_call *call)
{
    struct asv_err err = {0};
    char token[ASV_WEB_TOKEN_CHARS + 1];
    bool cookie = false;
    if (!read_sent(call, token, &cookie)) {
        asv_web_refuse(call, &asv_web_not_signed_in, NULL);
        return false;
    }
    asv_web_token_digest(call->session, token);
    bool meant = !cookie || is_meant(call, token);
    asv_wipe(token, sizeof token);
    if (is_one_too_many(call)) {
        return false;
    }
    enum asv_status status = find(call, cookie, &err);
    if (status == ASV_E_NOT_FOUND) {
        asv_web_refuse(call, &asv_web_not_signed_in, NULL);
    } else if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
    } else if (!meant) {
        asv_web_refuse(call, &asv_web_not_from_here, NULL);
    } else {
        return !is_too_often(call, ASV_WEB_LIMIT_REQUESTS, call->who.id, sizeof call->who.id);
    }
    return false;
}
