/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* The plan, against what was handed over; and that two people decided on it. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/report/moment.h"
#include "server/statement/enrolled.h"
#include "server/verify/enrolled_file.h"
#include "server/verify/handed_internal.h"

static const char plan_name[] = "plan";
static const char ledger_enrolled[] = "ledger/" ASV_ENROLLED_FILE_NAME;
static const char *const statement_names[] = {"plan.proposal", "plan.approval"};

/* A small file that must be there; what is wrong with reading it is the medium's. */
static enum asv_status load(struct asv_handed *it, const char *name, uint8_t *out, size_t cap,
                            struct asv_bytes *view, struct asv_err *err)
{
    struct asv_err why = {0};
    const struct asv_handed_file *file = asv_handed_find(it, name);
    if (file == NULL) {
        return asv_handed_fail(it, ASV_HANDED_MISSING, name, ASV_E_NOT_FOUND, "what two people decided");
    }
    enum asv_status status = asv_handed_load(it, file, out, cap, view, &why);
    if (status == ASV_E_LIMIT) {
        return asv_handed_fail(it, strcmp(name, plan_name) == 0 ? ASV_HANDED_PLAN : ASV_HANDED_DECISION, name,
                               status, "%.250s", why.text);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%.250s", why.text);
}

/* ---- the plan ---- */

bool asv_handed_is_text(const json_t *object, const char *key, struct asv_bytes text)
{
    const char *said = asv_fact_text(object, key);
    size_t at = 0;
    for (; said != NULL && *said != '\0'; said++) {
        if (*said == ' ') {
            size_t from = at;
            while (at < text.len && memchr(" \t\r\n", text.data[at], 4) != NULL) {
                at++;
            }
            if (at == from) {
                return false;
            }
        } else if (at == text.len || text.data[at++] != (uint8_t)*said) {
            return false;
        }
    }
    while (at < text.len && memchr(" \t\r\n", text.data[at], 4) != NULL) {
        at++;
    }
    return said != NULL && at == text.len;
}

static bool is_uuid(const json_t *object, const char *key, const uint8_t id[ASV_UUID_BYTES])
{
    char text[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(text, id);
    return strcmp(asv_fact_text(object, key), text) == 0;
}

static bool is_digest(const json_t *object, const char *key, const uint8_t digest[ASV_SHA256_BYTES])
{
    char text[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(text, digest, ASV_SHA256_BYTES);
    return strcmp(asv_fact_text(object, key), text) == 0;
}

static bool has_recipients(const struct asv_plan *plan, const json_t *facts)
{
    const json_t *recipients = json_object_get(facts, "recipients");
    bool same = json_array_size(recipients) == plan->recipient_count;
    for (size_t i = 0; same && i < plan->recipient_count; i++) {
        char key[ASV_AGE_RECIPIENT_TEXT_BYTES];
        const json_t *recipient = json_array_get(recipients, i);
        asv_age_recipient_encode(key, plan->recipients[i].key);
        same = asv_handed_is_text(recipient, "name", plan->recipients[i].name) &&
               strcmp(asv_fact_text(recipient, "key"), key) == 0;
    }
    return same;
}

/* HO-096. What differs, as the facts call it; NULL: nothing. */
static const char *frame_differs(const struct asv_handed *it)
{
    static const char *const protections[] = {"none", "zip", "age"};
    const struct asv_plan *plan = &it->plan;
    const json_t *facts = it->facts->json;
    const json_t *incident = json_object_get(facts, "incident");
    unsigned output = it->is_carrier ? ASV_PLAN_CARRIER : ASV_PLAN_FILING;
    const struct {
        bool is_same;
        const char *what;
    } all[] = {
        {is_digest(json_object_get(facts, "agency"), "agency", plan->agency), "agency.agency"},
        {is_uuid(facts, "handover", plan->id), "handover"},
        {is_uuid(incident, "incident", plan->incident), "incident.incident"},
        {asv_handed_is_text(incident, "case_number", plan->case_number), "incident.case_number"},
        {(plan->outputs & output) != 0, "output"},
        {strcmp(asv_fact_text(facts, "protection"), protections[plan->protection]) == 0, "protection"},
        {has_recipients(plan, facts), "recipients"},
        {plan->clip_count >= it->clip_count, "clips"},
        {(json_object_get(facts, "part") != NULL) == (plan->clip_count > it->clip_count),
         "part"}, /* HO-113 */
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!all[i].is_same) {
            return all[i].what;
        }
    }
    return NULL;
}

/* The clip of this header; they rise. */
static bool find_clip(const struct asv_plan *plan, const uint8_t *header, struct asv_plan_clip *out)
{
    uint16_t low = 0;
    uint16_t high = plan->clip_count;
    while (low < high) {
        uint16_t middle = (uint16_t)(low + (high - low) / 2);
        asv_plan_clip(plan, middle, out);
        int order = memcmp(out->header, header, ASV_SHA256_BYTES);
        if (order == 0) {
            return true;
        }
        low = order < 0 ? (uint16_t)(middle + 1) : low;
        high = order < 0 ? high : middle;
    }
    return false;
}

static const char *clip_differs(struct asv_handed *it, const json_t *clip, struct asv_plan_clip *out)
{
    uint8_t header[ASV_SHA256_BYTES];
    bool stays = json_object_get(clip, "sealed") == NULL; /* there is an excerpt then: HD-005 */
    uint8_t form = stays                                       ? ASV_PLAN_EXCERPT_ONLY
                   : json_object_get(clip, "excerpt") != NULL  ? ASV_PLAN_EXCERPT
                   : json_object_get(clip, "playable") != NULL ? ASV_PLAN_WHOLE
                                                               : ASV_PLAN_SEALED;
    if (asv_hex_decode(header, sizeof header, asv_fact_text(clip, "header")) != ASV_OK ||
        !find_clip(&it->plan, header, out)) {
        return "header";
    }
    if (out->form != form) {
        return asv_plan_has_original(out->form) == stays ? "sealed" : "playable";
    }
    return NULL; /* what an excerpt shows is compared with its proof */
}

/* Each is one of the plan's, none twice. */
static enum asv_status check_clips(struct asv_handed *it)
{
    size_t i = 0;
    const json_t *clip = NULL;
    json_array_foreach(it->clips, i, clip)
    {
        struct asv_plan_clip *plan = &it->recordings[i].plan;
        const char *differs = clip_differs(it, clip, plan);
        for (size_t j = 0; differs == NULL && j < i; j++) {
            differs = memcmp(plan->header, it->recordings[j].plan.header, sizeof plan->header) == 0 ? "header"
                                                                                                    : NULL;
        }
        if (differs != NULL) {
            return asv_handed_fail(it, ASV_HANDED_PLAN_FACTS, it->facts_file->name, ASV_E_MISMATCH,
                                   "facts: clips[%zu].%s: is not what the plan says", i, differs);
        }
    }
    return ASV_OK;
}

enum asv_status asv_handed_check_plan(struct asv_handed *it, struct asv_err *err)
{
    struct asv_bytes view = {0};
    struct asv_err why = {0};
    enum asv_status status = load(it, plan_name, it->plan_data, sizeof it->plan_data, &view, err);
    if (status == ASV_OK) {
        status = asv_plan_read(&it->plan, view.data, view.len, &why);
        if (status != ASV_OK) {
            status = asv_handed_fail(it, ASV_HANDED_PLAN, plan_name, status, "%.250s", why.text);
        }
    }
    if (status != ASV_OK) {
        return status;
    }
    it->left[ASV_HANDED_LEFT_PARTS] = it->plan.clip_count > it->clip_count; /* HO-078: in another part */
    const char *differs = frame_differs(it);
    if (differs != NULL) {
        return asv_handed_fail(it, ASV_HANDED_PLAN_FACTS, it->facts_file->name, ASV_E_MISMATCH,
                               "facts: %s: is not what the plan says", differs);
    }
    return check_clips(it);
}

/* ---- two people ---- */

struct decision {
    struct asv_enrolled table;
    struct asv_statement statement[2];
    const struct asv_enrolled_one *by[2];
    uint8_t data[2][ASV_STATEMENT_MAX_BYTES];
    uint8_t text[ASV_ENROLLED_FILE_MAX_BYTES];
};

static enum asv_status refuse(struct asv_handed *it, size_t which, enum asv_status status, const char *why)
{
    return asv_handed_fail(it, ASV_HANDED_DECISION, statement_names[which], status, "%.250s", why);
}

/* One statement: of this plan, and whose credential it is. */
static enum asv_status read_one(struct asv_handed *it, struct decision *decision, size_t which,
                                struct asv_err *err)
{
    struct asv_bytes view = {0};
    struct asv_plan plan;
    struct asv_err why = {0};
    struct asv_statement *statement = &decision->statement[which];
    enum asv_status status =
        load(it, statement_names[which], decision->data[which], ASV_STATEMENT_MAX_BYTES, &view, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_statement_decode(statement, view.data, view.len, &why);
    if (status == ASV_OK && statement->action != ASV_ACTION_HAND_OVER) {
        status = asv_fail(&why, ASV_E_MISMATCH, "a statement about something else");
    }
    if (status == ASV_OK) {
        const struct asv_handed_file *file = asv_handed_find(it, plan_name);
        status = asv_plan_of(&plan, statement, it->plan_data, (size_t)file->size, &why);
    }
    if (status != ASV_OK) {
        return refuse(it, which, status, why.text);
    }
    asv_statement_digest(it->statements[which], statement);
    if (!it->anchors.has_root) {
        return ASV_OK;
    }
    decision->by[which] = asv_enrolled_find(&decision->table, statement->credential);
    if (decision->by[which] == NULL) {
        return refuse(it, which, ASV_E_UNTRUSTED, "by a credential that ledger/enrolled does not have");
    }
    return asv_enrolled_by_then(decision->by[which], statement->issued_ms)
               ? ASV_OK
               : refuse(it, which, ASV_E_STATE, "signed before the credential was enrolled");
}

static enum asv_status check_pair(struct asv_handed *it, const struct decision *decision)
{
    char sites[2][ASV_STATEMENT_ORIGIN_SIZE];
    uint8_t agency[ASV_SHA256_BYTES];
    struct asv_err why = {0};
    const char *const origins[] = {sites[0], sites[1]};
    const struct asv_statement_place place = {.agency = agency, .origins = {origins, 2}};
    const struct asv_statement_pair pair = {&decision->statement[0], &decision->by[0]->credential,
                                            &decision->statement[1], &decision->by[1]->credential};
    asv_key_digest(agency, it->anchors.root_pk);
    asv_statement_origin(sites[0], pair.proposal);
    asv_statement_origin(sites[1], pair.answer);
    enum asv_status status =
        asv_statement_verify_pair(&pair, ASV_STEP_APPROVE, &place, pair.answer->issued_ms, &why);
    return status == ASV_OK ? ASV_OK : refuse(it, 1, status, why.text);
}

/* HO-098: the letter says who, when and why as they signed it. */
static enum asv_status check_said(struct asv_handed *it, const struct decision *decision)
{
    static const char *const keys[] = {"requested", "approved"};
    for (size_t i = 0; i < 2; i++) {
        const json_t *said = json_object_get(it->facts->json, keys[i]);
        const char *differs = NULL;
        if (!is_digest(said, "statement", it->statements[i])) {
            differs = "statement";
        } else if (!asv_handed_is_text(said, "name", decision->by[i]->credential.name)) {
            differs = "name";
        } else if (asv_fact_ms(said, "at") != decision->statement[i].issued_ms) {
            differs = "at";
        } else if (!asv_handed_is_text(said, "reason", decision->statement[i].reason)) {
            differs = "reason";
        }
        if (differs != NULL) {
            return asv_handed_fail(it, ASV_HANDED_DECISION_FACTS, it->facts_file->name, ASV_E_MISMATCH,
                                   "facts: %s.%s: is not what was signed", keys[i], differs);
        }
    }
    return ASV_OK;
}

/* HO-130, HO-131: first it is approved, then made, then signed; clocks differ by no more than those of people
 * and keeper (ST-085). Who has the package's key can choose the times of all three but for the approval's. */
static enum asv_status check_times(struct asv_handed *it, const struct decision *decision)
{
    int64_t made_ms = asv_fact_ms(it->facts->json, "made_at");
    if (made_ms + ASV_STATEMENT_SKEW_MS < decision->statement[1].issued_ms) {
        return asv_handed_fail(it, ASV_HANDED_TIMES, it->facts_file->name, ASV_E_MISMATCH,
                               "facts: made_at: is before the approval");
    }
    return it->signed_s[0] * 1000 + ASV_STATEMENT_SKEW_MS >= made_ms
               ? ASV_OK
               : asv_handed_fail(it, ASV_HANDED_TIMES, it->facts_file->name, ASV_E_MISMATCH,
                                 "facts: made_at: is behind a signature");
}

static enum asv_status read_people(struct asv_handed *it, struct decision *decision, struct asv_err *err)
{
    struct asv_bytes view = {0};
    struct asv_err why = {0};
    enum asv_status status = load(it, ledger_enrolled, decision->text, sizeof decision->text, &view, err);
    if (status == ASV_OK) {
        status = asv_enrolled_file_read(&decision->table, view, it->anchors.root_pk, &why);
        if (status != ASV_OK) {
            status = asv_handed_fail(it, ASV_HANDED_DECISION, ledger_enrolled, status, "%.250s", why.text);
        }
    }
    return status;
}

/* Without the agency's root only what they are about. */
static enum asv_status check_decision(struct asv_handed *it, struct decision *decision, struct asv_err *err)
{
    bool has_root = it->anchors.has_root;
    enum asv_status status = has_root ? read_people(it, decision, err) : ASV_OK;
    for (size_t i = 0; i < 2 && status == ASV_OK; i++) {
        status = read_one(it, decision, i, err);
    }
    if (status == ASV_OK && has_root) {
        status = check_pair(it, decision);
    }
    if (status == ASV_OK && has_root) {
        status = check_said(it, decision);
    }
    return status == ASV_OK ? check_times(it, decision) : status;
}

/* HO-097 */
enum asv_status asv_handed_check_decision(struct asv_handed *it, struct asv_err *err)
{
    struct decision *decision = calloc(1, sizeof *decision);
    if (decision == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = check_decision(it, decision, err);
    free(decision);
    return status;
}
