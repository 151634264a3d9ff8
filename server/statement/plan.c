/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/statement/plan.h"

#include <string.h>

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"

static const char object_name[] = "plan";

/* The field that breaks a rule, or NULL; what the clips say is looked at one by one. */
static const char *broken(const struct asv_plan *plan)
{
    if (asv_is_zero(plan->id, sizeof plan->id)) { /* ST-121 */
        return "id";
    }
    if (asv_is_zero(plan->incident, sizeof plan->incident) ||
        !asv_text_is_good(plan->case_number, ASV_NAME_MAX_BYTES)) {
        return "incident";
    }
    if (plan->outputs == 0 || (plan->outputs & ~(ASV_PLAN_CARRIER | ASV_PLAN_FILING)) != 0) {
        return "outputs";
    }
    if (plan->protection > ASV_PLAN_AGE ||
        (plan->protection != ASV_PLAN_OPEN && (plan->outputs & ASV_PLAN_CARRIER) == 0)) {
        return "protection";
    }
    if (plan->recipient_count == 0 || plan->recipient_count > ASV_PLAN_RECIPIENTS_MAX) {
        return "recipients";
    }
    for (uint8_t i = 0; i < plan->recipient_count; i++) { /* ST-122 */
        const struct asv_plan_recipient *one = &plan->recipients[i];
        bool again = false;
        for (uint8_t j = 0; j < i; j++) {
            again |= memcmp(plan->recipients[j].key, one->key, sizeof one->key) == 0;
        }
        if (again || !asv_text_is_good(one->name, ASV_NAME_MAX_BYTES) ||
            !asv_statement_can_wrap_for(one->key)) {
            return "recipients";
        }
    }
    return plan->clip_count == 0 || plan->clip_count > ASV_PLAN_CLIPS_MAX ? "clips" : NULL;
}

/* ST-126 */
static bool clip_is_good(const struct asv_plan_clip *clip, const struct asv_plan_clip *before)
{
    bool ranged = asv_plan_is_ranged(clip->form) ? clip->from_ms < clip->until_ms
                                                 : clip->from_ms == 0 && clip->until_ms == 0;
    return ranged && clip->form >= ASV_PLAN_SEALED && clip->form <= ASV_PLAN_EXCERPT_ONLY &&
           !asv_is_zero(clip->header, sizeof clip->header) &&
           (before == NULL || memcmp(before->header, clip->header, sizeof clip->header) < 0);
}

enum asv_status asv_plan_write(struct asv_writer *writer, const struct asv_plan *plan,
                               const struct asv_plan_clip *clips)
{
    size_t len;
    if (broken(plan) != NULL) {
        return ASV_E_USAGE;
    }
    (void)asv_put_begin(writer);
    asv_write_digest(writer, plan->agency);
    asv_write_bytes(writer, plan->id, sizeof plan->id);
    asv_write_bytes(writer, plan->incident, sizeof plan->incident);
    asv_write_view8(writer, plan->case_number.data, plan->case_number.len);
    asv_write_u8(writer, plan->outputs);
    asv_write_u8(writer, plan->protection);
    asv_write_u8(writer, plan->recipient_count);
    for (uint8_t i = 0; i < plan->recipient_count; i++) {
        asv_write_x25519_pk(writer, plan->recipients[i].key);
        asv_write_view8(writer, plan->recipients[i].name.data, plan->recipients[i].name.len);
    }
    asv_write_u16(writer, plan->clip_count);
    for (uint16_t i = 0; i < plan->clip_count; i++) {
        if (!clip_is_good(&clips[i], i > 0 ? &clips[i - 1] : NULL)) {
            return ASV_E_USAGE;
        }
        asv_write_digest(writer, clips[i].header);
        asv_write_u8(writer, clips[i].form);
        asv_write_u32(writer, clips[i].from_ms);
        asv_write_u32(writer, clips[i].until_ms);
    }
    asv_write_extensions(writer, plan->extensions);
    return asv_write_end(writer, &len);
}

static void read_recipients(struct asv_fields *in, struct asv_plan *plan)
{
    asv_field_u8(in, &plan->recipient_count, "recipients");
    if (plan->recipient_count > ASV_PLAN_RECIPIENTS_MAX) { /* ST-002 */
        asv_fields_fail(in, ASV_E_LIMIT, "recipients");
    }
    for (uint8_t i = 0; in->status == ASV_OK && i < plan->recipient_count; i++) {
        asv_field_x25519_pk(in, plan->recipients[i].key, "recipients");
        asv_field_view8(in, &plan->recipients[i].name, ASV_NAME_MAX_BYTES, "recipients");
    }
}

static void read_clip(struct asv_fields *in, struct asv_plan_clip *clip)
{
    asv_field_digest(in, clip->header, "clips");
    asv_field_u8(in, &clip->form, "clips");
    asv_field_u32(in, &clip->from_ms, "clips");
    asv_field_u32(in, &clip->until_ms, "clips");
}

static void read_clips(struct asv_fields *in, struct asv_plan *plan)
{
    struct asv_plan_clip clips[2];
    asv_field_u16(in, &plan->clip_count, "clips");
    if (plan->clip_count > ASV_PLAN_CLIPS_MAX) { /* ST-002 */
        asv_fields_fail(in, ASV_E_LIMIT, "clips");
    }
    size_t at = in->reader.at;
    for (uint16_t i = 0; in->status == ASV_OK && i < plan->clip_count; i++) {
        read_clip(in, &clips[i % 2]);
        if (in->status == ASV_OK && !clip_is_good(&clips[i % 2], i > 0 ? &clips[(i - 1) % 2] : NULL)) {
            asv_fields_rule(in, "clips");
        }
    }
    if (in->status == ASV_OK) {
        plan->clips = (struct asv_bytes){in->reader.data + at, in->reader.at - at};
    }
}

enum asv_status asv_plan_read(struct asv_plan *out, const void *data, size_t len, struct asv_err *err)
{
    struct asv_plan plan = {0};
    struct asv_fields in;
    asv_fields_begin(&in, object_name, data, len, ASV_PLAN_MAX_BYTES); /* ST-001, ST-002 */
    asv_field_digest(&in, plan.agency, "agency");
    asv_field_copy(&in, plan.id, sizeof plan.id, "id");
    asv_field_copy(&in, plan.incident, sizeof plan.incident, "incident");
    asv_field_view8(&in, &plan.case_number, ASV_NAME_MAX_BYTES, "incident");
    asv_field_u8(&in, &plan.outputs, "outputs");
    asv_field_u8(&in, &plan.protection, "protection");
    read_recipients(&in, &plan);
    read_clips(&in, &plan);
    asv_fields_close(&in, &plan.extensions); /* ST-003 */
    if (in.status == ASV_OK) {
        asv_fields_rule(&in, broken(&plan));
    }
    enum asv_status status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        *out = plan;
    }
    return status;
}

void asv_plan_clip(const struct asv_plan *plan, uint16_t i, struct asv_plan_clip *out)
{
    struct asv_fields in = {.status = ASV_OK};
    asv_reader_init(&in.reader, plan->clips.data + (size_t)i * ASV_PLAN_CLIP_BYTES, ASV_PLAN_CLIP_BYTES);
    read_clip(&in, out); /* as it was read before */
}

void asv_plan_digest(uint8_t out[ASV_SHA256_BYTES], const void *data, size_t len)
{
    asv_sha256(out, data, len);
}

static bool same(struct asv_bytes a, struct asv_bytes b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

enum asv_status asv_plan_of(struct asv_plan *out, const struct asv_statement *statement, const void *data,
                            size_t len, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_plan plan = {0};
    asv_plan_digest(digest, data, len);
    if (statement->action != ASV_ACTION_HAND_OVER ||
        memcmp(digest, statement->subject.id, sizeof digest) != 0) { /* ST-123 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name, "it is not the one that was signed");
    }
    enum asv_status status = asv_plan_read(&plan, data, len, err);
    if (status != ASV_OK) {
        return status;
    }
    if (memcmp(plan.agency, statement->agency, sizeof plan.agency) != 0 ||
        memcmp(plan.incident, statement->incident, sizeof plan.incident) != 0 ||
        !same(plan.case_number, statement->case_text) ||
        !same(plan.recipients[0].name, statement->subject.name)) { /* ST-123 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name, "the statement says something else");
    }
    *out = plan;
    return ASV_OK;
}
