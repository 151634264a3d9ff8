/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Decisions about recordings (server/flow/deed.h), as commands make them.
 */
#ifndef ASV_SERVER_CLI_CASE_H
#define ASV_SERVER_CLI_CASE_H

#include "server/cli/person.h"
#include "server/cli/vaults.h"
#include "server/flow/deed.h"

#define ASV_CASE_DIGITS 12 /* of a request's digest, as people tell them apart */

#define ASV_CLI_VAULT_OPTIONS                                                                         \
    {"vault", ASV_CLI_TEXT, "DIR", "vault (configuration: vault)", false, false, 0, 0},               \
    {                                                                                                 \
        "mirror", ASV_CLI_TEXT, "DIR", "its mirror (configuration: vault.mirror)", false, false, 0, 0 \
    }

/* One run of a command. Zero-initialised; asv_cli_case_close gives everything back. */
struct asv_cli_case {
    const struct asv_cli *cli;
    struct asv_db *db;
    struct asv_person *person;
    struct asv_cli_flow flow;
    struct asv_case work;
};

ASV_MUST_CHECK enum asv_status asv_cli_case_open(const struct asv_cli *cli, struct asv_cli_case *it,
                                                 struct asv_err *err);
void asv_cli_case_close(struct asv_cli_case *it);
#define asv_auto_cli_case __attribute__((cleanup(asv_cli_case_close)))

/* The recording that the first operand names. */
ASV_MUST_CHECK enum asv_status asv_cli_case_of_clip(struct asv_cli_case *it, struct asv_err *err);

/* Says the digits of a request, and which command approves it: "clip day CLIP --approve". */
void asv_cli_say_requested(const struct asv_cli *cli, const uint8_t digest[ASV_SHA256_BYTES],
                           const char *approve);

/* Which step the flags --approve, --refuse and --withdraw say; ASV_STEP_PROPOSE without one. ASV_E_USAGE. */
ASV_MUST_CHECK enum asv_status asv_cli_step(const struct asv_cli *cli, uint8_t *step, struct asv_err *err);
#define ASV_CASE_STEP_OPTIONS                                                                \
    {"approve", ASV_CLI_FLAG, NULL, "approve the open request", false, false, 0, 0},         \
        {"refuse", ASV_CLI_FLAG, NULL, "refuse the open request", false, false, 0, 0},       \
    {                                                                                        \
        "withdraw", ASV_CLI_FLAG, NULL, "withdraw your own open request", false, false, 0, 0 \
    }

#endif
