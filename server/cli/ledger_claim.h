/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Proofs that nothing is left out (docs/LEDGER.md 11): what they are made of.
 */
#ifndef ASV_SERVER_CLI_LEDGER_CLAIM_H
#define ASV_SERVER_CLI_LEDGER_CLAIM_H

#include "server/cli/ledger_export.h"
#include "server/ledger/claim.h"

/* What --camera, --numbers, --from, --until and --day ask for, as far as that is known without the database;
 * kind 0: nothing. ASV_E_USAGE. */
ASV_MUST_CHECK enum asv_status asv_ledger_claim_options(const struct asv_cli *cli, struct asv_claim *claim,
                                                        struct asv_err *err);

/* Completes the claim, and writes it with all that it rests on; nothing when there is nothing. Whether it
 * holds asv_ledger_export_end says. ASV_E_NOT_FOUND, ASV_E_LIMIT, ASV_E_STATE. */
ASV_MUST_CHECK enum asv_status asv_ledger_claim_put(const struct asv_cli *cli, struct asv_db *db,
                                                    struct asv_ledger_export *exporting,
                                                    struct asv_claim *claim, struct asv_err *err);

#endif
