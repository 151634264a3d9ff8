/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/cli.h"

#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/calendar.h"
#include "server/base/conf.h"
#include "server/cli/text.h"
#include "server/keeper/protocol.h"
#include "server/report/ask.h"

const struct asv_cli_command *const asv_cli_commands[] = {
    &asv_cli_init,
    &asv_cli_camera_enrol,
    &asv_cli_camera_bulletin,
    &asv_cli_camera_list,
    &asv_cli_camera_move,
    &asv_cli_camera_issued,
    &asv_cli_camera_retire,
    &asv_cli_dock_request,
    &asv_cli_dock_enrol,
    &asv_cli_dock_list,
    &asv_cli_dock_status,
    &asv_cli_revocations_show,
    &asv_cli_revocations_issue,
    &asv_cli_db_migrate,
    &asv_cli_db_register,
    &asv_cli_db_rebuild,
    &asv_cli_clip_list,
    &asv_cli_clip_show,
    &asv_cli_clip_custody,
    &asv_cli_clip_block,
    &asv_cli_clip_unblock,
    &asv_cli_clip_erase_early,
    &asv_cli_clip_day,
    &asv_cli_clip_open,
    &asv_cli_clip_accesses,
    &asv_cli_incident_new,
    &asv_cli_incident_change,
    &asv_cli_incident_show,
    &asv_cli_incident_list,
    &asv_cli_incident_add_clip,
    &asv_cli_incident_remove_clip,
    &asv_cli_hold_request,
    &asv_cli_hold_approve,
    &asv_cli_hold_refuse,
    &asv_cli_hold_withdraw,
    &asv_cli_hold_release,
    &asv_cli_hold_ahead,
    &asv_cli_hold_list,
    &asv_cli_subject_request,
    &asv_cli_vault_scrub,
    &asv_cli_backup,
    &asv_cli_restore,
    &asv_cli_alarm_list,
    &asv_cli_alarm_acknowledge,
    &asv_cli_alert_run,
    &asv_cli_retention_run,
    &asv_cli_retention_balance,
    &asv_cli_evaluation,
    &asv_cli_handover_run,
    &asv_cli_handover_write,
    &asv_cli_keeper_status,
    &asv_cli_keeper_destroyed,
    &asv_cli_keeper_certify,
    &asv_cli_keeper_confirm_clock,
    &asv_cli_keeper_recovery_key,
    &asv_cli_keeper_approve,
    &asv_cli_ledger_begin,
    &asv_cli_ledger_approve,
    &asv_cli_ledger_forget,
    &asv_cli_ledger_head,
    &asv_cli_ledger_run,
    &asv_cli_ledger_verify,
    &asv_cli_ledger_proof,
    &asv_cli_ledger_publish,
    &asv_cli_ledger_cosign,
    &asv_cli_ledger_witnesses,
    &asv_cli_ledger_key,
    &asv_cli_ledger_witness,
    &asv_cli_ledger_witness_key,
    &asv_cli_ledger_witness_begin,
    &asv_cli_user_add,
    &asv_cli_user_found,
    &asv_cli_user_enrol,
    &asv_cli_user_approve,
    &asv_cli_user_list,
    &asv_cli_user_show,
    &asv_cli_user_login,
    &asv_cli_user_password,
    &asv_cli_user_revoke,
    &asv_cli_user_disable,
    &asv_cli_duty_set,
    &asv_cli_duty_end,
    &asv_cli_duty_list,
    &asv_cli_proposal_list,
    &asv_cli_proposal_refuse,
    &asv_cli_proposal_withdraw,
    &asv_cli_policy_check,
    &asv_cli_policy_show,
    &asv_cli_policy_propose,
    &asv_cli_policy_approve,
    &asv_cli_policy_history,
    &asv_cli_recipient_add,
    &asv_cli_recipient_approve,
    &asv_cli_recipient_end,
    &asv_cli_recipient_list,
    &asv_cli_handover_create,
    &asv_cli_handover_approve,
    &asv_cli_handover_refuse,
    &asv_cli_handover_withdraw,
    &asv_cli_handover_list,
    &asv_cli_handover_show,
    &asv_cli_handover_cancel,
    &asv_cli_handover_again,
    &asv_cli_handover_receipt,
};
const size_t asv_cli_command_count = sizeof asv_cli_commands / sizeof asv_cli_commands[0];

#define HELP_COLUMN 26

static void print_name(const struct asv_cli *cli, const struct asv_cli_command *command)
{
    fprintf(cli->out, "%s%s%s", command->group != NULL ? command->group : "",
            command->group != NULL ? " " : "", command->name);
}

/* The commands of one group, or all. */
static void print_commands(const struct asv_cli *cli, const char *group)
{
    for (size_t i = 0; i < asv_cli_command_count; i++) {
        const struct asv_cli_command *command = asv_cli_commands[i];
        if (group != NULL && (command->group == NULL || strcmp(group, command->group) != 0)) {
            continue;
        }
        size_t len = strlen(command->name) + (command->group != NULL ? strlen(command->group) + 1 : 0);
        fputs("  ", cli->out);
        print_name(cli, command);
        fprintf(cli->out, "%*s%s\n", (int)(HELP_COLUMN - len), "", command->summary);
    }
}

static void print_help(const struct asv_cli *cli)
{
    fputs("asservat: administration of an Asservat evidence dock\n\n"
          "usage: asservat COMMAND [OPTION…]\n\n",
          cli->out);
    print_commands(cli, NULL);
    fputs(
        "\n\"asservat COMMAND --help\" says more about one. Exit status: 0 done, 1 not done, 2 wrong usage.\n"
        "The configuration is " ASV_CLI_CONF "; docs/ADMINISTRATION.md describes it.\n",
        cli->out);
}

static void print_options(const struct asv_cli *cli, const struct asv_cli_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct asv_cli_option *option = &options[i];
        const char *argument = option->argument != NULL ? option->argument : "";
        size_t len = strlen(option->name) + 2 + (option->argument != NULL ? strlen(argument) + 1 : 0);
        fprintf(cli->out, "  --%s%s%s", option->name, option->argument != NULL ? " " : "", argument);
        if (len < HELP_COLUMN) {
            fprintf(cli->out, "%*s", (int)(HELP_COLUMN - len), "");
        } else {
            fprintf(cli->out, "\n%*s", HELP_COLUMN + 2, "");
        }
        fprintf(cli->out, "%s%s%s\n", option->help, option->repeated ? " (may be repeated)" : "",
                option->required ? " (required)" : "");
    }
}

static void print_command_help(const struct asv_cli *cli, const struct asv_cli_command *command)
{
    fputs("usage: asservat ", cli->out);
    print_name(cli, command);
    fprintf(cli->out, " [OPTION…]%s%s\n\n%s\n\noptions:\n", command->operands != NULL ? " " : "",
            command->operands != NULL ? command->operands : "", command->help);
    print_options(cli, command->options, command->option_count);
    print_options(cli, asv_cli_common_options, asv_cli_common_option_count);
}

#define KEY(key, type, field, fallback)                                                             \
    {                                                                                               \
        key, type, offsetof(struct asv_cli_conf, field), sizeof(((struct asv_cli_conf *)0)->field), \
            fallback, 0, 0, NULL, NULL                                                              \
    }

#define HOUR_MS UINT64_C(3600000)
#define DURATION(key, field, fallback, min, max)                                                        \
    {                                                                                                   \
        key, ASV_CONF_DURATION, offsetof(struct asv_cli_conf, field), 0, fallback, min, max, NULL, NULL \
    }

static const struct asv_conf_key conf_keys[] = {
    KEY("agency", ASV_CONF_PATH, agency, "/var/lib/asservat/agency"),
    KEY("root", ASV_CONF_PATH, root, "/etc/asservat/root.cert"),
    KEY("database", ASV_CONF_TEXT, database, "dbname=asservat user=asv_admin"),
    KEY("database.staff", ASV_CONF_TEXT, database_staff, "dbname=asservat"),
    KEY("database.dock", ASV_CONF_TEXT, database_dock, "dbname=asservat user=asv_dock"),
    KEY("database.owner", ASV_CONF_TEXT, database_owner, "dbname=asservat user=postgres"),
    KEY("database.backup", ASV_CONF_TEXT, database_backup, "dbname=asservat user=asv_backup"),
    KEY("database.ledger", ASV_CONF_TEXT, database_ledger, "dbname=asservat user=asv_ledger"),
    KEY("database.cosign", ASV_CONF_TEXT, database_cosign, "dbname=asservat user=asv_cosign"),
    KEY("database.check", ASV_CONF_TEXT, database_check, "dbname=asservat user=asv_check"),
    KEY("database.publish", ASV_CONF_TEXT, database_publish, "dbname=asservat user=asv_publish"),
    KEY("database.export", ASV_CONF_TEXT, database_export, "dbname=asservat user=asv_export"),
    KEY("handover", ASV_CONF_PATH, handover, "/var/lib/asservat/handover"),
    KEY("handover.package", ASV_CONF_PATH, handover_package, "/etc/asservat/package.pem"),
    KEY("handover.chains", ASV_CONF_PATH, handover_chains, "/etc/asservat"),
    KEY("handover.xjustiz", ASV_CONF_PATH, handover_xjustiz, "/usr/share/asservat/xjustiz/3.6.2.json"),
    KEY("handover.documents", ASV_CONF_PATH, handover_documents, ASV_DOCUMENTS_PROGRAM),
    KEY("handover.agency", ASV_CONF_TEXT, handover_agency, ""),
    KEY("handover.office", ASV_CONF_TEXT, handover_office, ""),
    KEY("handover.address", ASV_CONF_TEXT, handover_address, ""),
    KEY("handover.contact", ASV_CONF_TEXT, handover_contact, ""),
    KEY("handover.phone", ASV_CONF_TEXT, handover_phone, ""),
    KEY("handover.mail", ASV_CONF_TEXT, handover_mail, ""),
    KEY("handover.media", ASV_CONF_PATH, handover_media, "/run/asservat-media/socket"),
    {"handover.medium", ASV_CONF_SIZE, offsetof(struct asv_cli_conf, handover_medium), 0, "0", 0,
     UINT64_C(1) << 48, NULL, NULL},
    KEY("handover.tsa", ASV_CONF_TEXT, handover_tsa, ""),
    KEY("handover.tsa.ca", ASV_CONF_PATH, handover_tsa_ca, ""),
    KEY("ledger.trust", ASV_CONF_PATH, ledger_trust, ""),
    KEY("ledger.witness.ca", ASV_CONF_PATH, ledger_ca, ""),
    DURATION("ledger.witness.every", ledger_every_ms, "30s", 1000, HOUR_MS),
    DURATION("ledger.witness.late", ledger_late_ms, "24h", 60000, 31 * 24 * HOUR_MS),
    KEY("vault", ASV_CONF_PATH, vault, "/var/lib/asservat/vault"),
    KEY("vault.mirror", ASV_CONF_TEXT, vault_mirror, ""),
    KEY("vault.cached", ASV_CONF_BOOL, readback_cached, "no"),
    KEY("backup", ASV_CONF_TEXT, backup, ""),
    KEY("keeper", ASV_CONF_PATH, keeper, ASV_KEEPER_SOCKET),
    KEY("dock.status", ASV_CONF_PATH, dock_status, "/run/asservat/dock-status.sock"),
};

static enum asv_status prepare(struct asv_cli *cli, struct asv_err *err)
{
    const char *path = asv_cli_text(cli->args, "config");
    enum asv_status status = asv_conf_read(path != NULL ? path : ASV_CLI_CONF, path == NULL, conf_keys,
                                           sizeof conf_keys / sizeof *conf_keys, &cli->conf, err);
    if (status == ASV_OK) {
        status = asv_calendar_set_zone(ASV_CALENDAR_ZONE, err);
    }
    if (status == ASV_OK && asv_crypto_init() != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "the cryptographic library does not start");
    }
    return status;
}

static int failed(const struct asv_cli *cli, const struct asv_cli_command *command, enum asv_status status,
                  const struct asv_err *err)
{
    fprintf(cli->err, "asservat %s%s%s: ", command->group != NULL ? command->group : "",
            command->group != NULL ? " " : "", command->name);
    asv_text_print(cli->err, err->text[0] != '\0' ? err->text : asv_status_name(status));
    fputc('\n', cli->err);
    return status == ASV_E_USAGE ? 2 : 1;
}

static int run(const struct asv_cli *cli, const struct asv_cli_command *command, int argc,
               const char *const *argv)
{
    __attribute__((cleanup(asv_cli_args_clear))) struct asv_cli_args args;
    struct asv_err err = {0};
    enum asv_status status =
        asv_cli_args_parse(&args, command->options, command->option_count, argc, argv, &err);
    if (status == ASV_OK && command->words) {
        status = asv_cli_args_normal(&args, &err);
    }
    if (status != ASV_OK) {
        return failed(cli, command, status, &err);
    }
    if (asv_cli_flag(&args, "help")) {
        print_command_help(cli, command);
        return 0;
    }
    size_t operands = asv_cli_operand_count(&args);
    if (operands < command->operands_min || operands > command->operands_max) {
        const char *surplus = asv_cli_operand(&args, command->operands_max);
        fprintf(cli->err, "asservat %s%s%s: %s\"%s\"; see --help\n",
                command->group != NULL ? command->group : "", command->group != NULL ? " " : "",
                command->name, surplus != NULL ? "there is no use for " : "missing: ",
                surplus != NULL ? surplus : command->operands);
        return 2;
    }
    struct asv_cli with_args = *cli;
    with_args.args = &args;
    with_args.command = command;
    status = prepare(&with_args, &err);
    if (status == ASV_OK) {
        status = command->run(&with_args, &err);
    }
    int result = status == ASV_OK ? 0 : failed(cli, command, status, &err);
    return with_args.exit_status != 0 ? with_args.exit_status : result;
}

static bool is_group(const char *word)
{
    for (size_t i = 0; i < asv_cli_command_count; i++) {
        if (asv_cli_commands[i]->group != NULL && strcmp(asv_cli_commands[i]->group, word) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

int asv_cli_main(const struct asv_cli *cli, int argc, const char *const *argv)
{
    if (argc < 2) {
        fputs("asservat: no command; \"asservat --help\" lists them\n", cli->err);
        return 2;
    }
    const char *word = argv[1];
    if (is_help(word)) {
        print_help(cli);
        return 0;
    }
    if (strcmp(word, "--version") == 0) {
        fputs("asservat " ASV_VERSION "\n", cli->out);
        return 0;
    }
    bool group = is_group(word);
    if (group && (argc < 3 || is_help(argv[2]))) {
        FILE *to = argc < 3 ? cli->err : cli->out;
        struct asv_cli view = *cli;
        view.out = to;
        fprintf(to, "usage: asservat %s COMMAND [OPTION…]\n\n", word);
        print_commands(&view, word);
        return argc < 3 ? 2 : 0;
    }
    for (size_t i = 0; i < asv_cli_command_count; i++) {
        const struct asv_cli_command *command = asv_cli_commands[i];
        int words = command->group != NULL ? 3 : 2;
        const char *name = argv[words - 1];
        bool same_group = command->group != NULL ? group && strcmp(command->group, word) == 0 : !group;
        if (same_group && argc >= words && strcmp(command->name, name) == 0) {
            return run(cli, command, argc - words, argv + words);
        }
    }
    fprintf(cli->err, "asservat: there is no command \"%s%s%s\"; \"asservat --help\" lists them\n", word,
            group ? " " : "", group ? argv[2] : "");
    return 2;
}
