/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * For tests that run under tests/sql/with-postgres: the private server, its database, and custody as a dock
 * would write it. Anything that fails here aborts the test.
 */
#ifndef ASV_TESTS_SUPPORT_DB_H
#define ASV_TESTS_SUPPORT_DB_H

#include "server/db/camera.h"
#include "server/db/clip.h"
#include "server/db/docking.h"
#include "server/db/migrate.h"
#include "tests/support/agency.h"

#define ASV_TEST_SESSION_MS INT64_C(1767592800000) /* 2026-01-05 06:00 UTC: when dockings begin */

/* Skips the program (exit 77) when it does not run under with-postgres. */
void asv_test_db_require(void);

/* The database of $PGDATABASE, dropped and made anew, empty; and brought up to this program's schema. */
void asv_test_db_create(void);
void asv_test_db_empty(void); /* drops the schema only: quicker */
void asv_test_db_migrate(void);

/* stop, crash or start: what tests/sql/with-postgres offers. */
void asv_test_db_server(const char *command);

/* A connection of a role, such as "asv_dock", to $PGDATABASE; not yet made. */
struct asv_db *asv_test_db_open(const char *user, bool durable);

/* Runs SQL as the superuser: its first value as text in out[size] (may be NULL), "" for NULL or no row. */
void asv_test_sql(char *out, size_t size, const char *sql);
long asv_test_sql_number(const char *sql);

/* Runs SQL that the server's crash is to end; whatever comes of it. */
void asv_test_sql_until_crash(const char *sql);

/* Has the server prepare every statement of sql/queries. */
void asv_test_db_prepare_all(void);

/* ---- custody ---- */

/* One clip as the dock takes it over: the facts, and the signed objects. Plain data, but for the views in
 * docking and commit, which point into it: must not be copied. */
struct asv_test_custody {
    struct asv_db_docking docking;
    struct asv_db_identity identity;
    struct asv_db_offer offer;
    struct asv_commit facts;
    uint8_t record[ASV_COMMIT_MAX_BYTES];
    uint8_t receipt[2048];
    struct asv_db_commit commit;
    uint8_t receipt_digest[32];
    uint8_t erasure[1024];
    size_t erasure_len;
};

/* Clip `number` of this camera, in docking number `docking` (which decides session and time). Every value
 * follows from these. Then asv_test_custody_sign. */
void asv_test_custody_init(struct asv_test_custody *out, const struct asv_test_agency *agency,
                           const struct asv_test_identity *camera, uint32_t docking, uint64_t number);

/* Signs record, receipt (not when kind is expired on arrival) and erasure anew, after facts were changed. */
void asv_test_custody_sign(struct asv_test_custody *custody, const struct asv_test_agency *agency,
                           const struct asv_test_identity *camera);

/* A docking as the dock begins it, without clips. */
void asv_test_docking(struct asv_db_docking *out, const struct asv_test_agency *agency,
                      const struct asv_test_identity *camera, uint32_t docking);

/* Begins the docking and announces the clip, as asv_dock. */
void asv_test_custody_begin(struct asv_db *db, const struct asv_test_custody *custody);

/* Fails the test with err's text unless the call gives this status. */
#define asv_test_status(want, call)                                                                   \
    do {                                                                                              \
        enum asv_status got_ = (call);                                                                \
        if (got_ != (want)) {                                                                         \
            fail_msg("%s: %s instead of %s: %s", #call, asv_status_name(got_), asv_status_name(want), \
                     err.text);                                                                       \
        }                                                                                             \
    } while (0)

#endif
