/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat camera move: another unit has the camera from now on.
 */
#include "server/base/fail.h"
#include "server/cli/agency.h"
#include "server/cli/database.h"

/* In the database each move is kept, with its time; in the agency directory the last one, for a database that
 * is lost. */
static enum asv_status record(const struct asv_cli *cli, const struct asv_agency_match *match,
                              struct asv_err *err)
{
    char actor[64];
    asv_auto_db struct asv_db *db = NULL;
    if (asv_cli_flag(cli->args, "no-database")) {
        return ASV_OK;
    }
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = asv_db_unit_put(db, match->place.unit, NULL, err);
    }
    return status == ASV_OK
               ? asv_db_camera_move(db, match->digest, match->place.unit, asv_cli_actor(actor), err)
               : status;
}

static enum asv_status move(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_agency_match match;
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    const char *which = asv_cli_operand(cli->args, 0);
    enum asv_status status = asv_agency_open(cli, true, &agency, err);
    if (status == ASV_OK) {
        status = asv_agency_find(agency, "cameras", which, &match, err);
    }
    if (status == ASV_OK && match.is_revoked) {
        status = asv_failf(err, ASV_E_STATE, "%s is out of use", match.name);
    }
    if (status != ASV_OK) {
        return status;
    }
    snprintf(match.place.unit, sizeof match.place.unit, "%s", asv_cli_text(cli->args, "unit"));
    status = record(cli, &match, err);
    if (status == ASV_OK) {
        status = asv_agency_move(agency, "cameras", match.digest, &match.place, err);
    }
    if (status == ASV_OK) {
        fprintf(cli->out, "moved        %s\nunit         %s\n", match.name, match.place.unit);
    }
    return status;
}

static const struct asv_cli_option options[] = {
    {"unit", ASV_CLI_LABEL, "CODE", "organisational unit the camera belongs to", true, false, 0, 0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
    {"no-database", ASV_CLI_FLAG, NULL, "in the agency directory only", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_camera_move = {
    .group = "camera",
    .name = "move",
    .summary = "give a camera to another unit",
    .help = "CAMERA (its serial number, name, or the beginning of its certificate's digest)\n"
            "belongs to the unit CODE from now on. Recordings keep the unit that they were made\n"
            "in. The camera itself is told when it is docked.",
    .operands = "CAMERA",
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = move,
};
