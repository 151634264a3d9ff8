/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * An entry about what the keeper said to a statement, against the ruling that it names (docs/LEDGER.md,
 * LG-095). Pure functions of bytes.
 */
#ifndef ASV_SERVER_VERIFY_RULED_H
#define ASV_SERVER_VERIFY_RULED_H

#include "server/ledger/entry.h"

enum asv_ruled {
    ASV_RULED_TAKEN = 0, /* by the keeper's ruling, as is the next one */
    ASV_RULED_REFUSED,
    ASV_RULED_CONCLUDED, /* taken, by what the keeper keeps: nobody signed it */
    ASV_RULED_NOT_TAKEN, /* nobody signed that either */
    ASV_RULED_COUNT,
};

/* What an entry of kind statement_answered says. ASV_E_MALFORMED: nothing of these, or a ruling where there
 * is none to be, or none where there is. */
ASV_MUST_CHECK enum asv_status asv_ruled_read(enum asv_ruled *out, const struct asv_ledger_entry *entry,
                                              struct asv_err *err);

/* Such an entry says what its ruling says: the statement, the verdict, when. ASV_E_MISMATCH. */
ASV_MUST_CHECK enum asv_status asv_ruled_agrees(const struct asv_ledger_entry *entry, struct asv_bytes ruling,
                                                struct asv_err *err);

#endif
