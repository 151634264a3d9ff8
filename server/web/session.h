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

/* A new one. ASV_E_INTERNAL: no randomness. */
ASV_MUST_CHECK enum asv_status asv_web_token_make(const struct asv_world *world,
                                                  char out[ASV_WEB_TOKEN_CHARS + 1]);
/* Has the browser keep it, or (NULL) forget it. */
void asv_web_cookie_set(struct asv_web_call *call, const char *token);
/* The cookie of whoever is signed in with one. */
bool asv_web_cookie_of(const struct asv_web_call *call, char out[ASV_WEB_TOKEN_CHARS + 1]);

/* Whose place counts as one: of who is connected, or, behind a server that says so, of who is behind it. */
void asv_web_address(const struct asv_web_call *call, uint8_t out[ASV_HTTP_ADDRESS_KEY]);

/* whether somebody on this machine asks, and not a server in front for somebody else. */
bool asv_web_is_local(const struct asv_web_call *call);

/* Whether a browser says that the request is from one of our own pages. */
bool asv_web_is_from_here(const struct asv_web_call *call);

/* Finds who makes the request: call->signed_in, who and db. false: refused. */
bool asv_web_session_enter(struct asv_web_call *call);

/* signin.c, signin_own.c, session_own.c */
void asv_web_challenge(struct asv_web_call *call);
void asv_web_sign_in(struct asv_web_call *call);
void asv_web_session_show(struct asv_web_call *call);
void asv_web_session_leave(struct asv_web_call *call);
void asv_web_sessions(struct asv_web_call *call);
void asv_web_sessions_end(struct asv_web_call *call);
void asv_web_session_end(struct asv_web_call *call);
void asv_web_tokens(struct asv_web_call *call);
void asv_web_token_put(struct asv_web_call *call);
void asv_web_token_end(struct asv_web_call *call);
void asv_web_password_change(struct asv_web_call *call);
void asv_web_totp_begin(struct asv_web_call *call);
void asv_web_totp_finish(struct asv_web_call *call);
extern const struct asv_web_fields asv_web_sign_in_fields, asv_web_token_fields, asv_web_password_fields,
    asv_web_totp_fields;

/* signin.c: a guess at the password of whoever is signed in, which is counted and takes its time. false:
 * refused. */
bool asv_web_guess_own(struct asv_web_call *call, const char *password, struct asv_db_password *found);

/* signin.c: salt, cost and key of a new one, which takes as long, and counts among those that are compared at
 * once. false: refused. */
bool asv_web_password_make(struct asv_web_call *call, const char *password, struct asv_db_password *out);

/* challenge.c: what a passkey answers. Pure, but for randomness. */
#define ASV_WEB_CHALLENGE_MS 120000
ASV_MUST_CHECK enum asv_status asv_web_challenge_make(const struct asv_world *world, const uint8_t key[32],
                                                      uint8_t out[ASV_SHA256_BYTES]);
/* The challenge that a browser says it answered; false: it says none of ours. */
bool asv_web_challenge_read(struct asv_bytes client_data, uint8_t out[ASV_SHA256_BYTES]);
/* Whether it was made with this key, and not too long ago. */
bool asv_web_challenge_is_fresh(const uint8_t key[32], const uint8_t challenge[ASV_SHA256_BYTES],
                                uint64_t now_ms);

#endif
