/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/case.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/text.h"
#include "server/db/policy.h"
#include "server/incident/words.h"

/* Into text[ASV_POLICY_FILE_BYTES]. */
static enum asv_status read_policy(const struct asv_cli *cli, struct asv_db *db, uint8_t *text, size_t *len,
                                   struct asv_err *err)
{
    int64_t now = 0;
    uint32_t today = 0;
    enum asv_status status = asv_world_wall_ms(cli->world, &now);
    if (status == ASV_OK) {
        status = asv_local_date(now, &today);
    }
    if (status != ASV_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
    }
    status = asv_db_policy_on(db, today, text, len, err);
    return status == ASV_E_NOT_FOUND
               ? asv_fail(
                     err, status,
                     "no policy is in force: two people decide on one first (\"asservat policy propose\")")
               : status;
}

static enum asv_status parse_policy(const struct asv_cli *cli, struct asv_db *db, uint8_t *text,
                                    struct asv_policy *out, struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status = read_policy(cli, db, text, &len, err);
    return status == ASV_OK ? asv_policy_parse("the policy in force", (const char *)text, len, out, err)
                            : status;
}

enum asv_status asv_case_policy(const struct asv_cli *cli, struct asv_db *db, struct asv_policy **out,
                                struct asv_err *err)
{
    uint8_t *text = malloc(ASV_POLICY_FILE_BYTES);
    struct asv_policy *policy = calloc(1, sizeof *policy);
    enum asv_status status = text != NULL && policy != NULL ? parse_policy(cli, db, text, policy, err)
                                                            : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    free(text);
    if (status == ASV_OK) {
        *out = policy;
    } else {
        free(policy);
    }
    return status;
}

enum asv_status asv_case_open(const struct asv_cli *cli, struct asv_case *work, struct asv_err *err)
{
    work->cli = cli;
    enum asv_status status = asv_cli_database(cli, &work->db, err);
    if (status == ASV_OK) {
        status = asv_case_policy(cli, work->db, &work->policy, err);
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, work->db, &work->person, err);
    }
    if (status == ASV_OK && asv_world_wall_ms(cli->world, &work->now_ms) != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
    }
    return status;
}

void asv_case_close(struct asv_case *work)
{
    asv_keeper_client_free(work->keeper);
    asv_vault_close(work->vault);
    asv_person_close(work->person);
    free(work->policy);
    asv_db_close(work->db);
}

enum asv_status asv_case_keeper(struct asv_case *work, struct asv_err *err)
{
    return work->keeper != NULL ? ASV_OK : asv_cli_keeper(work->cli, &work->keeper, err);
}

/* ---- what it is about ---- */

enum asv_status asv_case_of_clip(struct asv_case *work, const uint8_t clip[ASV_UUID_BYTES],
                                 struct asv_err *err)
{
    const struct asv_db_standing *standing = &work->standing;
    work->ahead = false;
    enum asv_status status = asv_db_standing(work->db, clip, &work->standing, err);
    if (status == ASV_OK &&
        standing->unworn_reason[0] != '\0') { /* what no rule asks, who decides must see */
        fputs("Nobody wore this camera, as ", work->cli->err);
        asv_text_print(work->cli->err, standing->unworn_by);
        fputs(" wrote down: ", work->cli->err);
        asv_text_print(work->cli->err, standing->unworn_reason);
        fputs("\n", work->cli->err);
    }
    return status;
}

enum asv_status asv_case_of_range(struct asv_case *work, const struct asv_db_range *range,
                                  struct asv_err *err)
{
    work->ahead = true;
    work->range = *range;
    return asv_db_ahead(work->db, range, &work->ahead_standing, err);
}

enum asv_status asv_case_of_operand(struct asv_case *work, struct asv_db_request *request,
                                    struct asv_err *err)
{
    const char *which = asv_cli_operand(work->cli->args, 0);
    uint8_t clip[ASV_UUID_BYTES];
    char digits[2 * ASV_SHA256_BYTES + 1];
    if (asv_uuid_parse(clip, which) == ASV_OK) {
        enum asv_status status = asv_case_of_clip(work, clip, err);
        if (status != ASV_OK || work->standing.open_action == 0) {
            return status != ASV_OK ? status : asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request);
        }
        asv_hex_encode(digits, work->standing.open_proposal, ASV_SHA256_BYTES);
        return asv_db_request_find(work->db, digits, request, err);
    }
    enum asv_status status = asv_db_request_find(work->db, which, request, err);
    if (status != ASV_OK) {
        return status;
    }
    return asv_uuid_is_zero(request->clip) ? asv_case_of_range(work, &request->range, err)
                                           : asv_case_of_clip(work, request->clip, err);
}

enum asv_status asv_case_of_request(struct asv_case *work, uint16_t action, struct asv_db_request *request,
                                    struct asv_err *err)
{
    enum asv_status status = asv_case_of_operand(work, request, err);
    return status == ASV_OK && request->action != action
               ? asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request)
               : status;
}

void asv_case_say_requested(const struct asv_case *work, const uint8_t digest[ASV_SHA256_BYTES],
                            const char *approve)
{
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(hex, digest, ASV_SHA256_BYTES);
    fprintf(work->cli->out, "request      %.*s\nAnother person approves it: \"asservat %s\".\n",
            ASV_CASE_DIGITS, hex, approve);
}

/* ---- the rules ---- */

static void deed_of(const struct asv_case *work, struct asv_incident_deed *deed)
{
    const struct asv_db_standing *standing = &work->standing;
    if (work->ahead) {
        deed->open_action = work->ahead_standing.open_action;
        deed->open_by_them = work->ahead_standing.open_by_them;
        deed->open_by_superior = work->ahead_standing.open_superior;
        return;
    }
    deed->open_action = standing->open_action;
    deed->open_by_them = standing->open_by_them;
    deed->open_by_superior = standing->open_superior;
    deed->block = asv_incident_block_of(standing, deed->ground, work->policy);
}

enum asv_status asv_case_judge(const struct asv_case *work, uint16_t action, uint8_t step, uint8_t ground,
                               struct asv_err *err)
{
    const struct asv_credential *credential = &work->person->credential.said;
    struct asv_incident_deed deed = {.action = action, .step = step, .ground = ground, .reason = true};
    struct asv_incident_person person;
    struct asv_policy_clip clip;
    deed_of(work, &deed);
    if (work->ahead) {
        asv_incident_ahead_person(&person, &work->ahead_standing, credential->roles);
        asv_incident_ahead_facts(&clip, &work->ahead_standing, ground);
    } else {
        asv_incident_standing_person(&person, &work->standing, credential->roles);
        asv_incident_clip_facts(&clip, &work->standing, ground, work->now_ms);
    }
    const char *why = asv_incident_refuses(work->policy, &deed, &person, &clip);
    return why == NULL ? ASV_OK : asv_failf(err, ASV_E_DENIED, "%s", why);
}

enum asv_status asv_case_step(const struct asv_cli *cli, uint8_t *step, struct asv_err *err)
{
    static const char *const flags[] = {"approve", "refuse", "withdraw"};
    uint8_t found = ASV_STEP_PROPOSE;
    for (uint8_t i = 0; i < 3; i++) {
        if (asv_cli_flag(cli->args, flags[i])) {
            if (found != ASV_STEP_PROPOSE) {
                return asv_fail(err, ASV_E_USAGE, "one of --approve, --refuse and --withdraw");
            }
            found = (uint8_t)(ASV_STEP_APPROVE + i);
        }
    }
    *step = found;
    return ASV_OK;
}

/* The vault, and what it is asked for. */
static enum asv_status find_exhibit(struct asv_case *work, struct asv_exhibit_name *name, struct asv_err *err)
{
    const struct asv_db_standing *standing = &work->standing;
    *name = (struct asv_exhibit_name){
        .kind = standing->kind, .day = standing->day, .latest_ms = standing->latest_ms};
    memcpy(name->clip, standing->clip, sizeof name->clip);
    memcpy(name->header, standing->identity.header, sizeof name->header);
    return work->vault != NULL ? ASV_OK : asv_cli_vault(work->cli, true, &work->vault, err);
}

enum asv_status asv_case_exhibit(struct asv_case *work, struct asv_exhibit **out, struct asv_err *err)
{
    struct asv_exhibit_name name;
    enum asv_status status = find_exhibit(work, &name, err);
    return status == ASV_OK ? asv_exhibit_open(work->vault, &name, out, err) : status;
}

enum asv_status asv_case_drop_recovery(struct asv_case *work, struct asv_err *err)
{
    struct asv_exhibit_name name;
    enum asv_status status = find_exhibit(work, &name, err);
    return status == ASV_OK ? asv_exhibit_drop_recovery(work->vault, &name, err) : status;
}
