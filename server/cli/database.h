/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The database as the administration reaches it, and what it writes down there.
 */
#ifndef ASV_SERVER_CLI_DATABASE_H
#define ASV_SERVER_CLI_DATABASE_H

#include "server/cli/cli.h"
#include "server/db/camera.h"

#define ASV_CLI_DATABASE_OPTION                                                                            \
    {                                                                                                      \
        "database", ASV_CLI_TEXT, "CONNINFO", "database (configuration: database, database.staff)", false, \
            false, 0, 0                                                                                    \
    }

/* Connects as the command's kind of account (struct asv_cli_command, by), to what --database or the
 * configuration says, and makes sure that it answers and that it is one of that kind: ASV_E_DENIED says whose
 * command it is. *out is the caller's to close. */
ASV_MUST_CHECK enum asv_status asv_cli_database(const struct asv_cli *cli, struct asv_db **out,
                                                struct asv_err *err);

/* The same for what timers start: the ledger tells of the version that it works with when that is a new one.
 */
ASV_MUST_CHECK enum asv_status asv_cli_database_job(const struct asv_cli *cli, struct asv_db **out,
                                                    struct asv_err *err);

/* Another role of the same, and for a job. */
ASV_MUST_CHECK enum asv_status asv_cli_database_as(const struct asv_cli *cli, const char *conninfo,
                                                   struct asv_db **out, struct asv_err *err);

ASV_MUST_CHECK enum asv_status asv_cli_database_job_as(const struct asv_cli *cli, const char *conninfo,
                                                       struct asv_db **out, struct asv_err *err);

static inline void asv_cleanup_db(struct asv_db **db)
{
    asv_db_close(*db);
}
#define asv_auto_db __attribute__((cleanup(asv_cleanup_db)))

/* Who does this, for the record: the name of the user who called (through sudo, too). */
const char *asv_cli_actor(char out[64]);

/* ASV_E_USAGE unless the option is left out, or a text of at most so many bytes that can be written down. */
ASV_MUST_CHECK enum asv_status asv_cli_note(const struct asv_cli *cli, const char *name, size_t max,
                                            struct asv_err *err);

#endif
