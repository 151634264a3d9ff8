/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Partial tiles of a published log that nobody needs any more, and what contradicts it (docs/LEDGER.md 5).
 */
#ifndef ASV_SERVER_CLI_LEDGER_SWEEP_H
#define ASV_SERVER_CLI_LEDGER_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "server/ledger/tile.h"

/* Whether what is published below dir was looked through last a day ago, or longer; or in the future, where
 * nobody looked. */
bool asv_ledger_sweep_is_due(int dir, int64_t now_ms);

struct asv_ledger_sweep {
    int dir;                /* where the log is published */
    uint64_t size;          /* of its first entries all files were compared just before (LG-091) */
    struct asv_tiles tiles; /* which the database has */
    uint8_t *file;          /* room for the largest file */
    size_t file_bytes;
    int64_t now_ms;
    uint64_t removed; /* out: partial ones that nobody needs */
    uint64_t strange; /* out: others, that contradict what the database has, and were removed */
};

/* LG-059. Removes partial tiles and bundles whose full one is there for a day, and LG-108 what begins
 * otherwise than the database's beginning of that tile. LG-120: anything else of which the database has less
 * stays: it may have lost it. Then they have been looked through; cut off, it is done anew the next time. */
ASV_MUST_CHECK enum asv_status asv_ledger_sweep(struct asv_ledger_sweep *it, struct asv_err *err);

#endif
