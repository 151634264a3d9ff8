/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat handover: what its commands have in common.
 */
#ifndef ASV_SERVER_CLI_HANDOVERS_H
#define ASV_SERVER_CLI_HANDOVERS_H

#include "server/cli/person.h"
#include "server/flow/handover.h"

/* One run of a command. Zero-initialised; asv_cli_handover_close gives everything back. */
struct asv_cli_handover {
    const struct asv_cli *cli;
    struct asv_db *db;
    struct asv_person *person;
    struct asv_cli_flow flow;
    struct asv_db_handover *row;
    struct asv_person_statement proposal;
    struct asv_handover_plan *plan;
};

/* The database, and the hand-over that the first operand names (its id, or digits of its proposal), verified:
 * ASV_E_MALFORMED or ASV_E_MISMATCH when nobody signed it. */
ASV_MUST_CHECK enum asv_status asv_cli_handover_open(const struct asv_cli *cli, struct asv_cli_handover *it,
                                                     struct asv_err *err);

/* Who signs. Returns the flow in *flow. */
ASV_MUST_CHECK enum asv_status asv_cli_handover_sign(struct asv_cli_handover *it,
                                                     const struct asv_flow **flow, struct asv_err *err);
void asv_cli_handover_close(struct asv_cli_handover *it);
#define asv_auto_cli_handover __attribute__((cleanup(asv_cli_handover_close)))

#endif
