/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The ledger's public key, as "asservat init" wrote it beside the keeper's.
 */
#ifndef ASV_SERVER_CLI_LEDGER_KEY_H
#define ASV_SERVER_CLI_LEDGER_KEY_H

#include "firmware-proto/crypto/crypto.h"
#include "server/cli/cli.h"

/* path: a ledger.pub; NULL: the agency directory's. ASV_E_NOT_FOUND, ASV_E_MALFORMED. */
ASV_MUST_CHECK enum asv_status asv_cli_ledger_public(const struct asv_cli *cli, const char *path,
                                                     uint8_t out[ASV_ED25519_PK_BYTES], struct asv_err *err);

#endif
