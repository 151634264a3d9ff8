/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What only a person can say: passphrases, without echo, and yes.
 */
#ifndef ASV_SERVER_CLI_ASK_H
#define ASV_SERVER_CLI_ASK_H

#include "server/base/keyfile.h"
#include "server/cli/cli.h"

/* Wiped by its cleanup. */
struct asv_passphrase {
    size_t len;
    char text[ASV_KEYFILE_PASSPHRASE_MAX + 1];
};

void asv_passphrase_wipe(struct asv_passphrase *passphrase);
#define asv_auto_passphrase __attribute__((cleanup(asv_passphrase_wipe)))

struct asv_bytes asv_passphrase_bytes(const struct asv_passphrase *passphrase);

/* The passphrase for `what` ("the issuing CA"): the first line of the file that this option names; else, for
 * tests and the demo only, $ASV_PASSPHRASE; else asked for on the terminal, twice and at least
 * ASV_KEYFILE_PASSPHRASE_MIN long when it is new. ASV_E_USAGE when there is no way to ask. */
ASV_MUST_CHECK enum asv_status asv_ask_passphrase(const struct asv_cli *cli, const char *option,
                                                  const char *what, bool is_new, struct asv_passphrase *out,
                                                  struct asv_err *err);

/* What a new key file's passphrase costs to guess: the default, or for tests and the demo as
 * $ASV_KDF_MEMORY_KIB says. */
struct asv_password_cost asv_cli_password_cost(void);

/* Asks on the terminal; ASV_E_DENIED for anything but yes, ASV_E_USAGE when there is no terminal (how: what
 * to give instead). */
ASV_MUST_CHECK enum asv_status asv_ask_yes(const char *question, const char *how, struct asv_err *err);

#endif
