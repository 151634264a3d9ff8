/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat evaluation: what happened in the months that are over (docs/RETENTION.md, "The evaluation"), in
 * the bytes in which the web server says it, too.
 */
#include <stdio.h>

#include "server/base/fail.h"
#include "server/cli/database.h"
#include "server/db/read.h"

static enum asv_status print(const struct asv_cli *cli, const struct asv_db_sheet *sheet, struct asv_err *err)
{
    struct asv_db_cell cell = {0};
    enum asv_status status = asv_db_sheet_cell(sheet, 0, 0, &cell, err);
    if (status == ASV_OK && fwrite(cell.bytes.data, 1, cell.bytes.len, cli->out) != cell.bytes.len) {
        status = asv_fail(err, ASV_E_IO, "the evaluation could not be written");
    }
    return status;
}

static enum asv_status evaluation(struct asv_cli *cli, struct asv_err *err)
{
    const char *const values[] = {asv_cli_text(cli->args, "from"), asv_cli_text(cli->args, "until"),
                                  asv_cli_text(cli->args, "unit"),
                                  asv_cli_flag(cli->args, "json") ? "json" : "csv"};
    asv_auto_db struct asv_db *db = NULL;
    struct asv_db_sheet *sheet = NULL;
    struct asv_err inner = {0};
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_db_read(db, ASV_DB_READ_EVALUATION, values, sizeof values / sizeof *values, &sheet, &inner);
    if (status == ASV_E_DENIED) {
        return asv_fail(
            err, status,
            "the evaluation is told to superiors, the data-protection officer and the staff council");
    }
    if (status == ASV_E_MALFORMED) {
        return asv_fail(err, ASV_E_USAGE, "--until: a month of the five years that begin with --from");
    }
    status = status == ASV_OK ? print(cli, sheet, err) : asv_failf(err, status, "%s", inner.text);
    asv_db_sheet_free(sheet);
    return status;
}

static const struct asv_cli_option options[] = {
    {"from", ASV_CLI_MONTH, "MONTH", "the first month, YYYY-MM (of all)", false, false, 0, 0},
    {"until", ASV_CLI_MONTH, "MONTH", "the last one (the first, or of all the last)", false, false, 0, 0},
    {"unit", ASV_CLI_LABEL, "UNIT", "of this unit only", false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON, and not as CSV", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_evaluation = {
    .name = "evaluation",
    .summary = "what happened in each month that is over, by unit",
    .help = "For each month and unit: days of use, steps of de-escalation, recordings that were taken\n"
            "in, held, erased and handed over, late dockings, openings, and questions of recorded\n"
            "people. Nothing is counted by person or camera, and what would tell of a smaller group\n"
            "than the policy allows is left out. Months are counted by the night when they are over\n"
            "and the ledger has them; the same call gives the same bytes, and says over which head.",
    .by = ASV_CLI_BY_PEOPLE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = evaluation,
};
