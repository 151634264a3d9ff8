/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether an entry tells of a statement what the statement says. For asservat-verify and for asservat ledger
 * verify alike.
 */
#ifndef ASV_SERVER_VERIFY_SIGNED_SAYS_H
#define ASV_SERVER_VERIFY_SIGNED_SAYS_H

#include "server/ledger/entry.h"
#include "server/verify/signed.h"

/* What an entry is closed over, as far as it is open; len 0: closed, or there is none. */
struct asv_signed_closed {
    struct asv_bytes person, header, camera, incident;
};

/* LG-099: of the object that an entry names (asv_signed_is_named), whoever signed it. ASV_OK for objects that
 * are no statement; ASV_E_MISMATCH with what the entry tells otherwise; as asv_statement_decode. */
ASV_MUST_CHECK enum asv_status asv_signed_says(const struct asv_signed *it,
                                               const struct asv_ledger_entry *entry,
                                               const struct asv_signed_closed *closed, struct asv_err *err);

#endif
