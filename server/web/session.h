/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whose request it is: cookies of browsers, tokens of programs (API.md, "Signing in").
 */
#ifndef ASV_SERVER_WEB_SESSION_H
#define ASV_SERVER_WEB_SESSION_H

#include "server/web/call.h"

#define ASV_WEB_TOKEN_BYTES 32                        /* of randomness */
#define ASV_WEB_TOKEN_CHARS (2 * ASV_WEB_TOKEN_BYTES) /* in hexadecimal */
#define ASV_WEB_COOKIE      "__Host-asservat"
#define ASV_WEB_TOKEN_MARK  "asv_" /* in front of a token, so that it is found where it should not be */

/* The value of the cookie in a Cookie header; false: it is not there, or twice, or no token. Pure. */
bool asv_web_cookie_read(const char *header, char out[ASV_WEB_TOKEN_CHARS + 1]);
/* The token of an Authorization header. Pure. */
bool asv_web_bearer_read(const char *header, char out[ASV_WEB_TOKEN_CHARS + 1]);

/* What the database is told instead of a cookie or token, and what a page has to send with it. */
void asv_web_token_digest(uint8_t out[ASV_SHA256_BYTES], const char *token);
void asv_web_csrf_token(char out[2 * ASV_SHA256_BYTES + 1], const char *token);

/* Whether a browser says that the request is from one of our own pages. */
bool asv_web_is_from_here(const struct asv_web_call *call);

/* Finds who makes the request: call->signed_in, who and db. false: refused. */
bool asv_web_session_enter(struct asv_web_call *call);

#endif
