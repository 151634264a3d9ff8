/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/http/internal.h"

/* no answer is shown in another's page, or is taken for another type than it has; none but a page of
 * our own runs anything. */
#define NOTHING "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
static const char *const safe[][2] = {
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
};

void asv_http_answer_clear(struct asv_http_answer *answer)
{
    if (answer->owned) {
        if (answer->secret) {
            asv_wipe(answer->data, answer->len);
        }
        free(answer->data);
    }
    if (answer->file) {
        (void)close(answer->fd);
    }
    if (answer->channel != NULL) {
        asv_http_channel_leave(answer->channel);
    }
    *answer = (struct asv_http_answer){0};
}

/* A problem as bytes. */
static void write_problem(const struct asv_http_listener *listener, struct asv_http_answer *answer,
                          char text[ASV_HTTP_PROBLEM_BYTES])
{
    struct asv_http_problem problem = *answer->problem;
    unsigned retry_s = answer->retry_s;
    problem.field = answer->field != NULL ? answer->field : problem.field;
    asv_http_answer_clear(answer);
    answer->retry_s = retry_s == 0 && problem.code == MHD_HTTP_SERVICE_UNAVAILABLE ? 5 : retry_s;
    answer->code = problem.code;
    answer->data = (uint8_t *)text;
    if (listener->config.plain_errors) {
        answer->type = "text/plain; charset=utf-8";
        answer->len = (size_t)snprintf(text, ASV_HTTP_PROBLEM_BYTES, "%s\n", problem.detail);
    } else {
        answer->type = "application/problem+json";
        answer->len = asv_http_problem_write(text, &problem);
    }
}

/* */
static bool has_it_already(const struct asv_http_exchange *exchange)
{
    const struct asv_http_answer *answer = &exchange->answer;
    const char *list =
        MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    return answer->code == MHD_HTTP_OK && answer->etag[0] != '\0' && list != NULL &&
           asv_http_etag_is_in(answer->etag, list);
}

/* libmicrohttpd says only where the bytes are: how many they are stands in front of them. */
struct secret {
    size_t len;
    uint8_t data[];
};

static void forget(void *cls)
{
    struct secret *secret = cls;
    asv_wipe(secret->data, secret->len);
    free(secret);
}

/* Not in the answer's own memory any more, which is wiped. */
static struct MHD_Response *secret_of(struct asv_http_answer *answer)
{
    struct secret *secret = malloc(sizeof *secret + answer->len);
    if (secret == NULL) {
        return NULL;
    }
    secret->len = answer->len;
    memcpy(secret->data, answer->data, answer->len);
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback_cls(answer->len, secret->data, forget, secret);
    if (response == NULL) {
        forget(secret);
    }
    return response;
}

/* The response takes over what the answer owns. */
static struct MHD_Response *body_of(struct asv_http_exchange *exchange)
{
    struct asv_http_answer *answer = &exchange->answer;
    struct MHD_Response *response;
    if (answer->channel != NULL) {
        response = asv_http_flow_begin(exchange);
    } else if (answer->file) {
        response = MHD_create_response_from_fd64(answer->len, answer->fd);
        answer->file = response == NULL;
    } else if (answer->secret) {
        response = secret_of(answer);
    } else {
        response = MHD_create_response_from_buffer(
            answer->len, answer->data, answer->owned ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_MUST_COPY);
        answer->owned = answer->owned && response == NULL;
    }
    return response;
}

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_headers(const struct asv_http_exchange *exchange, struct MHD_Response *response)
{
    const struct asv_http_listener *listener = exchange->listener;
    const struct asv_http_answer *answer = &exchange->answer;
    bool done =
        add(response, MHD_HTTP_HEADER_CACHE_CONTROL, answer->cache != NULL ? answer->cache : "no-store");
    for (size_t i = 0; done && i < sizeof safe / sizeof *safe; i++) {
        done = add(response, safe[i][0], safe[i][1]);
    }
    if (done) {
        done = add(response, MHD_HTTP_HEADER_CONTENT_SECURITY_POLICY,
                   answer->policy != NULL ? answer->policy : NOTHING);
    }
    if (done && answer->code != MHD_HTTP_NOT_MODIFIED && answer->type != NULL) {
        done = add(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    }
    if (done && answer->code != MHD_HTTP_NOT_MODIFIED && answer->packed) {
        done = add(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    }
    if (done && answer->varies) {
        done = add(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    }
    if (done && (exchange->flow.channel != NULL || answer->secret)) { /* */
        done = add(response, "X-Accel-Buffering",
                   "no"); /* nginx passes it on as it comes, and keeps nothing of it */
    }
    if (done && answer->etag[0] != '\0') {
        done = add(response, MHD_HTTP_HEADER_ETAG, answer->etag);
    }
    if (done && answer->code == MHD_HTTP_METHOD_NOT_ALLOWED) {
        done = add(response, MHD_HTTP_HEADER_ALLOW, exchange->allow);
    }
    if (done && answer->retry_s != 0) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%u", answer->retry_s);
        done = add(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    if (done && answer->location[0] != '\0') {
        done = add(response, MHD_HTTP_HEADER_LOCATION, answer->location);
    }
    if (done && answer->cookie[0] != '\0') {
        done = add(response, MHD_HTTP_HEADER_SET_COOKIE, answer->cookie);
    }
    if (done && listener->tls != NULL) {
        done = add(response, MHD_HTTP_HEADER_STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if (done && (listener->stopping || answer->code == MHD_HTTP_BAD_REQUEST)) { /* */
        done = add(response, MHD_HTTP_HEADER_CONNECTION, "close");
    }
    return done;
}

static void count(struct asv_http_exchange *exchange)
{
    struct asv_http_listener *listener = exchange->listener;
    const struct asv_http_route *route = exchange->request.match.route;
    size_t at = route != NULL ? (size_t)(route - listener->config.routes.all) : listener->config.routes.count;
    unsigned class = exchange->answer.code / 100;
    atomic_fetch_add(&listener->counts->answers[at][class < ASV_HTTP_CLASSES ? class : 0], 1);
}

enum MHD_Result asv_http_send(struct asv_http_exchange *exchange)
{
    struct asv_http_answer *answer = &exchange->answer;
    char text[ASV_HTTP_PROBLEM_BYTES];
    if (answer->problem != NULL) {
        write_problem(exchange->listener, answer, text);
    } else if (has_it_already(exchange)) {
        answer->code = MHD_HTTP_NOT_MODIFIED;
        answer->len = 0;
    }
    struct MHD_Response *response = body_of(exchange);
    enum MHD_Result done = response != NULL && add_headers(exchange, response) ? MHD_YES : MHD_NO;
    if (done == MHD_YES) {
        done = MHD_queue_response(exchange->connection, answer->code, response);
    }
    if (done == MHD_YES) {
        count(exchange);
        asv_http_peer_move(exchange->peer,
                           exchange->flow.channel != NULL ? ASV_HTTP_LISTENING : ASV_HTTP_SENDING,
                           asv_world_mono_ms(exchange->listener->config.world));
    }
    if (response != NULL) {
        MHD_destroy_response(response);
    }
    asv_http_answer_clear(answer);
    return done;
}
