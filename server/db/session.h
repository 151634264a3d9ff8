/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Sessions of people who have signed in at the web server (the role asv_web). Which session it is, says
 * asv_db_act; whose it is, the database.
 */
#ifndef ASV_SERVER_DB_SESSION_H
#define ASV_SERVER_DB_SESSION_H

#include "firmware-proto/crypto/password.h"
#include "server/db/people.h"

enum asv_db_session_kind {
    ASV_DB_SESSION_PASSKEY = 0,
    ASV_DB_SESSION_PASSWORD = 1,
    ASV_DB_SESSION_TOKEN = 2, /* a program's, for somebody */
    ASV_DB_SESSION_KINDS,
};

struct asv_db_signed_in {
    uint8_t id[ASV_UUID_BYTES];
    uint8_t kind; /* enum asv_db_session_kind */
    uint8_t person[ASV_UUID_BYTES];
    char name[ASV_NAME_MAX_BYTES + 1]; /* of the person */
    uint32_t roles;                    /* ASV_ROLE_*, as they are now */
    uint32_t scopes;                   /* of a token */
    int64_t since_ms, until_ms;
    bool must_change; /* the password was chosen by the administrator */
    bool has_totp;    /* one-time codes are asked for */
    bool is_whole;    /* else nobody can do anything in it but get there */
};

/* The session that asv_db_act named; ASV_E_NOT_FOUND: it is none, or it is over. used: it is not idle. */
ASV_MUST_CHECK enum asv_status asv_db_session_find(struct asv_db *db, bool used, struct asv_db_signed_in *out,
                                                   struct asv_err *err);

/* Of sessions of people, by their digests, one behind the other, the roles that these have now; none: it is
 * over. None is used by it. */
ASV_MUST_CHECK enum asv_status asv_db_session_standing(struct asv_db *db, const uint8_t *digests,
                                                       size_t count, uint32_t *roles, struct asv_err *err);

/* ---- signing in: what the caller has checked ---- */

#define ASV_DB_PASSKEYS_MAX 8

/* Credentials that count with these bytes in their records: of one of them they may be the authenticator's
 * name for its key. Only digest, record and what they say are set. */
ASV_MUST_CHECK enum asv_status asv_db_session_passkeys(struct asv_db *db, struct asv_bytes id,
                                                       struct asv_db_credential out[ASV_DB_PASSKEYS_MAX],
                                                       size_t *count, struct asv_err *err);

/* For how long a session lives. */
struct asv_db_session_term {
    int64_t until_ms; /* whatever is done in it */
    int32_t idle_s;   /* after it was last used */
};

/* What was verified, and is not kept but for the challenge: ASV_SHA256_BYTES each. */
struct asv_db_passkey_answer {
    const uint8_t *credential, *challenge;
};

/* digest: of the cookie. ASV_E_DENIED: the credential does not count, or its answer has opened a session
 * already. */
ASV_MUST_CHECK enum asv_status asv_db_session_passkey_put(struct asv_db *db,
                                                          const uint8_t digest[ASV_SHA256_BYTES],
                                                          const struct asv_db_passkey_answer *answer,
                                                          const struct asv_db_session_term *term,
                                                          struct asv_err *err);

#define ASV_DB_TOTP_BYTES 20

struct asv_db_password {
    uint8_t person[ASV_UUID_BYTES];
    uint8_t salt[ASV_PASSWORD_SALT_BYTES];
    uint8_t key[ASV_PASSWORD_KEY_BYTES];
    struct asv_password_cost cost;
    bool has_totp;                   /* a code is asked for */
    uint8_t totp[ASV_DB_TOTP_BYTES]; /* zeros: no key yet */
    uint64_t totp_step;              /* of the last code */
};

/* By the name with which somebody signs in (ASV_E_NOT_FOUND); name NULL: of whoever is signed in. */
ASV_MUST_CHECK enum asv_status asv_db_password_find(struct asv_db *db, const char *name,
                                                    struct asv_db_password *out, struct asv_err *err);

/* step: of the code, when one is asked for. ASV_E_DENIED: it was used, the password was changed meanwhile, or
 * nothing of the person counts. */
ASV_MUST_CHECK enum asv_status asv_db_session_password_put(
    struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES], const struct asv_db_password *password,
    uint64_t step, const struct asv_db_session_term *term, struct asv_err *err);

/* ---- one's own, in the session that asv_db_act named: ASV_E_DENIED in none, or in a token's ---- */

#define ASV_DB_SESSIONS_MAX 100

struct asv_db_session_row {
    uint8_t id[ASV_UUID_BYTES];
    uint8_t kind;
    char name[ASV_NAME_MAX_BYTES + 1]; /* of a token */
    uint32_t scopes;
    int64_t since_ms, until_ms, seen_ms;
    bool is_this;
};

ASV_MUST_CHECK enum asv_status asv_db_session_page(struct asv_db *db,
                                                   struct asv_db_session_row out[ASV_DB_SESSIONS_MAX],
                                                   size_t *count, struct asv_err *err);

/* Ends one of one's sessions, or tokens; id NULL: every session. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_session_end(struct asv_db *db, const uint8_t *id, bool token,
                                                  struct asv_err *err);

/* ASV_E_STATE: there are as many as one may have. */
ASV_MUST_CHECK enum asv_status asv_db_token_put(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                                const char *name, uint32_t scopes, int64_t until_ms,
                                                uint8_t id[ASV_UUID_BYTES], struct asv_err *err);

/* Of password only salt, key and cost count. All other sessions end. */
ASV_MUST_CHECK enum asv_status asv_db_password_change(struct asv_db *db,
                                                      const struct asv_db_password *password,
                                                      struct asv_err *err);

/* A key for codes (ASV_E_STATE: codes are asked for already), and that its first one came back. */
ASV_MUST_CHECK enum asv_status asv_db_totp_begin(struct asv_db *db, const uint8_t key[ASV_DB_TOTP_BYTES],
                                                 struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_totp_finish(struct asv_db *db, uint64_t step, struct asv_err *err);

/* ---- administration ---- */

/* A password to be changed at once, of the person and with the salt, key and cost that it has; all sessions
 * and tokens end. ASV_E_MISMATCH: somebody else signs in under this name; ASV_E_MALFORMED: it is none. */
ASV_MUST_CHECK enum asv_status asv_db_password_put(struct asv_db *db, const char *name,
                                                   const struct asv_db_password *password, const char *by,
                                                   struct asv_err *err);

/* Deletes those that have been over for 90 days. */
ASV_MUST_CHECK enum asv_status asv_db_session_forget(struct asv_db *db, uint64_t *rows, struct asv_err *err);

#endif
