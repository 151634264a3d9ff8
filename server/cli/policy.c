/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat policy: check, show (docs/POLICIES.md). */
#include "server/cli/policies.h"

#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/hex.h"
#include "server/cli/database.h"
#include "server/cli/text.h"
#include "server/flow/policy.h"

#define LINE_BYTES 320 /* of a setting: a decision, or all roles, with words around it */

void asv_policy_print_head(FILE *out, const struct asv_policy_file *file)
{
    char digest[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(digest, file->digest, sizeof file->digest);
    fprintf(out, "policy       %s, version %u: ", file->policy.name,
            (unsigned)file->policy.retention.version);
    asv_text_print(out, file->policy.title);
    fprintf(out, "\nSHA-256      %s\n", digest);
}

static enum asv_status check(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_free struct asv_policy_file *file = NULL;
    enum asv_status status = asv_policy_open(asv_cli_operand(cli->args, 0), &file, err);
    if (status == ASV_OK) {
        asv_policy_print_head(cli->out, file);
    }
    return status;
}

const struct asv_cli_command asv_cli_policy_check = {
    .group = "policy",
    .name = "check",
    .summary = "check a policy file",
    .help = "Checks a policy file: its form, its settings one by one, and whether they\n"
            "contradict each other. Says the line of the first mistake and what to do, and\n"
            "otherwise which policy it is and the digest of its bytes, which two people sign.\n"
            "Nothing is changed anywhere.",
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .run = check,
};

static void add(struct asv_table *table, const char *rule, const char *what, const char *setting)
{
    asv_table_add(table, rule);
    asv_table_add(table, what);
    asv_table_add(table, setting);
}

/* The words of a set, and what comes behind them. */
static void add_set(struct asv_table *table, const char *rule, const char *what, unsigned set,
                    const char *(*words)(unsigned), const char *behind)
{
    char line[LINE_BYTES] = "";
    size_t used = 0;
    for (unsigned i = 0; words(i) != NULL; i++) {
        if ((set & 1u << i) != 0) {
            used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", used > 0 ? ", " : "", words(i));
        }
    }
    (void)snprintf(line + used, sizeof line - used, "%s", behind);
    add(table, rule, what, line);
}

static void add_roles(struct asv_table *table, const char *rule, const char *what, unsigned roles)
{
    add_set(table, rule, what, roles, asv_policy_role_name, "");
}

static void add_periods(struct asv_table *table, const struct asv_policy *policy)
{
    char line[LINE_BYTES];
    (void)snprintf(line, sizeof line, "%s %u days after the recording's day",
                   policy->period == ASV_PERIOD_EXACTLY ? "exactly" : "at most", policy->retention.days);
    add(table, "T1", "erased", line);
    (void)snprintf(line, sizeof line, "after %u days, and not later than %u days after the recording is due",
                   policy->lapse_days, policy->lapse_days);
    add(table, "T1", "an open request lapses", line);
    add_set(table, "T3", "kept for longer because of", policy->causes, asv_policy_cause_name, "");
}

static void add_people(struct asv_table *table, const struct asv_policy *policy)
{
    add_roles(table, "T4", "hold: requested by", policy->hold.request);
    add_roles(table, "T4", "hold: approved by", policy->hold.approve);
    add_roles(table, "T4", "release: requested by", policy->release.request);
    add_roles(table, "T4", "release: approved by", policy->release.approve);
    add_roles(table, "T4", "early erasure: requested by", policy->early_erasure.request);
    add_roles(table, "T4", "early erasure: approved by", policy->early_erasure.approve);
    add_set(table, "L5", "shown to", policy->open, asv_policy_role_name, "; only whom the hold names");
    add(table, "L5", "the wearer's appraising superior",
        policy->exclude_appraiser ? "is shut out" : "is not shut out");
    add_roles(table, "L4", "handed over by", policy->export);
}

static void add_blocks(struct asv_table *table, const struct asv_policy *policy)
{
    char line[LINE_BYTES];
    add_roles(table, "R3", "from a dwelling: decided by", policy->lift_dwelling);
    add_roles(table, "R4", "professional secrets: decided by", policy->lift_secret);
    if (policy->pre_roll_ms == 0) {
        add(table, "R5", "pre-roll", "none");
    } else {
        (void)snprintf(line, sizeof line, "at most %u ms: %s", policy->pre_roll_ms,
                       policy->pre_roll_decision);
        add(table, "R5", "pre-roll", line);
    }
    add_roles(table, "R5", "more pre-roll: decided by", policy->lift_pre_roll);
    (void)snprintf(line, sizeof line, "%u year%s after the end of the access's year",
                   policy->access_log_years, policy->access_log_years == 1 ? "" : "s");
    add(table, "L3", "the access log forgets", line);
    (void)snprintf(line, sizeof line, "%u year%s after the end of the year of the last recording's end",
                   policy->incident_years, policy->incident_years == 1 ? "" : "s");
    add(table, "L10", "an incident's persons are forgotten", line);
    (void)snprintf(line, sizeof line, "for groups of %u or more", policy->statistics_min_group);
    add(table, "L6", "statistics", line);
}

static enum asv_status print_settings(FILE *out, const struct asv_policy *policy, struct asv_err *err)
{
    static const char *const columns[] = {"RULE", "WHAT", "SETTING"};
    struct asv_table table = {.column_count = 3, .columns = columns};
    add_periods(&table, policy);
    add_people(&table, policy);
    add_blocks(&table, policy);
    return asv_table_print(&table, out, "", err);
}

static enum asv_status print_laws(FILE *out, const struct asv_policy *policy, struct asv_err *err)
{
    static const char *const columns[] = {"RULE", "CHECKED", "RESTS ON"};
    struct asv_table table = {.column_count = 3, .columns = columns};
    for (size_t i = 0; i < policy->law_count; i++) {
        const struct asv_policy_law *law = &policy->laws[i];
        add(&table, asv_policy_rule_name(law->rule), asv_policy_checked_name(law->checked), law->citation);
    }
    return asv_table_print(&table, out, "", err);
}

enum asv_status asv_policy_print(FILE *out, const struct asv_policy_file *file, struct asv_err *err)
{
    asv_policy_print_head(out, file);
    fputc('\n', out);
    enum asv_status status = print_settings(out, &file->policy, err);
    if (status == ASV_OK) {
        fputc('\n', out);
        status = print_laws(out, &file->policy, err);
    }
    if (status == ASV_OK) {
        fputs("\nchecked: A the wording was read, B a secondary source, C not checked\n", out);
    }
    return status;
}

static enum asv_status show(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_free struct asv_policy_file *file = NULL;
    asv_auto_db struct asv_db *db = NULL;
    const char *path = asv_cli_operand(cli->args, 0);
    enum asv_status status =
        path != NULL ? asv_policy_open(path, &file, err) : asv_cli_database(cli, &db, err);
    if (status == ASV_OK && path == NULL) {
        status = asv_flow_policy_on(cli->world, db, 0, &file, err);
    }
    if (status != ASV_OK || file == NULL) {
        return status;
    }
    if (asv_cli_flag(cli->args, "json")) {
        return asv_json_print_take(cli->out,
                                   json_pack("{s:o, s:o}", "sha256",
                                             asv_json_hex(file->digest, sizeof file->digest), "policy",
                                             json_loadb(file->text, file->len, 0, NULL)),
                                   err);
    }
    return asv_policy_print(cli->out, file, err);
}

static const struct asv_cli_option show_options[] = {
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_policy_show = {
    .group = "policy",
    .name = "show",
    .summary = "show what a policy says",
    .help = "Checks a policy file as \"policy check\" does and shows each setting with the rule\n"
            "that it carries, and what the rules rest on. Without FILE: the policy that two\n"
            "people decided on and that is in force today.",
    .by = ASV_CLI_BY_ANYBODY,
    .operands = "FILE",
    .operands_min = 0,
    .operands_max = 1,
    .options = show_options,
    .option_count = sizeof show_options / sizeof *show_options,
    .run = show,
};
