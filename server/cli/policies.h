/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The policy that people decided on, as commands need it.
 */
#ifndef ASV_SERVER_CLI_POLICIES_H
#define ASV_SERVER_CLI_POLICIES_H

#include "server/cli/database.h"
#include "server/db/policy.h"
#include "server/policy/policy.h"

/* The policy in force on a local day (yyyymmdd; 0: today). ASV_E_NOT_FOUND when people have decided on none;
 * *out is the caller's to free. */
ASV_MUST_CHECK enum asv_status asv_cli_policy(const struct asv_cli *cli, struct asv_db *db, uint32_t day,
                                              struct asv_policy_file **out, struct asv_err *err);

/* Name, version, title and digest. */
void asv_policy_print_head(FILE *out, const struct asv_policy_file *file);

/* Each setting with its rule, and what they rest on. */
ASV_MUST_CHECK enum asv_status asv_policy_print(FILE *out, const struct asv_policy_file *file,
                                                struct asv_err *err);

#endif
