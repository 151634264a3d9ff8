/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat clip: block, unblock, erase-early: what a recording must not be used for, or not be at all (LAW
 * R3, R4, R5, T4).
 */
#include "server/base/fail.h"
#include "server/cli/case.h"
#include "server/cli/clip.h"
#include "server/incident/words.h"

/* ---- block, unblock ---- */

static enum asv_status ground_of(const struct asv_cli *cli, uint8_t *ground, struct asv_err *err)
{
    const char *name = asv_cli_text(cli->args, "ground");
    *ground = ASV_GROUND_NONE;
    if (name == NULL || asv_incident_ground_parse(ground, name, ASV_GROUND_DWELLING, ASV_GROUND_PRE_ROLL)) {
        return ASV_OK;
    }
    return asv_failf(err, ASV_E_USAGE,
                     "--ground: \"%s\" is none of dwelling, professional-secret, private-life and pre-roll",
                     name);
}

static enum asv_status shield(const struct asv_cli *cli, uint16_t action, const char *done,
                              struct asv_err *err)
{
    asv_auto_cli_case struct asv_cli_case it = {0};
    uint8_t ground = 0;
    enum asv_status status = ground_of(cli, &ground, err);
    if (status == ASV_OK) {
        status = asv_cli_case_open(cli, &it, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_case_of_clip(&it, err);
    }
    if (status == ASV_OK) {
        status = asv_deed_shield(&it.work, action, ground, err);
    }
    if (status == ASV_OK) {
        fputs(done, cli->out);
    }
    return status;
}

static enum asv_status block(struct asv_cli *cli, struct asv_err *err)
{
    return shield(cli, ASV_ACTION_BLOCK,
                  "It is blocked: nobody is shown it, and it is handed over to nobody.\n", err);
}

static enum asv_status unblock(struct asv_cli *cli, struct asv_err *err)
{
    return shield(cli, ASV_ACTION_UNBLOCK, "This block is lifted.\n", err);
}

static const struct asv_cli_option shield_options[] = {
    {"ground", ASV_CLI_TEXT, "GROUND", "dwelling, professional-secret, private-life, pre-roll", true, false,
     0, 0},
    ASV_PERSON_OPTIONS,
};

const struct asv_cli_command asv_cli_clip_block = {
    .group = "clip",
    .name = "block",
    .summary = "block all use of a recording at once, or confirm its block",
    .help = "Blocks CLIP because of what it shows: a dwelling, professional secrets, the core area\n"
            "of private life, or more pre-roll than is allowed. Anybody with a role for recordings\n"
            "does so alone. Where such a block waits for its decision already, this decides that it\n"
            "stays, by another of those whom the policy names; secrets and private life are then to\n"
            "be erased.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP",
    .operands_min = 1,
    .operands_max = 1,
    .options = shield_options,
    .option_count = sizeof shield_options / sizeof *shield_options,
    .run = block,
};

const struct asv_cli_command asv_cli_clip_unblock = {
    .group = "clip",
    .name = "unblock",
    .summary = "record the decision that lifts a recording's block",
    .help = "Records the decision that lifts one block of CLIP, by those whom the policy names for\n"
            "it: a dwelling was entered by order or because of danger in delay, nothing that is\n"
            "protected is shown, or the pre-roll may be used. The reason is signed.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP",
    .operands_min = 1,
    .operands_max = 1,
    .options = shield_options,
    .option_count = sizeof shield_options / sizeof *shield_options,
    .run = unblock,
};

/* ---- erase-early ---- */

static enum asv_status answer_erasure(struct asv_cli_case *it, uint8_t step, struct asv_err *err)
{
    struct asv_db_request open;
    enum asv_status status =
        asv_case_of_request(&it->work, asv_cli_operand(it->cli->args, 0), ASV_ACTION_ERASE_EARLY, &open, err);
    if (status == ASV_OK) {
        status = asv_case_answer(&it->work, &open, step, err);
    }
    if (status == ASV_OK && step == ASV_STEP_APPROVE) {
        fputs("Nothing opens it any more. Its files go with the next run of \"asservat retention run\".\n",
              it->cli->out);
    }
    return status;
}

static enum asv_status request_erasure(struct asv_cli_case *it, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t ground = 0;
    enum asv_status status = ground_of(it->cli, &ground, err);
    if (status == ASV_OK) {
        status = asv_deed_erase(&it->work, ground, digest, err);
    }
    if (status == ASV_OK) {
        asv_cli_say_requested(it->cli, digest, "clip erase-early CLIP --approve");
    }
    return status;
}

static enum asv_status erase_early(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_cli_case struct asv_cli_case it = {0};
    uint8_t clip[ASV_UUID_BYTES];
    uint8_t step = ASV_STEP_PROPOSE;
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
    return step == ASV_STEP_PROPOSE ? request_erasure(&it, err) : answer_erasure(&it, step, err);
}

static const struct asv_cli_option erase_options[] = {
    {"ground", ASV_CLI_TEXT, "GROUND", "which protection it is erased for, if any", false, false, 0, 0},
    ASV_CASE_STEP_OPTIONS,
    ASV_PERSON_OPTIONS,
    ASV_CLI_VAULT_OPTIONS,
};

const struct asv_cli_command asv_cli_clip_erase_early = {
    .group = "clip",
    .name = "erase-early",
    .summary = "ask that a recording be erased before its day, or answer that",
    .help = "Asks that CLIP be erased at once, because it shows what is protected or is not needed.\n"
            "With --approve a second person does it: its key is destroyed, and nothing brings it\n"
            "back. What is held is released first (\"asservat hold release\").",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP",
    .operands_min = 1,
    .operands_max = 1,
    .options = erase_options,
    .option_count = sizeof erase_options / sizeof *erase_options,
    .run = erase_early,
};
