/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Forgetting what entries of the ledger are closed over (docs/LEDGER.md 10).
 */
#ifndef ASV_SERVER_CLI_LEDGER_FORGET_H
#define ASV_SERVER_CLI_LEDGER_FORGET_H

#include "server/cli/cli.h"
#include "server/db/ledger.h"

/* Shows, for whoever is about to sign, which entry it is and which of its fields would open no more; not
 * their values. ASV_E_NOT_FOUND: no such entry. ASV_E_STATE: nothing lies beside it. */
ASV_MUST_CHECK enum asv_status asv_cli_ledger_show(const struct asv_cli *cli, struct asv_db *db,
                                                   const uint8_t id[16], struct asv_err *err);

/* LG-075: whatever two people have decided that is to be forgotten. */
ASV_MUST_CHECK enum asv_status asv_cli_ledger_forget_decided(const struct asv_cli *cli, struct asv_err *err);

#endif
