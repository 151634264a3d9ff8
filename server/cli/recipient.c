/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat recipient: add, approve, end, list: to whom recordings can be handed over.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/database.h"
#include "server/cli/decide.h"
#include "server/cli/listing.h"
#include "server/flow/recipient.h"

#define PAGE 16

/* The key AGE1… */
static enum asv_status read_key(const struct asv_cli *cli, uint8_t out[ASV_X25519_BYTES], struct asv_err *err)
{
    const char *key = asv_cli_operand(cli->args, 1);
    return asv_age_recipient_decode(out, key, strlen(key)) == ASV_OK
               ? ASV_OK
               : asv_failf(err, ASV_E_USAGE, "\"%.80s\" is no age recipient (age1…)", key);
}

static struct asv_bytes text(const char *chars)
{
    return (struct asv_bytes){(const uint8_t *)chars, chars != NULL ? strlen(chars) : 0};
}

/* What the options say of NAME. */
static enum asv_status write_card(const struct asv_cli *cli, struct asv_writer *writer, struct asv_err *err)
{
    const char *certificate = asv_cli_text(cli->args, "certificate");
    struct asv_card card = {.authority = text(asv_cli_operand(cli->args, 0)),
                            .code = text(asv_cli_text(cli->args, "code")),
                            .has_certificate = certificate != NULL};
    const char *line;
    while ((line = asv_cli_text_at(cli->args, "address", card.address_count)) != NULL) {
        if (card.address_count == ASV_CARD_ADDRESS_MAX) {
            return asv_fail(err, ASV_E_USAGE, "--address: four lines at most");
        }
        card.address[card.address_count++] = text(line);
    }
    if (certificate != NULL &&
        asv_hex_decode(card.certificate, sizeof card.certificate, certificate) != ASV_OK) {
        return asv_fail(err, ASV_E_USAGE, "--certificate: a SHA-256 digest has 64 hexadecimal digits");
    }
    return asv_card_write(writer, &card) == ASV_OK
               ? ASV_OK
               : asv_fail(err, ASV_E_USAGE,
                          "NAME and --address have 1 to 128 bytes of text, --code at most 12 digits and "
                          "capital letters");
}

static enum asv_status add(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t key[ASV_X25519_BYTES];
    uint8_t card[ASV_CARD_MAX_BYTES];
    struct asv_writer writer;
    struct asv_cli_flow flow;
    struct asv_person_statement stated = {0};
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    asv_writer_init(&writer, card, sizeof card);
    enum asv_status status = read_key(cli, key, err);
    if (status == ASV_OK) {
        status = write_card(cli, &writer, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    if (status == ASV_OK) {
        status = asv_recipient_propose(asv_cli_flow(&flow, cli, db, person),
                                       (struct asv_bytes){card, writer.len}, key, &stated, err);
    }
    if (status == ASV_OK) {
        asv_cli_print_proposal(cli, &stated, "recipient approve");
    }
    return status;
}

static const struct asv_cli_option add_options[] = {
    {"address", ASV_CLI_WORDS, "LINE", "a line of the address; at most four", true, true, 0, 0},
    {"code", ASV_CLI_TEXT, "CODE", "NAME's in XJustiz, such as R1200S", false, false, 0, 0},
    {"certificate", ASV_CLI_TEXT, "SHA256",
     "NAME's X.509 certificate (DER) for receipts: RSA (3,000 bits), ECDSA", false, false, 0, 0},
    ASV_PERSON_OPTIONS,
};

const struct asv_cli_command asv_cli_recipient_add = {
    .group = "recipient",
    .name = "add",
    .summary = "propose a recipient's key",
    .help = "An exporter or administrator proposes that recordings can be handed over to NAME, for\n"
            "whom the age recipient KEY (age1…) was received in a way that can be trusted. It\n"
            "counts when a supervisor or deputy has approved it. What NAME is called, and the\n"
            "address, stand in what is handed over.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "NAME KEY",
    .words = true,
    .operands_min = 2,
    .operands_max = 2,
    .options = add_options,
    .option_count = sizeof add_options / sizeof *add_options,
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
    uint8_t key[ASV_X25519_BYTES];
    struct asv_cli_flow flow;
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    enum asv_status status = read_key(cli, key, err);
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    return status == ASV_OK ? asv_recipient_end(asv_cli_flow(&flow, cli, db, person),
                                                asv_cli_operand(cli->args, 0), key, err)
                            : status;
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

/* What a card says beside the name; a card that nobody can read says nothing. */
static void read_card(const struct asv_db_recipient *row, struct asv_card *out)
{
    if (asv_card_read(out, row->card, row->card_len, NULL) != ASV_OK) {
        *out = (struct asv_card){0};
    }
}

static json_t *recipient_json(const struct asv_db_recipient *row)
{
    char key[ASV_AGE_RECIPIENT_TEXT_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    struct asv_card card;
    json_t *address = json_array();
    read_card(row, &card);
    asv_age_recipient_encode(key, row->key);
    asv_hex_encode(hex, card.certificate, sizeof card.certificate);
    for (uint8_t i = 0; i < card.address_count; i++) {
        json_array_append_new(address, json_stringn((const char *)card.address[i].data, card.address[i].len));
    }
    return json_pack("{s:s, s:o?, s:o, s:s?, s:s, s:o, s:o}", "name", row->name, "code",
                     card.code.len > 0 ? json_stringn((const char *)card.code.data, card.code.len) : NULL,
                     "address", address, "certificate", card.has_certificate ? hex : NULL, "key", key,
                     "registered", asv_json_time(row->registered_ms), "ended", asv_json_time(row->ended_ms));
}

/* "Koloniestraße 72, 47057 Duisburg" */
static void join_address(char *out, size_t size, const struct asv_card *card)
{
    size_t used = 0;
    out[0] = '\0';
    for (uint8_t i = 0; i < card->address_count; i++) {
        int len = snprintf(out + used, size - used, "%s%.*s", i > 0 ? ", " : "", (int)card->address[i].len,
                           (const char *)card->address[i].data);
        used += len > 0 && (size_t)len < size - used ? (size_t)len : 0;
    }
}

static void add_row(struct asv_table *table, const struct asv_db_recipient *row)
{
    char words[ASV_TEXT_BYTES];
    char key[ASV_AGE_RECIPIENT_TEXT_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    char code[ASV_CARD_CODE_MAX + 1];
    char address[ASV_CARD_ADDRESS_MAX * (ASV_NAME_MAX_BYTES + 2) + 1];
    struct asv_card card;
    read_card(row, &card);
    asv_age_recipient_encode(key, row->key);
    asv_hex_encode(hex, card.certificate, sizeof card.certificate);
    (void)snprintf(code, sizeof code, "%.*s", (int)card.code.len, (const char *)card.code.data);
    join_address(address, sizeof address, &card);
    asv_table_add(table, row->name);
    asv_table_add(table, card.code.len > 0 ? code : "-");
    asv_table_add(table, asv_text_time(words, row->registered_ms));
    asv_table_add(table, asv_text_time(words, row->ended_ms));
    asv_table_add(table, key);
    asv_table_add(table, address);
    asv_table_add(table, card.has_certificate ? hex : "-");
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
    static const char *const columns[] = {"NAME", "CODE",    "REGISTERED", "ENDED",
                                          "KEY",  "ADDRESS", "CERTIFICATE"};
    return asv_listing_run(cli, columns, 7, each, "no recipients", err);
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
