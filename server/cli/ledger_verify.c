/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat ledger verify: the ledger against itself, against the keeper, the database and the vault. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/base/utf8.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/database.h"
#include "server/cli/keepers.h"
#include "server/cli/ledger_audit.h"
#include "server/cli/ledger_key.h"
#include "server/cli/text.h"

#define WAITS_MS INT64_C(3600000) /* as long as nobody is called (LEDGER.md 4) */

/* LG-127: a text that was cut within a character, or that somebody put there, is said all the same. */
static void make_valid(char *text)
{
    if (asv_utf8_is_valid((struct asv_bytes){(const uint8_t *)text, strlen(text)})) {
        return;
    }
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c >= 0x80) {
            *c = '?';
        }
    }
}

__attribute__((format(printf, 3, 0))) static void note(json_t *notes, const char *where, const char *format,
                                                       va_list args)
{
    char what[ASV_ERR_TEXT_BYTES];
    char why[ASV_ERR_TEXT_BYTES];
    (void)snprintf(what, sizeof what, "%s", where);
    (void)vsnprintf(why, sizeof why, format, args);
    make_valid(what);
    make_valid(why);
    (void)json_array_append_new(notes, json_pack("{s:s, s:s}", "what", what, "why", why));
}

void asv_audit_wrong(struct asv_audit *audit, const char *where, const char *what, ...)
{
    va_list args;
    if (audit->wrong++ >= ASV_AUDIT_NOTES) {
        return;
    }
    va_start(args, what);
    note(audit->notes, where, what, args);
    va_end(args);
}

void asv_audit_concluded(struct asv_audit *audit, const char *where,
                         const uint8_t statement[ASV_SHA256_BYTES])
{
    char hex[2 * ASV_SHA256_BYTES + 1];
    if (audit->concluded++ < ASV_AUDIT_NOTES) {
        asv_hex_encode(hex, statement, ASV_SHA256_BYTES);
        (void)json_array_append_new(
            audit->concludings,
            json_pack("{s:s, s:s+}", "what", where, "why", "the keeper signed nothing that it took ", hex));
    }
}

void asv_audit_lost(struct asv_audit *audit, const char *where, const char *what, ...)
{
    va_list args;
    if (audit->lost++ >= ASV_AUDIT_NOTES) {
        return;
    }
    va_start(args, what);
    note(audit->losses, where, what, args);
    va_end(args);
}

enum asv_status asv_audit_go_on(struct asv_audit *audit, const char *where, enum asv_status status,
                                const struct asv_err *why, struct asv_err *err)
{
    if (status == ASV_OK) {
        return ASV_OK;
    }
    if (asv_audit_is_away(status)) {
        return asv_failf(err, status, "%s: %s", where, why->text);
    }
    asv_audit_wrong(audit, where, "something stands there that nobody can read: %s", why->text);
    return ASV_OK;
}

/* What the options left out, for whoever reads the result. */
static json_t *left_out(const struct asv_cli *cli)
{
    json_t *names = json_array();
    if (asv_cli_flag(cli->args, "no-keeper")) {
        (void)json_array_append_new(names, json_string("keeper"));
    }
    if (asv_cli_flag(cli->args, "no-vault")) {
        (void)json_array_append_new(names, json_string("vault"));
    }
    return names;
}

static void print_left_out(FILE *out, const json_t *names, bool finished)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        fprintf(out, "The %s was not asked.\n", json_string_value(json_array_get(names, i)));
    }
    if (!finished) {
        fputs("The check did not come to its end.\n", out);
    }
}

static void print_list(FILE *out, const json_t *notes, uint64_t count)
{
    for (size_t i = 0; i < json_array_size(notes); i++) {
        const json_t *note = json_array_get(notes, i);
        fputs("  ", out);
        asv_text_print(out, json_string_value(json_object_get(note, "what")));
        fputs(": ", out);
        asv_text_print(out, json_string_value(json_object_get(note, "why")));
        fputc('\n', out);
    }
    if (count > json_array_size(notes)) {
        fprintf(out, "  and %llu more\n", (unsigned long long)(count - json_array_size(notes)));
    }
}

static enum asv_status print(const struct asv_audit *audit, bool finished, struct asv_err *err)
{
    json_t *omitted = left_out(audit->cli);
    bool json = asv_cli_flag(audit->cli->args, "json");
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
        {"signatures", "signatures under what entries name", audit->signatures},
        {"concluded", "statements that the keeper took by what it keeps, and not by its signature",
         audit->concluded},
        {"lost", "logs, and ends of logs, that are lost or of an earlier keeper", audit->lost},
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
        return asv_json_print_take(out,
                                   json_pack("{s:o, s:b, s:o, s:O, s:O, s:O}", "counts", counts, "finished",
                                             finished, "left_out", omitted, "notes", audit->notes,
                                             "concluded", audit->concludings, "lost", audit->losses),
                                   err);
    }
    json_decref(counts);
    print_left_out(out, omitted, finished);
    json_decref(omitted);
    print_list(out, audit->concludings, audit->concluded);
    print_list(out, audit->losses, audit->lost);
    print_list(out, audit->notes, audit->wrong);
    return ASV_OK;
}

/* Whoever started this may not look; the alarm stays until somebody did. */
static void call_people(struct asv_audit *audit, const char *unfinished)
{
    char detail[ASV_ERR_TEXT_BYTES + 80];
    struct asv_err unsaid = {0};
    if (unfinished != NULL) {
        snprintf(detail, sizeof detail, "asservat ledger verify did not come to its end: %s", unfinished);
        make_valid(detail);
        /* another matter than what was wrong before */
        (void)!asv_db_ledger_alarm(audit->db, "unfinished", detail, &unsaid);
    }
    if (audit->wrong > 0) {
        snprintf(detail, sizeof detail,
                 "%llu things are wrong with the ledger; asservat ledger verify names them",
                 (unsigned long long)audit->wrong);
        (void)!asv_db_ledger_alarm(audit->db, NULL, detail, &unsaid);
    }
}

/* LG-126: whoever owns the database can have an event wait for ever. Where there is no log, nobody began one.
 */
static enum asv_status check_waiting(struct asv_audit *audit, struct asv_err *err)
{
    char since[ASV_TEXT_BYTES];
    int64_t oldest_ms = ASV_TIME_UNKNOWN;
    int64_t now_ms = 0;
    enum asv_status status = asv_db_ledger_waiting(audit->db, &audit->waiting, &oldest_ms, err);
    if (status == ASV_OK && asv_world_wall_ms(audit->cli->world, &now_ms) != ASV_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
    }
    if (status == ASV_OK && audit->logs > 0 && oldest_ms != ASV_TIME_UNKNOWN &&
        now_ms - oldest_ms > WAITS_MS) {
        asv_audit_wrong(audit, "what waits for its entry",
                        "%llu events, the first since %s: the sequencer stands, or is kept from them",
                        (unsigned long long)audit->waiting, asv_text_time(since, oldest_ms));
    }
    return status;
}

static enum asv_status verify_rows(struct asv_audit *audit, struct asv_err *err)
{
    struct asv_err why[4] = {0};
    enum asv_status status =
        asv_audit_go_on(audit, "what waits for its entry", check_waiting(audit, &why[0]), &why[0], err);
    if (status == ASV_OK) {
        status = asv_audit_go_on(audit, "entries and heads", asv_audit_stray(audit, &why[1]), &why[1], err);
    }
    if (status == ASV_OK) {
        status = asv_audit_go_on(audit, "what people write down", asv_audit_unsigned(audit, &why[3]), &why[3],
                                 err);
    }
    return status == ASV_OK ? asv_audit_go_on(audit, "what the ledger tells of",
                                              asv_audit_untold(audit, &why[2]), &why[2], err)
                            : status;
}

/* LG-102: nothing is written, but that it was checked, and whom to call. */
static enum asv_status verify(struct asv_audit *audit, struct asv_err *err)
{
    const struct asv_cli *cli = audit->cli;
    asv_auto_keeper struct asv_keeper_client *keeper = NULL;
    asv_auto_vault struct asv_vault *vault = NULL;
    enum asv_status status = ASV_OK;
    if (!asv_cli_flag(cli->args, "no-keeper")) {
        status = asv_cli_keeper(cli, &keeper, err);
    }
    if (status == ASV_OK && !asv_cli_flag(cli->args, "no-vault")) {
        status = asv_cli_vault(cli, false, &vault, err);
    }
    if (status == ASV_OK) {
        status = asv_audit_logs(audit, keeper, err);
    }
    if (status == ASV_OK) {
        status = verify_rows(audit, err);
    }
    if (status == ASV_OK && vault != NULL) {
        status = asv_audit_vault(audit, vault, err);
    }
    return status == ASV_OK && keeper != NULL && vault != NULL
               ? asv_db_ledger_checked(audit->db, audit->entries, audit->wrong, err)
               : status;
}

/* LG-084: what was found is said, and people are called, also when the check does not come to its end. */
static enum asv_status report(struct asv_audit *audit, enum asv_status verified, struct asv_err *err)
{
    struct asv_err unprinted = {0};
    call_people(audit, verified == ASV_OK ? NULL : err->text);
    enum asv_status printed = print(audit, verified == ASV_OK, &unprinted);
    if (verified != ASV_OK) {
        return verified;
    }
    if (printed == ASV_OK && audit->wrong > 0) {
        return asv_failf(err, ASV_E_DIGEST, "%llu things are wrong with the ledger",
                         (unsigned long long)audit->wrong);
    }
    return printed == ASV_OK ? ASV_OK : asv_failf(err, printed, "%s", unprinted.text);
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_audit *audit = calloc(1, sizeof *audit);
    const char *conninfo = asv_cli_text(cli->args, "database");
    asv_auto_db struct asv_db *db = NULL;
    struct asv_err why = {0};
    if (audit == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    audit->cli = cli;
    audit->notes = json_array();
    audit->concludings = json_array();
    audit->losses = json_array();
    enum asv_status status = asv_cli_ledger_public(cli, asv_cli_text(cli->args, "key"), audit->key, &why);
    if (status == ASV_OK) {
        status = asv_cli_root(cli, asv_cli_text(cli->args, "trust"), &audit->anchors, &why);
    }
    if (status == ASV_OK) {
        status =
            asv_cli_database_job_as(cli, conninfo != NULL ? conninfo : cli->conf.database_check, &db, &why);
    }
    if (status == ASV_OK) {
        audit->db = db;
        status = report(audit, verify(audit, &why), &why);
    }
    json_decref(audit->notes);
    json_decref(audit->concludings);
    json_decref(audit->losses);
    free(audit);
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", why.text);
}

static const struct asv_cli_option options[] = {
    {"key", ASV_CLI_TEXT, "FILE", "ledger.pub (the agency directory's keeper/ledger.pub)", false, false, 0,
     0},
    {"trust", ASV_CLI_TEXT, "FILE", "root.cert (the agency directory's)", false, false, 0, 0},
    {"no-keeper", ASV_CLI_FLAG, NULL, "do not ask the keeper what it signed last", false, false, 0, 0},
    {"no-vault", ASV_CLI_FLAG, NULL, "do not look into the vault", false, false, 0, 0},
    {"vault", ASV_CLI_TEXT, "DIR", "vault (configuration: vault)", false, false, 0, 0},
    {"mirror", ASV_CLI_TEXT, "DIR", "its mirror (configuration: vault.mirror)", false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    {"database", ASV_CLI_TEXT, "CONNINFO", "as asv_check (configuration: database.check)", false, false, 0,
     0},
    ASV_CLI_KEEPER_OPTION,
};

const struct asv_cli_command asv_cli_ledger_verify = {
    .group = "ledger",
    .name = "verify",
    .summary = "check the whole ledger against keeper, database and vault",
    .help = "Hashes every entry, compares every tile, and every head that was ever signed, with\n"
            "the ledger's key; makes each entry once more from the row that it tells of, and\n"
            "opens what it is closed over; verifies the signature of what it names as signed,\n"
            "the keeper's ruling on what people signed as well, and lists what counts without one;\n"
            "looks for rows without an entry, and for signed objects in the vault that no entry\n"
            "names. What the next ledger says is lost, or of an earlier keeper, is listed. What is\n"
            "wrong is named and an alarm, and the exit status is 1; so is a check that did not\n"
            "come to its end.\n"
            "Runs beside everything else.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
