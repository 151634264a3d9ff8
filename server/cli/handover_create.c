/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat handover create.
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/decide.h"
#include "server/cli/handovers.h"
#include "server/cli/text.h"
#include "server/flow/words_plan.h"
#include "server/statement/text.h"

/* ---- what is typed ---- */

/* "12", "12.5" or "12.345", in seconds, up to the character `end`. */
static bool take_seconds(const char **text, char end, uint32_t *ms)
{
    const char *at = *text;
    uint64_t value = 0;
    unsigned scale = 1000;
    bool any = false;
    bool fraction = false;
    for (; *at != end; at++) {
        if (*at == '.' && any && !fraction) {
            fraction = true;
            continue;
        }
        if (*at < '0' || *at > '9' || (fraction && scale == 1)) {
            return false;
        }
        if (fraction) {
            scale /= 10;
            value += (uint64_t)(*at - '0') * scale;
        } else {
            value = value * 10 + (uint64_t)(*at - '0') * 1000;
        }
        any = true;
        if (value > UINT32_MAX) {
            return false;
        }
    }
    *text = at;
    *ms = (uint32_t)value;
    return any;
}

static bool take_range(const char *text, struct asv_handover_clip *clip)
{
    clip->form = ASV_PLAN_EXCERPT;
    if (!take_seconds(&text, '-', &clip->from_ms)) {
        return false;
    }
    text++;
    const char *only = strchr(text, ',');
    if (only != NULL && strcmp(only, ",only") == 0) {
        clip->form = ASV_PLAN_EXCERPT_ONLY;
        return take_seconds(&text, ',', &clip->until_ms);
    }
    return take_seconds(&text, '\0', &clip->until_ms);
}

/* CLIP, CLIP=sealed, CLIP=FROM-UNTIL, or CLIP=FROM-UNTIL,only. */
static enum asv_status take_clip(const char *text, struct asv_handover_clip *out, struct asv_err *err)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    const char *form = strchr(text, '=');
    size_t len = form != NULL ? (size_t)(form - text) : strlen(text);
    struct asv_handover_clip clip = {.form = ASV_PLAN_WHOLE};
    (void)snprintf(uuid, sizeof uuid, "%.*s", len < sizeof uuid ? (int)len : 0, text);
    if (asv_uuid_parse(clip.clip, uuid) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "\"%.80s\" names no clip by its UUID", text);
    }
    if (form != NULL && strcmp(form + 1, "sealed") == 0) {
        clip.form = ASV_PLAN_SEALED;
    } else if (form != NULL && !take_range(form + 1, &clip)) {
        return asv_failf(err, ASV_E_USAGE,
                         "\"%.80s\": behind the clip \"=sealed\", or from where to where in seconds, as "
                         "\"=12.5-60\", or as \"=12.5-60,only\"",
                         text);
    }
    *out = clip;
    return ASV_OK;
}

static enum asv_status take_choice(const struct asv_cli *cli, const char *name, const char *const *words,
                                   uint8_t first, uint8_t *out, struct asv_err *err)
{
    const char *text = asv_cli_text(cli->args, name);
    for (uint8_t i = 0; text != NULL && words[i] != NULL; i++) {
        if (strcmp(text, words[i]) == 0) {
            *out = (uint8_t)(first + i);
            return ASV_OK;
        }
    }
    return text == NULL ? ASV_OK
                        : asv_failf(err, ASV_E_USAGE, "--%s: \"%.40s\" is none of %s, %s and %s", name, text,
                                    words[0], words[1], words[2]);
}

static enum asv_status take_wish(const struct asv_cli *cli, struct asv_handover_wish *wish,
                                 struct asv_handover_clip *clips, struct asv_err *err)
{
    static const char *const outputs[] = {"carrier", "filing", "both", NULL};
    static const char *const protections[] = {"none", "zip", "age", NULL};
    const char *name = NULL;
    wish->case_number = asv_cli_operand(cli->args, 0);
    wish->clips = clips;
    wish->outputs = ASV_PLAN_CARRIER;
    wish->protection = ASV_PLAN_OPEN;
    for (size_t i = 0; (name = asv_cli_text_at(cli->args, "to", i)) != NULL; i++) {
        if (i == ASV_PLAN_RECIPIENTS_MAX) {
            return asv_failf(err, ASV_E_USAGE, "--to: up to %d recipients", ASV_PLAN_RECIPIENTS_MAX);
        }
        wish->recipients[wish->recipient_count++] = name;
    }
    enum asv_status status = take_choice(cli, "output", outputs, ASV_PLAN_CARRIER, &wish->outputs, err);
    if (status == ASV_OK) {
        status = take_choice(cli, "protect", protections, ASV_PLAN_OPEN, &wish->protection, err);
    }
    for (size_t i = 1; status == ASV_OK && i < asv_cli_operand_count(cli->args); i++) {
        status = take_clip(asv_cli_operand(cli->args, i), &clips[wish->clip_count++], err);
    }
    return status;
}

/* ---- create ---- */

static enum asv_status say_created(const struct asv_cli *cli, const struct asv_handover_plan *plan,
                                   const struct asv_person_statement *stated, struct asv_err *err)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(uuid, plan->plan.id);
    if (asv_cli_flag(cli->args, "json")) {
        return asv_json_print_take(cli->out,
                                   json_pack("{s:o, s:o, s:o}", "handover", asv_json_uuid(plan->plan.id),
                                             "proposal", asv_json_hex(stated->digest, sizeof stated->digest),
                                             "expires", asv_json_time(stated->said.expires_ms)),
                                   err);
    }
    fprintf(cli->out, "%-12s %s\n", "hand-over", uuid);
    asv_cli_print_proposal(cli, stated, "handover approve");
    return ASV_OK;
}

static enum asv_status propose(const struct asv_cli *cli, const struct asv_flow *flow,
                               const struct asv_handover_wish *wish, struct asv_err *err)
{
    asv_auto_free struct asv_handover_plan *plan = NULL;
    struct asv_person_statement stated = {0};
    enum asv_status status = asv_handover_compose(flow, wish, &plan, err);
    if (status != ASV_OK) {
        return status;
    }
    fputs("The plan:\n", cli->err); /* HO-004 */
    asv_words_plan(ASV_ENGLISH, flow->db, &plan->plan, asv_print_line, cli->err);
    fputc('\n', cli->err);
    status = asv_handover_propose(flow, plan, &stated, err);
    return status == ASV_OK ? say_created(cli, plan, &stated, err) : status;
}

static enum asv_status create(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_handover_clip clips[ASV_CLI_ARGS_MAX];
    struct asv_handover_wish wish = {0};
    struct asv_cli_flow flow;
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    enum asv_status status = take_wish(cli, &wish, clips, err);
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    return status == ASV_OK ? propose(cli, asv_cli_flow(&flow, cli, db, person), &wish, err) : status;
}

static const struct asv_cli_option create_options[] = {
    {"to", ASV_CLI_WORDS, "RECIPIENT", "name or key; the first is the addressee", true, true, 0, 0},
    {"output", ASV_CLI_TEXT, "WHAT", "carrier, filing or both (carrier)", false, false, 0, 0},
    {"protect", ASV_CLI_TEXT, "HOW", "the carrier: none, zip or age (none)", false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_PERSON_SIGN_OPTIONS,
};

const struct asv_cli_command asv_cli_handover_create = {
    .group = "handover",
    .name = "create",
    .summary = "propose that recordings be handed over",
    .help = "Proposes that recordings which are held for the incident CASE be handed over. Each CLIP\n"
            "goes whole, to be played, and as its sealed original; \"CLIP=sealed\" is the sealed\n"
            "original alone, \"CLIP=12.5-60\" an excerpt in seconds instead of the whole. The sealed\n"
            "original opens for every recipient, all of it; with \"CLIP=12.5-60,only\" it stays here.\n"
            "What is handed over to whom is shown before you sign it; another person approves it\n"
            "with \"asservat handover approve\".",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CASE CLIP...",
    .words = true,
    .operands_min = 2,
    .operands_max = ASV_CLI_ARGS_MAX,
    .options = create_options,
    .option_count = sizeof create_options / sizeof *create_options,
    .run = create,
};
