/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Sessions of people who have signed in at the web server (the role asv_web). Which session it is, says
 * asv_db_act; whose it is, the database.
 */
#ifndef ASV_SERVER_DB_SESSION_H
#define ASV_SERVER_DB_SESSION_H

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

/* The session that asv_db_act named; ASV_E_NOT_FOUND: it is none, or it is over. */
ASV_MUST_CHECK enum asv_status asv_db_session_find(struct asv_db *db, struct asv_db_signed_in *out,
                                                   struct asv_err *err);

#endif
