/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Certificates for what the keeper signs for outsiders with (PK-061, LG-148): the ledger's key, and the X.509
 * certificate of packages.
 */
#ifndef ASV_SERVER_CLI_CERTIFY_H
#define ASV_SERVER_CLI_CERTIFY_H

#include "server/cli/agency.h"

#define ASV_CERTIFY_LEDGER  "ledger.chain"  /* beside ledger.pub */
#define ASV_CERTIFY_PACKAGE "package.chain" /* beside package.crt */

/* Of ledger.pub and package.crt in the directory, each that has no certificate that still counts, into the
 * register and ledger.chain or package.chain beside it. ca NULL: only says whether there is any such, in
 * *missing. */
ASV_MUST_CHECK enum asv_status asv_certify_signing(const struct asv_cli *cli,
                                                   const struct asv_agency_dir *agency,
                                                   const struct asv_keys *ca, int dir, bool *missing,
                                                   struct asv_err *err);

/* Until when the one of this name counts, by what it says itself; nothing of it is verified. ASV_E_NOT_FOUND,
 * ASV_E_MALFORMED and others. */
ASV_MUST_CHECK enum asv_status asv_certify_until(int dir, const char *name, int64_t *until_ms,
                                                 struct asv_err *err);

/* Whether a chain is a certificate of the agency with this root, at now_ms, for that key of the ledger or
 * X.509 certificate (role LEDGER or PACKAGE). name: of its file, for err, which says what to do. */
ASV_MUST_CHECK enum asv_status asv_certify_check(const char *name, struct asv_bytes chain, uint8_t role,
                                                 const uint8_t subject[ASV_SHA256_BYTES],
                                                 const uint8_t root_pk[ASV_ED25519_PK_BYTES], int64_t now_ms,
                                                 const struct asv_revocations *revocations,
                                                 struct asv_err *err);

#endif
