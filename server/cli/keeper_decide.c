/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat keeper: confirm-clock, recovery-key, approve: what people decide about the keeper itself.
 */
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "server/base/fail.h"
#include "server/cli/decide.h"
#include "server/cli/text.h"

/* What both look at: the keeper's clock, beside one that they trust. */
static enum asv_status show_stop(const struct asv_cli *cli, struct asv_keeper_status *out,
                                 struct asv_err *err)
{
    char text[ASV_TEXT_BYTES];
    enum asv_status status = asv_cli_keeper_state(cli, out, err);
    if (status != ASV_OK) {
        return status;
    }
    if (out->stop == ASV_KEEPER_RUNNING) {
        return asv_fail(err, ASV_E_STATE, "destruction is not stopped: there is nothing to confirm");
    }
    fprintf(cli->err, "keeper's now %s: compare it with a clock that you trust\n",
            asv_text_time(text, out->wall_ms));
    fprintf(cli->err, "%-12s %lu keys; they are destroyed when the clock is confirmed\n\n", "overdue",
            (unsigned long)out->overdue);
    return ASV_OK;
}

static enum asv_status confirm_clock(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_keeper_status state;
    struct asv_statement what = {.action = ASV_ACTION_CLOCK, .subject = {.kind = ASV_SUBJECT_KEEPER}};
    enum asv_status status = show_stop(cli, &state, err);
    if (status != ASV_OK) {
        return status;
    }
    memcpy(what.subject.store, state.store, sizeof what.subject.store);
    what.subject.stopped_ms = state.stop_since_ms;
    return asv_cli_command_propose(cli, &what, "keys approve", err);
}

const struct asv_cli_command asv_cli_keeper_confirm_clock = {
    .group = "keys",
    .name = "confirm-clock",
    .summary = "propose that the keeper's clock is right: destruction goes on",
    .help = "The keeper stops destroying keys when its clock made a step of more than two hours,\n"
            "or more than three days were due at once. A supervisor, deputy or administrator who\n"
            "has compared its clock proposes that it goes on; another of them approves.",
    .by = ASV_CLI_BY_PEOPLE,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = confirm_clock,
};

/* ---- recovery-key ---- */

static enum asv_status read_key(const struct asv_cli *cli, struct asv_statement *what, struct asv_err *err)
{
    const char *key = asv_cli_operand(cli->args, 0);
    bool ends = asv_cli_flag(cli->args, "end");
    if (ends == (key != NULL)) {
        return asv_fail(err, ASV_E_USAGE, "give an age recipient (age1…), or --end");
    }
    what->action = ends ? ASV_ACTION_RECOVERY_KEY_ENDS : ASV_ACTION_RECOVERY_KEY;
    what->has_recipient = !ends;
    if (!ends && asv_age_recipient_decode(what->recipient_pk, key, strlen(key)) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "\"%.80s\" is no age recipient (age1…)", key);
    }
    return ASV_OK;
}

static enum asv_status recovery_key(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_keeper_status state;
    struct asv_statement what = {.subject = {.kind = ASV_SUBJECT_KEEPER}};
    enum asv_status status = read_key(cli, &what, err);
    if (status == ASV_OK) {
        status = asv_cli_keeper_state(cli, &state, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    memcpy(what.subject.store, state.store, sizeof what.subject.store);
    return asv_cli_command_propose(cli, &what, "keys approve", err);
}

static const struct asv_cli_option recovery_options[] = {
    {"end", ASV_CLI_FLAG, NULL, "wrap to no such key any more", false, false, 0, 0},
    ASV_PERSON_OPTIONS,
};

const struct asv_cli_command asv_cli_keeper_recovery_key = {
    .group = "keys",
    .name = "recovery-key",
    .summary = "propose an offline key to which held recordings are wrapped, too",
    .help = "An administrator proposes that every recording that is held from then on can be\n"
            "opened with the age identity to KEY, too, which lies offline: for the day on which\n"
            "the keeper and its replicas are lost. A supervisor or deputy approves. With --end,\n"
            "that recordings are wrapped to it no longer.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "[KEY]",
    .operands_min = 0,
    .operands_max = 1,
    .options = recovery_options,
    .option_count = sizeof recovery_options / sizeof *recovery_options,
    .run = recovery_key,
};

/* ---- approve ---- */

/* This very keeper, and with a clock this very stop, still. */
static enum asv_status show_proposed(const struct asv_cli *cli, struct asv_db *db,
                                     const struct asv_person_statement *proposal, struct asv_err *err)
{
    struct asv_keeper_status state;
    const struct asv_subject *subject = &proposal->said.subject;
    bool clock = proposal->said.action == ASV_ACTION_CLOCK;
    (void)db;
    enum asv_status status = clock ? show_stop(cli, &state, err) : asv_cli_keeper_state(cli, &state, err);
    if (status == ASV_OK && (memcmp(state.store, subject->store, sizeof state.store) != 0 ||
                             (clock && state.stop_since_ms != subject->stopped_ms))) {
        status = asv_fail(err, ASV_E_MISMATCH, "the proposal is about another stop, or another keeper");
    }
    return status;
}

static enum asv_status approve(struct asv_cli *cli, struct asv_err *err)
{
    static const uint16_t actions[] = {ASV_ACTION_CLOCK, ASV_ACTION_RECOVERY_KEY,
                                       ASV_ACTION_RECOVERY_KEY_ENDS};
    return asv_cli_command_answer(cli, actions, sizeof actions / sizeof *actions, ASV_STEP_APPROVE,
                                  show_proposed, err);
}

const struct asv_cli_command asv_cli_keeper_approve = {
    .group = "keys",
    .name = "approve",
    .summary = "approve that the keeper's clock is right, or a recovery key",
    .help = "Approves PROPOSAL, which is named by its first digits: that the clock is right, by\n"
            "another supervisor, deputy or administrator who has compared it, too, and then the\n"
            "keys that are overdue are destroyed; or a recovery key, by a supervisor or deputy.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "PROPOSAL",
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = approve,
};
