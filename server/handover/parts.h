/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Recordings among media that are smaller than all of them (docs/HANDOVER.md 4).
 */
#ifndef ASV_SERVER_HANDOVER_PARTS_H
#define ASV_SERVER_HANDOVER_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

struct asv_share {
    size_t first, count; /* recordings, in their order */
    uint64_t bytes;
};

struct asv_room {
    uint64_t bytes;   /* of a medium */
    uint64_t planned; /* of these, for several recordings: less, where an estimate was too small (HO-143) */
};

/* Divides recordings among carriers that each fit on a medium: every part is a carrier of its own recordings,
 * and has `fixed` bytes besides. *count: how many parts. ASV_E_LIMIT: a recording does not fit on a medium by
 * itself, or there are more than cap parts; a recording is never divided. */
ASV_MUST_CHECK enum asv_status asv_parts_divide(const uint64_t *bytes, size_t recordings, uint64_t fixed,
                                                const struct asv_room *room, struct asv_share *parts,
                                                size_t cap, size_t *count, struct asv_err *err);

#endif
