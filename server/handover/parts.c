/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/parts.h"

#include "server/base/fail.h"

/* HO-078: in their order, each part as full as it gets. */
enum asv_status asv_parts_divide(const uint64_t *bytes, size_t recordings, uint64_t fixed,
                                 const struct asv_room *room, struct asv_share *parts, size_t cap,
                                 size_t *count, struct asv_err *err)
{
    size_t used = 0;
    for (size_t i = 0; i < recordings; i++) {
        if (fixed > room->bytes || bytes[i] > room->bytes - fixed) {
            return asv_failf(
                err, ASV_E_LIMIT,
                "recording %zu takes some %llu bytes and fits on no medium of %llu: take a larger one", i + 1,
                (unsigned long long)bytes[i], (unsigned long long)room->bytes);
        }
        if (used == 0 || parts[used - 1].bytes > room->planned ||
            bytes[i] > room->planned - parts[used - 1].bytes) {
            if (used == cap) {
                return asv_fail_at(err, ASV_E_LIMIT, "more parts than there may be", cap);
            }
            parts[used++] = (struct asv_share){.first = i, .bytes = fixed};
        }
        parts[used - 1].count++;
        parts[used - 1].bytes += bytes[i];
    }
    *count = used;
    return ASV_OK;
}
