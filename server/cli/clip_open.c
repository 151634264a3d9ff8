/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat clip open: a held recording, for the reviewer whom another person has agreed to by name (LAW L1,
 * L2, L5). That it is shown is in the access log and in custody, durably, before the first byte
 * leaves.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/case.h"
#include "server/cli/clip.h"
#include "server/incident/words.h"

/* ---- request and answer ---- */

static enum asv_status request_look(struct asv_case *work, struct asv_err *err)
{
    struct asv_statement what;
    uint8_t digest[ASV_SHA256_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    const struct asv_incident_name name = {work->standing.hold_incident, work->standing.hold_case};
    enum asv_status status =
        asv_case_judge(work, ASV_ACTION_OPEN, ASV_STEP_PROPOSE, work->standing.hold_ground, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_incident_compose_look(&what, work->standing.identity.header, work->person->credential.said.name,
                              &name);
    status = asv_case_propose(work, &what, digest, err);
    if (status == ASV_OK) {
        asv_hex_encode(hex, digest, ASV_SHA256_BYTES);
        fprintf(
            work->cli->err,
            "request      %.*s\nAnother person approves it: \"asservat clip open %.*s --approve\". Then say "
            "the same again.\n",
            ASV_CASE_DIGITS, hex, ASV_CASE_DIGITS, hex);
        return asv_fail(err, ASV_E_AGAIN, "it is not shown yet: a second person has to agree");
    }
    return status;
}

static enum asv_status answer_look(struct asv_case *work, uint8_t step, struct asv_err *err)
{
    struct asv_db_request open;
    uint8_t clip[ASV_UUID_BYTES];
    const char *which = asv_cli_operand(work->cli->args, 0);
    if (asv_uuid_parse(clip, which) == ASV_OK) {
        return asv_fail(
            err, ASV_E_USAGE,
            "name the REQUEST by the digits that the reviewer was told: a recording can have several, "
            "and no list shows who asks to see what");
    }
    enum asv_status status = asv_db_request_find(work->db, which, &open, err);
    if (status == ASV_OK && open.action != ASV_ACTION_OPEN) {
        status = asv_fail(err, ASV_E_USAGE, "that request is not one to be shown a recording");
    }
    if (status == ASV_OK) {
        status = asv_case_of_clip(work, open.clip, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    /* The rules are asked about this request, of which a clip can have one for each reviewer. */
    struct asv_statement proposal;
    status = asv_statement_decode(&proposal, open.bytes, open.len, err);
    if (status == ASV_OK) {
        work->standing.open_action = open.outcome[0] == '\0' ? ASV_ACTION_OPEN : 0;
        work->standing.open_by_them =
            asv_equal(proposal.person, work->person->credential.said.person, ASV_UUID_BYTES);
        status = asv_case_answer(work, &open, step, err);
    }
    if (status == ASV_OK) {
        fprintf(work->cli->err, "%s\n",
                step == ASV_STEP_APPROVE ? "Approved: the reviewer may be shown it, for twelve hours."
                                         : "It will not be shown.");
    }
    return status;
}

/* ---- showing ---- */

#define IDLE_MS (15 * 60 * 1000) /* for so long a player may be paused */

/* The pair of statements that allows it, as they were stored, and the one with which it is shown. */
struct showing {
    struct asv_person_statement proposal, approval, show;
};

/* ASV_E_MALFORMED: it is none. */
static enum asv_status read_pair(struct asv_case *work, struct showing *showing, struct asv_err *err)
{
    asv_auto_free struct asv_db_statement *row = calloc(1, sizeof *row);
    const struct asv_statement *open = &showing->proposal.said;
    const struct asv_statement *agreed = &showing->approval.said;
    if (row == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_statement_find(work->db, work->standing.look_proposal, row, err);
    if (status == ASV_OK) {
        status = asv_case_read(work->db, row, &showing->proposal, err);
    }
    if (status == ASV_OK) {
        status = asv_db_statement_find(work->db, work->standing.look_answer, row, err);
    }
    if (status == ASV_OK) {
        status = asv_case_read(work->db, row, &showing->approval, err);
    }
    return status == ASV_OK &&
                   (open->action != ASV_ACTION_OPEN || agreed->step != ASV_STEP_APPROVE ||
                    !asv_equal(agreed->proposal, showing->proposal.digest, ASV_SHA256_BYTES) ||
                    !asv_equal(open->subject.id, work->standing.identity.header, ASV_SHA256_BYTES))
               ? asv_fail(err, ASV_E_MALFORMED, "it says something else than what was stored of it")
               : status;
}

/* Signed each time: that it is shown now, and why, which need not be why it was asked for. */
static enum asv_status sign_for_it(struct asv_case *work, struct showing *showing, struct asv_err *err)
{
    const struct asv_statement *open = &showing->proposal.said;
    struct asv_statement what;
    asv_incident_compose_show(&what, open);
    return asv_person_state(work->cli, work->db, work->person, &what, &showing->show, err);
}

/* LAW L1 to L3: durable before anything is shown. */
static enum asv_status log_access(struct asv_case *work, const struct showing *showing, struct asv_err *err)
{
    const struct asv_bytes *reason = &showing->show.said.reason;
    struct asv_db_access access = {0};
    enum asv_db_outcome outcome;
    memcpy(access.shown, showing->show.digest, sizeof access.shown);
    (void)snprintf(access.reason, sizeof access.reason, "%.*s", (int)reason->len, (const char *)reason->data);
    enum asv_status status = asv_uuid_new(work->cli->world, access.id);
    return status == ASV_OK ? asv_db_access_put(work->db, &access, &outcome, err) : status;
}

/* The one file key, in memory of its own that is locked as far as the limits allow. */
struct secret {
    uint8_t file_key[ASV_FILE_KEY_BYTES];
};

static enum asv_status ask_keeper(struct asv_case *work, const struct showing *showing, struct secret *secret,
                                  struct asv_err *err)
{
    const struct asv_person_delivery delivery = {
        .proposal = &showing->show, .open = &showing->proposal, .agreed = &showing->approval};
    struct asv_keeper_reply reply = {0};
    enum asv_status status = asv_case_keeper(work, err);
    if (status == ASV_OK) {
        status = asv_person_deliver(work->cli, work->db, work->keeper, &delivery, &reply, err);
    }
    if (status == ASV_OK && reply.file_key != NULL) {
        memcpy(secret->file_key, reply.file_key, sizeof secret->file_key);
    } else if (status == ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "the keeper took it and gave no key");
    }
    /* With the buffer that the reply lies in. */
    asv_keeper_client_free(work->keeper);
    work->keeper = NULL;
    return status;
}

static enum asv_status show_to(struct asv_case *work, const struct asv_exhibit *exhibit,
                               struct showing *showing, int fd, struct asv_err *err)
{
    struct secret secret = {{0}};
    bool locked = mlock(&secret, sizeof secret) == 0;
    enum asv_status status = sign_for_it(work, showing, err);
    if (status == ASV_OK) {
        status = ask_keeper(work, showing, &secret, err);
    }
    if (status == ASV_OK) {
        status = log_access(work, showing, err);
    }
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

/* Approved, and not over. */
static bool may_show(const struct asv_case *work)
{
    const struct asv_db_standing *standing = &work->standing;
    return standing->has_look && strcmp(standing->look_outcome, "approved") == 0 &&
           standing->look_expires_ms > work->now_ms;
}

/* What stands as an agreement and is none keeps nobody from asking anew. */
static enum asv_status find_agreement(struct asv_case *work, struct showing *showing, bool *agreed,
                                      struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status = may_show(work) ? read_pair(work, showing, &why) : ASV_E_NOT_FOUND;
    *agreed = status == ASV_OK;
    if (status == ASV_E_MALFORMED) {
        fprintf(work->cli->err,
                "What stood here as the agreement is nothing that anybody signed (%s): it is asked for "
                "anew.\n",
                why.text);
    }
    return *agreed || status == ASV_E_MALFORMED || !may_show(work) ? ASV_OK
                                                                   : asv_failf(err, status, "%s", why.text);
}

static enum asv_status check_rules(const struct asv_case *work, struct asv_err *err)
{
    struct asv_incident_person person;
    struct asv_policy_clip facts;
    asv_incident_standing_person(&person, &work->standing, work->person->credential.said.roles);
    asv_incident_clip_facts(&facts, &work->standing, work->standing.hold_ground, work->now_ms);
    const char *why = asv_incident_refuses_to_show(work->policy, &person, &facts);
    return why == NULL ? ASV_OK : asv_failf(err, ASV_E_DENIED, "%s", why);
}

static enum asv_status look_into(struct asv_case *work, struct showing *showing, struct asv_err *err)
{
    asv_auto_exhibit struct asv_exhibit *exhibit = NULL;
    uint8_t clip[ASV_UUID_BYTES];
    int fd = (int)asv_cli_number(work->cli->args, "fd", STDOUT_FILENO);
    bool agreed = false;
    enum asv_status status = asv_cli_clip_operand(work->cli, clip, err);
    if (status == ASV_OK) {
        status = asv_case_of_clip(work, clip, err);
    }
    if (status == ASV_OK) {
        status = find_agreement(work, showing, &agreed, err);
    }
    if (status == ASV_OK && !agreed) {
        return request_look(work, err);
    }
    if (status == ASV_OK) {
        status = asv_exhibit_check_fd(fd, err);
    }
    if (status == ASV_OK) {
        status = check_rules(work, err);
    }
    if (status == ASV_OK) {
        status = asv_case_exhibit(work, &exhibit, err);
    }
    return status == ASV_OK ? show_to(work, exhibit, showing, fd, err) : status;
}

static enum asv_status look(struct asv_case *work, struct asv_err *err)
{
    struct showing *showing = calloc(1, sizeof *showing);
    if (showing == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = look_into(work, showing, err);
    free(showing);
    return status;
}

static enum asv_status open_clip(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_case struct asv_case work = {0};
    uint8_t step = ASV_STEP_PROPOSE;
    enum asv_status status = asv_case_step(cli, &step, err);
    if (status == ASV_OK) {
        status = asv_case_open(cli, &work, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    return step == ASV_STEP_PROPOSE ? look(&work, err) : answer_look(&work, step, err);
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
