/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The signer of somebody whose key is in an authenticator that a browser asks: the flow runs twice. The first
 * time it ends where something would be signed, with nothing stored, and what that is goes to the browser.
 * The second time the browser's answer is in its place, and the flow goes on, if it would have the same
 * signed now (struct asv_flow_calls).
 */
#ifndef ASV_SERVER_FLOW_BROWSER_H
#define ASV_SERVER_FLOW_BROWSER_H

#include "server/flow/flow.h"

struct asv_browser {
    /* The second time; body.len 0: the first time. Borrowed. */
    struct asv_bytes body;
    struct asv_assertion assertion;

    /* The first time: what is shown, while the draft is there; NULL: nothing. */
    void (*show)(void *ctx, const struct asv_flow_draft *draft);
    void *ctx;

    /* Set when the flow came to the signature. */
    bool asked;
    size_t len;
    uint8_t drafted[ASV_STATEMENT_BODY_MAX_BYTES]; /* the first time: the body */
};

/* As asv_flow_calls has it. ASV_E_AGAIN, and asked: the browser has to sign first. */
ASV_MUST_CHECK enum asv_status asv_browser_sign(struct asv_browser *browser,
                                                const struct asv_flow_draft *draft,
                                                struct asv_writer *statement, struct asv_err *err);

#endif
