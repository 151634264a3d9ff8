/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/case.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/db/policy.h"
#include "server/incident/words.h"

/* Into text[ASV_POLICY_FILE_BYTES]. */
static enum asv_status read_policy(const struct asv_flow *flow, uint8_t *text, size_t *len,
                                   struct asv_err *err)
{
    int64_t now = 0;
    uint32_t today = 0;
    enum asv_status status = asv_world_wall_ms(flow->world, &now);
    if (status == ASV_OK) {
        status = asv_local_date(now, &today);
    }
    if (status != ASV_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
    }
    status = asv_db_policy_on(flow->db, today, text, len, err);
    return status == ASV_E_NOT_FOUND
               ? asv_fail(
                     err, status,
                     "no policy is in force: two people decide on one first (\"asservat policy propose\")")
               : status;
}

static enum asv_status parse_policy(const struct asv_flow *flow, uint8_t *text, struct asv_policy *out,
                                    struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status = read_policy(flow, text, &len, err);
    return status == ASV_OK ? asv_policy_parse("the policy in force", (const char *)text, len, out, NULL, err)
                            : status;
}

enum asv_status asv_case_policy(const struct asv_flow *flow, struct asv_policy **out, struct asv_err *err)
{
    uint8_t *text = malloc(ASV_POLICY_FILE_BYTES);
    struct asv_policy *policy = calloc(1, sizeof *policy);
    enum asv_status status = text != NULL && policy != NULL ? parse_policy(flow, text, policy, err)
                                                            : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    free(text);
    if (status == ASV_OK) {
        *out = policy;
    } else {
        free(policy);
    }
    return status;
}

enum asv_status asv_case_open(const struct asv_flow *flow, struct asv_case *work, struct asv_err *err)
{
    work->flow = flow;
    enum asv_status status = asv_case_policy(flow, &work->policy, err);
    return status == ASV_OK ? asv_flow_now(flow, &work->now_ms, err) : status;
}

void asv_case_close(struct asv_case *work)
{
    asv_keeper_client_free(work->keeper);
    asv_vault_close(work->vault);
    free(work->policy);
}

enum asv_status asv_case_keeper(struct asv_case *work, struct asv_err *err)
{
    return work->keeper != NULL ? ASV_OK : asv_flow_keeper(work->flow, &work->keeper, err);
}

/* ---- what it is about ---- */

enum asv_status asv_case_of_clip(struct asv_case *work, const uint8_t clip[ASV_UUID_BYTES],
                                 struct asv_err *err)
{
    const struct asv_db_standing *standing = &work->standing;
    work->ahead = false;
    enum asv_status status = asv_db_standing(work->flow->db, clip, &work->standing, err);
    if (status == ASV_OK &&
        standing->unworn_reason[0] != '\0') { /* what no rule asks, who decides must see */
        asv_flow_say(work->flow, ASV_NOTE_UNWORN, standing->unworn_by, standing->unworn_reason);
    }
    return status;
}

enum asv_status asv_case_of_range(struct asv_case *work, const struct asv_db_range *range,
                                  struct asv_err *err)
{
    work->ahead = true;
    work->range = *range;
    return asv_db_ahead(work->flow->db, range, &work->ahead_standing, err);
}

enum asv_status asv_case_of_name(struct asv_case *work, const char *which, struct asv_db_request *request,
                                 struct asv_err *err)
{
    uint8_t clip[ASV_UUID_BYTES];
    char digits[2 * ASV_SHA256_BYTES + 1];
    if (asv_uuid_parse(clip, which) == ASV_OK) {
        enum asv_status status = asv_case_of_clip(work, clip, err);
        if (status != ASV_OK || work->standing.open_action == 0) {
            return status != ASV_OK ? status : asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request);
        }
        asv_hex_encode(digits, work->standing.open_proposal, ASV_SHA256_BYTES);
        return asv_db_request_find(work->flow->db, digits, request, err);
    }
    enum asv_status status = asv_db_request_find(work->flow->db, which, request, err);
    if (status != ASV_OK) {
        return status;
    }
    return asv_uuid_is_zero(request->clip) ? asv_case_of_range(work, &request->range, err)
                                           : asv_case_of_clip(work, request->clip, err);
}

enum asv_status asv_case_of_request(struct asv_case *work, const char *which, uint16_t action,
                                    struct asv_db_request *request, struct asv_err *err)
{
    enum asv_status status = asv_case_of_name(work, which, request, err);
    return status == ASV_OK && request->action != action
               ? asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request)
               : status;
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
    deed->handed_over = standing->handed_over;
    deed->block = asv_incident_block_of(standing, deed->ground, work->policy);
}

static const char *ask_rules(const struct asv_case *work, const struct asv_incident_deed *deed)
{
    const struct asv_credential *credential = &work->flow->credential->said;
    struct asv_incident_person person;
    struct asv_policy_clip clip;
    if (work->ahead) {
        asv_incident_ahead_person(&person, &work->ahead_standing, credential->roles);
        asv_incident_ahead_facts(&clip, &work->ahead_standing, deed->ground);
    } else {
        asv_incident_standing_person(&person, &work->standing, credential->roles);
        asv_incident_clip_facts(&clip, &work->standing, deed->ground, work->now_ms);
    }
    return asv_incident_refuses(work->policy, deed, &person, &clip);
}

enum asv_status asv_case_judge(const struct asv_case *work, uint16_t action, uint8_t step, uint8_t ground,
                               struct asv_err *err)
{
    struct asv_incident_deed deed = {.action = action, .step = step, .ground = ground, .reason = true};
    deed_of(work, &deed);
    const char *why = ask_rules(work, &deed);
    bool begins = step == ASV_STEP_PROPOSE || step == ASV_STEP_APPROVE;
    if (why == NULL && work->ahead && action == ASV_ACTION_HOLD_AHEAD && begins &&
        work->ahead_standing.keyless) {
        return asv_fail(err, ASV_E_STATE, asv_incident_keyless); /* */
    }
    return why == NULL ? ASV_OK : asv_failf(err, ASV_E_DENIED, "%s", why);
}

enum asv_status asv_case_judge_handover(const struct asv_case *work, uint8_t step, bool own,
                                        struct asv_err *err)
{
    const struct asv_incident_deed deed = {
        .action = ASV_ACTION_HAND_OVER,
        .step = step,
        .reason = true,
        .open_action = step == ASV_STEP_PROPOSE ? 0 : ASV_ACTION_HAND_OVER,
        .open_by_them = own,
    };
    const char *why = ask_rules(work, &deed);
    return why == NULL ? ASV_OK : asv_failf(err, ASV_E_DENIED, "%s", why);
}

/* The vault, and what it is asked for. */
static enum asv_status find_exhibit(struct asv_case *work, struct asv_exhibit_name *name, struct asv_err *err)
{
    const struct asv_db_standing *standing = &work->standing;
    *name = (struct asv_exhibit_name){
        .kind = standing->kind, .day = standing->day, .latest_ms = standing->latest_ms};
    memcpy(name->clip, standing->clip, sizeof name->clip);
    memcpy(name->header, standing->identity.header, sizeof name->header);
    return work->vault != NULL ? ASV_OK : work->flow->calls->vault(work->flow->ctx, &work->vault, err);
}

enum asv_status asv_case_exhibit(struct asv_case *work, struct asv_exhibit **out, struct asv_err *err)
{
    struct asv_exhibit_name name;
    enum asv_status status = find_exhibit(work, &name, err);
    return status == ASV_OK ? asv_exhibit_open(work->vault, &name, out, err) : status;
}

enum asv_status asv_case_exhibit_seal(struct asv_case *work, struct asv_exhibit **out, struct asv_err *err)
{
    struct asv_exhibit_name name;
    enum asv_status status = find_exhibit(work, &name, err);
    return status == ASV_OK ? asv_exhibit_open_seal(work->vault, &name, out, err) : status;
}

enum asv_status asv_case_drop_recovery(struct asv_case *work, struct asv_err *err)
{
    struct asv_exhibit_name name;
    enum asv_status status = find_exhibit(work, &name, err);
    return status == ASV_OK ? asv_exhibit_drop_recovery(work->vault, &name, err) : status;
}
