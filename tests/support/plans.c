/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/plans.h"

#include <string.h>

#include "tests/support/samples.h"

static struct asv_bytes text(const char *chars)
{
    return (struct asv_bytes){(const uint8_t *)chars, strlen(chars)};
}

void asv_test_handover_plan(struct asv_plan *out, struct asv_plan_clip *clips, uint16_t clip_count)
{
    *out = (struct asv_plan){.case_number = text("32-3/2026-0042"),
                             .outputs = ASV_PLAN_CARRIER,
                             .protection = ASV_PLAN_OPEN,
                             .recipient_count = 2,
                             .clip_count = clip_count};
    memcpy(out->agency, asv_samples()->agency.id, sizeof out->agency);
    memset(out->id, 0x21, sizeof out->id);
    memset(out->incident, 0x22, sizeof out->incident);
    memset(out->recipients[0].key, 0x23, ASV_X25519_BYTES);
    out->recipients[0].name = text("Staatsanwaltschaft Duisburg");
    memset(out->recipients[1].key, 0x24, ASV_X25519_BYTES);
    out->recipients[1].name = text("Rechtsanw\xc3\xa4ltin Dr. \xc3\x96zt\xc3\xbcrk");
    for (uint16_t i = 0; i < clip_count; i++) {
        clips[i] = (struct asv_plan_clip){.form = (uint8_t)(ASV_PLAN_SEALED + i % 4)};
        clips[i].header[0] = (uint8_t)((i + 1) >> 8);
        clips[i].header[1] = (uint8_t)(i + 1);
        if (asv_plan_is_ranged(clips[i].form)) {
            clips[i].from_ms = 5000;
            clips[i].until_ms = 65000;
        }
    }
}

void asv_test_handover_says(struct asv_statement *out, const struct asv_plan *plan, const void *data,
                            size_t len)
{
    memcpy(out->agency, plan->agency, sizeof out->agency);
    memcpy(out->incident, plan->incident, sizeof out->incident);
    out->case_text = plan->case_number;
    asv_plan_digest(out->subject.id, data, len);
    out->subject.name = plan->recipients[0].name;
}
