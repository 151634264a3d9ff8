/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the ledger is checked with, as "asservat init" wrote it: its public key, and the agency's root.
 */
#ifndef ASV_SERVER_CLI_LEDGER_KEY_H
#define ASV_SERVER_CLI_LEDGER_KEY_H

#include "firmware-proto/crypto/crypto.h"
#include "server/cli/cli.h"
#include "server/verify/anchors.h"

/* Of a ledger.pub. ASV_E_MALFORMED. */
ASV_MUST_CHECK enum asv_status asv_ledger_public_parse(struct asv_bytes text,
                                                       uint8_t out[ASV_ED25519_PK_BYTES]);

/* path: a ledger.pub; NULL: the agency directory's. ASV_E_NOT_FOUND, ASV_E_MALFORMED. */
ASV_MUST_CHECK enum asv_status asv_cli_ledger_public(const struct asv_cli *cli, const char *path,
                                                     uint8_t out[ASV_ED25519_PK_BYTES], struct asv_err *err);

/* path: a root.cert; NULL: the agency directory's. ASV_E_USAGE. */
ASV_MUST_CHECK enum asv_status asv_cli_root(const struct asv_cli *cli, const char *path,
                                            struct asv_anchors *out, struct asv_err *err);

#endif
