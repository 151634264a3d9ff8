/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The keys that the keeper signs for outsiders with: the ledger's, and that of packages for the court.
 */
#ifndef ASV_SERVER_CLI_SIGNING_H
#define ASV_SERVER_CLI_SIGNING_H

#include "server/cli/cli.h"

/* Makes them for the agency of this name, into parent/name: ledger.key and package.key (in the clear, 0600);
 * ledger.pub, the part of verifier keys that is the same for every origin; package.crt, which signs itself,
 * and package.csr, for an authority that certifies. */
ASV_MUST_CHECK enum asv_status asv_signing_make(const struct asv_cli *cli, const char *agency, int parent,
                                                const char *name, struct asv_err *err);

#endif
