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
ASV_MUST_CHECK enum asv_status asv_cli_vault(const struct asv_cli *cli, bool one_may_be_away,
                                             struct asv_vault **out, struct asv_err *err);

/* From here on root's files are the vault's owner's, so that the dock can write them; sockets are root's
 * still, who asks database and keeper. Whoever else this is, whom the vault lets in may read what is made. */
ASV_MUST_CHECK enum asv_status asv_cli_as_owner(const struct asv_vault *vault, struct asv_err *err);

/* What --vault, --mirror and the configuration say; roots are borrowed from them. */
struct asv_vault_config asv_cli_vault_config(const struct asv_cli *cli);

static inline void asv_cleanup_vault(struct asv_vault **vault)
{
    asv_vault_close(*vault);
}
#define asv_auto_vault __attribute__((cleanup(asv_cleanup_vault)))

#endif
