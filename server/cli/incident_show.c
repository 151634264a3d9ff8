/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat incident: show, list (LAW H9).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/clip.h"
#include "server/cli/incident.h"
#include "server/cli/person.h"
#include "server/incident/record.h"
#include "server/incident/words.h"

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
    return json_pack(
        "{s:o, s:s, s:i, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:s, s:b, s:o, s:o, s:o, s:I}", "incident",
        asv_json_uuid(incident->id), "case", incident->case_number, "version", (int)incident->version,
        "cause", asv_incident_ground_name(incident->cause), "offence", incident->offence, "danger",
        incident->danger, "from", asv_json_time(incident->from_ms), "until",
        asv_json_time(incident->until_ms), "place", incident->place, "accused", incident->accused, "injured",
        injured_json(incident->injured), "prosecutor", incident->prosecutor, "assault", incident->assault,
        "opened", asv_json_time(incident->opened_ms), "since", asv_json_time(incident->since_ms), "forgotten",
        asv_json_time(incident->forgotten_ms), "clips", (json_int_t)incident->clips);
}

static void line(FILE *out, const char *name, const char *value)
{
    fprintf(out, "%-12s ", name);
    asv_text_print(out, *value != '\0' ? value : "-");
    fputc('\n', out);
}

void asv_incident_print(FILE *out, const struct asv_db_incident *incident)
{
    char text[ASV_TEXT_BYTES];
    line(out, "case", incident->case_number);
    line(out, "prosecutor", incident->prosecutor);
    line(out, "cause", asv_incident_ground_name(incident->cause));
    line(out, "offence", incident->offence);
    line(out, "danger", incident->danger);
    line(out, "from", asv_text_time(text, incident->from_ms));
    line(out, "until", asv_text_time(text, incident->until_ms));
    line(out, "place", incident->place);
    line(out, "accused", incident->accused);
    line(out, "assault", incident->assault ? "on somebody of the office, reported" : "");
    const char *injured = incident->injured;
    do {
        char name[ASV_DB_INJURED_SIZE];
        size_t len = strcspn(injured, "\n");
        snprintf(name, sizeof name, "%.*s", (int)len, injured);
        line(out, "injured", name);
        injured += len + (injured[len] == '\n');
    } while (*injured != '\0');
}

/* Who signed what is shown, as this program finds it: with the statement, the credential, and once more what
 * is shown. */
struct signature {
    struct asv_db_statement row;
    struct asv_person_statement stated;
    struct asv_db_credential signer;
    bool good;
    char text[2 * ASV_ERR_TEXT_BYTES];
};

static enum asv_status find_signature(struct asv_db *db, const struct asv_db_incident *incident,
                                      struct signature *out, struct asv_err *err)
{
    struct asv_statement shown;
    enum asv_status status = asv_db_statement_find(db, incident->statement, &out->row, err);
    if (status == ASV_OK) {
        status = asv_person_read(&out->row, &out->stated, err);
    }
    if (status == ASV_OK) {
        asv_record_incident(&shown, incident, incident->salt);
        status = asv_equal(shown.subject.id, out->stated.said.subject.id, sizeof shown.subject.id) &&
                         out->stated.said.action == shown.action
                     ? asv_db_credential_find(db, out->stated.said.credential, &out->signer, err)
                     : asv_fail(err, ASV_E_MISMATCH, "something else was signed");
    }
    return status == ASV_OK ? asv_person_verify(db, &out->stated.said, err) : status;
}

static void judge_signature(struct asv_db *db, const struct asv_db_incident *incident, struct signature *out)
{
    struct asv_err err = {0};
    enum asv_status status = find_signature(db, incident, out, &err);
    out->good = status == ASV_OK;
    if (status == ASV_OK) {
        (void)snprintf(out->text, sizeof out->text, "%.*s", (int)out->signer.said.name.len,
                       (const char *)out->signer.said.name.data);
    } else {
        (void)snprintf(out->text, sizeof out->text, "NO: nobody signed what stands here: %s", err.text);
    }
}

static void print_shown(FILE *out, const struct asv_db_incident *incident, const struct signature *signature)
{
    char text[ASV_TEXT_BYTES];
    if (incident->forgotten_ms != ASV_TIME_UNKNOWN) {
        line(out, "case", incident->case_number);
        line(out, "opened", asv_text_time(text, incident->opened_ms));
        line(out, "forgotten", asv_text_time(text, incident->forgotten_ms));
        return;
    }
    asv_incident_print(out, incident);
    line(out, "written", asv_text_time(text, incident->since_ms));
    line(out, "signed by", signature->text);
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

static enum asv_status print_stills(const struct asv_cli *cli, const struct asv_db_still_row *rows,
                                    size_t count, struct asv_err *err)
{
    static const char *const columns[] = {"STILL OF", "AT MS", "SIZE", "SHA-256 (PNG)", "SIGNED", "BY"};
    struct asv_table table = {.column_count = sizeof columns / sizeof *columns, .columns = columns};
    char text[2 * ASV_SHA256_BYTES + 1];
    if (count == 0) {
        return ASV_OK;
    }
    for (size_t i = 0; i < count; i++) {
        const struct asv_db_still *still = &rows[i].still;
        asv_uuid_format(text, still->clip);
        asv_table_add(&table, text);
        (void)snprintf(text, sizeof text, "%" PRId64, still->at_ms);
        asv_table_add(&table, text);
        (void)snprintf(text, sizeof text, "%ux%u", still->width, still->height);
        asv_table_add(&table, text);
        asv_hex_encode(text, still->picture, sizeof still->picture);
        asv_table_add(&table, text);
        asv_table_add(&table, asv_text_time(text, rows[i].since_ms));
        asv_table_add(&table, rows[i].by);
    }
    fputc('\n', cli->out);
    return asv_table_print(&table, cli->out, "", err);
}

/* An incident with its recordings, those that were taken out among them, and its stills. */
struct shown {
    struct asv_db_incident incident;
    struct asv_db_incident_clip clips[ASV_DB_INCIDENT_CLIPS];
    struct asv_db_incident_removed removed[ASV_DB_INCIDENT_CLIPS];
    struct asv_db_still_row stills[ASV_DB_INCIDENT_CLIPS];
    size_t clip_count, removed_count, still_count;
    struct signature signature;
};

static json_t *stills_json(const struct shown *shown)
{
    json_t *stills = json_array();
    for (size_t i = 0; i < shown->still_count; i++) {
        const struct asv_db_still_row *row = &shown->stills[i];
        (void)json_array_append_new(
            stills, json_pack("{s:o, s:I, s:i, s:i, s:o, s:o, s:s}", "clip", asv_json_uuid(row->still.clip),
                              "at_ms", (json_int_t)row->still.at_ms, "width", (int)row->still.width, "height",
                              (int)row->still.height, "picture",
                              asv_json_hex(row->still.picture, sizeof row->still.picture), "since",
                              asv_json_time(row->since_ms), "by", row->by));
    }
    return stills;
}

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
    if (shown->incident.forgotten_ms == ASV_TIME_UNKNOWN) {
        (void)json_object_set_new(object, "signed_by", json_string(shown->signature.text));
        (void)json_object_set_new(object, "proven", json_boolean(shown->signature.good));
    }
    (void)json_object_set_new(object, "recordings", clips);
    (void)json_object_set_new(object, "removed", removed);
    (void)json_object_set_new(object, "stills", stills_json(shown));
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
    if (status == ASV_OK && shown->incident.forgotten_ms == ASV_TIME_UNKNOWN) {
        judge_signature(db, &shown->incident, &shown->signature);
    }
    if (status == ASV_OK) {
        status = asv_db_incident_clips(db, number, shown->clips, &shown->clip_count, err);
    }
    if (status == ASV_OK) {
        status = asv_db_incident_removed(db, number, shown->removed, &shown->removed_count, err);
    }
    return status == ASV_OK ? asv_db_still_list(db, number, shown->stills, &shown->still_count, err) : status;
}

static enum asv_status show_into(const struct asv_cli *cli, struct shown *shown, struct asv_err *err)
{
    enum asv_status status = read_shown(cli, shown, err);
    if (status == ASV_OK && asv_cli_flag(cli->args, "json")) {
        return print_json(cli, shown, err);
    }
    if (status == ASV_OK) {
        print_shown(cli->out, &shown->incident, &shown->signature);
        status = print_clips(cli, shown->clips, shown->clip_count, err);
    }
    if (status == ASV_OK) {
        status = print_removed(cli, shown->removed, shown->removed_count, err);
    }
    return status == ASV_OK ? print_stills(cli, shown->stills, shown->still_count, err) : status;
}

static enum asv_status show(struct asv_cli *cli, struct asv_err *err)
{
    struct shown *shown = calloc(1, sizeof *shown);
    enum asv_status status =
        shown != NULL ? show_into(cli, shown, err) : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    free(shown);
    return status;
}

static const struct asv_cli_option read_options[] = {
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_incident_show = {
    .group = "incident",
    .name = "show",
    .summary = "show an incident and its recordings",
    .help = "Shows what is known of the incident CASE now, who signed that, the recordings that show\n"
            "it, and those that were taken out again. What stands there is verified with the\n"
            "statement and the credential.",
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
