/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat handover: list, show.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/handovers.h"
#include "server/cli/listing.h"
#include "server/flow/words_plan.h"
#include "server/handover/cause.h"

#define PAGE 32

/* ---- list ---- */

static json_t *line_json(const struct asv_db_handover_line *row)
{
    return json_pack("{s:o, s:s, s:s, s:s, s:i, s:i, s:o, s:b, s:o, s:o, s:o, s:o, s:o}", "handover",
                     asv_json_uuid(row->id), "case", row->case_number, "addressee", row->addressee, "state",
                     row->state, "clips", (int)row->clips, "done", (int)row->done, "proposal",
                     asv_json_hex(row->proposal, sizeof row->proposal), "own", row->own, "proposed",
                     asv_json_time(row->proposed_ms), "expires", asv_json_time(row->expires_ms), "approved",
                     asv_json_time(row->approved_ms), "built", asv_json_time(row->built_ms), "received",
                     asv_json_time(row->received_ms));
}

static void add_line(struct asv_table *table, const struct asv_db_handover_line *row)
{
    char text[ASV_TEXT_BYTES];
    asv_uuid_format(text, row->id);
    asv_table_add(table, text);
    asv_table_add(table, row->case_number);
    asv_table_add(table, row->state);
    (void)snprintf(text, sizeof text, "%u/%u", (unsigned)row->done, (unsigned)row->clips);
    asv_table_add(table, text);
    asv_table_add(table, asv_text_time(text, row->proposed_ms));
    asv_table_add(table, row->addressee);
}

static enum asv_status each(struct asv_db *db, struct asv_listing *listing, struct asv_err *err)
{
    asv_auto_free struct asv_db_handover_line *rows = calloc(PAGE, sizeof *rows);
    uint8_t last[ASV_UUID_BYTES];
    bool any = false;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (size_t got = PAGE; got == PAGE;) {
        enum asv_status status = asv_db_handover_list(db, asv_cli_text(listing->cli->args, "state"),
                                                      any ? last : NULL, rows, PAGE, &got, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < got; i++) {
            if (listing->array != NULL) {
                asv_listing_json_take(listing, line_json(&rows[i]));
            } else {
                add_line(&listing->table, &rows[i]);
            }
            memcpy(last, rows[i].id, sizeof last);
            any = true;
        }
    }
    return ASV_OK;
}

static enum asv_status list(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"HAND-OVER", "CASE", "STATE", ">DONE", "PROPOSED", "ADDRESSEE"};
    return asv_listing_run(cli, columns, sizeof columns / sizeof *columns, each, "no hand-overs", err);
}

static const struct asv_cli_option list_options[] = {
    {"state", ASV_CLI_TEXT, "STATE", "in this state alone, such as built", false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_handover_list = {
    .group = "handover",
    .name = "list",
    .summary = "list the hand-overs of your units",
    .help = "Lists the hand-overs of your units' incidents, the newest first, and how far each is.",
    .by = ASV_CLI_BY_PEOPLE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = list,
};

/* ---- show ---- */

/* What this program finds of a receipt that stands there as signed by the recipient (HO-012). */
struct receipt {
    bool there, good;
    char text[ASV_ERR_TEXT_BYTES + 64];
};

static enum asv_status judge_receipt(const struct asv_cli_handover *it, struct receipt *out,
                                     struct asv_err *err)
{
    asv_auto_free struct asv_db_handover_signature *row = calloc(1, sizeof *row);
    struct asv_err why = {0};
    if (row == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_handover_signature(it->db, it->row->id, row, &out->there, err);
    if (status != ASV_OK || !out->there) {
        return status;
    }
    out->good = asv_handover_receipt_verify(it->row, &row->receipt, &why) == ASV_OK;
    (void)snprintf(out->text, sizeof out->text, "%s%s",
                   out->good ? "signed by the addressee"
                             : "NO: the addressee did not sign what stands here: ",
                   why.text);
    return ASV_OK;
}

static json_t *plan_json(const struct asv_plan *plan)
{
    static const char *const forms[] = {"", "sealed", "whole", "excerpt", "excerpt_only"};
    json_t *clips = json_array();
    json_t *recipients = json_array();
    for (uint16_t i = 0; i < plan->clip_count; i++) {
        struct asv_plan_clip clip;
        asv_plan_clip(plan, i, &clip);
        json_t *row = json_pack("{s:o, s:s}", "header", asv_json_hex(clip.header, sizeof clip.header), "form",
                                forms[clip.form]);
        if (asv_plan_is_ranged(clip.form)) {
            (void)json_object_set_new(row, "from_ms", json_integer(clip.from_ms));
            (void)json_object_set_new(row, "until_ms", json_integer(clip.until_ms));
        }
        (void)json_array_append_new(clips, row);
    }
    for (uint8_t i = 0; i < plan->recipient_count; i++) {
        char key[ASV_AGE_RECIPIENT_TEXT_BYTES];
        const struct asv_plan_recipient *to = &plan->recipients[i];
        asv_age_recipient_encode(key, to->key);
        (void)json_array_append_new(recipients, json_pack("{s:s%, s:s}", "name", (const char *)to->name.data,
                                                          to->name.len, "key", key));
    }
    return json_pack("{s:o, s:o, s:b, s:b, s:i}", "recipients", recipients, "clips", clips, "carrier",
                     (plan->outputs & ASV_PLAN_CARRIER) != 0, "filing",
                     (plan->outputs & ASV_PLAN_FILING) != 0, "protection", (int)plan->protection);
}

static json_t *history_json(const struct asv_db_handover_event *rows, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct asv_db_handover_event *row = &rows[i];
        (void)json_array_append_new(array, json_pack("{s:s, s:s, s:o, s:I, s:I, s:o, s:s}", "kind", row->kind,
                                                     "what", row->what, "digest",
                                                     asv_json_hex(row->digest, sizeof row->digest), "bytes",
                                                     (json_int_t)row->bytes, "count", (json_int_t)row->count,
                                                     "at", asv_json_time(row->at_ms), "by", row->by));
    }
    return array;
}

static enum asv_status print_json(const struct asv_cli_handover *it, const struct receipt *receipt,
                                  const struct asv_db_handover_event *rows, size_t count, struct asv_err *err)
{
    const struct asv_db_handover *row = it->row;
    json_t *object =
        json_pack("{s:o, s:s, s:s, s:o, s:s, s:i, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                  "handover", asv_json_uuid(row->id), "case", row->case_number, "state", row->state,
                  "proposal", asv_json_hex(row->proposal, sizeof row->proposal), "stage", row->stage, "done",
                  (int)row->done, "bytes", (json_int_t)row->bytes, "error", row->error, "cause", row->cause,
                  "again", asv_json_time(row->again_ms), "approved", asv_json_time(row->approved_ms), "began",
                  asv_json_time(row->began_ms), "changed", asv_json_time(row->changed_ms), "received",
                  asv_json_time(row->received_ms), "plan", plan_json(&it->plan->plan), "history",
                  history_json(rows, count));
    if (receipt->there) {
        (void)json_object_set_new(object, "receipt_proven", json_boolean(receipt->good));
    }
    return asv_json_print_take(it->cli->out, object, err);
}

static void line(FILE *out, const char *name, const char *value)
{
    fprintf(out, "%-12s ", name);
    asv_text_print(out, *value != '\0' ? value : "-");
    fputc('\n', out);
}

static enum asv_status print_history(FILE *out, const struct asv_db_handover_event *rows, size_t count,
                                     struct asv_err *err)
{
    static const char *const columns[] = {"AT", "WHAT", "WHICH", ">BYTES", "SHA-256", "BY"};
    struct asv_table table = {.column_count = sizeof columns / sizeof *columns, .columns = columns};
    char text[2 * ASV_SHA256_BYTES + 1];
    for (size_t i = 0; i < count; i++) {
        asv_table_add(&table, asv_text_time(text, rows[i].at_ms));
        asv_table_add(&table, rows[i].kind);
        asv_table_add(&table, rows[i].what[0] != '\0' ? rows[i].what : "-");
        (void)snprintf(text, sizeof text, "%" PRIu64, rows[i].bytes);
        asv_table_add(&table, text);
        asv_hex_encode(text, rows[i].digest, sizeof rows[i].digest);
        asv_table_add(&table, text);
        asv_table_add(&table, rows[i].by);
    }
    fputc('\n', out);
    return asv_table_print(&table, out, "nothing was made of it", err);
}

static enum asv_status print_shown(const struct asv_cli_handover *it, const struct receipt *receipt,
                                   const struct asv_db_handover_event *rows, size_t count,
                                   struct asv_err *err)
{
    const struct asv_db_handover *row = it->row;
    const struct asv_handover_cause *cause = asv_handover_cause_of(row->cause);
    FILE *out = it->cli->out;
    char text[2 * ASV_SHA256_BYTES + 1];
    asv_uuid_format(text, row->id);
    line(out, "hand-over", text);
    line(out, "case", row->case_number);
    line(out, "state", row->state);
    asv_hex_encode(text, row->proposal, sizeof row->proposal);
    line(out, "proposal", text);
    if (row->stage[0] != '\0') {
        line(out, "stage", row->stage);
        (void)snprintf(text, sizeof text, "%u of %u", (unsigned)row->done,
                       (unsigned)it->plan->plan.clip_count);
        line(out, "done", text);
    }
    if (row->error[0] != '\0') {
        line(out, "error", row->error);
        line(out, "again",
             row->again_ms != ASV_TIME_UNKNOWN
                 ? asv_text_time(text, row->again_ms)
                 : "when somebody says so (`handover again`), once that is mended");
        line(out, "to do", cause != NULL ? cause->to_do : "");
    }
    if (receipt->there) {
        line(out, "receipt", receipt->text);
    }
    asv_words_plan(ASV_ENGLISH, it->db, &it->plan->plan, asv_print_line, out);
    return print_history(out, rows, count, err);
}

static enum asv_status show_row(const struct asv_cli_handover *it, struct asv_err *err)
{
    asv_auto_free struct asv_db_handover_event *rows = calloc(ASV_DB_PAGE_MAX, sizeof *rows);
    struct receipt receipt = {.there = false};
    size_t count = 0;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_handover_history(it->db, it->row->id, rows, ASV_DB_PAGE_MAX, &count, err);
    if (status == ASV_OK) {
        status = judge_receipt(it, &receipt, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    return asv_cli_flag(it->cli->args, "json") ? print_json(it, &receipt, rows, count, err)
                                               : print_shown(it, &receipt, rows, count, err);
}

static enum asv_status show(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_cli_handover struct asv_cli_handover it = {0};
    enum asv_status status = asv_cli_handover_open(cli, &it, err);
    return status == ASV_OK ? show_row(&it, err) : status;
}

static const struct asv_cli_option show_options[] = {
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_handover_show = {
    .group = "handover",
    .name = "show",
    .summary = "show a hand-over: what goes to whom, and how far it is",
    .help = "Shows what HANDOVER hands over to whom, how far the job is with it, what was made and\n"
            "written, and what was written down of its receipt. What stands there as proposed is\n"
            "verified with the statement and the credential, and a receipt with the certificate on\n"
            "the addressee's card.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "HANDOVER",
    .operands_min = 1,
    .operands_max = 1,
    .options = show_options,
    .option_count = sizeof show_options / sizeof *show_options,
    .run = show,
};
