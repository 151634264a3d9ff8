/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat db: migrate, register. Rebuilding is in rebuild.c.
 */
#include "server/base/fail.h"
#include "server/cli/agency.h"
#include "server/cli/database.h"
#include "server/cli/publish.h"
#include "server/db/migrate.h"

/* ---- migrate ---- */

struct progress {
    const struct asv_cli *cli;
    unsigned applied;
};

static void migrated(void *ctx, unsigned number, const char *name, const char *sha256)
{
    struct progress *progress = ctx;
    fprintf(progress->cli->out, "applied      %u  %s  %.16s\n", number, name, sha256);
    (void)fflush(progress->cli->out);
    progress->applied++;
}

static enum asv_status migrate(struct asv_cli *cli, struct asv_err *err)
{
    const char *conninfo = asv_cli_text(cli->args, "database");
    struct progress progress = {.cli = cli};
    struct asv_err inner = {0};
    const struct asv_db_config config = {
        .conninfo = conninfo != NULL ? conninfo : cli->conf.database_owner,
        .application = "asservat db migrate",
        .call_ms = 3600000, /* a migration of a large table takes what it takes */
        .world = cli->world,
    };
    enum asv_status status = asv_db_migrate(&config, 0, migrated, &progress, &inner);
    if (status != ASV_OK) {
        return asv_failf(err, status == ASV_E_USAGE ? ASV_E_DENIED : status, "%s", inner.text);
    }
    fprintf(cli->out, "schema       %u%s\n", asv_db_schema_number(),
            progress.applied == 0 ? ", nothing to do" : "");
    return ASV_OK;
}

static const struct asv_cli_option migrate_options[] = {
    {"database", ASV_CLI_TEXT, "CONNINFO", "as a superuser (configuration: database.owner)", false, false, 0,
     0},
};

const struct asv_cli_command asv_cli_db_migrate = {
    .group = "db",
    .name = "migrate",
    .summary = "bring the database up to this program's schema",
    .help = "Makes the database roles that are missing and applies the migrations that are\n"
            "missing, each in its own transaction. Safe to repeat. A database that is newer\n"
            "than this program, or that was changed by hand, is refused.",
    .options = migrate_options,
    .option_count = sizeof migrate_options / sizeof *migrate_options,
    .run = migrate,
};

/* ---- register ---- */

static enum asv_status reg(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    asv_auto_db struct asv_db *db = NULL;
    enum asv_status status = asv_agency_open(cli, false, &agency, err);
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = asv_publish_register(agency, db, err);
    }
    if (status == ASV_OK) {
        fprintf(cli->out, "registered   %s, with its cameras, docks and revocation list %llu\n",
                agency->root.name, (unsigned long long)agency->revocations.number);
    }
    return status;
}

static const struct asv_cli_option register_options[] = {
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_db_register = {
    .group = "db",
    .name = "register",
    .summary = "write the agency's register into the database",
    .help = "Writes what the agency directory holds and the database lacks: the agency, its\n"
            "cameras and docks, and the newest revocation list. Safe to repeat; needs no\n"
            "passphrase.",
    .options = register_options,
    .option_count = sizeof register_options / sizeof *register_options,
    .run = reg,
};
