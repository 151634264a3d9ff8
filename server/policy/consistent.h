/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Settings that are right one by one and contradict each other.
 */
#ifndef ASV_SERVER_POLICY_CONSISTENT_H
#define ASV_SERVER_POLICY_CONSISTENT_H

#include "server/policy/policy.h"
#include "server/policy/text.h"

/* Of a policy whose members were all read from root. ASV_E_MALFORMED with the place of the first. */
ASV_MUST_CHECK enum asv_status asv_policy_consistent(const struct asv_policy_node *root,
                                                     const struct asv_policy *policy, struct asv_err *err);

#endif
