/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How a log began: its first entry has its name and number, and names the last head that was signed before it
 * (docs/LEDGER.md 4).
 */
#ifndef ASV_LEDGER_BEGUN_H
#define ASV_LEDGER_BEGUN_H

#include "server/ledger/entry.h"
#include "server/ledger/proof.h"

/* Views the entry. */
struct asv_begun {
    uint64_t number; /* of the log, in its database */
    uint64_t stayed; /* entries of the one with the number before, there, when it began */
    bool names;      /* a log before */
    struct asv_tree_head head;
    struct asv_bytes origin; /* printable ASCII */
};

/* LG-114: of the entry with this index of the log of this origin. ASV_E_NOT_FOUND: it is another entry, and
 * says nothing of that; ASV_E_MALFORMED: the first one does not say that it began, or not how, or another one
 * does. */
ASV_MUST_CHECK enum asv_status asv_begun_read(struct asv_begun *out, const struct asv_ledger_entry *entry,
                                              uint64_t index, const char *origin, struct asv_err *err);

#endif
