/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Which handler a request is for: a program has one static table of its routes. Pure.
 *
 * A pattern is a path with parameters, "/{log:steps}/tile/{tile:steps}", each of which has a type:
 *
 *   steps   one step of a path or several, each of letters, digits and - . _ ~ : and beginning with no dot
 *   hash    64 small hexadecimal digits
 *   uuid    a UUID: small hexadecimal digits, with dashes
 *   number  from 1, of 9 digits at most
 *
 * A path is matched as it was sent: nothing is unescaped, so that no two paths are one, and a path with an
 * escape is nobody's. No route has a character that needs one. Of several patterns the first one counts, of
 * several ways to divide a path into steps that with the shortest first.
 */
#ifndef ASV_SERVER_HTTP_ROUTE_H
#define ASV_SERVER_HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#define ASV_HTTP_PARAMS      2   /* of one pattern */
#define ASV_HTTP_STEPS       24  /* of a path; the longest that there is has 9 behind an origin */
#define ASV_HTTP_PATH_BYTES  512 /* of a path; an origin has at most 255 */
#define ASV_HTTP_ALLOW_BYTES 64

struct asv_http_request;
struct asv_http_answer;

/* Answers in out, which is all zeros. */
typedef void (*asv_http_handler)(void *ctx, const struct asv_http_request *request,
                                 struct asv_http_answer *out);

struct asv_http_route {
    const char *method; /* "GET" is HEAD, too */
    const char *pattern;
    const char *name;  /* in the metrics: one word */
    size_t body_bytes; /* of a request: more is refused */
    bool slow; /* it waits for somebody, so one of the threads does it; its answer's bytes are then its own */
    asv_http_handler handler;
};

struct asv_http_routes {
    const struct asv_http_route *all;
    size_t count;
};

/* A view into the path. */
struct asv_http_param {
    const char *text;
    size_t len;
};

struct asv_http_match {
    const struct asv_http_route *route;
    struct asv_http_param params[ASV_HTTP_PARAMS]; /* in the pattern's order */
};

enum asv_http_found { ASV_HTTP_FOUND, ASV_HTTP_NO_PATH, ASV_HTTP_NO_METHOD };

/* *out borrows path. With ASV_HTTP_NO_METHOD allow has the methods that this path has, "GET, HEAD". */
enum asv_http_found asv_http_route_find(const struct asv_http_routes *routes, const char *method,
                                        const char *path, struct asv_http_match *out,
                                        char allow[ASV_HTTP_ALLOW_BYTES]);

/* The path of a request's target, a view into it: of http://host/path what is behind the host (RFC
 * 9112, 3.2.2).
 */
const char *asv_http_target_path(const char *target);

#endif
