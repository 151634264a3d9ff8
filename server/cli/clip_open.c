/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat clip open: a held recording, for the reviewer whom another person has agreed to by name (LAW L1,
 * L2, L5). That it is shown is in the access log and in custody, durably, before the first byte
 * leaves.
 */
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/case.h"

/* ---- request and answer ---- */

static enum asv_status request_look(struct asv_cli_case *it, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    enum asv_status status = asv_deed_look(&it->work, digest, err);
    if (status == ASV_OK) {
        asv_hex_encode(hex, digest, ASV_SHA256_BYTES);
        fprintf(
            it->cli->err,
            "request      %.*s\nAnother person approves it: \"asservat clip open %.*s --approve\". Then say "
            "the same again.\n",
            ASV_CASE_DIGITS, hex, ASV_CASE_DIGITS, hex);
        return asv_fail(err, ASV_E_AGAIN, "it is not shown yet: a second person has to agree");
    }
    return status;
}

static enum asv_status answer_look(struct asv_cli_case *it, uint8_t step, struct asv_err *err)
{
    enum asv_status status = asv_deed_answer_look(&it->work, asv_cli_operand(it->cli->args, 0), step, err);
    if (status == ASV_OK) {
        fprintf(it->cli->err, "%s\n",
                step == ASV_STEP_APPROVE ? "Approved: the reviewer may be shown it, for twelve hours."
                                         : "It will not be shown.");
    }
    return status;
}

/* ---- showing ---- */

#define IDLE_MS (15 * 60 * 1000) /* for so long a player may be paused */

/* The one file key, in memory of its own that is locked as far as the limits allow. */
struct secret {
    uint8_t file_key[ASV_FILE_KEY_BYTES];
};

static enum asv_status show(struct asv_cli_case *it, const struct asv_exhibit *exhibit, int fd,
                            struct asv_err *err)
{
    struct secret secret = {{0}};
    bool locked = mlock(&secret, sizeof secret) == 0;
    enum asv_status status = asv_deed_show(&it->work, secret.file_key, err);
    if (status == ASV_OK) {
        (void)signal(SIGPIPE, SIG_IGN); /* a player that is closed is no crash */
        status = asv_exhibit_write(exhibit, secret.file_key, fd, IDLE_MS, err);
    }
    asv_wipe(&secret, sizeof secret);
    if (locked) {
        munlock(&secret, sizeof secret);
    }
    return status;
}

static enum asv_status look(struct asv_cli_case *it, struct asv_err *err)
{
    asv_auto_exhibit struct asv_exhibit *exhibit = NULL;
    int fd = (int)asv_cli_number(it->cli->args, "fd", STDOUT_FILENO);
    bool agreed = false;
    enum asv_status status = asv_cli_case_of_clip(it, err);
    if (status == ASV_OK) {
        status = asv_deed_may_show(&it->work, &agreed, err);
    }
    if (status == ASV_OK && !agreed) {
        return request_look(it, err);
    }
    if (status == ASV_OK) {
        status = asv_exhibit_check_fd(fd, err);
    }
    if (status == ASV_OK) {
        status = asv_deed_judge_show(&it->work, err);
    }
    if (status == ASV_OK) {
        status = asv_case_exhibit(&it->work, &exhibit, err);
    }
    return status == ASV_OK ? show(it, exhibit, fd, err) : status;
}

static enum asv_status open_clip(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_cli_case struct asv_cli_case it = {0};
    uint8_t step = ASV_STEP_PROPOSE;
    enum asv_status status = asv_cli_step(cli, &step, err);
    if (status == ASV_OK) {
        status = asv_cli_case_open(cli, &it, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    return step == ASV_STEP_PROPOSE ? look(&it, err) : answer_look(&it, step, err);
}

static const struct asv_cli_option options[] = {
    {"fd", ASV_CLI_NUMBER, "N", "write to this descriptor, a pipe, instead of standard output", false, false,
     1, 1023},
    ASV_CASE_STEP_OPTIONS,
    ASV_PERSON_OPTIONS,
    ASV_CLI_VAULT_OPTIONS,
};

const struct asv_cli_command asv_cli_clip_open = {
    .group = "clip",
    .name = "open",
    .summary = "look at a held recording, as a reviewer to whom another person agrees",
    .help = "A reviewer asks to be shown CLIP, which is held; a superior in charge or the\n"
            "data-protection officer agrees with --approve, naming the REQUEST, and signs the\n"
            "reviewer's name; then the reviewer says the same again, and the recording, fragmented\n"
            "MP4, is written into a pipe: \"asservat clip open CLIP --key mine --reason ... | mpv -\".\n"
            "That is possible for twelve hours; when nobody reads for a quarter of an hour, it ends.\n"
            "Each time the reviewer signs anew that it is shown, and why; the keeper opens it for that\n"
            "signature, once, and it is written into the access log before anything is shown.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP|REQUEST",
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = open_clip,
};
