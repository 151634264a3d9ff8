/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat policy: propose, approve, history. A change shows first what it would erase or keep if it acted
 * backwards, which it never does: what was recorded keeps the period it was recorded under (LAW T8).
 */
#include <stdlib.h>

#include "server/base/cleanup.h"
#include "server/base/hex.h"
#include "server/cli/database.h"
#include "server/cli/decide.h"
#include "server/cli/listing.h"
#include "server/cli/policies.h"
#include "server/db/policy.h"
#include "server/flow/policy.h"

#define PAGE 64

/* ---- what it would do ---- */

static void print_count(FILE *out, uint64_t number, const char *what)
{
    char text[ASV_TEXT_BYTES];
    if (number != 0) {
        fprintf(out, "%12s  %s\n", asv_text_number(text, number), what);
    }
}

static void print_counts(FILE *out, const struct asv_flow_policy_effect *effect)
{
    fputs(" If the change acted backwards, of\n", out);
    print_count(out, effect->recordings, "recordings that are kept now");
    print_count(out, effect->unchanged, "would end as before");
    print_count(out, effect->earlier, "would be erased earlier than was said when they were made");
    print_count(out, effect->at_once, "  of these at once");
    print_count(out, effect->later, "would be kept longer than was said when they were made");
    print_count(out, effect->decide, "would need a decision: day unknown, open request, or cause gone");
    fputs("It does not: each keeps the period it was recorded under. Who wants one to end earlier or\n"
          "to stay decides that for the one recording, with a second person.\n\n",
          out);
}

/* Before anybody signs (LAW T8). from: the first day. */
static enum asv_status print_effect(const struct asv_cli *cli, struct asv_db *db,
                                    const struct asv_policy_file *file, uint32_t from, struct asv_err *err)
{
    struct asv_flow_policy_effect effect;
    char day[ASV_TEXT_BYTES];
    FILE *out = cli->err;
    enum asv_status status = asv_flow_policy_effect(cli->world, db, &file->policy, from, &effect, err);
    if (status != ASV_OK) {
        return status;
    }
    if (effect.next_from != 0) {
        fprintf(out,
                "\nIt is in force until %s only: from then on version %u is, which was decided on before.\n",
                asv_text_date(day, effect.next_from), (unsigned)effect.next_version);
    }
    if (effect.first) {
        fputs("\nThis is the first policy that people decide on: until then the period stands that the\n"
              "keeper is configured with, and what was recorded under it keeps it.\n\n",
              out);
        return ASV_OK;
    }
    fprintf(out, "\nToday: %s, version %u, %u days.", effect.name, (unsigned)effect.today.version,
            effect.today.days);
    if (effect.recordings == 0) {
        fputs(" No recording is kept now that it could change.\n\n", out);
    } else {
        print_counts(out, &effect);
    }
    return ASV_OK;
}

/* ---- propose ---- */

static enum asv_status state(const struct asv_cli *cli, struct asv_db *db, const struct asv_person *person,
                             const struct asv_policy_file *file, uint32_t from, struct asv_err *err)
{
    struct asv_cli_flow flow;
    struct asv_person_statement stated = {0};
    enum asv_status status =
        asv_flow_policy_propose(asv_cli_flow(&flow, cli, db, person), file, from, &stated, err);
    if (status == ASV_OK) {
        asv_cli_print_proposal(cli, &stated, "policy approve");
    }
    return status;
}

static enum asv_status propose(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_free struct asv_policy_file *file = NULL;
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    uint32_t from = (uint32_t)asv_cli_number(cli->args, "from", 0);
    enum asv_status status = asv_policy_open(asv_cli_operand(cli->args, 0), &file, err);
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        asv_policy_print_head(cli->err, file);
        status = print_effect(cli, db, file, from, err);
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    return status == ASV_OK ? state(cli, db, person, file, from, err) : status;
}

static const struct asv_cli_option propose_options[] = {
    {"from", ASV_CLI_DATE, "DATE", "the first day on which it is in force", true, false, 0, 0},
    ASV_PERSON_OPTIONS,
};

const struct asv_cli_command asv_cli_policy_propose = {
    .group = "policy",
    .name = "propose",
    .summary = "propose a policy, and see what it would change",
    .help = "Checks FILE, shows what it would erase or keep if it acted backwards, and proposes it\n"
            "as an administrator. It is in force from DATE on when a supervisor or deputy has\n"
            "approved it: what is recorded from then on has its period, what was recorded before\n"
            "keeps its own. Its version must be above that of every policy before.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .options = propose_options,
    .option_count = sizeof propose_options / sizeof *propose_options,
    .run = propose,
};

/* ---- approve ---- */

/* Nobody approves what it only says about itself. */
static enum asv_status show_proposed(const struct asv_cli *cli, struct asv_db *db,
                                     const struct asv_person_statement *proposal, struct asv_err *err)
{
    asv_auto_free struct asv_policy_file *file = NULL;
    enum asv_status status = asv_flow_policy_proposed(db, proposal, &file, err);
    if (status == ASV_OK) {
        status = asv_policy_print(cli->err, file, err);
    }
    return status == ASV_OK ? print_effect(cli, db, file, proposal->said.subject.from_date, err) : status;
}

static enum asv_status approve(struct asv_cli *cli, struct asv_err *err)
{
    static const uint16_t actions[] = {ASV_ACTION_POLICY};
    return asv_cli_command_answer(cli, actions, 1, ASV_STEP_APPROVE, show_proposed, err);
}

const struct asv_cli_command asv_cli_policy_approve = {
    .group = "policy",
    .name = "approve",
    .summary = "approve a policy, and see what it would change",
    .help = "A supervisor or deputy approves PROPOSAL, which is named by its first digits, as\n"
            "\"asservat policy propose\" said them and \"asservat proposal list\" shows them. All of\n"
            "the policy is shown, and what it would erase or keep if it acted backwards.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "PROPOSAL",
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = approve,
};

/* ---- history ---- */

static json_t *version_json(const struct asv_db_policy_version *row)
{
    return json_pack("{s:I, s:s, s:i, s:o, s:o, s:o, s:o, s:o}", "version", (json_int_t)row->version, "name",
                     row->name, "days", (int)row->days, "from", asv_json_date(row->from_date), "decided",
                     asv_json_time(row->decided_ms), "sha256", asv_json_hex(row->digest, sizeof row->digest),
                     "proposal", asv_json_hex(row->proposal, sizeof row->proposal), "approval",
                     asv_json_hex(row->approval, sizeof row->approval));
}

static void add_row(struct asv_table *table, const struct asv_db_policy_version *row)
{
    char text[2 * ASV_SHA256_BYTES + 1];
    asv_table_add(table, asv_text_number(text, row->version));
    asv_table_add(table, row->name);
    asv_table_add(table, asv_text_number(text, row->days));
    asv_table_add(table, asv_text_date(text, row->from_date));
    asv_table_add(table, asv_text_time(text, row->decided_ms));
    asv_hex_encode(text, row->digest, sizeof row->digest);
    asv_table_add(table, text);
}

static enum asv_status each(struct asv_db *db, struct asv_listing *listing, struct asv_err *err)
{
    struct asv_db_policy_version rows[PAGE];
    uint32_t below = 0;
    size_t got = PAGE;
    while (got == PAGE) {
        enum asv_status status = asv_db_policy_history(db, below, rows, PAGE, &got, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < got; i++) {
            if (listing->array != NULL) {
                asv_listing_json_take(listing, version_json(&rows[i]));
            } else {
                add_row(&listing->table, &rows[i]);
            }
            below = rows[i].version;
        }
    }
    return ASV_OK;
}

static enum asv_status history(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {">VERSION", "NAME", ">DAYS", "FROM", "DECIDED", "SHA-256"};
    return asv_listing_run(cli, columns, 6, each, "no policy was decided on", err);
}

const struct asv_cli_command asv_cli_policy_history = {
    .group = "policy",
    .name = "history",
    .summary = "list the policies that two people decided on",
    .help = "Lists the policies that two people decided on, the newest first: from which day on\n"
            "each is in force, and the digest of the file that both signed.",
    .by = ASV_CLI_BY_ANYBODY,
    .options = asv_listing_options,
    .option_count = ASV_LISTING_OPTION_COUNT,
    .run = history,
};
