/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Rows of hand-overs that were taken (docs/KEEPER.md 8): what left the keeper, or may, whoever asked for it.
 */
#ifndef ASV_KEEPER_HANDED_H
#define ASV_KEEPER_HANDED_H

#include "server/keeper/index.h"
#include "server/statement/plan.h"

/* The hand-over with this proposal, or NULL: it was not taken. */
struct asv_index_handover *asv_handed_find(const struct asv_index *index,
                                           const uint8_t proposal[ASV_SHA256_BYTES]);

/* Adds it, and each clip of its plan. ASV_E_BUSY when a table is full. */
ASV_MUST_CHECK enum asv_status asv_handed_put(struct asv_index *index, const struct asv_index_handover *row,
                                              const struct asv_plan *plan, struct asv_err *err);

/* Whether a hand-over of the clip was taken at that instant or later. */
bool asv_handed_since(const struct asv_index *index, const uint8_t header[ASV_SHA256_BYTES], int64_t at_ms);

/* K-236: whether some can be forgotten; and forgets them. */
bool asv_handed_any(const struct asv_index *index, int64_t now_ms);
void asv_handed_tick(struct asv_index *index, int64_t now_ms);

#endif
