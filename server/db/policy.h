/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Policies that people decided on, or may (docs/POLICIES.md): their bytes, since when each is in force, and
 * what a change would be about. That one is in force follows from its statements (statement.h).
 */
#ifndef ASV_SERVER_DB_POLICY_H
#define ASV_SERVER_DB_POLICY_H

#include "server/db/clip.h"
#include "server/db/db.h"
#include "server/statement/text.h"

#define ASV_DB_POLICY_FILE_BYTES 32768 /* as ASV_POLICY_FILE_BYTES */

/* Keeps a checked file's bytes, and what it says of version, name and period. */
struct asv_db_policy_file {
    uint32_t version;
    const char *name;
    uint16_t days;
    struct asv_bytes content;
};
ASV_MUST_CHECK enum asv_status asv_db_policy_file_put(struct asv_db *db,
                                                      const struct asv_db_policy_file *file,
                                                      struct asv_err *err);

/* The bytes of a file, into out[ASV_DB_POLICY_FILE_BYTES]: by its digest, or the one in force on a local day
 * (yyyymmdd). ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_policy_file_find(struct asv_db *db, const uint8_t digest[32],
                                                       uint8_t *out, size_t *len, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_policy_on(struct asv_db *db, uint32_t day, uint8_t *out, size_t *len,
                                                struct asv_err *err);

/* A policy that two people decided on. */
struct asv_db_policy_version {
    uint32_t version;
    uint8_t digest[32];
    char name[ASV_NAME_MAX_BYTES + 1];
    uint16_t days;
    uint32_t from_date; /* yyyymmdd */
    int64_t decided_ms;
    uint8_t proposal[32]; /* the two statements */
    uint8_t approval[32];
};

/* Newest first; below: the version of the row before, 0: from the newest. cap <= ASV_DB_PAGE_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_policy_history(struct asv_db *db, uint32_t below,
                                                     struct asv_db_policy_version *out, size_t cap,
                                                     size_t *count, struct asv_err *err);

/* Recordings that are alike for a policy. Nobody's in particular (LAW L6). */
struct asv_db_period_group {
    uint32_t day; /* yyyymmdd; 0: not known */
    enum asv_db_state state;
    uint8_t ground;     /* enum asv_ground of a request or hold; 0: none */
    int64_t request_ms; /* with PENDING; otherwise ASV_TIME_UNKNOWN */
    uint64_t recordings;
};

/* From the group with this index on. cap <= ASV_DB_PAGE_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_recording_periods(struct asv_db *db, size_t from,
                                                        struct asv_db_period_group *out, size_t cap,
                                                        size_t *count, struct asv_err *err);

#endif
