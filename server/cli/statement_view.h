/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Statements as people read them before they sign, and afterwards.
 */
#ifndef ASV_SERVER_CLI_STATEMENT_VIEW_H
#define ASV_SERVER_CLI_STATEMENT_VIEW_H

#include <stdio.h>

#include "server/db/db.h"
#include "server/statement/credential.h"
#include "server/statement/statement.h"

#define ASV_ROLES_TEXT_BYTES 128

/* "keep a recording"; static storage. */
const char *asv_action_text(uint16_t action);

/* "supervisor, reviewer" into out[ASV_ROLES_TEXT_BYTES], which is returned. */
const char *asv_roles_text(char *out, uint16_t roles);

/* Every field of a statement that has a meaning for people, one a line. signer NULL: the agency root. What a
 * recording or a camera is called is no field: it is printed beside the digest that is, as the database says
 * (db NULL: not at all). */
void asv_statement_print(FILE *out, struct asv_db *db, const struct asv_statement *statement,
                         const struct asv_credential *signer);

#endif
