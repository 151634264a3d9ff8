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

/* ---- request ---- */

static enum asv_status request_day(struct asv_cli_case *it, uint32_t date, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    if (date == 0) {
        return asv_fail(err, ASV_E_USAGE, "--date: on which day was it recorded?");
    }
    enum asv_status status = asv_deed_day(&it->work, date, digest, err);
    if (status == ASV_OK) {
        asv_cli_say_requested(it->cli, digest, "clip day CLIP --approve");
    }
    return status;
}

/* ---- answer ---- */

static enum asv_status say_decided(struct asv_cli_case *it, const uint8_t clip[ASV_UUID_BYTES],
                                   struct asv_err *err)
{
    char text[ASV_TEXT_BYTES];
    int64_t now_ms = 0;
    enum asv_status status = asv_case_of_clip(&it->work, clip, err);
    if (status == ASV_OK) {
        status = asv_flow_now(it->work.flow, &now_ms, err);
    }
    if (status == ASV_OK && it->work.standing.due_ms > now_ms) {
        fprintf(it->cli->out, "It is decided: the recording's period ends at %s.\n",
                asv_text_time(text, it->work.standing.due_ms));
    } else if (status == ASV_OK) {
        fputs("It is decided: the recording's period is over.\n", it->cli->out);
    }
    return status;
}

static enum asv_status answer_day(struct asv_cli_case *it, const uint8_t clip[ASV_UUID_BYTES], uint8_t step,
                                  uint32_t date, struct asv_err *err)
{
    struct asv_db_request open;
    enum asv_status status =
        asv_case_of_request(&it->work, asv_cli_operand(it->cli->args, 0), ASV_ACTION_DAY, &open, err);
    if (status == ASV_OK) {
        status = asv_deed_answer_day(&it->work, &open, step, date, err);
    }
    return status == ASV_OK && step == ASV_STEP_APPROVE ? say_decided(it, clip, err) : status;
}

static enum asv_status day(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_cli_case struct asv_cli_case it = {0};
    uint8_t clip[ASV_UUID_BYTES];
    uint8_t step = ASV_STEP_PROPOSE;
    uint32_t date = (uint32_t)asv_cli_number(cli->args, "date", 0);
    enum asv_status status = asv_cli_step(cli, &step, err);
    if (status == ASV_OK) {
        status = asv_cli_clip_operand(cli, clip, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_case_open(cli, &it, err);
    }
    if (status == ASV_OK) {
        status = asv_case_of_clip(&it.work, clip, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    return step == ASV_STEP_PROPOSE ? request_day(&it, date, err) : answer_day(&it, clip, step, date, err);
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
