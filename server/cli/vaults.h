/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The vault as the administration reaches it.
 */
#ifndef ASV_SERVER_CLI_VAULTS_H
#define ASV_SERVER_CLI_VAULTS_H

#include "server/cli/cli.h"
#include "server/vault/vault.h"

/* Opens what --vault and --mirror or the configuration say, beside a running dock daemon. *out is the
 * caller's to close. */
ASV_MUST_CHECK enum asv_status asv_cli_vault(const struct asv_cli *cli, struct asv_vault **out,
                                             struct asv_err *err);

static inline void asv_cleanup_vault(struct asv_vault **vault)
{
    asv_vault_close(*vault);
}
#define asv_auto_vault __attribute__((cleanup(asv_cleanup_vault)))

#endif
