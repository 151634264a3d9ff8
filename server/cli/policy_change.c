/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat policy: propose, approve, history. A change shows first what it would erase or keep if it acted
 * backwards, which it never does: what was recorded keeps the period it was recorded under (LAW T8).
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/decide.h"
#include "server/cli/listing.h"
#include "server/cli/policies.h"

#define PAGE 64

/* ---- what it would do ---- */

struct tally {
    uint64_t recordings, unchanged, earlier, at_once, later, decide;
};

/* The policy that was in force on a day, kept until another day is asked for. */
struct then {
    struct asv_policy_file *file;
    uint32_t day;
};

static enum asv_status policy_then(const struct asv_cli *cli, struct asv_db *db, uint32_t day,
                                   struct then *then, struct asv_err *err)
{
    if (then->file != NULL && then->day == day) {
        return ASV_OK;
    }
    free(then->file);
    *then = (struct then){.day = day};
    return asv_cli_policy(cli, db, day, &then->file, err);
}

static enum asv_status count(struct tally *tally, const struct asv_policy *old_policy,
                             const struct asv_policy *new_policy, const struct asv_db_period_group *group,
                             int64_t now, struct asv_err *err)
{
    struct asv_policy_change change;
    const struct asv_policy_change_facts facts = {
        .day = group->day,
        .held = group->state == ASV_DB_HELD,
        .pending = group->state == ASV_DB_PENDING,
        .cause = group->ground != 0 ? 1u << (group->ground - 1) : 0,
        .request_ms = group->request_ms,
        .now_ms = now,
    };
    enum asv_status status = asv_policy_change(&change, old_policy, new_policy, &facts, err);
    if (status != ASV_OK) {
        return status;
    }
    bool at_once = change.effect == ASV_POLICY_EARLIER && change.new_end_ms <= now;
    tally->recordings += group->recordings;
    tally->unchanged += change.effect == ASV_POLICY_UNCHANGED ? group->recordings : 0;
    tally->earlier += change.effect == ASV_POLICY_EARLIER ? group->recordings : 0;
    tally->at_once += at_once ? group->recordings : 0;
    tally->later += change.effect == ASV_POLICY_LATER ? group->recordings : 0;
    tally->decide += change.effect == ASV_POLICY_DECIDE ? group->recordings : 0;
    return ASV_OK;
}

static enum asv_status tally_all(const struct asv_cli *cli, struct asv_db *db,
                                 const struct asv_policy *new_policy, struct tally *tally,
                                 struct asv_err *err)
{
    struct asv_db_period_group groups[PAGE];
    struct then then = {0};
    int64_t now = 0;
    size_t from = 0;
    size_t got = PAGE;
    enum asv_status status = asv_world_wall_ms(cli->world, &now);
    while (got == PAGE && status == ASV_OK) {
        status = asv_db_recording_periods(db, from, groups, PAGE, &got, err);
        for (size_t i = 0; i < got && status == ASV_OK; i++) {
            status = policy_then(cli, db, groups[i].day, &then, err);
            if (status == ASV_OK) {
                status = count(tally, &then.file->policy, new_policy, &groups[i], now, err);
            }
        }
        from += got;
    }
    free(then.file);
    return status;
}

/* Beside the others that people decided on: its version is higher, and whoever begins later counts from then
 * on (KEEPER.md, K-094). */
static enum asv_status check_others(const struct asv_cli *cli, struct asv_db *db,
                                    const struct asv_policy_file *file, uint32_t from, struct asv_err *err)
{
    struct asv_db_policy_version rows[PAGE];
    struct asv_db_policy_version next = {0};
    char day[ASV_TEXT_BYTES];
    uint32_t below = 0;
    size_t got = PAGE;
    while (got == PAGE) {
        enum asv_status status = asv_db_policy_history(db, below, rows, PAGE, &got, err);
        if (status != ASV_OK) {
            return status;
        }
        if (below == 0 && got != 0 && rows[0].version >= file->policy.retention.version) {
            return asv_failf(
                err, ASV_E_EXPIRED,
                "a policy's version must be above that of every one that was decided on: above %u",
                (unsigned)rows[0].version);
        }
        for (size_t i = 0; i < got; i++) {
            bool later =
                rows[i].from_date > from && (next.from_date == 0 || rows[i].from_date < next.from_date);
            next = later ? rows[i] : next;
            below = rows[i].version;
        }
    }
    if (next.from_date != 0) {
        fprintf(cli->err,
                "\nIt is in force until %s only: from then on version %u is, which was decided on before.\n",
                asv_text_date(day, next.from_date), (unsigned)next.version);
    }
    return ASV_OK;
}

static void print_count(FILE *out, uint64_t number, const char *what)
{
    char text[ASV_TEXT_BYTES];
    if (number != 0) {
        fprintf(out, "%12s  %s\n", asv_text_number(text, number), what);
    }
}

/* Before anybody signs (LAW T8). from: the first day. */
static enum asv_status print_effect(const struct asv_cli *cli, struct asv_db *db,
                                    const struct asv_policy_file *new_file, uint32_t from,
                                    struct asv_err *err)
{
    asv_auto_free struct asv_policy_file *old_file = NULL;
    struct tally tally = {0};
    enum asv_status status = check_others(cli, db, new_file, from, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_cli_policy(cli, db, 0, &old_file, err);
    if (status == ASV_E_NOT_FOUND) {
        fputs("\nThis is the first policy that people decide on: until then the period stands that the\n"
              "keeper is configured with, and what was recorded under it keeps it.\n\n",
              cli->err);
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = tally_all(cli, db, &new_file->policy, &tally, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    fprintf(cli->err, "\nToday: %s, version %u, %u days.", old_file->policy.name,
            (unsigned)old_file->policy.retention.version, old_file->policy.retention.days);
    if (tally.recordings == 0) {
        fputs(" No recording is kept now that it could change.\n\n", cli->err);
        return ASV_OK;
    }
    fputs(" If the change acted backwards, of\n", cli->err);
    print_count(cli->err, tally.recordings, "recordings that are kept now");
    print_count(cli->err, tally.unchanged, "would end as before");
    print_count(cli->err, tally.earlier, "would be erased earlier than was said when they were made");
    print_count(cli->err, tally.at_once, "  of these at once");
    print_count(cli->err, tally.later, "would be kept longer than was said when they were made");
    print_count(cli->err, tally.decide, "would need a decision: day unknown, open request, or cause gone");
    fputs("It does not: each keeps the period it was recorded under. Who wants one to end earlier or\n"
          "to stay decides that for the one recording, with a second person.\n\n",
          cli->err);
    return ASV_OK;
}

/* ---- propose ---- */

static enum asv_status check_from(const struct asv_cli *cli, uint32_t from, struct asv_err *err)
{
    int64_t now = 0;
    uint32_t today = 0;
    enum asv_status status = asv_world_wall_ms(cli->world, &now);
    if (status == ASV_OK) {
        status = asv_local_date(now, &today);
    }
    return status == ASV_OK && from <= today
               ? asv_fail(err, ASV_E_USAGE,
                          "--from: a policy is never in force backwards; tomorrow at the earliest")
               : status;
}

static enum asv_status keep(struct asv_db *db, const struct asv_policy_file *file, struct asv_err *err)
{
    const struct asv_db_policy_file kept = {
        .version = file->policy.retention.version,
        .name = file->policy.name,
        .days = (uint16_t)file->policy.retention.days,
        .content = {(const uint8_t *)file->text, file->len},
    };
    return asv_db_policy_file_put(db, &kept, err);
}

static enum asv_status propose(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_free struct asv_policy_file *file = NULL;
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    struct asv_statement what = {.action = ASV_ACTION_POLICY, .subject = {.kind = ASV_SUBJECT_POLICY}};
    what.subject.from_date = (uint32_t)asv_cli_number(cli->args, "from", 0);
    enum asv_status status = asv_policy_open(asv_cli_operand(cli->args, 0), &file, err);
    if (status == ASV_OK) {
        status = check_from(cli, what.subject.from_date, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        asv_policy_print_head(cli->err, file);
        status = print_effect(cli, db, file, what.subject.from_date, err);
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    if (status == ASV_OK) {
        status = keep(db, file, err);
    }
    if (status == ASV_OK) {
        memcpy(what.subject.id, file->digest, sizeof what.subject.id);
        what.subject.version = file->policy.retention.version;
        what.subject.days = (uint16_t)file->policy.retention.days;
        status = asv_cli_propose(cli, db, person, &what, "policy approve", err);
    }
    return status;
}

static const struct asv_cli_option propose_options[] = {
    {"from", ASV_CLI_DATE, "DATE", "the first day on which it is in force", true, false, 0, 0},
    ASV_PERSON_OPTIONS,
};

const struct asv_cli_command asv_cli_policy_propose = {
    .group = "policy",
    .name = "propose",
    .summary = "propose a policy, and see what it would change",
    .help = "Checks FILE, shows what it would erase or keep if it acted backwards, and proposes it\n"
            "as an administrator. It is in force from DATE on when a supervisor or deputy has\n"
            "approved it: what is recorded from then on has its period, what was recorded before\n"
            "keeps its own. Its version must be above that of every policy before.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .options = propose_options,
    .option_count = sizeof propose_options / sizeof *propose_options,
    .run = propose,
};

/* ---- approve ---- */

/* The very bytes that are signed, and what they say; nobody approves what it only says about itself. */
static enum asv_status show_proposed(const struct asv_cli *cli, struct asv_db *db,
                                     const struct asv_person_statement *proposal, struct asv_err *err)
{
    const struct asv_subject *subject = &proposal->said.subject;
    uint8_t text[ASV_DB_POLICY_FILE_BYTES];
    size_t len = 0;
    asv_auto_free struct asv_policy_file *file = NULL;
    enum asv_status status = asv_db_policy_file_find(db, subject->id, text, &len, err);
    if (status == ASV_OK) {
        status = asv_policy_keep("policy", (const char *)text, len, &file, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (!asv_equal(file->digest, subject->id, sizeof subject->id) ||
        file->policy.retention.version != subject->version || file->policy.retention.days != subject->days) {
        return asv_fail(err, ASV_E_MISMATCH, "the proposal says something else than the policy's file");
    }
    status = asv_policy_print(cli->err, file, err);
    return status == ASV_OK ? print_effect(cli, db, file, subject->from_date, err) : status;
}

static enum asv_status approve(struct asv_cli *cli, struct asv_err *err)
{
    static const uint16_t actions[] = {ASV_ACTION_POLICY};
    return asv_cli_command_answer(cli, actions, 1, ASV_STEP_APPROVE, show_proposed, err);
}

const struct asv_cli_command asv_cli_policy_approve = {
    .group = "policy",
    .name = "approve",
    .summary = "approve a policy, and see what it would change",
    .help = "A supervisor or deputy approves PROPOSAL, which is named by its first digits, as\n"
            "\"asservat policy propose\" said them and \"asservat proposal list\" shows them. All of\n"
            "the policy is shown, and what it would erase or keep if it acted backwards.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "PROPOSAL",
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = approve,
};

/* ---- history ---- */

static json_t *version_json(const struct asv_db_policy_version *row)
{
    return json_pack("{s:I, s:s, s:i, s:o, s:o, s:o, s:o, s:o}", "version", (json_int_t)row->version, "name",
                     row->name, "days", (int)row->days, "from", asv_json_date(row->from_date), "decided",
                     asv_json_time(row->decided_ms), "sha256", asv_json_hex(row->digest, sizeof row->digest),
                     "proposal", asv_json_hex(row->proposal, sizeof row->proposal), "approval",
                     asv_json_hex(row->approval, sizeof row->approval));
}

static void add_row(struct asv_table *table, const struct asv_db_policy_version *row)
{
    char text[2 * ASV_SHA256_BYTES + 1];
    asv_table_add(table, asv_text_number(text, row->version));
    asv_table_add(table, row->name);
    asv_table_add(table, asv_text_number(text, row->days));
    asv_table_add(table, asv_text_date(text, row->from_date));
    asv_table_add(table, asv_text_time(text, row->decided_ms));
    asv_hex_encode(text, row->digest, sizeof row->digest);
    asv_table_add(table, text);
}

static enum asv_status each(struct asv_db *db, struct asv_listing *listing, struct asv_err *err)
{
    struct asv_db_policy_version rows[PAGE];
    uint32_t below = 0;
    size_t got = PAGE;
    while (got == PAGE) {
        enum asv_status status = asv_db_policy_history(db, below, rows, PAGE, &got, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < got; i++) {
            if (listing->array != NULL) {
                asv_listing_json_take(listing, version_json(&rows[i]));
            } else {
                add_row(&listing->table, &rows[i]);
            }
            below = rows[i].version;
        }
    }
    return ASV_OK;
}

static enum asv_status history(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {">VERSION", "NAME", ">DAYS", "FROM", "DECIDED", "SHA-256"};
    return asv_listing_run(cli, columns, 6, each, "no policy was decided on", err);
}

const struct asv_cli_command asv_cli_policy_history = {
    .group = "policy",
    .name = "history",
    .summary = "list the policies that two people decided on",
    .help = "Lists the policies that two people decided on, the newest first: from which day on\n"
            "each is in force, and the digest of the file that both signed.",
    .by = ASV_CLI_BY_ANYBODY,
    .options = asv_listing_options,
    .option_count = ASV_LISTING_OPTION_COUNT,
    .run = history,
};
