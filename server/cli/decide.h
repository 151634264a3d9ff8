/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Decisions that are about no recording (enrolments, policies, recipients, the keeper's clock), as commands
 * make them: a proposal waits for a second person, who answers it; what one person decides alone goes to the
 * keeper at once.
 */
#ifndef ASV_SERVER_CLI_DECIDE_H
#define ASV_SERVER_CLI_DECIDE_H

#include "server/cli/person.h"

/* Enough digits of a digest for people to tell proposals apart. */
#define ASV_DECIDE_DIGITS 12

/* States *what as a proposal, unless one that says the same waits already, and says how it goes on. approve:
 * "user approve". */
ASV_MUST_CHECK enum asv_status asv_decide_propose(const struct asv_cli *cli, struct asv_db *db,
                                                  const struct asv_person *person, struct asv_statement *what,
                                                  const char *approve, struct asv_err *err);

/* The same, with a database and a person of its own. */
ASV_MUST_CHECK enum asv_status asv_decide_command_propose(const struct asv_cli *cli,
                                                          struct asv_statement *what, const char *approve,
                                                          struct asv_err *err);

/* The open proposal whose digest begins with these digits, at least four, and whose action is one of these.
 * ASV_E_NOT_FOUND, ASV_E_USAGE. */
ASV_MUST_CHECK enum asv_status asv_decide_find(struct asv_db *db, const char *which, const uint16_t *actions,
                                               size_t count, struct asv_person_statement *out,
                                               struct asv_err *err);

/* The person answers a proposal, and the keeper gets both. An approval that somebody has signed already and
 * the keeper has not got is handed over instead. */
ASV_MUST_CHECK enum asv_status asv_decide_answer(const struct asv_cli *cli, struct asv_db *db,
                                                 const struct asv_person *person,
                                                 const struct asv_person_statement *proposal, uint8_t step,
                                                 struct asv_err *err);

/* Hands over what one person has signed about the same, and the keeper has not got. ASV_E_NOT_FOUND, without
 * detail, when there is nothing. */
ASV_MUST_CHECK enum asv_status asv_decide_again(const struct asv_cli *cli, struct asv_db *db,
                                                const struct asv_statement *what, struct asv_err *err);

/* What one person decides alone, in two steps: signed and stored, unless it is stored before and the keeper
 * has not got it; and what is stored and the keeper has not got, handed over. */
ASV_MUST_CHECK enum asv_status asv_decide_sign(const struct asv_cli *cli, struct asv_db *db,
                                               const struct asv_person *person, struct asv_statement *what,
                                               struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_decide_hand_over(const struct asv_cli *cli, struct asv_db *db,
                                                    const struct asv_statement *what, struct asv_err *err);

/* What one person decides alone: stated, and handed over. The same that is stored and that the keeper has not
 * got is handed over instead. */
ASV_MUST_CHECK enum asv_status asv_decide_alone(const struct asv_cli *cli, struct asv_db *db,
                                                const struct asv_person *person, struct asv_statement *what,
                                                struct asv_err *err);

/* Hands a stored statement, or a pair (answer NULL: none), to the keeper, and says what came of it. */
ASV_MUST_CHECK enum asv_status asv_decide_deliver(const struct asv_cli *cli, struct asv_db *db,
                                                  const struct asv_person_statement *proposal,
                                                  const struct asv_person_statement *answer,
                                                  struct asv_err *err);

/* The whole of "GROUP approve PROPOSAL" and its like: opens the database, the person, the proposal that the
 * first operand names, and answers it. show (NULL: none) says more about it before, or refuses. */
typedef enum asv_status (*asv_decide_show)(const struct asv_cli *cli, struct asv_db *db,
                                           const struct asv_person_statement *proposal, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_decide_command(const struct asv_cli *cli, const uint16_t *actions,
                                                  size_t count, uint8_t step, asv_decide_show show,
                                                  struct asv_err *err);

#endif
