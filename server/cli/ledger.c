/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat ledger: begin, approve, head: under which origin heads of the custody ledger are signed.
 */
#include <string.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/decide.h"
#include "server/cli/keepers.h"
#include "server/cli/ledger_forget.h"
#include "server/cli/sequencer.h"

/* What ends with the new one, for whoever is about to sign. */
static enum asv_status show_end(const struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_keeper struct asv_keeper_client *client = NULL;
    char note[ASV_DB_LEDGER_NOTE_BYTES + 1];
    struct asv_checkpoint checkpoint;
    struct asv_err inner = {0};
    enum asv_status status = asv_cli_keeper(cli, &client, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_sequencer_last_signed(client, NULL, note, &checkpoint, &inner);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", inner.text);
    }
    fprintf(cli->err, "%-12s the ledger %s, whose last signed head has %llu entries\n\n", "ends",
            checkpoint.origin, (unsigned long long)checkpoint.head.size);
    return ASV_OK;
}

/* Where outsiders will find it, which the name decides. */
static void show_place(const struct asv_cli *cli, const char *origin)
{
    fprintf(cli->err, "%-12s https://%s/, in the directory %s below that of \"asservat ledger publish\"\n",
            "published", origin, origin);
    if (cli->conf.ledger_trust[0] != '\0') {
        fprintf(cli->err, "%-12s %s needs a line for it: log KEY, as \"asservat ledger key %s\" prints it\n",
                "trust file", cli->conf.ledger_trust, origin);
    }
    fputc('\n', cli->err);
}

/* The keeper refuses it, after two people have signed. */
static enum asv_status check_unused(const struct asv_cli *cli, const char *origin, struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    bool known = false;
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = asv_sequencer_knows(db, origin, &known, err);
    }
    return status == ASV_OK && known
               ? asv_failf(err, ASV_E_EXISTS,
                           "there is a ledger %.130s, or was: an origin is used once, give another", origin)
               : status;
}

static enum asv_status begin(struct asv_cli *cli, struct asv_err *err)
{
    const char *origin = asv_cli_operand(cli->args, 0);
    struct asv_keeper_status state;
    struct asv_statement what = {
        .action = ASV_ACTION_LEDGER,
        .subject = {.kind = ASV_SUBJECT_LEDGER, .name = {(const uint8_t *)origin, strlen(origin)}}};
    if (!asv_statement_origin_is_good(what.subject.name)) {
        return asv_failf(
            err, ASV_E_USAGE,
            "\"%.80s\" is no origin: an address of at most 128 letters, digits and -._~: without "
            "umlauts and blanks, such as asservat.example/ledger",
            origin);
    }
    enum asv_status status = check_unused(cli, origin, err);
    if (status == ASV_OK) {
        status = asv_cli_keeper_state(cli, &state, err);
    }
    if (status == ASV_OK) {
        show_place(cli, origin);
        status = show_end(cli, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    memcpy(what.subject.store, state.store, sizeof what.subject.store);
    return asv_cli_command_propose(cli, &what, "ledger approve", err);
}

const struct asv_cli_command asv_cli_ledger_begin = {
    .group = "ledger",
    .name = "begin",
    .summary = "propose under which origin the ledger begins, or goes on",
    .help = "An administrator proposes that the keeper signs heads of a ledger named ORIGIN, such\n"
            "as asservat.example/ledger; a supervisor or deputy approves. The ledger before, if\n"
            "there is one, ends: this is also what follows when the database was put back to an\n"
            "earlier time, as nothing smaller than what was signed is ever signed again. An origin\n"
            "is used once. It is the address, without https://, under which outsiders find the\n"
            "ledger: \"ledger publish DIR\" writes it into DIR/ORIGIN.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "ORIGIN",
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = begin,
};

/* ---- approve ---- */

static enum asv_status show_proposed(const struct asv_cli *cli, struct asv_db *db,
                                     const struct asv_person_statement *proposal, struct asv_err *err)
{
    const struct asv_subject *subject = &proposal->said.subject;
    struct asv_keeper_status state;
    uint8_t id[ASV_UUID_BYTES];
    char text[ASV_NAME_MAX_BYTES + 1]; /* an origin, or an entry's id */
    enum asv_status status = asv_cli_keeper_state(cli, &state, err);
    if (status == ASV_OK && memcmp(subject->store, state.store, sizeof state.store) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "the proposal is about another keeper");
    }
    if (status != ASV_OK) {
        return status;
    }
    (void)snprintf(text, sizeof text, "%.*s", (int)subject->name.len, (const char *)subject->name.data);
    if (proposal->said.action != ASV_ACTION_FORGET) {
        show_place(cli, text);
        return show_end(cli, err);
    }
    status = asv_uuid_parse(id, text);
    return status == ASV_OK ? asv_cli_ledger_show(cli, db, id, err)
                            : asv_fail(err, status, "the proposal names no entry");
}

static enum asv_status approve(struct asv_cli *cli, struct asv_err *err)
{
    static const uint16_t actions[] = {ASV_ACTION_LEDGER, ASV_ACTION_FORGET};
    enum asv_status status = asv_cli_command_answer(cli, actions, sizeof actions / sizeof *actions,
                                                    ASV_STEP_APPROVE, show_proposed, err);
    return status == ASV_OK ? asv_cli_ledger_forget_decided(cli, err) : status;
}

const struct asv_cli_command asv_cli_ledger_approve = {
    .group = "ledger",
    .name = "approve",
    .summary = "approve that a ledger begins, or that an entry is forgotten",
    .help = "Approves PROPOSAL, which is named by its first digits. Of \"ledger begin\": from then on\n"
            "the keeper signs heads of the new ledger, and none of the one before. Of \"ledger\n"
            "forget\": what the entry is closed over is deleted.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "PROPOSAL",
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = approve,
};

/* ---- head ---- */

static enum asv_status head(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_keeper struct asv_keeper_client *client = NULL;
    char note[ASV_DB_LEDGER_NOTE_BYTES + 1];
    struct asv_checkpoint checkpoint;
    enum asv_status status = asv_cli_keeper(cli, &client, err);
    if (status == ASV_OK) {
        status = asv_sequencer_last_signed(client, asv_cli_operand(cli->args, 0), note, &checkpoint, err);
    }
    if (status == ASV_OK && fputs(note, cli->out) == EOF) {
        status = asv_fail(err, ASV_E_IO, "the checkpoint cannot be written");
    }
    return status;
}

static const struct asv_cli_option head_options[] = {ASV_CLI_KEEPER_OPTION};

const struct asv_cli_command asv_cli_ledger_head = {
    .group = "ledger",
    .name = "head",
    .summary = "show the last head that the keeper signed",
    .help = "Shows the last checkpoint of the ledger ORIGIN, or of the one that goes on, as a\n"
            "signed note. It is the keeper's: what the database says is not asked.",
    .operands = "[ORIGIN]",
    .operands_min = 0,
    .operands_max = 1,
    .options = head_options,
    .option_count = sizeof head_options / sizeof *head_options,
    .run = head,
};
