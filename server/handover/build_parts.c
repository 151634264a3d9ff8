/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Carriers in parts (HO-078, HO-085): how recordings are divided before anything is made. */
#include <stdio.h>
#include <stdlib.h>

#include "server/base/fail.h"
#include "server/handover/build_internal.h"
#include "server/handover/parts.h"

/* What is not a recording's content is estimated, and generously: what came out is compared (build.c). */
#define FIXED_BYTES    ((uint64_t)12 << 20) /* documents, certificates, what protects it, the medium's own */
#define CLIP_BYTES     ((uint64_t)1 << 20) /* seal, custody with its proofs, and its share of the documents */
#define OVERHEAD_SHIFT 10                  /* of content: tags, hashes, a protection's */

struct asv_build_part asv_build_part(const struct asv_build_parts *parts, uint16_t number)
{
    return (struct asv_build_part){.number = number,
                                   .of = parts->of,
                                   .first = parts->first[number - 1],
                                   .count = (uint16_t)(parts->first[number] - parts->first[number - 1]),
                                   .clips = parts->clips};
}

const char *asv_build_carrier(char out[ASV_BUILD_NAME_BYTES], uint16_t number, uint16_t of)
{
    if (of == 1) {
        (void)snprintf(out, ASV_BUILD_NAME_BYTES, ASV_BUILD_CARRIER);
    } else {
        (void)snprintf(out, ASV_BUILD_NAME_BYTES, "carrier-%u-of-%u.zip", number, of);
    }
    return out;
}

const char *asv_build_extras(char out[ASV_BUILD_NAME_BYTES], const struct asv_build_part *part)
{
    if (part->of == 1) {
        (void)snprintf(out, ASV_BUILD_NAME_BYTES, "extras");
    } else {
        (void)snprintf(out, ASV_BUILD_NAME_BYTES, "extras-%u", part->number);
    }
    return out;
}

/* By the time at which it was over, as far as the house knows it; then by the plan's order. */
static void order_clips(const struct asv_exhibit_name *names, uint16_t count, uint16_t *out)
{
    for (uint16_t i = 0; i < count; i++) {
        uint16_t at = i;
        while (at > 0 && names[out[at - 1]].latest_ms > names[i].latest_ms) {
            out[at] = out[at - 1];
            at--;
        }
        out[at] = i;
    }
}

/* An excerpt may be all of its recording. */
static uint64_t estimate(const struct asv_plan *plan, uint16_t clip, uint64_t payload)
{
    struct asv_plan_clip wanted;
    asv_plan_clip(plan, clip, &wanted);
    uint64_t bytes = payload > UINT64_MAX / 4 ? UINT64_MAX / 4 : payload;
    bytes *= wanted.form == ASV_PLAN_SEALED ? 1 : 2;
    return CLIP_BYTES + bytes + (bytes >> OVERHEAD_SHIFT);
}

/* Too much for the stack. */
struct dividing {
    uint64_t bytes[ASV_PLAN_CLIPS_MAX];
    struct asv_share shares[ASV_PLAN_CLIPS_MAX];
};

static enum asv_status divide(const struct asv_build *build, const struct asv_plan *plan,
                              const struct asv_room *medium, struct asv_build_parts *out, struct asv_err *err)
{
    struct dividing *it = calloc(1, sizeof *it);
    size_t count = 0;
    if (it == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (uint16_t i = 0; i < plan->clip_count; i++) {
        it->bytes[i] = estimate(plan, out->clips[i], build->sizes[out->clips[i]]);
    }
    enum asv_status status = asv_parts_divide(it->bytes, plan->clip_count, FIXED_BYTES, medium, it->shares,
                                              ASV_PLAN_CLIPS_MAX, &count, err);
    out->of = (uint16_t)count;
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        out->first[i] = (uint16_t)it->shares[i].first;
    }
    free(it);
    return status;
}

enum asv_status asv_build_divide(const struct asv_build *build, struct asv_build_parts *out,
                                 struct asv_err *err)
{
    struct asv_plan plan;
    struct asv_room medium = {0};
    enum asv_status status = asv_plan_read(&plan, build->plan.data, build->plan.len, err);
    if (status == ASV_OK) {
        status = asv_work_medium(build, &medium, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    *out = (struct asv_build_parts){.of = 1};
    order_clips(build->names, plan.clip_count, out->clips);
    if ((plan.outputs & ASV_PLAN_CARRIER) == 0) {
        medium = (struct asv_room){0};
    }
    if (medium.bytes > 0) {
        status = divide(build, &plan, &medium, out, err);
    }
    out->first[out->of] = plan.clip_count;
    return status == ASV_OK ? asv_work_keep_medium(build, &medium, err) : status;
}
