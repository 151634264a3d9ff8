/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat ledger witnesses: who has cosigned what, and how long ago. */
#include <inttypes.h>
#include <stdlib.h>

#include "server/base/fail.h"
#include "server/cli/cosigner.h"
#include "server/cli/database.h"
#include "server/cli/text.h"

struct view {
    struct asv_db *db;
    struct asv_db_ledger_log log;
    struct asv_db_witness_state state;
    int64_t now_ms;
    struct asv_ledger_policy policy;
    uint8_t text[ASV_LEDGER_POLICY_BYTES];
};

static void print_age(const struct asv_cli *cli, const struct view *view, int64_t at_ms)
{
    char text[ASV_TEXT_BYTES];
    bool ahead = at_ms > view->now_ms; /* by the witness's clock */
    int64_t minutes = (ahead ? at_ms - view->now_ms : view->now_ms - at_ms) / 60000;
    fprintf(cli->out, "%s, %" PRId64 " h %" PRId64 " min %s", asv_text_time(text, at_ms), minutes / 60,
            minutes % 60, ahead ? "ahead of this clock" : "ago");
}

static enum asv_status print_witness(const struct asv_cli *cli, const struct view *view, size_t i,
                                     struct asv_err *err)
{
    const struct asv_ledger_witness *witness = &view->policy.witnesses[i];
    char name[ASV_COSIGNER_NAME_BYTES];
    uint64_t size = 0;
    int64_t at_ms = ASV_TIME_UNKNOWN;
    asv_cosigner_name(name, &witness->key);
    enum asv_status status =
        asv_db_ledger_cosigned_last(view->db, view->log.number, name, &size, &at_ms, err);
    if (status != ASV_OK) {
        return status;
    }
    fprintf(cli->out, "%-12.*s ", (int)witness->name.len, (const char *)witness->name.data);
    if (size == 0) {
        fputs("nothing yet", cli->out);
    } else {
        fprintf(cli->out, "%" PRIu64 " entries, ", size);
        print_age(cli, view, at_ms);
        if (size < view->state.signed_size) {
            fprintf(cli->out, "; %" PRIu64 " behind", view->state.signed_size - size);
        }
    }
    fputs(witness->url.len == 0 ? "; has no address, and is not asked\n" : "\n", cli->out);
    return ASV_OK;
}

static void print_quorum(const struct asv_cli *cli, const struct view *view)
{
    const struct asv_db_witness_state *state = &view->state;
    fprintf(cli->out, "%-12s ", "quorum");
    if (view->policy.quorum == ASV_QUORUM_NONE) {
        fputs("none is asked for\n", cli->out);
        return;
    }
    if (state->witnessed_size == 0) {
        fputs("never met", cli->out);
    } else {
        fprintf(cli->out, "met by %" PRIu64 " entries, ", state->witnessed_size);
        print_age(cli, view, state->met_ms);
    }
    if (state->behind_ms != ASV_TIME_UNKNOWN) {
        fprintf(cli->out, "; behind by %" PRIu64 ", since ", state->signed_size - state->witnessed_size);
        print_age(cli, view, state->behind_ms);
    }
    fputc('\n', cli->out);
}

static enum asv_status run_with(const struct asv_cli *cli, struct view *view, struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    if (cli->conf.ledger_trust[0] == '\0') {
        fputs("asservat.conf names no trust file (ledger.trust): nobody need cosign\n", cli->out);
        return ASV_OK;
    }
    enum asv_status status = asv_cosigner_trust(cli->conf.ledger_trust, view->text, &view->policy, err);
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    view->db = db;
    if (status == ASV_OK) {
        status = asv_db_ledger_newest(db, &view->log, err);
    }
    if (status == ASV_OK) {
        status = asv_db_witness_state(db, view->log.number, &view->state, err);
    }
    if (status == ASV_OK) {
        status = asv_world_wall_ms(cli->world, &view->now_ms);
    }
    if (status == ASV_OK) {
        fprintf(cli->out, "%-12s %s, %" PRIu64 " entries\n", "signed", view->log.origin,
                view->state.signed_size);
        print_quorum(cli, view);
    }
    for (size_t i = 0; i < view->policy.witness_count && status == ASV_OK; i++) {
        status = print_witness(cli, view, i, err);
    }
    return status;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct view *view = calloc(1, sizeof *view);
    enum asv_status status =
        view != NULL ? run_with(cli, view, err) : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    free(view);
    return status;
}

static const struct asv_cli_option options[] = {ASV_CLI_DATABASE_OPTION};

const struct asv_cli_command asv_cli_ledger_witnesses = {
    .group = "ledger",
    .name = "witnesses",
    .summary = "show what witnesses have cosigned, and when",
    .help = "Shows of each witness of the trust file the largest head of the ledger that it has\n"
            "cosigned, how long ago by its own word, and how far the quorum is behind.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
