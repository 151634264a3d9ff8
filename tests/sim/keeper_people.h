/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * People who decide, before a keeper of tests/sim/keeper_site.h that was made with seed 1: their statements,
 * and what the keeper says to them. Anything that fails here aborts the test.
 */
#ifndef ASV_TESTS_SIM_KEEPER_PEOPLE_H
#define ASV_TESTS_SIM_KEEPER_PEOPLE_H

#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/inventory.h"
#include "firmware-proto/trust/receipt.h"
#include "firmware-proto/trust/ruling.h"
#include "server/statement/plan.h"
#include "tests/sim/keeper_site.h"
#include "tests/support/statements.h"

/* Key files, but for the chief, who has an authenticator. */
struct keeper_people {
    struct asv_test_person wearer, chief, deputy, reviewer, exporter, officer, admin;
};

/* The agency root founds the admin and the chief, who enrol the others. */
void keeper_people_init(struct keeper_people *people, struct keeper_site *site);

/* The same with credentials that are valid until then. */
void keeper_people_init_until(struct keeper_people *people, struct keeper_site *site, int64_t until_ms);

/* Somebody with this number (from 120 on, to differ from those), not enrolled. */
void keeper_person_init(struct asv_test_person *out, uint32_t n, uint16_t roles, uint8_t algorithm,
                        int64_t until_ms);

#define KEEPER_PLAN_CLIPS (1 + ASV_KEEPER_MORE_MAX)

/* A statement that is being made, and its answer. */
struct keeper_decision {
    struct asv_test_stated proposal, answer;
    bool has_answer;
    const struct asv_test_person *proposer, *answerer, *enrolled; /* NULL: none */
    const struct asv_test_identity *camera;                       /* with clip */
    const struct keeper_clip *clip;                               /* NULL: none */

    /* Of a HAND_OVER: its plan, the bytes of it that come along, and which clip is asked for. */
    struct asv_plan plan;
    struct asv_plan_clip clips[KEEPER_PLAN_CLIPS];
    uint8_t plan_data[2048];
    size_t plan_len;
    uint16_t number;
    uint8_t more_count; /* and which further ones */
    uint16_t more[ASV_KEEPER_MORE_MAX];
};

/* What person proposes, or decides alone; issued at the keeper's now. n tells statements apart. */
void keeper_propose(struct keeper_site *site, struct keeper_decision *out, uint16_t action,
                    const struct asv_test_person *person, uint8_t n);

/* The same, about this clip, which comes along where it is needed. A HAND_OVER hands the clip over whole, to
 * the one recipient that a RECIPIENT of keeper_propose registers, and asks for its key. */
void keeper_propose_clip(struct keeper_site *site, struct keeper_decision *out, uint16_t action,
                         const struct asv_test_person *person, uint8_t n,
                         const struct asv_test_identity *camera, const struct keeper_clip *clip);

/* After a test changed out->proposal.statement: signed anew. */
void keeper_sign_again(struct keeper_decision *out);

/* After a test changed out->plan or out->clips, in any order: the plan is written and signed anew. */
void keeper_plan_again(struct keeper_decision *out);

/* What the caller brings of the plan, into a request; and who asks for what of it. */
void keeper_plan_request(struct asv_keeper_request *out, const struct keeper_decision *decision);

/* The answer to it, issued at the keeper's now. */
void keeper_respond(struct keeper_site *site, struct keeper_decision *decision, uint8_t step,
                    const struct asv_test_person *person, uint8_t n);

/* What person says to have shown what an OPEN is about (SHOW), issued at the keeper's now, each time with
 * another nonce. out must not be copied. */
void keeper_show(const struct keeper_site *site, struct asv_test_stated *out,
                 const struct keeper_decision *open, const struct asv_test_person *person);

/* DECIDE of that, with the OPEN and its answer, if it has one, and the records of all three. */
struct asv_keeper_reply keeper_ask_to_show(struct keeper_site *site, const struct keeper_decision *open,
                                           const struct asv_test_stated *show,
                                           const struct asv_test_person *person);

/* DECIDE of that, which views the decision. */
void keeper_decision_request(struct asv_keeper_request *out, const struct keeper_decision *decision);

/* DECIDE; of an OPEN that was approved, of a SHOW of whoever proposed it. Views in the reply live until the
 * next request. Whatever is decided, with whatever outcome: K-160. */
struct asv_keeper_reply keeper_decide(struct keeper_site *site, const struct keeper_decision *decision);

/* The reply's ruling, which verifies and is about what was said last; verdict 0: it has none. */
struct asv_ruling keeper_ruling(const struct keeper_site *site, const struct keeper_decision *decision,
                                const struct asv_keeper_reply *reply);

/* Both at once: proposed by one, approved by the other; a HAND_OVER is taken, and then its clip asked for. */
struct asv_keeper_reply keeper_both(struct keeper_site *site, struct keeper_decision *decision,
                                    uint16_t action, const struct asv_test_person *one,
                                    const struct asv_test_person *other, uint8_t n,
                                    const struct asv_test_identity *camera, const struct keeper_clip *clip);

/* The admin and the chief begin a ledger. */
struct asv_keeper_reply keeper_begin_ledger(struct keeper_site *site, const struct keeper_people *people,
                                            struct keeper_decision *decision, const char *origin, uint8_t n);

/* Into a request: a dock's receipt for this clip that is due then, and the dock's chain. data is borrowed. */
void keeper_receipt(struct asv_keeper_request *out, uint8_t data[ASV_RECEIPT_MAX_BYTES],
                    const struct asv_test_identity *camera, const struct keeper_clip *clip, int64_t due_ms,
                    int64_t now_ms, const struct asv_test_identity *dock);

/* What a camera signs at a docking's end, by a bulletin that it was given then. */
struct keeper_inventory {
    const struct asv_test_identity *camera;
    const struct asv_test_agency *agency;   /* whose keeper signed the bulletin */
    const struct asv_test_identity *signer; /* of the inventory; NULL: the camera */
    int64_t issued_ms;                      /* the bulletin, */
    int64_t wall_ms;                        /* and the camera's clock */
    uint32_t held;
    uint8_t data[ASV_INVENTORY_MAX_BYTES];
    uint8_t bulletin[ASV_BULLETIN_MAX_BYTES];
};

/* Into a FINISH: that inventory, its bulletin, and the camera's chain. what is borrowed. */
void keeper_inventory(struct asv_keeper_request *out, struct keeper_inventory *what);

/* FINISH (EARLY) of this camera's day, by what it signed when a docking after that day had emptied it. The
 * same way. */
struct asv_keeper_request keeper_finish_early(const struct keeper_site *site, struct keeper_inventory *what,
                                              const struct asv_test_identity *camera, uint32_t date);

/* Digest of the clip's signed header. */
void keeper_clip_digest(uint8_t out[ASV_SHA256_BYTES], const struct keeper_clip *clip,
                        const struct asv_test_identity *camera);

#endif
