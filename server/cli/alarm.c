/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat alarm: list, acknowledge.
 */
#include <string.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/cli.h"
#include "server/cli/database.h"
#include "server/cli/text.h"

#define PAGE 32

/* ---- list ---- */

static json_t *alarm_json(const struct asv_db_alarm_row *row)
{
    return json_pack("{s:o, s:s, s:o, s:s, s:o, s:s, s:o, s:s}", "alarm", asv_json_uuid(row->id), "kind",
                     row->kind, "raised", asv_json_time(row->raised_ms), "dock", row->dock_name, "slot",
                     row->slot >= 0 ? json_integer(row->slot) : json_null(), "camera", row->camera_name,
                     "clip", row->has_clip ? asv_json_uuid(row->clip) : json_null(), "detail", row->detail);
}

static void print_alarm(FILE *out, const struct asv_db_alarm_row *row)
{
    char text[ASV_TEXT_BYTES];
    char uuid[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(uuid, row->id);
    fprintf(out, "%s  %s  ", asv_text_time(text, row->raised_ms), uuid);
    asv_text_print(out, row->kind);
    fputs("\n    ", out);
    asv_text_print(out, row->detail);
    if (row->dock_name[0] != '\0') {
        fputs("\n    dock     ", out);
        asv_text_print(out, row->dock_name);
    }
    if (row->slot >= 0) {
        fprintf(out, "\n    slot     %d", row->slot);
    }
    if (row->camera_name[0] != '\0') {
        fputs("\n    camera   ", out);
        asv_text_print(out, row->camera_name);
    }
    if (row->has_clip) {
        asv_uuid_format(uuid, row->clip);
        fprintf(out, "\n    clip     %s", uuid);
    }
    fputc('\n', out);
}

/* Printed, or into array. */
static enum asv_status each_alarm(const struct asv_cli *cli, struct asv_db *db, json_t *array,
                                  struct asv_err *err)
{
    struct asv_db_alarm_row rows[PAGE];
    uint8_t last[ASV_UUID_BYTES];
    size_t count = PAGE;
    bool any = false;
    while (count == PAGE) {
        enum asv_status status = asv_db_alarm_list(db, any ? last : NULL, rows, PAGE, &count, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < count; i++) {
            if (array != NULL) {
                (void)json_array_append_new(array, alarm_json(&rows[i]));
            } else {
                print_alarm(cli->out, &rows[i]);
            }
            memcpy(last, rows[i].id, sizeof last);
            any = true;
        }
    }
    if (!any && array == NULL) {
        fputs("no open alarms\n", cli->out);
    }
    return ASV_OK;
}

static enum asv_status list(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    json_t *array = asv_cli_flag(cli->args, "json") ? json_array() : NULL;
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = each_alarm(cli, db, array, err);
    }
    if (status == ASV_OK && array != NULL) {
        return asv_json_print_take(cli->out, array, err);
    }
    json_decref(array);
    return status;
}

static const struct asv_cli_option list_options[] = {
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_alarm_list = {
    .group = "alarm",
    .name = "list",
    .summary = "list the alarms that nobody has dealt with",
    .help = "Lists what docks, the scrub and the database raised and nobody has acknowledged,\n"
            "oldest first.",
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = list,
};

/* ---- acknowledge ---- */

static enum asv_status acknowledge(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t alarm[ASV_UUID_BYTES];
    char actor[64];
    enum asv_db_outcome outcome;
    struct asv_err inner = {0};
    asv_auto_db struct asv_db *db = NULL;
    const char *which = asv_cli_operand(cli->args, 0);
    if (asv_uuid_parse(alarm, which) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\" is no alarm; \"asservat alarm list\" shows them", which);
    }
    if (*asv_cli_text(cli->args, "note") == '\0') {
        return asv_fail(err, ASV_E_USAGE, "--note: say what was done");
    }
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_db_alarm_acknowledge(db, alarm, asv_cli_actor(actor), asv_cli_text(cli->args, "note"),
                                      &outcome, &inner);
    if (status == ASV_E_NOT_FOUND) {
        return asv_failf(err, status, "there is no alarm %s", which);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", inner.text);
    }
    fputs(outcome == ASV_DB_ALREADY ? "somebody had dealt with it before\n" : "acknowledged\n", cli->out);
    return ASV_OK;
}

static const struct asv_cli_option acknowledge_options[] = {
    {"note", ASV_CLI_WORDS, "TEXT", "what was done, for the record", true, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_alarm_acknowledge = {
    .group = "alarm",
    .name = "acknowledge",
    .summary = "say that an alarm was dealt with",
    .help = "Records that ALARM was dealt with, by whom, and how. It is kept, but no longer\n"
            "listed; the same thing can raise a new one.",
    .operands = "ALARM",
    .operands_min = 1,
    .operands_max = 1,
    .options = acknowledge_options,
    .option_count = sizeof acknowledge_options / sizeof *acknowledge_options,
    .run = acknowledge,
};
