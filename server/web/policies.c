/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/policies: what two people decided on, what waits for the second, and what a text would change if
 * they did (LAW T8). Nothing is kept here: that takes a signature (house.c).
 */
#include "server/web/policies.h"

#include <stdlib.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/time_text.h"
#include "server/flow/decide.h"
#include "server/incident/words.h"
#include "server/web/deed.h"
#include "server/web/desk.h"
#include "server/web/reading.h"

void asv_web_policies(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_POLICIES, "policies", NULL, 0);
}

/* byte for byte, as two people signed it. */
void asv_web_policy(struct asv_web_call *call)
{
    char version[ASV_WEB_VALUE_BYTES];
    const char *const values[] = {version};
    asv_web_path_text(call, 0, version);
    asv_web_file(call, ASV_DB_READ_POLICY, values, 1, "application/json");
}

void asv_web_policy_proposals(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_POLICY_PROPOSALS, "proposals", NULL, 0);
}

/* ---- in JSON ---- */

static json_t *effect_json(const struct asv_flow_policy_effect *effect)
{
    return effect->first
               ? json_null()
               : json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "recordings", (json_int_t)effect->recordings,
                           "unchanged", (json_int_t)effect->unchanged, "earlier", (json_int_t)effect->earlier,
                           "at_once", (json_int_t)effect->at_once, "later", (json_int_t)effect->later,
                           "decide", (json_int_t)effect->decide);
}

static json_t *today_json(const struct asv_flow_policy_effect *effect)
{
    return effect->first ? json_null()
                         : json_pack("{s:s, s:I, s:i}", "name", effect->name, "version",
                                     (json_int_t)effect->today.version, "days", (int)effect->today.days);
}

static json_t *until_json(const struct asv_flow_policy_effect *effect)
{
    char day[ASV_TEXT_BYTES];
    return effect->next_from == 0 ? json_null()
                                  : json_pack("{s:I, s:s}", "version", (json_int_t)effect->next_version,
                                              "from_day", asv_text_date(day, effect->next_from));
}

json_t *asv_web_policy_json(const struct asv_policy_file *file, uint32_t from,
                            const struct asv_flow_policy_effect *effect)
{
    const struct asv_policy *policy = &file->policy;
    char digest[2 * ASV_SHA256_BYTES + 1];
    char day[ASV_TEXT_BYTES];
    asv_hex_encode(digest, file->digest, sizeof file->digest);
    return json_pack("{s:s, s:s, s:I, s:s, s:i, s:s, s:o, s:o, s:o}", "digest", digest, "name", policy->name,
                     "version", (json_int_t)policy->retention.version, "title", policy->title, "days",
                     (int)policy->retention.days, "from_day", asv_text_date(day, from), "today",
                     today_json(effect), "until", until_json(effect), "effect", effect_json(effect));
}

static json_t *mistake_json(const struct asv_policy_mistake *mistake)
{
    return mistake->line == 0 ? json_null()
                              : json_pack("{s:I, s:s, s:s, s:s}", "line", (json_int_t)mistake->line, "where",
                                          mistake->where, "en", mistake->english, "de", mistake->german);
}

/* ---- what a text would change ---- */

enum asv_status asv_web_policy_read(const char *text, struct asv_policy_file **out,
                                    struct asv_policy_mistake *mistake, struct asv_err *err)
{
    asv_auto_free uint8_t *bytes = malloc(ASV_POLICY_FILE_BYTES);
    *mistake = (struct asv_policy_mistake){0};
    if (bytes == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    size_t len = asv_web_base64url(text, bytes, ASV_POLICY_FILE_BYTES); /* 0: it is longer */
    enum asv_status status = asv_policy_keep("policy", (const char *)bytes, len, out, mistake, err);
    return mistake->line != 0 ? asv_fail(err, ASV_E_USAGE, asv_incident_policy_none) : status;
}

static const struct asv_web_field check_field[] = {
    {"file", ASV_WEB_BYTES, true, 1, ASV_POLICY_FILE_BYTES, NULL, NULL},
    {"date", ASV_WEB_DATE, true, 0, 0, NULL, NULL},
};
const struct asv_web_fields asv_web_policy_check_fields = ASV_WEB_FIELDS(check_field);

/* */
void asv_web_policy_check(struct asv_web_call *call)
{
    asv_auto_free struct asv_policy_file *file = NULL;
    struct asv_policy_mistake mistake;
    struct asv_flow_policy_effect effect;
    struct asv_err err = {0};
    uint32_t from = 0;
    (void)asv_web_date(call->body, "date", &from);
    enum asv_status status = asv_web_policy_read(asv_web_text(call->body, "file"), &file, &mistake, &err);
    if (mistake.line != 0) {
        asv_web_give(call, json_pack("{s:o, s:n}", "mistake", mistake_json(&mistake), "policy"));
        return;
    }
    if (status == ASV_OK && file != NULL) {
        status = asv_flow_policy_effect(call->web->world, call->db, &file->policy, from, &effect, &err);
    }
    if (status == ASV_OK && file != NULL) {
        json_t *policy = asv_web_policy_json(file, from, &effect);
        asv_web_give(call, json_pack("{s:n, s:o}", "mistake", "policy", policy));
    } else {
        asv_web_refuse_flow(call, status, &err);
    }
}

/* ---- what waits for the second person ---- */

/* The very bytes are UTF-8, as they have been read. */
static enum asv_status show(struct asv_web_call *call, const struct asv_person_statement *proposal,
                            struct asv_err *err)
{
    asv_auto_free struct asv_policy_file *file = NULL;
    struct asv_flow_policy_effect effect;
    struct asv_db_credential proposer;
    char hex[2 * ASV_SHA256_BYTES + 1];
    uint32_t from = proposal->said.subject.from_date;
    enum asv_status status = asv_flow_policy_proposed(call->db, proposal, &file, err);
    if (status == ASV_OK) {
        status = asv_flow_policy_effect(call->web->world, call->db, &file->policy, from, &effect, err);
    }
    if (status == ASV_OK) {
        status = asv_db_credential_find(call->db, proposal->said.credential, &proposer, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_hex_encode(hex, proposal->digest, sizeof proposal->digest);
    bool own = asv_equal(proposal->said.person, call->who.person, ASV_UUID_BYTES);
    asv_web_give(call, json_pack("{s:s, s:b, s:o, s:s%, s:o}", "proposal", hex, "own", own, "lines",
                                 asv_web_lines_json(call->db, &proposal->said, &proposer.said), "file",
                                 file->text, file->len, "policy", asv_web_policy_json(file, from, &effect)));
    return ASV_OK;
}

/* */
void asv_web_policy_proposal(struct asv_web_call *call)
{
    static const uint16_t actions[] = {ASV_ACTION_POLICY};
    asv_auto_free struct asv_person_statement *proposal = calloc(1, sizeof *proposal);
    char digest[ASV_WEB_VALUE_BYTES];
    struct asv_err err = {0};
    if (proposal == NULL) {
        asv_web_refuse(call, &asv_http_failed, NULL);
        return;
    }
    asv_web_path_text(call, 0, digest);
    enum asv_status status = asv_decide_find(call->db, digest, actions, 1, proposal, &err);
    if (status == ASV_OK) {
        status = show(call, proposal, &err);
    } else if (status == ASV_E_USAGE) { /* a proposal, and another one's page */
        status = ASV_E_NOT_FOUND;
    }
    if (status != ASV_OK) {
        asv_web_refuse_flow(call, status, &err);
    }
}
