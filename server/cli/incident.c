/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat incident: new, change, show, list (LAW H9). Its recordings are in incident_clip.c.
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/clip.h"
#include "server/cli/database.h"
#include "server/cli/moment.h"
#include "server/db/incident.h"
#include "server/incident/words.h"
#include "server/statement/text.h"

#define UNKNOWN "Unbekannt" /* as the office writes it */

#define DATABASE_OPTION                                                                                \
    {                                                                                                  \
        "database", ASV_CLI_TEXT, "CONNINFO", "database (configuration: database)", false, false, 0, 0 \
    }
#define JSON_OPTION                                               \
    {                                                             \
        "json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0 \
    }

/* ---- what is typed ---- */

static enum asv_status take_text(const struct asv_cli *cli, const char *name, char *out, size_t max,
                                 struct asv_err *err)
{
    const char *text = asv_cli_text(cli->args, name);
    enum asv_status status = asv_cli_note(cli, name, max, err);
    if (status == ASV_OK && text != NULL) {
        memcpy(out, text, strlen(text) + 1);
    }
    return status;
}

/* Those that are named replace those of before; --nobody-injured takes them all back. */
static enum asv_status take_injured(const struct asv_cli *cli, struct asv_db_incident *incident,
                                    struct asv_err *err)
{
    size_t used = 0;
    const char *name = NULL;
    bool nobody = asv_cli_flag(cli->args, "nobody-injured");
    if (nobody && asv_cli_text(cli->args, "injured") != NULL) {
        return asv_fail(err, ASV_E_USAGE, "--injured, or --nobody-injured");
    }
    if (nobody || asv_cli_text(cli->args, "injured") != NULL) {
        incident->injured[0] = '\0';
    }
    for (size_t i = 0; (name = asv_cli_text_at(cli->args, "injured", i)) != NULL; i++) {
        size_t len = strlen(name);
        if (!asv_text_is_good((struct asv_bytes){(const uint8_t *)name, len}, ASV_NAME_MAX_BYTES) ||
            i == 32) {
            return asv_fail(err, ASV_E_USAGE, "--injured: up to 32 names of 1 to 128 bytes");
        }
        if (used + len + 2 > sizeof incident->injured) {
            return asv_fail(err, ASV_E_USAGE, "--injured: the names are longer than there is room");
        }
        used += (size_t)snprintf(incident->injured + used, sizeof incident->injured - used, "%s%s",
                                 used > 0 ? "\n" : "", name);
    }
    return ASV_OK;
}

static enum asv_status take_cause(const struct asv_cli *cli, struct asv_db_incident *incident,
                                  struct asv_err *err)
{
    const char *cause = asv_cli_text(cli->args, "cause");
    if (cause == NULL ||
        asv_incident_ground_parse(&incident->cause, cause, ASV_GROUND_DANGER, ASV_GROUND_LEGALITY_CHECK)) {
        return ASV_OK;
    }
    return asv_failf(err, ASV_E_USAGE, "--cause: \"%s\" is none of danger, prosecution and legality-check",
                     cause);
}

/* What was written down and is not so; only a change has these flags. */
static enum asv_status take_back(const struct asv_cli *cli, struct asv_db_incident *incident,
                                 struct asv_err *err)
{
    bool until = asv_cli_flag(cli->args, "no-until");
    bool prosecutor = asv_cli_flag(cli->args, "no-prosecutor");
    if ((until && asv_cli_text(cli->args, "until") != NULL) ||
        (prosecutor && asv_cli_text(cli->args, "prosecutor") != NULL)) {
        return asv_fail(err, ASV_E_USAGE, "--until or --no-until, --prosecutor or --no-prosecutor");
    }
    incident->until_ms = until ? ASV_TIME_UNKNOWN : incident->until_ms;
    if (prosecutor) {
        incident->prosecutor[0] = '\0';
    }
    return ASV_OK;
}

static enum asv_status take_fields(const struct asv_cli *cli, struct asv_db_incident *incident,
                                   struct asv_err *err)
{
    enum asv_status status = take_text(cli, "offence", incident->offence, ASV_DB_NOTE_SIZE - 1, err);
    if (status == ASV_OK) {
        status = take_text(cli, "danger", incident->danger, ASV_DB_NOTE_SIZE - 1, err);
    }
    if (status == ASV_OK) {
        status = take_text(cli, "place", incident->place, ASV_DB_NOTE_SIZE - 1, err);
    }
    if (status == ASV_OK) {
        status = take_text(cli, "accused", incident->accused, ASV_DB_NOTE_SIZE - 1, err);
    }
    if (status == ASV_OK) {
        status = take_text(cli, "prosecutor", incident->prosecutor, ASV_NAME_MAX_BYTES, err);
    }
    if (status == ASV_OK) {
        status = take_cause(cli, incident, err);
    }
    if (status == ASV_OK) {
        status = take_injured(cli, incident, err);
    }
    if (status == ASV_OK) {
        status = asv_moment_option(cli, "from", incident->from_ms, &incident->from_ms, err);
    }
    if (status == ASV_OK) {
        status = asv_moment_option(cli, "until", incident->until_ms, &incident->until_ms, err);
    }
    if (status == ASV_OK && incident->until_ms != ASV_TIME_UNKNOWN &&
        incident->until_ms < incident->from_ms) {
        status = asv_fail(err, ASV_E_USAGE, "--until lies before --from");
    }
    return status;
}

static enum asv_status operand(const struct asv_cli *cli, char out[ASV_NAME_MAX_BYTES + 1],
                               struct asv_err *err)
{
    const char *text = asv_cli_operand(cli->args, 0);
    if (!asv_text_is_good((struct asv_bytes){(const uint8_t *)text, strlen(text)}, ASV_NAME_MAX_BYTES)) {
        return asv_fail(
            err, ASV_E_USAGE,
            "a case number has 1 to 128 bytes of UTF-8 text on one line, with no blank at either end and "
            "nothing hidden");
    }
    memcpy(out, text, strlen(text) + 1);
    return ASV_OK;
}

/* ---- new, change ---- */

static enum asv_status put(const struct asv_cli *cli, struct asv_db *db,
                           const struct asv_db_incident *incident, struct asv_err *err)
{
    char actor[64];
    enum asv_db_outcome outcome;
    enum asv_status status = asv_db_incident_put(db, incident, asv_cli_actor(actor), &outcome, err);
    if (status == ASV_E_EXISTS) {
        return asv_failf(err, status,
                         "\"%s\" is an incident already; \"asservat incident change\" changes it",
                         incident->case_number);
    }
    if (status == ASV_E_STATE) {
        return asv_fail(err, status, asv_incident_forgotten);
    }
    if (status == ASV_OK) {
        fprintf(cli->out, "incident     ");
        asv_text_print(cli->out, incident->case_number);
        fprintf(cli->out, ", version %u\n", (unsigned)incident->version);
    }
    return status;
}

static enum asv_status new_into(const struct asv_cli *cli, struct asv_db_incident *incident,
                                struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    incident->version = 1;
    incident->from_ms = ASV_TIME_UNKNOWN;
    incident->until_ms = ASV_TIME_UNKNOWN;
    snprintf(incident->accused, sizeof incident->accused, UNKNOWN);
    enum asv_status status = operand(cli, incident->case_number, err);
    if (status == ASV_OK) {
        status = take_fields(cli, incident, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = asv_uuid_new(cli->world, incident->id);
    }
    return status == ASV_OK ? put(cli, db, incident, err) : status;
}

static enum asv_status change_into(const struct asv_cli *cli, struct asv_db_incident *incident,
                                   struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    char number[ASV_NAME_MAX_BYTES + 1];
    enum asv_status status = operand(cli, number, err);
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = asv_db_incident_find(db, number, incident, err);
    }
    if (status == ASV_OK) {
        status = take_back(cli, incident, err);
    }
    if (status == ASV_OK) {
        status = take_fields(cli, incident, err);
    }
    incident->version++;
    return status == ASV_OK ? put(cli, db, incident, err) : status;
}

/* With memory for one, which is too much for the stack. */
static enum asv_status with_incident(const struct asv_cli *cli,
                                     enum asv_status (*run)(const struct asv_cli *cli,
                                                            struct asv_db_incident *incident,
                                                            struct asv_err *err),
                                     struct asv_err *err)
{
    struct asv_db_incident *incident = calloc(1, sizeof *incident);
    if (incident == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = run(cli, incident, err);
    free(incident);
    return status;
}

static enum asv_status make(struct asv_cli *cli, struct asv_err *err)
{
    return with_incident(cli, new_into, err);
}

static enum asv_status change(struct asv_cli *cli, struct asv_err *err)
{
    return with_incident(cli, change_into, err);
}

#define FIELDS(required)                                                                                  \
    {"offence", ASV_CLI_WORDS, "TEXT", "what is said to have been done", required, false, 0, 0},          \
        {"danger", ASV_CLI_WORDS, "TEXT", "to life or limb, for which it was recorded",                   \
         required, false,         0,      0},                                                             \
        {"cause", ASV_CLI_TEXT, "CAUSE", "danger, prosecution or legality-check", required, false, 0, 0}, \
        {"from", ASV_CLI_TEXT, "TIME", "when it happened, " ASV_MOMENT_HELP, required, false, 0, 0},      \
        {"until", ASV_CLI_TEXT, "TIME", "when it ended", false, false, 0, 0},                             \
        {"place", ASV_CLI_WORDS, "TEXT", "where", required, false, 0, 0},                                 \
        {"accused", ASV_CLI_WORDS, "TEXT", "who is accused (" UNKNOWN ")", false, false, 0, 0},           \
        {"injured", ASV_CLI_WORDS, "NAME", "who was injured", false, true, 0, 0},                         \
        {"nobody-injured", ASV_CLI_FLAG, NULL, "nobody was", false, false, 0, 0},                         \
        {"prosecutor", ASV_CLI_WORDS, "TEXT", "the prosecutor's file number", false, false, 0, 0},        \
        DATABASE_OPTION

static const struct asv_cli_option new_options[] = {FIELDS(true)};
static const struct asv_cli_option change_options[] = {
    FIELDS(false),
    {"no-until", ASV_CLI_FLAG, NULL, "when it ended is not known", false, false, 0, 0},
    {"no-prosecutor", ASV_CLI_FLAG, NULL, "there is no prosecutor's file number", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_incident_new = {
    .group = "incident",
    .name = "new",
    .summary = "write an incident down, so that recordings can be kept for it",
    .help = "Writes down the incident with the office's own number CASE (Vorgangsnummer), which\n"
            "stands in what people sign and never changes. The cause is the legal one for which\n"
            "its recordings may be kept. Everything else can be changed later.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CASE",
    .words = true,
    .operands_min = 1,
    .operands_max = 1,
    .options = new_options,
    .option_count = sizeof new_options / sizeof *new_options,
    .run = make,
};

const struct asv_cli_command asv_cli_incident_change = {
    .group = "incident",
    .name = "change",
    .summary = "change what is known of an incident",
    .help = "Changes the fields that are given, such as --prosecutor \"570 Js 123/18\", and leaves\n"
            "the others. What was written before is kept as an earlier version.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CASE",
    .words = true,
    .operands_min = 1,
    .operands_max = 1,
    .options = change_options,
    .option_count = sizeof change_options / sizeof *change_options,
    .run = change,
};

/* ---- show ---- */

static json_t *injured_json(const char *injured)
{
    json_t *array = json_array();
    while (*injured != '\0') {
        size_t len = strcspn(injured, "\n");
        (void)json_array_append_new(array, json_stringn(injured, len));
        injured += len + (injured[len] == '\n');
    }
    return array;
}

static json_t *incident_json(const struct asv_db_incident *incident)
{
    return json_pack("{s:o, s:s, s:i, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:I}",
                     "incident", asv_json_uuid(incident->id), "case", incident->case_number, "version",
                     (int)incident->version, "cause", asv_incident_ground_name(incident->cause), "offence",
                     incident->offence, "danger", incident->danger, "from", asv_json_time(incident->from_ms),
                     "until", asv_json_time(incident->until_ms), "place", incident->place, "accused",
                     incident->accused, "injured", injured_json(incident->injured), "prosecutor",
                     incident->prosecutor, "opened", asv_json_time(incident->opened_ms), "since",
                     asv_json_time(incident->since_ms), "forgotten", asv_json_time(incident->forgotten_ms),
                     "clips", (json_int_t)incident->clips);
}

static void line(FILE *out, const char *name, const char *value)
{
    fprintf(out, "%-12s ", name);
    asv_text_print(out, *value != '\0' ? value : "-");
    fputc('\n', out);
}

static void print_incident(FILE *out, const struct asv_db_incident *incident)
{
    char text[ASV_TEXT_BYTES];
    line(out, "case", incident->case_number);
    if (incident->forgotten_ms != ASV_TIME_UNKNOWN) {
        line(out, "opened", asv_text_time(text, incident->opened_ms));
        line(out, "forgotten", asv_text_time(text, incident->forgotten_ms));
        return;
    }
    line(out, "prosecutor", incident->prosecutor);
    line(out, "cause", asv_incident_ground_name(incident->cause));
    line(out, "offence", incident->offence);
    line(out, "danger", incident->danger);
    line(out, "from", asv_text_time(text, incident->from_ms));
    line(out, "until", asv_text_time(text, incident->until_ms));
    line(out, "place", incident->place);
    line(out, "accused", incident->accused);
    const char *injured = incident->injured;
    do {
        char name[ASV_DB_INJURED_SIZE];
        size_t len = strcspn(injured, "\n");
        snprintf(name, sizeof name, "%.*s", (int)len, injured);
        line(out, "injured", name);
        injured += len + (injured[len] == '\n');
    } while (*injured != '\0');
    line(out, "written", asv_text_time(text, incident->since_ms));
}

static enum asv_status print_clips(const struct asv_cli *cli, const struct asv_db_incident_clip *rows,
                                   size_t count, struct asv_err *err)
{
    static const char *const columns[] = {"CLIP", "START", "CAMERA", "STATE", "DUE"};
    struct asv_table table = {.column_count = sizeof columns / sizeof *columns, .columns = columns};
    char text[ASV_TEXT_BYTES];
    for (size_t i = 0; i < count; i++) {
        asv_uuid_format(text, rows[i].clip);
        asv_table_add(&table, text);
        asv_table_add(&table, asv_text_time(text, rows[i].start_ms));
        asv_table_add(&table, rows[i].camera_name);
        asv_table_add(&table, asv_db_state_name(rows[i].state));
        asv_table_add(&table, asv_text_time(text, rows[i].due_ms));
    }
    fputc('\n', cli->out);
    return asv_table_print(&table, cli->out, "no recordings", err);
}

/* What was taken out stays in sight. */
static enum asv_status print_removed(const struct asv_cli *cli, const struct asv_db_incident_removed *rows,
                                     size_t count, struct asv_err *err)
{
    static const char *const columns[] = {"TAKEN OUT", "AT", "BY", "WHY"};
    struct asv_table table = {.column_count = sizeof columns / sizeof *columns, .columns = columns};
    char text[ASV_TEXT_BYTES];
    if (count == 0) {
        return ASV_OK;
    }
    for (size_t i = 0; i < count; i++) {
        asv_uuid_format(text, rows[i].clip);
        asv_table_add(&table, text);
        asv_table_add(&table, asv_text_time(text, rows[i].at_ms));
        asv_table_add(&table, rows[i].by);
        asv_table_add(&table, rows[i].reason[0] != '\0' ? rows[i].reason : "-");
    }
    fputc('\n', cli->out);
    return asv_table_print(&table, cli->out, "", err);
}

/* An incident with its recordings, those that were taken out among them. */
struct shown {
    struct asv_db_incident incident;
    struct asv_db_incident_clip clips[ASV_DB_INCIDENT_CLIPS];
    struct asv_db_incident_removed removed[ASV_DB_INCIDENT_CLIPS];
    size_t clip_count, removed_count;
};

static enum asv_status print_json(const struct asv_cli *cli, const struct shown *shown, struct asv_err *err)
{
    json_t *clips = json_array();
    json_t *removed = json_array();
    json_t *object = incident_json(&shown->incident);
    for (size_t i = 0; i < shown->clip_count; i++) {
        const struct asv_db_incident_clip *row = &shown->clips[i];
        (void)json_array_append_new(
            clips, json_pack("{s:o, s:s, s:s, s:o, s:o}", "clip", asv_json_uuid(row->clip), "state",
                             asv_db_state_name(row->state), "camera", row->camera_name, "start",
                             asv_json_time(row->start_ms), "due", asv_json_time(row->due_ms)));
    }
    for (size_t i = 0; i < shown->removed_count; i++) {
        const struct asv_db_incident_removed *row = &shown->removed[i];
        (void)json_array_append_new(
            removed, json_pack("{s:o, s:o, s:s, s:s}", "clip", asv_json_uuid(row->clip), "at",
                               asv_json_time(row->at_ms), "by", row->by, "reason", row->reason));
    }
    (void)json_object_set_new(object, "recordings", clips);
    (void)json_object_set_new(object, "removed", removed);
    return asv_json_print_take(cli->out, object, err);
}

static enum asv_status read_shown(const struct asv_cli *cli, struct shown *shown, struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    const char *number = shown->incident.case_number;
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = asv_db_incident_find(db, asv_cli_operand(cli->args, 0), &shown->incident, err);
    }
    if (status == ASV_OK) {
        status = asv_db_incident_clips(db, number, shown->clips, &shown->clip_count, err);
    }
    return status == ASV_OK ? asv_db_incident_removed(db, number, shown->removed, &shown->removed_count, err)
                            : status;
}

static enum asv_status show_into(const struct asv_cli *cli, struct shown *shown, struct asv_err *err)
{
    enum asv_status status = read_shown(cli, shown, err);
    if (status == ASV_OK && asv_cli_flag(cli->args, "json")) {
        return print_json(cli, shown, err);
    }
    if (status == ASV_OK) {
        print_incident(cli->out, &shown->incident);
        status = print_clips(cli, shown->clips, shown->clip_count, err);
    }
    return status == ASV_OK ? print_removed(cli, shown->removed, shown->removed_count, err) : status;
}

static enum asv_status show(struct asv_cli *cli, struct asv_err *err)
{
    struct shown *shown = calloc(1, sizeof *shown);
    enum asv_status status =
        shown != NULL ? show_into(cli, shown, err) : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    free(shown);
    return status;
}

static const struct asv_cli_option read_options[] = {JSON_OPTION, DATABASE_OPTION};

const struct asv_cli_command asv_cli_incident_show = {
    .group = "incident",
    .name = "show",
    .summary = "show an incident and its recordings",
    .help = "Shows what is known of the incident CASE now, the recordings that show it, and those\n"
            "that were taken out again.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CASE",
    .words = true,
    .operands_min = 1,
    .operands_max = 1,
    .options = read_options,
    .option_count = sizeof read_options / sizeof *read_options,
    .run = show,
};

/* ---- list ---- */

#define PAGE 16 /* incidents, of 12 KiB each */

static void list_row(struct asv_table *table, const struct asv_db_incident *incident)
{
    char text[ASV_TEXT_BYTES];
    asv_table_add(table, incident->case_number);
    asv_table_add(table, asv_text_time(text, incident->from_ms));
    asv_table_add(table, asv_text_number(text, incident->clips));
    asv_table_add(table, incident->prosecutor[0] != '\0' ? incident->prosecutor : "-");
    asv_table_add(table, incident->place[0] != '\0' ? incident->place : "-");
    asv_table_add(table, incident->forgotten_ms == ASV_TIME_UNKNOWN ? incident->offence : "(forgotten)");
}

/* Who is accused or was injured is told of one incident at a time. */
static json_t *list_json(const struct asv_db_incident *incident)
{
    json_t *object = incident_json(incident);
    (void)json_object_del(object, "accused");
    (void)json_object_del(object, "injured");
    return object;
}

static enum asv_status each(struct asv_db *db, struct asv_table *table, json_t *array, struct asv_err *err)
{
    asv_auto_free struct asv_db_incident *rows = calloc(PAGE, sizeof *rows);
    uint8_t last[ASV_UUID_BYTES];
    bool any = false;
    size_t count = PAGE;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (count == PAGE) {
        enum asv_status status = asv_db_incident_list(db, any ? last : NULL, rows, PAGE, &count, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < count; i++) {
            list_row(table, &rows[i]);
            (void)json_array_append_new(array, list_json(&rows[i]));
            memcpy(last, rows[i].id, sizeof last);
            any = true;
        }
    }
    return ASV_OK;
}

static enum asv_status list(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"CASE", "FROM", ">CLIPS", "PROSECUTOR", "PLACE", "OFFENCE"};
    struct asv_table table = {.column_count = sizeof columns / sizeof *columns, .columns = columns};
    asv_auto_db struct asv_db *db = NULL;
    json_t *array = json_array();
    bool json = asv_cli_flag(cli->args, "json");
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = each(db, &table, array, err);
    }
    if (status == ASV_OK && !json) {
        json_decref(array);
        return asv_table_print(&table, cli->out, "no incidents", err);
    }
    asv_table_free(&table);
    if (status == ASV_OK) {
        return asv_json_print_take(cli->out, array, err);
    }
    json_decref(array);
    return status;
}

const struct asv_cli_command asv_cli_incident_list = {
    .group = "incident",
    .name = "list",
    .summary = "list incidents",
    .help = "Lists incidents, the newest first. There is no list by member of staff.",
    .by = ASV_CLI_BY_PEOPLE,
    .options = read_options,
    .option_count = sizeof read_options / sizeof *read_options,
    .run = list,
};
