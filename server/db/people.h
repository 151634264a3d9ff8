/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * People: their credentials, duties and accounts. Nothing here leads from a person to recordings (LAW L6).
 * The role asv_admin writes credentials, duties and accounts; members of asv_staff read the first two, and
 * disable whose credentials they revoked.
 */
#ifndef ASV_SERVER_DB_PEOPLE_H
#define ASV_SERVER_DB_PEOPLE_H

#include "server/db/clip.h"
#include "server/db/db.h"
#include "server/statement/credential.h"

/* ---- credentials ---- */

struct asv_db_credential {
    struct asv_credential said; /* views into record */
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len;
    uint8_t record[ASV_CREDENTIAL_MAX_BYTES];
    int64_t enrolled_ms;   /* ASV_TIME_UNKNOWN: two people have not, or the keeper does not know it yet */
    int64_t revoked_ms;    /* ASV_TIME_UNKNOWN: it is not */
    bool revocation_taken; /* the keeper knows that it is revoked */
    int64_t disabled_ms;   /* the account; ASV_TIME_UNKNOWN: it is not */
};

/* Points said into this very record again: after a copy. ASV_E_MALFORMED for bytes that are none. */
ASV_MUST_CHECK enum asv_status asv_db_credential_view(struct asv_db_credential *credential,
                                                      struct asv_err *err);

/* Keeps a record (decoded: with encoded), its person and its units. ASV_E_MISMATCH: the key or the badge is
 * somebody's already. ASV_E_DENIED: roles that exclude those of another credential of the person. */
ASV_MUST_CHECK enum asv_status asv_db_credential_put(struct asv_db *db,
                                                     const struct asv_credential *credential, const char *by,
                                                     enum asv_db_outcome *outcome, struct asv_err *err);

/* By digest, or by public key (32 bytes of a key file, 64 of an authenticator). ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_credential_find(struct asv_db *db,
                                                      const uint8_t digest[ASV_SHA256_BYTES],
                                                      struct asv_db_credential *out, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_credential_of_key(struct asv_db *db, struct asv_bytes key,
                                                        struct asv_db_credential *out, struct asv_err *err);

/* In the order of name and digest; after: the row before, NULL: from the first. cap <= ASV_DB_PAGE_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_credential_page(struct asv_db *db,
                                                      const struct asv_db_credential *after,
                                                      struct asv_db_credential *out, size_t cap,
                                                      size_t *count, struct asv_err *err);

/* The credentials with which who asks can sign now, that of the session first, then the newest; only
 * authenticators, or key files as well. cap <= ASV_DB_PAGE_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_credential_mine(struct asv_db *db, bool authenticators,
                                                      struct asv_db_credential *out, size_t cap,
                                                      size_t *count, struct asv_err *err);

/* Keeps a record of who asks (decoded: with encoded), with an authenticator's key, until two people enrol it.
 * ASV_E_MISMATCH: the key is somebody's already. ASV_E_DENIED: who asks has no credential that counts.
 * ASV_E_STATE: several wait already. */
ASV_MUST_CHECK enum asv_status asv_db_credential_offer(struct asv_db *db,
                                                       const struct asv_credential *credential,
                                                       enum asv_db_outcome *outcome, struct asv_err *err);

/* Nothing is done with the account any more, until two people enrol a new credential for the person. */
ASV_MUST_CHECK enum asv_status asv_db_person_disable(struct asv_db *db, const uint8_t person[ASV_UUID_BYTES],
                                                     const char *reason, const char *by,
                                                     enum asv_db_outcome *outcome, struct asv_err *err);

/* ---- duties ---- */

enum asv_db_duty_kind {
    ASV_DB_DUTY_IN_CHARGE = 0, /* of a unit */
    ASV_DB_DUTY_DEPUTY = 1,    /* of who is in charge of a unit; always ends */
    ASV_DB_DUTY_APPRAISES = 2, /* is a person's appraising superior (LAW L5) */
    ASV_DB_DUTY_KINDS,
};

struct asv_db_duty {
    uint8_t id[ASV_UUID_BYTES];
    uint8_t person[ASV_UUID_BYTES];
    char name[ASV_NAME_MAX_BYTES + 1];
    uint8_t kind;
    char unit[65];                     /* empty with APPRAISES */
    uint8_t appraised[ASV_UUID_BYTES]; /* with APPRAISES */
    char appraised_name[ASV_NAME_MAX_BYTES + 1];
    int64_t from_ms;
    int64_t until_ms; /* ASV_TIME_UNKNOWN: until it is ended */
};

/* Writes a duty down, whose names are ignored, and fills its id. ASV_E_NOT_FOUND for a person or unit that is
 * not there. */
ASV_MUST_CHECK enum asv_status asv_db_duty_put(struct asv_db *db, struct asv_db_duty *duty, const char *by,
                                               struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_duty_end(struct asv_db *db, const uint8_t duty[ASV_UUID_BYTES],
                                               const char *by, enum asv_db_outcome *outcome,
                                               struct asv_err *err);

/* Those that are not over; after: the id of the row before, NULL: from the first. cap <= ASV_DB_PAGE_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_duty_list(struct asv_db *db, const uint8_t *after,
                                                struct asv_db_duty *out, size_t cap, size_t *count,
                                                struct asv_err *err);

/* ---- accounts ---- */

/* This account of the server is the person's. ASV_E_NOT_FOUND: there is no role of that name that is a member
 * of asv_staff. ASV_E_MISMATCH: it is, or was, somebody else's. */
ASV_MUST_CHECK enum asv_status asv_db_login_put(struct asv_db *db, const uint8_t person[ASV_UUID_BYTES],
                                                const char *login, const char *by,
                                                enum asv_db_outcome *outcome, struct asv_err *err);

/* Whose account is connected; zeros: nobody's, or it is disabled. Members of asv_staff ask. */
ASV_MUST_CHECK enum asv_status asv_db_caller(struct asv_db *db, uint8_t person[ASV_UUID_BYTES],
                                             struct asv_err *err);

struct asv_db_session {
    bool is_staff;          /* works as a member of asv_staff */
    bool is_administration; /* as asv_admin */
};
ASV_MUST_CHECK enum asv_status asv_db_session(struct asv_db *db, struct asv_db_session *out,
                                              struct asv_err *err);

#endif
