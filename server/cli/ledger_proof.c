/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat ledger proof: what the ledger says about a recording, as files that outsiders can check. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/database.h"
#include "server/cli/ledger_claim.h"
#include "server/cli/ledger_export.h"
#include "server/cli/moment.h"

static bool opens_all(uint8_t tag)
{
    (void)tag;
    return true;
}

static enum asv_status read_about(const void *what, struct asv_db *db, uint16_t log, int64_t after,
                                  uint32_t limit, struct asv_db_ledger_known *rows, size_t *count,
                                  struct asv_err *err)
{
    return asv_db_ledger_about(db, what, log, after, limit, rows, count, err);
}

/* WHAT, or a claim: one of the two. */
static enum asv_status read_wish(const struct asv_cli *cli, uint8_t what[ASV_UUID_BYTES],
                                 struct asv_claim *claim, struct asv_err *err)
{
    const char *operand = asv_cli_operand(cli->args, 0);
    enum asv_status status = asv_ledger_claim_options(cli, claim, err);
    if (status != ASV_OK) {
        return status;
    }
    if ((operand != NULL) == (claim->kind != 0)) {
        return asv_fail(err, ASV_E_USAGE,
                        "give WHAT, or --camera with --numbers or with --from and --until, or --day");
    }
    if (operand != NULL && asv_uuid_parse(what, operand) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE,
                         "\"%.80s\" is no UUID: give that of a clip, or of an event (asservat clip custody "
                         "--json shows them)",
                         operand);
    }
    return ASV_OK;
}

/* Why there is nothing about that. */
static enum asv_status say_none(struct asv_db *db, const struct asv_claim *claim, const uint8_t *what,
                                struct asv_err *err)
{
    bool waits = false;
    enum asv_status status = claim->kind == 0 ? asv_db_ledger_waits(db, what, &waits, err) : ASV_OK;
    if (status != ASV_OK) {
        return status;
    }
    return waits
               ? asv_fail(err, ASV_E_STATE, "that waits for its entry still: say the same again in a moment")
               : asv_fail(err, ASV_E_NOT_FOUND, "the ledger has no entry about that");
}

static enum asv_status proof(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t what[ASV_UUID_BYTES];
    struct asv_claim claim = {0};
    const char *out = asv_cli_text(cli->args, "out");
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_export struct asv_ledger_export *exporting = NULL;
    enum asv_status status = read_wish(cli, what, &claim, err);
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = asv_ledger_export_open(cli, db, out, &exporting, err);
    }
    if (status == ASV_OK) {
        bool open = asv_cli_flag(cli->args, "open");
        exporting->objects = open && claim.kind == 0;
        status = claim.kind != 0
                     ? asv_ledger_claim_put(cli, db, exporting, &claim, err)
                     : asv_ledger_export_all(exporting, read_about, what, open ? opens_all : NULL, err);
    }
    if (status == ASV_OK && exporting->written + exporting->unproven == 0) {
        return say_none(db, &claim, what, err);
    }
    return status == ASV_OK ? asv_ledger_export_end(exporting, out, err) : status;
}

static const struct asv_cli_option options[] = {
    {"out", ASV_CLI_TEXT, "DIR", "directory for the files, which is empty or made", true, false, 0, 0},
    {"open", ASV_CLI_FLAG, NULL, "with the values of the closed fields, and what was signed: personal data",
     false, false, 0, 0},
    {"camera", ASV_CLI_TEXT, "CAMERA", "that of CAMERA nothing is left out:", false, false, 0, 0},
    {"numbers", ASV_CLI_TEXT, "A-B", "of its recordings with these running numbers", false, false, 0, 0},
    {"from", ASV_CLI_TEXT, "MOMENT", "of those between this, " ASV_MOMENT_HELP, false, false, 0, 0},
    {"until", ASV_CLI_TEXT, "MOMENT", "and this, or that there are none", false, false, 0, 0},
    {"epoch", ASV_CLI_TEXT, "UUID", "in which it counted (the one that fits best)", false, false, 0, 0},
    {"day", ASV_CLI_DATE, "DATE", "the balance of this recording day", false, false, 0, 0},
    {"key", ASV_CLI_TEXT, "FILE", "ledger.pub (the agency directory's keeper/ledger.pub)", false, false, 0,
     0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_ledger_proof = {
    .group = "ledger",
    .name = "proof",
    .summary = "write what the ledger says about a clip, with proofs",
    .help = "Writes every entry about the clip (or the one event) WHAT into DIR, each with the\n"
            "proof that it stands in the ledger under the newest signed head, for asservat-verify\n"
            "and every other program that reads C2SP tlog-proof. With --open their closed fields\n"
            "are opened, but for those that were forgotten, and what they name as signed lies\n"
            "beside them, with who enrolled the people who signed, up to the agency's root: names\n"
            "of superiors and administrators, too. What was written is verified before it is said\n"
            "to be good.\n"
            "Instead of WHAT: that of a camera nothing was left out, shown by its link records\n"
            "and the entries that name them, or the balance of a day. What such a proof does not\n"
            "show, asservat-verify says with it.",
    .operands = "[WHAT]",
    .operands_min = 0,
    .operands_max = 1,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = proof,
};
