/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat retention: run, balance. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/cli/database.h"
#include "server/cli/keepers.h"
#include "server/cli/night.h"
#include "server/cli/vaults.h"

/* ---- the report ---- */

/* In the order in which a person reads them. */
static const struct {
    enum asv_night_kind kind;
    const char *name, *heading;
} sections[] = {
    {ASV_NIGHT_UNDONE, "undone", "Could not be done"},
    {ASV_NIGHT_FAILED, "failed", "Failed"},
    {ASV_NIGHT_LATE, "late", "Late: due, and the key is there, or nobody can say"},
    {ASV_NIGHT_LOST, "lost", "Lost: not due, and nothing opens them any more"},
    {ASV_NIGHT_OPEN, "open", "Open: begun, and not complete"},
    {ASV_NIGHT_DISAGREES, "disagreements", "Database and keeper disagree"},
    {ASV_NIGHT_UNEVEN, "uneven", "Days that do not add up"},
    {ASV_NIGHT_ORPHAN, "orphans", "In the vault, and named by no row"},
    {ASV_NIGHT_DAYLESS, "dayless",
     "Of no known day, and not used until two people decide (asservat clip day)"},
    {ASV_NIGHT_AHEAD, "aheads", "Held before docking, with a key of the whole day"},
    {ASV_NIGHT_UNDOCKED, "undocked", "Cameras that are out"},
};
#define SECTIONS (sizeof sections / sizeof *sections)

struct figure {
    const char *name, *text;
    uint64_t value;
};

#define FIGURES 26
static size_t figures_of(const struct asv_night *night, struct figure out[FIGURES])
{
    const struct asv_db_retention_end *counts = &night->counts;
    const struct figure all[] = {
        {"due", night->dry ? "clips would be erased" : "clips whose erasure began", night->begun},
        {"erased", "clips erased, key and files", counts->erased},
        {"held", "clips held", counts->held},
        {"pending", "clips with an open request", counts->pending},
        {"lapsed", "requests lapsed", counts->lapsed},
        {"late", "clips late", counts->late},
        {"failed", "failed", counts->failed},
        {"lost", "clips lost", night->lost},
        {"open", "erasures open", counts->open},
        {"disagreements", "disagreements with the keeper", counts->disagreements},
        {"orphans", "directories without a row", counts->orphans},
        {"leftovers", "leftovers removed", counts->leftovers},
        {"delivered", "decisions delivered to the keeper", night->delivered},
        {"concluded", "decisions that a crash had left without consequence", night->concluded},
        {"forgotten", "entries of the access log forgotten", night->forgotten},
        {"incidents", night->dry ? "incidents would be forgotten" : "incidents forgotten", night->incidents},
        {"ledger_forgotten", "entries of the ledger forgotten", night->ledger_forgotten},
        {"rewrapped", "clips given a key of their own", night->rewrapped},
        {"finished", "camera days finished after an early erasure or a hold before docking", night->finished},
        {"days_told", "days whose destroyed keys were told", night->days_told},
        {"months", "months counted for the evaluation", night->months},
        {"aheads", "holds before docking that stand", night->aheads},
        {"dayless", "recordings of no known day, to be decided on", night->dayless},
        {"days", "recording days in the balance", night->days},
        {"uneven", "of them do not add up", counts->uneven},
        {"undocked", "cameras out", night->undocked},
    };
    memcpy(out, all, sizeof all);
    return sizeof all / sizeof *all;
}

static enum asv_status print_json(struct asv_night *night, int exit_status, struct asv_err *err)
{
    struct figure figures[FIGURES];
    size_t count = figures_of(night, figures);
    json_t *all = json_pack("{s:o, s:b, s:i}", "time", asv_json_time(night->now_ms), "dry_run", night->dry,
                            "exit", exit_status);
    json_t *counts = json_object();
    json_t *notes = json_object();
    for (size_t i = 0; i < count; i++) {
        (void)json_object_set_new(counts, figures[i].name, json_integer((json_int_t)figures[i].value));
    }
    for (size_t i = 0; i < SECTIONS; i++) {
        json_t *list = night->notes[sections[i].kind];
        (void)json_object_set_new(notes, sections[i].name, list != NULL ? json_incref(list) : json_array());
    }
    (void)json_object_set_new(all, "counts", counts);
    (void)json_object_set_new(all, "notes", notes);
    return asv_json_print_take(night->cli->out, all, err);
}

static void print_notes(const struct asv_night *night)
{
    FILE *out = night->cli->out;
    for (size_t i = 0; i < SECTIONS; i++) {
        const json_t *list = night->notes[sections[i].kind];
        if (list == NULL) {
            continue;
        }
        fprintf(out, "\n%s\n", sections[i].heading);
        for (size_t k = 0; k < json_array_size(list); k++) {
            const json_t *note = json_array_get(list, k);
            fputs("  ", out);
            asv_text_print(out, json_string_value(json_object_get(note, "what")));
            fputs(": ", out);
            asv_text_print(out, json_string_value(json_object_get(note, "why")));
            fputc('\n', out);
        }
        if (night->noted[sections[i].kind] > ASV_NIGHT_NOTES) {
            fprintf(out, "  and %llu more\n",
                    (unsigned long long)(night->noted[sections[i].kind] - ASV_NIGHT_NOTES));
        }
    }
}

static enum asv_status print_report(struct asv_night *night, bool json, int exit_status, struct asv_err *err)
{
    struct figure figures[FIGURES];
    size_t count = figures_of(night, figures);
    FILE *out = night->cli->out;
    if (json) {
        return print_json(night, exit_status, err);
    }
    for (size_t i = 0; i < count; i++) {
        if (figures[i].value != 0 || i < 4) { /* the first ones always */
            fprintf(out, "%10llu %s\n", (unsigned long long)figures[i].value, figures[i].text);
        }
    }
    print_notes(night);
    fprintf(out, "\nmetrics");
    for (size_t i = 0; i < count; i++) {
        fprintf(out, " %s=%llu", figures[i].name, (unsigned long long)figures[i].value);
    }
    fprintf(out, " exit=%d\n", exit_status);
    return ASV_OK;
}

/* ---- run ---- */

static int exit_of(const struct asv_night *night)
{
    const struct asv_db_retention_end *counts = &night->counts;
    uint64_t wrong = counts->late + counts->failed + night->lost + (counts->open - night->waiting) +
                     counts->disagreements + counts->orphans + counts->uneven + night->dayless_over +
                     night->noted[ASV_NIGHT_LATE] + night->noted[ASV_NIGHT_UNDONE];
    bool open = wrong != 0 || night->slot_open;
    return night->away ? ASV_NIGHT_EXIT_AWAY : open ? ASV_NIGHT_EXIT_OPEN : 0;
}

/* What was wrong, as the report counts it. */
static void say_why(const struct asv_night *night, char *out, size_t size)
{
    static const char *const wrong[] = {"late",          "failed",  "lost",  "open",
                                        "disagreements", "orphans", "uneven"};
    struct figure figures[FIGURES];
    size_t count = figures_of(night, figures);
    size_t len = (size_t)snprintf(out, size, "a run could not do everything");
    const char *between = ": ";
    for (size_t i = 0; i < count; i++) {
        bool counts = false;
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
            counts = counts || strcmp(wrong[k], figures[i].name) == 0;
        }
        if (counts && figures[i].value != 0 && len < size) {
            len += (size_t)snprintf(out + len, size - len, "%s%llu %s", between,
                                    (unsigned long long)figures[i].value, figures[i].name);
            between = ", ";
        }
    }
    for (size_t i = 0; i < SECTIONS && len < size; i++) { /* the first of what is only noted */
        const json_t *note = json_array_get(night->notes[sections[i].kind], 0);
        if (note != NULL && (sections[i].kind == ASV_NIGHT_UNDONE || sections[i].kind == ASV_NIGHT_LATE)) {
            len += (size_t)snprintf(out + len, size - len, "%s%s: %.160s", between,
                                    json_string_value(json_object_get(note, "what")),
                                    json_string_value(json_object_get(note, "why")));
            between = "; ";
        }
    }
}

/* One alarm says that a run did not do everything; each clip of it has its own. */
static enum asv_status end(struct asv_night *night, struct asv_err *err)
{
    char detail[600];
    enum asv_db_outcome outcome;
    night->counts.exit = exit_of(night);
    if (night->dry) {
        return ASV_OK;
    }
    say_why(night, detail, sizeof detail);
    night->counts.detail = night->counts.exit != 0 ? detail : NULL;
    const struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_RETENTION, .slot = -1, .detail = detail};
    enum asv_status status = asv_db_retention_end(night->db, night->run, &night->counts, err);
    if (status == ASV_OK && night->counts.exit != 0) {
        status = asv_db_alarm_raise(night->db, &alarm, &outcome, err);
    }
    night->counts.detail = NULL;
    return status;
}

static void clear(struct asv_night *night)
{
    for (size_t i = 0; i < ASV_NIGHT_KINDS; i++) {
        json_decref(night->notes[i]);
    }
    free(night->kept);
    free(night->seen);
}

/* Without the database nothing can be erased here; what the keeper destroyed by itself is said. */
static enum asv_status without_database(struct asv_cli *cli, struct asv_night *night, const char *why,
                                        struct asv_err *err)
{
    char first[ASV_TEXT_BYTES];
    asv_night_note(night, ASV_NIGHT_UNDONE, "database", "%s", why);
    if (night->keeper_answers) {
        asv_night_note(
            night, ASV_NIGHT_UNDONE, "files",
            "the keeper destroys keys by itself: of days before %s it has none; their files, records and "
            "tombstones follow when the database is back",
            asv_text_date(first, night->keeper.first_date));
    }
    night->counts.exit = cli->exit_status = ASV_NIGHT_EXIT_AWAY;
    enum asv_status status = print_report(night, asv_cli_flag(cli->args, "json"), night->counts.exit, err);
    return status == ASV_OK ? asv_failf(err, ASV_E_AWAY, "%s", why) : status;
}

/* It does what there is to do. */
static enum asv_status other_run(struct asv_cli *cli, struct asv_night *night, struct asv_err *err)
{
    fprintf(cli->err, "asservat retention run: another run is at it\n");
    return asv_cli_flag(cli->args, "json")
               ? asv_json_print_take(cli->out,
                                     json_pack("{s:o, s:b, s:i}", "time", asv_json_time(night->now_ms),
                                               "another_run", true, "exit", 0),
                                     err)
               : ASV_OK;
}

static enum asv_status run_with(struct asv_cli *cli, struct asv_night *night, struct asv_err *err)
{
    bool begun = night->dry; /* who only looks is in nobody's way */
    enum asv_status status = ASV_OK;
    if (!night->dry) {
        status = asv_db_retention_begin(night->db, "asservat " ASV_VERSION, night->run, &begun, err);
    }
    if (status == ASV_OK && !begun) {
        return other_run(cli, night, err);
    }
    if (status == ASV_OK) {
        asv_night_step(night);
        status = asv_night_run(night, err);
    }
    if (status == ASV_OK) {
        status = end(night, err);
    }
    if (status == ASV_E_AWAY || status == ASV_E_TIMEOUT) {
        struct asv_err why = *err;
        return without_database(cli, night, why.text, err);
    }
    if (status == ASV_OK) {
        cli->exit_status = night->counts.exit;
        status = print_report(night, asv_cli_flag(cli->args, "json"), night->counts.exit, err);
    }
    return status;
}

/* For tests: a run that is killed after so many steps. */
static unsigned stop_at(void)
{
    const char *text = getenv("ASV_RETENTION_STOP");
    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : 0;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_night night = {.cli = cli, .dry = asv_cli_flag(cli->args, "dry-run"), .stop_at = stop_at()};
    asv_auto_vault struct asv_vault *vault = NULL;
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_db struct asv_db *recorder = NULL;
    asv_auto_keeper struct asv_keeper_client *client = NULL;
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    struct asv_err away = {0};
    enum asv_status status = asv_world_wall_ms(cli->world, &night.now_ms);
    if (status == ASV_OK) {
        status = asv_cli_keeper(cli, &client, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    night.client = client;
    if (asv_agency_open(cli, false, &agency, &night.no_agency) == ASV_OK) { /* root's, and later we are not */
        night.agency = agency;
    }
    status = asv_cli_database(cli, &db, &away);
    if (status == ASV_E_AWAY || status == ASV_E_TIMEOUT) {
        asv_night_ask_keeper(&night);
        status = without_database(cli, &night, away.text, err);
    } else if (status != ASV_OK) {
        status = asv_failf(err, status, "%s", away.text);
    } else {
        night.db = db;
        (void)asv_cli_flow(&night.flow, cli, db, NULL);
        if (!night.dry && asv_cli_database(cli, &recorder, NULL) == ASV_OK) {
            night.recorder = recorder;
        }
        status = asv_cli_vault(cli, true, &vault, err);
        night.vault = vault;
        if (status == ASV_OK) {
            status = asv_cli_as_owner(vault, err);
        }
        if (status == ASV_OK && asv_vault_away(vault) != NULL) {
            night.away = true;
            asv_night_note(&night, ASV_NIGHT_UNDONE, asv_vault_away(vault), "this disk is away");
        }
        if (status == ASV_OK) {
            status = run_with(cli, &night, err);
        }
    }
    clear(&night);
    return status;
}

static const struct asv_cli_option run_options[] = {
    {"dry-run", ASV_CLI_FLAG, NULL, "say what would be done, change nothing", false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    {"vault", ASV_CLI_TEXT, "DIR", "vault (configuration: vault)", false, false, 0, 0},
    {"mirror", ASV_CLI_TEXT, "DIR", "its mirror (configuration: vault.mirror)", false, false, 0, 0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    ASV_CLI_KEEPER_OPTION,
    {"database", ASV_CLI_TEXT, "CONNINFO", "database (configuration: database)", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_retention_run = {
    .group = "retention",
    .name = "run",
    .summary = "erase what is due, and say what is not erased",
    .help = "The keeper destroys keys by itself when they are due. This job follows it: of every\n"
            "clip whose period is over and whose key is gone it removes the files, in every\n"
            "directory of the vault, and keeps a tombstone and the keeper's signed statement. Then it\n"
            "compares database, keeper and vault, and strikes the balance of each recording day.\n"
            "Safe to repeat, to cut off and to start twice; runs beside the dock daemon.\n"
            "Exit status: 0 everything done; 1 not done; 2 wrong usage; 3 database, keeper or a disk\n"
            "was away; 4 done, but something is late, failed, lost, open or uneven: the report says\n"
            "what.",
    .options = run_options,
    .option_count = sizeof run_options / sizeof *run_options,
    .run = run,
};

/* ---- balance ---- */

struct balance_list {
    json_t *json;
    struct asv_table table;
    uint64_t wrong; /* days that do not add up, or on which something is missing, or due and not gone */
};

static void add_row(struct balance_list *list, const struct asv_db_balance *row)
{
    json_t *json = asv_night_balance_json(row);
    json_int_t off = json_integer_value(json_object_get(json, "difference"));
    char text[ASV_TEXT_BYTES];
    const uint64_t counts[] = {row->ingested + row->expired,
                               row->running,
                               row->pending,
                               row->held,
                               row->quarantined,
                               row->erasing,
                               row->erased};
    list->wrong += off != 0 || row->missing != 0 || row->overdue != 0;
    if (list->json != NULL) {
        (void)json_array_append_new(list->json, json);
        return;
    }
    json_decref(json);
    asv_table_add(&list->table, row->day != 0 ? asv_text_date(text, row->day) : "unknown");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        asv_table_add(&list->table, asv_text_number(text, counts[i]));
    }
    (void)snprintf(text, sizeof text, "%lld", (long long)off);
    asv_table_add(&list->table, off == 0 ? "" : text);
    asv_table_add(&list->table, row->missing == 0 ? "" : asv_text_number(text, row->missing));
    asv_table_add(&list->table, row->overdue == 0 ? "" : asv_text_number(text, row->overdue));
}

static enum asv_status add_days(struct asv_db *db, struct balance_list *list, struct asv_err *err)
{
    struct asv_db_balance rows[ASV_DB_BALANCES];
    uint32_t after = 0;
    size_t count = ASV_DB_BALANCES;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && count == ASV_DB_BALANCES) {
        status = asv_db_balance_page(db, after, rows, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            add_row(list, &rows[i]);
            after = rows[i].day;
        }
    }
    if (status == ASV_OK) {
        status = asv_db_balance_of(db, 0, &rows[0], err);
    }
    if (status == ASV_OK && rows[0].ingested + rows[0].expired + rows[0].missing != 0) {
        add_row(list, &rows[0]);
    }
    return status;
}

static enum asv_status balance(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"Day",         ">Arrived",     ">Running", ">Pending",
                                          ">Held",       ">Quarantined", ">Erasing", ">Erased",
                                          ">Difference", ">Missing",     ">Overdue"};
    struct balance_list list = {.json = asv_cli_flag(cli->args, "json") ? json_array() : NULL,
                                .table = {.column_count = 11, .columns = columns}};
    asv_auto_db struct asv_db *db = NULL;
    uint64_t day = asv_cli_number(cli->args, "day", 0);
    struct asv_db_balance row;
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK && day != 0) {
        status = asv_db_balance_of(db, (uint32_t)day, &row, err);
        if (status == ASV_OK) {
            add_row(&list, &row);
        }
    } else if (status == ASV_OK) {
        status = add_days(db, &list, err);
    }
    if (status != ASV_OK) {
        json_decref(list.json);
        asv_table_free(&list.table);
        return status;
    }
    cli->exit_status = list.wrong != 0 ? ASV_NIGHT_EXIT_OPEN : 0;
    return list.json != NULL ? asv_json_print_take(cli->out, list.json, err)
                             : asv_table_print(&list.table, cli->out, "no recordings", err);
}

static const struct asv_cli_option balance_options[] = {
    {"day", ASV_CLI_DATE, "DATE", "of this recording day only", false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    {"database", ASV_CLI_TEXT, "CONNINFO", "database (configuration: database)", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_retention_balance = {
    .group = "retention",
    .name = "balance",
    .summary = "what became of the recordings of each day",
    .help = "For every recording day: what arrived (taken into custody, or expired on arrival) is\n"
            "what runs, waits for a decision, is held, in quarantine, being erased, or erased; each\n"
            "clip is in exactly one of them. A difference is for a person, and so is what is missing:\n"
            "arrived by an earlier balance of the day, and not there any more; and what is overdue: due\n"
            "for more than a day, and neither erased nor kept. Exit status 4.",
    .options = balance_options,
    .option_count = sizeof balance_options / sizeof *balance_options,
    .run = balance,
};
