/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat subject-request: what a recorded person may know, by time, place and camera, without playback (LAW
 * L7); and asservat camera issued: to whom a camera was issued, which the rules ask about one recording at a
 * time.
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/clip.h"
#include "server/cli/moment.h"
#include "server/cli/person.h"
#include "server/cli/text.h"
#include "server/cli/user.h"
#include "server/db/request.h"
#include "server/db/retention.h"
#include "server/flow/record.h"

#define RANGE_HOURS (7 * 24)

/* ---- subject-request ---- */

static const char *fate(const struct asv_db_subject_answer *answer)
{
    switch (answer->state) {
    case ASV_DB_ERASED:
        return "erased";
    case ASV_DB_EXPIRED_ON_ARRIVAL:
        return "erased without being taken";
    case ASV_DB_ERASING:
        return "being erased";
    case ASV_DB_HELD:
        return "kept by the decision of two people";
    default:
        return "exists";
    }
}

static void add_row(struct asv_table *table, const struct asv_db_subject_answer *answer)
{
    char text[ASV_TEXT_BYTES];
    asv_uuid_format(text, answer->clip);
    asv_table_add(table, text);
    asv_table_add(table, asv_text_time(text, answer->start_ms));
    asv_table_add(table, answer->camera_name[0] != '\0' ? answer->camera_name : "-");
    asv_table_add(table, answer->area[0] != '\0' ? answer->area : "-"); /* nobody signed where */
    asv_table_add(table, fate(answer));
    asv_table_add(table, asv_text_time(text, answer->erased_ms != ASV_TIME_UNKNOWN ? answer->erased_ms
                                                                                   : answer->due_ms));
}

static json_t *answer_json(const struct asv_db_subject_answer *answer)
{
    return json_pack("{s:o, s:o, s:o, s:s?, s:s, s:s, s:o, s:o}", "clip", asv_json_uuid(answer->clip),
                     "start", asv_json_time(answer->start_ms), "end", asv_json_time(answer->end_ms), "camera",
                     answer->camera_name[0] != '\0' ? answer->camera_name : NULL, "area", answer->area,
                     "fate", fate(answer), "due", asv_json_time(answer->due_ms), "erased",
                     asv_json_time(answer->erased_ms));
}

static enum asv_status prepare(const struct asv_cli *cli, struct asv_db *db,
                               struct asv_db_subject_request *request, uint8_t camera[ASV_SHA256_BYTES],
                               struct asv_err *err)
{
    const char *reason = asv_cli_text(cli->args, "reason");
    const char *which = asv_cli_text(cli->args, "camera");
    enum asv_status status = asv_cli_note(cli, "reason", ASV_DB_NOTE_SIZE - 1, err);
    if (status != ASV_OK) {
        return status;
    }
    memcpy(request->reason, reason, strlen(reason) + 1);
    request->area = asv_cli_text(cli->args, "area");
    status = asv_moment_range(cli, RANGE_HOURS, &request->from_ms, &request->until_ms, err);
    if (status == ASV_OK && which != NULL) {
        status = asv_cli_camera_find(db, which, camera, err);
        request->camera = camera;
    }
    return status == ASV_OK ? asv_uuid_new(cli->world, request->id) : status;
}

/* What is signed, in words. */
static void print_request(FILE *out, const struct asv_cli *cli, const struct asv_db_subject_request *request)
{
    char from[ASV_TEXT_BYTES];
    char until[ASV_TEXT_BYTES];
    const char *camera = asv_cli_text(cli->args, "camera");
    fprintf(out, "%-12s %s to %s\n%-12s ", "asked for", asv_text_time(from, request->from_ms),
            asv_text_time(until, request->until_ms), "area");
    asv_text_print(out, request->area != NULL ? request->area : "any");
    fprintf(out, "\n%-12s ", "camera");
    asv_text_print(out, camera != NULL ? camera : "any");
    fputc('\n', out);
}

/* What is known now: recordings in custody, and cameras that may bring more of that time. */
struct findings {
    const struct asv_cli *cli;
    struct asv_db_subject_request request;
    uint8_t camera[ASV_SHA256_BYTES];
    struct asv_db_subject_answer *rows;
    size_t count;
    struct asv_table out;
    json_t *out_json;
};

static void add_out(struct findings *found, const struct asv_db_undocked *row)
{
    char text[ASV_TEXT_BYTES];
    const struct asv_db_subject_request *request = &found->request;
    bool later = row->last_docked_ms >= request->until_ms && row->remaining == 0;
    bool elsewhere = request->area != NULL && row->area[0] != '\0' && strcmp(row->area, request->area) != 0;
    bool other = request->camera != NULL && !asv_equal(row->camera_cert, request->camera, ASV_SHA256_BYTES);
    if (later || elsewhere || other) {
        return;
    }
    if (found->out_json != NULL) {
        (void)json_array_append_new(found->out_json, json_pack("{s:s, s:o}", "camera", row->name, "docked",
                                                               asv_json_time(row->last_docked_ms)));
        return;
    }
    asv_table_add(&found->out, row->name);
    asv_table_add(&found->out, asv_text_time(text, row->last_docked_ms));
}

static enum asv_status find_out(struct asv_db *db, int64_t now_ms, struct findings *found,
                                struct asv_err *err)
{
    struct asv_db_undocked rows[ASV_DB_UNDOCKED];
    uint8_t after[ASV_SHA256_BYTES];
    bool first = true;
    size_t count = ASV_DB_UNDOCKED;
    while (count == ASV_DB_UNDOCKED) {
        enum asv_status status = asv_db_undocked(db, now_ms, first ? NULL : after, rows, &count, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < count; i++) {
            add_out(found, &rows[i]);
            memcpy(after, rows[i].camera_cert, sizeof after);
            first = false;
        }
    }
    return ASV_OK;
}

static enum asv_status print_json(struct findings *found, struct asv_err *err)
{
    json_t *array = json_array();
    json_t *cameras = found->out_json;
    found->out_json = NULL;
    for (size_t i = 0; i < found->count; i++) {
        (void)json_array_append_new(array, answer_json(&found->rows[i]));
    }
    return asv_json_print_take(found->cli->out,
                               json_pack("{s:o, s:o, s:b}", "recordings", array, "cameras_out", cameras,
                                         "complete", found->count < ASV_DB_PAGE_MAX),
                               err);
}

static enum asv_status print_text(struct findings *found, struct asv_err *err)
{
    static const char *const columns[] = {"CLIP", "START", "CAMERA", "AREA", "FATE", "ERASED OR DUE"};
    struct asv_table table = {.column_count = sizeof columns / sizeof *columns, .columns = columns};
    for (size_t i = 0; i < found->count; i++) {
        add_row(&table, &found->rows[i]);
    }
    if (found->count == ASV_DB_PAGE_MAX) {
        fputs("These are the first; ask for less time at once.\n", found->cli->err);
    }
    enum asv_status status =
        asv_table_print(&table, found->cli->out, "in custody there is none, and there was none", err);
    if (status == ASV_OK && found->out.cell_count > 0) {
        fputs("\nThese cameras may hold recordings of that time, which are not in custody yet:\n",
              found->cli->out);
        status = asv_table_print(&found->out, found->cli->out, "", err);
    }
    return status;
}

/* Shown, signed, and stored. */
static enum asv_status ask(struct asv_db *db, struct findings *found, struct asv_err *err)
{
    asv_auto_person struct asv_person *person = NULL;
    struct asv_cli_flow flow;
    uint8_t salt[ASV_SHA256_BYTES];
    enum asv_status status = asv_world_random(found->cli->world, salt, sizeof salt);
    if (status != ASV_OK) {
        return asv_fail(err, status, "no randomness");
    }
    status = asv_person_open(found->cli, db, &person, err);
    if (status != ASV_OK) {
        return status;
    }
    print_request(found->cli->err, found->cli, &found->request);
    return asv_flow_put_subject_request(asv_cli_flow(&flow, found->cli, db, person), &found->request, salt,
                                        found->rows, &found->count, err);
}

static enum asv_status answer(struct findings *found, struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    int64_t now_ms = 0;
    enum asv_status status = asv_cli_database(found->cli, &db, err);
    if (status == ASV_OK && asv_world_wall_ms(found->cli->world, &now_ms) != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
    }
    if (status == ASV_OK) {
        status = prepare(found->cli, db, &found->request, found->camera, err);
    }
    if (status == ASV_OK && found->request.from_ms > now_ms) {
        status = asv_fail(err, ASV_E_STATE, "this time is still to come");
    }
    if (status == ASV_OK) {
        status = ask(db, found, err);
    }
    if (status == ASV_OK) {
        status = find_out(db, now_ms, found, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    return found->out_json != NULL ? print_json(found, err) : print_text(found, err);
}

static enum asv_status subject_request(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"CAMERA", "LAST DOCKED"};
    struct findings found = {
        .cli = cli,
        .rows = calloc(ASV_DB_PAGE_MAX, sizeof *found.rows),
        .out = {.column_count = sizeof columns / sizeof *columns, .columns = columns},
        .out_json = asv_cli_flag(cli->args, "json") ? json_array() : NULL,
    };
    enum asv_status status =
        found.rows != NULL ? answer(&found, err) : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    free(found.rows);
    asv_table_free(&found.out);
    json_decref(found.out_json);
    return status;
}

static const struct asv_cli_option subject_options[] = {
    {"from", ASV_CLI_TEXT, "TIME", "from then on, " ASV_MOMENT_HELP, true, false, 0, 0},
    {"until", ASV_CLI_TEXT, "TIME", "until just before then, seven days later at most", true, false, 0, 0},
    {"area", ASV_CLI_LABEL, "CODE", "in this operating area, or in none that is known", false, false, 0, 0},
    {"camera", ASV_CLI_TEXT, "CAMERA", "of this camera only (name, serial number or ID), within one day",
     false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_PERSON_SIGN_OPTIONS,
};

const struct asv_cli_command asv_cli_subject_request = {
    .name = "subject-request",
    .summary = "answer a recorded person: is there a recording, when was it erased",
    .help = "Says which recordings there are or were of a time, an operating area and a camera,\n"
            "and when each was or will be erased; nothing of them is shown. Cameras are named that\n"
            "were out and have not docked since: they may bring more. A person who demands\n"
            "that the legality be checked has them kept: \"asservat hold request --cause\n"
            "legality-check\", by the data-protection officer. Who asked, and why (--reason), is\n"
            "signed with your key file, and kept as long as the access log.",
    .by = ASV_CLI_BY_PEOPLE,
    .options = subject_options,
    .option_count = sizeof subject_options / sizeof *subject_options,
    .run = subject_request,
};

/* ---- camera issued ---- */

static enum asv_status issued_operands(const struct asv_cli *cli, uint8_t which[ASV_UUID_BYTES],
                                       struct asv_err *err)
{
    const char *text = asv_cli_operand(cli->args, 0);
    const char *reason = asv_cli_text(cli->args, "nobody");
    if (asv_uuid_parse(which, text) != ASV_OK) {
        return asv_failf(
            err, ASV_E_USAGE,
            "\"%s\" is neither a recording nor an assignment; the dock says that when a camera is issued",
            text);
    }
    if ((reason == NULL) == (asv_cli_text(cli->args, "user") == NULL)) {
        return asv_fail(err, ASV_E_USAGE, "say who wears it: --user USER, or --nobody REASON");
    }
    return asv_cli_note(cli, "nobody", ASV_DB_NOTE_SIZE - 1, err);
}

static enum asv_status issued(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    struct asv_db_credential holder;
    uint8_t which[ASV_UUID_BYTES];
    char actor[64];
    enum asv_db_outcome outcome;
    struct asv_err inner = {0};
    const char *reason = asv_cli_text(cli->args, "nobody");
    enum asv_status status = issued_operands(cli, which, err);
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK && reason == NULL) {
        status = asv_user_find(cli, db, asv_cli_text(cli->args, "user"), &holder, err);
    }
    if (status == ASV_OK) {
        status = asv_db_issue_put(db, which, reason == NULL ? holder.said.person : NULL, reason,
                                  asv_cli_flag(cli->args, "correct"), asv_cli_actor(actor), &outcome, &inner);
        return status == ASV_E_NOT_FOUND
                   ? asv_failf(err, status,
                               "no camera was issued under %s; the dock says the assignment when one is",
                               asv_cli_operand(cli->args, 0))
                   : (status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", inner.text));
    }
    return status;
}

static const struct asv_cli_option issued_options[] = {
    {"user", ASV_CLI_WORDS, "USER", "who wears it", false, false, 0, 0},
    {"nobody", ASV_CLI_WORDS, "REASON", "nobody wears it, and why; raises an alarm", false, false, 0, 0},
    {"correct", ASV_CLI_FLAG, NULL, "something else was written down by mistake", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_camera_issued = {
    .group = "camera",
    .name = "issued",
    .summary = "write down who wears a camera under an assignment",
    .help = "Writes down that a camera was issued to USER under ASSIGNMENT, the random id that the\n"
            "dock gave when it was issued, or under that of CLIP; of a CLIP that was recorded\n"
            "without one, who recorded it. It makes USER the wearer, who may ask that it be kept\n"
            "and does not decide on it alone; before it is written down, nobody decides on it, and\n"
            "nobody is shown it. --nobody says that nobody wore it: who decides is shown that, and\n"
            "an alarm is raised. Nothing lists any of this. What was written down by mistake is\n"
            "kept, and counts no more.",
    .operands = "CLIP|ASSIGNMENT",
    .operands_min = 1,
    .operands_max = 1,
    .options = issued_options,
    .option_count = sizeof issued_options / sizeof *issued_options,
    .run = issued,
};
