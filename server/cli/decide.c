/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/decide.h"

#include "server/base/hex.h"
#include "server/cli/text.h"

void asv_cli_print_proposal(const struct asv_cli *cli, const struct asv_person_statement *stated,
                            const char *approve)
{
    char text[ASV_TEXT_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(hex, stated->digest, ASV_SHA256_BYTES);
    fprintf(cli->out, "%-12s %.*s\n", "proposal", ASV_DECIDE_DIGITS, hex);
    fprintf(cli->out, "Until %s another person can approve it: \"asservat %s PROPOSAL\".\n",
            asv_text_time(text, stated->said.expires_ms), approve);
}

enum asv_status asv_cli_propose(const struct asv_cli *cli, struct asv_db *db, const struct asv_person *person,
                                struct asv_statement *what, const char *approve, struct asv_err *err)
{
    struct asv_cli_flow flow;
    struct asv_person_statement stated = {0};
    enum asv_status status = asv_decide_propose(asv_cli_flow(&flow, cli, db, person), what, &stated, err);
    if (status == ASV_OK) {
        asv_cli_print_proposal(cli, &stated, approve);
    }
    return status;
}

enum asv_status asv_cli_command_propose(const struct asv_cli *cli, struct asv_statement *what,
                                        const char *approve, struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    return status == ASV_OK ? asv_cli_propose(cli, db, person, what, approve, err) : status;
}

enum asv_status asv_cli_command_answer(const struct asv_cli *cli, const uint16_t *actions, size_t count,
                                       uint8_t step, asv_cli_show show, struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    struct asv_cli_flow flow;
    struct asv_person_statement proposal;
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = asv_decide_find(db, asv_cli_operand(cli->args, 0), actions, count, &proposal, err);
    }
    if (status == ASV_OK && show != NULL) {
        status = show(cli, db, &proposal, err);
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    return status == ASV_OK ? asv_decide_answer(asv_cli_flow(&flow, cli, db, person), &proposal, step, err)
                            : status;
}
