/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat handover: approve, refuse, withdraw, cancel, again. Composing is in handover_create.c, what is
 * shown in handover_list.c, the receipt in handover_receipt.c.
 */
#include <stdlib.h>

#include "server/base/fail.h"
#include "server/cli/handovers.h"
#include "server/cli/text.h"

enum asv_status asv_cli_handover_open(const struct asv_cli *cli, struct asv_cli_handover *it,
                                      struct asv_err *err)
{
    it->cli = cli;
    it->row = calloc(1, sizeof *it->row);
    if (it->row == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_cli_database(cli, &it->db, err);
    if (status == ASV_OK) {
        status = asv_db_handover_find(it->db, asv_cli_operand(cli->args, 0), it->row, err);
    }
    return status == ASV_OK ? asv_handover_read(it->db, it->row, &it->proposal, &it->plan, err) : status;
}

enum asv_status asv_cli_handover_sign(struct asv_cli_handover *it, const struct asv_flow **flow,
                                      struct asv_err *err)
{
    enum asv_status status = asv_person_open(it->cli, it->db, &it->person, err);
    if (status == ASV_OK) {
        *flow = asv_cli_flow(&it->flow, it->cli, it->db, it->person);
    }
    return status;
}

void asv_cli_handover_close(struct asv_cli_handover *it)
{
    asv_handover_plan_free(it->plan);
    free(it->row);
    asv_person_close(it->person);
    asv_db_close(it->db);
}

/* ---- two people ---- */

static enum asv_status answer(const struct asv_cli *cli, uint8_t step, const char *done, struct asv_err *err)
{
    asv_auto_cli_handover struct asv_cli_handover it = {0};
    const struct asv_flow *flow = NULL;
    enum asv_status status = asv_cli_handover_open(cli, &it, err);
    if (status == ASV_OK) {
        status = asv_cli_handover_sign(&it, &flow, err);
    }
    if (status == ASV_OK) {
        status = asv_handover_answer(flow, it.row, &it.proposal, it.plan, step, err);
    }
    if (status == ASV_OK) {
        fprintf(cli->out, "%s\n", done);
    }
    return status;
}

static enum asv_status approve(struct asv_cli *cli, struct asv_err *err)
{
    return answer(cli, ASV_STEP_APPROVE,
                  "It is approved: the job builds it, and its recordings stay until its receipt.", err);
}

static enum asv_status refuse(struct asv_cli *cli, struct asv_err *err)
{
    return answer(cli, ASV_STEP_REFUSE, "It is refused.", err);
}

static enum asv_status withdraw(struct asv_cli *cli, struct asv_err *err)
{
    return answer(cli, ASV_STEP_WITHDRAW, "It is withdrawn.", err);
}

#define ANSWER(variable, verb, what, text)                       \
    const struct asv_cli_command asv_cli_handover_##variable = { \
        .group = "handover",                                     \
        .name = verb,                                            \
        .summary = what,                                         \
        .help = text,                                            \
        .by = ASV_CLI_BY_PEOPLE,                                 \
        .operands = "HANDOVER",                                  \
        .operands_min = 1,                                       \
        .operands_max = 1,                                       \
        .options = asv_person_options,                           \
        .option_count = ASV_PERSON_OPTION_COUNT,                 \
        .run = variable,                                         \
    }

ANSWER(approve, "approve", "approve a hand-over",
       "Another supervisor or deputy than who proposed it approves HANDOVER, which is named by\n"
       "its id or the first digits of its proposal. What is handed over to whom is shown before.\n"
       "The keeper takes it when every recording is held for the incident and none is blocked.");
ANSWER(refuse, "refuse", "refuse a hand-over", "A supervisor or deputy refuses HANDOVER.");
ANSWER(withdraw, "withdraw", "withdraw a hand-over that you proposed",
       "Withdraws your own HANDOVER that nobody has approved yet.");

/* ---- cancel ---- */

static enum asv_status cancel(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_cli_handover struct asv_cli_handover it = {0};
    const struct asv_flow *flow = NULL;
    uint8_t salt[ASV_SHA256_BYTES];
    bool waits = false;
    enum asv_status status = asv_cli_handover_open(cli, &it, err);
    if (status == ASV_OK && asv_world_random(cli->world, salt, sizeof salt) != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "no randomness");
    }
    if (status == ASV_OK) {
        status = asv_cli_handover_sign(&it, &flow, err);
    }
    if (status == ASV_OK) {
        status = asv_handover_cancel(flow, it.row, salt, &waits, err);
    }
    if (status == ASV_OK) {
        fputs(waits ? "It is written down; something may have left the house, so somebody else has to say "
                      "the same.\n"
                    : "Nothing comes of it: it is not built any more, and its recordings can be released.\n",
              cli->out);
    }
    return status;
}

static const struct asv_cli_option cancel_options[] = {ASV_PERSON_SIGN_OPTIONS};

const struct asv_cli_command asv_cli_handover_cancel = {
    .group = "handover",
    .name = "cancel",
    .summary = "say that nothing comes of an approved hand-over",
    .help = "Says that nothing comes of HANDOVER, which was approved: the job ends, nothing more is\n"
            "written of it, and its recordings do not wait for a receipt. Of what was written to a medium,\n"
            "or made as a filing, two people say so, each with this command: what was given away is not\n"
            "taken back by that. --reason is why; it is signed with your key file.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "HANDOVER",
    .operands_min = 1,
    .operands_max = 1,
    .options = cancel_options,
    .option_count = sizeof cancel_options / sizeof *cancel_options,
    .run = cancel,
};

/* ---- again ---- */

static enum asv_status again(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_cli_handover struct asv_cli_handover it = {0};
    enum asv_db_outcome outcome;
    struct asv_err inner = {0};
    enum asv_status status = asv_cli_handover_open(cli, &it, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_db_handover_again(it.db, it.row->id, &outcome, &inner);
    switch (status) {
    case ASV_OK:
        fputs("The next run begins again with it.\n", cli->out);
        return ASV_OK;
    case ASV_E_DENIED:
        return asv_fail(err, status,
                        "it is begun again by whoever may propose a hand-over, and your account has no role "
                        "for that");
    case ASV_E_STATE:
        return asv_failf(err, status,
                         "the job did not end with it, and there is nothing to begin again: it is %s",
                         it.row->state);
    default:
        return asv_failf(err, status, "%s", inner.text);
    }
}

static const struct asv_cli_option again_options[] = {ASV_CLI_DATABASE_OPTION};

const struct asv_cli_command asv_cli_handover_again = {
    .group = "handover",
    .name = "again",
    .summary = "have the job begin again with a hand-over that it gave up",
    .help =
        "The job tries again by itself what can succeed later, at the latest each hour. What cannot\n"
        "be made as things are it gives up, and says why (`handover show`): when that is mended, whoever\n"
        "may propose a hand-over has it begin again with HANDOVER. What cannot be mended is cancelled,\n"
        "and proposed anew as it can be made.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "HANDOVER",
    .operands_min = 1,
    .operands_max = 1,
    .options = again_options,
    .option_count = sizeof again_options / sizeof *again_options,
    .run = again,
};
