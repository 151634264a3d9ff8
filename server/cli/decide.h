/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Decisions that are about no recording (server/flow/decide.h), as commands make them.
 */
#ifndef ASV_SERVER_CLI_DECIDE_H
#define ASV_SERVER_CLI_DECIDE_H

#include "server/cli/person.h"
#include "server/flow/decide.h"

/* Enough digits of a digest for people to tell proposals apart. */
#define ASV_DECIDE_DIGITS 12

/* Which one it is, and how it goes on. approve: "user approve". */
void asv_cli_print_proposal(const struct asv_cli *cli, const struct asv_person_statement *stated,
                            const char *approve);

/* asv_decide_propose, and prints it. */
ASV_MUST_CHECK enum asv_status asv_cli_propose(const struct asv_cli *cli, struct asv_db *db,
                                               const struct asv_person *person, struct asv_statement *what,
                                               const char *approve, struct asv_err *err);

/* The same, with a database and a person of its own. */
ASV_MUST_CHECK enum asv_status asv_cli_command_propose(const struct asv_cli *cli, struct asv_statement *what,
                                                       const char *approve, struct asv_err *err);

/* The whole of "GROUP approve PROPOSAL" and its like: opens the database, the person, the proposal that the
 * first operand names, and answers it. show (NULL: none) says more about it before, or refuses. */
typedef enum asv_status (*asv_cli_show)(const struct asv_cli *cli, struct asv_db *db,
                                        const struct asv_person_statement *proposal, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_cli_command_answer(const struct asv_cli *cli, const uint16_t *actions,
                                                      size_t count, uint8_t step, asv_cli_show show,
                                                      struct asv_err *err);

#endif
