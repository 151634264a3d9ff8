/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat clip custody: who did what with a recording, when and where.
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/clip.h"
#include "server/cli/database.h"
#include "server/cli/person.h"

#define PAGE 64

/* What a person signed: its proof is as long as the person's kind of key makes it (STATEMENTS.md 5). */
static bool is_statement(const struct asv_db_event *event)
{
    return strcmp(event->actor_kind, "person") == 0;
}

/* What a person's event says of itself: whose signature is over it, as this program finds it. Into text. */
static bool is_proven(struct asv_db *db, const struct asv_db_event *event, char *text, size_t size)
{
    struct work {
        struct asv_db_statement row;
        struct asv_person_statement stated;
    };
    asv_auto_free struct work *work = calloc(1, sizeof *work);
    struct asv_err err = {0};
    enum asv_status status = work == NULL ? asv_fail(&err, ASV_E_NO_MEMORY, "no memory")
                                          : asv_db_statement_find(db, event->object_digest, &work->row, &err);
    if (status == ASV_OK) {
        status = asv_person_read(&work->row, &work->stated, &err);
    }
    if (status == ASV_OK && !asv_equal(work->stated.said.credential, event->actor, sizeof event->actor)) {
        status = asv_fail(&err, ASV_E_MISMATCH, "another credential is in it");
    }
    if (status == ASV_OK) {
        status = asv_person_verify(db, &work->stated.said, &err);
    }
    (void)snprintf(text, size, "%s%s",
                   status == ASV_OK ? "yes: a statement, and its proof is good"
                                    : "NO: it is no statement of this person: ",
                   status == ASV_OK ? "" : err.text);
    return status == ASV_OK;
}

static void print_event(FILE *out, struct asv_db *db, const struct asv_db_event *event)
{
    char proof[2 * ASV_ERR_TEXT_BYTES];
    char text[ASV_TEXT_BYTES];
    char hex[65];
    fprintf(out, "%s  ", asv_text_time(text, event->at_ms));
    asv_text_print(out, event->kind);
    fputs("\n    by       ", out);
    asv_text_print(out, event->actor_kind);
    fputc(' ', out);
    asv_text_print(out, event->actor_name);
    if (event->place[0] != '\0') {
        fputs("\n    at       ", out);
        asv_text_print(out, event->place);
    }
    if (event->detail[0] != '\0') {
        fputs("\n    detail   ", out);
        asv_text_print(out, event->detail);
    }
    if (event->is_signed) {
        asv_hex_encode(hex, event->object_digest, sizeof event->object_digest);
        fprintf(out, "\n    object   %s", hex);
    }
    if (event->is_signed && is_statement(event)) {
        (void)is_proven(db, event, proof, sizeof proof);
        fprintf(out, "\n    signed   %s", proof);
    } else if (event->is_signed) {
        asv_hex_encode(hex, event->signature, 32);
        fprintf(out, "\n    signed   %s", hex);
        asv_hex_encode(hex, event->signature + 32, 32);
        fprintf(out, "\n             %s", hex);
    } else {
        fputs("\n    signed   no: an event of the database alone", out);
    }
    fputs("\n", out);
}

static json_t *event_json(struct asv_db *db, const struct asv_db_event *event)
{
    char proof[2 * ASV_ERR_TEXT_BYTES];
    bool is = event->is_signed && is_statement(event);
    return json_pack(
        "{s:o, s:s, s:o, s:o, s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:o}", "id", asv_json_uuid(event->id),
        "kind", event->kind, "at", asv_json_time(event->at_ms), "recorded", asv_json_time(event->recorded_ms),
        "actor_kind", event->actor_kind, "actor", asv_json_hex(event->actor, sizeof event->actor),
        "actor_name", event->actor_name, "place", event->place, "detail", event->detail, "object_digest",
        event->is_signed ? asv_json_hex(event->object_digest, sizeof event->object_digest) : json_null(),
        "signature",
        event->is_signed && !is ? asv_json_hex(event->signature, sizeof event->signature) : json_null(),
        "proven", is ? json_boolean(is_proven(db, event, proof, sizeof proof)) : json_null());
}

/* The events of one recording, printed or into array. */
static enum asv_status each_event(const struct asv_cli *cli, struct asv_db *db,
                                  const struct asv_db_identity *identity, json_t *array, struct asv_err *err)
{
    struct asv_db_event events[PAGE];
    uint8_t last[ASV_UUID_BYTES];
    size_t count = PAGE;
    bool first = true;
    while (count == PAGE) {
        enum asv_status status =
            asv_db_clip_events(db, identity, first ? NULL : last, events, PAGE, &count, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < count; i++) {
            if (array != NULL) {
                (void)json_array_append_new(array, event_json(db, &events[i]));
            } else {
                print_event(cli->out, db, &events[i]);
            }
            memcpy(last, events[i].id, sizeof last);
            first = false;
        }
    }
    return ASV_OK;
}

static enum asv_status custody(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t clip[ASV_UUID_BYTES];
    uint8_t record[ASV_COMMIT_MAX_BYTES];
    struct asv_db_clip_row row;
    size_t len = 0;
    asv_auto_db struct asv_db *db = NULL;
    json_t *array = asv_cli_flag(cli->args, "json") ? json_array() : NULL;

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
        json_t *events = array != NULL ? json_array() : NULL;
        if (status == ASV_OK && array == NULL && i != 0) {
            fputs("\nanother recording with this UUID:\n", cli->out);
        }
        if (status == ASV_OK) {
            status = each_event(cli, db, &row.identity, events, err);
        }
        if (status == ASV_OK && array != NULL) {
            (void)json_array_append_new(
                array, json_pack("{s:o, s:O}", "clip", asv_clip_json(&row), "events", events));
        }
        json_decref(events);
    }
    if (status == ASV_OK && array != NULL) {
        return asv_json_print_take(cli->out, array, err);
    }
    json_decref(array);
    return status;
}

static const struct asv_cli_option options[] = {
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_clip_custody = {
    .group = "clip",
    .name = "custody",
    .summary = "show who did what with one recording, when and where",
    .help = "Shows the custody of CLIP in order: each event with its time, its actor and place,\n"
            "and the digest and signature of the signed object behind it. What a person signed is\n"
            "verified with the credential that the register has.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP",
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = custody,
};
