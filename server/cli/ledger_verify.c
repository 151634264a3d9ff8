/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat ledger verify: the ledger against itself, against the keeper, the database and the vault. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/cli/database.h"
#include "server/cli/keepers.h"
#include "server/cli/ledger_audit.h"
#include "server/cli/ledger_key.h"
#include "server/cli/sequencer.h"
#include "server/cli/text.h"
#include "server/db/docking.h"

void asv_audit_wrong(struct asv_audit *audit, const char *where, const char *what, ...)
{
    char text[ASV_ERR_TEXT_BYTES];
    va_list args;
    if (audit->wrong++ >= ASV_AUDIT_NOTES) {
        return;
    }
    va_start(args, what);
    (void)vsnprintf(text, sizeof text, what, args);
    va_end(args);
    (void)json_array_append_new(audit->notes, json_pack("{s:s, s:s}", "what", where, "why", text));
}

/* What the keeper signed last is asked for first: whatever is committed later is more. */
static enum asv_status ask_keeper(struct asv_keeper_client *keeper, const struct asv_db_ledger_log *log,
                                  struct asv_tree_head *out, struct asv_err *err)
{
    char note[ASV_DB_LEDGER_NOTE_BYTES + 1];
    struct asv_checkpoint checkpoint;
    *out = asv_tree_head_empty();
    if (keeper == NULL) {
        return ASV_OK;
    }
    enum asv_status status = asv_sequencer_last_signed(keeper, log->origin, note, &checkpoint, err);
    if (status == ASV_OK) {
        *out = checkpoint.head;
    }
    return status;
}

static enum asv_status verify_logs(struct asv_audit *audit, struct asv_keeper_client *keeper,
                                   struct asv_err *err)
{
    size_t count = 0;
    int64_t oldest_ms;
    enum asv_status status = asv_db_ledger_logs(audit->db, 0, audit->log_rows, &count, err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = ask_keeper(keeper, &audit->log_rows[i], &audit->signed_heads[i], err);
    }
    if (status == ASV_OK) { /* once more: as they are now */
        status = asv_db_ledger_logs(audit->db, 0, audit->log_rows, &count, err);
    }
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = asv_audit_log(audit, &audit->log_rows[i], &audit->signed_heads[i], err);
    }
    return status == ASV_OK ? asv_db_ledger_waiting(audit->db, &audit->waiting, &oldest_ms, err) : status;
}

static enum asv_status print(const struct asv_audit *audit, bool json, struct asv_err *err)
{
    FILE *out = audit->cli->out;
    const struct {
        const char *name, *text;
        uint64_t value;
    } figures[] = {
        {"logs", "logs", audit->logs},
        {"entries", "entries, with their tiles", audit->entries},
        {"heads", "signed heads", audit->heads},
        {"opened", "entries compared with what they are closed over", audit->opened},
        {"forgotten", "entries whose values two people had forgotten", audit->forgotten},
        {"expired", "entries whose values expired at their source", audit->expired},
        {"unheaded", "entries that no signed head has yet", audit->unheaded},
        {"waiting", "events that wait for their entry", audit->waiting},
        {"objects", "signed objects in the vault", audit->objects},
        {"underway", "of them so new that their entry may be on its way", audit->underway},
        {"wrong", "wrong", audit->wrong},
    };
    json_t *counts = json_object();
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        (void)json_object_set_new(counts, figures[i].name, json_integer((json_int_t)figures[i].value));
        if (!json) {
            fprintf(out, "%10llu %s\n", (unsigned long long)figures[i].value, figures[i].text);
        }
    }
    if (json) {
        return asv_json_print_take(out, json_pack("{s:o, s:O}", "counts", counts, "notes", audit->notes),
                                   err);
    }
    json_decref(counts);
    for (size_t i = 0; i < json_array_size(audit->notes); i++) {
        const json_t *note = json_array_get(audit->notes, i);
        fputs("  ", out);
        asv_text_print(out, json_string_value(json_object_get(note, "what")));
        fputs(": ", out);
        asv_text_print(out, json_string_value(json_object_get(note, "why")));
        fputc('\n', out);
    }
    if (audit->wrong > json_array_size(audit->notes)) {
        fprintf(out, "  and %llu more\n", (unsigned long long)(audit->wrong - json_array_size(audit->notes)));
    }
    return ASV_OK;
}

/* Whoever started this may not look; the alarm stays until somebody did. */
static void call_people(struct asv_audit *audit)
{
    char detail[120];
    enum asv_db_outcome outcome;
    struct asv_err unsaid = {0};
    snprintf(detail, sizeof detail,
             "%llu things are wrong with the ledger; asservat ledger verify names them",
             (unsigned long long)audit->wrong);
    const struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_LEDGER, .slot = -1, .detail = detail};
    (void)!asv_db_alarm_raise(audit->db, &alarm, &outcome, &unsaid);
}

static enum asv_status verify(struct asv_audit *audit, struct asv_err *err)
{
    const struct asv_cli *cli = audit->cli;
    asv_auto_keeper struct asv_keeper_client *keeper = NULL;
    asv_auto_vault struct asv_vault *vault = NULL;
    asv_auto_db struct asv_db *db = NULL;
    enum asv_status status = asv_cli_ledger_public(cli, asv_cli_text(cli->args, "key"), audit->key, err);
    if (status == ASV_OK && !asv_cli_flag(cli->args, "no-keeper")) {
        status = asv_cli_keeper(cli, &keeper, err);
    }
    if (status == ASV_OK && !asv_cli_flag(cli->args, "no-vault")) {
        status = asv_cli_vault(cli, false, &vault, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_database_job(cli, &db, err);
    }
    if (status == ASV_OK) {
        audit->db = db;
        status = verify_logs(audit, keeper, err);
    }
    if (status == ASV_OK) {
        status = asv_audit_untold(audit, err);
    }
    if (status == ASV_OK && vault != NULL) {
        status = asv_audit_vault(audit, vault, err);
    }
    if (audit->wrong > 0) {
        call_people(audit);
    }
    return status;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_audit *audit = calloc(1, sizeof *audit);
    if (audit == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    audit->cli = cli;
    audit->notes = json_array();
    enum asv_status status = verify(audit, err);
    if (status == ASV_OK) {
        status = print(audit, asv_cli_flag(cli->args, "json"), err);
    }
    if (status == ASV_OK && audit->wrong > 0) {
        status = asv_failf(err, ASV_E_DIGEST, "%llu things are wrong with the ledger",
                           (unsigned long long)audit->wrong);
    }
    json_decref(audit->notes);
    free(audit);
    return status;
}

static const struct asv_cli_option options[] = {
    {"key", ASV_CLI_TEXT, "FILE", "ledger.pub (the agency directory's keeper/ledger.pub)", false, false, 0,
     0},
    {"no-keeper", ASV_CLI_FLAG, NULL, "do not ask the keeper what it signed last", false, false, 0, 0},
    {"no-vault", ASV_CLI_FLAG, NULL, "do not look into the vault", false, false, 0, 0},
    {"vault", ASV_CLI_TEXT, "DIR", "vault (configuration: vault)", false, false, 0, 0},
    {"mirror", ASV_CLI_TEXT, "DIR", "its mirror (configuration: vault.mirror)", false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
    ASV_CLI_KEEPER_OPTION,
};

const struct asv_cli_command asv_cli_ledger_verify = {
    .group = "ledger",
    .name = "verify",
    .summary = "check the whole ledger against keeper, database and vault",
    .help = "Hashes every entry, compares every tile, and every head that was ever signed, with\n"
            "the ledger's key; makes each entry once more from the row that it tells of, and\n"
            "opens what it is closed over; looks for rows without an entry, and for signed objects\n"
            "in the vault that no entry names. What is wrong is named and an alarm, and the exit\n"
            "status is 1.\n"
            "Runs beside everything else.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
