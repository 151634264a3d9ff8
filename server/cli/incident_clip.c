/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat incident: add-clip, remove-clip: which recordings show an incident. Each is signed by itself.
 */
#include <string.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/clip.h"
#include "server/cli/person.h"
#include "server/flow/record.h"

/* One run of a command. */
struct work {
    const struct asv_cli *cli;
    struct asv_db *db;
    struct asv_person *person; /* opened when there is something to sign */
    struct asv_db_exhibit exhibit;
};

/* What is so already is not signed again. */
static enum asv_status one(struct work *work, const char *text, size_t *count, struct asv_err *err)
{
    const struct asv_cli *cli = work->cli;
    struct asv_cli_flow flow;
    uint8_t salt[ASV_SHA256_BYTES];
    bool news = false;
    if (asv_uuid_parse(work->exhibit.clip, text) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\" is no clip id; \"asservat clip list\" shows them", text);
    }
    enum asv_status status = asv_world_random(cli->world, salt, sizeof salt);
    if (status != ASV_OK) {
        return asv_fail(err, status, "no randomness");
    }
    status = asv_flow_find_exhibit(work->db, &work->exhibit, &news, err);
    if (status == ASV_OK && news && work->person == NULL) {
        status = asv_person_open(cli, work->db, &work->person, err);
    }
    if (status == ASV_OK && news) {
        fprintf(cli->err, "%-12s %s\n", "clip", text);
        status =
            asv_flow_put_exhibit(asv_cli_flow(&flow, cli, work->db, work->person), &work->exhibit, salt, err);
    }
    *count += status == ASV_OK && news;
    return status;
}

/* Of each CLIP; how many of them that was new. */
static enum asv_status each_clip(const struct asv_cli *cli, bool shows, const char *said, struct asv_err *err)
{
    struct work work = {.cli = cli, .exhibit = {.shows = shows}};
    const char *number = asv_cli_operand(cli->args, 0);
    const char *text = NULL;
    size_t news = 0;
    if (strlen(number) > ASV_NAME_MAX_BYTES) {
        return asv_fail(err, ASV_E_USAGE, "a case number has 1 to 128 bytes");
    }
    memcpy(work.exhibit.case_number, number, strlen(number) + 1);
    enum asv_status status = asv_cli_database(cli, &work.db, err);
    for (size_t i = 1; status == ASV_OK && (text = asv_cli_operand(cli->args, i)) != NULL; i++) {
        status = one(&work, text, &news, err);
    }
    if (status == ASV_OK) {
        fprintf(cli->out, "%-12s %zu\n", said, news);
    }
    asv_person_close(work.person);
    asv_db_close(work.db);
    return status;
}

static enum asv_status add(struct asv_cli *cli, struct asv_err *err)
{
    return each_clip(cli, true, "added", err);
}

static enum asv_status take_out(struct asv_cli *cli, struct asv_err *err)
{
    return each_clip(cli, false, "taken out", err);
}

static const struct asv_cli_option options[] = {ASV_PERSON_SIGN_OPTIONS};

const struct asv_cli_command asv_cli_incident_add_clip = {
    .group = "incident",
    .name = "add-clip",
    .summary = "say that recordings show an incident",
    .help = "Writes down that each CLIP shows the incident CASE. That keeps none of them: they are\n"
            "erased on their days unless they are held (\"asservat hold request\"). Each is signed\n"
            "with your key file; what is written down so already is not signed again.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CASE CLIP…",
    .words = true,
    .operands_min = 2,
    .operands_max = 64,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = add,
};

const struct asv_cli_command asv_cli_incident_remove_clip = {
    .group = "incident",
    .name = "remove-clip",
    .summary = "take recordings out of an incident that they do not show",
    .help = "Writes down that each CLIP does not show the incident CASE after all. That it was one\n"
            "of its recordings, and who took it out, when and why (--reason), is signed, kept, and\n"
            "shown by \"incident show\". What is held for the incident is released first.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CASE CLIP…",
    .words = true,
    .operands_min = 2,
    .operands_max = 64,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = take_out,
};
