/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Hand-overs (docs/HANDOVER.md 1): a plan that one person composes and proposes, another approves, and the
 * keeper takes; then what is written down of it. The job builds (server/handover).
 */
#ifndef ASV_SERVER_FLOW_HANDOVER_H
#define ASV_SERVER_FLOW_HANDOVER_H

#include "server/db/handover.h"
#include "server/flow/person.h"

/* A recording that is to be handed over. */
struct asv_handover_clip {
    uint8_t clip[ASV_UUID_BYTES];
    uint8_t form;               /* enum asv_plan_form */
    uint32_t from_ms, until_ms; /* of a range: media time, until just before */
};

/* What somebody wants. Borrows everything. */
struct asv_handover_wish {
    const char *case_number;
    const struct asv_handover_clip *clips;
    size_t clip_count;
    const char *recipients[ASV_PLAN_RECIPIENTS_MAX]; /* names, or keys (age1…); the first is the addressee */
    size_t recipient_count;
    uint8_t outputs;    /* set of enum asv_plan_output */
    uint8_t protection; /* enum asv_plan_protection */
};

/* Whether these recordings, of so many bytes each when they were sealed, can be filed at once on that local
 * day (yyyymmdd; PACKAGE.md, PK-052), as far as is certain before they are built: a filing has more besides.
 */
bool asv_handover_can_file(const struct asv_handover_clip *clips, const uint64_t *bytes, size_t count,
                           uint32_t date);

/* A plan that was composed, or that a hand-over has. On the heap; asv_handover_plan_free. */
struct asv_handover_plan {
    struct asv_plan plan; /* views into bytes */
    size_t len;
    uint8_t bytes[ASV_PLAN_MAX_BYTES];
};
void asv_handover_plan_free(struct asv_handover_plan *plan); /* NULL is fine */

/* Composes a plan under a new id, of registered recipients and of recordings that are held for the incident,
 * and that the person may hand over. What is wrong is named by its recipient or recording: ASV_E_NOT_FOUND,
 * ASV_E_STATE, ASV_E_EXPIRED for a key that was ended, ASV_E_USAGE; ASV_E_LIMIT for more than can be filed;
 * ASV_E_DENIED as asv_handover_rule says.
 */
ASV_MUST_CHECK enum asv_status asv_handover_compose(const struct asv_flow *flow,
                                                    const struct asv_handover_wish *wish,
                                                    struct asv_handover_plan **out, struct asv_err *err);

/* The person proposes it: the plan is kept when that is signed, and before it is stored. */
ASV_MUST_CHECK enum asv_status asv_handover_propose(const struct asv_flow *flow,
                                                    const struct asv_handover_plan *plan,
                                                    struct asv_person_statement *out, struct asv_err *err);

/* The proposal and the plan of a hand-over, verified: somebody signed the one, which names the other.
 * ASV_E_MALFORMED, ASV_E_MISMATCH: nobody did. */
ASV_MUST_CHECK enum asv_status asv_handover_read(struct asv_db *db, const struct asv_db_handover *row,
                                                 struct asv_person_statement *proposal,
                                                 struct asv_handover_plan **plan, struct asv_err *err);

/* The person approves, refuses or withdraws it, and the keeper gets both. ASV_E_STATE: it was decided.
 * ASV_E_DENIED as asv_handover_rule says. */
ASV_MUST_CHECK enum asv_status asv_handover_answer(const struct asv_flow *flow,
                                                   const struct asv_db_handover *row,
                                                   const struct asv_person_statement *proposal,
                                                   const struct asv_handover_plan *plan, uint8_t step,
                                                   struct asv_err *err);

/* The words of the rule by which the person may not do it with one of the recordings, without the recording,
 * with which the text begins. They are in the text; "" when there are none. */
const char *asv_handover_rule(const struct asv_err *err);

/* The person says that nothing comes of it. salt: random. *waits: another one has to say the same (HO-020).
 */
ASV_MUST_CHECK enum asv_status asv_handover_cancel(const struct asv_flow *flow,
                                                   const struct asv_db_handover *row,
                                                   const uint8_t salt[ASV_SHA256_BYTES], bool *waits,
                                                   struct asv_err *err);

/* ---- the receipt ---- */

/* What a recipient signs: five lines, each with a line feed.
 *   handover-receipt, the hand-over's id, SHA-256 of what was received, when (2026-11-30T08:15:00Z), by whom
 */
#define ASV_RECEIPT_TEXT_BYTES (17 + 37 + 65 + 21 + ASV_DB_NOTE_SIZE + 1)
size_t asv_handover_receipt_text(char out[ASV_RECEIPT_TEXT_BYTES],
                                 const struct asv_db_handover_receipt *receipt);

/* The same for the recipient to fill in: when and by whom are left, and it is no receipt before. */
size_t asv_handover_receipt_form(char out[ASV_RECEIPT_TEXT_BYTES], const uint8_t id[ASV_UUID_BYTES],
                                 const uint8_t received[ASV_SHA256_BYTES]);

/* Reads that text, whose signature was verified under the certificate of the addressee's card.
 * ASV_E_MALFORMED for another text; ASV_E_MISMATCH: of another hand-over; ASV_E_STATE: the card has no
 * certificate; ASV_E_UNTRUSTED: another one signed; ASV_E_SIGNATURE and the like. */
ASV_MUST_CHECK enum asv_status asv_handover_receipt_read(const struct asv_db_handover *row,
                                                         struct asv_bytes text, struct asv_bytes signature,
                                                         struct asv_db_handover_receipt *out,
                                                         struct asv_err *err);

/* One that stands in the database: whether the addressee signed what it says. The errors of the signature. */
ASV_MUST_CHECK enum asv_status asv_handover_receipt_verify(const struct asv_db_handover *row,
                                                           const struct asv_db_handover_receipt *receipt,
                                                           struct asv_err *err);

/* The person writes it down. *waits: of a form somebody else has to say the same. salt: random. */
ASV_MUST_CHECK enum asv_status asv_handover_put_receipt(const struct asv_flow *flow,
                                                        const struct asv_db_handover_receipt *receipt,
                                                        const uint8_t salt[ASV_SHA256_BYTES], bool *waits,
                                                        struct asv_err *err);

#endif
