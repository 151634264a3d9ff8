/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/handovers and /recipients: what is handed over, how far that is, and to whom it may be; and what
 * people decide about hand-overs (docs/HANDOVER.md), beside whose statements their plans come and go. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/flow/handover.h"
#include "server/incident/words.h"
#include "server/web/deed.h"
#include "server/web/desk.h"
#include "server/web/reading.h"

#define PLAN_ID_AT 38 /* behind format, suite and agency */

void asv_web_handovers(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_HANDOVERS, "handovers", NULL, 0);
}

void asv_web_handover(struct asv_web_call *call)
{
    char handover[ASV_WEB_VALUE_BYTES];
    asv_web_path_text(call, 0, handover);
    asv_web_show(call, ASV_DB_READ_HANDOVER, handover);
}

static const struct asv_http_problem not_ended = {
    409,
    "not-ended",
    "Nothing to begin again",
    "Nichts neu zu beginnen",
    "the job did not end with this hand-over, or it is over",
    "die Erstellung dieser Übergabe ist nicht unterbrochen, oder aus ihr wird nichts mehr",
    NULL};

/* HO-019, HO-141 */
void asv_web_handover_again(struct asv_web_call *call)
{
    struct asv_err err = {0};
    enum asv_db_outcome outcome;
    uint8_t id[ASV_UUID_BYTES];
    asv_web_path_uuid(call, 0, id);
    enum asv_status status = asv_db_handover_again(call->db, id, &outcome, &err);
    if (status == ASV_OK) {
        asv_web_done(call);
    } else if (status == ASV_E_STATE) {
        asv_web_refuse(call, &not_ended, NULL);
    } else {
        asv_web_failed(call, status, &err);
    }
}

void asv_web_recipients(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_RECIPIENTS, "recipients", NULL, 0);
}

/* ---- what is wanted ---- */

/* enum asv_plan_form, from 1 on */
static const char *const forms[] = {"sealed", "whole", "excerpt", "excerpt_only", NULL};
static const char *const outputs[] = {"carrier", "filing", NULL};      /* enum asv_plan_output, bits */
static const char *const protections[] = {"open", "zip", "age", NULL}; /* enum asv_plan_protection */

static const struct asv_web_field clip_field[] = {
    {"clip", ASV_WEB_UUID, true, 0, 0, NULL, NULL},
    {"form", ASV_WEB_WORD, true, 0, 0, forms, NULL},
    {"from_ms", ASV_WEB_INT, false, 0, UINT32_MAX, NULL, NULL},
    {"until_ms", ASV_WEB_INT, false, 1, UINT32_MAX, NULL, NULL},
};
static const struct asv_web_fields clip_fields = ASV_WEB_FIELDS(clip_field);
static const struct asv_web_field each_clip[] = {{"clip", ASV_WEB_OBJECT, true, 0, 0, NULL, &clip_fields}};
static const struct asv_web_fields clips = ASV_WEB_FIELDS(each_clip);
static const struct asv_web_field each_key[] = {{"key", ASV_WEB_HASH, true, 0, 0, NULL, NULL}};
static const struct asv_web_fields keys = ASV_WEB_FIELDS(each_key);
static const struct asv_web_field each_output[] = {{"output", ASV_WEB_WORD, true, 0, 0, outputs, NULL}};
static const struct asv_web_fields output_words = ASV_WEB_FIELDS(each_output);
static const struct asv_web_field plan_field[] = {
    {"clips", ASV_WEB_LIST, true, 1, ASV_PLAN_CLIPS_MAX, NULL, &clips},
    {"recipients", ASV_WEB_LIST, true, 1, ASV_PLAN_RECIPIENTS_MAX, NULL, &keys},
    {"outputs", ASV_WEB_LIST, true, 1, 2, NULL, &output_words},
    {"protection", ASV_WEB_WORD, true, 0, 0, protections, NULL},
};
const struct asv_web_fields asv_web_plan_fields = ASV_WEB_FIELDS(plan_field);

/* A wish, and what it borrows. */
struct wanted {
    struct asv_handover_wish wish;
    char case_number[ASV_NAME_MAX_BYTES + 1];
    struct asv_handover_clip clips[ASV_PLAN_CLIPS_MAX];
    char keys[ASV_PLAN_RECIPIENTS_MAX][ASV_AGE_RECIPIENT_TEXT_BYTES];
};

static uint8_t place_of(const char *const *words, const char *text)
{
    uint8_t i = 0;
    while (words[i] != NULL && strcmp(words[i], text) != 0) { /* the table of fields knows the same ones */
        i++;
    }
    return i;
}

static void want_key(struct wanted *out, const uint8_t key[ASV_X25519_BYTES])
{
    size_t i = out->wish.recipient_count++;
    asv_age_recipient_encode(out->keys[i], key);
    out->wish.recipients[i] = out->keys[i];
}

static bool want_clip(struct wanted *out, const json_t *said)
{
    struct asv_handover_clip *clip = &out->clips[out->wish.clip_count++];
    clip->form = (uint8_t)(ASV_PLAN_SEALED + place_of(forms, asv_web_text(said, "form")));
    clip->from_ms = (uint32_t)asv_web_int(said, "from_ms", 0);
    clip->until_ms = (uint32_t)asv_web_int(said, "until_ms", 0);
    bool ranged = asv_web_int(said, "from_ms", -1) >= 0 && asv_web_int(said, "until_ms", -1) >= 0;
    bool bare = json_object_get(said, "from_ms") == NULL && json_object_get(said, "until_ms") == NULL;
    return asv_web_uuid(said, "clip", clip->clip) && (asv_plan_is_ranged(clip->form) ? ranged : bare);
}

/* As a request says it, which has passed its table. */
static enum asv_status want(struct wanted *out, const struct asv_web_deed *deed, struct asv_err *err)
{
    const json_t *clip_list = json_object_get(deed->plan, "clips");
    const json_t *key_list = json_object_get(deed->plan, "recipients");
    const json_t *output_list = json_object_get(deed->plan, "outputs");
    bool good = true;
    for (size_t i = 0; good && i < json_array_size(clip_list); i++) {
        good = want_clip(out, json_array_get(clip_list, i));
    }
    for (size_t i = 0; i < json_array_size(key_list); i++) {
        uint8_t key[ASV_X25519_BYTES] = {0};
        good =
            asv_hex_decode(key, sizeof key, json_string_value(json_array_get(key_list, i))) == ASV_OK && good;
        want_key(out, key);
    }
    for (size_t i = 0; i < json_array_size(output_list); i++) {
        uint8_t bit = (uint8_t)(1u << place_of(outputs, json_string_value(json_array_get(output_list, i))));
        good = good && (out->wish.outputs & bit) == 0;
        out->wish.outputs |= bit;
    }
    out->wish.protection = place_of(protections, asv_web_text(deed->plan, "protection"));
    memcpy(out->case_number, deed->case_number, sizeof out->case_number);
    return good ? ASV_OK : asv_fail(err, ASV_E_USAGE, asv_incident_handover_plan);
}

/* The same of a plan that was composed before. */
static enum asv_status want_again(struct wanted *out, struct asv_db *db, const struct asv_plan *plan,
                                  struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    memcpy(out->case_number, plan->case_number.data, plan->case_number.len);
    out->wish.outputs = plan->outputs;
    out->wish.protection = plan->protection;
    for (uint8_t i = 0; i < plan->recipient_count; i++) {
        want_key(out, plan->recipients[i].key);
    }
    for (uint16_t i = 0; status == ASV_OK && i < plan->clip_count; i++) {
        struct asv_handover_clip *clip = &out->clips[out->wish.clip_count++];
        struct asv_db_clip_face face;
        struct asv_plan_clip said;
        asv_plan_clip(plan, i, &said);
        status = asv_db_clip_of_header(db, said.header, &face, err);
        *clip =
            (struct asv_handover_clip){.form = said.form, .from_ms = said.from_ms, .until_ms = said.until_ms};
        memcpy(clip->clip, face.clip, sizeof clip->clip);
    }
    return status;
}

/* in words that people are shown; what it is about, in the flow's own, is for the journal. */
static enum asv_status in_words(const struct asv_flow *flow, enum asv_status status, const char *rule,
                                struct asv_err *err)
{
    const struct asv_web_desk *desk = flow->ctx;
    char words[ASV_ERR_TEXT_BYTES] = "";
    (void)snprintf(words, sizeof words, "%s",
                   rule != NULL             ? rule
                   : status == ASV_E_DENIED ? asv_handover_rule(err)
                                            : "");
    if (asv_incident_rule_of(words) == NULL) {
        return status;
    }
    asv_log_failure(desk->call->web->log, ASV_LOG_NOTICE, "statement-refused", err);
    return asv_failf(err, status, "%s", words);
}

static enum asv_status compose(const struct asv_flow *flow, struct wanted *wanted,
                               struct asv_handover_plan **out, struct asv_err *err)
{
    wanted->wish.case_number = wanted->case_number;
    wanted->wish.clips = wanted->clips;
    enum asv_status status = asv_handover_compose(flow, &wanted->wish, out, err);
    if (status != ASV_OK && asv_incident_rule_of(err->text) != NULL) {
        return status;
    }
    const char *own = asv_handover_rule(err); /* behind its recording */
    const char *rule = strcmp(own, asv_incident_handover_late) == 0 ? own
                       : status == ASV_E_STATE                      ? asv_incident_handover_held
                       : status == ASV_E_USAGE                      ? asv_incident_handover_plan
                       : status == ASV_E_EXPIRED                    ? asv_incident_handover_key
                                                                    : NULL;
    return in_words(flow, status, rule, err);
}

/* ---- two people ---- */

/* the plan as it came back, if it is what would be made now of what it says, but for the id that was
 * drawn for it. */
static enum asv_status take_plan(const struct asv_flow *flow, const char *text, struct wanted *wanted,
                                 struct asv_handover_plan **out, struct asv_err *err)
{
    asv_auto_free struct asv_handover_plan *given = calloc(1, sizeof *given);
    asv_auto_free struct asv_handover_plan *now = NULL;
    if (given == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    given->len = asv_web_base64url(text, given->bytes, sizeof given->bytes);
    enum asv_status status = asv_plan_read(&given->plan, given->bytes, given->len, err);
    if (status == ASV_OK) {
        status = want_again(wanted, flow->db, &given->plan, err);
    }
    if (status == ASV_OK) {
        status = compose(flow, wanted, &now, err);
    }
    if (status != ASV_OK || now == NULL) {
        return status;
    }
    memcpy(now->bytes + PLAN_ID_AT, given->plan.id, sizeof given->plan.id);
    if (now->len != given->len || memcmp(now->bytes, given->bytes, given->len) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "the plan is not the one that would be made now");
    }
    *out = asv_steal(&given);
    return ASV_OK;
}

/* */
static void show_plan(const struct asv_flow *flow, const struct asv_handover_plan *plan)
{
    struct asv_web_desk *desk = flow->ctx;
    desk->file = asv_web_bytes_json(plan->bytes, plan->len);
}

static enum asv_status make_plan(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                 struct wanted *wanted, struct asv_handover_plan **plan, struct asv_err *err)
{
    if (deed->file != NULL) {
        return take_plan(flow, deed->file, wanted, plan, err);
    }
    enum asv_status status = want(wanted, deed, err);
    return status == ASV_OK ? compose(flow, wanted, plan, err) : status;
}

static enum asv_status propose(const struct asv_flow *flow, const struct asv_web_deed *deed,
                               struct asv_err *err)
{
    asv_auto_free struct asv_handover_plan *plan = NULL;
    struct asv_person_statement stated;
    if (deed->file == NULL && deed->plan == NULL) {
        return asv_fail(err, ASV_E_USAGE, "a hand-over comes with its plan");
    }
    struct wanted *wanted = calloc(1, sizeof *wanted);
    if (wanted == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = make_plan(flow, deed, wanted, &plan, err);
    free(wanted);
    if (status != ASV_OK || plan == NULL) {
        return status;
    }
    show_plan(flow, plan);
    return asv_handover_propose(flow, plan, &stated, err);
}

static enum asv_status find(const struct asv_flow *flow, const char *which, struct asv_db_handover *row,
                            struct asv_err *err)
{
    enum asv_status status = asv_db_handover_find(flow->db, which, row, err);
    return status == ASV_E_NOT_FOUND ? asv_fail(err, status, asv_incident_no_request) : status;
}

/* A-064, LAW T4; the keeper finds out again. */
static enum asv_status check_whose(const struct asv_flow *flow, const struct asv_person_statement *proposal,
                                   uint8_t step, struct asv_err *err)
{
    const struct asv_web_desk *desk = flow->ctx;
    bool own = asv_equal(proposal->said.person, desk->call->who.person, ASV_UUID_BYTES);
    if (own == (step == ASV_STEP_WITHDRAW)) {
        return ASV_OK;
    }
    return asv_fail(err, ASV_E_DENIED,
                    !own                       ? asv_incident_not_theirs
                    : step == ASV_STEP_APPROVE ? asv_incident_handover_own
                                               : asv_incident_withdraw);
}

static enum asv_status answer(const struct asv_flow *flow, const struct asv_web_deed *deed,
                              struct asv_db_handover *row, struct asv_err *err)
{
    asv_auto_free struct asv_handover_plan *plan = NULL;
    struct asv_person_statement proposal;
    enum asv_status status = find(flow, deed->request, row, err);
    if (status == ASV_OK) {
        status = asv_handover_read(flow->db, row, &proposal, &plan, err);
    }
    if (status == ASV_OK) {
        status = check_whose(flow, &proposal, deed->step, err);
    }
    if (status != ASV_OK || plan == NULL) {
        return status;
    }
    show_plan(flow, plan);
    status = asv_handover_answer(flow, row, &proposal, plan, deed->step, err);
    return in_words(flow, status, NULL, err);
}

enum asv_status asv_web_handover_do(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                    struct asv_err *err)
{
    if (deed->step == ASV_STEP_PROPOSE) {
        return propose(flow, deed, err);
    }
    asv_auto_free struct asv_db_handover *row = malloc(sizeof *row);
    return row != NULL ? answer(flow, deed, row, err) : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
}

/* ---- what is written down ---- */

/* Where the receipt is one that the recipient signed, its text is what the fields say. */
static enum asv_status take_signed(const struct asv_db_handover *row, const json_t *record,
                                   struct asv_db_handover_receipt *receipt, uint8_t *signature,
                                   struct asv_err *err)
{
    char text[ASV_RECEIPT_TEXT_BYTES];
    struct asv_db_handover_receipt read;
    size_t len = asv_web_bytes(record, "signature", signature, ASV_DB_RECEIPT_MAX);
    size_t text_len = asv_handover_receipt_text(text, receipt);
    enum asv_status status =
        asv_handover_receipt_read(row, (struct asv_bytes){(const uint8_t *)text, text_len},
                                  (struct asv_bytes){signature, len}, &read, err);
    if (status == ASV_OK) { /* */
        *receipt = read;
    }
    return status;
}

static bool take_receipt(struct asv_db_handover_receipt *out, const struct asv_db_handover *row,
                         const json_t *record)
{
    const char *how = asv_web_text(record, "how");
    const char *receiver = asv_web_text(record, "receiver");
    *out = (struct asv_db_handover_receipt){.case_number = row->case_number,
                                            .is_signed = how != NULL && strcmp(how, "signed") == 0};
    memcpy(out->id, row->id, sizeof out->id);
    memcpy(out->incident, row->incident, sizeof out->incident);
    if (receiver != NULL) {
        (void)memcpy(out->receiver, receiver, strlen(receiver) + 1); /* as large as its field */
    }
    return how != NULL && receiver != NULL && asv_web_hash(record, "received", out->received) &&
           asv_web_time(record, "at", &out->received_ms) && asv_web_hash(record, "document", out->document) &&
           out->is_signed == (json_object_get(record, "signature") != NULL);
}

static enum asv_status put_receipt(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                   const struct asv_db_handover *row, struct asv_err *err)
{
    struct asv_db_handover_receipt receipt;
    bool waits = false;
    if (!take_receipt(&receipt, row, deed->record)) {
        return asv_fail(err, ASV_E_USAGE,
                        "a receipt says what was received, when and by whom, and what came back");
    }
    if (!receipt.is_signed) {
        return asv_handover_put_receipt(flow, &receipt, deed->row.salt, &waits, err);
    }
    uint8_t *signature = malloc(ASV_DB_RECEIPT_MAX);
    if (signature == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = take_signed(row, deed->record, &receipt, signature, err);
    if (status == ASV_OK) {
        status = asv_handover_put_receipt(flow, &receipt, deed->row.salt, &waits, err);
    }
    free(signature);
    return status;
}

static enum asv_status put(const struct asv_flow *flow, const struct asv_web_deed *deed, const char *which,
                           struct asv_db_handover *row, struct asv_err *err)
{
    bool waits = false; /* as everybody is shown */
    enum asv_status status = find(flow, which, row, err);
    if (status != ASV_OK) {
        return status;
    }
    return deed->kind == ASV_RECORD_HANDOVER_END ? asv_handover_cancel(flow, row, deed->row.salt, &waits, err)
                                                 : put_receipt(flow, deed, row, err);
}

enum asv_status asv_web_handover_put(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                     struct asv_err *err)
{
    const char *which = asv_web_text(deed->record, "handover");
    if (which == NULL) {
        return asv_fail(err, ASV_E_USAGE, "it is about a hand-over");
    }
    struct asv_db_handover *row = malloc(sizeof *row);
    if (row == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = put(flow, deed, which, row, err);
    free(row);
    return status;
}
