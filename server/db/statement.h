/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Everything that people signed (docs/STATEMENTS.md), and what the keeper said to it. What a statement brings
 * about (an enrolment, a policy, a recipient) follows from its row and the keeper's answer, and stands
 * nowhere else.
 *
 * Beside the statuses of db.h: ASV_E_DENIED when a credential is not enrolled, revoked or disabled, or one
 * person would decide alone; ASV_E_STATE when a proposal was decided before; ASV_E_EXPIRED when its time is
 * over.
 */
#ifndef ASV_SERVER_DB_STATEMENT_H
#define ASV_SERVER_DB_STATEMENT_H

#include "server/db/clip.h"
#include "server/db/db.h"
#include "server/statement/card.h"
#include "server/statement/plan.h"

/* Keeps bytes, of which *statement are the views, and whose proof the caller has made or verified. */
ASV_MUST_CHECK enum asv_status asv_db_statement_put(struct asv_db *db, const struct asv_statement *statement,
                                                    struct asv_bytes bytes, enum asv_db_outcome *outcome,
                                                    struct asv_err *err);

/* What a person signed of a row (ST-103): it is stored with it, in one transaction, or neither is. */
struct asv_db_signed {
    const struct asv_statement *said; /* views into bytes; its proof was made or verified by the caller */
    struct asv_bytes bytes;
    uint8_t salt[ASV_SHA256_BYTES]; /* random, of the digest by which it names the row */
};

/* What the keeper signed about a statement (TRUST.md 14), which the caller has verified. */
struct asv_db_ruling {
    struct asv_bytes object;
    const uint8_t *keeper; /* digest of the certificate that signed it */
};

/* The keeper took a statement (why NULL), which it does once and for good, or refused it. ruling NULL: nobody
 * signed that; it was not taken, or its time is over and what the keeper keeps says that it was, which is for
 * the nightly run to say (LG-095). ASV_E_MISMATCH for a ruling about another statement. */
ASV_MUST_CHECK enum asv_status asv_db_statement_answered(struct asv_db *db,
                                                         const uint8_t digest[ASV_SHA256_BYTES],
                                                         const char *why, const struct asv_db_ruling *ruling,
                                                         struct asv_err *err);

/* What stands here is nothing that anybody signed: it counts no more, with an alarm, whatever its account
 * said that the keeper took. For the nightly run, which has read it. */
ASV_MUST_CHECK enum asv_status asv_db_statement_forged(struct asv_db *db,
                                                       const uint8_t digest[ASV_SHA256_BYTES],
                                                       const char *why, struct asv_err *err);

struct asv_db_statement {
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len;
    uint8_t bytes[ASV_STATEMENT_MAX_BYTES];
    int64_t stored_ms;
    int64_t taken_ms;       /* by the keeper; ASV_TIME_UNKNOWN: not yet */
    char refused_why[1001]; /* by the keeper; empty: it did not */
    bool is_ended;          /* a proposal that was approved, refused or withdrawn */
    uint8_t ended_by[ASV_SHA256_BYTES];
};

/* ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_statement_find(struct asv_db *db,
                                                     const uint8_t digest[ASV_SHA256_BYTES],
                                                     struct asv_db_statement *out, struct asv_err *err);

/* The approval of this proposal that the keeper has taken, or still can: somebody signed it, and may not have
 * learnt what came of it. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_statement_approval(struct asv_db *db,
                                                         const uint8_t proposal[ASV_SHA256_BYTES],
                                                         struct asv_db_statement *out, struct asv_err *err);

/* The statement by which a block of this clip stays, as the database says. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_block_decision(struct asv_db *db, const uint8_t clip[ASV_UUID_BYTES],
                                                     uint8_t ground, struct asv_db_statement *out,
                                                     struct asv_err *err);

/* What is listed; pages follow the digest of the last row (after NULL: from the first). cap <=
 * ASV_DB_PAGE_MAX. */
struct asv_db_statement_filter {
    uint16_t action;        /* 0: any */
    const uint8_t *subject; /* digest of the clip's header, the camera, credential or policy; NULL: any */
    const uint8_t *after;
};

/* Proposals that can still be answered. */
ASV_MUST_CHECK enum asv_status asv_db_statement_open(struct asv_db *db,
                                                     const struct asv_db_statement_filter *filter,
                                                     struct asv_db_statement *out, size_t cap, size_t *count,
                                                     struct asv_err *err);

/* What the keeper has neither taken nor refused, and still can: answers, what one person decides alone, and
 * the proposals of HOLD, the only ones that it takes alone. */
ASV_MUST_CHECK enum asv_status asv_db_statement_undelivered(struct asv_db *db, const uint8_t *after,
                                                            struct asv_db_statement *out, size_t cap,
                                                            size_t *count, struct asv_err *err);

/* What the keeper did not answer before its time was over, and nobody was told of yet. */
ASV_MUST_CHECK enum asv_status asv_db_statement_unheard(struct asv_db *db, const uint8_t *after,
                                                        struct asv_db_statement *out, size_t cap,
                                                        size_t *count, struct asv_err *err);

/* What the keeper took, or is not asked about, and from which nothing has followed in the database yet; in
 * the order in which it came about, without the first skip. */
ASV_MUST_CHECK enum asv_status asv_db_statement_unconcluded(struct asv_db *db, size_t skip,
                                                            struct asv_db_statement *out, size_t cap,
                                                            size_t *count, struct asv_err *err);

/* A key that two people registered for handing over. */
struct asv_db_recipient {
    char name[ASV_NAME_MAX_BYTES + 1];
    uint8_t key[ASV_X25519_BYTES];
    uint8_t card[ASV_CARD_MAX_BYTES];
    size_t card_len;
    int64_t registered_ms;
    int64_t ended_ms; /* by one person; ASV_TIME_UNKNOWN: it counts */
};

/* In the order of names and keys; after: the row before, NULL: from the first. cap <= ASV_DB_PAGE_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_recipient_page(struct asv_db *db, const struct asv_db_recipient *after,
                                                     struct asv_db_recipient *out, size_t cap, size_t *count,
                                                     struct asv_err *err);

/* The bytes of a card, into out[ASV_CARD_MAX_BYTES]: by its digest, or the one that a key was registered
 * with, whether it counts still or not. ASV_E_NOT_FOUND, without detail. */
ASV_MUST_CHECK enum asv_status asv_db_recipient_card_put(struct asv_db *db, struct asv_bytes card,
                                                         struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_recipient_card_find(struct asv_db *db,
                                                          const uint8_t digest[ASV_SHA256_BYTES],
                                                          uint8_t *out, size_t *len, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_recipient_card_of(struct asv_db *db,
                                                        const uint8_t key[ASV_X25519_BYTES], uint8_t *out,
                                                        size_t *len, struct asv_err *err);

/* The bytes of a hand-over's plan, into out[ASV_PLAN_MAX_BYTES]. ASV_E_NOT_FOUND, without detail. */
ASV_MUST_CHECK enum asv_status asv_db_handover_plan_put(struct asv_db *db, struct asv_bytes plan,
                                                        struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_handover_plan_find(struct asv_db *db,
                                                         const uint8_t digest[ASV_SHA256_BYTES], uint8_t *out,
                                                         size_t *len, struct asv_err *err);

#endif
