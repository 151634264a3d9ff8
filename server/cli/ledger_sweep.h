/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Partial tiles of a published log that nobody needs any more (docs/LEDGER.md 5).
 */
#ifndef ASV_SERVER_CLI_LEDGER_SWEEP_H
#define ASV_SERVER_CLI_LEDGER_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

/* Whether what is published below dir was looked through last a day ago, or longer; or in the future, where
 * nobody looked. */
bool asv_ledger_sweep_is_due(int dir, int64_t now_ms);

struct asv_ledger_swept {
    uint64_t removed; /* partial ones that nobody needs */
    uint64_t strange; /* of no head that was published, and removed */
};

/* LG-059. Removes partial tiles and bundles below dir whose full one is there for a day, of those of the
 * first `size` entries, which were compared just before (LG-091), and LG-108 what tiles there are that the
 * first `most` do not have. Then they have been looked through; cut off, it is done anew the next time. */
ASV_MUST_CHECK enum asv_status asv_ledger_sweep(int dir, uint64_t size, uint64_t most, int64_t now_ms,
                                                struct asv_ledger_swept *swept, struct asv_err *err);

#endif
