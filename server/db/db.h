/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A connection to PostgreSQL. Queries are C functions, one each, in the headers beside this one, by domain:
 * clip.h, docking.h, camera.h. This folder is the only home of libpq.
 *
 * Calls block: make them from a worker thread, one connection per thread. No call blocks longer than
 * connect_ms + call_ms. A lost connection is made again by the next call, with back-off: while that runs,
 * calls fail at once.
 *
 * Every query that writes may be repeated: told the same facts twice, the database holds them once and says
 * so. So whoever gets a status of class RETRY, where the outcome is not known, repeats the call.
 *
 *   ASV_E_AWAY         the server cannot be reached, went away, cannot be written to, or back-off runs
 *   ASV_E_TIMEOUT      call_ms passed; the statement was cancelled
 *   ASV_E_BUSY         serialisation failures or deadlocks, again after bounded attempts
 *   ASV_E_NO_SPACE     the server's disk is full
 *   ASV_E_DENIED       the role may not do this, or not log in
 *   ASV_E_MALFORMED    a value breaks a constraint of its column
 *   ASV_E_LIMIT        a number above 2^63 - 1, or a result larger than the buffer given
 *   ASV_E_NOT_FOUND    no such row, or one that this one refers to is missing
 *   ASV_E_EXISTS       another row has this key with other facts
 *   ASV_E_STATE        the lifecycle knows no such move
 *   ASV_E_EXPIRED      a number that does not rise
 *   ASV_E_MISMATCH     contradicts what is in custody
 *   ASV_E_USAGE        the server is not durable, or the configuration is wrong
 *   ASV_E_UNSUPPORTED  another schema than this program's; the text says what to do
 *
 * Times are milliseconds since 1970-01-01 UTC. ASV_TIME_UNKNOWN is NULL; what no timestamptz can hold is
 * stored as an infinity. Dates are yyyymmdd, 0 is NULL.
 */
#ifndef ASV_SERVER_DB_DB_H
#define ASV_SERVER_DB_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/base/world.h"
#include "server/base/log.h"

#define ASV_DB_NOTE_SIZE 1001 /* a text for people, with its NUL */

#define ASV_DB_CONNECT_MS 2000 /* defaults */
#define ASV_DB_CALL_MS    15000

/* Strings and pointers are borrowed for the connection's life. */
struct asv_db_config {
    /* What libpq takes: "host=/run/postgresql dbname=asservat user=asv_dock". What is left out comes from
     * libpq's environment and defaults. A host name that must be looked up can block longer than connect_ms:
     * give hostaddr or a socket's directory. */
    const char *conninfo;
    const char *application; /* shows in pg_stat_activity; NULL: none */
    uint32_t connect_ms;     /* longest wait for a connection; 0: ASV_DB_CONNECT_MS */
    uint32_t call_ms;        /* longest wait for one call, its retries included; 0: ASV_DB_CALL_MS */
    bool durable; /* refuse a server with fsync=off or synchronous_commit=off, or a standby: the dock */
    const struct asv_world *world;
    const struct asv_log *log; /* connections made and lost; NULL: silent */
};

struct asv_db;

/* Allocates; the first call connects. *out is the caller's to close. ASV_E_NO_MEMORY, or ASV_E_USAGE for a
 * conninfo that libpq does not understand. */
ASV_MUST_CHECK enum asv_status asv_db_open(const struct asv_db_config *config, struct asv_db **out,
                                           struct asv_err *err);
void asv_db_close(struct asv_db *db); /* NULL is fine */

/* Connects if need be and asks the server for nothing: is it there, durable, and has it this schema? */
ASV_MUST_CHECK enum asv_status asv_db_ping(struct asv_db *db, struct asv_err *err);

/* From here on each transaction is in the session of which this is the digest (session.h); NULL: in none. */
void asv_db_act(struct asv_db *db, const uint8_t digest[32]);

/* Whether the last attempt to connect failed because the server does not let this user in, whoever that is.
 */
bool asv_db_login_refused(const struct asv_db *db);

/* Milliseconds until the next call would try to connect; 0 when connected or it would at once. */
uint64_t asv_db_wait_ms(const struct asv_db *db);

#endif
