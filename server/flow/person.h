/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a person signs, and what becomes of it (docs/STATEMENTS.md): the statement in the database, and the
 * keeper that decides on it. In this order, so that a crash at any point leaves nothing that saying the same
 * again does not finish.
 *
 *   asv_person_state(flow, proposal, &what, &statement)     signed, stored
 *   asv_person_deliver(flow, client, &delivery, &reply)     the keeper's ruling, and it is stored
 *
 * Before asv_person_state, the caller says what the policy refuses (server/policy/permit.h).
 */
#ifndef ASV_SERVER_FLOW_PERSON_H
#define ASV_SERVER_FLOW_PERSON_H

#include "server/db/statement.h"
#include "server/flow/flow.h"

/* A statement that was signed. Points into itself: never copied. */
struct asv_person_statement {
    struct asv_statement said; /* views into bytes */
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len;
    uint8_t bytes[ASV_STATEMENT_MAX_BYTES];
};

/* A stored one. ASV_E_MALFORMED for bytes that are none. */
ASV_MUST_CHECK enum asv_status asv_person_read(const struct asv_db_statement *row,
                                               struct asv_person_statement *out, struct asv_err *err);

/* The holder of its credential, which is in the register, made this statement: the proof is good. Of one from
 * an authenticator, under which site it was asked is taken from the proof: the console may have moved since,
 * and whoever takes a statement has looked (struct asv_flow, the keeper). ASV_E_MALFORMED: nobody did, and
 * why. Any other error: that could not be found out. */
ASV_MUST_CHECK enum asv_status asv_person_verify(struct asv_db *db, const struct asv_statement *said,
                                                 struct asv_err *err);

/* The answer that takes this step on a proposal: everything but the reason is filled in. Views into the
 * proposal. */
void asv_person_answer(const struct asv_person_statement *proposal, uint8_t step, struct asv_statement *out);

/* The person states *what, of which action, subject, ground, incident, case, recipient, step and (for an
 * answer) proposal are the caller's; the rest is the flow's. proposal: what is answered; NULL: nothing.
 * Signed (asv_flow_calls), verified as its readers will, and stored. ASV_E_DENIED when the person has no role
 * for it; the signer's errors, those of asv_statement_verify and of asv_db_statement_put; ASV_E_MISMATCH when
 * something else was signed. */
ASV_MUST_CHECK enum asv_status asv_person_state(const struct asv_flow *flow,
                                                const struct asv_person_statement *proposal,
                                                struct asv_statement *what, struct asv_person_statement *out,
                                                struct asv_err *err);

/* The same, but stored by the caller, with the row that it is about (ST-104) or behind it. */
ASV_MUST_CHECK enum asv_status asv_person_sign(const struct asv_flow *flow,
                                               const struct asv_person_statement *proposal,
                                               struct asv_statement *what, struct asv_person_statement *out,
                                               struct asv_err *err);

/* Stores what was signed. Errors of asv_db_statement_put. */
ASV_MUST_CHECK enum asv_status asv_person_store(struct asv_db *db, const struct asv_person_statement *stated,
                                                struct asv_err *err);

/* ASV_E_STATE when another person signed it: what the keeper says to it, and what follows from it, is for the
 * one who did, or the nightly run, to hear and to write down. */
ASV_MUST_CHECK enum asv_status asv_person_is_theirs(const struct asv_flow *flow,
                                                    const struct asv_person_statement *stated,
                                                    struct asv_err *err);

/* What is handed to the keeper. */
struct asv_person_delivery {
    const struct asv_person_statement *proposal;      /* or what one person decides alone */
    const struct asv_person_statement *answer;        /* NULL: none */
    const struct asv_person_statement *open, *agreed; /* of a SHOW: what it makes use of; otherwise NULL */
    const struct asv_keeper_clip *clip;               /* asv_case_is_shown; NULL: none */
    const struct asv_revocations *revocations; /* that the keeper's ruling is verified with; NULL: what the
                                                * database has (K-208) */
};

/* Hands it over with the credential records that the keeper needs, and stores what the keeper says: that it
 * took it, with its ruling, or why it refused. Its refusal is the status. What it says for good is believed
 * under the agency's root alone, and nothing is stored otherwise: ASV_E_SIGNATURE, ASV_E_MISMATCH,
 * ASV_E_UNTRUSTED. ASV_E_AWAY, ASV_E_TIMEOUT and the like decide nothing: the same may be delivered again.
 * Views of *reply live until the client is used again. */
ASV_MUST_CHECK enum asv_status asv_person_deliver(const struct asv_flow *flow,
                                                  struct asv_keeper_client *client,
                                                  const struct asv_person_delivery *delivery,
                                                  struct asv_keeper_reply *reply, struct asv_err *err);

/* Asks the keeper once more about what has expired since it was delivered, if it ever was (KEEPER.md, K-163).
 * *taken: it was, and that is stored, with the ruling. Nothing else is. */
ASV_MUST_CHECK enum asv_status asv_person_ask_taken(const struct asv_flow *flow,
                                                    struct asv_keeper_client *client,
                                                    const struct asv_person_delivery *delivery, bool *taken,
                                                    struct asv_err *err);

#endif
