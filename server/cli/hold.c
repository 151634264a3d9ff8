/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat hold: request, approve, refuse, withdraw, release, ahead: two people keep a recording, or keep it
 * no longer (LAW T3, T4). Listing is in hold_list.c.
 */
#include "server/base/fail.h"
#include "server/cli/case.h"
#include "server/cli/clip.h"
#include "server/cli/moment.h"
#include "server/incident/words.h"

#define AHEAD_HOURS 24 /* STATEMENTS.md, ST-044 */

/* ---- request ---- */

/* --cause; without it, the incident's. */
static enum asv_status cause_of(const struct asv_cli *cli, uint8_t *ground, struct asv_err *err)
{
    const char *cause = asv_cli_text(cli->args, "cause");
    *ground = ASV_GROUND_NONE;
    if (cause == NULL ||
        asv_incident_ground_parse(ground, cause, ASV_GROUND_DANGER, ASV_GROUND_LEGALITY_CHECK)) {
        return ASV_OK;
    }
    return asv_failf(err, ASV_E_USAGE, "--cause: \"%s\" is none of danger, prosecution and legality-check",
                     cause);
}

static enum asv_status request_into(struct asv_cli_case *it, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t cause = 0;
    enum asv_status status = asv_cli_case_of_clip(it, err);
    if (status == ASV_OK) {
        status = cause_of(it->cli, &cause, err);
    }
    if (status == ASV_OK) {
        status = asv_deed_hold(&it->work, asv_cli_text(it->cli->args, "incident"), cause, digest, err);
    }
    if (status == ASV_OK) {
        asv_cli_say_requested(it->cli, digest, "hold approve CLIP");
    }
    return status;
}

static enum asv_status with_case(const struct asv_cli *cli,
                                 enum asv_status (*run)(struct asv_cli_case *it, struct asv_err *err),
                                 struct asv_err *err)
{
    asv_auto_cli_case struct asv_cli_case it = {0};
    enum asv_status status = asv_cli_case_open(cli, &it, err);
    return status == ASV_OK ? run(&it, err) : status;
}

static enum asv_status request(struct asv_cli *cli, struct asv_err *err)
{
    return with_case(cli, request_into, err);
}

#define INCIDENT_OPTIONS                                                                                 \
    {"incident", ASV_CLI_WORDS, "CASE", "for which incident", true, false, 0, 0},                        \
    {                                                                                                    \
        "cause", ASV_CLI_TEXT, "CAUSE", "danger, prosecution or legality-check (the incident's)", false, \
            false, 0, 0                                                                                  \
    }

static const struct asv_cli_option request_options[] = {INCIDENT_OPTIONS, ASV_PERSON_OPTIONS,
                                                        ASV_CLI_VAULT_OPTIONS};

const struct asv_cli_command asv_cli_hold_request = {
    .group = "hold",
    .name = "request",
    .summary = "ask that a recording be kept",
    .help = "Asks that CLIP be kept for an incident. The wearer, a superior in charge of the unit\n"
            "or, for a recorded person's demand, the data-protection officer asks; a second person\n"
            "approves. Until then it is kept, for three days at most; then the request lapses.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP",
    .operands_min = 1,
    .operands_max = 1,
    .options = request_options,
    .option_count = sizeof request_options / sizeof *request_options,
    .run = request,
};

/* ---- approve, refuse, withdraw ---- */

static enum asv_status answer_hold(struct asv_cli_case *it, uint8_t step, struct asv_err *err)
{
    struct asv_db_request open;
    enum asv_status status =
        asv_deed_find_hold(&it->work, asv_cli_operand(it->cli->args, 0), step, &open, err);
    if (status != ASV_OK) {
        return status;
    }
    if (open.action != ASV_ACTION_HOLD && open.action != ASV_ACTION_HOLD_AHEAD &&
        open.action != ASV_ACTION_RELEASE_AHEAD) {
        return asv_failf(err, ASV_E_USAGE,
                         "that is another request (%s): answer it with \"asservat %s\" and --approve, "
                         "--refuse or --withdraw",
                         asv_incident_request_name(open.action),
                         open.action == ASV_ACTION_RELEASE       ? "hold release"
                         : open.action == ASV_ACTION_DAY         ? "clip day"
                         : open.action == ASV_ACTION_ERASE_EARLY ? "clip erase-early"
                                                                 : "clip open");
    }
    status = asv_case_answer(&it->work, &open, step, err);
    if (status == ASV_OK) {
        fprintf(it->cli->out, "%s\n",
                step == ASV_STEP_APPROVE  ? "It is decided, and the keeper has done it."
                : step == ASV_STEP_REFUSE ? "The request is refused."
                                          : "The request is withdrawn.");
    }
    return status;
}

static enum asv_status approve_into(struct asv_cli_case *it, struct asv_err *err)
{
    return answer_hold(it, ASV_STEP_APPROVE, err);
}

static enum asv_status refuse_into(struct asv_cli_case *it, struct asv_err *err)
{
    return answer_hold(it, ASV_STEP_REFUSE, err);
}

static enum asv_status withdraw_into(struct asv_cli_case *it, struct asv_err *err)
{
    return answer_hold(it, ASV_STEP_WITHDRAW, err);
}

static enum asv_status approve(struct asv_cli *cli, struct asv_err *err)
{
    return with_case(cli, approve_into, err);
}

static enum asv_status refuse(struct asv_cli *cli, struct asv_err *err)
{
    return with_case(cli, refuse_into, err);
}

static enum asv_status withdraw(struct asv_cli *cli, struct asv_err *err)
{
    return with_case(cli, withdraw_into, err);
}

static const struct asv_cli_option answer_options[] = {ASV_PERSON_OPTIONS, ASV_CLI_VAULT_OPTIONS};

const struct asv_cli_command asv_cli_hold_approve = {
    .group = "hold",
    .name = "approve",
    .summary = "approve a request: the recording is kept",
    .help = "Approves the open request to hold a recording, named by its CLIP, or by the digits\n"
            "of the REQUEST as \"hold list\" shows them. Whoever asked does not approve, and one of\n"
            "the two is a superior in charge. Who is shown the recording is decided each time by two\n"
            "people, with \"clip open\".",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP|REQUEST",
    .operands_min = 1,
    .operands_max = 1,
    .options = answer_options,
    .option_count = sizeof answer_options / sizeof *answer_options,
    .run = approve,
};

const struct asv_cli_command asv_cli_hold_refuse = {
    .group = "hold",
    .name = "refuse",
    .summary = "refuse a request: the recording's period goes on",
    .help = "Refuses the open request to hold a recording, by who could approve it. The recording\n"
            "is erased on its day; if that is past already, at once.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP|REQUEST",
    .operands_min = 1,
    .operands_max = 1,
    .options = answer_options,
    .option_count = sizeof answer_options / sizeof *answer_options,
    .run = refuse,
};

const struct asv_cli_command asv_cli_hold_withdraw = {
    .group = "hold",
    .name = "withdraw",
    .summary = "withdraw your own request",
    .help = "Withdraws your own open request to hold a recording.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP|REQUEST",
    .operands_min = 1,
    .operands_max = 1,
    .options = answer_options,
    .option_count = sizeof answer_options / sizeof *answer_options,
    .run = withdraw,
};

/* ---- release ---- */

static enum asv_status answer_release(struct asv_cli_case *it, uint8_t step, struct asv_err *err)
{
    struct asv_db_request open;
    enum asv_status status =
        asv_case_of_request(&it->work, asv_cli_operand(it->cli->args, 0), ASV_ACTION_RELEASE, &open, err);
    if (status == ASV_OK) {
        status = asv_case_answer(&it->work, &open, step, err);
    }
    if (status == ASV_OK && step == ASV_STEP_APPROVE) {
        fputs("It is released: its hold key is destroyed.\n", it->cli->out);
    }
    return status;
}

static enum asv_status release_into(struct asv_cli_case *it, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t step = ASV_STEP_PROPOSE;
    enum asv_status status = asv_cli_step(it->cli, &step, err);
    if (status == ASV_OK && step != ASV_STEP_PROPOSE) {
        return answer_release(it, step, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_case_of_clip(it, err);
    }
    if (status == ASV_OK) {
        status = asv_deed_release(&it->work, digest, err);
    }
    if (status == ASV_OK) {
        asv_cli_say_requested(it->cli, digest, "hold release CLIP --approve");
    }
    return status;
}

static enum asv_status release(struct asv_cli *cli, struct asv_err *err)
{
    return with_case(cli, release_into, err);
}

static const struct asv_cli_option release_options[] = {ASV_CASE_STEP_OPTIONS, ASV_PERSON_OPTIONS,
                                                        ASV_CLI_VAULT_OPTIONS};

const struct asv_cli_command asv_cli_hold_release = {
    .group = "hold",
    .name = "release",
    .summary = "ask that a held recording be kept no longer, or answer that",
    .help = "Asks that CLIP, which is held, be kept no longer. With --approve a second person does\n"
            "it: the hold key is destroyed, and if the recording's own day is past, nothing opens it\n"
            "any more, in no backup either.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP",
    .operands_min = 1,
    .operands_max = 1,
    .options = release_options,
    .option_count = sizeof release_options / sizeof *release_options,
    .run = release,
};

/* ---- ahead ---- */

static enum asv_status ahead_into(struct asv_cli_case *it, struct asv_err *err)
{
    const struct asv_cli *cli = it->cli;
    struct asv_db_range range;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t cause = 0;
    enum asv_status status = asv_moment_range(cli, AHEAD_HOURS, &range.from_ms, &range.until_ms, err);
    if (status == ASV_OK) {
        status = asv_cli_camera_find(it->db, asv_cli_text(cli->args, "camera"), range.camera, err);
    }
    if (status == ASV_OK) {
        status = cause_of(cli, &cause, err);
    }
    if (status == ASV_OK) {
        status = asv_case_of_range(&it->work, &range, err);
    }
    if (status == ASV_OK) {
        status = asv_deed_ahead(&it->work, asv_cli_flag(cli->args, "release"),
                                asv_cli_text(cli->args, "incident"), cause, digest, err);
    }
    if (status == ASV_OK) {
        asv_cli_say_requested(cli, digest, "hold approve REQUEST");
    }
    return status;
}

static enum asv_status ahead(struct asv_cli *cli, struct asv_err *err)
{
    return with_case(cli, ahead_into, err);
}

static const struct asv_cli_option ahead_options[] = {
    {"camera", ASV_CLI_TEXT, "CAMERA", "name, serial number or ID", true, false, 0, 0},
    {"from", ASV_CLI_TEXT, "TIME", "what it recorded from then on, " ASV_MOMENT_HELP, true, false, 0, 0},
    {"until", ASV_CLI_TEXT, "TIME", "until just before then, 24 hours later at most", true, false, 0, 0},
    {"release", ASV_CLI_FLAG, NULL, "no longer: ask that this hold end", false, false, 0, 0},
    INCIDENT_OPTIONS,
    ASV_PERSON_OPTIONS,
};

const struct asv_cli_command asv_cli_hold_ahead = {
    .group = "hold",
    .name = "ahead",
    .summary = "ask that what a camera recorded be kept, before it docks",
    .help = "Asks that everything be kept that a camera recorded in a range of time: it is lost,\n"
            "seized, or in hospital with its wearer. The keeper keeps that day's key for it. A\n"
            "second person approves with \"asservat hold approve REQUEST\".",
    .by = ASV_CLI_BY_PEOPLE,
    .options = ahead_options,
    .option_count = sizeof ahead_options / sizeof *ahead_options,
    .run = ahead,
};
