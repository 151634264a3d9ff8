/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat duty: set, end, list: who is in charge of which unit, who deputises, who appraises whom.
 */
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/listing.h"
#include "server/cli/person.h"
#include "server/cli/user.h"

#define PAGE 32

static const char *const kinds[ASV_DB_DUTY_KINDS] = {"in charge of", "deputises in", "appraises"};

/* ---- set ---- */

/* Days as people say them: from the begin of the first to the end of the last. */
static enum asv_status read_days(const struct asv_cli *cli, struct asv_db_duty *duty, struct asv_err *err)
{
    uint32_t from = (uint32_t)asv_cli_number(cli->args, "from", 0);
    uint32_t until = (uint32_t)asv_cli_number(cli->args, "until", 0);
    enum asv_status status =
        from != 0 ? asv_local_day_start(from, &duty->from_ms) : asv_world_wall_ms(cli->world, &duty->from_ms);
    duty->until_ms = ASV_TIME_UNKNOWN;
    if (status == ASV_OK && until != 0) {
        status = asv_local_day_end(until, &duty->until_ms);
    }
    if (status == ASV_OK && until == 0 && duty->kind == ASV_DB_DUTY_DEPUTY) {
        return asv_fail(err, ASV_E_USAGE, "--deputy needs --until: who deputises does so for a time");
    }
    if (status == ASV_OK && until != 0 && duty->until_ms <= duty->from_ms) {
        return asv_fail(err, ASV_E_USAGE, "--until lies before the duty begins");
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "--from, --until: not a date that can be used");
}

static enum asv_status read_kind(const struct asv_cli *cli, struct asv_db *db, struct asv_db_duty *duty,
                                 struct asv_err *err)
{
    static const char *const options[ASV_DB_DUTY_KINDS] = {"in-charge", "deputy", "appraises"};
    struct asv_db_credential other;
    const char *value = NULL;
    for (unsigned kind = 0; kind < ASV_DB_DUTY_KINDS; kind++) {
        const char *given = asv_cli_text(cli->args, options[kind]);
        if (given != NULL && value != NULL) {
            return asv_fail(err, ASV_E_USAGE, "one of --in-charge, --deputy and --appraises");
        }
        if (given != NULL) {
            duty->kind = (uint8_t)kind;
            value = given;
        }
    }
    if (value == NULL) {
        return asv_fail(err, ASV_E_USAGE, "give --in-charge UNIT, --deputy UNIT or --appraises USER");
    }
    if (duty->kind != ASV_DB_DUTY_APPRAISES) {
        snprintf(duty->unit, sizeof duty->unit, "%s", value);
        return ASV_OK;
    }
    enum asv_status status = asv_user_find(cli, db, value, &other, err);
    if (status == ASV_OK) {
        memcpy(duty->appraised, other.said.person, sizeof duty->appraised);
    }
    return status;
}

static enum asv_status set(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_db_credential who = {0};
    struct asv_db_duty duty = {0};
    struct asv_err inner = {0};
    char actor[64];
    char uuid[ASV_UUID_TEXT_BYTES];
    asv_auto_db struct asv_db *db = NULL;
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = asv_user_find(cli, db, asv_cli_operand(cli->args, 0), &who, err);
    }
    if (status == ASV_OK) {
        status = read_kind(cli, db, &duty, err);
    }
    if (status == ASV_OK && asv_equal(duty.appraised, who.said.person, ASV_UUID_BYTES)) {
        status = asv_fail(err, ASV_E_USAGE, "nobody appraises himself or herself");
    }
    if (status == ASV_OK) {
        status = read_days(cli, &duty, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    memcpy(duty.person, who.said.person, sizeof duty.person);
    status = asv_db_duty_put(db, &duty, asv_cli_actor(actor), &inner);
    if (status == ASV_E_NOT_FOUND) {
        return asv_failf(err, status, "there is no unit \"%s\": cameras and people bring units with them",
                         duty.unit);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", inner.text);
    }
    asv_uuid_format(uuid, duty.id);
    fprintf(cli->out, "duty         %s\n", uuid);
    return ASV_OK;
}

static const struct asv_cli_option set_options[] = {
    {"in-charge", ASV_CLI_LABEL, "UNIT", "is in charge of this unit", false, false, 0, 0},
    {"deputy", ASV_CLI_LABEL, "UNIT", "deputises in this unit", false, false, 0, 0},
    {"appraises", ASV_CLI_WORDS, "USER", "is this person's appraising superior", false, false, 0, 0},
    {"from", ASV_CLI_DATE, "DATE", "first day (from now on)", false, false, 0, 0},
    {"until", ASV_CLI_DATE, "DATE", "last day (until it is ended)", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_duty_set = {
    .group = "duty",
    .name = "set",
    .summary = "say who is in charge of a unit, deputises, or appraises",
    .help = "A supervisor counts for recordings of the units that he or she is in charge of, a\n"
            "deputy for those of the units in which he or she deputises, for as long as that is.\n"
            "A policy can shut out the wearer's appraising superior. A duty can lie ahead.",
    .operands = "USER",
    .words = true,
    .operands_min = 1,
    .operands_max = 1,
    .options = set_options,
    .option_count = sizeof set_options / sizeof *set_options,
    .run = set,
};

/* ---- end ---- */

static enum asv_status end(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t duty[ASV_UUID_BYTES];
    char actor[64];
    enum asv_db_outcome outcome;
    struct asv_err inner = {0};
    asv_auto_db struct asv_db *db = NULL;
    const char *which = asv_cli_operand(cli->args, 0);
    if (asv_uuid_parse(duty, which) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\" is no duty; \"asservat duty list\" shows them", which);
    }
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_db_duty_end(db, duty, asv_cli_actor(actor), &outcome, &inner);
    if (status != ASV_OK) {
        return status == ASV_E_NOT_FOUND ? asv_failf(err, status, "there is no duty %s", which)
                                         : asv_failf(err, status, "%s", inner.text);
    }
    fputs(outcome == ASV_DB_ALREADY ? "it had been ended before\n" : "ended\n", cli->out);
    return ASV_OK;
}

static const struct asv_cli_option end_options[] = {ASV_CLI_DATABASE_OPTION};

const struct asv_cli_command asv_cli_duty_end = {
    .group = "duty",
    .name = "end",
    .summary = "end a duty now",
    .help = "Ends DUTY, as \"asservat duty list\" shows it. It is kept, with its end.",
    .operands = "DUTY",
    .operands_min = 1,
    .operands_max = 1,
    .options = end_options,
    .option_count = sizeof end_options / sizeof *end_options,
    .run = end,
};

/* ---- list ---- */

static json_t *duty_json(const struct asv_db_duty *duty)
{
    static const char *const names[ASV_DB_DUTY_KINDS] = {"in_charge", "deputy", "appraises"};
    return json_pack("{s:o, s:s, s:s, s:s, s:o, s:o}", "duty", asv_json_uuid(duty->id), "name", duty->name,
                     "kind", names[duty->kind], "of",
                     duty->kind == ASV_DB_DUTY_APPRAISES ? duty->appraised_name : duty->unit, "from",
                     asv_json_time(duty->from_ms), "until", asv_json_time(duty->until_ms));
}

static void add_row(struct asv_table *table, const struct asv_db_duty *duty)
{
    char text[ASV_TEXT_BYTES];
    char uuid[ASV_UUID_TEXT_BYTES];
    asv_table_add(table, duty->name);
    asv_table_add(table, kinds[duty->kind]);
    asv_table_add(table, duty->kind == ASV_DB_DUTY_APPRAISES ? duty->appraised_name : duty->unit);
    asv_table_add(table, asv_text_time(text, duty->from_ms));
    asv_table_add(table, asv_text_time(text, duty->until_ms));
    asv_uuid_format(uuid, duty->id);
    asv_table_add(table, uuid);
}

static enum asv_status each(struct asv_db *db, struct asv_listing *listing, struct asv_err *err)
{
    struct asv_db_duty rows[PAGE];
    uint8_t last[ASV_UUID_BYTES];
    bool any = false;
    size_t got = PAGE;
    while (got == PAGE) {
        enum asv_status status = asv_db_duty_list(db, any ? last : NULL, rows, PAGE, &got, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < got; i++) {
            if (listing->array != NULL) {
                asv_listing_json_take(listing, duty_json(&rows[i]));
            } else {
                add_row(&listing->table, &rows[i]);
            }
            memcpy(last, rows[i].id, sizeof last);
            any = true;
        }
    }
    return ASV_OK;
}

static enum asv_status list(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"NAME", "", "OF", "FROM", "UNTIL", "DUTY"};
    return asv_listing_run(cli, columns, 6, each, "no duties; \"asservat duty set\" makes one", err);
}

const struct asv_cli_command asv_cli_duty_list = {
    .group = "duty",
    .name = "list",
    .summary = "list the duties that are not over",
    .help = "Lists who is in charge of which unit, who deputises until when, and who appraises\n"
            "whom. Duties that lie ahead are among them.",
    .by = ASV_CLI_BY_ANYBODY,
    .options = asv_listing_options,
    .option_count = ASV_LISTING_OPTION_COUNT,
    .run = list,
};
