/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat recipient: add, approve, end, list: to whom recordings can be handed over.
 */
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "server/base/fail.h"
#include "server/cli/decide.h"
#include "server/cli/listing.h"

#define PAGE 16

/* What a statement about the recipient NAME with the key AGE1… says. */
static enum asv_status about(const struct asv_cli *cli, uint16_t action, struct asv_statement *out,
                             struct asv_err *err)
{
    const char *name = asv_cli_operand(cli->args, 0);
    const char *key = asv_cli_operand(cli->args, 1);
    struct asv_statement what = {
        .action = action,
        .subject = {.kind = ASV_SUBJECT_RECIPIENT, .name = {(const uint8_t *)name, strlen(name)}},
        .has_recipient = true};
    if (!asv_text_is_good(what.subject.name, ASV_NAME_MAX_BYTES)) {
        return asv_fail(err, ASV_E_USAGE, "NAME: 1 to 128 bytes of text");
    }
    if (asv_age_recipient_decode(what.recipient_pk, key, strlen(key)) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "\"%.80s\" is no age recipient (age1…)", key);
    }
    *out = what;
    return ASV_OK;
}

static enum asv_status add(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_statement what;
    enum asv_status status = about(cli, ASV_ACTION_RECIPIENT, &what, err);
    return status == ASV_OK ? asv_cli_command_propose(cli, &what, "recipient approve", err) : status;
}

const struct asv_cli_command asv_cli_recipient_add = {
    .group = "recipient",
    .name = "add",
    .summary = "propose a recipient's key",
    .help = "An exporter or administrator proposes that recordings can be handed over to NAME, for\n"
            "whom the age recipient KEY (age1…) was received in a way that can be trusted. It\n"
            "counts when a supervisor or deputy has approved it.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "NAME KEY",
    .words = true,
    .operands_min = 2,
    .operands_max = 2,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = add,
};

static enum asv_status approve(struct asv_cli *cli, struct asv_err *err)
{
    static const uint16_t actions[] = {ASV_ACTION_RECIPIENT};
    return asv_cli_command_answer(cli, actions, 1, ASV_STEP_APPROVE, NULL, err);
}

const struct asv_cli_command asv_cli_recipient_approve = {
    .group = "recipient",
    .name = "approve",
    .summary = "approve a recipient's key",
    .help = "A supervisor or deputy approves PROPOSAL, which is named by its first digits, as\n"
            "\"asservat recipient add\" said them and \"asservat proposal list\" shows them.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "PROPOSAL",
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = approve,
};

static enum asv_status end(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_cli_flow flow;
    struct asv_statement what;
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    enum asv_status status = about(cli, ASV_ACTION_RECIPIENT_ENDS, &what, err);
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    return status == ASV_OK ? asv_decide_alone(asv_cli_flow(&flow, cli, db, person), &what, err) : status;
}

const struct asv_cli_command asv_cli_recipient_end = {
    .group = "recipient",
    .name = "end",
    .summary = "end a recipient's key: nothing more is handed over to it",
    .help = "Ends KEY of NAME at once, by one person: a supervisor, deputy, exporter or\n"
            "administrator. What was handed over before stays with the recipient.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "NAME KEY",
    .words = true,
    .operands_min = 2,
    .operands_max = 2,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = end,
};

/* ---- list ---- */

static json_t *recipient_json(const struct asv_db_recipient *row)
{
    char key[ASV_AGE_RECIPIENT_TEXT_BYTES];
    asv_age_recipient_encode(key, row->key);
    return json_pack("{s:s, s:s, s:o, s:o}", "name", row->name, "key", key, "registered",
                     asv_json_time(row->registered_ms), "ended", asv_json_time(row->ended_ms));
}

static void add_row(struct asv_table *table, const struct asv_db_recipient *row)
{
    char text[ASV_TEXT_BYTES];
    char key[ASV_AGE_RECIPIENT_TEXT_BYTES];
    asv_age_recipient_encode(key, row->key);
    asv_table_add(table, row->name);
    asv_table_add(table, asv_text_time(text, row->registered_ms));
    asv_table_add(table, asv_text_time(text, row->ended_ms));
    asv_table_add(table, key);
}

static enum asv_status each(struct asv_db *db, struct asv_listing *listing, struct asv_err *err)
{
    struct asv_db_recipient rows[PAGE];
    struct asv_db_recipient last;
    bool any = false;
    size_t got = PAGE;
    while (got == PAGE) {
        enum asv_status status = asv_db_recipient_page(db, any ? &last : NULL, rows, PAGE, &got, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < got; i++) {
            if (listing->array != NULL) {
                asv_listing_json_take(listing, recipient_json(&rows[i]));
            } else {
                add_row(&listing->table, &rows[i]);
            }
            last = rows[i];
            any = true;
        }
    }
    return ASV_OK;
}

static enum asv_status list(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"NAME", "REGISTERED", "ENDED", "KEY"};
    return asv_listing_run(cli, columns, 4, each, "no recipients", err);
}

const struct asv_cli_command asv_cli_recipient_list = {
    .group = "recipient",
    .name = "list",
    .summary = "list to whom recordings can be handed over",
    .help = "Lists the keys that two people registered, and those that were ended.",
    .by = ASV_CLI_BY_ANYBODY,
    .options = asv_listing_options,
    .option_count = ASV_LISTING_OPTION_COUNT,
    .run = list,
};
