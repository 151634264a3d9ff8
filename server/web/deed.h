/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What somebody wants to sign: as a request names it, or as a statement says it; and having it done
 * (server/flow/deed.h). The same deed twice comes to the same statement, but for times, nonce and reason.
 */
#ifndef ASV_SERVER_WEB_DEED_H
#define ASV_SERVER_WEB_DEED_H

#include "server/flow/deed.h"
#include "server/policy/policy.h"
#include "server/web/fields.h"

/* Of a row that is written down (STATEMENTS.md 4, "Records"): what is random of it, so that the second time
 * is as the first. */
struct asv_web_row {
    uint8_t id[ASV_UUID_BYTES];
    uint8_t salt[ASV_SHA256_BYTES];
};

struct asv_web_deed {
    uint16_t action;
    uint8_t step;
    uint8_t ground;
    uint32_t date;
    enum asv_record kind; /* of what is written down, with ASV_ACTION_INCIDENT or _SUBJECT_REQUEST */
    bool has_clip, has_range, has_row;
    uint8_t clip[ASV_UUID_BYTES];
    char request[2 * ASV_SHA256_BYTES + 1];
    char case_number[ASV_NAME_MAX_BYTES + 1];
    struct asv_db_range range;
    bool has_credential, has_recipient;
    uint8_t credential[ASV_SHA256_BYTES]; /* that is enrolled, or revoked */
    uint8_t recipient_pk[ASV_X25519_BYTES];
    const json_t *record; /* of the request, as the next; NULL: none */
    const char *file;     /* of a policy, a recipient's card or a hand-over's plan, in base64url */
    const json_t *plan;   /* what is to be handed over, of which the plan is made; NULL: none */
    struct asv_web_row row;
};

/* What may be asked for, and what is written down. */
extern const struct asv_web_fields asv_web_deed_fields, asv_web_record_fields;
extern const struct asv_web_fields asv_web_plan_fields;   /* handovers.c: of what is to be handed over */
extern const struct asv_web_fields asv_web_handed_fields; /* statement.c: of what was signed */

/* From a request that has passed its table; `record` and what is random of it, too. NULL, or the field that
 * is missing or does not go with the others. */
const char *asv_web_deed_read(struct asv_web_deed *out, const json_t *request);

/* From what was signed. handed: the request. ASV_E_NOT_FOUND: it is about a recording that is not there;
 * ASV_E_USAGE: nothing that is done here. */
ASV_MUST_CHECK enum asv_status asv_web_deed_of(struct asv_web_deed *out, struct asv_db *db,
                                               const struct asv_statement *said, const json_t *handed,
                                               struct asv_err *err);

/* Draws what is random of a row that has none yet. */
ASV_MUST_CHECK enum asv_status asv_web_deed_draw(struct asv_web_deed *deed, const struct asv_world *world,
                                                 struct asv_err *err);

/* For whoever makes the call. Errors of the flow. answer: what the database answered to a recorded person, or
 * the opening of what is shown; a new reference, or NULL. */
struct asv_web_call;
ASV_MUST_CHECK enum asv_status asv_web_deed_do(struct asv_web_call *call, const struct asv_flow *flow,
                                               const struct asv_web_deed *deed, json_t **answer,
                                               struct asv_err *err);

/* shown.c: has the recording of the case shown to whoever makes the call, who signs for it. answer: the
 * opening's id. */
ASV_MUST_CHECK enum asv_status asv_web_show_recording(struct asv_web_call *call, struct asv_case *work,
                                                      json_t **answer, struct asv_err *err);

/* house.c: what is about no recording. */
bool asv_web_house_does(uint16_t action);
ASV_MUST_CHECK enum asv_status asv_web_house_do(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                                struct asv_err *err);

/* handovers.c: what two people decide, and the rows. */
ASV_MUST_CHECK enum asv_status asv_web_handover_do(const struct asv_flow *flow,
                                                   const struct asv_web_deed *deed, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_web_handover_put(const struct asv_flow *flow,
                                                    const struct asv_web_deed *deed, struct asv_err *err);

/* record.c: the rows. */
ASV_MUST_CHECK enum asv_status asv_web_record_do(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                                 json_t **answer, struct asv_err *err);

#endif
