/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat user login: whose account of the server it is as which the database lets somebody in.
 */
#include "server/base/fail.h"
#include "server/cli/user.h"

static enum asv_status login(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_db_credential who = {0};
    struct asv_err inner = {0};
    char actor[64];
    enum asv_db_outcome outcome;
    asv_auto_db struct asv_db *db = NULL;
    const char *name = asv_cli_operand(cli->args, 1);
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = asv_user_find(cli, db, asv_cli_operand(cli->args, 0), &who, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_db_login_put(db, who.said.person, name, asv_cli_actor(actor), &outcome, &inner);
    switch (status) {
    case ASV_OK:
        return ASV_OK;
    case ASV_E_NOT_FOUND:
        return asv_failf(
            err, status,
            "the database has no such role; a superuser of it makes one: CREATE ROLE %.32s LOGIN IN "
            "ROLE asv_staff",
            name);
    case ASV_E_MISMATCH:
        return asv_failf(err, status,
                         "%.32s is, or was, somebody else's account, and is nobody else's for ever", name);
    case ASV_E_MALFORMED:
        return asv_failf(
            err, ASV_E_USAGE,
            "\"%.64s\": an account's name begins with a small letter, has small letters, digits, _ and "
            "- only, 32 at most, and is no service's",
            name);
    default:
        return asv_failf(err, status, "%s", inner.text);
    }
}

static const struct asv_cli_option options[] = {ASV_CLI_DATABASE_OPTION};

const struct asv_cli_command asv_cli_user_login = {
    .group = "user",
    .name = "login",
    .summary = "say whose account of the server this is",
    .help = "Writes down that ACCOUNT, an account of the server and a role of the database that is a\n"
            "member of asv_staff, is USER's: what the database tells and takes there is told to\n"
            "and taken from this person. A person may have several; an account is one person's\n"
            "for ever.",
    .operands = "USER ACCOUNT",
    .words = true,
    .operands_min = 2,
    .operands_max = 2,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = login,
};
