/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat ledger cosign: witnesses are asked for the newest signed head. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/notify.h"
#include "server/cli/cosigner.h"
#include "server/cli/database.h"

#define TICK_MS 100 /* how late a signal may be noticed */

static volatile sig_atomic_t stopping;

static void stop(int number)
{
    (void)number;
    stopping = 1;
}

struct cosigning {
    struct asv_cli *cli;
    struct asv_log log;
    struct asv_cosigner *cosigner;
    enum asv_status last; /* what the last round ended with, so that each trouble is said once */
};

/* What the database has of head and cosignatures does not verify: somebody changed it. Everything else
 * passes, or is an alert when it does not in time (LG-067). */
static void say(struct cosigning *it, enum asv_status status, const struct asv_err *err)
{
    bool false_stored = asv_status_class(status) == ASV_CLASS_INTEGRITY && status != ASV_E_UNTRUSTED;
    struct asv_err unsaid = {0};
    if (status == it->last) {
        return;
    }
    it->last = status;
    if (status == ASV_OK) {
        asv_log_event(&it->log, ASV_LOG_NOTICE, "quorum-met", asv_log_u64("size", it->cosigner->tree.size));
        return;
    }
    asv_log_event(&it->log, false_stored ? ASV_LOG_ERROR : ASV_LOG_WARNING, "no-quorum",
                  asv_log_status("status", status), asv_log_text("why", err->text));
    if (false_stored) {
        (void)!asv_db_witness_alarm(it->cosigner->db, "stored", err->text, &unsaid);
    }
}

static void run_until_stopped(struct cosigning *it)
{
    struct sigaction action = {.sa_handler = stop};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    asv_notify_ready("asking witnesses");
    while (stopping == 0) {
        struct asv_err err = {0};
        uint64_t next_ms = asv_world_mono_ms(it->cli->world) + it->cli->conf.ledger_every_ms;
        say(it, asv_cosigner_round(it->cosigner, &err), &err);
        do {
            asv_notify_alive();
            it->cli->sleep_ms(TICK_MS);
        } while (stopping == 0 && asv_world_mono_ms(it->cli->world) < next_ms);
    }
    asv_notify_stopping();
}

static enum asv_status run_with(struct asv_cli *cli, struct asv_cosigner *cosigner, struct asv_err *err)
{
    struct cosigning it = {.cli = cli, .log = asv_log_stderr(cli->world), .cosigner = cosigner};
    const char *conninfo = asv_cli_text(cli->args, "database");
    asv_auto_db struct asv_db *db = NULL;
    cosigner->log = it.log;
    cosigner->world = cli->world;
    cosigner->trust = cli->conf.ledger_trust;
    cosigner->ca_file = cli->conf.ledger_ca;
    cosigner->stop = &stopping;
    enum asv_status status = asv_cosigner_trust(cosigner->trust, cosigner->text, &cosigner->policy, err);
    if (status == ASV_OK) {
        status = asv_poster_new(&cosigner->poster, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_database_as(cli, conninfo != NULL ? conninfo : cli->conf.database_cosign, &db, err);
    }
    cosigner->db = db;
    if (status == ASV_OK && asv_cli_flag(cli->args, "once")) {
        status = asv_cosigner_round(cosigner, err);
    } else if (status == ASV_OK) {
        status = asv_db_software_started(db, "asservat cosign " ASV_VERSION, err);
    }
    if (status == ASV_OK && !asv_cli_flag(cli->args, "once")) {
        run_until_stopped(&it);
    }
    asv_poster_free(cosigner->poster);
    return status;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    if (cli->conf.ledger_trust[0] == '\0') {
        return asv_fail(err, ASV_E_USAGE, "asservat.conf names no trust file: ledger.trust = FILE");
    }
    struct asv_cosigner *cosigner = calloc(1, sizeof *cosigner);
    enum asv_status status =
        cosigner != NULL ? run_with(cli, cosigner, err) : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    free(cosigner);
    return status;
}

static const struct asv_cli_option options[] = {
    {"once", ASV_CLI_FLAG, NULL, "ask once, and end; not done when the quorum is not met", false, false, 0,
     0},
    {"database", ASV_CLI_TEXT, "CONNINFO", "as asv_cosign (configuration: database.cosign)", false, false, 0,
     0},
};

const struct asv_cli_command asv_cli_ledger_cosign = {
    .group = "ledger",
    .name = "cosign",
    .summary = "have witnesses cosign the ledger's newest head",
    .help = "Asks the witnesses of the trust file (configuration: ledger.trust) to cosign the newest\n"
            "head that the keeper signed, and stores what they answer. Nobody waits for it. A\n"
            "witness that has seen another tree, or forgot what it had seen, is an alarm at once.\n"
            "Runs until SIGTERM.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
