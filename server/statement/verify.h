/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether to believe a statement, and whether two of them are the decision of two people (STATEMENTS.md 6 and
 * 7). Pure functions of bytes and time. What nobody can know from bytes is the caller's: that the credentials
 * are enrolled and not revoked, that no nonce was seen before, that nothing blocks the clip.
 */
#ifndef ASV_STATEMENT_VERIFY_H
#define ASV_STATEMENT_VERIFY_H

#include "server/statement/webauthn.h"

/* How far ahead of the reader's clock a signer's may be. */
#define ASV_STATEMENT_SKEW_MS (INT64_C(2) * 60 * 1000)

/* Where statements are believed. Borrowed. */
struct asv_statement_place {
    const uint8_t *agency; /* ASV_SHA256_BYTES: the agency id */
    struct asv_origins origins;
};

#define ASV_STATEMENT_ORIGIN_SIZE 512

/* From which site a browser asked, by what was signed; empty with a key file. For a reader who cannot know
 * the agency's own: that it was one of them is not said then. */
void asv_statement_origin(char out[ASV_STATEMENT_ORIGIN_SIZE], const struct asv_statement *statement);

/* The holder of this credential makes this statement now, and may, as far as one person's word goes: a
 * proposal decides nothing. The first failure in this order: ASV_E_UNTRUSTED (agency), ASV_E_MISMATCH
 * (another credential or person), the proof's (ASV_E_SIGNATURE or as asv_assertion_verify), ASV_E_EXPIRED
 * (statement or credential, or not yet), ASV_E_DENIED (role). */
ASV_MUST_CHECK enum asv_status asv_statement_verify(const struct asv_statement *statement,
                                                    const struct asv_credential *credential,
                                                    const struct asv_statement_place *place, int64_t now_ms,
                                                    struct asv_err *err);

/* The same for an action that one person decides alone. As above, and ASV_E_STATE for a step of two people.
 */
ASV_MUST_CHECK enum asv_status asv_statement_verify_sole(const struct asv_statement *statement,
                                                         const struct asv_credential *credential,
                                                         const struct asv_statement_place *place,
                                                         int64_t now_ms, struct asv_err *err);

/* The agency root makes this statement now: for FOUND, where there are no people yet. Errors as above. */
ASV_MUST_CHECK enum asv_status asv_statement_verify_root(const struct asv_statement *statement,
                                                         const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                         int64_t now_ms, struct asv_err *err);

/* Two statements and the credentials of who made them. */
struct asv_statement_pair {
    const struct asv_statement *proposal;
    const struct asv_credential *proposer;
    const struct asv_statement *answer;
    const struct asv_credential *answerer;
};

/* The answer takes this step (APPROVE, REFUSE or WITHDRAW) on the proposal, now, and both are to be believed:
 * ASV_OK with APPROVE is the decision of two people. Errors as above, and: ASV_E_STATE (not this step, or not
 * within the proposal's life), ASV_E_MISMATCH (not about this proposal), ASV_E_DENIED (one person, or one
 * key, twice; no superior among two who decide about the wearer's recording; a withdrawal by another). */
ASV_MUST_CHECK enum asv_status asv_statement_verify_pair(const struct asv_statement_pair *pair, uint8_t step,
                                                         const struct asv_statement_place *place,
                                                         int64_t now_ms, struct asv_err *err);

/* A believed SHOW (asv_statement_verify_sole) makes use of an OPEN that two people decided on
 * (asv_statement_verify_pair): it names it, is about the same, and is made by the person who proposed it,
 * with whatever credential (viewer: SHOW's). ASV_E_STATE, ASV_E_MISMATCH, ASV_E_DENIED. That it was not used
 * before is the caller's to know. */
ASV_MUST_CHECK enum asv_status asv_statement_shows(const struct asv_statement *show,
                                                   const struct asv_credential *viewer,
                                                   const struct asv_statement_pair *open,
                                                   struct asv_err *err);

/* This record is the one that a believed ENROL (approver: who approved it) or FOUND (approver NULL) is about.
 * ASV_E_STATE, ASV_E_MISMATCH, ASV_E_UNTRUSTED; ASV_E_DENIED when the approver is the person enrolled. The
 * caller also asks asv_credential_beside about every credential it keeps. */
ASV_MUST_CHECK enum asv_status asv_statement_enrols(const struct asv_statement *statement,
                                                    const struct asv_credential *offered,
                                                    const struct asv_credential *approver,
                                                    struct asv_err *err);

#endif
