/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat clip day: two people decide on which day a recording was made that no clock tells the day of
 * (LAW T1). Until then it is not used, and its key dies with the one that it was sealed for.
 */
#include "server/base/fail.h"
#include "server/cli/case.h"
#include "server/cli/clip.h"
#include "server/cli/text.h"
#include "server/incident/words.h"

/* ---- request ---- */

static enum asv_status request_day(struct asv_case *work, uint32_t date, struct asv_err *err)
{
    struct asv_statement what;
    uint8_t digest[ASV_SHA256_BYTES];
    if (date == 0) {
        return asv_fail(err, ASV_E_USAGE, "--date: on which day was it recorded?");
    }
    const char *why = work->standing.dayless ? asv_incident_refuses_day(&work->standing, date) : NULL;
    if (why != NULL) {
        return asv_failf(err, ASV_E_DENIED, "%s", why);
    }
    asv_incident_compose_day(&what, work->standing.identity.header, date);
    enum asv_status status = asv_case_propose(work, &what, digest, err);
    if (status == ASV_OK) {
        asv_case_say_requested(work, digest, "clip day CLIP --approve");
    }
    return status;
}

/* ---- answer ---- */

/* What is approved is a day that it can be of, whatever the first person's program let pass. */
static enum asv_status check_day(const struct asv_case *work, const struct asv_db_request *open,
                                 uint32_t date, struct asv_err *err)
{
    struct asv_statement proposal;
    char text[ASV_TEXT_BYTES];
    enum asv_status status = asv_statement_decode(&proposal, open->bytes, open->len, err);
    if (status == ASV_OK && date != 0 && date != proposal.subject.date) {
        return asv_failf(err, ASV_E_MISMATCH, "the request says %s",
                         asv_text_date(text, proposal.subject.date));
    }
    const char *why =
        status == ASV_OK ? asv_incident_refuses_day(&work->standing, proposal.subject.date) : NULL;
    return why == NULL ? status : asv_failf(err, ASV_E_DENIED, "%s", why);
}

static enum asv_status say_decided(struct asv_case *work, const uint8_t clip[ASV_UUID_BYTES],
                                   struct asv_err *err)
{
    char text[ASV_TEXT_BYTES];
    int64_t now_ms = 0;
    enum asv_status status = asv_case_of_clip(work, clip, err);
    if (status == ASV_OK && asv_world_wall_ms(work->cli->world, &now_ms) != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
    }
    if (status == ASV_OK && work->standing.due_ms > now_ms) {
        fprintf(work->cli->out, "It is decided: the recording's period ends at %s.\n",
                asv_text_time(text, work->standing.due_ms));
    } else if (status == ASV_OK) {
        fputs("It is decided: the recording's period is over.\n", work->cli->out);
    }
    return status;
}

static enum asv_status answer_day(struct asv_case *work, const uint8_t clip[ASV_UUID_BYTES], uint8_t step,
                                  uint32_t date, struct asv_err *err)
{
    struct asv_db_request open;
    enum asv_status status = asv_case_of_request(work, ASV_ACTION_DAY, &open, err);
    if (status == ASV_OK && step == ASV_STEP_APPROVE) {
        status = check_day(work, &open, date, err);
    }
    if (status == ASV_OK) {
        status = asv_case_answer(work, &open, step, err);
    }
    return status == ASV_OK && step == ASV_STEP_APPROVE ? say_decided(work, clip, err) : status;
}

static enum asv_status day(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_case struct asv_case work = {0};
    uint8_t clip[ASV_UUID_BYTES];
    uint8_t step = ASV_STEP_PROPOSE;
    uint32_t date = (uint32_t)asv_cli_number(cli->args, "date", 0);
    enum asv_status status = asv_case_step(cli, &step, err);
    if (status == ASV_OK) {
        status = asv_cli_clip_operand(cli, clip, err);
    }
    if (status == ASV_OK) {
        status = asv_case_open(cli, &work, err);
    }
    if (status == ASV_OK) {
        status = asv_case_of_clip(&work, clip, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    return step == ASV_STEP_PROPOSE ? request_day(&work, date, err)
                                    : answer_day(&work, clip, step, date, err);
}

static const struct asv_cli_option options[] = {
    {"date", ASV_CLI_DATE, "DATE", "the day on which it was recorded, YYYY-MM-DD", false, false, 0, 0},
    ASV_CASE_STEP_OPTIONS,
    ASV_PERSON_OPTIONS,
    ASV_CLI_VAULT_OPTIONS,
};

const struct asv_cli_command asv_cli_clip_day = {
    .group = "clip",
    .name = "day",
    .summary = "say on which day a recording was made, or answer that",
    .help = "No clock tells on which day CLIP was recorded (\"clip show\" says between which times):\n"
            "one person says the day with --date, another one agrees with --approve. Its period then\n"
            "counts from that day; if that is over already, its key is destroyed. Until it is\n"
            "decided, nobody is shown the recording, and it dies with its key.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP",
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = day,
};
