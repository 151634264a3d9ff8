/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Which decision an entry tells of (docs/LEDGER.md 3): what is said about a recording and what was signed for
 * it are one thing.
 */
#ifndef ASV_LEDGER_DECISION_H
#define ASV_LEDGER_DECISION_H

#include <stdbool.h>
#include <stdint.h>

struct asv_ledger_decision {
    uint16_t kind;   /* of the entry */
    uint16_t action; /* of the statement that it names (STATEMENTS.md 4) */
    uint8_t step;
};

/* NULL: entries of this kind tell of no decision, or of whichever. Static storage. */
const struct asv_ledger_decision *asv_ledger_decision(uint16_t kind);

#endif
