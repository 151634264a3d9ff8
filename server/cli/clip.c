/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat clip: list, show. Custody is in custody.c.
 */
#include "server/cli/clip.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/verdict.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/database.h"

static const char *kind_name(uint8_t kind)
{
    switch (kind) {
    case ASV_COMMIT_STORED:
        return "stored";
    case ASV_COMMIT_QUARANTINED:
        return "quarantined";
    case ASV_COMMIT_EXPIRED_ON_ARRIVAL:
        return "expired on arrival";
    default:
        return "?";
    }
}

static const char *readback_name(uint8_t readback)
{
    switch (readback) {
    case ASV_READBACK_DIRECT:
        return "direct";
    case ASV_READBACK_CACHED:
        return "cached";
    case ASV_READBACK_NONE:
        return "none";
    default:
        return "?";
    }
}

json_t *asv_clip_json(const struct asv_db_clip_row *row)
{
    return json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:o, s:I, s:o, s:s, s:s, s:o, s:o, s:o, s:o, "
                     "s:o, s:o, s:o, s:o, "
                     "s:I, s:I}",
                     "clip", asv_json_uuid(row->clip), "state", asv_db_state_name(row->state), "kind",
                     kind_name(row->kind), "integrity", asv_integrity_name(row->integrity), "provenance",
                     asv_provenance_name(row->provenance), "reason", row->reason, "marked", row->marked,
                     "camera", row->camera_name, "camera_certificate",
                     asv_json_hex(row->identity.camera_cert, sizeof row->identity.camera_cert), "number",
                     (json_int_t)row->identity.number, "header",
                     asv_json_hex(row->identity.header, sizeof row->identity.header), "unit", row->unit,
                     "area", row->area, "day", asv_json_date(row->day), "start", asv_json_time(row->start_ms),
                     "end", asv_json_time(row->end_ms), "earliest", asv_json_time(row->earliest_ms), "latest",
                     asv_json_time(row->latest_ms), "due", asv_json_time(row->due_ms), "committed",
                     asv_json_time(row->committed_ms), "erased_on_camera",
                     asv_json_time(row->erased_on_camera_ms), "payload_bytes", (json_int_t)row->payload_bytes,
                     "tail_bytes", (json_int_t)row->tail_bytes);
}

/* ---- list ---- */

/* What is not as usual. */
static void remarks(char out[ASV_TEXT_BYTES], const struct asv_db_clip_row *row)
{
    bool stored = row->kind == ASV_COMMIT_STORED;
    const char *integrity = row->integrity == ASV_INTEGRITY_VALID ? "" : asv_integrity_name(row->integrity);
    const char *provenance =
        row->provenance == ASV_PROVENANCE_TRUSTED ? "" : asv_provenance_name(row->provenance);
    const char *const all[] = {row->marked ? "marked" : "", integrity, provenance,
                               stored && row->erased_on_camera_ms == ASV_TIME_UNKNOWN ? "still on the camera"
                                                                                      : ""};
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof all / sizeof *all && at < ASV_TEXT_BYTES; i++) {
        if (all[i][0] != '\0') {
            at += (size_t)snprintf(out + at, ASV_TEXT_BYTES - at, "%s%s", at > 0 ? ", " : "", all[i]);
        }
    }
}

static void clip_row(struct asv_table *table, const struct asv_db_clip_row *row)
{
    char text[ASV_TEXT_BYTES];
    bool undecided = row->kind == ASV_COMMIT_STORED && row->due_ms == ASV_TIME_UNKNOWN;
    asv_uuid_format(text, row->clip);
    asv_table_add(table, text);
    asv_text_time(text, row->start_ms);
    text[strcspn(text, " ") + (strchr(text, ' ') != NULL ? 6 : 0)] = '\0'; /* without the seconds */
    asv_table_add(table, text);
    bool is_timed = row->start_ms != ASV_TIME_UNKNOWN && row->end_ms != ASV_TIME_UNKNOWN;
    asv_table_add(table, asv_text_duration(text, is_timed ? row->end_ms - row->start_ms : -1));
    asv_table_add(table, row->camera_name);
    asv_table_add(table, asv_db_state_name(row->state));
    asv_text_time(text, row->due_ms);
    text[strcspn(text, " ")] = '\0'; /* the day begins with it */
    asv_table_add(table, undecided ? "to decide" : text);
    remarks(text, row);
    asv_table_add(table, text);
}

enum asv_status asv_cli_camera_find(struct asv_db *db, const char *which, uint8_t cert[32],
                                    struct asv_err *err)
{
    struct asv_db_device devices[200];
    struct asv_db_device last;
    char hex[65];
    size_t count = 200;
    size_t matches = 0;
    bool first = true;
    while (count == 200) {
        enum asv_status status = asv_db_camera_list(db, first ? NULL : &last, devices, 200, &count, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < count; i++) {
            asv_hex_encode(hex, devices[i].cert, 32);
            if (strcmp(devices[i].name, which) == 0 || strcmp(devices[i].device_serial, which) == 0 ||
                (strlen(which) >= 6 && strncmp(hex, which, strlen(which)) == 0)) {
                memcpy(cert, devices[i].cert, 32);
                matches++;
            }
            last = devices[i];
            first = false;
        }
    }
    if (matches == 1) {
        return ASV_OK;
    }
    return matches == 0
               ? asv_failf(err, ASV_E_NOT_FOUND, "there is no camera \"%s\"", which)
               : asv_failf(err, ASV_E_USAGE, "\"%s\" names %zu cameras; give the ID", which, matches);
}

static enum asv_status prepare_filter(const struct asv_cli *cli, struct asv_db *db,
                                      struct asv_db_clip_filter *filter, struct asv_err *err)
{
    const char *camera = asv_cli_text(cli->args, "camera");
    filter->day = (uint32_t)asv_cli_number(cli->args, "day", 0);
    filter->kind = asv_cli_flag(cli->args, "quarantined") ? ASV_COMMIT_QUARANTINED : 0;
    filter->unasked = asv_cli_flag(cli->args, "marked");
    filter->has_camera = camera != NULL;
    return camera != NULL ? asv_cli_camera_find(db, camera, filter->camera_cert, err) : ASV_OK;
}

static enum asv_status each_page(struct asv_db *db, struct asv_db_clip_filter *filter,
                                 struct asv_db_clip_row *rows, uint64_t limit, struct asv_table *table,
                                 json_t *array, struct asv_err *err)
{
    uint64_t shown = 0;
    size_t count = ASV_DB_PAGE_MAX;
    filter->limit = ASV_DB_PAGE_MAX;
    while (count == ASV_DB_PAGE_MAX && shown < limit) {
        enum asv_status status = asv_db_clip_list(db, filter, rows, &count, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < count && shown < limit; i++, shown++) {
            clip_row(table, &rows[i]);
            (void)json_array_append_new(array, asv_clip_json(&rows[i]));
        }
        if (count != 0) {
            filter->after_ms = rows[count - 1].committed_ms;
            memcpy(filter->after_header, rows[count - 1].identity.header, sizeof filter->after_header);
        }
    }
    return ASV_OK;
}

static enum asv_status each_clip(struct asv_db *db, struct asv_db_clip_filter *filter, uint64_t limit,
                                 struct asv_table *table, json_t *array, struct asv_err *err)
{
    struct asv_db_clip_row *rows = malloc(ASV_DB_PAGE_MAX * sizeof *rows);
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = each_page(db, filter, rows, limit, table, array, err);
    free(rows);
    return status;
}

static enum asv_status list(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"CLIP", "START", ">LENGTH", "CAMERA", "STATE", "DUE", ""};
    struct asv_table table = {.column_count = sizeof columns / sizeof *columns, .columns = columns};
    struct asv_db_clip_filter filter = {0};
    asv_auto_db struct asv_db *db = NULL;
    json_t *array = json_array();
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = prepare_filter(cli, db, &filter, err);
    }
    if (status == ASV_OK) {
        status = each_clip(db, &filter, asv_cli_number(cli->args, "limit", UINT64_MAX), &table, array, err);
    }
    if (status != ASV_OK || asv_cli_flag(cli->args, "json")) {
        asv_table_free(&table);
    }
    if (status == ASV_OK && asv_cli_flag(cli->args, "json")) {
        return asv_json_print_take(cli->out, array, err);
    }
    json_decref(array);
    return status == ASV_OK ? asv_table_print(&table, cli->out, "no clips", err) : status;
}

static const struct asv_cli_option list_options[] = {
    {"day", ASV_CLI_DATE, "DATE", "of this recording day only", false, false, 0, 0},
    {"camera", ASV_CLI_TEXT, "CAMERA", "of this camera only (name, serial number or ID)", false, false, 0, 0},
    {"quarantined", ASV_CLI_FLAG, NULL, "in quarantine only", false, false, 0, 0},
    {"marked", ASV_CLI_FLAG, NULL, "marked by the wearer, and nobody asked to keep them", false, false, 0, 0},
    {"limit", ASV_CLI_NUMBER, "N", "at most so many", false, false, 1, 1000000},
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_clip_list = {
    .group = "clip",
    .name = "list",
    .summary = "list recordings in custody",
    .help = "Lists recordings in the order in which they came into custody. Times are those of\n"
            "the camera; \"clip show\" has the corrected ones. DUE is the day that begins with\n"
            "the erasure; \"to decide\": nobody knows the recording's day, and people decide\n"
            "within three days. There is no list by member of staff.",
    .by = ASV_CLI_BY_ANYBODY,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = list,
};

/* ---- show ---- */

static json_t *facts_json(const struct asv_commit *facts)
{
    json_t *who = json_pack("{s:o, s:o, s:s, s:i, s:s, s:o, s:s}", "agency", asv_json_hex(facts->agency, 32),
                            "dock_certificate", asv_json_hex(facts->dock_cert, 32), "dock", facts->dock_name,
                            "slot", (int)facts->slot, "port", facts->port, "session",
                            asv_json_hex(facts->session, 32), "software", facts->software);
    json_t *camera =
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:I}", "model", facts->model, "serial", facts->serial,
                  "firmware", facts->firmware, "firmware_digest", asv_json_hex(facts->firmware_digest, 32),
                  "chain_digest", asv_json_hex(facts->chain_digest, 32), "epoch", asv_json_uuid(facts->epoch),
                  "number", (json_int_t)facts->number);
    bool measured = facts->uncertainty_ms != ASV_COMMIT_NO_CLOCK;
    json_t *clock = json_pack("{s:o, s:o, s:o, s:o, s:o}", "offset_ms",
                              measured ? json_integer(facts->offset_ms) : json_null(), "uncertainty_ms",
                              measured ? json_integer(facts->uncertainty_ms) : json_null(), "docked",
                              asv_json_time(facts->docked_ms), "earliest", asv_json_time(facts->earliest_ms),
                              "latest", asv_json_time(facts->latest_ms));
    json_t *bytes = json_pack(
        "{s:o, s:I, s:I, s:I, s:I, s:o, s:I, s:o, s:I, s:o, s:o}", "root", asv_json_hex(facts->root, 32),
        "leaves", (json_int_t)facts->leaves, "payload_bytes", (json_int_t)facts->payload_bytes, "media_bytes",
        (json_int_t)facts->media_bytes, "seal_bytes", (json_int_t)facts->seal_bytes, "seal_digest",
        asv_json_hex(facts->seal_digest, 32), "tail_bytes", (json_int_t)facts->tail_bytes, "tail_digest",
        asv_json_hex(facts->tail_digest, 32), "link_bytes", (json_int_t)facts->link_bytes, "link_digest",
        asv_json_hex(facts->link_digest, 32), "stanzas_digest", asv_json_hex(facts->stanzas_digest, 32));
    return json_pack("{s:o, s:o, s:o, s:o, s:b, s:b, s:I, s:o, s:o, s:o, s:I, s:I, s:s, s:i}", "custody", who,
                     "camera", camera, "clock", clock, "bytes", bytes, "marked", facts->marked, "dwelling",
                     facts->dwelling, "pre_roll_ms", (json_int_t)facts->pre_roll_ms, "key",
                     asv_json_hex(facts->key_id, 16), "key_date", asv_json_date(facts->key_date),
                     "assignment", asv_json_uuid(facts->assignment), "bulletin", (json_int_t)facts->bulletin,
                     "policy", (json_int_t)facts->policy, "readback", readback_name(facts->readback),
                     "replicas", (int)facts->replicas);
}

static void line(FILE *out, const char *name, const char *value)
{
    fprintf(out, "%-20s ", name);
    asv_text_print(out, value);
    fputc('\n', out);
}

static void line_hex(FILE *out, const char *name, const uint8_t *data, size_t len)
{
    char hex[65];
    asv_hex_encode(hex, data, len);
    line(out, name, hex);
}

static void print_verdict(FILE *out, const struct asv_db_clip_row *row, const struct asv_commit *facts)
{
    char text[ASV_TEXT_BYTES];
    char uuid[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(uuid, row->clip);
    line(out, "clip", uuid);
    line(out, "state", asv_db_state_name(row->state));
    line(out, "taken into custody", kind_name(row->kind));
    line(out, "integrity", asv_integrity_name(row->integrity));
    line(out, "provenance", asv_provenance_name(row->provenance));
    if (row->reason[0] != '\0') {
        line(out, "reason", row->reason);
    }
    line(out, "recording day", asv_text_date(text, row->day));
    line(out, "due for erasure", asv_text_time(text, row->due_ms));
    line(out, "erased on camera", asv_text_time(text, row->erased_on_camera_ms));
    line(out, "marked", facts->marked ? "yes" : "no");
    line(out, "dwelling", facts->dwelling ? "yes: blocked until a decision is recorded" : "no");
    fputc('\n', out);
}

static void print_times(FILE *out, const struct asv_commit *facts)
{
    char text[ASV_TEXT_BYTES];
    line(out, "start (camera)", asv_text_time(text, facts->start_ms));
    line(out, "end (camera)", asv_text_time(text, facts->end_ms));
    line(out, "not before", asv_text_time(text, facts->earliest_ms));
    line(out, "not after", asv_text_time(text, facts->latest_ms));
    snprintf(text, sizeof text, "%+lld ms, +- %u ms", (long long)facts->offset_ms,
             (unsigned)facts->uncertainty_ms);
    line(out, "clock offset", facts->uncertainty_ms == ASV_COMMIT_NO_CLOCK ? "not measured" : text);
    line(out, "docked", asv_text_time(text, facts->docked_ms));
    line(out, "committed", asv_text_time(text, facts->committed_ms));
    fputc('\n', out);
}

static void print_origin(FILE *out, const struct asv_db_clip_row *row, const struct asv_commit *facts)
{
    char text[4 * ASV_TEXT_BYTES];
    line(out, "camera", row->camera_name);
    snprintf(text, sizeof text, "%s %s, firmware %s", facts->model, facts->serial, facts->firmware);
    line(out, "device", text);
    line(out, "recording number", asv_text_number(text, facts->number));
    line(out, "unit", facts->unit);
    line(out, "operating area", facts->area);
    snprintf(text, sizeof text, "%s, slot %u, port %s", facts->dock_name, (unsigned)facts->slot, facts->port);
    line(out, "dock", text);
    snprintf(text, sizeof text, "%s, %u copies", readback_name(facts->readback), (unsigned)facts->replicas);
    line(out, "read back", text);
    fputc('\n', out);
}

static void print_bytes(FILE *out, const struct asv_commit *facts)
{
    char text[ASV_TEXT_BYTES];
    line(out, "payload", asv_text_bytes(text, facts->payload_bytes));
    line_hex(out, "root", facts->root, 32);
    line_hex(out, "header", facts->header_digest, 32);
    line_hex(out, "seal", facts->seal_digest, 32);
    line(out, "unverified tail", asv_text_bytes(text, facts->tail_bytes));
    line_hex(out, "key", facts->key_id, 16);
}

static enum asv_status show(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t clip[ASV_UUID_BYTES];
    uint8_t record[ASV_COMMIT_MAX_BYTES];
    struct asv_db_clip_row row;
    struct asv_commit facts;
    size_t len = 0;
    asv_auto_db struct asv_db *db = NULL;
    bool json = asv_cli_flag(cli->args, "json");
    json_t *array = json_array();

    enum asv_status status = asv_cli_clip_operand(cli, clip, err);
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    for (uint32_t i = 0; status == ASV_OK; i++) {
        status = asv_db_clip_show(db, clip, i, &row, record, sizeof record, &len, err);
        if (status == ASV_E_NOT_FOUND && i != 0) {
            status = ASV_OK;
            break;
        }
        if (status == ASV_OK) {
            status = asv_commit_decode(&facts, record, len, NULL, err);
        }
        if (status == ASV_OK && json) {
            json_t *object = asv_clip_json(&row);
            (void)json_object_set_new(object, "commit", facts_json(&facts));
            (void)json_array_append_new(array, object);
        } else if (status == ASV_OK) {
            if (i != 0) {
                fputs("\nanother recording with this UUID:\n\n", cli->out);
            }
            print_verdict(cli->out, &row, &facts);
            print_times(cli->out, &facts);
            print_origin(cli->out, &row, &facts);
            print_bytes(cli->out, &facts);
        }
    }
    if (status == ASV_OK && json) {
        return asv_json_print_take(cli->out, array, err);
    }
    json_decref(array);
    return status;
}

enum asv_status asv_cli_clip_operand(const struct asv_cli *cli, uint8_t clip[16], struct asv_err *err)
{
    const char *text = asv_cli_operand(cli->args, 0);
    if (asv_uuid_parse(clip, text) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\" is no clip id; \"asservat clip list\" shows them", text);
    }
    return ASV_OK;
}

static const struct asv_cli_option show_options[] = {
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_clip_show = {
    .group = "clip",
    .name = "show",
    .summary = "show everything that is known of one recording",
    .help = "Shows what the commit record of CLIP says: verdict, times as the camera said and as\n"
            "corrected, origin, lengths and digests. If a second recording claims the same id\n"
            "(it is in quarantine then), it is shown as well.",
    .by = ASV_CLI_BY_ANYBODY,
    .operands = "CLIP",
    .operands_min = 1,
    .operands_max = 1,
    .options = show_options,
    .option_count = sizeof show_options / sizeof *show_options,
    .run = show,
};
