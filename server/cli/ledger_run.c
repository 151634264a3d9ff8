/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat ledger run: the sequencer. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/notify.h"
#include "server/cli/database.h"
#include "server/cli/keepers.h"
#include "server/cli/sequencer.h"
#include "server/db/docking.h"

#define TICK_MS       100  /* between two looks at what waits, and between two signed heads */
#define TRY_MS        2000 /* after something that did not work */
#define MEET_MS       5000 /* between two looks at who the keeper is */
#define DRAIN_MS      1    /* while more waits than a batch holds */
#define OVERTAKEN_MAX 3    /* times in a row, by another sequencer */

static volatile sig_atomic_t stopping;

static void stop(int number)
{
    (void)number;
    stopping = 1;
}

struct sequencing {
    struct asv_cli *cli;
    struct asv_sequencer *sequencer;
    struct asv_log log;
    uint64_t sign_at_ms;  /* monotonic */
    uint64_t meet_at_ms;  /* monotonic: when the keeper is asked next who it is */
    uint8_t met[16];      /* the keeper's process that the database was told of */
    enum asv_status last; /* what the last look ended with, so that each trouble is said once */
    char why[ASV_ERR_TEXT_BYTES];
    bool called; /* people, as far as that needs them */
};

/* LG-080: the keeper has no database; who meets its process first tells. The ledger does not stand because of
 * it. */
static void meet_keeper(struct sequencing *it)
{
    struct asv_err unsaid = {0};
    struct asv_keeper_client *keeper = it->sequencer->keeper;
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    uint64_t now_ms = asv_world_mono_ms(it->cli->world);
    if (now_ms < it->meet_at_ms) {
        return;
    }
    it->meet_at_ms = now_ms + MEET_MS;
    enum asv_status status = asv_keeper_client_status(keeper, &request, &unsaid);
    status = asv_keeper_wait(keeper, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, &unsaid);
    if (status == ASV_OK && memcmp(reply.state.run, it->met, sizeof it->met) != 0 &&
        asv_cli_keeper_seen(it->sequencer->db, &reply.state, &unsaid) == ASV_OK) {
        memcpy(it->met, reply.state.run, sizeof it->met);
    }
}

/* Appends what waits, a batch at most, and signs when it is time to. *more: there was a whole batch. */
static enum asv_status look(struct sequencing *it, bool *more, struct asv_err *err)
{
    size_t count = 0;
    enum asv_status status = asv_sequencer_append(it->sequencer, &count, err);
    uint64_t now_ms = asv_world_mono_ms(it->cli->world);
    *more = count == ASV_DB_LEDGER_BATCH;
    if (status == ASV_OK && now_ms >= it->sign_at_ms) {
        status = asv_sequencer_sign(it->sequencer, err);
        it->sign_at_ms = now_ms + TICK_MS;
    }
    return status;
}

/* Whether the database has taken it. */
static bool call_people(struct sequencing *it, const struct asv_err *why)
{
    const struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_LEDGER, .slot = -1, .detail = why->text};
    enum asv_db_outcome outcome;
    struct asv_err unsaid = {0};
    return asv_db_alarm_raise(it->sequencer->db, &alarm, &outcome, &unsaid) == ASV_OK;
}

/* What does not pass by itself is an alarm, which is tried until the database has taken it; the database may
 * be what is wrong, so the log has it in any case. */
static void say(struct sequencing *it, enum asv_status status, const struct asv_err *err)
{
    enum asv_class class = asv_status_class(status);
    bool waits = class == ASV_CLASS_RETRY ||
                 (status == ASV_E_NOT_FOUND && it->sequencer->log.number == 0); /* nobody began one yet */
    bool same = status == it->last && (status == ASV_OK || waits || strcmp(it->why, err->text) == 0);
    if (!same && status == ASV_OK) {
        asv_log_event(&it->log, ASV_LOG_NOTICE, "ledger-goes-on",
                      asv_log_text("origin", it->sequencer->log.origin),
                      asv_log_u64("size", it->sequencer->log.size));
    } else if (!same) {
        asv_log_event(&it->log, waits ? ASV_LOG_WARNING : ASV_LOG_ERROR, "ledger-stands",
                      asv_log_status("status", status), asv_log_text("why", err->text));
    }
    it->called = (same && it->called) || status == ASV_OK || waits || call_people(it, err);
    it->last = status;
    (void)snprintf(it->why, sizeof it->why, "%s", err->text);
}

static void run_until_stopped(struct sequencing *it)
{
    struct sigaction action = {.sa_handler = stop};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    asv_notify_ready("sequencing");
    while (stopping == 0) {
        struct asv_err err = {0};
        bool more = false;
        enum asv_status status = look(it, &more, &err);
        say(it, status, &err);
        if (status == ASV_OK) {
            meet_keeper(it);
        }
        asv_notify_alive();
        it->cli->sleep_ms(status != ASV_OK ? TRY_MS : more ? DRAIN_MS : TICK_MS);
    }
    asv_notify_stopping();
}

/* All that waits now, and the head signed. Overtaken by another one, which does the same, it looks again. */
static enum asv_status run_once(struct sequencing *it, struct asv_err *err)
{
    bool more = true;
    unsigned overtaken = 0;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && (more || !it->sequencer->loaded) && overtaken < OVERTAKEN_MAX) {
        status = look(it, &more, err);
        if (status == ASV_OK && !more) {
            status = asv_sequencer_sign(it->sequencer, err);
        }
        if (status == ASV_OK && !it->sequencer->loaded) {
            overtaken++;
            it->cli->sleep_ms(TICK_MS);
        }
    }
    return status == ASV_OK && !it->sequencer->loaded
               ? asv_fail(err, ASV_E_BUSY, "ledger: another sequencer goes on at the same time")
               : status;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct sequencing it = {.cli = cli, .log = asv_log_stderr(cli->world)};
    const char *conninfo = asv_cli_text(cli->args, "database");
    bool once = asv_cli_flag(cli->args, "once");
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_keeper struct asv_keeper_client *keeper = NULL;
    asv_auto_free struct asv_sequencer *sequencer = calloc(1, sizeof *sequencer);
    if (sequencer == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    it.sequencer = sequencer;
    enum asv_status status = asv_cli_keeper(cli, &keeper, err);
    if (status == ASV_OK) {
        status = asv_cli_database_as(cli, conninfo != NULL ? conninfo : cli->conf.database_ledger, &db, err);
    }
    if (status == ASV_OK) {
        sequencer->db = db;
        sequencer->keeper = keeper;
        status = once ? run_once(&it, err) : asv_db_software_started(db, "asservat ledger " ASV_VERSION, err);
    }
    if (status == ASV_OK && !once) {
        run_until_stopped(&it);
    }
    asv_wipe(sequencer, sizeof *sequencer);
    return status;
}

static const struct asv_cli_option options[] = {
    {"once", ASV_CLI_FLAG, NULL, "append what waits now, have the head signed, and end", false, false, 0, 0},
    {"database", ASV_CLI_TEXT, "CONNINFO", "as asv_ledger (configuration: database.ledger)", false, false, 0,
     0},
    ASV_CLI_KEEPER_OPTION,
};

const struct asv_cli_command asv_cli_ledger_run = {
    .group = "ledger",
    .name = "run",
    .summary = "put what happened into the ledger, and have its heads signed",
    .help = "The sequencer. Ten times a second it gives what waits an index and a place in the\n"
            "tree, and has the keeper sign the head. Nobody waits for it: what happened is in the\n"
            "database already. Runs until SIGTERM; two of them at once do no harm. When database\n"
            "or keeper are away it waits for them; what needs people is an alarm.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
