/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What was wrong with a request, for programs and for people (RFC 9457), in English and in German. Pure.
 *
 *   {"type":"urn:asservat:problem:not-found","title":"Not found","title_de":"Nicht gefunden","status":404,
 *    "detail":"…","detail_de":"…","field":"…"}
 */
#ifndef ASV_SERVER_HTTP_PROBLEM_H
#define ASV_SERVER_HTTP_PROBLEM_H

#include <stddef.h>

#define ASV_HTTP_PROBLEM_BYTES 2048 /* of the longest */

/* Texts are static and in UTF-8, never what somebody sent. */
struct asv_http_problem {
    unsigned code;    /* HTTP's */
    const char *name; /* "not-found": the last part of its type */
    const char *title, *title_de;
    const char *detail, *detail_de;
    const char *field; /* which part of the request is meant; NULL: all of it */
};

/* The problem as JSON; its bytes, without a NUL. What does not fit is our own mistake. */
size_t asv_http_problem_write(char out[ASV_HTTP_PROBLEM_BYTES], const struct asv_http_problem *problem);

/* What the server itself has to say. */
extern const struct asv_http_problem asv_http_bad_request, asv_http_not_found, asv_http_no_method,
    asv_http_body_too_large, asv_http_target_too_long, asv_http_header_too_large, asv_http_failed,
    asv_http_too_late;

#endif
