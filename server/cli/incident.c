/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat incident: new, change (LAW H9), each signed. Its recordings are in incident_clip.c.
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/incident.h"
#include "server/cli/moment.h"
#include "server/cli/person.h"
#include "server/flow/record.h"
#include "server/incident/record.h"
#include "server/incident/words.h"
#include "server/statement/text.h"

#define UNKNOWN "Unbekannt" /* as the office writes it */

/* ---- what is typed ---- */

static enum asv_status take_text(const struct asv_cli *cli, const char *name, char *out, size_t max,
                                 struct asv_err *err)
{
    const char *text = asv_cli_text(cli->args, name);
    enum asv_status status = asv_cli_note(cli, name, max, err);
    if (status == ASV_OK && text != NULL) {
        memcpy(out, text, strlen(text) + 1);
    }
    return status;
}

/* Those that are named replace those of before; --nobody-injured takes them all back. */
static enum asv_status take_injured(const struct asv_cli *cli, struct asv_db_incident *incident,
                                    struct asv_err *err)
{
    size_t used = 0;
    const char *name = NULL;
    bool nobody = asv_cli_flag(cli->args, "nobody-injured");
    if (nobody && asv_cli_text(cli->args, "injured") != NULL) {
        return asv_fail(err, ASV_E_USAGE, "--injured, or --nobody-injured");
    }
    if (nobody || asv_cli_text(cli->args, "injured") != NULL) {
        incident->injured[0] = '\0';
    }
    for (size_t i = 0; (name = asv_cli_text_at(cli->args, "injured", i)) != NULL; i++) {
        size_t len = strlen(name);
        if (!asv_text_is_good((struct asv_bytes){(const uint8_t *)name, len}, ASV_NAME_MAX_BYTES) ||
            i == 32) {
            return asv_fail(err, ASV_E_USAGE, "--injured: up to 32 names of 1 to 128 bytes");
        }
        if (used + len + 2 > sizeof incident->injured) {
            return asv_fail(err, ASV_E_USAGE, "--injured: the names are longer than there is room");
        }
        used += (size_t)snprintf(incident->injured + used, sizeof incident->injured - used, "%s%s",
                                 used > 0 ? "\n" : "", name);
    }
    return ASV_OK;
}

static enum asv_status take_cause(const struct asv_cli *cli, struct asv_db_incident *incident,
                                  struct asv_err *err)
{
    const char *cause = asv_cli_text(cli->args, "cause");
    if (cause == NULL ||
        asv_incident_ground_parse(&incident->cause, cause, ASV_GROUND_DANGER, ASV_GROUND_LEGALITY_CHECK)) {
        return ASV_OK;
    }
    return asv_failf(err, ASV_E_USAGE, "--cause: \"%s\" is none of danger, prosecution and legality-check",
                     cause);
}

/* What was written down and is not so; only a change has these flags. */
static enum asv_status take_back(const struct asv_cli *cli, struct asv_db_incident *incident,
                                 struct asv_err *err)
{
    bool until = asv_cli_flag(cli->args, "no-until");
    bool prosecutor = asv_cli_flag(cli->args, "no-prosecutor");
    if ((until && asv_cli_text(cli->args, "until") != NULL) ||
        (prosecutor && asv_cli_text(cli->args, "prosecutor") != NULL)) {
        return asv_fail(err, ASV_E_USAGE, "--until or --no-until, --prosecutor or --no-prosecutor");
    }
    if (asv_cli_flag(cli->args, "no-assault") && asv_cli_flag(cli->args, "assault")) {
        return asv_fail(err, ASV_E_USAGE, "--assault or --no-assault");
    }
    incident->assault = incident->assault && !asv_cli_flag(cli->args, "no-assault");
    incident->until_ms = until ? ASV_TIME_UNKNOWN : incident->until_ms;
    if (prosecutor) {
        incident->prosecutor[0] = '\0';
    }
    return ASV_OK;
}

static enum asv_status take_fields(const struct asv_cli *cli, struct asv_db_incident *incident,
                                   struct asv_err *err)
{
    incident->assault = incident->assault || asv_cli_flag(cli->args, "assault");
    enum asv_status status = take_text(cli, "offence", incident->offence, ASV_DB_NOTE_SIZE - 1, err);
    if (status == ASV_OK) {
        status = take_text(cli, "danger", incident->danger, ASV_DB_NOTE_SIZE - 1, err);
    }
    if (status == ASV_OK) {
        status = take_text(cli, "place", incident->place, ASV_DB_NOTE_SIZE - 1, err);
    }
    if (status == ASV_OK) {
        status = take_text(cli, "accused", incident->accused, ASV_DB_NOTE_SIZE - 1, err);
    }
    if (status == ASV_OK) {
        status = take_text(cli, "prosecutor", incident->prosecutor, ASV_NAME_MAX_BYTES, err);
    }
    if (status == ASV_OK) {
        status = take_cause(cli, incident, err);
    }
    if (status == ASV_OK) {
        status = take_injured(cli, incident, err);
    }
    if (status == ASV_OK) {
        status = asv_moment_option(cli, "from", incident->from_ms, &incident->from_ms, err);
    }
    if (status == ASV_OK) {
        status = asv_moment_option(cli, "until", incident->until_ms, &incident->until_ms, err);
    }
    if (status == ASV_OK && incident->until_ms != ASV_TIME_UNKNOWN &&
        incident->until_ms < incident->from_ms) {
        status = asv_fail(err, ASV_E_USAGE, "--until lies before --from");
    }
    return status;
}

static enum asv_status operand(const struct asv_cli *cli, char out[ASV_NAME_MAX_BYTES + 1],
                               struct asv_err *err)
{
    const char *text = asv_cli_operand(cli->args, 0);
    if (!asv_text_is_good((struct asv_bytes){(const uint8_t *)text, strlen(text)}, ASV_NAME_MAX_BYTES)) {
        return asv_fail(
            err, ASV_E_USAGE,
            "a case number has 1 to 128 bytes of UTF-8 text on one line, with no blank at either end and "
            "nothing hidden");
    }
    memcpy(out, text, strlen(text) + 1);
    return ASV_OK;
}

/* ---- new, change ---- */

/* Too much for the stack. */
struct work {
    struct asv_db *db;
    struct asv_person *person;
    struct asv_db_incident incident;
    struct asv_db_incident before;
};

static enum asv_status say_written(const struct asv_cli *cli, const struct asv_db_incident *incident)
{
    fprintf(cli->out, "incident     ");
    asv_text_print(cli->out, incident->case_number);
    fprintf(cli->out, ", version %u\n", (unsigned)incident->version);
    return ASV_OK;
}

static enum asv_status is_there(const char *case_number, struct asv_err *err)
{
    return asv_failf(err, ASV_E_EXISTS,
                     "\"%s\" is an incident already; \"asservat incident change\" changes it", case_number);
}

/* Shown, signed, and stored. */
static enum asv_status put(const struct asv_cli *cli, struct work *work, struct asv_err *err)
{
    const struct asv_db_incident *incident = &work->incident;
    struct asv_cli_flow flow;
    uint8_t salt[ASV_SHA256_BYTES];
    enum asv_status status = asv_world_random(cli->world, salt, sizeof salt);
    if (status != ASV_OK) {
        return asv_fail(err, status, "no randomness");
    }
    asv_incident_print(cli->err, incident);
    status = asv_flow_put_incident(asv_cli_flow(&flow, cli, work->db, work->person), incident, salt, err);
    return status == ASV_OK ? say_written(cli, incident) : status;
}

/* What is refused is refused before anything is signed. */
static enum asv_status refuse_known(struct work *work, struct asv_err *err)
{
    struct asv_err none = {0};
    enum asv_status status = asv_db_incident_find(work->db, work->incident.case_number, &work->before, &none);
    if (status == ASV_OK) {
        return is_there(work->incident.case_number, err);
    }
    return status == ASV_E_NOT_FOUND ? ASV_OK : asv_failf(err, status, "%s", none.text);
}

static enum asv_status new_into(const struct asv_cli *cli, struct work *work, struct asv_err *err)
{
    struct asv_db_incident *incident = &work->incident;
    incident->version = 1;
    incident->from_ms = ASV_TIME_UNKNOWN;
    incident->until_ms = ASV_TIME_UNKNOWN;
    snprintf(incident->accused, sizeof incident->accused, UNKNOWN);
    enum asv_status status = operand(cli, incident->case_number, err);
    if (status == ASV_OK) {
        status = take_fields(cli, incident, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &work->db, err);
    }
    if (status == ASV_OK) {
        status = refuse_known(work, err);
    }
    if (status == ASV_OK) {
        status = asv_uuid_new(cli->world, incident->id);
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, work->db, &work->person, err);
    }
    return status == ASV_OK ? put(cli, work, err) : status;
}

static enum asv_status change_into(const struct asv_cli *cli, struct work *work, struct asv_err *err)
{
    struct asv_db_incident *incident = &work->incident;
    char number[ASV_NAME_MAX_BYTES + 1];
    enum asv_status status = operand(cli, number, err);
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &work->db, err);
    }
    if (status == ASV_OK) {
        status = asv_db_incident_find(work->db, number, incident, err);
    }
    if (status == ASV_OK && incident->forgotten_ms != ASV_TIME_UNKNOWN) {
        return asv_fail(err, ASV_E_STATE, asv_incident_forgotten);
    }
    work->before = *incident;
    if (status == ASV_OK) {
        status = take_back(cli, incident, err);
    }
    if (status == ASV_OK) {
        status = take_fields(cli, incident, err);
    }
    if (status == ASV_OK && asv_record_is_same(incident, &work->before)) {
        fputs("It is written down so already.\n", cli->err);
        return say_written(cli, incident);
    }
    incident->version++;
    if (status == ASV_OK) {
        status = asv_person_open(cli, work->db, &work->person, err);
    }
    return status == ASV_OK ? put(cli, work, err) : status;
}

static enum asv_status with_work(const struct asv_cli *cli,
                                 enum asv_status (*run)(const struct asv_cli *cli, struct work *work,
                                                        struct asv_err *err),
                                 struct asv_err *err)
{
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = run(cli, work, err);
    asv_person_close(work->person);
    asv_db_close(work->db);
    free(work);
    return status;
}

static enum asv_status make(struct asv_cli *cli, struct asv_err *err)
{
    return with_work(cli, new_into, err);
}

static enum asv_status change(struct asv_cli *cli, struct asv_err *err)
{
    return with_work(cli, change_into, err);
}

#define FIELDS(required)                                                                                    \
    {"offence", ASV_CLI_WORDS, "TEXT", "what is said to have been done", required, false, 0, 0},            \
        {"danger", ASV_CLI_WORDS, "TEXT", "to life or limb, for which it was recorded",                     \
         required, false,         0,      0},                                                               \
        {"cause", ASV_CLI_TEXT, "CAUSE", "danger, prosecution or legality-check", required, false, 0, 0},   \
        {"from", ASV_CLI_TEXT, "TIME", "when it happened, " ASV_MOMENT_HELP, required, false, 0, 0},        \
        {"until", ASV_CLI_TEXT, "TIME", "when it ended", false, false, 0, 0},                               \
        {"place", ASV_CLI_WORDS, "TEXT", "where", required, false, 0, 0},                                   \
        {"accused", ASV_CLI_WORDS, "TEXT", "who is accused (" UNKNOWN ")", false, false, 0, 0},             \
        {"injured", ASV_CLI_WORDS, "NAME", "who was injured", false, true, 0, 0},                           \
        {"nobody-injured", ASV_CLI_FLAG, NULL, "nobody was", false, false, 0, 0},                           \
        {"prosecutor", ASV_CLI_WORDS, "TEXT", "the prosecutor's file number", false, false, 0, 0},          \
        {"assault", ASV_CLI_FLAG, NULL, "somebody of the office was attacked or insulted, and reported it", \
         false,     false,        0,    0},                                                                 \
        ASV_PERSON_SIGN_OPTIONS

static const struct asv_cli_option new_options[] = {FIELDS(true)};
static const struct asv_cli_option change_options[] = {
    FIELDS(false),
    {"no-until", ASV_CLI_FLAG, NULL, "when it ended is not known", false, false, 0, 0},
    {"no-assault", ASV_CLI_FLAG, NULL, "nobody of the office was attacked or insulted", false, false, 0, 0},
    {"no-prosecutor", ASV_CLI_FLAG, NULL, "there is no prosecutor's file number", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_incident_new = {
    .group = "incident",
    .name = "new",
    .summary = "write an incident down, so that recordings can be kept for it",
    .help = "Writes down the incident with the office's own number CASE (Vorgangsnummer), which\n"
            "stands in what people sign and never changes. The cause is the legal one for which\n"
            "its recordings may be kept. Everything else can be changed later. It is signed with\n"
            "your key file. --reason is why you write it down: it is kept for longer than the\n"
            "incident is, so name nobody in it.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CASE",
    .words = true,
    .operands_min = 1,
    .operands_max = 1,
    .options = new_options,
    .option_count = sizeof new_options / sizeof *new_options,
    .run = make,
};

const struct asv_cli_command asv_cli_incident_change = {
    .group = "incident",
    .name = "change",
    .summary = "change what is known of an incident",
    .help = "Changes the fields that are given, such as --prosecutor \"570 Js 123/18\", and leaves\n"
            "the others. What was written before is kept as an earlier version. It is signed with\n"
            "your key file. --reason is why you change it: it is kept for longer than the incident\n"
            "is, so name nobody in it. What is written down so already is not signed again.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CASE",
    .words = true,
    .operands_min = 1,
    .operands_max = 1,
    .options = change_options,
    .option_count = sizeof change_options / sizeof *change_options,
    .run = change,
};
