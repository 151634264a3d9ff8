/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What entries of the ledger tell of (docs/LEDGER.md 3). The database has the same list
 * (sql/0015_ledger.sql).
 */
#ifndef ASV_LEDGER_KIND_H
#define ASV_LEDGER_KIND_H

#include <stdint.h>

#define ASV_LEDGER_LOG_BEGUN          1 /* the first entry of each log */
#define ASV_LEDGER_FORGOTTEN          3
#define ASV_LEDGER_DOCKED             20
#define ASV_LEDGER_COMMITTED_FIRST    34 /* committed, quarantined, expired_on_arrival */
#define ASV_LEDGER_COMMITTED_LAST     36
#define ASV_LEDGER_ERASED             61
#define ASV_LEDGER_ERASED_UNSIGNED    62
#define ASV_LEDGER_BALANCE            114
#define ASV_LEDGER_STATEMENT          96
#define ASV_LEDGER_STATEMENT_ANSWERED 97
#define ASV_LEDGER_POLICY_FILE        102
#define ASV_LEDGER_ACCESS             120
#define ASV_LEDGER_SUBJECT_REQUEST    121

/* "committed", in static storage; NULL for a number that is no kind. */
const char *asv_ledger_kind_name(uint16_t kind);

#endif
