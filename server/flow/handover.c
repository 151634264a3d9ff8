/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/handover.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/flow/case.h"
#include "server/flow/decide.h"
#include "server/flow/printed.h"
#include "server/flow/record.h"
#include "server/incident/record.h"
#include "server/incident/words.h"
#include "server/package/filing_rules.h"

#define PAGE            16
#define CLOCK_MARGIN_MS 60000 /* by which a camera's media time may be ahead of its clock */

void asv_handover_plan_free(struct asv_handover_plan *plan)
{
    free(plan);
}

/* ---- composing ---- */

/* Too much for the stack. */
struct draft {
    struct asv_plan plan;
    struct asv_plan_clip clips[ASV_PLAN_CLIPS_MAX];
    uint64_t bytes[ASV_PLAN_CLIPS_MAX]; /* as the wish has them */
    struct asv_db_recipient recipients[ASV_PLAN_RECIPIENTS_MAX];
};

static void free_draft(struct draft **draft)
{
    free(*draft);
}

/* HO-003 */
static enum asv_status take_recipient(const char *which, const struct asv_db_recipient *row,
                                      struct asv_db_recipient *out, size_t *found, struct asv_err *err)
{
    uint8_t key[ASV_X25519_BYTES];
    bool by_key = asv_age_recipient_decode(key, which, strlen(which)) == ASV_OK;
    if (by_key ? memcmp(key, row->key, sizeof key) != 0 : strcmp(which, row->name) != 0) {
        return ASV_OK;
    }
    if (row->ended_ms != ASV_TIME_UNKNOWN && by_key) {
        return asv_failf(err, ASV_E_EXPIRED, "recipient \"%.80s\": its key was ended", which);
    }
    if (row->ended_ms == ASV_TIME_UNKNOWN) {
        *out = *row;
        ++*found;
    }
    return ASV_OK;
}

static enum asv_status find_recipient(struct asv_db *db, const char *which, struct asv_db_recipient *out,
                                      struct asv_err *err)
{
    asv_auto_free struct asv_db_recipient *rows = calloc(PAGE, sizeof *rows);
    struct asv_db_recipient last;
    size_t found = 0;
    bool any = false;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (size_t got = PAGE; got == PAGE;) {
        enum asv_status status = asv_db_recipient_page(db, any ? &last : NULL, rows, PAGE, &got, err);
        for (size_t i = 0; status == ASV_OK && i < got; i++) {
            status = take_recipient(which, &rows[i], out, &found, err);
            last = rows[i];
            any = true;
        }
        if (status != ASV_OK) {
            return status;
        }
    }
    if (found == 0) {
        return asv_failf(err, ASV_E_NOT_FOUND,
                         "recipient \"%.80s\": no key that counts is registered so; \"asservat recipient "
                         "list\" shows them",
                         which);
    }
    return found == 1
               ? ASV_OK
               : asv_failf(err, ASV_E_USAGE, "recipient \"%.80s\": it has several keys: name one", which);
}

static enum asv_status take_recipients(const struct asv_flow *flow, const struct asv_handover_wish *wish,
                                       struct draft *draft, struct asv_err *err)
{
    if (wish->recipient_count == 0 || wish->recipient_count > ASV_PLAN_RECIPIENTS_MAX) {
        return asv_failf(err, ASV_E_USAGE, "a hand-over has 1 to %d recipients", ASV_PLAN_RECIPIENTS_MAX);
    }
    for (size_t i = 0; i < wish->recipient_count; i++) {
        struct asv_plan_recipient *to = &draft->plan.recipients[i];
        struct asv_db_recipient *row = &draft->recipients[i];
        enum asv_status status = find_recipient(flow->db, wish->recipients[i], row, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t j = 0; j < i; j++) {
            if (memcmp(draft->recipients[j].key, row->key, sizeof row->key) == 0) {
                return asv_failf(err, ASV_E_USAGE, "recipient \"%.80s\" is named twice", wish->recipients[i]);
            }
        }
        memcpy(to->key, row->key, sizeof to->key);
        to->name = (struct asv_bytes){(const uint8_t *)row->name, strlen(row->name)};
    }
    draft->plan.recipient_count = (uint8_t)wish->recipient_count;
    return ASV_OK;
}

/* HO-002, HO-017: refused before anything is signed. */
static enum asv_status judge_clip(struct asv_case *work, const char *case_number,
                                  const uint8_t clip[ASV_UUID_BYTES], uint8_t step, bool own,
                                  struct asv_db_handover_candidate *row, struct asv_err *err)
{
    struct asv_err inner = {0};
    char uuid[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(uuid, clip);
    enum asv_status status = asv_db_handover_candidate(work->flow->db, case_number, clip, row, &inner);
    if (status == ASV_OK && !row->held && step != ASV_STEP_REFUSE) {
        return asv_failf(err, ASV_E_STATE, "%s is not held for \"%.100s\"", uuid, case_number);
    }
    if (status == ASV_OK) {
        status = asv_case_of_clip(work, clip, &inner);
    }
    if (status == ASV_OK) {
        status = asv_case_judge_handover(work, step, own, &inner);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s: %s", uuid, inner.text);
}

const char *asv_handover_rule(const struct asv_err *err)
{
    size_t behind = ASV_UUID_TEXT_BYTES - 1 + sizeof ": " - 1;
    return strlen(err->text) > behind ? err->text + behind : "";
}

/* HO-144: of what certainly shows nothing. Whether anything is there before, the job finds. */
static bool is_late(const struct asv_handover_clip *clip, const struct asv_db_handover_candidate *row)
{
    return asv_plan_is_ranged(clip->form) && row->span_ms > 0 &&
           clip->from_ms >= row->span_ms + CLOCK_MARGIN_MS;
}

static enum asv_status take_clip(struct asv_case *work, const struct asv_handover_wish *wish, size_t i,
                                 struct draft *draft, struct asv_err *err)
{
    const struct asv_handover_clip *clip = &wish->clips[i];
    struct asv_db_handover_candidate row;
    char uuid[ASV_UUID_TEXT_BYTES];
    enum asv_status status =
        judge_clip(work, wish->case_number, clip->clip, ASV_STEP_PROPOSE, false, &row, err);
    if (status != ASV_OK) {
        return status;
    }
    if (asv_plan_is_ranged(clip->form) && clip->from_ms >= clip->until_ms) {
        asv_uuid_format(uuid, clip->clip);
        return asv_failf(err, ASV_E_USAGE, "%s: the excerpt ends before it begins", uuid);
    }
    if (is_late(clip, &row)) {
        asv_uuid_format(uuid, clip->clip);
        return asv_failf(err, ASV_E_USAGE, "%s: %s", uuid, asv_incident_handover_late);
    }
    draft->bytes[i] = row.bytes;
    draft->clips[i] = (struct asv_plan_clip){.form = clip->form};
    memcpy(draft->clips[i].header, row.header, sizeof row.header);
    if (asv_plan_is_ranged(clip->form)) {
        draft->clips[i].from_ms = clip->from_ms;
        draft->clips[i].until_ms = clip->until_ms;
    }
    memcpy(draft->plan.incident, row.incident, sizeof row.incident);
    return ASV_OK;
}

/* What a filing has besides recordings, for certain: plan and both statements; facts and documents; the
 * ledger's extract; root, the package's certificate, chains of it, of the ledger's key and of a dock. */
#define FILED_BESIDES (3 + 6 + 1 + 5)

/* HO-018. Of each recording: seal, chain, commit record, the sealed original unless it stays, and what it
 * plays with what proves that, of an excerpt nobody knows yet how many bytes. The message alone has no
 * signature.
 */
bool asv_handover_can_file(const struct asv_handover_clip *clips, const uint64_t *bytes, size_t count,
                           uint32_t date)
{
    const struct asv_filing_limits *limits = asv_filing_limits_of(date);
    uint64_t files = 2 * FILED_BESIDES + 1;
    uint64_t left = limits->bytes;
    for (size_t i = 0; i < count; i++) {
        uint64_t chunks = clips[i].form == ASV_PLAN_WHOLE ? bytes[i] / ASV_CHUNK_CIPHER_BYTES : 0;
        bool has_original = asv_plan_has_original(clips[i].form);
        uint64_t original = has_original ? bytes[i] : 0;
        files += 2u * (3u + (has_original ? 1 : 0) + (clips[i].form == ASV_PLAN_SEALED ? 0 : 2));
        if (original > left || chunks > (left - original) / ASV_CHUNK_PLAIN_BYTES) {
            return false;
        }
        left -= original + chunks * ASV_CHUNK_PLAIN_BYTES;
    }
    return files <= limits->files;
}

static enum asv_status check_filing(const struct asv_case *work, const struct asv_handover_wish *wish,
                                    const struct draft *draft, struct asv_err *err)
{
    uint32_t today = 0;
    if ((wish->outputs & ASV_PLAN_FILING) == 0) {
        return ASV_OK;
    }
    if (asv_local_date(work->now_ms, &today) != ASV_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
    }
    return asv_handover_can_file(wish->clips, draft->bytes, wish->clip_count, today)
               ? ASV_OK
               : asv_fail(err, ASV_E_LIMIT, asv_incident_handover_file);
}

static int by_header(const void *a, const void *b)
{
    const struct asv_plan_clip *one = a;
    const struct asv_plan_clip *other = b;
    return memcmp(one->header, other->header, sizeof one->header);
}

static enum asv_status take_clips(const struct asv_flow *flow, const struct asv_handover_wish *wish,
                                  struct draft *draft, struct asv_err *err)
{
    asv_auto_case struct asv_case work = {0};
    if (wish->clip_count == 0 || wish->clip_count > ASV_PLAN_CLIPS_MAX) {
        return asv_failf(err, ASV_E_USAGE, "a hand-over has 1 to %d recordings", ASV_PLAN_CLIPS_MAX);
    }
    enum asv_status status = asv_case_open(flow, &work, err);
    for (size_t i = 0; status == ASV_OK && i < wish->clip_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (memcmp(wish->clips[i].clip, wish->clips[j].clip, ASV_UUID_BYTES) == 0) {
                char uuid[ASV_UUID_TEXT_BYTES];
                asv_uuid_format(uuid, wish->clips[i].clip);
                return asv_failf(err, ASV_E_USAGE, "%s is named twice", uuid);
            }
        }
        status = take_clip(&work, wish, i, draft, err);
    }
    if (status == ASV_OK) {
        status = check_filing(&work, wish, draft, err);
    }
    draft->plan.clip_count = (uint16_t)wish->clip_count;
    qsort(draft->clips, wish->clip_count, sizeof *draft->clips, by_header);
    return status;
}

static enum asv_status read_bytes(struct asv_handover_plan *plan, struct asv_err *err)
{
    return asv_plan_read(&plan->plan, plan->bytes, plan->len, err);
}

static enum asv_status write_bytes(struct asv_handover_plan *plan, const struct draft *draft,
                                   struct asv_err *err)
{
    struct asv_writer writer;
    asv_writer_init(&writer, plan->bytes, sizeof plan->bytes);
    enum asv_status status = asv_plan_write(&writer, &draft->plan, draft->clips);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the plan breaks a rule of plans (STATEMENTS.md 4)");
    }
    plan->len = writer.len;
    return read_bytes(plan, err);
}

static enum asv_status write_draft(const struct draft *draft, struct asv_handover_plan **out,
                                   struct asv_err *err)
{
    asv_auto_free struct asv_handover_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = write_bytes(plan, draft, err);
    if (status == ASV_OK) {
        *out = asv_steal(&plan);
    }
    return status;
}

enum asv_status asv_handover_compose(const struct asv_flow *flow, const struct asv_handover_wish *wish,
                                     struct asv_handover_plan **out, struct asv_err *err)
{
    if (wish->protection != ASV_PLAN_OPEN && (wish->outputs & ASV_PLAN_CARRIER) == 0) { /* ST-121 */
        return asv_fail(err, ASV_E_USAGE, asv_incident_handover_shut);
    }
    __attribute__((cleanup(free_draft))) struct draft *draft = calloc(1, sizeof *draft);
    if (draft == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    memcpy(draft->plan.agency, flow->agency, sizeof draft->plan.agency);
    draft->plan.case_number =
        (struct asv_bytes){(const uint8_t *)wish->case_number, strlen(wish->case_number)};
    draft->plan.outputs = wish->outputs;
    draft->plan.protection = wish->protection;
    enum asv_status status = asv_uuid_new(flow->world, draft->plan.id);
    if (status == ASV_OK) {
        status = take_recipients(flow, wish, draft, err);
    }
    if (status == ASV_OK) {
        status = take_clips(flow, wish, draft, err);
    }
    return status == ASV_OK ? write_draft(draft, out, err) : status;
}

/* ---- two people ---- */

enum asv_status asv_handover_propose(const struct asv_flow *flow, const struct asv_handover_plan *plan,
                                     struct asv_person_statement *out, struct asv_err *err)
{
    struct asv_statement what = {
        .action = ASV_ACTION_HAND_OVER,
        .subject = {.kind = ASV_SUBJECT_HANDOVER, .name = plan->plan.recipients[0].name},
        .case_text = plan->plan.case_number,
    };
    bool waits = false;
    asv_plan_digest(what.subject.id, plan->bytes, plan->len);
    memcpy(what.incident, plan->plan.incident, sizeof what.incident);
    enum asv_status status = asv_printed_signer(flow, err);
    if (status == ASV_OK) {
        status = asv_decide_sign_proposal(flow, &what, &waits, out, err);
    }
    if (status != ASV_OK || waits) {
        return status;
    }
    status = asv_db_handover_plan_put(flow->db, (struct asv_bytes){plan->bytes, plan->len}, err);
    return status == ASV_OK ? asv_person_store(flow->db, out, err) : status;
}

static enum asv_status find_proposal(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                     struct asv_person_statement *out, struct asv_err *err)
{
    asv_auto_free struct asv_db_statement *row = calloc(1, sizeof *row);
    if (row == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_statement_find(db, digest, row, err);
    if (status == ASV_OK) {
        status = asv_person_read(row, out, err);
    }
    return status == ASV_OK ? asv_person_verify(db, &out->said, err) : status;
}

enum asv_status asv_handover_read(struct asv_db *db, const struct asv_db_handover *row,
                                  struct asv_person_statement *proposal, struct asv_handover_plan **out,
                                  struct asv_err *err)
{
    struct asv_handover_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    memcpy(plan->bytes, row->plan, row->plan_len);
    plan->len = row->plan_len;
    enum asv_status status = find_proposal(db, row->proposal, proposal, err);
    if (status == ASV_OK) {
        status = asv_plan_of(&plan->plan, &proposal->said, plan->bytes, plan->len, err);
    }
    if (status == ASV_OK) {
        *out = plan;
    } else {
        asv_handover_plan_free(plan);
    }
    return status;
}

/* HO-017: of every recording, as when it was proposed. */
static enum asv_status judge_answer(const struct asv_flow *flow, const struct asv_handover_plan *plan,
                                    bool own, uint8_t step, struct asv_err *err)
{
    asv_auto_case struct asv_case work = {0};
    char case_number[ASV_NAME_MAX_BYTES + 1] = "";
    memcpy(case_number, plan->plan.case_number.data, plan->plan.case_number.len);
    enum asv_status status = asv_case_open(flow, &work, err);
    for (uint16_t i = 0; status == ASV_OK && i < plan->plan.clip_count; i++) {
        struct asv_plan_clip clip;
        struct asv_db_clip_face face;
        struct asv_db_handover_candidate row;
        asv_plan_clip(&plan->plan, i, &clip);
        status = asv_db_clip_of_header(flow->db, clip.header, &face, err);
        if (status == ASV_OK) {
            status = judge_clip(&work, case_number, face.clip, step, own, &row, err);
        }
    }
    return status;
}

enum asv_status asv_handover_answer(const struct asv_flow *flow, const struct asv_db_handover *row,
                                    const struct asv_person_statement *proposal,
                                    const struct asv_handover_plan *plan, uint8_t step, struct asv_err *err)
{
    bool own = memcmp(proposal->said.person, flow->credential->said.person, ASV_UUID_BYTES) == 0;
    if (strcmp(row->state, "proposed") != 0) {
        return asv_failf(err, ASV_E_STATE, "nothing is to be decided: the hand-over is %s", row->state);
    }
    enum asv_status status = step == ASV_STEP_WITHDRAW ? ASV_OK : judge_answer(flow, plan, own, step, err);
    if (status == ASV_OK && step == ASV_STEP_APPROVE) {
        status = asv_printed_signer(flow, err);
    }
    return status == ASV_OK ? asv_decide_answer(flow, proposal, step, err) : status;
}

/* ---- what is written down ---- */

enum asv_status asv_handover_cancel(const struct asv_flow *flow, const struct asv_db_handover *row,
                                    const uint8_t salt[ASV_SHA256_BYTES], bool *waits, struct asv_err *err)
{
    struct asv_person_statement stated = {0};
    struct asv_statement what;
    struct asv_db_signed it;
    asv_record_handover_end(&what, row, salt);
    enum asv_status status = asv_flow_sign_row(flow, &what, salt, &stated, &it, err);
    return status == ASV_OK ? asv_db_handover_end(flow->db, row->id, &it, flow->actor, waits, err) : status;
}

enum asv_status asv_handover_put_receipt(const struct asv_flow *flow,
                                         const struct asv_db_handover_receipt *receipt,
                                         const uint8_t salt[ASV_SHA256_BYTES], bool *waits,
                                         struct asv_err *err)
{
    struct asv_person_statement stated = {0};
    struct asv_statement what;
    struct asv_db_signed it;
    asv_record_handover_receipt(&what, receipt, salt);
    enum asv_status status = asv_flow_sign_row(flow, &what, salt, &stated, &it, err);
    return status == ASV_OK ? asv_db_handover_receipt_put(flow->db, receipt, &it, flow->actor, waits, err)
                            : status;
}
