/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Decisions that are about no recording (enrolments, policies, recipients, the keeper's clock): a proposal
 * waits for a second person, who answers it; what one person decides alone goes to the keeper at once.
 */
#ifndef ASV_SERVER_FLOW_DECIDE_H
#define ASV_SERVER_FLOW_DECIDE_H

#include "server/flow/person.h"

/* States *what as a proposal, unless one that says the same waits already. */
ASV_MUST_CHECK enum asv_status asv_decide_propose(const struct asv_flow *flow, struct asv_statement *what,
                                                  struct asv_person_statement *out, struct asv_err *err);

/* The same, but stored by the caller, behind what it is about. *waits: one that says the same is stored, and
 * is *out. */
ASV_MUST_CHECK enum asv_status asv_decide_sign_proposal(const struct asv_flow *flow,
                                                        struct asv_statement *what, bool *waits,
                                                        struct asv_person_statement *out,
                                                        struct asv_err *err);

/* The open proposal whose digest begins with these digits, at least four, and whose action is one of these.
 * ASV_E_NOT_FOUND, ASV_E_USAGE. */
ASV_MUST_CHECK enum asv_status asv_decide_find(struct asv_db *db, const char *which, const uint16_t *actions,
                                               size_t count, struct asv_person_statement *out,
                                               struct asv_err *err);

/* The person answers a proposal, and the keeper gets both. An approval that the person has signed already and
 * the keeper has not got is handed over instead. */
ASV_MUST_CHECK enum asv_status asv_decide_answer(const struct asv_flow *flow,
                                                 const struct asv_person_statement *proposal, uint8_t step,
                                                 struct asv_err *err);

/* Hands over what one person has signed about the same, and the keeper has not got. ASV_E_NOT_FOUND, without
 * detail, when there is nothing. */
ASV_MUST_CHECK enum asv_status asv_decide_again(const struct asv_flow *flow, const struct asv_statement *what,
                                                struct asv_err *err);

/* What one person decides alone, in two steps: signed and stored, unless it is stored before and the keeper
 * has not got it; and what is stored and the keeper has not got, handed over. */
ASV_MUST_CHECK enum asv_status asv_decide_sign(const struct asv_flow *flow, struct asv_statement *what,
                                               struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_decide_hand_over(const struct asv_flow *flow,
                                                    const struct asv_statement *what, struct asv_err *err);

/* Both. */
ASV_MUST_CHECK enum asv_status asv_decide_alone(const struct asv_flow *flow, struct asv_statement *what,
                                                struct asv_err *err);

/* Hands a stored statement, or a pair (answer NULL: none), to the keeper, and says what came of it. */
ASV_MUST_CHECK enum asv_status asv_decide_deliver(const struct asv_flow *flow,
                                                  const struct asv_person_statement *proposal,
                                                  const struct asv_person_statement *answer,
                                                  struct asv_err *err);

#endif
