/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat proposal: list, refuse, withdraw. What is approved shows itself in the command that approves it.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/decide.h"
#include "server/cli/listing.h"
#include "server/flow/words.h"

#define PAGE 8

/* ---- list ---- */

static const char *text_of(char *out, size_t size, struct asv_bytes text)
{
    snprintf(out, size, "%.*s", (int)text.len, (const char *)text.data);
    return out;
}

/* What a proposal is about, in a few words. */
static enum asv_status about(struct asv_db *db, const struct asv_statement *said, char *out, size_t size,
                             struct asv_err *err)
{
    struct asv_db_credential credential;
    enum asv_status status = ASV_OK;
    switch (said->subject.kind) {
    case ASV_SUBJECT_CREDENTIAL:
        status = asv_db_credential_find(db, said->subject.id, &credential, err);
        if (status == ASV_OK) {
            text_of(out, size, credential.said.name);
        }
        break;
    case ASV_SUBJECT_RECIPIENT:
    case ASV_SUBJECT_LEDGER:
        text_of(out, size, said->subject.name);
        break;
    case ASV_SUBJECT_POLICY:
        snprintf(out, size, "version %lu", (unsigned long)said->subject.version);
        break;
    default:
        assert(said->subject.kind == ASV_SUBJECT_KEEPER);
        snprintf(out, size, "the keeper");
    }
    return status;
}

/* LAW L6: no list says who asked for what about recordings. "hold list" has those, without names. */
static bool is_about_recordings(const struct asv_statement *said)
{
    return said->subject.kind == ASV_SUBJECT_CLIP || said->subject.kind == ASV_SUBJECT_CAMERA ||
           said->subject.kind == ASV_SUBJECT_DAY || said->subject.kind == ASV_SUBJECT_VIEWER ||
           said->subject.kind == ASV_SUBJECT_HANDOVER;
}

static enum asv_status add(struct asv_db *db, const struct asv_db_statement *row, struct asv_listing *listing,
                           struct asv_err *err)
{
    struct asv_person_statement proposal;
    struct asv_db_credential proposer;
    char hex[2 * ASV_SHA256_BYTES + 1];
    char subject[ASV_NAME_MAX_BYTES + 1];
    char name[ASV_NAME_MAX_BYTES + 1];
    char reason[ASV_REASON_MAX_BYTES + 1];
    char time[ASV_TEXT_BYTES];
    /* What nobody can read is nothing that anybody signed. */
    if (asv_person_read(row, &proposal, NULL) != ASV_OK || is_about_recordings(&proposal.said)) {
        return ASV_OK;
    }
    enum asv_status status = asv_db_credential_find(db, proposal.said.credential, &proposer, err);
    if (status == ASV_OK) {
        status = about(db, &proposal.said, subject, sizeof subject, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    text_of(name, sizeof name, proposer.said.name);
    text_of(reason, sizeof reason, proposal.said.reason);
    if (listing->array != NULL) {
        json_t *json = json_pack("{s:o, s:s, s:s, s:s, s:s, s:o}", "proposal",
                                 asv_json_hex(proposal.digest, sizeof proposal.digest), "action",
                                 asv_action_rule(proposal.said.action)->name, "about", subject, "by", name,
                                 "reason", reason, "until", asv_json_time(proposal.said.expires_ms));
        asv_listing_json_take(listing, json);
        return ASV_OK;
    }
    asv_hex_encode(hex, proposal.digest, sizeof proposal.digest);
    hex[ASV_DECIDE_DIGITS] = '\0';
    asv_table_add(&listing->table, hex);
    asv_table_add(&listing->table, asv_action_text(proposal.said.action));
    asv_table_add(&listing->table, subject);
    asv_table_add(&listing->table, name);
    asv_table_add(&listing->table, asv_text_time(time, proposal.said.expires_ms));
    asv_table_add(&listing->table, reason);
    return ASV_OK;
}

static enum asv_status each(struct asv_db *db, struct asv_listing *listing, struct asv_err *err)
{
    asv_auto_free struct asv_db_statement *rows = calloc(PAGE, sizeof *rows);
    struct asv_db_statement_filter filter = {0};
    uint8_t last[ASV_SHA256_BYTES];
    size_t got = PAGE;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (got == PAGE) {
        enum asv_status status = asv_db_statement_open(db, &filter, rows, PAGE, &got, err);
        for (size_t i = 0; i < got && status == ASV_OK; i++) {
            status = add(db, &rows[i], listing, err);
            memcpy(last, rows[i].digest, sizeof last);
        }
        if (status != ASV_OK) {
            return status;
        }
        filter.after = last;
    }
    return ASV_OK;
}

static enum asv_status list(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"PROPOSAL", "TO", "ABOUT", "BY", "UNTIL", "REASON"};
    return asv_listing_run(cli, columns, 6, each, "no proposal waits for an answer", err);
}

const struct asv_cli_command asv_cli_proposal_list = {
    .group = "proposal",
    .name = "list",
    .summary = "list what waits for a second person",
    .help = "Lists the proposals that nobody has approved, refused or withdrawn and whose time is\n"
            "not over.",
    .by = ASV_CLI_BY_PEOPLE,
    .options = asv_listing_options,
    .option_count = ASV_LISTING_OPTION_COUNT,
    .run = list,
};

/* ---- refuse, withdraw ---- */

/* What is about no recording: whose state would have to move, too. */
static const uint16_t actions[] = {ASV_ACTION_ENROL,  ASV_ACTION_POLICY,       ASV_ACTION_RECIPIENT,
                                   ASV_ACTION_CLOCK,  ASV_ACTION_RECOVERY_KEY, ASV_ACTION_RECOVERY_KEY_ENDS,
                                   ASV_ACTION_LEDGER, ASV_ACTION_FORGET};

static enum asv_status refuse(struct asv_cli *cli, struct asv_err *err)
{
    return asv_cli_command_answer(cli, actions, sizeof actions / sizeof *actions, ASV_STEP_REFUSE, NULL, err);
}

static enum asv_status withdraw(struct asv_cli *cli, struct asv_err *err)
{
    return asv_cli_command_answer(cli, actions, sizeof actions / sizeof *actions, ASV_STEP_WITHDRAW, NULL,
                                  err);
}

const struct asv_cli_command asv_cli_proposal_refuse = {
    .group = "proposal",
    .name = "refuse",
    .summary = "refuse a proposal that you could approve",
    .help = "Ends PROPOSAL, which is named by its first digits: an enrolment, a policy, a\n"
            "recipient, a ledger, or what is about the keeper.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "PROPOSAL",
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = refuse,
};

const struct asv_cli_command asv_cli_proposal_withdraw = {
    .group = "proposal",
    .name = "withdraw",
    .summary = "withdraw a proposal of your own",
    .help = "Ends PROPOSAL, which is named by its first digits: an enrolment, a policy, a\n"
            "recipient, a ledger, or what is about the keeper.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "PROPOSAL",
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = withdraw,
};
