/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the commands about people share.
 */
#ifndef ASV_SERVER_CLI_USER_H
#define ASV_SERVER_CLI_USER_H

#include "server/base/badge.h"
#include "server/cli/database.h"
#include "server/db/people.h"

/* What stands for a badge number, under the secret of the agency directory `dir`. */
ASV_MUST_CHECK enum asv_status asv_badge_read(int dir, const char *number, struct asv_badge *out,
                                              struct asv_err *err);

/* The credential that `which` names: by the person's name, or by at least six first digits of its digest.
 * Credentials that count go before those that do not. ASV_E_NOT_FOUND, or ASV_E_USAGE for several. */
ASV_MUST_CHECK enum asv_status asv_user_find(const struct asv_cli *cli, struct asv_db *db, const char *which,
                                             struct asv_db_credential *out, struct asv_err *err);

/* Every credential, in the order of names; anything but ASV_OK ends it. */
typedef enum asv_status (*asv_user_visit)(void *ctx, const struct asv_db_credential *credential,
                                          struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_user_each(struct asv_db *db, asv_user_visit visit, void *ctx,
                                             struct asv_err *err);

/* "enrolled", "not enrolled", "revoked" and so on; static storage. */
const char *asv_user_state(const struct asv_db_credential *credential, int64_t now_ms);

#endif
