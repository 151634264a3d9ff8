/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether an entry tells of a signed object what the object says (docs/LEDGER.md 3): whoever fills the ledger
 * can put other facts above a genuine signature. For asservat-verify and for asservat ledger verify alike.
 */
#ifndef ASV_SERVER_VERIFY_SIGNED_SAYS_H
#define ASV_SERVER_VERIFY_SIGNED_SAYS_H

#include "server/verify/signed.h"
#include "server/verify/told.h"

/* LG-099: of the object that an entry of it->kind names (asv_signed_is_named), whoever signed it, with what
 * is known of the entry. ASV_E_MISMATCH with what the entry tells otherwise; the errors of reading the
 * object. *about may be NULL. */
ASV_MUST_CHECK enum asv_status asv_signed_says(const struct asv_signed *it, const struct asv_told *told,
                                               struct asv_signed_about *about, struct asv_err *err);

#endif
