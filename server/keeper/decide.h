/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * DECIDE in parts: who said what (decide.c), what it does to a clip (decide_clip.c) and to everything else
 * (decide_house.c).
 */
#ifndef ASV_KEEPER_DECIDE_H
#define ASV_KEEPER_DECIDE_H

#include "server/keeper/keeper.h"

/* So much longer than its statements live is remembered what was made of them: a clock may have been as much
 * ahead, unnoticed, when the keeper started (K-064). */
#define ASV_DECIDED_LONGER_MS (INT64_C(4) * 24 * 3600 * 1000)

/* A request that was believed: by signatures, enrolment, time and roles. */
struct asv_decision {
    const struct asv_keeper_request *request;
    struct asv_statement proposal; /* or what one person decides alone */
    struct asv_statement answer;   /* with has_answer */
    bool has_answer;
    struct asv_credential proposer; /* but for FOUND */
    struct asv_credential answerer; /* with has_answer */
    uint8_t proposal_digest[ASV_SHA256_BYTES];
    uint8_t answer_digest[ASV_SHA256_BYTES]; /* zeros without */
    struct asv_keeper_opening opening;       /* of HOLD and ERASE_EARLY */
    int64_t now_ms;
    bool *for_good; /* set where it is refused for what nothing changes any more (K-161) */
};

/* Changes change->next as the decision says; *destroy: keys went. */
typedef enum asv_status asv_decision_effect(struct asv_keeper *keeper, const struct asv_decision *decision,
                                            struct asv_store_change *change, bool *destroy,
                                            struct asv_err *err);

asv_decision_effect asv_decide_pending; /* a HOLD's proposal */
asv_decision_effect asv_decide_lapse;   /* its refusal or withdrawal */
asv_decision_effect asv_decide_hold, asv_decide_release, asv_decide_erase_early, asv_decide_block,
    asv_decide_unblock, asv_decide_hold_ahead, asv_decide_release_ahead, asv_decide_day;
asv_decision_effect asv_decide_show; /* nothing but that it is spent */
asv_decision_effect asv_decide_recipient, asv_decide_recipient_ends, asv_decide_enrol, asv_decide_revoke,
    asv_decide_policy, asv_decide_clock, asv_decide_recovery_key, asv_decide_recovery_key_ends,
    asv_decide_ledger, asv_decide_forget;

/* As asv_fail, for a refusal that no later instant, clip or decision takes back. */
ASV_MUST_CHECK enum asv_status asv_decide_never(const struct asv_decision *decision, enum asv_status status,
                                                const char *text, struct asv_err *err);

/* What the keeper says of a DECIDE for good, which ended with this status: reply->ruling, or nothing
 * (rule.c). Digests of the decision are zeros when its statements could not be read. */
ASV_MUST_CHECK enum asv_status asv_decide_rule(struct asv_keeper *keeper, const struct asv_decision *decision,
                                               enum asv_status status, struct asv_keeper_reply *reply,
                                               struct asv_err *err);

/* Whether the recipient that a RECIPIENT_ENDS names has ended already. */
bool asv_decide_has_ended(const struct asv_index *index, const struct asv_decision *decision);

/* A HAND_OVER that was approved: whether it can be carried out, and of one clip what is given out, into the
 * scratch and reply->stanza; written down before (hand_over.c). It changes nothing, and may be asked again
 * until the two statements have expired. */
ASV_MUST_CHECK enum asv_status asv_decide_hand_over(struct asv_keeper *keeper,
                                                    const struct asv_decision *decision,
                                                    struct asv_keeper_reply *reply, struct asv_err *err);

/* Whether the OPEN that comes with a SHOW, and its approval, are to be believed now, and what is shown is
 * what two people agreed to, to the one who asked (show.c). */
ASV_MUST_CHECK enum asv_status asv_decide_may_show(struct asv_keeper *keeper,
                                                   const struct asv_decision *decision, struct asv_err *err);

/* After a SHOW: the clip's file key, into the scratch; reply->file_key views it. */
ASV_MUST_CHECK enum asv_status asv_decide_show_key(struct asv_keeper *keeper,
                                                   const struct asv_decision *decision,
                                                   struct asv_keeper_reply *reply, struct asv_err *err);

/* After a DAY: the end of the clip's period; 0: that was over, and the key is destroyed. kept: its row, NULL
 * for none. */
int64_t asv_decide_day_until(const struct asv_kept *kept);
/* Whether the request's statements, with an answer or without, are to be believed now; request and now_ms of
 * the decision are set. */
ASV_MUST_CHECK enum asv_status asv_decide_believe(struct asv_keeper *keeper,
                                                  const struct asv_keeper_request *request,
                                                  struct asv_decision *out, struct asv_err *err);

/* Writes what is given out into the keeper's own record, in one line, before it leaves (K-084), but for what
 * was written down since the process began (K-126): "HAND_OVER"; "HAND_OVER/", the clips' header digests with
 * a "+" between them, and the keys of the plan's recipients, which they leave to; or "PACKAGE/" and a
 * package's digest. count is that of digests; WORD has none. to NULL: nobody's. */
ASV_MUST_CHECK enum asv_status asv_decide_write_once(struct asv_keeper *keeper,
                                                     const struct asv_decision *decision,
                                                     enum asv_keeper_gave gave,
                                                     const uint8_t (*what)[ASV_SHA256_BYTES], unsigned count,
                                                     const struct asv_plan *to, struct asv_err *err);

/* The same of a whole hand-over, or with another word for the action (as); as what is done is written down.
 */
ASV_MUST_CHECK enum asv_status asv_decide_write(struct asv_keeper *keeper,
                                                const struct asv_decision *decision, const char *as,
                                                struct asv_err *err);

/* K-234: it is taken, with each of its clips, and remembered; said again, nothing. ASV_E_BUSY: no room
 * (hand_over_record.c). */
ASV_MUST_CHECK enum asv_status asv_decide_take_plan(struct asv_keeper *keeper,
                                                    const struct asv_decision *decision,
                                                    const struct asv_plan *plan, struct asv_err *err);

/* ASV_E_STATE: it was not. */
ASV_MUST_CHECK enum asv_status asv_decide_was_taken(const struct asv_keeper *keeper,
                                                    const struct asv_decision *decision, struct asv_err *err);

/* K-237: that a hand-over writes a line more into the record of decisions. ASV_E_LIMIT: it has had what it
 * may; and that this one was not written. */
ASV_MUST_CHECK enum asv_status asv_decide_line(struct asv_keeper *keeper, const struct asv_decision *decision,
                                               struct asv_err *err);
void asv_decide_line_back(struct asv_keeper *keeper, const struct asv_decision *decision);

/* Whether the request's HAND_OVER was approved, was not refused before, and can be carried out now. */
ASV_MUST_CHECK enum asv_status asv_decide_hands_over(struct asv_keeper *keeper,
                                                     const struct asv_keeper_request *request,
                                                     struct asv_decision *out, struct asv_err *err);

/* The clip with this header, which is held for what was proposed and not blocked: whether anything of it may
 * leave. */
ASV_MUST_CHECK enum asv_status asv_decide_may_leave(const struct asv_keeper *keeper,
                                                    const struct asv_statement *proposal,
                                                    const uint8_t header[ASV_SHA256_BYTES],
                                                    const struct asv_kept **out, struct asv_err *err);

/* The file key, wrapped for one recipient. */
ASV_MUST_CHECK enum asv_status asv_decide_wrap(const struct asv_keeper *keeper,
                                               uint8_t out[ASV_AGE_X25519_STANZA_BYTES],
                                               const uint8_t file_key[ASV_FILE_KEY_BYTES],
                                               const uint8_t pk[ASV_X25519_BYTES], struct asv_err *err);

/* Whether this was signed since the clip of this row is held. */
ASV_MUST_CHECK enum asv_status asv_decide_is_since(const struct asv_kept *row,
                                                   const struct asv_statement *proposal, struct asv_err *err);

/* After a LEDGER: the last checkpoint of the one before. */
ASV_MUST_CHECK enum asv_status asv_decide_last_note(struct asv_keeper *keeper,
                                                    const struct asv_decision *decision,
                                                    struct asv_keeper_reply *reply, struct asv_err *err);

/* After a HOLD: the file key wrapped for the recovery key, when there is one. */
ASV_MUST_CHECK enum asv_status asv_decide_recovery_stanza(struct asv_keeper *keeper,
                                                          const struct asv_decision *decision,
                                                          struct asv_keeper_reply *reply,
                                                          struct asv_err *err);

#endif
