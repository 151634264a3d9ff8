/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The report on what the ledger gave out, in plain words or as one JSON object. Written while it is made, so
 * that it may be longer than memory; only the first things that are wrong are remembered.
 */
#ifndef ASV_SERVER_VERIFY_LEDGER_SAY_H
#define ASV_SERVER_VERIFY_LEDGER_SAY_H

#include "server/ledger/claim.h"
#include "server/ledger/opened.h"
#include "server/ledger/policy.h"
#include "server/verify/report.h"

#define ASV_SAY_WRONG_MAX 16
#define ASV_SAY_TEXT      400

struct asv_ledger_say {
    FILE *out;
    enum asv_language language;
    bool json;
    uint64_t listed; /* entries that were told one by one */
    uint64_t checked;
    uint64_t wrong;
    char first[ASV_SAY_WRONG_MAX][ASV_SAY_TEXT];
};

/* Begins the report; kind: "proof", "checkpoint", "log", "proofs". */
void asv_say_begin(struct asv_ledger_say *say, const char *kind);

/* One entry, with what was opened of it (may be NULL). size: of the tree that it was proven in; 0: it was
 * not.
 */
void asv_say_entry(struct asv_ledger_say *say, const char *name, uint64_t index, uint64_t size,
                   const struct asv_ledger_entry *entry, const struct asv_opened *opened);

/* The head that something rests on, and who cosigned it. */
void asv_say_head(struct asv_ledger_say *say, const struct asv_ledger_policy *policy,
                  const struct asv_ledger_verdict *verdict);

/* A claim about a camera that is shown, with what it rests on, and what it does not show. */
void asv_say_claim(struct asv_ledger_say *say, const struct asv_claim *claim, uint64_t within);

/* The balance of a day: counts[8], as the entry has them. */
void asv_say_balance(struct asv_ledger_say *say, const struct asv_claim *claim, const uint64_t *counts);

/* One thing that is wrong: where, and what. */
__attribute__((format(printf, 3, 4))) void asv_say_wrong(struct asv_ledger_say *say, const char *where,
                                                         const char *what, ...);

/* Ends the report; whether nothing was wrong. */
bool asv_say_end(struct asv_ledger_say *say);

#endif
