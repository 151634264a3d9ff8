/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Decisions about recordings: what the rules ask, what is stated and delivered to the keeper, and what the
 * database is told. In this order, each step durable before the next, so that the same again finishes what a
 * crash left:
 *
 *   asv_case_open(&flow, &work)                    the policy in force
 *   asv_case_of_clip | _of_range | _of_request     what it is about, and how it stands
 *   asv_case_judge                                 refused here, before anything is signed
 *   asv_case_propose | _answer | _alone
 */
#ifndef ASV_SERVER_FLOW_CASE_H
#define ASV_SERVER_FLOW_CASE_H

#include "server/db/incident.h"
#include "server/flow/person.h"
#include "server/incident/compose.h"
#include "server/incident/open.h"
#include "server/incident/rules.h"
#include "server/policy/policy.h"

/* One decision, or several about the same. Zero-initialised; asv_case_close gives everything back. */
struct asv_case {
    const struct asv_flow *flow;
    struct asv_keeper_client *keeper; /* made when it is needed, as the vault */
    struct asv_vault *vault;
    struct asv_policy *policy;
    int64_t now_ms;

    bool ahead; /* about a camera that has not docked, otherwise about a clip */
    struct asv_db_standing standing;
    struct asv_db_range range;
    struct asv_db_ahead ahead_standing;
};

/* Borrows the flow, with its database and credential. */
ASV_MUST_CHECK enum asv_status asv_case_open(const struct asv_flow *flow, struct asv_case *work,
                                             struct asv_err *err);
void asv_case_close(struct asv_case *work);
#define asv_auto_case __attribute__((cleanup(asv_case_close)))

/* The policy file in force today, parsed; the caller frees *out. ASV_E_NOT_FOUND says what to do. */
ASV_MUST_CHECK enum asv_status asv_case_policy(const struct asv_flow *flow, struct asv_policy **out,
                                               struct asv_err *err);

/* What it is about, and how it stands to the person. */
ASV_MUST_CHECK enum asv_status asv_case_of_clip(struct asv_case *work, const uint8_t clip[ASV_UUID_BYTES],
                                                struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_case_of_range(struct asv_case *work, const struct asv_db_range *range,
                                                 struct asv_err *err);

/* The open request that is named by its clip or by its first digits. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_case_of_name(struct asv_case *work, const char *which,
                                                struct asv_db_request *request, struct asv_err *err);

/* The same, which must be one to do this: ASV_E_NOT_FOUND otherwise. */
ASV_MUST_CHECK enum asv_status asv_case_of_request(struct asv_case *work, const char *which, uint16_t action,
                                                   struct asv_db_request *request, struct asv_err *err);

/* ASV_E_DENIED, with why and what to do, unless the person may take this step now. ground: of the hold that
 * is asked for or that there is; of a block, which. */
ASV_MUST_CHECK enum asv_status asv_case_judge(const struct asv_case *work, uint16_t action, uint8_t step,
                                              uint8_t ground, struct asv_err *err);

/* The same of a hand-over that the case's recording is in, whose request is no request of the recording's.
 * own: the person proposed it. */
ASV_MUST_CHECK enum asv_status asv_case_judge_handover(const struct asv_case *work, uint8_t step, bool own,
                                                       struct asv_err *err);

/* States a proposal, or goes on with the same one that the person signed before; has the keeper take it where
 * it takes proposals, and opens the request. *digest: the proposal's. */
ASV_MUST_CHECK enum asv_status asv_case_propose(struct asv_case *work, struct asv_statement *what,
                                                uint8_t digest[ASV_SHA256_BYTES], struct asv_err *err);

/* Answers a request, or goes on with the approval that somebody signed before. An approval of
 * OPEN ends its request without the keeper, which is asked by who opens. */
ASV_MUST_CHECK enum asv_status asv_case_answer(struct asv_case *work, const struct asv_db_request *request,
                                               uint8_t step, struct asv_err *err);

/* The bytes of a request, into *out: what its rows say, and somebody signed. ASV_E_MALFORMED: it is none, and
 * why. */
ASV_MUST_CHECK enum asv_status asv_case_read_request(const struct asv_case *work,
                                                     const struct asv_db_request *request,
                                                     struct asv_person_statement *out, struct asv_err *err);

/* Ends a request that is none, as the person could refuse it if it were one. */
ASV_MUST_CHECK enum asv_status asv_case_void(struct asv_case *work, const struct asv_db_request *request,
                                             const char *why, struct asv_err *err);

/* The request by which the case's clip is held here, as the database says. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_case_of_hold(struct asv_case *work, struct asv_db_request *request,
                                                struct asv_err *err);

/* Goes on with a request to hold the case's clip as if it were open, although it was ended here: by another
 * person's approval, and the keeper does not hold the clip; or otherwise, and the keeper still waits for the
 * answer. ASV_E_NOT_FOUND: it was ended there, too. */
ASV_MUST_CHECK enum asv_status asv_case_reopen(struct asv_case *work, const struct asv_db_request *request,
                                               const struct asv_statement *proposal, struct asv_err *err);

/* What stands here as the decision that this block of the case's clip stays, and is nothing that anybody
 * signed, is said to be none; then the case stands otherwise. ASV_OK as well when there is nothing wrong. */
ASV_MUST_CHECK enum asv_status asv_case_void_decision(struct asv_case *work, uint8_t ground,
                                                      struct asv_err *err);

/* States what one person decides alone (BLOCK, UNBLOCK), or goes on with the same. To block what is blocked
 * and undecided is the decision that it stays: that is said before it is signed, and to the database. */
ASV_MUST_CHECK enum asv_status asv_case_alone(struct asv_case *work, struct asv_statement *what,
                                              struct asv_err *err);

/* Whether it counts here, when the keeper says that: where the keeper has no block, because only the camera's
 * flag or a row here blocks it, the decision to lift it counts all the same. */
bool asv_case_counts(const struct asv_statement *said, enum asv_status status);

/* Tells the database what came of a statement that the keeper took (or, of OPEN and BLOCK, was stored): for
 * who decided, and for whoever delivers what they left undelivered. until_ms: the keeper's, of a HOLD's
 * proposal and of an approved DAY. confirms: a BLOCK decides that the one which is there stays; never where
 * nobody has asked the rules, as in the night. */
ASV_MUST_CHECK enum asv_status asv_case_conclude(struct asv_db *db,
                                                 const struct asv_person_statement *statement,
                                                 int64_t until_ms, bool confirms, struct asv_err *err);

/* Reads a stored statement about recordings, and verifies it: ASV_E_MALFORMED when it is nothing that anybody
 * signed, and why; any other error says nothing about it. */
ASV_MUST_CHECK enum asv_status asv_case_read(const struct asv_flow *flow, const struct asv_db_statement *row,
                                             struct asv_person_statement *out, struct asv_err *err);

/* Whether the keeper must see the recording: with what makes a key of its own for it, and with what is
 * erased. */
bool asv_case_is_shown(const struct asv_statement *proposal, const struct asv_statement *answer);

/* What the keeper must see of a recording: views into it. */
void asv_case_show(const struct asv_exhibit *exhibit, struct asv_keeper_clip *out);

/* The recording of the case as the vault has it, verified. The caller closes it before the case. */
ASV_MUST_CHECK enum asv_status asv_case_exhibit(struct asv_case *work, struct asv_exhibit **out,
                                                struct asv_err *err);

/* The same of which only the seal is verified yet, for reading by range. */
ASV_MUST_CHECK enum asv_status asv_case_exhibit_seal(struct asv_case *work, struct asv_exhibit **out,
                                                     struct asv_err *err);

/* Removes what is wrapped for the recovery key of the case's recording. */
ASV_MUST_CHECK enum asv_status asv_case_drop_recovery(struct asv_case *work, struct asv_err *err);

/* The keeper's client of the case. */
ASV_MUST_CHECK enum asv_status asv_case_keeper(struct asv_case *work, struct asv_err *err);

#endif
