/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The report on what the ledger gave out, in plain words or as one JSON object. Written while it is made, so
 * that it may be longer than memory; only the first things that are wrong, or were not looked at, are
 * remembered.
 */
#ifndef ASV_SERVER_VERIFY_LEDGER_SAY_H
#define ASV_SERVER_VERIFY_LEDGER_SAY_H

#include "server/ledger/claim.h"
#include "server/ledger/opened.h"
#include "server/ledger/policy.h"
#include "server/verify/ledger_heads.h"
#include "server/verify/report.h"
#include "server/verify/signed.h"

#define ASV_SAY_LINES_MAX 16
#define ASV_SAY_TEXT      400

/* The first of them, and how many there are. */
struct asv_say_lines {
    uint64_t count;
    char first[ASV_SAY_LINES_MAX][ASV_SAY_TEXT];
};

enum asv_say_kind { ASV_SAY_PROOF, ASV_SAY_PROOFS, ASV_SAY_CHECKPOINT, ASV_SAY_LOG };

struct asv_ledger_say {
    FILE *out;
    enum asv_language language;
    bool json;
    enum asv_say_kind kind;
    bool listing;     /* a list of entries was begun */
    bool claimed;     /* that something is not left out was said */
    bool people;      /* whoever signed something was said to be a person */
    bool keys;        /* of a signature it was not shown whose it is */
    uint64_t checked; /* entries */
    struct asv_say_lines wrong;
    struct asv_say_lines unchecked;
};

/* Where an entry is said to stand. */
struct asv_say_place {
    bool has_index; /* a proof could be read */
    uint64_t index;
    const char *origin; /* NULL: it was not proven */
    uint64_t size;      /* of the tree that it was proven in */
};

/* What a kind or a tag is called, in the report's language; static storage. NULL: there is no such. */
const char *asv_say_kind_name(enum asv_language language, uint16_t kind);
const char *asv_say_tag_name(enum asv_language language, uint8_t tag);

void asv_say_begin(struct asv_ledger_say *say, enum asv_say_kind kind);

/* One entry, by its file's name, with what was opened of it, and who has signed the object that it names;
 * both may be NULL. */
void asv_say_entry(struct asv_ledger_say *say, const char *name, const struct asv_say_place *place,
                   const struct asv_ledger_entry *entry, const struct asv_opened *opened,
                   const struct asv_signed_by *by);

/* Whether it was said whose signature it is: a person's may be known by the key alone. */
bool asv_say_is_somebodys(const struct asv_signed_by *by);

/* Whose signature it is, and of which decision: a line of text, or a JSON value (NULL: null). */
void asv_say_signed(FILE *out, enum asv_language language, const struct asv_signed_by *by);
void asv_say_signed_json(FILE *out, const struct asv_signed_by *by);

/* A claim about a camera that is shown, with what it rests on, and what it does not show. */
void asv_say_claim(struct asv_ledger_say *say, const struct asv_claim *claim, uint64_t within);

/* The balance of a day: counts[8], as the entry of that index has them; others: how many more of that day are
 * proven. */
void asv_say_balance(struct asv_ledger_say *say, const struct asv_claim *claim, const uint64_t *counts,
                     int64_t recorded_ms, uint64_t others);

/* One thing that is wrong: where, and what. */
__attribute__((format(printf, 3, 4))) void asv_say_wrong(struct asv_ledger_say *say, const char *where,
                                                         const char *what, ...);

/* One thing that was not looked at, and why; what may be empty. */
void asv_say_unchecked(struct asv_ledger_say *say, const char *where, const char *what);

/* Ends the report: the heads that were shown and who cosigned them when, the result, and what that means.
 * Whether nothing was wrong. */
bool asv_say_end(struct asv_ledger_say *say, const struct asv_ledger_policy *policy,
                 const struct asv_heads *heads);

/* Private to ledger_say*.c: ends the list of entries, if one was begun; the heads alone. */
void asv_say_end_list(struct asv_ledger_say *say);
void asv_say_heads(struct asv_ledger_say *say, const struct asv_ledger_policy *policy,
                   const struct asv_heads *heads);

#endif
