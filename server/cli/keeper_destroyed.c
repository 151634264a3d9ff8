/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat keys destroyed: what the keeper signs about a day's keys, for whoever wants to be shown it. */
#include "server/base/hex.h"
#include "server/cli/cli.h"
#include "server/cli/files.h"
#include "server/cli/keepers.h"
#include "server/cli/text.h"

static const char *kind_of(const struct asv_day_end_slot *slot)
{
    return slot->kind == ASV_KEEPER_SLOT_TPM    ? "TPM"
           : slot->kind == ASV_KEEPER_SLOT_FILE ? "file"
                                                : "not configured";
}

static json_t *slot_json(const struct asv_day_end *statement, const struct asv_day_end_slot *slot)
{
    return json_pack("{s:o, s:s, s:b, s:b}", "id", asv_json_hex(slot->id, sizeof slot->id), "kind",
                     kind_of(slot), "effaceable", slot->effaceable, "confirmed",
                     slot->epoch == statement->epoch);
}

static enum asv_status print_json(const struct asv_cli *cli, const struct asv_day_end *statement,
                                  const char *file, struct asv_err *err)
{
    json_t *slots = json_array();
    for (unsigned i = 0; i < statement->slot_count; i++) {
        (void)json_array_append_new(slots, slot_json(statement, &statement->slots[i]));
    }
    return asv_json_print_take(cli->out,
                               json_pack("{s:o, s:o, s:i, s:s, s:o}", "day", asv_json_date(statement->date),
                                         "due", asv_json_time(statement->due_ms), "copies_kept",
                                         (int)statement->copies, "file", file, "slots", slots),
                               err);
}

static enum asv_status print_text(const struct asv_cli *cli, const struct asv_day_end *statement,
                                  const char *file, struct asv_err *err)
{
    static const char *const columns[] = {"Master slot", "Kind", "Effaceable", "State"};
    char text[ASV_TEXT_BYTES];
    char id[2 * ASV_UUID_BYTES + 1];
    struct asv_table table = {.column_count = 4, .columns = columns};
    fprintf(cli->out, "day          %s: no key of it is left in the store\n",
            asv_text_date(text, statement->date));
    fprintf(cli->out, "due          %s\n", asv_text_time(text, statement->due_ms));
    if (statement->copies != 0) {
        fprintf(cli->out, "KEPT         %u keys of whole camera days, by holds before docking\n",
                (unsigned)statement->copies);
    }
    fprintf(cli->out, "file         %s\n\n", file);
    for (unsigned i = 0; i < statement->slot_count; i++) {
        const struct asv_day_end_slot *slot = &statement->slots[i];
        asv_hex_encode(id, slot->id, sizeof slot->id);
        asv_table_add(&table, id);
        asv_table_add(&table, kind_of(slot));
        asv_table_add(&table, slot->effaceable ? "yes" : "no");
        asv_table_add(&table, slot->epoch == statement->epoch
                                  ? "confirmed: holds nothing that opens them"
                                  : "OPEN: may still hold what opens an old copy of the store");
    }
    return asv_table_print(&table, cli->out, "no master slot", err);
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_day_end statement = {0};
    int64_t now_ms = ASV_TIME_UNKNOWN;
    uint32_t date = (uint32_t)asv_cli_number(cli->args, "day", 0);
    const char *out = asv_cli_text(cli->args, "out");
    struct asv_output output asv_auto_output = {.dir = -1};
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    asv_auto_keeper struct asv_keeper_client *client = NULL;
    enum asv_status status = asv_output_open(out, false, &output, err);
    if (status == ASV_OK) {
        status = asv_world_wall_ms(cli->world, &now_ms);
    }
    if (status == ASV_OK) {
        status = asv_agency_open(cli, false, &agency, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_keeper(cli, &client, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_keeper_day_end(client, agency, date, now_ms, &statement, err);
    }
    if (status == ASV_OK) {
        status = asv_output_write(&output, statement.object.encoded, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    return asv_cli_flag(cli->args, "json") ? print_json(cli, &statement, out, err)
                                           : print_text(cli, &statement, out, err);
}

static const struct asv_cli_option options[] = {
    {"day", ASV_CLI_DATE, "DATE", "the recordings' local day", true, false, 0, 0},
    {"out", ASV_CLI_TEXT, "FILE", "where the signed statement goes", true, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "what it says, as JSON", false, false, 0, 0},
    ASV_CLI_KEEPER_OPTION,
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_keeper_destroyed = {
    .group = "keys",
    .name = "destroyed",
    .summary = "have the keeper sign that a day's keys are destroyed",
    .help = "Writes what the keeper signs about the keys of a day whose period is over: that none is\n"
            "left, which master slots have confirmed to hold nothing that opens them, and how many\n"
            "copies holds before docking keep. Whoever has the agency's root certificate can check it\n"
            "with openssl; docs/VERIFY.md says how.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
