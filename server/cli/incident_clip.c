/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat incident: add-clip, remove-clip: which recordings show an incident.
 */
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/clip.h"
#include "server/cli/database.h"
#include "server/db/incident.h"
#include "server/incident/words.h"

typedef enum asv_status (*say)(const struct asv_cli *cli, struct asv_db *db,
                               const uint8_t clip[ASV_UUID_BYTES], enum asv_db_outcome *outcome,
                               struct asv_err *err);

/* Of each CLIP; how many of them that was new. */
static enum asv_status each_clip(const struct asv_cli *cli, say say_of, const char *said, struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    enum asv_db_outcome outcome = ASV_DB_DONE;
    enum asv_status status = asv_cli_database(cli, &db, err);
    const char *text = NULL;
    size_t news = 0;
    for (size_t i = 1; status == ASV_OK && (text = asv_cli_operand(cli->args, i)) != NULL; i++) {
        uint8_t clip[ASV_UUID_BYTES];
        if (asv_uuid_parse(clip, text) != ASV_OK) {
            return asv_failf(err, ASV_E_USAGE, "\"%s\" is no clip id; \"asservat clip list\" shows them",
                             text);
        }
        status = say_of(cli, db, clip, &outcome, err);
        news += status == ASV_OK && outcome == ASV_DB_DONE;
    }
    if (status == ASV_OK) {
        fprintf(cli->out, "%-12s %zu\n", said, news);
    }
    return status;
}

static enum asv_status add_one(const struct asv_cli *cli, struct asv_db *db,
                               const uint8_t clip[ASV_UUID_BYTES], enum asv_db_outcome *outcome,
                               struct asv_err *err)
{
    char actor[64];
    struct asv_err inner = {0};
    enum asv_status status = asv_db_incident_clip_put(db, asv_cli_operand(cli->args, 0), clip,
                                                      asv_cli_actor(actor), outcome, &inner);
    return status == ASV_OK        ? ASV_OK
           : status == ASV_E_STATE ? asv_fail(err, status, asv_incident_forgotten)
                                   : asv_failf(err, status, "%s", inner.text);
}

static enum asv_status add(struct asv_cli *cli, struct asv_err *err)
{
    return each_clip(cli, add_one, "added", err);
}

static const struct asv_cli_option add_options[] = {ASV_CLI_DATABASE_OPTION};

const struct asv_cli_command asv_cli_incident_add_clip = {
    .group = "incident",
    .name = "add-clip",
    .summary = "say that recordings show an incident",
    .help = "Writes down that each CLIP shows the incident CASE. That keeps none of them: they are\n"
            "erased on their days unless they are held (\"asservat hold request\").",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CASE CLIP…",
    .words = true,
    .operands_min = 2,
    .operands_max = 64,
    .options = add_options,
    .option_count = sizeof add_options / sizeof *add_options,
    .run = add,
};

static enum asv_status remove_one(const struct asv_cli *cli, struct asv_db *db,
                                  const uint8_t clip[ASV_UUID_BYTES], enum asv_db_outcome *outcome,
                                  struct asv_err *err)
{
    char actor[64];
    char uuid[ASV_UUID_TEXT_BYTES];
    struct asv_err inner = {0};
    const char *number = asv_cli_operand(cli->args, 0);
    enum asv_status status = asv_db_incident_clip_remove(db, number, clip, asv_cli_text(cli->args, "reason"),
                                                         asv_cli_actor(actor), outcome, &inner);
    asv_uuid_format(uuid, clip);
    switch (status) {
    case ASV_OK:
        return ASV_OK;
    case ASV_E_NOT_FOUND:
        return asv_failf(err, status,
                         "%s is no recording of this incident; \"asservat incident show\" shows them", uuid);
    case ASV_E_STATE:
        return asv_failf(err, status, "%s is held for this incident; see \"asservat hold release\"", uuid);
    default:
        return asv_failf(err, status, "%s", inner.text);
    }
}

static enum asv_status take_out(struct asv_cli *cli, struct asv_err *err)
{
    enum asv_status status = asv_cli_note(cli, "reason", ASV_DB_NOTE_SIZE - 1, err);
    return status == ASV_OK ? each_clip(cli, remove_one, "taken out", err) : status;
}

static const struct asv_cli_option remove_options[] = {
    {"reason", ASV_CLI_WORDS, "TEXT", "why", true, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_incident_remove_clip = {
    .group = "incident",
    .name = "remove-clip",
    .summary = "take recordings out of an incident that they do not show",
    .help = "Writes down that each CLIP does not show the incident CASE after all. That it was one\n"
            "of its recordings, and who took it out, when and why, is kept, and shown by \"incident\n"
            "show\". What is held for the incident is released first.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CASE CLIP…",
    .words = true,
    .operands_min = 2,
    .operands_max = 64,
    .options = remove_options,
    .option_count = sizeof remove_options / sizeof *remove_options,
    .run = take_out,
};
