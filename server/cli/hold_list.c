/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat hold list: requests about recordings. Without who made or answered them: no list leads from a
 * member of staff to recordings (LAW L6). Who decided on one recording is in its custody.
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/case.h"
#include "server/cli/text.h"
#include "server/incident/words.h"

#define PAGE 8

static const char *state_of(const struct asv_db_request *request)
{
    return request->outcome[0] != '\0' ? request->outcome : "open";
}

static void add_row(struct asv_table *table, const struct asv_db_request *request)
{
    char hex[2 * ASV_SHA256_BYTES + 1];
    char text[4 * ASV_TEXT_BYTES];
    char until[ASV_TEXT_BYTES];
    asv_hex_encode(hex, request->proposal, ASV_SHA256_BYTES);
    hex[ASV_CASE_DIGITS] = '\0';
    asv_table_add(table, hex);
    asv_table_add(table, asv_incident_request_name(request->action));
    asv_table_add(table, state_of(request));
    asv_table_add(table, asv_text_time(until, request->expires_ms));
    asv_table_add(table, request->case_number[0] != '\0' ? request->case_number : "-");
    asv_table_add(table, request->camera_name);
    if (asv_uuid_is_zero(request->clip)) {
        char from[ASV_TEXT_BYTES];
        snprintf(text, sizeof text, "%s to %s", asv_text_time(from, request->range.from_ms),
                 asv_text_time(until, request->range.until_ms));
    } else {
        asv_uuid_format(text, request->clip);
    }
    asv_table_add(table, text);
}

static json_t *request_json(const struct asv_db_request *request)
{
    bool ahead = asv_uuid_is_zero(request->clip);
    return json_pack(
        "{s:o, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "request",
        asv_json_hex(request->proposal, ASV_SHA256_BYTES), "for", asv_incident_request_name(request->action),
        "state", state_of(request), "case", request->case_number, "ground",
        asv_incident_ground_name(request->ground), "clip", ahead ? json_null() : asv_json_uuid(request->clip),
        "camera", request->camera_name, "from", asv_json_time(request->range.from_ms), "until",
        asv_json_time(request->range.until_ms), "requested", asv_json_time(request->requested_ms), "lapses",
        asv_json_time(request->expires_ms), "ended", asv_json_time(request->ended_ms));
}

static enum asv_status each(const struct asv_cli *cli, struct asv_db *db, const uint8_t *clip,
                            struct asv_table *table, json_t *array, struct asv_err *err)
{
    asv_auto_free struct asv_db_request *rows = calloc(PAGE, sizeof *rows);
    struct asv_db_request last;
    bool any = false;
    size_t count = PAGE;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (count == PAGE) {
        enum asv_status status = asv_db_request_list(db, clip, asv_cli_flag(cli->args, "all"),
                                                     any ? &last : NULL, rows, PAGE, &count, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < count; i++) {
            add_row(table, &rows[i]);
            (void)json_array_append_new(array, request_json(&rows[i]));
            last = rows[i];
            any = true;
        }
    }
    return ASV_OK;
}

static enum asv_status list(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"REQUEST", "FOR", "STATE", "LAPSES", "CASE", "CAMERA", "RECORDING"};
    struct asv_table table = {.column_count = sizeof columns / sizeof *columns, .columns = columns};
    asv_auto_db struct asv_db *db = NULL;
    uint8_t clip[ASV_UUID_BYTES];
    const char *which = asv_cli_operand(cli->args, 0);
    json_t *array = json_array();
    enum asv_status status = ASV_OK;
    if (which != NULL && asv_uuid_parse(clip, which) != ASV_OK) {
        status =
            asv_failf(err, ASV_E_USAGE, "\"%s\" is no clip id; \"asservat clip list\" shows them", which);
    }
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = each(cli, db, which != NULL ? clip : NULL, &table, array, err);
    }
    if (status == ASV_OK && !asv_cli_flag(cli->args, "json")) {
        json_decref(array);
        return asv_table_print(&table, cli->out, "no requests", err);
    }
    asv_table_free(&table);
    if (status == ASV_OK) {
        return asv_json_print_take(cli->out, array, err);
    }
    json_decref(array);
    return status;
}

static const struct asv_cli_option options[] = {
    {"all", ASV_CLI_FLAG, NULL, "those that were decided or lapsed, too", false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_hold_list = {
    .group = "hold",
    .name = "list",
    .summary = "list requests to hold, release and erase early",
    .help = "Lists open requests, the newest first, of one CLIP or of all. Who made them is not\n"
            "listed: \"asservat clip custody CLIP\" says it for one recording.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "[CLIP]",
    .operands_min = 0,
    .operands_max = 1,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = list,
};
