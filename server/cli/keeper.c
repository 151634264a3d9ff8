/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat keys status: keys, master slots, and whether destruction goes on. */
#include "server/base/hex.h"
#include "server/cli/cli.h"
#include "server/cli/keepers.h"
#include "server/cli/text.h"

static const char *const stops[] = {"running", "clock-step", "too-many-days"};

static const char *kind_of(const struct asv_keeper_slot_status *slot)
{
    static const char *const kinds[] = {"not configured", "file", "TPM"};
    return slot->kind <= ASV_KEEPER_SLOT_TPM ? kinds[slot->kind] : "?";
}

static const char *stop_of(const struct asv_keeper_status *state)
{
    return state->stop <= ASV_KEEPER_STOP_MANY ? stops[state->stop] : "?";
}

/* The store's directory, and the replica if there is one. */
static const char *const directories[ASV_KEEPER_DIRECTORIES] = {"store", "replica"};

static json_t *directories_json(const struct asv_keeper_status *state)
{
    json_t *all = json_object();
    for (unsigned i = 0; i < state->directory_count && i < ASV_KEEPER_DIRECTORIES; i++) {
        (void)json_object_set_new(all, directories[i], json_boolean(state->in_step[i]));
    }
    return all;
}

static void print_directories(const struct asv_cli *cli, const struct asv_keeper_status *state)
{
    for (unsigned i = 0; i < state->directory_count && i < ASV_KEEPER_DIRECTORIES; i++) {
        if (!state->in_step[i]) {
            fprintf(
                cli->out,
                "ONE COPY     the %s is away or behind: losing the other directory would lose every key,\n"
                "             those of held recordings too; the keeper's log says why\n",
                directories[i]);
        }
    }
}

static json_t *slot_json(const struct asv_keeper_slot_status *slot)
{
    char id[2 * sizeof slot->id + 1];
    asv_hex_encode(id, slot->id, sizeof slot->id);
    return json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:I}", "id", id, "label", slot->label, "kind",
                     kind_of(slot), "effaceable", slot->effaceable, "reachable", slot->reachable,
                     "open_erasure", slot->open_erasure, "confirmed_epoch",
                     (json_int_t)slot->confirmed_epoch);
}

/* 0 is how the keeper says that an instant is not known. */
static int64_t known(int64_t ms)
{
    return ms == 0 ? ASV_TIME_UNKNOWN : ms;
}

static enum asv_status print_json(const struct asv_cli *cli, const struct asv_keeper_status *state,
                                  struct asv_err *err)
{
    json_t *slots = json_array();
    for (unsigned i = 0; i < state->slot_count; i++) {
        (void)json_array_append_new(slots, slot_json(&state->slots[i]));
    }
    json_t *all = json_pack(
        "{s:s, s:o, s:o, s:s, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:b, s:o, "
        "s:o}",
        "software", state->software, "started", asv_json_time(state->started_ms), "time",
        asv_json_time(state->wall_ms), "destruction", stop_of(state), "stopped",
        asv_json_time(known(state->stop_since_ms)), "next_due", asv_json_time(known(state->next_due_ms)),
        "overdue", (json_int_t)state->overdue, "damaged", (json_int_t)state->damaged, "cameras",
        (json_int_t)state->cameras, "days", (json_int_t)state->days, "reserves", (json_int_t)state->reserves,
        "aheads", (json_int_t)state->aheads, "aheads_left", (json_int_t)state->aheads_left, "first_day",
        asv_json_date(state->first_date), "last_day", asv_json_date(state->last_date), "generation",
        (json_int_t)state->generation, "epoch", (json_int_t)state->epoch, "memory_locked",
        state->memory_locked, "in_step", directories_json(state), "slots", slots);
    return asv_json_print_take(cli->out, all, err);
}

static void print_keys(const struct asv_cli *cli, const struct asv_keeper_status *state)
{
    char first[ASV_TEXT_BYTES];
    char last[ASV_TEXT_BYTES];
    char due[ASV_TEXT_BYTES];
    fprintf(cli->out, "keeper       %s, since %s\n", state->software, asv_text_time(due, state->started_ms));
    fprintf(cli->out, "keys         %u day files, %s to %s; %u reserve keys; %u cameras\n",
            (unsigned)state->days, asv_text_date(first, state->first_date),
            asv_text_date(last, state->last_date), (unsigned)state->reserves, (unsigned)state->cameras);
    if (state->aheads != 0) {
        fprintf(cli->out, "kept         keys of whole camera days, for %u holds before docking\n",
                (unsigned)state->aheads);
    }
    if (state->aheads_left != 0) {
        fprintf(
            cli->out,
            "NOT COPIED   %u keys that holds before docking have no copy of; the keeper's log says which\n",
            (unsigned)state->aheads_left);
    }
    fprintf(cli->out, "next due     %s\n", asv_text_time(due, known(state->next_due_ms)));
    if (state->stop != ASV_KEEPER_RUNNING) {
        fprintf(cli->out, "destruction  STOPPED since %s: %s; %u keys are overdue and not used\n",
                asv_text_time(due, state->stop_since_ms),
                state->stop == ASV_KEEPER_STOP_CLOCK ? "the clock made a step of more than two hours"
                                                     : "more than three days were due at once",
                (unsigned)state->overdue);
    } else if (state->overdue != 0) {
        fprintf(cli->out, "OVERDUE      %u keys could not be destroyed yet; the keeper's log says why\n",
                (unsigned)state->overdue);
    }
    if (state->damaged != 0) {
        fprintf(cli->out, "DAMAGED      %u key files are missing or wrong\n", (unsigned)state->damaged);
    }
    print_directories(cli, state);
    if (!state->memory_locked) {
        fprintf(cli->out, "memory       keys are locked, the rest is not: raise LimitMEMLOCK\n");
    }
}

static enum asv_status print_text(const struct asv_cli *cli, const struct asv_keeper_status *state,
                                  struct asv_err *err)
{
    static const char *const columns[] = {"Master slot", "Kind", "Effaceable", "State", "Id"};
    char id[2 * sizeof state->slots[0].id + 1];
    struct asv_table table = {.column_count = 5, .columns = columns};
    print_keys(cli, state);
    fputc('\n', cli->out);
    for (unsigned i = 0; i < state->slot_count; i++) {
        const struct asv_keeper_slot_status *slot = &state->slots[i];
        asv_table_add(&table, slot->label);
        asv_table_add(&table, kind_of(slot));
        asv_table_add(&table, slot->effaceable ? "yes" : "no");
        asv_table_add(&table, slot->open_erasure ? "OPEN ERASURE: may still hold a destroyed master"
                              : slot->reachable  ? "up to date"
                                                 : "away");
        asv_hex_encode(id, slot->id, sizeof slot->id);
        asv_table_add(&table, id);
    }
    return asv_table_print(&table, cli->out, "no master slot", err);
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_keeper_status state;
    enum asv_status status = asv_cli_keeper_state(cli, &state, err);
    if (status != ASV_OK) {
        return status;
    }
    return asv_cli_flag(cli->args, "json") ? print_json(cli, &state, err) : print_text(cli, &state, err);
}

static const struct asv_cli_option options[] = {
    ASV_CLI_KEEPER_OPTION,
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_keeper_status = {
    .group = "keys",
    .name = "status",
    .summary = "keys, master slots, and whether destruction goes on",
    .help = "Asks the keeper what it holds, when the next key is due, and for every master slot\n"
            "whether it confirmed the last destruction. An open erasure is a slot that may still\n"
            "hold what was destroyed, because it was away.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
