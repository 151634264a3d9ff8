/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Statements as people read them before they sign, and afterwards.
 */
#ifndef ASV_SERVER_FLOW_WORDS_H
#define ASV_SERVER_FLOW_WORDS_H

#include "server/db/db.h"
#include "server/flow/language.h"
#include "server/statement/credential.h"
#include "server/statement/statement.h"

#define ASV_ROLES_TEXT_BYTES 160

/* "keep a recording"; static storage. */
const char *asv_action_text(uint16_t action);
const char *asv_action_words(uint16_t action, enum asv_language language);

/* "supervisor, reviewer" into out[ASV_ROLES_TEXT_BYTES], which is returned. */
const char *asv_roles_text(char *out, uint16_t roles);

/* name NULL: the first line, which says the step and the action; "": goes on from the line before. */
typedef void (*asv_words_line)(void *ctx, const char *name, const char *text);

/* Every field of a statement that has a meaning for people, line by line. signer NULL: the agency root. What
 * a recording or a camera is called is no field: it stands beside the digest that is, as the database says
 * (db NULL: not at all). */
void asv_words_statement(enum asv_language language, struct asv_db *db, const struct asv_statement *statement,
                         const struct asv_credential *signer, asv_words_line line, void *ctx);

/* Whose credential it is, of which a statement names the digest alone. */
void asv_words_credential(enum asv_language language, const struct asv_credential *credential,
                          asv_words_line line, void *ctx);

#endif
