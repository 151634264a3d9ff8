/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Policies as commands show them.
 */
#ifndef ASV_SERVER_CLI_POLICIES_H
#define ASV_SERVER_CLI_POLICIES_H

#include <stdio.h>

#include "server/policy/policy.h"

/* Name, version, title and digest. */
void asv_policy_print_head(FILE *out, const struct asv_policy_file *file);

/* Each setting with its rule, and what they rest on. */
ASV_MUST_CHECK enum asv_status asv_policy_print(FILE *out, const struct asv_policy_file *file,
                                                struct asv_err *err);

#endif
