/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Plans of hand-overs, for tests: of the agency of seed 1, for its example's incident.
 */
#ifndef ASV_TESTS_SUPPORT_PLANS_H
#define ASV_TESTS_SUPPORT_PLANS_H

#include "server/statement/plan.h"

/* For two recipients, with this many clips, whose digests follow from their numbers; the forms take turns.
 * Views into static storage. */
void asv_test_handover_plan(struct asv_plan *out, struct asv_plan_clip *clips, uint16_t clip_count);

/* Fills what a HAND_OVER about the plan says of it: data[len] are its bytes. */
void asv_test_handover_says(struct asv_statement *out, const struct asv_plan *plan, const void *data,
                            size_t len);

#endif
