/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat user password: how somebody without a passkey signs in at the web server.
 */
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/normal.h"
#include "server/cli/ask.h"
#include "server/cli/user.h"
#include "server/db/session.h"

static enum asv_status make_key(const struct asv_cli *cli, const char *name, struct asv_db_password *out,
                                struct asv_err *err)
{
    struct asv_passphrase typed asv_auto_passphrase = {0};
    asv_auto_free char *normal = NULL;
    out->cost = (struct asv_password_cost){ASV_PASSWORD_SIGN_IN_PASSES, ASV_PASSWORD_SIGN_IN_MEMORY_KIB};
    enum asv_status status = asv_ask_passphrase(cli, "passphrase-file", name, true, &typed, err);
    if (status == ASV_OK) {
        status = asv_text_normal(typed.text, &normal, err);
    }
    if (status == ASV_OK && asv_world_random(cli->world, out->salt, sizeof out->salt) != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "no randomness");
    }
    if (status == ASV_OK) {
        const char *text = normal != NULL ? normal : typed.text;
        status = asv_password_key(out->key, text, strlen(text), out->salt, out->cost);
        status = status == ASV_OK ? ASV_OK : asv_fail(err, status, "no memory to keep the password safe");
    }
    if (normal != NULL) {
        asv_wipe(normal, strlen(normal));
    }
    return status;
}

static enum asv_status put(struct asv_db *db, const char *name, const struct asv_db_password *password,
                           struct asv_err *err)
{
    struct asv_err inner = {0};
    char actor[64];
    enum asv_status status = asv_db_password_put(db, name, password, asv_cli_actor(actor), &inner);
    switch (status) {
    case ASV_OK:
        return ASV_OK;
    case ASV_E_MISMATCH:
        return asv_failf(err, status, "somebody else signs in as %.64s", name);
    case ASV_E_MALFORMED:
        return asv_failf(
            err, ASV_E_USAGE,
            "\"%.64s\": a name for signing in has small letters, digits and . _ - only, 64 at most", name);
    default:
        return asv_failf(err, status, "%s", inner.text);
    }
}

static enum asv_status password(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_db_credential who = {0};
    struct asv_db_password made = {.has_totp = false};
    asv_auto_db struct asv_db *db = NULL;
    const char *name = asv_cli_operand(cli->args, 1);
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = asv_user_find(cli, db, asv_cli_operand(cli->args, 0), &who, err);
    }
    if (status == ASV_OK) {
        memcpy(made.person, who.said.person, sizeof made.person);
        status = make_key(cli, name, &made, err);
    }
    if (status == ASV_OK) {
        status = put(db, name, &made, err);
    }
    asv_wipe(&made, sizeof made);
    return status;
}

static const struct asv_cli_option options[] = {
    {"passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is the password", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION};

const struct asv_cli_command asv_cli_user_password = {
    .group = "user",
    .name = "password",
    .summary = "let somebody sign in with a password",
    .help = "Sets a password with which USER signs in at the web server as NAME: at the first time\n"
            "it must be changed, and one-time codes set up. It takes the place of one that was\n"
            "lost, with its codes, and ends all sessions and tokens of USER.\n"
            "\n"
            "Who has a passkey needs none.",
    .operands = "USER NAME",
    .words = true,
    .operands_min = 2,
    .operands_max = 2,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = password,
};
