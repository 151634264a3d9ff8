/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Policies that are proposed (docs/POLICIES.md): as they come, and as they are shown.
 */
#ifndef ASV_SERVER_WEB_POLICIES_H
#define ASV_SERVER_WEB_POLICIES_H

#include "server/flow/policy.h"
#include "server/web/call.h"

/* The file that came in base64url, in a field of at most ASV_POLICY_FILE_BYTES. ASV_E_USAGE, in the rule's
 * words, with *mistake, when it is none; *out is the caller's to free. */
ASV_MUST_CHECK enum asv_status asv_web_policy_read(const char *text, struct asv_policy_file **out,
                                                   struct asv_policy_mistake *mistake, struct asv_err *err);

/* Which policy it is, and what it would do from that day on if it acted backwards; a new reference. */
json_t *asv_web_policy_json(const struct asv_policy_file *file, uint32_t from,
                            const struct asv_flow_policy_effect *effect);

extern const struct asv_web_fields asv_web_policy_check_fields;

void asv_web_policies(struct asv_web_call *call);
void asv_web_policy(struct asv_web_call *call);
void asv_web_policy_check(struct asv_web_call *call);
void asv_web_policy_proposals(struct asv_web_call *call);
void asv_web_policy_proposal(struct asv_web_call *call);

#endif
