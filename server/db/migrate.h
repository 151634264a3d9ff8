/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The schema's migrations: sql/0001_….sql and on, embedded with their SHA-256, applied in order and never
 * changed afterwards.
 */
#ifndef ASV_SERVER_DB_MIGRATE_H
#define ASV_SERVER_DB_MIGRATE_H

#include "server/db/db.h"

/* Called for each migration when it has been applied; sha256 is 64 hex digits. */
typedef void (*asv_db_migrated)(void *ctx, unsigned number, const char *name, const char *sha256);

/* The schema number that this program knows. */
unsigned asv_db_schema_number(void);

/* Brings the database up to this program's schema, or to `target` when that is not 0 (tests): makes the roles
 * that are missing, then applies each missing migration in a transaction of its own, under an advisory lock,
 * so that two runs at once are as good as one. conninfo must be of a role that can become asv_owner, and,
 * when roles are missing, can make roles: the database's superuser. Each call that finds nothing to do is
 * ASV_OK.
 *
 * ASV_E_BUSY: another migration runs, or a table is in use, for longer than a minute (or call_ms, when that
 * is less); nothing is half done. ASV_E_UNSUPPORTED: the database has migrations that this program does not
 * know (it is newer). ASV_E_MISMATCH: a migration was applied whose text differs from the one here. Otherwise
 * as db.h; everything up to the migration that failed stays, and err names that one. */
ASV_MUST_CHECK enum asv_status asv_db_migrate(const struct asv_db_config *config, unsigned target,
                                              asv_db_migrated report, void *ctx, struct asv_err *err);

/* Makes the roles that are missing in a database for a backup that comes into it, which must be empty, or
 * have come from that backup before, as its comment says (*done, when that is `trace`): ASV_E_EXISTS when it
 * has the schema, or tables of anybody, from elsewhere. conninfo as for asv_db_migrate. */
ASV_MUST_CHECK enum asv_status asv_db_ready_for_restore(const struct asv_db_config *config, const char *trace,
                                                        bool *done, struct asv_err *err);

#endif
