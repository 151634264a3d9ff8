/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The keeper as the administration reaches it.
 */
#ifndef ASV_SERVER_CLI_KEEPERS_H
#define ASV_SERVER_CLI_KEEPERS_H

#include "firmware-proto/trust/day_end.h"
#include "server/cli/agency.h"
#include "server/cli/cli.h"
#include "server/db/ledger.h"
#include "server/flow/keeper.h"

#define ASV_CLI_KEEPER_OPTION                                                                               \
    {                                                                                                       \
        "keeper", ASV_CLI_TEXT, "SOCKET", "the keeper's socket (configuration: keeper)", false, false, 0, 0 \
    }

/* A client of the socket that --keeper or the configuration says; it connects with its first request. *out is
 * the caller's to free. */
ASV_MUST_CHECK enum asv_status asv_cli_keeper(const struct asv_cli *cli, struct asv_keeper_client **out,
                                              struct asv_err *err);

/* Tells the database of the start of the process that answered so, once. */
ASV_MUST_CHECK enum asv_status asv_cli_keeper_seen(struct asv_db *db, const struct asv_keeper_status *state,
                                                   struct asv_err *err);

/* Asks it for the statement that the keys of a local day are destroyed (DAY_END), and believes it no more
 * than anybody else: it is this day's, and verifies under the agency's root at now_ms. *out views into the
 * client. ASV_E_STATE: they are not due. */
ASV_MUST_CHECK enum asv_status asv_cli_keeper_day_end(struct asv_keeper_client *client,
                                                      const struct asv_agency_dir *agency, uint32_t date,
                                                      int64_t now_ms, struct asv_day_end *out,
                                                      struct asv_err *err);

/* What the keeper says of itself (STATUS). */
ASV_MUST_CHECK enum asv_status asv_cli_keeper_state(const struct asv_cli *cli, struct asv_keeper_status *out,
                                                    struct asv_err *err);

#endif
