/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A change of policy (docs/POLICIES.md): what it would erase or keep if it acted backwards, which it never
 * does (LAW T8), and its proposal, whoever signs it and is shown it.
 */
#ifndef ASV_SERVER_FLOW_POLICY_H
#define ASV_SERVER_FLOW_POLICY_H

#include "server/flow/person.h"
#include "server/policy/policy.h"

/* The policy in force on a local day (yyyymmdd; 0: today). ASV_E_NOT_FOUND when people have decided on none;
 * *out is the caller's to free. */
ASV_MUST_CHECK enum asv_status asv_flow_policy_on(const struct asv_world *world, struct asv_db *db,
                                                  uint32_t day, struct asv_policy_file **out,
                                                  struct asv_err *err);

/* What a change would do to the recordings that are kept now, each of which keeps its own period. */
struct asv_flow_policy_effect {
    uint32_t next_version, next_from; /* decided on before, and begins after it; 0: none */
    bool first;                       /* people have decided on none yet: there is nothing below */
    char name[ASV_POLICY_NAME_BYTES]; /* of the policy in force today */
    struct asv_retention_policy today;
    uint64_t recordings;
    uint64_t unchanged;
    uint64_t earlier, at_once; /* would be erased earlier; of these at once */
    uint64_t later;
    uint64_t decide; /* day not known, open request, or cause gone */
};

/* from: its first day. ASV_E_EXPIRED, in the rule's words, when that has begun, or its version is not above
 * that of every policy that was decided on. */
ASV_MUST_CHECK enum asv_status asv_flow_policy_effect(const struct asv_world *world, struct asv_db *db,
                                                      const struct asv_policy *policy, uint32_t from,
                                                      struct asv_flow_policy_effect *out,
                                                      struct asv_err *err);

/* The very bytes that a proposal is about. ASV_E_MISMATCH when they say something else than it does; *out is
 * the caller's to free. */
ASV_MUST_CHECK enum asv_status asv_flow_policy_proposed(struct asv_db *db,
                                                        const struct asv_person_statement *proposal,
                                                        struct asv_policy_file **out, struct asv_err *err);

/* The person proposes it from that day on, unless somebody has: the file is kept when that is signed, and
 * before it is stored. */
ASV_MUST_CHECK enum asv_status asv_flow_policy_propose(const struct asv_flow *flow,
                                                       const struct asv_policy_file *file, uint32_t from,
                                                       struct asv_person_statement *out, struct asv_err *err);

#endif
